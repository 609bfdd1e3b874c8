//! What is done to reports beside writing their evidence and submitting them.

use serde_json::json;

use super::document;
use super::forms::PurchaserAnswer;
use super::periods::ReportedPeriod;
use super::rights::{ReportAnswerer, ReportReceiver, ReportWriter};
use super::rules::{self, ReportStep};
use super::types::{
    AgreementFrame, Chapter, LONGEST_CHAPTER, PeriodicReport, PeriodicReportId, ReportState, VersionState,
};
use super::{queries, settling};
use crate::agreements::AgreementId;
use crate::audit::{self, Acting};
use crate::auth::AccountId;
use crate::clock::{Now, Zone};
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::store::{self, Conn, rows};

/// Characters of the code under which a version is verified, five bits each.
const PUBLIC_ID: usize = 16;

/// Begins drafts of some periods of an agreement. Where there is a report of the same days it stays as it is, and one that was dropped is a
/// draft again.
///
/// # Errors
/// `Invalid` at `period` for what is no period of the agreement.
pub async fn begin(
    by: &ReportWriter,
    now: Now,
    tx: &mut Conn,
    agreement: &AgreementFrame,
    wanted: &[String],
) -> Result<Vec<PeriodicReportId>> {
    let agreement = settling::held(tx, agreement.id).await?.ok_or(Error::NotFound)?;
    let mut chosen = Vec::with_capacity(wanted.len());
    for word in wanted {
        chosen.push(agreement.named(word).ok_or_else(|| Error::field("period", "field.not_a_choice"))?);
    }
    if chosen.is_empty() {
        return Err(Error::field("period", "field.required"));
    }
    begin_all(by, now, tx, agreement.id, Some(by.account), &chosen).await
}

/// As [`begin`], whoever has it done; those that there are already follow the agreement first. What was chosen and is none of its periods by
/// now is left out.
pub(super) async fn begin_all(
    by: &impl Acting,
    now: Now,
    tx: &mut Conn,
    agreement: AgreementId,
    account: Option<AccountId>,
    chosen: &[ReportedPeriod],
) -> Result<Vec<PeriodicReportId>> {
    let Some(agreement) = settling::held(tx, agreement).await? else { return Ok(Vec::new()) };
    settling::settle(by, now, tx, &agreement).await?;
    // Of the same days there is one.
    let mut once: Vec<ReportedPeriod> = Vec::with_capacity(chosen.len());
    for period in chosen.iter().filter(|period| agreement.periods(period.kind).contains(period)) {
        if once.iter().all(|known| known.days != period.days) {
            once.push(*period);
        }
    }
    let drafts = rows(once, |period| {
        json!({
            "public": store::secret(PUBLIC_ID), "kind": period.kind, "from": period.days.from,
            "to": period.days.last(), "due": agreement.due_on(period),
        })
    });
    let made: Vec<PeriodicReportId> = sqlx::query_scalar(
        "insert into periodic_reports (public_id, agreement_id, kind, starts_on, ends_on, due_on, state, made_at, made_by)
         select j.value ->> 'public', cast($2 as bigint), j.value ->> 'kind', j.value ->> 'from', j.value ->> 'to',
                j.value ->> 'due', cast($3 as text), cast($4 as bigint), cast($5 as bigint)
         from json_each(cast($1 as json_text)) j
         where true order by j.value ->> 'from', j.value ->> 'to'
         on conflict (agreement_id, starts_on, ends_on) do update
             set kind = case when periodic_reports.versions = 0 then excluded.kind else periodic_reports.kind end, due_on = excluded.due_on, state = excluded.state, made_at = excluded.made_at,
                 made_by = excluded.made_by
             where periodic_reports.state = 'dropped'
         returning id",
    )
    .bind(drafts)
    .bind(agreement.id)
    .bind(ReportState::Draft)
    .bind(now.0)
    .bind(account)
    .fetch_all(&mut *tx)
    .await?;
    let entry = |id: &PeriodicReportId| audit::entry("periodic_report.begun", id.0).at(agreement.center_id);
    audit::record_all(tx, by, now, &made.iter().map(entry).collect::<Vec<_>>()).await?;
    Ok(made)
}

