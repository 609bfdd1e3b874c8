//! Calendars by a secret link: who may make one and what it shows, how it ends, what is not sent twice; and that other programs read
//! exactly the right instants.

use linli::clock::Timestamp;
use linli::people::{Forgetting, PersonId};
use rocket::http::Header;
use serde_json::json;

use crate::activities::schedules;
use crate::check_in::{another, card, people, session};
use crate::support::calendar::{Instants, by_icalendar, by_khal, parse};
use crate::support::{Answer, TestApp, User, on_both_engines};

/// The address of the one calendar whose link stands on a page.
fn link(page: &Answer) -> String {
    let text = page.text();
    let parts = text.split("/calendar/").skip(1).filter_map(|rest| rest.split(['<', '"']).next());
    let links: Vec<&str> = parts.filter(|part| part.ends_with(".ics")).collect();
    let first = links.first().unwrap_or_else(|| panic!("no link: {text}"));
    assert_eq!(first.len(), 47, "{first}");
    assert!(links.iter().all(|other| other == first), "one link: {links:?}");
    format!("/calendar/{first}")
}

/// Makes a feed of one of these and gives its address, as the page shows it.
pub(crate) async fn feed_of(user: &User<'_>, of: &str, subject: i64) -> String {
    let to = user.post("/feeds", &[(of, &*subject.to_string())]).await.is(303).leads_to();
    let sql = "select max(id) from feeds where kind = $1 and ended_at is null
         and coalesce(room_id, team_id, worker_id, center_id) = $2";
    let mut conn = user.app.db().read().await.unwrap();
    let id: i64 = sqlx::query_scalar(sql).bind(of.to_owned()).bind(subject).fetch_one(&mut *conn).await.unwrap();
    drop(conn);
    let page = user.get(&to).await.is(200).text();
    let shown = page.split(&format!("id=\"feed-url-{id}\">")).nth(1).unwrap_or_else(|| panic!("{to}: {page}"));
    let (_, file) = shown.split('<').next().unwrap().split_once("/calendar/").unwrap();
    format!("/calendar/{file}")
}

/// What a calendar answers to who holds `etag`: the status, its own, and the text.
async fn asks(app: &TestApp, path: &str, etag: Option<&str>) -> (u16, String, String) {
    let mut request = app.client.get(path.to_owned());
    if let Some(etag) = etag {
        request = request.header(Header::new("If-None-Match", etag.to_owned()));
    }
    let answer = request.dispatch().await;
    let status = answer.status().code;
    let own = answer.headers().get_one("ETag").unwrap_or_default().to_owned();
    assert_eq!(answer.headers().get_one("Referrer-Policy"), Some("no-referrer"), "{path}");
    (status, own, answer.into_string().await.unwrap_or_default())
}

/// Four Fridays from 6 March, 14:00 to 16:00.
async fn series(ann: &User<'_>) {
    let weekly = [("date", "2026-03-06"), ("repeat", "weekly"), ("times", "4"), ("confirm", "1")];
    let dates = ["pick.2026-03-06", "pick.2026-03-13", "pick.2026-03-20", "pick.2026-03-27"].map(|pick| (pick, "book"));
    schedules(ann, &[&weekly[..], &dates].concat()).await.is(303);
}

/// A session is moved to another time behind the form's back, which knows no nights yet.
async fn shift_to(app: &TestApp, id: i64, from: &str, to: &str) {
    let at = |text: &str| Timestamp::parse_rfc3339(text).unwrap().0;
    let mut tx = app.begin().await;
    sqlx::query("update sessions set starts_at = $2, ends_at = $3, sequence = sequence + 1 where id = $1")
        .bind(id)
        .bind(at(from))
        .bind(at(to))
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn schedule_of(ann: &User<'_>, id: i64, what: &str, fields: &[(&str, &str)]) {
    ann.post(&format!("/centers/1/sessions/{id}/schedule{what}"), fields).await.is(303);
}

/// The phone of person `id`, to which their card was shown.
async fn phone_of<'a>(app: &'a TestApp, id: i64) -> User<'a> {
    let mut phone = app.anyone();
    let code = card(app, id).await;
    phone.keep(&phone.post(&format!("/k/{}", code.plain()), &[]).await.is(303));
    phone
}

