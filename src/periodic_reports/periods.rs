//! For which days of an agreement there are reports: any month, quarter, half-year and year, counted as it says (`agreements::rules`), and
//! all its days together may be written of. Due are those that it asks for; of an agreement that asks for none, a report for each month
//! of the calendar.

use chrono::Datelike as _;

use super::types::{AgreementFrame, PeriodicReport, ReportedKind};
use crate::agreements::{ReportCycle, YearsFrom, rules};
use crate::clock::Date;
use crate::figures::Period;
use crate::web::Lang;
use crate::web::filters::long_month;
use crate::web::text::Named;

/// Days after its end within which a report is due, where the agreement does not say.
const DUE_WITHIN: u64 = 15;

/// Some days of an agreement, for which there is one report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportedPeriod {
    pub kind: ReportedKind,
    pub days: Period,
}

/// `month:2026-03-01`
impl std::fmt::Display for ReportedPeriod {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.kind, self.days.from)
    }
}

impl ReportedKind {
    /// As agreements say it; none for all their days.
    pub fn cycle(self) -> Option<ReportCycle> {
        match self {
            Self::Month => Some(ReportCycle::Month),
            Self::Quarter => Some(ReportCycle::Quarter),
            Self::HalfYear => Some(ReportCycle::HalfYear),
            Self::Year => Some(ReportCycle::Year),
            Self::Whole => None,
        }
    }
}

impl AgreementFrame {
    /// Within how many days of its end a report of a kind is due, where the agreement says so.
    fn agreed_days(&self, kind: ReportedKind) -> Option<u64> {
        let days = match kind {
            ReportedKind::Month => self.dues.due_month,
            ReportedKind::Quarter => self.dues.due_quarter,
            ReportedKind::HalfYear => self.dues.due_half_year,
            ReportedKind::Year => self.dues.due_year,
            ReportedKind::Whole => None,
        };
        days.map(i64::unsigned_abs)
    }

    fn asks(&self) -> bool {
        ReportedKind::ALL.iter().any(|kind| self.agreed_days(*kind).is_some())
    }

    /// The periods of a kind, of which there may be reports: in order, each cut to the agreement's days.
    pub fn periods(&self, kind: ReportedKind) -> Vec<ReportedPeriod> {
        let all = (self.starts_on, self.ends_on);
        let parts = match kind.cycle() {
            Some(cycle) => rules::parts(all, self.years_from, cycle),
            None => vec![all],
        };
        let period = |(from, to): (Date, Date)| Period::new(from, to.plus_days(1));
        parts.into_iter().filter_map(period).map(|days| ReportedPeriod { kind, days }).collect()
    }

    /// The periods for which a report is due, the shorter kinds first. Of the same days it is one report, by its shorter kind.
    pub fn owed(&self) -> Vec<ReportedPeriod> {
        let asks = self.asks();
        let is_due =
            |kind: &ReportedKind| if asks { self.agreed_days(*kind).is_some() } else { *kind == ReportedKind::Month };
        let mut owed: Vec<ReportedPeriod> = Vec::new();
        for period in ReportedKind::ALL.iter().copied().filter(is_due).flat_map(|kind| self.periods(kind)) {
            if owed.iter().all(|known| known.days != period.days) {
                owed.push(period);
            }
        }
        owed
    }

    /// Whether somebody waits for a period's report, once it is begun or asked for: it is owed, or of all days; where the agreement asks
    /// for none, any is. Of others whoever writes them decides.
    pub fn awaits(&self, period: &ReportedPeriod) -> bool {
        !self.asks()
            || period.kind == ReportedKind::Whole
            || self.agreed_days(period.kind).is_some()
            || self.owed_with(period).is_some()
    }

    /// What is owed for the same days.
    fn owed_with(&self, period: &ReportedPeriod) -> Option<ReportedPeriod> {
        self.owed().into_iter().find(|owed| owed.days == period.days)
    }

    /// The period that a word names: `quarter:2026-04-01`.
    pub fn named(&self, word: &str) -> Option<ReportedPeriod> {
        let kind = word.split_once(':').and_then(|(kind, _)| kind.parse().ok())?;
        self.periods(kind).into_iter().find(|period| period.to_string() == word)
    }

    /// The day until which a report of a period is to be submitted, where somebody waits for it.
    pub fn due_on(&self, period: ReportedPeriod) -> Date {
        let of_its_kind = self.agreed_days(period.kind);
        let within = of_its_kind.or_else(|| self.agreed_days(self.owed_with(&period)?.kind));
        period.days.last().plus_days(within.unwrap_or(DUE_WITHIN))
    }

