//! An agreement's own page: what it says and said, its centers and posts, when its reports are due, its papers.

use std::collections::BTreeSet;

use askama::Template;
use chrono::NaiveDateTime;
use rocket::form::{Form as Multipart, FromForm};
use rocket::{Route, State, get, post, routes};

use super::documents::PAPERS;
use super::rules::{self, DuePeriod};
use super::types::{
    AgreedCenter, AgreedPosts, AgreementDocument, AgreementDocumentId, AgreementId, AgreementRecord, ReportCycle,
};
use super::versions::{self, TextLine, ToldVersion};
use super::{actions, documents, forms, queries};
use crate::auth::{CenterReader, CityAdmin, Manager, ReportReader, Role, Viewer};
use crate::centers::{self, CenterId};
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::error::{Error, Result};
use crate::files::{self, FileAnswer, SentFile};
use crate::store::{Conn, Db, Sealer};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, end, take_back, add_document, document, remove_document]
}

#[derive(Template)]
#[template(path = "agreements/show.html")]
struct RecordPage {
    record: AgreementRecord,
    terms: Vec<TextLine>,
    versions: Vec<ToldVersion>,
    papers: Vec<AgreementDocument>,
    posts: Vec<AgreedPosts>,
    /// The periods that reports are asked for, by their kinds.
    due: Vec<(ReportCycle, Vec<DuePeriod>)>,
    /// The centers whose pages the reader opens.
    reached: BTreeSet<CenterId>,
    role: Role,
    today: Date,
    ending: Form,
    voiding: Form,
    /// Of the papers.
    keeping: Form,
}

impl RecordPage {
    async fn load(by: &Viewer, conn: &mut Conn, (now, lang): (Now, Lang), record: AgreementRecord) -> Result<Self> {
        let today = Zone::SHANGHAI.date(now.0);
        let due = record.text.cycles.iter().map(|one| (one.cycle, rules::periods(&record.text, one.cycle))).collect();
        let before = queries::versions(conn, record.id).await?;
        Ok(Self {
            terms: versions::terms(&record.text, lang),
            versions: versions::told(before, &record.text, lang),
            papers: queries::documents(conn, record.id).await?,
            posts: queries::posts(conn, record.id, today).await?,
            due,
            reached: centers::queries::reached_by(by, conn).await?.into_iter().map(|center| center.id).collect(),
            role: by.role,
            today,
            ending: Form::new(),
            voiding: Form::new(),
            keeping: Form::new(),
            record,
        })
    }

    fn may_change(&self) -> bool {
        CityAdmin::includes(self.role) && !self.record.is_voided()
    }

    fn may_add_papers(&self) -> bool {
        Manager::includes(self.role) && !self.record.is_voided()
    }

    fn has_ended(&self) -> bool {
        self.record.text.ends_on < self.today
    }

    /// Where the reader goes in a center, if it is theirs.
    fn center(&self, one: &AgreedCenter) -> Option<String> {
        self.reached.contains(&one.center_id).then(|| one.center_id.path(self.role.first_page()))
    }

    fn posts_of(&self, one: &AgreedCenter) -> Option<&AgreedPosts> {
        self.posts.iter().find(|posts| posts.center_id == one.center_id)
    }

    /// Where a center's posts stand, for who reads them.
    fn posts_page(&self, one: &AgreedCenter) -> Option<String> {
        let reads = CenterReader::includes(self.role) && self.reached.contains(&one.center_id);
        reads.then(|| one.center_id.path("/posts"))
    }

    fn local(&self, at: &Timestamp) -> NaiveDateTime {
        Zone::SHANGHAI.local(*at)
    }

    fn field(&self, name: &str, document: &AgreementDocument) -> String {
        format!("{name}.{}", document.id)
    }

    fn is_open(&self, document: &AgreementDocument) -> bool {
        self.keeping.fault(&self.field("remove_reason", document)).is_some()
    }

    fn is_past(&self, period: &DuePeriod) -> bool {
        period.due_on.is_some_and(|day| day < self.today)
    }
}

impl View for RecordPage {
    fn title(&self, lang: Lang) -> String {
        format!("{} · {}", lang.text("agreements.one"), self.record.name())
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Organizations)
    }

    fn refill(&mut self, typed: Fields) {
        let has = |name: &str| typed.names().any(|known| known == name);
        match (has("last_day"), has("void_reason")) {
            (true, _) => self.ending = Form::filled(typed),
            (_, true) => self.voiding = Form::filled(typed),
            _ => self.keeping = Form::filled(typed),
        }
    }
}

#[get("/agreements/<id>")]
async fn show(by: ReportReader, db: &Db, now: Now, lang: Lang, id: AgreementId) -> Result<Page<RecordPage>> {
    let mut conn = db.read().await?;
    let record = queries::open_to(&by, &mut conn, id).await?;
    Ok(Page(RecordPage::load(&by, &mut conn, (now, lang), record).await?))
}

