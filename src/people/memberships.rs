//! Granting, ending and voiding memberships. The flags of the person's attendances follow.

use super::types::PersonId;
use super::{GrantedCode, MembershipInput, consent, groups, subgroups};
use crate::audit;
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Error, OnViolation, Result};
use crate::files::{self, CheckedFile, FileId, Secrecy};
use crate::locks;
use crate::store::{Conn, Sealer, Violation};

/// Grants membership in a priority group or a subgroup for a time. The flags of the person's attendances follow.
///
/// # Errors
/// `Refused("service_stopped")` where the person wants no service record in the center; `Invalid` at `valid_from` for a day before the
/// person was born, at `group` for no subgroup that is granted.
pub async fn grant_membership(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    person: PersonId,
    input: &MembershipInput,
) -> Result<()> {
    groups::hold(tx, person).await?;
    consent::refuse_stopped(tx, person, center.id()).await?;
    let born: Option<Date> =
        sqlx::query_scalar("select birth_date from people where id = $1").bind(person).fetch_one(&mut *tx).await?;
    if born.is_some_and(|born| input.valid_from < born) {
        return Err(Error::field("valid_from", "field.before_birth"));
    }
    insert_membership(by, now, tx, center, person, input).await?;
    // Who is served is a resident, whatever they were entered as.
    sqlx::query("update enrolments set as_staff = 0 where person_id = $1 and as_staff = 1")
        .bind(person)
        .execute(&mut *tx)
        .await?;
    groups::follow_memberships(tx, person).await
}

/// Whether somebody born that day can have the papers they have. Either date may be the wrong one, so neither is kept
/// beside the other.
///
/// # Errors
/// `Invalid` at `birth_date` where one begins before.
pub(super) async fn can_be_born_on(tx: &mut Conn, person: PersonId, born: Option<Date>) -> Result<()> {
    let first: Option<Date> = sqlx::query_scalar("select min(valid_from) from memberships_held where person_id = $1")
        .bind(person)
        .fetch_one(tx)
        .await?;
    match (born, first) {
        (Some(born), Some(first)) if first < born => Err(Error::field("birth_date", "field.born_after_paper")),
        _ => Ok(()),
    }
}

/// Writes a membership, also of somebody who is being registered.
pub(super) async fn insert_membership(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    person: PersonId,
    input: &MembershipInput,
) -> Result<()> {
    let (group, subgroup) = match &input.of {
        GrantedCode::Group(group) => (Some(*group), None),
        GrantedCode::Subgroup(code) => (None, Some(subgroups::grantable(tx, code).await?)),
    };
    sqlx::query(
        "insert into group_memberships (person_id, priority_group, subgroup_id, valid_from, valid_to, document,
                verified_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(person)
    .bind(group)
    .bind(subgroup)
    .bind(input.valid_from)
    .bind(input.valid_to)
    .bind(&input.document)
    .bind(by.account)
    .bind(now.0)
    .execute(&mut *tx)
    .await?;
    audit::record(tx, by, now, audit::entry("person.membership_granted", person.0).at(center.id())).await
}

/// Sets a membership's last day, if it is another than was known. The flags of the person's attendances follow.
///
/// # Errors
/// `NotFound` for another person's membership; `Invalid` at `valid_to` for a day before its first.
pub async fn end_membership(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    person: PersonId,
    membership: i64,
    last_day: Date,
) -> Result<()> {
    groups::hold(tx, person).await?;
    let known: Option<Option<Date>> = sqlx::query_scalar(
        "select valid_to from group_memberships where id = $1 and person_id = $2 and voided_at is null",
    )
    .bind(membership)
    .bind(person)
    .fetch_optional(&mut *tx)
    .await?;
    if known.ok_or(Error::NotFound)? == Some(last_day) {
        return Ok(());
    }
    sqlx::query("update group_memberships set valid_to = $2 where id = $1")
        .bind(membership)
        .bind(last_day)
        .execute(&mut *tx)
        .await
        .on(&Violation::Check, || Error::field("valid_to", "field.ends_before_start"))?;
    groups::follow_memberships(tx, person).await?;
    audit::record(tx, by, now, audit::entry("person.membership_ended", person.0).at(center.id())).await
}

/// Lays a scan of its paper with a membership, in the place of the one there was; with none, takes that out.
///
/// # Errors
/// `NotFound` for another person's membership, and for one that is voided; `Refused("service_stopped")` as for a membership.
pub async fn keep_paper(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    (person, membership): (PersonId, i64),
    scan: Option<&CheckedFile>,
) -> Result<()> {
    locks::person(tx, person).await?;
    let before = paper(tx, person, membership).await?;
    let kept = match scan {
        Some(scan) => {
            consent::refuse_stopped(tx, person, center.id()).await?;
            Some(files::keep(now, tx, sealer, scan, Secrecy::Sealed).await?)
        }
        None => None,
    };
    sqlx::query("update group_memberships set file_id = $2 where id = $1 and voided_at is null")
        .bind(membership)
        .bind(kept)
        .execute(&mut *tx)
        .await?;
    if let Some(before) = before {
        files::forget(tx, before).await?;
    }
    let action = if kept.is_some() { "person.paper_kept" } else { "person.paper_removed" };
    audit::record(tx, by, now, audit::entry(action, person.0).at(center.id())).await
}

/// The scan of a membership's paper.
///
/// # Errors
/// `NotFound` for another person's membership, and for one that is voided.
pub async fn paper(conn: &mut Conn, person: PersonId, membership: i64) -> Result<Option<FileId>> {
    sqlx::query_scalar("select file_id from group_memberships where id = $1 and person_id = $2 and voided_at is null")
        .bind(membership)
        .bind(person)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// Marks a membership as a mistake: it never held. The row stays, with the reason; the flags of the person's
/// attendances follow.
///
/// # Errors
/// `NotFound` for another person's membership, and for one that is voided already.
pub async fn void_membership(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    (person, membership): (PersonId, i64),
    reason: &str,
) -> Result<()> {
    groups::hold(tx, person).await?;
    let voided = sqlx::query(
        "update group_memberships set voided_at = $1, voided_by = $2, void_reason = $3
         where id = $4 and person_id = $5 and voided_at is null",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(reason)
    .bind(membership)
    .bind(person)
    .execute(&mut *tx)
    .await?;
    if voided.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    groups::follow_memberships(tx, person).await?;
    audit::record(tx, by, now, audit::entry("person.membership_voided", person.0).at(center.id()).because(reason)).await
}
