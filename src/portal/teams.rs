//! A team's public page: what it does, when it is out next, whether it seeks somebody, and what its leader is called by.

use askama::Template;
use rocket::{Route, get, routes};

use crate::activities::{self, DayGoingOn, PublishedSession, SessionStatus};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Now, Timestamp};
use crate::error::Result;
use crate::ids::TeamId;
use crate::store::Db;
use crate::teams::{self, PublicTeam};
use crate::web::{Lang, Page, ShareCard, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![team]
}

/// Days ahead in which the page looks for dates, and how many it shows.
const DAYS: u64 = 28;
const SHOWN: usize = 6;

#[derive(Template)]
#[template(path = "portal/team.html")]
struct TeamInPublic {
    center: Center,
    team: PublicTeam,
    sessions: Vec<PublishedSession>,
    now: Timestamp,
}

impl View for TeamInPublic {
    fn title(&self, _: Lang) -> String {
        self.team.name.clone()
    }

    fn share(&self, lang: Lang) -> Option<ShareCard> {
        let kind = lang.pick(&self.team.kind, &self.team.kind_en);
        let sought = self.team.sought.clone().filter(|_| self.team.recruits.is_set());
        let text = [Some(self.center.head.name.clone()), Some(kind.to_owned()), sought];
        let text = text.into_iter().flatten().collect::<Vec<_>>().join(" · ");
        Some(ShareCard { title: self.team.name.clone(), text })
    }
}

#[get("/agenda/<center>/teams/<id>")]
async fn team(db: &Db, now: Now, center: CenterId, id: TeamId) -> Result<Page<TeamInPublic>> {
    let mut conn = db.read().await?;
    let center = centers::queries::public(&mut conn, center).await?;
    let team = teams::queries::public(&mut conn, center.id(), id).await?;
    let today = DayGoingOn::today(center.zone, now);
    let last = today.date.plus_days(DAYS);
    let mut sessions = activities::published_from(&mut conn, Some(center.id()), today, last).await?;
    sessions.retain(|session| {
        session.team_id == Some(id) && session.status == SessionStatus::Planned && !session.is_over(&now.0)
    });
    sessions.truncate(SHOWN);
    Ok(Page(TeamInPublic { center, team, sessions, now: now.0 }))
}
