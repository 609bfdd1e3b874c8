//! Reading people, always within a center that the viewer was let into.

use super::groups::{self, AgeBands, PriorityGroup};
use super::pinyin;
use super::types::{Person, PersonId, PersonRow};
use crate::auth::Viewer;
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::{Error, Result};
use crate::store::{Conn, Flag};

const PERSON: &str = "select p.id, p.name, p.sex, p.birth_date, p.phone_sealed, p.phone_last4, p.id_number_sealed,
        e.address, e.note, e.enrolled_at, p.version
     from enrolments e join people p on p.id = e.person_id";

/// One person of the center.
///
/// # Errors
/// `NotFound` for a person who is not enrolled there.
pub async fn find(conn: &mut Conn, center: CenterId, id: PersonId) -> Result<Person> {
    let sql = format!("{PERSON} where e.center_id = $1 and e.person_id = $2");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// What a person is called, for whoever has them before the eyes: at the door.
pub async fn name(conn: &mut Conn, id: PersonId) -> Result<String> {
    Ok(sqlx::query_scalar("select name from people where id = $1").bind(id).fetch_one(conn).await?)
}

/// A center of the viewer's in which the person is enrolled: the first of them.
///
/// # Errors
/// `NotFound` where none of the viewer's centers knows the person.
pub async fn center_of(by: &Viewer, conn: &mut Conn, id: PersonId) -> Result<CenterId> {
    sqlx::query_scalar(
        "select e.center_id from enrolments e join account_centers r on r.center_id = e.center_id
         where e.person_id = $1 and r.account_id = $2 order by e.enrolled_at, e.center_id limit 1",
    )
    .bind(id)
    .bind(by.account)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)
}

/// What a search text may mean: each part is a pattern, or nothing where the text cannot mean that.
struct Wanted {
    name: Option<String>,
    pinyin: Option<String>,
    initials: Option<String>,
    last4: Option<String>,
}

impl Wanted {
    /// Four digits or more are a phone's end; letters are pinyin or initials; anything else stands in the name.
    fn of(text: &str) -> Self {
        let plain: String = text.chars().filter(|c| !matches!(c, '%' | '_' | '\\') && !c.is_whitespace()).collect();
        let mut wanted = Self { name: None, pinyin: None, initials: None, last4: None };
        let sound = pinyin::typed(&plain);
        if plain.len() >= 4 && plain.bytes().all(|byte| byte.is_ascii_digit()) {
            wanted.last4 = Some(plain[plain.len() - 4..].to_owned());
        } else if !sound.is_empty() && plain.chars().all(|c| c.is_ascii() || c == 'ü' || c == 'Ü') {
            // Short letters are how a name begins; longer ones may be the given name alone.
            let anywhere = if sound.len() < 3 { "" } else { "%" };
            wanted.pinyin = Some(format!("{anywhere}{sound}%"));
            wanted.initials = Some(format!("{sound}%"));
        } else if !plain.is_empty() {
            wanted.name = Some(format!("%{plain}%"));
        }
        wanted
    }
}

/// The center's people who fit `text`: characters of the name, full pinyin, initials, or the phone's last four digits.
pub async fn search(conn: &mut Conn, center: CenterId, text: &str, limit: i64) -> Result<Vec<PersonRow>> {
    let wanted = Wanted::of(text);
    Ok(sqlx::query_as(
        "select p.id, p.name, p.birth_date, p.phone_last4
         from enrolments e join people p on p.id = e.person_id
         where e.center_id = $1 and (p.name like $2 or p.pinyin like $3 or p.initials like $4 or p.phone_last4 = $5)
         order by p.pinyin, p.id limit $6",
    )
    .bind(center)
    .bind(wanted.name)
    .bind(wanted.pinyin)
    .bind(wanted.initials)
    .bind(wanted.last4)
    .bind(limit)
    .fetch_all(conn)
    .await?)
}

/// A person as the list shows them: groups on the day, and how often they came to this center.
#[derive(Debug, sqlx::FromRow)]
pub struct Listed {
    #[sqlx(flatten)]
    pub person: PersonRow,
    disabled: Flag,
    needy: Flag,
    pub last_came: Option<Date>,
    /// Participant attendances since the year began.
    pub visits: i64,
}

impl Listed {
    pub fn groups(&self, bands: AgeBands, today: Date) -> Vec<PriorityGroup> {
        let mut found = groups::groups_on(self.person.birth_date, &[], bands, today);
        found.disabled = self.disabled.is_set();
        found.needy = self.needy.is_set();
        found.iter().collect()
    }
}

