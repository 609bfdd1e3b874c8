//! What a row of a roster says of a person, and what is wrong with it. Nothing is guessed: a number that a spreadsheet has
//! spoiled is said to be so.

use super::dates;
use super::types::{Decision, ImportField, Mapping, RowFault, Verdict};
use crate::clock::Date;
use crate::error::Error;
use crate::fields::Fields;
use crate::people::{self, PersonInput};
use crate::sheets::{SheetCell, SheetRow};

/// A row as it is read.
pub struct ReadRow {
    pub number: u32,
    pub fields: Fields,
    /// The person that it says, where nothing is at fault.
    pub input: Option<PersonInput>,
    pub verdict: Verdict,
    pub faults: Vec<RowFault>,
}

/// What a row says by the columns' meaning: the fields of a person's form, as text.
fn said(row: &SheetRow, mapping: &Mapping, today: Date, faults: &mut Vec<RowFault>) -> Fields {
    let (mut fields, mut notes) = (Fields::default(), Vec::new());
    for (cell, column) in row.cells.iter().zip(&mapping.columns) {
        let (Some(field), false) = (column, cell.is_empty()) else { continue };
        let text = cell.shown().trim().to_owned();
        match field {
            ImportField::IdNumber if is_spoiled(cell, &text) => {
                faults.push(RowFault::new("id_number", "import.spoiled"));
                fields = fields.with("id_number", text);
            }
            ImportField::BirthDate => match (cell, dates::parse(&text, today)) {
                (SheetCell::Date(at), _) => fields = fields.with("birth_date", at.date()),
                (_, Some(day)) => fields = fields.with("birth_date", day),
                (_, None) => {
                    faults.push(RowFault::new("birth_date", "field.not_a_date"));
                    fields = fields.with("birth_date", text);
                }
            },
            ImportField::Sex => fields = fields.with("sex", sex(&text)),
            ImportField::Residence if residence(&text).is_some() => {
                fields = fields.with("residence", residence(&text).unwrap_or_default());
            }
            ImportField::Groups | ImportField::Residence if !text.is_empty() => {
                notes.push(under_its_head(mapping, *field, &text));
            }
            ImportField::Groups | ImportField::Residence => {}
            ImportField::Note => notes.insert(0, text),
            ImportField::FormerNumber if text.is_empty() => {}
            ImportField::FormerNumber => fields = fields.with(field.code(), under_its_head(mapping, *field, &text)),
            ImportField::JoinedOn | ImportField::ServedOn => match cell {
                SheetCell::Date(at) => fields = fields.with(field.code(), at.date()),
                _ => fields = fields.with(field.code(), text),
            },
            ImportField::Content | ImportField::Unit => {
                let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
                fields = fields.with(field.code(), line);
            }
            other => fields = fields.with(other.code(), text),
        }
    }
    // Where no team keeps it, it is a note about the person.
    let number = fields.get(ImportField::FormerNumber.code());
    if fields.get(ImportField::Team.code()).is_empty() && !number.is_empty() {
        notes.push(number.to_owned());
    }
    if notes.is_empty() { fields } else { fields.with("note", notes.join("；")) }
}

/// What is kept as words, with the head under which it stood.
fn under_its_head(mapping: &Mapping, field: ImportField, text: &str) -> String {
    let head = mapping.heads.iter().zip(&mapping.columns).find(|(_, of)| **of == Some(field));
    match head.map_or("", |(head, _)| head.as_str()) {
        "" => text.to_owned(),
        head => format!("{head}：{text}"),
    }
}

/// A number with more digits than a spreadsheet keeps, or one that it has shortened to 4.41E+17.
fn is_spoiled(cell: &SheetCell, text: &str) -> bool {
    let shortened = text.split_once(['e', 'E']).is_some_and(|(number, power)| {
        number.parse::<f64>().is_ok() && power.trim_start_matches('+').parse::<u8>().is_ok()
    });
    cell.has_lost_digits() || shortened
}

/// Registered or migrant, where the word says it; others are kept as they are written.
fn residence(text: &str) -> Option<&'static str> {
    match text {
        "户籍" | "户籍人口" | "户籍居民" | "本地" | "本地户籍" | "本市户籍" | "registered" => {
            Some("registered")
        }
        "外来" | "外来人口" | "流动人口" | "非户籍" | "新莞人" | "新市民" | "外地" | "migrant" => {
            Some("migrant")
        }
        _ => None,
    }
}

fn sex(text: &str) -> String {
    match text {
        "男" | "男性" | "M" | "m" | "male" | "Male" => "m".to_owned(),
        "女" | "女性" | "F" | "f" | "female" | "Female" => "f".to_owned(),
        other => other.to_owned(),
    }
}

/// Reads a row, with what was decided about it.
pub fn read(row: &SheetRow, mapping: &Mapping, today: Date) -> ReadRow {
    let mut faults = Vec::new();
    let fields = said(row, mapping, today, &mut faults);
    judged(row.number, fields, faults, today)
}

/// The person that the fields say, once it is decided what they mean.
pub fn decided(number: u32, fields: &Fields, decision: Option<Decision>, today: Date) -> ReadRow {
    let without = |names: &[&str]| {
        fields
            .names()
            .filter(|name| !names.contains(name))
            .fold(Fields::default(), |left, name| left.with(name, fields.get(name)))
    };
    let fields = match decision {
        Some(Decision::ByCard) => without(&["birth_date", "sex"]),
        Some(Decision::ByList) => without(&["id_number"]),
        _ => without(&[]),
    };
    judged(number, fields, Vec::new(), today)
}

fn judged(number: u32, fields: Fields, mut faults: Vec<RowFault>, today: Date) -> ReadRow {
    let read = people::forms::person(&fields, today);
    let input = match read {
        Ok(input) => Some(input),
        Err(Error::Invalid(errors)) => {
            for (field, why) in errors.fields {
                if !faults.iter().any(|known| known.field == field) {
                    faults.push(RowFault { bound: why.bound, ..RowFault::new(&field, why.key) });
                }
            }
            None
        }
        Err(_) => None,
    };
    let input = input.filter(|_| faults.is_empty());
    let verdict = verdict(&faults, input.is_some());
    ReadRow { number, fields, input, verdict, faults }
}

/// The verdict of the gravest fault: the one that is to be mended first.
fn verdict(faults: &[RowFault], is_read: bool) -> Verdict {
    let of = |fault: &RowFault| match (fault.field.as_str(), fault.key.as_str()) {
        ("name", "field.required") => Verdict::NameMissing,
        ("id_number", _) => Verdict::IdChecksum,
        ("phone", _) => Verdict::Phone,
        ("birth_date" | "sex", "field.differs_from_id_number") => Verdict::BirthIdMismatch,
        ("birth_date", _) => Verdict::BirthDate,
        _ => Verdict::Other,
    };
    const GRAVEST: [Verdict; 6] = [
        Verdict::NameMissing,
        Verdict::IdChecksum,
        Verdict::Phone,
        Verdict::BirthDate,
        Verdict::Other,
        Verdict::BirthIdMismatch,
    ];
    let found: Vec<Verdict> = faults.iter().map(of).collect();
    let gravest = GRAVEST.into_iter().find(|verdict| found.contains(verdict));
    gravest.unwrap_or(if is_read { Verdict::Ok } else { Verdict::Other })
}
