//! What somebody is told of their work in centers.

use super::types::{FoundBy, Qualification, WorkField, WorkerKind};
use crate::auth::Viewer;
use crate::clock::Date;
use crate::error::Result;
use crate::people::PersonId;
use crate::store::Conn;
use crate::told::{ToldPart, ToldValue};

#[derive(sqlx::FromRow)]
struct WorkTold {
    center: String,
    kind: WorkerKind,
    qualification: Option<Qualification>,
    certificate_number: Option<String>,
    certificate_valid_to: Option<Date>,
    work_field: Option<WorkField>,
    found_by: Option<FoundBy>,
    login: Option<String>,
    started_on: Date,
    ended_on: Option<Date>,
}

/// The person's work in the reader's centers.
pub async fn told(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<Vec<ToldPart>> {
    let rows: Vec<WorkTold> = sqlx::query_as(
        "select c.name as center, w.kind, w.qualification, w.certificate_number, w.certificate_valid_to,
                w.work_field, w.found_by, a.login, w.started_on, w.ended_on
         from workers w join centers c on c.id = w.center_id left join accounts a on a.id = w.account_id
         where w.person_id = $1 and w.center_id in (select r.center_id from account_centers r where r.account_id = $2)
         order by w.started_on, w.id",
    )
    .bind(person)
    .bind(by.account)
    .fetch_all(&mut *conn)
    .await?;
    let row = |row: WorkTold| {
        [
            ToldValue::Text(row.center),
            ToldValue::Word(row.kind.key().to_owned()),
            ToldValue::word(row.qualification.map(Qualification::key)),
            ToldValue::text(row.certificate_number),
            ToldValue::day(row.certificate_valid_to),
            ToldValue::word(row.work_field.map(WorkField::key)),
            ToldValue::word(row.found_by.map(FoundBy::key)),
            ToldValue::text(row.login),
            ToldValue::Day(row.started_on),
            ToldValue::day(row.ended_on),
        ]
    };
    let heads = [
        "told.center",
        "workers.kind",
        "workers.qualification",
        "workers.certificate_number",
        "workers.certificate_valid_to",
        "workers.work_field",
        "workers.found_by",
        "workers.login",
        "workers.started_on",
        "workers.ended_on",
    ];
    let work = ToldPart::new("told.workers", heads, rows.into_iter().map(row));
    Ok(vec![work, career(by, conn, person).await?])
}

#[derive(sqlx::FromRow)]
struct CareerTold {
    what: String,
    center: String,
    about: Option<String>,
    started_on: Date,
    ended_on: Option<Date>,
}

/// Who employed them, when somebody supervised them (who, is somebody else's name), and which posts they filled, in the reader's centers.
async fn career(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<ToldPart> {
    let rows: Vec<CareerTold> = sqlx::query_as(
        "with work as (
            select w.id, c.name as center from workers w join centers c on c.id = w.center_id
            where w.person_id = $1 and w.center_id in (select r.center_id from account_centers r where r.account_id = $2)
         )
         select t.what, t.center, t.about, t.started_on, t.ended_on from (
            select $3 as what, k.center, coalesce(p.name, e.employer) as about, e.started_on, null as ended_on
            from work k join employments e on e.worker_id = k.id left join providers p on p.id = e.provider_id
            where e.voided_at is null
            union all
            select $4, k.center, null, x.started_on, x.ended_on
            from work k join supervisions x on x.worker_id = k.id
            where x.voided_at is null
            union all
            select $5, k.center, o.title, f.started_on, f.ended_on
            from work k join post_fillings f on f.worker_id = k.id join posts o on o.id = f.post_id
            where f.voided_at is null) t
         order by t.started_on, t.what",
    )
    .bind(person)
    .bind(by.account)
    .bind("workers.employer")
    .bind("workers.supervisor")
    .bind("posts.post")
    .fetch_all(conn)
    .await?;
    let row = |row: CareerTold| {
        [
            ToldValue::Word(row.what),
            ToldValue::Text(row.center),
            ToldValue::text(row.about),
            ToldValue::Day(row.started_on),
            ToldValue::day(row.ended_on),
        ]
    };
    let heads = ["told.what", "told.center", "told.about", "told.from", "told.until"];
    Ok(ToldPart::new("told.careers", heads, rows.into_iter().map(row)))
}
