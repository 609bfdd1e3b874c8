//! The city administrator's list of holidays.

use askama::Template;
use rocket::{Route, get, post, routes, uri};

use super::types::{Holiday, HolidayId};
use super::{actions, forms, queries};
use crate::auth::CityAdmin;
use crate::clock::{Now, Zone};
use crate::error::{Error, Result};
use crate::store::{Conn, Db};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, add, remove]
}

#[derive(Template)]
#[template(path = "holidays/list.html")]
struct Holidays {
    coming: Vec<Holiday>,
    /// The latest first.
    past: Vec<Holiday>,
    form: Form,
}

/// How far back the list shows what is over: a year and what a late look at it needs.
const DAYS_BACK: u64 = 400;

impl Holidays {
    async fn load(conn: &mut Conn, now: Now, form: Form) -> Result<Self> {
        let today = Zone::SHANGHAI.date(now.0);
        let found = queries::from_on(conn, today.minus_days(DAYS_BACK)).await?;
        let (coming, mut past): (Vec<_>, Vec<_>) = found.into_iter().partition(|holiday| holiday.ends_on >= today);
        past.reverse();
        Ok(Self { coming, past, form })
    }
}

impl View for Holidays {
    fn title(&self, lang: Lang) -> String {
        lang.text("holidays.title")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Catalogs)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/holidays")]
async fn list(_by: CityAdmin, db: &Db, now: Now) -> Result<Page<Holidays>> {
    Ok(Page(Holidays::load(&mut *db.read().await?, now, Form::new()).await?))
}

#[post("/holidays", data = "<fields>")]
async fn add(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Submitted<Holidays>> {
    let made = async {
        let input = forms::holiday(&fields, Zone::SHANGHAI.date(now.0))?;
        let mut tx = db.begin().await?;
        actions::add(&by, now, &mut tx, &input).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(made.await.map(|()| uri!(list)), "done.holiday_added", async |errors| {
        let form = Form::again(fields, errors);
        Holidays::load(&mut *db.read().await?, now, form).await
    })
    .await
}

#[post("/holidays/<id>/removal")]
async fn remove(by: CityAdmin, db: &Db, now: Now, id: HolidayId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let holiday = queries::find(&mut tx, id).await?;
    actions::remove(&by, now, &mut tx, &holiday).await?;
    tx.commit().await?;
    Ok(Done::to(uri!(list), "done.holiday_removed"))
}
