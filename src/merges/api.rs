//! `/api/v1/people/merges` and `/api/v1/people/doubles`.

use rocket::http::Status;
use rocket::response::status::Created;
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::types::{Double, Merge, MergeId, Stayed};
use super::{actions, forms, queries};
use crate::api::{self, List, Problem};
use crate::auth::Coordinator;
use crate::centers;
use crate::clock::Now;
use crate::error::Result;
use crate::fields::parse;
use crate::store::{Db, Sealer};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![list, create, show, undo, doubles, tell_apart, ask_again]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct MergeJson {
    id: i64,
    center_id: i64,
    /// Who stays
    kept: i64,
    /// Whose number leads to the other since
    merged: i64,
    made_at: String,
    undone_at: Option<String>,
    /// Whether it can be taken back
    may_undo: bool,
}

impl From<Merge> for MergeJson {
    fn from(merge: Merge) -> Self {
        Self {
            id: merge.id.0,
            center_id: merge.center_id.0,
            kept: merge.kept_id.0,
            merged: merge.merged_id.0,
            made_at: merge.made_at.rfc3339(),
            undone_at: merge.undone_at.map(|at| at.rfc3339()),
            may_undo: merge.may_undo(),
        }
    }
}

/// Something that came since and stays with the one who was kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct StayedJson {
    /// `attendance`, `membership`, `team`, `home` or `card`
    kind: String,
    on: Option<String>,
    what: String,
}

