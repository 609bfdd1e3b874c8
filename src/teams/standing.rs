//! Members who rest and come back, by a worker's hand or their leader's, and who leave by a worker's.

use rocket::{Route, post, routes};

use super::pages::TeamPage;
use super::steward::Steward;
use super::types::TeamId;
use super::{forms, membership};
use crate::auth::{Coordinator, TeamReader};
use crate::centers::CenterId;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::people::PersonId;
use crate::store::Db;
use crate::web::{Fields, Form, Submitted};

pub(super) fn routes() -> Vec<Route> {
    routes![suspend, resume, leave]
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
        membership::suspend(&steward, now, &mut tx, member, &forms::reason(&fields)?).await?;
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
        membership::resume(&steward, now, &mut tx, member).await?;
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
        let reason = forms::reason_or_none(&fields)?;
        let mut tx = db.begin().await?;
        let steward = Steward::coordinator(&by, &mut tx, center, id).await?;
        membership::part(&steward, now, &mut tx, member, reason.as_deref()).await?;
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
