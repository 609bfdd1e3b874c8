//! Requests that get into each other's way: one of them may be refused, none may break.

use serde_json::json;

use crate::activities::schedules;
use crate::periodic::a_draft;
use crate::support::{Answer, TestApp, on_both_engines};
use crate::upkeep::sends;

/// The live bookings that stand for no planned session, and the planned sessions without one: none of either.
const ASTRAY: &str = "select (select count(*) from bookings b join sessions s on s.id = b.session_id
        where b.released_at is null and s.status <> 'planned')
    + (select count(*) from sessions s where s.status = 'planned'
        and not exists (select 1 from bookings b where b.session_id = s.id and b.released_at is null))";

on_both_engines! {
    async fn moving_all_and_cancelling_all_wait_for_each_other(app: TestApp) {
        let ann = app.token("ann").await;
        let series = json!({"center": 1, "title": "长者太极班", "kind": 3, "room": 1, "date": "2026-03-06", "starts": "14:00",
            "ends": "16:00", "repeat": "weekly", "times": 40, "on_conflict": "fail"});
        ann.post_json("/api/v1/activities", series).await.is(201);
        for round in 0..20_u64 {
            let place = json!({"room": 1, "date": "2026-03-06", "starts": "14:01", "ends": "16:01", "scope": "all"});
            let later = async {
                // Into the middle of the other one.
                rocket::tokio::time::sleep(std::time::Duration::from_millis(4 * (round % 10))).await;
                ann.post_json("/api/v1/sessions/1/cancellation", json!({"reason": "台风", "scope": "all"})).await
            };
            let texts = [("title", "太极"), ("kind", "3"), ("published", "1")];
            let by_page = app.sign_in("ann").await;
            let (moved, cancelled, revised) = rocket::tokio::join!(
                ann.post_json("/api/v1/sessions/1/schedule", place),
                later,
                by_page.post("/centers/1/activities/1", &texts),
            );
            for answer in [&moved, &cancelled] {
                assert!(matches!(answer.status.code, 200 | 409), "round {round}: {} {}", answer.status, answer.text());
            }
            assert_eq!(revised.status.code, 303, "round {round}: {}", revised.text());
            assert_eq!(app.number(ASTRAY).await, 0, "round {round}");
            for session in 1..=40 {
                let restored = ann.post_json(&format!("/api/v1/sessions/{session}/restoration"), json!({})).await;
                assert!(matches!(restored.status.code, 200 | 409), "{}", restored.text());
            }
        }
    }
}

