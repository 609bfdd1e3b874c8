//! Asking for something to be reached, asking otherwise, no more; and entering what was.

use serde_json::json;

use super::choices::IndicatorChoices;
use super::forms::{self, IndicatorInput, ValueInput};
use super::queries;
use super::rights::ValueKeeper;
use super::types::{Indicator, IndicatorId, IndicatorValueId};
use crate::agreements::terms::{ReadAgreement, ReadCenter};
use crate::audit;
use crate::auth::Manager;
use crate::centers::CenterId;
use crate::clock::{Month, Now, Zone};
use crate::error::{Error, OnViolation, Result};
use crate::files::{self, CheckedFile, Secrecy};
use crate::locks;
use crate::store::{Conn, Sealer, rows};

/// An agreement as its reader has it, with its centers.
pub type AgreementOpened = (ReadAgreement, Vec<ReadCenter>);

/// Asks for something to be reached.
///
/// # Errors
/// `Invalid` at `center`, `worker` or `within` where that is none of the agreement's.
pub async fn add(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    opened: &AgreementOpened,
    input: &IndicatorInput,
) -> Result<IndicatorId> {
    let added = add_all(by, now, tx, opened, std::slice::from_ref(input)).await?;
    added.first().copied().ok_or_else(|| Error::internal("an indicator was added and has no number"))
}

/// Asks for several things at once, in this order.
///
/// # Errors
/// As [`add`].
pub(super) async fn add_all(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    (agreement, centers): &AgreementOpened,
    inputs: &[IndicatorInput],
) -> Result<Vec<IndicatorId>> {
    let choices = IndicatorChoices::load(tx, Some(agreement.id)).await?;
    for input in inputs {
        choices.check(centers, (input.center, input.worker, input.wanted.within))?;
    }
    let asked = rows(inputs, |input| {
        let wanted = &input.wanted;
        json!({
            "center": input.center, "worker": input.worker, "name": wanted.name, "name_en": wanted.name_en,
            "unit": wanted.unit, "target": wanted.target, "span": wanted.span, "place": wanted.place,
            "measure": wanted.measure, "within": wanted.within.map(|within| within.to_string()),
        })
    });
    let ids: Vec<IndicatorId> = sqlx::query_scalar(
        "insert into indicators (agreement_id, center_id, worker_id, name, name_en, unit, target, span, place, measure, within,
             created_at, created_by)
         select cast($2 as bigint), cast(j.value ->> 'center' as bigint), cast(j.value ->> 'worker' as bigint),
                j.value ->> 'name', j.value ->> 'name_en', j.value ->> 'unit', cast(j.value ->> 'target' as bigint),
                j.value ->> 'span',
                coalesce(cast(j.value ->> 'place' as bigint),
                         1 + cast(j.key as bigint) + (select coalesce(max(o.place), 0) from indicators o
                                                      where o.agreement_id = $2 and o.voided_at is null)),
                j.value ->> 'measure', j.value ->> 'within', cast($3 as bigint), cast($4 as bigint)
         from json_each(cast($1 as json_text)) j order by cast(j.key as bigint) returning id",
    )
    .bind(asked)
    .bind(agreement.id)
    .bind(now.0)
    .bind(by.account)
    .fetch_all(&mut *tx)
    .await?;
    let entries: Vec<audit::Entry<'static>> =
        ids.iter().zip(inputs).map(|(id, input)| entry("indicator.added", *id, input.center, centers)).collect();
    audit::record_all(tx, by, now, &entries).await?;
    Ok(ids)
}

/// An entry that is read in the indicator's center, or in the agreement's, where it has one.
fn entry(
    action: &'static str,
    id: IndicatorId,
    center: Option<CenterId>,
    centers: &[ReadCenter],
) -> audit::Entry<'static> {
    let only = match centers {
        [only] => Some(only.center_id),
        _ => None,
    };
    match center.or(only) {
        Some(center) => audit::entry(action, id.0).at(center),
        None => audit::entry(action, id.0),
    }
}

async fn check(tx: &mut Conn, agreement: &ReadAgreement, centers: &[ReadCenter], input: &IndicatorInput) -> Result<()> {
    let choices = IndicatorChoices::load(tx, Some(agreement.id)).await?;
    choices.check(centers, (input.center, input.worker, input.wanted.within))
}

/// An indicator as it is now, and stays until the transaction ends.
///
/// # Errors
/// `NotFound` where it was removed meanwhile.
async fn hold(tx: &mut Conn, known: &Indicator) -> Result<Indicator> {
    if !locks::indicator(tx, known.id).await? {
        return Err(Error::NotFound);
    }
    queries::find(tx, known.agreement_id, known.id).await
}

