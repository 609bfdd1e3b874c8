//! What a holiday is.

use crate::clock::Date;
pub use crate::ids::HolidayId;

/// One holiday, the first and the last day included.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Holiday {
    pub id: HolidayId,
    pub starts_on: Date,
    pub ends_on: Date,
    pub name: String,
    pub name_en: String,
}

impl Holiday {
    pub fn covers(&self, day: Date) -> bool {
        self.starts_on <= day && day <= self.ends_on
    }
}
