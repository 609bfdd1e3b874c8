//! Reading cards.

use super::CardCode;
use crate::centers::CenterId;
use crate::check_in::CardId;
use crate::error::Result;
use crate::people::PersonId;
use crate::store::{Conn, Sealed, Sealer};

/// The good cards of the people whom the center knows. One sealed with another key is left out: it cannot be read.
pub async fn of_center(
    conn: &mut Conn,
    sealer: &Sealer,
    center: CenterId,
) -> Result<Vec<(CardId, PersonId, CardCode)>> {
    let cards: Vec<(CardId, PersonId, Sealed)> = sqlx::query_as(
        "select k.id, k.person_id, k.code_sealed
         from cards k join enrolments e on e.person_id = k.person_id and e.center_id = $1
         where k.revoked_at is null order by k.id",
    )
    .bind(center)
    .fetch_all(conn)
    .await?;
    let open = |(id, person, sealed)| Some((id, person, sealer.open(&sealed)?.parse().ok()?));
    Ok(cards.into_iter().filter_map(open).collect())
}
