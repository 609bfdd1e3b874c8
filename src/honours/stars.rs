//! The administrator's page of star levels: after how many hours somebody has the hours of how many stars.

use askama::Template;
use rocket::{Route, get, post, routes, uri};
use serde_json::json;

use super::types::StarLevel;
use super::{forms, queries};
use crate::audit;
use crate::auth::CityAdmin;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::store::{Conn, Db, rows};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, set]
}

/// The most levels there may be.
const MOST: usize = 9;

/// Sets the levels, the lowest first; where they are so already, nothing is written.
pub(super) async fn set_levels(by: &CityAdmin, now: Now, tx: &mut Conn, hours: &[i64]) -> Result<()> {
    let known: Vec<i64> = queries::levels(tx).await?.into_iter().map(|level| level.hours).collect();
    if known == hours {
        return Ok(());
    }
    let levels: Vec<StarLevel> = (1..).zip(hours).map(|(stars, hours)| StarLevel { stars, hours: *hours }).collect();
    sqlx::query(
        "insert into star_levels (stars, hours)
         select cast(j.value ->> 'stars' as bigint), cast(j.value ->> 'hours' as bigint)
         from json_each(cast($1 as json_text)) j where true
         on conflict (stars) do update set hours = excluded.hours",
    )
    .bind(rows(&levels, |level| json!({"stars": level.stars, "hours": level.hours})))
    .execute(&mut *tx)
    .await?;
    sqlx::query("delete from star_levels where stars > $1")
        .bind(i64::try_from(levels.len()).unwrap_or(i64::MAX))
        .execute(&mut *tx)
        .await?;
    let said = hours.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    audit::record(tx, by, now, audit::entry("stars.changed", 0).because(&said)).await
}

#[derive(Template)]
#[template(path = "honours/stars.html")]
struct StarsPage {
    form: Form,
}

impl StarsPage {
    async fn load(conn: &mut Conn, form: Option<Form>) -> Result<Self> {
        let levels = queries::levels(conn).await?;
        let values = levels.iter().fold(Fields::default(), |values, level| values.with("hours", level.hours));
        Ok(Self { form: form.unwrap_or_else(|| Form::filled(values)) })
    }

    /// The levels, and a place for one more.
    fn places(&self) -> std::ops::Range<usize> {
        0..(self.form.count("hours") + 1).min(MOST)
    }
}

impl View for StarsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("stars.title")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Catalogs)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/star-levels")]
async fn show(_by: CityAdmin, db: &Db) -> Result<Page<StarsPage>> {
    Ok(Page(StarsPage::load(&mut *db.read().await?, None).await?))
}

#[post("/star-levels", data = "<fields>")]
async fn set(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Submitted<StarsPage>> {
    let made = async {
        let hours = forms::levels(&fields)?;
        let mut tx = db.begin().await?;
        set_levels(&by, now, &mut tx, &hours).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(made.await.map(|()| uri!(show)), "done.saved", async |errors| {
        StarsPage::load(&mut *db.read().await?, Some(Form::again(fields, errors))).await
    })
    .await
}
