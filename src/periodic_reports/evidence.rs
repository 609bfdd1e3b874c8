//! What goes with a report: pictures that were taken at its sessions, and scans of its sign-in sheets. Of a picture the report keeps which one
//! it is: it goes where the picture goes.

use serde_json::json;

use super::rights::ReportWriter;
use super::types::{Evidence, EvidenceId, EvidenceKind, PeriodicReport, PeriodicReportId, ReportVersionId};
use super::{counting, settling};
use crate::audit;
use crate::clock::{Date, Now};
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::figures::scope;
use crate::files::{self, CheckedFile, FileId, Secrecy};
use crate::ids::SessionPhotoId;
use crate::store::{Conn, Sealer, rows};

/// The most of one report.
pub const MOST_EVIDENCE: usize = 40;

/// The most pictures that are offered.
const OFFERED: i64 = 120;

/// Where the words below a piece of evidence stand among those of a version.
pub fn place(number: i64) -> String {
    format!("evidence.{number}")
}

/// What goes with a draft, the first first.
pub async fn of_report(conn: &mut Conn, report: PeriodicReportId) -> Result<Vec<Evidence>> {
    Ok(sqlx::query_as(
        "select e.id, e.kind, e.caption, f.id as file_id, f.digest
         from report_evidence e
         left join session_photos o on o.id = e.session_photo_id
         left join files f on f.id = coalesce(e.file_id, o.file_id) and f.digest <> ''
         where e.report_id = $1 and e.removed_at is null order by e.id",
    )
    .bind(report)
    .fetch_all(conn)
    .await?)
}

/// What goes with a version: its place, and the file's digest by now.
pub(super) async fn of_version(conn: &mut Conn, version: ReportVersionId) -> Result<Vec<(i64, Evidence)>> {
    #[derive(sqlx::FromRow)]
    struct Numbered {
        number: i64,
        #[sqlx(flatten)]
        one: Evidence,
    }
    let found: Vec<Numbered> = sqlx::query_as(
        "select x.number, e.id, e.kind, e.caption, f.id as file_id, f.digest
         from report_version_evidence x join report_evidence e on e.id = x.evidence_id
         left join session_photos o on o.id = e.session_photo_id
         left join files f on f.id = coalesce(e.file_id, o.file_id) and f.digest <> ''
         where x.version_id = $1 order by x.number",
    )
    .bind(version)
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().map(|row| (row.number, row.one)).collect())
}

/// As [`of_report`], with the numbers that they would have in a version.
pub(super) async fn of_draft(conn: &mut Conn, report: PeriodicReportId) -> Result<Vec<(i64, Evidence)>> {
    let there = of_report(conn, report).await?.into_iter().filter(|one| one.digest.is_some());
    Ok((1..).zip(there).collect())
}

/// The file of a piece of a report's evidence, and what it is.
///
/// # Errors
/// `NotFound` for another report's, and for a picture that was taken away.
pub async fn file(conn: &mut Conn, report: PeriodicReportId, id: EvidenceId) -> Result<(EvidenceKind, FileId)> {
    sqlx::query_as(
        "select e.kind, f.id from report_evidence e
         left join session_photos o on o.id = e.session_photo_id
         join files f on f.id = coalesce(e.file_id, o.file_id) and f.digest <> ''
         where e.report_id = $1 and e.id = $2",
    )
    .bind(report)
    .bind(id)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)
}

/// Whether a version that was not taken back holds it: who reads what was submitted may see it then.
pub async fn is_submitted(conn: &mut Conn, id: EvidenceId) -> Result<bool> {
    let count: i64 = sqlx::query_scalar(
        "select count(*) from report_version_evidence x join report_versions v on v.id = x.version_id
         where x.evidence_id = $1 and v.state <> 'withdrawn'",
    )
    .bind(id)
    .fetch_one(conn)
    .await?;
    Ok(count > 0)
}

/// A picture of a session that could go with the report.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OfferedPhoto {
    pub id: SessionPhotoId,
    pub caption: Option<String>,
    pub title: String,
    pub local_date: Date,
    pub file_id: FileId,
}

/// What a session's worker wrote of it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SessionWords {
    pub title: String,
    pub local_date: Date,
    pub summary: String,
}

