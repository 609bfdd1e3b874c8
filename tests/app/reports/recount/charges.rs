//! Who pays for what, plainly (DECISIONS 4). A session is charged to the agreement that it names, as long as that one covers its center on
//! its day, and else to the oldest of those that do; service without a session to the oldest. A purchaser is told what hers are charged
//! with, and of the place itself (its rooms, its units, what waits there) the days on which one of hers covers it.

use std::collections::BTreeSet;

use linli::clock::{Date, Month};
use sqlx::FromRow;

use super::load;
use crate::support::TestApp;

/// What is counted: some days of some centers, of all that was done or of what one purchaser pays for.
#[derive(Clone, Copy)]
pub(in super::super) struct Cut<'a> {
    pub(super) centers: &'a [i64],
    from: Date,
    /// The first day after them.
    to: Date,
    purchaser: Option<i64>,
}

impl<'a> Cut<'a> {
    pub(in super::super) fn of_all(centers: &'a [i64], (from, to): (&str, &str)) -> Self {
        let (from, to) = (Date::parse(from).unwrap(), Date::parse(to).unwrap());
        Self { centers, from, to, purchaser: None }
    }

    pub(in super::super) fn paid_by(self, purchaser: i64) -> Self {
        Self { purchaser: Some(purchaser), ..self }
    }

    fn holds(&self, (center, day): (i64, Date)) -> bool {
        self.centers.contains(&center) && self.from <= day && day < self.to
    }
}

/// Days of a center, both included, on which an agreement covers it.
#[derive(FromRow)]
struct Term {
    agreement_id: i64,
    purchaser_id: i64,
    center_id: i64,
    starts_on: Date,
    ends_on: Date,
}

pub(in super::super) struct Terms(Vec<Term>);

impl Terms {
    pub(super) async fn load(app: &TestApp) -> Self {
        let sql = "select x.agreement_id, a.purchaser_id, x.center_id, x.starts_on, x.ends_on
                   from agreement_centers x join agreements a on a.id = x.agreement_id order by x.agreement_id";
        Self(load(app, sql).await)
    }

    /// The agreements that cover the center on the day, the oldest first.
    fn covering(&self, (center, day): (i64, Date)) -> impl Iterator<Item = &Term> {
        self.0.iter().filter(move |term| term.center_id == center && term.starts_on <= day && day <= term.ends_on)
    }

    /// Which purchaser pays for what was done in a center on a day and names this agreement, or none.
    fn payer(&self, at: (i64, Date), names: Option<i64>) -> Option<i64> {
        let named = self.covering(at).find(|term| Some(term.agreement_id) == names);
        named.or_else(|| self.covering(at).next()).map(|term| term.purchaser_id)
    }

    /// Whether what was done in a center on a day is counted.
    pub(super) fn counts(&self, cut: &Cut<'_>, at: (i64, Date), names: Option<i64>) -> bool {
        cut.holds(at) && cut.purchaser.is_none_or(|purchaser| self.payer(at, names) == Some(purchaser))
    }

    /// Whether what belongs to the place itself is.
    pub(super) fn reads(&self, cut: &Cut<'_>, at: (i64, Date)) -> bool {
        let is_hers = |purchaser: i64| self.covering(at).any(|term| term.purchaser_id == purchaser);
        cut.holds(at) && cut.purchaser.is_none_or(is_hers)
    }

    /// The days of which that is so.
    pub(super) fn days(&self, cut: &Cut<'_>, center: i64) -> Vec<Date> {
        cut.from.until(cut.to).filter(|day| self.reads(cut, (center, *day))).collect()
    }

    /// Whether a purchaser is told anything: of each of the centers there is a day in the period, and in each of its months.
    pub(in super::super) fn are_read(&self, cut: &Cut<'_>) -> bool {
        let months: BTreeSet<Month> = cut.from.until(cut.to).map(Month::of).collect();
        let within = |month: &Month| Cut { from: month.first(), to: month.end(), ..*cut };
        cut.centers.iter().all(|center| {
            let is_read = |cut: &Cut<'_>| !self.days(cut, *center).is_empty();
            is_read(cut) && months.iter().all(|month| is_read(&within(month)))
        })
    }
}
