//! The city administrator's table of holidays and make-up workdays.

use askama::Template;
use chrono::Datelike as _;
use rocket::{Route, get, post, routes, uri};

use super::types::{HolidayAsk, HolidayId, HolidayImport, HolidayKind, HolidayMode, YearDay};
use super::{actions, forms, queries};
use crate::auth::CityAdmin;
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::error::{Error, Result};
use crate::store::{Conn, Db};
use crate::web::cut::Asked;
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, add, remove]
}

/// A table as it is shown: of what is to come and what is past, or of one year.
#[derive(Template)]
#[template(path = "holidays/list.html")]
pub(super) struct Holidays {
    /// Of one year alone.
    year: Option<i64>,
    coming: Vec<YearDay>,
    /// The latest first.
    past: Vec<YearDay>,
    /// The years that may be looked at by themselves.
    years: Vec<i64>,
    asks: Vec<HolidayAsk>,
    imports: Vec<HolidayImport>,
    form: Form,
    pub(super) bringing: Form,
}

/// How far back the list shows what is over: a year and what a late look at it needs.
const DAYS_BACK: u64 = 400;

/// Years before and after this one that have a table of their own.
const YEARS: (i64, i64) = (2, 2);

impl Holidays {
    pub(super) async fn load(
        by: &CityAdmin,
        conn: &mut Conn,
        today: Date,
        year: Option<i64>,
        form: Form,
    ) -> Result<Self> {
        let found = match year {
            Some(year) => queries::of_year(conn, year).await?,
            None => queries::from_on(conn, today.minus_days(DAYS_BACK)).await?,
        };
        let (coming, mut past): (Vec<_>, Vec<_>) = found.into_iter().partition(|day| day.ends_on >= today);
        past.reverse();
        let this = i64::from(today.0.year());
        let asks = queries::asks(by, conn, today).await?;
        let wanted = asks.first().map_or(this + 1, |ask| ask.year);
        let bringing = Fields::default().with("year", wanted).with("mode", HolidayMode::Replace);
        Ok(Self {
            year,
            coming,
            past,
            years: (this - YEARS.0..=this + YEARS.1).collect(),
            asks,
            imports: queries::imports(conn).await?,
            form,
            bringing: Form::filled(bringing),
        })
    }

    fn kinds(&self) -> &'static [HolidayKind] {
        HolidayKind::ALL
    }

    fn modes(&self) -> &'static [HolidayMode] {
        HolidayMode::ALL
    }

    fn made_on(&self, at: &Timestamp) -> Date {
        Zone::SHANGHAI.date(*at)
    }

    fn is_year(&self, year: &i64) -> bool {
        self.year == Some(*year)
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

fn as_holiday() -> Form {
    Form::filled(Fields::default().with("kind", HolidayKind::Holiday))
}

/// Query `year`: of that year alone.
#[get("/holidays")]
async fn list(by: CityAdmin, db: &Db, now: Now, asked: Asked) -> Result<Page<Holidays>> {
    let today = Zone::SHANGHAI.date(now.0);
    let year = asked.0.names().any(|name| name == "year").then(|| forms::year_asked(&asked.0, today));
    Ok(Page(Holidays::load(&by, &mut *db.read().await?, today, year, as_holiday()).await?))
}

#[post("/holidays", data = "<fields>")]
async fn add(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Submitted<Holidays>> {
    let today = Zone::SHANGHAI.date(now.0);
    let made = async {
        let input = forms::holiday(&fields, today)?;
        let mut tx = db.begin().await?;
        actions::add(&by, now, &mut tx, &input).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(made.await.map(|()| "/holidays"), "done.holiday_added", async |errors| {
        let form = Form::again(fields, errors);
        Holidays::load(&by, &mut *db.read().await?, today, None, form).await
    })
    .await
}

#[post("/holidays/<id>/removal")]
async fn remove(by: CityAdmin, db: &Db, now: Now, id: HolidayId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let day = queries::find(&mut tx, id).await?;
    actions::remove(&by, now, &mut tx, &day).await?;
    tx.commit().await?;
    Ok(Done::to(uri!(list), "done.holiday_removed"))
}
