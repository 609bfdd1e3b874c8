//! Scheduling activities and changing what is scheduled. A session that takes place holds a booking; one that does not
//! has released it. The two are written in one transaction, so they never tell different stories.

use serde_json::json;

use super::forms::{Plan, Texts};
use super::holding::{hold, hold_leads};
use super::placing::{SetField, SetFields, seats};
use super::rules::{self, Slot};
use super::types::{Activity, ActivityId, Session, SessionId, SessionStatus};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::Now;
use crate::codes::{self, CodeOf};
use crate::error::{Error, OnViolation, Refusal, Result};
use crate::marks::ChangedBooking;
use crate::rooms::Room;
use crate::store::{self, Conn, Violation};
use crate::{audit, locks, marks};

/// The refusal's code when the database finds the room taken. `booking` tells by whom.
pub const ROOM_TAKEN: &str = "room_taken";

/// What becomes of one date of a plan.
pub enum Fate {
    /// It takes place, in these rooms; at the plan's venue where there are none.
    Book(Vec<Room>),
    /// The date stays as a row, with a reason, and can be booked later.
    Skip(String),
}

/// One date of a plan, decided.
pub struct Dated {
    pub slot: Slot,
    pub fate: Fate,
}

impl Dated {
    /// The rooms, and how the session begins: with a reason where it does not take place.
    fn fate<'a>(&'a self, plan: &'a Plan) -> (&'a [Room], SessionStatus, Option<&'a String>) {
        match &self.fate {
            Fate::Book(rooms) => (rooms, SessionStatus::Planned, None),
            Fate::Skip(reason) => (&plan.place.rooms, SessionStatus::Skipped, Some(reason)),
        }
    }

    /// What of it is otherwise than the plan has it.
    fn by_hand(&self, plan: &Plan) -> SetFields {
        let (first, (rooms, ..)) = (plan.place.slot, self.fate(plan));
        let time = ((self.slot.from, self.slot.to) != (first.from, first.to)).then_some(SetField::Time);
        let ids = |rooms: &[Room]| rooms.iter().map(|room| room.id).collect::<Vec<_>>();
        let place = (ids(rooms) != ids(&plan.place.rooms)).then_some(SetField::Place);
        SetFields::of(time.into_iter().chain(place))
    }
}

/// Puts an activity into the calendar with all its dates, or nothing at all.
///
/// # Errors
/// `Refused("nothing_booked")` if every date is to be skipped: an activity that never takes place is none.
/// `Refused("room_taken")` if any date's room is no longer free: the database says so, also under a race.
/// `Refused("room_out_of_use")`, `Refused("team_disbanded")` if a room or the team was given up meanwhile.
pub async fn schedule(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    plan: &Plan,
    dates: &[Dated],
) -> Result<ActivityId> {
    let booked: Vec<&Dated> = dates.iter().filter(|date| matches!(date.fate, Fate::Book(_))).collect();
    if booked.is_empty() {
        return Err(Error::refused("nothing_booked"));
    }
    let rooms = booked.iter().flat_map(|date| date.fate(plan).0).map(|room| room.id);
    hold(tx, rooms, plan.place.team).await?;
    let leads: Vec<_> = booked.iter().filter_map(|date| Some((plan.place.worker()?, date.slot.date))).collect();
    hold_leads(tx, &leads).await?;
    let id: ActivityId = sqlx::query_scalar(
        "insert into activities (center_id, kind_id, title, description, rule, published, created_by, created_at, admission,
                                 target_groups, service_line, materials, cost_yuan, charged_to)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning id",
    )
    .bind(center.id())
    .bind(plan.texts.kind)
    .bind(&plan.texts.title)
    .bind(&plan.texts.description)
    .bind(plan.repeat.as_ref().map(|repeat| repeat.rule(center.zone)))
    .bind(store::Flag::from(plan.texts.published))
    .bind(by.account)
    .bind(now.0)
    .bind(plan.texts.admission)
    .bind(plan.texts.attributes.groups)
    .bind(plan.texts.attributes.line)
    .bind(&plan.texts.attributes.materials)
    .bind(plan.texts.attributes.cost)
    .bind(plan.texts.charged_to)
    .fetch_one(&mut *tx)
    .await?;
    add_sessions(now, tx, center, id, plan, dates).await?;
    let entry = audit::entry("activity.scheduled", id.0).at(center.id());
    match &plan.overlap_reason {
        Some(reason) => audit::record(tx, by, now, entry.because(reason)).await?,
        None => audit::record(tx, by, now, entry).await?,
    }
    Ok(id)
}

