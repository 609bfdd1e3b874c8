//! The hall: its screen with the QR, the code on it that changes every half minute, and what looks odd afterwards.
//!
//! A poster's link can be photographed and sent home. Where a session's code rotates, a phone has to show the code that
//! the screen shows now ([`Gate`]); staff, cards and programs let people in as ever. Nothing about codes is stored.

mod code;
mod gate;
pub(super) mod odd;
mod screen;

use rocket::Route;

pub use gate::{Gate, Pass};
pub use odd::Odd;

use super::admit::{self, Via};
use super::{Code, Method, RequestId, actions};
use crate::activities::{Session, SessionId};
use crate::clock::Now;
use crate::error::Result;
use crate::people::PersonId;
use crate::phones::Phone;
use crate::store::Conn;

pub(super) fn routes() -> Vec<Route> {
    screen::routes()
}

/// Keeps the try of a phone that the gate stopped.
pub(super) async fn turn_away(
    now: Now,
    tx: &mut Conn,
    phone: Option<&Phone>,
    session: &Session,
    code: Code,
) -> Result<()> {
    let via = phone.map_or(Via::unknown_phone(), Via::from);
    let attempt = actions::from_page(via, session, RequestId::random(), PersonId(0), (Method::Phone, now.0));
    admit::turn_away(now, tx, &attempt, code).await?;
    Ok(())
}

/// Whether somebody for whom the phone speaks is in. Who is in is told so, with a code or without: nothing is won by it.
pub(super) async fn is_in(conn: &mut Conn, phone: &Phone, session: SessionId, person: PersonId) -> Result<bool> {
    let count: i64 = sqlx::query_scalar(
        "select count(*) from attendances a join phone_people f on f.person_id = a.person_id
         where f.phone_id = $1 and a.person_id = $2 and a.session_id = $3 and a.voided_at is null and a.left_at is null",
    )
    .bind(phone.id)
    .bind(person)
    .bind(session)
    .fetch_one(conn)
    .await?;
    Ok(count > 0)
}
