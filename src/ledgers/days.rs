//! Of which days a reader has a center's ledger: those of its reports. Who took a center over has none of its forerunner's.

use super::types::LedgerCut;
use crate::auth::{Filer, ReportReader};
use crate::centers::CenterId;
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::figures::{Period, Reach, scope};
use crate::store::Conn;

/// The days of a center that are the reader's.
pub(super) struct LedgerDays {
    center: CenterId,
    reach: Reach,
}

impl LedgerDays {
    /// # Errors
    /// `NotFound` where the reader has no day of the center.
    pub async fn of(by: &Filer, conn: &mut Conn, now: Now, center: CenterId) -> Result<Self> {
        let by = ReportReader::of((**by).clone()).ok_or(Error::Forbidden)?;
        Ok(Self { center, reach: scope::ever(&by, conn, now, center).await? })
    }

    /// Those between two days, both included; where they come in several stretches, the last of them.
    pub fn between(&self, (from, to): (Date, Date)) -> Option<(Date, Date)> {
        let asked = Period::new(from, to.plus_days(1))?;
        let last = self.reach.days(self.center, asked).pop()?;
        Some((last.from, last.last()))
    }

    /// What is asked for, without the days that are not the reader's.
    ///
    /// # Errors
    /// `NotFound` where none of them is.
    pub fn within(&self, asked: LedgerCut) -> Result<LedgerCut> {
        let (from, to) = self.between((asked.from, asked.to)).ok_or(Error::NotFound)?;
        Ok(LedgerCut { from, to, ..asked })
    }
}
