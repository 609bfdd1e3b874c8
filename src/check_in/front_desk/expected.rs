//! Who is likely to come today, for all sessions at once.

use std::collections::{BTreeMap, HashSet};

use sqlx::AssertSqlSafe;

use crate::activities::{DayGoingOn, SessionId};
use crate::centers::CenterId;
use crate::error::Result;
use crate::people::PersonId;
use crate::store::Conn;

/// Most of those who are expected at one session that a device is told of: a screen shows fewer.
const EXPECTED: usize = 40;

/// As [`crate::check_in::queries::expected`], for all sessions of the day at once, of those whom the viewer may receive.
pub(super) async fn expected(
    conn: &mut Conn,
    center: CenterId,
    day: DayGoingOn,
    known: &HashSet<PersonId>,
) -> Result<BTreeMap<SessionId, Vec<PersonId>>> {
    let sql = format!(
        "with day as (
            select s.id, s.team_id, s.activity_id, s.starts_at from sessions s
            where s.center_id = $1 and {} and s.status = 'planned'
         )
         select x.session_id, x.person_id
         from (
            select d.id as session_id, a.person_id, count(*) as times
            from day d
            join sessions o on o.activity_id = d.activity_id and o.id <> d.id and o.starts_at < d.starts_at
            join attendances a on a.session_id = o.id and a.voided_at is null
            group by d.id, a.person_id
            union all
            select d.id, f.person_id, 2000 from day d join shifts f on f.session_id = d.id and f.state = 'taken'
            union all
            select d.id, r.person_id, 3000 from day d join registrations r on r.session_id = d.id and r.state = 'confirmed'
            union all
            select d.id, m.person_id, 1000
            from day d join team_members m on m.team_id = d.team_id and m.left_on is null and m.suspended_on is null
         ) x
         where not exists (select 1 from attendances v
             where v.session_id = x.session_id and v.person_id = x.person_id and v.voided_at is null)
         group by x.session_id, x.person_id
         order by x.session_id, sum(x.times) desc, x.person_id",
        DayGoingOn::condition("$2", "$3", "$4")
    );
    let rows: Vec<(SessionId, PersonId)> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(center)
        .bind(day.date)
        .bind(day.eve)
        .bind(day.from)
        .fetch_all(conn)
        .await?;
    let mut expected: BTreeMap<SessionId, Vec<PersonId>> = BTreeMap::new();
    for (session, person) in rows.into_iter().filter(|(_, person)| known.contains(person)) {
        let people = expected.entry(session).or_default();
        if people.len() < EXPECTED {
            people.push(person);
        }
    }
    Ok(expected)
}
