//! Joining a team by phone, and what a phone may see and do: only what is its people's own, and what its leader's team needs.

mod histories;
mod journey;
mod rights;

use serde_json::json;

use crate::check_in::{card, request, session};
use crate::support::{Answer, TestApp, User, on_both_engines};

/// Seeks members for team 1.
async fn recruits(app: &TestApp) {
    let told = [("about", "每周探访独居长者"), ("recruits", "1"), ("sought", "有耐心的人"), ("helpers", "2")];
    app.sign_in("ann").await.post("/centers/1/teams/1", &told).await.is(303);
}

const AGREED: [(&str, &str); 3] = [("risks", "1"), ("consent", "1"), ("version", "1")];

/// Asks to join team 1.
async fn asks(phone: &User<'_>, request: &str, name: &str, number: &str) -> Answer {
    let who = [("request_id", request), ("name", name), ("phone", number), ("birth_date", "1990-01-01")];
    let can = [("skills", "理发"), ("available", "周末上午")];
    phone.post("/agenda/1/teams/1/joining", &[&who[..], &can, &AGREED].concat()).await
}

/// A new phone asks to join team 1.
async fn applies<'a>(app: &'a TestApp, name: &str, number: &str) -> User<'a> {
    let mut phone = app.anyone();
    let answer = asks(&phone, &request(), name, number).await.is(303);
    assert_eq!(answer.leads_to(), "/me");
    phone.keep(&answer);
    phone
}

/// A new phone comes to the morning tea by name and number.
pub(crate) async fn comes<'a>(app: &'a TestApp, name: &str, number: &str) -> User<'a> {
    let mut phone = app.anyone();
    enters(&mut phone, name, number).await;
    phone
}

async fn enters(phone: &mut User<'_>, name: &str, number: &str) {
    let fields = [("request_id", &*request()), ("name", name), ("phone", number)];
    let answer = phone.post("/c/tea", &fields).await.is(200);
    phone.keep(&answer);
}

/// A worker says that every phone of that person is theirs.
pub(crate) async fn confirms(app: &TestApp, person: i64) {
    let ann = app.token("ann").await;
    let phones = ann.get(&format!("/api/v1/people/{person}/remembered-phones")).await.is(200).json();
    for phone in phones["items"].as_array().unwrap() {
        let path = format!("/api/v1/people/{person}/remembered-phones/{}/confirmation", phone["id"]);
        ann.post_json(&path, json!({})).await.is(204);
    }
}

/// The phone of 陈大文, who is person 1 and leads team 1.
async fn leader(app: &TestApp) -> User<'_> {
    let phone = comes(app, "陈大文", "13900139000").await;
    let ann = app.sign_in("ann").await;
    ann.post("/centers/1/teams/1/members", &[("person", "1")]).await.is(303);
    ann.post("/centers/1/teams/1/leadership", &[("person", "1")]).await.is(303);
    confirms(app, 1).await;
    phone
}

