//! Taking a place, giving it up, moving up. The session's row is held for all of it, and whoever waits moves up in the same transaction.

use super::hall::{self, Hall, Halls, NewTurn, settle};
use super::hand::{RegistrationHand, refused};
use super::jobs;
use super::rules::{self, Seats, Turn};
use super::types::{
    CourseId, CourseState, RegisteredBy, RegistrationId, RegistrationRefusal, RegistrationState, RegistrationTerms,
    groups_of,
};
use crate::audit;
use crate::clock::{Now, Timestamp};
use crate::error::{Error, OnViolation as _, Result};
use crate::ids::{PersonId, SessionId};
use crate::store::{Conn, Flag};

/// Somebody who is to be registered.
#[derive(Clone, Debug)]
pub(super) struct Entering {
    pub person: PersonId,
    /// With whom they bring.
    pub heads: i64,
    pub request: String,
    pub link: String,
    /// By a worker who knows of what speaks against it: age, group, time, more companions than usual.
    pub anyway: bool,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceTaken {
    pub person: PersonId,
    pub id: RegistrationId,
    pub state: RegistrationState,
    /// False where they were registered before.
    pub first: bool,
}

/// Takes a place in a session, or in all dates of its course, or a turn on the waitlist. Who has one keeps it; the same request again gives what
/// became of the first.
///
/// # Errors
/// `Refused` with a [`RegistrationRefusal`].
pub(super) async fn enter(
    hand: &RegistrationHand,
    now: Now,
    tx: &mut Conn,
    halls: &mut Halls,
    new: &Entering,
) -> Result<PlaceTaken> {
    if let Some(before) = before(tx, halls.here()?, new).await? {
        return Ok(before);
    }
    let terms = halls.here()?.terms;
    refuse(hand, now, tx, halls, new).await?;
    let course = match terms.whole.is_set() {
        true => live_course(tx, halls.here()?, new.person).await?,
        false => None,
    };
    match (terms.whole.is_set(), course) {
        (true, None) => enter_course(hand, now, tx, halls, new).await,
        // One date, or one that they gave up of a course that they take.
        (_, course) => enter_one(hand, now, tx, halls, (new, course)).await,
    }
}

/// What they have there already, or what became of the same request.
async fn before(tx: &mut Conn, hall: &Hall, new: &Entering) -> Result<Option<PlaceTaken>> {
    if let Some(turn) = hall.of(new.person) {
        let state = if turn.confirmed { RegistrationState::Confirmed } else { RegistrationState::Waiting };
        return Ok(Some(PlaceTaken { person: new.person, id: turn.id, state, first: false }));
    }
    let replayed: Option<(RegistrationId, RegistrationState)> = sqlx::query_as(
        "select id, state from registrations where request_id = $1 and session_id = $2 and person_id = $3",
    )
    .bind(&new.request)
    .bind(hall.session.id)
    .bind(new.person)
    .fetch_optional(tx)
    .await?;
    Ok(replayed.map(|(id, state)| PlaceTaken { person: new.person, id, state, first: false }))
}

/// All dates of an activity that somebody took, or waits for.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
struct TakenCourse {
    id: CourseId,
    state: CourseState,
    made_at: Timestamp,
}

async fn live_course(tx: &mut Conn, hall: &Hall, person: PersonId) -> Result<Option<TakenCourse>> {
    Ok(sqlx::query_as(
        "select id, state, made_at from courses where activity_id = $1 and person_id = $2 and state in ('confirmed', 'waiting')",
    )
    .bind(hall.session.activity_id)
    .bind(person)
    .fetch_optional(tx)
    .await?)
}

/// Whatever speaks against it but the seats.
async fn refuse(hand: &RegistrationHand, now: Now, tx: &mut Conn, halls: &Halls, new: &Entering) -> Result<()> {
    let here = halls.here()?;
    let terms: RegistrationTerms = here.terms;
    if !here.session.is_coming(now) {
        return Err(refused(RegistrationRefusal::Over));
    }
    if !terms.takes() {
        return Err(refused(RegistrationRefusal::NotNeeded));
    }
    let by_worker = matches!(hand.by, RegisteredBy::Worker | RegisteredBy::Chain);
    if !by_worker {
        rules::is_time(&terms, here.session.starts_at, now.0).map_err(refused)?;
    }
    if !new.anyway && new.heads - 1 > terms.companions {
        return Err(refused(RegistrationRefusal::Companions));
    }
    let sessions: Vec<SessionId> = halls.all.iter().map(|hall| hall.session.id).collect();
    for facts in hall::newcomer(tx, new.person, &sessions).await? {
        let Some(hall) = halls.all.iter().find(|hall| hall.session.id == facts.session_id) else { continue };
        if facts.serves.is_set() {
            return Err(refused(RegistrationRefusal::OnShift));
        }
        let (bands, on) = (hall.session.bands, hall.session.local_date);
        let groups = groups_of(facts.birth_date, &facts.held, bands, on);
        if !new.anyway {
            rules::eligible(&terms, (facts.birth_date, facts.residence), groups, on).map_err(refused)?;
        }
    }
    Ok(())
}

/// The newcomer at the end of each hall's line.
async fn at_the_end(
    tx: &mut Conn,
    now: Now,
    halls: &mut Halls,
    new: &Entering,
    (only, course, made_at): (Option<SessionId>, Option<CourseId>, Timestamp),
) -> Result<()> {
    let wanted = |hall: &Hall| only.is_none_or(|only| only == hall.session.id);
    let sessions: Vec<SessionId> = halls.all.iter().filter(|hall| wanted(hall)).map(|hall| hall.session.id).collect();
    let facts = hall::newcomer(tx, new.person, &sessions).await?;
    for hall in halls.coming(now).filter(|hall| wanted(hall)) {
        let Some(own) = facts.iter().find(|facts| facts.session_id == hall.session.id) else {
            return Err(Error::NotFound);
        };
        if hall.of(new.person).is_some() {
            continue;
        }
        let groups = groups_of(own.birth_date, &own.held, hall.session.bands, hall.session.local_date);
        let priority = groups.iter().next().is_some();
        hall.turns.push(Turn {
            id: NEWEST,
            // Who is in already needs a seat for the others only.
            heads: (new.heads - own.present).max(0),
            priority,
            made_at,
            confirmed: false,
            course,
            came: false,
        });
        hall.people.insert(NEWEST, new.person);
    }
    Ok(())
}

/// Whoever has no number yet comes after all others.
const NEWEST: RegistrationId = RegistrationId(i64::MAX);

async fn enter_one(
    hand: &RegistrationHand,
    now: Now,
    tx: &mut Conn,
    halls: &mut Halls,
    (new, course): (&Entering, Option<TakenCourse>),
) -> Result<PlaceTaken> {
    let here = halls.here()?.session.id;
    // Who waits for all dates waits for this one with them, where they stood.
    let waits = course.filter(|course| course.state == CourseState::Waiting);
    let made_at = waits.map_or(now.0, |course| course.made_at);
    at_the_end(tx, now, halls, new, (Some(here), waits.map(|course| course.id), made_at)).await?;
    let hall = halls.here_mut()?;
    let confirmed = hall.seats.place(&mut hall.turns).contains(&NEWEST);
    if !confirmed && !hall.terms.waitlist.is_set() {
        sent_away(halls);
        return Err(refused(RegistrationRefusal::Full));
    }
    let (session, center) = (hall.session.id, hall.session.center_id);
    let (request, link) = (new.request.clone(), new.link.clone());
    let (course, heads) = (course.map(|course| course.id), new.heads);
    let written = NewTurn { session, person: new.person, course, confirmed, heads, made_at, request, link };
    let id = written.write(hand, now, tx).await?;
    named(halls.here_mut()?, id);
    audit::record(tx, hand, now, audit::entry("session.registered", session.0).at(center)).await?;
    jobs::ask_for_kept(now, tx, halls.here()?).await?;
    let state = if confirmed { RegistrationState::Confirmed } else { RegistrationState::Waiting };
    Ok(PlaceTaken { person: new.person, id, state, first: true })
}

/// The newest goes as they came: the next in a list may still find a place.
fn sent_away(halls: &mut Halls) {
    for hall in &mut halls.all {
        hall.turns.retain(|turn| turn.id != NEWEST);
        hall.people.remove(&NEWEST);
    }
}

/// The newest has a number by now.
fn named(hall: &mut Hall, id: RegistrationId) {
    for turn in &mut hall.turns {
        if turn.id == NEWEST {
            turn.id = id;
        }
    }
    if let Some(person) = hall.people.remove(&NEWEST) {
        hall.people.insert(id, person);
    }
}

/// A course that has no number yet comes after all others.
const NEWEST_COURSE: CourseId = CourseId(i64::MAX);

async fn enter_course(
    hand: &RegistrationHand,
    now: Now,
    tx: &mut Conn,
    halls: &mut Halls,
    new: &Entering,
) -> Result<PlaceTaken> {
    at_the_end(tx, now, halls, new, (None, Some(NEWEST_COURSE), now.0)).await?;
    let confirmed = hall::place_courses(now, halls).iter().any(|(course, _)| *course == NEWEST_COURSE);
    if !confirmed && !halls.here()?.terms.waitlist.is_set() {
        sent_away(halls);
        return Err(refused(RegistrationRefusal::Full));
    }
    let (here, activity, center) = {
        let hall = halls.here()?;
        (hall.session.id, hall.session.activity_id, hall.session.center_id)
    };
    let (account, phone) = hand.hands();
    let course: CourseId = sqlx::query_scalar(
        "insert into courses (activity_id, person_id, state, heads, made_at, changed_at, made_by, account_id, phone_id, request_id, link)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
    )
    .bind(activity)
    .bind(new.person)
    .bind(if confirmed { CourseState::Confirmed } else { CourseState::Waiting })
    .bind(new.heads)
    .bind(now.0)
    .bind(now.0)
    .bind(hand.by)
    .bind(account)
    .bind(phone)
    .bind(&new.request)
    .bind(&new.link)
    .fetch_one(&mut *tx)
    .await
    .on_unique("courses_live", || refused(RegistrationRefusal::Settled))?;
    let mut made = None;
    for hall in halls.coming(now) {
        if !hall.people.contains_key(&NEWEST) {
            continue;
        }
        let (request, link) = (new.request.clone(), new.link.clone());
        let session = hall.session.id;
        let (heads, made_at) = (new.heads, now.0);
        let turn =
            NewTurn { session, person: new.person, course: Some(course), confirmed, heads, made_at, request, link };
        let id = turn.write(hand, now, tx).await?;
        named(hall, id);
        for turn in hall.turns.iter_mut().filter(|turn| turn.id == id) {
            turn.course = (!confirmed).then_some(course);
        }
        if session == here {
            made = Some(id);
        }
    }
    audit::record(tx, hand, now, audit::entry("activity.course_registered", activity.0).at(center)).await?;
    jobs::ask_for_dates(now, tx, activity).await?;
    jobs::ask_for_kept(now, tx, halls.here()?).await?;
    let state = if confirmed { RegistrationState::Confirmed } else { RegistrationState::Waiting };
    Ok(PlaceTaken { person: new.person, id: made.ok_or(Error::NotFound)?, state, first: true })
}

/// Registers several in one go: all or none of them.
///
/// # Errors
/// As [`enter`]'s.
pub(super) async fn enter_all(
    hand: &RegistrationHand,
    now: Now,
    tx: &mut Conn,
    halls: &mut Halls,
    all: &[Entering],
) -> Result<Vec<PlaceTaken>> {
    let mut entered = Vec::new();
    for new in all {
        entered.push(enter(hand, now, tx, halls, new).await?);
    }
    Ok(entered)
}

/// A registration as the actions need it.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(super) struct KeptTurn {
    id: RegistrationId,
    course_id: Option<CourseId>,
    pub(super) state: RegistrationState,
    pub(super) heads: i64,
    /// They were there, in whatever part.
    came: Flag,
}

