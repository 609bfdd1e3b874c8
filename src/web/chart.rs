//! Charts as SVG, drawn by the server: one component for shares, columns (grouped or stacked) and lines. Readable without a
//! script, within the content security policy (no style attribute anywhere), legible in black and white (a texture, a dash
//! and a mark for each series, and words), and said in words and as a table to those who do not see them.
//!
//! Every chart is drawn on a board 480 units wide; `chart.css` scales it to its place. Values are whole numbers; what they
//! read as is the caller's.

mod plot;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use askama::Template;

use self::plot::{BOARD, ChartKind, Plot, TEXTURES, plot, share, unit};
use super::filters::thousands;
use super::text::Lang;

/// From one bar to the next.
const PITCH: usize = 44;

/// How wide a label may be beside its amount, in Chinese characters.
const LABEL: usize = 18;

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
    /// What is read in the place of a value, by its point: where not all of it may be told.
    pub words: BTreeMap<usize, String>,
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
        let series = vec![ChartSeries { name: title.clone(), values, words: BTreeMap::new() }];
        Self { title, of, points, series, shown: thousands }
    }

    /// With words in the place of some values of its first series.
    pub fn with_words(mut self, words: BTreeMap<usize, String>) -> Self {
        if let Some(series) = self.series.first_mut() {
            series.words = words;
        }
        self
    }

    fn value(&self, series: usize, point: usize) -> i64 {
        self.series[series].values.get(point).copied().flatten().unwrap_or(0).max(0)
    }

    /// How the value of a point reads.
    fn read(&self, series: usize, point: usize) -> String {
        let words = self.series[series].words.get(&point).cloned();
        words.unwrap_or_else(|| (self.shown)(self.value(series, point)))
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
            let shown = |(place, series): (usize, &ChartSeries)| match series.values.get(index).copied().flatten() {
                Some(_) => data.read(place, index),
                None => "—".to_owned(),
            };
            (point.name.clone(), data.series.iter().enumerate().map(shown).collect::<Vec<String>>())
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
            is_empty: data.largest(drawn) == 0 && data.series.iter().all(|series| series.words.is_empty()),
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

/// The numbers above zero, and what stands in the place of numbers, as a sentence, series by series.
fn said(lang: Lang, data: &ChartData) -> String {
    let of = |(place, series): (usize, &ChartSeries)| {
        let is_said = |index: usize| series.words.contains_key(&index) || data.value(place, index) > 0;
        let values: Vec<(&str, String)> = data
            .points
            .iter()
            .enumerate()
            .filter(|(index, _)| is_said(*index))
            .map(|(index, point)| (point.name.as_str(), data.read(place, index)))
            .collect();
        let told = joined(lang, values.iter().map(|(name, shown)| (*name, shown.as_str())));
        if data.series.len() > 1 { format!("{}{}{told}", series.name, lang.text("list.colon")) } else { told }
    };
    data.series.iter().enumerate().map(of).collect::<Vec<_>>().join(&lang.text("list.semicolon"))
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

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn data(names: &[&str], series: &[&[Option<i64>]]) -> ChartData {
        let point = |name: &&str| ChartPoint { label: (*name).to_owned(), name: (*name).to_owned(), strong: true };
        let series = series.iter().enumerate().map(|(index, values)| ChartSeries {
            name: format!("<系列{index}>"),
            values: values.to_vec(),
            words: BTreeMap::new(),
        });
        ChartData {
            title: "人次".into(),
            of: "月份".into(),
            points: names.iter().map(point).collect(),
            series: series.collect(),
            shown: thousands,
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
    fn what_is_not_told_is_read_as_words() {
        let mut data = data(&["一月", "二月"], &[&[Some(0), Some(7)]]);
        data.series[0].words = BTreeMap::from([(0, "＊".to_owned()), (1, "≥ 7".to_owned())]);
        let html = Chart::grouped(Lang::Zh, &data).to_string();
        assert!(html.contains("一月 ＊，二月 ≥ 7") && html.contains(">＊<") && !html.contains(">7<"), "{html}");
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
