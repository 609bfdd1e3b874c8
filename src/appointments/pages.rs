//! A center's appointments: what is taken and what is free, taking a slot for somebody, the times that are offered, and the own ones with
//! who comes.

use std::collections::HashMap;

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::actions::{self, SlotTaker};
use super::rules::{self, SlotOffer};
use super::types::{
    Appointment, AppointmentGuest, AppointmentId, AppointmentState, AppointmentTimes, AppointmentTimesId, FreeSlot,
};
use super::{forms, queries};
use crate::activities::queries::Lead;
use crate::activities::{self, ServiceKind};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Now, Timestamp};
use crate::error::{Error, Result};
use crate::ids::RequestId;
use crate::people::{self, PersonRow};
use crate::rooms::{self, Room};
use crate::store::{Conn, Db, Sealer};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, new, candidates, take, cancel, outcome, times, offer, end]
}

/// The most people that a search for whom to take it shows.
const CANDIDATES: usize = 12;

#[derive(Template)]
#[template(path = "appointments/list.html")]
struct AppointmentsPage {
    center: Center,
    coming: Vec<Appointment>,
    /// The reader's own that are over, of which is not said what became.
    unsettled: Vec<Appointment>,
    /// The reader's own to come that were called off.
    to_tell: Vec<Appointment>,
    /// Who comes, of the reader's own.
    guests: HashMap<AppointmentId, AppointmentGuest>,
    times: Vec<AppointmentTimes>,
    free: Vec<FreeSlot>,
    form: Form,
}

impl AppointmentsPage {
    async fn load(by: &Coordinator, conn: &mut Conn, now: Now, sealer: &Sealer, center: Center) -> Result<Self> {
        let mut coming = queries::coming(by, conn, center.id(), now.0).await?;
        let unsettled = queries::unsettled(by, conn, center.id(), now).await?;
        let to_tell = queries::to_tell(by, conn, center.id(), now).await?;
        coming.retain(|one| to_tell.iter().all(|told| told.id != one.id));
        let all: Vec<Appointment> = coming.iter().chain(&unsettled).chain(&to_tell).cloned().collect();
        let (times, free) = queries::free(conn, now, &center, false).await?;
        let guests = queries::guests(by, conn, sealer, &all).await?;
        Ok(Self { center, coming, unsettled, to_tell, guests, times, free, form: Form::new() })
    }

    fn guest(&self, one: &Appointment) -> Option<&AppointmentGuest> {
        self.guests.get(&one.id)
    }

    fn offers(&self) -> Vec<SlotOffer<'_>> {
        rules::offers(&self.times, &self.free)
    }

    fn outcomes(&self) -> [AppointmentState; 2] {
        [AppointmentState::Came, AppointmentState::Missed]
    }
}

impl View for AppointmentsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("appointments.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Activities)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/appointments")]
async fn list(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
) -> Result<Page<AppointmentsPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    Ok(Page(AppointmentsPage::load(&by, &mut conn, now, sealer, center).await?))
}

/// One slot that is taken for somebody: whom, a search finds.
#[derive(Template)]
#[template(path = "appointments/new.html")]
struct NewAppointmentPage {
    center: Center,
    times: AppointmentTimes,
    starts_at: Timestamp,
    search: Form,
    /// Whom the search found; none before there was a search.
    found: Option<Vec<PersonRow>>,
    form: Form,
}

impl NewAppointmentPage {
    async fn load(by: &Coordinator, conn: &mut Conn, center: CenterId, fields: &Fields) -> Result<Self> {
        let center = centers::queries::open_to(by, conn, center).await?;
        let times = fields.get("times").parse().map_err(|_| Error::NotFound)?;
        let times = queries::one_times(conn, center.id(), times).await?;
        let starts_at = Timestamp::parse_rfc3339(fields.get("starts_at")).ok_or(Error::NotFound)?;
        let request = Fields::default().with("request_id", RequestId::random());
        Ok(Self { center, times, starts_at, search: Form::new(), found: None, form: Form::filled(request) })
    }

    fn starts(&self) -> chrono::NaiveDateTime {
        self.center.zone.local(self.starts_at)
    }

    fn instant(&self) -> String {
        self.starts_at.rfc3339()
    }
}

impl View for NewAppointmentPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("appointments.take")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Activities)
    }

    fn refill(&mut self, typed: Fields) {
        self.search = Form::filled(typed);
    }

    fn is_answer(&self) -> bool {
        self.found.is_some()
    }
}

#[get("/centers/<center>/appointments/slot?<times>&<starts_at>")]
async fn new(
    by: Coordinator,
    db: &Db,
    center: CenterId,
    times: &str,
    starts_at: &str,
) -> Result<Page<NewAppointmentPage>> {
    let fields = Fields::default().with("times", times).with("starts_at", starts_at);
    Ok(Page(NewAppointmentPage::load(&by, &mut *db.read().await?, center, &fields).await?))
}

