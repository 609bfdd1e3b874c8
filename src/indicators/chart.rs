//! How an indicator is drawn: a bar with a tick where it should be by now, and a line over its months. As [`crate::web::chart`]'s: SVG from
//! the server, legible in print, and said in words.

use askama::Template;
use chrono::Datelike as _;

use super::rules::Progress;
use super::types::{Indicator, IndicatorUnit};
use crate::clock::Month;
use crate::figures::Telling;
use crate::web::Lang;
use crate::web::filters::{long_month, thousands};

/// Hundredths of the unit, rounded to the nearest.
fn hundredths(unit: IndicatorUnit, value: i64) -> i64 {
    (value.saturating_mul(100) + unit.scale() / 2).div_euclid(unit.scale())
}

fn fraction(hundredths: i64) -> String {
    match hundredths.rem_euclid(100) {
        0 => String::new(),
        rest => format!(".{rest:02}").trim_end_matches('0').to_owned(),
    }
}

/// What is kept of a unit as it is read: `1,250`, `12.5` hours, `28,000.5` yuan.
pub(super) fn amount(unit: IndicatorUnit, value: i64) -> String {
    let hundredths = hundredths(unit, value);
    thousands(hundredths.div_euclid(100)) + &fraction(hundredths)
}

/// The same, as far as it is told.
pub fn told(lang: Lang, unit: IndicatorUnit, value: i64, told: Telling) -> String {
    match told {
        Telling::Exactly => amount(unit, value),
        Telling::AtLeast => lang.with("small_cells.at_least", [("n", amount(unit, value))]),
        Telling::Hidden => lang.text("small_cells.mark"),
    }
}

/// The same as a form holds it.
pub(super) fn plain(unit: IndicatorUnit, value: i64) -> String {
    let hundredths = hundredths(unit, value);
    hundredths.div_euclid(100).to_string() + &fraction(hundredths)
}

/// `value` of `full` on a board so long, beyond it the whole board.
fn on_board(value: i64, full: i64, board: i64) -> i64 {
    match full {
        1.. => (value.clamp(0, full)).saturating_mul(board) / full,
        _ => 0,
    }
}

/// A bar to the target: what is done, and a tick for what is expected by now.
#[derive(Template)]
#[template(path = "indicators/bar.html")]
pub struct ProgressBar {
    said: String,
    look: &'static str,
    done: i64,
    tick: i64,
}

impl ProgressBar {
    const BOARD: i64 = 240;

    pub(super) fn new(lang: Lang, indicator: &Indicator, (progress, telling): (&Progress, Telling)) -> Self {
        let shown = |value| amount(indicator.unit, value);
        let said = lang.with(
            "indicators.bar_said",
            [
                ("done", told(lang, indicator.unit, progress.done, telling)),
                ("expected", shown(progress.expected)),
                ("target", shown(indicator.target)),
            ],
        );
        Self {
            said,
            look: progress.state.look(),
            done: on_board(progress.done, indicator.target, Self::BOARD),
            tick: on_board(progress.expected, indicator.target, Self::BOARD).clamp(1, Self::BOARD - 1),
        }
    }
}

/// A month of an indicator: what is reached by its end, and what should be by then.
#[derive(Clone, Debug)]
pub struct MonthPoint {
    pub month: Month,
    /// None for months to come, and where it is not known, or hidden.
    pub done: Option<i64>,
    /// How that may be told.
    pub told: Telling,
    pub expected: i64,
}

impl MonthPoint {
    /// What is reached, as it is read.
    pub(super) fn reached(&self, lang: Lang, unit: IndicatorUnit) -> Option<String> {
        Some(told(lang, unit, self.done?, self.told))
    }
}

/// What is reached by the end of each month, as a line, and what should be, as another.
#[derive(Template)]
#[template(path = "indicators/line.html")]
pub struct MonthLine {
    said: String,
    /// `x,y` of the points, as SVG takes them.
    done: String,
    expected: String,
    dots: Vec<(i64, i64, String)>,
    labels: Vec<(i64, String)>,
    scale: Vec<(i64, String)>,
}

impl MonthLine {
    const LEFT: i64 = 64;
    const WIDTH: i64 = 400;
    const TOP: i64 = 14;
    const BOTTOM: i64 = 158;
    /// More months than this are not all named.
    const NAMED: usize = 13;

    pub(super) fn new(lang: Lang, indicator: &Indicator, points: &[MonthPoint]) -> Self {
        let most = points.iter().filter_map(|point| point.done).max().unwrap_or(0);
        let full = indicator.target.max(most).max(1);
        let count = i64::try_from(points.len().max(1)).unwrap_or(i64::MAX);
        let x = |place: i64| Self::LEFT + Self::WIDTH * (place + 1) / count;
        let y = |value: i64| Self::BOTTOM - on_board(value, full, Self::BOTTOM - Self::TOP);
        let shown = |value| amount(indicator.unit, value);
        let named = |month: Month| long_month(lang, month.first().0);
        let start = format!("{},{}", Self::LEFT, Self::BOTTOM);
        let line = |values: Vec<(i64, i64)>| {
            let points = values.into_iter().map(|(place, value)| format!("{},{}", x(place), y(value)));
            std::iter::once(start.clone()).chain(points).collect::<Vec<_>>().join(" ")
        };
        let placed = || (0_i64..).zip(points);
        let known: Vec<(i64, i64)> = placed().filter_map(|(place, point)| Some((place, point.done?))).collect();
        let step = if points.len() > Self::NAMED { 3 } else { 1 };
        let reached =
            |point: &MonthPoint| Some(format!("{} {}", named(point.month), point.reached(lang, indicator.unit)?));
        let said: Vec<String> = points.iter().filter_map(reached).collect();
        Self {
            said: said.join(lang.pick("，", ", ")),
            dots: placed().filter_map(|(place, point)| Some((x(place), y(point.done?), reached(point)?))).collect(),
            done: line(known),
            expected: line(placed().map(|(place, point)| (place, point.expected)).collect()),
            labels: placed()
                .filter(|(place, _)| place % step == 0)
                .map(|(place, point)| (x(place), point.month.first().0.month().to_string()))
                .collect(),
            scale: [0, full / 2, full].into_iter().map(|value| (y(value), shown(value))).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_in_parts_is_read_in_wholes() {
        assert_eq!(amount(IndicatorUnit::Visits, 12_345), "12,345");
        assert_eq!(
            [0, 60, 90, 5, 23_190].map(|minutes| amount(IndicatorUnit::Hours, minutes)),
            ["0", "1", "1.5", "0.08", "386.5"]
        );
        assert_eq!([2_800_050, 5, 100].map(|fen| amount(IndicatorUnit::Yuan, fen)), ["28,000.5", "0.05", "1"]);
        assert_eq!(plain(IndicatorUnit::Yuan, 2_800_000), "28000");
    }

    #[test]
    fn a_bar_is_never_longer_than_its_board() {
        assert_eq!(
            [(-5, 10), (5, 10), (50, 10), (1, 0)].map(|(value, full)| on_board(value, full, 240)),
            [0, 120, 240, 0]
        );
    }
}
