//! What volunteers ask a center to certify, and the worker's no; the yes is a certificate.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::types::{CertificateRequest, CertificateRequestId};
use super::{forms, requests};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, Result};
use crate::store::{Conn, Db};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, decline]
}

#[derive(Template)]
#[template(path = "certificates/requests.html")]
struct RequestsPage {
    center: Center,
    open: Vec<CertificateRequest>,
    answered: Vec<CertificateRequest>,
    form: Form,
}

impl RequestsPage {
    async fn load(by: &Coordinator, conn: &mut Conn, center: CenterId, form: Form) -> Result<Self> {
        let center = centers::queries::open_to(by, conn, center).await?;
        let (open, answered) = requests::of_center(conn, center.id()).await?;
        Ok(Self { center, open, answered, form })
    }

    fn path(&self) -> String {
        self.center.path("/certificates")
    }

    /// Where it is answered with a certificate.
    fn answer(&self, one: &CertificateRequest) -> String {
        let CertificateRequest { id, person_id, period_from, period_to, .. } = one;
        let query = format!("?person={person_id}&from={period_from}&to={period_to}&request={id}");
        self.center.path(format_args!("/certificates/new{query}"))
    }

    fn day(&self, at: &Timestamp) -> Date {
        self.center.zone.date(*at)
    }
}

impl View for RequestsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("certificates.requests")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }
}

#[get("/centers/<center>/certificates/requests")]
async fn list(by: Coordinator, db: &Db, center: CenterId) -> Result<Page<RequestsPage>> {
    Ok(Page(RequestsPage::load(&by, &mut *db.read().await?, center, Form::new()).await?))
}

#[post("/centers/<center>/certificates/requests/<id>/refusal", data = "<fields>")]
async fn decline(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: CertificateRequestId,
    fields: Fields,
) -> Result<Submitted<RequestsPage>> {
    let opened = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let mut tx = db.begin().await?;
        requests::find(&mut tx, opened.id(), id).await?;
        requests::decline(&by, now, &mut tx, &opened, id, &forms::word(&fields)?).await?;
        tx.commit().await?;
        Ok::<_, Error>(opened.path("/certificates/requests"))
    };
    Submitted::of(made.await, "done.certificate_request_declined", async |errors| {
        RequestsPage::load(&by, &mut *db.read().await?, center, Form::again(fields, errors)).await
    })
    .await
}
