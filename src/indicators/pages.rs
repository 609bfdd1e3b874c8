//! How the indicators stand: of one agreement, and of all that the reader may see, on one sheet.

use askama::Template;
use rocket::{Route, get, routes};

use super::listing::{self, IndicatorsCut, ListedIndicator};
use super::standing::{self, IndicatorTable};
use crate::agreements::AgreementId;
use crate::auth::{Manager, ReportReader};
use crate::clock::{Date, Now, Zone};
use crate::error::Result;
use crate::figures::small_cells;
use crate::store::Db;
use crate::web::cut::{Asked, CutPage, Toolbar};
use crate::web::nav::Tab;
use crate::web::{Frame, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![all, of_agreement]
}

/// So many lines stand on one page.
const LINES: usize = 60;

#[derive(Template)]
#[template(path = "indicators/all.html")]
struct AllIndicators {
    listed: CutPage<ListedIndicator>,
    /// On all pages.
    count: usize,
    behind: usize,
    toolbar: Toolbar,
    today: Date,
    told_before: Option<Date>,
}

impl AllIndicators {
    fn asked(&self) -> String {
        listing::asked(&self.toolbar)
    }
}

impl View for AllIndicators {
    fn title(&self, lang: Lang) -> String {
        lang.text("indicators.all")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Indicators)
    }
}

#[get("/indicators")]
async fn all(by: ReportReader, db: &Db, now: Now, lang: Lang, asked: Asked) -> Result<Page<AllIndicators>> {
    let cut = IndicatorsCut::read(&asked.0).unwrap_or_default();
    let mut conn = db.read().await?;
    let tables = standing::of_all(&by, &mut conn, now, cut.agreements()).await?;
    let known = standing::known(&by, &mut conn, &tables, listing::CHOICES).await?;
    let listed = cut.of(lang, tables);
    Ok(Page(AllIndicators {
        count: listed.len(),
        behind: listed.iter().filter(|one| one.line.state().is_behind()).count(),
        listed: CutPage::of(listed, &asked.0, LINES),
        toolbar: cut.toolbar(lang, &known),
        today: Zone::SHANGHAI.date(now.0),
        told_before: small_cells::told_before(&by, &mut conn, now).await?,
    }))
}

#[derive(Template)]
#[template(path = "indicators/list.html")]
struct AgreementIndicators {
    table: IndicatorTable,
    today: Date,
    told_before: Option<Date>,
    lang: Lang,
    may_define: bool,
}

impl AgreementIndicators {
    /// The numbers of the project years, from 1, each with whether it is the one that is shown.
    fn years(&self) -> Vec<(usize, bool)> {
        (0..self.table.years.len()).map(|place| (place + 1, place == self.table.year)).collect()
    }

    fn path(&self) -> String {
        path(self.table.agreement.id)
    }

    fn has_several(&self) -> bool {
        self.table.centers.len() > 1
    }
}

impl View for AgreementIndicators {
    fn title(&self, lang: Lang) -> String {
        lang.text("indicators.title")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Indicators)
    }
}

/// The address of an agreement's indicators.
pub(super) fn path(agreement: AgreementId) -> String {
    format!("/agreements/{agreement}/indicators")
}

#[get("/agreements/<id>/indicators?<year>")]
async fn of_agreement(
    by: ReportReader,
    db: &Db,
    now: Now,
    lang: Lang,
    id: AgreementId,
    year: Option<usize>,
) -> Result<Page<AgreementIndicators>> {
    let mut conn = db.read().await?;
    let table = standing::of_agreement(&by, &mut conn, now, id, year).await?;
    let may_define = Manager::includes(by.role);
    let told_before = small_cells::told_before(&by, &mut conn, now).await?;
    Ok(Page(AgreementIndicators { table, today: Zone::SHANGHAI.date(now.0), told_before, lang, may_define }))
}
