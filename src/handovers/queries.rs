//! What a worker has in hand, and what became of what they had: each feature's rows, read from above.

use super::types::{Handover, HandoverId, HandoverItem, HandoverKind, HandoverOutcome, OpenThing, ThingName};
use crate::activities::Title;
use crate::activities::title::{self, Sight};
use crate::appointments::{self, AppointmentState};
use crate::auth::Manager;
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::error::{Error, Result};
use crate::hours::UNCONFIRMED;
use crate::store::{Conn, Flag};
use crate::teams::liaisons;
use crate::workers::{Worker, WorkerId, career, posts};

#[derive(sqlx::FromRow)]
struct OpenSession {
    what: HandoverKind,
    id: i64,
    #[sqlx(flatten)]
    title: Title,
    local_date: Date,
}

#[derive(sqlx::FromRow)]
struct OtherThing {
    what: HandoverKind,
    id: i64,
    name: Option<String>,
}

/// Days back in which hours that nobody confirmed are looked for: as the overview does.
const YEAR: u64 = 366;

/// All that a worker has in hand from a day on, kind by kind: six statements, however much it is.
pub async fn open_things(
    by: &Manager,
    conn: &mut Conn,
    now: Now,
    center: &Center,
    worker: &Worker,
    from: Date,
) -> Result<Vec<OpenThing>> {
    let mut things = Vec::new();
    for one in sessions(by, conn, now, center, worker, from).await? {
        let name = ThingName::Session(one.title, one.local_date);
        things.push(OpenThing { kind: one.what, subject_id: one.id, name });
    }
    for one in appointments::open_from(conn, now, center, worker.worker_id, from).await? {
        let name = ThingName::Appointment(center.zone.local(one.starts_at));
        things.push(OpenThing { kind: HandoverKind::Appointments, subject_id: one.id.0, name });
    }
    for one in career::supervised_by(conn, worker.worker_id, from).await? {
        let name = ThingName::Text(one.name);
        things.push(OpenThing { kind: HandoverKind::Supervision, subject_id: one.id.0, name });
    }
    for one in posts::queries::filled_by(conn, center.id(), worker.worker_id, from).await? {
        things.push(OpenThing { kind: HandoverKind::Posts, subject_id: one.id.0, name: ThingName::Text(one.title) });
    }
    for one in liaisons::looked_after(conn, worker.worker_id, from).await? {
        things.push(OpenThing { kind: HandoverKind::Liaison, subject_id: one.id.0, name: ThingName::Text(one.team) });
    }
    for one in others(conn, center.id(), worker).await? {
        let name = one.name.map_or(ThingName::Number(one.id), ThingName::Text);
        things.push(OpenThing { kind: one.what, subject_id: one.id, name });
    }
    things.sort_by_key(|thing| thing.kind);
    Ok(things)
}

async fn sessions(
    by: &Manager,
    conn: &mut Conn,
    now: Now,
    center: &Center,
    worker: &Worker,
    from: Date,
) -> Result<Vec<OpenSession>> {
    let sql = format!(
        "select case when s.status = 'completed' then $5 when s.local_date >= $3 then $6 else $7 end as what,
                s.id, {}, s.local_date
         from sessions s join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
         where s.worker_id = $2
           and (s.status = 'planned' and (s.local_date >= $3 or s.ends_at <= $4)
                or s.status = 'completed' and s.local_date >= $8
                   and exists (select 1 from attendances t where t.session_id = s.id and {UNCONFIRMED}))
         order by s.starts_at, s.id",
        title::columns("$1")
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(worker.worker_id)
        .bind(from)
        .bind(now.0)
        .bind(HandoverKind::Hours)
        .bind(HandoverKind::Sessions)
        .bind(HandoverKind::Closings)
        .bind(center.zone.date(now.0).minus_days(YEAR))
        .fetch_all(conn)
        .await?)
}

