//! From what is told to the paper: what stands on its first page, and in which chapters.

use chrono::Datelike;

use super::types::{
    PaperActivity, PaperChapter, PaperChart, PaperFacts, PaperIndicator, PaperPart, PaperSteps, ReportPaper,
};
use super::values::{PaperFigure, column_kind, dash, mixed, number, share};
use crate::clock::Date;
use crate::documents::{ColumnKind, PaperCell, PaperColumn, PaperTable};
use crate::figures::{Measure, Period, Section};
use crate::web::Lang;
use crate::web::chart::{Bar, ChartData, ChartPoint};
use crate::web::filters::plain_date;

impl From<PaperFacts> for ReportPaper {
    fn from(facts: PaperFacts) -> Self {
        let lang = facts.lang;
        let mut chapters = chapters(&facts);
        for (place, chapter) in (1..).zip(&mut chapters) {
            chapter.number = ordinal(lang, place);
        }
        let signatures = ["paper.drawn_by", "paper.checked_by", "paper.answers", "paper.seal", "paper.date"];
        Self {
            lang,
            about: about(&facts),
            summary: vec![summary(&facts)],
            remarks: facts.compared.iter().filter_map(|other| other.note.clone()).collect(),
            charts: first_chart(&facts).into_iter().collect(),
            chapters,
            signatures: signatures.map(|key| lang.text(key)).into(),
            file: facts.file,
            title: facts.title,
            number: facts.number,
            standing: facts.standing,
        }
    }
}

/// `一、` or `1. `.
fn ordinal(lang: Lang, place: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |at: usize| DIGITS.get(at).copied().unwrap_or_default();
    match (lang, place) {
        (Lang::En, _) => format!("{place}. "),
        (Lang::Zh, 0..=9) => format!("{}、", digit(place)),
        (Lang::Zh, 10..=19) => format!("十{}、", digit(place % 10)),
        (Lang::Zh, _) => format!("{}十{}、", digit(place / 10), digit(place % 10)),
    }
}

/// The lines under the title: whose report it is, of which days, and who drew it up.
fn about(facts: &PaperFacts) -> Vec<(String, String)> {
    let lang = facts.lang;
    let mut lines = Vec::new();
    let mut line = |key: &str, said: String| {
        if !said.is_empty() {
            lines.push((lang.text(key), said));
        }
    };
    let and = lang.pick("、", ", ");
    line("paper.number", facts.number.clone());
    line("paper.center", facts.centers.join(and));
    for party in &facts.parties {
        line("paper.agreement", party.number.clone().unwrap_or_default());
        line("centers.provider", party.provider.clone());
        line("reports.purchaser", party.purchaser.clone());
    }
    line("paper.period", facts.period.clone());
    line("paper.counted", facts.counted.iter().map(|days| told_days(lang, *days)).collect::<Vec<_>>().join(and));
    line("paper.drawn_up", format!("{}{and}{}", facts.made_by, facts.made_at.format("%Y-%m-%d %H:%M")));
    lines
}

fn told_days(lang: Lang, days: Period) -> String {
    format!("{} – {}", plain_date(lang, days.from.0), plain_date(lang, days.last().0))
}

/// Those that whoever reads the first page alone has to know: three counts, the four groups, and the volunteers'.
fn is_main(figure: &PaperFigure) -> bool {
    match figure.section {
        Section::Total => matches!(figure.measure, Measure::Sessions | Measure::Visits | Measure::Persons),
        Section::Groups => figure.measure == Measure::Persons && figure.item() != "none",
        Section::Volunteers => true,
        _ => false,
    }
}

/// The ten main numbers, and beside them those of other periods.
fn summary(facts: &PaperFacts) -> PaperTable {
    let lang = facts.lang;
    let mut columns = vec![
        text_column(lang, "csv.item", 18),
        text_column(lang, "paper.unit", 8),
        PaperColumn::new(lang.text("paper.this_period"), ColumnKind::Count, 10),
    ];
    for other in &facts.compared {
        columns.push(PaperColumn::new(&other.title, ColumnKind::Count, 14));
        columns.push(PaperColumn::new(lang.text("paper.change"), ColumnKind::Count, 9));
    }
    let row = |figure: &PaperFigure| {
        let called = match figure.label.as_str() {
            "" => lang.text(figure.measure.key()),
            label => lang.with("paper.of_these", [("n", label.to_owned())]),
        };
        let mut cells = vec![PaperCell::Text(called), PaperCell::Text(figure.unit(lang)), figure.mixed()];
        for other in &facts.compared {
            let found = other.figures.iter().flatten().find(|one| one.key == figure.key);
            let change = figure.number().zip(found.and_then(PaperFigure::number)).map(|(now, then)| now - then);
            cells.push(found.map_or_else(dash, PaperFigure::mixed));
            cells.push(mixed(column_kind(figure.measure), change).unwrap_or_else(dash));
        }
        cells
    };
    let rows = facts.figures.iter().filter(|figure| is_main(figure)).map(row).collect();
    PaperTable { title: lang.text("paper.summary"), columns, rows }
}

