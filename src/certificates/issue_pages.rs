//! Issuing a certificate to one person, and to many at once: first what the ledger says, then whose name stands under it.

use std::collections::BTreeSet;

use askama::Template;
use rocket::{Either, Route, State, get, post, routes};

use super::forms::{self, CertifiedDays, Choosing};
use super::pages::{RegisterPage, register, signing_fields};
use super::paper::PaperService;
use super::types::{CertificateRequest, Entitled, ServiceCertificate, ServiceCertificateId};
use super::{actions, queries, requests, served};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::ids::CertificateRequestId;
use crate::people::{self, Person, PersonId};
use crate::store::{Conn, Db, Sealer};
use crate::teams::{self, TeamName};
use crate::web::cut::Asked;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![new, create, choose, create_many]
}

/// What the address, or the form, says of whom a certificate is to be issued to.
struct About {
    person: PersonId,
    from: Date,
    to: Date,
    request: Option<CertificateRequestId>,
    replaces: Option<ServiceCertificateId>,
}

impl About {
    /// Days that are not told, or are none, are this year's until today.
    fn read(fields: &Fields, today: Date) -> Result<Self> {
        let mut read = fields.read();
        let person = read.required("person", parse::choice);
        let request = read.optional("request", parse::choice);
        let replaces = read.optional("replaces", parse::choice);
        let (from, to) = (Date::parse(fields.get("from")), Date::parse(fields.get("to")));
        read.finish(|| {
            let (from, to) = (from.unwrap_or_else(|| today.year_start()), to.unwrap_or(today));
            Some(Self { person: person?, from, to, request: request?, replaces: replaces? })
        })
    }
}

#[derive(Template)]
#[template(path = "certificates/new.html")]
struct IssuePage {
    center: Center,
    person: Person,
    about: About,
    services: Vec<PaperService>,
    earlier: Vec<ServiceCertificate>,
    request: Option<CertificateRequest>,
    replaces: Option<ServiceCertificate>,
    form: Form,
}

impl IssuePage {
    async fn load(
        by: &Coordinator,
        conn: &mut Conn,
        now: Now,
        center: CenterId,
        (asked, form): (&Fields, Option<Form>),
    ) -> Result<Self> {
        let center = centers::queries::open_to(by, conn, center).await?;
        let today = center.zone.date(now.0);
        // Without anybody there is nothing to show.
        let about = About::read(asked, today).map_err(|_| Error::NotFound)?;
        let person = people::queries::find(conn, center.id(), about.person).await?;
        let days = (about.from, about.to);
        let mut served = served::served(conn, center.id(), &[person.id], days).await?;
        let request = match about.request {
            Some(id) => Some(requests::find(conn, center.id(), id).await?),
            None => None,
        };
        let replaces = match about.replaces {
            Some(id) => Some(queries::find(conn, center.id(), id).await?),
            None => None,
        };
        let form = match form {
            Some(form) => form,
            None => Form::filled(signing_fields(conn, center.id()).await?),
        };
        Ok(Self {
            services: served.remove(&person.id).unwrap_or_default(),
            earlier: queries::of_person(conn, center.id(), person.id).await?,
            center,
            person,
            about,
            request,
            replaces,
            form,
        })
    }

    fn path(&self) -> String {
        self.center.path("/certificates")
    }

    fn total(&self) -> i64 {
        served::total(&self.services)
    }

    fn knows_id_number(&self) -> bool {
        self.person.id_number_sealed.is_some()
    }
}

