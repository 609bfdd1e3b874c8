//! Who has a place where one registers: a seat is kept for them until some minutes after the start.

use std::collections::HashMap;
use std::time::Duration;

use super::Door;
use crate::activities::SessionId;
use crate::clock::Now;
use crate::error::Result;
use crate::people::PersonId;
use crate::registrations::{self, RegistrationMode};
use crate::store::Conn;

/// Who has a place, and how many of their heads have not come yet and keep their seats.
pub(super) type HeldPlaces = HashMap<(SessionId, PersonId), i64>;

/// Reads them where something was said of registering, and tells the doors how many seats are kept.
pub(super) async fn at(now: Now, tx: &mut Conn, doors: &mut [Door]) -> Result<HeldPlaces> {
    let asked: Vec<SessionId> = doors.iter().filter(|door| door.mode.is_some()).map(|door| door.id).collect();
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let placed = registrations::queries::placed(tx, now, &asked).await?;
    let mut places = HashMap::new();
    for door in doors.iter_mut().filter(|door| door.mode.is_some()) {
        let own = placed.get(&door.id);
        let turns = own.into_iter().flat_map(|own| own.values().copied());
        let is_required = door.mode == Some(RegistrationMode::Required);
        let late = door.door.starts_at.plus(Duration::from_secs(60 * door.late_minutes.unwrap_or(0).unsigned_abs()));
        let seats = registrations::rules::held(turns, is_required, late, now.0);
        (door.held, door.closed_to_others) = (seats.held, seats.closed_to_others);
        for (person, turn) in own.into_iter().flatten() {
            let is_held = seats.held > 0;
            places.insert((door.id, *person), if is_held { (turn.heads - turn.present).max(0) } else { 0 });
        }
    }
    Ok(places)
}
