//! `/api/v1/activity-templates` and `/api/v1/quarter-copies`.

use std::collections::BTreeMap;

use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::sheet::{self, CopyFate, CopyLine};
use super::types::{ActivityTemplate, ActivityTemplateId};
use super::{actions, copying, forms, queries};
use crate::activities::preview::PreviewRow;
use crate::api::{self, List, Problem};
use crate::auth::Coordinator;
use crate::centers::{self, Center};
use crate::clock::Now;
use crate::error::Result;
use crate::fields::parse;
use crate::store::{Conn, Db};
use crate::web::cut::Asked;
use crate::web::text::Named as _;
use crate::web::{Fields, Lang, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![templates, keep, rename, retire, preview, copy]
}

/// An activity that is kept to begin others with.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActivityTemplateJson {
    id: i64,
    name: String,
    /// RFC 5545; null for a single event
    rule: Option<String>,
    /// What a body of `POST /activities` says, but for the center; the date is that of the activity of which it was made
    plan: BTreeMap<String, Vec<String>>,
}

impl From<ActivityTemplate> for ActivityTemplateJson {
    fn from(one: ActivityTemplate) -> Self {
        let fields = one.fields();
        let plan = fields.names().map(|name| (name.to_owned(), fields.all(name).to_vec())).collect();
        Self { id: one.id.0, name: one.name, rule: one.rule, plan }
    }
}

/// A center's activity templates, by name.
#[utoipa::path(context_path = "/api/v1", tag = "activities", params(("center" = i64, Query)), responses((status = 200, body = List<ActivityTemplateJson>), (status = "4XX", body = Problem)))]
#[get("/activity-templates?<center>")]
pub(crate) async fn templates(
    by: Coordinator,
    db: &Db,
    center: Option<&str>,
) -> Result<Json<List<ActivityTemplateJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let found = queries::templates(&mut conn, center.id()).await?;
    Ok(Json(List::whole(found.into_iter().map(ActivityTemplateJson::from).collect())))
}

/// What is to be kept, and how it is to be called.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::template` reads it")]
pub(crate) struct NewActivityTemplate {
    center: i64,
    /// One of the center's activities
    activity: i64,
    /// No other template of the center is called so
    name: String,
}

/// Keeps an activity as a template: all that its form says.
#[utoipa::path(context_path = "/api/v1", tag = "activities", request_body = NewActivityTemplate, responses((status = 201, body = ActivityTemplateJson), (status = "4XX", body = Problem)))]
#[post("/activity-templates", data = "<fields>")]
pub(crate) async fn keep(
    by: Coordinator,
    db: &Db,
    now: Now,
    fields: Fields,
) -> Result<Created<Json<ActivityTemplateJson>>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let (activity, name) = forms::template(&fields)?;
    let id = actions::keep(&by, now, &mut tx, &center, activity, &name).await?;
    let kept = queries::template(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    let at = format!("/api/v1/activity-templates?center={}", center.id());
    Ok(Created::new(at).body(Json(kept.into())))
}

async fn opened(by: &Coordinator, conn: &mut Conn, id: ActivityTemplateId) -> Result<(Center, ActivityTemplate)> {
    let center = queries::center_of(conn, id).await?;
    let center = centers::queries::open_to(by, conn, center).await?;
    let template = queries::template(conn, center.id(), id).await?;
    Ok((center, template))
}

/// How a template is to be called.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::name` reads it")]
pub(crate) struct NewTemplateName {
    name: String,
}

/// Calls a template otherwise.
#[utoipa::path(context_path = "/api/v1", tag = "activities", params(("id" = i64, Path)), request_body = NewTemplateName, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/activity-templates/<id>", data = "<fields>")]
pub(crate) async fn rename(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: ActivityTemplateId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, template) = opened(&by, &mut tx, id).await?;
    actions::rename(&by, now, &mut tx, &center, &template, &forms::name(&fields)?).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Takes a template away; what was begun with it stays.
#[utoipa::path(context_path = "/api/v1", tag = "activities", params(("id" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/activity-templates/<id>/retirement")]
pub(crate) async fn retire(by: Coordinator, db: &Db, now: Now, id: ActivityTemplateId) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, template) = opened(&by, &mut tx, id).await?;
    actions::retire(&by, now, &mut tx, &center, &template).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// A date of an activity in the new quarter that would not take place.
#[derive(Serialize, ToSchema)]
pub(crate) struct CopySkippedJson {
    date: String,
    /// The holiday, what is there, or the closure
    reason: String,
}

/// An activity of the old quarter as it would be in the new one.
#[derive(Serialize, ToSchema)]
pub(crate) struct CopyLineJson {
    activity: i64,
    title: String,
    /// How it repeats, in words
    repeats: String,
    /// `ready`, `all_skipped`, `faulty` (it cannot be planned as it was), `no_date` (none of its days is in the quarter), `running` (it takes
    /// place there itself) or `made`
    state: String,
    /// The dates that would take place
    dates: Vec<String>,
    skipped: Vec<CopySkippedJson>,
    /// Whether the worker or the team is needed elsewhere on one of its dates
    busy: bool,
    /// What was made of it before
    made: Option<i64>,
    /// What is left out, for it cannot be had any more, in words
    left_out: Vec<String>,
    /// `activity:mark`, of all that is proposed, place and people with it: sent back among `marks`, nothing else is made
    mark: String,
}

