//! Sessions before somebody who does not see small cells: what is told of each must not tell what its month hides, nor the other way
//! round. The month is decided first ([`super::hiding`]); here the sessions of a kind whose number is told are hidden one by one, as
//! far as needed, and those of a kind whose number is hidden all together. What a version told of a session is told as long as it is the
//! same, for it is known: where it would tell of others beside its kind's number, that one is hidden.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::AssertSqlSafe;

use super::Reach;
use super::counted::{Counted, Filter};
use super::list::Measure;
use super::masking::{SessionOfMonth, Telling};
use super::masks::{Masks, MonthMask};
use super::puzzle::Puzzle;
use super::queries::{ATTENDED, By, charged};
use super::reading::{self, Ask, months_of_asks};
use super::scope::{ASKED, asked_rows};
use super::types::{Period, Tally};
use crate::activities::SessionId;
use crate::agreements::AgreementId;
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::Result;
use crate::store::Conn;

/// A session that counts.
#[derive(sqlx::FromRow)]
struct CountedSession {
    id: SessionId,
    local_date: Date,
    center_id: CenterId,
    agreement_id: Option<AgreementId>,
    kind_id: i64,
    persons: i64,
    heads: i64,
}

impl CountedSession {
    fn is_of(&self, ask: &Ask) -> bool {
        let days = ask.days.from <= self.local_date && self.local_date < ask.days.to;
        days && (self.center_id, self.agreement_id) == (ask.center, ask.agreement)
    }

    fn visits(&self) -> i64 {
        self.persons + self.heads
    }

    /// What is told of it: never how many had no name, nor who helped.
    fn told(&self, visits: bool, persons: bool) -> Tally {
        let mut tally = Tally {
            sessions: 1,
            visits: if visits { self.visits() } else { 0 },
            persons: if persons { self.persons } else { 0 },
            hidden: vec![Measure::Unnamed, Measure::VolunteerVisits, Measure::Volunteers, Measure::Minutes],
            ..Tally::default()
        };
        tally.hidden.extend((!visits).then_some(Measure::Visits));
        tally.hidden.extend((!persons).then_some(Measure::Persons));
        tally
    }
}

/// By day or by session, as far as it is told. A day's visits are those of its sessions that are told.
pub(super) async fn tallies(conn: &mut Conn, by: By, reach: &Reach, period: Period) -> Result<BTreeMap<String, Tally>> {
    let told = sessions(conn, reach, period).await?;
    if by == By::Session {
        return Ok(told.into_iter().map(|((_, id), tally)| (id.to_string(), tally)).collect());
    }
    let mut days: BTreeMap<String, Tally> = BTreeMap::new();
    for ((date, _), tally) in told {
        let day = days.entry(date.to_string()).or_default();
        day.sessions += tally.sessions;
        day.visits += tally.visits;
        day.hidden.extend(tally.hidden);
        // Who came to two of them is not known.
        day.hidden.push(Measure::Persons);
        day.hidden.sort_unstable();
        day.hidden.dedup();
    }
    Ok(days)
}

async fn sessions(conn: &mut Conn, reach: &Reach, period: Period) -> Result<BTreeMap<(Date, SessionId), Tally>> {
    reach.may_ask(period)?;
    let months = by_month(conn, reach, &[period]).await?;
    let mut told: BTreeMap<(Date, SessionId), Tally> = months.into_iter().flat_map(|(_, told)| told).collect();
    told.retain(|(day, _), _| period.from <= *day && *day < period.to);
    Ok(told)
}

type ToldSession = ((Date, SessionId), Tally);

/// Months are decided whole, also where a period parts them: so a session is told in the same way wherever it stands.
async fn by_month(conn: &mut Conn, reach: &Reach, periods: &[Period]) -> Result<Vec<(Ask, Vec<ToldSession>)>> {
    let asks = months_of_asks(periods.iter().flat_map(|period| reach.asks(period.in_whole_months())));
    let found = found(conn, &asks).await?;
    let months = reading::read_for(conn, reach.small(), &asks).await?;
    let masks = Masks::of(conn, &asks).await?;
    let told = asks.into_iter().zip(&months).map(|(ask, counted)| {
        let of_month: Vec<&CountedSession> = found.iter().filter(|session| session.is_of(&ask)).collect();
        (ask, of_one_month(&of_month, (counted, masks.of_month(&ask)), reach.small().unwrap_or(0)))
    });
    Ok(told.collect())
}

