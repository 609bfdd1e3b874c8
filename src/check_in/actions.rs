//! What is done at a session beside admitting: walk-ins, heads without a name, corrections, and closing it.

use super::admit::{self, Answer, Attempt, admit, lock};
use super::forms::{Closing, Heads, WalkIn};
use super::phones::{self, Phone};
use super::queries::{self, Present};
use super::{AttendanceId, HeadCountId, Method, Part, RequestId, rules, unknown};
use crate::activities::{Session, SessionStatus};
use crate::audit;
use crate::auth::{Coordinator, Greeter, Role};
use crate::clock::{Now, Timestamp};
use crate::error::{Error, Result};
use crate::hours;
use crate::people::rules::Phone as Number;
use crate::people::{self, PersonId};
use crate::store::{Conn, Sealer};

/// When and how somebody came whom a worker enters now: at once while the session runs, from paper afterwards, and
/// then from the session's start, for nobody knows better.
pub(super) fn entered(session: &Session, now: Now) -> (Method, Timestamp) {
    if now.0 >= session.ends_at { (Method::Paper, session.starts_at) } else { (Method::Roster, now.0) }
}

/// Ticks a person on the roster.
pub(super) async fn tick(
    by: &Greeter,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    page: RequestId,
    (person, part): (PersonId, Part),
) -> Result<Answer> {
    let (method, occurred_at) = entered(session, now);
    let request = page.of(format_args!("{person}:{part}"));
    admit(by.into(), now, tx, person, &Attempt { request, session: session.id, part, method, occurred_at }).await
}

/// Registers somebody at the door, with a phone or without, and lets them in. Nobody is registered at a closed door.
pub async fn walk_in(
    by: &Greeter,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    session: &Session,
    page: RequestId,
    new: &WalkIn,
) -> Result<Answer> {
    // The lock puts a double tap in order: the second one finds what the first one did.
    lock(tx, session.id).await?;
    let (method, occurred_at) = match entered(session, now) {
        (Method::Paper, at) => (Method::Paper, at),
        (_, at) => (Method::WalkIn, at),
    };
    let request = page.of(&new.name);
    let part = new.part;
    let known: Option<PersonId> =
        sqlx::query_scalar("select person_id from scans where request_id = $1 and person_id is not null")
            .bind(request)
            .fetch_optional(&mut *tx)
            .await?;
    let attempt = Attempt { request, session: session.id, part, method, occurred_at };
    if let Some(person) = known {
        return admit(by.into(), now, tx, person, &attempt).await;
    }
    if let Err(code) = rules::may_enter(&session.into(), occurred_at, now) {
        return admit::turn_away(by.into(), now, tx, &attempt, code).await;
    }
    let center = session.center_id;
    let person = match &new.phone {
        Some(phone) => people::admit_unknown(by, now, tx, sealer, center, &new.name, phone.as_str()).await?,
        None => unknown::register_by_name(by, now, tx, center, &new.name).await?,
    };
    admit(by.into(), now, tx, person, &attempt).await
}

/// A resident's first time on this phone, or one more member of the family: found by name and phone or registered,
/// remembered by the phone, and let in.
pub(super) async fn first_visit(
    by: &Phone,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    session: &Session,
    page: RequestId,
    (name, number): (&str, &Number),
) -> Result<(PersonId, Answer)> {
    let person = people::admit_unknown(by, now, tx, sealer, session.center_id, name, number.as_str()).await?;
    phones::add_person(now, tx, by, person).await?;
    Ok((person, check_in(by, now, tx, session, page, person).await?))
}

/// A person whom the phone speaks for checks in.
pub(super) async fn check_in(
    by: &Phone,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    page: RequestId,
    person: PersonId,
) -> Result<Answer> {
    let part = queries::part_at(tx, session.id, person).await?;
    let attempt =
        Attempt { request: page.of(person), session: session.id, part, method: Method::Phone, occurred_at: now.0 };
    admit(by.into(), now, tx, person, &attempt).await
}

