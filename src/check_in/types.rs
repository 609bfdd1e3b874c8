//! The words of the door.

pub use crate::ids::{AttendanceId, CardId, HeadCountId, RequestId};
use crate::store::text_enum;

text_enum!(
    /// What somebody came as. Only volunteers earn hours.
    Part in "part" { Participant = "participant", Volunteer = "volunteer", Staff = "staff" }
);

text_enum!(
    /// The way in.
    Method in "method" {
        /// The session's QR, opened on somebody's own phone.
        Phone = "phone",
        /// Ticked on the roster.
        Roster = "roster",
        /// Registered at the door.
        WalkIn = "walk_in",
        /// A personal card.
        Card = "card",
        /// Entered afterwards, from a sheet of paper or from memory.
        Paper = "paper",
    }
);

text_enum!(
    /// Why somebody was not let in, or not again: stable codes, each with a text that says what to do.
    Code in "refusal" {
        AlreadyIn = "already_in",
        NotOpenYet = "not_open_yet",
        Closed = "closed",
        Cancelled = "cancelled",
        Full = "full",
        UnknownCode = "unknown_code",
        /// The hall's screen shows another code by now, or none was scanned where one is needed.
        CodeExpired = "code_expired",
        CardRevoked = "card_revoked",
        /// Somebody leaves who was not seen coming,
        NotIn = "not_in",
        /// or who left before.
        AlreadyLeft = "already_left",
        /// More names and numbers from one address than a hall sends.
        TooMany = "too_many",
    }
);

/// Heads without a name, and how many of them belong to each group; one head may be in several groups.
#[derive(Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Heads {
    pub heads: i64,
    pub elderly: i64,
    pub disabled: i64,
    pub needy: i64,
    pub youth: i64,
}
