//! What will become of the memberships and the hours that a list's rows say: told before anything is written.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::check::CheckedRow;
use super::rules::ServedTime;
use super::service::{SaidHours, SaidMembership, SaidService};
use super::types::{ImportField, RowFault, ServiceOutcome, Verdict};
use crate::applications;
use crate::centers::Center;
use crate::clock::Date;
use crate::consents;
use crate::error::{Refusal, Result};
use crate::hours::{self, BroughtHours};
use crate::people::PersonId;
use crate::qualifications;
use crate::spelling;
use crate::store::Conn;
use crate::teams::{self, MemberStanding, MemberState, TeamId, TeamKind, TeamKindId};

/// What is planned of a row's service.
#[derive(Clone, Debug, Default)]
pub struct PlannedService {
    pub team: Option<TeamId>,
    pub membership: Option<ServiceOutcome>,
    pub hours: Option<ServiceOutcome>,
}

/// The id of nobody: whoever is new has neither certificate nor consent.
const NOBODY: PersonId = PersonId(0);

/// Teams that a text names at most.
const NAMED: usize = 12;

/// The center's teams, as a list may call them.
struct KnownTeams(Vec<(TeamId, String, TeamKind)>);

impl KnownTeams {
    /// The team of this name, or the only one of this kind.
    fn find(&self, called: &str) -> Result<(TeamId, TeamKindId), RowFault> {
        let field = ImportField::Team.code();
        let wanted = spelling::key(called);
        if let Some((id, _, kind)) = self.0.iter().find(|(_, name, _)| spelling::key(name) == wanted) {
            return Ok((*id, kind.id));
        }
        let ends = ["志愿服务队伍", "志愿服务队", "志愿队", "服务队", "队伍", "队", "类"];
        let bare = ends.iter().find_map(|end| wanted.strip_suffix(end)).unwrap_or(wanted.as_str());
        let is_kind = |kind: &TeamKind| {
            [spelling::key(&kind.name), spelling::key(&kind.name_en)].iter().any(|name| *name == wanted || name == bare)
        };
        let of_kind: Vec<_> = self.0.iter().filter(|(_, _, kind)| is_kind(kind)).collect();
        match of_kind.as_slice() {
            [(id, _, kind)] => Ok((*id, kind.id)),
            [] if self.0.is_empty() => Err(RowFault::new(field, "import.no_teams")),
            [] => Err(RowFault::bound(field, "import.team_unknown", named(self.0.iter()))),
            several => Err(RowFault::bound(field, "import.team_several", named(several.iter().copied()))),
        }
    }
}

fn named<'a>(teams: impl Iterator<Item = &'a (TeamId, String, TeamKind)>) -> String {
    let mut names: Vec<&str> = teams.map(|(_, name, _)| name.as_str()).collect();
    if names.len() > NAMED {
        names.truncate(NAMED);
        names.push("…");
    }
    names.join("、")
}

/// Whether somebody born then may join only with a guardian's consent.
pub fn is_guarded(born: Option<Date>, today: Date) -> bool {
    born.is_some_and(|born| applications::is_minor(born, today))
}

/// What is known of everybody whom the rows mean.
struct WhatStands {
    teams: KnownTeams,
    standings: HashMap<(TeamId, PersonId), MemberStanding>,
    guarded: HashSet<PersonId>,
    refused: HashMap<(TeamKindId, PersonId), Refusal>,
}

impl WhatStands {
    async fn load(conn: &mut Conn, center: &Center, today: Date, rows: &[CheckedRow]) -> Result<Self> {
        let teams = KnownTeams(teams::queries::with_kinds(conn, center.id()).await?);
        let people: BTreeSet<PersonId> = rows.iter().filter_map(|row| row.person).chain([NOBODY]).collect();
        let people: Vec<PersonId> = people.into_iter().collect();
        let mut refused = HashMap::new();
        let kinds: BTreeMap<TeamKindId, &TeamKind> = teams.0.iter().map(|(_, _, kind)| (kind.id, kind)).collect();
        for (id, _) in kinds.iter().filter(|(_, kind)| kind.needs_qualification.is_set()) {
            let lacking = qualifications::would_refuse(conn, (*id, &people), today).await?;
            refused.extend(lacking.into_iter().map(|(person, refusal)| ((*id, person), refusal)));
        }
        Ok(Self {
            standings: teams::queries::standings(conn, center.id()).await?,
            guarded: consents::queries::volunteers_with_guardian(conn, center.id(), &people).await?,
            teams,
            refused,
        })
    }

    /// What becomes of a place in a team; and the team, where it is known.
    fn membership(
        &self,
        said: &SaidMembership,
        (person, born): (Option<PersonId>, Option<Date>),
        today: Date,
    ) -> (Option<TeamId>, Result<ServiceOutcome, RowFault>) {
        let (team, kind) = match self.teams.find(&said.team) {
            Ok(found) => found,
            Err(fault) => return (None, Err(fault)),
        };
        let standing = person.and_then(|person| self.standings.get(&(team, person)));
        let refused = |refusal: &Refusal| Err(RowFault::refused(ImportField::Team, refusal));
        let outcome = match standing.map(|standing| (standing.state(), standing.left_on)) {
            Some((MemberState::Active, _)) => Ok(ServiceOutcome::There),
            Some((MemberState::Suspended, _)) => refused(&Refusal::new("member_suspended")),
            Some((_, Some(left))) if left > said.joined_on.unwrap_or(today) => {
                refused(&Refusal::new("member_left_since").with("day", left))
            }
            _ if is_guarded(born, today) && !person.is_some_and(|person| self.guarded.contains(&person)) => {
                Err(RowFault::new(ImportField::Team.code(), "import.no_guardian"))
            }
            _ => match self.refused.get(&(kind, person.unwrap_or(NOBODY))) {
                Some(refusal) => refused(refusal),
                None => Ok(ServiceOutcome::Planned),
            },
        };
        (Some(team), outcome)
    }
}