async fn others(conn: &mut Conn, center: CenterId, worker: &Worker) -> Result<Vec<OtherThing>> {
    Ok(sqlx::query_as(
        "select $4 as what, t.id, t.name from teams t
         where t.center_id = $1 and t.leader_id = $2 and t.disbanded_on is null
         union all
         select $5, i.id, null from imports i
         where i.center_id = $1 and i.made_by = $3 and i.applied_at is null and i.undone_at is null
         union all
         select $6, e.id, null from erasures e where e.center_id = $1 and e.asked_by = $3 and e.decided_at is null
         union all
         select $7, d.id, d.name from devices d where d.center_id = $1 and d.added_by = $3 and d.cut_off_at is null
         order by 1, 2",
    )
    .bind(center)
    .bind(worker.person.id)
    .bind(worker.account_id)
    .bind(HandoverKind::Teams)
    .bind(HandoverKind::Imports)
    .bind(HandoverKind::Erasures)
    .bind(HandoverKind::Devices)
    .fetch_all(conn)
    .await?)
}

const HANDOVER: &str =
    "select h.id, h.center_id, h.worker_id, p.name, h.from_day, h.made_at, a.name as made_by, h.undone_at
     from handovers h join workers w on w.id = h.worker_id join people p on p.id = w.person_id
     left join accounts a on a.id = h.made_by";

/// The handovers of a worker's work, the latest first.
pub async fn of_worker(conn: &mut Conn, worker: WorkerId) -> Result<Vec<Handover>> {
    let sql = format!("{HANDOVER} where h.worker_id = $1 order by h.id desc");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(worker).fetch_all(conn).await?)
}

/// One of the center's handovers.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn find(conn: &mut Conn, center: CenterId, id: HandoverId) -> Result<Handover> {
    let sql = format!("{HANDOVER} where h.center_id = $1 and h.id = $2");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// The center of a handover that the viewer's role reaches.
///
/// # Errors
/// `NotFound` for any other.
pub async fn center_of(by: &Manager, conn: &mut Conn, id: HandoverId) -> Result<CenterId> {
    sqlx::query_scalar(
        "select h.center_id from handovers h join account_centers r on r.center_id = h.center_id
         where h.id = $1 and r.account_id = $2",
    )
    .bind(id)
    .bind(by.account)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)
}

#[derive(sqlx::FromRow)]
struct ItemRow {
    what: HandoverKind,
    subject_id: i64,
    outcome: HandoverOutcome,
    worker_id: Option<WorkerId>,
    worker: Option<String>,
    name: Option<String>,
    clashes: Flag,
}

#[derive(sqlx::FromRow)]
struct ItemSession {
    what: HandoverKind,
    id: i64,
    #[sqlx(flatten)]
    title: Title,
    local_date: Date,
}

#[derive(sqlx::FromRow)]
struct ItemAppointment {
    id: i64,
    starts_at: Timestamp,
    zone: Zone,
}

/// What those things are called that have a day.
async fn dated(by: &Manager, conn: &mut Conn, id: HandoverId) -> Result<Vec<(HandoverKind, i64, ThingName)>> {
    let sql = format!(
        "select i.kind as what, s.id, {}, s.local_date
         from handover_items i join sessions s on s.id = i.subject_id
         join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
         where i.handover_id = $2 and i.kind in ($3, $4, $5)",
        title::columns("$1")
    );
    let sessions: Vec<ItemSession> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(id)
        .bind(HandoverKind::Sessions)
        .bind(HandoverKind::Closings)
        .bind(HandoverKind::Hours)
        .fetch_all(&mut *conn)
        .await?;
    // Of an appointment is told when it is: for whom and for what, its worker reads alone.
    let appointments: Vec<ItemAppointment> = sqlx::query_as(
        "select q.id, q.starts_at, c.zone
         from handover_items i join appointments q on q.id = i.subject_id join centers c on c.id = q.center_id
         where i.handover_id = $1 and i.kind = $2",
    )
    .bind(id)
    .bind(HandoverKind::Appointments)
    .fetch_all(conn)
    .await?;
    let session = |one: ItemSession| (one.what, one.id, ThingName::Session(one.title, one.local_date));
    let appointment = |one: ItemAppointment| {
        let name = ThingName::Appointment(one.zone.local(one.starts_at));
        (HandoverKind::Appointments, one.id, name)
    };
    Ok(sessions.into_iter().map(session).chain(appointments.into_iter().map(appointment)).collect())
}

