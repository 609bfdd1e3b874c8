//! The desk: today's sessions of the center, each one tap away.

use askama::Template;
use rocket::{Route, get, routes};

use super::queries::{self, Today};
use super::review;
use crate::activities::DayGoingOn;
use crate::auth::{Coordinator, Greeter, Role};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::Result;
use crate::rooms::{self, Room};
use crate::store::Db;
use crate::web::nav::Tab;
use crate::web::{Frame, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![desk]
}

#[derive(Template)]
#[template(path = "check_in/desk.html")]
struct DeskPage {
    center: Center,
    today: Date,
    sessions: Vec<Today>,
    now: Now,
    /// Scans kept without a network that a worker has to decide.
    to_review: i64,
    may_add_devices: bool,
    /// What can have a poster that stays up, beside the center.
    rooms: Vec<Room>,
    /// A leader sees the own team's sessions only.
    leads: bool,
}

impl View for DeskPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("desk.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Desk)
    }
}

#[get("/centers/<center>/desk")]
async fn desk(by: Greeter, db: &Db, now: Now, center: CenterId) -> Result<Page<DeskPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = center.zone.date(now.0);
    let sessions = queries::on_day(&by, &mut conn, center.id(), DayGoingOn::today(center.zone, now)).await?;
    let may_coordinate = Coordinator::of((*by).clone()).is_some();
    let to_review = if may_coordinate { review::waiting_count(&mut conn, center.id()).await? } else { 0 };
    let rooms = if may_coordinate { rooms::queries::of_center(&mut conn, center.id()).await? } else { Vec::new() };
    Ok(Page(DeskPage {
        rooms,
        center,
        today,
        sessions,
        now,
        to_review,
        may_add_devices: may_coordinate,
        leads: by.role == Role::TeamLeader,
    }))
}
