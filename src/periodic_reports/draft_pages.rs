//! A draft: live figures, what is to be settled first, a text for each chapter, evidence; and what is looked at before it is submitted.

use askama::Template;
use rocket::http::Status;
use rocket::response::status::NoContent;
use rocket::{Either, Route, get, post, routes};

use super::draft::{self, ShownDraft, Unsettled};
use super::periods::PeriodName;
use super::privacy::{self, PrivacyHit};
use super::rights::{ReportSubmitter, ReportWriter, sees_drafts};
use super::rules::{self, ReportStep};
use super::types::{Chapter, ChapterText, LONGEST_CHAPTER, PeriodicReport, PeriodicReportId, VersionState};
use super::version_pages::VersionPage;
use super::{actions, counting, evidence, forms, freezing, queries, rows_pages, settling};
use crate::auth::{ReportReader, Role};
use crate::centers::CenterId;
use crate::clock::{Now, Timestamp, Zone};
use crate::error::{Error, FieldErrors, Refusal, Result};
use crate::store::{Conn, Db};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::text::Named as _;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, write, autosave, review, submit, keep_name, withdraw, remove]
}

#[derive(Template)]
#[template(path = "periodic_reports/draft.html")]
pub(super) struct DraftPage {
    name: PeriodName,
    draft: ShownDraft,
    /// Below which the rows behind its numbers are; empty where the reader may open none.
    rows: String,
    /// The chapter that was sent last, where it was not taken.
    sent: Option<Chapter>,
    form: Form,
    /// Of the evidence.
    adding: Form,
}

impl DraftPage {
    pub(super) async fn load(by: &ReportWriter, conn: &mut Conn, now: Now, report: PeriodicReport) -> Result<Self> {
        rules::after(ReportStep::Write, report.state)?;
        Ok(Self {
            name: PeriodName::of(report.kind, report.period()),
            rows: rows_pages::address(by, conn, now, &report).await?,
            draft: ShownDraft::load(by, conn, now, report).await?,
            sent: None,
            form: Form::new(),
            adding: Form::new(),
        })
    }

    /// As it is, with what is wrong with the evidence that was sent.
    pub(super) fn with_evidence_refused(self, caption: &str, errors: FieldErrors) -> Self {
        Self { adding: Form::again(Fields::default().with("caption", caption), errors), ..self }
    }

    /// What stands in a chapter's field: what was typed, where that was not taken.
    fn text<'a>(&'a self, text: &'a ChapterText) -> &'a str {
        if self.sent == Some(text.chapter) { self.form.value("content") } else { &text.content }
    }

    /// Whether somebody else wrote another text of the chapter that was sent.
    fn is_changed(&self, chapter: &Chapter) -> bool {
        self.sent == Some(*chapter) && self.form.refusal().is_some_and(|refusal| refusal.code == "chapter_changed")
    }

    fn longest(&self) -> usize {
        LONGEST_CHAPTER
    }

    fn last_words(&self, chapter: &Chapter) -> Option<&str> {
        self.draft.last_words.get(chapter).map(String::as_str)
    }

    /// What the purchaser said of a chapter.
    fn comment(&self, chapter: &Chapter) -> Option<&str> {
        let of = self.draft.comments.iter().find(|comment| comment.chapter == Some(*chapter));
        of.map(|comment| comment.words.as_str())
    }

    /// What the purchaser said of the whole.
    fn remark(&self) -> Option<&str> {
        self.draft.comments.iter().find(|comment| comment.chapter.is_none()).map(|comment| comment.words.as_str())
    }

    fn local(&self, at: &Timestamp) -> chrono::NaiveDateTime {
        Zone::SHANGHAI.local(*at)
    }
}

impl View for DraftPage {
    fn title(&self, lang: Lang) -> String {
        format!("{} · {}", lang.text("periodic.draft"), self.name.in_lang(lang))
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::PeriodicReports)
    }
}