/// Hours of 60 + 200 minutes in the ledger of a person.
async fn has_served(app: &TestApp, person: i64) {
    let mut tx = app.begin().await;
    sqlx::query(
        "insert into hours_entries (person_id, served_on, content, team_id, minutes, source, original_minutes, confirmed_at)
         values ($1, '2026-02-01', '去年的探访', 1, 200, 'imported', 200, 0), ($1, '2026-02-02', '搬书', 1, 60, 'imported', 60, 0)",
    )
    .bind(person)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn a_teams_poster_leads_to_its_page_and_goes_with_the_team(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/teams/1/applications").await.is(200).shows("href=\"/centers/1/teams/1/poster\"");
        let poster = ann.get("/centers/1/teams/1/poster").await.is(200);
        poster.shows("邻里敬老队").shows("/agenda/1/teams/1<").shows("<svg").shows("报名，等队长答复");
        ann.post("/centers/1/teams/1/disbanding", &[]).await.is(303);
        ann.get("/centers/1/teams/1/poster").await.is(404);
    }

    async fn a_wish_waits_and_is_approved_on_the_leaders_phone(app: TestApp) {
        session(&app, None, Some(1)).await;
        recruits(&app).await;
        let leader = leader(&app).await;
        let page = app.anyone().get("/agenda/1/teams/1").await.is(200);
        page.shows("每周探访独居长者").shows("有耐心的人").shows("招募中").shows("队长 大文").hides("陈大文");
        let phone = applies(&app, "梁惠芳", "13800138000").await;
        assert_eq!(app.number("select count(*) from people").await, 1, "nobody is made before somebody says yes");
        phone.get("/me").await.is(200).shows("邻里敬老队").shows("等待答复").hides("志愿者编号");
        app.anyone().get("/me").await.is(200).hides("邻里敬老队");

        let team = leader.get("/me/teams/1").await.is(200);
        team.shows("梁惠芳").shows("138****8000").shows("理发").shows("周末上午").hides("13800138000").hides("1990-01-01");
        let yes = [("is_them", "1"), ("word", "欢迎你")];
        leader.post("/me/teams/1/applications/1/approval", &yes).await.is(303);
        leader.post("/me/teams/1/applications/1/approval", &yes).await.is(422).shows("已经答复过了");
        let number = "0000025";
        phone.get("/me").await.is(200).shows("已加入").shows("欢迎你").shows(number).shows("退出队伍");
        leader.get("/me/teams/1").await.is(200).shows("没有等待的报名").shows(number).shows("****8000").hides("13800138000");
        let facts = "select count(*) from people p join consents c on c.person_id = p.id and c.purpose = 'volunteer' and c.method = 'form'
                     where p.birth_date = '1990-01-01'";
        assert_eq!(app.number(facts).await, 1);
        app.sign_in("ann").await.get("/centers/1/teams/1").await.is(200).shows(number).shows("梁惠芳");
    }

    async fn a_wish_is_declined_with_a_word_and_little_is_kept(app: TestApp) {
        recruits(&app).await;
        let phone = applies(&app, "梁惠芳", "13800138000").await;
        let lei = app.sign_in("lei").await;
        lei.post("/centers/1/teams/1/applications/1/refusal", &[]).await.is(422);
        lei.post("/centers/1/teams/1/applications/1/refusal", &[("word", "这次人满了，下月再来")]).await.is(303);
        phone.get("/me").await.is(200).shows("未通过").shows("这次人满了，下月再来");
        let told = app.token("ann").await.get("/api/v1/teams/1/applications").await.is(200).json();
        assert_eq!((&told["items"][0]["name"], &told["items"][0]["skills"]), (&json!("梁惠芳"), &json!(null)));
        assert_eq!(told["items"][0]["phone"], json!(null));
        assert_eq!(app.number("select count(*) from people").await, 0);
        assert_eq!(app.number("select count(*) from consents").await, 0);
        // Another time.
        applies(&app, "梁惠芳", "13800138000").await;
        app.token("lei").await.post_json("/api/v1/teams/1/applications/2/approval", json!({})).await.is(200);
    }

    async fn who_left_comes_back_as_the_same_person_with_the_same_number(app: TestApp) {
        recruits(&app).await;
        let phone = applies(&app, "梁惠芳", "13800138000").await;
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/teams/1/applications/1/approval", &[("is_them", "1")]).await.is(303);
        phone.post("/me/teams/1/leaving", &[("person", "1"), ("reason", "照顾孙子")]).await.is(303);
        phone.post("/me/teams/1/leaving", &[("person", "1")]).await.is(404);
        phone.get("/me").await.is(200).shows("已退出").hides("确认退出");
        asks(&phone, &request(), "梁 惠芳", "138-0013-8000").await.is(303);
        ann.post("/centers/1/teams/1/applications/2/approval", &[]).await.is(303);
        assert_eq!(app.number("select count(*) from people").await, 1);
        assert_eq!(app.number("select count(*) from volunteers").await, 1);
        let history = "select count(*) from team_member_changes where person_id = 1 and change in ('joined', 'left', 'returned')";
        assert_eq!(app.number(history).await, 3);
        ann.get("/centers/1/teams/1").await.is(200).shows("重新加入").shows("照顾孙子").shows("本人");
    }

    async fn a_member_rests_and_is_back(app: TestApp) {
        session(&app, None, Some(1)).await;
        recruits(&app).await;
        let (leader, phone) = (leader(&app).await, applies(&app, "梁惠芳", "13800138000").await);
        leader.post("/me/teams/1/applications/1/approval", &[("is_them", "1")]).await.is(303);
        leader.post("/me/teams/1/members/2/suspension", &[]).await.is(422);
        leader.post("/me/teams/1/members/2/suspension", &[("reason", "住院休养")]).await.is(303);
        leader.post("/me/teams/1/members/2/suspension", &[("reason", "住院休养")]).await.is(422).shows("已经暂停服务了");
        phone.get("/me").await.is(200).shows("暂停服务");
        // At the door they come as everybody does.
        let tap = [("request_id", &*request()), ("person_id", "2")];
        phone.post("/c/tea", &tap).await.is(200);
        assert_eq!(app.number("select count(*) from attendances where person_id = 2 and part = 'participant'").await, 1);
        // A wish does not go round it.
        asks(&phone, &request(), "梁惠芳", "13800138000").await.is(303);
        leader.post("/me/teams/1/applications/2/approval", &[]).await.is(422).shows("请先恢复");
        leader.post("/me/teams/1/members/2/resumption", &[]).await.is(303);
        phone.get("/me").await.is(200).hides("暂停服务");
        // A leader who rests leads no more.
        app.sign_in("ann").await.post("/centers/1/teams/1/members/1/suspension", &[("reason", "出国")]).await.is(303);
        leader.get("/me/teams/1").await.is(404);
    }

    async fn a_name_and_a_number_show_nothing_of_somebody(app: TestApp) {
        session(&app, None, None).await;
        let ann = app.sign_in("ann").await;
        let hers = comes(&app, "梁惠芳", "13800138000").await;
        ann.post("/centers/1/teams/1/members", &[("person", "1")]).await.is(303);
        has_served(&app, 1).await;
        let stranger = comes(&app, "梁惠芳", "13800138000").await;
        let number = "0000017";
        for phone in [&hers, &stranger] {
            phone.get("/me").await.is(200).shows("梁惠芳").hides("4 小时").hides(number).hides("邻里敬老队").shows("是本人");
            phone.post("/me/teams/1/leaving", &[("person", "1")]).await.is(404);
        }
        // One of them is hers: a worker has seen it.
        let known = "select min(phone_id) from phone_people where person_id = 1";
        let first = app.number(known).await;
        ann.post(&format!("/centers/1/people/1/remembered-phones/{first}/confirmation"), &[]).await.is(303);
        hers.get("/me").await.is(200).shows("4 小时").shows(number).shows("邻里敬老队").shows("去年的探访");
        stranger.get("/me").await.is(200).hides("4 小时").hides(number);
        ann.post(&format!("/centers/1/people/1/remembered-phones/{first}/ending"), &[]).await.is(303);
        hers.get("/me").await.is(200).hides("4 小时").hides(number);
        app.sign_in("olga").await.post(&format!("/centers/1/people/1/remembered-phones/{first}/confirmation"), &[]).await.is(404);
    }

    async fn a_confirmation_ends_with_the_card_and_with_the_number(app: TestApp) {
        session(&app, None, None).await;
        let ann = app.sign_in("ann").await;
        let hers = comes(&app, "梁惠芳", "13800138000").await;
        ann.post("/centers/1/teams/1/members", &[("person", "1")]).await.is(303);
        has_served(&app, 1).await;
        let own = card(&app, 1).await;
        hers.post(&format!("/k/{}", own.plain()), &[]).await.is(303);
        hers.get("/me").await.is(200).shows("4 小时");
        ann.post("/centers/1/people/1/card/revocation", &[("reason", "丢了")]).await.is(303);
        hers.get("/me").await.is(200).shows("梁惠芳").hides("4 小时");

        confirms(&app, 1).await;
        hers.get("/me").await.is(200).shows("4 小时");
        let shown = app.token("ann").await.get("/api/v1/people/1").await.is(200).json();
        let same = json!({"version": shown["version"], "name": "梁惠芳", "phone": "13800138000", "address": "罗沙路 1 号"});
        app.token("ann").await.post_json("/api/v1/people/1", same).await.is(200);
        hers.get("/me").await.is(200).shows("4 小时");
        let version = app.number("select version from people where id = 1").await;
        let other = json!({"version": version, "name": "梁惠芳", "phone": "13800138999"});
        app.at("2026-03-05T03:00:00Z");
        app.token("ann").await.post_json("/api/v1/people/1", other).await.is(200);
        hers.get("/me").await.is(200).hides("4 小时");
        ann.get("/centers/1/people/1").await.is(200).shows("号码改过，要重新确认");
        app.at("2026-03-05T03:01:00Z");
        confirms(&app, 1).await;
        hers.get("/me").await.is(200).shows("4 小时");
    }

    async fn a_minor_joins_with_a_guardian(app: TestApp) {
        recruits(&app).await;
        let phone = app.anyone();
        let id = request();
        let child = [("request_id", &*id), ("name", "李小树"), ("phone", "13511135111"), ("birth_date", "2012-05-05")];
        let alone = phone.post("/agenda/1/teams/1/joining", &[&child[..], &AGREED].concat()).await.is(422);
        alone.shows("#f-guardian").shows("#f-guardian_phone").shows("#f-guardian_consent");
        phone.post("/agenda/1/teams/1/joining", &child).await.is(422).shows("请先了解可能的风险").shows("不同意就不能报名");
        assert_eq!(app.number("select count(*) from team_applications").await, 0);
        let guardian = [("guardian", "李大树"), ("guardian_phone", "13511135112"), ("guardianship", "parent"), ("guardian_consent", "1")];
        phone.post("/agenda/1/teams/1/joining", &[&child[..], &guardian, &AGREED].concat()).await.is(303);
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/teams/1/applications").await.is(200).shows("李大树").shows("135****5112").hides("13511135112");
        ann.post("/centers/1/teams/1/applications/1/approval", &[]).await.is(303);
        assert_eq!(app.number("select count(*) from consents where guardianship = 'parent' and guardian_sealed is not null").await, 1);
        let plain = "select count(*) from team_applications where told_sealed like '%李大树%' or told_sealed like '%13511135112%'";
        assert_eq!(app.number(plain).await, 0, "it is sealed");
    }

    async fn a_form_sent_twice_is_one_wish_and_a_flood_is_stopped(app: TestApp) {
        recruits(&app).await;
        let id = request();
        // The first answer was lost, and its cookie with it.
        asks(&app.anyone(), &id, "梁惠芳", "13800138000").await.is(303);
        let mut phone = app.anyone();
        phone.keep(&asks(&phone, &id, "梁惠芳", "13800138000").await.is(303));
        phone.get("/me").await.is(200).shows("等待答复");
        asks(&phone, &request(), "梁惠芳", "13800138000").await.is(303);
        assert_eq!(app.number("select count(*) from team_applications").await, 1);
        for n in 0..7 {
            asks(&phone, &request(), &format!("梁家第{}", ["二", "三", "四", "五", "六", "七", "八"][n]), "13800138000").await.is(303);
        }
        asks(&phone, &request(), "梁家第九", "13800138000").await.is(422).shows("请等一等");
        let flood = app.anyone().at_address("192.0.2.7");
        let mut last = 0;
        for _ in 0..70 {
            last = flood.post("/agenda/1/teams/1/joining", &[]).await.status.code;
        }
        assert_eq!(last, 429);
        app.sign_in("ann").await.post("/centers/1/teams/1", &[]).await.is(303);
        asks(&app.anyone(), &request(), "何人", "13800138111").await.is(422).shows("现在不招募");
    }

    async fn a_wish_is_taken_back_by_its_phone_alone(app: TestApp) {
        recruits(&app).await;
        let (mine, other) = (applies(&app, "梁惠芳", "13800138000").await, applies(&app, "陈大文", "13900139000").await);
        other.post("/me/applications/1/withdrawal", &[]).await.is(404);
        mine.post("/me/applications/1/withdrawal", &[]).await.is(303);
        mine.post("/me/applications/1/withdrawal", &[]).await.is(409);
        let lei = app.sign_in("lei").await;
        lei.get("/centers/1/teams/1/applications").await.is(200).hides("梁惠芳").shows("陈大文");
        lei.post("/centers/1/teams/1/applications/1/approval", &[]).await.is(404);
    }

    async fn of_two_who_answer_at_once_one_does(app: TestApp) {
        session(&app, None, Some(1)).await;
        recruits(&app).await;
        let leader = leader(&app).await;
        let (ann, lei) = (app.sign_in("ann").await, app.sign_in("lei").await);
        for round in 1..=15_i64 {
            applies(&app, "梁惠芳", &format!("138001380{round:02}")).await;
            let (yes, no) = (format!("/centers/1/teams/1/applications/{round}/approval"), format!("/centers/1/teams/1/applications/{round}/refusal"));
            let mine = format!("/me/teams/1/applications/{round}/approval");
            let (one, two, three) = rocket::tokio::join!(
                ann.post(&yes, &[]), lei.post(&no, &[("word", "满了")]), leader.post(&mine, &[("is_them", "1")]),
            );
            let codes = [one.status.code, two.status.code, three.status.code];
            assert_eq!(codes.iter().filter(|code| **code == 303).count(), 1, "round {round}: {codes:?}");
            assert!(codes.iter().all(|code| matches!(code, 303 | 422)), "round {round}: {codes:?}");
        }
        let astray = "select (select count(*) from team_applications a where a.state = 'approved') - (select count(*) from team_members) + 1";
        assert_eq!(app.number(astray).await, 0, "as many members as yeses, and the leader");
        assert_eq!(app.number("select count(*) from team_applications where state = 'waiting'").await, 0);
    }

    async fn two_who_are_one_keep_both_numbers_and_erasing_forgets_a_wish(app: TestApp) {
        recruits(&app).await;
        let ann = app.token("ann").await;
        for (id, (name, number)) in [("梁惠芳", "13800138000"), ("梁慧芳", "13900139000")].iter().enumerate() {
            applies(&app, name, number).await;
            ann.post_json(&format!("/api/v1/teams/1/applications/{}/approval", id + 1), json!({})).await.is(200);
        }
        ann.post_json("/api/v1/people/merges", json!({"kept": 1, "merged": 2})).await.is(201);
        let listed = ann.get("/api/v1/volunteers?center=1").await.is(200).json();
        assert_eq!((listed["items"].as_array().unwrap().len(), &listed["items"][0]["number"]), (1, &json!("0000017")));
        let other = ann.get("/api/v1/volunteers?center=1&number=0000025").await.is(200).json();
        assert_eq!(other["items"][0]["person_id"], json!(1));
        ann.get("/api/v1/volunteers?center=1&number=0000026").await.is(422);
        ann.post_json("/api/v1/people/merges/1/undoing", json!({})).await.is(200);
        assert_eq!(app.number("select count(*) from volunteers where came_with is null").await, 2);

        // Somebody known who asks once more, and is erased before anybody answers.
        applies(&app, "梁惠芳", "13800138000").await;
        ann.post_json("/api/v1/people/1/erasure", json!({"wanted_by": "person", "reason": "本人要求"})).await.is(201);
        app.token("ben").await.post_json("/api/v1/erasures/1/approval", json!({"number": 1})).await.is(200);
        let kept = "select count(*) from team_applications where told_sealed is not null and (person_id = 1 or state in ('waiting', 'withdrawn'))";
        assert_eq!(app.number(kept).await, 0);
        assert_eq!(app.number("select count(*) from team_applications where state = 'waiting'").await, 0);
    }
}
