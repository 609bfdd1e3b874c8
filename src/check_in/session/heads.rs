//! Heads without a name, counted on the session's page.

use rocket::post;

use super::{SessionForm, SessionPage, answer};
use crate::activities::SessionId;
use crate::activities::queries::open_in;
use crate::auth::Greeter;
use crate::centers::CenterId;
use crate::check_in::queries::HeadCount;
use crate::check_in::types::HeadCountId;
use crate::check_in::{forms, heads};
use crate::clock::Now;
use crate::error::Result;
use crate::store::Db;
use crate::web::{Fields, Site, Submitted};

#[post("/centers/<center>/sessions/<id>/head-counts", data = "<fields>")]
pub(super) async fn count_heads(
    by: Greeter,
    db: &Db,
    now: Now,
    site: Site,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Submitted<SessionPage>> {
    let opened = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let made = async {
        let heads = forms::heads(&fields)?;
        // Other numbers from the same page are another count.
        let request = forms::page(&fields)?.of(format_args!("{heads:?}"));
        let mut tx = db.begin().await?;
        heads::count_heads(&by, now, &mut tx, &opened.1, request, &heads).await?;
        tx.commit().await?;
        Ok("done.heads_counted")
    };
    let made = made.await;
    answer(&by, db, now, &site, opened, SessionForm::Heads, fields, made).await
}

#[post("/centers/<center>/sessions/<id>/head-counts/<count>/void", data = "<fields>")]
pub(super) async fn void_heads(
    by: Greeter,
    db: &Db,
    now: Now,
    site: Site,
    center: CenterId,
    id: SessionId,
    count: HeadCountId,
    fields: Fields,
) -> Result<Submitted<SessionPage>> {
    let opened = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let made = async {
        let reason = forms::reason_in(&fields, &HeadCount::field_of(count))?;
        let mut tx = db.begin().await?;
        heads::void_heads(&by, now, &mut tx, &opened.1, count, &reason).await?;
        tx.commit().await?;
        Ok("done.heads_voided")
    };
    let made = made.await;
    answer(&by, db, now, &site, opened, SessionForm::Counted, fields, made).await
}
