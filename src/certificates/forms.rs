//! Reading what is to be certified, why one is revoked, what a volunteer asks, and what is made public.

use super::types::{CertificateRequestId, ServiceCertificateId, Signing};
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::{Fault, Result};
use crate::fields::{Fields, Reader, parse};
use crate::ids::{PersonId, TeamId};

/// Both days are included.
pub type CertifiedDays = (Date, Date);

fn signing(read: &mut Reader<'_>) -> Option<Signing> {
    let in_charge = read.required("in_charge", parse::line(40));
    let handled_by = read.required("handled_by", parse::line(40));
    let contact = read.required("contact", parse::line(60));
    Some(Signing { in_charge: in_charge?, handled_by: handled_by?, contact: contact? })
}

/// Days that are over or begin today.
fn period(read: &mut Reader<'_>, today: Date) -> Option<CertifiedDays> {
    let past = |text: &str| match parse::day(today, parse::BEGINNINGS)(text)? {
        day if day > today => Err(Fault::new("field.in_the_future")),
        day => Ok(day),
    };
    let from = read.required("from", past);
    let to = read.required("to", past);
    match (from?, to?) {
        (from, to) if to < from => read.fault("to", Fault::new("field.ends_before_start")),
        period => Some(period),
    }
}

/// Fields `in_charge handled_by contact`.
pub fn settings(fields: &Fields) -> Result<Signing> {
    let mut read = fields.read();
    let signing = signing(&mut read);
    read.finish(|| signing)
}

/// What is to be certified of whom.
pub struct Issuing {
    pub people: Vec<PersonId>,
    pub period: CertifiedDays,
    pub signing: Signing,
    /// Why the ID number is to stand on it, where it is.
    pub id_number: Option<String>,
    /// The revoked one in whose place it comes.
    pub replaces: Option<ServiceCertificateId>,
    /// The wish that it answers.
    pub request: Option<CertificateRequestId>,
}

/// Fields `person from to in_charge handled_by contact`, `id_number`, yes or no, with its `reason`, and `replaces request`.
pub fn issuing(fields: &Fields, today: Date) -> Result<Issuing> {
    let mut read = fields.read();
    let person = read.required("person", parse::choice);
    let period = period(&mut read, today);
    let signing = signing(&mut read);
    let id_number = match read.flag("id_number") {
        true => read.required("reason", parse::line(80)).map(Some),
        false => Some(None),
    };
    let replaces = read.optional("replaces", parse::choice);
    let request = read.optional("request", parse::choice);
    read.finish(|| {
        Some(Issuing {
            people: vec![person?],
            period: period?,
            signing: signing?,
            id_number: id_number?,
            replaces: replaces?,
            request: request?,
        })
    })
}

/// The most people whose certificates are issued at once.
pub const MOST: usize = 200;

/// Fields `person`, several, and `from to in_charge handled_by contact`.
pub fn issuing_many(fields: &Fields, today: Date) -> Result<Issuing> {
    let mut read = fields.read();
    let people = read.every("person", parse::choice);
    match people.as_ref().map(Vec::len) {
        Some(0) => read.fault::<()>("person", Fault::new("field.required")),
        Some(many) if many > MOST => read.fault::<()>("person", Fault::bound("field.too_many_certificates", MOST)),
        _ => None,
    };
    let period = period(&mut read, today);
    let signing = signing(&mut read);
    read.finish(|| {
        let (people, period, signing) = (people?, period?, signing?);
        Some(Issuing { people, period, signing, id_number: None, replaces: None, request: None })
    })
}

/// Whose certificates may be issued at once.
#[derive(Clone, Copy, Debug)]
pub struct Choosing {
    pub team: Option<TeamId>,
    pub period: CertifiedDays,
    /// Whole hours that each has at least.
    pub hours: i64,
}

/// Fields `team from to hours`; what is not said is all teams, this year until today, and one hour.
pub fn choosing(fields: &Fields, today: Date) -> Result<Choosing> {
    let mut read = fields.read();
    let team = read.optional("team", parse::choice);
    let hours = read.optional("hours", parse::integer(0..=10_000));
    let day = |text: &str| parse::day(today, parse::BEGINNINGS)(text);
    let from = read.optional("from", day);
    let to = read.optional("to", day);
    read.finish(|| {
        let period = (from?.unwrap_or_else(|| today.year_start()), to?.unwrap_or(today));
        Some(Choosing { team: team?, period, hours: hours?.unwrap_or(1) })
    })
}

/// Field `reason`.
pub fn reason(fields: &Fields) -> Result<String> {
    let mut read = fields.read();
    let reason = read.required("reason", parse::line(80));
    read.finish(|| reason)
}

/// Field `word`.
pub fn word(fields: &Fields) -> Result<String> {
    let mut read = fields.read();
    let word = read.required("word", parse::line(120));
    read.finish(|| word)
}

/// What a volunteer asks.
pub struct Asking {
    pub center: CenterId,
    pub period: CertifiedDays,
    pub purpose: String,
}

/// Fields `center from to purpose`.
pub fn asking(fields: &Fields, today: Date) -> Result<Asking> {
    let mut read = fields.read();
    let center = read.required("center", parse::choice);
    let period = period(&mut read, today);
    let purpose = read.required("purpose", parse::line(80));
    read.finish(|| Some(Asking { center: center?, period: period?, purpose: purpose? }))
}

/// What is made public, from when to when, and to whom objections are raised.
pub struct Publishing {
    pub certificates: Vec<ServiceCertificateId>,
    pub days: CertifiedDays,
    pub objections: String,
}

/// The most days for which a list hangs.
const LONGEST: u64 = 60;

/// Fields `certificate`, several, and `public_from public_to objections`.
pub fn publishing(fields: &Fields, today: Date) -> Result<Publishing> {
    let mut read = fields.read();
    let certificates = read.every("certificate", parse::choice);
    if certificates.as_ref().is_some_and(Vec::is_empty) {
        read.fault::<()>("certificate", Fault::new("field.required"));
    }
    let from = read.required("public_from", parse::day(today, parse::PLANS));
    let to = read.required("public_to", parse::day(today, parse::PLANS));
    if let (Some(from), Some(to)) = (from, to) {
        if to < from {
            read.fault::<()>("public_to", Fault::new("field.ends_before_start"));
        } else if to > from.plus_days(LONGEST) {
            read.fault::<()>("public_to", Fault::bound("field.public_too_long", LONGEST));
        }
    }
    let objections = read.required("objections", parse::line(120));
    read.finish(|| Some(Publishing { certificates: certificates?, days: (from?, to?), objections: objections? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        Date::parse("2026-03-05").unwrap()
    }

    #[test]
    fn nothing_is_certified_of_days_to_come() {
        let fields = |from: &str, to: &str| {
            let signs = Fields::default().with("in_charge", "何").with("handled_by", "陈").with("contact", "0769");
            signs.with("person", 1).with("from", from).with("to", to)
        };
        assert!(issuing(&fields("2026-01-01", "2026-03-05"), today()).is_ok());
        assert!(issuing(&fields("2026-01-01", "2026-03-06"), today()).is_err());
        assert!(issuing(&fields("2026-03-05", "2026-03-04"), today()).is_err());
        assert!(
            issuing(&fields("2026-01-01", "2026-03-05").with("id_number", 1), today()).is_err(),
            "without a reason"
        );
    }

    #[test]
    fn what_is_not_said_is_this_year_until_today() {
        let chosen = choosing(&Fields::default(), today()).unwrap();
        assert_eq!((chosen.period, chosen.hours), ((Date::parse("2026-01-01").unwrap(), today()), 1));
    }
}
