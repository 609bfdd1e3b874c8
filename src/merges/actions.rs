//! Making two rows of one human one, and taking that back.

use std::collections::BTreeSet;

use serde_json::json;

use super::queries;
use super::types::{Merge, MergeId, Stayed};
use crate::activities::SessionId;
use crate::auth::Coordinator;
use crate::centers::{Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::journal::{self, Journal, JournalEntry, JournalTable};
use crate::people::merging::{self, Differing};
use crate::people::{self, PersonId};
use crate::store::{Conn, Sealed, Sealer, rows};
use crate::{
    activities, applications, appointments, audit, certificates, check_in, claims, consents, feeds, handovers, honours,
    hours, households, indicators, insurance, locks, marks, phones, qualifications, registrations, shifts, teams,
    upkeep, workers,
};

/// The tables that a merge changes.
fn tables() -> Vec<&'static JournalTable> {
    [
        people::merging::JOURNALED,
        phones::JOURNALED,
        teams::JOURNALED,
        workers::JOURNALED,
        activities::JOURNALED,
        handovers::JOURNALED,
        indicators::JOURNALED,
        households::JOURNALED,
        consents::JOURNALED,
        qualifications::JOURNALED,
        insurance::JOURNALED,
        shifts::JOURNALED,
        registrations::JOURNALED,
        applications::JOURNALED,
        hours::JOURNALED,
        claims::JOURNALED,
        honours::JOURNALED,
        check_in::JOURNALED,
        certificates::JOURNALED,
        upkeep::JOURNALED,
        appointments::JOURNALED,
        feeds::JOURNALED,
    ]
    .concat()
}

/// Makes `merged` one with `kept`: all that hangs on the one hangs on the other from now on, in every center, and the merged row leads to
/// the one that is kept. `taken` is what holds from the merged one though the other has it too.
///
/// # Errors
/// `NotFound` where the center does not know both; `Invalid` at `merged` where they are one already; `Refused("merge_told_apart")` where
/// they were said to be two; `Refused("merge_two_accounts")` where both sign in as workers of one center;
/// `Refused("merge_born_after_paper")`.
pub async fn merge(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    (kept, merged): (PersonId, PersonId),
    taken: &[Differing],
) -> Result<MergeId> {
    hold(tx, [kept, merged], Vec::new()).await?;
    let one = people::queries::find(tx, center.id(), kept).await?.id;
    let other = people::queries::find(tx, center.id(), merged).await?.id;
    if one == other || (one, other) != (kept, merged) {
        return Err(Error::field("merged", "field.same_person"));
    }
    if queries::are_told_apart(tx, kept, merged).await? {
        return Err(Error::refused("merge_told_apart"));
    }
    let elsewhere = queries::centers_of(tx, merged).await?;
    let mut journal = Journal::new(by.account, now, sealer, (kept, merged));
    phones::absorb(tx, &mut journal).await?;
    teams::absorb(tx, &mut journal).await?;
    let doubled = workers::doubled(tx, &journal).await?;
    let pairs: Vec<_> = doubled.iter().map(|pair| (pair.gone, pair.stays)).collect();
    teams::absorb_liaisons(tx, &mut journal, &pairs).await?;
    activities::absorb(tx, &mut journal, &doubled).await?;
    handovers::absorb(tx, &mut journal, &doubled).await?;
    indicators::absorb(tx, &mut journal, &doubled).await?;
    appointments::absorb(tx, &mut journal, &doubled).await?;
    feeds::absorb(tx, &mut journal, &doubled).await?;
    workers::absorb(tx, &mut journal, &doubled).await?;
    households::absorb(tx, &mut journal).await?;
    consents::absorb(tx, &mut journal).await?;
    qualifications::absorb(tx, &mut journal).await?;
    insurance::absorb(tx, &mut journal).await?;
    shifts::absorb(tx, &mut journal).await?;
    registrations::absorb(tx, &mut journal).await?;
    applications::absorb(tx, &mut journal).await?;
    hours::absorb(tx, &mut journal).await?;
    claims::absorb(tx, &mut journal).await?;
    honours::absorb(tx, &mut journal).await?;
    check_in::absorb(tx, &mut journal).await?;
    certificates::absorb(tx, &mut journal).await?;
    upkeep::absorb(tx, &mut journal).await?;
    merging::absorb(tx, &mut journal, taken).await?;
    merging::follow(tx, &[kept]).await?;
    let id: MergeId = sqlx::query_scalar(
        "insert into merges (center_id, kept_id, merged_id, made_at, made_by) values ($1, $2, $3, $4, $5) returning id",
    )
    .bind(center.id())
    .bind(kept)
    .bind(merged)
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await?;
    write(tx, sealer, id, journal.entries()).await?;
    tell(tx, by, now, "person.merged", kept, center.id(), elsewhere).await?;
    marks::people(tx, &[kept, merged]).await?;
    Ok(id)
}

