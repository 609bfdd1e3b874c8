//! A center's households: the list on a day, a new one's form, and a household's page.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::queries::{self, Homes};
use super::types::{HomeStay, Household, HouseholdCount, HouseholdId, ListedHousehold, Relation, StayId};
use super::{actions, forms};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::people::{self, PersonId, PersonRow};
use crate::store::{Conn, Db, Sealer};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

/// Households on one page of the list.
const PAGE: i64 = 50;

/// The most people that a search shows.
const CANDIDATES: usize = 12;

pub(super) fn routes() -> Vec<Route> {
    routes![list, search, new, heads, create, show, update, candidates, add, change, void]
}

#[derive(Template)]
#[template(path = "households/list.html")]
struct HouseholdsPage {
    center: Center,
    households: Vec<ListedHousehold>,
    counted: HouseholdCount,
    /// The day on which the list is as it is shown.
    on: Date,
    today: Date,
    page: i64,
    /// What was searched for.
    wanted: Option<String>,
    typed: String,
}

impl HouseholdsPage {
    async fn load(conn: &mut Conn, now: Now, center: Center, on: Option<Date>) -> Result<Self> {
        let today = center.zone.date(now.0);
        let on = on.unwrap_or(today);
        let counted = queries::count(conn, center.id(), on).await?;
        let households = Vec::new();
        Ok(Self { center, households, counted, on, today, page: 1, wanted: None, typed: String::new() })
    }

    fn pages(&self) -> i64 {
        (self.counted.households + PAGE - 1).max(PAGE) / PAGE
    }

    fn has_next(&self) -> bool {
        self.page < self.pages()
    }

    fn at(&self, page: i64) -> String {
        format!("?on={}&page={page}", self.on)
    }
}

impl View for HouseholdsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("households.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::People)
    }

    fn refill(&mut self, typed: Fields) {
        self.typed = typed.get("q").to_owned();
    }

    fn is_answer(&self) -> bool {
        self.wanted.is_some()
    }
}

#[get("/centers/<center>/households?<on>&<page>")]
async fn list(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    on: Option<&str>,
    page: Option<i64>,
) -> Result<Page<HouseholdsPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let mut list = HouseholdsPage::load(&mut conn, now, center, on.and_then(Date::parse)).await?;
    list.page = page.unwrap_or(1).clamp(1, list.pages());
    let part = ((list.page - 1) * PAGE, PAGE);
    list.households = queries::list(&mut conn, list.center.id(), list.on, &Homes::Lived, part).await?;
    Ok(Page(list))
}

/// A search is posted, for names and numbers do not belong in an address; it changes nothing.
#[post("/centers/<center>/households/search", data = "<fields>")]
async fn search(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    fields: Fields,
) -> Result<Page<HouseholdsPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let mut list = HouseholdsPage::load(&mut conn, now, center, None).await?;
    let wanted: String = fields.get("q").chars().take(people::queries::SEARCHED).collect();
    let found = people::queries::search(&mut conn, sealer, list.center.id(), &wanted, PAGE as usize).await?;
    let homes = Homes::Of(found.into_iter().map(|person| person.id).collect());
    list.households = queries::list(&mut conn, list.center.id(), list.on, &homes, (0, PAGE)).await?;
    list.wanted = Some(wanted);
    Ok(Page(list))
}

/// The form of a new household; without its head a search for one.
#[derive(Template)]
#[template(path = "households/new.html")]
struct NewHouseholdPage {
    center: Center,
    head: Option<PersonRow>,
    /// Whether the head lives in another household until now.
    moves: bool,
    form: Form,
    search: Form,
    /// Whom the search found; none before there was a search.
    found: Option<Vec<PersonRow>>,
}

impl NewHouseholdPage {
    async fn load(conn: &mut Conn, now: Now, center: Center, head: Option<PersonId>) -> Result<Self> {
        let mut form = Fields::default().with("opened_on", center.zone.date(now.0));
        let (mut shown, mut moves) = (None, false);
        if let Some(head) = head {
            let person = people::queries::find(conn, center.id(), head).await?;
            moves = queries::home_of(conn, center.id(), head).await?.is_some();
            form.add("address", person.address.as_deref().unwrap_or_default());
            form.add("head_id", &head.to_string());
            shown = Some(person.into());
        }
        Ok(Self { center, head: shown, moves, form: Form::filled(form), search: Form::new(), found: None })
    }
}

impl View for NewHouseholdPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("households.new")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::People)
    }

    fn refill(&mut self, typed: Fields) {
        match self.head {
            Some(_) => self.form = Form::filled(typed),
            None => self.search = Form::filled(typed),
        }
    }

    fn is_answer(&self) -> bool {
        self.found.is_some()
    }
}

