//! Volunteers' lists taken in: who serves in which team, and the hours that were recorded before. Judged row by row, written once, and
//! taken back without touching what somebody changed since.

use std::collections::BTreeMap;

use calamine::{Reader as _, Xlsx};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::{Value, json};

use crate::imports::sends;
use crate::support::{TestApp, User, on_both_engines};

const IMPORTS: &str = "/api/v1/people/imports?center=1";

/// A title, the heads as staff write them, and below them the rows of [`TABLE`].
const HEADS: &str = "邻里敬老志愿服务队2025年服务时数登记表\n\
    姓 名,联系电话,出生日期,志愿服务队,加入日期,志愿者编号,服务时长（小时）,服务日期,服务内容,服务单位\n";

/// A row as the list has it, and what is said of it: its verdict, what becomes of the membership and of the hours, and the faults.
type Judged = (&'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

/// The first of them is row 3.
const TABLE: &[Judged] = &[
    ("罗律师,13800000001,,法律明灯队,2024年3月5日,A-17,12.5,2024年,法律咨询,司法所", "ok", "planned", "planned", &[]),
    ("陈大文,13800000002,,敬老,,,,,,", "ok", "there", "-", &[]),
    ("李休,13800000003,,邻里敬老队,,,,,,", "ok", "refused", "-", &["refusal.member_suspended"]),
    ("何退,13800000004,,邻里敬老队,2020-01-01,,,,,", "ok", "refused", "-", &["refusal.member_left_since"]),
    ("黄小明,13800000005,,敬老志愿服务队,,,,,,", "ok", "planned", "-", &[]),
    (
        "新人甲,13900000001,,邻里敬老队,2021.3.5,粤-001,12小时30分,2025-12-31,探访,街道团委",
        "ok",
        "planned",
        "planned",
        &[],
    ),
    ("新人甲,13900000001,,,,,７５０ 分钟,2025-12-30,探访,街道团委", "ok", "-", "planned", &[]),
    ("新人甲,13900000001,,,,,12.5,2025年12月31日,探访,街道团委", "ok", "-", "there", &["import.hours_twice"]),
    ("新人乙,13900000002,,法律明灯队,,,,,,", "ok", "refused", "-", &["refusal.not_qualified"]),
    ("新人丙,13900000003,2010-05-05,邻里敬老队,,,,,,", "ok", "refused", "-", &["import.no_guardian"]),
    ("新人丁,13900000004,,登山队,,,,,,", "ok", "refused", "-", &["import.team_unknown"]),
    ("新人戊,13900000005,,环保,,,,,,", "ok", "refused", "-", &["import.team_several"]),
    ("新人己,13900000006,,邻里敬老队,2026-03-06,,,,,", "ok", "refused", "-", &["field.in_the_future"]),
    ("新人庚,13900000007,,,,,0,2025-01-01,,", "ok", "-", "refused", &["import.hours_none"]),
    ("新人辛,13900000008,,,,,25,2025-01-01,,", "ok", "-", "refused", &["import.hours_too_many"]),
    ("新人壬,13900000009,,,,,很多,2025-01-01,,", "ok", "-", "refused", &["import.hours_unread"]),
    ("新人癸,13900000010,,,,,3,,,", "ok", "-", "refused", &["field.required"]),
    ("新人子,13900000011,,,,,3,2026-03-06,,", "ok", "-", "refused", &["field.in_the_future"]),
    ("新人丑,13900000012,,,,,3,2026年,,", "ok", "-", "refused", &["import.period_not_over"]),
    ("新人寅,13900000013,,,,,3,2025.1,,", "ok", "-", "refused", &["import.month_unsure"]),
    ("新人卯,13900000014,,,,,3,去年,,", "ok", "-", "refused", &["field.not_a_date"]),
    ("梁惠芳,,,,,,3,2025-06-01,剪纸,", "namesake", "-", "planned", &["import.namesake"]),
    ("王芳,,,,,,3,2025-06-01,剪纸,", "namesake", "-", "planned", &["import.namesakes"]),
    ("新人未,1350013500,,邻里敬老队,,,3,2025-06-01,,", "phone", "skipped", "skipped", &["*"]),
    (",13900000020,,邻里敬老队,,,3,2025-06-01,,", "name_missing", "skipped", "skipped", &["*"]),
    ("新人辰,,,,,,2,2025-05-01,送餐,", "ok", "-", "planned", &[]),
    ("新人辰,,,,,,2,2025-05-02,送餐,", "namesake", "-", "planned", &["import.namesake_row"]),
    ("新人巳,13900000021,1990-01-01,,,,3,1989-12-31,,", "ok", "-", "refused", &["field.before_birth"]),
    ("新人午,13900000022,,邻里敬老队,前年,,,,,", "ok", "refused", "-", &["field.not_a_date"]),
    ("新人甲,13900000001,,,,,,,,", "duplicate", "-", "-", &["import.duplicate"]),
];

fn list() -> String {
    TABLE.iter().fold(HEADS.to_owned(), |list, (row, ..)| format!("{list}{row}\n"))
}

async fn registers(ann: &User<'_>, name: &str, more: &[(&str, &str)]) {
    ann.post("/centers/1/people", &[&[("name", name)][..], more].concat()).await.is(303);
}

/// Whom the center knows: the people 1 to 8, and the teams 1 to 4.
async fn known(app: &TestApp) -> User<'_> {
    let ann = app.sign_in("ann").await;
    for (name, phone) in
        [("罗律师", "13800000001"), ("陈大文", "13800000002"), ("李休", "13800000003"), ("何退", "13800000004")]
    {
        registers(&ann, name, &[("phone", phone)]).await;
    }
    registers(&ann, "黄小明", &[("phone", "13800000005"), ("birth_date", "2010-01-01")]).await;
    registers(&ann, "梁惠芳", &[("birth_date", "1950-08-15")]).await;
    registers(&ann, "王芳", &[("phone", "13800000007")]).await;
    registers(&ann, "王芳", &[("phone", "13800000008")]).await;
    for (name, kind) in [("法律明灯队", "10"), ("绿色环保队", "5"), ("清洁环保队", "5")] {
        ann.post("/centers/1/teams", &[("name", name), ("kind", kind), ("founded_on", "2020-01-01")]).await.is(303);
    }
    ann.post("/centers/1/people/1/qualifications", &[("kind", "4"), ("valid_to", "2028-12-31")]).await.is(303);
    ann.post("/centers/1/people/1/qualifications/1/confirmation", &[("how.1", "register")]).await.is(303);
    for person in ["2", "3", "4"] {
        ann.post("/centers/1/teams/1/members", &[("person", person)]).await.is(303);
    }
    ann.post("/centers/1/teams/1/members/3/suspension", &[("reason", "养病")]).await.is(303);
    ann.post("/centers/1/teams/1/members/4/leaving", &[]).await.is(303);
    let yes = [("purpose", "volunteer"), ("answer", "given"), ("given_on", "2026-03-01"), ("given_method", "paper")];
    let guardian = [("guardian", "黄伟"), ("guardianship", "parent")];
    ann.post("/centers/1/people/5/consents", &[&yes[..], &guardian].concat()).await.is(303);
    ann
}

