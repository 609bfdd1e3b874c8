//! Whom the lines of a 接龙 may mean: people of the center by their name, however it is spelt.

use std::collections::HashMap;

use serde_json::json;

use super::chain::ChainLine;
use super::hall::{self, HELD};
use super::rules;
use super::types::{RegistrationRefusal, groups_of};
use crate::clock::Now;
use crate::error::Result;
use crate::ids::SessionId;
use crate::people::{Name, PersonRow, Residence};
use crate::store::{Conn, Flag, rows};

/// Somebody who may be meant.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct ChainPerson {
    name_key: String,
    #[sqlx(flatten)]
    pub person: PersonRow,
    /// Has a place or waits there already.
    pub registered: Flag,
    residence: Option<Residence>,
    held: String,
    /// What the terms have against them, which a worker may know better.
    #[sqlx(skip)]
    pub against: Option<RegistrationRefusal>,
}

/// A line with whom it may mean.
#[derive(Clone, Debug)]
pub(super) struct MatchedLine {
    pub line: ChainLine,
    pub meant: Vec<ChainPerson>,
}

impl MatchedLine {
    /// The one who is meant, where nobody has to be asked.
    pub(super) fn certain(&self) -> Option<&ChainPerson> {
        match self.meant.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }
}

/// The lines with whom they may mean among the people of the session's center, and what its terms have against them; who was made one with
/// somebody is found by either name.
pub(super) async fn matched(
    conn: &mut Conn,
    now: Now,
    session: SessionId,
    lines: Vec<ChainLine>,
) -> Result<Vec<MatchedLine>> {
    let keys: Vec<Option<String>> =
        lines.iter().map(|line| Name::parse(&line.name).ok().map(|name| name.key())).collect();
    let sql = format!(
        "select distinct n.name_key, p.id, p.name, p.birth_date, p.phone_last4, p.residence, {HELD} as held,
                case when exists (select 1 from registrations r where r.session_id = s.id and r.person_id = p.id
                    and r.state in ('confirmed', 'waiting')) then 1 else 0 end as registered
         from sessions s
         join people n on n.name_key in (select j.value ->> 'key' from json_each(cast($2 as json_text)) j) and n.erased_at is null
         join people p on p.id = coalesce(n.merged_into, n.id) and p.erased_at is null
         join enrolments e on e.person_id = p.id and e.center_id = s.center_id
         where s.id = $1 order by p.id"
    );
    let mut found: Vec<ChainPerson> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(session)
        .bind(rows(keys.iter().flatten(), |key| json!({"key": key})))
        .fetch_all(&mut *conn)
        .await?;
    let hall = hall::look(conn, now, session).await?;
    let (bands, on) = (hall.session.bands, hall.session.local_date);
    for one in &mut found {
        let groups = groups_of(one.person.birth_date, &one.held, bands, on);
        one.against = rules::eligible(&hall.terms, (one.person.birth_date, one.residence), groups, on).err();
    }
    let mut by_key: HashMap<&str, Vec<ChainPerson>> = HashMap::new();
    for meant in &found {
        by_key.entry(meant.name_key.as_str()).or_default().push(meant.clone());
    }
    let of = |key: &Option<String>| key.as_ref().and_then(|key| by_key.get(key.as_str())).cloned().unwrap_or_default();
    Ok(lines.into_iter().zip(&keys).map(|(line, key)| MatchedLine { line, meant: of(key) }).collect())
}
