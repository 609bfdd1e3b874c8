//! How this installation is set up: by the environment, with defaults that work on a fresh machine.

use std::io::Write;
use std::path::{Path, PathBuf};

use rocket::figment::providers::{Env, Serialized};
use rocket::figment::{self, Figment};

use crate::clock::Clock;
use crate::store::{Engine, OpenError, Sealer, sqlite_file};

/// The database where none is named.
pub const DEFAULT_DATABASE: &str = "sqlite:linli.db";

/// Seconds that a stopping server gives to what is in hand; Rocket waits for all of them if anything is. With [`MERCY`]
/// it stays below the ten seconds after which container managers kill.
const GRACE: u32 = 5;

/// Seconds that connections which linger get after that.
const MERCY: u32 = 2;

/// Connections to read with; on PostgreSQL half as many more write, and the door has one: 19 of a server's 100.
const CONNECTIONS: u32 = 12;

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
    /// The database that is named cannot be one.
    Database(OpenError),
    /// Rocket's own settings, each with what is wrong with it.
    Rocket(String),
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
            Self::Database(error) => error.fmt(f),
            Self::Rocket(faults) => f.write_str(faults),
        }
    }
}

impl std::error::Error for SettingsError {}

impl Settings {
    /// Settings for a database: `LINLI_KEY` and `LINLI_PUBLIC_URL` come from the environment.
    ///
    /// # Errors
    /// When there is no usable key, and for a database that cannot be one. With SQLite a key is made beside the database at
    /// first start, for its owner only.
    pub fn from_env(database_url: String) -> Result<Self, SettingsError> {
        let engine = Engine::of(&database_url).map_err(SettingsError::Database)?;
        let hex = match (std::env::var("LINLI_KEY"), engine) {
            (Ok(hex), _) => hex,
            (Err(_), Engine::Postgres) => return Err(SettingsError::MissingKey),
            (Err(_), Engine::Sqlite) => key_beside(&file_of(&database_url)?)?,
        };
        Ok(Self {
            sealer: Sealer::from_hex(&hex).ok_or(SettingsError::BadKey)?,
            public_url: std::env::var("LINLI_PUBLIC_URL").ok().map(|url| url.trim_end_matches('/').to_owned()),
            clock: Clock::system(),
            database_url,
            overrides: Figment::new(),
        })
    }

    /// As [`Self::from_env`], for a database that is there: beside a mistyped path no key is made.
    ///
    /// # Errors
    /// As [`Self::from_env`]'s, and where there is no such file.
    pub fn of_existing(database_url: String) -> Result<Self, SettingsError> {
        if let Some(file) = sqlite_file(&database_url).filter(|file| !file.exists()) {
            return Err(SettingsError::Database(OpenError::NothingThere(file.display().to_string())));
        }
        Self::from_env(database_url)
    }

    /// Whether Rocket can be started with its settings.
    ///
    /// # Errors
    /// `Rocket`, with what is wrong.
    pub fn rocket_config(&self) -> Result<rocket::Config, SettingsError> {
        self.figment().extract().map_err(|error: figment::Error| {
            let faults = error
                .into_iter()
                .map(|fault| format!("ROCKET_{} cannot be used: {}", fault.path.join("_").to_uppercase(), fault.kind));
            SettingsError::Rocket(faults.collect::<Vec<_>>().join("; "))
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
        // A roster is sent as a form's file, and a session's pictures several at once; one file has its own bound in `files`. What else
        // a form may weigh, `fields` says.
        .merge(Serialized::default("limits.data-form", "41MiB"))
        .merge(self.overrides.clone())
        .merge(Env::prefixed("ROCKET_").ignore(&["PROFILE"]).global())
        .merge(Serialized::default("databases.linli.url", &self.database_url))
        .join(Serialized::default("databases.linli.max_connections", CONNECTIONS))
        .join(Serialized::default("databases.linli.connect_timeout", 2))
    }
}

/// The key that opens a database, where it is at hand; makes none.
///
/// # Errors
/// `BadKey`, and for a file that cannot be read.
pub fn key_at_hand(database_url: &str) -> Result<Option<Sealer>, SettingsError> {
    let hex = match (std::env::var("LINLI_KEY"), sqlite_file(database_url)) {
        (Ok(hex), _) => Some(hex),
        (Err(_), Some(file)) => read_key(&file.with_extension("key"))?,
        (Err(_), None) => None,
    };
    hex.map(|hex| Sealer::from_hex(&hex).ok_or(SettingsError::BadKey)).transpose()
}

fn file_of(database_url: &str) -> Result<PathBuf, SettingsError> {
    sqlite_file(database_url).ok_or_else(|| SettingsError::Database(OpenError::BadUrl("it names no file".to_owned())))
}

fn read_key(path: &Path) -> Result<Option<String>, SettingsError> {
    match std::fs::read_to_string(path) {
        Ok(hex) => Ok(Some(hex)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(SettingsError::KeyFile(path.to_owned(), error)),
    }
}

/// The key in the file beside the database; made if there is none.
fn key_beside(database: &Path) -> Result<String, SettingsError> {
    let path = database.with_extension("key");
    if let Some(hex) = read_key(&path)? {
        return Ok(hex);
    }
    if database.exists() {
        return Err(SettingsError::LostKey(path));
    }
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(SettingsError::Database(OpenError::NoFolder(folder.to_owned())));
    }
    let hex = Sealer::new_hex_secret();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let failed = |error| SettingsError::KeyFile(path.clone(), error);
    let mut file = options.open(&path).map_err(failed)?;
    file.write_all(hex.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    Ok(hex)
}