/// How it went, step by step; or who came, where the steps are not told.
fn first_chart(facts: &PaperFacts) -> Option<PaperChart> {
    facts.steps.as_ref().map(steps_chart).or_else(|| groups_chart(facts))
}

fn chapters(facts: &PaperFacts) -> Vec<PaperChapter> {
    let of_figures = [
        indicators(facts),
        groups(facts),
        kinds(facts),
        activities(facts),
        volunteers(facts),
        workers(facts),
        rooms(facts),
        listed(facts, PaperPart::Units, Section::Units),
        steps(facts),
        listed(facts, PaperPart::Completeness, Section::Completeness),
    ];
    let (before, further) = (facts.before.iter().cloned(), facts.further.iter().cloned());
    before.chain(of_figures.into_iter().flatten()).chain(further).chain([definitions(facts)]).collect()
}

/// A chapter with what was written for it.
fn chapter(facts: &PaperFacts, part: PaperPart) -> PaperChapter {
    let narrative = facts.narrative.get(&part).filter(|text| !text.trim().is_empty()).cloned();
    PaperChapter { narrative, ..PaperChapter::titled(part.code(), facts.lang.text(part.key())) }
}

fn text_column(lang: Lang, key: &str, width: u32) -> PaperColumn {
    PaperColumn::new(lang.text(key), ColumnKind::Text, width)
}

/// The rows of a section: a thing a row, a measure a column.
fn rows_of(facts: &PaperFacts, section: Section) -> Vec<&[PaperFigure]> {
    facts.figures.chunk_by(PaperFigure::is_with).filter(|row| row[0].section == section).collect()
}

fn grid(facts: &PaperFacts, section: Section, head: &str) -> Option<PaperTable> {
    let rows = rows_of(facts, section);
    let first = rows.first()?;
    let measure =
        |figure: &PaperFigure| PaperColumn::new(facts.lang.text(figure.measure.key()), column_kind(figure.measure), 10);
    let columns = std::iter::once(text_column(facts.lang, head, 26)).chain(first.iter().map(measure)).collect();
    let cells = |row: &&[PaperFigure]| {
        let name = PaperCell::Text(row[0].label.clone());
        std::iter::once(name).chain(row.iter().map(|figure| figure.cell.clone())).collect::<Vec<PaperCell>>()
    };
    Some(PaperTable { title: String::new(), columns, rows: rows.iter().map(cells).collect() })
}

/// The same measures of the whole as the last row: people once, so that it may be less than the rows together.
fn with_whole(facts: &PaperFacts, mut table: PaperTable, (section, whole): (Section, Section)) -> PaperTable {
    let measures: Vec<Measure> =
        rows_of(facts, section).first().map_or_else(Vec::new, |row| row.iter().map(|figure| figure.measure).collect());
    let of = |measure: Measure| facts.figures.iter().find(|one| one.section == whole && one.measure == measure);
    let cells: Vec<PaperCell> =
        measures.into_iter().map(|measure| of(measure).map_or_else(dash, |figure| figure.cell.clone())).collect();
    if !cells.is_empty() {
        let name = PaperCell::Text(facts.lang.text("reports.total_once"));
        table.rows.push(std::iter::once(name).chain(cells).collect());
    }
    table
}

/// One more column: what the cell at `part` is of `whole`.
fn with_share(
    mut table: PaperTable,
    title: String,
    part: usize,
    whole: impl Fn(&[PaperCell]) -> PaperCell,
) -> PaperTable {
    table.columns.push(PaperColumn::new(title, ColumnKind::Percent, 10));
    for row in &mut table.rows {
        let cell = share(row.get(part).unwrap_or(&PaperCell::Empty), &whole(row));
        row.push(cell);
    }
    table
}

