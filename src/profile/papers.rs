//! Scans of the papers that memberships rest on: sealed, and handed out to those who may see the person.

use rocket::form::{Form as Multipart, FromForm};
use rocket::{Route, State, get, post, routes};

use super::show::PersonPage;
use crate::auth::Coordinator;
use crate::centers::CenterId;
use crate::clock::Now;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::files::{self, FileAnswer, FileKind, SentFile};
use crate::people::queries::open_in;
use crate::people::{self, PersonId};
use crate::store::{Db, Sealer};
use crate::web::form::Done;
use crate::web::{Fields, Form, Submitted};

pub(super) fn routes() -> Vec<Route> {
    routes![keep, show, remove]
}

const KINDS: &[FileKind] = &[FileKind::Jpeg, FileKind::Png, FileKind::Pdf];

#[derive(FromForm)]
struct SentPaper {
    paper: SentFile,
}

#[post("/centers/<center>/people/<id>/memberships/<membership>/paper", data = "<sent>")]
async fn keep(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    membership: i64,
    sent: rocket::form::Result<'_, Multipart<SentPaper>>,
) -> Result<Submitted<PersonPage>> {
    let (center, person) = open_in(&by, &mut *db.read().await?, center, id).await?;
    people::paper(&mut *db.read().await?, person.id, membership).await?;
    let field = format!("paper.{membership}");
    let made = async {
        let sent = sent
            .map_err(|_| Error::Invalid(FieldErrors::one(&field, Fault::new("field.required"))))?
            .into_inner()
            .paper;
        let scan = sent.checked(&field, KINDS).await?;
        let mut tx = db.begin().await?;
        people::keep_paper(&by, now, &mut tx, sealer, &center, (person.id, membership), Some(&scan)).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/people/{id}")))
    };
    Submitted::of(made.await, "done.paper_kept", async |errors| {
        let mut page = PersonPage::load(&by, &mut *db.read().await?, now, sealer, center, person).await?;
        page.scanning = Form::again(Fields::default(), errors);
        Ok(page)
    })
    .await
}

#[get("/centers/<center>/people/<id>/memberships/<membership>/paper/file")]
async fn show(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    membership: i64,
) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let (_, person) = open_in(&by, &mut conn, center, id).await?;
    let paper = people::paper(&mut conn, person.id, membership).await?.ok_or(Error::NotFound)?;
    Ok(FileAnswer::shown(files::read(&mut conn, sealer, paper).await?))
}

#[post("/centers/<center>/people/<id>/memberships/<membership>/paper/removal")]
async fn remove(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    membership: i64,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (center, person) = open_in(&by, &mut tx, center, id).await?;
    people::paper(&mut tx, person.id, membership).await?.ok_or(Error::NotFound)?;
    people::keep_paper(&by, now, &mut tx, sealer, &center, (person.id, membership), None).await?;
    tx.commit().await?;
    Ok(Done::to(center.path(format_args!("/people/{id}")), "done.paper_removed"))
}
