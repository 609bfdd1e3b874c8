//! What the ledger says of somebody's service for one center: confirmed hours only, each session once with what is left of it after
//! corrections; service without a session where the center confirmed it. Hours that were brought from elsewhere count where they were
//! entered for a team of the center: others are for whoever recorded them to certify.

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::paper::PaperService;
use super::types::Entitled;
use crate::activities::queries::ROOM;
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::Result;
use crate::ids::TeamId;
use crate::people::PersonId;
use crate::phones::ConfirmedPhone;
use crate::store::{Conn, rows};

/// The center of entry `h`, and its day; with [`BESIDE`].
const CENTER: &str = "coalesce(s.center_id, h.center_id, t.center_id)";
const DAY: &str = "coalesce(s.local_date, h.served_on)";

/// What an entry `h` hangs on.
const BESIDE: &str = "left join sessions s on s.id = h.session_id left join teams t on t.id = h.team_id";

/// The minutes that the ledger says of certificate `c`'s person, center and days now.
pub(super) fn ledger() -> String {
    format!(
        "(select cast(coalesce(sum(h.minutes), 0) as bigint) from hours_entries h {BESIDE}
          where h.person_id = c.person_id and {CENTER} = c.center_id and {DAY} >= c.period_from and {DAY} <= c.period_to)"
    )
}

#[derive(sqlx::FromRow)]
struct ServedRow {
    person_id: PersonId,
    day: Date,
    minutes: i64,
    what: Option<String>,
    kind: Option<String>,
    kind_en: Option<String>,
    place: String,
}

/// The services of these people for the center, both days included, each person's by day. Who gave none is not there.
pub async fn served(
    conn: &mut Conn,
    center: CenterId,
    people: &[PersonId],
    (from, to): (Date, Date),
) -> Result<BTreeMap<PersonId, Vec<PaperService>>> {
    let sql = format!(
        "select n.person_id, n.day, n.minutes,
                case when s.id is null then o.content when k.confidential = 0 then a.title end as what,
                k.name as kind, k.name_en as kind_en, case when s.id is null then coalesce(o.unit, '') else {ROOM} end as place
         from (select h.person_id, h.session_id, case when h.session_id is null then coalesce(h.reverses_id, h.id) end as entry_id,
                      {DAY} as day, cast(sum(h.minutes) as bigint) as minutes
               from json_each(cast($1 as json_text)) j
               join hours_entries h on h.person_id = cast(cast(j.value as text) as bigint) {BESIDE}
               where {CENTER} = $2 and {DAY} >= $3 and {DAY} <= $4
               group by h.person_id, h.session_id, case when h.session_id is null then coalesce(h.reverses_id, h.id) end, {DAY}
               having sum(h.minutes) <> 0) n
         left join sessions s on s.id = n.session_id
         left join activities a on a.id = s.activity_id
         left join service_kinds k on k.id = a.kind_id
         left join hours_entries o on o.id = n.entry_id
         order by n.person_id, n.day, n.session_id, n.entry_id"
    );
    let found: Vec<ServedRow> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(rows(people, |id| json!(id)))
        .bind(center)
        .bind(from)
        .bind(to)
        .fetch_all(conn)
        .await?;
    let mut served: BTreeMap<PersonId, Vec<PaperService>> = BTreeMap::new();
    for row in found {
        let ServedRow { person_id, day, minutes, what, kind, kind_en, place } = row;
        served.entry(person_id).or_default().push(PaperService { day, kind, kind_en, minutes, place, what });
    }
    Ok(served)
}

/// The time of some services together.
pub fn total(services: &[PaperService]) -> i64 {
    services.iter().map(|service| service.minutes).sum()
}

/// Who of the center, or of one of its teams, has at least so many minutes in these days: by name.
pub async fn entitled(
    conn: &mut Conn,
    center: CenterId,
    team: Option<TeamId>,
    (from, to): (Date, Date),
    least: i64,
) -> Result<Vec<Entitled>> {
    let sql = format!(
        "select p.id as person_id, p.name, n.minutes,
                (select min(v.id) from volunteers v where v.person_id = p.id and v.came_with is null) as volunteer,
                (select count(*) from service_certificates c
                 where c.person_id = p.id and c.center_id = $1 and c.revoked_at is null and c.period_from <= $3 and c.period_to >= $2
                ) as certificates
         from (select h.person_id, cast(sum(h.minutes) as bigint) as minutes from hours_entries h {BESIDE}
               where {CENTER} = $1 and {DAY} >= $2 and {DAY} <= $3 group by h.person_id) n
         join people p on p.id = n.person_id and p.erased_at is null
         join enrolments e on e.person_id = p.id and e.center_id = $1
         where n.minutes >= $4 and (cast($5 as bigint) is null or exists (
             select 1 from team_members m where m.person_id = p.id and m.team_id = cast($5 as bigint)))
         order by p.pinyin, p.id"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(center)
        .bind(from)
        .bind(to)
        .bind(least.max(1))
        .bind(team)
        .fetch_all(conn)
        .await?)
}

/// A center for which somebody served, with their time in all.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct ServedCenter {
    pub id: CenterId,
    pub name: String,
    pub minutes: i64,
}

/// The centers that may certify the service of somebody from whose phone it is asked.
pub(super) async fn centers(by: &ConfirmedPhone, conn: &mut Conn) -> Result<Vec<ServedCenter>> {
    let sql = format!(
        "select x.id, x.name, n.minutes
         from (select {CENTER} as center_id, cast(sum(h.minutes) as bigint) as minutes from hours_entries h {BESIDE}
               where h.person_id = $1 group by {CENTER}) n
         join centers x on x.id = n.center_id
         join enrolments e on e.center_id = x.id and e.person_id = $1
         where n.minutes > 0 order by n.minutes desc, x.id"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(by.person).fetch_all(conn).await?)
}
