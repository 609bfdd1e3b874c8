//! The schedule and the calendar: what they show, what an address keeps, and how a session is moved with a mouse and with keys.

use linli::store::{Db, Pool};
use serde_json::{Value, json};

use crate::activities::schedules;
use crate::support::app::{apart, fresh_database};
use crate::support::browser::{Browser, Builder};
use crate::support::cast::PASSWORD;
use crate::support::live::Live;
use crate::support::{Engine, TestApp, User, on_both_engines};

/// Friday 6 March 2026, the day after the tests' today.
const FRIDAY: &str = "/centers/1/week?date=2026-03-06";

/// The tea in room 1 from 14:00 to 16:00, and the choir in room 2 from 10:00 to 11:00.
async fn plans(ann: &User<'_>) {
    schedules(ann, &[]).await.is(303);
    let choir = [("title", "合唱团"), ("room", "2"), ("starts", "10:00"), ("ends", "11:00"), ("kind", "2")];
    schedules(ann, &choir).await.is(303);
}

/// The `<a class="slot …">` of a page, by where they lead.
fn slots(page: &str) -> Vec<String> {
    let hrefs = page.split("<a class=\"slot").skip(1).filter_map(|tag| Some(tag.split_once("href=\"")?.1));
    hrefs.filter_map(|rest| Some(rest.split('"').next()?.replace("&#38;", "&"))).collect()
}

