//! `/api/v1/summary`: section 5's numbers for programs.

use rocket::serde::json::Json;
use rocket::{Route, get, routes};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::Problem;
use crate::auth::ReportReader;
use crate::centers::{CenterId, SecondNumber};
use crate::clock::Now;
use crate::error::{Fault, Result};
use crate::fields::parse;
use crate::figures::{Figure, Numbers, Period, Reach, Reported, Telling, figures, queries, scope};
use crate::store::Db;
use crate::web::{Fields, Lang};

pub(super) fn routes() -> Vec<Route> {
    routes![summary]
}

/// The longest period of one answer, in days: three years and a bit.
const LONGEST: i64 = 1_100;

#[derive(Serialize, ToSchema)]
pub(crate) struct SummaryJson {
    /// The first local date that is counted: later than asked where a purchaser's agreements begin later
    from: String,
    /// The first local date after those that are counted
    to: String,
    asked_from: String,
    asked_to: String,
    /// The days that are counted, of each center: all that was asked, and for a purchaser those of its agreements. A
    /// center whose days are parted stands here more than once
    counted: Vec<CountedJson>,
    /// Every number, by its key
    figures: Vec<FigureJson>,
    /// What the second printed number of the population counts, `migrant` or `all`; null where that is not known of all
    /// communities
    second_population_is: Option<&'static str>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CountedJson {
    center_id: i64,
    from: String,
    /// The first local date after them
    to: String,
}

/// A number. Groups overlap and do not add up; persons are counted once however often they came.
#[derive(Serialize, ToSchema)]
pub(crate) struct FigureJson {
    /// The measure, and what it is of: `visits`, `persons.elderly`, `sessions.kind.case_work`, `minutes.team.medical`,
    /// `led_sessions.worker.5`, `open_minutes.room.3`
    key: String,
    /// Null where it is hidden
    value: Option<i64>,
    /// Whether it is not told, for so few people are in it or in a part of it, or such a number would follow from it. Only for purchasers
    hidden: bool,
    /// Of a longer period or several centers, where a part is hidden: what the other parts have
    at_least: Option<i64>,
    /// `sessions`, `visits`, `persons`, `minutes` or `units`
    unit: &'static str,
    /// What it is of, where it is not of the whole
    name: Option<String>,
    name_en: Option<String>,
    /// Of a room's
    center_id: Option<i64>,
}

impl From<Figure> for FigureJson {
    fn from(figure: Figure) -> Self {
        let name = |lang| Some(figure.item.label(lang)).filter(|name| !name.is_empty());
        Self {
            key: figure.key(),
            value: figure.shown(),
            hidden: figure.told != Telling::Exactly,
            at_least: figure.at_least(),
            unit: figure.measure.unit().code(),
            name: name(Lang::Zh),
            name_en: name(Lang::En),
            center_id: figure.item.center().map(|center| center.0),
        }
    }
}

impl SummaryJson {
    fn new(numbers: &Numbers, reach: &Reach) -> Self {
        let asked = numbers.period;
        let days = |id| reach.days(id, asked).into_iter().map(move |days| (id, days));
        let mut counted: Vec<(CenterId, Period)> =
            reach.centers().iter().map(|center| center.id()).flat_map(days).collect();
        counted.sort_by_key(|(center, days)| (*center, days.from));
        let first = counted.iter().map(|(_, days)| days.from).min().unwrap_or(asked.from);
        let end = counted.iter().map(|(_, days)| days.to).max().unwrap_or(asked.to);
        Self {
            from: first.to_string(),
            to: end.to_string(),
            asked_from: asked.from.to_string(),
            asked_to: asked.to.to_string(),
            counted: counted
                .into_iter()
                .map(|(center, days)| CountedJson {
                    center_id: center.0,
                    from: days.from.to_string(),
                    to: days.to.to_string(),
                })
                .collect(),
            figures: figures(numbers).into_iter().map(FigureJson::from).collect(),
            second_population_is: numbers.population.second_is.map(SecondNumber::code),
        }
    }
}

/// The numbers of a scope over [from, to), exact: people are counted once across its centers. A purchaser reads the
/// periods of reports (a month, quarter, half-year, year, or all days of an agreement; else 409 `not_a_report_s_period`), of them its
/// agreements' days, and 404 where there is none in the period or in one of its months. Counts of very few people are hidden from it, and
/// what would tell them.
#[utoipa::path(
    context_path = "/api/v1", tag = "summary",
    params(
        ("scope" = String, Query, description = "`center:ID`, `provider:ID`, `town:NAME` or `city`"),
        ("from" = String, Query, description = "The first local date, `2026-03-01`"),
        ("to" = String, Query, description = "The first local date after the period, at most 1,100 days on"),
    ),
    responses((status = 200, body = SummaryJson), (status = "4XX", body = Problem))
)]
#[get("/summary?<scope>&<from>&<to>")]
pub(crate) async fn summary(
    by: ReportReader,
    db: &Db,
    now: Now,
    scope: Option<&str>,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<Json<SummaryJson>> {
    let (scope, period) = asked(scope, from, to)?;
    let mut conn = db.read().await?;
    let reach = scope::named(&by, &mut conn, &scope, period).await?;
    let numbers = queries::count(&mut conn, &reach, period, now).await?.for_reader(&by);
    Ok(Json(SummaryJson::new(&numbers, &reach)))
}

/// What is asked for. Whether the reader may ask for these days, the scope says.
fn asked(scope: Option<&str>, from: Option<&str>, to: Option<&str>) -> Result<(Reported, Period)> {
    let fields = Fields::default()
        .with("scope", scope.unwrap_or_default())
        .with("from", from.unwrap_or_default())
        .with("to", to.unwrap_or_default());
    let mut read = fields.read();
    let scope = read.required("scope", parse::choice);
    let (from, to) = (read.required("from", parse::date), read.required("to", parse::date));
    let period = from.zip(to).and_then(|(from, to)| match Period::new(from, to) {
        None => read.fault("to", Fault::new("field.period_is_empty")),
        Some(_) if (to.0 - from.0).num_days() > LONGEST => {
            read.fault("to", Fault::bound("field.period_too_long", LONGEST))
        }
        period => period,
    });
    read.finish(|| scope.zip(period))
}
