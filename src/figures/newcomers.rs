//! Residents who take part: participants and volunteers together, each once; and who of them is new.

use super::counted::Counted;
use super::types::Period;
use super::{Reach, queries};
use crate::clock::Date;
use crate::error::Result;
use crate::store::Conn;

/// Who took part in a period, in whatever part but as staff.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Newcomers {
    /// Different people among the participants and the volunteers.
    pub residents: i64,
    /// Those of them who had never taken part in any of the centers before the day that was asked for.
    pub newcomers: i64,
}

/// Residents who took part in completed sessions of `period`, and those of them who took part in none before `since` (usually
/// the first day of a year) as far as the reader may know: in the same centers, and of a purchaser on the days of its
/// agreements.
pub async fn newcomers(conn: &mut Conn, reach: &Reach, period: Period, since: Date) -> Result<Newcomers> {
    let whole = queries::together(conn, reach, period).await?.taking_part();
    let first = queries::bounds(conn, &reach.ids()).await?.into_values().map(|(first, _)| first).min();
    let before = match first.and_then(|first| Period::new(first, since)) {
        Some(before) => queries::together(conn, reach, before).await?,
        None => Counted::default(),
    };
    let count = |people: u64| i64::try_from(people).unwrap_or(i64::MAX);
    Ok(Newcomers { residents: count(whole.len()), newcomers: count(whole.difference_len(&before.taking_part())) })
}
