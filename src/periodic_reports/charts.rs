//! The pictures of a report: who came, what it was before, and month by month. Each with its numbers as a table behind it.

use std::collections::BTreeMap;

use chrono::Datelike as _;

use super::beside::FrozenMonth;
use super::document::{FrozenComparison, FrozenFigure, ToldNumber};
use crate::clock::Date;
use crate::figures::{Measure, Section};
use crate::web::Lang;
use crate::web::chart::{Bar, Chart, ChartData, ChartPoint, ChartSeries, Charted};
use crate::web::filters::{long_month, plain_date, thousands};
use crate::web::text::Worded as _;

/// What is laid beside one another.
const COMPARED: [Measure; 4] = [Measure::Sessions, Measure::Visits, Measure::Persons, Measure::VolunteerVisits];

/// A picture, until it is known in which language it is read.
pub enum ReportChart {
    /// Different people of each group. Groups overlap: these are bars, and no parts of one.
    Groups {
        groups: Vec<FrozenFigure>,
        all: i64,
    },
    /// This period, and those beside it.
    Compared {
        days: Vec<Option<(Date, Date)>>,
        numbers: Vec<Vec<Option<ToldNumber>>>,
    },
    Months(Vec<FrozenMonth>),
}

/// Those that have anything to show; of the periods beside it the days that were counted.
pub fn charts(
    figures: &[FrozenFigure],
    (compared, days): (&[FrozenComparison], &[(Date, Date)]),
    months: &[FrozenMonth],
) -> Vec<ReportChart> {
    let whole = |figures: &[FrozenFigure], measure: Measure| {
        let is = |figure: &&FrozenFigure| figure.key == measure.code();
        figures.iter().find(is).map(FrozenFigure::told)
    };
    let mut charts = Vec::new();
    if months.len() > 1 {
        charts.push(ReportChart::Months(months.to_vec()));
    }
    if !compared.is_empty() {
        let of = |figures: &[FrozenFigure]| COMPARED.map(|measure| whole(figures, measure)).to_vec();
        let others = compared.iter().map(|other| of(&other.figures));
        charts.push(ReportChart::Compared {
            days: std::iter::once(None).chain(days.iter().copied().map(Some)).collect(),
            numbers: std::iter::once(of(figures)).chain(others).collect(),
        });
    }
    let is_group = |figure: &&FrozenFigure| figure.section == Section::Groups && figure.measure == Measure::Persons;
    let groups: Vec<FrozenFigure> = figures.iter().filter(is_group).cloned().collect();
    if let Some(all) = whole(figures, Measure::Persons).and_then(ToldNumber::exactly).filter(|all| *all > 0) {
        charts.push(ReportChart::Groups { groups, all });
    }
    charts
}

impl ReportChart {
    /// The key of what it is called.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Groups { .. } => "reports.groups_share",
            Self::Compared { .. } => "periodic.compared",
            Self::Months(_) => "periodic.by_month",
        }
    }
}

impl Charted for ReportChart {
    fn chart(&self, lang: Lang) -> Chart {
        let title = lang.text(self.title());
        match self {
            Self::Groups { groups, all } => {
                let bar = |figure: &FrozenFigure| Bar {
                    label: lang.pick(&figure.name, &figure.name_en).to_owned(),
                    value: figure.value.unwrap_or(0),
                    shown: figure.told().told(lang),
                    class: "",
                };
                Chart::shares(lang, &title, groups.iter().map(bar).collect(), *all)
            }
            Self::Compared { days, numbers } => {
                let points = COMPARED.map(|measure| point(lang.text(measure.key()), lang.text(measure.key())));
                let named = |days: &Option<(Date, Date)>| match days {
                    None => lang.text("paper.this_period"),
                    Some((from, to)) => format!("{} – {}", plain_date(lang, from.0), plain_date(lang, to.0)),
                };
                let series = days.iter().zip(numbers).map(|(days, numbers)| series(lang, named(days), numbers));
                let of = lang.text("periodic.item");
                let data = ChartData { title, of, points: points.into(), series: series.collect(), shown: thousands };
                Chart::grouped(lang, &data)
            }
            Self::Months(months) => {
                let month =
                    |month: &FrozenMonth| point(month.from.0.month().to_string(), long_month(lang, month.from.0));
                let numbers = |of: fn(&FrozenMonth) -> ToldNumber| -> Vec<Option<ToldNumber>> {
                    months.iter().map(|month| Some(of(month))).collect()
                };
                let all: [(Measure, Vec<Option<ToldNumber>>); 2] = [
                    (Measure::Visits, numbers(FrozenMonth::visits)),
                    (Measure::Persons, numbers(FrozenMonth::persons)),
                ];
                let series = all.iter().map(|(measure, numbers)| series(lang, lang.text(measure.key()), numbers));
                let (of, points) = (lang.text("reports.month"), months.iter().map(month).collect());
                Chart::lines(lang, &ChartData { title, of, points, series: series.collect(), shown: thousands })
            }
        }
    }
}

fn point(label: String, name: String) -> ChartPoint {
    ChartPoint { label, name, strong: true }
}

/// Numbers from left to right; what is hidden is drawn as nothing and read as its mark.
fn series(lang: Lang, name: String, numbers: &[Option<ToldNumber>]) -> ChartSeries {
    let words = |(place, number): (usize, &Option<ToldNumber>)| {
        let number = (*number)?;
        number.exactly().is_none().then(|| (place, number.told(lang)))
    };
    ChartSeries {
        name,
        values: numbers.iter().map(|number| number.map(|number| number.value.unwrap_or(0))).collect(),
        words: numbers.iter().enumerate().filter_map(words).collect::<BTreeMap<usize, String>>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(from: &str, to: &str, visits: Option<i64>) -> FrozenMonth {
        let day = |text: &str| Date::parse(text).unwrap();
        let (from, to) = (day(from), day(to));
        FrozenMonth { from, to, sessions: 1, visits, persons: visits, at_least: Vec::new() }
    }

    #[test]
    fn a_hidden_month_is_a_mark_in_its_picture() {
        let months = [month("2026-02-01", "2026-02-28", Some(12)), month("2026-03-01", "2026-03-31", None)];
        let charts = charts(&[], (&[], &[]), &months);
        assert_eq!(charts.iter().map(ReportChart::title).collect::<Vec<_>>(), ["periodic.by_month"]);
        let html = charts[0].chart(Lang::Zh).to_string();
        assert!(html.contains("2026年2月 12，2026年3月 ＊") && html.contains("<table"), "{html}");
    }
}
