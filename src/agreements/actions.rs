//! Adding organizations and concluding agreements.

use std::collections::BTreeSet;

use serde_json::json;

use super::forms::{AgreementEnding, AgreementRevision, CenterDays, NewAgreement, NewOrganization};
use super::hanging::{self, hangs_on};
use super::operating::{give_back, hand_over};
use super::queries;
use super::types::{AgreementId, AgreementRecord, ProviderId, PurchaserId};
use crate::audit::{Acting, Entry};
use crate::auth::CityAdmin;
use crate::centers::CenterId;
use crate::clock::{Now, Zone};
use crate::error::{Error, Fault, FieldErrors, OnViolation, Result};
use crate::store::{self, Conn};
use crate::{audit, locks, marks};

/// Adds a provider, the organization (社会组织) that may run centers.
pub async fn add_provider(by: &CityAdmin, now: Now, tx: &mut Conn, new: &NewOrganization) -> Result<ProviderId> {
    let sql = "insert into providers (name, contact, created_at) values ($1, $2, $3) returning id";
    let id = insert_organization(tx, now, sql, new).await?;
    audit::record(tx, by, now, audit::entry("provider.added", id)).await?;
    Ok(ProviderId(id))
}

/// Adds a purchaser, who pays for the service and receives its reports.
pub async fn add_purchaser(by: &CityAdmin, now: Now, tx: &mut Conn, new: &NewOrganization) -> Result<PurchaserId> {
    let sql = "insert into purchasers (name, contact, created_at) values ($1, $2, $3) returning id";
    let id = insert_organization(tx, now, sql, new).await?;
    audit::record(tx, by, now, audit::entry("purchaser.added", id)).await?;
    Ok(PurchaserId(id))
}

async fn insert_organization(tx: &mut Conn, now: Now, sql: &'static str, new: &NewOrganization) -> Result<i64> {
    let inserted = sqlx::query_scalar(sql).bind(&new.name).bind(new.contact.as_deref()).bind(now.0).fetch_one(tx).await;
    let taken = || Error::field("name", "field.name_taken");
    Ok(inserted.on_unique("providers_name", taken).on_unique("purchasers_name", taken)?)
}

/// Changes what a provider is called and how it is reached.
///
/// # Errors
/// `Invalid` at `name` where another has it.
pub async fn revise_provider(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    id: ProviderId,
    new: &NewOrganization,
) -> Result<()> {
    let sql = "update providers set name = $1, contact = $2
         where id = $3 and (name <> $1 or contact is distinct from $2)";
    if update_organization(tx, sql, id.0, new).await? {
        audit::record(tx, by, now, audit::entry("provider.revised", id.0)).await?;
    }
    Ok(())
}

/// Changes what a purchaser is called and how it is reached.
///
/// # Errors
/// As [`revise_provider`].
pub async fn revise_purchaser(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    id: PurchaserId,
    new: &NewOrganization,
) -> Result<()> {
    let sql = "update purchasers set name = $1, contact = $2
         where id = $3 and (name <> $1 or contact is distinct from $2)";
    if update_organization(tx, sql, id.0, new).await? {
        audit::record(tx, by, now, audit::entry("purchaser.revised", id.0)).await?;
    }
    Ok(())
}

/// Whether anything changed.
async fn update_organization(tx: &mut Conn, sql: &'static str, id: i64, new: &NewOrganization) -> Result<bool> {
    let taken = || Error::field("name", "field.name_taken");
    let updated = sqlx::query(sql)
        .bind(&new.name)
        .bind(new.contact.as_deref())
        .bind(id)
        .execute(tx)
        .await
        .on_unique("providers_name", taken)
        .on_unique("purchasers_name", taken)?;
    Ok(updated.rows_affected() > 0)
}

/// Concludes an agreement: in its days the provider runs its centers, and the purchaser reads their reports.
///
/// # Errors
/// `Invalid` at `center` where another provider has one of the centers on some of these days, or this purchaser pays for it already.
pub async fn conclude(by: &CityAdmin, now: Now, tx: &mut Conn, new: &NewAgreement) -> Result<AgreementId> {
    hold(tx, new.center_ids()).await?;
    check(tx, new, None).await?;
    let id: AgreementId = sqlx::query_scalar(
        "insert into agreements (provider_id, purchaser_id, starts_on, ends_on, created_at, number, services, amount_fen, payment,
                                 years_from)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id",
    )
    .bind(new.provider)
    .bind(new.purchaser)
    .bind(new.starts_on)
    .bind(new.ends_on)
    .bind(now.0)
    .bind(new.number.as_deref())
    .bind(new.services.as_deref())
    .bind(new.amount_fen)
    .bind(new.payment.as_deref())
    .bind(new.years_from)
    .fetch_one(&mut *tx)
    .await?;
    write_parts(tx, id, new).await?;
    tell(tx, by, now, ("agreement.concluded", id), &new.center_ids(), None).await?;
    marks::all(tx, new.center_ids());
    hand_over(tx, Zone::SHANGHAI.date(now.0)).await?;
    Ok(id)
}

