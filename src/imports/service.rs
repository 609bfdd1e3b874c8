//! What a row says of service: in which team somebody is and since when, and how long they served before.

use super::rules::{self, ServedTime};
use super::types::{ImportField, RowFault};
use crate::clock::Date;
use crate::fields::{Fields, parse};

/// What a row says of service, as far as it can be read. What cannot is said, and keeps nothing else from being written.
#[derive(Clone, Debug, Default)]
pub struct SaidService {
    pub membership: Option<Result<SaidMembership, ()>>,
    pub hours: Option<Result<SaidHours, ()>>,
    pub faults: Vec<RowFault>,
}

/// A place in a team.
#[derive(Clone, Debug)]
pub struct SaidMembership {
    /// The team as it is called there.
    pub team: String,
    pub joined_on: Option<Date>,
    pub note: Option<String>,
}

/// Service that was given before.
#[derive(Clone, Debug)]
pub struct SaidHours {
    pub minutes: i64,
    pub time: ServedTime,
    pub content: Option<String>,
    pub unit: Option<String>,
}

impl SaidService {
    /// Whether the row says anything of service.
    pub fn is_some(&self) -> bool {
        self.membership.is_some() || self.hours.is_some()
    }

    /// The membership, where it can be read.
    pub fn member(&self) -> Option<&SaidMembership> {
        self.membership.as_ref()?.as_ref().ok()
    }

    /// The hours, where they can be read.
    pub fn served(&self) -> Option<&SaidHours> {
        self.hours.as_ref()?.as_ref().ok()
    }
}

/// Reads what the fields of a row say of service. `born` is when the person was, as far as that is known.
pub fn read(fields: &Fields, today: Date, born: Option<Date>) -> SaidService {
    let mut faults = Vec::new();
    let membership = membership(fields, today, born, &mut faults);
    let hours = hours(fields, today, born, &mut faults);
    SaidService { membership, hours, faults }
}

fn said(fields: &Fields, field: ImportField) -> Option<&str> {
    Some(fields.get(field.code())).filter(|text| !text.is_empty())
}

fn membership(
    fields: &Fields,
    today: Date,
    born: Option<Date>,
    faults: &mut Vec<RowFault>,
) -> Option<Result<SaidMembership, ()>> {
    let team = said(fields, ImportField::Team)?.to_owned();
    let note = said(fields, ImportField::FormerNumber).map(str::to_owned);
    let mut fault = |fault: RowFault| {
        faults.push(fault);
        Some(Err(()))
    };
    if note.as_ref().is_some_and(|note| note.chars().count() > 200) {
        return fault(RowFault::bound(ImportField::FormerNumber.code(), "field.too_long", 200));
    }
    let Some(text) = said(fields, ImportField::JoinedOn) else {
        return Some(Ok(SaidMembership { team, joined_on: None, note }));
    };
    let field = ImportField::JoinedOn.code();
    let Some(day) = rules::day(text, today) else { return fault(RowFault::new(field, "field.not_a_date")) };
    if day > today {
        return fault(RowFault::new(field, "field.in_the_future"));
    }
    match long_ago(field, day, today, born) {
        Some(known) => fault(known),
        None => Some(Ok(SaidMembership { team, joined_on: Some(day), note })),
    }
}

/// Why nobody served on that day.
fn long_ago(field: &str, day: Date, today: Date, born: Option<Date>) -> Option<RowFault> {
    if born.is_some_and(|born| day < born) {
        return Some(RowFault::new(field, "field.before_birth"));
    }
    let fault = parse::within(day, &parse::BEGINNINGS.around(today)).err()?;
    Some(RowFault { bound: fault.bound, ..RowFault::new(field, fault.key) })
}

