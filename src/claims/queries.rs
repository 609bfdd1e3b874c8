//! Reading claims, and what else somebody did at the same time.

use std::collections::HashMap;

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::listing::ClaimsCut;
use super::types::{Claim, ClaimId, ClaimOverlap, ClaimState, PAGE, StandingEntry};
use crate::auth::{Coordinator, Viewer};
use crate::centers::CenterId;
use crate::clock::{Date, Timestamp, Zone};
use crate::error::{Error, Result};
use crate::hours::{EntryId, Source};
use crate::ids::{PersonId, TeamId};
use crate::phones::ConfirmedPhone;
use crate::store::{Conn, Flag, rows};
use crate::teams::Steward;

const CLAIM: &str = "select c.id as claim_id, p.id, p.name, p.birth_date, p.phone_last4, c.center_id, n.name as center, n.zone,
        c.team_id, t.name as team, c.kind as claim_kind, c.corrects_id, o.minutes as was, o.session_id, c.served_on, c.starts_at, c.ends_at,
        c.minutes, coalesce(c.content, o.content) as content, k.name as service, k.name_en as service_en, c.place, c.reason, c.state,
        c.asked_as, c.asked_at, w.name as asked_by, c.endorsed_at, l.name as endorsed_by, c.decided_at, d.name as decided_by, c.word,
        c.entry_id, e.minutes as counted, case when r.id is null then 0 else 1 end as reversed
     from hour_claims c join people p on p.id = c.person_id join centers n on n.id = c.center_id
     left join teams t on t.id = c.team_id
     left join hours_entries o on o.id = c.corrects_id
     left join sessions s on s.id = o.session_id left join activities a on a.id = s.activity_id
     left join service_kinds k on k.id = a.kind_id
     left join accounts w on w.id = c.asked_by left join accounts l on l.id = c.endorsed_by left join accounts d on d.id = c.decided_by
     left join hours_entries e on e.id = c.entry_id left join hours_entries r on r.reverses_id = e.id";

/// The condition by which a center's list is cut.
const CUT: &str = "c.center_id = $1 and (cast($2 as text) is null or c.state = $2) and (cast($3 as bigint) is null or c.team_id = $3)";

/// A center's claims as they are cut: `at_most` of them after the first `skip`.
pub async fn list(
    _: &Coordinator,
    conn: &mut Conn,
    center: CenterId,
    cut: ClaimsCut,
    (skip, at_most): (i64, i64),
) -> Result<Vec<Claim>> {
    let sql = format!("{CLAIM} where {CUT} order by {} limit $5 offset $6", cut.order_by("$4"));
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(center)
        .bind(cut.state)
        .bind(cut.team)
        .bind(ClaimState::Pending)
        .bind(at_most)
        .bind(skip)
        .fetch_all(conn)
        .await?)
}

/// How many there are as they are cut.
pub async fn count(_: &Coordinator, conn: &mut Conn, center: CenterId, cut: ClaimsCut) -> Result<i64> {
    let sql = format!("select count(*) from hour_claims c where {CUT}");
    Ok(sqlx::query_scalar(AssertSqlSafe(sql)).bind(center).bind(cut.state).bind(cut.team).fetch_one(conn).await?)
}

/// How many wait at a center.
pub async fn waiting_at(conn: &mut Conn, center: CenterId) -> Result<i64> {
    Ok(sqlx::query_scalar("select count(*) from hour_claims where center_id = $1 and state = $2")
        .bind(center)
        .bind(ClaimState::Pending)
        .fetch_one(conn)
        .await?)
}

/// Those of a center that have these numbers and still wait.
pub(super) async fn waiting(_: &Coordinator, conn: &mut Conn, center: CenterId, ids: &[ClaimId]) -> Result<Vec<Claim>> {
    let sql = format!(
        "{CLAIM} where c.center_id = $1 and c.state = $2
           and c.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($3 as json_text)) j) order by c.asked_at, c.id"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(center)
        .bind(ClaimState::Pending)
        .bind(rows(ids, |id| json!(id)))
        .fetch_all(conn)
        .await?)
}

/// One of a center.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn find(_: &Coordinator, conn: &mut Conn, center: CenterId, id: ClaimId) -> Result<Claim> {
    let sql = format!("{CLAIM} where c.center_id = $1 and c.id = $2");
    let found: Option<Claim> = sqlx::query_as(AssertSqlSafe(sql)).bind(center).bind(id).fetch_optional(conn).await?;
    found.ok_or(Error::NotFound)
}

/// The center of a claim, for whom it is open.
///
/// # Errors
/// `NotFound` for another's.
pub async fn center_of(by: &Viewer, conn: &mut Conn, id: ClaimId) -> Result<CenterId> {
    sqlx::query_scalar(
        "select c.center_id from hour_claims c join account_centers r on r.center_id = c.center_id
         where c.id = $1 and r.account_id = $2",
    )
    .bind(id)
    .bind(by.account)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)
}

