//! A team's applications before whoever answers for it with an account.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::types::{Application, ApplicationId};
use super::{actions, forms, queries};
use crate::auth::TeamReader;
use crate::centers::{Center, CenterId, Poster};
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, Result};
use crate::ids::TeamId;
use crate::store::{Conn, Db, Sealer};
use crate::teams::{Steward, Team, queries as teams};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Site, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, poster, approve, decline]
}

#[derive(Template)]
#[template(path = "applications/list.html")]
struct ApplicationsPage {
    center: Center,
    team: Team,
    waiting: Vec<Application>,
    answered: Vec<Application>,
    today: Date,
    form: Form,
    /// To which of them the form is an answer.
    about: Option<ApplicationId>,
}

impl ApplicationsPage {
    async fn load(by: &TeamReader, conn: &mut Conn, now: Now, sealer: &Sealer, of: (CenterId, TeamId)) -> Result<Self> {
        let steward = Steward::signed_in(by, conn, of.0, of.1).await?;
        let team = teams::find(by, conn, of.0, of.1).await?;
        let (waiting, answered) = queries::of_team(&steward, conn, sealer).await?;
        let today = steward.center.zone.date(now.0);
        Ok(Self { center: steward.center, team, waiting, answered, today, form: Form::new(), about: None })
    }

    fn path(&self) -> String {
        self.center.path(format_args!("/teams/{}/applications", self.team.id))
    }

    fn day(&self, at: &Timestamp) -> Date {
        self.center.zone.date(*at)
    }

    fn is_about(&self, application: &Application) -> bool {
        self.about == Some(application.row.id)
    }
}

impl View for ApplicationsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("applications.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }
}

#[get("/centers/<center>/teams/<id>/applications")]
async fn list(
    by: TeamReader,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: TeamId,
) -> Result<Page<ApplicationsPage>> {
    Ok(Page(ApplicationsPage::load(&by, &mut *db.read().await?, now, sealer, (center, id)).await?))
}

/// The team's sheet for a wall: whoever scans it reads what the team does, and can ask to join.
#[get("/centers/<center>/teams/<id>/poster")]
async fn poster(by: TeamReader, db: &Db, site: Site, center: CenterId, id: TeamId) -> Result<Page<Poster>> {
    let mut conn = db.read().await?;
    let center = Steward::signed_in(&by, &mut conn, center, id).await?.center;
    // As everybody finds it: a disbanded team hangs on no wall.
    let team = teams::public(&mut conn, center.id(), id).await?;
    let link = site.link(format_args!("/agenda/{}/teams/{id}", center.id()));
    let back = center.path(format_args!("/teams/{id}/applications"));
    let lines = vec![(Lang::Zh, team.kind.clone()), (Lang::En, team.kind_en.clone())];
    let steps = ["poster.scan", "poster.who_we_are", "poster.wait"];
    Ok(Page(Poster::new(center, team.name, link, back)?.with_lines(lines).with_steps(steps, "poster.join_no_phone")))
}

#[post("/centers/<center>/teams/<id>/applications/<application>/approval", data = "<fields>")]
async fn approve(
    by: TeamReader,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: TeamId,
    application: ApplicationId,
    fields: Fields,
) -> Result<Submitted<ApplicationsPage>> {
    let made = async {
        let mut tx = db.begin().await?;
        let steward = Steward::signed_in(&by, &mut tx, center, id).await?;
        actions::approve(&steward, now, &mut tx, sealer, application, &forms::approval(&fields)?).await?;
        tx.commit().await?;
        Ok::<_, Error>(steward.center.path(format_args!("/teams/{id}/applications")))
    };
    Submitted::of(made.await, "done.application_approved", async |errors| {
        let page = ApplicationsPage::load(&by, &mut *db.read().await?, now, sealer, (center, id)).await?;
        Ok(ApplicationsPage { form: Form::again(fields, errors), about: Some(application), ..page })
    })
    .await
}

#[post("/centers/<center>/teams/<id>/applications/<application>/refusal", data = "<fields>")]
async fn decline(
    by: TeamReader,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: TeamId,
    application: ApplicationId,
    fields: Fields,
) -> Result<Submitted<ApplicationsPage>> {
    let made = async {
        let mut tx = db.begin().await?;
        let steward = Steward::signed_in(&by, &mut tx, center, id).await?;
        actions::decline(&steward, now, &mut tx, sealer, application, &forms::declining(&fields)?).await?;
        tx.commit().await?;
        Ok::<_, Error>(steward.center.path(format_args!("/teams/{id}/applications")))
    };
    Submitted::of(made.await, "done.application_declined", async |errors| {
        let page = ApplicationsPage::load(&by, &mut *db.read().await?, now, sealer, (center, id)).await?;
        Ok(ApplicationsPage { form: Form::again(fields, errors), about: Some(application), ..page })
    })
    .await
}
