//! The order in which rows are held until a transaction ends: **centers, sessions, rooms, the team, the unit, people, workers, then
//! what hangs on them** (bookings, attendances, cards, posts, agreements and then their reports), and of one kind by rising ids. Whoever changes
//! more than one of these holds them in this order, so that no two on PostgreSQL wait for each other. What is new needs no holding, for nobody else knows of
//! it. After all of these come, by themselves, the months that are marked ([`crate::marks`]). On SQLite a transaction that writes has the
//! whole database.
//!
//! A row is held for its values: those who only point to it with a foreign key do not wait.

use std::collections::BTreeSet;

use serde_json::json;
use sqlx::Row as _;

use crate::error::Result;
use crate::ids::{
    AccountId, AgreementId, AttendanceId, CardId, CenterId, IndicatorId, PersonId, PostId, RoomId, SessionId, TeamId,
    UnitId, WorkerId,
};
use crate::store::{self, Conn};

/// Holds a center: of two agreements about it one comes after the other. False where there is none.
pub async fn center(tx: &mut Conn, center: CenterId) -> Result<bool> {
    is_held(tx, "select id from centers where id = $1", center.0).await
}

/// As [`center`], several at once. False where one of them is not there.
pub async fn centers(tx: &mut Conn, centers: &BTreeSet<CenterId>) -> Result<bool> {
    let given = store::rows(centers, |id| json!(id));
    store::lock_values(
        tx,
        "select id from centers
         where id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j) order by id",
    )
    .bind(given.clone())
    .execute(&mut *tx)
    .await?;
    let there: i64 = sqlx::query_scalar(
        "select count(*) from centers
         where id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(given)
    .fetch_one(tx)
    .await?;
    Ok(usize::try_from(there).is_ok_and(|there| there == centers.len()))
}

/// Holds sessions: whoever moves, closes, corrects or lets in.
pub async fn sessions(tx: &mut Conn, sessions: impl IntoIterator<Item = SessionId>) -> Result<()> {
    if store::writes_alone(tx) {
        return Ok(());
    }
    let ids: BTreeSet<SessionId> = sessions.into_iter().collect();
    store::lock_values(
        tx,
        "select id from sessions
         where id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j) order by id",
    )
    .bind(store::rows(ids, |id| json!(id)))
    .execute(tx)
    .await?;
    Ok(())
}

/// Holds a room: whoever books it and whoever takes it out of use come one after the other. False where it is used no more.
pub async fn room(tx: &mut Conn, room: RoomId) -> Result<bool> {
    is_held(tx, "select id from rooms where id = $1 and retired_at is null", room.0).await
}

/// Holds a team, as [`room`] a room. False where it is disbanded.
pub async fn team(tx: &mut Conn, team: TeamId) -> Result<bool> {
    is_held(tx, "select id from teams where id = $1 and disbanded_on is null", team.0).await
}

/// Holds a unit: whoever ends it and whoever has it take part in a session come one after the other. False where there is none.
pub async fn unit(tx: &mut Conn, unit: UnitId) -> Result<bool> {
    is_held(tx, "select id from units where id = $1", unit.0).await
}

/// Holds a person, for whoever changes what others copy of them: a check-in under way is waited for.
pub async fn person(tx: &mut Conn, person: PersonId) -> Result<()> {
    store::lock(tx, "select id from people where id = $1").bind(person).execute(tx).await?;
    Ok(())
}

/// As [`person`], several at once.
pub async fn people(tx: &mut Conn, people: impl IntoIterator<Item = PersonId>) -> Result<()> {
    let ids: BTreeSet<PersonId> = people.into_iter().collect();
    store::lock(
        tx,
        "select id from people
         where id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j) order by id",
    )
    .bind(store::rows(ids, |id| json!(id)))
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes part in the rows of people from whom something is copied: whoever corrects it ([`person`]) waits for these, or
/// these for the correction.
pub async fn people_shared(tx: &mut Conn, people: impl IntoIterator<Item = PersonId>) -> Result<()> {
    if store::writes_alone(tx) {
        return Ok(());
    }
    let ids: BTreeSet<PersonId> = people.into_iter().collect();
    store::share(
        tx,
        "select id from people
         where id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j) order by id",
    )
    .bind(store::rows(ids, |id| json!(id)))
    .execute(tx)
    .await?;
    Ok(())
}

