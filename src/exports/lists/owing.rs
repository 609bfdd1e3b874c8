//! What agreements owe, as a file.

use super::{Listing, Writer, day, text};
use crate::auth::ReportReader;
use crate::clock::Date;
use crate::error::Result;
use crate::periodic_reports::listing::{self, OwedCut};
use crate::store::Conn;
use crate::web::Lang;
use crate::web::table::Cell;
use crate::web::text::Named as _;

pub(super) async fn owed(
    by: &ReportReader,
    conn: &mut Conn,
    lang: Lang,
    name: String,
    today: Date,
    cut: &OwedCut,
) -> Result<Listing> {
    let head = [
        "centers.provider",
        "reports.purchaser",
        "periodic.period",
        "periodic.from",
        "periodic.to",
        "periodic.due_on",
        "periodic.state",
        "periodic.days_late",
    ];
    let mut file = Writer::new(lang, name, &head);
    for one in cut.of(listing::owed(by, conn, today).await?) {
        file.row([
            text(&one.agreement.provider),
            text(&one.agreement.purchaser),
            text(one.name().in_lang(lang)),
            day(Some(one.period.days.from)),
            day(Some(one.period.days.last())),
            day(Some(one.due_on).filter(|_| one.is_awaited)),
            text(lang.text(if one.is_agreed { one.standing.key() } else { "periodic.not_agreed" })),
            Cell::Number(one.late),
        ]);
    }
    Ok(file.done())
}
