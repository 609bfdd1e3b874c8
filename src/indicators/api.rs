//! `/api/v1/agreements/{id}/indicators` and `/api/v1/indicators`.

use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::listing::IndicatorsCut;
use super::rights::knows_names;
use super::sheet_pages::open;
use super::standing::{self, IndicatorLine};
use super::types::IndicatorId;
use super::{actions, forms, queries, templates};
use crate::agreements::AgreementId;
use crate::api::{List, Problem};
use crate::auth::{Manager, ReportReader};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::figures::Telling;
use crate::store::{Conn, Db};
use crate::web::cut::Asked;
use crate::web::{Fields, Lang};

pub(super) fn routes() -> Vec<Route> {
    routes![all, list, create, revise, remove, copy]
}

/// An indicator and how it stands. Numbers are whole: hours in minutes, yuan in fen.
#[derive(Serialize, ToSchema)]
pub(crate) struct IndicatorJson {
    id: i64,
    agreement_id: i64,
    /// null: all centers of the agreement together
    center_id: Option<i64>,
    /// null: everybody; and for a purchaser, who sees a number in the place of the name
    worker_id: Option<i64>,
    worker: Option<String>,
    name: String,
    name_en: String,
    /// `sessions`, `activities`, `cases`, `meetings`, `groups`, `visits`, `persons`, `households`, `hours`, `items` or `yuan`
    unit: String,
    target: i64,
    /// `project_year` or `whole`
    span: String,
    place: i64,
    /// What is counted, `sessions`, `visits` …; null where it is entered by hand
    measure: Option<String>,
    /// Of which part: `group:elderly`, `group:none`, `subgroup:3`, `kind:2`, `team_kind:5`, `room:4`
    within: Option<String>,
    entered: bool,
    /// The days that are told of: from the first to the first after them
    from: Option<String>,
    to: Option<String>,
    /// null where the token does not read all of it, and where it is hidden
    done: Option<i64>,
    /// Whether it is not told, for so few people are in it or in a part of it. Only for purchasers and departments
    hidden: bool,
    /// Where a part is hidden: what the other parts have
    at_least: Option<i64>,
    /// By the beginning of today
    expected: Option<i64>,
    /// If it goes on like this; null in the beginning, and where the days are over
    forecast: Option<i64>,
    /// `reached`, `on_track`, `behind`, `far_behind`, `missed`, `not_begun` or `unknown`
    state: String,
    /// It goes up with each change of what is asked for
    version: i64,
}

impl IndicatorJson {
    fn of(by: &ReportReader, line: &IndicatorLine) -> Self {
        let indicator = &line.indicator;
        Self {
            id: indicator.id.0,
            agreement_id: indicator.agreement_id.0,
            center_id: indicator.center_id.map(|id| id.0),
            worker_id: indicator.worker_id.filter(|_| knows_names(by)).map(|id| id.0),
            worker: indicator.worker.clone(),
            name: indicator.name.clone(),
            name_en: indicator.name_en.clone(),
            unit: indicator.unit.to_string(),
            target: indicator.target,
            span: indicator.span.to_string(),
            place: indicator.place,
            measure: indicator.measure.map(|measure| measure.to_string()),
            within: indicator.within.map(|within| within.to_string()),
            entered: indicator.is_entered(),
            from: line.days.map(|days| days.from.to_string()),
            to: line.days.map(|days| days.to.to_string()),
            done: line.progress.filter(|_| line.told == Telling::Exactly).map(|progress| progress.done),
            hidden: line.told != Telling::Exactly,
            at_least: line.progress.filter(|_| line.is_at_least()).map(|progress| progress.done),
            expected: line.progress.map(|progress| progress.expected),
            forecast: line.progress.and_then(|progress| progress.forecast),
            state: line.state().to_string(),
            version: indicator.version,
        }
    }
}

