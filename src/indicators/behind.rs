//! 落后的指标: what is behind, for the pages on which a day begins.

use super::rules::IndicatorState;
use super::standing::{self, IndicatorLine, IndicatorTable, ListedAgreements};
use crate::agreements::AgreementId;
use crate::auth::{ReportReader, Role, Viewer};
use crate::centers::{CenterId, FrontNote, FrontNotes};
use crate::clock::Now;
use crate::error::Result;
use crate::store::Conn;
use crate::web::Lang;

/// So many are told by name; of the rest only how many there are.
const LINES: usize = 5;

/// An indicator that is behind.
#[derive(Clone, Debug)]
pub struct BehindLine {
    pub agreement: AgreementId,
    pub line: IndicatorLine,
}

impl BehindLine {
    pub fn path(&self) -> String {
        format!("/agreements/{}/indicators/{}", self.agreement, self.line.indicator.id)
    }
}

/// What is behind, the worst first.
#[derive(Clone, Debug, Default)]
pub struct Behind {
    pub lines: Vec<BehindLine>,
    /// How many there are beyond those.
    pub more: usize,
}

impl Behind {
    /// Of one center, and of the agreements in which it is together with others.
    ///
    /// # Errors
    /// As the database says.
    pub async fn at(by: &Viewer, conn: &mut Conn, now: Now, center: CenterId) -> Result<Self> {
        let Some(by) = ReportReader::of(by.clone()) else { return Ok(Self::default()) };
        let mut tables = standing::of_all(&by, conn, now, ListedAgreements::At(center)).await?;
        for table in &mut tables {
            table.lines.retain(|line| line.indicator.center_id.is_none_or(|id| id == center));
        }
        Ok(Self::of(tables))
    }

    fn of(tables: Vec<IndicatorTable>) -> Self {
        let mut lines: Vec<BehindLine> = tables
            .into_iter()
            .flat_map(|table| {
                let agreement = table.agreement.id;
                table.lines.into_iter().map(move |line| BehindLine { agreement, line })
            })
            .filter(|one| one.line.state().is_behind())
            .collect();
        lines.sort_by_key(|one| (one.line.state(), one.line.permille()));
        let more = lines.len().saturating_sub(LINES);
        lines.truncate(LINES);
        Self { lines, more }
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub fn count(&self) -> usize {
        self.lines.len() + self.more
    }
}

/// Whose list of centers tells it: who answers for several, and who pays.
fn is_told(role: Role) -> bool {
    matches!(role, Role::CityAdmin | Role::TownSupervisor | Role::ProviderManager | Role::Purchaser)
}

/// Above the list of centers: how many are behind, in words.
pub(super) fn on_the_list<'a>(by: &'a Viewer, conn: &'a mut Conn, now: Now, lang: Lang) -> FrontNotes<'a> {
    Box::pin(async move {
        let Some(by) = ReportReader::of(by.clone()).filter(|by| is_told(by.role)) else { return Ok(Vec::new()) };
        let tables = standing::of_all(&by, conn, now, ListedAgreements::Running).await?;
        let states: Vec<IndicatorState> =
            tables.iter().flat_map(|table| &table.lines).map(IndicatorLine::state).collect();
        let far = states.iter().filter(|state| state.is_behind() && **state != IndicatorState::Behind).count();
        let behind = states.iter().filter(|state| **state == IndicatorState::Behind).count();
        if far + behind == 0 {
            return Ok(Vec::new());
        }
        let text = lang.with("indicators.behind_count", [("n", (far + behind).to_string()), ("far", far.to_string())]);
        let href = "/indicators?state=late".to_owned();
        Ok(vec![FrontNote { text, href, link: lang.text("indicators.behind_open") }])
    })
}
