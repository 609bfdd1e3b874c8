//! The figures of a draft: what its agreement is charged with in its days, together and in each center, what it was before, and by how
//! much accepted periods are otherwise than they were told.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::document::{self, FrozenAdjustment, FrozenComparison, FrozenFigure, FrozenPart, FrozenReport};
use super::earlier::{self, EarlierSeen};
use super::periods;
use super::queries::{self, MarkedDays};
use super::rules::{self, FigureValues};
use super::types::{PeriodicReport, PeriodicReportId, ReportState, VersionState};
use crate::activities::SessionId;
use crate::agreements::{AgreementId, succession};
use crate::auth::ReportReader;
use crate::centers::CenterId;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::figures::queries::session_rows;
use crate::figures::{self, Counted, Figure, Filter, Item, Numbers, Period, Reach, Section, scope};
use crate::store::{self, Conn};

/// What is counted of a report's days.
pub struct Counting {
    pub reach: Reach,
    pub numbers: Numbers,
    pub figures: Vec<FrozenFigure>,
    pub by_center: Vec<FrozenPart>,
    pub compared: Vec<FrozenComparison>,
}

/// An agreement's centers as the purchaser is told of them: so is counted what is frozen.
async fn reported(by: &ReportReader, conn: &mut Conn, now: Now, agreement: AgreementId) -> Result<Reach> {
    let reach = scope::whole_agreement(by, conn, now, agreement).await?;
    scope::as_reported_to(conn, now, agreement, &reach).await
}

/// The same of all agreements that follow one another ([`succession`]).
async fn reported_on(by: &ReportReader, conn: &mut Conn, now: Now, agreement: AgreementId) -> Result<Reach> {
    let all = succession::all(conn, agreement).await?;
    let reach = scope::agreements(by, conn, now, &all).await?;
    scope::as_reported_to(conn, now, agreement, &reach).await
}

impl Counting {
    /// Counts now, for whoever writes the report: small numbers too.
    ///
    /// # Errors
    /// `NotFound` where the reader does not reach every center of the agreement.
    pub async fn load(by: &ReportReader, conn: &mut Conn, now: Now, report: &PeriodicReport) -> Result<Self> {
        let reach = scope::whole_agreement(by, conn, now, report.agreement_id).await?;
        let all = succession::all(conn, report.agreement_id).await?;
        let beside = scope::agreements(by, conn, now, &all).await?;
        Self::of(conn, now, report, (reach, beside)).await
    }

    /// The same as it is frozen: as the purchaser is told.
    ///
    /// # Errors
    /// As [`Counting::load`].
    pub async fn as_told(by: &ReportReader, conn: &mut Conn, now: Now, report: &PeriodicReport) -> Result<Self> {
        let reach = reported(by, conn, now, report.agreement_id).await?;
        let beside = reported_on(by, conn, now, report.agreement_id).await?;
        Self::of(conn, now, report, (reach, beside)).await
    }

    /// What it is compared with is of the same centers, also by the agreements before.
    async fn of(conn: &mut Conn, now: Now, report: &PeriodicReport, (reach, beside): (Reach, Reach)) -> Result<Self> {
        let beside = beside.among(&reach.ids());
        let period = report.period();
        let numbers = figures::count(conn, &reach, period, now).await?;
        let list = figures::figures(&numbers);
        let centers = figures::by_center(conn, &reach, period).await?;
        let mut workers = Vec::new();
        let frozen = document::numbered(&list, &mut workers);
        let mut compared = Vec::new();
        for other in periods::compared(report).into_iter().flatten() {
            compared.extend(comparison(conn, now, &beside, other, &mut workers).await?);
        }
        Ok(Self {
            by_center: centers.iter().map(|(center, counted)| part(*center, counted, &list)).collect(),
            figures: frozen,
            reach,
            numbers,
            compared,
        })
    }
}

/// The figures of other days, as far as an agreement had them; none where it had none.
async fn comparison(
    conn: &mut Conn,
    now: Now,
    reach: &Reach,
    period: Period,
    workers: &mut Vec<i64>,
) -> Result<Option<FrozenComparison>> {
    let agreed = || reach.ids().into_iter().flat_map(|center| reach.days(center, period));
    let counted = agreed().map(|days| days.from).min().zip(agreed().map(|days| days.last()).max());
    let Some((counted_from, counted_to)) = counted.map(|(from, to)| (Some(from), Some(to))) else { return Ok(None) };
    let numbers = figures::count(conn, reach, period, now).await?;
    let figures = document::numbered(&figures::figures(&numbers), workers);
    Ok(Some(FrozenComparison { from: period.from, to: period.last(), counted_from, counted_to, figures }))
}

