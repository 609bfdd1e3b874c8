//! What templates and copies are made of.

use chrono::{Datelike as _, Months};

use crate::clock::Date;
use crate::fields::Fields;
pub use crate::ids::ActivityTemplateId;
use crate::web::Lang;
use crate::web::text::Named;

/// Three months of the calendar, in local dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quarter(Date);

impl Quarter {
    pub fn of(date: Date) -> Self {
        let first = date.0.with_day(1).and_then(|day| day.with_month0(day.month0() / 3 * 3));
        Self(Date(first.unwrap_or(date.0)))
    }

    pub fn first(self) -> Date {
        self.0
    }

    /// The first day after it.
    pub fn end(self) -> Date {
        self.plus(1).0
    }

    pub fn last(self) -> Date {
        self.end().minus_days(1)
    }

    /// So many quarters later.
    pub fn plus(self, quarters: u32) -> Self {
        Self(Date(self.0.0.checked_add_months(Months::new(3 * quarters)).unwrap_or(self.0.0)))
    }

    /// So many quarters before.
    pub fn minus(self, quarters: u32) -> Self {
        Self(Date(self.0.0.checked_sub_months(Months::new(3 * quarters)).unwrap_or(self.0.0)))
    }

    pub fn name(self) -> QuarterName {
        let (year, number) = (self.0.0.year().to_string(), (self.0.0.month0() / 3 + 1).to_string());
        let words = |lang: Lang| lang.with("offerings.quarter", [("year", year.clone()), ("n", number.clone())]);
        QuarterName { zh: words(Lang::Zh), en: words(Lang::En) }
    }
}

/// `2026-Q3`.
impl std::fmt::Display for Quarter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-Q{}", self.0.0.year(), self.0.0.month0() / 3 + 1)
    }
}

impl std::str::FromStr for Quarter {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (year, number) = text.split_once("-Q")?;
            let first = match number {
                "1" => "01",
                "2" => "04",
                "3" => "07",
                "4" => "10",
                _ => return None,
            };
            Date::parse(&format!("{year}-{first}-01")).map(Self)
        };
        read().ok_or("not a quarter of the form 2026-Q3")
    }
}

/// What a quarter is called, in both languages.
pub struct QuarterName {
    zh: String,
    en: String,
}

impl Named for QuarterName {
    fn in_lang(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

/// An activity that is kept to begin others with.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ActivityTemplate {
    pub id: ActivityTemplateId,
    pub name: String,
    /// The fields of an activity's form, as JSON; its date is that of the activity of which it was made.
    pub plan: String,
    /// RFC 5545; none for a single event.
    pub rule: Option<String>,
}

impl ActivityTemplate {
    /// The fields as they were kept.
    pub fn fields(&self) -> Fields {
        Fields::from_json(&self.plan).unwrap_or_default().unheard()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_is_read_as_it_is_written() {
        let date = |text| Date::parse(text).unwrap();
        let fourth = Quarter::of(date("2026-11-30"));
        assert_eq!((fourth.first(), fourth.last()), (date("2026-10-01"), date("2026-12-31")));
        assert_eq!(fourth.to_string(), "2026-Q4");
        assert_eq!("2026-Q4".parse(), Ok(fourth));
        assert_eq!(fourth.plus(1), Quarter::of(date("2027-01-01")));
        assert_eq!(fourth.minus(4).to_string(), "2025-Q4");
        assert!("2026-Q5".parse::<Quarter>().is_err());
    }
}
