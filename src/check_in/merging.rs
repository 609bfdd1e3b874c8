//! The attendances, scans and cards of two who are one.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::admit::{Twice, joined};
use super::types::{AttendanceId, Part};
use crate::activities::SessionId;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::journal::{Journal, JournalEntry, JournalTable, MERGED, RowKey};
use crate::people::PersonId;
use crate::store::{Conn, rows};

const ATTENDANCES: JournalTable = JournalTable {
    name: "attendances",
    key: &["id"],
    numbers: &["person_id", "came_at", "left_at", "away_ms", "voided_at", "voided_by"],
    texts: &["void_reason"],
    sealed: &[],
    again: &[],
    // Somebody came once more after the one that held was found to be a mistake.
    stays: Some(
        "voided_at is not null and exists (select 1 from attendances o where o.session_id = attendances.session_id
            and o.person_id = attendances.person_id and o.part = attendances.part and o.id <> attendances.id and o.voided_at is null)",
    ),
};

const SCANS: JournalTable = JournalTable::plain("scans", &["id"], &["person_id", "attendance_id"], &[]);

const CARDS: JournalTable = JournalTable::plain("cards", &["id"], &["person_id", "came_with"], &[]);

const COMPANIONS: JournalTable = JournalTable::plain("head_counts", &["id"], &["attendance_id", "voided_at"], &[]);

const ESCORTS: JournalTable = JournalTable::plain("escorts", &["id"], &["attendance_id", "voided_at"], &[]);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&ATTENDANCES, &SCANS, &CARDS, &COMPANIONS, &ESCORTS];

#[derive(Clone, sqlx::FromRow)]
struct Attended {
    id: AttendanceId,
    session_id: SessionId,
    part: Part,
    came_at: Timestamp,
    left_at: Option<Timestamp>,
    voided_at: Option<Timestamp>,
}

async fn attended(conn: &mut Conn, person: PersonId) -> Result<Vec<Attended>> {
    Ok(sqlx::query_as(ATTENDED).bind(person).fetch_all(conn).await?)
}

const ATTENDED: &str =
    "select id, session_id, part, came_at, left_at, voided_at from attendances_of_people where person_id = $1";

/// The sessions at which both were, in the same part: whoever makes them one holds these first.
pub async fn sessions_of_both(conn: &mut Conn, people: [PersonId; 2]) -> Result<Vec<SessionId>> {
    let (ours, theirs) = (attended(conn, people[0]).await?, attended(conn, people[1]).await?);
    Ok(twice(&ours, &theirs).into_iter().map(|(one, _)| one.session_id).collect())
}

/// What counts of both for one session and part.
fn twice<'a>(ours: &'a [Attended], theirs: &'a [Attended]) -> Vec<(&'a Attended, &'a Attended)> {
    let good = |rows: &'a [Attended]| rows.iter().filter(|row| row.voided_at.is_none());
    let known: HashMap<(SessionId, Part), &Attended> =
        good(ours).map(|row| ((row.session_id, row.part), row)).collect();
    good(theirs).filter_map(|row| Some((*known.get(&(row.session_id, row.part))?, row))).collect()
}

/// The one who stays was where either was. Who was at a session as both was there once: the later attendance is void, and the earlier keeps
/// the first coming and the last leaving. Both cards stay good.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>) -> Result<()> {
    let (kept, merged) = (journal.kept, journal.merged);
    let (ours, theirs) = (attended(tx, kept).await?, attended(tx, merged).await?);
    join(tx, journal, &twice(&ours, &theirs)).await?;
    let keys = theirs.iter().map(|row| RowKey::from(row.id.0)).collect();
    journal.take_these(tx, &ATTENDANCES, "person_id", keys).await?;
    let scans: Vec<i64> = sqlx::query_scalar(
        "select x.id from json_each(cast($1 as json_text)) j
         join scans x on x.session_id = cast(cast(j.value as text) as bigint) and x.person_id = $2 order by x.id",
    )
    .bind(rows(theirs.iter().map(|row| row.session_id).collect::<std::collections::BTreeSet<_>>(), |id| json!(id)))
    .bind(merged)
    .fetch_all(&mut *tx)
    .await?;
    journal.take_these(tx, &SCANS, "person_id", scans.into_iter().map(RowKey::from).collect()).await?;
    let cards: Vec<i64> = sqlx::query_scalar("select id from cards where person_id = $1 and came_with is null")
        .bind(merged)
        .fetch_all(&mut *tx)
        .await?;
    let cards = cards.into_iter().map(|card| (RowKey::from(card), vec![json!(merged)])).collect();
    journal.change(tx, &CARDS, &["came_with"], cards).await?;
    journal.take_over(tx, &CARDS, "person_id").await
}

async fn join(tx: &mut Conn, journal: &mut Journal<'_>, pairs: &[(&Attended, &Attended)]) -> Result<()> {
    let twice: Vec<Twice> = pairs
        .iter()
        .map(|(one, other)| Twice {
            session: one.session_id,
            part: one.part,
            rows: [(one.came_at, one.left_at), (other.came_at, other.left_at)],
        })
        .collect();
    let stays = joined(tx, [journal.kept, journal.merged], &twice).await?;
    let (mut void, mut longer, mut heirs) = (Vec::new(), Vec::new(), Vec::new());
    for ((one, other), (came, left, away)) in pairs.iter().zip(stays) {
        let (earlier, later) =
            if (one.came_at, one.id) <= (other.came_at, other.id) { (one, other) } else { (other, one) };
        void.push((RowKey::from(later.id.0), vec![json!(journal.at.0), json!(journal.by), json!(MERGED)]));
        longer.push((RowKey::from(earlier.id.0), vec![json!(came.0), json!(left.map(|at| at.0)), json!(away)]));
        heirs.push(Heir { session: later.session_id, later: later.id, earlier: earlier.id });
    }
    journal.change(tx, &ATTENDANCES, &["voided_at", "voided_by", "void_reason"], void).await?;
    journal.change(tx, &ATTENDANCES, &["came_at", "left_at", "away_ms"], longer).await?;
    inherit(tx, journal, &heirs).await
}

