//! What is said of one person's hours, before a worker who says it on their behalf.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::asking::{self, Claimant};
use super::types::{Claim, StandingEntry};
use super::{forms, queries};
use crate::auth::Coordinator;
use crate::centers::{Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::hours::EntryId;
use crate::people::queries::open_in;
use crate::people::{Person, PersonId};
use crate::store::{Conn, Db};
use crate::teams::{self, ChangedBy, TeamName};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, report, ask, correct]
}

#[derive(Template)]
#[template(path = "claims/person.html")]
struct PersonClaims {
    center: Center,
    person: Person,
    claims: Vec<Claim>,
    entries: Vec<StandingEntry>,
    teams: Vec<TeamName>,
    form: Form,
}

impl PersonClaims {
    async fn load(by: &Coordinator, conn: &mut Conn, (center, person): (Center, Person), form: Form) -> Result<Self> {
        Ok(Self {
            claims: queries::of_person(by, conn, center.id(), person.id).await?,
            entries: queries::ledger(by, conn, center.id(), person.id).await?,
            teams: teams::queries::of_center(conn, center.id()).await?,
            center,
            person,
            form,
        })
    }

    fn path(&self) -> String {
        self.center.path(format_args!("/people/{}", self.person.id))
    }

    fn may_withdraw(&self, claim: &Claim) -> bool {
        claim.is_pending() && claim.asked_as == ChangedBy::Worker
    }
}

impl View for PersonClaims {
    fn title(&self, lang: Lang) -> String {
        lang.text("claims.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::People)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/people/<id>/claims")]
async fn show(by: Coordinator, db: &Db, center: CenterId, id: PersonId) -> Result<Page<PersonClaims>> {
    let mut conn = db.read().await?;
    let opened = open_in(&by, &mut conn, center, id).await?;
    Ok(Page(PersonClaims::load(&by, &mut conn, opened, Form::new()).await?))
}

#[post("/centers/<center>/people/<id>/claims", data = "<fields>")]
async fn report(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: PersonId,
    fields: Fields,
) -> Result<Submitted<PersonClaims>> {
    let opened = open_in(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let input = forms::report(&fields, opened.0.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        let claimant = Claimant::worker(&by, &mut tx, opened.0.id(), id).await?;
        asking::report(&claimant, now, &mut tx, &opened.0, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(opened.0.path(format_args!("/people/{}/claims", opened.1.id)))
    };
    Submitted::of(made.await, "done.claim_asked", async |errors| {
        PersonClaims::load(&by, &mut *db.read().await?, opened, Form::again(fields, errors)).await
    })
    .await
}

#[derive(Template)]
#[template(path = "claims/correct.html")]
struct PersonCorrection {
    center: Center,
    person: Person,
    entry: StandingEntry,
    form: Form,
}

impl PersonCorrection {
    async fn load(conn: &mut Conn, (center, person): (Center, Person), entry: EntryId, form: Form) -> Result<Self> {
        let entry = queries::standing(conn, person.id, entry).await?;
        if entry.center_id.is_some_and(|of| of != center.id()) {
            return Err(Error::NotFound);
        }
        Ok(Self { center, person, entry, form })
    }

    fn path(&self) -> String {
        self.center.path(format_args!("/people/{}", self.person.id))
    }
}

impl View for PersonCorrection {
    fn title(&self, lang: Lang) -> String {
        lang.text("claims.wrong")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::People)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/people/<id>/hours/<entry>/claim")]
async fn ask(
    by: Coordinator,
    db: &Db,
    center: CenterId,
    id: PersonId,
    entry: EntryId,
) -> Result<Page<PersonCorrection>> {
    let mut conn = db.read().await?;
    let opened = open_in(&by, &mut conn, center, id).await?;
    Ok(Page(PersonCorrection::load(&mut conn, opened, entry, Form::new()).await?))
}

#[post("/centers/<center>/people/<id>/hours/<entry>/claim", data = "<fields>")]
async fn correct(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: PersonId,
    entry: EntryId,
    fields: Fields,
) -> Result<Submitted<PersonCorrection>> {
    let opened = open_in(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let input = forms::correction(&fields)?;
        let mut tx = db.begin().await?;
        let claimant = Claimant::worker(&by, &mut tx, opened.0.id(), id).await?;
        asking::correct(&claimant, now, &mut tx, &opened.0, entry, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(opened.0.path(format_args!("/people/{}/claims", opened.1.id)))
    };
    Submitted::of(made.await, "done.claim_asked", async |errors| {
        PersonCorrection::load(&mut *db.read().await?, opened, entry, Form::again(fields, errors)).await
    })
    .await
}
