//! A person's own data as one file (个人信息保护法 art. 45): what every feature tells of them, as a workbook for people and as JSON for
//! programs.
//!
//! It holds what the centers of whoever hands it out know: another center is a handler of its own, and is asked there. What is
//! about others stays out: who lives with them, who brought a child, which worker did what.

use serde_json::{Map, Value, json};

use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::{Now, Zone};
use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::people::{Person, PersonId};
use crate::store::{Conn, Sealer, text_enum};
use crate::told::{ToldPart, ToldValue, last_word};
use crate::web::table::{Cell, File, Table};
use crate::web::{Lang, filters};
use crate::{
    applications, appointments, audit, certificates, check_in, claims, consents, feeds, honours, hours, households,
    imports, insurance, people, phones, qualifications, registrations, reservations, shifts, teams, upkeep, workers,
};

text_enum!(
    /// Who asks for a person's data.
    Asker in "own_data_asker" { Person = "person", Guardian = "guardian", Proxy = "proxy" }
);

/// Who asked, and how it was made sure who they are.
pub(super) struct OwnDataRequest {
    pub asker: Asker,
    pub identity: String,
}

/// Fields `asker identity`.
pub(super) fn read(fields: &Fields) -> Result<OwnDataRequest> {
    let mut read = fields.read();
    let asker = read.required("asker", parse::choice);
    let identity = read.required("identity", parse::line(80));
    read.finish(|| Some(OwnDataRequest { asker: asker?, identity: identity? }))
}

/// All that is told of a person, and to whom it was handed out.
pub(super) struct OwnData {
    person: PersonId,
    name: String,
    center: String,
    zone: Zone,
    now: Now,
    parts: Vec<ToldPart>,
}

/// Gathers what every feature tells of a person, and writes into the audit that it was handed out.
///
/// # Errors
/// As the database says; `Internal` where something sealed does not open.
pub(super) async fn hand_out(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    (center, person): (&Center, &Person),
    request: &OwnDataRequest,
) -> Result<OwnData> {
    let id = person.id;
    let parts = [
        people::told(by, tx, sealer, id).await?,
        households::told(by, tx, id).await?,
        consents::told(by, tx, sealer, id).await?,
        qualifications::told(by, tx, id).await?,
        insurance::told(by, tx, id).await?,
        shifts::told(by, tx, id).await?,
        registrations::told(by, tx, id).await?,
        check_in::told(by, tx, id).await?,
        phones::told(tx, id).await?,
        feeds::told(tx, id).await?,
        teams::told(by, tx, id).await?,
        applications::told(by, tx, sealer, id).await?,
        reservations::told(by, tx, id).await?,
        hours::told(by, tx, id).await?,
        claims::told(by, tx, id).await?,
        certificates::told(by, tx, sealer, id).await?,
        honours::told(by, tx, id).await?,
        workers::told(by, tx, id).await?,
        upkeep::told(by, tx, id).await?,
        appointments::told(by, tx, id).await?,
        imports::told(by, tx, sealer, id).await?,
        audit::told(by.account, tx, id).await?,
    ]
    .concat();
    let detail = format!("{}: {}", request.asker, request.identity);
    audit::record(tx, by, now, audit::entry("person.own_data_told", id.0).at(center.id()).because(&detail)).await?;
    let (name, zone) = (person.name.clone(), center.zone);
    Ok(OwnData { person: id, name, center: center.head.name.clone(), zone, now, parts })
}

impl OwnData {
    /// A workbook: first what it is, then a sheet for each part that there is anything of.
    ///
    /// # Errors
    /// As [`Table::workbook_of`]'s.
    pub(super) fn workbook(&self, lang: Lang) -> Result<File> {
        let today = self.zone.date(self.now.0);
        let mut sheets = vec![(lang.text("own_data.about"), self.about(lang))];
        for part in self.parts.iter().filter(|part| !part.rows.is_empty()) {
            sheets.push((lang.text(part.key), self.table(lang, part)));
        }
        Table::workbook_of(&format!("linli-own-data-{}-{today}", self.person), &sheets)
    }

