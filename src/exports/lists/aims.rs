//! What agreements ask for, and how far it is.

use super::{Listing, Writer, day, maybe, text};
use crate::auth::ReportReader;
use crate::clock::Now;
use crate::error::Result;
use crate::figures::Telling;
use crate::indicators::listing::IndicatorsCut;
use crate::indicators::standing::{self, IndicatorLine};
use crate::store::Conn;
use crate::web::Lang;
use crate::web::table::Cell;

/// Every indicator that the reader may see, in the columns of its page: numbers as they are read, in their unit.
pub(super) async fn indicators(
    by: &ReportReader,
    conn: &mut Conn,
    now: Now,
    lang: Lang,
    name: String,
    cut: &IndicatorsCut,
) -> Result<Listing> {
    let head = [
        "indicators.name",
        "centers.center",
        "reports.purchaser",
        "centers.provider",
        "indicators.worker",
        "indicators.from",
        "indicators.until",
        "indicators.unit",
        "indicators.target",
        "indicators.done",
        "indicators.expected",
        "indicators.forecast",
        "indicators.state",
        "indicators.way",
    ];
    let mut file = Writer::new(lang, name, &head);
    let tables = standing::of_all(by, conn, now, cut.agreements()).await?;
    for one in cut.of(lang, tables) {
        let (line, indicator) = (&one.line, &one.line.indicator);
        let number = |value: i64| line.cell(value);
        file.row([
            text(lang.pick(&indicator.name, &indicator.name_en)),
            text(&one.centers),
            text(&one.agreement.purchaser),
            text(&one.agreement.provider),
            maybe(indicator.worker.as_ref()),
            day(line.days.map(|days| days.from)),
            day(line.days.map(|days| days.last())),
            text(lang.text(indicator.unit.key())),
            number(indicator.target),
            done(lang, line),
            line.progress.map_or(Cell::Empty, |progress| number(progress.expected)),
            line.progress.and_then(|progress| progress.forecast).map_or(Cell::Empty, number),
            text(lang.text(line.state().key())),
            text(lang.text(if indicator.is_entered() { "indicators.entered" } else { "indicators.counted" })),
        ]);
    }
    Ok(file.done())
}

/// What is done: a number, or what stands in its place.
fn done(lang: Lang, line: &IndicatorLine) -> Cell {
    match (line.told, line.progress) {
        (Telling::Exactly, None) => Cell::Empty,
        (Telling::Exactly, Some(progress)) => line.cell(progress.done),
        (Telling::AtLeast | Telling::Hidden, _) => Cell::Plain(line.done(lang)),
    }
}
