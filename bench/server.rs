//! Linli as a process of its own, on a port of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

pub struct Server {
    pub address: SocketAddr,
    process: Child,
}

impl Server {
    /// Starts `program` on the database and waits until it listens.
    pub fn start(program: &str, database_url: &str) -> Self {
        let mut process = Command::new(program)
            .env("DATABASE_URL", database_url)
            .env("LINLI_KEY", "07".repeat(32))
            .env("ROCKET_PORT", "0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Linli can be started");
        let mut lines = BufReader::new(process.stdout.take().expect("its output is piped")).lines();
        let address =
            lines.find_map(|line| line.ok()?.split_once("http://").and_then(|(_, at)| at.trim().parse().ok()));
        // Whatever it says later is read, or it would wait for us.
        std::thread::spawn(move || lines.for_each(drop));
        Self { address: address.expect("Linli says where it listens"), process }
    }

    /// As `kill -9`.
    pub fn kill(mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}
