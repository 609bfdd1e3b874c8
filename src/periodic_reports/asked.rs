//! 催交: reports for which a purchaser asked, where the provider's day begins.

use super::listing::{self, OwedReport};
use super::queries;
use super::rights::sees_drafts;
use crate::auth::{ReportReader, Viewer};
use crate::centers::{FrontNote, FrontNotes};
use crate::clock::{Now, Zone};
use crate::store::Conn;
use crate::web::Lang;
use crate::web::text::Named as _;

/// Above the list of centers of whoever writes reports: what was asked for and has not come, the first due by name.
pub(super) fn on_the_list<'a>(by: &'a Viewer, conn: &'a mut Conn, now: Now, lang: Lang) -> FrontNotes<'a> {
    Box::pin(async move {
        let Some(by) = ReportReader::of(by.clone()).filter(|by| sees_drafts(by.role)) else { return Ok(Vec::new()) };
        if queries::reminders(&by, conn).await?.is_empty() {
            return Ok(Vec::new());
        }
        let mut asked = listing::owed(&by, conn, Zone::SHANGHAI.date(now.0)).await?;
        asked.retain(OwedReport::is_asked_for);
        asked.sort_by_key(|one| one.due_on);
        let [first, more @ ..] = asked.as_slice() else { return Ok(Vec::new()) };
        let words = [
            ("purchaser", first.agreement.purchaser.clone()),
            ("period", first.name().in_lang(lang).to_owned()),
            ("n", (more.len() + 1).to_string()),
        ];
        let text = lang.with(if more.is_empty() { "periodic.asked_for_one" } else { "periodic.asked_for" }, words);
        let href = first.path(by.role).filter(|_| more.is_empty());
        let href = href.unwrap_or_else(|| "/periodic-reports?sort=due".to_owned());
        Ok(vec![FrontNote { text, href, link: lang.text("periodic.asked_open") }])
    })
}
