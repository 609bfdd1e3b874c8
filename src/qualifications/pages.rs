//! What a person is qualified for: the list of certificates, and the forms.

use askama::Template;
use rocket::form::{Form as Multipart, FromForm};
use rocket::{Route, State, get, post, routes};

use super::types::{Certificate, CheckedHow, QualificationId, QualificationKind, QualificationState};
use super::{actions, forms, queries, rules};
use crate::auth::Coordinator;
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::files::{self, FileAnswer, FileKind, SentFile};
use crate::people::queries::open_in;
use crate::people::{Person, PersonId};
use crate::store::{Conn, Db, Sealer};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

/// The kinds of files that a scan of a certificate may be.
pub(super) const PAPERS: &[FileKind] = &[FileKind::Jpeg, FileKind::Png, FileKind::Pdf];

pub(super) fn routes() -> Vec<Route> {
    routes![show, record, confirm, void, keep, paper]
}

#[derive(Template)]
#[template(path = "qualifications/person.html")]
struct QualificationsPage {
    center: Center,
    person: Person,
    certificates: Vec<Certificate>,
    kinds: Vec<QualificationKind>,
    today: Date,
    /// A new certificate's, and those of what is done with one.
    form: Form,
    changing: Form,
}

impl QualificationsPage {
    async fn load(conn: &mut Conn, now: Now, (center, person): (Center, Person)) -> Result<Self> {
        Ok(Self {
            certificates: queries::of_person(conn, person.id).await?,
            kinds: queries::kinds(conn).await?,
            today: center.zone.date(now.0),
            center,
            person,
            form: Form::new(),
            changing: Form::new(),
        })
    }

    fn state(&self, one: &Certificate) -> QualificationState {
        rules::state(one, self.today)
    }

    fn ways(&self) -> &'static [CheckedHow] {
        CheckedHow::ALL
    }

    fn field(&self, name: &str, one: &Certificate) -> String {
        format!("{name}.{}", one.id)
    }

    fn is_open(&self, one: &Certificate) -> bool {
        ["how", "void", "paper"].iter().any(|name| self.changing.fault(&self.field(name, one)).is_some())
    }
}

impl View for QualificationsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("qualifications.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::People)
    }

    fn refill(&mut self, typed: Fields) {
        if typed.names().any(|name| name.contains('.')) {
            self.changing = Form::filled(typed);
        } else {
            self.form = Form::filled(typed);
        }
    }
}

fn back(center: &Center, person: PersonId) -> String {
    center.path(format_args!("/people/{person}/qualifications"))
}

#[get("/centers/<center>/people/<id>/qualifications")]
async fn show(by: Coordinator, db: &Db, now: Now, center: CenterId, id: PersonId) -> Result<Page<QualificationsPage>> {
    let mut conn = db.read().await?;
    let opened = open_in(&by, &mut conn, center, id).await?;
    Ok(Page(QualificationsPage::load(&mut conn, now, opened).await?))
}

#[post("/centers/<center>/people/<id>/qualifications", data = "<fields>")]
async fn record(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: PersonId,
    fields: Fields,
) -> Result<Submitted<QualificationsPage>> {
    let opened = open_in(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let input = forms::qualification(&fields, opened.0.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        actions::record(&by, now, &mut tx, (&opened.0, opened.1.id), &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(back(&opened.0, opened.1.id))
    };
    Submitted::of(made.await, "done.qualification_recorded", async |errors| {
        let mut page = QualificationsPage::load(&mut *db.read().await?, now, opened).await?;
        page.form = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

/// The page after something was done with a certificate, or with what was sent and why it was not taken.
async fn changed(
    db: &Db,
    now: Now,
    opened: (Center, Person),
    fields: Fields,
    made: Result<&'static str>,
) -> Result<Submitted<QualificationsPage>> {
    let made = made.map(|flash| (back(&opened.0, opened.1.id), flash));
    Submitted::with_word(made, async |errors| {
        let mut page = QualificationsPage::load(&mut *db.read().await?, now, opened).await?;
        page.changing = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

#[post("/centers/<center>/people/<id>/qualifications/<certificate>/confirmation", data = "<fields>")]
async fn confirm(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: PersonId,
    certificate: QualificationId,
    fields: Fields,
) -> Result<Submitted<QualificationsPage>> {
    let opened = open_in(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let how = forms::confirmed_how(&fields, &format!("how.{certificate}"))?;
        let mut tx = db.begin().await?;
        actions::confirm(&by, now, &mut tx, (&opened.0, opened.1.id), certificate, how).await?;
        tx.commit().await?;
        Ok("done.qualification_confirmed")
    };
    let made = made.await;
    changed(db, now, opened, fields, made).await
}

#[post("/centers/<center>/people/<id>/qualifications/<certificate>/void", data = "<fields>")]
async fn void(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: PersonId,
    certificate: QualificationId,
    fields: Fields,
) -> Result<Submitted<QualificationsPage>> {
    let opened = open_in(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let reason = forms::void_reason(&fields, &format!("void.{certificate}"))?;
        let mut tx = db.begin().await?;
        actions::void(&by, now, &mut tx, (&opened.0, opened.1.id), certificate, &reason).await?;
        tx.commit().await?;
        Ok("done.qualification_voided")
    };
    let made = made.await;
    changed(db, now, opened, fields, made).await
}

#[derive(FromForm)]
struct CertificateScan {
    paper: SentFile,
}

#[post("/centers/<center>/people/<id>/qualifications/<certificate>/paper", data = "<sent>")]
async fn keep(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    certificate: QualificationId,
    sent: rocket::form::Result<'_, Multipart<CertificateScan>>,
) -> Result<Submitted<QualificationsPage>> {
    let opened = open_in(&by, &mut *db.read().await?, center, id).await?;
    queries::paper(&mut *db.read().await?, opened.1.id, certificate).await?;
    let field = format!("paper.{certificate}");
    let made = async {
        let missing = |_| Error::Invalid(FieldErrors::one(&field, Fault::new("field.required")));
        let scan = sent.map_err(missing)?.into_inner().paper.checked(&field, PAPERS).await?;
        let mut tx = db.begin().await?;
        actions::keep_paper(&by, now, &mut tx, sealer, (&opened.0, opened.1.id), certificate, &scan).await?;
        tx.commit().await?;
        Ok("done.paper_kept")
    };
    let made = made.await;
    changed(db, now, opened, Fields::default(), made).await
}

#[get("/centers/<center>/people/<id>/qualifications/<certificate>/paper/file")]
async fn paper(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    certificate: QualificationId,
) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let (_, person) = open_in(&by, &mut conn, center, id).await?;
    let paper = queries::paper(&mut conn, person.id, certificate).await?.ok_or(Error::NotFound)?;
    Ok(FileAnswer::shown(files::read(&mut conn, sealer, paper).await?))
}
