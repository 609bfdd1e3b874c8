//! A version as it goes on paper and into files: what it froze, and nothing else. What is hidden in it is hidden there.

mod chapters;
mod pictures;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDateTime};

use super::beside::{FrozenActivity, FrozenIndicator, FrozenMonth};
use super::document::{FrozenComparison, FrozenFigure, FrozenReport, ToldNumber};
use super::periods::PeriodName;
use super::types::{Chapter, Evidence};
use super::version_pages::ReadVersion;
use crate::clock::{Now, Zone};
use crate::documents::PaperCell;
use crate::error::Result;
use crate::figures::{self, Period, Telling};
use crate::papers::{
    self, ComparedFigures, PaperActivity, PaperFacts, PaperFigure, PaperIndicator, PaperPart, PaperParty, PaperStep,
    PaperSteps, ReportPaper,
};
use crate::store::{Conn, Sealer};
use crate::web::Lang;
use crate::web::filters::long_month;
use crate::web::text::{Named as _, Worded as _};

use pictures::FiledPicture;

pub use table::table;

/// What a version is on paper, or what a draft would be.
pub struct FiledReport {
    pub document: FrozenReport,
    /// What was written, by its place.
    words: BTreeMap<String, String>,
    /// The places of words that were taken out.
    taken_out: BTreeSet<String>,
    /// Of the evidence, by its number, what is shown; all else is listed.
    pictures: BTreeMap<i64, FiledPicture>,
    /// None for a draft.
    proof: Option<FiledProof>,
    made_at: NaiveDateTime,
}

/// That it was submitted, and by what it is known again.
struct FiledProof {
    /// The key of what became of it.
    state: &'static str,
    digest: String,
    /// Where it is verified.
    address: String,
}

impl FiledReport {
    /// A version as its reader may know it; `address` is where it is verified.
    pub(super) fn of_version(read: ReadVersion, address: String) -> Self {
        let (mut words, mut taken_out) = (BTreeMap::new(), BTreeSet::new());
        for (place, text) in read.texts {
            match text.content {
                Some(content) => _ = words.insert(place, content),
                None => _ = taken_out.insert(place),
            }
        }
        Self {
            pictures: pictures::pictures(&read.document, &read.evidence, &read.report.path()),
            document: read.document,
            words,
            taken_out,
            made_at: Zone::SHANGHAI.local(read.version.submitted_at),
            proof: Some(FiledProof { state: read.version.state.key(), digest: read.version.digest, address }),
        }
    }

    /// A draft, as it would be submitted now, with its evidence; `path` is the report's.
    pub fn of_draft(
        (document, words): (FrozenReport, BTreeMap<String, String>),
        (evidence, path): (&[(i64, Evidence)], &str),
        now: Now,
    ) -> Self {
        let made_at = Zone::SHANGHAI.local(now.0);
        let pictures = pictures::pictures(&document, evidence, path);
        Self { document, words, taken_out: BTreeSet::new(), pictures, proof: None, made_at }
    }

    /// For what holds no picture: all evidence is listed.
    #[must_use]
    pub fn without_pictures(self) -> Self {
        Self { pictures: BTreeMap::new(), ..self }
    }

    /// With what its pictures hold, for what they are put into.
    ///
    /// # Errors
    /// As the database says.
    pub async fn with_pictures(mut self, conn: &mut Conn, sealer: &Sealer) -> Result<Self> {
        self.pictures = pictures::read(conn, sealer, std::mem::take(&mut self.pictures)).await?;
        Ok(self)
    }

    pub fn paper(&self, lang: Lang) -> ReportPaper {
        ReportPaper::from(self.facts(lang))
    }

    /// `R000012-2`; a draft's is the report's alone.
    fn number(&self) -> String {
        let head = &self.document.report;
        match self.proof {
            Some(_) => format!("{}-{}", head.number, head.version),
            None => head.number.clone(),
        }
    }

    /// What its files are called, without their endings.
    fn file(&self) -> String {
        match self.proof {
            Some(_) => format!("linli-{}", self.number()),
            None => format!("linli-{}-draft", self.number()),
        }
    }

    fn standing(&self, lang: Lang) -> String {
        let version = || lang.with("periodic.version_n", [("n", self.document.report.version.to_string())]);
        match &self.proof {
            Some(proof) => format!("{} · {}", version(), lang.text(proof.state)),
            None => lang.text("periodic.draft_paper"),
        }
    }

    fn days(&self) -> Period {
        Period { from: self.document.report.from, to: self.document.report.to.plus_days(1) }
    }

    /// What stands at a place; none where nothing was written.
    fn said(&self, lang: Lang, place: &str) -> Option<String> {
        let taken_out = || self.taken_out.contains(place).then(|| lang.text("periodic.words_out"));
        self.words.get(place).cloned().or_else(taken_out)
    }