/// Changes what an agreement says; what it said before is kept as a version. One that had ended early runs again where its last day
/// is another.
///
/// # Errors
/// `Refused("agreement_changed")` where somebody changed it since the revision's version. As [`conclude`]; `Invalid` at `reason` where one
/// that has begun is changed without any, at `provider` or `purchaser` where another is to be its party while something hangs on it, and at
/// `center` where a center is to be left out that has posts or activities of it; `Refused("agreement_days_submitted")` or
/// `Refused("agreement_days_accepted")` where days would be lost that such a report tells of. `NotFound` where it was taken back.
pub async fn revise(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    id: AgreementId,
    revision: &AgreementRevision,
) -> Result<()> {
    let (new, reason) = (&revision.new, revision.reason.as_deref());
    let known = held(by, tx, id, new.center_ids()).await?;
    if new.is_known_as(&known.text) {
        return Ok(());
    }
    if revision.version.is_some_and(|seen| seen != known.version) {
        return Err(Error::refused("agreement_changed"));
    }
    if known.text.starts_on <= Zone::SHANGHAI.date(now.0) && reason.is_none() {
        return Err(Error::field("reason", "field.required"));
    }
    check(tx, new, Some(id)).await?;
    let others = new.other_parties(&known.text);
    if !others.is_empty() && hanging::is_in_use(tx, &known).await? {
        let fault = |field: &str| (field.to_owned(), Fault::new("field.party_in_use"));
        let fields = others.into_iter().map(fault).collect();
        return Err(FieldErrors { fields, whole: None }.into());
    }
    let kept = new.center_ids();
    let mut centers = known.centers();
    let left_out: Vec<CenterId> = centers.difference(&kept).copied().collect();
    if hangs_on(tx, id, &left_out).await? {
        return Err(Error::field("center", "field.center_in_use"));
    }
    hanging::keep_reported_days(tx, id, (new.starts_on, new.ends_on), &new.centers).await?;
    keep_version(by, now, tx, &known, reason).await?;
    sqlx::query(
        "update agreements set provider_id = $1, purchaser_id = $2, starts_on = $3, ends_on = $4, number = $5, services = $6,
                amount_fen = $7, payment = $8, years_from = $9
         where id = $10",
    )
    .bind(new.provider)
    .bind(new.purchaser)
    .bind(new.starts_on)
    .bind(new.ends_on)
    .bind(new.number.as_deref())
    .bind(new.services.as_deref())
    .bind(new.amount_fen)
    .bind(new.payment.as_deref())
    .bind(new.years_from)
    .bind(id)
    .execute(&mut *tx)
    .await?;
    if new.ends_on != known.text.ends_on {
        sqlx::query(
            "update agreements set agreed_to = null, ended_at = null, ended_by = null, end_reason = null where id = $1",
        )
        .bind(id)
        .execute(&mut *tx)
        .await?;
    }
    write_parts(tx, id, new).await?;
    centers.extend(kept);
    tell(tx, by, now, ("agreement.revised", id), &centers, reason).await?;
    marks::all(tx, centers);
    hand_over(tx, Zone::SHANGHAI.date(now.0)).await
}

