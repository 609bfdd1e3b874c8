//! `/api/v1/room-requests`: what residents' groups asked for, and the answers. Asking is a phone's; a number in full
//! is for a person at a page, with a reason.

use rocket::response::status::NoContent;
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::types::{RoomRequest, RoomRequestId};
use super::{forms, queries, requests};
use crate::api::{self, List, Problem};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::Now;
use crate::error::Result;
use crate::fields::{parse, time_value};
use crate::rooms;
use crate::store::{Conn, Db, Sealer};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![list, show, approve, decline]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct RoomRequestJson {
    id: i64,
    center_id: i64,
    /// `open`, `approved`, `declined`, `withdrawn` or `cancelled`
    state: String,
    group_name: String,
    /// Null where it was forgotten
    contact: Option<String>,
    /// Masked: `138****1234`
    phone: Option<String>,
    team: Option<String>,
    /// Null for any room
    room_id: Option<i64>,
    date: String,
    /// Of the center's clock, as `14:00`
    starts: String,
    ends: String,
    heads: i64,
    purpose: String,
    sent_at: String,
    answered_at: Option<String>,
    /// Conditions of a yes, the reason of a no
    word: Option<String>,
    reservation_id: Option<i64>,
    cancel_reason: Option<String>,
}

impl RoomRequestJson {
    fn of(one: RoomRequest, sealer: &Sealer) -> Result<Self> {
        let contact = one.contact(sealer)?;
        Ok(Self {
            id: one.id.0,
            center_id: one.center_id.0,
            state: one.state.to_string(),
            group_name: one.group_name,
            phone: contact.as_ref().map(super::types::GroupContact::masked),
            contact: contact.map(|contact| contact.name),
            team: one.team,
            room_id: one.room_id.map(|id| id.0),
            date: one.day.to_string(),
            starts: time_value(one.from_minute),
            ends: time_value(one.to_minute),
            heads: one.heads,
            purpose: one.purpose,
            sent_at: one.sent_at.rfc3339(),
            answered_at: one.answered_at.map(|at| at.rfc3339()),
            word: one.word,
            reservation_id: one.reservation_id.map(|id| id.0),
            cancel_reason: one.cancel_reason,
        })
    }
}

async fn opened(by: &Coordinator, conn: &mut Conn, id: RoomRequestId) -> Result<(Center, RoomRequest)> {
    let center = queries::center_of_request(by, conn, id).await?;
    let center = centers::queries::open_to(by, conn, center).await?;
    let one = queries::request(conn, center.id(), id).await?;
    Ok((center, one))
}

/// What residents' groups asked the center for: those that wait, the nearest day first, then the latest that were answered.
#[utoipa::path(context_path = "/api/v1", tag = "reservations", params(("center" = i64, Query)), responses((status = 200, body = List<RoomRequestJson>), (status = "4XX", body = Problem)))]
#[get("/room-requests?<center>")]
pub(crate) async fn list(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    center: Option<&str>,
) -> Result<Json<List<RoomRequestJson>>> {
    let center: CenterId = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let (open, answered) = queries::requests(&mut conn, center.id()).await?;
    let told = open.into_iter().chain(answered).map(|one| RoomRequestJson::of(one, sealer));
    Ok(Json(List::whole(told.collect::<Result<_>>()?)))
}

/// A residents' group's wish.
#[utoipa::path(context_path = "/api/v1", tag = "reservations", params(("id" = i64, Path)), responses((status = 200, body = RoomRequestJson), (status = "4XX", body = Problem)))]
#[get("/room-requests/<id>")]
pub(crate) async fn show(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    id: RoomRequestId,
) -> Result<Json<RoomRequestJson>> {
    let (_, one) = opened(&by, &mut *db.read().await?, id).await?;
    Ok(Json(RoomRequestJson::of(one, sealer)?))
}

/// A yes: where and when, and on what conditions.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::grant` reads it")]
pub(crate) struct NewRoomGrant {
    room: i64,
    date: String,
    /// Of the center's clock, as `14:00`
    starts: String,
    ends: String,
    /// The conditions
    word: Option<String>,
}

/// Grants a wish: the room is booked. 409 `request_answered`, and as when a reservation is made.
#[utoipa::path(context_path = "/api/v1", tag = "reservations", params(("id" = i64, Path)), request_body = NewRoomGrant, responses((status = 200, body = RoomRequestJson), (status = "4XX", body = Problem)))]
#[post("/room-requests/<id>/approval", data = "<fields>")]
pub(crate) async fn approve(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: RoomRequestId,
    fields: Fields,
) -> Result<Json<RoomRequestJson>> {
    let mut conn = db.read().await?;
    let (center, one) = opened(&by, &mut conn, id).await?;
    let rooms = rooms::queries::of_center(&mut conn, center.id()).await?;
    drop(conn);
    let answer = forms::grant(&fields, &center, &rooms, now)?;
    requests::approve(&by, now, db, &center, &one, &answer).await?;
    let one = queries::request(&mut *db.read().await?, center.id(), id).await?;
    Ok(Json(RoomRequestJson::of(one, sealer)?))
}

/// A no, which says why.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::declining` reads it")]
pub(crate) struct NewRoomRefusal {
    why: String,
}

/// Declines a wish. 409 `request_answered`.
#[utoipa::path(context_path = "/api/v1", tag = "reservations", params(("id" = i64, Path)), request_body = NewRoomRefusal, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/room-requests/<id>/refusal", data = "<fields>")]
pub(crate) async fn decline(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: RoomRequestId,
    fields: Fields,
) -> Result<NoContent> {
    let (center, one) = opened(&by, &mut *db.read().await?, id).await?;
    let word = forms::declining(&fields)?;
    let mut tx = db.begin().await?;
    requests::decline(&by, now, &mut tx, &center, one.id, &word).await?;
    tx.commit().await?;
    Ok(NoContent)
}
