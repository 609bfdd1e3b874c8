//! Reading whether a center changes its provider, and what would go over.

use sqlx::AssertSqlSafe;

use super::types::{Changeover, ChangeoverItem, ChangeoverLine, ChangeoverList, ItemCount};
use crate::activities::SessionStatus;
use crate::appointments::AppointmentState;
use crate::auth::{CenterReader, Viewer};
use crate::centers::{self, Center, CenterId};
use crate::claims::ClaimState;
use crate::clock::{Date, Now};
use crate::codes::CodeOf;
use crate::error::{Error, Result};
use crate::ids::ChangeoverId;
use crate::registrations::RegistrationState;
use crate::store::Conn;
use crate::upkeep::DefectState;
use crate::workers::departing::EMPLOYED_ELSEWHERE;
use crate::{hours, households};

/// The most lines of one kind on the list.
const LINES: i64 = 200;

/// A center's change of provider: the next that an agreement brings, or else the last there was. For who reads the center, and for both
/// providers: the former one after the day too, the new one before it.
///
/// # Errors
/// `NotFound` for anybody else's center.
pub async fn opened(
    by: &CenterReader,
    conn: &mut Conn,
    now: Now,
    id: CenterId,
) -> Result<(Center, Option<Changeover>)> {
    let center = centers::queries::public(conn, id).await?;
    let change = of_center(by, conn, id, center.zone.date(now.0)).await?;
    let is_party = change.as_ref().is_some_and(|change| change.side().is_some());
    if is_party || centers::queries::is_open_to(by, conn, id).await? {
        Ok((center, change))
    } else {
        Err(Error::NotFound)
    }
}

/// As [`opened`], of a center that changes.
///
/// # Errors
/// `NotFound` also where it does not.
pub async fn opened_change(by: &CenterReader, conn: &mut Conn, now: Now, id: CenterId) -> Result<(Center, Changeover)> {
    match opened(by, conn, now, id).await? {
        (center, Some(change)) => Ok((center, change)),
        (_, None) => Err(Error::NotFound),
    }
}

/// The center of a list.
///
/// # Errors
/// `NotFound` where there is none; who may read it, [`opened`] says.
pub async fn center_of(conn: &mut Conn, id: ChangeoverId) -> Result<CenterId> {
    Ok(sqlx::query_scalar("select center_id from changeovers where id = $1").bind(id).fetch_one(conn).await?)
}

async fn of_center(by: &Viewer, conn: &mut Conn, center: CenterId, today: Date) -> Result<Option<Changeover>> {
    // What is to come stands in an agreement, what was in who ran the center. The former counts only if it had a day.
    let sql = "with changes as (
            select 0 as place, o.provider_id as from_id, a.provider_id as to_id, g.starts_on as changes_on
            from operators o join agreement_centers g on g.center_id = o.center_id and g.starts_on > $2
            join agreements a on a.id = g.agreement_id and a.provider_id <> o.provider_id
            where o.center_id = $1 and o.ends_on is null
            union all
            select 1, p.provider_id, o.provider_id, o.starts_on
            from operators o join operators p on p.id = (
                select max(q.id) from operators q
                where q.center_id = o.center_id and q.id < o.id and q.ends_on >= q.starts_on)
            where o.center_id = $1 and o.ends_on is null and p.provider_id <> o.provider_id
         ),
         this as (select from_id, to_id, changes_on from changes order by place, changes_on, to_id limit 1)
         select t.from_id, f.name as from_name, t.to_id, n.name as to_name, t.changes_on,
                x.id, x.list, x.listed_at, l.name as listed_by, x.given_at, g.name as given_by, x.taken_at,
                k.name as taken_by,
                case when exists (select 1 from account_scopes s where s.account_id = $3 and s.provider_id = t.from_id)
                     then 1 else 0 end as gives,
                case when exists (select 1 from account_scopes s where s.account_id = $3 and s.provider_id = t.to_id)
                     then 1 else 0 end as takes
         from this t
         join providers f on f.id = t.from_id
         join providers n on n.id = t.to_id
         left join changeovers x on x.center_id = $1 and x.changes_on = t.changes_on
             and x.from_provider_id = t.from_id and x.to_provider_id = t.to_id
         left join accounts l on l.id = x.listed_by
         left join accounts g on g.id = x.given_by
         left join accounts k on k.id = x.taken_by";
    Ok(sqlx::query_as(sql).bind(center).bind(today).bind(by.account).fetch_optional(conn).await?)
}

