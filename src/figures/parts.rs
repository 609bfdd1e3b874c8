//! The main numbers of many parts at once, whatever they are: centers, towns, providers, the months of a year. A part is some
//! days of some centers, and somebody who came in several of them is one person in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Reach;
use super::counted::{Counted, Filter};
use super::list::Measure;
use super::masking::Telling;
use super::reading::Ask;
use super::types::{Period, Tally};
use super::united::{self, United};
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::Result;
use crate::people::groups::PriorityGroup;
use crate::store::Conn;

/// Days of a center that are counted together with others under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartOf {
    /// What they are counted under: `center:4`, `town:石排镇`, `2026-03`.
    pub part: String,
    pub center: CenterId,
    pub period: Period,
}

/// The numbers of a part.
#[derive(Clone, Debug, Default)]
pub struct PartTally {
    pub tally: Tally,
    counted: Arc<Counted>,
}

impl PartTally {
    /// Persons of a group, or (`None`) of those who are in none. Groups overlap.
    pub fn persons(&self, group: Option<PriorityGroup>) -> i64 {
        self.counted.value(Measure::Persons, &Filter::Group(group)).unwrap_or(0)
    }

    /// How that may be told.
    pub fn persons_told(&self, group: Option<PriorityGroup>) -> Telling {
        self.counted.told(Measure::Persons, &Filter::Group(group))
    }
}

/// The numbers of each part by its name, counted as [`super::queries::tallies`] counts them. Only days that the reader may know
/// are counted; a part without any number is left out.
///
/// # Errors
/// `Refused("not_a_report_s_period")` for days that the reader may not ask for, be it as a month of a longer period.
pub async fn parts(conn: &mut Conn, reach: &Reach, of: &[PartOf]) -> Result<BTreeMap<String, PartTally>> {
    // The same days of a center stand in many parts: its own, its town's, its provider's.
    let mut days: Vec<(CenterId, Period)> = of.iter().map(|one| (one.center, one.period)).collect();
    days.sort_unstable_by_key(|(center, period)| (*center, period.from, period.to));
    days.dedup();
    for (_, period) in &days {
        reach.may_ask_part(*period)?;
    }
    let asks: Vec<Vec<Ask>> = days.iter().map(|(center, period)| reach.asks_of(*center, *period)).collect();
    let counted = united::groups(conn, reach.small(), &asks).await?;
    let counted: BTreeMap<(CenterId, Date, Date), United> = days
        .iter()
        .zip(counted)
        .zip(&asks)
        .filter(|(_, asks)| !asks.is_empty())
        .map(|(((center, period), found), _)| ((*center, period.from, period.to), found))
        .collect();
    let mut parts: BTreeMap<&str, Vec<United>> = BTreeMap::new();
    for one in of {
        if let Some(found) = counted.get(&(one.center, one.period.from, one.period.to)) {
            parts.entry(&one.part).or_default().push(found.clone());
        }
    }
    let recalled = conn.recalled();
    let tallied = parts.into_iter().map(|(part, of)| {
        let counted = united::joined(recalled.as_deref(), of);
        (part.to_owned(), PartTally { tally: counted.tally(), counted })
    });
    Ok(tallied.filter(|(_, part)| part.tally != Tally::default()).collect())
}
