//! Adding programmes, their versions, and for whom they hold.

use serde_json::json;

use super::forms::{ProgrammeInput, ScopeInput, VersionInput};
use super::types::{
    Programme, ProgrammeId, ProgrammeScope, ProgrammeScopeId, ProgrammeVersion, ProgrammeVersionId, RequiredKinds,
    ScopeOf,
};
use super::{queries, rules};
use crate::audit;
use crate::auth::CityAdmin;
use crate::centers::{CenterId, CenterKind};
use crate::clock::{Date, Now, Zone};
use crate::error::{Error, Fault, FieldErrors, OnViolation, Result};
use crate::store::{self, Conn, Flag};

/// Adds a programme. Its rules and for whom it holds come after it.
///
/// # Errors
/// `Invalid` at `name` if one is called so.
pub async fn add(by: &CityAdmin, now: Now, tx: &mut Conn, input: &ProgrammeInput) -> Result<ProgrammeId> {
    let added: sqlx::Result<ProgrammeId> = sqlx::query_scalar(
        "insert into programmes (name, name_en, source, gives_rules, created_at)
         values ($1, $2, $3, $4, $5) returning id",
    )
    .bind(&input.name)
    .bind(&input.name_en)
    .bind(&input.source)
    .bind(Flag::from(input.gives_rules))
    .bind(now.0)
    .fetch_one(&mut *tx)
    .await;
    let id = added.on_unique("programmes_name", || Error::field("name", "field.name_taken"))?;
    audit::record(tx, by, now, audit::entry("programme.added", id.0).because(&input.name)).await?;
    Ok(id)
}

/// Gives it another name or citation; unchanged, nothing is written.
///
/// # Errors
/// `Invalid` at `name` if another one is called so.
pub async fn revise(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    programme: &Programme,
    input: &ProgrammeInput,
) -> Result<()> {
    let known = (&programme.name, &programme.name_en, &programme.source);
    if known == (&input.name, &input.name_en, &input.source) {
        return Ok(());
    }
    sqlx::query("update programmes set name = $2, name_en = $3, source = $4 where id = $1")
        .bind(programme.id)
        .bind(&input.name)
        .bind(&input.name_en)
        .bind(&input.source)
        .execute(&mut *tx)
        .await
        .on_unique("programmes_name", || Error::field("name", "field.name_taken"))?;
    audit::record(tx, by, now, audit::entry("programme.revised", programme.id.0).because(&input.name)).await
}

