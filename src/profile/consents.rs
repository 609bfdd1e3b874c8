//! What a person agreed to, on their page.

use rocket::form::{Form as Multipart, FromForm};
use rocket::{Route, State, get, post, routes};

use super::show::PersonPage;
use crate::auth::Coordinator;
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Now};
use crate::consents::{
    self, Consent, ConsentAnswer, ConsentId, ConsentMethod, ConsentState, Purpose, forms, queries, rules,
};
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::files::{self, FileAnswer, SentFile};
use crate::people::queries::open_in;
use crate::people::{Person, PersonId};
use crate::store::{Conn, Db, Sealer};
use crate::web::form::Done;
use crate::web::{Fields, Form, Submitted};

pub(super) fn routes() -> Vec<Route> {
    routes![give, withdraw, void, keep, show, remove]
}

/// How the person stands to a purpose, and what was said of it, the last first, each with the name of whoever agreed for them.
pub(super) struct PurposeLine {
    pub purpose: Purpose,
    pub state: ConsentState,
    pub said: Vec<(Consent, Option<String>)>,
}

impl PurposeLine {
    pub(super) async fn of_person(
        conn: &mut Conn,
        sealer: &Sealer,
        center: CenterId,
        person: PersonId,
    ) -> Result<Vec<Self>> {
        let said = queries::of_person(conn, center, person).await?;
        let line = |purpose: Purpose| {
            let said: Vec<&Consent> = said.iter().filter(|one| one.purpose == purpose).collect();
            let state = rules::state(said.iter().copied());
            let said = said.into_iter().rev().map(|one| (one.clone(), one.guardian(sealer))).collect();
            Self { purpose, state, said }
        };
        Ok(Purpose::ANSWERED.into_iter().map(line).collect())
    }

    /// The class of the state's badge.
    pub fn badge(&self) -> &'static str {
        match self.state {
            ConsentState::Given => "ok",
            ConsentState::Withdrawn | ConsentState::Declined => "bad",
            ConsentState::NeedsGuardian => "warn",
            ConsentState::Unasked => "plain",
        }
    }

    /// Whether there is a yes to take back.
    pub fn may_be_taken_back(&self) -> bool {
        self.said.iter().any(|(one, _)| one.stands())
    }

    /// A field of the form that takes it back.
    pub fn field(&self, name: &str) -> String {
        format!("{name}.{}", self.purpose)
    }
}

/// The form of an answer: said to a worker today.
pub(super) fn proposed(today: Date) -> Form {
    let fields = Fields::default().with("answer", ConsentAnswer::Given).with("given_method", ConsentMethod::Spoken);
    Form::filled(fields.with("given_on", today))
}

/// The forms that take a yes back: today.
pub(super) fn taken_back_today(today: Date) -> Form {
    Form::filled(today_of_each(today))
}

fn today_of_each(today: Date) -> Fields {
    let day = |fields: Fields, purpose: &Purpose| fields.with(&format!("withdrawn_on.{purpose}"), today);
    Purpose::ANSWERED.iter().fold(Fields::default(), day)
}

