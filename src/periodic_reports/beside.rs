//! What a report tells beside its figures, as it is frozen: how the indicators of its agreement stand on its last day, what residents say of
//! it, its months, and its activities.

use serde::{Deserialize, Serialize};

use super::document::ToldNumber;
use crate::clock::Date;
use crate::figures::{Measure, Tally, Telling};
use crate::indicators::standing::IndicatorLine;
use crate::indicators::{IndicatorState, IndicatorUnit, told_amount};
use crate::ratings::Satisfaction;
use crate::web::Lang;
use crate::web::text::Worded;

/// What the agreement asks for, and how far it is. Its numbers are in what is kept of the unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenIndicator {
    pub name: String,
    pub name_en: String,
    /// Of which center; none for all of the agreement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub center: Option<String>,
    /// Of which worker, who is numbered; none for everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<String>,
    pub unit: IndicatorUnit,
    /// Entered by hand, and not counted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub entered: bool,
    pub target: i64,
    /// As far as the purchaser is told: none where it is hidden, or not known.
    pub done: Option<i64>,
    /// It is so much, or more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_least: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// By the end of the report's last day.
    pub expected: Option<i64>,
    pub state: IndicatorState,
}

impl From<&IndicatorLine> for FrozenIndicator {
    fn from(line: &IndicatorLine) -> Self {
        let indicator = &line.indicator;
        Self {
            name: indicator.name.clone(),
            name_en: indicator.name_en.clone(),
            center: line.center.clone(),
            worker: indicator.worker.clone(),
            unit: indicator.unit,
            entered: indicator.is_entered(),
            target: indicator.target,
            done: line.progress.map(|progress| progress.done),
            at_least: line.is_at_least(),
            hidden: line.is_hidden(),
            expected: line.progress.map(|progress| progress.expected),
            state: line.state(),
        }
    }
}

impl FrozenIndicator {
    /// What it is, whose, and whether it was entered by hand.
    pub fn called(&self, lang: Lang) -> String {
        let whose = self.center.iter().chain(&self.worker).map(|whose| format!(" · {whose}"));
        let entered = self.entered.then(|| format!(" · {}", lang.text("indicators.entered")));
        std::iter::once(lang.pick(&self.name, &self.name_en).to_owned()).chain(whose).chain(entered).collect()
    }

    pub fn telling(&self) -> Telling {
        match (self.hidden, self.at_least) {
            (true, _) => Telling::Hidden,
            (false, true) => Telling::AtLeast,
            (false, false) => Telling::Exactly,
        }
    }

    pub fn target(&self) -> ToldAmount {
        self.amount(Some(self.target), Telling::Exactly)
    }

    pub fn done(&self) -> ToldAmount {
        self.amount(self.done, self.telling())
    }

    pub fn expected(&self) -> ToldAmount {
        self.amount(self.expected, Telling::Exactly)
    }

    fn amount(&self, value: Option<i64>, told: Telling) -> ToldAmount {
        ToldAmount { unit: self.unit, value, told }
    }
}

/// As it is called.
impl Worded for FrozenIndicator {
    fn told(&self, lang: Lang) -> String {
        self.called(lang)
    }
}

/// A number of an indicator as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToldAmount {
    unit: IndicatorUnit,
    value: Option<i64>,
    told: Telling,
}

impl ToldAmount {
    /// In wholes of its unit, where it is a whole number and is told.
    pub fn whole(self) -> Option<i64> {
        let value = self.value.filter(|_| self.told == Telling::Exactly)?;
        (value % self.unit.scale() == 0).then(|| value / self.unit.scale())
    }
}

impl Worded for ToldAmount {
    fn told(&self, lang: Lang) -> String {
        match (self.told, self.value) {
            (Telling::Hidden, _) => lang.text("small_cells.mark"),
            (_, None) => "—".to_owned(),
            (told, Some(value)) => told_amount(lang, self.unit, value, told),
        }
    }
}

/// What residents said of the sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenSatisfaction {
    /// Those of the months that have enough of them.
    pub answers: i64,
    /// Of five, in tenths; none where no answer is told.
    pub tenths: Option<i64>,
    /// There are some more, in months that have too few.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_least: bool,
}

impl From<Satisfaction> for FrozenSatisfaction {
    fn from(told: Satisfaction) -> Self {
        Self { answers: told.answers, tenths: told.tenths, at_least: !told.is_whole }
    }
}

impl FrozenSatisfaction {
    /// The mean as it is read, where it is told.
    pub fn mean(&self) -> Option<String> {
        self.tenths.map(|tenths| format!("{}.{}", tenths / 10, tenths % 10))
    }
}

