//! The administrator's page of catalogs, and the form of one kind.

use askama::Template;
use rocket::{Route, get, post, routes, uri};

use super::types::{Catalog, Kind, TeamKindName};
use super::{actions, forms, queries};
use crate::auth::CityAdmin;
use crate::clock::{Now, Zone};
use crate::error::{Error, Result};
use crate::people::groups::{self, PriorityGroup};
use crate::rooms::RoomClass;
use crate::store::{Conn, Db, Flag};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, set_ages, new, add, edit, rename]
}

#[derive(Template)]
#[template(path = "catalogs/show.html")]
struct Catalogs {
    catalogs: Vec<(Catalog, Vec<Kind>)>,
    ages: Form,
}

impl Catalogs {
    async fn load(conn: &mut Conn, now: Now, ages: Option<Form>) -> Result<Self> {
        let bands = groups::age_bands(conn, Zone::SHANGHAI.date(now.0)).await?;
        let values = Fields::default()
            .with("elderly_from", bands.elderly_from)
            .with("youth_from", bands.youth_from)
            .with("youth_to", bands.youth_to);
        let mut catalogs = Vec::new();
        for catalog in Catalog::ALL {
            catalogs.push((*catalog, queries::kinds(conn, *catalog).await?));
        }
        Ok(Self { catalogs, ages: ages.unwrap_or_else(|| Form::filled(values)) })
    }
}

impl View for Catalogs {
    fn title(&self, lang: Lang) -> String {
        lang.text("catalogs.title")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Catalogs)
    }
}

#[get("/catalogs")]
async fn show(_by: CityAdmin, db: &Db, now: Now) -> Result<Page<Catalogs>> {
    Ok(Page(Catalogs::load(&mut *db.read().await?, now, None).await?))
}

#[post("/catalogs/ages", data = "<fields>")]
async fn set_ages(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Submitted<Catalogs>> {
    let made = async {
        let bands = forms::age_bands(&fields)?;
        let mut tx = db.begin().await?;
        actions::set_age_bands(&by, now, &mut tx, bands).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(made.await.map(|()| uri!(show)), "done.saved", async |errors| {
        let form = Form::again(fields, errors);
        Catalogs::load(&mut *db.read().await?, now, Some(form)).await
    })
    .await
}

/// The form of a kind, new (`kind` is none) or to be renamed.
#[derive(Template)]
#[template(path = "catalogs/kind.html")]
struct KindPage {
    catalog: Catalog,
    kind: Option<Kind>,
    form: Form,
    /// For a certificate: whose work may need it.
    team_kinds: Vec<TeamKindName>,
}

impl KindPage {
    async fn new_one(conn: &mut Conn, catalog: Catalog, form: Form) -> Result<Self> {
        let team_kinds = match catalog {
            Catalog::Qualifications => queries::team_kinds(conn).await?,
            _ => Vec::new(),
        };
        Ok(Self { catalog, kind: None, form, team_kinds })
    }

    fn groups(&self) -> &'static [PriorityGroup] {
        PriorityGroup::ALL
    }

    fn classes(&self) -> &'static [RoomClass] {
        RoomClass::ALL
    }
}

impl View for KindPage {
    fn title(&self, lang: Lang) -> String {
        self.kind.as_ref().map_or_else(|| lang.text("catalogs.add"), |kind| lang.pick(&kind.name, &kind.name_en).into())
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Catalogs)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/catalogs/<catalog>/new")]
async fn new(_by: CityAdmin, db: &Db, catalog: Catalog) -> Result<Page<KindPage>> {
    let form = Form::filled(Fields::default().with("class", RoomClass::Own));
    Ok(Page(KindPage::new_one(&mut *db.read().await?, catalog, form).await?))
}

#[post("/catalogs/<catalog>", data = "<fields>")]
async fn add(by: CityAdmin, db: &Db, now: Now, catalog: Catalog, fields: Fields) -> Result<Submitted<KindPage>> {
    let made = async {
        let input = forms::kind(&fields, catalog)?;
        let mut tx = db.begin().await?;
        actions::add(&by, now, &mut tx, catalog, &input).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(made.await.map(|()| uri!(show)), "done.kind_added", async |errors| {
        KindPage::new_one(&mut *db.read().await?, catalog, Form::again(fields, errors)).await
    })
    .await
}

#[get("/catalogs/<catalog>/<id>", rank = 2)]
async fn edit(_by: CityAdmin, db: &Db, catalog: Catalog, id: i64) -> Result<Page<KindPage>> {
    let kind = queries::find(&mut *db.read().await?, catalog, id).await?;
    let mut values = Fields::default().with("name", &kind.name).with("name_en", &kind.name_en);
    if kind.confidential.is_some_and(Flag::is_set) {
        values.add("confidential", "1");
    }
    if kind.retired {
        values.add("retired", "1");
    }
    let form = Form::filled(values);
    Ok(Page(KindPage { catalog, kind: Some(kind), form, team_kinds: Vec::new() }))
}

#[post("/catalogs/<catalog>/<id>", data = "<fields>")]
async fn rename(
    by: CityAdmin,
    db: &Db,
    now: Now,
    catalog: Catalog,
    id: i64,
    fields: Fields,
) -> Result<Submitted<KindPage>> {
    let kind = queries::find(&mut *db.read().await?, catalog, id).await?;
    let made = async {
        let revision = forms::revision(&fields)?;
        let mut tx = db.begin().await?;
        actions::revise(&by, now, &mut tx, catalog, &kind, &revision).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(made.await.map(|()| uri!(show)), "done.saved", async |errors| {
        let form = Form::again(fields, errors);
        Ok(KindPage { catalog, kind: Some(kind), form, team_kinds: Vec::new() })
    })
    .await
}
