//! What this process has put together out of the database and may give again: each answer under the digest of all that it follows from, so
//! what was changed since is asked for under another one. The answers that were asked for longest ago are forgotten first.

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What an answer follows from: the SHA-256 digest of it.
pub type RecallKey = [u8; 32];

type RecalledAnswer = Arc<dyn Any + Send + Sync>;

/// All answers together take so many bytes, by their own account.
const ROOM: usize = 64 << 20;

#[derive(Default)]
pub struct Recalled(Mutex<Recollection>);

#[derive(Default)]
struct Recollection {
    /// Each with its size and its turn.
    answers: HashMap<RecallKey, (RecalledAnswer, usize, u64)>,
    turns: BTreeMap<u64, RecallKey>,
    size: usize,
    turn: u64,
}

impl Recalled {
    /// The answer under this key, if it is one of this type.
    pub fn find<T: Any + Send + Sync>(&self, key: &RecallKey) -> Option<Arc<T>> {
        let mut memory = self.memory();
        let turn = memory.next_turn();
        let (answer, _, last) = memory.answers.get_mut(key)?;
        let answer = answer.clone();
        let before = std::mem::replace(last, turn);
        memory.turns.remove(&before);
        memory.turns.insert(turn, *key);
        answer.downcast().ok()
    }

    /// Keeps an answer of about so many bytes; one that would fill everything is not kept.
    pub fn keep<T: Any + Send + Sync>(&self, key: RecallKey, answer: Arc<T>, size: usize) {
        if size > ROOM / 4 {
            return;
        }
        let mut memory = self.memory();
        memory.forget(&key);
        let turn = memory.next_turn();
        memory.answers.insert(key, (answer, size, turn));
        memory.turns.insert(turn, key);
        memory.size += size;
        while memory.size > ROOM
            && let Some((_, oldest)) = memory.turns.first_key_value()
        {
            let oldest = *oldest;
            memory.forget(&oldest);
        }
    }

    /// Forgets all of it.
    pub fn clear(&self) {
        *self.memory() = Recollection::default();
    }

    fn memory(&self) -> MutexGuard<'_, Recollection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recollection {
    fn next_turn(&mut self) -> u64 {
        self.turn += 1;
        self.turn
    }

    fn forget(&mut self, key: &RecallKey) {
        if let Some((_, size, turn)) = self.answers.remove(key) {
            self.turns.remove(&turn);
            self.size -= size;
        }
    }
}

impl fmt::Debug for Recalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let memory = self.memory();
        write!(f, "Recalled({} answers, {} bytes)", memory.answers.len(), memory.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u8) -> RecallKey {
        [n; 32]
    }

    #[test]
    fn what_was_asked_for_longest_ago_is_forgotten_first() {
        let recalled = Recalled::default();
        let fifth = ROOM / 5;
        (0..5).for_each(|n| recalled.keep(key(n), Arc::new(n), fifth));
        assert_eq!(recalled.find::<u8>(&key(0)).as_deref(), Some(&0), "all have room");
        recalled.keep(key(9), Arc::new(9u8), fifth);
        assert!(recalled.find::<u8>(&key(1)).is_none(), "the first of those that nobody asked for");
        assert!([0, 2, 3, 4, 9].into_iter().all(|n| recalled.find::<u8>(&key(n)).is_some()));
        recalled.keep(key(7), Arc::new(7u8), ROOM);
        assert!(recalled.find::<u8>(&key(7)).is_none() && recalled.find::<u8>(&key(0)).is_some());
    }

    #[test]
    fn an_answer_kept_again_counts_once_and_is_of_its_type() {
        let recalled = Recalled::default();
        (0..100).for_each(|_| recalled.keep(key(1), Arc::new(1u8), ROOM / 4));
        recalled.keep(key(2), Arc::new("two"), ROOM / 4);
        assert_eq!(recalled.find::<u8>(&key(1)).as_deref(), Some(&1));
        assert!(recalled.find::<u8>(&key(2)).is_none() && recalled.find::<&str>(&key(2)).is_some());
    }
}
