//! Remembered phones: a phone that checked somebody in once speaks for them from then on. The cookie is an opaque
//! random secret, the table keeps its hash, and the holder can make the phone forgotten.

pub(crate) mod api;
mod confirmed;
mod merging;
mod throttle;
mod told;

use std::collections::BTreeSet;

use rocket::fairing::AdHoc;
use rocket::http::{Cookie, CookieJar, SameSite, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket_db_pools::Database;
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::audit::{self, Acting, Actor};
use crate::auth::logins;
use crate::clock::Now;
use crate::error::Result;
pub use crate::ids::PhoneId;
use crate::ids::{CardId, PersonId};
use crate::people::{AMONG, Forgetting};
use crate::store::{self, Conn, Db};
use crate::web::site::{Appearance, Browser};
use crate::web::{Lang, Site};

pub use confirmed::{
    ConfirmedHow, ConfirmedPhone, SpeakingPhone, confirm, confirmed, confirmed_for, end_confirmation, of_person,
};
pub use merging::{JOURNALED, absorb, hand_over};
pub use throttle::DoorThrottle;
pub use told::told;

pub const COOKIE: &str = "phone";

/// The phone that sends the request, remembered and not revoked. Take it as `Option<Phone>`: a new phone is no error.
#[derive(Clone, Debug)]
pub struct Phone {
    pub id: PhoneId,
}

impl Acting for Phone {
    fn actor(&self) -> Actor {
        Actor::Phone(self.id.0)
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Phone {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let Some(secret) = request.cookies().get(COOKIE) else { return Outcome::Forward(Status::Unauthorized) };
        let Some(db) = Db::fetch(request.rocket()) else { return Outcome::Error((Status::ServiceUnavailable, ())) };
        match find(db, secret.value()).await {
            Ok(Some(phone)) => Outcome::Success(phone),
            Ok(None) => Outcome::Forward(Status::Unauthorized),
            Err(_) => Outcome::Error((Status::ServiceUnavailable, ())),
        }
    }
}

async fn find(db: &Db, secret: &str) -> Result<Option<Phone>> {
    let id: Option<PhoneId> = sqlx::query_scalar("select id from phones where secret_hash = $1 and revoked_at is null")
        .bind(logins::hash(secret))
        .fetch_optional(&mut *db.read().await?)
        .await?;
    Ok(id.map(|id| Phone { id }))
}

/// Begins to remember a phone; its secret goes into the cookie once all is committed.
async fn remember(now: Now, tx: &mut Conn, label: &str) -> Result<(Phone, String)> {
    let secret = logins::new_secret();
    let label: String = label.chars().take(200).collect();
    let id: PhoneId = sqlx::query_scalar(
        "insert into phones (secret_hash, label, created_at, seen_at) values ($1, $2, $3, $3) returning id",
    )
    .bind(logins::hash(&secret))
    .bind(label)
    .bind(now.0)
    .fetch_one(&mut *tx)
    .await?;
    let phone = Phone { id };
    audit::record(tx, &phone, now, audit::entry("phone.remembered", id.0)).await?;
    Ok((phone, secret))
}

/// The phone, remembered from now on if it was not; then with the secret for its cookie.
pub async fn known_or_new(
    phone: Option<Phone>,
    label: &str,
    now: Now,
    tx: &mut Conn,
) -> Result<(Phone, Option<String>)> {
    match phone {
        Some(phone) => Ok((phone, None)),
        None => remember(now, tx, label).await.map(|(phone, secret)| (phone, Some(secret))),
    }
}

/// Lets the phone speak for one more person, who gave a name and a number. Whoever does so checks in: the scan says who. `told` is the
/// version of the door's words that were before them, as far as that is known.
pub async fn add_person(now: Now, tx: &mut Conn, phone: &Phone, person: PersonId, told: Option<i64>) -> Result<()> {
    speak_for(now, tx, phone, person, (None, told)).await.map(|_| ())
}

/// Lets a phone that asked to join a team speak for whoever it asked for, once they are taken in: unless it was forgotten meanwhile.
pub async fn add_applicant(now: Now, tx: &mut Conn, phone: PhoneId, person: PersonId) -> Result<()> {
    speak_for(now, tx, &Phone { id: phone }, person, (None, None)).await.map(|_| ())
}

/// Lets the phone speak for the holder of a card, for as long as the card is good: whoever holds it, is who they say.
pub async fn add_holder(now: Now, tx: &mut Conn, phone: &Phone, (card, person): (CardId, PersonId)) -> Result<()> {
    let is_new = speak_for(now, tx, phone, person, (Some(card), None)).await?;
    let is_confirmed = confirmed::by_card(now, tx, phone, (card, person)).await?;
    match (is_new, is_confirmed) {
        (true, _) => audit::record(tx, phone, now, audit::entry("phone.speaks_for", phone.id.0)).await,
        (false, true) => audit::record(tx, phone, now, audit::entry("phone.confirmed", phone.id.0)).await,
        (false, false) => Ok(()),
    }
}

/// True where it did not speak for them before.
async fn speak_for(
    now: Now,
    tx: &mut Conn,
    phone: &Phone,
    person: PersonId,
    (card, told): (Option<CardId>, Option<i64>),
) -> Result<bool> {
    let added = sqlx::query(
        "insert into phone_people (phone_id, person_id, added_at, card_id, told_version) values ($1, $2, $3, $4, $5)
         on conflict (phone_id, person_id) do nothing",
    )
    .bind(phone.id)
    .bind(person)
    .bind(now.0)
    .bind(card)
    .bind(told)
    .execute(tx)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// Whether the phone is remembered for the person.
pub async fn is_remembered_for(conn: &mut Conn, phone: &Phone, person: PersonId) -> Result<bool> {
    let count: i64 = sqlx::query_scalar("select count(*) from phone_people where phone_id = $1 and person_id = $2")
        .bind(phone.id)
        .bind(person)
        .fetch_one(conn)
        .await?;
    Ok(count > 0)
}

/// Phones that knocked were seen.
pub async fn seen(now: Now, tx: &mut Conn, phones: impl IntoIterator<Item = PhoneId>) -> Result<()> {
    let phones: BTreeSet<PhoneId> = phones.into_iter().collect();
    if phones.is_empty() {
        return Ok(());
    }
    if !store::writes_alone(tx) {
        // In one order, as everything that two processes may want at once. Whoever makes this phone speak for one more of
        // the family points to its row, and comes here later in the same transaction.
        store::lock_values(
            tx,
            "select id from phones
             where id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j) order by id",
        )
        .bind(store::rows(&phones, |id| json!(id)))
        .execute(&mut *tx)
        .await?;
    }
    sqlx::query(
        "update phones set seen_at = $2
         where id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(store::rows(phones, |id| json!(id)))
    .bind(now.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes back what phones were remembered for by cards that are no good any more: whoever found one may hold one of them.
pub async fn forget_cards(tx: &mut Conn, cards: &[CardId]) -> Result<()> {
    sqlx::query(
        "delete from phone_people
         where card_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(store::rows(cards, |card| json!(card)))
    .execute(&mut *tx)
    .await?;
    confirmed::end_by_cards(tx, cards).await
}

/// Phones speak no more for those who are forgotten by all; one that spoke for nobody else is forgotten too, with what it was
/// called.
pub async fn forget_people(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    if gone.center.is_some() {
        return Ok(());
    }
    let sql = format!("delete from phone_people where person_id in {AMONG} returning phone_id");
    let spoke: Vec<PhoneId> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(gone.ids()).fetch_all(&mut *tx).await?;
    let sql = format!(
        "update phones set revoked_at = coalesce(revoked_at, $2), label = ''
         where id in {AMONG} and not exists (select 1 from phone_people f where f.phone_id = phones.id)"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(store::rows(spoke, |id| json!(id))).bind(gone.at).execute(tx).await?;
    Ok(())
}

/// Forgets phones that were not seen for long, and for whom they spoke.
pub async fn forget_phones(now: Now, tx: &mut Conn, phones: &[i64]) -> Result<()> {
    let ids = store::rows(phones, |id| json!(id));
    let sql = format!("delete from phone_people where phone_id in {AMONG}");
    sqlx::query(AssertSqlSafe(sql)).bind(&ids).execute(&mut *tx).await?;
    let sql = format!("update phones set revoked_at = coalesce(revoked_at, $2), label = '' where id in {AMONG}");
    sqlx::query(AssertSqlSafe(sql)).bind(&ids).bind(now.0).execute(tx).await?;
    Ok(())
}

/// Forgets the phone: it speaks for nobody any more.
pub async fn forget(by: &Phone, now: Now, tx: &mut Conn) -> Result<()> {
    let forgotten = sqlx::query("update phones set revoked_at = $1 where id = $2 and revoked_at is null")
        .bind(now.0)
        .bind(by.id)
        .execute(&mut *tx)
        .await?;
    if forgotten.rows_affected() == 0 {
        return Ok(());
    }
    audit::record(tx, by, now, audit::entry("phone.forgotten", by.id.0)).await
}

/// The secret as this browser keeps it for a year. Lax, for the link is opened from WeChat.
pub fn set_cookie(jar: &CookieJar<'_>, site: &Site, secret: String) {
    jar.add(
        Cookie::build((COOKIE, secret))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(site.is_https())
            .max_age(rocket::time::Duration::days(365)),
    );
}

pub fn drop_cookie(jar: &CookieJar<'_>) {
    jar.remove(Cookie::build(COOKIE).path("/"));
}

/// How this phone reads: its language and text size, which the page's head changes.
#[derive(Clone, Copy)]
pub struct Look {
    pub lang: Lang,
    pub large: bool,
}

impl Look {
    /// What the button for the text's size sets.
    pub fn step(self) -> &'static str {
        if self.large { "0" } else { "1" }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Look {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        Outcome::Success(Self { lang: Lang::of(request), large: Appearance::of(request).large })
    }
}

/// What stands before us: how it reads, where it comes from, and which phone it is, if it is remembered.
pub struct Handset {
    pub look: Look,
    pub site: Site,
    pub browser: Browser,
    pub phone: Option<Phone>,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Handset {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let (Outcome::Success(look), Outcome::Success(browser)) = (request.guard().await, request.guard().await) else {
            return Outcome::Error((Status::InternalServerError, ()));
        };
        let phone = request.guard::<Phone>().await.succeeded();
        Outcome::Success(Self { look, site: Site::of(request), browser, phone })
    }
}

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("phones", |rocket| async {
        rocket.manage(DoorThrottle::default()).mount("/api/v1", api::routes())
    })
}
