//! What a team tells whoever may join: the form of it, and the link and the code that lead to its public page.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::forms::Presentation;
use super::types::{Team, TeamId};
use super::{actions, forms, queries};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::store::{Conn, Db};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Site, Submitted, View, filters, qr};

pub(super) fn routes() -> Vec<Route> {
    routes![edit, present]
}

#[derive(Template)]
#[template(path = "teams/edit.html")]
struct PresentationPage {
    center: Center,
    team: Team,
    form: Form,
    /// Where its public page is, and that as a code.
    link: String,
    code: String,
}

impl PresentationPage {
    fn of(site: &Site, center: Center, team: Team, form: Form) -> Result<Self> {
        let link = site.link(format_args!("/agenda/{}/teams/{}", center.id(), team.id));
        let code = qr::svg(&link)?;
        Ok(Self { center, team, form, link, code })
    }

    fn path(&self) -> String {
        self.center.path(format_args!("/teams/{}", self.team.id))
    }
}

impl View for PresentationPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("teams.present")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

/// The team, while it is there.
async fn open(by: &Coordinator, conn: &mut Conn, center: CenterId, id: TeamId) -> Result<(Center, Team)> {
    let center = centers::queries::open_to(by, conn, center).await?;
    let team = queries::find(by, conn, center.id(), id).await?;
    if team.disbanded_on.is_some() { Err(Error::NotFound) } else { Ok((center, team)) }
}

#[get("/centers/<center>/teams/<id>/edit")]
async fn edit(by: Coordinator, db: &Db, site: Site, center: CenterId, id: TeamId) -> Result<Page<PresentationPage>> {
    let (center, team) = open(&by, &mut *db.read().await?, center, id).await?;
    let form = Form::filled(Presentation::from(&team).as_fields());
    Ok(Page(PresentationPage::of(&site, center, team, form)?))
}

#[post("/centers/<center>/teams/<id>", data = "<fields>")]
async fn present(
    by: Coordinator,
    db: &Db,
    now: Now,
    site: Site,
    center: CenterId,
    id: TeamId,
    fields: Fields,
) -> Result<Submitted<PresentationPage>> {
    let (center, team) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let told = forms::presentation(&fields)?;
        let mut tx = db.begin().await?;
        actions::present(&by, now, &mut tx, &center, &team, &told).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/teams/{id}")))
    };
    Submitted::of(made.await, "done.team_presented", async |errors| {
        PresentationPage::of(&site, center, team, Form::again(fields, errors))
    })
    .await
}