/// Writes a chapter of a draft over the text of the version that was seen. It says the version that it has now.
///
/// # Errors
/// `Refused("chapter_changed")` where somebody wrote a newer text meanwhile: it stays; `Invalid` at `content` where it is too long; those of
/// [`rules::after`].
pub async fn write_chapter(
    by: &ReportWriter,
    now: Now,
    tx: &mut Conn,
    report: &PeriodicReport,
    (chapter, content, seen): (Chapter, &str, i64),
) -> Result<i64> {
    if content.chars().count() > LONGEST_CHAPTER {
        return Err(FieldErrors::one("content", Fault::bound("field.too_long", LONGEST_CHAPTER)).into());
    }
    settling::hold_written(tx, report).await?;
    let known: Option<(String, i64)> =
        sqlx::query_as("select content, version from report_chapters where report_id = $1 and chapter = $2")
            .bind(report.id)
            .bind(chapter)
            .fetch_optional(&mut *tx)
            .await?;
    let (known, version) = known.unwrap_or_default();
    if known == content {
        return Ok(version);
    }
    if version != seen {
        return Err(Error::refused("chapter_changed"));
    }
    sqlx::query(
        "insert into report_chapters (report_id, chapter, content, version, changed_at, changed_by)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (report_id, chapter) do update set content = excluded.content, version = excluded.version,
             changed_at = excluded.changed_at, changed_by = excluded.changed_by",
    )
    .bind(report.id)
    .bind(chapter)
    .bind(content)
    .bind(version + 1)
    .bind(now.0)
    .bind(by.account)
    .execute(&mut *tx)
    .await?;
    let entry = audit::entry("periodic_report.written", report.id.0).at(report.center_id).because(chapter.code());
    audit::record(tx, by, now, entry).await?;
    Ok(version + 1)
}

/// Accepts what was submitted last: the agreement's later reports tell adjustments of it from then on.
///
/// # Errors
/// Those of [`rules::after`]; `Refused("report_version_changed")` where another version was submitted since.
pub async fn accept(by: &ReportAnswerer, now: Now, tx: &mut Conn, report: &PeriodicReport, version: i64) -> Result<()> {
    answered(by, now, tx, report, version, ReportStep::Accept).await?;
    let entry = audit::entry("periodic_report.accepted", report.id.0).at(report.center_id);
    audit::record(tx, by, now, entry).await
}

/// Returns what was submitted last, with what is to be done about it, chapter by chapter.
///
/// # Errors
/// As [`accept`].
pub async fn give_back(
    by: &ReportAnswerer,
    now: Now,
    tx: &mut Conn,
    report: &PeriodicReport,
    answer: &PurchaserAnswer,
) -> Result<()> {
    answered(by, now, tx, report, answer.version, ReportStep::Return).await?;
    let words = rows(
        &answer.comments,
        |comment| json!({"chapter": comment.chapter.map(Chapter::code).unwrap_or_default(), "words": comment.words}),
    );
    sqlx::query(
        "insert into report_comments (version_id, chapter, words)
         select v.id, j.value ->> 'chapter', j.value ->> 'words'
         from json_each(cast($1 as json_text)) j join report_versions v on v.report_id = $2 and v.number = $3",
    )
    .bind(words)
    .bind(report.id)
    .bind(answer.version)
    .execute(&mut *tx)
    .await?;
    let detail = format!("{}-{} {}", report.number(), answer.version, document::comments_digest(&answer.comments)?);
    let entry = audit::entry("periodic_report.returned", report.id.0).at(report.center_id).because(&detail);
    audit::record(tx, by, now, entry).await
}

