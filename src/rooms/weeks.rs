//! From which day on a room has which opening hours.

use serde_json::json;

use super::WeekHours;
use super::times_forms::WeekInput;
use super::types::{Room, RoomId, RoomWeek};
use crate::auth::Manager;
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::store::{self, Conn};
use crate::{audit, locks, marks};

/// Lets a room have other hours from a day on, until the next day on which others begin; says whether anything is otherwise. Sessions
/// that are planned stay: those that lie outside are told ([`super::affected`]).
pub async fn set_week(by: &Manager, now: Now, tx: &mut Conn, room: &Room, input: &WeekInput) -> Result<bool> {
    if room.hours.week(input.first_day) == input.hours {
        return Ok(false);
    }
    locks::center(tx, room.center_id).await?;
    let why = input.reason.as_deref();
    set_hours(by, now, tx, (input.first_day, why), &[(room.id, &input.hours)]).await?;
    let detail = match why {
        Some(why) => format!("{} · {why}", input.first_day),
        None => input.first_day.to_string(),
    };
    audit::record(tx, by, now, audit::entry("room.week_set", room.id.0).at(room.center_id).because(&detail)).await?;
    marks::all(tx, [room.center_id]);
    Ok(true)
}

/// Takes back hours that have not begun: those before hold on.
///
/// # Errors
/// `Refused("week_holds")` for a week that has begun, and for a room's only one.
pub async fn undo_week(by: &Manager, now: Now, tx: &mut Conn, room: &Room, week: &RoomWeek, today: Date) -> Result<()> {
    locks::center(tx, room.center_id).await?;
    // Who sets the same week again meanwhile waits for this row.
    let held = sqlx::query(
        "update room_weeks set created_at = created_at
         where id = $1 and room_id = $2 and valid_from > $3
           and exists (select 1 from room_weeks o where o.room_id = $2 and o.id <> $1)",
    )
    .bind(week.id)
    .bind(room.id)
    .bind(today)
    .execute(&mut *tx)
    .await?;
    if held.rows_affected() == 0 {
        return Err(Error::refused("week_holds"));
    }
    sqlx::query("delete from room_week_spans where week_id = $1").bind(week.id).execute(&mut *tx).await?;
    sqlx::query("delete from room_weeks where id = $1").bind(week.id).execute(&mut *tx).await?;
    let detail = week.valid_from.to_string();
    marks::all(tx, [room.center_id]);
    audit::record(tx, by, now, audit::entry("room.week_undone", room.id.0).at(room.center_id).because(&detail)).await
}

/// Lets the hours of each room be these from `day` on, in the place of what was set on that day before.
pub(super) async fn set_hours(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    (day, why): (Date, Option<&str>),
    rooms: &[(RoomId, &WeekHours)],
) -> Result<()> {
    let weeks: Vec<(i64, RoomId)> = sqlx::query_as(
        "insert into room_weeks (room_id, valid_from, created_at, created_by, reason)
         select cast(cast(j.value as text) as bigint), cast($2 as text), cast($3 as bigint), cast($4 as bigint), cast($5 as text)
         from json_each(cast($1 as json_text)) j where true
         on conflict (room_id, valid_from) do update set created_at = excluded.created_at, created_by = excluded.created_by,
             reason = excluded.reason
         returning id, room_id",
    )
    .bind(store::rows(rooms, |(room, _)| json!(room)))
    .bind(day)
    .bind(now.0)
    .bind(by.account)
    .bind(why)
    .fetch_all(&mut *tx)
    .await?;
    sqlx::query(
        "delete from room_week_spans
         where week_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(store::rows(&weeks, |(week, _)| json!(week)))
    .execute(&mut *tx)
    .await?;
    let spans = weeks.iter().flat_map(|(week, room)| {
        let hours = rooms.iter().filter(move |(of, _)| of == room).flat_map(|(_, hours)| hours.spans());
        hours.map(move |(weekday, opens, closes)| (*week, weekday, opens, closes))
    });
    sqlx::query(
        "insert into room_week_spans (week_id, weekday, opens, closes)
         select cast(j.value ->> 'week' as bigint), cast(j.value ->> 'weekday' as bigint),
                cast(j.value ->> 'opens' as bigint), cast(j.value ->> 'closes' as bigint)
         from json_each(cast($1 as json_text)) j",
    )
    .bind(store::rows(
        spans,
        |(week, weekday, opens, closes)| json!({"week": week, "weekday": weekday, "opens": opens, "closes": closes}),
    ))
    .execute(tx)
    .await?;
    Ok(())
}
