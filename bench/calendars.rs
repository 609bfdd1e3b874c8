//! A center with ten thousand sessions: its public agenda and its calendar, as whoever looks for the first time gets them and as a phone
//! that asks again does.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use linli::clock::Clock;

use super::{Heard, World, hear, numbers};

/// The center that is busy, its series, its sessions a day, and days before and after today.
const CENTER: u64 = 2;
const SERIES: u64 = 40;
const A_DAY: u64 = 26;
const DAYS: (u64, u64) = (31, 366);

/// Plans for the center.
pub async fn plan(world: &World) {
    world
        .run(&format!(
            "insert into activities (center_id, kind_id, title, published, created_at)
             {} select {CENTER}, 3, '兴趣班' || n, 1, 0 from numbers",
            numbers(SERIES)
        ))
        .await;
    let first: i64 = sqlx::query_scalar("select min(id) from activities where center_id = $1")
        .bind(i64::try_from(CENTER).unwrap())
        .fetch_one(&mut *world.db.read().await.unwrap())
        .await
        .unwrap();
    let zone = linli::clock::Zone::SHANGHAI;
    let today = zone.date(Clock::system().now().0);
    for (day, date) in today.minus_days(DAYS.0).until(today.plus_days(DAYS.1)).enumerate() {
        let opens = zone.midnight(date).0 + 8 * 3_600_000;
        world
            .run(&format!(
                "insert into sessions (activity_id, center_id, starts_at, ends_at, local_date, status, capacity, updated_at)
                 {} select {first} + (n + {day}) % {SERIES}, {CENTER}, {opens} + n * 1200000, {opens} + n * 1200000 + 3600000,
                        '{date}', 'planned', 30, 0 from numbers",
                numbers(A_DAY)
            ))
            .await;
    }
}

/// What is looked at, how it is asked, and the answer that it must have.
pub struct Look {
    pub name: &'static str,
    request: Vec<u8>,
    status: u16,
}

impl Look {
    pub async fn measure(self, address: SocketAddr) -> Heard {
        let Self { request, status, .. } = self;
        hear(&[address], 1, status, move |_| Some(request.clone())).await
    }
}

/// Each page as it is looked at first, and again by who has it.
pub fn looks(address: SocketAddr) -> Vec<Look> {
    let pages = [
        ("agenda", "agenda again", format!("/agenda/{CENTER}")),
        ("calendar", "calendar again", format!("/calendar/centers/{CENTER}.ics")),
    ];
    let of = |(first, again, path): (&'static str, &'static str, String)| {
        let etag = etag(address, &path);
        let plain = format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: gzip\r\n");
        let again_request = format!("{plain}If-None-Match: {etag}\r\n\r\n").into_bytes();
        [
            Look { name: first, request: format!("{plain}\r\n").into_bytes(), status: 200 },
            Look { name: again, request: again_request, status: 304 },
        ]
    };
    pages.into_iter().flat_map(of).collect()
}

fn etag(address: SocketAddr, path: &str) -> String {
    let mut socket = TcpStream::connect(address).expect("it is there");
    socket.write_all(format!("GET {path} HTTP/1.0\r\nHost: bench\r\n\r\n").as_bytes()).expect("it is asked");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("it answers");
    let line = answer.lines().find(|line| line.to_ascii_lowercase().starts_with("etag:")).expect("an ETag");
    line.split_once(':').map(|(_, etag)| etag.trim().to_owned()).expect("its value")
}