/// Holds the sessions at which both were or have a shift, or which they may have led as one, and these; their teams, and both: whoever checks
/// one in waits, or is waited for.
async fn hold(tx: &mut Conn, people: [PersonId; 2], mut sessions: Vec<SessionId>) -> Result<()> {
    sessions.extend(check_in::sessions_of_both(tx, people).await?);
    sessions.extend(queries::sessions_led_by_both(tx, people).await?);
    sessions.extend(shifts::sessions_of_both(tx, people).await?);
    sessions.extend(registrations::sessions_of_both(tx, people).await?);
    locks::sessions(tx, sessions).await?;
    for team in queries::teams_led(tx, people).await? {
        locks::team(tx, team).await?;
    }
    for person in BTreeSet::from(people) {
        locks::person(tx, person).await?;
    }
    Ok(())
}

async fn write(tx: &mut Conn, sealer: &Sealer, id: MergeId, entries: &[JournalEntry]) -> Result<()> {
    let mut sealed = Vec::with_capacity(entries.len());
    for (place, entry) in entries.iter().enumerate() {
        let text = serde_json::to_string(entry).map_err(Error::internal)?;
        sealed.push((place, sealer.seal(&text)));
    }
    sqlx::query(
        "insert into merge_entries (merge_id, place, sealed)
         select cast($2 as bigint), cast(j.value ->> 'place' as bigint), j.value ->> 'sealed'
         from json_each(cast($1 as json_text)) j where true order by 2",
    )
    .bind(rows(sealed, |(place, text)| json!({"place": place, "sealed": text.as_text()})))
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}

async fn read(tx: &mut Conn, sealer: &Sealer, id: MergeId) -> Result<Vec<JournalEntry>> {
    let sealed: Vec<Sealed> = sqlx::query_scalar("select sealed from merge_entries where merge_id = $1 order by place")
        .bind(id)
        .fetch_all(tx)
        .await?;
    let open = |sealed: Sealed| {
        let text = sealer.open(&sealed).ok_or_else(|| Error::internal("a journal does not open"))?;
        serde_json::from_str(&text).map_err(Error::internal)
    };
    sealed.into_iter().map(open).collect()
}

/// Every center that knew the merged person hears of it.
async fn tell(
    tx: &mut Conn,
    by: &Coordinator,
    now: Now,
    action: &'static str,
    person: PersonId,
    here: CenterId,
    elsewhere: Vec<CenterId>,
) -> Result<()> {
    let centers: BTreeSet<CenterId> = elsewhere.into_iter().chain([here]).collect();
    let entries: Vec<_> = centers.into_iter().map(|center| audit::entry(action, person.0).at(center)).collect();
    audit::record_all(tx, by, now, &entries).await
}

