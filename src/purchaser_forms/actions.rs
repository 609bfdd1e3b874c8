//! Keeping a form, putting another file in its place, and taking it away.

use super::forms::NewForm;
use super::types::PurchaserForm;
use super::{FormKeeper, PurchaserFormId};
use crate::audit;
use crate::clock::Now;
use crate::error::{Error, OnViolation, Result};
use crate::files::{self, CheckedFile, Secrecy};
use crate::store::{Conn, Sealer};

/// Keeps a form of a purchaser that [`super::forms`] found to be the keeper's.
///
/// # Errors
/// `Invalid` at `name` where the purchaser has one that is called so.
pub async fn keep(by: &FormKeeper, now: Now, tx: &mut Conn, sealer: &Sealer, new: &NewForm) -> Result<PurchaserFormId> {
    // An empty form is nobody's secret.
    let file = files::keep(now, tx, sealer, &new.file, Secrecy::Plain).await?;
    let id: PurchaserFormId = sqlx::query_scalar(
        "insert into purchaser_forms (purchaser_id, name, file_id, kept_at, kept_by)
         values ($1, $2, $3, $4, $5) returning id",
    )
    .bind(new.owner)
    .bind(&new.name)
    .bind(file)
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await
    .on_unique("purchaser_forms_name", || Error::field("name", "field.name_taken"))?;
    audit::record(tx, by, now, audit::entry("purchaser_form.kept", id.0).because(&new.name)).await?;
    Ok(id)
}

/// Puts another file in a form's place; the same again changes nothing. Its former file is forgotten: the purchaser has its own.
///
/// # Errors
/// `Refused("form_changed")` where somebody replaced it meanwhile.
pub async fn replace(
    by: &FormKeeper,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    (form, file): (&PurchaserForm, &CheckedFile),
) -> Result<()> {
    if files::read(tx, sealer, form.file_id).await?.bytes == file.bytes() {
        return Ok(());
    }
    let kept = files::keep(now, tx, sealer, file, Secrecy::Plain).await?;
    let replaced = sqlx::query(
        "update purchaser_forms set file_id = $1, kept_at = $2, kept_by = $3 where id = $4 and file_id = $5",
    )
    .bind(kept)
    .bind(now.0)
    .bind(by.account)
    .bind(form.id)
    .bind(form.file_id)
    .execute(&mut *tx)
    .await?;
    if replaced.rows_affected() == 0 {
        return Err(Error::refused("form_changed"));
    }
    files::forget(tx, form.file_id).await?;
    audit::record(tx, by, now, audit::entry("purchaser_form.replaced", form.id.0).because(&form.name)).await
}

/// Takes a form away, with its file. Nothing was frozen by it, and the purchaser has the workbook.
///
/// # Errors
/// `Refused("form_changed")` where somebody replaced it meanwhile.
pub async fn remove(by: &FormKeeper, now: Now, tx: &mut Conn, form: &PurchaserForm, reason: &str) -> Result<()> {
    let removed = sqlx::query("delete from purchaser_forms where id = $1 and file_id = $2")
        .bind(form.id)
        .bind(form.file_id)
        .execute(&mut *tx)
        .await?;
    if removed.rows_affected() == 0 {
        return Err(Error::refused("form_changed"));
    }
    files::forget(tx, form.file_id).await?;
    let detail = format!("{}: {reason}", form.name);
    audit::record(tx, by, now, audit::entry("purchaser_form.removed", form.id.0).because(&detail)).await
}
