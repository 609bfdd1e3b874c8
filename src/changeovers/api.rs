//! `/api/v1/changeovers`: the change of a center's provider, and the list of what goes over.

use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::actions::{self, reader};
use super::queries;
use super::types::{Changeover, ChangeoverId, ChangeoverLine, ChangeoverList};
use crate::api::{self, Problem};
use crate::auth::{CenterReader, Manager};
use crate::centers::{Center, CenterId};
use crate::clock::Now;
use crate::error::Result;
use crate::fields::parse;
use crate::store::{Conn, Db};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![show, make, sign]
}

/// How many there are of one thing.
#[derive(Serialize, ToSchema)]
pub(crate) struct ItemCountJson {
    /// `people`, `households`, `cards`, `sessions`, `leaderless`, `registrations`, `appointments`, `codes`, `rooms`, `teams`, `volunteers`,
    /// `units`, `assets`, `loans`, `defects`, `closings`, `hours`, `claims`
    item: &'static str,
    n: i64,
}

/// One thing by itself.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangeoverLineJson {
    /// `sessions`, `loans`, `defects` or `closings`
    item: &'static str,
    /// A session's day, that on which a thing is due, or by which a defect is to be mended
    day: Option<String>,
    text: String,
    note: Option<String>,
    /// True for a session that nobody leads yet
    leaderless: bool,
}

/// A center's change from one provider to another.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangeoverJson {
    /// Null while nobody has made the list: `counts` and `lines` say then how it would be now
    id: Option<i64>,
    center_id: i64,
    from_provider_id: i64,
    to_provider_id: i64,
    /// The new provider's first day
    changes_on: String,
    listed_at: Option<String>,
    /// When it was signed for the former provider
    given_at: Option<String>,
    /// When it was signed for the new provider
    taken_at: Option<String>,
    counts: Vec<ItemCountJson>,
    lines: Vec<ChangeoverLineJson>,
}

impl ChangeoverJson {
    fn of(center: &Center, change: &Changeover, list: ChangeoverList) -> Self {
        let line = |line: ChangeoverLine| ChangeoverLineJson {
            item: line.item.code(),
            day: line.day.map(|day| day.to_string()),
            text: line.text,
            note: line.note,
            leaderless: line.leaderless,
        };
        Self {
            id: change.id.map(|id| id.0),
            center_id: center.id().0,
            from_provider_id: change.from_id.0,
            to_provider_id: change.to_id.0,
            changes_on: change.changes_on.to_string(),
            listed_at: change.listed_at.map(|at| at.rfc3339()),
            given_at: change.given_at.map(|at| at.rfc3339()),
            taken_at: change.taken_at.map(|at| at.rfc3339()),
            counts: list.counts.iter().map(|count| ItemCountJson { item: count.item.code(), n: count.n }).collect(),
            lines: list.lines.into_iter().map(line).collect(),
        }
    }
}

async fn told(by: &CenterReader, conn: &mut Conn, now: Now, center: CenterId) -> Result<Json<ChangeoverJson>> {
    let (center, change) = queries::opened_change(by, conn, now, center).await?;
    let list = match change.made() {
        Some(list) => list,
        None => queries::list(conn, now, &center, &change).await?,
    };
    Ok(Json(ChangeoverJson::of(&center, &change, list)))
}

/// A center's change of provider: the next that an agreement brings, or else the last there was. For who reads the center, and for both
/// providers. 404 where it has none.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("center" = i64, Query)), responses((status = 200, body = ChangeoverJson), (status = "4XX", body = Problem)))]
#[get("/changeovers?<center>")]
pub(crate) async fn show(by: CenterReader, db: &Db, now: Now, center: Option<&str>) -> Result<Json<ChangeoverJson>> {
    let center: CenterId = api::asked("center", center, parse::choice)?;
    told(&by, &mut *db.read().await?, now, center).await
}

/// Of which center the list is made.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `api::sent` reads it")]
pub(crate) struct NewChangeover {
    center: i64,
}

/// Makes the list of what goes over, as it is now. 409 `changeover_signed` where somebody has signed the one that was made.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", request_body = NewChangeover, responses((status = 200, body = ChangeoverJson), (status = "4XX", body = Problem)))]
#[post("/changeovers", data = "<fields>")]
pub(crate) async fn make(by: Manager, db: &Db, now: Now, fields: Fields) -> Result<Json<ChangeoverJson>> {
    let center: CenterId = api::sent("center", &fields)?;
    let as_reader = reader(&by)?;
    let mut tx = db.begin().await?;
    actions::make_list(&by, now, &mut tx, center).await?;
    let made = told(&as_reader, &mut tx, now, center).await?;
    tx.commit().await?;
    Ok(made)
}

/// Signs the list for one's own provider. 409 `changeover_not_a_party` for who manages neither, `changeover_other_list` where the center
/// goes to another provider by now, or on another day, `changeover_signed` where it has signed.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path)), responses((status = 200, body = ChangeoverJson), (status = "4XX", body = Problem)))]
#[post("/changeovers/<id>/signature")]
pub(crate) async fn sign(by: Manager, db: &Db, now: Now, id: ChangeoverId) -> Result<Json<ChangeoverJson>> {
    let as_reader = reader(&by)?;
    let mut tx = db.begin().await?;
    let center = queries::center_of(&mut tx, id).await?;
    actions::sign(&by, now, &mut tx, center, id, None).await?;
    let signed = told(&as_reader, &mut tx, now, center).await?;
    tx.commit().await?;
    Ok(signed)
}
