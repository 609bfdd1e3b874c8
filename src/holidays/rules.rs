//! Which years are asked for, and what is wrong with days that are brought in.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike as _;

use super::reading::ReadLine;
use super::types::{HolidayAsk, YearDay, YearState, YearsAskedFor};
use crate::clock::Date;
use crate::error::Fault;

/// The month in which the arrangement of the next year is mostly announced.
const ANNOUNCED_IN: u32 = 11;

/// What is asked for on `today`: years without a day in which sessions are planned, and from November on the next year.
pub fn asks(today: Date, known: &BTreeMap<i64, YearState>, planned: &BTreeSet<i64>) -> Vec<HolidayAsk> {
    let state = |year: i64| known.get(&year).copied().unwrap_or(YearState::Missing);
    let next = i64::from(today.0.year()) + 1;
    let mut asks: Vec<HolidayAsk> = planned
        .iter()
        .filter(|year| state(**year) == YearState::Missing)
        .map(|year| HolidayAsk { year: *year, why: YearsAskedFor::Planned })
        .collect();
    let is_asked = asks.iter().any(|ask| ask.year == next);
    if today.0.month() >= ANNOUNCED_IN && !is_asked {
        match state(next) {
            YearState::Missing => asks.push(HolidayAsk { year: next, why: YearsAskedFor::Soon }),
            YearState::StatutoryOnly => asks.push(HolidayAsk { year: next, why: YearsAskedFor::SoonAnnounced }),
            YearState::Entered => {}
        }
    }
    asks.sort_by_key(|ask| ask.year);
    asks
}

/// Notes where a line's days are already another line's, or stand in the table and would stay there.
pub fn judge(lines: &mut [ReadLine], staying: &[YearDay]) {
    let mut taken: Vec<(Date, Date, String)> =
        staying.iter().map(|day| (day.starts_on, day.ends_on, day.name.clone())).collect();
    for line in lines.iter_mut().filter(|line| line.fault.is_none()) {
        for entry in &line.entries {
            let (from, to) = (entry.starts_on, entry.ends_on);
            if let Some((.., name)) = taken.iter().find(|(first, last, _)| *first <= to && from <= *last) {
                line.fault = Some(Fault::bound("field.holiday_overlaps", name));
                break;
            }
            taken.push((from, to, entry.name.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::reading::ReadEntry;
    use super::super::types::HolidayKind;
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn asked(today: &str, known: &[(i64, YearState)], planned: &[i64]) -> Vec<(i64, YearsAskedFor)> {
        let (known, planned) = (known.iter().copied().collect(), planned.iter().copied().collect());
        asks(day(today), &known, &planned).into_iter().map(|ask| (ask.year, ask.why)).collect()
    }

    #[test]
    fn years_are_asked_for_before_they_are_needed() {
        let known = [(2026, YearState::Entered), (2027, YearState::StatutoryOnly)];
        assert_eq!(asked("2026-10-31", &known, &[2026, 2027]), []);
        assert_eq!(asked("2026-11-01", &known, &[2026]), [(2027, YearsAskedFor::SoonAnnounced)]);
        assert_eq!(asked("2026-03-01", &known, &[2026, 2028]), [(2028, YearsAskedFor::Planned)]);
        assert_eq!(asked("2027-11-01", &known, &[]), [(2028, YearsAskedFor::Soon)]);
        assert_eq!(asked("2027-12-01", &known, &[2028]), [(2028, YearsAskedFor::Planned)]);
    }

    fn line(number: u32, from: u64, days: u64) -> ReadLine {
        let starts_on = day("2027-01-01").plus_days(from);
        let entry = ReadEntry {
            kind: HolidayKind::Holiday,
            starts_on,
            ends_on: starts_on.plus_days(days),
            name: format!("第{number}"),
            name_en: String::new(),
        };
        ReadLine { number, cells: Vec::new(), fault: None, entries: vec![entry] }
    }

    proptest! {
        /// By a plain calendar: a line is good while none of its days is ticked.
        #[test]
        fn no_day_is_taken_twice(spans in vec((0_u64..60, 0_u64..5), 0..20)) {
            let mut lines: Vec<ReadLine> =
                (1..).zip(&spans).map(|(number, (from, days))| line(number, *from, *days)).collect();
            judge(&mut lines, &[]);
            let mut ticked = BTreeSet::new();
            for (line, (from, days)) in lines.iter().zip(&spans) {
                let wanted: BTreeSet<u64> = (*from..=from + days).collect();
                let is_free = wanted.is_disjoint(&ticked);
                prop_assert_eq!(line.fault.is_none(), is_free);
                if is_free {
                    ticked.extend(wanted);
                }
            }
        }
    }
}
