//! The papers of one session, and the list of them all.

use std::collections::BTreeSet;

use super::queries::LedgerLines;
use super::rules::{self, PartState};
use super::types::{LedgerPart, LedgerPerson, LedgerPlace, LedgerSession, LedgerStay};
use crate::archives::safe;
use crate::centers::Center;
use crate::clock::{Date, Timestamp};
use crate::documents::{Block, ColumnKind, Document, PageWords, PaperCell, PaperColumn, PaperTable, book, docx};
use crate::error::{Error, Result};
use crate::people::PhoneNumber;
use crate::ratings::SCORES;
use crate::registrations::{RegistrationStanding, RegistrationState};
use crate::store::Sealer;
use crate::web::Lang;
use crate::web::filters::long_day;

/// How the papers are written.
pub(super) struct LedgerWriting<'a> {
    pub center: &'a Center,
    pub sealer: &'a Sealer,
    pub lang: Lang,
    /// Phone numbers in full.
    pub in_full: bool,
}

/// A paper: its file's name, and what it holds.
pub(super) type LedgerPaper = (String, Vec<u8>);

/// The folder of a session: its day, its hour and what it is called; none that is taken already.
pub(super) fn folder(center: &Center, lang: Lang, session: &LedgerSession, taken: &mut BTreeSet<String>) -> String {
    let starts = center.local(&session.starts_at).format("%Y-%m-%d %H-%M").to_string();
    let title = session.title.for_all(lang);
    let mut name = safe(&format!("{starts} {title}"));
    let mut number = 2;
    while !taken.insert(name.to_lowercase()) {
        name = safe(&format!("{starts} ({number}) {title}"));
        number += 1;
    }
    name
}

