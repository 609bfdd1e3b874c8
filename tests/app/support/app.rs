//! A Linli of its own for each test: a fresh copy of a template database, a held clock, and users who ask it things.

use std::future::Future;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use linli::auth::logins::{self, Kind};
use linli::auth::{AccountId, Role};
use linli::clock::{Clock, Timestamp};
use linli::store::{Db, Sealer, Tx};
use linli::{Settings, start};
use rocket::figment::Figment;
use rocket::http::{ContentType, Cookie, Header, Method, Status};
use rocket::local::asynchronous::{Client, LocalResponse};
use serde_json::Value;

use super::{cast, postgres};

pub(crate) use linli::store::Engine;

/// Thursday 5 March 2026, 10:00 in Dongguan: where every test's clock begins.
pub(crate) const START: &str = "2026-03-05T02:00:00Z";

const TEMPLATE: &str = "linli_template";

/// Runs `test` on `engine`; says so and passes where PostgreSQL is not installed (see [`super::process::skip`]).
pub(crate) fn run<F: Future<Output = ()>>(engine: Engine, test: impl FnOnce(TestApp) -> F) {
    let Some(url) = fresh_database(engine) else { return };
    runtime().block_on(async move { test(TestApp::open(&url).await).await });
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// A new database like the template: migrated, with the annex and the cast.
pub(crate) fn fresh_database(engine: Engine) -> Option<String> {
    match engine {
        Engine::Sqlite => Some(copy_of(&format!("sqlite:{}", sqlite_template().display()))),
        Engine::Postgres => Some(copy_of(&postgres_template()?.url(TEMPLATE))),
    }
}

/// A new database like the one at `url`, with which nobody is connected.
pub(crate) fn copy_of(url: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("linli_test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    match url.strip_prefix("sqlite:") {
        Some(path) => {
            let copy = sqlite_template().with_file_name(format!("{name}.db"));
            std::fs::copy(path, &copy).expect("a database can be copied");
            format!("sqlite:{}", copy.display())
        }
        None => {
            let cluster = postgres::cluster().expect("PostgreSQL, where the database lies");
            let original = url.rsplit('/').next().unwrap_or_default().to_owned();
            apart(async move {
                cluster.create_database(&name, Some(&original)).await;
                cluster.url(&name)
            })
        }
    }
}

/// Takes a copy away again.
pub(crate) fn discard(url: &str) {
    match url.strip_prefix("sqlite:") {
        Some(path) => std::fs::remove_file(path).expect("a copy can be removed"),
        None => {
            let cluster = postgres::cluster().expect("PostgreSQL, where the database lies");
            let name = url.rsplit('/').next().unwrap_or_default().to_owned();
            apart(async move { cluster.drop_database(&name).await });
        }
    }
}

/// Waits for a future from anywhere, another runtime included.
pub(crate) fn apart<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    std::thread::spawn(move || runtime().block_on(future)).join().expect("the template can be made")
}

fn sqlite_template() -> &'static PathBuf {
    static MADE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let path = folder.path().join("template.db");
        let url = format!("sqlite:{}", path.display());
        apart(async move { fill(&url).await });
        (folder, path)
    });
    path
}

fn postgres_template() -> Option<&'static postgres::Cluster> {
    static MADE: OnceLock<Option<&'static postgres::Cluster>> = OnceLock::new();
    *MADE.get_or_init(|| {
        let cluster = postgres::cluster()?;
        apart(async move {
            cluster.create_database(TEMPLATE, None).await;
            fill(&cluster.url(TEMPLATE)).await;
        });
        Some(cluster)
    })
}

/// Makes an empty database like the template.
pub(crate) async fn fill(url: &str) {
    let app = TestApp::open(url).await;
    cast::enter(&app).await;
    app.db().close().await;
}

/// A Linli on a database, without a socket.
pub(crate) struct TestApp {
    pub(crate) client: Client,
    pub(crate) clock: Clock,
    pub(crate) sealer: Sealer,
}