/// By what two rows of a list are of one person: whom the center knows, or the row that comes first.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Whose {
    Known(PersonId),
    Row(u32),
}

/// The same hours of one person.
type SameHours = (Whose, Date, i64, (Option<String>, Option<String>));

/// What the rows before said already.
#[derive(Default)]
struct SaidBefore {
    teams: HashSet<(Whose, TeamId)>,
    hours: HashMap<SameHours, u32>,
}

/// Says of each row what will become of its service.
pub async fn judge(conn: &mut Conn, center: &Center, today: Date, rows: &mut [CheckedRow]) -> Result<()> {
    if !rows.iter().any(|row| row.said.is_some()) {
        return Ok(());
    }
    let known = WhatStands::load(conn, center, today, rows).await?;
    let there = hours_there(conn, center, rows).await?;
    let mut before = SaidBefore::default();
    for (place, row) in rows.iter_mut().enumerate() {
        let said = std::mem::take(&mut row.said);
        row.row.faults.extend(said.faults.iter().cloned());
        let is_meant = row.row.verdict == Verdict::Ok || row.row.verdict.waits();
        let whose = match (row.person, row.same_row) {
            (Some(person), _) => Whose::Known(person),
            (None, Some(first)) => Whose::Row(first),
            (None, None) => Whose::Row(row.row.number),
        };
        plan_membership(&known, row, &said, (whose, today), &mut before);
        if said.hours.is_some() {
            row.service.hours = Some(match said.served() {
                None => ServiceOutcome::Refused,
                Some(_) if there.contains(&place) => ServiceOutcome::There,
                Some(served) => plan_hours(row, served, whose, &mut before),
            });
        }
        if !is_meant {
            row.service.skip();
        }
        row.said = said;
    }
    Ok(())
}

impl PlannedService {
    /// The row itself is not written.
    fn skip(&mut self) {
        for outcome in [&mut self.membership, &mut self.hours].into_iter().flatten() {
            *outcome = ServiceOutcome::Skipped;
        }
    }
}

fn plan_membership(
    known: &WhatStands,
    row: &mut CheckedRow,
    said: &SaidService,
    (whose, today): (Whose, Date),
    before: &mut SaidBefore,
) {
    if said.membership.is_none() {
        return;
    }
    let Some(member) = said.member() else {
        row.service.membership = Some(ServiceOutcome::Refused);
        return;
    };
    let (team, outcome) = known.membership(member, (row.person, row.born), today);
    row.service.team = team;
    row.service.membership = Some(match (outcome, team) {
        (Err(fault), _) => {
            row.row.faults.push(fault);
            ServiceOutcome::Refused
        }
        // Said before in the same list.
        (Ok(ServiceOutcome::Planned), Some(team)) if !before.teams.insert((whose, team)) => ServiceOutcome::There,
        (Ok(outcome), _) => outcome,
    });
}

fn plan_hours(row: &mut CheckedRow, served: &SaidHours, whose: Whose, before: &mut SaidBefore) -> ServiceOutcome {
    let same = (whose, served.time.last, served.minutes, (served.content.clone(), served.unit.clone()));
    match before.hours.get(&same) {
        Some(first) => {
            row.row.faults.push(RowFault::bound(ImportField::Hours.code(), "import.hours_twice", first));
            ServiceOutcome::There
        }
        None => {
            before.hours.insert(same, row.row.number);
            ServiceOutcome::Planned
        }
    }
}

/// The places of the rows whose hours came before.
async fn hours_there(conn: &mut Conn, center: &Center, rows: &[CheckedRow]) -> Result<HashSet<usize>> {
    let of_known: Vec<(usize, BroughtHours)> = rows
        .iter()
        .enumerate()
        .filter_map(|(place, row)| Some((place, brought(row.person?, None, row.said.served()?))))
        .collect();
    let mut there = HashSet::new();
    for run in of_known.chunks(RUN) {
        let asked: Vec<BroughtHours> = run.iter().map(|(_, hours)| hours.clone()).collect();
        let found = hours::known(conn, center.id(), &asked).await?;
        there.extend(found.into_iter().filter_map(|n| Some(run.get(n)?.0)));
    }
    Ok(there)
}

/// How many rows are asked about at once.
const RUN: usize = 1_000;

/// What was done; hours that are the sum of a time say of which, for they stand under its last day.
fn content(said: &SaidHours) -> Option<String> {
    let ServedTime { first, last } = said.time;
    if first == last {
        return said.content.clone();
    }
    let time = format!("（{first}至{last}合计）");
    Some(said.content.as_ref().map_or_else(|| time.clone(), |content| format!("{content}{time}")))
}

/// The hours of a row as the ledger takes them.
pub fn brought(person: PersonId, team: Option<TeamId>, said: &SaidHours) -> BroughtHours {
    BroughtHours {
        person,
        team,
        served_on: said.time.last,
        minutes: said.minutes,
        content: content(said),
        unit: said.unit.clone(),
    }
}
