//! `/api/v1/posts`.

use rocket::response::status::Created;
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::types::{FillingId, Post, PostId, PostsAsked};
use super::{actions, forms, queries};
use crate::api::{self, List, Problem};
use crate::auth::{CenterReader, Manager};
use crate::centers;
use crate::clock::{Date, Now};
use crate::error::Result;
use crate::fields::parse;
use crate::store::Db;
use crate::web::Fields;

pub(in crate::workers) fn routes() -> Vec<Route> {
    routes![list, create, revise, fill, vacate, void, end, restore]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct PostJson {
    id: i64,
    center_id: i64,
    agreement_id: i64,
    title: String,
    /// `social_worker` or `staff`
    kind: String,
    /// The least that is asked for: `assistant`, `intermediate` or `senior`
    qualification: Option<String>,
    /// `full` or `part`
    working_time: String,
    opened_on: String,
    /// The first day without it, where it was given up
    ended_on: Option<String>,
    /// The last day of its agreement, with which it ends
    agreed_to: String,
    /// `vacant`, `filled` or `ended`, today
    state: String,
    /// Since when nobody fills it
    vacant_since: Option<String>,
    /// Who fills it and filled it, the first of them first
    fillings: Vec<FillingJson>,
    /// Grows with every change
    version: i64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct FillingJson {
    id: i64,
    worker_id: i64,
    name: String,
    started_on: String,
    /// The first day on which they fill it no more
    ended_on: Option<String>,
}

impl PostJson {
    fn of(post: Post, today: Date) -> Self {
        let day = |day: Option<Date>| day.map(|day| day.to_string());
        Self {
            id: post.id.0,
            center_id: post.center_id.0,
            agreement_id: post.agreement_id.0,
            kind: post.kind.to_string(),
            qualification: post.qualification.map(|level| level.to_string()),
            working_time: post.working_time.to_string(),
            opened_on: post.opened_on.to_string(),
            ended_on: day(post.ended_on),
            agreed_to: post.agreed_to.to_string(),
            state: post.state(today).to_string(),
            vacant_since: day(post.vacant_since(today)),
            version: post.version,
            title: post.title,
            fillings: post
                .fillings
                .into_iter()
                .map(|one| FillingJson {
                    id: one.id.0,
                    worker_id: one.worker_id.0,
                    name: one.name,
                    started_on: one.started_on.to_string(),
                    ended_on: day(one.ended_on),
                })
                .collect(),
        }
    }
}

/// A center's posts: those that are there today, or those of a `state` (`vacant`, `filled`, `ended`).
#[utoipa::path(context_path = "/api/v1", tag = "posts", params(("center" = i64, Query), ("state" = Option<String>, Query)), responses((status = 200, body = List<PostJson>), (status = "4XX", body = Problem)))]
#[get("/posts?<center>&<state>")]
pub(crate) async fn list(
    by: CenterReader,
    db: &Db,
    now: Now,
    center: Option<&str>,
    state: Option<&str>,
) -> Result<Json<List<PostJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let state = state.map(|state| api::asked("state", Some(state), parse::choice)).transpose()?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = center.zone.date(now.0);
    let asked = PostsAsked { state, ..PostsAsked::default() };
    let posts = asked.cut(queries::of_center(&mut conn, center.id()).await?, today);
    Ok(Json(List::whole(posts.into_iter().map(|post| PostJson::of(post, today)).collect())))
}

/// What new posts need.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::posts` reads it")]
pub(crate) struct NewPosts {
    center: i64,
    /// The agreement that asks for them
    agreement: i64,
    title: String,
    /// `social_worker` or `staff`
    kind: String,
    /// The least that is asked for; social workers alone
    qualification: Option<String>,
    /// `full` or `part`
    working_time: String,
    opened_on: String,
    /// How many such posts, one where none is said
    count: Option<i64>,
}

/// Opens posts of one kind.
#[utoipa::path(context_path = "/api/v1", tag = "posts", request_body = NewPosts, responses((status = 201, body = List<PostJson>), (status = "4XX", body = Problem)))]
#[post("/posts", data = "<fields>")]
pub(crate) async fn create(by: Manager, db: &Db, now: Now, fields: Fields) -> Result<Created<Json<List<PostJson>>>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let today = center.zone.date(now.0);
    let (input, count) = forms::posts(&fields, today)?;
    let ids = actions::open(&by, now, &mut tx, &center, &input, count).await?;
    let mut posts = queries::of_center(&mut tx, center.id()).await?;
    tx.commit().await?;
    posts.retain(|post| ids.contains(&post.id));
    let list = List::whole(posts.into_iter().map(|post| PostJson::of(post, today)).collect());
    Ok(Created::new(format!("/api/v1/posts?center={}", center.id())).body(Json(list)))
}

/// All of what a post asks for: what is left out here is taken out there.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::api_revision` reads it")]
pub(crate) struct RevisedPost {
    /// The version that the change starts from
    version: i64,
    agreement: i64,
    title: String,
    kind: String,
    qualification: Option<String>,
    working_time: String,
    opened_on: String,
}