impl TestApp {
    pub(crate) async fn open(url: &str) -> Self {
        let settings = settings(url);
        let (clock, sealer) = (settings.clock.clone(), settings.sealer.clone());
        let client = Client::untracked(linli::rocket(settings)).await.expect("Linli starts");
        let app = Self { client, clock, sealer };
        start::fill(app.db(), app.clock.now()).await.expect("the database can be prepared");
        app
    }

    pub(crate) fn db(&self) -> &Db {
        use rocket_db_pools::Database;
        Db::fetch(self.client.rocket()).expect("the pool is attached")
    }

    pub(crate) async fn begin(&self) -> Tx {
        // A test's world may take longer to make than a page may take.
        self.db().begin_patiently().await.expect("a transaction")
    }

    /// One number out of the database, for looking behind the pages.
    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&mut *self.db().read().await.expect("a connection")).await.expect(sql)
    }

    /// Runs a statement behind the pages' back: for states that no page makes.
    pub(crate) async fn execute(&self, sql: &'static str) {
        let mut tx = self.begin().await;
        sqlx::query(sql).execute(&mut *tx).await.expect(sql);
        tx.commit().await.expect("a commit");
    }

    /// Runs the jobs that are due, as a server does; says how many there were.
    pub(crate) async fn run_jobs(&self) -> usize {
        let registry = self.client.rocket().state::<linli::jobs::Registry>().unwrap();
        linli::jobs::run_due(self.db(), &self.sealer, &self.clock, registry).await.unwrap()
    }

    pub(crate) fn at(&self, rfc3339: &str) {
        self.clock.set(Timestamp::parse_rfc3339(rfc3339).expect("an instant"));
    }

    /// Nobody signed in.
    pub(crate) fn anyone(&self) -> User<'_> {
        User { app: self, cookies: Vec::new(), token: None, address: None }
    }

    /// Somebody of the cast, in a new browser.
    pub(crate) async fn sign_in(&self, login: &str) -> User<'_> {
        let mut user = self.anyone();
        user.cookies.push((logins::COOKIE.to_owned(), self.open_login(login, Kind::Browser).await));
        user
    }

    /// Somebody of the cast, as a program with a bearer token.
    pub(crate) async fn token(&self, login: &str) -> User<'_> {
        let mut user = self.anyone();
        user.token = Some(self.open_login(login, Kind::Token).await);
        user
    }

    /// A program with this bearer token.
    pub(crate) fn with_token(&self, token: &str) -> User<'_> {
        User { token: Some(token.to_owned()), ..self.anyone() }
    }

    /// The bearer token of somebody of the cast, for a program outside.
    pub(crate) async fn token_text(&self, login: &str) -> String {
        self.open_login(login, Kind::Token).await
    }

    async fn open_login(&self, login: &str, kind: Kind) -> String {
        let mut tx = self.begin().await;
        let account: AccountId = sqlx::query_scalar("select id from accounts where login = $1")
            .bind(login)
            .fetch_one(&mut *tx)
            .await
            .unwrap_or_else(|error| panic!("nobody of the cast is called {login}: {error}"));
        let secret = logins::open(&mut tx, self.clock.now(), account, kind, "test").await.expect("a login");
        tx.commit().await.expect("a commit");
        secret
    }
}

pub(crate) fn settings(url: &str) -> Settings {
    Settings {
        database_url: url.to_owned(),
        public_url: None,
        clock: Clock::held_at(Timestamp::parse_rfc3339(START).expect("an instant")),
        sealer: Sealer::new(&[7; 32]),
        // Tests run jobs by hand.
        overrides: Figment::new().merge(("databases.linli.max_connections", 8)).merge(("jobs.every", 0)),
    }
}

/// Somebody who asks: a browser with its cookies, or a program with its token.
#[derive(Clone)]
pub(crate) struct User<'a> {
    pub(crate) app: &'a TestApp,
    pub(crate) cookies: Vec<(String, String)>,
    token: Option<String>,
    address: Option<IpAddr>,
}

