//! Reading a person's form: the same for registering and revising, for pages and API.

use super::groups::PriorityGroup;
use super::name::Name;
use super::numbers::{IdNumber, PhoneNumber, Sex};
use super::types::{Facts, Notes};
use crate::clock::Date;
use crate::error::{Fault, Result};
use crate::fields::{Fields, Reader, parse};

/// The groups that are granted by a document; the others follow from the birth date.
pub const GRANTED: [PriorityGroup; 2] = [PriorityGroup::Disabled, PriorityGroup::Needy];

/// Somebody who is being registered.
#[derive(Debug)]
pub struct PersonInput {
    pub facts: Facts,
    pub notes: Notes,
    /// Granted at once, when registering.
    pub memberships: Vec<MembershipInput>,
    /// Register although somebody of this name and phone is enrolled.
    pub anyway: bool,
}

#[derive(Debug)]
pub struct MembershipInput {
    pub of: GrantedCode,
    pub valid_from: Date,
    pub valid_to: Option<Date>,
    pub document: String,
}

/// What a membership is of: one of the two granted groups, or a subgroup by its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantedCode {
    Group(PriorityGroup),
    Subgroup(String),
}

/// Fields `name sex birth_date residence languages phone id_number address emergency care note anyway`, and for each granted group a flag `disabled` with
/// `disabled.valid_from`, `disabled.valid_to` and `disabled.document`; whoever sends any of these means the flag too.
pub fn person(fields: &Fields, today: Date) -> Result<PersonInput> {
    let mut read = fields.read();
    let known = read_known(&mut read, today);
    let is_meant = |group: &PriorityGroup| {
        let sent = |name: &str| !fields.get(&format!("{group}.{name}")).is_empty();
        fields.read().flag(group.code()) || ["valid_from", "valid_to", "document"].into_iter().any(sent)
    };
    let born = known.as_ref().and_then(|(facts, _)| facts.birth_date);
    let memberships: Option<Vec<MembershipInput>> = GRANTED
        .into_iter()
        .filter(is_meant)
        .map(|group| granted(&mut read, Some(GrantedCode::Group(group)), &format!("{group}."), today, born))
        .collect();
    let anyway = read.flag("anyway");
    read.finish(|| {
        let (facts, notes) = known?;
        Some(PersonInput { facts, notes, memberships: memberships?, anyway })
    })
}

/// What is known of a person, new or not. What the ID number says of birth date and sex fills in what was left out, and
/// must not differ from what was not.
fn read_known(read: &mut Reader<'_>, today: Date) -> Option<(Facts, Notes)> {
    let name = read.required("name", Name::parse);
    // In the order of the page, which tells the faults in this one.
    let phone = read.optional("phone", PhoneNumber::parse);
    let id_number = read.optional("id_number", IdNumber::parse);
    let birth_date = read.optional("birth_date", |text| birth_date(text, today));
    let sex: Option<Option<Sex>> = read.optional("sex", parse::choice);
    let residence = read.optional("residence", parse::choice);
    let languages = read.optional("languages", parse::line(60));
    let address = read.optional("address", parse::line(120));
    let emergency = read.optional("emergency", parse::line(120));
    let care = read.optional("care", parse::text(500));
    let note = read.optional("note", parse::text(1_000));
    let card = id_number.clone().flatten();
    let by_card = (card.as_ref().map(IdNumber::sex), card.as_ref().and_then(IdNumber::birth_date));
    if let Some(born) = by_card.1
        && let Err(fault) = born_by(born, today)
    {
        read.fault::<()>("id_number", fault);
    }
    if let (Some(Some(entered)), Some(by_card)) = (sex, by_card.0)
        && entered != by_card
    {
        read.fault::<()>("sex", Fault::new("field.differs_from_id_number"));
    }
    if let (Some(Some(entered)), Some(by_card)) = (birth_date, by_card.1)
        && entered != by_card
    {
        read.fault::<()>("birth_date", Fault::new("field.differs_from_id_number"));
    }
    let facts = Facts {
        name: name?,
        sex: sex?.or(by_card.0),
        birth_date: birth_date?.or(by_card.1),
        residence: residence?,
        languages: languages?,
        phone: phone?,
        id_number: id_number?,
    };
    Some((facts, Notes { address: address?, note: note?, care: care?, emergency: emergency? }))
}

/// A known person's form. An empty phone, ID number or emergency contact leaves the one there is; to take it out is said expressly.
pub struct PersonRevision {
    pub facts: Facts,
    pub notes: Notes,
    pub forget_phone: bool,
    pub forget_id_number: bool,
    pub forget_emergency: bool,
    /// What the form was filled from; whoever sends none changes what is there now.
    pub version: Option<i64>,
}

