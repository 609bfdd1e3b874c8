//! People as a list brings them: taken in without losing what is known, and taken out again as if they had not come.

use serde::{Deserialize, Serialize};

use super::forms::{PersonInput, PersonRevision};
use super::name::Name;
use super::numbers::Sex;
use super::types::{Facts, Notes, Person, PersonId, Residence};
use super::{actions, consent, queries};
use crate::audit;
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::store::{Conn, Sealer};

/// What taking somebody in did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenAs {
    Created,
    /// Known from another center, and enrolled here now.
    Enrolled,
    /// Known here; what was not known was added.
    Filled,
    /// Known here with all that was said.
    Kept,
}

/// Somebody who was taken in.
#[derive(Clone, Debug)]
pub struct Taken {
    pub done: TakenAs,
    pub person: PersonId,
    /// What was known before, for [`give_back`]: to be sealed where it is kept.
    pub before: Option<String>,
    /// The version of the person that it made.
    pub version: i64,
}

/// What was known before something was added.
#[derive(Serialize, Deserialize)]
struct Before {
    sex: Option<Sex>,
    birth_date: Option<String>,
    residence: Option<Residence>,
    languages: Option<String>,
    address: Option<String>,
    note: Option<String>,
    care: Option<String>,
    had_phone: bool,
    had_emergency: bool,
    had_id_number: bool,
}

/// Takes in who stands in a list: `known` is who it is, where somebody is; else they are registered. What is known stays, and what is
/// not is added; into the sealed notes of somebody who wants no service record in the center, nothing.
///
/// # Errors
/// As [`super::register`]'s and [`super::revise`]'s.
pub async fn take_in(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    known: Option<PersonId>,
    input: &PersonInput,
) -> Result<Taken> {
    let Some(id) = known else {
        let elsewhere = match &input.facts.id_number {
            Some(number) => actions::known_by_number(tx, sealer, number).await?.is_some(),
            None => false,
        };
        let person = actions::register(by, now, tx, sealer, center, input).await?;
        let done = if elsewhere { TakenAs::Enrolled } else { TakenAs::Created };
        let version = queries::find(tx, center.id(), person).await?.version;
        return Ok(Taken { done, person, before: None, version });
    };
    let person = queries::find(tx, center.id(), id).await?;
    let before = person.notes(sealer);
    let mut revision = added(&person, &before, input)?;
    if consent::is_stopped(tx, id, center.id()).await? {
        revision.notes = Notes { address: revision.notes.address, ..before.clone() };
    }
    actions::revise(by, now, tx, sealer, center, &person, &revision).await?;
    let version = queries::find(tx, center.id(), id).await?.version;
    if version == person.version {
        return Ok(Taken { done: TakenAs::Kept, person: id, before: None, version });
    }
    let before = Before {
        residence: person.residence,
        sex: person.sex,
        birth_date: person.birth_date.map(|date| date.to_string()),
        languages: person.languages.clone(),
        address: before.address,
        note: before.note,
        care: before.care,
        had_emergency: before.emergency.is_some(),
        had_phone: person.phone_sealed.is_some(),
        had_id_number: person.id_number_sealed.is_some(),
    };
    let before = serde_json::to_string(&before).map_err(Error::internal)?;
    Ok(Taken { done: TakenAs::Filled, person: id, before: Some(before), version })
}

/// What is known of the person, and of what is said what is not known.
fn added(person: &Person, known: &Notes, input: &PersonInput) -> Result<PersonRevision> {
    let said = &input.facts;
    let name = Name::parse(&person.name).map_err(|_| Error::internal("a name that is no name"))?;
    Ok(PersonRevision {
        facts: Facts {
            name,
            sex: person.sex.or(said.sex),
            birth_date: person.birth_date.or(said.birth_date),
            residence: person.residence.or(said.residence),
            languages: person.languages.clone().or_else(|| said.languages.clone()),
            phone: if person.phone_sealed.is_none() { said.phone.clone() } else { None },
            id_number: if person.id_number_sealed.is_none() { said.id_number.clone() } else { None },
        },
        notes: Notes {
            address: known.address.clone().or_else(|| input.notes.address.clone()),
            note: known.note.clone().or_else(|| input.notes.note.clone()),
            care: known.care.clone().or_else(|| input.notes.care.clone()),
            emergency: known.emergency.clone().or_else(|| input.notes.emergency.clone()),
        },
        forget_phone: false,
        forget_id_number: false,
        forget_emergency: false,
        version: Some(person.version),
    })
}

