//! Submitting: what a report says is frozen as a version, with all that stands behind it.

use std::collections::BTreeMap;

use serde_json::json;

use super::beside::FrozenActivity;
use super::canonical::sha256;
use super::counting::{self, Counting};
use super::document::{
    self, FrozenCenter, FrozenEvidence, FrozenHead, FrozenParties, FrozenReport, FrozenRows, FrozenText, SCHEMA,
};
use super::earlier::{self, EarlierSeen};
use super::gathering::BesideFigures;
use super::rights::{ReportSubmitter, ReportWriter};
use super::rules::{self, ReportStep};
use super::types::{ChapterText, Evidence, PeriodicReport, ReportState, ReportVersionId, RowKind, VersionState};
use super::{evidence, privacy, queries};
use crate::agreements::succession;
use crate::audit;
use crate::auth::ReportReader;
use crate::clock::{Now, Zone};
use crate::error::{Error, Refusal, Result};
use crate::figures::masks::Masks;
use crate::indicators::standing::CountedBefore;
use crate::store::{self, Conn, Db, rows};

/// So many rows' numbers stand in one block.
const BLOCK: usize = 1_000;

/// The salt's length, five bits a character.
const SALT: usize = 26;

/// Words that go with a version: their place, what they say, salt and digest.
struct SaltedText {
    place: String,
    content: String,
    salt: String,
    digest: String,
}

impl SaltedText {
    fn of(place: String, content: String) -> Result<Self> {
        let salt = store::secret(SALT);
        let digest = document::text_digest(&place, &salt, &content)?;
        Ok(Self { place, content, salt, digest })
    }
}

/// A block of the rows behind a version.
struct RowBlock {
    kind: RowKind,
    ids: String,
    digest: String,
}

/// What is kept of a version: its document, its words, the rows behind it, and what it found of earlier reports.
struct FrozenVersion {
    document: FrozenReport,
    texts: Vec<SaltedText>,
    blocks: Vec<RowBlock>,
    earlier: Vec<EarlierSeen>,
}

/// Submits a draft or what was returned: the next version, frozen. It says which one that is.
///
/// # Errors
/// `Refused("report_not_over")` while its days are not over, `("report_not_agreed")` where they are the agreement's no more,
/// `("report_privacy")` while somebody may be named in it and nobody answered for that, and those of [`rules::after`].
pub async fn submit(by: &ReportSubmitter, now: Now, db: &Db, tx: &mut Conn, report: &PeriodicReport) -> Result<i64> {
    submit_counted(by, now, Some(db), tx, report).await
}

/// As [`submit`], of what the transaction itself has written: for who fills a database that nobody else is in.
///
/// # Errors
/// As [`submit`]'s.
pub async fn submit_alone(by: &ReportSubmitter, now: Now, tx: &mut Conn, report: &PeriodicReport) -> Result<i64> {
    submit_counted(by, now, None, tx, report).await
}

async fn submit_counted(
    by: &ReportSubmitter,
    now: Now,
    db: Option<&Db>,
    tx: &mut Conn,
    report: &PeriodicReport,
) -> Result<i64> {
    if Zone::SHANGHAI.date(now.0) <= report.ends_on {
        return Err(Error::refused("report_not_over"));
    }
    // Of two reports that tell the same correction one comes after the other, and finds it told.
    succession::hold(tx, report.agreement_id).await?;
    let number = turn(tx, report).await?;
    if !queries::agreement(by, tx, report.agreement_id).await?.has(report) {
        return Err(Error::refused("report_not_agreed"));
    }
    let hits = privacy::check_privacy(tx, report).await?;
    if !hits.is_empty() {
        return Err(Refusal::new("report_privacy").with("n", hits.len()).into());
    }
    let chapters = queries::chapters(tx, report.id).await?;
    let evidence = evidence::of_report(tx, report.id).await?;
    let days = (report.agreement_id, report.starts_on, report.ends_on);
    // Counted from one state, for a version that parts from itself tells what it hides, and is never mended. What was told by others is
    // committed by now, and what is changed meanwhile is seen the next time.
    let mut still = match db {
        Some(db) => Some(db.read_still().await?),
        None => None,
    };
    let counted: &mut Conn = match &mut still {
        Some(still) => still,
        None => tx,
    };
    let seen = queries::marks(counted, days).await?;
    let frozen = freeze(by, now, counted, report, number, (&chapters, &evidence)).await?;
    let (reach, told) = counting::told(by, counted, now, report).await?;
    let hidden = Masks::found(counted, &reach, &told).await?;
    drop(still);
    let text = frozen.document.text()?;
    let digest = sha256(&text);
    let version: ReportVersionId = sqlx::query_scalar(
        "insert into report_versions (report_id, number, document, digest, marks_seen, state, submitted_at, submitted_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
    )
    .bind(report.id)
    .bind(number)
    .bind(text)
    .bind(&digest)
    .bind(seen)
    .bind(VersionState::Submitted)
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await?;
    hidden.keep(tx, version.0).await?;
    keep_texts(tx, version, &frozen.texts).await?;
    keep_blocks(tx, version, &frozen.blocks).await?;
    earlier::keep(tx, version, &frozen.earlier).await?;
    keep_evidence(tx, version, &evidence).await?;
    let detail = format!("{}-{number} {digest}", report.number());
    let entry = audit::entry("periodic_report.submitted", report.id.0).at(report.center_id).because(&detail);
    audit::record(tx, by, now, entry).await?;
    Ok(number)
}

