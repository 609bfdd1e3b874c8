//! `/api/v1/claims`, and those of a team before its leader. What somebody says of their own hours comes from their phone.

use std::collections::{BTreeMap, HashMap};

use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::asking::{self, Claimant};
use super::listing::ClaimsCut;
use super::types::{Claim, ClaimId, ClaimOverlap, PAGE};
use super::{actions, decisions, forms, queries};
use crate::api::{self, List, Problem};
use crate::auth::{Coordinator, TeamReader};
use crate::centers::{self, Center};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::ids::TeamId;
use crate::store::{Conn, Db};
use crate::teams::{self, Steward};
use crate::web::Fields;
use crate::web::cut::Asked;

pub(super) fn routes() -> Vec<Route> {
    routes![list, create, create_correction, decide, undo, reopen, withdraw, of_team, create_for_member, endorse]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ClaimJson {
    id: i64,
    person_id: i64,
    name: String,
    center_id: i64,
    team_id: Option<i64>,
    /// `self_reported` or `correction`
    kind: String,
    /// Of a correction: the row of the ledger that is said to be wrong, and its minutes
    entry: Option<i64>,
    recorded_minutes: Option<i64>,
    served_on: String,
    /// The stretch in which the minutes lie; a correction of the minutes alone may have none
    starts_at: Option<String>,
    ends_at: Option<String>,
    minutes: i64,
    content: Option<String>,
    place: Option<String>,
    reason: Option<String>,
    /// `pending`, `confirmed`, `declined` or `withdrawn`
    state: String,
    /// `oneself`, `worker` or `leader`
    asked_as: String,
    asked_at: String,
    /// When the team's leader said that it is true
    endorsed_at: Option<String>,
    decided_at: Option<String>,
    word: Option<String>,
    /// The minutes that came of it; null where they were reversed since
    counted: Option<i64>,
    /// Of one that waits: what else they did at the same time, as `03-05 10:00–12:00`. To confirm it needs a reason
    overlaps: Vec<String>,
    /// Of one that waits: they served at another center at the same time
    elsewhere: bool,
}

impl ClaimJson {
    fn of(claim: Claim, overlaps: &[ClaimOverlap]) -> Self {
        Self {
            id: claim.id.0,
            person_id: claim.person.id.0,
            name: claim.person.name,
            center_id: claim.center_id.0,
            team_id: claim.team_id.map(|id| id.0),
            kind: claim.kind.to_string(),
            entry: claim.corrects_id.map(|id| id.0),
            recorded_minutes: claim.was,
            served_on: claim.served_on.to_string(),
            starts_at: claim.starts_at.map(|at| at.rfc3339()),
            ends_at: claim.ends_at.map(|at| at.rfc3339()),
            minutes: claim.minutes,
            content: claim.content,
            place: claim.place,
            reason: claim.reason,
            state: claim.state.to_string(),
            asked_as: claim.asked_as.to_string(),
            asked_at: claim.asked_at.rfc3339(),
            endorsed_at: claim.endorsed_at.map(|at| at.rfc3339()),
            decided_at: claim.decided_at.map(|at| at.rfc3339()),
            word: claim.word,
            counted: claim.counted.filter(|_| !claim.reversed.is_set()),
            overlaps: overlaps.iter().filter(|other| !other.elsewhere).map(|other| other.at.clone()).collect(),
            elsewhere: overlaps.iter().any(|other| other.elsewhere),
        }
    }
}

/// With what else was at the same time, of those that wait.
async fn told(conn: &mut Conn, claims: Vec<Claim>) -> Result<Vec<ClaimJson>> {
    let waiting = claims.iter().filter(|claim| claim.is_pending()).map(|claim| claim.id);
    let overlaps: HashMap<ClaimId, Vec<ClaimOverlap>> = queries::overlaps(conn, waiting).await?;
    let of = |claim: Claim| {
        let found = overlaps.get(&claim.id).map_or(&[][..], Vec::as_slice);
        ClaimJson::of(claim, found)
    };
    Ok(claims.into_iter().map(of).collect())
}

async fn one(by: &Coordinator, conn: &mut Conn, center: &Center, id: ClaimId) -> Result<ClaimJson> {
    let claim = queries::find(by, conn, center.id(), id).await?;
    let mut told = told(conn, vec![claim]).await?;
    told.pop().ok_or(Error::NotFound)
}

/// The center of a claim.
async fn opened(by: &Coordinator, conn: &mut Conn, id: ClaimId) -> Result<Center> {
    let center = queries::center_of(by, conn, id).await?;
    centers::queries::open_to(by, conn, center).await
}

/// A center's claims, those that wait first, a hundred at most.
#[utoipa::path(context_path = "/api/v1", tag = "claims", params(("center" = i64, Query), ("state" = Option<String>, Query, description = "`pending`, `confirmed`, `declined` or `withdrawn`"), ("team" = Option<i64>, Query), ("sort" = Option<String>, Query, description = "`waiting`, `served` or `name`")), responses((status = 200, body = List<ClaimJson>), (status = "4XX", body = Problem)))]
#[get("/claims")]
pub(crate) async fn list(by: Coordinator, db: &Db, asked: Asked) -> Result<Json<List<ClaimJson>>> {
    let center = api::asked("center", Some(asked.0.get("center")), parse::choice)?;
    let cut = ClaimsCut::read(&asked.0)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let claims = queries::list(&by, &mut conn, center.id(), cut, (0, PAGE)).await?;
    Ok(Json(List::whole(told(&mut conn, claims).await?)))
}

/// Service that no door saw.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::report_of` reads it")]
pub(crate) struct NewClaimJson {
    center: i64,
    /// Somebody enrolled in the center
    person: i64,
    /// One in which they were on that day
    team: Option<i64>,
    served_on: String,
    /// Of the center's clock, as `08:30`
    from_time: String,
    /// One that is not after `from_time` is the next day's
    to_time: String,
    content: String,
    /// Where, or for whom
    place: Option<String>,
    /// The same number once more is the same claim
    request_id: Option<String>,
}

/// Tells of somebody's service on their behalf. It waits, and counts nowhere.
#[utoipa::path(context_path = "/api/v1", tag = "claims", request_body = NewClaimJson, responses((status = 201, body = ClaimJson), (status = "4XX", body = Problem)))]
#[post("/claims", data = "<fields>")]
pub(crate) async fn create(by: Coordinator, db: &Db, now: Now, fields: Fields) -> Result<Created<Json<ClaimJson>>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let (person, input) = forms::report_of(&fields, center.zone.date(now.0))?;
    let claimant = Claimant::worker(&by, &mut tx, center.id(), person).await?;
    let id = asking::report(&claimant, now, &mut tx, &center, &input).await?;
    let made = one(&by, &mut tx, &center, id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/claims?center={}", center.id())).body(Json(made)))
}

/// That a row of the ledger is not right.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::correction_of` reads it")]
pub(crate) struct NewCorrectionJson {
    center: i64,
    person: i64,
    /// The row's number
    entry: i64,
    /// What it should be; left out where the stretch says it
    minutes: Option<i64>,
    /// From when to when, of the center's clock
    from_time: Option<String>,
    to_time: Option<String>,
    reason: String,
    request_id: Option<String>,
}

/// Says on somebody's behalf that a row of their ledger is not right. 409 `claim_open` where one about it waits.
#[utoipa::path(context_path = "/api/v1", tag = "claims", request_body = NewCorrectionJson, responses((status = 201, body = ClaimJson), (status = "4XX", body = Problem)))]
#[post("/claims/corrections", data = "<fields>")]
pub(crate) async fn create_correction(
    by: Coordinator,
    db: &Db,
    now: Now,
    fields: Fields,
) -> Result<Created<Json<ClaimJson>>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let (person, entry, input) = forms::correction_of(&fields)?;
    let claimant = Claimant::worker(&by, &mut tx, center.id(), person).await?;
    let id = asking::correct(&claimant, now, &mut tx, &center, entry, &input).await?;
    let made = one(&by, &mut tx, &center, id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/claims?center={}", center.id())).body(Json(made)))
}

/// The answer to several claims at once.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `decisions::decide` reads it")]
pub(crate) struct NewDecision {
    center: i64,
    /// `confirm` or `decline`
    answer: String,
    /// By claim: true for each that is meant, a hundred at most
    pick: Option<BTreeMap<String, bool>>,
    /// By claim: the minutes that are confirmed; as claimed where they are left out
    minutes: Option<BTreeMap<String, i64>>,
    /// By claim: the reason, where the minutes are others or the time overlaps
    why: Option<BTreeMap<String, String>>,
    /// For whoever asked; needed where they are declined
    word: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DecidedJson {
    /// How many were answered
    decided: usize,
}

/// Confirms claims into the ledger, or declines them: all of it, or nothing. 409 `claim_decided` where one waits no more.
#[utoipa::path(context_path = "/api/v1", tag = "claims", request_body = NewDecision, responses((status = 200, body = DecidedJson), (status = "4XX", body = Problem)))]
#[post("/claims/decisions", data = "<fields>")]
pub(crate) async fn decide(by: Coordinator, db: &Db, now: Now, fields: Fields) -> Result<Json<DecidedJson>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let decided = decisions::decide(&by, now, &mut tx, &center, &fields).await?;
    tx.commit().await?;
    Ok(Json(DecidedJson { decided }))
}

/// Why.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::reason` reads it")]
pub(crate) struct ClaimReason {
    reason: String,
}

/// Undoes a confirmation: what came of it is reversed, and the claim waits again. 409 `claim_not_confirmed`, `hours_reversed`.
#[utoipa::path(context_path = "/api/v1", tag = "claims", params(("id" = i64, Path)), request_body = ClaimReason, responses((status = 200, body = ClaimJson), (status = "4XX", body = Problem)))]
#[post("/claims/<id>/undoing", data = "<fields>")]
pub(crate) async fn undo(by: Coordinator, db: &Db, now: Now, id: ClaimId, fields: Fields) -> Result<Json<ClaimJson>> {
    let mut tx = db.begin().await?;
    let center = opened(&by, &mut tx, id).await?;
    actions::undo(&by, now, &mut tx, &center, id, &forms::reason(&fields)?).await?;
    let claim = one(&by, &mut tx, &center, id).await?;
    tx.commit().await?;
    Ok(Json(claim))
}

/// A claim that was declined waits again. 409 `claim_not_declined`.
#[utoipa::path(context_path = "/api/v1", tag = "claims", params(("id" = i64, Path)), responses((status = 200, body = ClaimJson), (status = "4XX", body = Problem)))]
#[post("/claims/<id>/reopening")]
pub(crate) async fn reopen(by: Coordinator, db: &Db, now: Now, id: ClaimId) -> Result<Json<ClaimJson>> {
    let mut tx = db.begin().await?;
    let center = opened(&by, &mut tx, id).await?;
    actions::reopen(&by, now, &mut tx, &center, id).await?;
    let claim = one(&by, &mut tx, &center, id).await?;
    tx.commit().await?;
    Ok(Json(claim))
}

/// Takes back what a worker asked on somebody's behalf. 404 for what others asked; 409 `claim_decided`.
#[utoipa::path(context_path = "/api/v1", tag = "claims", params(("id" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/claims/<id>/withdrawal")]
pub(crate) async fn withdraw(by: Coordinator, db: &Db, now: Now, id: ClaimId) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let center = opened(&by, &mut tx, id).await?;
    actions::withdraw(&by, now, &mut tx, &center, id).await?;
    tx.commit().await?;
    Ok(NoContent)
}

