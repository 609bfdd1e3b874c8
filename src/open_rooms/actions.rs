//! Declaring a room open, changing from when to when, and ending it.

use serde_json::json;

use super::forms::{Declared, OpenTimes};
use super::jobs::KEEP;
use super::keeping;
use super::types::{OpenRoom, OpenRoomId};
use crate::activities::{self, SessionId};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::store::{self, Conn, Flag};
use crate::{audit, jobs, locks};

/// Has a room stand open from a day on, and makes its first days.
///
/// # Errors
/// `Refused("room_out_of_use")` where the room was given up meanwhile.
pub async fn declare(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    declared: &Declared,
) -> Result<OpenRoomId> {
    locks::center(tx, center.id()).await?;
    let in_use: i64 = sqlx::query_scalar("select count(*) from rooms where id = $1 and retired_at is null")
        .bind(declared.room.id)
        .fetch_one(&mut *tx)
        .await?;
    if in_use == 0 {
        return Err(Error::refused("room_out_of_use"));
    }
    let activity = activities::open::found(by, now, tx, center.id(), &declared.texts).await?;
    let id: OpenRoomId = sqlx::query_scalar(
        "insert into open_rooms (center_id, activity_id, room_id, since, declared_at, declared_by)
         values ($1, $2, $3, $4, $5, $6) returning id",
    )
    .bind(center.id())
    .bind(activity)
    .bind(declared.room.id)
    .bind(declared.times.from)
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await?;
    set_term(by, now, tx, id, &declared.times).await?;
    audit::record(tx, by, now, audit::entry("open_room.declared", id.0).at(center.id())).await?;
    look_after(now, tx, center).await?;
    Ok(id)
}

/// Says anew on which days and from when to when, from a day on; what was said for later days is gone with it.
///
/// # Errors
/// `Refused("open_room_ended")` once it has an end; `Invalid` at `from` before it began.
pub async fn change(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, open): (&Center, &OpenRoom),
    times: &OpenTimes,
) -> Result<()> {
    locks::center(tx, center.id()).await?;
    if times.from < open.since {
        return Err(FieldErrors::one("from", Fault::bound("field.before_it_began", open.since)).into());
    }
    let alive: i64 = sqlx::query_scalar("select count(*) from open_rooms where id = $1 and ended_on is null")
        .bind(open.id)
        .fetch_one(&mut *tx)
        .await?;
    if alive == 0 {
        return Err(Error::refused("open_room_ended"));
    }
    set_term(by, now, tx, open.id, times).await?;
    audit::record(tx, by, now, audit::entry("open_room.changed", open.id.0).at(center.id())).await?;
    look_after(now, tx, center).await
}

async fn set_term(by: &Coordinator, now: Now, tx: &mut Conn, id: OpenRoomId, times: &OpenTimes) -> Result<()> {
    sqlx::query(
        "delete from open_room_spans
         where term_id in (select t.id from open_room_terms t where t.open_room_id = $1 and t.valid_from >= $2)",
    )
    .bind(id)
    .bind(times.from)
    .execute(&mut *tx)
    .await?;
    sqlx::query("delete from open_room_terms where open_room_id = $1 and valid_from >= $2")
        .bind(id)
        .bind(times.from)
        .execute(&mut *tx)
        .await?;
    let term: i64 = sqlx::query_scalar(
        "insert into open_room_terms (open_room_id, valid_from, weekdays, on_holidays, set_at, set_by)
         values ($1, $2, $3, $4, $5, $6) returning id",
    )
    .bind(id)
    .bind(times.from)
    .bind(times.weekdays)
    .bind(Flag::from(times.on_holidays))
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query(
        "insert into open_room_spans (term_id, opens, closes)
         select cast($2 as bigint), cast(j.value ->> 'opens' as bigint), cast(j.value ->> 'closes' as bigint)
         from json_each(cast($1 as json_text)) j",
    )
    .bind(store::rows(&times.spans, |(opens, closes)| json!({"opens": opens, "closes": closes})))
    .bind(term)
    .execute(tx)
    .await?;
    Ok(())
}

/// Ends it: from a day on it is open no more. What was made for later days is given up.
///
/// # Errors
/// `Refused("open_room_ended")` where it has an end; `Invalid` at `ended_on` before it began.
pub async fn end(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, open): (&Center, &OpenRoom),
    (ended_on, reason): (Date, &str),
) -> Result<()> {
    locks::center(tx, center.id()).await?;
    if ended_on < open.since {
        return Err(FieldErrors::one("ended_on", Fault::bound("field.before_it_began", open.since)).into());
    }
    let ended = sqlx::query("update open_rooms set ended_on = $1, end_reason = $2 where id = $3 and ended_on is null")
        .bind(ended_on)
        .bind(reason)
        .bind(open.id)
        .execute(&mut *tx)
        .await?;
    if ended.rows_affected() == 0 {
        return Err(Error::refused("open_room_ended"));
    }
    let entry = audit::entry("open_room.ended", open.id.0).at(center.id()).because(reason);
    audit::record(tx, by, now, entry).await?;
    look_after(now, tx, center).await
}

/// Makes the days as they are to be now, and has the center looked at from now on.
async fn look_after(now: Now, tx: &mut Conn, center: &Center) -> Result<()> {
    keeping::keep(now, tx, center.id()).await?;
    jobs::ask(tx, KEEP, &center.id().to_string(), keeping::next_look(now)).await
}

/// Has a day take place after all that was skipped because nobody had been counted: who came is entered then, and a worker closes it.
///
/// # Errors
/// `NotFound` for a day that was not skipped so; `Refused("open_day_too_late")` once nobody can be entered any more;
/// `Refused("room_taken")` where the room was given away for the time.
pub async fn count_after_all(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, open): (&Center, &OpenRoom),
    session: SessionId,
) -> Result<()> {
    locks::sessions(tx, [session]).await?;
    locks::room(tx, open.room_id).await?;
    let day: Option<Date> = sqlx::query_scalar(
        "select d.local_date from open_days d join sessions s on s.id = d.session_id
         where d.open_room_id = $1 and d.session_id = $2 and d.settled_at is not null and s.status = 'skipped'",
    )
    .bind(open.id)
    .bind(session)
    .fetch_optional(&mut *tx)
    .await?;
    let day = day.ok_or(Error::NotFound)?;
    if now.0 >= center.zone.midnight(day.plus_days(2)) {
        return Err(Error::refused("open_day_too_late"));
    }
    activities::open::take_up(now, tx, session).await?;
    audit::record(tx, by, now, audit::entry("session.restored", session.0).at(center.id())).await
}
