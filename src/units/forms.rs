//! Reading a unit's form: the same for registering and revising, for pages and API.

use super::types::{UnitKind, UnitStanding};
use crate::clock::Date;
use crate::error::{Fault, Result};
use crate::fields::parse::Years;
use crate::fields::{Fields, Reader, parse};
use crate::people::PhoneNumber;
use crate::spelling;

/// What is entered of a unit.
#[derive(Clone, Debug)]
pub struct UnitInput {
    pub name: String,
    pub kind: UnitKind,
    pub contact: Option<String>,
    /// Left empty in a revision, the one that there is stays.
    pub phone: Option<PhoneNumber>,
    pub forget_phone: bool,
    pub address: Option<String>,
    pub note: Option<String>,
    pub since: Option<Date>,
    pub standing: Option<UnitStanding>,
    pub founded_on: Option<Date>,
    pub supported_since: Option<Date>,
    pub supported_by: Option<String>,
    /// What the form was filled from; whoever sends none changes what is there now.
    pub version: Option<i64>,
}

/// What only a community organization has.
const OF_ORGANIZATIONS: [&str; 4] = ["standing", "founded_on", "supported_since", "supported_by"];

/// Fields `name kind contact phone address note since`, of a community organization also `standing founded_on supported_since
/// supported_by`.
pub fn unit(fields: &Fields, today: Date) -> Result<UnitInput> {
    read_unit(fields.read(), fields, today, (false, Some(None)))
}

/// As [`unit`], with `forget_phone` and the `version` that the form was filled from.
pub fn revision(fields: &Fields, today: Date) -> Result<UnitInput> {
    let mut read = fields.read();
    let version = read.optional("version", parse::integer(0..=i64::MAX));
    let forget_phone = read.flag("forget_phone");
    read_unit(read, fields, today, (forget_phone, version))
}

/// A program's revision: it must say what it has seen.
pub fn api_revision(fields: &Fields, today: Date) -> Result<UnitInput> {
    let mut read = fields.read();
    let version = read.required("version", parse::integer(0..=i64::MAX)).map(Some);
    let forget_phone = read.flag("forget_phone");
    read_unit(read, fields, today, (forget_phone, version))
}

fn read_unit(
    mut read: Reader<'_>,
    fields: &Fields,
    today: Date,
    (forget_phone, version): (bool, Option<Option<i64>>),
) -> Result<UnitInput> {
    let name = read.required("name", name);
    let kind = read.required("kind", parse::choice);
    let contact = read.optional("contact", parse::line(60));
    let phone = read.optional("phone", PhoneNumber::parse);
    let address = read.optional("address", parse::line(120));
    let since = read.optional("since", past(today, parse::ARRIVALS));
    let standing: Option<Option<UnitStanding>> = read.optional("standing", parse::choice);
    let founded_on = read.optional("founded_on", past(today, parse::BEGINNINGS));
    let supported_since = read.optional("supported_since", past(today, parse::SUPPORT));
    let supported_by = read.optional("supported_by", parse::line(60));
    let note = read.optional("note", parse::text(1_000));
    match kind {
        Some(UnitKind::Organization) if standing == Some(None) => {
            read.fault::<()>("standing", Fault::new("field.required"));
        }
        Some(UnitKind::Organization) if supported_since == Some(None) && matches!(supported_by, Some(Some(_))) => {
            read.fault::<()>("supported_since", Fault::new("field.required"));
        }
        None | Some(UnitKind::Organization) => {}
        Some(_) => {
            for name in OF_ORGANIZATIONS.into_iter().filter(|name| !fields.get(name).is_empty()) {
                read.fault::<()>(name, Fault::new("field.organizations_only"));
            }
        }
    }
    read.finish(|| {
        Some(UnitInput {
            name: name?,
            kind: kind?,
            contact: contact?,
            phone: phone?,
            forget_phone,
            address: address?,
            note: note?,
            since: since?,
            standing: standing?,
            founded_on: founded_on?,
            supported_since: supported_since?,
            supported_by: supported_by?,
            version: version?,
        })
    })
}

/// Field `ended_on`: the last day on which a unit was there.
pub fn ending(fields: &Fields, today: Date) -> Result<Date> {
    let mut read = fields.read();
    let last_day = read.required("ended_on", past(today, parse::ENDINGS));
    read.finish(|| last_day)
}

/// Field `reason`: why a phone is shown in full.
pub fn reason(fields: &Fields) -> Result<String> {
    let mut read = fields.read();
    let reason = read.required("reason", parse::line(80));
    read.finish(|| reason)
}

/// A name by which a unit is told from another: not of dots and dashes alone.
fn name(text: &str) -> Result<String, Fault> {
    let name = parse::line(60)(text)?;
    if spelling::key(&name).is_empty() { Err(Fault::new("field.nothing_to_see")) } else { Ok(name) }
}

/// A day that has been, of a kind that can lie so far back.
fn past(today: Date, years: Years) -> impl Fn(&str) -> Result<Date, Fault> {
    move |text| match parse::date(text)? {
        day if day > today => Err(Fault::new("field.in_the_future")),
        day => parse::within(day, &years.around(today)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn faults(body: &str) -> Vec<(String, &'static str)> {
        match unit(&Fields::from_form(body), Date::parse("2026-03-05").unwrap()) {
            Ok(_) => Vec::new(),
            Err(Error::Invalid(errors)) => errors.fields.into_iter().map(|(field, fault)| (field, fault.key)).collect(),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_only_an_organization_has_no_other_has() {
        let organization = "name=a&kind=community_organization&standing=on_record&founded_on=2026-03-01";
        assert!(faults(&format!("{organization}&supported_since=2026-01-01&supported_by=b")).is_empty());
        assert_eq!(faults("name=a&kind=community_organization"), [("standing".into(), "field.required")]);
        assert_eq!(
            faults(&format!("{organization}&supported_by=b")),
            [("supported_since".into(), "field.required")],
            "by whom, but not since when"
        );
        let shop = organization.replace("community_organization", "shop");
        let only = "field.organizations_only";
        assert_eq!(faults(&shop), [("standing".into(), only), ("founded_on".into(), only)]);
        assert!(faults("name=a&kind=shop&standing=&founded_on=&supported_since=&supported_by=").is_empty());
    }

    #[test]
    fn a_slip_in_a_date_is_told() {
        for (field, day, fault) in [
            ("since", "2026-03-06", "field.in_the_future"),
            ("since", "1890-01-01", "field.date_too_far"),
            ("founded_on", "2062-01-01", "field.in_the_future"),
            ("supported_since", "1926-01-01", "field.date_too_far"),
            ("since", "2026-02-30", "field.not_a_date"),
        ] {
            let body = format!("name=a&kind=community_organization&standing=neither&{field}={day}");
            assert_eq!(faults(&body), [(field.to_owned(), fault)]);
        }
    }

    #[test]
    fn a_name_tells_something() {
        assert_eq!(faults("name=·-·&kind=shop"), [("name".into(), "field.nothing_to_see")]);
        assert!(faults("name=360&kind=shop").is_empty());
    }
}
