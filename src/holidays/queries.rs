//! Reading holidays.

use super::types::{Holiday, HolidayId};
use crate::clock::Date;
use crate::error::{Error, Result};
use crate::store::Conn;

/// The holidays with a day in `from..=to`, in order.
pub async fn between(conn: &mut Conn, from: Date, to: Date) -> Result<Vec<Holiday>> {
    Ok(sqlx::query_as(
        "select id, starts_on, ends_on, name, name_en from holidays
         where starts_on <= $2 and ends_on >= $1 order by starts_on",
    )
    .bind(from)
    .bind(to)
    .fetch_all(conn)
    .await?)
}

/// The holidays that are not over on `day`, in order.
pub async fn from_on(conn: &mut Conn, day: Date) -> Result<Vec<Holiday>> {
    Ok(sqlx::query_as(
        "select id, starts_on, ends_on, name, name_en from holidays where ends_on >= $1 order by starts_on",
    )
    .bind(day)
    .fetch_all(conn)
    .await?)
}

pub async fn find(conn: &mut Conn, id: HolidayId) -> Result<Holiday> {
    sqlx::query_as("select id, starts_on, ends_on, name, name_en from holidays where id = $1")
        .bind(id)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}
