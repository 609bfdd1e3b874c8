//! Closing and opening several rooms of a center at once: a typhoon, a holiday, a make-up workday.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::affected::{self, AffectedBooking, AffectedSession};
use super::room_pages::after;
use super::types::{Closure, ExtraOpening, Room, RoomId};
use super::{queries, times, times_forms};
use crate::auth::{CenterReader, Manager, Viewer};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Now, Timestamp};
use crate::error::{Error, Result};
use crate::store::{Conn, Db};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![closures, openings, close, open_extra]
}

/// A center's closures, and the form of one.
#[derive(Template)]
#[template(path = "rooms/closures.html")]
struct ClosuresPage {
    center: Center,
    rooms: Vec<Room>,
    closures: Vec<Closure>,
    affected: Vec<AffectedSession>,
    /// What else is booked in a room that is shut then.
    affected_bookings: Vec<AffectedBooking>,
    may_manage: bool,
    form: Form,
}

impl ClosuresPage {
    async fn load(by: &Viewer, conn: &mut Conn, now: Now, center: Center) -> Result<Self> {
        let (affected, affected_bookings) = affected::all(conn, &center, now).await?;
        Ok(Self {
            rooms: queries::of_center(conn, center.id()).await?,
            closures: queries::closures(conn, center.id(), now.0, Timestamp(i64::MAX)).await?,
            affected,
            affected_bookings,
            may_manage: Manager::includes(by.role),
            form: Form::new(),
            center,
        })
    }

    fn room_name(&self, id: &RoomId) -> &str {
        self.rooms.iter().find(|room| room.id == *id).map_or("", |room| room.name.as_str())
    }

    fn hit_by(&self, closure: &Closure) -> usize {
        let sessions = self.affected.iter().filter(|session| session.is_under(closure.id)).count();
        sessions + self.affected_bookings.iter().filter(|booking| booking.is_under(closure.id)).count()
    }

    /// How many of both there are to deal with.
    fn hits(&self) -> usize {
        self.affected.len() + self.affected_bookings.len()
    }
}

impl View for ClosuresPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("rooms.closures")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Rooms)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

/// A center's extra openings, and the form of one.
#[derive(Template)]
#[template(path = "rooms/openings.html")]
struct OpeningsPage {
    center: Center,
    rooms: Vec<Room>,
    openings: Vec<ExtraOpening>,
    may_manage: bool,
    form: Form,
}

impl OpeningsPage {
    async fn load(by: &Viewer, conn: &mut Conn, now: Now, center: Center) -> Result<Self> {
        Ok(Self {
            rooms: queries::of_center(conn, center.id()).await?,
            openings: queries::openings(conn, center.id(), now.0, Timestamp(i64::MAX)).await?,
            may_manage: Manager::includes(by.role),
            form: Form::new(),
            center,
        })
    }

    fn room_name(&self, id: &RoomId) -> &str {
        self.rooms.iter().find(|room| room.id == *id).map_or("", |room| room.name.as_str())
    }
}

impl View for OpeningsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("rooms.extra_openings")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Rooms)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/room-closures")]
async fn closures(by: CenterReader, db: &Db, now: Now, center: CenterId) -> Result<Page<ClosuresPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    Ok(Page(ClosuresPage::load(&by, &mut conn, now, center).await?))
}

#[get("/centers/<center>/room-openings")]
async fn openings(by: CenterReader, db: &Db, now: Now, center: CenterId) -> Result<Page<OpeningsPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    Ok(Page(OpeningsPage::load(&by, &mut conn, now, center).await?))
}

#[post("/centers/<center>/room-closures", data = "<fields>")]
async fn close(by: Manager, db: &Db, now: Now, center: CenterId, fields: Fields) -> Result<Submitted<ClosuresPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let rooms = queries::of_center(&mut conn, center.id()).await?;
    drop(conn);
    let made = async {
        let input = times_forms::closing(&fields, now, &center, &rooms)?;
        let mut tx = db.begin().await?;
        times::close(&by, now, &mut tx, center.id(), &input).await?;
        tx.commit().await?;
        let list = center.path("/room-closures");
        after(&mut *db.read().await?, &center, now, (&input.rooms, list), "done.room_closed").await
    };
    Submitted::with_word(made.await, async |errors| {
        let page = ClosuresPage::load(&by, &mut *db.read().await?, now, center).await?;
        Ok(ClosuresPage { form: Form::again(fields, errors), ..page })
    })
    .await
}

#[post("/centers/<center>/room-openings", data = "<fields>")]
async fn open_extra(
    by: Manager,
    db: &Db,
    now: Now,
    center: CenterId,
    fields: Fields,
) -> Result<Submitted<OpeningsPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let rooms = queries::of_center(&mut conn, center.id()).await?;
    drop(conn);
    let made = async {
        let input = times_forms::opening(&fields, now, &center, &rooms)?;
        let mut tx = db.begin().await?;
        times::open_extra(&by, now, &mut tx, center.id(), &input).await?;
        tx.commit().await?;
        let list = center.path("/room-openings");
        Ok::<_, Error>(match input.rooms.as_slice() {
            [room] => (center.path(format_args!("/rooms/{room}")), "done.room_opened_extra"),
            _ => (list, "done.room_opened_extra"),
        })
    };
    Submitted::with_word(made.await, async |errors| {
        let page = OpeningsPage::load(&by, &mut *db.read().await?, now, center).await?;
        Ok(OpeningsPage { form: Form::again(fields, errors), ..page })
    })
    .await
}