/// Revises a post. 409 `post_changed` where somebody changed it since that version: read it again first.
#[utoipa::path(context_path = "/api/v1", tag = "posts", params(("id" = i64, Path)), request_body = RevisedPost, responses((status = 200, body = PostJson), (status = "4XX", body = Problem)))]
#[post("/posts/<id>", data = "<fields>")]
pub(crate) async fn revise(by: Manager, db: &Db, now: Now, id: PostId, fields: Fields) -> Result<Json<PostJson>> {
    let mut tx = db.begin().await?;
    let (center, post) = queries::open_to(&by, &mut tx, id).await?;
    let today = center.zone.date(now.0);
    let (input, seen) = forms::api_revision(&fields, today)?;
    actions::revise(&by, now, &mut tx, &center, &post, &input, seen).await?;
    let post = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(PostJson::of(post, today)))
}

/// Who fills a post, and from which day on.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::filling` reads it")]
pub(crate) struct NewFilling {
    /// A worker of the center, there on that day, with what the post asks for
    worker: i64,
    filled_on: String,
}

/// Puts somebody into a post; whoever fills it until then does so no more.
#[utoipa::path(context_path = "/api/v1", tag = "posts", params(("id" = i64, Path)), request_body = NewFilling, responses((status = 200, body = PostJson), (status = "4XX", body = Problem)))]
#[post("/posts/<id>/fillings", data = "<fields>")]
pub(crate) async fn fill(by: Manager, db: &Db, now: Now, id: PostId, fields: Fields) -> Result<Json<PostJson>> {
    let mut tx = db.begin().await?;
    let (center, post) = queries::open_to(&by, &mut tx, id).await?;
    let today = center.zone.date(now.0);
    actions::fill(&by, now, &mut tx, &center, &post, forms::filling(&fields, today)?).await?;
    let post = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(PostJson::of(post, today)))
}

/// From when on nobody fills a post.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::vacancy` reads it")]
pub(crate) struct VacancyBody {
    vacant_on: String,
}

/// Says that nobody fills a post from a day on. 404 where nobody does.
#[utoipa::path(context_path = "/api/v1", tag = "posts", params(("id" = i64, Path)), request_body = VacancyBody, responses((status = 200, body = PostJson), (status = "4XX", body = Problem)))]
#[post("/posts/<id>/vacancy", data = "<fields>")]
pub(crate) async fn vacate(by: Manager, db: &Db, now: Now, id: PostId, fields: Fields) -> Result<Json<PostJson>> {
    let mut tx = db.begin().await?;
    let (center, post) = queries::open_to(&by, &mut tx, id).await?;
    let today = center.zone.date(now.0);
    actions::vacate(&by, now, &mut tx, &center, &post, forms::vacancy(&fields, today)?).await?;
    let post = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(PostJson::of(post, today)))
}

/// Takes back that somebody fills a post, which was entered by mistake; whoever was before goes on.
#[utoipa::path(context_path = "/api/v1", tag = "posts", params(("id" = i64, Path), ("filling" = i64, Path)), responses((status = 200, body = PostJson), (status = "4XX", body = Problem)))]
#[post("/posts/<id>/fillings/<filling>/void")]
pub(crate) async fn void(by: Manager, db: &Db, now: Now, id: PostId, filling: FillingId) -> Result<Json<PostJson>> {
    let mut tx = db.begin().await?;
    let (center, post) = queries::open_to(&by, &mut tx, id).await?;
    actions::void(&by, now, &mut tx, &center, &post, filling).await?;
    let post = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(PostJson::of(post, center.zone.date(now.0))))
}

/// From when on a post is given up.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::ending` reads it")]
pub(crate) struct PostEnding {
    /// The first day without it
    ended_on: String,
}

/// Gives a post up. 404 where it was already.
#[utoipa::path(context_path = "/api/v1", tag = "posts", params(("id" = i64, Path)), request_body = PostEnding, responses((status = 200, body = PostJson), (status = "4XX", body = Problem)))]
#[post("/posts/<id>/ending", data = "<fields>")]
pub(crate) async fn end(by: Manager, db: &Db, now: Now, id: PostId, fields: Fields) -> Result<Json<PostJson>> {
    let mut tx = db.begin().await?;
    let (center, post) = queries::open_to(&by, &mut tx, id).await?;
    let today = center.zone.date(now.0);
    actions::give_up(&by, now, &mut tx, &center, &post, forms::ending(&fields, today)?).await?;
    let post = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(PostJson::of(post, today)))
}

/// Takes back that a post was given up. 404 where it was not.
#[utoipa::path(context_path = "/api/v1", tag = "posts", params(("id" = i64, Path)), responses((status = 200, body = PostJson), (status = "4XX", body = Problem)))]
#[post("/posts/<id>/restoration")]
pub(crate) async fn restore(by: Manager, db: &Db, now: Now, id: PostId) -> Result<Json<PostJson>> {
    let mut tx = db.begin().await?;
    let (center, post) = queries::open_to(&by, &mut tx, id).await?;
    actions::restore(&by, now, &mut tx, &center, &post).await?;
    let post = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(PostJson::of(post, center.zone.date(now.0))))
}
