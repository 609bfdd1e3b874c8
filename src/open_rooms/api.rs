//! `/api/v1/open_rooms`, and a session's clicker.

use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::types::{OpenDayRow, OpenRoom, OpenRoomId, OpenTerm};
use super::{actions, clicker, forms, queries};
use crate::activities::title::Sight;
use crate::activities::{self, SessionId};
use crate::api::{self, List, Problem};
use crate::auth::{CenterReader, Coordinator, Greeter};
use crate::centers;
use crate::clock::Now;
use crate::error::{Fault, FieldErrors, Result};
use crate::fields::{parse, time_value};
use crate::rooms;
use crate::store::Db;
use crate::web::{Fields, Lang};

pub(super) fn routes() -> Vec<Route> {
    routes![list, declare, show, change, end, days, count_after_all, click]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct OpenSpanJson {
    /// Local wall clock, `09:00`; an end of `00:00` is midnight
    opens: String,
    closes: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct OpenTermJson {
    valid_from: String,
    /// 1 (Monday) to 7
    weekday: Vec<i64>,
    on_holidays: bool,
    /// Empty: as long as the room is open
    spans: Vec<OpenSpanJson>,
}

impl From<&OpenTerm> for OpenTermJson {
    fn from(term: &OpenTerm) -> Self {
        let span =
            |(opens, closes): &(i64, i64)| OpenSpanJson { opens: time_value(*opens), closes: time_value(*closes) };
        Self {
            valid_from: term.valid_from.to_string(),
            weekday: term.days(),
            on_holidays: term.on_holidays,
            spans: term.spans.iter().map(span).collect(),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct OpenRoomJson {
    id: i64,
    center_id: i64,
    /// The activity of its sessions
    activity_id: i64,
    room_id: i64,
    room: String,
    title: String,
    since: String,
    /// The first day on which it is open no more
    ended_on: Option<String>,
    end_reason: Option<String>,
    /// By their first days
    terms: Vec<OpenTermJson>,
}

impl From<OpenRoom> for OpenRoomJson {
    fn from(open: OpenRoom) -> Self {
        Self {
            id: open.id.0,
            center_id: open.center_id.0,
            activity_id: open.activity_id.0,
            room_id: open.room_id.0,
            title: open.title.pick(Lang::Zh).to_owned(),
            since: open.since.to_string(),
            ended_on: open.ended_on.map(|day| day.to_string()),
            terms: open.terms.iter().map(OpenTermJson::from).collect(),
            room: open.room,
            end_reason: open.end_reason,
        }
    }
}

/// A center's rooms that stand open, those that ended too.
#[utoipa::path(context_path = "/api/v1", tag = "open_rooms", params(("center" = i64, Query)), responses((status = 200, body = List<OpenRoomJson>), (status = "4XX", body = Problem)))]
#[get("/open_rooms?<center>")]
pub(crate) async fn list(by: CenterReader, db: &Db, center: Option<&str>) -> Result<Json<List<OpenRoomJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let found = queries::of_center(Sight::Of(&by), &mut conn, center.id()).await?;
    Ok(Json(List::whole(found.into_iter().map(OpenRoomJson::from).collect())))
}

/// A room declared open.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::declared` reads it")]
pub(crate) struct NewOpenRoom {
    center: i64,
    title: String,
    description: Option<String>,
    /// The id of a service kind that is not confidential
    kind: i64,
    room: i64,
    published: Option<bool>,
    /// From this day on, today at the earliest
    since: String,
    /// 1 (Monday) to 7, one at least
    weekday: Option<Vec<i64>>,
    on_holidays: Option<bool>,
    /// Local wall clock times within the room's hours; without any as long as the room is open
    opens: Option<String>,
    closes: Option<String>,
    /// A second span
    opens_2: Option<String>,
    closes_2: Option<String>,
}

/// Has a room stand open. Its sessions are made 14 days ahead, here and every hour; they follow holidays and closures.
#[utoipa::path(context_path = "/api/v1", tag = "open_rooms", request_body = NewOpenRoom, responses((status = 201, body = OpenRoomJson), (status = "4XX", body = Problem)))]
#[post("/open_rooms", data = "<fields>")]
pub(crate) async fn declare(by: Coordinator, db: &Db, now: Now, fields: Fields) -> Result<Created<Json<OpenRoomJson>>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let rooms = rooms::queries::of_center(&mut tx, center.id()).await?;
    let kinds = activities::queries::kinds(&mut tx).await?;
    let declared = forms::declared(&fields, center.zone.date(now.0), &rooms, &kinds)?;
    let id = actions::declare(&by, now, &mut tx, &center, &declared).await?;
    let made = queries::find(&by, &mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/open_rooms/{id}")).body(Json(made.into())))
}

/// One of them.
#[utoipa::path(context_path = "/api/v1", tag = "open_rooms", params(("id" = i64, Path)), responses((status = 200, body = OpenRoomJson), (status = "4XX", body = Problem)))]
#[get("/open_rooms/<id>")]
pub(crate) async fn show(by: CenterReader, db: &Db, id: OpenRoomId) -> Result<Json<OpenRoomJson>> {
    let (_, open) = queries::open_to(&by, &mut *db.read().await?, id).await?;
    Ok(Json(open.into()))
}

/// On which weekdays and when, from a day on.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::change` reads it")]
pub(crate) struct OpenRoomChange {
    /// From this day on, today at the earliest
    from: String,
    /// 1 (Monday) to 7, one at least
    weekday: Option<Vec<i64>>,
    on_holidays: Option<bool>,
    /// Without any times as long as the room is open
    opens: Option<String>,
    closes: Option<String>,
    opens_2: Option<String>,
    closes_2: Option<String>,
}

/// Says anew when it is open, from a day on. 409 `open_room_ended` once it has an end.
#[utoipa::path(context_path = "/api/v1", tag = "open_rooms", params(("id" = i64, Path)), request_body = OpenRoomChange, responses((status = 200, body = OpenRoomJson), (status = "4XX", body = Problem)))]
#[post("/open_rooms/<id>/change", data = "<fields>")]
pub(crate) async fn change(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: OpenRoomId,
    fields: Fields,
) -> Result<Json<OpenRoomJson>> {
    let mut tx = db.begin().await?;
    let (center, open) = queries::open_to(&by, &mut tx, id).await?;
    let times = forms::change(&fields, center.zone.date(now.0))?;
    actions::change(&by, now, &mut tx, (&center, &open), &times).await?;
    let made = queries::find(&by, &mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(made.into()))
}

/// From when on it is open no more.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::ending` reads it")]
pub(crate) struct OpenRoomEnding {
    /// The first day on which it is open no more, today at the earliest
    ended_on: String,
    reason: String,
}

/// Ends it; the days after are given up. 409 `open_room_ended` where it has an end.
#[utoipa::path(context_path = "/api/v1", tag = "open_rooms", params(("id" = i64, Path)), request_body = OpenRoomEnding, responses((status = 200, body = OpenRoomJson), (status = "4XX", body = Problem)))]
#[post("/open_rooms/<id>/ending", data = "<fields>")]
pub(crate) async fn end(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: OpenRoomId,
    fields: Fields,
) -> Result<Json<OpenRoomJson>> {
    let mut tx = db.begin().await?;
    let (center, open) = queries::open_to(&by, &mut tx, id).await?;
    let (ended_on, reason) = forms::ending(&fields, center.zone.date(now.0))?;
    actions::end(&by, now, &mut tx, (&center, &open), (ended_on, &reason)).await?;
    let made = queries::find(&by, &mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(made.into()))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct OpenDayJson {
    session_id: i64,
    date: String,
    opens: String,
    closes: String,
    /// The session's: `planned`, `completed`, `cancelled` or `skipped`
    status: String,
    /// Skipped by itself, because nobody had been counted
    uncounted: bool,
    visits: i64,
    /// Of them, participants by name
    named: i64,
    elderly: i64,
    disabled: i64,
    needy: i64,
    youth: i64,
}

impl From<OpenDayRow> for OpenDayJson {
    fn from(day: OpenDayRow) -> Self {
        Self {
            session_id: day.session_id.0,
            date: day.local_date.to_string(),
            opens: time_value(day.opens),
            closes: time_value(day.closes),
            status: day.status.to_string(),
            uncounted: day.is_uncounted(),
            visits: day.visits(),
            named: day.named,
            elderly: day.elderly,
            disabled: day.disabled,
            needy: day.needy,
            youth: day.youth,
        }
    }
}

/// Most days that are asked for at once.
const MOST_DAYS: i64 = 366;

/// Its days of the local days [from, to), at most a year, with what was counted. Days that were given up are left out.
#[utoipa::path(context_path = "/api/v1", tag = "open_rooms", params(("id" = i64, Path), ("from" = String, Query), ("to" = String, Query)), responses((status = 200, body = List<OpenDayJson>), (status = "4XX", body = Problem)))]
#[get("/open_rooms/<id>/days?<from>&<to>")]
pub(crate) async fn days(
    by: CenterReader,
    db: &Db,
    id: OpenRoomId,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<Json<List<OpenDayJson>>> {
    let (from, to) = (api::asked("from", from, parse::date)?, api::asked("to", to, parse::date)?);
    if (to.0 - from.0).num_days() > MOST_DAYS {
        return Err(FieldErrors::one("to", Fault::bound("field.too_many_days", MOST_DAYS)).into());
    }
    let mut conn = db.read().await?;
    let (center, open) = queries::open_to(&by, &mut conn, id).await?;
    let found = queries::counted(&mut conn, center.id(), Some(open.id), (from, to)).await?;
    Ok(Json(List::whole(found.into_iter().map(OpenDayJson::from).collect())))
}

/// Has a day take place after all that was skipped because nobody had been counted: who came is entered then, and it is closed as any
/// other. 404 for a day that was not skipped so, 409 `open_day_too_late` from the end of the next day on.
#[utoipa::path(context_path = "/api/v1", tag = "open_rooms", params(("id" = i64, Path), ("session" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/open_rooms/<id>/days/<session>/restoration")]
pub(crate) async fn count_after_all(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: OpenRoomId,
    session: SessionId,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, open) = queries::open_to(&by, &mut tx, id).await?;
    actions::count_after_all(&by, now, &mut tx, (&center, &open), session).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Heads, one by one.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::clicks` reads it")]
pub(crate) struct NewClicks {
    /// One for each head, 500 at most: a UUID made for it, and after a colon its group, if it is known: `elderly`, `disabled`, `needy`
    /// or `youth`
    tap: Option<Vec<String>>,
    /// The UUIDs of taps to take back
    undo: Option<Vec<String>>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ClickedJson {
    /// Heads without a name, however they were counted
    heads: i64,
    elderly: i64,
    disabled: i64,
    needy: i64,
    youth: i64,
    /// Participants by name
    named: i64,
}

/// Counts heads with a clicker, or takes taps back; the same again changes nothing. Answers with what is counted by then.
#[utoipa::path(context_path = "/api/v1", tag = "check-in", params(("id" = i64, Path)), request_body = NewClicks, responses((status = 200, body = ClickedJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/clicks", data = "<fields>")]
pub(crate) async fn click(by: Greeter, db: &Db, now: Now, id: SessionId, fields: Fields) -> Result<Json<ClickedJson>> {
    let (heads, named) = clicker::clicked(&by, now, db, id, &fields).await?;
    Ok(Json(ClickedJson {
        heads: heads.heads,
        elderly: heads.elderly,
        disabled: heads.disabled,
        needy: heads.needy,
        youth: heads.youth,
        named,
    }))
}
