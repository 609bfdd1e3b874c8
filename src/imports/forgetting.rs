//! Forgetting who stands in a roster that was brought in: a name is found wherever it stands, also in a column that nobody reads.

use std::collections::BTreeSet;

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::actions;
use super::types::{ImportId, ImportSource};
use crate::centers::CenterId;
use crate::error::Result;
use crate::files::{self, FileId};
use crate::people::{AMONG, Forgetting, PersonId};
use crate::sheets::Book;
use crate::spelling;
use crate::store::{Conn, Sealed, Sealer, rows};

/// By what somebody is found in a roster: the name's matching key, and the numbers.
#[derive(Clone, Debug, Default)]
pub struct SoughtNames(Vec<String>);

impl SoughtNames {
    /// The people's names, phones and ID numbers.
    ///
    /// # Errors
    /// As the database says.
    pub async fn of(conn: &mut Conn, sealer: &Sealer, people: &[PersonId]) -> Result<Self> {
        let sql = format!(
            "select p.name, p.phone_sealed, p.id_number_sealed from people p
             where p.id in {AMONG} and p.erased_at is null"
        );
        let known: Vec<(String, Option<Sealed>, Option<Sealed>)> =
            sqlx::query_as(AssertSqlSafe(sql)).bind(rows(people, |id| json!(id))).fetch_all(conn).await?;
        let open = |sealed: Option<Sealed>| sealed.and_then(|sealed| sealer.open(&sealed));
        let texts = known.into_iter().flat_map(|(name, phone, number)| [Some(name), open(phone), open(number)]);
        let keys = texts.flatten().map(|text| spelling::key(&text)).filter(|key| !key.is_empty());
        Ok(Self(keys.collect()))
    }

    fn stands_in(&self, text: &str) -> bool {
        let key = spelling::key(text);
        // A name of one character stands in many words.
        self.0.iter().any(|wanted| key == *wanted || (wanted.chars().count() > 1 && key.contains(wanted.as_str())))
    }

    fn stands_in_book(&self, book: &Book) -> bool {
        let mut rows = book.sheets.iter().flat_map(|sheet| &sheet.rows);
        rows.any(|row| row.cells.iter().any(|cell| self.stands_in(&cell.shown())))
    }
}

/// What is to be taken out of the rosters of some centers.
#[derive(Debug, Default)]
pub struct NamedRosters {
    files: Vec<FileId>,
    rows: Vec<(ImportId, i64)>,
    /// Whose heads name somebody, for a row was taken for the header; and the same as they are remembered.
    headed: Vec<ImportId>,
    remembered: Vec<(CenterId, String)>,
}

impl NamedRosters {
    /// How many rosters name somebody.
    pub fn rosters(&self) -> usize {
        self.files.len()
    }
}

#[derive(sqlx::FromRow)]
struct KeptRoster {
    source: ImportSource,
    file_id: FileId,
}

