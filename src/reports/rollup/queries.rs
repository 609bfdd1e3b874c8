//! Where centers are, who runs and pays them, and whom they serve: a statement each, however many centers.

use serde_json::json;

use super::types::CenterPlace;
use crate::auth::{ReportReader, Viewer};
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::Result;
use crate::store::{self, Conn};

/// Every center of the city: what a scope has to hold to be whole.
pub async fn places(_: &ReportReader, conn: &mut Conn) -> Result<Vec<CenterPlace>> {
    Ok(sqlx::query_as(
        "select c.id as center_id, m.town, o.provider_id, p.name as provider
         from centers c join communities m on m.id = c.community_id
         left join operators o on o.center_id = c.id and o.ends_on is null
         left join providers p on p.id = o.provider_id
         order by m.number, c.id",
    )
    .fetch_all(conn)
    .await?)
}

/// The parties of an agreement over a center.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Parties {
    pub center_id: CenterId,
    pub provider: String,
    pub purchaser: String,
}

/// The agreements over some centers that hold on a day, as far as the reader is a party, or reads the centers anyway.
pub async fn parties(by: &Viewer, conn: &mut Conn, centers: &[CenterId], day: Date) -> Result<Vec<Parties>> {
    Ok(sqlx::query_as(
        "select x.center_id, p.name as provider, u.name as purchaser
         from agreement_centers x join agreements g on g.id = x.agreement_id
         join providers p on p.id = g.provider_id join purchasers u on u.id = g.purchaser_id
         where x.center_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
           and x.starts_on <= $2 and x.ends_on >= $2
           and not exists (select 1 from account_scopes s
                           where s.account_id = $3 and s.purchaser_id is not null and s.purchaser_id <> g.purchaser_id)
         order by x.center_id, g.id",
    )
    .bind(store::rows(centers, |center| json!(center)))
    .bind(day)
    .bind(by.account)
    .fetch_all(conn)
    .await?)
}

/// The communities that some centers serve on a day, by name.
pub async fn communities(conn: &mut Conn, centers: &[CenterId], day: Date) -> Result<Vec<(CenterId, String)>> {
    Ok(sqlx::query_as(
        "select s.center_id, m.name from center_communities s join communities m on m.id = s.community_id
         where s.center_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
           and (s.from_date is null or s.from_date <= $2) and (s.to_date is null or s.to_date >= $2)
         order by s.center_id, m.number, m.id",
    )
    .bind(store::rows(centers, |center| json!(center)))
    .bind(day)
    .fetch_all(conn)
    .await?)
}
