//! What the tests stand on: a database per test, the cast, and the programs they need.

pub(crate) mod app;
mod axe;
pub(crate) mod browser;
pub(crate) mod calendar;
pub(crate) mod cast;
pub(crate) mod disk;
pub(crate) mod dump;
pub(crate) mod live;
#[expect(dead_code, reason = "the bench uses the rest")]
#[path = "../../../bench/load.rs"]
pub(crate) mod load;
pub(crate) mod pooler;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod program;
pub(crate) mod python;
pub(crate) mod qr;
#[path = "../../../bench/server.rs"]
pub(crate) mod server;
pub(crate) mod switch;
pub(crate) mod unzip;
pub(crate) mod workbook;
pub(crate) mod world;

pub(crate) use app::{Answer, Engine, TestApp, User, run};

/// Each test runs twice, on SQLite and on PostgreSQL: `on_both_engines! { async fn a_rule(app: TestApp) { … } }`.
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident: TestApp) $body:block)+) => {$(
        mod $name {
            #[allow(clippy::allow_attributes, unused_imports, reason = "not every test needs its file's names")]
            use super::*;
            use crate::support::{Engine, TestApp, run};

            async fn test($app: TestApp) $body

            $(#[$meta])* #[test]
            fn sqlite() {
                run(Engine::Sqlite, test);
            }

            $(#[$meta])* #[test]
            fn postgres() {
                run(Engine::Postgres, test);
            }
        }
    )+};
}
pub(crate) use on_both_engines;

/// Asks a process to stop, as a service manager does.
pub(crate) fn terminate(pid: i32) {
    process::send_signal(pid, libc::SIGTERM);
}
