//! The form of a person; of somebody new with whom they live, so that a household is registered one after the other.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::consents::{self, ConsentMethod, ConsentText, Guardianship, Purpose};
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::households::{self, Relation};
use crate::people::groups::PriorityGroup;
use crate::people::queries::{self, Marks};
use crate::people::{
    self, IdNumber, Person, PersonId, PersonInput, PersonRow, PhoneNumber, Residence, Sex, forms, masked,
};
use crate::store::{Conn, Db, Sealer};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![new, create, edit, update]
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
    /// Whom the name may mean.
    namesakes: Vec<PersonRow>,
    /// Who was registered just before, with whom somebody new may live.
    beside: Option<PersonRow>,
    /// What somebody new is asked to agree to.
    texts: Vec<ConsentText>,
}

impl PersonForm {
    fn residences(&self) -> &'static [Residence] {
        Residence::ALL
    }

    fn sexes(&self) -> &'static [Sex] {
        Sex::ALL
    }

    /// What somebody new can be to whom they live with.
    fn relations(&self) -> impl Iterator<Item = &'static Relation> {
        Relation::ALL.iter().filter(|relation| **relation != Relation::Head)
    }

    fn granted(&self) -> [PriorityGroup; 2] {
        forms::GRANTED
    }

    fn methods(&self) -> &'static [ConsentMethod] {
        &ConsentMethod::NOTED
    }

    fn guardianships(&self) -> &'static [Guardianship] {
        Guardianship::ALL
    }

    /// The name of the box that says yes to a text.
    fn agreed(&self, text: &ConsentText) -> String {
        format!("consent.{}", text.purpose)
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
        self.center.frame(Tab::People)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

/// Who was registered before the one whose form is asked for, as far as the center knows them.
async fn known(conn: &mut Conn, center: CenterId, beside: Option<PersonId>) -> Result<Option<Person>> {
    let Some(beside) = beside else { return Ok(None) };
    match queries::find(conn, center, beside).await {
        Err(Error::NotFound) => Ok(None),
        found => found.map(Some),
    }
}

/// The words of today that a worker asks somebody new to agree to.
async fn words_of(conn: &mut Conn, today: Date) -> Result<Vec<ConsentText>> {
    let mut texts = consents::queries::texts_on(conn, today).await?;
    texts.retain(|text| Purpose::ASKED.contains(&text.purpose));
    texts.sort_by_key(|text| text.purpose);
    Ok(texts)
}

/// `beside` is who was registered just before: their address is proposed.
#[get("/centers/<center>/people/new?<beside>")]
async fn new(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    beside: Option<PersonId>,
) -> Result<Page<PersonForm>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let beside = known(&mut conn, center.id(), beside).await?;
    let mut fields = Fields::default();
    if let Some(beside) = &beside {
        fields.add("beside", &beside.id.to_string());
        fields.add("address", beside.address.as_deref().unwrap_or_default());
    }
    let beside = beside.map(PersonRow::from);
    let texts = words_of(&mut conn, center.zone.date(now.0)).await?;
    let form = Form::filled(fields);
    Ok(Page(PersonForm { center, person: None, form, namesakes: Vec::new(), beside, texts }))
}

/// With whom somebody new lives, and as what.
struct Beside {
    person: PersonId,
    relation: Relation,
}

/// Fields `beside` and `lives_with` (a relation), where they live together.
fn beside(fields: &Fields) -> Result<Option<Beside>> {
    let mut read = fields.read();
    let person = read.optional("beside", parse::choice);
    let relation = read.optional("lives_with", parse::choice);
    read.finish(|| {
        let (person, relation): (Option<PersonId>, Option<Relation>) = (person?, relation?);
        Some(person.zip(relation).map(|(person, relation)| Beside { person, relation }))
    })
}

