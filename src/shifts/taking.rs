//! Saying yes to a shift, and what is looked at before: by the volunteer, or by whoever keeps the shifts, for somebody who said so by
//! phone. The session's row is held first, then the person's, so that nobody is one too many and nobody is in two places.

use super::hand::{ShiftHand, ShiftRow, refused};
use super::keeper::ShiftKeeper;
use super::queries::{self, HeldShift};
use super::rules::{self, ShiftSpan, Taker, WantedShift};
use super::types::{Need, ShiftId, ShiftNeedId, ShiftRefusal, ShiftSession, ShiftState, ShiftWarning};
use crate::clock::{Date, Now};
use crate::consents::Purpose;
use crate::error::{Error, Refusal, Result};
use crate::ids::{PersonId, QualificationKindId, TeamId};
use crate::phones::ConfirmedPhone;
use crate::store::{Conn, Flag};
use crate::teams::{self, MemberState};
use crate::{audit, insurance, locks, people, qualifications};

/// Takes a shift by the volunteer's own hand; again, and it is the same one. `anyway` where they know that it is much.
///
/// # Errors
/// `Refused` with a [`ShiftRefusal`], or as [`qualifications::admits`]; `NotFound` for a need of a center where they serve nowhere.
pub async fn take(
    by: &ConfirmedPhone,
    now: Now,
    tx: &mut Conn,
    need: ShiftNeedId,
    anyway: bool,
) -> Result<Vec<ShiftWarning>> {
    let (need, session) = hold(tx, need).await?;
    if standing(tx, &session, None, by.person).await? == MemberState::Outside {
        return Err(Error::NotFound);
    }
    Taking { hand: ShiftHand::from(by), now, need, session, person: by.person, anyway }.take(tx).await
}

/// Writes down that somebody said yes, by phone or across the desk.
///
/// # Errors
/// As [`take`]'s; `NotFound` for another session's need and for somebody whom the center does not know.
pub async fn put_in(
    by: &ShiftKeeper,
    now: Now,
    tx: &mut Conn,
    (need, person): (ShiftNeedId, PersonId),
    anyway: bool,
) -> Result<Vec<ShiftWarning>> {
    queries::need(by, tx, need).await?;
    let person = people::queries::find(tx, by.center.id(), person).await?.id;
    let (need, session) = hold(tx, need).await?;
    // A leader speaks for the own team's people, where anybody may come too.
    if let Some(own) = by.team
        && standing(tx, &session, Some(need.team_id.unwrap_or(own)), person).await? == MemberState::Outside
    {
        return Err(refused(ShiftRefusal::Outside));
    }
    Taking { hand: ShiftHand::from(by), now, need, session, person, anyway }.take(tx).await
}

/// Says yes to an invitation; where it was to take over somebody's shift, that one ends with it.
///
/// # Errors
/// As [`take`]'s; `Refused("shift_settled")` where it was taken back or answered; `NotFound` for another's.
pub async fn accept(
    by: &ConfirmedPhone,
    now: Now,
    tx: &mut Conn,
    shift: ShiftId,
    anyway: bool,
) -> Result<Vec<ShiftWarning>> {
    let asked = own(by, tx, shift).await?;
    let (need, session) = hold(tx, asked.need_id).await?;
    let taking = Taking { hand: ShiftHand::from(by), now, need, session, person: by.person, anyway };
    locks::person(tx, by.person).await?;
    // As it stands now that nobody else changes it.
    let asked = queries::shift(tx, shift).await?;
    match (asked.state, asked.instead_of) {
        (ShiftState::Invited, None) => taking.take(tx).await,
        (ShiftState::Invited, Some(other)) => taking.take_over(tx, asked, other).await,
        (ShiftState::Taken, _) => Ok(Vec::new()),
        _ => Err(refused(ShiftRefusal::Settled)),
    }
}

/// A shift of whoever holds the phone.
///
/// # Errors
/// `NotFound` for another's.
pub(super) async fn own(by: &ConfirmedPhone, conn: &mut Conn, shift: ShiftId) -> Result<HeldShift> {
    let found = queries::shift(conn, shift).await?;
    if found.person_id == by.person { Ok(found) } else { Err(Error::NotFound) }
}

