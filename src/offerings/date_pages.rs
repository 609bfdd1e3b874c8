//! 逐日决定: one activity of the quarter that is copied, date by date. What is decided in the form and the preview of an activity is kept as
//! a copy, with terms and picture, as one that was ticked.

use rocket::{Route, post, routes};

use super::{copying, forms, queries};
use crate::activities::forms::Choices;
use crate::activities::{self, Draft, Scheduled, SeriesLook};
use crate::auth::Coordinator;
use crate::centers::{self, CenterId};
use crate::clock::Now;
use crate::error::Result;
use crate::ids::ActivityId;
use crate::store::Db;
use crate::web::cut::Asked;
use crate::web::{Fields, Lang};

pub(super) fn routes() -> Vec<Route> {
    routes![decide]
}

#[post("/centers/<center>/quarter-copy/<source>", data = "<fields>")]
async fn decide(
    by: Coordinator,
    db: &Db,
    now: Now,
    lang: Lang,
    center: CenterId,
    source: ActivityId,
    asked: Asked,
    fields: Fields,
) -> Result<Scheduled> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    activities::queries::activity(&by, &mut conn, center.id(), source).await?;
    let (to, request) = forms::decided(&asked.0, center.zone.date(now.0))?;
    let choices = Choices::load(&mut conn, &center, now).await?;
    let made_before = queries::made_by(&mut conn, request, source).await?;
    drop(conn);
    let action = center.path(format_args!("/quarter-copy/{source}?to={to}&request_id={request}"));
    let draft = match Draft::read(center, choices, fields, action)? {
        Ok(draft) => draft,
        Err(form) => return Ok(form),
    };
    if let Some(id) = made_before {
        return Ok(activities::scheduled(&draft.center, id));
    }
    let copied = (source, to, request);
    if draft.plan.repeat.is_none() {
        let Draft { center, plan, .. } = &draft;
        let made = async {
            let dates = activities::single_date(&by, db, center, plan).await?;
            match copying::save(&by, now, db, center, copied, (plan, &dates[..])).await {
                Err(error) => Err(activities::lost_single(&by, db, center, plan, error).await),
                done => done,
            }
        };
        return match made.await {
            Ok(id) => Ok(activities::scheduled(center, id)),
            Err(error) => Ok(draft.into_form(error.into_field_errors()?)),
        };
    }
    let mut look = SeriesLook::at(&by, db, lang, &draft).await?;
    if let Some(dates) = look.dated(&draft.plan) {
        match copying::save(&by, now, db, &draft.center, copied, (&draft.plan, &dates[..])).await {
            Ok(id) => return Ok(activities::scheduled(&draft.center, id)),
            Err(error) => look = look.after(error, &by, db, lang, &draft).await?,
        }
    }
    Ok(look.shown(draft))
}
