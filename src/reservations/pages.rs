//! A center's reservations: the list, a new one, and one with what is done with it.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::listing::ReservationsCut;
use super::queries::{self, PAGE};
use super::types::{Reservation, ReservationFile, ReservationId, ReservationKind, ReservationStanding};
use super::{actions, forms};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Now, Timestamp};
use crate::error::{Error, Result};
use crate::fields::time_value;
use crate::rooms::{self, Room};
use crate::store::{Conn, Db};
use crate::web::cut::{Asked, Toolbar};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, new, create, show, revise, cancel, minutes]
}

#[derive(Template)]
#[template(path = "reservations/list.html")]
struct ReservationsPage {
    center: Center,
    reservations: Vec<Reservation>,
    total: i64,
    page: i64,
    toolbar: Toolbar,
    /// Requests that wait for an answer.
    waiting: i64,
    now: Timestamp,
}

impl ReservationsPage {
    fn path(&self) -> String {
        self.center.path("/reservations")
    }

    fn standing(&self, one: &Reservation) -> ReservationStanding {
        one.standing(&self.now)
    }

    fn first(&self) -> i64 {
        (self.page - 1) * PAGE + 1
    }

    fn last(&self) -> i64 {
        (self.page * PAGE).min(self.total)
    }

    fn pages(&self) -> i64 {
        pages(self.total)
    }
}

/// The pages that so many take, at least one.
fn pages(total: i64) -> i64 {
    (total + PAGE - 1).max(PAGE) / PAGE
}

impl View for ReservationsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("reservations.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Reservations)
    }
}

#[get("/centers/<center>/reservations")]
async fn list(
    by: Coordinator,
    db: &Db,
    now: Now,
    lang: Lang,
    center: CenterId,
    asked: Asked,
) -> Result<Page<ReservationsPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let cut = ReservationsCut::read(&asked.0).unwrap_or_default();
    let total = queries::count(&mut conn, now, &center, cut).await?;
    let page = asked.0.get("page").parse().unwrap_or(1).clamp(1, pages(total));
    let reservations = queries::list(&mut conn, now, &center, cut, ((page - 1) * PAGE, PAGE)).await?;
    let waiting = queries::waiting_at(&mut conn, center.id()).await?;
    Ok(Page(ReservationsPage { center, reservations, total, page, toolbar: cut.toolbar(lang), waiting, now: now.0 }))
}

#[derive(Template)]
#[template(path = "reservations/new.html")]
struct NewReservationPage {
    center: Center,
    rooms: Vec<Room>,
    form: Form,
}

impl NewReservationPage {
    fn path(&self) -> String {
        self.center.path("/reservations")
    }

    fn kinds(&self) -> &'static [ReservationKind] {
        ReservationKind::ENTERED
    }
}

impl View for NewReservationPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("reservations.new")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Reservations)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

/// What an address says of it is filled in: a free time of the week's page, a room.
#[get("/centers/<center>/reservations/new")]
async fn new(by: Coordinator, db: &Db, now: Now, center: CenterId, asked: Asked) -> Result<Page<NewReservationPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let usual = Fields::default()
        .with("kind", ReservationKind::Meeting)
        .with("holder", &by.name)
        .with("date", center.zone.date(now.0).plus_days(1))
        .with("starts", "14:00")
        .with("ends", "15:00");
    let rooms = rooms::queries::of_center(&mut conn, center.id()).await?;
    Ok(Page(NewReservationPage { center, rooms, form: Form::filled(asked.0.or(usual)) }))
}

#[post("/centers/<center>/reservations", data = "<fields>")]
async fn create(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    fields: Fields,
) -> Result<Submitted<NewReservationPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let rooms = rooms::queries::of_center(&mut conn, center.id()).await?;
    drop(conn);
    let made = async {
        let input = forms::reservation(&fields, &center, &rooms, now)?;
        let made = actions::make(&by, now, db, &center, &input).await?;
        Ok::<_, Error>(match made.as_slice() {
            [one] => center.path(format_args!("/reservations/{one}")),
            _ => center.path("/reservations"),
        })
    };
    let made = made.await;
    Submitted::of(made, "done.reservation_made", async |errors| {
        Ok(NewReservationPage { center, rooms, form: Form::again(fields, errors) })
    })
    .await
}

/// One reservation.
#[derive(Template)]
#[template(path = "reservations/show.html")]
pub(super) struct ReservationPage {
    center: Center,
    one: Reservation,
    siblings: Vec<Reservation>,
    rooms: Vec<Room>,
    files: Vec<ReservationFile>,
    now: Timestamp,
    form: Form,
    pub(super) writing: Form,
    cancelling: Form,
    pub(super) keeping: Form,
}

impl ReservationPage {
    pub(super) async fn load(conn: &mut Conn, now: Now, (center, one): (Center, Reservation)) -> Result<Self> {
        let written = Fields::default().with("minutes", one.minutes.clone().unwrap_or_default());
        Ok(Self {
            siblings: queries::siblings(conn, &one).await?,
            rooms: rooms::queries::of_center(conn, center.id()).await?,
            files: queries::files(conn, one.id).await?,
            now: now.0,
            form: Form::filled(values(&center, &one)),
            writing: Form::filled(written),
            cancelling: Form::new(),
            keeping: Form::new(),
            center,
            one,
        })
    }

