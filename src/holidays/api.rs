//! `/api/v1/holidays`, `/api/v1/workdays`, and bringing a year's arrangement in.

use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::reading::ReadLine;
use super::types::{Holiday, HolidayId, HolidayImport, HolidayImportId, Workday, YearDay};
use super::{actions, forms, queries};
use crate::api::{self, List, Problem};
use crate::auth::{CenterReader, CityAdmin};
use crate::clock::{Date, Now, Zone};
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::store::Db;
use crate::web::{Fields, Lang};

pub(super) fn routes() -> Vec<Route> {
    routes![list, workdays, add, remove, imports, preview, bring_in, undo]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HolidayJson {
    id: i64,
    starts_on: String,
    /// The last day
    ends_on: String,
    name: String,
    name_en: String,
}

impl From<Holiday> for HolidayJson {
    fn from(holiday: Holiday) -> Self {
        Self {
            id: holiday.id.0,
            starts_on: holiday.starts_on.to_string(),
            ends_on: holiday.ends_on.to_string(),
            name: holiday.name,
            name_en: holiday.name_en,
        }
    }
}

/// Days of a weekend on which people work
#[derive(Serialize, ToSchema)]
pub(crate) struct WorkdayJson {
    id: i64,
    starts_on: String,
    /// The last day
    ends_on: String,
    name: String,
    name_en: String,
}

impl From<Workday> for WorkdayJson {
    fn from(day: Workday) -> Self {
        Self {
            id: day.id.0,
            starts_on: day.starts_on.to_string(),
            ends_on: day.ends_on.to_string(),
            name: day.name,
            name_en: day.name_en,
        }
    }
}

/// The first and the last of the local dates [from, to).
fn span(from: Option<&str>, to: Option<&str>) -> Result<(Date, Date)> {
    let (from, to) = (api::asked("from", from, parse::date)?, api::asked("to", to, parse::date)?);
    if to <= from {
        return Err(Error::field("to", "field.period_is_empty"));
    }
    Ok((from, to.minus_days(1)))
}

/// The public holidays with a day in the local dates [from, to), in order; the same in every center.
#[utoipa::path(context_path = "/api/v1", tag = "holidays", params(("from" = String, Query), ("to" = String, Query)), responses((status = 200, body = List<HolidayJson>), (status = "4XX", body = Problem)))]
#[get("/holidays?<from>&<to>")]
pub(crate) async fn list(
    _by: CenterReader,
    db: &Db,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<Json<List<HolidayJson>>> {
    let (first, last) = span(from, to)?;
    let holidays = queries::between(&mut *db.read().await?, first, last).await?;
    Ok(Json(List::whole(holidays.into_iter().map(HolidayJson::from).collect())))
}

/// The make-up workdays (调休补班) with a day in the local dates [from, to), in order; the same in every center.
#[utoipa::path(context_path = "/api/v1", tag = "holidays", params(("from" = String, Query), ("to" = String, Query)), responses((status = 200, body = List<WorkdayJson>), (status = "4XX", body = Problem)))]
#[get("/workdays?<from>&<to>")]
pub(crate) async fn workdays(
    _by: CenterReader,
    db: &Db,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<Json<List<WorkdayJson>>> {
    let (first, last) = span(from, to)?;
    let days = queries::workdays(&mut *db.read().await?, first, last).await?;
    Ok(Json(List::whole(days.into_iter().map(WorkdayJson::from).collect())))
}

/// A line of a year's table
#[derive(Serialize, ToSchema)]
pub(crate) struct YearDayJson {
    id: i64,
    /// `holiday` or `workday`
    kind: &'static str,
    /// Whose arrangement it belongs to
    year: i64,
    starts_on: String,
    ends_on: String,
    name: String,
    name_en: String,
    /// Brought along by the program, by the national rules and not by a year's arrangement
    statutory: bool,
    /// What it was taken from, where it was brought in
    source: Option<String>,
}

impl From<YearDay> for YearDayJson {
    fn from(day: YearDay) -> Self {
        Self {
            id: day.id.0,
            kind: day.kind.code(),
            year: day.year,
            starts_on: day.starts_on.to_string(),
            ends_on: day.ends_on.to_string(),
            name: day.name,
            name_en: day.name_en,
            statutory: day.statutory.is_set(),
            source: day.source,
        }
    }
}

/// What a day that is added needs.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::holiday` reads it")]
pub(crate) struct NewHoliday {
    /// `holiday`, which it is where nothing is said, or `workday`
    kind: Option<String>,
    starts_on: String,
    /// The last day; the first where nothing is said
    ends_on: Option<String>,
    name: String,
    name_en: String,
}

/// Adds a holiday or a make-up workday.
#[utoipa::path(context_path = "/api/v1", tag = "holidays", request_body = NewHoliday, responses((status = 201, body = YearDayJson), (status = "4XX", body = Problem)))]
#[post("/holidays", data = "<fields>")]
pub(crate) async fn add(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Created<Json<YearDayJson>>> {
    let input = forms::holiday(&fields, Zone::SHANGHAI.date(now.0))?;
    let mut tx = db.begin().await?;
    let id = actions::add(&by, now, &mut tx, &input).await?;
    let day = queries::find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/holidays?from={0}&to={1}", day.starts_on, day.ends_on.plus_days(1)))
        .body(Json(day.into())))
}

/// Takes a day off the list.
#[utoipa::path(context_path = "/api/v1", tag = "holidays", params(("id" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/holidays/<id>/removal")]
pub(crate) async fn remove(by: CityAdmin, db: &Db, now: Now, id: HolidayId) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let day = queries::find(&mut tx, id).await?;
    actions::remove(&by, now, &mut tx, &day).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Days that were brought in from a file
#[derive(Serialize, ToSchema)]
pub(crate) struct HolidayImportJson {
    id: i64,
    year: i64,
    source: String,
    /// Whether it took the place of what the year had
    replaces: bool,
    made_at: String,
    made_by: String,
    /// How many of its days hold
    days: i64,
    undone_at: Option<String>,
}

impl From<HolidayImport> for HolidayImportJson {
    fn from(import: HolidayImport) -> Self {
        Self {
            id: import.id.0,
            year: import.year,
            source: import.source,
            replaces: import.replaces.is_set(),
            made_at: import.made_at.rfc3339(),
            made_by: import.made_by,
            days: import.days,
            undone_at: import.undone_at.map(|at| at.rfc3339()),
        }
    }
}

/// What was brought in, the latest first.
#[utoipa::path(context_path = "/api/v1", tag = "holidays", responses((status = 200, body = List<HolidayImportJson>), (status = "4XX", body = Problem)))]
#[get("/holidays/imports")]
pub(crate) async fn imports(_by: CityAdmin, db: &Db) -> Result<Json<List<HolidayImportJson>>> {
    let imports = queries::imports(&mut *db.read().await?).await?;
    Ok(Json(List::whole(imports.into_iter().map(HolidayImportJson::from).collect())))
}

/// A year's arrangement.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::arrangement` reads it")]
pub(crate) struct NewArrangement {
    year: i64,
    /// What it is taken from
    source: String,
    /// `replace`: takes the place of what the year has. `add`: that stays
    mode: String,
    /// The table as text: lines of cells between tabs or commas, with a head or without one (days, name, kind)
    cells: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ReadDaysJson {
    /// `holiday` or `workday`
    kind: &'static str,
    starts_on: String,
    ends_on: String,
    name: String,
    name_en: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ReadLineJson {
    number: u32,
    text: String,
    /// The code of what is wrong with it
    fault: Option<&'static str>,
    /// That in words
    message: Option<String>,
    days: Vec<ReadDaysJson>,
}

impl ReadLineJson {
    fn of(line: ReadLine, lang: Lang) -> Self {
        let text = line.text();
        let days = line.entries.into_iter().map(|entry| ReadDaysJson {
            kind: entry.kind.code(),
            starts_on: entry.starts_on.to_string(),
            ends_on: entry.ends_on.to_string(),
            name: entry.name,
            name_en: entry.name_en,
        });
        Self {
            number: line.number,
            text,
            message: line
                .fault
                .as_ref()
                .map(|fault| lang.with(fault.key, fault.bound.iter().map(|bound| ("bound", bound.clone())))),
            fault: line.fault.map(|fault| fault.key),
            days: days.collect(),
        }
    }
}

/// What would come of an arrangement
#[derive(Serialize, ToSchema)]
pub(crate) struct ArrangementJson {
    year: i64,
    lines: Vec<ReadLineJson>,
    /// What would go
    replaced: Vec<YearDayJson>,
}

/// Says how an arrangement is understood; nothing is written.
#[utoipa::path(context_path = "/api/v1", tag = "holidays", request_body = NewArrangement, responses((status = 200, body = ArrangementJson), (status = "4XX", body = Problem)))]
#[post("/holidays/imports/preview", data = "<fields>")]
pub(crate) async fn preview(
    _by: CityAdmin,
    db: &Db,
    now: Now,
    lang: Lang,
    fields: Fields,
) -> Result<Json<ArrangementJson>> {
    let mut sent = forms::arrangement(&fields, None, Zone::SHANGHAI.date(now.0)).await?;
    let going = actions::consider(&mut *db.read().await?, &mut sent).await?;
    Ok(Json(ArrangementJson {
        year: sent.year,
        lines: sent.lines.into_iter().map(|line| ReadLineJson::of(line, lang)).collect(),
        replaced: going.into_iter().map(YearDayJson::from).collect(),
    }))
}

/// Brings an arrangement in, all of it or nothing.
#[utoipa::path(context_path = "/api/v1", tag = "holidays", request_body = NewArrangement, responses((status = 201, body = HolidayImportJson), (status = "4XX", body = Problem)))]
#[post("/holidays/imports", data = "<fields>")]
pub(crate) async fn bring_in(
    by: CityAdmin,
    db: &Db,
    now: Now,
    fields: Fields,
) -> Result<Created<Json<HolidayImportJson>>> {
    let sent = forms::arrangement(&fields, None, Zone::SHANGHAI.date(now.0)).await?;
    let mut tx = db.begin().await?;
    let id = actions::bring_in(&by, now, &mut tx, sent).await?;
    let import = queries::import(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Created::new("/api/v1/holidays/imports").body(Json(import.into())))
}

/// Takes an import back. 409 `holiday_import_undone`, `holiday_import_replaced`, `holiday_import_entered`.
#[utoipa::path(context_path = "/api/v1", tag = "holidays", params(("id" = i64, Path)), responses((status = 200, body = HolidayImportJson), (status = "4XX", body = Problem)))]
#[post("/holidays/imports/<id>/undoing")]
pub(crate) async fn undo(by: CityAdmin, db: &Db, now: Now, id: HolidayImportId) -> Result<Json<HolidayImportJson>> {
    let mut tx = db.begin().await?;
    let import = queries::import(&mut tx, id).await?;
    actions::undo(&by, now, &mut tx, &import).await?;
    let import = queries::import(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(import.into()))
}
