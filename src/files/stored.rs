//! The tables: keeping, reading, forgetting.

use data_encoding::HEXLOWER;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use sqlx::AssertSqlSafe;

use super::{CheckedFile, FileId, FileKind, KeptFile, Secrecy};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::store::{self, Conn, Flag, Sealed, SealedColumn, Sealer, places};

/// Bytes of a piece: a row that neither engine has trouble with.
const PIECE: usize = 256 << 10;

pub const SEALED: &[SealedColumn] = &[
    SealedColumn::text("files", &["id"], "name").only("is_sealed = 1"),
    SealedColumn::bytes("file_pieces", &["file_id", "number"], "content", place_of)
        .only("file_id in (select id from files where is_sealed = 1)"),
];

/// Keeps a file, in the transaction that writes the row of its owner.
///
/// # Errors
/// As the database says.
pub async fn keep(now: Now, tx: &mut Conn, sealer: &Sealer, file: &CheckedFile, secrecy: Secrecy) -> Result<FileId> {
    let is_sealed = secrecy == Secrecy::Sealed;
    let name = if is_sealed { sealer.seal(&file.name).as_text().to_owned() } else { file.name.clone() };
    let id: FileId = sqlx::query_scalar(
        "insert into files (kind, name, bytes, digest, is_sealed, kept_at) values ($1, $2, $3, $4, $5, $6) returning id",
    )
    .bind(file.kind)
    .bind(name)
    .bind(i64::try_from(file.bytes.len()).unwrap_or(i64::MAX))
    .bind(digest(sealer, &file.bytes, is_sealed))
    .bind(Flag::from(is_sealed))
    .bind(now.0)
    .fetch_one(&mut *tx)
    .await?;
    let pieces: Vec<&[u8]> = file.bytes.chunks(PIECE).collect();
    // One statement: ten megabytes are forty pieces.
    let sql = format!("insert into file_pieces (file_id, number, content) values {}", places(tx, pieces.len(), 3));
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (number, piece) in (0_i64..).zip(&pieces) {
        let content = if is_sealed { sealer.seal_bytes(&place(id, number), piece) } else { piece.to_vec() };
        query = query.bind(id).bind(number).bind(content);
    }
    query.execute(&mut *tx).await?;
    Ok(id)
}

#[derive(sqlx::FromRow)]
struct FileRow {
    kind: FileKind,
    name: String,
    bytes: i64,
    digest: String,
    is_sealed: Flag,
}

/// A file, whole. Whether its reader may see it, the owner has asked.
///
/// # Errors
/// `NotFound`, also of one that was emptied; `Internal` where it does not hold what was kept, or was sealed with another key.
pub async fn read(conn: &mut Conn, sealer: &Sealer, id: FileId) -> Result<KeptFile> {
    let file: FileRow =
        sqlx::query_as("select kind, name, bytes, digest, is_sealed from files where id = $1 and digest <> ''")
            .bind(id)
            .fetch_one(&mut *conn)
            .await?;
    let is_sealed = file.is_sealed.is_set();
    let pieces: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("select number, content from file_pieces where file_id = $1 order by number")
            .bind(id)
            .fetch_all(&mut *conn)
            .await?;
    let altered = || Error::internal(format!("file {id} is not what was kept"));
    let mut bytes = Vec::with_capacity(usize::try_from(file.bytes).unwrap_or_default().min(super::MAX_BYTES));
    for (number, content) in pieces {
        match is_sealed {
            true => bytes.extend(sealer.open_bytes(&place(id, number), &content).ok_or_else(altered)?),
            false => bytes.extend(content),
        }
    }
    if digest(sealer, &bytes, is_sealed) != file.digest {
        return Err(altered());
    }
    let name = match is_sealed {
        true => sealer.open(&Sealed::from_text(file.name)).ok_or_else(altered)?,
        false => file.name,
    };
    Ok(KeptFile { kind: file.kind, name, bytes })
}

/// Forgets a file, with its name; after its owner's rows, which point to it, are gone. Forgetting twice is once.
///
/// # Errors
/// As the database says.
pub async fn forget(tx: &mut Conn, id: FileId) -> Result<()> {
    sqlx::query("delete from file_pieces where file_id = $1").bind(id).execute(&mut *tx).await?;
    sqlx::query("delete from files where id = $1").bind(id).execute(&mut *tx).await?;
    Ok(())
}

/// As [`forget`], several at once.
///
/// # Errors
/// As the database says.
pub async fn forget_all(tx: &mut Conn, files: impl IntoIterator<Item = FileId>) -> Result<()> {
    let ids = store::rows(files, |id| json!(id));
    for table in ["file_pieces where file_id", "files where id"] {
        let sql = format!("delete from {table} in {GIVEN}");
        sqlx::query(AssertSqlSafe(sql)).bind(&ids).execute(&mut *tx).await?;
    }
    Ok(())
}

/// The files of a list, in SQL.
const GIVEN: &str = "(select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)";

/// Takes out what files hold and how they were called, and leaves their places: their owner's rows point to them, and stay. They are
/// found no more.
///
/// # Errors
/// As the database says.
pub async fn empty(tx: &mut Conn, files: impl IntoIterator<Item = FileId>) -> Result<()> {
    let ids = store::rows(files, |id| json!(id));
    let sql = format!("delete from file_pieces where file_id in {GIVEN}");
    sqlx::query(AssertSqlSafe(sql)).bind(&ids).execute(&mut *tx).await?;
    let sql = format!("update files set name = '', bytes = 0, digest = '', is_sealed = 0 where id in {GIVEN}");
    sqlx::query(AssertSqlSafe(sql)).bind(&ids).execute(tx).await?;
    Ok(())
}

/// What a piece is sealed for: in another file, or in another's place, it does not open.
fn place(id: FileId, number: i64) -> String {
    format!("file:{id}:{number}")
}

/// As [`place`], by a piece's key.
fn place_of(key: &[i64]) -> String {
    match *key {
        [id, number] => place(FileId(id), number),
        _ => String::new(),
    }
}

/// By what a file would be known again where it is kept so: two of one digest hold the same.
pub fn digest_of(sealer: &Sealer, file: &CheckedFile, secrecy: Secrecy) -> String {
    digest(sealer, &file.bytes, secrecy == Secrecy::Sealed)
}

/// By which a file is known again; of a sealed one it tells nothing to whoever has no key.
fn digest(sealer: &Sealer, bytes: &[u8], is_sealed: bool) -> String {
    let digest = HEXLOWER.encode(&Sha256::digest(bytes));
    if is_sealed { sealer.hash("file", &digest) } else { digest }
}
