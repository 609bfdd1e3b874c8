//! A room: what it is, when it is open now and later, and what is planned at a time at which it is shut.

use std::time::Duration;

use askama::Template;
use rocket::{Route, get, post, routes};

use super::affected::{self, AffectedBooking, AffectedSession};
use super::hours::WeekHours;
use super::types::{
    Closure, ClosureId, ExtraOpening, OpeningId, Room, RoomDetails, RoomId, RoomPhoto, RoomWeek, RoomWeekId,
};
use super::{queries, times, times_forms, weeks};
use crate::auth::{CenterReader, Manager, Viewer};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, Result};
use crate::fields::time_value;
use crate::store::{Conn, Db};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, set_week, undo_week, close, void_closure, void_opening]
}

/// A page that asks for a week's hours.
pub(super) trait HoursForm {
    fn hours_form(&self) -> &Form;

    /// The name of a weekday's field, `hours.1.opens`.
    fn field(&self, weekday: &i64, end: &str) -> String {
        format!("hours.{weekday}.{end}")
    }

    /// How often the day opens that opens most often.
    fn openings(&self) -> usize {
        let ends = (1..=7).flat_map(|day| [self.field(&day, "opens"), self.field(&day, "closes")]);
        ends.map(|name| self.hours_form().count(&name)).max().unwrap_or(0)
    }

    /// The further openings of a day that have fields: a second and a third one, and always one more than there are.
    fn further(&self) -> std::ops::Range<usize> {
        1..(self.openings() + 1).max(3)
    }
}

#[derive(Template)]
#[template(path = "rooms/show.html")]
pub(super) struct RoomShow {
    center: Center,
    room: Room,
    details: RoomDetails,
    photos: Vec<RoomPhoto>,
    /// The latest first.
    weeks: Vec<RoomWeek>,
    openings: Vec<ExtraOpening>,
    /// The room's closures to come, and of the last weeks.
    closures: Vec<Closure>,
    /// Sessions in this room at a time at which it is shut.
    affected: Vec<AffectedSession>,
    /// What else is booked here then.
    affected_bookings: Vec<AffectedBooking>,
    today: Date,
    may_manage: bool,
    /// The week that is to hold from a day on.
    form: Form,
    closing: Form,
    opening: Form,
    voiding: Form,
    pub(super) picturing: Form,
    undoing: Form,
}

/// How far back a room's page shows closures and openings, in days: as far as sessions are entered afterwards.
const TIMES_BACK: u64 = 92;

impl RoomShow {
    pub(super) async fn load(by: &Viewer, conn: &mut Conn, now: Now, center: Center, room: Room) -> Result<Self> {
        let since = now.0.minus(Duration::from_secs(TIMES_BACK * 24 * 3600));
        let mut closures = queries::closures(conn, center.id(), since, Timestamp(i64::MAX)).await?;
        closures.retain(|closure| closure.room_id == room.id);
        let mut openings = queries::openings(conn, center.id(), since, Timestamp(i64::MAX)).await?;
        openings.retain(|opening| opening.room_id == room.id);
        let (mut affected, mut affected_bookings) = affected::all(conn, &center, now).await?;
        affected.retain(|session| session.room_id == room.id);
        affected_bookings.retain(|booking| booking.room_id == room.id);
        let today = center.zone.date(now.0);
        Ok(Self {
            details: queries::details(conn, room.id).await?,
            photos: queries::photos(conn, room.id).await?,
            weeks: queries::weeks(conn, room.id).await?,
            may_manage: Manager::includes(by.role),
            form: Form::filled(week_values(&room.hours.week(today), today)),
            closing: Form::new(),
            opening: Form::new(),
            voiding: Form::new(),
            picturing: Form::new(),
            undoing: Form::new(),
            center,
            room,
            openings,
            closures,
            affected,
            affected_bookings,
            today,
        })
    }

    fn here(&self) -> String {
        self.center.path(format_args!("/rooms/{}", self.room.id))
    }

    /// The week that holds today, and those to come, in order.
    fn coming(&self) -> Vec<&RoomWeek> {
        let mut coming: Vec<&RoomWeek> = self.weeks.iter().filter(|week| week.valid_from > self.today).collect();
        coming.reverse();
        coming
    }

    /// The weeks that begin before today, the latest first, but for the one that holds.
    fn gone(&self) -> Vec<&RoomWeek> {
        self.weeks.iter().filter(|week| week.valid_from <= self.today).skip(1).collect()
    }

