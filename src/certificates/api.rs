//! `/api/v1/certificates`: the register, issuing and revoking.

use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::paper::{Paper, PaperService};
use super::types::{ServiceCertificate, ServiceCertificateId};
use super::{actions, forms, queries};
use crate::api::{self, List, PAGE, Problem};
use crate::auth::{Coordinator, Viewer};
use crate::centers::{self, Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::store::{Conn, Db, Sealer};
use crate::web::{Fields, Site};

pub(super) fn routes() -> Vec<Route> {
    routes![list, issue, issue_several, show, revoke]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CertificateJson {
    id: i64,
    /// `志证〔2026〕12-0007号`
    number: String,
    person_id: i64,
    /// What the person is called now
    name: String,
    volunteer_number: Option<String>,
    /// Both days are included
    from: String,
    to: String,
    /// As certified
    minutes: i64,
    /// What the ledger says of the same days now
    ledger_minutes: i64,
    issued_on: String,
    /// `good`, `revoked` or `erased`
    state: String,
    revoked_at: Option<String>,
    revoke_reason: Option<String>,
    /// The revoked one in whose place it stands
    replaces: Option<i64>,
    replaced_by: Option<i64>,
    /// The first day on which it was made public, the last time
    published_on: Option<String>,
    /// Of what is printed, as canonical JSON
    sha256: Option<String>,
}

impl From<ServiceCertificate> for CertificateJson {
    fn from(one: ServiceCertificate) -> Self {
        Self {
            id: one.id.0,
            number: one.number().to_string(),
            state: one.state().to_string(),
            person_id: one.person_id.0,
            name: one.name,
            volunteer_number: one.volunteer.map(|number| number.to_string()),
            from: one.period_from.to_string(),
            to: one.period_to.to_string(),
            minutes: one.minutes,
            ledger_minutes: one.ledger_minutes,
            issued_on: one.issued_on.to_string(),
            revoked_at: one.revoked_at.map(|at| at.rfc3339()),
            revoke_reason: one.revoke_reason,
            replaces: one.replaces_id.map(|id| id.0),
            replaced_by: one.replaced_by.map(|id| id.0),
            published_on: one.published_on.map(|day| day.to_string()),
            sha256: one.sha256,
        }
    }
}

/// A line of what is printed.
#[derive(Serialize, ToSchema)]
pub(crate) struct CertifiedServiceJson {
    day: String,
    /// Null where only the kind may be told
    what: Option<String>,
    kind: Option<String>,
    place: String,
    minutes: i64,
}

impl From<PaperService> for CertifiedServiceJson {
    fn from(service: PaperService) -> Self {
        let PaperService { day, what, kind, place, minutes, .. } = service;
        Self { day: day.to_string(), what, kind, place, minutes }
    }
}

/// What is printed, the ID number masked.
#[derive(Serialize, ToSchema)]
pub(crate) struct PrintedJson {
    name: String,
    volunteer_number: String,
    id_number: Option<String>,
    unit: String,
    provider: Option<String>,
    in_charge: String,
    handled_by: String,
    contact: String,
    services: Vec<CertifiedServiceJson>,
    /// The number of the revoked one in whose place it stands
    replaces: Option<String>,
    /// What the QR holds: the page that says whether it is good
    proof: String,
}

impl PrintedJson {
    fn of(paper: Paper, site: &Site) -> Self {
        Self {
            id_number: paper.masked_id_number(),
            proof: site.link(format_args!("/v/{}", paper.token)),
            name: paper.name,
            volunteer_number: paper.volunteer_number,
            unit: paper.unit,
            provider: paper.provider,
            in_charge: paper.in_charge,
            handled_by: paper.handled_by,
            contact: paper.contact,
            services: paper.services.into_iter().map(CertifiedServiceJson::from).collect(),
            replaces: paper.replaces,
        }
    }
}

/// A certificate with what is printed; that is null once the person is erased.
#[derive(Serialize, ToSchema)]
pub(crate) struct CertificateInFullJson {
    #[serde(flatten)]
    certificate: CertificateJson,
    printed: Option<PrintedJson>,
}

/// The certificate of a center that the viewer reaches.
async fn opened(by: &Viewer, conn: &mut Conn, id: ServiceCertificateId) -> Result<(Center, ServiceCertificate)> {
    let center = queries::center_of(by, conn, id).await?;
    let center = centers::queries::open_to(by, conn, center).await?;
    let one = queries::find(conn, center.id(), id).await?;
    Ok((center, one))
}

/// The certificates of a center in the order in which they were issued.
#[utoipa::path(context_path = "/api/v1", tag = "certificates", params(("center" = i64, Query), ("cursor" = Option<String>, Query)), responses((status = 200, body = List<CertificateJson>), (status = "4XX", body = Problem)))]
#[get("/certificates?<center>&<cursor>")]
pub(crate) async fn list(
    by: Coordinator,
    db: &Db,
    center: Option<&str>,
    cursor: Option<&str>,
) -> Result<Json<List<CertificateJson>>> {
    let center: CenterId = api::asked("center", center, parse::choice)?;
    let after = api::after(cursor)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let found = queries::after(&mut conn, center.id(), (after, PAGE + 1)).await?;
    Ok(Json(List::page(found.into_iter().map(CertificateJson::from).collect(), |one| one.id)))
}

/// What is to be certified of whom.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::issuing` reads it")]
pub(crate) struct NewCertificate {
    center: i64,
    /// A person enrolled in the center
    person: i64,
    /// Both days are included; none of them to come
    from: String,
    to: String,
    /// Who is in charge (负责人), who handles it (经办人), and how they are reached
    in_charge: String,
    handled_by: String,
    contact: String,
    /// Whether the ID number stands on it; false where it is left out
    id_number: Option<bool>,
    /// Why it does: kept in the audit
    reason: Option<String>,
    /// The revoked one in whose place it comes
    replaces: Option<i64>,
    /// The wish that it answers
    request: Option<i64>,
}

/// Issues a certificate of what the ledger says now. 409 `certificate_without_hours` where it says nothing of these days,
/// `certificate_not_revoked` for `replaces` of one in whose place none can come, `certificate_request_answered` for a wish that was answered.
#[utoipa::path(context_path = "/api/v1", tag = "certificates", request_body = NewCertificate, responses((status = 201, body = CertificateJson), (status = "4XX", body = Problem)))]
#[post("/certificates", data = "<fields>")]
pub(crate) async fn issue(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    fields: Fields,
) -> Result<Created<Json<CertificateJson>>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let input = forms::issuing(&fields, center.zone.date(now.0))?;
    let made = actions::issue(&by, now, &mut tx, sealer, &center, &input).await?;
    let id = made.first().copied().ok_or_else(|| Error::internal("nothing was issued"))?;
    let one = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/certificates/{id}")).body(Json(one.into())))
}

/// What is to be certified of several people.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::issuing_many` reads it")]
pub(crate) struct NewCertificates {
    center: i64,
    /// People enrolled in the center, 200 at most
    person: Vec<i64>,
    from: String,
    to: String,
    in_charge: String,
    handled_by: String,
    contact: String,
}

/// Issues certificates to several people: all of them, or none. 409 `certificate_without_hours` where one of them has no hours in these days.
#[utoipa::path(context_path = "/api/v1", tag = "certificates", request_body = NewCertificates, responses((status = 200, body = List<CertificateJson>), (status = "4XX", body = Problem)))]
#[post("/certificates/several", data = "<fields>")]
pub(crate) async fn issue_several(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    fields: Fields,
) -> Result<Json<List<CertificateJson>>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let input = forms::issuing_many(&fields, center.zone.date(now.0))?;
    let made = actions::issue(&by, now, &mut tx, sealer, &center, &input).await?;
    let found = queries::these(&mut tx, center.id(), &made).await?;
    tx.commit().await?;
    Ok(Json(List::whole(found.into_iter().map(CertificateJson::from).collect())))
}

