//! Reading reports, always of agreements that the reader reaches.

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::rights::sees_drafts;
use super::rules;
use super::types::{
    AgreementFrame, Chapter, ChapterText, PeriodicReport, PeriodicReportId, ReportComment, ReportVersion,
    ReportVersionId, StandingVersion, VersionState, VersionText,
};
use crate::agreements::AgreementId;
use crate::auth::{ReportReader, Role};
use crate::centers::CenterId;
use crate::clock::{Date, Month, Now, Timestamp, Zone};
use crate::error::{Error, Refusal, Result};
use crate::figures::Period;
use crate::store::{self, Conn, Flag};

/// The condition that account `$1` reaches agreement `g`: as its provider, as its purchaser, as a department that it names, or by every
/// one of its centers, for a report is of all of them; `$2` is set for whoever works for a center's provider, and reaches by a center what
/// that one agreed to, and nothing of others.
const REACHED: &str = "(exists (
        select 1 from account_scopes s
        where s.account_id = $1 and (s.provider_id = g.provider_id or s.purchaser_id = g.purchaser_id
              or exists (select 1 from agreement_departments d
                         where d.agreement_id = g.id and d.department_id = s.department_id and d.removed_at is null)))
    or exists (select 1 from agreement_centers x where x.agreement_id = g.id) and not exists (
        select 1 from agreement_centers x
        where x.agreement_id = g.id and not exists (
            select 1 from account_scopes s join account_centers r on r.account_id = s.account_id
            where s.account_id = $1 and s.provider_id is null and s.purchaser_id is null and s.department_id is null
              and r.center_id = x.center_id
              and ($2 = 0 or exists (select 1 from operators o where o.center_id = x.center_id and o.ends_on is null
                                       and o.provider_id = g.provider_id)))))";

/// Of an agreement without a center there are none: it was taken back, or ended before any began, which is refused by now.
const COLUMNS: &str = "r.id, r.public_id, r.agreement_id, p.name as provider, u.name as purchaser,
        (select min(x.center_id) from agreement_centers x where x.agreement_id = g.id) as center_id,
        r.kind, r.starts_on, r.ends_on, r.due_on, r.state, r.versions,
        (select count(*) from report_versions v where v.report_id = r.id and v.state <> 'withdrawn') as standing,
        g.years_from, g.starts_on as agreed_from
     from periodic_reports r join agreements g on g.id = r.agreement_id and g.voided_at is null
          and exists (select 1 from agreement_centers c where c.agreement_id = g.id)
     join providers p on p.id = g.provider_id join purchasers u on u.id = g.purchaser_id";

/// Who does not write reports reads what was submitted and not taken back.
const SEEN: &str =
    "($3 = 1 or exists (select 1 from report_versions v where v.report_id = r.id and v.state <> 'withdrawn'))";

/// As [`SEEN`], also where all that was submitted is gone, or is said to have been taken back and was not: who has it on paper is told
/// of that.
const SUBMITTED: &str = "($3 = 1 or exists (select 1 from report_versions v where v.report_id = r.id and v.state <> 'withdrawn')
    or (select coalesce(sum(case e.action when 'periodic_report.submitted' then 1 when 'periodic_report.withdrawn' then -1
                                          else 0 end), 0)
        from audit_events e where e.subject = 'periodic_report' and e.subject_id = r.id) > 0)";

fn by_center_alone(by: &ReportReader) -> Flag {
    Flag::from(by.role == Role::SocialWorker)
}

