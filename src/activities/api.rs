//! `/api/v1/activities` and `/api/v1/sessions`. What changes a session's place in the calendar is in `schedule_api`.

use rocket::response::status::Created;
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::actions::{Dated, Fate};
use super::booking::{self, Around};
use super::forms::{self, Choices, OnConflict, Plan, Wishes};
use super::listing::ActivitiesCut;
use super::rules::{self, Slot, State};
use super::types::{Activity, Session, SessionId};
use super::{pictures, queries};
use crate::api::{self, List, PAGE, Problem};
use crate::auth::{CenterReader, Coordinator, Watcher};
use crate::centers::{self, Center};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::holidays::Holiday;
use crate::store::Db;
use crate::web::cut::Asked;
use crate::web::{Fields, Lang};

pub(super) fn routes() -> Vec<Route> {
    routes![activities, create, sessions, session]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ActivityJson {
    id: i64,
    center_id: i64,
    /// The kind's name where the title is not for the reader
    title: String,
    description: Option<String>,
    /// The id of a service kind
    kind_id: i64,
    kind: String,
    /// RFC 5545; null for a single event
    rule: Option<String>,
    published: bool,
    /// Against what a session's capacity is held: `quota`, who leaves keeps the seat, or `drop_in`, who is inside
    admission: String,
    /// Whom it is for: `everybody`, `elderly`, `disabled`, `needy`, `youth`; empty where nothing was said
    groups: Vec<String>,
    /// Which of the three services: `public`, `volunteer` or `convenience`
    line: Option<String>,
    /// What is needed for it
    materials: Option<String>,
    /// What a resident pays, in whole yuan; 0 is free of charge
    cost: Option<i64>,
    /// Where its picture is: for everybody as soon as it is published
    picture: Option<String>,
    /// Which of the center's agreements pays for it; the main one where it is null
    charged_to: Option<i64>,
}

impl From<Activity> for ActivityJson {
    fn from(activity: Activity) -> Self {
        let offer = activity.attributes;
        Self {
            id: activity.id.0,
            center_id: activity.center_id.0,
            title: activity.title.pick(Lang::Zh).to_owned(),
            description: activity.description,
            kind_id: activity.kind_id.0,
            kind: activity.title.kind,
            rule: activity.rule,
            published: activity.published.is_set(),
            admission: activity.admission.to_string(),
            groups: offer.groups.list().map(|target| target.code().to_owned()).collect(),
            line: offer.line.map(|line| line.code().to_owned()),
            materials: offer.materials,
            cost: offer.cost,
            picture: activity.picture_file_id.map(pictures::path),
            charged_to: activity.charged_to.map(|id| id.0),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SessionJson {
    id: i64,
    activity_id: i64,
    center_id: i64,
    title: String,
    /// Null where the session is in no room
    room_id: Option<i64>,
    room: String,
    worker_id: Option<i64>,
    team_id: Option<i64>,
    /// RFC 3339, UTC
    starts_at: String,
    ends_at: String,
    /// The first day in the center's zone
    #[schema(value_type = String)]
    local_date: Date,
    capacity: Option<i64>,
    /// `planned`, `completed`, `cancelled` or `skipped`
    status: String,
    reason: Option<String>,
    published: bool,
    /// Grows with every change
    sequence: i64,
    updated_at: String,
}

impl From<Session> for SessionJson {
    fn from(session: Session) -> Self {
        Self {
            id: session.id.0,
            activity_id: session.activity_id.0,
            center_id: session.center_id.0,
            title: session.title.pick(Lang::Zh).to_owned(),
            room_id: session.room_id.map(|id| id.0),
            room: session.room,
            worker_id: session.worker_id.map(|id| id.0),
            team_id: session.team_id.map(|id| id.0),
            starts_at: session.starts_at.rfc3339(),
            ends_at: session.ends_at.rfc3339(),
            local_date: session.local_date,
            capacity: session.capacity,
            status: session.status.code().to_owned(),
            reason: session.reason,
            published: session.published.is_set(),
            sequence: session.sequence,
            updated_at: session.updated_at.rfc3339(),
        }
    }
}

/// A center's activities, by id: of a kind, helped by a team, in a room, of one of the three services, for one of the groups.
#[utoipa::path(context_path = "/api/v1", tag = "activities", params(("center" = i64, Query), ("kind" = Option<i64>, Query), ("team" = Option<i64>, Query), ("room" = Option<i64>, Query), ("state" = Option<String>, Query, description = "`coming`, `past` or `draft`"), ("line" = Option<String>, Query), ("group" = Option<String>, Query), ("cursor" = Option<String>, Query)), responses((status = 200, body = List<ActivityJson>), (status = "4XX", body = Problem)))]
#[get("/activities?<center>&<cursor>")]
pub(crate) async fn activities(
    by: CenterReader,
    db: &Db,
    now: Now,
    center: Option<&str>,
    cursor: Option<&str>,
    asked: Asked,
) -> Result<Json<List<ActivityJson>>> {
    let cut = ActivitiesCut::read(&asked.0)?;
    let center = api::asked("center", center, parse::choice)?;
    let after = api::after(cursor)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let found = queries::activities_page(&by, &mut conn, center.id(), now, &cut, (after, PAGE + 1)).await?;
    Ok(Json(List::page(found.into_iter().map(ActivityJson::from).collect(), |activity| activity.id)))
}

/// An activity as it was scheduled.
#[derive(Serialize, ToSchema)]
pub(crate) struct ScheduledJson {
    #[serde(flatten)]
    activity: ActivityJson,
    /// The dates of the series that are not booked, and why; they stay as skipped sessions
    skipped: Vec<SkippedJson>,
    /// Booked dates that fall on a public holiday
    on_holidays: Vec<OnHolidayJson>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SkippedJson {
    date: String,
    /// `holiday`, `room_taken`, `outside_hours`, `closed_that_day` or `room_closed`
    code: String,
    /// What the skipped session keeps: the holiday's name, the title of what is there, the closure's reason
    reason: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct OnHolidayJson {
    date: String,
    name: String,
    name_en: String,
}

/// What a new activity needs.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::plan` reads it")]
pub(crate) struct NewActivity {
    center: i64,
    title: String,
    description: Option<String>,
    /// The id of a service kind
    kind: i64,
    /// The room; nothing where it is elsewhere
    room: Option<i64>,
    /// Further rooms at the same time
    more_rooms: Option<Vec<i64>>,
    /// Where it is if in no room: a square, a school, an outing, online
    venue: Option<String>,
    worker: Option<i64>,
    team: Option<i64>,
    capacity: Option<i64>,
    published: Option<bool>,
    /// `quota` (where it is missing): who leaves keeps the seat; `drop_in`: as many as are inside
    admission: Option<String>,
    /// Whom it is for: `everybody` and the four priority groups, several
    groups: Option<Vec<String>>,
    /// Which of the three services: `public`, `volunteer` or `convenience`
    line: Option<String>,
    /// What is needed for it
    materials: Option<String>,
    /// What a resident pays, in whole yuan, at most 9999; 0 is free of charge
    cost: Option<i64>,
    /// Which of the agreements that pay for the center it is charged to; the main one where it is missing
    charged_to: Option<i64>,
    /// The local date of the first session; of a series the first day on which it may be
    date: String,
    /// Local wall clock times, `14:00`. An end before the beginning is the next day's, at most twelve hours later
    starts: String,
    ends: String,
    /// `once`, `weekly`, `fortnightly`, `workdays` (Monday to Friday), `monthly` (on the date's day of the month; months
    /// without it are passed by) or `monthly_weekday` (the second Tuesday, the last Friday)
    repeat: Option<String>,
    /// So many weeks or months from one to the next, 1 to 12; one where it is missing
    every: Option<i64>,
    /// Weekdays, 1 (Monday) to 7; the date's where it is missing
    weekdays: Option<Vec<i64>>,
    /// Which of a month's weekdays: `first`, `second`, `third`, `fourth` or `last`; as the date is where it is missing
    nth: Option<String>,
    /// The last date of a series, at most two years after the first; either this or `times`
    until: Option<String>,
    /// How many are to take place, at most 400 and within two years
    times: Option<i64>,
    /// Whether skipped dates of so many `times` are made up at the end; true where it is missing
    make_up: Option<bool>,
    /// Why the worker or the team is to be here though a planned session needs them elsewhere at the time; 422 at this name
    /// where somebody is and it is missing
    overlap_reason: Option<String>,
    /// For a series: `fail` refuses it if any date's room cannot be had, `skip` keeps such dates as skipped, but one
    /// at least must be booked (409 `nothing_booked`)
    on_conflict: Option<String>,
    /// What to do with a date on a public holiday (`GET /holidays`): `book` (where it is missing) books it like any
    /// other, `skip` keeps it as skipped whether the room could be had or not
    on_holiday: Option<String>,
}

/// Schedules an activity with all its sessions. The answer says which dates are skipped, and which are on holidays.
#[utoipa::path(context_path = "/api/v1", tag = "activities", request_body = NewActivity, responses((status = 201, body = ScheduledJson), (status = "4XX", body = Problem)))]
#[post("/activities", data = "<fields>")]
pub(crate) async fn create(by: Coordinator, db: &Db, now: Now, fields: Fields) -> Result<Created<Json<ScheduledJson>>> {
    let center = api::sent("center", &fields)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let wishes = forms::wishes(&fields);
    let plan = forms::plan(&fields, &center, &Choices::load(&mut conn, &center, now).await?)?;
    let wishes = wishes?;
    let slots = plan.possible_slots(&center);
    let holidays = booking::holidays(&mut conn, &slots).await?;
    drop(conn);
    let is_on_one = holidays.iter().any(|holiday| holiday.covers(plan.place.slot.date));
    let (id, dates, skipped) = match (&plan.repeat, wishes.on_conflict) {
        (None, _) if wishes.skips_holidays && is_on_one => return Err(Error::refused("nothing_booked")),
        (None, _) => (booking::single(&by, now, db, &center, &plan).await?, slots, Vec::new()),
        (Some(_), None) => return Err(Error::field("on_conflict", "field.required")),
        (Some(_), Some(way)) => {
            let skippable = if wishes.skips_holidays { holidays.as_slice() } else { &[] };
            let mut conn = db.read().await?;
            let around = Around::load(&by, &mut conn, &center, &slots).await?;
            let (dates, skipped) = decided(&center, &plan, &around, (way, &wishes), (&slots, skippable))?;
            let booked = dates.iter().filter(|date| matches!(date.fate, Fate::Book(_))).map(|date| date.slot);
            let booked: Vec<Slot> = booked.collect();
            booking::ask_who_is_busy(&by, &mut conn, &center, &plan, &booked).await?;
            drop(conn);
            (booking::series(&by, now, db, &center, &plan, &dates).await?, booked, skipped)
        }
    };
    let activity = queries::activity(&by, &mut *db.read().await?, center.id(), id).await?.into();
    let on_holidays = if wishes.skips_holidays { Vec::new() } else { on_holidays(&dates, &holidays) };
    let made = ScheduledJson { activity, skipped, on_holidays };
    Ok(Created::new(format!("/api/v1/activities?center={}", center.id())).body(Json(made)))
}

/// What becomes of each date of a series, and those that are skipped. With a number of times those are made up at the end, if
/// that is wished.
fn decided(
    center: &Center,
    plan: &Plan,
    around: &Around,
    (on_conflict, wishes): (OnConflict, &Wishes),
    (possible, skippable): (&[Slot], &[Holiday]),
) -> Result<(Vec<Dated>, Vec<SkippedJson>)> {
    let rooms = &plan.place.rooms;
    let times = plan.times();
    let (mut dates, mut skipped, mut kept) = (Vec::new(), Vec::new(), 0);
    for (place, slot) in possible.iter().enumerate() {
        if times.is_some_and(|times| kept == times || (place >= times && !wishes.makes_up)) {
            break;
        }
        let (state, room) = around.state_of_all(rooms, slot);
        let holiday = skippable.iter().find(|holiday| holiday.covers(slot.date));
        let refusal = room.and_then(|room| rules::refusal(room, center.zone, slot, &state));
        let left_out = match (holiday, refusal) {
            (Some(holiday), _) => Some(("holiday", holiday.name.clone())),
            (None, None) => None,
            (None, Some(refusal)) if on_conflict == OnConflict::Skip => Some((refusal.code, reason(&state))),
            (None, Some(refusal)) => return Err(refusal.into()),
        };
        let fate = match left_out {
            None => {
                kept += 1;
                Fate::Book(rooms.clone())
            }
            Some((code, reason)) => {
                let (date, code) = (slot.date.to_string(), code.to_owned());
                skipped.push(SkippedJson { date, code, reason: reason.clone() });
                Fate::Skip(reason)
            }
        };
        dates.push(Dated { slot: *slot, fate });
    }
    // However far one looks they do not suffice: what is skipped at the end makes up for nothing.
    while times.is_some_and(|times| dates.len() > times)
        && matches!(dates.last(), Some(Dated { fate: Fate::Skip(_), .. }))
    {
        dates.pop();
        skipped.pop();
    }
    Ok((dates, skipped))
}

fn on_holidays(booked: &[Slot], holidays: &[Holiday]) -> Vec<OnHolidayJson> {
    let booked = booked.iter().map(|slot| slot.date);
    booked
        .filter_map(|date| {
            let holiday = holidays.iter().find(|holiday| holiday.covers(date))?;
            let (name, name_en) = (holiday.name.clone(), holiday.name_en.clone());
            Some(OnHolidayJson { date: date.to_string(), name, name_en })
        })
        .collect()
}

/// Kept with a date that a program left out: the title of what is there, or the closure's reason.
fn reason(state: &State) -> String {
    match state {
        State::Taken(there) => there.title.for_all(Lang::Zh).to_owned(),
        State::Closed(reason) => reason.clone(),
        State::OutsideHours(_) | State::Free => Lang::Zh.text("schedule.reason_closed"),
    }
}

/// A center's sessions of the local dates [from, to), by id: the front desk's are today's, a team leader's the own team's.
#[utoipa::path(context_path = "/api/v1", tag = "sessions", params(("center" = i64, Query), ("from" = String, Query), ("to" = String, Query), ("cursor" = Option<String>, Query)), responses((status = 200, body = List<SessionJson>), (status = "4XX", body = Problem)))]
#[get("/sessions?<center>&<from>&<to>&<cursor>")]
pub(crate) async fn sessions(
    by: Watcher,
    db: &Db,
    now: Now,
    center: Option<&str>,
    from: Option<&str>,
    to: Option<&str>,
    cursor: Option<&str>,
) -> Result<Json<List<SessionJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let period = (api::asked("from", from, parse::date)?, api::asked("to", to, parse::date)?);
    let after = api::after(cursor)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let found = queries::page(&by, now, &mut conn, &center, period, after, PAGE + 1).await?;
    Ok(Json(List::page(found.into_iter().map(SessionJson::from).collect(), |session| session.id)))
}

/// One session.
#[utoipa::path(context_path = "/api/v1", tag = "sessions", params(("id" = i64, Path)), responses((status = 200, body = SessionJson), (status = "4XX", body = Problem)))]
#[get("/sessions/<id>")]
pub(crate) async fn session(by: Watcher, db: &Db, now: Now, id: SessionId) -> Result<Json<SessionJson>> {
    let (_, session) = queries::open_to(&by, now, &mut *db.read().await?, id).await?;
    Ok(Json(session.into()))
}