/// The sessions of each of these months, by which its kinds are decided ([`super::masking`]): of those alone of which versions said
/// something that leaves it open.
pub(super) async fn of_open_months(
    conn: &mut Conn,
    (masks, threshold): (&Masks, i64),
    asks: &[Ask],
    counted: &[Counted],
) -> Result<Vec<Vec<SessionOfMonth>>> {
    let is_open = |(ask, counted): &(&Ask, &Counted)| {
        let before = masks.of_month(ask).filter(|_| !reading::is_parted(ask));
        before.is_some_and(|before| counted.has_open_kinds(before, threshold))
    };
    let open: Vec<Ask> = asks.iter().zip(counted).filter(is_open).map(|(ask, _)| *ask).collect();
    if open.is_empty() {
        return Ok(vec![Vec::new(); asks.len()]);
    }
    // A month that is asked for twice is found once.
    let mut of_centers: BTreeMap<CenterId, BTreeMap<(SessionId, Option<AgreementId>), CountedSession>> =
        BTreeMap::new();
    for session in found(conn, &months_of_asks(open.iter().copied())).await? {
        of_centers.entry(session.center_id).or_default().insert((session.id, session.agreement_id), session);
    }
    let of = |ask: &Ask| -> Vec<SessionOfMonth> {
        let sessions =
            of_centers.get(&ask.center).filter(|_| open.contains(ask)).into_iter().flat_map(BTreeMap::values);
        let of_month = sessions.filter(|session| session.is_of(ask));
        of_month
            .map(|session| SessionOfMonth {
                id: session.id.0,
                kind: session.kind_id,
                visits: session.visits(),
                persons: session.persons,
            })
            .collect()
    };
    Ok(asks.iter().map(of).collect())
}

/// What is told and what is not of the sessions of these periods, month by month.
pub(super) async fn said(conn: &mut Conn, reach: &Reach, periods: &[Period]) -> Result<Vec<(Ask, MonthMask)>> {
    let is_asked = |day: Date| periods.iter().any(|period| period.from <= day && day < period.to);
    let of_month = |told: Vec<ToldSession>| {
        let mut said = MonthMask::default();
        for ((_, id), tally) in told.into_iter().filter(|((day, _), _)| is_asked(*day)) {
            for measure in [Measure::Visits, Measure::Persons] {
                let cell = (measure, Filter::Session(id.0));
                match tally.hidden.contains(&measure) {
                    true => said.hidden.insert(cell),
                    false => said.told.insert((cell, tally.value(measure))),
                };
            }
        }
        said
    };
    let months = by_month(conn, reach, periods).await?;
    Ok(months.into_iter().map(|(ask, told)| (ask, of_month(told))).collect())
}

async fn found(conn: &mut Conn, asks: &[Ask]) -> Result<Vec<CountedSession>> {
    let sql = format!(
        "with {ASKED}, held as (
            select s.id, s.local_date, s.center_id, q.agreement_id, a.kind_id
            from asked q cross join sessions s join activities a on a.id = s.activity_id
            where s.center_id = q.center_id and s.local_date >= q.from_date and s.local_date < q.to_date
              and s.status = 'completed' and {})
         select h.id, h.local_date, h.center_id, h.agreement_id, h.kind_id,
                (select count(*) from attendances t
                 where t.session_id = h.id and t.part = 'participant' and t.voided_at is null) as persons,
                (select cast(coalesce(sum(c.heads), 0) as bigint) from head_counts c
                 where c.session_id = h.id and c.voided_at is null) as heads
         from held h where {ATTENDED}",
        charged("s")
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(asked_rows(asks)).fetch_all(conn).await?)
}

/// The only one of them that is anything: it is what is told of the kind.
fn alone(places: &[usize], values: &BTreeMap<usize, i64>) -> Option<usize> {
    let mut some = places.iter().copied().filter(|place| values.get(place).is_some_and(|value| *value > 0));
    some.next().filter(|_| some.next().is_none())
}

