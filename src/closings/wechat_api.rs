//! `/api/v1/sessions/<id>/photos` and `…/wechat`: a session's pictures, and the text for the center's WeChat account.

use rocket::form::Form as Multipart;
use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::photos::SentPhotos;
use super::telling::{ToldPicture, wechat};
use super::types::{NotPictured, SessionPhoto, SessionPhotoId};
use super::{actions, forms, queries};
use crate::activities::queries::open_to;
use crate::activities::{Session, SessionId};
use crate::api::{List, Problem};
use crate::auth::Coordinator;
use crate::clock::Now;
use crate::error::Result;
use crate::files::{self, FileAnswer};
use crate::people::PersonRow;
use crate::store::{Conn, Db, Sealer};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![photos, add, picture, remove, told, choose]
}

/// A picture of a session.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionPhotoJson {
    id: i64,
    /// Where its file is
    path: String,
    caption: Option<String>,
    /// Whether it goes with the text for the center's WeChat account
    chosen: bool,
}

/// Somebody who did not agree to be pictured.
#[derive(Serialize, ToSchema)]
pub(crate) struct NotPicturedJson {
    person_id: i64,
    name: String,
    /// They said no; otherwise nobody asked them, or a child said yes for itself
    refused: bool,
}

impl NotPicturedJson {
    /// Who refused, then the others.
    pub(super) fn all(people: NotPictured) -> Vec<Self> {
        let told = |refused: bool| move |row: PersonRow| Self { person_id: row.id.0, name: row.name, refused };
        let NotPictured { refused, unasked } = people;
        refused.into_iter().map(told(true)).chain(unasked.into_iter().map(told(false))).collect()
    }
}

fn path_of(session: SessionId, photo: SessionPhotoId) -> String {
    format!("/api/v1/sessions/{session}/photos/{photo}")
}

pub(super) async fn photos_of(conn: &mut Conn, session: SessionId) -> Result<Vec<SessionPhotoJson>> {
    let told = |photo: SessionPhoto| SessionPhotoJson {
        id: photo.id.0,
        path: path_of(session, photo.id),
        chosen: photo.is_chosen(),
        caption: photo.caption,
    };
    Ok(queries::photos(conn, session).await?.into_iter().map(told).collect())
}

/// A session's pictures, the first first.
#[utoipa::path(context_path = "/api/v1", tag = "closing", params(("id" = i64, Path)), responses((status = 200, body = List<SessionPhotoJson>), (status = "4XX", body = Problem)))]
#[get("/sessions/<id>/photos")]
pub(crate) async fn photos(by: Coordinator, db: &Db, now: Now, id: SessionId) -> Result<Json<List<SessionPhotoJson>>> {
    let mut conn = db.read().await?;
    let (_, session) = open_to(&by, now, &mut conn, id).await?;
    Ok(Json(List::whole(photos_of(&mut conn, session.id).await?)))
}

/// Pictures of a session.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body, which is no JSON")]
pub(crate) struct NewSessionPhotos {
    /// JPEG or PNG, up to 10 MB; the part may be repeated, up to 40 MB together
    #[schema(format = Binary)]
    photo: String,
    /// Below each of them
    caption: Option<String>,
}

/// Keeps pictures of a session, sealed: nine at most. One that it has already is not kept twice. 409 `photos_before_the_start`, `session_not_held` for a cancelled one.
#[utoipa::path(context_path = "/api/v1", tag = "closing", params(("id" = i64, Path)), request_body(content = NewSessionPhotos, content_type = "multipart/form-data"), responses((status = 201, body = List<SessionPhotoJson>), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/photos", data = "<sent>")]
pub(crate) async fn add(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: SessionId,
    sent: rocket::form::Result<'_, Multipart<SentPhotos>>,
) -> Result<Created<Json<List<SessionPhotoJson>>>> {
    let (_, session) = open_to(&by, now, &mut *db.read().await?, id).await?;
    let (pictures, caption) = SentPhotos::checked(sent).await?;
    let mut tx = db.begin().await?;
    actions::add_photos(&by, now, &mut tx, sealer, &session, (pictures.as_slice(), caption.as_deref())).await?;
    let photos = photos_of(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/sessions/{id}/photos")).body(Json(List::whole(photos))))
}

/// A picture of a session.
#[utoipa::path(context_path = "/api/v1", tag = "closing", params(("id" = i64, Path), ("photo" = i64, Path)), responses((status = 200, description = "The file", content_type = "application/octet-stream"), (status = "4XX", body = Problem)))]
#[get("/sessions/<id>/photos/<photo>")]
pub(crate) async fn picture(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: SessionId,
    photo: SessionPhotoId,
) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let (_, session) = open_to(&by, now, &mut conn, id).await?;
    let file = queries::photo(&mut conn, session.id, photo).await?;
    Ok(FileAnswer::attachment(files::read(&mut conn, sealer, file).await?))
}

