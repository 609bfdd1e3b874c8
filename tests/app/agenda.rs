//! The public agenda: a week by its days, the rest by activity, and its chips.

use std::io::Read as _;

use flate2::read::GzDecoder;
use rocket::http::{Cookie, Header};

use crate::activities::schedules;
use crate::support::{TestApp, User, on_both_engines};

/// A quarter of a center that is full from morning to night: ten sessions a day, in thirty series.
async fn full_quarter(app: &TestApp) {
    const NAMES: [&str; 10] = [
        "太极班",
        "合唱团",
        "书法班",
        "亲子阅读",
        "义诊咨询",
        "法律咨询",
        "四点半课堂",
        "健康讲座",
        "读报会",
        "手工坊",
    ];
    let zone = linli::clock::Zone::SHANGHAI;
    let today = zone.date(app.clock.now().0);
    let mut tx = app.begin().await;
    for series in 0..30 {
        let title = format!("{}{}", ["长者", "青少年", "周末"][series % 3], NAMES[series / 3]);
        sqlx::query(
            "insert into activities (center_id, kind_id, title, published, created_at) values (1, 3, $1, 1, 0)",
        )
        .bind(title)
        .execute(&mut *tx)
        .await
        .unwrap();
    }
    for (day, date) in today.until(today.plus_days(91)).enumerate() {
        for n in 0..10_i64 {
            let starts = zone.midnight(date).0 + (8 + n) * 3_600_000;
            sqlx::query(
                "insert into sessions (activity_id, center_id, venue, starts_at, ends_at, local_date, capacity, status, updated_at)
                 values ($1, 1, $2, $3, $4, $5, $6, 'planned', 0)",
            )
            .bind((i64::try_from(day).unwrap() * 7 + n * 3) % 30 + 1)
            .bind(["二楼多功能活动室", "书画室", "社区广场"][usize::try_from(n).unwrap() % 3])
            .bind(starts)
            .bind(starts + 5_400_000)
            .bind(date)
            .bind(20 + n)
            .execute(&mut *tx)
            .await
            .unwrap();
        }
    }
    tx.commit().await.unwrap();
}

/// The page as a phone's browser gets it: status, its ETag, bytes on the wire, and what is in them.
async fn on_the_wire(user: &User<'_>, path: &str, held: Option<&str>) -> (u16, Option<String>, usize, String) {
    let mut request = user.app.client.get(path.to_owned()).header(Header::new("Accept-Encoding", "gzip"));
    if let Some(held) = held {
        request = request.header(Header::new("If-None-Match", held.to_owned()));
    }
    for (name, value) in &user.cookies {
        request = request.cookie(Cookie::new(name.clone(), value.clone()));
    }
    let answer = request.dispatch().await;
    let (status, etag) = (answer.status().code, answer.headers().get_one("ETag").map(str::to_owned));
    let body = answer.into_bytes().await.unwrap_or_default();
    let mut page = String::new();
    if status == 200 {
        GzDecoder::new(&body[..]).read_to_string(&mut page).unwrap();
    }
    (status, etag, body.len(), page)
}

