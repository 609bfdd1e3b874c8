//! Adding and removing holidays.

use super::forms::HolidayInput;
use super::types::{Holiday, HolidayId};
use crate::audit;
use crate::auth::CityAdmin;
use crate::clock::Now;
use crate::error::{Error, OnViolation, Result};
use crate::store::Conn;

/// First and last day, Chinese, English. The lunar days are those of the Chinese calendar for 2026 and 2027.
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

const INSERT: &str = "insert into holidays (starts_on, ends_on, name, name_en) values ($1, $2, $3, $4) returning id";

/// Fills an empty list on the first start.
pub(crate) async fn load_statutory(tx: &mut Conn) -> Result<()> {
    for (from, to, name, name_en) in STATUTORY {
        sqlx::query(INSERT).bind(*from).bind(*to).bind(*name).bind(*name_en).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Adds a holiday.
///
/// # Errors
/// `Invalid` at `starts_on` if one begins on that day already.
pub async fn add(by: &CityAdmin, now: Now, tx: &mut Conn, input: &HolidayInput) -> Result<()> {
    let added: Result<i64, sqlx::Error> = sqlx::query_scalar(INSERT)
        .bind(input.starts_on)
        .bind(input.ends_on)
        .bind(&input.name)
        .bind(&input.name_en)
        .fetch_one(&mut *tx)
        .await;
    let id = added.on_unique("holidays_start", || Error::field("starts_on", "field.holiday_there"))?;
    audit::record(tx, by, now, audit::entry("holiday.added", id).because(&input.name)).await
}

/// Takes a holiday off the list. Sessions stay as they were decided.
pub async fn remove(by: &CityAdmin, now: Now, tx: &mut Conn, holiday: &Holiday) -> Result<()> {
    let HolidayId(id) = holiday.id;
    sqlx::query("delete from holidays where id = $1").bind(id).execute(&mut *tx).await?;
    let detail = format!("{} {}", holiday.starts_on, holiday.name);
    audit::record(tx, by, now, audit::entry("holiday.removed", id).because(&detail)).await
}
