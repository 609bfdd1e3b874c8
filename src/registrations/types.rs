//! The words of places: terms, turns, and what became of them.

use crate::activities::{SessionStatus, Title};
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::ids::{ActivityId, CenterId, PersonId, PhoneId, SessionId};
pub use crate::ids::{CourseId, RegistrationId};
use crate::people::groups::{AgeBands, Groups, PriorityGroup};
use crate::people::{PersonRow, Residence};
use crate::store::{Flag, text_enum};

text_enum!(
    /// Whether one has to register.
    RegistrationMode in "registration_mode" {
        /// Whoever comes, comes.
        Open = "open",
        Recommended = "recommended",
        Required = "required",
    }
);

text_enum!(
    /// Where a registration stands, as it is kept.
    RegistrationState in "registration_state" {
        Confirmed = "confirmed",
        Waiting = "waiting",
        Cancelled = "cancelled",
        /// Cannot come and said so: that is no absence.
        Excused = "excused",
        NoShow = "no_show",
        /// Two who are one were registered both.
        Merged = "merged",
    }
);

text_enum!(
    /// Where somebody's place in a whole course stands.
    CourseState in "course_state" { Confirmed = "confirmed", Waiting = "waiting", Ended = "ended", Merged = "merged" }
);

text_enum!(
    /// What a registration comes to at a moment, as it is shown.
    RegistrationStanding in "registration_standing" {
        Confirmed = "confirmed",
        Waiting = "waiting",
        /// Never got a place.
        InVain = "in_vain",
        Came = "came",
        NoShow = "no_show",
        Cancelled = "cancelled",
        Excused = "excused",
        /// The session takes place no more.
        CalledOff = "called_off",
    }
);

impl RegistrationStanding {
    pub fn badge(self) -> &'static str {
        match self {
            Self::Confirmed | Self::Came => "ok",
            Self::Waiting => "warn",
            Self::NoShow | Self::CalledOff => "bad",
            Self::InVain | Self::Cancelled | Self::Excused => "plain",
        }
    }
}

text_enum!(
    /// Whose hand it was.
    RegisteredBy in "registered_by" {
        Phone = "phone",
        /// The link that whoever registered holds.
        Link = "link",
        Worker = "worker",
        /// A 接龙 that a worker pasted.
        Chain = "chain",
        /// What nobody did: a seat became free, or a date was added to a course.
        Clock = "clock",
    }
);

text_enum!(
    /// What was said to whoever called.
    CallAnswer in "call_answer" { Comes = "comes", Cannot = "cannot", NotReached = "not_reached" }
);

text_enum!(
    /// Why somebody is not registered.
    RegistrationRefusal in "refusal" {
        NotNeeded = "registration_not_needed",
        /// It has begun, is over, or does not take place.
        Over = "registration_over",
        NotYet = "registration_not_yet",
        Closed = "registration_closed",
        Full = "registration_full",
        Companions = "registration_companions",
        Age = "registration_age",
        Groups = "registration_groups",
        Residence = "registration_residence",
        /// They serve there.
        OnShift = "registration_on_shift",
        /// It stands elsewhere by now.
        Settled = "registration_settled",
        /// They came.
        Came = "registration_came",
        /// Whole courses are taken with all their dates.
        WholeOnly = "registration_whole_only",
    }
);

/// On what terms one registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RegistrationTerms {
    pub mode: RegistrationMode,
    /// For all dates or none.
    pub whole: Flag,
    pub kept: i64,
    pub kept_hours: i64,
    pub waitlist: Flag,
    pub companions: i64,
    pub age_from: Option<i64>,
    pub age_to: Option<i64>,
    /// A bit for each priority group, in the notice's order; none where everybody may.
    pub only_groups: i64,
    /// None where everybody may, however they live here.
    pub only_residence: Option<Residence>,
    pub opens_days: Option<i64>,
    pub closes_hours: i64,
    pub late_minutes: i64,
}