async fn steward(by: &TeamReader, conn: &mut Conn, id: TeamId) -> Result<Steward> {
    let center = teams::queries::center_of(by, conn, id).await?;
    Steward::signed_in(by, conn, center, id).await
}

/// What is told before a team's leader.
#[derive(Serialize, ToSchema)]
pub(crate) struct TeamClaimJson {
    id: i64,
    person_id: i64,
    name: String,
    /// `self_reported` or `correction`
    kind: String,
    served_on: String,
    minutes: i64,
    content: Option<String>,
    place: Option<String>,
    asked_at: String,
    endorsed_at: Option<String>,
}

impl From<Claim> for TeamClaimJson {
    fn from(claim: Claim) -> Self {
        Self {
            id: claim.id.0,
            person_id: claim.person.id.0,
            name: claim.person.name,
            kind: claim.kind.to_string(),
            served_on: claim.served_on.to_string(),
            minutes: claim.minutes,
            content: claim.content,
            place: claim.place,
            asked_at: claim.asked_at.rfc3339(),
            endorsed_at: claim.endorsed_at.map(|at| at.rfc3339()),
        }
    }
}

/// What waits of a team's members, the first first.
#[utoipa::path(context_path = "/api/v1", tag = "claims", params(("id" = i64, Path)), responses((status = 200, body = List<TeamClaimJson>), (status = "4XX", body = Problem)))]
#[get("/teams/<id>/claims")]
pub(crate) async fn of_team(by: TeamReader, db: &Db, id: TeamId) -> Result<Json<List<TeamClaimJson>>> {
    let mut conn = db.read().await?;
    let by = steward(&by, &mut conn, id).await?;
    let claims = queries::of_team(&by, &mut conn).await?;
    Ok(Json(List::whole(claims.into_iter().map(TeamClaimJson::from).collect())))
}

