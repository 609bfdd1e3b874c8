//! What somebody is told of the rosters in which they stood.

use super::actions::opened;
use super::types::{ImportField, ImportSource, RowDone};
use crate::auth::Viewer;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::people::PersonId;
use crate::store::{Conn, Sealed, Sealer};
use crate::told::{ToldPart, ToldValue};

#[derive(sqlx::FromRow)]
struct RowTold {
    center: String,
    made_at: Timestamp,
    source: ImportSource,
    row: i64,
    done: Option<RowDone>,
    sealed: Sealed,
}

/// What a row says of somebody, as it was read. The words of a column of groups stand in the note.
const SAID: [ImportField; 16] = [
    ImportField::Name,
    ImportField::Sex,
    ImportField::BirthDate,
    ImportField::IdNumber,
    ImportField::Phone,
    ImportField::Address,
    ImportField::Languages,
    ImportField::Residence,
    ImportField::Note,
    ImportField::Team,
    ImportField::JoinedOn,
    ImportField::FormerNumber,
    ImportField::Hours,
    ImportField::ServedOn,
    ImportField::Content,
    ImportField::Unit,
];

/// The rows about a person in the rosters of the reader's centers.
pub async fn told(by: &Viewer, conn: &mut Conn, sealer: &Sealer, person: PersonId) -> Result<Vec<ToldPart>> {
    let rows: Vec<RowTold> = sqlx::query_as(
        "select c.name as center, i.made_at, i.source, r.row, r.done, r.sealed
         from import_rows r join imports i on i.id = r.import_id join centers c on c.id = i.center_id
         where r.person_id = $1 and i.center_id in (select v.center_id from account_centers v where v.account_id = $2)
         order by i.id, r.row",
    )
    .bind(person)
    .bind(by.account)
    .fetch_all(conn)
    .await?;
    let row = |row: RowTold| {
        let said = opened(sealer, &row.sealed);
        let about = [
            ToldValue::Text(row.center),
            ToldValue::At(row.made_at),
            ToldValue::Word(row.source.key().to_owned()),
            ToldValue::Number(row.row),
            ToldValue::word(row.done.map(RowDone::key)),
        ];
        let text = |field: ImportField| ToldValue::text(Some(said.get(field.code())).filter(|text| !text.is_empty()));
        about.into_iter().chain(SAID.map(text)).collect()
    };
    let about = ["told.center", "told.recorded_at", "told.source", "told.row", "told.done"];
    let heads = about.into_iter().chain(SAID.map(ImportField::key)).collect();
    Ok(vec![ToldPart { key: "told.imports", heads, rows: rows.into_iter().map(row).collect() }])
}
