//! `/agenda/<center>/appointments`: the free times that a resident may take by phone. Nothing says who has the others.

use askama::Template;
use rocket::http::{CookieJar, Status};
use rocket::request::FromParam;
use rocket::{Either, Route, State, get, post, routes};

use super::actions::{self, SlotTaker};
use super::rules::{self, SlotOffer};
use super::types::{AppointmentTimes, AppointmentTimesId, FreeSlot};
use super::{forms, queries};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Now, Timestamp};
use crate::error::{Error, FieldErrors, Refusal, Result};
use crate::ids::RequestId;
use crate::phones::{self, DoorThrottle, Handset};
use crate::store::{Conn, Db, Sealer};
use crate::web::form::Done;
use crate::web::{Fields, Form, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, ask, send]
}

#[derive(Template)]
#[template(path = "appointments/public.html")]
struct FreeTimesPage {
    center: Center,
    times: Vec<AppointmentTimes>,
    free: Vec<FreeSlot>,
}

impl FreeTimesPage {
    fn offers(&self) -> Vec<SlotOffer<'_>> {
        rules::offers(&self.times, &self.free)
    }
}

impl View for FreeTimesPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("appointments.public_title")
    }
}

#[get("/agenda/<center>/appointments")]
async fn list(db: &Db, now: Now, center: CenterId) -> Result<Page<FreeTimesPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::public(&mut conn, center).await?;
    let (times, free) = queries::free(&mut conn, now, &center, true).await?;
    Ok(Page(FreeTimesPage { center, times, free }))
}

/// A slot in an address: the number of its times, and its instant, `5-2026-03-09T01:00:00Z`. A form that comes back is found again by it.
#[derive(Clone, Copy)]
struct SlotAddress {
    times: AppointmentTimesId,
    starts_at: Timestamp,
}

impl FromParam<'_> for SlotAddress {
    type Error = ();

    fn from_param(text: &str) -> std::result::Result<Self, ()> {
        let (times, starts_at) = text.split_once('-').ok_or(())?;
        let times = times.parse().map_err(|_| ())?;
        Ok(Self { times, starts_at: Timestamp::parse_rfc3339(starts_at).ok_or(())? })
    }
}

impl std::fmt::Display for SlotAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.times, self.starts_at.rfc3339())
    }
}

#[derive(Template)]
#[template(path = "appointments/ask.html")]
struct SlotAskPage {
    center: Center,
    times: AppointmentTimes,
    slot: SlotAddress,
    form: Form,
}

impl SlotAskPage {
    async fn load(conn: &mut Conn, center: CenterId, slot: SlotAddress, form: Form) -> Result<Self> {
        let center = centers::queries::public(conn, center).await?;
        let times = queries::one_times(conn, center.id(), slot.times).await?;
        if !times.by_phone.is_set() {
            return Err(Error::NotFound);
        }
        Ok(Self { center, times, slot, form })
    }

    fn path(&self) -> String {
        format!("/agenda/{}/appointments/{}", self.center.id(), self.slot)
    }

    fn starts(&self) -> chrono::NaiveDateTime {
        self.center.zone.local(self.slot.starts_at)
    }
}

impl View for SlotAskPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("appointments.take")
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/agenda/<center>/appointments/<slot>")]
async fn ask(db: &Db, center: CenterId, slot: SlotAddress) -> Result<Page<SlotAskPage>> {
    let form = Form::filled(Fields::default().with("request_id", RequestId::random()));
    Ok(Page(SlotAskPage::load(&mut *db.read().await?, center, slot, form).await?))
}

/// Once it is committed, the phone gets its cookie: the appointment is the phone's.
#[post("/agenda/<center>/appointments/<slot>", data = "<fields>")]
async fn send(
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    throttle: &State<DoorThrottle>,
    at: Handset,
    jar: &CookieJar<'_>,
    center: CenterId,
    slot: SlotAddress,
    fields: Fields,
) -> Result<Either<Done, (Status, Page<SlotAskPage>)>> {
    let read = centers::queries::public(&mut *db.read().await?, center).await?;
    let errors = if throttle.admits(at.browser.address) {
        let made = async {
            let wish =
                forms::by_phone(&fields.clone().with("times", slot.times).with("starts_at", slot.starts_at.rfc3339()))?;
            let mut tx = db.begin().await?;
            let (phone, secret) = phones::known_or_new(at.phone, &at.browser.agent, now, &mut tx).await?;
            actions::take(&SlotTaker::Phone(&phone, &wish), now, &mut tx, sealer, &read, &wish.slot).await?;
            tx.commit().await?;
            Ok::<_, Error>(secret)
        };
        match made.await {
            Ok(secret) => {
                if let Some(secret) = secret {
                    phones::set_cookie(jar, &at.site, secret);
                }
                return Ok(Either::Left(Done::to("/me/appointments", "done.appointment_taken")));
            }
            Err(error) => (Status::UnprocessableEntity, error.into_field_errors()?),
        }
    } else {
        (Status::TooManyRequests, FieldErrors::whole(Refusal::new("too_many_tries")))
    };
    let form = Form::again(fields, errors.1);
    let page = SlotAskPage::load(&mut *db.read().await?, center, slot, form).await?;
    Ok(Either::Right(Page(page).with(errors.0)))
}
