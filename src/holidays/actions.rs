//! Adding and removing holidays and make-up workdays, one by one or a year's arrangement at once.

use chrono::Datelike as _;
use serde_json::json;

use super::forms::{Arrangement, HolidayInput};
use super::reading::ReadEntry;
use super::types::{HolidayId, HolidayImport, HolidayImportId, HolidayKind, HolidayMode, YearDay};
use super::{queries, rules};
use crate::audit;
use crate::auth::CityAdmin;
use crate::clock::{Date, Now};
use crate::error::{Error, Fault, FieldErrors, OnViolation, Result};
use crate::store::{Conn, Flag, rows};

/// First and last day, Chinese, English. 全国年节及纪念日放假办法 (State Council 795, 2024) art. 2; the lunar days are those of the
/// Chinese calendar for 2026 and 2027. Migration 0066 knows them too.
const STATUTORY: &[(&str, &str, &str, &str)] = &[
    ("2026-01-01", "2026-01-01", "元旦", "New Year's Day"),
    ("2026-02-16", "2026-02-19", "春节", "Spring Festival"),
    ("2026-04-05", "2026-04-05", "清明节", "Tomb-Sweeping Day"),
    ("2026-05-01", "2026-05-02", "劳动节", "Labour Day"),
    ("2026-06-19", "2026-06-19", "端午节", "Dragon Boat Festival"),
    ("2026-09-25", "2026-09-25", "中秋节", "Mid-Autumn Festival"),
    ("2026-10-01", "2026-10-03", "国庆节", "National Day"),
    ("2027-01-01", "2027-01-01", "元旦", "New Year's Day"),
    ("2027-02-05", "2027-02-08", "春节", "Spring Festival"),
    ("2027-04-05", "2027-04-05", "清明节", "Tomb-Sweeping Day"),
    ("2027-05-01", "2027-05-02", "劳动节", "Labour Day"),
    ("2027-06-09", "2027-06-09", "端午节", "Dragon Boat Festival"),
    ("2027-09-15", "2027-09-15", "中秋节", "Mid-Autumn Festival"),
    ("2027-10-01", "2027-10-03", "国庆节", "National Day"),
];

/// A row of the table, as it is written.
struct NewDay<'a> {
    kind: HolidayKind,
    year: i64,
    starts_on: Date,
    ends_on: Date,
    name: &'a str,
    name_en: &'a str,
    statutory: bool,
    import: Option<HolidayImportId>,
}

async fn insert(tx: &mut Conn, day: &NewDay<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "insert into holidays (kind, year, starts_on, ends_on, name, name_en, statutory, import_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
    )
    .bind(day.kind)
    .bind(day.year)
    .bind(day.starts_on)
    .bind(day.ends_on)
    .bind(day.name)
    .bind(day.name_en)
    .bind(Flag::from(day.statutory))
    .bind(day.import)
    .fetch_one(tx)
    .await
}

/// Fills an empty list on the first start.
pub(crate) async fn load_statutory(tx: &mut Conn) -> Result<()> {
    for (from, to, name, name_en) in STATUTORY {
        let day = |text: &str| Date::parse(text).ok_or_else(|| Error::internal("a statutory day is no date"));
        let (starts_on, ends_on) = (day(from)?, day(to)?);
        let row = NewDay {
            kind: HolidayKind::Holiday,
            year: year_of(ends_on),
            starts_on,
            ends_on,
            name,
            name_en,
            statutory: true,
            import: None,
        };
        insert(tx, &row).await?;
    }
    Ok(())
}

fn year_of(day: Date) -> i64 {
    i64::from(day.0.year())
}

/// Adds a holiday, or a make-up workday, to the table of its last day's year.
///
/// # Errors
/// `Invalid` at `starts_on` if one begins on that day already, or has some of its days.
pub async fn add(by: &CityAdmin, now: Now, tx: &mut Conn, input: &HolidayInput) -> Result<HolidayId> {
    let row = NewDay {
        kind: input.kind,
        year: year_of(input.ends_on),
        starts_on: input.starts_on,
        ends_on: input.ends_on,
        name: &input.name,
        name_en: &input.name_en,
        statutory: false,
        import: None,
    };
    let there = queries::touching(tx, input.starts_on, input.ends_on).await?;
    let other = there.iter().find(|day| day.starts_on != input.starts_on);
    let id = insert(tx, &row).await.on_unique("holidays_start", || Error::field("starts_on", "field.holiday_there"))?;
    if let Some(other) = other {
        let fault = Fault::bound("field.holiday_overlaps", &other.name);
        return Err(Error::Invalid(FieldErrors::one("starts_on", fault)));
    }
    audit::record(tx, by, now, audit::entry("holiday.added", id).because(&input.name)).await?;
    Ok(HolidayId(id))
}

