//! `/me`, the resident's and volunteer's own page: what this phone is remembered for, without a password.

use askama::Template;
use rocket::http::CookieJar;
use rocket::response::Redirect;
use rocket::{Route, get, post, routes};

use super::phones::{self, Phone};
use super::queries::{self, Own, Visit};
use crate::clock::Now;
use crate::error::Result;
use crate::store::Db;
use crate::web::{Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, forget]
}

#[derive(Template)]
#[template(path = "check_in/me.html")]
struct Me {
    remembered: bool,
    people: Vec<Own>,
    coming: Vec<Visit>,
    visits: Vec<Visit>,
}

impl View for Me {
    fn title(&self, lang: Lang) -> String {
        lang.text("me.title")
    }
}

#[get("/me")]
async fn show(db: &Db, now: Now, phone: Option<Phone>) -> Result<Page<Me>> {
    let Some(phone) = phone else {
        return Ok(Page(Me { remembered: false, people: Vec::new(), coming: Vec::new(), visits: Vec::new() }));
    };
    let mut conn = db.read().await?;
    Ok(Page(Me {
        remembered: true,
        people: queries::own_people(&mut conn, &phone).await?,
        coming: queries::coming(&mut conn, &phone, now).await?,
        visits: queries::visits(&mut conn, &phone).await?,
    }))
}

#[post("/me/forget")]
async fn forget(db: &Db, now: Now, phone: Option<Phone>, jar: &CookieJar<'_>) -> Result<Redirect> {
    if let Some(phone) = phone {
        let mut tx = db.begin().await?;
        phones::forget(&phone, now, &mut tx).await?;
        tx.commit().await?;
    }
    phones::drop_cookie(jar);
    Ok(Redirect::to("/me"))
}
