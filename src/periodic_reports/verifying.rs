//! Whether a version is still what was submitted: everything that its document names by a digest is computed again from what is kept,
//! and the rows behind its figures are looked for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::canonical::{canonical, sha256};
use super::document::{self, FrozenReport};
use super::types::{Evidence, EvidenceKind, PeriodicReport, ReportVersion, RowKind, VersionText};
use super::{evidence, queries};
use crate::error::{Error, Result};
use crate::files;
use crate::store::{Conn, Sealer, rows, text_enum};

text_enum!(
    /// What is otherwise than it was submitted.
    ChangedPart in "changed_part" {
        /// The document: figures, parties, period, or a digest in it.
        Document = "document",
        Text = "text",
        Evidence = "evidence",
        /// The list of the rows behind.
        Rows = "rows",
        /// A row behind is not there any more.
        Missing = "missing",
    }
);

/// Something that is otherwise, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportChange {
    pub part: ChangedPart,
    /// A chapter, the number of a picture, a kind of rows; empty for the whole.
    pub place: String,
}

/// What came of looking.
#[derive(Clone, Debug)]
pub struct Verification {
    pub report: PeriodicReport,
    pub version: ReportVersion,
    /// What the document's text amounts to now.
    pub digest: String,
    pub changes: Vec<ReportChange>,
    /// What was taken out on purpose, and is known as that: its place.
    pub taken_out: Vec<String>,
}

impl Verification {
    pub fn is_unchanged(&self) -> bool {
        self.changes.is_empty()
    }
}

/// Looks at a version.
///
/// # Errors
/// As the database says.
pub async fn verify(
    conn: &mut Conn,
    sealer: &Sealer,
    report: PeriodicReport,
    version: ReportVersion,
) -> Result<Verification> {
    let text = queries::document(conn, version.id).await?;
    let digest = sha256(&text);
    let mut found = Verification { report, version, digest, changes: Vec::new(), taken_out: Vec::new() };
    let Some(document) = read(&text).filter(|document| is_of(document, &found)) else {
        found.changed(ChangedPart::Document, "");
        return Ok(found);
    };
    if found.digest != found.version.digest {
        found.changed(ChangedPart::Document, "");
    }
    found.texts(&document, &queries::texts(conn, found.version.id).await?)?;
    found.evidence(conn, sealer, &document).await?;
    found.rows(conn, &document).await?;
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
    let mut found = Vec::new();
    for version in queries::every_version(conn, report.id).await? {
        if only.is_none_or(|only| *only == version.number.to_string()) {
            found.push(verify(conn, sealer, report.clone(), version).await?);
        }
    }
    if found.is_empty() { Err(Error::NotFound) } else { Ok(found) }
}

/// None where it is no canonical document.
fn read(text: &str) -> Option<FrozenReport> {
    let value = serde_json::from_str(text).ok()?;
    (canonical(&value).ok()? == text).then(|| serde_json::from_value(value).ok()).flatten()
}

/// Whether it is the document of this report's version, whatever its digest says.
fn is_of(document: &FrozenReport, found: &Verification) -> bool {
    let (head, report) = (&document.report, &found.report);
    head.number == report.number()
        && head.public_id == report.public_id
        && head.version == found.version.number
        && (head.from, head.to) == (report.starts_on, report.ends_on)
        && document.agreement.id == report.agreement_id.0
}

impl Verification {
    fn changed(&mut self, part: ChangedPart, place: impl ToString) {
        self.changes.push(ReportChange { part, place: place.to_string() });
    }

    fn texts(&mut self, document: &FrozenReport, kept: &BTreeMap<String, VersionText>) -> Result<()> {
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
                    // Taken out it is known by its old digest.
                    (None, _, Some(_)) if text.digest == **digest => self.taken_out.push(place.clone()),
                    _ => self.changed(ChangedPart::Text, place),
                },
            }
        }
        for place in kept.keys().filter(|place| !named.contains_key(*place)) {
            self.changed(ChangedPart::Text, place);
        }
        Ok(())
    }

    async fn evidence(&mut self, conn: &mut Conn, sealer: &Sealer, document: &FrozenReport) -> Result<()> {
        let kept: BTreeMap<i64, Evidence> = evidence::of_version(conn, self.version.id).await?.into_iter().collect();
        for one in &document.evidence {
            let place = evidence::place(one.number);
            let Some(known) = kept.get(&one.number) else {
                self.changed(ChangedPart::Evidence, place);
                continue;
            };
            let is_whole = match &known.digest {
                Some(digest) if *digest == one.file => holds(conn, sealer, self.report.id, known).await?,
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

    async fn rows(&mut self, conn: &mut Conn, document: &FrozenReport) -> Result<()> {
        let kept: Vec<(RowKind, String)> =
            sqlx::query_as("select kind, ids from report_version_rows where version_id = $1 order by kind, block")
                .bind(self.version.id)
                .fetch_all(&mut *conn)
                .await?;
        for frozen in &document.rows {
            let ids = kept.iter().filter(|(kind, _)| *kind == frozen.kind).map(|(_, ids)| ids);
            let digests: Vec<String> = ids.clone().map(|ids| sha256(ids)).collect();
            if digests != frozen.blocks {
                self.changed(ChangedPart::Rows, frozen.kind);
                continue;
            }
            let ids: BTreeSet<i64> =
                ids.flat_map(|ids| serde_json::from_str::<Vec<i64>>(ids).unwrap_or_default()).collect();
            if missing(conn, frozen.kind, &ids).await? > 0 {
                self.changed(ChangedPart::Missing, frozen.kind);
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
