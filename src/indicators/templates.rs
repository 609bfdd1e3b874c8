//! 指标模板: sets of indicators that the city keeps, and what an agreement takes from one of them, or from another agreement.

use super::actions::{self, AgreementOpened};
use super::forms::{IndicatorInput, IndicatorSource, WantedIndicator};
use super::queries;
use super::types::{
    CopiedFor, CountedMeasure, CountedWithin, Indicator, IndicatorTemplate, IndicatorTemplateId, IndicatorTemplateItem,
    IndicatorTemplateItemId,
};
use crate::agreements::{AgreementId, terms};
use crate::audit;
use crate::auth::{CityAdmin, Manager, Viewer};
use crate::centers::CenterId;
use crate::clock::{Now, Zone};
use crate::error::{Error, OnViolation, Refusal, Result};
use crate::ids::WorkerId;
use crate::store::Conn;

/// No more are copied at once: nobody reads through more.
const MOST_COPIED: usize = 200;

const TEMPLATE: &str = "select t.id, t.name,
        (select count(*) from indicator_template_items i where i.template_id = t.id) as items
     from indicator_templates t where t.retired_at is null";

/// The city's templates; what is in them says nothing of anybody.
pub async fn all(conn: &mut Conn) -> Result<Vec<IndicatorTemplate>> {
    let sql = format!("{TEMPLATE} order by t.name, t.id");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(conn).await?)
}

/// # Errors
/// `NotFound` where there is none, or none any more.
pub async fn find(conn: &mut Conn, id: IndicatorTemplateId) -> Result<IndicatorTemplate> {
    let sql = format!("{TEMPLATE} and t.id = $1");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// What is in a template, in its order.
pub async fn items(conn: &mut Conn, id: IndicatorTemplateId) -> Result<Vec<IndicatorTemplateItem>> {
    Ok(sqlx::query_as(
        "select id, name, name_en, unit, target, span, place, measure, within
         from indicator_template_items where template_id = $1 order by place, id",
    )
    .bind(id)
    .fetch_all(conn)
    .await?)
}

/// Begins a template.
///
/// # Errors
/// `Invalid` at `name` where another is called so.
pub async fn found_template(by: &CityAdmin, now: Now, tx: &mut Conn, name: &str) -> Result<IndicatorTemplateId> {
    let id: IndicatorTemplateId = sqlx::query_scalar(
        "insert into indicator_templates (name, created_at, created_by) values ($1, $2, $3) returning id",
    )
    .bind(name.to_owned())
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await
    .on_unique("indicator_templates_name", taken)?;
    audit::record(tx, by, now, audit::entry("indicator_template.added", id.0).because(name)).await?;
    Ok(id)
}

fn taken() -> Error {
    Error::field("name", "field.name_taken")
}

/// Calls it otherwise, if that is another name.
///
/// # Errors
/// As [`found_template`].
pub async fn rename(by: &CityAdmin, now: Now, tx: &mut Conn, template: &IndicatorTemplate, name: &str) -> Result<()> {
    if template.name == name {
        return Ok(());
    }
    sqlx::query("update indicator_templates set name = $1 where id = $2")
        .bind(name.to_owned())
        .bind(template.id)
        .execute(&mut *tx)
        .await
        .on_unique("indicator_templates_name", taken)?;
    let renamed = format!("{} → {name}", template.name);
    audit::record(tx, by, now, audit::entry("indicator_template.renamed", template.id.0).because(&renamed)).await
}

/// Offers it no more. What was copied from it stays.
pub async fn retire(by: &CityAdmin, now: Now, tx: &mut Conn, template: &IndicatorTemplate) -> Result<()> {
    sqlx::query("update indicator_templates set retired_at = $1 where id = $2 and retired_at is null")
        .bind(now.0)
        .bind(template.id)
        .execute(&mut *tx)
        .await?;
    let entry = audit::entry("indicator_template.retired", template.id.0).because(&template.name);
    audit::record(tx, by, now, entry).await
}

/// Puts an indicator into a template.
///
/// # Errors
/// As the database says.
pub async fn add_item(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    template: IndicatorTemplateId,
    wanted: &WantedIndicator,
) -> Result<()> {
    sqlx::query(
        "insert into indicator_template_items (template_id, name, name_en, unit, target, span, place, measure, within)
         select $1, $2, $3, $4, $5, $6,
                coalesce($7, (select coalesce(max(o.place), 0) + 1 from indicator_template_items o where o.template_id = $1)),
                $8, $9",
    )
    .bind(template)
    .bind(&wanted.name)
    .bind(&wanted.name_en)
    .bind(wanted.unit)
    .bind(wanted.target)
    .bind(wanted.span)
    .bind(wanted.place)
    .bind(wanted.measure)
    .bind(wanted.within)
    .execute(&mut *tx)
    .await?;
    audit::record(tx, by, now, audit::entry("indicator_template.item_added", template.0).because(&wanted.name)).await
}

/// Takes an indicator out of a template.
///
/// # Errors
/// `NotFound` for another template's.
pub async fn remove_item(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    template: IndicatorTemplateId,
    item: IndicatorTemplateItemId,
) -> Result<()> {
    let removed = sqlx::query("delete from indicator_template_items where id = $1 and template_id = $2")
        .bind(item)
        .bind(template)
        .execute(&mut *tx)
        .await?;
    if removed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("indicator_template.item_removed", template.0)).await
}

