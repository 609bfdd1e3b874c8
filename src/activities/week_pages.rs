//! The schedule: the rooms of a day, or the week of one room or one worker; a list of the day on a phone.

use std::borrow::Borrow;

use crate::auth::{CenterReader, Coordinator};
use askama::Template;
use chrono::Datelike;
use rocket::{Route, get, routes};

use super::queries;
use super::taken;
use super::title::Sight;
use super::types::{OtherBooking, Session, SessionStatus};
use super::week::{Booked, Column, DrawnBlock, Half, SeenWeek, WeekGrid};
use super::week_cut::{WeekCut, WeekView};
use super::week_queries::{self, CalendarChoices, SessionPlaces};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now, Timestamp};
use crate::error::Result;
use crate::rooms::{self, Closure, Room, RoomId};
use crate::store::Db;
use crate::web::cut::Asked;
use crate::web::nav::Tab;
use crate::web::{Frame, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![week]
}

#[derive(Template)]
#[template(path = "activities/week.html")]
struct Week {
    center: Center,
    choices: CalendarChoices,
    closures: Vec<Closure>,
    /// Of the whole week, and of the day before it: what began there may go on.
    sessions: Vec<Session>,
    places: SessionPlaces,
    others: Vec<OtherBooking>,
    /// With the room or the worker that is looked at, where none was asked for.
    cut: WeekCut,
    date: Date,
    today: Date,
    now: Timestamp,
    may_schedule: bool,
}

