//! What becomes of certificates: asked for and answered, issued to many, made public, merged, erased, listed.

use serde_json::json;

use super::{ALL, PERIOD, SIGNS, body, confirmed, issues, proof, serves, whom};
use crate::check_in::{people, session};
use crate::support::on_both_engines;

on_both_engines! {
    async fn a_volunteer_asks_from_the_own_phone_and_prints_it_there(app: TestApp) {
        session(&app, None, Some(1)).await;
        let (phone, person) = confirmed(&app, "梁惠芳", "13800138000").await;
        let page = format!("/me/people/{person}/certificates");
        phone.get(&page).await.is(200).shows("还没有已确认的服务时数");
        serves(&app, person, Some(1), "", 135).await;
        phone.get("/me").await.is(200).shows("梁惠芳 的服务证明");
        phone.get(&page).await.is(200).shows("2 小时 15 分钟");
        let asking = [&PERIOD[..], &[("center", "1"), ("purpose", "入学积分")]].concat();
        phone.post(&page, &PERIOD).await.is(422);
        phone.post(&page, &[&PERIOD[..], &[("center", "2"), ("purpose", "入学")]].concat()).await.is(422);
        phone.post(&page, &[&PERIOD[..], &[("center", "1"), ("purpose", "\u{200b}\u{200b}")]].concat()).await.is(422);
        phone.post(&page, &asking).await.is(303);
        phone.post(&page, &asking).await.is(422).shows("还在处理");
        phone.get("/me").await.is(200).shows("待处理").shows("入学积分");
        // Not from a phone that only was there.
        let mut stranger = app.anyone();
        stranger.keep(&stranger.post("/c/tea", &[("request_id", &*crate::check_in::request()), ("name", "梁惠芳"), ("phone", "13800138000")]).await.is(200));
        stranger.get(&page).await.is(404);
        stranger.post(&page, &asking).await.is(404);
        stranger.get("/me").await.is(200).hides("的服务证明");

        let ann = app.sign_in("ann").await;
        ann.get(&format!("{ALL}/requests")).await.is(200).shows("梁惠芳").shows("入学积分").shows("request=1");
        ann.post(&format!("{ALL}/requests/1/refusal"), &[]).await.is(422);
        ann.post(&format!("{ALL}/requests/1/refusal"), &[("word", "三月的时数还没核完")]).await.is(303);
        ann.post(&format!("{ALL}/requests/1/refusal"), &[("word", "再答一次")]).await.is(422).shows("已经处理过");
        phone.get("/me").await.is(200).shows("未出具").shows("三月的时数还没核完");
        phone.post(&page, &asking).await.is(303);
        let who = person.to_string();
        let id = issues(&ann, &[&whom(&who)[..], &[("request", "2")]].concat()).await;
        ann.post(ALL, &[&whom(&who)[..], &[("request", "2")]].concat()).await.is(422).shows("已经处理过");
        assert_eq!(app.number("select count(*) from service_certificates").await, 1, "what is refused is not issued");
        phone.get("/me").await.is(200).shows("志证〔2026〕1-0001号").shows("有效");
        phone.get(&format!("/me/certificates/{id}")).await.is(200).shows("志愿服务记录证明").shows("2 小时 15 分钟");
        stranger.get(&format!("/me/certificates/{id}")).await.is(404);
        app.anyone().get(&format!("/me/certificates/{id}")).await.is(404);
        let told = app.token("ann").await.get("/api/v1/certificates/requests?center=1").await.is(200).json();
        assert_eq!(told["items"][0]["certificate_id"].to_string(), id);
    }

    async fn many_are_issued_at_once_or_none(app: TestApp) {
        people(&app, 4).await;
        for (person, minutes) in [(1, 60), (2, 59), (3, 300)] {
            serves(&app, person, None, "2026-02-01", minutes).await;
        }
        let ann = app.sign_in("ann").await;
        let page = format!("{ALL}/several");
        ann.get(&page).await.is(200).shows("陈伯1").shows("陈伯3").hides("陈伯2").hides("陈伯4");
        ann.get(&format!("{page}?hours=0&from=2026-01-01&to=2026-03-05")).await.is(200).shows("陈伯2");
        ann.get(&format!("{page}?team=1")).await.is(200).hides("陈伯1");
        let all = |people: &[&'static str]| people.iter().map(|one| ("person", *one)).chain(PERIOD).chain(SIGNS).collect::<Vec<_>>();
        ann.post(&page, &all(&[])).await.is(422).shows("请填写这一项");
        ann.post(&page, &all(&["1", "3", "4"])).await.is(422).shows("不能出具证明");
        assert_eq!(app.number("select count(*) from service_certificates").await, 0);
        let to = ann.post(&page, &all(&["3", "1"])).await.leads_to();
        let papers = ann.get(&to).await.is(200).shows("志证〔2026〕1-0001号").shows("志证〔2026〕1-0002号").text();
        assert_eq!(papers.matches("<article class=\"certificate\"").count(), 2);
        ann.get(&page).await.is(200).shows("这段时间已有证明");
        assert_eq!(app.number("select count(*) from audit_events where action = 'certificate.issued'").await, 2);
        let mut wish = body(1);
        wish["person"] = json!([1, 2, 3]);
        let made = app.token("ann").await.post_json("/api/v1/certificates/several", wish).await.is(200).json();
        assert_eq!(made["items"].as_array().unwrap().len(), 3);
    }

    async fn who_signs_is_kept_and_proposed(app: TestApp) {
        people(&app, 1).await;
        serves(&app, 1, None, "2026-02-01", 60).await;
        let ann = app.sign_in("ann").await;
        ann.post(&format!("{ALL}/settings"), &[("in_charge", "何伟明")]).await.is(422).shows("何伟明");
        ann.post(&format!("{ALL}/settings"), &SIGNS).await.is(303);
        ann.post(&format!("{ALL}/settings"), &SIGNS).await.is(303);
        assert_eq!(app.number("select count(*) from audit_events where action = 'certificate_signing.set'").await, 1, "unchanged, it is not told");
        ann.get(&format!("{ALL}/new?person=1")).await.is(200).shows("何伟明").shows("陈静雯");
        let id = issues(&ann, &whom("1")).await;
        let other = [("in_charge", "欧阳"), ("handled_by", "司徒"), ("contact", "0769-1")];
        ann.post(&format!("{ALL}/settings"), &other).await.is(303);
        ann.get(&format!("{ALL}/{id}/paper")).await.is(200).shows("何伟明").hides("欧阳");
        let told = app.token("ann").await.get("/api/v1/certificates/settings?center=1").await.is(200).json();
        assert_eq!(told["in_charge"], "欧阳");
    }

    async fn a_list_hangs_out_for_seven_days(app: TestApp) {
        people(&app, 2).await;
        let ann = app.sign_in("ann").await;
        let mut ids = Vec::new();
        for person in ["1", "2"] {
            serves(&app, person.parse().unwrap(), None, "2026-02-01", 90).await;
            ids.push(issues(&ann, &whom(person)).await);
        }
        let page = format!("{ALL}/publicity");
        ann.get(&page).await.is(200).shows("陈伯1").shows("value=\"2026-03-11\"");
        ann.get(&format!("{page}?from=2026-01-01&to=2026-01-31")).await.is(200).shows("这段时间没有出具证明");
        let days = [("public_from", "2026-03-05"), ("public_to", "2026-03-11"), ("objections", "办公室 0769-22101001")];
        ann.post(&page, &days).await.is(422).shows("请填写这一项");
        let far = [("certificate", &*ids[0]), ("public_from", "2026-03-05"), ("public_to", "2026-06-11"), ("objections", "办公室")];
        ann.post(&page, &far).await.is(422).shows("公示最多 60 天");
        let to = ann.post(&page, &[&[("certificate", &*ids[0])][..], &days].concat()).await.leads_to();
        let list = ann.get(&to).await.is(200).shows("陈伯1").shows("1 小时 30 分钟").shows("办公室 0769-22101001").shows("有异议的");
        list.shows("2026").hides("陈伯2");
        ann.get(ALL).await.is(200).shows("公示");
        let told = app.token("ann").await.get("/api/v1/certificates?center=1").await.is(200).json();
        assert_eq!((&told["items"][0]["published_on"], &told["items"][1]["published_on"]), (&json!("2026-03-05"), &json!(null)));
        // One that is good no more is not made public, and one that hangs out is marked.
        ann.post(&format!("{ALL}/{}/revocation", ids[0]), &[("reason", "记错了")]).await.is(303);
        ann.post(&page, &[&[("certificate", &*ids[0])][..], &days].concat()).await.is(422);
        ann.get(&to).await.is(200).shows("已撤销");
    }

    async fn the_register_is_cut_searched_and_taken_out_masked(app: TestApp) {
        people(&app, 2).await;
        let ann = app.sign_in("ann").await;
        for (person, minutes) in [("1", 90), ("2", 30)] {
            serves(&app, person.parse().unwrap(), None, "2026-02-01", minutes).await;
            issues(&ann, &whom(person)).await;
        }
        ann.post(&format!("{ALL}/1/revocation"), &[("reason", "记错了")]).await.is(303);
        ann.get(&format!("{ALL}?state=revoked")).await.is(200).shows("1-0001号").hides("1-0002号");
        ann.get(&format!("{ALL}?state=good&year=2026&sort=minutes")).await.is(200).shows("1-0002号").hides("1-0001号");
        ann.get(&format!("{ALL}?year=2025")).await.is(200).hides("1-0002号");
        ann.get(&format!("{ALL}?team=1")).await.is(200).hides("1-0002号");
        let found = ann.post(&format!("{ALL}/search"), &[("q", "chenbo")]).await.is(200).shows("new?person=1").shows("1-0001号");
        found.shows("1-0002号");
        ann.post(&format!("{ALL}/search"), &[("q", "没有这个人")]).await.is(200).hides("1-0001号");
        let file = ann.post("/centers/1/exports", &[("list", "certificates"), ("format", "csv"), ("state", "good")]).await.is(200);
        let text = file.text();
        assert!(text.contains("志证〔2026〕1-0002号") && text.contains("陈伯2") && !text.contains("陈伯1"), "{text}");
    }

    async fn it_follows_whoever_is_one_and_is_forgotten_with_the_person(app: TestApp) {
        session(&app, None, Some(1)).await;
        let program = app.token("ann").await;
        for name in ["梁惠芳", "梁慧芳"] {
            program.post_json("/api/v1/people", json!({"center": 1, "name": name})).await.is(201);
        }
        serves(&app, 2, Some(1), "", 60).await;
        let ann = app.sign_in("ann").await;
        let id = issues(&ann, &whom("2")).await;
        let path = proof(&ann, &id).await;
        let merge = program.post_json("/api/v1/people/merges", json!({"kept": 1, "merged": 2, "taken": []})).await.is(201).json();
        assert_eq!(app.number("select person_id from service_certificates").await, 1);
        ann.get(&format!("{ALL}/{id}/paper")).await.is(200).shows("梁慧芳");
        ann.get(ALL).await.is(200).shows("梁惠芳").hides("账上现为");
        program.post_json(&format!("/api/v1/people/merges/{}/undoing", merge["id"]), json!({})).await.is(200);
        assert_eq!(app.number("select person_id from service_certificates").await, 2);

        let wish = json!({"wanted_by": "person", "reason": "本人书面要求"});
        let erasure = program.post_json("/api/v1/people/2/erasure", wish).await.is(201).json()["id"].clone();
        let ben = app.token("ben").await;
        ben.post_json(&format!("/api/v1/erasures/{erasure}/approval"), json!({"number": 2})).await.is(200);
        app.anyone().get(&path).await.is(200).shows("记录已删除").shows("志证〔2026〕1-0001号").hides("梁慧芳").hides("1 小时");
        ann.get(&format!("{ALL}/{id}/paper")).await.is(410);
        ann.get(ALL).await.is(200).shows("志证〔2026〕1-0001号").hides("梁慧芳");
        assert_eq!(app.number("select count(*) from service_certificates where content_sealed is null and sha256 is null and minutes = 60").await, 1);
        let told = program.get(&format!("/api/v1/certificates/{id}")).await.is(200).json();
        assert_eq!((&told["printed"], &told["state"]), (&json!(null), &json!("erased")));
    }
}