/// Takes a picture of a session away.
#[utoipa::path(context_path = "/api/v1", tag = "closing", params(("id" = i64, Path), ("photo" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/photos/<photo>/removal")]
pub(crate) async fn remove(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: SessionId,
    photo: SessionPhotoId,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (_, session) = open_to(&by, now, &mut tx, id).await?;
    actions::remove_photo(&by, now, &mut tx, &session, photo).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// What was not taken into the text.
#[derive(Serialize, ToSchema)]
pub(crate) struct LeftOutJson {
    sentence: String,
    /// `name` (it names somebody), `number` (it holds what may be somebody's number) or `length` (there was no room)
    why: String,
}

/// A picture that goes with the text.
#[derive(Serialize, ToSchema)]
pub(crate) struct ToldPictureJson {
    id: i64,
    /// Where its file is
    path: String,
    /// Null where it is not to be told
    caption: Option<String>,
    /// `true`
    chosen: bool,
    /// Why its caption is left out: `name` or `number`
    caption_left_out: Option<String>,
}

impl ToldPictureJson {
    fn of(session: SessionId, ToldPicture { photo, withheld }: ToldPicture) -> Self {
        Self {
            id: photo.id.0,
            path: path_of(session, photo.id),
            chosen: photo.is_chosen(),
            caption: photo.caption,
            caption_left_out: withheld.map(|why| why.to_string()),
        }
    }
}

/// A text for the center's WeChat account.
#[derive(Serialize, ToSchema)]
pub(crate) struct WechatJson {
    title: String,
    /// At most 120 characters, without what is recognized as the name of somebody who is enrolled or works at the center, or as a number
    text: String,
    left_out: Vec<LeftOutJson>,
    /// Those that are chosen
    photos: Vec<ToldPictureJson>,
    /// Of those who were there or had a place or a shift, who did not agree to be pictured: to be looked for on the pictures
    not_pictured: Vec<NotPicturedJson>,
}

async fn told_of(by: &Coordinator, conn: &mut Conn, session: &Session) -> Result<WechatJson> {
    let made = wechat(by, conn, session).await?;
    let left_out = made.left_out.into_iter();
    let chosen = made.pictures.into_iter().filter(|picture| picture.photo.is_chosen());
    Ok(WechatJson {
        title: made.title,
        text: made.text,
        left_out: left_out.map(|one| LeftOutJson { sentence: one.sentence, why: one.why.to_string() }).collect(),
        photos: chosen.map(|picture| ToldPictureJson::of(session.id, picture)).collect(),
        not_pictured: NotPicturedJson::all(queries::not_pictured(by, conn, session).await?),
    })
}

/// The text for the center's WeChat account, made of a closed session's record, in Chinese. 409 `session_still_open`,
/// `session_confidential`.
#[utoipa::path(context_path = "/api/v1", tag = "closing", params(("id" = i64, Path)), responses((status = 200, body = WechatJson), (status = "4XX", body = Problem)))]
#[get("/sessions/<id>/wechat")]
pub(crate) async fn told(by: Coordinator, db: &Db, now: Now, id: SessionId) -> Result<Json<WechatJson>> {
    let mut conn = db.read().await?;
    let (_, session) = open_to(&by, now, &mut conn, id).await?;
    Ok(Json(told_of(&by, &mut conn, &session).await?))
}

/// Which pictures go with the text.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::chosen` reads it")]
pub(crate) struct ChosenPhotos {
    /// Ids of the session's pictures, three at most; those that were chosen before are not any more
    photo: Option<Vec<i64>>,
}

/// Chooses the pictures that go with the text.
#[utoipa::path(context_path = "/api/v1", tag = "closing", params(("id" = i64, Path)), request_body = ChosenPhotos, responses((status = 200, body = WechatJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/wechat", data = "<fields>")]
pub(crate) async fn choose(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: SessionId,
    fields: Fields,
) -> Result<Json<WechatJson>> {
    let mut tx = db.begin().await?;
    let (_, session) = open_to(&by, now, &mut tx, id).await?;
    actions::choose(&by, now, &mut tx, &session, &forms::chosen(&fields)?).await?;
    let told = told_of(&by, &mut tx, &session).await?;
    tx.commit().await?;
    Ok(Json(told))
}
