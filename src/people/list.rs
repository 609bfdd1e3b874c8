//! The list of a center's people, cut to a group or to what was searched for.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::groups::{self, AgeBands, PriorityGroup};
use super::queries::{self, Among, Listed};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::Result;
use crate::store::{Conn, Db, Sealer};
use crate::web::nav::Tab;
use crate::web::{Fields, Frame, Lang, Page, View, filters};

/// People on one page of the list, and the most that a search shows.
const PAGE: i64 = 50;

pub(super) fn routes() -> Vec<Route> {
    routes![list, search]
}

#[derive(Template)]
#[template(path = "people/list.html")]
struct PeoplePage {
    center: Center,
    people: Vec<Listed>,
    total: i64,
    bands: AgeBands,
    today: Date,
    page: i64,
    group: Option<PriorityGroup>,
    /// Only those without a birth date, whom no age group counts.
    missing: bool,
    /// What was searched for.
    wanted: Option<String>,
    /// What was typed into the search and not yet sent.
    typed: String,
}

impl PeoplePage {
    /// The page without its people.
    async fn load(
        conn: &mut Conn,
        now: Now,
        center: Center,
        (group, missing): (Option<PriorityGroup>, bool),
    ) -> Result<Self> {
        let today = center.zone.date(now.0);
        let bands = groups::age_bands(conn, today).await?;
        let mut list = Self {
            center,
            people: Vec::new(),
            total: 0,
            bands,
            today,
            page: 1,
            group,
            missing,
            wanted: None,
            typed: String::new(),
        };
        list.total = queries::count(conn, list.center.id(), today, list.among()).await?;
        Ok(list)
    }

    fn among(&self) -> Among {
        match self.group {
            Some(group) => Among::group(group, self.bands, self.today),
            None if self.missing => Among::without_birth_date(),
            None => Among::default(),
        }
    }

    fn choices(&self) -> &'static [PriorityGroup] {
        PriorityGroup::ALL
    }

    fn is_chosen(&self, group: &PriorityGroup) -> bool {
        self.group == Some(*group)
    }

    /// The rest of the address of another page of the same list.
    fn same_group(&self) -> String {
        match self.group {
            Some(group) => format!("&group={group}"),
            None if self.missing => "&missing=birth".to_owned(),
            None => String::new(),
        }
    }

    fn first(&self) -> i64 {
        (self.page - 1) * PAGE + 1
    }

    fn last(&self) -> i64 {
        (self.page * PAGE).min(self.total)
    }

    fn pages(&self) -> i64 {
        pages(self.total)
    }

    fn has_next(&self) -> bool {
        self.page < self.pages()
    }

    fn groups(&self, row: &Listed) -> Vec<PriorityGroup> {
        row.groups(self.bands, self.today)
    }

    fn is_cut(&self) -> bool {
        self.wanted.is_some() && self.people.len() as i64 == PAGE
    }
}

/// The pages that `total` people take, at least one.
fn pages(total: i64) -> i64 {
    (total + PAGE - 1).max(PAGE) / PAGE
}

impl View for PeoplePage {
    fn title(&self, lang: Lang) -> String {
        lang.text("people.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::People)
    }

    fn refill(&mut self, typed: Fields) {
        self.typed = typed.get("q").to_owned();
    }

    fn is_answer(&self) -> bool {
        self.wanted.is_some()
    }
}

#[get("/centers/<center>/people?<page>&<group>&<missing>")]
async fn list(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    page: Option<i64>,
    group: Option<&str>,
    missing: Option<&str>,
) -> Result<Page<PeoplePage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let group = group.and_then(|group| group.parse().ok());
    let mut list = PeoplePage::load(&mut conn, now, center, (group, missing == Some("birth"))).await?;
    list.page = page.unwrap_or(1).clamp(1, list.pages());
    let part = ((list.page - 1) * PAGE, PAGE);
    list.people = queries::list(&mut conn, list.center.id(), list.today, list.among(), part).await?;
    Ok(Page(list))
}

/// A search is posted, for names and numbers do not belong in an address; it changes nothing.
#[post("/centers/<center>/people/search", data = "<fields>")]
async fn search(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    fields: Fields,
) -> Result<Page<PeoplePage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let mut list = PeoplePage::load(&mut conn, now, center, (None, false)).await?;
    let wanted: String = fields.get("q").chars().take(queries::SEARCHED).collect();
    list.people = queries::list_found(&mut conn, sealer, list.center.id(), list.today, &wanted, PAGE as usize).await?;
    list.wanted = Some(wanted);
    Ok(Page(list))
}
