//! `/api/v1/teams`.

use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::listing::TeamsCut;
use super::number::VolunteerNumber;
use super::steward::Steward;
use super::types::{NumberedVolunteer, Team, TeamId};
use super::{actions, forms, liaisons, membership, queries};
use crate::api::{self, List, Problem};
use crate::auth::{Coordinator, TeamReader};
use crate::centers::{self, Center};
use crate::clock::Now;
use crate::error::{Fault, Result};
use crate::fields::parse;
use crate::people::PersonId;
use crate::store::{Conn, Db};
use crate::web::Fields;
use crate::web::cut::Asked;

pub(super) fn routes() -> Vec<Route> {
    routes![list, create, add_member, present, suspend, resume, leave, volunteers]
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
    /// What it does, for whoever may join
    about: Option<String>,
    recruits: bool,
    /// Whom it seeks
    sought: Option<String>,
    /// Which risks its service has; null for the words that stand there otherwise
    risks: Option<String>,
    /// How many of it a session needs
    helpers: Option<i64>,
    /// Who asked to join and waits for an answer
    waiting: i64,
    /// The worker who looks after it
    liaison_id: Option<i64>,
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
            about: team.about,
            recruits: team.recruits.is_set(),
            sought: team.sought,
            risks: team.risks,
            helpers: team.helpers,
            waiting: team.waiting,
            liaison_id: team.liaison_id.map(|id| id.0),
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

/// The team, while it is there, with its center.
async fn opened(by: &Coordinator, conn: &mut Conn, id: TeamId) -> Result<(Center, Team)> {
    let center = queries::center_of(by, conn, id).await?;
    let center = centers::queries::open_to(by, conn, center).await?;
    let team = queries::find(by, conn, center.id(), id).await?;
    if team.disbanded_on.is_some() { Err(crate::error::Error::NotFound) } else { Ok((center, team)) }
}

/// What a team tells whoever may join, all of it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::presentation` reads it")]
pub(crate) struct TeamPresentation {
    about: Option<String>,
    sought: Option<String>,
    risks: Option<String>,
    recruits: Option<bool>,
    /// How many of it a session needs, 1 to 99
    helpers: Option<i64>,
    /// The worker of the center who looks after it, from today on; nobody where none is said
    liaison: Option<i64>,
}

/// Changes what a team tells whoever may join.
#[utoipa::path(context_path = "/api/v1", tag = "teams", params(("id" = i64, Path)), request_body = TeamPresentation, responses((status = 200, body = TeamJson), (status = "4XX", body = Problem)))]
#[post("/teams/<id>", data = "<fields>")]
pub(crate) async fn present(by: Coordinator, db: &Db, now: Now, id: TeamId, fields: Fields) -> Result<Json<TeamJson>> {
    let mut tx = db.begin().await?;
    let (center, team) = opened(&by, &mut tx, id).await?;
    let (told, liaison) = (forms::presentation(&fields)?, liaisons::liaison(&fields)?);
    actions::present(&by, now, &mut tx, &center, &team, &told).await?;
    liaisons::set_liaison(&by, now, &mut tx, &center, &team, liaison).await?;
    let team = queries::find(&by, &mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(team.into()))
}

/// Why somebody rests.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::reason` reads it")]
pub(crate) struct NewSuspension {
    reason: String,
}

async fn steward(by: &TeamReader, conn: &mut Conn, id: TeamId) -> Result<Steward> {
    let center = queries::center_of(by, conn, id).await?;
    Steward::signed_in(by, conn, center, id).await
}

/// Lets a member rest: they are asked for no service until they are back. 409 `not_serving` for whoever rests already.
#[utoipa::path(context_path = "/api/v1", tag = "teams", params(("id" = i64, Path), ("person" = i64, Path)), request_body = NewSuspension, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/teams/<id>/members/<person>/suspension", data = "<fields>")]
pub(crate) async fn suspend(
    by: TeamReader,
    db: &Db,
    now: Now,
    id: TeamId,
    person: PersonId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let by = steward(&by, &mut tx, id).await?;
    membership::suspend(&by, now, &mut tx, person, &forms::reason(&fields)?).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Ends a member's rest. 409 `not_suspended` for whoever does not rest.
#[utoipa::path(context_path = "/api/v1", tag = "teams", params(("id" = i64, Path), ("person" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/teams/<id>/members/<person>/resumption")]
pub(crate) async fn resume(by: TeamReader, db: &Db, now: Now, id: TeamId, person: PersonId) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let by = steward(&by, &mut tx, id).await?;
    membership::resume(&by, now, &mut tx, person).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Why somebody leaves, where they say so.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::reason_or_none` reads it")]
pub(crate) struct NewLeaving {
    reason: Option<String>,
}

/// Ends a membership today. The hours served stay.
#[utoipa::path(context_path = "/api/v1", tag = "teams", params(("id" = i64, Path), ("person" = i64, Path)), request_body = NewLeaving, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/teams/<id>/members/<person>/leaving", data = "<fields>")]
pub(crate) async fn leave(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: TeamId,
    person: PersonId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, team) = opened(&by, &mut tx, id).await?;
    let reason = forms::reason_or_none(&fields)?;
    membership::part(&Steward::worker(&by, &center, team.id), now, &mut tx, person, reason.as_deref()).await?;
    tx.commit().await?;
    Ok(NoContent)
}

#[derive(Serialize, ToSchema)]
pub(crate) struct VolunteerJson {
    /// Of our own, with a check digit; lasting
    number: String,
    person_id: i64,
    name: String,
    given_at: String,
    /// Teams of the center in which they serve now
    teams: i64,
}

impl From<NumberedVolunteer> for VolunteerJson {
    fn from(volunteer: NumberedVolunteer) -> Self {
        Self {
            number: volunteer.number.to_string(),
            person_id: volunteer.person_id.0,
            name: volunteer.name,
            given_at: volunteer.given_at.rfc3339(),
            teams: volunteer.teams,
        }
    }
}

/// Who serves or served in a team of the center, by their number; or the one who has this number.
#[utoipa::path(context_path = "/api/v1", tag = "teams", params(("center" = i64, Query), ("number" = Option<String>, Query), ("cursor" = Option<String>, Query)), responses((status = 200, body = List<VolunteerJson>), (status = "4XX", body = Problem)))]
#[get("/volunteers?<center>&<number>&<cursor>")]
pub(crate) async fn volunteers(
    by: Coordinator,
    db: &Db,
    center: Option<&str>,
    number: Option<&str>,
    cursor: Option<&str>,
) -> Result<Json<List<VolunteerJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let number = number
        .map(|number| {
            api::asked("number", Some(number), |text| {
                text.parse::<VolunteerNumber>().map_err(|_| Fault::new("field.not_a_volunteer_number"))
            })
        })
        .transpose()?;
    let after = api::after(cursor)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let found = queries::volunteers(&mut conn, center.id(), number, (after, api::PAGE + 1)).await?;
    let List { items, next } = List::page(found, |one| one.number.place());
    Ok(Json(List { items: items.into_iter().map(VolunteerJson::from).collect(), next }))
}
