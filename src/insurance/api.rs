//! `/api/v1/insurances`, and whether a session is risky.

use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::sheet;
use super::types::{Insurance, InsuranceId, Insured};
use super::{actions, forms, queries};
use crate::activities::{self, SessionId};
use crate::api::{self, List, Problem};
use crate::auth::{Coordinator, Viewer};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::people::PersonId;
use crate::store::{Conn, Db, Sealer};
use crate::web::{Fields, Lang};

pub(super) fn routes() -> Vec<Route> {
    routes![list, create, show, insure, withdraw, void, hand_out, gap, mark]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct InsuranceJson {
    id: i64,
    insurer: String,
    policy_number: String,
    /// `volunteers`, `team` or `people`
    covers: String,
    team_id: Option<i64>,
    /// Both days are included
    valid_from: String,
    valid_to: String,
    note: Option<String>,
    /// `running`, `ending`, `to_come`, `ended` or `voided`
    state: String,
    void_reason: Option<String>,
}

impl InsuranceJson {
    fn of(one: Insurance, today: Date) -> Self {
        Self {
            id: one.id.0,
            state: one.state(today).to_string(),
            covers: one.covers.to_string(),
            team_id: one.team_id.map(|id| id.0),
            valid_from: one.valid_from.to_string(),
            valid_to: one.valid_to.to_string(),
            insurer: one.insurer,
            policy_number: one.policy_number,
            note: one.note,
            void_reason: one.void_reason,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct InsuredJson {
    person_id: i64,
    name: String,
    from: String,
    /// The first day without cover
    to: Option<String>,
}

impl From<Insured> for InsuredJson {
    fn from(one: Insured) -> Self {
        Self {
            person_id: one.person.id.0,
            name: one.person.name,
            from: one.from_date.to_string(),
            to: one.to_date.map(|day| day.to_string()),
        }
    }
}

/// The policy, and its center.
async fn opened(by: &Viewer, conn: &mut Conn, id: InsuranceId) -> Result<(Center, Insurance)> {
    let center: Option<CenterId> = queries::center_of(by, conn, id).await?;
    let center = centers::queries::open_to(by, conn, center.ok_or(Error::NotFound)?).await?;
    let insurance = queries::find(conn, center.id(), id).await?;
    Ok((center, insurance))
}

/// A center's policies, the latest first.
#[utoipa::path(context_path = "/api/v1", tag = "insurances", params(("center" = i64, Query)), responses((status = 200, body = List<InsuranceJson>), (status = "4XX", body = Problem)))]
#[get("/insurances?<center>")]
pub(crate) async fn list(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: Option<&str>,
) -> Result<Json<List<InsuranceJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = center.zone.date(now.0);
    let found = queries::list(&mut conn, center.id()).await?;
    Ok(Json(List::whole(found.into_iter().map(|one| InsuranceJson::of(one, today)).collect())))
}

/// A policy.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::insurance` reads it")]
pub(crate) struct NewInsurance {
    center: i64,
    insurer: String,
    policy_number: String,
    /// `volunteers`, `team` or `people`
    covers: String,
    /// Needed where it covers a team
    team: Option<i64>,
    valid_from: String,
    valid_to: String,
    note: Option<String>,
}

/// Adds a policy.
#[utoipa::path(context_path = "/api/v1", tag = "insurances", request_body = NewInsurance, responses((status = 201, body = InsuranceJson), (status = "4XX", body = Problem)))]
#[post("/insurances", data = "<fields>")]
pub(crate) async fn create(by: Coordinator, db: &Db, now: Now, fields: Fields) -> Result<Created<Json<InsuranceJson>>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let today = center.zone.date(now.0);
    let id = actions::add(&by, now, &mut tx, &center, &forms::insurance(&fields, today)?).await?;
    let made = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/insurances/{id}")).body(Json(InsuranceJson::of(made, today))))
}

/// A policy and whom it covers today.
#[derive(Serialize, ToSchema)]
pub(crate) struct InsuredListJson {
    #[serde(flatten)]
    insurance: InsuranceJson,
    insured: Vec<InsuredJson>,
}

/// One policy, with whom it covers today.
#[utoipa::path(context_path = "/api/v1", tag = "insurances", params(("id" = i64, Path)), responses((status = 200, body = InsuredListJson), (status = "4XX", body = Problem)))]
#[get("/insurances/<id>")]
pub(crate) async fn show(by: Coordinator, db: &Db, now: Now, id: InsuranceId) -> Result<Json<InsuredListJson>> {
    let mut conn = db.read().await?;
    let (center, insurance) = opened(&by, &mut conn, id).await?;
    let today = center.zone.date(now.0);
    let insured = queries::insured(&mut conn, id, today).await?;
    let insured = insured.into_iter().map(InsuredJson::from).collect();
    Ok(Json(InsuredListJson { insurance: InsuranceJson::of(insurance, today), insured }))
}

/// Whom to insure.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::person` reads it")]
pub(crate) struct NewInsured {
    /// A person enrolled in the center
    person: i64,
}

/// Puts somebody on the list of a policy of named people. 409 `insurance_by_team` for one of another sort.
#[utoipa::path(context_path = "/api/v1", tag = "insurances", params(("id" = i64, Path)), request_body = NewInsured, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/insurances/<id>/people", data = "<fields>")]
pub(crate) async fn insure(by: Coordinator, db: &Db, now: Now, id: InsuranceId, fields: Fields) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, insurance) = opened(&by, &mut tx, id).await?;
    actions::insure(&by, now, &mut tx, &center, &insurance, forms::person(&fields)?).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Takes somebody off the list, from today on.
#[utoipa::path(context_path = "/api/v1", tag = "insurances", params(("id" = i64, Path), ("person" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/insurances/<id>/people/<person>/removal")]
pub(crate) async fn withdraw(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: InsuranceId,
    person: PersonId,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, insurance) = opened(&by, &mut tx, id).await?;
    actions::withdraw(&by, now, &mut tx, &center, &insurance, person).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Why.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::reason` reads it")]
pub(crate) struct InsuranceReason {
    reason: String,
}

/// Marks a policy as a mistake. 404 where that was done before.
#[utoipa::path(context_path = "/api/v1", tag = "insurances", params(("id" = i64, Path)), request_body = InsuranceReason, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/insurances/<id>/void", data = "<fields>")]
pub(crate) async fn void(by: Coordinator, db: &Db, now: Now, id: InsuranceId, fields: Fields) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, _) = opened(&by, &mut tx, id).await?;
    actions::void(&by, now, &mut tx, &center, id, &forms::reason(&fields)?).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Somebody as an insurer asks: numbers in full.
#[derive(Serialize, ToSchema)]
pub(crate) struct InsuredInFullJson {
    name: String,
    sex: Option<String>,
    birth_date: Option<String>,
    id_number: Option<String>,
    phone: Option<String>,
}

/// The list for the insurer, numbers in full. Posted, for each time is kept in the audit with its reason.
#[utoipa::path(context_path = "/api/v1", tag = "insurances", params(("id" = i64, Path)), request_body = InsuranceReason, responses((status = 200, body = List<InsuredInFullJson>), (status = "4XX", body = Problem)))]
#[post("/insurances/<id>/list", data = "<fields>")]
pub(crate) async fn hand_out(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: InsuranceId,
    fields: Fields,
) -> Result<Json<List<InsuredInFullJson>>> {
    let mut tx = db.begin().await?;
    let (center, insurance) = opened(&by, &mut tx, id).await?;
    let reason = forms::reason(&fields)?;
    let rows = sheet::rows(&by, now, &mut tx, sealer, (&center, &insurance), &reason).await?;
    tx.commit().await?;
    let row = |row: sheet::InsurerRow| InsuredInFullJson {
        name: row.name,
        sex: row.sex.map(|sex| Lang::Zh.text(sex.key())),
        birth_date: row.birth_date.map(|day| day.to_string()),
        id_number: row.id_number,
        phone: row.phone,
    };
    Ok(Json(List::whole(rows.into_iter().map(row).collect())))
}

/// How a session stands to the law: whether it is risky, and who of its team is not covered on its day.
#[derive(Serialize, ToSchema)]
pub(crate) struct GapJson {
    risky: bool,
    uncovered: Vec<i64>,
}

/// Whether volunteers may come to harm at a session, and who of its team is not insured on its day.
#[utoipa::path(context_path = "/api/v1", tag = "insurances", params(("id" = i64, Path)), responses((status = 200, body = GapJson), (status = "4XX", body = Problem)))]
#[get("/sessions/<id>/risk")]
pub(crate) async fn gap(by: Coordinator, db: &Db, now: Now, id: SessionId) -> Result<Json<GapJson>> {
    let mut conn = db.read().await?;
    let (_, session) = activities::queries::open_to(&by, now, &mut conn, id).await?;
    let gap = queries::gap(&mut conn, session.id).await?;
    Ok(Json(GapJson { risky: gap.is_risky, uncovered: gap.uncovered.iter().map(|one| one.id.0).collect() }))
}

/// What a session is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::risk` reads it")]
pub(crate) struct NewRisk {
    /// False where it is left out
    risky: Option<bool>,
    /// The later planned sessions of its series too
    later: Option<bool>,
}

/// Says that volunteers may come to harm at a session, or that they do not.
#[utoipa::path(context_path = "/api/v1", tag = "insurances", params(("id" = i64, Path)), request_body = NewRisk, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/risk", data = "<fields>")]
pub(crate) async fn mark(by: Coordinator, db: &Db, now: Now, id: SessionId, fields: Fields) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (_, session) = activities::queries::open_to(&by, now, &mut tx, id).await?;
    actions::mark(&by, now, &mut tx, &session, forms::risk(&fields)?).await?;
    tx.commit().await?;
    Ok(NoContent)
}
