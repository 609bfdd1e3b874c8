//! Every page in the other language, with what was typed.

use rocket::http::{ContentType, Method};

use crate::audit::{self, Row};
use crate::support::world::{World, in_the_world};
use crate::support::{Answer, Engine, TestApp, User};

/// Where the button for the other language sends a page's form: back to which page, and whether a question is asked again.
pub(super) fn change(page: &str) -> Option<(String, Option<String>)> {
    let address =
        page.split("action=\"/preferences?").nth(1)?.split('"').next()?.replace("&amp;", "&").replace("&#38;", "&");
    let value = |wanted: &str| {
        form_urlencoded::parse(address.as_bytes()).find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    Some((value("back")?, value("ask")))
}

/// Presses the button for English on a page, with the form as it stands.
pub(super) async fn in_english(user: &mut User<'_>, page: &str, typed: &[(&str, &str)]) -> Answer {
    let (back, ask) = change(page).expect("the button for the other language");
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("back", &back);
    if let Some(ask) = &ask {
        query.append_pair("ask", ask);
    }
    let fields = [typed, &[("lang", "en")]].concat();
    let answer = user.post(&format!("/preferences?{}", query.finish()), &fields).await;
    user.keep(&answer);
    match answer.status.code {
        303 => user.get(&answer.leads_to()).await,
        307 => user.post(answer.header("location"), &fields).await,
        _ => answer.is(303),
    }
}

/// What a look at a row's page found.
enum Looked {
    NoPage,
    AtBoth,
    Otherwise(String),
}

/// Asks a row, and for the same page in the other language. Says whether the world may be another one now.
async fn looks(app: &TestApp, world: &World, row: &Row) -> (Looked, bool) {
    let mut user = world.user(app, row.who, row.route).await;
    let path = row.path(world);
    // A form is sent with nothing in it, so that it comes back; a question as it is.
    let body = if row.actions().is_empty() { world.fill(row.body) } else { String::new() };
    let typed = body.clone();
    let body = (row.method != Method::Get).then_some((ContentType::Form, body));
    let page = user.ask(row.method, &path, body).await;
    let is_spent = row.method != Method::Get && !(400..500).contains(&page.status.code);
    if !page.header("content-type").starts_with("text/html") || !matches!(page.status.code, 200 | 409 | 422) {
        return (Looked::NoPage, is_spent);
    }
    let Some((back, ask)) = change(&page.text()) else { return (Looked::NoPage, is_spent) };
    // What was asked stands in the form, and is asked again.
    let typed = form_urlencoded::parse(typed.as_bytes()).into_owned();
    let typed: Vec<(String, String)> = typed.filter(|_| ask.is_some()).collect();
    let typed: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (&**name, &**value)).collect();
    let other = in_english(&mut user, &page.text(), &typed).await;
    let looked = match other.status.code == 200 && other.text().contains("lang=\"en\"") {
        true => Looked::AtBoth,
        false => Looked::Otherwise(format!("{} {path}: {back} answers {}", row.method, other.status.code)),
    };
    (looked, is_spent)
}

fn every_page_speaks_both_languages(engine: Engine) {
    if World::of(engine).is_none() {
        return;
    }
    let (mut wrong, mut seen) = (Vec::new(), 0);
    // On PostgreSQL every fourth row: pages and their buttons are the same there.
    let of_many = if engine == Engine::Sqlite { 1 } else { 4 };
    let is_page = |row: &Row| {
        !row.route.starts_with("/api/") && !row.route.starts_with("/preferences") && row.body != "a picture"
    };
    let mut rows = audit::rows().into_iter().step_by(of_many).filter(is_page).peekable();
    // A world serves until something was done in it.
    while rows.peek().is_some() {
        in_the_world(engine, async |app, world| {
            for row in rows.by_ref() {
                let (looked, is_spent) = looks(app, world, &row).await;
                match looked {
                    Looked::NoPage => {}
                    Looked::AtBoth => seen += 1,
                    Looked::Otherwise(fault) => {
                        seen += 1;
                        wrong.push(fault);
                    }
                }
                if is_spent {
                    return;
                }
            }
        });
    }
    assert!(seen > 40, "{seen} pages were looked at");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_page_speaks_both_languages_on_sqlite() {
    every_page_speaks_both_languages(Engine::Sqlite);
}

#[test]
fn every_page_speaks_both_languages_on_postgres() {
    every_page_speaks_both_languages(Engine::Postgres);
}
