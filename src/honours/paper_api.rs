//! Scans by the API: the certificate that somebody got at a training, and the paper of a commendation.

use rocket::form::Form as Multipart;
use rocket::response::status::NoContent;
use rocket::{Route, State, get, post, routes};
use utoipa::ToSchema;

use super::api::{found, opened};
use super::papers::{SCANS, SentScan};
use super::types::{CommendationId, TrainingId};
use super::{actions, forms, queries};
use crate::api::Problem;
use crate::auth::Coordinator;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::files::{self, FileAnswer};
use crate::people::PersonId;
use crate::store::{Db, Sealer};

pub(super) fn routes() -> Vec<Route> {
    routes![keep_certificate, certificate, keep_paper, paper]
}

/// A scan.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body, which is no JSON")]
pub(crate) struct HonourPaper {
    /// A photo (JPEG, PNG) or a PDF, up to 10 MB
    #[schema(format = Binary)]
    paper: String,
}

/// Keeps a scan of the certificate that somebody got at a training, sealed; a new one takes the place of the old.
#[utoipa::path(context_path = "/api/v1", tag = "honours", params(("id" = i64, Path), ("person" = i64, Path)), request_body(content = HonourPaper, content_type = "multipart/form-data"), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/trainings/<id>/people/<person>/paper", data = "<sent>")]
pub(crate) async fn keep_certificate(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: TrainingId,
    person: PersonId,
    sent: rocket::form::Result<'_, Multipart<SentScan>>,
) -> Result<NoContent> {
    let (center, training) = opened(&by, &mut *db.read().await?, id).await?;
    queries::training_paper(&mut *db.read().await?, &training, person).await?;
    let scan = sent.map_err(|_| forms::no_paper())?.into_inner().paper.checked("paper", SCANS).await?;
    let mut tx = db.begin().await?;
    actions::keep_certificate(&by, now, &mut tx, sealer, &center, (&training, person), &scan).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// The scan of the certificate that somebody got at a training.
#[utoipa::path(context_path = "/api/v1", tag = "honours", params(("id" = i64, Path), ("person" = i64, Path)), responses((status = 200, description = "The file", content_type = "application/octet-stream"), (status = "4XX", body = Problem)))]
#[get("/trainings/<id>/people/<person>/paper")]
pub(crate) async fn certificate(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    id: TrainingId,
    person: PersonId,
) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let (_, training) = opened(&by, &mut conn, id).await?;
    let scan = queries::training_paper(&mut conn, &training, person).await?.ok_or(Error::NotFound)?;
    Ok(FileAnswer::attachment(files::read(&mut conn, sealer, scan).await?))
}

/// Keeps a scan of a commendation's paper, sealed; a new one takes the place of the old.
#[utoipa::path(context_path = "/api/v1", tag = "honours", params(("id" = i64, Path)), request_body(content = HonourPaper, content_type = "multipart/form-data"), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/commendations/<id>/paper", data = "<sent>")]
pub(crate) async fn keep_paper(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: CommendationId,
    sent: rocket::form::Result<'_, Multipart<SentScan>>,
) -> Result<NoContent> {
    let (center, one) = found(&by, &mut *db.read().await?, id).await?;
    let scan = sent.map_err(|_| forms::no_paper())?.into_inner().paper.checked("paper", SCANS).await?;
    let mut tx = db.begin().await?;
    actions::keep_paper(&by, now, &mut tx, sealer, (&center, &one), &scan).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// The scan of a commendation's paper.
#[utoipa::path(context_path = "/api/v1", tag = "honours", params(("id" = i64, Path)), responses((status = 200, description = "The file", content_type = "application/octet-stream"), (status = "4XX", body = Problem)))]
#[get("/commendations/<id>/paper")]
pub(crate) async fn paper(by: Coordinator, db: &Db, sealer: &State<Sealer>, id: CommendationId) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let (_, one) = found(&by, &mut conn, id).await?;
    let scan = one.file_id.filter(|_| one.voided_at.is_none()).ok_or(Error::NotFound)?;
    Ok(FileAnswer::attachment(files::read(&mut conn, sealer, scan).await?))
}
