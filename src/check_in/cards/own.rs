//! `/k/<code>`, the page behind a card's QR, for any phone's scanner. GET says what the thing is and changes nothing;
//! POST makes this phone speak for the holder.
//!
//! Whoever finds a lost card opens this page too, so it shows no more of the holder than the surname.

use crate::phones::{self, DoorThrottle, Handset, Look, Phone};
use askama::Template;
use rocket::http::{CookieJar, Status};
use rocket::response::Redirect;
use rocket::{Either, Route, State, get, post, routes};

use super::{CardCode, queries};
use crate::check_in::types::Code;
use crate::clock::Now;
use crate::error::Result;
use crate::locks;
use crate::store::{Conn, Db, Sealer};
use crate::web::site::Browser;
use crate::web::{Frame, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, remember]
}

#[derive(Template)]
#[template(path = "check_in/cards/own.html")]
struct CardPage {
    look: Look,
    card: std::result::Result<Good, Code>,
}

/// What a good card's page shows.
struct Good {
    code: CardCode,
    center: String,
    holder: String,
    /// This phone speaks for the holder.
    remembered: bool,
}

impl CardPage {
    fn status(&self) -> Status {
        match self.card {
            Ok(_) => Status::Ok,
            Err(Code::CardRevoked) => Status::Gone,
            Err(Code::TooMany) => Status::TooManyRequests,
            Err(_) => Status::NotFound,
        }
    }
}

impl View for CardPage {
    fn title(&self, lang: Lang) -> String {
        lang.text(if self.card.is_ok() { "card.title" } else { "card.not_good" })
    }

    fn frame(&self) -> Frame<'_> {
        Frame::Door
    }
}

/// 王小明 as `王＊＊`, whatever the length of the name.
fn masked(name: &str) -> String {
    name.chars().take(1).chain("＊＊".chars()).collect()
}

fn told(look: Look, card: std::result::Result<Good, Code>) -> (Status, Page<CardPage>) {
    let page = CardPage { look, card };
    let status = page.status();
    Page(page).with(status)
}

async fn find(
    conn: &mut Conn,
    sealer: &Sealer,
    phone: Option<&Phone>,
    code: CardCode,
) -> Result<std::result::Result<Good, Code>> {
    let Some(found) = queries::find(conn, sealer, &code).await? else { return Ok(Err(Code::UnknownCode)) };
    if found.is_revoked() {
        return Ok(Err(Code::CardRevoked));
    }
    let remembered = match phone {
        Some(phone) => phones::is_remembered_for(conn, phone, found.person_id).await?,
        None => false,
    };
    Ok(Ok(Good { code, center: found.center, holder: masked(&found.name), remembered }))
}

/// Whoever guesses codes is slowed down here as at the door.
fn read(throttle: &DoorThrottle, browser: &Browser, code: &str) -> std::result::Result<CardCode, Code> {
    let code = CardCode::read(code).ok_or(Code::UnknownCode)?;
    if throttle.admits(browser.address) { Ok(code) } else { Err(Code::TooMany) }
}

#[get("/k/<code>")]
async fn show(
    db: &Db,
    sealer: &State<Sealer>,
    throttle: &State<DoorThrottle>,
    at: Handset,
    code: &str,
) -> Result<(Status, Page<CardPage>)> {
    let card = match read(throttle, &at.browser, code) {
        Ok(code) => find(&mut *db.read().await?, sealer, at.phone.as_ref(), code).await?,
        Err(refused) => Err(refused),
    };
    Ok(told(at.look, card))
}

/// From now on this phone speaks for the holder: the next poster is one tap.
#[post("/k/<code>")]
async fn remember(
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    throttle: &State<DoorThrottle>,
    at: Handset,
    jar: &CookieJar<'_>,
    code: &str,
) -> Result<Either<Redirect, (Status, Page<CardPage>)>> {
    let code = match read(throttle, &at.browser, code) {
        Ok(code) => code,
        Err(refused) => return Ok(Either::Right(told(at.look, Err(refused)))),
    };
    let mut tx = db.begin().await?;
    let Some(holder) = locks::card(&mut tx, &code.hash(sealer)).await? else {
        let card = find(&mut tx, sealer, None, code).await?;
        return Ok(Either::Right(told(at.look, card)));
    };
    let (phone, secret) = phones::known_or_new(at.phone, &at.browser.agent, now, &mut tx).await?;
    phones::add_holder(now, &mut tx, &phone, holder).await?;
    tx.commit().await?;
    if let Some(secret) = secret {
        phones::set_cookie(jar, &at.site, secret);
    }
    Ok(Either::Left(Redirect::to(format!("/k/{}", code.plain()))))
}
