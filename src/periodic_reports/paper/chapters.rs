//! The chapters of a frozen report that no live one has: what was written, what residents say, each center, corrections, evidence, and by
//! what it is known again.

use super::{FiledPicture, FiledReport, cell};
use crate::documents::{ColumnKind, PaperCell, PaperColumn, PaperPicture, PaperTable};
use crate::figures::{FigureUnit, Measure, Period, Section};
use crate::papers::{PaperChapter, PaperPhoto};
use crate::periodic_reports::document::{FrozenAdjustment, FrozenEvidence, FrozenFigure, FrozenPart};
use crate::periodic_reports::evidence;
use crate::periodic_reports::periods::PeriodName;
use crate::periodic_reports::types::Chapter;
use crate::web::Lang;
use crate::web::text::{Named as _, Worded as _};

/// Before those of the figures.
pub(super) fn before(filed: &FiledReport, lang: Lang) -> Vec<PaperChapter> {
    written(filed, lang, Chapter::Overview).into_iter().collect()
}

/// After those of the figures.
pub(super) fn further(filed: &FiledReport, lang: Lang) -> Vec<PaperChapter> {
    let written = |chapter| written(filed, lang, chapter);
    let all = [
        satisfaction(filed, lang),
        centers(filed, lang),
        adjustments(filed, lang),
        written(Chapter::Problems),
        written(Chapter::Plan),
        written(Chapter::Other),
        shown_evidence(filed, lang),
        proof(filed, lang),
    ];
    all.into_iter().flatten().collect()
}

fn written(filed: &FiledReport, lang: Lang, chapter: Chapter) -> Option<PaperChapter> {
    let narrative = Some(filed.said(lang, chapter.code())?);
    Some(PaperChapter { narrative, ..PaperChapter::titled(chapter.code(), lang.text(chapter.key())) })
}

fn text(lang: Lang, key: &str, width: u32) -> PaperColumn {
    PaperColumn::new(lang.text(key), ColumnKind::Text, width)
}

fn satisfaction(filed: &FiledReport, lang: Lang) -> Option<PaperChapter> {
    let told = filed.document.satisfaction.as_ref()?;
    let mut chapter = PaperChapter::titled("satisfaction", lang.text("periodic.satisfaction"));
    chapter.notes.push(told.told(lang));
    chapter.notes.push(lang.text("periodic.satisfaction_note"));
    Some(chapter)
}

/// The main numbers of each center, where there are several.
fn centers(filed: &FiledReport, lang: Lang) -> Option<PaperChapter> {
    let parts = &filed.document.by_center;
    if parts.len() < 2 {
        return None;
    }
    let is_main = |figure: &&FrozenFigure| matches!(figure.section, Section::Total | Section::Volunteers);
    let mut measures: Vec<Measure> = Vec::new();
    for figure in parts.iter().flat_map(|part| &part.figures).filter(is_main) {
        if !measures.contains(&figure.measure) {
            measures.push(figure.measure);
        }
    }
    let mut columns = vec![text(lang, "paper.center", 26)];
    columns.extend(measures.iter().map(|of| PaperColumn::new(lang.text(of.key()), column_kind(*of), 10)));
    let row = |part: &FrozenPart| {
        let name = filed.document.centers.iter().find(|center| center.id == part.center);
        let name = PaperCell::Text(name.map(|center| center.name.clone()).unwrap_or_default());
        let of = |measure: &Measure| {
            let figure = part.figures.iter().filter(is_main).find(|figure| figure.measure == *measure);
            figure.map_or(PaperCell::Empty, |figure| cell(lang, figure.told()))
        };
        std::iter::once(name).chain(measures.iter().map(of)).collect::<Vec<PaperCell>>()
    };
    let mut chapter = PaperChapter::titled("centers", lang.text("periodic.by_center"));
    chapter.tables.push(PaperTable { title: String::new(), columns, rows: parts.iter().map(row).collect() });
    chapter.notes.push(lang.text("periodic.by_center_note"));
    Some(chapter)
}

fn column_kind(measure: Measure) -> ColumnKind {
    if measure.unit() == FigureUnit::Minutes { ColumnKind::Hours } else { ColumnKind::Count }
}