/// Writes the plan's sessions, their codes, and what they book: a few statements, however many dates there are. Of a date
/// that is skipped the booking is released at once; it says in which room the session was to be.
async fn add_sessions(
    now: Now,
    tx: &mut Conn,
    center: &Center,
    activity: ActivityId,
    plan: &Plan,
    dates: &[Dated],
) -> Result<()> {
    let ids = store::reserve(tx, "sessions", dates.len()).await?;
    let sessions = store::rows(ids.iter().zip(dates), |(id, date)| {
        let (rooms, status, reason) = date.fate(plan);
        let capacity = least(plan.place.capacity, seats(rooms));
        let venue = if rooms.is_empty() { plan.place.venue.as_ref() } else { None };
        json!({
            "id": id, "starts": date.slot.starts_at.0, "ends": date.slot.ends_at.0, "date": date.slot.date,
            "capacity": capacity, "status": status, "reason": reason, "venue": venue, "by_hand": date.by_hand(plan).bits(),
        })
    });
    sqlx::query(
        "insert into sessions (id, activity_id, center_id, worker_id, team_id, starts_at, ends_at, local_date, capacity,
                               status, reason, updated_at, venue, by_hand, charged_to)
         select cast(j.value ->> 'id' as bigint), cast($2 as bigint), cast($3 as bigint), cast($4 as bigint),
                cast($5 as bigint), cast(j.value ->> 'starts' as bigint), cast(j.value ->> 'ends' as bigint),
                j.value ->> 'date', cast(j.value ->> 'capacity' as bigint), j.value ->> 'status', j.value ->> 'reason',
                cast($6 as bigint), j.value ->> 'venue', cast(j.value ->> 'by_hand' as bigint),
                (select x.agreement_id from activities a
                 join agreement_centers x on x.agreement_id = a.charged_to and x.center_id = a.center_id
                 where a.id = $2 and x.starts_on <= (j.value ->> 'date') and x.ends_on >= (j.value ->> 'date'))
         from json_each(cast($1 as json_text)) j",
    )
    .bind(sessions)
    .bind(activity)
    .bind(center.id())
    .bind(plan.place.worker())
    .bind(plan.place.team)
    .bind(now.0)
    .execute(&mut *tx)
    .await?;
    codes::make(tx, now, CodeOf::Session, &ids).await?;
    let bookings = ids.iter().zip(dates).flat_map(|(id, date)| {
        let (rooms, status, _) = date.fate(plan);
        let released = (status != SessionStatus::Planned).then_some(now.0.0);
        rooms.iter().map(move |room| (id, room, date.slot, released))
    });
    let bookings = store::rows(bookings, |(id, room, slot, released)| {
        let (from, to) = slot.with_buffer(room.buffer_minutes);
        json!({"room": room.id, "session": id, "from": from.0, "to": to.0, "released": released})
    });
    book(tx, bookings).await
}

