//! What is done on a team's page: people come in, lead, rest, come back and leave; the team is disbanded and comes together again.

use rocket::{Route, post, routes};

use super::team::TeamPage;
use crate::auth::{Coordinator, TeamReader};
use crate::centers::{self, Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::people::PersonId;
use crate::store::{Conn, Db};
use crate::teams::{self, Steward, Team, TeamId, queries};
use crate::web::form::Done;
use crate::web::{Fields, Form, Submitted};

pub(super) fn routes() -> Vec<Route> {
    routes![add, lead, disband, restore, suspend, resume, leave]
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
        teams::add_member(&by, now, &mut tx, &center, team.id, person(&fields)?).await?;
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
        teams::lead(&by, now, &mut tx, &center, team.id, person(&fields)?).await?;
        Ok(tx.commit().await?)
    };
    told(&by, db, now, (center, id), made.await, "done.leader_changed").await
}

#[post("/centers/<center>/teams/<id>/disbanding")]
async fn disband(by: Coordinator, db: &Db, now: Now, center: CenterId, id: TeamId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (center, team) = open(&by, &mut tx, center, id).await?;
    teams::disband(&by, now, &mut tx, &center, &team).await?;
    tx.commit().await?;
    Ok(Done::to(center.path("/teams"), "done.team_disbanded"))
}

/// A team that was disbanded by mistake, or comes together again.
#[post("/centers/<center>/teams/<id>/restoration")]
async fn restore(by: Coordinator, db: &Db, now: Now, center: CenterId, id: TeamId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let team = queries::find(&by, &mut tx, center.id(), id).await?;
    teams::restore(&by, now, &mut tx, &center, &team).await?;
    tx.commit().await?;
    Ok(Done::to(center.path(format_args!("/teams/{id}")), "done.team_restored"))
}

#[post("/centers/<center>/teams/<id>/members/<member>/suspension", data = "<fields>")]
async fn suspend(
    by: TeamReader,
    db: &Db,
    now: Now,
    center: CenterId,
    id: TeamId,
    member: PersonId,
    fields: Fields,
) -> Result<Submitted<TeamPage>> {
    let made = async {
        let mut tx = db.begin().await?;
        let steward = Steward::signed_in(&by, &mut tx, center, id).await?;
        teams::suspend(&steward, now, &mut tx, member, &teams::reason(&fields)?).await?;
        tx.commit().await?;
        Ok::<_, Error>(steward.center.path(format_args!("/teams/{id}")))
    };
    Submitted::of(made.await, "done.member_suspended", async |errors| {
        let mut page = TeamPage::load(&by, &mut *db.read().await?, now, center, id).await?;
        page.standing = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

#[post("/centers/<center>/teams/<id>/members/<member>/resumption")]
async fn resume(
    by: TeamReader,
    db: &Db,
    now: Now,
    center: CenterId,
    id: TeamId,
    member: PersonId,
) -> Result<Submitted<TeamPage>> {
    let made = async {
        let mut tx = db.begin().await?;
        let steward = Steward::signed_in(&by, &mut tx, center, id).await?;
        teams::resume(&steward, now, &mut tx, member).await?;
        tx.commit().await?;
        Ok::<_, Error>(steward.center.path(format_args!("/teams/{id}")))
    };
    Submitted::of(made.await, "done.member_resumed", async |errors| {
        let mut page = TeamPage::load(&by, &mut *db.read().await?, now, center, id).await?;
        page.standing = Form::again(Fields::default(), errors);
        Ok(page)
    })
    .await
}

#[post("/centers/<center>/teams/<id>/members/<member>/leaving", data = "<fields>")]
async fn leave(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: TeamId,
    member: PersonId,
    fields: Fields,
) -> Result<Submitted<TeamPage>> {
    let made = async {
        let reason = teams::reason_or_none(&fields)?;
        let mut tx = db.begin().await?;
        let steward = Steward::coordinator(&by, &mut tx, center, id).await?;
        teams::part(&steward, now, &mut tx, member, reason.as_deref()).await?;
        tx.commit().await?;
        Ok::<_, Error>(steward.center.path(format_args!("/teams/{id}")))
    };
    Submitted::of(made.await, "done.member_left", async |errors| {
        let mut page = TeamPage::load(&by, &mut *db.read().await?, now, center, id).await?;
        page.standing = Form::again(fields, errors);
        Ok(page)
    })
    .await
}
