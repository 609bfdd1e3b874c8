//! Closing sessions that nobody has to write anything about: they took place if somebody was counted there.

use serde_json::json;

use crate::activities::{self, SessionId};
use crate::audit::{self, Acting};
use crate::centers::CenterId;
use crate::clock::Now;
use crate::error::Result;
use crate::locks;
use crate::store::{self, Conn};

/// What becomes of sessions that are over: their summary where somebody was counted, else the reason for which they are skipped.
pub struct InWords<'a> {
    pub summary: &'a str,
    pub nobody: &'a str,
}

/// Which sessions were closed, and which were skipped because nobody had been counted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ByThemselves {
    pub closed: Vec<SessionId>,
    pub skipped: Vec<SessionId>,
}

/// Closes those of a center's sessions that are planned still, as `by` had wanted beforehand.
pub async fn close_by_themselves(
    by: &impl Acting,
    now: Now,
    tx: &mut Conn,
    center: CenterId,
    sessions: &[SessionId],
    words: &InWords<'_>,
) -> Result<ByThemselves> {
    locks::sessions(tx, sessions.iter().copied()).await?;
    let counted: Vec<SessionId> = sqlx::query_scalar(
        "select s.id from sessions s
         where s.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
           and s.status = 'planned'
           and (exists (select 1 from attendances a where a.session_id = s.id and a.voided_at is null)
                or exists (select 1 from head_counts h where h.session_id = s.id and h.voided_at is null))
         order by s.id",
    )
    .bind(store::rows(sessions, |id| json!(id)))
    .fetch_all(&mut *tx)
    .await?;
    let empty: Vec<(SessionId, &str)> =
        sessions.iter().filter(|id| !counted.contains(id)).map(|id| (*id, words.nobody)).collect();
    let closed = activities::open::complete(now, tx, &counted, words.summary).await?;
    let skipped = activities::open::skip(now, tx, &empty).await?;
    let of = |action, ids: &[SessionId]| ids.iter().map(|id| audit::entry(action, id.0).at(center)).collect::<Vec<_>>();
    let told: Vec<_> = of("session.closed_by_itself", &closed)
        .into_iter()
        .chain(of("session.skipped", &skipped).into_iter().map(|entry| entry.because(words.nobody)))
        .collect();
    audit::record_all(tx, by, now, &told).await?;
    Ok(ByThemselves { closed, skipped })
}