on_both_engines! {
    /// B3: a click at 14:00 means 14:00.
    async fn a_free_place_at_two_leads_to_an_activity_at_two(app: TestApp) {
        let ann = app.sign_in("ann").await;
        let slots = slots(&ann.get(FRIDAY).await.is(200).text());
        // Two rooms, open from 8:30 to 21:00.
        assert_eq!(slots.len(), 50, "{slots:?}");
        let two = "/centers/1/activities/new?date=2026-03-06&room=1&starts=840";
        assert!(slots.iter().any(|href| href == two), "{slots:?}");
        ann.get(two).await.is(200).shows("value=\"14:00\"").shows("value=\"15:30\"").shows("value=\"2026-03-06\"");
    }

    /// A13: nothing is hidden without a sign.
    async fn a_room_without_bookings_is_folded_and_can_be_opened(app: TestApp) {
        let ann = app.sign_in("ann").await;
        schedules(&ann, &[]).await.is(303);
        ann.get(FRIDAY).await.is(200).shows("另有 1 间空着").shows("书画室").shows("many-1").hides("room c-2");
        ann.get(&format!("{FRIDAY}&all=1")).await.is(200).shows("room c-2").hides("另有 1 间空着");
        plans_choir_too(&ann).await;
        let page = ann.get(FRIDAY).await.is(200).hides("另有").shows("many-2").text();
        // The tab says two, and two are drawn.
        assert!(page.contains("2 场") && page.matches("class=\"block ").count() == 2, "{page}");
    }

    /// B3: a true week.
    async fn a_room_and_a_worker_have_their_week(app: TestApp) {
        let ann = app.sign_in("ann").await;
        plans(&ann).await;
        let room = ann.get("/centers/1/week?view=room&room=2&date=2026-03-06").await.is(200)
            .shows("block planned c-5 s-120 e-132").shows("room c-7").hides("长者太极班");
        // Thursday, the fifth, is today: what is past cannot be booked, what is later can.
        let slots = slots(&room.text());
        assert!(slots.contains(&"/centers/1/activities/new?date=2026-03-08&room=2&starts=510".to_owned()), "{slots:?}");
        assert!(!slots.iter().any(|href| href.contains("date=2026-03-04")), "{slots:?}");
        // A room of another center is no room of this one.
        ann.get("/centers/1/week?view=room&room=999").await.is(200).shows("二楼多功能活动室");
        ann.get("/centers/1/week?view=worker").await.is(200).shows("还没有可以看的社工");
        let ben = app.sign_in("ben").await;
        let worker = [("name", "何静雯"), ("phone", "13500001234"), ("kind", "social_worker"), ("started_on", "2026-01-04")];
        ben.post("/centers/1/workers", &worker).await.is(303);
        app.execute("update sessions set worker_id = (select max(id) from workers) where id = 2").await;
        let page = ann.get("/centers/1/week?view=worker&date=2026-03-06").await.is(200)
            .shows("何静雯").shows("block planned c-5 s-120 e-132").shows("书画室").hides("长者太极班");
        assert!(page.text().contains("worker=1&#38;starts=510"), "a click plans for the same worker");
        ann.get("/centers/1/activities/new?date=2026-03-08&worker=1&starts=510").await.is(200).shows("value=\"1\" selected");
    }

    async fn the_filters_stand_in_the_address_and_stay_there(app: TestApp) {
        let ann = app.sign_in("ann").await;
        plans(&ann).await;
        let page = ann.get("/centers/1/week?kind=2&date=2026-03-06").await.is(200)
            .shows("合唱团").hides("长者太极班").shows("另有 1 场不在筛选范围").shows("其他活动").text();
        for link in ["?kind=2&#38;date=2026-03-05", "?kind=2&#38;date=2026-03-07", "?view=room&#38;kind=2", "month?kind=2&#38;month=2026-03"] {
            assert!(page.contains(link), "{link} is not in {page}");
        }
        // What is left out still takes its place.
        assert!(!slots(&page).iter().any(|href| href.contains("room=1&starts=840")));
        ann.get("/centers/1/month?kind=2&month=2026-03").await.is(200).shows("合唱团").hides("长者太极班").shows("只显示筛选");
        ann.get("/centers/1/week?kind=x&view=y&date=z").await.is(200);
    }

    async fn what_is_elsewhere_and_in_two_rooms_is_drawn(app: TestApp) {
        let ann = app.sign_in("ann").await;
        plans(&ann).await;
        app.execute("insert into bookings (room_id, kind, session_id, starts_at, ends_at) select 2, 'session', session_id, starts_at, ends_at from bookings where session_id = 1").await;
        let two = ann.get(FRIDAY).await.is(200).shows("block planned c-1 s-168 e-192").shows("block planned c-2 s-168 e-192");
        assert_eq!(two.text().matches("data-rooms=\"2\"").count(), 2);
        app.execute("update bookings set superseded = 1, released_at = 1 where session_id = 1").await;
        app.execute("update sessions set venue = '文化广场' where id = 1").await;
        ann.get(FRIDAY).await.is(200).shows("其他地点").shows("block planned c-2 s-168 e-192").shows("文化广场");
        ann.get("/centers/1/month?month=2026-03").await.is(200).shows("长者太极班");
    }

    async fn over_midnight_it_goes_on_the_next_day(app: TestApp) {
        let ann = app.sign_in("ann").await;
        schedules(&ann, &[]).await.is(303);
        // Friday 22:00 to Saturday 01:00.
        app.execute("update sessions set starts_at = 1772805600000, ends_at = 1772816400000 where id = 1").await;
        ann.get(FRIDAY).await.is(200).shows("block planned c-1 s-264 e-288").shows("to-24").shows("次日");
        let saturday = ann.get("/centers/1/week?date=2026-03-07").await.is(200).shows("block planned c-1 s-0 e-12").shows("接前一天");
        assert!(!saturday.text().contains("data-form"), "the rest of it is not dragged");
        ann.get("/centers/1/week?view=room&room=1&date=2026-03-06").await.is(200).shows("c-5 s-264").shows("c-6 s-0");
        let month = ann.get("/centers/1/month?month=2026-03").await.is(200).text();
        assert_eq!(month.matches("长者太极班").count(), 2, "{month}");
    }

    async fn what_else_is_booked_is_drawn_and_takes_its_place(app: TestApp) {
        let ann = app.sign_in("ann").await;
        // Friday, 9:00 to 10:00.
        app.execute("insert into bookings (room_id, kind, starts_at, ends_at, label, used_from, used_to) values (2, 'meeting', 1772758800000, 1772762400000, '周例会', 1772758800000, 1772762400000)").await;
        let page = ann.get(FRIDAY).await.is(200).shows("block other c-1 s-108 e-120").shows("周例会").text();
        assert!(!slots(&page).iter().any(|href| href.contains("room=2&starts=540")), "{page}");
        app.sign_in("cai").await.get(FRIDAY).await.is(200).shows("block other").hides("周例会");
    }

    /// A14: at 01:28 there is no line at 8:00.
    async fn the_line_of_now_is_drawn_within_the_hours_only(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/week").await.is(200).shows("class=\"now c-1 s-120\"");
        app.at("2026-03-05T17:28:00Z");
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/week").await.is(200).hides("class=\"now");
    }

    /// B3: a month for the quarter.
    async fn a_month_folds_what_is_many_and_marks_holidays(app: TestApp) {
        let ann = app.sign_in("ann").await;
        for hour in ["09:00", "10:00", "11:00", "12:00", "13:00"] {
            let ends = hour.replace(":00", ":30");
            schedules(&ann, &[("starts", hour), ("ends", &ends), ("title", &format!("{hour} 的活动"))]).await.is(303);
        }
        ann.get("/centers/1/month?month=2026-03").await.is(200).shows("另有 2 场").shows("13:00 的活动").shows("2026年3月");
        let quarter = ann.get("/centers/1/month?month=2026-03&span=quarter").await.is(200)
            .shows("2026年3月起三个月").shows("清明").shows("劳动节").text();
        assert_eq!(quarter.matches("<ol class=\"month-days\"").count(), 3);
        assert!(quarter.contains("span=quarter&#38;month=2026-06") && quarter.contains("span=quarter&#38;month=2025-12"));
        ann.get("/centers/1/month?month=x").await.is(200).shows("2026年3月");
    }

    async fn who_only_reads_sees_the_plan_and_changes_nothing(app: TestApp) {
        plans(&app.sign_in("ann").await).await;
        let cai = app.sign_in("cai").await;
        for path in [FRIDAY, "/centers/1/week?view=room&room=2&date=2026-03-06", "/centers/1/month?month=2026-03"] {
            cai.get(path).await.is(200).shows("合唱团").hides("class=\"slot").hides("data-form").hides("/schedule").hides("activities/new");
        }
        for path in ["/centers/2/week?view=room&room=1", "/centers/2/month"] {
            cai.get(path).await.is(404);
        }
    }
}