    /// The week that holds today, as it was written down.
    fn holding(&self) -> Option<&RoomWeek> {
        self.weeks.iter().find(|week| week.valid_from <= self.today)
    }

    /// The spans of a weekday of the week that holds on `day`: `08:30–12:00、14:00–21:00`; empty where it is closed.
    fn spans(&self, day: &Date, weekday: &i64) -> String {
        let week = self.room.hours.week(*day);
        let spans =
            week.on(*weekday).iter().map(|(opens, closes)| format!("{}–{}", clock_time(*opens), clock_time(*closes)));
        spans.collect::<Vec<_>>().join("、")
    }

    fn under(&self, closure: &Closure) -> Vec<&AffectedSession> {
        self.affected.iter().filter(|session| session.is_under(closure.id)).collect()
    }

    fn booked_under(&self, closure: &Closure) -> Vec<&AffectedBooking> {
        self.affected_bookings.iter().filter(|booking| booking.is_under(closure.id)).collect()
    }

    fn booked_outside(&self) -> Vec<&AffectedBooking> {
        self.affected_bookings.iter().filter(|booking| booking.reason().is_none()).collect()
    }

    /// How many of both a closure hits.
    fn hit_by(&self, closure: &Closure) -> usize {
        self.under(closure).len() + self.booked_under(closure).len()
    }

    /// How many of both there are to deal with.
    fn hits(&self) -> usize {
        self.affected.len() + self.affected_bookings.len()
    }

    /// Sessions at a time at which the hours are other ones now.
    fn outside(&self) -> Vec<&AffectedSession> {
        self.affected.iter().filter(|session| session.reason().is_none()).collect()
    }
}

/// `24:00` is what people read where a day ends.
pub(super) fn clock_time(minutes: i64) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// What the form of a week proposes: the hours of today, from today on.
fn week_values(week: &WeekHours, today: Date) -> Fields {
    let mut values = Fields::default().with("first_day", today);
    for (weekday, opens, closes) in week.spans() {
        values.add(&format!("hours.{weekday}.opens"), &time_value(opens));
        values.add(&format!("hours.{weekday}.closes"), &time_value(closes));
    }
    values
}

impl HoursForm for RoomShow {
    fn hours_form(&self) -> &Form {
        &self.form
    }
}

impl View for RoomShow {
    fn title(&self, _: Lang) -> String {
        self.room.name.clone()
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Rooms)
    }

    fn refill(&mut self, typed: Fields) {
        if typed.names().any(|name| name.starts_with("void_reason") || name.starts_with("opening_reason")) {
            self.voiding = Form::filled(typed);
        } else if !typed.get("first_day").is_empty() {
            self.form = Form::filled(typed);
        } else {
            self.closing = Form::filled(typed);
        }
    }
}

/// The center and one of its rooms.
pub(super) async fn open(by: &Viewer, conn: &mut Conn, center: CenterId, id: RoomId) -> Result<(Center, Room)> {
    let center = centers::queries::open_to(by, conn, center).await?;
    let room = queries::find(conn, center.id(), id).await?;
    Ok((center, room))
}

#[get("/centers/<center>/rooms/<id>", rank = 2)]
async fn show(by: CenterReader, db: &Db, now: Now, center: CenterId, id: RoomId) -> Result<Page<RoomShow>> {
    let mut conn = db.read().await?;
    let (center, room) = open(&by, &mut conn, center, id).await?;
    Ok(Page(RoomShow::load(&by, &mut conn, now, center, room).await?))
}

/// Where one is led after rooms were shut, and with which word: to the sessions and bookings that it hits, where there are any.
pub(super) async fn after(
    conn: &mut Conn,
    center: &Center,
    now: Now,
    (rooms, else_to): (&[RoomId], String),
    done: &'static str,
) -> Result<(String, &'static str)> {
    let (sessions, bookings) = affected::all(conn, center, now).await?;
    let mut hit = sessions.iter().map(|one| one.room_id).chain(bookings.iter().map(|one| one.room_id));
    Ok(match hit.any(|room| rooms.contains(&room)) {
        true => (center.path("/affected-sessions"), "done.sessions_affected"),
        false => (else_to, done),
    })
}