/// One report.
///
/// # Errors
/// `NotFound` for one that the reader does not reach, and for a draft that is not the reader's to see.
pub async fn found(by: &ReportReader, conn: &mut Conn, id: PeriodicReportId) -> Result<PeriodicReport> {
    let sql = format!("select {COLUMNS} where r.id = $4 and {REACHED} and {SEEN}");
    sqlx::query_as(AssertSqlSafe(sql))
        .bind(by.account)
        .bind(by_center_alone(by))
        .bind(Flag::from(sees_drafts(by.role)))
        .bind(id)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// As [`found`], by the code that stands on paper, to prove what stands there.
///
/// # Errors
/// As [`found`].
pub async fn found_publicly(by: &ReportReader, conn: &mut Conn, public_id: &str) -> Result<PeriodicReport> {
    let sql = format!("select {COLUMNS} where r.public_id = $4 and {REACHED} and {SUBMITTED}");
    sqlx::query_as(AssertSqlSafe(sql))
        .bind(by.account)
        .bind(by_center_alone(by))
        .bind(Flag::from(sees_drafts(by.role)))
        .bind(public_id)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// One report as the command line reads it.
///
/// # Errors
/// `NotFound`.
pub async fn of_number(conn: &mut Conn, id: PeriodicReportId) -> Result<PeriodicReport> {
    let sql = format!("select {COLUMNS} where r.id = $1");
    sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// The reports that there are of agreements that the reader reaches, drafts too: that there is a draft, whoever waits for it may know.
pub async fn all(by: &ReportReader, conn: &mut Conn) -> Result<Vec<PeriodicReport>> {
    let sql = format!("select {COLUMNS} where {REACHED} order by r.agreement_id, r.starts_on, r.ends_on");
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(by.account).bind(by_center_alone(by)).fetch_all(conn).await?)
}

/// An agreement's reports, whoever asks.
pub(super) async fn of_agreement(conn: &mut Conn, agreement: AgreementId) -> Result<Vec<PeriodicReport>> {
    of_agreements(conn, &[agreement]).await
}

/// Those of several agreements, by their days.
pub(super) async fn of_agreements(conn: &mut Conn, agreements: &[AgreementId]) -> Result<Vec<PeriodicReport>> {
    let sql = format!("select {COLUMNS} where r.agreement_id {AMONG} order by r.starts_on, r.ends_on");
    let among = store::rows(agreements, |id| json!(id));
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(among).fetch_all(conn).await?)
}

/// The condition that something is among the numbers that are `$1`.
const AMONG: &str = "in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)";

const FRAME: &str = "select g.id, p.name as provider, u.name as purchaser,
        (select min(x.center_id) from agreement_centers x where x.agreement_id = g.id) as center_id,
        g.starts_on, g.ends_on, g.years_from,
        (select d.due_days from agreement_cycles d where d.agreement_id = g.id and d.cycle = 'month') as due_month,
        (select d.due_days from agreement_cycles d where d.agreement_id = g.id and d.cycle = 'quarter') as due_quarter,
        (select d.due_days from agreement_cycles d where d.agreement_id = g.id and d.cycle = 'half_year') as due_half_year,
        (select d.due_days from agreement_cycles d where d.agreement_id = g.id and d.cycle = 'year') as due_year
     from agreements g join providers p on p.id = g.provider_id join purchasers u on u.id = g.purchaser_id
     where exists (select 1 from agreement_centers x where x.agreement_id = g.id)";

/// The agreements that the reader reaches, the latest first.
pub async fn agreements(by: &ReportReader, conn: &mut Conn) -> Result<Vec<AgreementFrame>> {
    let sql = format!("{FRAME} and {REACHED} order by g.starts_on desc, g.id desc");
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(by.account).bind(by_center_alone(by)).fetch_all(conn).await?)
}

/// One of them.
///
/// # Errors
/// `NotFound` for one that the reader does not reach.
pub async fn agreement(by: &ReportReader, conn: &mut Conn, id: AgreementId) -> Result<AgreementFrame> {
    let sql = format!("{FRAME} and g.id = $3 and {REACHED}");
    sqlx::query_as(AssertSqlSafe(sql))
        .bind(by.account)
        .bind(by_center_alone(by))
        .bind(id)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// An agreement, whoever asks; none where it was taken back.
pub(super) async fn frame(conn: &mut Conn, id: AgreementId) -> Result<Option<AgreementFrame>> {
    let sql = format!("{FRAME} and g.id = $1");
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?)
}

/// Whether an agreement was not taken back.
pub(super) async fn stands(conn: &mut Conn, id: AgreementId) -> Result<bool> {
    let there: i64 = sqlx::query_scalar("select count(*) from agreements where id = $1 and voided_at is null")
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(there > 0)
}

/// Some agreements, whoever asks.
///
/// # Errors
/// As the database says.
pub async fn frames(conn: &mut Conn, ids: &[AgreementId]) -> Result<Vec<AgreementFrame>> {
    let sql = format!("{FRAME} and g.id {AMONG} order by g.starts_on desc, g.id desc");
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(store::rows(ids, |id| json!(id))).fetch_all(conn).await?)
}