    /// A part as a sheet. The facts are one row, which is read from top to bottom.
    fn table(&self, lang: Lang, part: &ToldPart) -> Table {
        let heads = part.heads.iter().map(|head| lang.text(head));
        if let ("told.facts", [facts]) = (part.key, part.rows.as_slice()) {
            let mut table = Table::new(String::new(), ["own_data.item", "own_data.value"].map(|key| lang.text(key)));
            for (head, value) in heads.zip(facts) {
                table.row([Cell::Text(head), self.cell(lang, value)]);
            }
            return table;
        }
        let mut table = Table::new(String::new(), heads);
        for row in &part.rows {
            table.row(row.iter().map(|value| self.cell(lang, value)));
        }
        table
    }

    /// What the file is, and how much there is of each part: none is told, too.
    fn about(&self, lang: Lang) -> Table {
        let mut table = Table::new(String::new(), [lang.text("own_data.title"), self.name.clone()]);
        let at = self.zone.local(self.now.0);
        let made = format!("{} {}", filters::plain_date(lang, at.date()), at.format("%H:%M"));
        for (key, text) in [
            ("own_data.made_at", made),
            ("own_data.made_by", self.center.clone()),
            ("own_data.law", lang.text("own_data.law_text")),
            ("own_data.reach", lang.text("own_data.reach_text")),
            ("own_data.left_out", lang.text("own_data.left_out_text")),
            ("own_data.rights", lang.text("own_data.rights_text")),
        ] {
            table.row([Cell::Text(lang.text(key)), Cell::Text(text)]);
        }
        for part in &self.parts {
            let rows = i64::try_from(part.rows.len()).unwrap_or(i64::MAX);
            table.row([Cell::Text(lang.text(part.key)), Cell::Number(rows)]);
        }
        table
    }

    fn cell(&self, lang: Lang, value: &ToldValue) -> Cell {
        match value {
            ToldValue::Nothing => Cell::Empty,
            ToldValue::Text(text) => Cell::Text(text.clone()),
            ToldValue::Word(key) => Cell::Text(lang.text(key)),
            ToldValue::Named(zh, en) => Cell::Text(lang.pick(zh, en).to_owned()),
            ToldValue::Day(day) => Cell::Plain(day.to_string()),
            ToldValue::At(at) => Cell::Plain(self.zone.local(*at).format("%Y-%m-%d %H:%M").to_string()),
            ToldValue::Number(number) => Cell::Number(*number),
            ToldValue::Truth(truth) => Cell::Text(lang.text(if *truth { "export.yes" } else { "export.no" })),
        }
    }

    /// The same for programs: each part under its word, its rows as objects.
    pub(super) fn json(&self) -> Value {
        let parts: Map<String, Value> =
            self.parts.iter().map(|part| (last_word(part.key).to_owned(), rows(part))).collect();
        json!({"person_id": self.person, "made_at": self.now.0.rfc3339(), "parts": parts})
    }
}

fn rows(part: &ToldPart) -> Value {
    let row = |row: &Vec<ToldValue>| -> Value {
        let heads = part.heads.iter().map(|head| last_word(head).to_owned());
        Value::Object(heads.zip(row.iter().map(plain)).collect())
    };
    part.rows.iter().map(row).collect()
}

fn plain(value: &ToldValue) -> Value {
    match value {
        ToldValue::Nothing => Value::Null,
        ToldValue::Text(text) => json!(text),
        ToldValue::Word(key) => json!(key.split_once('.').map_or(key.as_str(), |(_, word)| word)),
        ToldValue::Named(zh, en) => json!({"zh": zh, "en": en}),
        ToldValue::Day(day) => json!(day),
        ToldValue::At(at) => json!(at.rfc3339()),
        ToldValue::Number(number) => json!(number),
        ToldValue::Truth(truth) => json!(truth),
    }
}
