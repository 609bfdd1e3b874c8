//! Asking for an indicator, asking otherwise and no more, and copying those of a template or of another agreement.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::actions::AgreementOpened;
use super::choices::{IndicatorChoices, PartChoices};
use super::forms::IndicatorSource;
use super::pages::path;
use super::types::{
    CopiedFor, CountedMeasure, CountedWithin, Indicator, IndicatorId, IndicatorSpan, IndicatorTemplate, IndicatorUnit,
};
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

    /// What the form was filled from; once its reader was told of another change, what is there now.
    fn version(&self) -> String {
        match &self.known {
            Some(known) if is_overtaken(&self.form) => known.version.to_string(),
            _ => self.form.value("version").to_owned(),
        }
    }

    /// Beside what was entered, what is there by now, where somebody else changed it meanwhile.
    fn beside(mut self, lang: Lang) -> Self {
        if let Some(known) = self.known.as_ref().filter(|_| is_overtaken(&self.form)) {
            let differing = self.differing(lang, &values(known));
            self.form = self.form.beside(differing);
        }
        self
    }

    /// Of each field that is entered otherwise than the indicator has it, what that is, in words.
    fn differing(&self, lang: Lang, known: &Fields) -> Fields {
        let mut differing = Fields::default();
        for name in known.names().filter(|name| *name != "version") {
            let (entered, now) = (self.form.value(name), known.get(name));
            // What is left out is as the name, or where it was.
            let is_kept = entered.is_empty() && matches!(name, "name_en" | "place");
            if entered != now && !is_kept {
                differing.add(name, &self.said(lang, name, now));
            }
        }
        differing
    }

    /// A field's value in the reader's words; empty for none.
    fn said(&self, lang: Lang, name: &str, value: &str) -> String {
        let said = match name {
            "unit" => value.parse::<IndicatorUnit>().ok().map(|unit| lang.text(unit.key())),
            "span" => value.parse::<IndicatorSpan>().ok().map(|span| lang.text(span.key())),
            "measure" => value.parse::<CountedMeasure>().ok().map(|measure| lang.text(measure.key())),
            "within" => value.parse::<CountedWithin>().ok().map(|within| self.choices.called(lang, within)),
            "center" => {
                let center = self.centers().iter().find(|center| center.center_id.to_string() == value);
                center.map(|center| center.center.clone())
            }
            "worker" => {
                let worker = self.choices.workers.iter().find(|worker| worker.id.to_string() == value);
                worker.map(|worker| worker.name.clone())
            }
            _ => None,
        };
        said.unwrap_or_else(|| value.to_owned())
    }
}

/// Whether somebody else changed the indicator while the form was filled in.
fn is_overtaken(form: &Form) -> bool {
    form.refusal().is_some_and(|refusal| refusal.code == "indicator_changed")
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
        .with("version", known.version)
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
        let (input, seen) = forms::revision(&fields)?;
        let mut tx = db.begin().await?;
        actions::revise(&by, now, &mut tx, &opened, (&known, &input), seen).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("{}/{indicator}", path(id)))
    };
    let made = made.await;
    Submitted::of(made, "done.saved", async |errors| {
        let mut conn = db.read().await?;
        // As it is now: whoever saves once more has been told.
        let known = queries::find(&mut conn, id, indicator).await?;
        let form = Form::again(fields, errors);
        Ok(IndicatorForm::load(&mut conn, lang, opened, Some(known), form).await?.beside(lang))
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
        let reason = forms::removal(&fields)?;
        let mut tx = db.begin().await?;
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

    fn lines(&self) -> &'static [CopiedFor] {
        CopiedFor::ALL
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
    let form = Form::filled(Fields::default().with("lines", CopiedFor::Together));
    Ok(Page(IndicatorCopy::load(&by, &mut conn, agreement, form).await?))
}

#[post("/agreements/<id>/indicators/copy", data = "<fields>")]
async fn copy(by: Manager, db: &Db, now: Now, id: AgreementId, fields: Fields) -> Result<Submitted<IndicatorCopy>> {
    let opened = open(&by, &mut *db.read().await?, id).await?;
    let made = async {
        let asked = forms::copying(&fields)?;
        let mut tx = db.begin().await?;
        let copied = templates::copy_template(&by, now, &mut tx, &opened, asked).await?;
        tx.commit().await?;
        let word = match copied.left_out {
            0 => "done.indicators_copied",
            _ => "done.indicators_copied_but_led",
        };
        Ok::<_, Error>((path(id), word))
    };
    let made = made.await;
    Submitted::with_word(made, async |errors| {
        IndicatorCopy::load(&by, &mut *db.read().await?, opened.0, Form::again(fields, errors)).await
    })
    .await
}
