//! `/api/v1/centers`.

use rocket::serde::json::Json;
use rocket::{Route, get, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::listing::CentersCut;
use super::types::{Center, CenterId};
use super::{Population, SecondNumber, population, queries};
use crate::api::{List, Problem};
use crate::auth::Viewer;
use crate::clock::{Now, Zone};
use crate::error::Result;
use crate::store::Db;
use crate::web::cut::Asked;

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
    /// Registered residents of the communities that it serves
    registered_population: i64,
    /// Migrant residents, where it is known that the printed number counts them
    migrant_population: Option<i64>,
    /// The second number as it is printed
    second_population: i64,
    /// What the second number counts, `migrant` or `all`; null where nobody has said so
    second_population_is: Option<&'static str>,
}

impl CenterJson {
    fn of(center: Center, population: Population) -> Self {
        Self {
            id: center.head.id.0,
            name: center.head.name,
            town: center.town,
            community: center.community,
            provider: center.provider,
            address: center.address,
            zone: center.zone.to_string(),
            planned_area_m2: center.planned_area_m2,
            registered_population: population.registered,
            migrant_population: population.migrant(),
            second_population: population.second,
            second_population_is: population.second_is.map(SecondNumber::code),
        }
    }
}

/// The centers that the token's role reaches.
#[utoipa::path(context_path = "/api/v1", tag = "centers", params(("q" = Option<String>, Query), ("town" = Option<String>, Query), ("state" = Option<String>, Query, description = "`run` or `vacant`: whether an organization runs it now")), responses((status = 200, body = List<CenterJson>), (status = "4XX", body = Problem)))]
#[get("/centers")]
pub(crate) async fn list(by: Viewer, db: &Db, now: Now, asked: Asked) -> Result<Json<List<CenterJson>>> {
    let cut = CentersCut::read(&asked.0)?;
    let mut conn = db.read().await?;
    let mut centers = queries::open_to_all(&by, &mut conn).await?;
    centers
        .retain(|center| cut.takes(&center.town, [&center.head.name, &center.community], center.provider.as_deref()));
    let ids: Vec<CenterId> = centers.iter().map(Center::id).collect();
    let mut populations = population::of_centers(&mut conn, &ids, Zone::SHANGHAI.date(now.0)).await?;
    let item = |center: Center| {
        let population = populations.remove(&center.id()).unwrap_or_default();
        CenterJson::of(center, population)
    };
    Ok(Json(List::whole(centers.into_iter().map(item).collect())))
}

/// One center.
#[utoipa::path(context_path = "/api/v1", tag = "centers", params(("id" = i64, Path)), responses((status = 200, body = CenterJson), (status = "4XX", body = Problem)))]
#[get("/centers/<id>")]
pub(crate) async fn show(by: Viewer, db: &Db, now: Now, id: CenterId) -> Result<Json<CenterJson>> {
    let mut conn = db.read().await?;
    let center = queries::open_to(&by, &mut conn, id).await?;
    let population = population::together(&mut conn, &[id], center.zone.date(now.0)).await?;
    Ok(Json(CenterJson::of(center, population)))
}