fn hours(
    fields: &Fields,
    today: Date,
    born: Option<Date>,
    faults: &mut Vec<RowFault>,
) -> Option<Result<SaidHours, ()>> {
    let text = said(fields, ImportField::Hours)?;
    let known = faults.len();
    let minutes = match rules::minutes(text) {
        Ok(minutes) => Some(minutes),
        Err(key) => {
            faults.push(RowFault::new(ImportField::Hours.code(), key));
            None
        }
    };
    let day = ImportField::ServedOn.code();
    let time = match said(fields, ImportField::ServedOn).map(|text| rules::served(text, today)) {
        Some(Ok(time)) => Some(time),
        Some(Err(key)) => {
            faults.push(RowFault::new(day, key));
            None
        }
        None => {
            faults.push(RowFault::new(day, "field.required"));
            None
        }
    };
    if let Some(time) = time {
        faults.extend(long_ago(day, time.first, today, born));
        if minutes.is_some_and(|minutes| minutes > time.most()) {
            faults.push(RowFault::bound(ImportField::Hours.code(), "import.hours_too_many", time.most() / 60));
        }
    }
    let mut line = |field: ImportField, most: usize| {
        let read = said(fields, field).map(|text| parse::line(most)(text))?;
        if let Err(fault) = &read {
            faults.push(RowFault { bound: fault.bound.clone(), ..RowFault::new(field.code(), fault.key) });
        }
        read.ok()
    };
    let (content, unit) = (line(ImportField::Content, 200), line(ImportField::Unit, 80));
    match (minutes, time) {
        (Some(minutes), Some(time)) if faults.len() == known => Some(Ok(SaidHours { minutes, time, content, unit })),
        _ => Some(Err(())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(said: &[(ImportField, &str)]) -> SaidService {
        let fields = said.iter().fold(Fields::default(), |fields, (field, text)| fields.with(field.code(), text));
        let day = |text| Date::parse(text).unwrap();
        read(&fields, day("2026-03-05"), Some(day("1990-01-01")))
    }

    fn faults(said: &[(ImportField, &str)]) -> Vec<String> {
        row(said).faults.into_iter().map(|fault| format!("{} {}", fault.field, fault.key)).collect()
    }

    #[test]
    fn a_row_may_say_of_team_of_hours_of_both_or_of_none() {
        use ImportField::{Content, FormerNumber, Hours, JoinedOn, ServedOn, Team, Unit};
        assert!(!row(&[(Content, "探访"), (ServedOn, "2024")]).is_some(), "without hours it is no service");
        let both = row(&[
            (Team, "敬老队"),
            (JoinedOn, "2021.3.5"),
            (FormerNumber, "编号：7"),
            (Hours, "12.5"),
            (ServedOn, "2024年"),
            (Unit, "团委"),
        ]);
        let (member, served) = (both.member().unwrap(), both.served().unwrap());
        assert_eq!((member.joined_on, member.note.as_deref()), (Date::parse("2021-03-05"), Some("编号：7")));
        assert_eq!((served.minutes, Some(served.time.last)), (750, Date::parse("2024-12-31")));
        assert_eq!((served.content.as_deref(), served.unit.as_deref()), (None, Some("团委")));
        assert!(both.faults.is_empty());
    }

    #[test]
    fn what_cannot_be_read_is_said_and_keeps_nothing_else_back() {
        use ImportField::{Hours, JoinedOn, ServedOn, Team};
        let one = row(&[(Team, "敬老队"), (JoinedOn, "2026-03-06"), (Hours, "3"), (ServedOn, "2026-03-01")]);
        assert!(one.member().is_none() && one.membership.is_some() && one.served().is_some());
        assert_eq!(faults(&[(Team, "敬老队"), (JoinedOn, "2026-03-06")]), ["joined_on field.in_the_future"]);
        assert_eq!(faults(&[(Team, "敬老队"), (JoinedOn, "前年")]), ["joined_on field.not_a_date"]);
        assert_eq!(faults(&[(Team, "敬老队"), (JoinedOn, "1989-01-01")]), ["joined_on field.before_birth"]);
        assert_eq!(faults(&[(Hours, "3")]), ["served_on field.required"]);
        assert_eq!(faults(&[(Hours, "25"), (ServedOn, "2026-03-01")]), ["hours import.hours_too_many"]);
        assert!(faults(&[(Hours, "24"), (ServedOn, "2026-03-01")]).is_empty());
        assert!(faults(&[(Hours, "744"), (ServedOn, "2026年1月")]).is_empty());
        assert_eq!(faults(&[(Hours, "744.1"), (ServedOn, "2026年1月")]), ["hours import.hours_too_many"]);
        assert_eq!(
            faults(&[(Hours, "0"), (ServedOn, "去年")]),
            ["hours import.hours_none", "served_on field.not_a_date"]
        );
    }
}