/// Those of the whole's figures that a center has by itself.
fn part(center: CenterId, counted: &Counted, whole: &[Figure]) -> FrozenPart {
    let own = |figure: &Figure| {
        let filter = filter(figure)?;
        let value = counted.value(figure.measure, &filter)?;
        Some(Figure { value, told: counted.told(figure.measure, &filter), ..figure.clone() })
    };
    let figures: Vec<Figure> = whole.iter().filter_map(own).collect();
    FrozenPart { center, figures: document::frozen(&figures) }
}

/// What a figure counts, where a center by itself is told it.
fn filter(figure: &Figure) -> Option<Filter> {
    match (figure.section, &figure.item) {
        (Section::Total | Section::Volunteers, Item::Whole) => Some(Filter::Whole),
        (Section::Groups, Item::Group(group)) => Some(Filter::Group(*group)),
        (Section::Kinds, Item::Kind(kind)) => Some(Filter::Kind(kind.id)),
        (Section::Teams, Item::Team(kind)) => Some(Filter::TeamKind(kind.as_ref().map(|kind| kind.id))),
        _ => None,
    }
}

/// By how much the accepted reports of the same agreement, and of those before it, that ended before this one begins are otherwise by now
/// than was told, of them and since, also by what was submitted and waits for its answer; and how each of these reports was found. Counted
/// again is only what was changed since it was frozen or told of last, and what the reader still reads.
pub async fn adjustments(
    by: &ReportReader,
    conn: &mut Conn,
    now: Now,
    report: &PeriodicReport,
) -> Result<(Vec<FrozenAdjustment>, Vec<EarlierSeen>)> {
    let standing = standing(conn, report).await?;
    let is_earlier = |one: &PeriodicReport| one.state == ReportState::Accepted && one.ends_on < report.starts_on;
    let place = |one: &PeriodicReport| (one.agreement_id, one.starts_on, one.ends_on);
    let places: Vec<MarkedDays> =
        standing.iter().filter(|(one, ..)| is_earlier(one)).map(|(one, ..)| place(one)).collect();
    let marks = queries::marks_of(conn, &places).await?;
    let ids: Vec<PeriodicReportId> =
        standing.iter().filter(|(one, ..)| is_earlier(one)).map(|(one, ..)| one.id).collect();
    let counted = earlier::counted_of(conn, &ids).await?;
    let nothing_told = earlier::told_digest(&[])?;
    let mut reaches: BTreeMap<AgreementId, Option<Reach>> = BTreeMap::new();
    let (mut found, mut all_seen) = (Vec::new(), Vec::new());
    for (earlier, base, seen) in &standing {
        if !is_earlier(earlier) {
            continue;
        }
        let Some(base) = base.as_ref().filter(|_| !is_told_unreadably(&standing, earlier)) else {
            found.push(adjustment(earlier, None));
            all_seen.push(EarlierSeen { report: earlier.id, counted: None });
            continue;
        };
        let told = told_of(&standing, &earlier.number());
        let mut told_values: Vec<FigureValues> = told.iter().map(|figures| document::adjusted(figures)).collect();
        let digest = earlier::told_digest(&told_values)?;
        let marks = marks.get(&place(earlier)).copied().unwrap_or_default();
        let is_as_frozen = marks == *seen && digest == nothing_told;
        if is_as_frozen || counted.contains(&(earlier.id.0, marks, digest.clone())) {
            all_seen.push(EarlierSeen { report: earlier.id, counted: Some((marks, digest)) });
            continue;
        }
        let reach = match reaches.entry(earlier.agreement_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(match reported(by, conn, now, earlier.agreement_id).await {
                Ok(reach) => Some(reach),
                Err(Error::NotFound) => None,
                Err(error) => return Err(error),
            }),
        };
        let Some(reach) = reach else {
            all_seen.push(EarlierSeen { report: earlier.id, counted: None });
            continue;
        };
        let numbers = figures::count(conn, reach, earlier.period(), now).await?;
        let recount = document::frozen(&figures::figures(&numbers));
        let figures = otherwise(&recount, base, &told);
        told_values.push(document::adjusted(&figures));
        all_seen.push(EarlierSeen { report: earlier.id, counted: Some((marks, earlier::told_digest(&told_values)?)) });
        if !figures.is_empty() {
            found.push(adjustment(earlier, Some(figures)));
        }
    }
    Ok((found, all_seen))
}

/// What a version tells of, as the purchaser is told: its own period, those beside it, and those of earlier reports, which it may correct.
pub(super) async fn told(
    by: &ReportReader,
    conn: &mut Conn,
    now: Now,
    report: &PeriodicReport,
) -> Result<(Reach, Vec<Period>)> {
    let earlier = standing(conn, report).await?.into_iter().filter(|(one, ..)| one.ends_on < report.starts_on);
    let mut periods: Vec<Period> = earlier.map(|(one, ..)| one.period()).collect();
    periods.extend(periods::compared(report).into_iter().flatten());
    periods.push(report.period());
    // Indicators are told from the agreement's first day on, or from a project year's.
    periods.extend(Period::new(report.agreed_from, report.period().to));
    Ok((reported_on(by, conn, now, report.agreement_id).await?, periods))
}

