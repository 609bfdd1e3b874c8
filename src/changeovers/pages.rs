//! The list of what goes over when another provider takes a center over: on the screen, and on paper for the signatures.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::types::{Changeover, ChangeoverId, ChangeoverItem, ChangeoverLine, ChangeoverList, ChangeoverSide};
use super::{actions, queries};
use crate::auth::{CenterReader, Manager};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, Result};
use crate::store::{Conn, Db};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Frame, Lang, Page, View, filters};
use crate::workers::departing::{self, DepartingWorker};

pub(super) fn routes() -> Vec<Route> {
    routes![show, sheet, make, sign]
}

/// The things that are listed one by one.
const ONE_BY_ONE: [ChangeoverItem; 4] =
    [ChangeoverItem::Sessions, ChangeoverItem::Loans, ChangeoverItem::Defects, ChangeoverItem::Closings];

/// The lines of one kind.
struct ItemLines<'a> {
    item: ChangeoverItem,
    lines: Vec<&'a ChangeoverLine>,
    /// How many there are, where the list names only the first.
    all: i64,
}

fn one_by_one(list: &ChangeoverList) -> Vec<ItemLines<'_>> {
    let of = |item: ChangeoverItem| ItemLines {
        item,
        lines: list.lines.iter().filter(|line| line.item == item).collect(),
        all: list.count(item),
    };
    ONE_BY_ONE.into_iter().map(of).filter(|lines| !lines.lines.is_empty()).collect()
}

/// What the page and the paper say of a change.
struct ShownChange {
    change: Changeover,
    /// As it was made, or, while there is none, as it would be now.
    list: ChangeoverList,
}

impl ShownChange {
    async fn load(conn: &mut Conn, now: Now, center: &Center, change: Changeover) -> Result<Self> {
        let list = match change.made() {
            Some(list) => list,
            None => queries::list(conn, now, center, &change).await?,
        };
        Ok(Self { change, list })
    }
}

#[derive(Template)]
#[template(path = "changeovers/show.html")]
struct ChangeoverPage {
    center: Center,
    /// Whether the center's other pages stand around this one.
    is_inside: bool,
    shown: Option<ShownChange>,
    /// The former provider's staff, for itself and the administrator.
    staff: Vec<DepartingWorker>,
    /// Whether the reader may make the list, and sign it.
    may_make: bool,
    may_sign: bool,
    today: Date,
}

impl ChangeoverPage {
    fn groups<'a>(&self, list: &'a ChangeoverList) -> Vec<ItemLines<'a>> {
        one_by_one(list)
    }

    fn is_over(&self, day: &Date) -> bool {
        *day <= self.today
    }
}

impl View for ChangeoverPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("changeovers.title")
    }

    fn frame(&self) -> Frame<'_> {
        if self.is_inside { self.center.frame(Tab::Reports) } else { Frame::City(Tab::Reports) }
    }
}

#[get("/centers/<center>/changeover")]
async fn show(by: CenterReader, db: &Db, now: Now, center: CenterId) -> Result<Page<ChangeoverPage>> {
    let mut conn = db.read().await?;
    let (center, change) = queries::opened(&by, &mut conn, now, center).await?;
    let is_inside = centers::queries::is_open_to(&by, &mut conn, center.id()).await?;
    let manages = Manager::includes(by.role);
    let side = change.as_ref().and_then(Changeover::side);
    // Staff are their own provider's: the new one reads its own among the center's workers.
    let staff = match &change {
        Some(change) if manages && side != Some(ChangeoverSide::Taker) => {
            departing::departing(&mut conn, center.id(), (change.from_id, change.changes_on)).await?
        }
        _ => Vec::new(),
    };
    let may_make = manages && change.as_ref().is_some_and(|change| !change.is_signed());
    let may_sign = manages
        && change.as_ref().zip(side).is_some_and(|(change, side)| change.id.is_some() && !change.is_signed_by(side));
    let shown = match change {
        Some(change) => Some(ShownChange::load(&mut conn, now, &center, change).await?),
        None => None,
    };
    let today = center.zone.date(now.0);
    Ok(Page(ChangeoverPage { center, is_inside, shown, staff, may_make, may_sign, today }))
}

#[derive(Template)]
#[template(path = "changeovers/sheet.html")]
struct ChangeoverSheet {
    center: Center,
    shown: ShownChange,
    today: Date,
}

impl ChangeoverSheet {
    fn groups(&self) -> Vec<ItemLines<'_>> {
        one_by_one(&self.shown.list)
    }
}

impl View for ChangeoverSheet {
    fn title(&self, lang: Lang) -> String {
        lang.text("changeovers.title")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::Print
    }
}

#[get("/centers/<center>/changeover/sheet")]
async fn sheet(by: CenterReader, db: &Db, now: Now, center: CenterId) -> Result<Page<ChangeoverSheet>> {
    let mut conn = db.read().await?;
    let (center, change) = queries::opened_change(&by, &mut conn, now, center).await?;
    let shown = ShownChange::load(&mut conn, now, &center, change).await?;
    let today = center.zone.date(now.0);
    Ok(Page(ChangeoverSheet { center, shown, today }))
}

#[post("/centers/<center>/changeover")]
async fn make(by: Manager, db: &Db, now: Now, center: CenterId) -> Result<Done> {
    let mut tx = db.begin().await?;
    actions::make_list(&by, now, &mut tx, center).await?;
    tx.commit().await?;
    Ok(Done::to(center.path("changeover"), "done.changeover_listed"))
}

#[post("/centers/<center>/changeover/signature", data = "<fields>")]
async fn sign(by: Manager, db: &Db, now: Now, center: CenterId, fields: Fields) -> Result<Done> {
    let mut tx = db.begin().await?;
    // The list that the page showed.
    let list: ChangeoverId = fields.get("list").parse().map_err(|_| Error::NotFound)?;
    let seen = fields.get("listed").parse::<i64>().ok().map(Timestamp);
    actions::sign(&by, now, &mut tx, center, list, seen).await?;
    tx.commit().await?;
    Ok(Done::to(center.path("changeover"), "done.changeover_signed"))
}
