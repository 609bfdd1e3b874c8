//! `/api/v1/people/{id}/own-data`.

use rocket::serde::json::{Json, Value};
use rocket::{Route, State, post, routes};
use utoipa::ToSchema;

use super::own;
use crate::api::Problem;
use crate::auth::Coordinator;
use crate::clock::Now;
use crate::error::Result;
use crate::people::{self, PersonId};
use crate::store::{Db, Sealer};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![own_data]
}

/// Who asks for a person's own data.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `own::read` reads it")]
pub(crate) struct OwnDataAsked {
    /// `person`, `guardian` or `proxy`
    asker: String,
    /// How it was made sure who they are; no name and no number
    identity: String,
}

/// All that is kept of a person.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the answer; `own::OwnData::json` makes it")]
pub(crate) struct OwnDataJson {
    person_id: i64,
    made_at: String,
    /// For each part (`facts`, `memberships`, `attendances` …) its rows, numbers and notes in full
    parts: std::collections::BTreeMap<String, Vec<std::collections::BTreeMap<String, String>>>,
}

/// Hands a person's own data out, unmasked: all that the token's centers keep of them. Posted, for each time is kept in the audit.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("id" = i64, Path)), request_body = OwnDataAsked, responses((status = 200, body = OwnDataJson), (status = "4XX", body = Problem)))]
#[post("/people/<id>/own-data", data = "<fields>")]
pub(crate) async fn own_data(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: PersonId,
    fields: Fields,
) -> Result<Json<Value>> {
    let mut tx = db.begin().await?;
    let center = people::queries::center_of(&by, &mut tx, id).await?;
    let (center, person) = people::queries::open_in(&by, &mut tx, center, id).await?;
    let request = own::read(&fields)?;
    let data = own::hand_out(&by, now, &mut tx, sealer, (&center, &person), &request).await?;
    tx.commit().await?;
    Ok(Json(data.json()))
}
