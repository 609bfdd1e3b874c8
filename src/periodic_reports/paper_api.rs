//! `/api/v1/reports/<id>/files/<name>`: a report as it is filed, for programs.

use rocket::{Route, State, get, routes};

use super::filed_names::FiledName;
use super::paper_pages::filed;
use super::types::PeriodicReportId;
use crate::api::Problem;
use crate::auth::ReportReader;
use crate::clock::Now;
use crate::error::Result;
use crate::store::{Db, Sealer};
use crate::web::table::File;
use crate::web::{Lang, Site};

pub(super) fn routes() -> Vec<Route> {
    routes![file]
}

/// A report as a file: as an office files it, a document to be edited (`.docx`) or a workbook with a sheet for each table (`.xlsx`); or one
/// table with a number a row (`.csv`). A version by its number, as it was submitted; `draft` for whoever writes it. In the caller's language
/// (`Accept-Language`).
///
/// A version also as JSON: as `GET /reports/{id}/versions/{number}` tells it (`.json`); the text whose SHA-256 is its digest, byte for byte
/// (`.canonical.json`), for whoever reads small numbers, 403 for others; and the words that were not taken out, each with the salt of its
/// digest in that text (`.texts.json`): the SHA-256 of `{"content":…,"place":…,"salt":…}` without spaces.
#[utoipa::path(
    context_path = "/api/v1", tag = "reports",
    params(
        ("id" = i64, Path),
        ("name" = String, Path, description = "The version and the ending: `2.docx`, `2.xlsx`, `2.csv`, `2.json`, `2.canonical.json`, `2.texts.json`, `draft.docx`"),
    ),
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream"),
        (status = "4XX", body = Problem)
    )
)]
#[get("/reports/<id>/files/<name>")]
pub(crate) async fn file(
    by: ReportReader,
    db: &Db,
    sealer: &State<Sealer>,
    now: Now,
    lang: Lang,
    site: Site,
    id: PeriodicReportId,
    name: FiledName,
) -> Result<File> {
    filed(by, (&mut *db.read().await?, sealer), (now, lang, &site), (id, name)).await
}