/// What somebody claimed at a center, the latest first.
pub async fn of_person(_: &Coordinator, conn: &mut Conn, center: CenterId, person: PersonId) -> Result<Vec<Claim>> {
    let sql =
        format!("{CLAIM} where c.center_id = $1 and c.person_id = $2 order by c.asked_at desc, c.id desc limit $3");
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(center).bind(person).bind(PAGE).fetch_all(conn).await?)
}

/// What whoever holds the phone claimed, wherever, the latest first.
pub async fn own(by: &ConfirmedPhone, conn: &mut Conn) -> Result<Vec<Claim>> {
    let sql = format!("{CLAIM} where c.person_id = $1 order by c.asked_at desc, c.id desc limit $2");
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(by.person).bind(PAGE).fetch_all(conn).await?)
}

/// What waits of the team's members, the first first.
pub async fn of_team(by: &Steward, conn: &mut Conn) -> Result<Vec<Claim>> {
    let sql = format!("{CLAIM} where c.team_id = $1 and c.state = $2 order by c.asked_at, c.id limit $3");
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(by.team).bind(ClaimState::Pending).bind(PAGE).fetch_all(conn).await?)
}

/// How many of each person wait, of those for whom a phone is confirmed.
pub async fn waiting_of(by: &[ConfirmedPhone], conn: &mut Conn) -> Result<Vec<(PersonId, i64)>> {
    Ok(sqlx::query_as(
        "select c.person_id, count(*) from json_each(cast($1 as json_text)) j
         join hour_claims c on c.person_id = cast(cast(j.value as text) as bigint) and c.state = $2 group by c.person_id",
    )
    .bind(rows(by, |one| json!(one.person)))
    .bind(ClaimState::Pending)
    .fetch_all(conn)
    .await?)
}

#[derive(sqlx::FromRow)]
struct OverlapRow {
    id: ClaimId,
    zone: Zone,
    starts_at: Timestamp,
    ends_at: Timestamp,
    elsewhere: Flag,
    waits: Flag,
    from_at: Timestamp,
    to_at: Timestamp,
}

/// What else the same people did in the stretches of these claims: every stay that a door saw, but for the session that a correction is
/// about and for one of which no minute counts; and every other stretch that waits or counts.
pub async fn overlaps(
    conn: &mut Conn,
    claims: impl IntoIterator<Item = ClaimId>,
) -> Result<HashMap<ClaimId, Vec<ClaimOverlap>>> {
    const NOT_REVERSED: &str = "not exists (select 1 from hours_entries v where v.reverses_id = x.id)";
    let sql = format!(
        "with asked as (
             select c.id, c.person_id, c.center_id, c.corrects_id, c.starts_at, c.ends_at, n.zone, o.session_id
             from json_each(cast($1 as json_text)) j
             join hour_claims c on c.id = cast(cast(j.value as text) as bigint)
             join centers n on n.id = c.center_id left join hours_entries o on o.id = c.corrects_id
             where c.starts_at is not null)
         select q.id, q.zone, q.starts_at, q.ends_at, case when s.center_id = q.center_id then 0 else 1 end as elsewhere, 0 as waits,
                b.came_at as from_at, coalesce(b.left_at, s.ends_at) as to_at
         from asked q
         join attendances b on b.person_id = q.person_id and b.part = 'volunteer' and b.voided_at is null
         join sessions s on s.id = b.session_id
         where (q.session_id is null or q.session_id <> b.session_id)
           and b.came_at < q.ends_at and q.starts_at < coalesce(b.left_at, s.ends_at)
           and not exists (select 1 from hours_entries x where x.session_id = b.session_id and x.person_id = b.person_id
                           and x.minutes = 0 and x.reverses_id is null and {NOT_REVERSED})
         union all
         select q.id, q.zone, q.starts_at, q.ends_at, case when h.center_id = q.center_id then 0 else 1 end, case when h.state = $2 then 1 else 0 end,
                h.starts_at, h.ends_at
         from asked q
         join hour_claims h on h.person_id = q.person_id and h.id <> q.id and h.starts_at < q.ends_at and q.starts_at < h.ends_at
         left join hours_entries x on x.id = h.entry_id
         where h.state = $2 or (x.minutes > 0 and {NOT_REVERSED} and (q.corrects_id is null or q.corrects_id <> x.id))
         order by 1, 5, 6, 7"
    );
    let found: Vec<OverlapRow> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(rows(claims, |id| json!(id)))
        .bind(ClaimState::Pending)
        .fetch_all(conn)
        .await?;
    let mut overlaps: HashMap<ClaimId, Vec<ClaimOverlap>> = HashMap::new();
    for row in found {
        let elsewhere = row.elsewhere.is_set();
        let (from, to) = if elsewhere { (row.starts_at, row.ends_at) } else { (row.from_at, row.to_at) };
        let (from, to) = (row.zone.local(from), row.zone.local(to));
        let at = format!("{}–{}", from.format("%m-%d %H:%M"), to.format("%H:%M"));
        let told = ClaimOverlap { elsewhere, waits: row.waits.is_set(), at };
        let of = overlaps.entry(row.id).or_default();
        // Of another center it is told once.
        let is_told = of.contains(&told) || elsewhere && of.iter().any(|other| other.elsewhere);
        if !is_told {
            of.push(told);
        }
    }
    Ok(overlaps)
}

