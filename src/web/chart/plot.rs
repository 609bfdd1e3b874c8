//! Where the columns, lines and words of a chart stand: values in, lengths on the board out.

use super::ChartData;

/// Width of the board.
pub(super) const BOARD: f64 = 480.0;

/// How wide a Latin character and a Chinese one are at most, in units of the board: on a phone the words are drawn larger.
const LATIN: f64 = 11.0;
const HAN: f64 = 19.0;

/// How many textures, dashes and marks there are; a series beyond them takes the first again.
pub(super) const TEXTURES: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChartKind {
    Grouped,
    Stacked,
    Lines,
}

/// A field with an axis: columns or lines.
#[derive(Default)]
pub(super) struct Plot {
    pub scale: Vec<ScaleLine>,
    /// Where under the axis, and what.
    pub labels: Vec<(String, String)>,
    pub columns: Vec<ChartColumn>,
    /// Over a column, where there is room.
    pub amounts: Vec<(String, String, String)>,
    pub lines: Vec<(usize, String)>,
    pub marks: Vec<PointMark>,
}

pub(super) struct ScaleLine {
    pub y: String,
    pub text_y: String,
    pub text: String,
    pub is_axis: bool,
}

pub(super) struct ChartColumn {
    pub x: String,
    pub y: String,
    pub width: String,
    pub height: String,
    pub texture: usize,
    pub is_soft: bool,
    pub name: String,
}

pub(super) struct PointMark {
    pub x: String,
    pub y: String,
    pub texture: usize,
    pub name: String,
}

/// The field of a plot: where its values and points stand.
struct Field {
    pitch: f64,
    full: i64,
}

impl Field {
    const LEFT: f64 = 64.0;
    const TOP: f64 = 18.0;
    const BOTTOM: f64 = 158.0;

    fn left(&self, point: usize) -> f64 {
        Self::LEFT + self.pitch * real(point)
    }

    fn middle(&self, point: usize) -> f64 {
        self.left(point) + self.pitch / 2.0
    }

    fn height(&self, value: i64) -> f64 {
        (Self::BOTTOM - Self::TOP) * share(value, self.full)
    }

    fn y(&self, value: i64) -> f64 {
        Self::BOTTOM - self.height(value)
    }
}

pub(super) fn plot(data: &ChartData, drawn: ChartKind) -> Plot {
    let scale = scale(data.largest(drawn));
    let field = Field {
        pitch: (BOARD - Field::LEFT) / real(data.points.len().max(1)),
        full: scale.last().copied().unwrap_or(0),
    };
    let line = |value: &i64| ScaleLine {
        y: unit(field.y(*value)),
        text_y: unit(field.y(*value) + 5.0),
        text: (data.shown)(*value),
        is_axis: *value == 0,
    };
    let mut plot = Plot { scale: scale.iter().map(line).collect(), labels: labels(data, &field), ..Plot::default() };
    match drawn {
        ChartKind::Grouped => group(&mut plot, data, &field),
        ChartKind::Stacked => stack(&mut plot, data, &field),
        ChartKind::Lines => connect(&mut plot, data, &field),
    }
    plot
}

/// As many labels as stand beside one another without touching, evenly.
fn labels(data: &ChartData, field: &Field) -> Vec<(String, String)> {
    let widest = data.points.iter().map(|point| wide(&point.label)).fold(0.0, f64::max);
    let step = (1..=data.points.len()).find(|step| field.pitch * real(*step) >= widest + 8.0);
    let shown = data.points.iter().enumerate().step_by(step.unwrap_or(data.points.len()).max(1));
    shown.map(|(index, point)| (unit(field.middle(index)), point.label.clone())).collect()
}

fn group(plot: &mut Plot, data: &ChartData, field: &Field) {
    let single = data.series.len() == 1;
    let width = field.pitch * 0.72 / real(data.series.len().max(1));
    for (index, point) in data.points.iter().enumerate() {
        for series in 0..data.series.len() {
            let value = data.value(series, index);
            let x = field.left(index) + field.pitch * 0.14 + width * real(series);
            plot.columns.push(ChartColumn {
                x: unit(x),
                y: unit(field.y(value)),
                width: unit(width * if single { 1.0 } else { 0.92 }),
                height: unit(field.height(value)),
                texture: series % TEXTURES,
                is_soft: single && !point.strong,
                name: named(data, series, index),
            });
            let text = data.read(series, index);
            if value > 0 && wide(&text) <= width {
                plot.amounts.push((unit(x + width / 2.0), unit(field.y(value) - 4.0), text));
            }
        }
    }
}

fn stack(plot: &mut Plot, data: &ChartData, field: &Field) {
    for (index, _) in data.points.iter().enumerate() {
        let mut below = 0;
        for series in 0..data.series.len() {
            let value = data.value(series, index);
            plot.columns.push(ChartColumn {
                x: unit(field.left(index) + field.pitch * 0.16),
                y: unit(field.y(below + value)),
                width: unit(field.pitch * 0.68),
                height: unit(field.y(below) - field.y(below + value)),
                texture: series % TEXTURES,
                is_soft: false,
                name: named(data, series, index),
            });
            below += value;
        }
        let text = (data.shown)(below);
        if below > 0 && wide(&text) <= field.pitch {
            plot.amounts.push((unit(field.middle(index)), unit(field.y(below) - 4.0), text));
        }
    }
}

