//! What people agreed to: to which words, by whom, and what a no stops.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::audit::picture;
use crate::check_in::{people, request, session};
use crate::imports::sends_as;
use crate::support::{Engine, TestApp, on_both_engines, run};

const PAGE: &str = "/centers/1/people/1";

fn yes(purpose: &'static str) -> [(&'static str, &'static str); 4] {
    [("purpose", purpose), ("answer", "given"), ("given_on", "2026-03-05"), ("given_method", "spoken")]
}

fn no(purpose: &'static str) -> [(&'static str, &'static str); 4] {
    [("purpose", purpose), ("answer", "declined"), ("given_on", "2026-03-05"), ("given_method", "spoken")]
}

async fn says(app: &TestApp, fields: &[(&str, &str)], status: u16) -> crate::support::Answer {
    app.sign_in("ann").await.post(&format!("{PAGE}/consents"), fields).await.is(status)
}

async fn takes_back(app: &TestApp, purpose: &str, day: &str, status: u16) {
    let (on, how) = (format!("withdrawn_on.{purpose}"), format!("withdrawn_method.{purpose}"));
    let fields = [("purpose", purpose), (&*on, day), (&*how, "call")];
    app.sign_in("ann").await.post(&format!("{PAGE}/consents/withdrawal"), &fields).await.is(status);
}

async fn list(app: &TestApp) -> Vec<Value> {
    let told = app.token("ann").await.get("/api/v1/people/1/consents").await.is(200).json();
    told["items"].as_array().unwrap().clone()
}

