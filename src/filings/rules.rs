//! What stands in a cell, and what a row lacks.

use std::collections::BTreeMap;

use chrono::Datelike;

use super::types::{DateForm, ExportColumn, FilingField, FilingRow, FilingValue, MendedAt};
use crate::clock::Date;
use crate::ids::{PersonId, SessionId, TeamId};

/// The most rows of one file.
pub const MOST_ROWS: usize = 20_000;

/// The most columns of a profile.
pub const MOST_COLUMNS: i64 = 60;

/// A day as a column writes it.
pub fn day(form: DateForm, day: Date) -> String {
    match form {
        DateForm::Iso => day.to_string(),
        DateForm::Chinese => format!("{}年{}月{}日", day.0.year(), day.0.month(), day.0.day()),
        DateForm::Compact => day.0.format("%Y%m%d").to_string(),
    }
}

/// Hours with one decimal, rounded down: `1.5` for 95 minutes. No record says more than was given.
pub fn hours(minutes: i64) -> String {
    let tenths = minutes * 10 / 60;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// What a row says in a column, the row being the `number`th of the file. `None` where it is not known.
pub fn cell(column: &ExportColumn, row: &FilingRow, number: usize) -> Option<String> {
    let Some(field) = column.field else { return column.constant.clone() };
    match field {
        FilingField::RowNumber => Some(number.to_string()),
        FilingField::Blank => None,
        field => row.values.get(&field).map(|value| match value {
            FilingValue::Text(text) => text.clone(),
            FilingValue::Day(date) => day(column.date_form, *date),
            FilingValue::Minutes(minutes) if field == FilingField::Hours => hours(*minutes),
            FilingValue::Minutes(minutes) => minutes.to_string(),
        }),
    }
}

/// The record in which something is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LackAt {
    Person(PersonId),
    Session(SessionId),
    Team(TeamId),
    /// A record without a session: that person's, of that day.
    Record(PersonId, Option<Date>),
}

/// What a record lacks, for all rows that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilingLack {
    pub at: LackAt,
    /// The titles of the columns that stay empty, in their order.
    pub titles: Vec<String>,
    /// How many rows of the file lack them.
    pub rows: usize,
    /// The first of those rows, from 0.
    pub first: usize,
}

/// Where a row's lack of a field is mended.
fn mended(row: &FilingRow, at: MendedAt) -> LackAt {
    match (at, row.session, row.team) {
        (MendedAt::Person, ..) => LackAt::Person(row.person.id),
        (MendedAt::Team, _, Some(team)) => LackAt::Team(team),
        (MendedAt::Session | MendedAt::Team, Some(session), _) => LackAt::Session(session),
        (MendedAt::Session | MendedAt::Team, None, _) => LackAt::Record(row.person.id, row.served_on()),
    }
}

/// All that the rows lack of what is required, by the record where it is mended, in the order of the rows.
pub fn lacks(columns: &[ExportColumn], rows: &[FilingRow]) -> Vec<FilingLack> {
    let mut found: BTreeMap<LackAt, FilingLack> = BTreeMap::new();
    let required: Vec<(&ExportColumn, MendedAt)> = columns
        .iter()
        .filter(|column| column.required.is_set())
        .filter_map(|column| Some((column, column.field?.mended_at()?)))
        .collect();
    for (place, row) in rows.iter().enumerate() {
        let mut seen: Vec<LackAt> = Vec::new();
        for (column, at) in &required {
            if cell(column, row, place + 1).is_some_and(|text| !text.is_empty()) {
                continue;
            }
            let at = mended(row, *at);
            let lack = found.entry(at).or_insert_with(|| FilingLack { at, titles: Vec::new(), rows: 0, first: place });
            if !lack.titles.contains(&column.title) {
                lack.titles.push(column.title.clone());
            }
            if !seen.contains(&at) {
                seen.push(at);
                lack.rows += 1;
            }
        }
    }
    // One record may lack in a later row what it has in an earlier one: the titles are put in the columns' order.
    let order = |title: &String| columns.iter().position(|column| column.title == *title);
    let mut lacks: Vec<FilingLack> = found.into_values().collect();
    for lack in &mut lacks {
        lack.titles.sort_by_key(order);
    }
    lacks.sort_by_key(|lack| lack.first);
    lacks
}

/// What no file may have in its name.
const SIGNS: [char; 9] = ['/', '\\', ':', '*', '?', '"', '<', '>', '|'];

/// The places of a file's name, and what stands for them.
const CENTER: &str = "{center}";
const FROM: &str = "{from}";
const TO: &str = "{to}";