/// Holds workers: whoever plans with one and whoever lets one go come one after the other.
pub async fn workers(tx: &mut Conn, workers: impl IntoIterator<Item = WorkerId>) -> Result<()> {
    if store::writes_alone(tx) {
        return Ok(());
    }
    let ids: BTreeSet<WorkerId> = workers.into_iter().collect();
    store::lock_values(
        tx,
        "select id from workers
         where id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j) order by id",
    )
    .bind(store::rows(ids, |id| json!(id)))
    .execute(tx)
    .await?;
    Ok(())
}

/// Holds posts: of two who fill one, one comes after the other.
pub async fn posts(tx: &mut Conn, posts: impl IntoIterator<Item = PostId>) -> Result<()> {
    if store::writes_alone(tx) {
        return Ok(());
    }
    let ids: BTreeSet<PostId> = posts.into_iter().collect();
    store::lock_values(
        tx,
        "select id from posts
         where id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j) order by id",
    )
    .bind(store::rows(ids, |id| json!(id)))
    .execute(tx)
    .await?;
    Ok(())
}

/// Holds an agreement: whoever reports of it or lays a paper with it, and whoever changes it, come one after the other. False where it was
/// taken back.
pub async fn agreement(tx: &mut Conn, agreement: AgreementId) -> Result<bool> {
    is_held(tx, "select id from agreements where id = $1 and voided_at is null", agreement.0).await
}

/// As [`agreement`], its reports too: for whoever changes it, so that meanwhile nobody writes in one, submits or answers it.
pub async fn agreement_with_reports(tx: &mut Conn, agreement: AgreementId) -> Result<bool> {
    if !self::agreement(tx, agreement).await? {
        return Ok(false);
    }
    if !store::writes_alone(tx) {
        store::lock_values(tx, "select id from periodic_reports where agreement_id = $1 order by id")
            .bind(agreement)
            .execute(tx)
            .await?;
    }
    Ok(true)
}

/// Holds an indicator: whoever asks otherwise, removes it, or enters what was reached comes one after the other. False where it was removed.
pub async fn indicator(tx: &mut Conn, indicator: IndicatorId) -> Result<bool> {
    is_held(tx, "select id from indicators where id = $1 and voided_at is null", indicator.0).await
}

/// Holds an account: of two who join it to a staff record one comes after the other.
pub async fn account(tx: &mut Conn, account: AccountId) -> Result<bool> {
    is_held(tx, "select id from accounts where id = $1", account.0).await
}

/// Holds a volunteer's attendance at the session: of two confirmations one comes after the other. False where it was voided,
/// or is another's, also where the person was made one with another meanwhile.
pub async fn service(
    tx: &mut Conn,
    session: SessionId,
    (attendance, person): (AttendanceId, PersonId),
) -> Result<bool> {
    let held = store::lock_values(
        tx,
        "select id from attendances where id = $1 and session_id = $2 and person_id = $3 and part = 'volunteer' and voided_at is null",
    )
    .bind(attendance)
    .bind(session)
    .bind(person)
    .fetch_optional(tx)
    .await?;
    Ok(held.is_some())
}

/// The good card with this hash and its holder, held so that nobody revokes it meanwhile.
pub async fn card(tx: &mut Conn, hash: &str) -> Result<Option<(CardId, PersonId)>> {
    let row = store::lock(tx, "select id, person_id from cards where code_hash = $1 and revoked_at is null")
        .bind(hash.to_owned())
        .fetch_optional(tx)
        .await?;
    Ok(match row {
        Some(row) => Some((CardId(row.try_get("id")?), PersonId(row.try_get("person_id")?))),
        None => None,
    })
}

async fn is_held(tx: &mut Conn, sql: &'static str, id: i64) -> Result<bool> {
    Ok(store::lock_values(tx, sql).bind(id).fetch_optional(tx).await?.is_some())
}
