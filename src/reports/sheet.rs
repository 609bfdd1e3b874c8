//! A center's month, quarter, year or other period on one sheet: the numbers, and the sessions behind them.

use std::collections::BTreeMap;

use crate::activities::{SessionId, Title};
use crate::agreements::{self, Agreement};
use crate::auth::ReportReader;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::figures::queries::{self, By};
use crate::figures::{Figure, Numbers, Period, Tally, figures, scope, small_cells};
use crate::reports::periods::ReportPeriod;
use crate::store::Conn;

/// The most days that are told one by one; a longer period is told month by month.
const DAYS: usize = 31;

pub struct Sheet {
    pub center: Center,
    pub period: ReportPeriod,
    pub numbers: Numbers,
    /// All that is said of them.
    pub figures: Vec<Figure>,
    /// The days that the numbers are of: the period's, as far as they are the reader's.
    pub counted: Vec<Period>,
    /// Its numbers step by step: by local date, or by month where it is long.
    pub steps: BTreeMap<String, Tally>,
    pub sessions: Vec<SessionLine>,
    /// The agreements of the period that the reader may know of.
    pub agreements: Vec<Agreement>,
    /// Whether the reader may open the sessions.
    pub opens_sessions: bool,
    /// Whether the center's other pages stand around this one: a provider that ran it once has its reports alone.
    pub is_inside: bool,
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
    /// Its visits and persons.
    pub tally: Tally,
}

impl Sheet {
    /// Whether it is told day by day.
    pub fn is_by_day(&self) -> bool {
        is_by_day(self.period)
    }
}

fn is_by_day(period: ReportPeriod) -> bool {
    period.days().days().count() <= DAYS
}

/// Loads the period's sheet.
///
/// # Errors
/// `NotFound` for a center that the reader does not reach, and for a purchaser outside its agreements' months;
/// `Refused` for who does not see small cells and asks for other days than a report is made of, or for days to come.
pub async fn load(by: &ReportReader, conn: &mut Conn, id: CenterId, asked: ReportPeriod, now: Now) -> Result<Sheet> {
    let period = asked.days();
    let reach = scope::center(by, conn, now, id, period).await?;
    let mut agreements = agreements::queries::of_center(by, conn, id).await?;
    agreements.retain(|agreement| agreement.starts_on < period.to && agreement.ends_on >= period.from);
    let tallies = queries::tallies(conn, By::Session, &reach, period).await?;
    let lines = queries::session_rows(by, conn, &reach, period).await?;
    let is_inside = centers::queries::is_open_to(by, conn, id).await?;
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
        steps: queries::tallies(conn, if is_by_day(asked) { By::Day } else { By::Month }, &reach, period).await?,
        center: reach.centers().first().cloned().ok_or(Error::NotFound)?,
        counted: reach.days(id, period),
        period: asked,
        sessions,
        agreements,
        opens_sessions: is_inside && small_cells::are_seen_by(by),
        is_inside,
        least: reach.small(),
    })
}
