//! Programs that the tests start and that must not outlive them, and what a test does without one.

#![expect(clippy::expect_used, reason = "a test that cannot set up its world should say why, and stop")]

use std::fs;
use std::io::{self, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A user's number and group. `None`, where one may be given, is the user we are.
pub(crate) type Owner = (u32, u32);

/// A directory that goes when this is dropped or when the process ends, whichever way it ends.
///
/// A shell waits on a pipe whose other end only we hold. The pipe ends with us; then the shell ends what
/// [`Scratch::spawn`] left behind (a paused server cannot heed its parent-death signal, and Chromium outlives its
/// driver) and removes the directory. Its own process group keeps Ctrl-C in a terminal from taking it along.
pub(crate) struct Scratch {
    pub(crate) path: PathBuf,
    guard: Child,
}

impl Scratch {
    const GUARD: &str = r#"
        gone() { n=0; while kill -s 0 -- "$1" && [ $((n += 1)) -le 80 ]; do sleep 0.1; done; }
        read -r _
        if read -r pid < "$1/pid"; then
            kill -s CONT "$pid"; gone "$pid"
            kill -s KILL -- "-$pid"; gone "-$pid"
        fi
        rm -rf "$1"
    "#;

    pub(crate) fn new(prefix: &str, owner: Option<Owner>) -> Self {
        // Root's own temporary directory may be closed to the user the server runs as.
        let parent = if owner.is_some() { PathBuf::from("/tmp") } else { std::env::temp_dir() };
        let directory = tempfile::Builder::new().prefix(prefix).tempdir_in(parent);
        let path = directory.expect("a temporary directory could not be made").keep();
        if let Some((uid, gid)) = owner {
            chown(&path, Some(uid), Some(gid)).expect("root may give a directory away");
        }
        let guard = Command::new("/bin/sh")
            .args(["-c", Self::GUARD, "linli-test-guard"])
            .arg(&path)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null()) // Else whoever reads the tests' output would wait for the shell too.
            .stderr(Stdio::null())
            .spawn()
            .expect("sh could not be run");
        Self { path, guard }
    }

    /// Starts the one process this directory belongs to.
    pub(crate) fn spawn(&self, command: Command, death_signal: libc::c_int) -> io::Result<Tether> {
        let tether = Tether::spawn(command, death_signal)?;
        fs::write(self.path.join("pid"), format!("{}\n", tether.pid))?;
        Ok(tether)
    }

    /// The process ended in order: its number may soon be somebody else's.
    pub(crate) fn forget_pid(&self) {
        _ = fs::remove_file(self.path.join("pid"));
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        _ = self.guard.wait();
    }
}

/// A child process that the kernel signals when we die.
///
/// That signal is tied to the parent *thread*, and test threads come and go; so each child gets a thread that does
/// nothing but start it and wait for it.
pub(crate) struct Tether {
    pub(crate) pid: i32,
    keeper: JoinHandle<()>,
}

impl Tether {
    #[expect(unsafe_code, reason = "only pre_exec can ask for the parent-death signal in the child")]
    fn spawn(mut command: Command, death_signal: libc::c_int) -> io::Result<Self> {
        let parent = std::process::id();
        // SAFETY: between fork and exec only async-signal-safe calls are made, and nothing is allocated. `Command` has
        // changed user by then, which matters: a change of credentials would clear the setting again.
        unsafe {
            command.pre_exec(move || {
                if libc::prctl(libc::PR_SET_PDEATHSIG, death_signal) != 0 {
                    return Err(io::Error::last_os_error());
                }
                // Had we died just before that call, no signal would ever come.
                if libc::getppid().cast_unsigned() != parent {
                    return Err(io::Error::from_raw_os_error(libc::ESRCH));
                }
                Ok(())
            });
        }
        command.process_group(0); // All it starts can then be ended together.
        let (report, started) = mpsc::channel();
        let keeper = thread::Builder::new().name("tether".into()).spawn(move || match command.spawn() {
            Ok(mut child) => {
                _ = report.send(Ok(child.id().cast_signed()));
                _ = child.wait();
            }
            Err(error) => _ = report.send(Err(error)),
        })?;
        let pid = started.recv().expect("the keeper reports before it ends")?;
        Ok(Self { pid, keeper })
    }

    pub(crate) fn is_running(&self) -> bool {
        !self.keeper.is_finished()
    }

    pub(crate) fn end(self, signal: libc::c_int) {
        if self.is_running() {
            send_signal(self.pid, signal);
        }
        _ = self.keeper.join();
    }
}

#[expect(unsafe_code, reason = "std has no call that sends a signal")]
pub(crate) fn send_signal(pid: i32, signal: libc::c_int) {
    // SAFETY: kill() touches no memory of ours; at worst the process is already gone.
    unsafe { libc::kill(pid, signal) };
}

/// The processes whose parent is `pid`, from the field after the parenthesised name and the state in `/proc/*/stat`.
pub(crate) fn children(pid: i32) -> Vec<i32> {
    let parent = pid.to_string();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|entry| {
            let process = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            (stat.rsplit_once(')')?.1.split_whitespace().nth(1)? == parent).then_some(process)
        })
        .collect()
}

/// What a test does without a program it needs: it is skipped with one loud line, or, where nothing may be skipped
/// (`LINLI_TEST_NO_SKIP=1`, as in CI), it fails. `eprintln!` would not do: the test harness swallows what it prints.
pub(crate) fn skip<T>(what: &str, package: &str) -> Option<T> {
    skip_until(what, &format!("Install the package {package}"))
}

/// As [`skip`], where no package helps.
pub(crate) fn skip_until<T>(what: &str, remedy: &str) -> Option<T> {
    let line = format!("LINLI TESTS: {what} is SKIPPED. {remedy}.\n");
    assert!(std::env::var_os("LINLI_TEST_NO_SKIP").is_none_or(|value| value != "1"), "{line}");
    _ = io::stderr().write_all(line.as_bytes());
    None
}

/// Where the shell would find a program.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/bin".into(), "/usr/sbin".into()])
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// A port nobody listens on, now: whoever asks must be ready to find it taken a moment later.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}

/// Looks until `condition` holds or time is up; says whether it held.
pub(crate) fn eventually(at_most: Duration, condition: impl Fn() -> bool) -> bool {
    let deadline = Instant::now() + at_most;
    while !condition() {
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(Duration::from_millis(10));
    }
    true
}
