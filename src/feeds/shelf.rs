//! Public calendars as they were last written. Many phones ask for the same one, each every hour, and to write a busy center's year takes
//! longer than to send it. A calendar is known by its etag, as it is where a program holds it: with another one it is written anew.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::centers::CenterId;
use crate::web::Etag;

/// Bytes that may be held in all. A center's year has half a megabyte as a rule.
const MOST: usize = 64_000_000;

/// A calendar as it was written, and what it is known by.
type ShelvedCalendar = (Etag, Arc<[u8]>);

/// The last calendar of each center, by its number.
#[derive(Default)]
pub(super) struct CalendarShelf(Mutex<BTreeMap<i64, ShelvedCalendar>>);

impl CalendarShelf {
    /// The calendar with this etag, if it was written by this process.
    pub fn find(&self, center: CenterId, etag: &Etag) -> Option<Arc<[u8]>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(&center.0).filter(|(known, _)| known == etag).map(|(_, body)| Arc::clone(body))
    }

    /// Holds it in the place of the center's last one. Where all would be too many, the others are written again when they are asked for.
    pub fn keep(&self, center: CenterId, etag: &Etag, body: &Arc<[u8]>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.remove(&center.0);
        let others: usize = held.values().map(|(_, body)| body.len()).sum();
        if others + body.len() > MOST {
            held.clear();
        }
        held.insert(center.0, (etag.clone(), Arc::clone(body)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(length: usize) -> Arc<[u8]> {
        Arc::from(vec![b'x'; length])
    }

    #[test]
    fn a_calendar_is_held_until_the_center_has_another() {
        let (shelf, one, two) = (CalendarShelf::default(), Etag::of("one"), Etag::of("two"));
        shelf.keep(CenterId(1), &one, &body(3));
        assert_eq!(shelf.find(CenterId(1), &one).as_deref(), Some(&b"xxx"[..]));
        assert!(shelf.find(CenterId(1), &two).is_none() && shelf.find(CenterId(2), &one).is_none());
        shelf.keep(CenterId(1), &two, &body(4));
        assert!(shelf.find(CenterId(1), &one).is_none() && shelf.find(CenterId(1), &two).is_some());
    }

    #[test]
    fn what_is_too_much_in_all_is_let_go() {
        let (shelf, etag) = (CalendarShelf::default(), Etag::of("one"));
        for center in 1..=3 {
            shelf.keep(CenterId(center), &etag, &body(MOST / 2));
        }
        assert!(shelf.find(CenterId(1), &etag).is_none() && shelf.find(CenterId(3), &etag).is_some());
    }
}