on_both_engines! {
    async fn a_consent_says_to_which_words_when_how_and_who_wrote_it_down(app: TestApp) {
        people(&app, 1).await;
        app.sign_in("ann").await.get(PAGE).await.is(200).shows("还没有问");
        says(&app, &yes("photos"), 303).await;
        let told = list(&app).await;
        assert_eq!((&told[0]["purpose"], &told[0]["version"], &told[0]["given_on"]), (&json!("photos"), &json!(1), &json!("2026-03-05")));
        assert_eq!(told[0]["holds"], json!(true));
        app.sign_in("ann").await.get(PAGE).await.is(200).shows("已同意").shows("第 1 版").shows("ann 记");
        // The same once more is no second consent; tomorrow's, and one from before the words, are none.
        says(&app, &yes("photos"), 422).await.shows("已经记过了");
        says(&app, &[("purpose", "photos"), ("answer", "given"), ("given_on", "2026-03-06"), ("given_method", "paper")], 422).await;
        says(&app, &[("purpose", "photos"), ("answer", "given"), ("given_on", "2025-12-31"), ("given_method", "paper")], 422).await.shows("那一天还没有这份文本");
        says(&app, &[("purpose", "door"), ("answer", "given"), ("given_on", "2026-03-05"), ("given_method", "paper")], 422).await;
        // Another center knows nothing of it.
        app.sign_in("olga").await.get(PAGE).await.is(404);
        app.token("olga").await.get("/api/v1/people/1/consents").await.is(404);
    }

    async fn a_guardian_agrees_for_a_child(app: TestApp) {
        people(&app, 1).await;
        app.execute("update people set birth_date = '2014-05-05'").await;
        says(&app, &yes("photos"), 422).await.shows("未满 14 周岁");
        let by = [&yes("photos")[..], &[("guardian", "陈丽华"), ("guardianship", "parent")]].concat();
        says(&app, &[&yes("photos")[..], &[("guardian", "陈丽华")]].concat(), 422).await;
        says(&app, &by, 303).await;
        app.sign_in("ann").await.get(PAGE).await.is(200).shows("陈丽华").shows("父母");
        let sealed: String = sqlx::query_scalar("select guardian_sealed from consents").fetch_one(&mut *app.db().read().await.unwrap()).await.unwrap();
        assert!(!sealed.contains("陈丽华"), "the name lies there sealed");
        // A child may say no for itself.
        takes_back(&app, "photos", "2026-03-05", 303).await;
        says(&app, &no("service"), 303).await;
    }

    async fn what_a_child_said_for_itself_does_not_count_once_its_age_is_known(app: TestApp) {
        people(&app, 1).await;
        says(&app, &yes("photos"), 303).await;
        assert_eq!(list(&app).await[0]["holds"], json!(true));
        for (born, holds) in [("2012-03-06", false), ("2012-03-05", true), ("2012-02-29", true), ("1950-01-01", true)] {
            let sql = format!("update people set birth_date = '{born}'");
            let mut tx = app.begin().await;
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *tx).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(list(&app).await[0]["holds"], json!(holds), "{born}");
            let page = app.sign_in("ann").await.get(PAGE).await.is(200);
            assert_eq!(page.text().contains("还要监护人同意"), !holds, "{born}");
        }
    }

    async fn whoever_has_not_agreed_to_pictures_bears_a_sign(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 2).await;
        let ann = app.token("ann").await;
        for person in [1, 2] {
            let body = json!({"request_id": request(), "person_id": person, "role": "participant"});
            ann.post_json("/api/v1/sessions/1/checkins", body).await.is(201);
        }
        let signs = async || {
            let told = ann.get("/api/v1/sessions/1/checkins").await.is(200).json();
            let rows: Vec<bool> = told["items"].as_array().unwrap().iter().map(|row| row["photos"] == json!(true)).collect();
            let page = app.sign_in("fay").await.get("/centers/1/sessions/1").await.is(200).text();
            let day = app.sign_in("fay").await.get("/centers/1/front-desk/day").await.is(200).json();
            let offline: Vec<bool> = day["people"].as_array().unwrap().iter().map(|row| row["photos"] == json!(true)).collect();
            assert_eq!(page.matches("不拍照").count(), rows.iter().filter(|may| !**may).count());
            assert_eq!(offline, rows, "the desk without network knows the same");
            rows
        };
        assert_eq!(signs().await, [false, false]);
        says(&app, &yes("photos"), 303).await;
        assert_eq!(signs().await, [true, false]);
        takes_back(&app, "photos", "2026-03-05", 303).await;
        assert_eq!(signs().await, [false, false]);
        // What was said to another center says nothing here.
        app.execute("insert into enrolments (person_id, center_id, enrolled_at) values (2, 3, 0)").await;
        app.execute("insert into consents (person_id, center_id, purpose, text_id, answer, given_on, method, recorded_at) select 2, 3, purpose, id, 'given', '2026-03-01', 'paper', 0 from consent_texts where purpose = 'photos'").await;
        assert_eq!(signs().await, [false, false]);
    }

    async fn a_service_record_that_is_not_wanted_grows_no_more(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 2).await;
        let ann = app.sign_in("ann").await;
        let needy = [("group", "needy"), ("valid_from", "2026-01-01"), ("document", "低保证")];
        let alone = [("group", "living_alone"), ("valid_from", "2026-01-01"), ("document", "登记表")];
        ann.post(&format!("{PAGE}/memberships"), &needy).await.is(303);
        ann.post("/centers/1/people/2/memberships", &needy).await.is(303);
        let note = [("name", "陈伯1"), ("note", "怕狗")];
        ann.post(PAGE, &note).await.is(303);
        says(&app, &yes("service"), 303).await;
        takes_back(&app, "service", "2026-03-05", 303).await;
        ann.get(PAGE).await.is(200).shows("第四十七条").shows("已撤回");
        // Groups, papers and sealed notes are refused, by page and by program; what is there may be taken out.
        ann.post(&format!("{PAGE}/memberships"), &alone).await.is(422).shows("本人不同意建立服务档案");
        sends_as(&ann, &format!("{PAGE}/memberships/1/paper"), ("paper", "证.png"), &picture()).await.is(422).shows("本人不同意建立服务档案");
        for field in ["note", "care", "emergency"] {
            let fields = [("name", "陈伯1"), ("note", if field == "note" { "怕猫" } else { "怕狗" }), (field, "新写的话")];
            let fields: Vec<_> = if field == "note" { fields[..2].to_vec() } else { fields.to_vec() };
            ann.post(PAGE, &fields).await.is(422).shows("不能再写");
        }
        let program = app.token("ann").await;
        let version = app.number("select version from people where id = 1").await;
        let body = json!({"version": version, "name": "陈伯1", "note": "怕狗", "care": "坐轮椅"});
        let refused = program.post_json("/api/v1/people/1", body).await.is(422).json();
        assert_eq!(refused["errors"]["care"]["code"], json!("field.service_stopped"));
        ann.post(PAGE, &[("name", "陈伯1"), ("note", "怕狗"), ("address", "罗沙路 1 号")]).await.is(303);
        ann.post(PAGE, &[("name", "陈伯1")]).await.is(303);
        // On no list for care, by page and as a file; on the whole list they are.
        for (cut, there) in [("", true), ("?group=needy", false), ("?unseen=30", false), ("?missing=birth", true)] {
            let page = ann.get(&format!("/centers/1/people{cut}")).await.is(200).text();
            assert_eq!((page.contains("陈伯1"), page.contains("陈伯2")), (there, true), "{cut}");
        }
        let file = ann.post("/centers/1/exports", &[("list", "people"), ("format", "csv"), ("group", "needy")]).await.is(200).text();
        assert!(!file.contains("陈伯1") && file.contains("陈伯2"));
        // They come in as everybody does.
        let come = json!({"request_id": request(), "person_id": 1, "role": "participant"});
        program.post_json("/api/v1/sessions/1/checkins", come).await.is(201);
        // A new yes opens the record again.
        says(&app, &yes("service"), 303).await;
        ann.post(&format!("{PAGE}/memberships"), &alone).await.is(303);
        assert!(ann.get("/centers/1/people?group=needy").await.text().contains("陈伯1"));
    }

    async fn a_roster_adds_no_note_about_whoever_wants_none(app: TestApp) {
        let ann = app.sign_in("ann").await;
        let known = [("name", "梁惠芳"), ("phone", "13800138000")];
        ann.post("/centers/1/people", &known).await.is(303);
        says(&app, &no("service"), 303).await;
        let roster = "姓名,手机,住址,备注\n梁惠芳,13800138000,罗沙路 1 号,怕狗\n";
        let program = app.token("ann").await;
        let told = crate::imports::sends(&program, "/api/v1/people/imports?center=1", "roster.csv", roster.as_bytes()).await.is(201).json();
        let applied = program.post_json(&format!("/api/v1/people/imports/{}/application", told["id"]), json!({})).await.is(200).json();
        assert_eq!(applied["rows"][0]["done"], json!("filled"));
        let person = program.get("/api/v1/people/1").await.is(200).json();
        assert_eq!((&person["address"], &person["note"]), (&json!("罗沙路 1 号"), &Value::Null));
    }

    async fn whom_nobody_asked_is_listed(app: TestApp) {
        people(&app, 2).await;
        let ann = app.sign_in("ann").await;
        let unasked = async || ann.get("/centers/1/people?missing=consent").await.is(200).text();
        assert!(unasked().await.contains("陈伯1") && unasked().await.contains("陈伯2"));
        says(&app, &no("service"), 303).await;
        assert!(!unasked().await.contains("陈伯1") && unasked().await.contains("陈伯2"));
        let file = ann.post("/centers/1/exports", &[("list", "people"), ("format", "csv"), ("missing", "consent")]).await.is(200).text();
        assert!(!file.contains("陈伯1") && file.contains("陈伯2"));
    }

    async fn a_mistaken_entry_is_voided_and_a_no_outlives_an_older_yes(app: TestApp) {
        people(&app, 1).await;
        says(&app, &no("photos"), 303).await;
        // An older paper that is found afterwards.
        says(&app, &[("purpose", "photos"), ("answer", "given"), ("given_on", "2026-03-01"), ("given_method", "paper")], 422).await.shows("更早的同意不再算");
        let ann = app.sign_in("ann").await;
        ann.post(&format!("{PAGE}/consents/1/void"), &[("void_consent.1", "")]).await.is(422);
        ann.post(&format!("{PAGE}/consents/1/void"), &[("void_consent.1", "记错人了")]).await.is(303);
        ann.post(&format!("{PAGE}/consents/1/void"), &[("void_consent.1", "记错人了")]).await.is(404);
        ann.get(PAGE).await.is(200).shows("记错人了").shows("还没有问");
        says(&app, &yes("photos"), 303).await;
        says(&app, &no("photos"), 422).await.shows("撤回同意");
        takes_back(&app, "photos", "2026-03-04", 422).await;
        takes_back(&app, "photos", "2026-03-05", 303).await;
        takes_back(&app, "photos", "2026-03-05", 422).await;
        assert_eq!(app.number("select count(*) from consents").await, 2, "nothing is deleted");
    }

    async fn a_signed_paper_is_sealed_and_shown_to_who_may(app: TestApp) {
        people(&app, 1).await;
        says(&app, &yes("photos"), 303).await;
        let ann = app.sign_in("ann").await;
        let path = format!("{PAGE}/consents/1/paper");
        ann.get(&format!("{path}/file")).await.is(404);
        sends_as(&ann, &path, ("paper", "同意书.txt"), b"no picture").await.is(422);
        sends_as(&ann, &path, ("paper", "同意书.png"), &picture()).await.is(303);
        let told = ann.get(&format!("{path}/file")).await.is(200);
        assert!(image::load_from_memory(&told.body).is_ok());
        let program = app.token("ann").await;
        assert_eq!(program.get("/api/v1/people/1/consents/1/paper").await.is(200).body, told.body);
        let kept: Vec<Vec<u8>> = sqlx::query_scalar("select content from file_pieces").fetch_all(&mut *app.db().read().await.unwrap()).await.unwrap();
        assert!(kept.iter().all(|piece| image::load_from_memory(piece).is_err()), "it lies there sealed");
        app.sign_in("olga").await.get(&format!("{path}/file")).await.is(404);
        program.post_json("/api/v1/people/1/consents/1/paper/removal", json!({})).await.is(204);
        ann.get(&format!("{path}/file")).await.is(404);
        assert_eq!(app.number("select count(*) from file_pieces").await, 0);
    }

    async fn words_are_published_and_never_changed(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        let (ada, ann) = (app.sign_in("ada").await, app.sign_in("ann").await);
        says(&app, &yes("photos"), 303).await;
        let words = |wording: &'static str, from: &'static str| [("purpose", "photos"), ("wording", wording), ("wording_en", "Words"), ("effective_from", from)];
        ada.post("/consent-texts", &words("昨天的文字", "2026-03-04")).await.is(422);
        ada.post("/consent-texts", &words("明天的文字", "2026-03-06")).await.is(303);
        ada.post("/consent-texts", &words("今天的文字", "2026-03-05")).await.is(422).shows("早于上一个版本");
        ann.post("/consent-texts", &words("社工的文字", "2026-03-06")).await.is(403);
        ann.get("/consent-texts").await.is(200).shows("明天的文字").shows("未生效").shows("现行").hides("/consent-texts\"><");
        // Today people agree to the first; from tomorrow on to the second; the paper that was signed before says the first.
        ann.get("/centers/1/people/new").await.is(200).hides("明天的文字");
        app.at("2026-03-06T02:00:00Z");
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/people/new").await.is(200).shows("明天的文字");
        says(&app, &[("purpose", "photos"), ("answer", "given"), ("given_on", "2026-03-06"), ("given_method", "paper")], 303).await;
        says(&app, &[("purpose", "photos"), ("answer", "given"), ("given_on", "2026-03-06"), ("given_method", "paper"), ("version", "1")], 303).await;
        says(&app, &[("purpose", "photos"), ("answer", "given"), ("given_on", "2026-03-05"), ("given_method", "call"), ("version", "2")], 422).await;
        let versions: Vec<i64> = list(&app).await.iter().map(|one| one["version"].as_i64().unwrap()).collect();
        assert_eq!(versions, [1, 2, 1]);
        takes_back(&app, "photos", "2026-03-06", 303).await;
        assert!(list(&app).await.iter().all(|one| one["withdrawn_on"] == json!("2026-03-06")), "all of them are taken back");
        // At the door the words are as long as a phone shows.
        let long = "长".repeat(121);
        let door = [("purpose", "door"), ("wording", &*long), ("wording_en", "Words"), ("effective_from", "2026-03-06")];
        app.sign_in("ada").await.post("/consent-texts", &door).await.is(422);
    }

    async fn a_phone_keeps_which_words_were_before_its_holder(app: TestApp) {
        session(&app, None, None).await;
        let told = async || -> Vec<Option<i64>> {
            sqlx::query_scalar("select told_version from phone_people order by person_id").fetch_all(&mut *app.db().read().await.unwrap()).await.unwrap()
        };
        let enter = async |name: &str, words: &str| {
            let phone = app.anyone();
            phone.get("/c/tea").await.is(200).shows("name=\"words\"").shows("只用于签到");
            phone.post("/c/tea", &[("request_id", &*request()), ("name", name), ("phone", "13800138000"), ("words", words)]).await.is(200);
        };
        enter("梁惠芳", "1").await;
        let words = [("purpose", "door"), ("wording", "只用于签到。"), ("wording_en", "Words"), ("effective_from", "2026-03-05")];
        app.sign_in("ada").await.post("/consent-texts", &words).await.is(303);
        app.anyone().get("/c/tea").await.is(200).shows("（第 2 版）").shows("value=\"2\"");
        enter("陈小明", "2").await;
        // The page from before was still open; a page that says no version, or one there is not, says nothing.
        enter("王大力", "1").await;
        enter("何丽", "").await;
        enter("李明", "7").await;
        assert_eq!(told().await, [Some(1), Some(2), Some(1), None, None]);
        // Another process has published a third meanwhile, of which this one does not know yet.
        app.execute("insert into consent_texts (purpose, version, wording, wording_en, effective_from) values ('door', 3, '新', 'New', '2026-03-05'), ('door', 4, '明天', 'Tomorrow', '2026-03-06')").await;
        enter("何勇", "3").await;
        enter("何强", "4").await;
        assert_eq!(told().await[5..], [Some(3), None]);
        // Who shows a card was asked at the desk.
        people(&app, 1).await;
        let code = crate::check_in::card(&app, 8).await;
        app.anyone().post("/c/tea", &[("request_id", &*request()), ("card", code.plain())]).await.is(200);
        assert_eq!(told().await[7..], [None]);
    }

    async fn whoever_is_registered_is_asked_at_once_or_later(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/people/new").await.is(200).shows("服务档案").shows("第 1 版").shows("还没有问");
        ann.post("/centers/1/people", &[("name", "梁惠芳")]).await.is(303);
        ann.post("/centers/1/people", &[("name", "陈大文"), ("consent.photos", "1"), ("consent_method", "paper")]).await.is(303);
        let child = [("name", "李小明"), ("birth_date", "2016-05-05"), ("consent.service", "1")];
        ann.post("/centers/1/people", &child).await.is(422).shows("未满 14 周岁").shows("李小明");
        assert_eq!(app.number("select count(*) from people").await, 2, "one with the other");
        let guarded = [&child[..], &[("guardian", "李丽"), ("guardianship", "grandparent")]].concat();
        ann.post("/centers/1/people", &guarded).await.is(303);
        let said: Vec<(i64, String, String)> = sqlx::query_as("select person_id, purpose, method from consents order by id").fetch_all(&mut *app.db().read().await.unwrap()).await.unwrap();
        assert_eq!(said.iter().map(|(_, purpose, method)| (purpose.as_str(), method.as_str())).collect::<Vec<_>>(), [("photos", "paper"), ("service", "spoken")]);
    }
}

