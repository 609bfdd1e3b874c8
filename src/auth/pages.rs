//! Signing in and out, the first administrator's page, and everyone's own account page.

use std::net::IpAddr;
use std::time::Duration;

use askama::Template;
use rocket::fairing::AdHoc;
use rocket::http::{Cookie, CookieJar, SameSite, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::response::Redirect;
use rocket::{State, get, post, routes, uri};

use super::accounts::{self, queries::credentials};
use super::logins::{self, Kind, Login};
use super::password::{self, NewPassword};
use super::throttle::Throttle;
use super::{AccountId, LoginId, Viewer, setup};
use crate::audit::{self, Actor};
use crate::centers;
use crate::clock::{Now, Zone};
use crate::error::{Error, Refusal, Result};
use crate::store::{Conn, Db};
use crate::web::fields::FieldErrors;
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::preferences::local_path;
use crate::web::{Fields, Form, Frame, Lang, Page, Site, Submitted, View, filters};

pub(super) fn stage() -> AdHoc {
    AdHoc::on_ignite("sign-in", |rocket| async {
        rocket.mount(
            "/",
            routes![
                sign_in,
                open_login,
                sign_out,
                home,
                first_admin,
                create_first_admin,
                account,
                change_password,
                revoke
            ],
        )
    })
}

/// Who asks, as far as throttling and the list of logins care.
struct Device {
    address: Option<IpAddr>,
    label: String,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Device {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let label = super::device::name(request.headers().get_one("User-Agent").unwrap_or_default());
        Outcome::Success(Self { address: request.client_ip(), label })
    }
}

#[derive(Template)]
#[template(path = "auth/sign_in.html")]
struct SignInPage {
    form: Form,
    next: String,
}

impl View for SignInPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("sign_in.title")
    }
}

#[get("/sign-in?<next>")]
fn sign_in(next: Option<&str>) -> Page<SignInPage> {
    Page(SignInPage { form: Form::new(), next: local_path(next.unwrap_or("/home")) })
}

#[post("/sign-in", data = "<fields>")]
#[allow(clippy::too_many_arguments)] // guards
async fn open_login(
    db: &Db,
    now: Now,
    site: Site,
    device: Device,
    throttle: &State<Throttle>,
    jar: &CookieJar<'_>,
    fields: Fields,
) -> Result<Result<Redirect, (Status, Page<SignInPage>)>> {
    let next = local_path(fields.get("next"));
    let again = |status, code| {
        let kept = Fields::default().with("login", fields.get("login"));
        let form = Form::again(kept, FieldErrors::whole(Refusal::new(code)));
        Ok(Err((status, Page(SignInPage { form, next: next.clone() }))))
    };
    if !throttle.admits(&fields.get("login").to_ascii_lowercase(), device.address) {
        return again(Status::TooManyRequests, "too_many_tries");
    }
    let found = credentials(&mut *db.read().await?, now, fields.get("login")).await?;
    let (account, hash) = match found {
        Some(found) => (Some((found.id, found.name)), found.password_hash),
        None => (None, None),
    };
    if !password::verify(fields.get("password"), hash).await? {
        return again(Status::UnprocessableEntity, "wrong_password");
    }
    let Some((id, name)) = account else { return again(Status::UnprocessableEntity, "wrong_password") };
    let mut tx = db.begin().await?;
    enter(&mut tx, now, id, name, &device, &site, jar).await?;
    tx.commit().await?;
    Ok(Ok(Redirect::to(if next == "/" { "/home".to_owned() } else { next })))
}

/// Opens a login for this browser and sets its cookie.
async fn enter(
    tx: &mut Conn,
    now: Now,
    account: AccountId,
    name: String,
    device: &Device,
    site: &Site,
    jar: &CookieJar<'_>,
) -> Result<()> {
    let secret = logins::open(tx, now, account, Kind::Browser, &device.label).await?;
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
        [only] => format!("/centers/{}{}", only.id, by.role.first_page()),
        _ => "/centers".to_owned(),
    }))
}

#[derive(Template)]
#[template(path = "auth/first_admin.html")]
struct FirstAdminPage {
    form: Form,
    link: String,
}

