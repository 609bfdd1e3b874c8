//! `/api/v1/retention`.

use std::collections::BTreeMap;

use rocket::response::status::Created;
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::types::{RetentionItem, RetentionRun, RetentionRunId};
use super::{actions, forms, queries};
use crate::api::{self, List, Problem};
use crate::auth::CityAdmin;
use crate::clock::{Now, Timestamp};
use crate::error::Result;
use crate::store::{Conn, Db};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![terms, set_terms, create, show, items, confirm]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct TermsJson {
    /// By kind, for how many months it is kept; null: for good. Kinds: `unseen_people`, `walk_ins`, `escorts`, `rosters`,
    /// `scan_phones`, `phones`, `log_reasons`, `applications`, `room_requests`, `session_photos`, `logins`
    months: BTreeMap<String, Option<i64>>,
}

async fn all_terms(conn: &mut Conn) -> Result<TermsJson> {
    let terms = queries::terms(conn).await?;
    Ok(TermsJson { months: terms.into_iter().map(|term| (term.kind.to_string(), term.months)).collect() })
}

/// How long what is kept.
#[utoipa::path(context_path = "/api/v1", tag = "retention", responses((status = 200, body = TermsJson), (status = "4XX", body = Problem)))]
#[get("/retention")]
pub(crate) async fn terms(_by: CityAdmin, db: &Db) -> Result<Json<TermsJson>> {
    Ok(Json(all_terms(&mut *db.read().await?).await?))
}

/// Months by kind: what is left out stays as it is, 0 is for good.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::terms` reads it")]
pub(crate) struct NewTerms {
    months: Option<MonthsOfKinds>,
}

/// At least 36 for `log_reasons`, 6 for `logins`
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a part of the body; `forms::terms` reads it")]
pub(crate) struct MonthsOfKinds {
    unseen_people: Option<i64>,
    walk_ins: Option<i64>,
    escorts: Option<i64>,
    rosters: Option<i64>,
    scan_phones: Option<i64>,
    phones: Option<i64>,
    log_reasons: Option<i64>,
    applications: Option<i64>,
    room_requests: Option<i64>,
    session_photos: Option<i64>,
    logins: Option<i64>,
}

