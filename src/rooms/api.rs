//! `/api/v1/rooms`.

use std::collections::BTreeMap;

use rocket::response::status::Created;
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::listing::RoomsCut;
use super::room_pages::clock_time;
use super::types::{Room, RoomId};
use super::{WeekHours, actions, forms, queries};
use crate::api::{self, List, Problem};
use crate::auth::{CenterReader, Manager};
use crate::centers;
use crate::clock::{Date, Now};
use crate::error::Result;
use crate::fields::parse;
use crate::store::Db;
use crate::web::Fields;
use crate::web::cut::Asked;

pub(super) fn routes() -> Vec<Route> {
    routes![list, create]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct RoomJson {
    id: i64,
    center_id: i64,
    name: String,
    kind: String,
    /// `required`, `optional` or `own`
    class: String,
    area_m2: i64,
    capacity: i64,
    buffer_minutes: i64,
    /// By weekday, 1 (Monday) to 7, from the first opening to the last closing; a missing day is closed
    hours: BTreeMap<String, Hours>,
    /// Every span of the week
    week: Vec<OpeningJson>,
}

/// Local wall clock times, `08:30`
#[derive(Serialize, ToSchema)]
pub(crate) struct Hours {
    opens: String,
    closes: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct OpeningJson {
    /// 1 (Monday) to 7
    weekday: i64,
    opens: String,
    closes: String,
}

impl OpeningJson {
    /// Every span of the week, in order.
    pub(super) fn all(week: &WeekHours) -> Vec<Self> {
        let span = |(weekday, opens, closes)| Self { weekday, opens: clock_time(opens), closes: clock_time(closes) };
        week.spans().map(span).collect()
    }
}

impl RoomJson {
    /// The room with its hours of today.
    pub(super) fn of(room: Room, today: Date) -> Self {
        let mut hours: BTreeMap<String, Hours> = BTreeMap::new();
        for (weekday, opens, closes) in room.hours.week(today).spans() {
            let day = hours.entry(weekday.to_string());
            let (opens, closes) = (clock_time(opens), clock_time(closes));
            day.and_modify(|day| day.closes.clone_from(&closes))
                .or_insert_with(|| Hours { opens: opens.clone(), closes: closes.clone() });
        }
        let week = OpeningJson::all(&room.hours.week(today));
        Self {
            id: room.id.0,
            center_id: room.center_id.0,
            hours,
            week,
            name: room.name,
            kind: room.kind,
            class: room.class.code().to_owned(),
            area_m2: room.area_m2,
            capacity: room.capacity,
            buffer_minutes: room.buffer_minutes,
        }
    }
}

/// A center's rooms.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", params(("center" = i64, Query), ("q" = Option<String>, Query), ("class" = Option<String>, Query), ("kind" = Option<i64>, Query), ("seats" = Option<i64>, Query, description = "people who find a place"), ("sort" = Option<String>, Query, description = "`kind`, `name`, `area` or `capacity`")), responses((status = 200, body = List<RoomJson>), (status = "4XX", body = Problem)))]
#[get("/rooms?<center>")]
pub(crate) async fn list(
    by: CenterReader,
    db: &Db,
    now: Now,
    center: Option<&str>,
    asked: Asked,
) -> Result<Json<List<RoomJson>>> {
    let cut = RoomsCut::read(&asked.0)?;
    let center = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let rooms = cut.of(queries::of_center(&mut conn, center.id()).await?);
    let today = center.zone.date(now.0);
    Ok(Json(List::whole(rooms.into_iter().map(|room| RoomJson::of(room, today)).collect())))
}

/// What a new room needs.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::room` reads it")]
pub(crate) struct NewRoom {
    center: i64,
    name: String,
    /// The id of a kind of room
    kind: i64,
    area_m2: i64,
    capacity: i64,
    buffer_minutes: Option<i64>,
    floor: Option<String>,
    /// How to get there
    directions: Option<String>,
    /// Of `step_free`, `lift`, `wide_door`, `accessible_toilet`, `hearing_loop` and `tactile_paving`
    features: Option<Vec<String>>,
    /// By weekday, 1 (Monday) to 7
    hours: Option<BTreeMap<String, Hours>>,
    /// Every span of the week by itself: a day may have several
    week: Option<Vec<OpeningJson>>,
}

/// Adds a room.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", request_body = NewRoom, responses((status = 201, body = RoomJson), (status = "4XX", body = Problem)))]
#[post("/rooms", data = "<fields>")]
pub(crate) async fn create(by: Manager, db: &Db, now: Now, fields: Fields) -> Result<Created<Json<RoomJson>>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let id: RoomId = actions::add(&by, now, &mut tx, &center, &forms::room(&fields)?).await?;
    let room = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/rooms/{id}")).body(Json(RoomJson::of(room, center.zone.date(now.0)))))
}
