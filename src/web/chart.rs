//! Charts as SVG, drawn by the server: one component for shares, columns (grouped or stacked) and lines. Readable without a
//! script, within the content security policy (no style attribute anywhere), legible in black and white (a texture, a dash
//! and a mark for each series, and words), and said in words and as a table to those who do not see them.
//!
//! Every chart is drawn on a board 480 units wide; `chart.css` scales it to its place. Values are whole numbers; what they
//! read as is the caller's.

use std::hash::{DefaultHasher, Hash, Hasher};

use askama::Template;

use super::filters::thousands;
use super::text::Lang;

/// Width of the board.
const BOARD: f64 = 480.0;

/// From one bar to the next.
const PITCH: usize = 44;

/// How wide a label may be beside its amount, in Chinese characters.
const LABEL: usize = 18;

/// How wide a Latin character and a Chinese one are at most, in units of the board: on a phone the words are drawn larger.
const LATIN: f64 = 11.0;
const HAN: f64 = 19.0;

/// How many textures, dashes and marks there are; a series beyond them takes the first again.
const TEXTURES: usize = 5;

/// One amount: what it is, how much, and how that reads (`386.5 小时`).
#[derive(Clone, Debug)]
pub struct Bar {
    pub label: String,
    pub value: i64,
    pub shown: String,
    /// A colour with a meaning: a class of `chart.css`, or "".
    pub class: &'static str,
}

/// A place on the axis from left to right.
#[derive(Clone, Debug)]
pub struct ChartPoint {
    /// Under the axis; left out where there is no room for every label.
    pub label: String,
    /// What it stands for in full (`2026年3月`).
    pub name: String,
    /// One that the page is about; the others of a single series are drawn softly.
    pub strong: bool,
}

/// The values of one kind, a value for each point; `None` where nothing is known, which is not zero.
#[derive(Clone, Debug)]
pub struct ChartSeries {
    pub name: String,
    pub values: Vec<Option<i64>>,
}

/// What is drawn, and what it is called.
#[derive(Clone, Debug)]
pub struct ChartData {
    pub title: String,
    /// What the points are (`月份`): the head of the table's first column.
    pub of: String,
    pub points: Vec<ChartPoint>,
    pub series: Vec<ChartSeries>,
    /// How a value reads.
    pub shown: fn(i64) -> String,
}

impl ChartData {
    /// One series over some points, whole numbers.
    pub fn single(title: String, of: String, points: Vec<(ChartPoint, i64)>) -> Self {
        let (points, values): (Vec<_>, Vec<_>) = points.into_iter().map(|(point, value)| (point, Some(value))).unzip();
        let series = vec![ChartSeries { name: title.clone(), values }];
        Self { title, of, points, series, shown: thousands }
    }

    fn value(&self, series: usize, point: usize) -> i64 {
        self.series[series].values.get(point).copied().flatten().unwrap_or(0).max(0)
    }

    fn largest(&self, drawn: ChartKind) -> i64 {
        let of_point = |point: usize| {
            let values = (0..self.series.len()).map(|series| self.value(series, point));
            if drawn == ChartKind::Stacked { values.sum::<i64>() } else { values.max().unwrap_or(0) }
        };
        (0..self.points.len()).map(of_point).max().unwrap_or(0)
    }
}

/// What a chart can be made of, once the reader's language is known.
pub trait Charted {
    fn chart(&self, lang: Lang) -> Chart;
}

