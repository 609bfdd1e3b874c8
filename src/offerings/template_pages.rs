//! 活动模板: a center's templates, keeping an activity as one, and the form of a new activity begun with one.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::types::{ActivityTemplate, ActivityTemplateId};
use super::{actions, forms, queries, rules};
use crate::activities::queries::activity;
use crate::activities::{self, Activity, ActivityId, Cadence, NewActivityPage, RuleWords};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::store::{Conn, Db};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, keep_form, keep, show, rename, retire, begin]
}

#[derive(Template)]
#[template(path = "offerings/templates.html")]
struct ActivityTemplatesPage {
    center: Center,
    templates: Vec<ActivityTemplate>,
}

impl ActivityTemplatesPage {
    fn words(&self, template: &ActivityTemplate) -> RuleWords {
        RuleWords::of(template.rule.as_deref())
    }
}

impl View for ActivityTemplatesPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("offerings.templates")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Activities)
    }
}

#[get("/centers/<center>/activity-templates")]
async fn list(by: Coordinator, db: &Db, center: CenterId) -> Result<Page<ActivityTemplatesPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let templates = queries::templates(&mut conn, center.id()).await?;
    Ok(Page(ActivityTemplatesPage { center, templates }))
}

/// What a template is to be called: a new one, or one that is there.
#[derive(Template)]
#[template(path = "offerings/template.html")]
struct TemplateNamePage {
    center: Center,
    /// Of which it is to be made.
    activity: Option<Activity>,
    template: Option<ActivityTemplate>,
    form: Form,
}

impl TemplateNamePage {
    async fn of_activity(by: &Coordinator, conn: &mut Conn, (center, id): (CenterId, ActivityId)) -> Result<Self> {
        let center = centers::queries::open_to(by, conn, center).await?;
        let activity = activity(by, conn, center.id(), id).await?;
        let form = Form::filled(Fields::default().with("name", activity.title.own().unwrap_or_default()));
        Ok(Self { center, activity: Some(activity), template: None, form })
    }

    async fn of_template(
        by: &Coordinator,
        conn: &mut Conn,
        (center, id): (CenterId, ActivityTemplateId),
    ) -> Result<Self> {
        let center = centers::queries::open_to(by, conn, center).await?;
        let template = queries::template(conn, center.id(), id).await?;
        let form = Form::filled(Fields::default().with("name", &template.name));
        Ok(Self { center, activity: None, template: Some(template), form })
    }

    fn path(&self) -> String {
        match (&self.activity, &self.template) {
            (Some(activity), _) => self.center.path(format_args!("/activities/{}/template", activity.id)),
            (None, Some(template)) => self.center.path(format_args!("/activity-templates/{}", template.id)),
            (None, None) => self.center.path("/activity-templates"),
        }
    }
}

impl View for TemplateNamePage {
    fn title(&self, lang: Lang) -> String {
        lang.text(if self.activity.is_some() { "offerings.keep" } else { "offerings.template" })
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Activities)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/activities/<id>/template")]
async fn keep_form(by: Coordinator, db: &Db, center: CenterId, id: ActivityId) -> Result<Page<TemplateNamePage>> {
    Ok(Page(TemplateNamePage::of_activity(&by, &mut *db.read().await?, (center, id)).await?))
}

#[post("/centers/<center>/activities/<id>/template", data = "<fields>")]
async fn keep(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: ActivityId,
    fields: Fields,
) -> Result<Submitted<TemplateNamePage>> {
    let page = TemplateNamePage::of_activity(&by, &mut *db.read().await?, (center, id)).await?;
    let made = async {
        let name = forms::name(&fields)?;
        let mut tx = db.begin().await?;
        actions::keep(&by, now, &mut tx, &page.center, id, &name).await?;
        tx.commit().await?;
        Ok::<_, Error>(page.center.path("/activity-templates"))
    };
    let made = made.await;
    Submitted::of(made, "done.template_kept", async |errors| {
        Ok(TemplateNamePage { form: Form::again(fields, errors), ..page })
    })
    .await
}

#[get("/centers/<center>/activity-templates/<id>")]
async fn show(by: Coordinator, db: &Db, center: CenterId, id: ActivityTemplateId) -> Result<Page<TemplateNamePage>> {
    Ok(Page(TemplateNamePage::of_template(&by, &mut *db.read().await?, (center, id)).await?))
}

#[post("/centers/<center>/activity-templates/<id>", data = "<fields>")]
async fn rename(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: ActivityTemplateId,
    fields: Fields,
) -> Result<Submitted<TemplateNamePage>> {
    let page = TemplateNamePage::of_template(&by, &mut *db.read().await?, (center, id)).await?;
    let made = async {
        let name = forms::name(&fields)?;
        let mut tx = db.begin().await?;
        let template = queries::template(&mut tx, page.center.id(), id).await?;
        actions::rename(&by, now, &mut tx, &page.center, &template, &name).await?;
        tx.commit().await?;
        Ok::<_, Error>(page.center.path("/activity-templates"))
    };
    let made = made.await;
    Submitted::of(made, "done.saved", async |errors| Ok(TemplateNamePage { form: Form::again(fields, errors), ..page }))
        .await
}

#[post("/centers/<center>/activity-templates/<id>/retirement")]
async fn retire(by: Coordinator, db: &Db, now: Now, center: CenterId, id: ActivityTemplateId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let template = queries::template(&mut tx, center.id(), id).await?;
    actions::retire(&by, now, &mut tx, &center, &template).await?;
    tx.commit().await?;
    Ok(Done::to(center.path("/activity-templates"), "done.template_retired"))
}

/// The form of a new activity, as the template has it, on the next day that is like the one of which it was made.
#[get("/centers/<center>/activity-templates/<id>/new")]
async fn begin(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: ActivityTemplateId,
) -> Result<Page<NewActivityPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let template = queries::template(&mut conn, center.id(), id).await?;
    let kept = template.fields();
    let tomorrow = center.zone.date(now.0).plus_days(1);
    let cadence = template.rule.as_deref().and_then(Cadence::of);
    let anchor = Date::parse(kept.get("date")).unwrap_or(tomorrow);
    let date = rules::next_date(anchor, cadence, center.zone, tomorrow);
    let values = Fields::default().with("date", date).with("published", 1).or(kept);
    activities::planning(&mut conn, now, center, values).await
}