/// B3 without a script: each session has a link to its form.
async fn plans_choir_too(ann: &User<'_>) {
    let choir = [("title", "合唱团"), ("room", "2"), ("starts", "10:00"), ("ends", "11:00")];
    schedules(ann, &choir).await.is(303);
    ann.get(FRIDAY).await.is(200).shows("href=\"/centers/1/sessions/2/schedule\"").shows("data-rooms=\"1\"");
}

#[test]
fn a_session_is_dragged_and_walked_back_at_a_desk() {
    journey(Engine::Sqlite, Browser::desktop(), "zh-CN");
}

#[test]
fn a_session_is_dragged_and_walked_back_in_english_on_postgres() {
    journey(Engine::Postgres, Browser::desktop(), "en");
}

fn journey(engine: Engine, browser: Builder, lang: &str) {
    let Some((live, url)) = planned(engine) else { return };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let Some(browser) = browser.lang(lang).open().await else { return };
        let desk = Desk { live, url, browser };
        desk.sign_in().await;
        desk.drags().await;
        desk.walks_back().await;
        desk.is_refused().await;
        desk.turns_pages().await;
        desk.pages_are_accessible(&format!("desk, {lang}")).await;
        // A form that comes back is a 422, which the console counts as a failed load.
        let errors = desk.browser.console_errors().await;
        let real: Vec<_> = errors.iter().filter(|line| !line.contains("422")).collect();
        assert!(real.is_empty(), "{real:?}");
        desk.browser.close().await;
    });
}

