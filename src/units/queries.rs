//! Reading units, always within a center that the viewer was let into.

use super::types::{ListedUnit, Unit, UnitId, UnitName, UnitOrder, UnitsAsked};
use crate::auth::{Coordinator, Viewer};
use crate::centers::{self, Center, CenterId};
use crate::clock::Date;
use crate::error::{Error, Result};
use crate::spelling;
use crate::store::{Conn, Flag};

/// A [`Unit`]'s columns; the place `reader` of the statement is 1 for who may read whom to call and what was noted.
fn columns(reader: &str) -> String {
    let own = ["contact", "phone_sealed", "note"]
        .map(|name| format!("case when {reader} = 1 then u.{name} else null end as {name}"))
        .join(", ");
    format!(
        "u.id, u.center_id, u.name, u.kind, u.address, u.since, u.ended_on, u.standing, u.founded_on, u.supported_since,
         u.supported_by, u.version, {own}"
    )
}

fn reads_all(by: &Viewer) -> Flag {
    Coordinator::includes(by.role).into()
}

/// One unit of the center.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn find(by: &Viewer, conn: &mut Conn, center: CenterId, id: UnitId) -> Result<Unit> {
    let sql = format!("select {} from units u where u.center_id = $1 and u.id = $2", columns("$3"));
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(center)
        .bind(id)
        .bind(reads_all(by))
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// As [`find`], with the center.
///
/// # Errors
/// `NotFound` for a center that the viewer does not reach, too.
pub async fn open_in(by: &Viewer, conn: &mut Conn, center: CenterId, id: UnitId) -> Result<(Center, Unit)> {
    let center = centers::queries::open_to(by, conn, center).await?;
    let unit = find(by, conn, center.id(), id).await?;
    Ok((center, unit))
}

/// As [`open_in`], whichever of the viewer's centers it is.
///
/// # Errors
/// `NotFound` where no center of theirs knows it.
pub async fn open_to(by: &Viewer, conn: &mut Conn, id: UnitId) -> Result<(Center, Unit)> {
    let center: Option<CenterId> = sqlx::query_scalar(
        "select u.center_id from units u join account_centers r on r.center_id = u.center_id
         where u.id = $1 and r.account_id = $2",
    )
    .bind(id)
    .bind(by.account)
    .fetch_optional(&mut *conn)
    .await?;
    open_in(by, conn, center.ok_or(Error::NotFound)?, id).await
}

/// The condition of what is asked for: `$1` is the center, `$2` to `$4` what is wanted, the first two null where all are.
const ASKED: &str = "u.center_id = $1 and ($2 is null or u.kind = $2) and ($3 is null or u.standing = $3)
     and case when u.ended_on is null then 0 else 1 end = $4";

impl UnitOrder {
    fn columns(self) -> &'static str {
        match self {
            Self::Name => "u.pinyin, u.id",
            Self::Latest => "last_on desc nulls last, u.pinyin, u.id",
            Self::Newest => "coalesce(u.since, u.founded_on) desc nulls last, u.pinyin, u.id",
        }
    }
}

/// The `size` units after the first `skip`. `year` is the day from which sessions are counted.
pub async fn list(
    by: &Viewer,
    conn: &mut Conn,
    center: CenterId,
    asked: UnitsAsked,
    year: Date,
    (skip, size): (i64, i64),
) -> Result<Vec<ListedUnit>> {
    let took_part = "from unit_participations x join sessions s on s.id = x.session_id
         where x.unit_id = u.id and x.voided_at is null and s.status = 'completed'";
    let sql = format!(
        "select {}, (select max(s.local_date) {took_part}) as last_on,
                (select count(distinct s.id) {took_part} and s.local_date >= $6) as sessions
         from units u where {ASKED} order by {} limit $7 offset $8",
        columns("$5"),
        asked.order().columns()
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(center)
        .bind(asked.kind)
        .bind(asked.standing)
        .bind(Flag::from(asked.ended))
        .bind(reads_all(by))
        .bind(year)
        .bind(size)
        .bind(skip)
        .fetch_all(conn)
        .await?)
}

/// How many units are as asked.
pub async fn count(conn: &mut Conn, center: CenterId, asked: UnitsAsked) -> Result<i64> {
    let sql = format!("select count(*) from units u where {ASKED}");
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(center)
        .bind(asked.kind)
        .bind(asked.standing)
        .bind(Flag::from(asked.ended))
        .fetch_one(conn)
        .await?)
}

/// The center's units with ids above `after`, for the API's pages; those that were there on a day, where one is given.
pub async fn after(
    by: &Viewer,
    conn: &mut Conn,
    center: CenterId,
    on: Option<Date>,
    (after, limit): (i64, i64),
) -> Result<Vec<Unit>> {
    let sql = format!(
        "select {} from units u
         where u.center_id = $1 and u.id > $2 and ($3 is null or {}) order by u.id limit $4",
        columns("$5"),
        there_on("$3")
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(center)
        .bind(after)
        .bind(on)
        .bind(limit)
        .bind(reads_all(by))
        .fetch_all(conn)
        .await?)
}

/// The condition, over unit `u`, that it was in the community on a day, a place of the statement. What is not known to have
/// come has always been there.
fn there_on(day: &str) -> String {
    format!("(coalesce(u.since, u.founded_on, {day}) <= {day} and coalesce(u.ended_on, {day}) >= {day})")
}

/// The center's units that had not ended on a day, for a field to suggest: who took part most often first.
pub async fn suggested(conn: &mut Conn, center: CenterId, day: Date, limit: i64) -> Result<Vec<UnitName>> {
    Ok(sqlx::query_as(
        "select u.id, u.name, u.kind from units u
         where u.center_id = $1 and (u.ended_on is null or u.ended_on >= $2)
         order by (select count(*) from unit_participations x where x.unit_id = u.id and x.voided_at is null) desc,
                  u.pinyin, u.id limit $3",
    )
    .bind(center)
    .bind(day)
    .bind(limit)
    .fetch_all(conn)
    .await?)
}

/// The center's units that had not ended on a day and that a typed name means: the one that is called so, else those whose
/// name holds it.
pub async fn named(conn: &mut Conn, center: CenterId, day: Date, text: &str, limit: i64) -> Result<Vec<UnitName>> {
    let key = spelling::key(text);
    if key.is_empty() {
        return Ok(Vec::new());
    }
    let literal = key.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let mut found: Vec<UnitName> = sqlx::query_as(
        "select u.id, u.name, u.kind from units u
         where u.center_id = $1 and (u.ended_on is null or u.ended_on >= $2) and u.name_key like $3 escape '\\'
         order by case when u.name_key = $4 then 0 else 1 end, u.pinyin, u.id limit $5",
    )
    .bind(center)
    .bind(day)
    .bind(format!("%{literal}%"))
    .bind(&key)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    if found.first().is_some_and(|first| spelling::key(&first.name) == key) {
        found.truncate(1);
    }
    Ok(found)
}
