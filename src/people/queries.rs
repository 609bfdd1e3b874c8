//! Reading people, always within a center that the viewer was let into.

use std::collections::BTreeSet;

use serde_json::json;

use super::name::Name;
use super::numbers::PhoneNumber;
use super::pinyin;
use super::types::{Person, PersonId, PersonRow};
use crate::auth::{Coordinator, Viewer};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Timestamp};
use crate::error::{Error, Result};
use crate::spelling;
use crate::store::{Conn, Flag, Sealer, rows};

pub(super) const PERSON: &str =
    "select p.id, p.name, p.sex, p.birth_date, p.residence, p.languages, p.phone_sealed, p.phone_last4,
        p.id_number_sealed, e.address, e.note_sealed, e.care_sealed, e.emergency_sealed, e.enrolled_at, p.version
     from enrolments e join people p on p.id = e.person_id";

/// A person's number, or that of whom they were made one with.
const STANDING: &str = "coalesce((select m.merged_into from people m where m.id = $2), cast($2 as bigint))";

/// One person of the center; who was made one with somebody leads to them.
///
/// # Errors
/// `NotFound` for a person who is not enrolled there, `Gone` for one who was and is erased.
pub async fn find(conn: &mut Conn, center: CenterId, id: PersonId) -> Result<Person> {
    let sql = format!("{PERSON} where e.center_id = $1 and e.person_id = {STANDING}");
    let found = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(id).fetch_optional(&mut *conn).await?;
    if let Some(person) = found {
        return Ok(person);
    }
    let erased = format!("select erased_at from erased_enrolments where center_id = $1 and person_id = {STANDING}");
    let erased: Option<Timestamp> =
        sqlx::query_scalar(sqlx::AssertSqlSafe(erased)).bind(center).bind(id).fetch_optional(conn).await?;
    Err(erased.map_or(Error::NotFound, Error::Gone))
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
/// `NotFound` where none of the viewer's centers knows the person, `Gone` where one did.
pub async fn center_of(by: &Viewer, conn: &mut Conn, id: PersonId) -> Result<CenterId> {
    let sql = format!(
        "select e.center_id from enrolments e join account_centers r on r.center_id = e.center_id
         where e.person_id = {STANDING} and r.account_id = $1 order by e.enrolled_at, e.center_id limit 1"
    );
    let found =
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(by.account).bind(id).fetch_optional(&mut *conn).await?;
    if let Some(center) = found {
        return Ok(center);
    }
    let sql = format!(
        "select e.erased_at from erased_enrolments e join account_centers r on r.center_id = e.center_id
         where e.person_id = {STANDING} and r.account_id = $1 order by e.erased_at limit 1"
    );
    let erased: Option<Timestamp> =
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(by.account).bind(id).fetch_optional(conn).await?;
    Err(erased.map_or(Error::NotFound, Error::Gone))
}

/// These people, as far as the center knows them, by pinyin.
pub async fn these(conn: &mut Conn, center: CenterId, ids: &[PersonId]) -> Result<Vec<Person>> {
    let sql = format!(
        "{PERSON} where e.center_id = $1
           and p.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($2 as json_text)) j)
         order by p.pinyin, p.id"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(rows(ids, |id| json!(id))).fetch_all(conn).await?)
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

/// So many rows are looked through before all are.
const FEW: i64 = 400;

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
    center_id: CenterId,
}

/// A text, taken apart for the statement that looks for it.
struct Sought {
    wanted: Wanted,
    /// The matching key of a name.
    key: Option<String>,
    /// The condition on person `p`, and what it takes from `$3` on.
    condition: String,
    given: Vec<String>,
}

impl Sought {
    /// None where there is nothing to look for.
    fn of(sealer: &Sealer, text: &str) -> Option<Self> {
        let text: String = text.chars().take(SEARCHED).collect();
        let wanted = Wanted::of(sealer, &text);
        // Each kind by itself, so that a number is found by its index.
        let (conditions, given) = match &wanted {
            Wanted::Phone(hash) => (by_phone("phone_hash"), vec![hash.clone()]),
            Wanted::Last4(last4) => (by_phone("phone_last4"), vec![last4.clone()]),
            Wanted::Name { folded, sound } => {
                let (mut columns, mut given) = (Vec::new(), Vec::new());
                if !folded.is_empty() {
                    columns.push("name_fold");
                    given.push(format!("%{folded}%"));
                }
                // How it sounds is decided by `fits`; before, at least one of the syllables begins like it.
                if let Some(letter) = sound.chars().next() {
                    columns.extend(["sounds"; 3]);
                    given.extend([format!("{letter}%"), format!("% {letter}%"), format!("%/{letter}%")]);
                }
                let like = (3..).zip(columns).map(|(place, column)| format!("p.{column} like ${place}"));
                (like.collect::<Vec<_>>(), given)
            }
            Wanted::Nothing => return None,
        };
        let key = matches!(wanted, Wanted::Name { .. }).then(|| spelling::key(&text));
        Some(Self { wanted, key, condition: conditions.join(" or "), given })
    }

