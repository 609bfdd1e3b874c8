//! `/healthz`, for whoever watches over the process.

use rocket::fairing::AdHoc;
use rocket::http::Status;
use rocket::{get, routes};

use crate::store::Db;

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("health", |rocket| async { rocket.mount("/", routes![healthz]) })
}

/// 200 when the database answers, 503 otherwise.
#[get("/healthz")]
async fn healthz(db: &Db) -> (Status, &'static str) {
    let answers = async {
        let mut conn = db.read().await?;
        sqlx::query_scalar::<_, i64>("select 1").fetch_one(&mut *conn).await
    };
    match answers.await {
        Ok(_) => (Status::Ok, "ok\n"),
        Err(_) => (Status::ServiceUnavailable, "the database does not answer\n"),
    }
}
