//! The city administrator's programmes: the list, one with its versions and for whom it holds.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::queries::AskedKind;
use super::types::{
    Programme, ProgrammeId, ProgrammeScope, ProgrammeScopeId, ProgrammeVersion, ProgrammeVersionId, RequiredKinds,
};
use super::{actions, forms, queries, rules};
use crate::auth::CityAdmin;
use crate::centers::{self, CenterHead, CenterKind};
use crate::clock::{Date, Now, Zone};
use crate::error::{Error, FieldErrors, Result};
use crate::store::{Conn, Db};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, new, create, show, revise, add_version, void_version, place, end_scope, void_scope]
}

#[derive(Template)]
#[template(path = "programmes/list.html")]
struct ProgrammesPage {
    /// With the version that holds today.
    programmes: Vec<(Programme, Option<ProgrammeVersion>)>,
}

impl View for ProgrammesPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("programmes.title")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Catalogs)
    }
}

#[get("/programmes")]
async fn list(_by: CityAdmin, db: &Db, now: Now) -> Result<Page<ProgrammesPage>> {
    let today = Zone::SHANGHAI.date(now.0);
    let mut conn = db.read().await?;
    let versions = queries::versions(&mut conn, None).await?;
    let holding = |id| rules::version_on(id, &versions, today).cloned();
    let programmes = queries::all(&mut conn).await?.into_iter().map(|one| (one.clone(), holding(one.id))).collect();
    Ok(Page(ProgrammesPage { programmes }))
}

#[derive(Template)]
#[template(path = "programmes/new.html")]
struct NewProgrammePage {
    form: Form,
}

impl View for NewProgrammePage {
    fn title(&self, lang: Lang) -> String {
        lang.text("programmes.new")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Catalogs)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/programmes/new")]
async fn new(_by: CityAdmin) -> Page<NewProgrammePage> {
    Page(NewProgrammePage { form: Form::filled(Fields::default().with("gives_rules", "1")) })
}

#[post("/programmes", data = "<fields>")]
async fn create(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Submitted<NewProgrammePage>> {
    let made = async {
        let input = forms::programme(&fields)?;
        let mut tx = db.begin().await?;
        let id = actions::add(&by, now, &mut tx, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("/programmes/{id}"))
    };
    Submitted::of(made.await, "done.programme_added", async |errors| {
        Ok(NewProgrammePage { form: Form::again(fields, errors) })
    })
    .await
}

/// Which of the page's forms was sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ProgrammeForm {
    Names,
    Rules,
    Scope,
    /// One at a version or a scope, whose fields bear its number.
    Row,
}

#[derive(Template)]
#[template(path = "programmes/show.html")]
struct ProgrammePage {
    programme: Programme,
    versions: Vec<ProgrammeVersion>,
    scopes: Vec<ProgrammeScope>,
    kinds: Vec<AskedKind>,
    centers: Vec<CenterHead>,
    today: Date,
    names: Form,
    rules: Form,
    scope: Form,
    row: Form,
}

impl ProgrammePage {
    async fn load(
        by: &CityAdmin,
        conn: &mut Conn,
        now: Now,
        id: ProgrammeId,
        sent: Option<(ProgrammeForm, Form)>,
    ) -> Result<Self> {
        let today = Zone::SHANGHAI.date(now.0);
        let programme = queries::find(conn, id).await?;
        let versions = queries::versions(conn, Some(id)).await?;
        let names = Fields::default()
            .with("name", &programme.name)
            .with("name_en", &programme.name_en)
            .with("source", &programme.source);
        // What is changed begins with what holds.
        let latest = versions.iter().find(|version| version.holds());
        let rules = latest.map_or_else(
            || Fields::default().with("kinds_by", forms::BY_CATALOG),
            |version| forms::as_fields(&version.rules),
        );
        let mut page = Self {
            scopes: queries::scopes(conn, id).await?,
            kinds: queries::kinds(conn).await?,
            centers: centers::queries::reached_by(by, conn).await?,
            programme,
            versions,
            today,
            names: Form::filled(names),
            rules: Form::filled(rules),
            scope: Form::filled(Fields::default().with("from_date", today)),
            row: Form::new(),
        };
        match sent {
            Some((ProgrammeForm::Names, form)) => page.names = form,
            Some((ProgrammeForm::Rules, form)) => page.rules = form,
            Some((ProgrammeForm::Scope, form)) => page.scope = form,
            Some((ProgrammeForm::Row, form)) => page.row = form,
            None => {}
        }
        Ok(page)
    }

    /// As [`ProgrammePage::load`], with what was sent and is faulty.
    async fn again(
        by: &CityAdmin,
        db: &Db,
        now: Now,
        id: ProgrammeId,
        (part, fields, errors): (ProgrammeForm, Fields, FieldErrors),
    ) -> Result<Self> {
        Self::load(by, &mut *db.read().await?, now, id, Some((part, Form::again(fields, errors)))).await
    }

    fn center_kinds(&self) -> &'static [CenterKind] {
        CenterKind::ALL
    }

    fn is_holding(&self, version: &ProgrammeVersion) -> bool {
        rules::version_on(self.programme.id, &self.versions, self.today).is_some_and(|holding| holding.id == version.id)
    }

    /// The kinds that a version lists, none where they are the catalog's.
    fn listed(&self, version: &ProgrammeVersion) -> Option<Vec<&AskedKind>> {
        match &version.rules.kinds {
            RequiredKinds::Catalog => None,
            RequiredKinds::Listed(listed) => Some(self.kinds.iter().filter(|kind| listed.contains(&kind.id)).collect()),
        }
    }

    fn may_be_voided(&self, version: &ProgrammeVersion) -> bool {
        version.may_be_voided(self.today)
    }