/// Ends an agreement on an earlier day than was agreed, in all its centers. Changing its last day takes that back.
///
/// # Errors
/// `Invalid` at `last_day` where it is none of its days, or its last, or none of its centers has begun by then;
/// `Refused("agreement_has_posts")` where posts were defined in a center whose days are all later; `Refused("agreement_days_submitted")` or
/// `Refused("agreement_days_accepted")` where days would be lost that such a report tells of. `NotFound` where it was taken back.
pub async fn end(by: &CityAdmin, now: Now, tx: &mut Conn, id: AgreementId, ending: &AgreementEnding) -> Result<()> {
    let known = held(by, tx, id, BTreeSet::new()).await?;
    let text = &known.text;
    if ending.last_day < text.starts_on || text.ends_on <= ending.last_day {
        return Err(Error::field("last_day", "field.outside_agreement"));
    }
    let later = text.centers.iter().filter(|one| one.starts_on > ending.last_day);
    let later: Vec<CenterId> = later.map(|one| one.center_id).collect();
    if hangs_on(tx, id, &later).await? {
        return Err(Error::refused("agreement_has_posts"));
    }
    let begun = text.centers.iter().filter(|one| one.starts_on <= ending.last_day);
    let left: Vec<CenterDays> = begun.map(|one| CenterDays::until(one, ending.last_day)).collect();
    // Without a center it would stand in no list, as one that was taken back, and nobody could say why.
    if left.is_empty() {
        return Err(Error::field("last_day", "field.no_center_begun"));
    }
    hanging::keep_reported_days(tx, id, (text.starts_on, ending.last_day), &left).await?;
    keep_version(by, now, tx, &known, Some(&ending.reason)).await?;
    sqlx::query(
        "update agreements set agreed_to = coalesce(agreed_to, ends_on), ends_on = $1, ended_at = $2, ended_by = $3, end_reason = $4
         where id = $5",
    )
    .bind(ending.last_day)
    .bind(now.0)
    .bind(by.account)
    .bind(&ending.reason)
    .bind(id)
    .execute(&mut *tx)
    .await?;
    sqlx::query("delete from agreement_centers where agreement_id = $1 and starts_on > $2")
        .bind(id)
        .bind(ending.last_day)
        .execute(&mut *tx)
        .await?;
    sqlx::query("update agreement_centers set ends_on = $2 where agreement_id = $1 and ends_on > $2")
        .bind(id)
        .bind(ending.last_day)
        .execute(&mut *tx)
        .await?;
    tell(tx, by, now, ("agreement.ended", id), &known.centers(), Some(&ending.reason)).await?;
    marks::all(tx, known.centers());
    hand_over(tx, Zone::SHANGHAI.date(now.0)).await
}

/// Takes an agreement back that was mistyped: it leaves every list, reach and figure, for it has no centers any more. Its row stays, with
/// what it said. Who got a center by it alone gives the center back to whoever had it before.
///
/// # Errors
/// `Refused("agreement_in_use")` while posts, activities or papers hang on it; `NotFound` where that was done before.
pub async fn take_back(by: &CityAdmin, now: Now, tx: &mut Conn, id: AgreementId, reason: &str) -> Result<()> {
    let known = held(by, tx, id, BTreeSet::new()).await?;
    if hanging::is_in_use(tx, &known).await? {
        return Err(Error::refused("agreement_in_use"));
    }
    let centers = known.centers();
    let all: Vec<CenterId> = centers.iter().copied().collect();
    keep_version(by, now, tx, &known, Some(reason)).await?;
    sqlx::query("update agreements set voided_at = $1, voided_by = $2, void_reason = $3 where id = $4")
        .bind(now.0)
        .bind(by.account)
        .bind(reason)
        .bind(id)
        .execute(&mut *tx)
        .await?;
    sqlx::query("delete from agreement_centers where agreement_id = $1").bind(id).execute(&mut *tx).await?;
    tell(tx, by, now, ("agreement.voided", id), &centers, Some(reason)).await?;
    marks::all(tx, centers);
    give_back(tx, id, known.text.provider_id, &all).await?;
    hand_over(tx, Zone::SHANGHAI.date(now.0)).await
}

/// Holds centers, so that of two agreements about one of them one comes after the other.
async fn hold(tx: &mut Conn, centers: BTreeSet<CenterId>) -> Result<()> {
    if locks::centers(tx, &centers).await? { Ok(()) } else { Err(Error::field("center", "field.not_a_choice")) }
}

/// An agreement that is to be changed: its centers and `more` are held, and then it with its reports, before anything is asked of them.
async fn held(by: &CityAdmin, tx: &mut Conn, id: AgreementId, more: BTreeSet<CenterId>) -> Result<AgreementRecord> {
    let mut centers = queries::standing(by, tx, id).await?.centers();
    centers.extend(more);
    hold(tx, centers).await?;
    if !locks::agreement_with_reports(tx, id).await? {
        return Err(Error::NotFound);
    }
    queries::standing(by, tx, id).await
}

