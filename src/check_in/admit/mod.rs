//! The one service that admits everyone, in and out: [`admit`] takes any number of tries, decides each as if it had come
//! alone and in its turn, and writes all of it with a handful of statements. The [`Queue`] gathers the tries that wait
//! at the same moment into one transaction, so that a full hall costs one commit and not sixty.
//!
//! `facts` and `seen` read what the decisions need, `decide` makes them (no database there), `record` writes them down.

mod decide;
mod facts;
mod joined;
mod places;
mod queue;
mod record;
mod seen;
mod types;

pub(super) use joined::{Twice, joined};
pub use queue::Queue;

use super::rules::Doorway;
use super::{AttendanceId, Code, Method, Part, RequestId};
use crate::activities::{Admission, SessionId, SessionStatus};
use crate::audit::Actor;
use crate::auth::{AccountId, Coordinator, Greeter, LoginId, Role, Viewer, accounts};
use crate::centers::CenterId;
use crate::clock::{Now, Timestamp};
use crate::error::{Error, Refusal, Result};
use crate::people::PersonId;
use crate::people::groups::AgeBands;
use crate::phones::{Phone, PhoneId};
use crate::registrations::RegistrationMode;
use crate::store::{Conn, text_enum};
use crate::teams::TeamId;

/// Who holds the door: somebody of the center, or the resident's own remembered phone. Only these two make one.
///
/// It says who claims to hold it. [`admit`] looks in its own transaction whether the login still stands and reaches the
/// session, or the phone still speaks for the person, so a claim may come from memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Via {
    holder: Option<Holder>,
    phone: Option<PhoneId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Holder {
    account: AccountId,
    login: LoginId,
    role: Role,
}

impl Via {
    /// A phone that is not remembered: it can only be turned away, or show a card.
    pub(super) fn unknown_phone() -> Self {
        Self { holder: None, phone: None }
    }

    fn account(self) -> Option<AccountId> {
        self.holder.map(|holder| holder.account)
    }

    /// Whom the audit names.
    async fn actor(self, conn: &mut Conn) -> Result<Actor> {
        match (self.holder, self.phone) {
            (Some(holder), _) => accounts::actor(conn, holder.account).await,
            (None, Some(phone)) => Ok(Actor::Phone(phone.0)),
            (None, None) => Ok(Actor::Operator),
        }
    }
}

impl Via {
    fn held_by(by: &Viewer) -> Self {
        Self { holder: Some(Holder { account: by.account, login: by.login, role: by.role }), phone: None }
    }
}

impl From<&Greeter> for Via {
    fn from(by: &Greeter) -> Self {
        Self::held_by(by)
    }
}

impl From<&Coordinator> for Via {
    fn from(by: &Coordinator) -> Self {
        Self::held_by(by)
    }
}

impl From<&Phone> for Via {
    fn from(by: &Phone) -> Self {
        Self { holder: None, phone: Some(by.id) }
    }
}

/// Whom the try is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    Person(PersonId),
    /// The keyed hash of a card's code.
    Card(String),
}

impl Who {
    fn card(&self) -> Option<&String> {
        match self {
            Self::Card(hash) => Some(hash),
            Self::Person(_) => None,
        }
    }
}

text_enum!(
    /// Which way through the door.
    Way in "way" { In = "in", Out = "out" }
);

/// What a request that was answered before gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// The same answer: a program did not hear it the first time.
    Repeat,
    /// The same admission if it still counts, else a new decision, as a try of its own: a page stays open while a seat
    /// becomes free or a mistake is taken back.
    Page,
}

/// By which rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entrance {
    /// Through the door, while it is open.
    Door,
    /// As through the door, by a worker who knows that they are not registered where one has to be.
    Welcome,
    /// Put right by who answers for the session, closed or not. The seats hold.
    Correction,
}

impl Entrance {
    /// Through the door, by a worker who was told that they are not registered, or not.
    pub fn knowingly(anyway: bool) -> Self {
        if anyway { Self::Welcome } else { Self::Door }
    }
}

/// One try at the door, by whomever it is.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub by: Via,
    pub request: RequestId,
    pub session: SessionId,
    pub who: Who,
    /// None: as they are in already, as a volunteer if they have a shift, as a participant if they are registered, as a volunteer if their
    /// team serves, else as a participant.
    pub part: Option<Part>,
    pub way: Way,
    pub method: Method,
    /// When the person was at the door: earlier than now where it is entered afterwards.
    pub occurred_at: Timestamp,
    /// Kept by a device until it had a network again.
    pub offline: bool,
    pub entrance: Entrance,
    pub again: Again,
}

