//! What a session needs volunteers for, and who does it.

use crate::activities::{SessionStatus, Title};
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::ids::{ActivityId, CenterId, PersonId, QualificationKindId, SessionId, TeamId, TeamKindId, WorkerId};
pub use crate::ids::{ShiftId, ShiftNeedId};
use crate::people::PersonRow;
use crate::store::{Flag, text_enum};
use crate::teams::ChangedBy;

text_enum!(
    /// Where somebody's shift stands, as it is kept.
    ShiftState in "shift_state" {
        /// Asked, and has not answered.
        Invited = "invited",
        Taken = "taken",
        Declined = "declined",
        GivenBack = "given_back",
        /// A substitute said yes.
        Replaced = "replaced",
        /// What it was for is not needed any more, or the question was taken back.
        Ended = "ended",
        /// Two who are one held it both.
        Merged = "merged",
    }
);

text_enum!(
    /// What a shift comes to at a moment, as it is shown.
    ShiftStanding in "shift_standing" {
        Invited = "invited",
        /// Asked as a substitute.
        Substitute = "substitute",
        /// Never answered.
        Silent = "silent",
        Taken = "taken",
        /// Taken still, and somebody else was asked to take it over.
        Asking = "asking",
        Came = "came",
        Missed = "missed",
        Declined = "declined",
        GivenBack = "given_back",
        Replaced = "replaced",
        Ended = "ended",
        /// The session takes place no more.
        Cancelled = "cancelled",
    }
);

impl ShiftStanding {
    pub fn badge(self) -> &'static str {
        match self {
            Self::Taken | Self::Came => "ok",
            Self::Invited | Self::Substitute => "info",
            Self::Asking | Self::Silent => "warn",
            Self::Missed | Self::Cancelled => "bad",
            Self::Declined | Self::GivenBack | Self::Replaced | Self::Ended => "plain",
        }
    }
}

text_enum!(
    /// What is told before somebody takes a shift, and does not keep them from it.
    ShiftWarning in "shift_warning" {
        /// More on one day than is good.
        LongDay = "long_day",
        /// More days in a row than is good.
        ManyDays = "many_days",
        /// Nothing insures them where they may come to harm.
        Uninsured = "uninsured",
    }
);

text_enum!(
    /// Why somebody cannot take a shift.
    ShiftRefusal in "refusal" {
        /// The session is over, closed or cancelled.
        Over = "shift_over",
        Withdrawn = "shift_withdrawn",
        Full = "shift_full",
        /// They do not serve in the team, or in none of the center.
        Outside = "shift_outside",
        Resting = "shift_resting",
        /// They came as a participant.
        Participant = "shift_participant",
        /// Another shift of theirs is at the same time.
        Overlap = "shift_overlap",
        MinorConsent = "shift_minor_consent",
        MinorHours = "shift_minor_hours",
        MinorLong = "shift_minor_long",
        MinorAlone = "shift_minor_alone",
        /// They were asked or said yes for this session already.
        Live = "shift_live",
        /// It was answered meanwhile.
        Settled = "shift_settled",
        /// Too much, and nobody said that they know.
        TooMuch = "shift_too_much",
    }
);

/// What volunteers are needed for at a session.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Need {
    pub id: ShiftNeedId,
    pub session_id: SessionId,
    pub team_id: Option<TeamId>,
    pub team: Option<String>,
    pub team_kind: Option<TeamKindId>,
    pub kind_id: Option<QualificationKindId>,
    pub kind: Option<String>,
    pub kind_en: Option<String>,
    pub position: String,
    pub wanted: i64,
    pub note: Option<String>,
    pub withdrawn_at: Option<Timestamp>,
    pub withdraw_reason: Option<String>,
    pub taken: i64,
    /// Asked, and no answer yet.
    pub invited: i64,
}

impl Need {
    /// How many are still missing.
    pub fn lacks(&self) -> i64 {
        if self.withdrawn_at.is_some() { 0 } else { (self.wanted - self.taken).max(0) }
    }

    pub fn kind_en(&self) -> &str {
        self.kind_en.as_deref().unwrap_or_default()
    }
}

/// Somebody's shift, as whoever keeps the shifts sees it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Shift {
    pub shift_id: ShiftId,
    pub need_id: ShiftNeedId,
    #[sqlx(flatten)]
    pub person: PersonRow,
    pub state: ShiftState,
    pub instead_of: Option<ShiftId>,
    pub by_whom: ChangedBy,
    pub changed_at: Timestamp,
    pub word: Option<String>,
    /// Whom they asked to take it over.
    pub substitute: Option<String>,
    pub came: Flag,
    /// Another shift of theirs is at the same time since one of the two was moved.
    pub clashes: Flag,
    /// They may not serve there any more.
    pub away: Flag,
    pub status: SessionStatus,
    pub ends_at: Timestamp,
}

impl Shift {
    pub fn standing(&self, now: &Now) -> ShiftStanding {
        let seen = ShiftSeen {
            state: self.state,
            status: self.status,
            ends_at: self.ends_at,
            came: self.came.is_set(),
            stands_in: self.instead_of.is_some(),
            asks: self.substitute.is_some(),
        };
        seen.standing(*now)
    }

    /// Whether it holds or may come to hold.
    pub fn is_live(&self) -> bool {
        matches!(self.state, ShiftState::Invited | ShiftState::Taken)
    }
}

/// What a standing follows from.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShiftSeen {
    pub state: ShiftState,
    pub status: SessionStatus,
    pub ends_at: Timestamp,
    pub came: bool,
    pub stands_in: bool,
    pub asks: bool,
}