/// What goes over, as it is now: of sessions, registrations and appointments those of the day and later.
pub async fn list(conn: &mut Conn, now: Now, center: &Center, change: &Changeover) -> Result<ChangeoverList> {
    let id = center.id();
    let lines = [
        sessions(conn, id, change).await?,
        loans(conn, id).await?,
        defects(conn, id).await?,
        undone(conn, now, id, change.changes_on).await?,
    ];
    let mut counts: Vec<ItemCount> = plain_counts(conn, now, center, change.changes_on).await?;
    let mut more = |item: ChangeoverItem, n: i64| counts.push(ItemCount { item, n });
    more(ChangeoverItem::Leaderless, leaderless(conn, id, change).await?);
    more(ChangeoverItem::Households, households::queries::count(conn, id, change.changes_on).await?.households);
    more(ChangeoverItem::Hours, hours::pending_count(conn, id, change.changes_on).await?.0);
    counts.sort_by_key(|count| count.item);
    Ok(ChangeoverList { counts, lines: lines.into_iter().flatten().collect() })
}

/// The counts, each with its item: of center `$1`, on day `$2`, which begins at `$3`, as of `$4`.
const COUNTED: &str = "with asked (center, day) as (select cast($1 as bigint), cast($2 as text)),
     counted (item, n) as (
        select cast($5 as text), count(*) from enrolments e join asked q on e.center_id = q.center
        union all
        select $6, count(*) from cards c join asked q on c.center_id = q.center where c.revoked_at is null
        union all
        select $7, count(*) from sessions s join asked q on s.center_id = q.center
        where s.status = $8 and s.local_date >= q.day
        union all
        select $9, count(*) from registrations r join sessions s on s.id = r.session_id
        join asked q on s.center_id = q.center
        where r.state in ($10, $11) and s.status = $8 and s.local_date >= q.day
        union all
        select $12, count(*) from appointments a join asked q on a.center_id = q.center
        where a.state = $13 and a.starts_at >= $3
        union all
        select $14, count(*) from rooms r join asked q on r.center_id = q.center where r.retired_at is null
        union all
        select $15, count(*) from teams t join asked q on t.center_id = q.center where t.disbanded_on is null
        union all
        select $16, count(distinct m.person_id) from team_members m join teams t on t.id = m.team_id
        join asked q on t.center_id = q.center where m.left_on is null
        union all
        select $17, count(*) from units u join asked q on u.center_id = q.center
        union all
        select $18, count(*) from assets a join asked q on a.center_id = q.center where a.written_off_on is null
        union all
        select $19, count(*) from loans l join assets a on a.id = l.asset_id join asked q on a.center_id = q.center
        where l.back_at is null
        union all
        select $20, count(*) from defects d join asked q on d.center_id = q.center where d.state in ($21, $22)
        union all
        select $23, count(*) from sessions s join asked q on s.center_id = q.center
        where s.status = $8 and s.local_date < q.day and s.ends_at < $4
        union all
        select $24, count(*) from hour_claims c join asked q on c.center_id = q.center where c.state = $25
        union all
        select $26, count(*) from codes c join asked q on 1 = 1
        where c.replaced_at is null
          and (c.kind = $27 and c.subject_id = q.center
               or c.kind = $28 and c.subject_id in (select r.id from rooms r where r.center_id = q.center)
               or c.kind = $29 and c.subject_id in (select a.id from activities a where a.center_id = q.center))
     )
     select item, n from counted";

/// What one table counts.
async fn plain_counts(conn: &mut Conn, now: Now, center: &Center, day: Date) -> Result<Vec<ItemCount>> {
    Ok(sqlx::query_as(COUNTED)
        .bind(center.id())
        .bind(day)
        .bind(center.zone.midnight(day))
        .bind(now.0)
        .bind(ChangeoverItem::People)
        .bind(ChangeoverItem::Cards)
        .bind(ChangeoverItem::Sessions)
        .bind(SessionStatus::Planned)
        .bind(ChangeoverItem::Registrations)
        .bind(RegistrationState::Confirmed)
        .bind(RegistrationState::Waiting)
        .bind(ChangeoverItem::Appointments)
        .bind(AppointmentState::Booked)
        .bind(ChangeoverItem::Rooms)
        .bind(ChangeoverItem::Teams)
        .bind(ChangeoverItem::Volunteers)
        .bind(ChangeoverItem::Units)
        .bind(ChangeoverItem::Assets)
        .bind(ChangeoverItem::Loans)
        .bind(ChangeoverItem::Defects)
        .bind(DefectState::Reported)
        .bind(DefectState::Assigned)
        .bind(ChangeoverItem::Closings)
        .bind(ChangeoverItem::Claims)
        .bind(ClaimState::Pending)
        .bind(ChangeoverItem::Codes)
        .bind(CodeOf::Center)
        .bind(CodeOf::Room)
        .bind(CodeOf::Activity)
        .fetch_all(conn)
        .await?)
}

