//! A center's trainings: a year's list with the form, and one with who attended it.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::types::{Trained, Training, TrainingId};
use super::{actions, forms, queries, rules};
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
    routes![list, create, show, candidates, attend, withdraw, void]
}

/// The most people that a search for who attended shows.
pub(super) const CANDIDATES: usize = 12;

/// The days of a year of a list: of the one that the address says, or of today's.
pub(super) fn year_of(year: Option<i64>, today: Date) -> (Date, Date) {
    rules::days(year.filter(|year| (1_990..=2_199).contains(year)), (None, None), today)
        .unwrap_or((today.year_start(), today))
}

pub(super) fn year_number(from: Date) -> i64 {
    i64::from(chrono::Datelike::year(&from.0))
}

#[derive(Template)]
#[template(path = "honours/trainings.html")]
struct TrainingsPage {
    center: Center,
    year: i64,
    trainings: Vec<Training>,
    teams: Vec<TeamName>,
    form: Form,
}

impl TrainingsPage {
    async fn load(conn: &mut Conn, now: Now, center: Center, year: Option<i64>, form: Option<Form>) -> Result<Self> {
        let today = center.zone.date(now.0);
        let days = year_of(year, today);
        let proposed = || Form::filled(Fields::default().with("held_on", today));
        Ok(Self {
            year: year_number(days.0),
            trainings: queries::trainings(conn, center.id(), days).await?,
            teams: teams::queries::of_center(conn, center.id()).await?,
            form: form.unwrap_or_else(proposed),
            center,
        })
    }
}

impl View for TrainingsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("trainings.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/trainings?<year>")]
async fn list(by: Coordinator, db: &Db, now: Now, center: CenterId, year: Option<i64>) -> Result<Page<TrainingsPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    Ok(Page(TrainingsPage::load(&mut conn, now, center, year, None).await?))
}

#[post("/centers/<center>/trainings", data = "<fields>")]
async fn create(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    fields: Fields,
) -> Result<Submitted<TrainingsPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let input = forms::training(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        let id = actions::record(&by, now, &mut tx, &center, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/trainings/{id}")))
    };
    Submitted::of(made.await, "done.training_recorded", async |errors| {
        let form = Form::again(fields, errors);
        TrainingsPage::load(&mut *db.read().await?, now, center, None, Some(form)).await
    })
    .await
}

#[derive(Template)]
#[template(path = "honours/training.html")]
pub(super) struct TrainingPage {
    center: Center,
    training: Training,
    trained: Vec<Trained>,
    /// Who may be ticked: who serves, or whom the search found.
    offered: Vec<PersonRow>,
    /// Whether there was a search.
    is_found: bool,
    search: Form,
    pub(super) adding: Form,
    pub(super) voiding: Form,
    /// Somebody's scan, where it was not taken.
    pub(super) scanning: Form,
}

impl TrainingPage {
    pub(super) async fn load(by: &Coordinator, conn: &mut Conn, (center, id): (CenterId, TrainingId)) -> Result<Self> {
        let center = centers::queries::open_to(by, conn, center).await?;
        let training = queries::training(conn, center.id(), id).await?;
        Ok(Self {
            trained: queries::trained(conn, id).await?,
            offered: queries::offered(conn, center.id(), &training).await?,
            center,
            training,
            is_found: false,
            search: Form::new(),
            adding: Form::new(),
            voiding: Form::new(),
            scanning: Form::new(),
        })
    }

    fn path(&self) -> String {
        self.center.path(format_args!("/trainings/{}", self.training.id))
    }

    /// The field of somebody's scan, as its faults name it.
    pub(super) fn paper(&self, person: &PersonId) -> String {
        format!("paper.{person}")
    }

    fn is_there(&self) -> bool {
        self.training.voided_at.is_none()
    }

    fn attended(&self, person: &PersonRow) -> bool {
        self.trained.iter().any(|one| one.person.id == person.id)
    }
}

impl View for TrainingPage {
    fn title(&self, _: Lang) -> String {
        self.training.title.clone()
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }

    fn refill(&mut self, typed: Fields) {
        if typed.names().any(|name| name == "q") {
            self.search = Form::filled(typed);
        } else if typed.names().any(|name| name == "reason") {
            self.voiding = Form::filled(typed);
        } else {
            self.adding = Form::filled(typed);
        }
    }

    fn is_answer(&self) -> bool {
        self.is_found
    }
}

#[get("/centers/<center>/trainings/<id>")]
async fn show(by: Coordinator, db: &Db, center: CenterId, id: TrainingId) -> Result<Page<TrainingPage>> {
    Ok(Page(TrainingPage::load(&by, &mut *db.read().await?, (center, id)).await?))
}

/// A search is posted, for names do not belong in an address; it changes nothing.
#[post("/centers/<center>/trainings/<id>/candidates", data = "<fields>")]
async fn candidates(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    center: CenterId,
    id: TrainingId,
    fields: Fields,
) -> Result<Page<TrainingPage>> {
    let mut conn = db.read().await?;
    let mut page = TrainingPage::load(&by, &mut conn, (center, id)).await?;
    page.offered = people::queries::search(&mut conn, sealer, page.center.id(), fields.get("q"), CANDIDATES).await?;
    page.is_found = true;
    page.search = Form::filled(fields);
    Ok(Page(page))
}

#[post("/centers/<center>/trainings/<id>/people", data = "<fields>")]
async fn attend(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: TrainingId,
    fields: Fields,
) -> Result<Submitted<TrainingPage>> {
    let opened = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let mut tx = db.begin().await?;
        let training = queries::training(&mut tx, opened.id(), id).await?;
        actions::attend(&by, now, &mut tx, &opened, &training, &forms::people(&fields)?).await?;
        tx.commit().await?;
        Ok::<_, Error>(opened.path(format_args!("/trainings/{id}")))
    };
    Submitted::of(made.await, "done.trained_added", async |errors| {
        let mut page = TrainingPage::load(&by, &mut *db.read().await?, (center, id)).await?;
        page.adding = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

#[post("/centers/<center>/trainings/<id>/people/<person>/removal")]
async fn withdraw(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: TrainingId,
    person: PersonId,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let training = queries::training(&mut tx, center.id(), id).await?;
    actions::withdraw(&by, now, &mut tx, &center, &training, person).await?;
    tx.commit().await?;
    Ok(Done::to(center.path(format_args!("/trainings/{id}")), "done.trained_removed"))
}

#[post("/centers/<center>/trainings/<id>/void", data = "<fields>")]
async fn void(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: TrainingId,
    fields: Fields,
) -> Result<Submitted<TrainingPage>> {
    let opened = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let reason = forms::reason(&fields)?;
        let mut tx = db.begin().await?;
        actions::void_training(&by, now, &mut tx, &opened, id, &reason).await?;
        tx.commit().await?;
        Ok::<_, Error>(opened.path(format_args!("/trainings/{id}")))
    };
    Submitted::of(made.await, "done.training_voided", async |errors| {
        let mut page = TrainingPage::load(&by, &mut *db.read().await?, (center, id)).await?;
        page.voiding = Form::again(fields, errors);
        Ok(page)
    })
    .await
}
