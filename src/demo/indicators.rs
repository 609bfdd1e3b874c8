//! What the agreement of the rich center asks for: from the city's template, and of its own; most of it on its way, two behind.

use super::{Builder, Made};
use crate::agreements::{self, terms};
use crate::auth::{CityAdmin, Viewer};
use crate::clock::Month;
use crate::error::{Error, Result};
use crate::indicators::forms::{self, IndicatorSource};
use crate::indicators::{self, CopiedFor, ValueKeeper, queries};
use crate::store::Conn;
use crate::web::Fields;

/// Name in both languages; unit, measure and part; the target of a year.
type AimShown = (&'static str, &'static str, [&'static str; 3], i64);

/// What every demonstration point is asked for.
const COMMON: [AimShown; 5] = [
    ("服务人次", "Visits", ["visits", "visits", ""], 2_000),
    ("服务人数", "Residents taking part", ["persons", "persons", ""], 200),
    ("社区活动", "Community activities", ["activities", "sessions", "kind:3"], 60),
    ("长者服务人次", "Visits of older people", ["visits", "visits", "group:elderly"], 800),
    ("志愿服务时数", "Hours of voluntary service", ["hours", "minutes", ""], 200),
];

/// What this agreement asks for besides, entered by hand, with each month's number.
const ENTERED: [(AimShown, &str); 5] = [
    (("入户探访", "Home visits", ["visits", "", ""], 600), "56"),
    (("电话探访", "Phone calls", ["visits", "", ""], 480), "45"),
    (("建档家庭", "Households on file", ["households", "", ""], 300), "29"),
    // Easy visits pile up while cases are missing.
    (("个案", "Cases", ["cases", "", ""], 24), "1"),
    (("链接资源", "Resources found", ["yuan", "", ""], 28_000), "2100"),
];

fn fields((name, name_en, [unit, measure, within], target): &AimShown) -> Fields {
    Fields::default()
        .with("name", name)
        .with("name_en", name_en)
        .with("unit", unit)
        .with("measure", measure)
        .with("within", within)
        .with("target", target)
        .with("span", "project_year")
}

pub(super) async fn ask(b: &Builder, admin: &CityAdmin, tx: &mut Conn, made: &Made) -> Result<()> {
    let template = indicators::found_template(admin, b.now, tx, "示范点年度指标").await?;
    for aim in &COMMON {
        indicators::add_item(admin, b.now, tx, template, &forms::item(&fields(aim))?).await?;
    }
    let by = &made.manager;
    let agreement = agreements::queries::of_center(by, tx, made.center.id()).await?.into_iter().next();
    let agreement = terms::read_one(by, tx, agreement.ok_or(Error::NotFound)?.id).await?;
    let centers = terms::centers(by, tx, std::slice::from_ref(&agreement)).await?;
    let opened = (agreement, centers);
    let source = (IndicatorSource::Template(template), CopiedFor::Together);
    indicators::copy_template(by, b.now, tx, &opened, source).await?;
    let worker: Viewer = (*made.coordinator).clone();
    let keeper = ValueKeeper::of(worker).ok_or(Error::Forbidden)?;
    let this_month = Month::of(b.today());
    for (aim, value) in &ENTERED {
        let id = indicators::add(by, b.now, tx, &opened, &forms::indicator(&fields(aim))?).await?;
        let indicator = queries::find(tx, opened.0.id, id).await?;
        let mut month = Month::of(opened.0.starts_on);
        while month < this_month {
            let entry = Fields::default().with("month", month).with("value", value);
            let input = forms::value(&entry, indicator.unit)?;
            indicators::enter(&keeper, b.now, tx, &b.sealer, (&opened, &indicator), (&input, None)).await?;
            month = month.next();
        }
    }
    Ok(())
}