/// Asks for it otherwise, if anything is to be otherwise. In what unit it is and whether it is entered stays once something was entered.
///
/// # Errors
/// `Refused("indicator_changed")` where somebody changed it since `seen`, or since `known` was read; as [`add`];
/// `Refused("indicator_entered")` where what was entered would mean something else; `NotFound` where it was removed meanwhile.
pub async fn revise(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    (agreement, centers): &AgreementOpened,
    (known, input): (&Indicator, &IndicatorInput),
    seen: Option<i64>,
) -> Result<()> {
    let indicator = hold(tx, known).await?;
    if seen.unwrap_or(known.version) != indicator.version {
        return Err(Error::refused("indicator_changed"));
    }
    check(tx, agreement, centers, input).await?;
    let wanted = &input.wanted;
    let means_another =
        wanted.unit != indicator.unit || wanted.measure.is_some() || input.center != indicator.center_id;
    if means_another && queries::has_values(tx, indicator.id).await? {
        return Err(Error::refused("indicator_entered"));
    }
    let revised = sqlx::query(
        "update indicators set center_id = $1, worker_id = $2, name = $3, name_en = $4, unit = $5, target = $6, span = $7,
             place = coalesce($8, place), measure = $9, within = $10, version = version + 1
         where id = $11 and voided_at is null
           and (center_id is distinct from $1 or worker_id is distinct from $2 or name <> $3 or name_en <> $4
                or unit <> $5 or target <> $6 or span <> $7 or place <> coalesce($8, place)
                or measure is distinct from $9 or within is distinct from $10)",
    )
    .bind(input.center)
    .bind(input.worker)
    .bind(&wanted.name)
    .bind(&wanted.name_en)
    .bind(wanted.unit)
    .bind(wanted.target)
    .bind(wanted.span)
    .bind(wanted.place)
    .bind(wanted.measure)
    .bind(wanted.within)
    .bind(indicator.id)
    .execute(&mut *tx)
    .await?;
    if revised.rows_affected() == 0 {
        return Ok(());
    }
    let target = format!("{} → {}", indicator.target, wanted.target);
    let entry = entry("indicator.revised", indicator.id, input.center, centers);
    let entry = if indicator.target == wanted.target { entry } else { entry.because(&target) };
    audit::record(tx, by, now, entry).await
}

