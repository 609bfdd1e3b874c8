//! `/api/v1/commendations/year`, `/api/v1/star-levels` and `/api/v1/teams/{id}/hours`.

use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::roll::{self, RollCut, RollRow};
use super::types::StarLevel;
use super::{forms, queries, stars};
use crate::api::{self, List, Problem};
use crate::auth::{CityAdmin, Coordinator, TeamReader};
use crate::centers;
use crate::clock::Now;
use crate::error::Result;
use crate::fields::parse;
use crate::ids::TeamId;
use crate::store::{Conn, Db};
use crate::teams;
use crate::web::Fields;
use crate::web::cut::Asked;

pub(super) fn routes() -> Vec<Route> {
    routes![year, levels, set_levels, months]
}

/// Somebody on the list.
#[derive(Serialize, ToSchema)]
pub(crate) struct RollJson {
    person_id: i64,
    name: String,
    /// The volunteer number
    number: Option<String>,
    /// Confirmed in the center on the list's days, in whole minutes, corrections included
    minutes: i64,
    /// On how many days they served
    dates: i64,
    trainings: i64,
    /// Commendations by the center on the list's days, or for their year
    commended: i64,
    /// All confirmed until the list's last day in the token's centers, in whole minutes
    total_minutes: i64,
    /// Of how many stars they have the hours by that; associations rate, nobody is rated here
    reached_hours_of_stars: Option<i64>,
}

impl From<RollRow> for RollJson {
    fn from(row: RollRow) -> Self {
        Self {
            person_id: row.person.id.0,
            name: row.person.name,
            number: row.number.map(|number| number.to_string()),
            minutes: row.minutes,
            dates: row.dates,
            trainings: row.trainings,
            commended: row.commended,
            total_minutes: row.total,
            reached_hours_of_stars: row.stars,
        }
    }
}

/// The list from which a year's commendations are chosen: of a year, or of days that are said.
#[utoipa::path(context_path = "/api/v1", tag = "honours", params(("center" = i64, Query), ("year" = Option<i64>, Query), ("from" = Option<String>, Query), ("to" = Option<String>, Query, description = "Included"), ("hours" = Option<i64>, Query, description = "The fewest whole hours"), ("dates" = Option<i64>, Query, description = "The fewest days of service"), ("team" = Option<i64>, Query), ("state" = Option<String>, Query, description = "`commended` or `not_yet`"), ("sort" = Option<String>, Query, description = "`hours`, `dates` or `name`")), responses((status = 200, body = List<RollJson>), (status = "4XX", body = Problem)))]
#[get("/commendations/year?<center>")]
pub(crate) async fn year(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: Option<&str>,
    asked: Asked,
) -> Result<Json<List<RollJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let cut = RollCut::read(&asked.0, center.zone.date(now.0))?;
    let found = roll::roll(&by, &mut conn, center.id(), &cut).await?;
    Ok(Json(List::whole(found.into_iter().map(RollJson::from).collect())))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct StarLevelJson {
    stars: i64,
    /// Whole hours of confirmed service
    hours: i64,
}

impl From<StarLevel> for StarLevelJson {
    fn from(level: StarLevel) -> Self {
        Self { stars: level.stars, hours: level.hours }
    }
}

async fn all_levels(conn: &mut Conn) -> Result<List<StarLevelJson>> {
    Ok(List::whole(queries::levels(conn).await?.into_iter().map(StarLevelJson::from).collect()))
}

/// After how many hours somebody has the hours of how many stars.
#[utoipa::path(context_path = "/api/v1", tag = "honours", responses((status = 200, body = List<StarLevelJson>), (status = "4XX", body = Problem)))]
#[get("/star-levels")]
pub(crate) async fn levels(_by: Coordinator, db: &Db) -> Result<Json<List<StarLevelJson>>> {
    Ok(Json(all_levels(&mut *db.read().await?).await?))
}

/// The levels, all of them.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::levels` reads it")]
pub(crate) struct NewStarLevels {
    /// One to nine numbers of hours, each more than the one before
    hours: Option<Vec<i64>>,
}

/// Sets after how many hours somebody has the hours of how many stars.
#[utoipa::path(context_path = "/api/v1", tag = "honours", request_body = NewStarLevels, responses((status = 200, body = List<StarLevelJson>), (status = "4XX", body = Problem)))]
#[post("/star-levels", data = "<fields>")]
pub(crate) async fn set_levels(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Json<List<StarLevelJson>>> {
    let hours = forms::levels(&fields)?;
    let mut tx = db.begin().await?;
    stars::set_levels(&by, now, &mut tx, &hours).await?;
    let set = all_levels(&mut tx).await?;
    tx.commit().await?;
    Ok(Json(set))
}

/// A team's month.
#[derive(Serialize, ToSchema)]
pub(crate) struct TeamMonthJson {
    /// `2026-03`
    month: String,
    /// Confirmed, corrections included
    minutes: i64,
}

/// The team's confirmed minutes by month, the last twelve, the earliest first.
#[utoipa::path(context_path = "/api/v1", tag = "teams", params(("id" = i64, Path)), responses((status = 200, body = List<TeamMonthJson>), (status = "4XX", body = Problem)))]
#[get("/teams/<id>/hours")]
pub(crate) async fn months(by: TeamReader, db: &Db, now: Now, id: TeamId) -> Result<Json<List<TeamMonthJson>>> {
    let mut conn = db.read().await?;
    let center = teams::queries::center_of(&by, &mut conn, id).await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let team = teams::queries::find(&by, &mut conn, center.id(), id).await?;
    let months = queries::months_of_team(&mut conn, team.id, center.zone.date(now.0)).await?;
    let month = |(month, minutes): (crate::clock::Month, i64)| TeamMonthJson { month: month.to_string(), minutes };
    Ok(Json(List::whole(months.into_iter().map(month).collect())))
}