/// A search is posted, for names do not belong in an address; it changes nothing.
#[post("/centers/<center>/appointments/candidates", data = "<fields>")]
async fn candidates(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    center: CenterId,
    fields: Fields,
) -> Result<Page<NewAppointmentPage>> {
    let mut conn = db.read().await?;
    let mut page = NewAppointmentPage::load(&by, &mut conn, center, &fields).await?;
    page.found = Some(people::queries::search(&mut conn, sealer, page.center.id(), fields.get("q"), CANDIDATES).await?);
    page.search = Form::filled(fields);
    Ok(Page(page))
}

#[post("/centers/<center>/appointments", data = "<fields>")]
async fn take(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    fields: Fields,
) -> Result<Submitted<AppointmentsPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let (wish, person) = forms::for_person(&fields)?;
        let mut tx = db.begin().await?;
        actions::take(&SlotTaker::Staff(&by, person), now, &mut tx, sealer, &center, &wish).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path("/appointments"))
    };
    Submitted::of(made.await, "done.appointment_taken", async |errors| {
        let mut page = AppointmentsPage::load(&by, &mut *db.read().await?, now, sealer, center).await?;
        page.form = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

#[post("/centers/<center>/appointments/<id>/cancellation", data = "<fields>")]
async fn cancel(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: AppointmentId,
    fields: Fields,
) -> Result<Submitted<AppointmentsPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let reason = forms::reason(&fields)?.ok_or_else(|| Error::field("reason", "field.required"))?;
        let mut tx = db.begin().await?;
        let one = queries::find(&mut tx, center.id(), id).await?;
        actions::cancel((&by, Some(by.account)), now, &mut tx, &one, Some(&reason)).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path("/appointments"))
    };
    Submitted::of(made.await, "done.appointment_cancelled", async |errors| {
        let mut page = AppointmentsPage::load(&by, &mut *db.read().await?, now, sealer, center).await?;
        page.form = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

#[post("/centers/<center>/appointments/<id>/outcome", data = "<fields>")]
async fn outcome(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: AppointmentId,
    fields: Fields,
) -> Result<Submitted<AppointmentsPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let said = forms::outcome(&fields)?;
        let mut tx = db.begin().await?;
        let one = queries::find(&mut tx, center.id(), id).await?;
        actions::outcome(&by, now, &mut tx, &one, said).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path("/appointments"))
    };
    Submitted::of(made.await, "done.saved", async |errors| {
        let mut page = AppointmentsPage::load(&by, &mut *db.read().await?, now, sealer, center).await?;
        page.form = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

#[derive(Template)]
#[template(path = "appointments/times.html")]
struct TimesPage {
    center: Center,
    times: Vec<AppointmentTimes>,
    leads: Vec<Lead>,
    rooms: Vec<Room>,
    kinds: Vec<ServiceKind>,
    form: Form,
}

impl TimesPage {
    async fn load(conn: &mut Conn, now: Now, center: Center, form: Form) -> Result<Self> {
        let today = center.zone.date(now.0);
        Ok(Self {
            times: queries::times(conn, center.id(), today).await?,
            leads: activities::queries::leads(conn, center.id(), today, None).await?,
            rooms: rooms::queries::of_center(conn, center.id()).await?,
            kinds: activities::queries::kinds(conn).await?,
            center,
            form,
        })
    }

    fn weekdays(&self) -> std::ops::RangeInclusive<i64> {
        1..=7
    }
}

impl View for TimesPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("appointments.times")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Activities)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/appointments/times")]
async fn times(by: Coordinator, db: &Db, now: Now, center: CenterId) -> Result<Page<TimesPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = center.zone.date(now.0);
    let mut usual = Fields::default()
        .with("starts", "09:00")
        .with("ends", "11:30")
        .with("slot_minutes", 50)
        .with("valid_from", today);
    if let Some(worker) = activities::queries::own_worker(&mut conn, center.id(), by.account, today).await? {
        usual.add("worker", &worker.to_string());
    }
    Ok(Page(TimesPage::load(&mut conn, now, center, Form::filled(usual)).await?))
}

#[post("/centers/<center>/appointments/times", data = "<fields>")]
async fn offer(by: Coordinator, db: &Db, now: Now, center: CenterId, fields: Fields) -> Result<Submitted<TimesPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let input = forms::times(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        actions::offer(&by, now, &mut tx, &center, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path("/appointments/times"))
    };
    Submitted::of(made.await, "done.times_offered", async |errors| {
        TimesPage::load(&mut *db.read().await?, now, center, Form::again(fields, errors)).await
    })
    .await
}

#[post("/centers/<center>/appointments/times/<id>/ending")]
async fn end(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: AppointmentTimesId,
) -> Result<crate::web::form::Done> {
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let times = queries::one_times(&mut tx, center.id(), id).await?;
    actions::end_times(&by, now, &mut tx, &center, &times).await?;
    tx.commit().await?;
    Ok(crate::web::form::Done::to(center.path("/appointments/times"), "done.times_ended"))
}
