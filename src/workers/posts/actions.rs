//! Opening posts, filling them, and giving them up.

use serde_json::json;

use super::forms::PostInput;
use super::queries;
use super::types::{FillingId, Post, PostId};
use crate::auth::Manager;
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Error, OnViolation, Result};
use crate::store::{Conn, rows};
use crate::workers::{self, Worker, WorkerId};
use crate::{audit, locks};

/// Opens posts of one kind, as an agreement asks for them.
///
/// # Errors
/// `Invalid` at `agreement` for another center's, at `opened_on` for a day outside of its days.
pub async fn open(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    input: &PostInput,
    count: i64,
) -> Result<Vec<PostId>> {
    check(tx, center, input).await?;
    let ids: Vec<PostId> = sqlx::query_scalar(
        "insert into posts (center_id, agreement_id, title, kind, qualification, working_time, opened_on, created_at)
         select cast($2 as bigint), cast($3 as bigint), cast($4 as text), cast($5 as text), cast($6 as text), cast($7 as text),
                cast($8 as text), cast($9 as bigint)
         from json_each(cast($1 as json_text)) j where true returning id",
    )
    .bind(rows(0..count, |place| json!(place)))
    .bind(center.id())
    .bind(input.agreement)
    .bind(&input.title)
    .bind(input.kind)
    .bind(input.qualification)
    .bind(input.working_time)
    .bind(input.opened_on)
    .bind(now.0)
    .fetch_all(&mut *tx)
    .await?;
    let told: Vec<_> = ids.iter().map(|id| audit::entry("post.opened", id.0).at(center.id())).collect();
    audit::record_all(tx, by, now, &told).await?;
    Ok(ids)
}

async fn check(tx: &mut Conn, center: &Center, input: &PostInput) -> Result<()> {
    let days: Option<(Date, Date)> =
        sqlx::query_as("select starts_on, ends_on from agreement_centers where agreement_id = $1 and center_id = $2")
            .bind(input.agreement)
            .bind(center.id())
            .fetch_optional(tx)
            .await?;
    match days {
        None => Err(Error::field("agreement", "field.not_a_choice")),
        Some((from, to)) if input.opened_on < from || input.opened_on > to => {
            Err(Error::field("opened_on", "field.outside_agreement"))
        }
        Some(_) => Ok(()),
    }
}

/// Changes what a post asks for; where nothing is otherwise, nothing is written.
///
/// # Errors
/// `Refused("post_changed")` where somebody changed it since `seen`, or since `post` was read; `Invalid` as [`open`].
pub async fn revise(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    post: &Post,
    input: &PostInput,
    seen: Option<i64>,
) -> Result<()> {
    if seen.is_some_and(|seen| seen != post.version) {
        return Err(Error::refused("post_changed"));
    }
    if post.is_known_as(input) {
        return Ok(());
    }
    check(tx, center, input).await?;
    let revised = sqlx::query(
        "update posts set agreement_id = $1, title = $2, kind = $3, qualification = $4, working_time = $5, opened_on = $6,
                version = version + 1
         where id = $7 and version = $8",
    )
    .bind(input.agreement)
    .bind(&input.title)
    .bind(input.kind)
    .bind(input.qualification)
    .bind(input.working_time)
    .bind(input.opened_on)
    .bind(post.id)
    .bind(post.version)
    .execute(&mut *tx)
    .await?;
    if revised.rows_affected() == 0 {
        return Err(Error::refused("post_changed"));
    }
    audit::record(tx, by, now, audit::entry("post.revised", post.id.0).at(center.id())).await
}

/// Gives a post up from a day on: who filled it is told by its history.
///
/// # Errors
/// `NotFound` if it was given up already; `Invalid` at `ended_on` for a day before it was there.
pub async fn give_up(by: &Manager, now: Now, tx: &mut Conn, center: &Center, post: &Post, day: Date) -> Result<()> {
    if day < post.opened_on {
        return Err(Error::field("ended_on", "field.ends_before_start"));
    }
    let sql = "update posts set ended_on = $1, version = version + 1 where id = $2 and ended_on is null";
    let ended = sqlx::query(sql).bind(day).bind(post.id).execute(&mut *tx).await?;
    if ended.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("post.given_up", post.id.0).at(center.id())).await
}