/// Writes the centers of an agreement and the periods of its reports, in the place of those that it had.
async fn write_parts(tx: &mut Conn, id: AgreementId, new: &NewAgreement) -> Result<()> {
    sqlx::query("delete from agreement_centers where agreement_id = $1").bind(id).execute(&mut *tx).await?;
    sqlx::query(
        "insert into agreement_centers (agreement_id, center_id, starts_on, ends_on)
         select cast($2 as bigint), cast(j.value ->> 'center' as bigint), j.value ->> 'from', j.value ->> 'to'
         from json_each(cast($1 as json_text)) j",
    )
    .bind(CenterDays::all(&new.centers))
    .bind(id)
    .execute(&mut *tx)
    .await?;
    sqlx::query("delete from agreement_cycles where agreement_id = $1").bind(id).execute(&mut *tx).await?;
    sqlx::query(
        "insert into agreement_cycles (agreement_id, cycle, due_days)
         select cast($2 as bigint), j.value ->> 'cycle', cast(j.value ->> 'days' as bigint)
         from json_each(cast($1 as json_text)) j",
    )
    .bind(store::rows(&new.cycles, |one| json!({"cycle": one.cycle, "days": one.due_days})))
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}

/// What must be so of an agreement: its parties are there, and on no day has one of its centers another provider, or this purchaser
/// twice. Its own days, where it is `except`, stand in nobody's way.
async fn check(tx: &mut Conn, new: &NewAgreement, except: Option<AgreementId>) -> Result<()> {
    match queries::are_there(tx, new.provider, new.purchaser).await? {
        (true, true) => {}
        (false, _) => return Err(Error::field("provider", "field.not_a_choice")),
        (_, false) => return Err(Error::field("purchaser", "field.not_a_choice")),
    }
    let clash: Option<(String, String, i64)> = sqlx::query_as(
        "with asked (center_id, first_day, last_day) as (
             select cast(j.value ->> 'center' as bigint), j.value ->> 'from', j.value ->> 'to'
             from json_each(cast($1 as json_text)) j)
         select c.name, p.name, cast(case when a.provider_id <> $2 then 1 else 0 end as bigint)
         from asked q
         join agreement_centers x on x.center_id = q.center_id and x.starts_on <= q.last_day and x.ends_on >= q.first_day
         join agreements a on a.id = x.agreement_id
         join providers p on p.id = a.provider_id
         join centers c on c.id = q.center_id
         where (a.provider_id <> $2 or a.purchaser_id = $3) and ($4 is null or a.id <> $4)
         order by q.center_id, x.starts_on, a.id limit 1",
    )
    .bind(CenterDays::all(&new.centers))
    .bind(new.provider)
    .bind(new.purchaser)
    .bind(except)
    .fetch_optional(tx)
    .await?;
    let fault = match clash {
        None => return Ok(()),
        Some((center, provider, 1)) => Fault::bound("field.agreement_other_provider", format!("{center}、{provider}")),
        Some((center, ..)) => Fault::bound("field.agreement_overlaps", center),
    };
    Err(FieldErrors::one("center", fault).into())
}

/// Keeps what an agreement says before it is changed.
async fn keep_version(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    known: &AgreementRecord,
    reason: Option<&str>,
) -> Result<()> {
    let was = serde_json::to_string(&known.text).map_err(Error::internal)?;
    sqlx::query(
        "insert into agreement_versions (agreement_id, number, was, changed_at, changed_by, reason)
         select cast($1 as bigint), count(*) + 1, cast($2 as text), cast($3 as bigint), cast($4 as bigint), cast($5 as text)
         from agreement_versions where agreement_id = $1",
    )
    .bind(known.id)
    .bind(was)
    .bind(now.0)
    .bind(by.account)
    .bind(reason)
    .execute(tx)
    .await?;
    Ok(())
}

/// One entry for each of the centers, so that the people of each read it.
pub(super) async fn tell(
    tx: &mut Conn,
    by: &impl Acting,
    now: Now,
    (action, id): (&'static str, AgreementId),
    centers: &BTreeSet<CenterId>,
    reason: Option<&str>,
) -> Result<()> {
    let about = |center: &CenterId| {
        let entry = audit::entry(action, id.0).at(*center);
        match reason {
            Some(reason) => entry.because(reason),
            None => entry,
        }
    };
    let entries: Vec<Entry<'_>> = centers.iter().map(about).collect();
    audit::record_all(tx, by, now, &entries).await
}
