//! Making links, making others in their place, and taking them back.

use super::queries;
use super::types::{Feed, FeedId, FeedOf, FeedSubject, secret};
use crate::activities;
use crate::audit::{self, Acting, Entry};
use crate::auth::{FeedReader, logins};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::phones::{ConfirmedPhone, Phone};
use crate::store::{Conn, Sealer};

/// What a new link's row keeps of its secret.
struct Fresh {
    nonce: String,
    hash: String,
}

impl Fresh {
    async fn make(conn: &mut Conn, sealer: &Sealer) -> Result<Self> {
        let nonce = logins::new_secret();
        let instance = activities::queries::instance(conn).await?;
        Ok(Self { hash: logins::hash(&secret(sealer, &instance, &nonce)), nonce })
    }
}

/// Makes the account's link of a center, a room, a team, or of one's own work; where there is a good one, that is it.
///
/// # Errors
/// `NotFound` for what the account may not make one of.
pub async fn make(by: &FeedReader, now: Now, tx: &mut Conn, sealer: &Sealer, subject: FeedSubject) -> Result<Feed> {
    let center = queries::center_of(by, tx, now, subject).await?;
    let fresh = Fresh::make(tx, sealer).await?;
    let (mut room, mut team, mut worker) = (None, None, None);
    match subject {
        FeedSubject::Center(_) => {}
        FeedSubject::Room(id) => room = Some(id),
        FeedSubject::Team(id) => team = Some(id),
        FeedSubject::Worker(id) => worker = Some(id),
    }
    let made: Option<FeedId> = sqlx::query_scalar(
        "insert into feeds (kind, center_id, room_id, team_id, worker_id, account_id, nonce, secret_hash, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning id",
    )
    .bind(subject.of())
    .bind(center)
    .bind(room)
    .bind(team)
    .bind(worker)
    .bind(by.account)
    .bind(fresh.nonce)
    .bind(fresh.hash)
    .bind(now.0)
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(id) = made {
        audit::record(tx, by, now, audit::entry("feed.made", id.0).at(center)).await?;
    }
    let all = queries::of_account(by, tx, now).await?;
    all.into_iter().find(|feed| feed.is_of(subject)).ok_or(Error::NotFound)
}

/// Makes the phone's link of one whom it is confirmed for; where there is a good one, that is it.
pub async fn make_own(by: &ConfirmedPhone, phone: &Phone, now: Now, tx: &mut Conn, sealer: &Sealer) -> Result<()> {
    let fresh = Fresh::make(tx, sealer).await?;
    let made: Option<FeedId> = sqlx::query_scalar(
        "insert into feeds (kind, person_id, phone_id, nonce, secret_hash, made_at)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning id",
    )
    .bind(FeedOf::Person)
    .bind(by.person)
    .bind(phone.id)
    .bind(fresh.nonce)
    .bind(fresh.hash)
    .bind(now.0)
    .fetch_optional(&mut *tx)
    .await?;
    match made {
        Some(id) => audit::record(tx, by, now, audit::entry("feed.made", id.0)).await,
        None => Ok(()),
    }
}

/// Makes another link in the place of one: whoever knew that one sees nothing any more.
///
/// # Errors
/// `NotFound` for another's, and for one that is good no more.
pub async fn renew(by: &FeedReader, now: Now, tx: &mut Conn, sealer: &Sealer, id: FeedId) -> Result<Feed> {
    let old = queries::own(by, tx, now, id).await?;
    let new = replaced(by, now, tx, sealer, &old).await?;
    queries::own(by, tx, now, new).await
}

/// As [`renew`], of a phone's own.
///
/// # Errors
/// As [`renew`].
pub async fn renew_own(
    by: &ConfirmedPhone,
    phone: &Phone,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    id: FeedId,
) -> Result<()> {
    let old = own_of_phone(by, phone, tx, id).await?;
    replaced(by, now, tx, sealer, &old).await.map(|_| ())
}

/// Takes a link back.
///
/// # Errors
/// As [`renew`].
pub async fn revoke(by: &FeedReader, now: Now, tx: &mut Conn, id: FeedId) -> Result<Feed> {
    let feed = queries::own(by, tx, now, id).await?;
    end(tx, now, id).await?;
    audit::record(tx, by, now, about("feed.revoked", id, &feed)).await?;
    Ok(feed)
}

/// As [`revoke`], of a phone's own.
///
/// # Errors
/// As [`renew`].
pub async fn revoke_own(by: &ConfirmedPhone, phone: &Phone, now: Now, tx: &mut Conn, id: FeedId) -> Result<()> {
    let feed = own_of_phone(by, phone, tx, id).await?;
    end(tx, now, id).await?;
    audit::record(tx, by, now, about("feed.revoked", id, &feed)).await
}

async fn own_of_phone(by: &ConfirmedPhone, phone: &Phone, tx: &mut Conn, id: FeedId) -> Result<Feed> {
    queries::of_phone(by, phone.id, tx).await?.filter(|feed| feed.id == id).ok_or(Error::NotFound)
}

fn about(action: &'static str, id: FeedId, feed: &Feed) -> Entry<'static> {
    match feed.center_id {
        Some(center) => audit::entry(action, id.0).at(center),
        None => audit::entry(action, id.0),
    }
}

/// Of two who end one at once, one does.
async fn end(tx: &mut Conn, now: Now, id: FeedId) -> Result<()> {
    let ended = sqlx::query("update feeds set ended_at = $2 where id = $1 and ended_at is null")
        .bind(id)
        .bind(now.0)
        .execute(tx)
        .await?;
    if ended.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

async fn replaced(by: &impl Acting, now: Now, tx: &mut Conn, sealer: &Sealer, old: &Feed) -> Result<FeedId> {
    end(tx, now, old.id).await?;
    let fresh = Fresh::make(tx, sealer).await?;
    let id: FeedId = sqlx::query_scalar(
        "insert into feeds (kind, center_id, room_id, team_id, worker_id, person_id, account_id, phone_id, nonce, secret_hash, made_at)
         select kind, center_id, room_id, team_id, worker_id, person_id, account_id, phone_id,
                cast($2 as text), cast($3 as text), cast($4 as bigint)
         from feeds where id = $1 returning id",
    )
    .bind(old.id)
    .bind(fresh.nonce)
    .bind(fresh.hash)
    .bind(now.0)
    .fetch_one(&mut *tx)
    .await?;
    audit::record(tx, by, now, about("feed.renewed", id, old)).await?;
    Ok(id)
}
