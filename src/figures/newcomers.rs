//! Residents who take part: participants and volunteers together, each once; and who of them is new.
//!
//! Before somebody who does not see small cells it is told as it is where nothing hidden is in it, nor any small number follows from it:
//! how many did both, only the one, only the other. Else of the residents it is told what is told of either part, and of those who
//! are new nothing.

use std::sync::Arc;

use super::counted::{Counted, Filter};
use super::list::Measure;
use super::masking::Telling;
use super::reading::{Ask, months_of_ask};
use super::types::Period;
use super::{Reach, queries, united};
use crate::clock::{Date, Month};
use crate::error::Result;
use crate::store::Conn;

/// Who took part in a period, in whatever part but as staff.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Newcomers {
    /// Different people among the participants and the volunteers.
    pub residents: i64,
    pub residents_told: Telling,
    /// Those of them who had never taken part in any of the centers before the day that was asked for; 0 where it is hidden.
    pub newcomers: i64,
    pub newcomers_told: Telling,
}

/// Residents who took part in completed sessions of `period`, and those of them who took part in none before `since` (usually
/// the first day of a year) as far as the reader may know: in the same centers, and of a purchaser on the days of its
/// agreements.
///
/// # Errors
/// As [`queries::count`].
pub async fn newcomers(conn: &mut Conn, reach: &Reach, period: Period, since: Date) -> Result<Newcomers> {
    let whole = queries::together(conn, reach, period).await?;
    let first = queries::bounds(conn, &reach.ids()).await?.into_values().map(|(first, _)| first).min();
    // Whole months: what is told of a month is decided for all of it.
    let before = match first.and_then(|first| Period::new(Month::of(first).first(), since)) {
        Some(days) => united::whole(conn, reach.small(), &queries::of_centers(reach, days)).await?,
        None => Arc::default(),
    };
    let residents = whole.taking_part();
    let count = |people: u64| i64::try_from(people).unwrap_or(i64::MAX);
    let found = Newcomers {
        residents: count(residents.len()),
        newcomers: count(residents.difference_len(&before.taking_part())),
        ..Newcomers::default()
    };
    let Some(least) = reach.small() else { return Ok(found) };
    let months: Vec<Vec<Ask>> = queries::of_centers(reach, period)
        .into_iter()
        .map(|asks| asks.into_iter().flat_map(months_of_ask).collect())
        .collect();
    let is_told = tells_residents(&whole, least) && united::all(conn, least, &months, tells_residents).await?;
    Ok(found.told(&whole, is_told, !is_hidden(&before), least))
}

/// Whether somebody who took part is hidden.
fn is_hidden(counted: &Counted) -> bool {
    let is_told = |measure| counted.told(measure, &Filter::Whole) == Telling::Exactly;
    !is_told(Measure::Persons) || !is_told(Measure::Volunteers)
}

fn is_small(value: i64, least: i64) -> bool {
    0 < value && value < least
}

/// Whether nothing small follows from how many took part, beside how many in which part.
fn tells_residents(counted: &Counted, least: i64) -> bool {
    let of = |measure| counted.value(measure, &Filter::Whole).unwrap_or(0);
    let (participants, volunteers) = (of(Measure::Persons), of(Measure::Volunteers));
    let all = i64::try_from(counted.taking_part().len()).unwrap_or(i64::MAX);
    let parts = [all, participants + volunteers - all, all - participants, all - volunteers];
    !is_hidden(counted) && parts.into_iter().all(|part| !is_small(part, least))
}

impl Newcomers {
    /// As it is told to who does not see small cells.
    fn told(self, whole: &Counted, is_told: bool, knows_before: bool, least: i64) -> Self {
        let of = |measure| whole.value(measure, &Filter::Whole).unwrap_or(0);
        let residents = match is_told {
            true => self.residents,
            // Either number is told by itself, so this is no news.
            false => of(Measure::Persons).max(of(Measure::Volunteers)),
        };
        let is_new_told = is_told
            && knows_before
            && !is_small(self.newcomers, least)
            && !is_small(self.residents - self.newcomers, least);
        Self {
            residents,
            residents_told: match (is_told, residents) {
                (true, _) => Telling::Exactly,
                (false, 1..) => Telling::AtLeast,
                (false, _) => Telling::Hidden,
            },
            newcomers: if is_new_told { self.newcomers } else { 0 },
            newcomers_told: if is_new_told { Telling::Exactly } else { Telling::Hidden },
        }
    }
}
