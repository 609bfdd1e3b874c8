//! Fewer bytes on the wire: pages are packed (gzip) for browsers that take it; stylesheets and scripts are packed once.
//!
//! How long a packed page is says something of what is in it (BREACH). A page that shows what a stranger could have put
//! beside something secret would give it away letter by letter, so each answer carries a name of random length in gzip's
//! own header, as Django's GZipMiddleware does ("Heal the Breach", 2022): lengths of two answers tell nothing.

use std::io::{Cursor, Write};

use flate2::{Compression as Level, GzBuilder};
use rocket::Response;
use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{ContentType, Header};
use rocket::request::Request;

/// Below one packet there is nothing to win.
const SMALLEST: usize = 1_200;

/// Above this many bytes packing would hold up other requests for longer than the wire is spared.
const LARGEST: usize = 2_000_000;

/// The longest name an answer carries, in bytes.
const LONGEST_NAME: usize = 100;

/// Whether the browser reads what is packed.
pub(super) fn takes_gzip(request: &Request<'_>) -> bool {
    let accepted = request.headers().get("Accept-Encoding").flat_map(|line| line.split(','));
    // What is said of gzip itself goes before what is said of all others.
    let (mut gzip, mut others) = (None, None);
    for (coding, weight) in accepted.map(|one| one.split_once(';').unwrap_or((one, ""))) {
        let none = matches!(weight.trim().replace(' ', "").as_str(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
        match coding.trim() {
            "gzip" => gzip = Some(!none),
            "*" => others = Some(!none),
            _ => {}
        }
    }
    gzip.or(others).unwrap_or(false)
}

/// The headers of a packed answer: how it is packed, and that another browser may get another one.
pub(super) fn packed_as() -> Header<'static> {
    Header::new("Content-Encoding", "gzip")
}

pub(super) fn varies() -> Header<'static> {
    Header::new("Vary", "Accept-Encoding")
}

/// Packed as small as it gets, for what is packed once.
pub(super) fn packed_well(content: &[u8]) -> Vec<u8> {
    packed(content, GzBuilder::new(), Level::best())
}

fn packed(content: &[u8], head: GzBuilder, level: Level) -> Vec<u8> {
    let mut packer = head.write(Vec::with_capacity(content.len() / 3), level);
    // Writing to memory does not fail; were it to, the answer would be empty, which `on_response` looks for.
    _ = packer.write_all(content);
    packer.finish().unwrap_or_default()
}

/// Packs pages and data as they leave.
pub struct Compression;

#[rocket::async_trait]
impl Fairing for Compression {
    fn info(&self) -> Info {
        Info { name: "compression", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let is_text = response.content_type().is_some_and(|kind| is_text(&kind));
        if !is_text || response.headers().contains("Content-Encoding") {
            return;
        }
        if !response.headers().contains("Vary") {
            response.set_header(varies());
        }
        let worth_it = response.body().preset_size().is_some_and(|size| (SMALLEST..=LARGEST).contains(&size));
        if !worth_it || !takes_gzip(request) {
            return;
        }
        // All in memory already, for its size is known.
        let Ok(content) = response.body_mut().to_bytes().await else { return };
        let name = vec![b'x'; rand::random_range(1..=LONGEST_NAME)];
        let small = packed(&content, GzBuilder::new().filename(name), Level::new(5));
        if small.is_empty() {
            response.set_sized_body(content.len(), Cursor::new(content));
        } else {
            response.set_header(packed_as());
            response.set_sized_body(small.len(), Cursor::new(small));
        }
    }
}

fn is_text(kind: &ContentType) -> bool {
    kind.top() == "text" || kind.sub() == "json" || kind.sub() == "problem+json"
}