/// All persons.
fn persons(facts: &PaperFacts) -> PaperCell {
    let whole = |one: &&PaperFigure| one.section == Section::Total && one.measure == Measure::Persons;
    facts.figures.iter().find(whole).map_or(PaperCell::Empty, |figure| figure.cell.clone())
}

fn indicators(facts: &PaperFacts) -> Option<PaperChapter> {
    let lang = facts.lang;
    let mut chapter = chapter(facts, PaperPart::Indicators);
    if facts.indicators.is_empty() {
        return chapter.narrative.is_some().then_some(chapter);
    }
    let number = |key: &str| PaperColumn::new(lang.text(key), ColumnKind::Count, 10);
    let columns = vec![
        text_column(lang, "indicators.name", 26),
        text_column(lang, "paper.unit", 8),
        number("indicators.target"),
        number("indicators.done"),
        number("paper.expected"),
        PaperColumn::new(lang.text("paper.reached"), ColumnKind::Percent, 10),
        text_column(lang, "indicators.state", 10),
    ];
    let row = |one: &PaperIndicator| {
        let cell = |value| mixed(one.kind, value).unwrap_or_else(dash);
        let done = one.untold.clone().map_or_else(|| cell(one.done), PaperCell::Text);
        let target = cell(Some(one.target));
        let reached = share(&done, &target);
        vec![
            PaperCell::Text(one.name.clone()),
            PaperCell::Text(one.unit.clone()),
            target,
            done,
            cell(one.expected),
            reached,
            PaperCell::Text(one.state.clone()),
        ]
    };
    let rows = facts.indicators.iter().map(row).collect();
    chapter.tables.push(PaperTable { title: String::new(), columns, rows });
    chapter.notes.push(facts.indicators_note.clone());
    Some(chapter)
}

/// The groups and what each is of all persons; the subgroups of whom anybody came; and what the persons are of the residents.
fn groups(facts: &PaperFacts) -> Option<PaperChapter> {
    let lang = facts.lang;
    let mut chapter = chapter(facts, PaperPart::Groups);
    let persons = persons(facts);
    if let Some(table) = grid(facts, Section::Groups, "reports.group") {
        let table = with_whole(facts, table, (Section::Groups, Section::Total));
        chapter.tables.push(with_share(table, lang.text("paper.share"), 2, |_| persons.clone()));
        chapter.notes.push(lang.text("reports.groups_overlap"));
    }
    // Their share is the first page's picture where nothing else is.
    chapter.charts.extend(groups_chart(facts).filter(|_| facts.steps.is_some()));
    if let Some(mut table) = grid(facts, Section::Subgroups, "reports.subgroup") {
        table.rows.retain(|row| row.iter().skip(1).any(|cell| number(cell) != Some(0)));
        table.title = lang.text("reports.h_subgroups");
        chapter.tables.extend(Some(table).filter(|table| !table.rows.is_empty()));
    }
    let of_residents = |row: &[PaperFigure]| {
        let residents = row[0].cell.clone();
        let covered = share(&persons, &residents);
        vec![PaperCell::Text(row[0].label.clone()), residents, covered]
    };
    let rows: Vec<Vec<PaperCell>> = rows_of(facts, Section::Population).into_iter().map(of_residents).collect();
    if !rows.is_empty() {
        let columns = vec![
            text_column(lang, "paper.residents", 26),
            PaperColumn::new(lang.text("csv.persons"), ColumnKind::Count, 10),
            PaperColumn::new(lang.text("paper.covered"), ColumnKind::Percent, 12),
        ];
        chapter.tables.push(PaperTable { title: lang.text("reports.coverage"), columns, rows });
    }
    (!chapter.tables.is_empty() || chapter.narrative.is_some()).then_some(chapter)
}

fn groups_chart(facts: &PaperFacts) -> Option<PaperChart> {
    let persons = persons(facts);
    let of = facts.figures.iter().filter(|one| one.section == Section::Groups && one.measure == Measure::Persons);
    let bar = |figure: &PaperFigure| Bar {
        label: figure.label.clone(),
        value: figure.number().unwrap_or(0),
        shown: share(&figure.cell, &persons).shown(ColumnKind::Percent),
        class: "",
    };
    let full = number(&persons).filter(|all| *all > 0)?;
    Some(PaperChart::Shares { title: facts.lang.text("reports.groups_share"), bars: of.map(bar).collect(), full })
}

