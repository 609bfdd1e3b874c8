//! Keeping what is derived: made anew after something was changed, from nothing by `linli rebuild`, and counted again from the rows by
//! `linli check`.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::Datelike;
use rocket::fairing::AdHoc;
use rocket::futures::future::BoxFuture;
use serde_json::json;
use sqlx::AssertSqlSafe;

use super::building::{self, CountedDays};
use super::charged::ChargedParts;
use super::reading::{Whole, months_of};
use super::types::Period;
use crate::centers::CenterId;
use crate::clock::{Date, Month, Now, Timestamp, Zone};
use crate::error::Result;
use crate::jobs::{self, JobError, Registry, Task};
use crate::marks;
use crate::store::{self, Conn, Db};

pub const REFRESH: &str = "figures.refresh";

/// So many months are counted at once: thirty thousand attendances or so, in memory together.
const AT_ONCE: i64 = 60;

/// How often a server looks whether anything was changed.
const EVERY: Duration = Duration::from_secs(20);

const MINUTE: i64 = 60_000;

/// Where servers do jobs, one of them keeps the figures: what was changed is counted anew within a minute, and until then by whoever
/// reads it.
pub fn stage() -> AdHoc {
    AdHoc::on_ignite("figures' keeping", |rocket| async {
        let registry = Registry::default().on(REFRESH, |task| Box::pin(refresh_all(task)) as BoxFuture<'_, _>);
        let rocket = jobs::register(rocket, registry);
        rocket.attach(jobs::looking("figures", EVERY, |db, now| Box::pin(ask_if_stale(db, now)) as BoxFuture<'_, _>))
    })
}

async fn ask_if_stale(db: &Db, now: Now) -> Result<()> {
    if is_good(&mut *db.read().await?, now).await? {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    // Of all processes that see it within one minute one does it.
    jobs::ask(&mut tx, REFRESH, "", Timestamp(now.0.0 - now.0.0.rem_euclid(MINUTE))).await?;
    Ok(tx.commit().await?)
}

async fn refresh_all(task: Task<'_>) -> Result<(), JobError> {
    begin(task.db, task.now).await?;
    let mut done = 0;
    loop {
        let count = next(task.db).await?;
        if count == 0 {
            return Ok(());
        }
        done += i64::try_from(count).unwrap_or(0);
        let mut tx = task.db.begin().await?;
        task.report(&mut tx, done, 0).await?;
        tx.commit().await?;
    }
}

/// Counts anew what is not good any more; says how many months and years that were.
///
/// # Errors
/// As the database says.
pub async fn refresh(db: &Db, now: Now) -> Result<usize> {
    begin(db, now).await?;
    refresh_marked(db).await
}

/// The same of those months that are marked already.
///
/// # Errors
/// As the database says.
pub async fn refresh_marked(db: &Db) -> Result<usize> {
    let mut done = 0;
    loop {
        match next(db).await? {
            0 => return Ok(done),
            count => done += count,
        }
    }
}

/// Forgets all that is derived and makes it anew, telling how much is done.
///
/// # Errors
/// As the database says.
pub async fn rebuild(db: &Db, now: Now, mut told: impl FnMut(usize)) -> Result<usize> {
    let mut tx = db.begin().await?;
    // In the order in which others keep them.
    store::lock(&tx, "select center_id from figure_sets order by span desc, center_id").execute(&mut *tx).await?;
    sqlx::query("delete from figure_sets").execute(&mut *tx).await?;
    // What servers have put together of it and recall is good no more either.
    let centers: Vec<CenterId> = sqlx::query_scalar("select id from centers").fetch_all(&mut *tx).await?;
    marks::all(&mut tx, centers);
    tx.commit().await?;
    mark_all(db, now).await?;
    let mut done = 0;
    loop {
        match next(db).await? {
            0 => return Ok(done),
            count => done += count,
        }
        told(done);
    }
}

/// The years that are kept whole: from the first of which anything is marked to this one.
async fn years(conn: &mut Conn, now: Now) -> Result<std::ops::RangeInclusive<i32>> {
    let first: Option<String> = sqlx::query_scalar("select min(month) from marks").fetch_one(conn).await?;
    let this = Zone::SHANGHAI.date(now.0).0.year();
    let first = first.and_then(|month| Month::parse(&month)).map_or(this, |month| month.first().0.year());
    Ok(first.min(this)..=this)
}

/// How many months should be marked and are not; none of them is kept until it is.
async fn unmarked(conn: &mut Conn, years: &std::ops::RangeInclusive<i32>) -> Result<i64> {
    let months = 12 * i64::from(years.end() - years.start() + 1);
    Ok(sqlx::query_scalar(
        "select (select count(*) from centers) * $1 - (select count(*) from marks m where m.month >= $2 and m.month <= $3)",
    )
    .bind(months)
    .bind(format!("{:04}-01", years.start()))
    .bind(format!("{:04}-12", years.end()))
    .fetch_one(conn)
    .await?)
}

async fn is_good(conn: &mut Conn, now: Now) -> Result<bool> {
    let years = years(&mut *conn, now).await?;
    Ok(unmarked(&mut *conn, &years).await? == 0 && stale(&mut *conn, 1).await?.is_empty())
}

async fn begin(db: &Db, now: Now) -> Result<()> {
    let mut conn = db.read().await?;
    let years = years(&mut conn, now).await?;
    let unmarked = unmarked(&mut conn, &years).await?;
    drop(conn);
    if unmarked == 0 { Ok(()) } else { mark(db, years).await }
}

/// Marks every month of all the years in which anything was held: rows may have come in beside the features, which would have marked
/// theirs.
async fn mark_all(db: &Db, now: Now) -> Result<()> {
    let first: Option<Date> = sqlx::query_scalar("select min(local_date) from sessions where status = 'completed'")
        .fetch_one(&mut *db.read().await?)
        .await?;
    let this = Zone::SHANGHAI.date(now.0).0.year();
    mark(db, first.map_or(this, |day| day.0.year().min(this))..=this).await
}

/// Marks every month of these years, of every center, as far as none of it is.
async fn mark(db: &Db, years: std::ops::RangeInclusive<i32>) -> Result<()> {
    let months: Vec<Month> = years.flat_map(months_of).collect();
    let mut tx = db.begin().await?;
    marks::begin(&mut tx, &months).await?;
    Ok(tx.commit().await?)
}

/// A center's month that is marked otherwise than it was built, with its mark.
type StaleMonth = (CenterId, String, i64);

/// Of the months that are not good the latest, which are read the most.
async fn stale(conn: &mut Conn, most: i64) -> Result<Vec<StaleMonth>> {
    Ok(sqlx::query_as(
        "select m.center_id, m.month, m.version
         from marks m left join figure_sets f on f.center_id = m.center_id and f.span = m.month
         where f.built_from is null or f.built_from <> m.version
         order by m.month desc, m.center_id limit $1",
    )
    .bind(most)
    .fetch_all(conn)
    .await?)
}

/// Counts some anew: months while there are any, then years. 0: all is good.
async fn next(db: &Db) -> Result<usize> {
    let mut conn = db.read().await?;
    // The mark is read before the rows: what is changed between is in the rows at most, and then counted once more.
    let stale = stale(&mut conn, AT_ONCE).await?;
    let kept = if stale.is_empty() { unite(&mut conn).await? } else { count(&mut conn, stale).await? };
    drop(conn);
    if !kept.is_empty() {
        let mut tx = db.begin().await?;
        keep(&mut tx, &kept).await?;
        tx.commit().await?;
    }
    Ok(kept.len())
}

/// What is kept or to be kept: whose, of when, built from which mark.
type FigureSet = (CenterId, String, i64, Vec<u8>);

fn span((center, month, _): &StaleMonth) -> Option<CountedDays> {
    Some(CountedDays { center: *center, days: Period::from(Month::parse(month)?) })
}

async fn count(conn: &mut Conn, stale: Vec<StaleMonth>) -> Result<Vec<FigureSet>> {
    let spans: Vec<CountedDays> = stale.iter().filter_map(span).collect();
    let built = building::build(conn, &spans).await?;
    Ok(stale
        .into_iter()
        .zip(built)
        .map(|((center, month, version), parts)| (center, month, version, parts.write()))
        .collect())
}

/// Years that are not good, out of their months, which all are.
async fn unite(conn: &mut Conn) -> Result<Vec<FigureSet>> {
    let years: Vec<(CenterId, String, i64)> = sqlx::query_as(
        "select y.center_id, y.year, y.version
         from (select m.center_id, substr(m.month, 1, 4) as year, cast(sum(m.version) as bigint) as version
               from marks m group by m.center_id, substr(m.month, 1, 4) having count(*) = 12) y
         left join figure_sets f on f.center_id = y.center_id and f.span = y.year
         where f.built_from is null or f.built_from <> y.version
         order by y.year desc, y.center_id limit $1",
    )
    .bind(AT_ONCE)
    .fetch_all(&mut *conn)
    .await?;
    if years.is_empty() {
        return Ok(Vec::new());
    }
    // Only months that are good as they are read here, and what they were built from: should one be changed at this moment, the year
    // does not come together.
    let months: Vec<(i64, i64, Vec<u8>)> = sqlx::query_as(
        "with wanted (n, center_id, year) as (
            select cast(j.value ->> 'n' as bigint), cast(j.value ->> 'center' as bigint), j.value ->> 'year'
            from json_each(cast($1 as json_text)) j)
         select w.n, f.built_from, f.content from wanted w cross join figure_sets f
         where f.center_id = w.center_id and f.span >= w.year || '-01' and f.span <= w.year || '-12'",
    )
    .bind(store::rows(
        (0..).zip(&years),
        |(n, (center, year, _)): (i64, _)| json!({"n": n, "center": center, "year": year}),
    ))
    .fetch_all(conn)
    .await?;
    let mut found: BTreeMap<i64, (i64, ChargedParts)> = BTreeMap::new();
    for (n, built_from, content) in months {
        let Some(parts) = ChargedParts::read(content) else { continue };
        let (sum, year) = found.entry(n).or_default();
        *sum += built_from;
        year.take_up(&parts);
    }
    let united = |(n, (center, year, version)): (i64, (CenterId, String, i64))| {
        let (sum, parts) = found.get(&n)?;
        (*sum == version).then(|| (center, year, version, parts.write()))
    };
    Ok((0..).zip(years).filter_map(united).collect())
}

/// Each is a statement of its own: a set can be large, and this is nobody's request.
async fn keep(tx: &mut Conn, fresh: &[FigureSet]) -> Result<()> {
    for (center, span, built_from, content) in fresh {
        sqlx::query(
            "insert into figure_sets (center_id, span, built_from, content) values ($1, $2, $3, $4)
             on conflict (center_id, span) do update set built_from = excluded.built_from, content = excluded.content
             where figure_sets.built_from <= excluded.built_from",
        )
        .bind(center)
        .bind(span)
        .bind(built_from)
        .bind(content)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// The condition that set `f` is good.
const GOOD: &str = "f.built_from = (select cast(sum(m.version) as bigint) from marks m
                       where m.center_id = f.center_id and substr(m.month, 1, length(f.span)) = f.span)";

/// Counts every month and year that is kept and good once more from the rows; names those that say something else. What is changed at this
/// moment is not wrong.
///
/// # Errors
/// As the database says.
pub async fn check(conn: &mut Conn, mut told: impl FnMut(usize)) -> Result<Vec<String>> {
    let (mut wrong, mut done, mut after) = (Vec::new(), 0, (CenterId(0), String::new()));
    loop {
        let sql = format!(
            "select f.center_id, f.span, f.built_from, f.content from figure_sets f
             where (f.center_id, f.span) > ($1, $2) and {GOOD} order by f.center_id, f.span limit $3"
        );
        let kept: Vec<FigureSet> =
            sqlx::query_as(AssertSqlSafe(sql)).bind(after.0).bind(&after.1).bind(AT_ONCE).fetch_all(&mut *conn).await?;
        let Some((center, span, ..)) = kept.last() else { return Ok(wrong) };
        after = (*center, span.clone());
        let (known, unknown): (Vec<_>, Vec<_>) = kept.into_iter().partition(|(_, span, ..)| whole(span).is_some());
        wrong.extend(unknown.iter().map(|(center, span, ..)| format!("center {center}, {span}: no month and no year")));
        done += known.len();
        for (center, span, ..) in otherwise(conn, known).await? {
            wrong.push(format!("center {center}, {span}: what is kept is not what the rows say"));
        }
        told(done);
    }
}

/// Those of the sets that say something else than the rows. What seems to is read once more: it is wrong if it is good still, and built
/// from the same marks, for then nothing was changed while it was counted. What was kept anew meanwhile is counted again.
async fn otherwise(conn: &mut Conn, mut kept: Vec<FigureSet>) -> Result<Vec<FigureSet>> {
    let mut wrong = Vec::new();
    while !kept.is_empty() {
        let spans: Vec<CountedDays> = kept
            .iter()
            .filter_map(|(center, span, ..)| Some(CountedDays { center: *center, days: whole(span)?.days() }))
            .collect();
        let built = building::build(conn, &spans).await?;
        let seems: Vec<FigureSet> = kept
            .into_iter()
            .zip(built)
            .filter(|((.., content), parts)| *content != parts.write())
            .map(|(set, _)| set)
            .collect();
        let again = read_again(conn, &seems).await?;
        let is_as_it_was = |(center, span, built_from, _): &FigureSet| {
            seems.iter().any(|seen| (seen.0, &seen.1, seen.2) == (*center, span, *built_from))
        };
        let (same, anew): (Vec<_>, Vec<_>) = again.into_iter().partition(is_as_it_was);
        wrong.extend(same);
        kept = anew;
    }
    Ok(wrong)
}

/// Those of the sets that are good now, as they are kept now.
async fn read_again(conn: &mut Conn, sets: &[FigureSet]) -> Result<Vec<FigureSet>> {
    if sets.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "select f.center_id, f.span, f.built_from, f.content
         from json_each(cast($1 as json_text)) j
         join figure_sets f on f.center_id = cast(j.value ->> 'center' as bigint) and f.span = j.value ->> 'span'
         where {GOOD} order by f.center_id, f.span"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(store::rows(sets, |(center, span, ..)| json!({"center": center, "span": span})))
        .fetch_all(conn)
        .await?)
}

fn whole(span: &str) -> Option<Whole> {
    match span.len() {
        4 => span.parse().ok().map(Whole::Year),
        _ => Month::parse(span).map(Whole::Month),
    }
}
