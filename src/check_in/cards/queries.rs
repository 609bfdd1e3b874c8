//! Finding cards: by their people, for print, and at the door.

use std::collections::HashMap;

use serde_json::json;

use super::{Card, CardCode};
use crate::centers::CenterId;
use crate::check_in::types::CardId;
use crate::error::Result;
use crate::people::{self, PersonId, PersonRow};
use crate::store::{Conn, Flag, Sealed, Sealer, rows};

/// The good cards of all people who are enrolled in the center, with their codes: what a desk without network knows
/// them by.
pub async fn of_center(
    conn: &mut Conn,
    sealer: &Sealer,
    center: CenterId,
) -> Result<Vec<(CardId, PersonId, CardCode)>> {
    let sealed: Vec<(CardId, PersonId, Sealed)> = sqlx::query_as(
        "select k.id, k.person_id, k.code_sealed
         from enrolments e join cards k on k.person_id = e.person_id
         where e.center_id = $1 and k.revoked_at is null order by k.id",
    )
    .bind(center)
    .fetch_all(conn)
    .await?;
    Ok(sealed.into_iter().filter_map(|(id, person, code)| Some((id, person, open(sealer, &code)?))).collect())
}

/// The code of a card; none where it was sealed with another key.
fn open(sealer: &Sealer, sealed: &Sealed) -> Option<CardCode> {
    sealer.open(sealed)?.parse().ok()
}

/// A card as it is printed.
pub struct Printed {
    pub name: String,
    pub code: CardCode,
}

/// Those of these cards that are good and belong to people of the center, in print order: by name.
pub async fn to_print(conn: &mut Conn, sealer: &Sealer, center: CenterId, cards: &[CardId]) -> Result<Vec<Printed>> {
    let sealed: Vec<(String, Sealed)> = sqlx::query_as(
        "select p.name, k.code_sealed
         from cards k
         join enrolments e on e.person_id = k.person_id and e.center_id = $2
         join people p on p.id = k.person_id
         where k.revoked_at is null
           and k.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         order by p.pinyin, p.id",
    )
    .bind(rows(cards, |card| json!(card)))
    .bind(center)
    .fetch_all(conn)
    .await?;
    Ok(sealed.into_iter().filter_map(|(name, code)| Some(Printed { name, code: open(sealer, &code)? })).collect())
}

const CARD: &str = "select k.id, k.person_id, k.issued_at, k.revoked_at from cards k";

/// All cards a person ever had, the latest first.
pub async fn of_person(conn: &mut Conn, person: PersonId) -> Result<Vec<Card>> {
    let sql = format!("{CARD} where k.person_id = $1 order by k.id desc");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(person).fetch_all(conn).await?)
}

/// The good cards of these people.
pub async fn of_people(conn: &mut Conn, people: impl IntoIterator<Item = PersonId>) -> Result<HashMap<PersonId, Card>> {
    let sql = format!(
        "{CARD} where k.revoked_at is null
           and k.person_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)"
    );
    let cards: Vec<Card> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(rows(people, |person| json!(person))).fetch_all(conn).await?;
    Ok(cards.into_iter().map(|card| (card.person_id, card)).collect())
}

/// Which of the center's people the list of cards shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CardsAmong {
    /// Only who has no good card,
    pub without: bool,
    /// only who serves in one of the center's teams.
    pub serving: bool,
}

/// The center's residents ([`people::listing::RESIDENT`]), not who was entered only as staff.
fn residents() -> String {
    format!("{AMONG} and {}", people::listing::RESIDENT)
}

const AMONG: &str = "from enrolments e join people p on p.id = e.person_id
     where e.center_id = $1
       and ($2 = 0 or not exists (select 1 from cards k where k.person_id = p.id and k.revoked_at is null))
       and ($3 = 0 or exists (select 1 from team_members m join teams t on t.id = m.team_id
            where m.person_id = p.id and t.center_id = e.center_id and m.left_on is null and t.disbanded_on is null))";

/// The `size` people of the list after the first `skip`, by pinyin.
pub async fn list(
    conn: &mut Conn,
    center: CenterId,
    among: CardsAmong,
    (skip, size): (i64, i64),
) -> Result<Vec<PersonRow>> {
    let sql = format!(
        "select p.id, p.name, p.birth_date, p.phone_last4 {} order by p.pinyin, p.id limit $4 offset $5",
        residents()
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(center)
        .bind(Flag::from(among.without))
        .bind(Flag::from(among.serving))
        .bind(size)
        .bind(skip)
        .fetch_all(conn)
        .await?)
}

pub async fn count(conn: &mut Conn, center: CenterId, among: CardsAmong) -> Result<i64> {
    let sql = format!("select count(*) {}", residents());
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(center)
        .bind(Flag::from(among.without))
        .bind(Flag::from(among.serving))
        .fetch_one(conn)
        .await?)
}

/// What a code says to whoever reads it: the card, whose it is, and the center that gave it out.
#[derive(Debug, sqlx::FromRow)]
pub struct FoundCard {
    pub id: CardId,
    pub person_id: PersonId,
    pub name: String,
    pub center: String,
    revoked: Flag,
}

impl FoundCard {
    pub fn is_revoked(&self) -> bool {
        self.revoked.is_set()
    }
}

pub async fn find(conn: &mut Conn, sealer: &Sealer, code: &CardCode) -> Result<Option<FoundCard>> {
    Ok(sqlx::query_as(
        "select k.id, k.person_id, p.name, c.name as center,
                case when k.revoked_at is null then 0 else 1 end as revoked
         from cards k join people p on p.id = k.person_id join centers c on c.id = k.center_id
         where k.code_hash = $1",
    )
    .bind(code.hash(sealer))
    .fetch_optional(conn)
    .await?)
}

/// Whose card was read where a name is searched for: a scanner does not know which field it types into. Nobody, where the
/// text is no code, the card is no good, or the center does not know its holder.
pub async fn holder(conn: &mut Conn, sealer: &Sealer, center: CenterId, text: &str) -> Result<Option<PersonRow>> {
    let Some(code) = CardCode::read(text) else { return Ok(None) };
    Ok(sqlx::query_as(
        "select p.id, p.name, p.birth_date, p.phone_last4
         from cards k
         join enrolments e on e.person_id = k.person_id and e.center_id = $2
         join people p on p.id = k.person_id
         where k.code_hash = $1 and k.revoked_at is null",
    )
    .bind(code.hash(sealer))
    .bind(center)
    .fetch_optional(conn)
    .await?)
}