/// Takes back that a post was given up.
///
/// # Errors
/// `NotFound` if it was not.
pub async fn restore(by: &Manager, now: Now, tx: &mut Conn, center: &Center, post: &Post) -> Result<()> {
    let sql = "update posts set ended_on = null, version = version + 1 where id = $1 and ended_on is not null";
    let restored = sqlx::query(sql).bind(post.id).execute(&mut *tx).await?;
    if restored.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("post.restored", post.id.0).at(center.id())).await
}

/// Says who fills a post from a day on; whoever fills it until then does so no more.
///
/// # Errors
/// `Invalid` at `worker` for who is not there on that day, or lacks what the post asks for; at `filled_on` for a day on which the post
/// is not there, or not after the one before began.
pub async fn fill(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    post: &Post,
    (worker, day): (WorkerId, Date),
) -> Result<FillingId> {
    locks::workers(tx, [worker]).await?;
    let post = held(tx, center, post.id).await?;
    let worker = match workers::queries::find(tx, center.id(), worker).await {
        Err(Error::NotFound) => return Err(Error::field("worker", "field.not_a_choice")),
        found => found?,
    };
    if !worker.is_there(day) || day < worker.started_on {
        return Err(Error::field("worker", "field.not_there_then"));
    }
    if !post.takes(worker.kind, worker.qualification) {
        return Err(Error::field("worker", "field.post_asks_more"));
    }
    if day < post.opened_on || day > post.agreed_to || post.ended_on.is_some_and(|ended_on| ended_on <= day) {
        return Err(Error::field("filled_on", "field.no_post_then"));
    }
    let late = post.fillings.iter().any(|one| one.started_on >= day && one.ended_on != Some(one.started_on));
    if late {
        return Err(Error::field("filled_on", "field.filled_then"));
    }
    let id = put_in(tx, now, (post.id, worker.worker_id), day).await?;
    audit::record(tx, by, now, audit::entry("post.filled", post.id.0).at(center.id())).await?;
    Ok(id)
}

/// The post as it is now that nobody else fills it.
async fn held(tx: &mut Conn, center: &Center, id: PostId) -> Result<Post> {
    locks::posts(tx, [id]).await?;
    queries::find(tx, center.id(), id).await
}

/// Ends whoever is in the post on the day, and puts another in.
async fn put_in(tx: &mut Conn, now: Now, (post, worker): (PostId, WorkerId), day: Date) -> Result<FillingId> {
    end_fillings(tx, &[post], day).await?;
    Ok(sqlx::query_scalar(
        "insert into post_fillings (post_id, worker_id, started_on, created_at) values ($1, $2, $3, $4) returning id",
    )
    .bind(post)
    .bind(worker)
    .bind(day)
    .bind(now.0)
    .fetch_one(tx)
    .await
    .on_unique("post_fillings_now", || Error::field("filled_on", "field.filled_then"))?)
}

/// Whoever is in these posts on the day or would be later is so no more.
async fn end_fillings(tx: &mut Conn, posts: &[PostId], day: Date) -> Result<()> {
    sqlx::query(
        "update post_fillings set ended_on = case when started_on < $2 then $2 else started_on end
         where voided_at is null and (ended_on is null or ended_on > $2)
           and post_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(posts, |id| json!(id)))
    .bind(day)
    .execute(tx)
    .await?;
    Ok(())
}

/// Says from which day on nobody fills a post.
///
/// # Errors
/// `NotFound` where nobody fills it then; `Invalid` at `vacant_on` for a day before whoever does began.
pub async fn vacate(by: &Manager, now: Now, tx: &mut Conn, center: &Center, post: &Post, day: Date) -> Result<()> {
    let post = held(tx, center, post.id).await?;
    let last = post.fillings.iter().rfind(|one| one.ended_on.is_none_or(|ended_on| day < ended_on));
    let last = last.ok_or(Error::NotFound)?;
    if day < last.started_on {
        return Err(Error::field("vacant_on", "field.ends_before_start"));
    }
    let ended = sqlx::query("update post_fillings set ended_on = $1 where id = $2 and voided_at is null")
        .bind(day)
        .bind(last.id)
        .execute(&mut *tx)
        .await?;
    if ended.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("post.vacated", post.id.0).at(center.id())).await
}

