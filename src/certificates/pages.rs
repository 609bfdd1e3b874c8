//! The register of a center's certificates, one of them, and who signs.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::listing::{self, CertificatesCut};
use super::types::{ServiceCertificate, ServiceCertificateId};
use super::{actions, forms, queries, requests};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::people::{self, PersonRow};
use crate::store::{Conn, Db, Sealer};
use crate::teams;
use crate::web::cut::{Asked, Toolbar};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, search, show, revoke, settings, set_signing]
}

/// Certificates on one page of the register.
const PAGE: i64 = 100;

/// The most people that a search shows.
const FOUND: usize = 30;

#[derive(Template)]
#[template(path = "certificates/list.html")]
pub(super) struct RegisterPage {
    center: Center,
    certificates: Vec<ServiceCertificate>,
    toolbar: Toolbar,
    total: i64,
    page: i64,
    /// Wishes that nobody answered yet.
    open: i64,
    /// What was searched for.
    wanted: Option<String>,
    /// Whom the search found.
    found: Vec<PersonRow>,
    /// What was typed into the search and not yet sent.
    typed: String,
}

impl RegisterPage {
    async fn load(conn: &mut Conn, lang: Lang, center: Center, cut: CertificatesCut) -> Result<Self> {
        let years = listing::years(conn, center.id()).await?;
        let teams = teams::queries::of_center(conn, center.id()).await?;
        Ok(Self {
            certificates: Vec::new(),
            toolbar: cut.toolbar(lang, &years, &teams),
            total: listing::count(conn, center.id(), cut).await?,
            page: 1,
            open: requests::open_count(conn, center.id()).await?,
            wanted: None,
            found: Vec::new(),
            typed: String::new(),
            center,
        })
    }

    fn path(&self) -> String {
        self.center.path("/certificates")
    }

    fn pages(&self) -> i64 {
        (self.total + PAGE - 1).max(PAGE) / PAGE
    }

    fn has_next(&self) -> bool {
        self.page < self.pages()
    }

    fn sought(&self) -> &str {
        self.wanted.as_deref().unwrap_or(&self.typed)
    }
}

impl View for RegisterPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("certificates.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }

    fn refill(&mut self, typed: Fields) {
        self.typed = typed.get("q").to_owned();
    }

    fn is_answer(&self) -> bool {
        self.wanted.is_some()
    }
}

#[get("/centers/<center>/certificates?<page>")]
async fn list(
    by: Coordinator,
    db: &Db,
    lang: Lang,
    center: CenterId,
    page: Option<i64>,
    asked: Asked,
) -> Result<Page<RegisterPage>> {
    Ok(Page(register(&by, db, lang, center, (page, &asked.0)).await?))
}

/// The register as it is asked for.
pub(super) async fn register(
    by: &Coordinator,
    db: &Db,
    lang: Lang,
    center: CenterId,
    (page, asked): (Option<i64>, &Fields),
) -> Result<RegisterPage> {
    let cut = CertificatesCut::read(asked).unwrap_or_default();
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(by, &mut conn, center).await?;
    let mut register = RegisterPage::load(&mut conn, lang, center, cut).await?;
    register.page = page.unwrap_or(1).clamp(1, register.pages());
    let part = ((register.page - 1) * PAGE, PAGE);
    register.certificates = listing::list(&mut conn, register.center.id(), cut, None, part).await?;
    Ok(register)
}

/// Finds people as the people's list does, to issue one to them, and what they were issued. Posted, for names do not belong in an address;
/// it changes nothing.
#[post("/centers/<center>/certificates/search", data = "<fields>")]
async fn search(
    by: Coordinator,
    db: &Db,
    lang: Lang,
    sealer: &State<Sealer>,
    center: CenterId,
    fields: Fields,
) -> Result<Page<RegisterPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let mut register = RegisterPage::load(&mut conn, lang, center, CertificatesCut::default()).await?;
    let wanted: String = fields.get("q").chars().take(people::queries::SEARCHED).collect();
    let here = register.center.id();
    register.found = people::queries::search(&mut conn, sealer, here, &wanted, FOUND).await?;
    let found: Vec<_> = register.found.iter().map(|person| person.id).collect();
    register.certificates = listing::list(&mut conn, here, CertificatesCut::default(), Some(&found), (0, PAGE)).await?;
    register.wanted = Some(wanted);
    Ok(Page(register))
}

#[derive(Template)]
#[template(path = "certificates/show.html")]
struct CertificatePage {
    center: Center,
    one: ServiceCertificate,
    /// The one in whose place it stands, and the one in its own.
    replaces: Option<ServiceCertificate>,
    replaced_by: Option<ServiceCertificate>,
    form: Form,
}

