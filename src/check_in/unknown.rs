//! Somebody whom the center does not know yet: with a name and no phone, or from another center.

use crate::audit::{self, Acting};
use crate::centers::CenterId;
use crate::clock::Now;
use crate::error::Result;
use crate::people::{PersonId, pinyin};
use crate::store::Conn;

/// Registers somebody who gives a name and nothing else, always as a new person: a name alone tells nobody apart.
pub(super) async fn register_by_name(
    by: &impl Acting,
    now: Now,
    tx: &mut Conn,
    center: CenterId,
    name: &str,
) -> Result<PersonId> {
    let (full, initials) = pinyin::of(name);
    let id: PersonId = sqlx::query_scalar(
        "insert into people (name, pinyin, initials, created_at, updated_at) values ($1, $2, $3, $4, $4) returning id",
    )
    .bind(name)
    .bind(full)
    .bind(initials)
    .bind(now.0)
    .fetch_one(&mut *tx)
    .await?;
    enrol(now, tx, center, id).await?;
    audit::record(tx, by, now, audit::entry("person.registered", id.0).at(center)).await?;
    Ok(id)
}

/// Makes the center know a person: a remembered phone may come to any center.
pub(super) async fn enrol(now: Now, tx: &mut Conn, center: CenterId, person: PersonId) -> Result<()> {
    sqlx::query(
        "insert into enrolments (person_id, center_id, enrolled_at) values ($1, $2, $3)
         on conflict (person_id, center_id) do nothing",
    )
    .bind(person)
    .bind(center)
    .bind(now.0)
    .execute(tx)
    .await?;
    Ok(())
}
