//! Reading templates and copies.

use std::collections::{BTreeMap, BTreeSet};

use super::types::{ActivityTemplate, ActivityTemplateId, Quarter};
use crate::centers::CenterId;
use crate::error::{Error, Result};
use crate::ids::{ActivityId, RequestId};
use crate::store::Conn;

/// The center's templates, by name.
pub async fn templates(conn: &mut Conn, center: CenterId) -> Result<Vec<ActivityTemplate>> {
    Ok(sqlx::query_as(
        "select id, name, plan, rule from activity_templates where center_id = $1 and retired_at is null order by name, id",
    )
    .bind(center)
    .fetch_all(conn)
    .await?)
}

/// One of the center's templates.
///
/// # Errors
/// `NotFound` for another center's, and for one that was taken away.
pub async fn template(conn: &mut Conn, center: CenterId, id: ActivityTemplateId) -> Result<ActivityTemplate> {
    sqlx::query_as(
        "select id, name, plan, rule from activity_templates where id = $1 and center_id = $2 and retired_at is null",
    )
    .bind(id)
    .bind(center)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)
}

/// Whose a template is.
///
/// # Errors
/// `NotFound` where there is none.
pub(super) async fn center_of(conn: &mut Conn, id: ActivityTemplateId) -> Result<CenterId> {
    sqlx::query_scalar("select center_id from activity_templates where id = $1")
        .bind(id)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// What was copied into a quarter and is still to take place there, or did: by what it was made of.
pub async fn copied(conn: &mut Conn, center: CenterId, quarter: Quarter) -> Result<BTreeMap<ActivityId, ActivityId>> {
    let found: Vec<(ActivityId, ActivityId)> = sqlx::query_as(
        "select c.source_id, c.activity_id from activity_copies c
         where c.center_id = $1 and c.quarter = $2
           and exists (select 1 from sessions s where s.activity_id = c.activity_id and s.status in ('planned', 'completed'))
         order by c.id",
    )
    .bind(center)
    .bind(quarter.first())
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().collect())
}

/// The center's activities that take place in a quarter themselves, or are to.
pub(super) async fn running(conn: &mut Conn, center: CenterId, quarter: Quarter) -> Result<BTreeSet<ActivityId>> {
    let found: Vec<ActivityId> = sqlx::query_scalar(
        "select distinct s.activity_id from sessions s
         where s.center_id = $1 and s.local_date >= $2 and s.local_date < $3 and s.status in ('planned', 'completed')",
    )
    .bind(center)
    .bind(quarter.first())
    .bind(quarter.end())
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().collect())
}

/// What the same try made of an activity before.
pub(super) async fn made_by(conn: &mut Conn, request: RequestId, source: ActivityId) -> Result<Option<ActivityId>> {
    Ok(sqlx::query_scalar("select activity_id from activity_copies where request_id = $1 and source_id = $2")
        .bind(request)
        .bind(source)
        .fetch_optional(conn)
        .await?)
}

/// The center's activities whose sessions follow from how a room stands open: they are made by that alone.
pub(super) async fn standing_open(conn: &mut Conn, center: CenterId) -> Result<BTreeSet<ActivityId>> {
    let found: Vec<ActivityId> = sqlx::query_scalar("select activity_id from open_rooms where center_id = $1")
        .bind(center)
        .fetch_all(conn)
        .await?;
    Ok(found.into_iter().collect())
}
