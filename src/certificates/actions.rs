//! Issuing and revoking certificates, and who signs them.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;

use super::forms::Issuing;
use super::paper::{Paper, PaperService, SCHEMA};
use super::types::{CertificateNumber, CertificateState, ServiceCertificate, ServiceCertificateId, Signing};
use super::{queries, requests, served};
use crate::auth::{Coordinator, logins};
use crate::centers::Center;
use crate::clock::Now;
use crate::error::{Error, OnViolation, Result};
use crate::people::{self, Person, PersonId, SealedNumber};
use crate::store::{Conn, Sealer, rows, secret};
use crate::teams::{self, VolunteerNumber};
use crate::{audit, locks};

/// Digits and letters of a QR's random text, five bits each.
const TOKEN: usize = 26;

/// What the papers that are issued at once have in common.
struct Issue<'a> {
    center: &'a Center,
    now: Now,
    input: &'a Issuing,
    year: i64,
    numbers: HashMap<PersonId, VolunteerNumber>,
    served: BTreeMap<PersonId, Vec<PaperService>>,
    id_number: Option<String>,
    replaces: Option<ServiceCertificate>,
}

impl Issue<'_> {
    fn paper(&self, person: &Person, place: i64) -> Result<Paper> {
        let number = CertificateNumber { year: self.year, center: self.center.id(), place };
        let services = self.served.get(&person.id).cloned().unwrap_or_default();
        let minutes = served::total(&services);
        if minutes <= 0 {
            return Err(Error::refused("certificate_without_hours"));
        }
        let volunteer = self.numbers.get(&person.id).ok_or_else(|| Error::internal("a volunteer without a number"))?;
        let (from, to) = self.input.period;
        let signing = &self.input.signing;
        Ok(Paper {
            contact: signing.contact.clone(),
            from,
            handled_by: signing.handled_by.clone(),
            id_number: self.id_number.clone(),
            in_charge: signing.in_charge.clone(),
            issued_on: self.center.zone.date(self.now.0),
            minutes,
            name: person.name.clone(),
            number: number.to_string(),
            provider: self.center.provider.clone(),
            replaces: self.replaces.as_ref().map(|one| one.number().to_string()),
            schema: SCHEMA,
            services,
            to,
            token: secret(TOKEN),
            unit: self.center.head.name.clone(),
            volunteer_number: volunteer.to_string(),
        })
    }
}

/// Issues certificates of what the ledger says now: to all of these people, or to nobody. The center's row is held, so that of two at once
/// one has the next number after the other's.
///
/// # Errors
/// `NotFound` for somebody whom the center does not know; `Refused("certificate_without_hours")` where one of them has no confirmed hours in
/// these days; `Invalid` at `id_number` where none is known; `Refused("certificate_not_revoked")` for one in whose place none can come, and
/// `Refused("certificate_request_answered")` for a wish that was answered.
pub async fn issue(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    input: &Issuing,
) -> Result<Vec<ServiceCertificateId>> {
    locks::center(tx, center.id()).await?;
    let asked = numbers_of(&whom(tx, center, &input.people).await?);
    locks::people(tx, asked.iter().copied()).await?;
    let people = whom(tx, center, &asked).await?;
    let ids = numbers_of(&people);
    if ids != asked {
        // One of them was made one with another meanwhile.
        return Err(Error::Busy);
    }
    let replaces = match input.replaces {
        Some(id) => Some(replaceable(tx, center, id, &ids).await?),
        None => None,
    };
    let id_number = match (&input.id_number, ids.first()) {
        (Some(reason), Some(person)) => Some(revealed(by, now, tx, sealer, (center, *person), reason).await?),
        _ => None,
    };
    let year = i64::from(chrono::Datelike::year(&center.zone.date(now.0).0));
    let issue = Issue {
        center,
        now,
        input,
        year,
        numbers: teams::numbers(now, tx, &ids).await?,
        served: served::served(tx, center.id(), &ids, input.period).await?,
        id_number,
        replaces,
    };
    let last: i64 = sqlx::query_scalar(
        "select coalesce(max(place), 0) from service_certificates where center_id = $1 and year = $2",
    )
    .bind(center.id())
    .bind(year)
    .fetch_one(&mut *tx)
    .await?;
    let papers: Vec<(PersonId, i64, Paper)> = (last + 1..)
        .zip(&people)
        .map(|(place, person)| Ok((person.id, place, issue.paper(person, place)?)))
        .collect::<Result<_>>()?;
    let made = write(by, tx, sealer, &issue, &papers).await?;
    let entries: Vec<_> = made.iter().map(|id| audit::entry("certificate.issued", id.0).at(center.id())).collect();
    audit::record_all(tx, by, now, &entries).await?;
    if let (Some(request), [certificate], [person]) = (input.request, made.as_slice(), ids.as_slice()) {
        requests::answer_with(by, now, tx, center.id(), (request, *person), *certificate).await?;
    }
    Ok(made)
}

fn numbers_of(people: &[Person]) -> Vec<PersonId> {
    people.iter().map(|person| person.id).collect()
}

