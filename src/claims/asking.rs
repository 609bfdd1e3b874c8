//! Telling of service, and saying that a row of the ledger is not right.

use super::forms::{CorrectionAsked, SelfReport};
use super::types::{ClaimId, ClaimKind, ClaimState, MOST_PENDING, StandingEntry};
use super::{queries, rules};
use crate::audit::{self, Acting, Actor};
use crate::auth::Coordinator;
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, Fault, FieldErrors, OnViolation, Result};
use crate::hours::EntryId;
use crate::ids::{PersonId, RequestId, TeamId};
use crate::phones::ConfirmedPhone;
use crate::store::Conn;
use crate::teams::{self, ChangedBy, Steward, account_and_phone};
use crate::{locks, people};

/// Somebody who may say something of a person's hours. Only the functions here make one.
#[derive(Clone, Debug)]
pub struct Claimant {
    // Its own, so that the struct is written out nowhere else.
    actor: Actor,
    as_whom: ChangedBy,
    pub person: PersonId,
}

impl Acting for Claimant {
    fn actor(&self) -> Actor {
        self.actor.clone()
    }
}

impl Claimant {
    /// Whoever served, from a phone that is confirmed to be theirs.
    pub fn oneself(by: &ConfirmedPhone) -> Self {
        Self { actor: by.actor(), as_whom: ChangedBy::Oneself, person: by.person }
    }

    /// A worker on behalf of somebody whom the center knows; who was made one with another leads to them.
    ///
    /// # Errors
    /// `NotFound` for somebody whom it does not know.
    pub async fn worker(by: &Coordinator, conn: &mut Conn, center: CenterId, person: PersonId) -> Result<Self> {
        let person = people::queries::find(conn, center, person).await?;
        Ok(Self { actor: by.actor(), as_whom: ChangedBy::Worker, person: person.id })
    }

    /// Whoever answers for a team, for one of its members.
    ///
    /// # Errors
    /// `Invalid` at `person` for somebody who is not in it.
    pub async fn leader(by: &Steward, conn: &mut Conn, person: PersonId) -> Result<Self> {
        let members = teams::queries::members(conn, by.team).await?;
        if !members.iter().any(|member| member.person.id == person) {
            return Err(Error::field("person", "field.not_a_choice"));
        }
        // A leader's own service is nobody's word but their own.
        let team = teams::queries::of_steward(by, conn).await?;
        let as_whom = if team.leader_id == Some(person) { ChangedBy::Oneself } else { by.by };
        Ok(Self { actor: by.actor(), as_whom, person })
    }
}

/// What a claim's row is made of, beside who asks.
struct NewClaim<'a> {
    center: CenterId,
    team: Option<TeamId>,
    kind: ClaimKind,
    corrects: Option<EntryId>,
    served_on: Date,
    span: Option<(Timestamp, Timestamp)>,
    minutes: i64,
    content: Option<&'a str>,
    place: Option<&'a str>,
    reason: Option<&'a str>,
    request: Option<RequestId>,
}

/// Tells of service at a center that no door saw. The same form of a phone once more is the same claim.
///
/// # Errors
/// `Invalid` for a stretch that is none or lies in the future, a day before they served at all, or a team in which they were not then;
/// `Refused("claim_no_volunteer")` for whoever never served; `Refused("too_many_claims")`.
pub async fn report(by: &Claimant, now: Now, tx: &mut Conn, center: &Center, input: &SelfReport) -> Result<ClaimId> {
    locks::person(tx, by.person).await?;
    if let Some(id) = sent(by, tx, input.request).await? {
        return Ok(id);
    }
    knows(tx, center.id(), by.person).await?;
    let span = rules::span(center.zone, input.served_on, (input.from, input.to));
    let (starts, ends) = span.ok_or_else(|| Error::field("to_time", "field.no_span"))?;
    if ends > now.0 {
        return Err(Error::field("to_time", "field.in_the_future"));
    }
    let since = queries::serves_since(tx, by.person).await?.ok_or_else(|| Error::refused("claim_no_volunteer"))?;
    if input.served_on < since {
        return Err(FieldErrors::one("served_on", Fault::bound("field.before_serving", since)).into());
    }
    if let Some(team) = input.team
        && !queries::was_member(tx, (center.id(), team), by.person, input.served_on).await?
    {
        return Err(Error::field("team", "field.not_member_then"));
    }
    let claim = NewClaim {
        center: center.id(),
        team: input.team,
        kind: ClaimKind::SelfReported,
        corrects: None,
        served_on: input.served_on,
        span: Some((starts, ends)),
        minutes: starts.minutes_until(ends),
        content: Some(&input.content),
        place: input.place.as_deref(),
        reason: None,
        request: input.request,
    };
    insert(by, now, tx, &claim).await
}

