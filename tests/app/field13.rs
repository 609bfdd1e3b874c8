//! What users of comparable systems found wanting, where no other file has it: a room that is taken on many dates is changed at once; a
//! day of several spans by a program; more places for a session that is full; and a day of many rooms that is seen whole.

use serde_json::json;

use crate::activities::schedules;
use crate::support::app::{fresh_database, runtime};
use crate::support::browser::Browser;
use crate::support::live::Live;
use crate::support::{Engine, TestApp, on_both_engines};

const FRIDAYS: [&str; 4] = ["2026-03-06", "2026-03-13", "2026-03-20", "2026-03-27"];

/// What is picked for each of the Fridays.
fn picks(pick: &'static str) -> Vec<(String, &'static str)> {
    FRIDAYS.iter().map(|date| (format!("pick.{date}"), pick)).collect()
}

fn with<'a>(series: &[(&'a str, &'a str)], picks: &'a [(String, &'static str)]) -> Vec<(&'a str, &'a str)> {
    series.iter().copied().chain(picks.iter().map(|(name, pick)| (name.as_str(), *pick))).collect()
}

on_both_engines! {
    /// pages.md, B17.
    async fn a_room_that_is_taken_on_many_dates_is_changed_for_all_at_once(app: TestApp) {
        let ann = app.sign_in("ann").await;
        let weekly = [("repeat", "weekly"), ("times", "4")];
        let (booked, elsewhere) = (picks("book"), picks("2"));
        schedules(&ann, &with(&[&weekly[..], &[("confirm", "1")]].concat(), &booked)).await.is(303);

        let class = [&weekly[..], &[("title", "书法班")]].concat();
        let shown = schedules(&ann, &class).await.is(200).shows("name=\"all.taken\"").shows("跳过 4 个日期").text();
        let (exceptions, folded) = shown.split_once("<details class=\"expander\" id=\"free\">").unwrap();
        let rows = |part: &str| part.matches("id=\"d-2026-").count();
        // A line for each that is taken; the four that would make up for them are one line until somebody opens it.
        assert_eq!((rows(exceptions), rows(folded)), (4, 4), "{shown}");
        let (_, at_once) = folded.split_once("name=\"all.taken\"").unwrap();
        assert!(at_once.split_once("</select>").unwrap().0.contains("<option value=\"2\">"), "{at_once}");

        let change = [&class[..], &[("apply", "taken"), ("all.taken", "2"), ("make_up", "1")]].concat();
        let changed = schedules(&ann, &change).await.is(200).shows("4 场").hides("跳过 4 个日期").text();
        assert_eq!(changed.matches("<option value=\"2\" selected>").count(), 4, "{changed}");
        assert_eq!(app.number("select count(*) from activities").await, 1, "nothing is saved by looking");
        schedules(&ann, &with(&[&class[..], &[("confirm", "1"), ("make_up", "1")]].concat(), &elsewhere)).await.is(303);
        let there = "select count(*) from bookings b join sessions s on s.id = b.session_id
                     where s.activity_id = 2 and b.room_id = 2 and b.released_at is null and s.status = 'planned'";
        assert_eq!(app.number(there).await, 4);
    }

    /// field.md, F17: by a program the second span of a day counts as the first does.
    async fn a_program_gives_a_day_several_spans(app: TestApp) {
        let (ann, ben) = (app.sign_in("ann").await, app.token("ben").await);
        let friday = |opens, closes| json!({"weekday": 5, "opens": opens, "closes": closes});
        let room = json!({"center": 1, "name": "舞蹈室", "kind": 12, "area_m2": 80, "capacity": 30,
            "week": [friday("08:30", "12:00"), friday("14:00", "17:30")]});
        let made = ben.post_json("/api/v1/rooms", room).await.is(201).json();
        assert_eq!(made["week"], json!([friday("08:30", "12:00"), friday("14:00", "17:30")]));
        let id = made["id"].to_string();
        schedules(&ann, &[("room", &id), ("starts", "11:30"), ("ends", "14:30")]).await.is(422).shows("08:30–12:00、14:00–17:30");
        for (starts, ends) in [("10:00", "12:00"), ("14:00", "17:30")] {
            schedules(&ann, &[("room", &id), ("starts", starts), ("ends", ends)]).await.is(303);
        }
    }

    /// pages.md, A17: said so, on the page on which people are received.
    async fn who_gives_more_places_is_told_so_and_stays_with_the_session(app: TestApp) {
        let mut ann = app.sign_in("ann").await;
        let today = [("date", "2026-03-05"), ("starts", "10:00"), ("ends", "12:00")];
        schedules(&ann, &[&today[..], &[("capacity", "3")]].concat()).await.is(303);
        let place = [("room", "1"), ("capacity", "4"), ("scope", "one")];
        let answer = ann.post("/centers/1/sessions/1/schedule", &[&today[..], &place].concat()).await;
        assert_eq!(answer.leads_to(), "/centers/1/sessions/1");
        ann.keep(&answer);
        ann.get("/centers/1/sessions/1").await.is(200).shows("名额已改。").hides("已改期");
    }
}

/// Eight more rooms, open on Fridays.
const ROOMS: [&str; 3] = [
    "insert into rooms (center_id, kind_id, name, area_m2, capacity, created_at)
     with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < 8)
     select 1, 14, '教室' || n, 40, 60, 0 from numbers",
    "insert into room_weeks (room_id, valid_from, created_at) select id, '2026-01-01', 0 from rooms where name like '教室%'",
    "insert into room_week_spans (week_id, weekday, opens, closes)
     select w.id, 5, 510, 1260 from room_weeks w join rooms r on r.id = w.room_id where r.name like '教室%'",
];

/// pages.md, A13: at 1280 pixels nothing of it lies beyond the edge.
#[test]
fn a_day_of_ten_rooms_is_seen_whole_at_a_desk() {
    let Some(url) = fresh_database(Engine::Sqlite) else { return };
    let live = Live::on(&url, 0);
    runtime().block_on(async {
        let app = TestApp::open(&url).await;
        for sql in ROOMS {
            app.execute(sql).await;
        }
        let ann = app.sign_in("ann").await;
        for room in 1..=10 {
            schedules(&ann, &[("room", &room.to_string())]).await.is(303);
        }
        let Some(desk) = Browser::desktop().open().await else { return };
        desk.becomes(&ann, &live.base).await;
        desk.goto(&live.link("/centers/1/week?date=2026-03-06")).await;
        assert!(desk.text(".week-days [aria-current=date]").await.contains("10 场"));
        assert_eq!(desk.count(".week .block").await, 10);
        let beyond = "const week = document.querySelector('.week'); return week.scrollWidth - week.clientWidth";
        assert_eq!(desk.execute(beyond, vec![]).await, 0);
        desk.close().await;
    });
}
