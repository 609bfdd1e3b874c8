//! What is done at a session beside admitting: walk-ins, corrections, and closing it.

use super::admit::{self, Again, Answer, Attempt, Entrance, Queue, Via, Way, Who, admit_one, hold};
use super::forms::{Closing, Confirmation, WalkIn};
use super::queries::{self, Present};
use super::types::{AttendanceId, Method, Part, RequestId};
use super::{company, rules};
use crate::activities::{self, Session, SessionStatus};
use crate::auth::{Coordinator, Greeter};
use crate::clock::{Now, Timestamp};
use crate::error::{Error, FieldErrors, Result};
use crate::hours::{self, EntryId};
use crate::people::queries::Marks;
use crate::people::{self, Name, PersonId, PhoneNumber};
use crate::phones::{self, Phone};
use crate::store::{Conn, Sealer};
use crate::{audit, locks, marks, registrations};

/// As [`entered`], by another way in than the roster while the session runs.
fn came(session: &Session, now: Now, live: Method) -> (Method, Timestamp) {
    match rules::entered(session, now) {
        (Method::Roster, at) => (live, at),
        afterwards => afterwards,
    }
}

/// A try from a page: its number stands for the page and what was asked for there.
pub(super) fn from_page(
    by: impl Into<Via>,
    session: &Session,
    request: RequestId,
    who: PersonId,
    came: (Method, Timestamp),
) -> Attempt {
    Attempt {
        by: by.into(),
        request,
        session: session.id,
        who: Who::Person(who),
        part: None,
        way: Way::In,
        method: came.0,
        occurred_at: came.1,
        offline: false,
        entrance: Entrance::Door,
        again: Again::Page,
    }
}

/// A try by the hash of a card's code.
fn by_card(by: impl Into<Via>, session: &Session, page: RequestId, card: String, came: (Method, Timestamp)) -> Attempt {
    // Nobody yet: the card says who.
    let attempt = from_page(by, session, page.of(&card), PersonId(0), came);
    Attempt { who: Who::Card(card), ..attempt }
}

/// A card is shown at the desk: scanned, or its code typed.
pub(super) async fn show_card(
    by: &Greeter,
    now: Now,
    queue: &Queue,
    session: &Session,
    page: RequestId,
    card: String,
) -> Result<Answer> {
    queue.admit(by_card(by, session, page, card, came(session, now, Method::Card))).await
}

/// Ticks a person on the roster.
pub(super) async fn tick(
    by: &Greeter,
    now: Now,
    queue: &Queue,
    session: &Session,
    page: RequestId,
    (person, part, entrance): (PersonId, Part, Entrance),
) -> Result<Answer> {
    let request = page.of(format_args!("{person}:{part}"));
    let attempt = from_page(by, session, request, person, rules::entered(session, now));
    queue.admit(Attempt { part: Some(part), entrance, ..attempt }).await
}

/// Registers somebody at the door, with a phone or without, and lets them in. Nobody is registered at a closed or full
/// door. `again` says what the same request gets: a page and a program ask differently.
///
/// # Errors
/// `Refused("name_known")` where nothing tells the person from somebody of this name whom the center knows, unless
/// `new.anyway` is set.
pub async fn walk_in(
    by: &Greeter,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    session: &Session,
    page: RequestId,
    new: &WalkIn,
    again: Again,
) -> Result<Answer> {
    // The row puts a double tap in order: the second one finds what the first one did.
    hold(tx, session.id).await?;
    let attempt = newcomer(by, session, page, new, came(session, now, Method::WalkIn));
    let known = registered(tx, sealer, session, attempt.request, new).await?;
    if known.is_none()
        && let Some(code) = admit::refusal(now, tx, None, &attempt).await?
    {
        return admit::turn_away(now, tx, &attempt, code).await;
    }
    if known.is_none() && !new.anyway {
        let told = Marks { phone: new.phone.is_some(), ..Marks::default() };
        people::refuse_namesake(tx, session.center_id, &new.name, told).await?;
    }
    let person = match known {
        Some(person) => person,
        None => register(by, now, tx, sealer, session, new).await?,
    };
    admit_one(now, tx, Attempt { who: Who::Person(person), again, ..attempt }).await
}

