//! Taking a roster in: keeping the file, checking its rows, applying them, and taking all of it back.

use serde_json::json;

use super::check::{self, CheckedRow};
use super::columns;
use super::queries;
use super::rows;
use super::types::{Decision, Import, ImportId, ImportSource, ImportState, Mapping, Verdict};
use crate::audit;
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::fields::Fields;
use crate::files::{self, CheckedFile, Secrecy};
use crate::hands;
use crate::sheets::{self, Book, SheetFault};
use crate::store::{self, Conn, Db, Sealed, Sealer};

/// Reads a kept file again, as it came.
///
/// # Errors
/// `Busy` where too many want a hand.
pub async fn open(source: ImportSource, bytes: Vec<u8>) -> Result<Result<Book, SheetFault>> {
    let read = move || match source {
        ImportSource::Pasted => sheets::read_pasted(&String::from_utf8_lossy(&bytes)),
        ImportSource::Workbook | ImportSource::Text => sheets::read(&bytes),
    };
    hands::KNOWN.lend(read).await
}

/// Keeps a roster, with the guess of how it is read, or with how one of its kind was read before.
pub async fn begin(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    (source, file, book): (ImportSource, &CheckedFile, &Book),
) -> Result<ImportId> {
    let mut mapping = columns::guess(book);
    if let Some(known) = queries::remembered(tx, center.id(), &heads_of(&mapping)).await? {
        let columns: Vec<_> = serde_json::from_str(&known).unwrap_or_default();
        if columns_fit(&columns, &mapping) {
            mapping.columns = columns;
        }
    }
    let file = files::keep(now, tx, sealer, file, Secrecy::Sealed).await?;
    let id: ImportId = sqlx::query_scalar(
        "insert into imports (center_id, source, file_id, made_by, made_at, mapping, state)
         values ($1, $2, $3, $4, $5, $6, $7) returning id",
    )
    .bind(center.id())
    .bind(source)
    .bind(file)
    .bind(by.account)
    .bind(now.0)
    .bind(json!(mapping).to_string())
    .bind(ImportState::Mapped)
    .fetch_one(&mut *tx)
    .await?;
    audit::record(tx, by, now, audit::entry("import.begun", id.0).at(center.id())).await?;
    Ok(id)
}

fn heads_of(mapping: &Mapping) -> String {
    mapping.heads.join("\t")
}

fn columns_fit(columns: &[Option<super::types::ImportField>], mapping: &Mapping) -> bool {
    columns.len() == mapping.columns.len()
}

/// Says how an import is read, and judges its rows: nothing is written of people yet. The rows are kept some at a time, so that the
/// door does not wait for all of them; until the last are, the import is to be checked.
///
/// # Errors
/// `Refused("import_applied")` for one that is applied or being applied; `Busy` where too many want a hand.
pub async fn check(
    by: &Coordinator,
    now: Now,
    db: &Db,
    sealer: &Sealer,
    center: &Center,
    (import, book, mapping): (&Import, Book, &Mapping),
) -> Result<()> {
    let (said, today) = (mapping.clone(), center.zone.date(now.0));
    let read = hands::KNOWN.lend(move || judge(&book, &said, today)).await?.ok_or(Error::NotFound)?;
    let checked = check::check(&mut *db.read().await?, sealer, (center, today), read).await?;
    let mut tx = db.begin().await?;
    begin_checking(by, now, &mut tx, center, import.id, mapping).await?;
    tx.commit().await?;
    for run in checked.chunks(KEPT_AT_ONCE) {
        let mut tx = db.begin().await?;
        keep_rows(&mut tx, sealer, import.id, run).await?;
        tx.commit().await?;
    }
    let mut tx = db.begin().await?;
    end_checking(now, &mut tx, center, import.id, mapping).await?;
    Ok(tx.commit().await?)
}

/// Rows that are kept in one transaction.
const KEPT_AT_ONCE: usize = 500;

/// The rows below the header, each as it is read; none where there is no such sheet.
fn judge(book: &Book, mapping: &Mapping, today: Date) -> Option<Vec<rows::ReadRow>> {
    let below = book.sheets.get(mapping.sheet)?.rows.iter().filter(|row| row.number > mapping.header);
    Some(below.map(|row| rows::read(row, mapping, today)).collect())
}

