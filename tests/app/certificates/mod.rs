//! Certificates of voluntary service: what the ledger confirms and no more, numbered without a gap, frozen on paper, proven or revoked behind
//! the QR, asked for from a confirmed phone, made public.

mod from_shift;
mod journey;
mod ledgers;
mod lives;

use rocket::futures::future::join_all;
use serde_json::{Value, json};

use crate::check_in::{people, request, session};
use crate::support::{Answer, TestApp, User, on_both_engines, qr};

const ALL: &str = "/centers/1/certificates";

const SIGNS: [(&str, &str); 3] = [("in_charge", "何伟明"), ("handled_by", "陈静雯"), ("contact", "0769-22101001")];

const PERIOD: [(&str, &str); 2] = [("from", "2026-01-01"), ("to", "2026-03-05")];

/// Confirmed hours in the ledger: of a session, or of a team's own record.
pub(super) async fn serves(app: &TestApp, person: i64, session: Option<i64>, day: &str, minutes: i64) -> i64 {
    let mut tx = app.begin().await;
    let id: i64 = sqlx::query_scalar(
        "insert into hours_entries (person_id, session_id, team_id, served_on, content, minutes, source, original_minutes, confirmed_at)
         values ($1, $2, 1, $3, '河岸清理', $4, 'adjusted', $4, 0) returning id",
    )
    .bind(person)
    .bind(session)
    .bind(session.is_none().then(|| day.to_owned()))
    .bind(minutes)
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}

/// Reverses an entry.
pub(super) async fn reverses(app: &TestApp, entry: i64) {
    let mut tx = app.begin().await;
    sqlx::query(
        "insert into hours_entries (person_id, session_id, team_id, served_on, content, minutes, source, original_minutes, confirmed_at,
                reverses_id)
         select person_id, session_id, team_id, served_on, content, -minutes, 'adjusted', minutes, 0, id from hours_entries where id = $1",
    )
    .bind(entry)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

/// The first volunteer's number as it is printed.
async fn first_number(app: &TestApp) -> String {
    let told = app.token("ann").await.get("/api/v1/certificates?center=1").await.is(200).json();
    told["items"][0]["volunteer_number"].as_str().unwrap().to_owned()
}

fn whom(person: &str) -> Vec<(&str, &str)> {
    [&[("person", person)][..], &PERIOD, &SIGNS].concat()
}

/// Issues a certificate on the page; its number.
pub(super) async fn issues(by: &User<'_>, fields: &[(&str, &str)]) -> String {
    let made = by.post(ALL, fields).await;
    made.leads_to().rsplit('/').next().unwrap().to_owned()
}

pub(super) fn body(person: i64) -> Value {
    json!({"center": 1, "person": person, "from": "2026-01-01", "to": "2026-03-05", "in_charge": "何伟明", "handled_by": "陈静雯",
        "contact": "0769-22101001"})
}

/// By API; who finds the database busy comes again.
async fn tries(user: &User<'_>, person: i64) -> Answer {
    loop {
        let answer = user.post_json("/api/v1/certificates", body(person)).await;
        if answer.status.code != 503 {
            return answer;
        }
    }
}

/// What the QR of a paper leads to.
pub(super) async fn proof(by: &User<'_>, id: &str) -> String {
    let paper = by.get(&format!("{ALL}/{id}/paper")).await.is(200).text();
    let link = qr::read(&paper);
    format!("/v/{}", link.split("/v/").nth(1).unwrap_or_else(|| panic!("{link} is no proof")))
}

