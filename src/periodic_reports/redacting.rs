//! Taking words out of what was submitted: somebody who is named in them was erased, or may be. They go wherever the report holds them,
//! and each version keeps their digest, by which it still verifies.

use super::rights::ReportSubmitter;
use super::types::{PeriodicReport, ReportVersion, ReportVersionId};
use super::{privacy, queries, settling};
use crate::audit;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::store::Conn;

/// Takes the words at a place of a version out, whole, and the same words out of every version of the report and of its draft: nobody reads
/// them any more, and nobody is offered them to quote. Written again they are asked about again.
///
/// # Errors
/// `NotFound` where there are no such words, or they are out already.
pub async fn redact(
    by: &ReportSubmitter,
    now: Now,
    tx: &mut Conn,
    (report, version): (&PeriodicReport, &ReportVersion),
    (place, why): (&str, &str),
) -> Result<()> {
    // Whoever submits another version with these words meanwhile comes after, and finds the draft without them.
    settling::hold(tx, report.agreement_id).await?;
    let words: Option<Option<String>> = sqlx::query_scalar(
        "select content from report_version_texts where version_id = $1 and place = $2 and redacted_at is null",
    )
    .bind(version.id)
    .bind(place)
    .fetch_optional(&mut *tx)
    .await?;
    let words = words.flatten().ok_or(Error::NotFound)?;
    privacy::ask_anew(tx, report, &words).await?;
    let mut redacted: Vec<(ReportVersionId, String)> = sqlx::query_as(
        "update report_version_texts set content = null, salt = null, redacted_at = $1, redacted_by = $2, redacted_why = $3
         where content = $4 and redacted_at is null and version_id in (select id from report_versions where report_id = $5)
         returning version_id, place",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(why)
    .bind(&words)
    .bind(report.id)
    .fetch_all(&mut *tx)
    .await?;
    redacted.sort_unstable_by(|one, other| (one.0.0, &one.1).cmp(&(other.0.0, &other.1)));
    blank(by, now, tx, report, &words).await?;
    let versions = queries::every_version(tx, report.id).await?;
    let number = |id: ReportVersionId| versions.iter().find(|one| one.id == id).map(|one| one.number);
    let details: Vec<String> = redacted
        .iter()
        .filter_map(|(id, place)| Some(format!("{}-{} {place}", report.number(), number(*id)?)))
        .collect();
    let entry = |detail| audit::entry("periodic_report.redacted", report.id.0).at(report.center_id).because(detail);
    audit::record_all(tx, by, now, &details.iter().map(String::as_str).map(entry).collect::<Vec<_>>()).await
}

/// Takes the same words out of the draft, and from below what goes with it.
async fn blank(by: &ReportSubmitter, now: Now, tx: &mut Conn, report: &PeriodicReport, words: &str) -> Result<()> {
    sqlx::query(
        "update report_chapters set content = '', version = version + 1, changed_at = $1, changed_by = $2
         where report_id = $3 and content = $4",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(report.id)
    .bind(words)
    .execute(&mut *tx)
    .await?;
    sqlx::query("update report_evidence set caption = null where report_id = $1 and caption = $2")
        .bind(report.id)
        .bind(words)
        .execute(tx)
        .await?;
    Ok(())
}
