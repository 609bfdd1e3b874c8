//! The shifts of two who are one.

use std::collections::BTreeMap;

use serde_json::json;

use super::types::{ShiftId, ShiftState};
use crate::error::Result;
use crate::ids::{PersonId, SessionId};
use crate::journal::{Journal, JournalTable, RowKey};
use crate::store::Conn;

const SHIFTS: JournalTable = JournalTable::plain("shifts", &["id"], &["person_id"], &["state"]);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&SHIFTS];

#[derive(sqlx::FromRow)]
struct LiveShift {
    id: ShiftId,
    session_id: SessionId,
    state: ShiftState,
}

/// The sessions at which both hold a shift or are asked: whoever makes them one holds these first.
pub async fn sessions_of_both(conn: &mut Conn, people: [PersonId; 2]) -> Result<Vec<SessionId>> {
    Ok(sqlx::query_scalar(
        "select distinct f.session_id from shifts f join shifts o on o.session_id = f.session_id and o.person_id = $2
         where f.person_id = $1 and f.state in ('invited', 'taken') and o.state in ('invited', 'taken')",
    )
    .bind(people[0])
    .bind(people[1])
    .fetch_all(conn)
    .await?)
}

/// Whoever held a shift as both holds it once: the one to which they said yes, or else the earlier one.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>) -> Result<()> {
    let live: Vec<LiveShift> = sqlx::query_as(
        "select id, session_id, state from shifts where person_id in ($1, $2) and state in ('invited', 'taken')
         order by case state when 'taken' then 0 else 1 end, id",
    )
    .bind(journal.kept)
    .bind(journal.merged)
    .fetch_all(&mut *tx)
    .await?;
    let mut held: BTreeMap<SessionId, ShiftState> = BTreeMap::new();
    let mut twice = Vec::new();
    for shift in live {
        match held.get(&shift.session_id) {
            Some(_) => twice.push((RowKey::from(shift.id.0), vec![json!(ShiftState::Merged)])),
            None => {
                held.insert(shift.session_id, shift.state);
            }
        }
    }
    journal.change(tx, &SHIFTS, &["state"], twice).await?;
    journal.take_over(tx, &SHIFTS, "person_id").await
}
