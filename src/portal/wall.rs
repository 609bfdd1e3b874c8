//! A month on paper, for the wall: in letters that an eighty-year-old reads, A4 or A3, with the center's lasting code. What hangs where
//! everybody passes shows what is published; whoever prints it works for the center, for its code lets people in.

use std::borrow::Borrow;

use askama::Template;
use chrono::Datelike as _;
use rocket::{Route, get, routes};

use super::wall_open::{self, OpenChange};
use crate::activities::{PublishedSession, SessionStatus, queries};
use crate::auth::Watcher;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Month, Now};
use crate::codes::{self, CodeOf};
use crate::error::{Error, Result};
use crate::open_rooms::{self, OpenRoom, OpenRoomId, OpenTerm};
use crate::rooms;
use crate::store::{Db, text_enum};
use crate::web::{Frame, Lang, Page, Site, View, filters, qr};

pub(super) fn routes() -> Vec<Route> {
    routes![wall]
}

text_enum!(
    /// The size of the sheet.
    WallPaper in "wall_paper" {
        A4 = "a4",
        A3 = "a3",
    }
);

#[derive(Template)]
#[template(path = "portal/wall.html")]
struct WallSheet {
    center: Center,
    month: Month,
    paper: WallPaper,
    /// By weekday, 1 (Monday) to 7.
    weekly: Vec<(i64, Vec<WallLine>)>,
    dated: Vec<PublishedSession>,
    /// What stands open, told by its weekdays, and not as a session for every day.
    open: Vec<OpenRoom>,
    /// On which days one of those is not open as its line says.
    changes: Vec<(OpenRoomId, OpenChange)>,
    lang: Lang,
    /// None where the center has no lasting code yet.
    qr: Option<String>,
}

impl WallSheet {
    fn first(&self) -> Date {
        self.month.first()
    }

    fn is_empty(&self) -> bool {
        self.weekly.is_empty() && self.dated.is_empty() && self.open.is_empty()
    }

    /// How a room is open in this month: the terms that hold in it, with the day from which one does that begins within.
    fn terms<'a>(&self, open: &'a OpenRoom) -> Vec<(Option<Date>, &'a OpenTerm)> {
        let first = self.month.first().max(open.since);
        let begun = open.terms.iter().rposition(|term| term.valid_from <= first).unwrap_or(0);
        let end = open.ended_on.map_or(self.month.end(), |ended| ended.min(self.month.end()));
        let held = open.terms.iter().skip(begun).filter(|term| term.valid_from < end);
        held.map(|term| ((term.valid_from > self.month.first()).then_some(term.valid_from), term)).collect()
    }

    /// The last day of the month on which a room is open that is given up within it.
    fn last(&self, open: &OpenRoom) -> Option<Date> {
        let ended = open.ended_on.filter(|ended| self.month.first() < *ended && *ended < self.month.end());
        ended.map(|ended| ended.minus_days(1))
    }

    fn changes<'a>(&'a self, open: &OpenRoom) -> Vec<&'a OpenChange> {
        self.changes.iter().filter(|(of, _)| *of == open.id).map(|(_, change)| change).collect()
    }

    /// The days that have something besides what is weekly, with it.
    fn days(&self) -> Vec<(Date, &[PublishedSession])> {
        self.dated
            .chunk_by(|one, next| one.local_date == next.local_date)
            .filter_map(|day| Some((day.first()?.local_date, day)))
            .collect()
    }

    fn is_cancelled(&self, session: &PublishedSession) -> bool {
        session.status == SessionStatus::Cancelled
    }

    fn number(&self, day: &Date) -> u32 {
        day.0.day()
    }

    fn is_weekend(&self, weekday: impl Borrow<i64>) -> bool {
        *weekday.borrow() > 5
    }

    fn papers(&self) -> &'static [WallPaper] {
        WallPaper::ALL
    }

    /// Days of the month in a row: `3、17日`.
    fn numbers(&self, days: &[u32]) -> String {
        days.iter().map(u32::to_string).collect::<Vec<_>>().join(&self.lang.text("list.comma"))
    }

    fn is_on(&self, paper: &WallPaper) -> bool {
        self.paper == *paper
    }

    fn with(&self, month: Month, paper: &WallPaper) -> String {
        format!("?month={month}&paper={paper}")
    }
}

/// What is on every week at one time in one place, in a line.
struct WallLine {
    first: PublishedSession,
    /// Days of the month on which it is, where it is not on all of its weekday.
    days: Vec<u32>,
    /// Days on which it was to be and is not.
    off: Vec<u32>,
}

