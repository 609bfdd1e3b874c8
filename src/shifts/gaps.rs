//! What the coming four weeks still lack, of a center.

use askama::Template;
use rocket::{Route, get, routes};

use super::queries;
use super::types::ShiftGap;
use crate::auth::TeamReader;
use crate::centers::{self, Center, CenterId};
use crate::clock::Now;
use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::ids::{SessionId, TeamId};
use crate::store::{Conn, Db, text_enum};
use crate::teams;
use crate::web::cut::{Asked, Toolbar};
use crate::web::nav::Tab;
use crate::web::{Frame, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show]
}

text_enum!(
    GapOrder in "gap_order" {
        Date = "date",
        /// Where most are missing first.
        Missing = "missing",
    }
);

/// How the list is cut and put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GapsCut {
    team: Option<TeamId>,
    order: GapOrder,
}

impl Default for GapsCut {
    fn default() -> Self {
        Self { team: None, order: GapOrder::Date }
    }
}

impl GapsCut {
    /// Fields `team sort`.
    ///
    /// # Errors
    /// A fault for each word that means nothing.
    pub fn read(fields: &Fields) -> Result<Self> {
        let mut read = fields.read();
        let team = read.optional("team", parse::choice);
        let order = read.optional("sort", parse::choice);
        read.finish(|| Some(Self { team: team?, order: order?.unwrap_or(GapOrder::Date) }))
    }

    /// What is missing, as it is cut.
    pub async fn list(self, by: &TeamReader, conn: &mut Conn, now: Now, center: &Center) -> Result<Vec<ShiftGap>> {
        let mut found = queries::gaps(by, conn, now, center, self.team).await?;
        if self.order == GapOrder::Missing {
            found.sort_by_key(|gap| std::cmp::Reverse(gap.lacks()));
        }
        Ok(found)
    }
}

#[derive(Template)]
#[template(path = "shifts/gaps.html")]
struct GapsPage {
    center: Center,
    gaps: Vec<ShiftGap>,
    toolbar: Toolbar,
}

impl GapsPage {
    fn session(&self, session: &SessionId) -> String {
        self.center.path(format_args!("/sessions/{session}/shifts"))
    }

    fn days(&self) -> u64 {
        queries::AHEAD
    }
}

impl View for GapsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("shifts.gaps")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }
}

#[get("/centers/<center>/gaps")]
async fn show(by: TeamReader, db: &Db, now: Now, lang: Lang, center: CenterId, asked: Asked) -> Result<Page<GapsPage>> {
    let cut = GapsCut::read(&asked.0).unwrap_or_default();
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let gaps = cut.list(&by, &mut conn, now, &center).await?;
    let teams = teams::queries::list(&by, &mut conn, center.id()).await?;
    let teams = teams.into_iter().filter(|team| team.disbanded_on.is_none());
    let toolbar = Toolbar::ordered(lang, cut.order, GapOrder::ALL, GapOrder::key).with(
        ("team", "shifts.team"),
        cut.team,
        teams.map(|team| (team.id.to_string(), team.name)),
    );
    Ok(Page(GapsPage { center, gaps, toolbar }))
}