pub(super) async fn kept(tx: &mut Conn, session: SessionId, id: RegistrationId) -> Result<KeptTurn> {
    sqlx::query_as(
        "select r.id, r.course_id, r.state, r.heads,
                case when exists (select 1 from attendances a where a.session_id = r.session_id and a.person_id = r.person_id
                    and a.voided_at is null) then 1 else 0 end as came
         from registrations r where r.id = $1 and r.session_id = $2 and r.state <> 'merged'",
    )
    .bind(id)
    .bind(session)
    .fetch_optional(tx)
    .await?
    .ok_or(Error::NotFound)
}

/// How a registration ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlaceEnding {
    Cancel,
    /// With all later dates of its course.
    CancelCourse,
    /// They cannot come, or could not, and said so.
    Excuse,
}

/// Gives a place up, or the turn; who waits moves up. Given up again, it is given up.
///
/// # Errors
/// `Refused("registration_over")` once the session has begun; `Refused("registration_settled")` where it ended otherwise;
/// `Refused("registration_came")` where who came is to be excused; `NotFound` for another session's.
pub(super) async fn end(
    hand: &RegistrationHand,
    now: Now,
    tx: &mut Conn,
    (session, id): (SessionId, RegistrationId),
    ending: PlaceEnding,
    word: Option<&str>,
) -> Result<()> {
    let mut halls = hall::hold(tx, now, session).await?;
    let found = kept(tx, session, id).await?;
    let to = if ending == PlaceEnding::Excuse { RegistrationState::Excused } else { RegistrationState::Cancelled };
    if found.state == to {
        return Ok(());
    }
    let live = matches!(found.state, RegistrationState::Confirmed | RegistrationState::Waiting);
    let missed = found.state == RegistrationState::NoShow && ending == PlaceEnding::Excuse;
    if !live && !missed {
        return Err(refused(RegistrationRefusal::Settled));
    }
    if ending == PlaceEnding::Excuse && found.came.is_set() {
        return Err(refused(RegistrationRefusal::Came));
    }
    let center = halls.here()?.session.center_id;
    let coming = halls.here()?.session.is_coming(now);
    if ending != PlaceEnding::Excuse && !coming {
        return Err(refused(RegistrationRefusal::Over));
    }
    if coming {
        settle(hand, now, tx, &mut halls).await?;
    }
    let course = found.course_id.filter(|_| ending == PlaceEnding::CancelCourse);
    sqlx::query(
        "update registrations set state = $2, changed_at = $3, changed_by = $4, word = $5
         where id = $1 or (cast($6 as bigint) is not null and course_id = $6 and state in ('confirmed', 'waiting')
             and session_id in (select s.id from sessions s where s.status = 'planned' and s.starts_at > $7))",
    )
    .bind(id)
    .bind(to)
    .bind(now.0)
    .bind(hand.by)
    .bind(word.map(str::to_owned))
    .bind(course)
    .bind(now.0)
    .execute(&mut *tx)
    .await?;
    if let Some(course) = course {
        sqlx::query("update courses set state = 'ended', changed_at = $2 where id = $1")
            .bind(course)
            .bind(now.0)
            .execute(&mut *tx)
            .await?;
    }
    let entry = match ending {
        PlaceEnding::Excuse => audit::entry("session.registration_excused", session.0),
        PlaceEnding::Cancel => audit::entry("session.registration_cancelled", session.0),
        PlaceEnding::CancelCourse => audit::entry("session.course_cancelled", session.0),
    };
    audit::record(tx, hand, now, entry.at(center)).await?;
    // Read anew: nobody has the seats that were given up.
    let mut halls = hall::hold(tx, now, session).await?;
    if coming { settle(hand, now, tx, &mut halls).await } else { Ok(()) }
}