impl<C: Charted> Charted for &C {
    fn chart(&self, lang: Lang) -> Chart {
        (*self).chart(lang)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ChartKind {
    Grouped,
    Stacked,
    Lines,
}

/// A chart, its legend, and the table behind it.
#[derive(Template)]
#[template(path = "components/chart.html")]
pub struct Chart {
    title: String,
    /// The numbers as a sentence.
    said: String,
    /// What the textures of this chart are called on the page that it shares with others.
    mark: String,
    drawing: Drawing,
    /// The names of the series, where there are several.
    legend: Vec<LegendEntry>,
    table: Option<ChartTable>,
    is_empty: bool,
}

enum Drawing {
    Shares(Vec<ShareBar>),
    Plot(Plot),
}

struct LegendEntry {
    texture: usize,
    is_line: bool,
    name: String,
}

/// The numbers, as they are read where a picture is not.
struct ChartTable {
    summary: String,
    head: Vec<String>,
    rows: Vec<(String, Vec<String>)>,
}

/// A horizontal bar under its label.
struct ShareBar {
    top: usize,
    width: String,
    label: String,
    shown: String,
    class: &'static str,
}

/// A field with an axis: columns or lines.
#[derive(Default)]
struct Plot {
    scale: Vec<ScaleLine>,
    /// Where under the axis, and what.
    labels: Vec<(String, String)>,
    columns: Vec<ChartColumn>,
    /// Over a column, where there is room.
    amounts: Vec<(String, String, String)>,
    lines: Vec<(usize, String)>,
    marks: Vec<PointMark>,
}

struct ScaleLine {
    y: String,
    text_y: String,
    text: String,
    is_axis: bool,
}

struct ChartColumn {
    x: String,
    y: String,
    width: String,
    height: String,
    texture: usize,
    is_soft: bool,
    name: String,
}

struct PointMark {
    x: String,
    y: String,
    texture: usize,
    name: String,
}

impl Chart {
    /// Horizontal bars under their labels, to compare amounts or shares. `full` is what a whole track stands for; an amount
    /// beyond it fills the track.
    pub fn shares(lang: Lang, title: &str, bars: Vec<Bar>, full: i64) -> Self {
        let said = joined(lang, bars.iter().map(|bar| (bar.label.as_str(), bar.shown.as_str())));
        let rows = bars.iter().map(|bar| (bar.label.clone(), vec![bar.shown.clone()])).collect();
        let is_empty = bars.iter().all(|bar| bar.value == 0);
        let head = vec![lang.text("chart.item"), lang.text("chart.value")];
        let bars = bars.into_iter().enumerate().map(|(index, bar)| ShareBar {
            top: index * PITCH,
            width: unit(BOARD * share(bar.value, full)),
            label: shortened(&bar.label),
            shown: bar.shown,
            class: bar.class,
        });
        Self {
            mark: mark(title, &said),
            title: title.to_owned(),
            said,
            drawing: Drawing::Shares(bars.collect()),
            legend: Vec::new(),
            table: Some(ChartTable { summary: lang.text("chart.table"), head, rows }),
            is_empty,
        }
    }

    /// Bars against the largest of them.
    pub fn compared(lang: Lang, title: &str, bars: Vec<Bar>) -> Self {
        let full = bars.iter().map(|bar| bar.value).max().unwrap_or(0);
        Self::shares(lang, title, bars, full)
    }

    /// Columns from left to right, those of a point side by side.
    pub fn grouped(lang: Lang, data: &ChartData) -> Self {
        Self::plotted(lang, data, ChartKind::Grouped)
    }

    /// Columns from left to right, those of a point upon one another: for parts of a whole alone.
    pub fn stacked(lang: Lang, data: &ChartData) -> Self {
        Self::plotted(lang, data, ChartKind::Stacked)
    }

    /// A line for each series.
    pub fn lines(lang: Lang, data: &ChartData) -> Self {
        Self::plotted(lang, data, ChartKind::Lines)
    }

    fn plotted(lang: Lang, data: &ChartData, drawn: ChartKind) -> Self {
        let said = said(lang, data);
        let head = std::iter::once(data.of.clone()).chain(data.series.iter().map(|series| series.name.clone()));
        let row = |(index, point): (usize, &ChartPoint)| {
            let shown = |series: &ChartSeries| {
                series.values.get(index).copied().flatten().map_or_else(|| "—".to_owned(), |value| (data.shown)(value))
            };
            (point.name.clone(), data.series.iter().map(shown).collect::<Vec<String>>())
        };
        let entry = |(index, series): (usize, &ChartSeries)| LegendEntry {
            texture: index % TEXTURES,
            is_line: drawn == ChartKind::Lines,
            name: series.name.clone(),
        };
        let legend =
            if data.series.len() > 1 { data.series.iter().enumerate().map(entry).collect() } else { Vec::new() };
        Self {
            mark: mark(&data.title, &said),
            title: data.title.clone(),
            said,
            drawing: Drawing::Plot(plot(data, drawn)),
            legend,
            table: Some(ChartTable {
                summary: lang.text("chart.table"),
                head: head.collect(),
                rows: data.points.iter().enumerate().map(row).collect(),
            }),
            is_empty: data.largest(drawn) == 0,
        }
    }

    /// Without the table behind, where the page shows one beside.
    pub fn without_table(mut self) -> Self {
        self.table = None;
        self
    }

    /// Nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.is_empty
    }

    fn is_shares(&self) -> bool {
        matches!(self.drawing, Drawing::Shares(_))
    }

    fn height(&self) -> usize {
        match &self.drawing {
            Drawing::Shares(bars) => bars.len() * PITCH,
            Drawing::Plot(_) => 184,
        }
    }
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

fn plot(data: &ChartData, drawn: ChartKind) -> Plot {
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
            let text = (data.shown)(value);
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
    let value = (data.shown)(data.value(series, point));
    match data.series.len() {
        1 => format!("{} {value}", data.points[point].name),
        _ => format!("{} {} {value}", data.points[point].name, data.series[series].name),
    }
}

/// The numbers above zero as a sentence, series by series.
fn said(lang: Lang, data: &ChartData) -> String {
    let of = |series: &ChartSeries| {
        let values: Vec<(&str, String)> = data
            .points
            .iter()
            .zip(&series.values)
            .filter_map(|(point, value)| {
                Some((point.name.as_str(), (data.shown)((*value).filter(|value| *value > 0)?)))
            })
            .collect();
        let told = joined(lang, values.iter().map(|(name, shown)| (*name, shown.as_str())));
        if data.series.len() > 1 { format!("{}{}{told}", series.name, lang.text("list.colon")) } else { told }
    };
    data.series.iter().map(of).collect::<Vec<_>>().join(&lang.text("list.semicolon"))
}

fn joined<'a>(lang: Lang, parts: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let parts: Vec<String> = parts.map(|(label, shown)| format!("{label} {shown}")).collect();
    parts.join(lang.pick("，", ", "))
}

/// The same chart has the same name.
fn mark(title: &str, said: &str) -> String {
    let mut hasher = DefaultHasher::new();
    (title, said).hash(&mut hasher);
    format!("chart-{:x}", hasher.finish())
}

/// The label as far as there is room for it: two Latin letters take the place of one Chinese character.
fn shortened(label: &str) -> String {
    let mut room = LABEL * 2;
    let kept: String = label
        .chars()
        .take_while(|c| {
            let width = if c.is_ascii() { 1 } else { 2 };
            let fits = room >= width;
            room = room.saturating_sub(width);
            fits
        })
        .collect();
    if kept.len() < label.len() { format!("{}…", kept.trim_end()) } else { kept }
}

/// How much of the board a text takes at most.
fn wide(text: &str) -> f64 {
    text.chars().map(|c| if c.is_ascii() { LATIN } else { HAN }).sum()
}

fn unit(length: f64) -> String {
    format!("{length:.1}")
}

fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// `value` of `full`, between 0 and 1.
#[expect(clippy::cast_precision_loss, reason = "pixels, not money")]
fn share(value: i64, full: i64) -> f64 {
    if full <= 0 { 0.0 } else { (value as f64 / full as f64).clamp(0.0, 1.0) }
}

/// Round values from zero to at least `max`, at most four of them above zero.
fn scale(max: i64) -> Vec<i64> {
    let tens = std::iter::successors(Some(1_i64), |ten| ten.checked_mul(10));
    let step = tens.flat_map(|ten| [ten, 2 * ten, 5 * ten]).find(|step| (max + 3) / 4 <= *step);
    let step = step.unwrap_or(max);
    (0..=4).map(|line| line * step).take_while(|value| *value < max + step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(names: &[&str], series: &[&[Option<i64>]]) -> ChartData {
        let point = |name: &&str| ChartPoint { label: (*name).to_owned(), name: (*name).to_owned(), strong: true };
        let series = series
            .iter()
            .enumerate()
            .map(|(index, values)| ChartSeries { name: format!("<系列{index}>"), values: values.to_vec() });
        ChartData {
            title: "人次".into(),
            of: "月份".into(),
            points: names.iter().map(point).collect(),
            series: series.collect(),
            shown: thousands,
        }
    }

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
    fn labels_are_escaped_and_numbers_said() {
        let bar = |label: &str, value| Bar { label: label.into(), value, shown: value.to_string(), class: "" };
        let svg = Chart::compared(Lang::Zh, "用房", vec![bar("<舞蹈室>", 8), bar("书画室", 4)]).to_string();
        assert!(svg.contains("&#60;舞蹈室&#62; 8，书画室 4</desc>"), "{svg}");
        assert!(!svg.contains("<舞") && !svg.contains("style="));
        assert!(svg.contains("width=\"240.0\""));
        assert_eq!(shortened(&"长".repeat(19)), format!("{}…", "长".repeat(18)));
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

    #[test]
    fn every_number_stands_in_the_table_behind() {
        let chart = Chart::lines(Lang::Zh, &data(&["一月", "二月"], &[&[Some(1_264), Some(0)], &[None, Some(5)]]));
        let html = chart.to_string();
        for cell in [">1,264<", ">0<", ">—<", ">5<", "<th scope=\"row\">一月</th>", "&#60;系列1&#62;"] {
            assert!(html.contains(cell), "{cell}: {html}");
        }
        assert!(html.contains("role=\"img\"") && html.contains("<title>人次</title>"));
        assert!(!chart.without_table().to_string().contains("<table"));
    }
}
