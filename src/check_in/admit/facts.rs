//! What the decisions are made on, read for all tries at once.
//!
//! Many rows go in as one JSON parameter: `json_each` gives them to both engines (migration 0007).

use std::collections::{BTreeSet, HashMap};

use serde_json::json;

use super::decide::{Event, Key};
use super::{Attempt, Card, Door, Holder, Way, Who};
use crate::activities::{self, SessionId};
use crate::auth::{Role, logins};
use crate::check_in::{AttendanceId, Part};
use crate::clock::{Date, Now, Timestamp};
use crate::error::Result;
use crate::people::PersonId;
use crate::store::{self, Conn, Flag, rows};

/// Takes the sessions' rows, always in one order so that two transactions never wait for each other, and reads them.
/// The seats are counted by a statement of its own: one that waited for the row would count what was there before.
pub(super) async fn doors(
    tx: &mut Conn,
    sessions: impl IntoIterator<Item = SessionId>,
) -> Result<HashMap<SessionId, Door>> {
    let ids: BTreeSet<SessionId> = sessions.into_iter().collect();
    activities::hold_sessions(tx, ids.iter().copied()).await?;
    let doors: Vec<Door> = sqlx::query_as(
        "select s.id, s.center_id, s.status, s.starts_at, s.local_date, c.zone, s.capacity,
                case when s.capacity is null then 0 else
                    (select count(*) from attendances a
                     where a.session_id = s.id and a.role = 'participant' and a.voided_at is null)
                    + (select cast(coalesce(sum(h.heads), 0) as bigint) from head_counts h
                       where h.session_id = s.id and h.voided_at is null) end as taken,
                b.elderly_from, b.youth_from, b.youth_to
         from sessions s
         join centers c on c.id = s.center_id
         join age_bands b on b.valid_from = (select max(v.valid_from) from age_bands v where v.valid_from <= s.local_date)
         where s.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(ids, |id| json!(id)))
    .fetch_all(tx)
    .await?;
    Ok(doors.into_iter().map(|door| (door.id, door)).collect())
}

/// Takes part in the rows of the people whom the tries are for: whoever corrects what their attendances copy (birth date,
/// memberships) waits for these tries, or these for the correction ([`crate::people::groups::hold`]). After the sessions'
/// rows, and before anything of the people is read.
pub(super) async fn people(tx: &mut Conn, attempts: &[Attempt]) -> Result<()> {
    store::share(
        tx,
        "select id from people
         where id in (
            select cast(j.value ->> 'person' as bigint) from json_each(cast($1 as json_text)) j
            union all
            select c.person_id from json_each(cast($1 as json_text)) j join cards c on c.code_hash = j.value ->> 'card'
         ) order by id",
    )
    .bind(rows(attempts, |attempt| match &attempt.who {
        Who::Person(id) => json!({"person": id}),
        Who::Card(hash) => json!({"card": hash}),
    }))
    .execute(tx)
    .await?;
    Ok(())
}

/// Whether the person takes one of the session's seats already.
pub(super) async fn is_seated(tx: &mut Conn, session: SessionId, person: PersonId) -> Result<bool> {
    let count: i64 = sqlx::query_scalar(
        "select count(*) from attendances
         where session_id = $1 and person_id = $2 and role = 'participant' and voided_at is null",
    )
    .bind(session)
    .bind(person)
    .fetch_one(tx)
    .await?;
    Ok(count > 0)
}

/// What a login may do at a session, as the database has it now.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(super) struct Right {
    n: i64,
    /// The login and its account stand.
    pub signed_in: Flag,
    /// The account reaches the session's center,
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

pub(super) type Rights = HashMap<(Holder, SessionId), Right>;

pub(super) async fn rights(tx: &mut Conn, now: Now, attempts: &[Attempt]) -> Result<Rights> {
    let mut asked: Vec<(Holder, SessionId)> = Vec::new();
    for attempt in attempts {
        if let Some(holder) = attempt.by.holder
            && !asked.contains(&(holder, attempt.session))
        {
            asked.push((holder, attempt.session));
        }
    }
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
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

async fn read_rights(tx: &mut Conn, now: Now, asked: &[(Holder, SessionId)]) -> Result<Vec<Right>> {
    let sql = format!(
        "with asked as materialized (
            select cast(j.key as bigint) as n, cast(j.value ->> 'account' as bigint) as account_id,
                   cast(j.value ->> 'login' as bigint) as login_id, cast(j.value ->> 'session' as bigint) as session_id
            from json_each(cast($1 as json_text)) j
         )
         select q.n,
                case when exists (select 1 from logins l join accounts a on a.id = l.account_id
                    where l.id = q.login_id and a.id = q.account_id and l.revoked_at is null and l.expires_at > $2
                      and {}) then 1 else 0 end as signed_in,
                (select count(*) from account_scopes x where x.account_id = q.account_id and x.ends_at <= $2) as ended,
                case when exists (select 1 from account_centers x
                    where x.account_id = q.account_id and x.center_id = s.center_id) then 1 else 0 end as reaches,
                case when exists (select 1 from account_scopes r
                    where r.account_id = q.account_id and r.team_id = s.team_id) then 1 else 0 end as leads
         from asked q join sessions s on s.id = q.session_id",
        logins::LIVE
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(rows(
            asked,
            |(holder, session)| json!({"account": holder.account, "login": holder.login, "session": session}),
        ))
        .bind(now.0)
        .fetch_all(tx)
        .await?)
}