/// What stands of the reports of exactly these days of these agreements, whoever asks.
///
/// # Errors
/// As the database says.
pub async fn standing_versions(conn: &mut Conn, asked: &[(AgreementId, Period)]) -> Result<Vec<StandingVersion>> {
    let days = |(agreement, days): &(AgreementId, Period)| json!({"agreement": agreement, "from": days.from, "to": days.last()});
    Ok(sqlx::query_as(
        "with asked (agreement_id, from_date, to_date) as (
             select cast(j.value ->> 'agreement' as bigint), j.value ->> 'from', j.value ->> 'to'
             from json_each(cast($1 as json_text)) j)
         select r.agreement_id, r.starts_on, r.ends_on, r.id as report_id, v.number, v.state, v.document
         from asked q
         join periodic_reports r on r.agreement_id = q.agreement_id and r.starts_on = q.from_date and r.ends_on = q.to_date
         join report_versions v on v.report_id = r.id
         where v.state in ($2, $3) order by v.number",
    )
    .bind(store::rows(asked, days))
    .bind(VersionState::Submitted)
    .bind(VersionState::Accepted)
    .fetch_all(conn)
    .await?)
}

/// All agreements that run, or ended from a day on, or have drafts.
pub(super) async fn running(conn: &mut Conn, from: Date) -> Result<Vec<AgreementFrame>> {
    let sql = format!(
        "{FRAME} and (g.ends_on >= $1 or exists (
             select 1 from periodic_reports r where r.agreement_id = g.id and r.state = 'draft')) order by g.id"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(from).fetch_all(conn).await?)
}

/// What is written in a draft: every chapter, in order.
pub async fn chapters(conn: &mut Conn, report: PeriodicReportId) -> Result<Vec<ChapterText>> {
    let found: Vec<(Chapter, String, i64)> =
        sqlx::query_as("select chapter, content, version from report_chapters where report_id = $1")
            .bind(report)
            .fetch_all(conn)
            .await?;
    let of = |chapter: Chapter| {
        let written = found.iter().find(|(of, _, _)| *of == chapter);
        let (content, version) =
            written.map_or((String::new(), 0), |(_, content, version)| (content.clone(), *version));
        ChapterText { chapter, content, version }
    };
    Ok(Chapter::ALL.iter().copied().map(of).collect())
}

/// A report's versions, the first first: those that the reader may know of.
pub async fn versions(by: &ReportReader, conn: &mut Conn, report: PeriodicReportId) -> Result<Vec<ReportVersion>> {
    let mut found = every_version(conn, report).await?;
    if !sees_drafts(by.role) {
        found.retain(|version| version.state != VersionState::Withdrawn);
    }
    Ok(found)
}

pub(super) async fn every_version(conn: &mut Conn, report: PeriodicReportId) -> Result<Vec<ReportVersion>> {
    Ok(sqlx::query_as(
        "select v.id, v.number, v.digest, v.state, v.submitted_at, s.name as submitted_by, v.answered_at,
                a.name as answered_by
         from report_versions v left join accounts s on s.id = v.submitted_by left join accounts a on a.id = v.answered_by
         where v.report_id = $1 order by v.number",
    )
    .bind(report)
    .fetch_all(conn)
    .await?)
}

/// One of a report's versions.
///
/// # Errors
/// `NotFound`, also for one that was taken back where the reader writes no reports.
pub async fn version(
    by: &ReportReader,
    conn: &mut Conn,
    report: PeriodicReportId,
    number: i64,
) -> Result<ReportVersion> {
    let found = versions(by, conn, report).await?;
    found.into_iter().find(|version| version.number == number).ok_or(Error::NotFound)
}

/// The canonical text of a version.
///
/// # Errors
/// `NotFound`.
pub(super) async fn document(conn: &mut Conn, version: ReportVersionId) -> Result<String> {
    Ok(sqlx::query_scalar("select document from report_versions where id = $1").bind(version).fetch_one(conn).await?)
}