/// A step of somebody's history with a center: the purpose is photos.
#[derive(Clone, Debug)]
enum Step {
    /// On the day after so many days before today.
    Yes(u64),
    No(u64),
    TakesBack(u64),
    /// The entry of this place, if there are so many.
    Void(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..4_u64).prop_map(Step::Yes),
        (0..4_u64).prop_map(Step::No),
        (0..4_u64).prop_map(Step::TakesBack),
        (0..8_usize).prop_map(Step::Void),
    ]
}

/// What a reader of the rules would write down on paper.
#[derive(Default)]
struct Paper(Vec<Line>);

struct Line {
    is_yes: bool,
    day: u64,
    back: Option<u64>,
    void: bool,
}

impl Paper {
    fn live(&self) -> impl Iterator<Item = &Line> {
        self.0.iter().filter(|line| !line.void)
    }

    fn holds(&self) -> bool {
        self.live().any(|line| line.is_yes && line.back.is_none())
    }

    /// Days are counted backwards: a smaller number is later.
    fn last_no(&self) -> Option<u64> {
        self.live().filter_map(|line| if line.is_yes { line.back } else { Some(line.day) }).min()
    }

    /// Whether the step is taken.
    fn takes(&mut self, step: &Step) -> bool {
        match *step {
            Step::Yes(day) | Step::No(day) => {
                let is_yes = matches!(step, Step::Yes(_));
                let again = self.live().any(|line| line.is_yes == is_yes && line.day == day && line.back.is_none());
                let refused = if is_yes { self.last_no().is_some_and(|no| no < day) } else { self.holds() };
                if again || refused {
                    return false;
                }
                self.0.push(Line { is_yes, day, back: None, void: false });
                true
            }
            Step::TakesBack(day) => {
                let open = |line: &&mut Line| line.is_yes && line.back.is_none() && !line.void;
                let mut open: Vec<&mut Line> = self.0.iter_mut().filter(open).collect();
                if open.is_empty() || open.iter().any(|line| line.day < day) {
                    return false;
                }
                open.iter_mut().for_each(|line| line.back = Some(day));
                true
            }
            Step::Void(place) => match self.0.get_mut(place).filter(|line| !line.void) {
                Some(line) => {
                    line.void = true;
                    true
                }
                None => false,
            },
        }
    }
}

