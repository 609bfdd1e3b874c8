//! What is frozen when a report is submitted, and how it is written: a document of whole numbers and names of places, parties and kinds.
//! It holds no resident's and no worker's name: workers are numbered, and words that people wrote stand beside it, each text known here
//! by its digest.
//!
//! A figure that a document does not list it does not know; that is not nought.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::beside::{FrozenActivity, FrozenIndicator, FrozenMonth, FrozenSatisfaction};
use super::canonical::{canonical, sha256};
use super::periods::PeriodName;
use super::rules::{self, FigureValues};
use super::types::{Chapter, EvidenceKind, ReportComment, ReportedKind, RowKind};
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::{Error, Result};
use crate::figures::{Figure, FigureUnit, Item, Measure, Period, Section, Telling, shown};
use crate::web::Lang;
use crate::web::text::{Named, Worded};

/// Raised by whoever changes what is written here or what it means.
pub const SCHEMA: i64 = 1;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenReport {
    pub schema: i64,
    pub report: FrozenHead,
    pub agreement: FrozenParties,
    pub centers: Vec<FrozenCenter>,
    /// Of all centers together: persons are counted once.
    pub figures: Vec<FrozenFigure>,
    pub by_center: Vec<FrozenPart>,
    /// The same part of the calendar before, and that of last year, as they were counted then.
    pub compared: Vec<FrozenComparison>,
    pub adjustments: Vec<FrozenAdjustment>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indicators: Vec<FrozenIndicator>,
    /// None where it was not asked for then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub satisfaction: Option<FrozenSatisfaction>,
    /// Of a report of several months, each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub months: Vec<FrozenMonth>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub activities: Vec<FrozenActivity>,
    pub narrative: Vec<FrozenText>,
    pub evidence: Vec<FrozenEvidence>,
    /// The rows behind the figures.
    pub rows: Vec<FrozenRows>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenHead {
    pub number: String,
    pub public_id: String,
    pub version: i64,
    pub kind: ReportedKind,
    pub from: Date,
    /// Included.
    pub to: Date,
}

impl FrozenHead {
    pub fn name(&self) -> PeriodName {
        PeriodName::of(self.kind, Period { from: self.from, to: self.to.plus_days(1) })
    }
}

/// Both dates are included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenParties {
    pub id: i64,
    pub provider: String,
    pub purchaser: String,
    pub from: Date,
    pub to: Date,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenCenter {
    pub id: CenterId,
    pub town: String,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenFigure {
    pub key: String,
    pub section: Section,
    pub measure: Measure,
    pub unit: FigureUnit,
    /// As far as the purchaser is told: none where it is hidden.
    pub value: Option<i64>,
    /// Some of its parts are hidden: it is so much, or more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_least: bool,
    /// What it is of; empty for the whole.
    pub name: String,
    pub name_en: String,
}

/// What a center has by itself, of the figures that are counted so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenPart {
    pub center: CenterId,
    pub figures: Vec<FrozenFigure>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenComparison {
    pub from: Date,
    /// Included.
    pub to: Date,
    /// Which of these days were counted, by this agreement or one before it; none where that was not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_from: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_to: Option<Date>,
    pub figures: Vec<FrozenFigure>,
}

impl FrozenComparison {
    /// The days that were counted, both included; where that was not kept, those of the agreement.
    pub fn counted(&self, agreed: (Date, Date)) -> (Date, Date) {
        self.counted_from.zip(self.counted_to).unwrap_or_else(|| counted_days((self.from, self.to), agreed))
    }
}

/// By how much an accepted report's period is otherwise than it was told, where nothing told of it yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenAdjustment {
    /// Of which report.
    pub report: String,
    pub kind: ReportedKind,
    pub from: Date,
    pub to: Date,
    /// None of them where nobody can say: a version that told of it cannot be read.
    pub figures: Vec<FrozenFigure>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unknown: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenText {
    pub chapter: Chapter,
    /// As [`text_digest`] makes it.
    pub digest: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenEvidence {
    pub number: i64,
    pub kind: EvidenceKind,
    /// By which the file is known again.
    pub file: String,
    /// Of what stands below it.
    pub caption: Option<String>,
}

/// Rows of one kind: how many, and the digest of each block of their numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenRows {
    pub kind: RowKind,
    pub count: i64,
    pub blocks: Vec<String>,
}

impl FrozenReport {
    /// Its canonical text.
    ///
    /// # Errors
    /// `Internal` for a number that none can be.
    pub fn text(&self) -> Result<String> {
        canonical(&serde_json::to_value(self).map_err(Error::internal)?).map_err(Error::internal)
    }

    /// Reads it again.
    ///
    /// # Errors
    /// `Refused("report_unreadable")` where it is no such text, and where a later program wrote it.
    pub fn read(text: &str) -> Result<Self> {
        let read = serde_json::from_str(text).ok().filter(|report: &Self| report.schema <= SCHEMA);
        read.ok_or_else(|| Error::refused("report_unreadable"))
    }

    /// As whoever reads for the purchaser may know it: how many rows are behind visits and services together tells of them what the figures
    /// may hide.
    pub fn for_outsiders(mut self) -> Self {
        self.rows.retain(|rows| rows.kind == RowKind::Sessions);
        self
    }

    /// The days that were counted of a period beside it, both included.
    pub fn counted_of(&self, other: &FrozenComparison) -> (Date, Date) {
        other.counted((self.agreement.from, self.agreement.to))
    }

    /// Whether some number of it is hidden, or only told in part.
    pub fn hides(&self) -> bool {
        let parts = self.by_center.iter().flat_map(|part| &part.figures);
        let figures = self.figures.iter().chain(parts).map(FrozenFigure::told);
        let months = self.months.iter().flat_map(|month| [month.visits(), month.persons()]);
        let activities = self.activities.iter().map(FrozenActivity::visits);
        figures.chain(months).chain(activities).any(|told| told.exactly().is_none())
            || self.indicators.iter().any(|one| one.telling() != Telling::Exactly)
    }

    /// The figures that are adjusted later, by their keys.
    pub fn adjusted(&self) -> FigureValues {
        adjusted(&self.figures)
    }
}

/// Of some days those that an agreement has; all included.
fn counted_days((from, to): (Date, Date), (first, last): (Date, Date)) -> (Date, Date) {
    let (begin, end) = (from.max(first), to.min(last));
    // What has no day of it is told as it was asked for.
    if begin <= end { (begin, end) } else { (from, to) }
}

/// Of these figures those that are adjusted, by their keys: only what is told as it is can be told anew.
pub fn adjusted(figures: &[FrozenFigure]) -> FigureValues {
    let of = figures.iter().filter(|figure| rules::is_adjusted(figure.section));
    of.filter_map(|figure| Some((figure.key.clone(), figure.told().exactly()?))).collect()
}

/// Figures as they are frozen: with the names of kinds, groups and rooms, and workers by their place in the list.
pub fn frozen(figures: &[Figure]) -> Vec<FrozenFigure> {
    numbered(figures, &mut Vec::new())
}

/// As [`frozen`], with the numbers that `workers` have in another list of the same document: who is not in it yet comes after them.
pub fn numbered(figures: &[Figure], workers: &mut Vec<i64>) -> Vec<FrozenFigure> {
    let mut number_of = |id: &i64| {
        let place = workers.iter().position(|worker| worker == id).unwrap_or_else(|| {
            workers.push(*id);
            workers.len() - 1
        });
        place + 1
    };
    let figure = |figure: &Figure| {
        let (key, name, name_en) = match &figure.item {
            Item::Worker { id, .. } => {
                let number = number_of(id);
                let name = format!("#{number}");
                (format!("{}.worker.{number}", figure.measure.code()), name.clone(), name)
            }
            Item::WorkerKind { id, kind, .. } => {
                let number = number_of(id);
                let key = format!("{}.worker.{number}.kind.{}", figure.measure.code(), kind.code);
                (key, format!("#{number} · {}", kind.name), format!("#{number} · {}", kind.name_en))
            }
            item => (figure.key(), item.label(Lang::Zh), item.label(Lang::En)),
        };
        FrozenFigure {
            key,
            section: figure.section,
            measure: figure.measure,
            unit: figure.measure.unit(),
            value: (figure.told != Telling::Hidden).then_some(figure.value),
            at_least: figure.told == Telling::AtLeast,
            name,
            name_en,
        }
    };
    figures.iter().map(figure).collect()
}

/// The digest of a text at its place. The salt keeps short words from being guessed from it once they are taken out.
///
/// # Errors
/// `Internal`, which no text causes.
pub fn text_digest(place: &str, salt: &str, content: &str) -> Result<String> {
    let text = canonical(&json!({"place": place, "salt": salt, "content": content})).map_err(Error::internal)?;
    Ok(sha256(&text))
}

/// By which what a purchaser said of a version is known, in whatever order it lies.
///
/// # Errors
/// None that words could raise.
pub fn comments_digest(comments: &[ReportComment]) -> Result<String> {
    let mut told: Vec<(&str, &str)> =
        comments.iter().map(|one| (one.chapter.map(Chapter::code).unwrap_or_default(), one.words.as_str())).collect();
    told.sort_unstable();
    Ok(sha256(&canonical(&json!(told)).map_err(Error::internal)?))
}

/// A frozen number as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToldNumber {
    pub value: Option<i64>,
    pub at_least: bool,
    measure: Measure,
}

impl ToldNumber {
    /// None where it is hidden; `at_least` where there is more.
    pub fn of(measure: Measure, value: Option<i64>, at_least: bool) -> Self {
        Self { value, at_least, measure }
    }

    /// The number, where all of it is told.
    pub fn exactly(self) -> Option<i64> {
        self.value.filter(|_| !self.at_least)
    }
}

/// Minutes as hours, and what stands for what is hidden.
impl Worded for ToldNumber {
    fn told(&self, lang: Lang) -> String {
        let told = match (self.value, self.at_least) {
            (None, _) => Telling::Hidden,
            (Some(_), true) => Telling::AtLeast,
            (Some(_), false) => Telling::Exactly,
        };
        shown(lang, self.measure, self.value.unwrap_or(0), told)
    }
}

impl FrozenFigure {
    pub fn told(&self) -> ToldNumber {
        ToldNumber { value: self.value, at_least: self.at_least, measure: self.measure }
    }

    /// The key of what it is told in.
    pub fn unit_key(&self) -> &'static str {
        if self.unit == FigureUnit::Minutes { "unit.hours" } else { self.unit.key() }
    }
}

