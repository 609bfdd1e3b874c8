//! `/api/v1/teams`.

use rocket::response::status::Created;
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::listing::TeamsCut;
use super::types::{Team, TeamId};
use super::{actions, forms, queries};
use crate::api::{self, List, Problem};
use crate::auth::{Coordinator, TeamReader};
use crate::centers;
use crate::clock::Now;
use crate::error::Result;
use crate::fields::parse;
use crate::store::Db;
use crate::web::Fields;
use crate::web::cut::Asked;

pub(super) fn routes() -> Vec<Route> {
    routes![list, create, add_member]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct TeamJson {
    id: i64,
    name: String,
    kind_id: i64,
    kind: String,
    leader_id: Option<i64>,
    founded_on: String,
    disbanded_on: Option<String>,
    members: i64,
    /// Confirmed service, in whole minutes
    minutes: i64,
}

impl From<Team> for TeamJson {
    fn from(team: Team) -> Self {
        Self {
            id: team.id.0,
            name: team.name,
            kind_id: team.kind_id.0,
            kind: team.kind,
            leader_id: team.leader_id.map(|id| id.0),
            founded_on: team.founded_on.to_string(),
            disbanded_on: team.disbanded_on.map(|date| date.to_string()),
            members: team.members,
            minutes: team.minutes,
        }
    }
}

/// A center's teams; a team leader's own one.
#[utoipa::path(context_path = "/api/v1", tag = "teams", params(("center" = i64, Query), ("q" = Option<String>, Query), ("kind" = Option<i64>, Query), ("state" = Option<String>, Query, description = "`there` or `disbanded`"), ("sort" = Option<String>, Query, description = "`kind`, `name`, `members` or `founded`")), responses((status = 200, body = List<TeamJson>), (status = "4XX", body = Problem)))]
#[get("/teams?<center>")]
pub(crate) async fn list(by: TeamReader, db: &Db, center: Option<&str>, asked: Asked) -> Result<Json<List<TeamJson>>> {
    let cut = TeamsCut::read(&asked.0)?;
    let center = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let teams = cut.of(queries::list(&by, &mut conn, center.id()).await?);
    Ok(Json(List::whole(teams.into_iter().map(TeamJson::from).collect())))
}

/// What a new team needs.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::team` reads it")]
pub(crate) struct NewTeam {
    center: i64,
    name: String,
    /// The id of a kind of team
    kind: i64,
    founded_on: String,
    /// A person enrolled in the center
    leader_id: Option<i64>,
}

/// Founds a team.
#[utoipa::path(context_path = "/api/v1", tag = "teams", request_body = NewTeam, responses((status = 201, body = TeamJson), (status = "4XX", body = Problem)))]
#[post("/teams", data = "<fields>")]
pub(crate) async fn create(by: Coordinator, db: &Db, now: Now, fields: Fields) -> Result<Created<Json<TeamJson>>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let id = actions::create(&by, now, &mut tx, &center, &forms::team(&fields, center.zone.date(now.0))?).await?;
    let team = queries::find(&by, &mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/teams?center={}", center.id())).body(Json(team.into())))
}

/// Who joins a team.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body")]
pub(crate) struct NewMember {
    /// A person enrolled in the team's center
    person_id: i64,
}

/// Takes a person into a team. Who is in it already stays as they are.
#[utoipa::path(context_path = "/api/v1", tag = "teams", params(("id" = i64, Path)), request_body = NewMember, responses((status = 201, body = TeamJson), (status = "4XX", body = Problem)))]
#[post("/teams/<id>/members", data = "<fields>")]
pub(crate) async fn add_member(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: TeamId,
    fields: Fields,
) -> Result<Created<Json<TeamJson>>> {
    let person = api::sent("person_id", &fields)?;
    let mut tx = db.begin().await?;
    let center = queries::center_of(&by, &mut tx, id).await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    actions::add_member(&by, now, &mut tx, &center, id, person).await?;
    let team = queries::find(&by, &mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/teams?center={}", center.id())).body(Json(team.into())))
}
