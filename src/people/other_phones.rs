//! Further numbers of a person: at home, a daughter's. The first one stands in the record itself, and is the one that the door knows.

use super::numbers::PhoneNumber;
use super::types::PersonId;
use crate::audit;
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::Now;
use crate::error::{Error, OnViolation, Result};
use crate::fields::{Fields, parse};
use crate::store::{Conn, Sealed, Sealer};

/// A person has no more of them than somebody would try one after the other.
const MOST: i64 = 5;

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OtherPhone {
    pub id: i64,
    pub label: String,
    pub phone_sealed: Sealed,
}

impl OtherPhone {
    /// `138****1234`
    pub fn masked(&self, sealer: &Sealer) -> String {
        let phone = sealer.open(&self.phone_sealed).and_then(|text| PhoneNumber::parse(&text).ok());
        phone.map(|phone| phone.masked()).unwrap_or_default()
    }
}

pub struct OtherPhoneInput {
    pub label: String,
    pub phone: PhoneNumber,
}

/// Fields `label other_phone`.
pub fn read(fields: &Fields) -> Result<OtherPhoneInput> {
    let mut read = fields.read();
    let label = read.required("label", parse::line(20));
    let phone = read.required("other_phone", PhoneNumber::parse);
    read.finish(|| Some(OtherPhoneInput { label: label?, phone: phone? }))
}

pub async fn of_person(conn: &mut Conn, person: PersonId) -> Result<Vec<OtherPhone>> {
    Ok(sqlx::query_as("select id, label, phone_sealed from person_phones where person_id = $1 order by id")
        .bind(person)
        .fetch_all(conn)
        .await?)
}

/// Keeps another number of a person.
///
/// # Errors
/// `Invalid` at `other_phone` where it is known of the person already; `Refused("too_many_phones")`.
pub async fn add(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    (center, person): (&Center, PersonId),
    input: &OtherPhoneInput,
) -> Result<()> {
    let hash = sealer.hash("phone", input.phone.as_str());
    let (first, others): (i64, i64) = sqlx::query_as(
        "select (select count(*) from people where id = $1 and phone_hash = $2) as first,
                (select count(*) from person_phones where person_id = $1) as others",
    )
    .bind(person)
    .bind(&hash)
    .fetch_one(&mut *tx)
    .await?;
    if first > 0 {
        return Err(Error::field("other_phone", "field.phone_known"));
    }
    if others >= MOST {
        return Err(Error::refused("too_many_phones"));
    }
    sqlx::query(
        "insert into person_phones (person_id, label, phone_sealed, phone_hash, phone_last4, created_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(person)
    .bind(&input.label)
    .bind(sealer.seal(input.phone.as_str()))
    .bind(&hash)
    .bind(input.phone.last4().to_owned())
    .bind(now.0)
    .execute(&mut *tx)
    .await
    .on_unique("person_phones_number", || Error::field("other_phone", "field.phone_known"))?;
    audit::record(tx, by, now, audit::entry("person.phone_added", person.0).at(center.id())).await
}

/// Forgets a number: it is no longer theirs.
///
/// # Errors
/// `NotFound` for another person's.
pub async fn remove(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, person): (&Center, PersonId),
    phone: i64,
) -> Result<()> {
    let removed = sqlx::query("delete from person_phones where id = $1 and person_id = $2")
        .bind(phone)
        .bind(person)
        .execute(&mut *tx)
        .await?;
    if removed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("person.phone_removed", person.0).at(center.id())).await
}