/// Takes back what [`take_in`] added to somebody; false where they were changed since, and stay as they are.
pub async fn give_back(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    (id, version): (PersonId, i64),
    before: &str,
) -> Result<bool> {
    let Ok(before) = serde_json::from_str::<Before>(before) else { return Ok(false) };
    let person = match queries::find(tx, center.id(), id).await {
        Err(Error::NotFound | Error::Gone(_)) => return Ok(false),
        found => found?,
    };
    // Who was made one with another since has that one's facts, and its version.
    if person.id != id || person.version != version {
        return Ok(false);
    }
    let name = Name::parse(&person.name).map_err(|_| Error::internal("a name that is no name"))?;
    let revision = PersonRevision {
        facts: Facts {
            name,
            sex: before.sex,
            birth_date: before.birth_date.as_deref().and_then(Date::parse),
            residence: before.residence,
            languages: before.languages,
            phone: None,
            id_number: None,
        },
        notes: Notes { address: before.address, note: before.note, care: before.care, emergency: None },
        forget_phone: !before.had_phone,
        forget_id_number: !before.had_id_number,
        forget_emergency: !before.had_emergency,
        version: Some(version),
    };
    match actions::revise(by, now, tx, sealer, center, &person, &revision).await {
        Ok(()) => Ok(true),
        Err(Error::Refused(_) | Error::Invalid(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Every table that points at a person, with the column: whoever stands in one has a history here, and stays. A test reads the
/// migrations for others.
pub(crate) const POINTING: &[(&str, &str)] = &[
    ("group_memberships", "person_id"),
    ("phone_people", "person_id"),
    ("teams", "leader_id"),
    ("team_members", "person_id"),
    ("workers", "person_id"),
    ("hours_entries", "person_id"),
    ("cards", "person_id"),
    ("attendances", "person_id"),
    ("scans", "person_id"),
    ("household_members", "person_id"),
    ("person_phones", "person_id"),
    ("people", "merged_into"),
    ("cards", "came_with"),
    ("merges", "kept_id"),
    ("merges", "merged_id"),
    ("people_told_apart", "person_id"),
    ("people_told_apart", "other_id"),
    ("consents", "person_id"),
    ("erased_enrolments", "person_id"),
    ("volunteers", "person_id"),
    ("volunteers", "came_with"),
    ("team_member_changes", "person_id"),
    ("team_applications", "person_id"),
    ("qualifications", "person_id"),
    ("insured_people", "person_id"),
    ("shifts", "person_id"),
    ("service_certificates", "person_id"),
    ("certificate_requests", "person_id"),
    ("hour_claims", "person_id"),
    ("trained_people", "person_id"),
    ("commendations", "person_id"),
    ("feeds", "person_id"),
    ("courses", "person_id"),
    ("registrations", "person_id"),
    ("loans", "person_id"),
    ("appointments", "person_id"),
];

/// Takes somebody out of the center who has done nothing here or anywhere since; false for whoever has, and stays.
pub async fn take_out(by: &Coordinator, now: Now, tx: &mut Conn, center: &Center, id: PersonId) -> Result<bool> {
    let history = POINTING
        .iter()
        .map(|(table, column)| format!("and not exists (select 1 from {table} x where x.{column} = $1)"))
        .collect::<Vec<_>>()
        .join(" ");
    let sql = format!("delete from enrolments where person_id = $1 and center_id = $2 {history}");
    let out = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).bind(center.id()).execute(&mut *tx).await?;
    if out.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("delete from people where id = $1 and not exists (select 1 from enrolments e where e.person_id = $1)")
        .bind(id)
        .execute(&mut *tx)
        .await?;
    audit::record(tx, by, now, audit::entry("person.taken_out", id.0).at(center.id())).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_that_points_at_a_person_is_named() {
        let mut found = Vec::new();
        let mut files: Vec<_> = std::fs::read_dir("migrations").unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for path in files {
            let mut table = String::new();
            for line in std::fs::read_to_string(path).unwrap().lines() {
                if let Some(rest) = line.strip_prefix("create table ") {
                    table = rest.split([' ', '(']).next().unwrap().to_owned();
                }
                let added = line.strip_prefix("alter table ").and_then(|rest| rest.split_once(" add column "));
                let (of, column) = added.unwrap_or((&table, line.trim()));
                if line.contains("references people (id)") && of != "enrolments" {
                    found.push((of.to_owned(), column.split(' ').next().unwrap().to_owned()));
                }
            }
        }
        let named: Vec<_> =
            POINTING.iter().map(|(table, column)| ((*table).to_owned(), (*column).to_owned())).collect();
        assert_eq!(found, named);
    }
}
