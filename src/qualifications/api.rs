//! `/api/v1/people/{id}/qualifications` and `/api/v1/qualifications`.

use rocket::form::{Form as Multipart, FromForm};
use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::matrix::{Matrix, QualifiedCut, QualifiedRow};
use super::pages::PAPERS;
use super::types::{Certificate, QualificationId, QualificationKind, WorkStanding};
use super::{actions, forms, queries, rules};
use crate::api::{self, List, Problem};
use crate::auth::Coordinator;
use crate::centers::{self, Center};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::files::{self, FileAnswer, SentFile};
use crate::ids::TeamId;
use crate::people::{self, Person, PersonId};
use crate::store::{Conn, Db, Sealer};
use crate::web::Fields;
use crate::web::cut::Asked;

pub(super) fn routes() -> Vec<Route> {
    routes![list, record, confirm, void, keep_paper, paper, matrix, kinds]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct QualificationJson {
    id: i64,
    kind_id: i64,
    kind: String,
    number: Option<String>,
    issuer: Option<String>,
    issued_on: Option<String>,
    /// The last day on which it holds; null where it does not run out
    valid_to: Option<String>,
    /// `held`, `expiring`, `unconfirmed` or `expired`
    state: String,
    /// `original`, `register` or `issuer`
    confirmed_how: Option<String>,
    confirmed_at: Option<String>,
    has_paper: bool,
    /// Why it was a mistake, if it was one
    void_reason: Option<String>,
}

impl QualificationJson {
    fn of(one: Certificate, today: Date) -> Self {
        Self {
            id: one.id.0,
            kind_id: one.kind_id.0,
            state: rules::state(&one, today).to_string(),
            issued_on: one.issued_on.map(|day| day.to_string()),
            valid_to: one.valid_to.map(|day| day.to_string()),
            confirmed_how: one.confirmed_how.map(|how| how.to_string()),
            confirmed_at: one.confirmed_at.map(|at| at.rfc3339()),
            has_paper: one.file_id.is_some(),
            kind: one.kind,
            number: one.number,
            issuer: one.issuer,
            void_reason: one.void_reason,
        }
    }
}

async fn opened(by: &Coordinator, conn: &mut Conn, id: PersonId) -> Result<(Center, Person)> {
    let center = people::queries::center_of(by, conn, id).await?;
    people::queries::open_in(by, conn, center, id).await
}

/// All that a person is qualified for, the latest first; mistaken entries too.
#[utoipa::path(context_path = "/api/v1", tag = "qualifications", params(("id" = i64, Path)), responses((status = 200, body = List<QualificationJson>), (status = "4XX", body = Problem)))]
#[get("/people/<id>/qualifications", rank = 2)]
pub(crate) async fn list(by: Coordinator, db: &Db, now: Now, id: PersonId) -> Result<Json<List<QualificationJson>>> {
    let mut conn = db.read().await?;
    let (center, person) = opened(&by, &mut conn, id).await?;
    let today = center.zone.date(now.0);
    let found = queries::of_person(&mut conn, person.id).await?;
    Ok(Json(List::whole(found.into_iter().map(|one| QualificationJson::of(one, today)).collect())))
}

/// A certificate.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::qualification` reads it")]
pub(crate) struct NewQualification {
    /// The id of a kind of certificate
    kind: i64,
    number: Option<String>,
    issuer: Option<String>,
    issued_on: Option<String>,
    /// The last day on which it holds
    valid_to: Option<String>,
}

/// Writes down a certificate. It counts once it is confirmed.
#[utoipa::path(context_path = "/api/v1", tag = "qualifications", params(("id" = i64, Path)), request_body = NewQualification, responses((status = 201, body = QualificationJson), (status = "4XX", body = Problem)))]
#[post("/people/<id>/qualifications", data = "<fields>")]
pub(crate) async fn record(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: PersonId,
    fields: Fields,
) -> Result<Created<Json<QualificationJson>>> {
    let mut tx = db.begin().await?;
    let (center, person) = opened(&by, &mut tx, id).await?;
    let today = center.zone.date(now.0);
    let input = forms::qualification(&fields, today)?;
    let made = actions::record(&by, now, &mut tx, (&center, person.id), &input).await?;
    let made = queries::find(&mut tx, person.id, made).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/people/{id}/qualifications")).body(Json(QualificationJson::of(made, today))))
}

/// How it was made sure of.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::confirmed_how` reads it")]
pub(crate) struct NewConfirmation {
    /// `original`, `register` or `issuer`
    how: String,
}

/// Confirms a certificate. 404 where that was done before.
#[utoipa::path(context_path = "/api/v1", tag = "qualifications", params(("id" = i64, Path), ("certificate" = i64, Path)), request_body = NewConfirmation, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/people/<id>/qualifications/<certificate>/confirmation", data = "<fields>")]
pub(crate) async fn confirm(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: PersonId,
    certificate: QualificationId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, person) = opened(&by, &mut tx, id).await?;
    let how = forms::confirmed_how(&fields, "how")?;
    actions::confirm(&by, now, &mut tx, (&center, person.id), certificate, how).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Why an entry is a mistake.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::void_reason` reads it")]
pub(crate) struct MistakenQualification {
    reason: String,
}

/// Marks an entry as a mistake, or a certificate as taken away; it stays on record. 404 where that was done before.
#[utoipa::path(context_path = "/api/v1", tag = "qualifications", params(("id" = i64, Path), ("certificate" = i64, Path)), request_body = MistakenQualification, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/people/<id>/qualifications/<certificate>/void", data = "<fields>")]
pub(crate) async fn void(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: PersonId,
    certificate: QualificationId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, person) = opened(&by, &mut tx, id).await?;
    let reason = forms::void_reason(&fields, "reason")?;
    actions::void(&by, now, &mut tx, (&center, person.id), certificate, &reason).await?;
    tx.commit().await?;
    Ok(NoContent)
}

#[derive(FromForm)]
pub(crate) struct SentCertificate {
    paper: SentFile,
}

/// A scan of a certificate.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body, which is no JSON")]
pub(crate) struct CertificatePaper {
    /// A photo (JPEG, PNG) or a PDF, up to 10 MB
    #[schema(format = Binary)]
    paper: String,
}

/// Keeps a scan of a certificate, sealed; a new one takes the place of the old.
#[utoipa::path(context_path = "/api/v1", tag = "qualifications", params(("id" = i64, Path), ("certificate" = i64, Path)), request_body(content = CertificatePaper, content_type = "multipart/form-data"), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/people/<id>/qualifications/<certificate>/paper", data = "<sent>")]
pub(crate) async fn keep_paper(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: PersonId,
    certificate: QualificationId,
    sent: rocket::form::Result<'_, Multipart<SentCertificate>>,
) -> Result<NoContent> {
    let (center, person) = opened(&by, &mut *db.read().await?, id).await?;
    queries::paper(&mut *db.read().await?, person.id, certificate).await?;
    let sent = sent.map_err(|_| Error::field("paper", "field.required"))?;
    let scan = sent.into_inner().paper.checked("paper", PAPERS).await?;
    let mut tx = db.begin().await?;
    actions::keep_paper(&by, now, &mut tx, sealer, (&center, person.id), certificate, &scan).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// The scan of a certificate.
#[utoipa::path(context_path = "/api/v1", tag = "qualifications", params(("id" = i64, Path), ("certificate" = i64, Path)), responses((status = 200, description = "The file", content_type = "application/octet-stream"), (status = "4XX", body = Problem)))]
#[get("/people/<id>/qualifications/<certificate>/paper")]
pub(crate) async fn paper(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    id: PersonId,
    certificate: QualificationId,
) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let (_, person) = opened(&by, &mut conn, id).await?;
    let paper = queries::paper(&mut conn, person.id, certificate).await?.ok_or(Error::NotFound)?;
    Ok(FileAnswer::attachment(files::read(&mut conn, sealer, paper).await?))
}

/// How somebody stands to the work of a team that needs a qualification.
#[derive(Serialize, ToSchema)]
pub(crate) struct StandingJson {
    team_id: i64,
    /// `held`, `expiring`, `unconfirmed`, `expired` or `missing`
    state: String,
    valid_to: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct QualifiedJson {
    person_id: i64,
    name: String,
    needed: Vec<StandingJson>,
    certificates: Vec<QualificationJson>,
}

impl QualifiedJson {
    fn of(row: QualifiedRow, today: Date) -> Self {
        let needed = |(team, _, WorkStanding { state, valid_to }): (TeamId, String, WorkStanding)| StandingJson {
            team_id: team.0,
            state: state.to_string(),
            valid_to: valid_to.map(|day| day.to_string()),
        };
        Self {
            person_id: row.person.id.0,
            name: row.person.name,
            needed: row.needed.into_iter().map(needed).collect(),
            certificates: row.certificates.into_iter().map(|one| QualificationJson::of(one, today)).collect(),
        }
    }
}

/// Who of a center is qualified for what: everybody who serves where a qualification is needed, and whoever has one.
#[utoipa::path(context_path = "/api/v1", tag = "qualifications", params(("center" = i64, Query), ("team" = Option<i64>, Query), ("state" = Option<String>, Query), ("sort" = Option<String>, Query, description = "`urgency` or `name`")), responses((status = 200, body = List<QualifiedJson>), (status = "4XX", body = Problem)))]
#[get("/qualifications?<center>")]
pub(crate) async fn matrix(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: Option<&str>,
    asked: Asked,
) -> Result<Json<List<QualifiedJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let cut = QualifiedCut::read(&asked.0)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = center.zone.date(now.0);
    let found = Matrix::load(&mut conn, center.id(), today, cut).await?;
    Ok(Json(List::whole(found.rows.into_iter().map(|row| QualifiedJson::of(row, today)).collect())))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct QualificationKindJson {
    id: i64,
    name: String,
    name_en: String,
    /// The kind of team whose work needs it
    team_kind_id: Option<i64>,
}

impl From<QualificationKind> for QualificationKindJson {
    fn from(kind: QualificationKind) -> Self {
        Self { id: kind.id.0, name: kind.name, name_en: kind.name_en, team_kind_id: kind.team_kind_id.map(|id| id.0) }
    }
}

/// The kinds of certificates there are.
#[utoipa::path(context_path = "/api/v1", tag = "qualifications", responses((status = 200, body = List<QualificationKindJson>), (status = "4XX", body = Problem)))]
#[get("/qualification-kinds")]
pub(crate) async fn kinds(_by: Coordinator, db: &Db) -> Result<Json<List<QualificationKindJson>>> {
    let kinds = queries::kinds(&mut *db.read().await?).await?;
    Ok(Json(List::whole(kinds.into_iter().map(QualificationKindJson::from).collect())))
}
