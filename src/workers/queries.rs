//! Reading a center's workers.

use super::types::{
    Colleague, EXPIRY_DAYS, FoundBy, Recruited, ServedElsewhere, Worker, WorkerEvent, WorkerId, WorkerKind,
    WorkerOrder, WorkerState, WorkersAsked,
};
use crate::auth::{AccountId, Manager, Role, Viewer};
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::{Error, Result};
use crate::store::{Conn, Flag};

const WORKER: &str =
    "select w.id as worker_id, p.id, p.name, p.birth_date, p.phone_last4, p.languages, w.account_id, a.login, w.kind,
        w.qualification, w.certificate_number, w.certificate_valid_to, w.work_field, w.found_by, w.started_on, w.ended_on,
        w.version
     from workers w join people p on p.id = w.person_id left join accounts a on a.id = w.account_id";

impl WorkerOrder {
    fn columns(self) -> &'static str {
        match self {
            Self::Name => "w.kind desc, p.pinyin, w.id",
            Self::Newest => "w.started_on desc, p.pinyin, w.id",
            Self::Expiry => "w.certificate_valid_to nulls last, p.pinyin, w.id",
        }
    }
}

/// Who works or worked in the center, as asked; those who are there today first.
pub async fn list(conn: &mut Conn, center: CenterId, today: Date, asked: WorkersAsked) -> Result<Vec<Worker>> {
    const LEFT: &str = "case when w.ended_on is null or w.ended_on > $2 then 0 else 1 end";
    let sql = format!(
        "{WORKER} where w.center_id = $1 and ($3 is null or w.kind = $3) and ($4 is null or w.qualification = $4)
           and ($5 is null or {LEFT} = $5)
           and ($6 = 0 or (w.certificate_valid_to <= $7 and (w.ended_on is null or w.ended_on > $2)))
         order by {LEFT}, {}",
        asked.order().columns()
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(center)
        .bind(today)
        .bind(asked.kind)
        .bind(asked.qualification)
        .bind(asked.state.map(|state| Flag::from(state == WorkerState::Left)))
        .bind(Flag::from(asked.expiring))
        .bind(today.plus_days(EXPIRY_DAYS))
        .fetch_all(conn)
        .await?)
}

/// Everyone who works or worked in the center, those who are there today first.
pub async fn all(conn: &mut Conn, center: CenterId, today: Date) -> Result<Vec<Worker>> {
    list(conn, center, today, WorkersAsked::default()).await
}

/// How many who are there have a certificate that has run out, or will soon.
pub async fn expiring(_: &Manager, conn: &mut Conn, center: CenterId, today: Date) -> Result<i64> {
    Ok(sqlx::query_scalar(
        "select count(*) from workers
         where center_id = $1 and certificate_valid_to <= $3 and (ended_on is null or ended_on > $2)",
    )
    .bind(center)
    .bind(today)
    .bind(today.plus_days(EXPIRY_DAYS))
    .fetch_one(conn)
    .await?)
}

/// How many of the general staff who are there today came from the community.
pub async fn recruited(_: &Manager, conn: &mut Conn, center: CenterId, today: Date) -> Result<Recruited> {
    Ok(sqlx::query_as(
        "select count(case when w.center_id = $1 then 1 end) as center_staff,
                count(case when w.center_id = $1 and w.found_by = $4 then 1 end) as center_community,
                count(*) as provider_staff, count(case when w.found_by = $4 then 1 end) as provider_community
         from workers w
         where w.kind = $3 and w.started_on <= $2 and (w.ended_on is null or w.ended_on > $2)
           and (w.center_id = $1 or exists (
                select 1 from operators o join operators h on h.provider_id = o.provider_id
                where o.center_id = w.center_id and o.ends_on is null and h.center_id = $1 and h.ends_on is null))",
    )
    .bind(center)
    .bind(today)
    .bind(WorkerKind::Staff)
    .bind(FoundBy::Community)
    .fetch_one(conn)
    .await?)
}

/// The center of a worker whom the viewer's role reaches.
///
/// # Errors
/// `NotFound` for any other worker.
pub async fn center_of(by: &Viewer, conn: &mut Conn, id: WorkerId) -> Result<CenterId> {
    sqlx::query_scalar(
        "select w.center_id from workers w join account_centers r on r.center_id = w.center_id
         where w.id = $1 and r.account_id = $2",
    )
    .bind(id)
    .bind(by.account)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)
}

/// One worker of the center, present or past.
pub async fn find(conn: &mut Conn, center: CenterId, id: WorkerId) -> Result<Worker> {
    let sql = format!("{WORKER} where w.id = $1 and w.center_id = $2");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).bind(center).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// A social worker's account of the center without a staff record: it can sign in, and lead no session.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LooseAccount {
    pub id: AccountId,
    pub name: String,
    pub login: String,
}

pub async fn loose_accounts(_: &Manager, conn: &mut Conn, center: CenterId) -> Result<Vec<LooseAccount>> {
    Ok(sqlx::query_as(
        "select a.id, a.name, a.login from accounts a join account_centers s on s.account_id = a.id
         where s.center_id = $1 and a.role = $2 and a.disabled_at is null and a.login is not null
           and not exists (select 1 from workers w where w.account_id = a.id)
         order by a.name, a.id",
    )
    .bind(center)
    .bind(Role::SocialWorker)
    .fetch_all(conn)
    .await?)
}

/// The social workers of the centers that this one's provider runs and the viewer reaches, who have not left by `day`.
pub async fn colleagues(by: &Viewer, conn: &mut Conn, center: CenterId, day: Date) -> Result<Vec<Colleague>> {
    Ok(sqlx::query_as(
        "select w.id, p.name, c.name as center, w.kind, w.qualification, w.started_on, w.ended_on
         from workers w join people p on p.id = w.person_id join centers c on c.id = w.center_id
         where w.kind = $3 and (w.ended_on is null or w.ended_on > $2)
           and w.center_id in (select r.center_id from account_centers r where r.account_id = $4)
           and (w.center_id = $1 or exists (
                select 1 from operators o join operators h on h.provider_id = o.provider_id
                where o.center_id = w.center_id and o.ends_on is null and h.center_id = $1 and h.ends_on is null))
         order by case when w.center_id = $1 then 0 else 1 end, p.pinyin, w.id",
    )
    .bind(center)
    .bind(day)
    .bind(WorkerKind::SocialWorker)
    .bind(by.account)
    .fetch_all(conn)
    .await?)
}

/// Where else the worker's person serves or served, among the centers that the viewer reaches.
pub async fn elsewhere(by: &Viewer, conn: &mut Conn, worker: &Worker) -> Result<Vec<ServedElsewhere>> {
    Ok(sqlx::query_as(
        "select w.id as worker_id, w.center_id, c.name as center, w.kind, w.started_on, w.ended_on
         from workers w join centers c on c.id = w.center_id
         where w.person_id = $1 and w.id <> $2
           and w.center_id in (select r.center_id from account_centers r where r.account_id = $3)
         order by w.started_on desc, w.id",
    )
    .bind(worker.person.id)
    .bind(worker.worker_id)
    .bind(by.account)
    .fetch_all(conn)
    .await?)
}

/// What was done about a worker, the latest first.
pub async fn history(_: &Manager, conn: &mut Conn, center: CenterId, id: WorkerId) -> Result<Vec<WorkerEvent>> {
    Ok(sqlx::query_as(
        "select at, actor, action from audit_events
         where subject = 'worker' and subject_id = $1 and center_id = $2 order by id desc limit 50",
    )
    .bind(id)
    .bind(center)
    .fetch_all(conn)
    .await?)
}
