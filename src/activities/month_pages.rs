//! The calendar: a month, or three of them below each other for planning a quarter; a list of its days on a phone.

use askama::Template;
use chrono::Datelike;
use rocket::{Route, get, routes};

use super::month::{self, MonthSheet};
use super::queries;
use super::types::{Session, SessionStatus};
use super::week_cut::{CalendarSpan, WeekCut};
use super::week_queries::{self, CalendarChoices, SessionPlaces};
use crate::auth::{CenterReader, Coordinator};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Month, Now};
use crate::error::Result;
use crate::holidays::{self, Holiday};
use crate::store::Db;
use crate::web::cut::Asked;
use crate::web::nav::Tab;
use crate::web::{Frame, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![calendar]
}

#[derive(Template)]
#[template(path = "activities/month.html")]
struct CalendarPage {
    center: Center,
    choices: CalendarChoices,
    /// Of the months shown, and of the day before them.
    sessions: Vec<Session>,
    places: SessionPlaces,
    holidays: Vec<Holiday>,
    cut: WeekCut,
    /// The first of the months shown.
    month: Month,
    today: Date,
    may_schedule: bool,
}

impl CalendarPage {
    fn months(&self) -> Vec<Month> {
        shown(self.month, self.cut.span)
    }

    fn sheets(&self) -> Vec<MonthSheet<'_>> {
        let zone = self.center.zone;
        let sheet = |month| month::sheet(month, &self.sessions, &self.places, &self.holidays, &self.cut, zone);
        self.months().into_iter().map(sheet).collect()
    }

    fn is_quarter(&self) -> bool {
        self.cut.span == CalendarSpan::Quarter
    }

    fn before(&self) -> Month {
        (0..self.months().len()).fold(self.month, |month, _| month.previous())
    }

    fn after(&self) -> Month {
        (0..self.months().len()).fold(self.month, |month, _| month.next())
    }

    fn this(&self) -> Month {
        Month::of(self.today)
    }

    fn is_now(&self) -> bool {
        self.month == self.this()
    }

    fn first(&self) -> Date {
        self.month.first()
    }

    fn first_of(&self, month: &Month) -> Date {
        month.first()
    }

    /// The day from which the other views look: today where it is shown.
    fn day(&self) -> Date {
        if self.months().contains(&self.this()) { self.today } else { self.first() }
    }

    fn number(&self, day: &Date) -> u32 {
        day.0.day()
    }

    fn is_weekend(&self, day: &Date) -> bool {
        day.weekday() > 5
    }

    fn is_cancelled(&self, session: &Session) -> bool {
        session.status == SessionStatus::Cancelled
    }

    /// Whether it began on a day before this one.
    fn goes_on(&self, session: &Session, day: &Date) -> bool {
        session.local_date < *day
    }
}

fn shown(first: Month, span: CalendarSpan) -> Vec<Month> {
    match span {
        CalendarSpan::Month => vec![first],
        CalendarSpan::Quarter => vec![first, first.next(), first.next().next()],
    }
}

impl View for CalendarPage {
    fn title(&self, lang: Lang) -> String {
        filters::long_month(lang, self.month.first().0)
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Week)
    }
}

#[get("/centers/<center>/month")]
async fn calendar(by: CenterReader, db: &Db, now: Now, center: CenterId, asked: Asked) -> Result<Page<CalendarPage>> {
    let cut = WeekCut::read(&asked.0);
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = center.zone.date(now.0);
    let month = Month::parse(asked.0.get("month")).unwrap_or(Month::of(today));
    let months = shown(month, cut.span);
    let end = months.last().map_or(month.end(), |last| last.end());
    // What begins on the evening before may go on into the first day.
    let from = month.first().minus_days(1);
    let choices = CalendarChoices::load(&mut conn, center.id(), month.first(), cut.worker).await?;
    let sessions = queries::sessions(&by, &mut conn, center.id(), from, end).await?;
    let places = week_queries::places(&mut conn, center.id(), from, end).await?;
    let holidays = holidays::queries::between(&mut conn, month.first(), end.minus_days(1)).await?;
    let may_schedule = Coordinator::includes(by.role);
    Ok(Page(CalendarPage { center, choices, sessions, places, holidays, cut, month, today, may_schedule }))
}