    /// Whether a report's days are a period of the agreement, as it is by now.
    pub fn has(&self, report: &PeriodicReport) -> bool {
        self.periods(report.kind).iter().any(|period| period.days == report.period())
    }
}

/// The whole part of a year that a report's days are of, whatever days of it were agreed; none of all days of an agreement.
pub fn whole(report: &PeriodicReport) -> Option<Period> {
    let years = (report.agreed_from, report.years_from);
    let (from, to) = rules::earlier(years.0, years.1, report.kind.cycle()?, (report.starts_on, 0))?;
    Period::new(from, to.plus_days(1))
}

/// The same part of the years before, and a year before: whole, whatever days of it were agreed.
pub fn compared(report: &PeriodicReport) -> [Option<Period>; 2] {
    let Some(cycle) = report.kind.cycle() else { return [None, None] };
    before(cycle, report.starts_on, (report.agreed_from, report.years_from))
}

fn before(cycle: ReportCycle, day: Date, (first, years_from): (Date, YearsFrom)) -> [Option<Period>; 2] {
    let back = |parts: u32| {
        let (from, to) = rules::earlier(first, years_from, cycle, (day, parts))?;
        Period::new(from, to.plus_days(1))
    };
    // Before a year there is a year before.
    [back(1), back(12 / cycle.months()).filter(|_| cycle != ReportCycle::Year)]
}

/// What it is called, in both languages: `2026年3月`, `2026年第1季度`; what is no part of the calendar by its days.
pub struct PeriodName {
    zh: String,
    en: String,
}

impl PeriodName {
    pub fn of(kind: ReportedKind, days: Period) -> Self {
        let part = kind.cycle().map_or(12, ReportCycle::months);
        let key = match (kind, is_of_the_calendar(kind, days)) {
            (ReportedKind::Month, _) => "periodic.name_month",
            (ReportedKind::Quarter, true) => "periodic.name_quarter",
            (ReportedKind::HalfYear, true) if days.from.0.month0() < 6 => "periodic.name_first_half",
            (ReportedKind::HalfYear, true) => "periodic.name_second_half",
            (ReportedKind::Year, true) => "periodic.name_year",
            (ReportedKind::Quarter, false) => "periodic.name_quarter_days",
            (ReportedKind::HalfYear, false) => "periodic.name_half_days",
            (ReportedKind::Year, false) => "periodic.name_year_days",
            (ReportedKind::Whole, _) => "periodic.name_whole",
        };
        let values = [
            ("year", days.from.0.year().to_string()),
            ("n", (days.from.0.month0() / part + 1).to_string()),
            ("from", days.from.to_string()),
            ("to", days.last().to_string()),
        ];
        let words = |lang: Lang| {
            let month = ("month", long_month(lang, days.from.0));
            lang.with(key, values.iter().map(|(name, value)| (*name, value.clone())).chain([month]))
        };
        Self { zh: words(Lang::Zh), en: words(Lang::En) }
    }
}

/// Whether these days are a whole quarter, half-year or year of the calendar.
fn is_of_the_calendar(kind: ReportedKind, days: Period) -> bool {
    let whole = kind.cycle().and_then(|cycle| rules::earlier(days.from, YearsFrom::Calendar, cycle, (days.from, 0)));
    whole == Some((days.from, days.last()))
}

