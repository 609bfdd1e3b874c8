//! Reading teams.

use super::TeamName;
use crate::auth::CityAdmin;
use crate::error::Result;
use crate::store::Conn;

/// Every team there is, for making a team leader's account.
pub async fn names(_: &CityAdmin, conn: &mut Conn) -> Result<Vec<TeamName>> {
    Ok(sqlx::query_as(
        "select t.id, t.name, c.name as center from teams t join centers c on c.id = t.center_id
         where t.disbanded_on is null order by c.id, t.name",
    )
    .fetch_all(conn)
    .await?)
}
