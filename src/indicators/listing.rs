//! The list of all indicators that a reader may see: cut to some of them, in an order.

use std::cmp::Reverse;

use super::rules::IndicatorState;
use super::standing::{IndicatorLine, IndicatorTable, ListedAgreements};
use crate::agreements::AgreementId;
use crate::agreements::terms::ReadAgreement;
use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::store::text_enum;
use crate::web::Lang;
use crate::web::cut::{NameSought, Toolbar};

text_enum!(
    IndicatorOrder in "indicator_order" {
        /// The worst first.
        Worst = "worst",
        Center = "center",
        Name = "name",
    }
);

text_enum!(
    /// Which are shown.
    IndicatorShown in "indicator_shown" {
        /// Missed, far behind or behind.
        Late = "late",
        FarBehind = "far_behind",
        OnTrack = "on_track",
        Reached = "reached",
    }
);

impl IndicatorShown {
    fn takes(self, state: IndicatorState) -> bool {
        match self {
            Self::Late => state.is_behind(),
            Self::FarBehind => matches!(state, IndicatorState::FarBehind | IndicatorState::Missed),
            Self::OnTrack => state == IndicatorState::OnTrack,
            Self::Reached => state == IndicatorState::Reached,
        }
    }
}

/// Among so many agreements one is chosen; among more, names are looked for.
pub(super) const CHOICES: usize = 40;

/// An indicator with its agreement.
#[derive(Clone, Debug)]
pub struct ListedIndicator {
    pub agreement: ReadAgreement,
    /// Its center, or those of its agreement.
    pub centers: String,
    pub line: IndicatorLine,
}

/// How the list is cut and put in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndicatorsCut {
    wanted: NameSought,
    agreement: Option<AgreementId>,
    state: Option<IndicatorShown>,
    order: IndicatorOrder,
}

impl Default for IndicatorsCut {
    fn default() -> Self {
        Self { wanted: NameSought::default(), agreement: None, state: None, order: IndicatorOrder::Worst }
    }
}

impl IndicatorsCut {
    /// Fields `q agreement state sort`; the text is looked for in the names of indicators, centers, purchasers and providers.
    ///
    /// # Errors
    /// A fault for each word that means nothing.
    pub fn read(fields: &Fields) -> Result<Self> {
        let mut read = fields.read();
        let agreement = read.optional("agreement", parse::choice);
        let state = read.optional("state", parse::choice);
        let order = read.optional("sort", parse::choice);
        let wanted = NameSought::read(fields);
        read.finish(|| {
            let order = order?.unwrap_or(IndicatorOrder::Worst);
            Some(Self { wanted, agreement: agreement?, state: state?, order })
        })
    }

    /// Which agreements it is of.
    pub fn agreements(&self) -> ListedAgreements {
        self.agreement.map_or(ListedAgreements::Running, ListedAgreements::One)
    }

    /// Whether it leaves this one of its agreements', in these centers.
    pub(super) fn leaves(&self, agreement: &ReadAgreement, centers: &str, line: &IndicatorLine) -> bool {
        let names = [
            line.indicator.name.as_str(),
            line.indicator.name_en.as_str(),
            centers,
            agreement.purchaser.as_str(),
            agreement.provider.as_str(),
        ];
        self.state.is_none_or(|state| state.takes(line.state())) && self.wanted.is_in(names)
    }

    /// The indicators that it leaves, in its order.
    pub fn of(&self, lang: Lang, tables: Vec<IndicatorTable>) -> Vec<ListedIndicator> {
        let mut listed: Vec<ListedIndicator> = tables.into_iter().flat_map(|table| listed(lang, table)).collect();
        listed.retain(|one| self.leaves(&one.agreement, &one.centers, &one.line));
        match self.order {
            IndicatorOrder::Worst => listed.sort_by_key(|one| (one.line.state(), one.line.permille())),
            IndicatorOrder::Center => {
                listed.sort_by(|a, b| (&a.centers, a.line.indicator.place).cmp(&(&b.centers, b.line.indicator.place)));
            }
            IndicatorOrder::Name => {
                listed.sort_by(|a, b| (&a.line.indicator.name, &a.centers).cmp(&(&b.line.indicator.name, &b.centers)));
            }
        }
        listed
    }

    /// With these agreements to choose among; of too many to choose, only the one that is chosen.
    pub fn toolbar(&self, lang: Lang, agreements: &[ReadAgreement]) -> Toolbar {
        let may_choose = agreements.len() <= CHOICES;
        let mut agreements: Vec<&ReadAgreement> =
            agreements.iter().filter(|one| may_choose || self.agreement == Some(one.id)).collect();
        agreements.sort_by_key(|one| Reverse(one.starts_on));
        let named =
            |one: &ReadAgreement| format!("{} · {} · {} – {}", one.purchaser, one.provider, one.starts_on, one.ends_on);
        let options = agreements.into_iter().map(|one| (one.id.to_string(), named(one)));
        let toolbar =
            Toolbar::ordered(lang, self.order, IndicatorOrder::ALL, IndicatorOrder::key).with_text(&self.wanted);
        let toolbar = match may_choose || self.agreement.is_some() {
            true => toolbar.with(("agreement", "indicators.agreement"), self.agreement, options),
            false => toolbar,
        };
        toolbar.with_words(("state", "cut.state"), self.state, IndicatorShown::ALL, IndicatorShown::key)
    }
}

/// What follows another page's address, for it to be cut alike: `?agreement=1&state=late`, or nothing.
pub(super) fn asked(toolbar: &Toolbar) -> String {
    let asked = form_urlencoded::Serializer::new(String::new()).extend_pairs(toolbar.fields()).finish();
    if asked.is_empty() { asked } else { format!("?{asked}") }
}

fn listed(lang: Lang, table: IndicatorTable) -> Vec<ListedIndicator> {
    let names: Vec<&str> = table.centers.iter().map(|center| center.center.as_str()).collect();
    let all = names.join(lang.pick("、", ", "));
    let of = |line: IndicatorLine| ListedIndicator {
        agreement: table.agreement.clone(),
        centers: line.center.clone().unwrap_or_else(|| all.clone()),
        line,
    };
    table.lines.into_iter().map(of).collect()
}