    fn void_field(&self, version: &ProgrammeVersion) -> String {
        format!("void.{}", version.id)
    }

    fn forms(&self) -> [&Form; 4] {
        [&self.names, &self.rules, &self.scope, &self.row]
    }
}

impl View for ProgrammePage {
    fn title(&self, lang: Lang) -> String {
        lang.pick(&self.programme.name, &self.programme.name_en).to_owned()
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Catalogs)
    }

    fn refill(&mut self, typed: Fields) {
        self.rules = Form::filled(typed);
    }
}

#[get("/programmes/<id>", rank = 2)]
async fn show(by: CityAdmin, db: &Db, now: Now, id: ProgrammeId) -> Result<Page<ProgrammePage>> {
    Ok(Page(ProgrammePage::load(&by, &mut *db.read().await?, now, id, None).await?))
}

#[post("/programmes/<id>", data = "<fields>")]
async fn revise(by: CityAdmin, db: &Db, now: Now, id: ProgrammeId, fields: Fields) -> Result<Submitted<ProgrammePage>> {
    let programme = queries::find(&mut *db.read().await?, id).await?;
    let made = async {
        let input = forms::revision(&fields)?;
        let mut tx = db.begin().await?;
        actions::revise(&by, now, &mut tx, &programme, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("/programmes/{id}"))
    };
    Submitted::of(made.await, "done.saved", async |errors| {
        ProgrammePage::again(&by, db, now, id, (ProgrammeForm::Names, fields, errors)).await
    })
    .await
}

#[post("/programmes/<id>/versions", data = "<fields>")]
async fn add_version(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: ProgrammeId,
    fields: Fields,
) -> Result<Submitted<ProgrammePage>> {
    let programme = queries::find(&mut *db.read().await?, id).await?;
    let made = async {
        let input = forms::version(&fields, Zone::SHANGHAI.date(now.0))?;
        let mut tx = db.begin().await?;
        actions::add_version(&by, now, &mut tx, &programme, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("/programmes/{id}"))
    };
    Submitted::of(made.await, "done.programme_version_added", async |errors| {
        ProgrammePage::again(&by, db, now, id, (ProgrammeForm::Rules, fields, errors)).await
    })
    .await
}

/// Field `void.<version>`: why.
#[post("/programmes/<id>/versions/<version>/void", data = "<fields>")]
async fn void_version(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: ProgrammeId,
    version: ProgrammeVersionId,
    fields: Fields,
) -> Result<Submitted<ProgrammePage>> {
    let found = queries::version(&mut *db.read().await?, id, version).await?;
    let made = async {
        let reason = forms::reason(&fields, &format!("void.{version}"))?;
        let mut tx = db.begin().await?;
        actions::void_version(&by, now, &mut tx, &found, &reason).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("/programmes/{id}"))
    };
    Submitted::of(made.await, "done.programme_version_voided", async |errors| {
        ProgrammePage::again(&by, db, now, id, (ProgrammeForm::Row, fields, errors)).await
    })
    .await
}

#[post("/programmes/<id>/scopes", data = "<fields>")]
async fn place(by: CityAdmin, db: &Db, now: Now, id: ProgrammeId, fields: Fields) -> Result<Submitted<ProgrammePage>> {
    let programme = queries::find(&mut *db.read().await?, id).await?;
    let made = async {
        let input = forms::scope(&fields, Zone::SHANGHAI.date(now.0))?;
        let mut tx = db.begin().await?;
        actions::place(&by, now, &mut tx, &programme, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("/programmes/{id}"))
    };
    Submitted::of(made.await, "done.programme_placed", async |errors| {
        ProgrammePage::again(&by, db, now, id, (ProgrammeForm::Scope, fields, errors)).await
    })
    .await
}

/// Field `ending.<scope>`: the last day.
#[post("/programmes/<id>/scopes/<scope>/ending", data = "<fields>")]
async fn end_scope(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: ProgrammeId,
    scope: ProgrammeScopeId,
    fields: Fields,
) -> Result<Submitted<ProgrammePage>> {
    let (programme, found) = opened(&mut *db.read().await?, id, scope).await?;
    let made = async {
        let field = forms::at_scope("ending", scope);
        let last = forms::ending(&fields, (&field, found.from_date), Zone::SHANGHAI.date(now.0))?;
        let mut tx = db.begin().await?;
        actions::end_scope(&by, now, &mut tx, (&programme, &found), (&field, last)).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("/programmes/{id}"))
    };
    Submitted::of(made.await, "done.saved", async |errors| {
        ProgrammePage::again(&by, db, now, id, (ProgrammeForm::Row, fields, errors)).await
    })
    .await
}

/// Field `mistaken.<scope>`: why.
#[post("/programmes/<id>/scopes/<scope>/void", data = "<fields>")]
async fn void_scope(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: ProgrammeId,
    scope: ProgrammeScopeId,
    fields: Fields,
) -> Result<Submitted<ProgrammePage>> {
    let (programme, found) = opened(&mut *db.read().await?, id, scope).await?;
    let made = async {
        let reason = forms::reason(&fields, &forms::at_scope("mistaken", scope))?;
        let mut tx = db.begin().await?;
        actions::void_scope(&by, now, &mut tx, (&programme, &found), &reason).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("/programmes/{id}"))
    };
    Submitted::of(made.await, "done.programme_scope_voided", async |errors| {
        ProgrammePage::again(&by, db, now, id, (ProgrammeForm::Row, fields, errors)).await
    })
    .await
}

async fn opened(conn: &mut Conn, id: ProgrammeId, scope: ProgrammeScopeId) -> Result<(Programme, ProgrammeScope)> {
    Ok((queries::find(conn, id).await?, queries::scope(conn, id, scope).await?))
}
