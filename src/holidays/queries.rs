//! Reading holidays and make-up workdays.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike as _;
use serde_json::json;

use super::rules;
use super::types::{
    Holiday, HolidayAsk, HolidayId, HolidayImport, HolidayImportId, HolidayKind, Workday, YearDay, YearState,
};
use crate::auth::CityAdmin;
use crate::clock::Date;
use crate::error::{Error, Result};
use crate::store::{Conn, rows};

/// The holidays with a day in `from..=to`, in order.
pub async fn between(conn: &mut Conn, from: Date, to: Date) -> Result<Vec<Holiday>> {
    Ok(sqlx::query_as(
        "select id, starts_on, ends_on, name, name_en from holidays_held
         where kind = $3 and starts_on <= $2 and ends_on >= $1 order by starts_on",
    )
    .bind(from)
    .bind(to)
    .bind(HolidayKind::Holiday)
    .fetch_all(conn)
    .await?)
}

/// The make-up workdays with a day in `from..=to`, in order: weekends on which people work.
pub async fn workdays(conn: &mut Conn, from: Date, to: Date) -> Result<Vec<Workday>> {
    Ok(sqlx::query_as(
        "select id, starts_on, ends_on, name, name_en from holidays_held
         where kind = $3 and starts_on <= $2 and ends_on >= $1 order by starts_on",
    )
    .bind(from)
    .bind(to)
    .bind(HolidayKind::Workday)
    .fetch_all(conn)
    .await?)
}

const DAYS: &str = "select id, kind, year, starts_on, ends_on, name, name_en, statutory, source from holidays_held";

/// The table of the days that are not over on `day`, in order: holidays and make-up workdays.
pub async fn from_on(conn: &mut Conn, day: Date) -> Result<Vec<YearDay>> {
    let sql = format!("{DAYS} where ends_on >= $1 order by starts_on");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(day).fetch_all(conn).await?)
}

/// A year's table, in order.
pub async fn of_year(conn: &mut Conn, year: i64) -> Result<Vec<YearDay>> {
    let sql = format!("{DAYS} where year = $1 order by starts_on");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(year).fetch_all(conn).await?)
}

/// Whose days touch `from..=to`.
pub async fn touching(conn: &mut Conn, from: Date, to: Date) -> Result<Vec<YearDay>> {
    let sql = format!("{DAYS} where starts_on <= $2 and ends_on >= $1 order by starts_on");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(from).bind(to).fetch_all(conn).await?)
}

pub async fn find(conn: &mut Conn, id: HolidayId) -> Result<YearDay> {
    let sql = format!("{DAYS} where id = $1");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

const IMPORTS: &str = "select i.id, i.year, i.source, i.replaces, i.made_at, a.name as made_by,
        (select count(*) from holidays_held h where h.import_id = i.id) as days, i.undone_at
     from holiday_imports i join accounts a on a.id = i.made_by";

/// What was brought in, the latest first.
pub async fn imports(conn: &mut Conn) -> Result<Vec<HolidayImport>> {
    let sql = format!("{IMPORTS} order by i.id desc");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(conn).await?)
}

pub async fn import(conn: &mut Conn, id: HolidayImportId) -> Result<HolidayImport> {
    let sql = format!("{IMPORTS} where i.id = $1");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// How many years ahead sessions are planned at most.
const YEARS_AHEAD: i64 = 5;

/// The days that the city administrator is asked for on `today`.
pub async fn asks(_: &CityAdmin, conn: &mut Conn, today: Date) -> Result<Vec<HolidayAsk>> {
    let this = i64::from(today.0.year());
    let counted: Vec<(i64, i64, i64)> = sqlx::query_as(
        "select year, count(*), cast(sum(statutory) as bigint) from holidays_held where year >= $1 group by year",
    )
    .bind(this)
    .fetch_all(&mut *conn)
    .await?;
    let state =
        |days: i64, statutory: i64| if days == statutory { YearState::StatutoryOnly } else { YearState::Entered };
    let known: BTreeMap<i64, YearState> =
        counted.into_iter().map(|(year, days, statutory)| (year, state(days, statutory))).collect();
    let unknown: Vec<i64> = (this..=this + YEARS_AHEAD).filter(|year| !known.contains_key(year)).collect();
    let planned = planned_in(conn, today, &unknown).await?;
    Ok(rules::asks(today, &known, &planned))
}

/// In which of these years sessions are planned, from `today` on.
async fn planned_in(conn: &mut Conn, today: Date, years: &[i64]) -> Result<BTreeSet<i64>> {
    let row = |year: &i64| json!({"year": year, "first": format!("{year}-01-01"), "last": format!("{year}-12-31")});
    let found: Vec<i64> = sqlx::query_scalar(
        "select y.year
         from (select cast(j.value ->> 'year' as bigint) as year, j.value ->> 'first' as first_day,
                      j.value ->> 'last' as last_day
               from json_each(cast($1 as json_text)) j) y
         where exists (select 1 from centers c join sessions s on s.center_id = c.id
                       where s.status = 'planned' and s.local_date >= $2
                         and s.local_date between y.first_day and y.last_day)",
    )
    .bind(rows(years, row))
    .bind(today)
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().collect())
}
