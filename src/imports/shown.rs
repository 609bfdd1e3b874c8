//! The rows of a list as a page shows them: whom each is about, and what is or was written of their service.

use std::collections::HashMap;

use super::actions::opened;
use super::service::{self, SaidHours};
use super::types::{ImportField, ImportRow, ServiceOutcome, Verdict};
use crate::clock::Date;
use crate::fields::Fields;
use crate::ids::TeamId;
use crate::store::Sealer;
use crate::web::Lang;

/// A row with what it says, in words.
pub struct ShownRow {
    pub row: ImportRow,
    pub who: String,
    /// Of whom it is, where an earlier row says that.
    pub follows: Option<String>,
    /// The membership and the hours that it says, each with what becomes of it.
    pub service: Vec<(String, ServiceOutcome)>,
}

impl ShownRow {
    /// `teams` are the center's names of its teams.
    pub fn of(lang: Lang, sealer: &Sealer, row: ImportRow, (teams, today): (&HashMap<TeamId, String>, Date)) -> Self {
        let fields = opened(sealer, &row.sealed);
        let said = [fields.get("name"), fields.get("birth_date")];
        let who = said.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
        let follows = row.same_row.filter(|_| row.verdict == Verdict::Ok);
        let follows = follows.map(|first| lang.with("import.follows", [("n", first.to_string())]));
        let read = service::read(&fields, today, None);
        let mut service = Vec::new();
        if let Some(outcome) = row.membership {
            let team =
                row.team_id.and_then(|id| teams.get(&id)).map_or(fields.get(ImportField::Team.code()), String::as_str);
            let joined = read.member().and_then(|member| member.joined_on);
            let words = match joined {
                Some(day) => lang.with("import.joins_on", [("team", team.to_owned()), ("day", day.to_string())]),
                None => lang.with("import.joins", [("team", team.to_owned())]),
            };
            service.push((words, outcome));
        }
        if let Some(outcome) = row.hours {
            let words = match read.served() {
                Some(hours) => served(lang, &fields, hours),
                None => typed(&fields),
            };
            service.push((words, outcome));
        }
        Self { row, who, follows, service }
    }
}

/// Hours as they will be written: how long, when, what for and for whom.
fn served(lang: Lang, fields: &Fields, hours: &SaidHours) -> String {
    let last = hours.time.last.to_string();
    let day = match hours.time.is_one_day() {
        true => last,
        false => {
            let said = fields.get(ImportField::ServedOn.code()).to_owned();
            lang.with("import.last_day_of", [("day", last), ("said", said)])
        }
    };
    let parts = [Some(length(lang, hours.minutes)), Some(day), hours.content.clone(), hours.unit.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn length(lang: Lang, minutes: i64) -> String {
    let (whole, rest) = (minutes / 60, minutes % 60);
    match (whole, rest) {
        (0, rest) => lang.with("hours.n_minutes", [("n", rest.to_string())]),
        (whole, 0) => lang.with("import.n_hours", [("n", whole.to_string())]),
        (whole, rest) => {
            let hours = lang.with("import.n_hours", [("n", whole.to_string())]);
            format!("{hours} {}", lang.with("hours.n_minutes", [("n", rest.to_string())]))
        }
    }
}

/// Hours that cannot be read, as they stand there.
fn typed(fields: &Fields) -> String {
    let said = [ImportField::Hours, ImportField::ServedOn, ImportField::Content, ImportField::Unit];
    let texts = said.iter().map(|field| fields.get(field.code())).filter(|text| !text.is_empty());
    texts.collect::<Vec<_>>().join(" · ")
}
