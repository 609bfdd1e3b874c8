//! The pages of forms that are filled: which days there are to choose, where the numbers of each are from, and what stays empty.

use std::collections::BTreeMap;

use askama::Template;
use rocket::{Route, State, get, routes};

use super::periods::{self, FormAsked, FormDays};
use super::types::{FormFilling, FormSource, PaidAgreement, PurchaserForm};
use super::{FormKeeper, PurchaserFormId, filled, numbers, queries};
use crate::auth::ReportReader;
use crate::centers::{Center, CenterId};
use crate::clock::{Month, Now, Zone};
use crate::error::{Error, Result};
use crate::figures::{Period, scope, small_cells};
use crate::files::FileAnswer;
use crate::ids::PurchaserId;
use crate::periodic_reports::periods::PeriodName;
use crate::periodic_reports::{self, AgreementFrame, ReportedKind};
use crate::store::{Conn, Db, Sealer};
use crate::web::cut::Asked;
use crate::web::nav::Tab;
use crate::web::{Frame, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![all_filled, of_center, center_filled]
}

/// An agreement with its periods that are over, by the word and the name of each.
pub(super) struct PeriodChoice {
    pub frame: AgreementFrame,
    pub periods: Vec<(String, PeriodName)>,
    /// The word of the one that was chosen.
    pub chosen: String,
}

impl PeriodChoice {
    pub fn all(paid: &[PaidAgreement], asked: Option<&FormAsked>, now: Now) -> Vec<Self> {
        let today = Zone::SHANGHAI.date(now.0);
        let choice = |one: &PaidAgreement| {
            let periods = periods::choices(&one.frame, today).into_iter();
            let periods = periods.map(|period| (period.to_string(), PeriodName::of(period.kind, period.days)));
            let chosen = asked.filter(|asked| asked.agreement == Some(one.frame.id));
            let chosen = chosen.map(|asked| asked.word.clone()).unwrap_or_default();
            Self { frame: one.frame.clone(), periods: periods.collect(), chosen }
        };
        paid.iter().map(choice).filter(|choice| !choice.periods.is_empty()).collect()
    }
}

/// A row for each of its purchaser's centers: `?period=2026-03`, or `?agreement=1&period=quarter:2026-01-01`.
#[get("/purchaser-forms/<id>/filled?<agreement>&<period>")]
async fn all_filled(
    by: ReportReader,
    db: &Db,
    now: Now,
    lang: Lang,
    sealer: &State<Sealer>,
    id: PurchaserFormId,
    agreement: Option<&str>,
    period: Option<&str>,
) -> Result<FileAnswer> {
    let asked = FormAsked::read(agreement.unwrap_or_default(), period.unwrap_or_default(), now)?;
    let mut conn = db.read().await?;
    let filling = filled::of_all(&by, &mut conn, (sealer.inner(), now, lang), id, &asked).await?;
    Ok(FileAnswer::attachment(filling.file))
}

/// A form of one who pays for the center.
struct OfferedForm {
    form: PurchaserForm,
    source: FormSource,
    /// Where it is taken filled.
    href: String,
    /// Where it is said what of it stays empty.
    look: String,
}

#[derive(Template)]
#[template(path = "purchaser_forms/center.html")]
struct CenterFormsPage {
    center: Center,
    forms: Vec<OfferedForm>,
    month: Month,
    /// What the days are called that the forms are filled for.
    name: PeriodName,
    choices: Vec<PeriodChoice>,
    /// As one of them would be filled.
    chosen: Option<(FormFilling, String)>,
    /// Whether the viewer may read the center's days.
    is_open: bool,
    /// Whether they are told to the purchaser by now.
    is_told: bool,
    may_keep: bool,
}

impl View for CenterFormsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("purchaser_forms.of_center")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Reports)
    }
}

/// The agreements of each purchaser.
fn by_purchaser(paid: &[PaidAgreement]) -> BTreeMap<PurchaserId, Vec<PaidAgreement>> {
    let mut found: BTreeMap<PurchaserId, Vec<PaidAgreement>> = BTreeMap::new();
    for one in paid {
        found.entry(one.purchaser).or_default().push(one.clone());
    }
    found
}

