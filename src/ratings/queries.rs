//! Keeping answers without their authors, and telling them together.

use super::together::tenths;
use super::types::{SCORES, TOLD_FROM};
use crate::activities::{Session, SessionId};
use crate::auth::{CenterReader, TeamReader, Viewer};
use crate::clock::Now;
use crate::error::Result;
use crate::ids::RequestId;
use crate::phones::Phone;
use crate::store::Conn;
use crate::web::Lang;
use crate::web::chart::{Bar, Chart, Charted};

/// Whether the phone checked somebody in at the session, which was not taken back.
pub(super) async fn came(conn: &mut Conn, session: SessionId, phone: &Phone) -> Result<bool> {
    let count: i64 = sqlx::query_scalar(
        "select count(*) from scans q join attendances a on a.id = q.attendance_id and a.voided_at is null
         where q.phone_id = $1 and q.session_id = $2 and q.outcome = 'admitted'",
    )
    .bind(phone.id)
    .bind(session)
    .fetch_one(conn)
    .await?;
    Ok(count > 0)
}

/// Keeps an answer: a second tap on the same page is the same answer.
pub(super) async fn keep(
    tx: &mut Conn,
    now: Now,
    session: &Session,
    page: RequestId,
    score: i64,
    remark: Option<String>,
) -> Result<()> {
    sqlx::query(
        "insert into ratings (id, session_id, local_date, score, comment) values ($1, $2, $3, $4, $5)
         on conflict (id) do nothing",
    )
    .bind(page.of(session.id).number())
    .bind(session.id)
    .bind(session.zone.date(now.0))
    .bind(score)
    .bind(remark)
    .execute(tx)
    .await?;
    Ok(())
}

/// What was answered, as far as it may be told.
#[derive(Debug, PartialEq, Eq)]
pub struct RatingSummary {
    answers: Vec<(i64, Option<String>)>,
}

impl RatingSummary {
    /// Fewer answers would name somebody.
    pub fn is_told(&self) -> bool {
        self.answers.len() >= TOLD_FROM
    }

    pub fn count(&self) -> usize {
        self.answers.len()
    }

    fn of_score(&self, score: i64) -> usize {
        self.answers.iter().filter(|(given, _)| *given == score).count()
    }

    /// With one decimal.
    pub fn average(&self) -> String {
        let sum: i64 = self.answers.iter().map(|(score, _)| score).sum();
        let tenths = tenths(sum, i64::try_from(self.answers.len()).unwrap_or(1));
        format!("{}.{}", tenths / 10, tenths % 10)
    }

    pub fn remarks(&self) -> impl Iterator<Item = &str> {
        self.answers.iter().filter_map(|(_, remark)| remark.as_deref())
    }
}

impl Charted for RatingSummary {
    fn chart(&self, lang: Lang) -> Chart {
        let bar = |score| {
            let value = self.of_score(score);
            Bar {
                label: lang.text(&format!("rating.{score}")),
                value: i64::try_from(value).unwrap_or_default(),
                shown: value.to_string(),
                class: "",
            }
        };
        let answers = i64::try_from(self.count()).unwrap_or_default();
        Chart::shares(lang, &lang.text("ratings.title"), SCORES.map(bar).into(), answers)
    }
}

/// What the session's staff is told of the answers; none before the session is over, and none to the front desk, which
/// sees check-in and nothing else. In the order of their keys, which is none.
pub async fn summary(by: &Viewer, now: Now, conn: &mut Conn, session: &Session) -> Result<Option<RatingSummary>> {
    if !session.is_over(&now.0) || !(CenterReader::includes(by.role) || TeamReader::includes(by.role)) {
        return Ok(None);
    }
    let answers = sqlx::query_as("select score, comment from ratings where session_id = $1 order by id")
        .bind(session.id)
        .fetch_all(conn)
        .await?;
    Ok(Some(RatingSummary { answers }))
}

#[cfg(test)]
mod tests {
    use super::RatingSummary;

    #[test]
    fn the_average_is_rounded_to_a_tenth() {
        let of = |scores: &[i64]| RatingSummary { answers: scores.iter().map(|score| (*score, None)).collect() };
        assert_eq!(of(&[5, 4, 4]).average(), "4.3");
        assert_eq!(of(&[5, 5, 4]).average(), "4.7");
        assert_eq!(of(&[1, 1, 1]).average(), "1.0");
        assert_eq!(of(&[5, 4, 5, 4]).average(), "4.5");
        assert!(!of(&[5, 4]).is_told() && of(&[5, 4, 1]).is_told());
    }
}
