//! `/api/v1/holidays`.

use rocket::serde::json::Json;
use rocket::{Route, get, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::queries;
use super::types::Holiday;
use crate::api::{self, List, Problem};
use crate::auth::CenterReader;
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::store::Db;

pub(super) fn routes() -> Vec<Route> {
    routes![list]
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

/// The public holidays with a day in the local dates [from, to), in order; the same in every center.
#[utoipa::path(context_path = "/api/v1", tag = "holidays", params(("from" = String, Query), ("to" = String, Query)), responses((status = 200, body = List<HolidayJson>), (status = "4XX", body = Problem)))]
#[get("/holidays?<from>&<to>")]
pub(crate) async fn list(
    _by: CenterReader,
    db: &Db,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<Json<List<HolidayJson>>> {
    let (from, to) = (api::asked("from", from, parse::date)?, api::asked("to", to, parse::date)?);
    if to <= from {
        return Err(Error::field("to", "field.period_is_empty"));
    }
    let holidays = queries::between(&mut *db.read().await?, from, to.minus_days(1)).await?;
    Ok(Json(List::whole(holidays.into_iter().map(HolidayJson::from).collect())))
}