/// One certificate, with what is printed.
#[utoipa::path(context_path = "/api/v1", tag = "certificates", params(("id" = i64, Path)), responses((status = 200, body = CertificateInFullJson), (status = "4XX", body = Problem)))]
#[get("/certificates/<id>")]
pub(crate) async fn show(
    by: Coordinator,
    db: &Db,
    site: Site,
    sealer: &State<Sealer>,
    id: ServiceCertificateId,
) -> Result<Json<CertificateInFullJson>> {
    let (_, one) = opened(&by, &mut *db.read().await?, id).await?;
    let printed = match one.erased_at {
        Some(_) => None,
        None => Some(PrintedJson::of(one.paper(sealer)?, &site)),
    };
    Ok(Json(CertificateInFullJson { certificate: one.into(), printed }))
}

/// Why.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::reason` reads it")]
pub(crate) struct RevocationReason {
    reason: String,
}

/// Revokes a certificate. There is no way back: another is issued in its place. 409 `certificate_revoked` where that was done before.
#[utoipa::path(context_path = "/api/v1", tag = "certificates", params(("id" = i64, Path)), request_body = RevocationReason, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/certificates/<id>/revocation", data = "<fields>")]
pub(crate) async fn revoke(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: ServiceCertificateId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, _) = opened(&by, &mut tx, id).await?;
    actions::revoke(&by, now, &mut tx, &center, id, &forms::reason(&fields)?).await?;
    tx.commit().await?;
    Ok(NoContent)
}
