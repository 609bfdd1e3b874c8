//! `/api/v1/summary`: section 5's numbers for programs; and a center's reports as files.

use rocket::serde::json::Json;
use rocket::{Route, get, routes};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::Problem;
use crate::auth::ReportReader;
use crate::centers::{CenterId, SecondNumber};
use crate::clock::{Month, Now};
use crate::error::{Error, Fault, Result};
use crate::fields::parse;
use crate::figures::{
    self, Figure, Item, Measure, Newcomers, Numbers, PartOf, PartTally, Period, Reach, Reported, Section, Telling,
    queries, rules, scope,
};
use crate::people::groups::PriorityGroup;
use crate::reports::names::ReportName;
use crate::reports::pages::export;
use crate::reports::periods::LONGEST;
use crate::reports::rollup::{self, CenterPlace, PartKind};
use crate::store::{Conn, Db};
use crate::web::table::File;
use crate::web::{Fields, Lang};

pub(super) fn routes() -> Vec<Route> {
    routes![summary, report]
}

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
    /// Participants and volunteers together, each counted once; null where it is hidden
    residents: Option<i64>,
    /// Where they are hidden: what is told of either part
    residents_at_least: Option<i64>,
    /// Those of them who had never taken part in these centers before the calendar year in which the period ends; of a
    /// purchaser's, as far as its agreements' days tell. Null where it is hidden
    newcomers: Option<i64>,
    /// The main numbers part by part, where `by` asks for parts. Persons are counted once within each part, so they may add
    /// up to more than the whole
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<Vec<PartJson>>,
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

/// One part of what was asked for: a center, a month, a town or a provider.
#[derive(Serialize, ToSchema)]
pub(crate) struct PartJson {
    /// `center:4`, `2026-03`, `town:石排镇`, `provider:2`, and `provider:` for centers without one
    part: String,
    name: String,
    figures: Vec<FigureJson>,
}

/// How the numbers are parted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Breakdown {
    Center,
    Month,
    Town,
    Provider,
}

impl std::str::FromStr for Breakdown {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "center" => Ok(Self::Center),
            "month" => Ok(Self::Month),
            "town" => Ok(Self::Town),
            "provider" => Ok(Self::Provider),
            _ => Err("not center, month, town or provider"),
        }
    }
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
    fn new(numbers: &Numbers, reach: &Reach, taking_part: Newcomers, parts: Option<Vec<PartJson>>) -> Self {
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
            figures: figures::figures(numbers).into_iter().map(FigureJson::from).collect(),
            residents: told(Telling::Exactly, taking_part.residents_told, taking_part.residents),
            residents_at_least: told(Telling::AtLeast, taking_part.residents_told, taking_part.residents),
            newcomers: told(Telling::Exactly, taking_part.newcomers_told, taking_part.newcomers),
            parts,
            second_population_is: numbers.population.second_is.map(SecondNumber::code),
        }
    }
}

/// A value where it is told that way.
fn told(wanted: Telling, found: Telling, value: i64) -> Option<i64> {
    (found == wanted).then_some(value)
}

/// The numbers of a scope over [from, to), exact: people are counted once across its centers. A purchaser reads the
/// periods of reports (a month, quarter, half-year, year, or all days of an agreement; else 409 `not_a_report_s_period`) that are over (else 409 `period_not_over`), of them its
/// agreements' days, and 404 where there is none in the period or in one of its months. Counts of very few people are hidden from it, and
/// what would tell them.
#[utoipa::path(
    context_path = "/api/v1", tag = "summary",
    params(
        ("scope" = String, Query, description = "`center:ID`, `provider:ID`, `town:NAME` or `city`"),
        ("from" = String, Query, description = "The first local date, `2026-03-01`"),
        ("to" = String, Query, description = "The first local date after the period, at most 1,100 days on"),
        ("by" = Option<String>, Query, description = "`center`, `month`, `town` or `provider`: the main numbers part by part beside the whole"),
    ),
    responses((status = 200, body = SummaryJson), (status = "4XX", body = Problem))
)]
#[get("/summary?<scope>&<from>&<to>&<by>")]
pub(crate) async fn summary(
    reader: ReportReader,
    db: &Db,
    now: Now,
    scope: Option<&str>,
    from: Option<&str>,
    to: Option<&str>,
    by: Option<&str>,
) -> Result<Json<SummaryJson>> {
    let (scope, period, by) = asked([scope, from, to, by])?;
    let mut conn = db.read().await?;
    let reach = scope::named(&reader, &mut conn, now, &scope, period).await?;
    let numbers = queries::count(&mut conn, &reach, period, now).await?.for_reader(&reader);
    let taking_part = figures::newcomers(&mut conn, &reach, period, period.last().year_start()).await?;
    let parts = match by {
        Some(by) => Some(parted(&reader, &mut conn, &reach, period, by).await?),
        None => None,
    };
    Ok(Json(SummaryJson::new(&numbers, &reach, taking_part, parts)))
}