/// Asks for it no more. It stays on record, with what was entered.
///
/// # Errors
/// `NotFound` where somebody else removed it meanwhile; `Invalid` at `reason` where something was entered and nobody says why.
pub async fn void(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    (_, centers): &AgreementOpened,
    (known, reason): (&Indicator, Option<&str>),
) -> Result<()> {
    let indicator = hold(tx, known).await?;
    if reason.is_none() && queries::has_values(tx, indicator.id).await? {
        return Err(Error::field("reason", "field.indicator_reason"));
    }
    let voided = sqlx::query(
        "update indicators set voided_at = $1, voided_by = $2, void_reason = $3 where id = $4 and voided_at is null",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(reason)
    .bind(indicator.id)
    .execute(&mut *tx)
    .await?;
    if voided.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    let entry = entry("indicator.voided", indicator.id, indicator.center_id, centers);
    let entry = match reason {
        Some(reason) => entry.because(reason),
        None => entry,
    };
    audit::record(tx, by, now, entry).await
}

/// Enters what a center reached in a month, perhaps with its paper. Where there is a value already, the new one takes its place for a
/// reason; the same again changes nothing.
///
/// # Errors
/// `Refused("indicator_counted")` for an indicator that Linli counts; `Invalid` at `center` for one that is not the agreement's or not
/// the keeper's, at `month` for one that is none of the agreement's or to come, at `reason` where that is missing;
/// `Refused("indicator_changed")` where it is told in another unit by now, and `NotFound` where it was removed meanwhile.
pub async fn enter(
    by: &ValueKeeper,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    (opened, known): (&AgreementOpened, &Indicator),
    (input, paper): (&ValueInput, Option<&CheckedFile>),
) -> Result<()> {
    let indicator = hold(tx, known).await?;
    if !indicator.is_entered() {
        return Err(Error::refused("indicator_counted"));
    }
    // Twelve visits are no twelve hours: the number was read in the unit that was known, and meant in the one that was seen.
    if [Some(known.unit), input.unit].into_iter().flatten().any(|unit| unit != indicator.unit) {
        return Err(Error::refused("indicator_changed"));
    }
    let center = center_of(opened, &indicator, input.center)?;
    check_month(&opened.0, now, input.month.0)?;
    let before = standing(tx, indicator.id, center, input).await?;
    if let Some(before) = &before {
        if before.value == input.value && before.word == input.word && paper.is_none() {
            return Ok(());
        }
        if input.reason.is_none() {
            return Err(forms::needs_reason());
        }
        replace(tx, now, before.id).await?;
    }
    let file = match paper {
        // It may show whom somebody visited.
        Some(paper) => Some(files::keep(now, tx, sealer, paper, Secrecy::Sealed).await?),
        None => None,
    };
    sqlx::query(
        "insert into indicator_values (indicator_id, center_id, month, value, word, file_id, entered_at, entered_by, reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(indicator.id)
    .bind(center)
    .bind(input.month)
    .bind(input.value)
    .bind(&input.word)
    .bind(file)
    .bind(now.0)
    .bind(by.account)
    .bind(before.as_ref().and(input.reason.as_deref()))
    .execute(&mut *tx)
    .await
    .on_unique("indicator_values_now", forms::needs_reason)?;
    let detail = input.month.to_string();
    let action = if before.is_some() { "indicator.corrected" } else { "indicator.entered" };
    audit::record(tx, by, now, audit::entry(action, indicator.id.0).at(center).because(&detail)).await
}

/// Takes a month's value back, for a reason: nothing is known of the month again. It stays on record, with its paper.
///
/// # Errors
/// `NotFound` for another indicator's or another center's, and where it stands no more.
pub async fn take_back(
    by: &ValueKeeper,
    now: Now,
    tx: &mut Conn,
    ((_, centers), known): (&AgreementOpened, &Indicator),
    (value, reason): (IndicatorValueId, &str),
) -> Result<()> {
    let indicator = hold(tx, known).await?;
    let value = queries::value(tx, indicator.id, value).await?;
    if !is_read(centers, value.center_id) {
        return Err(Error::NotFound);
    }
    let taken = sqlx::query(
        "update indicator_values set replaced_at = $1, removed_by = $2, remove_reason = $3
         where id = $4 and replaced_at is null",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(reason)
    .bind(value.id)
    .execute(&mut *tx)
    .await?;
    if taken.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    let detail = format!("{} · {reason}", value.month);
    let entry = audit::entry("indicator.taken_back", indicator.id.0).at(value.center_id).because(&detail);
    audit::record(tx, by, now, entry).await
}

/// Whether the reader reads that center's part of the agreement.
fn is_read(centers: &[ReadCenter], center: CenterId) -> bool {
    centers.iter().any(|one| one.center_id == center && one.is_read.is_set())
}

#[derive(sqlx::FromRow)]
struct StandingValue {
    id: IndicatorValueId,
    value: i64,
    word: Option<String>,
}

/// What stands of a month.
async fn standing(
    tx: &mut Conn,
    id: IndicatorId,
    center: CenterId,
    input: &ValueInput,
) -> Result<Option<StandingValue>> {
    Ok(sqlx::query_as(
        "select id, value, word from indicator_values
         where indicator_id = $1 and center_id = $2 and month = $3 and replaced_at is null",
    )
    .bind(id)
    .bind(center)
    .bind(input.month)
    .fetch_optional(tx)
    .await?)
}

/// Of two who replace it at once, one comes first.
async fn replace(tx: &mut Conn, now: Now, id: IndicatorValueId) -> Result<()> {
    let replaced = sqlx::query("update indicator_values set replaced_at = $1 where id = $2 and replaced_at is null")
        .bind(now.0)
        .bind(id)
        .execute(tx)
        .await?;
    if replaced.rows_affected() == 0 { Err(forms::needs_reason()) } else { Ok(()) }
}

/// For which center it is entered: the indicator's, or the one that is named; the only one that may be, where none is.
fn center_of((_, centers): &AgreementOpened, indicator: &Indicator, named: Option<CenterId>) -> Result<CenterId> {
    let mut possible = centers.iter().filter(|one| one.is_read.is_set());
    let only = possible.next().filter(|_| possible.next().is_none()).map(|one| one.center_id);
    match indicator.center_id.or(named).or(only) {
        None => Err(Error::field("center", "field.required")),
        Some(id) if is_read(centers, id) => Ok(id),
        Some(_) => Err(Error::field("center", "field.not_a_choice")),
    }
}

fn check_month(agreement: &ReadAgreement, now: Now, month: Month) -> Result<()> {
    let today = Zone::SHANGHAI.date(now.0);
    let is_agreed = Month::of(agreement.starts_on) <= month && month.first() <= agreement.ends_on;
    match is_agreed && month.first() <= today {
        true => Ok(()),
        false => Err(Error::field("month", "field.month_outside")),
    }
}