/// Every indicator that the token may read, of the agreements that run or have ended lately; `q` (in the names of
/// indicators, centers, purchasers and providers), `agreement`, `state` (`late`, `far_behind`, `on_track`, `reached`) and `sort` (`worst`,
/// `center`, `name`) cut it as its page is cut.
#[utoipa::path(
    context_path = "/api/v1", tag = "agreements",
    params(("q" = Option<String>, Query), ("agreement" = Option<i64>, Query), ("state" = Option<String>, Query), ("sort" = Option<String>, Query)),
    responses((status = 200, body = List<IndicatorJson>), (status = "4XX", body = Problem))
)]
#[get("/indicators")]
pub(crate) async fn all(by: ReportReader, db: &Db, now: Now, asked: Asked) -> Result<Json<List<IndicatorJson>>> {
    let cut = IndicatorsCut::read(&asked.0)?;
    let mut conn = db.read().await?;
    let tables = standing::of_all(&by, &mut conn, now, cut.agreements()).await?;
    let listed = cut.of(Lang::Zh, tables);
    Ok(Json(List::whole(listed.iter().map(|one| IndicatorJson::of(&by, &one.line)).collect())))
}

/// An agreement's indicators, in its project year `year` (from 1) or in the one that runs.
#[utoipa::path(
    context_path = "/api/v1", tag = "agreements",
    params(("id" = i64, Path), ("year" = Option<i64>, Query)),
    responses((status = 200, body = List<IndicatorJson>), (status = "4XX", body = Problem))
)]
#[get("/agreements/<id>/indicators?<year>")]
pub(crate) async fn list(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: AgreementId,
    year: Option<usize>,
) -> Result<Json<List<IndicatorJson>>> {
    let table = standing::of_agreement(&by, &mut *db.read().await?, now, id, year).await?;
    Ok(Json(List::whole(table.lines.iter().map(|line| IndicatorJson::of(&by, line)).collect())))
}

/// How one stands, after something was done to it.
pub(super) async fn shown(
    by: &Manager,
    conn: &mut Conn,
    now: Now,
    (id, indicator): (AgreementId, IndicatorId),
) -> Result<IndicatorJson> {
    let by = ReportReader::of((**by).clone()).ok_or(Error::Forbidden)?;
    let table = standing::of_agreement(&by, conn, now, id, None).await?;
    let line = table.lines.iter().find(|line| line.indicator.id == indicator).ok_or(Error::NotFound)?;
    Ok(IndicatorJson::of(&by, line))
}

/// What an agreement is to ask for.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::indicator` reads it")]
pub(crate) struct NewIndicator {
    name: String,
    /// As the name where it is left out
    name_en: Option<String>,
    /// `sessions`, `activities`, `cases`, `meetings`, `groups`, `visits`, `persons`, `households`, `hours`, `items` or `yuan`
    unit: String,
    /// Whole, in the unit itself: hours, yuan
    target: i64,
    /// `project_year` or `whole`
    span: String,
    /// Its place in the list
    place: Option<i64>,
    /// What is counted: `sessions`, `visits`, `persons`, `volunteer_visits`, `volunteers`, `minutes`, `led_sessions`, `led_minutes` or
    /// `booked_minutes`; left out, it is entered by hand
    measure: Option<String>,
    /// Of which part: `group:elderly`, `group:none`, `subgroup:3`, `kind:2`, `team_kind:5`, `team_kind:none`, `room:4`. Of what a worker
    /// leads, a kind
    within: Option<String>,
    /// One of the agreement's; left out: all of them together
    center: Option<i64>,
    /// A worker of its centers, of whom sessions or minutes led are counted, or for whom it is entered
    worker: Option<i64>,
}

/// Asks for something to be reached under an agreement.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path)), request_body = NewIndicator, responses((status = 201, body = IndicatorJson), (status = "4XX", body = Problem)))]
#[post("/agreements/<id>/indicators", data = "<fields>")]
pub(crate) async fn create(
    by: Manager,
    db: &Db,
    now: Now,
    id: AgreementId,
    fields: Fields,
) -> Result<Created<Json<IndicatorJson>>> {
    let mut tx = db.begin().await?;
    let opened = open(&by, &mut tx, id).await?;
    let indicator = actions::add(&by, now, &mut tx, &opened, &forms::indicator(&fields)?).await?;
    let made = shown(&by, &mut tx, now, (id, indicator)).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/agreements/{id}/indicators/{indicator}")).body(Json(made)))
}

