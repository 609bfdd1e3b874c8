//! Where two who are one live.

use serde_json::json;

use super::types::{HouseholdId, Relation};
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::Result;
use crate::journal::{Changes, Journal, JournalTable, MERGED, RowKey};
use crate::store::Conn;

const MEMBERS: JournalTable = JournalTable::plain(
    "household_members",
    &["id"],
    &["person_id", "voided_at", "voided_by"],
    &["relation", "moved_in", "moved_out", "void_reason"],
);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&MEMBERS];

#[derive(Clone, Copy, PartialEq, sqlx::FromRow)]
struct Lived {
    id: i64,
    household_id: HouseholdId,
    center_id: CenterId,
    relation: Relation,
    moved_in: Date,
    moved_out: Option<Date>,
}

/// The one who stays lives where either lived. At one time they live in one household: who was in the same one as both was there from the
/// earlier day to the later one; of two, the earlier holds as long as it lasts.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>) -> Result<()> {
    let stays: Vec<Lived> = sqlx::query_as(
        "select id, household_id, center_id, relation, moved_in, moved_out from household_members
         where person_id in ($1, $2) and voided_at is null order by center_id, moved_in, id",
    )
    .bind(journal.kept)
    .bind(journal.merged)
    .fetch_all(&mut *tx)
    .await?;
    let (mut twice, mut lived): (Vec<RowKey>, Vec<Lived>) = (Vec::new(), Vec::new());
    for stay in &stays {
        match lived.last_mut() {
            Some(last) if last.center_id == stay.center_id && last.moved_out.is_none_or(|out| stay.moved_in < out) => {
                match (last.household_id == stay.household_id, last.moved_out) {
                    (true, _) => {
                        twice.push(stay.id.into());
                        last.moved_out = last.moved_out.zip(stay.moved_out).map(|(one, other)| one.max(other));
                        if stay.relation == Relation::Head {
                            last.relation = Relation::Head;
                        }
                    }
                    (false, Some(out)) if stay.moved_out.is_none_or(|until| until > out) => {
                        lived.push(Lived { moved_in: out, ..*stay });
                    }
                    (false, _) => twice.push(stay.id.into()),
                }
            }
            _ => lived.push(*stay),
        }
    }
    let void =
        twice.into_iter().map(|key| (key, vec![json!(journal.at.0), json!(journal.by), json!(MERGED)])).collect();
    journal.change(tx, &MEMBERS, &["voided_at", "voided_by", "void_reason"], void).await?;
    let changed: Changes = lived
        .iter()
        .filter(|stay| !stays.contains(stay))
        .map(|stay| {
            let out = stay.moved_out.map(|day| day.to_string());
            (stay.id.into(), vec![json!(stay.relation.code()), json!(stay.moved_in.to_string()), json!(out)])
        })
        .collect();
    journal.change(tx, &MEMBERS, &["relation", "moved_in", "moved_out"], changed).await?;
    journal.take_over(tx, &MEMBERS, "person_id").await
}
