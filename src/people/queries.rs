//! Reading people, always within a center that the viewer was let into.

use super::groups::{self, AgeBands, PriorityGroup};
use super::name::Name;
use super::numbers::PhoneNumber;
use super::pinyin;
use super::types::{Person, PersonId, PersonRow};
use crate::auth::Viewer;
use crate::centers::{self, Center, CenterId};
use crate::clock::Date;
use crate::error::{Error, Result};
use crate::spelling;
use crate::store::{self, Conn, Flag, Sealer};
use serde_json::json;

const PERSON: &str = "select p.id, p.name, p.sex, p.birth_date, p.languages, p.phone_sealed, p.phone_last4,
        p.id_number_sealed, e.address, e.note, e.enrolled_at, p.version
     from enrolments e join people p on p.id = e.person_id";

/// One person of the center.
///
/// # Errors
/// `NotFound` for a person who is not enrolled there.
pub async fn find(conn: &mut Conn, center: CenterId, id: PersonId) -> Result<Person> {
    let sql = format!("{PERSON} where e.center_id = $1 and e.person_id = $2");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// The person whose page is asked for, with the center that knows them.
///
/// # Errors
/// `NotFound` for another's center, and as [`find`].
pub async fn open_in(by: &Viewer, conn: &mut Conn, center: CenterId, id: PersonId) -> Result<(Center, Person)> {
    let center = centers::queries::open_to(by, conn, center).await?;
    let person = find(conn, center.id(), id).await?;
    Ok((center, person))
}

/// What a person is called, for whoever has them before the eyes: at the door.
pub async fn name(conn: &mut Conn, id: PersonId) -> Result<String> {
    Ok(sqlx::query_scalar("select name from people where id = $1").bind(id).fetch_one(conn).await?)
}

/// What is entered of somebody and tells them from others of the name.
#[derive(Clone, Copy, Default)]
pub struct Marks {
    pub phone: bool,
    pub id_number: bool,
    pub birth_date: Option<Date>,
}

/// The center's people of this name, however it is spelt, whom nothing that was entered tells apart from somebody new: at
/// most eight, by pinyin.
pub async fn namesakes(conn: &mut Conn, center: CenterId, name: &Name, told: Marks) -> Result<Vec<PersonRow>> {
    Ok(sqlx::query_as(
        "select p.id, p.name, p.birth_date, p.phone_last4 from enrolments e join people p on p.id = e.person_id
         where e.center_id = $1 and p.name_key = $2
           and not (cast($3 as bigint) = 1 and p.phone_hash is not null)
           and not (cast($4 as bigint) = 1 and p.id_number_hash is not null)
           and not (p.birth_date is not null and cast($5 as text) is not null and p.birth_date <> cast($5 as text))
         order by p.pinyin, p.id limit 8",
    )
    .bind(center)
    .bind(name.key())
    .bind(Flag::from(told.phone))
    .bind(Flag::from(told.id_number))
    .bind(told.birth_date)
    .fetch_all(conn)
    .await?)
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

/// What a search text may mean.
enum Wanted {
    /// A whole phone number, by its keyed hash.
    Phone(String),
    /// How a phone number ends.
    Last4(String),
    /// A part of the name, accents aside; letters may also be how it sounds.
    Name {
        folded: String,
        sound: String,
    },
    Nothing,
}

/// So much of a text is searched for: a name or a number, or a card's whole link that a scanner types into the field.
pub const SEARCHED: usize = 200;

/// From how many digits on they are a phone's end.
const DIGITS: usize = 4;

impl Wanted {
    fn of(sealer: &Sealer, text: &str) -> Self {
        if let Ok(number) = PhoneNumber::parse(text) {
            return Self::Phone(sealer.hash("phone", number.as_str()));
        }
        let digits: String = spelling::narrow(text).chars().filter(|c| !matches!(c, '-' | '+' | '(' | ')')).collect();
        if digits.len() >= DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::Last4(digits[digits.len() - DIGITS..].to_owned());
        }
        let folded: String = spelling::fold(text).chars().filter(|c| !matches!(c, '%' | '_' | '\\')).collect();
        let letters = folded.chars().all(|c| c.is_ascii() || c == 'ü');
        let sound = if letters { pinyin::typed(text) } else { String::new() };
        if folded.is_empty() && sound.is_empty() { Self::Nothing } else { Self::Name { folded, sound } }
    }
}

#[derive(sqlx::FromRow)]
struct Sounding {
    #[sqlx(flatten)]
    person: PersonRow,
    name_fold: String,
    sounds: String,
}

/// The center's people who fit `text`: characters of the name, pinyin in full, in initials or mixed, a phone number or its
/// last four digits. By pinyin.
pub async fn search(
    conn: &mut Conn,
    sealer: &Sealer,
    center: CenterId,
    text: &str,
    limit: usize,
) -> Result<Vec<PersonRow>> {
    let text: String = text.chars().take(SEARCHED).collect();
    let wanted = Wanted::of(sealer, &text);
    let (mut hash, mut last4, mut folded, mut sound) = (None, None, None, None);
    match &wanted {
        Wanted::Phone(wanted) => hash = Some(wanted),
        Wanted::Last4(wanted) => last4 = Some(wanted),
        // How it sounds is decided below; here at least one of the syllables begins like it.
        Wanted::Name { folded: name, sound: typed } => {
            folded = (!name.is_empty()).then(|| format!("%{name}%"));
            sound = typed.chars().next();
        }
        Wanted::Nothing => return Ok(Vec::new()),
    }
    let found: Vec<Sounding> = sqlx::query_as(
        "select p.id, p.name, p.birth_date, p.phone_last4, p.name_fold, p.sounds
         from enrolments e join people p on p.id = e.person_id
         where e.center_id = $1 and (p.phone_hash = $2 or p.phone_last4 = $3 or p.name_fold like $4
            or p.sounds like $5 or p.sounds like $6 or p.sounds like $7)
         order by p.pinyin, p.id",
    )
    .bind(center)
    .bind(hash)
    .bind(last4)
    .bind(folded)
    .bind(sound.map(|letter| format!("{letter}%")))
    .bind(sound.map(|letter| format!("% {letter}%")))
    .bind(sound.map(|letter| format!("%/{letter}%")))
    .fetch_all(conn)
    .await?;
    let fits = |row: &Sounding| match &wanted {
        Wanted::Name { folded, sound } => {
            (!folded.is_empty() && row.name_fold.contains(folded.as_str()))
                || (!sound.is_empty() && pinyin::fits(&row.sounds, sound))
        }
        _ => true,
    };
    Ok(found.into_iter().filter(fits).map(|row| row.person).take(limit).collect())
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
    /// Only those whose birth date nobody knows.
    unborn: bool,
}

impl Among {
    pub fn without_birth_date() -> Self {
        Self { unborn: true, ..Self::default() }
    }

    /// The condition: see [`AMONG`].
    fn condition(&self) -> String {
        let unborn = if self.unborn { "and p.birth_date is null" } else { "" };
        format!("{RESIDENT} and {AMONG} {unborn}")
    }

    pub fn group(group: PriorityGroup, bands: AgeBands, today: Date) -> Self {
        match bands.born(group, today) {
            Some((born_after, born_by)) => Self { born_after, born_by: Some(born_by), ..Self::default() },
            None => Self { granted: Some(group), ..Self::default() },
        }
    }
}

/// The condition, over enrolment `e`, that somebody is counted among a center's residents: not who was entered only as staff. A
/// column alone: whether they ever came as something else, asked of every row, cost PostgreSQL 150 ms a page.
pub const RESIDENT: &str = "e.as_staff = 0";

/// The condition of an [`Among`]: `$2` is today, `$3` to `$5` its parts, each null where it does not cut.
const AMONG: &str = "($3 is null or p.birth_date > $3) and ($4 is null or p.birth_date <= $4)
     and ($5 is null or exists (select 1 from memberships_held g where g.person_id = p.id and g.priority_group = $5
         and g.valid_from <= $2 and (g.valid_to is null or g.valid_to >= $2)))";

/// The condition of a list of certain people: `$3` are their ids, as one JSON parameter.
const THESE: &str = "p.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($3 as json_text)) j)";

/// The `size` people of the center after the first `skip`, by pinyin.
pub async fn list(
    conn: &mut Conn,
    center: CenterId,
    today: Date,
    among: Among,
    (skip, size): (i64, i64),
) -> Result<Vec<Listed>> {
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(listed(&among.condition(), "limit $7 offset $8")))
        .bind(center)
        .bind(today)
        .bind(among.born_after)
        .bind(among.born_by)
        .bind(among.granted)
        .bind(today.year_start())
        .bind(size)
        .bind(skip)
        .fetch_all(conn)
        .await?)
}

/// As [`list`], those who fit `text` as in [`search`].
pub async fn list_found(
    conn: &mut Conn,
    sealer: &Sealer,
    center: CenterId,
    today: Date,
    text: &str,
    limit: usize,
) -> Result<Vec<Listed>> {
    let found = search(conn, sealer, center, text, limit).await?;
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(listed(THESE, "limit $4")))
        .bind(center)
        .bind(today)
        .bind(store::rows(found, |person| json!(person.id)))
        .bind(limit as i64)
        .bind(None::<i64>)
        .bind(today.year_start())
        .fetch_all(conn)
        .await?)
}

pub async fn count(conn: &mut Conn, center: CenterId, today: Date, among: Among) -> Result<i64> {
    let sql = format!(
        "select count(*) from enrolments e join people p on p.id = e.person_id
         where e.center_id = $1 and {}",
        among.condition()
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
        by_person(&listed(&Among::default().condition(), "limit $7 offset $8"), 1).await;
        by_person(&listed(THESE, "limit $4"), 1).await;
    }
}