impl View for FirstAdminPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("setup.title")
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
#[allow(clippy::too_many_arguments)] // guards
async fn create_first_admin(
    db: &Db,
    now: Now,
    site: Site,
    device: Device,
    jar: &CookieJar<'_>,
    secret: &str,
    fields: Fields,
) -> Result<Submitted<FirstAdminPage>> {
    if !setup::is_good(&mut *db.read().await?, secret).await? {
        return Err(Error::NotFound);
    }
    let made = async {
        let account = accounts::read(&fields)?;
        let name = account.name.clone();
        let account = account.hashed().await?;
        let mut tx = db.begin().await?;
        let id = setup::create_first_admin(&mut tx, now, secret, account).await?;
        enter(&mut tx, now, id, name, &device, &site, jar).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    match made.await {
        Ok(()) => Ok(Submitted::done("/centers".to_owned(), "done.set_up")),
        Err(error) => {
            let form = Form::again(fields, error.into_field_errors()?);
            Ok(Submitted::again(FirstAdminPage { form, link: secret.to_owned() }))
        }
    }
}

#[derive(Template)]
#[template(path = "auth/account.html")]
struct AccountPage {
    viewer: Viewer,
    logins: Vec<Login>,
    form: Form,
}

impl AccountPage {
    async fn load(by: &Viewer, now: Now, conn: &mut Conn, form: Form) -> Result<Self> {
        Ok(Self { viewer: by.clone(), logins: logins::of_account(conn, now, by.account).await?, form })
    }

    fn local(&self, at: &crate::clock::Timestamp) -> chrono::NaiveDateTime {
        Zone::SHANGHAI.local(*at)
    }
}

impl View for AccountPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("account.title")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Me)
    }
}

#[get("/account")]
async fn account(by: Viewer, db: &Db, now: Now) -> Result<Page<AccountPage>> {
    Ok(Page(AccountPage::load(&by, now, &mut *db.read().await?, Form::new()).await?))
}

/// The present password is guessed here as well as at the sign-in, by whoever finds a browser open: both share one
/// throttle.
#[post("/account/password", data = "<fields>")]
async fn change_password(
    by: Viewer,
    db: &Db,
    now: Now,
    device: Device,
    throttle: &State<Throttle>,
    fields: Fields,
) -> Result<std::result::Result<Submitted<AccountPage>, (Status, Page<AccountPage>)>> {
    let mut conn = db.read().await?;
    let (login, hash): (Option<String>, Option<String>) =
        sqlx::query_as("select login, password_hash from accounts where id = $1")
            .bind(by.account)
            .fetch_one(&mut *conn)
            .await?;
    if !throttle.admits(&login.unwrap_or_default(), device.address) {
        let form = Form::again(Fields::default(), FieldErrors::whole(Refusal::new("too_many_tries")));
        return Ok(Err((Status::TooManyRequests, Page(AccountPage::load(&by, now, &mut conn, form).await?))));
    }
    drop(conn);
    match replace_password(&by, db, now, hash, &fields).await {
        Ok(()) => Ok(Ok(Submitted::done(uri!(account), "done.password_changed"))),
        Err(error) => {
            // Passwords are not shown again.
            let form = Form::again(Fields::default(), error.into_field_errors()?);
            Ok(Ok(Submitted::again(AccountPage::load(&by, now, &mut *db.read().await?, form).await?)))
        }
    }
}

async fn replace_password(by: &Viewer, db: &Db, now: Now, hash: Option<String>, fields: &Fields) -> Result<()> {
    if !password::verify(fields.get("current_password"), hash).await? {
        return Err(Error::field("current_password", "field.wrong_password"));
    }
    let mut read = fields.read();
    let password = read.required("password", |text| NewPassword::parse(text, &[&by.name, "linli"]));
    let password = read.finish(|| password)?.hash().await?;
    let mut tx = db.begin().await?;
    accounts::change_password(by, now, &mut tx, &password).await?;
    Ok(tx.commit().await?)
}

#[post("/account/logins/<login>/revocation")]
async fn revoke(by: Viewer, db: &Db, now: Now, login: LoginId) -> Result<Done> {
    let mut tx = db.begin().await?;
    logins::revoke(&by, now, &mut tx, login).await?;
    tx.commit().await?;
    Ok(Done::to(uri!(account), "done.login_revoked"))
}
