//! The pages of an import: sending a roster, saying which column is what, looking at every row, applying, taking back.

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use rocket::form::Form as Multipart;
use rocket::{Route, State, get, post, routes};

use super::shown::ShownRow;
use super::types::{
    Course, Decision, Import, ImportField, ImportId, ImportRow, ImportState, Mapping, RowDone, ServiceOutcome, Verdict,
};
use super::upload::Upload;
use super::{actions, columns, course, queries, returned};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::files::{self, FileAnswer};
use crate::people::masked;
use crate::sheets::{Book, BookSheet};
use crate::store::{Conn, Db, Sealer};
use crate::teams;
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, create, show, map, decide, apply, undo, file]
}

#[derive(Template)]
#[template(path = "imports/list.html")]
struct ImportsPage {
    center: Center,
    imports: Vec<Import>,
    form: Form,
}

impl View for ImportsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("import.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::People)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/people/imports")]
async fn list(by: Coordinator, db: &Db, center: CenterId) -> Result<Page<ImportsPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let imports = queries::of_center(&mut conn, center.id()).await?;
    Ok(Page(ImportsPage { center, imports, form: Form::new() }))
}

/// Keeps what was sent and shows how it would be read.
#[post("/centers/<center>/people/imports", data = "<upload>")]
async fn create(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    upload: rocket::form::Result<'_, Multipart<Upload>>,
) -> Result<Submitted<ImportsPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let upload = upload.map_err(|_| Error::field("file", "field.required"))?;
        let roster = upload.into_inner().roster().await?;
        let mut tx = db.begin().await?;
        let sent = (roster.source, &roster.file, &roster.book);
        let id = actions::begin(&by, now, &mut tx, sealer, &center, sent).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/people/imports/{id}")))
    };
    let made = made.await;
    Submitted::of(made, "done.import_sent", async |errors| {
        let imports = queries::of_center(&mut *db.read().await?, center.id()).await?;
        let form = Form::again(Fields::default(), errors);
        Ok(ImportsPage { center, imports, form })
    })
    .await
}

/// Rows that a page shows at once.
const PAGE: i64 = 200;

/// Rows that show what a column holds.
const SAMPLES: usize = 3;

#[derive(Template)]
#[template(path = "imports/show.html")]
struct ImportPage {
    lang: Lang,
    center: Center,
    import: Import,
    mapping: Mapping,
    /// The sheets to choose from, with their places.
    sheets: Vec<(usize, String)>,
    /// Some of what stands in each column.
    samples: Vec<String>,
    tally: BTreeMap<Verdict, i64>,
    done: BTreeMap<RowDone, i64>,
    /// How many of the good rows are of somebody known here.
    known: i64,
    total: i64,
    taken_back: i64,
    /// How many rows are written because somebody said so.
    decided: i64,
    /// How many memberships, and how many entries of hours, there are of each outcome.
    memberships: BTreeMap<ServiceOutcome, i64>,
    hours: BTreeMap<ServiceOutcome, i64>,
    rows: Vec<ShownRow>,
    /// Whether rows are shown that nothing is wrong with.
    all: bool,
    next: Option<i64>,
}

impl ImportPage {
    async fn load(
        conn: &mut Conn,
        sealer: &Sealer,
        (lang, today): (Lang, Date),
        (center, import): (Center, Import),
        (all, after): (bool, i64),
    ) -> Result<Self> {
        let mapping = import.mapping();
        let mut page = Self {
            lang,
            mapping,
            sheets: Vec::new(),
            samples: Vec::new(),
            tally: BTreeMap::new(),
            done: BTreeMap::new(),
            known: 0,
            total: 0,
            taken_back: 0,
            decided: queries::decided(conn, import.id).await?,
            memberships: BTreeMap::new(),
            hours: BTreeMap::new(),
            rows: Vec::new(),
            all,
            next: None,
            center,
            import,
        };
        page.count(conn).await?;
        if page.is_open() && !page.import.emptied.is_set() {
            let kept = files::read(conn, sealer, page.import.file_id).await?;
            if let Ok(book) = actions::open(page.import.source, kept.bytes).await? {
                page.show_columns(&book);
            }
        }
        let mut rows = queries::rows(conn, page.import.id, after, !all, PAGE + 1).await?;
        page.next = (rows.len() as i64 > PAGE).then(|| rows.get(PAGE as usize - 1).map(|row| row.row)).flatten();
        rows.truncate(PAGE as usize);
        let teams = teams::queries::of_center(conn, page.center.id()).await?;
        let teams: HashMap<_, _> = teams.into_iter().map(|team| (team.id, team.name)).collect();
        page.rows = rows.into_iter().map(|row| ShownRow::of(lang, sealer, row, (&teams, today))).collect();
        Ok(page)
    }

