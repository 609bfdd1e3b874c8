//! A private PostgreSQL for the tests: a real server, made fresh for this process and gone with it.
//!
//! Nothing here may survive the test process, not even one ended by `kill -9`, so every server hangs on it twice:
//!
//! * [`Tether`]: the kernel signals the server the moment its parent dies (`PR_SET_PDEATHSIG`);
//! * [`Scratch`]: a small `sh` notices the same death by the end of a pipe, ends what is left and removes the files.
//!
//! The browser's driver (`super::browser`) is held in the same way.

#![expect(clippy::expect_used, reason = "a test that cannot set up its world should say why, and stop")]

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::disk::SmallDisk;
use super::process::{Owner, Scratch, Tether, children, eventually, find_program, free_port, send_signal, skip};

/// How long a server or driver may take to come up: generous, for machines where compilers run beside the tests.
const STARTUP: Duration = Duration::from_secs(60);

/// Durability is worth nothing in a database that lives for minutes; these settings give it up for speed.
const SETTINGS: &str = "listen_addresses=127.0.0.1 unix_socket_directories= max_connections=300 shared_buffers=64MB \
    fsync=off synchronous_commit=off full_page_writes=off wal_level=minimal max_wal_senders=0 \
    checkpoint_timeout=1h autovacuum=off";

/// With a log that a standby can follow.
const REPLICATED: &str = "listen_addresses=127.0.0.1 unix_socket_directories= max_connections=100 shared_buffers=64MB \
    fsync=off full_page_writes=off wal_level=replica max_wal_senders=4 hot_standby=on wal_retrieve_retry_interval=100ms \
    checkpoint_timeout=1h autovacuum=off";

#[allow(clippy::allow_attributes, dead_code, reason = "the tests and the bench compile this file, each uses a part")]
const DURABLE: &str = "listen_addresses=127.0.0.1 unix_socket_directories= max_connections=100 shared_buffers=512MB \
    max_wal_size=4GB";

/// The cluster all tests of this process share, started by the first that asks.
///
/// `None` where no server is installed: said once, loudly, on standard error, and refused under `LINLI_TEST_NO_SKIP=1`.
pub(crate) fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    CLUSTER
        .get_or_init(|| match server_binaries() {
            Some(binaries) => Some(Cluster::create(SETTINGS, binaries)),
            None => skip("no PostgreSQL server binaries found; every PostgreSQL test", "postgresql"),
        })
        .as_ref()
}

/// A PostgreSQL server with its data directory. Dropped, it stops and its files go.
pub(crate) struct Cluster {
    binaries: PathBuf,
    owner: Option<Owner>,
    settings: &'static str,
    port: u16,
    server: Option<Tether>,
    home: Scratch,
}

impl Cluster {
    /// A cluster of its own for a test that takes its database away: [`Cluster::stop`] and [`Cluster::pause`] on the
    /// shared one would break its neighbours. Call it only where [`cluster`] gave one.
    pub(crate) fn start_new() -> Self {
        Self::create(SETTINGS, installed())
    }

    /// A cluster whose data, but for the log of its transactions, lie on a disk of so many MB. `None` where no disk can be
    /// made (see [`SmallDisk::mount`]).
    pub(crate) fn start_on_small_disk(megabytes: u32) -> Option<(Self, SmallDisk)> {
        let mut cluster = Self::prepare(SETTINGS, installed());
        let disk = SmallDisk::mount(&cluster.home.path.join("data"), megabytes, cluster.owner)?;
        cluster.make_files(&["--waldir", cluster.home.path.join("log").to_str().expect("a path in letters")]);
        cluster.come_up();
        Some((cluster, disk))
    }

    /// A cluster that can have a [standby](Self::start_standby). It waits for none before [`Self::wait_for_standby`].
    pub(crate) fn start_primary() -> Self {
        Self::create(REPLICATED, installed())
    }

