//! A load generator: so many connections that stay open, each sending its next request when it has heard the last one.
//!
//! For the bench and for the tests that kill a server under load. It knows just enough of HTTP/1.1 for our own server.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What was heard: for each answer the request's number, the status, and how long it took.
#[derive(Default)]
pub struct Heard {
    pub answers: Vec<(u64, u16, Duration)>,
    pub took: Duration,
}

impl Heard {
    pub fn per_second(&self) -> f64 {
        self.answers.len() as f64 / self.took.as_secs_f64()
    }

    /// The latency that so many of a hundred stay below, in milliseconds.
    pub fn percentile(&self, percent: usize) -> f64 {
        let mut all: Vec<Duration> = self.answers.iter().map(|(.., took)| *took).collect();
        all.sort_unstable();
        let place = (all.len() * percent / 100).min(all.len().saturating_sub(1));
        all.get(place).map_or(0.0, |took| took.as_secs_f64() * 1_000.0)
    }

    /// What was heard at another time of the same.
    pub fn add(&mut self, other: Self) {
        self.answers.extend(other.answers);
        self.took += other.took;
    }

    pub fn count(&self, status: u16) -> usize {
        self.answers.iter().filter(|(_, heard, _)| *heard == status).count()
    }
}

/// Sends requests until `next` gives none, `stop` is set, or the server is gone: then each connection ends with what it
/// has heard. `next` makes the request of a number, which counts from zero over all connections.
pub async fn load(
    addresses: &[SocketAddr],
    connections: usize,
    stop: &'static AtomicBool,
    next: impl Fn(u64) -> Option<Vec<u8>> + Send + Sync + 'static,
) -> Heard {
    let next = std::sync::Arc::new(next);
    let number = std::sync::Arc::new(AtomicU64::new(0));
    let all = std::sync::Arc::new(Mutex::new(Vec::new()));
    let began = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|n| {
            let (next, number, all) = (next.clone(), number.clone(), all.clone());
            let address = addresses[n % addresses.len()];
            tokio::spawn(async move {
                let mut heard = Vec::new();
                _ = converse(address, stop, &number, &*next, &mut heard).await;
                if let Ok(mut all) = all.lock() {
                    all.append(&mut heard);
                }
            })
        })
        .collect();
    for task in tasks {
        _ = task.await;
    }
    let took = began.elapsed();
    let answers = all.lock().map(|mut all| std::mem::take(&mut *all)).unwrap_or_default();
    Heard { answers, took }
}

async fn converse(
    address: SocketAddr,
    stop: &AtomicBool,
    number: &AtomicU64,
    next: &(impl Fn(u64) -> Option<Vec<u8>> + Send + Sync),
    heard: &mut Vec<(u64, u16, Duration)>,
) -> std::io::Result<()> {
    let mut socket = TcpStream::connect(address).await?;
    socket.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(4_096);
    while !stop.load(Ordering::Relaxed) {
        let number = number.fetch_add(1, Ordering::Relaxed);
        let Some(request) = next(number) else { break };
        let began = Instant::now();
        socket.write_all(&request).await?;
        let status = read_answer(&mut socket, &mut buffer).await?;
        heard.push((number, status, began.elapsed()));
    }
    Ok(())
}

/// Reads one answer and gives its status; what comes after it stays in the buffer.
async fn read_answer(socket: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<u16> {
    loop {
        if let Some((status, length)) = parse(buffer)
            && buffer.len() >= length
        {
            buffer.drain(..length);
            return Ok(status);
        }
        if socket.read_buf(buffer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// The status, and how long head and body are together; none while the head is not whole.
fn parse(buffer: &[u8]) -> Option<(u16, usize)> {
    let head = buffer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&buffer[..head]).ok()?;
    let status = text.get(9..12)?.parse().ok()?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    Some((status, head + length.unwrap_or(0)))
}

pub fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n").into_bytes()
}

/// A page as a signed-in browser asks for it.
pub fn get_signed_in(path: &str, login: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nCookie: login={login}\r\n\r\n").into_bytes()
}

pub fn post_json(path: &str, token: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A form as a signed-in browser sends it from a page of ours.
pub fn post_form(path: &str, login: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nCookie: login={login}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