    /// Counts the rows by what is said of them, and by what became of them.
    async fn count(&mut self, conn: &mut Conn) -> Result<()> {
        for counted in queries::tally(conn, self.import.id).await? {
            *self.tally.entry(counted.verdict).or_default() += counted.rows;
            self.total += counted.rows;
            self.taken_back += counted.taken_back;
            if let Some(done) = counted.done {
                *self.done.entry(done).or_default() += counted.rows;
            }
            if counted.verdict == Verdict::Ok && counted.known.is_set() {
                self.known += counted.rows;
            }
        }
        for counted in queries::tally_service(conn, self.import.id).await? {
            let of = if counted.is_hours.is_set() { &mut self.hours } else { &mut self.memberships };
            of.insert(counted.outcome, counted.rows);
        }
        Ok(())
    }

    fn show_columns(&mut self, book: &Book) {
        self.sheets = book
            .sheets
            .iter()
            .enumerate()
            .filter(|(_, sheet)| !sheet.rows.is_empty())
            .map(|(place, sheet)| (place, sheet.name.clone()))
            .collect();
        if let Some(sheet) = book.sheets.get(self.mapping.sheet) {
            self.samples = samples(sheet, &self.mapping);
        }
    }

    /// Whether the columns and the decisions can still be changed.
    fn is_open(&self) -> bool {
        matches!(self.import.state, ImportState::Mapped | ImportState::Checked)
    }

    fn is_checked(&self) -> bool {
        self.import.state == ImportState::Checked
    }

    fn is_under_way(&self) -> bool {
        matches!(self.import.state, ImportState::Applying | ImportState::Undoing)
    }

    fn is_applied(&self) -> bool {
        self.import.state == ImportState::Applied
    }

    /// The rows that applying writes.
    fn good(&self) -> i64 {
        self.tally.get(&Verdict::Ok).copied().unwrap_or(0) + self.decided
    }

    /// The rows that applying, or taking back, has come to.
    fn come_to(&self) -> i64 {
        if self.import.state == ImportState::Undoing { self.taken_back } else { self.done.values().sum() }
    }

    fn path(&self) -> String {
        self.center.path(format_args!("/people/imports/{}", self.import.id))
    }

    fn fields(&self) -> &'static [ImportField] {
        ImportField::ALL
    }

    fn is_field(&self, column: &usize, field: &ImportField) -> bool {
        self.mapping.columns.get(*column) == Some(&Some(*field))
    }

    fn sample(&self, column: &usize) -> &str {
        self.samples.get(*column).map_or("", String::as_str)
    }

    /// How many memberships and how many entries of hours there are of each outcome, where the list says any.
    fn of_service(&self) -> Vec<(ImportField, &BTreeMap<ServiceOutcome, i64>)> {
        let both = [(ImportField::Team, &self.memberships), (ImportField::Hours, &self.hours)];
        both.into_iter().filter(|(_, counted)| !counted.is_empty()).collect()
    }

    fn waits_for_decision(&self) -> bool {
        self.is_checked() && self.rows.iter().any(|one| one.row.verdict.waits())
    }

    fn is_decided(&self, row: &ImportRow, decision: &Decision) -> bool {
        row.decision.unwrap_or(Decision::Skip) == *decision
    }

    fn rows_key(&self) -> &'static str {
        if self.all { "import.all_rows" } else { "import.faulty_rows" }
    }

    /// The address of the rows after these.
    fn after(&self, next: &i64) -> String {
        if self.all { format!("?all=true&after={next}") } else { format!("?after={next}") }
    }

    fn faults(&self, row: &ImportRow) -> String {
        let faults = row.faults();
        let said = faults.iter().map(|fault| returned::said(self.lang, fault));
        said.collect::<Vec<_>>().join(self.lang.pick("；", "; "))
    }
}

fn samples(sheet: &BookSheet, mapping: &Mapping) -> Vec<String> {
    let rows: Vec<_> = sheet.rows.iter().filter(|row| row.number > mapping.header).take(SAMPLES).collect();
    (0..mapping.columns.len())
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.cells.get(column)).map(|cell| masked(&cell.shown()));
            cells.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" / ")
        })
        .collect()
}

impl View for ImportPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("import.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::People)
    }
}

async fn open(by: &Coordinator, conn: &mut Conn, center: CenterId, id: ImportId) -> Result<(Center, Import)> {
    let center = centers::queries::open_to(by, conn, center).await?;
    let import = queries::find(conn, center.id(), id).await?;
    Ok((center, import))
}

