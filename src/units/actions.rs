//! Registering, revising and ending units.

use super::UnitInput;
use super::queries;
use super::types::{Unit, UnitId};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Error, OnViolation, Result};
use crate::people::pinyin::Sounds;
use crate::spelling;
use crate::store::{Conn, Sealer};
use crate::{audit, locks};

/// Registers a unit of the center's community.
///
/// # Errors
/// `Invalid` at `name` if the center knows a unit of that name, however it is spelt.
pub async fn register(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    input: &UnitInput,
) -> Result<UnitId> {
    let id: UnitId = sqlx::query_scalar(
        "insert into units (center_id, name, name_key, pinyin, kind, contact, phone_sealed, address, note, since,
                            standing, founded_on, supported_since, supported_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) returning id",
    )
    .bind(center.id())
    .bind(&input.name)
    .bind(spelling::key(&input.name))
    .bind(Sounds::of(&input.name).order())
    .bind(input.kind)
    .bind(input.contact.as_deref())
    .bind(input.phone.as_ref().map(|phone| sealer.seal(phone.as_str())))
    .bind(input.address.as_deref())
    .bind(input.note.as_deref())
    .bind(input.since)
    .bind(input.standing)
    .bind(input.founded_on)
    .bind(input.supported_since)
    .bind(input.supported_by.as_deref())
    .bind(now.0)
    .fetch_one(&mut *tx)
    .await
    .on_unique("units_name", name_taken)?;
    audit::record(tx, by, now, audit::entry("unit.registered", id.0).at(center.id())).await?;
    Ok(id)
}

/// Changes what is known of a unit; where nothing is otherwise, nothing is written.
///
/// # Errors
/// `Refused("unit_changed")` where somebody changed it since the input's version, or since `unit` was read. `Invalid` at
/// `name` where another unit has it, and at `since` or `founded_on` for a day after its last.
pub async fn revise(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    unit: &Unit,
    input: &UnitInput,
) -> Result<()> {
    if unit.phone_sealed.is_some() && unit.phone(sealer).is_none() {
        return Err(Error::internal("a unit's phone does not open"));
    }
    if input.version.is_some_and(|seen| seen != unit.version) {
        return Err(Error::refused("unit_changed"));
    }
    if unit.is_known_as(sealer, input) {
        return Ok(());
    }
    if let (Some(begins), Some(last)) = (input.since.or(input.founded_on), unit.ended_on)
        && last < begins
    {
        let field = if input.since.is_some() { "since" } else { "founded_on" };
        return Err(Error::field(field, "field.after_the_last_day"));
    }
    let revised = sqlx::query(
        "update units set name = $1, name_key = $2, pinyin = $3, kind = $4, contact = $5, phone_sealed = $6, address = $7,
                note = $8, since = $9, standing = $10, founded_on = $11, supported_since = $12, supported_by = $13,
                version = version + 1
         where id = $14 and version = $15",
    )
    .bind(&input.name)
    .bind(spelling::key(&input.name))
    .bind(Sounds::of(&input.name).order())
    .bind(input.kind)
    .bind(input.contact.as_deref())
    .bind(unit.phone_after(sealer, input).map(|phone| sealer.seal(phone.as_str())))
    .bind(input.address.as_deref())
    .bind(input.note.as_deref())
    .bind(input.since)
    .bind(input.standing)
    .bind(input.founded_on)
    .bind(input.supported_since)
    .bind(input.supported_by.as_deref())
    .bind(unit.id)
    .bind(unit.version)
    .execute(&mut *tx)
    .await
    .on_unique("units_name", name_taken)?;
    if revised.rows_affected() == 0 {
        return Err(Error::refused("unit_changed"));
    }
    audit::record(tx, by, now, audit::entry("unit.revised", unit.id.0).at(unit.center_id)).await
}

/// Says that a unit is in the community no more after `last_day`: it takes part in nothing afterwards, and what it did stays.
///
/// # Errors
/// `NotFound` if it has ended, `Invalid` at `ended_on` for a day before it came, `Refused("unit_in_use")` while it takes part
/// in a session of a later day.
pub async fn end(by: &Coordinator, now: Now, tx: &mut Conn, center: &Center, id: UnitId, last_day: Date) -> Result<()> {
    // Before the look for its sessions: whoever has it take part in one holds it too.
    locks::unit(tx, id).await?;
    let unit = queries::find(by, tx, center.id(), id).await?;
    if unit.ended_on.is_some() {
        return Err(Error::NotFound);
    }
    if unit.begins().is_some_and(|begins| last_day < begins) {
        return Err(Error::field("ended_on", "field.ends_before_start"));
    }
    let ended = sqlx::query(
        "update units set ended_on = $1, version = version + 1 where id = $2 and not exists (
            select 1 from unit_participations x join sessions s on s.id = x.session_id
            where x.unit_id = units.id and x.voided_at is null and s.local_date > $1
              and s.status in ('planned', 'completed'))",
    )
    .bind(last_day)
    .bind(id)
    .execute(&mut *tx)
    .await?;
    if ended.rows_affected() == 0 {
        return Err(Error::refused("unit_in_use"));
    }
    audit::record(tx, by, now, audit::entry("unit.ended", id.0).at(center.id())).await
}

/// Takes back that a unit ended, or lets one that came back go on.
///
/// # Errors
/// `NotFound` if it has not ended.
pub async fn restore(by: &Coordinator, now: Now, tx: &mut Conn, center: &Center, id: UnitId) -> Result<()> {
    let restored = sqlx::query(
        "update units set ended_on = null, version = version + 1
         where id = $1 and center_id = $2 and ended_on is not null",
    )
    .bind(id)
    .bind(center.id())
    .execute(&mut *tx)
    .await?;
    if restored.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("unit.restored", id.0).at(center.id())).await
}

/// Shows a unit's phone in full. `reason` is kept in the audit.
///
/// # Errors
/// `NotFound` where there is none. One that the key does not open is an error of ours.
pub async fn reveal(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    unit: &Unit,
    reason: &str,
) -> Result<String> {
    let sealed = unit.phone_sealed.as_ref().ok_or(Error::NotFound)?;
    let number = sealer.open(sealed).ok_or_else(|| Error::internal("a sealed number does not open with this key"))?;
    let entry = audit::entry("unit.phone_revealed", unit.id.0).at(unit.center_id).because(reason);
    audit::record(tx, by, now, entry).await?;
    Ok(number)
}

fn name_taken() -> Error {
    Error::field("name", "field.name_taken")
}
