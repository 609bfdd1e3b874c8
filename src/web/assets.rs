//! Styles and scripts, embedded in the binary and served under a name that carries their checksum, so that a browser
//! keeps them for a year and never shows a new page with old styles.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use data_encoding::HEXLOWER;
use rocket::fairing::AdHoc;
use rocket::http::{ContentType, Header};
use rocket::{Responder, get, routes};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "src/web/assets"]
struct Files;

/// What is served: file name to content. The stylesheets of `css/` are one file, `linli.css`.
static ASSETS: LazyLock<BTreeMap<String, Asset>> = LazyLock::new(|| {
    let mut assets = BTreeMap::from([("linli.css".to_owned(), Asset::new(stylesheet()))]);
    for name in Files::iter().filter(|name| !name.starts_with("css/")) {
        let text = read(&name);
        assets.insert(name.rsplit('/').next().unwrap_or(&name).to_owned(), Asset::new(text));
    }
    assets
});

struct Asset {
    text: String,
    checksum: String,
}

impl Asset {
    fn new(text: String) -> Self {
        let checksum = HEXLOWER.encode(&Sha256::digest(text.as_bytes())[..6]);
        Self { text, checksum }
    }
}

fn read(name: &str) -> String {
    Files::get(name).map(|file| String::from_utf8_lossy(&file.data).into_owned()).unwrap_or_default()
}

/// The layers' order is set by the first files; among components it does not matter.
fn stylesheet() -> String {
    const FIRST: [&str; 3] = ["css/reset.css", "css/tokens.css", "css/base.css"];
    let rest = Files::iter().filter(|name| name.starts_with("css/") && !FIRST.contains(&name.as_ref()));
    let mut names: Vec<String> = rest.map(|name| name.into_owned()).collect();
    names.sort();
    FIRST.iter().map(|name| (*name).to_owned()).chain(names).map(|name| read(&name)).collect::<Vec<_>>().join("\n")
}

/// The path of an asset, for templates: `/assets/3f2a…/linli.css`.
pub fn path(name: &str) -> String {
    let checksum = ASSETS.get(name).map_or("missing", |asset| asset.checksum.as_str());
    format!("/assets/{checksum}/{name}")
}

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("assets", |rocket| async { rocket.mount("/", routes![show]) })
}

#[derive(Responder)]
struct Served {
    text: &'static str,
    kind: ContentType,
    cache: Header<'static>,
}

/// The checksum is for the browser's cache; an old page's link gets today's file.
#[get("/assets/<_checksum>/<name>")]
fn show(_checksum: &str, name: &str) -> Option<Served> {
    let asset = ASSETS.get(name)?;
    let kind = name.rsplit('.').next().and_then(ContentType::from_extension).unwrap_or(ContentType::Plain);
    let cache = Header::new("Cache-Control", "public, max-age=31536000, immutable");
    Some(Served { text: &asset.text, kind, cache })
}
