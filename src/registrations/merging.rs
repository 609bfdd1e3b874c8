//! The places of two who are one.

use std::collections::BTreeSet;

use serde_json::json;

use super::hall;
use super::types::{CourseId, CourseState, RegisteredBy, RegistrationId, RegistrationState};
use crate::clock::Now;
use crate::error::Result;
use crate::ids::{ActivityId, PersonId, SessionId};
use crate::journal::{Journal, JournalEntry, JournalTable, RowKey};
use crate::store::{Conn, Flag, rows};

const REGISTRATIONS: JournalTable = JournalTable {
    // They registered once more after one of two places had become the other.
    stays: Some(
        "state = 'merged' and exists (select 1 from registrations o where o.session_id = registrations.session_id
            and o.person_id = registrations.person_id and o.id <> registrations.id
            and o.state in ('confirmed', 'waiting', 'no_show'))",
    ),
    ..JournalTable::plain("registrations", &["id"], &["person_id"], &["state"])
};
const COURSES: JournalTable = JournalTable {
    stays: Some(
        "state = 'merged' and exists (select 1 from courses o where o.activity_id = courses.activity_id
            and o.person_id = courses.person_id and o.id <> courses.id and o.state in ('confirmed', 'waiting'))",
    ),
    ..JournalTable::plain("courses", &["id"], &["person_id"], &["state"])
};

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&REGISTRATIONS, &COURSES];

/// The sessions at which both have a place or wait: whoever makes them one holds these first.
pub async fn sessions_of_both(conn: &mut Conn, people: [PersonId; 2]) -> Result<Vec<SessionId>> {
    Ok(sqlx::query_scalar(
        "select distinct r.session_id from registrations r join registrations o on o.session_id = r.session_id and o.person_id = $2
         where r.person_id = $1 and r.state in ('confirmed', 'waiting', 'no_show') and o.state in ('confirmed', 'waiting', 'no_show')",
    )
    .bind(people[0])
    .bind(people[1])
    .fetch_all(conn)
    .await?)
}

#[derive(sqlx::FromRow)]
struct LiveTurn {
    id: RegistrationId,
    session_id: SessionId,
    state: RegistrationState,
    /// One of the two was there, whether they were registered or not.
    came: Flag,
}

#[derive(sqlx::FromRow)]
struct LiveCourse {
    id: CourseId,
    activity_id: ActivityId,
}

/// Whoever was registered as both is so once: with the place rather than the turn, and else with the earlier one; and who came as one of
/// them did not stay away as the other. The seats that become free go to who waits at the next look.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>) -> Result<()> {
    let live: Vec<LiveTurn> = sqlx::query_as(
        "select r.id, r.session_id, r.state,
                case when exists (select 1 from attendances a where a.session_id = r.session_id and a.person_id in ($1, $2)
                                    and a.part = 'participant' and a.voided_at is null) then 1 else 0 end as came
         from registrations r where r.person_id in ($1, $2) and r.state in ('confirmed', 'waiting', 'no_show')
         order by case r.state when 'confirmed' then 0 when 'no_show' then 1 else 2 end, r.made_at, r.id",
    )
    .bind(journal.kept)
    .bind(journal.merged)
    .fetch_all(&mut *tx)
    .await?;
    let mut held: BTreeSet<SessionId> = BTreeSet::new();
    let mut twice = Vec::new();
    for turn in live {
        if !held.insert(turn.session_id) {
            twice.push((RowKey::from(turn.id.0), vec![json!(RegistrationState::Merged)]));
        } else if turn.state == RegistrationState::NoShow && turn.came.is_set() {
            twice.push((RowKey::from(turn.id.0), vec![json!(RegistrationState::Confirmed)]));
        }
    }
    journal.change(tx, &REGISTRATIONS, &["state"], twice).await?;
    journal.take_over(tx, &REGISTRATIONS, "person_id").await?;
    let live: Vec<LiveCourse> = sqlx::query_as(
        "select id, activity_id from courses where person_id in ($1, $2) and state in ('confirmed', 'waiting')
         order by case state when 'waiting' then 1 else 0 end, made_at, id",
    )
    .bind(journal.kept)
    .bind(journal.merged)
    .fetch_all(&mut *tx)
    .await?;
    let mut taken: BTreeSet<ActivityId> = BTreeSet::new();
    let mut twice = Vec::new();
    for course in live {
        if !taken.insert(course.activity_id) {
            twice.push((RowKey::from(course.id.0), vec![json!(CourseState::Merged)]));
        }
    }
    journal.change(tx, &COURSES, &["state"], twice).await?;
    journal.take_over(tx, &COURSES, "person_id").await
}

/// The registrations that a merge ended, by its journal.
fn ended(entries: &[JournalEntry]) -> Vec<RegistrationId> {
    let own = entries.iter().filter(|entry| entry.table == REGISTRATIONS.name);
    own.flat_map(JournalEntry::changed).filter_map(|key| key.0.first().copied().map(RegistrationId)).collect()
}

/// The sessions at which registrations return with a merge that is taken back: whoever does so holds these first.
pub async fn sessions_of_returned(conn: &mut Conn, entries: &[JournalEntry]) -> Result<Vec<SessionId>> {
    let ids = ended(entries);
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_scalar(
        "select distinct session_id from registrations
         where id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(ids, |id| json!(id)))
    .fetch_all(conn)
    .await?)
}

/// Looks at the registrations that returned with a merge that was taken back: where the place was given on meanwhile, it is a turn
/// again, in the order in which it was made.
pub async fn seat_again(now: Now, tx: &mut Conn, entries: &[JournalEntry]) -> Result<()> {
    let ids = ended(entries);
    let sessions = sessions_of_returned(tx, entries).await?;
    let mut without = Vec::new();
    for mut hall in hall::look_all(tx, now, &sessions).await? {
        without.extend(hall.put_back(now, &ids));
    }
    if without.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "update registrations set state = $2, changed_at = $3, changed_by = $4
         where id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(without, |id| json!(id)))
    .bind(RegistrationState::Waiting)
    .bind(now.0)
    .bind(RegisteredBy::Clock)
    .execute(tx)
    .await?;
    Ok(())
}
