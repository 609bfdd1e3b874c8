//! Finding who may be one, and what was made one.

use serde_json::json;

use super::types::{Belongings, Double, Likeness, Merge, MergeId, Stayed, ToldApart};
use crate::activities::SessionId;
use crate::auth::Viewer;
use crate::centers::CenterId;
use crate::clock::{Date, Timestamp};
use crate::error::{Error, Result};
use crate::people::{PersonId, PersonRow};
use crate::store::{Conn, Flag, rows};
use crate::teams::TeamId;

/// Two people in one row.
#[derive(sqlx::FromRow)]
struct Pair {
    one_id: PersonId,
    one_name: String,
    one_born: Option<Date>,
    one_phone: Option<String>,
    other_id: PersonId,
    other_name: String,
    other_born: Option<Date>,
    other_phone: Option<String>,
}

impl Pair {
    fn split(self) -> (PersonRow, PersonRow) {
        let one =
            PersonRow { id: self.one_id, name: self.one_name, birth_date: self.one_born, phone_last4: self.one_phone };
        let other = PersonRow {
            id: self.other_id,
            name: self.other_name,
            birth_date: self.other_born,
            phone_last4: self.other_phone,
        };
        (one, other)
    }
}

const PAIR: &str = "a.id as one_id, a.name as one_name, a.birth_date as one_born, a.phone_last4 as one_phone,
     b.id as other_id, b.name as other_name, b.birth_date as other_born, b.phone_last4 as other_phone";

#[derive(sqlx::FromRow)]
struct DoubleRow {
    #[sqlx(flatten)]
    pair: Pair,
    same_birth: Flag,
    same_phone: Flag,
    same_home: Flag,
}

/// The center's people who have a name in common, however it is spelt, and a birth date, a number or a household; whom nobody told apart,
/// and whose ID numbers do not. By pinyin, the `size` pairs after the first `skip`.
pub async fn doubles(conn: &mut Conn, center: CenterId, (skip, size): (i64, i64)) -> Result<Vec<Double>> {
    let sql = format!(
        "select * from (
            select {PAIR}, a.pinyin,
                case when a.birth_date = b.birth_date then 1 else 0 end as same_birth,
                case when a.phone_hash = b.phone_hash
                    or exists (select 1 from person_phones x where x.person_id = a.id and x.phone_hash = b.phone_hash)
                    or exists (select 1 from person_phones x where x.person_id = b.id and x.phone_hash = a.phone_hash)
                    or exists (select 1 from person_phones x join person_phones y on y.phone_hash = x.phone_hash
                        where x.person_id = a.id and y.person_id = b.id)
                    then 1 else 0 end as same_phone,
                case when exists (select 1 from household_members x join household_members y on y.household_id = x.household_id
                        where x.person_id = a.id and y.person_id = b.id and x.voided_at is null and y.voided_at is null)
                    then 1 else 0 end as same_home
            from enrolments e
            join people a on a.id = e.person_id
            join people b on b.name_key = a.name_key and b.id > a.id
            join enrolments f on f.person_id = b.id and f.center_id = e.center_id
            where e.center_id = $1
              and not (a.id_number_hash is not null and b.id_number_hash is not null)
              and not exists (select 1 from people_told_apart t where t.person_id = a.id and t.other_id = b.id)
         ) d where same_birth + same_phone + same_home > 0
         order by pinyin, one_id, other_id limit $2 offset $3"
    );
    let found: Vec<DoubleRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(size).bind(skip).fetch_all(conn).await?;
    Ok(found
        .into_iter()
        .map(|row| {
            let marks = [
                (Likeness::BirthDate, row.same_birth),
                (Likeness::Phone, row.same_phone),
                (Likeness::Household, row.same_home),
            ];
            let alike = marks.into_iter().filter(|(_, is)| is.is_set()).map(|(likeness, _)| likeness).collect();
            let (one, other) = row.pair.split();
            Double { one, other, alike }
        })
        .collect())
}

#[derive(sqlx::FromRow)]
struct ToldRow {
    #[sqlx(flatten)]
    pair: Pair,
    told_at: Timestamp,
}

