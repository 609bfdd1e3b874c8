//! The page of a year's list, where commendations are given to many at once, and the list on paper.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::commendation_pages::proposed;
use super::roll::{self, RollCut, RollOrder, RollRow, RollState};
use super::types::{HonourLevel, Honoured};
use super::{actions, forms};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::store::{Conn, Db};
use crate::teams::{self, TeamName};
use crate::web::cut::Asked;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, give, sheet]
}

#[derive(Template)]
#[template(path = "honours/roll.html")]
struct RollPage {
    center: Center,
    cut: RollCut,
    rows: Vec<RollRow>,
    teams: Vec<TeamName>,
    /// What cuts the list.
    form: Form,
    giving: Form,
}

impl RollPage {
    async fn load(
        by: &Coordinator,
        conn: &mut Conn,
        center: Center,
        (cut, form): (RollCut, Form),
        today: Date,
    ) -> Result<Self> {
        Ok(Self {
            rows: roll::roll(by, conn, center.id(), &cut).await?,
            teams: teams::queries::of_center(conn, center.id()).await?,
            giving: Form::filled(proposed(today).with("for_year", cut.year())),
            center,
            cut,
            form,
        })
    }

    fn here(&self) -> String {
        self.center.path("/commendations/year")
    }

    fn orders(&self) -> &'static [RollOrder] {
        RollOrder::ALL
    }

    fn states(&self) -> &'static [RollState] {
        RollState::ALL
    }

    fn levels(&self) -> &'static [HonourLevel] {
        HonourLevel::ALL
    }
}

impl View for RollPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("roll.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }

    fn refill(&mut self, typed: Fields) {
        self.giving = Form::filled(typed);
    }
}

/// How the list is cut; one that is asked for faultily is the year's, with what is wrong.
fn read(asked: Fields, today: Date) -> Result<(RollCut, Form)> {
    match RollCut::read(&asked, today) {
        Ok(cut) => {
            let fields = cut.as_fields();
            Ok((cut, Form::filled(fields)))
        }
        Err(error) => Ok((RollCut::of(today), Form::again(asked, error.into_field_errors()?))),
    }
}

#[get("/centers/<center>/commendations/year")]
async fn show(by: Coordinator, db: &Db, now: Now, center: CenterId, asked: Asked) -> Result<Page<RollPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = center.zone.date(now.0);
    Ok(Page(RollPage::load(&by, &mut conn, center, read(asked.0, today)?, today).await?))
}

/// Commends all who are ticked. The list's own fields come along, under `list`, so that it stays as it is cut.
#[post("/centers/<center>/commendations/year", data = "<fields>")]
async fn give(by: Coordinator, db: &Db, now: Now, center: CenterId, fields: Fields) -> Result<Submitted<RollPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let today = center.zone.date(now.0);
    let (cut, form) = read(Fields::from_form(fields.get("list").trim_start_matches('?')), today)?;
    let made = async {
        let input = forms::award(&fields, today)?;
        let whom = Honoured::People(forms::people(&fields)?);
        let mut tx = db.begin().await?;
        actions::give(&by, now, &mut tx, &center, &input, &whom).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/commendations/year{}", cut.query())))
    };
    let made = made.await;
    Submitted::of(made, "done.commended", async |errors| {
        let mut page = RollPage::load(&by, &mut *db.read().await?, center, (cut, form), today).await?;
        page.giving = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

#[derive(Template)]
#[template(path = "honours/sheet.html")]
struct RollSheet {
    center: Center,
    cut: RollCut,
    rows: Vec<RollRow>,
    team: Option<String>,
    today: Date,
}

impl View for RollSheet {
    fn title(&self, lang: Lang) -> String {
        lang.text("roll.title")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::Print
    }
}

#[get("/centers/<center>/commendations/year/sheet")]
async fn sheet(by: Coordinator, db: &Db, now: Now, center: CenterId, asked: Asked) -> Result<Page<RollSheet>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = center.zone.date(now.0);
    let (cut, _) = read(asked.0, today)?;
    let rows = roll::roll(&by, &mut conn, center.id(), &cut).await?;
    let teams = teams::queries::of_center(&mut conn, center.id()).await?;
    let team = teams.into_iter().find(|team| Some(team.id) == cut.team).map(|team| team.name);
    Ok(Page(RollSheet { center, cut, rows, team, today }))
}