/// What a decision needs beside the session: the person, the live attendance in this part, and the earlier scan of the
/// same request.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Fact {
    n: i64,
    pub person: Option<PersonId>,
    pub card: Card,
    pub card_revoked: Flag,
    pub enrolled: Flag,
    /// The phone, where it is one, speaks for the person.
    pub speaks: Flag,
    /// A team leader, where it is one, may learn of the person.
    pub known: Flag,
    pub part: Part,
    pub birth_date: Option<Date>,
    pub disabled: Flag,
    pub needy: Flag,
    pub live: Option<AttendanceId>,
    pub came_at: Option<Timestamp>,
    pub left_at: Option<Timestamp>,
    /// The person was seen leaving, so what the times say takes a look at all scans.
    pub has_left: Flag,
    pub scan_session: Option<SessionId>,
    pub scan_person: Option<PersonId>,
    pub scan_role: Option<Part>,
    pub scan_way: Option<Way>,
    pub scan_outcome: Option<String>,
    pub scan_at: Option<Timestamp>,
    pub scan_attendance: Option<AttendanceId>,
    pub scan_came_at: Option<Timestamp>,
    pub scan_voided_at: Option<Timestamp>,
}

impl Fact {
    pub(super) fn key(&self, session: SessionId) -> Option<Key> {
        Some(Key { session, person: self.person?, part: self.part })
    }
}

/// The facts of each try, in the tries' order; none for a session that is not there.
pub(super) async fn facts(tx: &mut Conn, attempts: &[Attempt]) -> Result<Vec<Option<Fact>>> {
    let asked = rows(attempts, |attempt| {
        let (person, card) = match &attempt.who {
            Who::Person(id) => (Some(id), None),
            Who::Card(hash) => (None, Some(hash)),
        };
        json!({
            "session": attempt.session, "person": person, "card": card, "part": attempt.part,
            "request": attempt.request.to_string(), "phone": attempt.by.phone,
            "leader": i64::from(attempt.by.holder.is_some_and(|holder| holder.role == Role::TeamLeader)),
        })
    });
    let found: Vec<Fact> = sqlx::query_as(FACTS).bind(asked).fetch_all(tx).await?;
    let mut facts: Vec<Option<Fact>> = vec![None; attempts.len()];
    for fact in found {
        if let Some(place) = usize::try_from(fact.n).ok().and_then(|n| facts.get_mut(n)) {
            *place = Some(fact);
        }
    }
    Ok(facts)
}

