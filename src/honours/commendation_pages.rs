//! A center's commendations: a year's list with the form, and one of them.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::training_pages::{CANDIDATES, year_number, year_of};
use super::types::{Commendation, CommendationId, HonourLevel};
use super::{actions, forms, queries};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::ids::{PersonId, TeamId};
use crate::people::{self, PersonRow};
use crate::store::{Conn, Db, Sealer};
use crate::teams::{self, TeamName};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, create, candidates, show, void]
}

/// What a commendation's form comes with: given today, by the center.
pub(super) fn proposed(today: Date) -> Fields {
    Fields::default().with("level", HonourLevel::Center).with("given_on", today)
}

#[derive(Template)]
#[template(path = "honours/commendations.html")]
struct CommendationsPage {
    center: Center,
    year: i64,
    commendations: Vec<Commendation>,
    teams: Vec<TeamName>,
    /// Who may be ticked: whom the search found, or who was sent.
    found: Vec<PersonRow>,
    /// Whether there was a search.
    is_found: bool,
    form: Form,
}

impl CommendationsPage {
    async fn load(conn: &mut Conn, now: Now, center: Center, year: Option<i64>) -> Result<Self> {
        let today = center.zone.date(now.0);
        let days = year_of(year, today);
        Ok(Self {
            year: year_number(days.0),
            commendations: queries::commendations(conn, center.id(), days).await?,
            teams: teams::queries::of_center(conn, center.id()).await?,
            found: Vec::new(),
            is_found: false,
            form: Form::filled(proposed(today)),
            center,
        })
    }

    fn levels(&self) -> &'static [HonourLevel] {
        HonourLevel::ALL
    }
}

impl View for CommendationsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("commendations.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }

    fn is_answer(&self) -> bool {
        self.is_found
    }
}

/// Those of the center who are ticked.
async fn ticked(conn: &mut Conn, center: CenterId, fields: &Fields) -> Result<Vec<PersonRow>> {
    let ids: Vec<PersonId> = fields.all("person").iter().filter_map(|id| id.parse().ok()).collect();
    Ok(people::queries::these(conn, center, &ids).await?.into_iter().map(PersonRow::from).collect())
}

/// `?person=` and `?team=` say whom the form is about.
#[get("/centers/<center>/commendations?<year>&<person>&<team>")]
async fn list(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    year: Option<i64>,
    person: Option<PersonId>,
    team: Option<TeamId>,
) -> Result<Page<CommendationsPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let mut page = CommendationsPage::load(&mut conn, now, center, year).await?;
    let mut fields = proposed(page.center.zone.date(now.0));
    if let Some(team) = team {
        fields = fields.with("team", team);
    }
    if let Some(person) = person {
        fields = fields.with("person", person);
        page.found = ticked(&mut conn, page.center.id(), &fields).await?;
    }
    page.form = Form::filled(fields);
    Ok(Page(page))
}

/// A search is posted, with what was typed of the form; it changes nothing. Who was ticked stays in sight.
#[post("/centers/<center>/commendations/candidates", data = "<fields>")]
async fn candidates(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    fields: Fields,
) -> Result<Page<CommendationsPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let mut page = CommendationsPage::load(&mut conn, now, center, None).await?;
    page.found = ticked(&mut conn, page.center.id(), &fields).await?;
    let found = people::queries::search(&mut conn, sealer, page.center.id(), fields.get("q"), CANDIDATES).await?;
    let is_new = |one: &PersonRow| !page.found.iter().any(|known| known.id == one.id);
    let found: Vec<PersonRow> = found.into_iter().filter(is_new).collect();
    page.found.extend(found);
    page.is_found = true;
    page.form = Form::filled(fields);
    Ok(Page(page))
}

#[post("/centers/<center>/commendations", data = "<fields>")]
async fn create(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    fields: Fields,
) -> Result<Submitted<CommendationsPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let input = forms::award(&fields, center.zone.date(now.0))?;
        let whom = forms::honoured(&fields)?;
        let mut tx = db.begin().await?;
        actions::give(&by, now, &mut tx, &center, &input, &whom).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/commendations?year={}", year_number(input.given_on))))
    };
    Submitted::of(made.await, "done.commended", async |errors| {
        let mut conn = db.read().await?;
        let mut page = CommendationsPage::load(&mut conn, now, center, None).await?;
        page.found = ticked(&mut conn, page.center.id(), &fields).await?;
        page.form = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

#[derive(Template)]
#[template(path = "honours/commendation.html")]
pub(super) struct CommendationPage {
    center: Center,
    one: Commendation,
    pub(super) voiding: Form,
    pub(super) scanning: Form,
}

impl CommendationPage {
    pub(super) async fn load(
        by: &Coordinator,
        conn: &mut Conn,
        (center, id): (CenterId, CommendationId),
    ) -> Result<Self> {
        let center = centers::queries::open_to(by, conn, center).await?;
        let one = queries::commendation(conn, center.id(), id).await?;
        Ok(Self { center, one, voiding: Form::new(), scanning: Form::new() })
    }

    fn path(&self) -> String {
        self.center.path(format_args!("/commendations/{}", self.one.id))
    }

    /// The page of whom it honours.
    fn whose(&self) -> String {
        match (self.one.person_id, self.one.team_id) {
            (Some(person), _) => self.center.path(format_args!("/people/{person}")),
            (None, Some(team)) => self.center.path(format_args!("/teams/{team}")),
            (None, None) => self.path(),
        }
    }

    fn is_there(&self) -> bool {
        self.one.voided_at.is_none()
    }
}

impl View for CommendationPage {
    fn title(&self, _: Lang) -> String {
        self.one.title.clone()
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }

    fn refill(&mut self, typed: Fields) {
        self.voiding = Form::filled(typed);
    }
}

#[get("/centers/<center>/commendations/<id>", rank = 2)]
async fn show(by: Coordinator, db: &Db, center: CenterId, id: CommendationId) -> Result<Page<CommendationPage>> {
    Ok(Page(CommendationPage::load(&by, &mut *db.read().await?, (center, id)).await?))
}

#[post("/centers/<center>/commendations/<id>/void", data = "<fields>")]
async fn void(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: CommendationId,
    fields: Fields,
) -> Result<Submitted<CommendationPage>> {
    let opened = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let reason = forms::reason(&fields)?;
        let mut tx = db.begin().await?;
        actions::void_commendation(&by, now, &mut tx, &opened, id, &reason).await?;
        tx.commit().await?;
        Ok::<_, Error>(opened.path(format_args!("/commendations/{id}")))
    };
    Submitted::of(made.await, "done.commendation_voided", async |errors| {
        let mut page = CommendationPage::load(&by, &mut *db.read().await?, (center, id)).await?;
        page.voiding = Form::again(fields, errors);
        Ok(page)
    })
    .await
}
