//! Reading organizations and agreements.

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::types::{
    AgreedCenter, AgreedPosts, Agreement, AgreementDocument, AgreementDocumentId, AgreementId, AgreementRecord,
    AgreementText, AgreementVersion, DueCycle, Organization, Payer, ProviderId, PurchaserId, YearsFrom,
};
use crate::auth::{CityAdmin, ReportReader, Viewer};
use crate::centers::CenterId;
use crate::clock::{Date, Timestamp};
use crate::error::{Error, Result};
use crate::files::FileId;
use crate::store::{Conn, rows};

pub async fn providers(_: &CityAdmin, conn: &mut Conn) -> Result<Vec<Organization>> {
    Ok(sqlx::query_as("select id, name, contact from providers order by name").fetch_all(conn).await?)
}

pub async fn purchasers(_: &CityAdmin, conn: &mut Conn) -> Result<Vec<Organization>> {
    Ok(sqlx::query_as("select id, name, contact from purchasers order by name").fetch_all(conn).await?)
}

/// # Errors
/// `NotFound` where there is none.
pub async fn provider(_: &CityAdmin, conn: &mut Conn, id: ProviderId) -> Result<Organization> {
    Ok(sqlx::query_as("select id, name, contact from providers where id = $1").bind(id).fetch_one(conn).await?)
}

/// # Errors
/// `NotFound` where there is none.
pub async fn purchaser(_: &CityAdmin, conn: &mut Conn, id: PurchaserId) -> Result<Organization> {
    Ok(sqlx::query_as("select id, name, contact from purchasers where id = $1").bind(id).fetch_one(conn).await?)
}

/// Whether there is such a provider, and such a purchaser.
pub(super) async fn are_there(conn: &mut Conn, provider: ProviderId, purchaser: PurchaserId) -> Result<(bool, bool)> {
    let (providers, purchasers): (i64, i64) = sqlx::query_as(
        "select (select count(*) from providers where id = $1), (select count(*) from purchasers where id = $2)",
    )
    .bind(provider)
    .bind(purchaser)
    .fetch_one(conn)
    .await?;
    Ok((providers > 0, purchasers > 0))
}

/// Whether the reader `$1` may open the page of the agreement `g`: who runs the city, its parties, and who has the town or one of its
/// centers in their care. A provider that took a center over does not read what was agreed with the one before.
const OPENS: &str = "exists (
        select 1 from account_scopes s
        where s.account_id = $1
          and (s.city = 1 or s.provider_id = g.provider_id or s.purchaser_id = g.purchaser_id
               or ((s.town is not null or s.center_id is not null)
                   and (s.held_for_id is null or s.held_for_id = g.provider_id) and exists (
                   select 1 from account_centers r join agreement_centers y on y.center_id = r.center_id
                   where r.account_id = s.account_id and y.agreement_id = g.id))))";

/// One row for each center of each agreement. What was taken back has no center, and stands in no list.
fn select() -> String {
    format!(
        "select g.id, g.number, p.name as provider, u.name as purchaser, c.id as center_id, c.name as center,
                x.starts_on, x.ends_on, cast(case when {OPENS} then 1 else 0 end as bigint) as opens
         from agreements g join providers p on p.id = g.provider_id join purchasers u on u.id = g.purchaser_id
         join agreement_centers x on x.agreement_id = g.id join centers c on c.id = x.center_id"
    )
}

/// Every agreement, in each of its centers, the latest first.
pub async fn all(by: &CityAdmin, conn: &mut Conn) -> Result<Vec<Agreement>> {
    let sql = format!("{} order by x.starts_on desc, g.id desc, c.id", select());
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(by.account).fetch_all(conn).await?)
}

/// The condition under which account `$2` knows of agreement `g`: it is a party, its department is named, or it reads the center
/// anyway.
pub(super) const KNOWN: &str = "not exists (
        select 1 from account_scopes s
        where s.account_id = $2
          and (s.purchaser_id is not null and s.purchaser_id <> g.purchaser_id
               or s.provider_id is not null and s.provider_id <> g.provider_id
               or s.department_id is not null and not exists (
                   select 1 from agreement_departments d
                   where d.agreement_id = g.id and d.department_id = s.department_id and d.removed_at is null)))";

/// A center's agreements as far as the viewer is a party or is named, or reads the center anyway.
pub async fn of_center(by: &Viewer, conn: &mut Conn, center: CenterId) -> Result<Vec<Agreement>> {
    let sql = format!(
        "{}
         where c.id = $3
           and exists (select 1 from account_reports r where r.center_id = c.id and r.account_id = $1)
           and {KNOWN}
         order by x.starts_on desc, g.id desc",
        select()
    );
    // The account stands in two conditions, each with a place of its own for it.
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(by.account).bind(by.account).bind(center).fetch_all(conn).await?)
}