/// Says that a row of the ledger is not right: how many minutes it should be, or from when to when. Of the minutes alone, the stretch stays
/// that of the row, if it has one.
///
/// # Errors
/// `NotFound` for a row that is another's, of another center, or counts no more; `Invalid` for a stretch that is none or does not hold the
/// minutes, and for what is there already; `Refused("claim_open")` where one about it waits; `Refused("too_many_claims")`.
pub async fn correct(
    by: &Claimant,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    entry: EntryId,
    input: &CorrectionAsked,
) -> Result<ClaimId> {
    locks::person(tx, by.person).await?;
    if let Some(id) = sent(by, tx, input.request).await? {
        return Ok(id);
    }
    knows(tx, center.id(), by.person).await?;
    let row = queries::standing(tx, by.person, entry).await?;
    if row.center_id.is_some_and(|of| of != center.id()) {
        return Err(Error::NotFound);
    }
    let (span, minutes) = meant(now, center, &row, input)?;
    let claim = NewClaim {
        center: center.id(),
        team: row.team_id,
        kind: ClaimKind::Correction,
        corrects: Some(row.id),
        served_on: row.served_on,
        span,
        minutes,
        content: None,
        place: None,
        reason: Some(&input.reason),
        request: input.request,
    };
    insert(by, now, tx, &claim).await
}

/// The stretch and the minutes that a correction means.
fn meant(
    now: Now,
    center: &Center,
    row: &StandingEntry,
    input: &CorrectionAsked,
) -> Result<(Option<(Timestamp, Timestamp)>, i64)> {
    let Some(times) = input.span else {
        let (span, minutes) = (row.starts_at.zip(row.ends_at), input.minutes.unwrap_or_default());
        if minutes == row.minutes {
            return Err(Error::field("minutes", "field.same_as_recorded"));
        }
        return within(span, minutes);
    };
    let span = rules::span(center.zone, row.served_on, times);
    let (starts, ends) = span.ok_or_else(|| Error::field("to_time", "field.no_span"))?;
    if ends > now.0 {
        return Err(Error::field("to_time", "field.in_the_future"));
    }
    within(Some((starts, ends)), input.minutes.unwrap_or_else(|| starts.minutes_until(ends)))
}

fn within(span: Option<(Timestamp, Timestamp)>, minutes: i64) -> Result<(Option<(Timestamp, Timestamp)>, i64)> {
    match span {
        Some((starts, ends)) if minutes > starts.minutes_until(ends) => {
            Err(FieldErrors::one("minutes", Fault::bound("field.beyond_span", starts.minutes_until(ends))).into())
        }
        _ => Ok((span, minutes)),
    }
}

/// The claim that came by this form before.
async fn sent(by: &Claimant, tx: &mut Conn, request: Option<RequestId>) -> Result<Option<ClaimId>> {
    let Some(request) = request else { return Ok(None) };
    Ok(sqlx::query_scalar("select id from hour_claims where request_id = $1 and person_id = $2")
        .bind(request)
        .bind(by.person)
        .fetch_optional(tx)
        .await?)
}

async fn knows(tx: &mut Conn, center: CenterId, person: PersonId) -> Result<()> {
    match people::queries::find(tx, center, person).await {
        Ok(_) => Ok(()),
        Err(Error::NotFound | Error::Gone(_)) => Err(Error::field("center", "field.not_a_choice")),
        Err(error) => Err(error),
    }
}

/// The person is held, so that they are counted rightly.
async fn insert(by: &Claimant, now: Now, tx: &mut Conn, claim: &NewClaim<'_>) -> Result<ClaimId> {
    if queries::pending_of(tx, by.person).await? >= MOST_PENDING {
        return Err(Error::refused("too_many_claims"));
    }
    let (account, phone) = account_and_phone(&by.actor);
    let id: ClaimId = sqlx::query_scalar(
        "insert into hour_claims (person_id, center_id, team_id, kind, corrects_id, served_on, starts_at, ends_at, minutes, content, place,
                reason, state, request_id, asked_as, asked_at, asked_phone, asked_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) returning id",
    )
    .bind(by.person)
    .bind(claim.center)
    .bind(claim.team)
    .bind(claim.kind)
    .bind(claim.corrects)
    .bind(claim.served_on)
    .bind(claim.span.map(|(starts, _)| starts))
    .bind(claim.span.map(|(_, ends)| ends))
    .bind(claim.minutes)
    .bind(claim.content.map(str::to_owned))
    .bind(claim.place.map(str::to_owned))
    .bind(claim.reason.map(str::to_owned))
    .bind(ClaimState::Pending)
    .bind(claim.request)
    .bind(by.as_whom)
    .bind(now.0)
    .bind(phone)
    .bind(account)
    .fetch_one(&mut *tx)
    .await
    .on_unique("hour_claims_correction", || Error::refused("claim_open"))
    // A number that another's form had.
    .on_unique("hour_claims_sent", || Error::field("request_id", "field.not_a_uuid"))?;
    audit::record(tx, by, now, audit::entry("claim.asked", id.0).at(claim.center)).await?;
    Ok(id)
}
