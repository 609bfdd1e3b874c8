//! The pages of what was done: a center's, and the whole city's.

use askama::Template;
use chrono::NaiveDateTime;
use rocket::{Route, get, routes};

use super::queries;
use super::types::{LogActor, LogAsked, LogEntry, LogPart};
use crate::auth::{AccountId, AuditReader, CenterReader, CityAdmin, Coordinator, Manager, Role, TeamReader, Watcher};
use crate::centers::{self, CenterHead, CenterId};
use crate::clock::{Date, Zone};
use crate::error::Result;
use crate::store::Db;
use crate::web::nav::Tab;
use crate::web::{Frame, Lang, Page, View, filters};

/// Entries on one page.
const PAGE: i64 = 100;

pub(super) fn routes() -> Vec<Route> {
    routes![of_center, all]
}

#[derive(Template)]
#[template(path = "logbook/list.html")]
struct Log {
    /// None on the city's page.
    center: Option<CenterHead>,
    zone: Zone,
    role: Role,
    asked: LogAsked,
    actors: Vec<LogActor>,
    events: Vec<LogEntry>,
    /// Where the next page begins, if there is one.
    next: Option<i64>,
}

impl Log {
    /// `events` holds one more than a page if there is more.
    fn new(
        (center, zone): (Option<CenterHead>, Zone),
        role: Role,
        asked: LogAsked,
        actors: Vec<LogActor>,
        mut events: Vec<LogEntry>,
    ) -> Self {
        let more = events.len() as i64 > PAGE;
        events.truncate(PAGE as usize);
        let next = events.last().filter(|_| more).map(|event| event.id);
        Self { center, zone, role, asked, actors, events, next }
    }

    fn local(&self, event: &LogEntry) -> NaiveDateTime {
        self.zone.local(event.at)
    }

    /// The entries by day, the latest first.
    fn days(&self) -> Vec<(Date, &[LogEntry])> {
        let day = |event: &LogEntry| self.zone.date(event.at);
        let days = self.events.chunk_by(|one, next| day(one) == day(next));
        days.filter_map(|events| Some((day(events.first()?), events))).collect()
    }

    /// Accounts and signing in belong to no center.
    fn parts(&self) -> Vec<LogPart> {
        let is_the_citys = |part: &LogPart| matches!(part, LogPart::Accounts | LogPart::SignIns);
        LogPart::ALL.iter().copied().filter(|part| self.center.is_none() || !is_the_citys(part)).collect()
    }

    fn is_part(&self, part: &LogPart) -> bool {
        self.asked.part == Some(*part)
    }

    fn is_who(&self, actor: &LogActor) -> bool {
        self.asked.who == Some(actor.id)
    }

    /// True if there is a text that says what was done; else the page shows the code.
    fn is_told(&self, event: &LogEntry) -> bool {
        let key = format!("audit.{}", event.action);
        !Lang::Zh.text(&key).ends_with(&key)
    }

    /// Whether the reader decides about erasures at the center.
    fn decides(&self) -> bool {
        self.center.is_some() && Manager::includes(self.role)
    }

    /// The page of the record, where there is one that the reader may open.
    fn href(&self, event: &LogEntry) -> Option<String> {
        let center = event.center_id?;
        let (folder, may_open) = match event.subject.as_str() {
            "person" => ("people", Coordinator::includes(self.role)),
            "household" => ("households", Coordinator::includes(self.role)),
            "certificate" => ("certificates", Coordinator::includes(self.role)),
            "team" => ("teams", TeamReader::includes(self.role)),
            "unit" => ("units", CenterReader::includes(self.role)),
            "worker" => ("workers", Manager::includes(self.role)),
            "post" => ("posts", Manager::includes(self.role)),
            "room" => ("rooms", Manager::includes(self.role)),
            _ => {
                let session = event.session_id.filter(|_| Watcher::includes(self.role))?;
                return Some(center.path(format_args!("/sessions/{session}")));
            }
        };
        may_open.then(|| center.path(format_args!("/{folder}/{}", event.subject_id)))
    }

    /// The number of the phone that acted by itself.
    fn phone<'e>(&self, event: &'e LogEntry) -> Option<&'e str> {
        if event.by_account.is_set() { None } else { event.actor.strip_prefix("phone ") }
    }

    /// The address of this page with another part, and the rest of what was asked for.
    fn with_part(&self, part: Option<&LogPart>) -> String {
        self.query(part.copied(), None)
    }

    /// The address of the page after this one.
    fn after(&self, next: &i64) -> String {
        self.query(self.asked.part, Some(*next))
    }

    fn query(&self, part: Option<LogPart>, before: Option<i64>) -> String {
        let parts = [
            part.map(|part| format!("part={part}")),
            self.asked.who.map(|who| format!("who={who}")),
            self.asked.day.map(|day| format!("day={day}")),
            before.map(|before| format!("before={before}")),
        ];
        format!("?{}", parts.into_iter().flatten().collect::<Vec<_>>().join("&"))
    }

    fn is_cut(&self) -> bool {
        self.asked != LogAsked { before: self.asked.before, ..LogAsked::default() }
    }
}

impl View for Log {
    fn title(&self, lang: Lang) -> String {
        lang.text("audit.title")
    }

    fn frame(&self) -> Frame<'_> {
        match &self.center {
            Some(center) => center.frame(Tab::Audit),
            None => Frame::City(Tab::Audit),
        }
    }
}

/// What is asked for; a part that is nonsense is left out, as an address that somebody changed by hand may be.
fn asked(part: Option<&str>, who: Option<&str>, day: Option<&str>, before: Option<i64>) -> LogAsked {
    LogAsked {
        part: part.and_then(|part| part.parse().ok()),
        who: who.and_then(|who| who.parse().ok()).map(AccountId),
        day: day.and_then(Date::parse),
        before,
    }
}

#[get("/centers/<center>/audit?<part>&<who>&<day>&<before>")]
async fn of_center(
    by: AuditReader,
    db: &Db,
    center: CenterId,
    part: Option<&str>,
    who: Option<&str>,
    day: Option<&str>,
    before: Option<i64>,
) -> Result<Page<Log>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let asked = asked(part, who, day, before);
    let events = queries::of_center(&by, &mut conn, (center.id(), center.zone), &asked, PAGE + 1).await?;
    let actors = queries::actors_of(&by, &mut conn, center.id()).await?;
    Ok(Page(Log::new((Some(center.head), center.zone), by.role, asked, actors, events)))
}

#[get("/audit?<part>&<who>&<day>&<before>")]
async fn all(
    by: CityAdmin,
    db: &Db,
    part: Option<&str>,
    who: Option<&str>,
    day: Option<&str>,
    before: Option<i64>,
) -> Result<Page<Log>> {
    let mut conn = db.read().await?;
    let asked = asked(part, who, day, before);
    let events = queries::all(&by, &mut conn, &asked, PAGE + 1).await?;
    let actors = queries::actors(&by, &mut conn).await?;
    Ok(Page(Log::new((None, Zone::SHANGHAI), by.role, asked, actors, events)))
}