impl Named for FrozenFigure {
    fn in_lang(&self, lang: Lang) -> &str {
        lang.pick(&self.name, &self.name_en)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::periodic_reports) fn figure(
        key: &str,
        section: Section,
        measure: Measure,
        value: i64,
        name: &str,
    ) -> FrozenFigure {
        let name = name.to_owned();
        let (key, unit, name_en) = (key.to_owned(), measure.unit(), name.clone());
        FrozenFigure { key, section, measure, unit, value: Some(value), at_least: false, name_en, name }
    }

    #[test]
    fn what_is_not_told_is_no_number_and_is_not_adjusted() {
        let exact = figure("visits", Section::Total, Measure::Visits, 20, "");
        let hidden = FrozenFigure { value: None, ..figure("persons", Section::Total, Measure::Persons, 2, "") };
        let part = FrozenFigure { at_least: true, ..figure("minutes", Section::Volunteers, Measure::Minutes, 90, "") };
        let read = [&exact, &hidden, &part].map(|figure| figure.told().told(Lang::Zh));
        assert_eq!(read, ["20", "＊", "≥ 1.5"]);
        assert_eq!(adjusted(&[exact.clone(), hidden, part]), adjusted(&[exact]));
    }

    #[test]
    fn of_a_month_the_agreement_s_days_are_counted() {
        let date = |text: &str| Date::parse(text).unwrap();
        let days = |from: &str, to: &str| (date(from), date(to));
        let march = days("2026-03-01", "2026-03-31");
        let counted = |from: &str, to: &str| counted_days(march, days(from, to));
        assert_eq!(counted("2026-03-10", "2026-12-31"), days("2026-03-10", "2026-03-31"));
        assert_eq!(counted("2025-01-01", "2026-03-20"), days("2026-03-01", "2026-03-20"));
        assert_eq!(counted("2026-01-01", "2026-12-31"), march);
        assert_eq!(counted("2026-04-01", "2026-12-31"), march);
    }

