//! A sheet of paper for a wall: a name, a QR, and what to do with it, in both languages whoever prints it.

use askama::Template;

use super::types::Center;
use crate::error::Result;
use crate::web::{Frame, Lang, View, filters, qr};

/// One A4 sheet with one code.
#[derive(Template)]
#[template(path = "centers/poster.html")]
pub struct Poster {
    center: Center,
    /// As everybody may read it: it hangs where everybody passes, whoever printed it.
    name: String,
    /// What stands below, in one language or the other.
    lines: Vec<(Lang, String)>,
    qr: String,
    link: String,
    /// The page that it belongs to.
    back: String,
    /// Where another code is made, if this one lasts.
    code: Option<String>,
    steps: [&'static str; 3],
    help: &'static str,
}

impl Poster {
    /// A sheet for the door: whoever scans it checks in.
    ///
    /// # Errors
    /// `Internal` for an address that no QR holds.
    pub fn new(center: Center, name: String, link: String, back: String) -> Result<Self> {
        Ok(Self {
            qr: qr::svg(&link)?,
            lines: Vec::new(),
            code: None,
            steps: ["poster.scan", "poster.fill", "poster.done"],
            help: "poster.no_phone",
            center,
            name,
            link,
            back,
        })
    }

    pub fn with_lines(self, lines: Vec<(Lang, String)>) -> Self {
        Self { lines, ..self }
    }

    /// With the address at which its code is replaced by another.
    pub fn with_code(self, code: Option<String>) -> Self {
        Self { code, ..self }
    }

    /// For something else than checking in: text keys of what to do, and of what helps who has no phone.
    pub fn with_steps(self, steps: [&'static str; 3], help: &'static str) -> Self {
        Self { steps, help, ..self }
    }

    /// The class of the title: a long one is written smaller, so that all stays on one sheet.
    fn size(&self) -> &'static str {
        let halves: usize = self.name.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum();
        match halves {
            0..=20 => "",
            21..=44 => "long",
            _ => "longer",
        }
    }

    fn zh(&self, key: &str) -> String {
        Lang::Zh.text(key)
    }

    fn en(&self, key: &str) -> String {
        Lang::En.text(key)
    }

    fn short(&self) -> &str {
        self.link.split_once("://").map_or(&self.link, |(_, rest)| rest)
    }
}

impl View for Poster {
    fn title(&self, _: Lang) -> String {
        self.name.clone()
    }

    fn frame(&self) -> Frame<'_> {
        Frame::Print
    }
}
