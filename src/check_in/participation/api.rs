//! `/api/v1/sessions/<id>/units`: which units of the community take part.

use rocket::http::Status;
use rocket::response::status::NoContent;
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::queries::{self, Participation};
use super::{actions, forms};
use crate::activities::{self, SessionId};
use crate::api::{List, Problem};
use crate::auth::{Coordinator, Watcher};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::ids::ParticipationId;
use crate::store::Db;
use crate::web::Fields;

pub(in crate::check_in) fn routes() -> Vec<Route> {
    routes![list, take_part, withdraw]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ParticipationJson {
    id: i64,
    unit_id: i64,
    unit: String,
    /// `enterprise`, `shop`, `school`, `public_institution`, `agency`, `community_organization` or `other`
    kind: String,
    /// `served`, `helping` or `lending_place`
    part: String,
    word: Option<String>,
}

impl From<Participation> for ParticipationJson {
    fn from(row: Participation) -> Self {
        Self {
            id: row.id.0,
            unit_id: row.unit_id.0,
            kind: row.kind.to_string(),
            part: row.part.to_string(),
            unit: row.unit,
            word: row.word,
        }
    }
}

/// The units at a session, as they were entered.
#[utoipa::path(context_path = "/api/v1", tag = "units", params(("id" = i64, Path)), responses((status = 200, body = List<ParticipationJson>), (status = "4XX", body = Problem)))]
#[get("/sessions/<id>/units")]
pub(crate) async fn list(by: Watcher, db: &Db, now: Now, id: SessionId) -> Result<Json<List<ParticipationJson>>> {
    let mut conn = db.read().await?;
    activities::queries::open_to(&by, now, &mut conn, id).await?;
    let rows = queries::of_session(&mut conn, id).await?;
    Ok(Json(List::whole(rows.into_iter().map(ParticipationJson::from).collect())))
}

/// A unit's part in a session.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::by_id` reads it")]
pub(crate) struct NewParticipation {
    unit_id: i64,
    /// `served`, `helping` or `lending_place`
    part: String,
    /// What it does there; at most 40 characters
    word: Option<String>,
}

/// Lets a unit take part in a session that is planned or was held. 409 `unit_takes_part` where it has that part already,
/// `unit_ended` where it was there no more, `cancelled` where the session does not take place.
#[utoipa::path(context_path = "/api/v1", tag = "units", params(("id" = i64, Path)), request_body = NewParticipation, responses((status = 201, body = ParticipationJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/units", data = "<fields>")]
pub(crate) async fn take_part(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: SessionId,
    fields: Fields,
) -> Result<(Status, Json<ParticipationJson>)> {
    let mut tx = db.begin().await?;
    let (_, session) = activities::queries::open_to(&by, now, &mut tx, id).await?;
    let made = actions::take_part(&by, now, &mut tx, &session, &forms::by_id(&fields)?).await?;
    let rows = queries::of_session(&mut tx, id).await?;
    tx.commit().await?;
    let row = rows.into_iter().find(|row| row.id == made).ok_or(Error::NotFound)?;
    Ok((Status::Created, Json(row.into())))
}

/// Takes a unit's part in a session back. 404 where that was done before.
#[utoipa::path(context_path = "/api/v1", tag = "units", params(("id" = i64, Path), ("participation" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/units/<participation>/withdrawal")]
pub(crate) async fn withdraw(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: SessionId,
    participation: ParticipationId,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (_, session) = activities::queries::open_to(&by, now, &mut tx, id).await?;
    actions::withdraw(&by, now, &mut tx, &session, participation).await?;
    tx.commit().await?;
    Ok(NoContent)
}
