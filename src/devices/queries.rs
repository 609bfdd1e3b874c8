//! Reading devices.

use super::DeviceId;
use crate::auth::logins;
use crate::centers::{CenterHead, CenterId};
use crate::clock::{Now, Timestamp};
use crate::error::{Error, Result};
use crate::store::Conn;

/// A device as the center's list shows it.
#[derive(Debug, sqlx::FromRow)]
pub struct Device {
    pub id: DeviceId,
    pub name: String,
    pub added_by: String,
    pub link_expires_at: Timestamp,
    pub enrolled_at: Option<Timestamp>,
    pub seen_at: Option<Timestamp>,
    pub cut_off_at: Option<Timestamp>,
    pub cut_off_by: Option<String>,
}

/// The center's devices, those that work first; links that nobody used in time are left out.
pub async fn of_center(conn: &mut Conn, now: Now, center: CenterId) -> Result<Vec<Device>> {
    Ok(sqlx::query_as(
        "select d.id, d.name, a.name as added_by, d.link_expires_at, d.enrolled_at,
                (select max(l.seen_at) from logins l where l.account_id = d.account_id) as seen_at,
                d.cut_off_at, c.name as cut_off_by
         from devices d
         join accounts a on a.id = d.added_by
         left join accounts c on c.id = d.cut_off_by
         where d.center_id = $1 and (d.enrolled_at is not null or (d.link_expires_at > $2 and d.cut_off_at is null))
         order by case when d.cut_off_at is null then 0 else 1 end, d.id desc",
    )
    .bind(center)
    .bind(now.0)
    .fetch_all(conn)
    .await?)
}

/// What a link enrols: the name somebody gave, at which center.
#[derive(Debug, sqlx::FromRow)]
pub struct Offer {
    #[sqlx(flatten)]
    pub center: CenterHead,
    pub device: String,
}

/// The offer behind a link that is good now: unused, in time, and made by somebody who still works in the center.
///
/// # Errors
/// `NotFound` for any other link.
pub async fn offer(conn: &mut Conn, now: Now, secret: &str) -> Result<Offer> {
    sqlx::query_as(
        "select c.id, c.name, d.name as device
         from devices d
         join centers c on c.id = d.center_id
         join accounts a on a.id = d.added_by and a.disabled_at is null
         where d.link_hash = $1 and d.link_expires_at > $2 and d.enrolled_at is null and d.cut_off_at is null
           and exists (select 1 from account_centers r where r.account_id = a.id and r.center_id = c.id)",
    )
    .bind(logins::hash(secret))
    .bind(now.0)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)
}
