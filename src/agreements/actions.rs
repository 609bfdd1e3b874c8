//! Adding organizations and concluding agreements.

use serde_json::json;

use super::forms::{NewAgreement, NewOrganization};
use super::queries;
use super::types::{AgreementId, ProviderId, PurchaserId};
use crate::auth::{CityAdmin, accounts};
use crate::clock::{Date, Now, Zone};
use crate::error::{Error, OnViolation, Result};
use crate::store::{self, Conn};
use crate::{audit, locks};

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

/// Concludes an agreement: in its period the provider runs the center, and the purchaser reads its reports.
///
/// # Errors
/// `Invalid` at `center` where another agreement of that center covers some of the same days.
pub async fn conclude(by: &CityAdmin, now: Now, tx: &mut Conn, new: &NewAgreement) -> Result<AgreementId> {
    // Locking the center's row puts two simultaneous agreements in order.
    if !locks::center(tx, new.center).await? {
        return Err(Error::field("center", "field.not_a_choice"));
    }
    check(tx, new, None).await?;
    let id: AgreementId = sqlx::query_scalar(
        "insert into agreements (provider_id, purchaser_id, starts_on, ends_on, created_at)
         values ($1, $2, $3, $4, $5) returning id",
    )
    .bind(new.provider)
    .bind(new.purchaser)
    .bind(new.starts_on)
    .bind(new.ends_on)
    .bind(now.0)
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query("insert into agreement_centers (agreement_id, center_id, starts_on, ends_on) values ($1, $2, $3, $4)")
        .bind(id)
        .bind(new.center)
        .bind(new.starts_on)
        .bind(new.ends_on)
        .execute(&mut *tx)
        .await?;
    audit::record(tx, by, now, audit::entry("agreement.concluded", id.0).at(new.center)).await?;
    hand_over(tx, Zone::SHANGHAI.date(now.0)).await?;
    Ok(id)
}

/// Changes an agreement that was entered wrongly, or runs longer: its parties and its period. The center stays.
///
/// # Errors
/// As [`conclude`].
pub async fn revise(by: &CityAdmin, now: Now, tx: &mut Conn, id: AgreementId, new: &NewAgreement) -> Result<()> {
    if !locks::center(tx, new.center).await? {
        return Err(Error::field("center", "field.not_a_choice"));
    }
    check(tx, new, Some(id)).await?;
    let revised = sqlx::query(
        "update agreements set provider_id = $1, purchaser_id = $2, starts_on = $3, ends_on = $4
         where id = $5 and (provider_id <> $1 or purchaser_id <> $2 or starts_on <> $3 or ends_on <> $4)",
    )
    .bind(new.provider)
    .bind(new.purchaser)
    .bind(new.starts_on)
    .bind(new.ends_on)
    .bind(id)
    .execute(&mut *tx)
    .await?;
    if revised.rows_affected() == 0 {
        return Ok(());
    }
    sqlx::query("update agreement_centers set starts_on = $1, ends_on = $2 where agreement_id = $3 and center_id = $4")
        .bind(new.starts_on)
        .bind(new.ends_on)
        .bind(id)
        .bind(new.center)
        .execute(&mut *tx)
        .await?;
    audit::record(tx, by, now, audit::entry("agreement.revised", id.0).at(new.center)).await?;
    hand_over(tx, Zone::SHANGHAI.date(now.0)).await
}

/// What must be so of an agreement: its parties are there, and no other agreement, but for `except`, has some of its days.
async fn check(tx: &mut Conn, new: &NewAgreement, except: Option<AgreementId>) -> Result<()> {
    match queries::are_there(tx, new.provider, new.purchaser).await? {
        (true, true) => {}
        (false, _) => return Err(Error::field("provider", "field.not_a_choice")),
        (_, false) => return Err(Error::field("purchaser", "field.not_a_choice")),
    }
    let overlapping: i64 = sqlx::query_scalar(
        "select count(*) from agreement_centers where center_id = $1 and starts_on <= $2 and ends_on >= $3
           and ($4 is null or agreement_id <> $4)",
    )
    .bind(new.center)
    .bind(new.ends_on)
    .bind(new.starts_on)
    .bind(except)
    .fetch_one(&mut *tx)
    .await?;
    if overlapping > 0 {
        return Err(Error::field("center", "field.agreement_overlaps"));
    }
    Ok(())
}

/// Gives each center to the provider whose agreement covers `today`, from the agreement's first day on. Without one it stays with
/// whom it is. Run when an agreement is concluded, and by the server every hour: agreements begin at midnight without anybody's doing.
/// What a change means for the people of the former provider, `changeovers` settles.
pub async fn hand_over(tx: &mut Conn, today: Date) -> Result<()> {
    accounts::hold_for_operators(tx).await?;
    let ended: Vec<(i64, Date)> = sqlx::query_as(
        "select o.id, max(g.starts_on)
         from operators o join agreement_centers g on g.center_id = o.center_id and g.starts_on <= $1 and g.ends_on >= $1
         join agreements a on a.id = g.agreement_id
         where o.ends_on is null
         group by o.id
         having max(case when a.provider_id = o.provider_id then 1 else 0 end) = 0",
    )
    .bind(today)
    .fetch_all(&mut *tx)
    .await?;
    sqlx::query(
        "update operators set ends_on = j.value ->> 'until' from json_each(cast($1 as json_text)) j
         where operators.id = cast(j.value ->> 'id' as bigint) and operators.ends_on is null",
    )
    .bind(store::rows(&ended, |(id, starts_on)| json!({"id": id, "until": starts_on.minus_days(1)})))
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "insert into operators (center_id, provider_id, starts_on)
         select g.center_id, max(a.provider_id),
                case when exists (select 1 from operators b where b.center_id = g.center_id)
                     then max(g.starts_on) else cast($1 as text) end
         from agreement_centers g join agreements a on a.id = g.agreement_id
         where g.starts_on <= $1 and g.ends_on >= $1
           and not exists (select 1 from operators o where o.center_id = g.center_id and o.ends_on is null)
         group by g.center_id",
    )
    .bind(today)
    .execute(&mut *tx)
    .await?;
    accounts::hold_for_operators(tx).await
}