impl View for IssuePage {
    fn title(&self, lang: Lang) -> String {
        lang.text("certificates.issue")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

/// The address says `person`, and where they are known `from to request replaces`.
#[get("/centers/<center>/certificates/new")]
async fn new(
    by: Coordinator,
    db: &Db,
    now: Now,
    lang: Lang,
    center: CenterId,
    asked: Asked,
) -> Result<Either<Page<IssuePage>, Page<RegisterPage>>> {
    // Without anybody to be issued to it is asked for whom.
    if asked.0.get("person").is_empty() {
        return Ok(Either::Right(Page(register(&by, db, lang, center, (None, &asked.0)).await?)));
    }
    Ok(Either::Left(Page(IssuePage::load(&by, &mut *db.read().await?, now, center, (&asked.0, None)).await?)))
}

#[post("/centers/<center>/certificates", data = "<fields>")]
async fn create(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    fields: Fields,
) -> Result<Submitted<IssuePage>> {
    let opened = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let input = forms::issuing(&fields, opened.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        let made = actions::issue(&by, now, &mut tx, sealer, &opened, &input).await?;
        tx.commit().await?;
        let id = made.first().copied().ok_or_else(|| Error::internal("nothing was issued"))?;
        Ok::<_, Error>(opened.path(format_args!("/certificates/{id}")))
    };
    let made = match made.await {
        // There is no form without somebody whom it is about.
        Err(Error::Invalid(errors)) if errors.get("person").is_some() => return Err(Error::Invalid(errors)),
        made => made,
    };
    Submitted::of(made, "done.certificate_issued", async |errors| {
        let form = Form::again(fields.clone(), errors);
        IssuePage::load(&by, &mut *db.read().await?, now, center, (&fields, Some(form))).await
    })
    .await
}

#[derive(Template)]
#[template(path = "certificates/choose.html")]
struct ChoosePage {
    center: Center,
    teams: Vec<TeamName>,
    chosen: Choosing,
    people: Vec<Entitled>,
    /// Whose boxes are ticked.
    ticked: BTreeSet<PersonId>,
    form: Form,
}

impl ChoosePage {
    async fn load(
        by: &Coordinator,
        conn: &mut Conn,
        now: Now,
        center: CenterId,
        (asked, form): (&Fields, Option<Form>),
    ) -> Result<Self> {
        let center = centers::queries::open_to(by, conn, center).await?;
        let today = center.zone.date(now.0);
        let chosen = forms::choosing(asked, today).or_else(|_| forms::choosing(&Fields::default(), today))?;
        let least = chosen.hours * 60;
        let people = served::entitled(conn, center.id(), chosen.team, chosen.period, least).await?;
        let ticked = match &form {
            // What was ticked stays so.
            Some(_) => asked.all("person").iter().filter_map(|id| id.parse().ok()).collect(),
            None => people.iter().filter(|one| one.certificates == 0).map(|one| one.person_id).collect(),
        };
        let form = match form {
            Some(form) => form,
            None => Form::filled(signing_fields(conn, center.id()).await?),
        };
        Ok(Self { teams: teams::queries::of_center(conn, center.id()).await?, center, chosen, people, ticked, form })
    }

    fn path(&self) -> String {
        self.center.path("/certificates")
    }

    fn period(&self) -> CertifiedDays {
        self.chosen.period
    }

    fn is_ticked(&self, person: &PersonId) -> bool {
        self.ticked.contains(person)
    }

    fn is_team(&self, team: &TeamName) -> bool {
        self.chosen.team == Some(team.id)
    }

    fn team(&self) -> String {
        self.chosen.team.map(|team| team.to_string()).unwrap_or_default()
    }

    fn is_too_many(&self) -> bool {
        self.people.len() > forms::MOST
    }
}

impl View for ChoosePage {
    fn title(&self, lang: Lang) -> String {
        lang.text("certificates.many")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }

    fn refill(&mut self, typed: Fields) {
        self.ticked = typed.all("person").iter().filter_map(|id| id.parse().ok()).collect();
        self.form = Form::filled(typed);
    }
}

/// The address says `team from to hours`.
#[get("/centers/<center>/certificates/several")]
async fn choose(by: Coordinator, db: &Db, now: Now, center: CenterId, asked: Asked) -> Result<Page<ChoosePage>> {
    Ok(Page(ChoosePage::load(&by, &mut *db.read().await?, now, center, (&asked.0, None)).await?))
}

/// All of them, or none; then the papers, one after the other.
#[post("/centers/<center>/certificates/several", data = "<fields>")]
async fn create_many(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    fields: Fields,
) -> Result<Submitted<ChoosePage>> {
    let opened = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let input = forms::issuing_many(&fields, opened.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        let made = actions::issue(&by, now, &mut tx, sealer, &opened, &input).await?;
        tx.commit().await?;
        let ids: Vec<String> = made.iter().map(ToString::to_string).collect();
        Ok::<_, Error>(opened.path(format_args!("/certificates/papers?ids={}", ids.join("-"))))
    };
    Submitted::of(made.await, "done.certificates_issued", async |errors| {
        let form = Form::again(fields.clone(), errors);
        ChoosePage::load(&by, &mut *db.read().await?, now, center, (&fields, Some(form))).await
    })
    .await
}
