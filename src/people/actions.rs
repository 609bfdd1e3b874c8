//! Registering, revising and admitting people.

use serde_json::json;

use super::forms::PersonRevision;
use super::name::Name;
use super::numbers::{IdNumber, PhoneNumber};
use super::queries::{self, Marks};
use super::types::{Facts, Notes, Person, PersonId};
use super::{PersonInput, consent, facts, groups, memberships};
use crate::audit::{self, Acting};
use crate::auth::Coordinator;
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, OnViolation, Refusal, Result};
use crate::store::{self, Conn, Sealed, Sealer};

/// Registers a person in the center. An ID number that another center registered is the same human: that row is
/// enrolled here, and nothing that was not entered is learnt but what belongs to the person everywhere.
///
/// # Errors
/// `Refused("person_enrolled")`, with the person's id, where somebody of this name and phone is enrolled here, and
/// `Refused("name_known")` where nothing tells the person from somebody of this name here, both unless `input.anyway` is set; `Invalid` at `id_number` where it is known here, or elsewhere under another name.
pub async fn register(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    input: &PersonInput,
) -> Result<PersonId> {
    let known = match &input.facts.id_number {
        Some(number) => known_by_number(tx, sealer, number).await?,
        None => None,
    };
    let known_before = known.is_some();
    let (id, action) = match known {
        Some((_, key)) if key != input.facts.name.key() => {
            return Err(Error::field("id_number", "field.id_number_other_name"));
        }
        Some((id, _)) => {
            groups::hold(tx, id).await?;
            facts::fill_in(tx, now, sealer, id, &input.facts).await?;
            (id, "person.enrolled")
        }
        None => {
            refuse_double(tx, sealer, center.id(), input).await?;
            (facts::insert(tx, now, sealer, &input.facts).await?, "person.registered")
        }
    };
    enrol(tx, now, sealer, center.id(), id, input).await?;
    for membership in &input.memberships {
        memberships::insert_membership(by, now, tx, center, id, membership).await?;
    }
    // Somebody known elsewhere may have attendances already.
    if known_before {
        groups::follow_birth_date(tx, id).await?;
        groups::follow_memberships(tx, id).await?;
    }
    audit::record(tx, by, now, audit::entry(action, id.0).at(center.id())).await?;
    Ok(id)
}

pub(super) async fn known_by_number(
    tx: &mut Conn,
    sealer: &Sealer,
    number: &IdNumber,
) -> Result<Option<(PersonId, String)>> {
    Ok(sqlx::query_as(
        "select p.id, p.name_key from people m join people p on p.id = coalesce(m.merged_into, m.id) where m.id_number_hash = $1",
    )
        .bind(sealer.hash("id_number", number.as_str()))
        .fetch_optional(tx)
        .await?)
}

async fn refuse_double(tx: &mut Conn, sealer: &Sealer, center: CenterId, input: &PersonInput) -> Result<()> {
    if let (Some(phone), false) = (&input.facts.phone, input.anyway)
        && let Some(id) = enrolled(tx, sealer, center, &input.facts.name, phone).await?
    {
        return Err(Refusal::new("person_enrolled").with("person", id).into());
    }
    if !input.anyway {
        let told = Marks {
            phone: input.facts.phone.is_some(),
            id_number: input.facts.id_number.is_some(),
            birth_date: input.facts.birth_date,
        };
        refuse_namesake(tx, center, &input.facts.name, told).await?;
    }
    Ok(())
}

/// Somebody of this name is there already, and nothing that was entered says that it is another.
///
/// # Errors
/// `Refused("name_known")`, with the ids of those of the name.
pub async fn refuse_namesake(tx: &mut Conn, center: CenterId, name: &Name, told: Marks) -> Result<()> {
    let known = queries::namesakes(tx, center, name, told).await?;
    if known.is_empty() {
        return Ok(());
    }
    let people: Vec<String> = known.iter().map(|person| person.id.to_string()).collect();
    Err(Refusal::new("name_known").with("people", people.join(",")).into())
}

