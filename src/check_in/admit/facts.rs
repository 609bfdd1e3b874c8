//! What the decisions are made on, read for all tries at once.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::str::FromStr;

use serde_json::json;

use super::places::{self, HeldPlaces};
use super::types::Key;
use super::{Attempt, Door, Holder, Way, Who};
use crate::activities::{Admission, SessionId};
use crate::auth::{Role, logins};
use crate::centers::CenterId;
use crate::check_in::types::{AttendanceId, CardId, Part};
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, Result};
use crate::locks;
use crate::people::PersonId;
use crate::store::{Conn, Flag, places, rows, runs};
use crate::teams::TeamId;

/// Takes the sessions' rows, always in one order so that two transactions never wait for each other, and reads them.
/// The seats are counted by a statement of its own: one that waited for the row would count what was there before. Where something was said of
/// registering, a second one reads who has a place.
pub(super) async fn doors(
    now: Now,
    tx: &mut Conn,
    sessions: impl IntoIterator<Item = SessionId>,
) -> Result<(HashMap<SessionId, Door>, HeldPlaces)> {
    let ids: BTreeSet<SessionId> = sessions.into_iter().collect();
    locks::sessions(tx, ids.iter().copied()).await?;
    let mut doors: Vec<Door> = sqlx::query_as(
        "select s.id, s.center_id, s.team_id, s.status, s.starts_at, s.ends_at, s.local_date, c.zone, s.capacity, y.admission,
                case when s.capacity is null then 0 else
                    (select count(*) from attendances a
                     where a.session_id = s.id and a.part = 'participant' and a.voided_at is null
                       and (y.admission <> $2 or a.left_at is null))
                    + (select cast(coalesce(sum(h.heads), 0) as bigint) from head_counts h
                       left join attendances w on w.id = h.attendance_id
                       where h.session_id = s.id and h.voided_at is null
                         and (y.admission <> $2 or (h.attendance_id is not null and w.left_at is null))) end as taken,
                t.mode, t.late_minutes, b.elderly_from, b.youth_from, b.youth_to
         from sessions s
         join activities y on y.id = s.activity_id
         join centers c on c.id = s.center_id
         left join registration_terms t on t.id = coalesce(
             (select o.id from registration_terms o where o.session_id = s.id),
             (select w.id from registration_terms w where w.activity_id = s.activity_id and w.session_id is null))
         join age_bands b on b.valid_from = (select max(v.valid_from) from age_bands v where v.valid_from <= s.local_date)
         where s.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(ids, |id| json!(id)))
    .bind(Admission::DropIn)
    .fetch_all(&mut *tx)
    .await?;
    let places = places::at(now, tx, &mut doors).await?;
    Ok((doors.into_iter().map(|door| (door.id, door)).collect(), places))
}

/// A card that was shown.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct ShownCard {
    pub id: CardId,
    code_hash: String,
    pub person_id: PersonId,
    pub revoked_at: Option<Timestamp>,
}

/// The cards that the tries show, by their codes' hashes; those that there are.
pub(super) async fn cards(tx: &mut Conn, attempts: &[Attempt]) -> Result<HashMap<String, ShownCard>> {
    let asked: BTreeSet<&String> = attempts.iter().filter_map(|attempt| attempt.who.card()).collect();
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<ShownCard> = sqlx::query_as(
        "select id, code_hash, person_id, revoked_at from cards
         where code_hash in (select j.value ->> 'hash' from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(asked, |hash| json!({"hash": hash})))
    .fetch_all(tx)
    .await?;
    Ok(found.into_iter().map(|card| (card.code_hash.clone(), card)).collect())
}

/// What a login may do at a center's or a team's sessions, as the database has it now.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(super) struct Right {
    n: i64,
    /// The login and its account stand.
    pub signed_in: Flag,
    /// The account reaches the center,
    pub reaches: Flag,
    /// or, a team leader's, the team that serves.
    pub leads: Flag,
    /// Where the role has ended, so many times.
    ended: i64,
}

