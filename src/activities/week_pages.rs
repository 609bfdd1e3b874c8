//! The week of a center: seven days to choose from, and one of them as a grid of its rooms.

use crate::auth::{CenterReader, Coordinator};
use askama::Template;
use chrono::Datelike;
use rocket::{Route, get, routes};

use super::queries;
use super::types::{Session, SessionStatus};
use super::week as grid;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now, Timestamp};
use crate::error::Result;
use crate::rooms::{self, Closure, Room};
use crate::store::Db;
use crate::web::nav::Tab;
use crate::web::{Frame, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![week]
}

#[derive(Template)]
#[template(path = "activities/week.html")]
struct Week {
    center: Center,
    rooms: Vec<Room>,
    closures: Vec<Closure>,
    /// Of the whole week.
    sessions: Vec<Session>,
    date: Date,
    today: Date,
    now: Timestamp,
    may_schedule: bool,
}

impl Week {
    fn grid(&self) -> grid::DayGrid<'_> {
        grid::day(&self.rooms, &self.closures, &self.sessions, self.center.zone, self.date, self.now)
    }

    fn days(&self) -> impl Iterator<Item = Date> + use<> {
        let monday = self.date.monday();
        monday.until(monday.plus_days(7))
    }

    /// How many sessions a day has that take place.
    fn count(&self, day: &Date) -> usize {
        let stands = |session: &&Session| {
            session.local_date == *day && matches!(session.status, SessionStatus::Planned | SessionStatus::Completed)
        };
        self.sessions.iter().filter(stands).count()
    }

    fn day_of_month(&self, day: &Date) -> u32 {
        day.0.day()
    }

    fn sunday(&self) -> Date {
        self.date.monday().plus_days(6)
    }

    fn before(&self) -> Date {
        self.date.minus_days(7)
    }

    fn after(&self) -> Date {
        self.date.plus_days(7)
    }

    fn is_this_week(&self) -> bool {
        self.date.monday() == self.today.monday()
    }

    /// How a block looks: by where its session stands now, and a draft until it is published.
    fn look(&self, session: &Session) -> &'static str {
        match session.status {
            SessionStatus::Planned if session.is_live(&self.now) => "live",
            SessionStatus::Planned if !session.published.is_set() => "draft",
            status => status.code(),
        }
    }
}

impl View for Week {
    fn title(&self, lang: Lang) -> String {
        lang.text("week.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Week)
    }
}

#[get("/centers/<center>/week?<date>")]
async fn week(by: CenterReader, db: &Db, now: Now, center: CenterId, date: Option<&str>) -> Result<Page<Week>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = center.zone.date(now.0);
    let date = date.and_then(Date::parse).unwrap_or(today);
    let rooms = rooms::queries::of_center(&mut conn, center.id()).await?;
    let monday = date.monday();
    let sessions = queries::sessions(&by, &mut conn, center.id(), monday, monday.plus_days(7)).await?;
    let (dawn, dusk) = (center.zone.midnight(date), center.zone.midnight(date.plus_days(1)));
    let closures = rooms::queries::closures(&mut conn, center.id(), dawn, dusk).await?;
    let may_schedule = Coordinator::includes(by.role);
    Ok(Page(Week { center, rooms, closures, sessions, date, today, now: now.0, may_schedule }))
}