impl Week {
    fn grid(&self) -> WeekGrid<'_> {
        let seen = SeenWeek {
            rooms: &self.choices.rooms,
            closures: &self.closures,
            sessions: &self.sessions,
            places: &self.places,
            others: &self.others,
            cut: &self.cut,
            zone: self.center.zone,
            now: self.now,
        };
        match (self.cut.view, self.room(), self.cut.worker) {
            (WeekView::Room, Some(room), _) => seen.week_of_room(room, self.date.monday()),
            (WeekView::Worker, _, Some(worker)) => seen.week_of_worker(worker, self.date.monday()),
            _ => seen.rooms_of(self.date),
        }
    }

    fn room(&self) -> Option<&Room> {
        self.choices.rooms.iter().find(|room| Some(room.id) == self.cut.room)
    }

    fn is_day(&self) -> bool {
        self.cut.view == WeekView::Day
    }

    fn is_of_worker(&self) -> bool {
        self.cut.view == WeekView::Worker
    }

    fn has_no_worker(&self) -> bool {
        self.is_of_worker() && self.cut.worker.is_none()
    }

    /// The same choice, looked at as a day.
    fn day_view(&self) -> WeekCut {
        let whole = self.cut.whole();
        WeekCut { view: WeekView::Day, room: None, worker: None, ..whole }
    }

    /// Whose week it is.
    fn subject(&self) -> &str {
        match self.cut.view {
            WeekView::Day => "",
            WeekView::Room => self.room().map_or("", |room| room.name.as_str()),
            WeekView::Worker => self
                .choices
                .leads
                .iter()
                .find(|lead| Some(lead.id) == self.cut.worker)
                .map_or("", |lead| lead.name.as_str()),
        }
    }

    /// The filter that says what the view is of.
    fn needs(&self) -> &'static str {
        match self.cut.view {
            WeekView::Day => "",
            WeekView::Room => "room",
            WeekView::Worker => "worker",
        }
    }

    fn days(&self) -> impl Iterator<Item = Date> + use<> {
        let monday = self.date.monday();
        monday.until(monday.plus_days(7))
    }

    /// How many sessions a day has that take place, of those that are asked for.
    fn count(&self, day: &Date) -> usize {
        let stands = |session: &&Session| {
            session.local_date == *day
                && matches!(session.status, SessionStatus::Planned | SessionStatus::Completed)
                && self.cut.leaves(session, &self.places)
        };
        self.sessions.iter().filter(stands).count()
    }

    fn day_of_month(&self, day: &Date) -> u32 {
        day.0.day()
    }

    fn sunday(&self) -> Date {
        self.date.monday().plus_days(6)
    }

    fn step(&self) -> u64 {
        if self.is_day() { 1 } else { 7 }
    }

    fn before(&self) -> Date {
        self.date.minus_days(self.step())
    }

    fn after(&self) -> Date {
        self.date.plus_days(self.step())
    }

    fn is_now(&self) -> bool {
        if self.is_day() { self.date == self.today } else { self.date.monday() == self.today.monday() }
    }

    /// How a block looks: by where its session stands now, and a draft until it is published.
    fn look(&self, session: &Session) -> &'static str {
        match session.status {
            SessionStatus::Planned if session.is_live(&self.now) => "live",
            SessionStatus::Planned if !session.published.is_set() => "draft",
            status => status.code(),
        }
    }

    /// What rooms are called that have no column: rooms without bookings, or those that were not asked for.
    fn folded_key(&self) -> &'static str {
        if self.cut.room.is_some() { "week.folded_others" } else { "week.folded" }
    }

    fn named<'c>(&self, column: &'c Column) -> &'c str {
        column.name.as_deref().unwrap_or_default()
    }

    fn room_name(&self, id: &RoomId) -> &str {
        self.choices.rooms.iter().find(|room| room.id == *id).map_or("", |room| room.name.as_str())
    }

    /// What a column is of, in words.
    fn head_of(&self, grid: &WeekGrid<'_>, column: impl Borrow<usize>) -> String {
        let Some(column) = grid.columns.get(column.borrow() - 1) else { return String::new() };
        match &column.name {
            Some(name) => name.clone(),
            None => format!("{} {}", self.subject(), column.date),
        }
    }

    /// What an address of a new activity says of where a column is.
    fn place_of(&self, column: &Column) -> String {
        match (column.room, self.cut.worker) {
            (Some(room), _) => format!("&room={room}"),
            (None, Some(worker)) if self.is_of_worker() => format!("&worker={worker}"),
            _ => String::new(),
        }
    }

    /// Where a click at a free place leads.
    fn book(&self, half: &Booked<Half>) -> String {
        let column = Column { date: half.what.date, room: half.what.room, name: None, capacity: None };
        let place = self.place_of(&column);
        self.center.path(format_args!("/activities/new?date={}{place}&starts={}", half.what.date, half.from))
    }

    /// The session of a block that can be moved from here: by who plans, as long as it is planned and stands on one day.
    fn can_be_moved<'a>(&self, block: &Booked<DrawnBlock<'a>>) -> Option<&'a Session> {
        let session = block.what.what.session()?;
        (self.may_schedule && session.status == SessionStatus::Planned).then_some(session)
    }

    /// Whether it can be dragged: all of it is seen.
    fn is_movable(&self, block: &Booked<DrawnBlock<'_>>) -> bool {
        block.what.is_whole() && self.can_be_moved(block).is_some()
    }

    fn rooms_of(&self, session: &Session) -> usize {
        self.places.of(session.id).len()
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

#[get("/centers/<center>/week")]
async fn week(by: CenterReader, db: &Db, now: Now, center: CenterId, asked: Asked) -> Result<Page<Week>> {
    let mut cut = WeekCut::read(&asked.0);
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = center.zone.date(now.0);
    let date = Date::parse(asked.0.get("date")).unwrap_or(today);
    let (monday, sunday) = (date.monday(), date.monday().plus_days(6));
    let choices = CalendarChoices::load(&mut conn, center.id(), monday, cut.worker).await?;
    let own = queries::own_worker(&mut conn, center.id(), by.account, today).await?;
    match cut.view {
        WeekView::Day => {}
        WeekView::Room => {
            let asked_for = choices.rooms.iter().find(|room| Some(room.id) == cut.room);
            cut.room = asked_for.or(choices.rooms.first()).map(|room| room.id);
        }
        WeekView::Worker => {
            let there = |id| choices.leads.iter().find(|lead| Some(lead.id) == id);
            cut.worker = there(cut.worker).or(there(own)).or(choices.leads.first()).map(|lead| lead.id);
        }
    }
    // What begins on the evening before the week may go on into it.
    let days = (monday.minus_days(1), monday.plus_days(7));
    let sessions = queries::sessions(&by, &mut conn, center.id(), days.0, days.1).await?;
    let places = week_queries::places(&mut conn, center.id(), days.0, days.1).await?;
    let (dawn, dusk) = (center.zone.midnight(monday), center.zone.midnight(sunday.plus_days(1)));
    let closures = rooms::queries::closures(&mut conn, center.id(), dawn, dusk).await?;
    let others = taken::other_bookings(Sight::Of(&by), &mut conn, center.id(), dawn, dusk).await?;
    let may_schedule = Coordinator::includes(by.role);
    Ok(Page(Week { center, choices, closures, sessions, places, others, cut, date, today, now: now.0, may_schedule }))
}
