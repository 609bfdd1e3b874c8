//! Who runs a center: the provider of the agreement that covers the day, and after that whoever was last.

use serde_json::json;

use super::types::{AgreementId, ProviderId};
use crate::auth::accounts;
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::Result;
use crate::store::{self, Conn};

/// Takes centers from a provider that had them since this agreement was concluded and by no other agreement, and gives them to whom
/// they were before.
pub(super) async fn give_back(
    tx: &mut Conn,
    id: AgreementId,
    provider: ProviderId,
    centers: &[CenterId],
) -> Result<()> {
    let first: Date =
        sqlx::query_scalar("select starts_on from agreements where id = $1").bind(id).fetch_one(&mut *tx).await?;
    let found: Vec<(i64, CenterId)> = sqlx::query_as(
        "select o.id, o.center_id from operators o
         where o.provider_id = $2 and o.ends_on is null and o.starts_on >= $3
           and o.center_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
           and not exists (select 1 from agreement_centers g join agreements a on a.id = g.agreement_id
                           where g.center_id = o.center_id and a.provider_id = o.provider_id and g.ends_on >= o.starts_on
                             and g.starts_on <= o.starts_on)",
    )
    .bind(store::rows(centers, |center| json!(center)))
    .bind(provider)
    .bind(first)
    .fetch_all(&mut *tx)
    .await?;
    let ids = store::rows(&found, |(operator, _)| json!(operator));
    sqlx::query(
        "delete from operators
         where id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(ids)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "update operators set ends_on = null
         where id in (
             select max(p.id) from operators p
             where p.center_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
             group by p.center_id)",
    )
    .bind(store::rows(&found, |(_, center)| json!(center)))
    .execute(tx)
    .await?;
    Ok(())
}

/// A provider whose center another's agreement covers by now.
#[derive(sqlx::FromRow)]
struct FormerOperator {
    id: i64,
    starts_on: Date,
    /// The other's first day.
    next_on: Date,
    /// The first day of its own agreements, where nobody had the center before.
    agreed_from: Option<Date>,
}

impl FormerOperator {
    /// Its days, both included; none where it had none, for it was entered by mistake. The first of a center is its operator from the day on
    /// which it was entered; where the next was known late that is after its last, and it had the center from its agreement's first day on.
    fn days(&self) -> Option<(Date, Date)> {
        let last = self.next_on.minus_days(1);
        let first = if self.starts_on <= last { Some(self.starts_on) } else { self.agreed_from };
        first.filter(|first| *first <= last).map(|first| (first, last))
    }
}

/// Gives each center to the provider whose agreement covers `today`, from the agreement's first day on. Without one it stays with
/// whom it is. Run when an agreement is concluded, and by the server every hour: agreements begin at midnight without anybody's doing.
/// What a change means for the people of the former provider, `changeovers` settles.
pub async fn hand_over(tx: &mut Conn, today: Date) -> Result<()> {
    accounts::hold_for_operators(tx).await?;
    let former: Vec<FormerOperator> = sqlx::query_as(
        "select o.id, o.starts_on, max(g.starts_on) as next_on,
                (select min(x.starts_on) from agreement_centers x join agreements b on b.id = x.agreement_id
                 where x.center_id = o.center_id and b.provider_id = o.provider_id
                   and not exists (select 1 from operators p where p.center_id = o.center_id and p.id <> o.id)) as agreed_from
         from operators o join agreement_centers g on g.center_id = o.center_id and g.starts_on <= $1 and g.ends_on >= $1
         join agreements a on a.id = g.agreement_id
         where o.ends_on is null
         group by o.id, o.starts_on, o.center_id, o.provider_id
         having max(case when a.provider_id = o.provider_id then 1 else 0 end) = 0",
    )
    .bind(today)
    .fetch_all(&mut *tx)
    .await?;
    let ended = former.iter().filter_map(|one| Some((one.id, one.days()?)));
    sqlx::query(
        "update operators set starts_on = j.value ->> 'from', ends_on = j.value ->> 'until' from json_each(cast($1 as json_text)) j
         where operators.id = cast(j.value ->> 'id' as bigint) and operators.ends_on is null",
    )
    .bind(store::rows(ended, |(id, (from, until))| json!({"id": id, "from": from, "until": until})))
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "delete from operators
         where id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(store::rows(former.iter().filter(|one| one.days().is_none()), |one| json!(one.id)))
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "insert into operators (center_id, provider_id, starts_on)
         select g.center_id, max(a.provider_id),
                case when exists (select 1 from operators b where b.center_id = g.center_id)
                     then max(g.starts_on) else cast($1 as text) end
         from agreement_centers g join agreements a on a.id = g.agreement_id
         where g.starts_on <= $1 and g.ends_on >= $1
           and not exists (select 1 from operators o where o.center_id = g.center_id and o.ends_on is null)
         group by g.center_id",
    )
    .bind(today)
    .execute(&mut *tx)
    .await?;
    accounts::hold_for_operators(tx).await
}