/// The center's people who were said to be two, the latest first.
pub async fn told_apart(conn: &mut Conn, center: CenterId, size: i64) -> Result<Vec<ToldApart>> {
    let sql = format!(
        "select {PAIR}, t.told_at from people_told_apart t
         join people a on a.id = t.person_id join people b on b.id = t.other_id
         join enrolments e on e.person_id = a.id and e.center_id = $1
         join enrolments f on f.person_id = b.id and f.center_id = $1
         order by t.told_at desc, a.id limit $2"
    );
    let found: Vec<ToldRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(size).fetch_all(conn).await?;
    Ok(found
        .into_iter()
        .map(|row| {
            let told_at = row.told_at;
            let (one, other) = row.pair.split();
            ToldApart { one, other, told_at }
        })
        .collect())
}

pub async fn are_told_apart(conn: &mut Conn, one: PersonId, other: PersonId) -> Result<bool> {
    let told: i64 = sqlx::query_scalar("select count(*) from people_told_apart where person_id = $1 and other_id = $2")
        .bind(one.min(other))
        .bind(one.max(other))
        .fetch_one(conn)
        .await?;
    Ok(told > 0)
}

/// The centers that know the person.
pub async fn centers_of(conn: &mut Conn, person: PersonId) -> Result<Vec<CenterId>> {
    Ok(sqlx::query_scalar("select center_id from enrolments where person_id = $1 order by center_id")
        .bind(person)
        .fetch_all(conn)
        .await?)
}

pub async fn centers_of_sessions(conn: &mut Conn, sessions: &[SessionId]) -> Result<Vec<CenterId>> {
    Ok(sqlx::query_scalar(
        "select distinct center_id from sessions
         where id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(sessions, |id| json!(id)))
    .fetch_all(conn)
    .await?)
}

/// The centers at whose sessions the person was.
pub async fn centers_visited(conn: &mut Conn, person: PersonId) -> Result<Vec<CenterId>> {
    Ok(sqlx::query_scalar(
        "select distinct center_id from attendances_of_people where person_id = $1 and voided_at is null",
    )
    .bind(person)
    .fetch_all(conn)
    .await?)
}

/// The sessions led by staff records of two who work in one center.
pub async fn sessions_led_by_both(conn: &mut Conn, [one, other]: [PersonId; 2]) -> Result<Vec<SessionId>> {
    Ok(sqlx::query_scalar(
        "select s.id from workers w
         join workers o on o.center_id = w.center_id and o.person_id <> w.person_id and o.person_id in ($1, $2)
         join sessions s on s.worker_id = w.id where w.person_id in ($1, $2)",
    )
    .bind(one)
    .bind(other)
    .fetch_all(conn)
    .await?)
}

/// The teams that either leads.
pub async fn teams_led(conn: &mut Conn, [one, other]: [PersonId; 2]) -> Result<Vec<TeamId>> {
    Ok(sqlx::query_scalar("select id from teams where leader_id in ($1, $2) order by id")
        .bind(one)
        .bind(other)
        .fetch_all(conn)
        .await?)
}

/// What hangs on a person, everywhere.
pub async fn belongings(conn: &mut Conn, center: CenterId, person: PersonId) -> Result<Belongings> {
    Ok(sqlx::query_as(
        "select
            (select count(*) from attendances_of_people a where a.person_id = $1 and a.voided_at is null) as visits,
            (select cast(coalesce(sum(minutes), 0) as bigint) from hours_entries where person_id = $1) as hours_minutes,
            (select count(*) from memberships_held where person_id = $1) as memberships,
            (select count(*) from team_members where person_id = $1 and left_on is null) as teams,
            (select count(*) from workers where person_id = $1) as posts,
            (select count(*) from household_members where person_id = $1 and voided_at is null) as homes,
            (select count(*) from cards where person_id = $1 and revoked_at is null) as cards,
            (select count(*) from phone_people f join phones h on h.id = f.phone_id
             where f.person_id = $1 and h.revoked_at is null) as phones,
            (select count(*) from enrolments where person_id = $1 and center_id <> $2) as elsewhere",
    )
    .bind(person)
    .bind(center)
    .fetch_one(conn)
    .await?)
}