impl CertificatePage {
    async fn load(
        by: &Coordinator,
        conn: &mut Conn,
        (center, id): (CenterId, ServiceCertificateId),
        form: Form,
    ) -> Result<Self> {
        let center = centers::queries::open_to(by, conn, center).await?;
        let one = queries::find(conn, center.id(), id).await?;
        let beside: Vec<ServiceCertificateId> = [one.replaces_id, one.replaced_by].into_iter().flatten().collect();
        let beside = queries::these(conn, center.id(), &beside).await?;
        let of = |id: Option<ServiceCertificateId>| beside.iter().find(|other| Some(other.id) == id).cloned();
        Ok(Self { replaces: of(one.replaces_id), replaced_by: of(one.replaced_by), center, one, form })
    }

    fn path(&self) -> String {
        self.center.path(format_args!("/certificates/{}", self.one.id))
    }

    /// Where another is issued in the place of this one.
    fn anew(&self) -> String {
        let ServiceCertificate { id, person_id, period_from, period_to, .. } = &self.one;
        let query = format!("?person={person_id}&from={period_from}&to={period_to}&replaces={id}");
        self.center.path(format_args!("/certificates/new{query}"))
    }

    fn may_be_replaced(&self) -> bool {
        self.one.state() == super::types::CertificateState::Revoked && self.replaced_by.is_none()
    }
}

impl View for CertificatePage {
    fn title(&self, _: Lang) -> String {
        self.one.number().to_string()
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/certificates/<id>", rank = 2)]
async fn show(by: Coordinator, db: &Db, center: CenterId, id: ServiceCertificateId) -> Result<Page<CertificatePage>> {
    Ok(Page(CertificatePage::load(&by, &mut *db.read().await?, (center, id), Form::new()).await?))
}

#[post("/centers/<center>/certificates/<id>/revocation", data = "<fields>")]
async fn revoke(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: ServiceCertificateId,
    fields: Fields,
) -> Result<Submitted<CertificatePage>> {
    let opened = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let mut tx = db.begin().await?;
        queries::find(&mut tx, opened.id(), id).await?;
        actions::revoke(&by, now, &mut tx, &opened, id, &forms::reason(&fields)?).await?;
        tx.commit().await?;
        Ok::<_, Error>(opened.path(format_args!("/certificates/{id}")))
    };
    Submitted::of(made.await, "done.certificate_revoked", async |errors| {
        CertificatePage::load(&by, &mut *db.read().await?, (center, id), Form::again(fields, errors)).await
    })
    .await
}

#[derive(Template)]
#[template(path = "certificates/settings.html")]
struct SettingsPage {
    center: Center,
    form: Form,
}

impl SettingsPage {
    async fn load(by: &Coordinator, conn: &mut Conn, center: CenterId, form: Option<Form>) -> Result<Self> {
        let center = centers::queries::open_to(by, conn, center).await?;
        let form = match form {
            Some(form) => form,
            None => Form::filled(signing_fields(conn, center.id()).await?),
        };
        Ok(Self { center, form })
    }

    fn path(&self) -> String {
        self.center.path("/certificates/settings")
    }
}

/// Who signs, as it is kept: proposed at the next certificate.
pub(super) async fn signing_fields(conn: &mut Conn, center: CenterId) -> Result<Fields> {
    Ok(match queries::signing(conn, center).await? {
        None => Fields::default(),
        Some(signing) => Fields::default()
            .with("in_charge", signing.in_charge)
            .with("handled_by", signing.handled_by)
            .with("contact", signing.contact),
    })
}

impl View for SettingsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("certificates.settings")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/certificates/settings")]
async fn settings(by: Coordinator, db: &Db, center: CenterId) -> Result<Page<SettingsPage>> {
    Ok(Page(SettingsPage::load(&by, &mut *db.read().await?, center, None).await?))
}

#[post("/centers/<center>/certificates/settings", data = "<fields>")]
async fn set_signing(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    fields: Fields,
) -> Result<Submitted<SettingsPage>> {
    let opened = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let signing = forms::settings(&fields)?;
        let mut tx = db.begin().await?;
        actions::set_signing(&by, now, &mut tx, &opened, &signing).await?;
        tx.commit().await?;
        Ok::<_, Error>(opened.path("/certificates"))
    };
    Submitted::of(made.await, "done.certificate_signing_set", async |errors| {
        SettingsPage::load(&by, &mut *db.read().await?, center, Some(Form::again(fields, errors))).await
    })
    .await
}