/// The sessions behind the report: what is offered of them is none of a confidential kind.
async fn sessions(by: &ReportWriter, conn: &mut Conn, now: Now, report: &PeriodicReport) -> Result<Vec<i64>> {
    let reach = scope::whole_agreement(by, conn, now, report.agreement_id).await?;
    Ok(counting::rows_behind(by, conn, &reach, report.period()).await?.0)
}

/// Pictures of the report's sessions, the first first; of a year's many so many of each month and center.
pub async fn offered(
    by: &ReportWriter,
    conn: &mut Conn,
    now: Now,
    report: &PeriodicReport,
) -> Result<Vec<OfferedPhoto>> {
    let sessions = sessions(by, conn, now, report).await?;
    Ok(sqlx::query_as(
        "select x.id, x.caption, x.title, x.local_date, x.file_id
         from (select o.id, o.caption, a.title, s.local_date, s.starts_at, o.file_id,
                      row_number() over (partition by s.center_id, substr(s.local_date, 1, 7) order by s.starts_at, o.id) as turn
               from session_photos o join sessions s on s.id = o.session_id join activities a on a.id = s.activity_id
               join service_kinds k on k.id = a.kind_id
               where k.confidential = 0
                 and s.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
               order by turn, s.starts_at, o.id limit $2) x
         order by x.starts_at, x.id",
    )
    .bind(rows(sessions, |id| json!(id)))
    .bind(OFFERED)
    .fetch_all(conn)
    .await?)
}

/// Those of these pictures that are of the report's sessions, whether they were among those that are shown to choose from or not.
async fn of_sessions(
    by: &ReportWriter,
    conn: &mut Conn,
    now: Now,
    report: &PeriodicReport,
    ids: &[SessionPhotoId],
) -> Result<Vec<OfferedPhoto>> {
    let sessions = sessions(by, conn, now, report).await?;
    Ok(sqlx::query_as(
        "select o.id, o.caption, a.title, s.local_date, o.file_id
         from session_photos o join sessions s on s.id = o.session_id join activities a on a.id = s.activity_id
         join service_kinds k on k.id = a.kind_id
         where k.confidential = 0
           and o.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($2 as json_text)) j)
           and s.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(sessions, |id| json!(id)))
    .bind(rows(ids, |id| json!(id)))
    .fetch_all(conn)
    .await?)
}

/// What was written of the report's sessions, to quote.
pub async fn session_words(
    by: &ReportWriter,
    conn: &mut Conn,
    now: Now,
    report: &PeriodicReport,
) -> Result<Vec<SessionWords>> {
    let sessions = sessions(by, conn, now, report).await?;
    Ok(sqlx::query_as(
        "select a.title, s.local_date, s.summary
         from sessions s join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
         where k.confidential = 0 and s.summary is not null and s.summary <> ''
           and s.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         order by s.starts_at, s.id",
    )
    .bind(rows(sessions, |id| json!(id)))
    .fetch_all(conn)
    .await?)
}

/// A picture that is offered, to be looked at before it is chosen.
///
/// # Errors
/// `NotFound` for one that is not offered.
pub async fn offered_file(
    by: &ReportWriter,
    conn: &mut Conn,
    now: Now,
    report: &PeriodicReport,
    id: SessionPhotoId,
) -> Result<FileId> {
    let found = of_sessions(by, conn, now, report, &[id]).await?;
    found.first().map(|photo| photo.file_id).ok_or(Error::NotFound)
}

fn too_many() -> Error {
    FieldErrors::one("photo", Fault::bound("field.too_much_evidence", MOST_EVIDENCE)).into()
}

/// Puts pictures of the report's sessions to it, each with what stands below it there. One that is there already is there.
///
/// # Errors
/// `NotFound` for a picture of no session of the report's; `Invalid` at `photo` where there would be more than [`MOST_EVIDENCE`].
pub async fn choose(
    by: &ReportWriter,
    now: Now,
    tx: &mut Conn,
    report: &PeriodicReport,
    photos: &[SessionPhotoId],
) -> Result<()> {
    settling::hold_written(tx, report).await?;
    let offered = of_sessions(by, tx, now, report, photos).await?;
    let mut chosen = Vec::with_capacity(photos.len());
    for id in photos {
        chosen.push(offered.iter().find(|photo| photo.id == *id).ok_or(Error::NotFound)?);
    }
    if of_report(tx, report.id).await?.len() + chosen.len() > MOST_EVIDENCE {
        return Err(too_many());
    }
    let added = sqlx::query(
        "insert into report_evidence (report_id, kind, session_photo_id, caption, added_at, added_by)
         select cast($2 as bigint), cast($3 as text), cast(j.value ->> 'photo' as bigint), j.value ->> 'caption',
                cast($4 as bigint), cast($5 as bigint)
         from json_each(cast($1 as json_text)) j
         where not exists (select 1 from report_evidence e where e.report_id = $2 and e.removed_at is null
                             and e.session_photo_id = cast(j.value ->> 'photo' as bigint))
         order by cast(j.value ->> 'photo' as bigint)",
    )
    .bind(rows(chosen, |photo| json!({"photo": photo.id, "caption": photo.caption})))
    .bind(report.id)
    .bind(EvidenceKind::Photo)
    .bind(now.0)
    .bind(by.account)
    .execute(&mut *tx)
    .await?;
    if added.rows_affected() == 0 {
        return Ok(());
    }
    noted(by, now, tx, report, "periodic_report.photos_chosen").await
}

