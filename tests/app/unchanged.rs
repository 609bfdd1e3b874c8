//! An edit form that is saved unchanged changes nothing: what a browser sends of a form that nobody touched is what the
//! record holds, whatever it holds. In a real browser, for what a form holds and what is sent are two things: line breaks,
//! boxes that are not ticked, lists that do not know their value any more.

mod edits;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use linli::store::{Db, Engine, Pool};
use rocket::http::Method;
use serde_json::{Value, json};

use self::edits::{EDITS, Edit, PROPOSALS};
use crate::audit;
use crate::support::app::{START, apart};
use crate::support::browser::Browser;
use crate::support::dump::Dump;
use crate::support::live::Live;
use crate::support::world::World;
use crate::support::{TestApp, User};

/// As many characters as may be, with all that a text can hold. A break counts as one, however a program sends it.
fn text(most: usize) -> String {
    let hard =
        "第一行　全角空格  两个空格\n第二行 <b>&amp;</b> \"引号\" 'x' １２３ＡＢ①㎡\n\n  缩进的一行 😀 葛\u{e0100}\n";
    let whole: String = hard.chars().cycle().take(most - 1).collect();
    whole.replacen('\n', "\r", 1).replacen('\n', "\r\n", 2) + "完"
}

/// Makes what is hard to bring through a form and back.
struct Maker<'a> {
    app: &'a TestApp,
    world: World,
}

