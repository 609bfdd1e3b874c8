//! What a merge of two people changes, row by row, so that it can be taken back (DECISIONS 13). Each feature lends the
//! [`JournalTable`]s that it owns and says which of its rows move, change or go; the journal does it and remembers.
//!
//! What is taken back is what the merge did and nobody has changed since: a row moves back, a value returns where it is still
//! the merge's, a row that went comes again.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use crate::clock::{Now, Timestamp};
use crate::error::{Error, Result};
use crate::ids::{AccountId, PersonId};
use crate::store::{self, Conn, Sealed, Sealer, Violation, rows};

/// A table as a journal reads and writes it.
#[derive(Debug)]
pub struct JournalTable {
    pub name: &'static str,
    /// What a row is found by: bigints that are unique together.
    pub key: &'static [&'static str],
    /// The other columns that a merge changes; all the others, where rows may go.
    pub numbers: &'static [&'static str],
    pub texts: &'static [&'static str],
    /// Sealed ones: the journal, which is sealed as a whole, holds what is in them, for it outlives their keys.
    pub sealed: &'static [&'static str],
    /// Columns that are written by an expression; `{column}` stands for the value, `{key}` for those of the key.
    pub again: &'static [(&'static str, &'static str)],
    /// When a changed row stays as it is, a condition on it: something took its place since.
    pub stays: Option<&'static str>,
}