fn row(told: &Value, number: i64) -> Value {
    let rows = told["rows"].as_array().unwrap();
    rows.iter().find(|row| row["row"] == number).unwrap_or_else(|| panic!("no row {number}")).clone()
}

fn outcome(row: &Value, of: &str) -> String {
    row[of]["outcome"].as_str().unwrap_or("-").to_owned()
}

fn counted(told: &Value, of: &str) -> BTreeMap<String, usize> {
    told["rows"].as_array().unwrap().iter().fold(BTreeMap::new(), |mut counts, row| {
        *counts.entry(outcome(row, of)).or_default() += 1;
        counts
    })
}

/// Members now, entries of the ledger, and what they come to.
async fn figures(app: &TestApp) -> (i64, i64, i64) {
    (
        app.number("select count(*) from team_members where left_on is null").await,
        app.number("select count(*) from hours_entries").await,
        app.number("select cast(coalesce(sum(minutes), 0) as bigint) from hours_entries").await,
    )
}

/// Sends a list, says of the two rows that wait what they are, and applies it; the address of the import.
async fn applied(ann: &User<'_>) -> (String, Value) {
    let told = sends(ann, IMPORTS, "志愿者.csv", list().as_bytes()).await.is(201).json();
    let path = format!("/api/v1/people/imports/{}", told["id"]);
    ann.post_json(&format!("{path}/decisions"), json!({"rows": [24, 29], "decision": "same"})).await.is(200);
    let told = ann.post_json(&format!("{path}/application"), json!({})).await.is(200).json();
    (path, told)
}

