//! A report's files. For programs its sheet as one table, CSV: a row for whatever has numbers, the same columns throughout, so that it
//! can be filtered by its first column. For an office the paper as a workbook and as a document.

use crate::auth::ReportReader;
use crate::centers::CenterId;
use crate::clock::Now;
use crate::error::Result;
use crate::figures::Period;
use crate::figures::{self, FileColumn, Measure, Section, cell};
use crate::papers;
use crate::reports::names::{ReportFormat, ReportName};
use crate::reports::paper;
use crate::reports::sheet::{self, SessionLine, Sheet};
use crate::store::Conn;
use crate::web::Lang;
use crate::web::table::{Cell, File, Table};

/// The file that a report's name asks for; none where it asks for the page.
///
/// # Errors
/// As [`sheet::load`]'s.
pub(in crate::reports) async fn file(
    by: &ReportReader,
    conn: &mut Conn,
    (center, name): (CenterId, &ReportName),
    now: Now,
    lang: Lang,
) -> Result<Option<File>> {
    let asked = (center, name.period);
    Ok(match name.format {
        ReportFormat::Page => None,
        ReportFormat::Csv => Some(table(&sheet::load(by, conn, center, name.period, now).await?, lang).csv()),
        ReportFormat::Xlsx => Some(papers::xlsx(&paper::load(by, conn, asked, now, lang).await?)?),
        ReportFormat::Docx => Some(papers::docx(&paper::load(by, conn, asked, now, lang).await?)?),
    })
}

/// What a row is about.
#[derive(Default)]
struct Subject {
    part: &'static str,
    item: String,
    date: String,
    kind: String,
    room: String,
}

const SUBJECT: [&str; 5] = ["csv.part", "csv.item", "csv.date", "csv.kind", "csv.room"];

/// The days that are counted, every figure, and the sessions behind them.
fn table(sheet: &Sheet, lang: Lang) -> Table {
    let head = SUBJECT.into_iter().chain(FileColumn::ALL.iter().map(|column| column.key()));
    let name = format!("linli-{}-{}", sheet.center.id(), sheet.period);
    let mut table = Table::new(name, head.map(|key| lang.text(key)));
    let mut row = |subject: Subject, numbers: &[(FileColumn, Cell)]| {
        let number = |column: &FileColumn| {
            numbers.iter().find(|(of, _)| of == column).map_or(Cell::Empty, |(_, value)| value.clone())
        };
        let about = [
            Cell::Plain(lang.text(subject.part)),
            Cell::Text(subject.item),
            Cell::Plain(subject.date),
            Cell::Text(subject.kind),
            Cell::Text(subject.room),
        ];
        table.row(about.into_iter().chain(FileColumn::ALL.iter().map(number)));
    };
    for days in &sheet.counted {
        row(counted(sheet, days), &[]);
    }
    for figures in figures::rows(&sheet.figures) {
        let of = &figures[0];
        let mut subject = Subject { part: of.section.key(), item: of.item.label(lang), ..Subject::default() };
        if of.section == Section::Total {
            subject.item.clone_from(&sheet.center.head.name);
            subject.date = sheet.period.to_string();
        }
        row(
            subject,
            &figures.iter().map(|of| (of.measure.column(), cell(lang, of.value, of.told))).collect::<Vec<_>>(),
        );
    }
    for session in &sheet.sessions {
        let number = |measure: Measure| {
            (measure.column(), cell(lang, session.tally.value(measure), session.tally.told(measure)))
        };
        let numbers = [number(Measure::Visits), number(Measure::Persons)];
        row(of_session(session, lang), &numbers);
    }
    table
}

fn counted(sheet: &Sheet, days: &Period) -> Subject {
    Subject {
        part: "csv.counted",
        item: sheet.center.head.name.clone(),
        date: format!("{} – {}", days.from, days.last()),
        ..Subject::default()
    }
}

fn of_session(session: &SessionLine, lang: Lang) -> Subject {
    Subject {
        part: "csv.session",
        item: session.title.pick(lang).to_owned(),
        date: session.date.to_string(),
        kind: lang.pick(&session.title.kind, &session.title.kind_en).to_owned(),
        room: session.room.clone(),
    }
}
