//! A volunteer's own certificates, from a phone that is confirmed to be theirs: asking for one, and the paper.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::paper_pages::{IdShown, PapersPage};
use super::served::ServedCenter;
use super::types::ServiceCertificateId;
use super::{forms, queries, requests, served};
use crate::clock::{Now, Zone};
use crate::error::{Error, Result};
use crate::ids::PersonId;
use crate::people;
use crate::phones::{self, ConfirmedPhone, Phone};
use crate::store::{Conn, Db, Sealer};
use crate::web::{Fields, Form, Lang, Page, Site, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, ask, print]
}

#[derive(Template)]
#[template(path = "certificates/ask.html")]
struct AskPage {
    person: PersonId,
    name: String,
    centers: Vec<ServedCenter>,
    form: Form,
}

impl AskPage {
    async fn load(by: &ConfirmedPhone, conn: &mut Conn, now: Now, form: Option<Form>) -> Result<Self> {
        let today = Zone::SHANGHAI.date(now.0);
        let centers = served::centers(by, conn).await?;
        let first = centers.first().map(|center| center.id.to_string()).unwrap_or_default();
        let year = Fields::default().with("from", today.year_start()).with("to", today).with("center", first);
        Ok(Self {
            person: by.person,
            name: people::queries::name(conn, by.person).await?,
            centers,
            form: form.unwrap_or_else(|| Form::filled(year)),
        })
    }
}

impl View for AskPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("certificates.ask")
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/me/people/<person>/certificates")]
async fn show(db: &Db, now: Now, phone: Option<Phone>, person: PersonId) -> Result<Page<AskPage>> {
    let phone = phone.ok_or(Error::NotFound)?;
    let mut conn = db.read().await?;
    let by = phones::confirmed_for(&mut conn, &phone, person).await?;
    Ok(Page(AskPage::load(&by, &mut conn, now, None).await?))
}

#[post("/me/people/<person>/certificates", data = "<fields>")]
async fn ask(db: &Db, now: Now, phone: Option<Phone>, person: PersonId, fields: Fields) -> Result<Submitted<AskPage>> {
    let phone = phone.ok_or(Error::NotFound)?;
    let by = phones::confirmed_for(&mut *db.read().await?, &phone, person).await?;
    let made = async {
        let input = forms::asking(&fields, Zone::SHANGHAI.date(now.0))?;
        let mut tx = db.begin().await?;
        // Confirmed in the very transaction that asks.
        let by = phones::confirmed_for(&mut tx, &phone, person).await?;
        requests::ask((&by, &phone), now, &mut tx, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>("/me")
    };
    Submitted::of(made.await, "done.certificate_asked", async |errors| {
        AskPage::load(&by, &mut *db.read().await?, now, Some(Form::again(fields, errors))).await
    })
    .await
}

#[get("/me/certificates/<id>")]
async fn print(
    db: &Db,
    site: Site,
    sealer: &State<Sealer>,
    phone: Option<Phone>,
    id: ServiceCertificateId,
) -> Result<Page<PapersPage>> {
    let phone = phone.ok_or(Error::NotFound)?;
    let mut conn = db.read().await?;
    let confirmed = phones::confirmed(&mut conn, &phone).await?;
    let own = queries::own(&confirmed, &mut conn).await?;
    drop(conn);
    let one = own.into_iter().find(|one| one.id == id).ok_or(Error::NotFound)?;
    Ok(Page(PapersPage::draw(&site, sealer, &[one], "/me".to_owned(), IdShown::InFull)?))
}