/// On a phone the day is a list, with the week's days as tabs.
#[test]
fn on_a_phone_the_day_is_a_list() {
    let Some((live, url)) = planned(Engine::Sqlite) else { return };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let Some(browser) = Browser::phone().lang("zh-CN").open().await else { return };
        let phone = Desk { live, url, browser };
        phone.sign_in().await;
        phone.open(FRIDAY).await;
        phone.browser.see("长者太极班").await;
        phone.browser.see("合唱团").await;
        let grid = "return getComputedStyle(document.querySelector('.week-fit')).display";
        assert_eq!(phone.browser.execute(grid, vec![]).await, "none");
        assert_eq!(phone.browser.text(".week-days [aria-current=date] .count").await, "2 场");
        phone.browser.click(".day-list .button.small").await;
        phone.browser.text("form#entry").await;
        phone.pages_are_accessible("phone").await;
        phone.browser.close().await;
    });
}

/// A server on a database with the two plans.
fn planned(engine: Engine) -> Option<(Live, String)> {
    let url = fresh_database(engine)?;
    let prepared = url.clone();
    apart(async move {
        let app = TestApp::open(&prepared).await;
        plans(&app.sign_in("ann").await).await;
        app.db().close().await;
    });
    Some((Live::on(&url, 0), url))
}

struct Desk {
    live: Live,
    url: String,
    browser: Browser,
}

impl Desk {
    async fn open(&self, path: &str) {
        self.browser.goto(&self.live.link(path)).await;
        self.browser.no_horizontal_scroll().await;
    }

    async fn sign_in(&self) {
        self.browser.goto(&self.live.link("/sign-in?next=/account")).await;
        self.browser.fill("[name=login]", "ann").await;
        self.browser.fill("[name=password]", PASSWORD).await;
        self.browser.click("main form.form .primary").await;
        self.browser.text(".avatar").await;
    }

    async fn number(&self, sql: &'static str) -> i64 {
        let db = Db::from(Pool::open(&self.url, 1).await.unwrap());
        let mut conn = db.read().await.unwrap();
        sqlx::query_scalar(sql).fetch_one(&mut *conn).await.unwrap()
    }

    /// Whether the choir begins so many minutes after Friday's midnight.
    async fn choir_begins_at(&self, minute: i64) {
        // Midnight of 6 March 2026 in Shanghai.
        let midnight = 1_772_726_400_000;
        let starts = self.number("select starts_at from sessions where id = 2").await;
        assert_eq!((starts - midnight) / 60_000, minute);
    }

    async fn key(&self, key: &str, code: i64, text: &str) {
        let down = json!({"type": "keyDown", "key": key, "windowsVirtualKeyCode": code, "text": text});
        self.browser.cdp("Input.dispatchKeyEvent", down).await;
        let up = json!({"type": "keyUp", "key": key, "windowsVirtualKeyCode": code});
        self.browser.cdp("Input.dispatchKeyEvent", up).await;
    }

    async fn arrow(&self, direction: &str, times: usize) {
        let code = match direction {
            "Left" => 37,
            "Up" => 38,
            "Right" => 39,
            _ => 40,
        };
        for _ in 0..times {
            self.key(&format!("Arrow{direction}"), code, "").await;
        }
    }

    async fn enter(&self) {
        self.key("Enter", 13, "\r").await;
    }

    async fn mouse(&self, kind: &str, (x, y): (f64, f64)) {
        let pressed = i64::from(kind != "mouseReleased");
        let event = json!({"type": kind, "x": x, "y": y, "button": "left", "buttons": pressed, "clickCount": 1});
        self.browser.cdp("Input.dispatchMouseEvent", event).await;
    }

    /// One hour down with the mouse: the step of five minutes is four pixels.
    async fn drags(&self) {
        self.open(FRIDAY).await;
        let middle = "document.querySelector('.week').scrollIntoView({ behavior: 'instant' });
            const { x, y, width, height } = document.querySelector('.block.c-2.s-120').getBoundingClientRect();
            return [x + width / 3, y + height / 2];";
        let at = self.browser.execute(middle, vec![]).await;
        let at = |n: usize| at.get(n).and_then(Value::as_f64).expect("a place");
        let (x, y) = (at(0), at(1));
        self.mouse("mousePressed", (x, y)).await;
        for step in 1..=8 {
            self.mouse("mouseMoved", (x, y + 6.0 * f64::from(step))).await;
        }
        self.mouse("mouseReleased", (x, y + 48.0)).await;
        let (old, new) =
            (self.browser.text("dialog[open] [data-old]").await, self.browser.text("dialog[open] [data-new]").await);
        assert!(old.contains("10:00–11:00") && new.contains("11:00–12:00") && new.contains("书画室"), "{old} {new}");
        self.choir_begins_at(600).await;
        self.browser.click("dialog[open] [data-save]").await;
        self.browser.text(".block.c-2.s-132:not(.moving)").await;
        self.browser.text(".notice.ok[role=status]").await;
        self.choir_begins_at(660).await;
    }