/// A walk-in that a device kept while it had no network, and saw at `seen_at`. Somebody let the person in, so they are
/// registered whatever became of the session or of others of their name: no name is lost. Where the door says no by now, the
/// scan waits for a worker's decision as every other that was kept.
pub(super) async fn kept_walk_in(
    by: &Greeter,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    session: &Session,
    page: RequestId,
    new: &WalkIn,
    seen_at: Timestamp,
) -> Result<Answer> {
    hold(tx, session.id).await?;
    let attempt = newcomer(by, session, page, new, (Method::WalkIn, seen_at));
    let person = match registered(tx, sealer, session, attempt.request, new).await? {
        Some(person) => person,
        None => register(by, now, tx, sealer, session, new).await?,
    };
    admit_one(now, tx, Attempt { who: Who::Person(person), offline: true, again: Again::Repeat, ..attempt }).await
}

/// Registers whom a device kept for a session that is out of its reach by now, unless they are known already.
pub(super) async fn register_kept(
    by: &Greeter,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    session: &Session,
    page: RequestId,
    new: &WalkIn,
) -> Result<PersonId> {
    let attempt = newcomer(by, session, page, new, (Method::WalkIn, now.0));
    match registered(tx, sealer, session, attempt.request, new).await? {
        Some(person) => Ok(person),
        None => register(by, now, tx, sealer, session, new).await,
    }
}

/// The try of somebody who is new: who it is follows. Its number stands for what was typed, too.
fn newcomer(by: &Greeter, session: &Session, page: RequestId, new: &WalkIn, came: (Method, Timestamp)) -> Attempt {
    let (number, entrance) = (new.phone.as_ref().map_or("", PhoneNumber::as_str), Entrance::knowingly(new.anyway));
    let request = page.of(format_args!("{}\n{number}\n{}", new.name, new.part));
    Attempt { part: Some(new.part), entrance, ..from_page(by, session, request, PersonId(0), came) }
}

/// Whom the same request registered before, or whom the center knows by name and number.
async fn registered(
    tx: &mut Conn,
    sealer: &Sealer,
    session: &Session,
    request: RequestId,
    new: &WalkIn,
) -> Result<Option<PersonId>> {
    let tapped: Option<PersonId> =
        sqlx::query_scalar("select person_id from scans where request_id = $1 and person_id is not null")
            .bind(request)
            .fetch_optional(&mut *tx)
            .await?;
    match (tapped, &new.phone) {
        (None, Some(phone)) => people::enrolled(tx, sealer, session.center_id, &new.name, phone).await,
        (tapped, _) => Ok(tapped),
    }
}

async fn register(
    by: &Greeter,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    session: &Session,
    new: &WalkIn,
) -> Result<PersonId> {
    let center = session.center_id;
    match &new.phone {
        Some(phone) => people::admit_unknown(by, now, tx, sealer, center, &new.name, phone).await,
        None => people::register_by_name(by, now, tx, sealer, center, &new.name).await,
    }
}

/// What came of a resident's first visit.
pub(super) struct FirstVisit {
    pub answer: Answer,
    pub person: Option<PersonId>,
    /// The secret of a phone that is remembered from now on; it goes into the cookie once all is committed.
    pub secret: Option<String>,
}

