//! Who comes along: companions, and who brings and fetches a child.

use std::time::Duration;

use rocket::futures::future::join3;
use rocket::tokio;

use super::{SESSION, another, people, request, session, ticks};
use crate::support::{Answer, User, on_both_engines};

const HEADS: &str = "select cast(coalesce(sum(heads), 0) as bigint) from head_counts where voided_at is null";

async fn along(user: &User<'_>, number: &str) -> Answer {
    user.post(&format!("{SESSION}/attendances/1/companions"), &[("companions", number)]).await
}

async fn escort(user: &User<'_>, way: &str, name: &str) -> Answer {
    user.post(&format!("{SESSION}/attendances/1/escorts"), &[("way", way), ("name", name)]).await
}

on_both_engines! {
    async fn companions_count_as_visits_and_take_seats(app: TestApp) {
        session(&app, Some(5), None).await;
        people(&app, 2).await;
        let fay = app.sign_in("fay").await;
        ticks(&fay, "1", "participant").await.is(303);
        along(&fay, "3").await.is(303);
        assert_eq!(app.number(HEADS).await, 3);
        let page = fay.get(SESSION).await.is(200);
        page.shows("同行 3 人").shows("<strong>4</strong>");
        // What was said before is replaced, also where all seats are taken; more than there are seats is refused.
        along(&fay, "4").await.is(303);
        along(&fay, "4").await.is(303);
        along(&fay, "5").await.is(422).shows("value=\"5\"");
        assert_eq!(app.number(HEADS).await, 4);
        ticks(&fay, "2", "participant").await.is(422);
        along(&fay, "2").await.is(303);
        ticks(&fay, "2", "participant").await.is(303);
        along(&fay, "21").await.is(422);
        along(&fay, "").await.is(422);
        along(&fay, "0").await.is(303);
        assert_eq!(app.number(HEADS).await, 0);
        // They go with whom they came along.
        along(&fay, "1").await.is(303);
        fay.post(&format!("{SESSION}/attendances/1/void"), &[("reason", "点错了人")]).await.is(303);
        assert_eq!(app.number(HEADS).await, 0);
        along(&fay, "1").await.is(404);
    }

    async fn nobody_comes_along_with_a_voided_attendance(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        let fay = app.sign_in("fay").await;
        ticks(&fay, "1", "participant").await.is(303);
        // Both have looked at the attendance, and wait for the session.
        let mut tx = app.begin().await;
        sqlx::query("update sessions set updated_at = updated_at + 1 where id = 1").execute(&mut *tx).await.unwrap();
        let void_path = format!("{SESSION}/attendances/1/void");
        let void = fay.post(&void_path, &[("reason", "点错了人")]);
        let late = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            along(&fay, "4").await
        };
        let opens = async {
            tokio::time::sleep(Duration::from_millis(400)).await;
            tx.commit().await.unwrap();
        };
        let (void, late, ()) = join3(void, late, opens).await;
        void.is(303);
        late.is(404);
        assert_eq!(app.number(HEADS).await, 0);
    }

    async fn names_of_another_center_are_not_shown(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        let fay = app.sign_in("fay").await;
        ticks(&fay, "1", "participant").await.is(303);
        escort(&fay, "in", "舅公李华").await.is(303);
        app.execute("update sessions set center_id = 2 where id = 1").await;
        another(&app, "two", "2026-03-05", None, None).await;
        let second = "/centers/1/sessions/2";
        fay.post(&format!("{second}/attendances"), &[("request_id", &request()), ("person_id", "1"), ("role", "participant")])
            .await
            .is(303);
        fay.get(&format!("{second}/attendances/2")).await.is(200).hides("舅公李华");
    }

    async fn who_brought_and_who_fetched_a_child_is_known(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 2).await;
        app.execute("update people set birth_date = '2017-06-01' where id = 1").await;
        let fay = app.sign_in("fay").await;
        ticks(&fay, "1", "participant").await.is(303);
        let here = format!("{SESSION}/attendances/1");
        fay.get(&here).await.is(200).shows("谁送来的").shows("谁接走的").shows("<details class=\"expander\" open>");
        fay.get(SESSION).await.is(200).hides("没接走");
        escort(&fay, "in", "外婆王秀英").await.is(303);
        fay.get(SESSION).await.is(200).shows("外婆王秀英 送来").shows("还有 1 个孩子没接走");
        // The name is a tap away, and what was wrong can be put right.
        fay.get(&here).await.is(200).shows("name=\"name\" value=\"外婆王秀英\"");
        escort(&fay, "out", "舅舅").await.is(303);
        escort(&fay, "out", "外婆王秀英").await.is(303);
        fay.get(SESSION).await.is(200).shows("外婆王秀英 接走").hides("舅舅").hides("没接走");
        escort(&fay, "up", "舅舅").await.is(422);
        escort(&fay, "out", "").await.is(422);
        escort(&fay, "out", &"长".repeat(41)).await.is(422);
        assert_eq!(app.number("select count(*) from escorts where voided_at is null").await, 2);
        assert_eq!(app.number("select count(*) from audit_events where detail like '%王秀英%'").await, 0);
    }
}
