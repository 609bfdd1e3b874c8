//! A Linli that listens on a real port, for browsers.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use linli::clock::{Clock, Timestamp};
use linli::store::Sealer;
use rocket::Shutdown;
use rocket::fairing::AdHoc;

use super::app::{Engine, settings};
use super::postgres;
use super::process::eventually;

/// Where a browser finds it. Dropped, it stops.
pub(crate) struct Live {
    pub(crate) base: String,
    pub(crate) database_url: String,
    pub(crate) clock: Clock,
    pub(crate) sealer: Sealer,
    shutdown: Shutdown,
    thread: Option<JoinHandle<()>>,
}

impl Live {
    /// On an empty database, as after the very first start. `None` where PostgreSQL is not installed.
    pub(crate) fn empty(engine: Engine, name: &str) -> Option<(Self, tempfile::TempDir)> {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let url = match engine {
            Engine::Sqlite => format!("sqlite:{}", folder.path().join("linli.db").display()),
            Engine::Postgres => {
                let cluster = postgres::cluster()?;
                let database = name.to_owned();
                super::app::apart(async move { cluster.create_database(&database, None).await });
                cluster.url(name)
            }
        };
        Some((Self::on(&url, 0), folder))
    }

    /// With the annex and the cast. `None` where PostgreSQL is not installed.
    pub(crate) fn furnished(engine: Engine) -> Option<Self> {
        super::app::fresh_database(engine).map(|url| Self::on(&url, 0))
    }

    /// Stops it, so that nobody answers any more; gives the port at which [`Self::on`] can bring it back.
    pub(crate) fn stop(self) -> u16 {
        self.base.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port")
    }

    /// On a database that is there, at `port`, or at any with 0.
    pub(crate) fn on(url: &str, port: u16) -> Self {
        let mut settings = settings(url);
        settings.overrides = settings.overrides.merge(("port", port)).merge(("address", "127.0.0.1"));
        let (clock, sealer) = (settings.clock.clone(), settings.sealer.clone());
        let (report, ready) = mpsc::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            runtime.expect("a runtime").block_on(async move {
                let liftoff = AdHoc::on_liftoff("report", move |rocket| {
                    Box::pin(async move { _ = report.send((rocket.config().port, rocket.shutdown())) })
                });
                linli::rocket(settings).attach(liftoff).launch().await.expect("Linli serves");
            });
        });
        let (port, shutdown) = ready.recv().expect("Linli lifts off");
        let live = Self {
            base: format!("http://127.0.0.1:{port}"),
            database_url: url.to_owned(),
            clock,
            sealer,
            shutdown,
            thread: Some(thread),
        };
        // On a machine that is busy with other tests an empty database takes its time.
        assert!(eventually(Duration::from_secs(60), || live.status("/healthz") == 200), "Linli is not ready");
        live
    }

    /// The status that a plain HTTP client gets; 0 without an answer.
    pub(crate) fn status(&self, path: &str) -> u16 {
        let host = self.base.trim_start_matches("http://");
        let ask = || -> std::io::Result<String> {
            let mut socket = TcpStream::connect(host)?;
            write!(socket, "GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n")?;
            let mut answer = String::new();
            socket.read_to_string(&mut answer)?;
            Ok(answer)
        };
        ask().ok().and_then(|answer| answer.get(9..12)?.parse().ok()).unwrap_or(0)
    }

    pub(crate) fn at(&self, rfc3339: &str) {
        self.clock.set(Timestamp::parse_rfc3339(rfc3339).expect("an instant"));
    }

    /// What a plain HTTP client gets, without a browser: the body of a 200.
    pub(crate) fn get(&self, path: &str) -> String {
        let host = self.base.trim_start_matches("http://");
        let mut socket = TcpStream::connect(host).expect("Linli listens");
        write!(socket, "GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n").expect("a request is sent");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("an answer comes");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.contains(" 200 "), "{path}: {head}");
        body.to_owned()
    }

    pub(crate) fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.shutdown.clone().notify();
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}
