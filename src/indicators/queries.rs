//! Reading indicators and what was entered, always of agreements that the reader may know of ([`crate::agreements::terms`]).

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::types::{Indicator, IndicatorId, IndicatorValue, IndicatorValueId};
use crate::agreements::AgreementId;
use crate::agreements::terms::ReadAgreement;
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::{Error, Result};
use crate::ids::WorkerId;
use crate::store::{Conn, rows};
use crate::workers::WorkerKind;

const INDICATOR: &str =
    "select i.id, i.agreement_id, i.center_id, i.worker_id, p.name as worker, i.name, i.name_en, i.unit, i.target, i.span,
        i.place, i.measure, i.within, (select s.bit from subgroups s where i.within = 'subgroup:' || s.id) as subgroup_bit,
        i.version
     from indicators i left join workers w on w.id = i.worker_id left join people p on p.id = w.person_id
     where i.voided_at is null";

/// Those of these agreements, in their order.
pub async fn of(conn: &mut Conn, agreements: &[ReadAgreement]) -> Result<Vec<Indicator>> {
    let sql = format!(
        "{INDICATOR} and i.agreement_id in (
             select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         order by i.agreement_id, i.place, i.id"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(rows(agreements, |agreement| json!(agreement.id)))
        .fetch_all(conn)
        .await?)
}

/// One of an agreement.
///
/// # Errors
/// `NotFound` for another agreement's, and for one that was removed.
pub async fn find(conn: &mut Conn, agreement: AgreementId, id: IndicatorId) -> Result<Indicator> {
    let sql = format!("{INDICATOR} and i.id = $1 and i.agreement_id = $2");
    sqlx::query_as(AssertSqlSafe(sql)).bind(id).bind(agreement).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

const VALUE: &str =
    "select v.id, v.indicator_id, v.center_id, c.name as center, v.month, v.value, v.word, v.file_id, v.entered_at,
        a.name as entered_by, v.reason, v.replaced_at, r.name as removed_by, v.remove_reason
     from indicator_values v
     join centers c on c.id = v.center_id
     join accounts a on a.id = v.entered_by
     left join accounts r on r.id = v.removed_by
     join indicators i on i.id = v.indicator_id";

/// What stands of what was entered for these agreements, by month.
pub async fn values(conn: &mut Conn, agreements: &[ReadAgreement]) -> Result<Vec<IndicatorValue>> {
    let sql = format!(
        "{VALUE} where v.replaced_at is null and i.voided_at is null and i.agreement_id in (
             select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         order by v.indicator_id, v.month, v.center_id"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(rows(agreements, |agreement| json!(agreement.id)))
        .fetch_all(conn)
        .await?)
}

/// All that was entered for one, what was replaced or taken back too: the latest month first, and in it the latest entry.
pub async fn history(conn: &mut Conn, id: IndicatorId) -> Result<Vec<IndicatorValue>> {
    let sql = format!("{VALUE} where v.indicator_id = $1 order by v.month desc, v.center_id, v.id desc");
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_all(conn).await?)
}

/// One of those.
///
/// # Errors
/// `NotFound` for another indicator's.
pub async fn value(conn: &mut Conn, indicator: IndicatorId, id: IndicatorValueId) -> Result<IndicatorValue> {
    let sql = format!("{VALUE} where v.indicator_id = $1 and v.id = $2");
    sqlx::query_as(AssertSqlSafe(sql)).bind(indicator).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// Whether anything was ever entered for it, what was taken back too.
pub async fn has_values(conn: &mut Conn, id: IndicatorId) -> Result<bool> {
    let count: i64 = sqlx::query_scalar("select count(*) from indicator_values where indicator_id = $1")
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(count > 0)
}

/// A worker or a room of an agreement's centers, for choosing.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AgreedChoice {
    pub id: i64,
    pub name: String,
    pub center: String,
}

/// Who works in an agreement's centers, or did on some of its days.
pub async fn workers(conn: &mut Conn, agreement: AgreementId) -> Result<Vec<AgreedChoice>> {
    Ok(sqlx::query_as(
        "select w.id, p.name, c.name as center
         from agreement_centers x
         join centers c on c.id = x.center_id
         join workers w on w.center_id = x.center_id
         join people p on p.id = w.person_id
         where x.agreement_id = $1 and w.started_on <= x.ends_on and (w.ended_on is null or w.ended_on > x.starts_on)
         order by x.center_id, p.pinyin, w.id",
    )
    .bind(agreement)
    .fetch_all(conn)
    .await?)
}

/// A social worker of one of an agreement's centers.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct AgreedWorker {
    pub id: WorkerId,
    pub center_id: CenterId,
}

/// The social workers who are in an agreement's centers on `day` or come later, of the centers that are the agreement's then.
pub async fn social_workers(conn: &mut Conn, agreement: AgreementId, day: Date) -> Result<Vec<AgreedWorker>> {
    Ok(sqlx::query_as(
        "select w.id, w.center_id
         from agreement_centers x
         join workers w on w.center_id = x.center_id
         join people p on p.id = w.person_id
         where x.agreement_id = $1 and w.kind = $2 and x.ends_on >= $3 and w.started_on <= x.ends_on
           and (w.ended_on is null or w.ended_on > x.starts_on and w.ended_on > $3)
         order by x.center_id, p.pinyin, w.id",
    )
    .bind(agreement)
    .bind(WorkerKind::SocialWorker)
    .bind(day)
    .fetch_all(conn)
    .await?)
}

/// The rooms of an agreement's centers.
pub async fn rooms(conn: &mut Conn, agreement: AgreementId) -> Result<Vec<AgreedChoice>> {
    Ok(sqlx::query_as(
        "select r.id, r.name, c.name as center
         from agreement_centers x
         join centers c on c.id = x.center_id
         join rooms r on r.center_id = x.center_id
         where x.agreement_id = $1 order by x.center_id, r.id",
    )
    .bind(agreement)
    .fetch_all(conn)
    .await?)
}