impl Right {
    fn place(&self) -> Option<usize> {
        usize::try_from(self.n).ok()
    }
}

/// Who holds the door, and of which center and team.
pub(super) type Held = (Holder, CenterId, Option<TeamId>);
pub(super) type Rights = HashMap<Held, Right>;

pub(super) async fn rights(
    tx: &mut Conn,
    now: Now,
    attempts: &[Attempt],
    doors: &HashMap<SessionId, Door>,
) -> Result<Rights> {
    let asked: HashSet<Held> =
        attempts.iter().filter_map(|attempt| doors.get(&attempt.session)?.held(attempt.by.holder?)).collect();
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let asked: Vec<Held> = asked.into_iter().collect();
    let mut found = read_rights(tx, now, &asked).await?;
    // A role that ended since the login was looked up; once in an account's life.
    let ended: Vec<usize> = found.iter().filter(|right| right.ended > 0).filter_map(|right| right.place()).collect();
    if !ended.is_empty() {
        for place in ended {
            logins::drop_ended(tx, now, asked[place].0.account).await?;
        }
        found = read_rights(tx, now, &asked).await?;
    }
    Ok(found.into_iter().filter_map(|right| Some((*asked.get(right.place()?)?, right))).collect())
}

async fn read_rights(tx: &mut Conn, now: Now, asked: &[Held]) -> Result<Vec<Right>> {
    let sql = format!(
        "with asked as materialized (
            select cast(j.key as bigint) as n, cast(j.value ->> 'account' as bigint) as account_id,
                   cast(j.value ->> 'login' as bigint) as login_id, cast(j.value ->> 'center' as bigint) as center_id,
                   cast(j.value ->> 'team' as bigint) as team_id
            from json_each(cast($1 as json_text)) j
         )
         select q.n,
                case when exists (select 1 from logins l join accounts a on a.id = l.account_id
                    where l.id = q.login_id and a.id = q.account_id and l.revoked_at is null and l.expires_at > $2
                      and {}) then 1 else 0 end as signed_in,
                (select count(*) from account_scopes x where x.account_id = q.account_id and x.ends_at <= $2) as ended,
                case when exists (select 1 from account_centers x
                    where x.account_id = q.account_id and x.center_id = q.center_id) then 1 else 0 end as reaches,
                case when exists (select 1 from account_scopes r
                    where r.account_id = q.account_id and r.team_id = q.team_id) then 1 else 0 end as leads
         from asked q",
        logins::LIVE
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(rows(
            asked,
            |(holder, center, team)| json!({"account": holder.account, "login": holder.login, "center": center, "team": team}),
        ))
        .bind(now.0)
        .fetch_all(tx)
        .await?)
}

/// What a decision needs beside the session: the person, the live attendance in this part, and the earlier scan of the
/// same request.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    pub card: Option<ShownCard>,
    /// None where no person, or no card's, is known by this.
    pub person: Option<PersonId>,
    pub part: Part,
    pub birth_date: Option<Date>,
    pub live: Option<AttendanceId>,
    pub came_at: Option<Timestamp>,
    pub left_at: Option<Timestamp>,
    /// Heads without a name that came along with the live attendance.
    pub company: i64,
    pub scan: Option<EarlierScan>,
    pub held: Belongs,
    yes: i64,
}

/// What a [`Fact`] answers with yes or no: one column for all, for each row crosses three layers of the driver.
#[derive(Clone, Copy, Debug)]
pub(super) enum Known {
    /// The session's center knows the person.
    Enrolled = 1,
    /// The phone, where it is one, speaks for the person.
    Speaks = 2,
    /// The leader of a team, where it is one, may know of the person.
    Met = 4,
    /// The person was seen leaving, so what the times say takes a look at all scans.
    HasLeft = 8,
    /// Ticked as a participant, though they have a shift at the session.
    OnShift = 16,
}

