//! Who came along with somebody, and who brought or fetched them, written down at the desk that let them in.

use rocket::serde::json::{Json, Value, json};
use rocket::{Route, post, routes};

use crate::activities::SessionId;
use crate::activities::queries::open_in;
use crate::auth::Greeter;
use crate::centers::{self, CenterId};
use crate::check_in::types::AttendanceId;
use crate::check_in::{company, forms};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::store::Db;
use crate::web::filters::refusal_text;
use crate::web::{Fields, Lang};

pub(super) fn routes() -> Vec<Route> {
    routes![write]
}

/// Fields `session`, `attendance`, and `companions`, or `way` and `name`, or all of them: all are written, or none. A refusal is
/// told in words, for the screen.
#[post("/centers/<center>/front-desk/company", data = "<fields>")]
async fn write(by: Greeter, db: &Db, now: Now, lang: Lang, center: CenterId, fields: Fields) -> Result<Json<Value>> {
    centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let mut read = fields.read();
        let session: Option<SessionId> = read.required("session", parse::choice);
        let attendance: Option<AttendanceId> = read.required("attendance", parse::choice);
        let (session, attendance) = read.finish(|| Some((session?, attendance?)))?;
        let mut tx = db.begin().await?;
        let (_, session) = open_in(&by, now, &mut tx, center, session).await?;
        if !fields.get("companions").is_empty() {
            let heads = forms::companions(&fields)?;
            company::set_companions(&by, now, &mut tx, &session, attendance, heads).await?;
        }
        if !fields.get("name").is_empty() {
            let (way, name) = forms::escort(&fields)?;
            company::escort(&by, now, &mut tx, &session, attendance, (way, &name)).await?;
        }
        Ok::<_, Error>(tx.commit().await?)
    };
    match made.await {
        Ok(()) => Ok(Json(json!({"taken": true, "text": lang.text("front_desk.company_taken")}))),
        Err(Error::Refused(refusal)) => Ok(Json(json!({"taken": false, "text": refusal_text(lang, &refusal)}))),
        Err(error) => Err(error),
    }
}