/// A resident's first time on this phone, or one more member of the family: found by name and phone or registered,
/// remembered by the phone, and let in. At a closed or full door nobody is registered and no phone remembered. `told` is the version of
/// the door's words that were before them.
pub(super) async fn first_visit(
    (phone, browser): (Option<Phone>, &str),
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    session: &Session,
    page: RequestId,
    (name, number, told): (&Name, &PhoneNumber, Option<i64>),
) -> Result<FirstVisit> {
    hold(tx, session.id).await?;
    let known = people::enrolled(tx, sealer, session.center_id, name, number).await?;
    let part = match known {
        Some(person) => queries::part_at(tx, session.id, person).await?,
        None => Part::Participant,
    };
    let via = phone.as_ref().map_or(Via::unknown_phone(), Via::from);
    let attempt = from_page(via, session, page, known.unwrap_or(PersonId(0)), (Method::Phone, now.0));
    let attempt = Attempt { part: Some(part), ..attempt };
    if let Some(code) = admit::refusal(now, tx, known, &attempt).await? {
        let answer = admit::turn_away(now, tx, &attempt, code).await?;
        return Ok(FirstVisit { answer, person: None, secret: None });
    }
    let (by, secret) = phones::known_or_new(phone, browser, now, tx).await?;
    let person = people::admit_unknown(&by, now, tx, sealer, session.center_id, name, number).await?;
    phones::add_person(now, tx, &by, person, told).await?;
    let request = page.of(format_args!("{person}:{part}"));
    let attempt = Attempt { by: (&by).into(), request, who: Who::Person(person), ..attempt };
    let answer = admit_one(now, tx, attempt).await?;
    Ok(FirstVisit { answer, person: Some(person), secret })
}

/// A resident's first time on this phone with a card: its holder is remembered by the phone and let in. A card that is
/// lost or unknown, or a closed or full door, leaves nothing behind but the scan.
pub(super) async fn first_visit_by_card(
    (phone, browser): (Option<Phone>, &str),
    now: Now,
    tx: &mut Conn,
    session: &Session,
    page: RequestId,
    card: String,
) -> Result<FirstVisit> {
    hold(tx, session.id).await?;
    let attempt = by_card(Via::unknown_phone(), session, page, card.clone(), (Method::Card, now.0));
    let Some(holder) = locks::card(tx, &card).await? else {
        let answer = admit_one(now, tx, attempt).await?;
        return Ok(FirstVisit { answer, person: None, secret: None });
    };
    let (_, person) = holder;
    let attempt = Attempt { part: Some(queries::part_at(tx, session.id, person).await?), ..attempt };
    if let Some(code) = admit::refusal(now, tx, Some(person), &attempt).await? {
        let answer = admit::turn_away(now, tx, &attempt, code).await?;
        return Ok(FirstVisit { answer, person: None, secret: None });
    }
    let (by, secret) = phones::known_or_new(phone, browser, now, tx).await?;
    phones::add_holder(now, tx, &by, holder).await?;
    let answer = admit_one(now, tx, Attempt { by: (&by).into(), ..attempt }).await?;
    Ok(FirstVisit { answer, person: Some(person), secret })
}

/// A person whom the phone speaks for checks in or out, maybe at a center where they never were: it knows them from now
/// on, unless they are turned away.
pub(super) async fn visit(
    by: &Phone,
    now: Now,
    queue: &Queue,
    session: &Session,
    page: RequestId,
    (person, way): (PersonId, Way),
) -> Result<Answer> {
    let request = page.of(format_args!("{person}:{way}"));
    let attempt = from_page(by, session, request, person, (Method::Phone, now.0));
    queue.admit(Attempt { way, ..attempt }).await
}

