//! `/api/v1/codes`: the lasting code of an activity, a room or a center, for whoever prints their own posters.

use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::lasting::CodeSpot;
use crate::activities::ActivityId;
use crate::api::{self, Problem};
use crate::auth::{Coordinator, Watcher};
use crate::centers::CenterId;
use crate::clock::Now;
use crate::error::Result;
use crate::fields::parse;
use crate::rooms::RoomId;
use crate::store::Db;
use crate::web::{Fields, Site};

pub(super) fn routes() -> Vec<Route> {
    routes![show, make]
}

/// What a QR holds that is printed once and stays up.
#[derive(Serialize, ToSchema)]
pub(crate) struct LastingCode {
    /// Opens the session of the moment, on any phone
    url: String,
}

/// The activity's code, else the room's, else the center's.
fn spot(activity: Option<ActivityId>, room: Option<RoomId>) -> CodeSpot {
    match (activity, room) {
        (Some(activity), _) => CodeSpot::Activity(activity),
        (None, Some(room)) => CodeSpot::Room(room),
        (None, None) => CodeSpot::Center,
    }
}

/// The lasting code of an activity, of a room, or, where neither is named, of the center. 404 where none was made yet, and for a
/// confidential activity.
#[utoipa::path(
    context_path = "/api/v1", tag = "check-in",
    params(("center" = i64, Query), ("activity" = Option<i64>, Query), ("room" = Option<i64>, Query)),
    responses((status = 200, body = LastingCode), (status = "4XX", body = Problem))
)]
#[get("/codes?<center>&<activity>&<room>")]
pub(crate) async fn show(
    by: Watcher,
    db: &Db,
    site: Site,
    center: Option<&str>,
    activity: Option<&str>,
    room: Option<&str>,
) -> Result<Json<LastingCode>> {
    let center: CenterId = api::asked("center", center, parse::choice)?;
    let activity = activity.map(|id| api::asked("activity", Some(id), parse::choice)).transpose()?;
    let room = room.map(|id| api::asked("room", Some(id), parse::choice)).transpose()?;
    let path = spot(activity, room).code(&by, &mut *db.read().await?, center).await?;
    Ok(Json(LastingCode { url: site.link(path) }))
}

/// Of what a code is wanted.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `make` reads it")]
pub(crate) struct WantedCode {
    center: i64,
    activity: Option<i64>,
    room: Option<i64>,
    /// True for another in place of the one that there is: what was printed leads nowhere from then on
    replace: Option<bool>,
}

/// Makes the lasting code where there is none, and gives it.
#[utoipa::path(
    context_path = "/api/v1", tag = "check-in", request_body = WantedCode,
    responses((status = 200, body = LastingCode), (status = "4XX", body = Problem))
)]
#[post("/codes", data = "<fields>")]
pub(crate) async fn make(by: Coordinator, db: &Db, now: Now, site: Site, fields: Fields) -> Result<Json<LastingCode>> {
    let center: CenterId = api::sent("center", &fields)?;
    let mut read = fields.read();
    let activity = read.optional("activity", parse::choice);
    let room = read.optional("room", parse::choice);
    let replaces = read.flag("replace");
    let spot = read.finish(|| Some(spot(activity?, room?)))?;
    spot.make(&by, db, now, center, replaces).await?;
    let path = spot.code(&by, &mut *db.read().await?, center).await?;
    Ok(Json(LastingCode { url: site.link(path) }))
}
