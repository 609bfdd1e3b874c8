//! One person's page, and the form.

use askama::Template;
use chrono::NaiveDateTime;
use rocket::{Route, State, get, post, routes};

use super::groups::{self, Membership, PriorityGroup};
use super::queries::{TeamOf, Visit};
use super::rules::{IdNumber, Phone};
use super::{Person, PersonId, SealedNumber, Sex, actions, forms, queries};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::check_in::cards::{self, Card};
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, Result};
use crate::store::{Conn, Db, Sealer};
use crate::web::fields::parse;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

/// The latest attendances that a person's page shows.
const VISITS: i64 = 30;

pub(super) fn routes() -> Vec<Route> {
    routes![new, create, show, edit, update, reveal, grant, end, void]
}

fn is_overtaken(form: &Form) -> bool {
    form.refusal().is_some_and(|refusal| refusal.code == "person_changed")
}

/// The form of a person, new (`person` is none) or known.
#[derive(Template)]
#[template(path = "people/form.html")]
struct PersonForm {
    center: Center,
    person: Option<Person>,
    form: Form,
}

impl PersonForm {
    fn sexes(&self) -> &'static [Sex] {
        Sex::ALL
    }

    fn granted(&self) -> [PriorityGroup; 2] {
        forms::GRANTED
    }

    /// The name of a field of a granted group, `needy.document`.
    fn field(&self, group: &PriorityGroup, name: &str) -> String {
        format!("{group}.{name}")
    }

    /// True if somebody changed the person while this form was open.
    fn is_overtaken(&self) -> bool {
        is_overtaken(&self.form)
    }

    /// What the form was filled from; once its reader was told of another change, what is there now.
    fn version(&self) -> String {
        match &self.person {
            Some(person) if self.is_overtaken() => person.version.to_string(),
            _ => self.form.value("version").to_owned(),
        }
    }

    /// The person who has this name and phone already, if that is what is wrong.
    fn double(&self) -> Option<&str> {
        let refusal = self.form.refusal().filter(|refusal| refusal.code == "person_enrolled")?;
        Some(refusal.args.first().map_or("", |(_, id)| id.as_str()))
    }
}

impl View for PersonForm {
    fn title(&self, lang: Lang) -> String {
        self.person.as_ref().map_or_else(|| lang.text("people.new"), |person| person.name.clone())
    }

    fn frame(&self) -> Frame<'_> {
        Frame::Center(&self.center.head, Tab::People)
    }
}

#[get("/centers/<center>/people/new")]
async fn new(by: Coordinator, db: &Db, center: CenterId) -> Result<Page<PersonForm>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    Ok(Page(PersonForm { center, person: None, form: Form::new() }))
}

#[post("/centers/<center>/people", data = "<fields>")]
async fn create(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    fields: Fields,
) -> Result<Submitted<PersonForm>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let input = forms::person(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        let id = actions::register(&by, now, &mut tx, sealer, &center, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(id)
    };
    match made.await {
        Ok(id) => Ok(Submitted::done(format!("/centers/{}/people/{id}", center.id()), "done.person_registered")),
        Err(error) => {
            let form = Form::again(fields, error.into_field_errors()?);
            Ok(Submitted::again(PersonForm { center, person: None, form }))
        }
    }
}

/// One person: what is known, the groups, when they came, where they serve.
#[derive(Template)]
#[template(path = "people/show.html")]
struct PersonPage {
    center: Center,
    person: Person,
    phone: Option<String>,
    id_number: Option<String>,
    memberships: Vec<Membership>,
    groups: Vec<PriorityGroup>,
    visits: Vec<Visit>,
    teams: Vec<TeamOf>,
    /// The latest card, good or not.
    card: Option<Card>,
    today: Date,
    /// A number shown in full, this once.
    revealed: Option<(SealedNumber, String)>,
    revealing: Form,
    granting: Form,
    ending: Form,
}

impl PersonPage {
    async fn load(
        by: &Coordinator,
        conn: &mut Conn,
        now: Now,
        sealer: &Sealer,
        center: Center,
        person: Person,
    ) -> Result<Self> {
        let today = center.zone.date(now.0);
        let memberships = groups::memberships(conn, person.id).await?;
        let bands = groups::age_bands(conn, today).await?;
        Ok(Self {
            phone: person.phone(sealer).map(|phone| phone.masked()),
            id_number: person.id_number(sealer).map(|number| number.masked()),
            groups: groups::groups_on(person.birth_date, &memberships, bands, today).iter().collect(),
            visits: queries::visits(by, conn, center.id(), person.id, VISITS).await?,
            teams: queries::teams(conn, center.id(), person.id).await?,
            card: cards::queries::of_person(conn, person.id).await?.into_iter().next(),
            center,
            person,
            revealed: None,
            revealing: Form::new(),
            granting: Form::new(),
            ending: Form::filled(last_days(&memberships, today)),
            memberships,
            today,
        })
    }

