//! For which days a form is filled: a month, or whatever an agreement's report can be of.

use super::types::PaidAgreement;
use crate::agreements::AgreementId;
use crate::clock::{Date, Month, Now, Zone};
use crate::error::{Error, Result};
use crate::figures::Period;
use crate::periodic_reports::periods::ReportedPeriod;
use crate::periodic_reports::{AgreementFrame, ReportedKind};

/// What an address asks for: a month (`2026-03`) or a period as reports are named (`quarter:2026-04-01`), and of which agreement, where one is
/// said.
#[derive(Clone, Debug)]
pub struct FormAsked {
    pub agreement: Option<AgreementId>,
    pub word: String,
}

impl FormAsked {
    /// Last month, where no period is said.
    ///
    /// # Errors
    /// `NotFound` for what is no agreement's number.
    pub fn read(agreement: &str, period: &str, now: Now) -> Result<Self> {
        let agreement = match agreement {
            "" => None,
            number => Some(number.parse().map_err(|_| Error::NotFound)?),
        };
        let word = match period {
            "" => Month::of(Zone::SHANGHAI.date(now.0)).previous().to_string(),
            word => word.to_owned(),
        };
        Ok(Self { agreement, word })
    }

    /// An address with what is asked for behind it.
    pub(super) fn after(&self, address: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(agreement) = self.agreement {
            query.append_pair("agreement", &agreement.to_string());
        }
        format!("{address}?{}", query.append_pair("period", &self.word).finish())
    }

    /// The same of an address that names the period itself.
    pub(super) fn behind(&self, address: &str) -> String {
        let agreement = self.agreement.map(|agreement| format!("?agreement={agreement}")).unwrap_or_default();
        format!("{address}{agreement}")
    }

    /// The month, where one is asked for; else the last one.
    pub fn month(&self, now: Now) -> Month {
        Month::parse(&self.word).unwrap_or_else(|| Month::of(Zone::SHANGHAI.date(now.0)).previous())
    }
}

/// Some days for which a form is filled.
#[derive(Clone, Debug)]
pub struct FormDays {
    pub kind: ReportedKind,
    pub days: Period,
    /// Whose they are; none where several agreements of the purchaser run on them and none was named: they are counted together.
    pub agreement: Option<AgreementFrame>,
}

impl FormDays {
    /// What is asked for, of the agreements of one purchaser. Where none is named and one alone has any of the days, it is that one's.
    ///
    /// # Errors
    /// `NotFound` for what is no period of them.
    pub fn of(paid: &[PaidAgreement], asked: &FormAsked) -> Result<Self> {
        let of_one = |one: &PaidAgreement| {
            let ReportedPeriod { kind, days } = named(&one.frame, &asked.word)?;
            Some(Self { kind, days, agreement: Some(one.frame.clone()) })
        };
        let found = match asked.agreement {
            Some(id) => paid.iter().find(|one| one.frame.id == id).and_then(of_one),
            None => {
                let known = paid.iter().filter_map(|one| named(&one.frame, &asked.word));
                let known = known.max_by_key(|period| period.days.to).ok_or(Error::NotFound)?;
                let days = Month::parse(&asked.word).map_or(known.days, Period::from);
                let mut running = paid.iter().filter(|one| days.between((one.starts_on, one.ends_on)).is_some());
                match (running.next(), running.next()) {
                    (None, _) => None,
                    (Some(only), None) => of_one(only),
                    _ => Some(Self { kind: known.kind, days, agreement: None }),
                }
            }
        };
        found.ok_or(Error::NotFound)
    }

    /// For a file's name: `2026-03`, or the first and the last day.
    pub(super) fn word(&self) -> String {
        let month = Month::of(self.days.from);
        match self.days == Period::from(month) {
            true => month.to_string(),
            false => format!("{}–{}", self.days.from, self.days.last()),
        }
    }
}

/// A period of an agreement by its word. Each of its months may be filled, whatever reports it asks for.
fn named(frame: &AgreementFrame, word: &str) -> Option<ReportedPeriod> {
    let Some(month) = Month::parse(word) else { return frame.named(word) };
    let days = Period::from(month).between((frame.starts_on, frame.ends_on))?;
    Some(ReportedPeriod { kind: ReportedKind::Month, days })
}

/// The periods of an agreement that are over today and may be reported on, the latest first.
pub(super) fn choices(frame: &AgreementFrame, today: Date) -> Vec<ReportedPeriod> {
    let mut periods: Vec<ReportedPeriod> = ReportedKind::ALL.iter().flat_map(|kind| frame.periods(*kind)).collect();
    periods.retain(|period| period.days.to <= today);
    periods.sort_by_key(|period| std::cmp::Reverse((period.days.to, period.days.from)));
    periods
}