/// The agreements whose pages the reader opens, the latest first; what was taken back is left out.
///
/// # Errors
/// As the database says.
pub async fn open_to_all(by: &ReportReader, conn: &mut Conn) -> Result<Vec<AgreementRecord>> {
    let sql = format!("{RECORD} where g.voided_at is null and {OPENS} order by g.starts_on desc, g.id desc");
    let heads: Vec<AgreementHead> = sqlx::query_as(AssertSqlSafe(sql)).bind(by.account).fetch_all(&mut *conn).await?;
    with_parts(conn, heads).await
}

/// One agreement, if its page is for the reader. One that was taken back is the city administrator's alone.
///
/// # Errors
/// `NotFound` where it is not.
pub async fn open_to(by: &Viewer, conn: &mut Conn, id: AgreementId) -> Result<AgreementRecord> {
    let sql = format!("{RECORD} where g.id = $2 and {OPENS}");
    let heads: Vec<AgreementHead> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(by.account).bind(id).fetch_all(&mut *conn).await?;
    let record = with_parts(conn, heads).await?.pop().ok_or(Error::NotFound)?;
    if record.is_voided() && !CityAdmin::includes(by.role) { Err(Error::NotFound) } else { Ok(record) }
}

/// An agreement that may be changed: it was not taken back.
///
/// # Errors
/// `NotFound` where there is none.
pub(super) async fn standing(_: &CityAdmin, conn: &mut Conn, id: AgreementId) -> Result<AgreementRecord> {
    let sql = format!("{RECORD} where g.id = $1 and g.voided_at is null");
    let heads: Vec<AgreementHead> = sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_all(&mut *conn).await?;
    with_parts(conn, heads).await?.pop().ok_or(Error::NotFound)
}

const RECORD: &str = "select g.id, g.number, g.provider_id, p.name as provider, g.purchaser_id, u.name as purchaser, g.starts_on,
        g.ends_on, g.services, g.amount_fen, g.payment, g.years_from, g.agreed_to, g.ended_at, g.end_reason, g.voided_at,
        g.void_reason, (select count(*) from agreement_versions v where v.agreement_id = g.id) + 1 as version
     from agreements g join providers p on p.id = g.provider_id join purchasers u on u.id = g.purchaser_id";

/// An agreement without what there are several of.
#[derive(sqlx::FromRow)]
struct AgreementHead {
    id: AgreementId,
    number: Option<String>,
    provider_id: ProviderId,
    provider: String,
    purchaser_id: PurchaserId,
    purchaser: String,
    starts_on: Date,
    ends_on: Date,
    services: Option<String>,
    amount_fen: Option<i64>,
    payment: Option<String>,
    years_from: YearsFrom,
    agreed_to: Option<Date>,
    ended_at: Option<Timestamp>,
    end_reason: Option<String>,
    voided_at: Option<Timestamp>,
    void_reason: Option<String>,
    version: i64,
}

impl AgreementHead {
    fn with(self, centers: Vec<AgreedCenter>, mut cycles: Vec<DueCycle>) -> AgreementRecord {
        cycles.sort_by_key(|one| one.cycle);
        AgreementRecord {
            id: self.id,
            text: AgreementText {
                number: self.number,
                provider_id: self.provider_id,
                provider: self.provider,
                purchaser_id: self.purchaser_id,
                purchaser: self.purchaser,
                starts_on: self.starts_on,
                ends_on: self.ends_on,
                centers,
                services: self.services,
                amount_fen: self.amount_fen,
                payment: self.payment,
                years_from: self.years_from,
                cycles,
            },
            agreed_to: self.agreed_to,
            ended_at: self.ended_at,
            end_reason: self.end_reason,
            voided_at: self.voided_at,
            void_reason: self.void_reason,
            version: self.version,
        }
    }
}

#[derive(sqlx::FromRow)]
struct CenterOf {
    agreement_id: AgreementId,
    #[sqlx(flatten)]
    center: AgreedCenter,
}

#[derive(sqlx::FromRow)]
struct CycleOf {
    agreement_id: AgreementId,
    #[sqlx(flatten)]
    due: DueCycle,
}

