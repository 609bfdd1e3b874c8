//! A private PostgreSQL for the tests: a real server, made fresh for this process and gone with it.
//!
//! Nothing here may survive the test process, not even one ended by `kill -9`, so every server hangs on it twice:
//!
//! * [`Tether`]: the kernel signals the server the moment its parent dies (`PR_SET_PDEATHSIG`);
//! * [`Scratch`]: a small `sh` notices the same death by the end of a pipe, ends what is left and removes the files.
//!
//! The browser's driver (`super::browser`) is held in the same way.

#![allow(clippy::expect_used, reason = "a test that cannot set up its world should say why, and stop")]

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{OnceLock, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// How long a server or driver may take to come up: generous, for machines where compilers run beside the tests.
const STARTUP: Duration = Duration::from_secs(60);

/// Durability is worth nothing in a database that lives for minutes; these settings give it up for speed.
const SETTINGS: &str = "listen_addresses=127.0.0.1 unix_socket_directories= max_connections=300 shared_buffers=64MB \
    fsync=off synchronous_commit=off full_page_writes=off wal_level=minimal max_wal_senders=0 \
    checkpoint_timeout=1h autovacuum=off";

/// The cluster all tests of this process share, started by the first that asks.
///
/// `None` where no server is installed: said once, loudly, on standard error, and refused under `LINLI_TEST_NO_SKIP=1`.
pub(crate) fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    CLUSTER
        .get_or_init(|| match server_binaries() {
            Some(binaries) => Some(Cluster::create(binaries)),
            None => skip("no PostgreSQL server binaries found; every PostgreSQL test", "postgresql"),
        })
        .as_ref()
}

/// A PostgreSQL server with its data directory. Dropped, it stops and its files go.
pub(crate) struct Cluster {
    binaries: PathBuf,
    owner: Option<Owner>,
    port: u16,
    server: Option<Tether>,
    home: Scratch,
}

impl Cluster {
    /// A cluster of its own for a test that takes its database away: [`Cluster::stop`] and [`Cluster::pause`] on the
    /// shared one would break its neighbours. Call it only where [`cluster`] gave one.
    pub(crate) fn start_new() -> Self {
        Self::create(server_binaries().expect("start_new() needs PostgreSQL: ask cluster() first, and skip on None"))
    }

    fn create(binaries: PathBuf) -> Self {
        let owner = server_owner();
        let home = Scratch::new("linli-postgres-", owner);
        let mut cluster = Self { binaries, owner, port: 0, server: None, home };
        let made = cluster
            .command("initdb")
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"])
            .output()
            .expect("initdb could not be run");
        assert!(made.status.success(), "initdb failed: {}", String::from_utf8_lossy(&made.stderr));

        // Another process may take the free port before the server does: then the server ends, and the next is tried.
        let mut refusals = String::new();
        for _ in 0..5 {
            cluster.port = free_port();
            match cluster.launch() {
                Ok(()) => return cluster,
                Err(log) => refusals.push_str(&log),
            }
        }
        panic!("PostgreSQL did not start:\n{refusals}");
    }

    /// The address of one of its databases, as the app's configuration takes it.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes an empty database, or a copy of `template`.
    ///
    /// Several tests may copy one template at the same time, as long as nobody is connected to it (the server waits up
    /// to 5 s for the last to leave): close the pool that migrated it first.
    pub(crate) async fn create_database(&self, name: &str, template: Option<&str>) {
        // template0, not template1: nobody can be connected to it. Copied as files, because a template of forty tables
        // copied through the log takes half as long again alone, and thrice as long when sixteen tests ask at once.
        let (name, template) = (quoted(name), quoted(template.unwrap_or("template0")));
        let mut admin = self.admin().await;
        let strategy = if admin.server_version_num() >= Some(150_000) { "STRATEGY file_copy" } else { "" };
        run(&mut admin, format!("CREATE DATABASE {name} TEMPLATE {template} {strategy}")).await;
    }

