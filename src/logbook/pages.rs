//! The pages of what was done: a center's, and the whole city's.

use crate::auth::{AuditReader, CityAdmin, Coordinator, Manager, Role, TeamReader, Watcher};
use askama::Template;
use chrono::NaiveDateTime;
use rocket::{Route, get, routes};

use super::queries::{self, LogEntry};
use crate::centers::{self, CenterHead, CenterId};
use crate::clock::{Timestamp, Zone};
use crate::error::Result;
use crate::store::Db;
use crate::web::nav::Tab;
use crate::web::{Frame, Lang, Page, View, filters};

/// Events on one page.
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
    events: Vec<LogEntry>,
    /// Where the next page begins, if there is one.
    next: Option<i64>,
}

impl Log {
    /// `events` holds one more than a page if there is more.
    fn new(center: Option<CenterHead>, zone: Zone, role: Role, mut events: Vec<LogEntry>) -> Self {
        let more = events.len() as i64 > PAGE;
        events.truncate(PAGE as usize);
        let next = events.last().filter(|_| more).map(|event| event.id);
        Self { center, zone, role, events, next }
    }

    fn local(&self, at: &Timestamp) -> NaiveDateTime {
        self.zone.local(*at)
    }

    /// True if there is a text that says what was done; else the page shows the code.
    fn is_told(&self, event: &LogEntry) -> bool {
        let key = format!("audit.{}", event.action);
        !Lang::Zh.text(&key).ends_with(&key)
    }

    /// The page of the record, where there is one that the reader may open.
    fn href(&self, event: &LogEntry) -> Option<String> {
        let center = event.center_id?;
        let (folder, may_open) = match event.subject.as_str() {
            "person" => ("people", Coordinator::includes(self.role)),
            "team" => ("teams", TeamReader::includes(self.role)),
            "worker" => ("workers", Manager::includes(self.role)),
            "room" => ("rooms", Manager::includes(self.role)),
            "session" => ("sessions", Watcher::includes(self.role)),
            _ => return None,
        };
        may_open.then(|| center.path(format_args!("/{folder}/{}", event.subject_id)))
    }

    /// The number of the phone that acted by itself.
    fn phone<'e>(&self, event: &'e LogEntry) -> Option<&'e str> {
        if event.by_account.is_set() { None } else { event.actor.strip_prefix("phone ") }
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

#[get("/centers/<center>/audit?<before>")]
async fn of_center(by: AuditReader, db: &Db, center: CenterId, before: Option<i64>) -> Result<Page<Log>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let events = queries::of_center(&by, &mut conn, &center, before.unwrap_or(i64::MAX), PAGE + 1).await?;
    Ok(Page(Log::new(Some(center.head), center.zone, by.role, events)))
}

#[get("/audit?<before>")]
async fn all(by: CityAdmin, db: &Db, before: Option<i64>) -> Result<Page<Log>> {
    let events = queries::all(&by, &mut *db.read().await?, before.unwrap_or(i64::MAX), PAGE + 1).await?;
    Ok(Page(Log::new(None, Zone::SHANGHAI, by.role, events)))
}