/// The lower of two bounds, as far as there is one.
fn least(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Books rooms for sessions: rows `{room, session, from, to, released}`, in the order of the rooms.
///
/// # Errors
/// `Refused("room_taken")` where one of them is no longer free.
pub(super) async fn book(tx: &mut Conn, bookings: String) -> Result<()> {
    let booked: Vec<ChangedBooking> = sqlx::query_as(
        "insert into bookings (kind, room_id, session_id, starts_at, ends_at, released_at)
         select 'session', cast(j.value ->> 'room' as bigint), cast(j.value ->> 'session' as bigint),
                cast(j.value ->> 'from' as bigint), cast(j.value ->> 'to' as bigint),
                cast(j.value ->> 'released' as bigint)
         from json_each(cast($1 as json_text)) j order by 2, 4
         returning room_id, starts_at, ends_at",
    )
    .bind(bookings)
    .fetch_all(&mut *tx)
    .await
    .on(&Violation::BookingOverlap, || Error::refused(ROOM_TAKEN))?;
    marks::bookings(tx, &booked).await
}

/// Books its rooms for one session.
pub(super) async fn book_one(tx: &mut Conn, session: SessionId, rooms: &[Room], slot: &Slot) -> Result<()> {
    let bookings = store::rows(rooms, |room| {
        let (from, to) = slot.with_buffer(room.buffer_minutes);
        json!({"room": room.id, "session": session, "from": from.0, "to": to.0})
    });
    book(tx, bookings).await
}

/// Changes what an activity says of itself, if anything is to be otherwise. Calendars hear of it for every session still
/// planned.
///
/// # Errors
/// `Invalid` at `kind` once a session is completed: past reports count it by its kind.
pub async fn revise(by: &Coordinator, now: Now, tx: &mut Conn, activity: &Activity, texts: &Texts) -> Result<()> {
    let sessions: Vec<SessionId> = sqlx::query_scalar("select id from sessions where activity_id = $1")
        .bind(activity.id)
        .fetch_all(&mut *tx)
        .await?;
    locks::sessions(tx, sessions).await?;
    let settled: i64 = sqlx::query_scalar(
        "select count(*) from sessions s join activities a on a.id = s.activity_id
         where a.id = $1 and a.kind_id <> $2 and s.status = 'completed'",
    )
    .bind(activity.id)
    .bind(texts.kind)
    .fetch_one(&mut *tx)
    .await?;
    if settled > 0 {
        return Err(Error::field("kind", "field.kind_settled"));
    }
    let revised = sqlx::query(
        "update activities set title = $1, description = $2, kind_id = $3, published = $4, admission = $6, target_groups = $7,
                service_line = $8, materials = $9, cost_yuan = $10
         where id = $5 and (title, description, kind_id, published, admission, target_groups, service_line, materials, cost_yuan)
             is distinct from ($1, $2, $3, $4, $6, $7, $8, $9, $10)",
    )
    .bind(&texts.title)
    .bind(&texts.description)
    .bind(texts.kind)
    .bind(store::Flag::from(texts.published))
    .bind(activity.id)
    .bind(texts.admission)
    .bind(texts.attributes.groups)
    .bind(texts.attributes.line)
    .bind(&texts.attributes.materials)
    .bind(texts.attributes.cost)
    .execute(&mut *tx)
    .await?;
    if revised.rows_affected() == 0 {
        return Ok(());
    }
    // Also of those that are over or were skipped: they stand in calendars, for a month and as struck out.
    sqlx::query("update sessions set sequence = sequence + 1, updated_at = $1 where activity_id = $2")
        .bind(now.0)
        .bind(activity.id)
        .execute(&mut *tx)
        .await?;
    audit::record(tx, by, now, audit::entry("activity.revised", activity.id.0).at(activity.center_id)).await
}

/// A session to which somebody came took place: its people would fall out of the reports. Asked after the session's row
/// was written, and so locked: a check-in that waits for the row finds what this decided.
pub(super) async fn refuse_if_attended(tx: &mut Conn, session: &Session) -> Result<()> {
    let came: i64 = sqlx::query_scalar(
        "select (select count(*) from attendances where session_id = $1 and voided_at is null)
              + (select count(*) from head_counts where session_id = $1 and voided_at is null)",
    )
    .bind(session.id)
    .fetch_one(tx)
    .await?;
    if came > 0 { Err(Error::refused("session_attended")) } else { Ok(()) }
}

/// Gives back what a session holds, which will stand elsewhere.
pub(super) async fn supersede(now: Now, tx: &mut Conn, session: SessionId) -> Result<()> {
    let released: Vec<ChangedBooking> = sqlx::query_as(
        "update bookings set released_at = coalesce(released_at, $1), superseded = 1 where session_id = $2 and superseded = 0
         returning room_id, starts_at, ends_at",
    )
    .bind(now.0)
    .bind(session)
    .fetch_all(&mut *tx)
    .await?;
    marks::bookings(tx, &released).await
}

/// Gives back what a session holds; it says still where the session was to be.
async fn release(now: Now, tx: &mut Conn, session: SessionId) -> Result<()> {
    let released: Vec<ChangedBooking> = sqlx::query_as(
        "update bookings set released_at = $1 where session_id = $2 and released_at is null returning room_id, starts_at, ends_at",
    )
    .bind(now.0)
    .bind(session)
    .fetch_all(&mut *tx)
    .await?;
    marks::bookings(tx, &released).await
}

/// Calls sessions off. Everyone sees that they are, and why.
///
/// # Errors
/// `session_completed`; `session_changed` if it is no longer planned; `session_attended` if somebody came.
pub async fn cancel(by: &Coordinator, now: Now, tx: &mut Conn, sessions: &[&Session], reason: &str) -> Result<()> {
    drop_out(by, now, tx, sessions, reason, (SessionStatus::Cancelled, "session.cancelled")).await
}

/// Takes dates out of a series before anyone counts on them: the public no longer sees them.
///
/// # Errors
/// As [`cancel`].
pub async fn skip(by: &Coordinator, now: Now, tx: &mut Conn, sessions: &[&Session], reason: &str) -> Result<()> {
    drop_out(by, now, tx, sessions, reason, (SessionStatus::Skipped, "session.skipped")).await
}

async fn drop_out(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sessions: &[&Session],
    reason: &str,
    (status, action): (SessionStatus, &'static str),
) -> Result<()> {
    locks::sessions(tx, sessions.iter().map(|session| session.id)).await?;
    for session in sessions {
        rules::may_change(session)?;
        let dropped = sqlx::query(
            "update sessions set status = $1, reason = $2, sequence = sequence + 1, updated_at = $3
             where id = $4 and status = 'planned'",
        )
        .bind(status)
        .bind(reason)
        .bind(now.0)
        .bind(session.id)
        .execute(&mut *tx)
        .await?;
        if dropped.rows_affected() == 0 {
            return Err(Error::refused("session_changed"));
        }
        refuse_if_attended(tx, session).await?;
        release(now, tx, session.id).await?;
        let entry = audit::entry(action, session.id.0).at(session.center_id).because(reason);
        audit::record(tx, by, now, entry).await?;
    }
    Ok(())
}

/// Adds a cancelled or skipped session again, where and when it was: in its rooms, or at its venue.
///
/// # Errors
/// `Refused("room_taken")` if a room has been given away, `room_out_of_use` if it is used no more; `session_completed`; `session_changed` if it is planned.
pub async fn restore(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    (rooms, overlap_reason): (&[Room], Option<&str>),
) -> Result<()> {
    rules::may_change(session)?;
    locks::sessions(tx, [session.id]).await?;
    hold(tx, rooms.iter().map(|room| room.id), None).await?;
    // A team that was disbanded since does not come back with the session.
    let team = match session.team_id {
        Some(team) if locks::team(tx, team).await? => Some(team),
        _ => None,
    };
    // Neither does a worker who will have left by then.
    let restored = sqlx::query(
        "update sessions set status = 'planned', reason = null, team_id = $3, sequence = sequence + 1, updated_at = $1,
             worker_id = (select v.id from workers v where v.id = sessions.worker_id
                          and (v.ended_on is null or sessions.local_date < v.ended_on))
         where id = $2 and status in ('cancelled', 'skipped')",
    )
    .bind(now.0)
    .bind(session.id)
    .bind(team)
    .execute(&mut *tx)
    .await?;
    if restored.rows_affected() == 0 {
        return Err(Error::refused("session_changed"));
    }
    supersede(now, tx, session.id).await?;
    book_one(tx, session.id, rooms, &session.slot()).await?;
    let entry = audit::entry("session.restored", session.id.0).at(session.center_id);
    match overlap_reason {
        Some(reason) => audit::record(tx, by, now, entry.because(reason)).await,
        None => audit::record(tx, by, now, entry).await,
    }
}

/// Marks a session as held, with what was written about it. Who closes it keeps the audit entry.
///
/// # Errors
/// `session_not_planned` if it was closed or called off.
pub(crate) async fn complete(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    session: SessionId,
    summary: &str,
) -> Result<()> {
    let completed = sqlx::query(
        "update sessions set status = 'completed', summary = $1, closed_at = $2, closed_by = $3, updated_at = $2
         where id = $4 and status = 'planned'",
    )
    .bind(summary)
    .bind(now.0)
    .bind(by.account)
    .bind(session)
    .execute(&mut *tx)
    .await?;
    if completed.rows_affected() == 0 {
        return Err(Error::refused("session_not_planned"));
    }
    marks::sessions(tx, &[session]).await
}

/// Takes back that a session was held. Who opens it again keeps the audit entry.
///
/// # Errors
/// `session_not_completed` if it is not closed.
pub(crate) async fn reopen(now: Now, tx: &mut Conn, session: SessionId) -> Result<()> {
    let reopened = sqlx::query(
        "update sessions set status = 'planned', closed_at = null, closed_by = null, updated_at = $1
         where id = $2 and status = 'completed'",
    )
    .bind(now.0)
    .bind(session)
    .execute(&mut *tx)
    .await?;
    if reopened.rows_affected() == 0 {
        return Err(Error::refused("session_not_completed"));
    }
    marks::reopened(tx, session).await
}

/// Writes the summary of a closed session anew; says whether it is another. Who does so keeps the audit entry.
pub(crate) async fn rewrite_summary(now: Now, tx: &mut Conn, session: SessionId, summary: &str) -> Result<bool> {
    let rewritten = sqlx::query(
        "update sessions set summary = $1, updated_at = $2
         where id = $3 and status = 'completed' and (summary is null or summary <> $1)",
    )
    .bind(summary)
    .bind(now.0)
    .bind(session)
    .execute(tx)
    .await?;
    Ok(rewritten.rows_affected() > 0)
}

/// Lets the session's code rotate, or stand still again.
pub(crate) async fn set_rotating(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    rotating: bool,
) -> Result<()> {
    let changed = sqlx::query("update sessions set rotating = $1 where id = $2 and rotating <> $1")
        .bind(store::Flag::from(rotating))
        .bind(session.id)
        .execute(&mut *tx)
        .await?;
    if changed.rows_affected() == 0 {
        return Ok(());
    }
    let entry = match rotating {
        true => audit::entry("session.code_rotates", session.id.0),
        false => audit::entry("session.code_stands", session.id.0),
    };
    audit::record(tx, by, now, entry.at(session.center_id)).await
}

/// True for the refusal that the database gave because a room is taken.
pub(super) fn is_room_taken(error: &Error) -> bool {
    matches!(error, Error::Refused(Refusal { code, .. }) if *code == ROOM_TAKEN)
}