/// Runs `statements` in a transaction that commits only after `user`'s request has come to wait for it.
async fn meanwhile(app: &TestApp, statements: &[&'static str], asked: impl Future<Output = Answer>) -> Answer {
    let mut tx = app.begin().await;
    for statement in statements {
        sqlx::query(*statement).execute(&mut *tx).await.unwrap();
    }
    let commit = async {
        rocket::tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        tx.commit().await.unwrap();
    };
    rocket::tokio::join!(asked, commit).0
}

on_both_engines! {
    async fn a_number_is_kept_in_the_unit_in_which_it_was_meant_or_not_at_all(app: TestApp) {
        let homes = [("name", "入户探访"), ("unit", "visits"), ("target", "600"), ("span", "project_year")];
        app.sign_in("ben").await.post("/agreements/1/indicators", &homes).await.is(303);
        let ann = app.sign_in("ann").await;
        let twelve = [("month", "2026-02"), ("value", "12")];
        let path = "/agreements/1/indicators/1/values";
        let in_hours = ["update indicators set unit = 'hours', version = version + 1 where id = 1"];
        meanwhile(&app, &in_hours, sends(&ann, path, &twelve, None)).await.is(422).shows("刚才有别人改过这项指标");
        let removed = ["update indicators set voided_at = 1, voided_by = 1 where id = 1"];
        meanwhile(&app, &removed, sends(&ann, path, &twelve, None)).await.is(404);
        assert_eq!(app.number("select count(*) from indicator_values").await, 0);
    }
}

/// What scheduling writes, a moment before it commits.
const SCHEDULED: [&str; 5] = [
    "update rooms set retired_at = retired_at where id = 1",
    "update teams set disbanded_on = disbanded_on where id = 1",
    "insert into activities (center_id, kind_id, title, published, created_at) values (1, 3, '早茶会', 1, 0)",
    "insert into sessions (activity_id, center_id, team_id, starts_at, ends_at, local_date, status, updated_at)
     select max(id), 1, 1, 1772762400000, 1772766000000, '2026-03-06', 'planned', 0 from activities",
    "insert into bookings (kind, room_id, session_id, starts_at, ends_at)
     select 'session', 1, max(id), 1772762400000, 1772766000000 from sessions",
];

on_both_engines! {
    async fn a_room_is_not_given_up_while_a_session_is_scheduled_in_it(app: TestApp) {
        let (ann, ben) = (app.sign_in("ann").await, app.sign_in("ben").await);
        meanwhile(&app, &SCHEDULED, ben.post("/centers/1/rooms/1/retirement", &[])).await.is(409).shows("还有安排好的活动");
        meanwhile(&app, &["update rooms set retired_at = 1 where id = 2"], schedules(&ann, &[("room", "2")])).await
            .is(422).shows("已停止使用");
        let lost = "select count(*) from bookings b join rooms r on r.id = b.room_id where b.released_at is null and r.retired_at is not null";
        assert_eq!(app.number(lost).await, 0);
    }

    async fn a_team_is_not_disbanded_while_a_session_is_scheduled_with_it(app: TestApp) {
        let ann = app.sign_in("ann").await;
        meanwhile(&app, &SCHEDULED, ann.post("/centers/1/teams/1/disbanding", &[])).await.is(409).shows("还有安排好的活动");
        app.execute("update sessions set status = 'cancelled'").await;
        meanwhile(&app, &["update teams set disbanded_on = '2026-03-05' where id = 1"], schedules(&ann, &[("team", "1")])).await
            .is(422).shows("刚刚解散了");
        // A session comes back without the team that is no more.
        ann.post("/centers/1/sessions/1/schedule/restoration", &[]).await.is(303);
        assert_eq!(app.number("select count(*) from sessions where team_id is not null and status = 'planned'").await, 0);
    }

    async fn of_scheduling_and_giving_up_at_once_one_wins(app: TestApp) {
        let (ann, ben) = (app.sign_in("ann").await, app.sign_in("ben").await);
        for round in 0..40_u32 {
            app.execute("insert into rooms (center_id, kind_id, name, area_m2, capacity, created_at) select 1, 1, cast(max(id) as text), 9, 9, 0 from rooms").await;
            app.execute("insert into room_weeks (room_id, valid_from, created_at) select max(id), '2026-01-01', 0 from rooms").await;
            app.execute("insert into room_week_spans (week_id, weekday, opens, closes) select max(id), 5, 0, 1440 from room_weeks").await;
            let room = app.number("select max(id) from rooms").await.to_string();
            let path = format!("/centers/1/rooms/{room}/retirement");
            let tea = [("room", room.as_str())];
            let (made, gone) = rocket::tokio::join!(schedules(&ann, &tea), ben.post(&path, &[]));
            assert!((made.status.code == 303) != (gone.status.code == 303), "round {round}: {} {}", made.text(), gone.text());
        }
        assert_eq!(app.number("select count(*) from bookings b join rooms r on r.id = b.room_id where r.retired_at is not null").await, 0);
    }
}

on_both_engines! {
    async fn a_check_in_and_a_correction_of_groups_wait_for_each_other(app: TestApp) {
        let ann = app.sign_in("ann").await;
        for name in ["张桂英", "李大文"] {
            let person = [("name", name), ("needy", "1"), ("needy.document", "低保证"), ("needy.valid_from", "2026-01-01")];
            ann.post("/centers/1/people", &person).await.is(303);
        }
        schedules(&ann, &[("date", "2026-03-05"), ("starts", "10:30"), ("ends", "11:30")]).await.is(303);
        // A check-in that has read the membership and not committed yet.
        let coming = ["insert into attendances (session_id, person_id, part, method, came_at, recorded_at, elderly, disabled, needy, youth)
            values (1, 1, 'participant', 'roster', 0, 0, 0, 0, 1, 0)"];
        let void = ann.post("/centers/1/people/1/memberships/1/void", &[("void.1", "证件是别人的")]);
        meanwhile(&app, &coming, void).await.is(303);
        // A void that has written and not committed yet; the hash, being a key, holds the row as the void does.
        let voided = [
            "update people set id_number_hash = 'x' where id = 2",
            "update group_memberships set voided_at = 1, voided_by = 1, void_reason = 'x' where id = 2",
        ];
        let tick = [("request_id", "7f2c3f8e-8f34-4c60-9d9e-2f5f9f3a1b01"), ("person_id", "2"), ("role", "participant")];
        meanwhile(&app, &voided, ann.post("/centers/1/sessions/1/attendances", &tick)).await.is(303);
        assert_eq!(app.number("select count(*) from attendances where voided_at is null").await, 2);
        assert_eq!(app.number("select cast(sum(needy) as bigint) from attendances").await, 0);
    }
}

on_both_engines! {
    async fn an_agreement_is_not_taken_back_while_somebody_writes_in_its_report(app: TestApp) {
        a_draft(&app).await;
        let (ada, ben) = (app.sign_in("ada").await, app.sign_in("ben").await);
        // A chapter that is written and not committed yet.
        let writing = [
            "update periodic_reports set state = state where id = 1",
            "insert into report_chapters (report_id, chapter, content, version, changed_at, changed_by)
             values (1, 'overview', '三月平稳。', 1, 0, 1)",
        ];
        let void = [("void_reason", "录错")];
        meanwhile(&app, &writing, ada.post("/agreements/1/void", &void)).await.is(422).shows("不能撤销");
        app.execute("delete from report_chapters").await;
        // And an agreement that is taken back and not committed yet.
        let voiding = [
            "update agreements set voided_at = 1, voided_by = 1, void_reason = 'x' where id = 1",
            "update periodic_reports set state = state where agreement_id = 1",
            "delete from agreement_centers where agreement_id = 1",
        ];
        let overview = [("content", "三月平稳。"), ("version", "0")];
        meanwhile(&app, &voiding, ben.post("/periodic-reports/1/chapters/overview", &overview)).await.is(404);
        assert_eq!(app.number("select count(*) from report_chapters").await, 0);
    }

    async fn an_agreement_does_not_end_within_a_report_that_is_just_submitted(app: TestApp) {
        a_draft(&app).await;
        let ada = app.sign_in("ada").await;
        let submitting = [
            "update agreements set voided_at = voided_at where id = 1",
            "update periodic_reports set state = 'submitted', versions = 1 where id = 1",
            "insert into report_versions (report_id, number, document, digest, marks_seen, state, submitted_at, submitted_by)
             values (1, 1, '{}', 'x', 0, 'submitted', 0, 1)",
        ];
        let ending = [("last_day", "2026-03-20"), ("end_reason", "机构退出")];
        meanwhile(&app, &submitting, ada.post("/agreements/1/ending", &ending)).await.is(422).shows("R000001");
        meanwhile(&app, &["update periodic_reports set state = 'draft' where id = 1"], ada.post("/agreements/1/ending", &ending))
            .await
            .is(303);
    }

    async fn no_report_is_begun_for_days_that_an_agreement_just_loses(app: TestApp) {
        a_draft(&app).await;
        let ben = app.sign_in("ben").await;
        let ending = [
            "update agreements set ends_on = '2026-03-20' where id = 1",
            "update agreement_centers set ends_on = '2026-03-20' where agreement_id = 1",
        ];
        let april = [("agreement", "1"), ("period", "month:2026-04-01")];
        meanwhile(&app, &ending, ben.post("/periodic-reports", &april)).await.is(422);
        assert_eq!(app.number("select count(*) from periodic_reports where starts_on = '2026-04-01'").await, 0);
    }
}