/// What became of each thing, kind by kind, as it is called now.
pub async fn items(by: &Manager, conn: &mut Conn, id: HandoverId) -> Result<Vec<HandoverItem>> {
    let dated = dated(by, conn, id).await?;
    let rows: Vec<ItemRow> = sqlx::query_as(
        "select i.kind as what, i.subject_id, i.outcome, i.worker_id, p.name as worker,
                coalesce(sp.name, o.title, t.name, d.name, yt.name) as name,
                case when exists (
                    select 1 from sessions s join sessions n on n.worker_id = s.worker_id and n.id <> s.id
                       and n.status = 'planned' and n.starts_at < s.ends_at and n.ends_at > s.starts_at
                    where i.kind = $2 and i.outcome = $3 and s.id = i.subject_id and s.status = 'planned'
                      and s.worker_id = i.worker_id)
                  or exists (
                    select 1 from sessions s join bookings b on b.worker_id = s.worker_id and b.released_at is null
                       and b.used_from < s.ends_at and b.used_to > s.starts_at
                    where i.kind = $2 and i.outcome = $3 and s.id = i.subject_id and s.status = 'planned'
                      and s.worker_id = i.worker_id)
                  or exists (
                    select 1 from appointments q join sessions n on n.worker_id = q.worker_id
                       and n.status = 'planned' and n.starts_at < q.ends_at and n.ends_at > q.starts_at
                    where i.kind = $10 and i.outcome = $3 and q.id = i.subject_id and q.state = $11
                      and q.worker_id = i.worker_id) then 1 else 0 end as clashes
         from handover_items i
         left join workers w on w.id = i.worker_id left join people p on p.id = w.person_id
         left join supervisions x on i.kind = $4 and x.id = i.subject_id
         left join workers xw on xw.id = x.worker_id left join people sp on sp.id = xw.person_id
         left join post_fillings f on i.kind = $5 and i.outcome <> $6 and f.id = i.subject_id
         left join posts o on i.kind = $5 and o.id = case when i.outcome = $6 then i.subject_id else f.post_id end
         left join teams t on i.kind = $7 and t.id = i.subject_id
         left join devices d on i.kind = $8 and d.id = i.subject_id
         left join team_liaisons y on i.kind = $9 and y.id = i.subject_id
         left join teams yt on yt.id = y.team_id
         where i.handover_id = $1 order by i.id",
    )
    .bind(id)
    .bind(HandoverKind::Sessions)
    .bind(HandoverOutcome::Given)
    .bind(HandoverKind::Supervision)
    .bind(HandoverKind::Posts)
    .bind(HandoverOutcome::Listed)
    .bind(HandoverKind::Teams)
    .bind(HandoverKind::Devices)
    .bind(HandoverKind::Liaison)
    .bind(HandoverKind::Appointments)
    .bind(AppointmentState::Booked)
    .fetch_all(conn)
    .await?;
    let named = |row: &ItemRow| {
        let there = dated.iter().find(|(kind, id, _)| (*kind, *id) == (row.what, row.subject_id));
        there.map(|(.., name)| name.clone()).or_else(|| row.name.clone().map(ThingName::Text))
    };
    let item = |row: ItemRow| HandoverItem {
        name: named(&row).unwrap_or(ThingName::Number(row.subject_id)),
        kind: row.what,
        subject_id: row.subject_id,
        worker: row.worker_id.zip(row.worker),
        outcome: row.outcome,
        clashes: row.clashes.is_set(),
    };
    let mut items: Vec<HandoverItem> = rows.into_iter().map(item).collect();
    items.sort_by_key(|item| match &item.name {
        ThingName::Session(_, day) => (item.kind, Some(day.0.into())),
        ThingName::Appointment(at) => (item.kind, Some(*at)),
        _ => (item.kind, None),
    });
    Ok(items)
}