    fn standing(&self) -> ReservationStanding {
        self.one.standing(&self.now)
    }

    fn is_coming(&self) -> bool {
        self.standing() == ReservationStanding::Coming
    }

    fn is_held(&self) -> bool {
        self.standing() == ReservationStanding::Held
    }

    fn has_begun(&self) -> bool {
        self.one.has_begun(&self.now)
    }

    /// Whether its room is offered no more.
    fn is_room_gone(&self) -> bool {
        !self.rooms.iter().any(|room| room.id == self.one.room_id)
    }

    /// Whether others of its series come after it.
    fn has_later(&self) -> bool {
        self.siblings.iter().any(|other| other.cancelled_at.is_none() && other.starts_at > self.one.starts_at)
    }

    fn day(&self, at: &Timestamp) -> crate::clock::Date {
        self.center.zone.date(*at)
    }

    fn sibling_standing(&self, other: &Reservation) -> ReservationStanding {
        other.standing(&self.now)
    }
}

/// What the form holds of it.
fn values(center: &Center, one: &Reservation) -> Fields {
    let slot = one.slot(center);
    Fields::default()
        .with("title", &one.title)
        .with("holder", &one.holder)
        .with("attendees", one.attendees.clone().unwrap_or_default())
        .with("heads", one.heads.map(|heads| heads.to_string()).unwrap_or_default())
        .with("room", one.room_id)
        .with("date", slot.date)
        .with("starts", time_value(slot.from))
        .with("ends", time_value(slot.to))
}

impl View for ReservationPage {
    fn title(&self, _: Lang) -> String {
        self.one.title.clone()
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Reservations)
    }

    fn refill(&mut self, typed: Fields) {
        if typed.names().any(|name| name == "minutes") {
            self.writing = Form::filled(typed);
        } else if typed.names().any(|name| name == "reason") {
            self.cancelling = Form::filled(typed);
        } else {
            self.form = Form::filled(typed);
        }
    }
}

pub(super) async fn open(
    by: &Coordinator,
    conn: &mut Conn,
    center: CenterId,
    id: ReservationId,
) -> Result<(Center, Reservation)> {
    let center = centers::queries::open_to(by, conn, center).await?;
    let one = queries::find(conn, center.id(), id).await?;
    Ok((center, one))
}

#[get("/centers/<center>/reservations/<id>", rank = 2)]
async fn show(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: ReservationId,
) -> Result<Page<ReservationPage>> {
    let mut conn = db.read().await?;
    let opened = open(&by, &mut conn, center, id).await?;
    Ok(Page(ReservationPage::load(&mut conn, now, opened).await?))
}

#[post("/centers/<center>/reservations/<id>", data = "<fields>")]
async fn revise(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: ReservationId,
    fields: Fields,
) -> Result<Submitted<ReservationPage>> {
    let mut conn = db.read().await?;
    let (center, one) = open(&by, &mut conn, center, id).await?;
    let rooms = rooms::queries::of_center(&mut conn, center.id()).await?;
    drop(conn);
    let made = async {
        let input = forms::revision(&fields, &center, &rooms, now, &one)?;
        actions::revise(&by, now, db, &center, &one, &input).await?;
        Ok::<_, Error>(one.path())
    };
    let made = made.await;
    Submitted::of(made, "done.saved", async |errors| {
        let mut page = ReservationPage::load(&mut *db.read().await?, now, (center, one)).await?;
        page.form = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

#[post("/centers/<center>/reservations/<id>/cancellation", data = "<fields>")]
async fn cancel(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: ReservationId,
    fields: Fields,
) -> Result<Submitted<ReservationPage>> {
    let (center, one) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let why = forms::cancelling(&fields)?;
        let mut tx = db.begin().await?;
        actions::cancel(&by, now, &mut tx, &center, &one, &why).await?;
        tx.commit().await?;
        Ok::<_, Error>(one.path())
    };
    let made = made.await;
    Submitted::of(made, "done.reservation_cancelled", async |errors| {
        let mut page = ReservationPage::load(&mut *db.read().await?, now, (center, one)).await?;
        page.cancelling = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

#[post("/centers/<center>/reservations/<id>/minutes", data = "<fields>")]
async fn minutes(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: ReservationId,
    fields: Fields,
) -> Result<Submitted<ReservationPage>> {
    let (center, one) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let minutes = forms::minutes(&fields)?;
        let mut tx = db.begin().await?;
        actions::write_minutes(&by, now, &mut tx, &center, &one, minutes.as_deref()).await?;
        tx.commit().await?;
        Ok::<_, Error>(one.path())
    };
    let made = made.await;
    Submitted::of(made, "done.saved", async |errors| {
        let mut page = ReservationPage::load(&mut *db.read().await?, now, (center, one)).await?;
        page.writing = Form::again(fields, errors);
        Ok(page)
    })
    .await
}
