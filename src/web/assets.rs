//! Styles and scripts, embedded in the binary and served under a name that carries their checksum, so that a browser
//! keeps them for a year and never shows a new page with old styles.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use data_encoding::HEXLOWER;
use rocket::fairing::AdHoc;
use rocket::http::{ContentType, Header};
use rocket::request::Request;
use rocket::response::{self, Responder, Response};
use rocket::{get, routes};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use super::compression;

#[derive(RustEmbed)]
#[folder = "src/web/assets"]
struct AssetFiles;

/// What is served: file name to content. The stylesheets of `css/` are one file, `linli.css`.
static ASSETS: LazyLock<BTreeMap<String, Asset>> = LazyLock::new(|| {
    let mut assets = BTreeMap::from([("linli.css".to_owned(), Asset::new(stylesheet(), stylesheet().as_slice()))]);
    for name in AssetFiles::iter().filter(|name| !name.starts_with("css/")) {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", &name));
        assets.insert(file.to_owned(), Asset::new(read(&name), &family(folder, &name)));
    }
    assets
});

struct Asset {
    content: Vec<u8>,
    /// The same, packed once and for all; none where packing would not make it smaller.
    packed: Option<Vec<u8>>,
    checksum: String,
}

impl Asset {
    /// `family`: what its checksum is made of.
    fn new(content: Vec<u8>, family: &[u8]) -> Self {
        let packed = Some(compression::packed_well(&content)).filter(|packed| packed.len() < content.len());
        Self { checksum: checksum(family), content, packed }
    }
}

fn checksum(content: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(content)[..6])
}

/// What a file's checksum is made of. The modules of one script (`js/<script>/`) import each other from beside themselves,
/// so they share one checksum: if one changes, the browser fetches them all.
fn family(folder: &str, name: &str) -> Vec<u8> {
    match folder.starts_with("js/") {
        true => AssetFiles::iter().filter(|other| other.starts_with(folder)).flat_map(|other| read(&other)).collect(),
        false => read(name),
    }
}

fn read(name: &str) -> Vec<u8> {
    AssetFiles::get(name).map(|file| file.data.into_owned()).unwrap_or_default()
}

/// A text that is served under another path than its own.
pub fn text(name: &str) -> &'static str {
    ASSETS.get(name).and_then(|asset| std::str::from_utf8(&asset.content).ok()).unwrap_or_default()
}

fn text_of(name: &str) -> String {
    String::from_utf8_lossy(&read(name)).into_owned()
}

/// The layers' order is set by the first files; among components it does not matter.
fn stylesheet() -> Vec<u8> {
    const FIRST: [&str; 3] = ["css/reset.css", "css/tokens.css", "css/base.css"];
    let rest = AssetFiles::iter().filter(|name| name.starts_with("css/") && !FIRST.contains(&name.as_ref()));
    let mut names: Vec<String> = rest.map(|name| name.into_owned()).collect();
    names.sort();
    FIRST
        .iter()
        .map(|name| (*name).to_owned())
        .chain(names)
        .map(|name| text_of(&name))
        .collect::<Vec<_>>()
        .join("\n")
        .into_bytes()
}

/// The path of an asset, for templates: `/assets/3f2a…/linli.css`.
pub fn path(name: &str) -> String {
    let checksum = ASSETS.get(name).map_or("missing", |asset| asset.checksum.as_str());
    format!("/assets/{checksum}/{name}")
}

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("assets", |rocket| async { rocket.mount("/", routes![show]) })
}

struct Served {
    asset: &'static Asset,
    kind: ContentType,
    cache: &'static str,
}

impl<'r> Responder<'r, 'static> for Served {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let mut answer = Response::build();
        answer.header(self.kind).header(Header::new("Cache-Control", self.cache)).header(compression::varies());
        let content = match &self.asset.packed {
            Some(packed) if compression::takes_gzip(request) => {
                answer.header(compression::packed_as());
                packed
            }
            _ => &self.asset.content,
        };
        answer.sized_body(content.len(), std::io::Cursor::new(content.as_slice())).ok()
    }
}

/// The checksum is for the browser's cache. An old page's link gets today's file, and while a new program and an old one both
/// serve, each may be asked for the other's: such an answer must not be kept under an address that is not its own.
#[get("/assets/<checksum>/<name>")]
fn show(checksum: &str, name: &str) -> Option<Served> {
    let asset = ASSETS.get(name)?;
    let kind = name.rsplit('.').next().and_then(ContentType::from_extension).unwrap_or(ContentType::Plain);
    let cache = match checksum == asset.checksum {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    Some(Served { asset, kind, cache })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_files_have_one_name() {
        let files = AssetFiles::iter().filter(|name| !name.starts_with("css/")).count();
        assert_eq!(ASSETS.len(), files + 1, "and the stylesheet");
    }
}
