//! Saying on what terms one registers: for an activity, or for one session of it.

use super::hall::{self, settle};
use super::hand::RegistrationHand;
use super::jobs;
use super::types::RegistrationTerms;
use crate::activities::Session;
use crate::audit;
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::ids::{ActivityId, CenterId, SessionId};
use crate::store::{Conn, Flag};

/// The terms of an activity; none where nothing was said.
pub async fn of_activity(conn: &mut Conn, activity: ActivityId) -> Result<Option<RegistrationTerms>> {
    Ok(sqlx::query_as(
        "select mode, whole, kept, kept_hours, waitlist, companions, age_from, age_to, only_groups, only_residence,
                opens_days, closes_hours, late_minutes
         from registration_terms where activity_id = $1 and session_id is null",
    )
    .bind(activity)
    .fetch_optional(conn)
    .await?)
}

/// Whose an activity is.
///
/// # Errors
/// `NotFound` where there is none.
pub(super) async fn center_of(conn: &mut Conn, activity: ActivityId) -> Result<CenterId> {
    sqlx::query_scalar("select center_id from activities where id = $1")
        .bind(activity)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// The terms that hold at a session.
pub async fn of_session(conn: &mut Conn, session: SessionId) -> Result<RegistrationTerms> {
    Ok(hall::terms_of(conn, &[session]).await?.remove(&session).unwrap_or_default())
}

/// Whether a session has terms of its own.
pub(super) async fn are_own(conn: &mut Conn, session: SessionId) -> Result<bool> {
    let count: i64 = sqlx::query_scalar("select count(*) from registration_terms where session_id = $1")
        .bind(session)
        .fetch_one(conn)
        .await?;
    Ok(count > 0)
}

/// Says the terms of all sessions of an activity that have none of their own. Who has a place keeps it; who waits moves up where there is room
/// by now.
///
/// # Errors
/// `NotFound` for another center's activity.
pub async fn set_for_activity(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, activity): (&Center, ActivityId),
    terms: &RegistrationTerms,
) -> Result<()> {
    if center_of(tx, activity).await? != center.id() {
        return Err(Error::NotFound);
    }
    if of_activity(tx, activity).await? == Some(*terms) {
        return Ok(());
    }
    write(by, now, tx, (activity, None), terms).await?;
    audit::record(tx, by, now, audit::entry("activity.registration_set", activity.0).at(center.id())).await?;
    settle_waiting(by, now, tx, activity).await
}

/// Says the terms of one session, before those of its activity.
pub async fn set_for_session(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    terms: &RegistrationTerms,
) -> Result<()> {
    // Whether a course is taken whole is the activity's to say.
    let whole = of_activity(tx, session.activity_id).await?.map_or(Flag::from(false), |terms| terms.whole);
    let terms = RegistrationTerms { whole, ..*terms };
    if are_own(tx, session.id).await? && of_session(tx, session.id).await? == terms {
        return Ok(());
    }
    write(by, now, tx, (session.activity_id, Some(session.id)), &terms).await?;
    audit::record(tx, by, now, audit::entry("session.registration_set", session.id.0).at(session.center_id)).await?;
    settle_waiting(by, now, tx, session.activity_id).await
}

/// Takes back what was said of one session: the activity's terms hold.
///
/// # Errors
/// `NotFound` where nothing was said of it.
pub async fn unset_for_session(by: &Coordinator, now: Now, tx: &mut Conn, session: &Session) -> Result<()> {
    let gone =
        sqlx::query("delete from registration_terms where session_id = $1").bind(session.id).execute(&mut *tx).await?;
    if gone.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("session.registration_unset", session.id.0).at(session.center_id)).await?;
    settle_waiting(by, now, tx, session.activity_id).await
}

async fn write(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (activity, session): (ActivityId, Option<SessionId>),
    terms: &RegistrationTerms,
) -> Result<()> {
    let updated = sqlx::query(
        "update registration_terms set mode = $3, whole = $4, kept = $5, kept_hours = $6, waitlist = $7, companions = $8, age_from = $9,
                age_to = $10, only_groups = $11, opens_days = $12, closes_hours = $13, late_minutes = $14, changed_at = $15, changed_by = $16,
                only_residence = $17
         where activity_id = $1 and coalesce(session_id, 0) = coalesce(cast($2 as bigint), 0)",
    );
    if bound(updated, by, now, (activity, session), terms).execute(&mut *tx).await?.rows_affected() > 0 {
        return Ok(());
    }
    let inserted = sqlx::query(
        "insert into registration_terms (activity_id, session_id, mode, whole, kept, kept_hours, waitlist, companions, age_from, age_to,
                only_groups, opens_days, closes_hours, late_minutes, changed_at, changed_by, only_residence)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
         on conflict do nothing",
    );
    // Of two who say the first terms at once, one does; the other finds them.
    bound(inserted, by, now, (activity, session), terms).execute(tx).await?;
    Ok(())
}

type TermsQuery = sqlx::query::Query<'static, sqlx::Any, sqlx::any::AnyArguments>;

fn bound(
    query: TermsQuery,
    by: &Coordinator,
    now: Now,
    (activity, session): (ActivityId, Option<SessionId>),
    terms: &RegistrationTerms,
) -> TermsQuery {
    query
        .bind(activity)
        .bind(session)
        .bind(terms.mode)
        .bind(terms.whole)
        .bind(terms.kept)
        .bind(terms.kept_hours)
        .bind(terms.waitlist)
        .bind(terms.companions)
        .bind(terms.age_from)
        .bind(terms.age_to)
        .bind(terms.only_groups)
        .bind(terms.opens_days)
        .bind(terms.closes_hours)
        .bind(terms.late_minutes)
        .bind(now.0)
        .bind(by.account)
        .bind(terms.only_residence)
}

/// Lets move up who waits for sessions of the activity.
async fn settle_waiting(by: &Coordinator, now: Now, tx: &mut Conn, activity: ActivityId) -> Result<()> {
    let waiting: Vec<SessionId> = sqlx::query_scalar(
        "select distinct s.id from sessions s join registrations r on r.session_id = s.id and r.state = 'waiting'
         where s.activity_id = $1 and s.status = 'planned' and s.starts_at > $2 order by s.id",
    )
    .bind(activity)
    .bind(now.0)
    .fetch_all(&mut *tx)
    .await?;
    if waiting.is_empty() {
        return Ok(());
    }
    let mut halls = hall::hold_all(tx, now, &waiting).await?;
    settle(&RegistrationHand::from(by), now, tx, &mut halls).await?;
    for hall in &halls.all {
        jobs::ask_for_kept(now, tx, hall).await?;
    }
    Ok(())
}
