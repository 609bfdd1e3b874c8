//! Places by a worker's hand: for whoever has no phone, across the desk or on the telephone.

use super::actions::{self, Entering, PlaceEnding, PlaceTaken, enter};
use super::forms::{Guest, PickedLine, PickedPerson};
use super::hall::{self, new_link, settle};
use super::hand::RegistrationHand;
use super::types::{CallAnswer, RegistrationId, RegistrationState};
use super::{companions, queries};
use crate::activities::Session;
use crate::audit;
use crate::auth::Coordinator;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::ids::{CenterId, RequestId, SessionId};
use crate::store::{Conn, Sealer};
use crate::{locks, people};

/// Registers somebody whom the center knows.
///
/// # Errors
/// `Refused` with a [`RegistrationRefusal`](super::RegistrationRefusal); `NotFound` for somebody whom the center does not know.
pub async fn register_guest(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    guest: &Guest,
) -> Result<PlaceTaken> {
    let mut halls = hall::hold(tx, now, session.id).await?;
    // Nobody makes them one with another meanwhile.
    locks::people_shared(tx, [guest.person]).await?;
    let person = people::queries::find(tx, session.center_id, guest.person).await?.id;
    let hand = RegistrationHand::from(by);
    settle(&hand, now, tx, &mut halls).await?;
    let request = guest.request.to_string();
    let new = Entering { person, heads: 1 + guest.companions, request, link: new_link(), anyway: guest.anyway };
    enter(&hand, now, tx, &mut halls, &new).await
}

/// Gives somebody's place up; with `course` all later dates too.
///
/// # Errors
/// `Refused` with a [`RegistrationRefusal`](super::RegistrationRefusal); `NotFound` for another session's.
pub async fn cancel(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    of: (SessionId, RegistrationId),
    (word, course): (Option<&str>, bool),
) -> Result<()> {
    let ending = if course { PlaceEnding::CancelCourse } else { PlaceEnding::Cancel };
    actions::end(&RegistrationHand::from(by), now, tx, of, ending, word).await
}

/// Writes down that somebody could not come and said so: that is no absence.
///
/// # Errors
/// As [`cancel`]'s.
pub async fn excuse(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    of: (SessionId, RegistrationId),
    word: Option<&str>,
) -> Result<()> {
    actions::end(&RegistrationHand::from(by), now, tx, of, PlaceEnding::Excuse, word).await
}

/// Changes how many somebody brings.
pub(super) async fn bring(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    of: (SessionId, RegistrationId),
    companions: i64,
) -> Result<()> {
    companions::bring(&RegistrationHand::from(by), now, tx, of, companions).await
}

/// Gives somebody on the waitlist a place out of turn.
pub(super) async fn move_up(by: &Coordinator, now: Now, tx: &mut Conn, of: (SessionId, RegistrationId)) -> Result<()> {
    actions::move_up(&RegistrationHand::from(by), now, tx, of).await
}

/// Writes down what was said on the telephone. Who cannot come frees the seat.
///
/// # Errors
/// As [`cancel`]'s.
pub(super) async fn note_call(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, session, id): (CenterId, SessionId, RegistrationId),
    answer: CallAnswer,
) -> Result<()> {
    if answer == CallAnswer::Cannot {
        actions::end(&RegistrationHand::from(by), now, tx, (session, id), PlaceEnding::Cancel, None).await?;
    } else {
        hall::hold(tx, now, session).await?;
    }
    let noted = sqlx::query(
        "update registrations set call = $2, called_at = $3, called_by = $4
         where id = $1 and (state = $5 or (state = $6 and cast($7 as bigint) = 1))",
    )
    .bind(id)
    .bind(answer)
    .bind(now.0)
    .bind(by.account)
    .bind(RegistrationState::Confirmed)
    .bind(RegistrationState::Cancelled)
    .bind(i64::from(answer == CallAnswer::Cannot))
    .execute(&mut *tx)
    .await?;
    if noted.rows_affected() == 0 {
        return Err(super::hand::refused(super::RegistrationRefusal::Settled));
    }
    audit::record(tx, by, now, audit::entry("session.registration_called", session.0).at(center)).await
}

/// What came of a 接龙.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ChainOutcome {
    pub confirmed: usize,
    pub waiting: usize,
    /// For whom there was neither a seat nor a waitlist, or who serve there.
    pub left_out: usize,
    /// Who were registered before, and for whose further companions there was no seat.
    pub fewer: usize,
}

/// Registers the lines of a 接龙, in their order. Who has a place already and brings more by now gets seats for them; nobody is taken away, for
/// a line may be an old one. The same request again changes nothing.
///
/// # Errors
/// `Refused` where nobody can be registered at all; `NotFound` for somebody whom the center does not know.
pub(super) async fn register_chain(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    session: &Session,
    (request, lines): (RequestId, &[PickedLine]),
) -> Result<ChainOutcome> {
    let mut halls = hall::hold(tx, now, session.id).await?;
    let request = request.to_string();
    let mut outcome = ChainOutcome::default();
    if queries::link_of(tx, &request, session.id).await?.is_some() {
        return Ok(outcome);
    }
    let hand = RegistrationHand::chain(by);
    let known = |line: &PickedLine| match line.who {
        PickedPerson::Known(person) => Some(person),
        PickedPerson::New(_) => None,
    };
    locks::people_shared(tx, lines.iter().filter_map(known)).await?;
    settle(&hand, now, tx, &mut halls).await?;
    for line in lines {
        let person = match &line.who {
            PickedPerson::Known(person) => people::queries::find(tx, session.center_id, *person).await?.id,
            PickedPerson::New(name) => people::register_by_name(by, now, tx, sealer, session.center_id, name).await?,
        };
        let (heads, request) = (1 + line.companions, request.clone());
        let new = Entering { person, heads, request, link: new_link(), anyway: true };
        match enter(&hand, now, tx, &mut halls, &new).await {
            Ok(entered) => {
                match entered.state {
                    RegistrationState::Waiting => outcome.waiting += 1,
                    _ => outcome.confirmed += 1,
                }
                if !entered.first {
                    match companions::bring_more(&hand, now, tx, (session.id, entered.id), heads).await {
                        Ok(false) => {}
                        // Read anew: the seats are others.
                        Ok(true) => halls = hall::hold(tx, now, session.id).await?,
                        Err(Error::Refused(refusal)) if is_theirs(refusal.code) => outcome.fewer += 1,
                        Err(error) => return Err(error),
                    }
                }
            }
            Err(Error::Refused(refusal)) if is_theirs(refusal.code) => outcome.left_out += 1,
            Err(error) => return Err(error),
        }
    }
    Ok(outcome)
}

/// Whether a refusal is about the one and not about the session.
fn is_theirs(code: &str) -> bool {
    use super::RegistrationRefusal::{Full, OnShift};
    [Full, OnShift].iter().any(|refusal| refusal.code() == code)
}