impl LedgerWriting<'_> {
    /// The papers that there are of a session, but its pictures.
    pub fn papers(&self, session: &LedgerSession, lines: &LedgerLines) -> Result<Vec<LedgerPaper>> {
        let mut papers = Vec::new();
        if let Some(text) = session.description.as_deref().filter(|text| !text.is_empty()) {
            papers.push((self.name(LedgerPart::Notice, "docx"), docx(&self.notice(session, text))?));
        }
        if let Some(places) = lines.places.get(&session.id) {
            papers.push((self.name(LedgerPart::Register, "xlsx"), book(&[self.register(session, places)?])?));
        }
        let stays = lines.stays.get(&session.id).map(Vec::as_slice).unwrap_or_default();
        if !session.facts.secret.is_set() && (!stays.is_empty() || session.facts.heads > 0) {
            papers.push((self.name(LedgerPart::SignIn, "xlsx"), book(&[self.sign_in(session, stays)?])?));
        }
        if let Some(text) = session.summary.as_deref().filter(|text| !text.is_empty()) {
            papers.push((self.name(LedgerPart::Summary, "docx"), docx(&self.summary(session, text))?));
        }
        if lines.scores.contains_key(&session.id) {
            papers.push((self.name(LedgerPart::Satisfaction, "xlsx"), book(&[self.satisfaction(session, lines)])?));
        }
        Ok(papers)
    }

    fn name(&self, part: LedgerPart, ending: &str) -> String {
        format!("{}.{ending}", self.lang.text(part.key()))
    }

    /// A session in one line: when, what, and where.
    fn line(&self, session: &LedgerSession) -> String {
        let lang = self.lang;
        format!("{} · {} · {}", self.when(session), session.title.for_all(lang), session.room)
    }

    fn when(&self, session: &LedgerSession) -> String {
        let (starts, ends) = (self.center.local(&session.starts_at), self.center.local(&session.ends_at));
        format!("{} {}–{}", long_day(self.lang, starts.date()), starts.format("%H:%M"), ends.format("%H:%M"))
    }

    fn clock(&self, at: Timestamp) -> PaperCell {
        PaperCell::Text(self.center.local(&at).format("%H:%M").to_string())
    }

    /// A text of a session's, below what is known of it.
    fn document(&self, session: &LedgerSession, part: LedgerPart, known: &[(&str, String)], text: &str) -> Document {
        let lang = self.lang;
        let title = format!("{} · {}", session.title.for_all(lang), lang.text(part.key()));
        let colon = lang.pick("：", ": ");
        let known = known.iter().filter(|(_, value)| !value.is_empty());
        let known: Vec<String> = known.map(|(key, value)| format!("{}{colon}{value}", lang.text(key))).collect();
        let blocks = vec![
            Block::Title(session.title.for_all(lang).to_owned()),
            Block::Paragraph(known.join("\n")),
            Block::Heading(1, lang.text(part.key())),
            Block::Paragraph(text.to_owned()),
        ];
        let pages = PageWords {
            before: lang.text("ledgers.page_before"),
            between: lang.text("ledgers.page_between"),
            after: lang.text("ledgers.page_after"),
        };
        Document { title, header: self.center.head.name.clone(), pages, blocks }
    }

    fn notice(&self, session: &LedgerSession, text: &str) -> Document {
        let known = [
            ("ledgers.when", self.when(session)),
            ("ledgers.where", session.room.clone()),
            ("ledgers.kind", self.kind(session)),
            ("ledgers.led_by", session.worker.clone().unwrap_or_default()),
            ("ledgers.helped_by", session.team.clone().unwrap_or_default()),
        ];
        self.document(session, LedgerPart::Notice, &known, text)
    }

    fn summary(&self, session: &LedgerSession, text: &str) -> Document {
        let facts = &session.facts;
        let known = [
            ("ledgers.when", self.when(session)),
            ("ledgers.where", session.room.clone()),
            ("ledgers.kind", self.kind(session)),
            ("ledgers.led_by", session.worker.clone().unwrap_or_default()),
            ("ledgers.visits", (facts.participants + facts.heads).to_string()),
            ("ledgers.volunteers", facts.volunteers.to_string()),
            ("ledgers.minutes", facts.minutes.to_string()),
        ];
        self.document(session, LedgerPart::Summary, &known, text)
    }

    fn kind(&self, session: &LedgerSession) -> String {
        self.lang.pick(&session.title.kind, &session.title.kind_en).to_owned()
    }

    fn columns<const N: usize>(&self, columns: [(&str, ColumnKind, u32); N]) -> Vec<PaperColumn> {
        columns.into_iter().map(|(key, kind, width)| PaperColumn::new(self.lang.text(key), kind, width)).collect()
    }

    fn named(&self, person: &LedgerPerson) -> Result<[PaperCell; 2]> {
        if !person.known.is_set() {
            return Ok([PaperCell::Text(self.lang.text("ledgers.forgotten")), PaperCell::Empty]);
        }
        let phone = match (&person.phone_sealed, self.in_full) {
            (Some(sealed), true) => {
                let text = self.sealer.open(sealed);
                let text = text.ok_or_else(|| Error::internal("a sealed number does not open with this key"))?;
                PhoneNumber::parse(&text).ok().map(|phone| phone.as_str().to_owned())
            }
            _ => person.phone_last4.as_ref().map(|last4| format!("****{last4}")),
        };
        Ok([PaperCell::Text(person.name.clone()), phone.map_or(PaperCell::Empty, PaperCell::Text)])
    }

    fn register(&self, session: &LedgerSession, places: &[LedgerPlace]) -> Result<PaperTable> {
        let columns = self.columns([
            ("ledgers.row", ColumnKind::Count, 6),
            ("ledgers.name", ColumnKind::Text, 16),
            ("ledgers.phone", ColumnKind::Text, 16),
            ("ledgers.people", ColumnKind::Count, 8),
            ("ledgers.registered_on", ColumnKind::Day, 14),
            ("ledgers.outcome", ColumnKind::Text, 14),
        ]);
        let mut rows = Vec::with_capacity(places.len());
        for (number, one) in (1..).zip(places) {
            let [name, phone] = self.named(&one.person)?;
            rows.push(vec![
                PaperCell::Number(number),
                name,
                phone,
                PaperCell::Number(one.heads),
                PaperCell::Day(self.center.zone.date(one.made_at)),
                PaperCell::Text(self.lang.text(outcome(one).key())),
            ]);
        }
        Ok(self.table(LedgerPart::Register, session, columns, rows))
    }

    /// A row for each who came, a line to sign in, and who came without a name together.
    fn sign_in(&self, session: &LedgerSession, stays: &[LedgerStay]) -> Result<PaperTable> {
        let columns = self.columns([
            ("ledgers.row", ColumnKind::Count, 6),
            ("ledgers.name", ColumnKind::Text, 16),
            ("ledgers.phone", ColumnKind::Text, 16),
            ("ledgers.part", ColumnKind::Text, 10),
            ("ledgers.came", ColumnKind::Text, 8),
            ("ledgers.left", ColumnKind::Text, 8),
            ("ledgers.signature", ColumnKind::Text, 16),
        ]);
        let mut rows = Vec::with_capacity(stays.len() + 1);
        for (number, one) in (1..).zip(stays) {
            let [name, phone] = self.named(&one.person)?;
            rows.push(vec![
                PaperCell::Number(number),
                name,
                phone,
                PaperCell::Text(self.lang.text(one.part.key())),
                self.clock(one.came_at),
                one.left_at.map_or(PaperCell::Empty, |at| self.clock(at)),
                PaperCell::Empty,
            ]);
        }
        if session.facts.heads > 0 {
            let heads = self.lang.with("ledgers.unnamed", [("n", session.facts.heads.to_string())]);
            let mut row = vec![PaperCell::Empty, PaperCell::Text(heads)];
            row.resize(columns.len(), PaperCell::Empty);
            rows.push(row);
        }
        Ok(self.table(LedgerPart::SignIn, session, columns, rows))
    }

    /// How many answered, and, of as many as are told together, what.
    fn satisfaction(&self, session: &LedgerSession, lines: &LedgerLines) -> PaperTable {
        let columns =
            self.columns([("ledgers.answer", ColumnKind::Text, 30), ("ledgers.answers", ColumnKind::Count, 10)]);
        let facts = &session.facts;
        let row = |key: &str, cell: PaperCell| vec![PaperCell::Text(self.lang.text(key)), cell];
        let mut rows = vec![row("ledgers.all_answers", PaperCell::Number(facts.answers))];
        match rules::average(facts) {
            Some(average) => {
                let given = lines.scores.get(&session.id).map(Vec::as_slice).unwrap_or_default();
                for score in SCORES {
                    let count = given.iter().find(|one| one.score == score).map_or(0, |one| one.answers);
                    rows.push(row(&format!("rating.{score}"), PaperCell::Number(count)));
                }
                rows.push(row("ledgers.average", PaperCell::Text(average)));
            }
            None => rows.push(row("ledgers.too_few_answers", PaperCell::Empty)),
        }
        self.table(LedgerPart::Satisfaction, session, columns, rows)
    }

    /// A table, and below it of which session it is: its sheet is called by what it is.
    fn table(
        &self,
        part: LedgerPart,
        session: &LedgerSession,
        columns: Vec<PaperColumn>,
        mut rows: Vec<Vec<PaperCell>>,
    ) -> PaperTable {
        // In the first column for texts: a wide table begins with the row's number.
        let mut row = if columns.len() > 2 { vec![PaperCell::Empty] } else { Vec::new() };
        row.push(PaperCell::Text(self.line(session)));
        row.resize(columns.len(), PaperCell::Empty);
        rows.push(row);
        PaperTable { title: self.lang.text(part.key()), columns, rows }
    }

    /// The list of all sessions: of each what is there, what is missing, and in which folder.
    pub fn index(&self, sessions: &[(LedgerSession, String)]) -> PaperTable {
        let columns = self.columns([
            ("ledgers.day", ColumnKind::Day, 12),
            ("ledgers.begins", ColumnKind::Text, 8),
            ("ledgers.session", ColumnKind::Text, 28),
            ("ledgers.kind", ColumnKind::Text, 14),
            ("ledgers.where", ColumnKind::Text, 18),
            ("ledger_part.notice", ColumnKind::Text, 8),
            ("ledger_part.register", ColumnKind::Count, 8),
            ("ledger_part.sign_in", ColumnKind::Count, 8),
            ("ledger_part.photos", ColumnKind::Count, 8),
            ("ledger_part.summary", ColumnKind::Text, 8),
            ("ledger_part.satisfaction", ColumnKind::Count, 10),
            ("ledgers.average", ColumnKind::Text, 10),
            ("ledgers.hours", ColumnKind::Hours, 10),
            ("ledgers.lacking", ColumnKind::Text, 24),
            ("ledgers.folder", ColumnKind::Text, 36),
        ]);
        let rows = sessions.iter().map(|(session, folder)| self.entry(session, folder)).collect();
        PaperTable { title: self.lang.text("ledgers.index"), columns, rows }
    }

    fn entry(&self, session: &LedgerSession, folder: &str) -> Vec<PaperCell> {
        let (lang, facts) = (self.lang, &session.facts);
        let text = |text: &str| PaperCell::Text(text.to_owned());
        let lacks = rules::lacks(facts);
        let missing: Vec<String> = lacks.iter().map(|part| lang.text(part.key())).collect();
        let mut cells = vec![
            PaperCell::Day(session.local_date),
            self.clock(session.starts_at),
            text(session.title.for_all(lang)),
            PaperCell::Text(self.kind(session)),
            text(&session.room),
        ];
        for part in LedgerPart::ALL {
            cells.push(match (rules::state(facts, *part), part) {
                (PartState::Missing, _) => PaperCell::Text(lang.text("ledgers.missing")),
                (PartState::NotAsked, _) => text("—"),
                (PartState::There, LedgerPart::Notice | LedgerPart::Summary) => {
                    PaperCell::Text(lang.text("ledgers.there"))
                }
                (PartState::There, part) => PaperCell::Number(shown_count(session, *part)),
            });
            if *part == LedgerPart::Satisfaction {
                cells.push(rules::average(facts).map_or(PaperCell::Empty, PaperCell::Text));
            }
        }
        cells.push(PaperCell::Text(missing.join(lang.pick("、", ", "))));
        cells.push(text(folder));
        cells
    }
}

