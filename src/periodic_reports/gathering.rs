//! Reading what a report tells beside its figures ([`super::beside`]): of the same days, and before the same reader, as the figures.

use std::collections::BTreeMap;

use serde_json::json;

use super::beside::{FrozenActivity, FrozenIndicator, FrozenMonth, FrozenSatisfaction, in_part, told_of};
use super::types::PeriodicReport;
use crate::activities::ActivityId;
use crate::auth::ReportReader;
use crate::clock::{Month, Now};
use crate::error::{Error, Result};
use crate::figures::queries::{self, By, SessionRow};
use crate::figures::{self, Measure, Period, Reach, Tally};
use crate::indicators::standing::{self, CountedBefore};
use crate::ratings;
use crate::store::{Conn, rows};

/// What stands beside the figures.
pub struct BesideFigures {
    pub indicators: Vec<FrozenIndicator>,
    pub satisfaction: FrozenSatisfaction,
    /// Of a report of several months, each.
    pub months: Vec<FrozenMonth>,
    /// With their titles, where these are told.
    pub activities: Vec<(FrozenActivity, Option<String>)>,
}

impl BesideFigures {
    /// Reads it, of what is `reach`ed.
    ///
    /// # Errors
    /// As the database says.
    pub async fn load(
        (by, before): (&ReportReader, CountedBefore),
        conn: &mut Conn,
        now: Now,
        report: &PeriodicReport,
        reach: &Reach,
    ) -> Result<Self> {
        let period = report.period();
        let sessions = queries::session_rows(by, conn, reach, period).await?;
        let ids: Vec<i64> = sessions.iter().map(|session| session.id.0).collect();
        let rated = ratings::by_month(conn, &ids).await?;
        let tallies = queries::tallies(conn, By::Session, reach, period).await?;
        let satisfaction = match reach.small() {
            // Of a month that is told in parts nothing is: a longer report tells it whole.
            Some(_) if reach.parts_a_month(period) => {
                FrozenSatisfaction { at_least: !rated.is_empty(), ..FrozenSatisfaction::default() }
            }
            small => ratings::together(&rated, small.unwrap_or(0)).into(),
        };
        Ok(Self {
            indicators: indicators((by, before), conn, now, report).await?,
            satisfaction,
            months: months(conn, reach, period).await?,
            activities: by_activity(&sessions, &tallies, &activities_of(conn, &ids).await?),
        })
    }
}

async fn indicators(
    by: (&ReportReader, CountedBefore),
    conn: &mut Conn,
    now: Now,
    report: &PeriodicReport,
) -> Result<Vec<FrozenIndicator>> {
    match standing::at_the_end_of(by, conn, now, report.agreement_id, report.ends_on).await {
        Ok(table) => Ok(table.lines.iter().map(FrozenIndicator::from).collect()),
        Err(Error::NotFound) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

async fn months(conn: &mut Conn, reach: &Reach, period: Period) -> Result<Vec<FrozenMonth>> {
    let all: Vec<Month> = figures::rules::months(period).collect();
    if all.len() < 2 {
        return Ok(Vec::new());
    }
    let counted = figures::by_month(conn, reach, period).await?;
    let of = |month: Month| {
        let days = (month.first().max(period.from), month.end().min(period.to).minus_days(1));
        FrozenMonth::of(days, &counted.get(&month).map(|counted| counted.tally()).unwrap_or_default())
    };
    Ok(all.into_iter().map(of).collect())
}

/// Whose line a session stands in.
#[derive(PartialEq, Eq)]
enum ActivityPlace {
    Activity(ActivityId),
    /// All of a confidential kind together: a title of it may name a person.
    Kind(String),
}

/// A line for each activity and each confidential kind, kind by kind, numbered.
fn by_activity(
    sessions: &[SessionRow],
    tallies: &BTreeMap<String, Tally>,
    activities: &BTreeMap<i64, ActivityId>,
) -> Vec<(FrozenActivity, Option<String>)> {
    let mut lines: Vec<(ActivityPlace, FrozenActivity, Option<String>, Tally)> = Vec::new();
    for session in sessions {
        let title = &session.title;
        let (of, called) = match (title.is_confidential(), activities.get(&session.id.0)) {
            (false, Some(activity)) => (ActivityPlace::Activity(*activity), title.own().map(str::to_owned)),
            (true, _) | (false, None) => (ActivityPlace::Kind(title.kind.clone()), None),
        };
        let place = lines.iter().position(|(other, ..)| *other == of).unwrap_or_else(|| {
            let line = FrozenActivity {
                number: 0,
                title: None,
                kind: title.kind.clone(),
                kind_en: title.kind_en.clone(),
                days: Vec::new(),
                sessions: 0,
                visits: None,
                persons: None,
                at_least: Vec::new(),
            };
            lines.push((of, line, called, Tally::default()));
            lines.len() - 1
        });
        let (_, line, _, together) = &mut lines[place];
        line.days.push(session.local_date);
        line.sessions += 1;
        let Some(tally) = tallies.get(&session.id.to_string()) else { continue };
        together.visits += tally.visits;
        together.persons = tally.persons;
        together.hidden.extend(&tally.hidden);
    }
    lines.sort_by_cached_key(|(_, line, ..)| line.kind.clone());
    let told =
        |(number, (_, line, title, mut tally)): (i64, (ActivityPlace, FrozenActivity, Option<String>, Tally))| {
            if line.sessions > 1 {
                tally.persons = 0;
                tally.hidden.push(Measure::Persons);
            }
            let visits = told_of(&tally, Measure::Visits);
            let persons = told_of(&tally, Measure::Persons);
            (FrozenActivity { number, visits, persons, at_least: in_part(&tally), ..line }, title)
        };
    (1..).zip(lines).map(told).collect()
}

async fn activities_of(conn: &mut Conn, sessions: &[i64]) -> Result<BTreeMap<i64, ActivityId>> {
    let found: Vec<(i64, ActivityId)> = sqlx::query_as(
        "select s.id, s.activity_id from sessions s
         where s.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(sessions, |id| json!(id)))
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().collect())
}
