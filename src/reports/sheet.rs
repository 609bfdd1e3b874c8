//! A center's month on one sheet: the numbers, and the sessions behind them.

use std::collections::BTreeMap;

use crate::activities::{SessionId, Title};
use crate::agreements::{self, Agreement};
use crate::auth::ReportReader;
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Month, Now};
use crate::error::{Error, Result};
use crate::figures::queries::{self, By};
use crate::figures::{Figure, Numbers, Period, Tally, figures, scope, small_cells};
use crate::store::Conn;

pub struct Sheet {
    pub center: Center,
    pub month: Month,
    pub numbers: Numbers,
    /// All that is said of them.
    pub figures: Vec<Figure>,
    /// The days that the numbers are of: the month's, and for a purchaser those of its agreements.
    pub counted: Vec<Period>,
    /// Visits by local date.
    pub days: BTreeMap<String, Tally>,
    pub sessions: Vec<SessionLine>,
    /// The agreements of the month that the reader may know of.
    pub agreements: Vec<Agreement>,
    /// Whether the reader may open the sessions.
    pub opens_sessions: bool,
    /// Below which number a count of people is hidden from the reader, where one is.
    pub least: Option<i64>,
}

/// A session that counted, as the reader may know of it.
#[derive(Clone, Debug)]
pub struct SessionLine {
    pub id: SessionId,
    pub date: Date,
    pub title: Title,
    pub room: String,
    /// What is told of its visits and persons.
    pub tally: Tally,
}

/// Loads the month's sheet.
///
/// # Errors
/// `NotFound` for a center that the reader does not reach, and for a purchaser outside its agreements' months.
pub async fn load(by: &ReportReader, conn: &mut Conn, id: CenterId, month: Month, now: Now) -> Result<Sheet> {
    let period = Period::from(month);
    let reach = scope::center(by, conn, id, period).await?;
    let mut agreements = agreements::queries::of_center(by, conn, id).await?;
    agreements.retain(|agreement| agreement.starts_on < period.to && agreement.ends_on >= period.from);
    let tallies = queries::tallies(conn, By::Session, &reach, period).await?;
    let lines = queries::session_rows(by, conn, &reach, period).await?;
    let opens_sessions = small_cells::are_seen_by(by);
    let sessions = lines
        .into_iter()
        .map(|row| {
            let tally = tallies.get(&row.id.to_string()).cloned().unwrap_or_default();
            SessionLine { id: row.id, date: row.local_date, title: row.title, room: row.room, tally }
        })
        .collect();
    let numbers = queries::count(conn, &reach, period, now).await?.for_reader(by);
    Ok(Sheet {
        figures: figures(&numbers),
        numbers,
        days: queries::tallies(conn, By::Day, &reach, period).await?,
        center: reach.centers().first().cloned().ok_or(Error::NotFound)?,
        counted: reach.days(id, period),
        month,
        sessions,
        agreements,
        opens_sessions,
        least: reach.small(),
    })
}
