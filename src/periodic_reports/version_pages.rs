//! A version as it was submitted: read on the screen and on paper, answered by the purchaser, beside another of the same report.

use std::collections::BTreeMap;

use askama::Template;
use rocket::{Route, get, post, routes};

use super::beside::FrozenActivity;
use super::charts::{ReportChart, charts};
use super::document::{self, FrozenFigure, FrozenReport};
use super::evidence;
use super::frozen_tables::{FrozenTable, ShownAdjustment, tables};
use super::periods::PeriodName;
use super::rights::{ReportAnswerer, ReportReceiver, ReportSubmitter, sees_drafts};
use super::types::{
    Chapter, Evidence, EvidenceKind, PeriodicReport, PeriodicReportId, ReportComment, ReportState, ReportVersion,
    VersionText,
};
use super::{actions, forms, proof_files, queries, redacting, rows_pages};
use crate::auth::{ReportReader, Role};
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::error::{Error, Refusal, Result};
use crate::figures::{Section, small_cells};
use crate::store::{Conn, Db};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::text::Named as _;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, accept, undo_acceptance, give_back, redact, receive]
}

/// A version with all that was kept of it, as its reader may know it.
pub(super) struct ReadVersion {
    pub report: PeriodicReport,
    pub version: ReportVersion,
    pub document: FrozenReport,
    pub texts: BTreeMap<String, VersionText>,
    pub evidence: Vec<(i64, Evidence)>,
    pub comments: Vec<ReportComment>,
}

impl ReadVersion {
    /// # Errors
    /// `NotFound` for a version that the reader may not know of; `Refused("report_unreadable")` for one that nobody can read.
    pub async fn load(by: &ReportReader, conn: &mut Conn, report: PeriodicReport, number: i64) -> Result<Self> {
        let version = queries::version(by, conn, report.id, number).await?;
        let document = FrozenReport::read(&queries::document(conn, version.id).await?)?;
        let document = if small_cells::are_seen_by(by) { document } else { document.for_outsiders() };
        Ok(Self {
            texts: queries::texts(conn, version.id).await?,
            evidence: evidence::of_version(conn, version.id).await?,
            comments: queries::comments(conn, version.id).await?,
            report,
            version,
            document,
        })
    }

    /// What a chapter says; none where it says nothing, or its words were taken out.
    pub fn words(&self, place: &str) -> Option<&str> {
        self.texts.get(place)?.content.as_deref()
    }
}

#[derive(Template)]
#[template(path = "periodic_reports/version.html")]
pub(super) struct VersionPage {
    name: PeriodName,
    read: ReadVersion,
    versions: Vec<ReportVersion>,
    receipts: Vec<(String, i64, Timestamp)>,
    /// Whether the reader has said so of this version.
    is_received: bool,
    /// Whether the reader may take the acceptance back, where it is the purchaser's.
    undoing: Option<Result<(), Refusal>>,
    role: Role,
    /// Whether the reader may have the text that was hashed.
    has_text: bool,
    tables: Vec<FrozenTable>,
    /// The days that were counted of the periods beside it, in the order of the numbers.
    compared: Vec<(Date, Date)>,
    by_center: Vec<(String, Vec<FrozenTable>)>,
    adjustments: Vec<ShownAdjustment>,
    charts: Vec<ReportChart>,
    /// Below which the rows behind its numbers are; empty where the reader may open none.
    rows: String,
    form: Form,
}

impl VersionPage {
    pub(super) async fn load(
        by: &ReportReader,
        conn: &mut Conn,
        now: Now,
        (report, number): (PeriodicReport, i64),
        form: Form,
    ) -> Result<Self> {
        let rows = rows_pages::address(by, conn, now, &report).await?;
        let versions = queries::versions(by, conn, report.id).await?;
        let receipts = queries::receipts(conn, report.id).await?;
        let is_received = queries::is_received(by, conn, report.id, number).await?;
        let acceptance = match by.role {
            Role::Purchaser => queries::acceptance(conn, &report).await?,
            _ => None,
        };
        let acceptance = acceptance.filter(|one| one.version == number);
        let read = ReadVersion::load(by, conn, report, number).await?;
        let document = &read.document;
        let others: Vec<&[FrozenFigure]> = document.compared.iter().map(|other| other.figures.as_slice()).collect();
        let compared: Vec<(Date, Date)> = document.compared.iter().map(|other| document.counted_of(other)).collect();
        let center = |part: &document::FrozenPart| {
            let of = document.centers.iter().find(|center| center.id == part.center);
            (of.map(|center| center.name.clone()).unwrap_or_default(), tables(&part.figures, &[]))
        };
        Ok(Self {
            name: document.report.name(),
            tables: tables(&document.figures, &others),
            by_center: document.by_center.iter().map(center).collect(),
            adjustments: document.adjustments.iter().map(ShownAdjustment::of).collect(),
            charts: charts(&document.figures, (&document.compared, &compared), &document.months),
            compared,
            has_text: proof_files::has_text(by),
            versions,
            receipts,
            is_received,
            undoing: acceptance.map(|one| one.may_be_undone(now)),
            role: by.role,
            rows,
            form,
            read,
        })
    }

