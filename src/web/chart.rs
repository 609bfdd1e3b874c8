//! Charts as SVG, drawn by the server: readable without a script, printable, within the content security policy (no
//! style attribute anywhere), and said in words to those who do not see them.
//!
//! Every chart is drawn on a board 480 units wide; `chart.css` scales it to its place.

use askama::Template;

use super::text::Lang;

/// Width of the board.
const BOARD: f64 = 480.0;

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

/// What a chart can be drawn of, once the reader's language is known.
pub trait Chart {
    fn bars(&self, lang: Lang) -> Bars;
}

impl<C: Chart> Chart for &C {
    fn bars(&self, lang: Lang) -> Bars {
        (*self).bars(lang)
    }
}

/// Horizontal bars under their labels, to compare amounts or shares.
#[derive(Template)]
#[template(path = "components/chart_bars.html")]
pub struct Bars {
    said: String,
    bars: Vec<Bar>,
    full: i64,
}

impl Bars {
    /// `full` is what a whole track stands for; an amount beyond it fills the track.
    pub fn new(lang: Lang, mut bars: Vec<Bar>, full: i64) -> Self {
        let said = said(lang, bars.iter().map(|bar| (bar.label.as_str(), bar.shown.as_str())));
        for bar in &mut bars {
            bar.label = shortened(&bar.label);
        }
        Self { said, bars, full }
    }

    /// Bars against the largest of them.
    pub fn relative(lang: Lang, bars: Vec<Bar>) -> Self {
        let full = bars.iter().map(|bar| bar.value).max().unwrap_or(0);
        Self::new(lang, bars, full)
    }

    fn height(&self) -> usize {
        self.bars.len() * PITCH
    }

    fn top(&self, index: &usize) -> usize {
        index * PITCH
    }

    fn width(&self, bar: &Bar) -> String {
        format!("{:.1}", BOARD * share(bar.value, self.full))
    }
}

/// One column of a row in time.
#[derive(Clone, Debug)]
pub struct ChartColumn {
    /// Under the column; empty where there is no room for every label.
    pub label: String,
    /// What it stands for in full (`2026年3月`).
    pub name: String,
    pub value: i64,
    /// The one that the page is about.
    pub strong: bool,
}

/// Columns over time, from left to right.
#[derive(Template)]
#[template(path = "components/chart_columns.html")]
pub struct Columns {
    said: String,
    columns: Vec<ChartColumn>,
    /// The values of the lines, from zero up.
    scale: Vec<i64>,
}

impl Columns {
    const LEFT: f64 = 52.0;
    const TOP: f64 = 14.0;
    const BOTTOM: f64 = 158.0;

    pub fn new(lang: Lang, columns: Vec<ChartColumn>) -> Self {
        let values: Vec<(String, String)> =
            columns.iter().filter(|c| c.value > 0).map(|c| (c.name.clone(), c.value.to_string())).collect();
        let said = said(lang, values.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let scale = scale(columns.iter().map(|column| column.value).max().unwrap_or(0));
        Self { said, columns, scale }
    }

    /// Nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.columns.iter().all(|column| column.value == 0)
    }

    fn pitch(&self) -> f64 {
        (BOARD - Self::LEFT) / f64::from(u32::try_from(self.columns.len().max(1)).unwrap_or(u32::MAX))
    }

    fn left(&self, index: &usize) -> f64 {
        Self::LEFT + self.pitch() * f64::from(u32::try_from(*index).unwrap_or(0))
    }

    fn x(&self, index: &usize) -> String {
        format!("{:.1}", self.left(index) + self.pitch() * 0.16)
    }

    fn middle(&self, index: &usize) -> String {
        format!("{:.1}", self.left(index) + self.pitch() / 2.0)
    }

    fn width(&self) -> String {
        format!("{:.1}", self.pitch() * 0.68)
    }

    fn height(&self, value: &i64) -> f64 {
        let full = self.scale.last().copied().unwrap_or(0);
        (Self::BOTTOM - Self::TOP) * share(*value, full)
    }

    fn y(&self, value: &i64) -> String {
        format!("{:.1}", Self::BOTTOM - self.height(value))
    }

    fn tall(&self, value: &i64) -> String {
        format!("{:.1}", self.height(value))
    }

    /// Where the text of a line stands.
    fn text_y(&self, value: &i64) -> String {
        format!("{:.1}", Self::BOTTOM - self.height(value) + 5.0)
    }
}

/// The numbers as a sentence for those who hear the page.
fn said<'a>(lang: Lang, parts: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let parts: Vec<String> = parts.map(|(label, shown)| format!("{label} {shown}")).collect();
    parts.join(lang.pick("，", ", "))
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
        let svg = Bars::relative(Lang::Zh, vec![bar("<舞蹈室>", 8), bar("书画室", 4)]).to_string();
        assert!(svg.contains("aria-label=\"&#60;舞蹈室&#62; 8，书画室 4\""), "{svg}");
        assert!(!svg.contains("<舞") && !svg.contains("style="));
        assert!(svg.contains("width=\"240.0\""));
        assert_eq!(shortened(&"长".repeat(19)), format!("{}…", "长".repeat(18)));
    }
}
