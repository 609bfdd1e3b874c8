//! Linli as a process of its own, on a port of its own.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

pub struct Server {
    pub address: SocketAddr,
    process: Child,
}

impl Server {
    /// Starts `program` on the database and waits until it serves.
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
        let server = Self { address: address.expect("Linli says where it listens"), process };
        while !server.is_well() {
            std::thread::sleep(Duration::from_millis(10));
        }
        server
    }

    fn is_well(&self) -> bool {
        let asked = TcpStream::connect(self.address).and_then(|mut socket| {
            socket.write_all(b"GET /healthz HTTP/1.0\r\nHost: linli\r\n\r\n")?;
            let mut answer = String::new();
            socket.read_to_string(&mut answer).map(|_| answer)
        });
        asked.is_ok_and(|answer| answer.contains(" 200 "))
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
