//! The center's cards: who has one, giving them out by the sheet, and one person's cards.

use std::collections::HashMap;

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::queries::{self, CardsAmong};
use super::{Card, actions, sheet};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::check_in::forms;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::people::queries::open_in;
use crate::people::{self, Person, PersonId, PersonRow};
use crate::store::{Conn, Db, Sealer};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, search, issue_several, show, issue, revoke, replace]
}

/// People on one page of the list, and the most that a search shows: ten sheets.
const PAGE: i64 = 100;

#[derive(Template)]
#[template(path = "check_in/cards/list.html")]
struct CardsPage {
    center: Center,
    people: Vec<PersonRow>,
    cards: HashMap<PersonId, Card>,
    total: i64,
    page: i64,
    among: CardsAmong,
    /// What was searched for.
    wanted: Option<String>,
    form: Form,
}

impl CardsPage {
    async fn load(conn: &mut Conn, center: Center, among: CardsAmong, page: i64) -> Result<Self> {
        let total = queries::count(conn, center.id(), among).await?;
        let page = page.clamp(1, pages(total));
        let people = queries::list(conn, center.id(), among, ((page - 1) * PAGE, PAGE)).await?;
        Self { center, people, cards: HashMap::new(), total, page, among, wanted: None, form: Form::new() }
            .with_cards(conn)
            .await
    }

    async fn found(conn: &mut Conn, sealer: &Sealer, center: Center, wanted: String) -> Result<Self> {
        let mut people = people::queries::search(conn, sealer, center.id(), &wanted, PAGE as usize).await?;
        if people.is_empty() {
            people.extend(queries::holder(conn, sealer, center.id(), &wanted).await?);
        }
        let (total, among) = (people.len() as i64, CardsAmong::default());
        Self { center, people, cards: HashMap::new(), total, page: 1, among, wanted: Some(wanted), form: Form::new() }
            .with_cards(conn)
            .await
    }

    async fn with_cards(self, conn: &mut Conn) -> Result<Self> {
        let cards = queries::of_people(conn, self.people.iter().map(|person| person.id)).await?;
        Ok(Self { cards, ..self })
    }

    fn path(&self) -> String {
        self.center.path("/cards")
    }

    fn card(&self, person: &PersonRow) -> Option<&Card> {
        self.cards.get(&person.id)
    }

    fn is_everyone(&self) -> bool {
        self.wanted.is_none() && self.among == CardsAmong::default()
    }

    fn is_cut(&self) -> bool {
        self.wanted.is_some() && self.people.len() as i64 == PAGE
    }

    /// The rest of the address of another page of the same list.
    fn same_list(&self) -> &'static str {
        match self.among {
            CardsAmong { without: true, .. } => "&without",
            CardsAmong { serving: true, .. } => "&serving",
            CardsAmong { .. } => "",
        }
    }

    fn has_next(&self) -> bool {
        self.page < pages(self.total)
    }

    fn is_one_page(&self) -> bool {
        self.wanted.is_some() || pages(self.total) == 1
    }
}

/// The pages that `total` people take, at least one.
fn pages(total: i64) -> i64 {
    (total + PAGE - 1).max(PAGE) / PAGE
}

impl View for CardsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("cards.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::People)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }

    fn is_answer(&self) -> bool {
        self.wanted.is_some()
    }
}

#[get("/centers/<center>/cards?<page>&<without>&<serving>")]
async fn list(
    by: Coordinator,
    db: &Db,
    center: CenterId,
    page: Option<i64>,
    without: Option<&str>,
    serving: Option<&str>,
) -> Result<Page<CardsPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let among = CardsAmong { without: without.is_some(), serving: serving.is_some() };
    Ok(Page(CardsPage::load(&mut conn, center, among, page.unwrap_or(1)).await?))
}

/// A name or number is no part of an address: the search is posted; it changes nothing.
#[post("/centers/<center>/cards/search", data = "<fields>")]
async fn search(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    center: CenterId,
    fields: Fields,
) -> Result<Page<CardsPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let wanted: String = fields.get("q").chars().take(people::queries::SEARCHED).collect();
    Ok(Page(CardsPage::found(&mut conn, sealer, center, wanted).await?))
}

