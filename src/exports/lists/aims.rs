//! What agreements ask for, and how far it is.

use super::{CityList, Listing, Writer, day, maybe, text};
use crate::auth::ReportReader;
use crate::clock::Now;
use crate::error::Result;
use crate::figures::Telling;
use crate::indicators::listing::IndicatorsCut;
use crate::indicators::matrix::{IndicatorMatrix, MatrixLine};
use crate::indicators::standing::{self, IndicatorLine};
use crate::store::Conn;
use crate::web::Lang;
use crate::web::table::{Cell, Table};

/// Every indicator that the reader may see, in the columns of its page: numbers as they are read, in their unit. Or their matrix.
pub(super) async fn indicators(
    by: &ReportReader,
    conn: &mut Conn,
    now: Now,
    lang: Lang,
    (list, name): (CityList, String),
    cut: &IndicatorsCut,
) -> Result<Listing> {
    let tables = standing::of_all(by, conn, now, cut.agreements()).await?;
    if list == CityList::IndicatorMatrix {
        return Ok(matrix(lang, name, &IndicatorMatrix::of(lang, tables, cut)));
    }
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

/// Every center beside every indicator: in each cell what is done of what is asked for, and how that stands.
fn matrix(lang: Lang, name: String, matrix: &IndicatorMatrix) -> Listing {
    // Numbered: a title that begins as somebody typed it might be a formula to a spreadsheet.
    let titles = (1..).zip(&matrix.columns).map(|(number, column)| format!("{number}. {}", column.label));
    let about = ["centers.center", "reports.purchaser"].map(|key| lang.text(key));
    let mut file = Writer { table: Table::new(name, about.into_iter().chain(titles)), rows: 0 };
    let between = lang.text("list.semicolon");
    let said = |cell: &Vec<MatrixLine>| match cell.as_slice() {
        [] => Cell::Empty,
        lines => Cell::Plain(lines.iter().map(|one| one.words(lang)).collect::<Vec<_>>().join(&between)),
    };
    for row in &matrix.rows {
        file.row([text(&row.name), text(&row.purchasers)].into_iter().chain(row.cells.iter().map(said)));
    }
    file.done()
}

/// What is done: a number, or what stands in its place.
fn done(lang: Lang, line: &IndicatorLine) -> Cell {
    match (line.told, line.progress) {
        (Telling::Exactly, None) => Cell::Empty,
        (Telling::Exactly, Some(progress)) => line.cell(progress.done),
        (Telling::AtLeast | Telling::Hidden, _) => Cell::Plain(line.done(lang)),
    }
}
