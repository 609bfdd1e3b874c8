//! A center's units: the list, the list as a file, and the form of a unit. Its own page stands in `profile`, for it shows what
//! the unit took part in.

use askama::Template;
use rocket::{FromForm, Route, State, get, post, routes};

use super::types::{ListedUnit, Unit, UnitId, UnitKind, UnitOrder, UnitStanding, UnitsAsked};
use super::{actions, forms, queries};
use crate::auth::{CenterReader, Coordinator};
use crate::centers::{self, Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::store::{Db, Sealer};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

/// Units on one page of the list.
const PAGE: i64 = 50;

pub(super) fn routes() -> Vec<Route> {
    routes![list, new, create, edit, update]
}

#[derive(Template)]
#[template(path = "units/list.html")]
struct UnitsPage {
    center: Center,
    /// With the phone's mask, where there is one and the reader may know.
    units: Vec<(ListedUnit, Option<String>)>,
    total: i64,
    page: i64,
    asked: UnitsAsked,
    may_write: bool,
}

impl UnitsPage {
    fn kinds(&self) -> &'static [UnitKind] {
        UnitKind::ALL
    }

    fn standings(&self) -> &'static [UnitStanding] {
        UnitStanding::ALL
    }

    fn orders(&self) -> &'static [UnitOrder] {
        UnitOrder::ALL
    }

    fn is_kind(&self, kind: &UnitKind) -> bool {
        self.asked.kind == Some(*kind)
    }

    fn is_standing(&self, standing: &UnitStanding) -> bool {
        self.asked.standing == Some(*standing)
    }

    fn is_order(&self, order: &UnitOrder) -> bool {
        self.asked.order() == *order
    }

    /// The address of this list with another kind, and the rest of what was asked for.
    fn with_kind(&self, kind: Option<&UnitKind>) -> String {
        query(UnitsAsked { kind: kind.copied(), ..self.asked }, None)
    }

    fn at(&self, page: i64) -> String {
        query(self.asked, Some(page))
    }

    fn first(&self) -> i64 {
        (self.page - 1) * PAGE + 1
    }

    fn last(&self) -> i64 {
        (self.page * PAGE).min(self.total)
    }

    fn pages(&self) -> i64 {
        pages(self.total)
    }
}

/// What follows the list's address.
fn query(asked: UnitsAsked, page: Option<i64>) -> String {
    let parts = [
        asked.kind.map(|kind| format!("kind={kind}")),
        asked.standing.map(|standing| format!("standing={standing}")),
        asked.ended.then(|| "ended=1".to_owned()),
        asked.order.map(|order| format!("order={order}")),
        page.map(|page| format!("page={page}")),
    ];
    format!("?{}", parts.into_iter().flatten().collect::<Vec<_>>().join("&"))
}

/// The pages that `total` units take, at least one.
fn pages(total: i64) -> i64 {
    (total + PAGE - 1).max(PAGE) / PAGE
}

impl View for UnitsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("units.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Units)
    }
}

/// What the list's address says after its question mark.
#[derive(FromForm)]
struct UnitsQuery<'r> {
    kind: Option<&'r str>,
    standing: Option<&'r str>,
    ended: Option<&'r str>,
    order: Option<&'r str>,
    page: Option<i64>,
}

#[get("/centers/<center>/units?<query..>")]
async fn list(
    by: CenterReader,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    query: UnitsQuery<'_>,
) -> Result<Page<UnitsPage>> {
    let asked = UnitsAsked::read(query.kind, query.standing, query.ended, query.order);
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let total = queries::count(&mut conn, center.id(), asked).await?;
    let page = query.page.unwrap_or(1).clamp(1, pages(total));
    let year = center.zone.date(now.0).year_start();
    let units = queries::list(&by, &mut conn, center.id(), asked, year, ((page - 1) * PAGE, PAGE)).await?;
    let mask = |unit: &Unit| unit.phone(sealer).map(|phone| phone.masked());
    let units = units.into_iter().map(|row| (mask(&row.unit), row)).map(|(phone, row)| (row, phone)).collect();
    Ok(Page(UnitsPage { center, units, total, page, asked, may_write: Coordinator::includes(by.role) }))
}

/// The form of a unit, new (`unit` is none) or known.
#[derive(Template)]
#[template(path = "units/form.html")]
struct UnitForm {
    center: Center,
    unit: Option<Unit>,
    /// The end of the phone that is known.
    phone_end: Option<String>,
    form: Form,
}

impl UnitForm {
    fn kinds(&self) -> &'static [UnitKind] {
        UnitKind::ALL
    }

    fn standings(&self) -> &'static [UnitStanding] {
        UnitStanding::ALL
    }

    /// True if somebody changed the unit while this form was open.
    fn is_overtaken(&self) -> bool {
        self.form.refusal().is_some_and(|refusal| refusal.code == "unit_changed")
    }

    /// What the form was filled from; once its reader was told of another change, what is there now.
    fn version(&self) -> String {
        match &self.unit {
            Some(unit) if self.is_overtaken() => unit.version.to_string(),
            _ => self.form.value("version").to_owned(),
        }
    }

    fn of(center: Center, unit: Unit, sealer: &Sealer, form: Form) -> Self {
        Self { center, phone_end: unit.phone(sealer).map(|phone| phone.last4().to_owned()), unit: Some(unit), form }
    }
}

impl View for UnitForm {
    fn title(&self, lang: Lang) -> String {
        self.unit.as_ref().map_or_else(|| lang.text("units.new"), |unit| unit.name.clone())
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Units)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/units/new")]
async fn new(by: Coordinator, db: &Db, center: CenterId) -> Result<Page<UnitForm>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    Ok(Page(UnitForm { center, unit: None, phone_end: None, form: Form::new() }))
}

#[post("/centers/<center>/units", data = "<fields>")]
async fn create(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    fields: Fields,
) -> Result<Submitted<UnitForm>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let input = forms::unit(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        let id = actions::register(&by, now, &mut tx, sealer, &center, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(id)
    };
    Submitted::of(
        made.await.map(|id| center.path(format_args!("/units/{id}"))),
        "done.unit_registered",
        async |errors| Ok(UnitForm { center, unit: None, phone_end: None, form: Form::again(fields, errors) }),
    )
    .await
}

#[get("/centers/<center>/units/<id>/edit")]
async fn edit(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    center: CenterId,
    id: UnitId,
) -> Result<Page<UnitForm>> {
    let (center, unit) = queries::open_in(&by, &mut *db.read().await?, center, id).await?;
    let form = Form::filled(unit.as_fields());
    Ok(Page(UnitForm::of(center, unit, sealer, form)))
}

#[post("/centers/<center>/units/<id>", data = "<fields>", rank = 2)]
async fn update(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: UnitId,
    fields: Fields,
) -> Result<Submitted<UnitForm>> {
    let (center, unit) = queries::open_in(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let input = forms::revision(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        actions::revise(&by, now, &mut tx, sealer, &unit, &input).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(made.await.map(|()| center.path(format_args!("/units/{id}"))), "done.saved", async |errors| {
        // As it is now: whoever saves once more has been told.
        let unit = queries::find(&by, &mut *db.read().await?, center.id(), id).await?;
        Ok(UnitForm::of(center, unit, sealer, Form::again(fields, errors)))
    })
    .await
}
