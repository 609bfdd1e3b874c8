//! Whether a version is still what was submitted: everything that its document names by a digest is computed again from what is kept,
//! and the rows behind its figures are looked for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::canonical::{canonical, sha256};
use super::document::{self, FrozenReport};
use super::trail::{AuditedVersion, Trail};
use super::types::{
    Evidence, EvidenceKind, PeriodicReport, ReportComment, ReportVersion, ReportVersionId, RowKind, VersionState,
    VersionText,
};
use super::{evidence, queries};
use crate::error::{Error, Result};
use crate::files;
use crate::store::{Conn, Sealer, rows, text_enum};

text_enum!(
    /// What is otherwise than it was submitted.
    ChangedPart in "changed_part" {
        /// The document: figures, names, or a digest in it.
        Document = "document",
        /// The digest that is kept beside the document is another than the audit's.
        Digest = "digest",
        /// The audit does not know with which digest it was submitted: nothing proves it.
        Unaudited = "unaudited",
        /// Nobody can read the document: it is none, or a later program wrote it.
        Unreadable = "unreadable",
        /// The version was submitted and is not there any more.
        Version = "version",
        /// The report's number, kind, days or agreement.
        Report = "report",
        /// What became of it, and when: nobody is known to have done that.
        State = "state",
        /// What the purchaser said of it.
        Comments = "comments",
        Text = "text",
        Evidence = "evidence",
        /// The list of the rows behind.
        Rows = "rows",
        /// A row behind is not there any more.
        Missing = "missing",
    }
);

/// So many versions are looked for because the report counts them, where nothing else knows of them.
const MOST: i64 = 1_000;

/// Something that is otherwise, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportChange {
    pub part: ChangedPart,
    /// A chapter, the number of a picture, a kind of rows; empty for the whole.
    pub place: String,
}

/// What came of looking at what was once submitted.
#[derive(Clone, Debug)]
pub struct Verification {
    pub report: PeriodicReport,
    /// Of the version.
    pub number: i64,
    /// None where it is gone.
    pub version: Option<ReportVersion>,
    /// With which it was submitted, as the audit says; else as is kept beside the document; empty where neither is known.
    pub digest: String,
    pub changes: Vec<ReportChange>,
    /// What was taken out on purpose, and is known as that: its place.
    pub taken_out: Vec<String>,
    /// Whether all that is known of it says that it was taken back.
    pub is_withdrawn: bool,
}

impl Verification {
    pub fn is_unchanged(&self) -> bool {
        self.changes.is_empty()
    }
}

/// Looks at all that was ever submitted of a report, the first version first: also at those that are gone.
///
/// # Errors
/// As the database says.
pub async fn verify(conn: &mut Conn, sealer: &Sealer, report: &PeriodicReport) -> Result<Vec<Verification>> {
    let trail = Trail::load(conn, report.id).await?;
    let mut versions: BTreeMap<i64, ReportVersion> = BTreeMap::new();
    for version in queries::every_version(conn, report.id).await? {
        versions.insert(version.number, version);
    }
    let counted = 1..=report.versions.min(MOST);
    let numbers: BTreeSet<i64> = versions.keys().chain(trail.versions.keys()).copied().chain(counted).collect();
    let mut found = Vec::with_capacity(numbers.len());
    for number in numbers {
        let (version, audited) = (versions.remove(&number), trail.versions.get(&number));
        found.push(verify_one(conn, sealer, (report, number), version, audited).await?);
    }
    if let Some(last) = found.last_mut() {
        if report.versions != last.number {
            last.changed(ChangedPart::Report, "");
        }
        if last.number == trail.last() && report.state != trail.state() {
            last.changed(ChangedPart::State, report.state);
        }
    }
    Ok(found)
}

/// As [`verify`], as it is told to whoever reads: the last version first, without those that were taken back.
///
/// # Errors
/// As [`verify`].
pub(super) async fn verify_for_readers(
    conn: &mut Conn,
    sealer: &Sealer,
    report: &PeriodicReport,
) -> Result<Vec<Verification>> {
    let mut found = verify(conn, sealer, report).await?;
    found.retain(|one| !one.is_withdrawn);
    found.reverse();
    Ok(found)
}

