//! Which keys there are, and how much each has sealed.

use std::collections::BTreeMap;

use super::{KnownKey, jobs};
use crate::error::Result;
use crate::jobs::{JobProgress, progress};
use crate::store::{Conn, KeyNumber};

/// The data keys, by their numbers.
///
/// # Errors
/// As the database says.
pub async fn known(conn: &mut Conn) -> Result<Vec<KnownKey>> {
    Ok(sqlx::query_as("select number, made_at, current_at from data_keys order by number").fetch_all(conn).await?)
}

/// How many values each key has sealed, that which comes from the secret (0) included. It reads all that is sealed.
///
/// # Errors
/// As the database says.
pub async fn values(conn: &mut Conn) -> Result<BTreeMap<KeyNumber, i64>> {
    let mut values = BTreeMap::new();
    for column in super::columns() {
        for (key, many) in column.count(conn).await? {
            *values.entry(key).or_default() += many;
        }
    }
    Ok(values)
}

/// How far the two steps of the latest rotation are, as far as there is one.
///
/// # Errors
/// As the database says.
pub async fn work(conn: &mut Conn) -> Result<Vec<(&'static str, JobProgress)>> {
    let Some(newest) = known(conn).await?.pop() else { return Ok(Vec::new()) };
    let mut work = Vec::new();
    for (step, kind) in [("sealing anew", jobs::RESEAL), ("removing older keys", jobs::REMOVE)] {
        work.extend(progress(conn, kind, &newest.number.to_string()).await?.map(|job| (step, job)));
    }
    Ok(work)
}
