//! A center's claims before its workers: the list, and the answers to what is ticked.

use std::collections::HashMap;

use askama::Template;
use rocket::{Route, get, post, routes};

use super::listing::ClaimsCut;
use super::types::{Claim, ClaimAnswer, ClaimId, ClaimOverlap, ClaimState, PAGE};
use super::{actions, decisions, forms, queries};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::store::{Conn, Db};
use crate::teams;
use crate::web::cut::{Asked, Toolbar};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, decide, undo, reopen, withdraw]
}

#[derive(Template)]
#[template(path = "claims/list.html")]
struct ClaimsPage {
    center: Center,
    claims: Vec<Claim>,
    overlaps: HashMap<ClaimId, Vec<ClaimOverlap>>,
    total: i64,
    page: i64,
    toolbar: Toolbar,
    form: Form,
    /// That of a decision that is undone, and which.
    undoing: Form,
    about: Option<ClaimId>,
}

impl ClaimsPage {
    async fn load(by: &Coordinator, conn: &mut Conn, lang: Lang, center: Center, asked: &Fields) -> Result<Self> {
        let cut = ClaimsCut::read(asked).unwrap_or_default();
        let total = queries::count(by, conn, center.id(), cut).await?;
        let page = asked.get("page").parse().unwrap_or(1).clamp(1, pages(total));
        let claims = queries::list(by, conn, center.id(), cut, ((page - 1) * PAGE, PAGE)).await?;
        let waiting = claims.iter().filter(|claim| claim.is_pending()).map(|claim| claim.id);
        let overlaps = queries::overlaps(conn, waiting).await?;
        let toolbar = cut.toolbar(lang, &teams::queries::of_center(conn, center.id()).await?);
        let form = Form::filled(proposed(&claims));
        Ok(Self { center, claims, overlaps, total, page, toolbar, form, undoing: Form::new(), about: None })
    }

    fn path(&self) -> String {
        self.center.path("/claims")
    }

    /// What follows the address of what is done here: a refusal shows the list as it was.
    fn cut(&self) -> String {
        self.toolbar.at(self.page)
    }

    fn waiting(&self) -> Vec<&Claim> {
        self.claims.iter().filter(|claim| claim.is_pending()).collect()
    }

    fn decided(&self) -> Vec<&Claim> {
        self.claims.iter().filter(|claim| !claim.is_pending()).collect()
    }

    fn overlaps_of(&self, claim: &ClaimId) -> &[ClaimOverlap] {
        self.overlaps.get(claim).map_or(&[], Vec::as_slice)
    }

    fn is_asked_about(&self, claim: &ClaimId) -> bool {
        !self.overlaps_of(claim).is_empty()
    }

    fn is_about(&self, claim: &ClaimId) -> bool {
        self.about == Some(*claim)
    }

    fn confirming(&self) -> ClaimAnswer {
        ClaimAnswer::Confirm
    }

    fn declining(&self) -> ClaimAnswer {
        ClaimAnswer::Decline
    }

    fn may_reopen(&self, claim: &Claim) -> bool {
        claim.state == ClaimState::Declined
    }

    fn person(&self, claim: &Claim) -> String {
        self.center.path(format_args!("/people/{}/claims", claim.person.id))
    }

    fn first(&self) -> i64 {
        (self.page - 1) * PAGE + 1
    }

    fn last(&self) -> i64 {
        (self.page * PAGE).min(self.total)
    }

    fn pages(&self) -> i64 {
        pages(self.total)
    }
}

/// The pages that `total` claims take, at least one.
fn pages(total: i64) -> i64 {
    (total + PAGE - 1).max(PAGE) / PAGE
}

/// The minutes as they are claimed; nothing is ticked, for nobody saw it.
fn proposed(claims: &[Claim]) -> Fields {
    claims.iter().fold(Fields::default(), |values, claim| values.with(&format!("minutes.{}", claim.id), claim.minutes))
}

impl View for ClaimsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("claims.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/claims")]
async fn list(by: Coordinator, db: &Db, lang: Lang, center: CenterId, asked: Asked) -> Result<Page<ClaimsPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    Ok(Page(ClaimsPage::load(&by, &mut conn, lang, center, &asked.0).await?))
}

/// Fields `answer`, `pick.N`, `minutes.N`, `why.N`, `word`.
#[post("/centers/<center>/claims", data = "<fields>")]
async fn decide(
    by: Coordinator,
    db: &Db,
    now: Now,
    lang: Lang,
    center: CenterId,
    asked: Asked,
    fields: Fields,
) -> Result<Submitted<ClaimsPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let mut tx = db.begin().await?;
        decisions::decide(&by, now, &mut tx, &center, &fields).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path("/claims"))
    };
    Submitted::of(made.await, "done.claims_decided", async |errors| {
        let mut page = ClaimsPage::load(&by, &mut *db.read().await?, lang, center, &asked.0).await?;
        page.form = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

#[post("/centers/<center>/claims/<id>/undoing", data = "<fields>")]
async fn undo(
    by: Coordinator,
    db: &Db,
    now: Now,
    lang: Lang,
    center: CenterId,
    id: ClaimId,
    asked: Asked,
    fields: Fields,
) -> Result<Submitted<ClaimsPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let reason = forms::reason(&fields)?;
        let mut tx = db.begin().await?;
        actions::undo(&by, now, &mut tx, &center, id, &reason).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path("/claims"))
    };
    Submitted::of(made.await, "done.claim_undone", async |errors| {
        let mut page = ClaimsPage::load(&by, &mut *db.read().await?, lang, center, &asked.0).await?;
        page.undoing = Form::again(fields, errors);
        page.about = Some(id);
        Ok(page)
    })
    .await
}

#[post("/centers/<center>/claims/<id>/reopening")]
async fn reopen(
    by: Coordinator,
    db: &Db,
    now: Now,
    lang: Lang,
    center: CenterId,
    id: ClaimId,
    asked: Asked,
) -> Result<Submitted<ClaimsPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let mut tx = db.begin().await?;
        actions::reopen(&by, now, &mut tx, &center, id).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path("/claims"))
    };
    Submitted::of(made.await, "done.claim_reopened", async |errors| {
        let mut page = ClaimsPage::load(&by, &mut *db.read().await?, lang, center, &asked.0).await?;
        page.undoing = Form::again(Fields::default(), errors);
        page.about = Some(id);
        Ok(page)
    })
    .await
}

/// What a worker asked on somebody's behalf.
#[post("/centers/<center>/claims/<id>/withdrawal")]
async fn withdraw(by: Coordinator, db: &Db, now: Now, center: CenterId, id: ClaimId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let person = queries::find(&by, &mut tx, center.id(), id).await?.person.id;
    actions::withdraw(&by, now, &mut tx, &center, id).await?;
    tx.commit().await?;
    Ok(Done::to(center.path(format_args!("/people/{person}/claims")), "done.claim_withdrawn"))
}
