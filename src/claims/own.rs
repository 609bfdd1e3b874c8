//! What somebody says of their own hours, on a phone that is confirmed to be theirs.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::asking::{self, Claimant};
use super::types::{Claim, ClaimId, StandingEntry};
use super::{actions, forms, queries};
use crate::centers::{self, Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::hours::EntryId;
use crate::ids::{PersonId, RequestId};
use crate::people;
use crate::phones::{self, ConfirmedPhone, Phone};
use crate::store::{Conn, Db};
use crate::teams::{self, OwnTeam};
use crate::web::form::Done;
use crate::web::{Fields, Form, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, report, ask, correct, withdraw]
}

#[derive(Template)]
#[template(path = "claims/own.html")]
struct OwnClaims {
    person: PersonId,
    name: String,
    claims: Vec<Claim>,
    /// The centers that know them.
    centers: Vec<(CenterId, String)>,
    /// Their teams, those that they left too: they may have served there before.
    teams: Vec<OwnTeam>,
    request: RequestId,
    form: Form,
}

impl OwnClaims {
    async fn load(by: &ConfirmedPhone, conn: &mut Conn, form: Form) -> Result<Self> {
        Ok(Self {
            person: by.person,
            name: people::queries::name(conn, by.person).await?,
            claims: queries::own(by, conn).await?,
            centers: queries::own_centers(by, conn).await?,
            teams: teams::queries::own(std::slice::from_ref(by), conn).await?,
            request: request(&form),
            form,
        })
    }

    fn path(&self) -> String {
        format!("/me/people/{}/claims", self.person)
    }

    /// The only center, which need not be chosen.
    fn only(&self) -> Option<CenterId> {
        match &*self.centers {
            [(center, _)] => Some(*center),
            _ => None,
        }
    }
}

/// A form that was sent with faults keeps its number: it is still the same claim.
fn request(form: &Form) -> RequestId {
    form.value("request_id").parse().unwrap_or_else(|_| RequestId::random())
}

impl View for OwnClaims {
    fn title(&self, lang: Lang) -> String {
        lang.text("claims.own_title")
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

async fn confirmed(conn: &mut Conn, phone: Option<Phone>, person: PersonId) -> Result<ConfirmedPhone> {
    phones::confirmed_for(conn, &phone.ok_or(Error::NotFound)?, person).await
}

#[get("/me/people/<person>/claims")]
async fn show(db: &Db, phone: Option<Phone>, person: PersonId) -> Result<Page<OwnClaims>> {
    let mut conn = db.read().await?;
    let by = confirmed(&mut conn, phone, person).await?;
    Ok(Page(OwnClaims::load(&by, &mut conn, Form::new()).await?))
}

#[post("/me/people/<person>/claims", data = "<fields>")]
async fn report(
    db: &Db,
    now: Now,
    phone: Option<Phone>,
    person: PersonId,
    fields: Fields,
) -> Result<Submitted<OwnClaims>> {
    let by = confirmed(&mut *db.read().await?, phone, person).await?;
    let made = async {
        let mut tx = db.begin().await?;
        let center = known(&mut tx, &by, forms::center(&fields)?).await?;
        let input = forms::report(&fields, center.zone.date(now.0))?;
        asking::report(&Claimant::oneself(&by), now, &mut tx, &center, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("/me/people/{person}/claims"))
    };
    Submitted::of(made.await, "done.claim_asked", async |errors| {
        OwnClaims::load(&by, &mut *db.read().await?, Form::again(fields, errors)).await
    })
    .await
}

/// One of the centers that know them.
async fn known(conn: &mut Conn, by: &ConfirmedPhone, center: CenterId) -> Result<Center> {
    let known = queries::own_centers(by, conn).await?;
    if !known.iter().any(|(id, _)| *id == center) {
        return Err(Error::field("center", "field.not_a_choice"));
    }
    centers::queries::public(conn, center).await
}

/// That for which a row counts; of a row of none, the first that knows them.
async fn answering(conn: &mut Conn, by: &ConfirmedPhone, entry: &StandingEntry) -> Result<Center> {
    let center = match entry.center_id {
        Some(center) => Some(center),
        None => queries::own_centers(by, conn).await?.first().map(|(id, _)| *id),
    };
    centers::queries::public(conn, center.ok_or(Error::NotFound)?).await
}

#[derive(Template)]
#[template(path = "claims/own_correct.html")]
struct OwnCorrection {
    person: PersonId,
    entry: StandingEntry,
    request: RequestId,
    form: Form,
}

impl OwnCorrection {
    async fn load(by: &ConfirmedPhone, conn: &mut Conn, entry: EntryId, form: Form) -> Result<Self> {
        let entry = queries::standing(conn, by.person, entry).await?;
        Ok(Self { person: by.person, entry, request: request(&form), form })
    }

    fn path(&self) -> String {
        format!("/me/people/{}", self.person)
    }
}

impl View for OwnCorrection {
    fn title(&self, lang: Lang) -> String {
        lang.text("claims.wrong")
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/me/people/<person>/hours/<entry>/claim")]
async fn ask(db: &Db, phone: Option<Phone>, person: PersonId, entry: EntryId) -> Result<Page<OwnCorrection>> {
    let mut conn = db.read().await?;
    let by = confirmed(&mut conn, phone, person).await?;
    Ok(Page(OwnCorrection::load(&by, &mut conn, entry, Form::new()).await?))
}

#[post("/me/people/<person>/hours/<entry>/claim", data = "<fields>")]
async fn correct(
    db: &Db,
    now: Now,
    phone: Option<Phone>,
    person: PersonId,
    entry: EntryId,
    fields: Fields,
) -> Result<Submitted<OwnCorrection>> {
    let by = confirmed(&mut *db.read().await?, phone, person).await?;
    let made = async {
        let mut tx = db.begin().await?;
        let row = queries::standing(&mut tx, by.person, entry).await?;
        let center = answering(&mut tx, &by, &row).await?;
        asking::correct(&Claimant::oneself(&by), now, &mut tx, &center, entry, &forms::correction(&fields)?).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("/me/people/{person}/claims"))
    };
    Submitted::of(made.await, "done.claim_asked", async |errors| {
        OwnCorrection::load(&by, &mut *db.read().await?, entry, Form::again(fields, errors)).await
    })
    .await
}

/// Fields `person`: whose it is, for the phone may be several people's.
#[post("/me/claims/<id>/withdrawal", data = "<fields>")]
async fn withdraw(db: &Db, now: Now, phone: Option<Phone>, id: ClaimId, fields: Fields) -> Result<Done> {
    let phone = phone.ok_or(Error::NotFound)?;
    let person = forms::person(&fields)?;
    let mut tx = db.begin().await?;
    let by = phones::confirmed_for(&mut tx, &phone, person).await?;
    actions::withdraw_own(&by, now, &mut tx, id).await?;
    tx.commit().await?;
    Ok(Done::to(format!("/me/people/{person}/claims"), "done.claim_withdrawn"))
}
