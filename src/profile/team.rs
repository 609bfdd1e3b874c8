//! One team's page: who serves, who looks after it, what comes next, its hours month by month, what it was trained in and commended for.

use std::collections::HashMap;

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::queries::{self as features, NextSession};
use crate::activities::SessionId;
use crate::auth::{Coordinator, TeamReader, Viewer};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Month, Now};
use crate::error::Result;
use crate::honours::{self, Commendation, Training};
use crate::people::{self, PersonId, PersonRow};
use crate::qualifications::{self, WorkStanding};
use crate::shifts::{self, RotaLine};
use crate::store::{Conn, Db, Sealer};
use crate::teams::{FormerMember, LiaisonOf, Member, MemberChanged, Team, TeamId, liaisons, queries};
use crate::web::chart::{Bar, Chart, Charted};
use crate::web::filters::long_month;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, View, filters};

/// The most people that a search for members shows.
const CANDIDATES: usize = 12;

/// The latest changes that the page shows.
const CHANGES: i64 = 30;

/// The next sessions that it shows.
const NEXT: i64 = 8;

pub(super) fn routes() -> Vec<Route> {
    routes![show, candidates]
}

/// A team's confirmed minutes by month.
pub(super) struct TeamMonths(Vec<(Month, i64)>);

impl TeamMonths {
    fn is_empty(&self) -> bool {
        self.0.iter().all(|(_, minutes)| *minutes == 0)
    }
}

/// Minutes as hours and the minutes that are left.
fn hours(lang: Lang, minutes: i64) -> String {
    let of = |key: &str, n: i64| lang.with(key, [("n", n.to_string())]);
    match (minutes / 60, minutes % 60) {
        (hours, 0) => of("me.hours", hours),
        (0, rest) => of("hours.n_minutes", rest),
        (hours, rest) => format!("{} {}", of("me.hours", hours), of("hours.n_minutes", rest)),
    }
}

impl Charted for TeamMonths {
    fn chart(&self, lang: Lang) -> Chart {
        let bar = |(month, minutes): &(Month, i64)| Bar {
            label: long_month(lang, month.first().0),
            value: (*minutes).max(0),
            shown: hours(lang, *minutes),
            class: "",
        };
        // The page shows the table itself, with the minutes.
        Chart::compared(lang, &lang.text("teams.months"), self.0.iter().map(bar).collect()).without_table()
    }
}

/// A team and what is known of it. Who may write also finds people here to take in.
#[derive(Template)]
#[template(path = "teams/show.html")]
pub(super) struct TeamPage {
    center: Center,
    team: Team,
    members: Vec<Member>,
    former: Vec<FormerMember>,
    /// How each stands to the work of the team, where that needs a qualification.
    standings: HashMap<PersonId, WorkStanding>,
    /// Who looks after it and did, the latest first.
    liaisons: Vec<LiaisonOf>,
    next: Vec<NextSession>,
    /// What these sessions ask for, and who said yes.
    rota: Vec<RotaLine>,
    months: TeamMonths,
    trainings: Vec<Training>,
    commendations: Vec<Commendation>,
    /// What became of whom here, the last first.
    changes: Vec<MemberChanged>,
    today: Date,
    may_write: bool,
    coordinates: bool,
    pub(super) form: Form,
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
        let people: Vec<PersonId> = members.iter().map(|member| member.person.id).collect();
        let today = center.zone.date(now.0);
        let coordinates = Coordinator::includes(by.role);
        let next = features::next_sessions(by, conn, id, now, NEXT).await?;
        let sessions: Vec<SessionId> = next.iter().map(|session| session.id).collect();
        Ok(Self {
            rota: shifts::queries::rota(conn, &center, &sessions).await?,
            next,
            standings: qualifications::queries::standings(conn, (team.kind_id, &people), today).await?,
            former: queries::former(conn, id).await?,
            liaisons: liaisons::of_team(conn, id).await?,
            months: TeamMonths(honours::queries::months_of_team(conn, id, today).await?),
            trainings: honours::queries::trainings_of_team(conn, id).await?,
            commendations: honours::queries::commendations_of_team(conn, id).await?,
            changes: queries::changes(conn, id, CHANGES).await?,
            may_write: coordinates && team.disbanded_on.is_none(),
            coordinates,
            center,
            team,
            members,
            today,
            form: Form::new(),
            search: Form::new(),
            standing: Form::new(),
            found: None,
        })
    }

    fn path(&self) -> String {
        self.center.path(format_args!("/teams/{}", self.team.id))
    }

    /// What a session asks for.
    fn asked(&self, session: &SessionId) -> impl Iterator<Item = &RotaLine> {
        let session = *session;
        self.rota.iter().filter(move |line| line.session_id == session)
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

    /// Who looks after the team today.
    fn liaison(&self) -> Option<&LiaisonOf> {
        let today = self.today;
        self.liaisons.iter().find(|one| one.from_date <= today && one.to_date.is_none_or(|day| day > today))
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
