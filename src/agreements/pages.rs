//! The administrator's page of organizations and agreements: three lists, each with its form below.

use std::fmt::Display;

use askama::Template;
use rocket::{Route, get, post, routes, uri};

use super::listing::AgreementsCut;
use super::types::{
    Agreement, AgreementId, AgreementRecord, Organization, ProviderId, PurchaserId, ReportCycle, YearsFrom,
};
use super::{actions, forms, queries, versions};
use crate::auth::CityAdmin;
use crate::centers::{self, CenterHead};
use crate::clock::{Date, Now, Zone};
use crate::error::{Error, Result};
use crate::store::{Conn, Db};
use crate::web::cut::{Asked, Toolbar};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    let mut routes = routes![list, new_provider, create_provider, new_purchaser, create_purchaser];
    routes.extend(routes![new_agreement, create_agreement, edit_agreement, update_agreement]);
    routes.extend(routes![edit_provider, update_provider, edit_purchaser, update_purchaser]);
    routes
}

#[derive(Template)]
#[template(path = "agreements/list.html")]
struct AgreementsPage {
    providers: Vec<Organization>,
    purchasers: Vec<Organization>,
    agreements: Vec<Agreement>,
    /// Whether there is any at all.
    has_agreements: bool,
    toolbar: Toolbar,
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
async fn list(by: CityAdmin, db: &Db, now: Now, lang: Lang, asked: Asked) -> Result<Page<AgreementsPage>> {
    let cut = AgreementsCut::read(&asked.0).unwrap_or_default();
    let mut conn = db.read().await?;
    let all = queries::all(&by, &mut conn).await?;
    Ok(Page(AgreementsPage {
        providers: queries::providers(&by, &mut conn).await?,
        purchasers: queries::purchasers(&by, &mut conn).await?,
        has_agreements: !all.is_empty(),
        agreements: cut.of(all, Zone::SHANGHAI.date(now.0)),
        toolbar: cut.toolbar(lang),
    }))
}

/// The form of a provider or a purchaser; `kind` is the last part of its keys and of its address.
#[derive(Template)]
#[template(path = "agreements/organization_new.html")]
struct OrganizationPage {
    kind: &'static str,
    /// None for a new one.
    id: Option<i64>,
    form: Form,
}

impl OrganizationPage {
    fn heading(&self) -> &'static str {
        if self.id.is_some() { "organizations.edit_{}" } else { "organizations.new_{}" }
    }

    fn edit(kind: &'static str, known: Organization) -> Self {
        let contact = known.contact.unwrap_or_default();
        let values = Fields::default().with("name", known.name).with("contact", contact);
        Self { kind, id: Some(known.id), form: Form::filled(values) }
    }
}

