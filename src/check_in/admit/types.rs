//! What deciding and reading name alike.

use super::Way;
use crate::activities::SessionId;
use crate::check_in::types::Part;
use crate::clock::Timestamp;
use crate::people::PersonId;

/// Whose stay it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub session: SessionId,
    pub person: PersonId,
    pub part: Part,
}

/// Somebody seen at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event {
    pub at: Timestamp,
    pub way: Way,
}