/// Whether a pattern makes a file's name: no sign that a system refuses, and no brace but those of the three places.
pub fn makes_a_name(pattern: &str) -> bool {
    let rest = [CENTER, FROM, TO].into_iter().fold(pattern.to_owned(), |rest, place| rest.replace(place, ""));
    !pattern.contains(SIGNS) && !rest.contains(['{', '}']) && !pattern.starts_with('.')
}

/// The file's name without its ending.
pub fn file_name(pattern: &str, center: &str, from: Date, to: Date) -> String {
    let center: String = center.chars().map(|c| if SIGNS.contains(&c) || c.is_control() { '_' } else { c }).collect();
    pattern.replace(FROM, &from.to_string()).replace(TO, &to.to_string()).replace(CENTER, &center)
}

#[cfg(test)]
mod tests {
    use proptest::{collection, prelude::*};

    use super::*;
    use crate::ids::ExportColumnId;
    use crate::people::PersonRow;
    use crate::store::Flag;

    fn column(place: i64, field: FilingField, required: bool) -> ExportColumn {
        ExportColumn {
            id: ExportColumnId(place),
            place,
            title: format!("列{place}"),
            field: Some(field),
            constant: None,
            required: Flag::from(required),
            date_form: DateForm::Iso,
        }
    }

    #[test]
    fn days_and_hours_are_written_as_the_column_says() {
        let date = Date::parse("2026-03-05").unwrap();
        assert_eq!(
            [DateForm::Iso, DateForm::Chinese, DateForm::Compact].map(|form| day(form, date)),
            ["2026-03-05", "2026年3月5日", "20260305"]
        );
        assert_eq!([0, 5, 6, 59, 60, 95, 600].map(hours), ["0.0", "0.0", "0.1", "0.9", "1.0", "1.5", "10.0"]);
    }

    #[test]
    fn a_name_has_no_sign_that_a_system_refuses() {
        let (from, to) = (Date::parse("2026-03-01").unwrap(), Date::parse("2026-03-31").unwrap());
        assert_eq!(
            file_name("记录_{center}_{from}_{to}", "罗沙/一站", from, to),
            "记录_罗沙_一站_2026-03-01_2026-03-31"
        );
        assert_eq!(file_name("{center}", "{from}", from, to), "{from}", "a center's name is no pattern");
        for pattern in ["a/b", "a:b", "{centre}", "{center", "}", "..", "a?"] {
            assert!(!makes_a_name(pattern), "{pattern}");
        }
        assert!(makes_a_name("{from}-{to}（{center}）.v2"));
    }

    proptest! {
        /// Every required cell that is empty is on the list, under the record where it is mended, and nothing else is.
        #[test]
        fn what_a_row_lacks_is_said_and_nothing_else(
            columns in collection::vec((0..FilingField::ALL.len(), any::<bool>()), 1..12),
            rows in collection::vec((0..6_i64, 0..4_i64, 0..3_i64, any::<u32>()), 0..40),
        ) {
            let columns: Vec<ExportColumn> = (1..).zip(&columns)
                .map(|(place, (field, required))| column(place, FilingField::ALL[*field], *required)).collect();
            let rows: Vec<FilingRow> = rows.iter().map(|(person, session, team, known)| FilingRow {
                person: PersonRow { id: PersonId(*person), name: "甲".into(), birth_date: None, phone_last4: None },
                session: (*session > 0).then_some(SessionId(*session)),
                team: (*team > 0).then_some(TeamId(*team)),
                values: FilingField::ALL.iter().enumerate().filter(|(place, _)| (known >> place) & 1 == 1)
                    .map(|(_, field)| (*field, FilingValue::Text("有".into()))).collect(),
            }).collect();
            let told = lacks(&columns, &rows);
            let mut expected: BTreeMap<LackAt, (Vec<String>, std::collections::BTreeSet<usize>)> = BTreeMap::new();
            for column in columns.iter().filter(|column| column.required.is_set()) {
                let field = column.field.unwrap();
                let Some(at) = field.mended_at() else { continue };
                for (place, row) in rows.iter().enumerate().filter(|(_, row)| !row.values.contains_key(&field)) {
                    let (titles, places) = expected.entry(mended(row, at)).or_default();
                    if !titles.contains(&column.title) {
                        titles.push(column.title.clone());
                    }
                    places.insert(place);
                }
            }
            prop_assert_eq!(told.len(), expected.len());
            for lack in &told {
                let (titles, places) = &expected[&lack.at];
                prop_assert_eq!((&lack.titles, lack.rows), (titles, places.len()));
                prop_assert_eq!(Some(&lack.first), places.first());
            }
            prop_assert!(told.windows(2).all(|pair| pair[0].first <= pair[1].first));
        }
    }
}
