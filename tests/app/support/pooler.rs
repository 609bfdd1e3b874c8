//! pgbouncer before a test's PostgreSQL.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::postgres::server_owner;
use super::process::{Scratch, Tether, eventually, find_program, free_port, skip};

/// A pooler on a port of its own. Dropped, it ends.
pub(crate) struct Pooler {
    pub(crate) port: u16,
    process: Option<Tether>,
    _home: Scratch,
}

impl Pooler {
    /// Starts one in this mode (`session`, `transaction`) before the server at `target`. `None` where pgbouncer is not
    /// installed (see [`skip`]).
    pub(crate) fn start(mode: &str, target: u16) -> Option<Self> {
        let Some(program) = find_program("pgbouncer") else { return skip("a test behind a pooler", "pgbouncer") };
        let owner = server_owner();
        let (home, port) = (Scratch::new("linli-pgbouncer-", owner), free_port());
        let settings = home.path.join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = user=postgres host=127.0.0.1 port={target}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\npool_mode = {mode}\nignore_startup_parameters = extra_float_digits\n\
             max_client_conn = 200\ndefault_pool_size = 40\nlogfile = {}\n",
            home.path.join("log").display()
        );
        fs::write(&settings, text).expect("our own directory takes a file");
        let mut command = Command::new(program);
        command.arg(&settings).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some((uid, gid)) = owner {
            std::os::unix::process::CommandExt::uid(&mut command, uid);
            std::os::unix::process::CommandExt::gid(&mut command, gid);
        }
        let process = home.spawn(command, libc::SIGKILL).expect("pgbouncer starts");
        let listens = eventually(Duration::from_secs(10), || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        assert!(listens, "pgbouncer does not listen: {:?}", fs::read_to_string(home.path.join("log")));
        Some(Self { port, process: Some(process), _home: home })
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        if let Some(process) = self.process.take() {
            process.end(libc::SIGTERM);
        }
    }
}
