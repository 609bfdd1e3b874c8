//! What a team tells whoever may join: the form of it, and the link and the code that lead to its public page.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::forms::Presentation;
use super::types::{LiaisonChoice, Team, TeamId};
use super::{actions, forms, liaisons, queries};
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
    /// Who may look after it.
    workers: Vec<LiaisonChoice>,
    form: Form,
    /// Where its public page is, and that as a code.
    link: String,
    code: String,
}

impl PresentationPage {
    async fn load(conn: &mut Conn, now: Now, site: &Site, (center, team): (Center, Team), form: Form) -> Result<Self> {
        let workers = liaisons::choices(conn, center.id(), center.zone.date(now.0), team.liaison_id).await?;
        let link = site.link(format_args!("/agenda/{}/teams/{}", center.id(), team.id));
        let code = qr::svg(&link)?;
        Ok(Self { center, team, workers, form, link, code })
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
async fn edit(
    by: Coordinator,
    db: &Db,
    now: Now,
    site: Site,
    center: CenterId,
    id: TeamId,
) -> Result<Page<PresentationPage>> {
    let mut conn = db.read().await?;
    let opened = open(&by, &mut conn, center, id).await?;
    let fields = Presentation::from(&opened.1).as_fields();
    let liaison = opened.1.liaison_id.map(|worker| worker.to_string()).unwrap_or_default();
    let form = Form::filled(fields.with("liaison", liaison));
    Ok(Page(PresentationPage::load(&mut conn, now, &site, opened, form).await?))
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
        let (told, liaison) = (forms::presentation(&fields)?, liaisons::liaison(&fields)?);
        let mut tx = db.begin().await?;
        actions::present(&by, now, &mut tx, &center, &team, &told).await?;
        liaisons::set_liaison(&by, now, &mut tx, &center, &team, liaison).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/teams/{id}")))
    };
    Submitted::of(made.await, "done.team_presented", async |errors| {
        let form = Form::again(fields, errors);
        PresentationPage::load(&mut *db.read().await?, now, &site, (center, team), form).await
    })
    .await
}
