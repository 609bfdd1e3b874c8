//! What a center is.

use crate::clock::{Timestamp, Zone};
pub use crate::ids::CenterId;
use crate::store::text_enum;
use crate::web::Frame;
use crate::web::nav::Tab;

text_enum!(
    /// The city's own demonstration point (市级示范点), or one that a town builds by itself.
    CenterKind in "center_kind" { Demonstration = "demonstration", Town = "town" }
);

/// A center's name, for lists and for the head of every page inside it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CenterHead {
    pub id: CenterId,
    pub name: String,
}

/// A center as its own people know it. Only a query that joins `account_centers` makes one for a viewer.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Center {
    #[sqlx(flatten)]
    pub head: CenterHead,
    pub town: String,
    pub community: String,
    pub provider: Option<String>,
    pub address: Option<String>,
    pub zone: Zone,
    pub planned_area_m2: i64,
    pub created_at: Timestamp,
}

impl CenterHead {
    /// A page inside this center.
    pub fn frame(&self, tab: Tab) -> Frame<'_> {
        Frame::Center { id: self.id, name: &self.name, tab }
    }
}

impl Center {
    pub fn id(&self) -> CenterId {
        self.head.id
    }

    /// As [`CenterId::path`].
    pub fn path(&self, page: impl std::fmt::Display) -> String {
        self.id().path(page)
    }

    /// A moment as the center's clocks show it.
    pub fn local(&self, at: &Timestamp) -> chrono::NaiveDateTime {
        self.zone.local(*at)
    }

    /// A page inside this center.
    pub fn frame(&self, tab: Tab) -> Frame<'_> {
        self.head.frame(tab)
    }
}
