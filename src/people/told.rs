//! What somebody is told of themselves: facts, numbers, what centers wrote down, and groups.

use super::groups::PriorityGroup;
use super::numbers::Sex;
use super::other_phones;
use super::types::{PersonId, Residence};
use crate::auth::Viewer;
use crate::clock::{Date, Timestamp};
use crate::error::{Error, Result};
use crate::store::{Conn, Flag, Sealed, Sealer};
use crate::told::{ToldPart, ToldValue};

/// What is kept here of a person, opened; of what a center wrote down, that of the reader's centers.
///
/// # Errors
/// `Internal` for what does not open: nobody is told that there is none.
pub async fn told(by: &Viewer, conn: &mut Conn, sealer: &Sealer, person: PersonId) -> Result<Vec<ToldPart>> {
    let facts = facts(conn, sealer, person).await?;
    let phones = other_phones::of_person(conn, person).await?;
    let phones = phones
        .iter()
        .map(|one| Ok([ToldValue::Text(one.label.clone()), opened(sealer, Some(&one.phone_sealed))?]))
        .collect::<Result<Vec<_>>>()?;
    let phones = ToldPart::new("told.other_phones", ["people.phone_label", "people.phone"], phones);
    let former = former(conn, sealer, person).await?;
    Ok(vec![facts, former, phones, enrolments(by, conn, sealer, person).await?, memberships(conn, person).await?])
}

fn opened(sealer: &Sealer, sealed: Option<&Sealed>) -> Result<ToldValue> {
    let Some(sealed) = sealed else { return Ok(ToldValue::Nothing) };
    let text = sealer.open(sealed).ok_or_else(|| Error::internal("a sealed value does not open with this key"))?;
    Ok(ToldValue::Text(text))
}