/// Those who were ticked, or all that the page showed, get a card who have none; the sheet has the cards of them all.
#[post("/centers/<center>/cards", data = "<fields>")]
async fn issue_several(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    fields: Fields,
) -> Result<Submitted<CardsPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let people = forms::card_holders(&fields, PAGE)?;
        let mut tx = db.begin().await?;
        let cards = actions::issue(&by, now, &mut tx, sealer, &center, &people).await?;
        tx.commit().await?;
        Ok::<_, Error>(cards)
    };
    Submitted::of(made.await.map(|cards| sheet::path(center.id(), &cards)), "done.cards_issued", async |errors| {
        let form = Form::again(fields, errors);
        let list = CardsPage::load(&mut *db.read().await?, center, CardsAmong::default(), 1).await?;
        Ok(CardsPage { form, ..list })
    })
    .await
}

/// One person's cards.
#[derive(Template)]
#[template(path = "check_in/cards/person.html")]
struct PersonCards {
    center: Center,
    person: Person,
    cards: Vec<Card>,
    form: Form,
}

impl PersonCards {
    fn path(&self) -> String {
        person_path(self.center.id(), self.person.id)
    }

    fn good(&self) -> Option<&Card> {
        self.cards.iter().find(|card| card.is_good())
    }

    fn sheet(&self, card: &Card) -> String {
        sheet::path(self.center.id(), &[card.id])
    }
}

impl View for PersonCards {
    fn title(&self, lang: Lang) -> String {
        format!("{} · {}", self.person.name, lang.text("cards.card"))
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::People)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

fn person_path(center: CenterId, person: PersonId) -> String {
    center.path(format_args!("/people/{person}/card"))
}

#[get("/centers/<center>/people/<id>/card")]
async fn show(by: Coordinator, db: &Db, center: CenterId, id: PersonId) -> Result<Page<PersonCards>> {
    let mut conn = db.read().await?;
    let (center, person) = open_in(&by, &mut conn, center, id).await?;
    let cards = queries::of_person(&mut conn, person.id).await?;
    Ok(Page(PersonCards { center, person, cards, form: Form::new() }))
}

#[post("/centers/<center>/people/<id>/card")]
async fn issue(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (center, person) = open_in(&by, &mut tx, center, id).await?;
    actions::issue(&by, now, &mut tx, sealer, &center, &[person.id]).await?;
    tx.commit().await?;
    Ok(Done::to(person_path(center.id(), id), "done.card_issued"))
}

/// How taking a card back ends: at the person's cards, with a word or with what is wrong.
async fn answer(
    db: &Db,
    (center, person): (Center, Person),
    fields: Fields,
    made: Result<&'static str>,
) -> Result<Submitted<PersonCards>> {
    let made = made.map(|flash| (person_path(center.id(), person.id), flash));
    Submitted::with_word(made, async |errors| {
        let form = Form::again(fields, errors);
        let cards = queries::of_person(&mut *db.read().await?, person.id).await?;
        Ok(PersonCards { center, person, cards, form })
    })
    .await
}

#[post("/centers/<center>/people/<id>/card/revocation", data = "<fields>")]
async fn revoke(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: PersonId,
    fields: Fields,
) -> Result<Submitted<PersonCards>> {
    let opened = open_in(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let reason = forms::reason(&fields)?;
        let mut tx = db.begin().await?;
        actions::revoke(&by, now, &mut tx, &opened.0, opened.1.id, &reason).await?;
        tx.commit().await?;
        Ok("done.card_revoked")
    };
    let made = made.await;
    answer(db, opened, fields, made).await
}

#[post("/centers/<center>/people/<id>/card/replacement", data = "<fields>")]
async fn replace(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    fields: Fields,
) -> Result<Submitted<PersonCards>> {
    let opened = open_in(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let reason = forms::reason(&fields)?;
        let mut tx = db.begin().await?;
        actions::replace(&by, now, &mut tx, sealer, &opened.0, (opened.1.id, &reason)).await?;
        tx.commit().await?;
        Ok("done.card_replaced")
    };
    let made = made.await;
    answer(db, opened, fields, made).await
}
