//! The administrator's pages: the list of profiles, one profile with its columns and how it looks filled, and a column's form.

use askama::Template;
use rocket::{Route, State, get, post, routes, uri};

use super::types::{
    DateForm, ExportColumn, ExportColumnId, ExportProfile, ExportProfileId, FilingAsked, FilingField, FilingFormat,
    FilledProfile,
};
use super::{actions, forms, queries, sheet};
use crate::auth::{CityAdmin, Filer};
use crate::centers::{self, CenterHead, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::store::{Conn, Db, Sealer};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![
        list,
        create,
        show,
        revise,
        new_column,
        add_column,
        edit_column,
        revise_column,
        move_column,
        remove_column,
        retire,
        bring_back
    ]
}

/// The rows that show how a profile looks.
const SHOWN: usize = 5;

#[derive(Template)]
#[template(path = "filings/profiles.html")]
struct ProfilesPage {
    profiles: Vec<ExportProfile>,
    form: Form,
}

impl ProfilesPage {
    async fn load(conn: &mut Conn, form: Form) -> Result<Self> {
        Ok(Self { profiles: queries::profiles(conn).await?, form })
    }
}

impl View for ProfilesPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("filings.profiles")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Catalogs)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/export-profiles")]
async fn list(_by: CityAdmin, db: &Db) -> Result<Page<ProfilesPage>> {
    Ok(Page(ProfilesPage::load(&mut *db.read().await?, Form::new()).await?))
}

fn address(id: ExportProfileId) -> String {
    format!("/export-profiles/{id}")
}

#[post("/export-profiles", data = "<fields>")]
async fn create(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Submitted<ProfilesPage>> {
    let made = async {
        let (name, original) = forms::copy(&fields)?;
        let mut tx = db.begin().await?;
        let id = actions::copy(&by, now, &mut tx, (&name, original)).await?;
        tx.commit().await?;
        Ok::<_, Error>(address(id))
    };
    Submitted::of(made.await, "done.profile_added", async |errors| {
        ProfilesPage::load(&mut *db.read().await?, Form::again(fields, errors)).await
    })
    .await
}

/// A profile, its columns, and its first rows with what one center knows.
#[derive(Template)]
#[template(path = "filings/profile.html")]
struct ProfilePage {
    profile: ExportProfile,
    columns: Vec<ExportColumn>,
    centers: Vec<CenterHead>,
    /// How it looks filled, once a center was chosen.
    filled: Option<FilledProfile>,
    center: Option<CenterId>,
    form: Form,
}

impl ProfilePage {
    async fn load(by: &CityAdmin, conn: &mut Conn, id: ExportProfileId, form: Option<Form>) -> Result<Self> {
        let profile = queries::profile(conn, id).await?;
        let values = Fields::default()
            .with("name", &profile.name)
            .with("file_name", &profile.file_name)
            .with("format", profile.format)
            .with("note", profile.note.as_deref().unwrap_or_default())
            .with("version", profile.version);
        let columns = queries::columns(conn, id).await?;
        let centers = centers::queries::reached_by(by, conn).await?;
        let form = form.unwrap_or_else(|| Form::filled(values));
        Ok(Self { profile, columns, centers, filled: None, center: None, form })
    }

    fn formats(&self) -> &'static [FilingFormat] {
        FilingFormat::ALL
    }

    /// What the form was filled from; once its reader was told of another change, what is there now.
    fn version(&self) -> String {
        version(&self.form, &self.profile)
    }

    fn is_center(&self, id: &CenterId) -> bool {
        self.center == Some(*id)
    }

    fn rows(&self, filling: &FilledProfile) -> Vec<Vec<Option<String>>> {
        shown(filling)
    }

    fn titles(&self, filling: &FilledProfile) -> Vec<String> {
        filling.columns.iter().map(|column| column.title.clone()).collect()
    }
}

/// The first rows of a filled profile.
pub(super) fn shown(filling: &FilledProfile) -> Vec<Vec<Option<String>>> {
    (1..).zip(filling.rows.iter().take(SHOWN)).map(|(number, row)| sheet::cells(filling, row, number)).collect()
}

fn version(form: &Form, profile: &ExportProfile) -> String {
    match form.refusal() {
        Some(refusal) if refusal.code == "profile_changed" => profile.version.to_string(),
        _ => form.value("version").to_owned(),
    }
}

