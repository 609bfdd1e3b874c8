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

/// A place for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check_in) struct HeldPlace {
    /// How many of their heads have not come yet and keep their seats.
    pub heads: i64,
    /// They waited, and their turn came since anything was written.
    pub by_turn: bool,
}

/// Who has a place.
pub(in crate::check_in) type HeldPlaces = HashMap<(SessionId, PersonId), HeldPlace>;

/// Reads them where something was said of registering, and tells the doors how many seats are kept.
pub(super) async fn at(now: Now, tx: &mut Conn, doors: &mut [Door]) -> Result<HeldPlaces> {
    let asked: Vec<SessionId> = doors.iter().filter(|door| door.mode.is_some()).map(|door| door.id).collect();
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let (placed, unwritten) = registrations::queries::placed(tx, now, &asked).await?;
    let mut places = HashMap::new();
    for door in doors.iter_mut().filter(|door| door.mode.is_some()) {
        let own = placed.get(&door.id);
        let turns = own.into_iter().flat_map(|own| own.values().copied());
        let is_required = door.mode == Some(RegistrationMode::Required);
        let late = door.door.starts_at.plus(Duration::from_secs(60 * door.late_minutes.unwrap_or(0).unsigned_abs()));
        let seats = registrations::rules::held(turns, is_required, late, now.0);
        (door.held, door.closed_to_others) = (seats.held, seats.closed_to_others);
        for (person, turn) in own.into_iter().flatten() {
            let heads = if seats.held > 0 { (turn.heads - turn.present).max(0) } else { 0 };
            let by_turn = unwritten.contains(&(door.id, *person));
            places.insert((door.id, *person), HeldPlace { heads, by_turn });
        }
    }
    Ok(places)
}