/// What the audit keeps of a report's steps, the first first: the action, what stands beside it, and when.
pub(super) async fn audited(
    conn: &mut Conn,
    report: PeriodicReportId,
) -> Result<Vec<(String, Option<String>, Timestamp)>> {
    Ok(sqlx::query_as(
        "select action, detail, at from audit_events where subject = 'periodic_report' and subject_id = $1 order by id",
    )
    .bind(report)
    .fetch_all(conn)
    .await?)
}

/// The words of a version, by their place.
pub async fn texts(conn: &mut Conn, version: ReportVersionId) -> Result<BTreeMap<String, VersionText>> {
    let found: Vec<VersionText> = sqlx::query_as(
        "select place, content, salt, digest, redacted_at, redacted_why from report_version_texts where version_id = $1",
    )
    .bind(version)
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().map(|text| (text.place.clone(), text)).collect())
}

/// What the purchaser said of a version, the whole first, then chapter by chapter.
pub async fn comments(conn: &mut Conn, version: ReportVersionId) -> Result<Vec<ReportComment>> {
    let found: Vec<(String, String)> =
        sqlx::query_as("select chapter, words from report_comments where version_id = $1")
            .bind(version)
            .fetch_all(conn)
            .await?;
    let mut comments: Vec<ReportComment> =
        found.into_iter().map(|(chapter, words)| ReportComment { chapter: chapter.parse().ok(), words }).collect();
    comments.sort_by_key(|comment| comment.chapter);
    Ok(comments)
}

/// Whether the reader has confirmed that this version came.
pub async fn is_received(by: &ReportReader, conn: &mut Conn, report: PeriodicReportId, version: i64) -> Result<bool> {
    let found: i64 = sqlx::query_scalar(
        "select count(*) from report_receipts where report_id = $1 and version = $2 and account_id = $3",
    )
    .bind(report)
    .bind(version)
    .bind(by.account)
    .fetch_one(conn)
    .await?;
    Ok(found > 0)
}

/// Who else received a report: name, version and when.
pub async fn receipts(conn: &mut Conn, report: PeriodicReportId) -> Result<Vec<(String, i64, Timestamp)>> {
    Ok(sqlx::query_as(
        "select a.name, t.version, t.received_at from report_receipts t join accounts a on a.id = t.account_id
         where t.report_id = $1 order by t.received_at, a.id",
    )
    .bind(report)
    .fetch_all(conn)
    .await?)
}

/// That the purchaser accepted a report.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(super) struct ReportAcceptance {
    pub version: i64,
    pub accepted_at: Timestamp,
    /// How many versions of later reports found it accepted, and were not taken back.
    pub told_since: i64,
}

impl ReportAcceptance {
    /// # Errors
    /// Those of [`rules::may_undo_acceptance`].
    pub fn may_be_undone(self, now: Now) -> Result<(), Refusal> {
        let [accepted_on, today] = [self.accepted_at, now.0].map(|at| Zone::SHANGHAI.date(at));
        rules::may_undo_acceptance(accepted_on, today, self.told_since > 0)
    }
}

/// How a report was accepted, where it is.
pub(super) async fn acceptance(conn: &mut Conn, report: &PeriodicReport) -> Result<Option<ReportAcceptance>> {
    Ok(sqlx::query_as(
        "select v.number as version, v.answered_at as accepted_at,
                (select count(*) from report_version_earlier e join report_versions l on l.id = e.version_id
                 where e.report_id = r.id and l.state <> $3) as told_since
         from report_versions v join periodic_reports r on r.id = v.report_id
         where r.id = $1 and v.number = r.versions and v.state = $2 and v.answered_at is not null",
    )
    .bind(report.id)
    .bind(VersionState::Accepted)
    .bind(VersionState::Withdrawn)
    .fetch_optional(conn)
    .await?)
}

/// When the purchaser asked last for the report of some days, both included.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ReportReminder {
    pub agreement_id: AgreementId,
    pub starts_on: Date,
    pub ends_on: Date,
    pub reminded_at: Timestamp,
    pub purchaser: String,
}

