//! What residents' groups asked for, before the center's workers.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::types::{GroupContact, RoomRequest, RoomRequestId};
use super::{forms, queries, requests};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, Result};
use crate::fields::time_value;
use crate::rooms::{self, Room};
use crate::store::{Conn, Db, Sealer};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, show, approve, decline, reveal]
}

#[derive(Template)]
#[template(path = "reservations/requests.html")]
struct RoomRequestsPage {
    center: Center,
    open: Vec<RoomRequest>,
    answered: Vec<RoomRequest>,
    today: Date,
}

impl RoomRequestsPage {
    fn day(&self, at: &Timestamp) -> Date {
        self.center.zone.date(*at)
    }

    fn is_late(&self, one: &RoomRequest) -> bool {
        one.day < self.today
    }
}

impl View for RoomRequestsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("room_requests.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Reservations)
    }
}

#[get("/centers/<center>/room-requests")]
async fn list(by: Coordinator, db: &Db, now: Now, center: CenterId) -> Result<Page<RoomRequestsPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let (open, answered) = queries::requests(&mut conn, center.id()).await?;
    let today = center.zone.date(now.0);
    Ok(Page(RoomRequestsPage { center, open, answered, today }))
}

#[derive(Template)]
#[template(path = "reservations/request.html")]
struct RoomRequestPage {
    center: Center,
    one: RoomRequest,
    contact: Option<GroupContact>,
    /// The number in full, if it was just asked for.
    revealed: Option<String>,
    rooms: Vec<Room>,
    /// When the rooms are free on the day.
    free: Vec<(Room, Vec<(i64, i64)>)>,
    form: Form,
    declining: Form,
    revealing: Form,
}

impl RoomRequestPage {
    async fn load(conn: &mut Conn, now: Now, sealer: &Sealer, (center, one): (Center, RoomRequest)) -> Result<Self> {
        let wished = Fields::default()
            .with("room", one.room_id.map(|room| room.to_string()).unwrap_or_default())
            .with("date", one.day)
            .with("starts", time_value(one.from_minute))
            .with("ends", time_value(one.to_minute));
        let free = match one.is_open() {
            true => crate::activities::occupying::free_times(conn, now, &center, one.day).await?,
            false => Vec::new(),
        };
        Ok(Self {
            contact: one.contact(sealer)?,
            revealed: None,
            rooms: rooms::queries::of_center(conn, center.id()).await?,
            free,
            form: Form::filled(wished),
            declining: Form::new(),
            revealing: Form::new(),
            center,
            one,
        })
    }

    fn day(&self, at: &Timestamp) -> Date {
        self.center.zone.date(*at)
    }

    /// The rooms that are free all through the time that was wished.
    fn suits(&self, spans: &[(i64, i64)]) -> bool {
        spans.iter().any(|(from, to)| *from <= self.one.from_minute && self.one.to_minute <= *to)
    }
}

impl View for RoomRequestPage {
    fn title(&self, _: Lang) -> String {
        self.one.group_name.clone()
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Reservations)
    }

    fn refill(&mut self, typed: Fields) {
        if typed.names().any(|name| name == "date") {
            self.form = Form::filled(typed);
        } else if typed.names().any(|name| name == "reason") {
            self.revealing = Form::filled(typed);
        } else {
            self.declining = Form::filled(typed);
        }
    }
}

async fn open(by: &Coordinator, conn: &mut Conn, center: CenterId, id: RoomRequestId) -> Result<(Center, RoomRequest)> {
    let center = centers::queries::open_to(by, conn, center).await?;
    let one = queries::request(conn, center.id(), id).await?;
    Ok((center, one))
}

#[get("/centers/<center>/room-requests/<id>")]
async fn show(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: RoomRequestId,
) -> Result<Page<RoomRequestPage>> {
    let mut conn = db.read().await?;
    let opened = open(&by, &mut conn, center, id).await?;
    Ok(Page(RoomRequestPage::load(&mut conn, now, sealer, opened).await?))
}

#[post("/centers/<center>/room-requests/<id>/approval", data = "<fields>")]
async fn approve(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: RoomRequestId,
    fields: Fields,
) -> Result<Submitted<RoomRequestPage>> {
    let mut conn = db.read().await?;
    let (center, one) = open(&by, &mut conn, center, id).await?;
    let rooms = rooms::queries::of_center(&mut conn, center.id()).await?;
    drop(conn);
    let made = async {
        let answer = forms::grant(&fields, &center, &rooms, now)?;
        requests::approve(&by, now, db, &center, &one, &answer).await?;
        Ok::<_, Error>(one.path())
    };
    let made = made.await;
    Submitted::of(made, "done.request_approved", async |errors| {
        let mut page = RoomRequestPage::load(&mut *db.read().await?, now, sealer, (center, one)).await?;
        page.form = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

#[post("/centers/<center>/room-requests/<id>/refusal", data = "<fields>")]
async fn decline(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: RoomRequestId,
    fields: Fields,
) -> Result<Submitted<RoomRequestPage>> {
    let (center, one) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let word = forms::declining(&fields)?;
        let mut tx = db.begin().await?;
        requests::decline(&by, now, &mut tx, &center, one.id, &word).await?;
        tx.commit().await?;
        Ok::<_, Error>(one.path())
    };
    let made = made.await;
    Submitted::of(made, "done.request_declined", async |errors| {
        let mut page = RoomRequestPage::load(&mut *db.read().await?, now, sealer, (center, one)).await?;
        page.declining = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

/// The answer is the page with the number in full, this once.
#[post("/centers/<center>/room-requests/<id>/contact", data = "<fields>")]
async fn reveal(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: RoomRequestId,
    fields: Fields,
) -> Result<Result<Page<RoomRequestPage>, Submitted<RoomRequestPage>>> {
    let opened = open(&by, &mut *db.read().await?, center, id).await?;
    let shown = async {
        let reason = forms::reason(&fields)?;
        let mut tx = db.begin().await?;
        let number = requests::reveal(&by, now, &mut tx, sealer, &opened.0, &opened.1, &reason).await?;
        tx.commit().await?;
        Ok::<_, Error>(number)
    };
    let shown = shown.await;
    let mut page = RoomRequestPage::load(&mut *db.read().await?, now, sealer, opened).await?;
    match shown {
        Ok(number) => {
            page.revealed = Some(number);
            Ok(Ok(Page(page)))
        }
        Err(error) => {
            page.revealing = Form::again(fields, error.into_field_errors()?);
            Ok(Err(Submitted::again(page)))
        }
    }
}
