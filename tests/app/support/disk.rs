//! A disk that is small enough to be filled.

#![expect(clippy::expect_used, reason = "a test that cannot set up its world should say why, and stop")]

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::process::{Owner, skip_until};

/// A file system in memory with a size. Dropped, it goes with all that is on it.
pub(crate) struct SmallDisk {
    pub(crate) path: PathBuf,
}

impl SmallDisk {
    /// Puts a disk of so many MB at `path`, which is made. `None` for who may not (see [`super::process::skip`]): only
    /// root does.
    pub(crate) fn mount(path: &Path, megabytes: u32, owner: Option<Owner>) -> Option<Self> {
        fs::create_dir_all(path).expect("a folder can be made");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "linli-test"])
            .arg(path)
            .output();
        if !mounted.is_ok_and(|mounted| mounted.status.success()) {
            return skip_until("a test on a full disk", "Run the tests as root, where tmpfs can be mounted");
        }
        if let Some((uid, gid)) = owner {
            chown(path, Some(uid), Some(gid)).expect("root may give a folder away");
        }
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).expect("our own folder");
        Some(Self { path: path.to_owned() })
    }

    /// Fills it up to the last byte but `left`.
    pub(crate) fn fill(&self, left: usize) {
        let mut filler = File::create(self.filler()).expect("a file can be made");
        let block = vec![0; 4_096];
        while filler.write_all(&block).is_ok() {}
        let length = filler.metadata().expect("a file has a length").len();
        filler.set_len(length.saturating_sub(left as u64)).expect("a file can be cut");
    }

    /// Gives the space back.
    pub(crate) fn clear(&self) {
        fs::remove_file(self.filler()).expect("the filler is there");
    }

    fn filler(&self) -> PathBuf {
        self.path.join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a server may still be about to end.
        _ = Command::new("umount").arg("--lazy").arg(&self.path).output();
    }
}
