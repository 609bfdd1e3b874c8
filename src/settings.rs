//! How this installation is set up: by the environment, with defaults that work on a fresh machine.

use std::io::Write;
use std::path::{Path, PathBuf};

use rocket::figment::Figment;
use rocket::figment::providers::{Env, Serialized};

use crate::clock::Clock;
use crate::store::{Sealer, sqlite_file};

/// The database where none is named.
pub const DEFAULT_DATABASE: &str = "sqlite:linli.db";

/// Seconds that a stopping server gives to what is in hand; Rocket waits for all of them if anything is. With [`MERCY`]
/// it stays below the ten seconds after which container managers kill.
const GRACE: u32 = 5;

/// Seconds that connections which linger get after that.
const MERCY: u32 = 2;

#[derive(Clone)]
pub struct Settings {
    pub database_url: String,
    pub public_url: Option<String>,
    pub clock: Clock,
    pub sealer: Sealer,
    /// Over Rocket's defaults and under its `ROCKET_…` variables.
    pub overrides: Figment,
}

#[derive(Debug)]
pub enum SettingsError {
    BadKey,
    MissingKey,
    /// The database is there and its key is not: without it no phone number can be read, and a new one would hide that.
    LostKey(PathBuf),
    KeyFile(PathBuf, std::io::Error),
}

impl std::fmt::Display for SettingsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::BadKey => f.write_str("LINLI_KEY, or the key file, must hold 64 hex digits"),
            Self::MissingKey => f.write_str(
                "PostgreSQL needs LINLI_KEY, 64 hex digits, the same for every process: openssl rand -hex 32 makes one",
            ),
            Self::LostKey(path) => write!(
                f,
                "the database is there but its key is not: put {} back, or set LINLI_KEY to what it held",
                path.display()
            ),
            Self::KeyFile(path, error) => write!(f, "the key file {} cannot be used: {error}", path.display()),
        }
    }
}

impl std::error::Error for SettingsError {}

impl Settings {
    /// Settings for a database: `LINLI_KEY` and `LINLI_PUBLIC_URL` come from the environment.
    ///
    /// # Errors
    /// When there is no usable key. With SQLite one is made beside the database at first start, for its owner only.
    pub fn from_env(database_url: String) -> Result<Self, SettingsError> {
        let hex = match std::env::var("LINLI_KEY") {
            Ok(hex) => hex,
            Err(_) => key_beside(&sqlite_file(&database_url).ok_or(SettingsError::MissingKey)?)?,
        };
        Ok(Self {
            sealer: Sealer::from_hex(&hex).ok_or(SettingsError::BadKey)?,
            public_url: std::env::var("LINLI_PUBLIC_URL").ok().map(|url| url.trim_end_matches('/').to_owned()),
            clock: Clock::system(),
            database_url,
            overrides: Figment::new(),
        })
    }

    /// Rocket's configuration. Its own log stays off, for it would write paths, and paths hold tokens (see `web::headers`).
    pub fn figment(&self) -> Figment {
        // X-Real-IP is believed only where a proxy is known to set it: ROCKET_IP_HEADER.
        Figment::from(rocket::Config {
            log_level: rocket::config::LogLevel::Off,
            ip_header: None,
            ..rocket::Config::default()
        })
        .merge(Serialized::default("shutdown.grace", GRACE))
        .merge(Serialized::default("shutdown.mercy", MERCY))
        .merge(self.overrides.clone())
        .merge(Env::prefixed("ROCKET_").ignore(&["PROFILE"]).global())
        .merge(Serialized::default("databases.linli.url", &self.database_url))
        .join(Serialized::default("databases.linli.max_connections", 16))
        .join(Serialized::default("databases.linli.connect_timeout", 2))
    }
}

/// The key in the file beside the database; made if there is none.
fn key_beside(database: &Path) -> Result<String, SettingsError> {
    let path = database.with_extension("key");
    let failed = |error| SettingsError::KeyFile(path.clone(), error);
    match std::fs::read_to_string(&path) {
        Ok(hex) => Ok(hex),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && database.exists() => {
            Err(SettingsError::LostKey(path))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let hex = Sealer::new_hex_secret();
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&path).map_err(failed)?;
            file.write_all(hex.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
            Ok(hex)
        }
        Err(error) => Err(failed(error)),
    }
}
