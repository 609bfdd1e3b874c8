//! What the calendar's pages show: a choice that stands in the address, and stays there from page to page.

use std::fmt::Display;

use super::types::{ServiceKindId, Session};
use super::week_queries::SessionPlaces;
use crate::clock::{Date, Month};
use crate::fields::Fields;
use crate::rooms::RoomId;
use crate::store::text_enum;
use crate::teams::TeamId;
use crate::workers::WorkerId;

text_enum!(
    /// What the columns of the schedule are.
    WeekView in "week_view" {
        /// The rooms of one day.
        Day = "day",
        /// The days of one room's week.
        Room = "room",
        /// The days of one worker's week.
        Worker = "worker",
    }
);

text_enum!(
    /// How much the calendar shows.
    CalendarSpan in "calendar_span" {
        Month = "month",
        /// Three months below each other: what is planned in one sitting.
        Quarter = "quarter",
    }
);

/// What is looked at, and what of it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeekCut {
    pub view: WeekView,
    pub span: CalendarSpan,
    pub room: Option<RoomId>,
    pub worker: Option<WorkerId>,
    pub team: Option<TeamId>,
    pub kind: Option<ServiceKindId>,
    /// Whether rooms without bookings have a column too.
    pub all: bool,
}

impl WeekCut {
    /// Fields `view span room worker team kind all`. A word that means nothing cuts nothing: an address is shortened by hand.
    pub fn read(fields: &Fields) -> Self {
        let word = |name: &str| fields.get(name);
        Self {
            view: word("view").parse().unwrap_or(WeekView::Day),
            span: word("span").parse().unwrap_or(CalendarSpan::Month),
            room: word("room").parse().ok(),
            worker: word("worker").parse().ok(),
            team: word("team").parse().ok(),
            kind: word("kind").parse().ok(),
            all: word("all") == "1",
        }
    }

    /// Whether a session is among what is asked for, wherever the columns put it.
    pub fn leaves(&self, session: &Session, places: &SessionPlaces) -> bool {
        self.worker.is_none_or(|worker| session.worker_id == Some(worker))
            && self.team.is_none_or(|team| session.team_id == Some(team))
            && self.kind.is_none_or(|kind| session.kind_id == kind)
            && self.room.is_none_or(|room| places.is_in(session.id, room))
    }

    /// Whether any of the filters is set, which is what cuts a month.
    pub fn is_any(&self) -> bool {
        self.room.is_some() || self.worker.is_some() || self.team.is_some() || self.kind.is_some()
    }

    pub fn without_any(&self) -> Self {
        Self { room: None, worker: None, team: None, kind: None, ..self.clone() }
    }

    pub fn looking_at(&self, view: &WeekView) -> Self {
        Self { view: *view, ..self.clone() }
    }

    pub fn over(&self, span: &CalendarSpan) -> Self {
        Self { span: *span, ..self.clone() }
    }

    pub fn of_room(&self, room: &RoomId) -> Self {
        Self { view: WeekView::Room, room: Some(*room), ..self.clone() }
    }

    pub fn with_all(&self, all: bool) -> Self {
        Self { all, ..self.clone() }
    }

    /// The same without what cuts; what the view is of stays.
    pub fn whole(&self) -> Self {
        Self {
            room: self.room.filter(|_| self.view == WeekView::Room),
            worker: self.worker.filter(|_| self.view == WeekView::Worker),
            team: None,
            kind: None,
            ..self.clone()
        }
    }

    /// What follows the week's address on a day.
    pub fn on(&self, date: impl Display) -> String {
        self.address("date", date)
    }

    /// What follows the calendar's address in a month.
    pub fn within(&self, month: impl Display) -> String {
        self.address("month", month)
    }

    fn address(&self, name: &str, value: impl Display) -> String {
        let mut query = form_urlencoded::Serializer::for_suffix(String::from("?"), 1);
        for (name, value) in self.fields() {
            query.append_pair(name, &value);
        }
        query.append_pair(name, &value.to_string());
        query.finish()
    }

    /// What was asked for, without what is usual.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let id = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
        let fields = [
            ("view", if self.view == WeekView::Day { String::new() } else { self.view.to_string() }),
            ("span", if self.span == CalendarSpan::Month { String::new() } else { self.span.to_string() }),
            ("room", id(self.room.map(|id| id.0))),
            ("worker", id(self.worker.map(|id| id.0))),
            ("team", id(self.team.map(|id| id.0))),
            ("kind", id(self.kind.map(|id| id.0))),
            ("all", if self.all { "1".to_owned() } else { String::new() }),
        ];
        fields.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// What the form of the filters takes along without showing it.
    pub fn kept(&self) -> Vec<(&'static str, String)> {
        self.fields().into_iter().filter(|(name, _)| matches!(*name, "view" | "span" | "all")).collect()
    }

    /// Whether a filter is what the view is of, and so has no "any".
    pub fn must_have(&self, needed: &str, name: &str) -> bool {
        needed == name
    }

    pub fn views(&self) -> &'static [WeekView] {
        WeekView::ALL
    }

    pub fn spans(&self) -> &'static [CalendarSpan] {
        CalendarSpan::ALL
    }

    pub fn month_of(&self, date: &Date) -> Month {
        Month::of(*date)
    }

    /// Whether the filters' form stands on this choice.
    pub fn is_on(&self, name: &str, id: &i64) -> bool {
        let chosen = match name {
            "room" => self.room.map(|id| id.0),
            "worker" => self.worker.map(|id| id.0),
            "team" => self.team.map(|id| id.0),
            _ => self.kind.map(|id| id.0),
        };
        chosen == Some(*id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_comes_back_in_the_address() {
        let cut = WeekCut::read(&Fields::from_form("view=worker&worker=7&kind=3&room=x&date=2026-03-06"));
        assert_eq!(
            (cut.view, cut.worker, cut.kind, cut.room),
            (WeekView::Worker, Some(WorkerId(7)), Some(ServiceKindId(3)), None)
        );
        assert_eq!(cut.on("2026-03-07"), "?view=worker&worker=7&kind=3&date=2026-03-07");
        assert_eq!(cut.looking_at(&WeekView::Day).within("2026-04"), "?worker=7&kind=3&month=2026-04");
        assert!(cut.is_any() && !cut.without_any().is_any());
        assert_eq!(cut.whole().on("2026-03-07"), "?view=worker&worker=7&date=2026-03-07");
    }

    #[test]
    fn a_choice_of_nothing_is_the_day_of_all_rooms() {
        let cut = WeekCut::read(&Fields::from_form("view=nothing&span=&all=0"));
        assert!(!cut.is_any());
        assert_eq!(cut.on("2026-03-07"), "?date=2026-03-07");
    }
}