impl JournalTable {
    /// One without anything sealed or particular.
    pub const fn plain(
        name: &'static str,
        key: &'static [&'static str],
        numbers: &'static [&'static str],
        texts: &'static [&'static str],
    ) -> Self {
        Self { name, key, numbers, texts, sealed: &[], again: &[], stays: None }
    }

    fn columns(&self) -> impl Iterator<Item = &'static str> {
        self.key.iter().chain(self.numbers).chain(self.texts).chain(self.sealed).copied()
    }

    fn is_number(&self, column: &str) -> bool {
        self.key.contains(&column) || self.numbers.contains(&column)
    }

    /// A column of a row of `json_each` as `j`.
    fn given(&self, column: &str, field: &str) -> String {
        if self.is_number(column) {
            format!("cast(j.value ->> '{field}' as bigint)")
        } else {
            format!("j.value ->> '{field}'")
        }
    }

    /// How a column is written.
    fn again(&self, column: &str, given: &dyn Fn(&str) -> String) -> String {
        match self.again.iter().find(|(name, _)| *name == column) {
            None => given(column),
            Some((name, expression)) => self
                .key
                .iter()
                .chain([name])
                .fold((*expression).to_owned(), |text, part| text.replace(&format!("{{{part}}}"), &given(part))),
        }
    }

    /// The condition that a row's key is among those of `json_each($1)`.
    fn among(&self) -> String {
        let given: Vec<String> = self.key.iter().map(|column| self.given(column, column)).collect();
        let (key, given) = (self.key.join(", "), given.join(", "));
        format!("({key}) in (select {given} from json_each(cast($1 as json_text)) j)")
    }

    fn keys(&self, keys: &[RowKey]) -> String {
        rows(keys, |key| {
            let parts = self.key.iter().zip(&key.0).map(|(column, part)| ((*column).to_owned(), json!(part)));
            Value::Object(parts.collect())
        })
    }

    fn key_of(&self, row: &AnyRow) -> Result<RowKey> {
        let parts: sqlx::Result<Vec<i64>> = self.key.iter().map(|column| row.try_get(*column)).collect();
        Ok(RowKey(parts?))
    }

    /// A row as it stands: what is sealed, opened.
    fn read(&self, sealer: &Sealer, row: &AnyRow, columns: &[&str]) -> Result<Map<String, Value>> {
        let mut read = Map::new();
        for column in columns {
            let value = if self.is_number(column) {
                row.try_get::<Option<i64>, _>(*column)?.map(Value::from)
            } else if self.sealed.contains(column) {
                let sealed: Option<Sealed> = row.try_get(*column)?;
                let open =
                    |sealed: Sealed| sealer.open(&sealed).ok_or_else(|| Error::internal("a value does not open"));
                sealed.map(open).transpose()?.map(Value::from)
            } else {
                row.try_get::<Option<String>, _>(*column)?.map(Value::from)
            };
            read.insert((*column).to_owned(), value.unwrap_or(Value::Null));
        }
        Ok(read)
    }

    /// A value as it is written.
    fn write(&self, sealer: &Sealer, column: &str, value: &Value) -> Value {
        match value.as_str() {
            Some(text) if self.sealed.contains(&column) => json!(sealer.seal(text).as_text()),
            _ => value.clone(),
        }
    }

    async fn stand(
        &self,
        tx: &mut Conn,
        sealer: &Sealer,
        columns: &[&str],
        keys: &[RowKey],
    ) -> Result<Vec<(RowKey, Map<String, Value>)>> {
        let named: Vec<&str> = self.key.iter().chain(columns).copied().collect();
        let sql = format!("select {} from {} where {}", named.join(", "), self.name, self.among());
        let found = sqlx::query(AssertSqlSafe(sql)).bind(self.keys(keys)).fetch_all(tx).await?;
        found.iter().map(|row| Ok((self.key_of(row)?, self.read(sealer, row, columns)?))).collect()
    }

    async fn set(
        &self,
        tx: &mut Conn,
        sealer: &Sealer,
        columns: &[&str],
        changed: &[(RowKey, Map<String, Value>)],
    ) -> Result<()> {
        if changed.is_empty() || columns.is_empty() {
            return Ok(());
        }
        // Under names of their own: a column of the key may be changed, too.
        let given = |column: &str| match self.key.contains(&column) {
            true => self.given(column, column),
            false => self.given(column, &format!("new_{column}")),
        };
        let sets: Vec<String> =
            columns.iter().map(|column| format!("{column} = {}", self.again(column, &given))).collect();
        let is_row: Vec<String> =
            self.key.iter().map(|column| format!("{}.{column} = {}", self.name, self.given(column, column))).collect();
        let sql = format!(
            "update {} set {} from json_each(cast($1 as json_text)) j where {}",
            self.name,
            sets.join(", "),
            is_row.join(" and ")
        );
        let asked = rows(changed, |(key, values)| {
            let mut row = Map::new();
            row.extend(self.key.iter().zip(&key.0).map(|(column, part)| ((*column).to_owned(), json!(part))));
            row.extend(columns.iter().map(|column| {
                let value = values.get(*column).unwrap_or(&Value::Null);
                (format!("new_{column}"), self.write(sealer, column, value))
            }));
            Value::Object(row)
        });
        sqlx::query(AssertSqlSafe(sql)).bind(asked).execute(tx).await.map_err(in_the_way)?;
        Ok(())
    }

    /// Those of the rows in whose place something else stands.
    async fn replaced(&self, tx: &mut Conn, keys: &[RowKey]) -> Result<Vec<RowKey>> {
        let Some(condition) = self.stays else { return Ok(Vec::new()) };
        let sql = format!("select {} from {} where {} and {condition}", self.key.join(", "), self.name, self.among());
        let found = sqlx::query(AssertSqlSafe(sql)).bind(self.keys(keys)).fetch_all(tx).await?;
        found.iter().map(|row| self.key_of(row)).collect()
    }
}

/// What cannot return where it was, for something that came since is there.
fn in_the_way(error: sqlx::Error) -> Error {
    match store::violation(&error) {
        Some(Violation::Unique(_)) => Error::refused("merge_in_the_way"),
        _ => error.into(),
    }
}

/// What a row is found by, in the order of [`JournalTable::key`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RowKey(pub Vec<i64>);

impl From<i64> for RowKey {
    fn from(id: i64) -> Self {
        Self(vec![id])
    }
}

/// Rows, each with what its columns become.
pub type Changes = Vec<(RowKey, Vec<Value>)>;

/// What was done to rows of a table.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Deed {
    /// `column` named the one person, and names the other since; the keys as they are since.
    Moved {
        column: String,
        keys: Vec<RowKey>,
    },
    Changed {
        rows: Vec<ChangedRow>,
    },
    Removed {
        rows: Vec<Map<String, Value>>,
    },
    Made {
        keys: Vec<RowKey>,
    },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct ChangedRow {
    key: RowKey,
    was: Map<String, Value>,
    is: Map<String, Value>,
}

/// One thing that a merge did to a table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JournalEntry {
    pub table: String,
    deed: Deed,
}

impl JournalEntry {
    /// The rows of the table that moved to the other person.
    pub fn moved(&self) -> &[RowKey] {
        match &self.deed {
            Deed::Moved { keys, .. } => keys,
            _ => &[],
        }
    }

