//! Making keys, putting one in the place of another, and removing what is used no more.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use super::{jobs, queries};
use crate::audit::{self, Acting};
use crate::clock::{Now, Timestamp};
use crate::error::{Error, Result};
use crate::jobs::{JobState, ask, progress};
use crate::store::{Conn, Db, KeyNumber, Sealer, rows};

/// So long a key is announced before it is used: every server reads the keys more often (`start`).
const ANNOUNCED: Duration = Duration::from_secs(15);

/// Makes the first data key of a database that has none, and reads those there are.
///
/// # Errors
/// As the database says.
pub async fn make_first(now: Now, db: &Db, sealer: &Sealer) -> Result<()> {
    if !queries::known(&mut *db.read().await?).await?.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin_alone().await?;
    if queries::known(&mut tx).await?.is_empty() {
        insert(now, &mut tx, sealer, KeyNumber(1), Some(now.0)).await?;
        tx.commit().await?;
    }
    sealer.read_keys(db).await.map_err(Error::internal)
}

/// Makes a new data key: announced now, current soon, and by then everything is sealed anew by a job. The transaction is one
/// of which there is one at a time.
///
/// # Errors
/// `Refused("key_rotation_under_way")` until the key before has taken the place of all others.
pub async fn rotate(by: &impl Acting, now: Now, tx: &mut Conn, sealer: &Sealer) -> Result<KeyNumber> {
    let newest = queries::known(tx).await?.last().map_or(KeyNumber::OWN, |key| key.number);
    for kind in [jobs::RESEAL, jobs::REMOVE] {
        let state = progress(tx, kind, &newest.to_string()).await?.map(|job| job.state);
        if matches!(state, Some(JobState::Waiting | JobState::Running)) {
            return Err(Error::refused("key_rotation_under_way"));
        }
    }
    let number = KeyNumber(newest.0 + 1);
    insert(now, tx, sealer, number, None).await?;
    ask(tx, jobs::RESEAL, &number.to_string(), now.0.plus(ANNOUNCED)).await?;
    audit::record(tx, by, now, audit::entry("key.rotated", number.0)).await?;
    Ok(number)
}

async fn insert(
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    number: KeyNumber,
    current_at: Option<Timestamp>,
) -> Result<()> {
    sqlx::query("insert into data_keys (number, wrapped, made_at, current_at) values ($1, $2, $3, $4)")
        .bind(number)
        .bind(sealer.make_key(number))
        .bind(now.0)
        .bind(current_at)
        .execute(tx)
        .await?;
    Ok(())
}

/// Has what is written from now on sealed by this key; says since when it is, if it still is the latest.
pub(super) async fn put_in_place(now: Now, tx: &mut Conn, number: KeyNumber) -> Result<Option<Timestamp>> {
    sqlx::query("update data_keys set current_at = $1 where number = $2 and current_at is null")
        .bind(now.0)
        .bind(number)
        .execute(&mut *tx)
        .await?;
    let latest = queries::known(tx).await?.into_iter().rfind(|key| key.current_at.is_some());
    Ok(latest.filter(|key| key.number == number).and_then(|key| key.current_at))
}

/// Removes the keys before this one by which no value is sealed.
pub(super) async fn remove(
    by: &impl Acting,
    now: Now,
    tx: &mut Conn,
    before: KeyNumber,
    values: &BTreeMap<KeyNumber, i64>,
) -> Result<()> {
    let used = rows(values.keys(), |number| json!({ "number": number }));
    let removed: Vec<i64> = sqlx::query_scalar(
        "delete from data_keys where number < $1 and number not in
             (select cast(j.value ->> 'number' as bigint) from json_each(cast($2 as json_text)) j)
         returning number",
    )
    .bind(before)
    .bind(used)
    .fetch_all(&mut *tx)
    .await?;
    let entries: Vec<_> = removed.into_iter().map(|number| audit::entry("key.removed", number)).collect();
    audit::record_all(tx, by, now, &entries).await
}
