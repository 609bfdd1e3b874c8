//! Who may be one, two side by side, and what was made one.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::types::{Belongings, Double, Merge, MergeId, Stayed, ToldApart};
use super::{actions, forms, queries};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, Result};
use crate::people::merging::Differing;
use crate::people::{self, Person, PersonId, PersonRow, masked};
use crate::store::{Conn, Db, Sealer};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

/// Pairs on the list, and merges below it.
const PAGE: i64 = 50;

/// The most people that a search shows.
const CANDIDATES: usize = 12;

pub(super) fn routes() -> Vec<Route> {
    routes![doubles, seek, compare, candidates, merge, show, undo, tell_apart, ask_again]
}

/// People who may be one, those who were said to be two, and the latest merges.
#[derive(Template)]
#[template(path = "merges/list.html")]
struct DoublesPage {
    center: Center,
    doubles: Vec<Double>,
    told: Vec<ToldApart>,
    merges: Vec<Merge>,
}

impl DoublesPage {
    fn day(&self, at: &Timestamp) -> Date {
        self.center.zone.date(*at)
    }
}

impl View for DoublesPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("merges.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::People)
    }
}

#[get("/centers/<center>/doubles")]
async fn doubles(by: Coordinator, db: &Db, center: CenterId) -> Result<Page<DoublesPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let doubles = queries::doubles(&mut conn, center.id(), (0, PAGE)).await?;
    let told = queries::told_apart(&mut conn, center.id(), PAGE).await?;
    let merges = queries::list(&mut conn, center.id(), i64::MAX, PAGE).await?;
    Ok(Page(DoublesPage { center, doubles, told, merges }))
}

/// What is known of somebody, as the comparison shows it.
struct Side {
    person: Person,
    belongings: Belongings,
    facts: Vec<(Differing, Option<String>)>,
}

impl Side {
    async fn load(conn: &mut Conn, sealer: &Sealer, center: CenterId, person: Person, lang: Lang) -> Result<Self> {
        let belongings = queries::belongings(conn, center, person.id).await?;
        let said = |fact: &Differing| match fact {
            Differing::Name => Some(person.name.clone()),
            Differing::Sex => person.sex.map(|sex| lang.text(sex.key())),
            Differing::BirthDate => person.birth_date.map(|date| filters::plain_date(lang, date.0)),
            Differing::Residence => person.residence.map(|residence| lang.text(residence.key())),
            Differing::Languages => person.languages.clone(),
            Differing::Phone => person.phone(sealer).map(|phone| phone.masked()),
            Differing::IdNumber => person.id_number(sealer).map(|number| number.masked()),
            Differing::Address => person.address.clone(),
        };
        let facts = Differing::ALL.iter().map(|fact| (*fact, said(fact))).collect();
        Ok(Self { belongings, facts, person })
    }
}

/// A line of the comparison.
struct Compared<'a> {
    fact: Differing,
    one: Option<&'a str>,
    other: Option<&'a str>,
}

impl Compared<'_> {
    fn differ(&self) -> bool {
        self.one.is_some() && self.other.is_some() && self.one != self.other
    }
}

/// Somebody beside whom they may be one with; without the other a search for them.
#[derive(Template)]
#[template(path = "merges/compare.html")]
struct ComparePage {
    center: Center,
    one: Side,
    other: Option<Side>,
    /// What the center wrote down of both, opened: note, care, and a masked emergency contact.
    notes: [Vec<(&'static str, String)>; 2],
    form: Form,
    search: Form,
    /// Whom the search found; none before there was a search.
    found: Option<Vec<PersonRow>>,
}

fn notes(person: &Person, sealer: &Sealer) -> Vec<(&'static str, String)> {
    let notes = person.notes(sealer);
    let emergency = notes.emergency.as_deref().map(masked);
    let said = [("people.care", notes.care), ("people.note", notes.note), ("people.emergency", emergency)];
    said.into_iter().filter_map(|(key, text)| Some((key, text?))).collect()
}

impl ComparePage {
    async fn load(
        conn: &mut Conn,
        sealer: &Sealer,
        center: Center,
        (one, other): (PersonId, Option<PersonId>),
        lang: Lang,
    ) -> Result<Self> {
        let one = people::queries::find(conn, center.id(), one).await?;
        let one_notes = notes(&one, sealer);
        let one = Side::load(conn, sealer, center.id(), one, lang).await?;
        let (mut side, mut other_notes) = (None, Vec::new());
        if let Some(other) = other {
            let other = people::queries::find(conn, center.id(), other).await?;
            if other.id != one.person.id {
                other_notes = notes(&other, sealer);
                side = Some(Side::load(conn, sealer, center.id(), other, lang).await?);
            }
        }
        let (form, search) = (Form::new(), Form::new());
        Ok(Self { center, one, other: side, notes: [one_notes, other_notes], form, search, found: None })
    }

    fn compared(&self) -> Vec<Compared<'_>> {
        let Some(other) = &self.other else { return Vec::new() };
        let both = self.one.facts.iter().zip(&other.facts);
        let lines = both.map(|((fact, one), (_, other))| Compared {
            fact: *fact,
            one: one.as_deref(),
            other: other.as_deref(),
        });
        lines.filter(|line| line.one.is_some() || line.other.is_some()).collect()
    }

    fn is_taken(&self, fact: &Differing) -> bool {
        self.form.has("taken", fact.code())
    }

    /// What moves: of the one who leads to the other, with how many there are.
    fn moving(&self) -> Vec<(&'static str, i64, i64)> {
        let Some(other) = &self.other else { return Vec::new() };
        let (one, other) = (self.one.belongings, other.belongings);
        let lines = [
            ("merges.visits", one.visits, other.visits),
            ("merges.hours", one.hours_minutes, other.hours_minutes),
            ("merges.memberships", one.memberships, other.memberships),
            ("merges.teams", one.teams, other.teams),
            ("merges.posts", one.posts, other.posts),
            ("merges.homes", one.homes, other.homes),
            ("merges.cards", one.cards, other.cards),
            ("merges.phones", one.phones, other.phones),
            ("merges.elsewhere", one.elsewhere, other.elsewhere),
        ];
        lines.into_iter().filter(|(_, one, other)| *one != 0 || *other != 0).collect()
    }

    /// Whether both have an ID number, and another one: then they are hardly one.
    fn has_two_numbers(&self) -> bool {
        self.compared().iter().any(|line| line.fact == Differing::IdNumber && line.differ())
    }
}

impl View for ComparePage {
    fn title(&self, lang: Lang) -> String {
        lang.text("merges.compare")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::People)
    }

