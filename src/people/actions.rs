//! Registering, revising and admitting people; granting and ending memberships.

use serde_json::json;

use super::forms::Revision;
use super::numbers::{IdNumber, PhoneNumber};
use super::types::{Person, PersonId, Sex};
use super::{MembershipInput, PersonInput, groups, pinyin};
use crate::audit::{self, Acting};
use crate::auth::{AccountId, Coordinator};
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, OnViolation, Refusal, Result};
use crate::store::{self, Conn, Sealer, Violation};

/// Registers a person in the center. An ID number that another center registered is the same human: that row is
/// enrolled here, and nothing that was not entered is learnt but what belongs to the person everywhere.
///
/// # Errors
/// `Refused("person_enrolled")`, with the person's id, where somebody of this name and phone is enrolled here and
/// `input.anyway` is not set; `Invalid` at `id_number` where it is known here, or elsewhere under another name.
pub async fn register(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    input: &PersonInput,
) -> Result<PersonId> {
    let known = match &input.id_number {
        Some(number) => known_by_number(tx, sealer, number).await?,
        None => None,
    };
    let known_before = known.is_some();
    let (id, action) = match known {
        Some((_, name)) if name != input.name => return Err(Error::field("id_number", "field.id_number_other_name")),
        Some((id, _)) => {
            groups::hold(tx, id).await?;
            (fill_in(tx, now, sealer, id, input).await?, "person.enrolled")
        }
        None => {
            refuse_double(tx, sealer, center.id(), input).await?;
            (insert(tx, now, sealer, &Facts::of(input)).await?, "person.registered")
        }
    };
    enrol(tx, now, sealer, center.id(), id, input).await?;
    for membership in &input.memberships {
        insert_membership(tx, now, by.account, id, membership).await?;
    }
    // Somebody known elsewhere may have attendances already.
    if known_before {
        groups::follow_birth_date(tx, id).await?;
        groups::follow_memberships(tx, id).await?;
    }
    audit::record(tx, by, now, audit::entry(action, id.0).at(center.id())).await?;
    Ok(id)
}

async fn known_by_number(tx: &mut Conn, sealer: &Sealer, number: &IdNumber) -> Result<Option<(PersonId, String)>> {
    Ok(sqlx::query_as("select id, name from people where id_number_hash = $1")
        .bind(sealer.hash("id_number", number.as_str()))
        .fetch_optional(tx)
        .await?)
}

async fn refuse_double(tx: &mut Conn, sealer: &Sealer, center: CenterId, input: &PersonInput) -> Result<()> {
    if let (Some(phone), false) = (&input.phone, input.anyway)
        && let Some(id) = enrolled(tx, sealer, center, &input.name, phone).await?
    {
        return Err(Refusal::new("person_enrolled").with("person", id).into());
    }
    Ok(())
}

/// The person of this name and phone who is enrolled in the center; the first, where there are several.
pub async fn enrolled(
    tx: &mut Conn,
    sealer: &Sealer,
    center: CenterId,
    name: &str,
    phone: &PhoneNumber,
) -> Result<Option<PersonId>> {
    Ok(sqlx::query_scalar(
        "select p.id from people p join enrolments e on e.person_id = p.id
         where e.center_id = $1 and p.phone_hash = $2 and p.name = $3
         order by case when e.door_key is null then 1 else 0 end, p.id limit 1",
    )
    .bind(center)
    .bind(sealer.hash("phone", phone.as_str()))
    .bind(name)
    .fetch_optional(tx)
    .await?)
}

/// What `people` holds of a human.
struct Facts<'a> {
    name: &'a str,
    sex: Option<Sex>,
    birth_date: Option<Date>,
    phone: Option<&'a PhoneNumber>,
    id_number: Option<&'a IdNumber>,
}

impl<'a> Facts<'a> {
    fn of(input: &'a PersonInput) -> Self {
        Self {
            name: &input.name,
            sex: input.sex,
            birth_date: input.birth_date,
            phone: input.phone.as_ref(),
            id_number: input.id_number.as_ref(),
        }
    }
}

