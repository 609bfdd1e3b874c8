//! What can be done to a center.

use super::population::SecondNumber;
use super::types::{Center, CenterId, CenterKind};
use crate::audit;
use crate::auth::CityAdmin;
use crate::clock::{Now, Zone};
use crate::error::Result;
use crate::store::Conn;

/// Gives a center its name and address, if they are others than it has.
pub async fn rename(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    name: &str,
    address: Option<&str>,
) -> Result<()> {
    let renamed = sqlx::query(
        "update centers set name = $1, address = $2 where id = $3 and (name, address) is distinct from ($1, $2)",
    )
    .bind(name)
    .bind(address)
    .bind(center.id())
    .execute(&mut *tx)
    .await?;
    if renamed.rows_affected() == 0 {
        return Ok(());
    }
    audit::record(tx, by, now, audit::entry("center.renamed", center.id().0).at(center.id())).await
}

/// Says what the second printed number of the center's own community counts, or that it is not known, if that is said
/// otherwise now. All reports count coverage by it, those of past months too: the paper was the same.
pub async fn say_second_number(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    counts: Option<SecondNumber>,
) -> Result<()> {
    let said = sqlx::query(
        "update populations set second_is = $1
         where community_id = (select community_id from centers where id = $2) and second_is is distinct from $1",
    )
    .bind(counts)
    .bind(center.id())
    .execute(&mut *tx)
    .await?;
    if said.rows_affected() == 0 {
        return Ok(());
    }
    let counts = counts.map_or("unknown", SecondNumber::code);
    let entry = audit::entry("center.population_said", center.id().0).at(center.id()).because(counts);
    audit::record(tx, by, now, entry).await
}

/// Where the first populations are printed, and the day of that paper.
const ANNEX: &str = "东府办〔2012〕65号 附件";
const ANNEX_OF: &str = "2012-05-14";

/// A community and the center that is planned for it, as the annex prints them.
pub(crate) struct Founding {
    pub(crate) number: i64,
    pub(crate) town: String,
    pub(crate) community: String,
    pub(crate) area_m2: i64,
    pub(crate) registered: i64,
    /// What the annex heads 外来人口.
    pub(crate) second: i64,
    pub(crate) planned_area_m2: i64,
}

/// Enters a community with its center, on the first start.
pub(crate) async fn found(tx: &mut Conn, now: Now, founding: &Founding) -> Result<CenterId> {
    let id: i64 = sqlx::query_scalar(
        "insert into communities (number, town, name, area_m2) values ($1, $2, $3, $4) returning id",
    )
    .bind(founding.number)
    .bind(&founding.town)
    .bind(&founding.community)
    .bind(founding.area_m2)
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query(
        "insert into populations (community_id, counted_on, source, registered, second) values ($1, $2, $3, $4, $5)",
    )
    .bind(id)
    .bind(ANNEX_OF)
    .bind(ANNEX)
    .bind(founding.registered)
    .bind(founding.second)
    .execute(&mut *tx)
    .await?;
    let center: CenterId = sqlx::query_scalar(
        "insert into centers (community_id, kind, name, zone, planned_area_m2, created_at)
         values ($1, $2, $3, $4, $5, $6) returning id",
    )
    .bind(id)
    .bind(CenterKind::Demonstration)
    .bind(format!("{}社区综合服务中心", founding.community))
    .bind(Zone::SHANGHAI)
    .bind(founding.planned_area_m2)
    .bind(now.0)
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query("insert into center_communities (center_id, community_id) values ($1, $2)")
        .bind(center)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(center)
}
