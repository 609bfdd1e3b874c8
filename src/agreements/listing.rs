//! The list of agreements: cut to some of them, in an order.

use std::cmp::Reverse;

use super::types::Agreement;
use crate::clock::Date;
use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::store::text_enum;
use crate::web::Lang;
use crate::web::cut::{NameSought, Toolbar};

text_enum!(
    AgreementOrder in "agreement_order" {
        /// The latest first.
        Start = "start",
        /// What ends first, first.
        End = "end",
        Center = "center",
        Provider = "provider",
    }
);

text_enum!(
    AgreementState in "agreement_state" { Running = "running", ToCome = "to_come", Ended = "ended" }
);

impl Agreement {
    /// How it stands on a day; both its dates are included.
    pub fn state(&self, day: Date) -> AgreementState {
        match (self.starts_on > day, self.ends_on < day) {
            (true, _) => AgreementState::ToCome,
            (false, true) => AgreementState::Ended,
            (false, false) => AgreementState::Running,
        }
    }
}

/// How the list is cut and put in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreementsCut {
    wanted: NameSought,
    state: Option<AgreementState>,
    order: AgreementOrder,
}

impl Default for AgreementsCut {
    fn default() -> Self {
        Self { wanted: NameSought::default(), state: None, order: AgreementOrder::Start }
    }
}

impl AgreementsCut {
    /// Fields `q state sort`; the text is looked for in the names of center, provider and purchaser.
    ///
    /// # Errors
    /// A fault for each word that means nothing.
    pub fn read(fields: &Fields) -> Result<Self> {
        let mut read = fields.read();
        let state = read.optional("state", parse::choice);
        let order = read.optional("sort", parse::choice);
        let wanted = NameSought::read(fields);
        read.finish(|| Some(Self { wanted, state: state?, order: order?.unwrap_or(AgreementOrder::Start) }))
    }

    /// The agreements that it leaves, in its order.
    pub fn of(&self, mut agreements: Vec<Agreement>, today: Date) -> Vec<Agreement> {
        agreements.retain(|one| {
            self.state.is_none_or(|state| state == one.state(today))
                && self.wanted.is_in([&one.center, &one.provider, &one.purchaser].map(String::as_str))
        });
        match self.order {
            AgreementOrder::Start => agreements.sort_by_key(|one| Reverse(one.starts_on)),
            AgreementOrder::End => agreements.sort_by_key(|one| one.ends_on),
            AgreementOrder::Center => agreements.sort_by_key(|one| one.center_id.0),
            AgreementOrder::Provider => agreements.sort_by(|a, b| a.provider.cmp(&b.provider)),
        }
        agreements
    }

    pub fn toolbar(&self, lang: Lang) -> Toolbar {
        Toolbar::ordered(lang, self.order, AgreementOrder::ALL, AgreementOrder::key).with_text(&self.wanted).with_words(
            ("state", "cut.state"),
            self.state,
            AgreementState::ALL,
            AgreementState::key,
        )
    }
}
