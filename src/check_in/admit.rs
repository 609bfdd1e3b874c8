//! The one service that admits everyone.

use super::phones::{Phone, PhoneId};
use super::rules::{self, Doorway};
use super::{AttendanceId, Code, Method, Part, RequestId};
use crate::activities::{SessionId, SessionStatus};
use crate::auth::{AccountId, Greeter};
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::error::{Error, Refusal, Result};
use crate::people::PersonId;
use crate::people::groups::{self, Groups};
use crate::store::{Conn, Flag};

/// Who holds the door: somebody of the center, or the resident's own remembered phone. Only these two make one.
#[derive(Clone, Copy, Debug)]
pub struct Via {
    account: Option<AccountId>,
    phone: Option<PhoneId>,
}

impl Via {
    /// A phone that is not remembered: it can only be turned away.
    pub(super) fn unknown_phone() -> Self {
        Self { account: None, phone: None }
    }
}

impl From<&Greeter> for Via {
    fn from(by: &Greeter) -> Self {
        Self { account: Some(by.account), phone: None }
    }
}

impl From<&Phone> for Via {
    fn from(by: &Phone) -> Self {
        Self { account: None, phone: Some(by.id) }
    }
}

/// One try at the door, by whomever it is.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    pub request: RequestId,
    pub session: SessionId,
    pub part: Part,
    pub method: Method,
    /// When the person was at the door: earlier than now where it is entered afterwards.
    pub occurred_at: Timestamp,
}

/// What the door says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Admitted(Admitted),
    Refused(Refused),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admitted {
    pub attendance: AttendanceId,
    pub at: Timestamp,
    /// False where the answer repeats an earlier one.
    pub first: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    pub code: Code,
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
}

/// Lets a person in, or says why not; either way the try is recorded, so the caller commits whatever the answer is.
///
/// Statements: one that reads everything the decision needs, one for the age bands where there is a birth date, two
/// more where the session has a capacity (a lock and a count), then the attendance and the scan: three to six to let
/// somebody in, two to say `already_in`, one to repeat an answer. Races are decided by the keys `attendances_live`
/// and `scans.request_id`, and by the lock on a session with a capacity.
///
/// # Errors
/// `NotFound` for a session that is not there, and for a person who is not enrolled in its center.
/// `Refused("request_reused")` where the request's number was used for another try.
pub async fn admit(by: Via, now: Now, tx: &mut Conn, person: PersonId, attempt: &Attempt) -> Result<Answer> {
    let facts = Facts::load(tx, person, attempt).await?;
    if let Some(answer) = facts.earlier(person, attempt)? {
        return Ok(answer);
    }
    let (answer, attendance) = match decide(now, tx, attempt, &facts).await? {
        Err(refused) => (Answer::Refused(refused), facts.live),
        Ok(()) => {
            let groups = facts.groups(tx).await?;
            match insert(by, now, tx, person, attempt, groups).await? {
                Some(attendance) => {
                    let admitted = Admitted { attendance, at: attempt.occurred_at, first: true };
                    (Answer::Admitted(admitted), Some(attendance))
                }
                // Somebody else let the same person in a moment ago.
                None => {
                    let facts = Facts::load(tx, person, attempt).await?;
                    (Answer::Refused(Refused { code: Code::AlreadyIn, since: facts.since }), facts.live)
                }
            }
        }
    };
    if record(by, now, tx, Some(person), attempt, attendance, answer).await? {
        return Ok(answer);
    }
    // The same request was answered while we decided. Its answer stands; if ours differs, ours must not be committed.
    match (Facts::load(tx, person, attempt).await?.earlier(person, attempt)?, answer) {
        (Some(earlier), Answer::Refused(_)) => Ok(earlier),
        _ => Err(Error::Unavailable),
    }
}

/// Records that somebody unknown was turned away before it was asked who they are: nobody is registered at a closed door.
pub async fn turn_away(by: Via, now: Now, tx: &mut Conn, attempt: &Attempt, code: Code) -> Result<Answer> {
    let answer = Answer::Refused(Refused { code, since: None });
    record(by, now, tx, None, attempt, None, answer).await?;
    Ok(answer)
}

async fn decide(now: Now, tx: &mut Conn, attempt: &Attempt, facts: &Facts) -> Result<Result<(), Refused>> {
    let refused = |code| Ok(Err(Refused { code, since: facts.since }));
    if facts.live.is_some() {
        return refused(Code::AlreadyIn);
    }
    if let Err(code) = rules::may_enter(&facts.doorway(), attempt.occurred_at, now) {
        return refused(code);
    }
    match facts.capacity {
        Some(seats) if attempt.part == Part::Participant && !has_seat(tx, attempt.session, seats).await? => {
            refused(Code::Full)
        }
        _ => Ok(Ok(())),
    }
}

/// Takes the session's row, so that those who want its seats come one after the other, then counts.
async fn has_seat(tx: &mut Conn, session: SessionId, seats: i64) -> Result<bool> {
    lock(tx, session).await?;
    let taken: i64 = sqlx::query_scalar(
        "select count(*) from attendances where session_id = $1 and role = 'participant' and voided_at is null",
    )
    .bind(session)
    .fetch_one(tx)
    .await?;
    Ok(taken < seats)
}

/// Holds the session's row until the transaction ends: an update that changes nothing, which both engines know.
pub(super) async fn lock(tx: &mut Conn, session: SessionId) -> Result<()> {
    sqlx::query("update sessions set capacity = capacity where id = $1").bind(session).execute(tx).await?;
    Ok(())
}

