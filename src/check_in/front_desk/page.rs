//! The page's shell, its service worker and its manifest. None of them holds personal data: a browser keeps all three.

use askama::Template;
use rocket::http::{ContentType, Header};
use rocket::serde::json::{Json, Value, json};
use rocket::{Responder, Route, get, routes};

use super::day::DeskCount;
use crate::activities::DayGoingOn;
use crate::auth::{Greeter, Role};
use crate::centers::{self, Center, CenterId};
use crate::check_in::queries;
use crate::clock::Now;
use crate::error::Result;
use crate::store::Db;
use crate::web::{Frame, Lang, Page, View, assets, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, worker, manifest, pulse]
}

#[derive(Template)]
#[template(path = "check_in/front_desk.html")]
struct FrontDesk {
    center: Center,
    /// A device has nothing to go back to; whoever works here does.
    is_device: bool,
}

impl View for FrontDesk {
    fn title(&self, lang: Lang) -> String {
        lang.text("front_desk.title")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::FrontDesk(self.center.id())
    }
}

#[get("/centers/<center>/front-desk")]
async fn show(by: Greeter, db: &Db, center: CenterId) -> Result<Page<FrontDesk>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    Ok(Page(FrontDesk { center, is_device: by.role == Role::FrontDesk }))
}

#[derive(Responder)]
struct DeskWorker {
    script: &'static str,
    kind: ContentType,
    /// The browser asks again at every visit, so that a new version arrives.
    cache: Header<'static>,
    scope: Header<'static>,
}

/// The service worker, for every center's front desk. Anyone may read it: it is the program's text and nothing else.
#[get("/front-desk/worker.js")]
fn worker() -> DeskWorker {
    DeskWorker {
        script: assets::text("front-desk-worker.js"),
        kind: ContentType::JavaScript,
        cache: Header::new("Cache-Control", "no-cache"),
        scope: Header::new("Service-Worker-Allowed", "/centers/"),
    }
}

/// What makes the page an app on the device's screen.
#[get("/centers/<center>/front-desk/app.webmanifest")]
async fn manifest(by: Greeter, db: &Db, lang: Lang, center: CenterId) -> Result<(ContentType, String)> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let path = center.path("/front-desk");
    let icon = |name: &str, sizes: &str, kind: &str, purpose: &str| json!({"src": assets::path(name), "sizes": sizes, "type": kind, "purpose": purpose});
    let manifest = json!({
        "id": path,
        "name": format!("{} · {}", lang.text("front_desk.title"), center.head.name),
        "short_name": lang.text("front_desk.title"),
        "lang": lang.tag(),
        "start_url": path,
        "scope": path,
        "display": "standalone",
        "background_color": "#f6f2ea",
        "theme_color": "#0a4f44",
        "icons": [
            icon("icon-192.png", "192x192", "image/png", "any"),
            icon("icon-512.png", "512x512", "image/png", "any"),
            icon("icon-maskable.png", "512x512", "image/png", "maskable"),
        ],
    });
    Ok((ContentType::new("application", "manifest+json"), manifest.to_string()))
}

/// Whether the server answers and the login stands, and how many are there: the device asks this all day.
#[get("/centers/<center>/front-desk/pulse")]
async fn pulse(by: Greeter, db: &Db, now: Now, center: CenterId) -> Result<Json<Value>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let sessions = queries::on_day(&by, &mut conn, center.id(), DayGoingOn::today(center.zone, now)).await?;
    let sessions: Vec<DeskCount> = sessions.iter().map(DeskCount::from).collect();
    Ok(Json(json!({"now": now.0, "sessions": sessions})))
}