    /// A copy of this cluster that follows it.
    pub(crate) fn start_standby(&self) -> Self {
        let mut standby = Self::prepare(REPLICATED, self.binaries.clone());
        let mut copy = standby.command("pg_basebackup");
        copy.args([
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
            "-h",
            "127.0.0.1",
            "-U",
            "postgres",
            "-p",
            &self.port.to_string(),
        ]);
        let copied = copy.output().expect("pg_basebackup could not be run");
        assert!(copied.status.success(), "pg_basebackup failed: {}", String::from_utf8_lossy(&copied.stderr));
        standby.come_up();
        standby
    }

    /// From now on each commit waits until a standby has it on its disk, too; returns when one follows closely.
    pub(crate) async fn wait_for_standby(&self) {
        let mut admin = self.admin().await;
        run(&mut admin, "ALTER SYSTEM SET synchronous_standby_names = '*'".to_owned()).await;
        run(&mut admin, "SELECT pg_reload_conf()".to_owned()).await;
        let sync = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        while sqlx::query_scalar::<_, i64>(sync).fetch_one(&mut admin).await.expect(sync) == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Makes a standby the primary. Returns when it can be written.
    pub(crate) async fn promote(&self) {
        run(&mut self.admin().await, "SELECT pg_promote(true)".to_owned()).await;
    }

    /// How many of the server's processes, of those who write for Linli, wait for something.
    pub(crate) async fn waiting(&self) -> i64 {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'linli writer' AND state = 'active'";
        sqlx::query_scalar(sql).fetch_one(&mut self.admin().await).await.expect(sql)
    }

    /// Ends every process of the server at once, as a power cut does.
    pub(crate) fn kill(&mut self) {
        self.signal_all(libc::SIGKILL);
        if let Some(server) = self.server.take() {
            server.end(libc::SIGKILL);
            self.home.forget_pid();
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// A cluster that keeps what it says it keeps, as in service: for measuring.
    #[allow(
        clippy::allow_attributes,
        dead_code,
        reason = "the tests and the bench compile this file, each uses a part"
    )]
    pub(crate) fn start_durable() -> Self {
        Self::create(DURABLE, server_binaries().expect("the bench needs PostgreSQL's server"))
    }

    fn create(settings: &'static str, binaries: PathBuf) -> Self {
        let mut cluster = Self::prepare(settings, binaries);
        cluster.make_files(&[]);
        cluster.come_up();
        cluster
    }

    fn prepare(settings: &'static str, binaries: PathBuf) -> Self {
        let owner = server_owner();
        let home = Scratch::new("linli-postgres-", owner);
        Self { binaries, owner, settings, port: 0, server: None, home }
    }

    fn make_files(&self, how: &[&str]) {
        let made = self
            .command("initdb")
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"])
            .args(how)
            .output()
            .expect("initdb could not be run");
        assert!(made.status.success(), "initdb failed: {}", String::from_utf8_lossy(&made.stderr));
    }

    fn come_up(&mut self) {
        // Another process may take the free port before the server does: then the server ends, and the next is tried.
        let mut refusals = String::new();
        for _ in 0..5 {
            self.port = free_port();
            match self.launch() {
                Ok(()) => return,
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

    /// Removes a database with which nobody is connected any more.
    pub(crate) async fn drop_database(&self, name: &str) {
        let mut admin = self.admin().await;
        run(&mut admin, format!("DROP DATABASE {}", quoted(name))).await;
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
        for setting in self.settings.split_whitespace() {
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

fn installed() -> PathBuf {
    server_binaries().expect("this needs PostgreSQL: ask cluster() first, and skip on None")
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

/// The user to run a server as: PostgreSQL refuses root.
pub(crate) fn server_owner() -> Option<Owner> {
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

fn quoted(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

async fn run(connection: &mut PgConnection, statement: String) {
    if let Err(error) = connection.execute(AssertSqlSafe(statement.as_str())).await {
        panic!("{statement}: {error}");
    }
}