#[post("/agreements/<id>/ending", data = "<fields>")]
async fn end(
    by: CityAdmin,
    db: &Db,
    now: Now,
    lang: Lang,
    id: AgreementId,
    fields: Fields,
) -> Result<Submitted<RecordPage>> {
    let record = queries::standing(&by, &mut *db.read().await?, id).await?;
    let made = async {
        let ending = forms::ending(&fields, Zone::SHANGHAI.date(now.0))?;
        let mut tx = db.begin().await?;
        actions::end(&by, now, &mut tx, id, &ending).await?;
        tx.commit().await?;
        Ok::<_, Error>(record.path())
    };
    let made = made.await;
    Submitted::of(made, "done.agreement_ended", async |errors| {
        let mut page = RecordPage::load(&by, &mut *db.read().await?, (now, lang), record).await?;
        page.ending = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

#[post("/agreements/<id>/void", data = "<fields>")]
async fn take_back(
    by: CityAdmin,
    db: &Db,
    now: Now,
    lang: Lang,
    id: AgreementId,
    fields: Fields,
) -> Result<Submitted<RecordPage>> {
    let record = queries::standing(&by, &mut *db.read().await?, id).await?;
    let made = async {
        let reason = forms::reason(&fields, "void_reason")?;
        let mut tx = db.begin().await?;
        actions::take_back(&by, now, &mut tx, id, &reason).await?;
        tx.commit().await?;
        Ok::<_, Error>(record.path())
    };
    let made = made.await;
    Submitted::of(made, "done.agreement_voided", async |errors| {
        let mut page = RecordPage::load(&by, &mut *db.read().await?, (now, lang), record).await?;
        page.voiding = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

#[derive(FromForm)]
struct NewPaper {
    title: Option<String>,
    paper: SentFile,
}

#[post("/agreements/<id>/documents", data = "<sent>")]
async fn add_document(
    by: Manager,
    db: &Db,
    now: Now,
    lang: Lang,
    sealer: &State<Sealer>,
    id: AgreementId,
    sent: rocket::form::Result<'_, Multipart<NewPaper>>,
) -> Result<Submitted<RecordPage>> {
    let record = queries::open_to(&by, &mut *db.read().await?, id).await?;
    let mut typed = Fields::default();
    let made = async {
        let sent = sent.map_err(|_| Error::field("paper", "field.required"))?.into_inner();
        typed.add("title", sent.title.as_deref().unwrap_or_default());
        let title = forms::title(&typed)?;
        let paper = sent.paper.checked("paper", PAPERS).await?;
        let mut tx = db.begin().await?;
        documents::add_document(&by, now, &mut tx, sealer, &record, (title.as_deref(), &paper)).await?;
        tx.commit().await?;
        Ok::<_, Error>(record.path())
    };
    let made = made.await;
    Submitted::of(made, "done.paper_kept", async |errors| {
        let mut page = RecordPage::load(&by, &mut *db.read().await?, (now, lang), record).await?;
        page.keeping = Form::again(typed, errors);
        Ok(page)
    })
    .await
}

#[get("/agreements/<id>/documents/<document>/file")]
async fn document(
    by: ReportReader,
    db: &Db,
    sealer: &State<Sealer>,
    id: AgreementId,
    document: AgreementDocumentId,
) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let record = queries::open_to(&by, &mut conn, id).await?;
    let file = queries::document(&mut conn, record.id, document).await?;
    Ok(FileAnswer::shown(files::read(&mut conn, sealer, file).await?))
}

#[post("/agreements/<id>/documents/<document>/removal", data = "<fields>")]
async fn remove_document(
    by: CityAdmin,
    db: &Db,
    now: Now,
    lang: Lang,
    id: AgreementId,
    document: AgreementDocumentId,
    fields: Fields,
) -> Result<Submitted<RecordPage>> {
    let mut conn = db.read().await?;
    let record = queries::standing(&by, &mut conn, id).await?;
    queries::document(&mut conn, id, document).await?;
    drop(conn);
    let made = async {
        let reason = forms::reason(&fields, &format!("remove_reason.{document}"))?;
        let mut tx = db.begin().await?;
        documents::remove_document(&by, now, &mut tx, &record, (document, &reason)).await?;
        tx.commit().await?;
        Ok::<_, Error>(record.path())
    };
    let made = made.await;
    Submitted::of(made, "done.paper_removed", async |errors| {
        let mut page = RecordPage::load(&by, &mut *db.read().await?, (now, lang), record).await?;
        page.keeping = Form::again(fields, errors);
        Ok(page)
    })
    .await
}
