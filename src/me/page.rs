//! What this phone is remembered for, and whatever is its people's own.

use std::collections::HashMap;

use askama::Template;
use rocket::http::CookieJar;
use rocket::response::Redirect;
use rocket::{Route, State, get, post, routes};

use super::queries::{self, Own, OwnEntry, OwnVisit};
use crate::applications::{self, Application, ApplicationId};
use crate::centers;
use crate::certificates::{self, CertificateRequest, ServiceCertificate};
use crate::claims;
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::honours::{self, Commendation, StarLevel, TrainingOf};
use crate::ids::{PersonId, TeamId};
use crate::phones::{self, ConfirmedPhone, Phone};
use crate::registrations::OwnPlaces;
use crate::shifts::OwnShifts;
use crate::store::{Conn, Db, Sealer};
use crate::teams::{self, OwnTeam, TeamName, VolunteerNumber};
use crate::web::form::Done;
use crate::web::{Fields, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, forget, leave, withdraw]
}

#[derive(Template, Default)]
#[template(path = "me/show.html")]
struct Me {
    remembered: bool,
    people: Vec<Own>,
    /// Those for whom it is confirmed.
    confirmed: Vec<ConfirmedPhone>,
    numbers: HashMap<PersonId, VolunteerNumber>,
    /// All confirmed minutes of each.
    ledger: HashMap<PersonId, i64>,
    served: Vec<OwnEntry>,
    /// How much of what each said of their hours waits for an answer.
    claims: HashMap<PersonId, i64>,
    levels: Vec<StarLevel>,
    trainings: Vec<TrainingOf>,
    commendations: Vec<Commendation>,
    teams: Vec<OwnTeam>,
    /// Those that one of them leads.
    led: Vec<TeamName>,
    applications: Vec<Application>,
    own_shifts: Option<OwnShifts>,
    own_places: Option<OwnPlaces>,
    certificates: Vec<ServiceCertificate>,
    /// Certificates that were asked for.
    asked: Vec<CertificateRequest>,
    coming: Vec<OwnVisit>,
    visits: Vec<OwnVisit>,
}

impl Me {
    async fn load(phone: &Phone, conn: &mut Conn, sealer: &Sealer, now: Now) -> Result<Self> {
        let confirmed = phones::confirmed(conn, phone).await?;
        let (ledger, served) = queries::ledger(&confirmed, conn).await?;
        let (trainings, commendations) = honours::queries::own(&confirmed, conn).await?;
        Ok(Self {
            remembered: true,
            people: queries::own_people(conn, phone).await?,
            numbers: teams::queries::own_numbers(&confirmed, conn).await?.into_iter().collect(),
            ledger,
            served,
            claims: claims::queries::waiting_of(&confirmed, conn).await?.into_iter().collect(),
            levels: honours::queries::levels(conn).await?,
            trainings,
            commendations,
            teams: teams::queries::own(&confirmed, conn).await?,
            led: teams::queries::led_by(&confirmed, conn).await?,
            applications: applications::queries::of_phone(phone, conn, sealer).await?,
            own_shifts: Some(OwnShifts::load(&confirmed, conn, now).await?).filter(|shifts| !shifts.is_empty()),
            own_places: Some(OwnPlaces::load(phone, conn, now).await?).filter(|places| !places.is_empty()),
            certificates: certificates::queries::own(&confirmed, conn).await?,
            asked: certificates::requests::own(&confirmed, conn).await?,
            coming: queries::coming(conn, phone, now).await?,
            visits: queries::visits(conn, phone).await?,
            confirmed,
        })
    }

    fn is_confirmed(&self, person: &PersonId) -> bool {
        self.confirmed.iter().any(|one| one.person == *person)
    }

    /// Whether there is somebody of whom it might show more.
    fn may_be_confirmed(&self) -> bool {
        self.people.iter().any(|person| !self.is_confirmed(&person.id))
    }

    fn number(&self, person: &PersonId) -> Option<&VolunteerNumber> {
        self.numbers.get(person)
    }

