//! Whether this is the secret of the database: a known word, sealed by the secret's own key at the first start. With another one
//! nobody would be found again by their number, and the same person would be registered anew.

use super::{Conn, OpenError, Pool, Sealed, Sealer};

const WORD: &str = "linli";

/// Whether the key is the database's: `None` where nothing was sealed yet that would tell.
///
/// # Errors
/// Where the database does not answer.
pub async fn fits(conn: &mut Conn, sealer: &Sealer) -> sqlx::Result<Option<bool>> {
    let proof: Option<Sealed> =
        sqlx::query_scalar("select value from settings where key = 'key_proof'").fetch_optional(conn).await?;
    Ok(proof.map(|proof| sealer.open(&proof).as_deref() == Some(WORD)))
}

/// Checks that the key is the database's; of one that has none yet it becomes the key.
///
/// # Errors
/// `WrongKey`, and where the database does not answer.
pub async fn prove(pool: &Pool, sealer: &Sealer) -> Result<(), OpenError> {
    let proven = async {
        if let Some(fits) = fits(&mut *pool.read().await?, sealer).await? {
            return Ok(fits);
        }
        let mut tx = pool.begin_alone().await?;
        if let Some(fits) = fits(&mut tx, sealer).await? {
            return Ok(fits);
        }
        sqlx::query("insert into settings (key, value) values ('key_proof', $1)")
            .bind(sealer.seal_by_secret(WORD))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(true)
    };
    match proven.await {
        Ok(true) => Ok(()),
        Ok(false) => Err(OpenError::WrongKey),
        Err(error) => Err(pool.cannot_open(error)),
    }
}