/// Since when somebody serves: the first team that they joined, or the first time that a door saw them serve. None where they never did.
pub(super) async fn serves_since(conn: &mut Conn, person: PersonId) -> Result<Option<Date>> {
    Ok(sqlx::query_scalar(
        "select min(x.day) as day from (
             select min(m.joined_on) as day from team_members m where m.person_id = $1
             union all
             select min(s.local_date) from attendances b join sessions s on s.id = b.session_id
             where b.person_id = $1 and b.part = 'volunteer' and b.voided_at is null
             union all
             select min(h.served_on) from hours_entries h where h.person_id = $1 and h.source = $2) x",
    )
    .bind(person)
    .bind(Source::Imported)
    .fetch_one(conn)
    .await?)
}

/// Whether somebody was in a team of the center on a day.
pub(super) async fn was_member(
    conn: &mut Conn,
    (center, team): (CenterId, TeamId),
    person: PersonId,
    day: Date,
) -> Result<bool> {
    let places: i64 = sqlx::query_scalar(
        "select count(*) from team_members m join teams t on t.id = m.team_id
         where m.team_id = $1 and t.center_id = $2 and m.person_id = $3 and m.joined_on <= $4
           and (m.left_on is null or m.left_on >= $4)",
    )
    .bind(team)
    .bind(center)
    .bind(person)
    .bind(day)
    .fetch_one(conn)
    .await?;
    Ok(places > 0)
}

pub(super) async fn pending_of(conn: &mut Conn, person: PersonId) -> Result<i64> {
    Ok(sqlx::query_scalar("select count(*) from hour_claims where person_id = $1 and state = $2")
        .bind(person)
        .bind(ClaimState::Pending)
        .fetch_one(conn)
        .await?)
}

/// The columns and tables of a [`StandingEntry`].
const STANDING: &str = "select h.id, coalesce(s.center_id, h.center_id, h.brought_to, t.center_id) as center_id, h.team_id, t.name as team,
        coalesce(s.local_date, h.served_on) as served_on, h.content, k.name as service, k.name_en as service_en, h.minutes,
        q.starts_at, q.ends_at,
        case when exists (select 1 from hour_claims o where o.corrects_id = h.id and o.state = $2) then 1 else 0 end as asked
     from hours_entries h
     left join sessions s on s.id = h.session_id left join activities a on a.id = s.activity_id
     left join service_kinds k on k.id = a.kind_id left join teams t on t.id = h.team_id
     left join hour_claims q on q.entry_id = h.id
     where h.person_id = $1 and h.reverses_id is null and not exists (select 1 from hours_entries v where v.reverses_id = h.id)";

/// A row of somebody's ledger that counts.
///
/// # Errors
/// `NotFound` for another's, and for one that counts no more.
pub(super) async fn standing(conn: &mut Conn, person: PersonId, entry: EntryId) -> Result<StandingEntry> {
    let sql = format!("{STANDING} and h.id = $3");
    let found: Option<StandingEntry> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(person)
        .bind(ClaimState::Pending)
        .bind(entry)
        .fetch_optional(conn)
        .await?;
    found.ok_or(Error::NotFound)
}

/// The rows of somebody's ledger that count at a center, or at none, the latest first.
pub(super) async fn ledger(
    _: &Coordinator,
    conn: &mut Conn,
    center: CenterId,
    person: PersonId,
) -> Result<Vec<StandingEntry>> {
    let sql = format!(
        "{STANDING} and coalesce(s.center_id, h.center_id, h.brought_to, t.center_id, $3) = $3
         order by coalesce(s.local_date, h.served_on) desc, h.id desc limit $4"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(person)
        .bind(ClaimState::Pending)
        .bind(center)
        .bind(PAGE)
        .fetch_all(conn)
        .await?)
}

/// The centers that know somebody, by whose phone they ask.
pub(super) async fn own_centers(by: &ConfirmedPhone, conn: &mut Conn) -> Result<Vec<(CenterId, String)>> {
    Ok(sqlx::query_as(
        "select c.id, c.name from enrolments e join centers c on c.id = e.center_id where e.person_id = $1 order by e.enrolled_at, c.id",
    )
    .bind(by.person)
    .fetch_all(conn)
    .await?)
}
