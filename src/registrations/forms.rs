//! Reading terms, who is to be registered, and what is said when a place is given up.

use super::types::{CallAnswer, RegistrationId, RegistrationTerms, group_bit};
use crate::error::{Fault, Result};
use crate::fields::{Fields, Reader, parse};
use crate::ids::{PersonId, RequestId};
use crate::people::groups::PriorityGroup;
use crate::people::{Name, PhoneNumber, Residence};
use crate::store::Flag;

/// Most that one may bring, by whatever terms.
pub const MOST_COMPANIONS: i64 = 20;

/// Fields `mode whole kept kept_hours waitlist companions age_from age_to only only_residence opens_days closes_hours late_minutes`;
/// `only` once for each priority group.
pub fn terms(fields: &Fields) -> Result<RegistrationTerms> {
    let mut read = fields.read();
    let mode = read.required("mode", parse::choice);
    let whole = Flag::from(read.flag("whole"));
    let kept = read.optional("kept", parse::integer(0..=9_999));
    let kept_hours = read.optional("kept_hours", parse::integer(1..=2_160));
    let waitlist = Flag::from(read.flag("waitlist"));
    let companions = read.optional("companions", parse::integer(0..=MOST_COMPANIONS));
    let age_from = read.optional("age_from", parse::integer(0..=130));
    let age_to = read.optional("age_to", parse::integer(0..=130));
    let only: Option<Vec<PriorityGroup>> = read.every("only", parse::choice);
    let only_residence = read.optional("only_residence", parse::choice);
    let opens_days = read.optional("opens_days", parse::integer(0..=366));
    let closes_hours = read.optional("closes_hours", parse::integer(0..=720));
    let late_minutes = read.optional("late_minutes", parse::integer(0..=240));
    if let (Some(Some(from)), Some(Some(to))) = (age_from, age_to)
        && to < from
    {
        read.fault::<()>("age_to", Fault::new("field.ends_before_start"));
    }
    read.finish(|| {
        let usual = RegistrationTerms::default();
        Some(RegistrationTerms {
            mode: mode?,
            whole,
            kept: kept?.unwrap_or(0),
            kept_hours: kept_hours?.unwrap_or(usual.kept_hours),
            waitlist,
            companions: companions?.unwrap_or(0),
            age_from: age_from?,
            age_to: age_to?,
            only_groups: only?.into_iter().fold(0, |bits, group| bits | group_bit(group)),
            only_residence: only_residence?,
            opens_days: opens_days?,
            closes_hours: closes_hours?.unwrap_or(0),
            late_minutes: late_minutes?.unwrap_or(usual.late_minutes),
        })
    })
}

/// Terms as their form holds them.
pub fn as_fields(terms: &RegistrationTerms) -> Fields {
    let known = |value: Option<i64>| value.map_or(String::new(), |value| value.to_string());
    let ticked = |flag: Flag| if flag.is_set() { "1" } else { "" };
    let mut fields = Fields::default()
        .with("mode", terms.mode)
        .with("whole", ticked(terms.whole))
        .with("kept", terms.kept)
        .with("kept_hours", terms.kept_hours)
        .with("waitlist", ticked(terms.waitlist))
        .with("companions", terms.companions)
        .with("age_from", known(terms.age_from))
        .with("age_to", known(terms.age_to))
        .with("only_residence", terms.only_residence.map_or("", Residence::code))
        .with("opens_days", known(terms.opens_days))
        .with("closes_hours", terms.closes_hours)
        .with("late_minutes", terms.late_minutes);
    for group in terms.groups() {
        fields.add("only", group.code());
    }
    fields
}

fn request(read: &mut Reader<'_>) -> Option<RequestId> {
    read.required("request_id", |text| text.parse().map_err(|_| Fault::new("field.not_a_uuid")))
}

/// Somebody new to a phone, by name and number.
pub struct NewGuest {
    pub name: Name,
    pub number: PhoneNumber,
}

/// What a phone asks for.
pub struct Places {
    pub request: RequestId,
    /// Those it speaks for, who were ticked.
    pub people: Vec<PersonId>,
    pub new: Option<NewGuest>,
    /// Brought by the first of them who has no place yet.
    pub companions: i64,
    /// The version of the words that were before them.
    pub words: Option<i64>,
}