async fn history(app: &TestApp, steps: &[Step], person: i64) {
    let ann = app.token("ann").await;
    let path = format!("/api/v1/people/{person}/consents");
    let day = |back: u64| format!("2026-03-{:02}", 5 - back);
    let (mut paper, mut ids) = (Paper::default(), Vec::new());
    for step in steps {
        let answer = match step {
            Step::Yes(back) | Step::No(back) => {
                let answer = if matches!(step, Step::Yes(_)) { "given" } else { "declined" };
                let body =
                    json!({"purpose": "photos", "answer": answer, "given_on": day(*back), "given_method": "spoken"});
                let told = ann.post_json(&path, body).await;
                if told.status.code == 201 {
                    ids.push(told.json()["id"].as_i64().unwrap());
                }
                told
            }
            Step::TakesBack(back) => {
                let body = json!({"purpose": "photos", "withdrawn_on": day(*back), "withdrawn_method": "call"});
                ann.post_json(&format!("{path}/withdrawal"), body).await
            }
            Step::Void(place) => {
                let id = ids.get(*place).copied().unwrap_or(999);
                ann.post_json(&format!("{path}/{id}/void"), json!({"reason": "记错了"})).await
            }
        };
        let taken = paper.takes(step);
        assert_eq!(answer.status.code < 300, taken, "{step:?} of {steps:?}: {}", answer.text());
        let allowed = app.number("select count(*) from photos_allowed").await > 0;
        assert_eq!(allowed, paper.holds(), "after {step:?} of {steps:?}");
        let told = ann.get(&path).await.is(200).json();
        let rows = told["items"].as_array().unwrap();
        assert_eq!(rows.len(), paper.0.len(), "nothing is deleted");
        for (row, line) in rows.iter().zip(&paper.0) {
            assert_eq!(row["holds"], json!(line.is_yes && line.back.is_none() && !line.void));
        }
    }
    app.execute("delete from consents").await;
}

fn histories(engine: Engine) {
    run(engine, async |app| {
        people(&app, 1).await;
        let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
        let strategy = proptest::collection::vec(step(), 1..14);
        for _ in 0..60 {
            let steps = strategy.new_tree(&mut runner).unwrap().current();
            history(&app, &steps, 1).await;
        }
    });
}

#[test]
fn what_holds_is_as_on_paper_on_sqlite() {
    histories(Engine::Sqlite);
}

#[test]
fn what_holds_is_as_on_paper_on_postgres() {
    histories(Engine::Postgres);
}
