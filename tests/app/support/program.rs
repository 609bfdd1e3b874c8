//! Linli as people start it: a process with its environment, what it prints, and what it answers.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::process::eventually;

/// The key of the tests' databases.
pub(crate) const KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";

/// `linli` with these arguments on a database; its own key and port may be changed before it runs.
pub(crate) fn linli(database_url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linli"));
    command
        .args(arguments)
        .env("DATABASE_URL", database_url)
        .env("LINLI_KEY", KEY)
        .env("ROCKET_PORT", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// What a program says that ends by itself within half a minute: whether it ended well, and every line.
pub(crate) fn said(mut command: Command) -> (bool, String) {
    let mut child = command.spawn().expect("Linli can be started");
    let began = Instant::now();
    while child.try_wait().expect("a child can be asked").is_none() {
        if began.elapsed() > Duration::from_secs(30) {
            _ = child.kill();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let Output { status, stdout, stderr } = child.wait_with_output().expect("a child that ended");
    (status.success(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

/// A serving Linli. Dropped, it is killed.
pub(crate) struct Program {
    pub(crate) address: SocketAddr,
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Program {
    /// Starts it and waits until it listens.
    pub(crate) fn start(database_url: &str) -> Self {
        Self::run(linli(database_url, &[]))
    }

    pub(crate) fn run(mut command: Command) -> Self {
        let mut child = command.spawn().expect("Linli can be started");
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (tell, address) = mpsc::channel();
        collect(child.stdout.take().expect("its output is piped"), lines.clone(), Some(tell));
        collect(child.stderr.take().expect("its log is piped"), lines.clone(), None);
        let address = listens(&address, &lines);
        Self { address, child, lines }
    }

    /// Waits until `/healthz` says so.
    pub(crate) fn is_well_within(&self, seconds: u64) {
        let well = eventually(Duration::from_secs(seconds), || self.get("/healthz").0 == 200);
        assert!(well, "not well: {:?}\n{}", self.get("/healthz"), self.log());
    }

    /// All that it printed.
    pub(crate) fn log(&self) -> String {
        self.lines.lock().expect("nobody panicked").join("\n")
    }

    /// How many lines of its log hold this.
    pub(crate) fn lines_with(&self, text: &str) -> usize {
        self.log().lines().filter(|line| line.contains(text)).count()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it ended well, once it has ended.
    pub(crate) fn ends_within(&mut self, seconds: u64) -> Option<bool> {
        let deadline = Instant::now() + Duration::from_secs(seconds);
        loop {
            match self.child.try_wait().expect("a child can be asked") {
                Some(status) => return Some(status.success()),
                None if Instant::now() > deadline => return None,
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        }
    }

    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        self.ask(&format!("GET {path} HTTP/1.0\r\nHost: linli\r\n"), "")
    }

    /// A page as a signed-in browser asks for it.
    pub(crate) fn get_signed_in(&self, path: &str, login: &str) -> (u16, String) {
        self.ask(&format!("GET {path} HTTP/1.0\r\nHost: linli\r\nCookie: login={login}\r\n"), "")
    }

    /// As a program asks.
    pub(crate) fn get_with_token(&self, path: &str, token: &str) -> (u16, String) {
        self.ask(&format!("GET {path} HTTP/1.0\r\nHost: linli\r\nAuthorization: Bearer {token}\r\n"), "")
    }

    pub(crate) fn post_json(&self, path: &str, token: &str, body: &str) -> (u16, String) {
        let kind = "Content-Type: application/json\r\n";
        self.ask(&format!("POST {path} HTTP/1.0\r\nHost: linli\r\nAuthorization: Bearer {token}\r\n{kind}"), body)
    }

    /// A form as a signed-in browser posts it.
    pub(crate) fn post(&self, path: &str, login: &str, body: &str) -> (u16, String) {
        let kind = "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n";
        self.ask(&format!("POST {path} HTTP/1.0\r\nHost: linli\r\nCookie: login={login}\r\n{kind}"), body)
    }

    /// The status, and all of the answer; 0 where there is none.
    fn ask(&self, head: &str, body: &str) -> (u16, String) {
        let answer = || -> std::io::Result<String> {
            let mut socket = TcpStream::connect(self.address)?;
            socket.set_read_timeout(Some(Duration::from_secs(20)))?;
            write!(socket, "{head}Content-Length: {}\r\n\r\n{body}", body.len())?;
            let mut answer = Vec::new();
            socket.read_to_end(&mut answer)?;
            Ok(String::from_utf8_lossy(&answer).into_owned())
        };
        let answer = answer().unwrap_or_default();
        (answer.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0), answer)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// Keeps what comes out of a pipe, line by line, and tells where the program says that it is.
fn collect(
    pipe: impl std::io::Read + Send + 'static,
    lines: Arc<Mutex<Vec<String>>>,
    tell: Option<mpsc::Sender<SocketAddr>>,
) {
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            let address = line.split_once("http://").and_then(|(_, at)| at.trim().parse().ok());
            if let (Some(tell), Some(address)) = (&tell, address) {
                _ = tell.send(address);
            }
            lines.lock().expect("nobody panicked").push(line);
        }
    });
}

fn listens(address: &Receiver<SocketAddr>, lines: &Mutex<Vec<String>>) -> SocketAddr {
    let address = address.recv_timeout(Duration::from_secs(30));
    address.unwrap_or_else(|_| panic!("it does not listen: {:#?}", lines.lock().expect("nobody panicked")))
}
