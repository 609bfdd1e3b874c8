//! A center's rooms: the list with how it stands to the notice, and the form of one room.

use crate::auth::{CenterReader, Manager, Viewer};
use std::time::Duration;

use askama::Template;
use rocket::{Route, get, post, routes};

use super::listing::RoomsCut;
use super::standard::{self, Measured};
use super::types::{Closure, ClosureId, Room, RoomClass, RoomId, RoomKind};
use super::{actions, forms, queries};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, Fault, Result};
use crate::fields::{parse, time_value};
use crate::store::{Conn, Db};
use crate::web::cut::{Asked, Toolbar};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, new, create, create_required, edit, update, close, void_closure, retire, restore]
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
    measured: Measured,
    /// Required kinds of which rooms are added at once: those that are missing, and those that came back with a fault.
    offered: Vec<RoomKind>,
    form: Form,
    today: Date,
    may_manage: bool,
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
        Ok(Self {
            offered: kinds.into_iter().filter(offered).collect(),
            closures: queries::closures(conn, center.id(), now.0, Timestamp(i64::MAX)).await?,
            retired: queries::retired(conn, center.id()).await?,
            may_manage: Manager::includes(by.role),
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

/// The form of a room, new (`room` is none) or known.
#[derive(Template)]
#[template(path = "rooms/form.html")]
struct RoomPage {
    center: Center,
    room: Option<Room>,
    kinds: Vec<RoomKind>,
    form: Form,
    /// The further forms of a known room's page.
    closing: Form,
    voiding: Form,
    /// The room's closures to come, and of the last weeks.
    closures: Vec<Closure>,
}

/// How far back a room's page shows closures, in days: as far as sessions are entered afterwards.
const CLOSURES_BACK: u64 = 92;

impl RoomPage {
    async fn load(conn: &mut Conn, now: Now, center: Center, room: Option<Room>, form: Form) -> Result<Self> {
        let since = now.0.minus(Duration::from_secs(CLOSURES_BACK * 24 * 3600));
        let mut closures = queries::closures(conn, center.id(), since, Timestamp(i64::MAX)).await?;
        closures.retain(|closure| room.as_ref().is_some_and(|room| room.id == closure.room_id));
        let kinds = queries::kinds(conn).await?;
        Ok(Self { center, room, kinds, form, closing: Form::new(), voiding: Form::new(), closures })
    }

    fn kinds_of(&self, class: &RoomClass) -> Vec<&RoomKind> {
        self.kinds.iter().filter(|kind| kind.class == *class).collect()
    }

    /// The name of a weekday's field, `hours.1.opens`.
    fn field(&self, weekday: &i64, end: &str) -> String {
        format!("hours.{weekday}.{end}")
    }

    /// How often the day opens that opens most often.
    fn openings(&self) -> usize {
        let ends = (1..=7).flat_map(|day| [self.field(&day, "opens"), self.field(&day, "closes")]);
        ends.map(|name| self.form.count(&name)).max().unwrap_or(0)
    }

    /// The further openings of a day that have fields: a second one, and as many as there are.
    fn further(&self) -> std::ops::Range<usize> {
        1..self.openings().max(2)
    }

    fn classes(&self) -> &'static [RoomClass] {
        RoomClass::ALL
    }
}

impl View for RoomPage {
    fn title(&self, lang: Lang) -> String {
        self.room.as_ref().map_or_else(|| lang.text("rooms.new"), |room| room.name.clone())
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Rooms)
    }

    fn refill(&mut self, typed: Fields) {
        if !typed.get("from").is_empty() {
            self.closing = Form::filled(typed);
        } else if typed.names().any(|name| name.starts_with("reason")) {
            self.voiding = Form::filled(typed);
        } else {
            self.form = Form::filled(typed);
        }
    }
}