#[get("/centers/<center>/people/imports/<id>?<all>&<after>")]
async fn show(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    lang: Lang,
    center: CenterId,
    id: ImportId,
    all: bool,
    after: Option<i64>,
) -> Result<Page<ImportPage>> {
    let mut conn = db.read().await?;
    let opened = open(&by, &mut conn, center, id).await?;
    let today = opened.0.zone.date(now.0);
    Ok(Page(ImportPage::load(&mut conn, sealer, (lang, today), opened, (all, after.unwrap_or(0))).await?))
}

/// Fields `sheet`, and for each column `column.<place>`; another sheet is guessed anew.
#[post("/centers/<center>/people/imports/<id>/mapping", data = "<fields>")]
async fn map(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: ImportId,
    fields: Fields,
) -> Result<Done> {
    let mut conn = db.read().await?;
    let (center, import) = open(&by, &mut conn, center, id).await?;
    let kept = files::read(&mut conn, sealer, import.file_id).await?;
    drop(conn);
    let book =
        actions::open(import.source, kept.bytes).await?.map_err(|fault| Error::internal(format!("{fault:?}")))?;
    let mapping = read_mapping(&fields, &import.mapping(), &book)?;
    actions::check(&by, now, db, sealer, &center, (&import, book, &mapping)).await?;
    Ok(Done::to(center.path(format_args!("/people/imports/{id}")), "done.import_checked"))
}

fn read_mapping(fields: &Fields, known: &Mapping, book: &Book) -> Result<Mapping> {
    let mut read = fields.read();
    let sheet: Option<Option<usize>> = read.optional("sheet", parse::choice);
    let place = read.finish(|| sheet)?.unwrap_or(known.sheet);
    let Some(sheet) = book.sheets.get(place) else { return Err(Error::NotFound) };
    if place != known.sheet {
        return Ok(columns::guess_sheet(place, sheet));
    }
    let mut mapping = known.clone();
    for (column, slot) in mapping.columns.iter_mut().enumerate() {
        let name = format!("column.{column}");
        if fields.names().any(|sent| sent == name) {
            *slot = fields.get(&name).parse().ok();
        }
    }
    // A field stands in one column: of two the first.
    let mut seen = Vec::new();
    for slot in &mut mapping.columns {
        match slot {
            Some(field) if seen.contains(field) => *slot = None,
            Some(field) => seen.push(*field),
            None => {}
        }
    }
    Ok(mapping)
}

/// Fields `row.<number>`: what shall become of each.
#[post("/centers/<center>/people/imports/<id>/decisions", data = "<fields>")]
async fn decide(by: Coordinator, db: &Db, now: Now, center: CenterId, id: ImportId, fields: Fields) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (center, import) = open(&by, &mut tx, center, id).await?;
    let row = |name: &str| Some((name.strip_prefix("row.")?.parse().ok()?, fields.get(name).parse().ok()));
    let decisions: Vec<(i64, Option<Decision>)> = fields.names().filter_map(row).collect();
    actions::decide(&by, now, &mut tx, &center, &import, &decisions).await?;
    tx.commit().await?;
    Ok(Done::to(center.path(format_args!("/people/imports/{id}")), "done.import_decided"))
}

#[post("/centers/<center>/people/imports/<id>/application")]
async fn apply(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: ImportId,
) -> Result<Done> {
    set_out(Course::Apply, &by, db, now, sealer, (center, id)).await
}

#[post("/centers/<center>/people/imports/<id>/undoing")]
async fn undo(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: ImportId,
) -> Result<Done> {
    set_out(Course::Undo, &by, db, now, sealer, (center, id)).await
}

async fn set_out(
    course: Course,
    by: &Coordinator,
    db: &Db,
    now: Now,
    sealer: &Sealer,
    (center, id): (CenterId, ImportId),
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (center, import) = open(by, &mut tx, center, id).await?;
    let is_done = course::set_out(course, by, now, &mut tx, sealer, (&center, &import)).await?;
    tx.commit().await?;
    let said = match (course, is_done) {
        (_, false) => "done.import_under_way",
        (Course::Apply, true) => "done.import_applied",
        (Course::Undo, true) => "done.import_undone",
    };
    Ok(Done::to(center.path(format_args!("/people/imports/{id}")), said))
}

/// The file as it came, with the verdict of each row beside it.
#[get("/centers/<center>/people/imports/<id>/file")]
async fn file(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    lang: Lang,
    center: CenterId,
    id: ImportId,
) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let (_, import) = open(&by, &mut conn, center, id).await?;
    let kept = files::read(&mut conn, sealer, import.file_id).await?;
    let rows = queries::rows(&mut conn, id, 0, false, i64::MAX).await?;
    Ok(FileAnswer::attachment(returned::with_verdicts(lang, &import, kept, &rows)?))
}
