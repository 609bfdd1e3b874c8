//! The list of centers: cut to some of them, in an order.

use std::cmp::Reverse;

use super::queries::CenterRow;
use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::store::text_enum;
use crate::web::Lang;
use crate::web::cut::{NameSought, Toolbar};

text_enum!(
    CenterOrder in "center_order" {
        /// As the annex numbers them.
        Number = "number",
        Town = "town",
        /// The largest first, as are the next three.
        Population = "population",
        Area = "area",
        Rooms = "rooms",
        Upcoming = "upcoming",
    }
);

text_enum!(
    /// Whether an organization runs it now.
    CenterState in "center_state" { Run = "run", Vacant = "vacant" }
);

/// How the list is cut and put in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CentersCut {
    wanted: NameSought,
    town: Option<String>,
    state: Option<CenterState>,
    order: CenterOrder,
}

impl Default for CentersCut {
    fn default() -> Self {
        Self { wanted: NameSought::default(), town: None, state: None, order: CenterOrder::Number }
    }
}

impl CentersCut {
    /// Fields `q town state sort`; the text is looked for in the names of center, community and provider.
    ///
    /// # Errors
    /// A fault for each word that means nothing.
    pub fn read(fields: &Fields) -> Result<Self> {
        let mut read = fields.read();
        let town = read.optional("town", parse::line(60));
        let state = read.optional("state", parse::choice);
        let order = read.optional("sort", parse::choice);
        let wanted = NameSought::read(fields);
        read.finish(|| Some(Self { wanted, town: town?, state: state?, order: order?.unwrap_or(CenterOrder::Number) }))
    }

    /// Whether it leaves a center of these names.
    pub fn takes(&self, town: &str, names: [&str; 2], provider: Option<&str>) -> bool {
        let state = if provider.is_some() { CenterState::Run } else { CenterState::Vacant };
        self.town.as_deref().is_none_or(|wanted| wanted == town)
            && self.state.is_none_or(|wanted| wanted == state)
            && self.wanted.is_in(names.into_iter().chain(provider))
    }

    /// The centers that it leaves, in its order.
    pub fn of(&self, mut centers: Vec<CenterRow>) -> Vec<CenterRow> {
        centers.retain(|row| self.takes(&row.town, [&row.head.name, &row.community], row.provider.as_deref()));
        match self.order {
            CenterOrder::Number => {}
            CenterOrder::Town => centers.sort_by(|a, b| a.town.cmp(&b.town)),
            CenterOrder::Population => centers.sort_by_key(|row| Reverse(row.population.registered)),
            CenterOrder::Area => centers.sort_by_key(|row| Reverse(row.planned_area_m2)),
            CenterOrder::Rooms => centers.sort_by_key(|row| Reverse(row.rooms)),
            CenterOrder::Upcoming => centers.sort_by_key(|row| Reverse(row.upcoming)),
        }
        centers
    }

    /// `towns` are those of all the centers that the reader reaches.
    pub fn toolbar(&self, lang: Lang, towns: impl IntoIterator<Item = String>) -> Toolbar {
        Toolbar::ordered(lang, self.order, CenterOrder::ALL, CenterOrder::key)
            .with_text(&self.wanted)
            .with(("town", "export.town"), self.town.as_ref(), towns.into_iter().map(|town| (town.clone(), town)))
            .with_words(("state", "cut.state"), self.state, CenterState::ALL, CenterState::key)
    }
}