impl Fact {
    pub(super) fn key(&self, session: SessionId) -> Option<Key> {
        Some(Key { session, person: self.person?, part: self.part })
    }

    pub(super) fn says(&self, what: Known) -> bool {
        self.yes & what as i64 != 0
    }
}

/// A line of [`FACTS`].
struct FactRow {
    n: usize,
    person: Option<PersonId>,
    part: Part,
    birth_date: Option<Date>,
    yes: i64,
    live: Option<AttendanceId>,
    came_at: Option<Timestamp>,
    left_at: Option<Timestamp>,
    scan: Option<i64>,
    held: Belongs,
    company: i64,
    /// With whom the person was made one.
    merged_into: Option<PersonId>,
}

/// The memberships that hold on the session's day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Belongs {
    pub disabled: bool,
    pub needy: bool,
    /// A bit for each subgroup.
    pub subgroups: i64,
}

impl FromStr for Belongs {
    type Err = std::num::ParseIntError;

    /// `d`, `n` and a subgroup's bit, each where it is; joined by `+`: `n+n0+d`.
    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        let mut held = Self::default();
        for part in text.split('+') {
            let bit = part.trim_start_matches(['d', 'n']);
            held.disabled |= part.starts_with('d');
            held.needy |= part.starts_with('n');
            if !bit.is_empty() {
                held.subgroups |= 1 << bit.parse::<u32>()?;
            }
        }
        Ok(held)
    }
}

impl FactRow {
    fn read(line: &str) -> Result<Self> {
        fn next<'a, T: FromStr>(words: &mut impl Iterator<Item = &'a str>) -> Result<Option<T>> {
            match words.next() {
                None => Err(Error::internal("a fact without all its parts")),
                Some("") => Ok(None),
                Some(word) => word.parse().map(Some).map_err(|_| Error::internal("a fact that cannot be read")),
            }
        }
        let mut words = line.split(',');
        let always = || Error::internal("a fact without what every fact has");
        Ok(Self {
            n: next(&mut words)?.ok_or_else(always)?,
            person: next(&mut words)?.map(PersonId),
            part: next(&mut words)?.ok_or_else(always)?,
            birth_date: next(&mut words)?,
            yes: next(&mut words)?.ok_or_else(always)?,
            live: next(&mut words)?.map(AttendanceId),
            came_at: next(&mut words)?.map(Timestamp),
            left_at: next(&mut words)?.map(Timestamp),
            scan: next(&mut words)?,
            held: next(&mut words)?.unwrap_or_default(),
            company: next(&mut words)?.ok_or_else(always)?,
            merged_into: next(&mut words)?.map(PersonId),
        })
    }
}

/// Somebody asked for at a door.
struct AskedFor<'a> {
    place: usize,
    attempt: &'a Attempt,
    door: &'a Door,
    card: Option<&'a ShownCard>,
    person: Option<PersonId>,
}

