//! Cards on paper: ten on an A4 sheet, each as large as a bank card (85.6 × 54 mm), with marks to cut along.

use askama::Template;
use rocket::{Route, State, get, routes};

use super::CardCode;
use super::queries::{self, Printed};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::check_in::types::CardId;
use crate::error::{Error, Result};
use crate::store::{Db, Sealer};
use crate::web::{Frame, Lang, Page, Site, View, filters, qr};

pub(super) fn routes() -> Vec<Route> {
    routes![print]
}

/// Cards of one sheet: two beside each other, five below.
const ON_A_SHEET: usize = 10;

/// Most cards that are drawn at once.
const MOST: usize = 200;

/// The sheets of these cards. A card's row number says nothing of anybody, so it may stand in an address.
pub(super) fn path(center: CenterId, cards: &[CardId]) -> String {
    let cards: Vec<String> = cards.iter().map(CardId::to_string).collect();
    center.path(format_args!("/cards/sheet?cards={}", cards.join("-")))
}

/// A card as it lies on the sheet.
struct Drawn {
    name: String,
    code: CardCode,
    qr: String,
}

impl Drawn {
    fn new(site: &Site, card: Printed) -> Result<Self> {
        let qr = qr::svg(&site.link(format_args!("/k/{}", card.code.plain())))?;
        Ok(Self { name: card.name, code: card.code, qr })
    }

    /// How large the name can be so that it fits. A Han character is twice as wide as a letter.
    fn size(&self) -> &'static str {
        match self.name.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>() {
            0..=8 => "short",
            9..=14 => "middle",
            15..=24 => "long",
            25..=48 => "longer",
            _ => "longest",
        }
    }
}

#[derive(Template)]
#[template(path = "check_in/cards/sheet.html")]
struct Sheets {
    center: Center,
    cards: Vec<Drawn>,
}

impl Sheets {
    fn sheets(&self) -> impl Iterator<Item = &[Drawn]> {
        self.cards.chunks(ON_A_SHEET)
    }
}

impl View for Sheets {
    fn title(&self, lang: Lang) -> String {
        lang.text("cards.sheet")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::Print
    }
}

#[get("/centers/<center>/cards/sheet?<cards>")]
async fn print(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    site: Site,
    center: CenterId,
    cards: Option<&str>,
) -> Result<Page<Sheets>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let cards: Vec<CardId> = cards.unwrap_or_default().split('-').filter_map(|id| id.parse().ok()).take(MOST).collect();
    let printed = queries::to_print(&mut conn, sealer, center.id(), &cards).await?;
    drop(conn);
    if printed.is_empty() {
        return Err(Error::NotFound);
    }
    let cards = printed.into_iter().map(|card| Drawn::new(&site, card)).collect::<Result<_>>()?;
    Ok(Page(Sheets { center, cards }))
}
