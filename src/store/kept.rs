//! What the installation remembers of itself, by name.

use super::Conn;

/// Where a demo keeps its sign-ins, a line each: the role and the login. Nothing stands there where real people are served.
pub const DEMO: &str = "demo";

/// The value under `key`, if there is one.
pub async fn kept(conn: &mut Conn, key: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("select value from settings where key = $1").bind(key.to_owned()).fetch_optional(conn).await
}

/// Keeps `value` under `key`, in the place of what was there.
pub async fn keep(tx: &mut Conn, key: &str, value: &str) -> sqlx::Result<()> {
    sqlx::query(
        "insert into settings (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value",
    )
    .bind(key.to_owned())
    .bind(value.to_owned())
    .execute(tx)
    .await?;
    Ok(())
}
