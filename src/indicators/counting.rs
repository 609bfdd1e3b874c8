//! What is counted, for many indicators at once: a look at [`figures`] for each agreement's days, however many indicators ask.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::types::{CountedMeasure, CountedWithin};
use crate::agreements::AgreementId;
use crate::agreements::terms::{ReadAgreement, ReadCenter};
use crate::auth::ReportReader;
use crate::centers::CenterId;
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::figures::{self, Counted, Figure, Filter, Item, Numbers, Period, Reach, Telling, scope, small_cells};
use crate::store::Conn;

/// What an indicator asks of the figures.
#[derive(Clone, Copy)]
pub struct CountAsked<'a> {
    pub agreement: AgreementId,
    /// None: all centers of the agreement together.
    pub center: Option<CenterId>,
    pub days: Period,
    pub measure: CountedMeasure,
    pub filter: &'a Filter,
    pub within: Option<CountedWithin>,
}

impl CountAsked<'_> {
    /// Whether the list of figures has to be asked: of rooms, and of different people of several centers, whose numbers do not add up.
    fn is_of_the_list(&self, centers: &[&ReadCenter]) -> bool {
        self.measure.is_of_rooms() || self.center.is_none() && centers.len() > 1 && self.measure.counts_people()
    }

    /// The worker and the kind, where of what one worker led a kind alone is asked for.
    fn led_kind(&self) -> Option<(i64, i64)> {
        match (self.filter, self.within) {
            (Filter::Worker(worker), Some(CountedWithin::Kind(kind))) => Some((*worker, kind)),
            _ => None,
        }
    }
}

/// Before whom it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountedBefore {
    Reader,
    /// Whoever reads: so is counted what goes to the agreement's purchaser.
    Purchaser,
}

impl CountedBefore {
    /// Whoever sees no small numbers reads what goes to the purchaser: of the years of an agreement, whichever days these begin on.
    pub fn of(by: &ReportReader) -> Self {
        if small_cells::are_seen_by(by) { Self::Reader } else { Self::Purchaser }
    }
}

/// Days of an agreement.
type CountLook = (AgreementId, (Date, Date));

fn look(asked: &CountAsked<'_>) -> CountLook {
    (asked.agreement, (asked.days.from, asked.days.to))
}

/// What was counted, to be asked.
#[derive(Default)]
pub struct IndicatorCounts {
    by_center: BTreeMap<CountLook, BTreeMap<CenterId, Arc<Counted>>>,
    together: BTreeMap<CountLook, Numbers>,
}

/// An agreement of which a reader asks, with its centers.
pub type Agreed<'a> = (&'a ReadAgreement, Vec<&'a ReadCenter>);

impl IndicatorCounts {
    /// Looks at the figures; of days that the reader may not ask for nothing is known. Where there are several agreements, those that
    /// have their centers for themselves on all of the days that are asked for read what the centers did, with one look for all such
    /// agreements of the same days; the others, what is charged to them.
    ///
    /// # Errors
    /// As the database says.
    pub async fn of(
        (by, before): (&ReportReader, CountedBefore),
        conn: &mut Conn,
        now: Now,
        agreements: &BTreeMap<AgreementId, Agreed<'_>>,
        asked: &[CountAsked<'_>],
    ) -> Result<Self> {
        let mut counts = Self::default();
        let mut alone: BTreeMap<(Date, Date), BTreeSet<AgreementId>> = BTreeMap::new();
        let (mut charged, mut people) = (BTreeSet::new(), BTreeSet::new());
        let is_own = before == CountedBefore::of(by);
        for one in asked {
            let Some((_, centers)) = agreements.get(&one.agreement) else { continue };
            if one.is_of_the_list(centers) {
                people.insert(look(one));
            } else if is_own && agreements.len() > 1 && has_for_itself(centers, one.days) {
                alone.entry((one.days.from, one.days.to)).or_default().insert(one.agreement);
            } else {
                charged.insert(look(one));
            }
        }
        for ((from, to), of) in alone {
            let days = Period { from, to };
            let reach = match before {
                CountedBefore::Reader => scope::all(by, conn, now, days).await?,
                CountedBefore::Purchaser => scope::all_of_months(by, conn, now, days).await?,
            };
            let mut found = figures::by_center(conn, &reach, days).await?;
            for agreement in of {
                let centers = agreements.get(&agreement).map_or(&[][..], |(_, centers)| centers.as_slice());
                // A center that went to another provider is its former one's no more, but what was done for the agreement is.
                let is_reached = |one: &&ReadCenter| reach.centers().iter().any(|center| center.id() == one.center_id);
                if !centers.iter().all(is_reached) {
                    charged.insert((agreement, (from, to)));
                    continue;
                }
                let own = centers.iter().filter_map(|one| Some((one.center_id, found.remove(&one.center_id)?)));
                let own: BTreeMap<CenterId, Arc<Counted>> = own.collect();
                counts.by_center.insert((agreement, (from, to)), own);
            }
        }
        let mut reaches: BTreeMap<AgreementId, Option<Reach>> = BTreeMap::new();
        for id in charged.iter().chain(&people).map(|look| look.0).collect::<BTreeSet<_>>() {
            reaches.insert(id, reach((by, before), conn, now, id).await?);
        }
        let reached = |look: &CountLook| {
            let reach = reaches.get(&look.0).and_then(Option::as_ref)?;
            let days = Period { from: look.1.0, to: look.1.1 };
            // To the purchaser any days are told, up to a report's last one, month by month: of a month that they part, its sessions.
            reach.may_ask(days).is_ok().then_some((reach, days))
        };
        for look in charged {
            let Some((reach, days)) = reached(&look) else { continue };
            counts.by_center.insert(look, figures::by_center(conn, reach, days).await?);
        }
        for look in people {
            let Some((reach, days)) = reached(&look) else { continue };
            counts.together.insert(look, figures::count(conn, reach, days, now).await?);
        }
        Ok(counts)
    }

    /// The number, as far as it is told; none where it is not known.
    pub fn value(&self, asked: &CountAsked<'_>) -> Option<CountedNumber> {
        let is_of_people = asked.center.is_none() && asked.measure.counts_people();
        if asked.measure.is_of_rooms() || is_of_people && self.together.contains_key(&look(asked)) {
            return self.together.get(&look(asked)).map(|numbers| of_numbers(numbers, asked));
        }
        let centers = self.by_center.get(&look(asked))?;
        let of = |counted: &Arc<Counted>| {
            if let Some((worker, kind)) = asked.led_kind() {
                let (sessions, minutes) = counted.led_of_kind(worker, kind);
                let value = if asked.measure == CountedMeasure::LedMinutes { minutes } else { sessions };
                return Some(CountedNumber::of(value));
            }
            let measure = asked.measure.measure();
            let value = counted.value(measure, asked.filter)?;
            Some(CountedNumber { value, told: counted.told(measure, asked.filter) })
        };
        match asked.center {
            // A center where nothing happened has nothing.
            Some(center) => centers.get(&center).map_or(Some(CountedNumber::default()), of),
            None => centers.values().map(of).collect::<Option<Vec<_>>>().map(CountedNumber::together),
        }
    }
}

/// What was counted for an indicator, as far as the reader is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CountedNumber {
    /// What is told of it: 0 where it is hidden.
    pub value: i64,
    pub told: Telling,
}

