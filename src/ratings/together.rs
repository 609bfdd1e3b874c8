//! What was answered of many sessions, for whoever reads no session by itself: a mean and how many answers it is of.
//!
//! Of a month with few answers nothing is told, and it is no part of anything longer: a quarter beside two of its months would tell the
//! third.

use serde_json::json;

use super::types::TOLD_FROM;
use crate::error::Result;
use crate::store::{Conn, rows};

/// The answers of some sessions of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct MonthRatings {
    pub answers: i64,
    /// Of their scores.
    pub total: i64,
}

/// What is told of them together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Satisfaction {
    pub answers: i64,
    /// The mean of their scores, of five, in tenths; none where none is told.
    pub tenths: Option<i64>,
    /// No month was left out.
    pub is_whole: bool,
}

/// The answers of these sessions, month by month of the sessions' dates.
///
/// # Errors
/// As the database says.
pub async fn by_month(conn: &mut Conn, sessions: &[i64]) -> Result<Vec<MonthRatings>> {
    Ok(sqlx::query_as(
        "select count(*) as answers, cast(sum(r.score) as bigint) as total
         from ratings r join sessions s on s.id = r.session_id
         where s.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         group by substr(s.local_date, 1, 7)",
    )
    .bind(rows(sessions, |id| json!(id)))
    .fetch_all(conn)
    .await?)
}

/// Those of the months that have `least` answers and no fewer than are told anywhere.
pub fn together(months: &[MonthRatings], least: i64) -> Satisfaction {
    let least = least.max(i64::try_from(TOLD_FROM).unwrap_or(i64::MAX));
    let (mut answers, mut total) = (0, 0);
    for month in months.iter().filter(|month| month.answers >= least) {
        answers += month.answers;
        total += month.total;
    }
    let is_whole = months.iter().all(|month| month.answers >= least);
    Satisfaction { answers, tenths: (answers > 0).then(|| tenths(total, answers)), is_whole }
}

/// The mean of so many scores, in tenths.
pub(super) fn tenths(sum: i64, count: i64) -> i64 {
    let count = count.max(1);
    (sum * 20 + count) / (2 * count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(months: &[(i64, i64)], least: i64) -> (i64, Option<i64>, bool) {
        let months: Vec<MonthRatings> =
            months.iter().map(|(answers, total)| MonthRatings { answers: *answers, total: *total }).collect();
        let told = together(&months, least);
        (told.answers, told.tenths, told.is_whole)
    }

    #[test]
    fn a_month_of_few_answers_is_in_nothing() {
        assert_eq!(of(&[(4, 18), (6, 30)], 3), (10, Some(48), true));
        assert_eq!(of(&[(4, 18), (2, 2)], 3), (4, Some(45), false), "neither its scores nor how many they are");
        assert_eq!(of(&[(4, 18)], 5), (0, None, false));
        assert_eq!(of(&[(2, 10)], 0), (0, None, false), "fewer than three are told nowhere");
        assert_eq!(of(&[], 3), (0, None, true));
    }
}