async fn insert(tx: &mut Conn, now: Now, sealer: &Sealer, facts: &Facts<'_>) -> Result<PersonId> {
    let (full, initials) = pinyin::of(facts.name);
    sqlx::query_scalar(
        "insert into people (name, pinyin, initials, sex, birth_date, phone_sealed, phone_hash, phone_last4,
             id_number_sealed, id_number_hash, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) returning id",
    )
    .bind(facts.name)
    .bind(full)
    .bind(initials)
    .bind(facts.sex)
    .bind(facts.birth_date)
    .bind(facts.phone.map(|phone| sealer.seal(phone.as_str())))
    .bind(facts.phone.map(|phone| sealer.hash("phone", phone.as_str())))
    .bind(facts.phone.map(|phone| phone.last4().to_owned()))
    .bind(facts.id_number.map(|number| sealer.seal(number.as_str())))
    .bind(facts.id_number.map(|number| sealer.hash("id_number", number.as_str())))
    .bind(now.0)
    .fetch_one(tx)
    .await
    .on_unique("people_id_number", number_known)
    .map_err(Error::from)
}

/// Gives a known person what was entered here and is not known yet; what is known stays.
async fn fill_in(tx: &mut Conn, now: Now, sealer: &Sealer, id: PersonId, input: &PersonInput) -> Result<PersonId> {
    let phone = input.phone.as_ref();
    sqlx::query(
        "update people set sex = coalesce(sex, $2), birth_date = coalesce(birth_date, $3),
             phone_sealed = coalesce(phone_sealed, $4), phone_hash = coalesce(phone_hash, $5),
             phone_last4 = coalesce(phone_last4, $6), updated_at = $7,
             version = version + 1
         where id = $1",
    )
    .bind(id)
    .bind(input.sex)
    .bind(input.birth_date)
    .bind(phone.map(|phone| sealer.seal(phone.as_str())))
    .bind(phone.map(|phone| sealer.hash("phone", phone.as_str())))
    .bind(phone.map(|phone| phone.last4().to_owned()))
    .bind(now.0)
    .execute(tx)
    .await?;
    Ok(id)
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
    let door_key = input.phone.as_ref().filter(|_| !input.anyway).map(|phone| door_key(sealer, &input.name, phone));
    sqlx::query(
        "insert into enrolments (person_id, center_id, address, note, door_key, enrolled_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(person)
    .bind(center)
    .bind(input.address.as_deref())
    .bind(input.note.as_deref())
    .bind(door_key)
    .bind(now.0)
    .execute(tx)
    .await
    .on_unique("enrolments_door_key", || Error::refused("person_enrolled"))
    .on_unique("enrolments_person", || Error::field("id_number", "field.id_number_known"))?;
    Ok(())
}

fn door_key(sealer: &Sealer, name: &str, phone: &PhoneNumber) -> String {
    sealer.hash("door", &format!("{name}\n{}", phone.as_str()))
}

/// The person of this name and phone in the center; where there is none, one is registered with just these.
/// Two at once give one person: the second waits for the first at `enrolments.door_key`.
///
/// # Errors
/// `Invalid` at `name` or `phone`.
pub async fn admit_unknown(
    by: &impl Acting,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: CenterId,
    name: &str,
    phone: &str,
) -> Result<PersonId> {
    let fields = crate::fields::Fields::default().with("name", name).with("phone", phone);
    let mut read = fields.read();
    let name = read.required("name", super::rules::name);
    let phone = read.required("phone", PhoneNumber::parse);
    let (name, phone) = read.finish(|| Some((name?, phone?)))?;
    if let Some(id) = enrolled(tx, sealer, center, &name, &phone).await? {
        return Ok(id);
    }
    let facts = Facts { name: &name, sex: None, birth_date: None, phone: Some(&phone), id_number: None };
    let id = insert(tx, now, sealer, &facts).await?;
    let key = door_key(sealer, &name, &phone);
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

/// Registers somebody who gives a name and nothing else, always as a new person: a name alone tells nobody apart.
pub async fn register_by_name(
    by: &impl Acting,
    now: Now,
    tx: &mut Conn,
    center: CenterId,
    name: &str,
) -> Result<PersonId> {
    let (full, initials) = pinyin::of(name);
    let id: PersonId = sqlx::query_scalar(
        "insert into people (name, pinyin, initials, created_at, updated_at) values ($1, $2, $3, $4, $4) returning id",
    )
    .bind(name)
    .bind(full)
    .bind(initials)
    .bind(now.0)
    .fetch_one(&mut *tx)
    .await?;
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

/// Changes what is known of a person. The flags of their attendances follow a corrected birth date.
///
/// # Errors
/// `Refused("person_changed")` where somebody changed the person since the revision's version, or since `person` was
/// read: nobody overwrites what they have not seen. `Invalid` where birth date or sex contradict the ID number that stays, or the number is another person's;
/// `Refused("person_enrolled")` where name and phone become those of another person in one of their centers.
pub async fn revise(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    person: &Person,
    revision: &Revision,
) -> Result<()> {
    let input = &revision.person;
    let phone = match &input.phone {
        Some(phone) => Some(phone.clone()),
        None if revision.forget_phone || person.phone_sealed.is_none() => None,
        None => Some(person.phone(sealer).ok_or_else(|| Error::internal("a phone does not open"))?),
    };
    let id_number = match &input.id_number {
        Some(number) => Some(number.clone()),
        None if revision.forget_id_number || person.id_number_sealed.is_none() => None,
        None => Some(person.id_number(sealer).ok_or_else(|| Error::internal("an ID number does not open"))?),
    };
    let birth_date = input.birth_date.or(id_number.as_ref().and_then(IdNumber::birth_date));
    if id_number.as_ref().is_some_and(|number| birth_date != number.birth_date()) {
        return Err(Error::field("birth_date", "field.differs_from_id_number"));
    }
    let sex = input.sex.or(id_number.as_ref().map(IdNumber::sex));
    if id_number.as_ref().is_some_and(|number| sex != Some(number.sex())) {
        return Err(Error::field("sex", "field.differs_from_id_number"));
    }
    let facts = Facts { name: &input.name, sex, birth_date, phone: phone.as_ref(), id_number: id_number.as_ref() };
    let seen = revision.version.unwrap_or(person.version);
    if seen != person.version {
        return Err(Error::refused("person_changed"));
    }
    if birth_date != person.birth_date {
        groups::hold(tx, person.id).await?;
    }
    update(tx, now, sealer, (person.id, seen), &facts).await?;
    update_enrolments(tx, sealer, center.id(), person.id, input, phone.as_ref()).await?;
    // Only a corrected birth date changes the past; a new note must not count it by today's age bands.
    if birth_date != person.birth_date {
        groups::follow_birth_date(tx, person.id).await?;
    }
    audit::record(tx, by, now, audit::entry("person.revised", person.id.0).at(center.id())).await
}

async fn update(
    tx: &mut Conn,
    now: Now,
    sealer: &Sealer,
    (id, seen): (PersonId, i64),
    facts: &Facts<'_>,
) -> Result<()> {
    let (full, initials) = pinyin::of(facts.name);
    let updated = sqlx::query(
        "update people set name = $2, pinyin = $3, initials = $4, sex = $5, birth_date = $6, phone_sealed = $7,
             phone_hash = $8, phone_last4 = $9, id_number_sealed = $10, id_number_hash = $11, updated_at = $12,
             version = version + 1
         where id = $1 and version = $13",
    )
    .bind(id)
    .bind(facts.name)
    .bind(full)
    .bind(initials)
    .bind(facts.sex)
    .bind(facts.birth_date)
    .bind(facts.phone.map(|phone| sealer.seal(phone.as_str())))
    .bind(facts.phone.map(|phone| sealer.hash("phone", phone.as_str())))
    .bind(facts.phone.map(|phone| phone.last4().to_owned()))
    .bind(facts.id_number.map(|number| sealer.seal(number.as_str())))
    .bind(facts.id_number.map(|number| sealer.hash("id_number", number.as_str())))
    .bind(now.0)
    .bind(seen)
    .execute(tx)
    .await
    .on_unique("people_id_number", number_known)?;
    if updated.rows_affected() == 0 { Err(Error::refused("person_changed")) } else { Ok(()) }
}

/// This center's own notes, and the door's key in every center of the person: it follows name and phone.
async fn update_enrolments(
    tx: &mut Conn,
    sealer: &Sealer,
    center: CenterId,
    id: PersonId,
    input: &PersonInput,
    phone: Option<&PhoneNumber>,
) -> Result<()> {
    sqlx::query("update enrolments set address = $3, note = $4 where person_id = $1 and center_id = $2")
        .bind(id)
        .bind(center)
        .bind(input.address.as_deref())
        .bind(input.note.as_deref())
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "update enrolments set door_key = case when exists (
             select 1 from enrolments o where o.center_id = enrolments.center_id and o.door_key = $2
             and o.person_id <> $1) then null else $2 end
         where person_id = $1",
    )
    .bind(id)
    .bind(phone.map(|phone| door_key(sealer, &input.name, phone)))
    .execute(tx)
    .await
    .on_unique("enrolments_door_key", || Error::refused("person_enrolled"))?;
    Ok(())
}

fn number_known() -> Error {
    Error::field("id_number", "field.id_number_known")
}

/// Grants membership in a priority group for a time. The flags of the person's attendances follow.
pub async fn grant_membership(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    person: PersonId,
    input: &MembershipInput,
) -> Result<()> {
    groups::hold(tx, person).await?;
    insert_membership(tx, now, by.account, person, input).await?;
    groups::follow_memberships(tx, person).await?;
    audit::record(tx, by, now, audit::entry("person.membership_granted", person.0).at(center.id())).await
}

async fn insert_membership(
    tx: &mut Conn,
    now: Now,
    by: AccountId,
    person: PersonId,
    input: &MembershipInput,
) -> Result<()> {
    sqlx::query(
        "insert into group_memberships (person_id, priority_group, valid_from, valid_to, document, verified_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(person)
    .bind(input.group)
    .bind(input.valid_from)
    .bind(input.valid_to)
    .bind(&input.document)
    .bind(by)
    .bind(now.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// Sets a membership's last day. The flags of the person's attendances follow.
///
/// # Errors
/// `NotFound` for another person's membership; `Invalid` at `valid_to` for a day before its first.
pub async fn end_membership(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    person: PersonId,
    membership: i64,
    last_day: Date,
) -> Result<()> {
    groups::hold(tx, person).await?;
    let ended = sqlx::query(
        "update group_memberships set valid_to = $3 where id = $1 and person_id = $2 and voided_at is null",
    )
    .bind(membership)
    .bind(person)
    .bind(last_day)
    .execute(&mut *tx)
    .await
    .on(&Violation::Check, || Error::field("valid_to", "field.ends_before_start"))?;
    if ended.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    groups::follow_memberships(tx, person).await?;
    audit::record(tx, by, now, audit::entry("person.membership_ended", person.0).at(center.id())).await
}

/// Marks a membership as a mistake: it never held. The row stays, with the reason; the flags of the person's
/// attendances follow.
///
/// # Errors
/// `NotFound` for another person's membership, and for one that is voided already.
pub async fn void_membership(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    (person, membership): (PersonId, i64),
    reason: &str,
) -> Result<()> {
    groups::hold(tx, person).await?;
    let voided = sqlx::query(
        "update group_memberships set voided_at = $1, voided_by = $2, void_reason = $3
         where id = $4 and person_id = $5 and voided_at is null",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(reason)
    .bind(membership)
    .bind(person)
    .execute(&mut *tx)
    .await?;
    if voided.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    groups::follow_memberships(tx, person).await?;
    audit::record(tx, by, now, audit::entry("person.membership_voided", person.0).at(center.id()).because(reason)).await
}
