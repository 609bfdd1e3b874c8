//! The one service that admits everyone.

use super::phones::{Phone, PhoneId};
use super::rules::{self, Doorway};
use super::{AttendanceId, Code, Method, Part, RequestId};
use crate::activities::SessionId;
use crate::auth::{AccountId, Greeter};
use crate::clock::{Date, Now, Timestamp};
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
/// The same request gets the same answer, for a program that did not hear it.
///
/// Statements: one that takes the session's row, one that reads everything else the decision needs, one for the age
/// bands where there is a birth date, one more to count where the session has a capacity, then the attendance and the
/// scan: four to six to let somebody in, three to say `already_in`, two to repeat an answer. Whoever holds the row
/// decides alone: no seat is given twice, and nobody is let in at a session that was closed a moment ago.
///
/// # Errors
/// `NotFound` for a session that is not there, and for a person who is not enrolled in its center.
/// `Refused("request_reused")` where the request's number was used for another try, `Refused("voided")` where it let
/// somebody in and that was taken back since.
pub async fn admit(by: Via, now: Now, tx: &mut Conn, person: PersonId, attempt: &Attempt) -> Result<Answer> {
    let held = hold(tx, attempt.session).await?;
    let facts = Facts::load(tx, person, attempt).await?;
    match facts.earlier(person, attempt)? {
        Some(_) if facts.was_voided() => Err(Error::refused("voided")),
        Some(answer) => Ok(answer),
        None => decide(by, now, tx, person, attempt, (&held, &facts)).await,
    }
}

/// The same from a page, which stays open while a seat becomes free or a mistake is taken back: it repeats an admission
/// that still counts; anything else is decided anew, as a try of its own.
///
/// # Errors
/// As [`admit`], without `voided`.
pub(super) async fn admit_on_page(
    by: Via,
    now: Now,
    tx: &mut Conn,
    person: PersonId,
    attempt: &Attempt,
) -> Result<Answer> {
    let held = hold(tx, attempt.session).await?;
    let facts = Facts::load(tx, person, attempt).await?;
    match facts.earlier(person, attempt)? {
        Some(answer @ Answer::Admitted(_)) if !facts.was_voided() => Ok(answer),
        Some(_) => {
            let anew = Attempt { request: RequestId::random(), ..*attempt };
            decide(by, now, tx, person, &anew, (&held, &facts)).await
        }
        None => decide(by, now, tx, person, attempt, (&held, &facts)).await,
    }
}

/// Records that somebody unknown was turned away before it was asked who they are: nobody is registered at a closed
/// door. It is a try of its own, for the same page may let them in later.
pub async fn turn_away(by: Via, now: Now, tx: &mut Conn, attempt: &Attempt, code: Code) -> Result<Answer> {
    let answer = Answer::Refused(Refused { code, since: None });
    let own = Attempt { request: RequestId::random(), ..*attempt };
    record(by, now, tx, None, &own, None, answer).await?;
    Ok(answer)
}

/// Why nobody could be let in by this attempt, whoever they are. A person whom the center knows is not counted against
/// the seats, for they may be in already.
pub(super) async fn refusal(
    now: Now,
    tx: &mut Conn,
    known: Option<PersonId>,
    attempt: &Attempt,
) -> Result<Option<Code>> {
    let held = hold(tx, attempt.session).await?;
    held.refusal(now, tx, known, attempt).await
}

async fn decide(
    by: Via,
    now: Now,
    tx: &mut Conn,
    person: PersonId,
    attempt: &Attempt,
    (held, facts): (&Held, &Facts),
) -> Result<Answer> {
    let refused = match facts.live {
        Some(_) => Some(Code::AlreadyIn),
        None => held.refusal(now, tx, None, attempt).await?,
    };
    let (answer, attendance) = match refused {
        Some(code) => (Answer::Refused(Refused { code, since: facts.since }), facts.live),
        None => {
            let groups = facts.groups(tx).await?;
            let attendance = insert(by, now, tx, person, attempt, groups).await?;
            let admitted = Admitted { attendance, at: attempt.occurred_at, first: true };
            (Answer::Admitted(admitted), Some(attendance))
        }
    };
    if record(by, now, tx, Some(person), attempt, attendance, answer).await? {
        return Ok(answer);
    }
    // Requests of one session come one after the other, so the number went to another session while we decided.
    Err(Error::refused("request_reused"))
}

