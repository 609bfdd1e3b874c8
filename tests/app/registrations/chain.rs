//! A 接龙 pasted.

use serde_json::json;

use super::{planned, registers, who};
use crate::check_in::request;
use crate::support::{TestApp, on_both_engines};

const TEXT: &str = "#接龙\n3月10日 插花班，限20人\n1. 陈秀英 2人\n2、王伟明\n3 李阿姨+1 🌹\n4.黄伯\n5.";

/// The first three are called as in the text.
async fn named(app: &TestApp) {
    for name in [(1, "陈秀英"), (2, "王伟明"), (3, "黄伯")] {
        let mut tx = app.begin().await;
        sqlx::query("update people set name = $2, name_key = $2, name_fold = $2 where id = $1")
            .bind(name.0)
            .bind(name.1)
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
}

on_both_engines! {
    async fn a_chain_is_read_asked_about_and_registered_in_one_go(app: TestApp) {
        planned(&app, Some(20), json!({"mode": "recommended", "waitlist": true}), (3, 0)).await;
        named(&app).await;
        // Another of the same name, whom nothing tells apart but the number.
        app.execute(
            "insert into people (name, name_key, name_fold, pinyin, sounds, phone_last4, created_at, updated_at)
             values ('王伟明', '王伟明', '王伟明', 'wangweiming', 'wang wei ming', '0099', 0, 0)",
        ).await;
        app.execute("insert into enrolments (person_id, center_id, enrolled_at) values (4, 1, 0)").await;
        let program = app.token("ann").await;
        registers(&program, 2, 3, 0).await.is(201);
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/sessions/2/chain", &[("text", "大家好")]).await.is(422).shows("没有读到带序号的名字");
        let page = ann.post("/centers/1/sessions/2/chain", &[("text", TEXT)]).await.is(200);
        page.shows("读到 4 行").shows("有 2 位同名").shows("没有登记过").shows("已经报名");
        assert_eq!(app.number("select count(*) from registrations").await, 1, "nothing is written by looking");
        let number = request();
        let picks = [
            ("request_id", number.as_str()),
            ("text", TEXT),
            ("pick.0", "1"),
            ("companions.0", "1"),
            ("pick.1", "4"),
            ("pick.2", "new"),
            ("name.2", "李阿姨"),
            ("companions.2", "1"),
            ("pick.3", "skip"),
        ];
        let unanswered: Vec<_> = picks.iter().copied().filter(|(name, _)| *name != "name.2").collect();
        ann.post("/centers/1/sessions/2/chain/registrations", &unanswered).await.is(422);
        assert_eq!(app.number("select count(*) from registrations").await, 1);
        for _ in 0..2 {
            ann.post("/centers/1/sessions/2/chain/registrations", &picks).await.is(303);
        }
        assert_eq!(app.number("select count(*) from people where name = '李阿姨'").await, 1);
        assert_eq!(who(&program, 2, "confirmed").await, [3, 1, 4, 5]);
        assert_eq!(app.number("select cast(sum(heads) as bigint) from registrations").await, 6);
    }

    async fn a_chain_that_is_longer_than_the_seats_goes_to_the_waitlist_in_its_order(app: TestApp) {
        planned(&app, Some(2), json!({"mode": "recommended", "waitlist": true}), (4, 0)).await;
        named(&app).await;
        let ann = app.token("ann").await;
        let read = ann.post_json("/api/v1/sessions/2/chain", json!({"text": TEXT})).await.is(200).json();
        assert_eq!(read["items"][0]["people"][0]["id"], 1);
        let picks = json!({
            "request_id": request(), "pick.0": 4, "pick.1": 3, "pick.2": 2, "pick.3": 1,
        });
        let told = ann.post_json("/api/v1/sessions/2/chain/registrations", picks).await.is(200).json();
        assert_eq!(told, json!({"confirmed": 2, "waiting": 2, "left_out": 0, "fewer": 0}));
        assert_eq!(who(&ann, 2, "waiting").await, [2, 1]);
    }

    async fn who_is_registered_already_brings_more_as_far_as_there_are_seats(app: TestApp) {
        planned(&app, Some(4), json!({"mode": "recommended", "age_from": 60}), (3, 1)).await;
        named(&app).await;
        let ann = app.token("ann").await;
        for person in [1, 2] {
            let guest = json!({"request_id": request(), "person": person, "anyway": true});
            ann.post_json("/api/v1/sessions/2/registrations", guest).await.is(201);
        }
        app.execute("update people set birth_date = '2000-01-01' where id = 3").await;
        let read = ann.post_json("/api/v1/sessions/2/chain", json!({"text": TEXT})).await.is(200).json();
        assert_eq!(read["items"][0]["people"][0]["against"], serde_json::Value::Null);
        assert_eq!(read["items"][3]["people"][0]["against"], "registration_age");
        app.sign_in("ann").await.post("/centers/1/sessions/2/chain", &[("text", TEXT)]).await.is(200).shows("年龄不在这场活动的范围内");
        let asks = async |first: i64, second: i64| {
            let picks = json!({"request_id": request(), "pick.0": 1, "companions.0": first, "pick.1": 2, "companions.1": second});
            ann.post_json("/api/v1/sessions/2/chain/registrations", picks).await.is(200).json()
        };
        let heads = async || app.number("select cast(sum(heads) as bigint) from registrations").await;
        assert_eq!(asks(1, 2).await, json!({"confirmed": 2, "waiting": 0, "left_out": 0, "fewer": 1}));
        assert_eq!(heads().await, 3, "two more do not fit");
        assert_eq!(asks(1, 1).await["fewer"], 0);
        assert_eq!(heads().await, 4);
        assert_eq!(asks(0, 0).await["fewer"], 0);
        assert_eq!(heads().await, 4, "an old line takes nobody away");
    }
}
