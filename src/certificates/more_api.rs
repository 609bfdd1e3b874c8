//! `/api/v1/certificates/…`: what volunteers ask for, who signs, and what is made public.

use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::api::CertificateJson;
use super::types::{CertificateRequest, CertificateRequestId, PublicityList, PublicityListId, Signing};
use super::{actions, forms, publicity, queries, requests};
use crate::api::{self, List, Problem};
use crate::auth::Coordinator;
use crate::centers::{self, CenterId};
use crate::clock::Now;
use crate::error::Result;
use crate::fields::parse;
use crate::store::Db;
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![requested, decline, signing, set_signing, lists, publish, published]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CertificateRequestJson {
    id: i64,
    person_id: i64,
    name: String,
    volunteer_number: Option<String>,
    from: String,
    to: String,
    /// Null once the person is erased
    purpose: Option<String>,
    /// `open`, `issued` or `declined`
    state: String,
    asked_at: String,
    answered_at: Option<String>,
    /// Of whoever declined
    word: Option<String>,
    /// With which it was answered
    certificate_id: Option<i64>,
}

impl From<CertificateRequest> for CertificateRequestJson {
    fn from(one: CertificateRequest) -> Self {
        Self {
            id: one.id.0,
            person_id: one.person_id.0,
            name: one.name,
            volunteer_number: one.volunteer.map(|number| number.to_string()),
            from: one.period_from.to_string(),
            to: one.period_to.to_string(),
            purpose: one.purpose,
            state: one.state.to_string(),
            asked_at: one.asked_at.rfc3339(),
            answered_at: one.answered_at.map(|at| at.rfc3339()),
            word: one.word,
            certificate_id: one.certificate_id.map(|id| id.0),
        }
    }
}

/// What volunteers asked a center for: those that are open, the first first, then the latest that were answered. One is answered with
/// `request` of a new certificate, or declined. Asking is a phone's.
#[utoipa::path(context_path = "/api/v1", tag = "certificates", params(("center" = i64, Query)), responses((status = 200, body = List<CertificateRequestJson>), (status = "4XX", body = Problem)))]
#[get("/certificates/requests?<center>")]
pub(crate) async fn requested(
    by: Coordinator,
    db: &Db,
    center: Option<&str>,
) -> Result<Json<List<CertificateRequestJson>>> {
    let center: CenterId = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let (open, answered) = requests::of_center(&mut conn, center.id()).await?;
    Ok(Json(List::whole(open.into_iter().chain(answered).map(CertificateRequestJson::from).collect())))
}

/// Why not, in words that the volunteer reads.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::word` reads it")]
pub(crate) struct RequestRefusal {
    word: String,
}

