//! The stay of somebody who was at a session twice over, as two who are one.

use std::collections::BTreeSet;

use super::Way;
use super::decide::Stay;
use super::seen::seen;
use super::types::{Event, Key};
use crate::activities::SessionId;
use crate::check_in::types::Part;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::people::PersonId;
use crate::store::Conn;

/// One part in one session, as each of two had it.
#[derive(Clone, Debug)]
pub(in crate::check_in) struct Twice {
    pub session: SessionId,
    pub part: Part,
    /// When they came and left.
    pub rows: [(Timestamp, Option<Timestamp>); 2],
}

/// The stay that the scans and the rows of both say: they came with the first and left with the last, and were away where both were.
pub(in crate::check_in) async fn joined(
    tx: &mut Conn,
    people: [PersonId; 2],
    twice: &[Twice],
) -> Result<Vec<(Timestamp, Option<Timestamp>, i64)>> {
    let key = |one: &Twice, person| Key { session: one.session, person, part: one.part };
    let keys: BTreeSet<Key> = twice.iter().flat_map(|one| people.map(|person| key(one, person))).collect();
    let seen = seen(tx, &keys).await?;
    Ok(twice
        .iter()
        .map(|one| {
            let scans = people.iter().filter_map(|person| seen.get(&key(one, *person))).flatten().copied();
            let came = one.rows.iter().map(|(came, _)| Event { at: *came, way: Way::In });
            let left = one.rows.iter().filter_map(|(_, left)| Some(Event { at: (*left)?, way: Way::Out }));
            let events: Vec<Event> = scans.chain(came).chain(left).collect();
            let stay = Stay::of(&events);
            // Of one who is seen leaving twice the door takes the first; of two the last.
            let last = events.iter().filter(|event| event.way == Way::Out).map(|event| event.at).max();
            let first = one.rows[0].0.min(one.rows[1].0);
            (stay.came_at.unwrap_or(first), stay.left_at.and(last), stay.away_ms)
        })
        .collect())
}