#[post("/centers/<center>/people/<id>/consents", data = "<fields>")]
async fn give(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    fields: Fields,
) -> Result<Submitted<PersonPage>> {
    let (center, person) = open_in(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let input = forms::consent(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        consents::give(&by, now, &mut tx, sealer, (&center, person.id), &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(back(&center, person.id))
    };
    Submitted::of(made.await, "done.consent_recorded", async |errors| {
        let mut page = PersonPage::load(&by, &mut *db.read().await?, now, sealer, center, person).await?;
        page.asking = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

fn back(center: &Center, person: PersonId) -> String {
    center.path(format_args!("/people/{person}#consents"))
}

#[post("/centers/<center>/people/<id>/consents/withdrawal", data = "<fields>")]
async fn withdraw(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    fields: Fields,
) -> Result<Submitted<PersonPage>> {
    let opened = open_in(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let suffix = format!(".{}", fields.get("purpose"));
        let input = forms::withdrawal(&fields, &suffix, opened.0.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        let withdrawn = consents::withdraw(&by, now, &mut tx, (&opened.0, opened.1.id), &input).await;
        withdrawn.map_err(|error| error.in_field("withdrawn_on", &format!("withdrawn_on{suffix}")))?;
        tx.commit().await?;
        Ok("done.consent_withdrawn")
    };
    let made = made.await;
    changed(&by, db, now, sealer, opened, fields, made).await
}

#[post("/centers/<center>/people/<id>/consents/<consent>/void", data = "<fields>")]
async fn void(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    consent: ConsentId,
    fields: Fields,
) -> Result<Submitted<PersonPage>> {
    let opened = open_in(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let reason = forms::void_reason(&fields, &format!("void_consent.{consent}"))?;
        let mut tx = db.begin().await?;
        consents::void(&by, now, &mut tx, (&opened.0, opened.1.id), consent, &reason).await?;
        tx.commit().await?;
        Ok("done.consent_voided")
    };
    let made = made.await;
    changed(&by, db, now, sealer, opened, fields, made).await
}

/// The person's page after an answer was taken back or voided, or with what was sent and why it was not taken.
async fn changed(
    by: &Coordinator,
    db: &Db,
    now: Now,
    sealer: &Sealer,
    (center, person): (Center, Person),
    fields: Fields,
    made: Result<&'static str>,
) -> Result<Submitted<PersonPage>> {
    let made = made.map(|flash| (back(&center, person.id), flash));
    Submitted::with_word(made, async |errors| {
        let today = center.zone.date(now.0);
        let mut page = PersonPage::load(by, &mut *db.read().await?, now, sealer, center, person).await?;
        page.taking_back = Form::again(fields, errors).over(today_of_each(today));
        Ok(page)
    })
    .await
}

#[derive(FromForm)]
struct SignedPaper {
    paper: SentFile,
}

#[post("/centers/<center>/people/<id>/consents/<consent>/paper", data = "<sent>")]
async fn keep(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    consent: ConsentId,
    sent: rocket::form::Result<'_, Multipart<SignedPaper>>,
) -> Result<Submitted<PersonPage>> {
    let opened = open_in(&by, &mut *db.read().await?, center, id).await?;
    queries::paper(&mut *db.read().await?, (opened.0.id(), opened.1.id), consent).await?;
    let field = format!("paper_of.{consent}");
    let made = async {
        let missing = |_| Error::Invalid(FieldErrors::one(&field, Fault::new("field.required")));
        let scan = sent.map_err(missing)?.into_inner().paper.checked(&field, consents::api::PAPERS).await?;
        let mut tx = db.begin().await?;
        consents::keep_paper(&by, now, &mut tx, sealer, (&opened.0, opened.1.id), consent, Some(&scan)).await?;
        tx.commit().await?;
        Ok("done.paper_kept")
    };
    let made = made.await;
    changed(&by, db, now, sealer, opened, Fields::default(), made).await
}

#[get("/centers/<center>/people/<id>/consents/<consent>/paper/file")]
async fn show(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    consent: ConsentId,
) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let (center, person) = open_in(&by, &mut conn, center, id).await?;
    let paper = queries::paper(&mut conn, (center.id(), person.id), consent).await?.ok_or(Error::NotFound)?;
    Ok(FileAnswer::shown(files::read(&mut conn, sealer, paper).await?))
}

#[post("/centers/<center>/people/<id>/consents/<consent>/paper/removal")]
async fn remove(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    consent: ConsentId,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (center, person) = open_in(&by, &mut tx, center, id).await?;
    queries::paper(&mut tx, (center.id(), person.id), consent).await?.ok_or(Error::NotFound)?;
    consents::keep_paper(&by, now, &mut tx, sealer, (&center, person.id), consent, None).await?;
    tx.commit().await?;
    Ok(Done::to(back(&center, id), "done.paper_removed"))
}
