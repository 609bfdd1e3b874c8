//! Everyone's own account: the browsers in which they are signed in, and a new password.

use askama::Template;
use rocket::http::Status;
use rocket::{Route, State, get, post, routes, uri};

use crate::auth::logins::{self, Login};
use crate::auth::password::{self, NewPassword};
use crate::auth::throttle::Throttle;
use crate::auth::{FeedReader, LoginId, Viewer, accounts};
use crate::clock::{Now, Zone};
use crate::error::{Error, FieldErrors, Refusal, Result};
use crate::hands;
use crate::store::{Conn, Db};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::site::Browser;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![account, change_password, revoke]
}

#[derive(Template)]
#[template(path = "accounts/account.html")]
struct AccountPage {
    viewer: Viewer,
    logins: Vec<Login>,
    form: Form,
}

impl AccountPage {
    async fn load(by: &Viewer, now: Now, conn: &mut Conn, form: Form) -> Result<Self> {
        Ok(Self { viewer: by.clone(), logins: logins::of_account(conn, now, by.account).await?, form })
    }

    fn may_subscribe(&self) -> bool {
        FeedReader::includes(self.viewer.role)
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

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
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
    browser: Browser,
    throttle: &State<Throttle>,
    fields: Fields,
) -> Result<std::result::Result<Submitted<AccountPage>, (Status, Page<AccountPage>)>> {
    let mut conn = db.read().await?;
    let (login, hash) = accounts::own_password(&by, &mut conn).await?;
    let login = login.unwrap_or_default();
    if !throttle.admits(&login, browser.address, true).await {
        let form = Form::again(Fields::default(), FieldErrors::whole(Refusal::new("too_many_tries")));
        return Ok(Err((Status::TooManyRequests, Page(AccountPage::load(&by, now, &mut conn, form).await?))));
    }
    drop(conn);
    match replace_password(&by, db, now, (&login, hash), &fields).await {
        Ok(()) => Ok(Ok(Submitted::done(uri!(account), "done.password_changed"))),
        Err(error) => {
            // Passwords are not shown again.
            let form = Form::again(Fields::default(), error.into_field_errors()?);
            Ok(Ok(Submitted::again(AccountPage::load(&by, now, &mut *db.read().await?, form).await?)))
        }
    }
}

async fn replace_password(
    by: &Viewer,
    db: &Db,
    now: Now,
    (login, hash): (&str, Option<String>),
    fields: &Fields,
) -> Result<()> {
    if !password::verify(&hands::KNOWN, fields.get("current_password"), hash).await? {
        return Err(Error::field("current_password", "field.wrong_password"));
    }
    let mut read = fields.read();
    let password = read.required("password", |text| NewPassword::parse(text, &[login, &by.name]));
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
