//! Adding a device, enrolling it, cutting it off.

use std::time::Duration;

use super::{DeviceId, queries};
use crate::audit::{self, Actor};
use crate::auth::{AccountId, Coordinator, accounts, logins};
use crate::centers::CenterId;
use crate::clock::{Now, Timestamp};
use crate::error::{Error, Result};
use crate::store::Conn;

/// How long a link is good: as long as it takes to walk to the tablet.
const LINK_LASTS: Duration = Duration::from_secs(10 * 60);

/// When a link made now ends.
pub(super) fn expires(now: Now) -> Timestamp {
    now.0.plus(LINK_LASTS)
}

/// Names a device and gives the secret of its link, which is shown to nobody again.
pub(super) async fn add(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: CenterId,
    name: &str,
) -> Result<(DeviceId, String)> {
    let secret = logins::new_short_secret();
    let id: DeviceId = sqlx::query_scalar(
        "insert into devices (center_id, name, link_hash, link_expires_at, added_at, added_by)
         values ($1, $2, $3, $4, $5, $6) returning id",
    )
    .bind(center)
    .bind(name)
    .bind(logins::hash(&secret))
    .bind(expires(now))
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await?;
    audit::record(tx, by, now, audit::entry("device.added", id.0).at(center).because(name)).await?;
    Ok((id, secret))
}

/// A device that was just enrolled, and the secret of its browser's login.
pub(super) struct Enrolled {
    pub center: CenterId,
    pub login: String,
}

#[derive(sqlx::FromRow)]
struct Claimed {
    id: DeviceId,
    center_id: CenterId,
    name: String,
    added_by: AccountId,
    added_by_name: String,
}

/// Makes the browser that holds `secret` the device: an account of the front-desk role in its center. Done in the name of
/// whoever made the link, for they decided it.
///
/// # Errors
/// `NotFound` for a link that is not good; the conditional update lets one of two simultaneous uses win.
pub(super) async fn enrol(now: Now, tx: &mut Conn, secret: &str) -> Result<Enrolled> {
    queries::offer(tx, now, secret).await?;
    let claimed: Option<Claimed> = sqlx::query_as(
        "update devices set enrolled_at = $1
         where link_hash = $2 and link_expires_at > $1 and enrolled_at is null and cut_off_at is null
         returning id, center_id, name, added_by, (select a.name from accounts a where a.id = added_by) as added_by_name",
    )
    .bind(now.0)
    .bind(logins::hash(secret))
    .fetch_optional(&mut *tx)
    .await?;
    let device = claimed.ok_or(Error::NotFound)?;
    let by = Actor::Account { id: device.added_by, name: device.added_by_name };
    let account = accounts::create_for_device(&by, now, tx, &device.name, device.center_id).await?;
    sqlx::query("update devices set account_id = $1 where id = $2")
        .bind(account)
        .bind(device.id)
        .execute(&mut *tx)
        .await?;
    let login = logins::open_for_device(tx, now, account, &device.name).await?;
    let entry = audit::entry("device.enrolled", device.id.0).at(device.center_id).because(&device.name);
    audit::record(tx, &by, now, entry).await?;
    Ok(Enrolled { center: device.center_id, login })
}

/// Ends the device's logins at once, or its link where nobody used it yet.
///
/// # Errors
/// `NotFound` for another center's device and for one that is cut off already.
pub(super) async fn cut_off(by: &Coordinator, now: Now, tx: &mut Conn, center: CenterId, id: DeviceId) -> Result<()> {
    let cut: Option<Option<AccountId>> = sqlx::query_scalar(
        "update devices set cut_off_at = $1, cut_off_by = $2
         where id = $3 and center_id = $4 and cut_off_at is null returning account_id",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(id)
    .bind(center)
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(account) = cut.ok_or(Error::NotFound)? {
        accounts::end_device(now, tx, account).await?;
    }
    audit::record(tx, by, now, audit::entry("device.cut_off", id.0).at(center)).await
}