/// Service of a team's member.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::members_report` reads it")]
pub(crate) struct NewMemberClaim {
    /// A member
    person: i64,
    served_on: String,
    from_time: String,
    to_time: String,
    content: String,
    place: Option<String>,
    request_id: Option<String>,
}

/// Tells of a member's service in the team.
#[utoipa::path(context_path = "/api/v1", tag = "claims", params(("id" = i64, Path)), request_body = NewMemberClaim, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/teams/<id>/claims", data = "<fields>")]
pub(crate) async fn create_for_member(
    by: TeamReader,
    db: &Db,
    now: Now,
    id: TeamId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let by = steward(&by, &mut tx, id).await?;
    let (person, input) = forms::members_report(&fields, by.center.zone.date(now.0), id)?;
    let claimant = Claimant::leader(&by, &mut tx, person).await?;
    asking::report(&claimant, now, &mut tx, &by.center, &input).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// The leader says that it is true. 409 `claim_endorsed`, `claim_decided`, `claim_endorsed_by_leader`.
#[utoipa::path(context_path = "/api/v1", tag = "claims", params(("id" = i64, Path), ("claim" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/teams/<id>/claims/<claim>/endorsement")]
pub(crate) async fn endorse(by: TeamReader, db: &Db, now: Now, id: TeamId, claim: ClaimId) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let by = steward(&by, &mut tx, id).await?;
    actions::endorse(&by, now, &mut tx, claim).await?;
    tx.commit().await?;
    Ok(NoContent)
}