impl CountedNumber {
    /// That is told as it is.
    pub fn of(value: i64) -> Self {
        Self { value, told: Telling::Exactly }
    }

    fn together(parts: impl IntoIterator<Item = Self>) -> Self {
        let (mut value, mut is_whole) = (0, true);
        for part in parts {
            value += part.value;
            is_whole &= part.told == Telling::Exactly;
        }
        let told = match (is_whole, value) {
            (true, _) => Telling::Exactly,
            (false, 1..) => Telling::AtLeast,
            (false, _) => Telling::Hidden,
        };
        Self { value, told }
    }

    /// The number itself; none where it is hidden, or some of it.
    pub fn exact(self) -> Option<i64> {
        (self.told == Telling::Exactly).then_some(self.value)
    }
}

/// What is charged to an agreement; none where the reader may not know it.
async fn reach(
    (by, before): (&ReportReader, CountedBefore),
    conn: &mut Conn,
    now: Now,
    id: AgreementId,
) -> Result<Option<Reach>> {
    let own = match scope::agreement(by, conn, now, id).await {
        Ok(reach) => reach,
        Err(Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(Some(match before {
        CountedBefore::Reader => own,
        CountedBefore::Purchaser => scope::as_reported_to(conn, now, id, &own).await?,
    }))
}

/// Whether all the centers are the agreement's on all of these days, and no other agreement's on any of its own.
fn has_for_itself(centers: &[&ReadCenter], days: Period) -> bool {
    centers.iter().all(|one| {
        !one.is_shared.is_set() && one.is_read.is_set() && one.starts_on <= days.from && days.last() <= one.ends_on
    })
}

/// What the list of figures says of it. A part in which nobody was stands in no line; what rooms have is summed up.
fn of_numbers(numbers: &Numbers, asked: &CountAsked<'_>) -> CountedNumber {
    let is_it = |figure: &&Figure| {
        figure.measure == asked.measure.measure()
            && match (asked.within, &figure.item) {
                (None, Item::Whole) => true,
                (None, Item::Room { center, .. }) => asked.center.is_none_or(|asked| asked == *center),
                (Some(CountedWithin::Group(one)), Item::Group(other)) => one == *other,
                (Some(CountedWithin::Subgroup(id)), Item::Subgroup(kind))
                | (Some(CountedWithin::Kind(id)), Item::Kind(kind)) => id == kind.id,
                (Some(CountedWithin::TeamKind(id)), Item::Team(kind)) => id == kind.as_ref().map(|kind| kind.id),
                (Some(CountedWithin::Room(one)), Item::Room { id, .. }) => one == *id,
                _ => false,
            }
    };
    let list = figures::figures(numbers);
    let found = list.iter().filter(is_it).map(|figure| CountedNumber { value: figure.value, told: figure.told });
    CountedNumber::together(found)
}
