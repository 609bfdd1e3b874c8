//! Opening households, and who moves in and out.

use super::forms::{HouseholdInput, HouseholdRevision, MoveInput, StayInput};
use super::queries;
use super::types::{Household, HouseholdId, Relation, StayId};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Error, OnViolation, Result};
use crate::people::{self, PersonId};
use crate::store::Conn;
use crate::{audit, locks};

/// Opens a household with its head, who leaves the one they lived in until then.
///
/// # Errors
/// `NotFound` for a person whom the center does not know; as [`move_in`]'s, at `opened_on`.
pub async fn open(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    input: &HouseholdInput,
) -> Result<HouseholdId> {
    let id: HouseholdId = sqlx::query_scalar(
        "insert into households (center_id, address, opened_on, created_at) values ($1, $2, $3, $4) returning id",
    )
    .bind(center.id())
    .bind(input.address.as_deref())
    .bind(input.opened_on)
    .bind(now.0)
    .fetch_one(&mut *tx)
    .await?;
    audit::record(tx, by, now, audit::entry("household.opened", id.0).at(center.id())).await?;
    let head = MoveInput { person: input.head, relation: Relation::Head, moved_in: input.opened_on };
    let moved = move_in(by, now, tx, center, id, &head).await;
    moved.map_err(|error| error.in_field("moved_in", "opened_on").in_field("person_id", "head_id"))?;
    Ok(id)
}

/// Changes a household's own facts; where nothing is otherwise, nothing is written.
///
/// # Errors
/// `Refused("household_changed")` where somebody changed it since the revision's version.
pub async fn revise(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    household: &Household,
    revision: &HouseholdRevision,
) -> Result<()> {
    let seen = revision.version.unwrap_or(household.version);
    if (&household.address, household.opened_on, household.version) == (&revision.address, revision.opened_on, seen) {
        return Ok(());
    }
    let revised = sqlx::query(
        "update households set address = $1, opened_on = $2, version = version + 1 where id = $3 and version = $4",
    )
    .bind(revision.address.as_deref())
    .bind(revision.opened_on)
    .bind(household.id)
    .bind(seen)
    .execute(&mut *tx)
    .await?;
    if revised.rows_affected() == 0 {
        return Err(Error::refused("household_changed"));
    }
    audit::record(tx, by, now, audit::entry("household.revised", household.id.0).at(center.id())).await
}

