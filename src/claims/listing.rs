//! How a center's list of claims is cut and put in order.

use super::types::ClaimState;
use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::ids::TeamId;
use crate::store::text_enum;
use crate::teams::TeamName;
use crate::web::Lang;
use crate::web::cut::Toolbar;

text_enum!(
    ClaimOrder in "claim_order" {
        /// What waits before what is decided, the longest waiting first.
        Waiting = "waiting",
        /// The latest service first.
        Served = "served",
        Name = "name",
    }
);

/// How the list is cut and put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimsCut {
    pub(super) state: Option<ClaimState>,
    pub(super) team: Option<TeamId>,
    order: ClaimOrder,
}

impl Default for ClaimsCut {
    fn default() -> Self {
        Self { state: None, team: None, order: ClaimOrder::Waiting }
    }
}

impl ClaimsCut {
    /// Fields `state team sort`.
    ///
    /// # Errors
    /// A fault for each word that means nothing.
    pub fn read(fields: &Fields) -> Result<Self> {
        let mut read = fields.read();
        let state = read.optional("state", parse::choice);
        let team = read.optional("team", parse::choice);
        let order = read.optional("sort", parse::choice);
        read.finish(|| Some(Self { state: state?, team: team?, order: order?.unwrap_or(ClaimOrder::Waiting) }))
    }

    /// What is listed after what, over claim `c` and person `p`; `pending` is the place of the word for what waits.
    pub(super) fn order_by(self, pending: &str) -> String {
        let first = format!("case when c.state = {pending} then 0 else 1 end");
        match self.order {
            ClaimOrder::Waiting => {
                format!("{first}, case when c.state = {pending} then c.asked_at else -c.decided_at end, c.id")
            }
            ClaimOrder::Served => format!("c.served_on desc, {first}, c.id desc"),
            ClaimOrder::Name => format!("p.pinyin, p.id, {first}, c.id"),
        }
    }

    pub fn toolbar(self, lang: Lang, teams: &[TeamName]) -> Toolbar {
        let teams = teams.iter().map(|team| (team.id.to_string(), team.name.clone()));
        Toolbar::ordered(lang, self.order, ClaimOrder::ALL, ClaimOrder::key)
            .with(("team", "claims.team"), self.team, teams)
            .with_words(("state", "cut.state"), self.state, ClaimState::ALL, ClaimState::key)
    }
}