/// A center's report as a file: the paper that an office files as a document to be edited (`.docx`) or as a workbook with a sheet for each
/// table (`.xlsx`), or its sheet as one table (`.csv`). In the caller's language (`Accept-Language`). A purchaser reads whole months, of
/// them its agreements' days.
#[utoipa::path(
    context_path = "/api/v1", tag = "summary",
    params(
        ("center" = i64, Path),
        ("name" = String, Path, description = "The period and the ending: `2026-03.docx`, `2026-Q1.xlsx`, `2026.csv`"),
    ),
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream"),
        (status = "4XX", body = Problem)
    )
)]
#[get("/centers/<center>/reports/<name>")]
pub(crate) async fn report(
    by: ReportReader,
    db: &Db,
    now: Now,
    lang: Lang,
    center: CenterId,
    name: ReportName,
) -> Result<File> {
    export::file(&by, &mut *db.read().await?, (center, &name), now, lang).await?.ok_or(Error::NotFound)
}

/// Every part, those without any number too, in the order of the centers or of time.
async fn parted(
    reader: &ReportReader,
    conn: &mut Conn,
    reach: &Reach,
    period: Period,
    by: Breakdown,
) -> Result<Vec<PartJson>> {
    let of_centers = |kind: PartKind, places: &[CenterPlace]| -> Vec<(PartOf, String)> {
        let names = rollup::names(reach, places).into_iter().filter(|(part, _)| part.kind == kind);
        names.map(|(part, center)| (PartOf { part: part.code, center, period }, part.name)).collect()
    };
    let of = match by {
        Breakdown::Center => of_centers(PartKind::Center, &rollup::queries::places(reader, conn).await?),
        Breakdown::Town => of_centers(PartKind::Town, &rollup::queries::places(reader, conn).await?),
        Breakdown::Provider => of_centers(PartKind::Provider, &rollup::queries::places(reader, conn).await?),
        Breakdown::Month => by_month(reach, period),
    };
    let mut names: Vec<(String, String)> = Vec::new();
    for (one, name) in &of {
        if names.iter().all(|(part, _)| *part != one.part) {
            names.push((one.part.clone(), name.clone()));
        }
    }
    let spans: Vec<PartOf> = of.into_iter().map(|(one, _)| one).collect();
    let mut counted = figures::parts(conn, reach, &spans).await?;
    let part = |(part, name): (String, String)| {
        let numbers = counted.remove(&part).unwrap_or_default();
        PartJson { part, name, figures: part_figures(&numbers) }
    };
    Ok(names.into_iter().map(part).collect())
}

/// Each month of the period, as far as it is in it.
fn by_month(reach: &Reach, period: Period) -> Vec<(PartOf, String)> {
    let within = |month: Month| Period::new(month.first().max(period.from), month.end().min(period.to));
    let months = rules::months(period).filter_map(|month| Some((month.to_string(), within(month)?)));
    let of = |(name, days): (String, Period)| {
        let centers = reach.centers().iter().map(move |center| (center.id(), name.clone()));
        centers.map(move |(center, name)| (PartOf { part: name.clone(), center, period: days }, name))
    };
    months.flat_map(of).collect()
}

fn part_figures(numbers: &PartTally) -> Vec<FigureJson> {
    let tally = &numbers.tally;
    let whole = [
        Measure::Sessions,
        Measure::Visits,
        Measure::Unnamed,
        Measure::Persons,
        Measure::VolunteerVisits,
        Measure::Volunteers,
        Measure::Minutes,
    ];
    let of_whole = |measure| Figure {
        section: Section::Total,
        item: Item::Whole,
        measure,
        value: tally.value(measure),
        told: tally.told(measure),
    };
    let of_group = |group| Figure {
        section: Section::Groups,
        item: Item::Group(group),
        measure: Measure::Persons,
        value: numbers.persons(group),
        told: numbers.persons_told(group),
    };
    let groups = PriorityGroup::ALL.iter().copied().map(Some).chain([None]);
    whole.into_iter().map(of_whole).chain(groups.map(of_group)).map(FigureJson::from).collect()
}

/// What is asked for. Whether the reader may ask for these days, the scope says.
fn asked([scope, from, to, by]: [Option<&str>; 4]) -> Result<(Reported, Period, Option<Breakdown>)> {
    let fields = Fields::default()
        .with("scope", scope.unwrap_or_default())
        .with("from", from.unwrap_or_default())
        .with("to", to.unwrap_or_default())
        .with("by", by.unwrap_or_default());
    let mut read = fields.read();
    let scope = read.required("scope", parse::choice);
    let by = read.optional("by", parse::choice);
    let (from, to) = (read.required("from", parse::date), read.required("to", parse::date));
    let period = from.zip(to).and_then(|(from, to)| match Period::new(from, to) {
        None => read.fault("to", Fault::new("field.period_is_empty")),
        Some(_) if (to.0 - from.0).num_days() > LONGEST => {
            read.fault("to", Fault::bound("field.period_too_long", LONGEST))
        }
        period => period,
    });
    read.finish(|| Some((scope?, period?, by?)))
}