#[get("/centers/<center>/rooms/new")]
async fn new(by: Manager, db: &Db, now: Now, center: CenterId) -> Result<Page<RoomPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    // Most rooms are open like this; nobody should have to type it.
    let mut values = Fields::default().with("buffer_minutes", 0);
    for weekday in 1..=7 {
        values.add(&format!("hours.{weekday}.opens"), "08:30");
        values.add(&format!("hours.{weekday}.closes"), "21:00");
    }
    Ok(Page(RoomPage::load(&mut conn, now, center, None, Form::filled(values)).await?))
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
        RoomPage::load(&mut *db.read().await?, now, center, None, form).await
    })
    .await
}

#[get("/centers/<center>/rooms/<id>", rank = 2)]
async fn edit(by: Manager, db: &Db, now: Now, center: CenterId, id: RoomId) -> Result<Page<RoomPage>> {
    let mut conn = db.read().await?;
    let (center, room) = open(&by, &mut conn, center, id).await?;
    let form = Form::filled(values(&room, center.zone.date(now.0)));
    Ok(Page(RoomPage::load(&mut conn, now, center, Some(room), form).await?))
}

/// What the form holds of a room: of its hours those of today.
fn values(room: &Room, today: Date) -> Fields {
    let mut values = Fields::default()
        .with("name", &room.name)
        .with("kind", room.kind_id)
        .with("area_m2", room.area_m2)
        .with("capacity", room.capacity)
        .with("buffer_minutes", room.buffer_minutes);
    for (weekday, opens, closes) in room.hours.week(today).spans() {
        values.add(&format!("hours.{weekday}.opens"), &time_value(opens));
        values.add(&format!("hours.{weekday}.closes"), &time_value(closes));
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
        let input = forms::room(&fields)?;
        let mut tx = db.begin().await?;
        actions::revise(&by, now, &mut tx, &center, &room, &input).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(made.await.map(|()| center.path("/rooms")), "done.saved", async |errors| {
        let form = Form::again(fields, errors);
        RoomPage::load(&mut *db.read().await?, now, center, Some(room), form).await
    })
    .await
}

async fn open(by: &Manager, conn: &mut Conn, center: CenterId, id: RoomId) -> Result<(Center, Room)> {
    let center = centers::queries::open_to(by, conn, center).await?;
    let room = queries::find(conn, center.id(), id).await?;
    Ok((center, room))
}

#[post("/centers/<center>/rooms/<id>/closures", data = "<fields>")]
async fn close(
    by: Manager,
    db: &Db,
    now: Now,
    center: CenterId,
    id: RoomId,
    fields: Fields,
) -> Result<Submitted<RoomPage>> {
    let (center, room) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let day = parse::day(center.zone.date(now.0), parse::PLANS);
        let mut read = fields.read();
        let from = read.required("from", &day);
        let to = read.required("to", &day);
        let reason = read.required("reason", parse::line(80));
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            read.fault::<()>("to", Fault::new("field.ends_before_start"));
        }
        let (from, to, reason) = read.finish(|| Some((from?, to?, reason?)))?;
        let span = (center.zone.midnight(from), center.zone.midnight(to.plus_days(1)));
        let mut tx = db.begin().await?;
        actions::close(&by, now, &mut tx, &room, span, &reason).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(made.await.map(|()| center.path("/rooms")), "done.room_closed", async |errors| {
        let form = Form::filled(values(&room, center.zone.date(now.0)));
        let closing = Form::again(fields, errors);
        let page = RoomPage::load(&mut *db.read().await?, now, center, Some(room), form).await?;
        Ok(RoomPage { closing, ..page })
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
) -> Result<Submitted<RoomPage>> {
    let (center, room) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let mut read = fields.read();
        let reason = read.required(&Closure::field_of(closure), parse::line(80));
        let reason = read.finish(|| reason)?;
        let mut tx = db.begin().await?;
        actions::void_closure(&by, now, &mut tx, &room, closure, &reason).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(
        made.await.map(|()| center.path(format_args!("/rooms/{id}"))),
        "done.closure_voided",
        async |errors| {
            let voiding = Form::again(fields, errors);
            let form = Form::filled(values(&room, center.zone.date(now.0)));
            let page = RoomPage::load(&mut *db.read().await?, now, center, Some(room), form).await?;
            Ok(RoomPage { voiding, ..page })
        },
    )
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
