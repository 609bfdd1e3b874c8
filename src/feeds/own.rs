//! `/me/calendar`: where those come for whom the phone is confirmed, in the phone's own calendar.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::types::{FeedId, FeedLine, FeedLink, FeedOf};
use super::{actions, forms, queries};
use crate::activities::queries::instance;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::phones::{self, ConfirmedPhone, Phone};
use crate::store::{Conn, Db, Sealer};
use crate::web::form::Done;
use crate::web::{Fields, Form, Lang, Page, Site, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, make, renew, revoke]
}

#[derive(Template)]
#[template(path = "feeds/me.html")]
struct CalendarsOfPhone {
    lines: Vec<FeedLine>,
    form: Form,
}

impl CalendarsOfPhone {
    async fn load(phone: &Phone, conn: &mut Conn, (site, sealer): (&Site, &Sealer)) -> Result<Self> {
        let instance = instance(conn).await?;
        let mut lines = Vec::new();
        // A family's few.
        for by in phones::confirmed(conn, phone).await? {
            let feed = queries::of_phone(&by, phone.id, conn).await?;
            let link = feed.map(|feed| FeedLink::of(&feed, site, sealer, &instance));
            let label = queries::name(&by, conn).await?;
            lines.push(FeedLine { of: FeedOf::Person, subject: by.person.0, label, link });
        }
        Ok(Self { lines, form: Form::new() })
    }
}

impl View for CalendarsOfPhone {
    fn title(&self, lang: Lang) -> String {
        lang.text("feeds.own")
    }
}

const PAGE: &str = "/me/calendar";

/// The right to what the phone made for one of its people.
async fn hand(conn: &mut Conn, phone: &Phone, id: FeedId) -> Result<ConfirmedPhone> {
    let person = queries::person_of(conn, id, phone.id).await?;
    phones::confirmed_for(conn, phone, person).await
}

#[get("/me/calendar")]
async fn show(db: &Db, site: Site, sealer: &State<Sealer>, phone: Option<Phone>) -> Result<Page<CalendarsOfPhone>> {
    let phone = phone.ok_or(Error::NotFound)?;
    Ok(Page(CalendarsOfPhone::load(&phone, &mut *db.read().await?, (&site, sealer)).await?))
}

/// Field `person`.
#[post("/me/calendar", data = "<fields>")]
async fn make(
    db: &Db,
    now: Now,
    site: Site,
    sealer: &State<Sealer>,
    phone: Option<Phone>,
    fields: Fields,
) -> Result<Submitted<CalendarsOfPhone>> {
    let phone = phone.ok_or(Error::NotFound)?;
    let made = async {
        let person = forms::person(&fields)?;
        let mut tx = db.begin().await?;
        let by = phones::confirmed_for(&mut tx, &phone, person).await?;
        actions::make_own(&by, &phone, now, &mut tx, sealer).await?;
        tx.commit().await?;
        Ok(PAGE)
    };
    Submitted::of(made.await, "done.feed_made", async |errors| {
        let page = CalendarsOfPhone::load(&phone, &mut *db.read().await?, (&site, sealer)).await?;
        Ok(CalendarsOfPhone { form: Form::again(fields, errors), ..page })
    })
    .await
}

#[post("/me/calendar/<id>/renewal")]
async fn renew(db: &Db, now: Now, sealer: &State<Sealer>, phone: Option<Phone>, id: FeedId) -> Result<Done> {
    let phone = phone.ok_or(Error::NotFound)?;
    let mut tx = db.begin().await?;
    let by = hand(&mut tx, &phone, id).await?;
    actions::renew_own(&by, &phone, now, &mut tx, sealer, id).await?;
    tx.commit().await?;
    Ok(Done::to(PAGE, "done.feed_renewed"))
}

#[post("/me/calendar/<id>/revocation")]
async fn revoke(db: &Db, now: Now, phone: Option<Phone>, id: FeedId) -> Result<Done> {
    let phone = phone.ok_or(Error::NotFound)?;
    let mut tx = db.begin().await?;
    let by = hand(&mut tx, &phone, id).await?;
    actions::revoke_own(&by, &phone, now, &mut tx, id).await?;
    tx.commit().await?;
    Ok(Done::to(PAGE, "done.feed_revoked"))
}
