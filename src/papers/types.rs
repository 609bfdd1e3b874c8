//! What a report on paper is made of, and what it is made from.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use super::values::PaperFigure;
use crate::clock::Date;
use crate::documents::{ColumnKind, PaperCell, PaperPicture, PaperTable};
use crate::figures::Period;
use crate::store::text_enum;
use crate::web::Lang;
use crate::web::chart::{Bar, Chart, ChartData, Charted};

text_enum!(
    /// The chapters that figures make, in their order; what was written stands in one of them.
    PaperPart in "paper_part" {
        Indicators = "indicators",
        Groups = "groups",
        Kinds = "kinds",
        Activities = "activities",
        Volunteers = "volunteers",
        Workers = "workers",
        Rooms = "rooms",
        Units = "units",
        Steps = "steps",
        Completeness = "completeness",
        Definitions = "definitions",
    }
);

/// All that a report on paper tells.
#[derive(Clone, Debug)]
pub struct PaperFacts {
    pub lang: Lang,
    /// What its files are called, without their endings.
    pub file: String,
    pub title: String,
    /// The document's own.
    pub number: String,
    /// What a reader must know of it first: that its period still runs, which version it is.
    pub standing: String,
    /// With the town.
    pub centers: Vec<String>,
    pub parties: Vec<PaperParty>,
    /// What the period is called.
    pub period: String,
    /// The days that are counted of it.
    pub counted: Vec<Period>,
    pub made_by: String,
    /// As the center's clocks show it.
    pub made_at: NaiveDateTime,
    /// Everything that is counted, in the order of the list.
    pub figures: Vec<PaperFigure>,
    /// The period before, and the same days of the year before.
    pub compared: Vec<ComparedFigures>,
    /// None where it is not told step by step.
    pub steps: Option<PaperSteps>,
    /// None where the sessions are not told.
    pub activities: Option<Vec<PaperActivity>>,
    pub indicators: Vec<PaperIndicator>,
    /// Of which day they are.
    pub indicators_note: String,
    /// What was written, by its chapter.
    pub narrative: BTreeMap<PaperPart, String>,
    /// Chapters of its own, before those of the figures.
    pub before: Vec<PaperChapter>,
    /// And after them.
    pub further: Vec<PaperChapter>,
    /// The sentences that say how it is counted.
    pub definitions: Vec<String>,
}

/// An agreement of the report, by its parties.
#[derive(Clone, Debug)]
pub struct PaperParty {
    pub number: Option<String>,
    pub provider: String,
    pub purchaser: String,
}

/// Another period beside the report's.
#[derive(Clone, Debug)]
pub struct ComparedFigures {
    pub title: String,
    /// None where the reader may not know of it.
    pub figures: Option<Vec<PaperFigure>>,
    /// What has to be known before comparing: that it is not counted whole.
    pub note: Option<String>,
}

/// The report step by step.
#[derive(Clone, Debug)]
pub struct PaperSteps {
    /// What a step is (`日期`).
    pub of: String,
    /// What its chart is called.
    pub title: String,
    /// Every step, those without anything too.
    pub steps: Vec<PaperStep>,
}

#[derive(Clone, Debug)]
pub struct PaperStep {
    /// Under the chart.
    pub label: String,
    /// In full.
    pub name: String,
    pub sessions: i64,
    pub visits: PaperCell,
    pub persons: PaperCell,
}

/// The sessions of one activity, or of a confidential kind, together.
#[derive(Clone, Debug)]
pub struct PaperActivity {
    pub title: String,
    pub kind: String,
    /// The days of its sessions, one after the other.
    pub days: Vec<Date>,
    pub sessions: i64,
    pub visits: PaperCell,
    /// Each once, however often they came.
    pub persons: PaperCell,
}

/// What an agreement asks to be reached.
#[derive(Clone, Debug)]
pub struct PaperIndicator {
    pub name: String,
    pub unit: String,
    /// What its numbers are.
    pub kind: ColumnKind,
    pub target: i64,
    /// None where it is not known.
    pub done: Option<i64>,
    /// What stands in its place where it is hidden, or some of it.
    pub untold: Option<String>,
    pub expected: Option<i64>,
    /// How it stands, in words.
    pub state: String,
}

/// A report as it is put on paper.
#[derive(Clone, Debug)]
pub struct ReportPaper {
    pub lang: Lang,
    pub file: String,
    pub title: String,
    pub number: String,
    pub standing: String,
    /// Who, whose, of when: a name and what is said of it.
    pub about: Vec<(String, String)>,
    /// The first page's tables.
    pub summary: Vec<PaperTable>,
    /// What has to be known of them.
    pub remarks: Vec<String>,
    /// The first page's.
    pub charts: Vec<PaperChart>,
    pub chapters: Vec<PaperChapter>,
    /// Who signs and seals, and when.
    pub signatures: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct PaperChapter {
    /// By which it is found on its page.
    pub code: String,
    /// Before its title: `一、`; given by its place.
    pub number: String,
    pub title: String,
    pub narrative: Option<String>,
    /// Their numbers stand in its tables.
    pub charts: Vec<PaperChart>,
    pub tables: Vec<PaperTable>,
    pub photos: Vec<PaperPhoto>,
    pub notes: Vec<String>,
}

/// A picture that was taken, with its words.
#[derive(Clone, Debug)]
pub struct PaperPhoto {
    /// Where a page finds it.
    pub address: String,
    /// As a document holds it: nothing where none is made.
    pub picture: PaperPicture,
}

impl PaperChapter {
    /// One with nothing in it yet.
    pub fn titled(code: &str, title: String) -> Self {
        Self {
            code: code.to_owned(),
            number: String::new(),
            title,
            narrative: None,
            charts: Vec::new(),
            tables: Vec::new(),
            photos: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// A picture of numbers that stand in a table too.
#[derive(Clone, Debug)]
pub enum PaperChart {
    /// What each is of a whole.
    Shares {
        title: String,
        bars: Vec<Bar>,
        full: i64,
    },
    Columns(ChartData),
}

impl PaperChart {
    pub fn title(&self) -> &str {
        match self {
            Self::Shares { title, .. } => title,
            Self::Columns(data) => &data.title,
        }
    }
}

impl Charted for PaperChart {
    fn chart(&self, lang: Lang) -> Chart {
        let chart = match self {
            Self::Shares { title, bars, full } => Chart::shares(lang, title, bars.clone(), *full),
            Self::Columns(data) => Chart::grouped(lang, data),
        };
        chart.without_table()
    }
}