impl From<Stayed> for StayedJson {
    fn from(stayed: Stayed) -> Self {
        Self { kind: stayed.kind.to_string(), on: stayed.on_date.map(|date| date.to_string()), what: stayed.what }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct MergeTold {
    #[serde(flatten)]
    merge: MergeJson,
    /// What came since: it stays where it is when the merge is taken back
    stays: Vec<StayedJson>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DoubleJson {
    one: i64,
    other: i64,
    name: String,
    /// What they have in common beside the name: `birth_date`, `phone`, `household`
    alike: Vec<String>,
}

impl From<Double> for DoubleJson {
    fn from(double: Double) -> Self {
        Self {
            one: double.one.id.0,
            other: double.other.id.0,
            name: double.one.name,
            alike: double.alike.iter().map(ToString::to_string).collect(),
        }
    }
}

/// A center's merges, the latest first.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("center" = i64, Query), ("cursor" = Option<String>, Query)), responses((status = 200, body = List<MergeJson>), (status = "4XX", body = Problem)))]
#[get("/people/merges?<center>&<cursor>")]
pub(crate) async fn list(
    by: Coordinator,
    db: &Db,
    center: Option<&str>,
    cursor: Option<&str>,
) -> Result<Json<List<MergeJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let before = match api::after(cursor)? {
        0 => i64::MAX,
        before => before,
    };
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let merges = queries::list(&mut conn, center.id(), before, api::PAGE + 1).await?;
    Ok(Json(List::page(merges.into_iter().map(MergeJson::from).collect(), |merge: &MergeJson| merge.id)))
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::merge` reads it")]
pub(crate) struct NewMerge {
    kept: i64,
    merged: i64,
    /// What holds from the merged one though the other has it too: `name`, `sex`, `birth_date`, `residence`, `languages`, `phone`, `id_number`,
    /// `address`
    taken: Option<Vec<String>>,
}

/// Makes two people of one center one. The merged one's number leads to the other from then on.
#[utoipa::path(context_path = "/api/v1", tag = "people", request_body = NewMerge, responses((status = 201, body = MergeTold), (status = "4XX", body = Problem)))]
#[post("/people/merges", data = "<fields>")]
pub(crate) async fn create(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    fields: Fields,
) -> Result<Created<Json<MergeTold>>> {
    let input = forms::merge(&fields)?;
    let mut tx = db.begin().await?;
    let center = queries::center_of_both(&by, &mut tx, input.kept, input.merged).await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let pair = (input.kept, input.merged);
    let id = actions::merge(&by, now, &mut tx, sealer, &center, pair, &input.taken).await?;
    let merge = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    let told = MergeTold { merge: merge.into(), stays: Vec::new() };
    Ok(Created::new(format!("/api/v1/people/merges/{id}")).body(Json(told)))
}

/// A merge, and what came since.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("id" = i64, Path)), responses((status = 200, body = MergeTold), (status = "4XX", body = Problem)))]
#[get("/people/merges/<id>")]
pub(crate) async fn show(by: Coordinator, db: &Db, id: MergeId) -> Result<Json<MergeTold>> {
    let mut conn = db.read().await?;
    let center = queries::center_of(&by, &mut conn, id).await?;
    let merge = queries::find(&mut conn, center, id).await?;
    let stays = queries::stayed(&mut conn, &merge).await?.into_iter().map(StayedJson::from).collect();
    Ok(Json(MergeTold { merge: merge.into(), stays }))
}

/// Takes a merge back: both are as they were, but for what was changed since. 409 `merge_undone`, `merge_later`, `merge_erased`.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("id" = i64, Path)), responses((status = 200, body = MergeTold), (status = "4XX", body = Problem)))]
#[post("/people/merges/<id>/undoing")]
pub(crate) async fn undo(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: MergeId,
) -> Result<Json<MergeTold>> {
    let mut tx = db.begin().await?;
    let center = queries::center_of(&by, &mut tx, id).await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let merge = queries::find(&mut tx, center.id(), id).await?;
    let stays = actions::undo(&by, now, &mut tx, sealer, &center, &merge).await?;
    let merge = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(MergeTold { merge: merge.into(), stays: stays.into_iter().map(StayedJson::from).collect() }))
}

/// People of a center who may be one: alike in name and something else.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("center" = i64, Query), ("cursor" = Option<String>, Query)), responses((status = 200, body = List<DoubleJson>), (status = "4XX", body = Problem)))]
#[get("/people/doubles?<center>&<cursor>")]
pub(crate) async fn doubles(
    by: Coordinator,
    db: &Db,
    center: Option<&str>,
    cursor: Option<&str>,
) -> Result<Json<List<DoubleJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let skip = api::after(cursor)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let found = queries::doubles(&mut conn, center.id(), (skip, api::PAGE + 1)).await?;
    let items = found.into_iter().map(DoubleJson::from).collect();
    Ok(Json(List::page(items, |_: &DoubleJson| skip + api::PAGE)))
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::pair` reads it")]
pub(crate) struct TwoPeople {
    one: i64,
    other: i64,
}

/// Says that two people are two: they are not among the doubles any more, and are not made one.
#[utoipa::path(context_path = "/api/v1", tag = "people", request_body = TwoPeople, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/people/apart", data = "<fields>")]
pub(crate) async fn tell_apart(by: Coordinator, db: &Db, now: Now, fields: Fields) -> Result<Status> {
    let pair = forms::pair(&fields, "one", "other")?;
    let mut tx = db.begin().await?;
    let center = queries::center_of_both(&by, &mut tx, pair.0, pair.1).await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    actions::tell_apart(&by, now, &mut tx, &center, pair).await?;
    tx.commit().await?;
    Ok(Status::NoContent)
}

/// Takes back that two people are two.
#[utoipa::path(context_path = "/api/v1", tag = "people", request_body = TwoPeople, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/people/apart/undoing", data = "<fields>")]
pub(crate) async fn ask_again(by: Coordinator, db: &Db, now: Now, fields: Fields) -> Result<Status> {
    let pair = forms::pair(&fields, "one", "other")?;
    let mut tx = db.begin().await?;
    let center = queries::center_of_both(&by, &mut tx, pair.0, pair.1).await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    actions::ask_again(&by, now, &mut tx, &center, pair).await?;
    tx.commit().await?;
    Ok(Status::NoContent)
}
