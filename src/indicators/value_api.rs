//! `/api/v1/agreements/{id}/indicators/{indicator}/values`: what is entered by hand.

use rocket::form::Form as Multipart;
use rocket::response::status::NoContent;
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::entry_pages::{self, SentValue, ValueBody, open_entry};
use super::rights::{ValueKeeper, knows_names};
use super::sheet_pages::open;
use super::types::{IndicatorId, IndicatorValue, IndicatorValueId};
use super::{actions, forms, queries};
use crate::agreements::AgreementId;
use crate::api::{List, Problem};
use crate::auth::ReportReader;
use crate::clock::{Now, Zone};
use crate::error::Result;
use crate::figures::small_cells;
use crate::files::{self, FileAnswer};
use crate::store::{Db, Sealer};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![list, enter, take_back, paper]
}

/// A month's value that was entered by hand: hours in minutes, yuan in fen.
#[derive(Serialize, ToSchema)]
pub(crate) struct IndicatorValueJson {
    id: i64,
    center_id: i64,
    month: String,
    value: i64,
    word: Option<String>,
    has_paper: bool,
    entered_at: String,
    /// Who entered it; null for a purchaser
    entered_by: Option<String>,
    /// Why it took the place of the one before
    reason: Option<String>,
    /// It stands no more: another took its place, or it was taken back
    replaced: bool,
    /// It was taken back: of its month nothing is known, unless another was entered since
    taken_back: bool,
    /// Why it was taken back; null for a purchaser
    taken_back_reason: Option<String>,
}

impl From<IndicatorValue> for IndicatorValueJson {
    fn from(value: IndicatorValue) -> Self {
        Self {
            id: value.id.0,
            center_id: value.center_id.0,
            month: value.month.to_string(),
            value: value.value,
            word: value.word,
            has_paper: value.file_id.is_some(),
            entered_at: value.entered_at.rfc3339(),
            entered_by: Some(value.entered_by).filter(|name| !name.is_empty()),
            replaced: value.replaced_at.is_some(),
            taken_back: value.removed_by.is_some(),
            reason: value.reason,
            taken_back_reason: value.remove_reason,
        }
    }
}

/// What was entered for an indicator, the latest month first; what was replaced or taken back too.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path), ("indicator" = i64, Path)), responses((status = 200, body = List<IndicatorValueJson>), (status = "4XX", body = Problem)))]
#[get("/agreements/<id>/indicators/<indicator>/values")]
pub(crate) async fn list(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: AgreementId,
    indicator: IndicatorId,
) -> Result<Json<List<IndicatorValueJson>>> {
    let mut conn = db.read().await?;
    let (agreement, centers) = open(&by, &mut conn, id).await?;
    queries::find(&mut conn, id, indicator).await?;
    let is_over = agreement.ends_on < Zone::SHANGHAI.date(now.0);
    let cut = small_cells::told_before(&by, &mut conn, now).await?.filter(|_| !is_over);
    let values = entry_pages::known(queries::history(&mut conn, indicator).await?, &centers, knows_names(&by), cut);
    Ok(Json(List::whole(values.into_iter().map(IndicatorValueJson::from).collect())))
}

/// A month's value.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body, which is no JSON")]
pub(crate) struct NewIndicatorValue {
    /// For an indicator of several centers
    center: Option<i64>,
    /// Of the agreement, and not to come: `2026-03`
    month: String,
    /// In the unit itself; hours and yuan with up to two decimals
    value: String,
    /// The unit in which it is meant: refused where the indicator is told in another by now
    unit: Option<String>,
    word: Option<String>,
    /// Needed where the month has a value, which then stays on record
    reason: Option<String>,
    /// A photo (JPEG, PNG) or a PDF, up to 10 MB
    #[schema(format = Binary)]
    paper: Option<String>,
}

/// Enters what a center reached in a month, perhaps with its paper. 409 `indicator_changed` where the indicator is told in another unit.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path), ("indicator" = i64, Path)), request_body(content = NewIndicatorValue, content_type = "multipart/form-data"), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/agreements/<id>/indicators/<indicator>/values", data = "<sent>")]
pub(crate) async fn enter(
    by: ValueKeeper,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: AgreementId,
    indicator: IndicatorId,
    sent: rocket::form::Result<'_, Multipart<SentValue>>,
) -> Result<NoContent> {
    let (opened, known) = open_entry(&by, &mut *db.read().await?, id, indicator).await?;
    let (input, paper) = ValueBody::of(sent)?.checked(&known).await?;
    let mut tx = db.begin().await?;
    actions::enter(&by, now, &mut tx, sealer, (&opened, &known), (&input, paper.as_ref())).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Why a month's value is taken back.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::taking_back` reads it")]
pub(crate) struct IndicatorValueRemoval {
    reason: String,
}

/// Takes a month's value back: nothing is known of the month again. It stays on record.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path), ("indicator" = i64, Path), ("value" = i64, Path)), request_body = IndicatorValueRemoval, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/agreements/<id>/indicators/<indicator>/values/<value>/removal", data = "<fields>")]
pub(crate) async fn take_back(
    by: ValueKeeper,
    db: &Db,
    now: Now,
    id: AgreementId,
    indicator: IndicatorId,
    value: IndicatorValueId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (opened, known) = open_entry(&by, &mut tx, id, indicator).await?;
    let reason = forms::taking_back(&fields, "reason")?;
    actions::take_back(&by, now, &mut tx, (&opened, &known), (value, &reason)).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// The paper of a value.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path), ("indicator" = i64, Path), ("value" = i64, Path)), responses((status = 200, description = "The file", content_type = "application/octet-stream"), (status = "4XX", body = Problem)))]
#[get("/agreements/<id>/indicators/<indicator>/values/<value>/paper")]
pub(crate) async fn paper(
    by: ValueKeeper,
    db: &Db,
    sealer: &State<Sealer>,
    id: AgreementId,
    indicator: IndicatorId,
    value: IndicatorValueId,
) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let file = entry_pages::paper_of(&by, &mut conn, (id, indicator, value)).await?;
    Ok(FileAnswer::attachment(files::read(&mut conn, sealer, file).await?))
}
