//! Every route × every role, with the exact status. `access.txt` is the table; a route of the server that has no row
//! fails, and so does a row that has no route.

use std::collections::BTreeSet;

use rocket::http::{ContentType, Method};

use crate::support::{TestApp, User, on_both_engines};

const TABLE: &str = include_str!("access.txt");

/// A line of the table: `METHOD route path status…`, one status for each of the columns that the first line names.
pub(crate) struct Row<'a> {
    pub(crate) method: Method,
    pub(crate) route: &'a str,
    pub(crate) path: &'a str,
    pub(crate) statuses: Vec<&'a str>,
}

fn columns() -> Vec<&'static str> {
    TABLE.lines().next().unwrap_or_default().split_whitespace().skip(3).collect()
}

pub(crate) fn rows() -> impl Iterator<Item = Row<'static>> {
    TABLE.lines().skip(1).filter(|line| !line.trim().is_empty() && !line.starts_with('#')).map(|line| {
        let mut words = line.split_whitespace();
        let mut word = || words.next().unwrap_or_else(|| panic!("too short: {line}"));
        let (method, route, path) = (word().parse().unwrap(), word(), word());
        Row { method, route, path, statuses: words.collect() }
    })
}

async fn user<'a>(app: &'a TestApp, login: &str, path: &str) -> User<'a> {
    match login {
        "nobody" => app.anyone(),
        login if path.starts_with("/api/") => app.token(login).await,
        login => app.sign_in(login).await,
    }
}

/// Those of the columns, as browsers and as programs, each signed in once.
struct Askers<'a> {
    browsers: Vec<User<'a>>,
    programs: Vec<User<'a>>,
}

impl<'a> Askers<'a> {
    async fn of(app: &'a TestApp) -> Self {
        let (mut browsers, mut programs) = (Vec::new(), Vec::new());
        for login in columns() {
            browsers.push(user(app, login, "/").await);
            programs.push(user(app, login, "/api/").await);
        }
        Self { browsers, programs }
    }

    /// What the row's route answers to each of the columns. A form is sent empty, so that it changes nothing where it is read.
    async fn statuses(&self, row: &Row<'_>) -> Vec<String> {
        let askers = if row.path.starts_with("/api/") { &self.programs } else { &self.browsers };
        let mut statuses = Vec::new();
        for asker in askers {
            statuses.push(status(asker, row.method, row.path).await);
        }
        statuses
    }
}

/// What is answered to an empty form or body.
pub(crate) async fn status(user: &User<'_>, method: Method, path: &str) -> String {
    let kind = if path.starts_with("/api/") { (ContentType::JSON, "{}") } else { (ContentType::Form, "") };
    let body = (method != Method::Get).then(|| (kind.0, kind.1.to_owned()));
    user.ask(method, path, body).await.status.code.to_string()
}

on_both_engines! {
    async fn every_route_answers_every_role_as_the_table_says(app: TestApp) {
        let mut wrong = Vec::new();
        let mut askers = Askers::of(&app).await;
        // Who may do what is decided before anything is asked of the engine; PostgreSQL, which takes longest to answer, is asked a third.
        let of_many = if app.db().engine() == Engine::Sqlite { 1 } else { 3 };
        for row in rows().step_by(of_many) {
            let found = askers.statuses(&row).await;
            if row.route == "/sign-out" {
                askers = Askers::of(&app).await;
            }
            if found != row.statuses {
                wrong.push(format!("{:6} {:60} {:60} {}", row.method.as_str(), row.route, row.path, found.join(" ")));
            }
        }
        assert!(wrong.is_empty(), "the server answers otherwise:\n{}\n{}", TABLE.lines().next().unwrap(), wrong.join("\n"));
    }

    async fn every_route_has_a_row(app: TestApp) {
        let name = |method: Method, route: &str| format!("{method} {}", route.split('?').next().unwrap());
        let served: BTreeSet<String> = app.client.rocket().routes().map(|route| name(route.method, route.uri.as_str())).collect();
        let listed: BTreeSet<String> = rows().map(|row| name(row.method, row.route)).collect();
        let missing: Vec<_> = served.difference(&listed).collect();
        let gone: Vec<_> = listed.difference(&served).collect();
        assert!(missing.is_empty() && gone.is_empty(), "no row for: {missing:#?}\nno route for: {gone:#?}");
        let width = columns().len();
        assert!(rows().all(|row| row.statuses.len() == width), "a row has another number of columns than the first line");
    }
}