const FACTS: &str = "
    with asked as materialized (
        select cast(j.key as bigint) as n, cast(j.value ->> 'session' as bigint) as session_id,
               cast(j.value ->> 'person' as bigint) as person_id, j.value ->> 'card' as card, j.value ->> 'part' as part,
               j.value ->> 'request' as request_id, cast(j.value ->> 'phone' as bigint) as phone_id,
               cast(j.value ->> 'leader' as bigint) as leader
        from json_each(cast($1 as json_text)) j
    ), named as materialized (
        select q.n, q.session_id, coalesce(q.person_id, k.person_id) as person_id, k.id as card_id, k.revoked_at,
               q.part, q.request_id, q.phone_id, q.leader, s.center_id, s.team_id, s.activity_id, s.starts_at, s.local_date
        from asked q join sessions s on s.id = q.session_id left join cards k on k.code_hash = q.card
    ), asking as materialized (
        select d.n, d.session_id, d.person_id, d.card_id, d.revoked_at, d.request_id, d.phone_id, d.leader, d.center_id,
               d.team_id, d.activity_id, d.starts_at, d.local_date,
               coalesce(d.part,
                   (select min(a.role) from attendances a
                    where a.session_id = d.session_id and a.person_id = d.person_id and a.voided_at is null),
                   (select 'volunteer' from team_members m
                    where m.team_id = d.team_id and m.person_id = d.person_id and m.left_on is null limit 1),
                   'participant') as part
        from named d
    )
    select d.n, p.id as person, d.card_id as card, d.part, p.birth_date,
           case when d.revoked_at is null then 0 else 1 end as card_revoked,
           case when e.person_id is null then 0 else 1 end as enrolled,
           case when d.phone_id is null or exists (select 1 from phone_people f join phones h on h.id = f.phone_id
                where f.phone_id = d.phone_id and f.person_id = d.person_id and h.revoked_at is null)
                then 1 else 0 end as speaks,
           case when d.leader = 0
                or exists (select 1 from team_members m
                    where m.team_id = d.team_id and m.person_id = d.person_id and m.left_on is null)
                or exists (select 1 from attendances v join sessions o on o.id = v.session_id
                    where v.person_id = d.person_id and o.activity_id = d.activity_id and o.starts_at <= d.starts_at
                      and v.voided_at is null) then 1 else 0 end as known,
           case when exists (select 1 from memberships_held m
                where m.person_id = p.id and m.priority_group = 'disabled' and m.valid_from <= d.local_date
                  and (m.valid_to is null or m.valid_to >= d.local_date)) then 1 else 0 end as disabled,
           case when exists (select 1 from memberships_held m
                where m.person_id = p.id and m.priority_group = 'needy' and m.valid_from <= d.local_date
                  and (m.valid_to is null or m.valid_to >= d.local_date)) then 1 else 0 end as needy,
           l.id as live, l.came_at, l.left_at,
           case when l.left_at is not null or exists (select 1 from scans x
                where x.session_id = d.session_id and x.person_id = d.person_id and x.way = 'out')
                then 1 else 0 end as has_left,
           q.session_id as scan_session, q.person_id as scan_person, q.role as scan_role, q.way as scan_way,
           q.outcome as scan_outcome, q.occurred_at as scan_at, q.attendance_id as scan_attendance,
           a.came_at as scan_came_at, a.voided_at as scan_voided_at
    from asking d
    left join people p on p.id = d.person_id
    left join enrolments e on e.center_id = d.center_id and e.person_id = d.person_id
    left join attendances l
           on l.session_id = d.session_id and l.person_id = d.person_id and l.role = d.part and l.voided_at is null
    left join scans q on q.request_id = d.request_id
    left join attendances a on a.id = q.attendance_id";

#[derive(sqlx::FromRow)]
struct EventRow {
    session_id: SessionId,
    person_id: PersonId,
    role: Part,
    way: Way,
    occurred_at: Timestamp,
}

/// When those were seen at the door who leave or have left: all their scans that a stay is made of, also of a way out that
/// arrived before its way in. The others' stays need no more than the time they came.
pub(super) async fn events(
    tx: &mut Conn,
    attempts: &[Attempt],
    facts: &[Option<Fact>],
) -> Result<HashMap<Key, Vec<Event>>> {
    let leaving = |(attempt, fact): (&Attempt, &Option<Fact>)| {
        let fact = fact.as_ref()?;
        let key = fact.key(attempt.session)?;
        (attempt.way == Way::Out || fact.has_left.is_set()).then_some(key)
    };
    let keys: BTreeSet<Key> = attempts.iter().zip(facts).filter_map(leaving).collect();
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let asked = rows(&keys, |key| json!({"session": key.session, "person": key.person, "part": key.part}));
    let found: Vec<EventRow> = sqlx::query_as(
        "with asked as materialized (
            select cast(j.value ->> 'session' as bigint) as session_id,
                   cast(j.value ->> 'person' as bigint) as person_id, j.value ->> 'part' as part
            from json_each(cast($1 as json_text)) j
         )
         select x.session_id, x.person_id, x.role, x.way, x.occurred_at
         from asked q
         join scans x on x.session_id = q.session_id and x.person_id = q.person_id and x.role = q.part
         left join attendances a on a.id = x.attendance_id
         where (x.outcome in ('admitted', 'returned', 'left', 'already_in', 'already_left') and a.voided_at is null)
            or x.outcome = 'not_in'",
    )
    .bind(asked)
    .fetch_all(tx)
    .await?;
    let mut events: HashMap<Key, Vec<Event>> = HashMap::new();
    for row in found {
        let key = Key { session: row.session_id, person: row.person_id, part: row.role };
        events.entry(key).or_default().push(Event { at: row.occurred_at, way: row.way });
    }
    Ok(events)
}