/// The draft for whoever writes in it, else the last version.
#[get("/periodic-reports/<id>", rank = 2)]
async fn show(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: PeriodicReportId,
) -> Result<Either<Page<DraftPage>, Page<VersionPage>>> {
    let mut conn = db.read().await?;
    let report = queries::found(&by, &mut conn, id).await?;
    if sees_drafts(by.role) && rules::after(ReportStep::Write, report.state).is_ok() {
        let by = ReportWriter::of(by)?;
        return Ok(Either::Left(Page(DraftPage::load(&by, &mut conn, now, report).await?)));
    }
    let versions = queries::versions(&by, &mut conn, id).await?;
    let last = versions.iter().rev().find(|version| version.state != VersionState::Withdrawn);
    let number = last.ok_or(Error::NotFound)?.number;
    Ok(Either::Right(Page(VersionPage::load(&by, &mut conn, now, (report, number), Form::new()).await?)))
}

fn chapter_of(word: &str) -> Result<Chapter> {
    word.parse().map_err(|_| Error::NotFound)
}

/// Fields `content version`.
#[post("/periodic-reports/<id>/chapters/<chapter>", data = "<fields>")]
async fn write(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: PeriodicReportId,
    chapter: &str,
    fields: Fields,
) -> Result<Either<Submitted<DraftPage>, (Status, Page<UnsavedPage>)>> {
    let by = ReportWriter::of(by)?;
    let chapter = chapter_of(chapter)?;
    let report = queries::found(&by, &mut *db.read().await?, id).await?;
    let made = async {
        let (content, seen) = forms::chapter(&fields)?;
        let mut tx = db.begin().await?;
        actions::write_chapter(&by, now, &mut tx, &report, (chapter, &content, seen)).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("{}#{chapter}", report.path()))
    };
    let made = made.await;
    if made.is_err() {
        // Somebody may have submitted it meanwhile: what was typed is lost to nobody.
        let report = queries::found(&by, &mut *db.read().await?, id).await?;
        if let Err(refusal) = rules::after(ReportStep::Write, report.state) {
            let name = PeriodName::of(report.kind, report.period());
            let page = UnsavedPage { name, chapter, content: fields.get("content").to_owned(), refusal, report };
            return Ok(Either::Right(Page(page).with(Status::Conflict)));
        }
    }
    Submitted::of(made, "done.chapter_saved", async |errors| {
        let page = DraftPage::load(&by, &mut *db.read().await?, now, report).await?;
        Ok(DraftPage { sent: Some(chapter), form: Form::again(fields, errors), ..page })
    })
    .await
    .map(Either::Left)
}

/// What somebody typed into a chapter that nobody may write in any more.
#[derive(Template)]
#[template(path = "periodic_reports/unsaved.html")]
struct UnsavedPage {
    name: PeriodName,
    report: PeriodicReport,
    chapter: Chapter,
    content: String,
    refusal: Refusal,
}

impl View for UnsavedPage {
    fn title(&self, lang: Lang) -> String {
        format!("{} · {}", lang.text("periodic.unsaved"), self.name.in_lang(lang))
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::PeriodicReports)
    }
}

/// As `write`, for a script that goes on typing: 204, or why not.
#[post("/periodic-reports/<id>/chapters/<chapter>/autosave", data = "<fields>")]
async fn autosave(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: PeriodicReportId,
    chapter: &str,
    fields: Fields,
) -> Result<NoContent> {
    let by = ReportWriter::of(by)?;
    let chapter = chapter_of(chapter)?;
    let mut tx = db.begin().await?;
    let report = queries::found(&by, &mut tx, id).await?;
    let (content, seen) = forms::chapter(&fields)?;
    actions::write_chapter(&by, now, &mut tx, &report, (chapter, &content, seen)).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// What is looked at before a report is submitted.
#[derive(Template)]
#[template(path = "periodic_reports/submission.html")]
struct SubmissionPage {
    name: PeriodName,
    report: PeriodicReport,
    centers: Vec<(CenterId, String)>,
    unsettled: Vec<Unsettled>,
    hits: Vec<PrivacyHit>,
    empty: Vec<Chapter>,
    evidence: usize,
    is_submitter: bool,
    is_over: bool,
    form: Form,
}

impl SubmissionPage {
    async fn load(by: &ReportWriter, conn: &mut Conn, now: Now, report: PeriodicReport, form: Form) -> Result<Self> {
        rules::after(ReportStep::Submit, report.state)?;
        let counting = counting::Counting::load(by, conn, now, &report).await?;
        let mut chapters = queries::chapters(conn, report.id).await?;
        chapters.retain(|text| text.content.is_empty());
        Ok(Self {
            name: PeriodName::of(report.kind, report.period()),
            centers: counting.reach.centers().iter().map(|one| (one.id(), one.head.name.clone())).collect(),
            unsettled: draft::unsettled(&counting.numbers.completeness),
            hits: privacy::check_privacy(conn, &report).await?,
            empty: chapters.into_iter().map(|text| text.chapter).collect(),
            evidence: evidence::of_report(conn, report.id).await?.len(),
            is_submitter: by.role == Role::ProviderManager,
            is_over: Zone::SHANGHAI.date(now.0) > report.ends_on,
            report,
            form,
        })
    }

    /// Of the form that was sent: its reason stands there again.
    fn reason(&self, hit: &PrivacyHit) -> &str {
        if self.form.has("hit", &hit.hit) { self.form.value("reason") } else { "" }
    }
}

impl View for SubmissionPage {
    fn title(&self, lang: Lang) -> String {
        format!("{} · {}", lang.text("periodic.review"), self.name.in_lang(lang))
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::PeriodicReports)
    }
}

