//! A center with a hundred thousand bookings, ten thousand of them within a year of today: its public agenda, its calendars, its week and
//! the preview of a series, as whoever looks for the first time gets them and as a program that asks again does.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use linli::audit::Actor;
use linli::auth::{AccountId, Role, Scope, accounts, logins};
use linli::centers::CenterId;
use linli::clock::{Clock, Date, Zone};

use super::load::{get_signed_in, post_form, post_json};
use super::{Heard, World, hear, numbers};

/// The center that is busy, its series, its rooms, and its sessions a day, two of them in each room.
const CENTER: i64 = 2;
const SERIES: u64 = 40;
const ROOMS: u64 = 13;
const A_DAY: u64 = 26;

/// Days before and after today: ten and a half years, of which a calendar holds a month back and a year ahead.
const DAYS: (u64, u64) = (3_481, 366);

/// Days that are written at a time.
const AT_ONCE: usize = 366;

/// Who plans there, and where: by a browser's login, and as a program.
pub struct Planner {
    login: String,
    token: String,
    /// The first of the rooms.
    room: i64,
}

/// Fills the center. The same days have the same plans, whenever it runs.
pub async fn plan(world: &World) -> Planner {
    open_rooms(world).await;
    world
        .run(&format!(
            "insert into activities (center_id, kind_id, title, published, created_at)
             {} select {CENTER}, 3, '兴趣班' || n, 1, 0 from numbers",
            numbers(SERIES)
        ))
        .await;
    let first = first_of(world, "select min(id) from activities where center_id = $1").await;
    let room = first_of(world, "select min(id) from rooms where center_id = $1").await;
    let today = Zone::SHANGHAI.date(Clock::system().now().0);
    let days: Vec<(usize, Date)> = today.minus_days(DAYS.0).until(today.plus_days(DAYS.1)).enumerate().collect();
    for days in days.chunks(AT_ONCE) {
        fill(world, days, (first, room)).await;
    }
    world.settle().await;
    let (login, token) = planner(world).await;
    Planner { login, token, room }
}

async fn first_of(world: &World, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).bind(CENTER).fetch_one(&mut *world.db.read().await.unwrap()).await.unwrap()
}

/// Rooms that are open from eight to ten at night.
async fn open_rooms(world: &World) {
    world
        .run(&format!(
            "insert into rooms (center_id, kind_id, name, area_m2, capacity, created_at)
             {} select {CENTER}, k.id, '功能室' || n, 60, 30, 0 from numbers cross join (select max(id) as id from room_kinds) k",
            numbers(ROOMS)
        ))
        .await;
    world
        .run(&format!(
            "insert into room_weeks (room_id, valid_from, created_at)
             select id, '2000-01-01', 0 from rooms where center_id = {CENTER}"
        ))
        .await;
    world
        .run(&format!(
            "insert into room_week_spans (week_id, weekday, opens, closes)
             {} select w.id, n + 1, 480, 1320 from numbers cross join room_weeks w join rooms r on r.id = w.room_id
             where r.center_id = {CENTER}",
            numbers(7)
        ))
        .await;
}

/// The sessions of some days with their bookings: every twenty minutes from eight on one begins, for an hour, in the next room.
async fn fill(world: &World, days: &[(usize, Date)], (first, room): (i64, i64)) {
    let opens = |date: Date| Zone::SHANGHAI.midnight(date).0 + 8 * 3_600_000;
    let (Some((_, from)), Some((_, to))) = (days.first(), days.last()) else { return };
    let rows: Vec<String> = days.iter().map(|(day, date)| format!("({day}, {}, '{date}')", opens(*date))).collect();
    world
        .run(&format!(
            "insert into sessions (activity_id, center_id, starts_at, ends_at, local_date, status, capacity, updated_at)
             {}, days (d, opens, local_date) as (values {})
             select {first} + (n + d) % {SERIES}, {CENTER}, opens + n * 1200000, opens + n * 1200000 + 3600000, local_date,
                    case when d < {} then 'completed' else 'planned' end, 30, 0
             from days cross join numbers",
            numbers(A_DAY),
            rows.join(", "),
            DAYS.0,
        ))
        .await;
    world
        .run(&format!(
            "insert into bookings (room_id, kind, session_id, starts_at, ends_at)
             select {room} + (starts_at - {}) % 86400000 / 1200000 % {ROOMS}, 'session', id, starts_at, ends_at
             from sessions where center_id = {CENTER} and local_date >= '{from}' and local_date <= '{to}'",
            opens(*from)
        ))
        .await;
}