/// The agreements with their centers and the periods of their reports: two statements, however many there are.
async fn with_parts(conn: &mut Conn, heads: Vec<AgreementHead>) -> Result<Vec<AgreementRecord>> {
    const THESE: &str = "(select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)";
    let ids = rows(&heads, |head| json!(head.id));
    let sql = format!(
        "select x.agreement_id, x.center_id, c.name as center, x.starts_on, x.ends_on
         from agreement_centers x join centers c on c.id = x.center_id where x.agreement_id in {THESE} order by x.center_id"
    );
    let found: Vec<CenterOf> = sqlx::query_as(AssertSqlSafe(sql)).bind(&ids).fetch_all(&mut *conn).await?;
    let mut centers: BTreeMap<AgreementId, Vec<AgreedCenter>> = BTreeMap::new();
    for one in found {
        centers.entry(one.agreement_id).or_default().push(one.center);
    }
    let sql = format!("select agreement_id, cycle, due_days from agreement_cycles where agreement_id in {THESE}");
    let found: Vec<CycleOf> = sqlx::query_as(AssertSqlSafe(sql)).bind(&ids).fetch_all(conn).await?;
    let mut cycles: BTreeMap<AgreementId, Vec<DueCycle>> = BTreeMap::new();
    for one in found {
        cycles.entry(one.agreement_id).or_default().push(one.due);
    }
    let whole = |head: AgreementHead| {
        let (centers, cycles) = (centers.remove(&head.id), cycles.remove(&head.id));
        head.with(centers.unwrap_or_default(), cycles.unwrap_or_default())
    };
    Ok(heads.into_iter().map(whole).collect())
}

#[derive(sqlx::FromRow)]
struct AgreementVersionRow {
    number: i64,
    was: String,
    changed_at: Timestamp,
    changed_by: String,
    reason: Option<String>,
}

/// What an agreement said before, the first of it first.
///
/// # Errors
/// `Internal` where a version is not as it was kept.
pub async fn versions(conn: &mut Conn, id: AgreementId) -> Result<Vec<AgreementVersion>> {
    let found: Vec<AgreementVersionRow> = sqlx::query_as(
        "select v.number, v.was, v.changed_at, m.name as changed_by, v.reason
         from agreement_versions v join accounts m on m.id = v.changed_by where v.agreement_id = $1 order by v.number",
    )
    .bind(id)
    .fetch_all(conn)
    .await?;
    found
        .into_iter()
        .map(|row| {
            let was = serde_json::from_str(&row.was).map_err(Error::internal)?;
            let AgreementVersionRow { number, changed_at, changed_by, reason, .. } = row;
            Ok(AgreementVersion { number, was, changed_at, changed_by, reason })
        })
        .collect()
}

/// An agreement's papers, those too that were removed, the first of them first.
pub async fn documents(conn: &mut Conn, id: AgreementId) -> Result<Vec<AgreementDocument>> {
    Ok(sqlx::query_as(
        "select d.id, d.title, d.file_id, d.added_at, m.name as added_by, d.removed_at, r.name as removed_by, d.remove_reason
         from agreement_documents d join accounts m on m.id = d.added_by left join accounts r on r.id = d.removed_by
         where d.agreement_id = $1 order by d.id",
    )
    .bind(id)
    .fetch_all(conn)
    .await?)
}

/// The file of a paper.
///
/// # Errors
/// `NotFound` for another agreement's, and for one that was removed.
pub async fn document(conn: &mut Conn, id: AgreementId, document: AgreementDocumentId) -> Result<FileId> {
    let file: Option<FileId> =
        sqlx::query_scalar("select file_id from agreement_documents where agreement_id = $1 and id = $2")
            .bind(id)
            .bind(document)
            .fetch_one(conn)
            .await?;
    file.ok_or(Error::NotFound)
}

/// How many posts an agreement defines today in each of its centers, and how many of them are filled.
pub async fn posts(conn: &mut Conn, id: AgreementId, today: Date) -> Result<Vec<AgreedPosts>> {
    Ok(sqlx::query_as(
        "select o.center_id, count(*) as defined, cast(sum(case when exists (
                    select 1 from post_fillings f join workers w on w.id = f.worker_id
                    where f.post_id = o.id and f.voided_at is null and f.started_on <= $2
                      and (f.ended_on is null or f.ended_on > $2) and (w.ended_on is null or w.ended_on > $2))
                then 1 else 0 end) as bigint) as filled
         from posts o join agreement_centers x on x.agreement_id = o.agreement_id and x.center_id = o.center_id
         where o.agreement_id = $1 and o.opened_on <= $2 and (o.ended_on is null or o.ended_on > $2) and x.ends_on >= $2
         group by o.center_id order by o.center_id",
    )
    .bind(id)
    .bind(today)
    .fetch_all(conn)
    .await?)
}

/// The agreements of a center that run on the day or later: what it does from then on may be charged to one of them.
pub async fn payers(conn: &mut Conn, center: CenterId, day: Date) -> Result<Vec<Payer>> {
    Ok(sqlx::query_as(
        "select g.id, g.number, u.name as purchaser, x.starts_on, x.ends_on
         from agreement_centers x join agreements g on g.id = x.agreement_id join purchasers u on u.id = g.purchaser_id
         where x.center_id = $1 and x.ends_on >= $2 order by x.starts_on, g.id",
    )
    .bind(center)
    .bind(day)
    .fetch_all(conn)
    .await?)
}