/// The rows of a list: whom `cut` leaves, of them those whom `page` takes. What is told of each is looked up for these alone,
/// not for all whom a page skips.
fn listed(cut: &str, page: &str) -> String {
    format!(
        "with page as materialized (
            select p.id, p.name, p.birth_date, p.phone_last4, p.pinyin, e.center_id
            from enrolments e join people p on p.id = e.person_id
            where e.center_id = $1 and {cut} order by p.pinyin, p.id {page}
         ), told as (
            select a.person_id, max(a.local_date) as last_came,
                   count(case when a.part = 'participant' and a.local_date >= $6 then 1 end) as visits
            from page q cross join attendances_of_people a
            where a.person_id = q.id and a.center_id = q.center_id and a.voided_at is null
            group by a.person_id
         )
         select q.id, q.name, q.birth_date, q.phone_last4,
            case when exists (select 1 from memberships_held g where g.person_id = q.id and g.priority_group = 'disabled'
                and g.valid_from <= $2 and (g.valid_to is null or g.valid_to >= $2)) then 1 else 0 end as disabled,
            case when exists (select 1 from memberships_held g where g.person_id = q.id and g.priority_group = 'needy'
                and g.valid_from <= $2 and (g.valid_to is null or g.valid_to >= $2)) then 1 else 0 end as needy,
            t.last_came, coalesce(t.visits, 0) as visits
         from page q left join told t on t.person_id = q.id order by q.pinyin, q.id"
    )
}

/// Which of the center's people a list shows: everyone, or those who are in a priority group today.
#[derive(Clone, Copy, Default)]
pub struct Among {
    born_after: Option<Date>,
    born_by: Option<Date>,
    granted: Option<PriorityGroup>,
}

impl Among {
    pub fn group(group: PriorityGroup, bands: AgeBands, today: Date) -> Self {
        match bands.born(group, today) {
            Some((born_after, born_by)) => Self { born_after, born_by: Some(born_by), granted: None },
            None => Self { granted: Some(group), ..Self::default() },
        }
    }
}

/// The condition of an [`Among`]: `$2` is today, `$3` to `$5` its parts, each null where it does not cut.
const AMONG: &str = "($3 is null or p.birth_date > $3) and ($4 is null or p.birth_date <= $4)
     and ($5 is null or exists (select 1 from memberships_held g where g.person_id = p.id and g.priority_group = $5
         and g.valid_from <= $2 and (g.valid_to is null or g.valid_to >= $2)))";

/// The condition of a search for a [`Wanted`]: `$3` to `$5` and `$7` are its parts.
const FOUND: &str = "(p.name like $3 or p.pinyin like $4 or p.initials like $5 or p.phone_last4 = $7)";

/// The `size` people of the center after the first `skip`, by pinyin.
pub async fn list(
    conn: &mut Conn,
    center: CenterId,
    today: Date,
    among: Among,
    (skip, size): (i64, i64),
) -> Result<Vec<Listed>> {
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(listed(AMONG, "limit $7 offset $8")))
        .bind(center)
        .bind(today)
        .bind(among.born_after)
        .bind(among.born_by)
        .bind(among.granted)
        .bind(year_start(today))
        .bind(size)
        .bind(skip)
        .fetch_all(conn)
        .await?)
}

/// As [`list`], those who fit `text` as in [`search`].
pub async fn list_found(conn: &mut Conn, center: CenterId, today: Date, text: &str, limit: i64) -> Result<Vec<Listed>> {
    let wanted = Wanted::of(text);
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(listed(FOUND, "limit $8")))
        .bind(center)
        .bind(today)
        .bind(wanted.name)
        .bind(wanted.pinyin)
        .bind(wanted.initials)
        .bind(year_start(today))
        .bind(wanted.last4)
        .bind(limit)
        .fetch_all(conn)
        .await?)
}

fn year_start(today: Date) -> Date {
    Date(chrono::Datelike::with_ordinal(&today.0, 1).unwrap_or(today.0))
}

pub async fn count(conn: &mut Conn, center: CenterId, today: Date, among: Among) -> Result<i64> {
    let sql = format!(
        "select count(*) from enrolments e join people p on p.id = e.person_id
         where e.center_id = $1 and {AMONG}"
    );
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(center)
        .bind(today)
        .bind(among.born_after)
        .bind(among.born_by)
        .bind(among.granted)
        .fetch_one(conn)
        .await?)
}

/// The center's people with ids above `after`, for the API's pages.
pub async fn after(conn: &mut Conn, center: CenterId, after: i64, limit: i64) -> Result<Vec<Person>> {
    let sql = format!("{PERSON} where e.center_id = $1 and p.id > $2 order by p.id limit $3");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(after).bind(limit).fetch_all(conn).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::plan::by_person;

    #[rocket::async_test]
    async fn people_are_listed_without_reading_all_attendances() {
        by_person(&listed(AMONG, "limit $7 offset $8"), 1).await;
        by_person(&listed(FOUND, "limit $8"), 1).await;
    }
}
