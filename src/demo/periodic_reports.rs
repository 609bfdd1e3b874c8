//! What the demo's provider reported of the last months: accepted, returned and submitted again, submitted, and a draft with a text.

use super::{Builder, Made};
use crate::agreements::AgreementId;
use crate::auth::{AccountId, ReportReader, Role, Viewer};
use crate::clock::Month;
use crate::error::{Error, Result};
use crate::periodic_reports::forms::PurchaserAnswer;
use crate::periodic_reports::rights::{ReportAnswerer, ReportSubmitter, ReportWriter};
use crate::periodic_reports::{self, Chapter, PeriodicReport, PeriodicReportId, ReportComment, queries};
use crate::store::Conn;

/// What is written in each of them.
const TEXTS: [(Chapter, &str); 4] = [
    (Chapter::Overview, "本期各项服务按计划开展，场地开放正常，没有发生安全事故。"),
    (Chapter::Services, "以社区活动和小组为主，长者太极、四点半课堂等固定活动参加的街坊最多。"),
    (Chapter::Volunteers, "志愿服务队按月排班，服务时数当月确认。"),
    (Chapter::Plan, "下期增加健康讲座，继续走访独居长者。"),
];

pub(super) async fn report(b: &Builder, tx: &mut Conn, made: &Made) -> Result<()> {
    let (id, name): (AccountId, String) =
        sqlx::query_as("select id, name from accounts where login = 'purchaser'").fetch_one(&mut *tx).await?;
    let purchaser = Viewer::at_the_command_line(id, name, Role::Purchaser);
    let reader = |viewer: &Viewer| ReportReader::of(viewer.clone()).ok_or(Error::Forbidden);
    let manager: &Viewer = &made.manager;
    let writer = ReportWriter::of(reader(manager)?)?;
    let submitter = ReportSubmitter::of(reader(manager)?)?;
    let answerer = ReportAnswerer::of(reader(&purchaser)?)?;
    let agreement: Option<AgreementId> = sqlx::query_scalar(
        "select min(agreement_id) from agreement_centers where center_id = $1 and starts_on <= $2 and ends_on >= $2",
    )
    .bind(made.center.id())
    .bind(b.today())
    .fetch_one(&mut *tx)
    .await?;
    let Some(agreement) = agreement else { return Ok(()) };
    let agreement = queries::agreement(&writer, tx, agreement).await?;
    // The latest first: a draft, submitted, returned and submitted again, accepted.
    let months = std::iter::successors(Some(Month::of(b.today()).previous()), |month| Some(month.previous()));
    let months: Vec<Month> = months.take(4).filter(|month| month.first() >= agreement.starts_on).collect();
    for (place, month) in months.iter().enumerate().rev() {
        let period = format!("month:{}", month.first());
        let begun = periodic_reports::begin(&writer, b.now, tx, &agreement, &[period]).await?;
        let [id] = begun.as_slice() else { continue };
        let texts = if place == 0 { &TEXTS[..1] } else { &TEXTS[..] };
        for (chapter, content) in texts {
            let report = queries::found(&writer, tx, *id).await?;
            periodic_reports::write_chapter(&writer, b.now, tx, &report, (*chapter, *content, 0)).await?;
        }
        if place > 0 {
            send(b, tx, &submitter, *id).await?;
        }
        if place == 2 {
            let report = found(&answerer, tx, *id).await?;
            let words = "请补充重点人群的服务情况。".to_owned();
            let comment = ReportComment { chapter: Some(Chapter::Groups), words };
            let answer = PurchaserAnswer { version: report.versions, comments: vec![comment] };
            periodic_reports::give_back(&answerer, b.now, tx, &report, &answer).await?;
            let report = queries::found(&writer, tx, *id).await?;
            let content = "重点人群参加活动的比例与上期相当，困难家庭由社工逐户走访。";
            periodic_reports::write_chapter(&writer, b.now, tx, &report, (Chapter::Groups, content, 0)).await?;
            send(b, tx, &submitter, *id).await?;
        }
        if place == 3 {
            let report = found(&answerer, tx, *id).await?;
            periodic_reports::accept(&answerer, b.now, tx, &report, report.versions).await?;
        }
    }
    Ok(())
}

async fn found(by: &ReportAnswerer, tx: &mut Conn, id: PeriodicReportId) -> Result<PeriodicReport> {
    queries::found(by, tx, id).await
}

async fn send(b: &Builder, tx: &mut Conn, by: &ReportSubmitter, id: PeriodicReportId) -> Result<()> {
    let report = queries::found(by, tx, id).await?;
    periodic_reports::submit_alone(by, b.now, tx, &report).await?;
    Ok(())
}