/// Adds rules that hold from a day on. What was measured by the rules of earlier days stays so.
///
/// # Errors
/// `Invalid` at `valid_from` if others begin on that day, at `kind` for a kind that is not there.
pub async fn add_version(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    programme: &Programme,
    input: &VersionInput,
) -> Result<ProgrammeVersionId> {
    let rules = &input.rules;
    let added: sqlx::Result<ProgrammeVersionId> = sqlx::query_scalar(
        "insert into programme_versions
             (programme_id, valid_from, area_m2, optional_percent, by_catalog, reason, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
    )
    .bind(programme.id)
    .bind(input.valid_from)
    .bind(rules.area_m2)
    .bind(rules.optional_percent)
    .bind(Flag::from(rules.kinds == RequiredKinds::Catalog))
    .bind(&input.reason)
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await;
    let there = || Error::field("valid_from", "field.programme_version_there");
    let id = added.on_unique("programme_versions_start", there)?;
    if let RequiredKinds::Listed(kinds) = &rules.kinds {
        sqlx::query(
            "insert into programme_kinds (version_id, kind_id)
             select cast($2 as bigint), cast(cast(j.value as text) as bigint)
             from json_each(cast($1 as json_text)) j",
        )
        .bind(store::rows(kinds, |kind| json!(kind)))
        .bind(id)
        .execute(&mut *tx)
        .await
        .on_missing(|| Error::field("kind", "field.not_a_choice"))?;
    }
    let detail = format!("{}, {}", input.valid_from, input.reason);
    audit::record(tx, by, now, audit::entry("programme.version_added", programme.id.0).because(&detail)).await?;
    Ok(id)
}

/// Takes rules back that have not held before today.
///
/// # Errors
/// `Refused("programme_version_begun")`, `Refused("programme_version_voided")`.
pub async fn void_version(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    version: &ProgrammeVersion,
    reason: &str,
) -> Result<()> {
    if version.holds() && !version.may_be_voided(Zone::SHANGHAI.date(now.0)) {
        return Err(Error::refused("programme_version_begun"));
    }
    let voided = sqlx::query(
        "update programme_versions set voided_at = $2, voided_by = $3, void_reason = $4
         where id = $1 and voided_at is null",
    )
    .bind(version.id)
    .bind(now.0)
    .bind(by.account)
    .bind(reason)
    .execute(&mut *tx)
    .await?;
    if voided.rows_affected() == 0 {
        return Err(Error::refused("programme_version_voided"));
    }
    let detail = format!("{}, {reason}", version.valid_from);
    let entry = audit::entry("programme.version_voided", version.programme_id.0).because(&detail);
    audit::record(tx, by, now, entry).await
}

/// Holds all programmes: of two who say for whom one holds, one comes after the other. There are few.
async fn hold_all(tx: &mut Conn) -> Result<()> {
    store::lock_values(tx, "select id from programmes order by id").execute(tx).await?;
    Ok(())
}

/// Looks whether some of these days are another rule-giving programme's, or this one's already, for the same center or kind.
async fn free(
    tx: &mut Conn,
    programme: &Programme,
    whom: ScopeOf,
    days: (Date, Option<Date>),
    but: Option<ProgrammeScopeId>,
) -> Result<bool> {
    if !programme.gives_rules.is_set() {
        return Ok(true);
    }
    let mut there = queries::said_of(tx, whom).await?;
    there.retain(|scope| Some(scope.id) != but);
    Ok(!rules::collides(whom, days, &there))
}

fn taken(field: &str) -> Error {
    Error::Invalid(FieldErrors::one(field, Fault::new("field.programme_there")))
}

/// Says for whom the programme holds.
///
/// # Errors
/// `Invalid` at `from_date` where another rule-giving programme has one of the days, at `center` for one that is not there.
pub async fn place(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    programme: &Programme,
    input: &ScopeInput,
) -> Result<ProgrammeScopeId> {
    hold_all(tx).await?;
    if !free(tx, programme, input.whom, (input.from, input.to), None).await? {
        return Err(taken("from_date"));
    }
    let (center, kind): (Option<CenterId>, Option<CenterKind>) = match input.whom {
        ScopeOf::Center(center) => (Some(center), None),
        ScopeOf::Kind(kind) => (None, Some(kind)),
    };
    let added: sqlx::Result<ProgrammeScopeId> = sqlx::query_scalar(
        "insert into programme_scopes (programme_id, center_id, center_kind, from_date, to_date, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7) returning id",
    )
    .bind(programme.id)
    .bind(center)
    .bind(kind)
    .bind(input.from)
    .bind(input.to)
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await;
    let id = added.on_missing(|| Error::field("center", "field.not_a_choice"))?;
    let detail = days_said(programme, input.from, input.to);
    let entry = audit::entry("programme.placed", programme.id.0).because(&detail);
    let entry = match center {
        Some(center) => entry.at(center),
        None => entry,
    };
    audit::record(tx, by, now, entry).await?;
    Ok(id)
}

fn days_said(programme: &Programme, from: Date, to: Option<Date>) -> String {
    let to = to.map(|to| to.to_string()).unwrap_or_default();
    format!("{}, {from}–{to}", programme.name)
}

/// For whom a scope of the programme is.
fn whom(scope: &ProgrammeScope) -> Result<ScopeOf> {
    match (scope.center_id, scope.center_kind) {
        (Some(center), _) => Ok(ScopeOf::Center(center)),
        (None, Some(kind)) => Ok(ScopeOf::Kind(kind)),
        (None, None) => Err(Error::internal("a programme's scope is of nobody")),
    }
}

/// Says up to which day it holds; another day than before, where one was said.
///
/// # Errors
/// `Refused("programme_scope_voided")`; `Invalid` at `field` where another rule-giving programme has one of the days.
pub async fn end_scope(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    (programme, scope): (&Programme, &ProgrammeScope),
    (field, last): (&str, Date),
) -> Result<()> {
    if !scope.holds() {
        return Err(Error::refused("programme_scope_voided"));
    }
    hold_all(tx).await?;
    if !free(tx, programme, whom(scope)?, (scope.from_date, Some(last)), Some(scope.id)).await? {
        return Err(taken(field));
    }
    let ended = sqlx::query(
        "update programme_scopes set to_date = $2 where id = $1 and voided_at is null and to_date is distinct from $2",
    )
    .bind(scope.id)
    .bind(last)
    .execute(&mut *tx)
    .await?;
    if ended.rows_affected() == 0 {
        return Ok(());
    }
    let detail = days_said(programme, scope.from_date, Some(last));
    let entry = audit::entry("programme.scope_ended", programme.id.0).because(&detail);
    audit::record(tx, by, now, at_center(entry, scope)).await
}

/// Takes back what was said by mistake: the programme never held for them.
///
/// # Errors
/// `Refused("programme_scope_voided")`.
pub async fn void_scope(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    (programme, scope): (&Programme, &ProgrammeScope),
    reason: &str,
) -> Result<()> {
    let voided = sqlx::query(
        "update programme_scopes set voided_at = $2, voided_by = $3, void_reason = $4
         where id = $1 and voided_at is null",
    )
    .bind(scope.id)
    .bind(now.0)
    .bind(by.account)
    .bind(reason)
    .execute(&mut *tx)
    .await?;
    if voided.rows_affected() == 0 {
        return Err(Error::refused("programme_scope_voided"));
    }
    let detail = format!("{}, {reason}", days_said(programme, scope.from_date, scope.to_date));
    let entry = audit::entry("programme.scope_voided", programme.id.0).because(&detail);
    audit::record(tx, by, now, at_center(entry, scope)).await
}

fn at_center<'a>(entry: audit::Entry<'a>, scope: &ProgrammeScope) -> audit::Entry<'a> {
    match scope.center_id {
        Some(center) => entry.at(center),
        None => entry,
    }
}
