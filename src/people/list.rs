//! The list of a center's people, cut to a group or to what was searched for.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::groups::{self, AgeBands, PriorityGroup};
use super::listing::{self, Listed, PeopleCut, PeopleOrder};
use super::queries;
use super::subgroups::{self, Subgroup};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::Result;
use crate::store::{Conn, Db, Sealer};
use crate::web::cut::Asked;
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
    cut: PeopleCut,
    subgroups: Vec<Subgroup>,
    /// The center's teams, by number and name.
    teams: Vec<(i64, String)>,
    /// What was searched for.
    wanted: Option<String>,
    /// What was typed into the search and not yet sent.
    typed: String,
}

impl PeoplePage {
    /// The page without its people.
    async fn load(conn: &mut Conn, now: Now, center: Center, cut: PeopleCut) -> Result<Self> {
        let today = center.zone.date(now.0);
        let bands = groups::age_bands(conn, today).await?;
        let total = listing::count(conn, center.id(), (today, bands), &cut).await?;
        Ok(Self {
            subgroups: subgroups::all(conn).await?,
            teams: listing::teams(conn, center.id()).await?,
            center,
            people: Vec::new(),
            total,
            bands,
            today,
            page: 1,
            cut,
            wanted: None,
            typed: String::new(),
        })
    }

    fn orders(&self) -> &'static [PeopleOrder] {
        PeopleOrder::ALL
    }

    fn absences(&self) -> [u64; 4] {
        [30, 90, 180, 365]
    }

    fn is_unseen(&self, days: &u64) -> bool {
        self.cut.unseen_days == Some(*days)
    }

    fn is_subgroup(&self, subgroup: &Subgroup) -> bool {
        self.cut.subgroup == Some(subgroup.id)
    }

    fn is_team(&self, team: &i64) -> bool {
        self.cut.team.is_some_and(|id| id.0 == *team)
    }

    fn is_order(&self, order: &PeopleOrder) -> bool {
        self.cut.order == *order
    }

    /// Whether more is asked than a chip asks.
    fn is_cut_finely(&self) -> bool {
        let PeopleCut { subgroup, unseen_days, team, order, .. } = self.cut;
        subgroup.is_some() || unseen_days.is_some() || team.is_some() || order != PeopleOrder::Name
    }

    fn choices(&self) -> &'static [PriorityGroup] {
        PriorityGroup::ALL
    }

    fn is_chosen(&self, group: &PriorityGroup) -> bool {
        self.cut.group == Some(*group)
    }

    /// The address of another page of the same list.
    fn at(&self, page: i64) -> String {
        let parts = self.cut.fields().into_iter().map(|(name, value)| format!("&{name}={value}"));
        format!("?page={page}{}", parts.collect::<String>())
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

#[get("/centers/<center>/people?<page>")]
async fn list(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    page: Option<i64>,
    asked: Asked,
) -> Result<Page<PeoplePage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let mut list = PeoplePage::load(&mut conn, now, center, PeopleCut::read(&asked.0).unwrap_or_default()).await?;
    list.page = page.unwrap_or(1).clamp(1, list.pages());
    let part = ((list.page - 1) * PAGE, PAGE);
    let day = (list.today, list.bands);
    list.people = listing::list(&mut conn, list.center.id(), day, &list.cut, part).await?;
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
    let mut list = PeoplePage::load(&mut conn, now, center, PeopleCut::default()).await?;
    let wanted: String = fields.get("q").chars().take(queries::SEARCHED).collect();
    list.people = listing::list_found(&mut conn, sealer, list.center.id(), list.today, &wanted, PAGE as usize).await?;
    list.wanted = Some(wanted);
    Ok(Page(list))
}