/// Fields of [`person`], `forget_phone forget_id_number forget_emergency`, and the `version` that the
/// form was filled from.
pub fn revision(fields: &Fields, today: Date) -> Result<PersonRevision> {
    let mut read = fields.read();
    let version = read.optional("version", parse::integer(0..=i64::MAX));
    read_revision(read, today, version)
}

/// A program's revision: it must say what it has seen.
pub fn api_revision(fields: &Fields, today: Date) -> Result<PersonRevision> {
    let mut read = fields.read();
    let version = read.required("version", parse::integer(0..=i64::MAX)).map(Some);
    read_revision(read, today, version)
}

fn read_revision(mut read: Reader<'_>, today: Date, version: Option<Option<i64>>) -> Result<PersonRevision> {
    let (forget_phone, forget_id_number) = (read.flag("forget_phone"), read.flag("forget_id_number"));
    let forget_emergency = read.flag("forget_emergency");
    let known = read_known(&mut read, today);
    read.finish(|| {
        let (facts, notes) = known?;
        Some(PersonRevision { facts, notes, forget_phone, forget_id_number, forget_emergency, version: version? })
    })
}

/// Fields `group valid_from valid_to document`; a group by its word, a subgroup by its code.
pub fn membership(fields: &Fields, today: Date) -> Result<MembershipInput> {
    let mut read = fields.read();
    let of = read.required("group", |text| match text.parse::<PriorityGroup>() {
        Ok(group) if GRANTED.contains(&group) => Ok(GrantedCode::Group(group)),
        Ok(_) => Err(Fault::new("field.not_a_choice")),
        Err(_) => Ok(GrantedCode::Subgroup(text.to_owned())),
    });
    // Read even without a group, so that every fault is told at once.
    let membership = granted(&mut read, of, "", today, None);
    read.finish(|| membership)
}

/// A membership's last day.
pub fn last_day(text: &str, today: Date) -> Result<Date, Fault> {
    parse::day(today, parse::EXPIRIES)(text)
}

/// `born` is known where it stands in the same form; else the action looks.
fn granted(
    read: &mut Reader<'_>,
    of: Option<GrantedCode>,
    prefix: &str,
    today: Date,
    born: Option<Date>,
) -> Option<MembershipInput> {
    let valid_from = read.required(&format!("{prefix}valid_from"), |text| {
        let day = parse::day(today, parse::PAPERS)(text)?;
        if born.is_some_and(|born| day < born) { Err(Fault::new("field.before_birth")) } else { Ok(day) }
    });
    let valid_to = read.optional(&format!("{prefix}valid_to"), |text| last_day(text, today));
    let document = read.required(&format!("{prefix}document"), parse::line(80));
    if let (Some(from), Some(Some(to))) = (valid_from, valid_to)
        && to < from
    {
        read.fault::<()>(&format!("{prefix}valid_to"), Fault::new("field.ends_before_start"));
    }
    Some(MembershipInput { of: of?, valid_from: valid_from?, valid_to: valid_to?, document: document? })
}

fn birth_date(text: &str, today: Date) -> Result<Date, Fault> {
    born_by(parse::date(text)?, today)
}

/// What holds for a birth date, typed or read off an ID number.
fn born_by(date: Date, today: Date) -> Result<Date, Fault> {
    if date > today {
        return Err(Fault::new("field.in_the_future"));
    }
    parse::within(date, &parse::BIRTHS.around(today))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn read(body: &str) -> Result<PersonInput> {
        person(&Fields::from_form(body), Date::parse("2026-03-05").unwrap())
    }

    #[test]
    fn an_id_number_fills_in_birth_date_and_sex() {
        let input = read("name=%E6%A2%81&id_number=11010519491231002X").unwrap();
        assert_eq!(
            (input.facts.birth_date.unwrap().to_string().as_str(), input.facts.sex),
            ("1949-12-31", Some(Sex::Female))
        );
    }

    #[test]
    fn what_was_entered_must_agree_with_the_id_number() {
        let Err(Error::Invalid(errors)) = read("name=a&id_number=11010519491231002X&birth_date=1950-01-01&sex=m")
        else {
            panic!("taken")
        };
        assert_eq!(errors.get("birth_date").unwrap().key, "field.differs_from_id_number");
        assert_eq!(errors.get("sex").unwrap().key, "field.differs_from_id_number");
    }

    #[test]
    fn nobody_is_born_tomorrow_and_a_membership_needs_its_paper() {
        let Err(Error::Invalid(errors)) = read("name=a&birth_date=2026-03-06&needy=1&needy.valid_from=2026-01-01")
        else {
            panic!("taken")
        };
        assert_eq!(errors.get("birth_date").unwrap().key, "field.in_the_future");
        assert_eq!(errors.get("needy.document").unwrap().key, "field.required");
    }
}