    /// Drops a database, ending the connections it still has. Tests need not: all of it goes with the process.
    pub(crate) async fn drop_database(&self, name: &str) {
        run(&mut self.admin().await, format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quoted(name))).await;
    }

    /// A new connection each time: every test has a runtime of its own, and a connection cannot outlive its runtime.
    async fn admin(&self) -> PgConnection {
        let url = self.url("postgres");
        PgConnection::connect(&url).await.unwrap_or_else(|error| panic!("could not connect to {url}: {error}"))
    }

    /// Freezes every process of the server: connections open, queries hang, nothing is refused.
    pub(crate) fn pause(&self) {
        self.signal_all(libc::SIGSTOP);
    }

    /// Lets a paused server go on where it was.
    pub(crate) fn resume(&self) {
        self.signal_all(libc::SIGCONT);
    }

    /// The postmaster first, so that it cannot start another process behind our back, then its children one by one:
    /// each of them leads a process group of its own, so no one signal reaches all.
    fn signal_all(&self, signal: libc::c_int) {
        if let Some(server) = &self.server {
            send_signal(server.pid, signal);
            children(server.pid).into_iter().for_each(|child| send_signal(child, signal));
        }
    }

    /// Shuts the server down as its administrator would: open connections are cut, new ones refused.
    pub(crate) fn stop(&mut self) {
        self.resume(); // A frozen server would never hear the request.
        if let Some(server) = self.server.take() {
            server.end(libc::SIGINT);
            self.home.forget_pid();
        }
    }

    /// Brings a stopped server back, on the same port with the same data.
    pub(crate) fn start_again(&mut self) {
        assert!(self.server.is_none(), "start_again() on a running server: stop() it first");
        if let Err(log) = self.launch() {
            panic!("PostgreSQL did not start again on port {}:\n{log}", self.port);
        }
    }

    /// Starts the server and waits until it accepts connections; else what it had to say.
    fn launch(&mut self) -> Result<(), String> {
        let log = self.home.path.join("server.log");
        let output = File::create(&log).expect("our own directory takes a file");
        let mut command = self.command("postgres");
        command.args(["-p", &self.port.to_string()]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(output);
        for setting in SETTINGS.split_whitespace() {
            command.args(["-c", setting]);
        }
        // SIGQUIT is the server's quickest way out; its data is going to be removed anyway.
        let server = self.home.spawn(command, libc::SIGQUIT).map_err(|error| format!("postgres: {error}"))?;
        // The last line of this file tells, as `pg_ctl` knows too; the server removes it when it stops.
        let status = self.home.path.join("data/postmaster.pid");
        let accepts = || fs::read_to_string(&status).is_ok_and(|text| text.trim_end().ends_with("ready"));
        let ready = eventually(STARTUP, || !server.is_running() || accepts());
        if ready && server.is_running() {
            self.server = Some(server);
            return Ok(());
        }
        server.end(libc::SIGQUIT);
        self.home.forget_pid();
        Err(fs::read_to_string(&log).unwrap_or_else(|error| format!("{}: {error}", log.display())))
    }

    /// One of PostgreSQL's programs on this data directory, run by a user the server accepts, in a place it may enter.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.join(program));
        command.args(["-D", "data"]).current_dir(&self.home.path).env("HOME", &self.home.path);
        if let Some((uid, gid)) = self.owner {
            command.uid(uid).gid(gid);
        }
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The newest installed server: Debian keeps its programs off the PATH, one directory for each version.
fn server_binaries() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = debian
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort();
    let configured = || {
        let output = Command::new("pg_config").arg("--bindir").output().ok()?;
        Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
    };
    let on_path = || Some(find_program("postgres")?.parent()?.to_owned());
    let newest_first = versions.into_iter().rev().map(|(_, path)| path);
    newest_first
        .chain(std::iter::once_with(configured).flatten())
        .chain(std::iter::once_with(on_path).flatten())
        .find(|path| ["initdb", "postgres"].iter().all(|program| path.join(program).is_file()))
}

/// A user's number and group. `None`, where one may be given, is the user we are.
type Owner = (u32, u32);

/// The user to run a server as: PostgreSQL refuses root.
fn server_owner() -> Option<Owner> {
    if fs::metadata("/proc/self").expect("/proc tells who we are").uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").expect("/etc/passwd lists the users");
    let find = |name: &str| {
        let mut fields = users.lines().map(|user| user.split(':')).find(|user| user.clone().next() == Some(name))?;
        Some((fields.nth(2)?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    Some(find("postgres").or_else(|| find("nobody")).expect("root needs a user `postgres` or `nobody` to run a server"))
}

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
    fn forget_pid(&self) {
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
    pid: i32,
    keeper: JoinHandle<()>,
}

impl Tether {
    #[allow(unsafe_code, reason = "only pre_exec can ask for the parent-death signal in the child")]
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

    fn end(self, signal: libc::c_int) {
        if self.is_running() {
            send_signal(self.pid, signal);
        }
        _ = self.keeper.join();
    }
}

#[allow(unsafe_code, reason = "std has no call that sends a signal")]
fn send_signal(pid: i32, signal: libc::c_int) {
    // SAFETY: kill() touches no memory of ours; at worst the process is already gone.
    unsafe { libc::kill(pid, signal) };
}

/// The processes whose parent is `pid`, from the field after the parenthesised name and the state in `/proc/*/stat`.
fn children(pid: i32) -> Vec<i32> {
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
    let line = format!("LINLI TESTS: {what} is SKIPPED. Install the package {package}.\n");
    assert!(std::env::var_os("LINLI_TEST_NO_SKIP").is_none_or(|value| value != "1"), "{line}");
    _ = io::stderr().write_all(line.as_bytes());
    None
}

/// Where the shell would find a program.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).chain(["/usr/bin".into()]).map(|folder| folder.join(name)).find(|file| file.is_file())
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

fn quoted(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

async fn run(connection: &mut PgConnection, statement: String) {
    if let Err(error) = connection.execute(AssertSqlSafe(statement.as_str())).await {
        panic!("{statement}: {error}");
    }
}
