//! The search's page. The field that leads to it stands in the bar of every page.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::queries;
use super::types::{Hit, HitKind};
use crate::auth::Viewer;
use crate::centers::{self, Center, CenterId};
use crate::error::{Error, Result};
use crate::store::{Conn, Db, Sealer};
use crate::web::nav::Tab;
use crate::web::{Fields, Frame, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![ask, answer]
}

#[derive(Template)]
#[template(path = "search/show.html")]
struct SearchPage {
    /// The center that is searched; none for all of the viewer's.
    center: Option<Center>,
    wanted: String,
    /// What was found; none before anything was asked.
    hits: Option<Vec<Hit>>,
}

impl SearchPage {
    /// What was found, kind by kind.
    fn kinds(&self) -> Vec<(HitKind, Vec<&Hit>)> {
        let of = |kind: &HitKind| self.hits.iter().flatten().filter(|hit| hit.kind == *kind).collect::<Vec<_>>();
        HitKind::ALL.iter().map(|kind| (*kind, of(kind))).filter(|(_, hits)| !hits.is_empty()).collect()
    }

    fn found(&self) -> usize {
        self.hits.as_ref().map_or(0, Vec::len)
    }

    /// The center's name beside a hit, where several are searched.
    fn place<'h>(&self, hit: &'h Hit) -> &'h str {
        match &hit.center {
            Some((_, name)) if self.center.is_none() && hit.kind != HitKind::Center => name,
            _ => "",
        }
    }
}

impl View for SearchPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("search.title")
    }

    fn frame(&self) -> Frame<'_> {
        match &self.center {
            Some(center) => center.frame(Tab::Search),
            None => Frame::City(Tab::Search),
        }
    }

    fn refill(&mut self, typed: Fields) {
        typed.get("q").clone_into(&mut self.wanted);
    }

    fn is_answer(&self) -> bool {
        self.hits.is_some()
    }
}

async fn within(by: &Viewer, conn: &mut Conn, center: Option<CenterId>) -> Result<Option<Center>> {
    let Some(center) = center else { return Ok(None) };
    match centers::queries::open_to(by, conn, center).await {
        Ok(center) => Ok(Some(center)),
        // Who looks at a center that is not theirs, searches theirs.
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

#[get("/search?<center>")]
async fn ask(by: Viewer, db: &Db, center: Option<CenterId>) -> Result<Page<SearchPage>> {
    let center = within(&by, &mut *db.read().await?, center).await?;
    Ok(Page(SearchPage { center, wanted: String::new(), hits: None }))
}

/// A search is posted, for names and numbers do not belong in an address; it changes nothing. Fields `q`, and `center` for one alone.
#[post("/search", data = "<fields>")]
async fn answer(by: Viewer, db: &Db, sealer: &State<Sealer>, fields: Fields) -> Result<Page<SearchPage>> {
    let mut conn = db.read().await?;
    let center = within(&by, &mut conn, fields.get("center").parse().ok()).await?;
    let wanted = fields.get("q").to_owned();
    let hits = queries::find(&by, &mut conn, sealer, center.as_ref().map(Center::id), &wanted).await?;
    Ok(Page(SearchPage { center, wanted, hits: Some(hits) }))
}