/// A person comes to live in a household; on that day they leave the one in which they lived. A new head makes the old one
/// somebody else of the household, for what the others are to them is not known.
///
/// # Errors
/// `NotFound` for a person whom the center does not know; `Invalid` at `moved_in` before they were born, and where they lived
/// elsewhere from a later day on; `Invalid` at `person_id` who lives here already.
pub async fn move_in(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    household: HouseholdId,
    input: &MoveInput,
) -> Result<()> {
    let person = people::queries::find(tx, center.id(), input.person).await?;
    locks::person(tx, person.id).await?;
    if queries::home_of(tx, center.id(), person.id).await? == Some(household) {
        return Err(Error::field("person_id", "field.lives_here"));
    }
    leave_home(by, now, tx, center, person.id, input.moved_in).await?;
    fits(tx, center, (person.id, person.birth_date), None, (input.moved_in, None)).await?;
    demote_head(tx, household, input.relation, None).await?;
    sqlx::query(
        "insert into household_members (household_id, center_id, person_id, relation, moved_in, created_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(household)
    .bind(center.id())
    .bind(person.id)
    .bind(input.relation)
    .bind(input.moved_in)
    .bind(now.0)
    .execute(&mut *tx)
    .await
    .on_unique("household_members_head", || Error::refused("household_changed"))?;
    audit::record(tx, by, now, audit::entry("household.moved_in", household.0).at(center.id())).await
}

/// Ends the stay in which the person is now.
async fn leave_home(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    person: PersonId,
    day: Date,
) -> Result<()> {
    let left: Vec<HouseholdId> = sqlx::query_scalar(
        "update household_members set moved_out = $3
         where center_id = $1 and person_id = $2 and moved_out is null and voided_at is null and moved_in <= $3
         returning household_id",
    )
    .bind(center.id())
    .bind(person)
    .bind(day)
    .fetch_all(&mut *tx)
    .await?;
    for household in left {
        audit::record(tx, by, now, audit::entry("household.moved_out", household.0).at(center.id())).await?;
    }
    Ok(())
}

/// Whether somebody can have lived somewhere from a day until another, beside their other stays.
async fn fits(
    tx: &mut Conn,
    center: &Center,
    (person, born): (PersonId, Option<Date>),
    but: Option<StayId>,
    (from, to): (Date, Option<Date>),
) -> Result<()> {
    if born.is_some_and(|born| from < born) {
        return Err(Error::field("moved_in", "field.before_birth"));
    }
    let elsewhere: i64 = sqlx::query_scalar(
        "select count(*) from household_members
         where center_id = $1 and person_id = $2 and voided_at is null and id <> $3
           and (cast($5 as text) is null or moved_in < $5) and (moved_out is null or moved_out > $4)",
    )
    .bind(center.id())
    .bind(person)
    .bind(but.map_or(0, |stay| stay.0))
    .bind(from)
    .bind(to)
    .fetch_one(tx)
    .await?;
    if elsewhere > 0 { Err(Error::field("moved_in", "field.lives_elsewhere")) } else { Ok(()) }
}

async fn demote_head(tx: &mut Conn, household: HouseholdId, relation: Relation, but: Option<StayId>) -> Result<()> {
    if relation == Relation::Head {
        sqlx::query(
            "update household_members set relation = $1
             where household_id = $2 and relation = $3 and moved_out is null and voided_at is null and id <> $4",
        )
        .bind(Relation::Other)
        .bind(household)
        .bind(Relation::Head)
        .bind(but.map_or(0, |stay| stay.0))
        .execute(tx)
        .await?;
    }
    Ok(())
}

/// Corrects a stay, ends it, or takes its end back; where nothing is otherwise, nothing is written.
///
/// # Errors
/// `NotFound` for another household's stay, and for a voided one; `Invalid` as [`move_in`]'s.
pub async fn revise_stay(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    (household, stay): (HouseholdId, StayId),
    input: &StayInput,
) -> Result<()> {
    let stays = queries::stays(tx, household).await?;
    let known = stays.iter().find(|known| known.id == stay).ok_or(Error::NotFound)?;
    if (known.relation, known.moved_in, known.moved_out) == (input.relation, input.moved_in, input.moved_out) {
        return Ok(());
    }
    locks::person(tx, known.person.id).await?;
    let person = (known.person.id, known.person.birth_date);
    fits(tx, center, person, Some(stay), (input.moved_in, input.moved_out)).await?;
    if input.moved_out.is_none() {
        demote_head(tx, household, input.relation, Some(stay)).await?;
    }
    let revised = sqlx::query(
        "update household_members set relation = $1, moved_in = $2, moved_out = $3 where id = $4 and voided_at is null",
    )
    .bind(input.relation)
    .bind(input.moved_in)
    .bind(input.moved_out)
    .bind(stay)
    .execute(&mut *tx)
    .await
    .on_unique("household_members_head", || Error::refused("household_changed"))?;
    if revised.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    let left = known.moved_out.is_none() && input.moved_out.is_some();
    let action = if left { "household.moved_out" } else { "household.stay_revised" };
    audit::record(tx, by, now, audit::entry(action, household.0).at(center.id())).await
}

/// Marks a stay as a mistake: the person never lived there. The row stays, with the reason.
///
/// # Errors
/// `NotFound` for another household's stay, and for one that is voided already.
pub async fn void_stay(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    (household, stay): (HouseholdId, StayId),
    reason: &str,
) -> Result<()> {
    let voided = sqlx::query(
        "update household_members set voided_at = $1, voided_by = $2, void_reason = $3
         where id = $4 and household_id = $5 and voided_at is null",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(reason)
    .bind(stay)
    .bind(household)
    .execute(&mut *tx)
    .await?;
    if voided.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("household.stay_voided", household.0).at(center.id()).because(reason)).await
}

/// Lets somebody live with another from today on, in whose household a file is opened where there is none.
///
/// # Errors
/// `NotFound` for a person whom the center does not know; as [`move_in`]'s.
pub async fn join(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    (person, relation): (PersonId, Relation),
    with: PersonId,
) -> Result<()> {
    let today = center.zone.date(now.0);
    let with = people::queries::find(tx, center.id(), with).await?.id;
    let household = match queries::home_of(tx, center.id(), with).await? {
        Some(household) => household,
        None => {
            let address = people::queries::find(tx, center.id(), with).await?.address;
            open(by, now, tx, center, &HouseholdInput { address, opened_on: today, head: with }).await?
        }
    };
    move_in(by, now, tx, center, household, &MoveInput { person, relation, moved_in: today }).await
}
