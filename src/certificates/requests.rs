//! Certificates that are asked for: by a volunteer from a confirmed phone, answered by a worker with a certificate or with a word.

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::forms::Asking;
use super::served;
use super::types::{CertificateRequest, CertificateRequestId, CertificateRequestState, ServiceCertificateId};
use crate::audit;
use crate::auth::{Coordinator, Viewer};
use crate::centers::{Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::locks;
use crate::people::PersonId;
use crate::phones::{ConfirmedPhone, Phone};
use crate::store::{Conn, rows};

const REQUEST: &str = "select q.id, q.center_id, x.name as center, q.person_id, p.name,
        (select min(v.id) from volunteers v where v.person_id = q.person_id and v.came_with is null) as volunteer,
        q.period_from, q.period_to, q.purpose, q.state, q.asked_at, q.answered_at, q.word, q.certificate_id
     from certificate_requests q join centers x on x.id = q.center_id join people p on p.id = q.person_id";

/// Those that were answered which the list of a center, and a phone, show.
const ANSWERED: i64 = 20;

/// The center's requests: those that are open, the first first, and the latest that were answered.
pub async fn of_center(
    conn: &mut Conn,
    center: CenterId,
) -> Result<(Vec<CertificateRequest>, Vec<CertificateRequest>)> {
    let sql = format!("{REQUEST} where q.center_id = $1 and q.state = $2 order by q.id");
    let open = sqlx::query_as(AssertSqlSafe(sql))
        .bind(center)
        .bind(CertificateRequestState::Open)
        .fetch_all(&mut *conn)
        .await?;
    let sql =
        format!("{REQUEST} where q.center_id = $1 and q.state <> $2 order by q.answered_at desc, q.id desc limit $3");
    let answered = sqlx::query_as(AssertSqlSafe(sql))
        .bind(center)
        .bind(CertificateRequestState::Open)
        .bind(ANSWERED)
        .fetch_all(conn)
        .await?;
    Ok((open, answered))
}

/// How many are open in the center.
pub async fn open_count(conn: &mut Conn, center: CenterId) -> Result<i64> {
    Ok(sqlx::query_scalar("select count(*) from certificate_requests where center_id = $1 and state = $2")
        .bind(center)
        .bind(CertificateRequestState::Open)
        .fetch_one(conn)
        .await?)
}

/// One of the center's.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn find(conn: &mut Conn, center: CenterId, id: CertificateRequestId) -> Result<CertificateRequest> {
    let sql = format!("{REQUEST} where q.center_id = $1 and q.id = $2");
    sqlx::query_as(AssertSqlSafe(sql)).bind(center).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// The center of a request that the viewer may reach.
///
/// # Errors
/// `NotFound` for another's.
pub(super) async fn center_of(by: &Viewer, conn: &mut Conn, id: CertificateRequestId) -> Result<CenterId> {
    sqlx::query_scalar(
        "select q.center_id from certificate_requests q join account_centers r on r.center_id = q.center_id
         where q.id = $1 and r.account_id = $2",
    )
    .bind(id)
    .bind(by.account)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)
}

/// What was asked for the people for whom the phone is confirmed, the latest first.
pub async fn own(by: &[ConfirmedPhone], conn: &mut Conn) -> Result<Vec<CertificateRequest>> {
    let sql = format!(
        "{REQUEST} where q.person_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         order by q.id desc limit $2"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(rows(by, |one| json!(one.person)))
        .bind(ANSWERED)
        .fetch_all(conn)
        .await?)
}

/// Asks a center for a certificate of what it confirmed.
///
/// # Errors
/// `Invalid` at `center` for one that has no hours of theirs; `Refused("certificate_request_open")` while another wish waits there.
pub async fn ask(
    (by, phone): (&ConfirmedPhone, &Phone),
    now: Now,
    tx: &mut Conn,
    asking: &Asking,
) -> Result<CertificateRequestId> {
    locks::person(tx, by.person).await?;
    if !served::centers(by, tx).await?.iter().any(|center| center.id == asking.center) {
        return Err(Error::field("center", "field.not_a_choice"));
    }
    let id: Option<CertificateRequestId> = sqlx::query_scalar(
        "insert into certificate_requests (center_id, person_id, phone_id, period_from, period_to, purpose, state, asked_at)
         select cast($1 as bigint), cast($2 as bigint), cast($3 as bigint), cast($4 as text), cast($5 as text), cast($6 as text),
                cast($7 as text), cast($8 as bigint)
         where not exists (select 1 from certificate_requests q
             where q.center_id = cast($1 as bigint) and q.person_id = cast($2 as bigint) and q.state = cast($7 as text))
         returning id",
    )
    .bind(asking.center)
    .bind(by.person)
    .bind(phone.id)
    .bind(asking.period.0)
    .bind(asking.period.1)
    .bind(&asking.purpose)
    .bind(CertificateRequestState::Open)
    .bind(now.0)
    .fetch_optional(&mut *tx)
    .await?;
    let id = id.ok_or_else(|| Error::refused("certificate_request_open"))?;
    audit::record(tx, by, now, audit::entry("certificate_request.sent", id.0).at(asking.center)).await?;
    Ok(id)
}

/// Declines with a word, which the volunteer reads.
///
/// # Errors
/// `NotFound` for another center's; `Refused("certificate_request_answered")` for one that was answered.
pub async fn decline(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    id: CertificateRequestId,
    word: &str,
) -> Result<()> {
    let request = find(tx, center.id(), id).await?;
    settle(by, now, tx, &request, (CertificateRequestState::Declined, Some(word)), None).await?;
    audit::record(tx, by, now, audit::entry("certificate_request.declined", id.0).at(center.id())).await
}

/// A certificate answers the wish of whoever has it.
pub(super) async fn answer_with(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: CenterId,
    (id, person): (CertificateRequestId, PersonId),
    certificate: ServiceCertificateId,
) -> Result<()> {
    let request = find(tx, center, id).await?;
    if request.person_id != person {
        return Err(Error::NotFound);
    }
    settle(by, now, tx, &request, (CertificateRequestState::Issued, None), Some(certificate)).await
}

/// Answers, once: of two who do, one does.
async fn settle(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    request: &CertificateRequest,
    (state, word): (CertificateRequestState, Option<&str>),
    certificate: Option<ServiceCertificateId>,
) -> Result<()> {
    let answered = sqlx::query(
        "update certificate_requests set state = $2, word = $3, certificate_id = $4, answered_at = $5, answered_by = $6
         where id = $1 and state = $7",
    )
    .bind(request.id)
    .bind(state)
    .bind(word.map(str::to_owned))
    .bind(certificate)
    .bind(now.0)
    .bind(by.account)
    .bind(CertificateRequestState::Open)
    .execute(tx)
    .await?;
    if answered.rows_affected() == 0 { Err(Error::refused("certificate_request_answered")) } else { Ok(()) }
}