/// Where each purchaser's numbers of what is asked for are from; nothing of one that has no such days.
async fn sources(
    conn: &mut Conn,
    paid: &[PaidAgreement],
    asked: &FormAsked,
) -> Result<BTreeMap<PurchaserId, (FormDays, FormSource)>> {
    let found = by_purchaser(paid).into_iter();
    let found = found.filter_map(|(purchaser, paid)| Some((purchaser, FormDays::of(&paid, asked).ok()?)));
    let found: Vec<(PurchaserId, FormDays)> = found.collect();
    let of_one = |(_, days): &(PurchaserId, FormDays)| Some((days.agreement.as_ref()?.id, days.days));
    let wanted: Vec<_> = found.iter().filter_map(of_one).collect();
    let versions = periodic_reports::queries::standing_versions(conn, &wanted).await?;
    let with_source = |(purchaser, days): (PurchaserId, FormDays)| {
        let source = match &days.agreement {
            None => FormSource::Together,
            Some(frame) => numbers::last(versions.iter().filter(|version| version.agreement_id == frame.id))
                .map_or(FormSource::Live, FormSource::from),
        };
        (purchaser, (days, source))
    };
    Ok(found.into_iter().map(with_source).collect())
}

/// The forms of those who pay for the center: `?month=2026-03`, or `?agreement=1&period=quarter:2026-01-01`; `&form=1` says of one what stays
/// empty.
#[get("/centers/<center>/purchaser-forms")]
async fn of_center(
    by: ReportReader,
    db: &Db,
    now: Now,
    lang: Lang,
    sealer: &State<Sealer>,
    center: CenterId,
    query: Asked,
) -> Result<Page<CenterFormsPage>> {
    let mut conn = db.read().await?;
    let reach = scope::ever(&by, &mut conn, now, center).await?;
    let word = Some(query.0.get("period")).filter(|word| !word.is_empty()).unwrap_or(query.0.get("month"));
    let asked = FormAsked::read(query.0.get("agreement"), word, now)?;
    let month = asked.month(now);
    let paid = queries::paid(&by, &mut conn, None, Some(center)).await?;
    let sources = sources(&mut conn, &paid, &asked).await?;
    let (kind, days) = match (asked.agreement, Month::parse(&asked.word)) {
        (None, Some(month)) => (ReportedKind::Month, Period::from(month)),
        _ => sources.values().next().map(|(days, _)| (days.kind, days.days)).ok_or(Error::NotFound)?,
    };
    // It is filled with what its purchaser is told.
    let is_told = small_cells::is_told_to_all(&mut conn, now, days.to).await?;
    let is_open = !reach.days(center, days).is_empty();
    let found = match is_open && is_told {
        true => queries::of_purchasers(&mut conn, sources.keys().copied().collect()).await?,
        false => Vec::new(),
    };
    let home = center.path("/purchaser-forms");
    let taken = |form: PurchaserFormId| asked.behind(&center.path(format_args!("/reports/{}/form/{form}", asked.word)));
    let offered = |form: PurchaserForm| {
        let (_, source) = sources.get(&form.purchaser_id).cloned()?;
        let look = format!("{}&form={}", asked.after(&home), form.id);
        Some(OfferedForm { source, href: taken(form.id), look, form })
    };
    let forms: Vec<OfferedForm> = found.into_iter().filter_map(offered).collect();
    let chosen = match query.0.get("form").parse::<PurchaserFormId>() {
        Err(_) => None,
        Ok(form) => {
            let context = (sealer.inner(), now, lang);
            let filling = filled::of_center(&by, &mut conn, context, (center, form), &asked).await?;
            Some((filling, taken(form)))
        }
    };
    let choices = PeriodChoice::all(&paid, Some(&asked), now);
    let center = reach.centers().first().cloned().ok_or(Error::NotFound)?;
    let (name, may_keep) = (PeriodName::of(kind, days), FormKeeper::includes(by.role));
    Ok(Page(CenterFormsPage { center, forms, month, name, choices, chosen, is_open, is_told, may_keep }))
}

/// A center's month, or another period of one agreement: `/reports/quarter:2026-01-01/form/1?agreement=1`.
#[get("/centers/<center>/reports/<month>/form/<form>?<agreement>")]
async fn center_filled(
    by: ReportReader,
    db: &Db,
    now: Now,
    lang: Lang,
    sealer: &State<Sealer>,
    center: CenterId,
    month: &str,
    form: PurchaserFormId,
    agreement: Option<&str>,
) -> Result<FileAnswer> {
    let asked = FormAsked::read(agreement.unwrap_or_default(), month, now)?;
    let mut conn = db.read().await?;
    let context = (sealer.inner(), now, lang);
    let filling = filled::of_center(&by, &mut conn, context, (center, form), &asked).await?;
    Ok(FileAnswer::attachment(filling.file))
}