#[get("/centers/<center>/households/new?<head>")]
async fn new(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    head: Option<PersonId>,
) -> Result<Page<NewHouseholdPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    Ok(Page(NewHouseholdPage::load(&mut conn, now, center, head).await?))
}

#[post("/centers/<center>/households/heads", data = "<fields>")]
async fn heads(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    fields: Fields,
) -> Result<Page<NewHouseholdPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let mut page = NewHouseholdPage::load(&mut conn, now, center, None).await?;
    page.found = Some(people::queries::search(&mut conn, sealer, page.center.id(), fields.get("q"), CANDIDATES).await?);
    page.search = Form::filled(fields);
    Ok(Page(page))
}

#[post("/centers/<center>/households", data = "<fields>")]
async fn create(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    fields: Fields,
) -> Result<Submitted<NewHouseholdPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let input = forms::household(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        let id = actions::open(&by, now, &mut tx, &center, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/households/{id}")))
    };
    Submitted::of(made.await, "done.household_opened", async |errors| {
        let head = fields.get("head_id").parse().ok();
        let mut page = NewHouseholdPage::load(&mut *db.read().await?, now, center, head).await?;
        page.form = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

/// A household: who lives there, who has, and whom to take in.
#[derive(Template)]
#[template(path = "households/show.html")]
struct HouseholdPage {
    center: Center,
    household: Household,
    stays: Vec<HomeStay>,
    revising: Form,
    staying: Form,
    adding: Form,
    /// Whom the search found, and whether they live in another household now; none before there was a search.
    found: Option<Vec<(PersonRow, bool)>>,
    /// Whether this is what a search was answered with.
    answers: bool,
}

impl HouseholdPage {
    async fn load(conn: &mut Conn, now: Now, center: Center, household: Household) -> Result<Self> {
        let stays = queries::stays(conn, household.id).await?;
        let today = center.zone.date(now.0);
        Ok(Self {
            revising: Form::filled(household.as_fields()),
            staying: Form::filled(as_kept(&stays)),
            adding: Form::filled(Fields::default().with("moved_in", today)),
            found: None,
            answers: false,
            center,
            household,
            stays,
        })
    }

    async fn find(&mut self, conn: &mut Conn, sealer: &Sealer, text: &str) -> Result<()> {
        let found = people::queries::search(conn, sealer, self.center.id(), text, CANDIDATES).await?;
        let homes = queries::homes_of(conn, self.center.id(), found.iter().map(|person| person.id)).await?;
        let lives_elsewhere = |person: &PersonRow| homes.iter().any(|(id, _)| *id == person.id);
        self.found = Some(found.into_iter().map(|person| (person.clone(), lives_elsewhere(&person))).collect());
        Ok(())
    }

    fn here(&self) -> String {
        self.center.path(format_args!("/households/{}", self.household.id))
    }

    /// The head's name, by which the household is called.
    fn head(&self) -> Option<&str> {
        let mut now = self.stays.iter().filter(|stay| stay.moved_out.is_none());
        now.find(|stay| stay.relation == Relation::Head).map(|stay| stay.person.name.as_str())
    }

    fn now(&self) -> Vec<&HomeStay> {
        self.stays.iter().filter(|stay| stay.moved_out.is_none()).collect()
    }

    fn before(&self) -> Vec<&HomeStay> {
        self.stays.iter().filter(|stay| stay.moved_out.is_some()).collect()
    }

    fn relations(&self) -> &'static [Relation] {
        Relation::ALL
    }

    fn lives_here(&self, person: &PersonRow) -> bool {
        self.now().iter().any(|stay| stay.person.id == person.id)
    }

    fn field(&self, name: &str, stay: &HomeStay) -> String {
        format!("{name}.{}", stay.id)
    }

    fn is_faulty(&self, stay: &HomeStay) -> bool {
        ["relation", "moved_in", "moved_out"]
            .into_iter()
            .any(|name| self.staying.fault(&self.field(name, stay)).is_some())
    }
}

fn as_kept(stays: &[HomeStay]) -> Fields {
    stays.iter().fold(Fields::default(), |fields, stay| stay.as_fields(fields))
}

impl View for HouseholdPage {
    fn title(&self, lang: Lang) -> String {
        match self.head() {
            Some(head) => lang.with("households.of", [("n", head.to_owned())]),
            None => lang.text("households.one"),
        }
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::People)
    }

    fn refill(&mut self, typed: Fields) {
        if typed.names().any(|name| name.contains('.')) {
            self.staying = Form::filled(typed).over(as_kept(&self.stays));
        } else if typed.names().any(|name| name == "address") {
            self.revising = Form::filled(typed);
        } else {
            self.adding = Form::filled(typed);
        }
    }

    fn is_answer(&self) -> bool {
        self.answers
    }
}

async fn open(by: &Coordinator, conn: &mut Conn, center: CenterId, id: HouseholdId) -> Result<(Center, Household)> {
    let center = centers::queries::open_to(by, conn, center).await?;
    let household = queries::find(conn, center.id(), id).await?;
    Ok((center, household))
}

#[get("/centers/<center>/households/<id>", rank = 2)]
async fn show(by: Coordinator, db: &Db, now: Now, center: CenterId, id: HouseholdId) -> Result<Page<HouseholdPage>> {
    let mut conn = db.read().await?;
    let (center, household) = open(&by, &mut conn, center, id).await?;
    Ok(Page(HouseholdPage::load(&mut conn, now, center, household).await?))
}

/// The household's page after a change, or with what was sent and why it was not taken.
async fn changed(
    db: &Db,
    now: Now,
    (center, household): (Center, Household),
    made: Result<&'static str>,
    refill: impl FnOnce(&mut HouseholdPage, crate::error::FieldErrors),
) -> Result<Submitted<HouseholdPage>> {
    let made = made.map(|word| (center.path(format_args!("/households/{}", household.id)), word));
    Submitted::with_word(made, async |errors| {
        let mut page = HouseholdPage::load(&mut *db.read().await?, now, center, household).await?;
        refill(&mut page, errors);
        Ok(page)
    })
    .await
}

#[post("/centers/<center>/households/<id>", data = "<fields>", rank = 2)]
async fn update(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: HouseholdId,
    fields: Fields,
) -> Result<Submitted<HouseholdPage>> {
    let opened = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let revision = forms::revision(&fields, opened.0.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        actions::revise(&by, now, &mut tx, &opened.0, &opened.1, &revision).await?;
        tx.commit().await?;
        Ok("done.saved")
    };
    let made = made.await;
    changed(db, now, opened, made, |page, errors| page.revising = Form::again(fields, errors)).await
}

/// A search is posted, for names do not belong in an address; it changes nothing.
#[post("/centers/<center>/households/<id>/candidates", data = "<fields>")]
async fn candidates(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: HouseholdId,
    fields: Fields,
) -> Result<Page<HouseholdPage>> {
    let mut conn = db.read().await?;
    let (center, household) = open(&by, &mut conn, center, id).await?;
    let mut page = HouseholdPage::load(&mut conn, now, center, household).await?;
    page.find(&mut conn, sealer, fields.get("q")).await?;
    page.adding = page.adding.over(fields);
    page.answers = true;
    Ok(Page(page))
}

/// Fields `person_id relation moved_in`, and `q`, by which the person was found.
#[post("/centers/<center>/households/<id>/members", data = "<fields>")]
async fn add(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: HouseholdId,
    fields: Fields,
) -> Result<Submitted<HouseholdPage>> {
    let (center, household) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let input = forms::move_in(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        actions::move_in(&by, now, &mut tx, &center, id, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/households/{id}")))
    };
    Submitted::of(made.await, "done.moved_in", async |errors| {
        let mut conn = db.read().await?;
        let mut page = HouseholdPage::load(&mut conn, now, center, household).await?;
        page.find(&mut conn, sealer, fields.get("q")).await?;
        page.adding = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

/// Fields `relation.<id> moved_in.<id> moved_out.<id>`: a correction, moving out, or that taken back.
#[post("/centers/<center>/households/<id>/stays/<stay>", data = "<fields>", rank = 2)]
async fn change(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: HouseholdId,
    stay: StayId,
    fields: Fields,
) -> Result<Submitted<HouseholdPage>> {
    let opened = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let input = forms::stay(&fields, &format!(".{stay}"), opened.0.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        let revised = actions::revise_stay(&by, now, &mut tx, &opened.0, (id, stay), &input).await;
        revised.map_err(|error| error.in_field("moved_in", &format!("moved_in.{stay}")))?;
        tx.commit().await?;
        Ok("done.stay_revised")
    };
    let made = made.await;
    changed(db, now, opened, made, |page, errors| {
        page.staying = Form::again(fields, errors).over(as_kept(&page.stays));
    })
    .await
}

#[post("/centers/<center>/households/<id>/stays/<stay>/void", data = "<fields>")]
async fn void(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: HouseholdId,
    stay: StayId,
    fields: Fields,
) -> Result<Submitted<HouseholdPage>> {
    let opened = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let mut read = fields.read();
        let reason = read.required(&format!("void.{stay}"), parse::line(80));
        let reason = read.finish(|| reason)?;
        let mut tx = db.begin().await?;
        actions::void_stay(&by, now, &mut tx, &opened.0, (id, stay), &reason).await?;
        tx.commit().await?;
        Ok("done.stay_voided")
    };
    let made = made.await;
    changed(db, now, opened, made, |page, errors| {
        page.staying = Form::again(fields, errors).over(as_kept(&page.stays));
    })
    .await
}
