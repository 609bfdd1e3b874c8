//! The database: SQLite in a file, or PostgreSQL, by `DATABASE_URL` at start.
//!
//! One SQL text serves both. We tried the two ways to that on one feature (list a center's rooms, book a room with its
//! audit row): `sqlx::Any`, and an enum of the two native pools with a macro that runs a query on either. `Any` won:
//! queries stay plain `sqlx::query_as(...).fetch_all(...)`, functions take one connection type, and compile errors
//! point at the query instead of into a macro. Its price is a small set of column types, which the migrations
//! keep to: `bigint` and `text` (and `bigserial` keys, and `bytea` where something is no text), flags as 0/1, dates as text newtypes, every `sum()` cast to bigint, a
//! truth value selected by `case when … then 1 else 0 end`; lists are bound one by one, for `QueryBuilder` writes `?`. The enum
//! kept native types but put a macro around every query, wanted more casts (a native `i64` refuses PostgreSQL's int4
//! literals, at run time), and its compile errors pointed into the macro. Speed decided nothing: over 20,000 reads of 20
//! rows and 5,000 booking transactions in one run, `Any` took 1.13 and 0.94 times the enum's time on SQLite, 1.00 and
//! 1.01 times on PostgreSQL.
//!
//! Two things to know when writing: on PostgreSQL a failed statement ends the transaction (return and drop it), and
//! `on conflict do nothing` must name its key, or it would swallow the overlap too.
//!
//! Every dialect difference lives in this folder: how a pool is opened, the errors' names, and the migrations' keys.
//!
//! When the database is in trouble: every statement goes through [`Conn`], which waits only so long for an answer and notes
//! what came of it in the pool's pulse; from that, and from a row that is written when nothing else was, follows what
//! `/healthz` says. What must happen once for all processes happens in [`Pool::begin_alone`].

mod care;
mod conn;
mod data_key;
mod errors;
mod file;
mod ids;
mod kept;
mod lock;
mod migrations;
#[cfg(test)]
pub(crate) mod plan;
mod pool;
mod proof;
mod pulse;
mod recalled;
mod refusal;
mod ring;
mod rows;
mod schema;
mod sealed;
mod sealed_column;
mod secret;
mod types;
mod vital;

pub use care::{copy_to, problems, rewrite, size, wipe};
pub use conn::{Conn, Reading, Tx};
pub use data_key::KeyNumber;
pub use errors::{Trouble, Violation, is_unavailable, trouble, violation};
pub use file::sqlite_file;
pub(crate) use ids::reserve;
pub use kept::{DEMO, keep, kept};
pub(crate) use lock::{lock, lock_values, share, writes_alone};
pub use migrations::migrate;
pub use pool::{Engine, Pool};
pub use proof::{fits, prove};
pub use pulse::Stage;
pub use recalled::{RecallKey, Recalled};
pub use refusal::OpenError;
pub(crate) use rows::{place, places, rows, runs};
pub use schema::is_current;
pub use sealed::{Sealed, Sealer};
pub use sealed_column::{Resealed, SealedColumn};
pub use secret::secret;
pub use types::Flag;
pub(crate) use types::{id_type, text_column, text_enum};

use rocket_db_pools::Database;

/// The database as a request guard (`&Db`).
#[derive(Database)]
#[database("linli")]
pub struct Db(Pool);
