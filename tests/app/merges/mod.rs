//! Two rows of one human made one, and taken apart again.

mod histories;
mod model;

use serde_json::{Value, json};

use crate::check_in::{card, request, session};
use crate::support::dump::Dump;
use crate::support::{User, on_both_engines};

async fn person(ann: &User<'_>, facts: Value) -> i64 {
    let mut body = json!({"center": 1});
    body.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
    ann.post_json("/api/v1/people", body).await.is(201).json()["id"].as_i64().unwrap()
}

async fn merge(ann: &User<'_>, kept: i64, merged: i64, taken: &[&str]) -> Value {
    let body = json!({"kept": kept, "merged": merged, "taken": taken});
    ann.post_json("/api/v1/people/merges", body).await.is(201).json()
}

/// What a page shows in full of somebody's number.
async fn revealed(page: &User<'_>, id: i64, which: &str, number: &str) {
    let fields = [("which", which), ("reason", "核对")];
    page.post(&format!("/centers/1/people/{id}/reveals"), &fields).await.is(200).shows(number);
}

/// Tables of which rows may go: the journal brings again all that stood in them.
const WHOLE: [&str; 7] =
    ["phone_people", "team_members", "workers", "employments", "supervisions", "enrolments", "person_phones"];

on_both_engines! {
    async fn a_row_that_goes_is_remembered_whole(app: TestApp) {
        let lent = [
            linli::people::merging::JOURNALED, linli::phones::JOURNALED, linli::teams::JOURNALED, linli::workers::JOURNALED,
        ].concat();
        for name in WHOLE {
            let table = lent.iter().find(|table| table.name == name).unwrap();
            let mut conn = app.db().read().await.unwrap();
            let sql = match app.db().engine() {
                linli::store::Engine::Sqlite => format!("select name from pragma_table_info('{name}')"),
                linli::store::Engine::Postgres => format!(
                    "select cast(column_name as text) from information_schema.columns where table_name = '{name}'"
                ),
            };
            let mut columns: Vec<String> =
                sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&mut *conn).await.unwrap();
            let mut known: Vec<&str> = [table.key, table.numbers, table.texts, table.sealed].concat();
            columns.sort_unstable();
            known.sort_unstable();
            assert_eq!(columns, known, "{name}");
        }
    }

    async fn what_is_known_of_both_is_known_of_one_and_returns(app: TestApp) {
        let (ann, page) = (app.token("ann").await, app.sign_in("ann").await);
        let one = person(&ann, json!({"name": "梁惠芳", "phone": "13800138001", "note": "耳背", "address": "罗沙路 1 号"})).await;
        let other = person(&ann, json!({
            "name": "梁慧芳", "phone": "13900139002", "id_number": "441900195003050025", "note": "养猫", "care": "花生过敏",
            "languages": "客家话", "emergency": "女儿 13711112222",
        })).await;
        let before = [ann.get(&format!("/api/v1/people/{one}")).await.json(), ann.get(&format!("/api/v1/people/{other}")).await.json()];
        page.get(&format!("/centers/1/doubles/{one}/{other}")).await.is(200)
            .shows("梁惠芳").shows("梁慧芳").shows("耳背").shows("养猫").shows("138****8001").shows("139****9002").hides("13900139002");
        let made = merge(&ann, one, other, &["name"]).await;
        let told = ann.get(&format!("/api/v1/people/{one}")).await.is(200).json();
        assert_eq!(told["name"], "梁慧芳");
        assert_eq!(told["phone"], "138****8001");
        assert_eq!((&told["birth_date"], &told["sex"]), (&json!("1950-03-05"), &json!("f")), "the ID number says them");
        assert_eq!((&told["note"], &told["care"], &told["languages"]), (&json!("耳背；养猫"), &json!("花生过敏"), &json!("客家话")));
        assert_eq!(told["address"], "罗沙路 1 号");
        let asked = json!({"asker": "person", "identity": "身份证"});
        let told = ann.post_json(&format!("/api/v1/people/{other}/own-data"), asked).await.is(200).json();
        assert_eq!(told["parts"]["former"][0]["name"], "梁惠芳", "{told}");
        revealed(&page, one, "phone", "13900139002").await;
        revealed(&page, one, "id_number", "441900195003050025").await;
        revealed(&page, one, "emergency", "女儿 13711112222").await;
        app.at("2026-03-05T02:30:00Z");
        // The other's number leads to the one who stays, on pages and for programs.
        assert_eq!(ann.get(&format!("/api/v1/people/{other}")).await.is(200).json()["id"], one);
        assert!(page.get(&format!("/centers/1/people/{other}")).await.leads_to().starts_with(&format!("/centers/1/people/{one}")));
        page.post(&format!("/centers/1/people/{other}/memberships"), &[("group", "needy"), ("valid_from", "2026-01-01"), ("document", "低保证")]).await.is(303);
        page.post(&format!("/centers/1/people/{other}/phones"), &[("label", "家里"), ("other_phone", "076922220000")]).await.is(303);
        assert_eq!(app.number("select count(*) from group_memberships").await, 1);
        page.get(&format!("/centers/1/people/{one}")).await.is(200).shows("低保证");
        // Who was called otherwise is found by that: nobody is registered again.
        let again = ann.post_json("/api/v1/people", json!({"center": 1, "name": "梁慧芳", "phone": "13900139002"})).await.is(409);
        again.is_refused("person_enrolled");
        for (name, phone) in [("梁惠芳", "13800138001"), ("梁慧芳", "13800138001"), ("梁惠芳", "13900139002")] {
            let again = ann.post_json("/api/v1/people", json!({"center": 1, "name": name, "phone": phone})).await.is(409);
            again.is_refused("person_enrolled");
        }
        let known = ann.post_json("/api/v1/people", json!({"center": 1, "name": "梁慧芳", "id_number": "441900195003050025"})).await.is(422);
        assert_eq!(known.json()["errors"]["id_number"]["code"], "field.id_number_known");
        let undone = ann.post_json(&format!("/api/v1/people/merges/{}/undoing", made["id"]), json!({})).await.is(200).json();
        let kinds: Vec<_> = undone["stays"].as_array().unwrap().iter().map(|row| row["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["membership"], "what came since stays, and is told");
        for (id, before) in [one, other].into_iter().zip(before) {
            let mut now = ann.get(&format!("/api/v1/people/{id}")).await.is(200).json();
            now["version"] = before["version"].clone();
            assert_eq!(now, before);
        }
        revealed(&page, other, "id_number", "441900195003050025").await;
        revealed(&page, other, "phone", "13900139002").await;
        ann.post_json(&format!("/api/v1/people/merges/{}/undoing", made["id"]), json!({})).await.is(409).is_refused("merge_undone");
    }

    async fn likely_doubles_are_listed_until_they_are_said_to_be_two(app: TestApp) {
        let (ann, page) = (app.token("ann").await, app.sign_in("ann").await);
        let born = person(&ann, json!({"name": "陈伯", "birth_date": "1940-01-02"})).await;
        let (called, anyway) = (json!({"name": "陈伯", "phone": "13800138005"}), json!({"anyway": true}));
        let mut twin = called.clone();
        twin.as_object_mut().unwrap().extend(anyway.as_object().unwrap().clone());
        let (one, two) = (person(&ann, twin.clone()).await, person(&ann, twin).await);
        let mut same = json!({"name": "陈 伯", "birth_date": "1940-01-02", "anyway": true});
        let spaced = person(&ann, same.take()).await;
        person(&ann, json!({"name": "陈伯", "birth_date": "1941-01-02", "anyway": true})).await;
        let pairs = async || -> Vec<(i64, i64, Vec<String>)> {
            let told = ann.get("/api/v1/people/doubles?center=1").await.is(200).json();
            let words = |row: &Value| row["alike"].as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect();
            told["items"].as_array().unwrap().iter()
                .map(|row| (row["one"].as_i64().unwrap(), row["other"].as_i64().unwrap(), words(row))).collect()
        };
        let found = pairs().await;
        assert!(found.contains(&(one, two, vec!["phone".to_owned()])), "{found:?}");
        assert!(found.contains(&(born, spaced, vec!["birth_date".to_owned()])), "{found:?}");
        assert_eq!(found.len(), 2, "{found:?}");
        page.get("/centers/1/doubles").await.is(200).shows("电话相同").shows("出生日期相同");
        let (first, second) = (one.to_string(), two.to_string());
        page.post("/centers/1/doubles/apart", &[("one", &second), ("other", &first)]).await.is(303);
        assert_eq!(pairs().await.len(), 1);
        page.get("/centers/1/doubles").await.is(200).hides("电话相同").shows("已说明不是同一人");
        ann.post_json("/api/v1/people/merges", json!({"kept": one, "merged": two})).await.is(409).is_refused("merge_told_apart");
        page.post(&format!("/centers/1/doubles/{one}/{two}/merge"), &[("taken", "name")]).await.is(422).shows("不是同一人");
        page.post("/centers/1/doubles/again", &[("one", &first), ("other", &second)]).await.is(303);
        assert_eq!(pairs().await.len(), 2);
        // A household makes two of a name alike, too.
        let lodger = person(&ann, json!({"name": "陈伯", "birth_date": "1950-01-02", "anyway": true})).await;
        let home = ann.post_json("/api/v1/households", json!({"center": 1, "head_id": born, "opened_on": "2026-01-01"})).await.is(201).json();
        let moves = json!({"person_id": lodger, "relation": "other", "moved_in": "2026-01-02"});
        ann.post_json(&format!("/api/v1/households/{}/members", home["id"]), moves).await.is(201);
        assert!(pairs().await.contains(&(born, lodger, vec!["household".to_owned()])));
        // Two of one household become one, who heads it.
        let made = merge(&ann, lodger, born, &[]).await;
        let told = ann.get(&format!("/api/v1/households/{}", home["id"])).await.is(200).json();
        let members = told["members"].as_array().unwrap();
        assert_eq!((members.len(), &members[0]["person_id"], &members[0]["relation"]), (1, &json!(lodger), &json!("head")));
        ann.post_json(&format!("/api/v1/people/merges/{}/undoing", made["id"]), json!({})).await.is(200);
        assert_eq!(ann.get(&format!("/api/v1/households/{}", home["id"])).await.json()["members"].as_array().unwrap().len(), 2);
        assert_eq!(app.token("olga").await.get(&format!("/api/v1/people/merges/{}", made["id"])).await.status.code, 404);
    }

    async fn both_cards_stay_good_until_they_are_reported_lost(app: TestApp) {
        session(&app, None, None).await;
        let (ann, page) = (app.token("ann").await, app.sign_in("ann").await);
        let (one, other) = (person(&ann, json!({"name": "甲一"})).await, person(&ann, json!({"name": "甲二"})).await);
        let cards = [card(&app, one).await.to_string(), card(&app, other).await.to_string()];
        let made = merge(&ann, one, other, &[]).await;
        let shows = async |card: &str| {
            let body = json!({"request_id": request(), "card": card, "role": "participant", "method": "card", "occurred_at": "2026-03-05T02:10:00Z"});
            ann.post_json("/api/v1/sessions/1/checkins", body).await
        };
        app.at("2026-03-05T02:10:00Z");
        shows(&cards[1]).await.is(201);
        shows(&cards[0]).await.is(409).is_refused("already_in");
        page.get(&format!("/centers/1/merges/{}", made["id"])).await.is(200).shows("早茶会");
        // Taken back, who came with the other's card was the other.
        ann.post_json(&format!("/api/v1/people/merges/{}/undoing", made["id"]), json!({})).await.is(200);
        assert_eq!(app.number("select person_id from attendances").await, other);
        merge(&ann, one, other, &[]).await;
        page.post(&format!("/centers/1/people/{one}/card/revocation"), &[("reason", "丢了")]).await.is(303);
        assert_eq!(app.number("select count(*) from cards where revoked_at is null").await, 0);
        shows(&cards[1]).await.is(409).is_refused("card_revoked");
        page.post(&format!("/centers/1/people/{other}/card"), &[]).await.is(303);
        assert_eq!(app.number("select count(*) from cards where revoked_at is null and came_with is null").await, 1);
    }

    async fn whoever_works_twice_works_once_and_leads_the_sessions_of_both(app: TestApp) {
        let (ann, ben) = (app.token("ann").await, app.token("ben").await);
        let hire = async |name: &str, phone: &str, day: &str| {
            let body = json!({"center": 1, "name": name, "phone": phone, "kind": "staff", "started_on": day});
            ben.post_json("/api/v1/workers", body).await.is(201).json()["id"].as_i64().unwrap()
        };
        let (first, second) = (hire("何一", "13800138011", "2026-01-01").await, hire("何二", "13800138012", "2026-02-01").await);
        session(&app, None, None).await;
        app.execute("update sessions set worker_id = (select max(id) from workers)").await;
        app.execute("update workers set account_id = (select id from accounts where login = 'ann') where started_on = '2026-02-01'").await;
        let (one, other) = (
            app.number("select person_id from workers where started_on = '2026-01-01'").await,
            app.number("select person_id from workers where started_on = '2026-02-01'").await,
        );
        let made = merge(&ann, other, one, &[]).await;
        assert_eq!(app.number("select count(*) from workers").await, 1);
        assert_eq!(app.number("select worker_id from sessions").await, first);
        assert_eq!(app.number("select count(*) from workers where account_id is not null and started_on = '2026-01-01'").await, 1);
        ann.post_json(&format!("/api/v1/people/merges/{}/undoing", made["id"]), json!({})).await.is(200);
        assert_eq!(app.number("select worker_id from sessions").await, second);
        app.execute("update workers set account_id = (select id from accounts where login = 'fay') where started_on = '2026-01-01'").await;
        ann.post_json("/api/v1/people/merges", json!({"kept": one, "merged": other})).await.is(409).is_refused("merge_two_accounts");
        assert_eq!(app.number("select count(*) from workers").await, 2, "nothing is left of what was begun");
    }

    async fn employers_supervisors_posts_and_handovers_are_of_the_record_that_stays(app: TestApp) {
        let (ann, ben) = (app.token("ann").await, app.token("ben").await);
        for (name, phone) in [("何一", "13800138011"), ("何二", "13800138012"), ("罗志文", "13800138013")] {
            let body = json!({"center": 1, "name": name, "phone": phone, "kind": "social_worker", "started_on": "2026-01-01"});
            ben.post_json("/api/v1/workers", body).await.is(201);
        }
        for worker in [1, 2] {
            let body = json!({"employer": format!("甲{worker}"), "employed_on": "2026-02-01"});
            ben.post_json(&format!("/api/v1/workers/{worker}/employments"), body).await.is(200);
        }
        ben.post_json("/api/v1/workers/2/employments", json!({"employed_on": "2026-03-01"})).await.is(200);
        // One of the two supervises the other, the third supervises one, and one the third.
        for (worker, supervisor) in [(1, 2), (2, 3), (3, 2)] {
            let body = json!({"supervisor": supervisor, "supervised_on": "2026-02-01"});
            ben.post_json(&format!("/api/v1/workers/{worker}/supervisions"), body).await.is(200);
        }
        let post = json!({"center": 1, "agreement": 1, "title": "社工", "kind": "social_worker", "working_time": "full", "opened_on": "2026-01-01"});
        ben.post_json("/api/v1/posts", post).await.is(201);
        ben.post_json("/api/v1/posts/1/fillings", json!({"worker": 2, "filled_on": "2026-02-01"})).await.is(200);
        app.execute("insert into handovers (center_id, worker_id, from_day, made_at) values (1, 2, '2026-03-01', 0)").await;
        app.execute("insert into handover_items (handover_id, kind, subject_id, worker_id, outcome) values (1, 'teams', 1, 2, 'listed')").await;
        let people = async |id: i64| ann.get(&format!("/api/v1/people/{id}")).await.is(200).json()["id"].as_i64().unwrap();
        let (one, other) = (
            people(app.number("select person_id from workers where id = 1").await).await,
            people(app.number("select person_id from workers where id = 2").await).await,
        );
        let before = Dump::of(app.db()).await;
        let made = merge(&ann, one, other, &[]).await;
        assert_eq!(app.number("select count(*) from workers").await, 2);
        assert_eq!(app.number("select count(*) from employments where worker_id = 1").await, 2, "of one day one");
        assert_eq!(app.number("select count(*) from supervisions").await, 2, "nobody supervises themselves");
        assert_eq!(app.number("select count(*) from supervisions where worker_id = 1 and supervisor_id = 3").await, 1);
        assert_eq!(app.number("select count(*) from supervisions where worker_id = 3 and supervisor_id = 1").await, 1);
        assert_eq!(app.number("select worker_id from post_fillings").await, 1);
        assert_eq!(app.number("select h.worker_id + i.worker_id from handovers h join handover_items i on i.handover_id = h.id").await, 2);
        ann.post_json(&format!("/api/v1/people/merges/{}/undoing", made["id"]), json!({})).await.is(200);
        let after = before.changes(&Dump::of(app.db()).await, &[]);
        let careers = ["workers", "employments", "supervisions", "post_fillings", "handovers", "handover_items"];
        let left: Vec<_> = after.iter().filter(|change| careers.iter().any(|table| change.starts_with(table))).collect();
        assert!(left.is_empty(), "{left:#?}");
    }

    async fn other_centers_that_knew_the_merged_one_know_who_stays_and_hear_of_it(app: TestApp) {
        let (ann, olga) = (app.token("ann").await, app.token("olga").await);
        let one = person(&ann, json!({"name": "林一", "birth_date": "1950-03-05"})).await;
        let other = person(&ann, json!({"name": "林一", "id_number": "441900195003050025", "anyway": true})).await;
        let body = json!({"center": 2, "name": "林一", "id_number": "441900195003050025", "note": "二中心的"});
        assert_eq!(olga.post_json("/api/v1/people", body).await.is(201).json()["id"], other);
        olga.post_json("/api/v1/people/merges", json!({"kept": one, "merged": other})).await.is(404);
        let made = merge(&ann, one, other, &[]).await;
        let told = olga.get(&format!("/api/v1/people/{other}")).await.is(200).json();
        assert_eq!((&told["id"], &told["note"]), (&json!(one), &json!("二中心的")));
        assert_eq!(ann.get(&format!("/api/v1/people/{one}")).await.json()["note"], Value::Null);
        assert_eq!(app.number("select count(*) from audit_events where action = 'person.merged'").await, 2);
        ann.post_json(&format!("/api/v1/people/merges/{}/undoing", made["id"]), json!({})).await.is(200);
        assert_eq!(olga.get(&format!("/api/v1/people/{other}")).await.is(200).json()["id"], other);
        olga.get(&format!("/api/v1/people/{one}")).await.is(404);
        // The last of several goes first.
        let third = person(&ann, json!({"name": "林三"})).await;
        let first = merge(&ann, one, other, &[]).await;
        let later = merge(&ann, third, one, &[]).await;
        ann.post_json(&format!("/api/v1/people/merges/{}/undoing", first["id"]), json!({})).await.is(409).is_refused("merge_later");
        assert_eq!(ann.get(&format!("/api/v1/people/{other}")).await.json()["id"], third);
        ann.post_json(&format!("/api/v1/people/merges/{}/undoing", later["id"]), json!({})).await.is(200);
        ann.post_json(&format!("/api/v1/people/merges/{}/undoing", first["id"]), json!({})).await.is(200);
        ann.post_json("/api/v1/people/merges", json!({"kept": one, "merged": one})).await.is(422);
        ann.post_json("/api/v1/people/merges", json!({"kept": one, "merged": 9999})).await.is(404);
    }

    async fn who_is_checked_in_while_they_are_merged_is_found_with_who_stays(app: TestApp) {
        session(&app, None, None).await;
        app.at("2026-03-05T02:10:00Z");
        let ann = app.token("ann").await;
        for round in 0..12 {
            let (one, other) = (
                person(&ann, json!({"name": format!("甲{round}"), "anyway": true})).await,
                person(&ann, json!({"name": format!("乙{round}"), "anyway": true})).await,
            );
            let shown = card(&app, other).await.to_string();
            let comes = async |who: Value| {
                let mut body = json!({"request_id": request(), "role": "participant", "method": "card", "occurred_at": "2026-03-05T02:10:00Z"});
                body.as_object_mut().unwrap().extend(who.as_object().unwrap().clone());
                ann.post_json("/api/v1/sessions/1/checkins", body).await.status.code
            };
            let (made, a, b, c) = rocket::tokio::join!(
                merge(&ann, one, other, &[]),
                comes(json!({"card": shown})),
                comes(json!({"person_id": other})),
                comes(json!({"person_id": one}))
            );
            assert!([a, b, c].iter().all(|code| [201, 409].contains(code)), "{a} {b} {c}");
            let told = ann.get(&format!("/api/v1/people/merges/{}", made["id"])).await.is(200).json();
            assert_eq!(told["kept"], one);
            let mut conn = app.db().read().await.unwrap();
            let (good, strays): (i64, i64) = sqlx::query_as(
                "select cast(coalesce(sum(case when person_id = $1 and voided_at is null then 1 else 0 end), 0) as bigint),
                        cast(coalesce(sum(case when person_id = $2 then 1 else 0 end), 0) as bigint)
                 from attendances where person_id in ($1, $2)",
            )
            .bind(one)
            .bind(other)
            .fetch_one(&mut *conn)
            .await
            .unwrap();
            assert_eq!((good, strays), (1, 0), "round {round}");
        }
    }

    async fn who_is_erased_is_erased_as_both(app: TestApp) {
        let (ann, page, ben) = (app.token("ann").await, app.sign_in("ann").await, app.token("ben").await);
        let one = person(&ann, json!({"name": "苏小一", "phone": "13800138021"})).await;
        let other = person(&ann, json!({"name": "苏小二", "phone": "13800138022", "note": "第二份备注"})).await;
        let made = merge(&ann, one, other, &[]).await;
        let asked = [("wanted_by", "person"), ("reason", "本人要求")];
        page.post(&format!("/centers/1/people/{other}/erasure"), &asked).await.is(303);
        let erasure = app.number("select max(id) from erasures").await;
        let number = app.number("select person_id from erasures").await;
        assert_eq!(number, one, "the number of who stays");
        ben.post_json(&format!("/api/v1/erasures/{erasure}/approval"), json!({"number": number})).await.is(200);
        for id in [one, other] {
            ann.get(&format!("/api/v1/people/{id}")).await.is(410);
        }
        assert_eq!(app.number("select count(*) from people where erased_at is null and (name like '苏小%' or phone_hash is not null)").await, 0);
        assert_eq!(app.number("select count(*) from merge_entries").await, 0);
        ann.post_json(&format!("/api/v1/people/merges/{}/undoing", made["id"]), json!({})).await.is(404);
    }
}
