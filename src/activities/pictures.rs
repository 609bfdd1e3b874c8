//! An activity's picture: on its public page as soon as it is published, before that for who reads the center.

use rocket::form::{Form as Multipart, FromForm};
use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::pages::Show;
use super::queries;
use super::title::PUBLISHED;
use super::types::{Activity, ActivityId};
use crate::api::Problem;
use crate::auth::{CenterReader, Coordinator};
use crate::centers::{self, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::files::{self, CheckedFile, FileAnswer, FileKind, Secrecy, SentFile};
use crate::ids::FileId;
use crate::store::{Conn, Db, Flag, Sealer};
use crate::web::form::Done;
use crate::web::{Fields, Form, Submitted};
use crate::{audit, locks};

/// The kinds of files that a picture may be.
const PICTURES: &[FileKind] = &[FileKind::Jpeg, FileKind::Png];

pub(super) fn routes() -> Vec<Route> {
    routes![keep, remove, picture]
}

pub(super) fn programs() -> Vec<Route> {
    routes![keep_picture, remove_picture]
}

/// Where a picture is.
pub fn path(file: FileId) -> String {
    format!("/activity-pictures/{file}")
}

#[derive(FromForm)]
pub(crate) struct SentPicture {
    picture: SentFile,
}

impl SentPicture {
    /// The picture as it may be kept.
    ///
    /// # Errors
    /// `Invalid` at `picture`.
    async fn checked(sent: rocket::form::Result<'_, Multipart<Self>>) -> Result<CheckedFile> {
        let sent = sent.map_err(|_| Error::field("picture", "field.not_a_picture"))?.into_inner();
        sent.picture.checked("picture", PICTURES).await
    }
}

/// Gives an activity a picture, in the place of the one that it had.
pub async fn set(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    activity: &Activity,
    picture: &CheckedFile,
) -> Result<FileId> {
    // Activities share pictures: which was the last to hold one is decided one after the other.
    locks::center(tx, activity.center_id).await?;
    let before = held(tx, activity.id).await?;
    let file = files::keep(now, tx, sealer, picture, Secrecy::Plain).await?;
    put(tx, activity.id, Some(file)).await?;
    forget_unused(tx, before).await?;
    let entry = audit::entry("activity.picture_set", activity.id.0).at(activity.center_id);
    audit::record(tx, by, now, entry).await?;
    Ok(file)
}

/// Takes an activity's picture away, from every activity of the center that shows it: who is on it may have asked for that.
///
/// # Errors
/// `NotFound` where there is none.
pub async fn clear(by: &Coordinator, now: Now, tx: &mut Conn, activity: &Activity) -> Result<()> {
    locks::center(tx, activity.center_id).await?;
    let file = held(tx, activity.id).await?.ok_or(Error::NotFound)?;
    let mut shown: Vec<ActivityId> = sqlx::query_scalar(
        "update activities set picture_file_id = null where picture_file_id = $1 and center_id = $2 returning id",
    )
    .bind(file)
    .bind(activity.center_id)
    .fetch_all(&mut *tx)
    .await?;
    shown.sort();
    forget_unused(tx, Some(file)).await?;
    let entry = |id: &ActivityId| audit::entry("activity.picture_removed", id.0).at(activity.center_id);
    let told: Vec<_> = shown.iter().map(entry).collect();
    audit::record_all(tx, by, now, &told).await
}

/// How many activities show a picture.
pub(super) async fn shown_by(conn: &mut Conn, file: FileId) -> Result<i64> {
    Ok(sqlx::query_scalar("select count(*) from activities where picture_file_id = $1")
        .bind(file)
        .fetch_one(conn)
        .await?)
}

/// Shows the picture of one of the center's activities with another of them too, if it has one.
pub async fn share(tx: &mut Conn, center: CenterId, from: ActivityId, to: ActivityId) -> Result<()> {
    locks::center(tx, center).await?;
    match held(tx, from).await? {
        Some(file) => put(tx, to, Some(file)).await,
        None => Ok(()),
    }
}

async fn held(tx: &mut Conn, activity: ActivityId) -> Result<Option<FileId>> {
    let file: Option<FileId> =
        sqlx::query_scalar("select picture_file_id from activities where id = $1").bind(activity).fetch_one(tx).await?;
    Ok(file)
}

async fn put(tx: &mut Conn, activity: ActivityId, file: Option<FileId>) -> Result<()> {
    sqlx::query("update activities set picture_file_id = $1 where id = $2")
        .bind(file)
        .bind(activity)
        .execute(tx)
        .await?;
    Ok(())
}

async fn forget_unused(tx: &mut Conn, file: Option<FileId>) -> Result<()> {
    let Some(file) = file else { return Ok(()) };
    if shown_by(tx, file).await? == 0 { files::forget(tx, file).await } else { Ok(()) }
}

/// The activity, for an address that does not name its center.
///
/// # Errors
/// `NotFound` for another center's.
async fn opened(by: &Coordinator, conn: &mut Conn, id: ActivityId) -> Result<Activity> {
    let center: Option<CenterId> = sqlx::query_scalar("select center_id from activities where id = $1")
        .bind(id)
        .fetch_optional(&mut *conn)
        .await?;
    let center = centers::queries::open_to(by, conn, center.ok_or(Error::NotFound)?).await?;
    queries::activity(by, conn, center.id(), id).await
}

/// Whether a picture is for this reader.
///
/// # Errors
/// `NotFound` where it is not.
async fn is_for(by: Option<&CenterReader>, conn: &mut Conn, file: FileId) -> Result<()> {
    let sql = format!(
        "select a.center_id, case when {PUBLISHED} then 1 else 0 end as is_public, k.confidential
         from activities a join service_kinds k on k.id = a.kind_id where a.picture_file_id = $1 order by 2 desc, a.id limit 1"
    );
    let (center, is_public, confidential): (CenterId, i64, Flag) =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(file).fetch_optional(&mut *conn).await?.ok_or(Error::NotFound)?;
    match by {
        _ if is_public == 1 => Ok(()),
        Some(by) if !confidential.is_set() || Coordinator::includes(by.role) => {
            centers::queries::open_to(by, conn, center).await.map(|_| ())
        }
        _ => Err(Error::NotFound),
    }
}

#[get("/activity-pictures/<file>")]
async fn picture(by: Option<CenterReader>, db: &Db, sealer: &State<Sealer>, file: FileId) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    is_for(by.as_ref(), &mut conn, file).await?;
    Ok(FileAnswer::shown(files::read(&mut conn, sealer, file).await?))
}