    fn facts(&self, lang: Lang) -> PaperFacts {
        let document = &self.document;
        let name = document.report.name();
        let compared = document.compared.iter().map(|other| compared(document, lang, other));
        let (provider, purchaser) = (document.agreement.provider.clone(), document.agreement.purchaser.clone());
        PaperFacts {
            lang,
            file: self.file(),
            title: lang.with("periodic.paper_title", [("n", name.in_lang(lang).to_owned())]),
            number: self.number(),
            standing: self.standing(lang),
            centers: document.centers.iter().map(|center| format!("{} {}", center.town, center.name)).collect(),
            // Who drew it up: no person's name is in it.
            made_by: provider.clone(),
            parties: vec![PaperParty { number: None, provider, purchaser }],
            period: name.in_lang(lang).to_owned(),
            counted: vec![self.days()],
            made_at: self.made_at,
            figures: paper_figures(lang, &document.figures),
            compared: compared.collect(),
            steps: steps(lang, &document.months),
            activities: self.activities(lang),
            indicators: document.indicators.iter().map(|one| indicator(lang, one)).collect(),
            indicators_note: lang.text("periodic.indicators_note"),
            narrative: self.narrative(lang),
            before: chapters::before(self, lang),
            further: chapters::further(self, lang),
            definitions: self.definitions(lang),
        }
    }

    fn narrative(&self, lang: Lang) -> BTreeMap<PaperPart, String> {
        let of = |chapter: &Chapter| Some((part(*chapter)?, self.said(lang, chapter.code())?));
        Chapter::ALL.iter().filter_map(of).collect()
    }

    fn activities(&self, lang: Lang) -> Option<Vec<PaperActivity>> {
        let of = |one: &FrozenActivity| {
            let kind = one.kind(lang).to_owned();
            PaperActivity {
                title: self.said(lang, &one.place()).unwrap_or_else(|| kind.clone()),
                kind,
                days: one.days.clone(),
                sessions: one.sessions,
                visits: cell(lang, one.visits()),
                persons: cell(lang, one.persons()),
            }
        };
        let all: Vec<PaperActivity> = self.document.activities.iter().map(of).collect();
        (!all.is_empty()).then_some(all)
    }

    fn definitions(&self, lang: Lang) -> Vec<String> {
        let figures = self.document.figures.iter().map(|figure| (figure.section, figure.measure));
        let mut said: Vec<String> = figures::definitions_of(figures).into_iter().map(|key| lang.text(key)).collect();
        if self.document.hides() {
            said.push(lang.text("small_cells.marks"));
        }
        if self.document.activities.iter().any(|one| one.title.is_none()) {
            said.push(lang.text("reports.note_titles"));
        }
        said
    }
}

/// In which of the figures' chapters a text stands; none for one that is a chapter by itself.
fn part(chapter: Chapter) -> Option<PaperPart> {
    match chapter {
        Chapter::Services => Some(PaperPart::Kinds),
        Chapter::Groups => Some(PaperPart::Groups),
        Chapter::Volunteers => Some(PaperPart::Volunteers),
        Chapter::Overview | Chapter::Problems | Chapter::Plan | Chapter::Other => None,
    }
}

fn paper_figures(lang: Lang, figures: &[FrozenFigure]) -> Vec<PaperFigure> {
    let of = |figure: &FrozenFigure| PaperFigure {
        key: figure.key.clone(),
        section: figure.section,
        label: figure.in_lang(lang).to_owned(),
        measure: figure.measure,
        cell: cell(lang, figure.told()),
    };
    figures.iter().map(of).collect()
}

/// A period beside it; with the days that were counted where the agreement has not all of it.
fn compared(document: &FrozenReport, lang: Lang, other: &FrozenComparison) -> ComparedFigures {
    let whole = Period { from: other.from, to: other.to.plus_days(1) };
    let name = PeriodName::of(document.report.kind, whole).in_lang(lang).to_owned();
    let figures = Some(paper_figures(lang, &other.figures));
    let (from, to) = document.counted_of(other);
    if (from, to) == (other.from, other.to) {
        return ComparedFigures { title: name, figures, note: None };
    }
    let days = [("n", name.clone()), ("from", from.to_string()), ("to", to.to_string())];
    let note = Some(lang.with("paper.compared_in_part", [("n", name)]));
    ComparedFigures { title: lang.with("periodic.compared_cut", days), figures, note }
}

/// A number, or what stands in its place.
fn cell(lang: Lang, told: ToldNumber) -> PaperCell {
    told.exactly().map_or_else(|| PaperCell::Text(told.told(lang)), PaperCell::Number)
}

fn indicator(lang: Lang, one: &FrozenIndicator) -> PaperIndicator {
    PaperIndicator {
        name: one.called(lang),
        unit: lang.text(one.unit.key()),
        kind: papers::indicator_kind(one.unit),
        target: one.target,
        done: one.done,
        untold: (one.telling() != Telling::Exactly).then(|| one.done().told(lang)),
        expected: one.expected,
        state: lang.text(one.state.key()),
    }
}

fn steps(lang: Lang, months: &[FrozenMonth]) -> Option<PaperSteps> {
    let step = |month: &FrozenMonth| PaperStep {
        label: month.from.0.month().to_string(),
        name: long_month(lang, month.from.0),
        sessions: month.sessions,
        visits: cell(lang, month.visits()),
        persons: cell(lang, month.persons()),
    };
    let steps: Vec<PaperStep> = months.iter().map(step).collect();
    let (of, title) = (lang.text("reports.month"), lang.text("rollup.visits"));
    (!steps.is_empty()).then_some(PaperSteps { of, title, steps })
}
