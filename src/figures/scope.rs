//! Which centers are counted together, and whether the viewer may read their totals.

mod agreed;

use std::collections::{BTreeMap, BTreeSet};

pub use agreed::{agreement, agreement_in, as_reported_to, as_told_to, charged, whole_agreement};
pub(crate) use agreed::{agreements, each_agreement, each_as_reported};
use serde_json::json;

use super::charged::PLACE;
use super::reading::Ask;
use super::rules;
use super::small_cells::{self, SmallCells};
use super::types::Period;
use crate::agreements::{AgreementId, ProviderId};
use crate::auth::ReportReader;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::store::{self, Conn};

/// A scope by its name: `center:4`, `provider:2`, `town:石排镇`, `city`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reported {
    Center(CenterId),
    Provider(ProviderId),
    Town(String),
    City,
}

impl std::str::FromStr for Reported {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "not of the form center:ID, provider:ID, town:NAME or city";
        match text.split_once(':') {
            None if text == "city" => Ok(Self::City),
            Some(("center", id)) => Ok(Self::Center(id.parse().map_err(|_| FORM)?)),
            Some(("provider", id)) => Ok(Self::Provider(id.parse().map_err(|_| FORM)?)),
            Some(("town", name)) if !name.is_empty() => Ok(Self::Town(name.to_owned())),
            _ => Err(FORM),
        }
    }
}

/// Centers whose totals the viewer may read, and of which days. What is counted takes one, and only this module makes it.
#[derive(Clone, Debug)]
pub struct Reach {
    centers: Vec<Center>,
    /// The days of each center that the viewer's role reaches: all of them, those of agreements, or those that a provider ran it.
    terms: Terms,
    /// For whoever does not see small cells: what is told ([`super::masking`]).
    small: Option<SmallCells>,
    /// For the same: the first day of which nothing is told yet.
    until: Option<Date>,
    /// Whether it is counted for a report of the agreement's own periods, which may begin within a month.
    of_report: bool,
}

/// Days of a center, both dates included, and the agreement by which they are read: for a purchaser, who reads what that one is charged
/// with.
type Term = (CenterId, Date, Date, Option<AgreementId>);

/// Terms by their center: of three hundred centers each is asked for its own a hundred times.
#[derive(Clone, Debug, Default)]
struct Terms(BTreeMap<CenterId, Vec<(Date, Date, Option<AgreementId>)>>);

impl FromIterator<Term> for Terms {
    fn from_iter<T: IntoIterator<Item = Term>>(terms: T) -> Self {
        let mut of_centers = Self::default();
        for (center, starts, ends, agreement) in terms {
            of_centers.0.entry(center).or_default().push((starts, ends, agreement));
        }
        of_centers
    }
}

impl Terms {
    fn of(&self, center: CenterId) -> &[(Date, Date, Option<AgreementId>)] {
        self.0.get(&center).map_or(&[], Vec::as_slice)
    }

    /// Their days, whichever center's.
    fn days(&self) -> Vec<(Date, Date)> {
        self.0.values().flatten().map(|(starts, ends, _)| (*starts, *ends)).collect()
    }
}

/// No agreement: what belongs to the place itself, whoever pays (its rooms, its units).
pub(super) const PLACE_ALONE: AgreementId = AgreementId(PLACE);

impl Reach {
    /// The least number that is told to the reader, where small ones are hidden.
    pub(crate) fn small(&self) -> Option<i64> {
        self.small.map(|setting| setting.least)
    }

    pub fn centers(&self) -> &[Center] {
        &self.centers
    }

    pub(crate) fn ids(&self) -> Vec<CenterId> {
        self.centers.iter().map(Center::id).collect()
    }

    /// Whether of a period that ends before `end` the viewer is told already. A report is made of days that are over.
    pub(super) fn tells_before(&self, end: Date) -> bool {
        self.of_report || self.until.is_none_or(|until| end <= until)
    }

    /// Whether the viewer may read some of every month of `period`, and of `period` itself.
    pub(crate) fn agrees(&self, center: CenterId, period: Period) -> bool {
        let terms = self.terms_of(center);
        self.tells_before(period.to)
            && rules::is_agreed(period, &terms)
            && !rules::agreed_days(period, &terms).is_empty()
    }

    /// The days of `period` that the viewer may read of a center, which are those that are counted.
    pub(crate) fn days(&self, center: CenterId, period: Period) -> Vec<Period> {
        rules::agreed_days(period, &self.terms_of(center))
    }

    /// Whether the viewer may ask for `period`: who does not see small cells reads the periods of reports, for the numbers of some
    /// days beside those of one day more tell of who came on that day; and so do those of a period that grows.
    ///
    /// # Errors
    /// `Refused("not_a_report_s_period")`; `Refused("period_not_over")`.
    pub(crate) fn may_ask(&self, period: Period) -> Result<()> {
        if self.small.is_none() || self.of_report {
            return Ok(());
        }
        match (self.is_reported(period), self.tells_before(period.to)) {
            (true, true) => Ok(()),
            (true, false) => Err(Error::refused("period_not_over")),
            (false, _) => Err(Error::refused("not_a_report_s_period")),
        }
    }

