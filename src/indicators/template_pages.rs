//! The city's templates of indicators.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::choices::{IndicatorChoices, PartChoices};
use super::types::{
    IndicatorSpan, IndicatorTemplate, IndicatorTemplateId, IndicatorTemplateItem, IndicatorTemplateItemId,
};
use super::{chart, forms, templates};
use crate::auth::CityAdmin;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::store::{Conn, Db};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, create, show, rename, add_item, remove_item, retire]
}

const ALL: &str = "/indicator-templates";

fn path(id: IndicatorTemplateId) -> String {
    format!("{ALL}/{id}")
}

#[derive(Template)]
#[template(path = "indicators/templates.html")]
struct IndicatorTemplates {
    templates: Vec<IndicatorTemplate>,
    form: Form,
}

impl View for IndicatorTemplates {
    fn title(&self, lang: Lang) -> String {
        lang.text("indicators.templates")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Catalogs)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/indicator-templates")]
async fn list(_by: CityAdmin, db: &Db) -> Result<Page<IndicatorTemplates>> {
    Ok(Page(IndicatorTemplates { templates: templates::all(&mut *db.read().await?).await?, form: Form::new() }))
}

#[post("/indicator-templates", data = "<fields>")]
async fn create(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Submitted<IndicatorTemplates>> {
    let made = async {
        let name = forms::template_name(&fields)?;
        let mut tx = db.begin().await?;
        let id = templates::found_template(&by, now, &mut tx, &name).await?;
        tx.commit().await?;
        Ok::<_, Error>(path(id))
    };
    let made = made.await;
    Submitted::of(made, "done.saved", async |errors| {
        let templates = templates::all(&mut *db.read().await?).await?;
        Ok(IndicatorTemplates { templates, form: Form::again(fields, errors) })
    })
    .await
}

/// One template: what it is called, and what is in it.
#[derive(Template)]
#[template(path = "indicators/template.html")]
struct IndicatorTemplatePage {
    template: IndicatorTemplate,
    items: Vec<IndicatorTemplateItem>,
    choices: IndicatorChoices,
    parts: Vec<PartChoices>,
    naming: Form,
    form: Form,
    lang: Lang,
}

impl IndicatorTemplatePage {
    async fn load(conn: &mut Conn, lang: Lang, id: IndicatorTemplateId) -> Result<Self> {
        let template = templates::find(conn, id).await?;
        let choices = IndicatorChoices::load(conn, None).await?;
        Ok(Self {
            items: templates::items(conn, id).await?,
            parts: choices.parts(lang),
            choices,
            naming: Form::filled(Fields::default().with("name", &template.name)),
            form: Form::filled(Fields::default().with("span", IndicatorSpan::ProjectYear)),
            template,
            lang,
        })
    }

    fn here(&self) -> String {
        path(self.template.id)
    }

    fn target(&self, item: &IndicatorTemplateItem) -> String {
        chart::amount(item.unit, item.target)
    }

    /// What is counted, in plain words.
    fn counts(&self, item: &IndicatorTemplateItem) -> String {
        let Some(measure) = item.measure else { return self.lang.text("indicators.by_hand") };
        let said = self.lang.text(measure.key());
        match item.within {
            Some(within) => format!("{said} · {}", self.choices.called(self.lang, within)),
            None => said,
        }
    }
}

impl View for IndicatorTemplatePage {
    fn title(&self, _: Lang) -> String {
        self.template.name.clone()
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Catalogs)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/indicator-templates/<id>")]
async fn show(_by: CityAdmin, db: &Db, lang: Lang, id: IndicatorTemplateId) -> Result<Page<IndicatorTemplatePage>> {
    Ok(Page(IndicatorTemplatePage::load(&mut *db.read().await?, lang, id).await?))
}

#[post("/indicator-templates/<id>", data = "<fields>")]
async fn rename(
    by: CityAdmin,
    db: &Db,
    now: Now,
    lang: Lang,
    id: IndicatorTemplateId,
    fields: Fields,
) -> Result<Submitted<IndicatorTemplatePage>> {
    let template = templates::find(&mut *db.read().await?, id).await?;
    let made = async {
        let name = forms::template_name(&fields)?;
        let mut tx = db.begin().await?;
        templates::rename(&by, now, &mut tx, &template, &name).await?;
        tx.commit().await?;
        Ok::<_, Error>(path(id))
    };
    let made = made.await;
    Submitted::of(made, "done.saved", async |errors| {
        let page = IndicatorTemplatePage::load(&mut *db.read().await?, lang, id).await?;
        Ok(IndicatorTemplatePage { naming: Form::again(fields, errors), ..page })
    })
    .await
}

#[post("/indicator-templates/<id>/items", data = "<fields>")]
async fn add_item(
    by: CityAdmin,
    db: &Db,
    now: Now,
    lang: Lang,
    id: IndicatorTemplateId,
    fields: Fields,
) -> Result<Submitted<IndicatorTemplatePage>> {
    templates::find(&mut *db.read().await?, id).await?;
    let made = async {
        let wanted = forms::item(&fields)?;
        let mut tx = db.begin().await?;
        IndicatorChoices::load(&mut tx, None).await?.check_part(wanted.within)?;
        templates::add_item(&by, now, &mut tx, id, &wanted).await?;
        tx.commit().await?;
        Ok::<_, Error>(path(id))
    };
    let made = made.await;
    Submitted::of(made, "done.indicator_added", async |errors| {
        let page = IndicatorTemplatePage::load(&mut *db.read().await?, lang, id).await?;
        Ok(IndicatorTemplatePage { form: Form::again(fields, errors), ..page })
    })
    .await
}

#[post("/indicator-templates/<id>/items/<item>/removal")]
async fn remove_item(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: IndicatorTemplateId,
    item: IndicatorTemplateItemId,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    templates::find(&mut tx, id).await?;
    templates::remove_item(&by, now, &mut tx, id, item).await?;
    tx.commit().await?;
    Ok(Done::to(path(id), "done.indicator_removed"))
}

#[post("/indicator-templates/<id>/retirement")]
async fn retire(by: CityAdmin, db: &Db, now: Now, id: IndicatorTemplateId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let template = templates::find(&mut tx, id).await?;
    templates::retire(&by, now, &mut tx, &template).await?;
    tx.commit().await?;
    Ok(Done::to(ALL, "done.template_retired"))
}
