//! Reading which units take part in a session.

use crate::activities::SessionId;
use crate::error::Result;
use crate::ids::ParticipationId;
use crate::store::Conn;
use crate::units::{UnitId, UnitKind, UnitPart};

/// A unit at a session, in one of its parts.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Participation {
    pub id: ParticipationId,
    pub unit_id: UnitId,
    pub unit: String,
    pub kind: UnitKind,
    pub part: UnitPart,
    pub word: Option<String>,
}

/// The units at a session, as they were entered.
pub async fn of_session(conn: &mut Conn, session: SessionId) -> Result<Vec<Participation>> {
    Ok(sqlx::query_as(
        "select x.id, x.unit_id, u.name as unit, u.kind, x.part, x.word
         from unit_participations x join units u on u.id = x.unit_id
         where x.session_id = $1 and x.voided_at is null order by x.id",
    )
    .bind(session)
    .fetch_all(conn)
    .await?)
}