impl View for ProfilePage {
    fn title(&self, _: Lang) -> String {
        self.profile.name.clone()
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Catalogs)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

/// With `center`, the first rows of the last year as that center would fill it.
#[get("/export-profiles/<id>?<center>")]
async fn show(
    by: CityAdmin,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: ExportProfileId,
    center: Option<&str>,
) -> Result<Page<ProfilePage>> {
    let mut conn = db.read().await?;
    let mut page = ProfilePage::load(&by, &mut conn, id, None).await?;
    let Some(center) = center.and_then(|center| center.parse::<CenterId>().ok()) else { return Ok(Page(page)) };
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = center.zone.date(now.0);
    let asked = FilingAsked { from: today.minus_years(1), to: today, teams: Vec::new(), reason: None };
    // A profile that is out of use is looked at all the same.
    let in_use = ExportProfile { retired_at: None, ..page.profile.clone() };
    let by = Filer::of((*by).clone()).ok_or(Error::Forbidden)?;
    page.filled = Some(actions::look(&by, &mut conn, sealer, (&center, in_use), &asked).await?);
    page.center = Some(center.id());
    Ok(Page(page))
}

#[post("/export-profiles/<id>", data = "<fields>")]
async fn revise(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: ExportProfileId,
    fields: Fields,
) -> Result<Submitted<ProfilePage>> {
    let profile = queries::profile(&mut *db.read().await?, id).await?;
    let made = async {
        let input = forms::profile(&fields)?;
        let mut tx = db.begin().await?;
        actions::revise(&by, now, &mut tx, &profile, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(address(id))
    };
    Submitted::of(made.await, "done.saved", async |errors| {
        ProfilePage::load(&by, &mut *db.read().await?, id, Some(Form::again(fields, errors))).await
    })
    .await
}

/// The form of a column, a new one (`column` is none) or one that is there.
#[derive(Template)]
#[template(path = "filings/column.html")]
struct ColumnPage {
    profile: ExportProfile,
    column: Option<ExportColumn>,
    form: Form,
}

impl ColumnPage {
    async fn load(
        conn: &mut Conn,
        id: ExportProfileId,
        column: Option<ExportColumnId>,
        form: Option<Form>,
    ) -> Result<Self> {
        let profile = queries::profile(conn, id).await?;
        let column = match column {
            Some(column) => Some(queries::column(conn, id, column).await?),
            None => None,
        };
        let values = match &column {
            Some(column) => Fields::default()
                .with("title", &column.title)
                .with("field", column.field.map_or("", FilingField::code))
                .with("constant", column.constant.as_deref().unwrap_or_default())
                .with("required", i64::from(column.required.is_set()))
                .with("date_form", column.date_form),
            None => Fields::default(),
        };
        let form = form.unwrap_or_else(|| Form::filled(values.with("version", profile.version)));
        Ok(Self { profile, column, form })
    }

    fn fields(&self) -> Vec<FilingField> {
        FilingField::ALL.iter().copied().filter(|field| field.fits(self.profile.subject)).collect()
    }

    fn date_forms(&self) -> &'static [DateForm] {
        DateForm::ALL
    }

    fn version(&self) -> String {
        version(&self.form, &self.profile)
    }
}

impl View for ColumnPage {
    fn title(&self, lang: Lang) -> String {
        self.column.as_ref().map_or_else(|| lang.text("filings.new_column"), |column| column.title.clone())
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Catalogs)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/export-profiles/<id>/columns/new")]
async fn new_column(_by: CityAdmin, db: &Db, id: ExportProfileId) -> Result<Page<ColumnPage>> {
    Ok(Page(ColumnPage::load(&mut *db.read().await?, id, None, None).await?))
}

#[post("/export-profiles/<id>/columns", data = "<fields>")]
async fn add_column(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: ExportProfileId,
    fields: Fields,
) -> Result<Submitted<ColumnPage>> {
    let profile = queries::profile(&mut *db.read().await?, id).await?;
    let made = async {
        let input = forms::column(&fields, profile.subject)?;
        let mut tx = db.begin().await?;
        actions::add_column(&by, now, &mut tx, &profile, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(address(id))
    };
    Submitted::of(made.await, "done.column_added", async |errors| {
        ColumnPage::load(&mut *db.read().await?, id, None, Some(Form::again(fields, errors))).await
    })
    .await
}

#[get("/export-profiles/<id>/columns/<column>", rank = 2)]
async fn edit_column(_by: CityAdmin, db: &Db, id: ExportProfileId, column: ExportColumnId) -> Result<Page<ColumnPage>> {
    Ok(Page(ColumnPage::load(&mut *db.read().await?, id, Some(column), None).await?))
}

/// The profile and one of its columns.
async fn opened(db: &Db, id: ExportProfileId, column: ExportColumnId) -> Result<(ExportProfile, ExportColumn)> {
    let mut conn = db.read().await?;
    Ok((queries::profile(&mut conn, id).await?, queries::column(&mut conn, id, column).await?))
}

#[post("/export-profiles/<id>/columns/<column>", data = "<fields>")]
async fn revise_column(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: ExportProfileId,
    column: ExportColumnId,
    fields: Fields,
) -> Result<Submitted<ColumnPage>> {
    let (profile, known) = opened(db, id, column).await?;
    let made = async {
        let input = forms::column(&fields, profile.subject)?;
        let mut tx = db.begin().await?;
        actions::revise_column(&by, now, &mut tx, (&profile, &known), &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(address(id))
    };
    Submitted::of(made.await, "done.saved", async |errors| {
        ColumnPage::load(&mut *db.read().await?, id, Some(column), Some(Form::again(fields, errors))).await
    })
    .await
}

/// Fields `to version`. Whoever comes too late finds the profile as it is now, with a word that it was changed.
#[post("/export-profiles/<id>/columns/<column>/move", data = "<fields>")]
async fn move_column(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: ExportProfileId,
    column: ExportColumnId,
    fields: Fields,
) -> Result<Submitted<ProfilePage>> {
    let (profile, known) = opened(db, id, column).await?;
    let made = async {
        let step = forms::step(&fields)?;
        let mut tx = db.begin().await?;
        actions::move_column(&by, now, &mut tx, (&profile, &known), step).await?;
        tx.commit().await?;
        Ok::<_, Error>(address(id))
    };
    Submitted::of(made.await, "done.column_moved", async |errors| again(&by, db, id, errors).await).await
}

/// The profile as it is now, above it what was not done.
async fn again(by: &CityAdmin, db: &Db, id: ExportProfileId, errors: crate::error::FieldErrors) -> Result<ProfilePage> {
    let mut page = ProfilePage::load(by, &mut *db.read().await?, id, None).await?;
    let present = Fields::default()
        .with("name", &page.profile.name)
        .with("file_name", &page.profile.file_name)
        .with("format", page.profile.format)
        .with("note", page.profile.note.as_deref().unwrap_or_default())
        .with("version", page.profile.version);
    page.form = Form::again(present, errors);
    Ok(page)
}

/// Field `version`.
#[post("/export-profiles/<id>/columns/<column>/removal", data = "<fields>")]
async fn remove_column(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: ExportProfileId,
    column: ExportColumnId,
    fields: Fields,
) -> Result<Submitted<ProfilePage>> {
    let (profile, known) = opened(db, id, column).await?;
    let made = async {
        let seen = forms::version(&fields)?;
        let mut tx = db.begin().await?;
        actions::remove_column(&by, now, &mut tx, (&profile, &known), seen).await?;
        tx.commit().await?;
        Ok::<_, Error>(address(id))
    };
    Submitted::of(made.await, "done.column_removed", async |errors| again(&by, db, id, errors).await).await
}

#[post("/export-profiles/<id>/retirement")]
async fn retire(by: CityAdmin, db: &Db, now: Now, id: ExportProfileId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let profile = queries::profile(&mut tx, id).await?;
    actions::retire(&by, now, &mut tx, &profile).await?;
    tx.commit().await?;
    Ok(Done::to(uri!(list), "done.profile_retired"))
}

#[post("/export-profiles/<id>/return")]
async fn bring_back(by: CityAdmin, db: &Db, now: Now, id: ExportProfileId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let profile = queries::profile(&mut tx, id).await?;
    actions::bring_back(&by, now, &mut tx, &profile).await?;
    tx.commit().await?;
    Ok(Done::to(address(id), "done.profile_brought_back"))
}
