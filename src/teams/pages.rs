//! A center's volunteer teams: the list, a new one's form, and a team's page.

use crate::auth::{Coordinator, TeamReader, Viewer};
use std::collections::HashMap;

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::listing::TeamsCut;
use super::types::{Member, MemberChanged, Team, TeamId, TeamKind};
use super::{actions, forms, queries};
use crate::centers::{self, Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::fields::parse;
use crate::people::{self, PersonId, PersonRow};
use crate::qualifications::{self, WorkStanding};
use crate::store::{Conn, Db, Sealer};
use crate::web::cut::{Asked, Toolbar};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

/// The most people that a search for members shows.
const CANDIDATES: usize = 12;

/// The latest changes that a team's page shows.
const CHANGES: i64 = 30;

pub(super) fn routes() -> Vec<Route> {
    routes![list, new, create, show, candidates, add, lead, disband, restore]
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

/// A team and its members. Who may write also finds people here to take in.
#[derive(Template)]
#[template(path = "teams/show.html")]
pub(super) struct TeamPage {
    center: Center,
    team: Team,
    members: Vec<Member>,
    /// How each stands to the work of the team, where that needs a qualification.
    standings: HashMap<PersonId, WorkStanding>,
    /// What became of whom here, the last first.
    changes: Vec<MemberChanged>,
    may_write: bool,
    coordinates: bool,
    form: Form,
    search: Form,
    /// Why a member was to rest or to leave, where that was faulty.
    pub(super) standing: Form,
    /// Whom the search found; none before there was a search.
    found: Option<Vec<PersonRow>>,
}

impl TeamPage {
    pub(super) async fn load(by: &Viewer, conn: &mut Conn, now: Now, center: CenterId, id: TeamId) -> Result<Self> {
        let center = centers::queries::open_to(by, conn, center).await?;
        let team = queries::find(by, conn, center.id(), id).await?;
        let members = queries::members(conn, id).await?;
        let changes = queries::changes(conn, id, CHANGES).await?;
        let people: Vec<PersonId> = members.iter().map(|member| member.person.id).collect();
        let today = center.zone.date(now.0);
        let standings = qualifications::queries::standings(conn, (team.kind_id, &people), today).await?;
        let coordinates = may_write(by);
        let may_write = coordinates && team.disbanded_on.is_none();
        Ok(Self {
            center,
            team,
            members,
            standings,
            changes,
            may_write,
            coordinates,
            form: Form::new(),
            search: Form::new(),
            standing: Form::new(),
            found: None,
        })
    }

    fn path(&self) -> String {
        self.center.path(format_args!("/teams/{}", self.team.id))
    }

    fn is_there(&self) -> bool {
        self.team.disbanded_on.is_none()
    }

    fn may_restore(&self) -> bool {
        self.coordinates && self.team.disbanded_on.is_some()
    }

    fn is_member(&self, person: &PersonRow) -> bool {
        self.members.iter().any(|member| member.person.id == person.id)
    }

    fn standing(&self, member: &Member) -> Option<&WorkStanding> {
        self.standings.get(&member.person.id)
    }

    fn leads(&self, member: &Member) -> bool {
        self.team.leader_id == Some(member.person.id)
    }
}

impl View for TeamPage {
    fn title(&self, _: Lang) -> String {
        self.team.name.clone()
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }

    fn refill(&mut self, typed: Fields) {
        self.search = Form::filled(typed);
    }

    fn is_answer(&self) -> bool {
        self.found.is_some()
    }
}

#[get("/centers/<center>/teams/<id>", rank = 2)]
async fn show(by: TeamReader, db: &Db, now: Now, center: CenterId, id: TeamId) -> Result<Page<TeamPage>> {
    Ok(Page(TeamPage::load(&by, &mut *db.read().await?, now, center, id).await?))
}

/// A search is posted, for names do not belong in an address; it changes nothing.
#[post("/centers/<center>/teams/<id>/candidates", data = "<fields>")]
async fn candidates(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: TeamId,
    fields: Fields,
) -> Result<Page<TeamPage>> {
    let mut conn = db.read().await?;
    let mut page = TeamPage::load(&by, &mut conn, now, center, id).await?;
    page.found = Some(people::queries::search(&mut conn, sealer, page.center.id(), fields.get("q"), CANDIDATES).await?);
    page.search = Form::filled(fields);
    Ok(Page(page))
}

/// Finds the team through the center, in the transaction that changes it. A disbanded one takes no changes.
async fn open(by: &Coordinator, tx: &mut Conn, center: CenterId, id: TeamId) -> Result<(Center, Team)> {
    let center = centers::queries::open_to(by, tx, center).await?;
    let team = queries::find(by, tx, center.id(), id).await?;
    if team.disbanded_on.is_some() { Err(Error::NotFound) } else { Ok((center, team)) }
}

fn person(fields: &Fields) -> Result<PersonId> {
    let mut read = fields.read();
    let person = read.required("person", parse::choice);
    read.finish(|| person)
}

#[post("/centers/<center>/teams/<id>/members", data = "<fields>")]
async fn add(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: TeamId,
    fields: Fields,
) -> Result<Submitted<TeamPage>> {
    let made = async {
        let mut tx = db.begin().await?;
        let (center, team) = open(&by, &mut tx, center, id).await?;
        actions::add_member(&by, now, &mut tx, &center, team.id, person(&fields)?).await?;
        Ok(tx.commit().await?)
    };
    told(&by, db, now, (center, id), made.await, "done.member_added").await
}

/// The team's page after somebody came in, or with the reason why they may not.
async fn told(
    by: &Coordinator,
    db: &Db,
    now: Now,
    (center, id): (CenterId, TeamId),
    made: Result<()>,
    flash: &'static str,
) -> Result<Submitted<TeamPage>> {
    let made = made.map(|()| center.path(format_args!("/teams/{id}")));
    Submitted::of(made, flash, async |errors| {
        let mut page = TeamPage::load(by, &mut *db.read().await?, now, center, id).await?;
        page.form = Form::again(Fields::default(), errors);
        Ok(page)
    })
    .await
}

#[post("/centers/<center>/teams/<id>/leadership", data = "<fields>")]
async fn lead(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: TeamId,
    fields: Fields,
) -> Result<Submitted<TeamPage>> {
    let made = async {
        let mut tx = db.begin().await?;
        let (center, team) = open(&by, &mut tx, center, id).await?;
        actions::lead(&by, now, &mut tx, &center, team.id, person(&fields)?).await?;
        Ok(tx.commit().await?)
    };
    told(&by, db, now, (center, id), made.await, "done.leader_changed").await
}

#[post("/centers/<center>/teams/<id>/disbanding")]
async fn disband(by: Coordinator, db: &Db, now: Now, center: CenterId, id: TeamId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (center, team) = open(&by, &mut tx, center, id).await?;
    actions::disband(&by, now, &mut tx, &center, &team).await?;
    tx.commit().await?;
    Ok(Done::to(center.path("/teams"), "done.team_disbanded"))
}

/// A team that was disbanded by mistake, or comes together again.
#[post("/centers/<center>/teams/<id>/restoration")]
async fn restore(by: Coordinator, db: &Db, now: Now, center: CenterId, id: TeamId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let team = queries::find(&by, &mut tx, center.id(), id).await?;
    actions::restore(&by, now, &mut tx, &center, &team).await?;
    tx.commit().await?;
    Ok(Done::to(center.path(format_args!("/teams/{id}")), "done.team_restored"))
}