fn of_one_month(
    sessions: &[&CountedSession],
    (counted, before): (&Counted, Option<&MonthMask>),
    threshold: i64,
) -> Vec<ToldSession> {
    let is_told = |measure, filter: &Filter| counted.told(measure, filter) == Telling::Exactly;
    let mut puzzle = Puzzle::new(threshold);
    let at: Vec<(usize, usize)> = sessions
        .iter()
        .map(|session| (puzzle.add(session.visits(), false, true), puzzle.add(session.persons, false, true)))
        .collect();
    let values: BTreeMap<usize, i64> =
        sessions.iter().zip(&at).flat_map(|(of, at)| [(at.0, of.visits()), (at.1, of.persons)]).collect();
    // What was told before and is the same is told on.
    let was_told = |measure, session: &CountedSession| {
        let value = if measure == Measure::Visits { session.visits() } else { session.persons };
        before.is_some_and(|before| before.tells(&(measure, Filter::Session(session.id.0)), value, threshold))
    };
    for (session, (visits, persons)) in sessions.iter().zip(&at) {
        puzzle.at_most(&[*persons], &[*visits]);
        for (measure, one) in [(Measure::Visits, *visits), (Measure::Persons, *persons)] {
            if was_told(measure, session) {
                puzzle.publish(one);
            }
        }
    }
    for kind in sessions.iter().map(|session| session.kind_id).collect::<BTreeSet<_>>() {
        let of_kind: Vec<(usize, usize)> =
            sessions.iter().zip(&at).filter(|(session, _)| session.kind_id == kind).map(|(_, at)| *at).collect();
        let (visits, persons): (Vec<usize>, Vec<usize>) = of_kind.into_iter().unzip();
        let filter = Filter::Kind(kind);
        let value = |measure| counted.value(measure, &filter).unwrap_or(0);
        if is_told(Measure::Visits, &filter) {
            let whole = puzzle.add_public(value(Measure::Visits));
            puzzle.adds_up(whole, &visits);
            alone(&visits, &values).into_iter().for_each(|one| puzzle.publish(one));
        } else {
            visits.iter().for_each(|one| puzzle.hide(*one));
        }
        if is_told(Measure::Persons, &filter) {
            let whole = puzzle.add_public(value(Measure::Persons));
            puzzle.at_most(&[whole], &persons);
            persons.iter().for_each(|one| puzzle.at_most(&[*one], &[whole]));
            alone(&persons, &values).into_iter().for_each(|one| puzzle.publish(one));
        } else {
            persons.iter().for_each(|one| puzzle.hide(*one));
        }
    }
    // In one session nobody is counted twice: all sessions' persons are the named visits.
    let whole = Filter::Whole;
    if is_told(Measure::Visits, &whole) && is_told(Measure::Unnamed, &whole) {
        let named =
            counted.value(Measure::Visits, &whole).unwrap_or(0) - counted.value(Measure::Unnamed, &whole).unwrap_or(0);
        let named = puzzle.add_public(named);
        let persons: Vec<usize> = at.iter().map(|(_, persons)| *persons).collect();
        puzzle.adds_up(named, &persons);
    }
    // What was hidden when it was told before: also what is nought by now, or the kind's only one.
    let was_hidden =
        |measure, session: &CountedSession| counted.hidden.contains(&(measure, Filter::Session(session.id.0)));
    for (session, (visits, persons)) in sessions.iter().zip(&at) {
        for (measure, one) in [(Measure::Visits, *visits), (Measure::Persons, *persons)] {
            if was_hidden(measure, session) {
                puzzle.hide(one);
            }
        }
    }
    let is_safe = puzzle.settle();
    let told = |one: usize, measure, session: &CountedSession| {
        was_told(measure, session) || is_safe && !puzzle.is_hidden(one) && !was_hidden(measure, session)
    };
    sessions
        .iter()
        .zip(&at)
        .map(|(session, (visits, persons))| {
            let visits = told(*visits, Measure::Visits, session);
            ((session.local_date, session.id), session.told(visits, told(*persons, Measure::Persons, session)))
        })
        .collect()
}
