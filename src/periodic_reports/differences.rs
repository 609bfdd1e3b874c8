//! Two versions of a report beside each other: every part of which the later one says something else.

use std::collections::BTreeMap;

use askama::Template;
use rocket::{Route, get, routes};
use serde::Serialize;
use serde_json::{Value, json};

use super::document::{FrozenFigure, FrozenReport, ToldNumber};
use super::evidence;
use super::periods::PeriodName;
use super::queries;
use super::rules;
use super::types::{Chapter, EvidenceKind, PeriodicReportId, VersionState};
use super::version_pages::ReadVersion;
use crate::auth::ReportReader;
use crate::error::{Error, Result};
use crate::store::{Conn, Db, text_enum};
use crate::web::nav::Tab;
use crate::web::text::Named as _;
use crate::web::{Frame, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![differences]
}

text_enum!(
    /// What a version says beside its figures and chapters, in its order.
    DifferingPart in "report_part" {
        Agreement = "agreement",
        Centers = "centers",
        Compared = "compared",
        Adjustments = "adjustments",
        Indicators = "indicators",
        Satisfaction = "satisfaction",
        Months = "months",
        Activities = "activities",
        Evidence = "evidence",
        Rows = "rows",
    }
);

/// A figure that is another in the other version, or is in one of them alone.
pub(super) struct OtherFigure {
    pub of: FrozenFigure,
    pub before: Option<ToldNumber>,
    pub after: Option<ToldNumber>,
}

/// The figures of two versions that differ, in the order of the list. Workers are numbered anew in each: which of them one is, they do
/// not say.
pub(super) fn other_figures(before: &FrozenReport, after: &FrozenReport) -> Vec<OtherFigure> {
    let values = |report: &FrozenReport| -> BTreeMap<String, ToldNumber> {
        report.figures.iter().map(|figure| (figure.key.clone(), figure.told())).collect()
    };
    let (then, now) = (values(before), values(after));
    let gone = before.figures.iter().filter(|figure| !now.contains_key(&figure.key));
    after
        .figures
        .iter()
        .chain(gone)
        .map(|figure| OtherFigure {
            before: then.get(&figure.key).copied(),
            after: now.get(&figure.key).copied(),
            of: figure.clone(),
        })
        .filter(|one| one.before != one.after && !rules::is_of_workers(one.of.section))
        .collect()
}

#[derive(Template)]
#[template(path = "periodic_reports/differences.html")]
struct DifferencesPage {
    name: PeriodName,
    before: ReadVersion,
    after: ReadVersion,
    figures: Vec<OtherFigure>,
    /// The chapters that differ.
    chapters: Vec<Chapter>,
    /// Whatever else does.
    parts: Vec<DifferingPart>,
}

impl DifferencesPage {
    fn words<'a>(&self, read: &'a ReadVersion, chapter: &Chapter) -> &'a str {
        read.words(chapter.code()).unwrap_or_default()
    }

    fn both(&self) -> [&ReadVersion; 2] {
        [&self.before, &self.after]
    }

    /// Where the evidence differs, that of a version.
    fn evidence<'a>(&self, read: &'a ReadVersion) -> Vec<ShownEvidence<'a>> {
        shown_evidence(read)
    }

    fn has_other_evidence(&self) -> bool {
        self.parts.contains(&DifferingPart::Evidence)
    }
}

impl View for DifferencesPage {
    fn title(&self, lang: Lang) -> String {
        format!("{} · {}", lang.text("periodic.differences"), self.name.in_lang(lang))
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::PeriodicReports)
    }
}

