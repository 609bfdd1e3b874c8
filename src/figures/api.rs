//! `/api/v1/small-cells`, and the rows behind a figure.

use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::behind::{self, BehindRow};
use super::pages::AskedRows;
use super::small_cells::{self, SmallCells};
use super::{Reported, Telling, scope};
use crate::api::{self, List, Problem};
use crate::auth::{CityAdmin, ReportReader};
use crate::clock::Now;
use crate::error::Result;
use crate::fields::parse;
use crate::people::groups::PriorityGroup;
use crate::store::Db;
use crate::web::{Fields, Lang};

pub(super) fn routes() -> Vec<Route> {
    routes![settings, set, rows]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SmallCellsJson {
    /// The least number of people or visits that a purchaser is told, besides 0: 2 to 20
    least: i64,
    /// Whether a purchaser is told of periods that are not over
    under_way: bool,
}

impl From<SmallCells> for SmallCellsJson {
    fn from(SmallCells { least, under_way }: SmallCells) -> Self {
        Self { least, under_way }
    }
}

/// Below which number a count is hidden from the purchaser, and whether it is told of periods that are not over.
#[utoipa::path(context_path = "/api/v1", tag = "summary", responses((status = 200, body = SmallCellsJson), (status = "4XX", body = Problem)))]
#[get("/small-cells")]
pub(crate) async fn settings(_by: CityAdmin, db: &Db) -> Result<Json<SmallCellsJson>> {
    Ok(Json(small_cells::setting(&mut *db.read().await?).await?.into()))
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `small_cells::read` reads it")]
pub(crate) struct NewSmallCells {
    least: i64,
    /// False where it is left out
    under_way: Option<bool>,
}

/// Sets it, from now on and for past periods alike.
#[utoipa::path(context_path = "/api/v1", tag = "summary", request_body = NewSmallCells, responses((status = 200, body = SmallCellsJson), (status = "4XX", body = Problem)))]
#[post("/small-cells", data = "<fields>")]
pub(crate) async fn set(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Json<SmallCellsJson>> {
    let wanted = small_cells::read(&fields)?;
    let mut tx = db.begin().await?;
    small_cells::set(&by, now, &mut tx, wanted).await?;
    tx.commit().await?;
    Ok(Json(wanted.into()))
}

/// A row behind a figure. Who may not know the people is told of sessions, and how much of the figure each has.
#[derive(Serialize, ToSchema)]
pub(crate) struct BehindRowJson {
    date: String,
    session_id: Option<i64>,
    /// The kind's name, where the title may name a person and is not for the reader
    title: Option<String>,
    title_en: Option<String>,
    kind: Option<String>,
    kind_en: Option<String>,
    person_id: Option<i64>,
    name: Option<String>,
    /// Groups on that day: `elderly`, `disabled`, `needy`, `youth`
    groups: Vec<String>,
    unit: Option<String>,
    /// What it adds: one visit, so many heads, so many minutes; of persons, how many the session had. Null where it is hidden
    value: Option<i64>,
    hidden: bool,
}

impl From<BehindRow> for BehindRowJson {
    fn from(row: BehindRow) -> Self {
        let (person_id, name) = row.person.unzip();
        Self {
            date: row.day.to_string(),
            session_id: row.session.map(|id| id.0),
            title: row.title.as_ref().map(|title| title.pick(Lang::Zh).to_owned()),
            title_en: row.title.as_ref().map(|title| title.pick(Lang::En).to_owned()),
            kind: row.title.as_ref().map(|title| title.kind.clone()),
            kind_en: row.title.as_ref().map(|title| title.kind_en.clone()),
            person_id: person_id.map(|id| id.0),
            name,
            groups: row.groups.into_iter().map(PriorityGroup::code).map(str::to_owned).collect(),
            unit: row.unit,
            value: (row.told == Telling::Exactly).then_some(row.amount),
            hidden: row.told != Telling::Exactly,
        }
    }
}

/// The rows behind one figure of the summary, in order of time. 404 for a figure that the summary does not have, and for one that has no
/// rows (a population, a room's minutes).
#[utoipa::path(
    context_path = "/api/v1", tag = "summary",
    params(
        ("scope" = String, Query, description = "As the summary's"),
        ("from" = String, Query, description = "The first local date"),
        ("to" = String, Query, description = "The first local date after the period"),
        ("figure" = String, Query, description = "A figure's key: `persons.elderly`"),
        ("agreement" = Option<i64>, Query, description = "What one agreement is charged with, on its days alone, as its reports count"),
        ("cursor" = Option<String>, Query),
    ),
    responses((status = 200, body = List<BehindRowJson>), (status = "4XX", body = Problem))
)]
#[get("/summary/rows?<scope>&<from>&<to>&<figure>&<agreement>&<cursor>")]
pub(crate) async fn rows(
    by: ReportReader,
    db: &Db,
    now: Now,
    scope: Option<&str>,
    from: Option<&str>,
    to: Option<&str>,
    figure: Option<&str>,
    agreement: Option<&str>,
    cursor: Option<&str>,
) -> Result<Json<List<BehindRowJson>>> {
    let scope: Reported = api::asked("scope", scope, parse::choice)?;
    let fields = Fields::default()
        .with("from", from.unwrap_or_default())
        .with("to", to.unwrap_or_default())
        .with("figure", figure.unwrap_or_default())
        .with("agreement", agreement.unwrap_or_default());
    let asked = AskedRows::read(&fields)?;
    let skip = api::after(cursor)?;
    let mut conn = db.read().await?;
    let reach = match asked.agreement {
        None => scope::named(&by, &mut conn, now, &scope, asked.period).await?,
        Some(agreement) => scope::charged(&by, &mut conn, now, (agreement, &scope), asked.period).await?,
    };
    let part = (skip, api::PAGE);
    let behind = behind::open(&by, &mut conn, &reach, (asked.period, now), &asked.key, part).await?;
    let more = behind.total > skip + api::PAGE;
    let items = behind.rows.into_iter().map(Into::into).collect();
    Ok(Json(List { items, next: more.then(|| (skip + api::PAGE).to_string()) }))
}
