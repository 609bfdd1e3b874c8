//! What a version found of the accepted reports before it. It is kept with the version: an acceptance that a later report found is not
//! taken back, and days that were told of once are counted again only when they are otherwise since.

use std::collections::BTreeSet;

use serde_json::json;

use super::canonical::{canonical, sha256};
use super::rules::FigureValues;
use super::types::{PeriodicReportId, ReportVersionId};
use crate::error::{Error, Result};
use crate::store::{self, Conn};

/// An accepted report of earlier days, as it was found.
pub(super) struct EarlierSeen {
    pub report: PeriodicReportId,
    /// The marks of its days as they were counted, and the digest of all that is told of them by then ([`told_digest`]); none where they
    /// were not counted.
    pub counted: Option<(i64, String)>,
}

/// By which it is known what all that was told of a report's days comes to, whoever told it.
pub(super) fn told_digest(told: &[FigureValues]) -> Result<String> {
    let mut sums = FigureValues::new();
    for (key, value) in told.iter().flatten() {
        *sums.entry(key.clone()).or_default() += value;
    }
    sums.retain(|_, sum| *sum != 0);
    Ok(sha256(&canonical(&json!(sums)).map_err(Error::internal)?))
}

/// How these reports were counted by whatever version: report, marks and digest.
pub(super) async fn counted_of(conn: &mut Conn, reports: &[PeriodicReportId]) -> Result<BTreeSet<(i64, i64, String)>> {
    let found: Vec<(i64, i64, String)> = sqlx::query_as(
        "select distinct e.report_id, e.marks_seen, e.told_digest from report_version_earlier e
         where e.report_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
           and e.marks_seen is not null and e.told_digest is not null",
    )
    .bind(store::rows(reports, |id| json!(id)))
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().collect())
}

/// Keeps what a version found.
pub(super) async fn keep(tx: &mut Conn, version: ReportVersionId, earlier: &[EarlierSeen]) -> Result<()> {
    let seen = |one: &EarlierSeen| {
        let (marks, told) = one.counted.clone().unzip();
        json!({"report": one.report, "marks": marks, "told": told})
    };
    sqlx::query(
        "insert into report_version_earlier (version_id, report_id, marks_seen, told_digest)
         select cast($2 as bigint), cast(j.value ->> 'report' as bigint), cast(j.value ->> 'marks' as bigint), j.value ->> 'told'
         from json_each(cast($1 as json_text)) j",
    )
    .bind(store::rows(earlier, seen))
    .bind(version)
    .execute(tx)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_is_known_by_what_it_comes_to() {
        let told = |of: &[(&str, i64)]| -> FigureValues {
            of.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect()
        };
        let digest = |all: &[FigureValues]| told_digest(all).unwrap();
        let [first, second] = [told(&[("visits", -1), ("persons", 2)]), told(&[("persons", -2)])];
        assert_eq!(digest(&[first.clone(), second.clone()]), digest(&[told(&[("visits", -1)])]));
        assert_eq!(digest(&[second, told(&[("persons", 2)])]), digest(&[]), "what was taken back comes to nothing");
        assert_ne!(digest(&[first]), digest(&[]));
    }
}
