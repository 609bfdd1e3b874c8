//! `/me/appointments`: what this phone took, and giving it back.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::types::{Appointment, AppointmentId};
use super::{actions, queries};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::phones::Phone;
use crate::store::Db;
use crate::web::form::Done;
use crate::web::{Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, cancel]
}

#[derive(Template)]
#[template(path = "appointments/own.html")]
struct OwnAppointmentsPage {
    appointments: Vec<Appointment>,
}

impl View for OwnAppointmentsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("appointments.own")
    }
}

/// A phone that took none sees that it has none.
#[get("/me/appointments")]
async fn list(by: Option<Phone>, db: &Db, now: Now) -> Result<Page<OwnAppointmentsPage>> {
    let appointments = match by {
        Some(phone) => queries::of_phone(&phone, &mut *db.read().await?, now).await?,
        None => Vec::new(),
    };
    Ok(Page(OwnAppointmentsPage { appointments }))
}

#[post("/me/appointments/<id>/cancellation")]
async fn cancel(by: Option<Phone>, db: &Db, now: Now, id: AppointmentId) -> Result<Done> {
    let phone = by.ok_or(Error::NotFound)?;
    let mut tx = db.begin().await?;
    let own = queries::of_phone(&phone, &mut tx, now).await?;
    let one = own.into_iter().find(|one| one.id == id).ok_or(Error::NotFound)?;
    actions::cancel((&phone, None), now, &mut tx, &one, None).await?;
    tx.commit().await?;
    Ok(Done::to("/me/appointments", "done.appointment_cancelled"))
}
