//! Drafts follow their agreement. It is changed below, and knows nothing of reports: ended earlier, it leaves drafts of days that are no
//! more its own; ended later, drafts of days that were cut. Whoever begins drafts, and every day the job, puts them right: a draft of which
//! nothing was submitted gets the days that its period has by now, one in which nothing stands and that has no period any more is dropped,
//! one that made itself also where the period is not asked for any more, and all others are shown as what they are until the provider drops
//! them.

use super::periods::ReportedPeriod;
use super::queries;
use super::rights::ReportSubmitter;
use super::rules::{self, ReportStep};
use super::types::{AgreementFrame, PeriodicReport, ReportState};
use crate::agreements::AgreementId;
use crate::audit::{self, Acting};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::figures::Period;
use crate::locks;
use crate::store::{Conn, Flag};

/// Holds an agreement for its reports: of two who submit some of them, remind of one, put them right or change it one comes after the other.
///
/// # Errors
/// `NotFound` where it was taken back.
pub(super) async fn hold(tx: &mut Conn, agreement: AgreementId) -> Result<()> {
    if locks::agreement(tx, agreement).await? { Ok(()) } else { Err(Error::NotFound) }
}

/// As [`hold`], and how it is now that nobody else changes it; none where it was taken back.
pub(super) async fn held(tx: &mut Conn, agreement: AgreementId) -> Result<Option<AgreementFrame>> {
    if locks::agreement(tx, agreement).await? { queries::frame(tx, agreement).await } else { Ok(None) }
}

/// Holds a report in which is still written: nobody submits it meanwhile, and nobody takes its agreement back.
///
/// # Errors
/// Those of [`rules::after`]; `NotFound` where its agreement was taken back.
pub(super) async fn hold_written(tx: &mut Conn, report: &PeriodicReport) -> Result<()> {
    let held = sqlx::query("update periodic_reports set state = state where id = $1 and state = $2")
        .bind(report.id)
        .bind(rules::after(ReportStep::Write, report.state)?)
        .execute(&mut *tx)
        .await?;
    if held.rows_affected() == 0 {
        return Err(Error::refused("report_submitted"));
    }
    // Asked once it is held: whoever takes the agreement back holds its reports before they look what is written.
    if queries::stands(tx, report.agreement_id).await? { Ok(()) } else { Err(Error::NotFound) }
}

/// Puts the drafts of an agreement right that is [`held`].
pub(super) async fn settle(by: &impl Acting, now: Now, tx: &mut Conn, agreement: &AgreementFrame) -> Result<()> {
    let reports = queries::of_agreement(tx, agreement.id).await?;
    let mut taken: Vec<Period> = reports.iter().map(PeriodicReport::period).collect();
    for report in reports.iter().filter(|report| report.state == ReportState::Draft) {
        let Some(period) = its_period(agreement, report, &taken) else {
            drop_empty(by, now, tx, report, Flag::from(false)).await?;
            continue;
        };
        // Nobody asks for it any more: whoever began it wants it still, and of what made itself nobody does.
        if !agreement.awaits(&period) && drop_empty(by, now, tx, report, Flag::from(true)).await? {
            continue;
        }
        if period.days != report.period() || agreement.due_on(period) != report.due_on {
            adapt(by, now, tx, report, (period, agreement)).await?;
            taken.push(period.days);
        }
    }
    Ok(())
}

/// The period of its kind that a draft is for by now: of its days, or else of most of them, where there is no report of it and nothing was
/// submitted of the draft.
fn its_period(agreement: &AgreementFrame, report: &PeriodicReport, taken: &[Period]) -> Option<ReportedPeriod> {
    let own = report.period();
    let mut periods = agreement.periods(report.kind);
    if let Some(same) = periods.iter().find(|period| period.days == own) {
        return Some(*same);
    }
    let common = |period: &ReportedPeriod| {
        let days = Period::new(period.days.from.max(own.from), period.days.to.min(own.to));
        days.map_or(0, |days| (days.to.0 - days.from.0).num_days())
    };
    periods.retain(|period| common(period) > 0 && !taken.contains(&period.days));
    periods.into_iter().max_by_key(common).filter(|_| report.versions == 0)
}

