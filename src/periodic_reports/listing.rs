//! The table of what agreements owe: agreement × period, what is there of it, and what is late. What is expected is a report for each
//! period that has begun of those that the agreement asks for; whatever other reports there are stand among them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::periods::{PeriodName, ReportedPeriod};
use super::queries::{self, ReportReminder};
use super::rights::sees_drafts;
use super::types::{AgreementFrame, PeriodicReport, ReportState};
use crate::agreements::AgreementId;
use crate::auth::{ReportReader, Role};
use crate::clock::{Date, Timestamp, Zone};
use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::figures::Period;
use crate::store::{Conn, text_enum};
use crate::web::Lang;
use crate::web::cut::{NameSought, Toolbar};

text_enum!(
    /// What is there of a report.
    OwedState in "report_standing" {
        /// Its days are not over.
        Running = "running",
        NotBegun = "not_begun",
        Draft = "draft",
        Submitted = "submitted",
        Returned = "returned",
        Accepted = "accepted",
        Dropped = "dropped",
    }
);

impl OwedState {
    /// The badge's class.
    pub fn badge(self) -> &'static str {
        match self {
            Self::Running | Self::NotBegun => "plain",
            Self::Draft => ReportState::Draft.badge(),
            Self::Submitted => ReportState::Submitted.badge(),
            Self::Returned => ReportState::Returned.badge(),
            Self::Accepted => ReportState::Accepted.badge(),
            Self::Dropped => ReportState::Dropped.badge(),
        }
    }

    /// Whether it is the provider's turn.
    fn is_owed(self) -> bool {
        matches!(self, Self::NotBegun | Self::Draft | Self::Returned)
    }
}

text_enum!(
    OwedOrder in "owed_order" {
        /// The latest days first.
        Period = "period",
        /// What is due first, first.
        Due = "due",
        Provider = "provider",
    }
);

/// A period of an agreement, and what is there of its report.
#[derive(Clone, Debug)]
pub struct OwedReport {
    pub agreement: AgreementFrame,
    pub period: ReportedPeriod,
    pub due_on: Date,
    pub report: Option<PeriodicReport>,
    pub standing: OwedState,
    /// Whether its days are the agreement's, as that is by now: else nobody waits for it.
    pub is_agreed: bool,
    /// Whether the agreement asks for such a report: else nobody waits for it either.
    pub is_awaited: bool,
    /// Days since it was due; 0 where it is not late.
    pub late: i64,
    /// When the purchaser asked for it, where nothing answered that yet.
    pub reminded_at: Option<Timestamp>,
    /// Whether that was today.
    is_reminded_today: bool,
}

impl OwedReport {
    fn of(agreement: &AgreementFrame, period: ReportedPeriod, report: Option<PeriodicReport>, today: Date) -> Self {
        let is_agreed = report.as_ref().is_none_or(|report| agreement.has(report));
        let is_awaited = agreement.awaits(&period);
        let due_on = match &report {
            // Not told yet, it follows the agreement.
            Some(report) if report.state != ReportState::Draft || !is_agreed => report.due_on,
            _ => agreement.due_on(period),
        };
        let standing = match report.as_ref().map(|report| report.state) {
            Some(ReportState::Submitted) => OwedState::Submitted,
            Some(ReportState::Returned) => OwedState::Returned,
            Some(ReportState::Accepted) => OwedState::Accepted,
            Some(ReportState::Dropped) => OwedState::Dropped,
            _ if period.days.to > today => OwedState::Running,
            Some(ReportState::Draft) => OwedState::Draft,
            None => OwedState::NotBegun,
        };
        let late =
            if is_agreed && is_awaited && standing.is_owed() { (today.0 - due_on.0).num_days().max(0) } else { 0 };
        Self {
            agreement: agreement.clone(),
            period,
            due_on,
            report,
            standing,
            is_agreed,
            is_awaited,
            late,
            reminded_at: None,
            is_reminded_today: false,
        }
    }

    pub fn name(&self) -> PeriodName {
        PeriodName::of(self.period.kind, self.period.days)
    }

    /// Where it is, for whoever may open it.
    pub fn path(&self, role: Role) -> Option<String> {
        let report = self.report.as_ref()?;
        (report.standing > 0 || sees_drafts(role) && report.state != ReportState::Dropped).then(|| report.path())
    }

    /// Whether the purchaser may ask for it: once a day.
    pub fn may_be_reminded(&self, role: Role) -> bool {
        role == Role::Purchaser && self.is_waited_for() && !self.is_reminded_today
    }

    /// Whether the purchaser asked for it, and waits.
    pub fn is_asked_for(&self) -> bool {
        self.is_waited_for() && self.reminded_at.is_some()
    }

    fn is_waited_for(&self) -> bool {
        self.is_agreed && self.is_awaited && self.standing.is_owed()
    }
}

