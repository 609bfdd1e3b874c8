//! Asking to join, answering, and taking a wish back.

use super::forms::{Approval, Joining};
use super::queries;
use super::types::{Application, ApplicationId, ApplicationState, SelfTold};
use crate::audit::{self, Acting};
use crate::centers::Center;
use crate::clock::Now;
use crate::consents::{self, Purpose};
use crate::error::{Error, OnViolation, Result};
use crate::ids::TeamId;
use crate::locks;
use crate::people;
use crate::phones::{self, Phone};
use crate::store::{Conn, Sealed, Sealer};
use crate::teams::{self, PublicTeam, Steward, account_and_phone};

/// The most wishes of one phone that wait at one time: a family's, not a flood.
const MOST: i64 = 8;

/// Asks to join a team from a phone. The same form once more is the same wish, also where the phone lost the first answer and has another
/// cookie by now; the same person from the same phone waits once.
///
/// # Errors
/// `Refused("not_recruiting")`, `Refused("too_many_applications")`; `Invalid` at `consent` for words that nobody was shown.
pub async fn send(
    by: &Phone,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    (center, team): (&Center, &PublicTeam),
    (input, risks): (&Joining, &str),
) -> Result<()> {
    if again(by, tx, team.id, input).await? {
        return Ok(());
    }
    if !team.recruits.is_set() {
        return Err(Error::refused("not_recruiting"));
    }
    let text = consents::queries::text_on(tx, Purpose::Volunteer, Some(input.version), center.zone.date(now.0)).await?;
    let text = text.ok_or_else(|| Error::field("consent", "field.no_such_text"))?;
    let (name, number) = input.told.name_and_number()?;
    let waiting: i64 = sqlx::query_scalar("select count(*) from team_applications where phone_id = $1 and state = $2")
        .bind(by.id)
        .bind(ApplicationState::Waiting)
        .fetch_one(&mut *tx)
        .await?;
    if waiting >= MOST {
        return Err(Error::refused("too_many_applications"));
    }
    let id: Option<ApplicationId> = sqlx::query_scalar(
        "insert into team_applications (team_id, phone_id, request_id, state, applicant_key, told_sealed, text_id, risks, sent_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (team_id, phone_id, applicant_key) where state = 'waiting' do nothing returning id",
    )
    .bind(team.id)
    .bind(by.id)
    .bind(input.request)
    .bind(ApplicationState::Waiting)
    .bind(people::door_key(sealer, &name, &number))
    .bind(input.told.seal(sealer)?)
    .bind(text.id)
    .bind(risks.to_owned())
    .bind(now.0)
    .fetch_optional(&mut *tx)
    .await
    // The same form twice at one moment.
    .on_unique("team_applications_request", || Error::Busy)?;
    match id {
        Some(id) => audit::record(tx, by, now, audit::entry("application.sent", id.0).at(center.id())).await,
        None => Ok(()),
    }
}

/// Whether this very form came before; then the wish is this phone's.
async fn again(by: &Phone, tx: &mut Conn, team: TeamId, input: &Joining) -> Result<bool> {
    let known = sqlx::query("update team_applications set phone_id = $3 where request_id = $1 and team_id = $2")
        .bind(input.request)
        .bind(team)
        .bind(by.id)
        .execute(tx)
        .await?;
    Ok(known.rows_affected() > 0)
}