#[post("/centers/<center>/activities/<id>/picture", data = "<sent>")]
async fn keep(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: ActivityId,
    sent: rocket::form::Result<'_, Multipart<SentPicture>>,
) -> Result<Submitted<Show>> {
    let mut conn = db.read().await?;
    let opened = centers::queries::open_to(&by, &mut conn, center).await?;
    let activity = queries::activity(&by, &mut conn, opened.id(), id).await?;
    drop(conn);
    let made = async {
        let picture = SentPicture::checked(sent).await?;
        let mut tx = db.begin().await?;
        set(&by, now, &mut tx, sealer, &activity, &picture).await?;
        tx.commit().await?;
        Ok::<_, Error>(opened.path(format_args!("/activities/{id}")))
    };
    Submitted::of(made.await, "done.activity_picture_set", async |errors| {
        let mut page = Show::load(&by, &mut *db.read().await?, now, (center, id)).await?;
        page.picturing = Form::again(Fields::default(), errors);
        Ok(page)
    })
    .await
}

#[post("/centers/<center>/activities/<id>/picture/removal")]
async fn remove(by: Coordinator, db: &Db, now: Now, center: CenterId, id: ActivityId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let activity = queries::activity(&by, &mut tx, center.id(), id).await?;
    clear(&by, now, &mut tx, &activity).await?;
    tx.commit().await?;
    Ok(Done::to(center.path(format_args!("/activities/{id}")), "done.activity_picture_removed"))
}

/// The picture of an activity.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body, which is no JSON")]
pub(crate) struct NewActivityPicture {
    /// JPEG or PNG, up to 10 MB
    #[schema(format = Binary)]
    picture: String,
}

/// Where an activity's picture is: for everybody as soon as the activity is published.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActivityPictureJson {
    path: String,
}

/// Gives an activity a picture, in the place of the one that it had.
#[utoipa::path(context_path = "/api/v1", tag = "activities", params(("id" = i64, Path)), request_body(content = NewActivityPicture, content_type = "multipart/form-data"), responses((status = 201, body = ActivityPictureJson), (status = "4XX", body = Problem)))]
#[post("/activities/<id>/picture", data = "<sent>")]
pub(crate) async fn keep_picture(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: ActivityId,
    sent: rocket::form::Result<'_, Multipart<SentPicture>>,
) -> Result<Created<Json<ActivityPictureJson>>> {
    let activity = opened(&by, &mut *db.read().await?, id).await?;
    let picture = SentPicture::checked(sent).await?;
    let mut tx = db.begin().await?;
    let path = path(set(&by, now, &mut tx, sealer, &activity, &picture).await?);
    tx.commit().await?;
    Ok(Created::new(path.clone()).body(Json(ActivityPictureJson { path })))
}

/// Takes an activity's picture away, from every activity of the center that shows it.
#[utoipa::path(context_path = "/api/v1", tag = "activities", params(("id" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/activities/<id>/picture/removal")]
pub(crate) async fn remove_picture(by: Coordinator, db: &Db, now: Now, id: ActivityId) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let activity = opened(&by, &mut tx, id).await?;
    clear(&by, now, &mut tx, &activity).await?;
    tx.commit().await?;
    Ok(NoContent)
}