/// An attendance that is void, and the one of the same session that takes its place.
struct Heir {
    session: SessionId,
    later: AttendanceId,
    earlier: AttendanceId,
}

/// What hangs on an attendance that is void hangs on the other: scans, companions, and who brought and fetched. Where the other has its
/// own, that holds.
async fn inherit(tx: &mut Conn, journal: &mut Journal<'_>, heirs: &[Heir]) -> Result<()> {
    let asked = rows(heirs, |heir| json!({"session": heir.session, "later": heir.later, "earlier": heir.earlier}));
    let (mut handed, mut dropped): (HashMap<&str, Vec<_>>, HashMap<&str, Vec<_>>) = Default::default();
    for (table, holds, beside) in [
        ("scans", "x.session_id = cast(j.value ->> 'session' as bigint)", "1 = 0"),
        ("head_counts", "x.voided_at is null", "true"),
        ("escorts", "x.voided_at is null", "o.way = x.way"),
    ] {
        let void = if table == "scans" { "1 = 0" } else { "o.voided_at is null" };
        let sql = format!(
            "select x.id, cast(j.value ->> 'earlier' as bigint),
                    (select count(*) from {table} o where o.attendance_id = cast(j.value ->> 'earlier' as bigint) and {void} and {beside})
             from json_each(cast($1 as json_text)) j
             join {table} x on x.attendance_id = cast(j.value ->> 'later' as bigint) and {holds} order by x.id"
        );
        let found: Vec<(i64, i64, i64)> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(&asked).fetch_all(&mut *tx).await?;
        for (id, earlier, has) in found {
            match has {
                0 => handed.entry(table).or_default().push((RowKey::from(id), vec![json!(earlier)])),
                _ => dropped.entry(table).or_default().push((RowKey::from(id), vec![json!(journal.at.0)])),
            }
        }
    }
    for table in [&SCANS, &COMPANIONS, &ESCORTS] {
        journal.change(tx, table, &["voided_at"], dropped.remove(table.name).unwrap_or_default()).await?;
        journal.change(tx, table, &["attendance_id"], handed.remove(table.name).unwrap_or_default()).await?;
    }
    Ok(())
}

/// Whether attendances moved from the one to the other.
pub fn moves_attendances(entry: &JournalEntry) -> bool {
    entry.table == ATTENDANCES.name && !entry.moved().is_empty()
}

/// After a merge was taken back: whoever came since with the other's card was the other. Gives these attendances.
pub async fn give_back(
    tx: &mut Conn,
    (kept, merged): (PersonId, PersonId),
    since: Timestamp,
    entries: &[JournalEntry],
) -> Result<Vec<(AttendanceId, SessionId)>> {
    let theirs: Vec<(AttendanceId, SessionId)> = sqlx::query_as(
        "select a.id, a.session_id from attendances_of_people a cross join attendances r
         where a.person_id = $1 and r.id = a.id and r.recorded_at >= $4
           and exists (select 1 from scans x join cards k on k.id = x.card_id and k.person_id = $2
                where x.session_id = a.session_id and x.person_id = $1 and x.attendance_id = a.id and x.outcome = 'admitted')
           and a.id not in (select cast(cast(j.value as text) as bigint) from json_each(cast($3 as json_text)) j)
           and (a.voided_at is not null or not exists (select 1 from attendances o where o.session_id = a.session_id
                and o.person_id = $2 and o.part = a.part and (o.voided_at is null or o.voided_at = $4)))
         order by a.id",
    )
    .bind(kept)
    .bind(merged)
    .bind(rows(moved(entries), |id| id))
    .bind(since)
    .fetch_all(&mut *tx)
    .await?;
    sqlx::query(
        "update attendances set person_id = $2
         where id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(&theirs, |(id, _)| json!(id)))
    .bind(merged)
    .execute(&mut *tx)
    .await?;
    Ok(theirs)
}

fn moved(entries: &[JournalEntry]) -> impl Iterator<Item = Value> {
    let of_table = entries.iter().filter(|entry| entry.table == ATTENDANCES.name);
    of_table.flat_map(JournalEntry::moved).filter_map(|key| Some(json!(key.0.first()?)))
}

/// After all of it: scans go with their attendance, also those that came since.
pub async fn follow_scans(
    tx: &mut Conn,
    (kept, merged): (PersonId, PersonId),
    theirs: &[(AttendanceId, SessionId)],
    entries: &[JournalEntry],
) -> Result<()> {
    let all = theirs.iter().map(|(id, _)| json!(id)).chain(moved(entries));
    let all: Vec<Value> = all.collect();
    sqlx::query(
        "update scans set person_id = $2 where person_id = $3
           and attendance_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
           and session_id in (select a.session_id from json_each(cast($1 as json_text)) j
                join attendances a on a.id = cast(cast(j.value as text) as bigint))",
    )
    .bind(rows(all, |id| id))
    .bind(merged)
    .bind(kept)
    .execute(tx)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #[rocket::async_test]
    async fn what_two_attended_is_found_without_reading_all_attendances() {
        crate::store::plan::by_person(super::ATTENDED, 1).await;
    }
}
