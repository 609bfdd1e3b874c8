//! What was kept long enough, and the lists of it.

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::types::{
    RetentionCount, RetentionItem, RetentionKind, RetentionRun, RetentionRunId, RetentionState, RetentionTerm,
};
use crate::auth::CityAdmin;
use crate::centers::CenterId;
use crate::clock::{Date, Timestamp};
use crate::error::{Error, Result};
use crate::store::{Conn, rows};

/// So many records of a kind one list takes; the rest stands in the next.
pub const MOST: i64 = 50_000;

/// The terms of all kinds: as they were set, else as shipped.
pub async fn terms(conn: &mut Conn) -> Result<Vec<RetentionTerm>> {
    let set: Vec<(RetentionKind, Option<i64>)> =
        sqlx::query_as("select kind, months from retention_terms").fetch_all(conn).await?;
    let months = |kind: RetentionKind| {
        set.iter().find(|(known, _)| *known == kind).map_or_else(|| kind.shipped(), |(_, months)| *months)
    };
    Ok(RetentionKind::ALL.iter().copied().map(|kind| RetentionTerm { kind, months: months(kind) }).collect())
}

/// Of whom no more is known than the name.
const NAME_ALONE: &str = "(p.phone_hash is null and p.id_number_hash is null and p.birth_date is null
    and not exists (select 1 from person_phones f where f.person_id = p.id)
    and not exists (select 1 from group_memberships g where g.person_id = p.id))";

/// People who have not been met with since `$1`, are on no list on the day `$3`, and whose hours nobody may ask about. Who came since
/// is found by the month, in which SQLite's index lies.
const UNSEEN: &str = "select p.id, (select min(e.center_id) from enrolments e where e.person_id = p.id) as center_id
    from people p
    where p.erased_at is null and p.created_at < $1 and p.updated_at < $1 and {of} and {among}
      and exists (select 1 from enrolments e where e.person_id = p.id)
      and not exists (select 1 from enrolments e where e.person_id = p.id and e.enrolled_at >= $1)
      and not exists (select 1 from memberships_held g where g.person_id = p.id and (g.valid_to is null or g.valid_to >= $3))
      and not exists (select 1 from team_members t where t.person_id = p.id and t.left_on is null)
      and not exists (select 1 from workers w where w.person_id = p.id and (w.ended_on is null or w.ended_on >= $3))
      and not exists (select 1 from hours_entries h where h.person_id = p.id)
      and not exists (select 1 from hour_claims q where q.person_id = p.id and q.asked_at >= $1)
      and not exists (select 1 from cards k where k.person_id = p.id and k.issued_at >= $1)
      and not exists (select 1 from phone_people f where f.person_id = p.id and f.added_at >= $1)
      and not exists (select 1 from household_members m where m.person_id = p.id and m.created_at >= $1)
      and not exists (select 1 from consents c where c.person_id = p.id
          and (c.recorded_at >= $1 or c.withdrawn_at >= $1))
      and p.id not in (select a.person_id from attendances a
          where a.came_at / 2678400000 >= $1 / 2678400000 and a.came_at >= $1)
    order by p.id limit $4";

/// A statement that gives the number and the center of each record of the kind that is older than `$1`: all, or of those whose
/// numbers `$2` gives.
fn kept_before(kind: RetentionKind) -> String {
    let (sql, id) = match kind {
        RetentionKind::UnseenPeople => (UNSEEN.replace("{of}", &format!("not {NAME_ALONE}")), "p.id"),
        RetentionKind::WalkIns => (UNSEEN.replace("{of}", NAME_ALONE), "p.id"),
        RetentionKind::Escorts => (
            "select x.id, s.center_id from escorts x join attendances a on a.id = x.attendance_id
             join sessions s on s.id = a.session_id where s.ends_at < $1 and {among} and $3 = $3 order by x.id limit $4"
                .to_owned(),
            "x.id",
        ),
        RetentionKind::Rosters => (
            "select i.id, i.center_id from imports i join files f on f.id = i.file_id
             where f.digest <> '' and coalesce(i.undone_at, i.applied_at, i.checked_at, i.made_at) < $1
               and {among} and $3 = $3 order by i.id limit $4"
                .to_owned(),
            "i.id",
        ),
        RetentionKind::ScanPhones => (
            "select x.id, s.center_id from scans x join sessions s on s.id = x.session_id
             where x.phone_id is not null and x.occurred_at < $1 and {among} and $3 = $3 order by x.id limit $4"
                .to_owned(),
            "x.id",
        ),
        RetentionKind::Phones => (
            "select h.id, cast(null as bigint) as center_id from phones h
             where h.seen_at < $1 and (h.revoked_at is null or h.label <> '') and {among} and $3 = $3 order by h.id limit $4"
                .to_owned(),
            "h.id",
        ),
        // What stands beside a report's steps is no reason of anybody: reports are proved by it.
        RetentionKind::LogReasons => (
            "select e.id, e.center_id from audit_events e
             where e.detail is not null and e.subject <> 'periodic_report' and e.at < $1 and {among} and $3 = $3 order by e.id limit $4"
                .to_owned(),
            "e.id",
        ),
        RetentionKind::Applications => (
            "select a.id, t.center_id from team_applications a join teams t on t.id = a.team_id
             where a.told_sealed is not null and a.state <> 'approved' and coalesce(a.answered_at, a.sent_at) < $1
               and {among} and $3 = $3 order by a.id limit $4"
                .to_owned(),
            "a.id",
        ),
        RetentionKind::RoomRequests => (
            "select q.id, q.center_id from room_requests q
             where q.contact_sealed is not null and coalesce(q.answered_at, q.sent_at) < $1 and q.day < $3
               and {among} order by q.id limit $4"
                .to_owned(),
            "q.id",
        ),
        RetentionKind::SessionPhotos => (
            "select x.id, s.center_id from session_photos x join sessions s on s.id = x.session_id
             where x.added_at < $1 and {among} and $3 = $3 order by x.id limit $4"
                .to_owned(),
            "x.id",
        ),
        RetentionKind::Logins => (
            "select l.id, cast(null as bigint) as center_id from logins l
             where coalesce(l.revoked_at, l.expires_at) < $1 and {among} and $3 = $3 order by l.id limit $4"
                .to_owned(),
            "l.id",
        ),
    };
    let among = format!(
        "(cast($2 as text) is null or {id} in (select cast(cast(j.value as text) as bigint)
             from json_each(cast(coalesce($2, '{{}}') as json_text)) j))"
    );
    sql.replace("{among}", &among)
}