async fn adapt(
    by: &impl Acting,
    now: Now,
    tx: &mut Conn,
    report: &PeriodicReport,
    (period, agreement): (ReportedPeriod, &AgreementFrame),
) -> Result<()> {
    let (from, to) = (period.days.from, period.days.last());
    let moved = sqlx::query(
        "update periodic_reports set starts_on = $1, ends_on = $2, due_on = $3 where id = $4 and state = $5 and versions = $6",
    )
    .bind(from)
    .bind(to)
    .bind(agreement.due_on(period))
    .bind(report.id)
    .bind(ReportState::Draft)
    .bind(report.versions)
    .execute(&mut *tx)
    .await?;
    if moved.rows_affected() == 0 {
        return Ok(());
    }
    // Who asked for it asked for this report.
    sqlx::query(
        "update report_reminders set starts_on = $1, ends_on = $2 where agreement_id = $3 and starts_on = $4 and ends_on = $5",
    )
    .bind(from)
    .bind(to)
    .bind(report.agreement_id)
    .bind(report.starts_on)
    .bind(report.ends_on)
    .execute(&mut *tx)
    .await?;
    let detail = format!("{from} – {to}");
    let entry = audit::entry("periodic_report.adapted", report.id.0).at(report.center_id).because(&detail);
    audit::record(tx, by, now, entry).await
}

/// Drops a draft in which nobody wrote and with which nothing goes, and, where that is said, which nobody began. It says whether it did.
async fn drop_empty(
    by: &impl Acting,
    now: Now,
    tx: &mut Conn,
    report: &PeriodicReport,
    made_itself: Flag,
) -> Result<bool> {
    let dropped = sqlx::query(
        "update periodic_reports set state = $1
         where id = $2 and state = $3 and versions = 0 and ($4 = 0 or made_by is null)
           and not exists (select 1 from report_chapters c where c.report_id = periodic_reports.id and c.content <> '')
           and not exists (select 1 from report_evidence e where e.report_id = periodic_reports.id and e.removed_at is null)",
    )
    .bind(ReportState::Dropped)
    .bind(report.id)
    .bind(ReportState::Draft)
    .bind(made_itself)
    .execute(&mut *tx)
    .await?;
    if dropped.rows_affected() == 0 {
        return Ok(false);
    }
    tell_dropped(by, now, tx, report).await?;
    Ok(true)
}

/// Drops a draft, or what was returned, whose days are the agreement's no more: nobody waits for it any longer. What was submitted of it
/// stays.
///
/// # Errors
/// `Refused("report_agreed")` where its days are the agreement's, and those of [`rules::after`].
pub async fn drop_report(by: &ReportSubmitter, now: Now, tx: &mut Conn, report: &PeriodicReport) -> Result<()> {
    let next = rules::after(ReportStep::Drop, report.state)?;
    hold(tx, report.agreement_id).await?;
    if queries::agreement(by, tx, report.agreement_id).await?.has(report) {
        return Err(Error::refused("report_agreed"));
    }
    let moved = sqlx::query("update periodic_reports set state = $1 where id = $2 and state = $3 and versions = $4")
        .bind(next)
        .bind(report.id)
        .bind(report.state)
        .bind(report.versions)
        .execute(&mut *tx)
        .await?;
    if moved.rows_affected() == 0 {
        return Err(Error::refused("report_submitted"));
    }
    tell_dropped(by, now, tx, report).await
}

async fn tell_dropped(by: &impl Acting, now: Now, tx: &mut Conn, report: &PeriodicReport) -> Result<()> {
    let detail = format!("{} – {}", report.starts_on, report.ends_on);
    let entry = audit::entry("periodic_report.dropped", report.id.0).at(report.center_id).because(&detail);
    audit::record(tx, by, now, entry).await
}
