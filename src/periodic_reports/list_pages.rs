//! The table of what agreements owe, beginning drafts, and asking for a report.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::listing::{self, OwedCut, OwedReport};
use super::periods::{PeriodName, ReportedPeriod};
use super::queries;
use super::rights::{ReportAnswerer, ReportWriter};
use super::types::{AgreementFrame, PeriodicReport, ReportState, ReportedKind};
use super::{actions, forms};
use crate::agreements::AgreementId;
use crate::auth::{ReportReader, Role};
use crate::clock::{Now, Timestamp, Zone};
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::figures::Period;
use crate::store::{Conn, Db};
use crate::web::cut::{Asked, CutPage, Toolbar};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, new, begin, remind]
}

/// So many lines stand on one page.
const LINES: usize = 60;

#[derive(Template)]
#[template(path = "periodic_reports/list.html")]
struct OwedPage {
    owed: CutPage<OwedLine>,
    role: Role,
    toolbar: Toolbar,
}

/// A line of the table, as its reader may go on from it.
struct OwedLine {
    one: OwedReport,
    name: PeriodName,
    path: Option<String>,
    may_be_reminded: bool,
    /// As which the period is begun, and asked for.
    value: String,
}

impl OwedLine {
    fn of(one: OwedReport, role: Role) -> Self {
        Self {
            name: one.name(),
            path: one.path(role),
            may_be_reminded: one.may_be_reminded(role),
            value: one.period.to_string(),
            one,
        }
    }
}

impl OwedPage {
    fn writes(&self) -> bool {
        super::rights::sees_drafts(self.role)
    }

    /// The day on which the purchaser asked.
    fn local(&self, at: &Timestamp) -> chrono::NaiveDateTime {
        Zone::SHANGHAI.local(*at)
    }
}

impl View for OwedPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("periodic.title")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::PeriodicReports)
    }
}

#[get("/periodic-reports")]
async fn list(by: ReportReader, db: &Db, now: Now, lang: Lang, asked: Asked) -> Result<Page<OwedPage>> {
    let cut = OwedCut::read(&asked.0).unwrap_or_default();
    let mut conn = db.read().await?;
    let owed = cut.of(listing::owed(&by, &mut conn, Zone::SHANGHAI.date(now.0)).await?);
    let owed = owed.into_iter().map(|one| OwedLine::of(one, by.role)).collect();
    Ok(Page(OwedPage { owed: CutPage::of(owed, &asked.0, LINES), role: by.role, toolbar: cut.toolbar(lang) }))
}

/// Periods of one kind, and whether each has its report already.
struct PeriodOffers {
    kind: ReportedKind,
    periods: Vec<OfferedPeriod>,
}

struct OfferedPeriod {
    value: String,
    name: PeriodName,
    days: Period,
    is_there: bool,
}

#[derive(Template)]
#[template(path = "periodic_reports/new.html")]
struct NewDraftsPage {
    agreements: Vec<AgreementFrame>,
    /// The one that is looked at.
    chosen: Option<AgreementFrame>,
    offers: Vec<PeriodOffers>,
    form: Form,
}

impl NewDraftsPage {
    async fn load(
        by: &ReportWriter,
        conn: &mut Conn,
        now: Now,
        wanted: Option<AgreementId>,
        form: Form,
    ) -> Result<Self> {
        let agreements = queries::agreements(by, conn).await?;
        let chosen = match wanted {
            Some(id) => Some(agreements.iter().find(|one| one.id == id).cloned().ok_or(Error::NotFound)?),
            None => agreements.first().cloned(),
        };
        let mut offers = Vec::new();
        if let Some(agreement) = &chosen {
            let mut there = queries::of_agreement(conn, agreement.id).await?;
            there.retain(|report| report.state != ReportState::Dropped);
            let there: Vec<Period> = there.iter().map(PeriodicReport::period).collect();
            let today = Zone::SHANGHAI.date(now.0);
            for kind in ReportedKind::ALL.iter().copied() {
                let mut known = agreement.periods(kind);
                known.retain(|period| period.days.from <= today);
                let offered = |period: ReportedPeriod| OfferedPeriod {
                    value: period.to_string(),
                    name: PeriodName::of(period.kind, period.days),
                    days: period.days,
                    is_there: there.contains(&period.days),
                };
                offers.push(PeriodOffers { kind, periods: known.into_iter().rev().map(offered).collect() });
            }
        }
        Ok(Self { agreements, chosen, offers, form })
    }
}

impl View for NewDraftsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("periodic.new")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::PeriodicReports)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/periodic-reports/new?<agreement>")]
async fn new(by: ReportReader, db: &Db, now: Now, agreement: Option<&str>) -> Result<Page<NewDraftsPage>> {
    let by = ReportWriter::of(by)?;
    let wanted = agreement.and_then(|id| parse::choice(id).ok());
    Ok(Page(NewDraftsPage::load(&by, &mut *db.read().await?, now, wanted, Form::new()).await?))
}

#[post("/periodic-reports", data = "<fields>")]
async fn begin(by: ReportReader, db: &Db, now: Now, fields: Fields) -> Result<Submitted<NewDraftsPage>> {
    let by = ReportWriter::of(by)?;
    let made = async {
        let (agreement, periods) = forms::begun(&fields)?;
        let mut tx = db.begin().await?;
        let agreement = queries::agreement(&by, &mut tx, agreement).await?;
        let ids = actions::begin(&by, now, &mut tx, &agreement, &periods).await?;
        tx.commit().await?;
        // One is gone on with, of several there is a list.
        Ok::<_, Error>(match ids.as_slice() {
            [id] => format!("/periodic-reports/{id}"),
            _ => "/periodic-reports".to_owned(),
        })
    };
    let made = made.await;
    Submitted::of(made, "done.reports_begun", async |errors| {
        let wanted = fields.get("agreement").parse().ok();
        let form = Form::again(fields, errors);
        NewDraftsPage::load(&by, &mut *db.read().await?, now, wanted, form).await
    })
    .await
}

/// Fields `agreement period`.
#[post("/periodic-reports/reminders", data = "<fields>")]
async fn remind(by: ReportReader, db: &Db, now: Now, fields: Fields) -> Result<Done> {
    let by = ReportAnswerer::of(by)?;
    let mut tx = db.begin().await?;
    let agreement = queries::agreement(&by, &mut tx, forms::agreement(&fields)?).await?;
    let period = forms::reminded(&fields, &agreement, Zone::SHANGHAI.date(now.0))?;
    actions::remind(&by, now, &mut tx, &agreement, &period).await?;
    tx.commit().await?;
    Ok(Done::to("/periodic-reports", "done.report_reminded"))
}