    /// Who of those whom `within` leaves, a condition over enrolment `e` and `$1`, fits, by pinyin: once for each center. `enough`
    /// people are looked for among the first few first; a text that fits everybody need not be compared with everybody.
    async fn find(&self, conn: &mut Conn, within: &str, one: i64, enough: usize) -> Result<Vec<Sounding>> {
        let (few, is_all) = self.among(conn, within, one, FEW).await?;
        if is_all || people_in(&few) > enough { Ok(few) } else { Ok(self.among(conn, within, one, i64::MAX).await?.0) }
    }

    /// As [`Self::find`], whoever is called exactly so before the others: among many thousands these are found at once.
    async fn find_in_many(&self, conn: &mut Conn, within: &str, one: i64, enough: usize) -> Result<Vec<Sounding>> {
        let mut found = match &self.key {
            Some(key) => read(conn, (within, one), "p.name_key = $3", std::slice::from_ref(key), i64::MAX).await?,
            None => Vec::new(),
        };
        if people_in(&found) < enough {
            let exactly: BTreeSet<PersonId> = found.iter().map(|row| row.person.id).collect();
            let others = self.find(conn, within, one, enough).await?;
            found.extend(others.into_iter().filter(|row| !exactly.contains(&row.person.id)));
        }
        Ok(found)
    }

    /// Those that fit of the first `most` that the database finds, and whether it found no more.
    async fn among(&self, conn: &mut Conn, within: &str, one: i64, most: i64) -> Result<(Vec<Sounding>, bool)> {
        let found = read(conn, (within, one), &self.condition, &self.given, most).await?;
        let is_all = (found.len() as i64) < most;
        Ok((found.into_iter().filter(|row| self.fits(row)).collect(), is_all))
    }

    fn fits(&self, row: &Sounding) -> bool {
        match &self.wanted {
            Wanted::Name { folded, sound } => {
                (!folded.is_empty() && row.name_fold.contains(folded.as_str()))
                    || (!sound.is_empty() && pinyin::fits(&row.sounds, sound))
            }
            _ => true,
        }
    }
}

/// By a number of theirs: in `column` of the person or of another number that they have.
fn by_phone(column: &str) -> Vec<String> {
    // Not `or`, for which PostgreSQL reads everybody.
    vec![format!(
        "p.id in (select x.id from people x where x.{column} = $3
            union all select f.person_id from person_phones f where f.{column} = $3)"
    )]
}

/// How many people these are.
fn people_in(found: &[Sounding]) -> usize {
    found.chunk_by(|a, b| a.person.id == b.person.id).count()
}

async fn read(
    conn: &mut Conn,
    (within, one): (&str, i64),
    condition: &str,
    given: &[String],
    most: i64,
) -> Result<Vec<Sounding>> {
    let sql = format!(
        "select p.id, p.name, p.birth_date, p.phone_last4, p.name_fold, p.sounds, e.center_id
         from people p join enrolments e on e.person_id = p.id
         where {within} and ({condition})
         order by p.pinyin, p.id, e.center_id limit $2"
    );
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(one).bind(most);
    for text in given {
        query = query.bind(text);
    }
    Ok(query.fetch_all(conn).await?)
}

/// Somebody who was found, with the first of the viewer's centers that knows them.
#[derive(Clone, Debug)]
pub struct FoundPerson {
    pub person: PersonRow,
    pub center_id: CenterId,
}

/// As [`search`], in one center or in all that the viewer reaches; there whoever is called exactly so comes first.
pub async fn search_reach(
    by: &Coordinator,
    conn: &mut Conn,
    sealer: &Sealer,
    center: Option<CenterId>,
    text: &str,
    limit: usize,
) -> Result<Vec<FoundPerson>> {
    const REACH: &str = "e.center_id in (select r.center_id from account_centers r where r.account_id = $1)";
    let Some(sought) = Sought::of(sealer, text) else { return Ok(Vec::new()) };
    let found = match center {
        Some(center) => sought.find(conn, "e.center_id = $1", center.0, limit).await?,
        None => sought.find_in_many(conn, REACH, by.account.0, limit).await?,
    };
    let mut people: Vec<FoundPerson> =
        found.into_iter().map(|row| FoundPerson { person: row.person, center_id: row.center_id }).collect();
    people.dedup_by_key(|found| found.person.id);
    people.truncate(limit);
    Ok(people)
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
    let Some(sought) = Sought::of(sealer, text) else { return Ok(Vec::new()) };
    let found = sought.find(conn, "e.center_id = $1", center.0, limit).await?;
    Ok(found.into_iter().map(|row| row.person).take(limit).collect())
}
