//! An agreement as those may know of it who read its figures: its parties, its days, its centers.

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::types::{AgreementId, ProviderId, PurchaserId};
use crate::auth::Viewer;
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::{Error, Result};
use crate::store::{Conn, Flag, rows};

/// An agreement that a reader may know of. Both dates are included.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ReadAgreement {
    pub id: AgreementId,
    pub provider_id: ProviderId,
    pub purchaser_id: PurchaserId,
    pub provider: String,
    pub purchaser: String,
    pub starts_on: Date,
    pub ends_on: Date,
}

/// A center of an agreement, and its days in it, both included.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ReadCenter {
    pub agreement_id: AgreementId,
    pub center_id: CenterId,
    pub center: String,
    pub starts_on: Date,
    pub ends_on: Date,
    /// Whether the reader reads this center's part: as a party, or because the center is theirs.
    pub is_read: Flag,
}

/// The condition under which the scope `s` is that of a party of agreement `g`, or of a department that it names.
const PARTY: &str = "(s.provider_id = g.provider_id or s.purchaser_id = g.purchaser_id
    or exists (select 1 from agreement_departments d
               where d.agreement_id = g.id and d.department_id = s.department_id and d.removed_at is null))";

/// The reader's centers, looked for once and not for each agreement.
const REACHED: &str = "reached as materialized (
    select center_id, starts_on, ends_on from account_centers where account_id = $1)";

/// The agreements that the reader may know of, the latest first: a party or a department that is named its own, everybody else those of the centers that they reach. With
/// `id`, that one alone; with `since`, those alone that had not ended before that day; with `at`, those of that center.
pub async fn readable(
    by: &Viewer,
    conn: &mut Conn,
    id: Option<AgreementId>,
    (since, at): (Option<Date>, Option<CenterId>),
) -> Result<Vec<ReadAgreement>> {
    let sql = format!(
        "with {REACHED}
         select g.id, g.provider_id, g.purchaser_id, p.name as provider, u.name as purchaser, g.starts_on, g.ends_on
         from agreements g join providers p on p.id = g.provider_id join purchasers u on u.id = g.purchaser_id
         where g.voided_at is null and ($2 is null or g.id = $2) and ($3 is null or g.ends_on >= $3)
           and ($4 is null or exists (select 1 from agreement_centers y where y.agreement_id = g.id and y.center_id = $4))
           and (exists (select 1 from account_scopes s
                        where s.account_id = $1 and {PARTY})
                or (not exists (select 1 from account_scopes s
                                where s.account_id = $1
                                  and (s.provider_id is not null or s.purchaser_id is not null or s.department_id is not null
                                       or s.held_for_id is not null and s.held_for_id <> g.provider_id))
                    and exists (select 1 from agreement_centers x
                                join reached r on r.center_id = x.center_id
                                where x.agreement_id = g.id and r.starts_on <= x.ends_on and r.ends_on >= x.starts_on)))
         order by g.starts_on desc, g.id desc"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(by.account).bind(id).bind(since).bind(at).fetch_all(conn).await?)
}

/// One agreement that the reader may know of.
///
/// # Errors
/// `NotFound` for all others.
pub async fn read_one(by: &Viewer, conn: &mut Conn, id: AgreementId) -> Result<ReadAgreement> {
    readable(by, conn, Some(id), (None, None)).await?.pop().ok_or(Error::NotFound)
}

/// The centers of these agreements, which the reader may know of.
pub async fn centers(by: &Viewer, conn: &mut Conn, agreements: &[ReadAgreement]) -> Result<Vec<ReadCenter>> {
    let sql = format!(
        "with {REACHED}
         select x.agreement_id, x.center_id, c.name as center, x.starts_on, x.ends_on,
                case when exists (select 1 from account_scopes s
                                  where s.account_id = $1 and {PARTY})
                       or exists (select 1 from reached r
                                  where r.center_id = x.center_id
                                    and not exists (select 1 from account_scopes o
                                                    where o.account_id = $1 and o.held_for_id is not null
                                                      and o.held_for_id <> g.provider_id))
                     then 1 else 0 end as is_read
         from agreement_centers x
         join agreements g on g.id = x.agreement_id
         join centers c on c.id = x.center_id
         where g.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($2 as json_text)) j)
         order by x.agreement_id, x.center_id"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(by.account)
        .bind(rows(agreements, |agreement| json!(agreement.id)))
        .fetch_all(conn)
        .await?)
}