/// By how much a report's days are otherwise; without figures, that nobody can say.
fn adjustment(earlier: &PeriodicReport, figures: Option<Vec<FrozenFigure>>) -> FrozenAdjustment {
    FrozenAdjustment {
        report: earlier.number(),
        kind: earlier.kind,
        from: earlier.starts_on,
        to: earlier.ends_on,
        unknown: figures.is_none(),
        figures: figures.unwrap_or_default(),
    }
}

/// Whether a report that came after it, and may have told of it, cannot be read.
fn is_told_unreadably(standing: &[StandingReport], earlier: &PeriodicReport) -> bool {
    standing.iter().any(|(other, document, _)| document.is_none() && other.starts_on > earlier.ends_on)
}

/// The document is none where it cannot be read.
type StandingReport = (PeriodicReport, Option<FrozenReport>, i64);

/// What stands of the other reports of the agreement, of those before it and of those after, submitted or accepted, with the marks that
/// were seen.
async fn standing(conn: &mut Conn, report: &PeriodicReport) -> Result<Vec<StandingReport>> {
    let all = succession::all(conn, report.agreement_id).await?;
    let mut reports = queries::of_agreements(conn, &all).await?;
    let stands = |state| matches!(state, ReportState::Submitted | ReportState::Accepted);
    reports.retain(|other| stands(other.state) && other.id != report.id);
    let documents: Vec<(i64, String, i64)> = sqlx::query_as(
        "select v.report_id, v.document, v.marks_seen from report_versions v
         join periodic_reports r on r.id = v.report_id
         where r.agreement_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
           and v.state in ($2, $3)",
    )
    .bind(store::rows(&all, |id| json!(id)))
    .bind(VersionState::Submitted)
    .bind(VersionState::Accepted)
    .fetch_all(conn)
    .await?;
    let mut documents: BTreeMap<i64, (String, i64)> =
        documents.into_iter().map(|(id, text, seen)| (id, (text, seen))).collect();
    let mut found = Vec::with_capacity(reports.len());
    for other in reports {
        if let Some((text, seen)) = documents.remove(&other.id.0) {
            found.push((other, FrozenReport::read(&text).ok(), seen));
        }
    }
    Ok(found)
}

/// What they told of an earlier one, each by itself.
fn told_of<'a>(standing: &'a [StandingReport], number: &str) -> Vec<&'a [FrozenFigure]> {
    let all =
        standing.iter().filter_map(|(_, document, _)| document.as_ref()).flat_map(|document| &document.adjustments);
    all.filter(|told| told.report == number).map(|told| told.figures.as_slice()).collect()
}

/// The differences as figures, in the order of the list, with the names that they have.
fn otherwise(recount: &[FrozenFigure], base: &FrozenReport, told: &[&[FrozenFigure]]) -> Vec<FrozenFigure> {
    // What came and went between is in neither, and was told.
    let named = || recount.iter().chain(&base.figures).chain(told.iter().copied().flatten());
    let sections: BTreeMap<&str, Section> = named().map(|figure| (figure.key.as_str(), figure.section)).collect();
    // What is hidden in one of them is no nought in it.
    let untold = recount.iter().chain(&base.figures).filter(|figure| figure.told().exactly().is_none());
    let untold: BTreeSet<&str> = untold.map(|figure| figure.key.as_str()).collect();
    let is_sparse =
        |key: &str| !untold.contains(key) && sections.get(key).is_some_and(|section| rules::is_sparse(*section));
    let told: Vec<FigureValues> = told.iter().map(|figures| document::adjusted(figures)).collect();
    let mut by = rules::adjustments(&document::adjusted(recount), &base.adjusted(), &told, is_sparse);
    let difference = |figure: &FrozenFigure| {
        by.remove(&figure.key).map(|value| FrozenFigure { value: Some(value), at_least: false, ..figure.clone() })
    };
    named().filter_map(difference).collect()
}

/// The numbers of the rows behind a report's figures: of its sessions, and of the attendances in them that count.
pub async fn rows_behind(
    by: &ReportReader,
    conn: &mut Conn,
    reach: &Reach,
    period: Period,
) -> Result<(Vec<i64>, Vec<i64>)> {
    let sessions: Vec<SessionId> = session_rows(by, conn, reach, period).await?.into_iter().map(|row| row.id).collect();
    let attendances: Vec<i64> = sqlx::query_scalar(
        "select t.id from attendances t
         where t.voided_at is null
           and t.session_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         order by t.id",
    )
    .bind(store::rows(&sessions, |id| json!(id)))
    .fetch_all(conn)
    .await?;
    let mut sessions: Vec<i64> = sessions.into_iter().map(|id| id.0).collect();
    sessions.sort_unstable();
    Ok((sessions, attendances))
}