/// An indicator as it is to be from now on.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::api_revision` reads it")]
pub(crate) struct RevisedIndicator {
    /// The version that the change starts from
    version: i64,
    name: String,
    /// As the name where it is left out
    name_en: Option<String>,
    unit: String,
    /// Whole, in the unit itself: hours, yuan
    target: i64,
    /// `project_year` or `whole`
    span: String,
    /// Its place in the list; where it is where it is left out
    place: Option<i64>,
    /// As in a new one
    measure: Option<String>,
    within: Option<String>,
    center: Option<i64>,
    worker: Option<i64>,
}

/// Asks for it otherwise. Unit, center and whether it is entered stay once something was entered. 409 `indicator_changed` where somebody
/// changed it since that version: read it again first.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path), ("indicator" = i64, Path)), request_body = RevisedIndicator, responses((status = 200, body = IndicatorJson), (status = "4XX", body = Problem)))]
#[post("/agreements/<id>/indicators/<indicator>", rank = 2, data = "<fields>")]
pub(crate) async fn revise(
    by: Manager,
    db: &Db,
    now: Now,
    id: AgreementId,
    indicator: IndicatorId,
    fields: Fields,
) -> Result<Json<IndicatorJson>> {
    let mut tx = db.begin().await?;
    let opened = open(&by, &mut tx, id).await?;
    let known = queries::find(&mut tx, id, indicator).await?;
    let (input, seen) = forms::api_revision(&fields)?;
    actions::revise(&by, now, &mut tx, &opened, (&known, &input), seen).await?;
    let made = shown(&by, &mut tx, now, (id, indicator)).await?;
    tx.commit().await?;
    Ok(Json(made))
}

/// Why it is asked for no more.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::removal` reads it")]
pub(crate) struct IndicatorRemoval {
    /// Needed where something was entered
    reason: Option<String>,
}

/// Asks for it no more; what was entered stays on record.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path), ("indicator" = i64, Path)), request_body = IndicatorRemoval, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/agreements/<id>/indicators/<indicator>/removal", data = "<fields>")]
pub(crate) async fn remove(
    by: Manager,
    db: &Db,
    now: Now,
    id: AgreementId,
    indicator: IndicatorId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let opened = open(&by, &mut tx, id).await?;
    let known = queries::find(&mut tx, id, indicator).await?;
    let reason = forms::removal(&fields)?;
    actions::void(&by, now, &mut tx, &opened, (&known, reason.as_deref())).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// From where indicators are copied.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::copying` reads it")]
pub(crate) struct IndicatorCopies {
    /// `template:3`, or `agreement:7` of an agreement that the token may read
    source: String,
    /// Of a template: `together` (all centers, as where it is left out) or `each_center` (each with the template's target). What one
    /// worker leads is asked of each social worker of the centers either way
    lines: Option<String>,
}

/// How many were copied.
#[derive(Serialize, ToSchema)]
pub(crate) struct IndicatorsCopied {
    copied: usize,
    /// How many of the template's ask what one worker leads and were not copied, for there is no social worker
    left_out: usize,
}

/// Copies the indicators of a template, or of another agreement. 409 `too_many_indicators` where that makes more than 200 at once.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path)), request_body = IndicatorCopies, responses((status = 200, body = IndicatorsCopied), (status = "4XX", body = Problem)))]
#[post("/agreements/<id>/indicators/copy", data = "<fields>")]
pub(crate) async fn copy(
    by: Manager,
    db: &Db,
    now: Now,
    id: AgreementId,
    fields: Fields,
) -> Result<Json<IndicatorsCopied>> {
    let mut tx = db.begin().await?;
    let opened = open(&by, &mut tx, id).await?;
    let made = templates::copy_template(&by, now, &mut tx, &opened, forms::copying(&fields)?).await?;
    tx.commit().await?;
    Ok(Json(IndicatorsCopied { copied: made.copied, left_out: made.left_out }))
}