impl ShiftSeen {
    pub(super) fn standing(self, now: Now) -> ShiftStanding {
        let is_off = matches!(self.status, SessionStatus::Cancelled | SessionStatus::Skipped);
        let is_over = self.status == SessionStatus::Completed || self.ends_at <= now.0;
        match self.state {
            ShiftState::Invited | ShiftState::Taken if is_off => ShiftStanding::Cancelled,
            ShiftState::Invited if is_over => ShiftStanding::Silent,
            ShiftState::Invited if self.stands_in => ShiftStanding::Substitute,
            ShiftState::Invited => ShiftStanding::Invited,
            ShiftState::Taken if self.came => ShiftStanding::Came,
            ShiftState::Taken if is_over => ShiftStanding::Missed,
            ShiftState::Taken if self.asks => ShiftStanding::Asking,
            ShiftState::Taken => ShiftStanding::Taken,
            ShiftState::Declined => ShiftStanding::Declined,
            ShiftState::GivenBack => ShiftStanding::GivenBack,
            ShiftState::Replaced => ShiftStanding::Replaced,
            ShiftState::Ended | ShiftState::Merged => ShiftStanding::Ended,
        }
    }
}

/// What is read of a session for whoever takes a shift of it.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(super) struct ShiftSession {
    pub id: SessionId,
    pub center_id: CenterId,
    pub activity_id: ActivityId,
    pub team_id: Option<TeamId>,
    pub worker_id: Option<WorkerId>,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub local_date: Date,
    pub status: SessionStatus,
    pub zone: Zone,
}

impl ShiftSession {
    /// Whether anybody may still say yes or no.
    pub(super) fn is_open(&self, now: Now) -> bool {
        self.status == SessionStatus::Planned && now.0 < self.ends_at
    }
}

/// Somebody's shift or the question whether they take it, as their own phone shows it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnShift {
    pub shift_id: ShiftId,
    pub person_id: PersonId,
    pub state: ShiftState,
    pub instead_of: Option<ShiftId>,
    /// Whose it is to become theirs.
    pub asker: Option<String>,
    pub substitute: Option<String>,
    pub position: String,
    pub note: Option<String>,
    /// Of whom a substitute may be.
    pub team_id: Option<TeamId>,
    #[sqlx(flatten)]
    pub title: Title,
    pub center: String,
    pub room: String,
    pub zone: Zone,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub local_date: Date,
    pub status: SessionStatus,
    pub clashes: Flag,
}

impl OwnShift {
    pub fn starts(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.starts_at)
    }

    pub fn ends(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.ends_at)
    }

    pub fn standing(&self, now: &Now) -> ShiftStanding {
        let (stands_in, asks) = (self.instead_of.is_some(), self.substitute.is_some());
        let (state, status, ends_at) = (self.state, self.status, self.ends_at);
        ShiftSeen { state, status, ends_at, came: false, stands_in, asks }.standing(*now)
    }

    /// Whether it can still be answered or given back.
    pub fn is_open(&self) -> bool {
        self.status == SessionStatus::Planned
    }
}

/// What somebody may take.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OpenShift {
    pub need_id: ShiftNeedId,
    pub person_id: PersonId,
    pub position: String,
    pub note: Option<String>,
    pub team: Option<String>,
    pub qualification: Option<String>,
    pub qualification_en: Option<String>,
    pub lacks: i64,
    pub risky: Flag,
    #[sqlx(flatten)]
    pub title: Title,
    pub center: String,
    pub room: String,
    pub zone: Zone,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub local_date: Date,
    /// It would be too much.
    #[sqlx(skip)]
    pub is_much: bool,
}

impl OpenShift {
    pub fn starts(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.starts_at)
    }

    pub fn ends(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.ends_at)
    }

    pub fn qualification_en(&self) -> &str {
        self.qualification_en.as_deref().unwrap_or_default()
    }
}

/// What a coming session still lacks.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ShiftGap {
    pub need_id: ShiftNeedId,
    pub session_id: SessionId,
    #[sqlx(flatten)]
    pub title: Title,
    pub room: String,
    pub zone: Zone,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub local_date: Date,
    pub team_id: Option<TeamId>,
    pub team: Option<String>,
    pub position: String,
    pub qualification: Option<String>,
    pub qualification_en: Option<String>,
    pub wanted: i64,
    pub taken: i64,
    pub invited: i64,
    pub declined: i64,
    /// Who said yes, and has another shift at the same time since one was moved.
    pub clashes: i64,
    /// Who is under 18, where no adult is there.
    pub alone: i64,
    /// Who said yes, and may not serve there any more: they left, they rest, or what is asked of them ran out.
    pub away: i64,
    /// Who is under 18, where it was moved to an hour at which they do not serve, or is too long for them.
    #[sqlx(skip)]
    pub misplaced: usize,
}

impl ShiftGap {
    pub fn lacks(&self) -> i64 {
        (self.wanted - (self.taken - self.away)).max(0)
    }

    pub fn starts(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.starts_at)
    }

    pub fn ends(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.ends_at)
    }

    pub fn qualification_en(&self) -> &str {
        self.qualification_en.as_deref().unwrap_or_default()
    }
}

/// A position of a session with who does it, for the rota that is sent around.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RotaLine {
    pub session_id: SessionId,
    pub position: String,
    pub wanted: i64,
    pub taken: i64,
    /// Those of them who may not serve there any more; `names` leaves them out.
    pub away: i64,
    pub names: Option<String>,
}

impl RotaLine {
    pub fn lacks(&self) -> i64 {
        (self.wanted - (self.taken - self.away)).max(0)
    }
}
