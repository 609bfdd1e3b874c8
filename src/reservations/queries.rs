//! Reading reservations and requests, always within a center that the reader was let into, or by the link in hand.

use super::listing::ReservationsCut;
use super::types::{
    Reservation, ReservationFile, ReservationId, ReservationStanding, RoomRequest, RoomRequestId, RoomRequestState,
};
use crate::auth::{Viewer, logins};
use crate::centers::{Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::files::FileId;
use crate::ids::PhoneId;
use crate::store::{Conn, Flag};

/// Rows of a page of the list.
pub const PAGE: i64 = 50;

/// Answered requests that the list shows.
const ANSWERED: i64 = 50;

const RESERVATION: &str =
    "select v.id, v.center_id, v.kind, v.title, v.holder, v.attendees, v.heads, v.booking_id, b.room_id, r.name as room,
        b.used_from as starts_at, b.used_to as ends_at, v.series_id, v.minutes, v.minutes_at, w.name as minutes_by, v.created_at,
        m.name as created_by, v.cancelled_at, v.cancel_reason, q.id as request_id
     from reservations v
     join bookings b on b.id = v.booking_id
     join rooms r on r.id = b.room_id
     join accounts m on m.id = v.created_by
     left join accounts w on w.id = v.minutes_by
     left join room_requests q on q.reservation_id = v.id";

/// The condition of a cut, over reservation `v` and its booking `b`.
const CUT: &str = "v.center_id = $1 and (cast($2 as text) is null or v.kind = $2)
       and (cast($3 as bigint) is null or case when v.cancelled_at is null then 0 else 1 end = $3)
       and (cast($4 as bigint) is null or case when b.used_to <= $5 then 1 else 0 end = $4)
       and b.used_to > $6 and b.used_from < $7";

impl ReservationsCut {
    /// Whether it is cancelled, and whether it is over, as far as that is asked.
    fn flags(self) -> (Option<Flag>, Option<Flag>) {
        match self.standing {
            None => (None, None),
            Some(ReservationStanding::Coming) => (Some(false.into()), Some(false.into())),
            Some(ReservationStanding::Held) => (Some(false.into()), Some(true.into())),
            Some(ReservationStanding::Cancelled) => (Some(true.into()), None),
        }
    }
}

/// The center's reservations that `cut` leaves: `limit` of them from `offset` on.
pub async fn list(
    conn: &mut Conn,
    now: Now,
    center: &Center,
    cut: ReservationsCut,
    (offset, limit): (i64, i64),
) -> Result<Vec<Reservation>> {
    let sql = format!("{RESERVATION} where {CUT} order by {} limit $8 offset $9", cut.order_by("$5"));
    let ((cancelled, over), (from, to)) = (cut.flags(), cut.within(now, center.zone));
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(center.id())
        .bind(cut.kind)
        .bind(cancelled)
        .bind(over)
        .bind(now.0)
        .bind(from)
        .bind(to)
        .bind(limit)
        .bind(offset)
        .fetch_all(conn)
        .await?)
}

/// How many `cut` leaves.
pub async fn count(conn: &mut Conn, now: Now, center: &Center, cut: ReservationsCut) -> Result<i64> {
    let sql = format!("select count(*) from reservations v join bookings b on b.id = v.booking_id where {CUT}");
    let ((cancelled, over), (from, to)) = (cut.flags(), cut.within(now, center.zone));
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(center.id())
        .bind(cut.kind)
        .bind(cancelled)
        .bind(over)
        .bind(now.0)
        .bind(from)
        .bind(to)
        .fetch_one(conn)
        .await?)
}

/// One of the center's.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn find(conn: &mut Conn, center: CenterId, id: ReservationId) -> Result<Reservation> {
    let sql = format!("{RESERVATION} where v.center_id = $1 and v.id = $2");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// The others that were made together with it, by their start.
pub async fn siblings(conn: &mut Conn, one: &Reservation) -> Result<Vec<Reservation>> {
    let Some(series) = one.series_id else { return Ok(Vec::new()) };
    let sql =
        format!("{RESERVATION} where v.center_id = $1 and v.series_id = $2 and v.id <> $3 order by b.used_from, v.id");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(one.center_id).bind(series).bind(one.id).fetch_all(conn).await?)
}

/// The center of a reservation that the viewer may reach.
///
/// # Errors
/// `NotFound` for any other.
pub(super) async fn center_of(by: &Viewer, conn: &mut Conn, id: ReservationId) -> Result<CenterId> {
    let found: Option<CenterId> = sqlx::query_scalar(
        "select v.center_id from reservations v join account_centers r on r.center_id = v.center_id
         where v.id = $1 and r.account_id = $2",
    )
    .bind(id)
    .bind(by.account)
    .fetch_optional(conn)
    .await?;
    found.ok_or(Error::NotFound)
}