/// Fields `request_id person name phone companions words`; `person` once for each. Name and number are both there, or neither where somebody is
/// ticked.
pub fn places(fields: &Fields) -> Result<Places> {
    let mut read = fields.read();
    let request = request(&mut read);
    let people: Option<Vec<PersonId>> = read.every("person", parse::choice);
    let is_new =
        people.as_ref().is_none_or(Vec::is_empty) || !fields.get("name").is_empty() || !fields.get("phone").is_empty();
    let (name, number) = match is_new {
        true => (read.required("name", Name::parse), read.required("phone", PhoneNumber::parse)),
        false => (None, None),
    };
    let companions = read.optional("companions", parse::integer(0..=MOST_COMPANIONS));
    let words = fields.get("words").parse().ok();
    read.finish(|| {
        let new = if is_new { Some(NewGuest { name: name?, number: number? }) } else { None };
        Some(Places { request: request?, people: people?, new, companions: companions?.unwrap_or(0), words })
    })
}

/// Whom a worker registers.
pub struct Guest {
    pub request: RequestId,
    pub person: PersonId,
    pub companions: i64,
    /// Though something but the seats speaks against it.
    pub anyway: bool,
}

/// Fields `request_id person companions anyway`.
pub fn guest(fields: &Fields) -> Result<Guest> {
    let mut read = fields.read();
    let request = request(&mut read);
    let person = read.required("person", parse::choice);
    let companions = read.optional("companions", parse::integer(0..=MOST_COMPANIONS));
    let anyway = read.flag("anyway");
    read.finish(|| Some(Guest { request: request?, person: person?, companions: companions?.unwrap_or(0), anyway }))
}

/// Field `word`, where something is said; `course` where all later dates are meant too.
pub fn ending(fields: &Fields) -> Result<(Option<String>, bool)> {
    let mut read = fields.read();
    let word = read.optional("word", parse::line(80));
    let course = read.flag("course");
    read.finish(|| Some((word?, course)))
}

/// Field `companions`.
pub fn companions(fields: &Fields) -> Result<i64> {
    let mut read = fields.read();
    let companions = read.required("companions", parse::integer(0..=MOST_COMPANIONS));
    read.finish(|| companions)
}

/// Fields `registration`, and `course` where all later dates are meant too.
pub fn by_link(fields: &Fields) -> Result<(RegistrationId, bool)> {
    let mut read = fields.read();
    let id = read.required("registration", parse::choice);
    let course = read.flag("course");
    read.finish(|| Some((id?, course)))
}

/// Field `answer`: what was said to whoever called.
pub fn answer(fields: &Fields) -> Result<CallAnswer> {
    let mut read = fields.read();
    let answer = read.required("answer", parse::choice);
    read.finish(|| answer)
}

/// Longest 接龙 that is read.
pub const LONGEST_CHAIN: usize = 8_000;

/// Field `text`: a 接龙 as it was copied.
pub fn chain(fields: &Fields) -> Result<String> {
    let mut read = fields.read();
    let text = read.required("text", parse::text(LONGEST_CHAIN));
    read.finish(|| text)
}

/// What becomes of a line of a 接龙.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PickedPerson {
    Known(PersonId),
    New(Name),
}

/// A line that is to be registered.
pub struct PickedLine {
    pub who: PickedPerson,
    pub companions: i64,
}

/// The word that registers somebody new.
pub const NEW: &str = "new";

/// The word that leaves a line out.
pub const SKIP: &str = "skip";

/// Fields `request_id`, and for each line N `pick.N` (a person's number, `new` or `skip`), `name.N` and `companions.N`.
pub fn picks(fields: &Fields) -> Result<(RequestId, Vec<PickedLine>)> {
    let mut read = fields.read();
    let request = request(&mut read);
    let mut numbers: Vec<usize> =
        fields.names().filter_map(|name| name.strip_prefix("pick.")).filter_map(|number| number.parse().ok()).collect();
    numbers.sort_unstable();
    let mut lines = Vec::new();
    for number in numbers {
        let (pick, named) = (format!("pick.{number}"), format!("name.{number}"));
        let companions = read.optional(&format!("companions.{number}"), parse::integer(0..=MOST_COMPANIONS));
        let companions = companions.flatten().unwrap_or(0);
        let who = match fields.get(&pick) {
            SKIP => continue,
            NEW => read.required(&named, Name::parse).map(PickedPerson::New),
            _ => read.required(&pick, parse::choice).map(PickedPerson::Known),
        };
        lines.extend(who.map(|who| PickedLine { who, companions }));
    }
    if lines.is_empty() {
        read.fault::<()>("text", Fault::new("field.nobody_ticked"));
    }
    read.finish(|| Some((request?, lines)))
}
