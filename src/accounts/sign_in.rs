//! Signing in and out, and the first administrator's page.

use std::time::Duration;

use askama::Template;
use rocket::http::{Cookie, CookieJar, SameSite, Status};
use rocket::response::Redirect;
use rocket::{Route, State, get, post, routes};

use super::known::KnownBrowser;
use crate::audit::{self, Actor};
use crate::auth::accounts::{self, credentials};
use crate::auth::logins::{self, Kind};
use crate::auth::throttle::Throttle;
use crate::auth::{AccountId, Viewer, password, setup};
use crate::centers;
use crate::clock::Now;
use crate::error::{Error, FieldErrors, Refusal, Result};
use crate::hands::{self, Hands};
use crate::store::{Conn, Db};
use crate::web::preferences::local_path;
use crate::web::site::Browser;
use crate::web::{Fields, Form, Lang, Page, Site, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![sign_in, open_login, sign_out, home, first_admin, create_first_admin]
}

#[derive(Template)]
#[template(path = "accounts/sign_in.html")]
struct SignInPage {
    form: Form,
    next: String,
}

impl View for SignInPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("sign_in.title")
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/sign-in?<next>&<login>")]
fn sign_in(next: Option<&str>, login: Option<&str>) -> Page<SignInPage> {
    let form = match login.map(accounts::login) {
        Some(Ok(login)) => Form::filled(Fields::default().with("login", login)),
        _ => Form::new(),
    };
    Page(SignInPage { form, next: local_path(next.unwrap_or("/home")) })
}

#[post("/sign-in", data = "<fields>")]
async fn open_login(
    db: &Db,
    now: Now,
    site: Site,
    browser: Browser,
    throttle: &State<Throttle>,
    known: KnownBrowser<'_>,
    jar: &CookieJar<'_>,
    fields: Fields,
) -> Result<Result<Redirect, (Status, Page<SignInPage>)>> {
    let next = local_path(fields.get("next"));
    let again = |status, code| {
        let kept = Fields::default().with("login", fields.get("login"));
        let form = Form::again(kept, FieldErrors::whole(Refusal::new(code)));
        Ok(Err((status, Page(SignInPage { form, next: next.clone() }))))
    };
    let login = accounts::typed_login(fields.get("login"));
    let is_known = known.knows(&login);
    if !throttle.admits(&login, browser.address, is_known).await {
        return again(Status::TooManyRequests, "too_many_tries");
    }
    let hands: &'static Hands = if is_known { &hands::KNOWN } else { &hands::STRANGERS };
    let Ok(_place) = hands.place() else { return again(Status::ServiceUnavailable, "too_many_at_once") };
    let found = credentials(&mut *db.read().await?, now, &login).await?;
    let (account, hash) = match found {
        Some(found) => (Some((found.id, found.name)), found.password_hash),
        None => (None, None),
    };
    match password::verify(hands, fields.get("password"), hash).await {
        Ok(true) => {}
        Ok(false) => return again(Status::UnprocessableEntity, "wrong_password"),
        Err(Error::Busy) => return again(Status::ServiceUnavailable, "too_many_at_once"),
        Err(error) => return Err(error),
    }
    let Some((id, name)) = account else { return again(Status::UnprocessableEntity, "wrong_password") };
    let mut tx = db.begin().await?;
    enter(&mut tx, now, id, name, &browser, &site, jar).await?;
    tx.commit().await?;
    known.keep(&login);
    Ok(Ok(Redirect::to(if next == "/" { "/home".to_owned() } else { next })))
}

/// Opens a login for this browser and sets its cookie.
pub(super) async fn enter(
    tx: &mut Conn,
    now: Now,
    account: AccountId,
    name: String,
    browser: &Browser,
    site: &Site,
    jar: &CookieJar<'_>,
) -> Result<()> {
    let secret = logins::open(tx, now, account, Kind::Browser, &super::browser::name(&browser.agent)).await?;
    let actor = Actor::Account { id: account, name };
    audit::record(tx, &actor, now, audit::entry("login.opened", account.0)).await?;
    keep_login(jar, site, secret, logins::BROWSER_LASTS);
    Ok(())
}

/// Makes this browser the holder of a login. Lax, so that a link opened from WeChat finds its reader signed in.
pub(crate) fn keep_login(jar: &CookieJar<'_>, site: &Site, secret: String, lasts: Duration) {
    jar.add(
        Cookie::build((logins::COOKIE, secret))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(site.is_https())
            .max_age(lasts.try_into().unwrap_or(rocket::time::Duration::DAY)),
    );
}

#[post("/sign-out")]
async fn sign_out(by: Viewer, db: &Db, now: Now, jar: &CookieJar<'_>) -> Result<Redirect> {
    let mut tx = db.begin().await?;
    logins::revoke(&by, now, &mut tx, by.login).await?;
    tx.commit().await?;
    jar.remove(Cookie::build(logins::COOKIE).path("/"));
    Ok(Redirect::to("/"))
}

/// Where a role's day begins.
#[get("/home")]
async fn home(by: Viewer, db: &Db) -> Result<Redirect> {
    let reached = centers::queries::reached_by(&by, &mut *db.read().await?).await?;
    Ok(Redirect::to(match reached.as_slice() {
        [only] => only.id.path(by.role.first_page()),
        _ => "/centers".to_owned(),
    }))
}

#[derive(Template)]
#[template(path = "accounts/first_admin.html")]
struct FirstAdminPage {
    form: Form,
    link: String,
}

impl View for FirstAdminPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("setup.title")
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/setup/<secret>")]
async fn first_admin(db: &Db, secret: &str) -> Result<Page<FirstAdminPage>> {
    if !setup::is_good(&mut *db.read().await?, secret).await? {
        return Err(Error::NotFound);
    }
    Ok(Page(FirstAdminPage { form: Form::new(), link: secret.to_owned() }))
}

#[post("/setup/<secret>", data = "<fields>")]
async fn create_first_admin(
    db: &Db,
    now: Now,
    site: Site,
    browser: Browser,
    known: KnownBrowser<'_>,
    jar: &CookieJar<'_>,
    secret: &str,
    fields: Fields,
) -> Result<Submitted<FirstAdminPage>> {
    if !setup::is_good(&mut *db.read().await?, secret).await? {
        return Err(Error::NotFound);
    }
    let made = async {
        let account = accounts::read_own(&fields)?;
        let (name, login) = (account.name.clone(), account.login.clone());
        let account = account.hashed().await?;
        let mut tx = db.begin().await?;
        let id = setup::create_first_admin(&mut tx, now, secret, account).await?;
        enter(&mut tx, now, id, name, &browser, &site, jar).await?;
        tx.commit().await?;
        known.keep(&login);
        Ok::<_, Error>(())
    };
    Submitted::of(made.await.map(|()| "/centers".to_owned()), "done.set_up", async |errors| {
        let form = Form::again(fields, errors);
        Ok(FirstAdminPage { form, link: secret.to_owned() })
    })
    .await
}