/// The papers that lie with it, in the order in which they came.
pub async fn files(conn: &mut Conn, id: ReservationId) -> Result<Vec<ReservationFile>> {
    Ok(sqlx::query_as(
        "select f.id, f.kind, x.added_at, m.name as added_by
         from reservation_files x join files f on f.id = x.file_id join accounts m on m.id = x.added_by
         where x.reservation_id = $1 order by x.added_at, f.id",
    )
    .bind(id)
    .fetch_all(conn)
    .await?)
}

/// A paper of this reservation.
///
/// # Errors
/// `NotFound` for another's.
pub(super) async fn file(conn: &mut Conn, id: ReservationId, file: FileId) -> Result<FileId> {
    let found: Option<FileId> =
        sqlx::query_scalar("select file_id from reservation_files where reservation_id = $1 and file_id = $2")
            .bind(id)
            .bind(file)
            .fetch_optional(conn)
            .await?;
    found.ok_or(Error::NotFound)
}

const REQUEST: &str =
    "select q.id, q.center_id, q.state, q.group_name, q.contact_sealed, t.name as team, q.room_id, r.name as room, q.day,
        q.from_minute, q.to_minute, q.heads, q.purpose, q.rules, q.sent_at, q.answered_at, m.name as answered_by, q.word,
        q.reservation_id, br.name as booked_room, b.used_from as booked_from, b.used_to as booked_to, v.cancel_reason
     from room_requests q
     left join teams t on t.id = q.team_id
     left join rooms r on r.id = q.room_id
     left join accounts m on m.id = q.answered_by
     left join reservations v on v.id = q.reservation_id
     left join bookings b on b.id = v.booking_id
     left join rooms br on br.id = b.room_id";

/// The center's requests: those that wait, the nearest day first, and the latest that were answered.
pub async fn requests(conn: &mut Conn, center: CenterId) -> Result<(Vec<RoomRequest>, Vec<RoomRequest>)> {
    let open = format!("{REQUEST} where q.center_id = $1 and q.state = $2 order by q.day, q.from_minute, q.id");
    let open = sqlx::query_as(sqlx::AssertSqlSafe(open))
        .bind(center)
        .bind(RoomRequestState::Open)
        .fetch_all(&mut *conn)
        .await?;
    let others =
        format!("{REQUEST} where q.center_id = $1 and q.state <> $2 order by q.answered_at desc, q.id desc limit $3");
    let others = sqlx::query_as(sqlx::AssertSqlSafe(others))
        .bind(center)
        .bind(RoomRequestState::Open)
        .bind(ANSWERED)
        .fetch_all(conn)
        .await?;
    Ok((open, others))
}

/// One of the center's.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn request(conn: &mut Conn, center: CenterId, id: RoomRequestId) -> Result<RoomRequest> {
    let sql = format!("{REQUEST} where q.center_id = $1 and q.id = $2");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// The one to which the link in hand belongs.
///
/// # Errors
/// `NotFound` for a link that nobody was given, or of another center.
pub async fn by_link(conn: &mut Conn, center: CenterId, secret: &str) -> Result<RoomRequest> {
    let sql = format!("{REQUEST} where q.center_id = $1 and q.link_hash = $2");
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(center)
        .bind(logins::hash(secret))
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// The center of a request that the viewer may reach.
///
/// # Errors
/// `NotFound` for any other.
pub(super) async fn center_of_request(by: &Viewer, conn: &mut Conn, id: RoomRequestId) -> Result<CenterId> {
    let found: Option<CenterId> = sqlx::query_scalar(
        "select q.center_id from room_requests q join account_centers r on r.center_id = q.center_id
         where q.id = $1 and r.account_id = $2",
    )
    .bind(id)
    .bind(by.account)
    .fetch_optional(conn)
    .await?;
    found.ok_or(Error::NotFound)
}

/// How many of the center's requests wait for an answer.
pub async fn waiting_at(conn: &mut Conn, center: CenterId) -> Result<i64> {
    Ok(sqlx::query_scalar("select count(*) from room_requests where center_id = $1 and state = $2")
        .bind(center)
        .bind(RoomRequestState::Open)
        .fetch_one(conn)
        .await?)
}

/// How many of one phone's wait, wherever.
pub(super) async fn waiting_of(conn: &mut Conn, phone: PhoneId) -> Result<i64> {
    Ok(sqlx::query_scalar("select count(*) from room_requests where phone_id = $1 and state = $2")
        .bind(phone)
        .bind(RoomRequestState::Open)
        .fetch_one(conn)
        .await?)
}
