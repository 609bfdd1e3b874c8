//! Writing what is known of a human: the columns of `people` in one place, for those who are registered, filled in and revised.

use sqlx::any::AnyArguments;
use sqlx::query::{Query, QueryScalar};
use sqlx::{Any, AssertSqlSafe};

use super::PersonId;
use super::pinyin::Sounds;
use super::types::Facts;
use crate::clock::Now;
use crate::error::{Error, OnViolation, Result};
use crate::spelling;
use crate::store::{Conn, Sealer};

/// The columns that hold [`Facts`], in the order in which [`FactsRow::bind`] gives their values.
const COLUMNS: [&str; 15] = [
    "name",
    "name_key",
    "name_fold",
    "pinyin",
    "sounds",
    "sex",
    "birth_date",
    "residence",
    "languages",
    "phone_sealed",
    "phone_hash",
    "phone_last4",
    "id_number_sealed",
    "id_number_hash",
    "updated_at",
];

/// Each column with its place, as `write` puts them.
fn columns(write: impl Fn(&str, usize) -> String) -> String {
    COLUMNS.iter().enumerate().map(|(index, column)| write(column, index + 1)).collect::<Vec<_>>().join(", ")
}

/// Facts on their way into the table.
struct FactsRow<'a> {
    now: Now,
    sealer: &'a Sealer,
    facts: &'a Facts,
}

/// What values are bound to, whatever it gives back.
trait Binds: Sized {
    fn value<T>(self, value: T) -> Self
    where
        T: sqlx::Encode<'static, Any> + sqlx::Type<Any> + Send + 'static;
}

impl Binds for Query<'static, Any, AnyArguments> {
    fn value<T>(self, value: T) -> Self
    where
        T: sqlx::Encode<'static, Any> + sqlx::Type<Any> + Send + 'static,
    {
        self.bind(value)
    }
}

impl<O> Binds for QueryScalar<'static, Any, O, AnyArguments> {
    fn value<T>(self, value: T) -> Self
    where
        T: sqlx::Encode<'static, Any> + sqlx::Type<Any> + Send + 'static,
    {
        self.bind(value)
    }
}

impl FactsRow<'_> {
    fn bind<B: Binds>(&self, query: B) -> B {
        let Facts { name, sex, birth_date, residence, languages, phone, id_number } = self.facts;
        let sounds = Sounds::of(name);
        query
            .value(name.to_string())
            .value(name.key())
            .value(spelling::fold(name))
            .value(sounds.order())
            .value(sounds.text())
            .value(*sex)
            .value(*birth_date)
            .value(*residence)
            .value(languages.clone())
            .value(phone.as_ref().map(|phone| self.sealer.seal(phone.as_str())))
            .value(phone.as_ref().map(|phone| self.sealer.hash("phone", phone.as_str())))
            .value(phone.as_ref().map(|phone| phone.last4().to_owned()))
            .value(id_number.as_ref().map(|number| self.sealer.seal(number.as_str())))
            .value(id_number.as_ref().map(|number| self.sealer.hash("id_number", number.as_str())))
            .value(self.now.0)
    }
}

/// Writes a new human.
///
/// # Errors
/// `Invalid` at `id_number` where somebody has it.
pub(super) async fn insert(tx: &mut Conn, now: Now, sealer: &Sealer, facts: &Facts) -> Result<PersonId> {
    let names = columns(|column, _| column.to_owned());
    let places = columns(|_, place| format!("${place}"));
    let now_too = COLUMNS.len();
    let sql = format!("insert into people ({names}, created_at) values ({places}, ${now_too}) returning id");
    let query = sqlx::query_scalar(AssertSqlSafe(sql));
    Ok(FactsRow { now, sealer, facts }.bind(query).fetch_one(tx).await.on_unique("people_id_number", number_known)?)
}

/// Gives a known human what was entered and is not known yet; what is known stays.
pub(super) async fn fill_in(tx: &mut Conn, now: Now, sealer: &Sealer, id: PersonId, facts: &Facts) -> Result<()> {
    let filled = columns(|column, place| match column {
        "updated_at" => format!("{column} = ${place}"),
        column => format!("{column} = coalesce({column}, ${place})"),
    });
    let id_at = COLUMNS.len() + 1;
    let sql = format!("update people set {filled}, version = version + 1 where id = ${id_at}");
    let query = sqlx::query(AssertSqlSafe(sql));
    FactsRow { now, sealer, facts }
        .bind(query)
        .bind(id)
        .execute(tx)
        .await
        .on_unique("people_id_number", number_known)?;
    Ok(())
}

/// Writes what is known from now on, in the place of the version that was seen.
///
/// # Errors
/// `Refused("person_changed")` where there is another version by now; `Invalid` at `id_number` where it is another's.
pub(super) async fn update(
    tx: &mut Conn,
    now: Now,
    sealer: &Sealer,
    (id, seen): (PersonId, i64),
    facts: &Facts,
) -> Result<()> {
    let now_at = COLUMNS.len();
    let set = columns(|column, place| match column {
        // Of the row as it stood: a first number changes none.
        "phone_hash" => format!(
            "{column} = ${place},
             phone_changed_at = case when {column} <> coalesce(${place}, '') then ${now_at} else phone_changed_at end"
        ),
        column => format!("{column} = ${place}"),
    });
    let (id_at, seen_at) = (COLUMNS.len() + 1, COLUMNS.len() + 2);
    let sql = format!("update people set {set}, version = version + 1 where id = ${id_at} and version = ${seen_at}");
    let query = sqlx::query(AssertSqlSafe(sql));
    let query = FactsRow { now, sealer, facts }.bind(query).bind(id).bind(seen);
    let updated = query.execute(tx).await.on_unique("people_id_number", number_known)?;
    if updated.rows_affected() == 0 { Err(Error::refused("person_changed")) } else { Ok(()) }
}

fn number_known() -> Error {
    Error::field("id_number", "field.id_number_known")
}
