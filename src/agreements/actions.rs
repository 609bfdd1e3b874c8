//! Adding organizations and concluding agreements.

use super::forms::{NewAgreement, NewOrganization};
use super::{AgreementId, ProviderId, PurchaserId};
use crate::auth::CityAdmin;
use crate::clock::{Date, Now, Zone};
use crate::error::{Error, Result};
use crate::store::{self, Conn, Violation};
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
    sqlx::query_scalar(sql).bind(&new.name).bind(new.contact.as_deref()).bind(now.0).fetch_one(tx).await.map_err(
        |error| match store::violation(&error) {
            Some(Violation::Unique(_)) => Error::field("name", "field.name_taken"),
            _ => error.into(),
        },
    )
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
    let overlapping: i64 = sqlx::query_scalar(
        "select count(*) from agreements where center_id = $1 and starts_on <= $2 and ends_on >= $3",
    )
    .bind(new.center)
    .bind(new.ends_on)
    .bind(new.starts_on)
    .fetch_one(&mut *tx)
    .await?;
    if overlapping > 0 {
        return Err(Error::field("center", "field.agreement_overlaps"));
    }
    let id: AgreementId = sqlx::query_scalar(
        "insert into agreements (provider_id, purchaser_id, center_id, starts_on, ends_on, created_at)
         values ($1, $2, $3, $4, $5, $6) returning id",
    )
    .bind(new.provider)
    .bind(new.purchaser)
    .bind(new.center)
    .bind(new.starts_on)
    .bind(new.ends_on)
    .bind(now.0)
    .fetch_one(&mut *tx)
    .await
    .map_err(unknown_party)?;
    audit::record(tx, by, now, audit::entry("agreement.concluded", id.0).at(new.center)).await?;
    hand_over(tx, Zone::SHANGHAI.date(now.0)).await?;
    Ok(id)
}

/// Gives each center to the provider whose agreement covers `today`. Without one it stays with whom it is. Run when an
/// agreement is concluded, and by the server every hour: agreements begin at midnight without anybody's doing.
pub async fn hand_over(tx: &mut Conn, today: Date) -> Result<()> {
    sqlx::query(
        "update centers set provider_id = (
             select max(g.provider_id) from agreements g
             where g.center_id = centers.id and g.starts_on <= $1 and g.ends_on >= $1)
         where exists (
             select 1 from agreements g
             where g.center_id = centers.id and g.starts_on <= $1 and g.ends_on >= $1
               and (centers.provider_id is null or g.provider_id <> centers.provider_id))",
    )
    .bind(today)
    .execute(tx)
    .await?;
    Ok(())
}

fn unknown_party(error: sqlx::Error) -> Error {
    match store::violation(&error) {
        Some(Violation::ForeignKey) => Error::field("provider", "field.not_a_choice"),
        _ => error.into(),
    }
}
