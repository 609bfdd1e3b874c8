//! What can be done to a center.

use super::Center;
use crate::audit;
use crate::auth::CityAdmin;
use crate::clock::Now;
use crate::error::Result;
use crate::store::Conn;

/// Gives a center its name and address.
pub async fn rename(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    name: &str,
    address: Option<&str>,
) -> Result<()> {
    sqlx::query("update centers set name = $1, address = $2 where id = $3")
        .bind(name)
        .bind(address)
        .bind(center.id())
        .execute(&mut *tx)
        .await?;
    audit::record(tx, by, now, audit::entry("center.renamed", center.id().0).at(center.id())).await
}
