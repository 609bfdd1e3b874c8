//! The center's list of devices, the link that enrols one, and the page that opens on the tablet.

use askama::Template;
use rocket::http::CookieJar;
use rocket::response::Redirect;
use rocket::{Route, get, post, routes};

use super::queries::{self, Device, Offer};
use super::{DeviceId, actions};
use crate::accounts;
use crate::auth::{self, Coordinator};
use crate::centers::{self, Center, CenterId};
use crate::clock::Now;
use crate::error::Result;
use crate::fields::parse;
use crate::store::{Conn, Db};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, OneTimeLink, Page, Site, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, add, cut_off, offer, enrol]
}

/// A link that was just made: shown once, for the database keeps its hash.
struct Link {
    device: String,
    shown: OneTimeLink,
}

#[derive(Template)]
#[template(path = "devices/list.html")]
struct DevicesPage {
    center: Center,
    devices: Vec<Device>,
    link: Option<Link>,
    form: Form,
}

impl DevicesPage {
    async fn load(conn: &mut Conn, now: Now, center: Center, link: Option<Link>, form: Form) -> Result<Self> {
        Ok(Self { devices: queries::of_center(conn, now, center.id()).await?, center, link, form })
    }
}

impl View for DevicesPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("devices.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Desk)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/devices")]
async fn list(by: Coordinator, db: &Db, now: Now, center: CenterId) -> Result<Page<DevicesPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    Ok(Page(DevicesPage::load(&mut conn, now, center, None, Form::new()).await?))
}

/// Answers with the page itself and no redirect: the link is not kept anywhere to be shown by the next request.
#[post("/centers/<center>/devices", data = "<fields>")]
async fn add(
    by: Coordinator,
    db: &Db,
    now: Now,
    site: Site,
    center: CenterId,
    fields: Fields,
) -> Result<(rocket::http::Status, Page<DevicesPage>)> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let mut read = fields.read();
    let name = read.required("name", parse::line(40));
    let (link, form, status) = match read.finish(|| name) {
        Ok(name) => {
            let mut tx = db.begin().await?;
            let (_, secret) = actions::add(&by, now, &mut tx, center.id(), &name).await?;
            tx.commit().await?;
            let until = center.zone.local(actions::expires(now));
            let shown = OneTimeLink::new(&site, format_args!("/enrol/{secret}"), until, "device")?;
            (Some(Link { device: name, shown }), Form::new(), rocket::http::Status::Ok)
        }
        Err(error) => {
            let form = Form::again(fields, error.into_field_errors()?);
            (None, form, rocket::http::Status::UnprocessableEntity)
        }
    };
    Ok(Page(DevicesPage::load(&mut *db.read().await?, now, center, link, form).await?).with(status))
}

#[post("/centers/<center>/devices/<device>/cut-off")]
async fn cut_off(by: Coordinator, db: &Db, now: Now, center: CenterId, device: DeviceId) -> Result<Done> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let mut tx = db.begin().await?;
    actions::cut_off(&by, now, &mut tx, center.id(), device).await?;
    tx.commit().await?;
    Ok(Done::to(center.path("/devices"), "done.device_cut_off"))
}

/// What opens on the tablet: for which center, and one button.
#[derive(Template)]
#[template(path = "devices/enrol.html")]
struct EnrolPage {
    offer: Offer,
    secret: String,
}

impl View for EnrolPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("enrol.title")
    }
}

#[get("/enrol/<secret>")]
async fn offer(db: &Db, now: Now, secret: &str) -> Result<Page<EnrolPage>> {
    let offer = queries::offer(&mut *db.read().await?, now, secret).await?;
    Ok(Page(EnrolPage { offer, secret: secret.to_owned() }))
}

#[post("/enrol/<secret>")]
async fn enrol(db: &Db, now: Now, site: Site, jar: &CookieJar<'_>, secret: &str) -> Result<Redirect> {
    let mut tx = db.begin().await?;
    let enrolled = actions::enrol(now, &mut tx, secret).await?;
    tx.commit().await?;
    accounts::keep_login(jar, &site, enrolled.login, auth::logins::DEVICE_LASTS);
    Ok(Redirect::to(enrolled.center.path("/front-desk")))
}
