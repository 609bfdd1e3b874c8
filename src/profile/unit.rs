//! One unit's page: what is known, what it took part in, and how it ends.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::queries::{self, TakenPart};
use crate::auth::{CenterReader, Coordinator, Viewer};
use crate::centers::{Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::store::{Conn, Db, Sealer};
use crate::units::queries::open_in;
use crate::units::{self, Unit, UnitId, UnitPart, forms};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

/// The latest participations that the page shows.
const TAKEN_PART: i64 = 50;

pub(super) fn routes() -> Vec<Route> {
    routes![show, reveal, end, restore]
}

#[derive(Template)]
#[template(path = "units/show.html")]
struct UnitPage {
    center: Center,
    unit: Unit,
    /// Masked.
    phone: Option<String>,
    /// The phone in full, this once.
    revealed: Option<String>,
    taken_part: Vec<TakenPart>,
    /// How often it was what, where it was at all.
    parts: Vec<(UnitPart, i64)>,
    may_write: bool,
    revealing: Form,
    ending: Form,
}

impl UnitPage {
    async fn load(
        by: &Viewer,
        conn: &mut Conn,
        now: Now,
        sealer: &Sealer,
        (center, unit): (Center, Unit),
    ) -> Result<Self> {
        let mut parts = queries::parts_of(conn, unit.id).await?;
        parts.sort_unstable();
        Ok(Self {
            phone: unit.phone(sealer).map(|phone| phone.masked()),
            revealed: None,
            taken_part: queries::taken_part(by, conn, unit.id, TAKEN_PART).await?,
            parts,
            may_write: Coordinator::includes(by.role),
            revealing: Form::new(),
            ending: Form::filled(Fields::default().with("ended_on", center.zone.date(now.0))),
            center,
            unit,
        })
    }
}

impl View for UnitPage {
    fn title(&self, _: Lang) -> String {
        self.unit.name.clone()
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Units)
    }

    fn refill(&mut self, typed: Fields) {
        self.revealing = Form::filled(typed);
    }
}

#[get("/centers/<center>/units/<id>", rank = 2)]
async fn show(
    by: CenterReader,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: UnitId,
) -> Result<Page<UnitPage>> {
    let mut conn = db.read().await?;
    let opened = open_in(&by, &mut conn, center, id).await?;
    Ok(Page(UnitPage::load(&by, &mut conn, now, sealer, opened).await?))
}

/// The answer is the page with the number in full, this once: nothing to bookmark, nothing to reload by accident.
#[post("/centers/<center>/units/<id>/reveals", data = "<fields>")]
async fn reveal(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: UnitId,
    fields: Fields,
) -> Result<Result<Page<UnitPage>, Submitted<UnitPage>>> {
    let opened = open_in(&by, &mut *db.read().await?, center, id).await?;
    let shown = async {
        let reason = forms::reason(&fields)?;
        let mut tx = db.begin().await?;
        let number = units::reveal(&by, now, &mut tx, sealer, &opened.1, &reason).await?;
        tx.commit().await?;
        Ok::<_, Error>(number)
    };
    let shown = shown.await;
    let mut page = UnitPage::load(&by, &mut *db.read().await?, now, sealer, opened).await?;
    match shown {
        Ok(number) => {
            page.revealed = Some(number);
            Ok(Ok(Page(page)))
        }
        Err(error) => {
            page.revealing = Form::again(fields, error.into_field_errors()?);
            Ok(Err(Submitted::again(page)))
        }
    }
}

#[post("/centers/<center>/units/<id>/ending", data = "<fields>")]
async fn end(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: UnitId,
    fields: Fields,
) -> Result<Submitted<UnitPage>> {
    let opened = open_in(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let last_day = forms::ending(&fields, opened.0.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        units::end(&by, now, &mut tx, &opened.0, id, last_day).await?;
        tx.commit().await?;
        Ok::<_, Error>(opened.0.path(format_args!("/units/{id}")))
    };
    Submitted::of(made.await, "done.unit_ended", async |errors| {
        let mut page = UnitPage::load(&by, &mut *db.read().await?, now, sealer, opened).await?;
        page.ending = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

/// A unit that was ended by mistake, or came back.
#[post("/centers/<center>/units/<id>/restoration")]
async fn restore(by: Coordinator, db: &Db, now: Now, center: CenterId, id: UnitId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (center, unit) = open_in(&by, &mut tx, center, id).await?;
    units::restore(&by, now, &mut tx, &center, unit.id).await?;
    tx.commit().await?;
    Ok(Done::to(center.path(format_args!("/units/{id}")), "done.unit_restored"))
}
