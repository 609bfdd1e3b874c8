//! More doors of the [`City`]: hours, people, units and rooms.

use serde_json::{Map, Value, json};

use super::city::{BORN, City, NAMES, ORGANIZATION, Row, among, did};
use super::recount::Rows;

const UNIT_PARTS: [&str; 3] = ["served", "helping", "lending_place"];

/// An entry of the ledger that counts.
const STANDS: &str = "e.reverses_id is null and not exists (select 1 from hours_entries r where r.reverses_id = e.id)";

/// A map of one number, as lists are ticked.
fn one(id: i64, value: Value) -> Value {
    Value::Object(Map::from_iter([(id.to_string(), value)]))
}

impl City<'_> {
    pub(super) async fn confirms(&self, n: usize, m: usize) -> bool {
        let waits = format!(
            "select t.id, t.session_id, t.person_id from attendances t join sessions s on s.id = t.session_id
             where t.part = 'volunteer' and t.voided_at is null and s.status = 'completed' and not exists (
                 select 1 from hours_entries e where e.session_id = t.session_id and e.person_id = t.person_id and {STANDS})
             order by t.id"
        );
        let Some((attendance, session, _)) = self.choose(&waits, n).await else { return false };
        let body = json!({"attendance": attendance, "minutes": m % 200, "reason": "看了签到表"});
        self.asks(&format!("/api/v1/sessions/{session}/hours"), body).await
    }

    pub(super) async fn corrects(&self, n: usize, m: usize) -> bool {
        let entries = format!(
            "select e.id, e.session_id, e.person_id from hours_entries e where e.session_id is not null and {STANDS} order by e.id"
        );
        let Some((entry, session, _)) = self.choose(&entries, n).await else { return false };
        let path = format!("/api/v1/sessions/{session}/hours/{entry}/correction");
        self.asks(&path, json!({"minutes": m % 150, "reason": "中途离开"})).await
    }

    /// Somebody says that they served without any session, or that a row of the ledger is wrong.
    pub(super) async fn claims(&self, n: usize, m: usize) -> bool {
        let Some((person, center, _)) = self.any_standing(n).await else { return false };
        let body = json!({
            "center": center, "person": person, "served_on": self.days_ago(m % 60), "from_time": format!("{:02}:00", 6 + m % 15),
            "to_time": format!("{:02}:40", 7 + m % 15), "content": "送餐",
        });
        self.asks("/api/v1/claims", body).await
    }

    pub(super) async fn asks_to_correct(&self, n: usize, m: usize) -> bool {
        let entries = format!(
            "select e.id, e.person_id, coalesce(s.center_id, e.center_id) from hours_entries e left join sessions s on s.id = e.session_id
             where {STANDS} order by e.id"
        );
        let Some((entry, person, center)) = self.choose(&entries, n).await else { return false };
        let body = json!({"center": center, "person": person, "entry": entry, "minutes": m % 60, "reason": "忘了签退"});
        self.asks("/api/v1/claims/corrections", body).await
    }

    pub(super) async fn decides(&self, n: usize, m: usize) -> bool {
        let pending = "select id, center_id, minutes from hour_claims where state = 'pending' order by id";
        let Some((claim, center, minutes)) = self.choose(pending, n).await else { return false };
        let answer = if m.is_multiple_of(5) { "decline" } else { "confirm" };
        let body = json!({
            "center": center, "answer": answer, "word": "电话核实过", "pick": one(claim, json!(true)),
            "minutes": one(claim, json!(minutes)), "why": one(claim, json!("电话核实过")),
        });
        self.asks("/api/v1/claims/decisions", body).await
    }

    pub(super) async fn undoes_claim(&self, n: usize) -> bool {
        let confirmed = "select id, center_id, minutes from hour_claims where state = 'confirmed' order by id";
        let Some((claim, ..)) = self.choose(confirmed, n).await else { return false };
        self.asks(&format!("/api/v1/claims/{claim}/undoing"), json!({"reason": "弄错了"})).await
    }

    async fn any_standing(&self, n: usize) -> Option<Row> {
        let standing = self.standing().await;
        if standing.is_empty() { None } else { Some(standing[n % standing.len()]) }
    }

    pub(super) async fn grants(&self, n: usize, m: usize) -> bool {
        let Some((person, center, _)) = self.any_standing(n).await else { return false };
        let (from, to) = (self.days_ago(m % 100), self.days_ago(m % 100 / 3));
        let group = ["disabled", "needy", "subsistence", "living_alone"][m % 4];
        let until = if m.is_multiple_of(3) { to.as_str() } else { "" };
        let fields = [("group", group), ("valid_from", from.as_str()), ("valid_to", until), ("document", "证明")];
        self.sends(&format!("/centers/{center}/people/{person}/memberships"), &fields).await
    }

    /// A membership of somebody whom somebody knows, and the person and a center that knows them.
    async fn membership(&self, n: usize, which: &str) -> Option<Row> {
        let sql = format!(
            "select g.id, g.person_id, min(e.center_id) from group_memberships g join enrolments e on e.person_id = g.person_id
             where g.voided_at is null and {which} group by g.id, g.person_id order by g.id"
        );
        self.choose(&sql, n).await
    }

    pub(super) async fn ends_membership(&self, n: usize, m: usize) -> bool {
        let Some((id, person, center)) = self.membership(n, "g.valid_to is null").await else { return false };
        let (field, day) = (format!("valid_to.{id}"), self.days_ago(m % 30));
        self.sends(
            &format!("/centers/{center}/people/{person}/memberships/{id}/ending"),
            &[(field.as_str(), day.as_str())],
        )
        .await
    }

    pub(super) async fn voids_membership(&self, n: usize) -> bool {
        let Some((id, person, center)) = self.membership(n, "g.id > 0").await else { return false };
        let field = format!("void.{id}");
        self.sends(&format!("/centers/{center}/people/{person}/memberships/{id}/void"), &[(field.as_str(), "记错了人")])
            .await
    }

    /// Another birth date, or none.
    pub(super) async fn is_born_anew(&self, n: usize, m: usize) -> bool {
        let Some((person, _, version)) = self.any_standing(n).await else { return false };
        let place = self.people.iter().position(|id| *id == person).unwrap_or(0);
        let mut body = json!({"version": version, "name": NAMES[place]});
        if let Some(born) = BORN[m % BORN.len()] {
            body["birth_date"] = json!(born);
        }
        self.asks(&format!("/api/v1/people/{person}"), body).await
    }

    /// So many stay that there is always somebody.
    async fn more_than(&self, few: usize) -> Option<Vec<i64>> {
        let mut people: Vec<i64> = self.standing().await.into_iter().map(|(person, ..)| person).collect();
        people.dedup();
        (people.len() > few).then_some(people)
    }

    pub(super) async fn merges(&self, n: usize, m: usize) -> bool {
        let Some(people) = self.more_than(4).await else { return false };
        let kept = people[n % people.len()];
        let merged = people[(n + 1 + m % (people.len() - 1)) % people.len()];
        self.asks("/api/v1/people/merges", json!({"kept": kept, "merged": merged})).await
    }

    /// The last of them, or an earlier one, which waits for those after it.
    pub(super) async fn unmerges(&self, n: usize) -> bool {
        let made = "select id, kept_id, merged_id from merges where undone_at is null order by id desc";
        let Some((merge, ..)) = self.choose(made, n / 3).await else { return false };
        self.asks(&format!("/api/v1/people/merges/{merge}/undoing"), json!({})).await
    }

    /// A worker is one with the other, or with a resident: what either led, the record that stays has led.
    pub(super) async fn merges_workers(&self, n: usize, m: usize) -> bool {
        let works = "select id, person_id, center_id from workers where center_id = 1 order by id";
        let Some((_, worker, _)) = self.choose(works, n).await else { return false };
        let works = self.rows(works).await;
        let another = works.into_iter().map(|(_, person, _)| person).find(|person| *person != worker);
        let other = match another {
            Some(another) if m.is_multiple_of(2) => another,
            _ => {
                let Some(mut people) = self.more_than(4).await else { return false };
                people.retain(|person| *person != worker);
                people[m % people.len()]
            }
        };
        let (kept, merged) = if m.is_multiple_of(3) { (other, worker) } else { (worker, other) };
        self.asks("/api/v1/people/merges", json!({"kept": kept, "merged": merged})).await
    }

    pub(super) async fn unmerges_workers(&self, n: usize) -> bool {
        let staff = among(&self.staff);
        let made = format!(
            "select id, kept_id, merged_id from merges
             where undone_at is null and (kept_id in {staff} or merged_id in {staff}) order by id desc"
        );
        let Some((merge, ..)) = self.choose(&made, n / 3).await else { return false };
        self.asks(&format!("/api/v1/people/merges/{merge}/undoing"), json!({})).await
    }

    /// By one center, or by who answers for all of them.
    pub(super) async fn erases(&mut self, n: usize, m: usize) -> bool {
        let Some(people) = self.more_than(5).await else { return false };
        let person = people[n % people.len()];
        let before = Rows::load(self.app).await.with(&self.remembered);
        let (asks, decides) = if m.is_multiple_of(4) { ("ann", "ben") } else { ("ada", "ada") };
        let wish = json!({"wanted_by": "person", "reason": "本人书面要求"});
        let asked = self.app.token(asks).await.post_json(&format!("/api/v1/people/{person}/erasure"), wish).await;
        if !did(&asked) {
            return false;
        }
        let path = format!("/api/v1/erasures/{}/approval", asked.json()["id"]);
        let erased = did(&self.app.token(decides).await.post_json(&path, json!({"number": person})).await);
        let gone = self.rows("select id, id, id from people where erased_at is not null order by id").await;
        for (gone, ..) in gone {
            if !self.remembered.knows(gone) {
                before.remember(gone, &mut self.remembered);
            }
        }
        erased
    }

    pub(super) async fn takes_part(&self, n: usize, m: usize) -> bool {
        let sessions = "select s.id, u.id, u.center_id from sessions s join units u on u.center_id = s.center_id
                        where s.status in ('planned', 'completed') order by s.id, u.id";
        let Some((session, unit, _)) = self.choose(sessions, n).await else { return false };
        let body = json!({"unit_id": unit, "part": UNIT_PARTS[m % 3]});
        self.asks(&format!("/api/v1/sessions/{session}/units"), body).await
    }

    pub(super) async fn takes_no_part(&self, n: usize) -> bool {
        let good = "select id, session_id, unit_id from unit_participations where voided_at is null order by id";
        let Some((participation, session, _)) = self.choose(good, n).await else { return false };
        self.asks(&format!("/api/v1/sessions/{session}/units/{participation}/withdrawal"), json!({})).await
    }

    /// Founded or supported on another day.
    pub(super) async fn is_founded_anew(&self, n: usize, m: usize) -> bool {
        let units = "select id, center_id, version from units where kind = 'community_organization' order by id";
        let Some((unit, _, version)) = self.choose(units, n).await else { return false };
        let name = self.program.get(&format!("/api/v1/units/{unit}")).await.is(200).json()["name"].clone();
        let body = json!({
            "version": version, "name": name, "kind": ORGANIZATION, "standing": "on_record",
            "founded_on": self.days_ago(m % 90), "supported_since": self.days_ago(n % 120),
        });
        self.asks(&format!("/api/v1/units/{unit}"), body).await
    }

    pub(super) async fn is_kind(&self, n: usize, m: usize) -> bool {
        let worker = self.workers[n % self.workers.len()];
        let kind = if m.is_multiple_of(2) { "staff" } else { "social_worker" };
        self.sends(&format!("/centers/1/workers/{worker}"), &[("kind", kind), ("started_on", "2025-01-01")]).await
    }

    async fn room(&self, n: usize, which: &str) -> Option<String> {
        let sql = format!("select id, center_id, id from rooms where {which} and center_id <= 3 order by id");
        let (room, center, _) = self.choose(&sql, n).await?;
        Some(format!("/centers/{center}/rooms/{room}"))
    }

    pub(super) async fn closes_room(&self, n: usize, m: usize) -> bool {
        let Some(path) = self.room(n, "retired_at is null").await else { return false };
        let (from, to) = (self.days_ago(m % 40 + 3), self.days_ago(m % 40));
        let fields = [
            ("from", from.as_str()),
            ("to", to.as_str()),
            ("starts", "10:00"),
            ("ends", "15:00"),
            ("reason", "消防检修"),
        ];
        self.sends(&format!("{path}/closures"), &fields).await
    }

    pub(super) async fn closes_room_no_more(&self, n: usize) -> bool {
        let closures = "select x.id, x.room_id, r.center_id from room_closures x join rooms r on r.id = x.room_id
                        where x.voided_at is null order by x.id";
        let Some((closure, room, center)) = self.choose(closures, n).await else { return false };
        let field = format!("void_reason.{closure}");
        self.sends(&format!("/centers/{center}/rooms/{room}/closures/{closure}/void"), &[(field.as_str(), "改期")])
            .await
    }

    pub(super) async fn opens_beyond(&self, n: usize, m: usize) -> bool {
        let open = "select id, center_id, id from rooms where retired_at is null and center_id <= 3 order by id";
        let Some((room, center, _)) = self.choose(open, n).await else { return false };
        let (room, day) = (room.to_string(), self.days_ago(m % 20));
        let fields = [
            ("rooms", room.as_str()),
            ("day", day.as_str()),
            ("opens", "07:00"),
            ("closes", "23:00"),
            ("why", "居民大会"),
        ];
        self.sends(&format!("/centers/{center}/room-openings"), &fields).await
    }

    /// Other hours from a day on, which may be past.
    pub(super) async fn has_other_hours(&self, n: usize, m: usize) -> bool {
        let Some(path) = self.room(n, "retired_at is null").await else { return false };
        let (opens, closes) = (format!("{:02}:00", 7 + m % 4), format!("{:02}:30", 17 + m % 5));
        let weekday = 1 + m % 7;
        let names = [format!("hours.{weekday}.opens"), format!("hours.{weekday}.closes")];
        let day = self.days_ago(m % 50);
        let fields = [
            ("first_day", day.as_str()),
            ("past_reason", "补登"),
            (names[0].as_str(), opens.as_str()),
            (names[1].as_str(), closes.as_str()),
        ];
        self.sends(&format!("{path}/weeks"), &fields).await
    }

    pub(super) async fn retires_room(&self, n: usize) -> bool {
        let Some(path) = self.room(n, "retired_at is null").await else { return false };
        self.sends(&format!("{path}/retirement"), &[]).await
    }

    pub(super) async fn restores_room(&self, n: usize) -> bool {
        let Some(path) = self.room(n, "retired_at is not null").await else { return false };
        self.sends(&format!("{path}/restoration"), &[]).await
    }
}