on_both_engines! {
    async fn every_row_of_a_volunteers_list_is_judged_as_it_must_be(app: TestApp) {
        known(&app).await;
        let before = figures(&app).await;
        let told = sends(&app.token("ann").await, IMPORTS, "志愿者.csv", list().as_bytes()).await.is(201).json();
        for (number, (text, verdict, membership, hours, faults)) in (3..).zip(TABLE) {
            let row = row(&told, number);
            let said = (row["verdict"].as_str().unwrap(), outcome(&row, "membership"), outcome(&row, "hours"));
            assert_eq!(said, (*verdict, (*membership).to_owned(), (*hours).to_owned()), "{text} {row}");
            let codes: Vec<&str> = row["faults"].as_array().unwrap().iter().map(|fault| fault["code"].as_str().unwrap()).collect();
            assert!(**faults == ["*"] || codes == *faults, "{text} {codes:?}");
        }
        let first = row(&told, 3);
        assert_eq!((&first["membership"]["team_id"], &first["membership"]["joined_on"]), (&json!(2), &json!("2024-03-05")));
        assert_eq!((&first["hours"]["minutes"], &first["hours"]["served_on"]), (&json!(750), &json!("2024-12-31")));
        assert_eq!((&first["hours"]["content"], &first["hours"]["unit"]), (&json!("法律咨询"), &json!("司法所")));
        assert_eq!(row(&told, 9)["same_row"], 8, "another row of one person");
        assert_eq!((&row(&told, 24)["person_id"], &row(&told, 25)["person_id"]), (&json!(6), &Value::Null));
        assert_eq!(figures(&app).await, before, "nothing is written yet");
    }

    async fn what_is_good_of_a_row_is_written_and_what_is_refused_is_said(app: TestApp) {
        known(&app).await;
        let (_, told) = applied(&app.token("ann").await).await;
        assert_eq!((counted(&told, "membership")["written"], counted(&told, "hours")["written"]), (3, 6), "{told}");
        let said = |number| {
            let row = row(&told, number);
            (row["done"].as_str().unwrap().to_owned(), outcome(&row, "membership"), outcome(&row, "hours"))
        };
        let is = |done: &str, membership: &str, hours: &str| (done.to_owned(), membership.to_owned(), hours.to_owned());
        assert_eq!(said(3), is("kept", "written", "written"));
        assert_eq!(said(11), is("created", "refused", "-"), "who lacks the qualification is registered all the same");
        assert_eq!(said(12), is("created", "refused", "-"), "as is a minor");
        assert_eq!((said(24), said(29)), (is("kept", "-", "written"), is("kept", "-", "written")));
        assert_eq!((said(25), said(26)), (is("skipped", "-", "skipped"), is("skipped", "skipped", "skipped")));
        assert_eq!(app.number("select count(*) from people").await, 8 + 17);
        assert_eq!(app.number("select count(*) from hours_entries where source = 'imported' and brought_to = 1 and center_id is null and session_id is null").await, 6);
        assert_eq!(app.number("select count(*) from hours_entries where person_id = 6 and served_on = '2025-06-01' and minutes = 180").await, 1);
        assert_eq!(
            app.number("select count(*) from hours_entries where person_id = 1 and team_id = 2 and minutes = 750 and served_on = '2024-12-31' and unit = '司法所' and reason = '#1'").await,
            1
        );
        // Since when, and by which number elsewhere, the team's history keeps.
        assert_eq!(
            app.number(
                "select count(*) from team_member_changes x join people p on p.id = x.person_id
                 where p.name = '新人甲' and x.changed_on = '2021-03-05' and x.reason = '志愿者编号：粤-001'"
            )
            .await,
            1
        );
        let one = app.number("select count(distinct h.person_id) from hours_entries h join people p on p.id = h.person_id where p.name = '新人辰'").await;
        assert_eq!(one, 1, "who was said to be the same is one");
    }

    async fn a_list_that_comes_twice_is_written_once(app: TestApp) {
        known(&app).await;
        let ann = app.token("ann").await;
        let (path, _) = applied(&ann).await;
        let (before, people) = (figures(&app).await, app.number("select count(*) from people").await);
        ann.post_json(&format!("{path}/application"), json!({})).await.is(409).is_refused("import_not_checked");
        ann.post_json(&format!("{path}/decisions"), json!({"rows": [24], "decision": "another"})).await.is(409).is_refused("import_applied");
        let again = sends(&ann, IMPORTS, "另一个名字.csv", list().as_bytes()).await.is(201).json();
        for number in [3, 8, 9, 10] {
            assert_eq!(outcome(&row(&again, number), "hours"), "there", "row {number}: said before it is applied");
        }
        let again = ann.post_json(&format!("/api/v1/people/imports/{}/application", again["id"]), json!({})).await.is(200).json();
        assert!(!counted(&again, "membership").contains_key("written") && !counted(&again, "hours").contains_key("written"), "{again}");
        assert_eq!((figures(&app).await, app.number("select count(*) from people").await), (before, people));
    }

    async fn taken_back_memberships_go_and_hours_are_reversed(app: TestApp) {
        known(&app).await;
        let before = figures(&app).await;
        let (changes, numbers) = ("select count(*) from team_member_changes", "select count(*) from volunteers");
        let history = (app.number(changes).await, app.number(numbers).await);
        let ann = app.token("ann").await;
        let (path, _) = applied(&ann).await;
        app.at("2026-03-05T04:00:00Z");
        let told = ann.post_json(&format!("{path}/undoing"), json!({})).await.is(200).json();
        assert_eq!(told["state"], "undone");
        assert_eq!(figures(&app).await, (before.0, 12, 0), "a reversing entry for each, and none deleted");
        assert_eq!((app.number(changes).await, app.number(numbers).await), history);
        assert_eq!((counted(&told, "membership")["undone"], counted(&told, "hours")["undone"]), (3, 6));
        // Of whom the ledger speaks stays, and the row says so; the others go.
        assert_eq!(app.number("select count(*) from people").await, 8 + 2);
        assert_eq!((&row(&told, 8)["undone"], &row(&told, 9)["undone"], &row(&told, 11)["undone"]), (&json!("stays"), &json!("undone"), &json!("undone")));
        ann.post_json(&format!("{path}/undoing"), json!({})).await.is(409).is_refused("import_not_applied");
        // What was taken back may come again; 新人辰, who is known by now, is asked about.
        let (_, again) = applied(&ann).await;
        assert_eq!((counted(&again, "membership")["written"], counted(&again, "hours")["written"]), (3, 4), "{again}");
    }

    async fn what_somebody_changed_since_stays_and_is_listed(app: TestApp) {
        let page = known(&app).await;
        let ann = app.token("ann").await;
        let (path, _) = applied(&ann).await;
        app.at("2026-03-05T04:00:00Z");
        // One entry is corrected, one member leads by now, one was to rest and is back.
        app.execute(
            "insert into hours_entries (person_id, brought_to, served_on, content, minutes, source, original_minutes, confirmed_at, reverses_id)
             select person_id, brought_to, served_on, content, -minutes, 'adjusted', minutes, 0, id from hours_entries where served_on = '2025-12-30'",
        )
        .await;
        app.execute(
            "insert into hours_entries (person_id, brought_to, served_on, content, minutes, source, original_minutes, confirmed_at)
             select person_id, brought_to, served_on, content, 600, 'adjusted', minutes, 0 from hours_entries where served_on = '2025-12-30' and reverses_id is null",
        )
        .await;
        page.post("/centers/1/teams/2/leadership", &[("person", "1")]).await.is(303);
        page.post("/centers/1/teams/1/members/5/suspension", &[("reason", "考试")]).await.is(303);
        page.post("/centers/1/teams/1/members/5/resumption", &[]).await.is(303);
        let told = ann.post_json(&format!("{path}/undoing"), json!({})).await.is(200).json();
        let said = |number| (outcome(&row(&told, number), "membership"), outcome(&row(&told, number), "hours"));
        let is = |membership: &str, hours: &str| (membership.to_owned(), hours.to_owned());
        assert_eq!((said(3), said(7), said(8)), (is("stays", "undone"), is("stays", "-"), is("undone", "undone")));
        assert_eq!((said(9), &row(&told, 9)["undone"]), (is("-", "stays"), &json!("stays")));
        assert_eq!(figures(&app).await.2, 600, "the correction counts");
        let id = path.rsplit('/').next().unwrap();
        page.get(&format!("/centers/1/people/imports/{id}")).await.is(200).shows("之后改过，保留").shows("罗律师").shows("黄小明");
        // The list once more: what was corrected came before, and is not brought back.
        let again = sends(&ann, IMPORTS, "志愿者.csv", list().as_bytes()).await.is(201).json();
        assert_eq!((outcome(&row(&again, 9), "hours"), outcome(&row(&again, 8), "hours")), ("there".into(), "planned".into()));
    }

    async fn by_the_page_the_columns_are_put_right_and_the_preview_says_what_will_be_written(app: TestApp) {
        let ann = known(&app).await;
        let list = "名,打给,在哪队,干了多久,哪时\n陈大文,13800000002,邻里敬老队,2小时,2025年上半年\n新人甲,13900000001,登山队,半小时,2025-01-02\n".as_bytes();
        let page = sends(&ann, "/centers/1/people/imports", "志愿者.csv", list).await.leads_to();
        let columns = [("column.0", "name"), ("column.1", "phone"), ("column.2", "team"), ("column.3", "hours"), ("column.4", "served_on")];
        ann.post(&format!("{page}/mapping"), &columns).await.is(303);
        // The head is a row like the others, for nobody knew it.
        ann.get(&page).await.is(200).shows("本中心没有这支队伍").shows("法律明灯队").hides("2025-06-30");
        let all = ann.get(&format!("{page}?all=true")).await.is(200);
        all.shows("2 小时 · 2025-06-30（“2025年上半年”的最后一天）").shows("30 分钟 · 2025-01-02").shows("将写入").shows("已有，不再写");
        ann.post(&format!("{page}/application"), &[]).await.is(303);
        ann.get(&format!("{page}?all=true")).await.is(200).shows("已写入").shows("不写入");
        assert_eq!(figures(&app).await.2, 150);
        ann.get("/centers/1/people/2").await.is(200);
        app.sign_in("olga").await.get(&page).await.is(404);
        app.token("olga").await.post_json("/api/v1/people/imports/1/decisions", json!({"rows": [1], "decision": "skip"})).await.is(404);
        // The next list with these heads is read alike, where a header is found by them.
        ann.post(&format!("{page}/undoing"), &[]).await.is(303);
        assert_eq!(figures(&app).await.2, 0);
    }

    async fn a_mapping_by_hand_is_remembered_for_the_same_heads(app: TestApp) {
        let ann = known(&app).await;
        let list = "姓名,联系电话,志愿服务队,折算\n陈大文,13800000002,邻里敬老队,2\n".as_bytes();
        let page = sends(&ann, "/centers/1/people/imports", "志愿者.csv", list).await.leads_to();
        ann.post(&format!("{page}/mapping"), &[("column.3", "hours")]).await.is(303);
        let next = sends(&app.token("ann").await, IMPORTS, "志愿者.csv", list).await.is(201).json();
        let said = row(&next, 2);
        assert_eq!((outcome(&said, "membership"), outcome(&said, "hours")), ("there".into(), "refused".into()), "the hours are read, and have no day");
    }

    async fn a_workbook_with_cells_of_its_own_kinds_goes_back_with_what_became(app: TestApp) {
        known(&app).await;
        let ann = app.token("ann").await;
        let told = sends(&ann, IMPORTS, "志愿者.xlsx", &workbook()).await.is(201).json();
        assert_eq!((outcome(&row(&told, 2), "hours"), &row(&told, 2)["hours"]["served_on"]), ("planned".into(), &json!("2025-03-08")));
        assert_eq!((&row(&told, 2)["hours"]["minutes"], &row(&told, 2)["membership"]["joined_on"]), (&json!(750), &json!("2021-03-05")));
        assert_eq!(row(&told, 3)["hours"]["served_on"], "2024-12-31", "a year that is a number");
        assert_eq!(row(&told, 4)["faults"][0]["code"], "import.month_unsure", "2024.10 as a number");
        let path = format!("/api/v1/people/imports/{}", told["id"]);
        ann.post_json(&format!("{path}/application"), json!({})).await.is(200);
        let file = ann.get(&format!("{path}/file")).await.is(200);
        let mut book = Xlsx::new(std::io::Cursor::new(file.body)).unwrap();
        let name = book.sheet_names()[0].clone();
        let range = book.worksheet_range(&name).unwrap();
        let said: Vec<String> = range.rows().skip(1).map(|row| row.last().unwrap().to_string()).collect();
        assert!(said[0].contains("Written") || said[0].contains("已写入"), "{said:?}");
        assert!(said[2].contains("Not written") || said[2].contains("不写入"), "{said:?}");
    }

    async fn a_long_list_goes_its_way_as_a_job_and_back(app: TestApp) {
        let ann = app.sign_in("ann").await;
        let rows: String = (0..230).map(|row| format!("何伟{row},1350013{row:04},邻里敬老队,2,2025-01-02\n")).collect();
        let list = format!("姓名,联系电话,志愿服务队,服务时数,服务日期\n{rows}");
        let page = sends(&ann, "/centers/1/people/imports", "名册.csv", list.as_bytes()).await.leads_to();
        ann.post(&format!("{page}/mapping"), &[("column.0", "name")]).await.is(303);
        ann.post(&format!("{page}/application"), &[]).await.is(303);
        assert_eq!(figures(&app).await, (0, 0, 0));
        assert_eq!(app.run_jobs().await, 1);
        assert_eq!(figures(&app).await, (230, 230, 230 * 120));
        ann.post(&format!("{page}/undoing"), &[]).await.is(303);
        assert_eq!(app.run_jobs().await, 1);
        assert_eq!(figures(&app).await, (0, 460, 0));
    }
}

/// Days as days, hours as a number, a year as a number, and a month that a spreadsheet took for a number.
fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(["姓名", "联系电话", "服务队", "入队日期", "服务时数", "服务日期", "服务内容"])
    {
        sheet.write_string(0, column, name).unwrap();
    }
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let names = ["新人甲", "新人乙", "新人丙"];
    for (row, name) in (1..).zip(names) {
        sheet.write_string(row, 0, name).unwrap();
        sheet.write_string(row, 1, format!("1390000000{row}")).unwrap();
        sheet.write_string(row, 2, "邻里敬老队").unwrap();
        sheet.write_datetime_with_format(row, 3, ExcelDateTime::from_ymd(2021, 3, 5).unwrap(), &date).unwrap();
        sheet.write_number(row, 4, 12.5).unwrap();
        sheet.write_string(row, 6, "探访 长者").unwrap();
    }
    sheet.write_datetime_with_format(1, 5, ExcelDateTime::from_ymd(2025, 3, 8).unwrap(), &date).unwrap();
    sheet.write_number(2, 5, 2024).unwrap();
    sheet.write_number(3, 5, 2024.1).unwrap();
    book.save_to_buffer().unwrap()
}
