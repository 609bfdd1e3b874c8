//! A column of sealed values, as its owner offers it to whoever seals all of them anew (`crate::keys`): what a table's owner knows
//! of it, so that nobody else need write it.

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, Row as _};

use super::data_key::TAG;
use super::{Conn, KeyNumber, Sealed, Sealer, lock_values, rows};

/// Rows that are sealed anew in one transaction: the door does not wait long for it.
const TEXTS: i64 = 100;

/// Of pieces of files, a quarter of a megabyte each.
const PIECES: i64 = 4;

/// Bytes by which a sealed value is known again: its key's number and its nonce, of which no two are alike.
const BEGINNING: usize = TAG + 24;

/// `SealedColumn::text("people", &["id"], "phone_sealed")`
#[derive(Clone, Copy, Debug)]
pub struct SealedColumn {
    pub table: &'static str,
    /// By which numbers a row is known, in the order of an index.
    key: &'static [&'static str],
    pub column: &'static str,
    /// Which rows have a sealed value in it.
    only: &'static str,
    /// What a row's bytes are sealed for, where it is no text.
    place: Option<fn(&[i64]) -> String>,
}

/// What came of sealing some rows anew.
#[derive(Debug, Default)]
pub struct Resealed {
    pub done: i64,
    /// That did not open, and stay as they are.
    pub unreadable: i64,
    /// The last of the rows that were looked at; none where there are no more.
    pub last: Option<Vec<i64>>,
}

impl SealedColumn {
    /// Text, wherever there is some.
    pub const fn text(table: &'static str, key: &'static [&'static str], column: &'static str) -> Self {
        Self { table, key, column, only: "1 = 1", place: None }
    }

    /// Bytes, each row's sealed for the place that its key gives.
    pub const fn bytes(
        table: &'static str,
        key: &'static [&'static str],
        column: &'static str,
        place: fn(&[i64]) -> String,
    ) -> Self {
        Self { place: Some(place), ..Self::text(table, key, column) }
    }

    /// Where a value is sealed under a condition (SQL) only.
    #[must_use]
    pub const fn only(self, condition: &'static str) -> Self {
        Self { only: condition, ..self }
    }

    /// Before all rows, for [`Self::reseal_some`].
    pub fn beginning(&self) -> Vec<i64> {
        vec![i64::MIN; self.key.len()]
    }

    /// Seals by `by` what some rows after `after` hold that another key has sealed, each only while it is unchanged. Done again, it
    /// finds none of them.
    ///
    /// # Errors
    /// As the database says.
    pub async fn reseal_some(
        &self,
        tx: &mut Conn,
        sealer: &Sealer,
        by: KeyNumber,
        after: &[i64],
    ) -> sqlx::Result<Resealed> {
        let found = self.find(tx, by, after).await?;
        let mut resealed = Resealed { last: found.last().map(|(key, _)| key.clone()), ..Resealed::default() };
        let mut texts = Vec::new();
        for (key, value) in found {
            match value {
                SealedValue::Text(old) => match sealer.reseal(&old, by) {
                    Some(new) => texts.push((key, old, new)),
                    None => resealed.unreadable += 1,
                },
                SealedValue::Bytes(old, place) => match sealer.reseal_bytes(&place, &old, by) {
                    Some(new) => resealed.done += self.write_bytes(tx, &key, &old, new).await?,
                    None => resealed.unreadable += 1,
                },
            }
        }
        if !texts.is_empty() {
            resealed.done += self.write_texts(tx, &texts).await?;
        }
        Ok(resealed)
    }