    #[test]
    fn workers_are_numbered_and_nobodys_id_is_frozen() {
        let led = |id| Figure {
            section: Section::Workers,
            item: Item::Worker { id, name: "陈社工".to_owned() },
            measure: Measure::LedSessions,
            value: 4,
            told: Telling::Exactly,
        };
        let keys = |figures: Vec<FrozenFigure>| figures.into_iter().map(|figure| figure.key).collect::<Vec<_>>();
        let mut workers = Vec::new();
        assert_eq!(
            keys(numbered(&[led(917), led(523)], &mut workers)),
            ["led_sessions.worker.1", "led_sessions.worker.2"]
        );
        // Who is in both lists has one number.
        assert_eq!(
            keys(numbered(&[led(523), led(801)], &mut workers)),
            ["led_sessions.worker.2", "led_sessions.worker.3"]
        );
    }

    #[test]
    fn what_a_later_program_wrote_is_not_read() {
        let unreadable = |text: &str| matches!(FrozenReport::read(text), Err(Error::Refused(why)) if why.code == "report_unreadable");
        let of = |schema: i64| {
            json!({
                "schema": schema, "report": {"number": "R000001", "public_id": "x", "version": 1, "kind": "month",
                "from": "2026-03-01", "to": "2026-03-31"}, "agreement": {"id": 1, "provider": "莞爱", "purchaser": "街道办",
                "from": "2026-01-01", "to": "2026-12-31"}, "centers": [], "figures": [], "by_center": [], "compared": [],
                "adjustments": [], "narrative": [], "evidence": [], "rows": [],
            })
            .to_string()
        };
        assert!(!unreadable(&of(SCHEMA)));
        assert!(unreadable(&of(SCHEMA + 1)));
        assert!(unreadable("{}"));
        assert!(unreadable("no document"));
    }

    #[test]
    fn the_digest_of_a_text_is_of_its_place_and_salt_too() {
        let of = |place, salt, content| text_digest(place, salt, content).unwrap();
        let known = of("overview", "s", "很好");
        assert_eq!(known, of("overview", "s", "很好"));
        for other in [of("plan", "s", "很好"), of("overview", "t", "很好"), of("overview", "s", "很好。")] {
            assert_ne!(known, other);
        }
    }
}
