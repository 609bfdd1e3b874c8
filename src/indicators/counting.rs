//! What is counted, for the indicators of many agreements at once: in as many statements as for one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::types::{CountedMeasure, CountedWithin};
use crate::agreements::AgreementId;
use crate::auth::ReportReader;
use crate::centers::CenterId;
use crate::clock::{Date, Now};
use crate::error::Result;
use crate::figures::{self, Counted, Filter, Period, Reach, Telling, rules, scope, small_cells};
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
    /// Whether different people of several centers are counted, whose numbers do not add up.
    fn is_together(&self, centers: usize) -> bool {
        self.center.is_none() && centers > 1 && self.measure.counts_people()
    }

    /// The worker and the kind, where of what one worker led a kind alone is asked for.
    fn led_kind(&self) -> Option<(i64, i64)> {
        match (self.filter, self.within) {
            (Filter::Worker(worker), Some(CountedWithin::Kind(kind))) => Some((*worker, kind)),
            _ => None,
        }
    }

    /// What is asked for, of what was counted.
    fn number(&self, counted: &Counted) -> Option<CountedNumber> {
        if let Some((worker, kind)) = self.led_kind() {
            let (sessions, minutes) = counted.led_of_kind(worker, kind);
            return Some(CountedNumber::of(if self.measure == CountedMeasure::LedMinutes {
                minutes
            } else {
                sessions
            }));
        }
        if self.measure.is_of_rooms() && self.within.is_none() {
            return Some(CountedNumber::of(counted.booked_minutes()));
        }
        let measure = self.measure.measure();
        let value = counted.value(measure, self.filter)?;
        Some(CountedNumber { value, told: counted.told(measure, self.filter) })
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

/// Some days, month by month.
fn months(days: Period) -> impl Iterator<Item = Period> {
    rules::months(days).map(move |month| Period { from: days.from.max(month.first()), to: days.to.min(month.end()) })
}

/// What was counted, to be asked.
pub struct IndicatorCounts {
    reaches: BTreeMap<AgreementId, Reach>,
    by_center: BTreeMap<CountLook, BTreeMap<CenterId, Arc<Counted>>>,
    together: BTreeMap<CountLook, Arc<Counted>>,
}

impl IndicatorCounts {
    /// Counts what these agreements, each with so many centers, are charged with, in a constant number of statements; of days that the
    /// reader may not ask for nothing is known.
    ///
    /// # Errors
    /// As the database says.
    pub async fn of(
        (by, before): (&ReportReader, CountedBefore),
        conn: &mut Conn,
        now: Now,
        agreements: &BTreeMap<AgreementId, usize>,
        asked: &[CountAsked<'_>],
    ) -> Result<Self> {
        let (mut apart, mut together) = (BTreeSet::new(), BTreeSet::new());
        for one in asked {
            let centers = agreements.get(&one.agreement).copied().unwrap_or_default();
            let looks = if one.is_together(centers) { &mut together } else { &mut apart };
            // Before who sees no small numbers people are counted month by month ([`figures::grown`]).
            if before == CountedBefore::Purchaser && one.measure.counts_people() {
                looks.extend(months(one.days).map(|days| look(&CountAsked { days, ..*one })));
            } else {
                looks.insert(look(one));
            }
        }
        let ids: BTreeSet<AgreementId> = asked.iter().map(|one| one.agreement).collect();
        let ids: Vec<AgreementId> = ids.into_iter().collect();
        let reaches = match before {
            CountedBefore::Reader => scope::each_agreement(by, conn, now, &ids).await?,
            // To the purchaser any days are told, up to a report's last one, month by month: of a month that they part, its sessions.
            CountedBefore::Purchaser => scope::each_as_reported(by, conn, now, &ids).await?,
        };
        let reached = |looks: BTreeSet<CountLook>| -> (Vec<CountLook>, Vec<(&Reach, Period)>) {
            let of = |look: CountLook| Some((look, (reaches.get(&look.0)?, Period { from: look.1.0, to: look.1.1 })));
            looks.into_iter().filter_map(of).unzip()
        };
        let (looks, asked) = reached(apart);
        let by_center = looks.into_iter().zip(figures::each_by_center(conn, &asked).await?);
        let (looks, asked) = reached(together);
        let together = looks.into_iter().zip(figures::each_together(conn, &asked).await?);
        let by_center = by_center.filter_map(|(look, found)| Some((look, found?))).collect();
        let together = together.filter_map(|(look, found)| Some((look, found?))).collect();
        Ok(Self { reaches, by_center, together })
    }

    /// The number, as far as it is told; none where it is not known.
    pub fn value(&self, asked: &CountAsked<'_>) -> Option<CountedNumber> {
        if let Some(least) = self.reaches.get(&asked.agreement).and_then(Reach::small)
            && asked.measure.counts_people()
        {
            return self.grown(asked, least);
        }
        self.counted(asked)?
            .into_iter()
            .map(|one| asked.number(one))
            .collect::<Option<Vec<_>>>()
            .map(CountedNumber::together)
    }

    /// What was counted of all that is asked for: where different people are counted, of all centers as one. A center where nothing happened
    /// has nothing.
    fn counted(&self, asked: &CountAsked<'_>) -> Option<Vec<&Counted>> {
        if asked.center.is_none()
            && asked.measure.counts_people()
            && let Some(together) = self.together.get(&look(asked))
        {
            return Some(vec![&**together]);
        }
        let centers = self.by_center.get(&look(asked))?;
        let own = centers.iter().filter(|(id, _)| asked.center.is_none_or(|center| center == **id));
        Some(own.map(|(_, counted)| &**counted).collect())
    }

    /// How many different people there were from the first of the days on; none where a month of them is not known.
    fn grown(&self, asked: &CountAsked<'_>, least: i64) -> Option<CountedNumber> {
        let reach = self.reaches.get(&asked.agreement)?;
        let of = |days: Period| Some((days, self.counted(&CountAsked { days, ..*asked })?));
        let months: Vec<(Period, Vec<&Counted>)> = months(asked.days).map(of).collect::<Option<_>>()?;
        let what = (asked.measure.measure(), asked.filter);
        let (value, told) = figures::grown(months.into_iter(), what, least, |days| reach.is_reported(days));
        Some(CountedNumber { value, told })
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