/// Takes the turn to submit: of two who do so at once one comes too late. It says the next version's number.
async fn turn(tx: &mut Conn, report: &PeriodicReport) -> Result<i64> {
    let next = rules::after(ReportStep::Submit, report.state)?;
    let number: Option<i64> = sqlx::query_scalar(
        "update periodic_reports set state = $1, versions = versions + 1 where id = $2 and state = $3 returning versions",
    )
    .bind(next)
    .bind(report.id)
    .bind(report.state)
    .fetch_optional(&mut *tx)
    .await?;
    number.ok_or_else(|| Error::refused("report_submitted"))
}

/// A draft as it would be submitted now: the document of the next version, and its words by their place.
///
/// # Errors
/// As the database says.
pub(super) async fn drawn(
    by: &ReportWriter,
    now: Now,
    conn: &mut Conn,
    report: &PeriodicReport,
) -> Result<(FrozenReport, BTreeMap<String, String>)> {
    let chapters = queries::chapters(conn, report.id).await?;
    let evidence = evidence::of_report(conn, report.id).await?;
    let next = report.versions + 1;
    let frozen = freeze(by, now, conn, report, next, (&chapters, &evidence)).await?;
    Ok((frozen.document, frozen.texts.into_iter().map(|text| (text.place, text.content)).collect()))
}

async fn freeze(
    by: &ReportReader,
    now: Now,
    tx: &mut Conn,
    report: &PeriodicReport,
    version: i64,
    (chapters, evidence): (&[ChapterText], &[Evidence]),
) -> Result<FrozenVersion> {
    let counting = Counting::as_told(by, tx, now, report).await?;
    let (adjustments, earlier) = counting::adjustments(by, tx, now, report).await?;
    let beside = BesideFigures::load((by, CountedBefore::Purchaser), tx, now, report, &counting.reach).await?;
    let agreement = queries::agreement(by, tx, report.agreement_id).await?;
    let (sessions, attendances) = counting::rows_behind(by, tx, &counting.reach, report.period()).await?;
    let (session_rows, mut blocks) = in_blocks(RowKind::Sessions, &sessions);
    let (attendance_rows, more) = in_blocks(RowKind::Attendances, &attendances);
    blocks.extend(more);
    let mut texts = Vec::new();
    let mut narrative = Vec::new();
    for chapter in chapters.iter().filter(|chapter| !chapter.content.is_empty()) {
        let text = SaltedText::of(chapter.chapter.to_string(), chapter.content.clone())?;
        narrative.push(FrozenText { chapter: chapter.chapter, digest: text.digest.clone() });
        texts.push(text);
    }
    let (shown, captions) = freeze_evidence(evidence)?;
    texts.extend(captions);
    let (activities, titles) = freeze_activities(beside.activities)?;
    texts.extend(titles);
    let centers = counting.reach.centers().iter();
    let document = FrozenReport {
        schema: SCHEMA,
        report: head(report, version),
        agreement: FrozenParties {
            id: agreement.id.0,
            provider: agreement.provider,
            purchaser: agreement.purchaser,
            from: agreement.starts_on,
            to: agreement.ends_on,
        },
        centers: centers
            .map(|center| FrozenCenter { id: center.id(), town: center.town.clone(), name: center.head.name.clone() })
            .collect(),
        figures: counting.figures,
        by_center: counting.by_center,
        compared: counting.compared,
        adjustments,
        indicators: beside.indicators,
        satisfaction: Some(beside.satisfaction),
        months: beside.months,
        activities,
        narrative,
        evidence: shown,
        rows: vec![session_rows, attendance_rows],
    };
    Ok(FrozenVersion { document, texts, blocks, earlier })
}

fn head(report: &PeriodicReport, version: i64) -> FrozenHead {
    FrozenHead {
        number: report.number(),
        public_id: report.public_id.clone(),
        version,
        kind: report.kind,
        from: report.starts_on,
        to: report.ends_on,
    }
}

/// Evidence whose file is there, by its place, and what stands below it.
fn freeze_evidence(evidence: &[Evidence]) -> Result<(Vec<FrozenEvidence>, Vec<SaltedText>)> {
    let (mut shown, mut captions) = (Vec::new(), Vec::new());
    for (number, one) in (1..).zip(there(evidence)) {
        let caption = match &one.caption {
            Some(caption) => {
                let text = SaltedText::of(evidence::place(number), caption.clone())?;
                let digest = text.digest.clone();
                captions.push(text);
                Some(digest)
            }
            None => None,
        };
        shown.push(FrozenEvidence { number, kind: one.kind, file: one.digest.clone().unwrap_or_default(), caption });
    }
    Ok((shown, captions))
}