/// Takes whoever asked into the team: they are found by name and number as at the door, or registered with just that; their phone
/// speaks for them from then on, and is confirmed where whoever answers knows that it is theirs.
///
/// # Errors
/// `Refused("application_answered")` where somebody was faster; `Refused("member_suspended")` for somebody who is to rest;
/// `NotFound` for another team's.
pub async fn approve(
    by: &Steward,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    id: ApplicationId,
    answer: &Approval,
) -> Result<()> {
    let application = queries::find(by, tx, sealer, id).await?;
    if !application.is_waiting() {
        return Err(Error::refused("application_answered"));
    }
    let told = &application.told;
    let (name, number) = told.name_and_number()?;
    let center = &by.center;
    let person = people::admit_unknown(by, now, tx, sealer, center.id(), &name, &number).await?;
    // In the order of all: a birth date that is new reaches into the sessions where they were.
    people::groups::hold_sessions(tx, person).await?;
    if !locks::team(tx, by.team).await? {
        return Err(Error::NotFound);
    }
    locks::person(tx, person).await?;
    settle(by, now, tx, &application, (ApplicationState::Approved, answer.word.as_deref()), None).await?;
    if let Some(born) = told.birth_date() {
        people::learn_birth_date(now, tx, person, born).await?;
    }
    teams::join(by, now, tx, person).await?;
    let given = (application.row.text_id, center.zone.date(application.row.sent_at));
    let guardian = told.guardian.as_ref().map(super::types::MinorsGuardian::as_consent);
    consents::receive(by, now, tx, sealer, (center, person), given, guardian.as_ref()).await?;
    sqlx::query("update team_applications set person_id = $2 where id = $1")
        .bind(id)
        .bind(person)
        .execute(&mut *tx)
        .await?;
    phones::add_applicant(now, tx, application.row.phone_id, person).await?;
    if answer.is_them {
        phones::confirm((by, by.vouches()), now, tx, (center, person), application.row.phone_id).await?;
    }
    audit::record(tx, by, now, audit::entry("application.approved", id.0).at(center.id())).await
}

/// Declines with a word, which the phone that asked is shown. What was told is forgotten but for the name.
///
/// # Errors
/// `Refused("application_answered")` where somebody was faster; `NotFound` for another team's.
pub async fn decline(
    by: &Steward,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    id: ApplicationId,
    word: &str,
) -> Result<()> {
    let application = queries::find(by, tx, sealer, id).await?;
    let name = application.told.clone().name_alone().seal(sealer)?;
    settle(by, now, tx, &application, (ApplicationState::Declined, Some(word)), Some(name)).await?;
    audit::record(tx, by, now, audit::entry("application.declined", id.0).at(by.center.id())).await
}

/// Answers, once: of two who do, one does.
async fn settle(
    by: &Steward,
    now: Now,
    tx: &mut Conn,
    application: &Application,
    (state, word): (ApplicationState, Option<&str>),
    told: Option<Sealed>,
) -> Result<()> {
    let (account, phone) = account_and_phone(&by.actor());
    let answered = sqlx::query(
        "update team_applications set state = $2, word = $3, answered_at = $4, answered_by = $5, answered_phone = $6,
                told_sealed = coalesce($7, told_sealed)
         where id = $1 and state = $8",
    )
    .bind(application.row.id)
    .bind(state)
    .bind(word.map(str::to_owned))
    .bind(now.0)
    .bind(account)
    .bind(phone)
    .bind(told)
    .bind(ApplicationState::Waiting)
    .execute(tx)
    .await?;
    if answered.rows_affected() == 0 { Err(Error::refused("application_answered")) } else { Ok(()) }
}

/// Takes a wish back that nobody answered yet, from the phone that sent it. What was told is forgotten.
///
/// # Errors
/// `NotFound` for another phone's; `Refused("application_answered")` where it was answered.
pub async fn withdraw(by: &Phone, now: Now, tx: &mut Conn, sealer: &Sealer, id: ApplicationId) -> Result<()> {
    let sent = queries::of_phone(by, tx, sealer).await?;
    let application = sent.into_iter().find(|one| one.row.id == id).ok_or(Error::NotFound)?;
    let name: SelfTold = application.told.name_alone();
    let withdrawn = sqlx::query(
        "update team_applications set state = $2, answered_at = $3, told_sealed = $4 where id = $1 and state = $5",
    )
    .bind(id)
    .bind(ApplicationState::Withdrawn)
    .bind(now.0)
    .bind(name.seal(sealer)?)
    .bind(ApplicationState::Waiting)
    .execute(&mut *tx)
    .await?;
    if withdrawn.rows_affected() == 0 {
        return Err(Error::refused("application_answered"));
    }
    let center = teams::queries::center_of_any(tx, application.row.team_id).await?;
    audit::record(tx, by, now, audit::entry("application.withdrawn", id.0).at(center)).await
}