async fn begin_checking(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    import: ImportId,
    mapping: &Mapping,
) -> Result<()> {
    let begun = sqlx::query("update imports set mapping = $1, state = $2 where id = $3 and state in ($2, $4)")
        .bind(json!(mapping).to_string())
        .bind(ImportState::Mapped)
        .bind(import)
        .bind(ImportState::Checked)
        .execute(&mut *tx)
        .await?;
    if begun.rows_affected() == 0 {
        return Err(Error::refused("import_applied"));
    }
    sqlx::query("delete from import_rows where import_id = $1").bind(import).execute(&mut *tx).await?;
    audit::record(tx, by, now, audit::entry("import.checked", import.0).at(center.id())).await
}

async fn end_checking(now: Now, tx: &mut Conn, center: &Center, import: ImportId, mapping: &Mapping) -> Result<()> {
    // Checked by somebody else meanwhile, by another mapping: theirs stands.
    let ended =
        sqlx::query("update imports set state = $1, checked_at = $2 where id = $3 and state = $4 and mapping = $5")
            .bind(ImportState::Checked)
            .bind(now.0)
            .bind(import)
            .bind(ImportState::Mapped)
            .bind(json!(mapping).to_string())
            .execute(&mut *tx)
            .await?;
    if ended.rows_affected() == 0 {
        return Err(Error::refused("import_applied"));
    }
    sqlx::query(
        "insert into import_mappings (center_id, heads, columns) values ($1, $2, $3)
         on conflict (center_id, heads) do update set columns = excluded.columns",
    )
    .bind(center.id())
    .bind(heads_of(mapping))
    .bind(json!(mapping.columns).to_string())
    .execute(tx)
    .await?;
    Ok(())
}

async fn keep_rows(tx: &mut Conn, sealer: &Sealer, import: ImportId, checked: &[CheckedRow]) -> Result<()> {
    let rows = store::rows(checked, |CheckedRow { row, person, same_row, service, .. }| {
        let said: Vec<(&str, &str)> = row.fields.names().map(|name| (name, row.fields.get(name))).collect();
        json!({
            "row": row.number, "verdict": row.verdict, "faults": json!(row.faults).to_string(),
            "sealed": sealer.seal(&json!(said).to_string()).as_text(), "person": person, "same_row": same_row,
            "team": service.team, "membership": service.membership, "hours": service.hours,
        })
    });
    sqlx::query(
        "insert into import_rows (import_id, row, verdict, faults, sealed, person_id, same_row, team_id, membership, hours)
         select $1, cast(j.value ->> 'row' as bigint), j.value ->> 'verdict', j.value ->> 'faults', j.value ->> 'sealed',
                cast(j.value ->> 'person' as bigint), cast(j.value ->> 'same_row' as bigint), cast(j.value ->> 'team' as bigint),
                j.value ->> 'membership', j.value ->> 'hours'
         from json_each(cast($2 as json_text)) j",
    )
    .bind(import)
    .bind(rows)
    .execute(tx)
    .await?;
    Ok(())
}

/// Says what shall become of rows that do not say it themselves.
///
/// # Errors
/// `NotFound` for a row that does not wait for it; `Refused("import_applied")`.
pub async fn decide(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    import: &Import,
    decisions: &[(i64, Option<Decision>)],
) -> Result<()> {
    if import.state != ImportState::Checked {
        return Err(Error::refused("import_applied"));
    }
    let decided = sqlx::query(
        "update import_rows set decision = (
             select j.value ->> 'is' from json_each(cast($1 as json_text)) j
             where cast(j.value ->> 'row' as bigint) = import_rows.row)
         where import_id = $2 and verdict in ($3, $4)
           and row in (select cast(j.value ->> 'row' as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(store::rows(decisions, |(row, decision)| json!({ "row": row, "is": decision })))
    .bind(import.id)
    .bind(Verdict::BirthIdMismatch)
    .bind(Verdict::Namesake)
    .execute(&mut *tx)
    .await?;
    if decided.rows_affected() != decisions.len() as u64 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("import.decided", import.id.0).at(center.id())).await
}

/// What a row's fields are, as they were kept.
pub fn opened(sealer: &Sealer, sealed: &Sealed) -> Fields {
    let said: Vec<(String, String)> =
        sealer.open(sealed).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    said.iter().fold(Fields::default(), |fields, (name, value)| fields.with(name, value))
}
