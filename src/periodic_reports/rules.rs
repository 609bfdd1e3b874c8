//! From draft to accepted, as a table: who may do what to a report, and what it is afterwards; and what a later report tells of an
//! earlier one.
//!
//! ```text
//! draft ──submit──▶ submitted ──accept──▶ accepted ──undo──▶ submitted …
//!   ▲                 │    │
//!   └────withdraw─────┘    └──return──▶ returned ──submit──▶ submitted …
//!
//! draft, returned ──drop──▶ dropped
//! ```
//!
//! The provider writes in a draft and in what was returned, submits it, and takes it back while nobody answered. The purchaser accepts
//! or returns what was submitted. What was submitted is never edited: what is submitted next is another version. What was accepted stays,
//! unless that was a slip which the purchaser takes back on the same day, before a later report may have told of it.
//! A report whose days are the agreement's no more is dropped, and begun again where they are again.

use std::collections::{BTreeMap, BTreeSet};

use super::types::ReportState;
use crate::clock::Date;
use crate::error::Refusal;
use crate::figures::Section;

/// What is done to a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportStep {
    Write,
    Submit,
    Withdraw,
    Accept,
    UndoAcceptance,
    Return,
    Drop,
}

/// What a report is after a step.
///
/// # Errors
/// `report_submitted` where it is not the provider's turn, `report_accepted` where it is nobody's any more,
/// `report_not_submitted` where there is nothing to answer or to take back, `report_not_accepted` where no acceptance is,
/// `report_dropped` where it was given up.
pub fn after(step: ReportStep, state: ReportState) -> Result<ReportState, Refusal> {
    use ReportState::{Accepted, Draft, Dropped, Returned, Submitted};
    Ok(match (step, state) {
        (ReportStep::Write, Draft | Returned) => state,
        (ReportStep::Submit, Draft | Returned) => Submitted,
        (ReportStep::Withdraw, Submitted) => Draft,
        (ReportStep::Accept, Submitted) => Accepted,
        (ReportStep::UndoAcceptance, Accepted) => Submitted,
        (ReportStep::Return, Submitted) => Returned,
        (ReportStep::Drop, Draft | Returned) => Dropped,
        (ReportStep::Write | ReportStep::Submit | ReportStep::Drop, Submitted) => {
            return Err(Refusal::new("report_submitted"));
        }
        (_, Accepted) => return Err(Refusal::new("report_accepted")),
        (_, Dropped) => return Err(Refusal::new("report_dropped")),
        (ReportStep::UndoAcceptance, Draft | Submitted | Returned) => {
            return Err(Refusal::new("report_not_accepted"));
        }
        (ReportStep::Withdraw | ReportStep::Accept | ReportStep::Return, Draft | Returned) => {
            return Err(Refusal::new("report_not_submitted"));
        }
    })
}

/// Whether an acceptance may be taken back.
///
/// # Errors
/// `report_acceptance_over` where the day on which it was given is over, `report_acceptance_told` where a later report found it, and
/// may have told by what the accepted one is corrected.
pub fn may_undo_acceptance(accepted_on: Date, today: Date, is_told: bool) -> Result<(), Refusal> {
    if today > accepted_on {
        return Err(Refusal::new("report_acceptance_over"));
    }
    if is_told { Err(Refusal::new("report_acceptance_told")) } else { Ok(()) }
}

/// Figures by their keys.
pub type FigureValues = BTreeMap<String, i64>;

/// Whether a section's figures are adjusted: what is counted from what people did. How long rooms were open, how many people live there and
/// what is still missing is told of its day alone; and of a worker a version knows a number in its own list, which is another's in the next.
pub fn is_adjusted(section: Section) -> bool {
    match section {
        Section::Total
        | Section::Groups
        | Section::Subgroups
        | Section::Kinds
        | Section::Volunteers
        | Section::Teams => true,
        Section::Workers
        | Section::WorkerKinds
        | Section::Population
        | Section::Rooms
        | Section::Units
        | Section::Completeness => false,
    }
}

/// Whether it is a section of workers, whom each version numbers anew.
pub fn is_of_workers(section: Section) -> bool {
    matches!(section, Section::Workers | Section::WorkerKinds)
}

/// Whether what a section does not list is nought: it lists whoever did something.
pub fn is_sparse(section: Section) -> bool {
    section == Section::Teams
}