/// The facts of each try, in the tries' order; none for a session that is not there.
pub(super) async fn facts(
    tx: &mut Conn,
    attempts: &[Attempt],
    doors: &HashMap<SessionId, Door>,
) -> Result<Vec<Option<Fact>>> {
    let cards = cards(tx, attempts).await?;
    let mut asked: Vec<AskedFor<'_>> = attempts
        .iter()
        .enumerate()
        .filter_map(|(place, attempt)| {
            let card = attempt.who.card().and_then(|hash| cards.get(hash));
            let person = match &attempt.who {
                Who::Person(id) => Some(*id),
                Who::Card(_) => card.map(|card| card.person_id),
            };
            Some(AskedFor { place, attempt, door: doors.get(&attempt.session)?, card, person })
        })
        .collect();
    locks::people_shared(tx, asked.iter().filter_map(|asked| asked.person)).await?;
    let mut found = read_facts(tx, &asked).await?;
    // By what they were before they were made one with another.
    let led: HashMap<usize, PersonId> = found.iter().filter_map(|fact| Some((fact.n, fact.merged_into?))).collect();
    if !led.is_empty() {
        for asked in &mut asked {
            asked.person = led.get(&asked.place).copied().or(asked.person);
        }
        locks::people_shared(tx, led.into_values()).await?;
        found = read_facts(tx, &asked).await?;
    }
    let scans = earlier_scans(tx, found.iter().filter_map(|found| found.scan)).await?;
    let mut facts: Vec<Option<Fact>> = vec![None; attempts.len()];
    let card_of: HashMap<usize, &ShownCard> =
        asked.iter().filter_map(|asked| Some((asked.place, asked.card?))).collect();
    for found in found {
        let FactRow { n: place, person, part, birth_date, yes, live, came_at, left_at, held, company, .. } = found;
        let card = card_of.get(&place).map(|card| (*card).clone());
        let scan = found.scan.and_then(|id| scans.get(&id)).cloned();
        if let Some(fact) = facts.get_mut(place) {
            *fact = Some(Fact { card, person, part, birth_date, live, came_at, left_at, company, scan, yes, held });
        }
    }
    Ok(facts)
}

