//! Bringing a year's arrangement in from a file or from lines that were copied: looked at first, then written, and taken back.

use askama::Template;
use rocket::form::{Form as Multipart, FromForm};
use rocket::{Route, post, routes};

use super::forms::{self, Arrangement};
use super::pages::Holidays;
use super::reading::ReadLine;
use super::types::{HolidayImportId, HolidayMode, YearDay};
use super::{actions, queries};
use crate::auth::CityAdmin;
use crate::clock::{Date, Now, Zone};
use crate::error::{Error, FieldErrors, Result};
use crate::files::SentFile;
use crate::store::{Conn, Db};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![preview, create, undo]
}

/// What the form sends: a file, or lines.
#[derive(FromForm)]
struct HolidayUpload {
    file: Option<SentFile>,
    cells: Option<String>,
    year: Option<String>,
    source: Option<String>,
    mode: Option<String>,
}

impl HolidayUpload {
    /// The values, and the file's bytes.
    ///
    /// # Errors
    /// `Invalid` at `file` where it is too large.
    fn parts(self) -> (Fields, Result<Option<Vec<u8>>>) {
        let named = [("year", self.year), ("source", self.source), ("mode", self.mode), ("cells", self.cells)];
        let fields = named.into_iter().fold(Fields::default(), |fields, (name, value)| match value {
            Some(value) => fields.with(name, value),
            None => fields,
        });
        let file = self.file.filter(|file| !file.is_empty());
        let bytes = file.map(|file| file.whole().map(|(_, bytes)| bytes).map_err(|fault| fault.in_field("file")));
        (fields, bytes.transpose())
    }
}

/// Every line as it is understood, and what would go: nothing is written yet.
#[derive(Template)]
#[template(path = "holidays/preview.html")]
struct ArrangementPage {
    year: i64,
    lines: Vec<ReadLine>,
    going: Vec<YearDay>,
    form: Form,
}

impl ArrangementPage {
    /// `errors` are those of an arrangement that was not taken.
    async fn load(conn: &mut Conn, mut sent: Arrangement, errors: Option<FieldErrors>) -> Result<Self> {
        let going = actions::consider(conn, &mut sent).await?;
        let values = Fields::default()
            .with("year", sent.year)
            .with("source", &sent.source)
            .with("mode", sent.mode)
            .with("cells", as_text(&sent.lines));
        let form = match errors {
            Some(errors) => Form::again(values, errors),
            None => Form::filled(values),
        };
        Ok(Self { year: sent.year, lines: sent.lines, going, form })
    }

    fn faults(&self) -> usize {
        self.lines.iter().filter(|line| line.fault.is_some()).count()
    }

    fn days(&self) -> usize {
        self.lines.iter().map(|line| line.entries.len()).sum()
    }

    fn modes(&self) -> &'static [HolidayMode] {
        HolidayMode::ALL
    }
}

/// The lines as they can be pasted again: what was understood in full, the rest as it came.
fn as_text(lines: &[ReadLine]) -> String {
    let mut text = String::from("开始日期\t结束日期\t名称\t英文名称\t类型\n");
    for line in lines {
        if line.entries.is_empty() {
            text.push_str(&line.cells.join("\t"));
            text.push('\n');
        }
        for entry in &line.entries {
            let kind = entry.kind.code();
            let (from, to) = (entry.starts_on, entry.ends_on);
            text.push_str(&format!("{from}\t{to}\t{}\t{}\t{kind}\n", entry.name, entry.name_en));
        }
    }
    text
}

impl View for ArrangementPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("holidays.preview")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Catalogs)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }

    fn is_answer(&self) -> bool {
        true
    }
}

/// The table's page again, with what is wrong with what was sent.
async fn refused(
    by: &CityAdmin,
    db: &Db,
    today: Date,
    (fields, errors): (Fields, FieldErrors),
) -> Result<Submitted<Holidays>> {
    let mut page = Holidays::load(by, &mut *db.read().await?, today, None, Form::new()).await?;
    page.bringing = Form::again(fields, errors);
    Ok(Submitted::again(page))
}

/// Fields `year source mode`, and `file` or `cells`. Reads alone.
#[post("/holidays/imports/preview", data = "<upload>")]
async fn preview(
    by: CityAdmin,
    db: &Db,
    now: Now,
    upload: rocket::form::Result<'_, Multipart<HolidayUpload>>,
) -> Result<Result<Page<ArrangementPage>, Submitted<Holidays>>> {
    let today = Zone::SHANGHAI.date(now.0);
    let (fields, file) = match upload {
        Ok(upload) => upload.into_inner().parts(),
        Err(_) => (Fields::default(), Err(Error::field("file", "field.required"))),
    };
    let sent = match file {
        Ok(file) => forms::arrangement(&fields, file, today).await,
        Err(error) => Err(error),
    };
    match sent {
        Ok(sent) => Ok(Ok(Page(ArrangementPage::load(&mut *db.read().await?, sent, None).await?))),
        Err(error) => Ok(Err(refused(&by, db, today, (fields, error.into_field_errors()?)).await?)),
    }
}

/// Fields `year source mode cells`: brings the lines in, if none of them is faulty.
#[post("/holidays/imports", data = "<fields>")]
async fn create(
    by: CityAdmin,
    db: &Db,
    now: Now,
    fields: Fields,
) -> Result<Result<Submitted<ArrangementPage>, Submitted<Holidays>>> {
    let today = Zone::SHANGHAI.date(now.0);
    let sent = match forms::arrangement(&fields, None, today).await {
        Ok(sent) => sent,
        Err(error) => return Ok(Err(refused(&by, db, today, (fields, error.into_field_errors()?)).await?)),
    };
    let year = sent.year;
    let made = async {
        let mut tx = db.begin().await?;
        actions::bring_in(&by, now, &mut tx, sent).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("/holidays?year={year}"))
    };
    let page = Submitted::of(made.await, "done.holidays_brought_in", async |errors| {
        let again = forms::arrangement(&fields, None, today).await?;
        ArrangementPage::load(&mut *db.read().await?, again, Some(errors)).await
    });
    Ok(Ok(page.await?))
}

#[post("/holidays/imports/<id>/undoing")]
async fn undo(by: CityAdmin, db: &Db, now: Now, id: HolidayImportId) -> Result<Result<Done, Submitted<Holidays>>> {
    let made = async {
        let mut tx = db.begin().await?;
        let import = queries::import(&mut tx, id).await?;
        actions::undo(&by, now, &mut tx, &import).await?;
        tx.commit().await?;
        Ok::<_, Error>(import.year)
    };
    match made.await {
        Ok(year) => Ok(Ok(Done::to(format!("/holidays?year={year}"), "done.holidays_undone"))),
        Err(error) => {
            let today = Zone::SHANGHAI.date(now.0);
            Ok(Err(refused(&by, db, today, (Fields::default(), error.into_field_errors()?)).await?))
        }
    }
}
