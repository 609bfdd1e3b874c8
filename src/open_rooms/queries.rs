//! Reading rooms that stand open, and their days.

use std::collections::BTreeMap;

use serde_json::json;

use super::types::{OpenDay, OpenDayNow, OpenDayRow, OpenRoom, OpenRoomId, OpenTerm};
use crate::activities::REACH_MILLIS;
use crate::activities::SessionId;
use crate::activities::title::{self, Sight};
use crate::auth::Viewer;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Timestamp, Zone};
use crate::error::{Error, Result};
use crate::rooms::RoomId;
use crate::store::{self, Conn, Flag};

fn select() -> String {
    format!(
        "select o.id, o.center_id, o.activity_id, o.room_id, r.name as room, {}, o.since, o.ended_on, o.end_reason
         from open_rooms o
         join rooms r on r.id = o.room_id
         join activities a on a.id = o.activity_id
         join service_kinds k on k.id = a.kind_id",
        title::columns("$1")
    )
}

/// A center's, in the order in which they were declared, those that ended too.
pub async fn of_center(sight: Sight<'_>, conn: &mut Conn, center: CenterId) -> Result<Vec<OpenRoom>> {
    let sql = format!("{} where o.center_id = $2 order by o.id", select());
    let found: Vec<OpenRoom> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(sight.reader()).bind(center).fetch_all(&mut *conn).await?;
    with_terms(conn, found).await
}

/// A center's that the public learns of.
pub async fn published(conn: &mut Conn, center: CenterId) -> Result<Vec<OpenRoom>> {
    let sql = format!("{} where o.center_id = $2 and {} order by o.id", select(), title::PUBLISHED);
    let found: Vec<OpenRoom> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Public.reader())
        .bind(center)
        .fetch_all(&mut *conn)
        .await?;
    with_terms(conn, found).await
}

/// One of a center's.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn find(by: &Viewer, conn: &mut Conn, center: CenterId, id: OpenRoomId) -> Result<OpenRoom> {
    let sql = format!("{} where o.center_id = $2 and o.id = $3", select());
    let found: Option<OpenRoom> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(center)
        .bind(id)
        .fetch_optional(&mut *conn)
        .await?;
    let found = with_terms(conn, found.into_iter().collect()).await?;
    found.into_iter().next().ok_or(Error::NotFound)
}

/// One, and its center, which the viewer was let into.
///
/// # Errors
/// `NotFound` for one of a center that the viewer does not reach.
pub async fn open_to(by: &Viewer, conn: &mut Conn, id: OpenRoomId) -> Result<(Center, OpenRoom)> {
    let center: Option<CenterId> = sqlx::query_scalar("select center_id from open_rooms where id = $1")
        .bind(id)
        .fetch_optional(&mut *conn)
        .await?;
    let center = centers::queries::open_to(by, conn, center.ok_or(Error::NotFound)?).await?;
    let open = find(by, conn, center.id(), id).await?;
    Ok((center, open))
}

#[derive(sqlx::FromRow)]
struct TermRow {
    id: i64,
    open_room_id: OpenRoomId,
    valid_from: Date,
    weekdays: i64,
    on_holidays: Flag,
    opens: Option<i64>,
    closes: Option<i64>,
}

async fn with_terms(conn: &mut Conn, mut found: Vec<OpenRoom>) -> Result<Vec<OpenRoom>> {
    let rows: Vec<TermRow> = sqlx::query_as(
        "select t.id, t.open_room_id, t.valid_from, t.weekdays, t.on_holidays, s.opens, s.closes
         from open_room_terms t left join open_room_spans s on s.term_id = t.id
         where t.open_room_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         order by t.open_room_id, t.valid_from, t.id, s.opens",
    )
    .bind(store::rows(&found, |open| json!(open.id)))
    .fetch_all(conn)
    .await?;
    for same in rows.chunk_by(|one, next| one.id == next.id) {
        let Some(first) = same.first() else { continue };
        let term = OpenTerm {
            valid_from: first.valid_from,
            weekdays: first.weekdays,
            on_holidays: first.on_holidays.is_set(),
            spans: same.iter().filter_map(|row| Some((row.opens?, row.closes?))).collect(),
        };
        if let Some(open) = found.iter_mut().find(|open| open.id == first.open_room_id) {
            open.terms.push(term);
        }
    }
    Ok(found)
}

/// Who declared which of a center's, by account and name.
pub(super) async fn declarers(conn: &mut Conn, center: CenterId) -> Result<BTreeMap<OpenRoomId, (i64, String)>> {
    let rows: Vec<(OpenRoomId, i64, String)> = sqlx::query_as(
        "select o.id, x.id, x.name from open_rooms o join accounts x on x.id = o.declared_by where o.center_id = $1",
    )
    .bind(center)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(id, account, name)| (id, (account, name))).collect())
}

pub(super) async fn zone(conn: &mut Conn, center: CenterId) -> Result<Zone> {
    Ok(sqlx::query_scalar("select zone from centers where id = $1").bind(center).fetch_one(conn).await?)
}

/// The condition that day `d` with its session `s` belongs to its declaration: it was not given up, or was and takes place after all, by
/// hand.
const BELONGS: &str = "(d.dropped_at is null or s.status in ('planned', 'completed'))";