impl Default for RegistrationTerms {
    /// What holds where nothing was said: whoever comes, comes.
    fn default() -> Self {
        Self {
            mode: RegistrationMode::Open,
            whole: Flag::from(false),
            kept: 0,
            kept_hours: 24,
            waitlist: Flag::from(true),
            companions: 2,
            age_from: None,
            age_to: None,
            only_groups: 0,
            only_residence: None,
            opens_days: None,
            closes_hours: 0,
            late_minutes: 10,
        }
    }
}

/// The bit of a priority group.
pub fn group_bit(group: PriorityGroup) -> i64 {
    let place = PriorityGroup::ALL.iter().position(|one| *one == group).unwrap_or_default();
    1 << place
}

impl RegistrationTerms {
    /// The groups for which alone it is.
    pub fn groups(&self) -> Vec<PriorityGroup> {
        PriorityGroup::ALL.iter().copied().filter(|group| self.only_groups & group_bit(*group) != 0).collect()
    }

    pub fn takes(&self) -> bool {
        self.mode != RegistrationMode::Open
    }
}

/// A session as places need it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct PlaceSession {
    pub id: SessionId,
    pub center_id: CenterId,
    pub activity_id: ActivityId,
    pub starts_at: Timestamp,
    pub local_date: Date,
    pub capacity: Option<i64>,
    pub status: SessionStatus,
    #[sqlx(flatten)]
    pub bands: AgeBands,
    /// Participants and heads without a name who take a seat.
    pub present: i64,
}

impl PlaceSession {
    /// Whether anybody may still be registered or cancel.
    pub(super) fn is_coming(&self, now: Now) -> bool {
        self.status == SessionStatus::Planned && now.0 < self.starts_at
    }
}

/// The groups of somebody on a session's day, from their birth date and what memberships hold: words joined by `+`.
pub(super) fn groups_of(born: Option<Date>, held: &str, bands: AgeBands, on: Date) -> Groups {
    let has = |group: PriorityGroup| held.split('+').any(|word| word == group.code());
    Groups {
        elderly: born.is_some_and(|born| bands.is_elderly(born, on)),
        disabled: has(PriorityGroup::Disabled),
        needy: has(PriorityGroup::Needy),
        youth: born.is_some_and(|born| bands.is_youth(born, on)),
    }
}

/// A registration as whoever keeps the session's list sees it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Registration {
    pub registration_id: RegistrationId,
    pub session_id: SessionId,
    #[sqlx(flatten)]
    pub person: PersonRow,
    pub course_id: Option<CourseId>,
    pub state: RegistrationState,
    pub heads: i64,
    pub made_at: Timestamp,
    pub changed_at: Timestamp,
    pub made_by: RegisteredBy,
    pub changed_by: RegisteredBy,
    pub word: Option<String>,
    pub call: Option<CallAnswer>,
    pub came: Flag,
    pub status: SessionStatus,
    pub starts_at: Timestamp,
    /// Belongs to a priority group on the session's day; by that they go first.
    #[sqlx(skip)]
    pub priority: bool,
    /// Their number on the waitlist.
    #[sqlx(skip)]
    pub place: Option<usize>,
    pub held: String,
}

impl Registration {
    pub fn standing(&self, now: &Now) -> RegistrationStanding {
        standing(self.state, self.status, self.came.is_set(), self.starts_at <= now.0)
    }

    pub fn companions(&self) -> i64 {
        self.heads - 1
    }

    pub fn is_live(&self) -> bool {
        matches!(self.state, RegistrationState::Confirmed | RegistrationState::Waiting)
    }

    pub fn is_waiting(&self) -> bool {
        self.state == RegistrationState::Waiting
    }

    /// Whether it may be said that they could not come.
    pub fn may_be_excused(&self) -> bool {
        matches!(self.state, RegistrationState::Confirmed | RegistrationState::NoShow) && !self.came.is_set()
    }
}

