//! What a center needs until its first activity can be held: an agreement, the required rooms, a social worker, residents.

use crate::auth::{CityAdmin, Coordinator, Manager, Role};
use crate::centers::Center;
use crate::clock::Now;
use crate::error::Result;
use crate::people::listing::RESIDENT;
use crate::rooms::RoomClass;
use crate::store::Conn;
use crate::web::Lang;
use crate::web::steps::{FirstStep, FirstSteps};
use crate::workers::WorkerKind;

/// What is there of it.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Beginnings {
    /// Agreements that hold, or will.
    agreements: i64,
    /// Kinds of rooms that every center has to have, and those of them that this one has.
    required_kinds: i64,
    required_there: i64,
    social_workers: i64,
    /// One, if there is anybody but the staff.
    residents: i64,
    /// One, if any was ever planned.
    activities: i64,
}

pub async fn beginnings(conn: &mut Conn, center: &Center, now: Now) -> Result<Beginnings> {
    let sql = format!(
        "select (select count(*) from agreement_centers x where x.center_id = $1 and x.ends_on >= $2) as agreements,
                (select count(*) from room_kinds k where k.class = $3) as required_kinds,
                (select count(distinct r.kind_id) from rooms r join room_kinds k on k.id = r.kind_id
                 where r.center_id = $1 and r.retired_at is null and k.class = $3) as required_there,
                (select count(*) from workers w where w.center_id = $1 and w.kind = $4
                   and (w.ended_on is null or w.ended_on > $2)) as social_workers,
                (select count(*) from (
                    select 1 from enrolments e where e.center_id = $1 and {RESIDENT} limit 1) one) as residents,
                (select count(*) from (select 1 from activities a where a.center_id = $1 limit 1) one) as activities"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(center.id())
        .bind(center.zone.date(now.0))
        .bind(RoomClass::Required)
        .bind(WorkerKind::SocialWorker)
        .fetch_one(conn)
        .await?)
}

impl Beginnings {
    fn has_rooms(&self) -> bool {
        self.required_there >= self.required_kinds
    }

    /// Whether the center runs. Of a required room that it does not have the page of its rooms goes on telling.
    pub fn are_over(&self) -> bool {
        [self.agreements, self.social_workers, self.residents, self.activities].iter().all(|count| *count > 0)
    }

    /// The steps for a reader who may take any of them, until the center runs.
    pub fn steps(&self, lang: Lang, role: Role, center: &Center) -> Option<FirstSteps> {
        if self.are_over() || !(Manager::includes(role) || Coordinator::includes(role)) {
            return None;
        }
        let home = center.path("");
        let by_city = (CityAdmin::includes(role), Role::CityAdmin);
        let by_manager = (Manager::includes(role), Role::ProviderManager);
        let by_worker = (Coordinator::includes(role), Role::SocialWorker);
        let kinds = lang.with(
            "steps.rooms_there",
            [("n", self.required_there.to_string()), ("all", self.required_kinds.to_string())],
        );
        let provider = center.provider.clone().unwrap_or_default();
        let step = |name, (may, who): (bool, Role), done: bool, note: String, page: &str| {
            let by = || lang.with("steps.by", [("n", lang.text(who.key()))]);
            let notes = [note, if done || may { String::new() } else { by() }];
            let notes: Vec<String> = notes.into_iter().filter(|note| !note.is_empty()).collect();
            FirstStep { name, note: notes.join(" · "), done, href: may.then(|| page.to_owned()) }
        };
        let new = |list: &str, count: i64| format!("{home}/{list}{}", if count > 0 { "" } else { "/new" });
        let (workers, people) = (new("workers", self.social_workers), new("people", self.residents));
        let activities = new("activities", self.activities);
        Some(FirstSteps::new([
            step("steps.agreement", by_city, self.agreements > 0, provider, "/organizations"),
            step("steps.rooms", by_manager, self.has_rooms(), kinds, &format!("{home}/rooms")),
            step("steps.workers", by_manager, self.social_workers > 0, String::new(), &workers),
            step("steps.residents", by_worker, self.residents > 0, String::new(), &people),
            step("steps.activity", by_worker, self.activities > 0, String::new(), &activities),
        ]))
    }
}