/// A center's days from `today` on, and those before that nobody has closed, without what was given up.
pub(super) async fn days(conn: &mut Conn, center: CenterId, today: Date) -> Result<Vec<OpenDay>> {
    let sql = format!(
        "select d.open_room_id, d.session_id, d.local_date, d.opens, d.closes, d.settled_at, s.status, s.starts_at, s.ends_at,
                case when d.dropped_at is null and d.restored_at is null then 0 else 1 end as by_hand,
                case when exists (select 1 from attendances v where v.session_id = s.id and v.voided_at is null)
                       or exists (select 1 from head_counts h where h.session_id = s.id and h.voided_at is null)
                     then 1 else 0 end as attended,
                (select max(b.room_id) from bookings b where b.session_id = s.id and b.superseded = 0) as room_id
         from open_days d
         join open_rooms o on o.id = d.open_room_id
         join sessions s on s.id = d.session_id
         where o.center_id = $1 and {BELONGS}
           and (d.local_date >= $2 or (d.settled_at is null and s.status = 'planned'))
         order by d.local_date, d.opens, d.id"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(today).fetch_all(conn).await?)
}

/// A room that is booked, buffers included.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(super) struct TakenRoom {
    pub room_id: RoomId,
    pub session_id: Option<SessionId>,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

/// For what rooms are booked that touches [from, to).
pub(super) async fn booked(
    conn: &mut Conn,
    rooms: &[RoomId],
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<TakenRoom>> {
    let sql = format!(
        "select b.room_id, b.session_id, b.starts_at, b.ends_at from bookings b
         where b.room_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
           and b.released_at is null and b.starts_at < $3 and b.starts_at > cast($2 as bigint) - {REACH_MILLIS} and b.ends_at > $2"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(store::rows(rooms, |room| json!(room)))
        .bind(from)
        .bind(to)
        .fetch_all(conn)
        .await?)
}

/// A center's days of [from, to) with what was counted there, without what was given up: of one declaration, or of all.
pub async fn counted(
    conn: &mut Conn,
    center: CenterId,
    only: Option<OpenRoomId>,
    (from, to): (Date, Date),
) -> Result<Vec<OpenDayRow>> {
    let sql = format!(
        "select d.open_room_id, d.session_id, d.local_date, d.opens, d.closes, s.status, s.starts_at, s.ends_at, d.settled_at,
                coalesce(v.named, 0) as named, coalesce(h.heads, 0) as heads,
                coalesce(v.elderly, 0) + coalesce(h.elderly, 0) as elderly,
                coalesce(v.disabled, 0) + coalesce(h.disabled, 0) as disabled,
                coalesce(v.needy, 0) + coalesce(h.needy, 0) as needy,
                coalesce(v.youth, 0) + coalesce(h.youth, 0) as youth
         from open_days d
         join open_rooms o on o.id = d.open_room_id
         join sessions s on s.id = d.session_id
         left join (select c.session_id, count(*) as named, cast(sum(c.elderly) as bigint) as elderly,
                           cast(sum(c.disabled) as bigint) as disabled, cast(sum(c.needy) as bigint) as needy,
                           cast(sum(c.youth) as bigint) as youth
                    from open_days g join attendances c on c.session_id = g.session_id
                    where c.part = 'participant' and c.voided_at is null and g.local_date >= $3 and g.local_date < $4
                    group by c.session_id) v on v.session_id = s.id
         left join (select c.session_id, cast(sum(c.heads) as bigint) as heads, cast(sum(c.elderly) as bigint) as elderly,
                           cast(sum(c.disabled) as bigint) as disabled, cast(sum(c.needy) as bigint) as needy,
                           cast(sum(c.youth) as bigint) as youth
                    from open_days g join head_counts c on c.session_id = g.session_id
                    where c.voided_at is null and g.local_date >= $3 and g.local_date < $4
                    group by c.session_id) h on h.session_id = s.id
         where o.center_id = $1 and (cast($2 as bigint) is null or o.id = $2) and {BELONGS}
           and d.local_date >= $3 and d.local_date < $4
         order by d.local_date, d.opens, d.id"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(only).bind(from).bind(to).fetch_all(conn).await?)
}

/// A day of a session that is published, for who looks from outside.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct NextOpen {
    pub session_id: SessionId,
    pub open_room_id: OpenRoomId,
    pub local_date: Date,
    pub opens: i64,
    pub closes: i64,
}

/// The days of [from, to) of a center's published sessions that a declaration made.
pub async fn to_come(conn: &mut Conn, center: CenterId, (from, to): (Date, Date)) -> Result<Vec<NextOpen>> {
    let sql = format!(
        "select d.session_id, d.open_room_id, d.local_date, d.opens, d.closes
         from open_days d
         join open_rooms o on o.id = d.open_room_id
         join sessions s on s.id = d.session_id
         join activities a on a.id = s.activity_id
         join service_kinds k on k.id = a.kind_id
         where o.center_id = $1 and {BELONGS} and d.local_date >= $2 and d.local_date < $3 and {}
         order by d.open_room_id, d.local_date, d.opens",
        title::PUBLISHED
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(from).bind(to).fetch_all(conn).await?)
}

/// The days of [from, to) that were made for a center's rooms, as they stand now, without what was given up with its room.
pub async fn as_they_stand(conn: &mut Conn, center: CenterId, (from, to): (Date, Date)) -> Result<Vec<OpenDayNow>> {
    let sql = format!(
        "select d.open_room_id, d.local_date, d.opens, d.closes, d.settled_at, s.status, s.starts_at, s.ends_at,
                (select r.name from rooms r where r.id = (select max(b.room_id) from bookings b
                                                          where b.session_id = s.id and b.superseded = 0)) as room
         from open_days d
         join open_rooms o on o.id = d.open_room_id
         join sessions s on s.id = d.session_id
         where o.center_id = $1 and {BELONGS} and d.local_date >= $2 and d.local_date < $3
         order by d.open_room_id, d.local_date, d.opens, d.id"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(from).bind(to).fetch_all(conn).await?)
}