impl WallLine {
    fn of(group: Vec<PublishedSession>, month: Month) -> Option<Self> {
        let number = |session: &PublishedSession| session.local_date.0.day();
        let (off, on): (Vec<_>, Vec<_>) =
            group.into_iter().partition(|session| session.status == SessionStatus::Cancelled);
        let weekday = on.first()?.local_date.weekday();
        let all = month.first().until(month.end()).filter(|day| day.weekday() == weekday).count();
        let days = if on.len() + off.len() == all { Vec::new() } else { on.iter().map(number).collect() };
        let off = off.iter().map(number).collect();
        Some(Self { first: on.into_iter().next()?, days, off })
    }
}

/// Dates of one activity on one weekday, at one time in one place, that make it weekly.
const WEEKLY: usize = 3;

/// What is weekly in the month, by weekday and time, and the other sessions: a sheet tells "every Tuesday" in one line, not in five.
fn told(sessions: Vec<PublishedSession>, month: Month) -> (Vec<(i64, Vec<WallLine>)>, Vec<PublishedSession>) {
    let mut groups: Vec<Vec<PublishedSession>> = Vec::new();
    for session in sessions {
        let is_like = |other: &PublishedSession| {
            other.activity_id == session.activity_id
                && other.room == session.room
                && other.local_date.weekday() == session.local_date.weekday()
                && other.starts().time() == session.starts().time()
                && other.ends().time() == session.ends().time()
        };
        match groups.iter_mut().find(|group| group.first().is_some_and(is_like)) {
            Some(group) => group.push(session),
            None => groups.push(vec![session]),
        }
    }
    let is_weekly = |group: &Vec<PublishedSession>| {
        group.iter().filter(|session| session.status != SessionStatus::Cancelled).count() >= WEEKLY
    };
    let (weekly, dated): (Vec<_>, Vec<_>) = groups.into_iter().partition(is_weekly);
    let mut lines: Vec<WallLine> = weekly.into_iter().filter_map(|group| WallLine::of(group, month)).collect();
    lines.sort_by_key(|line| (line.first.local_date.weekday(), line.first.starts().time(), line.first.id.0));
    let mut by_day: Vec<(i64, Vec<WallLine>)> = Vec::new();
    for line in lines {
        let weekday = line.first.local_date.weekday();
        match by_day.last_mut() {
            Some((day, lines)) if *day == weekday => lines.push(line),
            _ => by_day.push((weekday, vec![line])),
        }
    }
    let mut dated: Vec<PublishedSession> = dated.into_iter().flatten().collect();
    dated.sort_by_key(|session| (session.starts_at, session.id.0));
    (by_day, dated)
}

impl View for WallSheet {
    fn title(&self, lang: Lang) -> String {
        lang.text("wall.title")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::Print
    }
}

/// In the last days of a month people ask for the next one.
const LAST_DAYS: u64 = 7;

#[get("/centers/<center>/wall?<month>&<paper>")]
async fn wall(
    by: Watcher,
    db: &Db,
    now: Now,
    site: Site,
    lang: Lang,
    center: CenterId,
    month: Option<&str>,
    paper: Option<&str>,
) -> Result<Page<WallSheet>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let month = match month {
        Some(month) => Month::parse(month).ok_or(Error::NotFound)?,
        None => Month::of(center.zone.date(now.0).plus_days(LAST_DAYS)),
    };
    let paper = match paper {
        Some(paper) => paper.parse().map_err(|_| Error::NotFound)?,
        None => WallPaper::A4,
    };
    let mut sessions = queries::published(&mut conn, Some(center.id()), month.first(), month.end()).await?;
    let mut open = open_rooms::queries::published(&mut conn, center.id()).await?;
    open.retain(|one| one.since < month.end() && !one.is_ended(month.first()));
    // Made a fortnight ahead, they would say of the rest of the month that the room is closed.
    sessions.retain(|session| open.iter().all(|one| one.activity_id != session.activity_id));
    let token = codes::of(&mut conn, CodeOf::Center, center.id().0).await?;
    let qr = token.map(|token| qr::svg(&site.link(format_args!("/c/{token}")))).transpose()?;
    let days = (month.first(), month.end());
    let made = open_rooms::queries::as_they_stand(&mut conn, center.id(), days).await?;
    let span = (center.zone.midnight(days.0), center.zone.midnight(days.1));
    let closures = rooms::queries::closures(&mut conn, center.id(), span.0, span.1).await?;
    let changes = wall_open::changes(center.zone, days, &open, (&made, &closures));
    let (weekly, dated) = told(sessions, month);
    Ok(Page(WallSheet { center, month, paper, weekly, dated, open, changes, lang, qr }))
}
