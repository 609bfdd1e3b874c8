//! What a session leaves on record.

use crate::activities::{ActivityId, ServiceKindId, SessionId, Title};
use crate::check_in::Part;
use crate::clock::{Date, Timestamp};
use crate::ids::FileId;
use crate::registrations::{RegistrationMode, RegistrationState};
use crate::store::{Flag, Sealed, text_enum};

/// Sessions of one ledger: an archive holds some sixty thousand files, and of each session there may be fifteen.
pub const MOST: usize = 2_000;

text_enum!(
    /// A paper of a session's.
    LedgerPart in "ledger_part" {
        Notice = "notice",
        /// Who registered.
        Register = "register",
        /// Who came.
        SignIn = "sign_in",
        Photos = "photos",
        Summary = "summary",
        Satisfaction = "satisfaction",
        /// Volunteers' hours, confirmed.
        Hours = "hours",
    }
);

/// Which sessions are asked for: those of these days, both included; of a kind or of one activity, where one is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerCut {
    pub from: Date,
    pub to: Date,
    pub kind: Option<ServiceKindId>,
    pub activity: Option<ActivityId>,
}

/// What is on record of a session, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct LedgerFacts {
    /// Of a confidential kind.
    pub secret: Flag,
    /// The day of a room that stands open: nobody is invited, nor asked how it was.
    pub open_room: Flag,
    /// None where nothing was said: whoever comes, comes.
    pub mode: Option<RegistrationMode>,
    pub has_notice: Flag,
    pub has_summary: Flag,
    pub registered: i64,
    pub participants: i64,
    pub volunteers: i64,
    /// Who came without a name.
    pub heads: i64,
    pub photos: i64,
    pub answers: i64,
    /// The answers' scores together.
    pub score: i64,
    /// Confirmed.
    pub minutes: i64,
    /// Volunteers whose hours nobody confirmed.
    pub unconfirmed: i64,
}

/// A session that took place or should have, with what is on record of it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LedgerSession {
    pub id: SessionId,
    pub activity_id: ActivityId,
    #[sqlx(flatten)]
    pub title: Title,
    pub local_date: Date,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// Its rooms' names, or its venue.
    pub room: String,
    pub worker: Option<String>,
    pub team: Option<String>,
    pub description: Option<String>,
    pub summary: Option<String>,
    #[sqlx(flatten)]
    pub facts: LedgerFacts,
}

/// Somebody on a sheet.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct LedgerPerson {
    pub(super) name: String,
    /// Whether the center knows them still.
    pub(super) known: Flag,
    pub(super) phone_last4: Option<String>,
    pub(super) phone_sealed: Option<Sealed>,
}

/// A line of the register.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct LedgerPlace {
    pub(super) session_id: SessionId,
    #[sqlx(flatten)]
    pub(super) person: LedgerPerson,
    pub(super) state: RegistrationState,
    pub(super) heads: i64,
    pub(super) made_at: Timestamp,
    pub(super) came: Flag,
}

/// A line of the sign-in sheet.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct LedgerStay {
    pub(super) session_id: SessionId,
    #[sqlx(flatten)]
    pub(super) person: LedgerPerson,
    pub(super) part: Part,
    pub(super) came_at: Timestamp,
    pub(super) left_at: Option<Timestamp>,
}

/// A picture of a session's.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct LedgerPhoto {
    pub(super) session_id: SessionId,
    pub(super) file_id: FileId,
    pub(super) caption: Option<String>,
}

/// How many gave a session this score.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct LedgerScore {
    pub(super) session_id: SessionId,
    pub(super) score: i64,
    pub(super) answers: i64,
}

/// An activity that had sessions in these days.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LedgerActivity {
    pub id: ActivityId,
    #[sqlx(flatten)]
    pub title: Title,
}