/// Takes back that somebody fills a post, which was entered by mistake; whoever was before goes on.
///
/// # Errors
/// `NotFound` for another post's, or one taken back already.
pub async fn void(by: &Manager, now: Now, tx: &mut Conn, center: &Center, post: &Post, id: FillingId) -> Result<()> {
    if !post.fillings.iter().any(|one| one.id == id) || take_back(by, now, tx, &[id]).await? == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("post.filling_voided", post.id.0).at(center.id())).await
}

/// Voids fillings, and lets those go on, until the same day, that ended where these began. How many were voided.
async fn take_back(by: &Manager, now: Now, tx: &mut Conn, ids: &[FillingId]) -> Result<usize> {
    let voided: Vec<(PostId, Date, Option<Date>)> = sqlx::query_as(
        "update post_fillings set voided_at = $2, voided_by = $3
         where voided_at is null
           and id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         returning post_id, started_on, ended_on",
    )
    .bind(rows(ids, |id| json!(id)))
    .bind(now.0)
    .bind(by.account)
    .fetch_all(&mut *tx)
    .await?;
    let count = voided.len();
    sqlx::query(
        "update post_fillings set ended_on = j.value ->> 'until' from json_each(cast($1 as json_text)) j
         where voided_at is null and post_id = cast(j.value ->> 'post' as bigint) and ended_on = j.value ->> 'begun'",
    )
    .bind(rows(voided, |(post, begun, until)| json!({"post": post, "begun": begun, "until": until})))
    .execute(tx)
    .await?;
    Ok(count)
}

/// Puts another worker into the posts that `from` fills on the day or later, as far as they have what each asks for: the fillings, and
/// the posts that stay vacant.
pub async fn hand_over_posts(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    (from, to): (WorkerId, &Worker),
    day: Date,
) -> Result<(Vec<FillingId>, Vec<PostId>)> {
    let theirs = queries::filled_by(tx, center.id(), from, day).await?;
    locks::posts(tx, theirs.iter().map(|post| post.id)).await?;
    let theirs = queries::filled_by(tx, center.id(), from, day).await?;
    let (fit, vacant): (Vec<_>, Vec<_>) = theirs.into_iter().partition(|post| {
        // Of one that is filled otherwise later, nothing is decided here.
        let later = post.fillings.iter().any(|one| one.worker_id != from && one.started_on >= day);
        post.takes(to.kind, to.qualification) && !later
    });
    let posts: Vec<PostId> = fit.iter().map(|post| post.id).collect();
    end_fillings(tx, &posts, day).await?;
    let given: Vec<FillingId> = sqlx::query_scalar(
        "insert into post_fillings (post_id, worker_id, started_on, created_at)
         select cast(cast(j.value as text) as bigint), cast($2 as bigint), cast($3 as text), cast($4 as bigint)
         from json_each(cast($1 as json_text)) j where true returning id",
    )
    .bind(rows(&posts, |id| json!(id)))
    .bind(to.worker_id)
    .bind(day)
    .bind(now.0)
    .fetch_all(&mut *tx)
    .await
    .on_unique("post_fillings_now", || Error::refused("post_changed"))?;
    let told: Vec<_> = posts.iter().map(|id| audit::entry("post.filled", id.0).at(center.id())).collect();
    audit::record_all(tx, by, now, &told).await?;
    Ok((given, vacant.into_iter().map(|post| post.id).collect()))
}

/// Takes back what [`hand_over_posts`] did, as far as it stands: those that were taken back.
pub async fn return_posts(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    ids: &[FillingId],
) -> Result<Vec<FillingId>> {
    let open: Vec<(FillingId, PostId)> = sqlx::query_as(
        "select id, post_id from post_fillings
         where voided_at is null
           and id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(ids, |id| json!(id)))
    .fetch_all(&mut *tx)
    .await?;
    let ids: Vec<FillingId> = open.iter().map(|(id, _)| *id).collect();
    take_back(by, now, tx, &ids).await?;
    let told: Vec<_> =
        open.iter().map(|(_, post)| audit::entry("post.filling_voided", post.0).at(center.id())).collect();
    audit::record_all(tx, by, now, &told).await?;
    Ok(ids)
}
