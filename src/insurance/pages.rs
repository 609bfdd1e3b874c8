//! A center's policies: the list with its form, one policy with whom it covers, and marking a session risky.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::types::{Covers, Insurance, InsuranceId, InsuranceState, Insured};
use super::{actions, forms, queries};
use crate::activities::{self, SessionId};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::people::{self, PersonId, PersonRow};
use crate::store::{Conn, Db, Sealer};
use crate::teams::{self, TeamName};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, create, show, candidates, insure, withdraw, void, mark]
}

/// The most people that a search for whom to insure shows.
const CANDIDATES: usize = 12;

#[derive(Template)]
#[template(path = "insurance/list.html")]
struct InsurancesPage {
    center: Center,
    insurances: Vec<Insurance>,
    teams: Vec<TeamName>,
    today: Date,
    form: Form,
}

impl InsurancesPage {
    async fn load(conn: &mut Conn, now: Now, center: Center, form: Option<Form>) -> Result<Self> {
        let today = center.zone.date(now.0);
        let year = Fields::default().with("valid_from", today).with("valid_to", today.plus_years(1).minus_days(1));
        Ok(Self {
            insurances: queries::list(conn, center.id()).await?,
            teams: teams::queries::of_center(conn, center.id()).await?,
            form: form.unwrap_or_else(|| Form::filled(year.with("covers", Covers::Volunteers))),
            center,
            today,
        })
    }

    fn state(&self, one: &Insurance) -> InsuranceState {
        one.state(self.today)
    }

    fn ways(&self) -> &'static [Covers] {
        Covers::ALL
    }
}

impl View for InsurancesPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("insurance.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/insurances")]
async fn list(by: Coordinator, db: &Db, now: Now, center: CenterId) -> Result<Page<InsurancesPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    Ok(Page(InsurancesPage::load(&mut conn, now, center, None).await?))
}

#[post("/centers/<center>/insurances", data = "<fields>")]
async fn create(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    fields: Fields,
) -> Result<Submitted<InsurancesPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let input = forms::insurance(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        let id = actions::add(&by, now, &mut tx, &center, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/insurances/{id}")))
    };
    Submitted::of(made.await, "done.insurance_added", async |errors| {
        let form = Form::again(fields, errors);
        InsurancesPage::load(&mut *db.read().await?, now, center, Some(form)).await
    })
    .await
}

/// A policy and whom it covers today, or on its first day to come.
#[derive(Template)]
#[template(path = "insurance/show.html")]
pub(super) struct InsurancePage {
    center: Center,
    insurance: Insurance,
    insured: Vec<Insured>,
    today: Date,
    search: Form,
    /// Whom the search found; none before there was a search.
    found: Option<Vec<PersonRow>>,
    pub(super) voiding: Form,
    pub(super) handing: Form,
}

impl InsurancePage {
    pub(super) async fn load(
        by: &Coordinator,
        conn: &mut Conn,
        now: Now,
        (center, id): (CenterId, InsuranceId),
    ) -> Result<Self> {
        let center = centers::queries::open_to(by, conn, center).await?;
        let insurance = queries::find(conn, center.id(), id).await?;
        let today = center.zone.date(now.0);
        let day = today.max(insurance.valid_from).min(insurance.valid_to);
        let insured = queries::insured(conn, id, day).await?;
        let (search, voiding, handing) = (Form::new(), Form::new(), Form::new());
        Ok(Self { center, insurance, insured, today, search, found: None, voiding, handing })
    }

    fn state(&self) -> InsuranceState {
        self.insurance.state(self.today)
    }

    fn names_people(&self) -> bool {
        self.insurance.covers == Covers::People && self.insurance.voided_at.is_none()
    }

    fn is_insured(&self, person: &PersonRow) -> bool {
        self.insured.iter().any(|one| one.person.id == person.id)
    }
}

impl View for InsurancePage {
    fn title(&self, _: Lang) -> String {
        self.insurance.insurer.clone()
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

#[get("/centers/<center>/insurances/<id>")]
async fn show(by: Coordinator, db: &Db, now: Now, center: CenterId, id: InsuranceId) -> Result<Page<InsurancePage>> {
    Ok(Page(InsurancePage::load(&by, &mut *db.read().await?, now, (center, id)).await?))
}

/// A search is posted, for names do not belong in an address; it changes nothing.
#[post("/centers/<center>/insurances/<id>/candidates", data = "<fields>")]
async fn candidates(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: InsuranceId,
    fields: Fields,
) -> Result<Page<InsurancePage>> {
    let mut conn = db.read().await?;
    let mut page = InsurancePage::load(&by, &mut conn, now, (center, id)).await?;
    page.found = Some(people::queries::search(&mut conn, sealer, page.center.id(), fields.get("q"), CANDIDATES).await?);
    page.search = Form::filled(fields);
    Ok(Page(page))
}

#[post("/centers/<center>/insurances/<id>/people", data = "<fields>")]
async fn insure(by: Coordinator, db: &Db, now: Now, center: CenterId, id: InsuranceId, fields: Fields) -> Result<Done> {
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let insurance = queries::find(&mut tx, center.id(), id).await?;
    actions::insure(&by, now, &mut tx, &center, &insurance, forms::person(&fields)?).await?;
    tx.commit().await?;
    Ok(Done::to(center.path(format_args!("/insurances/{id}")), "done.person_insured"))
}

#[post("/centers/<center>/insurances/<id>/people/<person>/removal")]
async fn withdraw(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: InsuranceId,
    person: PersonId,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let insurance = queries::find(&mut tx, center.id(), id).await?;
    actions::withdraw(&by, now, &mut tx, &center, &insurance, person).await?;
    tx.commit().await?;
    Ok(Done::to(center.path(format_args!("/insurances/{id}")), "done.person_uninsured"))
}

#[post("/centers/<center>/insurances/<id>/void", data = "<fields>")]
async fn void(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: InsuranceId,
    fields: Fields,
) -> Result<Submitted<InsurancePage>> {
    let opened = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let reason = forms::reason(&fields)?;
        let mut tx = db.begin().await?;
        actions::void(&by, now, &mut tx, &opened, id, &reason).await?;
        tx.commit().await?;
        Ok::<_, Error>(opened.path("/insurances"))
    };
    Submitted::of(made.await, "done.insurance_voided", async |errors| {
        let mut page = InsurancePage::load(&by, &mut *db.read().await?, now, (center, id)).await?;
        page.voiding = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

/// Fields `risky`, and `later` for the later sessions of its series.
#[post("/centers/<center>/sessions/<id>/risk", data = "<fields>")]
async fn mark(by: Coordinator, db: &Db, now: Now, center: CenterId, id: SessionId, fields: Fields) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (_, session) = activities::queries::open_in(&by, now, &mut tx, center, id).await?;
    let marks = forms::risk(&fields)?;
    actions::mark(&by, now, &mut tx, &session, marks).await?;
    tx.commit().await?;
    Ok(Done::to(session.path(), if marks.0 { "done.marked_risky" } else { "done.marked_safe" }))
}