/// Everything that the reader's agreements owe by today.
///
/// # Errors
/// As the database says.
pub async fn owed(by: &ReportReader, conn: &mut Conn, today: Date) -> Result<Vec<OwedReport>> {
    let mut reports: BTreeMap<AgreementId, Vec<PeriodicReport>> = BTreeMap::new();
    for report in queries::all(by, conn).await? {
        reports.entry(report.agreement_id).or_default().push(report);
    }
    let reminders = queries::reminders(by, conn).await?;
    let mut owed = Vec::new();
    for agreement in queries::agreements(by, conn).await? {
        let there = reports.remove(&agreement.id).unwrap_or_default();
        owed.extend(of_agreement(&agreement, there, today));
    }
    for one in &mut owed {
        let asked = |reminder: &&ReportReminder| {
            reminder.agreement_id == one.agreement.id
                && reminder.starts_on == one.period.days.from
                && reminder.ends_on == one.period.days.last()
        };
        one.reminded_at = reminders.iter().find(asked).map(|reminder| reminder.reminded_at);
        one.is_reminded_today = one.reminded_at.is_some_and(|at| Zone::SHANGHAI.date(at) == today);
    }
    Ok(owed)
}

fn of_agreement(agreement: &AgreementFrame, there: Vec<PeriodicReport>, today: Date) -> Vec<OwedReport> {
    let mut found: Vec<OwedReport> = Vec::new();
    let stands = |report: &&PeriodicReport| report.state != ReportState::Dropped;
    let known: Vec<Period> = there.iter().filter(stands).map(PeriodicReport::period).collect();
    // Of what was dropped, what the purchaser has read is still to be found.
    for report in there.into_iter().filter(|report| report.state != ReportState::Dropped || report.standing > 0) {
        let period = ReportedPeriod { kind: report.kind, days: report.period() };
        found.push(OwedReport::of(agreement, period, Some(report), today));
    }
    let owed = agreement.owed().into_iter();
    let begun = owed.filter(|period| period.days.from <= today && !known.contains(&period.days));
    found.extend(begun.map(|period| OwedReport::of(agreement, period, None, today)));
    found
}

/// How the table is cut and put in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwedCut {
    wanted: NameSought,
    standing: Option<OwedState>,
    order: OwedOrder,
}

impl Default for OwedCut {
    fn default() -> Self {
        Self { wanted: NameSought::default(), standing: None, order: OwedOrder::Period }
    }
}

impl OwedCut {
    /// Fields `q state sort`; the text is looked for in the names of provider and purchaser.
    ///
    /// # Errors
    /// A fault for each word that means nothing.
    pub fn read(fields: &Fields) -> Result<Self> {
        let mut read = fields.read();
        let standing = read.optional("state", parse::choice);
        let order = read.optional("sort", parse::choice);
        let wanted = NameSought::read(fields);
        read.finish(|| Some(Self { wanted, standing: standing?, order: order?.unwrap_or(OwedOrder::Period) }))
    }

    /// Those that it leaves, in its order.
    pub fn of(&self, mut owed: Vec<OwedReport>) -> Vec<OwedReport> {
        owed.retain(|one| {
            let names = [one.agreement.provider.as_str(), one.agreement.purchaser.as_str()];
            self.standing.is_none_or(|standing| standing == one.standing) && self.wanted.is_in(names)
        });
        match self.order {
            OwedOrder::Period => owed.sort_by_key(|one| Reverse((one.period.days.to, one.period.days.from))),
            OwedOrder::Due => owed.sort_by_key(|one| (!one.standing.is_owed(), one.due_on)),
            OwedOrder::Provider => owed.sort_by(|a, b| a.agreement.provider.cmp(&b.agreement.provider)),
        }
        owed
    }

    pub fn toolbar(&self, lang: Lang) -> Toolbar {
        Toolbar::ordered(lang, self.order, OwedOrder::ALL, OwedOrder::key).with_text(&self.wanted).with_words(
            ("state", "cut.state"),
            self.standing,
            OwedState::ALL,
            OwedState::key,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreements::YearsFrom;
    use crate::centers::CenterId;
    use crate::periodic_reports::types::AgreedDues;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn agreement(dues: AgreedDues) -> AgreementFrame {
        AgreementFrame {
            id: AgreementId(1),
            provider: "莞爱".to_owned(),
            purchaser: "街道办".to_owned(),
            center_id: CenterId(1),
            starts_on: date("2026-01-01"),
            ends_on: date("2026-12-31"),
            years_from: YearsFrom::Calendar,
            dues,
        }
    }

    fn told_by(agreement: &AgreementFrame, today: &str) -> Vec<(String, OwedState, i64)> {
        let owed = of_agreement(agreement, Vec::new(), date(today));
        owed.into_iter().map(|one| (one.period.to_string(), one.standing, one.late)).collect()
    }

    #[test]
    fn a_quarter_is_owed_where_the_agreement_asks_for_quarters() {
        let agreement = agreement(AgreedDues { due_quarter: Some(10), ..AgreedDues::default() });
        assert_eq!(
            told_by(&agreement, "2026-04-12"),
            [
                ("quarter:2026-01-01".to_owned(), OwedState::NotBegun, 2),
                ("quarter:2026-04-01".to_owned(), OwedState::Running, 0)
            ]
        );
    }

    #[test]
    fn a_month_is_owed_from_its_end_and_late_after_it_is_due() {
        let agreement = agreement(AgreedDues::default());
        let told = |today| told_by(&agreement, today);
        let month = |first: &str, standing, late| (format!("month:{first}"), standing, late);
        assert_eq!(told("2026-01-31"), [month("2026-01-01", OwedState::Running, 0)]);
        assert_eq!(
            told("2026-02-18"),
            [month("2026-01-01", OwedState::NotBegun, 3), month("2026-02-01", OwedState::Running, 0)]
        );
        assert_eq!(told("2026-02-15")[0], month("2026-01-01", OwedState::NotBegun, 0));
    }
}