/// The session as it is while this transaction holds its row: what is decided on it stays true until the commit.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(super) struct Held {
    #[sqlx(flatten)]
    pub door: Doorway,
    capacity: Option<i64>,
}

/// Takes the session's row until the transaction ends, by an update that changes nothing, which both engines know.
/// Whoever lets in, counts, corrects or closes does this first.
///
/// # Errors
/// `NotFound` for a session that is not there.
pub(super) async fn hold(tx: &mut Conn, session: SessionId) -> Result<Held> {
    sqlx::query_as(
        "update sessions set sequence = sequence where id = $1
         returning status, starts_at, local_date, capacity,
             (select c.zone from centers c where c.id = sessions.center_id) as zone",
    )
    .bind(session)
    .fetch_optional(tx)
    .await?
    .ok_or(Error::NotFound)
}

impl Held {
    /// Whether `heads` more fit: participants and heads without a name share the seats.
    pub(super) async fn has_room(
        &self,
        tx: &mut Conn,
        session: SessionId,
        heads: i64,
        known: Option<PersonId>,
    ) -> Result<bool> {
        let Some(seats) = self.capacity else { return Ok(true) };
        let taken: i64 = sqlx::query_scalar(
            "select (select count(*) from attendances
                     where session_id = $1 and role = 'participant' and voided_at is null and person_id <> $2)
                  + (select cast(coalesce(sum(heads), 0) as bigint) from head_counts
                     where session_id = $1 and voided_at is null)",
        )
        .bind(session)
        .bind(known.unwrap_or(PersonId(0)))
        .fetch_one(tx)
        .await?;
        Ok(taken + heads <= seats)
    }

    async fn refusal(
        &self,
        now: Now,
        tx: &mut Conn,
        known: Option<PersonId>,
        attempt: &Attempt,
    ) -> Result<Option<Code>> {
        if let Err(code) = rules::may_enter(&self.door, attempt.occurred_at, now) {
            return Ok(Some(code));
        }
        let full = attempt.part == Part::Participant && !self.has_room(tx, attempt.session, 1, known).await?;
        Ok(full.then_some(Code::Full))
    }
}

async fn insert(
    by: Via,
    now: Now,
    tx: &mut Conn,
    person: PersonId,
    attempt: &Attempt,
    groups: Groups,
) -> Result<AttendanceId> {
    Ok(sqlx::query_scalar(
        "insert into attendances (session_id, person_id, role, method, came_at, recorded_at, recorded_by,
                elderly, disabled, needy, youth)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
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
    .fetch_one(tx)
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

/// What a decision needs beside the session, read in one statement once its row is held: the person, the live
/// attendance, and the earlier scan of the same request.
#[derive(sqlx::FromRow)]
struct Facts {
    local_date: Date,
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
    scan_voided_at: Option<Timestamp>,
}

impl Facts {
    async fn load(conn: &mut Conn, person: PersonId, attempt: &Attempt) -> Result<Self> {
        sqlx::query_as(
            "select s.local_date, p.birth_date,
                    case when exists (select 1 from memberships_held m
                        where m.person_id = p.id and m.priority_group = 'disabled' and m.valid_from <= s.local_date
                          and (m.valid_to is null or m.valid_to >= s.local_date)) then 1 else 0 end as disabled,
                    case when exists (select 1 from memberships_held m
                        where m.person_id = p.id and m.priority_group = 'needy' and m.valid_from <= s.local_date
                          and (m.valid_to is null or m.valid_to >= s.local_date)) then 1 else 0 end as needy,
                    l.id as live, l.came_at as since,
                    q.session_id as scan_session, q.person_id as scan_person, q.role as scan_role,
                    q.outcome as scan_outcome, q.attendance_id as scan_attendance, a.came_at as scan_came_at,
                    a.voided_at as scan_voided_at
             from sessions s
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

    /// The earlier scan let somebody in, which was taken back since.
    fn was_voided(&self) -> bool {
        self.scan_outcome.as_deref() == Some(ADMITTED) && self.scan_voided_at.is_some()
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
        let bands = groups::age_bands(conn, self.local_date).await?;
        Ok(Groups {
            elderly: bands.is_elderly(birth, self.local_date),
            youth: bands.is_youth(birth, self.local_date),
            ..granted
        })
    }
}