/// The records of the kind that were kept since before that instant, each with its center: all, or those `among` these.
pub async fn kept_long(
    conn: &mut Conn,
    (kind, before, today): (RetentionKind, Timestamp, Date),
    among: Option<&[i64]>,
) -> Result<Vec<(i64, Option<CenterId>)>> {
    Ok(sqlx::query_as(AssertSqlSafe(kept_before(kind)))
        .bind(before)
        .bind(among.map(|ids| rows(ids, |id| json!(id))))
        .bind(today)
        .bind(MOST)
        .fetch_all(conn)
        .await?)
}

const RUN: &str = "select r.id, r.state, r.made_at, a.name as made_by, r.confirmed_at, c.name as confirmed_by,
        r.confirmed_by as confirmed_account, r.finished_at
     from retention_runs r join accounts a on a.id = r.made_by left join accounts c on c.id = r.confirmed_by";

/// One list.
///
/// # Errors
/// `NotFound`.
pub async fn find(conn: &mut Conn, id: RetentionRunId) -> Result<RetentionRun> {
    let sql = format!("{RUN} where r.id = $1");
    sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// The latest lists.
pub async fn runs(_: &CityAdmin, conn: &mut Conn) -> Result<Vec<RetentionRun>> {
    let sql = format!("{RUN} order by r.id desc limit 20");
    Ok(sqlx::query_as(AssertSqlSafe(sql)).fetch_all(conn).await?)
}

/// How many of each kind a list has.
pub async fn counts(conn: &mut Conn, id: RetentionRunId) -> Result<Vec<RetentionCount>> {
    Ok(sqlx::query_as(
        "select kind, count(*) as records, count(case when outcome = 'erased' then 1 end) as erased,
                count(case when outcome = 'left' then 1 end) as left_alone,
                case when count(*) >= $2 then 1 else 0 end as full
         from retention_items where run_id = $1 group by kind order by kind",
    )
    .bind(id)
    .bind(MOST)
    .fetch_all(conn)
    .await?)
}

/// What stands in a list, from a place on.
pub async fn items(conn: &mut Conn, id: RetentionRunId, (skip, limit): (i64, i64)) -> Result<Vec<RetentionItem>> {
    let people = rows(RetentionKind::ALL.iter().filter(|kind| kind.is_people()), |kind| json!({ "is": kind }));
    Ok(sqlx::query_as(
        "select i.kind, i.record_id, c.name as center, p.name, i.before, i.outcome
         from retention_items i left join centers c on c.id = i.center_id
         left join people p on p.id = i.record_id and i.kind in (
             select j.value ->> 'is' from json_each(cast($2 as json_text)) j)
         where i.run_id = $1 order by i.kind, i.record_id limit $3 offset $4",
    )
    .bind(id)
    .bind(people)
    .bind(limit)
    .bind(skip)
    .fetch_all(conn)
    .await?)
}

/// The next records of one kind of which nothing became yet.
pub async fn unsettled(
    conn: &mut Conn,
    id: RetentionRunId,
    limit: i64,
) -> Result<Option<(RetentionKind, Timestamp, Vec<i64>)>> {
    let some: Vec<(RetentionKind, Timestamp, i64)> = sqlx::query_as(
        "select kind, before, record_id from retention_items
         where run_id = $1 and outcome is null order by kind, record_id limit $2",
    )
    .bind(id)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    let Some(&(kind, before, _)) = some.first() else { return Ok(None) };
    let of_kind = some.into_iter().filter(|(known, ..)| *known == kind).map(|(.., record)| record);
    Ok(Some((kind, before, of_kind.collect())))
}

/// Whether a list is being erased now.
pub async fn is_erasing(conn: &mut Conn) -> Result<bool> {
    let erasing: i64 = sqlx::query_scalar("select count(*) from retention_runs where state = $1")
        .bind(RetentionState::Erasing)
        .fetch_one(conn)
        .await?;
    Ok(erasing > 0)
}
