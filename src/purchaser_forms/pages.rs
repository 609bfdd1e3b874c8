//! The pages of purchasers' forms: what a purchaser keeps, one form with what is filled in it, the keys, and a center's forms.

use askama::Template;
use rocket::form::Form as Multipart;
use rocket::{Route, State, get, post, routes};

use super::filled_pages::PeriodChoice;
use super::forms::{self, SentWorkbook};
use super::periods::FormAsked;
use super::types::{CheckedNames, FormFilling, FormKey, FormOwner, PurchaserForm};
use super::{FormKeeper, PurchaserFormId, actions, filled, queries};
use crate::auth::ReportReader;
use crate::clock::{Date, Month, Now, Zone};
use crate::error::{Error, Result};
use crate::files::{self, FileAnswer};
use crate::store::{Conn, Db, Sealer};
use crate::web::cut::Asked;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, add, keys, empty, show, template, replace, remove]
}

/// The day on which a form, or its present file, came.
fn kept_on(form: &PurchaserForm) -> Date {
    Zone::SHANGHAI.date(form.kept_at)
}

#[derive(Template)]
#[template(path = "purchaser_forms/list.html")]
struct FormsPage {
    forms: Vec<PurchaserForm>,
    owners: Vec<FormOwner>,
    form: Form,
}

impl FormsPage {
    async fn load(by: &FormKeeper, conn: &mut Conn, form: Form) -> Result<Self> {
        Ok(Self { forms: queries::kept(by, conn).await?, owners: queries::owners(by, conn).await?, form })
    }

    fn kept_on(&self, one: &PurchaserForm) -> Date {
        kept_on(one)
    }
}

impl View for FormsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("purchaser_forms.title")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Reports)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/purchaser-forms")]
async fn list(by: FormKeeper, db: &Db) -> Result<Page<FormsPage>> {
    Ok(Page(FormsPage::load(&by, &mut *db.read().await?, Form::new()).await?))
}

/// Fields `file name purchaser`.
#[post("/purchaser-forms", data = "<sent>")]
async fn add(
    by: FormKeeper,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    sent: rocket::form::Result<'_, Multipart<SentWorkbook>>,
) -> Result<Submitted<FormsPage>> {
    let typed = SentWorkbook::typed(&sent);
    let owners = queries::owners(&by, &mut *db.read().await?).await?;
    let made = async {
        let new = SentWorkbook::read(sent, &owners).await?;
        let mut tx = db.begin().await?;
        let id = actions::keep(&by, now, &mut tx, sealer, &new).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("/purchaser-forms/{id}"))
    };
    Submitted::of(made.await, "done.purchaser_form_kept", async |errors| {
        FormsPage::load(&by, &mut *db.read().await?, Form::again(typed, errors)).await
    })
    .await
}

#[derive(Template)]
#[template(path = "purchaser_forms/keys.html")]
struct KeysPage {
    known: Vec<FormKey>,
    may_keep: bool,
}

impl View for KeysPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("purchaser_forms.keys")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Reports)
    }
}

#[get("/purchaser-forms/keys")]
async fn keys(by: ReportReader, db: &Db, now: Now, lang: Lang) -> Result<Page<KeysPage>> {
    let known = filled::known_keys(&by, &mut *db.read().await?, now, lang).await?;
    Ok(Page(KeysPage { known, may_keep: FormKeeper::includes(by.role) }))
}

#[get("/purchaser-forms/sample")]
async fn empty(by: ReportReader, db: &Db, now: Now, lang: Lang) -> Result<FileAnswer> {
    Ok(FileAnswer::attachment(filled::empty(&by, &mut *db.read().await?, now, lang).await?))
}

#[derive(Template)]
#[template(path = "purchaser_forms/show.html")]
struct FormPage {
    one: PurchaserForm,
    names: CheckedNames,
    month: Month,
    /// Agreements whose periods it is filled for.
    choices: Vec<PeriodChoice>,
    /// As it would be filled, where some days were chosen, and where it is taken so.
    chosen: Option<(FormFilling, String)>,
    form: Form,
}

