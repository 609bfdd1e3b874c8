//! A center's planned rooms: the list with its form, one with how far it is, and its opening.

use askama::Template;
use rocket::form::{Form as Multipart, FromForm};
use rocket::{Route, State, get, post, routes};

use super::forms::{self, StepInput};
use super::types::{BuildState, PlannedRoom, PlannedRoomId, PlannedStep, PlannedStepId, RoomWay};
use super::{actions, queries};
use crate::auth::{CenterReader, Manager, Viewer};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::files::{self, CheckedFile, FileAnswer, SentFile};
use crate::rooms::pages::{RoomPage, usual_hours};
use crate::rooms::photos::PICTURES;
use crate::rooms::{self, RoomKind};
use crate::store::{Conn, Db, Sealer};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(in crate::rooms) fn routes() -> Vec<Route> {
    routes![list, create, show, update, step, picture, opening, open_up, withdraw]
}

#[derive(Template)]
#[template(path = "rooms/planned_list.html")]
struct PlannedPage {
    center: Center,
    planned: Vec<PlannedRoom>,
    kinds: Vec<RoomKind>,
    may_manage: bool,
    form: Form,
}

impl PlannedPage {
    async fn load(by: &Viewer, conn: &mut Conn, center: Center, form: Form) -> Result<Self> {
        Ok(Self {
            planned: queries::all(conn, center.id()).await?,
            kinds: rooms::queries::kinds(conn).await?,
            may_manage: Manager::includes(by.role),
            center,
            form,
        })
    }

    fn ways(&self) -> &'static [RoomWay] {
        RoomWay::ALL
    }
}

impl View for PlannedPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("planned_rooms.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Rooms)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/planned-rooms")]
async fn list(by: CenterReader, db: &Db, center: CenterId) -> Result<Page<PlannedPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    Ok(Page(PlannedPage::load(&by, &mut conn, center, Form::new()).await?))
}

#[post("/centers/<center>/planned-rooms", data = "<fields>")]
async fn create(by: Manager, db: &Db, now: Now, center: CenterId, fields: Fields) -> Result<Submitted<PlannedPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let input = forms::planned(&fields)?;
        let mut tx = db.begin().await?;
        let id = actions::add(&by, now, &mut tx, &center, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/planned-rooms/{id}")))
    };
    Submitted::of(made.await, "done.room_planned", async |errors| {
        PlannedPage::load(&by, &mut *db.read().await?, center, Form::again(fields, errors)).await
    })
    .await
}

#[derive(Template)]
#[template(path = "rooms/planned.html")]
struct PlannedShow {
    center: Center,
    planned: PlannedRoom,
    steps: Vec<PlannedStep>,
    kinds: Vec<RoomKind>,
    may_manage: bool,
    form: Form,
    stepping: Form,
    withdrawing: Form,
}

impl PlannedShow {
    async fn load(by: &Viewer, conn: &mut Conn, now: Now, center: Center, planned: PlannedRoom) -> Result<Self> {
        let cost = planned.cost_yuan.map(|yuan| yuan.to_string()).unwrap_or_default();
        let values = Fields::default()
            .with("name", &planned.name)
            .with("kind", planned.kind_id)
            .with("area_m2", planned.area_m2)
            .with("way", planned.way)
            .with("cost_yuan", cost)
            .with("note", planned.note.as_deref().unwrap_or_default());
        let step = Fields::default().with("state", planned.state).with("on_date", center.zone.date(now.0));
        Ok(Self {
            steps: queries::steps(conn, planned.id).await?,
            kinds: rooms::queries::kinds(conn).await?,
            may_manage: Manager::includes(by.role) && planned.is_coming(),
            form: Form::filled(values),
            stepping: Form::filled(step),
            withdrawing: Form::new(),
            center,
            planned,
        })
    }

    fn here(&self) -> String {
        self.center.path(format_args!("/planned-rooms/{}", self.planned.id))
    }

    fn ways(&self) -> &'static [RoomWay] {
        RoomWay::ALL
    }

    fn states(&self) -> &'static [BuildState] {
        BuildState::ALL
    }
}

impl View for PlannedShow {
    fn title(&self, _: Lang) -> String {
        self.planned.name.clone()
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Rooms)
    }

    fn refill(&mut self, typed: Fields) {
        match typed.get("name").is_empty() {
            true => self.withdrawing = Form::filled(typed),
            false => self.form = Form::filled(typed),
        }
    }
}

async fn open(by: &Viewer, conn: &mut Conn, center: CenterId, id: PlannedRoomId) -> Result<(Center, PlannedRoom)> {
    let center = centers::queries::open_to(by, conn, center).await?;
    let planned = queries::find(conn, center.id(), id).await?;
    Ok((center, planned))
}

#[get("/centers/<center>/planned-rooms/<id>")]
async fn show(by: CenterReader, db: &Db, now: Now, center: CenterId, id: PlannedRoomId) -> Result<Page<PlannedShow>> {
    let mut conn = db.read().await?;
    let (center, planned) = open(&by, &mut conn, center, id).await?;
    Ok(Page(PlannedShow::load(&by, &mut conn, now, center, planned).await?))
}

#[post("/centers/<center>/planned-rooms/<id>", data = "<fields>")]
async fn update(
    by: Manager,
    db: &Db,
    now: Now,
    center: CenterId,
    id: PlannedRoomId,
    fields: Fields,
) -> Result<Submitted<PlannedShow>> {
    let (center, planned) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let input = forms::planned(&fields)?;
        let mut tx = db.begin().await?;
        actions::revise(&by, now, &mut tx, &planned, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/planned-rooms/{id}")))
    };
    Submitted::of(made.await, "done.saved", async |errors| {
        let page = PlannedShow::load(&by, &mut *db.read().await?, now, center, planned).await?;
        Ok(PlannedShow { form: Form::again(fields, errors), ..page })
    })
    .await
}

