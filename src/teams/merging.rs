//! The teams of two who are one.

use serde_json::json;

use super::liaisons::LIAISONS;
use super::types::TeamId;
use crate::clock::Date;
use crate::error::Result;
use crate::journal::{Changes, Journal, JournalTable, RowKey};
use crate::store::Conn;

const TEAMS: JournalTable = JournalTable::plain("teams", &["id"], &["leader_id"], &[]);

const MEMBERS: JournalTable = JournalTable::plain(
    "team_members",
    &["id"],
    &["team_id", "person_id", "created_at"],
    &["joined_on", "left_on", "suspended_on"],
);

const CHANGES: JournalTable = JournalTable::plain("team_member_changes", &["id"], &["person_id"], &[]);

const VOLUNTEERS: JournalTable = JournalTable::plain("volunteers", &["id"], &["person_id", "came_with"], &[]);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&TEAMS, &MEMBERS, &CHANGES, &VOLUNTEERS, &LIAISONS];

/// A time that either was in a team.
#[derive(sqlx::FromRow)]
struct InTeam {
    id: i64,
    team_id: TeamId,
    joined_on: Date,
    left_on: Option<Date>,
    suspended_on: Option<Date>,
}

/// The one who stays leads and serves where either did. Who served in a team as both at one time served once: from the earlier day to
/// the later one; who was to rest as either, rests. Both numbers stay good, and what became of either became of the one.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>) -> Result<()> {
    journal.take_over(tx, &TEAMS, "leader_id").await?;
    let served: Vec<InTeam> = sqlx::query_as(
        "select m.id, m.team_id, m.joined_on, m.left_on, m.suspended_on from team_members m
         where m.person_id in ($1, $2)
           and m.team_id in (select o.team_id from team_members o where o.person_id = $2)
         order by m.team_id, m.joined_on, m.id",
    )
    .bind(journal.kept)
    .bind(journal.merged)
    .fetch_all(&mut *tx)
    .await?;
    let (mut twice, mut longer, mut resting): (Vec<RowKey>, Changes, Changes) = (Vec::new(), Vec::new(), Vec::new());
    let mut last: Option<(i64, TeamId, Option<Date>)> = None;
    for InTeam { id, team_id: team, joined_on: joined, left_on: left, suspended_on } in served {
        match &mut last {
            Some((first, of, until)) if *of == team && until.is_none_or(|until| joined <= until) => {
                twice.push(id.into());
                if let (None, Some(day)) = (left, suspended_on) {
                    resting.push(((*first).into(), vec![json!(day.to_string())]));
                }
                let later = until.zip(left).map(|(one, other)| one.max(other));
                if later != *until {
                    *until = later;
                    longer.retain(|(key, _)| *key != RowKey::from(*first));
                    longer.push(((*first).into(), vec![json!(later.map(|day| day.to_string()))]));
                }
            }
            _ => last = Some((id, team, left)),
        }
    }
    journal.remove(tx, &MEMBERS, &twice).await?;
    journal.change(tx, &MEMBERS, &["left_on"], longer).await?;
    journal.change(tx, &MEMBERS, &["suspended_on"], resting).await?;
    journal.take_over(tx, &MEMBERS, "person_id").await?;
    journal.take_over(tx, &CHANGES, "person_id").await?;
    let numbers: Vec<i64> = sqlx::query_scalar("select id from volunteers where person_id = $1 and came_with is null")
        .bind(journal.merged)
        .fetch_all(&mut *tx)
        .await?;
    let numbers = numbers.into_iter().map(|id| (RowKey::from(id), vec![json!(journal.merged)])).collect();
    journal.change(tx, &VOLUNTEERS, &["came_with"], numbers).await?;
    journal.take_over(tx, &VOLUNTEERS, "person_id").await
}
