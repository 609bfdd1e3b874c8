//! The city's setting: below which number a count of people is not told to who reads totals without knowing them, and since when.

use crate::audit;
use crate::auth::{CenterReader, CityAdmin, Viewer};
use crate::clock::{Date, Month, Now, Zone};
use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::store::{Conn, Flag};

/// As shipped: one and two are hidden.
pub const SHIPPED: i64 = 3;

/// A two hides the ones alone; beyond twenty nothing would be left of a small center's report.
pub const RANGE: std::ops::RangeInclusive<i64> = 2..=20;

/// Whether `viewer` knows the center's people, or at least works with them: who does not reads no small numbers. Who is not named here
/// does not.
pub fn are_seen_by(viewer: &Viewer) -> bool {
    CenterReader::includes(viewer.role)
}

/// What whoever reads no small numbers is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmallCells {
    /// The least number that is told, besides 0.
    pub least: i64,
    /// Whether they are told of periods that are not over. Who asks again and again learns a hidden number from what a total grows by, so
    /// as shipped they are not.
    pub under_way: bool,
}

impl Default for SmallCells {
    fn default() -> Self {
        Self { least: SHIPPED, under_way: false }
    }
}

impl SmallCells {
    /// The first day of which nothing is told yet, where there is one.
    pub(super) fn until(self, now: Now) -> Option<Date> {
        (!self.under_way).then(|| Zone::SHANGHAI.date(now.0))
    }
}

/// As it is set.
pub async fn setting(conn: &mut Conn) -> Result<SmallCells> {
    let set: Option<(i64, Flag)> =
        sqlx::query_as("select least, under_way from small_cells where id = 1").fetch_optional(conn).await?;
    Ok(set.map_or_else(SmallCells::default, |(least, under_way)| SmallCells { least, under_way: under_way.is_set() }))
}

/// The same before `viewer`; none for whom all is told.
pub(super) async fn before(viewer: &Viewer, conn: &mut Conn) -> Result<Option<SmallCells>> {
    if are_seen_by(viewer) { Ok(None) } else { setting(conn).await.map(Some) }
}

/// The latest month that is told to `viewer`: the one that runs, or the one before it.
///
/// # Errors
/// As the database says.
pub async fn latest_month(viewer: &Viewer, conn: &mut Conn, now: Now) -> Result<Month> {
    let current = Month::of(Zone::SHANGHAI.date(now.0));
    let is_told = before(viewer, conn).await?.is_none_or(|setting| setting.under_way);
    Ok(if is_told { current } else { current.previous() })
}

/// Whether days that end before `end` are told to whoever sees no small numbers.
///
/// # Errors
/// As the database says.
pub async fn is_told_to_all(conn: &mut Conn, now: Now, end: Date) -> Result<bool> {
    Ok(setting(conn).await?.until(now).is_none_or(|until| end <= until))
}

/// The day before which `viewer` is told how much is done of what runs for longer than a month; none where all is told.
///
/// # Errors
/// As the database says.
pub async fn told_before(viewer: &Viewer, conn: &mut Conn, now: Now) -> Result<Option<Date>> {
    let is_told = before(viewer, conn).await?.is_none_or(|setting| setting.under_way);
    Ok((!is_told).then(|| Month::of(Zone::SHANGHAI.date(now.0)).first()))
}

/// Reads fields `least under_way`.
pub(super) fn read(fields: &Fields) -> Result<SmallCells> {
    let mut read = fields.read();
    let (least, under_way) = (read.required("least", parse::integer(RANGE)), read.flag("under_way"));
    read.finish(|| Some(SmallCells { least: least?, under_way }))
}

/// Sets what is told; the same again writes nothing.
pub async fn set(by: &CityAdmin, now: Now, tx: &mut Conn, wanted: SmallCells) -> Result<()> {
    let known = setting(tx).await?;
    if known == wanted {
        return Ok(());
    }
    sqlx::query(
        "insert into small_cells (id, least, under_way, set_at, set_by) values (1, $1, $2, $3, $4)
         on conflict (id) do update set least = excluded.least, under_way = excluded.under_way, set_at = excluded.set_at,
                set_by = excluded.set_by",
    )
    .bind(wanted.least)
    .bind(Flag::from(wanted.under_way))
    .bind(now.0)
    .bind(by.account)
    .execute(&mut *tx)
    .await?;
    let said = |setting: SmallCells| format!("{}{}", setting.least, if setting.under_way { "+" } else { "" });
    let detail = format!("{} → {}", said(known), said(wanted));
    audit::record(tx, by, now, audit::entry("small_cells.set", 0).because(&detail)).await
}