/// The phone makes its calendar.
async fn own_feed(phone: &User<'_>, person: &str) -> String {
    phone.post("/me/calendar", &[("person", person)]).await.is(303);
    link(&phone.get("/me/calendar").await.is(200))
}

on_both_engines! {
    async fn two_programs_read_exactly_the_right_instants(app: TestApp) {
        let ann = app.sign_in("ann").await;
        series(&ann).await;
        schedules(&ann, &[("title", "守岁"), ("date", "2026-03-21"), ("starts", "20:00"), ("ends", "21:00")]).await.is(303);
        let path = feed_of(&ann, "center", 1).await;
        let before = app.anyone().get(&path).await.is(200).text();
        let moved = [("date", "2026-03-14"), ("starts", "10:00"), ("ends", "11:00"), ("room", "1")];
        schedule_of(&ann, 2, "", &moved).await;
        schedule_of(&ann, 3, "/cancellation", &[("reason", "台风")]).await;
        schedule_of(&ann, 4, "/skipping", &[("reason", "放假")]).await;
        schedule_of(&ann, 4, "/restoration", &[]).await;
        shift_to(&app, 5, "2026-03-21T15:30:00Z", "2026-03-21T17:30:00Z").await;
        let feed = app.anyone().get(&path).await.is(200).text();
        let one = |id: i64, from: &str, to: &str, status: &str| {
            let uid = feed.split("UID:").find(|rest| rest.starts_with(&format!("session-{id}@"))).unwrap();
            Instants { from: from.into(), to: to.into(), uid: uid.lines().next().unwrap().into(), status: status.into() }
        };
        let expected = vec![
            one(1, "2026-03-06T06:00", "2026-03-06T08:00", "CONFIRMED"),
            one(2, "2026-03-14T02:00", "2026-03-14T03:00", "CONFIRMED"),
            one(3, "2026-03-20T06:00", "2026-03-20T08:00", "CANCELLED"),
            one(5, "2026-03-21T15:30", "2026-03-21T17:30", "CONFIRMED"),
            one(4, "2026-03-27T06:00", "2026-03-27T08:00", "CONFIRMED"),
        ];
        for found in [by_icalendar(&feed), by_khal(&feed)].into_iter().flatten() {
            assert_eq!(found, expected);
        }
        // Each is the one that it was, and says that it changed.
        let Some(earlier) = parse(&before) else { return };
        let later = parse(&feed).unwrap();
        for old in &earlier {
            let new: Vec<_> = later.iter().filter(|event| event.uid == old.uid).collect();
            assert_eq!(new.len(), 1, "{old:?}");
            assert_eq!(new[0].sequence > old.sequence, !old.uid.starts_with("session-1@"), "{old:?} {new:?}");
        }
        let public = parse(&app.anyone().get("/calendar/centers/1.ics").await.is(200).text()).unwrap();
        assert_eq!(public.iter().map(|event| &event.uid).collect::<Vec<_>>(), later.iter().map(|event| &event.uid).collect::<Vec<_>>());
    }

    async fn a_staff_calendar_holds_drafts_and_what_was_skipped_and_names_nobody(app: TestApp) {
        let ann = app.sign_in("ann").await;
        schedules(&ann, &[]).await.is(303);
        schedules(&ann, &[("title", "内部例会"), ("room", "2"), ("published", "")]).await.is(303);
        schedules(&ann, &[("title", "探访张桂英"), ("kind", "1"), ("date", "2026-03-07"), ("description", "张桂英膝盖不好")]).await.is(303);
        schedule_of(&ann, 1, "/skipping", &[("reason", "放假")]).await;
        let [center, room] = [feed_of(&ann, "center", 1).await, feed_of(&ann, "room", 2).await];
        let feed = app.anyone().get(&center).await.is(200)
            .shows("SUMMARY:内部例会").shows("CLASS:PRIVATE").shows("STATUS:CANCELLED").shows("SUMMARY:长者太极班")
            .shows("SUMMARY:个案").hides("张桂英").hides("膝盖").shows("/centers/1/sessions/2");
        assert!(feed.header("cache-control").starts_with("private"), "{}", feed.header("cache-control"));
        app.anyone().get("/calendar/centers/1.ics").await.is(200).hides("内部例会").hides("太极").hides("个案");
        app.anyone().get(&room).await.is(200).shows("内部例会").hides("太极");
        // What else the room is booked for is time taken, and no more.
        app.execute("insert into bookings (room_id, kind, starts_at, ends_at, label, used_from, used_to) values (2, 'meeting', 1773291600000, 1773295200000, '站务会', 1773291600000, 1773295200000)").await;
        app.anyone().get(&room).await.is(200).shows("SUMMARY:已占用").shows("DTSTART;TZID=Asia/Shanghai:20260312T130000").shows("UID:booking-");
    }

    async fn a_link_is_made_once_shown_again_and_is_its_makers_alone(app: TestApp) {
        let (ann, olga, lei) = (app.sign_in("ann").await, app.sign_in("olga").await, app.sign_in("lei").await);
        schedules(&ann, &[("team", "1")]).await.is(303);
        schedules(&ann, &[("title", "合唱团"), ("room", "2")]).await.is(303);
        let path = feed_of(&ann, "room", 1).await;
        assert_eq!(feed_of(&ann, "room", 1).await, path, "there is one, and it is shown again");
        let twice = [("team", "1")];
        let (one, other) = rocket::tokio::join!(ann.post("/feeds", &twice), ann.post("/feeds", &twice));
        assert_eq!((one.status.code, other.status.code), (303, 303));
        assert_eq!(app.number("select count(*) from feeds where team_id = 1 and ended_at is null").await, 1);
        assert_eq!(app.number("select count(*) from audit_events where action = 'feed.made' and center_id = 1").await, 2);
        let id = app.number("select id from feeds where room_id = 1").await;
        for what in ["renewal", "revocation"] {
            olga.post(&format!("/feeds/{id}/{what}"), &[]).await.is(404);
            lei.post(&format!("/feeds/{id}/{what}"), &[]).await.is(404);
            app.token("ben").await.post_json(&format!("/api/v1/feeds/{id}/{what}"), json!({})).await.is(404);
        }
        for (of, subject) in [("room", 1), ("center", 1), ("team", 1), ("room", 99), ("worker", 1)] {
            olga.post("/feeds", &[(of, &*subject.to_string())]).await.is(404);
        }
        ann.get("/centers/2/feeds").await.is(404);
        olga.get("/centers/1/feeds").await.is(404);
        app.sign_in("fay").await.post("/feeds", &[("center", "1")]).await.is(403);
        ann.post("/feeds", &[("room", "x")]).await.is(422);
        // Whoever leads a team has its calendar, and no other.
        lei.post("/feeds", &[("center", "1")]).await.is(404);
        lei.post("/feeds", &[("room", "1")]).await.is(404);
        lei.get("/centers/1/feeds").await.is(200).shows("邻里敬老队").hides("二楼多功能活动室");
        let team = feed_of(&lei, "team", 1).await;
        app.anyone().get(&team).await.is(200).shows("长者太极班").hides("合唱团");
    }

    async fn a_link_that_was_renewed_or_taken_back_is_not_found(app: TestApp) {
        let ann = app.sign_in("ann").await;
        schedules(&ann, &[]).await.is(303);
        let old = feed_of(&ann, "center", 1).await;
        let id = app.number("select id from feeds").await;
        ann.post(&format!("/feeds/{id}/renewal"), &[]).await.is(303);
        let new = link(&ann.get("/centers/1/feeds").await.is(200));
        assert_ne!(old, new);
        assert_eq!(asks(&app, &old, None).await.0, 404);
        assert_eq!(asks(&app, &old, Some("*")).await.0, 404, "whoever had it is told nothing either");
        let (status, etag, _) = asks(&app, &new, None).await;
        assert_eq!(status, 200);
        ann.post(&format!("/feeds/{id}/renewal"), &[]).await.is(404);
        ann.post(&format!("/feeds/{}/revocation", id + 1), &[]).await.is(303);
        assert_eq!(asks(&app, &new, Some(&etag)).await.0, 404);
        ann.get("/centers/1/feeds").await.is(200).hides("/calendar/");
        for path in ["/calendar/x.ics", "/calendar/.ics", "/calendar/centers", "/calendar/x"] {
            app.anyone().get(path).await.is(404);
        }
        assert_eq!(app.number("select count(*) from audit_events where action like 'feed.%' and center_id = 1").await, 3);
    }

    async fn a_link_ends_with_the_right_of_who_made_it(app: TestApp) {
        let ann = app.sign_in("ann").await;
        people(&app, 1).await;
        app.execute(
            "insert into workers (person_id, center_id, account_id, kind, started_on, created_at)
             select 1, 1, id, 'social_worker', '2026-01-01', 0 from accounts where login = 'ann'",
        )
        .await;
        schedules(&ann, &[("worker", "1")]).await.is(303);
        schedules(&ann, &[("title", "合唱团"), ("room", "2")]).await.is(303);
        ann.get("/feeds").await.is(200).shows("我负责的场次");
        let [own, room, team] = [feed_of(&ann, "worker", 1).await, feed_of(&ann, "room", 1).await, feed_of(&ann, "team", 1).await];
        app.anyone().get(&own).await.is(200).shows("长者太极班").hides("合唱团");
        let stands = async || {
            let mut found = Vec::new();
            for path in [&own, &room, &team] {
                found.push(asks(&app, path, None).await.0);
            }
            found
        };
        assert_eq!(stands().await, [200, 200, 200]);
        app.execute("update workers set ended_on = '2026-03-05' where account_id is not null").await;
        app.execute("update rooms set retired_at = 0 where id = 1").await;
        assert_eq!(stands().await, [404, 404, 200]);
        app.execute("update workers set ended_on = '2026-03-06' where account_id is not null").await;
        app.execute("update teams set disbanded_on = '2026-03-05' where id = 1").await;
        assert_eq!(stands().await, [200, 404, 404], "until the day on which they leave");
        app.execute("update teams set disbanded_on = null where id = 1").await;
        app.execute(
            "insert into account_scopes (account_id, center_id, city) select account_id, 2, city from account_scopes
             where center_id = 1 and account_id = (select id from accounts where login = 'ann')",
        )
        .await;
        assert_eq!(stands().await, [200, 404, 200]);
        app.execute("update account_scopes set ends_at = 0 where center_id = 1").await;
        assert_eq!(stands().await, [404, 404, 404], "who works elsewhere now");
        app.execute("update account_scopes set ends_at = null where center_id = 1").await;
        app.execute("update accounts set disabled_at = 0 where login = 'ann'").await;
        assert_eq!(stands().await, [404, 404, 404]);
        app.execute("update accounts set disabled_at = null, role = 'front_desk' where login = 'ann'").await;
        assert_eq!(stands().await, [404, 404, 404], "in another role");
    }

    async fn what_is_held_already_is_not_sent_again_until_something_changes(app: TestApp) {
        let ann = app.sign_in("ann").await;
        series(&ann).await;
        let one = "/calendar/sessions/1.ics".to_owned();
        let paths = [feed_of(&ann, "center", 1).await, feed_of(&ann, "room", 1).await, "/calendar/centers/1.ics".to_owned(), one];
        for path in &paths {
            let (status, etag, text) = asks(&app, path, None).await;
            assert!(status == 200 && etag.starts_with("W/\"") && text.contains("BEGIN:VEVENT"), "{path} {etag}");
            let held = format!("\"other\", {etag}");
            assert_eq!(asks(&app, path, Some(&held)).await, (304, etag.clone(), String::new()), "{path}");
            let whole = app.anyone().get(path).await.is(200);
            assert!(whole.header("last-modified").ends_with(" GMT"), "{}", whole.header("last-modified"));
        }
        let [center, room, public, _] = &paths;
        let mut etags = Vec::new();
        for path in [center, room, public] {
            etags.push(asks(&app, path, None).await.1);
        }
        let moved = [("date", "2026-03-14"), ("starts", "10:00"), ("ends", "11:00"), ("room", "1")];
        let texts = [("title", "太极进阶班"), ("kind", "3"), ("published", "1")];
        for change in 0..6 {
            match change {
                0 => schedule_of(&ann, 2, "", &moved).await,
                1 => schedule_of(&ann, 2, "/cancellation", &[("reason", "台风")]).await,
                2 => schedule_of(&ann, 2, "/restoration", &[]).await,
                3 => _ = ann.post("/centers/1/activities/1", &texts).await.is(303),
                4 => app.execute("update rooms set name = '大厅' where id = 1").await,
                _ => app.at("2026-03-06T02:00:00Z"),
            }
            for (path, etag) in [center, room, public].into_iter().zip(&mut etags) {
                let (status, new, _) = asks(&app, path, Some(etag)).await;
                assert_eq!(status, 200, "{path} after change {change}");
                assert_eq!(asks(&app, path, Some(&new)).await.0, 304, "{path} after change {change}");
                *etag = new;
            }
        }
    }

    async fn what_is_recalled_says_what_holds_now(app: TestApp) {
        let (ann, ada) = (app.sign_in("ann").await, app.sign_in("ada").await);
        schedules(&ann, &[]).await.is(303);
        schedule_of(&ann, 1, "/skipping", &[("reason", "放假")]).await;
        let path = feed_of(&ann, "center", 1).await;
        let says = async |shown: &str, hidden: &str| {
            // The second time it is recalled.
            for _ in 0..2 {
                app.anyone().get(&path).await.is(200).shows(shown).hides(hidden);
            }
        };
        says("SUMMARY:长者太极班", "SUMMARY:合唱").await;
        // What was skipped stands there too, struck out.
        ann.post("/centers/1/activities/1", &[("title", "合唱班"), ("kind", "3")]).await.is(303);
        says("SUMMARY:合唱班", "SUMMARY:长者").await;
        let kind = [("name", "康乐"), ("name_en", "Leisure"), ("confidential", "1")];
        ada.post("/catalogs/service-kinds/3", &kind).await.is(303);
        says("SUMMARY:康乐", "合唱").await;
        ada.post("/catalogs/service-kinds/3", &kind[..2]).await.is(303);
        says("SUMMARY:合唱班", "SUMMARY:康乐").await;
        // Rooms that change their names among themselves.
        app.execute("update rooms set name = case id when 1 then '东厅' else '西厅' end where id in (1, 2)").await;
        says("· 东厅", "西厅").await;
        app.execute("update rooms set name = '甲' where id = 1").await;
        app.execute("update rooms set name = '东厅' where id = 2").await;
        app.execute("update rooms set name = '西厅' where id = 1").await;
        says("· 西厅", "东厅").await;
    }

    /// Other dates of one series, of which nothing else is other: the calendar is another.
    async fn a_calendar_of_other_dates_is_told_anew(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        for (token, date) in [("a", "2026-03-10"), ("b", "2026-03-17"), ("c", "2026-03-24"), ("d", "2026-03-31")] {
            another(&app, token, date, None, None).await;
        }
        let phone = phone_of(&app, 1).await;
        let path = own_feed(&phone, "1").await;
        let comes = async |dates: [i64; 2]| {
            app.execute("delete from registrations").await;
            for session in dates {
                let mut tx = app.begin().await;
                sqlx::query(
                    "insert into registrations (session_id, person_id, state, heads, made_at, changed_at, made_by, changed_by, request_id, link)
                     select s.id, 1, 'confirmed', 1, 0, 0, 'worker', 'worker', 'r' || cast(s.id as text), 'r' || cast(s.id as text)
                     from sessions s where s.id = $1",
                )
                .bind(session)
                .execute(&mut *tx)
                .await
                .unwrap();
                tx.commit().await.unwrap();
            }
        };
        comes([2, 5]).await;
        let (_, etag, text) = asks(&app, &path, None).await;
        assert!(text.contains("20260310T") && text.contains("20260331T"), "{text}");
        comes([3, 4]).await;
        let (status, _, text) = asks(&app, &path, Some(&etag)).await;
        assert!(status == 200 && text.contains("20260317T") && !text.contains("20260331T"), "{status} {text}");
    }

    async fn a_persons_calendar_holds_their_shifts_and_visits_and_is_their_phones(app: TestApp) {
        session(&app, None, Some(1)).await;
        another(&app, "next", "2026-03-10", None, Some(1)).await;
        people(&app, 2).await;
        let ann = app.sign_in("ann").await;
        for person in ["1", "2"] {
            ann.post("/centers/1/teams/1/members", &[("person", person)]).await.is(303);
        }
        ann.post("/centers/1/sessions/2/needs", &[("position", "签到"), ("wanted", "2"), ("team", "1")]).await.is(303);
        app.anyone().get("/me/calendar").await.is(404);
        let (one, two) = (phone_of(&app, 1).await, phone_of(&app, 2).await);
        one.get("/me").await.is(200).shows("/me/calendar");
        two.post("/me/calendar", &[("person", "1")]).await.is(404);
        one.post("/me/calendar", &[]).await.is(422);
        let path = own_feed(&one, "1").await;
        app.anyone().get(&path).await.is(200).hides("BEGIN:VEVENT");
        one.post("/me/shifts", &[("need", "1"), ("person", "1")]).await.is(303);
        let (_, etag, text) = asks(&app, &path, None).await;
        assert!(text.contains("SUMMARY:早茶会") && text.contains("DESCRIPTION:签到") && text.contains("/agenda/1/sessions/2"), "{text}");
        assert_eq!(asks(&app, &path, Some(&etag)).await.0, 304);
        schedule_of(&ann, 2, "/cancellation", &[("reason", "台风")]).await;
        app.anyone().get(&path).await.is(200).shows("STATUS:CANCELLED");
        // Where they were stands there too.
        app.execute(
            "insert into attendances (session_id, person_id, part, method, came_at, recorded_at, elderly, disabled, needy, youth)
             values (1, 1, 'participant', 'card', 1772676000000, 1772676000000, 0, 0, 0, 0)",
        )
        .await;
        app.anyone().get(&path).await.is(200).shows("/agenda/1/sessions/1").shows("/agenda/1/sessions/2");
        let id = app.number("select id from feeds").await;
        for what in ["renewal", "revocation"] {
            two.post(&format!("/me/calendar/{id}/{what}"), &[]).await.is(404);
            app.anyone().post(&format!("/me/calendar/{id}/{what}"), &[]).await.is(404);
        }
        one.post(&format!("/me/calendar/{id}/renewal"), &[]).await.is(303);
        assert_eq!(asks(&app, &path, None).await.0, 404);
        let path = link(&one.get("/me/calendar").await.is(200));
        one.post(&format!("/me/calendar/{}/revocation", id + 1), &[]).await.is(303);
        assert_eq!(asks(&app, &path, None).await.0, 404);
        let path = own_feed(&one, "1").await;
        assert_eq!(asks(&app, &path, None).await.0, 200);
        one.post("/me/forget", &[]).await;
        assert_eq!(asks(&app, &path, None).await.0, 404, "a phone that is forgotten takes nothing along");
    }

    async fn calendars_end_with_a_merge_and_with_being_forgotten(app: TestApp) {
        people(&app, 2).await;
        let (one, two) = (phone_of(&app, 1).await, phone_of(&app, 2).await);
        let [kept, merged] = [own_feed(&one, "1").await, own_feed(&two, "2").await];
        let ann = app.token("ann").await;
        let made = ann.post_json("/api/v1/people/merges", json!({"kept": 1, "merged": 2})).await.is(201).json();
        assert_eq!((asks(&app, &kept, None).await.0, asks(&app, &merged, None).await.0), (200, 404));
        assert_eq!(app.number("select count(*) from feeds where person_id = 1").await, 2);
        let undo = format!("/api/v1/people/merges/{}/undoing", made["id"]);
        ann.post_json(&undo, json!({})).await.is(200);
        assert_eq!((asks(&app, &kept, None).await.0, asks(&app, &merged, None).await.0), (200, 200), "two again");
        let mut tx = app.begin().await;
        linli::feeds::forget(&mut tx, &Forgetting::everywhere(vec![PersonId(2)], app.clock.now())).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!((asks(&app, &kept, None).await.0, asks(&app, &merged, None).await.0), (200, 404));
        assert_eq!(app.number("select count(*) from feeds where person_id = 2 and ended_at is not null").await, 1);
    }
}