impl Named for PeriodName {
    fn in_lang(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreements::AgreementId;
    use crate::centers::CenterId;
    use crate::periodic_reports::types::AgreedDues;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn agreement(starts_on: &str, ends_on: &str, years_from: YearsFrom, dues: AgreedDues) -> AgreementFrame {
        AgreementFrame {
            id: AgreementId(1),
            provider: "莞爱".to_owned(),
            purchaser: "街道办".to_owned(),
            center_id: CenterId(1),
            starts_on: date(starts_on),
            ends_on: date(ends_on),
            years_from,
            dues,
        }
    }

    fn days(of: &[ReportedPeriod]) -> Vec<String> {
        of.iter().map(|one| format!("{}–{}", one.days.from, one.days.last())).collect()
    }

    #[test]
    fn who_asks_for_nothing_is_owed_months_within_fifteen_days() {
        let silent = agreement("2026-03-10", "2026-05-20", YearsFrom::Calendar, AgreedDues::default());
        let months = ["2026-03-10–2026-03-31", "2026-04-01–2026-04-30", "2026-05-01–2026-05-20"];
        assert_eq!(days(&silent.owed()), months);
        assert_eq!(silent.due_on(silent.owed()[0]), date("2026-04-15"));
        assert!(ReportedKind::ALL.iter().flat_map(|kind| silent.periods(*kind)).all(|period| silent.awaits(&period)));
        assert_eq!(days(&silent.periods(ReportedKind::Quarter)), ["2026-03-10–2026-03-31", "2026-04-01–2026-05-20"]);
        assert!(silent.named("half_year:2026-03-10").is_some() && silent.named("month:2026-06-01").is_none());
    }

    #[test]
    fn an_agreement_s_own_quarters_and_years_are_owed_in_its_own_time() {
        let dues = AgreedDues { due_quarter: Some(10), due_year: Some(30), ..AgreedDues::default() };
        let own = agreement("2025-09-15", "2026-09-14", YearsFrom::Start, dues);
        let told: Vec<(String, String)> =
            own.owed().iter().map(|one| (one.to_string(), own.due_on(*one).to_string())).collect();
        let expected = [
            ("quarter:2025-09-15", "2025-12-24"),
            ("quarter:2025-12-15", "2026-03-24"),
            ("quarter:2026-03-15", "2026-06-24"),
            ("quarter:2026-06-15", "2026-09-24"),
            ("year:2025-09-15", "2026-10-14"),
        ];
        assert_eq!(told, expected.map(|(period, due)| (period.to_owned(), due.to_owned())));
        let awaits = |word: &str| own.named(word).map(|period| own.awaits(&period));
        assert_eq!(awaits("month:2025-10-01"), Some(false), "it may be written, and nobody asks for it");
        assert_eq!([awaits("quarter:2025-12-15"), awaits("whole:2025-09-15")], [Some(true); 2]);
        for none in ["quarter:2025-10-01", "month:2026-10-01", "month:2025-10-02", "week:2025-10-06"] {
            assert_eq!(awaits(none), None, "{none} is no period of the agreement");
        }
    }

    #[test]
    fn a_month_of_the_days_of_an_owed_quarter_is_due_as_that_is() {
        let dues = AgreedDues { due_quarter: Some(10), ..AgreedDues::default() };
        let short = agreement("2026-03-10", "2026-04-30", YearsFrom::Calendar, dues);
        let month = short.named("month:2026-03-10").unwrap();
        assert_eq!((short.awaits(&month), short.due_on(month)), (true, date("2026-04-10")));
    }

    #[test]
    fn of_the_same_days_one_report_is_owed() {
        let dues = AgreedDues { due_month: Some(5), due_quarter: Some(10), ..AgreedDues::default() };
        let short = agreement("2026-03-10", "2026-04-30", YearsFrom::Calendar, dues);
        let told: Vec<String> = short.owed().iter().map(ToString::to_string).collect();
        // The cut quarter in March has the days of the cut month, that in April those of the month.
        assert_eq!(told, ["month:2026-03-10", "month:2026-04-01"]);
    }

    #[test]
    fn a_period_is_compared_with_the_one_before_and_that_of_last_year() {
        let told = |cycle, years| {
            before(cycle, date("2026-03-10"), years).map(|period| period.map(|period| period.from.to_string()))
        };
        let (calendar, own) = ((date("2026-03-10"), YearsFrom::Calendar), (date("2024-12-10"), YearsFrom::Start));
        let days = |of: &str| Some(of.to_owned());
        assert_eq!(told(ReportCycle::Month, calendar), [days("2026-02-01"), days("2025-03-01")]);
        assert_eq!(told(ReportCycle::Quarter, calendar), [days("2025-10-01"), days("2025-01-01")]);
        assert_eq!(told(ReportCycle::Year, calendar), [days("2025-01-01"), None]);
        assert_eq!(told(ReportCycle::Quarter, own), [days("2025-12-10"), days("2025-03-10")]);
        assert_eq!(told(ReportCycle::Year, own), [days("2024-12-10"), None]);
    }

    #[test]
    fn a_part_of_the_calendar_has_its_name_and_another_its_days() {
        let name = |kind, from: &str, to: &str| {
            PeriodName::of(kind, Period::new(date(from), date(to).plus_days(1)).unwrap()).in_lang(Lang::Zh).to_owned()
        };
        assert_eq!(name(ReportedKind::Quarter, "2026-01-01", "2026-03-31"), "2026年第1季度");
        assert_eq!(name(ReportedKind::Quarter, "2025-12-15", "2026-03-14"), "季度 2025-12-15 至 2026-03-14");
        assert_eq!(name(ReportedKind::Year, "2025-09-01", "2026-08-31"), "年度 2025-09-01 至 2026-08-31");
        assert_eq!(name(ReportedKind::Month, "2026-03-10", "2026-03-31"), "2026年3月");
    }
}
