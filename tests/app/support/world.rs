//! A center in the middle of its life: whatever a route may be asked of is there, so that each can be asked with success.
//! Made once for each engine by the pages themselves, and copied for each test. What is in it has names, by which the
//! tables of the tests speak of it: `/centers/1/people/$person`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::app::{Answer, Engine, START, TestApp, User, apart, copy_of, discard, fresh_database, runtime};
use super::cast::PASSWORD;
use crate::check_in::request;

/// Where the world lies, and what its names stand for.
#[derive(Clone)]
pub(crate) struct World {
    url: String,
    names: BTreeMap<&'static str, String>,
}

impl World {
    /// The world of an engine; `None` where PostgreSQL is not installed.
    pub(crate) fn of(engine: Engine) -> Option<&'static Self> {
        static MADE: [OnceLock<Option<World>>; 2] = [const { OnceLock::new() }; 2];
        let make = || {
            let url = fresh_database(engine)?;
            let names = apart({
                let url = url.clone();
                async move {
                    let app = TestApp::open(&url).await;
                    let names = Maker { app: &app, names: BTreeMap::new() }.furnish().await;
                    app.db().close().await;
                    names
                }
            });
            Some(Self { url, names })
        };
        MADE[usize::from(engine == Engine::Postgres)].get_or_init(make).as_ref()
    }

    /// A copy of it, for one who changes it.
    pub(crate) fn copy(&self) -> String {
        copy_of(&self.url)
    }

    /// Gives a name to what a test adds.
    pub(crate) fn call(&mut self, name: &'static str, stands_for: impl ToString) {
        self.names.insert(name, stands_for.to_string());
    }

    pub(crate) fn name(&self, name: &str) -> &str {
        self.names.get(name).unwrap_or_else(|| panic!("the world knows no ${name}"))
    }

    /// The text with what its names stand for; `$request` is another number each time.
    pub(crate) fn fill(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut parts = text.split('$');
        filled.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let end = part.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(part.len());
            match &part[..end] {
                "request" => filled.push_str(&request()),
                "password" => filled.push_str(PASSWORD),
                name => filled.push_str(self.name(name)),
            }
            filled.push_str(&part[end..]);
        }
        filled
    }

    /// Somebody of the cast (a program, where the path is a program's), `phone`, which is remembered, or `nobody`.
    pub(crate) async fn user<'a>(&self, app: &'a TestApp, who: &str, path: &str) -> User<'a> {
        match who {
            "nobody" => app.anyone(),
            "phone" => {
                let mut phone = app.anyone();
                phone.cookies.push(("phone".to_owned(), self.name("phone").to_owned()));
                phone
            }
            login if path.starts_with("/api/") => app.token(login).await,
            login => app.sign_in(login).await,
        }
    }
}

/// Runs `test` on a copy of the world, which goes afterwards: a table has many rows.
pub(crate) fn in_the_world(engine: Engine, test: impl AsyncFnOnce(&TestApp, &World)) {
    let Some(world) = World::of(engine) else { return };
    let url = world.copy();
    runtime().block_on(async {
        let app = TestApp::open(&url).await;
        test(&app, world).await;
        app.db().close().await;
    });
    discard(&url);
}

/// The number at the end of where an answer leads to.
fn number(answer: &Answer) -> String {
    let to = answer.leads_to();
    let path = to.split('?').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

struct Maker<'a> {
    app: &'a TestApp,
    names: BTreeMap<&'static str, String>,
}