async fn read_facts(tx: &mut Conn, asked: &[AskedFor<'_>]) -> Result<Vec<FactRow>> {
    let mut found: Vec<FactRow> = Vec::with_capacity(asked.len());
    for run in runs(asked) {
        let sql = FACTS.replace("{asked}", &places(tx, run.size, ASKED));
        let mut query = sqlx::query_scalar(sqlx::AssertSqlSafe(sql));
        for asked in run.rows() {
            let attempt = asked.map(|asked| asked.attempt);
            let door = asked.map(|asked| asked.door);
            let leader = |attempt: &Attempt| attempt.by.holder.is_some_and(|holder| holder.role == Role::TeamLeader);
            query = query
                .bind(asked.map(|asked| asked.place as i64))
                .bind(attempt.map(|attempt| attempt.session))
                .bind(door.map(|door| door.center_id))
                .bind(door.and_then(|door| door.team_id))
                .bind(door.map(|door| door.door.local_date))
                .bind(asked.and_then(|asked| asked.person))
                .bind(attempt.and_then(|attempt| attempt.part))
                .bind(attempt.map(|attempt| attempt.request))
                .bind(attempt.and_then(|attempt| attempt.by.phone))
                .bind(attempt.map(|attempt| i64::from(leader(attempt))));
        }
        let lines: Option<String> = query.fetch_one(&mut *tx).await?;
        for line in lines.unwrap_or_default().split(';') {
            found.push(FactRow::read(line)?);
        }
    }
    Ok(found)
}

/// Columns of what [`FACTS`] is asked.
const ASKED: usize = 10;

/// A line for each, all in one row: a row is handed over from the driver's thread to ours, and that costs more than it
/// takes to find it.
const FACTS: &str = "
    with asked (n, session_id, center_id, team_id, local_date, person_id, part, request_id, phone_id, leader)
    as (values {asked}), asking as materialized (
        select q.n, q.session_id, q.center_id, q.team_id, q.local_date, q.person_id, q.request_id, q.phone_id, q.leader, q.part as asked,
               coalesce(q.part,
                   (select min(a.part) from attendances a
                    where a.session_id = q.session_id and a.person_id = q.person_id and a.voided_at is null),
                   (select 'volunteer' from shifts f where f.session_id = q.session_id and f.person_id = q.person_id and f.state = 'taken' limit 1),
                   (select 'participant' from registrations r where r.session_id = q.session_id and r.person_id = q.person_id
                        and r.state in ('confirmed', 'waiting', 'no_show') limit 1),
                   (select 'volunteer' from team_members m
                    where m.team_id = q.team_id and m.person_id = q.person_id and m.left_on is null and m.suspended_on is null limit 1),
                   'participant') as part
        from asked q where q.n is not null
    ), fact as (
    select d.n, p.id as person, d.part, p.birth_date,
           case when exists (select 1 from enrolments e where e.center_id = d.center_id and e.person_id = d.person_id)
               then 1 else 0 end
           + case when d.phone_id is null or exists (select 1 from phone_people f join phones h on h.id = f.phone_id
                where f.phone_id = d.phone_id and f.person_id = d.person_id and h.revoked_at is null)
               then 2 else 0 end
           + case when d.leader = 0
                or exists (select 1 from team_members m
                    where m.team_id = d.team_id and m.person_id = d.person_id and m.left_on is null and m.suspended_on is null)
                or exists (select 1 from sessions s join sessions o on o.activity_id = s.activity_id
                    join attendances v on v.session_id = o.id and v.person_id = d.person_id and v.voided_at is null
                    where s.id = d.session_id and o.starts_at <= s.starts_at)
                or exists (select 1 from shifts f where f.session_id = d.session_id and f.person_id = d.person_id and f.state = 'taken')
                or exists (select 1 from registrations r where r.session_id = d.session_id and r.person_id = d.person_id
                    and r.state in ('confirmed', 'waiting'))
               then 4 else 0 end
           + case when d.asked = 'participant' and exists (select 1 from shifts f
                where f.session_id = d.session_id and f.person_id = d.person_id and f.state = 'taken') then 16 else 0 end
           + case when l.left_at is not null or exists (select 1 from scans x
                where x.session_id = d.session_id and x.person_id = d.person_id and x.way = 'out')
               then 8 else 0 end as yes,
           (select string_agg(case m.priority_group when 'disabled' then 'd' when 'needy' then 'n' else '' end
                   || coalesce(cast(m.bit as text), ''), '+')
            from memberships_held m
            where m.person_id = d.person_id and m.valid_from <= d.local_date
              and (m.valid_to is null or m.valid_to >= d.local_date)) as held,
           l.id as live, l.came_at, l.left_at, p.merged_into,
           (select cast(coalesce(sum(h.heads), 0) as bigint) from head_counts h
            where h.attendance_id = l.id and h.voided_at is null) as company,
           (select q.id from scans q where q.request_id = d.request_id) as scan
    from asking d
    left join people p on p.id = d.person_id and p.erased_at is null
    left join attendances l
           on l.session_id = d.session_id and l.person_id = d.person_id and l.part = d.part and l.voided_at is null
    )
    select string_agg(cast(n as text) || ',' || coalesce(cast(person as text), '') || ',' || part || ','
               || coalesce(birth_date, '') || ',' || cast(yes as text) || ',' || coalesce(cast(live as text), '') || ','
               || coalesce(cast(came_at as text), '') || ',' || coalesce(cast(left_at as text), '') || ','
               || coalesce(cast(scan as text), '') || ',' || coalesce(held, '') || ','
               || cast(company as text) || ',' || coalesce(cast(merged_into as text), ''), ';')
    from fact";

/// What a request was told before.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct EarlierScan {
    id: i64,
    pub session_id: SessionId,
    pub person_id: Option<PersonId>,
    pub part: Part,
    pub way: Way,
    pub outcome: String,
    pub occurred_at: Timestamp,
    pub attendance_id: Option<AttendanceId>,
    pub came_at: Option<Timestamp>,
    pub voided_at: Option<Timestamp>,
}

async fn earlier_scans(tx: &mut Conn, ids: impl Iterator<Item = i64>) -> Result<HashMap<i64, EarlierScan>> {
    let ids: BTreeSet<i64> = ids.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<EarlierScan> = sqlx::query_as(
        "select q.id, q.session_id, q.person_id, q.part, q.way, q.outcome, q.occurred_at, q.attendance_id, a.came_at,
                a.voided_at
         from scans q left join attendances a on a.id = q.attendance_id
         where q.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(ids, |id| json!(id)))
    .fetch_all(tx)
    .await?;
    Ok(found.into_iter().map(|scan| (scan.id, scan)).collect())
}