    /// The rows of the table whose columns were changed.
    pub fn changed(&self) -> impl Iterator<Item = &RowKey> {
        let rows: &[ChangedRow] = match &self.deed {
            Deed::Changed { rows } => rows,
            _ => &[],
        };
        rows.iter().map(|row| &row.key)
    }
}

/// Why a row counts no more that stood twice.
pub const MERGED: &str = "两份档案合为一份";

/// A merge while it is made: who stays, who becomes one with them, and what was done so far.
pub struct Journal<'a> {
    pub kept: PersonId,
    pub merged: PersonId,
    pub by: AccountId,
    pub at: Timestamp,
    sealer: &'a Sealer,
    entries: Vec<JournalEntry>,
}

impl<'a> Journal<'a> {
    pub fn new(by: AccountId, now: Now, sealer: &'a Sealer, (kept, merged): (PersonId, PersonId)) -> Self {
        Self { kept, merged, by, at: now.0, sealer, entries: Vec::new() }
    }

    pub fn entries(&self) -> &[JournalEntry] {
        &self.entries
    }

    pub fn sealer(&self) -> &'a Sealer {
        self.sealer
    }

    /// Rows as they stand: what is sealed, opened.
    pub async fn standing(
        &self,
        tx: &mut Conn,
        table: &'static JournalTable,
        keys: &[RowKey],
    ) -> Result<Vec<(RowKey, Map<String, Value>)>> {
        let columns: Vec<&str> = table.columns().filter(|column| !table.key.contains(column)).collect();
        let mut found = table.stand(tx, self.sealer, &columns, keys).await?;
        found.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(found)
    }

    fn note(&mut self, table: &JournalTable, deed: Deed) {
        self.entries.push(JournalEntry { table: table.name.to_owned(), deed });
    }

    /// Gives all rows whose `column` names the merged person to the one who stays.
    pub async fn take_over(&mut self, tx: &mut Conn, table: &'static JournalTable, column: &'static str) -> Result<()> {
        let sql =
            format!("update {} set {column} = $1 where {column} = $2 returning {}", table.name, table.key.join(", "));
        let moved = sqlx::query(AssertSqlSafe(sql)).bind(self.kept).bind(self.merged).fetch_all(tx).await?;
        if !moved.is_empty() {
            let keys = moved.iter().map(|row| table.key_of(row)).collect::<Result<_>>()?;
            self.note(table, Deed::Moved { column: column.to_owned(), keys });
        }
        Ok(())
    }

    /// Gives these rows of the merged person to the one who stays, where looking for them all by the column would take long.
    pub async fn take_these(
        &mut self,
        tx: &mut Conn,
        table: &'static JournalTable,
        column: &'static str,
        keys: Vec<RowKey>,
    ) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let sql = format!("update {} set {column} = $2 where {} and {column} = $3", table.name, table.among());
        sqlx::query(AssertSqlSafe(sql)).bind(table.keys(&keys)).bind(self.kept).bind(self.merged).execute(tx).await?;
        self.note(table, Deed::Moved { column: column.to_owned(), keys });
        Ok(())
    }

    /// Changes the same columns of each of these rows.
    pub async fn change(
        &mut self,
        tx: &mut Conn,
        table: &'static JournalTable,
        columns: &[&'static str],
        changed: Changes,
    ) -> Result<()> {
        if changed.is_empty() || columns.is_empty() {
            return Ok(());
        }
        let keys: Vec<RowKey> = changed.iter().map(|(key, _)| key.clone()).collect();
        let mut was = table.stand(tx, self.sealer, columns, &keys).await?;
        was.sort_by(|one, other| one.0.cmp(&other.0));
        let named = |values: Vec<Value>| columns.iter().map(|column| (*column).to_owned()).zip(values).collect();
        let is: Vec<(RowKey, Map<String, Value>)> =
            changed.into_iter().map(|(key, values)| (key, named(values))).collect();
        table.set(tx, self.sealer, columns, &is).await?;
        let rows = is
            .into_iter()
            .filter_map(|(key, is)| {
                let at = was.binary_search_by(|(known, _)| known.cmp(&key)).ok()?;
                Some(ChangedRow { key, was: was.get(at)?.1.clone(), is })
            })
            .collect();
        self.note(table, Deed::Changed { rows });
        Ok(())
    }

    /// Takes rows out, to come again as they were.
    pub async fn remove(&mut self, tx: &mut Conn, table: &'static JournalTable, keys: &[RowKey]) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let columns: Vec<&str> = table.columns().collect();
        let gone = table.stand(tx, self.sealer, &columns, keys).await?;
        let sql = format!("delete from {} where {}", table.name, table.among());
        sqlx::query(AssertSqlSafe(sql)).bind(table.keys(keys)).execute(tx).await?;
        self.note(table, Deed::Removed { rows: gone.into_iter().map(|(_, row)| row).collect() });
        Ok(())
    }

    /// Remembers rows that were added.
    pub fn made(&mut self, table: &'static JournalTable, keys: Vec<RowKey>) {
        if !keys.is_empty() {
            self.note(table, Deed::Made { keys });
        }
    }
}

