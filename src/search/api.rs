//! `/api/v1/search`. Posted, for what is searched for may be a name or a number, and neither belongs in an address.

use rocket::serde::json::Json;
use rocket::{Route, State, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::queries;
use super::types::Hit;
use crate::api::{List, Problem};
use crate::auth::Viewer;
use crate::centers;
use crate::error::Result;
use crate::fields::parse;
use crate::store::{Db, Sealer};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![search]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HitJson {
    /// `person`, `activity`, `team`, `room`, `unit`, `worker`, `center` or `account`
    kind: String,
    id: i64,
    name: String,
    /// What tells it from another of the name, or says what it is
    detail: String,
    center_id: Option<i64>,
}

impl From<Hit> for HitJson {
    fn from(hit: Hit) -> Self {
        Self {
            kind: hit.kind.to_string(),
            id: hit.id,
            name: hit.name,
            detail: hit.detail,
            center_id: hit.center.map(|(center, _)| center.0),
        }
    }
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body")]
pub(crate) struct SearchQuestion {
    /// A part of a name, how it sounds, or a phone number or its end
    q: String,
    /// Searches one center; without it all of the token's
    center: Option<i64>,
}

/// Everything that the token may see and that is called like `q`: the first few of each kind.
#[utoipa::path(context_path = "/api/v1", tag = "search", request_body = SearchQuestion, responses((status = 200, body = List<HitJson>), (status = "4XX", body = Problem)))]
#[post("/search", data = "<fields>")]
pub(crate) async fn search(by: Viewer, db: &Db, sealer: &State<Sealer>, fields: Fields) -> Result<Json<List<HitJson>>> {
    let mut read = fields.read();
    let wanted = read.required("q", |text| Ok(text.to_owned()));
    let center = read.optional("center", parse::choice);
    let (wanted, center) = read.finish(|| Some((wanted?, center?)))?;
    let mut conn = db.read().await?;
    if let Some(center) = center {
        centers::queries::open_to(&by, &mut conn, center).await?;
    }
    let hits = queries::find(&by, &mut conn, sealer, center, &wanted).await?;
    Ok(Json(List::whole(hits.into_iter().map(HitJson::from).collect())))
}
