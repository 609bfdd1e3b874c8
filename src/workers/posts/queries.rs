//! Reading a center's posts.

use std::collections::BTreeMap;

use serde_json::json;

use super::types::{Filling, Post, PostId, PostState};
use crate::agreements::{self, Agreement};
use crate::auth::Viewer;
use crate::centers::{self, Center, CenterId};
use crate::clock::Date;
use crate::error::{Error, Result};
use crate::store::{Conn, rows};
use crate::workers::WorkerId;

const POST: &str =
    "select o.id, o.center_id, o.agreement_id, o.title, o.kind, o.qualification, o.working_time, o.opened_on,
        o.ended_on, x.ends_on as agreed_to, o.version
     from posts o join agreement_centers x on x.agreement_id = o.agreement_id and x.center_id = o.center_id";

/// All the center's posts with who fills and filled them: two statements, however many there are.
pub async fn of_center(conn: &mut Conn, center: CenterId) -> Result<Vec<Post>> {
    let sql =
        format!("{POST} where o.center_id = $1 order by o.kind desc, o.qualification desc nulls last, o.title, o.id");
    let posts = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).fetch_all(&mut *conn).await?;
    with_fillings(conn, posts).await
}

async fn with_fillings(conn: &mut Conn, mut posts: Vec<Post>) -> Result<Vec<Post>> {
    // Who has left the center fills nothing from that day on.
    let found: Vec<Filling> = sqlx::query_as(
        "select f.id, f.post_id, f.worker_id, p.name, f.started_on,
                case when w.ended_on is not null and (f.ended_on is null or w.ended_on < f.ended_on) then w.ended_on
                     else f.ended_on end as ended_on
         from post_fillings f join workers w on w.id = f.worker_id join people p on p.id = w.person_id
         where f.voided_at is null
           and f.post_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         order by f.started_on, f.id",
    )
    .bind(rows(&posts, |post| json!(post.id)))
    .fetch_all(conn)
    .await?;
    let mut by_post: BTreeMap<PostId, Vec<Filling>> = BTreeMap::new();
    for filling in found {
        by_post.entry(filling.post_id).or_default().push(filling);
    }
    for post in &mut posts {
        post.fillings = by_post.remove(&post.id).unwrap_or_default();
    }
    Ok(posts)
}

/// One post of the center.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn find(conn: &mut Conn, center: CenterId, id: PostId) -> Result<Post> {
    let sql = format!("{POST} where o.center_id = $1 and o.id = $2");
    let found = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(id).fetch_all(&mut *conn).await?;
    with_fillings(conn, found).await?.pop().ok_or(Error::NotFound)
}

/// As [`find`], with the center, whichever of the viewer's it is.
///
/// # Errors
/// `NotFound` where no center of theirs has it.
pub async fn open_to(by: &Viewer, conn: &mut Conn, id: PostId) -> Result<(Center, Post)> {
    let center: Option<CenterId> =
        sqlx::query_scalar("select center_id from posts where id = $1").bind(id).fetch_optional(&mut *conn).await?;
    let center = centers::queries::open_to(by, conn, center.ok_or(Error::NotFound)?).await?;
    let post = find(conn, center.id(), id).await?;
    Ok((center, post))
}

/// The posts that nobody fills on the day.
pub async fn vacant(conn: &mut Conn, center: CenterId, day: Date) -> Result<Vec<Post>> {
    let mut posts = of_center(conn, center).await?;
    posts.retain(|post| post.opened_on <= day && post.state(day) == PostState::Vacant);
    Ok(posts)
}

/// The posts that a worker fills on the day or later.
pub async fn filled_by(conn: &mut Conn, center: CenterId, worker: WorkerId, day: Date) -> Result<Vec<Post>> {
    let mut posts = of_center(conn, center).await?;
    posts.retain(|post| {
        let theirs = |one: &Filling| one.worker_id == worker && one.ended_on.is_none_or(|ended_on| day < ended_on);
        post.state(day) != PostState::Ended && post.fillings.iter().any(theirs)
    });
    Ok(posts)
}

/// The agreements of the center that a post may stand in.
pub(super) async fn agreements(by: &Viewer, conn: &mut Conn, center: CenterId) -> Result<Vec<Agreement>> {
    agreements::queries::of_center(by, conn, center).await
}
