//! Certificates on A4, one or many one after the other, each with the QR that tells whether it is good.

use askama::Template;
use rocket::{Route, State, get, routes};

use super::paper::Paper;
use super::queries;
use super::types::{ServiceCertificate, ServiceCertificateId};
use crate::auth::Coordinator;
use crate::centers::{self, CenterId};
use crate::clock::{Date, Zone};
use crate::error::{Error, Result};
use crate::store::{Db, Sealer};
use crate::web::{Frame, Lang, Page, Site, View, filters, qr};

pub(super) fn routes() -> Vec<Route> {
    routes![print, print_many]
}

/// A certificate as it is drawn.
struct DrawnPaper {
    paper: Paper,
    qr: String,
    /// What the QR holds, for whoever types it.
    link: String,
    revoked_on: Option<Date>,
}

#[derive(Template)]
#[template(path = "certificates/paper.html")]
pub(super) struct PapersPage {
    papers: Vec<DrawnPaper>,
    back: String,
}

impl PapersPage {
    /// # Errors
    /// As [`ServiceCertificate::paper`]'s; `NotFound` for none at all.
    pub(super) fn draw(
        site: &Site,
        sealer: &Sealer,
        certificates: &[ServiceCertificate],
        back: String,
    ) -> Result<Self> {
        if certificates.is_empty() {
            return Err(Error::NotFound);
        }
        let draw = |one: &ServiceCertificate| {
            let paper = one.paper(sealer)?;
            let link = site.link(format_args!("/v/{}", paper.token));
            let revoked_on = one.revoked_at.map(|at| Zone::SHANGHAI.date(at));
            Ok(DrawnPaper { qr: qr::svg(&link)?, paper, link, revoked_on })
        };
        Ok(Self { papers: certificates.iter().map(draw).collect::<Result<_>>()?, back })
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
    Ok(Page(PapersPage::draw(&site, sealer, &[one], center.path(format_args!("/certificates/{id}")))?))
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
    Ok(Page(PapersPage::draw(&site, sealer, &found, center.path("/certificates"))?))
}
