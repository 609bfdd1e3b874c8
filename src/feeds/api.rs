//! `/api/v1/feeds`: the links of whoever holds the token.

use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::types::{Feed, FeedId, FeedLink};
use super::{actions, forms, queries};
use crate::activities::queries::instance;
use crate::api::{List, Problem};
use crate::auth::FeedReader;
use crate::clock::Now;
use crate::error::Result;
use crate::store::{Db, Sealer};
use crate::web::{Fields, Site};

pub(super) fn routes() -> Vec<Route> {
    routes![list, create, renew, revoke]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct FeedJson {
    id: i64,
    /// `center`, `room`, `team` or `worker`
    of: String,
    /// The number of the center, room, team or worker
    subject: i64,
    center_id: Option<i64>,
    /// What the center, the room, the team or the worker is called
    name: String,
    /// The calendar (iCalendar, RFC 5545). Whoever has the address can read it
    url: String,
    made_at: String,
}

impl FeedJson {
    fn of(feed: Feed, (site, sealer): (&Site, &Sealer), instance: &str) -> Self {
        Self {
            id: feed.id.0,
            of: feed.kind.to_string(),
            subject: feed.subject(),
            center_id: feed.center_id.map(|id| id.0),
            url: FeedLink::of(&feed, site, sealer, instance).url,
            made_at: feed.made_at.rfc3339(),
            name: feed.name,
        }
    }
}

/// The calendars of the token's account, that are good now.
#[utoipa::path(context_path = "/api/v1", tag = "feeds", responses((status = 200, body = List<FeedJson>), (status = "4XX", body = Problem)))]
#[get("/feeds")]
pub(crate) async fn list(
    by: FeedReader,
    db: &Db,
    now: Now,
    site: Site,
    sealer: &State<Sealer>,
) -> Result<Json<List<FeedJson>>> {
    let mut conn = db.read().await?;
    let instance = instance(&mut conn).await?;
    let made = queries::of_account(&by, &mut conn, now).await?;
    let feeds = made.into_iter().map(|feed| FeedJson::of(feed, (&site, sealer), &instance)).collect();
    Ok(Json(List::whole(feeds)))
}

/// Of what a calendar is wanted: one of these.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::subject` reads it")]
pub(crate) struct NewFeed {
    /// All of a center, what is not published among it
    center: Option<i64>,
    room: Option<i64>,
    team: Option<i64>,
    /// The own staff record
    worker: Option<i64>,
}

/// Makes a calendar's address; where there is a good one, that is it.
#[utoipa::path(context_path = "/api/v1", tag = "feeds", request_body = NewFeed, responses((status = 201, body = FeedJson), (status = "4XX", body = Problem)))]
#[post("/feeds", data = "<fields>")]
pub(crate) async fn create(
    by: FeedReader,
    db: &Db,
    now: Now,
    site: Site,
    sealer: &State<Sealer>,
    fields: Fields,
) -> Result<Created<Json<FeedJson>>> {
    let subject = forms::subject(&fields)?;
    let mut tx = db.begin().await?;
    let feed = actions::make(&by, now, &mut tx, sealer, subject).await?;
    let instance = instance(&mut tx).await?;
    tx.commit().await?;
    Ok(Created::new("/api/v1/feeds").body(Json(FeedJson::of(feed, (&site, sealer), &instance))))
}

/// Makes another address; the one before shows nothing any more.
#[utoipa::path(context_path = "/api/v1", tag = "feeds", params(("id" = i64, Path)), responses((status = 200, body = FeedJson), (status = "4XX", body = Problem)))]
#[post("/feeds/<id>/renewal")]
pub(crate) async fn renew(
    by: FeedReader,
    db: &Db,
    now: Now,
    site: Site,
    sealer: &State<Sealer>,
    id: FeedId,
) -> Result<Json<FeedJson>> {
    let mut tx = db.begin().await?;
    let feed = actions::renew(&by, now, &mut tx, sealer, id).await?;
    let instance = instance(&mut tx).await?;
    tx.commit().await?;
    Ok(Json(FeedJson::of(feed, (&site, sealer), &instance)))
}

/// Takes an address back: it shows nothing any more.
#[utoipa::path(context_path = "/api/v1", tag = "feeds", params(("id" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/feeds/<id>/revocation")]
pub(crate) async fn revoke(by: FeedReader, db: &Db, now: Now, id: FeedId) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    actions::revoke(&by, now, &mut tx, id).await?;
    tx.commit().await?;
    Ok(NoContent)
}
