//! How a center's list of reservations is cut and put in order.

use super::types::{ReservationKind, ReservationStanding};
use crate::clock::{Now, Timestamp, Zone};
use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::store::text_enum;
use crate::web::Lang;
use crate::web::cut::Toolbar;

text_enum!(
    /// On which days.
    ReservationSpan in "reservation_span" {
        Today = "today",
        Tomorrow = "tomorrow",
        Week = "week",
        Coming = "coming",
        Past = "past",
    }
);

impl ReservationSpan {
    /// The first moment of it, and the first after it.
    fn within(self, now: Now, zone: Zone) -> (Timestamp, Timestamp) {
        let today = zone.date(now.0);
        let days = |from, days| (zone.midnight(from), zone.midnight(from.plus_days(days)));
        match self {
            Self::Today => days(today, 1),
            Self::Tomorrow => days(today.plus_days(1), 1),
            Self::Week => days(today.monday(), 7),
            Self::Coming => (now.0, EVER),
            Self::Past => (Timestamp(0), now.0),
        }
    }
}

/// Later than anything.
const EVER: Timestamp = Timestamp(i64::MAX);

text_enum!(
    ReservationOrder in "reservation_order" {
        /// What is to come before what was, the nearest first.
        Nearest = "nearest",
        /// The latest first.
        Latest = "latest",
        Room = "room",
    }
);

/// How the list is cut and put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReservationsCut {
    pub(super) kind: Option<ReservationKind>,
    pub(super) standing: Option<ReservationStanding>,
    span: Option<ReservationSpan>,
    order: ReservationOrder,
}

impl Default for ReservationsCut {
    fn default() -> Self {
        Self { kind: None, standing: None, span: None, order: ReservationOrder::Nearest }
    }
}

impl ReservationsCut {
    /// Fields `kind state when sort`.
    ///
    /// # Errors
    /// A fault for each word that means nothing.
    pub fn read(fields: &Fields) -> Result<Self> {
        let mut read = fields.read();
        let kind = read.optional("kind", parse::choice);
        let standing = read.optional("state", parse::choice);
        let span = read.optional("when", parse::choice);
        let order = read.optional("sort", parse::choice);
        read.finish(|| {
            let order = order?.unwrap_or(ReservationOrder::Nearest);
            Some(Self { kind: kind?, standing: standing?, span: span?, order })
        })
    }

    /// The moments that a reservation must touch.
    pub(super) fn within(self, now: Now, zone: Zone) -> (Timestamp, Timestamp) {
        self.span.map_or((Timestamp(0), EVER), |span| span.within(now, zone))
    }

    /// What is listed after what, over reservation `v`, its booking `b` and room `r`; `now` is the place of the present.
    pub(super) fn order_by(self, now: &str) -> String {
        match self.order {
            ReservationOrder::Nearest => format!(
                "case when b.used_to > {now} then 0 else 1 end,
                 case when b.used_to > {now} then b.used_from else -b.used_from end, v.id"
            ),
            ReservationOrder::Latest => "b.used_from desc, v.id desc".to_owned(),
            ReservationOrder::Room => "r.name, b.used_from desc, v.id desc".to_owned(),
        }
    }

    pub fn toolbar(self, lang: Lang) -> Toolbar {
        Toolbar::ordered(lang, self.order, ReservationOrder::ALL, ReservationOrder::key)
            .with_words(("kind", "reservations.kind"), self.kind, ReservationKind::ALL, ReservationKind::key)
            .with_words(("state", "cut.state"), self.standing, ReservationStanding::ALL, ReservationStanding::key)
            .with_words(("when", "reservations.when"), self.span, ReservationSpan::ALL, ReservationSpan::key)
    }
}