/// What came of copying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopiedIndicators {
    pub copied: usize,
    /// How many of a template's ask what one worker leads, where there is no social worker.
    pub left_out: usize,
}

/// Copies the indicators of a template, or of another agreement that its reader may know of, into an agreement: they are its own then. Of
/// a template's, each comes once, or once for each center; what one worker leads, once for each social worker of the centers. Of
/// another agreement's, a center's come to the same center where it is in this one too, else to all; a worker's, and a room's that is not this
/// one's, stay where they are.
///
/// # Errors
/// `Invalid` at `source` for one that is not there or holds nothing, or nothing but what social workers lead, of whom there are none;
/// `Refused("too_many_indicators")`.
pub async fn copy_template(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    opened: &AgreementOpened,
    (source, lines): (IndicatorSource, CopiedFor),
) -> Result<CopiedIndicators> {
    let none = || Error::field("source", "field.not_a_choice");
    let found = match source {
        IndicatorSource::Template(id) => from_template(tx, now, opened, (id, lines)).await,
        IndicatorSource::Agreement(id) if id == opened.0.id => Err(Error::NotFound),
        IndicatorSource::Agreement(id) => from_agreement(by, tx, opened, id).await.map(|inputs| (inputs, 0)),
    };
    let (inputs, left_out) = match found {
        Err(Error::NotFound) => return Err(none()),
        found => found?,
    };
    match inputs.len() {
        0 if left_out > 0 => Err(Error::field("source", "field.no_social_workers")),
        0 => Err(none()),
        1..=MOST_COPIED => {
            let copied = actions::add_all(by, now, tx, opened, &inputs).await?.len();
            Ok(CopiedIndicators { copied, left_out })
        }
        many => Err(Refusal::new("too_many_indicators").with("n", many).with("most", MOST_COPIED).into()),
    }
}

/// The inputs, and how many of the template's are asked of nobody.
async fn from_template(
    tx: &mut Conn,
    now: Now,
    (agreement, centers): &AgreementOpened,
    (id, lines): (IndicatorTemplateId, CopiedFor),
) -> Result<(Vec<IndicatorInput>, usize)> {
    find(tx, id).await?;
    // Who has gone by now is asked for nothing more.
    let day = Zone::SHANGHAI.date(now.0).min(agreement.ends_on);
    let workers = queries::social_workers(tx, agreement.id, day).await?;
    let (mut inputs, mut left_out) = (Vec::new(), 0);
    for item in items(tx, id).await? {
        let whose: Vec<(Option<CenterId>, Option<WorkerId>)> = match lines {
            _ if item.measure.is_some_and(CountedMeasure::is_of_a_worker) => {
                workers.iter().map(|worker| (Some(worker.center_id), Some(worker.id))).collect()
            }
            CopiedFor::Together => vec![(None, None)],
            CopiedFor::EachCenter => {
                let there = centers.iter().filter(|center| center.ends_on >= day);
                there.map(|center| (Some(center.center_id), None)).collect()
            }
        };
        left_out += usize::from(whose.is_empty());
        let wanted = WantedIndicator {
            name: item.name,
            name_en: item.name_en,
            unit: item.unit,
            target: item.target,
            span: item.span,
            place: None,
            measure: item.measure,
            within: item.within,
        };
        inputs.extend(whose.into_iter().map(|(center, worker)| IndicatorInput {
            center,
            worker,
            wanted: wanted.clone(),
        }));
    }
    Ok((inputs, left_out))
}

async fn from_agreement(
    by: &Viewer,
    tx: &mut Conn,
    (agreement, centers): &AgreementOpened,
    id: AgreementId,
) -> Result<Vec<IndicatorInput>> {
    let other = terms::read_one(by, tx, id).await?;
    let all = queries::of(tx, std::slice::from_ref(&other)).await?;
    let rooms = queries::rooms(tx, agreement.id).await?;
    let is_here = |one: &Indicator| match one.within {
        Some(CountedWithin::Room(id)) => rooms.iter().any(|room| room.id == id),
        _ => true,
    };
    let copied = all.into_iter().filter(|one| one.worker_id.is_none()).filter(is_here);
    let input = |one: Indicator| IndicatorInput {
        center: one.center_id.filter(|id| centers.iter().any(|center| center.center_id == *id)),
        worker: None,
        wanted: WantedIndicator {
            name: one.name,
            name_en: one.name_en,
            unit: one.unit,
            target: one.target,
            span: one.span,
            place: None,
            measure: one.measure,
            within: one.within,
        },
    };
    Ok(copied.map(input).collect())
}