/// Activities, and what they are called.
fn freeze_activities(
    activities: Vec<(FrozenActivity, Option<String>)>,
) -> Result<(Vec<FrozenActivity>, Vec<SaltedText>)> {
    let (mut told, mut titles) = (Vec::with_capacity(activities.len()), Vec::new());
    for (mut activity, title) in activities {
        if let Some(title) = title {
            let text = SaltedText::of(activity.place(), title)?;
            activity.title = Some(text.digest.clone());
            titles.push(text);
        }
        told.push(activity);
    }
    Ok((told, titles))
}

fn there(evidence: &[Evidence]) -> impl Iterator<Item = &Evidence> {
    evidence.iter().filter(|one| one.digest.is_some())
}

/// Sorted numbers of rows in blocks, each with its digest, and how a document names them.
fn in_blocks(kind: RowKind, ids: &[i64]) -> (FrozenRows, Vec<RowBlock>) {
    let block = |ids: &[i64]| {
        let text = json!(ids).to_string();
        RowBlock { kind, digest: sha256(&text), ids: text }
    };
    let blocks: Vec<RowBlock> = ids.chunks(BLOCK).map(block).collect();
    let digests = blocks.iter().map(|block| block.digest.clone()).collect();
    (FrozenRows { kind, count: i64::try_from(ids.len()).unwrap_or(i64::MAX), blocks: digests }, blocks)
}

async fn keep_texts(tx: &mut Conn, version: ReportVersionId, texts: &[SaltedText]) -> Result<()> {
    let texts = rows(
        texts,
        |text| json!({"place": text.place, "content": text.content, "salt": text.salt, "digest": text.digest}),
    );
    sqlx::query(
        "insert into report_version_texts (version_id, place, content, salt, digest)
         select cast($2 as bigint), j.value ->> 'place', j.value ->> 'content', j.value ->> 'salt', j.value ->> 'digest'
         from json_each(cast($1 as json_text)) j",
    )
    .bind(texts)
    .bind(version)
    .execute(tx)
    .await?;
    Ok(())
}

async fn keep_blocks(tx: &mut Conn, version: ReportVersionId, blocks: &[RowBlock]) -> Result<()> {
    let mut numbered = Vec::with_capacity(blocks.len());
    for kind in RowKind::ALL {
        numbered.extend((0_i64..).zip(blocks.iter().filter(|block| block.kind == *kind)));
    }
    let numbered = rows(
        numbered,
        |(number, block)| json!({"kind": block.kind, "block": number, "ids": block.ids, "digest": block.digest}),
    );
    sqlx::query(
        "insert into report_version_rows (version_id, kind, block, ids, digest)
         select cast($2 as bigint), j.value ->> 'kind', cast(j.value ->> 'block' as bigint), j.value ->> 'ids', j.value ->> 'digest'
         from json_each(cast($1 as json_text)) j",
    )
    .bind(numbered)
    .bind(version)
    .execute(tx)
    .await?;
    Ok(())
}

async fn keep_evidence(tx: &mut Conn, version: ReportVersionId, evidence: &[Evidence]) -> Result<()> {
    let numbered = rows((1_i64..).zip(there(evidence)), |(number, one)| json!({"number": number, "id": one.id}));
    sqlx::query(
        "insert into report_version_evidence (version_id, number, evidence_id)
         select cast($2 as bigint), cast(j.value ->> 'number' as bigint), cast(j.value ->> 'id' as bigint)
         from json_each(cast($1 as json_text)) j",
    )
    .bind(numbered)
    .bind(version)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes what was submitted back, before anybody answered: it is a draft again.
///
/// # Errors
/// Those of [`rules::after`].
pub async fn withdraw(by: &ReportSubmitter, now: Now, tx: &mut Conn, report: &PeriodicReport) -> Result<()> {
    let next = rules::after(ReportStep::Withdraw, report.state)?;
    // The version that was looked at: another may have been submitted meanwhile.
    let moved = sqlx::query("update periodic_reports set state = $1 where id = $2 and state = $3 and versions = $4")
        .bind(next)
        .bind(report.id)
        .bind(ReportState::Submitted)
        .bind(report.versions)
        .execute(&mut *tx)
        .await?;
    if moved.rows_affected() == 0 {
        return Err(Error::refused("report_not_submitted"));
    }
    sqlx::query("update report_versions set state = $1 where report_id = $2 and number = $3")
        .bind(VersionState::Withdrawn)
        .bind(report.id)
        .bind(report.versions)
        .execute(&mut *tx)
        .await?;
    let entry = audit::entry("periodic_report.withdrawn", report.id.0).at(report.center_id);
    audit::record(tx, by, now, entry).await
}