/// Counts people without a name: they add to visits, never to persons.
///
/// # Errors
/// `Refused` with the door's code where the session takes nobody now.
pub async fn count_heads(
    by: &Greeter,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    heads: &Heads,
) -> Result<HeadCountId> {
    let (_, came_at) = entered(session, now);
    rules::may_enter(&session.into(), came_at, now).map_err(|code| Error::refused(code.code()))?;
    let id: HeadCountId = sqlx::query_scalar(
        "insert into head_counts (session_id, heads, elderly, disabled, needy, youth, counted_at, counted_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
    )
    .bind(session.id)
    .bind(heads.heads)
    .bind(heads.elderly)
    .bind(heads.disabled)
    .bind(heads.needy)
    .bind(heads.youth)
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await?;
    audit::record(tx, by, now, audit::entry("head_count.added", id.0).at(session.center_id)).await?;
    Ok(id)
}

/// Takes back a count of heads.
///
/// # Errors
/// `Forbidden` for a helper at a completed session, `NotFound` for a count that is not there or already taken back.
pub async fn void_heads(by: &Greeter, now: Now, tx: &mut Conn, session: &Session, id: HeadCountId) -> Result<()> {
    may_correct(by, session)?;
    let voided =
        sqlx::query("update head_counts set voided_at = $1 where id = $2 and session_id = $3 and voided_at is null")
            .bind(now.0)
            .bind(id)
            .bind(session.id)
            .execute(&mut *tx)
            .await?;
    if voided.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("head_count.voided", id.0).at(session.center_id)).await
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
    may_correct(by, session)?;
    let voided: Option<(PersonId, Part)> = sqlx::query_as(
        "update attendances set voided_at = $1, voided_by = $2, void_reason = $3
         where id = $4 and session_id = $5 and voided_at is null returning person_id, role",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(reason)
    .bind(id)
    .bind(session.id)
    .fetch_optional(&mut *tx)
    .await?;
    let Some((person, part)) = voided else { return Err(Error::NotFound) };
    if part == Part::Volunteer {
        hours::reverse_all(by, now, tx, session, person, reason).await?;
    }
    audit::record(tx, by, now, audit::entry("attendance.voided", id.0).at(session.center_id).because(reason)).await
}

/// A completed session is corrected by who answers for it.
fn may_correct(by: &Greeter, session: &Session) -> Result<()> {
    match (session.status, by.role) {
        (SessionStatus::Completed, Role::CityAdmin | Role::SocialWorker) => Ok(()),
        (SessionStatus::Completed, _) => Err(Error::Forbidden),
        _ => Ok(()),
    }
}

/// A volunteer or worker leaves.
///
/// # Errors
/// `NotFound` for an attendance that is not there; `Refused("already_left")`; `Refused("closed")` once the session is.
pub async fn check_out(by: &Greeter, now: Now, tx: &mut Conn, session: &Session, attendance: &Present) -> Result<()> {
    if session.status != SessionStatus::Planned {
        return Err(Error::refused("closed"));
    }
    let left = sqlx::query(
        "update attendances set left_at = $1
         where id = $2 and left_at is null and voided_at is null and role <> 'participant' and came_at <= $1",
    )
    .bind(now.0)
    .bind(attendance.id)
    .execute(&mut *tx)
    .await?;
    if left.rows_affected() == 0 {
        return Err(Error::refused("already_left"));
    }
    audit::record(tx, by, now, audit::entry("attendance.left", attendance.id.0).at(session.center_id)).await
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
    let closed = sqlx::query(
        "update sessions set status = 'completed', summary = $1, closed_at = $2, closed_by = $3, updated_at = $2
         where id = $4 and status = 'planned'",
    )
    .bind(&closing.summary)
    .bind(now.0)
    .bind(by.account)
    .bind(session.id)
    .execute(&mut *tx)
    .await?;
    if closed.rows_affected() == 0 {
        return Err(Error::refused("session_not_planned"));
    }
    for confirmed in &closing.hours {
        hours::confirm(by, now, tx, session, confirmed).await?;
    }
    audit::record(tx, by, now, audit::entry("session.closed", session.id.0).at(session.center_id)).await
}
