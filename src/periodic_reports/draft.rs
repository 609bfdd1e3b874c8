//! All that a draft's page shows.

use std::collections::BTreeMap;

use super::beside::{FrozenIndicator, FrozenSatisfaction};
use super::charts::{ReportChart, charts};
use super::counting::{self, Counting};
use super::document;
use super::evidence::{self, OfferedPhoto, SessionWords};
use super::frozen_tables::{self, FrozenTable, ShownAdjustment};
use super::gathering::BesideFigures;
use super::periods::ReportedPeriod;
use super::queries::{self, ReportReminder};
use super::rights::ReportWriter;
use super::types::{Chapter, ChapterText, Evidence, PeriodicReport, ReportComment, ReportVersion, VersionState};
use crate::agreements::succession;
use crate::auth::Role;
use crate::centers::CenterId;
use crate::clock::{Date, Now};
use crate::error::Result;
use crate::figures::{Completeness, Section};
use crate::indicators::standing::CountedBefore;
use crate::store::Conn;

/// Numbers to settle first, and where that is done.
pub struct Unsettled {
    /// The key of what waits.
    pub key: &'static str,
    pub number: i64,
    /// The page of a center's work, after the center's address.
    pub page: &'static str,
}

pub struct ShownDraft {
    pub report: PeriodicReport,
    pub tables: Vec<FrozenTable>,
    /// The days that are counted of the periods beside it, in the order of the numbers.
    pub compared: Vec<(Date, Date)>,
    pub by_center: Vec<(String, Vec<FrozenTable>)>,
    pub adjustments: Vec<ShownAdjustment>,
    pub charts: Vec<ReportChart>,
    pub indicators: Vec<FrozenIndicator>,
    pub satisfaction: FrozenSatisfaction,
    pub unsettled: Vec<Unsettled>,
    pub centers: Vec<(CenterId, String)>,
    pub chapters: Vec<ChapterText>,
    pub last_words: BTreeMap<Chapter, String>,
    pub session_words: Vec<SessionWords>,
    pub evidence: Vec<Evidence>,
    pub offered: Vec<OfferedPhoto>,
    pub versions: Vec<ReportVersion>,
    /// What the purchaser said of the last version, where it returned it.
    pub comments: Vec<ReportComment>,
    pub reminder: Option<ReportReminder>,
    /// Whether its days are the agreement's, as that is by now.
    pub is_agreed: bool,
    /// Whether the agreement asks for it.
    pub is_awaited: bool,
    /// Whether the reader may drop it where they are not.
    pub may_be_dropped: bool,
}

impl ShownDraft {
    /// # Errors
    /// As the database says.
    pub async fn load(by: &ReportWriter, conn: &mut Conn, now: Now, report: PeriodicReport) -> Result<Self> {
        let counting = Counting::load(by, conn, now, &report).await?;
        let versions = queries::versions(by, conn, report.id).await?;
        let comments = match versions.iter().rev().find(|version| version.state == VersionState::Returned) {
            Some(version) => queries::comments(conn, version.id).await?,
            None => Vec::new(),
        };
        let (adjustments, _) = counting::adjustments(by, conn, now, &report).await?;
        let beside = BesideFigures::load((&**by, CountedBefore::Reader), conn, now, &report, &counting.reach).await?;
        let others: Vec<&[document::FrozenFigure]> =
            counting.compared.iter().map(|other| other.figures.as_slice()).collect();
        let centers: Vec<(CenterId, String)> =
            counting.reach.centers().iter().map(|center| (center.id(), center.head.name.clone())).collect();
        let name = |id: CenterId| centers.iter().find(|(center, _)| *center == id).map(|(_, name)| name.clone());
        let mut tables = frozen_tables::tables(&counting.figures, &others);
        tables.retain(|table| table.section != Section::Completeness);
        let reminders = queries::reminders(by, conn).await?;
        let followed = succession::all(conn, report.agreement_id).await?;
        let agreement = queries::agreement(by, conn, report.agreement_id).await?;
        let agreed = (agreement.starts_on, agreement.ends_on);
        let compared: Vec<(Date, Date)> = counting.compared.iter().map(|other| other.counted(agreed)).collect();
        let is_agreed = agreement.has(&report);
        let is_awaited = agreement.awaits(&ReportedPeriod { kind: report.kind, days: report.period() });
        Ok(Self {
            by_center: counting
                .by_center
                .iter()
                .map(|part| (name(part.center).unwrap_or_default(), frozen_tables::tables(&part.figures, &[])))
                .collect(),
            adjustments: adjustments.iter().map(ShownAdjustment::of).collect(),
            charts: charts(&counting.figures, (&counting.compared, &compared), &beside.months),
            compared,
            indicators: beside.indicators,
            satisfaction: beside.satisfaction,
            unsettled: unsettled(&counting.numbers.completeness),
            chapters: queries::chapters(conn, report.id).await?,
            last_words: queries::last_words(conn, &report, &followed).await?,
            session_words: evidence::session_words(by, conn, now, &report).await?,
            evidence: evidence::of_report(conn, report.id).await?,
            offered: evidence::offered(by, conn, now, &report).await?,
            reminder: reminders.into_iter().find(|one| {
                one.agreement_id == report.agreement_id
                    && (one.starts_on, one.ends_on) == (report.starts_on, report.ends_on)
            }),
            is_agreed,
            is_awaited,
            may_be_dropped: !is_agreed && by.role == Role::ProviderManager,
            tables,
            centers,
            versions,
            comments,
            report,
        })
    }
}

/// What is missing from the numbers, where anything is.
pub fn unsettled(missing: &Completeness) -> Vec<Unsettled> {
    let all = [
        ("figure.open_sessions", missing.open_sessions, ""),
        ("figure.unconfirmed_hours", missing.unconfirmed_hours, "/hours"),
        ("figure.pending_claims", missing.pending_claims, "/claims"),
        ("figure.without_birth_date", missing.without_birth_date, "/people"),
    ];
    let waits = all.into_iter().filter(|(_, number, _)| *number > 0);
    waits.map(|(key, number, page)| Unsettled { key, number, page }).collect()
}
