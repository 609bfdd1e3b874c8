//! What is on today, for a television in the hall: what runs, what comes next and in which room. It hangs where everybody passes, so it
//! shows what is published and nobody's name.

use askama::Template;
use rocket::{Route, get, routes};

use crate::activities::{PublishedSession, SessionStatus, queries};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now, Timestamp};
use crate::error::Result;
use crate::store::Db;
use crate::web::{Frame, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![today]
}

/// Lines that a television shows in letters that are read from ten metres.
const LINES: usize = 7;

/// Days in which it looks for what comes next where today has nothing more.
const AHEAD: u64 = 14;

#[derive(Template)]
#[template(path = "portal/today.html")]
struct HallOfToday {
    center: Center,
    today: Date,
    now: Timestamp,
    running: Vec<PublishedSession>,
    coming: Vec<PublishedSession>,
    /// How many more there are today than shown.
    more: usize,
    /// The next day that has something, where today has nothing more.
    next: Option<Date>,
}

impl HallOfToday {
    fn is_cancelled(&self, session: &PublishedSession) -> bool {
        session.status == SessionStatus::Cancelled
    }

    fn clock(&self) -> chrono::NaiveDateTime {
        self.center.zone.local(self.now)
    }

    fn is_tomorrow(&self, day: &Date) -> bool {
        *day == self.today.plus_days(1)
    }
}

impl View for HallOfToday {
    fn title(&self, _: Lang) -> String {
        self.center.head.name.clone()
    }

    fn frame(&self) -> Frame<'_> {
        Frame::Screen
    }
}

/// What a screen has room for: what runs, what comes, how much more there is, and the day if it is not today.
fn shown(
    mut sessions: Vec<PublishedSession>,
    today: Date,
    now: Timestamp,
) -> (Vec<PublishedSession>, Vec<PublishedSession>, usize, Option<Date>) {
    sessions.retain(|session| !session.is_over(&now));
    let day = sessions.first().map_or(today, |session| session.local_date.max(today));
    // One that began yesterday and goes on past midnight is today's.
    sessions.retain(|session| session.local_date <= day);
    let (mut running, mut coming): (Vec<_>, Vec<_>) = sessions.into_iter().partition(|session| session.is_live(&now));
    let all = running.len() + coming.len();
    running.truncate(LINES);
    coming.truncate(LINES - running.len());
    let more = all - running.len() - coming.len();
    (running, coming, more, (day > today).then_some(day))
}

#[get("/agenda/<center>/today")]
async fn today(db: &Db, now: Now, center: CenterId) -> Result<Page<HallOfToday>> {
    let mut conn = db.read().await?;
    let center = centers::queries::public(&mut conn, center).await?;
    let today = center.zone.date(now.0);
    let span = (today.minus_days(1), today.plus_days(AHEAD));
    let sessions = queries::published(&mut conn, Some(center.id()), span.0, span.1).await?;
    let (running, coming, more, next) = shown(sessions, today, now.0);
    Ok(Page(HallOfToday { center, today, now: now.0, running, coming, more, next }))
}