/// The reminders of the agreements that the reader reaches which nothing answered yet, the latest first: for the provider's start page, and
/// for the table. What is submitted answers those before it, also where it is returned; taken back, it never came.
pub async fn reminders(by: &ReportReader, conn: &mut Conn) -> Result<Vec<ReportReminder>> {
    let sql = format!(
        "select m.agreement_id, m.starts_on, m.ends_on, max(m.reminded_at) as reminded_at, u.name as purchaser
         from report_reminders m join agreements g on g.id = m.agreement_id join purchasers u on u.id = g.purchaser_id
         where {REACHED} and g.voided_at is null and not exists (
             select 1 from periodic_reports r join report_versions v on v.report_id = r.id
             where r.agreement_id = m.agreement_id and r.starts_on = m.starts_on and r.ends_on = m.ends_on
               and v.submitted_at >= m.reminded_at and v.state <> 'withdrawn')
         group by m.agreement_id, m.starts_on, m.ends_on, u.name order by max(m.reminded_at) desc"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(by.account).bind(by_center_alone(by)).fetch_all(conn).await?)
}

/// The text of the same chapter in the last report before this one, to quote: what was submitted, or else what is in its draft. Of its own
/// agreement, and else of those that it follows.
pub async fn last_words(
    conn: &mut Conn,
    report: &PeriodicReport,
    followed: &[AgreementId],
) -> Result<BTreeMap<Chapter, String>> {
    let found: Vec<(Chapter, String)> = sqlx::query_as(AssertSqlSafe(format!(
        "select c.chapter, c.content from report_chapters c
         where c.content <> '' and c.report_id = (
             select r.id from periodic_reports r where r.agreement_id {AMONG} and r.ends_on < $2
               and exists (select 1 from report_chapters x where x.report_id = r.id and x.content <> '')
             order by case when r.agreement_id = $3 then 0 else 1 end, r.ends_on desc, r.starts_on desc limit 1)"
    )))
    .bind(store::rows(followed, |id| json!(id)))
    .bind(report.starts_on)
    .bind(report.agreement_id)
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().collect())
}

/// Days of an agreement, both included.
pub(super) type MarkedDays = (AgreementId, Date, Date);

/// The sum of the marks of an agreement's centers in the months of some days: while it is the same, what is counted of these days is.
pub(super) async fn marks(conn: &mut Conn, days: MarkedDays) -> Result<i64> {
    Ok(marks_of(conn, &[days]).await?.remove(&days).unwrap_or_default())
}

/// The same of several. A center's count for more by its number: another center in its place, changed as often, is seen.
pub(super) async fn marks_of(conn: &mut Conn, days: &[MarkedDays]) -> Result<BTreeMap<MarkedDays, i64>> {
    let months = |(agreement, from, to): &MarkedDays| {
        let [first, last] = [from, to].map(|day| Month::of(*day).to_string());
        json!({"agreement": agreement, "from": from, "to": to, "first": first, "last": last})
    };
    let found: Vec<(AgreementId, Date, Date, i64)> = sqlx::query_as(
        "with asked (agreement_id, from_date, to_date, first, last) as (
             select cast(j.value ->> 'agreement' as bigint), j.value ->> 'from', j.value ->> 'to', j.value ->> 'first', j.value ->> 'last'
             from json_each(cast($1 as json_text)) j)
         select q.agreement_id, q.from_date, q.to_date, (
             select cast(coalesce(sum(m.version * (m.center_id % 1000003 + 1000003)), 0) as bigint)
             from marks m join agreement_centers x on x.center_id = m.center_id
             where x.agreement_id = q.agreement_id and m.month >= q.first and m.month <= q.last)
         from asked q",
    )
    .bind(store::rows(days, months))
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().map(|(agreement, from, to, marks)| ((agreement, from, to), marks)).collect())
}

/// The centers of a report, each with its name and with the first and the last day on which the agreement covers it.
pub(super) async fn covered(conn: &mut Conn, report: &PeriodicReport) -> Result<Vec<(CenterId, String, Date, Date)>> {
    Ok(sqlx::query_as(
        "select c.id, c.name, x.starts_on, x.ends_on from agreement_centers x join centers c on c.id = x.center_id
         where x.agreement_id = $1 and x.starts_on <= $3 and x.ends_on >= $2 order by c.id, x.starts_on",
    )
    .bind(report.agreement_id)
    .bind(report.starts_on)
    .bind(report.ends_on)
    .fetch_all(conn)
    .await?)
}
