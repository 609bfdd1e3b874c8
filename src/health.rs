//! `/healthz` and `/livez`, for whoever watches over the process.

use rocket::fairing::AdHoc;
use rocket::http::Status;
use rocket::{get, routes};

use crate::store::{Db, Stage};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("health", |rocket| async { rocket.mount("/", routes![healthz, livez]) })
}

/// 200 when people can be served: the database is prepared and of this program's version, it answers, and it can be
/// written. 503 otherwise, with the reason in a line. A balancer asks this one.
#[get("/healthz")]
async fn healthz(db: &Db) -> (Status, String) {
    let wrong = match db.stage() {
        Stage::Ready => db.is_well().await.err().map(|trouble| format!("the database is in trouble: {trouble}")),
        Stage::Preparing(why) => Some(format!("not ready yet: {why}")),
        Stage::Outgrown(version) => Some(format!("a newer Linli has changed the database (migration {version})")),
        Stage::Refused(why) => Some(why),
    };
    match wrong {
        None => (Status::Ok, "ok\n".to_owned()),
        Some(why) => (Status::ServiceUnavailable, format!("{why}\n")),
    }
}

/// 200 as long as the process lives, whatever its database does: for who would start it anew otherwise.
#[get("/livez")]
fn livez() -> &'static str {
    "alive\n"
}