    fn field(&self, name: &str, membership: impl std::fmt::Display) -> String {
        format!("{name}.{membership}")
    }

    fn local(&self, at: &Timestamp) -> NaiveDateTime {
        self.center.zone.local(*at)
    }

    fn age(&self) -> Option<u32> {
        self.today.0.years_since(self.person.birth_date?.0)
    }

    fn granted(&self) -> [PriorityGroup; 2] {
        forms::GRANTED
    }

    fn holds_now(&self, membership: &Membership) -> bool {
        membership.holds_on(self.today)
    }

    /// The number in full if it was just revealed.
    fn full(&self, which: &str) -> Option<&str> {
        self.revealed.as_ref().filter(|(number, _)| number.code() == which).map(|(_, text)| text.as_str())
    }
}

impl View for PersonPage {
    fn title(&self, _: Lang) -> String {
        self.person.name.clone()
    }

    fn frame(&self) -> Frame<'_> {
        Frame::Center(&self.center.head, Tab::People)
    }
}

async fn open(by: &Coordinator, db: &Db, center: CenterId, id: PersonId) -> Result<(Center, Person)> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(by, &mut conn, center).await?;
    let person = queries::find(&mut conn, center.id(), id).await?;
    Ok((center, person))
}

#[get("/centers/<center>/people/<id>", rank = 2)]
async fn show(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
) -> Result<Page<PersonPage>> {
    let (center, person) = open(&by, db, center, id).await?;
    Ok(Page(PersonPage::load(&by, &mut *db.read().await?, now, sealer, center, person).await?))
}