/// Declines what a volunteer asked for. 409 `certificate_request_answered` where somebody was faster.
#[utoipa::path(context_path = "/api/v1", tag = "certificates", params(("id" = i64, Path)), request_body = RequestRefusal, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/certificates/requests/<id>/refusal", data = "<fields>")]
pub(crate) async fn decline(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: CertificateRequestId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let center = requests::center_of(&by, &mut tx, id).await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    requests::decline(&by, now, &mut tx, &center, id, &forms::word(&fields)?).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Who signs a center's certificates: proposed on the page at the next one.
#[derive(Serialize, ToSchema)]
pub(crate) struct SigningJson {
    /// 负责人
    in_charge: Option<String>,
    /// 经办人
    handled_by: Option<String>,
    contact: Option<String>,
}

impl From<Option<Signing>> for SigningJson {
    fn from(signing: Option<Signing>) -> Self {
        match signing {
            None => Self { in_charge: None, handled_by: None, contact: None },
            Some(Signing { in_charge, handled_by, contact }) => {
                Self { in_charge: Some(in_charge), handled_by: Some(handled_by), contact: Some(contact) }
            }
        }
    }
}

/// Who signs a center's certificates; null before anybody said so.
#[utoipa::path(context_path = "/api/v1", tag = "certificates", params(("center" = i64, Query)), responses((status = 200, body = SigningJson), (status = "4XX", body = Problem)))]
#[get("/certificates/settings?<center>")]
pub(crate) async fn signing(by: Coordinator, db: &Db, center: Option<&str>) -> Result<Json<SigningJson>> {
    let center: CenterId = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    Ok(Json(queries::signing(&mut conn, center.id()).await?.into()))
}

/// Who is to sign.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::settings` reads it")]
pub(crate) struct NewSigning {
    center: i64,
    in_charge: String,
    handled_by: String,
    contact: String,
}

/// Keeps who signs; certificates that were issued stay as they are.
#[utoipa::path(context_path = "/api/v1", tag = "certificates", request_body = NewSigning, responses((status = 200, body = SigningJson), (status = "4XX", body = Problem)))]
#[post("/certificates/settings", data = "<fields>")]
pub(crate) async fn set_signing(by: Coordinator, db: &Db, now: Now, fields: Fields) -> Result<Json<SigningJson>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    actions::set_signing(&by, now, &mut tx, &center, &forms::settings(&fields)?).await?;
    let kept = queries::signing(&mut tx, center.id()).await?;
    tx.commit().await?;
    Ok(Json(kept.into()))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct PublicityJson {
    id: i64,
    /// The first day on which it hangs
    from: String,
    /// The last
    to: String,
    /// To whom objections are raised
    objections: String,
    certificates: i64,
    made_at: String,
}

impl From<PublicityList> for PublicityJson {
    fn from(list: PublicityList) -> Self {
        Self {
            id: list.id.0,
            from: list.from_date.to_string(),
            to: list.to_date.to_string(),
            objections: list.objections,
            certificates: list.certificates,
            made_at: list.made_at.rfc3339(),
        }
    }
}

/// The lists that a center made public, the latest first.
#[utoipa::path(context_path = "/api/v1", tag = "certificates", params(("center" = i64, Query)), responses((status = 200, body = List<PublicityJson>), (status = "4XX", body = Problem)))]
#[get("/certificates/publicity?<center>")]
pub(crate) async fn lists(by: Coordinator, db: &Db, center: Option<&str>) -> Result<Json<List<PublicityJson>>> {
    let center: CenterId = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let lists = publicity::lists(&mut conn, center.id()).await?;
    Ok(Json(List::whole(lists.into_iter().map(PublicityJson::from).collect())))
}

/// What is to be made public.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::publishing` reads it")]
pub(crate) struct NewPublicity {
    center: i64,
    /// Good certificates of the center
    certificate: Vec<i64>,
    /// The first day on which the list hangs, and the last: 60 days at most
    public_from: String,
    public_to: String,
    /// To whom objections are raised
    objections: String,
}

/// Makes certificates public for some days.
#[utoipa::path(context_path = "/api/v1", tag = "certificates", request_body = NewPublicity, responses((status = 201, body = PublicityJson), (status = "4XX", body = Problem)))]
#[post("/certificates/publicity", data = "<fields>")]
pub(crate) async fn publish(
    by: Coordinator,
    db: &Db,
    now: Now,
    fields: Fields,
) -> Result<Created<Json<PublicityJson>>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let input = forms::publishing(&fields, center.zone.date(now.0))?;
    let id = publicity::publish(&by, now, &mut tx, &center, &input).await?;
    let (list, _) = publicity::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/certificates/publicity/{id}")).body(Json(list.into())))
}

/// A list with its certificates.
#[derive(Serialize, ToSchema)]
pub(crate) struct PublicityInFullJson {
    #[serde(flatten)]
    list: PublicityJson,
    items: Vec<CertificateJson>,
}

/// A list that was made public, with its certificates.
#[utoipa::path(context_path = "/api/v1", tag = "certificates", params(("id" = i64, Path)), responses((status = 200, body = PublicityInFullJson), (status = "4XX", body = Problem)))]
#[get("/certificates/publicity/<id>")]
pub(crate) async fn published(by: Coordinator, db: &Db, id: PublicityListId) -> Result<Json<PublicityInFullJson>> {
    let mut conn = db.read().await?;
    let center = publicity::center_of(&by, &mut conn, id).await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let (list, certificates) = publicity::find(&mut conn, center.id(), id).await?;
    let items = certificates.into_iter().map(CertificateJson::from).collect();
    Ok(Json(PublicityInFullJson { list: list.into(), items }))
}