/// What the door says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Admitted(Admitted),
    Refused(Refused),
}

/// Through the door, in or out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admitted {
    pub attendance: AttendanceId,
    pub person: PersonId,
    pub part: Part,
    pub way: Way,
    pub at: Timestamp,
    /// False where the answer repeats an earlier one.
    pub first: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    pub code: Code,
    /// Who it was, where the door knows.
    pub person: Option<PersonId>,
    /// Since when the person is in, with `already_in`.
    pub since: Option<Timestamp>,
}

impl Refused {
    /// As an error of pages and API: `refusal.<code>`.
    pub fn refusal(self) -> Refusal {
        Refusal::new(self.code.code())
    }
}

impl Answer {
    /// The admission.
    ///
    /// # Errors
    /// `Refused` with the code. The caller commits first: a refused try is on record too.
    pub fn or_refusal(self) -> Result<Admitted> {
        match self {
            Self::Admitted(admitted) => Ok(admitted),
            Self::Refused(refused) => Err(refused.refusal().into()),
        }
    }

    /// Who it was, where the door knows.
    pub fn person(self) -> Option<PersonId> {
        match self {
            Self::Admitted(admitted) => Some(admitted.person),
            Self::Refused(refused) => refused.person,
        }
    }
}

/// Lets people in or out, or says why not; either way every try is recorded, so the caller commits whatever the answers
/// are. They come in the order of the tries. The same request gets the same answer (see [`Again`]).
///
/// Statements, for every 64 tries at most: up to three take the sessions', the people's and the phones' rows (PostgreSQL),
/// three read what is asked of the sessions, the door's holders and the people, and two to five write. Whoever holds a
/// session's row decides alone: no seat is given twice, and nobody is let in at a session that was closed a moment ago.
///
/// # Errors
/// One for all where the database fails, or where a request's number went to another session while this was decided
/// (`Refused("request_reused")`): then nothing is written. For one try: `NotFound` for a session that its holder does not
/// reach and for a person whom its center does not know, `Unauthorized` where the login has ended,
/// `Refused("request_reused")` where the number was used for another try, `Refused("voided")` where it let somebody in
/// and that was taken back since.
pub async fn admit(now: Now, tx: &mut Conn, attempts: &[Attempt]) -> Result<Vec<Result<Answer>>> {
    let (doors, places) = facts::doors(now, tx, attempts.iter().map(|attempt| attempt.session)).await?;
    let rights = facts::rights(tx, now, attempts, &doors).await?;
    let facts = facts::facts(tx, attempts, &doors).await?;
    let events = seen::events(tx, attempts, &facts).await?;
    let decided = decide::decide(now, attempts, (doors, places), &rights, facts, events);
    record::write(now, tx, attempts, decided).await
}

/// [`admit`] for one try in a transaction that does more.
pub async fn admit_one(now: Now, tx: &mut Conn, attempt: Attempt) -> Result<Answer> {
    let answers = admit(now, tx, &[attempt]).await?;
    answers.into_iter().next().unwrap_or_else(|| Err(Error::internal("a try without an answer")))
}

/// Records that somebody unknown was turned away before it was asked who they are: nobody is registered at a closed
/// door. It is a try of its own, for the same page may let them in later.
pub async fn turn_away(now: Now, tx: &mut Conn, attempt: &Attempt, code: Code) -> Result<Answer> {
    let refused = Refused { code, person: None, since: None };
    record::turned_away(now, tx, attempt, refused).await?;
    Ok(Answer::Refused(refused))
}

/// Why nobody could be let in by this attempt, whoever they are. A person whom the center knows is not counted against
/// the seats, for they may be in already.
pub(super) async fn refusal(
    now: Now,
    tx: &mut Conn,
    known: Option<PersonId>,
    attempt: &Attempt,
) -> Result<Option<Code>> {
    let (door, places) = hold_at(now, tx, attempt.session).await?;
    let (mut seated, mut heads, mut place) = (false, 1, None);
    if let Some(person) = known {
        place = places.get(&(attempt.session, person)).map(|place| place.heads);
        if let Some(came) = came(tx, door.id, person).await? {
            seated = !door.is_drop_in() || came.left_at.is_none();
            // Who comes back comes as anybody else.
            (heads, place) = (1 + came.company, Some(0));
        }
    }
    let part = attempt.part.unwrap_or(Part::Participant);
    let of_seats = |code: &Code| matches!(code, Code::Full | Code::NotRegistered);
    Ok(door.refusal(now, part, attempt, (heads, place)).filter(|code| !of_seats(code) || !seated))
}