/// A social worker of the center: a browser's login, and a token.
async fn planner(world: &World) -> (String, String) {
    let now = Clock::system().now();
    let mut tx = world.db.begin().await.unwrap();
    let scope = [Scope::Center(CenterId(CENTER))];
    let made = accounts::create_token(&Actor::Operator, now, &mut tx, "planner", Role::SocialWorker, &scope)
        .await
        .expect("a token");
    let account = sqlx::query_scalar("select max(id) from accounts").fetch_one(&mut *tx).await.unwrap();
    let login = logins::open(&mut tx, now, AccountId(account), logins::Kind::Browser, "bench").await.expect("a login");
    tx.commit().await.unwrap();
    (login, made)
}

/// What is looked at, how it is asked, and the answer that it must have.
pub struct Look {
    pub name: &'static str,
    request: Vec<u8>,
    status: u16,
    /// Where a program asks again for what it has, and what that is called.
    kept: Option<(&'static str, String)>,
}

impl Look {
    pub async fn measure(&self, address: SocketAddr) -> Heard {
        let request = self.request.clone();
        hear(&[address], 1, self.status, move |_| Some(request.clone())).await
    }

    /// The same asked by who has it already.
    pub fn again(&self, address: SocketAddr) -> Option<Self> {
        let &(name, ref path) = self.kept.as_ref()?;
        let request = format!("{}If-None-Match: {}\r\n\r\n", asks(path), etag(address, path)).into_bytes();
        Some(Self { name, request, status: 304, kept: None })
    }
}

impl Planner {
    /// Each page as it is looked at first. A series goes on for a year, in a room that is taken on each of its dates, or on none.
    pub fn looks(&self, address: SocketAddr) -> Vec<Look> {
        let (login, room) = (&self.login, self.room);
        let public = |name, again, path: String| {
            let request = format!("{}\r\n", asks(&path)).into_bytes();
            Look { name, request, status: 200, kept: Some((again, path)) }
        };
        let page = |name, request| Look { name, request, status: 200, kept: None };
        let post = format!("/centers/{CENTER}/activities");
        let preview = |starts, ends| post_form(&post, login, &self.series_as_form(starts, ends));
        vec![
            public("agenda", "agenda again", format!("/agenda/{CENTER}")),
            public("calendar", "calendar again", format!("/calendar/centers/{CENTER}.ics")),
            public("a room's calendar", "a room's calendar again", self.room_calendar(address)),
            page("week of a room", get_signed_in(&format!("/centers/{CENTER}/week?view=room&room={room}"), login)),
            page("day of all rooms", get_signed_in(&format!("/centers/{CENTER}/week"), login)),
            page("preview of a year, all taken", preview("08:30", "09:30")),
            page("preview of a year, all free", preview("10:00", "11:00")),
            Look {
                name: "a year by a program, refused",
                request: post_json("/api/v1/activities", &self.token, &self.series_as_json()),
                status: 409,
                kept: None,
            },
        ]
    }

    /// From tomorrow on, for a year.
    fn dates() -> (Date, Date) {
        let first = Zone::SHANGHAI.date(Clock::system().now().0).plus_days(1);
        (first, first.plus_days(363))
    }

    fn series_as_form(&self, starts: &str, ends: &str) -> String {
        let ((first, until), room) = (Self::dates(), self.room);
        format!(
            "title=class&kind=3&room={room}&date={first}&starts={}&ends={}&repeat=weekly&until={until}&published=1",
            starts.replace(':', "%3A"),
            ends.replace(':', "%3A")
        )
    }

    fn series_as_json(&self) -> String {
        let ((first, until), room) = (Self::dates(), self.room);
        format!(
            r#"{{"center":{CENTER},"title":"class","kind":3,"room":{room},"date":"{first}","starts":"08:30","ends":"09:30","repeat":"weekly","until":"{until}","on_conflict":"fail"}}"#
        )
    }

    /// The secret address of the room's calendar, which the program makes.
    fn room_calendar(&self, address: SocketAddr) -> String {
        let body = format!(r#"{{"room":{}}}"#, self.room);
        let request = format!(
            "POST /api/v1/feeds HTTP/1.0\r\nHost: bench\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        let answer = answer(address, &request);
        let secret = answer.split_once("/calendar/").and_then(|(_, rest)| rest.split_once('"'));
        let (secret, _) = secret.unwrap_or_else(|| panic!("no address: {answer}"));
        format!("/calendar/{secret}")
    }
}

/// The head of a request as a browser or a calendar program makes it, without its end.
fn asks(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: gzip\r\n")
}

fn answer(address: SocketAddr, request: &str) -> String {
    let mut socket = TcpStream::connect(address).expect("it is there");
    socket.write_all(request.as_bytes()).expect("it is asked");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("it answers");
    answer
}

fn etag(address: SocketAddr, path: &str) -> String {
    let answer = answer(address, &format!("GET {path} HTTP/1.0\r\nHost: bench\r\n\r\n"));
    let line = answer.lines().find(|line| line.to_ascii_lowercase().starts_with("etag:")).expect("an ETag");
    line.split_once(':').map(|(_, etag)| etag.trim().to_owned()).expect("its value")
}
