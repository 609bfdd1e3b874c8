//! Phones that are known to be rightly in somebody's hands (DECISIONS 15). A name and a number typed in show only what that phone itself
//! did; whatever else is somebody's own asks for a [`ConfirmedPhone`], which nobody can make but by looking.

use serde_json::json;

use super::Phone;
use crate::audit::{self, Acting, Actor};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::{Now, Timestamp};
use crate::error::{Error, Result};
use crate::ids::{CardId, PersonId, PhoneId};
use crate::store::{self, Conn, Flag, text_enum};

text_enum!(
    /// How it is known whose a phone is.
    ConfirmedHow in "confirmed_how" {
        /// Their own card was shown to it.
        Card = "card",
        /// A worker of a center said so.
        Worker = "worker",
        /// The leader of a team that they joined said so.
        Leader = "leader",
    }
);

/// A phone that is confirmed to speak for somebody, and for whom.
#[derive(Clone, Debug)]
pub struct ConfirmedPhone {
    // Its own, so that the struct is written out nowhere else.
    phone: Phone,
    pub person: PersonId,
}

impl Acting for ConfirmedPhone {
    fn actor(&self) -> Actor {
        self.phone.actor()
    }
}

/// The right of a phone to what is that person's own; who was made one with somebody leads to them.
///
/// # Errors
/// `NotFound` where the phone is not confirmed for them.
pub async fn confirmed_for(conn: &mut Conn, phone: &Phone, person: PersonId) -> Result<ConfirmedPhone> {
    let standing: Option<PersonId> =
        sqlx::query_scalar("select coalesce(merged_into, id) as id from people where id = $1")
            .bind(person)
            .fetch_optional(&mut *conn)
            .await?;
    confirmed(conn, phone).await?.into_iter().find(|one| Some(one.person) == standing).ok_or(Error::NotFound)
}

/// For whom the phone is confirmed, in the order in which it came to speak for them.
pub async fn confirmed(conn: &mut Conn, phone: &Phone) -> Result<Vec<ConfirmedPhone>> {
    let people: Vec<PersonId> = sqlx::query_scalar(
        "select c.person_id from phones_confirmed c
         join phone_people f on f.phone_id = c.phone_id and f.person_id = c.person_id
         where c.phone_id = $1 order by f.added_at, f.person_id",
    )
    .bind(phone.id)
    .fetch_all(conn)
    .await?;
    Ok(people.into_iter().map(|person| ConfirmedPhone { phone: phone.clone(), person }).collect())
}

/// A phone that speaks for somebody, as a worker is shown it.
#[derive(Debug, sqlx::FromRow)]
pub struct SpeakingPhone {
    pub id: PhoneId,
    /// What its browser calls itself.
    pub label: String,
    pub added_at: Timestamp,
    pub seen_at: Timestamp,
    /// Null where it is not confirmed, or no more.
    pub confirmed_at: Option<Timestamp>,
    pub how: Option<ConfirmedHow>,
    /// It was confirmed once, and is so no more: the number changed since.
    pub lapsed: Flag,
}

impl SpeakingPhone {
    /// What can be told of it from how its browser calls itself, for telling two apart.
    pub fn device(&self) -> &'static str {
        let kinds = [
            ("iPad", "device.ipad"),
            ("iPhone", "device.iphone"),
            ("HarmonyOS", "device.harmony"),
            ("Android", "device.android"),
            ("Windows", "device.computer"),
            ("Macintosh", "device.computer"),
        ];
        kinds.iter().find(|(word, _)| self.label.contains(word)).map_or("device.phone", |(_, key)| *key)
    }
}

/// The phones that speak for somebody, the latest seen first.
pub async fn of_person(conn: &mut Conn, person: PersonId) -> Result<Vec<SpeakingPhone>> {
    Ok(sqlx::query_as(
        "select h.id, h.label, f.added_at, h.seen_at, c.confirmed_at, c.confirmed_how as how,
                case when f.confirmed_at is not null and c.phone_id is null then 1 else 0 end as lapsed
         from phone_people f join phones h on h.id = f.phone_id and h.revoked_at is null
         left join phones_confirmed c on c.phone_id = f.phone_id and c.person_id = f.person_id
         where f.person_id = $1 order by h.seen_at desc, h.id",
    )
    .bind(person)
    .fetch_all(conn)
    .await?)
}

/// Somebody who knows the person says that the phone is theirs. Whoever may say so, the caller has found out.
///
/// # Errors
/// `NotFound` for a phone that does not speak for them.
pub async fn confirm(
    (by, how): (&impl Acting, ConfirmedHow),
    now: Now,
    tx: &mut Conn,
    (center, person): (&Center, PersonId),
    phone: PhoneId,
) -> Result<()> {
    let account = match by.actor() {
        Actor::Account { id, .. } => Some(id),
        Actor::Phone(_) | Actor::Operator => None,
    };
    let confirmed = sqlx::query(
        "update phone_people set confirmed_at = $3, confirmed_how = $4, confirmed_by = $5, confirmed_card = null
         where phone_id = $1 and person_id = $2
           and exists (select 1 from phones h where h.id = phone_people.phone_id and h.revoked_at is null)",
    )
    .bind(phone)
    .bind(person)
    .bind(now.0)
    .bind(how)
    .bind(account)
    .execute(&mut *tx)
    .await?;
    if confirmed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("phone.confirmed", phone.0).at(center.id())).await
}

/// A phone is not theirs, or no more: it goes on to speak for them at the door, and shows what it did itself.
///
/// # Errors
/// `NotFound` for a phone that is not confirmed for them.
pub async fn end_confirmation(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, person): (&Center, PersonId),
    phone: PhoneId,
) -> Result<()> {
    let ended = sqlx::query(
        "update phone_people set confirmed_at = null, confirmed_how = null, confirmed_card = null, confirmed_by = null
         where phone_id = $1 and person_id = $2 and confirmed_at is not null",
    )
    .bind(phone)
    .bind(person)
    .execute(&mut *tx)
    .await?;
    if ended.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("phone.confirmation_ended", phone.0).at(center.id())).await
}

/// The holder's card was shown to the phone; false where it is confirmed already.
pub(super) async fn by_card(
    now: Now,
    tx: &mut Conn,
    phone: &Phone,
    (card, person): (CardId, PersonId),
) -> Result<bool> {
    let confirmed = sqlx::query(
        "update phone_people set confirmed_at = $3, confirmed_how = $4, confirmed_card = $5, confirmed_by = null
         where phone_id = $1 and person_id = $2 and not exists (
             select 1 from phones_confirmed c where c.phone_id = phone_people.phone_id and c.person_id = phone_people.person_id)",
    )
    .bind(phone.id)
    .bind(person)
    .bind(now.0)
    .bind(ConfirmedHow::Card)
    .bind(card)
    .execute(tx)
    .await?;
    Ok(confirmed.rows_affected() > 0)
}

/// What these cards confirmed is confirmed no more.
pub(super) async fn end_by_cards(tx: &mut Conn, cards: &[CardId]) -> Result<()> {
    sqlx::query(
        "update phone_people set confirmed_at = null, confirmed_how = null, confirmed_card = null
         where confirmed_card in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(store::rows(cards, |card| json!(card)))
    .execute(tx)
    .await?;
    Ok(())
}
