//! A center whose provider changed in mid-year, with the list that both signed.

use super::{Builder, Made, Town};
use crate::agreements::{self, ProviderId};
use crate::auth::{Manager, Role, Scope};
use crate::changeovers;
use crate::error::{Error, Result};
use crate::store::Conn;

/// For how many days the new provider has had the center.
const DAYS: u64 = 18;

/// Ends the center's agreement, has it go on with `new`, and both managers sign what went over.
pub(super) async fn change(b: &Builder, tx: &mut Conn, made: &Made, town: &Town, new: ProviderId) -> Result<()> {
    let (center, day) = (made.center.id(), b.today().minus_days(DAYS));
    let last = day.minus_days(1);
    for sql in [
        "update agreements set ends_on = $1
         where starts_on <= $1 and ends_on > $1 and id in (select agreement_id from agreement_centers where center_id = $2)",
        "update agreement_centers set ends_on = $1 where center_id = $2 and starts_on <= $1 and ends_on > $1",
    ] {
        sqlx::query(sql).bind(last).bind(center).execute(&mut *tx).await?;
    }
    // The former had it since its agreement began, not since the demo was made.
    sqlx::query("update operators set starts_on = $1 where center_id = $2 and starts_on > $1")
        .bind(b.today().minus_days(200))
        .bind(center)
        .execute(&mut *tx)
        .await?;
    let agreement: i64 = sqlx::query_scalar(
        "insert into agreements (provider_id, purchaser_id, starts_on, ends_on, created_at)
         values ($1, $2, $3, $4, $5) returning id",
    )
    .bind(new)
    .bind(town.purchaser)
    .bind(day)
    .bind(day.plus_years(1))
    .bind(b.now.0)
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query("insert into agreement_centers (agreement_id, center_id, starts_on, ends_on) values ($1, $2, $3, $4)")
        .bind(agreement)
        .bind(center)
        .bind(day)
        .bind(day.plus_years(1))
        .execute(&mut *tx)
        .await?;
    agreements::hand_over(tx, b.today()).await?;
    changeovers::settle(tx, b.now).await?;
    let taker = b.account(tx, "successor", "沈主任", Role::ProviderManager, Scope::Provider(new)).await?;
    let taker = Manager::of(taker).ok_or(Error::Forbidden)?;
    let list = changeovers::make_list(&made.manager, b.now, tx, center).await?;
    for by in [&made.manager, &taker] {
        changeovers::sign(by, b.now, tx, center, list, None).await?;
    }
    Ok(())
}