    /// Whether a report is made of `period`, of one of the viewer's agreements or of the calendar's.
    pub(crate) fn is_reported(&self, period: Period) -> bool {
        rules::is_reported(period, &self.terms.days())
    }

    /// Whether the viewer may ask for the months of `period`, each by itself. Of a report's days any: of a month that they part its sessions
    /// are told, and nothing of people.
    ///
    /// # Errors
    /// `Refused("not_a_report_s_period")` where it begins or ends within a month's days.
    pub(crate) fn may_ask_months(&self, period: Period) -> Result<()> {
        match self.small.is_none() || self.of_report || !self.parts_a_month(period) {
            true => Ok(()),
            false => Err(Error::refused("not_a_report_s_period")),
        }
    }

    /// Whether `period` holds of some month a part alone of what the viewer may read of it. Where an agreement itself begins or ends within a
    /// month, nothing is parted: it never has more of it.
    pub(crate) fn parts_a_month(&self, period: Period) -> bool {
        !rules::parts_no_month(period, &self.terms.days())
    }

    /// Whether the viewer may ask for `period` as a part of a longer one: the months of that are told each by itself.
    ///
    /// # Errors
    /// As [`Self::may_ask`].
    pub(super) fn may_ask_part(&self, period: Period) -> Result<()> {
        match rules::months(period).nth(1) {
            None if !self.tells_before(period.to) => Err(Error::refused("period_not_over")),
            None => self.may_ask_months(period),
            Some(_) => self.may_ask(period),
        }
    }

    /// What is counted, for a statement to read: each center's days of `period` as [`ASKED`] takes them.
    pub(crate) fn asked(&self, period: Period) -> String {
        asked_rows(&self.asks(period))
    }

    /// The same, to be counted each by itself. Nothing is asked for twice: what several agreements cover is parted by who is charged with
    /// it.
    pub(super) fn asks(&self, period: Period) -> Vec<Ask> {
        self.centers.iter().flat_map(|center| self.asks_of_own(center.id(), period)).collect()
    }

    /// The same of one center; nothing of one that is not reached.
    pub(super) fn asks_of(&self, center: CenterId, period: Period) -> Vec<Ask> {
        match self.centers.iter().any(|one| one.id() == center) {
            true => self.asks_of_own(center, period),
            false => Vec::new(),
        }
    }

    /// The same of one of these centers.
    pub(super) fn asks_of_own(&self, center: CenterId, period: Period) -> Vec<Ask> {
        let terms = self.terms.of(center);
        let agreements: BTreeSet<Option<AgreementId>> = terms.iter().map(|term| term.2).collect();
        // Who may read all of it needs no part of it besides.
        let agreements = if agreements.contains(&None) { BTreeSet::from([None]) } else { agreements };
        let days_by = |agreement: &Option<AgreementId>| {
            let by = terms.iter().filter(|term| term.2 == *agreement);
            let days: Vec<(Date, Date)> = by.map(|(starts, ends, _)| (*starts, *ends)).collect();
            let agreement = *agreement;
            let ends = days.iter().map(|(starts, _)| *starts).min().zip(days.iter().map(|(_, ends)| *ends).max());
            let term = ends.filter(|_| agreement.is_some());
            rules::agreed_days(period, &days).into_iter().map(move |days| Ask { center, days, agreement, term })
        };
        let place = match agreements.contains(&None) {
            true => Vec::new(),
            // What belongs to the place is told once, however many agreements reach it.
            false => self.days(center, period),
        };
        let place = place.into_iter().map(|days| Ask { center, days, agreement: Some(PLACE_ALONE), term: None });
        agreements.iter().flat_map(days_by).chain(place).collect()
    }

    /// The days of `period` that lie between two others, both included, where the viewer reads all of them.
    fn all_days(&self, center: CenterId, covered: (Date, Date), period: Period) -> Option<Period> {
        period.between(covered).filter(|days| self.days(center, period) == [*days])
    }

    /// For which days [`charged`] tells of a center exactly those of a report: the first of `asked` that the viewer may ask for, and that
    /// holds of the days between the agreement's first and last there the same as the report.
    pub(crate) fn opened(
        &self,
        (center, covered): (CenterId, (Date, Date)),
        report: Period,
        asked: &[Period],
    ) -> Option<Period> {
        let days = self.all_days(center, covered, report)?;
        let tells =
            |period: &&Period| self.may_ask(**period).is_ok() && self.all_days(center, covered, **period) == Some(days);
        asked.iter().find(tells).copied()
    }

    /// Those of the centers of which the viewer may read `period`.
    fn agreed(self, period: Period) -> Self {
        let centers = self.centers.iter().filter(|center| self.agrees(center.id(), period)).cloned().collect();
        Self { centers, ..self }
    }

    /// Those of these centers that are among others.
    pub(crate) fn among(&self, others: &[CenterId]) -> Self {
        let centers = self.centers.iter().filter(|one| others.contains(&one.id())).cloned().collect();
        Self { centers, ..self.clone() }
    }

