//! Reading households, always within a center that the viewer was let into.

use serde_json::json;

use super::types::{HomeStay, Household, HouseholdCount, HouseholdId, Housemate, ListedHousehold};
use crate::auth::Viewer;
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::{Error, Result};
use crate::people::PersonId;
use crate::store::{self, Conn};

/// One household of the center.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn find(conn: &mut Conn, center: CenterId, id: HouseholdId) -> Result<Household> {
    sqlx::query_as("select id, address, opened_on, version from households where id = $1 and center_id = $2")
        .bind(id)
        .bind(center)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// The center of a household that the viewer may reach.
///
/// # Errors
/// `NotFound`.
pub async fn center_of(by: &Viewer, conn: &mut Conn, id: HouseholdId) -> Result<CenterId> {
    sqlx::query_scalar(
        "select h.center_id from households h join account_centers r on r.center_id = h.center_id
         where h.id = $1 and r.account_id = $2",
    )
    .bind(id)
    .bind(by.account)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)
}

const STAY: &str = "select m.id as stay_id, m.household_id, m.relation, m.moved_in, m.moved_out,
        p.id, p.name, p.birth_date, p.phone_last4
     from household_members m join people p on p.id = m.person_id
     where m.voided_at is null";

/// Everybody who lives or lived in the household: the head first, then as they came; who has left last.
pub async fn stays(conn: &mut Conn, household: HouseholdId) -> Result<Vec<HomeStay>> {
    let sql = format!(
        "{STAY} and m.household_id = $1
         order by case when m.moved_out is null then 0 else 1 end, case when m.relation = 'head' then 0 else 1 end,
                  m.moved_in, m.id"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(household).fetch_all(conn).await?)
}

/// The households in which the person lives or has lived, as the center knows it: the latest first.
pub async fn of_person(conn: &mut Conn, center: CenterId, person: PersonId) -> Result<Vec<HomeStay>> {
    let sql = format!("{STAY} and m.center_id = $1 and m.person_id = $2 order by m.moved_in desc, m.id desc");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(person).fetch_all(conn).await?)
}

/// The household in which the person lives now.
pub async fn home_of(conn: &mut Conn, center: CenterId, person: PersonId) -> Result<Option<HouseholdId>> {
    Ok(sqlx::query_scalar(
        "select household_id from household_members
         where center_id = $1 and person_id = $2 and moved_out is null and voided_at is null",
    )
    .bind(center)
    .bind(person)
    .fetch_optional(conn)
    .await?)
}

/// Of these people those who live in a household of the center now, with it.
pub async fn homes_of(
    conn: &mut Conn,
    center: CenterId,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<Vec<(PersonId, HouseholdId)>> {
    Ok(sqlx::query_as(
        "select person_id, household_id from household_members
         where center_id = $1 and moved_out is null and voided_at is null
           and person_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($2 as json_text)) j)",
    )
    .bind(center)
    .bind(store::rows(people, |person| json!(person)))
    .fetch_all(conn)
    .await?)
}

/// Who else lives in the household now.
pub async fn housemates(conn: &mut Conn, household: HouseholdId, but: PersonId) -> Result<Vec<Housemate>> {
    let stays = stays(conn, household).await?;
    let others = stays.into_iter().filter(|stay| stay.moved_out.is_none() && stay.person.id != but);
    Ok(others
        .map(|stay| Housemate { person: stay.person.id, name: stay.person.name, relation: stay.relation })
        .collect())
}

/// Which households a list shows.
#[derive(Clone, Debug)]
pub enum Homes {
    /// Those in which somebody lives on the day.
    Lived,
    /// Those in which these people live or have lived.
    Of(Vec<PersonId>),
}

fn listed(cut: &str) -> String {
    format!(
        "select h.id, h.address, h.opened_on,
                (select p.name from household_members m join people p on p.id = m.person_id
                 where m.household_id = h.id and m.relation = 'head' and m.voided_at is null
                   and m.moved_in <= $2 and (m.moved_out is null or m.moved_out > $2)
                 order by m.moved_in desc limit 1) as head,
                (select count(*) from household_members m where m.household_id = h.id and m.voided_at is null
                   and m.moved_in <= $2 and (m.moved_out is null or m.moved_out > $2)) as members
         from households h where h.center_id = $1 and {cut}
         order by h.address, h.id limit $3 offset $4"
    )
}

const LIVED: &str = "exists (select 1 from household_members m where m.household_id = h.id and m.voided_at is null
     and m.moved_in <= $2 and (m.moved_out is null or m.moved_out > $2))";

const THEIRS: &str =
    "h.id in (select m.household_id from household_members m where m.voided_at is null and m.person_id in (
     select cast(cast(j.value as text) as bigint) from json_each(cast($5 as json_text)) j))";

/// The center's households as they are on a day, by address: `size` after the first `skip`.
pub async fn list(
    conn: &mut Conn,
    center: CenterId,
    on: Date,
    homes: &Homes,
    (skip, size): (i64, i64),
) -> Result<Vec<ListedHousehold>> {
    let (sql, people) = match homes {
        Homes::Lived => (listed(LIVED), None),
        Homes::Of(people) => (listed(THEIRS), Some(store::rows(people, |person| json!(person)))),
    };
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(on).bind(size).bind(skip);
    let query = match people {
        Some(people) => query.bind(people),
        None => query,
    };
    Ok(query.fetch_all(conn).await?)
}

/// The households of the center in which somebody lives on the day, and those who do.
pub async fn count(conn: &mut Conn, center: CenterId, on: Date) -> Result<HouseholdCount> {
    Ok(sqlx::query_as(
        "select count(distinct household_id) as households, count(distinct person_id) as persons from household_members
         where center_id = $1 and voided_at is null and moved_in <= $2 and (moved_out is null or moved_out > $2)",
    )
    .bind(center)
    .bind(on)
    .fetch_one(conn)
    .await?)
}
