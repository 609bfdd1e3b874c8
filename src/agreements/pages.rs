//! The administrator's page of organizations and agreements: three lists, each with its form below.

use askama::Template;
use rocket::{Route, get, post, routes, uri};

use super::types::{Agreement, Organization};
use super::{actions, forms, queries};
use crate::auth::CityAdmin;
use crate::centers::{self, CenterHead};
use crate::clock::{Now, Zone};
use crate::error::Result;
use crate::store::{Conn, Db};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, new_provider, create_provider, new_purchaser, create_purchaser, new_agreement, create_agreement]
}

#[derive(Template)]
#[template(path = "agreements/list.html")]
struct AgreementsPage {
    providers: Vec<Organization>,
    purchasers: Vec<Organization>,
    agreements: Vec<Agreement>,
}

impl View for AgreementsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("organizations.title")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Organizations)
    }
}

#[get("/organizations")]
async fn list(by: CityAdmin, db: &Db) -> Result<Page<AgreementsPage>> {
    let mut conn = db.read().await?;
    Ok(Page(AgreementsPage {
        providers: queries::providers(&by, &mut conn).await?,
        purchasers: queries::purchasers(&by, &mut conn).await?,
        agreements: queries::all(&by, &mut conn).await?,
    }))
}

/// The form of a provider or a purchaser; `kind` is the last part of its keys and of its address.
#[derive(Template)]
#[template(path = "agreements/organization_new.html")]
struct OrganizationPage {
    kind: &'static str,
    form: Form,
}

impl View for OrganizationPage {
    fn title(&self, lang: Lang) -> String {
        lang.text(&format!("organizations.new_{}", self.kind))
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Organizations)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/providers/new")]
fn new_provider(_by: CityAdmin) -> Page<OrganizationPage> {
    Page(OrganizationPage { kind: "provider", form: Form::new() })
}

#[post("/providers", data = "<fields>")]
async fn create_provider(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Submitted<OrganizationPage>> {
    let made = async {
        let new = forms::organization(&fields)?;
        let mut tx = db.begin().await?;
        actions::add_provider(&by, now, &mut tx, &new).await?;
        Ok(tx.commit().await?)
    };
    answer("provider", made.await, fields).await
}

#[get("/purchasers/new")]
fn new_purchaser(_by: CityAdmin) -> Page<OrganizationPage> {
    Page(OrganizationPage { kind: "purchaser", form: Form::new() })
}

#[post("/purchasers", data = "<fields>")]
async fn create_purchaser(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Submitted<OrganizationPage>> {
    let made = async {
        let new = forms::organization(&fields)?;
        let mut tx = db.begin().await?;
        actions::add_purchaser(&by, now, &mut tx, &new).await?;
        Ok(tx.commit().await?)
    };
    answer("purchaser", made.await, fields).await
}

async fn answer(kind: &'static str, made: Result<()>, fields: Fields) -> Result<Submitted<OrganizationPage>> {
    Submitted::of(made.map(|()| uri!(list)), "done.organization_added", async |errors| {
        Ok(OrganizationPage { kind, form: Form::again(fields, errors) })
    })
    .await
}

#[derive(Template)]
#[template(path = "agreements/new.html")]
struct AgreementPage {
    form: Form,
    providers: Vec<Organization>,
    purchasers: Vec<Organization>,
    centers: Vec<CenterHead>,
}

impl AgreementPage {
    async fn load(by: &CityAdmin, conn: &mut Conn, form: Form) -> Result<Self> {
        Ok(Self {
            form,
            providers: queries::providers(by, conn).await?,
            purchasers: queries::purchasers(by, conn).await?,
            centers: centers::queries::reached_by(by, conn).await?,
        })
    }
}

impl View for AgreementPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("agreements.new")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Organizations)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/agreements/new")]
async fn new_agreement(by: CityAdmin, db: &Db) -> Result<Page<AgreementPage>> {
    Ok(Page(AgreementPage::load(&by, &mut *db.read().await?, Form::new()).await?))
}

#[post("/agreements", data = "<fields>")]
async fn create_agreement(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Submitted<AgreementPage>> {
    let made = async {
        let new = forms::agreement(&fields, Zone::SHANGHAI.date(now.0))?;
        let mut tx = db.begin().await?;
        actions::conclude(&by, now, &mut tx, &new).await?;
        Ok(tx.commit().await?)
    };
    Submitted::of(made.await.map(|()| uri!(list)), "done.agreement_concluded", async |errors| {
        let form = Form::again(fields, errors);
        AgreementPage::load(&by, &mut *db.read().await?, form).await
    })
    .await
}
