//! How many different people came from a first day on, told anew with each month, before somebody who does not see small numbers: who were
//! new in a month, who came again and who stayed away follow from what was told before, from the month's own number and from both together.

use roaring::RoaringBitmap;

use super::counted::{Counted, Filter};
use super::list::Measure;
use super::masking::Telling;
use super::types::Period;

/// How many there are by the end of the last of some months that follow one another, and how that is told. It is told as it is where none of
/// the three numbers is small, and of the periods of reports, which are told anyway; else it is "at least" what was told last.
pub fn grown<'a>(
    months: impl Iterator<Item = (Period, Vec<&'a Counted>)>,
    (measure, filter): (Measure, &Filter),
    least: i64,
    is_reported: impl Fn(Period) -> bool,
) -> (i64, Telling) {
    let (mut told, mut since) = (RoaringBitmap::new(), RoaringBitmap::new());
    let (mut first, mut is_whole, mut is_told) = (None, true, true);
    for (month, counted) in months {
        let from = *first.get_or_insert(month.from);
        for one in counted {
            is_whole &= one.told(measure, filter) == Telling::Exactly;
            since |= one.people(measure, filter);
        }
        let is_small = |count: u64| 0 < count && i64::try_from(count).unwrap_or(i64::MAX) < least;
        let parts = [since.difference_len(&told), since.intersection_len(&told), told.difference_len(&since)];
        is_told = is_reported(Period { from, to: month.to }) || !parts.into_iter().any(is_small);
        if is_told {
            told |= std::mem::take(&mut since);
        }
    }
    let value = i64::try_from(told.len()).unwrap_or(i64::MAX);
    let telling = match (is_whole && is_told, value) {
        (true, _) => Telling::Exactly,
        (false, 1..) => Telling::AtLeast,
        (false, _) => Telling::Hidden,
    };
    (value, telling)
}