impl User<'_> {
    /// The same from this address.
    pub(crate) fn at_address(&self, address: &str) -> Self {
        Self { address: Some(address.parse().expect("an address")), ..self.clone() }
    }

    /// The bearer token of a program, or a login's secret, as the other of the two.
    pub(crate) fn with_secret_as_token(&self) -> Self {
        let (_, secret) = self.cookies.first().expect("a login").clone();
        Self { cookies: Vec::new(), token: Some(secret), ..self.clone() }
    }

    pub(crate) fn with_secret_as_login(&self) -> Self {
        let secret = self.token.clone().expect("a token");
        Self { cookies: vec![(logins::COOKIE.to_owned(), secret)], token: None, ..self.clone() }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::Get, path, None).await
    }

    /// Posts a form.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.ask(Method::Post, path, Some((ContentType::Form, body))).await
    }

    /// Posts JSON.
    pub(crate) async fn post_json(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::Post, path, Some((ContentType::JSON, body.to_string()))).await
    }

    /// As a script of our own page asks: for JSON, whatever it sends.
    pub(crate) async fn fetch(&self, path: &str, body: Option<(ContentType, Vec<u8>)>) -> Answer {
        let method = if body.is_some() { Method::Post } else { Method::Get };
        self.dispatch(method, path, body, "application/json").await
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<(ContentType, String)>) -> Answer {
        self.dispatch(method, path, body.map(|(kind, body)| (kind, body.into_bytes())), "*/*").await
    }

    async fn dispatch(
        &self,
        method: Method,
        path: &str,
        body: Option<(ContentType, Vec<u8>)>,
        accept: &'static str,
    ) -> Answer {
        let mut request =
            self.app.client.req(method, path.to_owned()).header(Header::new("Sec-Fetch-Site", "same-origin"));
        request = request.header(Header::new("Accept", accept));
        for (name, value) in &self.cookies {
            request = request.cookie(Cookie::new(name.clone(), value.clone()));
        }
        if let Some(token) = &self.token {
            request = request.header(Header::new("Authorization", format!("Bearer {token}")));
        }
        if let Some(address) = self.address {
            request = request.remote((address, 40_000).into());
        }
        if let Some((kind, body)) = body {
            request = request.header(kind).body(body);
        }
        Answer::read(request.dispatch().await).await
    }

    /// Keeps the cookies that `answer` set, as a browser does.
    pub(crate) fn keep(&mut self, answer: &Answer) {
        for (name, value) in &answer.cookies {
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.clone(), value.clone()));
            }
        }
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: Status,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) cookies: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    async fn read(response: LocalResponse<'_>) -> Self {
        let status = response.status();
        let headers =
            response.headers().iter().map(|h| (h.name().as_str().to_ascii_lowercase(), h.value().to_owned())).collect();
        let cookies = response.cookies().iter().map(|c| (c.name().to_owned(), c.value().to_owned())).collect();
        Self { status, headers, cookies, body: response.into_bytes().await.unwrap_or_default() }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.text()))
    }

    /// Asserts the status; the body says what went wrong.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status.code, status, "{}", self.text());
        self
    }

    /// Asserts a redirect, and gives where to.
    #[track_caller]
    pub(crate) fn leads_to(&self) -> String {
        assert_eq!(self.status.code, 303, "{}", self.text());
        self.header("location").to_owned()
    }

    #[track_caller]
    pub(crate) fn shows(self, text: &str) -> Self {
        assert!(self.text().contains(text), "{text:?} is not in {}", self.text());
        self
    }

    #[track_caller]
    pub(crate) fn hides(self, text: &str) -> Self {
        assert!(!self.text().contains(text), "{text:?} is in {}", self.text());
        self
    }

    /// Asserts a problem document with this stable code.
    #[expect(clippy::wrong_self_convention, reason = "reads as the sentence it proves")]
    #[track_caller]
    pub(crate) fn is_refused(self, code: &str) -> Self {
        assert_eq!(self.json()["code"], code, "{}", self.text());
        self
    }
}

/// The login of the cast that has a role in [`cast::CENTER`].
pub(crate) fn login_of(role: Role) -> &'static str {
    match role {
        Role::CityAdmin => "ada",
        Role::TownSupervisor => "tom",
        Role::Committee => "cai",
        Role::ProviderManager => "ben",
        Role::SocialWorker => "ann",
        Role::TeamLeader => "lei",
        Role::FrontDesk => "fay",
        Role::Purchaser => "pat",
        Role::Department => "dan",
    }
}
