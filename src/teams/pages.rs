//! A center's volunteer teams: the list, and a new one's form. A team's page shows what other features know of it, and stands above them
//! (`profile`).

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::listing::TeamsCut;
use super::types::{Team, TeamKind};
use super::{actions, forms, queries};
use crate::auth::{Coordinator, TeamReader, Viewer};
use crate::centers::{self, Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::people::{self, PersonId, PersonRow};
use crate::store::{Db, Sealer};
use crate::web::cut::{Asked, Toolbar};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

/// The most people that a search for a leader shows.
const CANDIDATES: usize = 12;

pub(super) fn routes() -> Vec<Route> {
    routes![list, new, create]
}

#[derive(Template)]
#[template(path = "teams/list.html")]
struct TeamsPage {
    center: Center,
    teams: Vec<Team>,
    toolbar: Toolbar,
    may_write: bool,
}

impl View for TeamsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("teams.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }
}

fn may_write(by: &Viewer) -> bool {
    Coordinator::includes(by.role)
}

#[get("/centers/<center>/teams")]
async fn list(by: TeamReader, db: &Db, lang: Lang, center: CenterId, asked: Asked) -> Result<Page<TeamsPage>> {
    let cut = TeamsCut::read(&asked.0).unwrap_or_default();
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let teams = cut.of(queries::list(&by, &mut conn, center.id()).await?);
    let toolbar = cut.toolbar(lang, &queries::kinds(&mut conn).await?);
    Ok(Page(TeamsPage { center, teams, toolbar, may_write: may_write(&by) }))
}

#[derive(Template)]
#[template(path = "teams/new.html")]
struct NewTeamPage {
    center: Center,
    kinds: Vec<TeamKind>,
    form: Form,
    /// Whom the leader's name may mean, where it means several.
    leaders: Vec<PersonRow>,
}

impl View for NewTeamPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("teams.new")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/teams/new")]
async fn new(by: Coordinator, db: &Db, now: Now, center: CenterId) -> Result<Page<NewTeamPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let form = Form::filled(Fields::default().with("founded_on", center.zone.date(now.0)));
    Ok(Page(NewTeamPage { kinds: queries::kinds(&mut conn).await?, center, form, leaders: Vec::new() }))
}

#[post("/centers/<center>/teams", data = "<fields>")]
async fn create(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    fields: Fields,
) -> Result<Submitted<NewTeamPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let mut leaders = Vec::new();
    let made = async {
        let mut input = forms::team(&fields, center.zone.date(now.0))?;
        let wanted = fields.get("leader");
        if input.leader.is_none() && !wanted.is_empty() {
            leaders = people::queries::search(&mut *db.read().await?, sealer, center.id(), wanted, CANDIDATES).await?;
            input.leader = Some(the_one(&leaders)?);
        }
        let mut tx = db.begin().await?;
        let id = actions::create(&by, now, &mut tx, &center, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(id)
    };
    Submitted::of(made.await.map(|id| center.path(format_args!("/teams/{id}"))), "done.team_created", async |errors| {
        let form = Form::again(fields, errors);
        let kinds = queries::kinds(&mut *db.read().await?).await?;
        Ok(NewTeamPage { center, kinds, form, leaders })
    })
    .await
}

/// The only person found for the leader's name.
fn the_one(found: &[PersonRow]) -> Result<PersonId> {
    match found {
        [one] => Ok(one.id),
        [] => Err(Error::field("leader", "field.nobody_found")),
        _ => {
            Err(FieldErrors { fields: vec![("leader".into(), Fault::new("field.several_found"))], whole: None }.into())
        }
    }
}
