//! `/api/v1/activities/{id}/registration-terms` and those of a session.

use rocket::response::status::NoContent;
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::types::RegistrationTerms;
use super::{forms, terms};
use crate::activities::queries::open_to;
use crate::api::Problem;
use crate::auth::Coordinator;
use crate::centers::{self, Center};
use crate::clock::Now;
use crate::error::Result;
use crate::ids::{ActivityId, SessionId};
use crate::people::Residence;
use crate::store::{Conn, Db};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![activity_terms, set_terms, session_terms, set_session_terms, unset_session_terms]
}

/// On what terms one registers.
#[derive(Serialize, ToSchema)]
pub(crate) struct RegistrationTermsJson {
    /// `open`, `recommended` or `required`
    mode: String,
    /// For all dates or none
    whole: bool,
    /// Seats that only priority groups get
    kept: i64,
    /// until so many hours before the start
    kept_hours: i64,
    waitlist: bool,
    /// The most that somebody may bring
    companions: i64,
    age_from: Option<i64>,
    age_to: Option<i64>,
    /// The priority groups for which alone it is; empty where everybody may
    only: Vec<&'static str>,
    /// `registered` (户籍) or `migrant` (外来), where it is only for those who live here so; null where it is for both
    only_residence: Option<&'static str>,
    /// Days before the start from which one may register; null for at once
    opens_days: Option<i64>,
    /// Hours before the start until which one may
    closes_hours: i64,
    /// Minutes after the start when the seats of those who have not come are open to others
    late_minutes: i64,
}

impl From<RegistrationTerms> for RegistrationTermsJson {
    fn from(terms: RegistrationTerms) -> Self {
        Self {
            mode: terms.mode.to_string(),
            whole: terms.whole.is_set(),
            kept: terms.kept,
            kept_hours: terms.kept_hours,
            waitlist: terms.waitlist.is_set(),
            companions: terms.companions,
            age_from: terms.age_from,
            age_to: terms.age_to,
            only: terms.groups().into_iter().map(|group| group.code()).collect(),
            only_residence: terms.only_residence.map(Residence::code),
            opens_days: terms.opens_days,
            closes_hours: terms.closes_hours,
            late_minutes: terms.late_minutes,
        }
    }
}

/// The terms to be.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::terms` reads it")]
pub(crate) struct NewRegistrationTerms {
    /// `open`, `recommended` or `required`
    mode: String,
    /// For all dates or none; of an activity only
    whole: Option<bool>,
    kept: Option<i64>,
    /// 1 to 2160; 24 where it is not said
    kept_hours: Option<i64>,
    waitlist: Option<bool>,
    companions: Option<i64>,
    age_from: Option<i64>,
    age_to: Option<i64>,
    /// `elderly`, `disabled`, `needy`, `youth`
    only: Option<Vec<String>>,
    /// `registered` or `migrant`; both where it is not said
    only_residence: Option<String>,
    opens_days: Option<i64>,
    closes_hours: Option<i64>,
    /// 10 where it is not said
    late_minutes: Option<i64>,
}

async fn center(by: &Coordinator, conn: &mut Conn, activity: ActivityId) -> Result<Center> {
    let center = terms::center_of(conn, activity).await?;
    centers::queries::open_to(by, conn, center).await
}

/// On what terms one registers for an activity.
#[utoipa::path(context_path = "/api/v1", tag = "registrations", params(("id" = i64, Path)), responses((status = 200, body = RegistrationTermsJson), (status = "4XX", body = Problem)))]
#[get("/activities/<id>/registration-terms")]
pub(crate) async fn activity_terms(by: Coordinator, db: &Db, id: ActivityId) -> Result<Json<RegistrationTermsJson>> {
    let mut conn = db.read().await?;
    center(&by, &mut conn, id).await?;
    Ok(Json(terms::of_activity(&mut conn, id).await?.unwrap_or_default().into()))
}

/// Says on what terms one registers for an activity. Who has a place keeps it.
#[utoipa::path(context_path = "/api/v1", tag = "registrations", params(("id" = i64, Path)), request_body = NewRegistrationTerms, responses((status = 200, body = RegistrationTermsJson), (status = "4XX", body = Problem)))]
#[post("/activities/<id>/registration-terms", data = "<fields>")]
pub(crate) async fn set_terms(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: ActivityId,
    fields: Fields,
) -> Result<Json<RegistrationTermsJson>> {
    let mut tx = db.begin().await?;
    let center = center(&by, &mut tx, id).await?;
    let said = forms::terms(&fields)?;
    terms::set_for_activity(&by, now, &mut tx, (&center, id), &said).await?;
    tx.commit().await?;
    Ok(Json(said.into()))
}

/// On what terms one registers for a session: its own, or its activity's.
#[utoipa::path(context_path = "/api/v1", tag = "registrations", params(("id" = i64, Path)), responses((status = 200, body = RegistrationTermsJson), (status = "4XX", body = Problem)))]
#[get("/sessions/<id>/registration-terms")]
pub(crate) async fn session_terms(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: SessionId,
) -> Result<Json<RegistrationTermsJson>> {
    let mut conn = db.read().await?;
    open_to(&by, now, &mut conn, id).await?;
    Ok(Json(terms::of_session(&mut conn, id).await?.into()))
}

/// Says the terms of one session, before those of its activity.
#[utoipa::path(context_path = "/api/v1", tag = "registrations", params(("id" = i64, Path)), request_body = NewRegistrationTerms, responses((status = 200, body = RegistrationTermsJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/registration-terms", data = "<fields>")]
pub(crate) async fn set_session_terms(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: SessionId,
    fields: Fields,
) -> Result<Json<RegistrationTermsJson>> {
    let mut tx = db.begin().await?;
    let (_, session) = open_to(&by, now, &mut tx, id).await?;
    terms::set_for_session(&by, now, &mut tx, &session, &forms::terms(&fields)?).await?;
    let said = terms::of_session(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(said.into()))
}

/// Takes back what was said of one session: the activity's terms hold.
#[utoipa::path(context_path = "/api/v1", tag = "registrations", params(("id" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/registration-terms/removal")]
pub(crate) async fn unset_session_terms(by: Coordinator, db: &Db, now: Now, id: SessionId) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (_, session) = open_to(&by, now, &mut tx, id).await?;
    terms::unset_for_session(&by, now, &mut tx, &session).await?;
    tx.commit().await?;
    Ok(NoContent)
}