/// A line is broken where nothing is known.
fn connect(plot: &mut Plot, data: &ChartData, field: &Field) {
    for (series, of) in data.series.iter().enumerate() {
        let mut path = String::new();
        let mut pen_is_down = false;
        for (index, value) in of.values.iter().enumerate().take(data.points.len()) {
            let Some(value) = value else {
                pen_is_down = false;
                continue;
            };
            let (x, y) = (unit(field.middle(index)), unit(field.y(*value)));
            path += &format!("{}{x} {y}", if pen_is_down { "L" } else { "M" });
            pen_is_down = true;
            plot.marks.push(PointMark { x, y, texture: series % TEXTURES, name: named(data, series, index) });
        }
        plot.lines.push((series % TEXTURES, path));
    }
}

/// `2026年3月 上年同期 1,264`.
fn named(data: &ChartData, series: usize, point: usize) -> String {
    let value = data.read(series, point);
    match data.series.len() {
        1 => format!("{} {value}", data.points[point].name),
        _ => format!("{} {} {value}", data.points[point].name, data.series[series].name),
    }
}

/// How much of the board a text takes at most.
pub(super) fn wide(text: &str) -> f64 {
    text.chars().map(|c| if c.is_ascii() { LATIN } else { HAN }).sum()
}

pub(super) fn unit(length: f64) -> String {
    format!("{length:.1}")
}

fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// `value` of `full`, between 0 and 1.
#[expect(clippy::cast_precision_loss, reason = "pixels, not money")]
pub(super) fn share(value: i64, full: i64) -> f64 {
    if full <= 0 { 0.0 } else { (value as f64 / full as f64).clamp(0.0, 1.0) }
}

/// Round values from zero to at least `max`, at most four of them above zero.
pub(super) fn scale(max: i64) -> Vec<i64> {
    let tens = std::iter::successors(Some(1_i64), |ten| ten.checked_mul(10));
    let step = tens.flat_map(|ten| [ten, 2 * ten, 5 * ten]).find(|step| (max + 3) / 4 <= *step);
    let step = step.unwrap_or(max);
    (0..=4).map(|line| line * step).take_while(|value| *value < max + step).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::data;
    use super::*;

    #[test]
    fn the_scale_is_round_and_holds_the_largest() {
        assert_eq!(scale(0), [0]);
        assert_eq!(scale(3), [0, 1, 2, 3]);
        assert_eq!(scale(7), [0, 2, 4, 6, 8]);
        assert_eq!(scale(37), [0, 10, 20, 30, 40]);
        assert_eq!(scale(1264), [0, 500, 1000, 1500]);
        for max in 1..5_000 {
            let lines = scale(max);
            assert!(lines.last().is_some_and(|last| *last >= max) && lines.len() <= 5, "{max}: {lines:?}");
        }
    }

    #[test]
    fn columns_of_a_point_stand_side_by_side_or_upon_one_another() {
        let data = data(&["一月", "二月"], &[&[Some(4), Some(2)], &[Some(3), None]]);
        let grouped = plot(&data, ChartKind::Grouped);
        assert_eq!(grouped.columns.len(), 4);
        let edge = |column: &ChartColumn| column.x.parse::<f64>().unwrap() + column.width.parse::<f64>().unwrap();
        for pair in grouped.columns.windows(2) {
            assert!(edge(&pair[0]) <= pair[1].x.parse::<f64>().unwrap(), "columns do not overlap");
        }
        // Four is the whole field of 140, and three of four is three quarters.
        assert_eq!([&grouped.columns[0].height, &grouped.columns[1].height], ["140.0", "105.0"]);
        let stacked = plot(&data, ChartKind::Stacked);
        // Seven of eight upon the axis: the second begins where the first ends.
        assert_eq!(stacked.columns[0].y.parse::<f64>().unwrap(), 158.0 - 70.0);
        assert_eq!(stacked.columns[1].y.parse::<f64>().unwrap(), 158.0 - 122.5);
        assert_eq!(stacked.amounts.iter().map(|(_, _, text)| text.as_str()).collect::<Vec<_>>(), ["7", "2"]);
    }

    #[test]
    fn a_line_is_broken_where_nothing_is_known() {
        let plot = plot(&data(&["1", "2", "3", "4"], &[&[Some(1), None, Some(2), Some(2)]]), ChartKind::Lines);
        let path = &plot.lines[0].1;
        assert_eq!((path.matches('M').count(), path.matches('L').count(), plot.marks.len()), (2, 1, 3), "{path}");
    }

    #[test]
    fn labels_that_would_touch_are_left_out() {
        for count in [1, 12, 24, 36, 90] {
            let names: Vec<String> = (0..count).map(|n| format!("{n}年十二月")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let values = vec![Some(1); count];
            let plot = plot(&data(&names, &[&values]), ChartKind::Grouped);
            assert!(!plot.labels.is_empty());
            for pair in plot.labels.windows(2) {
                let gap = pair[1].0.parse::<f64>().unwrap() - pair[0].0.parse::<f64>().unwrap();
                assert!(gap >= wide(&pair[0].1), "{count}: {} and {}", pair[0].1, pair[1].1);
            }
        }
    }
}
