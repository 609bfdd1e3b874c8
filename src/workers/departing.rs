//! When another provider takes a center over, the former one's staff go with it. Whoever is employed by somebody else by then stays:
//! by another firm, or by the new provider, which their record was told before.

use serde_json::json;

use super::types::{Qualification, WorkerId, WorkerKind};
use crate::auth::accounts;
use crate::centers::CenterId;
use crate::clock::{Date, Now};
use crate::error::Result;
use crate::ids::{AccountId, ProviderId};
use crate::store::{Conn, Flag, rows};
use crate::{audit, locks};

/// Somebody of a center on the day on which another provider takes it over.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct DepartingWorker {
    pub id: WorkerId,
    pub name: String,
    pub kind: WorkerKind,
    pub qualification: Option<Qualification>,
    pub account_id: Option<AccountId>,
    pub started_on: Date,
    pub ended_on: Option<Date>,
    /// Employed by somebody else on that day.
    pub stays: Flag,
}

/// The condition under which worker `w` is employed on day `$2` by somebody else than provider `$3`.
pub const EMPLOYED_ELSEWHERE: &str = "exists (
        select 1 from employments e
        where e.id = (select x.id from employments x
                      where x.worker_id = w.id and x.voided_at is null and x.started_on <= $2
                      order by x.started_on desc, x.id desc limit 1)
          and (e.employer is not null or e.provider_id <> $3))";

/// Who was there before the day, and whether they stay: of a day to come or gone by.
pub async fn departing(
    conn: &mut Conn,
    center: CenterId,
    (former, day): (ProviderId, Date),
) -> Result<Vec<DepartingWorker>> {
    let sql = format!(
        "select w.id, p.name, w.kind, w.qualification, w.account_id, w.started_on, w.ended_on,
                case when {EMPLOYED_ELSEWHERE} then 1 else 0 end as stays
         from workers w join people p on p.id = w.person_id
         where w.center_id = $1 and w.started_on < $2 and (w.ended_on is null or w.ended_on >= $2)
         order by w.kind desc, p.pinyin, w.id"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(day).bind(former).fetch_all(conn).await?)
}

/// Ends, from the day on which `new` took the center over, the time of all who came with `former` and do not stay; who stays signs in
/// as before. What they led keeps their name, and is listed as led by nobody yet.
pub async fn depart(
    by: &impl audit::Acting,
    now: Now,
    tx: &mut Conn,
    center: CenterId,
    (former, new): (ProviderId, ProviderId),
    day: Date,
) -> Result<()> {
    let there = departing(tx, center, (former, day)).await?;
    locks::workers(tx, there.iter().map(|one| one.id)).await?;
    let (staying, mut leaving): (Vec<_>, Vec<_>) = there.into_iter().partition(|one| one.stays.is_set());
    // Where the center went to yet another provider on that day, they have left.
    leaving.retain(|one| one.ended_on != Some(day));
    sqlx::query(
        "update workers set ended_on = $2, version = version + 1
         where id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(&leaving, |one| json!(one.id)))
    .bind(day)
    .execute(&mut *tx)
    .await?;
    for account in staying.iter().filter_map(|one| one.account_id) {
        accounts::hold_for(tx, account, center, new).await?;
    }
    let told: Vec<_> =
        leaving.iter().map(|one| audit::entry("worker.left_with_provider", one.id.0).at(center)).collect();
    audit::record_all(tx, by, now, &told).await
}