/// A participant who is in, or was.
#[derive(sqlx::FromRow)]
struct CameBefore {
    left_at: Option<Timestamp>,
    /// Who came along.
    company: i64,
}

async fn came(tx: &mut Conn, session: SessionId, person: PersonId) -> Result<Option<CameBefore>> {
    Ok(sqlx::query_as(
        "select a.left_at, (select cast(coalesce(sum(h.heads), 0) as bigint) from head_counts h
                            where h.attendance_id = a.id and h.voided_at is null) as company
         from attendances a
         where a.session_id = $1 and a.person_id = $2 and a.part = 'participant' and a.voided_at is null",
    )
    .bind(session)
    .bind(person)
    .fetch_optional(tx)
    .await?)
}

/// The session as it is while this transaction holds its row: what is decided on it stays true until the commit.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(super) struct Door {
    pub id: SessionId,
    pub center_id: CenterId,
    team_id: Option<TeamId>,
    #[sqlx(flatten)]
    pub door: Doorway,
    ends_at: Timestamp,
    capacity: Option<i64>,
    admission: Admission,
    /// Participants and heads without a name, which share the seats; where people drop in, the participants who are inside with
    /// who came along, for nobody sees a head without a name leave. Zero where there is no capacity.
    taken: i64,
    /// Where something was said of it: whether one has to register,
    mode: Option<RegistrationMode>,
    /// and when the seats of those who have not come are open to others.
    late_minutes: Option<i64>,
    /// Heads that have a place and are not in yet.
    #[sqlx(skip)]
    held: i64,
    /// Whoever has no place is not let in by themselves.
    #[sqlx(skip)]
    closed_to_others: bool,
    #[sqlx(flatten)]
    bands: AgeBands,
}

impl Door {
    /// What a holder of this door must reach.
    fn held(&self, by: Holder) -> Option<facts::Held> {
        Some((by, self.center_id, self.team_id))
    }

    /// Whether who leaves makes room.
    pub(super) fn is_drop_in(&self) -> bool {
        self.admission == Admission::DropIn
    }

    /// Whether `heads` more fit.
    pub(super) fn has_room(&self, heads: i64) -> bool {
        self.has_room_for(heads, 0)
    }

    /// As [`Self::has_room`], for somebody of whose place so many heads are not in yet.
    pub(super) fn has_room_for(&self, heads: i64, own: i64) -> bool {
        // Who needs no more than is kept for them asks for nobody else's seat: more may be kept than there are, once there are fewer.
        let others = if heads <= own { 0 } else { self.held - own };
        self.capacity.is_none_or(|seats| self.taken + others + heads <= seats)
    }

    /// Whether the door is open to this try.
    fn is_open(&self, now: Now, attempt: &Attempt) -> Result<(), Code> {
        match (attempt.entrance, self.door.status) {
            (Entrance::Correction, SessionStatus::Planned | SessionStatus::Completed) => Ok(()),
            _ => super::rules::may_enter(&self.door, attempt.occurred_at, now),
        }
    }

    /// `heads` come at once; `place` is how many heads of theirs are not in yet, of whoever has a place.
    fn refusal(&self, now: Now, part: Part, attempt: &Attempt, (heads, place): (i64, Option<i64>)) -> Option<Code> {
        if let Err(code) = self.is_open(now, attempt) {
            return Some(code);
        }
        if part != Part::Participant {
            return None;
        }
        let stranger = place.is_none() && self.closed_to_others && attempt.entrance == Entrance::Door;
        let full = !self.has_room_for(heads, place.unwrap_or(0));
        stranger.then_some(Code::NotRegistered).or(full.then_some(Code::Full))
    }
}

/// Takes the session's row until the transaction ends. Whoever lets in, counts, corrects or closes does this first. Whoever counts heads needs
/// [`hold_at`]: here no seat is kept for who has a place.
///
/// # Errors
/// `NotFound` for a session that is not there.
pub(super) async fn hold(tx: &mut Conn, session: SessionId) -> Result<Door> {
    Ok(hold_at(Now(Timestamp(i64::MAX)), tx, session).await?.0)
}

/// As [`hold`], with who has a place, and how many of their heads have not come yet and keep their seats.
pub(super) async fn hold_at(now: Now, tx: &mut Conn, session: SessionId) -> Result<(Door, places::HeldPlaces)> {
    let (mut doors, places) = facts::doors(now, tx, [session]).await?;
    Ok((doors.remove(&session).ok_or(Error::NotFound)?, places))
}

/// What became of a try, as the scan keeps it: one of these, or a refusal's [`Code`].
const ADMITTED: &str = "admitted";
const RETURNED: &str = "returned";
const LEFT: &str = "left";
