//! The file of an SQLite database: where it is, and that it is its owner's alone.

use std::fs::{File, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::error::DatabaseError;
use sqlx::sqlite::SqliteConnectOptions;

use super::OpenError;

/// Where an SQLite URL keeps its file; `None` for PostgreSQL and for a database in memory.
pub fn sqlite_file(url: &str) -> Option<PathBuf> {
    if !url.starts_with("sqlite:") || url.contains(":memory:") || url.contains("mode=memory") {
        return None;
    }
    let path = SqliteConnectOptions::from_str(url).ok()?.get_filename().to_owned();
    (!path.as_os_str().is_empty()).then_some(path)
}

/// The URL, with the way to open it that it does not name itself: `rwc` makes a file that is not there, `rw` does not.
pub(super) fn with_mode(url: &str, mode: &str) -> String {
    match url.split_once('?') {
        Some((_, query)) if query.contains("mode=") => url.to_owned(),
        Some(_) => format!("{url}&mode={mode}"),
        None => format!("{url}?mode={mode}"),
    }
}

/// Makes a file for its owner alone: in it are names, birth dates and addresses. SQLite gives its `-wal` and `-shm` the
/// same rights. An empty file is an empty database.
///
/// # Errors
/// As the system says; where the file is there already.
pub(super) fn make_private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes the database's file if there is none, and takes it from every other user of the machine if it was left to them.
///
/// # Errors
/// `NoFolder`, and what else keeps it from being made.
pub(super) fn prepare(path: &Path) -> Result<(), OpenError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(OpenError::NoFolder(folder.to_owned()));
    }
    match make_private(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            close_to_others(path);
            Ok(())
        }
        Err(error) => Err(OpenError::BadFile(path.to_owned(), format!("it cannot be made: {error}"))),
    }
}

/// Databases were once made as the system makes files: for everybody to read.
#[cfg(unix)]
fn close_to_others(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let file = Path::new(&name);
        let is_open = std::fs::metadata(file).is_ok_and(|found| found.permissions().mode() & 0o007 != 0);
        if is_open && let Err(error) = std::fs::set_permissions(file, Permissions::from_mode(0o600)) {
            tracing::warn!(%error, "every user of this machine may read {}", file.display());
        }
    }
}

#[cfg(not(unix))]
fn close_to_others(_: &Path) {}

/// What an error at opening means, where it is the file's: `None` for what may be over in a moment.
pub(super) fn fault(path: &Path, error: &dyn DatabaseError) -> Option<OpenError> {
    let code: u32 = error.code()?.parse().ok()?;
    let why = match code & 0xff {
        26 => {
            "it is no SQLite database, or its beginning is lost; put the backup back, or name another file".to_owned()
        }
        11 => "it is damaged; put the backup back (`linli check` says what is wrong)".to_owned(),
        8 => "this user cannot write it; give Linli's user the file and its folder".to_owned(),
        3 | 14 => format!("{}; give Linli's user the file and its folder", error.message()),
        _ => return None,
    };
    Some(OpenError::BadFile(path.to_owned(), why))
}