#[post("/centers/<center>/rooms/<id>/weeks", data = "<fields>")]
async fn set_week(
    by: Manager,
    db: &Db,
    now: Now,
    center: CenterId,
    id: RoomId,
    fields: Fields,
) -> Result<Submitted<RoomShow>> {
    let (center, room) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let input = times_forms::week(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        weeks::set_week(&by, now, &mut tx, &room, &input).await?;
        tx.commit().await?;
        let here = center.path(format_args!("/rooms/{id}"));
        after(&mut *db.read().await?, &center, now, (&[id], here), "done.week_set").await
    };
    Submitted::with_word(made.await, async |errors| {
        let page = RoomShow::load(&by, &mut *db.read().await?, now, center, room).await?;
        Ok(RoomShow { form: Form::again(fields, errors), ..page })
    })
    .await
}

#[post("/centers/<center>/rooms/<id>/weeks/<week>/void")]
async fn undo_week(
    by: Manager,
    db: &Db,
    now: Now,
    center: CenterId,
    id: RoomId,
    week: RoomWeekId,
) -> Result<Submitted<RoomShow>> {
    let (center, room) = open(&by, &mut *db.read().await?, center, id).await?;
    let week = queries::week(&mut *db.read().await?, id, week).await?;
    let made = async {
        let mut tx = db.begin().await?;
        weeks::undo_week(&by, now, &mut tx, &room, &week, center.zone.date(now.0)).await?;
        tx.commit().await?;
        let here = center.path(format_args!("/rooms/{id}"));
        after(&mut *db.read().await?, &center, now, (&[id], here), "done.week_undone").await
    };
    Submitted::with_word(made.await, async |errors| {
        let page = RoomShow::load(&by, &mut *db.read().await?, now, center, room).await?;
        Ok(RoomShow { undoing: Form::again(Fields::default(), errors), ..page })
    })
    .await
}

#[post("/centers/<center>/rooms/<id>/closures", data = "<fields>")]
async fn close(
    by: Manager,
    db: &Db,
    now: Now,
    center: CenterId,
    id: RoomId,
    fields: Fields,
) -> Result<Submitted<RoomShow>> {
    let (center, room) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let input = times_forms::closing(&fields, now, &center, std::slice::from_ref(&room))?;
        let mut tx = db.begin().await?;
        times::close(&by, now, &mut tx, center.id(), &input).await?;
        tx.commit().await?;
        let here = center.path(format_args!("/rooms/{id}"));
        after(&mut *db.read().await?, &center, now, (&[id], here), "done.room_closed").await
    };
    Submitted::with_word(made.await, async |errors| {
        let page = RoomShow::load(&by, &mut *db.read().await?, now, center, room).await?;
        Ok(RoomShow { closing: Form::again(fields, errors), ..page })
    })
    .await
}

#[post("/centers/<center>/rooms/<id>/closures/<closure>/void", data = "<fields>")]
async fn void_closure(
    by: Manager,
    db: &Db,
    now: Now,
    center: CenterId,
    id: RoomId,
    closure: ClosureId,
    fields: Fields,
) -> Result<Submitted<RoomShow>> {
    let (center, room) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let reason = times_forms::why(&fields, &Closure::field_of(closure))?;
        let mut tx = db.begin().await?;
        times::void_closure(&by, now, &mut tx, &room, closure, &reason).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/rooms/{id}")))
    };
    Submitted::of(made.await, "done.closure_voided", async |errors| {
        let page = RoomShow::load(&by, &mut *db.read().await?, now, center, room).await?;
        Ok(RoomShow { voiding: Form::again(fields, errors), ..page })
    })
    .await
}

#[post("/centers/<center>/rooms/<id>/openings/<opening>/void", data = "<fields>")]
async fn void_opening(
    by: Manager,
    db: &Db,
    now: Now,
    center: CenterId,
    id: RoomId,
    opening: OpeningId,
    fields: Fields,
) -> Result<Submitted<RoomShow>> {
    let (center, room) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let reason = times_forms::why(&fields, &ExtraOpening::field_of(opening))?;
        let mut tx = db.begin().await?;
        times::void_opening(&by, now, &mut tx, &room, opening, &reason).await?;
        tx.commit().await?;
        let here = center.path(format_args!("/rooms/{id}"));
        after(&mut *db.read().await?, &center, now, (&[id], here), "done.opening_voided").await
    };
    Submitted::with_word(made.await, async |errors| {
        let page = RoomShow::load(&by, &mut *db.read().await?, now, center, room).await?;
        Ok(RoomShow { voiding: Form::again(fields, errors), ..page })
    })
    .await
}