async fn verify_one(
    conn: &mut Conn,
    sealer: &Sealer,
    (report, number): (&PeriodicReport, i64),
    version: Option<ReportVersion>,
    audited: Option<&AuditedVersion>,
) -> Result<Verification> {
    let kept = version.as_ref().map(|version| version.digest.clone());
    let submitted = audited.and_then(|audited| audited.digest.clone());
    let states = version.iter().map(|version| version.state).chain(audited.map(|audited| audited.state));
    let states: Vec<VersionState> = states.collect();
    let mut found = Verification {
        report: report.clone(),
        number,
        digest: submitted.clone().or_else(|| kept.clone()).unwrap_or_default(),
        changes: Vec::new(),
        taken_out: Vec::new(),
        is_withdrawn: !states.is_empty() && states.iter().all(|state| *state == VersionState::Withdrawn),
        version,
    };
    if submitted.is_none() {
        found.changed(ChangedPart::Unaudited, "");
    }
    let Some(version) = found.version.clone() else {
        found.changed(ChangedPart::Version, "");
        return Ok(found);
    };
    if submitted.is_some() && submitted != kept {
        found.changed(ChangedPart::Digest, "");
    }
    if audited.is_some_and(|audited| !is_as_audited(&version, audited)) {
        found.changed(ChangedPart::State, version.state);
    }
    let comments = queries::comments(conn, version.id).await?;
    if !audited.is_none_or(|audited| are_as_audited(&comments, audited)) {
        found.changed(ChangedPart::Comments, "");
    }
    let text = queries::document(conn, version.id).await?;
    if sha256(&text) != found.digest || !is_canonical(&text) {
        found.changed(ChangedPart::Document, "");
    }
    let Ok(document) = FrozenReport::read(&text) else {
        found.changed(ChangedPart::Unreadable, "");
        return Ok(found);
    };
    if !is_of(&document, &found) {
        found.changed(ChangedPart::Report, "");
    }
    let redacted = audited.map(|audited| audited.redacted.clone()).unwrap_or_default();
    found.texts(&document, &queries::texts(conn, version.id).await?, &redacted)?;
    found.evidence(conn, sealer, &document, version.id).await?;
    found.rows(conn, &document, version.id).await?;
    Ok(found)
}

/// The versions of a report by the number that stands on it, `R000012`, or one of them, `R000012-2`, as the command line looks at them.
///
/// # Errors
/// `NotFound` for what is no such number, and where nothing was submitted under it.
pub async fn verify_number(conn: &mut Conn, sealer: &Sealer, number: &str) -> Result<Vec<Verification>> {
    let (id, only) = number.split_once('-').map_or((number, None), |(id, version)| (id, Some(version)));
    let id = id.strip_prefix('R').unwrap_or(id).parse().map_err(|_| Error::NotFound)?;
    let report = queries::of_number(conn, id).await?;
    let mut found = verify(conn, sealer, &report).await?;
    found.retain(|one| only.is_none_or(|only| *only == one.number.to_string()));
    if found.is_empty() { Err(Error::NotFound) } else { Ok(found) }
}

fn is_canonical(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok_and(|value| canonical(&value).is_ok_and(|again| again == text))
}

/// Whether all that became of a version is what the audit says.
fn is_as_audited(version: &ReportVersion, audited: &AuditedVersion) -> bool {
    version.state == audited.state
        && version.submitted_at == audited.submitted_at
        && version.answered_at == audited.answered_at
}

/// Whether the purchaser said what is kept: nothing of what was not returned.
fn are_as_audited(comments: &[ReportComment], audited: &AuditedVersion) -> bool {
    match &audited.comments {
        Some(digest) => document::comments_digest(comments).is_ok_and(|found| found == *digest),
        None => audited.state == VersionState::Returned || comments.is_empty(),
    }
}

/// Whether it is the document of this report's version, whatever its digest says.
fn is_of(document: &FrozenReport, found: &Verification) -> bool {
    let (head, report) = (&document.report, &found.report);
    head.number == report.number()
        && head.public_id == report.public_id
        && head.version == found.number
        && head.kind == report.kind
        && (head.from, head.to) == (report.starts_on, report.ends_on)
        && document.agreement.id == report.agreement_id.0
}

impl Verification {
    fn changed(&mut self, part: ChangedPart, place: impl ToString) {
        self.changes.push(ReportChange { part, place: place.to_string() });
    }

