//! `/api/v1/summary`: section 5's numbers for programs.

use std::collections::BTreeMap;

use rocket::serde::json::Json;
use rocket::{Route, get, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::types::{Numbers, Period};
use super::{Reach, Reported, queries, scope};
use crate::api::Problem;
use crate::auth::{ReportReader, Role, Viewer};
use crate::centers::{CenterId, SecondNumber};
use crate::clock::{Month, Now};
use crate::error::{Fault, Result};
use crate::fields::parse;
use crate::store::Db;
use crate::web::Fields;

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
    /// Completed sessions that somebody came to
    sessions: i64,
    /// Participants' attendances and unnamed heads
    visits: i64,
    /// Heads without a name, which are among the visits
    unnamed: i64,
    /// Different people among the participants
    persons: i64,
    /// `elderly`, `disabled`, `needy`, `youth` overlap and do not add up; `none` is who is in none of them
    groups: BTreeMap<&'static str, CountJson>,
    volunteers: VolunteersJson,
    social_workers: Vec<LedJson>,
    /// By code: `case_work`, `group_work`, `community_activity`, and own kinds
    kinds: BTreeMap<String, KindJson>,
    rooms: Vec<RoomUseJson>,
    coverage: CoverageJson,
    completeness: CompletenessJson,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CountedJson {
    center_id: i64,
    from: String,
    /// The first local date after them
    to: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CountJson {
    visits: i64,
    persons: i64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct VolunteersJson {
    visits: i64,
    persons: i64,
    /// Confirmed
    minutes: i64,
    /// By code of the team's kind; `none` is who served in no team
    teams: BTreeMap<String, TeamKindJson>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct TeamKindJson {
    visits: i64,
    persons: i64,
    minutes: i64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct LedJson {
    worker_id: i64,
    name: String,
    sessions: i64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct KindJson {
    sessions: i64,
    visits: i64,
    persons: i64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct RoomUseJson {
    room_id: i64,
    center_id: i64,
    name: String,
    /// Setting up and cleaning included
    booked_minutes: i64,
    open_minutes: i64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CoverageJson {
    persons: i64,
    registered_population: i64,
    /// Where it is known that the printed number counts them
    migrant_population: Option<i64>,
    /// The second number as it is printed
    second_population: i64,
    /// What the second number counts, `migrant` or `all`; null where that is not known of all communities
    second_population_is: Option<&'static str>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CompletenessJson {
    /// Past sessions that are not closed
    open_sessions: i64,
    /// Volunteers' attendances whose hours nobody confirmed
    unconfirmed_hours: i64,
    /// Participants without a birth date
    without_birth_date: i64,
}

impl SummaryJson {
    fn new(numbers: Numbers, reach: &Reach) -> Self {
        let total = numbers.total;
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
            sessions: total.sessions,
            visits: total.visits,
            unnamed: total.unnamed,
            persons: total.persons,
            groups: numbers
                .groups
                .into_iter()
                .map(|row| {
                    let code = row.group.map_or("none", |group| group.code());
                    (code, CountJson { visits: row.visits, persons: row.persons })
                })
                .collect(),
            volunteers: VolunteersJson {
                visits: total.volunteer_visits,
                persons: total.volunteers,
                minutes: total.minutes,
                teams: numbers
                    .teams
                    .into_iter()
                    .map(|row| {
                        let code = row.kind.map_or_else(|| "none".to_owned(), |kind| kind.code);
                        (code, TeamKindJson { visits: row.visits, persons: row.persons, minutes: row.minutes })
                    })
                    .collect(),
            },
            social_workers: numbers
                .led
                .into_iter()
                .map(|row| LedJson { worker_id: row.worker_id, name: row.name, sessions: row.sessions })
                .collect(),
            kinds: numbers
                .kinds
                .into_iter()
                .map(|row| (row.code, KindJson { sessions: row.sessions, visits: row.visits, persons: row.persons }))
                .collect(),
            rooms: numbers
                .rooms
                .into_iter()
                .map(|room| RoomUseJson {
                    room_id: room.room_id.0,
                    center_id: room.center_id.0,
                    name: room.name,
                    booked_minutes: room.booked_minutes,
                    open_minutes: room.open_minutes,
                })
                .collect(),
            coverage: CoverageJson {
                persons: total.persons,
                registered_population: numbers.population.registered,
                migrant_population: numbers.population.migrant(),
                second_population: numbers.population.second,
                second_population_is: numbers.population.second_is.map(SecondNumber::code),
            },
            completeness: CompletenessJson {
                open_sessions: numbers.completeness.open_sessions,
                unconfirmed_hours: numbers.completeness.unconfirmed_hours,
                without_birth_date: numbers.completeness.without_birth_date,
            },
        }
    }
}

/// The numbers of a scope over [from, to), exact: people are counted once across its centers. A purchaser reads whole months,
/// of them its agreements' days, and 404 where there is none in the period or in one of its months.
#[utoipa::path(
    context_path = "/api/v1", tag = "summary",
    params(
        ("scope" = String, Query, description = "`center:ID`, `provider:ID`, `town:NAME` or `city`"),
        ("from" = String, Query, description = "The first local date, `2026-03-01`; for a purchaser the first of a month"),
        ("to" = String, Query, description = "The first local date after the period, at most 1,100 days on; for a purchaser the first of a month"),
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
    let (scope, period) = asked(&by, scope, from, to)?;
    let mut conn = db.read().await?;
    let reach = scope::named(&by, &mut conn, &scope, period).await?;
    let numbers = queries::count(&mut conn, &reach, period, now).await?.for_reader(&by);
    Ok(Json(SummaryJson::new(numbers, &reach)))
}

/// What is asked for. The numbers of a day next to those of another tell of one person: a purchaser's program reads the
/// periods that its pages show, which are months.
fn asked(by: &Viewer, scope: Option<&str>, from: Option<&str>, to: Option<&str>) -> Result<(Reported, Period)> {
    let day = |text: &str| match parse::date(text)? {
        day if by.role == Role::Purchaser && Month::of(day).first() != day => {
            Err(Fault::new("field.not_a_whole_month"))
        }
        day => Ok(day),
    };
    let fields = Fields::default()
        .with("scope", scope.unwrap_or_default())
        .with("from", from.unwrap_or_default())
        .with("to", to.unwrap_or_default());
    let mut read = fields.read();
    let scope = read.required("scope", parse::choice);
    let (from, to) = (read.required("from", day), read.required("to", day));
    let period = from.zip(to).and_then(|(from, to)| match Period::new(from, to) {
        None => read.fault("to", Fault::new("field.period_is_empty")),
        Some(_) if (to.0 - from.0).num_days() > LONGEST => {
            read.fault("to", Fault::bound("field.period_too_long", LONGEST))
        }
        period => period,
    });
    read.finish(|| scope.zip(period))
}