    /// The next rows that another key has sealed, held in the order of their key, so that who holds several does not wait for us while
    /// we wait for them.
    async fn find(&self, tx: &mut Conn, by: KeyNumber, after: &[i64]) -> sqlx::Result<Vec<(Vec<i64>, SealedValue)>> {
        let Self { table, column, only, .. } = self;
        let (keys, count) = (self.key.join(", "), self.key.len());
        let places = (1..=count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ");
        let (tag_at, limit_at) = (count + 1, count + 2);
        let sql = format!(
            "select {keys}, {column} from {table}
             where ({keys}) > ({places}) and {only} and substr({column}, 1, {TAG}) <> ${tag_at}
             order by {keys} limit ${limit_at}"
        );
        let query = after.iter().fold(lock_values(tx, &sql), |query, part| query.bind(*part));
        let query = self.bind_tag(query, &by.tag()).bind(if self.place.is_some() { PIECES } else { TEXTS });
        let read = |row: AnyRow| {
            let key: Vec<i64> = (0..count).map(|at| row.try_get(at)).collect::<sqlx::Result<_>>()?;
            let value = match self.place {
                Some(place) => SealedValue::Bytes(row.try_get(count)?, place(&key)),
                None => SealedValue::Text(row.try_get(count)?),
            };
            Ok((key, value))
        };
        query.fetch_all(tx).await?.into_iter().map(read).collect()
    }

    async fn write_texts(&self, tx: &mut Conn, texts: &[(Vec<i64>, Sealed, Sealed)]) -> sqlx::Result<i64> {
        let Self { table, column, .. } = self;
        let is_it = |(place, key): (usize, &&str)| format!("{table}.{key} = cast(j.value ->> 'key{place}' as bigint)");
        let is_row = self.key.iter().enumerate().map(is_it).collect::<Vec<_>>().join(" and ");
        let sql = format!(
            "update {table} set {column} = j.value ->> 'new' from json_each(cast($1 as json_text)) j
             where {is_row} and {table}.{column} = j.value ->> 'old'"
        );
        let texts = rows(texts, |(key, old, new)| {
            let mut row = json!({ "old": old, "new": new });
            key.iter().enumerate().for_each(|(place, part)| row[format!("key{place}")] = json!(part));
            row
        });
        Ok(affected(sqlx::query(AssertSqlSafe(sql)).bind(texts).execute(tx).await?))
    }

    async fn write_bytes(&self, tx: &mut Conn, key: &[i64], old: &[u8], new: Vec<u8>) -> sqlx::Result<i64> {
        let Self { table, column, .. } = self;
        let is_it = |(place, key): (usize, &&str)| format!("{key} = ${}", place + 3);
        let is_row = self.key.iter().enumerate().map(is_it).collect::<Vec<_>>().join(" and ");
        let sql = format!("update {table} set {column} = $1 where substr({column}, 1, {BEGINNING}) = $2 and {is_row}");
        let beginning = old.get(..BEGINNING).unwrap_or(old).to_vec();
        let query = sqlx::query(AssertSqlSafe(sql)).bind(new).bind(beginning);
        Ok(affected(key.iter().fold(query, |query, part| query.bind(*part)).execute(tx).await?))
    }

    /// How many values each key has sealed.
    ///
    /// # Errors
    /// As the database says.
    pub async fn count(&self, conn: &mut Conn) -> sqlx::Result<BTreeMap<KeyNumber, i64>> {
        let Self { table, column, only, .. } = self;
        let sql = format!(
            "select case when substr({column}, {TAG}, 1) = $1 then substr({column}, 1, {TAG}) end as tag, count(*) as many
             from {table} where {only} and {column} is not null group by 1"
        );
        let query = self.bind_tag(sqlx::query(AssertSqlSafe(sql)), ".");
        let mut counted = BTreeMap::new();
        for row in query.fetch_all(conn).await? {
            let tag: Option<Vec<u8>> = match self.place {
                Some(_) => row.try_get("tag")?,
                None => row.try_get::<Option<String>, _>("tag")?.map(String::into_bytes),
            };
            *counted.entry(KeyNumber::read(&tag.unwrap_or_default()).0).or_default() +=
                row.try_get::<i64, _>("many")?;
        }
        Ok(counted)
    }

    /// A part of a value to compare with, as the column has it.
    fn bind_tag(&self, query: Query<'static, Any, AnyArguments>, tag: &str) -> Query<'static, Any, AnyArguments> {
        match self.place {
            Some(_) => query.bind(tag.as_bytes().to_vec()),
            None => query.bind(tag.to_owned()),
        }
    }
}

enum SealedValue {
    Text(Sealed),
    /// With what they are sealed for.
    Bytes(Vec<u8>, String),
}

fn affected(done: sqlx::any::AnyQueryResult) -> i64 {
    i64::try_from(done.rows_affected()).unwrap_or(i64::MAX)
}
