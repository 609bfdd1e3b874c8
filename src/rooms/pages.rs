//! A center's rooms: the list with how it stands to the notice, and the form of one room.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::affected::{self, AffectedBooking, AffectedSession};
use super::listing::RoomsCut;
use super::planned::{self, PlannedRoom};
use super::room_pages::{HoursForm, open};
use super::standard::{self, Measured};
use super::types::{Closure, Room, RoomClass, RoomDetails, RoomFeature, RoomId, RoomKind};
use super::{actions, forms, queries};
use crate::auth::{CenterReader, Coordinator, Manager, Viewer};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, Result};
use crate::store::{Conn, Db};
use crate::web::cut::{Asked, Toolbar};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, new, create, create_required, edit, update, retire, restore]
}

#[derive(Template)]
#[template(path = "rooms/list.html")]
struct RoomsPage {
    center: Center,
    rooms: Vec<Room>,
    /// Those of them that are listed.
    listed: Vec<Room>,
    toolbar: Toolbar,
    /// Out of use, for whoever may put them back.
    retired: Vec<Room>,
    closures: Vec<Closure>,
    /// Planned sessions whose room is shut to them.
    affected: Vec<AffectedSession>,
    /// What else is booked in a room that is shut then.
    affected_bookings: Vec<AffectedBooking>,
    /// Rooms that are being built.
    planned: Vec<PlannedRoom>,
    measured: Measured,
    /// Required kinds of which rooms are added at once: those that are missing, and those that came back with a fault.
    offered: Vec<RoomKind>,
    form: Form,
    today: Date,
    may_manage: bool,
    /// Whether the reader keeps what is broken, owned and practised.
    may_coordinate: bool,
}

impl RoomsPage {
    /// With the form as it was sent, or with what it proposes.
    async fn load(
        by: &Viewer,
        conn: &mut Conn,
        now: Now,
        center: Center,
        (cut, lang): (&RoomsCut, Lang),
        sent: Option<Form>,
    ) -> Result<Self> {
        let rooms = queries::of_center(conn, center.id()).await?;
        let kinds = queries::kinds(conn).await?;
        let today = center.zone.date(now.0);
        let measured = Measured::of(conn, center.id(), today, &standard::sizes(&rooms), &kinds).await?;
        let missing = &measured.standard.missing_required;
        let form = sent.unwrap_or_else(|| Form::filled(forms::proposal(missing)));
        let faulty = |kind: &RoomKind| form.fault(&forms::in_row("name", kind.id)).is_some();
        let toolbar = cut.toolbar(lang, &kinds);
        let offered = |kind: &RoomKind| missing.contains(kind) || faulty(kind);
        let (affected, affected_bookings) = affected::all(conn, &center, now).await?;
        Ok(Self {
            offered: kinds.into_iter().filter(offered).collect(),
            closures: queries::closures(conn, center.id(), now.0, Timestamp(i64::MAX)).await?,
            affected,
            affected_bookings,
            planned: planned::queries::coming(conn, center.id()).await?,
            retired: queries::retired(conn, center.id()).await?,
            may_manage: Manager::includes(by.role),
            may_coordinate: Coordinator::includes(by.role),
            today,
            listed: cut.of(rooms.clone()),
            toolbar,
            center,
            rooms,
            measured,
            form,
        })
    }

    fn in_row(&self, field: &str, kind: &RoomKind) -> String {
        forms::in_row(field, kind.id)
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

    fn hours_a_week(&self, room: &Room) -> i64 {
        room.hours.week(self.today).minutes_a_week() / 60
    }
}

impl View for RoomsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("rooms.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Rooms)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/rooms")]
async fn list(
    by: CenterReader,
    db: &Db,
    now: Now,
    lang: Lang,
    center: CenterId,
    asked: Asked,
) -> Result<Page<RoomsPage>> {
    let cut = RoomsCut::read(&asked.0).unwrap_or_default();
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    Ok(Page(RoomsPage::load(&by, &mut conn, now, center, (&cut, lang), None).await?))
}

#[post("/centers/<center>/rooms/required", data = "<fields>")]
async fn create_required(
    by: Manager,
    db: &Db,
    now: Now,
    lang: Lang,
    center: CenterId,
    fields: Fields,
) -> Result<Submitted<RoomsPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let mut tx = db.begin().await?;
        let kinds = queries::kinds(&mut tx).await?;
        let asked = Measured::of(&mut tx, center.id(), center.zone.date(now.0), &[], &kinds).await?;
        actions::add_all(&by, now, &mut tx, &center, &forms::rooms(&fields, &asked.required)?).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(made.await.map(|()| center.path("/rooms")), "done.rooms_added", async |errors| {
        let form = Form::again(fields, errors);
        RoomsPage::load(&by, &mut *db.read().await?, now, center, (&RoomsCut::default(), lang), Some(form)).await
    })
    .await
}

/// The form of a room: a new one (`room` is none), a known one, whose hours have a page of their own, or a planned one that opens.
#[derive(Template)]
#[template(path = "rooms/form.html")]
pub(super) struct RoomPage {
    center: Center,
    room: Option<Room>,
    opened: Option<PlannedRoom>,
    kinds: Vec<RoomKind>,
    form: Form,
}