on_both_engines! {
    async fn an_agenda_shows_seven_days_and_tells_the_rest_by_activity(app: TestApp) {
        let (ann, nobody) = (app.sign_in("ann").await, app.anyone());
        let weekly = [("date", "2026-03-05"), ("repeat", "weekly"), ("times", "4"), ("confirm", "1")];
        let dates = ["pick.2026-03-05", "pick.2026-03-12", "pick.2026-03-19", "pick.2026-03-26"].map(|pick| (pick, "book"));
        schedules(&ann, &[&weekly[..], &dates].concat()).await.is(303);
        let titles = async |query: &str| {
            let page = nobody.get(&format!("/agenda/1{query}")).await.is(200).text();
            (page.matches("class=\"title\"").count(), page.contains("再往后三周"), page.contains("3 场"))
        };
        assert_eq!(titles("").await, (4, true, true), "one by its day, three within what is folded");
        assert_eq!(titles("?days=today").await, (1, false, false));
        assert_eq!(titles("?days=weekend").await, (0, false, false));
        assert_eq!(titles("?days=month").await, (4, false, false));
        assert_eq!(titles("?days=nonsense&kind=x").await, (4, true, true));
        assert_eq!(titles("?kind=99").await, (0, false, false));
    }

    async fn the_screen_in_the_hall_shows_what_runs_what_comes_and_the_next_day(app: TestApp) {
        let (ann, nobody) = (app.sign_in("ann").await, app.anyone());
        let screen = async || nobody.get("/agenda/1/today").await.is(200);
        screen().await.shows("这两周没有公开的活动").shows("hall-screen");
        schedules(&ann, &[("date", "2026-03-05"), ("starts", "10:00"), ("ends", "11:00"), ("title", "早操")]).await.is(303);
        schedules(&ann, &[("date", "2026-03-05"), ("starts", "14:00"), ("ends", "15:00"), ("title", "合唱团")]).await.is(303);
        schedules(&ann, &[("date", "2026-03-07"), ("starts", "09:00"), ("ends", "10:00"), ("title", "义诊")]).await.is(303);
        schedules(&ann, &[("date", "2026-03-05"), ("starts", "16:00"), ("ends", "17:00"), ("title", "内部例会"), ("published", "")]).await.is(303);
        app.at("2026-03-05T02:30:00Z");
        screen().await.shows("正在进行").shows("早操").shows("到 11:00").shows("接下来").shows("合唱团").shows("14:00–15:00")
            .shows("二楼多功能活动室").hides("内部例会").hides("义诊");
        ann.post("/centers/1/sessions/2/schedule/cancellation", &[("reason", "老师病了")]).await.leads_to();
        screen().await.shows("class=\"cancelled\"").shows("已取消").hides("老师病了");
        app.at("2026-03-05T09:30:00Z");
        screen().await.hides("正在进行").hides("早操").shows("3月7日 周六").shows("义诊");
        nobody.get("/agenda/99/today").await.is(404);
    }

    async fn a_month_for_the_wall_holds_what_is_published_and_the_centers_code(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/wall").await.is(200).shows("2026年3月").shows("这个月还没有公开的活动").shows("还没有长期签到码").hides("<figcaption");
        let weekly = [("date", "2026-03-06"), ("repeat", "weekly"), ("times", "4"), ("confirm", "1")];
        let dates = ["pick.2026-03-06", "pick.2026-03-13", "pick.2026-03-20", "pick.2026-03-27"].map(|pick| (pick, "book"));
        schedules(&ann, &[&weekly[..], &dates].concat()).await.is(303);
        schedules(&ann, &[("date", "2026-03-08"), ("title", "内部例会"), ("published", "")]).await.is(303);
        ann.post("/centers/1/code", &[]).await.is(303);
        let sheet = ann.get("/centers/1/wall").await.is(200).shows("<figcaption").hides("内部例会").hides("还没有长期签到码").text();
        assert_eq!(sheet.matches("长者太极班").count(), 1, "every Friday in one line");
        assert!(sheet.contains("每周都有") && !sheet.contains("6、13"), "{sheet}");
        ann.post("/centers/1/sessions/2/schedule/cancellation", &[("reason", "老师病了")]).await.leads_to();
        schedules(&ann, &[("date", "2026-03-09"), ("title", "游园会")]).await.is(303);
        ann.get("/centers/1/wall").await.is(200).shows("13日停").shows("另外还有").shows("游园会").hides("老师病了");
        ann.get("/centers/1/wall?month=2026-04&paper=a3").await.is(200).shows("2026年4月").shows("class=\"wall a3\"").hides("长者太极班");
        ann.get("/centers/1/wall?month=2026-13").await.is(404);
        ann.get("/centers/1/wall?paper=a5").await.is(404);
        // Towards the end of a month it is the next one that is printed.
        app.at("2026-03-26T02:00:00Z");
        app.sign_in("ann").await.get("/centers/1/wall").await.is(200).shows("2026年4月");
    }

    async fn an_agenda_of_a_full_quarter_is_small_and_says_how_many_places_there_are(app: TestApp) {
        full_quarter(&app).await;
        let nobody = app.anyone();
        for path in ["/agenda/1", "/agenda/1?days=month", "/agenda/1?days=weekend", "/agenda/1?kind=3"] {
            let (status, _, bytes, page) = on_the_wire(&nobody, path, None).await;
            assert!(status == 200 && page.contains("名额 2"), "{path}");
            assert!(bytes <= 30 * 1_024, "{path}: {bytes} bytes");
        }
        // What is over or takes place no more has no places.
        app.execute("update sessions set status = 'cancelled' where capacity is not null").await;
        nobody.get("/agenda/1?days=month").await.is(200).hides("名额 2");
    }

    async fn an_agenda_that_is_held_is_not_sent_again_until_it_changes(app: TestApp) {
        let (ann, nobody) = (app.sign_in("ann").await, app.anyone());
        schedules(&ann, &[("date", "2026-03-05"), ("starts", "10:00"), ("ends", "11:00")]).await.is(303);
        app.at("2026-03-05T01:00:00Z");
        let (_, etag, ..) = on_the_wire(&nobody, "/agenda/1", None).await;
        let etag = etag.expect("an ETag");
        assert_eq!(on_the_wire(&nobody, "/agenda/1", Some(&etag)).await, (304, Some(etag.clone()), 0, String::new()));
        assert_eq!(on_the_wire(&nobody, "/agenda/1?days=today", Some(&etag)).await.0, 200, "another page");
        // Who is signed in has their name on it, and it is kept nowhere.
        assert_eq!(on_the_wire(&ann, "/agenda/1", Some(&etag)).await.1, None);
        app.at("2026-03-05T02:30:00Z");
        let (status, running, _, page) = on_the_wire(&nobody, "/agenda/1", Some(&etag)).await;
        assert!(status == 200 && page.contains("live") && running.is_some_and(|new| new != etag));
    }
}