/// Marks an attendance as a mistake. It stays, with the reason; confirmed hours that came of it are reversed.
///
/// # Errors
/// `Forbidden` for a helper at a completed session, `NotFound` for an attendance that is not there or already voided.
pub async fn void(
    by: &Greeter,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    id: AttendanceId,
    reason: &str,
) -> Result<()> {
    rules::may_correct(by.role, hold(tx, session.id).await?.door.status)?;
    let voided: Option<(PersonId, Part)> = sqlx::query_as(
        "update attendances set voided_at = $1, voided_by = $2, void_reason = $3
         where id = $4 and session_id = $5 and voided_at is null returning person_id, part",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(reason)
    .bind(id)
    .bind(session.id)
    .fetch_optional(&mut *tx)
    .await?;
    let Some((person, part)) = voided else { return Err(Error::NotFound) };
    company::leave_alone(now, tx, id).await?;
    if part == Part::Volunteer {
        hours::reverse_all(by, now, tx, session, person, reason).await?;
    }
    audit::record(tx, by, now, audit::entry("attendance.voided", id.0).at(session.center_id).because(reason)).await?;
    marks::sessions(tx, &[session.id]).await
}

/// Takes back a check-in that whoever made it sees to be a mistake at once. `reason` is the page's word for that.
///
/// # Errors
/// `Refused("undo_too_late")` after [`rules::UNDO_WITHIN`] and for what somebody else did, and as [`void`].
pub(super) async fn undo(
    by: &Greeter,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    attendance: &Present,
    reason: &str,
) -> Result<()> {
    if !attendance.may_undo(by, now) {
        return Err(Error::refused("undo_too_late"));
    }
    void(by, now, tx, session, attendance.id, reason).await
}

/// Somebody who is in leaves.
///
/// # Errors
/// As [`Queue::admit`].
pub async fn check_out(
    by: &Greeter,
    now: Now,
    queue: &Queue,
    session: &Session,
    attendance: &Present,
) -> Result<Answer> {
    let came = (Method::Roster, now.0);
    let attempt = from_page(by, session, RequestId::random(), attendance.person.id, came);
    queue.admit(Attempt { part: Some(attendance.part), way: Way::Out, ..attempt }).await
}

/// Closes the session with its summary, and confirms the volunteers' hours that the worker ticked. From now on it only
/// changes by audited corrections.
///
/// # Errors
/// `Refused("session_not_begun")` before its start, `Refused("session_not_planned")` if it was closed or cancelled.
pub async fn close(by: &Coordinator, now: Now, tx: &mut Conn, session: &Session, closing: &Closing) -> Result<()> {
    if now.0 < session.starts_at {
        return Err(Error::refused("session_not_begun"));
    }
    hours::hold(tx, &closing.hours).await?;
    activities::complete(by, now, tx, session.id, &closing.summary).await?;
    registrations::note_absent(now, tx, session.id).await?;
    for confirmed in &closing.hours {
        hours::confirm(by, now, tx, session, confirmed).await?;
    }
    audit::record(tx, by, now, audit::entry("session.closed", session.id.0).at(session.center_id)).await
}

/// Opens a session again that was closed by mistake: as long as its local day lasts, and while none of its hours are
/// confirmed. Its summary stays, to be written on.
///
/// # Errors
/// `Refused("session_not_completed")`, `Refused("reopening_too_late")` from the next day on,
/// `Refused("hours_are_confirmed")`.
pub async fn reopen(by: &Coordinator, now: Now, tx: &mut Conn, session: &Session) -> Result<()> {
    let door = hold(tx, session.id).await?.door;
    if door.status != SessionStatus::Completed {
        return Err(Error::refused("session_not_completed"));
    }
    if session.zone.date(now.0) > session.local_date {
        return Err(Error::refused("reopening_too_late"));
    }
    if hours::queries::are_confirmed(tx, session.id).await? {
        return Err(Error::refused("hours_are_confirmed"));
    }
    activities::reopen(now, tx, session.id).await?;
    registrations::forget_absent(now, tx, session.id).await?;
    audit::record(tx, by, now, audit::entry("session.reopened", session.id.0).at(session.center_id)).await
}

/// Confirms one volunteer's hours after the session was closed.
///
/// # Errors
/// `Refused("session_not_completed")` before; `NotFound` where no volunteer was in by this attendance; as
/// [`hours::confirm`]; `Invalid` at the reason's field where the minutes need one.
pub(crate) async fn confirm(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    asked: Confirmation,
) -> Result<EntryId> {
    if hold(tx, session.id).await?.door.status != SessionStatus::Completed {
        return Err(Error::refused("session_not_completed"));
    }
    let volunteers = hours::queries::volunteers(tx, now, session).await?;
    let volunteer = volunteers.iter().find(|volunteer| volunteer.attendance == asked.attendance);
    let confirmed = volunteer.ok_or(Error::NotFound)?.confirmed(asked.minutes, asked.reason);
    let confirmed = confirmed.map_err(|fault| FieldErrors::one(&asked.why, fault))?;
    hours::confirm(by, now, tx, session, &confirmed).await
}
