//! The whole database as it lies there, for looking at what a request changed, whoever wrote it and wherever.

use std::collections::BTreeMap;

use linli::store::{Db, Engine};
use serde_json::{Map, Value};
use sqlx::AssertSqlSafe;

type Row = Map<String, Value>;

/// Every row of every table, as JSON: what is the same in two of them is never read.
pub(crate) struct Dump(BTreeMap<String, Vec<String>>);

impl Dump {
    pub(crate) async fn of(db: &Db) -> Self {
        let mut conn = db.read_patiently().await.expect("a connection");
        let tables: Vec<(String, String)> = sqlx::query_as(tables(db.engine())).fetch_all(&mut *conn).await.unwrap();
        let selects: Vec<String> = tables.iter().map(|(table, row)| format!("select '{table}', {row}")).collect();
        let rows: Vec<(String, String)> =
            sqlx::query_as(AssertSqlSafe(selects.join(" union all "))).fetch_all(&mut *conn).await.unwrap();
        let mut dump: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (table, row) in rows {
            dump.entry(table).or_default().push(row);
        }
        Self(dump)
    }

    /// All of it, as text.
    pub(crate) fn text(&self) -> String {
        self.0.iter().map(|(table, rows)| format!("{table} [{}]\n", rows.join(","))).collect()
    }

    /// A table's rows that `other` has not, or less often.
    fn only_here(&self, other: &Self, table: &str) -> Vec<Row> {
        let rows = |dump: &Self| dump.0.get(table).cloned().unwrap_or_default();
        let mut there: BTreeMap<String, usize> = BTreeMap::new();
        for row in rows(other) {
            *there.entry(row).or_default() += 1;
        }
        let is_new = |row: &String| match there.get_mut(row) {
            Some(left @ 1..) => {
                *left -= 1;
                false
            }
            _ => true,
        };
        rows(self).into_iter().filter(is_new).map(|row| serde_json::from_str(&row).expect("a row")).collect()
    }

    /// What is otherwise in `later`, a line for each row and column; of `passed_over` columns it says nothing.
    pub(crate) fn changes(&self, later: &Self, passed_over: &[&str]) -> Vec<String> {
        let mut names: Vec<&String> = self.0.keys().chain(later.0.keys()).collect();
        names.sort_unstable();
        names.dedup();
        let differing = |table: &&String| {
            let without = |rows: Vec<Row>| -> Vec<Row> { rows.iter().map(|row| part(row, passed_over)).collect() };
            let (before, after) = (without(self.only_here(later, table)), without(later.only_here(self, table)));
            let (gone, new) = (missing(&before, &after), missing(&after, &before));
            named(table, &gone, &new)
        };
        names.iter().flat_map(differing).collect()
    }
}

/// A statement that gives each table's name, and how a row of it reads as JSON.
fn tables(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => {
            "select m.name, 'json_object(' || group_concat('''' || c.name || ''', ' ||
                        case when lower(c.type) = 'blob' then 'hex(' || c.name || ')' else c.name end) || ') from ' || m.name
             from sqlite_master m join pragma_table_info(m.name) c
             where m.type = 'table' and m.name not like 'sqlite_%' and m.name <> '_sqlx_migrations' group by m.name"
        }
        Engine::Postgres => {
            "select cast(table_name as text), 'cast(to_jsonb(x) as text) from ' || table_name || ' x'
             from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'
               and table_name <> '_sqlx_migrations'"
        }
    }
}

fn part(row: &Row, passed_over: &[&str]) -> Row {
    row.iter().filter(|(name, _)| !passed_over.contains(&name.as_str())).map(|(k, v)| (k.clone(), v.clone())).collect()
}

/// The rows that `there` has more often than `elsewhere`.
fn missing<'a>(there: &'a [Row], elsewhere: &[Row]) -> Vec<&'a Row> {
    let mut left: Vec<&Row> = elsewhere.iter().collect();
    let found = |row: &&Row| left.iter().position(|other| other == row).map(|at| left.swap_remove(at)).is_none();
    there.iter().filter(found).collect()
}

/// A row that is there before and after by its number is told by the columns in which it differs.
fn named(table: &str, gone: &[&Row], new: &[&Row]) -> Vec<String> {
    let same = |row: &Row, other: &Row| row.contains_key("id") && row.get("id") == other.get("id");
    let mut lines = Vec::new();
    for row in gone {
        match new.iter().find(|other| same(row, other)) {
            Some(other) => lines.extend(row.iter().filter(|(name, value)| other.get(*name) != Some(*value)).map(
                |(name, value)| {
                    format!("{table} {}: {name} {value} → {}", row["id"], other.get(name).unwrap_or(&Value::Null))
                },
            )),
            None => lines.push(format!("{table} lost {}", Value::Object((*row).clone()))),
        }
    }
    let unmet = |row: &&&Row| !gone.iter().any(|other| same(row, other));
    lines.extend(new.iter().filter(unmet).map(|row| format!("{table} got {}", Value::Object((*row).clone()))));
    lines
}
