//! What hangs on an agreement, and is seen to before it says otherwise: posts, what is charged to it, papers, and its reports.

use serde_json::json;

use super::forms::CenterDays;
use super::types::{AgreementId, AgreementRecord};
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::{Refusal, Result};
use crate::ids::PeriodicReportId;
use crate::store::{self, Conn, Flag};

/// Whether posts were defined with the agreement in one of these centers, or something there is charged to it; or somebody has written
/// in a report of it: drafts that made themselves go with its days.
pub(super) async fn hangs_on(tx: &mut Conn, id: AgreementId, centers: &[CenterId]) -> Result<bool> {
    let there: i64 = sqlx::query_scalar(
        "with these (id) as (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         select (select count(*) from posts o where o.agreement_id = $2 and o.center_id in (select t.id from these t))
              + (select count(*) from activities a where a.charged_to = $2 and a.center_id in (select t.id from these t))
              + (select count(*) from sessions s where s.charged_to = $2 and s.center_id in (select t.id from these t))
              + (select count(*) from periodic_reports r
                 where r.agreement_id = $2 and exists (select 1 from these t)
                   and (r.versions > 0 or r.state <> 'dropped' and (
                       exists (select 1 from report_chapters h where h.report_id = r.id and h.content <> '')
                       or exists (select 1 from report_evidence e where e.report_id = r.id and e.removed_at is null))))",
    )
    .bind(store::rows(centers, |center| json!(center)))
    .bind(id)
    .fetch_one(tx)
    .await?;
    Ok(there > 0)
}

/// As [`hangs_on`], of all its centers; or whether papers lie with it.
pub(super) async fn is_in_use(tx: &mut Conn, known: &AgreementRecord) -> Result<bool> {
    let papers: i64 =
        sqlx::query_scalar("select count(*) from agreement_documents where agreement_id = $1 and removed_at is null")
            .bind(known.id)
            .fetch_one(&mut *tx)
            .await?;
    let all: Vec<CenterId> = known.centers().into_iter().collect();
    Ok(papers > 0 || hangs_on(tx, known.id, &all).await?)
}

/// A report that waits for its answer, or was accepted.
#[derive(sqlx::FromRow)]
struct ReportedDays {
    id: PeriodicReportId,
    starts_on: Date,
    ends_on: Date,
    is_accepted: Flag,
}

/// Looks that the days that a report tells of stay the agreement's, in each center: given to another agreement they would be told again, and
/// of what is left of the period another report would be due.
///
/// # Errors
/// `Refused("agreement_days_submitted")`, `Refused("agreement_days_accepted")`: of a report that waits for its answer, or has it.
pub(super) async fn keep_reported_days(
    tx: &mut Conn,
    id: AgreementId,
    (first, last): (Date, Date),
    centers: &[CenterDays],
) -> Result<()> {
    let touched: Option<ReportedDays> = sqlx::query_as(
        "with kept (center_id, first_day, last_day) as (
             select cast(j.value ->> 'center' as bigint), j.value ->> 'from', j.value ->> 'to'
             from json_each(cast($1 as json_text)) j)
         select r.id, r.starts_on, r.ends_on, cast(case when r.state = 'accepted' then 1 else 0 end as bigint) as is_accepted
         from periodic_reports r join agreements g on g.id = r.agreement_id
         where r.agreement_id = $2 and r.state in ('submitted', 'accepted')
           and ($3 > r.starts_on and $3 > g.starts_on or $4 < r.ends_on and $4 < g.ends_on
                or exists (
                    select 1 from agreement_centers x left join kept k on k.center_id = x.center_id
                    where x.agreement_id = g.id and x.starts_on <= r.ends_on and x.ends_on >= r.starts_on
                      and (k.center_id is null or k.first_day > x.starts_on and k.first_day > r.starts_on
                           or k.last_day < x.ends_on and k.last_day < r.ends_on)))
         order by r.starts_on, r.id limit 1",
    )
    .bind(CenterDays::all(centers))
    .bind(id)
    .bind(first)
    .bind(last)
    .fetch_optional(tx)
    .await?;
    let Some(report) = touched else { return Ok(()) };
    let refusal = if report.is_accepted.is_set() {
        Refusal::new("agreement_days_accepted")
    } else {
        Refusal::new("agreement_days_submitted")
    };
    let days = format!("{} – {}", report.starts_on, report.ends_on);
    Err(refusal.with("report", report.id.number()).with("days", days).into())
}
