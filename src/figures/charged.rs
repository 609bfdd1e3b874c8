//! What is counted of a center as it is kept: in bytes, parted by who is charged with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::counted::{CountKey, Counted, Piece, united};

impl Counted {
    fn is_empty(&self) -> bool {
        self.sets.is_empty() && self.sums.values().all(|value| *value == 0)
    }

    fn write(&self, into: &mut Vec<u8>) {
        // What came to nothing in the end was never there.
        let sums: Vec<(&CountKey, &i64)> = self.sums.iter().filter(|(_, value)| **value != 0).collect();
        put_number(into, sums.len() as i64);
        for ((word, one, other), value) in sums {
            into.push(*word);
            [*one, *other, *value].into_iter().for_each(|number| put_number(into, number));
        }
        put_number(into, self.sets.len() as i64);
        for ((word, one, other), pieces) in &self.sets {
            let mut set = united(pieces.iter());
            // The same set is written alike, whichever way it was made.
            set.remove_run_compression();
            set.optimize();
            into.push(*word);
            let long = set.serialized_size() as i64;
            [*one, *other, long].into_iter().for_each(|number| put_number(into, number));
            // Into memory: nothing can fail.
            _ = set.serialize_into(&mut *into);
        }
    }

    fn read(bytes: &Arc<[u8]>, at: &mut usize) -> Option<Self> {
        let mut counted = Self::default();
        for _ in 0..number(bytes, at)? {
            let key = (byte(bytes, at)?, number(bytes, at)?, number(bytes, at)?);
            counted.sums.insert(key, number(bytes, at)?);
        }
        for _ in 0..number(bytes, at)? {
            let key = (byte(bytes, at)?, number(bytes, at)?, number(bytes, at)?);
            let long = usize::try_from(number(bytes, at)?).ok()?;
            let end = at.checked_add(long).filter(|end| *end <= bytes.len())?;
            counted.sets.insert(key, vec![Piece::Kept(bytes.clone(), *at..end)]);
            *at = end;
        }
        Some(counted)
    }
}

/// What is counted of a center, parted by the agreement that is charged with it (0: none), or what belongs to the place itself.
#[derive(Clone, Debug, Default)]
pub(super) struct ChargedParts(BTreeMap<i64, Counted>);

/// The part of what belongs to the place, whoever pays: how long its rooms were open, and booked.
pub(super) const PLACE: i64 = -1;

/// The first byte of what is kept: whoever changes how it is written raises it, and all of it is made anew.
const FORM: u8 = 2;

impl ChargedParts {
    pub fn part(&mut self, charge: i64) -> &mut Counted {
        self.0.entry(charge).or_default()
    }

    pub fn take_up(&mut self, other: &Self) {
        for (charge, counted) in &other.0 {
            self.part(*charge).take_up(counted);
        }
    }

    /// All of it, or what an agreement is charged with, or the place's own.
    pub fn charged(&self, agreement: Option<i64>) -> impl Iterator<Item = &Counted> {
        let is = move |charge: i64| agreement.is_none_or(|agreement| agreement == charge);
        self.0.iter().filter(move |(charge, _)| is(**charge)).map(|(_, counted)| counted)
    }

    pub fn write(&self) -> Vec<u8> {
        let mut bytes = vec![FORM];
        let parts: Vec<(&i64, &Counted)> = self.0.iter().filter(|(_, counted)| !counted.is_empty()).collect();
        put_number(&mut bytes, parts.len() as i64);
        for (charge, counted) in parts {
            put_number(&mut bytes, *charge);
            counted.write(&mut bytes);
        }
        bytes
    }

    /// None for what was written in another form, or is no such thing.
    pub fn read(bytes: Vec<u8>) -> Option<Self> {
        let (bytes, mut at): (Arc<[u8]>, usize) = (bytes.into(), 0);
        if byte(&bytes, &mut at)? != FORM {
            return None;
        }
        let mut parts = Self::default();
        for _ in 0..number(&bytes, &mut at)? {
            let charge = number(&bytes, &mut at)?;
            parts.0.insert(charge, Counted::read(&bytes, &mut at)?);
        }
        (at == bytes.len()).then_some(parts)
    }
}

/// Small numbers take one byte: seven bits each, the lowest first, and the sign in the first of them.
fn put_number(into: &mut Vec<u8>, number: i64) {
    let mut rest = ((number << 1) ^ (number >> 63)).cast_unsigned();
    while rest >= 0x80 {
        into.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    into.push(rest as u8);
}

fn number(bytes: &[u8], at: &mut usize) -> Option<i64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let byte = byte(bytes, at)?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed());
        }
    }
    None
}

fn byte(bytes: &[u8], at: &mut usize) -> Option<u8> {
    let byte = bytes.get(*at).copied()?;
    *at += 1;
    Some(byte)
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;

    use super::*;

    fn parts() -> impl Strategy<Value = Vec<(i64, CountKey, i64, Vec<u32>)>> {
        let key = (1u8..6, -2i64..5, any::<i64>());
        vec((-1i64..3, key, any::<i32>().prop_map(i64::from), vec(any::<u32>(), 0..40)), 0..20)
    }

    fn made(rows: &[(i64, CountKey, i64, Vec<u32>)]) -> ChargedParts {
        let mut parts = ChargedParts::default();
        for (charge, key, value, people) in rows {
            parts.part(*charge).add(*key, *value);
            parts.part(*charge).put(*key, people.iter().copied().collect());
        }
        parts
    }

    proptest! {
        #[test]
        fn what_is_kept_is_read_again(rows in parts()) {
            let parts = made(&rows);
            let again = ChargedParts::read(parts.write()).unwrap();
            prop_assert_eq!(again.write(), parts.write());
            for cut in 0..parts.write().len() {
                prop_assert!(ChargedParts::read(parts.write()[..cut].to_vec()).is_none(), "cut at {}", cut);
            }
        }

        #[test]
        fn sums_add_up_and_sets_are_united(one in parts(), other in parts()) {
            let mut both = made(&one);
            both.take_up(&ChargedParts::read(made(&other).write()).unwrap());
            let rows: Vec<_> = one.iter().chain(&other).cloned().collect();
            prop_assert_eq!(both.write(), made(&rows).write());
        }

        #[test]
        fn a_number_is_read_as_it_was_written(numbers in btree_map(any::<i64>(), Just(()), 0..20)) {
            let mut bytes = Vec::new();
            numbers.keys().for_each(|number| put_number(&mut bytes, *number));
            let mut at = 0;
            for expected in numbers.keys() {
                prop_assert_eq!(number(&bytes, &mut at), Some(*expected));
            }
            prop_assert_eq!(at, bytes.len());
        }
    }
}
