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
        /// Who has a shift there is let in as a volunteer, and not as a participant.
        OnShift = "on_shift",
        /// One has to register there, and they did not: a worker may let them in all the same.
        NotRegistered = "not_registered",
    }
);

/// Every question about a code is answered for each of them: a new one is asked about by the compiler.
impl Code {
    /// What was wanted is so, and was before.
    pub fn is_already(self) -> bool {
        match self {
            Self::AlreadyIn | Self::AlreadyLeft => true,
            Self::NotOpenYet
            | Self::Closed
            | Self::Cancelled
            | Self::Full
            | Self::UnknownCode
            | Self::CodeExpired
            | Self::CardRevoked
            | Self::NotIn
            | Self::TooMany
            | Self::OnShift
            | Self::NotRegistered => false,
        }
    }

    /// Whether a scan that a device kept, and that came to this, waits for a worker's decision.
    pub fn may_be_reviewed(self) -> bool {
        match self {
            Self::NotOpenYet
            | Self::Closed
            | Self::Cancelled
            | Self::Full
            | Self::UnknownCode
            | Self::CardRevoked
            | Self::NotIn
            | Self::OnShift
            | Self::NotRegistered => true,
            // Nothing was lost; and devices at the door neither show a code nor send numbers.
            Self::AlreadyIn | Self::AlreadyLeft | Self::CodeExpired | Self::TooMany => false,
        }
    }

    /// Whether the person was seen at the door all the same: the scan is part of their stay.
    pub fn was_seen(self) -> bool {
        match self {
            Self::AlreadyIn | Self::AlreadyLeft | Self::NotIn => true,
            Self::NotOpenYet
            | Self::Closed
            | Self::Cancelled
            | Self::Full
            | Self::UnknownCode
            | Self::CodeExpired
            | Self::CardRevoked
            | Self::TooMany
            | Self::OnShift
            | Self::NotRegistered => false,
        }
    }

    /// The codes that `is` holds for, as SQL lists them.
    pub fn listed(is: fn(Self) -> bool) -> String {
        let codes: Vec<_> = Self::ALL.iter().filter(|code| is(**code)).map(|code| format!("'{code}'")).collect();
        codes.join(", ")
    }
}

/// Heads without a name, and how many of them belong to each group; one head may be in several groups.
#[derive(Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Heads {
    pub heads: i64,
    pub elderly: i64,
    pub disabled: i64,
    pub needy: i64,
    pub youth: i64,
}
