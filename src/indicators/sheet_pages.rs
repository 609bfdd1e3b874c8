//! Asking for an indicator, asking otherwise and no more, and copying those of a template or of another agreement.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::actions::AgreementOpened;
use super::choices::{IndicatorChoices, PartChoices};
use super::forms::IndicatorSource;
use super::pages::path;
use super::types::{Indicator, IndicatorId, IndicatorSpan, IndicatorTemplate};
use super::{actions, chart, forms, queries, templates};
use crate::agreements::AgreementId;
use crate::agreements::terms::{self, ReadAgreement, ReadCenter};
use crate::auth::{Manager, Viewer};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::store::{Conn, Db};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![new, create, edit, update, remove, copying, copy]
}

/// The agreement with its centers.
///
/// # Errors
/// `NotFound` where the viewer may not know of it.
pub(super) async fn open(by: &Viewer, conn: &mut Conn, id: AgreementId) -> Result<AgreementOpened> {
    let agreement = terms::read_one(by, conn, id).await?;
    let centers = terms::centers(by, conn, std::slice::from_ref(&agreement)).await?;
    Ok((agreement, centers))
}

/// The form of an indicator, new or to be asked for otherwise.
#[derive(Template)]
#[template(path = "indicators/form.html")]
struct IndicatorForm {
    opened: AgreementOpened,
    known: Option<Indicator>,
    has_values: bool,
    choices: IndicatorChoices,
    parts: Vec<PartChoices>,
    form: Form,
    removing: Form,
}

impl IndicatorForm {
    async fn load(
        conn: &mut Conn,
        lang: Lang,
        opened: AgreementOpened,
        known: Option<Indicator>,
        form: Form,
    ) -> Result<Self> {
        let choices = IndicatorChoices::load(conn, Some(opened.0.id)).await?;
        let has_values = match &known {
            Some(known) => queries::has_values(conn, known.id).await?,
            None => false,
        };
        Ok(Self { parts: choices.parts(lang), opened, known, has_values, choices, form, removing: Form::new() })
    }

    fn all(&self) -> String {
        path(self.opened.0.id)
    }

    fn purchaser(&self) -> &str {
        &self.opened.0.purchaser
    }

    fn centers(&self) -> &[ReadCenter] {
        &self.opened.1
    }

    fn here(&self) -> String {
        self.known.as_ref().map_or_else(|| self.all(), |known| format!("{}/{}", self.all(), known.id))
    }
}

