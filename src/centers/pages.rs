//! The list of centers, and a center's settings. A center's overview stands in `reports`, which reads across features.

use std::collections::BTreeSet;

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::front::{AboveTheList, FrontNote};
use super::listing::CentersCut;
use super::population::{self, Population, SecondNumber};
use super::types::{Center, CenterId};
use super::{actions, queries};
use crate::auth::{CityAdmin, Viewer};
use crate::clock::{Now, Zone};
use crate::error::Result;
use crate::fields::parse;
use crate::holidays::{self, HolidayAsk};
use crate::store::{Conn, Db};
use crate::web::cut::{Asked, Toolbar};
use crate::web::nav::Tab;
use crate::web::steps::{FirstStep, FirstSteps};
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, edit, update]
}

#[derive(Template)]
#[template(path = "centers/list.html")]
struct CentersPage {
    centers: Vec<queries::CenterRow>,
    toolbar: Toolbar,
    first_page: &'static str,
    /// For the administrator of a city that has no agreement yet.
    steps: Option<FirstSteps>,
    /// For the administrator: years whose holidays are wanted.
    asks: Vec<HolidayAsk>,
    /// What else is to be seen to.
    notes: Vec<FrontNote>,
}

impl CentersPage {
    fn floor_area(&self) -> i64 {
        self.centers.iter().map(|center| center.planned_area_m2).sum()
    }

    fn registered(&self) -> i64 {
        self.centers.iter().map(|center| center.population.registered).sum()
    }
}

impl View for CentersPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("centers.title")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Centers)
    }
}

#[get("/centers")]
async fn list(
    by: Viewer,
    db: &Db,
    now: Now,
    lang: Lang,
    asked: Asked,
    above: &State<AboveTheList>,
) -> Result<Page<CentersPage>> {
    let cut = CentersCut::read(&asked.0).unwrap_or_default();
    let mut conn = db.read().await?;
    let today = Zone::SHANGHAI.date(now.0);
    let centers = queries::list(&by, &mut conn, today).await?;
    let towns: BTreeSet<String> = centers.iter().map(|center| center.town.clone()).collect();
    let toolbar = cut.toolbar(lang, towns);
    let centers = cut.of(centers);
    let first_page = by.role.first_page();
    let notes = above.notes(&by, &mut conn, now, lang).await?;
    let (steps, asks) = match CityAdmin::of(by) {
        Some(admin) => {
            let steps = first_steps(lang, queries::founding(&admin, &mut conn).await?);
            (steps, holidays::queries::asks(&admin, &mut conn, today).await?)
        }
        None => (None, Vec::new()),
    };
    Ok(Page(CentersPage { centers, toolbar, first_page, steps, asks, notes }))
}

/// What the city does before a center can open, until there is an agreement.
fn first_steps(lang: Lang, (has_parties, has_agreement): (bool, bool)) -> Option<FirstSteps> {
    let step = |name, note: &str, done, href: Option<&str>| FirstStep {
        name,
        note: lang.text(note),
        done,
        href: href.map(str::to_owned),
    };
    let steps = [
        step("steps.organizations", "steps.organizations_text", has_parties, Some("/organizations")),
        step("steps.agreement", "steps.agreement_text", false, has_parties.then_some("/agreements/new")),
        step("steps.rooms", "steps.rooms_text", false, None),
        step("steps.workers", "steps.workers_text", false, None),
    ];
    (!has_agreement).then(|| FirstSteps::new(steps))
}

/// What the form says where it is not known what the second number counts.
const UNKNOWN: &str = "unknown";

#[derive(Template)]
#[template(path = "centers/edit.html")]
struct EditCenterPage {
    center: Center,
    population: Population,
    form: Form,
}

impl EditCenterPage {
    async fn load(conn: &mut Conn, now: Now, center: Center, form: Form) -> Result<Self> {
        let population = population::of_seat(conn, center.id(), center.zone.date(now.0)).await?;
        Ok(Self { center, population, form })
    }
}

impl View for EditCenterPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("centers.edit")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Overview)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<id>/edit")]
async fn edit(by: CityAdmin, db: &Db, now: Now, id: CenterId) -> Result<Page<EditCenterPage>> {
    let mut conn = db.read().await?;
    let center = queries::open_to(&by, &mut conn, id).await?;
    let population = population::of_seat(&mut conn, id, center.zone.date(now.0)).await?;
    let values = Fields::default()
        .with("name", &center.head.name)
        .with("address", center.address.as_deref().unwrap_or_default())
        .with("second_is", population.second_is.map_or(UNKNOWN, SecondNumber::code));
    Ok(Page(EditCenterPage { center, population, form: Form::filled(values) }))
}

#[post("/centers/<id>", data = "<fields>")]
async fn update(by: CityAdmin, db: &Db, now: Now, id: CenterId, fields: Fields) -> Result<Submitted<EditCenterPage>> {
    let center = queries::open_to(&by, &mut *db.read().await?, id).await?;
    let made = async {
        let mut read = fields.read();
        let name = read.required("name", parse::line(60));
        let address = read.optional("address", parse::line(120));
        let counts = read.optional("second_is", |text| match text {
            UNKNOWN => Ok(None),
            word => parse::choice(word).map(Some),
        });
        let (name, address, counts) = read.finish(|| Some((name?, address?, counts?)))?;
        let mut tx = db.begin().await?;
        actions::rename(&by, now, &mut tx, &center, &name, address.as_deref()).await?;
        // A form that does not ask for it says nothing of it.
        if let Some(counts) = counts {
            actions::say_second_number(&by, now, &mut tx, &center, counts).await?;
        }
        tx.commit().await?;
        Ok(center.path(""))
    };
    Submitted::of(made.await, "done.saved", async |errors| {
        EditCenterPage::load(&mut *db.read().await?, now, center, Form::again(fields, errors)).await
    })
    .await
}
