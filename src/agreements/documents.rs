//! Papers of an agreement: the signed copy, annexes.

use super::actions::tell;
use super::queries;
use super::types::{AgreementDocumentId, AgreementRecord};
use crate::auth::{CityAdmin, Manager};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::files::{self, CheckedFile, FileKind, Secrecy};
use crate::locks;
use crate::store::{Conn, Sealer};

/// The kinds of files that a paper may be.
pub(super) const PAPERS: &[FileKind] = &[FileKind::Jpeg, FileKind::Png, FileKind::Pdf];

/// The most papers that lie with one agreement.
const MOST_DOCUMENTS: i64 = 20;

/// Lays a paper with an agreement, sealed: names and account numbers stand on it. The agreement was opened to who brings it.
///
/// # Errors
/// `Refused("too_many_papers")`; `NotFound` where the agreement was taken back.
pub async fn add_document(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    record: &AgreementRecord,
    (title, file): (Option<&str>, &CheckedFile),
) -> Result<AgreementDocumentId> {
    // Of two who bring the last one, one comes after the other; and whoever takes it back comes before or after.
    if !locks::agreement(tx, record.id).await? {
        return Err(Error::NotFound);
    }
    let there: i64 =
        sqlx::query_scalar("select count(*) from agreement_documents where agreement_id = $1 and removed_at is null")
            .bind(record.id)
            .fetch_one(&mut *tx)
            .await?;
    if there >= MOST_DOCUMENTS {
        return Err(Error::refused("too_many_papers"));
    }
    let kept = files::keep(now, tx, sealer, file, Secrecy::Sealed).await?;
    let id: AgreementDocumentId = sqlx::query_scalar(
        "insert into agreement_documents (agreement_id, title, file_id, added_at, added_by) values ($1, $2, $3, $4, $5)
         returning id",
    )
    .bind(record.id)
    .bind(title)
    .bind(kept)
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await?;
    tell(tx, by, now, ("agreement.document_added", record.id), &record.centers(), None).await?;
    Ok(id)
}

/// Takes a paper away that does not belong there: its line stays, its file is forgotten.
///
/// # Errors
/// `NotFound` for another agreement's, and where that was done before.
pub async fn remove_document(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    record: &AgreementRecord,
    (document, reason): (AgreementDocumentId, &str),
) -> Result<()> {
    let file = queries::document(tx, record.id, document).await?;
    let removed = sqlx::query(
        "update agreement_documents set file_id = null, removed_at = $1, removed_by = $2, remove_reason = $3
         where id = $4 and removed_at is null",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(reason)
    .bind(document)
    .execute(&mut *tx)
    .await?;
    if removed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    files::forget(tx, file).await?;
    tell(tx, by, now, ("agreement.document_removed", record.id), &record.centers(), Some(reason)).await
}
