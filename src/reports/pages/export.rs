//! A month's sheet as one table, to be downloaded as CSV or workbook: a row per number's owner, the same columns throughout,
//! so that it can be filtered by its first column.

use crate::reports::sheet::{SessionLine, Sheet};
use crate::reports::types::Period;
use crate::web::Lang;
use crate::web::table::{Cell, Table};

/// A row: what it is about, and its numbers where they make sense.
#[derive(Default)]
struct CsvRow {
    part: &'static str,
    item: String,
    date: String,
    kind: String,
    room: String,
    sessions: Option<i64>,
    visits: Option<i64>,
    persons: Option<i64>,
    minutes: Option<i64>,
    open_minutes: Option<i64>,
}

const COLUMNS: [&str; 10] = [
    "csv.part",
    "csv.item",
    "csv.date",
    "csv.kind",
    "csv.room",
    "csv.sessions",
    "csv.visits",
    "csv.persons",
    "csv.minutes",
    "csv.open_minutes",
];

pub(super) fn table(sheet: &Sheet, lang: Lang) -> Table {
    let name = format!("linli-{}-{}", sheet.center.id(), sheet.month);
    let mut table = Table::new(name, COLUMNS.map(|key| lang.text(key)));
    for row in rows(sheet, lang) {
        table.row([
            Cell::Plain(lang.text(row.part)),
            Cell::Text(row.item),
            Cell::Plain(row.date),
            Cell::Text(row.kind),
            Cell::Text(row.room),
            row.sessions.into(),
            row.visits.into(),
            row.persons.into(),
            row.minutes.into(),
            row.open_minutes.into(),
        ]);
    }
    table
}

fn rows(sheet: &Sheet, lang: Lang) -> Vec<CsvRow> {
    let numbers = &sheet.numbers;
    let total = &numbers.total;
    let counted = |days: &Period| CsvRow {
        part: "csv.counted",
        item: sheet.center.head.name.clone(),
        date: format!("{} – {}", days.from, days.last()),
        ..CsvRow::default()
    };
    let mut rows: Vec<CsvRow> = sheet.counted.iter().map(counted).collect();
    rows.extend([
        CsvRow {
            part: "csv.total",
            item: sheet.center.head.name.clone(),
            date: sheet.month.to_string(),
            sessions: Some(total.sessions),
            visits: Some(total.visits),
            persons: Some(total.persons),
            ..CsvRow::default()
        },
        CsvRow { part: "csv.unnamed", visits: Some(total.unnamed), ..CsvRow::default() },
        CsvRow { part: "reports.registered", persons: Some(numbers.population.registered), ..CsvRow::default() },
        CsvRow {
            part: "csv.second_population",
            item: lang.text(numbers.population.second_key()),
            persons: Some(numbers.population.second),
            ..CsvRow::default()
        },
    ]);
    rows.extend(numbers.groups.iter().map(|row| CsvRow {
        part: "csv.group",
        item: lang.text(row.group.map_or("reports.rest", |group| group.key())),
        visits: Some(row.visits),
        persons: Some(row.persons),
        ..CsvRow::default()
    }));
    rows.extend(numbers.kinds.iter().map(|row| CsvRow {
        part: "csv.service_kind",
        item: lang.pick(&row.name, &row.name_en).to_owned(),
        sessions: Some(row.sessions),
        visits: Some(row.visits),
        persons: Some(row.persons),
        ..CsvRow::default()
    }));
    rows.push(CsvRow {
        part: "csv.volunteers",
        visits: Some(total.volunteer_visits),
        persons: Some(total.volunteers),
        minutes: Some(total.minutes),
        ..CsvRow::default()
    });
    rows.extend(numbers.teams.iter().map(|row| {
        CsvRow {
            part: "csv.team_kind",
            item: row
                .kind
                .as_ref()
                .map_or_else(|| lang.text("reports.no_team"), |kind| lang.pick(&kind.name, &kind.name_en).to_owned()),
            visits: Some(row.visits),
            persons: Some(row.persons),
            minutes: Some(row.minutes),
            ..CsvRow::default()
        }
    }));
    rows.extend(numbers.led.iter().map(|row| CsvRow {
        part: "csv.worker",
        item: row.name.clone(),
        sessions: Some(row.sessions),
        ..CsvRow::default()
    }));
    rows.extend(numbers.rooms.iter().map(|room| CsvRow {
        part: "csv.room_use",
        item: room.name.clone(),
        minutes: Some(room.booked_minutes),
        open_minutes: Some(room.open_minutes),
        ..CsvRow::default()
    }));
    rows.extend(sheet.sessions.iter().map(|session| session_row(session, lang)));
    let missing = &numbers.completeness;
    rows.extend([
        CsvRow { part: "csv.open_sessions", sessions: Some(missing.open_sessions), ..CsvRow::default() },
        CsvRow { part: "csv.unconfirmed_hours", visits: Some(missing.unconfirmed_hours), ..CsvRow::default() },
        CsvRow { part: "csv.without_birth_date", persons: Some(missing.without_birth_date), ..CsvRow::default() },
    ]);
    rows
}

fn session_row(session: &SessionLine, lang: Lang) -> CsvRow {
    CsvRow {
        part: "csv.session",
        item: session.title.pick(lang).to_owned(),
        date: session.date.to_string(),
        kind: lang.pick(&session.title.kind, &session.title.kind_en).to_owned(),
        room: session.room.clone(),
        visits: Some(session.visits),
        persons: Some(session.persons),
        ..CsvRow::default()
    }
}