/// Takes back what was done, the last first.
///
/// # Errors
/// `Refused("merge_in_the_way")` where something that came since is where a row has to return to.
pub async fn take_back(
    tx: &mut Conn,
    sealer: &Sealer,
    tables: &[&'static JournalTable],
    (kept, merged): (PersonId, PersonId),
    entries: &[JournalEntry],
) -> Result<()> {
    for entry in entries.iter().rev() {
        let table = tables.iter().find(|table| table.name == entry.table);
        let table = table.ok_or_else(|| Error::internal("a journal of a table that nobody lent"))?;
        match &entry.deed {
            Deed::Moved { column, keys } => {
                let column = table.columns().find(|known| known == column);
                let column = column.ok_or_else(|| Error::internal("a journal of a column that nobody lent"))?;
                let among = table.among();
                let sql = format!("update {} set {column} = $2 where {among} and {column} = $3", table.name);
                sqlx::query(AssertSqlSafe(sql))
                    .bind(table.keys(keys))
                    .bind(merged)
                    .bind(kept)
                    .execute(&mut *tx)
                    .await
                    .map_err(in_the_way)?;
            }
            Deed::Changed { rows } => change_back(tx, sealer, table, rows).await?,
            Deed::Removed { rows } => bring_again(tx, sealer, table, rows).await?,
            Deed::Made { keys } => {
                let sql = format!("delete from {} where {}", table.name, table.among());
                sqlx::query(AssertSqlSafe(sql)).bind(table.keys(keys)).execute(&mut *tx).await?;
            }
        }
    }
    Ok(())
}

/// Each value returns that is still what the merge made it.
async fn change_back(tx: &mut Conn, sealer: &Sealer, table: &JournalTable, changed: &[ChangedRow]) -> Result<()> {
    let Some(first) = changed.first() else { return Ok(()) };
    let columns: Vec<&str> = table.columns().filter(|column| first.is.contains_key(*column)).collect();
    let keys: Vec<RowKey> = changed.iter().map(|row| row.key.clone()).collect();
    let replaced = table.replaced(tx, &keys).await?;
    let mut back = table.stand(tx, sealer, &columns, &keys).await?;
    back.retain(|(key, _)| !replaced.contains(key));
    for (key, values) in &mut back {
        let Some(row) = changed.iter().find(|row| row.key == *key) else { continue };
        for (column, value) in values.iter_mut() {
            if row.is.get(column) == Some(value) {
                *value = row.was.get(column).cloned().unwrap_or(Value::Null);
            }
        }
    }
    table.set(tx, sealer, &columns, &back).await
}

async fn bring_again(tx: &mut Conn, sealer: &Sealer, table: &JournalTable, gone: &[Map<String, Value>]) -> Result<()> {
    let columns: Vec<&str> = table.columns().collect();
    let values: Vec<String> =
        columns.iter().map(|column| table.again(column, &|column| table.given(column, column))).collect();
    let sql = format!(
        "insert into {} ({}) select {} from json_each(cast($1 as json_text)) j where true on conflict ({}) do nothing",
        table.name,
        columns.join(", "),
        values.join(", "),
        table.key.join(", ")
    );
    let asked = rows(gone, |row| {
        let written = row.iter().map(|(column, value)| (column.clone(), table.write(sealer, column, value)));
        Value::Object(written.collect())
    });
    sqlx::query(AssertSqlSafe(sql)).bind(asked).execute(tx).await.map_err(in_the_way)?;
    Ok(())
}