/// Sets how long what is kept.
#[utoipa::path(context_path = "/api/v1", tag = "retention", request_body = NewTerms, responses((status = 200, body = TermsJson), (status = "4XX", body = Problem)))]
#[post("/retention", data = "<fields>")]
pub(crate) async fn set_terms(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Json<TermsJson>> {
    let terms = forms::terms(&fields)?;
    let mut tx = db.begin().await?;
    actions::set_terms(&by, now, &mut tx, &terms).await?;
    let terms = all_terms(&mut tx).await?;
    tx.commit().await?;
    Ok(Json(terms))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionRunJson {
    id: i64,
    /// `listing`, `listed`, `erasing`, `done` or `dropped`
    state: String,
    made_at: String,
    confirmed_at: Option<String>,
    finished_at: Option<String>,
    /// By kind
    records: BTreeMap<String, RecordsJson>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct RecordsJson {
    listed: i64,
    erased: i64,
    /// Changed since the list was made
    left: i64,
    /// Whether there are more than one list takes
    more: bool,
}

impl RetentionRunJson {
    async fn load(conn: &mut Conn, run: RetentionRun) -> Result<Self> {
        let records = queries::counts(conn, run.id).await?.into_iter().map(|count| {
            let more = count.full.is_set();
            let records = RecordsJson { listed: count.records, erased: count.erased, left: count.left_alone, more };
            (count.kind.to_string(), records)
        });
        Ok(Self {
            records: records.collect(),
            id: run.id.0,
            state: run.state.to_string(),
            made_at: run.made_at.rfc3339(),
            confirmed_at: run.confirmed_at.map(Timestamp::rfc3339),
            finished_at: run.finished_at.map(Timestamp::rfc3339),
        })
    }
}

/// Has what was kept long enough listed; nothing is erased by it. 409 `retention_erasing` while another list is being erased.
#[utoipa::path(context_path = "/api/v1", tag = "retention", responses((status = 201, body = RetentionRunJson), (status = "4XX", body = Problem)))]
#[post("/retention/runs")]
pub(crate) async fn create(by: CityAdmin, db: &Db, now: Now) -> Result<Created<Json<RetentionRunJson>>> {
    let mut tx = db.begin().await?;
    let id = actions::list(&by, now, &mut tx).await?;
    let run = queries::find(&mut tx, id).await?;
    let run = RetentionRunJson::load(&mut tx, run).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/retention/runs/{id}")).body(Json(run)))
}

/// One list, with how many of each kind it has.
#[utoipa::path(context_path = "/api/v1", tag = "retention", params(("id" = i64, Path)), responses((status = 200, body = RetentionRunJson), (status = "4XX", body = Problem)))]
#[get("/retention/runs/<id>")]
pub(crate) async fn show(_by: CityAdmin, db: &Db, id: RetentionRunId) -> Result<Json<RetentionRunJson>> {
    let mut conn = db.read().await?;
    let run = queries::find(&mut conn, id).await?;
    Ok(Json(RetentionRunJson::load(&mut conn, run).await?))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionItemJson {
    kind: String,
    /// The record's number
    record_id: i64,
    /// From before which instant it is
    before: String,
    /// `erased` or `left`, once it is done
    outcome: Option<String>,
}

impl From<RetentionItem> for RetentionItemJson {
    fn from(item: RetentionItem) -> Self {
        Self {
            kind: item.kind.to_string(),
            record_id: item.record_id,
            before: item.before.rfc3339(),
            outcome: item.outcome.map(|outcome| outcome.to_string()),
        }
    }
}

/// What stands in a list.
#[utoipa::path(context_path = "/api/v1", tag = "retention", params(("id" = i64, Path), ("cursor" = Option<String>, Query)), responses((status = 200, body = List<RetentionItemJson>), (status = "4XX", body = Problem)))]
#[get("/retention/runs/<id>/items?<cursor>")]
pub(crate) async fn items(
    _by: CityAdmin,
    db: &Db,
    id: RetentionRunId,
    cursor: Option<&str>,
) -> Result<Json<List<RetentionItemJson>>> {
    let skip = api::after(cursor)?;
    let mut conn = db.read().await?;
    queries::find(&mut conn, id).await?;
    let found = queries::items(&mut conn, id, (skip, api::PAGE + 1)).await?;
    let mut items: Vec<RetentionItemJson> = found.into_iter().map(Into::into).collect();
    let more = items.len() as i64 > api::PAGE;
    items.truncate(usize::try_from(api::PAGE).unwrap_or(usize::MAX));
    Ok(Json(List { next: more.then(|| (skip + api::PAGE).to_string()), items }))
}

/// That this list is meant.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::confirmation` reads it")]
pub(crate) struct RetentionConfirmation {
    /// How many records it has
    records: i64,
}

/// Has what stands in the list erased: nothing brings it back. 409 `retention_not_listed`.
#[utoipa::path(context_path = "/api/v1", tag = "retention", params(("id" = i64, Path)), request_body = RetentionConfirmation, responses((status = 200, body = RetentionRunJson), (status = "4XX", body = Problem)))]
#[post("/retention/runs/<id>/confirmation", data = "<fields>")]
pub(crate) async fn confirm(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: RetentionRunId,
    fields: Fields,
) -> Result<Json<RetentionRunJson>> {
    let mut tx = db.begin().await?;
    let run = queries::find(&mut tx, id).await?;
    let records = queries::counts(&mut tx, id).await?.iter().map(|count| count.records).sum();
    forms::confirmation(&fields, records)?;
    actions::confirm(&by, now, &mut tx, &run).await?;
    let run = queries::find(&mut tx, id).await?;
    let run = RetentionRunJson::load(&mut tx, run).await?;
    tx.commit().await?;
    Ok(Json(run))
}