    fn terms_of(&self, center: CenterId) -> Vec<(Date, Date)> {
        self.terms.of(center).iter().map(|(starts, ends, _)| (*starts, *ends)).collect()
    }
}

/// The table `asked`: a center's days [from_date, to_date), once for each span of them, and the agreement that must be charged, if one
/// must. `$1` is [`Reach::asked`].
pub(crate) const ASKED: &str = "asked (center_id, from_date, to_date, agreement_id) as (
    select cast(j.value ->> 'center' as bigint), j.value ->> 'from', j.value ->> 'to', cast(j.value ->> 'agreement' as bigint)
    from json_each(cast($1 as json_text)) j)";

/// What is asked for as [`ASKED`] takes it.
pub(super) fn asked_rows(asks: &[Ask]) -> String {
    store::rows(
        asks,
        |ask| json!({"center": ask.center, "from": ask.days.from, "to": ask.days.to, "agreement": ask.agreement}),
    )
}

/// One center, whatever the period: [`Reach::agrees`] says which the viewer may read.
///
/// # Errors
/// `NotFound` where the viewer does not reach the center.
pub(crate) async fn ever(by: &ReportReader, conn: &mut Conn, now: Now, id: CenterId) -> Result<Reach> {
    let centers = vec![centers::queries::reported_to(by, conn, id).await?];
    let terms = terms(by, conn).await?;
    reach(by, conn, now, (centers, terms)).await
}

/// What the viewer reads of some centers on some days.
async fn reach(by: &ReportReader, conn: &mut Conn, now: Now, (centers, terms): (Vec<Center>, Terms)) -> Result<Reach> {
    let small = small_cells::before(by, conn).await?;
    Ok(Reach { centers, terms, small, until: small.and_then(|setting| setting.until(now)), of_report: false })
}

/// One center's totals of `period`.
///
/// # Errors
/// `NotFound` where the viewer does not reach the center, and outside the days of a reader whose right has some;
/// `Refused` as [`Reach::may_ask`] says.
pub async fn center(by: &ReportReader, conn: &mut Conn, now: Now, id: CenterId, period: Period) -> Result<Reach> {
    let reach = ever(by, conn, now, id).await?;
    reach.may_ask(period)?;
    if reach.agrees(id, period) { Ok(reach) } else { Err(Error::NotFound) }
}

/// Every center whose totals of `period` the viewer may read; there may be none.
///
/// # Errors
/// `Refused` as [`Reach::may_ask`] says.
pub async fn all(by: &ReportReader, conn: &mut Conn, now: Now, period: Period) -> Result<Reach> {
    let centers = centers::queries::reported_to_all(by, conn).await?;
    let terms = terms(by, conn).await?;
    let reach = reach(by, conn, now, (centers, terms)).await?;
    reach.may_ask(period)?;
    Ok(reach.agreed(period))
}

/// The centers of `scope`.
///
/// # Errors
/// `NotFound` for a scope that holds no center, or one that the viewer may not read: part of a total is no total.
pub async fn named(by: &ReportReader, conn: &mut Conn, now: Now, scope: &Reported, period: Period) -> Result<Reach> {
    let asked = centers_of(conn, scope).await?;
    let mut reach = all(by, conn, now, period).await?;
    reach.centers.retain(|center| asked.contains(&center.id()));
    if asked.is_empty() || reach.centers.len() < asked.len() { Err(Error::NotFound) } else { Ok(reach) }
}

async fn centers_of(conn: &mut Conn, scope: &Reported) -> Result<Vec<CenterId>> {
    let (kind, id, town) = match scope {
        Reported::Center(id) => ("center", id.0, ""),
        Reported::Provider(id) => ("provider", id.0, ""),
        Reported::Town(name) => ("town", 0, name.as_str()),
        Reported::City => ("city", 0, ""),
    };
    Ok(sqlx::query_scalar(
        "select c.id from centers c join communities m on m.id = c.community_id
         where $1 = 'city' or ($1 = 'center' and c.id = $2) or ($1 = 'town' and m.town = $3)
            or ($1 = 'provider' and exists (
                select 1 from operators o where o.center_id = c.id and o.provider_id = $2 and o.ends_on is null))",
    )
    .bind(kind)
    .bind(id)
    .bind(town)
    .fetch_all(conn)
    .await?)
}

/// The days of each center that the viewer's role reaches.
async fn terms(by: &ReportReader, conn: &mut Conn) -> Result<Terms> {
    let terms: Vec<Term> =
        sqlx::query_as("select center_id, starts_on, ends_on, agreement_id from account_reports where account_id = $1")
            .bind(by.account)
            .fetch_all(conn)
            .await?;
    Ok(terms.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_by_name() {
        assert_eq!("center:4".parse(), Ok(Reported::Center(CenterId(4))));
        assert_eq!("provider:2".parse(), Ok(Reported::Provider(ProviderId(2))));
        assert_eq!("town:石排镇".parse(), Ok(Reported::Town("石排镇".into())));
        assert_eq!("city".parse(), Ok(Reported::City));
        for wrong in ["", "city:1", "center:", "center:x", "town:", "planet:3"] {
            assert!(wrong.parse::<Reported>().is_err(), "{wrong}");
        }
    }
}
