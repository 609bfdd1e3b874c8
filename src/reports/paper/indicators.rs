//! How the indicators of a report's agreements stand, in the project year of its last day.

use crate::auth::ReportReader;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::figures::Telling;
use crate::indicators::standing::{self, IndicatorLine, IndicatorTable};
use crate::papers::{self, PaperIndicator};
use crate::reports::sheet::Sheet;
use crate::store::Conn;
use crate::web::Lang;

/// Those of the center, and those of all centers of its agreements together.
pub(super) async fn of_sheet(
    by: &ReportReader,
    conn: &mut Conn,
    sheet: &Sheet,
    now: Now,
    lang: Lang,
) -> Result<Vec<PaperIndicator>> {
    let mut told = Vec::new();
    for agreement in &sheet.agreements {
        let table = match standing::of_agreement(by, conn, now, agreement.id, None).await {
            Ok(table) => table,
            Err(Error::NotFound) => continue,
            Err(error) => return Err(error),
        };
        let table = match year_of(&table, sheet) {
            Some(year) if year != table.year => {
                standing::of_agreement(by, conn, now, agreement.id, Some(year + 1)).await?
            }
            _ => table,
        };
        let center = sheet.center.id();
        let lines = table.lines.iter().filter(|line| line.indicator.center_id.is_none_or(|id| id == center));
        told.extend(lines.map(|line| of_line(line, lang)));
    }
    Ok(told)
}

/// The place of the project year that holds the report's last day.
fn year_of(table: &IndicatorTable, sheet: &Sheet) -> Option<usize> {
    let last = sheet.period.days().last();
    table.years.iter().position(|year| year.from <= last && last < year.to)
}

fn of_line(line: &IndicatorLine, lang: Lang) -> PaperIndicator {
    let indicator = &line.indicator;
    let name = lang.pick(&indicator.name, &indicator.name_en);
    let whose = line.center.iter().chain(&indicator.worker).map(|whose| format!(" · {whose}"));
    let entered = indicator.is_entered().then(|| format!(" · {}", lang.text("indicators.entered")));
    PaperIndicator {
        name: std::iter::once(name.to_owned()).chain(whose).chain(entered).collect(),
        unit: lang.text(indicator.unit.key()),
        kind: papers::indicator_kind(indicator.unit),
        target: indicator.target,
        done: line.progress.map(|progress| progress.done),
        untold: (line.told != Telling::Exactly).then(|| line.done(lang)),
        expected: line.progress.map(|progress| progress.expected),
        state: lang.text(line.state().key()),
    }
}