/// How much of something there is: people, pictures, answers, minutes.
pub(super) fn shown_count(session: &LedgerSession, part: LedgerPart) -> i64 {
    let facts = &session.facts;
    match part {
        LedgerPart::Notice => i64::from(facts.has_notice.is_set()),
        LedgerPart::Register => facts.registered,
        LedgerPart::SignIn => facts.participants + facts.volunteers + facts.heads,
        LedgerPart::Photos => facts.photos,
        LedgerPart::Summary => i64::from(facts.has_summary.is_set()),
        LedgerPart::Satisfaction => facts.answers,
        LedgerPart::Hours => facts.minutes,
    }
}

/// What became of a place in a session that is over.
fn outcome(place: &LedgerPlace) -> RegistrationStanding {
    match place.state {
        RegistrationState::Cancelled | RegistrationState::Merged => RegistrationStanding::Cancelled,
        RegistrationState::Excused => RegistrationStanding::Excused,
        _ if place.came.is_set() => RegistrationStanding::Came,
        RegistrationState::Waiting => RegistrationStanding::InVain,
        RegistrationState::Confirmed => RegistrationStanding::Confirmed,
        RegistrationState::NoShow => RegistrationStanding::NoShow,
    }
}

/// The archive's name: the center, and the days.
pub(super) fn archive_name(center: &Center, lang: Lang, (from, to): (Date, Date)) -> String {
    format!("{} {} {from}–{to}", center.head.name, lang.text("ledgers.title"))
}