    /// The same with keys: M, twice up, Enter, and Enter again for the question.
    async fn walks_back(&self) {
        self.grasp(".block.c-2.s-132").await;
        let said = self.browser.text("[data-said]").await;
        assert!(said.contains("11:00–12:00"), "{said}");
        self.arrow("Up", 2).await;
        assert!(self.browser.text("[data-said]").await.contains("10:00–11:00"));
        self.key("Escape", 27, "").await;
        self.browser.text(".block.c-2.s-132").await;
        self.choir_begins_at(660).await;
        self.grasp(".block.c-2.s-132").await;
        self.arrow("Up", 2).await;
        self.enter().await;
        self.browser.text("dialog[open] [data-new]").await;
        self.enter().await;
        self.browser.text(".block.c-2.s-120:not(.moving)").await;
        self.browser.text(".notice.ok[role=status]").await;
        self.choir_begins_at(600).await;
    }

    /// Takes a block up with the keyboard.
    async fn grasp(&self, block: &str) {
        self.browser.text(block).await;
        let focus = format!("document.querySelector('{block} a').focus()");
        self.browser.execute(&focus, vec![]).await;
        self.key("m", 77, "m").await;
        self.browser.text(".block.moving").await;
    }

    /// Into the tea's room, at the tea's time: it is said why not, and nothing changes.
    async fn is_refused(&self) {
        self.grasp(".block.c-2.s-120").await;
        self.arrow("Left", 1).await;
        self.arrow("Down", 9).await;
        self.enter().await;
        self.browser.text("dialog[open] [data-new]").await;
        self.enter().await;
        let why = self.browser.text("dialog[open] [data-why]:not([hidden])").await;
        assert!(why.contains("长者太极班"), "{why}");
        self.browser.click("dialog[open] [data-keep]").await;
        self.browser.text(".block.c-2.s-120:not(.moving)").await;
        self.choir_begins_at(600).await;
        assert_eq!(
            self.number("select count(*) from bookings where session_id = 2 and room_id = 2 and released_at is null")
                .await,
            1
        );
    }

    async fn is_on(&self, date: &str) {
        self.browser.text(&format!(".week-days a[aria-current=date][href$='date={date}']")).await;
    }

    async fn turns_pages(&self) {
        self.open(FRIDAY).await;
        self.arrow("Right", 1).await;
        self.is_on("2026-03-07").await;
        self.arrow("Left", 1).await;
        self.is_on("2026-03-06").await;
        self.key("t", 84, "t").await;
        self.is_on("2026-03-05").await;
        // Where something is typed they are letters and arrows.
        self.browser.execute("document.getElementById('bar-q').focus()", vec![]).await;
        self.arrow("Right", 1).await;
        self.key("t", 84, "t").await;
        self.is_on("2026-03-05").await;
        let typed = self.browser.execute("return document.getElementById('bar-q').value", vec![]).await;
        assert_eq!(typed, "t");
    }

    async fn pages_are_accessible(&self, state: &str) {
        for path in [
            FRIDAY,
            "/centers/1/week?date=2026-03-06&all=1&kind=2",
            "/centers/1/week?view=room&room=2&date=2026-03-06",
            "/centers/1/month?month=2026-03",
            "/centers/1/month?month=2026-03&span=quarter",
        ] {
            self.open(path).await;
            self.browser.is_accessible(&format!("{path}, {state}")).await;
        }
    }
}