/// The mean with its number of answers, in words.
impl Worded for FrozenSatisfaction {
    fn told(&self, lang: Lang) -> String {
        match (self.mean(), self.at_least) {
            (None, false) => lang.text("periodic.no_answers"),
            (None, true) => lang.text("periodic.few_answers"),
            (Some(mean), at_least) => {
                let answers = self.answers.to_string();
                let answers = if at_least { lang.with("small_cells.at_least", [("n", answers)]) } else { answers };
                lang.with("periodic.mean_of", [("mean", mean), ("n", answers)])
            }
        }
    }
}

/// A month of the report, as far as it lies in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenMonth {
    pub from: Date,
    /// Included.
    pub to: Date,
    pub sessions: i64,
    pub visits: Option<i64>,
    pub persons: Option<i64>,
    /// Of which it is so much, or more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at_least: Vec<Measure>,
}

/// The sessions of one activity, or all of a confidential kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenActivity {
    pub number: i64,
    /// The digest of its title, which somebody wrote; none where its kind stands for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    pub kind: String,
    pub kind_en: String,
    /// Of its sessions, in order.
    pub days: Vec<Date>,
    pub sessions: i64,
    pub visits: Option<i64>,
    /// None where it is hidden, and where there are several sessions, for who came to more than one of them is not told.
    pub persons: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at_least: Vec<Measure>,
}

impl FrozenMonth {
    pub fn of((from, to): (Date, Date), tally: &Tally) -> Self {
        let told = |measure| told_of(tally, measure);
        Self {
            from,
            to,
            sessions: tally.sessions,
            visits: told(Measure::Visits),
            persons: told(Measure::Persons),
            at_least: in_part(tally),
        }
    }

    pub fn visits(&self) -> ToldNumber {
        ToldNumber::of(Measure::Visits, self.visits, self.at_least.contains(&Measure::Visits))
    }

    pub fn persons(&self) -> ToldNumber {
        ToldNumber::of(Measure::Persons, self.persons, self.at_least.contains(&Measure::Persons))
    }
}

impl FrozenActivity {
    /// Where its title stands among the words of a version.
    pub fn place(&self) -> String {
        let number = self.number;
        format!("activity.{number}")
    }

    pub fn kind(&self, lang: Lang) -> &str {
        lang.pick(&self.kind, &self.kind_en)
    }

    pub fn visits(&self) -> ToldNumber {
        ToldNumber::of(Measure::Visits, self.visits, self.at_least.contains(&Measure::Visits))
    }

    pub fn persons(&self) -> ToldNumber {
        ToldNumber::of(Measure::Persons, self.persons, self.at_least.contains(&Measure::Persons))
    }
}

/// A number of a tally, as far as it is told.
pub fn told_of(tally: &Tally, measure: Measure) -> Option<i64> {
    (tally.told(measure) != Telling::Hidden).then(|| tally.value(measure))
}

/// Those of its visits and persons of which only a part is told.
pub fn in_part(tally: &Tally) -> Vec<Measure> {
    let both = [Measure::Visits, Measure::Persons];
    both.into_iter().filter(|measure| tally.told(*measure) == Telling::AtLeast).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_residents_say_is_told_with_how_many_they_are() {
        let told = |answers, tenths, at_least| FrozenSatisfaction { answers, tenths, at_least }.told(Lang::En);
        assert_eq!(told(12, Some(46), false), "4.6 out of 5, from 12 anonymous answers");
        assert_eq!(told(12, Some(50), true), "5.0 out of 5, from ≥ 12 anonymous answers");
        assert_ne!(told(0, None, false), told(0, None, true));
    }

    #[test]
    fn a_month_keeps_no_number_that_is_hidden() {
        let day = |text: &str| Date::parse(text).unwrap();
        let hidden = vec![Measure::Visits, Measure::Persons];
        let tally = Tally { sessions: 2, visits: 7, persons: 0, hidden, ..Tally::default() };
        let month = FrozenMonth::of((day("2026-03-01"), day("2026-03-31")), &tally);
        assert_eq!((month.visits, month.persons), (Some(7), None));
        assert_eq!([month.visits(), month.persons()].map(|number| number.told(Lang::Zh)), ["≥ 7", "＊"]);
    }

    #[test]
    fn what_is_done_is_a_mark_where_it_is_hidden() {
        let one = FrozenIndicator {
            name: "服务时数".into(),
            name_en: "Hours".into(),
            center: None,
            worker: Some("#1".into()),
            unit: IndicatorUnit::Hours,
            entered: false,
            target: 90,
            done: Some(60),
            at_least: false,
            hidden: false,
            expected: None,
            state: IndicatorState::Unknown,
        };
        let told = |one: &FrozenIndicator| [one.target(), one.done(), one.expected()].map(|of| of.told(Lang::Zh));
        assert_eq!(told(&one), ["1.5", "1", "—"]);
        assert_eq!(one.called(Lang::En), "Hours · #1");
        assert_eq!(told(&FrozenIndicator { done: None, hidden: true, ..one.clone() })[1], "＊");
        assert_eq!(told(&FrozenIndicator { at_least: true, ..one })[1], "≥ 1");
    }
}