#[derive(sqlx::FromRow)]
struct FactsTold {
    name: String,
    sex: Option<Sex>,
    birth_date: Option<Date>,
    residence: Option<Residence>,
    languages: Option<String>,
    phone_sealed: Option<Sealed>,
    id_number_sealed: Option<Sealed>,
    phone_changed_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

async fn facts(conn: &mut Conn, sealer: &Sealer, person: PersonId) -> Result<ToldPart> {
    let row: FactsTold = sqlx::query_as(
        "select name, sex, birth_date, residence, languages, phone_sealed, id_number_sealed, phone_changed_at, created_at,
                updated_at from people where id = $1",
    )
    .bind(person)
    .fetch_one(conn)
    .await?;
    let phone = opened(sealer, row.phone_sealed.as_ref())?;
    let id_number = opened(sealer, row.id_number_sealed.as_ref())?;
    let values = [
        ToldValue::Number(person.0),
        ToldValue::Text(row.name),
        ToldValue::word(row.sex.map(Sex::key)),
        ToldValue::day(row.birth_date),
        ToldValue::word(row.residence.map(Residence::key)),
        ToldValue::text(row.languages),
        phone,
        id_number,
        ToldValue::at(row.phone_changed_at),
        ToldValue::At(row.created_at),
        ToldValue::At(row.updated_at),
    ];
    let heads = [
        "told.number",
        "people.name",
        "people.sex",
        "people.birth_date",
        "people.residence",
        "people.languages",
        "people.phone",
        "people.id_number",
        "told.phone_changed_at",
        "told.created_at",
        "told.updated_at",
    ];
    Ok(ToldPart::new("told.facts", heads, [values]))
}

#[derive(sqlx::FromRow)]
struct FormerTold {
    id: PersonId,
    name: String,
    birth_date: Option<Date>,
    phone_sealed: Option<Sealed>,
    id_number_sealed: Option<Sealed>,
}

/// What the records say that were made one with theirs.
async fn former(conn: &mut Conn, sealer: &Sealer, person: PersonId) -> Result<ToldPart> {
    let rows: Vec<FormerTold> = sqlx::query_as(
        "select id, name, birth_date, phone_sealed, id_number_sealed from people where merged_into = $1 order by id",
    )
    .bind(person)
    .fetch_all(conn)
    .await?;
    let row = |row: FormerTold| {
        Ok([
            ToldValue::Number(row.id.0),
            ToldValue::Text(row.name),
            ToldValue::day(row.birth_date),
            opened(sealer, row.phone_sealed.as_ref())?,
            opened(sealer, row.id_number_sealed.as_ref())?,
        ])
    };
    let rows = rows.into_iter().map(row).collect::<Result<Vec<_>>>()?;
    let heads = ["told.number", "people.name", "people.birth_date", "people.phone", "people.id_number"];
    Ok(ToldPart::new("told.former", heads, rows))
}

#[derive(sqlx::FromRow)]
struct EnrolmentTold {
    center: String,
    enrolled_at: Timestamp,
    as_staff: Flag,
    address: Option<String>,
    note: Option<String>,
    note_sealed: Option<Sealed>,
    care_sealed: Option<Sealed>,
    emergency_sealed: Option<Sealed>,
}

async fn enrolments(by: &Viewer, conn: &mut Conn, sealer: &Sealer, person: PersonId) -> Result<ToldPart> {
    let rows: Vec<EnrolmentTold> = sqlx::query_as(
        "select c.name as center, e.enrolled_at, e.as_staff, e.address, e.note, e.note_sealed, e.care_sealed, e.emergency_sealed
         from enrolments e join centers c on c.id = e.center_id
         where e.person_id = $1 and e.center_id in (select r.center_id from account_centers r where r.account_id = $2)
         order by e.enrolled_at, e.center_id",
    )
    .bind(person)
    .bind(by.account)
    .fetch_all(conn)
    .await?;
    let row = |row: EnrolmentTold| {
        // A note from before notes were sealed, until the next start seals it.
        let note = match row.note {
            Some(note) => ToldValue::Text(note),
            None => opened(sealer, row.note_sealed.as_ref())?,
        };
        Ok([
            ToldValue::Text(row.center),
            ToldValue::At(row.enrolled_at),
            ToldValue::Truth(row.as_staff.is_set()),
            ToldValue::text(row.address),
            opened(sealer, row.emergency_sealed.as_ref())?,
            opened(sealer, row.care_sealed.as_ref())?,
            note,
        ])
    };
    let rows = rows.into_iter().map(row).collect::<Result<Vec<_>>>()?;
    let heads = [
        "told.center",
        "told.enrolled_at",
        "told.as_staff",
        "people.address",
        "people.emergency",
        "people.care",
        "people.note",
    ];
    Ok(ToldPart::new("told.enrolments", heads, rows))
}

#[derive(sqlx::FromRow)]
struct MembershipTold {
    priority_group: Option<PriorityGroup>,
    subgroup: Option<String>,
    subgroup_en: Option<String>,
    valid_from: Date,
    valid_to: Option<Date>,
    document: String,
    has_scan: Flag,
    created_at: Timestamp,
    void_reason: Option<String>,
}

async fn memberships(conn: &mut Conn, person: PersonId) -> Result<ToldPart> {
    let rows: Vec<MembershipTold> = sqlx::query_as(
        "select coalesce(m.priority_group, s.priority_group) as priority_group, s.name as subgroup, s.name_en as subgroup_en,
                m.valid_from, m.valid_to, m.document, case when m.file_id is null then 0 else 1 end as has_scan, m.created_at,
                m.void_reason
         from group_memberships m left join subgroups s on s.id = m.subgroup_id where m.person_id = $1 order by m.valid_from, m.id",
    )
    .bind(person)
    .fetch_all(conn)
    .await?;
    let row = |row: MembershipTold| {
        [
            ToldValue::word(row.priority_group.map(PriorityGroup::key)),
            row.subgroup
                .zip(row.subgroup_en)
                .map_or(ToldValue::Nothing, |(name, name_en)| ToldValue::Named(name, name_en)),
            ToldValue::Day(row.valid_from),
            ToldValue::day(row.valid_to),
            ToldValue::Text(row.document),
            ToldValue::Truth(row.has_scan.is_set()),
            ToldValue::At(row.created_at),
            ToldValue::text(row.void_reason),
        ]
    };
    let heads = [
        "people.group",
        "people.subgroup",
        "people.valid_from",
        "people.valid_to",
        "people.document",
        "told.has_scan",
        "told.recorded_at",
        "told.void_reason",
    ];
    Ok(ToldPart::new("told.memberships", heads, rows.into_iter().map(row)))
}
