//! A center's period as it goes on paper: its sheet, what is compared with it, its sessions by activity, and how the indicators of its
//! agreements stand.

mod activities;
mod indicators;

use std::collections::BTreeMap;

use chrono::Datelike;

use super::periods::{PeriodKind, ReportPeriod};
use super::sheet::{self, Sheet};
use crate::agreements::Agreement;
use crate::auth::ReportReader;
use crate::centers::CenterId;
use crate::clock::{Date, Month, Now};
use crate::documents::PaperCell;
use crate::error::{Error, Result};
use crate::figures::{self, Figure, Measure, Period, Section, Tally, queries, scope};
use crate::papers::{self, ComparedFigures, PaperFacts, PaperFigure, PaperParty, PaperStep, PaperSteps, ReportPaper};
use crate::store::Conn;
use crate::web::Lang;
use crate::web::filters::{long_day, long_month};

/// The paper of a center's period, as the reader may know it.
///
/// # Errors
/// As [`sheet::load`]'s.
pub async fn load(
    by: &ReportReader,
    conn: &mut Conn,
    (center, period): (CenterId, ReportPeriod),
    now: Now,
    lang: Lang,
) -> Result<ReportPaper> {
    let sheet = sheet::load(by, conn, center, period, now).await?;
    let compared = compared(by, conn, &sheet, now, lang).await?;
    let activities = activities::grouped(conn, &sheet.sessions, lang).await?;
    let indicators = indicators::of_sheet(by, conn, &sheet, now, lang).await?;
    Ok(ReportPaper::from(PaperFacts {
        lang,
        file: format!("linli-{}-{}", sheet.center.id(), sheet.period),
        title: sheet.period.report_title(lang),
        number: number(&sheet),
        standing: standing(&sheet, now, lang),
        centers: vec![format!("{} {}", sheet.center.town, sheet.center.head.name)],
        parties: parties(&sheet),
        period: sheet.period.title(lang),
        counted: sheet.counted.clone(),
        made_by: by.name.clone(),
        made_at: sheet.center.local(&now.0),
        figures: PaperFigure::all(lang, &sheet.figures),
        compared,
        steps: Some(steps(&sheet, lang)),
        activities: Some(activities),
        indicators,
        indicators_note: lang.text("paper.indicators_note"),
        narrative: BTreeMap::new(),
        before: Vec::new(),
        further: Vec::new(),
        definitions: definitions(&sheet, lang),
    }))
}

/// The same center and period always have the same number: `LL-4-2026-03`.
fn number(sheet: &Sheet) -> String {
    format!("LL-{}-{}", sheet.center.id(), sheet.period)
}

/// That its numbers follow the records, and whether the period still runs.
fn standing(sheet: &Sheet, now: Now, lang: Lang) -> String {
    let is_over = sheet.center.zone.date(now.0) >= sheet.period.days().to;
    match (is_over, sheet.period.kind()) {
        (true, _) => lang.text("paper.live"),
        (false, PeriodKind::Month) => format!("{} · {}", lang.text("reports.running"), lang.text("paper.live")),
        (false, _) => format!("{} · {}", lang.text("reports.period_running"), lang.text("paper.live")),
    }
}

fn parties(sheet: &Sheet) -> Vec<PaperParty> {
    let party = |agreement: &Agreement| PaperParty {
        number: agreement.number.clone(),
        provider: agreement.provider.clone(),
        purchaser: agreement.purchaser.clone(),
    };
    sheet.agreements.iter().map(party).collect()
}

/// The period before it, and the same days of the year before where these are others.
async fn compared(
    by: &ReportReader,
    conn: &mut Conn,
    sheet: &Sheet,
    now: Now,
    lang: Lang,
) -> Result<Vec<ComparedFigures>> {
    let before = sheet.period.previous();
    let year_before = sheet.period.year_before();
    let mut others = vec![(before.title(lang), before.days())];
    if year_before != before.days() {
        let named = ReportPeriod::between(year_before.from, year_before.last());
        others.push((named.map_or_else(|| lang.text("rollup.year_before"), |one| one.title(lang)), year_before));
    }
    let mut compared = Vec::with_capacity(others.len());
    for (title, days) in others {
        compared.push(counted(by, conn, (sheet.center.id(), days), now, (lang, title)).await?);
    }
    Ok(compared)
}

async fn counted(
    by: &ReportReader,
    conn: &mut Conn,
    (center, days): (CenterId, Period),
    now: Now,
    (lang, title): (Lang, String),
) -> Result<ComparedFigures> {
    let reach = match scope::center(by, conn, now, center, days).await {
        Ok(reach) => reach,
        // Other days than a report is made of are not told to everybody.
        Err(Error::NotFound | Error::Refused(_)) => {
            let note = Some(lang.with("paper.not_compared", [("n", title.clone())]));
            return Ok(ComparedFigures { title, figures: None, note });
        }
        Err(error) => return Err(error),
    };
    let numbers = queries::count(conn, &reach, days, now).await?.for_reader(by);
    let figures: Vec<Figure> = figures::figures(&numbers);
    let is_whole = reach.days(center, days) == [days];
    let note = (!is_whole).then(|| lang.with("paper.compared_in_part", [("n", title.clone())]));
    Ok(ComparedFigures { title, figures: Some(PaperFigure::all(lang, &figures)), note })
}

/// Every day, or every month where the period is long.
fn steps(sheet: &Sheet, lang: Lang) -> PaperSteps {
    let step = |key: String, label: u32, name: String| {
        let tally = sheet.steps.get(&key).cloned().unwrap_or_default();
        PaperStep {
            label: label.to_string(),
            name,
            sessions: tally.sessions,
            visits: cell(lang, &tally, Measure::Visits),
            persons: cell(lang, &tally, Measure::Persons),
        }
    };
    let period = sheet.numbers.period;
    let (of, title, steps) = match sheet.is_by_day() {
        true => {
            let day = |day: Date| step(day.to_string(), day.0.day(), long_day(lang, day.0));
            ("reports.date", "reports.visits_by_day", period.days().map(day).collect())
        }
        false => {
            let month = |month: Month| {
                let first = month.first().0;
                step(month.to_string(), first.month(), long_month(lang, first))
            };
            let months: Vec<PaperStep> = figures::rules::months(period).map(month).collect();
            ("reports.month", "rollup.visits", months)
        }
    };
    PaperSteps { of: lang.text(of), title: lang.text(title), steps }
}

/// One of a tally's numbers, as far as it is told.
fn cell(lang: Lang, tally: &Tally, measure: Measure) -> PaperCell {
    papers::told(lang, measure, tally.value(measure), tally.told(measure))
}

/// How it is counted, and of whom coverage is.
fn definitions(sheet: &Sheet, lang: Lang) -> Vec<String> {
    let mut said: Vec<String> = figures::definitions(&sheet.figures).into_iter().map(|key| lang.text(key)).collect();
    let residents = sheet.figures.iter().filter(|figure| figure.section == Section::Population);
    let of: Vec<String> = residents
        .map(|figure| format!("{} {}", figure.item.label(lang), PaperFigure::of(lang, figure).shown()))
        .collect();
    said.push(format!("{} {}", lang.text("reports.note_coverage"), of.join(lang.pick("、", ", "))));
    if let Some(least) = sheet.least {
        said.push(lang.with("small_cells.note", [("n", least.to_string())]));
    }
    if sheet.sessions.iter().any(|session| session.title.is_confidential()) {
        said.push(lang.text("reports.note_titles"));
    }
    said
}