/// The people as the center knows them, by name.
async fn whom(tx: &mut Conn, center: &Center, ids: &[PersonId]) -> Result<Vec<Person>> {
    if let [one] = ids {
        return Ok(vec![people::queries::find(tx, center.id(), *one).await?]);
    }
    let people = people::queries::these(tx, center.id(), ids).await?;
    let asked: std::collections::BTreeSet<PersonId> = ids.iter().copied().collect();
    if people.len() == asked.len() { Ok(people) } else { Err(Error::NotFound) }
}

/// A revoked certificate of the same person in whose place none came yet.
async fn replaceable(
    tx: &mut Conn,
    center: &Center,
    id: ServiceCertificateId,
    people: &[PersonId],
) -> Result<ServiceCertificate> {
    let one = queries::find(tx, center.id(), id).await?;
    let may = one.state() == CertificateState::Revoked && one.replaced_by.is_none() && people == [one.person_id];
    if may { Ok(one) } else { Err(Error::refused("certificate_not_revoked")) }
}

/// The ID number in full, told in the audit with its reason.
async fn revealed(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    of: (&Center, PersonId),
    reason: &str,
) -> Result<String> {
    let shown = people::reveal(by, now, tx, sealer, of, SealedNumber::IdNumber, reason).await;
    shown.map_err(|error| match error {
        Error::NotFound => Error::field("id_number", "field.no_id_number"),
        error => error,
    })
}

async fn write(
    by: &Coordinator,
    tx: &mut Conn,
    sealer: &Sealer,
    issue: &Issue<'_>,
    papers: &[(PersonId, i64, Paper)],
) -> Result<Vec<ServiceCertificateId>> {
    let mut given = Vec::with_capacity(papers.len());
    for (person, place, paper) in papers {
        let (content, sha256) = paper.freeze(sealer)?;
        given.push(json!({
            "person": person, "place": place, "token": logins::hash(&paper.token), "content": content.as_text(), "sha256": sha256,
            "minutes": paper.minutes,
        }));
    }
    let (from, to) = issue.input.period;
    let mut made: Vec<ServiceCertificateId> = sqlx::query_scalar(
        "insert into service_certificates (center_id, person_id, year, place, token_hash, content_sealed, sha256, period_from,
                period_to, minutes, issued_on, issued_at, issued_by, replaces_id)
         select cast($2 as bigint), cast(j.value ->> 'person' as bigint), cast($3 as bigint), cast(j.value ->> 'place' as bigint),
                j.value ->> 'token', j.value ->> 'content', j.value ->> 'sha256', cast($4 as text), cast($5 as text),
                cast(j.value ->> 'minutes' as bigint), cast($6 as text), cast($7 as bigint), cast($8 as bigint), cast($9 as bigint)
         from json_each(cast($1 as json_text)) j where true order by cast(j.key as bigint) returning id",
    )
    .bind(rows(given, |row| row))
    .bind(issue.center.id())
    .bind(issue.year)
    .bind(from)
    .bind(to)
    .bind(issue.center.zone.date(issue.now.0))
    .bind(issue.now.0)
    .bind(by.account)
    .bind(issue.replaces.as_ref().map(|one| one.id))
    .fetch_all(tx)
    .await
    .on_unique("service_certificates_replaces", || Error::refused("certificate_not_revoked"))?;
    made.sort_unstable();
    Ok(made)
}

/// Revokes a certificate: whoever opens its QR is told so from now on. There is no way back; another is issued in its place.
///
/// # Errors
/// `NotFound` for another center's; `Refused("certificate_revoked")` for one that is good no more.
pub async fn revoke(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    id: ServiceCertificateId,
    reason: &str,
) -> Result<()> {
    let revoked = sqlx::query(
        "update service_certificates set revoked_at = $1, revoked_by = $2, revoke_reason = $3
         where id = $4 and center_id = $5 and revoked_at is null and erased_at is null",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(reason.to_owned())
    .bind(id)
    .bind(center.id())
    .execute(&mut *tx)
    .await?;
    if revoked.rows_affected() == 0 {
        queries::find(tx, center.id(), id).await?;
        return Err(Error::refused("certificate_revoked"));
    }
    audit::record(tx, by, now, audit::entry("certificate.revoked", id.0).at(center.id()).because(reason)).await
}

/// Keeps who signs, for the next certificates; those that were issued stay as they are.
///
/// # Errors
/// As the database says.
pub async fn set_signing(by: &Coordinator, now: Now, tx: &mut Conn, center: &Center, signing: &Signing) -> Result<()> {
    locks::center(tx, center.id()).await?;
    if queries::signing(tx, center.id()).await?.as_ref() == Some(signing) {
        return Ok(());
    }
    sqlx::query(
        "insert into certificate_settings (center_id, in_charge, handled_by, contact, updated_at, updated_by)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (center_id) do update set in_charge = excluded.in_charge, handled_by = excluded.handled_by,
             contact = excluded.contact, updated_at = excluded.updated_at, updated_by = excluded.updated_by",
    )
    .bind(center.id())
    .bind(&signing.in_charge)
    .bind(&signing.handled_by)
    .bind(&signing.contact)
    .bind(now.0)
    .bind(by.account)
    .execute(&mut *tx)
    .await?;
    audit::record(tx, by, now, audit::entry("certificate_signing.set", center.id().0).at(center.id())).await
}