/// Takes a day off the list. Sessions stay as they were decided.
pub async fn remove(by: &CityAdmin, now: Now, tx: &mut Conn, day: &YearDay) -> Result<()> {
    let HolidayId(id) = day.id;
    sqlx::query("delete from holidays where id = $1").bind(id).execute(&mut *tx).await?;
    let detail = format!("{} {}", day.starts_on, day.name);
    audit::record(tx, by, now, audit::entry("holiday.removed", id).because(&detail)).await
}

/// What would come of an arrangement: its lines with what is wrong with them, and the days that would go.
pub async fn consider(conn: &mut Conn, sent: &mut Arrangement) -> Result<Vec<YearDay>> {
    let going = match sent.mode {
        HolidayMode::Replace => queries::of_year(conn, sent.year).await?,
        HolidayMode::Add => Vec::new(),
    };
    let days = sent.lines.iter().flat_map(|line| &line.entries);
    let span = days.map(|entry| (entry.starts_on, entry.ends_on)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let mut staying = match span {
        Some((from, to)) => queries::touching(conn, from, to).await?,
        None => Vec::new(),
    };
    staying.retain(|day| going.iter().all(|other| other.id != day.id));
    rules::judge(&mut sent.lines, &staying);
    Ok(going)
}

/// Brings a year's arrangement in, all of it or nothing.
///
/// # Errors
/// `Invalid` at `cells` where a line is faulty, or somebody entered one of its days meanwhile.
pub async fn bring_in(by: &CityAdmin, now: Now, tx: &mut Conn, mut sent: Arrangement) -> Result<HolidayImportId> {
    let going = consider(tx, &mut sent).await?;
    if sent.lines.iter().any(|line| line.fault.is_some()) {
        return Err(Error::field("cells", "field.holiday_faulty_lines"));
    }
    let id: HolidayImportId = sqlx::query_scalar(
        "insert into holiday_imports (year, source, replaces, made_at, made_by)
         values ($1, $2, $3, $4, $5) returning id",
    )
    .bind(sent.year)
    .bind(&sent.source)
    .bind(Flag::from(sent.mode == HolidayMode::Replace))
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query(
        "update holidays set replaced_by = $1
         where replaced_by is null
           and id in (select cast(cast(j.value as text) as bigint) from json_each(cast($2 as json_text)) j)",
    )
    .bind(id)
    .bind(rows(&going, |day| json!(day.id)))
    .execute(&mut *tx)
    .await?;
    let entries: Vec<ReadEntry> = sent.lines.into_iter().flat_map(|line| line.entries).collect();
    for entry in &entries {
        let row = NewDay {
            kind: entry.kind,
            year: sent.year,
            starts_on: entry.starts_on,
            ends_on: entry.ends_on,
            name: &entry.name,
            name_en: &entry.name_en,
            statutory: false,
            import: Some(id),
        };
        insert(tx, &row).await.on_unique("holidays_start", || Error::field("cells", "field.holiday_faulty_lines"))?;
    }
    let detail = format!("{}, {} + {} − {}", sent.source, sent.year, entries.len(), going.len());
    audit::record(tx, by, now, audit::entry("holiday.brought_in", id.0).because(&detail)).await?;
    Ok(id)
}

/// Takes an import back: its days go, and those whose place it took are there again.
///
/// # Errors
/// `Refused("holiday_import_undone")`; `Refused("holiday_import_replaced")` where a later one took the place of its days, and
/// `Refused("holiday_import_entered")` where somebody entered a day since that was there before.
pub async fn undo(by: &CityAdmin, now: Now, tx: &mut Conn, import: &HolidayImport) -> Result<()> {
    let undone =
        sqlx::query("update holiday_imports set undone_at = $2, undone_by = $3 where id = $1 and undone_at is null")
            .bind(import.id)
            .bind(now.0)
            .bind(by.account)
            .execute(&mut *tx)
            .await?;
    if undone.rows_affected() == 0 {
        return Err(Error::refused("holiday_import_undone"));
    }
    let replaced: i64 =
        sqlx::query_scalar("select count(*) from holidays where import_id = $1 and replaced_by is not null")
            .bind(import.id)
            .fetch_one(&mut *tx)
            .await?;
    if replaced > 0 {
        return Err(Error::refused("holiday_import_replaced"));
    }
    sqlx::query("delete from holidays where import_id = $1").bind(import.id).execute(&mut *tx).await?;
    let entered: i64 = sqlx::query_scalar(
        "select count(*) from holidays b
         where b.replaced_by = $1
           and exists (select 1 from holidays_held h where h.starts_on <= b.ends_on and h.ends_on >= b.starts_on)",
    )
    .bind(import.id)
    .fetch_one(&mut *tx)
    .await?;
    if entered > 0 {
        return Err(Error::refused("holiday_import_entered"));
    }
    sqlx::query("update holidays set replaced_by = null where replaced_by = $1")
        .bind(import.id)
        .execute(&mut *tx)
        .await
        .on_unique("holidays_start", || Error::refused("holiday_import_entered"))?;
    let detail = format!("{}, {}", import.source, import.year);
    audit::record(tx, by, now, audit::entry("holiday.import_undone", import.id.0).because(&detail)).await
}