/// The person of this name, however it is spelt, and this phone who is enrolled in the center; the first, where there are
/// several. Whoever was made one with somebody is found by what they were called before.
pub async fn enrolled(
    tx: &mut Conn,
    sealer: &Sealer,
    center: CenterId,
    name: &Name,
    phone: &PhoneNumber,
) -> Result<Option<PersonId>> {
    Ok(sqlx::query_scalar(
        "select e.person_id from people p join enrolments e on e.person_id = coalesce(p.merged_into, p.id)
         where e.center_id = $1 and p.phone_hash = $2
           and (p.name_key = $3 or exists (select 1 from people n where n.merged_into = e.person_id and n.name_key = $3)
                or exists (select 1 from people n where p.merged_into = n.id and n.name_key = $3))
         order by case when e.door_key is null then 1 else 0 end, p.id limit 1",
    )
    .bind(center)
    .bind(sealer.hash("phone", phone.as_str()))
    .bind(name.key())
    .fetch_optional(tx)
    .await?)
}

async fn enrol(
    tx: &mut Conn,
    now: Now,
    sealer: &Sealer,
    center: CenterId,
    person: PersonId,
    input: &PersonInput,
) -> Result<()> {
    // Somebody registered on purpose beside another of the same name and phone is not who the door finds.
    let door_key =
        input.facts.phone.as_ref().filter(|_| !input.anyway).map(|phone| door_key(sealer, &input.facts.name, phone));
    sqlx::query(
        "insert into enrolments (person_id, center_id, address, note_sealed, care_sealed, emergency_sealed, door_key, enrolled_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(person)
    .bind(center)
    .bind(input.notes.address.as_deref())
    .bind(sealed(sealer, input.notes.note.as_deref()))
    .bind(sealed(sealer, input.notes.care.as_deref()))
    .bind(sealed(sealer, input.notes.emergency.as_deref()))
    .bind(door_key)
    .bind(now.0)
    .execute(tx)
    .await
    .on_unique("enrolments_door_key", || Error::refused("person_enrolled"))
    .on_unique("enrolments_person", || Error::field("id_number", "field.id_number_known"))?;
    Ok(())
}

fn sealed(sealer: &Sealer, text: Option<&str>) -> Option<Sealed> {
    text.map(|text| sealer.seal(text))
}

/// By what the door knows somebody of this name and number, without saying who it is.
pub fn door_key(sealer: &Sealer, name: &Name, phone: &PhoneNumber) -> String {
    key_at_door(sealer, &name.key(), phone.as_str())
}

pub(super) fn key_at_door(sealer: &Sealer, name_key: &str, phone: &str) -> String {
    sealer.hash("door", &format!("{name_key}\n{phone}"))
}

/// The person of this name and phone in the center; where there is none, one is registered with just these.
/// Two at once give one person: the second waits for the first at `enrolments.door_key`.
pub async fn admit_unknown(
    by: &impl Acting,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: CenterId,
    name: &Name,
    phone: &PhoneNumber,
) -> Result<PersonId> {
    if let Some(id) = enrolled(tx, sealer, center, name, phone).await? {
        return Ok(id);
    }
    let id = facts::insert(tx, now, sealer, &Facts::named(name, Some(phone))).await?;
    let key = door_key(sealer, name, phone);
    let enrolled = sqlx::query(
        "insert into enrolments (person_id, center_id, door_key, enrolled_at) values ($1, $2, $3, $4)
         on conflict (center_id, door_key) do nothing",
    )
    .bind(id)
    .bind(center)
    .bind(&key)
    .bind(now.0)
    .execute(&mut *tx)
    .await?;
    if enrolled.rows_affected() == 0 {
        // Another request was first; its person is the one. (Not on SQLite, where writers come one by one.)
        sqlx::query("delete from people where id = $1").bind(id).execute(&mut *tx).await?;
        return Ok(sqlx::query_scalar("select person_id from enrolments where center_id = $1 and door_key = $2")
            .bind(center)
            .bind(&key)
            .fetch_one(tx)
            .await?);
    }
    audit::record(tx, by, now, audit::entry("person.registered", id.0).at(center)).await?;
    Ok(id)
}

/// Adds the day of birth that somebody told of themselves, where none is known; what is known stays. The flags of their attendances
/// follow.
pub async fn learn_birth_date(now: Now, tx: &mut Conn, id: PersonId, born: Date) -> Result<()> {
    groups::hold(tx, id).await?;
    let learnt = sqlx::query(
        "update people set birth_date = $2, updated_at = $3, version = version + 1 where id = $1 and birth_date is null",
    )
    .bind(id)
    .bind(born)
    .bind(now.0)
    .execute(&mut *tx)
    .await?;
    if learnt.rows_affected() == 0 {
        return Ok(());
    }
    groups::follow_birth_date(tx, id).await
}

/// The person of this name and phone who is taken on as staff: known here, or entered as no more than that.
pub async fn admit_staff(
    by: &impl Acting,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: CenterId,
    name: &Name,
    phone: &PhoneNumber,
) -> Result<PersonId> {
    if let Some(id) = enrolled(tx, sealer, center, name, phone).await? {
        return Ok(id);
    }
    let id = admit_unknown(by, now, tx, sealer, center, name, phone).await?;
    sqlx::query("update enrolments set as_staff = 1 where person_id = $1 and center_id = $2")
        .bind(id)
        .bind(center)
        .execute(tx)
        .await?;
    Ok(id)
}

/// Registers somebody who gives a name and nothing else, always as a new person: a name alone tells nobody apart.
pub async fn register_by_name(
    by: &impl Acting,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: CenterId,
    name: &Name,
) -> Result<PersonId> {
    let id = facts::insert(tx, now, sealer, &Facts::named(name, None)).await?;
    enrol_known(now, tx, &[(id, center)]).await?;
    audit::record(tx, by, now, audit::entry("person.registered", id.0).at(center)).await?;
    Ok(id)
}

/// Makes centers know people who come there: a card or a remembered phone may come to any center. Gives those who were not
/// known there before.
pub async fn enrol_known(
    now: Now,
    tx: &mut Conn,
    people: &[(PersonId, CenterId)],
) -> Result<Vec<(PersonId, CenterId)>> {
    Ok(sqlx::query_as(
        "insert into enrolments (person_id, center_id, enrolled_at)
         select distinct cast(j.value ->> 'person' as bigint), cast(j.value ->> 'center' as bigint), cast($2 as bigint)
         from json_each(cast($1 as json_text)) j where true order by 1, 2
         on conflict (person_id, center_id) do nothing returning person_id, center_id",
    )
    .bind(store::rows(people, |(person, center)| json!({"person": person, "center": center})))
    .bind(now.0)
    .fetch_all(tx)
    .await?)
}

/// Changes what is known of a person; where nothing is otherwise, nothing is written. The flags of their attendances follow
/// a corrected birth date.
///
/// # Errors
/// `Refused("person_changed")` where somebody changed the person since the revision's version, or since `person` was
/// read: nobody overwrites what they have not seen. `Invalid` where birth date or sex contradict the ID number that stays, or the number is another person's;
/// `Refused("person_enrolled")` where name and phone become those of another person in one of their centers; `Invalid` at `note`, `care`
/// or `emergency` for something new there where the person wants no service record in the center.
pub async fn revise(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    person: &Person,
    revision: &PersonRevision,
) -> Result<()> {
    let phone = match &revision.facts.phone {
        Some(phone) => Some(phone.clone()),
        None if revision.forget_phone || person.phone_sealed.is_none() => None,
        None => Some(person.phone(sealer).ok_or_else(|| Error::internal("a phone does not open"))?),
    };
    let id_number = match &revision.facts.id_number {
        Some(number) => Some(number.clone()),
        None if revision.forget_id_number || person.id_number_sealed.is_none() => None,
        None => Some(person.id_number(sealer).ok_or_else(|| Error::internal("an ID number does not open"))?),
    };
    let birth_date = revision.facts.birth_date.or(id_number.as_ref().and_then(IdNumber::birth_date));
    if id_number.as_ref().is_some_and(|number| birth_date != number.birth_date()) {
        return Err(Error::field("birth_date", "field.differs_from_id_number"));
    }
    let sex = revision.facts.sex.or(id_number.as_ref().map(IdNumber::sex));
    if id_number.as_ref().is_some_and(|number| sex != Some(number.sex())) {
        return Err(Error::field("sex", "field.differs_from_id_number"));
    }
    let revised = Facts { sex, birth_date, phone, id_number, ..revision.facts.clone() };
    let seen = revision.version.unwrap_or(person.version);
    if seen != person.version {
        return Err(Error::refused("person_changed"));
    }
    let mut notes = revision.notes.clone();
    if notes.emergency.is_none() && !revision.forget_emergency {
        notes.emergency = person.notes(sealer).emergency;
    }
    if person.is_known_as(sealer, &revised, &notes) {
        return Ok(());
    }
    if birth_date != person.birth_date {
        groups::hold(tx, person.id).await?;
        memberships::can_be_born_on(tx, person.id, birth_date).await?;
    }
    facts::update(tx, now, sealer, (person.id, seen), &revised).await?;
    if let Some(field) = newly_written(&person.notes(sealer), &notes)
        && consent::is_stopped(tx, person.id, center.id()).await?
    {
        return Err(Error::field(field, "field.service_stopped"));
    }
    update_enrolments(tx, sealer, center.id(), person.id, (&revised, &notes)).await?;
    // Only a corrected birth date changes the past; a new note must not count it by today's age bands.
    if birth_date != person.birth_date {
        groups::follow_birth_date(tx, person.id).await?;
    }
    audit::record(tx, by, now, audit::entry("person.revised", person.id.0).at(center.id())).await
}

/// The first field of the sealed notes that says something new.
fn newly_written(before: &Notes, after: &Notes) -> Option<&'static str> {
    let is_new = |before: &Option<String>, after: &Option<String>| after.is_some() && before != after;
    [
        ("emergency", is_new(&before.emergency, &after.emergency)),
        ("care", is_new(&before.care, &after.care)),
        ("note", is_new(&before.note, &after.note)),
    ]
    .into_iter()
    .find_map(|(field, is_new)| is_new.then_some(field))
}

/// This center's own notes, and the door's key in every center of the person: it follows name and phone.
async fn update_enrolments(
    tx: &mut Conn,
    sealer: &Sealer,
    center: CenterId,
    id: PersonId,
    (facts, notes): (&Facts, &Notes),
) -> Result<()> {
    sqlx::query(
        "update enrolments set address = $3, note_sealed = $4, care_sealed = $5, emergency_sealed = $6, as_staff = 0
         where person_id = $1 and center_id = $2",
    )
    .bind(id)
    .bind(center)
    .bind(notes.address.as_deref())
    .bind(sealed(sealer, notes.note.as_deref()))
    .bind(sealed(sealer, notes.care.as_deref()))
    .bind(sealed(sealer, notes.emergency.as_deref()))
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "update enrolments set door_key = case when exists (
             select 1 from enrolments o where o.center_id = enrolments.center_id and o.door_key = $2
             and o.person_id <> $1) then null else $2 end
         where person_id = $1",
    )
    .bind(id)
    .bind(facts.phone.as_ref().map(|phone| door_key(sealer, &facts.name, phone)))
    .execute(tx)
    .await
    .on_unique("enrolments_door_key", || Error::refused("person_enrolled"))?;
    Ok(())
}