async fn insert(
    by: Via,
    now: Now,
    tx: &mut Conn,
    person: PersonId,
    attempt: &Attempt,
    groups: Groups,
) -> Result<Option<AttendanceId>> {
    Ok(sqlx::query_scalar(
        "insert into attendances (session_id, person_id, role, method, came_at, recorded_at, recorded_by,
                elderly, disabled, needy, youth)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (session_id, person_id, role) where voided_at is null do nothing returning id",
    )
    .bind(attempt.session)
    .bind(person)
    .bind(attempt.part)
    .bind(attempt.method)
    .bind(attempt.occurred_at)
    .bind(now.0)
    .bind(by.account)
    .bind(Flag::from(groups.elderly))
    .bind(Flag::from(groups.disabled))
    .bind(Flag::from(groups.needy))
    .bind(Flag::from(groups.youth))
    .fetch_optional(tx)
    .await?)
}

/// Writes the scan; false where the request has one already.
async fn record(
    by: Via,
    now: Now,
    tx: &mut Conn,
    person: Option<PersonId>,
    attempt: &Attempt,
    attendance: Option<AttendanceId>,
    answer: Answer,
) -> Result<bool> {
    let outcome = match answer {
        Answer::Admitted(_) => ADMITTED,
        Answer::Refused(refused) => refused.code.code(),
    };
    let id: Option<i64> = sqlx::query_scalar(
        "insert into scans (request_id, session_id, person_id, attendance_id, role, method, outcome, occurred_at,
                recorded_at, account_id, phone_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (request_id) do nothing returning id",
    )
    .bind(attempt.request)
    .bind(attempt.session)
    .bind(person)
    .bind(attendance)
    .bind(attempt.part)
    .bind(attempt.method)
    .bind(outcome)
    .bind(attempt.occurred_at)
    .bind(now.0)
    .bind(by.account)
    .bind(by.phone)
    .fetch_optional(tx)
    .await?;
    Ok(id.is_some())
}

/// The outcome of a scan that let somebody in; every other outcome is a [`Code`].
const ADMITTED: &str = "admitted";

/// Everything a decision needs, read in one statement: the session, the person, the live attendance, and the earlier
/// scan of the same request.
#[derive(sqlx::FromRow)]
struct Facts {
    status: SessionStatus,
    starts_at: Timestamp,
    local_date: Date,
    zone: Zone,
    capacity: Option<i64>,
    birth_date: Option<Date>,
    disabled: Flag,
    needy: Flag,
    live: Option<AttendanceId>,
    since: Option<Timestamp>,
    scan_session: Option<SessionId>,
    scan_person: Option<PersonId>,
    scan_role: Option<Part>,
    scan_outcome: Option<String>,
    scan_attendance: Option<AttendanceId>,
    scan_came_at: Option<Timestamp>,
}

impl Facts {
    async fn load(conn: &mut Conn, person: PersonId, attempt: &Attempt) -> Result<Self> {
        sqlx::query_as(
            "select s.status, s.starts_at, s.local_date, c.zone, s.capacity, p.birth_date,
                    case when exists (select 1 from group_memberships m
                        where m.person_id = p.id and m.priority_group = 'disabled' and m.valid_from <= s.local_date
                          and (m.valid_to is null or m.valid_to >= s.local_date)) then 1 else 0 end as disabled,
                    case when exists (select 1 from group_memberships m
                        where m.person_id = p.id and m.priority_group = 'needy' and m.valid_from <= s.local_date
                          and (m.valid_to is null or m.valid_to >= s.local_date)) then 1 else 0 end as needy,
                    l.id as live, l.came_at as since,
                    q.session_id as scan_session, q.person_id as scan_person, q.role as scan_role,
                    q.outcome as scan_outcome, q.attendance_id as scan_attendance, a.came_at as scan_came_at
             from sessions s
             join centers c on c.id = s.center_id
             join enrolments e on e.center_id = s.center_id and e.person_id = $2
             join people p on p.id = e.person_id
             left join attendances l
                    on l.session_id = s.id and l.person_id = p.id and l.role = $3 and l.voided_at is null
             left join scans q on q.request_id = $4
             left join attendances a on a.id = q.attendance_id
             where s.id = $1",
        )
        .bind(attempt.session)
        .bind(person)
        .bind(attempt.part)
        .bind(attempt.request)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
    }

    fn doorway(&self) -> Doorway {
        Doorway { status: self.status, starts_at: self.starts_at, local_date: self.local_date, zone: self.zone }
    }

    /// What the same request was told before.
    fn earlier(&self, person: PersonId, attempt: &Attempt) -> Result<Option<Answer>> {
        let Some(outcome) = &self.scan_outcome else { return Ok(None) };
        let same = self.scan_session == Some(attempt.session)
            && self.scan_person == Some(person)
            && self.scan_role == Some(attempt.part);
        if !same {
            return Err(Error::refused("request_reused"));
        }
        Ok(Some(match (outcome.parse(), self.scan_attendance) {
            (Ok(code), _) => Answer::Refused(Refused { code, since: self.scan_came_at }),
            (Err(_), Some(attendance)) => {
                let at = self.scan_came_at.unwrap_or(attempt.occurred_at);
                Answer::Admitted(Admitted { attendance, at, first: false })
            }
            (Err(_), None) => return Err(Error::internal("an admitted scan without its attendance")),
        }))
    }

    /// The person's groups on the session's local date.
    async fn groups(&self, conn: &mut Conn) -> Result<Groups> {
        let granted = Groups { disabled: self.disabled.is_set(), needy: self.needy.is_set(), ..Groups::default() };
        let Some(birth) = self.birth_date else { return Ok(granted) };
        let bands = groups::age_bands(conn).await?;
        Ok(Groups {
            elderly: bands.is_elderly(birth, self.local_date),
            youth: bands.is_youth(birth, self.local_date),
            ..granted
        })
    }
}