    /// The first page's figures.
    fn main(&self) -> impl Iterator<Item = &FrozenFigure> {
        let of = [Section::Total, Section::Volunteers];
        self.read.document.figures.iter().filter(move |figure| of.contains(&figure.section))
    }

    fn local(&self, at: &Timestamp) -> chrono::NaiveDateTime {
        Zone::SHANGHAI.local(*at)
    }

    /// Whether the reader is to answer it.
    fn is_to_be_answered(&self) -> bool {
        self.role == Role::Purchaser && self.is_last() && self.read.report.state == ReportState::Submitted
    }

    fn may_undo_acceptance(&self) -> bool {
        self.undoing == Some(Ok(()))
    }

    /// Why the acceptance stays, for whoever gave it.
    fn acceptance_stays(&self) -> Option<&Refusal> {
        self.undoing.as_ref()?.as_ref().err()
    }

    /// Whether the reader is to say that it came.
    fn is_to_be_received(&self) -> bool {
        self.role == Role::Department
            && self.is_last()
            && matches!(self.read.report.state, ReportState::Submitted | ReportState::Accepted)
            && !self.is_received
    }

    fn may_be_withdrawn(&self) -> bool {
        self.role == Role::ProviderManager && self.is_last() && self.read.report.state == ReportState::Submitted
    }

    fn is_last(&self) -> bool {
        self.read.version.number == self.read.report.versions
    }

    /// The version before this one that can be laid beside it.
    fn before(&self) -> Option<i64> {
        let number = self.read.version.number;
        self.versions.iter().rev().map(|version| version.number).find(|other| *other < number)
    }

    fn redacts(&self) -> bool {
        self.role == Role::ProviderManager
    }

    /// Why words were taken out, where they were.
    fn taken_out(&self, place: &str) -> Option<&str> {
        let text = self.read.texts.get(place).filter(|text| text.redacted_at.is_some())?;
        // Why may say what was taken out: that is for those alone who write.
        Some(text.redacted_why.as_deref().filter(|_| sees_drafts(self.role)).unwrap_or_default())
    }

    /// Whether the reader may open the file of a piece of evidence.
    fn opens(&self, one: &Evidence) -> bool {
        one.digest.is_some() && (one.kind == EvidenceKind::Photo || sees_drafts(self.role))
    }

    /// What an activity is called: its title, or its kind where that is not told.
    fn title_of(&self, activity: &FrozenActivity) -> Option<&str> {
        self.read.words(&activity.place())
    }

    fn path(&self) -> String {
        format!("{}/versions/{}", self.read.report.path(), self.read.version.number)
    }

    fn caption_place(&self, number: &i64) -> String {
        evidence::place(*number)
    }

    fn caption(&self, number: &i64) -> Option<&str> {
        self.read.words(&evidence::place(*number))
    }

    /// What the purchaser said of a chapter.
    fn comment(&self, chapter: &Chapter) -> Option<&str> {
        self.read.comments.iter().find(|one| one.chapter == Some(*chapter)).map(|one| one.words.as_str())
    }

    /// What the purchaser said of the whole.
    fn remark(&self) -> Option<&str> {
        self.read.comments.iter().find(|one| one.chapter.is_none()).map(|one| one.words.as_str())
    }

    /// The fields for comments on chapters, and what they are called.
    fn fields(&self) -> Vec<(String, &'static str)> {
        Chapter::ALL.iter().map(|chapter| (format!("comments.{chapter}"), chapter.key())).collect()
    }

    fn verify(&self) -> String {
        self.read.report.verify_path()
    }
}

