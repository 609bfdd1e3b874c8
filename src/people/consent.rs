//! What a consent that was refused or taken back stops here. The answers stand above, in `consents`; what follows from them is read from
//! its view, in the transaction that writes.

use super::types::PersonId;
use crate::centers::CenterId;
use crate::error::{Error, Result};
use crate::store::Conn;

/// The condition, over person `p` and enrolment `e`, that the center may keep a service record of them.
pub(super) const SERVED: &str =
    "not exists (select 1 from service_stopped x where x.person_id = p.id and x.center_id = e.center_id)";

/// The condition, over person `p` and enrolment `e`, that nobody in the center has asked them yet.
pub(super) const UNASKED: &str =
    "not exists (select 1 from service_asked x where x.person_id = p.id and x.center_id = e.center_id)";

/// Whether the person told the center to keep no service record of them.
pub async fn is_stopped(conn: &mut Conn, person: PersonId, center: CenterId) -> Result<bool> {
    let stopped: i64 =
        sqlx::query_scalar("select count(*) from service_stopped where person_id = $1 and center_id = $2")
            .bind(person)
            .bind(center)
            .fetch_one(conn)
            .await?;
    Ok(stopped > 0)
}

/// Nothing more is written into the service record of somebody who wants none. Their row is held, so no answer comes in between.
///
/// # Errors
/// `Refused("service_stopped")`.
pub(super) async fn refuse_stopped(tx: &mut Conn, person: PersonId, center: CenterId) -> Result<()> {
    if is_stopped(tx, person, center).await? { Err(Error::refused("service_stopped")) } else { Ok(()) }
}
