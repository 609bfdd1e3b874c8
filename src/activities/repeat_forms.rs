//! Reading how an activity repeats: the same for pages and API.

use super::repeat::{Cadence, End, MOST_APART, MOST_DATES, NthWeekday, Repeat, Rhythm, WeekdaySet};
use super::rules::series_from;
use crate::centers::Center;
use crate::clock::Date;
use crate::error::Fault;
use crate::fields::{Fields, Reader, parse};

/// What the form says besides the rhythm. All of it is read whatever the rhythm, for nothing that somebody filled in is
/// silently left out.
struct Details {
    every: Option<i64>,
    on: WeekdaySet,
    nth: Option<NthWeekday>,
}

/// Fields `repeat`, `every` (so many weeks or months), `weekdays` (1 to 7, several), `nth` (which of the month's), and either
/// `until`, the last date, or `times`. Of a month's weekday what is left out is as the first date has it.
pub fn read_repeat(
    read: &mut Reader<'_>,
    fields: &Fields,
    center: &Center,
    first: Option<Date>,
) -> Option<Option<Repeat>> {
    let rhythm = read.optional("repeat", parse::choice::<Rhythm>);
    let every = read.optional("every", parse::integer(1..=MOST_APART));
    let on = read.every("weekdays", parse::integer(1..=7));
    let nth = read.optional("nth", parse::choice::<NthWeekday>);
    let ends = (fields.get("until"), fields.get("times"));
    let rhythm = rhythm?.unwrap_or(Rhythm::Once);
    let details = Details { every: every?, on: WeekdaySet::of(on?), nth: nth? };
    if rhythm == Rhythm::Once {
        // One session, where somebody said twelve, would be eleven dates lost without a word.
        return match ends == ("", "") && details.on.is_empty() && details.every.is_none() && details.nth.is_none() {
            true => Some(None),
            false => read.fault("repeat", Fault::new("field.once_or_repeat")),
        };
    }
    // Without a first date no weekday of the month is known; the date's own fault is told then.
    let cadence = read_cadence(read, rhythm, &details, first?)?;
    let end = match ends {
        ("", "") => read.fault("until", Fault::new("field.until_or_times"))?,
        (_, "") => End::Until(read_until(read, first)?),
        ("", _) => End::Times(read.required("times", parse::integer(2..=i64::from(MOST_DATES)))?),
        _ => read.fault("times", Fault::new("field.until_or_times"))?,
    };
    is_bounded(read, Repeat { cadence, end }, center, first?).map(Some)
}

fn read_cadence(read: &mut Reader<'_>, rhythm: Rhythm, said: &Details, first: Date) -> Option<Cadence> {
    let foreign = match rhythm {
        Rhythm::Once | Rhythm::Weekly => said.nth.map(|_| "nth"),
        Rhythm::Fortnightly => said.every.filter(|every| *every != 2).map(|_| "every").or(said.nth.map(|_| "nth")),
        Rhythm::Workdays => {
            let days = (!said.on.is_empty() && said.on != WeekdaySet::WORKDAYS).then_some("weekdays");
            said.every.filter(|every| *every != 1).map(|_| "every").or(said.nth.map(|_| "nth")).or(days)
        }
        Rhythm::Monthly => said.nth.map(|_| "nth").or((!said.on.is_empty()).then_some("weekdays")),
        Rhythm::MonthlyWeekday => None,
    };
    if let Some(field) = foreign {
        return read.fault(field, Fault::new("field.not_of_this_rhythm"));
    }
    let every = said.every.unwrap_or(1);
    Some(match rhythm {
        Rhythm::Once | Rhythm::Weekly => Cadence::Weeks { every, on: said.on },
        Rhythm::Fortnightly => Cadence::Weeks { every: 2, on: said.on },
        Rhythm::Workdays => Cadence::Weeks { every: 1, on: WeekdaySet::WORKDAYS },
        Rhythm::Monthly => Cadence::Day { every, day: chrono::Datelike::day(&first.0) },
        Rhythm::MonthlyWeekday => {
            let on = if said.on.is_empty() { WeekdaySet::of([first.weekday()]) } else { said.on };
            Cadence::Nth { every, nth: said.nth.unwrap_or(NthWeekday::of(first)), on }
        }
    })
}

/// Tells where a series would be longer than one may be, or would have no date at all.
fn is_bounded(read: &mut Reader<'_>, repeat: Repeat, center: &Center, first: Date) -> Option<Repeat> {
    let possible = repeat.possible(center.zone, first).len();
    match repeat.end {
        End::Times(times) if times > possible as i64 => {
            read.fault("times", Fault::bound("field.too_many_times", possible))
        }
        End::Until(_) if possible == 0 => read.fault("until", Fault::new("field.no_date_until")),
        End::Until(_) if repeat.is_too_long(center.zone, first) => {
            read.fault("until", Fault::bound("field.too_many_dates", MOST_DATES))
        }
        End::Times(_) | End::Until(_) => Some(repeat),
    }
}

fn read_until(read: &mut Reader<'_>, first: Option<Date>) -> Option<Date> {
    let until = read.required("until", parse::date)?;
    match first {
        Some(first) if until < first => read.fault("until", Fault::new("field.ends_before_start")),
        Some(first) => parse::within(until, &series_from(first)).map_or_else(|fault| read.fault("until", fault), Some),
        None => Some(until),
    }
}
