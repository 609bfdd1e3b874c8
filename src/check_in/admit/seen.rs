//! When those were seen at the door who were there before.

use std::collections::{BTreeSet, HashMap};

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::facts::{Fact, Known};
use super::types::{Event, Key};
use super::{ADMITTED, Attempt, LEFT, RETURNED, Way};
use crate::activities::SessionId;
use crate::check_in::types::{Code, Part};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::people::PersonId;
use crate::store::{Conn, rows};

#[derive(sqlx::FromRow)]
struct EventRow {
    session_id: SessionId,
    person_id: PersonId,
    part: Part,
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
        (attempt.way == Way::Out || fact.says(Known::HasLeft)).then_some(key)
    };
    let keys: BTreeSet<Key> = attempts.iter().zip(facts).filter_map(leaving).collect();
    seen(tx, &keys).await
}

/// The scans that stays are made of.
pub(super) async fn seen(tx: &mut Conn, keys: &BTreeSet<Key>) -> Result<HashMap<Key, Vec<Event>>> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let asked = rows(keys, |key| json!({"session": key.session, "person": key.person, "part": key.part}));
    let sql = format!(
        "with asked as materialized (
            select cast(j.value ->> 'session' as bigint) as session_id,
                   cast(j.value ->> 'person' as bigint) as person_id, j.value ->> 'part' as part
            from json_each(cast($1 as json_text)) j
         )
         select x.session_id, x.person_id, x.part, x.way, x.occurred_at
         from asked q
         join scans x on x.session_id = q.session_id and x.person_id = q.person_id and x.part = q.part
         left join attendances a on a.id = x.attendance_id
         where x.outcome in ('{ADMITTED}', '{RETURNED}', '{LEFT}', {}) and a.voided_at is null",
        Code::listed(Code::was_seen)
    );
    let found: Vec<EventRow> = sqlx::query_as(AssertSqlSafe(sql)).bind(asked).fetch_all(tx).await?;
    let mut events: HashMap<Key, Vec<Event>> = HashMap::new();
    for row in found {
        let key = Key { session: row.session_id, person: row.person_id, part: row.part };
        events.entry(key).or_default().push(Event { at: row.occurred_at, way: row.way });
    }
    Ok(events)
}