/// Holds the session of a need, and reads both as they are from then on.
pub(super) async fn hold(tx: &mut Conn, need: ShiftNeedId) -> Result<(Need, ShiftSession)> {
    let found = queries::any_need(tx, need).await?.ok_or(Error::NotFound)?;
    locks::sessions(tx, [found.session_id]).await?;
    let need = queries::any_need(tx, need).await?.ok_or(Error::NotFound)?;
    let session = queries::session(tx, need.session_id).await?;
    Ok((need, session))
}

/// How somebody stands to the team of a need; where it has none, to the teams of the session's center.
pub(super) async fn standing(
    conn: &mut Conn,
    session: &ShiftSession,
    team: Option<TeamId>,
    person: PersonId,
) -> Result<MemberState> {
    let (serving, there): (i64, i64) = sqlx::query_as(
        "select count(case when m.suspended_on is null then 1 end) as serving, count(*) as there
         from team_members m join teams t on t.id = m.team_id
         where m.person_id = $1 and m.left_on is null and t.disbanded_on is null and t.center_id = $2
           and (cast($3 as bigint) is null or t.id = $3)",
    )
    .bind(person)
    .bind(session.center_id)
    .bind(team)
    .fetch_one(conn)
    .await?;
    Ok(match (serving, there) {
        (0, 0) => MemberState::Outside,
        (0, _) => MemberState::Suspended,
        _ => MemberState::Active,
    })
}

/// Somebody who takes a shift, whose session is held.
struct Taking {
    hand: ShiftHand,
    now: Now,
    need: Need,
    session: ShiftSession,
    person: PersonId,
    anyway: bool,
}

impl Taking {
    async fn take(self, tx: &mut Conn) -> Result<Vec<ShiftWarning>> {
        locks::person(tx, self.person).await?;
        let live = queries::live(tx, self.session.id, self.person).await?;
        match live {
            Some(live) if live.state == ShiftState::Taken && live.need_id == self.need.id => return Ok(Vec::new()),
            Some(live) if live.state == ShiftState::Taken => return Err(refused(ShiftRefusal::Live)),
            _ => {}
        }
        let warned = self.judged(tx, None).await?;
        match live {
            Some(asked) if asked.need_id == self.need.id && asked.instead_of.is_none() => {
                let (from, to) = (ShiftState::Invited, ShiftState::Taken);
                self.hand.changes(self.now, tx, asked.id, (from, to), None).await?;
            }
            asked => {
                // Asked for another position there: this is the answer.
                if let Some(asked) = asked {
                    let (from, to) = (ShiftState::Invited, ShiftState::Declined);
                    self.hand.changes(self.now, tx, asked.id, (from, to), None).await?;
                }
                let (need, session, person) = (self.need.id, self.session.id, self.person);
                let new = ShiftRow { need, session, person, state: ShiftState::Taken, instead_of: None };
                self.hand.writes(self.now, tx, new).await?;
            }
        }
        self.record(tx, "session.shift_taken").await?;
        Ok(warned)
    }

    async fn take_over(self, tx: &mut Conn, asked: HeldShift, other: ShiftId) -> Result<Vec<ShiftWarning>> {
        let warned = self.judged(tx, Some(other)).await?;
        self.hand.changes(self.now, tx, other, (ShiftState::Taken, ShiftState::Replaced), None).await?;
        self.hand.changes(self.now, tx, asked.id, (ShiftState::Invited, ShiftState::Taken), None).await?;
        self.hand.ends_questions(self.now, tx, other).await?;
        self.record(tx, "session.substitute_accepted").await?;
        Ok(warned)
    }

    async fn record(&self, tx: &mut Conn, action: &'static str) -> Result<()> {
        let entry = audit::entry(action, self.session.id.0).at(self.session.center_id);
        audit::record(tx, &self.hand, self.now, entry).await
    }