/// Keeps a scan of a sign-in sheet with the report, sealed: names stand on it.
///
/// # Errors
/// `Invalid` at `photo` where there would be more than [`MOST_EVIDENCE`].
pub async fn keep_sheet(
    by: &ReportWriter,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    report: &PeriodicReport,
    (sheet, caption): (&CheckedFile, Option<&str>),
) -> Result<()> {
    settling::hold_written(tx, report).await?;
    if of_report(tx, report.id).await?.len() >= MOST_EVIDENCE {
        return Err(too_many());
    }
    let file = files::keep(now, tx, sealer, sheet, Secrecy::Sealed).await?;
    sqlx::query(
        "insert into report_evidence (report_id, kind, file_id, caption, added_at, added_by) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(report.id)
    .bind(EvidenceKind::Sheet)
    .bind(file)
    .bind(caption)
    .bind(now.0)
    .bind(by.account)
    .execute(&mut *tx)
    .await?;
    noted(by, now, tx, report, "periodic_report.sheet_kept").await
}

/// Says otherwise what stands below it. A version that holds it keeps what stood there.
///
/// # Errors
/// `NotFound` for another report's, and for one that was taken out.
pub async fn caption(
    by: &ReportWriter,
    now: Now,
    tx: &mut Conn,
    report: &PeriodicReport,
    (id, caption): (EvidenceId, Option<&str>),
) -> Result<()> {
    settling::hold_written(tx, report).await?;
    let known = of_report(tx, report.id).await?;
    let known = known.into_iter().find(|one| one.id == id).ok_or(Error::NotFound)?;
    if known.caption.as_deref() == caption {
        return Ok(());
    }
    sqlx::query("update report_evidence set caption = $1 where id = $2")
        .bind(caption)
        .bind(id)
        .execute(&mut *tx)
        .await?;
    noted(by, now, tx, report, "periodic_report.captioned").await
}

/// Takes it out of the draft. What no version holds goes whole.
///
/// # Errors
/// `NotFound` for another report's, and for one that was taken out.
pub async fn remove(by: &ReportWriter, now: Now, tx: &mut Conn, report: &PeriodicReport, id: EvidenceId) -> Result<()> {
    settling::hold_written(tx, report).await?;
    let held: i64 = sqlx::query_scalar("select count(*) from report_version_evidence where evidence_id = $1")
        .bind(id)
        .fetch_one(&mut *tx)
        .await?;
    if held == 0 {
        let removed: Option<Option<FileId>> = sqlx::query_scalar(
            "delete from report_evidence where id = $1 and report_id = $2 and removed_at is null returning file_id",
        )
        .bind(id)
        .bind(report.id)
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(file) = removed.ok_or(Error::NotFound)? {
            files::forget(tx, file).await?;
        }
    } else {
        let removed = sqlx::query(
            "update report_evidence set removed_at = $1 where id = $2 and report_id = $3 and removed_at is null",
        )
        .bind(now.0)
        .bind(id)
        .bind(report.id)
        .execute(&mut *tx)
        .await?;
        if removed.rows_affected() == 0 {
            return Err(Error::NotFound);
        }
    }
    noted(by, now, tx, report, "periodic_report.evidence_removed").await
}

async fn noted(
    by: &ReportWriter,
    now: Now,
    tx: &mut Conn,
    report: &PeriodicReport,
    action: &'static str,
) -> Result<()> {
    audit::record(tx, by, now, audit::entry(action, report.id.0).at(report.center_id)).await
}