fn kinds(facts: &PaperFacts) -> Option<PaperChapter> {
    let mut chapter = chapter(facts, PaperPart::Kinds);
    if let Some(table) = grid(facts, Section::Kinds, "reports.kind") {
        chapter.tables.push(with_whole(facts, table, (Section::Kinds, Section::Total)));
    }
    (!chapter.tables.is_empty() || chapter.narrative.is_some()).then_some(chapter)
}

fn activities(facts: &PaperFacts) -> Option<PaperChapter> {
    let lang = facts.lang;
    let mut chapter = chapter(facts, PaperPart::Activities);
    let Some(activities) = &facts.activities else { return chapter.narrative.is_some().then_some(chapter) };
    if activities.is_empty() {
        chapter.notes.push(lang.text("reports.no_sessions"));
        return Some(chapter);
    }
    let number = |key: &str| PaperColumn::new(lang.text(key), ColumnKind::Count, 7);
    let columns = vec![
        text_column(lang, "reports.session", 26),
        text_column(lang, "reports.kind", 12),
        text_column(lang, "reports.date", 20),
        number("csv.sessions"),
        number("csv.visits"),
        number("csv.persons"),
    ];
    let row = |one: &PaperActivity| {
        vec![
            PaperCell::Text(one.title.clone()),
            PaperCell::Text(one.kind.clone()),
            PaperCell::Text(told_dates(lang, &one.days)),
            PaperCell::Number(one.sessions),
            one.visits.clone(),
            one.persons.clone(),
        ]
    };
    chapter.tables.push(PaperTable { title: String::new(), columns, rows: activities.iter().map(row).collect() });
    chapter.notes.push(lang.text("paper.activities_note"));
    Some(chapter)
}

/// The most days of a month that are told one by one.
const TOLD: usize = 10;

/// `3月5日`; `3月5、12、19日` where they are of one month; else the first and the last.
fn told_dates(lang: Lang, days: &[Date]) -> String {
    let mut days = days.to_vec();
    days.sort();
    days.dedup();
    let (Some(first), Some(last)) = (days.first().copied(), days.last().copied()) else { return String::new() };
    let is_one_month = (first.0.year(), first.0.month()) == (last.0.year(), last.0.month());
    if !is_one_month || days.len() > TOLD {
        return told_days(lang, Period { from: first, to: last.plus_days(1) });
    }
    let told: Vec<String> = days.iter().map(|day| day.0.day().to_string()).collect();
    match lang {
        Lang::Zh => format!("{}月{}日", first.0.month(), told.join("、")),
        Lang::En => format!("{} {}", told.join(", "), first.0.format("%b")),
    }
}

fn volunteers(facts: &PaperFacts) -> Option<PaperChapter> {
    let mut chapter = chapter(facts, PaperPart::Volunteers);
    match grid(facts, Section::Teams, "reports.team_kind") {
        Some(table) => chapter.tables.push(with_whole(facts, table, (Section::Teams, Section::Volunteers))),
        None => chapter.notes.push(facts.lang.text("reports.no_volunteers")),
    }
    Some(chapter)
}

fn workers(facts: &PaperFacts) -> Option<PaperChapter> {
    let mut chapter = chapter(facts, PaperPart::Workers);
    match grid(facts, Section::Workers, "reports.worker") {
        Some(table) => chapter.tables.push(table),
        None => chapter.notes.push(facts.lang.text("reports.no_workers")),
    }
    if let Some(mut table) = grid(facts, Section::WorkerKinds, "reports.worker_kind") {
        table.title = facts.lang.text("reports.h_worker_kinds");
        chapter.tables.push(table);
    }
    Some(chapter)
}

fn rooms(facts: &PaperFacts) -> Option<PaperChapter> {
    let mut chapter = chapter(facts, PaperPart::Rooms);
    match grid(facts, Section::Rooms, "reports.room") {
        Some(table) => {
            let open = |row: &[PaperCell]| row.get(2).cloned().unwrap_or(PaperCell::Empty);
            chapter.tables.push(with_share(table, facts.lang.text("paper.use"), 1, open));
        }
        None => chapter.notes.push(facts.lang.text("reports.no_rooms")),
    }
    Some(chapter)
}

