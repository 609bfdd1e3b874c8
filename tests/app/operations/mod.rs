//! What those meet who run Linli: full disks, wrong paths and keys, databases that are late, lost, newer or only copies.

mod commands;
mod erasure;
mod flood;
mod full_disk;
mod health;
mod rotation;
mod standby;
mod starting;
mod together;

use crate::check_in::{request, session};
use crate::support::TestApp;
use crate::support::program::Program;

/// Who works at the door of a serving Linli: as a program, and as a social worker at a page.
struct Door {
    token: String,
    login: String,
}

impl Door {
    /// Makes a database's session of today and its people, numbered from one.
    async fn open(url: &str, crowd: i64) -> Self {
        let app = TestApp::open(url).await;
        session(&app, None, None).await;
        let mut tx = app.begin().await;
        for sql in [
            "with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < $1)
             insert into people (name, name_key, name_fold, pinyin, sounds, created_at, updated_at)
             select '陈伯', '陈伯', '陈伯', 'chenbo', 'chen bo', 0, 0 from numbers where n <= $1",
            "insert into enrolments (person_id, center_id, enrolled_at)
             select id, 1, 0 from people where name = '陈伯' and id <= $1",
        ] {
            sqlx::query(sql).bind(crowd).execute(&mut *tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        // The real clock is far from the tests' own: the session is on now.
        app.execute(
            "update sessions set starts_at = 0, ends_at = 9000000000000, local_date = '2100-01-01' where id = 1",
        )
        .await;
        let token = app.token_text("ann").await;
        let (_, login) = app.sign_in("ann").await.cookies.remove(0);
        app.execute("update logins set expires_at = 9000000000000").await;
        app.db().close().await;
        Self { token, login }
    }

    /// A person comes in; the status.
    fn lets_in(&self, program: &Program, person: i64) -> (u16, String) {
        let body = serde_json::json!({"request_id": request(), "person_id": person, "role": "participant"});
        program.post_json("/api/v1/sessions/1/checkins", &self.token, &body.to_string())
    }

    /// A page that reads.
    fn reads(&self, program: &Program) -> u16 {
        program.get_signed_in("/centers/1/people", &self.login).0
    }

    /// A page that writes.
    fn writes(&self, program: &Program, name: &str) -> (u16, String) {
        let form = form_urlencoded::Serializer::new(String::new()).append_pair("name", name).finish();
        program.post("/centers/1/people", &self.login, &form)
    }
}

/// One number out of a database, whoever else is at it.
async fn number(url: &str, sql: &'static str) -> i64 {
    use sqlx::Connection as _;
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(url).await.expect("the database opens");
    sqlx::query_scalar(sql).fetch_one(&mut conn).await.expect(sql)
}

/// As [`number`], a text.
async fn text(url: &str, sql: &str) -> String {
    use sqlx::Connection as _;
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(url).await.expect("the database opens");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut conn).await.expect("a text")
}

/// As [`number`], many.
async fn numbers(url: &str, sql: &'static str) -> Vec<i64> {
    use sqlx::Connection as _;
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(url).await.expect("the database opens");
    sqlx::query_scalar(sql).fetch_all(&mut conn).await.expect(sql)
}

/// Runs a statement on a database, whoever else is at it.
async fn execute(url: &str, sql: &str) {
    use sqlx::Connection as _;
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(url).await.expect("the database opens");
    sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut conn).await.expect("a statement");
}