impl From<CopyLine> for CopyLineJson {
    fn from(line: CopyLine) -> Self {
        let state = match &line.fate {
            CopyFate::Laid(_) if line.is_ready() => "ready",
            CopyFate::Laid(_) => "all_skipped",
            CopyFate::Faulty(_) => "faulty",
            CopyFate::NoDate => "no_date",
            CopyFate::Made(_) => "made",
            CopyFate::Running => "running",
        };
        let rows = line.laid().map(|laid| laid.rows.as_slice()).unwrap_or_default();
        let (skipped, kept): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.is_skipped());
        let skip = |row: &PreviewRow| CopySkippedJson { date: row.slot.date.to_string(), reason: row.reason.clone() };
        Self {
            activity: line.source.0,
            title: line.title.pick(Lang::Zh).to_owned(),
            repeats: line.words.in_lang(Lang::Zh).to_owned(),
            state: state.to_owned(),
            dates: kept.into_iter().map(|row| row.slot.date.to_string()).collect(),
            skipped: skipped.into_iter().map(skip).collect(),
            busy: line.is_busy(),
            made: line.made().map(|id| id.0),
            left_out: line.left_out.iter().map(|label| Lang::Zh.text(label)).collect(),
            mark: format!("{}:{}", line.source, line.mark()),
        }
    }
}

/// What took place in a quarter, as it would be in another.
#[utoipa::path(context_path = "/api/v1", tag = "activities", params(("center" = i64, Query), ("from" = Option<String>, Query, description = "A quarter like `2026-Q3`, at most four back; the last one where it is missing"), ("to" = Option<String>, Query, description = "At most a year later; the present one in its first 45 days, then the next, where it is missing")), responses((status = 200, body = List<CopyLineJson>), (status = "4XX", body = Problem)))]
#[get("/quarter-copies?<center>")]
pub(crate) async fn preview(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: Option<&str>,
    asked: Asked,
) -> Result<Json<List<CopyLineJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let quarters = forms::quarters(&asked.0, center.zone.date(now.0))?;
    let lines = sheet::load(&by, &mut conn, now, &center, quarters, Lang::Zh).await?;
    Ok(Json(List::whole(lines.into_iter().map(CopyLineJson::from).collect())))
}

/// What is to be made again.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::wish` reads it")]
pub(crate) struct NewCopies {
    center: i64,
    /// Quarters like `2026-Q3`, as in `GET /quarter-copies`
    from: Option<String>,
    to: Option<String>,
    /// The activities, of those that took place in the first quarter
    activities: Vec<i64>,
    /// Why the worker or the team is to be there though they are needed elsewhere on some date; 422 at this name where that
    /// is so and it is missing
    overlap_reason: Option<String>,
    /// Each activity's `mark` as `GET /quarter-copies` told it: what is proposed otherwise by now is not made
    marks: Option<Vec<String>>,
    /// The try's own UUID: the same one again makes nothing twice
    request_id: String,
}

/// What was made of an activity.
#[derive(Serialize, ToSchema)]
pub(crate) struct CopyMadeJson {
    activity: i64,
    made: i64,
}

/// Why nothing was made of an activity.
#[derive(Serialize, ToSchema)]
pub(crate) struct CopyFailedJson {
    activity: i64,
    /// `copy_changed`, `copy_running` or `copy_not_ready`, or why the rooms, the worker or the team cannot be had
    code: String,
    message: String,
}

/// What came of a copy: each activity by itself.
#[derive(Serialize, ToSchema)]
pub(crate) struct CopiesJson {
    made: Vec<CopyMadeJson>,
    failed: Vec<CopyFailedJson>,
}

/// Makes activities of a quarter again in another, as drafts, with what `GET /quarter-copies` proposes for their dates.
#[utoipa::path(context_path = "/api/v1", tag = "activities", request_body = NewCopies, responses((status = 200, body = CopiesJson), (status = "4XX", body = Problem)))]
#[post("/quarter-copies", data = "<fields>")]
pub(crate) async fn copy(by: Coordinator, db: &Db, now: Now, fields: Fields) -> Result<Json<CopiesJson>> {
    let center = api::sent("center", &fields)?;
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let wish = forms::wish(&fields, center.zone.date(now.0))?;
    let outcome = copying::copy(&by, now, db, &center, (&wish, &forms::marks(&fields)?), Lang::Zh).await?;
    let made = outcome.made.into_iter().map(|(source, made)| CopyMadeJson { activity: source.0, made: made.0 });
    let failed = outcome.failed.into_iter().map(|(source, refusal)| CopyFailedJson {
        activity: source.0,
        code: refusal.code.to_owned(),
        message: filters::refusal_text(Lang::Zh, &refusal),
    });
    Ok(Json(CopiesJson { made: made.collect(), failed: failed.collect() }))
}