    fn refill(&mut self, typed: Fields) {
        match self.other {
            Some(_) => self.form = Form::filled(typed),
            None => self.search = Form::filled(typed),
        }
    }

    fn is_answer(&self) -> bool {
        self.found.is_some()
    }
}

#[get("/centers/<center>/doubles/<kept>")]
async fn seek(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    lang: Lang,
    center: CenterId,
    kept: PersonId,
) -> Result<Page<ComparePage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    Ok(Page(ComparePage::load(&mut conn, sealer, center, (kept, None), lang).await?))
}

#[get("/centers/<center>/doubles/<kept>/<merged>")]
async fn compare(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    lang: Lang,
    center: CenterId,
    kept: PersonId,
    merged: PersonId,
) -> Result<Page<ComparePage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    Ok(Page(ComparePage::load(&mut conn, sealer, center, (kept, Some(merged)), lang).await?))
}

/// A search is posted, for names and numbers do not belong in an address; it changes nothing.
#[post("/centers/<center>/doubles/<kept>/candidates", data = "<fields>")]
async fn candidates(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    lang: Lang,
    center: CenterId,
    kept: PersonId,
    fields: Fields,
) -> Result<Page<ComparePage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let mut page = ComparePage::load(&mut conn, sealer, center, (kept, None), lang).await?;
    let found = people::queries::search(&mut conn, sealer, page.center.id(), fields.get("q"), CANDIDATES + 1).await?;
    let others = found.into_iter().filter(|person| person.id != page.one.person.id);
    page.found = Some(others.take(CANDIDATES).collect());
    page.search = Form::filled(fields);
    Ok(Page(page))
}

#[post("/centers/<center>/doubles/<kept>/<merged>/merge", data = "<fields>")]
async fn merge(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    lang: Lang,
    center: CenterId,
    kept: PersonId,
    merged: PersonId,
    fields: Fields,
) -> Result<Submitted<ComparePage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let taken = forms::taken(&fields)?;
        let mut tx = db.begin().await?;
        let id = actions::merge(&by, now, &mut tx, sealer, &center, (kept, merged), &taken).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/merges/{id}")))
    };
    let made = made.await;
    Submitted::of(made, "done.merged", async |errors| {
        let mut page = ComparePage::load(&mut *db.read().await?, sealer, center, (kept, Some(merged)), lang).await?;
        page.form = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

/// One merge: who was made one with whom, and what stays where it is when that is taken back.
#[derive(Template)]
#[template(path = "merges/show.html")]
struct MergePage {
    center: Center,
    merge: Merge,
    stayed: Vec<Stayed>,
    form: Form,
}

impl View for MergePage {
    fn title(&self, lang: Lang) -> String {
        lang.text("merges.one")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::People)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

impl MergePage {
    fn day(&self, at: &Timestamp) -> Date {
        self.center.zone.date(*at)
    }

    async fn load(conn: &mut Conn, center: Center, id: MergeId) -> Result<Self> {
        let merge = queries::find(conn, center.id(), id).await?;
        let stayed = queries::stayed(conn, &merge).await?;
        Ok(Self { center, merge, stayed, form: Form::new() })
    }
}

#[get("/centers/<center>/merges/<id>")]
async fn show(by: Coordinator, db: &Db, center: CenterId, id: MergeId) -> Result<Page<MergePage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    Ok(Page(MergePage::load(&mut conn, center, id).await?))
}

#[post("/centers/<center>/merges/<id>/undoing", data = "<_fields>")]
async fn undo(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: MergeId,
    _fields: Fields,
) -> Result<Submitted<MergePage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let mut tx = db.begin().await?;
        let merge = queries::find(&mut tx, center.id(), id).await?;
        actions::undo(&by, now, &mut tx, sealer, &center, &merge).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/merges/{id}")))
    };
    let made = made.await;
    Submitted::of(made, "done.merge_undone", async |errors| {
        let mut page = MergePage::load(&mut *db.read().await?, center, id).await?;
        page.form = Form::again(Fields::default(), errors);
        Ok(page)
    })
    .await
}

#[post("/centers/<center>/doubles/apart", data = "<fields>")]
async fn tell_apart(by: Coordinator, db: &Db, now: Now, center: CenterId, fields: Fields) -> Result<Done> {
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    actions::tell_apart(&by, now, &mut tx, &center, forms::pair(&fields, "one", "other")?).await?;
    tx.commit().await?;
    Ok(Done::to(center.path("/doubles"), "done.told_apart"))
}

#[post("/centers/<center>/doubles/again", data = "<fields>")]
async fn ask_again(by: Coordinator, db: &Db, now: Now, center: CenterId, fields: Fields) -> Result<Done> {
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    actions::ask_again(&by, now, &mut tx, &center, forms::pair(&fields, "one", "other")?).await?;
    tx.commit().await?;
    Ok(Done::to(center.path("/doubles"), "done.asked_again"))
}