/// What a registration comes to.
pub(super) fn standing(
    state: RegistrationState,
    status: SessionStatus,
    came: bool,
    has_begun: bool,
) -> RegistrationStanding {
    let is_off = matches!(status, SessionStatus::Cancelled | SessionStatus::Skipped);
    match state {
        RegistrationState::Cancelled | RegistrationState::Merged => RegistrationStanding::Cancelled,
        RegistrationState::Excused => RegistrationStanding::Excused,
        _ if came => RegistrationStanding::Came,
        RegistrationState::Confirmed | RegistrationState::Waiting if is_off => RegistrationStanding::CalledOff,
        RegistrationState::Waiting if has_begun => RegistrationStanding::InVain,
        RegistrationState::Waiting => RegistrationStanding::Waiting,
        RegistrationState::NoShow => RegistrationStanding::NoShow,
        RegistrationState::Confirmed => RegistrationStanding::Confirmed,
    }
}

/// A registration as whoever made it is shown it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnPlace {
    pub registration_id: RegistrationId,
    pub person_id: PersonId,
    pub name: String,
    pub course_id: Option<CourseId>,
    pub state: RegistrationState,
    pub heads: i64,
    pub session_id: SessionId,
    pub center_id: CenterId,
    pub link: String,
    pub phone_id: Option<PhoneId>,
    #[sqlx(flatten)]
    pub title: Title,
    pub center: String,
    pub room: String,
    pub zone: Zone,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub local_date: Date,
    pub status: SessionStatus,
    /// Why it does not take place.
    pub reason: Option<String>,
    told_starts_at: Option<Timestamp>,
    told_room: Option<String>,
    #[sqlx(skip)]
    pub place: Option<usize>,
}

impl OwnPlace {
    /// When it was to begin as they registered.
    pub fn was_at(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.told_starts_at.unwrap_or(self.starts_at))
    }

    /// Whether it begins at another time than was said.
    pub fn is_moved(&self) -> bool {
        self.told_starts_at.is_some_and(|told| told != self.starts_at)
    }

    /// Where it was to be as they registered, where that is elsewhere now.
    pub fn was_in(&self) -> Option<&str> {
        self.told_room.as_deref().filter(|told| *told != self.room)
    }

    /// Why it was called off, where that is said.
    pub fn called_off(&self) -> Option<&str> {
        let is_off = matches!(self.status, SessionStatus::Cancelled | SessionStatus::Skipped);
        self.reason.as_deref().filter(|_| is_off)
    }

    pub fn starts(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.starts_at)
    }

    pub fn ends(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.ends_at)
    }

    pub fn companions(&self) -> i64 {
        self.heads - 1
    }

    pub fn standing(&self, now: &Now) -> RegistrationStanding {
        standing(self.state, self.status, false, self.starts_at <= now.0)
    }

    /// Whether it can be given up.
    pub fn is_open(&self, now: &Now) -> bool {
        let is_live = matches!(self.state, RegistrationState::Confirmed | RegistrationState::Waiting);
        is_live && self.status == SessionStatus::Planned && now.0 < self.starts_at
    }

    /// Whether it is on the day after.
    pub fn is_tomorrow(&self, now: &Now) -> bool {
        self.is_open(now) && self.local_date == self.zone.date(now.0).plus_days(1)
    }
}

/// Somebody who is registered for a day and has no page on a phone.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CallLine {
    pub registration_id: RegistrationId,
    pub session_id: SessionId,
    #[sqlx(flatten)]
    pub person: PersonRow,
    pub has_number: Flag,
    pub heads: i64,
    pub state: RegistrationState,
    pub call: Option<CallAnswer>,
    pub called_at: Option<Timestamp>,
    #[sqlx(flatten)]
    pub title: Title,
    pub room: String,
    pub zone: Zone,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

impl CallLine {
    pub fn starts(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.starts_at)
    }

    pub fn is_open(&self, now: &Now) -> bool {
        self.state == RegistrationState::Confirmed && now.0 < self.starts_at
    }
}