impl RoomPage {
    async fn load(conn: &mut Conn, center: Center, room: Option<Room>, form: Form) -> Result<Self> {
        Ok(Self { center, room, opened: None, kinds: queries::kinds(conn).await?, form })
    }

    /// The form with which a planned room opens.
    pub(super) async fn of_planned(conn: &mut Conn, center: Center, planned: PlannedRoom, form: Form) -> Result<Self> {
        Ok(Self { center, room: None, opened: Some(planned), kinds: queries::kinds(conn).await?, form })
    }

    fn kinds_of(&self, class: &RoomClass) -> Vec<&RoomKind> {
        self.kinds.iter().filter(|kind| kind.class == *class).collect()
    }

    fn classes(&self) -> &'static [RoomClass] {
        RoomClass::ALL
    }

    fn features(&self) -> &'static [RoomFeature] {
        RoomFeature::ALL
    }

    fn heading(&self, lang: Lang) -> String {
        match (&self.room, &self.opened) {
            (Some(room), _) => room.name.clone(),
            (None, Some(planned)) => planned.name.clone(),
            (None, None) => lang.text("rooms.new"),
        }
    }
}

impl HoursForm for RoomPage {
    fn hours_form(&self) -> &Form {
        &self.form
    }
}

impl View for RoomPage {
    fn title(&self, lang: Lang) -> String {
        self.heading(lang)
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Rooms)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

/// The hours in which most rooms are open; nobody should have to type them.
pub(super) fn usual_hours(mut values: Fields) -> Fields {
    for weekday in 1..=7 {
        values.add(&format!("hours.{weekday}.opens"), "08:30");
        values.add(&format!("hours.{weekday}.closes"), "21:00");
    }
    values
}

#[get("/centers/<center>/rooms/new")]
async fn new(by: Manager, db: &Db, center: CenterId) -> Result<Page<RoomPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let values = usual_hours(Fields::default().with("buffer_minutes", 0));
    Ok(Page(RoomPage::load(&mut conn, center, None, Form::filled(values)).await?))
}

#[post("/centers/<center>/rooms", data = "<fields>")]
async fn create(by: Manager, db: &Db, now: Now, center: CenterId, fields: Fields) -> Result<Submitted<RoomPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let input = forms::room(&fields)?;
        let mut tx = db.begin().await?;
        actions::add(&by, now, &mut tx, &center, &input).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(made.await.map(|()| center.path("/rooms")), "done.room_added", async |errors| {
        let form = Form::again(fields, errors);
        RoomPage::load(&mut *db.read().await?, center, None, form).await
    })
    .await
}

#[get("/centers/<center>/rooms/<id>/edit")]
async fn edit(by: Manager, db: &Db, center: CenterId, id: RoomId) -> Result<Page<RoomPage>> {
    let mut conn = db.read().await?;
    let (center, room) = open(&by, &mut conn, center, id).await?;
    let form = Form::filled(values(&room, &queries::details(&mut conn, id).await?));
    Ok(Page(RoomPage::load(&mut conn, center, Some(room), form).await?))
}

/// What the form holds of a room.
fn values(room: &Room, details: &RoomDetails) -> Fields {
    let mut values = Fields::default()
        .with("name", &room.name)
        .with("kind", room.kind_id)
        .with("area_m2", room.area_m2)
        .with("capacity", room.capacity)
        .with("buffer_minutes", room.buffer_minutes)
        .with("floor", details.floor.as_deref().unwrap_or_default())
        .with("directions", details.directions.as_deref().unwrap_or_default());
    for feature in &details.features {
        values.add("features", feature.code());
    }
    values
}

#[post("/centers/<center>/rooms/<id>", rank = 2, data = "<fields>")]
async fn update(
    by: Manager,
    db: &Db,
    now: Now,
    center: CenterId,
    id: RoomId,
    fields: Fields,
) -> Result<Submitted<RoomPage>> {
    let (center, room) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let facts = forms::facts(&fields)?;
        let mut tx = db.begin().await?;
        actions::revise(&by, now, &mut tx, &room, &facts).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/rooms/{id}")))
    };
    Submitted::of(made.await, "done.saved", async |errors| {
        let form = Form::again(fields, errors);
        RoomPage::load(&mut *db.read().await?, center, Some(room), form).await
    })
    .await
}

#[post("/centers/<center>/rooms/<id>/retirement")]
async fn retire(by: Manager, db: &Db, now: Now, center: CenterId, id: RoomId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (center, room) = open(&by, &mut tx, center, id).await?;
    actions::retire(&by, now, &mut tx, center.id(), &room).await?;
    tx.commit().await?;
    Ok(Done::to(center.path("/rooms"), "done.room_retired"))
}

#[post("/centers/<center>/rooms/<id>/restoration")]
async fn restore(by: Manager, db: &Db, now: Now, center: CenterId, id: RoomId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    actions::restore(&by, now, &mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Done::to(center.path("/rooms"), "done.room_restored"))
}