async fn answered(
    by: &ReportAnswerer,
    now: Now,
    tx: &mut Conn,
    report: &PeriodicReport,
    version: i64,
    step: ReportStep,
) -> Result<()> {
    let next = rules::after(step, report.state)?;
    let moved = sqlx::query("update periodic_reports set state = $1 where id = $2 and state = $3 and versions = $4")
        .bind(next)
        .bind(report.id)
        .bind(report.state)
        .bind(version)
        .execute(&mut *tx)
        .await?;
    if moved.rows_affected() == 0 {
        return Err(Error::refused("report_version_changed"));
    }
    let state = if next == ReportState::Accepted { VersionState::Accepted } else { VersionState::Returned };
    sqlx::query(
        "update report_versions set state = $1, answered_at = $2, answered_by = $3 where report_id = $4 and number = $5",
    )
    .bind(state)
    .bind(now.0)
    .bind(by.account)
    .bind(report.id)
    .bind(version)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes an acceptance back: the version waits for its answer again.
///
/// # Errors
/// Those of [`rules::after`] and [`rules::may_undo_acceptance`]; `Refused("report_version_changed")` for another version than the accepted
/// one.
pub async fn undo_acceptance(
    by: &ReportAnswerer,
    now: Now,
    tx: &mut Conn,
    report: &PeriodicReport,
    (version, why): (i64, &str),
) -> Result<()> {
    let next = rules::after(ReportStep::UndoAcceptance, report.state)?;
    // Whoever submits a later report tells in it what this one is corrected by: one comes after the other.
    settling::hold(tx, report.agreement_id).await?;
    let accepted = queries::acceptance(tx, report).await?.filter(|one| one.version == version);
    let accepted = accepted.ok_or_else(|| Error::refused("report_version_changed"))?;
    accepted.may_be_undone(now)?;
    let moved = sqlx::query("update periodic_reports set state = $1 where id = $2 and state = $3 and versions = $4")
        .bind(next)
        .bind(report.id)
        .bind(ReportState::Accepted)
        .bind(version)
        .execute(&mut *tx)
        .await?;
    if moved.rows_affected() == 0 {
        return Err(Error::refused("report_version_changed"));
    }
    sqlx::query(
        "update report_versions set state = $1, answered_at = null, answered_by = null where report_id = $2 and number = $3",
    )
    .bind(VersionState::Submitted)
    .bind(report.id)
    .bind(version)
    .execute(&mut *tx)
    .await?;
    let detail = format!("{}-{version} {why}", report.number());
    let entry = audit::entry("periodic_report.acceptance_undone", report.id.0).at(report.center_id).because(&detail);
    audit::record(tx, by, now, entry).await
}

/// Asks for the report of a period of an agreement: it stands before the provider until something is submitted.
///
/// # Errors
/// Those of [`rules::after`] where it was submitted; `Refused("report_reminded_today")` where it was asked for on the same day.
pub async fn remind(
    by: &ReportAnswerer,
    now: Now,
    tx: &mut Conn,
    agreement: &AgreementFrame,
    period: &ReportedPeriod,
) -> Result<()> {
    let days = (period.days.from, period.days.last());
    settling::hold(tx, agreement.id).await?;
    let state: Option<ReportState> = sqlx::query_scalar(
        "select state from periodic_reports where agreement_id = $1 and starts_on = $2 and ends_on = $3 and state <> 'dropped'",
    )
    .bind(agreement.id)
    .bind(days.0)
    .bind(days.1)
    .fetch_optional(&mut *tx)
    .await?;
    rules::after(ReportStep::Submit, state.unwrap_or(ReportState::Draft))?;
    let today: i64 = sqlx::query_scalar(
        "select count(*) from report_reminders
         where agreement_id = $1 and starts_on = $2 and ends_on = $3 and reminded_at >= $4",
    )
    .bind(agreement.id)
    .bind(days.0)
    .bind(days.1)
    .bind(Zone::SHANGHAI.midnight(Zone::SHANGHAI.date(now.0)))
    .fetch_one(&mut *tx)
    .await?;
    if today > 0 {
        return Err(Error::refused("report_reminded_today"));
    }
    sqlx::query(
        "insert into report_reminders (agreement_id, starts_on, ends_on, reminded_at, reminded_by) values ($1, $2, $3, $4, $5)",
    )
    .bind(agreement.id)
    .bind(days.0)
    .bind(days.1)
    .bind(now.0)
    .bind(by.account)
    .execute(&mut *tx)
    .await?;
    let detail = format!("{} – {}", days.0, days.1);
    let entry = audit::entry("periodic_report.reminded", agreement.id.0).at(agreement.center_id).because(&detail);
    audit::record(tx, by, now, entry).await
}

/// Confirms that a report was received, in the version that was read, which is the one that was submitted last. Twice is once.
///
/// # Errors
/// `Refused("report_not_submitted")` where nothing is submitted or accepted, `("report_version_changed")` where another version was
/// submitted since.
pub async fn confirm_receipt(
    by: &ReportReceiver,
    now: Now,
    tx: &mut Conn,
    report: &PeriodicReport,
    version: i64,
) -> Result<()> {
    if !matches!(report.state, ReportState::Submitted | ReportState::Accepted) {
        return Err(Error::refused("report_not_submitted"));
    }
    if version != report.versions {
        return Err(Error::refused("report_version_changed"));
    }
    let kept = sqlx::query(
        "insert into report_receipts (report_id, account_id, version, received_at) values ($1, $2, $3, $4)
         on conflict (report_id, account_id, version) do nothing",
    )
    .bind(report.id)
    .bind(by.account)
    .bind(version)
    .bind(now.0)
    .execute(&mut *tx)
    .await?;
    if kept.rows_affected() == 0 {
        return Ok(());
    }
    let entry = audit::entry("periodic_report.received", report.id.0).at(report.center_id);
    audit::record(tx, by, now, entry).await
}
