//! `/api/v1/programmes`.

use rocket::response::status::Created;
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::types::{
    Programme, ProgrammeId, ProgrammeScope, ProgrammeScopeId, ProgrammeVersion, ProgrammeVersionId, RequiredKinds,
};
use super::{actions, forms, queries};
use crate::api::{List, Problem};
use crate::auth::{CenterReader, CityAdmin};
use crate::clock::{Now, Zone};
use crate::error::Result;
use crate::store::{Conn, Db};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![list, create, show, revise, add_version, void_version, place, end_scope, void_scope]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ProgrammeJson {
    id: i64,
    name: String,
    name_en: String,
    /// Where its rules are printed
    source: String,
    /// Whether centers are measured by it
    gives_rules: bool,
}

impl From<Programme> for ProgrammeJson {
    fn from(programme: Programme) -> Self {
        Self {
            id: programme.id.0,
            name: programme.name,
            name_en: programme.name_en,
            source: programme.source,
            gives_rules: programme.gives_rules.is_set(),
        }
    }
}

/// What a programme asks for from a day on
#[derive(Serialize, ToSchema)]
pub(crate) struct ProgrammeVersionJson {
    id: i64,
    valid_from: String,
    /// Square metres of all rooms together; null where none are asked for
    area_m2: Option<i64>,
    /// The least share of the optional kinds
    optional_percent: i64,
    /// The ids of the required kinds of rooms; null where they are those that the catalog calls required
    required_kinds: Option<Vec<i64>>,
    reason: String,
    /// Whether it was taken back
    voided: bool,
}

impl From<ProgrammeVersion> for ProgrammeVersionJson {
    fn from(version: ProgrammeVersion) -> Self {
        Self {
            id: version.id.0,
            valid_from: version.valid_from.to_string(),
            area_m2: version.rules.area_m2,
            optional_percent: version.rules.optional_percent,
            required_kinds: match &version.rules.kinds {
                RequiredKinds::Catalog => None,
                RequiredKinds::Listed(kinds) => Some(kinds.iter().map(|kind| kind.0).collect()),
            },
            voided: !version.holds(),
            reason: version.reason,
        }
    }
}

/// For whom a programme holds, both days included
#[derive(Serialize, ToSchema)]
pub(crate) struct ProgrammeScopeJson {
    id: i64,
    /// One center; null where it is for a kind
    center_id: Option<i64>,
    /// `demonstration` or `town`: all centers of that kind of which nothing else is said
    center_kind: Option<&'static str>,
    from_date: String,
    to_date: Option<String>,
    voided: bool,
}

impl From<ProgrammeScope> for ProgrammeScopeJson {
    fn from(scope: ProgrammeScope) -> Self {
        Self {
            id: scope.id.0,
            center_id: scope.center_id.map(|center| center.0),
            center_kind: scope.center_kind.map(crate::centers::CenterKind::code),
            from_date: scope.from_date.to_string(),
            to_date: scope.to_date.map(|day| day.to_string()),
            voided: scope.voided_at.is_some(),
        }
    }
}

/// A programme with its versions, the latest first, and for whom it holds
#[derive(Serialize, ToSchema)]
pub(crate) struct WholeProgrammeJson {
    programme: ProgrammeJson,
    versions: Vec<ProgrammeVersionJson>,
    scopes: Vec<ProgrammeScopeJson>,
}

impl WholeProgrammeJson {
    async fn load(conn: &mut Conn, id: ProgrammeId) -> Result<Self> {
        let programme = queries::find(conn, id).await?.into();
        let versions = queries::versions(conn, Some(id)).await?.into_iter().map(Into::into).collect();
        let scopes = queries::scopes(conn, id).await?.into_iter().map(Into::into).collect();
        Ok(Self { programme, versions, scopes })
    }
}

/// All programmes.
#[utoipa::path(context_path = "/api/v1", tag = "programmes", responses((status = 200, body = List<ProgrammeJson>), (status = "4XX", body = Problem)))]
#[get("/programmes")]
pub(crate) async fn list(_by: CenterReader, db: &Db) -> Result<Json<List<ProgrammeJson>>> {
    let all = queries::all(&mut *db.read().await?).await?;
    Ok(Json(List::whole(all.into_iter().map(ProgrammeJson::from).collect())))
}

