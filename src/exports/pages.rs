//! Downloads of lists. Posted, for each is kept in the audit.

use rocket::{Route, State, post, routes};

use super::lists::{self, Listing};
use super::types::{CenterList, CityList, ExportFormat};
use crate::audit;
use crate::auth::Viewer;
use crate::centers::{self, CenterId};
use crate::clock::Now;
use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::store::{Db, Sealer};
use crate::web::Lang;
use crate::web::table::{File, Table};

pub(super) fn routes() -> Vec<Route> {
    routes![of_center, of_city]
}

/// Fields `list format`, and those that cut the list as its page is cut.
#[post("/centers/<center>/exports", data = "<fields>")]
async fn of_center(
    by: Viewer,
    db: &Db,
    now: Now,
    lang: Lang,
    sealer: &State<Sealer>,
    center: CenterId,
    fields: Fields,
) -> Result<File> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let (list, format) = read::<CenterList>(&fields)?;
    let listing = lists::of_center(&by, &mut conn, sealer, now, lang, (list, &center), &fields).await?;
    drop(conn);
    told(&by, db, now, (list.code(), Some(center.id())), listing, format).await
}

/// As `of_center`.
#[post("/exports", data = "<fields>")]
async fn of_city(by: Viewer, db: &Db, now: Now, lang: Lang, fields: Fields) -> Result<File> {
    let (list, format) = read::<CityList>(&fields)?;
    let listing = lists::of_city(&by, &mut *db.read().await?, now, lang, list, &fields).await?;
    told(&by, db, now, (list.code(), None), listing, format).await
}

fn read<L: std::str::FromStr>(fields: &Fields) -> Result<(L, ExportFormat)> {
    let mut read = fields.read();
    let list = read.required("list", parse::choice);
    let format = read.required("format", parse::choice);
    read.finish(|| Some((list?, format?)))
}

/// The file, once the audit says that it was taken.
async fn told(
    by: &Viewer,
    db: &Db,
    now: Now,
    (list, center): (&str, Option<CenterId>),
    listing: Listing,
    format: ExportFormat,
) -> Result<File> {
    match (format, listing.book) {
        (ExportFormat::Workbook, Some(book)) => {
            note(by, db, now, (list, center), listing.rows, format).await?;
            Table::workbook_of(&book.name, &book.sheets)
        }
        _ => hand_out(by, db, now, (list, center), (&listing.table, listing.rows), format).await,
    }
}

/// A table as a file, once the audit says that so many rows of it were taken.
///
/// # Errors
/// As the database says; `Internal` for what no workbook holds.
pub async fn hand_out(
    by: &Viewer,
    db: &Db,
    now: Now,
    (list, center): (&str, Option<CenterId>),
    (table, rows): (&Table, usize),
    format: ExportFormat,
) -> Result<File> {
    note(by, db, now, (list, center), rows, format).await?;
    match format {
        ExportFormat::Workbook => table.xlsx(),
        ExportFormat::Text => Ok(table.csv()),
    }
}

/// The audit says that so many rows of a list were taken.
async fn note(
    by: &Viewer,
    db: &Db,
    now: Now,
    (list, center): (&str, Option<CenterId>),
    rows: usize,
    format: ExportFormat,
) -> Result<()> {
    let detail = format!("{list}.{format}, {rows}");
    let entry = audit::entry("export.taken", center.map_or(0, |center| center.0)).because(&detail);
    let entry = match center {
        Some(center) => entry.at(center),
        None => entry,
    };
    let mut tx = db.begin().await?;
    audit::record(&mut tx, by, now, entry).await?;
    Ok(tx.commit().await?)
}