/// Finds where people stand in the rosters of the centers that know them, or of one of these. It opens each of the files, so it is to
/// be asked before a transaction begins.
///
/// # Errors
/// `Busy` where too many want a hand.
pub async fn find_named(conn: &mut Conn, sealer: &Sealer, gone: &Forgetting) -> Result<NamedRosters> {
    const CENTERS: &str = "i.center_id in (select e.center_id from enrolments e where e.person_id in {among}
         and (cast($2 as bigint) is null or e.center_id = $2))";
    let wanted = SoughtNames::of(conn, sealer, &gone.people).await?;
    let centers = CENTERS.replace("{among}", AMONG);
    let sql = format!(
        "select i.source, i.file_id from imports i join files f on f.id = i.file_id
         where f.digest <> '' and {centers} order by i.id"
    );
    let kept: Vec<KeptRoster> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).fetch_all(&mut *conn).await?;
    let mut named = NamedRosters::default();
    for roster in kept {
        let file = files::read(conn, sealer, roster.file_id).await?;
        // What cannot be read as a roster may name anybody.
        let names = match actions::open(roster.source, file.bytes).await? {
            Ok(book) => wanted.stands_in_book(&book),
            Err(_) => true,
        };
        if names {
            named.files.push(roster.file_id);
        }
    }
    let sql = format!(
        "select r.import_id, r.row, r.sealed, r.person_id from import_rows r join imports i on i.id = r.import_id where {centers}"
    );
    let all: Vec<(ImportId, i64, Sealed, Option<PersonId>)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).fetch_all(&mut *conn).await?;
    let people: BTreeSet<PersonId> = gone.people.iter().copied().collect();
    let is_theirs = |(_, _, sealed, person): &(ImportId, i64, Sealed, Option<PersonId>)| {
        let fields = actions::opened(sealer, sealed);
        person.is_some_and(|id| people.contains(&id)) || fields.names().any(|name| wanted.stands_in(fields.get(name)))
    };
    let headed: Vec<(ImportId, String)> =
        sqlx::query_as(AssertSqlSafe(format!("select i.id, i.mapping from imports i where {centers}")))
            .bind(gone.ids())
            .bind(gone.center)
            .fetch_all(&mut *conn)
            .await?;
    named.headed = headed.into_iter().filter(|(_, heads)| wanted.stands_in(heads)).map(|(id, _)| id).collect();
    let remembered: Vec<(CenterId, String)> =
        sqlx::query_as(AssertSqlSafe(format!("select i.center_id, i.heads from import_mappings i where {centers}")))
            .bind(gone.ids())
            .bind(gone.center)
            .fetch_all(conn)
            .await?;
    named.remembered = remembered.into_iter().filter(|(_, heads)| wanted.stands_in(heads)).collect();
    named.rows = all.into_iter().filter(is_theirs).map(|(import, row, ..)| (import, row)).collect();
    Ok(named)
}

/// Takes the rows that name somebody out of the imports, and out of every kept file that does all it holds: a spreadsheet keeps a
/// text in more places than its cell. Such a file goes back to nobody any more, and is sent again where it is still needed.
///
/// # Errors
/// As the database says.
pub async fn forget(tx: &mut Conn, named: &NamedRosters) -> Result<()> {
    sqlx::query(
        "delete from import_rows where exists (
             select 1 from json_each(cast($1 as json_text)) j
             where cast(j.value ->> 'import' as bigint) = import_rows.import_id
               and cast(j.value ->> 'row' as bigint) = import_rows.row)",
    )
    .bind(rows(&named.rows, |(import, row)| json!({ "import": import, "row": row })))
    .execute(&mut *tx)
    .await?;
    let sql = format!("update imports set mapping = '{{}}' where id in {AMONG}");
    sqlx::query(AssertSqlSafe(sql)).bind(rows(&named.headed, |id| json!(id))).execute(&mut *tx).await?;
    sqlx::query(
        "delete from import_mappings where exists (
             select 1 from json_each(cast($1 as json_text)) j
             where cast(j.value ->> 'center' as bigint) = import_mappings.center_id
               and j.value ->> 'heads' = import_mappings.heads)",
    )
    .bind(rows(&named.remembered, |(center, heads)| json!({ "center": center, "heads": heads })))
    .execute(&mut *tx)
    .await?;
    files::empty(tx, named.files.iter().copied()).await
}

/// Takes what was brought in long ago out of the imports: the files, and what stood in the rows.
///
/// # Errors
/// As the database says.
pub async fn forget_rosters(tx: &mut Conn, imports: &[i64]) -> Result<()> {
    let ids = rows(imports, |id| json!(id));
    let sql = format!("delete from import_rows where import_id in {AMONG}");
    sqlx::query(AssertSqlSafe(sql)).bind(&ids).execute(&mut *tx).await?;
    let sql = format!("select file_id from imports where id in {AMONG}");
    let kept: Vec<FileId> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(&ids).fetch_all(&mut *tx).await?;
    files::empty(tx, kept).await
}
