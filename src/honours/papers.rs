//! Scans: the certificate that somebody got at a training, and the paper of a commendation. Both are sealed.

use rocket::form::{Form as Multipart, FromForm};
use rocket::{Route, State, get, post, routes};

use super::commendation_pages::CommendationPage;
use super::training_pages::TrainingPage;
use super::types::{CommendationId, TrainingId};
use super::{actions, forms, queries};
use crate::auth::Coordinator;
use crate::centers::{self, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::files::{self, FileAnswer, FileKind, SentFile};
use crate::people::PersonId;
use crate::store::{Db, Sealer};
use crate::web::{Fields, Form, Submitted};

/// The kinds of files that a scan may be.
pub(super) const SCANS: &[FileKind] = &[FileKind::Jpeg, FileKind::Png, FileKind::Pdf];

pub(super) fn routes() -> Vec<Route> {
    routes![keep_certificate, certificate, keep_paper, paper]
}

#[derive(FromForm)]
pub(crate) struct SentScan {
    pub paper: SentFile,
}

#[post("/centers/<center>/trainings/<id>/people/<person>/paper", data = "<sent>")]
async fn keep_certificate(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: TrainingId,
    person: PersonId,
    sent: rocket::form::Result<'_, Multipart<SentScan>>,
) -> Result<Submitted<TrainingPage>> {
    let mut conn = db.read().await?;
    let opened = centers::queries::open_to(&by, &mut conn, center).await?;
    let training = queries::training(&mut conn, opened.id(), id).await?;
    queries::training_paper(&mut conn, &training, person).await?;
    drop(conn);
    let made = async {
        let scan = sent.map_err(|_| forms::no_paper())?.into_inner().paper.checked("paper", SCANS).await?;
        let mut tx = db.begin().await?;
        actions::keep_certificate(&by, now, &mut tx, sealer, &opened, (&training, person), &scan).await?;
        tx.commit().await?;
        Ok::<_, Error>(opened.path(format_args!("/trainings/{id}")))
    };
    let made = made.await.map_err(|error| error.in_field("paper", &format!("paper.{person}")));
    Submitted::of(made, "done.paper_kept", async |errors| {
        let mut page = TrainingPage::load(&by, &mut *db.read().await?, (center, id)).await?;
        page.scanning = Form::again(Fields::default(), errors);
        Ok(page)
    })
    .await
}

#[get("/centers/<center>/trainings/<id>/people/<person>/paper/file")]
async fn certificate(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    center: CenterId,
    id: TrainingId,
    person: PersonId,
) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let training = queries::training(&mut conn, center.id(), id).await?;
    let scan = queries::training_paper(&mut conn, &training, person).await?.ok_or(Error::NotFound)?;
    Ok(FileAnswer::shown(files::read(&mut conn, sealer, scan).await?))
}

#[post("/centers/<center>/commendations/<id>/paper", data = "<sent>")]
async fn keep_paper(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: CommendationId,
    sent: rocket::form::Result<'_, Multipart<SentScan>>,
) -> Result<Submitted<CommendationPage>> {
    let mut conn = db.read().await?;
    let opened = centers::queries::open_to(&by, &mut conn, center).await?;
    let one = queries::commendation(&mut conn, opened.id(), id).await?;
    drop(conn);
    let made = async {
        let scan = sent.map_err(|_| forms::no_paper())?.into_inner().paper.checked("paper", SCANS).await?;
        let mut tx = db.begin().await?;
        actions::keep_paper(&by, now, &mut tx, sealer, (&opened, &one), &scan).await?;
        tx.commit().await?;
        Ok::<_, Error>(opened.path(format_args!("/commendations/{id}")))
    };
    Submitted::of(made.await, "done.paper_kept", async |errors| {
        let mut page = CommendationPage::load(&by, &mut *db.read().await?, (center, id)).await?;
        page.scanning = Form::again(Fields::default(), errors);
        Ok(page)
    })
    .await
}

#[get("/centers/<center>/commendations/<id>/paper/file")]
async fn paper(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    center: CenterId,
    id: CommendationId,
) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let one = queries::commendation(&mut conn, center.id(), id).await?;
    let scan = one.file_id.filter(|_| one.voided_at.is_none()).ok_or(Error::NotFound)?;
    Ok(FileAnswer::shown(files::read(&mut conn, sealer, scan).await?))
}
