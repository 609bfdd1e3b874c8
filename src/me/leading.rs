//! A team on its leader's phone, without a password: who asks to join, who serves, what comes, who was there, and the rota to send on. No
//! full number stands here, no group, no note, and nobody's hours.

use std::collections::HashMap;

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::queries::{self, TeamSession};
use crate::applications::{self, Application, ApplicationId};
use crate::centers::Center;
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, Result};
use crate::ids::{PersonId, SessionId, TeamId};
use crate::phones::{Handset, Phone};
use crate::shifts::{self, RotaLine};
use crate::store::{Conn, Db, Sealer};
use crate::teams::{self, Member, Steward, Team};
use crate::web::page::fragment;
use crate::web::{Fields, Form, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, approve, decline, suspend, resume]
}

#[derive(Template)]
#[template(path = "me/team.html")]
struct LedTeam {
    center: Center,
    team: Team,
    waiting: Vec<Application>,
    members: Vec<Member>,
    /// What members told when they joined.
    told: HashMap<PersonId, Application>,
    coming: Vec<TeamSession>,
    past: Vec<TeamSession>,
    served: Vec<(SessionId, String)>,
    /// The positions of what comes, with who does them.
    positions: Vec<RotaLine>,
    /// The coming weeks as plain text.
    rota: String,
    today: Date,
    form: Form,
}

impl LedTeam {
    async fn load(by: Steward, conn: &mut Conn, sealer: &Sealer, (now, lang): (Now, Lang)) -> Result<Self> {
        let team = teams::queries::of_steward(&by, conn).await?;
        let (waiting, _) = applications::queries::of_team(&by, conn, sealer).await?;
        let (coming, past) = queries::of_team(&by, conn, now).await?;
        let ids: Vec<SessionId> = coming.iter().map(|session| session.id).collect();
        let positions = shifts::queries::rota(conn, &by.center, &ids).await?;
        Ok(Self {
            members: teams::queries::members(conn, team.id).await?,
            told: applications::queries::of_members(&by, conn, sealer).await?.into_iter().collect(),
            served: queries::served_at(&by, conn, &past).await?,
            rota: rota(&team, (&coming, &positions), lang)?,
            positions,
            today: by.center.zone.date(now.0),
            center: by.center,
            team,
            waiting,
            coming,
            past,
            form: Form::new(),
        })
    }

    fn path(&self) -> String {
        format!("/me/teams/{}", self.team.id)
    }

    fn applications(&self) -> String {
        format!("/me/teams/{}/applications", self.team.id)
    }

    fn day(&self, at: &Timestamp) -> Date {
        self.center.zone.date(*at)
    }

    fn leads(&self, member: &Member) -> bool {
        self.team.leader_id == Some(member.person.id)
    }

    /// Members who serve for the time being.
    fn serving(&self) -> i64 {
        i64::try_from(self.members.iter().filter(|member| member.suspended_on.is_none()).count()).unwrap_or(i64::MAX)
    }

    /// How many a coming session lacks, even if every member came.
    fn lacks(&self, session: &TeamSession) -> i64 {
        session.missing(self.team.helpers, self.serving())
    }

    fn lacked(&self, session: &TeamSession) -> i64 {
        session.missing(self.team.helpers, session.served)
    }

    /// What a coming session needs, by position.
    fn positions_of(&self, session: &SessionId) -> Vec<&RotaLine> {
        self.positions.iter().filter(|line| line.session_id == *session).collect()
    }

    fn told_by(&self, member: &Member) -> Option<&Application> {
        self.told.get(&member.person.id)
    }

    fn who_served(&self, session: &TeamSession) -> String {
        let names = self.served.iter().filter(|(id, _)| *id == session.id).map(|(_, name)| name.as_str());
        names.collect::<Vec<_>>().join("、")
    }
}

impl View for LedTeam {
    fn title(&self, _: Lang) -> String {
        self.team.name.clone()
    }
}

/// The coming sessions as they are sent to a chat: a line each, with where, and how many are needed; or each position, with who does it.
#[derive(Template)]
#[template(path = "me/rota.txt")]
struct Rota<'a> {
    team: &'a Team,
    coming: &'a [TeamSession],
    positions: &'a [RotaLine],
}

