//! The city's setting: below which number a count of people is not told to who reads totals without knowing them.

use crate::audit;
use crate::auth::{CenterReader, CityAdmin, Viewer};
use crate::clock::Now;
use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::store::Conn;

/// As shipped: one and two are hidden.
pub const SHIPPED: i64 = 3;

/// A two hides the ones alone; beyond twenty nothing would be left of a small center's report.
pub const RANGE: std::ops::RangeInclusive<i64> = 2..=20;

/// Whether `viewer` knows the center's people, or at least works with them: who does not reads no small numbers. Who is not named here
/// does not.
pub fn are_seen_by(viewer: &Viewer) -> bool {
    CenterReader::includes(viewer.role)
}

/// The least number that is told.
pub async fn threshold(conn: &mut Conn) -> Result<i64> {
    let set: Option<i64> =
        sqlx::query_scalar("select least from small_cells where id = 1").fetch_optional(conn).await?;
    Ok(set.unwrap_or(SHIPPED))
}

/// The same before `viewer`; none for whom all is told.
pub(super) async fn before(viewer: &Viewer, conn: &mut Conn) -> Result<Option<i64>> {
    if are_seen_by(viewer) { Ok(None) } else { threshold(conn).await.map(Some) }
}

/// Reads field `least`.
pub(super) fn read(fields: &Fields) -> Result<i64> {
    let mut read = fields.read();
    let least = read.required("least", parse::integer(RANGE));
    read.finish(|| least)
}

/// Sets the least number that is told; the same again writes nothing.
pub async fn set_threshold(by: &CityAdmin, now: Now, tx: &mut Conn, least: i64) -> Result<()> {
    let known = threshold(tx).await?;
    if known == least {
        return Ok(());
    }
    sqlx::query(
        "insert into small_cells (id, least, set_at, set_by) values (1, $1, $2, $3)
         on conflict (id) do update set least = excluded.least, set_at = excluded.set_at, set_by = excluded.set_by",
    )
    .bind(least)
    .bind(now.0)
    .bind(by.account)
    .execute(&mut *tx)
    .await?;
    let detail = format!("{known} → {least}");
    audit::record(tx, by, now, audit::entry("small_cells.set", 0).because(&detail)).await
}