/// Of two versions: those that are asked for, or else the last two.
pub(super) async fn two(
    by: &ReportReader,
    conn: &mut Conn,
    id: PeriodicReportId,
    (from, to): (Option<i64>, Option<i64>),
) -> Result<(ReadVersion, ReadVersion)> {
    let report = queries::found(by, conn, id).await?;
    let versions = queries::versions(by, conn, id).await?;
    let last = |below: Option<i64>| {
        let numbers = versions.iter().rev().filter(|version| version.state != VersionState::Withdrawn);
        numbers.map(|version| version.number).find(|number| below.is_none_or(|below| *number < below))
    };
    let to = to.or_else(|| last(None)).ok_or(Error::NotFound)?;
    let from = from.or_else(|| last(Some(to))).ok_or(Error::NotFound)?;
    let before = ReadVersion::load(by, conn, report.clone(), from).await?;
    Ok((before, ReadVersion::load(by, conn, report, to).await?))
}

/// The chapters whose words differ between two versions.
pub(super) fn other_chapters(before: &ReadVersion, after: &ReadVersion) -> Vec<Chapter> {
    let differs = |chapter: &Chapter| before.words(chapter.code()) != after.words(chapter.code());
    Chapter::ALL.iter().copied().filter(differs).collect()
}

/// The parts in which two versions differ beside those.
pub(super) fn other_parts(before: &ReadVersion, after: &ReadVersion) -> Vec<DifferingPart> {
    let differs = |part: &DifferingPart| told_of(*part, before) != told_of(*part, after);
    DifferingPart::ALL.iter().copied().filter(differs).collect()
}

/// What a version says in a part, without what is made anew for each: digests are salted, and workers numbered.
fn told_of(part: DifferingPart, read: &ReadVersion) -> Value {
    let FrozenReport {
        agreement,
        by_center,
        compared,
        adjustments,
        indicators,
        satisfaction,
        months,
        activities,
        centers,
        ..
    } = &read.document;
    let nameless = |figures: &[FrozenFigure]| -> Vec<FrozenFigure> {
        figures.iter().filter(|figure| !rules::is_of_workers(figure.section)).cloned().collect()
    };
    match part {
        DifferingPart::Agreement => json(agreement),
        DifferingPart::Centers => {
            let parts = by_center.iter().map(|part| json!([part.center, nameless(&part.figures)]));
            json!([centers, parts.collect::<Vec<_>>()])
        }
        DifferingPart::Compared => {
            compared.iter().map(|one| json!([one.from, one.to, nameless(&one.figures)])).collect()
        }
        DifferingPart::Adjustments => json(adjustments),
        DifferingPart::Indicators => json(indicators),
        DifferingPart::Satisfaction => json(satisfaction),
        DifferingPart::Months => json(months),
        DifferingPart::Activities => activities
            .iter()
            .map(|one| {
                let title = read.words(&one.place());
                let mut told = one.clone();
                told.title = None;
                json!([told, title])
            })
            .collect(),
        DifferingPart::Evidence => {
            shown_evidence(read).iter().map(|one| json!([one.kind, one.file, one.caption])).collect()
        }
        DifferingPart::Rows => json(&read.document.rows),
    }
}

fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// A picture of a version, with what stands below it.
struct ShownEvidence<'a> {
    kind: EvidenceKind,
    file: &'a str,
    caption: Option<&'a str>,
}

fn shown_evidence(read: &ReadVersion) -> Vec<ShownEvidence<'_>> {
    let of = read.document.evidence.iter();
    of.map(|one| ShownEvidence { kind: one.kind, file: &one.file, caption: read.words(&evidence::place(one.number)) })
        .collect()
}

#[get("/periodic-reports/<id>/differences?<from>&<to>")]
async fn differences(
    by: ReportReader,
    db: &Db,
    id: PeriodicReportId,
    from: Option<i64>,
    to: Option<i64>,
) -> Result<Page<DifferencesPage>> {
    let (before, after) = two(&by, &mut *db.read().await?, id, (from, to)).await?;
    Ok(Page(DifferencesPage {
        name: after.document.report.name(),
        figures: other_figures(&before.document, &after.document),
        chapters: other_chapters(&before, &after),
        parts: other_parts(&before, &after),
        before,
        after,
    }))
}