/// As `forms::person` and `consents::forms::at_registration`, and `beside lives_with`; with `next` another form follows.
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
        let agreed = consents::forms::at_registration(&fields, center.zone.date(now.0))?;
        let home = beside(&fields)?;
        let mut tx = db.begin().await?;
        let id = people::register(&by, now, &mut tx, sealer, &center, &input).await?;
        for consent in &agreed {
            consents::give(&by, now, &mut tx, sealer, (&center, id), consent).await?;
        }
        if let Some(Beside { person, relation }) = home {
            let joined = households::join(&by, now, &mut tx, &center, (id, relation), person).await;
            joined.map_err(|error| error.in_field("moved_in", "lives_with"))?;
        }
        tx.commit().await?;
        Ok::<_, Error>(match fields.has("next", "1") {
            // All of a family are somebody to the same one.
            true => center.path(format_args!("/people/new?beside={}", home.map_or(id, |home| home.person))),
            false => center.path(format_args!("/people/{id}")),
        })
    };
    Submitted::of(made.await, "done.person_registered", async |errors| {
        let asked = errors.whole.as_ref().is_some_and(|refusal| refusal.code == "name_known");
        let namesakes = match forms::person(&fields, center.zone.date(now.0)) {
            Ok(input) if asked => namesakes(db, center.id(), &input).await?,
            _ => Vec::new(),
        };
        let beside = fields.get("beside").parse().ok();
        let mut conn = db.read().await?;
        let beside = known(&mut conn, center.id(), beside).await?.map(PersonRow::from);
        let texts = words_of(&mut conn, center.zone.date(now.0)).await?;
        Ok(PersonForm { center, person: None, form: Form::again(fields, errors), namesakes, beside, texts })
    })
    .await
}

async fn namesakes(db: &Db, center: CenterId, input: &PersonInput) -> Result<Vec<PersonRow>> {
    let facts = &input.facts;
    let (phone, id_number) = (facts.phone.is_some(), facts.id_number.is_some());
    let told = Marks { phone, id_number, birth_date: facts.birth_date };
    queries::namesakes(&mut *db.read().await?, center, &facts.name, told).await
}

#[get("/centers/<center>/people/<id>/edit")]
async fn edit(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
) -> Result<Page<PersonForm>> {
    let (center, person) = queries::open_in(&by, &mut *db.read().await?, center, id).await?;
    let values = person.as_fields(sealer).with("version", person.version);
    Ok(Page(PersonForm {
        center,
        person: Some(person),
        form: Form::filled(values),
        namesakes: Vec::new(),
        beside: None,
        texts: Vec::new(),
    }))
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
    let known = person.as_fields(sealer);
    for name in known.names() {
        let now = known.get(name);
        let text = match name {
            "residence" => person.residence.map(|residence| lang.text(residence.key())).unwrap_or_default(),
            "sex" => person.sex.map(|sex| lang.text(sex.key())).unwrap_or_default(),
            "birth_date" => person.birth_date.map(|date| filters::plain_date(lang, date.0)).unwrap_or_default(),
            _ => now.to_owned(),
        };
        compare(name, entered.get(name) != now, text);
    }
    let (phone, number) = (person.phone(sealer), person.id_number(sealer));
    let taken_out = |flag: &str| entered.has(flag, "1");
    let other = match entered.get("phone") {
        "" => taken_out("forget_phone") && phone.is_some(),
        text => PhoneNumber::parse(text).ok() != phone,
    };
    compare("phone", other, phone.map(|phone| phone.masked()).unwrap_or_default());
    let other = match entered.get("id_number") {
        "" => taken_out("forget_id_number") && number.is_some(),
        text => IdNumber::parse(text).ok() != number,
    };
    compare("id_number", other, number.map(|number| number.masked()).unwrap_or_default());
    let contact = person.notes(sealer).emergency;
    let other = match entered.get("emergency") {
        "" => taken_out("forget_emergency") && contact.is_some(),
        text => Some(text) != contact.as_deref(),
    };
    compare("emergency", other, contact.map(|text| masked(&text)).unwrap_or_default());
    differing
}

#[post("/centers/<center>/people/<id>", data = "<fields>", rank = 2)]
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
    let (center, person) = queries::open_in(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let revision = forms::revision(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        people::revise(&by, now, &mut tx, sealer, &center, &person, &revision).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(made.await.map(|()| center.path(format_args!("/people/{id}"))), "done.saved", async |errors| {
        // As they are now: whoever saves once more has been told.
        let person = queries::find(&mut *db.read().await?, center.id(), id).await?;
        let form = Form::again(fields.clone(), errors);
        let form = if is_overtaken(&form) { form.beside(differing(&person, sealer, &fields, lang)) } else { form };
        let (namesakes, texts) = (Vec::new(), Vec::new());
        Ok(PersonForm { center, person: Some(person), form, namesakes, beside: None, texts })
    })
    .await
}
