//! What is said of the hours of a team's members, before its leader: on a phone without a password, or with an account. The leader tells of
//! a member's service, and says of what a member told that it is true.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::asking::{self, Claimant};
use super::types::{Claim, ClaimId};
use super::{actions, forms, queries};
use crate::auth::TeamReader;
use crate::centers::CenterId;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::ids::{RequestId, TeamId};
use crate::phones::Phone;
use crate::store::{Conn, Db};
use crate::teams::{self, ChangedBy, Member, Steward, Team};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![on_phone, report_on_phone, endorse_on_phone, show, report, endorse]
}

#[derive(Template)]
#[template(path = "claims/team.html")]
struct TeamClaims {
    by: Steward,
    /// Where the team's own page stands, and this one below it.
    at: String,
    signed_in: bool,
    team: Team,
    members: Vec<Member>,
    claims: Vec<Claim>,
    request: RequestId,
    form: Form,
}

impl TeamClaims {
    async fn load(by: Steward, conn: &mut Conn, signed_in: bool, form: Form) -> Result<Self> {
        let at = place(&by, signed_in);
        Ok(Self {
            at,
            signed_in,
            team: teams::queries::of_steward(&by, conn).await?,
            members: teams::queries::members(conn, by.team).await?,
            claims: queries::of_team(&by, conn).await?,
            request: form.value("request_id").parse().unwrap_or_else(|_| RequestId::random()),
            by,
            form,
        })
    }

    /// Whether the leader may still say that it is true: not of their own.
    fn may_endorse(&self, claim: &Claim) -> bool {
        claim.endorsed_at.is_none() && self.by.by == ChangedBy::Leader && self.team.leader_id != Some(claim.person.id)
    }
}

fn place(by: &Steward, signed_in: bool) -> String {
    match signed_in {
        true => by.center.path(format_args!("/teams/{}", by.team)),
        false => format!("/me/teams/{}", by.team),
    }
}

impl View for TeamClaims {
    fn title(&self, lang: Lang) -> String {
        lang.text("claims.title")
    }

    fn frame(&self) -> Frame<'_> {
        if self.signed_in { self.by.center.frame(Tab::Teams) } else { Frame::Public }
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

async fn told(by: &Steward, db: &Db, now: Now, fields: &Fields, signed_in: bool) -> Result<String> {
    let (person, input) = forms::members_report(fields, by.center.zone.date(now.0), by.team)?;
    let mut tx = db.begin().await?;
    let claimant = Claimant::leader(by, &mut tx, person).await?;
    asking::report(&claimant, now, &mut tx, &by.center, &input).await?;
    tx.commit().await?;
    Ok(format!("{}/claims", place(by, signed_in)))
}

async fn said_true(by: &Steward, db: &Db, now: Now, id: ClaimId, signed_in: bool) -> Result<String> {
    let mut tx = db.begin().await?;
    actions::endorse(by, now, &mut tx, id).await?;
    tx.commit().await?;
    Ok(format!("{}/claims", place(by, signed_in)))
}

/// The page again, with what is wrong.
async fn again(
    by: Steward,
    db: &Db,
    signed_in: bool,
    made: (Result<String>, &'static str),
    fields: Fields,
) -> Result<Submitted<TeamClaims>> {
    Submitted::of(made.0, made.1, async |errors| {
        TeamClaims::load(by, &mut *db.read().await?, signed_in, Form::again(fields, errors)).await
    })
    .await
}

async fn leader(conn: &mut Conn, phone: Option<Phone>, id: TeamId) -> Result<Steward> {
    Steward::on_phone(conn, &phone.ok_or(Error::NotFound)?, id).await
}

#[get("/me/teams/<id>/claims")]
async fn on_phone(db: &Db, phone: Option<Phone>, id: TeamId) -> Result<Page<TeamClaims>> {
    let mut conn = db.read().await?;
    let by = leader(&mut conn, phone, id).await?;
    Ok(Page(TeamClaims::load(by, &mut conn, false, Form::new()).await?))
}

#[post("/me/teams/<id>/claims", data = "<fields>")]
async fn report_on_phone(
    db: &Db,
    now: Now,
    phone: Option<Phone>,
    id: TeamId,
    fields: Fields,
) -> Result<Submitted<TeamClaims>> {
    let by = leader(&mut *db.read().await?, phone, id).await?;
    let made = told(&by, db, now, &fields, false).await;
    again(by, db, false, (made, "done.claim_asked"), fields).await
}

#[post("/me/teams/<id>/claims/<claim>/endorsement")]
async fn endorse_on_phone(
    db: &Db,
    now: Now,
    phone: Option<Phone>,
    id: TeamId,
    claim: ClaimId,
) -> Result<Submitted<TeamClaims>> {
    let by = leader(&mut *db.read().await?, phone, id).await?;
    let made = said_true(&by, db, now, claim, false).await;
    again(by, db, false, (made, "done.claim_endorsed"), Fields::default()).await
}

#[get("/centers/<center>/teams/<id>/claims")]
async fn show(by: TeamReader, db: &Db, center: CenterId, id: TeamId) -> Result<Page<TeamClaims>> {
    let mut conn = db.read().await?;
    let by = Steward::signed_in(&by, &mut conn, center, id).await?;
    Ok(Page(TeamClaims::load(by, &mut conn, true, Form::new()).await?))
}

#[post("/centers/<center>/teams/<id>/claims", data = "<fields>")]
async fn report(
    by: TeamReader,
    db: &Db,
    now: Now,
    center: CenterId,
    id: TeamId,
    fields: Fields,
) -> Result<Submitted<TeamClaims>> {
    let by = Steward::signed_in(&by, &mut *db.read().await?, center, id).await?;
    let made = told(&by, db, now, &fields, true).await;
    again(by, db, true, (made, "done.claim_asked"), fields).await
}

#[post("/centers/<center>/teams/<id>/claims/<claim>/endorsement")]
async fn endorse(
    by: TeamReader,
    db: &Db,
    now: Now,
    center: CenterId,
    id: TeamId,
    claim: ClaimId,
) -> Result<Submitted<TeamClaims>> {
    let by = Steward::signed_in(&by, &mut *db.read().await?, center, id).await?;
    let made = said_true(&by, db, now, claim, true).await;
    again(by, db, true, (made, "done.claim_endorsed"), Fields::default()).await
}