/// Gives somebody on the waitlist a place out of turn, where one is free that is not kept for others.
///
/// # Errors
/// `Refused("registration_full")`; `Refused("registration_whole_only")` for who waits for a whole course; otherwise as [`end`]'s.
pub(super) async fn move_up(
    hand: &RegistrationHand,
    now: Now,
    tx: &mut Conn,
    (session, id): (SessionId, RegistrationId),
) -> Result<()> {
    let mut halls = hall::hold(tx, now, session).await?;
    let found = kept(tx, session, id).await?;
    settle(hand, now, tx, &mut halls).await?;
    let hall = halls.here()?;
    if !hall.session.is_coming(now) {
        return Err(refused(RegistrationRefusal::Over));
    }
    let turn = hall.turns.iter().find(|turn| turn.id == found.id);
    let Some(turn) = turn else { return Err(refused(RegistrationRefusal::Settled)) };
    if turn.confirmed {
        return Ok(());
    }
    if turn.course.is_some() {
        return Err(refused(RegistrationRefusal::WholeOnly));
    }
    let seats: Seats = hall.seats;
    if !seats.fit(&hall.turns, turn.heads, turn.priority) {
        return Err(refused(RegistrationRefusal::Full));
    }
    sqlx::query("update registrations set state = 'confirmed', changed_at = $2, changed_by = $3 where id = $1")
        .bind(id)
        .bind(now.0)
        .bind(hand.by)
        .execute(&mut *tx)
        .await?;
    let entry = audit::entry("session.moved_up", session.0).at(hall.session.center_id);
    audit::record(tx, hand, now, entry).await
}
