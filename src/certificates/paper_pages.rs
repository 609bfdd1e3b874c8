//! Certificates on A4, one or many one after the other, each with the QR that tells whether it is good.

use askama::Template;
use rocket::http::Status;
use rocket::{Route, State, get, post, routes};

use super::paper::Paper;
use super::types::{ServiceCertificate, ServiceCertificateId};
use super::{forms, queries};
use crate::audit;
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now, Zone};
use crate::error::{Error, Result};
use crate::store::{Db, Sealer};
use crate::web::{Fields, Form, Frame, Lang, Page, Site, View, filters, qr};

pub(super) fn routes() -> Vec<Route> {
    routes![print, print_in_full, print_many]
}

/// A certificate as it is drawn.
struct DrawnPaper {
    paper: Paper,
    qr: String,
    /// What the QR holds, for whoever types it.
    link: String,
    revoked_on: Option<Date>,
}

/// How much of an ID number stands on a paper that is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum IdShown {
    InFull,
    Masked,
}

#[derive(Template)]
#[template(path = "certificates/paper.html")]
pub(super) struct PapersPage {
    papers: Vec<DrawnPaper>,
    back: String,
    /// Where the one of them is drawn with its whole ID number, for a reason.
    in_full: Option<String>,
    form: Form,
}

impl PapersPage {
    /// # Errors
    /// As [`ServiceCertificate::paper`]'s; `NotFound` for none at all.
    pub(super) fn draw(
        site: &Site,
        sealer: &Sealer,
        certificates: &[ServiceCertificate],
        back: String,
        shown: IdShown,
    ) -> Result<Self> {
        if certificates.is_empty() {
            return Err(Error::NotFound);
        }
        let draw = |one: &ServiceCertificate| {
            let mut paper = one.paper(sealer)?;
            if shown == IdShown::Masked {
                paper.id_number = paper.masked_id_number();
            }
            let link = site.link(format_args!("/v/{}", paper.token));
            let revoked_on = one.revoked_at.map(|at| Zone::SHANGHAI.date(at));
            Ok(DrawnPaper { qr: qr::svg(&link)?, paper, link, revoked_on })
        };
        Ok(Self {
            papers: certificates.iter().map(draw).collect::<Result<_>>()?,
            back,
            in_full: None,
            form: Form::new(),
        })
    }
}

impl View for PapersPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("certificates.heading")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::Print
    }
}

#[get("/centers/<center>/certificates/<id>/paper", rank = 2)]
async fn print(
    by: Coordinator,
    db: &Db,
    site: Site,
    sealer: &State<Sealer>,
    center: CenterId,
    id: ServiceCertificateId,
) -> Result<Page<PapersPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let one = queries::find(&mut conn, center.id(), id).await?;
    drop(conn);
    Ok(Page(masked(&site, sealer, &center, one, Form::new())?))
}

/// One paper as a worker finds it: its ID number is masked, and shown for a reason.
fn masked(site: &Site, sealer: &Sealer, center: &Center, one: ServiceCertificate, form: Form) -> Result<PapersPage> {
    let here = center.path(format_args!("/certificates/{}", one.id));
    let page = PapersPage::draw(site, sealer, &[one], here.clone(), IdShown::Masked)?;
    let has_number = page.papers.iter().any(|one| one.paper.id_number.is_some());
    // Where the form came back with a fault it is shown, whatever stands on the paper.
    let is_shown = has_number || form.fault("reason").is_some();
    Ok(PapersPage { in_full: is_shown.then(|| format!("{here}/paper")), form, ..page })
}

/// The paper with the whole ID number that was put on it, for a reason. Nothing about it can be undone: it was seen.
#[post("/centers/<center>/certificates/<id>/paper", rank = 2, data = "<fields>")]
async fn print_in_full(
    by: Coordinator,
    db: &Db,
    now: Now,
    site: Site,
    sealer: &State<Sealer>,
    center: CenterId,
    id: ServiceCertificateId,
    fields: Fields,
) -> Result<(Status, Page<PapersPage>)> {
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let one = queries::find(&mut tx, center.id(), id).await?;
    let reason = match forms::reason(&fields) {
        Ok(reason) => reason,
        Err(Error::Invalid(errors)) => {
            let page = masked(&site, sealer, &center, one, Form::again(fields, errors))?;
            return Ok((Status::UnprocessableEntity, Page(page)));
        }
        Err(other) => return Err(other),
    };
    let back = center.path(format_args!("/certificates/{id}"));
    let page = PapersPage::draw(&site, sealer, &[one], back, IdShown::InFull)?;
    let entry = audit::entry("certificate.printed_in_full", id.0).at(center.id()).because(&reason);
    audit::record(&mut tx, &by, now, entry).await?;
    tx.commit().await?;
    Ok((Status::Ok, Page(page)))
}

/// The numbers of rows say nothing of anybody, so they may stand in an address. Whoever was erased meanwhile is left out.
#[get("/centers/<center>/certificates/papers?<ids>")]
async fn print_many(
    by: Coordinator,
    db: &Db,
    site: Site,
    sealer: &State<Sealer>,
    center: CenterId,
    ids: Option<&str>,
) -> Result<Page<PapersPage>> {
    let ids: Vec<ServiceCertificateId> = ids.unwrap_or_default().split('-').filter_map(|id| id.parse().ok()).collect();
    let ids = ids.get(..super::forms::MOST).unwrap_or(&ids);
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let mut found = queries::these(&mut conn, center.id(), ids).await?;
    drop(conn);
    found.retain(|one| one.erased_at.is_none());
    Ok(Page(PapersPage::draw(&site, sealer, &found, center.path("/certificates"), IdShown::Masked)?))
}