impl Maker<'_> {
    async fn make(mut self) -> World {
        let app = self.app;
        let [ada, ben, ann] = [app.sign_in("ada").await, app.sign_in("ben").await, app.sign_in("ann").await];
        self.people(&ann).await;
        self.rooms(&ben).await;
        self.activities(&ada, &ann).await;
        self.sessions(&ben, &ann).await;
        self.what_changed_since(&ada, &ben, &ann).await;
        self.world
    }

    async fn posts(&self, user: &User<'_>, path: &str, fields: &str) {
        let (path, fields) = (self.world.fill(path), self.world.fill(fields));
        let fields: Vec<_> = fields.split('&').filter_map(|field| field.split_once('=')).collect();
        user.post(&path, &fields).await.is(303);
    }

    async fn name_last(&mut self, name: &'static str, table: &str) {
        let mut conn = self.app.db().read().await.unwrap();
        let sql = sqlx::AssertSqlSafe(format!("select max(id) from {table}"));
        let id: i64 = sqlx::query_scalar(sql).fetch_one(&mut *conn).await.unwrap();
        self.world.call(name, id);
    }

    async fn execute(&self, sql: &str) {
        let mut tx = self.app.begin().await;
        sqlx::query(sqlx::AssertSqlSafe(self.world.fill(sql))).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn people(&mut self, ann: &User<'_>) {
        let program = self.app.token("ann").await;
        let paper =
            |document: &str| json!({"valid_from": "2025-02-28", "valid_to": "2027-02-28", "document": document});
        let full = json!({
            "center": 1, "name": "阿卜杜热合曼·".repeat(6) + "Ａnna  Ｍaria 斯", "sex": "f", "phone": "0769-2222 5678",
            "id_number": "11010519491231002x", "address": "罗沙路　１２号Ａ座  3 楼 “＜东＞” ".to_owned() + &"长".repeat(96),
            "languages": "粤语、  客家话", "note": text(1_000), "disabled": paper("残疾人证　４４１９"), "needy": paper("低保证 & <特困>"),
        });
        program.post_json("/api/v1/people", full).await.is(201);
        self.name_last("full", "people").await;
        program.post_json("/api/v1/people", json!({"center": 1, "name": "尧"})).await.is(201);
        self.name_last("bare", "people").await;
        // Of the same name and number as somebody who is there: the door finds the other one.
        self.posts(ann, "/centers/1/people", "name=梁惠芳&phone=13800138000&anyway=1&note=孙女").await;
        self.name_last("beside", "people").await;
        let society = json!({
            "center": 1, "name": "罗沙　“粤曲” 社 & <分社> ".to_owned() + &"长".repeat(42), "kind": "community_organization",
            "contact": "何伯　Ａ ".to_owned() + &"长".repeat(54), "phone": "+86 138-2690 0014", "note": text(1_000),
            "address": "罗沙路　２２号 “东座” ".to_owned() + &"长".repeat(105), "since": "1999-12-31", "standing": "registered",
            "founded_on": "2000-02-29", "supported_since": "2026-03-05", "supported_by": "本中心　& 街道",
        });
        program.post_json("/api/v1/units", society).await.is(201);
        self.name_last("society", "units").await;
        let companions = "/centers/1/sessions/$open/attendances";
        self.posts(ann, companions, "request_id=$request&person_id=$child&role=participant").await;
        self.name_last("alone", "attendances").await;
        self.posts(ann, &format!("{companions}/$attendance/companions"), "companions=3").await;
    }

    async fn rooms(&mut self, ben: &User<'_>) {
        let thrice = [("08:00", "12:00"), ("14:00", "00:00"), ("00:01", "00:05")]
            .map(|(opens, closes)| format!("&hours.1.opens={opens}&hours.1.closes={closes}"));
        let room = "name=三段　开放&kind=3&area_m2=1&capacity=1&hours.2.opens=09:00&hours.2.closes=10:00".to_owned();
        self.posts(ben, "/centers/1/rooms", &(room + &thrice.concat())).await;
        self.name_last("spans", "rooms").await;
        let night = "hours.1.opens=00:00&hours.1.closes=00:00&hours.7.opens=23:59&hours.7.closes=00:00";
        let edge = "name=从零点到零点&kind=19&area_m2=20000&capacity=5000&buffer_minutes=240&floor=负　一  层\
            &directions=正门　左转  “电梯”&features=lift&features=step_free";
        self.posts(ben, "/centers/1/rooms", &format!("{edge}&{night}")).await;
        self.name_last("edge", "rooms").await;
    }

    async fn activities(&mut self, ada: &User<'_>, ann: &User<'_>) {
        let kind = "name=家庭　沙龙&name_en=Families'  salon";
        self.posts(ada, "/catalogs/service-kinds", kind).await;
        self.name_last("kind", "service_kinds").await;
        let sealed = "title=家庭沙龙&kind=$kind&room=2&date=2026-03-20&starts=10:00&ends=11:00&published=1";
        self.posts(ann, "/centers/1/activities", sealed).await;
        self.name_last("sealed", "activities").await;
        // It was published, and what it says is of a confidential kind since.
        self.posts(ada, "/catalogs/service-kinds/$kind", &format!("{kind}&confidential=1")).await;
        let long = json!({
            "center": 1, "title": "长".repeat(60), "description": text(2_000), "kind": 2, "room": 2,
            "date": "2026-03-21", "starts": "10:00", "ends": "11:00",
        });
        self.app.token("ann").await.post_json("/api/v1/activities", long).await.is(201);
        self.name_last("long", "activities").await;
    }

    async fn sessions(&mut self, ben: &User<'_>, ann: &User<'_>) {
        self.posts(ben, "/centers/1/workers", "name=何伟明&phone=13500135000&kind=staff&started_on=2025-01-01").await;
        self.name_last("leaving", "workers").await;
        self.posts(ben, "/centers/1/workers", "name=罗志文&phone=13500135001&kind=staff&started_on=2025-01-01").await;
        self.name_last("left", "workers").await;
        // Up to midnight, led by somebody who will have left by then.
        let late = "title=夜读&kind=3&room=$edge&worker=$leaving&date=2026-05-11&starts=22:30&ends=00:00";
        self.posts(ann, "/centers/1/activities", late).await;
        self.name_last("late", "sessions").await;
        // As before nobody who leads could leave.
        self.execute("update workers set ended_on = '2026-04-30' where id = $leaving").await;
        let known = "name=何静雯&phone=13500135002&kind=social_worker&qualification=senior&certificate_number=粤２０１５－１\
            &certificate_valid_to=2026-04-01&work_field=justice&found_by=open_call&started_on=1990-05-01";
        self.posts(ben, "/centers/1/workers", known).await;
        self.name_last("known", "workers").await;
        // So long ago that none could be entered on that day any more, led by somebody who has left since.
        self.app.at("2025-11-20T02:00:00Z");
        let long_ago = "title=早读&kind=3&room=$edge&worker=$left&team=1&date=2025-11-24&starts=10:00&ends=11:00";
        self.posts(ann, "/centers/1/activities", long_ago).await;
        self.name_last("long_ago", "sessions").await;
        self.posts(ben, "/centers/1/workers/$left/ending", "ended_on=2025-11-30").await;
        self.app.at(START);
        // The second of the series was changed by itself.
        let second = self.world.name("planned").parse::<i64>().unwrap() + 1;
        self.world.call("altered", second);
        let altered = "room=2&date=2026-03-18&starts=15:00&ends=16:30&capacity=7";
        self.posts(ann, "/centers/1/sessions/$altered/schedule", altered).await;
        for (name, place) in [
            ("outing", "title=参观科技馆&kind=3&venue=科技馆　正门&date=2026-03-22&starts=09:00&ends=12:00"),
            ("both_rooms", "title=联欢&kind=3&room=1&more_rooms=2&date=2026-03-29&starts=15:00&ends=17:00"),
            ("all_night", "title=守夜&kind=3&room=$edge&date=2026-05-10&starts=23:59&ends=00:30"),
        ] {
            self.posts(ann, "/centers/1/activities", place).await;
            self.name_last(name, "sessions").await;
        }
        // For any number of people, as none of today's forms makes it.
        self.execute("update sessions set capacity = null where id = $afternoon").await;
    }

    /// Sessions are where and how they could not be planned any more.
    async fn what_changed_since(&self, ada: &User<'_>, ben: &User<'_>, ann: &User<'_>) {
        let hours = "hours.1.opens=18:00&hours.1.closes=19:00&hours.2.opens=18:00&hours.2.closes=19:00";
        let smaller = "name=二楼多功能活动室&kind=2&area_m2=120&capacity=30&buffer_minutes=15";
        self.posts(ben, "/centers/1/rooms/1", smaller).await;
        self.posts(ben, "/centers/1/rooms/1/weeks", &format!("first_day=2026-03-05&past_reason=改&{hours}")).await;
        self.posts(ben, "/centers/1/rooms/2/closures", "from=2026-03-01&to=2026-03-31&reason=维修").await;
        self.posts(ada, "/centers/1", "name=罗沙　社区  综合服务中心&address=罗沙路　１２号 “东座”").await;
        let memberships = "select max(id) from group_memberships";
        let last = self.app.number(memberships).await;
        self.posts(
            ann,
            &format!("/centers/1/people/$full/memberships/{last}/ending"),
            &format!("valid_to.{last}=2025-12-31"),
        )
        .await;
    }
}