const MERGE: &str =
    "select m.id, m.center_id, m.kept_id, k.name as kept, m.merged_id, g.name as merged, m.made_at, a.name as made_by,
        m.undone_at, u.name as undone_by,
        case when exists (select 1 from merges l where l.undone_at is null and l.id > m.id
            and (l.kept_id = m.kept_id or l.merged_id = m.kept_id)) then 0 else 1 end as is_last
     from merges m join people k on k.id = m.kept_id join people g on g.id = m.merged_id
     join accounts a on a.id = m.made_by left join accounts u on u.id = m.undone_by";

/// That the center still knows the one who was kept: what it has forgotten it sees no more.
const KNOWN: &str = "exists (select 1 from enrolments e
     where e.center_id = m.center_id and e.person_id = coalesce(k.merged_into, k.id))";

/// A merge that was decided in the center.
///
/// # Errors
/// `NotFound` for another's, and where the center does not know the person any more.
pub async fn find(conn: &mut Conn, center: CenterId, id: MergeId) -> Result<Merge> {
    let sql = format!("{MERGE} where m.center_id = $1 and m.id = $2 and {KNOWN}");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// The center of a merge that the viewer may reach.
///
/// # Errors
/// `NotFound`.
pub async fn center_of(by: &Viewer, conn: &mut Conn, id: MergeId) -> Result<CenterId> {
    sqlx::query_scalar(
        "select m.center_id from merges m join account_centers r on r.center_id = m.center_id
         where m.id = $1 and r.account_id = $2",
    )
    .bind(id)
    .bind(by.account)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)
}

/// The center's merges, the latest first: the `size` with numbers below `before`.
pub async fn list(conn: &mut Conn, center: CenterId, before: i64, size: i64) -> Result<Vec<Merge>> {
    let sql = format!("{MERGE} where m.center_id = $1 and m.id < $2 and {KNOWN} order by m.id desc limit $3");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(before).bind(size).fetch_all(conn).await?)
}

/// What came to the person who was kept between a merge and its end, or today. Of another center's, and of what is confidential, the day
/// alone.
pub async fn stayed(conn: &mut Conn, merge: &Merge) -> Result<Vec<Stayed>> {
    Ok(sqlx::query_as(
        "select 'attendance' as kind, a.local_date as on_date,
                case when a.center_id = $4 and s.confidential = 0 then y.title else '' end as what
         from attendances_of_people a cross join attendances r cross join activities y cross join service_kinds s
         where a.person_id = $1 and r.id = a.id and y.id = a.activity_id and s.id = y.kind_id
           and r.recorded_at > $2 and r.recorded_at <= $3 and a.voided_at is null
         union all
         select 'membership', g.valid_from, g.document from group_memberships g
         where g.person_id = $1 and g.created_at > $2 and g.created_at <= $3 and g.voided_at is null
         union all
         select 'team', m.joined_on, case when t.center_id = $4 then t.name else '' end
         from team_members m join teams t on t.id = m.team_id
         where m.person_id = $1 and m.created_at > $2 and m.created_at <= $3
         union all
         select 'home', m.moved_in, coalesce(h.address, '') from household_members m join households h on h.id = m.household_id
         where m.person_id = $1 and m.created_at > $2 and m.created_at <= $3 and m.voided_at is null and h.center_id = $4
         union all
         select 'card', null, '' from cards k where k.person_id = $1 and k.issued_at > $2 and k.issued_at <= $3
         order by 2, 1, 3 limit 100",
    )
    .bind(merge.kept_id)
    .bind(merge.made_at)
    .bind(merge.undone_at.unwrap_or(Timestamp(i64::MAX)))
    .bind(merge.center_id)
    .fetch_all(conn)
    .await?)
}

/// The first center of the viewer's that knows both.
///
/// # Errors
/// `NotFound` where none does.
pub async fn center_of_both(by: &Viewer, conn: &mut Conn, one: PersonId, other: PersonId) -> Result<CenterId> {
    sqlx::query_scalar(
        "select e.center_id from enrolments e
         join enrolments o on o.center_id = e.center_id
         join account_centers r on r.center_id = e.center_id
         where e.person_id = (select coalesce(p.merged_into, p.id) from people p where p.id = $1)
           and o.person_id = (select coalesce(p.merged_into, p.id) from people p where p.id = $2) and r.account_id = $3
         order by e.center_id limit 1",
    )
    .bind(one)
    .bind(other)
    .bind(by.account)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)
}