/// One programme, with all its versions and for whom it holds.
#[utoipa::path(context_path = "/api/v1", tag = "programmes", params(("id" = i64, Path)), responses((status = 200, body = WholeProgrammeJson), (status = "4XX", body = Problem)))]
#[get("/programmes/<id>")]
pub(crate) async fn show(_by: CenterReader, db: &Db, id: ProgrammeId) -> Result<Json<WholeProgrammeJson>> {
    Ok(Json(WholeProgrammeJson::load(&mut *db.read().await?, id).await?))
}

/// What a new programme needs.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::programme` reads it")]
pub(crate) struct NewProgramme {
    name: String,
    name_en: String,
    /// Where its rules are printed, as one cites it
    source: String,
    /// Whether centers are measured by it; it stays so
    gives_rules: Option<bool>,
}

/// Adds a programme.
#[utoipa::path(context_path = "/api/v1", tag = "programmes", request_body = NewProgramme, responses((status = 201, body = WholeProgrammeJson), (status = "4XX", body = Problem)))]
#[post("/programmes", data = "<fields>")]
pub(crate) async fn create(
    by: CityAdmin,
    db: &Db,
    now: Now,
    fields: Fields,
) -> Result<Created<Json<WholeProgrammeJson>>> {
    let input = forms::programme(&fields)?;
    let mut tx = db.begin().await?;
    let id = actions::add(&by, now, &mut tx, &input).await?;
    let whole = WholeProgrammeJson::load(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/programmes/{id}")).body(Json(whole)))
}

/// What a programme is called and where it is printed.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::revision` reads it")]
pub(crate) struct ProgrammeRevision {
    name: String,
    name_en: String,
    source: String,
}

/// Gives it another name or citation.
#[utoipa::path(context_path = "/api/v1", tag = "programmes", params(("id" = i64, Path)), request_body = ProgrammeRevision, responses((status = 200, body = WholeProgrammeJson), (status = "4XX", body = Problem)))]
#[post("/programmes/<id>", data = "<fields>")]
pub(crate) async fn revise(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: ProgrammeId,
    fields: Fields,
) -> Result<Json<WholeProgrammeJson>> {
    let mut tx = db.begin().await?;
    let programme = queries::find(&mut tx, id).await?;
    actions::revise(&by, now, &mut tx, &programme, &forms::revision(&fields)?).await?;
    let whole = WholeProgrammeJson::load(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(whole))
}

/// What a programme shall ask for from a day on.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::version` reads it")]
pub(crate) struct NewProgrammeVersion {
    valid_from: String,
    /// Square metres of all rooms together; none where none are asked for
    area_m2: Option<i64>,
    /// 0 to 100
    optional_percent: i64,
    /// `catalog`: the kinds that the catalog calls required. `list`: those of `kind`
    kinds_by: String,
    /// Ids of kinds of rooms
    kind: Option<Vec<i64>>,
    reason: String,
}

/// Changes what it asks for from a day on; what was measured on earlier days stays.
#[utoipa::path(context_path = "/api/v1", tag = "programmes", params(("id" = i64, Path)), request_body = NewProgrammeVersion, responses((status = 201, body = WholeProgrammeJson), (status = "4XX", body = Problem)))]
#[post("/programmes/<id>/versions", data = "<fields>")]
pub(crate) async fn add_version(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: ProgrammeId,
    fields: Fields,
) -> Result<Created<Json<WholeProgrammeJson>>> {
    let mut tx = db.begin().await?;
    let programme = queries::find(&mut tx, id).await?;
    let input = forms::version(&fields, Zone::SHANGHAI.date(now.0))?;
    actions::add_version(&by, now, &mut tx, &programme, &input).await?;
    let whole = WholeProgrammeJson::load(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/programmes/{id}")).body(Json(whole)))
}

/// Why something is taken back.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::reason` reads it")]
pub(crate) struct ProgrammeVoid {
    reason: String,
}

/// Takes a change back that has not held before today. 409 `programme_version_begun`, `programme_version_voided`.
#[utoipa::path(context_path = "/api/v1", tag = "programmes", params(("id" = i64, Path), ("version" = i64, Path)), request_body = ProgrammeVoid, responses((status = 200, body = WholeProgrammeJson), (status = "4XX", body = Problem)))]
#[post("/programmes/<id>/versions/<version>/void", data = "<fields>")]
pub(crate) async fn void_version(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: ProgrammeId,
    version: ProgrammeVersionId,
    fields: Fields,
) -> Result<Json<WholeProgrammeJson>> {
    let mut tx = db.begin().await?;
    let version = queries::version(&mut tx, id, version).await?;
    actions::void_version(&by, now, &mut tx, &version, &forms::reason(&fields, "reason")?).await?;
    let whole = WholeProgrammeJson::load(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(whole))
}

/// For whom a programme shall hold: one center, or all of a kind.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::scope` reads it")]
pub(crate) struct NewProgrammeScope {
    center: Option<i64>,
    /// `demonstration` or `town`
    center_kind: Option<String>,
    from_date: String,
    /// The last day; none where no end is known
    to_date: Option<String>,
}

/// Says for whom it holds.
#[utoipa::path(context_path = "/api/v1", tag = "programmes", params(("id" = i64, Path)), request_body = NewProgrammeScope, responses((status = 201, body = WholeProgrammeJson), (status = "4XX", body = Problem)))]
#[post("/programmes/<id>/scopes", data = "<fields>")]
pub(crate) async fn place(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: ProgrammeId,
    fields: Fields,
) -> Result<Created<Json<WholeProgrammeJson>>> {
    let mut tx = db.begin().await?;
    let programme = queries::find(&mut tx, id).await?;
    let input = forms::scope(&fields, Zone::SHANGHAI.date(now.0))?;
    actions::place(&by, now, &mut tx, &programme, &input).await?;
    let whole = WholeProgrammeJson::load(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/programmes/{id}")).body(Json(whole)))
}

/// The last day.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::ending` reads it")]
pub(crate) struct ProgrammeEnding {
    ending: String,
}

/// Says up to which day it holds for them. 409 `programme_scope_voided`.
#[utoipa::path(context_path = "/api/v1", tag = "programmes", params(("id" = i64, Path), ("scope" = i64, Path)), request_body = ProgrammeEnding, responses((status = 200, body = WholeProgrammeJson), (status = "4XX", body = Problem)))]
#[post("/programmes/<id>/scopes/<scope>/ending", data = "<fields>")]
pub(crate) async fn end_scope(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: ProgrammeId,
    scope: ProgrammeScopeId,
    fields: Fields,
) -> Result<Json<WholeProgrammeJson>> {
    let mut tx = db.begin().await?;
    let programme = queries::find(&mut tx, id).await?;
    let scope = queries::scope(&mut tx, id, scope).await?;
    let last = forms::ending(&fields, ("ending", scope.from_date), Zone::SHANGHAI.date(now.0))?;
    actions::end_scope(&by, now, &mut tx, (&programme, &scope), ("ending", last)).await?;
    let whole = WholeProgrammeJson::load(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(whole))
}

/// Takes back what was said by mistake. 409 `programme_scope_voided`.
#[utoipa::path(context_path = "/api/v1", tag = "programmes", params(("id" = i64, Path), ("scope" = i64, Path)), request_body = ProgrammeVoid, responses((status = 200, body = WholeProgrammeJson), (status = "4XX", body = Problem)))]
#[post("/programmes/<id>/scopes/<scope>/void", data = "<fields>")]
pub(crate) async fn void_scope(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: ProgrammeId,
    scope: ProgrammeScopeId,
    fields: Fields,
) -> Result<Json<WholeProgrammeJson>> {
    let mut tx = db.begin().await?;
    let programme = queries::find(&mut tx, id).await?;
    let scope = queries::scope(&mut tx, id, scope).await?;
    actions::void_scope(&by, now, &mut tx, (&programme, &scope), &forms::reason(&fields, "reason")?).await?;
    let whole = WholeProgrammeJson::load(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(whole))
}