#[derive(FromForm)]
pub(crate) struct SentStep {
    #[field(default = "")]
    state: String,
    #[field(default = "")]
    on_date: String,
    #[field(default = "")]
    step_note: String,
    photo: Option<SentFile>,
}

/// How far a room is, as it was sent: the fields, and a picture perhaps.
pub(super) struct StepBody {
    pub fields: Fields,
    photo: Option<SentFile>,
}

impl StepBody {
    /// # Errors
    /// `Invalid` at `photo` where the body is no form with a file.
    pub(super) fn of(sent: rocket::form::Result<'_, Multipart<SentStep>>) -> Result<Self> {
        let sent = sent.map_err(|_| Error::field("photo", "field.not_a_picture"))?.into_inner();
        let fields = Fields::default()
            .with("state", sent.state.trim())
            .with("on_date", sent.on_date.trim())
            .with("step_note", sent.step_note.trim());
        Ok(Self { fields, photo: sent.photo.filter(|photo| !photo.is_empty()) })
    }

    /// # Errors
    /// `Invalid` at what is wrong with it.
    pub(super) async fn checked(self, today: Date) -> Result<(StepInput, Option<CheckedFile>)> {
        let input = forms::step(&self.fields, today)?;
        let photo = match self.photo {
            Some(photo) => Some(photo.checked("photo", PICTURES).await?),
            None => None,
        };
        Ok((input, photo))
    }
}

#[post("/centers/<center>/planned-rooms/<id>/steps", data = "<sent>")]
async fn step(
    by: Manager,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PlannedRoomId,
    sent: rocket::form::Result<'_, Multipart<SentStep>>,
) -> Result<Submitted<PlannedShow>> {
    let (center, planned) = open(&by, &mut *db.read().await?, center, id).await?;
    let mut typed = Fields::default();
    let made = async {
        let body = StepBody::of(sent)?;
        typed = body.fields.clone();
        let (input, photo) = body.checked(center.zone.date(now.0)).await?;
        let mut tx = db.begin().await?;
        actions::step(&by, now, &mut tx, sealer, &planned, (&input, photo.as_ref())).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/planned-rooms/{id}")))
    };
    let made = made.await;
    Submitted::of(made, "done.step_kept", async |errors| {
        let page = PlannedShow::load(&by, &mut *db.read().await?, now, center, planned).await?;
        Ok(PlannedShow { stepping: Form::again(typed, errors), ..page })
    })
    .await
}

#[get("/centers/<center>/planned-rooms/<id>/steps/<step>/photo")]
async fn picture(
    by: CenterReader,
    db: &Db,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PlannedRoomId,
    step: PlannedStepId,
) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    open(&by, &mut conn, center, id).await?;
    let file = queries::step(&mut conn, id, step).await?.file_id.ok_or(Error::NotFound)?;
    Ok(FileAnswer::shown(files::read(&mut conn, sealer, file).await?))
}

/// What the form of a new room knows of it already.
fn as_planned(planned: &PlannedRoom, today: Date) -> Fields {
    usual_hours(
        Fields::default()
            .with("name", &planned.name)
            .with("kind", planned.kind_id)
            .with("area_m2", planned.area_m2)
            .with("buffer_minutes", 0)
            .with("opened_on", today),
    )
}

#[get("/centers/<center>/planned-rooms/<id>/opening")]
async fn opening(by: Manager, db: &Db, now: Now, center: CenterId, id: PlannedRoomId) -> Result<Page<RoomPage>> {
    let mut conn = db.read().await?;
    let (center, planned) = open(&by, &mut conn, center, id).await?;
    let form = Form::filled(as_planned(&planned, center.zone.date(now.0)));
    Ok(Page(RoomPage::of_planned(&mut conn, center, planned, form).await?))
}

#[post("/centers/<center>/planned-rooms/<id>/opening", data = "<fields>")]
async fn open_up(
    by: Manager,
    db: &Db,
    now: Now,
    center: CenterId,
    id: PlannedRoomId,
    fields: Fields,
) -> Result<Submitted<RoomPage>> {
    let (center, planned) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let input = forms::open_up(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        let room = actions::open_up(&by, now, &mut tx, (&center, &planned), &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/rooms/{room}")))
    };
    Submitted::of(made.await, "done.room_opened", async |errors| {
        let form = Form::again(fields, errors);
        RoomPage::of_planned(&mut *db.read().await?, center, planned, form).await
    })
    .await
}

#[post("/centers/<center>/planned-rooms/<id>/withdrawal", data = "<fields>")]
async fn withdraw(
    by: Manager,
    db: &Db,
    now: Now,
    center: CenterId,
    id: PlannedRoomId,
    fields: Fields,
) -> Result<Submitted<PlannedShow>> {
    let (center, planned) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let reason = forms::withdrawal(&fields)?;
        let mut tx = db.begin().await?;
        actions::withdraw(&by, now, &mut tx, &planned, &reason).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path("/planned-rooms"))
    };
    Submitted::of(made.await, "done.planned_room_withdrawn", async |errors| {
        let page = PlannedShow::load(&by, &mut *db.read().await?, now, center, planned).await?;
        Ok(PlannedShow { withdrawing: Form::again(fields, errors), ..page })
    })
    .await
}
