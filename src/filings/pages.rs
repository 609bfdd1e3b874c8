//! A center's pages: the profiles in use, one of them filled and looked at, and the file.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::profile_pages::shown;
use super::rules::{self, FilingLack, LackAt};
use super::types::{ExportProfile, ExportProfileId, FilingAsked, FilingField, FilledProfile};
use super::{actions, forms, queries, sheet};
use crate::auth::{Coordinator, Filer};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::people::PersonRow;
use crate::store::{Conn, Db, Sealer};
use crate::teams::TeamName;
use crate::web::cut::Asked;
use crate::web::nav::Tab;
use crate::web::table::File;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, fill, take]
}

/// The most records with a lack that the page lists; it says how many more there are.
const LISTED: usize = 300;

#[derive(Template)]
#[template(path = "filings/list.html")]
struct FilingsPage {
    center: Center,
    profiles: Vec<ExportProfile>,
}

impl View for FilingsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("filings.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }
}

#[get("/centers/<center>/filings")]
async fn list(by: Filer, db: &Db, center: CenterId) -> Result<Page<FilingsPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let mut profiles = queries::profiles(&mut conn).await?;
    profiles.retain(|profile| profile.retired_at.is_none());
    Ok(Page(FilingsPage { center, profiles }))
}

/// A record that lacks something, as the page tells of it.
struct ToldLack {
    lack: FilingLack,
    person: PersonRow,
    on: Option<Date>,
    activity: Option<String>,
    /// Where it is mended, for whom that page is.
    href: Option<String>,
}

/// A profile, with what it is filled, and what came of it.
#[derive(Template)]
#[template(path = "filings/fill.html")]
struct FillPage {
    center: Center,
    profile: ExportProfile,
    teams: Vec<TeamName>,
    /// With what it is filled; also what is typed to take it.
    form: Form,
    /// None where it could not be filled as asked.
    filling: Option<FilledProfile>,
    lacks: Vec<ToldLack>,
    /// Records with a lack beyond those that are listed.
    more: usize,
    may_reveal: bool,
}

impl FillPage {
    /// As the fields say; of those that are faulty only the form.
    async fn load(
        by: &Filer,
        conn: &mut Conn,
        sealer: &Sealer,
        (center, id): (Center, ExportProfileId),
        (form, asked): (Form, Option<FilingAsked>),
    ) -> Result<Self> {
        let profile = queries::profile(conn, id).await?;
        let teams = queries::teams(conn, &center).await?;
        let filling = match &asked {
            Some(asked) => Some(actions::look(by, conn, sealer, (&center, profile.clone()), asked).await?),
            None => None,
        };
        let may_reveal = Coordinator::includes(by.role);
        let mut lacks =
            filling.as_ref().map(|filling| rules::lacks(&filling.columns, &filling.rows)).unwrap_or_default();
        let more = lacks.len().saturating_sub(LISTED);
        lacks.truncate(LISTED);
        let lacks = match &filling {
            Some(filling) => lacks.into_iter().map(|lack| told(&center, filling, lack, may_reveal)).collect(),
            None => Vec::new(),
        };
        Ok(Self { center, profile, teams, form, filling, lacks, more, may_reveal })
    }

    fn rows(&self, filling: &FilledProfile) -> Vec<Vec<Option<String>>> {
        shown(filling)
    }

    fn titles(&self, filling: &FilledProfile) -> Vec<String> {
        filling.columns.iter().map(|column| column.title.clone()).collect()
    }

    /// Whether a number stands in it that is masked unless it is asked for.
    fn is_masked(&self, filling: &FilledProfile) -> bool {
        filling.columns.iter().any(|column| column.field.is_some_and(FilingField::is_masked))
    }

    /// How many rows lack nothing of what is required.
    fn is_whole(&self) -> bool {
        self.lacks.is_empty()
    }

    fn chosen(&self) -> Vec<String> {
        let chosen = self.teams.iter().filter(|team| self.form.has("team", team.id));
        chosen.map(|team| team.id.to_string()).collect()
    }
}

/// A lack in words, from the first row that has it.
fn told(center: &Center, filling: &FilledProfile, lack: FilingLack, may_open: bool) -> ToldLack {
    let row = &filling.rows[lack.first];
    let href = match lack.at {
        LackAt::Person(person) => center.path(format_args!("/people/{person}/edit")),
        LackAt::Session(session) => center.path(format_args!("/sessions/{session}")),
        LackAt::Team(team) => center.path(format_args!("/teams/{team}")),
        LackAt::Record(person, _) => center.path(format_args!("/people/{person}")),
    };
    ToldLack {
        person: row.person.clone(),
        on: row.served_on(),
        activity: row.text(FilingField::Activity).map(str::to_owned),
        href: may_open.then_some(href),
        lack,
    }
}

impl ToldLack {
    fn is_of_session(&self) -> bool {
        matches!(self.lack.at, LackAt::Session(_))
    }

    fn is_of_person(&self) -> bool {
        matches!(self.lack.at, LackAt::Person(_))
    }
}

impl View for FillPage {
    fn title(&self, _: Lang) -> String {
        self.profile.name.clone()
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

/// What the address asks for: the month before today's, where it says nothing.
#[get("/centers/<center>/filings/<id>")]
async fn fill(
    by: Filer,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: ExportProfileId,
    query: Asked,
) -> Result<Result<Page<FillPage>, Submitted<FillPage>>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let fields = query.0.or(forms::last_month(center.zone.date(now.0)));
    let asked = forms::asked(&fields);
    let looked = match asked {
        Ok(asked) => {
            let form = Form::filled(fields.clone());
            FillPage::load(&by, &mut conn, sealer, (center.clone(), id), (form, Some(asked))).await
        }
        Err(error) => Err(error),
    };
    match looked {
        Ok(page) => Ok(Ok(Page(page))),
        Err(error @ (Error::Invalid(_) | Error::Refused(_))) => {
            let form = Form::again(fields, error.into_field_errors()?);
            Ok(Err(Submitted::again(FillPage::load(&by, &mut conn, sealer, (center, id), (form, None)).await?)))
        }
        Err(error) => Err(error),
    }
}

/// Fields `from to team`, and `full` with a `reason` for numbers in full.
#[post("/centers/<center>/filings/<id>/file", data = "<fields>")]
async fn take(
    by: Filer,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: ExportProfileId,
    fields: Fields,
) -> Result<Result<File, Submitted<FillPage>>> {
    let opened = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let profile = queries::profile(&mut *db.read().await?, id).await?;
    let made = async {
        let asked = forms::taken(&fields)?;
        let mut tx = db.begin().await?;
        let filling = actions::take(&by, now, &mut tx, sealer, (&opened, profile), &asked).await?;
        tx.commit().await?;
        sheet::file(&filling, &opened, &asked)
    };
    match made.await {
        Ok(file) => Ok(Ok(file)),
        Err(error @ (Error::Invalid(_) | Error::Refused(_))) => {
            let mut conn = db.read().await?;
            let center = centers::queries::open_to(&by, &mut conn, center).await?;
            let asked = forms::asked(&fields).ok();
            let form = Form::again(fields.clone(), error.into_field_errors()?);
            let place = (center.clone(), id);
            let page = match FillPage::load(&by, &mut conn, sealer, place, (form.clone(), asked)).await {
                Err(Error::Invalid(_) | Error::Refused(_)) => {
                    FillPage::load(&by, &mut conn, sealer, (center, id), (form, None)).await?
                }
                page => page?,
            };
            Ok(Err(Submitted::again(page)))
        }
        Err(error) => Err(error),
    }
}