/// A number of a column that holds several kinds.
fn mixed(lang: Lang, figure: &FrozenFigure) -> PaperCell {
    match (cell(lang, figure.told()), column_kind(figure.measure)) {
        (PaperCell::Number(minutes), ColumnKind::Hours) => PaperCell::Of(ColumnKind::Hours, minutes),
        (cell, _) => cell,
    }
}

fn adjustments(filed: &FiledReport, lang: Lang) -> Option<PaperChapter> {
    let all = &filed.document.adjustments;
    if all.is_empty() {
        return None;
    }
    // A version that told of it cannot be read.
    let unknown =
        || vec![PaperCell::Text(lang.text("periodic.adjustment_unknown")), PaperCell::Empty, PaperCell::Empty];
    let table = |told: &FrozenAdjustment| {
        let days = Period { from: told.from, to: told.to.plus_days(1) };
        let row = |figure: &FrozenFigure| {
            let unit = lang.text(figure.unit_key());
            let of = [lang.text(figure.measure.key()), figure.in_lang(lang).to_owned()];
            let called = of.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" · ");
            vec![PaperCell::Text(called), mixed(lang, figure), PaperCell::Text(unit)]
        };
        PaperTable {
            title: format!("{} {}", PeriodName::of(told.kind, days).in_lang(lang), told.report),
            columns: vec![
                text(lang, "csv.item", 26),
                PaperColumn::new(lang.text("paper.change"), ColumnKind::Count, 10),
                text(lang, "paper.unit", 8),
            ],
            rows: told.figures.iter().map(row).chain(told.unknown.then(unknown)).collect(),
        }
    };
    let mut chapter = PaperChapter::titled("adjustments", lang.text("periodic.adjustments"));
    chapter.tables.extend(all.iter().map(table));
    chapter.notes.push(lang.text("periodic.adjustments_text"));
    Some(chapter)
}

/// The pictures, and a list of what is not shown.
fn shown_evidence(filed: &FiledReport, lang: Lang) -> Option<PaperChapter> {
    let all = &filed.document.evidence;
    if all.is_empty() {
        return None;
    }
    let mut chapter = PaperChapter::titled("evidence", lang.text("periodic.evidence"));
    let said = |one: &FrozenEvidence| filed.said(lang, &evidence::place(one.number));
    let photo = |(one, picture): (&FrozenEvidence, &FiledPicture)| {
        let caption = match said(one) {
            Some(words) => format!("{} {words}", one.number),
            None => lang.with("periodic.evidence_n", [("n", one.number.to_string())]),
        };
        PaperPhoto { address: picture.address.clone(), picture: PaperPicture { bytes: picture.bytes.clone(), caption } }
    };
    let shown = all.iter().filter_map(|one| Some((one, filed.pictures.get(&one.number)?)));
    chapter.photos = shown.map(photo).collect();
    let row = |one: &FrozenEvidence| {
        let words = said(one).unwrap_or_default();
        vec![PaperCell::Number(one.number), PaperCell::Text(lang.text(one.kind.key())), PaperCell::Text(words)]
    };
    let listed = all.iter().filter(|one| !filed.pictures.contains_key(&one.number));
    let rows: Vec<Vec<PaperCell>> = listed.map(row).collect();
    if !rows.is_empty() {
        let columns = vec![
            PaperColumn::new(lang.text("periodic.evidence_number"), ColumnKind::Count, 8),
            text(lang, "csv.kind", 12),
            text(lang, "periodic.caption", 40),
        ];
        chapter.tables.push(PaperTable { title: String::new(), columns, rows });
    }
    Some(chapter)
}

fn proof(filed: &FiledReport, lang: Lang) -> Option<PaperChapter> {
    let proof = filed.proof.as_ref()?;
    let mut chapter = PaperChapter::titled("proof", lang.text("periodic.verify"));
    chapter.notes.push(format!("SHA-256 {}", proof.digest));
    chapter.notes.push(lang.with("periodic.verify_at", [("n", proof.address.clone())]));
    Some(chapter)
}
