//! Registering, finding and revising people; who sees their numbers; the groups that attendances copied.

use linli::audit::Actor;
use linli::centers::CenterId;
use linli::people::{self, Name, PhoneNumber};
use serde_json::json;

use crate::support::{TestApp, on_both_engines};

const HUIFANG: [(&str, &str); 4] =
    [("name", "梁惠芳"), ("birth_date", "1948-03-02"), ("phone", "138 2222 2217"), ("sex", "f")];

/// One session on each of these dates, and person 1 at all of them, as the door would have recorded it.
async fn attends(app: &TestApp, dates: &[&str]) {
    let mut tx = app.begin().await;
    sqlx::query(
        "insert into activities (center_id, kind_id, title, published, created_at) values (1, 1, '茶话会', 0, 0)",
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    for date in dates {
        let session: i64 = sqlx::query_scalar(
            "insert into sessions (activity_id, center_id, starts_at, ends_at, local_date, status, updated_at)
             values (1, 1, 0, 1, $1, 'completed', 0) returning id",
        )
        .bind(*date)
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        sqlx::query(
            "insert into attendances (session_id, person_id, part, method, came_at, recorded_at, elderly, disabled, needy, youth)
             values ($1, 1, 'participant', 'roster', $2, 0, 0, 0, 0, 0)",
        )
        .bind(session).bind(noon(date)).execute(&mut *tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}

fn noon(date: &str) -> i64 {
    let date: chrono::NaiveDate = date.parse().unwrap();
    date.and_time(chrono::NaiveTime::from_hms_opt(4, 0, 0).unwrap()).and_utc().timestamp_millis()
}

/// The dates on which person 1's attendances have the flag.
async fn flagged(app: &TestApp, group: &str) -> Vec<String> {
    let sql = format!(
        "select s.local_date from attendances a join sessions s on s.id = a.session_id
         where a.person_id = 1 and a.{group} = 1 order by s.local_date"
    );
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&mut *app.db().read().await.unwrap()).await.unwrap()
}

on_both_engines! {
    async fn a_registered_person_is_found_by_every_spelling(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/people", &HUIFANG).await.is(303);
        ann.post("/centers/1/people", &[("name", "曾国强"), ("phone", "0769-22334455")]).await.is(303);
        for text in ["惠芳", "lianghuifang", "huifang", "lhf", "2217", "13822222217", "Liang Hui Fang"] {
            ann.post("/centers/1/people/search", &[("q", text)]).await.is(200).shows("/people/1\"").hides("/people/2\"");
        }
        ann.post("/centers/1/people/search", &[("q", "zgq")]).await.is(200).shows("曾国强").shows("****4455");
        ann.post("/centers/1/people/search", &[("q", "不存在%")]).await.is(200).shows("没有找到“不存在%”");
        ann.get("/centers/1/people").await.is(200).shows("梁惠芳").shows("1948").shows("老年人").hides("13822222217");
    }

    async fn what_a_center_wrote_down_lies_sealed(app: TestApp) {
        let ann = app.sign_in("ann").await;
        let more = [("note", "喜欢下象棋"), ("care", "对花生过敏"), ("emergency", "女儿 陈小燕 13911112222"), ("residence", "migrant")];
        ann.post("/centers/1/people", &[&HUIFANG[..], &more].concat()).await.is(303);
        let page = "/centers/1/people/1";
        ann.get(page).await.is(200).shows("喜欢下象棋").shows("对花生过敏").shows("女儿 陈小燕 ****2222").shows("外来").hides("13911112222");
        let lies: String = sqlx::query_scalar(
            "select coalesce(note, '-') || ' ' || note_sealed || ' ' || care_sealed || ' ' || emergency_sealed from enrolments",
        ).fetch_one(&mut *app.db().read().await.unwrap()).await.unwrap();
        assert!(lies.starts_with("- ") && !lies.contains("象棋") && !lies.contains("花生") && !lies.contains("1391111"), "{lies}");
        let reveal = [("which", "emergency"), ("reason", "老人跌倒")];
        ann.post(&format!("{page}/reveals"), &reveal).await.is(200).shows("女儿 陈小燕 13911112222");
        // The form does not bring the contact, and leaves it when it is left empty.
        ann.get(&format!("{page}/edit")).await.is(200).hides("陈小燕").shows("对花生过敏");
        ann.post(page, &[&HUIFANG[..], &[("care", "怕冷")]].concat()).await.is(303);
        ann.get(page).await.is(200).shows("怕冷").hides("象棋").shows("女儿 陈小燕 ****2222");
        ann.post(page, &[&HUIFANG[..], &[("forget_emergency", "1")]].concat()).await.is(303);
        ann.get(page).await.is(200).hides("陈小燕");
        // A note of a database from before is sealed at the next start.
        app.execute("update enrolments set note = '老备注', note_sealed = null").await;
        people::seal_notes(app.db(), &app.sealer).await.unwrap();
        ann.get(page).await.is(200).shows("老备注");
        assert_eq!(app.number("select count(*) from enrolments where note is not null").await, 0);
        let told = app.token("ann").await.get("/api/v1/people/1").await.is(200).json();
        assert_eq!((told["note"].as_str(), told["has_emergency_contact"].as_bool()), (Some("老备注"), Some(false)));
    }

    async fn a_person_has_several_numbers(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/people", &HUIFANG).await.is(303);
        let page = "/centers/1/people/1";
        let adds = async |label: &str, phone: &str, status: u16| {
            ann.post(&format!("{page}/phones"), &[("label", label), ("other_phone", phone)]).await.is(status);
        };
        adds("家里", "0769-2233 4455", 303).await;
        adds("女儿", "13922223333", 303).await;
        adds("女儿", "139 2222 3333", 422).await;
        adds("自己", "13822222217", 422).await;
        ann.get(page).await.is(200).shows("0769****4455").shows("139****3333").hides("13922223333");
        for text in ["13922223333", "3333", "0769-22334455", "4455"] {
            ann.post("/centers/1/people/search", &[("q", text)]).await.is(200).shows("梁惠芳");
        }
        let reveal = [("which", "phone"), ("reason", "家访")];
        ann.post(&format!("{page}/reveals"), &reveal).await.is(200).shows("13822222217 · 家里 076922334455 · 女儿 13922223333");
        ann.post(&format!("{page}/phones/1/removal"), &[]).await.is(303);
        ann.post(&format!("{page}/phones/1/removal"), &[]).await.is(404);
        ann.post("/centers/1/people/search", &[("q", "4455")]).await.is(200).hides("梁惠芳");
        app.sign_in("olga").await.post(&format!("{page}/phones/2/removal"), &[]).await.is(404);
    }

    async fn a_family_is_registered_one_after_the_other(app: TestApp) {
        let ann = app.sign_in("ann").await;
        let father = [("name", "何大海"), ("address", "罗沙路 12 号"), ("next", "1")];
        let next = ann.post("/centers/1/people", &father).await.leads_to();
        assert!(next.ends_with("/people/new?beside=1"), "{next}");
        ann.get(&next).await.is(200).shows("刚刚登记了 何大海").shows("罗沙路 12 号");
        let son = [("name", "何小海"), ("address", "罗沙路 12 号"), ("beside", "1"), ("lives_with", "child"), ("next", "1")];
        let next = ann.post("/centers/1/people", &son).await.leads_to();
        assert!(next.ends_with("/people/new?beside=1"), "of the next one the head is asked for again: {next}");
        ann.post("/centers/1/people", &[("name", "林美"), ("beside", "1"), ("lives_with", "spouse")]).await.is(303);
        ann.post("/centers/1/people", &[("name", "何远"), ("beside", "1"), ("lives_with", "")]).await.is(303);
        let told = app.token("ann").await.get("/api/v1/households?center=1").await.is(200).json();
        assert_eq!((told["households"].as_i64(), told["persons"].as_i64()), (Some(1), Some(3)));
        assert_eq!(told["items"][0]["address"], "罗沙路 12 号");
        // Nobody is registered where the household cannot be joined.
        ann.post("/centers/1/people", &[("name", "何三"), ("beside", "999"), ("lives_with", "child")]).await.is(404);
        assert_eq!(app.number("select count(*) from people").await, 4);
    }

    async fn the_list_is_cut_to_a_group_and_into_pages(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/people", &HUIFANG).await.is(303);
        ann.post("/centers/1/people", &[("name", "欧阳诗涵"), ("birth_date", "2013-06-01"), ("needy", "1"), ("needy.document", "低保证"), ("needy.valid_from", "2026-01-01")]).await.is(303);
        ann.post("/centers/1/people", &[("name", "陈大文"), ("disabled", "1"), ("disabled.document", "残疾人证"), ("disabled.valid_from", "2020-01-01"), ("disabled.valid_to", "2026-03-04")]).await.is(303);
        ann.get("/centers/1/people?group=elderly").await.is(200).shows("共 1 人").shows("/people/1\"").hides("/people/2\"");
        ann.get("/centers/1/people?group=youth").await.is(200).shows("共 1 人").shows("/people/2\"").hides("/people/1\"");
        ann.get("/centers/1/people?group=needy").await.is(200).shows("/people/2\"").hides("/people/1\"");
        ann.get("/centers/1/people?group=disabled").await.is(200).shows("目前没有这一类居民").hides("/people/3\"");
        for index in 0..48 {
            ann.post("/centers/1/people", &[("name", &format!("张三{index}"))]).await.is(303);
        }
        ann.get("/centers/1/people").await.is(200).shows("共 51 人").shows("page=2").shows("1–50 / 51");
        ann.get("/centers/1/people?page=2").await.is(200).shows("51–51 / 51").shows("page=1");
        ann.get("/centers/1/people?page=99").await.is(200).shows("51–51 / 51");
    }

    async fn a_membership_granted_by_mistake_never_held(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/people", &HUIFANG).await.is(303);
        attends(&app, &["2026-02-01", "2026-03-01"]).await;
        let grant = [("group", "needy"), ("document", "低保证"), ("valid_from", "2026-01-01")];
        ann.post("/centers/1/people/1/memberships", &grant).await.is(303);
        assert_eq!(flagged(&app, "needy").await, ["2026-02-01", "2026-03-01"]);
        let void = "/centers/1/people/1/memberships/1/void";
        let long = "长".repeat(81);
        let again = ann.post(void, &[("void.1", &long)]).await.is(422).shows("f-void.1").shows(&long);
        again.shows("<details class=\"expander\" open>");
        ann.post("/centers/1/people/99/memberships/1/void", &[("void.1", "x")]).await.is(404);
        ann.post(void, &[("void.1", "证件是别人的")]).await.is(303);
        ann.post(void, &[("void.1", "证件是别人的")]).await.is(404);
        ann.post("/centers/1/people/1/memberships/1/ending", &[("valid_to.1", "2026-03-01")]).await.is(404);
        assert!(flagged(&app, "needy").await.is_empty());
        ann.get("/centers/1/people?group=needy").await.is(200).hides("/people/1\"");
        let kept = "select count(*) from group_memberships m join accounts a on a.id = m.voided_by
                    where a.login = 'ann' and m.voided_at > 0 and m.void_reason = '证件是别人的'";
        assert_eq!(app.number(kept).await, 1);
    }

    async fn of_two_who_edit_a_person_the_second_is_told(app: TestApp) {
        let (ann, ada) = (app.sign_in("ann").await, app.sign_in("ada").await);
        ann.post("/centers/1/people", &HUIFANG).await.is(303);
        ann.get("/centers/1/people/1/edit").await.is(200).shows("name=\"version\" value=\"0\"");
        ada.post("/centers/1/people/1", &[("name", "梁惠芳"), ("languages", "粤语、客家话"), ("address", "东门路 3 号"), ("version", "0")]).await.is(303);
        let mine = [("name", "梁慧芳"), ("version", "0")];
        ann.post("/centers/1/people/1", &mine).await.is(422)
            .shows("有人改过这位居民的资料").shows("value=\"梁慧芳\"").shows("name=\"version\" value=\"1\"")
            .shows("现在是：梁惠芳").shows("现在是：粤语、客家话").shows("现在是：东门路 3 号").shows("id=\"n-address\"").shows("target=\"_blank\" rel=\"noopener\"")
            .hides("id=\"n-note\"").hides("id=\"n-phone\"");
        let numbers = [mine[0], mine[1], ("phone", "13900139000"), ("sex", "m"), ("birth_date", "1950-01-02")];
        ann.post("/centers/1/people/1", &numbers).await.is(422).shows("id=\"n-phone\"").shows("id=\"n-sex\"")
            .shows("id=\"n-birth_date\"").hides("13800138000");
        ann.get("/centers/1/people/1").await.is(200).shows("梁惠芳").shows("粤语、客家话").shows("东门路 3 号");
        // Told of it, they may save on purpose.
        ann.post("/centers/1/people/1", &[mine[0], ("version", "1")]).await.is(303);
        ann.get("/centers/1/people/1").await.is(200).shows("梁慧芳");
        assert_eq!(app.token("ann").await.get("/api/v1/people/1").await.is(200).json()["version"], 2);
        let races = async |user: &crate::support::User<'_>, name: &str| {
            user.post("/centers/1/people/1", &[("name", name), ("version", "2")]).await.status.code
        };
        let (one, other) = rocket::tokio::join!(races(&ann, "梁一"), races(&ada, "梁二"));
        assert_eq!(one.min(other)..=one.max(other), 303..=422);
    }

    async fn nobody_is_called_by_invisible_characters(app: TestApp) {
        let (ann, ben) = (app.sign_in("ann").await, app.sign_in("ben").await);
        let nothing = ("name", "\u{200b}\u{200b}");
        ann.post("/centers/1/people", &[nothing]).await.is(422).shows("id=\"e-name\"");
        ann.post("/centers/1/people", &HUIFANG).await.is(303);
        ann.post("/centers/1/people/1", &[nothing]).await.is(422).shows("id=\"e-name\"");
        ben.post("/centers/1/workers", &[nothing, ("phone", "13500001234"), ("kind", "staff"), ("started_on", "2026-01-04")])
            .await.is(422).shows("id=\"e-name\"");
        assert_eq!(app.number("select count(*) from people").await, 1);
    }

    async fn a_faulty_person_comes_back_with_a_sentence_per_field(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/people", &[("name", ""), ("phone", "123"), ("id_number", "110105194912310021"), ("birth_date", "2030-01-01"), ("disabled", "1")])
            .await.is(422)
            .shows("请填写这一项").shows("请填 11 位手机号").shows("身份证号不对").shows("不能晚于今天").shows("value=\"123\"");
        assert_eq!(app.number("select count(*) from people").await, 0);
    }

    async fn the_same_name_and_phone_asks_first(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/people", &HUIFANG).await.is(303);
        ann.post("/centers/1/people", &HUIFANG).await.is(422).shows("本中心已经有同名同号的居民").shows("/centers/1/people/1\"").shows("name=\"anyway\"");
        ann.post("/centers/1/people", &[&HUIFANG[..], &[("anyway", "1")]].concat()).await.is(303);
        assert_eq!(app.number("select count(*) from people").await, 2);
        // Elsewhere it is nobody's business.
        let olga = app.sign_in("olga").await;
        olga.post("/centers/2/people", &HUIFANG).await.is(303);
    }

    async fn an_id_number_is_one_human_in_every_center(app: TestApp) {
        let (ann, olga) = (app.sign_in("ann").await, app.sign_in("olga").await);
        let card = [("name", "王淑兰"), ("id_number", "11010519491231002x")];
        ann.post("/centers/1/people", &[&card[..], &[("note", "怕冷"), ("address", "罗沙")]].concat()).await.is(303);
        ann.post("/centers/1/people", &card).await.is(422).shows("这个身份证号已经登记过");
        olga.get("/centers/2/people/1").await.is(404);
        olga.post("/centers/2/people", &[("name", "别人"), card[1]]).await.is(422).shows("另一个姓名");
        assert_eq!(olga.post("/centers/2/people", &card).await.leads_to(), "/centers/2/people/1");
        olga.get("/centers/2/people/1").await.is(200).shows("1949年12月31日").shows("1101************2X").hides("怕冷").hides("罗沙");
        assert_eq!(app.number("select count(*) from people").await, 1);
        assert_eq!(app.number("select count(*) from people where id_number_sealed like '%1949%'").await, 0);
    }

    async fn a_number_is_shown_for_a_reason_and_the_reason_is_kept(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/people", &HUIFANG).await.is(303);
        ann.get("/centers/1/people/1").await.is(200).shows("138****2217").hides("13822222217");
        ann.post("/centers/1/people/1/reveals", &[("which", "phone")]).await.is(422).hides("13822222217");
        ann.post("/centers/1/people/1/reveals", &[("which", "phone"), ("reason", "通知改期")]).await.is(200).shows("13822222217");
        ann.post("/centers/1/people/1/reveals", &[("which", "id_number"), ("reason", "核对")]).await.is(404);
        assert_eq!(app.number("select count(*) from audit_events where action = 'person.phone_revealed' and subject_id = 1 and detail = '通知改期'").await, 1);
        ann.get("/centers/1/audit").await.is(200).shows("查看了完整电话").shows("通知改期");
    }

    async fn an_empty_number_keeps_the_one_there_is(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/people", &HUIFANG).await.is(303);
        ann.get("/centers/1/people/1/edit").await.is(200).hides("13822222217").shows("2217");
        ann.post("/centers/1/people/1", &[("name", "梁慧芳"), ("birth_date", "1948-03-02")]).await.is(303);
        ann.get("/centers/1/people/1").await.is(200).shows("梁慧芳").shows("138****2217");
        ann.post("/centers/1/people/1", &[("name", "梁慧芳"), ("forget_phone", "1")]).await.is(303);
        assert_eq!(app.number("select count(*) from people where phone_sealed is null and phone_hash is null and phone_last4 is null").await, 1);
    }

    async fn attendances_follow_a_corrected_birth_date(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/people", &[("name", "陈大文")]).await.is(303);
        attends(&app, &["2026-03-14", "2026-03-15", "2026-03-16"]).await;
        ann.post("/centers/1/people/1", &[("name", "陈大文"), ("birth_date", "1966-03-15")]).await.is(303);
        assert_eq!(flagged(&app, "elderly").await, ["2026-03-15", "2026-03-16"]);
        // Eighteen to the day before the nineteenth birthday.
        ann.post("/centers/1/people/1", &[("name", "陈大文"), ("birth_date", "2007-03-15")]).await.is(303);
        assert_eq!((flagged(&app, "youth").await, flagged(&app, "elderly").await), (vec!["2026-03-14".to_owned()], vec![]));
        ann.post("/centers/1/people/1", &[("name", "陈大文")]).await.is(303);
        assert!(flagged(&app, "youth").await.is_empty(), "without a birth date, of no age");
    }

    async fn a_person_s_attendances_are_found_through_all_the_years(app: TestApp) {
        app.sign_in("ann").await.post("/centers/1/people", &[("name", "陈大文")]).await.is(303);
        const OF_PERSON: &str = "select count(*) from attendances_of_people where person_id = 1";
        assert_eq!(app.number(OF_PERSON).await, 0);
        attends(&app, &["1969-12-31", "2012-10-16", "2012-10-17", "2019-02-28", "2026-03-15", "2026-03-16"]).await;
        assert_eq!(app.number(OF_PERSON).await, 6);
        assert_eq!(app.number("select count(*) from attendances_of_people where person_id = 2").await, 0);
    }

    async fn a_list_tells_when_somebody_last_came_and_how_often_this_year(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/people", &[("name", "陈大文")]).await.is(303);
        ann.post("/centers/1/people", &[("name", "从没来过")]).await.is(303);
        attends(&app, &["2025-06-30", "2025-12-31", "2026-01-01", "2026-02-02", "2026-02-10", "2026-02-20", "2026-03-01"]).await;
        // The latest one was a mistake, before it they helped, and once they were at another center.
        app.execute("update attendances set voided_at = 0, void_reason = 'x' where session_id = 7").await;
        app.execute("update attendances set part = 'volunteer' where session_id = 6").await;
        app.execute("update sessions set center_id = 2 where id = 5").await;
        let (came, never) = (r#"data-label="最近来过">2026年2月20日</td>"#, r#"data-label="今年人次">0</td>"#);
        let twice = r#"data-label="今年人次">2</td>"#;
        ann.get("/centers/1/people").await.is(200).shows(came).shows(twice).shows(never);
        ann.post("/centers/1/people/search", &[("q", "大文")]).await.is(200).shows(came).shows(twice).hides(never);
    }

    async fn attendances_follow_memberships(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/people", &[("name", "陈大文")]).await.is(303);
        attends(&app, &["2026-02-28", "2026-03-01", "2026-03-15", "2026-03-16"]).await;
        let paper = [("group", "needy"), ("document", "低保证"), ("valid_from", "2026-03-01")];
        ann.post("/centers/1/people/1/memberships", &paper[..2]).await.is(422).shows("请填写这一项");
        ann.post("/centers/1/people/1/memberships", &[("group", "elderly"), paper[1], paper[2]]).await.is(422).shows("请从列表中选择");
        ann.post("/centers/1/people/1/memberships", &paper).await.is(303);
        assert_eq!(flagged(&app, "needy").await, ["2026-03-01", "2026-03-15", "2026-03-16"]);
        ann.post("/centers/1/people/1/memberships/1/ending", &[("valid_to.1", "2026-02-01")]).await.is(422).shows("结束不能早于开始");
        ann.post("/centers/1/people/1/memberships/1/ending", &[("valid_to.1", "2026-03-15")]).await.is(303);
        assert_eq!(flagged(&app, "needy").await, ["2026-03-01", "2026-03-15"]);
        assert!(flagged(&app, "disabled").await.is_empty());
    }

    async fn another_centers_person_is_not_found(app: TestApp) {
        let (ann, olga) = (app.sign_in("ann").await, app.sign_in("olga").await);
        ann.post("/centers/1/people", &HUIFANG).await.is(303);
        for path in ["/centers/1/people/1", "/centers/2/people/1", "/centers/2/people/1/edit"] {
            olga.get(path).await.is(404);
        }
        olga.post("/centers/2/people/1/reveals", &[("which", "phone"), ("reason", "x")]).await.is(404);
        olga.post("/centers/2/people/1", &HUIFANG).await.is(404);
        olga.post("/centers/2/people/1/memberships", &[]).await.is(404);
        app.token("olga").await.get("/api/v1/people/1").await.is(404);
    }

    async fn two_phones_at_once_make_one_person(app: TestApp) {
        for round in 0..20 {
            let (name, phone) = (Name::parse("梁惠芳").unwrap(), PhoneNumber::parse(&format!("139{round:08}")).unwrap());
            let admit = async || {
                let mut tx = app.begin().await;
                let id = people::admit_unknown(&Actor::Phone(1), app.clock.now(), &mut tx, &app.sealer, CenterId(1), &name, &phone).await.unwrap();
                tx.commit().await.unwrap();
                id
            };
            let (one, other, third) = rocket::tokio::join!(admit(), admit(), admit());
            assert!(one == other && other == third, "{one} {other} {third}");
        }
        assert_eq!(app.number("select count(*) from people").await, 20);
        assert_eq!(app.number("select count(*) from enrolments").await, 20);
    }

    async fn the_api_registers_and_masks(app: TestApp) {
        let ann = app.token("ann").await;
        let made = ann.post_json("/api/v1/people", json!({"center": 1, "name": "梁惠芳", "phone": "13822222217", "id_number": "11010519491231002X"})).await.is(201).json();
        assert_eq!((&made["phone"], &made["id_number"], &made["birth_date"]), (&json!("138****2217"), &json!("1101************2X"), &json!("1949-12-31")));
        ann.post_json("/api/v1/people", json!({"center": 1, "name": "梁惠芳", "phone": "+86 13822222217"})).await.is(409).is_refused("person_enrolled");
        ann.get("/api/v1/people/1").await.is(200).hides("13822222217");
        let list = ann.get("/api/v1/people?center=1").await.is(200).json();
        assert_eq!((list["items"].as_array().unwrap().len(), &list["next"]), (1, &json!(null)));
        ann.get("/api/v1/people?center=1&cursor=1").await.is(200).hides("梁惠芳");
        ann.get("/api/v1/people?center=1&cursor=x").await.is(422);
        ann.get("/api/v1/people?center=1&group=elderly").await.is(200).shows("梁惠芳");
        ann.get("/api/v1/people?center=1&group=youth").await.is(200).hides("梁惠芳");
        ann.get("/api/v1/people?center=2").await.is(404);
        ann.get("/api/v1/people").await.is(422).is_refused("invalid");
    }

    async fn a_program_revises_what_it_has_seen(app: TestApp) {
        let ann = app.token("ann").await;
        let made = ann.post_json("/api/v1/people", json!({"center": 1, "name": "梁惠芳", "phone": "13822222217", "note": "素食", "languages": "潮汕话"})).await.is(201).json();
        assert_eq!(made["languages"], "潮汕话");
        assert_eq!((&made["note"], &made["version"]), (&json!("素食"), &json!(0)));
        let path = "/api/v1/people/1";
        assert_eq!(ann.post_json(path, json!({"name": "梁慧芳"})).await.is(422).json()["errors"]["version"]["code"], "field.required");
        let revised = ann.post_json(path, json!({"version": 0, "name": "梁慧芳", "address": "东门路 3 号"})).await.is(200).hides("13822222217").json();
        assert_eq!((&revised["name"], &revised["phone"], &revised["note"]), (&json!("梁慧芳"), &json!("138****2217"), &json!(null)));
        assert_eq!((&revised["address"], &revised["version"]), (&json!("东门路 3 号"), &json!(1)));
        ann.post_json(path, json!({"version": 0, "name": "梁惠芳"})).await.is(409).is_refused("person_changed");
        ann.post_json(path, json!({"version": 1, "name": "梁\u{202e}芳"})).await.is(422);
        assert_eq!(ann.post_json(path, json!({"version": 1, "name": "梁慧芳", "forget_phone": true})).await.is(200).json()["phone"], json!(null));
        app.token("olga").await.post_json(path, json!({"version": 2, "name": "梁慧芳"})).await.is(404);
        assert_eq!(app.number("select count(*) from audit_events where action = 'person.revised'").await, 2);
    }
}

on_both_engines! {
    async fn a_new_note_leaves_the_past_as_it_was_counted(app: TestApp) {
        let (ada, ann) = (app.sign_in("ada").await, app.sign_in("ann").await);
        let person = [("name", "梁惠芳"), ("birth_date", "1960-01-01"), ("phone", "13900001111")];
        ann.post("/centers/1/people", &person).await.is(303);
        let tea = [("title", "早茶"), ("kind", "3"), ("room", "1"), ("date", "2026-03-05"), ("starts", "10:30"), ("ends", "11:30")];
        ann.post("/centers/1/activities", &tea).await.is(303);
        let tick = [("request_id", "7f2c3f8e-8f34-4c60-9d9e-2f5f9f3a1b01"), ("person_id", "1"), ("role", "participant")];
        ann.post("/centers/1/sessions/1/attendances", &tick).await.is(303);
        const ELDERLY: &str = "select elderly from attendances";
        assert_eq!(app.number(ELDERLY).await, 1);
        ada.post("/catalogs/ages", &[("elderly_from", "80"), ("youth_from", "6"), ("youth_to", "18")]).await.is(303);
        ann.post("/centers/1/people/1", &[&person[..2], &[("note", "喜欢喝茶")]].concat()).await.is(303);
        assert_eq!(app.number(ELDERLY).await, 1, "nothing about the birth date was corrected");
        app.execute("update age_bands set valid_from = '2026-03-06' where elderly_from = 80").await;
        ann.post("/centers/1/people/1", &[("name", "梁惠芳"), ("birth_date", "1961-01-01")]).await.is(303);
        assert_eq!(app.number(ELDERLY).await, 1, "the session's date has the bands of before");
        ann.post("/centers/1/people/1", &[("name", "梁惠芳"), ("birth_date", "1990-01-01")]).await.is(303);
        assert_eq!(app.number(ELDERLY).await, 0);
    }
}
