//! Writing down certificates, confirming and voiding them, and whether somebody may do a kind of work.

use std::collections::HashMap;

use super::forms::QualificationInput;
use super::types::{CheckedHow, QualificationId, QualificationKind, QualificationState, WorkStanding};
use super::{queries, rules};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Error, OnViolation, Refusal, Result};
use crate::files::{self, CheckedFile, Secrecy};
use crate::ids::TeamKindId;
use crate::people::PersonId;
use crate::store::{Conn, Flag, Sealer};
use crate::{audit, locks};

/// Writes down a certificate. It counts once somebody has confirmed it.
///
/// # Errors
/// `Invalid` at `kind` if there is no such kind.
pub async fn record(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, person): (&Center, PersonId),
    input: &QualificationInput,
) -> Result<QualificationId> {
    locks::person(tx, person).await?;
    let id: QualificationId = sqlx::query_scalar(
        "insert into qualifications (person_id, center_id, kind_id, number, issuer, issued_on, valid_to, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
    )
    .bind(person)
    .bind(center.id())
    .bind(input.kind)
    .bind(&input.number)
    .bind(&input.issuer)
    .bind(input.issued_on)
    .bind(input.valid_to)
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await
    .on_missing(|| Error::field("kind", "field.not_a_choice"))?;
    audit::record(tx, by, now, audit::entry("person.qualification_recorded", person.0).at(center.id())).await?;
    Ok(id)
}

/// Says that somebody made sure of a certificate, and how.
///
/// # Errors
/// `NotFound` for another person's, and for one that is confirmed or voided already.
pub async fn confirm(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, person): (&Center, PersonId),
    id: QualificationId,
    how: CheckedHow,
) -> Result<()> {
    locks::person(tx, person).await?;
    let confirmed = sqlx::query(
        "update qualifications set confirmed_how = $1, confirmed_at = $2, confirmed_by = $3
         where id = $4 and person_id = $5 and confirmed_at is null and voided_at is null",
    )
    .bind(how)
    .bind(now.0)
    .bind(by.account)
    .bind(id)
    .bind(person)
    .execute(&mut *tx)
    .await?;
    if confirmed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    let entry = audit::entry("person.qualification_confirmed", person.0).at(center.id());
    audit::record(tx, by, now, entry.because(how.code())).await
}

/// Marks an entry as a mistake, or a certificate as taken away: it counts no more. The row stays, with the reason.
///
/// # Errors
/// `NotFound` for another person's, and for one that is voided already.
pub async fn void(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, person): (&Center, PersonId),
    id: QualificationId,
    reason: &str,
) -> Result<()> {
    locks::person(tx, person).await?;
    let voided = sqlx::query(
        "update qualifications set voided_at = $1, voided_by = $2, void_reason = $3
         where id = $4 and person_id = $5 and voided_at is null",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(reason)
    .bind(id)
    .bind(person)
    .execute(&mut *tx)
    .await?;
    if voided.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    let entry = audit::entry("person.qualification_voided", person.0).at(center.id());
    audit::record(tx, by, now, entry.because(reason)).await
}

/// Lays a scan of the certificate with an entry, in the place of the one there was.
///
/// # Errors
/// `NotFound` as [`queries::paper`]'s.
pub async fn keep_paper(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    (center, person): (&Center, PersonId),
    id: QualificationId,
    scan: &CheckedFile,
) -> Result<()> {
    locks::person(tx, person).await?;
    let before = queries::paper(tx, person, id).await?;
    let kept = files::keep(now, tx, sealer, scan, Secrecy::Sealed).await?;
    sqlx::query("update qualifications set file_id = $2 where id = $1").bind(id).bind(kept).execute(&mut *tx).await?;
    if let Some(before) = before {
        files::forget(tx, before).await?;
    }
    audit::record(tx, by, now, audit::entry("person.qualification_paper_kept", person.0).at(center.id())).await
}

/// Looks whether somebody may do the work of a kind of team on a day (志愿服务条例 art. 16). Whoever voids a certificate at the same
/// moment waits, or is waited for.
///
/// # Errors
/// `Refused("not_qualified")` who has no certificate for it, `Refused("qualification_unconfirmed")` whose nobody looked at,
/// `Refused("qualification_expired")` whose ran out; each names the certificates that are good for it.
pub async fn admits(tx: &mut Conn, person: PersonId, kind: TeamKindId, day: Date) -> Result<()> {
    let needs: Flag = sqlx::query_scalar("select needs_qualification from team_kinds where id = $1")
        .bind(kind)
        .fetch_one(&mut *tx)
        .await?;
    if !needs.is_set() {
        return Ok(());
    }
    locks::person(tx, person).await?;
    let theirs = queries::of_person(tx, person).await?;
    let standing = rules::standing(theirs.iter().filter(|one| one.team_kind_id == Some(kind)), day);
    if standing.state.is_good() {
        return Ok(());
    }
    Err(Error::Refused(refusal(&queries::kinds(tx).await?, kind, standing)))
}

/// Whom [`admits`] would say no to, and how; nobody, where the work needs no qualification. Nothing is held: it is a look ahead.
pub async fn would_refuse(
    conn: &mut Conn,
    (kind, people): (TeamKindId, &[PersonId]),
    day: Date,
) -> Result<HashMap<PersonId, Refusal>> {
    let standings = queries::standings(conn, (kind, people), day).await?;
    if standings.values().all(|standing| standing.state.is_good()) {
        return Ok(HashMap::new());
    }
    let kinds = queries::kinds(conn).await?;
    let lacking = standings.into_iter().filter(|(_, standing)| !standing.state.is_good());
    Ok(lacking.map(|(person, standing)| (person, refusal(&kinds, kind, standing))).collect())
}

/// Why whoever stands so does not do the work of a kind of team: the certificates that are good for it are named.
fn refusal(kinds: &[QualificationKind], kind: TeamKindId, standing: WorkStanding) -> Refusal {
    let good = kinds.iter().filter(|one| one.team_kind_id == Some(kind));
    let (zh, en): (Vec<&str>, Vec<&str>) = good.map(|one| (one.name.as_str(), one.name_en.as_str())).unzip();
    let refusal = match standing.state {
        _ if zh.is_empty() => Refusal::new("no_qualification_kind"),
        QualificationState::Expired => Refusal::new("qualification_expired"),
        QualificationState::Unconfirmed => Refusal::new("qualification_unconfirmed"),
        _ => Refusal::new("not_qualified"),
    };
    refusal
        .with("kinds", zh.join("、"))
        .with("kinds_en", en.join(", "))
        .with("day", standing.valid_to.map(|day| day.to_string()).unwrap_or_default())
}