/// Takes a merge back: both are as they were, but for what was changed since. What came since stays with the one who was kept, but for
/// visits with the other's card; gives what stays.
///
/// # Errors
/// `Refused("merge_undone")`; `Refused("merge_later")` where one of them was merged again since: the last goes first;
/// `Refused("merge_erased")` where what it changed is not known any more.
pub async fn undo(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    merge: &Merge,
) -> Result<Vec<Stayed>> {
    let (kept, merged) = (merge.kept_id, merge.merged_id);
    let entries = read(tx, sealer, merge.id).await?;
    let returned = registrations::sessions_of_returned(tx, &entries).await?;
    hold(tx, [kept, merged], returned).await?;
    let merge = queries::find(tx, center.id(), merge.id).await?;
    if merge.undone_at.is_some() {
        return Err(Error::refused("merge_undone"));
    }
    if !merge.may_undo() {
        return Err(Error::refused("merge_later"));
    }
    // As it stands now that nobody forgets it.
    let entries = read(tx, sealer, merge.id).await?;
    if entries.is_empty() {
        return Err(Error::refused("merge_erased"));
    }
    // First attendances go back to whose they were, then those that came with the other's card; then what was void may hold again.
    let moved = entries.iter().rposition(check_in::moves_attendances).unwrap_or(0);
    journal::take_back(tx, sealer, &tables(), (kept, merged), &entries[moved..]).await?;
    let theirs = check_in::give_back(tx, (kept, merged), merge.made_at, &entries).await?;
    journal::take_back(tx, sealer, &tables(), (kept, merged), &entries[..moved]).await?;
    check_in::follow_scans(tx, (kept, merged), &theirs, &entries).await?;
    registrations::seat_again(now, tx, &entries).await?;
    let sessions: Vec<SessionId> = theirs.into_iter().map(|(_, session)| session).collect();
    hours::hand_over(tx, (kept, merged), merge.made_at, &sessions).await?;
    phones::hand_over(tx, (kept, merged)).await?;
    // Wherever either was, they are known.
    let theirs = queries::centers_of_sessions(tx, &sessions).await?.into_iter().map(|center| (merged, center));
    let ours = queries::centers_visited(tx, kept).await?.into_iter().map(|center| (kept, center));
    let known: Vec<(PersonId, CenterId)> = theirs.chain(ours).collect();
    people::enrol_known(now, tx, &known).await?;
    merging::touched(tx, now.0, [kept, merged]).await?;
    merging::follow(tx, &[kept, merged]).await?;
    sqlx::query("update merges set undone_at = $1, undone_by = $2 where id = $3")
        .bind(now.0)
        .bind(by.account)
        .bind(merge.id)
        .execute(&mut *tx)
        .await?;
    let elsewhere = queries::centers_of(tx, merged).await?;
    tell(tx, by, now, "person.merge_undone", kept, center.id(), elsewhere).await?;
    marks::people(tx, &[kept, merged]).await?;
    let merge = queries::find(tx, center.id(), merge.id).await?;
    queries::stayed(tx, &merge).await
}

/// Says that two of the center's people are two: they are not asked about again.
///
/// # Errors
/// `NotFound` where the center does not know both.
pub async fn tell_apart(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    (one, other): (PersonId, PersonId),
) -> Result<()> {
    let one = people::queries::find(tx, center.id(), one).await?.id;
    let other = people::queries::find(tx, center.id(), other).await?.id;
    if one == other {
        return Err(Error::field("other", "field.same_person"));
    }
    let told = sqlx::query(
        "insert into people_told_apart (person_id, other_id, told_at, told_by) values ($1, $2, $3, $4)
         on conflict (person_id, other_id) do nothing",
    )
    .bind(one.min(other))
    .bind(one.max(other))
    .bind(now.0)
    .bind(by.account)
    .execute(&mut *tx)
    .await?;
    if told.rows_affected() == 0 {
        return Ok(());
    }
    audit::record(tx, by, now, audit::entry("person.told_apart", one.0).at(center.id())).await
}

/// Takes back that two are two.
///
/// # Errors
/// `NotFound` where the center does not know both, or nobody said so.
pub async fn ask_again(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    (one, other): (PersonId, PersonId),
) -> Result<()> {
    people::queries::find(tx, center.id(), one).await?;
    people::queries::find(tx, center.id(), other).await?;
    let gone = sqlx::query("delete from people_told_apart where person_id = $1 and other_id = $2")
        .bind(one.min(other))
        .bind(one.max(other))
        .execute(&mut *tx)
        .await?;
    if gone.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("person.asked_again", one.0).at(center.id())).await
}

#[cfg(test)]
mod tests {
    use super::tables;
    use crate::people::POINTING;

    /// Whose rows say what was: merges themselves, and who is known no more.
    const KEPT: &[&str] = &["merges", "people_told_apart", "erased_enrolments"];

    #[test]
    fn every_table_that_points_at_a_person_moves() {
        for (table, column) in POINTING.iter().filter(|(table, _)| !KEPT.contains(table)) {
            let journaled = tables().into_iter().find(|known| known.name == *table);
            let journaled = journaled.unwrap_or_else(|| panic!("{table} does not move"));
            assert!(
                journaled.key.iter().chain(journaled.numbers).any(|known| known == column),
                "{table}.{column} does not move"
            );
        }
    }
}