impl Rota<'_> {
    fn of(&self, session: &SessionId) -> Vec<&RotaLine> {
        self.positions.iter().filter(|line| line.session_id == *session).collect()
    }
}

fn rota(team: &Team, (coming, positions): (&[TeamSession], &[RotaLine]), lang: Lang) -> Result<String> {
    let text = fragment(&Rota { team, coming, positions }, lang).map_err(Error::internal)?;
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n"))
}

/// Whoever leads the team from this phone.
async fn leader(conn: &mut Conn, phone: Option<Phone>, id: TeamId) -> Result<Steward> {
    Steward::on_phone(conn, &phone.ok_or(Error::NotFound)?, id).await
}

#[get("/me/teams/<id>")]
async fn show(db: &Db, now: Now, sealer: &State<Sealer>, at: Handset, id: TeamId) -> Result<Page<LedTeam>> {
    let mut conn = db.read().await?;
    let by = leader(&mut conn, at.phone, id).await?;
    Ok(Page(LedTeam::load(by, &mut conn, sealer, (now, at.look.lang)).await?))
}

#[post("/me/teams/<id>/applications/<application>/approval", data = "<fields>")]
async fn approve(
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    at: Handset,
    id: TeamId,
    application: ApplicationId,
    fields: Fields,
) -> Result<Submitted<LedTeam>> {
    let mut tx = db.begin().await?;
    let by = leader(&mut tx, at.phone, id).await?;
    let made = async {
        let answer = applications::approval(&fields)?;
        applications::approve(&by, now, &mut tx, sealer, application, &answer).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("/me/teams/{id}"))
    };
    Submitted::of(made.await, "done.application_approved", async |errors| {
        let page = LedTeam::load(by, &mut *db.read().await?, sealer, (now, at.look.lang)).await?;
        Ok(LedTeam { form: Form::again(fields, errors), ..page })
    })
    .await
}

#[post("/me/teams/<id>/applications/<application>/refusal", data = "<fields>")]
async fn decline(
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    at: Handset,
    id: TeamId,
    application: ApplicationId,
    fields: Fields,
) -> Result<Submitted<LedTeam>> {
    let mut tx = db.begin().await?;
    let by = leader(&mut tx, at.phone, id).await?;
    let made = async {
        let word = applications::declining(&fields)?;
        applications::decline(&by, now, &mut tx, sealer, application, &word).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("/me/teams/{id}"))
    };
    Submitted::of(made.await, "done.application_declined", async |errors| {
        let page = LedTeam::load(by, &mut *db.read().await?, sealer, (now, at.look.lang)).await?;
        Ok(LedTeam { form: Form::again(fields, errors), ..page })
    })
    .await
}

#[post("/me/teams/<id>/members/<member>/suspension", data = "<fields>")]
async fn suspend(
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    at: Handset,
    id: TeamId,
    member: PersonId,
    fields: Fields,
) -> Result<Submitted<LedTeam>> {
    let mut tx = db.begin().await?;
    let by = leader(&mut tx, at.phone, id).await?;
    let made = async {
        teams::suspend(&by, now, &mut tx, member, &teams::reason(&fields)?).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("/me/teams/{id}"))
    };
    Submitted::of(made.await, "done.member_suspended", async |errors| {
        let page = LedTeam::load(by, &mut *db.read().await?, sealer, (now, at.look.lang)).await?;
        Ok(LedTeam { form: Form::again(fields, errors), ..page })
    })
    .await
}

#[post("/me/teams/<id>/members/<member>/resumption")]
async fn resume(
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    at: Handset,
    id: TeamId,
    member: PersonId,
) -> Result<Submitted<LedTeam>> {
    let mut tx = db.begin().await?;
    let by = leader(&mut tx, at.phone, id).await?;
    let made = async {
        teams::resume(&by, now, &mut tx, member).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("/me/teams/{id}"))
    };
    Submitted::of(made.await, "done.member_resumed", async |errors| {
        let page = LedTeam::load(by, &mut *db.read().await?, sealer, (now, at.look.lang)).await?;
        Ok(LedTeam { form: Form::again(Fields::default(), errors), ..page })
    })
    .await
}