impl FormPage {
    async fn load(
        by: &FormKeeper,
        conn: &mut Conn,
        (sealer, now, lang): (&Sealer, Now, Lang),
        (one, asked): (PurchaserForm, Option<FormAsked>),
        form: Form,
    ) -> Result<Self> {
        let names = filled::checked(by, conn, (sealer, now, lang), &one).await?;
        let paid = queries::paid(by, conn, Some(one.purchaser_id), None).await?;
        let chosen = match &asked {
            None => None,
            Some(asked) => {
                let filling = filled::of_all(by, conn, (sealer, now, lang), one.id, asked).await?;
                Some((filling, asked.after(&format!("/purchaser-forms/{}/filled", one.id))))
            }
        };
        let month = FormAsked::read("", "", now)?.month(now);
        let choices = PeriodChoice::all(&paid, asked.as_ref(), now);
        Ok(Self { one, names, month, choices, chosen, form })
    }

    fn kept_on(&self) -> Date {
        kept_on(&self.one)
    }
}

impl View for FormPage {
    fn title(&self, _: Lang) -> String {
        self.one.name.clone()
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Reports)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

/// The form, and how it is filled where days are chosen: `?agreement=1&period=quarter:2026-01-01`.
#[get("/purchaser-forms/<id>")]
async fn show(
    by: FormKeeper,
    db: &Db,
    now: Now,
    lang: Lang,
    sealer: &State<Sealer>,
    id: PurchaserFormId,
    query: Asked,
) -> Result<Page<FormPage>> {
    let mut conn = db.read().await?;
    let one = queries::kept_form(&by, &mut conn, id).await?;
    let (agreement, period) = (query.0.get("agreement"), query.0.get("period"));
    let asked = match period {
        "" => None,
        period => Some(FormAsked::read(agreement, period, now)?),
    };
    Ok(Page(FormPage::load(&by, &mut conn, (sealer.inner(), now, lang), (one, asked), Form::new()).await?))
}

/// The workbook as it was sent.
#[get("/purchaser-forms/<id>/file")]
async fn template(by: FormKeeper, db: &Db, sealer: &State<Sealer>, id: PurchaserFormId) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let one = queries::kept_form(&by, &mut conn, id).await?;
    Ok(FileAnswer::attachment(files::read(&mut conn, sealer, one.file_id).await?))
}

/// Field `file`.
#[post("/purchaser-forms/<id>/replacement", data = "<sent>")]
async fn replace(
    by: FormKeeper,
    db: &Db,
    now: Now,
    lang: Lang,
    sealer: &State<Sealer>,
    id: PurchaserFormId,
    sent: rocket::form::Result<'_, Multipart<SentWorkbook>>,
) -> Result<Submitted<FormPage>> {
    let one = queries::kept_form(&by, &mut *db.read().await?, id).await?;
    let made = async {
        let file = SentWorkbook::read_file(sent).await?;
        let mut tx = db.begin().await?;
        actions::replace(&by, now, &mut tx, sealer, (&one, &file)).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("/purchaser-forms/{id}"))
    };
    let made = made.await;
    Submitted::of(made, "done.purchaser_form_replaced", async |errors| {
        let form = Form::again(Fields::default(), errors);
        FormPage::load(&by, &mut *db.read().await?, (sealer.inner(), now, lang), (one, None), form).await
    })
    .await
}

/// Field `reason`.
#[post("/purchaser-forms/<id>/removal", data = "<fields>")]
async fn remove(
    by: FormKeeper,
    db: &Db,
    now: Now,
    lang: Lang,
    sealer: &State<Sealer>,
    id: PurchaserFormId,
    fields: Fields,
) -> Result<Submitted<FormPage>> {
    let one = queries::kept_form(&by, &mut *db.read().await?, id).await?;
    let made = async {
        let reason = forms::reason(&fields)?;
        let mut tx = db.begin().await?;
        actions::remove(&by, now, &mut tx, &one, &reason).await?;
        tx.commit().await?;
        Ok::<_, Error>("/purchaser-forms")
    };
    let made = made.await;
    Submitted::of(made, "done.purchaser_form_removed", async |errors| {
        let form = Form::again(fields, errors);
        FormPage::load(&by, &mut *db.read().await?, (sealer.inner(), now, lang), (one, None), form).await
    })
    .await
}
