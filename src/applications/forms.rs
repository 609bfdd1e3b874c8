//! Reading what somebody tells who asks to join, and the answer.

use super::types::{MinorsGuardian, SelfTold, is_minor};
use crate::clock::Date;
use crate::consents::Guardianship;
use crate::error::{Fault, Result};
use crate::fields::{Fields, Reader, parse};
use crate::ids::RequestId;
use crate::people::{Name, PhoneNumber};

/// A wish to join as it was sent.
pub struct Joining {
    pub request: RequestId,
    /// Of the consent's words that were before them.
    pub version: i64,
    pub told: SelfTold,
}

/// Fields `request_id name phone birth_date skills available risks consent version`, and of a minor's guardian `guardian guardian_phone
/// guardianship guardian_consent`.
pub fn joining(fields: &Fields, today: Date) -> Result<Joining> {
    let mut read = fields.read();
    let request = read.required("request_id", |text| text.parse().map_err(|_| Fault::new("field.not_a_uuid")));
    let name = read.required("name", Name::parse);
    let phone = read.required("phone", PhoneNumber::parse);
    let born = read.required("birth_date", |text| match parse::day(today, parse::BIRTHS)(text)? {
        day if day > today => Err(Fault::new("field.in_the_future")),
        day => Ok(day),
    });
    let skills = read.optional("skills", parse::line(120));
    let available = read.optional("available", parse::line(120));
    let guardian = guardian(&mut read, born.is_some_and(|born| is_minor(born, today)));
    if !read.flag("risks") {
        read.fault::<()>("risks", Fault::new("field.risks_unread"));
    }
    if !read.flag("consent") {
        read.fault::<()>("consent", Fault::new("field.not_agreed"));
    }
    let version = read.required("version", parse::integer(1..=100_000));
    read.finish(|| {
        let told = SelfTold {
            name: name?.to_string(),
            phone: Some(phone?.as_str().to_owned()),
            born: Some(born?.to_string()),
            skills: skills?,
            available: available?,
            guardian: guardian?,
        };
        Some(Joining { request: request?, version: version?, told })
    })
}

/// Who agrees for a minor. Of somebody of age nothing is kept, even where it was typed.
fn guardian(read: &mut Reader<'_>, is_minor: bool) -> Option<Option<MinorsGuardian>> {
    if !is_minor {
        return Some(None);
    }
    let name = read.required("guardian", parse::line(40));
    let phone = read.required("guardian_phone", PhoneNumber::parse);
    let relation: Option<Guardianship> = read.required("guardianship", parse::choice);
    if !read.flag("guardian_consent") {
        return read.fault("guardian_consent", Fault::new("field.not_agreed"));
    }
    Some(Some(MinorsGuardian { name: name?, phone: phone?.as_str().to_owned(), relation: relation? }))
}

/// A yes.
pub struct Approval {
    pub word: Option<String>,
    /// 是本人: whoever answers knows them, and that the phone is theirs.
    pub is_them: bool,
}

/// Fields `word is_them`.
pub fn approval(fields: &Fields) -> Result<Approval> {
    let mut read = fields.read();
    let word = read.optional("word", parse::line(120));
    let is_them = read.flag("is_them");
    read.finish(|| Some(Approval { word: word?, is_them }))
}

/// A no, which says why: field `word`.
pub fn declining(fields: &Fields) -> Result<String> {
    let mut read = fields.read();
    let word = read.required("word", parse::line(120));
    read.finish(|| word)
}