    /// Looks at everything that speaks against it; `leaves` is the shift that ends with it.
    async fn judged(&self, tx: &mut Conn, leaves: Option<ShiftId>) -> Result<Vec<ShiftWarning>> {
        if !self.session.is_open(self.now) {
            return Err(refused(ShiftRefusal::Over));
        }
        if self.need.withdrawn_at.is_some() {
            return Err(refused(ShiftRefusal::Withdrawn));
        }
        let limits = queries::limits(tx).await?;
        let taker = self.taker(tx, limits.days_running).await?;
        let wanted = self.wanted(tx, leaves).await?;
        let mut warned = rules::judge(&taker, &wanted, &limits).map_err(refused)?;
        // Whoever serves at a session serves with its team, for whomever the position asks (条例 art. 16).
        let kind = match (self.need.team_kind, self.session.team_id) {
            (None, Some(team)) => Some(teams::queries::kind_of(tx, team).await?),
            (kind, _) => kind,
        };
        if let Some(kind) = kind {
            qualifications::admits(tx, self.person, kind, self.session.local_date).await?;
        }
        if let Some(kind) = self.need.kind_id {
            self.holds(tx, kind).await?;
        }
        if !warned.is_empty() && !self.anyway {
            return Err(refused(ShiftRefusal::TooMuch));
        }
        if insurance::leaves_uncovered(tx, self.session.id, self.person).await? {
            warned.push(ShiftWarning::Uninsured);
        }
        Ok(warned)
    }

    async fn taker(&self, tx: &mut Conn, days: i64) -> Result<Taker> {
        let (born, agreed, takes_part): (Option<Date>, Flag, Flag) = sqlx::query_as(
            "select p.birth_date,
                    case when exists (select 1 from consents_held h join consents c on c.id = h.id
                        where h.person_id = p.id and h.center_id = $2 and h.purpose = $3 and c.guardianship is not null)
                        then 1 else 0 end as agreed,
                    case when exists (select 1 from attendances a where a.session_id = $4 and a.person_id = p.id
                        and a.part = 'participant' and a.voided_at is null)
                        or exists (select 1 from registrations r where r.session_id = $4 and r.person_id = p.id
                        and r.state in ('confirmed', 'waiting')) then 1 else 0 end as takes_part
             from people p where p.id = $1 and p.erased_at is null",
        )
        .bind(self.person)
        .bind(self.session.center_id)
        .bind(Purpose::Volunteer)
        .bind(self.session.id)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(Error::NotFound)?;
        let membership = standing(tx, &self.session, self.need.team_id, self.person).await?;
        let day = self.session.local_date;
        let spans = queries::spans(tx, &[self.person], (day, day), days).await?;
        let taken = spans.into_iter().filter(|(_, session, _)| *session != self.session.id);
        Ok(Taker {
            born,
            guardian_agreed: agreed.is_set(),
            membership,
            takes_part: takes_part.is_set(),
            taken: taken.map(|(_, _, span)| span).collect(),
        })
    }

    async fn wanted(&self, tx: &mut Conn, leaves: Option<ShiftId>) -> Result<WantedShift> {
        let ShiftSession { id, starts_at, ends_at, local_date, zone, worker_id, .. } = self.session;
        let span = ShiftSpan { starts_at, ends_at, local_date };
        let adults: i64 = sqlx::query_scalar(
            "select count(*) from shifts f join people p on p.id = f.person_id
             where f.session_id = $1 and f.state = 'taken' and f.person_id <> $2 and (p.birth_date is null or p.birth_date <= $3)
               and (cast($4 as bigint) is null or f.id <> $4)",
        )
        .bind(id)
        .bind(self.person)
        .bind(local_date.minus_years(rules::ADULT))
        .bind(leaves)
        .fetch_one(tx)
        .await?;
        Ok(WantedShift {
            span,
            begins: zone.midnight(local_date).minutes_until(starts_at),
            lacks: self.need.lacks() + i64::from(leaves.is_some()),
            accompanied: adults > 0 || worker_id.is_some(),
        })
    }

    /// Whether they have the certificate that the position asks for, confirmed and good on the day.
    async fn holds(&self, tx: &mut Conn, kind: QualificationKindId) -> Result<()> {
        let theirs = qualifications::queries::of_person(tx, self.person).await?;
        let fitting = theirs.iter().filter(|one| one.kind_id == kind);
        if qualifications::rules::standing(fitting, self.session.local_date).state.is_good() {
            return Ok(());
        }
        let refusal = Refusal::new("shift_not_qualified")
            .with("kind", self.need.kind.as_deref().unwrap_or_default())
            .with("kind_en", self.need.kind_en());
        Err(refusal.into())
    }
}