impl View for IndicatorForm {
    fn title(&self, lang: Lang) -> String {
        lang.text(if self.known.is_some() { "indicators.edit" } else { "indicators.new" })
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Indicators)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

/// What the form holds of an indicator.
fn values(known: &Indicator) -> Fields {
    let text = |value: Option<String>| value.unwrap_or_default();
    Fields::default()
        .with("center", text(known.center_id.map(|id| id.to_string())))
        .with("worker", text(known.worker_id.map(|id| id.to_string())))
        .with("name", &known.name)
        .with("name_en", &known.name_en)
        .with("unit", known.unit)
        .with("target", chart::plain(known.unit, known.target))
        .with("span", known.span)
        .with("place", known.place)
        .with("measure", text(known.measure.map(|measure| measure.to_string())))
        .with("within", text(known.within.map(|within| within.to_string())))
}

#[get("/agreements/<id>/indicators/new")]
async fn new(by: Manager, db: &Db, lang: Lang, id: AgreementId) -> Result<Page<IndicatorForm>> {
    let mut conn = db.read().await?;
    let opened = open(&by, &mut conn, id).await?;
    let form = Form::filled(Fields::default().with("span", IndicatorSpan::ProjectYear));
    Ok(Page(IndicatorForm::load(&mut conn, lang, opened, None, form).await?))
}

#[post("/agreements/<id>/indicators", data = "<fields>")]
async fn create(
    by: Manager,
    db: &Db,
    now: Now,
    lang: Lang,
    id: AgreementId,
    fields: Fields,
) -> Result<Submitted<IndicatorForm>> {
    let opened = open(&by, &mut *db.read().await?, id).await?;
    let made = async {
        let input = forms::indicator(&fields)?;
        let mut tx = db.begin().await?;
        actions::add(&by, now, &mut tx, &opened, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(path(id))
    };
    let made = made.await;
    Submitted::of(made, "done.indicator_added", async |errors| {
        IndicatorForm::load(&mut *db.read().await?, lang, opened, None, Form::again(fields, errors)).await
    })
    .await
}

#[get("/agreements/<id>/indicators/<indicator>/edit")]
async fn edit(
    by: Manager,
    db: &Db,
    lang: Lang,
    id: AgreementId,
    indicator: IndicatorId,
) -> Result<Page<IndicatorForm>> {
    let mut conn = db.read().await?;
    let opened = open(&by, &mut conn, id).await?;
    let known = queries::find(&mut conn, id, indicator).await?;
    let form = Form::filled(values(&known));
    Ok(Page(IndicatorForm::load(&mut conn, lang, opened, Some(known), form).await?))
}

#[post("/agreements/<id>/indicators/<indicator>", rank = 2, data = "<fields>")]
async fn update(
    by: Manager,
    db: &Db,
    now: Now,
    lang: Lang,
    id: AgreementId,
    indicator: IndicatorId,
    fields: Fields,
) -> Result<Submitted<IndicatorForm>> {
    let mut conn = db.read().await?;
    let opened = open(&by, &mut conn, id).await?;
    let known = queries::find(&mut conn, id, indicator).await?;
    drop(conn);
    let made = async {
        let input = forms::indicator(&fields)?;
        let mut tx = db.begin().await?;
        actions::revise(&by, now, &mut tx, &opened, (&known, &input)).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("{}/{indicator}", path(id)))
    };
    let made = made.await;
    Submitted::of(made, "done.saved", async |errors| {
        let form = Form::again(fields, errors);
        IndicatorForm::load(&mut *db.read().await?, lang, opened, Some(known), form).await
    })
    .await
}

#[post("/agreements/<id>/indicators/<indicator>/removal", data = "<fields>")]
async fn remove(
    by: Manager,
    db: &Db,
    now: Now,
    lang: Lang,
    id: AgreementId,
    indicator: IndicatorId,
    fields: Fields,
) -> Result<Submitted<IndicatorForm>> {
    let mut conn = db.read().await?;
    let opened = open(&by, &mut conn, id).await?;
    let known = queries::find(&mut conn, id, indicator).await?;
    drop(conn);
    let made = async {
        let mut tx = db.begin().await?;
        let reason = forms::removal(&fields, queries::has_values(&mut tx, indicator).await?)?;
        actions::void(&by, now, &mut tx, &opened, (&known, reason.as_deref())).await?;
        tx.commit().await?;
        Ok::<_, Error>(path(id))
    };
    let made = made.await;
    Submitted::of(made, "done.indicator_removed", async |errors| {
        let form = Form::filled(values(&known));
        let page = IndicatorForm::load(&mut *db.read().await?, lang, opened, Some(known), form).await?;
        Ok(IndicatorForm { removing: Form::again(fields, errors), ..page })
    })
    .await
}

/// From where indicators may be copied.
#[derive(Template)]
#[template(path = "indicators/copy.html")]
struct IndicatorCopy {
    agreement: ReadAgreement,
    templates: Vec<IndicatorTemplate>,
    others: Vec<ReadAgreement>,
    form: Form,
}

impl IndicatorCopy {
    async fn load(by: &Viewer, conn: &mut Conn, agreement: ReadAgreement, form: Form) -> Result<Self> {
        let mut others = terms::readable(by, conn, None, (None, None)).await?;
        others.retain(|other| other.id != agreement.id);
        Ok(Self { templates: templates::all(conn).await?, others, agreement, form })
    }

    fn all(&self) -> String {
        path(self.agreement.id)
    }

    fn of_template(&self, template: &IndicatorTemplate) -> IndicatorSource {
        IndicatorSource::Template(template.id)
    }

    fn of_agreement(&self, agreement: &ReadAgreement) -> IndicatorSource {
        IndicatorSource::Agreement(agreement.id)
    }
}

impl View for IndicatorCopy {
    fn title(&self, lang: Lang) -> String {
        lang.text("indicators.copy")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Indicators)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/agreements/<id>/indicators/copy")]
async fn copying(by: Manager, db: &Db, id: AgreementId) -> Result<Page<IndicatorCopy>> {
    let mut conn = db.read().await?;
    let agreement = terms::read_one(&by, &mut conn, id).await?;
    Ok(Page(IndicatorCopy::load(&by, &mut conn, agreement, Form::new()).await?))
}

#[post("/agreements/<id>/indicators/copy", data = "<fields>")]
async fn copy(by: Manager, db: &Db, now: Now, id: AgreementId, fields: Fields) -> Result<Submitted<IndicatorCopy>> {
    let opened = open(&by, &mut *db.read().await?, id).await?;
    let made = async {
        let source = forms::source(&fields)?;
        let mut tx = db.begin().await?;
        templates::copy_template(&by, now, &mut tx, &opened, source).await?;
        tx.commit().await?;
        Ok::<_, Error>(path(id))
    };
    let made = made.await;
    Submitted::of(made, "done.indicators_copied", async |errors| {
        IndicatorCopy::load(&by, &mut *db.read().await?, opened.0, Form::again(fields, errors)).await
    })
    .await
}
