//! The memberships and the hours of a list's rows, written by the teams' and the ledger's own actions, and taken back.

use std::collections::BTreeSet;

use super::judging;
use super::service;
use super::types::{Import, ImportField, ImportId, ImportRow, RowFault, ServiceOutcome};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::Now;
use crate::consents;
use crate::error::{Error, Refusal, Result};
use crate::fields::Fields;
use crate::hours;
use crate::ids::{EntryId, SessionId, TeamId, TeamMemberId};
use crate::locks;
use crate::people::{self, Person, PersonId};
use crate::store::Conn;
use crate::teams::{self, BroughtMember};

/// What became of a row's service, with the faults of the row from now on.
pub struct BroughtRow {
    pub membership: Option<ServiceOutcome>,
    pub member: Option<TeamMemberId>,
    pub hours: Option<ServiceOutcome>,
    pub entry: Option<EntryId>,
    pub faults: Vec<RowFault>,
}

impl BroughtRow {
    /// Of a row that is not written itself.
    pub fn skipped(row: &ImportRow) -> Self {
        let skipped = |outcome: Option<ServiceOutcome>| outcome.map(|_| ServiceOutcome::Skipped);
        let (membership, hours) = (skipped(row.membership), skipped(row.hours));
        Self { membership, member: None, hours, entry: None, faults: row.faults() }
    }
}

/// The name of an import, which its entries of the ledger keep: its number alone, for a file may be called after somebody.
pub fn name(import: &Import) -> String {
    format!("#{}", import.id)
}

/// Rows whose teams and people are held at once: as many as one transaction writes, and more.
const HELD: i64 = 200;

/// Holds, in the order of all, what the next rows' memberships reach: the sessions of those who are known, whose groups may follow a birth
/// date, then the teams. The people follow one by one.
pub async fn hold(tx: &mut Conn, import: ImportId) -> Result<()> {
    const NEXT: &str = "(select r.person_id, r.team_id from import_rows r
         where r.import_id = $1 and r.done is null order by r.row limit $2)";
    let sql = format!("select distinct n.team_id from {NEXT} n where n.team_id is not null order by n.team_id");
    let teams: Vec<TeamId> =
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(import).bind(HELD).fetch_all(&mut *tx).await?;
    if teams.is_empty() {
        return Ok(());
    }
    let sql = format!("select distinct a.session_id from {NEXT} n join attendances a on a.person_id = n.person_id");
    let sessions: Vec<SessionId> =
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(import).bind(HELD).fetch_all(&mut *tx).await?;
    locks::sessions(tx, sessions).await?;
    for team in teams {
        locks::team(tx, team).await?;
    }
    Ok(())
}

/// Holds what taking these rows back reaches: the teams, then the people.
pub async fn hold_applied(tx: &mut Conn, rows: &[&ImportRow]) -> Result<()> {
    let served = rows.iter().filter(|row| row.member_id.is_some());
    let teams: BTreeSet<TeamId> = served.clone().filter_map(|row| row.team_id).collect();
    for team in teams {
        locks::team(tx, team).await?;
    }
    locks::people(tx, served.filter_map(|row| row.person_id)).await
}

/// Writes what a row says of the service of somebody who is known now. What the actions refuse is said, and keeps nothing else back.
pub async fn serve(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, list): (&Center, &str),
    (row, fields): (&ImportRow, &Fields),
    person: PersonId,
) -> Result<BroughtRow> {
    let mut served = BroughtRow { membership: None, member: None, hours: None, entry: None, faults: row.faults() };
    if row.membership.is_none() && row.hours.is_none() {
        return Ok(served);
    }
    let person = people::queries::find(tx, center.id(), person).await?;
    let said = service::read(fields, center.zone.date(now.0), person.birth_date);
    // They are found anew.
    served.faults.retain(|fault| !ImportField::OF_SERVICE.iter().any(|field| field.code() == fault.field));
    served.faults.extend(said.faults.iter().cloned());
    if said.membership.is_some() {
        let (outcome, member) = match (said.member(), row.team_id) {
            (Some(member), Some(team)) => {
                let member =
                    BroughtMember { person: person.id, joined_on: member.joined_on, note: member.note.clone() };
                bring(by, now, tx, (center, team), (&person, &member), &mut served.faults).await?
            }
            (_, team) => {
                // The team is not there: the row says so since it was checked.
                let of_team = row.faults().into_iter().filter(|fault| fault.field == ImportField::Team.code());
                served.faults.extend(of_team.filter(|_| team.is_none()));
                (ServiceOutcome::Refused, None)
            }
        };
        (served.membership, served.member) = (Some(outcome), member);
    }
    if said.hours.is_some() {
        // Somebody whom the team does not take did not serve in it.
        let is_in = matches!(served.membership, Some(ServiceOutcome::Written | ServiceOutcome::There));
        let entry = match said.served() {
            None => None,
            Some(hours) => {
                let brought = judging::brought(person.id, row.team_id.filter(|_| is_in), hours);
                Some(hours::import(by, now, tx, center.id(), (&brought, list)).await?)
            }
        };
        served.hours = Some(match entry {
            None => ServiceOutcome::Refused,
            Some(None) => ServiceOutcome::There,
            Some(Some(_)) => ServiceOutcome::Written,
        });
        served.entry = entry.flatten();
    }
    Ok(served)
}

/// Takes somebody into a team; a minor only where their guardian agreed.
async fn bring(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, team): (&Center, TeamId),
    (person, member): (&Person, &BroughtMember),
    faults: &mut Vec<RowFault>,
) -> Result<(ServiceOutcome, Option<TeamMemberId>)> {
    let mut refused = |fault: RowFault| {
        faults.push(fault);
        Ok((ServiceOutcome::Refused, None))
    };
    // Held before it is looked at what the guardian said: whoever takes it back waits, or is waited for.
    locks::person(tx, person.id).await?;
    if judging::is_guarded(person.birth_date, center.zone.date(now.0)) {
        let agreed = consents::queries::volunteers_with_guardian(tx, center.id(), &[person.id]).await?;
        if agreed.is_empty() {
            return refused(RowFault::new(ImportField::Team.code(), "import.no_guardian"));
        }
    }
    match teams::bring_member(by, now, tx, (center, team), member).await {
        Ok(Some(id)) => Ok((ServiceOutcome::Written, Some(id))),
        Ok(None) => Ok((ServiceOutcome::There, None)),
        Err(Error::Refused(refusal)) => refused(RowFault::refused(ImportField::Team, &refusal)),
        // It was disbanded since the rows were checked.
        Err(Error::NotFound) => refused(RowFault::refused(ImportField::Team, &Refusal::new("team_gone"))),
        Err(error) => Err(error),
    }
}

/// Takes back what a row wrote of service; what somebody changed since, stays. Says what became of the membership and of the hours.
pub async fn take_back(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, list): (&Center, &str),
    row: &ImportRow,
) -> Result<(Option<ServiceOutcome>, Option<ServiceOutcome>)> {
    let became = |is_back: bool| Some(if is_back { ServiceOutcome::Undone } else { ServiceOutcome::Stays });
    let hours = match row.entry_id {
        Some(entry) => became(hours::unimport(by, now, tx, center.id(), (entry, list)).await?),
        None => row.hours,
    };
    let membership = match (row.member_id, row.person_id) {
        (Some(member), Some(person)) => became(teams::take_back(by, now, tx, center, (member, person)).await?),
        _ => row.membership,
    };
    Ok((membership, hours))
}