impl View for VersionPage {
    fn title(&self, lang: Lang) -> String {
        format!("{} {}", self.read.report.number(), self.name.in_lang(lang))
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::PeriodicReports)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/periodic-reports/<id>/versions/<number>")]
async fn show(by: ReportReader, db: &Db, now: Now, id: PeriodicReportId, number: i64) -> Result<Page<VersionPage>> {
    let mut conn = db.read().await?;
    let report = queries::found(&by, &mut conn, id).await?;
    Ok(Page(VersionPage::load(&by, &mut conn, now, (report, number), Form::new()).await?))
}

/// Field `version`.
#[post("/periodic-reports/<id>/acceptance", data = "<fields>")]
async fn accept(by: ReportReader, db: &Db, now: Now, id: PeriodicReportId, fields: Fields) -> Result<Done> {
    let by = ReportAnswerer::of(by)?;
    let mut tx = db.begin().await?;
    let report = queries::found(&by, &mut tx, id).await?;
    actions::accept(&by, now, &mut tx, &report, forms::version(&fields)?).await?;
    tx.commit().await?;
    Ok(Done::to(report.path(), "done.report_accepted"))
}

/// Fields `version reason`: the acceptance was a slip.
#[post("/periodic-reports/<id>/acceptance/undoing", data = "<fields>")]
async fn undo_acceptance(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: PeriodicReportId,
    fields: Fields,
) -> Result<Submitted<VersionPage>> {
    let by = ReportAnswerer::of(by)?;
    let report = queries::found(&by, &mut *db.read().await?, id).await?;
    let made = async {
        let (version, why) = forms::acceptance_undone(&fields)?;
        let mut tx = db.begin().await?;
        actions::undo_acceptance(&by, now, &mut tx, &report, (version, &why)).await?;
        tx.commit().await?;
        Ok::<_, Error>(report.path())
    };
    let made = made.await;
    Submitted::of(made, "done.acceptance_undone", async |errors| {
        let (number, form) = (report.versions, Form::again(fields, errors));
        VersionPage::load(&by, &mut *db.read().await?, now, (report, number), form).await
    })
    .await
}

/// Field `version`: what was read, and was submitted last, is there.
#[post("/periodic-reports/<id>/receipt", data = "<fields>")]
async fn receive(by: ReportReader, db: &Db, now: Now, id: PeriodicReportId, fields: Fields) -> Result<Done> {
    let by = ReportReceiver::of(by)?;
    let mut tx = db.begin().await?;
    let report = queries::found(&by, &mut tx, id).await?;
    actions::confirm_receipt(&by, now, &mut tx, &report, forms::version(&fields)?).await?;
    tx.commit().await?;
    Ok(Done::to(report.path(), "done.report_received"))
}

/// Fields `version comment` and `comments.<chapter>`.
#[post("/periodic-reports/<id>/return", data = "<fields>")]
async fn give_back(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: PeriodicReportId,
    fields: Fields,
) -> Result<Submitted<VersionPage>> {
    let by = ReportAnswerer::of(by)?;
    let report = queries::found(&by, &mut *db.read().await?, id).await?;
    let made = async {
        let answer = forms::returned(&fields)?;
        let mut tx = db.begin().await?;
        actions::give_back(&by, now, &mut tx, &report, &answer).await?;
        tx.commit().await?;
        Ok::<_, Error>(report.path())
    };
    let made = made.await;
    Submitted::of(made, "done.report_returned", async |errors| {
        let number = report.versions;
        let form = Form::again(fields, errors);
        VersionPage::load(&by, &mut *db.read().await?, now, (report, number), form).await
    })
    .await
}

/// Fields `place reason`: words are taken out of a version, and wherever else the report holds them.
#[post("/periodic-reports/<id>/versions/<number>/redaction", data = "<fields>")]
async fn redact(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: PeriodicReportId,
    number: i64,
    fields: Fields,
) -> Result<Submitted<VersionPage>> {
    let by = ReportSubmitter::of(by)?;
    let mut conn = db.read().await?;
    let report = queries::found(&by, &mut conn, id).await?;
    let version = queries::version(&by, &mut conn, id, number).await?;
    drop(conn);
    let made = async {
        let (place, why) = forms::redaction(&fields)?;
        let mut tx = db.begin().await?;
        redacting::redact(&by, now, &mut tx, (&report, &version), (&place, &why)).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("{}/versions/{number}", report.path()))
    };
    let made = made.await;
    Submitted::of(made, "done.words_redacted", async |errors| {
        let form = Form::again(fields, errors);
        VersionPage::load(&by, &mut *db.read().await?, now, (report, number), form).await
    })
    .await
}