/// A section whose figures have names of their own: one a row, with its unit.
fn listed(facts: &PaperFacts, part: PaperPart, section: Section) -> Option<PaperChapter> {
    let lang = facts.lang;
    let mut chapter = chapter(facts, part);
    let rows: Vec<Vec<PaperCell>> = facts
        .figures
        .iter()
        .filter(|figure| figure.section == section)
        .map(|figure| {
            let called = match figure.label.as_str() {
                "" => lang.text(figure.measure.key()),
                label => label.to_owned(),
            };
            vec![PaperCell::Text(called), figure.mixed(), PaperCell::Text(figure.unit(lang))]
        })
        .collect();
    if !rows.is_empty() {
        let columns = vec![
            text_column(lang, "csv.item", 26),
            PaperColumn::new(lang.text("csv.number"), ColumnKind::Count, 10),
            text_column(lang, "paper.unit", 8),
        ];
        chapter.tables.push(PaperTable { title: String::new(), columns, rows });
    }
    (!chapter.tables.is_empty() || chapter.narrative.is_some()).then_some(chapter)
}

fn steps_chart(steps: &PaperSteps) -> PaperChart {
    let point = |label: &str, name: &str| ChartPoint { label: label.to_owned(), name: name.to_owned(), strong: true };
    let points = steps.steps.iter().map(|step| (point(&step.label, &step.name), number(&step.visits).unwrap_or(0)));
    PaperChart::Columns(ChartData::single(steps.title.clone(), steps.of.clone(), points.collect()))
}

/// The steps on which anything was; their picture is the first page's.
fn steps(facts: &PaperFacts) -> Option<PaperChapter> {
    let lang = facts.lang;
    let mut chapter = chapter(facts, PaperPart::Steps);
    let Some(steps) = &facts.steps else { return chapter.narrative.is_some().then_some(chapter) };
    let counted = |key: &str| PaperColumn::new(lang.text(key), ColumnKind::Count, 8);
    let columns = vec![
        PaperColumn::new(&steps.of, ColumnKind::Text, 20),
        counted("csv.sessions"),
        counted("csv.visits"),
        counted("csv.persons"),
    ];
    let rows: Vec<Vec<PaperCell>> = steps
        .steps
        .iter()
        .filter(|step| step.sessions > 0 || number(&step.visits) != Some(0))
        .map(|step| {
            let name = PaperCell::Text(step.name.clone());
            vec![name, PaperCell::Number(step.sessions), step.visits.clone(), step.persons.clone()]
        })
        .collect();
    if rows.is_empty() {
        chapter.notes.push(lang.text("reports.no_numbers"));
    } else {
        chapter.tables.push(PaperTable { title: String::new(), columns, rows });
        chapter.notes.push(lang.text("paper.steps_note"));
    }
    Some(chapter)
}

fn definitions(facts: &PaperFacts) -> PaperChapter {
    let mut chapter = chapter(facts, PaperPart::Definitions);
    chapter.notes.extend(facts.definitions.iter().cloned());
    chapter
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(days: &[&str]) -> Vec<Date> {
        days.iter().map(|day| Date::parse(day).unwrap()).collect()
    }

    #[test]
    fn chapters_are_numbered_as_people_do() {
        let zh: Vec<String> = [1, 9, 10, 11, 20, 21].map(|place| ordinal(Lang::Zh, place)).into();
        assert_eq!(zh, ["一、", "九、", "十、", "十一、", "二十、", "二十一、"]);
        assert_eq!(ordinal(Lang::En, 12), "12. ");
    }

    #[test]
    fn dates_of_a_month_are_told_and_more_are_spanned() {
        let told = |list: &[&str]| told_dates(Lang::Zh, &days(list));
        assert_eq!(told(&["2026-03-05"]), "3月5日");
        assert_eq!(told(&["2026-03-12", "2026-03-05", "2026-03-05"]), "3月5、12日");
        assert_eq!(told(&["2026-03-05", "2026-04-02"]), "2026年3月5日 – 2026年4月2日");
        let every: Vec<Date> = days(&["2026-03-01"])[0].until(days(&["2026-03-13"])[0]).collect();
        assert_eq!(told_dates(Lang::Zh, &every), "2026年3月1日 – 2026年3月12日");
        assert_eq!(told_dates(Lang::En, &days(&["2026-03-05", "2026-03-12"])), "5, 12 Mar");
        assert_eq!(told(&[]), "");
    }
}
