//! Closing a session by what was sent of it. Its pages, and what else is written down of it, stand above, in `closings`.

use super::admit::hold;
use super::{actions, forms};
use crate::activities::{Session, SessionId, SessionStatus};
use crate::auth::Coordinator;
use crate::clock::Now;
use crate::error::Result;
use crate::hours::queries::volunteers;
use crate::store::Conn;
use crate::web::Fields;

/// Takes the session's row until the transaction ends, as whoever lets in, counts, corrects or closes does; says how it stands.
///
/// # Errors
/// `NotFound` for a session that is not there.
pub(crate) async fn hold_session(tx: &mut Conn, session: SessionId) -> Result<SessionStatus> {
    Ok(hold(tx, session).await?.door.status)
}

/// Reads what was sent against the volunteers who are there, and closes the session.
///
/// # Errors
/// `Invalid` with a fault at each field; as [`actions::close`].
pub(crate) async fn close_as_sent(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    fields: &Fields,
) -> Result<()> {
    // From here on nobody leaves or is taken back, so the stays that are confirmed are those that were.
    hold(tx, session.id).await?;
    let closing = forms::closing(fields, &volunteers(tx, now, session).await?)?;
    actions::close(by, now, tx, session, &closing).await
}