/// What the form is filled with. Phone and ID number are not sent to the browser: an empty field keeps them.
fn kept(person: &Person) -> [(&'static str, String); 5] {
    [
        ("name", person.name.clone()),
        ("sex", person.sex.map_or("", Sex::code).to_owned()),
        ("birth_date", person.birth_date.map(|date| date.to_string()).unwrap_or_default()),
        ("address", person.address.clone().unwrap_or_default()),
        ("note", person.note.clone().unwrap_or_default()),
    ]
}

#[get("/centers/<center>/people/<id>/edit")]
async fn edit(by: Coordinator, db: &Db, center: CenterId, id: PersonId) -> Result<Page<PersonForm>> {
    let (center, person) = open(&by, db, center, id).await?;
    let values = Fields::default().with("version", person.version);
    let values = kept(&person).into_iter().fold(values, |values, (name, value)| values.with(name, value));
    Ok(Page(PersonForm { center, person: Some(person), form: Form::filled(values) }))
}

/// What is known of the person now and was entered differently, in the reader's words and the numbers masked. Of a
/// number that was left empty nothing changes.
fn differing(person: &Person, sealer: &Sealer, entered: &Fields, lang: Lang) -> Fields {
    let mut differing = Fields::default();
    let mut compare = |name: &str, differs: bool, text: String| {
        if differs {
            differing.add(name, &text);
        }
    };
    for (name, now) in kept(person) {
        let text = match name {
            "sex" => person.sex.map(|sex| lang.text(sex.key())).unwrap_or_default(),
            "birth_date" => person.birth_date.map(|date| filters::plain_date(lang, date.0)).unwrap_or_default(),
            _ => now.clone(),
        };
        compare(name, entered.get(name).replace("\r\n", "\n") != now, text);
    }
    let (phone, number) = (person.phone(sealer), person.id_number(sealer));
    let taken_out = |flag: &str| entered.has(flag, "1");
    let other = match entered.get("phone") {
        "" => taken_out("forget_phone") && phone.is_some(),
        text => Phone::parse(text).ok() != phone,
    };
    compare("phone", other, phone.map(|phone| phone.masked()).unwrap_or_default());
    let other = match entered.get("id_number") {
        "" => taken_out("forget_id_number") && number.is_some(),
        text => IdNumber::parse(text).ok() != number,
    };
    compare("id_number", other, number.map(|number| number.masked()).unwrap_or_default());
    differing
}

#[post("/centers/<center>/people/<id>", data = "<fields>", rank = 2)]
#[allow(clippy::too_many_arguments)] // guards and path
async fn update(
    by: Coordinator,
    lang: Lang,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    fields: Fields,
) -> Result<Submitted<PersonForm>> {
    let (center, person) = open(&by, db, center, id).await?;
    let made = async {
        let revision = forms::revision(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        actions::revise(&by, now, &mut tx, sealer, &center, &person, &revision).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    match made.await {
        Ok(()) => Ok(Submitted::done(format!("/centers/{}/people/{id}", center.id()), "done.saved")),
        Err(error) => {
            // As they are now: whoever saves once more has been told.
            let person = queries::find(&mut *db.read().await?, center.id(), id).await?;
            let form = Form::again(fields.clone(), error.into_field_errors()?);
            let form = if is_overtaken(&form) { form.beside(differing(&person, sealer, &fields, lang)) } else { form };
            Ok(Submitted::again(PersonForm { center, person: Some(person), form }))
        }
    }
}

/// The answer is the person's page with the number in full, this once: nothing to bookmark, nothing to reload by accident.
#[post("/centers/<center>/people/<id>/reveals", data = "<fields>")]
async fn reveal(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    fields: Fields,
) -> Result<Result<Page<PersonPage>, Submitted<PersonPage>>> {
    let (center, person) = open(&by, db, center, id).await?;
    let shown = async {
        let mut read = fields.read();
        let which: Option<SealedNumber> = read.required("which", parse::choice);
        let reason = read.required("reason", parse::line(80));
        let (which, reason) = read.finish(|| Some((which?, reason?)))?;
        let mut tx = db.begin().await?;
        let number = super::reveal(&by, now, &mut tx, sealer, (&center, id), which, &reason).await?;
        tx.commit().await?;
        Ok::<_, Error>((which, number))
    };
    let shown = shown.await;
    let mut page = PersonPage::load(&by, &mut *db.read().await?, now, sealer, center, person).await?;
    match shown {
        Ok(revealed) => {
            page.revealed = Some(revealed);
            Ok(Ok(Page(page)))
        }
        Err(error) => {
            page.revealing = Form::again(fields, error.into_field_errors()?);
            Ok(Err(Submitted::again(page)))
        }
    }
}

#[post("/centers/<center>/people/<id>/memberships", data = "<fields>")]
async fn grant(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    fields: Fields,
) -> Result<Submitted<PersonPage>> {
    let (center, person) = open(&by, db, center, id).await?;
    let made = async {
        let input = forms::membership(&fields)?;
        let mut tx = db.begin().await?;
        actions::grant_membership(&by, now, &mut tx, &center, id, &input).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    match made.await {
        Ok(()) => Ok(Submitted::done(format!("/centers/{}/people/{id}", center.id()), "done.membership_granted")),
        Err(error) => {
            let mut page = PersonPage::load(&by, &mut *db.read().await?, now, sealer, center, person).await?;
            page.granting = Form::again(fields, error.into_field_errors()?);
            Ok(Submitted::again(page))
        }
    }
}

#[post("/centers/<center>/people/<id>/memberships/<membership>/ending", data = "<fields>")]
#[allow(clippy::too_many_arguments)] // guards and path
async fn end(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    membership: i64,
    fields: Fields,
) -> Result<Submitted<PersonPage>> {
    let opened = open(&by, db, center, id).await?;
    let made = async {
        let name = format!("valid_to.{membership}");
        let mut read = fields.read();
        let last_day = read.required(&name, parse::date);
        let last_day = read.finish(|| last_day)?;
        let mut tx = db.begin().await?;
        let ended = actions::end_membership(&by, now, &mut tx, &opened.0, id, membership, last_day).await;
        ended.map_err(|error| error.in_field("valid_to", &name))?;
        tx.commit().await?;
        Ok("done.membership_ended")
    };
    let made = made.await;
    changed(&by, db, now, sealer, opened, fields, made).await
}

#[post("/centers/<center>/people/<id>/memberships/<membership>/void", data = "<fields>")]
#[allow(clippy::too_many_arguments)] // guards and path
async fn void(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    membership: i64,
    fields: Fields,
) -> Result<Submitted<PersonPage>> {
    let opened = open(&by, db, center, id).await?;
    let made = async {
        let mut read = fields.read();
        let reason = read.required(&format!("void.{membership}"), parse::line(80));
        let reason = read.finish(|| reason)?;
        let mut tx = db.begin().await?;
        actions::void_membership(&by, now, &mut tx, &opened.0, (id, membership), &reason).await?;
        tx.commit().await?;
        Ok("done.membership_voided")
    };
    let made = made.await;
    changed(&by, db, now, sealer, opened, fields, made).await
}

/// The person's page after one of the memberships was changed, or with what was sent and why it was not taken.
async fn changed(
    by: &Coordinator,
    db: &Db,
    now: Now,
    sealer: &Sealer,
    (center, person): (Center, Person),
    fields: Fields,
    made: Result<&'static str>,
) -> Result<Submitted<PersonPage>> {
    match made {
        Ok(flash) => Ok(Submitted::done(format!("/centers/{}/people/{}", center.id(), person.id), flash)),
        Err(error) => {
            let mut page = PersonPage::load(by, &mut *db.read().await?, now, sealer, center, person).await?;
            page.ending =
                Form::again(fields, error.into_field_errors()?).over(last_days(&page.memberships, page.today));
            Ok(Submitted::again(page))
        }
    }
}

/// Today, as each membership's last day.
fn last_days(memberships: &[Membership], today: Date) -> Fields {
    memberships.iter().fold(Fields::default(), |values, row| values.with(&format!("valid_to.{}", row.id), today))
}