#[get("/periodic-reports/<id>/submission")]
async fn review(by: ReportReader, db: &Db, now: Now, id: PeriodicReportId) -> Result<Page<SubmissionPage>> {
    let by = ReportWriter::of(by)?;
    let mut conn = db.read().await?;
    let report = queries::found(&by, &mut conn, id).await?;
    Ok(Page(SubmissionPage::load(&by, &mut conn, now, report, Form::new()).await?))
}

/// Submits: the next version.
#[post("/periodic-reports/<id>/submission")]
async fn submit(by: ReportReader, db: &Db, now: Now, id: PeriodicReportId) -> Result<Submitted<SubmissionPage>> {
    let by_writer = ReportWriter::of(by.clone());
    let by = ReportSubmitter::of(by)?;
    let report = queries::found(&by, &mut *db.read().await?, id).await?;
    let made = async {
        let mut tx = db.begin().await?;
        let number = freezing::submit(&by, now, db, &mut tx, &report).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("{}/versions/{number}", report.path()))
    };
    let made = made.await;
    Submitted::of(made, "done.report_submitted", async |errors| {
        let form = Form::again(Fields::default(), errors);
        SubmissionPage::load(&by_writer?, &mut *db.read().await?, now, report, form).await
    })
    .await
}

/// Fields `hit reason`: a sentence stays.
#[post("/periodic-reports/<id>/privacy", data = "<fields>")]
async fn keep_name(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: PeriodicReportId,
    fields: Fields,
) -> Result<Submitted<SubmissionPage>> {
    let by = ReportWriter::of(by)?;
    let report = queries::found(&by, &mut *db.read().await?, id).await?;
    let made = async {
        let (hit, reason) = forms::kept(&fields)?;
        let mut tx = db.begin().await?;
        privacy::answer(&by, now, &mut tx, &report, (&hit, &reason)).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("{}/submission", report.path()))
    };
    let made = made.await;
    Submitted::of(made, "done.name_kept", async |errors| {
        SubmissionPage::load(&by, &mut *db.read().await?, now, report, Form::again(fields, errors)).await
    })
    .await
}

/// Takes what was submitted back, while nobody answered.
#[post("/periodic-reports/<id>/withdrawal")]
async fn withdraw(by: ReportReader, db: &Db, now: Now, id: PeriodicReportId) -> Result<Done> {
    let by = ReportSubmitter::of(by)?;
    let mut tx = db.begin().await?;
    let report = queries::found(&by, &mut tx, id).await?;
    freezing::withdraw(&by, now, &mut tx, &report).await?;
    tx.commit().await?;
    Ok(Done::to(report.path(), "done.report_withdrawn"))
}

/// Drops a draft whose days are the agreement's no more.
#[post("/periodic-reports/<id>/removal")]
async fn remove(by: ReportReader, db: &Db, now: Now, id: PeriodicReportId) -> Result<Done> {
    let by = ReportSubmitter::of(by)?;
    let mut tx = db.begin().await?;
    let report = queries::found(&by, &mut tx, id).await?;
    settling::drop_report(&by, now, &mut tx, &report).await?;
    tx.commit().await?;
    Ok(Done::to("/periodic-reports", "done.report_dropped"))
}
