//! The administrator's list of departments, and who else receives an agreement's reports.

use askama::Template;
use rocket::{Route, get, post, routes, uri};

use super::departments::{self, DepartmentId, Recipient, RecipientId, ReportedAgreement};
use super::forms;
use super::types::{AgreementId, Organization};
use crate::auth::{CityAdmin, ReportReader};
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::store::{Conn, Db};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, new, create, edit, update, recipients, name, remove]
}

#[derive(Template)]
#[template(path = "agreements/departments.html")]
struct DepartmentsPage {
    departments: Vec<Organization>,
    agreements: Vec<ReportedAgreement>,
}

impl View for DepartmentsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("departments.title")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Organizations)
    }
}

#[get("/departments")]
async fn list(by: CityAdmin, db: &Db) -> Result<Page<DepartmentsPage>> {
    let mut conn = db.read().await?;
    let departments = departments::all(&by, &mut conn).await?;
    Ok(Page(DepartmentsPage { departments, agreements: departments::agreements(&by, &mut conn).await? }))
}

#[derive(Template)]
#[template(path = "agreements/department.html")]
struct DepartmentPage {
    /// None for a new one.
    id: Option<DepartmentId>,
    form: Form,
}

impl DepartmentPage {
    fn heading(&self) -> &'static str {
        if self.id.is_some() { "departments.edit" } else { "departments.new" }
    }
}

impl View for DepartmentPage {
    fn title(&self, lang: Lang) -> String {
        lang.text(self.heading())
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Organizations)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/departments/new")]
fn new(_by: CityAdmin) -> Page<DepartmentPage> {
    Page(DepartmentPage { id: None, form: Form::new() })
}

#[post("/departments", data = "<fields>")]
async fn create(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Submitted<DepartmentPage>> {
    let made = async {
        let new = forms::organization(&fields)?;
        let mut tx = db.begin().await?;
        departments::add(&by, now, &mut tx, &new).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(made.await.map(|()| uri!(list)), "done.organization_added", async |errors| {
        Ok(DepartmentPage { id: None, form: Form::again(fields, errors) })
    })
    .await
}

#[get("/departments/<id>/edit")]
async fn edit(by: CityAdmin, db: &Db, id: DepartmentId) -> Result<Page<DepartmentPage>> {
    let known = departments::find(&by, &mut *db.read().await?, id).await?;
    let contact = known.contact.unwrap_or_default();
    let values = Fields::default().with("name", known.name).with("contact", contact);
    Ok(Page(DepartmentPage { id: Some(id), form: Form::filled(values) }))
}

#[post("/departments/<id>", data = "<fields>")]
async fn update(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: DepartmentId,
    fields: Fields,
) -> Result<Submitted<DepartmentPage>> {
    let made = async {
        let mut tx = db.begin().await?;
        departments::find(&by, &mut tx, id).await?;
        departments::revise(&by, now, &mut tx, id, &forms::organization(&fields)?).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(made.await.map(|()| uri!(list)), "done.saved", async |errors| {
        Ok(DepartmentPage { id: Some(id), form: Form::again(fields, errors) })
    })
    .await
}

#[derive(Template)]
#[template(path = "agreements/recipients.html")]
struct RecipientsPage {
    agreement: ReportedAgreement,
    recipients: Vec<Recipient>,
    /// Whom the reader may name: departments that are not named yet. None for who may name nobody.
    choices: Option<Vec<Organization>>,
    form: Form,
}

impl RecipientsPage {
    async fn load(by: &ReportReader, conn: &mut Conn, id: AgreementId, form: Form) -> Result<Self> {
        let agreement = departments::agreement(by, conn, id).await?;
        let recipients = departments::recipients(conn, &agreement).await?;
        let choices = match CityAdmin::of((**by).clone()) {
            Some(by) => {
                let is_named = |one: &Organization| {
                    recipients.iter().any(|named| named.department_id.0 == one.id && named.removed_at.is_none())
                };
                let mut choices = departments::all(&by, conn).await?;
                choices.retain(|one| !is_named(one));
                Some(choices)
            }
            None => None,
        };
        Ok(Self { agreement, recipients, choices, form })
    }

    fn now(&self) -> Vec<&Recipient> {
        self.recipients.iter().filter(|one| one.removed_at.is_none()).collect()
    }

    fn before(&self) -> Vec<&Recipient> {
        self.recipients.iter().filter(|one| one.removed_at.is_some()).collect()
    }

    fn day(&self, at: &Timestamp) -> Date {
        Zone::SHANGHAI.date(*at)
    }

    /// The day on which it was taken out.
    fn last_day(&self, recipient: &Recipient) -> Date {
        Zone::SHANGHAI.date(recipient.removed_at.unwrap_or(recipient.added_at))
    }
}

impl View for RecipientsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("recipients.title")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(if self.choices.is_some() { Tab::Organizations } else { Tab::Reports })
    }
}

#[get("/agreements/<id>/recipients")]
async fn recipients(by: ReportReader, db: &Db, id: AgreementId) -> Result<Page<RecipientsPage>> {
    Ok(Page(RecipientsPage::load(&by, &mut *db.read().await?, id, Form::new()).await?))
}

/// The administrator as a reader of every agreement.
pub(super) fn reader(by: &CityAdmin) -> Result<ReportReader> {
    ReportReader::of((**by).clone()).ok_or(Error::Forbidden)
}

/// Field `department`.
#[post("/agreements/<id>/recipients", data = "<fields>")]
async fn name(by: CityAdmin, db: &Db, now: Now, id: AgreementId, fields: Fields) -> Result<Submitted<RecipientsPage>> {
    let as_reader = reader(&by)?;
    departments::agreement(&as_reader, &mut *db.read().await?, id).await?;
    let made = async {
        let mut read = fields.read();
        let department = read.required("department", parse::choice);
        let department: DepartmentId = read.finish(|| department)?;
        let mut tx = db.begin().await?;
        departments::name_recipient(&by, now, &mut tx, id, department).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(made.await.map(|()| uri!(recipients(id))), "done.recipient_added", async |errors| {
        RecipientsPage::load(&as_reader, &mut *db.read().await?, id, Form::again(fields, errors)).await
    })
    .await
}

#[post("/agreements/<id>/recipients/<recipient>/removal")]
async fn remove(by: CityAdmin, db: &Db, now: Now, id: AgreementId, recipient: RecipientId) -> Result<Done> {
    let mut tx = db.begin().await?;
    departments::remove_recipient(&by, now, &mut tx, id, recipient).await?;
    tx.commit().await?;
    Ok(Done::to(uri!(recipients(id)), "done.recipient_removed"))
}