/// The condition under which session `s` is led by nobody from day `$2` on: its leader `w` has left by its date, or goes with provider `$3`.
fn leads_nobody() -> String {
    format!(
        "(w.id is null or w.ended_on is not null and w.ended_on <= s.local_date
          or w.started_on < $2 and not {EMPLOYED_ELSEWHERE})"
    )
}

async fn leaderless(conn: &mut Conn, center: CenterId, change: &Changeover) -> Result<i64> {
    let sql = format!(
        "select count(*) from sessions s left join workers w on w.id = s.worker_id
         where s.center_id = $1 and s.local_date >= $2 and s.status = $4 and {}",
        leads_nobody()
    );
    Ok(sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(center)
        .bind(change.changes_on)
        .bind(change.from_id)
        .bind(SessionStatus::Planned)
        .fetch_one(conn)
        .await?)
}

#[derive(sqlx::FromRow)]
struct ChangeoverRow {
    day: Option<Date>,
    text: String,
    note: Option<String>,
    leaderless: i64,
}

fn as_lines(item: ChangeoverItem, rows: Vec<ChangeoverRow>) -> Vec<ChangeoverLine> {
    let line = |row: ChangeoverRow| ChangeoverLine {
        item,
        day: row.day,
        text: row.text,
        note: row.note,
        leaderless: row.leaderless > 0,
    };
    rows.into_iter().map(line).collect()
}

/// Sessions to come: what is confidential by its kind, and nobody by name, for the list is kept and shown.
async fn sessions(conn: &mut Conn, center: CenterId, change: &Changeover) -> Result<Vec<ChangeoverLine>> {
    let sql = format!(
        "select s.local_date as day, case when k.confidential = 1 then k.name else a.title end as text,
                cast(null as text) as note, case when {} then 1 else 0 end as leaderless
         from sessions s join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
         left join workers w on w.id = s.worker_id
         where s.center_id = $1 and s.local_date >= $2 and s.status = $4
         order by s.starts_at, s.id limit {LINES}",
        leads_nobody()
    );
    let rows = sqlx::query_as(AssertSqlSafe(sql))
        .bind(center)
        .bind(change.changes_on)
        .bind(change.from_id)
        .bind(SessionStatus::Planned)
        .fetch_all(conn)
        .await?;
    Ok(as_lines(ChangeoverItem::Sessions, rows))
}

/// Things that are out, by label and day: with whom is for the center's social workers.
async fn loans(conn: &mut Conn, center: CenterId) -> Result<Vec<ChangeoverLine>> {
    let sql = format!(
        "select l.due_on as day, a.name as text, a.number as note, cast(0 as bigint) as leaderless
         from loans l join assets a on a.id = l.asset_id
         where a.center_id = $1 and l.back_at is null order by l.due_on, l.id limit {LINES}"
    );
    let rows = sqlx::query_as(AssertSqlSafe(sql)).bind(center).fetch_all(conn).await?;
    Ok(as_lines(ChangeoverItem::Loans, rows))
}

async fn defects(conn: &mut Conn, center: CenterId) -> Result<Vec<ChangeoverLine>> {
    let sql = format!(
        "select d.mend_by as day, d.what as text, r.name as note, cast(0 as bigint) as leaderless
         from defects d left join rooms r on r.id = d.room_id
         where d.center_id = $1 and d.state in ($2, $3) order by d.reported_at, d.id limit {LINES}"
    );
    let rows = sqlx::query_as(AssertSqlSafe(sql))
        .bind(center)
        .bind(DefectState::Reported)
        .bind(DefectState::Assigned)
        .fetch_all(conn)
        .await?;
    Ok(as_lines(ChangeoverItem::Defects, rows))
}

/// Sessions before the day that are over and not closed.
async fn undone(conn: &mut Conn, now: Now, center: CenterId, day: Date) -> Result<Vec<ChangeoverLine>> {
    let sql = format!(
        "select s.local_date as day, case when k.confidential = 1 then k.name else a.title end as text,
                cast(null as text) as note, cast(0 as bigint) as leaderless
         from sessions s join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
         where s.center_id = $1 and s.local_date < $2 and s.status = $3 and s.ends_at < $4
         order by s.starts_at, s.id limit {LINES}"
    );
    let rows = sqlx::query_as(AssertSqlSafe(sql))
        .bind(center)
        .bind(day)
        .bind(SessionStatus::Planned)
        .bind(now.0)
        .fetch_all(conn)
        .await?;
    Ok(as_lines(ChangeoverItem::Closings, rows))
}
