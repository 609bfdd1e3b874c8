//! The administrator's page of terms, and the page of a list.

use askama::Template;
use rocket::{Route, get, post, routes, uri};

use super::types::{RetentionCount, RetentionItem, RetentionRun, RetentionRunId, RetentionState, RetentionTerm};
use super::{actions, forms, jobs, queries};
use crate::auth::CityAdmin;
use crate::clock::{Now, Timestamp, Zone};
use crate::error::{Error, Result};
use crate::exports::{self, ExportFormat};
use crate::fields::parse;
use crate::jobs::{JobProgress, progress};
use crate::store::{Conn, Db};
use crate::web::nav::Tab;
use crate::web::table::{Cell, File, Table};
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, set_terms, create, run, confirm, file]
}

#[derive(Template)]
#[template(path = "retention/show.html")]
struct TermsPage {
    terms: Vec<RetentionTerm>,
    runs: Vec<RetentionRun>,
    form: Form,
}

impl TermsPage {
    async fn load(by: &CityAdmin, conn: &mut Conn, form: Option<Form>) -> Result<Self> {
        let terms = queries::terms(conn).await?;
        let values = terms.iter().fold(Fields::default(), |values, term| {
            let months = term.months.map(|months| months.to_string()).unwrap_or_default();
            values.with(&format!("months.{}", term.kind), months)
        });
        let form = form.map_or_else(|| Form::filled(values.clone()), |form| form.over(values.clone()));
        Ok(Self { terms, runs: queries::runs(by, conn).await?, form })
    }

    fn field(&self, term: &RetentionTerm) -> String {
        format!("months.{}", term.kind)
    }

    fn label(&self, term: &RetentionTerm) -> &'static str {
        term.kind.key()
    }

    fn local(&self, at: &Timestamp) -> chrono::NaiveDateTime {
        Zone::SHANGHAI.local(*at)
    }
}

impl View for TermsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("retention.title")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Catalogs)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/retention")]
async fn show(by: CityAdmin, db: &Db) -> Result<Page<TermsPage>> {
    Ok(Page(TermsPage::load(&by, &mut *db.read().await?, None).await?))
}

#[post("/retention", data = "<fields>")]
async fn set_terms(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Submitted<TermsPage>> {
    let made = async {
        let terms = forms::terms(&fields)?;
        let mut tx = db.begin().await?;
        actions::set_terms(&by, now, &mut tx, &terms).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(made.await.map(|()| uri!(show)), "done.saved", async |errors| {
        TermsPage::load(&by, &mut *db.read().await?, Some(Form::again(fields, errors))).await
    })
    .await
}

/// Has what was kept long enough listed; nothing is erased by it.
#[post("/retention/runs")]
async fn create(by: CityAdmin, db: &Db, now: Now) -> Result<Submitted<TermsPage>> {
    let made = async {
        let mut tx = db.begin().await?;
        let id = actions::list(&by, now, &mut tx).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("/retention/runs/{id}"))
    };
    Submitted::of(made.await, "done.retention_listing", async |errors| {
        TermsPage::load(&by, &mut *db.read().await?, Some(Form::again(Fields::default(), errors))).await
    })
    .await
}

/// Records that a page shows; the file has all.
const PAGE: i64 = 200;

#[derive(Template)]
#[template(path = "retention/run.html")]
struct RunPage {
    run: RetentionRun,
    counts: Vec<RetentionCount>,
    items: Vec<RetentionItem>,
    progress: Option<JobProgress>,
    form: Form,
}

impl RunPage {
    async fn load(conn: &mut Conn, id: RetentionRunId, form: Form) -> Result<Self> {
        Ok(Self {
            run: queries::find(conn, id).await?,
            counts: queries::counts(conn, id).await?,
            items: queries::items(conn, id, (0, PAGE)).await?,
            progress: progress(conn, jobs::ERASE, &id.to_string()).await?,
            form,
        })
    }

    fn records(&self) -> i64 {
        self.counts.iter().map(|count| count.records).sum()
    }

    fn is_under_way(&self) -> bool {
        matches!(self.run.state, RetentionState::Listing | RetentionState::Erasing)
    }

    fn is_listed(&self) -> bool {
        self.run.state == RetentionState::Listed
    }

    fn is_cut(&self) -> bool {
        self.records() > PAGE
    }

    fn local(&self, at: &Timestamp) -> chrono::NaiveDateTime {
        Zone::SHANGHAI.local(*at)
    }
}

impl View for RunPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("retention.list")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Catalogs)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/retention/runs/<id>")]
async fn run(_by: CityAdmin, db: &Db, id: RetentionRunId) -> Result<Page<RunPage>> {
    Ok(Page(RunPage::load(&mut *db.read().await?, id, Form::new()).await?))
}

/// Erases what stands in the list; how many records it has is typed once more, for nothing brings them back.
#[post("/retention/runs/<id>/confirmation", data = "<fields>")]
async fn confirm(by: CityAdmin, db: &Db, now: Now, id: RetentionRunId, fields: Fields) -> Result<Submitted<RunPage>> {
    let page = RunPage::load(&mut *db.read().await?, id, Form::new()).await?;
    let made = async {
        forms::confirmation(&fields, page.records())?;
        let mut tx = db.begin().await?;
        actions::confirm(&by, now, &mut tx, &page.run).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("/retention/runs/{id}"))
    };
    let made = made.await;
    Submitted::of(made, "done.retention_erasing", async |errors| {
        RunPage::load(&mut *db.read().await?, id, Form::again(fields, errors)).await
    })
    .await
}

/// The whole list as a file, people masked. Field `format`.
#[post("/retention/runs/<id>/file", data = "<fields>")]
async fn file(by: CityAdmin, db: &Db, now: Now, lang: Lang, id: RetentionRunId, fields: Fields) -> Result<File> {
    let mut conn = db.read().await?;
    queries::find(&mut conn, id).await?;
    let mut read = fields.read();
    let format: Option<ExportFormat> = read.required("format", parse::choice);
    let format = read.finish(|| format)?;
    let items = queries::items(&mut conn, id, (0, i64::MAX)).await?;
    drop(conn);
    let head = [
        "retention.kind",
        "retention.number",
        "retention.who",
        "retention.center",
        "retention.before",
        "retention.outcome",
    ];
    let mut table = Table::new(format!("retention-{id}"), head.iter().map(|key| lang.text(key)));
    for item in &items {
        let text = |text: Option<String>| text.filter(|text| !text.is_empty()).map_or(Cell::Empty, Cell::Text);
        table.row([
            Cell::Text(lang.text(item.kind.key())),
            Cell::Number(item.record_id),
            text(Some(item.masked())),
            text(item.center.clone()),
            Cell::Plain(Zone::SHANGHAI.date(item.before).to_string()),
            text(item.outcome.map(|outcome| lang.text(outcome.key()))),
        ]);
    }
    exports::hand_out(&by, db, now, ("retention", None), (&table, items.len()), format).await
}
