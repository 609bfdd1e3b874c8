//! Somebody who gives a name and a phone number at the door, found among the known or registered.

use pinyin::ToPinyin;

use crate::audit::{self, Acting};
use crate::centers::CenterId;
use crate::clock::Now;
use crate::error::Result;
use crate::people::PersonId;
use crate::store::{Conn, Sealer};
use crate::web::fields::Fault;

/// A mainland mobile number: 11 digits, as it is kept, sealed and hashed.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Takes what people type: spaces, dashes, full-width digits, +86 before it.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let plain = |c: char| match c {
            '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10),
            '0'..='9' => Some(c),
            _ => None,
        };
        let junk = |c: char| plain(c).is_none() && !matches!(c, ' ' | '-' | '+' | '　' | '(' | ')');
        let digits: String = text.chars().filter_map(plain).collect();
        let number = digits.strip_prefix("0086").or(digits.strip_prefix("86")).unwrap_or(&digits);
        let mobile = number.len() == 11 && matches!(number.as_bytes(), [b'1', b'3'..=b'9', ..]);
        match mobile && !text.contains(junk) {
            true => Ok(Self(number.to_owned())),
            false => Err(Fault::new("field.not_a_phone")),
        }
    }
}

/// Finds the person of that name and phone, or registers one; either way enrolled in the center.
///
/// Two at once for one person would make two rows; the caller holds a lock (see `actions::first_visit`).
pub async fn admit_unknown(
    by: &impl Acting,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: CenterId,
    name: &str,
    phone: Option<&PhoneNumber>,
) -> Result<PersonId> {
    let hash = phone.map(|phone| sealer.hash("phone", &phone.0));
    let known: Option<PersonId> =
        sqlx::query_scalar("select id from people where phone_hash = $1 and name = $2 order by id limit 1")
            .bind(hash.as_deref())
            .bind(name)
            .fetch_optional(&mut *tx)
            .await?;
    let person = match known {
        Some(person) => person,
        None => {
            let syllables: Vec<_> =
                name.chars().map(|c| c.to_pinyin().map_or(c.to_string(), |p| p.plain().into())).collect();
            let initials: String = syllables.iter().filter_map(|syllable| syllable.chars().next()).collect();
            let id: PersonId = sqlx::query_scalar(
                "insert into people (name, pinyin, initials, phone_sealed, phone_hash, phone_last4, created_at, updated_at)
                 values ($1, $2, $3, $4, $5, $6, $7, $7) returning id",
            )
            .bind(name)
            .bind(syllables.concat().to_lowercase())
            .bind(initials.to_lowercase())
            .bind(phone.map(|phone| sealer.seal(&phone.0)))
            .bind(hash)
            .bind(phone.map(|phone| &phone.0[7..]))
            .bind(now.0)
            .fetch_one(&mut *tx)
            .await?;
            audit::record(tx, by, now, audit::entry("person.registered", id.0).at(center)).await?;
            id
        }
    };
    enrol(now, tx, center, person).await?;
    Ok(person)
}

/// Makes the center know the person.
pub(super) async fn enrol(now: Now, tx: &mut Conn, center: CenterId, person: PersonId) -> Result<()> {
    sqlx::query(
        "insert into enrolments (person_id, center_id, enrolled_at) values ($1, $2, $3)
         on conflict (person_id, center_id) do nothing",
    )
    .bind(person)
    .bind(center)
    .bind(now.0)
    .execute(tx)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::PhoneNumber;

    #[test]
    fn a_number_is_taken_as_people_type_it() {
        for text in ["13800138000", "138 0013 8000", "+86 138-0013-8000", "１３８００１３８０００", "008613800138000"]
        {
            assert!(PhoneNumber::parse(text).is_ok_and(|phone| phone.0 == "13800138000"), "{text}");
        }
        for text in ["1380013800", "12800138000", "0769-22112211", "138x0138000", ""] {
            assert!(PhoneNumber::parse(text).is_err(), "{text}");
        }
    }
}