/// Opens what is folded away, and marks the page as the one whose form is sent.
const OPEN: &str = "
    document.documentElement.dataset.sent = 'yes';
    document.querySelectorAll('details').forEach(details => details.open = true);
    return [...document.forms].filter(form => form.method === 'post').map(form => form.getAttribute('action'));";

/// What came of it: nothing, where it was saved; null as long as the page is the same.
const TOLD: &str = "
    if (document.readyState !== 'complete' || document.documentElement.dataset.sent) return null;
    if (document.querySelector('.notice.ok[role=status]')) return '';
    return (document.querySelector('.error-summary') ?? document.body).innerText;";

/// What keeps the browser itself from sending a form.
const INVALID: &str = "
    return [...document.querySelectorAll(':invalid')].map(e => `${e.name}: ${e.validationMessage}`).join(', ');";

/// The forms of a document that hold a record's own values, or a version of it, by where they are sent. Hidden fields say
/// what the form is about, and buttons what is done.
const HOLDING: &str = "
    const [paths] = arguments, found = [];
    const holds = field => field.type === 'checkbox' || field.type === 'radio' ? field.defaultChecked
        : field.tagName === 'SELECT' ? [...field.options].some(option => option.defaultSelected && option.value)
        : !['hidden', 'submit', 'password'].includes(field.type) && Boolean(field.defaultValue);
    for (const path of paths) {
        const answer = await fetch(path);
        if (!answer.headers.get('content-type')?.startsWith('text/html')) continue;
        const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
        for (const form of page.forms)
            if (form.method === 'post' && [...form.elements].some(field => field.name === 'version' || holds(field)))
                found.push(form.getAttribute('action').split(/[?#]/)[0]);
    }
    return found;";

/// Whether a route serves a path.
fn serves(route: &str, path: &str) -> bool {
    let (route, path): (Vec<_>, Vec<_>) = (route.split('/').collect(), path.split('/').collect());
    route.len() == path.len() && route.iter().zip(path).all(|(part, given)| part.starts_with('<') || *part == given)
}

struct Desk {
    live: Live,
    browser: Browser,
    world: World,
    /// A browser takes over the cookies of whoever sits down at it.
    cookies: BTreeMap<&'static str, Vec<(String, String)>>,
}

impl Desk {
    /// A world with all that is difficult, and everybody signed in; `None` without PostgreSQL or without a browser.
    async fn open(url: String, world: World, cookies: BTreeMap<&'static str, Vec<(String, String)>>) -> Option<Self> {
        let browser = Browser::desktop().open().await?;
        Some(Self { live: Live::on(&url, 0), browser, world, cookies })
    }

    async fn sits_down(&self, who: &str) {
        self.browser.goto(&self.live.link("/livez")).await;
        self.browser.cdp("Network.clearBrowserCookies", json!({})).await;
        for (name, value) in self.cookies.get(who).into_iter().flatten() {
            let cookie = json!({ "name": name, "value": value, "url": self.live.base });
            self.browser.cdp("Network.setCookie", cookie).await;
        }
    }

    /// Where the forms of a kind on a page are sent.
    async fn forms(&self, edit: &Edit) -> Vec<String> {
        self.browser.goto(&self.live.link(&self.world.fill(edit.page))).await;
        let forms = self.browser.execute(OPEN, vec![]).await;
        let forms = forms.as_array().into_iter().flatten().filter_map(Value::as_str);
        forms.filter(|action| serves(edit.route, action)).map(str::to_owned).collect()
    }

    /// Sends a form of the page that is open as it is.
    async fn send(&self, edit: &Edit, action: &str) -> Result<(), String> {
        let form = format!("form[action='{action}']");
        if let Some(scope) = edit.scope {
            self.browser.check(&format!("{form} [name=scope][value={scope}]")).await;
        }
        self.browser.submit(&form).await;
        for _ in 0..100 {
            match self.browser.execute(TOLD, vec![]).await.as_str() {
                Some("") => return Ok(()),
                Some(told) => return Err(format!("it is not taken: {told}")),
                None => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        Err(format!("the browser does not send it: {}", self.browser.execute(INVALID, vec![]).await))
    }
}

/// Opens a desk in a world with all that is difficult.
fn at_a_desk(engine: Engine, test: impl AsyncFnOnce(&Desk)) {
    let Some(world) = World::of(engine) else { return };
    let url = world.copy();
    let (world, cookies) = apart({
        let url = url.clone();
        async move {
            let app = TestApp::open(&url).await;
            let world = Maker { app: &app, world: world.clone() }.make().await;
            let mut cookies = BTreeMap::new();
            for who in audit::rows().iter().map(|row| row.who).collect::<BTreeSet<_>>() {
                cookies.insert(who, world.user(&app, who, "/").await.cookies);
            }
            app.db().close().await;
            (world, cookies)
        }
    });
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let Some(desk) = Desk::open(url, world, cookies).await else { return };
        test(&desk).await;
        desk.browser.close().await;
    });
}

fn each_form(engine: Engine) {
    at_a_desk(engine, async |desk| {
        let db = Db::from(Pool::open(&desk.live.database_url, 1).await.unwrap());
        let (mut wrong, mut sitting) = (Vec::new(), "");
        for edit in EDITS {
            if sitting != edit.who {
                desk.sits_down(edit.who).await;
                sitting = edit.who;
            }
            let forms = desk.forms(edit).await;
            let place = format!("{} {}", edit.page, edit.scope.unwrap_or_default());
            if forms.is_empty() {
                wrong.push(format!("{place}: no such form"));
            }
            for (place_on_page, action) in forms.iter().enumerate() {
                if place_on_page > 0 {
                    desk.forms(edit).await;
                }
                let before = Dump::of(&db).await;
                let sent = desk.send(edit, action).await;
                let changes = before.changes(&Dump::of(&db).await, &[]);
                if sent.is_err() || !changes.is_empty() {
                    wrong.push(format!("{place}: {sent:?} {changes:#?}"));
                }
            }
        }
        db.close().await;
        assert!(wrong.is_empty(), "saved unchanged:\n{}", wrong.join("\n"));
    });
}

#[test]
fn a_form_saved_unchanged_changes_nothing_on_sqlite() {
    each_form(Engine::Sqlite);
}

#[test]
fn a_form_saved_unchanged_changes_nothing_on_postgres() {
    each_form(Engine::Postgres);
}

#[test]
fn every_form_that_holds_a_records_values_is_saved_unchanged_here() {
    at_a_desk(Engine::Sqlite, async |desk| {
        let (mut found, mut pages) = (BTreeSet::new(), BTreeMap::<&str, Vec<String>>::new());
        let rows = audit::rows();
        for row in rows.iter().filter(|row| row.method == Method::Get && !row.route.starts_with("/api/")) {
            pages.entry(row.who).or_default().push(row.path(&desk.world));
        }
        for edit in EDITS {
            pages.entry(edit.who).or_default().push(desk.world.fill(edit.page));
        }
        for (who, paths) in pages {
            desk.sits_down(who).await;
            let forms = desk.browser.execute(HOLDING, vec![json!(paths)]).await;
            for path in forms.as_array().into_iter().flatten().filter_map(Value::as_str) {
                let fits = rows.iter().filter(|row| row.method == Method::Post && serves(row.route, path));
                let route = fits.min_by_key(|row| row.route.matches('<').count()).map(|row| row.route);
                found.insert(route.unwrap_or_else(|| panic!("{path} is no route's")));
            }
        }
        let known = EDITS.iter().map(|edit| edit.route).chain(PROPOSALS.iter().map(|(route, _)| *route));
        let known: BTreeSet<_> = known.collect();
        let (new, gone): (Vec<_>, Vec<_>) = (found.difference(&known).collect(), known.difference(&found).collect());
        assert!(new.is_empty(), "forms that come filled in, and are neither saved unchanged nor proposals: {new:#?}");
        assert!(gone.is_empty(), "no page has such a form any more: {gone:#?}");
    });
}
