//! What a one-time link opens: the account's owner chooses the password, and is signed in.

use askama::Template;
use rocket::http::CookieJar;
use rocket::{Route, get, post, routes};

use super::known::KnownBrowser;
use super::sign_in::enter;
use crate::auth::accounts;
use crate::auth::links::{self, Invited};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::store::Db;
use crate::web::site::Browser;
use crate::web::{Fields, Form, Lang, Page, Site, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, accept]
}

#[derive(Template)]
#[template(path = "accounts/invitation.html")]
struct InvitationPage {
    invited: Invited,
    secret: String,
    form: Form,
}

impl View for InvitationPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("invitation.title")
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/invitations/<secret>")]
async fn show(db: &Db, now: Now, secret: &str) -> Result<Page<InvitationPage>> {
    let invited = links::invited(&mut *db.read().await?, now, secret).await?;
    Ok(Page(InvitationPage { invited, secret: secret.to_owned(), form: Form::new() }))
}

#[post("/invitations/<secret>", data = "<fields>")]
async fn accept(
    db: &Db,
    now: Now,
    site: Site,
    browser: Browser,
    known: KnownBrowser<'_>,
    jar: &CookieJar<'_>,
    secret: &str,
    fields: Fields,
) -> Result<Submitted<InvitationPage>> {
    // Asked first: a stranger without a good link makes nobody hash a password.
    let invited = links::invited(&mut *db.read().await?, now, secret).await?;
    let made = async {
        let password = accounts::read_new_password(&fields, &[&invited.login, &invited.name])?.hash().await?;
        let mut tx = db.begin().await?;
        let owner = links::accept(&mut tx, now, secret, &password).await?;
        enter(&mut tx, now, owner.account, owner.name, &browser, &site, jar).await?;
        tx.commit().await?;
        known.keep(&owner.login);
        Ok::<_, Error>(())
    };
    Submitted::of(made.await.map(|()| "/home".to_owned()), "done.account_opened", async |errors| {
        Ok(InvitationPage { invited, secret: secret.to_owned(), form: Form::again(Fields::default(), errors) })
    })
    .await
}
