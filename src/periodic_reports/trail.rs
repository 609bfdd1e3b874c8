//! What the audit knows of a report: which versions were submitted, with which digest, and what became of each. A version is written in the
//! transaction that leaves its entry, and nothing here changes an entry afterwards: who changes a version has to change that too.

use std::collections::{BTreeMap, BTreeSet};

use super::queries;
use super::types::{PeriodicReportId, ReportState, VersionState};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::store::Conn;

/// What the audit knows of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AuditedVersion {
    /// None where its entry does not tell it any more.
    pub digest: Option<String>,
    pub state: VersionState,
    pub submitted_at: Timestamp,
    /// When it was accepted or returned.
    pub answered_at: Option<Timestamp>,
    /// Of what the purchaser said when it was returned; entries of earlier programs do not tell it.
    pub comments: Option<String>,
    /// The places where words were taken out.
    pub redacted: BTreeSet<String>,
}

/// What the audit knows of a report.
#[derive(Debug, Default)]
pub(super) struct Trail {
    /// By their numbers.
    pub versions: BTreeMap<i64, AuditedVersion>,
    /// What it became by itself, after all that was done to its versions: it was dropped, or begun anew.
    own: Option<ReportState>,
}

impl Trail {
    /// # Errors
    /// As the database says.
    pub async fn load(conn: &mut Conn, report: PeriodicReportId) -> Result<Self> {
        let mut trail = Self::default();
        for (action, detail, at) in queries::audited(conn, report).await? {
            trail.follow(&action, detail.as_deref().unwrap_or_default(), at);
        }
        Ok(trail)
    }

    /// The number of the version that was submitted last, 0 before.
    pub fn last(&self) -> i64 {
        self.versions.keys().next_back().copied().unwrap_or_default()
    }

    /// What the report is by all that was done to it.
    pub fn state(&self) -> ReportState {
        if let Some(own) = self.own {
            return own;
        }
        match self.versions.values().next_back().map(|version| version.state) {
            None | Some(VersionState::Withdrawn) => ReportState::Draft,
            Some(VersionState::Submitted) => ReportState::Submitted,
            Some(VersionState::Returned) => ReportState::Returned,
            Some(VersionState::Accepted) => ReportState::Accepted,
        }
    }

    /// One entry more: `R000012-2 <digest>` stands beside a submission, and beside an answer with comments theirs; `R000012-2 <place>`
    /// beside words that were taken out; what else is done is done to what was submitted last.
    fn follow(&mut self, action: &str, detail: &str, at: Timestamp) {
        let (name, rest) = detail.split_once(' ').unwrap_or_default();
        let number: Option<i64> = name.rsplit_once('-').and_then(|(_, number)| number.parse().ok());
        match action {
            "periodic_report.submitted" => {
                let version = AuditedVersion {
                    digest: Some(rest.to_owned()).filter(|digest| !digest.is_empty()),
                    state: VersionState::Submitted,
                    submitted_at: at,
                    answered_at: None,
                    comments: None,
                    redacted: BTreeSet::new(),
                };
                self.own = None;
                self.versions.insert(number.unwrap_or(self.last() + 1), version);
            }
            "periodic_report.dropped" => self.own = Some(ReportState::Dropped),
            "periodic_report.begun" => self.own = Some(ReportState::Draft),
            "periodic_report.withdrawn" => self.became(VersionState::Withdrawn, None),
            "periodic_report.accepted" => self.became(VersionState::Accepted, Some(at)),
            "periodic_report.acceptance_undone" => self.became(VersionState::Submitted, None),
            "periodic_report.returned" => {
                self.became(VersionState::Returned, Some(at));
                if let Some(version) = number.and_then(|number| self.versions.get_mut(&number)) {
                    version.comments = Some(rest.to_owned());
                }
            }
            "periodic_report.redacted" => {
                if let Some(version) = number.and_then(|number| self.versions.get_mut(&number)) {
                    version.redacted.insert(rest.to_owned());
                }
            }
            _ => {}
        }
    }

    fn became(&mut self, state: VersionState, answered_at: Option<Timestamp>) {
        self.own = None;
        if let Some(mut last) = self.versions.last_entry() {
            last.get_mut().state = state;
            last.get_mut().answered_at = answered_at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(entries: &[(&str, &str)]) -> Trail {
        let mut trail = Trail::default();
        for (at, (action, detail)) in (1..).zip(entries) {
            trail.follow(&format!("periodic_report.{action}"), detail, Timestamp(at));
        }
        trail
    }

    #[test]
    fn what_was_done_says_what_each_version_is() {
        let trail = of(&[
            ("begun", ""),
            ("submitted", "R000001-1 aa"),
            ("withdrawn", ""),
            ("submitted", "R000001-2 bb"),
            ("returned", "R000001-2 dd"),
            ("submitted", "R000001-3 cc"),
            ("redacted", "R000001-2 evidence.1"),
            ("accepted", ""),
        ]);
        let told: Vec<_> =
            trail.versions.iter().map(|(number, one)| (*number, one.digest.as_deref(), one.state)).collect();
        assert_eq!(
            told,
            [
                (1, Some("aa"), VersionState::Withdrawn),
                (2, Some("bb"), VersionState::Returned),
                (3, Some("cc"), VersionState::Accepted),
            ]
        );
        assert_eq!((trail.last(), trail.state()), (3, ReportState::Accepted));
        assert_eq!((trail.versions[&2].comments.as_deref(), &trail.versions[&3].comments), (Some("dd"), &None));
        assert!(trail.versions[&2].redacted.contains("evidence.1") && trail.versions[&3].redacted.is_empty());
        assert_eq!((trail.versions[&1].answered_at, trail.versions[&3].answered_at), (None, Some(Timestamp(8))));
    }

    #[test]
    fn an_acceptance_that_was_taken_back_was_none() {
        let trail = of(&[("submitted", "R000001-1 aa"), ("accepted", ""), ("acceptance_undone", "R000001-1 点错了")]);
        assert_eq!((trail.state(), trail.versions[&1].answered_at), (ReportState::Submitted, None));
    }

    #[test]
    fn nothing_submitted_is_a_draft_and_an_entry_without_a_digest_is_a_version_still() {
        assert_eq!((of(&[("begun", "")]).last(), of(&[]).state()), (0, ReportState::Draft));
        let trail = of(&[("submitted", ""), ("returned", ""), ("submitted", "R000001-2 bb")]);
        assert_eq!(trail.versions.keys().copied().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(trail.versions[&1].digest, None);
    }
}
