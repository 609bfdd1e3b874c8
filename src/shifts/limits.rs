//! What is too much for a volunteer, and in which hours minors serve: the administrator's page.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::{actions, forms, queries};
use crate::auth::CityAdmin;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::store::{Conn, Db};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, set]
}

#[derive(Template)]
#[template(path = "shifts/limits.html")]
struct LimitsPage {
    form: Form,
}

impl LimitsPage {
    async fn load(conn: &mut Conn) -> Result<Self> {
        Ok(Self { form: Form::filled(forms::as_fields(&queries::limits(conn).await?)) })
    }
}

impl View for LimitsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("shifts.limits")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Catalogs)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/shift-limits")]
async fn show(_by: CityAdmin, db: &Db) -> Result<Page<LimitsPage>> {
    Ok(Page(LimitsPage::load(&mut *db.read().await?).await?))
}

#[post("/shift-limits", data = "<fields>")]
async fn set(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Submitted<LimitsPage>> {
    let made = async {
        let limits = forms::limits(&fields)?;
        let mut tx = db.begin().await?;
        actions::set_limits(&by, now, &mut tx, &limits).await?;
        tx.commit().await?;
        Ok::<_, Error>("/shift-limits")
    };
    Submitted::of(made.await, "done.saved", async |errors| Ok(LimitsPage { form: Form::again(fields, errors) })).await
}