/// A phone that came to the morning tea and that a worker knows to be theirs.
pub(super) async fn confirmed<'a>(app: &'a TestApp, name: &str, number: &str) -> (User<'a>, i64) {
    let mut phone = app.anyone();
    let came = phone.post("/c/tea", &[("request_id", &*request()), ("name", name), ("phone", number)]).await.is(200);
    phone.keep(&came);
    let person = app.number("select max(id) from people").await;
    let ann = app.token("ann").await;
    let phones = ann.get(&format!("/api/v1/people/{person}/remembered-phones")).await.is(200).json();
    for one in phones["items"].as_array().unwrap() {
        let path = format!("/api/v1/people/{person}/remembered-phones/{}/confirmation", one["id"]);
        ann.post_json(&path, json!({})).await.is(204);
    }
    (phone, person)
}

on_both_engines! {
    async fn it_says_what_the_ledger_says_and_stays_so(app: TestApp) {
        session(&app, None, Some(1)).await;
        people(&app, 2).await;
        let entry = serves(&app, 1, Some(1), "", 120).await;
        serves(&app, 1, None, "2026-02-01", 95).await;
        serves(&app, 1, None, "2025-12-31", 600).await;
        serves(&app, 2, Some(1), "", 44).await;
        let ann = app.sign_in("ann").await;
        ann.get(&format!("{ALL}/new?person=1")).await.is(200).shows("3 小时 35 分钟").shows("早茶会").shows("河岸清理").hides("10 小时");
        let id = issues(&ann, &whom("1")).await;
        let paper = format!("{ALL}/{id}/paper");
        let printed = ann.get(&paper).await.is(200).shows("志证〔2026〕1-0001号").shows("3 小时 35 分钟").shows("本单位记录").shows("盖章处");
        let printed = printed.shows("陈伯1").shows("何伟明").shows("陈静雯").shows("0769-22101001").shows("莞爱社会工作服务中心").shows("2 次");
        // A number of our own, though they are in no team: 000001 and its check digit.
        assert_eq!(app.number("select count(*) from volunteers").await, 1);
        printed.shows("志愿者编号").shows(&first_number(&app).await);
        ann.get(ALL).await.is(200).shows("志证〔2026〕1-0001号").hides("账上现为");
        // Corrected since: the paper stays, and the register says so.
        reverses(&app, entry).await;
        serves(&app, 1, Some(1), "", 60).await;
        ann.get(&paper).await.is(200).shows("3 小时 35 分钟");
        ann.get(ALL).await.is(200).shows("账上现为").shows("2 小时 35 分钟");
        ann.get(&format!("{ALL}/{id}")).await.is(200).shows("账上的时数更正过");
        let told = app.token("ann").await.get(&format!("/api/v1/certificates/{id}")).await.is(200).json();
        assert_eq!((&told["minutes"], &told["ledger_minutes"]), (&json!(215), &json!(155)));
        assert_eq!(told["printed"]["services"].as_array().unwrap().len(), 2);
    }

    async fn nothing_is_certified_that_nobody_confirmed(app: TestApp) {
        session(&app, None, Some(1)).await;
        people(&app, 1).await;
        let ann = app.sign_in("ann").await;
        let tick = [("request_id", &*request()), ("person_id", "1"), ("role", "volunteer")];
        ann.post("/centers/1/sessions/1/attendances", &tick).await.is(303);
        ann.get(&format!("{ALL}/new?person=1")).await.is(200).shows("这段时间没有已确认的服务时数");
        ann.post(ALL, &whom("1")).await.is(422).shows("不能出具证明").shows("何伟明");
        app.token("ann").await.post_json("/api/v1/certificates", body(1)).await.is(409).is_refused("certificate_without_hours");
        // Nor of what another center confirmed, or of what came to nothing.
        app.execute("update sessions set center_id = 2").await;
        let elsewhere = serves(&app, 1, Some(1), "", 120).await;
        ann.post(ALL, &whom("1")).await.is(422);
        app.execute("update sessions set center_id = 1").await;
        reverses(&app, elsewhere).await;
        ann.post(ALL, &whom("1")).await.is(422);
        assert_eq!(app.number("select count(*) from service_certificates").await, 0);
        assert_eq!(app.number("select count(*) from volunteers").await, 0, "nobody is numbered by what was refused");
    }

    async fn numbers_have_no_gap_whoever_is_first(app: TestApp) {
        people(&app, 12).await;
        for person in 1..=12 {
            serves(&app, person, None, "2026-02-01", 60).await;
        }
        let ann = app.token("ann").await;
        let answers = join_all((1..=12).map(|person| { let ann = ann.clone(); async move { tries(&ann, person).await } })).await;
        assert!(answers.iter().all(|answer| answer.status.code == 201), "{answers:?}");
        assert_eq!(app.number("select count(distinct place) from service_certificates where year = 2026").await, 12);
        assert_eq!(app.number("select max(place) from service_certificates").await, 12);
        // What is refused takes no number; another year begins anew.
        tries(&ann, 99).await.is(404);
        app.at("2027-01-04T02:00:00Z");
        let ann = app.token("ann").await;
        tries(&ann, 1).await.is(201);
        let told = ann.get("/api/v1/certificates?center=1").await.is(200).json();
        assert_eq!(told["items"][12]["number"], "志证〔2027〕1-0001号");
    }

    async fn the_qr_proves_it_and_shows_no_more_than_the_paper(app: TestApp) {
        session(&app, None, Some(1)).await;
        let ann = app.sign_in("ann").await;
        let known = [("name", "梁惠芳"), ("phone", "13800138000"), ("id_number", "11010519491231002X"), ("birth_date", "1949-12-31")];
        ann.post("/centers/1/people", &[&known[..], &[("address", "罗沙路 77 号")]].concat()).await.is(303);
        serves(&app, 1, Some(1), "", 150).await;
        let with_number = [&whom("1")[..], &[("id_number", "1")]].concat();
        ann.post(ALL, &with_number).await.is(422);
        let id = issues(&ann, &[&with_number[..], &[("reason", "办理积分入学")]].concat()).await;
        let paper = format!("{ALL}/{id}/paper");
        ann.get(&paper).await.is(200).shows("1101************2X").hides("11010519491231002X");
        ann.get(&format!("{ALL}/papers?ids={id}")).await.is(200).hides("11010519491231002X");
        ann.post(&paper, &[("reason", "")]).await.is(422);
        ann.post(&paper, &[("reason", "本人交学校")]).await.is(200).shows("11010519491231002X");
        assert_eq!(app.number("select count(*) from audit_events where action = 'certificate.printed_in_full' and detail = '本人交学校'").await, 1);
        ann.get(&format!("{ALL}/{id}")).await.is(200).hides("11010519491231002X");
        assert_eq!(app.number("select count(*) from audit_events where action = 'person.id_number_revealed' and detail = '办理积分入学'").await, 1);
        assert_eq!(app.number("select count(*) from service_certificates where content_sealed like '%11010519%'").await, 0);
        let path = proof(&ann, &id).await;
        let page = app.anyone().get(&path).await.is(200).shows("证明属实").shows("梁惠芳").shows("2 小时 30 分钟").shows("1101************2X").shows("早茶会");
        assert_eq!(page.header("x-robots-tag"), "noindex, nofollow");
        assert!(page.cookies.is_empty(), "{:?}", page.cookies);
        page.hides("19491231").hides("13800138000").hides("罗沙路 77").hides("1949-12-31").hides("href=\"/me\"");
        for nothing in ["/v/nothing", &path[..path.len() - 1]] {
            app.anyone().get(nothing).await.is(404).shows("查无此证").hides("梁惠芳");
        }
        // Whoever guesses is slowed down.
        let guesser = app.anyone().at_address("192.0.2.7");
        let mut last = 0;
        for n in 0..70 {
            last = guesser.get(&format!("/v/guess{n}")).await.status.code;
        }
        assert_eq!(last, 429);
    }

    async fn a_revoked_one_is_never_good_again_and_another_takes_its_place(app: TestApp) {
        people(&app, 2).await;
        serves(&app, 1, None, "2026-02-01", 60).await;
        serves(&app, 2, None, "2026-02-01", 60).await;
        let ann = app.sign_in("ann").await;
        let id = issues(&ann, &whom("1")).await;
        let path = proof(&ann, &id).await;
        ann.post(ALL, &[&whom("1")[..], &[("replaces", &*id)]].concat()).await.is(422).shows("只能代替");
        ann.post(&format!("{ALL}/{id}/revocation"), &[]).await.is(422);
        ann.get(&format!("{ALL}/{id}")).await.is(200).shows("撤销不能恢复");
        ann.post(&format!("{ALL}/{id}/revocation"), &[("reason", "陈伯1的时数记错了")]).await.is(303);
        ann.post(&format!("{ALL}/{id}/revocation"), &[("reason", "再来一次")]).await.is(422).shows("不能撤销");
        let page = app.anyone().get(&path).await.is(200).shows("已撤销").shows("2026").hides("证明属实").hides("记错了");
        page.hides("陈伯1");
        ann.get(&format!("{ALL}/{id}/paper")).await.is(200).shows("本证明已于");
        // In its place, once, and of the same person.
        ann.get(&format!("{ALL}/{id}")).await.is(200).shows("重新出具");
        ann.post(ALL, &[&whom("2")[..], &[("replaces", &*id)]].concat()).await.is(422);
        let anew = issues(&ann, &[&whom("1")[..], &[("replaces", &*id)]].concat()).await;
        ann.post(ALL, &[&whom("1")[..], &[("replaces", &*id)]].concat()).await.is(422);
        ann.get(&format!("{ALL}/{anew}/paper")).await.is(200).shows("志证〔2026〕1-0002号").shows("代替已撤销的 志证〔2026〕1-0001号");
        ann.get(&format!("{ALL}/{id}")).await.is(200).shows("志证〔2026〕1-0002号");
        let path = proof(&ann, &anew).await;
        app.anyone().get(&path).await.is(200).shows("证明属实").shows("代替已撤销的");
    }

    async fn another_centers_is_not_found(app: TestApp) {
        people(&app, 1).await;
        serves(&app, 1, None, "2026-02-01", 60).await;
        let id = issues(&app.sign_in("ann").await, &whom("1")).await;
        app.execute("insert into phones (secret_hash, label, created_at, seen_at) values ('x', '', 0, 0)").await;
        app.execute(
            "insert into certificate_requests (center_id, person_id, phone_id, period_from, period_to, purpose, state, asked_at)
             select 1, 1, max(h.id), '2026-01-01', '2026-03-01', '入学', 'open', 0 from phones h",
        ).await;
        let (olga, program) = (app.sign_in("olga").await, app.token("olga").await);
        for place in ["1", "2"] {
            let of = |path: &str| format!("/centers/{place}/certificates{path}");
            for path in [format!("/{id}"), format!("/{id}/paper"), format!("/papers?ids={id}"), "/new?person=1".to_owned(), "/publicity/1".to_owned()] {
                olga.get(&of(&path)).await.is(404);
            }
            olga.post(&of(&format!("/{id}/revocation")), &[("reason", "不对")]).await.is(404);
            olga.post(&of("/requests/1/refusal"), &[("word", "不行")]).await.is(404);
            olga.post(&of(""), &whom("1")).await.is(404);
        }
        let list = [("certificate", &*id), ("public_from", "2026-03-05"), ("public_to", "2026-03-11"), ("objections", "办公室")];
        olga.post("/centers/2/certificates/publicity", &list).await.is(422);
        program.get(&format!("/api/v1/certificates/{id}")).await.is(404);
        program.post_json(&format!("/api/v1/certificates/{id}/revocation"), json!({"reason": "不对"})).await.is(404);
        program.post_json("/api/v1/certificates/requests/1/refusal", json!({"word": "不行"})).await.is(404);
        assert_eq!(app.number("select count(*) from service_certificates where revoked_at is null").await, 1);
    }
}
