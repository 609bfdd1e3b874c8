//! The papers that lie with a reservation, each a file: the signed list, a photo of the board, what was handed out.

use rocket::form::{Form as Multipart, FromForm};
use rocket::{Route, State, get, post, routes};

use super::pages::{ReservationPage, open};
use super::types::ReservationId;
use super::{actions, queries};
use crate::auth::Coordinator;
use crate::centers::CenterId;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::files::{self, FileAnswer, FileId, FileKind, SentFile};
use crate::store::{Db, Sealer};
use crate::web::form::Done;
use crate::web::{Fields, Form, Submitted};

/// What such a paper may be.
pub(super) const PAPERS: &[FileKind] = &[FileKind::Jpeg, FileKind::Png, FileKind::Pdf];

pub(super) fn routes() -> Vec<Route> {
    routes![keep, show, remove]
}

#[derive(FromForm)]
pub(crate) struct ReservationPaper {
    pub(super) paper: SentFile,
}

#[post("/centers/<center>/reservations/<id>/files", data = "<sent>")]
async fn keep(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: ReservationId,
    sent: rocket::form::Result<'_, Multipart<ReservationPaper>>,
) -> Result<Submitted<ReservationPage>> {
    let (center, one) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let sent = sent.map_err(|_| Error::field("paper", "field.required"))?;
        let paper = sent.into_inner().paper.checked("paper", PAPERS).await?;
        let mut tx = db.begin().await?;
        actions::keep_file(&by, now, &mut tx, sealer, (&center, &one), &paper).await?;
        tx.commit().await?;
        Ok::<_, Error>(one.path())
    };
    let made = made.await;
    Submitted::of(made, "done.paper_kept", async |errors| {
        let mut page = ReservationPage::load(&mut *db.read().await?, now, (center, one)).await?;
        page.keeping = Form::again(Fields::default(), errors);
        Ok(page)
    })
    .await
}

#[get("/centers/<center>/reservations/<id>/files/<file>")]
async fn show(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    center: CenterId,
    id: ReservationId,
    file: FileId,
) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let (_, one) = open(&by, &mut conn, center, id).await?;
    let file = queries::file(&mut conn, one.id, file).await?;
    Ok(FileAnswer::shown(files::read(&mut conn, sealer, file).await?))
}

#[post("/centers/<center>/reservations/<id>/files/<file>/removal")]
async fn remove(by: Coordinator, db: &Db, now: Now, center: CenterId, id: ReservationId, file: FileId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (center, one) = open(&by, &mut tx, center, id).await?;
    actions::drop_file(&by, now, &mut tx, (&center, &one), file).await?;
    tx.commit().await?;
    Ok(Done::to(one.path(), "done.paper_removed"))
}
