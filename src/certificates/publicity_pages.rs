//! The lists that were made public, a new one, and one on paper.

use std::collections::BTreeSet;

use askama::Template;
use rocket::{Route, get, post, routes};

use super::forms::{self, CertifiedDays};
use super::types::{PublicityList, PublicityListId, ServiceCertificate, ServiceCertificateId};
use super::{publicity, queries};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::store::{Conn, Db};
use crate::web::cut::Asked;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, create, print]
}

/// Days back from which certificates are proposed.
const LATELY: u64 = 30;

#[derive(Template)]
#[template(path = "certificates/publicity.html")]
struct PublicityPage {
    center: Center,
    lists: Vec<PublicityList>,
    /// Days of issuing.
    issued: CertifiedDays,
    candidates: Vec<ServiceCertificate>,
    ticked: BTreeSet<ServiceCertificateId>,
    form: Form,
}

impl PublicityPage {
    async fn load(
        by: &Coordinator,
        conn: &mut Conn,
        now: Now,
        center: CenterId,
        (asked, form): (&Fields, Option<Form>),
    ) -> Result<Self> {
        let center = centers::queries::open_to(by, conn, center).await?;
        let today = center.zone.date(now.0);
        let from = Date::parse(asked.get("from")).unwrap_or_else(|| today.minus_days(LATELY));
        let to = Date::parse(asked.get("to")).unwrap_or(today);
        let candidates = publicity::candidates(conn, center.id(), (from, to)).await?;
        let ticked = match &form {
            Some(_) => asked.all("certificate").iter().filter_map(|id| id.parse().ok()).collect(),
            None => candidates.iter().filter(|one| one.published_on.is_none()).map(|one| one.id).collect(),
        };
        let form = match form {
            Some(form) => form,
            None => {
                let signing = queries::signing(conn, center.id()).await?.unwrap_or_default();
                let words = format!("{} {} {}", center.head.name, signing.handled_by, signing.contact);
                let days = Fields::default().with("public_from", today);
                let days = days.with("public_to", today.plus_days(publicity::USUAL - 1));
                Form::filled(days.with("objections", words))
            }
        };
        Ok(Self {
            lists: publicity::lists(conn, center.id()).await?,
            issued: (from, to),
            center,
            candidates,
            ticked,
            form,
        })
    }

    fn path(&self) -> String {
        self.center.path("/certificates")
    }

    fn is_ticked(&self, one: &ServiceCertificateId) -> bool {
        self.ticked.contains(one)
    }
}

impl View for PublicityPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("publicity.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }

    fn refill(&mut self, typed: Fields) {
        self.ticked = typed.all("certificate").iter().filter_map(|id| id.parse().ok()).collect();
        self.form = Form::filled(typed);
    }
}

/// The address says `from to`, days of issuing.
#[get("/centers/<center>/certificates/publicity")]
async fn list(by: Coordinator, db: &Db, now: Now, center: CenterId, asked: Asked) -> Result<Page<PublicityPage>> {
    Ok(Page(PublicityPage::load(&by, &mut *db.read().await?, now, center, (&asked.0, None)).await?))
}

#[post("/centers/<center>/certificates/publicity", data = "<fields>")]
async fn create(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    fields: Fields,
) -> Result<Submitted<PublicityPage>> {
    let opened = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let input = forms::publishing(&fields, opened.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        let id = publicity::publish(&by, now, &mut tx, &opened, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(opened.path(format_args!("/certificates/publicity/{id}")))
    };
    Submitted::of(made.await, "done.publicity_made", async |errors| {
        let form = Form::again(fields.clone(), errors);
        PublicityPage::load(&by, &mut *db.read().await?, now, center, (&fields, Some(form))).await
    })
    .await
}

#[derive(Template)]
#[template(path = "certificates/publicity_list.html")]
struct PublicityListPage {
    center: Center,
    list: PublicityList,
    certificates: Vec<ServiceCertificate>,
}

impl PublicityListPage {
    fn path(&self) -> String {
        self.center.path("/certificates/publicity")
    }
}

impl View for PublicityListPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("publicity.title")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::Print
    }
}

#[get("/centers/<center>/certificates/publicity/<id>")]
async fn print(by: Coordinator, db: &Db, center: CenterId, id: PublicityListId) -> Result<Page<PublicityListPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let (list, certificates) = publicity::find(&mut conn, center.id(), id).await?;
    Ok(Page(PublicityListPage { center, list, certificates }))
}
