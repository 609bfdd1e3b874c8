//! What a version tells beside its figures, for programs.

use serde::Serialize;
use utoipa::ToSchema;

use super::beside::{FrozenActivity, FrozenIndicator, FrozenMonth, FrozenSatisfaction};
use super::version_pages::ReadVersion;

/// How an indicator stood at the end of the report's last day: hours in minutes, yuan in fen.
#[derive(Serialize, ToSchema)]
pub(crate) struct FrozenIndicatorJson {
    name: String,
    name_en: String,
    /// Null for all centers of the agreement together
    center: Option<String>,
    /// Numbered; null for everybody
    worker: Option<String>,
    /// As in `GET /agreements/{id}/indicators`
    unit: String,
    /// Entered by hand, and not counted
    entered: bool,
    target: i64,
    /// Null where it is hidden from the purchaser, or not known
    done: Option<i64>,
    /// Some of it is hidden: it is so much, or more
    at_least: bool,
    hidden: bool,
    expected: Option<i64>,
    state: String,
}

impl From<FrozenIndicator> for FrozenIndicatorJson {
    fn from(one: FrozenIndicator) -> Self {
        Self {
            name: one.name,
            name_en: one.name_en,
            center: one.center,
            worker: one.worker,
            unit: one.unit.to_string(),
            entered: one.entered,
            target: one.target,
            done: one.done,
            at_least: one.at_least,
            hidden: one.hidden,
            expected: one.expected,
            state: one.state.to_string(),
        }
    }
}

/// What residents said of the sessions.
#[derive(Serialize, ToSchema)]
pub(crate) struct FrozenSatisfactionJson {
    /// Those of the months that have enough of them
    answers: i64,
    /// The mean of five, in tenths; null where no answer is told
    tenths: Option<i64>,
    /// There are some more, in months that have too few
    at_least: bool,
}

impl From<FrozenSatisfaction> for FrozenSatisfactionJson {
    fn from(told: FrozenSatisfaction) -> Self {
        Self { answers: told.answers, tenths: told.tenths, at_least: told.at_least }
    }
}

/// A month of a longer report.
#[derive(Serialize, ToSchema)]
pub(crate) struct FrozenMonthJson {
    from: String,
    /// The last of its days
    to: String,
    sessions: i64,
    /// Null where it is hidden, or some of it
    visits: Option<i64>,
    persons: Option<i64>,
}

impl From<FrozenMonth> for FrozenMonthJson {
    fn from(month: FrozenMonth) -> Self {
        Self {
            from: month.from.to_string(),
            to: month.to.to_string(),
            sessions: month.sessions,
            visits: month.visits().exactly(),
            persons: month.persons().exactly(),
        }
    }
}

/// The sessions of an activity, or all of a confidential kind.
#[derive(Serialize, ToSchema)]
pub(crate) struct FrozenActivityJson {
    number: i64,
    /// Null where its kind stands for it, and where it was taken out
    title: Option<String>,
    kind: String,
    kind_en: String,
    days: Vec<String>,
    sessions: i64,
    /// Null where it is hidden, or some of it
    visits: Option<i64>,
}

/// The activities of a version, with their titles.
pub(super) fn activities(read: &ReadVersion) -> Vec<FrozenActivityJson> {
    let of = |one: &FrozenActivity| FrozenActivityJson {
        number: one.number,
        title: read.words(&one.place()).map(str::to_owned),
        kind: one.kind.clone(),
        kind_en: one.kind_en.clone(),
        days: one.days.iter().map(ToString::to_string).collect(),
        sessions: one.sessions,
        visits: one.visits().exactly(),
    };
    read.document.activities.iter().map(of).collect()
}