impl Maker<'_> {
    fn name(&mut self, name: &'static str, stands_for: impl ToString) {
        self.names.insert(name, stands_for.to_string());
    }

    async fn number(&mut self, name: &'static str, sql: &'static str) {
        let number = self.app.number(sql).await;
        self.name(name, number);
    }

    async fn furnish(mut self) -> BTreeMap<&'static str, String> {
        let app = self.app;
        let (ada, ann) = (app.sign_in("ada").await, app.sign_in("ann").await);
        self.number(
            "login",
            "select min(l.id) from logins l join accounts a on a.id = l.account_id where a.login = 'ann'",
        )
        .await;
        self.number("fay", "select id from accounts where login = 'fay'").await;
        self.number("ann", "select id from accounts where login = 'ann'").await;
        self.accounts_and_rooms(&ada).await;
        self.people(&ann).await;
        self.honours(&ann).await;
        self.series(&ann).await;
        self.sessions_of_the_last_days(&ann).await;
        self.today(&ann).await;
        self.units(&ann).await;
        self.joining(&ann).await;
        self.claims(&ann).await;
        self.shifts(&ann).await;
        self.registrations(&ann).await;
        self.offerings(&ann).await;
        self.certificates(&ann).await;
        self.feeds(&ann).await;
        self.devices(&ann).await;
        self.staff(&ada).await;
        self.upkeep(&ann).await;
        self.appointments(&ada, &ann).await;
        self.export_profiles(&ada).await;
        self.rules_and_holidays(&ada).await;
        app.at(START);
        self.reservations(&ann).await;
        self.open_room(&ada, &ann).await;
        self.names
    }

    async fn accounts_and_rooms(&mut self, ada: &User<'_>) {
        let gone = [("name", "旧前台"), ("login", "gone"), ("role", "front_desk"), ("center", "1")];
        let passwords = [("password", PASSWORD), ("password_again", PASSWORD)];
        ada.post("/accounts", &[&gone[..], &passwords].concat()).await.is(303);
        self.number("gone", "select id from accounts where login = 'gone'").await;
        ada.post(&format!("/accounts/{}/disabling", self.names["gone"]), &[]).await.is(303);

        let room = [("name", "心理咨询室"), ("kind", "5"), ("area_m2", "20"), ("capacity", "4")];
        ada.post("/centers/1/rooms", &room).await.is(303);
        self.number("spare_room", "select id from rooms where name = '心理咨询室'").await;
        let closed = [("from", "2026-04-01"), ("to", "2026-04-03"), ("reason", "维修")];
        ada.post("/centers/1/rooms/2/closures", &closed).await.is(303);
        self.number("closure", "select id from room_closures").await;
        self.rooms_to_come(ada).await;
        self.number("holiday", "select max(id) from holidays").await;
        let worker = [("name", "陈静雯"), ("phone", "13600136000"), ("kind", "social_worker")];
        ada.post("/centers/1/workers", &[&worker[..], &[("started_on", "2026-01-01")]].concat()).await.is(303);
        self.number("worker", "select id from workers").await;
    }

    /// An evening beyond the hours, other hours from a day on, and a room that is being built.
    async fn rooms_to_come(&mut self, ada: &User<'_>) {
        let evening =
            [("rooms", "2"), ("day", "2026-04-11"), ("opens", "21:00"), ("closes", "22:30"), ("why", "居民大会")];
        ada.post("/centers/1/room-openings", &evening).await.is(303);
        self.number("opening", "select id from room_openings").await;
        let week = [("first_day", "2026-09-01"), ("hours.1.opens", "09:00"), ("hours.1.closes", "17:00")];
        ada.post(&format!("/centers/1/rooms/{}/weeks", self.names["spare_room"]), &week).await.is(303);
        self.number("week", "select id from room_weeks where valid_from = '2026-09-01'").await;
        let planned = [("name", "康复室"), ("kind", "9"), ("area_m2", "60"), ("way", "fitting_out")];
        ada.post("/centers/1/planned-rooms", &planned).await.is(303);
        self.number("planned_room", "select id from planned_rooms").await;
        self.number("planned_step", "select id from planned_room_steps").await;
    }

    /// An activity with a picture, kept as a template.
    async fn offerings(&mut self, ann: &User<'_>) {
        let activity = format!("/centers/1/activities/{}", self.names["activity"]);
        let picture = crate::audit::picture();
        crate::imports::sends_as(ann, &format!("{activity}/picture"), ("picture", "太极.png"), &picture).await.is(303);
        self.number("picture", "select picture_file_id from activities where picture_file_id is not null").await;
        ann.post(&format!("{activity}/template"), &[("name", "长者太极")]).await.is(303);
        self.number("template", "select id from activity_templates").await;
    }

    async fn people(&mut self, ann: &User<'_>) {
        let needy = [("needy", "1"), ("needy.valid_from", "2026-01-01"), ("needy.document", "低保证 44190001")];
        let person = [("name", "梁惠芳"), ("phone", "13800138000"), ("birth_date", "1950-08-15"), ("sex", "f")];
        let person = number(&ann.post("/centers/1/people", &[&person[..], &needy].concat()).await);
        self.name("person", person);
        self.number("membership", "select id from group_memberships").await;
        self.number("version", "select version from people where name = '梁惠芳'").await;
        let other = ann.post("/centers/1/people", &[("name", "陈大文"), ("phone", "13900139000")]).await;
        self.name("other", number(&other));
        let child = ann.post("/centers/1/people", &[("name", "李小明"), ("birth_date", "2016-05-05")]).await;
        self.name("child", number(&child));
        let holder = number(&ann.post("/centers/1/people", &[("name", "欧阳志强"), ("sex", "m")]).await);
        let code = crate::check_in::card(self.app, holder.parse().unwrap()).await;
        let home =
            [("head_id", self.names["person"].as_str()), ("address", "罗沙路 12 号"), ("opened_on", "2026-01-10")];
        let home = number(&ann.post("/centers/1/households", &home).await);
        let child = [("person_id", self.names["child"].as_str()), ("relation", "child"), ("moved_in", "2026-01-10")];
        ann.post(&format!("/centers/1/households/{home}/members"), &child).await.is(303);
        let phones = format!("/centers/1/people/{}/phones", self.names["person"]);
        ann.post(&phones, &[("label", "家里"), ("other_phone", "0769-22223333")]).await.is(303);
        self.number("phone_row", "select max(id) from person_phones").await;
        let consent =
            [("purpose", "photos"), ("answer", "given"), ("given_on", "2026-03-01"), ("given_method", "paper")];
        ann.post(&format!("/centers/1/people/{}/consents", self.names["person"]), &consent).await.is(303);
        self.number("consent", "select id from consents").await;
        let certificate = [("kind", "4"), ("number", "L20260001"), ("valid_to", "2028-12-31")];
        ann.post(&format!("/centers/1/people/{}/qualifications", self.names["other"]), &certificate).await.is(303);
        self.number("certificate", "select id from qualifications").await;
        let policy = [("insurer", "中国人寿"), ("policy_number", "P2026-1"), ("covers", "people")];
        let policy = [&policy[..], &[("valid_from", "2026-01-01"), ("valid_to", "2026-12-31")]].concat();
        ann.post("/centers/1/insurances", &policy).await.is(303);
        self.number("insurance", "select id from insurances").await;
        let insured = format!("/centers/1/insurances/{}/people", self.names["insurance"]);
        ann.post(&insured, &[("person", &self.names["person"])]).await.is(303);
        self.name("household", home);
        self.number("stay", "select max(id) from household_members").await;
        self.name("holder", holder);
        self.name("card", code.plain());
        self.number("card_row", "select max(id) from cards").await;
        ann.post("/centers/1/teams/1/members", &[("person", &self.names["other"])]).await.is(303);
        self.name("team", 1);
        let idle = [("name", "绿芽队"), ("kind", "5"), ("founded_on", "2026-02-01")];
        self.name("idle_team", number(&ann.post("/centers/1/teams", &idle).await));
    }

    /// A training that two attended, and a commendation.
    async fn honours(&mut self, ann: &User<'_>) {
        let training = [("title", "急救培训"), ("held_on", "2026-02-10"), ("minutes", "120"), ("giver", "红十字会")];
        self.name("training", number(&ann.post("/centers/1/trainings", &training).await));
        let (person, other) = (self.names["person"].clone(), self.names["other"].clone());
        let path = format!("/centers/1/trainings/{}/people", self.names["training"]);
        ann.post(&path, &[("person", &person), ("person", &other)]).await.is(303);
        let award = [("title", "优秀志愿者"), ("level", "center"), ("given_on", "2026-02-20"), ("for_year", "2025")];
        ann.post("/centers/1/commendations", &[&award[..], &[("person", &person)]].concat()).await.is(303);
        self.number("commendation", "select id from commendations").await;
    }

    /// Something broken, with its photo; a thing here and one that is out; a drill with its sheet.
    async fn upkeep(&mut self, ann: &User<'_>) {
        let sent = [("request_id", request()), ("what", "灯不亮".to_owned()), ("room", "1".to_owned())];
        let fields: Vec<_> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let photo = ("photo", "门口.png", crate::audit::picture());
        self.name("defect", number(&crate::upkeep::sends(ann, "/centers/1/defects", &fields, Some(&photo)).await));
        for (key, label) in [("asset", "T-1"), ("lent_asset", "T-2")] {
            let thing = [("number", label), ("name", "轮椅"), ("kind", "aid"), ("origin", "own"), ("lendable", "1")];
            self.name(key, number(&ann.post("/centers/1/assets", &thing).await));
        }
        let lent = [("person", self.names["person"].as_str()), ("due_on", "2026-03-20")];
        ann.post(&format!("/centers/1/assets/{}/loans", self.names["lent_asset"]), &lent).await.is(303);
        let drill =
            [("held_on", "2026-03-01"), ("kind", "fire"), ("minutes", "30"), ("people", "25"), ("led_by", "陈静雯")];
        crate::upkeep::sends(ann, "/centers/1/drills", &drill, Some(&photo)).await.is(303);
        self.number("drill", "select id from drills").await;
    }

    /// Times of a worker who signs in as sue: one slot that is over, one that a phone took, one for somebody.
    async fn appointments(&mut self, ada: &User<'_>, ann: &User<'_>) {
        self.app.at("2026-03-02T00:00:00Z");
        let account = [("name", "罗心语"), ("login", "sue"), ("role", "social_worker"), ("center", "1")];
        let passwords = [("password", PASSWORD), ("password_again", PASSWORD)];
        ada.post("/accounts", &[&account[..], &passwords].concat()).await.is(303);
        self.number("sue", "select id from accounts where login = 'sue'").await;
        let worker =
            [("name", "罗心语"), ("phone", "13600136088"), ("kind", "social_worker"), ("started_on", "2026-01-01")];
        ada.post("/centers/1/workers", &worker).await.is(303);
        self.number("counsellor", "select max(id) from workers").await;
        let counsellor = self.names["counsellor"].clone();
        ada.post(&format!("/accounts/{}/worker", self.names["sue"]), &[("worker", &counsellor)]).await.is(303);
        let times =
            [("worker", counsellor.as_str()), ("room", "2"), ("kind", "1"), ("weekday", "1"), ("starts", "09:00")];
        let more = [("ends", "12:00"), ("slot_minutes", "60"), ("by_phone", "1")];
        ann.post("/centers/1/appointments/times", &[&times[..], &more].concat()).await.is(303);
        self.number("times", "select id from appointment_times").await;
        let (times, person) = (self.names["times"].clone(), self.names["person"].clone());
        for (name, at) in [("past_appointment", "2026-03-02T01:00:00Z"), ("appointment", "2026-03-09T01:00:00Z")] {
            let id = request();
            let taken = [("request_id", id.as_str()), ("times", &times), ("starts_at", at), ("person", &person)];
            ann.post("/centers/1/appointments", &taken).await.is(303);
            self.number(name, "select max(id) from appointments").await;
        }
        let id = request();
        let taken = [("request_id", id.as_str()), ("times", &times), ("starts_at", "2026-03-09T03:00:00Z")];
        let who = [("name", "黄秀英"), ("phone", "13511115111"), ("word", "想找人聊聊")];
        let mut phone = self.app.anyone();
        phone.cookies.push(("phone".to_owned(), self.names["phone"].clone()));
        phone.post("/agenda/1/appointments", &[&taken[..], &who].concat()).await.is(303);
        self.number("own_appointment", "select max(id) from appointments").await;
        self.app.at(START);
    }

    /// Four Tuesdays from 10 March, the last of them cancelled.
    async fn series(&mut self, ann: &User<'_>) {
        let mut plan = vec![("title", "长者太极班"), ("description", "带上水杯"), ("kind", "3"), ("room", "1")];
        plan.extend([("worker", self.names["worker"].as_str()), ("team", "1"), ("date", "2026-03-10")]);
        plan.extend([("starts", "09:00"), ("ends", "10:30"), ("repeat", "weekly"), ("times", "4"), ("confirm", "1")]);
        plan.extend([("published", "1"), ("pick.2026-03-10", "book"), ("pick.2026-03-17", "book")]);
        plan.extend([("pick.2026-03-24", "book"), ("pick.2026-03-31", "book")]);
        let activity = number(&ann.post("/centers/1/activities", &plan).await);
        self.name("activity", activity);
        self.number("planned", "select min(id) from sessions where status = 'planned'").await;
        self.number("cancelled", "select max(id) from sessions").await;
        let cancelled = format!("/centers/1/sessions/{}/schedule/cancellation", self.names["cancelled"]);
        ann.post(&cancelled, &[("reason", "台风")]).await.is(303);
    }

    /// A single session, on a day and from a time to a time.
    async fn session(&self, ann: &User<'_>, title: &str, when: (&str, &str, &str), room: &str) -> i64 {
        let what = [("title", title), ("kind", "3"), ("room", room), ("team", "1"), ("published", "1")];
        let when = [("date", when.0), ("starts", when.1), ("ends", when.2)];
        ann.post("/centers/1/activities", &[&what[..], &when].concat()).await.is(303);
        self.app.number("select max(id) from sessions").await
    }

    /// One that goes with the text for the center's account.
    async fn picture(&mut self, ann: &User<'_>, session: i64) {
        let path = format!("/centers/1/sessions/{session}");
        let photo = ("photo", "读报.png", crate::audit::picture_in(90));
        crate::upkeep::sends(ann, &format!("{path}/photos"), &[("caption", "读报")], Some(&photo)).await.is(303);
        self.number("session_photo", "select max(id) from session_photos").await;
        let chosen = [("photo", self.names["session_photo"].as_str())];
        ann.post(&format!("{path}/wechat"), &chosen).await.is(303);
    }

    async fn ticks(&self, ann: &User<'_>, session: i64, person: &str, role: &str) -> i64 {
        let path = format!("/centers/1/sessions/{session}/attendances");
        let tick = [("request_id", request()), ("person_id", self.names[person].clone()), ("role", role.to_owned())];
        let tick: Vec<_> = tick.iter().map(|(name, value)| (*name, value.as_str())).collect();
        ann.post(&path, &tick).await.is(303);
        self.app.number("select max(id) from attendances").await
    }

    /// A library of its own that stands open every day.
    async fn open_room(&mut self, ada: &User<'_>, ann: &User<'_>) {
        let mut room: Vec<(String, &str)> = (1..=7)
            .flat_map(|day| [(format!("hours.{day}.opens"), "09:00"), (format!("hours.{day}.closes"), "17:00")])
            .collect();
        let what = [("name", "图书室"), ("kind", "3"), ("area_m2", "80"), ("capacity", "30")];
        room.extend(what.map(|(name, value)| (name.to_owned(), value)));
        let room: Vec<(&str, &str)> = room.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        ada.post("/centers/1/rooms", &room).await.is(303);
        let library = self.app.number("select max(id) from rooms").await.to_string();
        let mut open =
            vec![("title", "图书室开放"), ("kind", "3"), ("room", library.as_str()), ("since", "2026-03-05")];
        open.extend(["1", "2", "3", "4", "5", "6", "7"].map(|day| ("weekday", day)));
        ann.post("/centers/1/open-rooms", &open).await.is(303);
        self.number("open_room", "select max(id) from open_rooms").await;
        self.number("open_day", "select min(session_id) from open_days").await;
    }

    /// Two days ago: closed, with one volunteer's hours confirmed and another's not. Yesterday: still to be closed.
    async fn sessions_of_the_last_days(&mut self, ann: &User<'_>) {
        let closed = self.session(ann, "读报会", ("2026-03-03", "10:00", "12:00"), "1").await;
        let past = self.session(ann, "合唱团", ("2026-03-04", "14:00", "16:00"), "1").await;
        self.name("closed", closed);
        self.name("past", past);
        self.app.at("2026-03-03T02:00:00Z");
        let confirmed = self.ticks(ann, closed, "other", "volunteer").await;
        let unconfirmed = self.ticks(ann, closed, "holder", "volunteer").await;
        self.name("unconfirmed", unconfirmed);
        let voidable = self.ticks(ann, closed, "person", "participant").await;
        self.name("held", voidable);
        self.app.at("2026-03-03T04:00:00Z");
        let (minutes, confirm) = (format!("minutes.{confirmed}"), format!("confirm.{confirmed}"));
        let told = [("summary", "来了三位街坊"), ("materials", "报纸五份"), ("next_time", "带老花镜")];
        let closing = [&told[..], &[(&*minutes, "120"), (&*confirm, "1")]].concat();
        ann.post(&format!("/centers/1/sessions/{closed}/closing"), &closing).await.is(303);
        self.picture(ann, closed).await;
        self.number("entry", "select id from hours_entries").await;
        self.app.at("2026-03-04T06:00:00Z");
        let volunteer = self.ticks(ann, past, "other", "volunteer").await;
        self.name("volunteer", volunteer);
        // A device comes back to its network with a scan that was made when all was over.
        let scan = serde_json::json!({"request_id": request(), "session_id": closed, "offline": true,
            "person_id": self.names["child"].parse::<i64>().unwrap(), "occurred_at": "2026-03-03T02:30:00Z"});
        let desk = self.app.token("fay").await;
        desk.post_json("/api/v1/checkins/batch", serde_json::json!({"items": [scan]})).await.is(200);
        self.number("scan", "select max(id) from scans").await;
    }

    /// One that is over since half an hour, to which a phone came; one that has just begun; and one in the afternoon.
    async fn today(&mut self, ann: &User<'_>) {
        self.app.at("2026-03-05T00:30:00Z");
        let over = self.session(ann, "早操", ("2026-03-05", "08:30", "09:30"), "1").await;
        let open = self.session(ann, "早茶会", ("2026-03-05", "10:00", "12:00"), "1").await;
        self.number("open_activity", "select max(id) from activities").await;
        self.number("afternoon", "select max(id) + 1 from sessions").await;
        self.session(ann, "书法班", ("2026-03-05", "14:00", "16:00"), "2").await;
        self.name("over", over);
        self.name("open", open);
        for (session, name) in [(over, "over_token"), (open, "token")] {
            let sql = "select token from codes where kind = 'session' and subject_id = $1";
            let mut conn = self.app.db().read().await.unwrap();
            let token: String = sqlx::query_scalar(sql).bind(session).fetch_one(&mut *conn).await.unwrap();
            self.name(name, token);
        }
        let mut phone = self.app.anyone();
        let (number, over) = (request(), format!("/c/{}", self.names["over_token"]));
        let visit = [("request_id", number.as_str()), ("name", "黄秀英"), ("phone", "13700137000")];
        phone.keep(&phone.post(&over, &visit).await.is(200));
        self.name("phone", &phone.cookies[0].1);
        self.number("visitor", "select id from people where name = '黄秀英'").await;
        self.app.at(START);
        let attendance = self.ticks(ann, open, "person", "participant").await;
        self.name("attendance", attendance);
        let heads = [("request_id", request()), ("heads", "5".to_owned()), ("elderly", "2".to_owned())];
        let heads: Vec<_> = heads.iter().map(|(name, value)| (*name, value.as_str())).collect();
        ann.post(&format!("/centers/1/sessions/{open}/head-counts"), &heads).await.is(303);
        self.number("heads", "select id from head_counts").await;
    }

    /// A room's calendar, for a worker; and on the visitor's phone, to which her nephew's card was shown, one for him.
    async fn feeds(&mut self, ann: &User<'_>) {
        ann.post("/feeds", &[("room", "1")]).await.is(303);
        self.number("feed", "select max(id) from feeds").await;
        let page = ann.get("/centers/1/feeds").await.is(200).text();
        let file = page.split("/calendar/").nth(1).and_then(|rest| rest.split(['<', '"']).next());
        self.name("feed_file", file.expect("a link"));
        let child = self.names["child"].clone();
        let code = crate::check_in::card(self.app, child.parse().unwrap()).await;
        let mut phone = self.app.anyone();
        phone.cookies.push(("phone".to_owned(), self.names["phone"].clone()));
        phone.post(&format!("/k/{}", code.plain()), &[]).await.is(303);
        phone.post("/me/calendar", &[("person", &child)]).await.is(303);
        self.number("own_feed", "select max(id) from feeds").await;
    }

    /// A school that helps at the morning's session, a shop that moved away, and an organization that nobody has seen yet.
    async fn units(&mut self, ann: &User<'_>) {
        let school = [("name", "罗沙小学"), ("kind", "school"), ("contact", "周老师"), ("phone", "0769-22101001")];
        self.name("unit", number(&ann.post("/centers/1/units", &school).await));
        let shop = number(&ann.post("/centers/1/units", &[("name", "旧书屋"), ("kind", "shop")]).await);
        ann.post(&format!("/centers/1/units/{shop}/ending"), &[("ended_on", "2026-03-01")]).await.is(303);
        self.name("moved", shop);
        let organization = [("name", "乐龄互助会"), ("kind", "community_organization"), ("standing", "on_record")];
        let support = [("founded_on", "2026-02-01"), ("supported_since", "2026-01-01"), ("supported_by", "本中心")];
        self.name("organization", number(&ann.post("/centers/1/units", &[&organization[..], &support].concat()).await));
        let path = format!("/centers/1/sessions/{}/units", self.names["open"]);
        ann.post(&path, &[("unit", "罗沙小学"), ("part", "helping"), ("word", "借桌椅")]).await.is(303);
        self.number("participation", "select id from unit_participations").await;
    }

    /// Another social worker, who supervises the first; three posts, of which one was handed over and one given up.
    async fn staff(&mut self, ada: &User<'_>) {
        let other = [("name", "罗志文"), ("phone", "13600136009"), ("kind", "social_worker")];
        ada.post("/centers/1/workers", &[&other[..], &[("started_on", "2026-01-01")]].concat()).await.is(303);
        self.number("colleague", "select max(id) from workers").await;
        let (worker, colleague) = (self.names["worker"].clone(), self.names["colleague"].clone());
        let of = |id: &str, what: &str| format!("/centers/1/workers/{id}/{what}");
        ada.post(&of(&worker, "employments"), &[("employed_on", "2026-01-01")]).await.is(303);
        self.number("employment", "select max(id) from employments").await;
        let kind = [("agreement", "1"), ("title", "一线社工"), ("kind", "social_worker"), ("working_time", "full")];
        let three = [("opened_on", "2026-01-01"), ("count", "3")];
        ada.post("/centers/1/posts", &[&kind[..], &three].concat()).await.is(303);
        self.number("post", "select min(id) from posts").await;
        self.number("given_up", "select max(id) from posts").await;
        let post = |id: &str, what: &str| format!("/centers/1/posts/{id}/{what}");
        let (first, last) = (self.names["post"].clone(), self.names["given_up"].clone());
        ada.post(&post(&last, "ending"), &[("ended_on", "2026-02-01")]).await.is(303);
        let theirs = [("worker", worker.as_str()), ("filled_on", "2026-01-01")];
        ada.post(&post(&first, "fillings"), &theirs).await.is(303);
        self.number("filling", "select max(id) from post_fillings").await;
        let second = (first.parse::<i64>().unwrap() + 1).to_string();
        let theirs = [("worker", colleague.as_str()), ("filled_on", "2026-01-01")];
        ada.post(&post(&second, "fillings"), &theirs).await.is(303);
        let handover = [("from", "2026-03-06"), ("successor", worker.as_str())];
        ada.post(&of(&colleague, "handover"), &handover).await.is(303);
        self.number("handover", "select max(id) from handovers").await;
        let supervisor = [("supervisor", colleague.as_str()), ("supervised_on", "2026-01-05")];
        ada.post(&of(&worker, "supervisions"), &supervisor).await.is(303);
        self.number("supervision", "select max(id) from supervisions").await;
    }

    /// A team that seeks members, to which somebody applied; and another that the phone's visitor leads from that phone, with somebody
    /// who rests and one who applied.
    async fn joining(&mut self, ann: &User<'_>) {
        let led = number(
            &ann.post("/centers/1/teams", &[("name", "护河队"), ("kind", "5"), ("founded_on", "2026-02-01")]).await,
        );
        ann.post(
            "/centers/1/teams/1",
            &[("about", "陪长者聊天"), ("recruits", "1"), ("sought", "有耐心的人"), ("helpers", "2")],
        )
        .await
        .is(303);
        ann.post(&format!("/centers/1/teams/{led}"), &[("recruits", "1")]).await.is(303);
        for name in ["other", "child"] {
            ann.post(&format!("/centers/1/teams/{led}/members"), &[("person", &self.names[name])]).await.is(303);
        }
        ann.post(&format!("/centers/1/teams/{led}/leadership"), &[("person", &self.names["visitor"])]).await.is(303);
        let rest = format!("/centers/1/teams/{led}/members/{}/suspension", self.names["child"]);
        ann.post(&rest, &[("reason", "期末考试")]).await.is(303);
        self.number(
            "phone_id",
            "select phone_id from phone_people f join people p on p.id = f.person_id where p.name = '黄秀英'",
        )
        .await;
        let confirm = format!(
            "/centers/1/people/{}/remembered-phones/{}/confirmation",
            self.names["visitor"], self.names["phone_id"]
        );
        ann.post(&confirm, &[]).await.is(303);
        let mut phone = self.app.anyone();
        phone.cookies.push(("phone".to_owned(), self.names["phone"].clone()));
        for (team, name, called) in [("1", "孙志愿", "application"), (&led, "钱志愿", "own_application")] {
            let request = request();
            let who =
                [("request_id", &*request), ("name", name), ("phone", "13511115111"), ("birth_date", "1990-01-01")];
            let agreed =
                [("skills", "理发"), ("available", "周末"), ("risks", "1"), ("consent", "1"), ("version", "1")];
            phone.post(&format!("/agenda/1/teams/{team}/joining"), &[&who[..], &agreed].concat()).await.is(303);
            self.number(called, "select max(id) from team_applications").await;
        }
        // Somebody known is taken in by a wish of her own, from the same phone.
        let request = request();
        let hers =
            [("request_id", &*request), ("name", "梁惠芳"), ("phone", "13800138000"), ("birth_date", "1950-08-15")];
        let agreed = [("risks", "1"), ("consent", "1"), ("version", "1")];
        phone.post(&format!("/agenda/1/teams/{led}/joining"), &[&hers[..], &agreed].concat()).await.is(303);
        let last = self.app.number("select max(id) from team_applications").await;
        ann.post(&format!("/centers/1/teams/{led}/applications/{last}/approval"), &[]).await.is(303);
        self.name("led_team", led);
    }

    /// Service that is told of: by a worker, one that waits, one that was confirmed, and one that was declined; by the phone's visitor, one that
    /// waits and one that counts; and one of a member of the team that she leads.
    async fn claims(&mut self, ann: &User<'_>) {
        let (other, visitor, led) =
            (self.names["other"].clone(), self.names["visitor"].clone(), self.names["led_team"].clone());
        let told = [
            ("confirmed_claim", &other, "2026-03-04", "07:00", "07:30", ""),
            ("declined_claim", &other, "2026-03-04", "06:00", "06:30", ""),
            ("claim", &other, "2026-03-05", "07:00", "07:30", "1"),
            ("led_claim", &other, "2026-03-05", "06:00", "06:30", led.as_str()),
            ("own_claim", &visitor, "2026-03-05", "07:00", "07:30", ""),
            ("own_confirmed", &visitor, "2026-03-05", "06:00", "06:30", ""),
        ];
        for (name, person, day, from, to, team) in told {
            let when = [("served_on", day), ("from_time", from), ("to_time", to)];
            let what = [("content", "送餐"), ("place", "东门路"), ("team", team)];
            ann.post(&format!("/centers/1/people/{person}/claims"), &[&when[..], &what].concat()).await.is(303);
            self.number(name, "select max(id) from hour_claims").await;
        }
        for name in ["confirmed_claim", "own_confirmed"] {
            let pick = format!("pick.{}", self.names[name]);
            ann.post("/centers/1/claims", &[("answer", "confirm"), (&*pick, "1")]).await.is(303);
        }
        self.number("own_entry", "select max(id) from hours_entries").await;
        let pick = format!("pick.{}", self.names["declined_claim"]);
        ann.post("/centers/1/claims", &[("answer", "decline"), (&*pick, "1"), ("word", "不属于志愿服务")])
            .await
            .is(303);
    }

    /// The led team's session, at which its leader has a shift; one of the afternoon for which they are asked; and a position that is open.
    async fn shifts(&mut self, ann: &User<'_>) {
        let team = self.names["led_team"].clone();
        let what = [("title", "巡河"), ("kind", "3"), ("room", "2"), ("team", team.as_str()), ("published", "1")];
        let when = [("date", "2026-03-06"), ("starts", "16:30"), ("ends", "17:30")];
        ann.post("/centers/1/activities", &[&what[..], &when].concat()).await.is(303);
        self.number("led_session", "select max(id) from sessions").await;
        for (session, need) in [("led_session", "need"), ("afternoon", "asked_need"), ("planned", "open_need")] {
            let needs = format!("/centers/1/sessions/{}/needs", self.names[session]);
            let wanted = [("position", "签到"), ("wanted", "3"), ("team", team.as_str()), ("note", "穿马甲")];
            ann.post(&needs, &wanted).await.is(303);
            self.number(need, "select max(id) from shift_needs").await;
        }
        let visitor = self.names["visitor"].clone();
        let shifts = |session: &str| format!("/centers/1/sessions/{session}/shifts");
        let own = [("need", self.names["need"].as_str()), ("person", visitor.as_str())];
        ann.post(&shifts(&self.names["led_session"]), &own).await.is(303);
        let asked = [("need", self.names["asked_need"].as_str()), ("person", visitor.as_str())];
        ann.post(&format!("{}/invitations", shifts(&self.names["afternoon"])), &asked).await.is(303);
        self.number("own_shift", "select min(id) from shifts").await;
        self.number("asked_shift", "select max(id) from shifts").await;
    }

    /// A lesson of four seats: the phone's visitor has one by the phone, somebody another; one who would bring two waits, and one behind them. And
    /// a session with terms of its own.
    async fn registrations(&mut self, ann: &User<'_>) {
        let what = [("title", "插花班"), ("kind", "3"), ("room", "2"), ("published", "1"), ("capacity", "4")];
        let when = [("date", "2026-03-10"), ("starts", "15:00"), ("ends", "16:00")];
        ann.post("/centers/1/activities", &[&what[..], &when].concat()).await.is(303);
        self.number("lesson", "select max(id) from sessions").await;
        self.number("lesson_activity", "select max(id) from activities").await;
        let terms = [("mode", "recommended"), ("waitlist", "1"), ("companions", "2"), ("kept_hours", "24")];
        let path = format!("/centers/1/activities/{}/registration-terms", self.names["lesson_activity"]);
        ann.post(&path, &terms).await.is(303);
        let when = [("date", "2026-03-10"), ("starts", "16:30"), ("ends", "17:30")];
        ann.post("/centers/1/activities", &[&what[..], &when].concat()).await.is(303);
        self.number("own_terms", "select max(id) from sessions").await;
        let path = format!("/centers/1/sessions/{}/registration-terms", self.names["own_terms"]);
        ann.post(&path, &[("mode", "required")]).await.is(303);

        let mut phone = self.app.anyone();
        phone.cookies.push(("phone".to_owned(), self.names["phone"].clone()));
        let path = format!("/agenda/1/sessions/{}/registrations", self.names["lesson"]);
        let number = request();
        phone.post(&path, &[("request_id", &number), ("person", &self.names["visitor"])]).await.is(303);
        self.number("own_place", "select max(id) from registrations").await;
        let mut conn = self.app.db().read().await.unwrap();
        let link: String =
            sqlx::query_scalar("select max(link) from registrations").fetch_one(&mut *conn).await.unwrap();
        drop(conn);
        self.name("place_link", link);
        let path = format!("/centers/1/sessions/{}/registrations", self.names["lesson"]);
        for (name, person, companions) in
            [("place", "person", "0"), ("turn", "other", "2"), ("late_turn", "holder", "0")]
        {
            let number = request();
            let guest =
                [("request_id", number.as_str()), ("person", self.names[person].as_str()), ("companions", companions)];
            ann.post(&path, &guest).await.is(303);
            self.number(name, "select max(id) from registrations").await;
        }
    }

    /// Two certificates, of which one is that of the phone's visitor; a wish for another, and a list that was made public.
    async fn certificates(&mut self, ann: &User<'_>) {
        let certificates = "/centers/1/certificates";
        let signs = [("in_charge", "何伟明"), ("handled_by", "陈静雯"), ("contact", "0769-22101001")];
        ann.post(&format!("{certificates}/settings"), &signs).await.is(303);
        self.app
            .execute(
                "insert into hours_entries (person_id, served_on, content, team_id, minutes, source, original_minutes, confirmed_at)
                 select id, '2026-02-01', '河岸清理', 1, 95, 'imported', 95, 0 from people where name = '黄秀英'",
            )
            .await;
        for (whose, called) in [("other", "proof"), ("visitor", "own_proof")] {
            let whom = [("person", self.names[whose].as_str()), ("from", "2026-01-01"), ("to", "2026-03-05")];
            let made = number(&ann.post(certificates, &[&whom[..], &signs].concat()).await);
            self.name(called, made);
        }
        let paper = ann.get(&format!("{certificates}/{}/paper", self.names["proof"])).await.is(200).text();
        let token = paper.split("/v/").nth(1).expect("a link").split(['"', '<', '&', '\n']).next().unwrap_or_default();
        self.name("proof_token", token.trim());
        self.app
            .execute(
                "insert into certificate_requests (center_id, person_id, phone_id, period_from, period_to, purpose, state, asked_at)
                 select 1, p.id, (select max(h.id) from phones h), '2026-01-01', '2026-03-01', '入学', 'open', 0
                 from people p where p.name = '陈大文'",
            )
            .await;
        self.number("certificate_request", "select max(id) from certificate_requests").await;
        let list = [("certificate", self.names["own_proof"].as_str()), ("public_from", "2026-03-05")];
        let words = [("public_to", "2026-03-11"), ("objections", "办公室 0769-22101001")];
        let list = number(&ann.post(&format!("{certificates}/publicity"), &[&list[..], &words].concat()).await);
        self.name("publicity", list);
    }

    /// Besides the two that come along a profile of the city's own, with all that a column can be, and one that is out of use.
    async fn export_profiles(&mut self, ada: &User<'_>) {
        let own = number(&ada.post("/export-profiles", &[("name", "莞志愿汇总"), ("copy_of", "1")]).await);
        let constant = [("title", "所在市"), ("constant", "东莞市"), ("version", "1")];
        ada.post(&format!("/export-profiles/{own}/columns"), &constant).await.is(303);
        self.number("constant_column", "select max(id) from export_columns").await;
        let retired = number(&ada.post("/export-profiles", &[("name", "旧模板"), ("copy_of", "2")]).await);
        ada.post(&format!("/export-profiles/{retired}/retirement"), &[]).await.is(303);
        self.name("own_profile", own);
        self.name("retired_profile", retired);
    }

    /// A meeting to come and one that was held, with a paper; and a residents' group's wish, with the link in the phone's hand.
    async fn reservations(&mut self, ann: &User<'_>) {
        let reservations = "/centers/1/reservations";
        let what =
            [("kind", "meeting"), ("title", "站务会"), ("holder", "陈静雯"), ("attendees", "全体社工"), ("heads", "6")];
        for (name, day) in [("reservation", "2026-03-17"), ("held_reservation", "2026-03-04")] {
            let when = [("room", "2"), ("date", day), ("starts", "09:00"), ("ends", "10:00")];
            self.name(name, number(&ann.post(reservations, &[&what[..], &when].concat()).await));
        }
        let held = format!("{reservations}/{}", self.names["held_reservation"]);
        ann.post(&format!("{held}/minutes"), &[("minutes", "一、三月排班。\n二、五一活动由罗志文负责。")])
            .await
            .is(303);
        let paper = crate::audit::picture();
        crate::imports::sends_as(ann, &format!("{held}/files"), ("paper", "签到表.png"), &paper).await.is(303);
        self.number("reservation_file", "select max(file_id) from reservation_files").await;
        let mut phone = self.app.anyone();
        phone.cookies.push(("phone".to_owned(), self.names["phone"].clone()));
        let request = request();
        let who =
            [("request_id", &*request), ("group_name", "8 栋楼友会"), ("name", "黄秀英"), ("phone", "13511115111")];
        let when = [("room", "2"), ("date", "2026-03-19"), ("starts", "14:00"), ("ends", "16:00")];
        let what = [("heads", "15"), ("purpose", "商量加装电梯"), ("promise", "1")];
        let link = phone.post("/agenda/1/request", &[&who[..], &when, &what].concat()).await.is(303).leads_to();
        self.name("room_link", link.rsplit('/').next().unwrap_or_default());
        self.number("room_request", "select max(id) from room_requests").await;
    }

    /// A programme with rules to come, for a center; and days that were brought in.
    async fn rules_and_holidays(&mut self, ada: &User<'_>) {
        let trial = [("name", "试行方案"), ("name_en", "Trial"), ("source", "东社〔2026〕1号"), ("gives_rules", "1")];
        let id = number(&ada.post("/programmes", &trial).await);
        let rules = [("valid_from", "2026-06-01"), ("optional_percent", "30"), ("kinds_by", "list"), ("kind", "1")];
        let rules = [&rules[..], &[("area_m2", "900"), ("reason", "试行")]].concat();
        ada.post(&format!("/programmes/{id}/versions"), &rules).await.is(303);
        self.number("programme_version", "select max(id) from programme_versions").await;
        let scope = [("center", "3"), ("from_date", "2026-06-01")];
        ada.post(&format!("/programmes/{id}/scopes"), &scope).await.is(303);
        self.number("programme_scope", "select max(id) from programme_scopes").await;
        self.name("programme", id);
        let days =
            [("year", "2028"), ("source", "国务院办公厅通知"), ("mode", "add"), ("cells", "2028-01-01,元旦,放假")];
        ada.post("/holidays/imports", &days).await.is(303);
        self.number("holiday_import", "select id from holiday_imports").await;
    }

    async fn devices(&mut self, ann: &User<'_>) {
        let page = ann.post("/centers/1/devices", &[("name", "前台平板")]).await.is(200).text();
        let secret = page.split("/enrol/").nth(1).expect("a link").split(['"', '<', '&']).next().unwrap_or_default();
        self.name("enrol", secret);
        self.number("device", "select id from devices").await;
    }
}