impl View for OrganizationPage {
    fn title(&self, lang: Lang) -> String {
        lang.text(&self.heading().replace("{}", self.kind))
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
    Page(OrganizationPage { kind: "provider", id: None, form: Form::new() })
}

#[post("/providers", data = "<fields>")]
async fn create_provider(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Submitted<OrganizationPage>> {
    let made = async {
        let new = forms::organization(&fields)?;
        let mut tx = db.begin().await?;
        actions::add_provider(&by, now, &mut tx, &new).await?;
        Ok(tx.commit().await?)
    };
    answer(("provider", None), "done.organization_added", made.await, fields).await
}

#[get("/purchasers/new")]
fn new_purchaser(_by: CityAdmin) -> Page<OrganizationPage> {
    Page(OrganizationPage { kind: "purchaser", id: None, form: Form::new() })
}

#[post("/purchasers", data = "<fields>")]
async fn create_purchaser(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Submitted<OrganizationPage>> {
    let made = async {
        let new = forms::organization(&fields)?;
        let mut tx = db.begin().await?;
        actions::add_purchaser(&by, now, &mut tx, &new).await?;
        Ok(tx.commit().await?)
    };
    answer(("purchaser", None), "done.organization_added", made.await, fields).await
}

#[get("/providers/<id>/edit")]
async fn edit_provider(by: CityAdmin, db: &Db, id: ProviderId) -> Result<Page<OrganizationPage>> {
    let known = queries::provider(&by, &mut *db.read().await?, id).await?;
    Ok(Page(OrganizationPage::edit("provider", known)))
}

#[post("/providers/<id>", data = "<fields>")]
async fn update_provider(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: ProviderId,
    fields: Fields,
) -> Result<Submitted<OrganizationPage>> {
    let made = async {
        let mut tx = db.begin().await?;
        queries::provider(&by, &mut tx, id).await?;
        actions::revise_provider(&by, now, &mut tx, id, &forms::organization(&fields)?).await?;
        Ok(tx.commit().await?)
    };
    answer(("provider", Some(id.0)), "done.saved", made.await, fields).await
}

#[get("/purchasers/<id>/edit")]
async fn edit_purchaser(by: CityAdmin, db: &Db, id: PurchaserId) -> Result<Page<OrganizationPage>> {
    let known = queries::purchaser(&by, &mut *db.read().await?, id).await?;
    Ok(Page(OrganizationPage::edit("purchaser", known)))
}

#[post("/purchasers/<id>", data = "<fields>")]
async fn update_purchaser(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: PurchaserId,
    fields: Fields,
) -> Result<Submitted<OrganizationPage>> {
    let made = async {
        let mut tx = db.begin().await?;
        queries::purchaser(&by, &mut tx, id).await?;
        actions::revise_purchaser(&by, now, &mut tx, id, &forms::organization(&fields)?).await?;
        Ok(tx.commit().await?)
    };
    answer(("purchaser", Some(id.0)), "done.saved", made.await, fields).await
}

async fn answer(
    (kind, id): (&'static str, Option<i64>),
    flash: &'static str,
    made: Result<()>,
    fields: Fields,
) -> Result<Submitted<OrganizationPage>> {
    Submitted::of(made.map(|()| uri!(list)), flash, async |errors| {
        Ok(OrganizationPage { kind, id, form: Form::again(fields, errors) })
    })
    .await
}

fn is_overtaken(form: &Form) -> bool {
    form.refusal().is_some_and(|refusal| refusal.code == "agreement_changed")
}

#[derive(Template)]
#[template(path = "agreements/new.html")]
struct AgreementPage {
    /// The agreement that is changed.
    known: Option<AgreementRecord>,
    form: Form,
    providers: Vec<Organization>,
    purchasers: Vec<Organization>,
    centers: Vec<CenterHead>,
    today: Date,
}

impl AgreementPage {
    async fn load(by: &CityAdmin, conn: &mut Conn, now: Now, form: Form) -> Result<Self> {
        Ok(Self {
            known: None,
            form,
            providers: queries::providers(by, conn).await?,
            purchasers: queries::purchasers(by, conn).await?,
            centers: centers::queries::reached_by(by, conn).await?,
            today: Zone::SHANGHAI.date(now.0),
        })
    }

    fn cycles(&self) -> &'static [ReportCycle] {
        ReportCycle::ALL
    }

    fn years_from(&self) -> &'static [YearsFrom] {
        YearsFrom::ALL
    }

    /// The field `name` of one of several.
    fn field(&self, name: &str, of: impl Display) -> String {
        format!("{name}.{of}")
    }

    /// Whether a center's own days stand in the form, or a fault of them, or others were saved meanwhile.
    fn has_own_days(&self, center: &CenterHead) -> bool {
        let fields = [self.field("from", center.id), self.field("to", center.id)];
        fields.iter().any(|name| {
            !self.form.value(name).is_empty() || self.form.fault(name).is_some() || self.form.present(name).is_some()
        })
    }

    /// True if somebody changed the agreement while this form was open.
    fn is_overtaken(&self) -> bool {
        is_overtaken(&self.form)
    }

    /// What the form was filled from; once its reader was told of another change, what is there now.
    fn version(&self) -> String {
        match &self.known {
            Some(known) if self.is_overtaken() => known.version.to_string(),
            _ => self.form.value("version").to_owned(),
        }
    }

    /// One that has begun is changed with a reason.
    fn asks_why(&self) -> bool {
        self.known.as_ref().is_some_and(|known| known.text.starts_on <= self.today)
    }

    fn back(&self) -> String {
        self.known.as_ref().map_or_else(|| "/organizations".to_owned(), AgreementRecord::path)
    }
}

impl View for AgreementPage {
    fn title(&self, lang: Lang) -> String {
        lang.text(if self.known.is_some() { "agreements.edit" } else { "agreements.new" })
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Organizations)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/agreements/new")]
async fn new_agreement(by: CityAdmin, db: &Db, now: Now) -> Result<Page<AgreementPage>> {
    let form = Form::filled(Fields::default().with("years_from", YearsFrom::Calendar));
    Ok(Page(AgreementPage::load(&by, &mut *db.read().await?, now, form).await?))
}

#[post("/agreements", data = "<fields>")]
async fn create_agreement(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Submitted<AgreementPage>> {
    let made = async {
        let new = forms::agreement(&fields, Zone::SHANGHAI.date(now.0))?;
        let mut tx = db.begin().await?;
        let id = actions::conclude(&by, now, &mut tx, &new).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("/agreements/{id}"))
    };
    Submitted::of(made.await, "done.agreement_concluded", async |errors| {
        let form = Form::again(fields, errors);
        AgreementPage::load(&by, &mut *db.read().await?, now, form).await
    })
    .await
}

#[get("/agreements/<id>/edit")]
async fn edit_agreement(by: CityAdmin, db: &Db, now: Now, id: AgreementId) -> Result<Page<AgreementPage>> {
    let mut conn = db.read().await?;
    let known = queries::standing(&by, &mut conn, id).await?;
    let values = known.text.as_fields().with("version", known.version);
    let page = AgreementPage::load(&by, &mut conn, now, Form::filled(values)).await?;
    Ok(Page(AgreementPage { known: Some(known), ..page }))
}

#[post("/agreements/<id>", data = "<fields>")]
async fn update_agreement(
    by: CityAdmin,
    lang: Lang,
    db: &Db,
    now: Now,
    id: AgreementId,
    fields: Fields,
) -> Result<Submitted<AgreementPage>> {
    let known = queries::standing(&by, &mut *db.read().await?, id).await?;
    let made = async {
        let revision = forms::revision(&fields, Zone::SHANGHAI.date(now.0))?;
        let mut tx = db.begin().await?;
        actions::revise(&by, now, &mut tx, id, &revision).await?;
        tx.commit().await?;
        Ok::<_, Error>(known.path())
    };
    let made = made.await;
    Submitted::of(made, "done.saved", async |errors| {
        // As it is now: whoever saves once more has been told.
        let mut conn = db.read().await?;
        let known = queries::standing(&by, &mut conn, id).await?;
        let form = Form::again(fields.clone(), errors);
        let overtaken = is_overtaken(&form);
        let form = if overtaken { form.beside(versions::differing(&known.text, &fields, lang)) } else { form };
        let page = AgreementPage::load(&by, &mut conn, now, form).await?;
        Ok(AgreementPage { known: Some(known), ..page })
    })
    .await
}
