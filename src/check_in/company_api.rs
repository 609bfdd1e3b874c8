//! `/api/v1/sessions/<id>/checkins/<attendance>/companions` and `…/escorts`: who comes along with somebody.

use rocket::serde::json::Json;
use rocket::{Route, post, routes};
use utoipa::ToSchema;

use super::api::AttendanceJson;
use super::types::AttendanceId;
use super::{company, forms, queries};
use crate::activities::{self, SessionId};
use crate::api::Problem;
use crate::auth::Greeter;
use crate::clock::Now;
use crate::error::Result;
use crate::store::Db;
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![companions, escort]
}

/// How many came along.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::companions` reads it")]
pub(crate) struct Companions {
    /// 0 to 20; it replaces what was said before
    companions: i64,
}

/// Says how many came along with somebody: heads without a name, who add to visits and take seats. 409 `full` where the
/// seats do not suffice.
#[utoipa::path(context_path = "/api/v1", tag = "check-in", params(("id" = i64, Path), ("attendance" = i64, Path)), request_body = Companions, responses((status = 200, body = AttendanceJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/checkins/<attendance>/companions", data = "<fields>")]
pub(crate) async fn companions(
    by: Greeter,
    db: &Db,
    now: Now,
    id: SessionId,
    attendance: AttendanceId,
    fields: Fields,
) -> Result<Json<AttendanceJson>> {
    let mut tx = db.begin().await?;
    let (_, session) = activities::queries::open_to(&by, now, &mut tx, id).await?;
    let heads = forms::companions(&fields)?;
    company::set_companions(&by, now, &mut tx, &session, attendance, heads).await?;
    let attendance = queries::attendance(&mut tx, id, attendance).await?;
    tx.commit().await?;
    Ok(Json(attendance.into()))
}

/// Who brought or fetched somebody.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::escort` reads it")]
pub(crate) struct NewEscort {
    /// `in`: brought; `out`: fetched
    way: String,
    /// A name, or what the child calls them; at most 40 characters. It replaces what was said before
    name: String,
}

/// Writes down who brought or fetched a child.
#[utoipa::path(context_path = "/api/v1", tag = "check-in", params(("id" = i64, Path), ("attendance" = i64, Path)), request_body = NewEscort, responses((status = 200, body = AttendanceJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/checkins/<attendance>/escorts", data = "<fields>")]
pub(crate) async fn escort(
    by: Greeter,
    db: &Db,
    now: Now,
    id: SessionId,
    attendance: AttendanceId,
    fields: Fields,
) -> Result<Json<AttendanceJson>> {
    let mut tx = db.begin().await?;
    let (_, session) = activities::queries::open_to(&by, now, &mut tx, id).await?;
    let (way, name) = forms::escort(&fields)?;
    company::escort(&by, now, &mut tx, &session, attendance, (way, &name)).await?;
    let attendance = queries::attendance(&mut tx, id, attendance).await?;
    tx.commit().await?;
    Ok(Json(attendance.into()))
}