    fn minutes(&self, person: &PersonId) -> i64 {
        self.ledger.get(person).copied().unwrap_or_default()
    }

    fn claims_of(&self, person: &PersonId) -> i64 {
        self.claims.get(person).copied().unwrap_or_default()
    }

    /// Of how many stars they have the hours, by the whole ledger.
    fn stars(&self, person: &PersonId) -> Option<i64> {
        honours::rules::reached(self.minutes(person), &self.levels)
    }

    fn trainings_of(&self, person: &PersonId) -> Vec<&TrainingOf> {
        self.trainings.iter().filter(|one| one.person_id == *person).collect()
    }

    fn commendations_of(&self, person: &PersonId) -> Vec<&Commendation> {
        self.commendations.iter().filter(|one| one.person_id == Some(*person)).collect()
    }

    fn served_by(&self, person: &PersonId) -> Vec<&OwnEntry> {
        self.served.iter().filter(|entry| entry.person_id == *person).collect()
    }

    fn certificates_of(&self, person: &PersonId) -> Vec<&ServiceCertificate> {
        self.certificates.iter().filter(|one| one.person_id == *person).collect()
    }

    /// What was asked for and led to nothing yet, or to a word.
    fn asked_of(&self, person: &PersonId) -> Vec<&CertificateRequest> {
        let waits = |one: &&CertificateRequest| one.person_id == *person && one.certificate_id.is_none();
        self.asked.iter().filter(waits).collect()
    }

    fn teams_of(&self, person: &PersonId) -> Vec<&OwnTeam> {
        self.teams.iter().filter(|team| team.person_id == *person).collect()
    }

    fn day(&self, at: &Timestamp) -> Date {
        Zone::SHANGHAI.date(*at)
    }
}

impl View for Me {
    fn title(&self, lang: Lang) -> String {
        lang.text("me.title")
    }
}

#[get("/me")]
async fn show(db: &Db, now: Now, sealer: &State<Sealer>, phone: Option<Phone>) -> Result<Page<Me>> {
    let Some(phone) = phone else { return Ok(Page(Me::default())) };
    Ok(Page(Me::load(&phone, &mut *db.read().await?, sealer, now).await?))
}

#[post("/me/forget")]
async fn forget(db: &Db, now: Now, phone: Option<Phone>, jar: &CookieJar<'_>) -> Result<Redirect> {
    if let Some(phone) = phone {
        let mut tx = db.begin().await?;
        phones::forget(&phone, now, &mut tx).await?;
        tx.commit().await?;
    }
    phones::drop_cookie(jar);
    Ok(Redirect::to("/me"))
}

/// Leaving is in the volunteer's own hand; the phone has to be theirs for certain.
#[post("/me/teams/<id>/leaving", data = "<fields>")]
async fn leave(db: &Db, now: Now, phone: Option<Phone>, id: TeamId, fields: Fields) -> Result<Done> {
    let phone = phone.ok_or(Error::NotFound)?;
    let mut read = fields.read();
    let person = read.required("person", parse::choice);
    let reason = read.optional("reason", parse::line(80));
    let (person, reason) = read.finish(|| Some((person?, reason?)))?;
    let mut tx = db.begin().await?;
    let by = phones::confirmed_for(&mut tx, &phone, person).await?;
    let center = teams::queries::center_of_any(&mut tx, id).await?;
    let center = centers::queries::public(&mut tx, center).await?;
    teams::leave_oneself(&by, now, &mut tx, (&center, id), reason.as_deref()).await?;
    tx.commit().await?;
    Ok(Done::to("/me", "done.left_team"))
}

#[post("/me/applications/<id>/withdrawal")]
async fn withdraw(db: &Db, now: Now, sealer: &State<Sealer>, phone: Option<Phone>, id: ApplicationId) -> Result<Done> {
    let phone = phone.ok_or(Error::NotFound)?;
    let mut tx = db.begin().await?;
    applications::withdraw(&phone, now, &mut tx, sealer, id).await?;
    tx.commit().await?;
    Ok(Done::to("/me", "done.application_withdrawn"))
}
