//! The list of a center's teams: cut to some of them, in an order.

use std::cmp::Reverse;

use super::types::{Team, TeamKind, TeamKindId};
use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::store::text_enum;
use crate::web::Lang;
use crate::web::cut::{NameSought, Toolbar};

text_enum!(
    TeamOrder in "team_order" {
        /// As the notice names the kinds, then by name; those that are there first.
        Kind = "kind",
        Name = "name",
        /// The largest first.
        Members = "members",
        /// The latest first.
        Founded = "founded",
    }
);

text_enum!(
    TeamState in "team_state" { There = "there", Disbanded = "disbanded" }
);

/// How the list is cut and put in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamsCut {
    wanted: NameSought,
    kind: Option<TeamKindId>,
    state: Option<TeamState>,
    order: TeamOrder,
}

impl Default for TeamsCut {
    fn default() -> Self {
        Self { wanted: NameSought::default(), kind: None, state: None, order: TeamOrder::Kind }
    }
}

impl TeamsCut {
    /// Fields `q kind state sort`.
    ///
    /// # Errors
    /// A fault for each word that means nothing.
    pub fn read(fields: &Fields) -> Result<Self> {
        let mut read = fields.read();
        let kind = read.optional("kind", parse::choice);
        let state = read.optional("state", parse::choice);
        let order = read.optional("sort", parse::choice);
        let wanted = NameSought::read(fields);
        read.finish(|| Some(Self { wanted, kind: kind?, state: state?, order: order?.unwrap_or(TeamOrder::Kind) }))
    }

    /// The teams that it leaves, in its order.
    pub fn of(&self, mut teams: Vec<Team>) -> Vec<Team> {
        teams.retain(|team| {
            let state = if team.disbanded_on.is_some() { TeamState::Disbanded } else { TeamState::There };
            self.kind.is_none_or(|kind| kind == team.kind_id)
                && self.state.is_none_or(|wanted| wanted == state)
                && self.wanted.is_in([team.name.as_str()])
        });
        match self.order {
            TeamOrder::Kind => {}
            TeamOrder::Name => teams.sort_by(|a, b| a.name.cmp(&b.name)),
            TeamOrder::Members => teams.sort_by_key(|team| Reverse(team.members)),
            TeamOrder::Founded => teams.sort_by_key(|team| Reverse(team.founded_on)),
        }
        teams
    }

    pub fn toolbar(&self, lang: Lang, kinds: &[TeamKind]) -> Toolbar {
        let kinds = kinds.iter().map(|kind| (kind.id.to_string(), lang.pick(&kind.name, &kind.name_en).to_owned()));
        Toolbar::ordered(lang, self.order, TeamOrder::ALL, TeamOrder::key)
            .with_text(&self.wanted)
            .with(("kind", "teams.kind"), self.kind, kinds)
            .with_words(("state", "cut.state"), self.state, TeamState::ALL, TeamState::key)
    }
}
