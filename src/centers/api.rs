//! `/api/v1/centers`.

use rocket::serde::json::Json;
use rocket::{Route, get, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Center, CenterId, queries};
use crate::api::{List, Problem};
use crate::auth::Viewer;
use crate::error::Result;
use crate::store::Db;

pub(super) fn routes() -> Vec<Route> {
    routes![list, show]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CenterJson {
    id: i64,
    name: String,
    town: String,
    community: String,
    provider: Option<String>,
    address: Option<String>,
    /// IANA name
    zone: String,
    planned_area_m2: i64,
    registered_population: i64,
    migrant_population: i64,
}

impl From<Center> for CenterJson {
    fn from(center: Center) -> Self {
        Self {
            id: center.head.id.0,
            name: center.head.name,
            town: center.town,
            community: center.community,
            provider: center.provider,
            address: center.address,
            zone: center.zone.to_string(),
            planned_area_m2: center.planned_area_m2,
            registered_population: center.registered_population,
            migrant_population: center.migrant_population,
        }
    }
}

/// The centers that the token's role reaches.
#[utoipa::path(context_path = "/api/v1", tag = "centers", responses((status = 200, body = List<CenterJson>), (status = "4XX", body = Problem)))]
#[get("/centers")]
pub(crate) async fn list(by: Viewer, db: &Db) -> Result<Json<List<CenterJson>>> {
    let centers = queries::open_to_all(&by, &mut *db.read().await?).await?;
    Ok(Json(List::whole(centers.into_iter().map(CenterJson::from).collect())))
}

/// One center.
#[utoipa::path(context_path = "/api/v1", tag = "centers", params(("id" = i64, Path)), responses((status = 200, body = CenterJson), (status = "4XX", body = Problem)))]
#[get("/centers/<id>")]
pub(crate) async fn show(by: Viewer, db: &Db, id: CenterId) -> Result<Json<CenterJson>> {
    Ok(Json(queries::open_to(&by, &mut *db.read().await?, id).await?.into()))
}