    fn texts(
        &mut self,
        document: &FrozenReport,
        kept: &BTreeMap<String, VersionText>,
        redacted: &BTreeSet<String>,
    ) -> Result<()> {
        let chapters = document.narrative.iter().map(|text| (text.chapter.to_string(), &text.digest));
        let captions = document
            .evidence
            .iter()
            .filter_map(|one| one.caption.as_ref().map(|digest| (evidence::place(one.number), digest)));
        let titles =
            document.activities.iter().filter_map(|one| one.title.as_ref().map(|digest| (one.place(), digest)));
        let named: BTreeMap<String, &String> = chapters.chain(captions).chain(titles).collect();
        for (place, digest) in &named {
            match kept.get(place) {
                None => self.changed(ChangedPart::Text, place),
                Some(text) => match (&text.content, &text.salt, text.redacted_at) {
                    (Some(content), Some(salt), None) => {
                        if document::text_digest(place, salt, content)? != **digest || text.digest != **digest {
                            self.changed(ChangedPart::Text, place);
                        }
                    }
                    // Taken out it is known by its old digest, and by who did that.
                    (None, _, Some(_)) if text.digest == **digest && redacted.contains(place) => {
                        self.taken_out.push(place.clone());
                    }
                    _ => self.changed(ChangedPart::Text, place),
                },
            }
        }
        for place in kept.keys().filter(|place| !named.contains_key(*place)) {
            self.changed(ChangedPart::Text, place);
        }
        Ok(())
    }

    async fn evidence(
        &mut self,
        conn: &mut Conn,
        sealer: &Sealer,
        document: &FrozenReport,
        version: ReportVersionId,
    ) -> Result<()> {
        let kept: BTreeMap<i64, Evidence> = evidence::of_version(conn, version).await?.into_iter().collect();
        for one in &document.evidence {
            let place = evidence::place(one.number);
            let Some(known) = kept.get(&one.number) else {
                self.changed(ChangedPart::Evidence, place);
                continue;
            };
            let is_whole = match &known.digest {
                Some(digest) if *digest == one.file && known.kind == one.kind => {
                    holds(conn, sealer, self.report.id, known).await?
                }
                _ => false,
            };
            if is_whole {
                continue;
            }
            // Who is on a picture may have it taken away where it was taken.
            if known.digest.is_none() && one.kind == EvidenceKind::Photo {
                self.taken_out.push(place);
            } else {
                self.changed(ChangedPart::Evidence, place);
            }
        }
        for number in kept.keys().filter(|number| document.evidence.iter().all(|one| one.number != **number)) {
            self.changed(ChangedPart::Evidence, evidence::place(*number));
        }
        Ok(())
    }

    async fn rows(&mut self, conn: &mut Conn, document: &FrozenReport, version: ReportVersionId) -> Result<()> {
        let kept: Vec<(String, String, String)> = sqlx::query_as(
            "select kind, ids, digest from report_version_rows where version_id = $1 order by kind, block",
        )
        .bind(version)
        .fetch_all(&mut *conn)
        .await?;
        for frozen in &document.rows {
            let blocks: Vec<_> = kept.iter().filter(|(kind, _, _)| kind == frozen.kind.code()).collect();
            let mut beside = blocks.iter().zip(&frozen.blocks);
            let is_whole = blocks.len() == frozen.blocks.len()
                && beside.all(|((_, ids, digest), frozen)| sha256(ids) == *frozen && digest == frozen);
            if !is_whole {
                self.changed(ChangedPart::Rows, frozen.kind);
                continue;
            }
            let ids: BTreeSet<i64> = blocks
                .iter()
                .flat_map(|(_, ids, _)| serde_json::from_str::<Vec<i64>>(ids).unwrap_or_default())
                .collect();
            if missing(conn, frozen.kind, &ids).await? > 0 {
                self.changed(ChangedPart::Missing, frozen.kind);
            }
        }
        let kinds: BTreeSet<&String> = kept.iter().map(|(kind, _, _)| kind).collect();
        for kind in kinds {
            if document.rows.iter().all(|frozen| frozen.kind.code() != kind.as_str()) {
                self.changed(ChangedPart::Rows, kind);
            }
        }
        Ok(())
    }
}

/// Whether a file still holds what was kept.
async fn holds(conn: &mut Conn, sealer: &Sealer, report: super::PeriodicReportId, one: &Evidence) -> Result<bool> {
    let (_, file) = evidence::file(conn, report, one.id).await?;
    match files::read(conn, sealer, file).await {
        Ok(_) => Ok(true),
        Err(Error::Internal(_) | Error::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

/// How many of these rows are not there any more.
async fn missing(conn: &mut Conn, kind: RowKind, ids: &BTreeSet<i64>) -> Result<i64> {
    let sql = match kind {
        RowKind::Sessions => {
            "select count(*) from json_each(cast($1 as json_text)) j
             where not exists (select 1 from sessions s where s.id = cast(cast(j.value as text) as bigint))"
        }
        RowKind::Attendances => {
            "select count(*) from json_each(cast($1 as json_text)) j
             where not exists (select 1 from attendances t where t.id = cast(cast(j.value as text) as bigint))"
        }
    };
    Ok(sqlx::query_scalar(sql).bind(rows(ids, |id| json!(id))).fetch_one(conn).await?)
}