/// By which figures a period is otherwise than it was told: recount - version - what was told of it since. `recount` and `version` are
/// figures that are adjusted; of the keys of `sparse`, what one does not list is nought in it. Of other keys a version that does not list one does
/// not know it, and there is nothing to say.
pub fn adjustments(
    recount: &FigureValues,
    version: &FigureValues,
    told: &[FigureValues],
    is_sparse: impl Fn(&str) -> bool,
) -> FigureValues {
    let keys: BTreeSet<&String> = [recount, version].into_iter().chain(told).flat_map(BTreeMap::keys).collect();
    let difference = |key: &String| {
        let of = |values: &FigureValues| values.get(key).copied();
        let (now, then) = match (of(recount), of(version)) {
            (Some(now), Some(then)) => (now, then),
            (now, then) if is_sparse(key) => (now.unwrap_or(0), then.unwrap_or(0)),
            _ => return None,
        };
        let told: i64 = told.iter().filter_map(of).sum();
        Some((key.clone(), now - then - told)).filter(|(_, by)| *by != 0)
    };
    keys.into_iter().filter_map(difference).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_report_goes_its_way_and_no_other() {
        use ReportState as S;
        use ReportStep as T;
        let turn = |step| S::ALL.iter().map(|state| after(step, *state).map_err(|why| why.code)).collect::<Vec<_>>();
        let words =
            ["report_submitted", "report_accepted", "report_dropped", "report_not_submitted", "report_not_accepted"];
        let [submitted, accepted, dropped, not, never] = words.map(Err);
        // Of draft, submitted, returned, accepted and dropped.
        assert_eq!(turn(T::Write), [Ok(S::Draft), submitted, Ok(S::Returned), accepted, dropped]);
        assert_eq!(turn(T::Submit), [Ok(S::Submitted), submitted, Ok(S::Submitted), accepted, dropped]);
        assert_eq!(turn(T::Withdraw), [not, Ok(S::Draft), not, accepted, dropped]);
        assert_eq!(turn(T::Accept), [not, Ok(S::Accepted), not, accepted, dropped]);
        assert_eq!(turn(T::UndoAcceptance), [never, never, never, Ok(S::Submitted), dropped]);
        assert_eq!(turn(T::Return), [not, Ok(S::Returned), not, accepted, dropped]);
        assert_eq!(turn(T::Drop), [Ok(S::Dropped), submitted, Ok(S::Dropped), accepted, dropped]);
    }

    #[test]
    fn an_acceptance_is_taken_back_on_its_day_while_nothing_was_told_since() {
        let [day, next] = ["2026-04-02", "2026-04-03"].map(|text| Date::parse(text).unwrap());
        let code = |today, is_told| may_undo_acceptance(day, today, is_told).map_err(|why| why.code);
        assert_eq!(code(day, false), Ok(()));
        assert_eq!(code(day, true), Err("report_acceptance_told"));
        assert_eq!(code(next, false), Err("report_acceptance_over"));
    }

    fn values(of: &[(&str, i64)]) -> FigureValues {
        of.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect()
    }

    #[test]
    fn what_a_version_does_not_know_is_not_adjusted() {
        let sparse = |key: &str| key.contains("team");
        let now = values(&[("visits", 12), ("persons", 7), ("cases", 3), ("minutes.team.medical", 60)]);
        let then = values(&[("visits", 10), ("persons", 7), ("old", 4), ("minutes.team.legal", 30)]);
        // Of a team's hours that came and went again, neither of the two knows.
        let told = values(&[("visits", 1), ("minutes.team.youth", 100), ("gone", 5)]);
        let expected = values(&[
            ("visits", 1),
            ("minutes.team.medical", 60),
            ("minutes.team.legal", -30),
            ("minutes.team.youth", -100),
        ]);
        assert_eq!(adjustments(&now, &then, std::slice::from_ref(&told), sparse), expected);
    }

    /// What happens to a month after it was accepted: it is counted otherwise, or a later report is submitted, accepted or returned.
    #[derive(Clone, Debug)]
    enum Event {
        Recounted(&'static str, i64),
        Submitted,
        Accepted(usize),
        Returned(usize),
    }

    fn events() -> impl Strategy<Value = Vec<Event>> {
        let key = prop::sample::select(vec!["visits", "persons", "minutes"]);
        let one = prop_oneof![
            4 => (key, -5i64..20).prop_map(|(key, value)| Event::Recounted(key, value)),
            2 => Just(Event::Submitted),
            2 => (0usize..4).prop_map(Event::Accepted),
            1 => (0usize..4).prop_map(Event::Returned),
        ];
        prop::collection::vec(one, 0..60)
    }

    proptest! {
        #[test]
        fn adjustments_add_up_to_the_recount(events in events()) {
            let frozen = values(&[("visits", 10), ("persons", 8), ("minutes", 120)]);
            let mut now = frozen.clone();
            let (mut open, mut told): (Vec<FigureValues>, Vec<FigureValues>) = (Vec::new(), Vec::new());
            let next = |now: &FigureValues, told: &[FigureValues], open: &[FigureValues]| {
                // What waits for its answer is told as well.
                adjustments(now, &frozen, &[told, open].concat(), |_| false)
            };
            for event in events {
                match event {
                    Event::Recounted(key, value) => _ = now.insert(key.to_owned(), value),
                    Event::Submitted => open.push(next(&now, &told, &open)),
                    Event::Accepted(place) if place < open.len() => told.push(open.remove(place)),
                    Event::Returned(place) if place < open.len() => _ = open.remove(place),
                    Event::Accepted(_) | Event::Returned(_) => {}
                }
            }
            // Whatever was told so far, with what the next one tells it is the recount, and the version is what it was.
            told.push(next(&now, &told, &open));
            for (key, then) in &frozen {
                let all: i64 = told.iter().chain(&open).filter_map(|values| values.get(key)).sum();
                prop_assert_eq!(then + all, now[key], "{}", key);
            }
            prop_assert_eq!(frozen, values(&[("visits", 10), ("persons", 8), ("minutes", 120)]));
        }
    }
}
