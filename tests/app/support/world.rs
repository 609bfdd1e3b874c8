//! A center in the middle of its life: whatever a route may be asked of is there, so that each can be asked with success.
//! Made once for each engine by the pages themselves, and copied for each test. What is in it has names, by which the
//! tables of the tests speak of it: `/centers/1/people/$person`.

mod account;
mod programme;
mod service;

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
        self.indicators(&ada, &ann).await;
        self.certificates(&ann).await;
        self.feeds(&ann).await;
        self.devices(&ann).await;
        self.staff(&ada).await;
        self.changeover().await;
        self.upkeep(&ann).await;
        self.appointments(&ada, &ann).await;
        self.export_profiles(&ada).await;
        self.purchaser_form().await;
        self.rules_and_holidays(&ada).await;
        app.at(START);
        self.reservations(&ann).await;
        self.open_room(&ada, &ann).await;
        self.reports().await;
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

    async fn ticks(&self, ann: &User<'_>, session: i64, person: &str, role: &str) -> i64 {
        let path = format!("/centers/1/sessions/{session}/attendances");
        let tick = [("request_id", request()), ("person_id", self.names[person].clone()), ("role", role.to_owned())];
        let tick: Vec<_> = tick.iter().map(|(name, value)| (*name, value.as_str())).collect();
        ann.post(&path, &tick).await.is(303);
        self.app.number("select max(id) from attendances").await
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

    async fn devices(&mut self, ann: &User<'_>) {
        let page = ann.post("/centers/1/devices", &[("name", "前台平板")]).await.is(200).text();
        let secret = page.split("/enrol/").nth(1).expect("a link").split(['"', '<', '&']).next().unwrap_or_default();
        self.name("enrol", secret);
        self.number("device", "select id from devices").await;
    }
}
