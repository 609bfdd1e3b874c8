//! A slip in the year (2126 for 2026, 1062 for 1962) is told at its field, with the days that can be meant; nothing is kept.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::support::{TestApp, on_both_engines};

/// Who enters it, where, a form that is well filled in (today is 5 March 2026), a field of it, and what nobody can mean there.
type Row = (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static str, &'static [&'static str]);

const CLOSURE: &[(&str, &str)] = &[("from", "2026-03-09"), ("to", "2026-03-10"), ("reason", "检修")];
const OPENING: &[(&str, &str)] =
    &[("rooms", "1"), ("day", "2026-03-14"), ("opens", "21:30"), ("closes", "22:30"), ("why", "居民大会")];
const WEEK: &[(&str, &str)] = &[
    ("first_day", "2026-04-01"),
    ("past_reason", "登记晚了"),
    ("hours.1.opens", "09:00"),
    ("hours.1.closes", "12:00"),
];
const AGREEMENT: &[(&str, &str)] =
    &[("center", "3"), ("provider", "1"), ("purchaser", "1"), ("starts_on", "2026-01-01"), ("ends_on", "2026-12-31")];
const PERSON: &[(&str, &str)] = &[
    ("name", "陈大文"),
    ("birth_date", "1950-05-01"),
    ("disabled", "1"),
    ("disabled.valid_from", "2020-01-01"),
    ("disabled.valid_to", "2030-01-01"),
    ("disabled.document", "残疾人证"),
];
const GRANT: &[(&str, &str)] =
    &[("group", "disabled"), ("valid_from", "2020-01-01"), ("valid_to", "2030-01-01"), ("document", "残疾人证")];
const TEA: &[(&str, &str)] = &[
    ("title", "茶话会"),
    ("kind", "3"),
    ("room", "1"),
    ("date", "2026-03-09"),
    ("starts", "09:00"),
    ("ends", "10:00"),
    ("repeat", "weekly"),
    ("until", "2026-05-01"),
    ("on_conflict", "fail"),
];
const TEAM: &[(&str, &str)] = &[("name", "晨光队"), ("kind", "5"), ("founded_on", "2019-05-04")];
const UNIT: &[(&str, &str)] = &[
    ("name", "乐龄互助会"),
    ("kind", "community_organization"),
    ("standing", "on_record"),
    ("since", "1902-09-01"),
    ("founded_on", "2026-03-05"),
    ("supported_since", "2012-09-01"),
];
const WORKER: &[(&str, &str)] =
    &[("name", "何静雯"), ("phone", "13500001234"), ("kind", "staff"), ("started_on", "2026-01-04")];
const HOLIDAY: &[(&str, &str)] =
    &[("name", "节"), ("name_en", "Day"), ("starts_on", "2026-06-01"), ("ends_on", "2026-06-02")];

const RULES: &[(&str, &str)] =
    &[("valid_from", "2026-09-01"), ("optional_percent", "40"), ("kinds_by", "catalog"), ("reason", "新通知")];
const SCOPE: &[(&str, &str)] = &[("center", "3"), ("from_date", "2026-06-01"), ("to_date", "2026-12-31")];

const FAR: &[&str] = &["2126-03-09", "1926-03-09", "2062-03-09"];

const PAGES: &[Row] = &[
    ("ben", "/centers/1/rooms/1/closures", CLOSURE, "from", FAR),
    ("ben", "/centers/1/room-openings", OPENING, "day", FAR),
    ("ben", "/centers/1/rooms/1/weeks", WEEK, "first_day", FAR),
    ("ben", "/centers/1/rooms/1/closures", CLOSURE, "to", FAR),
    ("ada", "/agreements", AGREEMENT, "starts_on", FAR),
    ("ada", "/agreements", AGREEMENT, "ends_on", FAR),
    ("ada", "/holidays", HOLIDAY, "starts_on", FAR),
    ("ada", "/holidays", HOLIDAY, "ends_on", FAR),
    ("ada", "/programmes/1/versions", RULES, "valid_from", &["2126-09-01", "1926-09-01"]),
    ("ada", "/programmes/1/scopes", SCOPE, "from_date", &["2126-09-01", "1926-09-01"]),
    ("ada", "/programmes/1/scopes", SCOPE, "to_date", &["2126-09-01", "1926-09-01"]),
    ("ann", "/centers/1/people", PERSON, "birth_date", &["1890-01-01", "2062-01-01", "1062-01-01"]),
    ("ann", "/centers/1/people", PERSON, "disabled.valid_from", &["2062-01-01", "1949-12-31", "1890-01-01"]),
    ("ann", "/centers/1/people", PERSON, "disabled.valid_to", &["2199-01-01", "1890-01-01"]),
    ("ann", "/centers/1/people/1/memberships", GRANT, "valid_from", &["2062-01-01", "1948-03-01", "1890-01-01"]),
    ("ann", "/centers/1/people/1/memberships", GRANT, "valid_to", &["2199-01-01", "1890-01-01"]),
    ("ann", "/centers/1/activities", TEA, "date", FAR),
    ("ann", "/centers/1/activities", TEA, "until", &["2126-05-01"]),
    ("ann", "/centers/1/teams", TEAM, "founded_on", &["2062-05-04", "1890-05-04"]),
    ("ann", "/centers/1/units", UNIT, "since", &["2062-09-01", "2026-03-06", "1890-09-01"]),
    ("ann", "/centers/1/units", UNIT, "founded_on", &["2062-03-05", "2026-03-06", "1926-03-05"]),
    ("ann", "/centers/1/units", UNIT, "supported_since", &["2062-09-01", "1926-09-01"]),
    ("ben", "/centers/1/workers", WORKER, "started_on", &["2062-01-04", "1926-01-04"]),
];

const BODIES: &[Row] = &[
    ("ann", "/api/v1/people", PERSON, "birth_date", &["1890-01-01", "2062-01-01"]),
    ("ann", "/api/v1/people", PERSON, "disabled.valid_from", &["2062-01-01", "1949-12-31"]),
    ("ann", "/api/v1/activities", TEA, "date", FAR),
    ("ann", "/api/v1/activities", TEA, "until", &["2126-05-01"]),
    ("ann", "/api/v1/teams", TEAM, "founded_on", &["2062-05-04", "1890-05-04"]),
    ("ann", "/api/v1/units", UNIT, "since", &["2062-09-01", "2026-03-06", "1890-09-01"]),
    ("ann", "/api/v1/units", UNIT, "founded_on", &["2062-03-05", "2026-03-06", "1926-03-05"]),
    ("ann", "/api/v1/units", UNIT, "supported_since", &["2062-09-01", "1926-09-01"]),
    ("ben", "/api/v1/workers", WORKER, "started_on", &["2062-01-04", "1926-01-04"]),
];

fn slipped((.., fields, field, _): &Row, date: &'static str) -> Vec<(&'static str, &'static str)> {
    fields.iter().map(|(name, value)| (*name, if name == field { date } else { *value })).collect()
}

async fn liang(app: &TestApp) {
    let born = [("name", "梁惠芳"), ("birth_date", "1948-03-02")];
    app.sign_in("ann").await.post("/centers/1/people", &born).await.is(303);
}

on_both_engines! {
    async fn a_mistyped_year_comes_back_with_a_sentence(app: TestApp) {
        liang(&app).await;
        let mut taken = Vec::new();
        for row @ (who, path, _, field, dates) in PAGES {
            let user = app.sign_in(who).await;
            for date in *dates {
                let answer = user.post(path, &slipped(row, date)).await;
                if answer.status.code != 422 || !answer.text().contains(&format!("id=\"e-{field}\"")) {
                    taken.push(format!("{path} {field} {date}: {}", answer.status.code));
                }
            }
        }
        assert!(taken.is_empty(), "taken:\n{}", taken.join("\n"));
    }

    async fn a_program_s_mistyped_year_is_refused(app: TestApp) {
        let mut taken = Vec::new();
        for row @ (who, path, _, field, dates) in BODIES {
            let user = app.token(who).await;
            for date in *dates {
                let mut body: Map<String, Value> = slipped(row, date).iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
                body.insert("center".into(), json!(1));
                if body.contains_key("disabled") {
                    body.insert("disabled".into(), json!(true));
                }
                let answer = user.post_json(path, body.into()).await;
                if answer.status.code != 422 || !answer.json()["errors"][*field].is_object() {
                    taken.push(format!("{path} {field} {date}: {}", answer.text()));
                }
            }
        }
        assert!(taken.is_empty(), "taken:\n{}", taken.join("\n"));
    }

    async fn the_years_that_can_be_meant_are_taken(app: TestApp) {
        liang(&app).await;
        let mut filled = BTreeSet::new();
        for (who, path, fields, ..) in PAGES.iter().filter(|(_, path, ..)| filled.insert(*path)) {
            let answer = app.sign_in(who).await.post(path, fields).await;
            assert!(!answer.text().contains("class=\"error\" id=\"e-"), "{path}: {}", answer.text());
        }
        let ann = app.sign_in("ann").await;
        let born = |date| [("name", "陈百岁"), ("birth_date", date)];
        ann.post("/centers/1/people", &born("1906-03-05")).await.is(303);
        ann.post("/centers/1/people", &born("2026-03-05")).await.is(303);
        let ada = app.sign_in("ada").await;
        let ten_years = [("center", "4"), AGREEMENT[1], AGREEMENT[2], ("starts_on", "2012-09-01"), ("ends_on", "2030-12-31")];
        ada.post("/agreements", &ten_years).await.is(303);
    }

    async fn what_ends_later_ends_in_a_year_that_can_be_meant(app: TestApp) {
        liang(&app).await;
        let (ann, ben) = (app.sign_in("ann").await, app.sign_in("ben").await);
        ann.post("/centers/1/people/1/memberships", GRANT).await.is(303);
        let id = app.number("select max(id) from group_memberships").await;
        let (path, name) = (format!("/centers/1/people/1/memberships/{id}/ending"), format!("valid_to.{id}"));
        for date in ["2199-01-01", "1890-01-01"] {
            ann.post(&path, &[(&*name, date)]).await.is(422).shows("日期太早或太远");
        }
        ann.post(&path, &[(&*name, "2026-03-01")]).await.is(303);
        ben.post("/centers/1/workers", WORKER).await.is(303);
        for date in ["2126-03-01", "2062-03-01"] {
            ben.post("/centers/1/workers/1/ending", &[("ended_on", date)]).await.is(422).shows("日期太早或太远");
        }
        let body = json!({"ended_on": "2126-03-01"});
        let told = app.token("ben").await.post_json("/api/v1/workers/1/ending", body).await.is(422).json();
        assert_eq!(told["errors"]["ended_on"]["code"], "field.date_too_far");
        ben.post("/centers/1/workers/1/ending", &[("ended_on", "2026-12-31")]).await.is(303);
    }

    /// Whichever of the two is wrong, it is noticed.
    async fn nobody_has_a_paper_before_being_born(app: TestApp) {
        liang(&app).await;
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/people/1/memberships", GRANT).await.is(303);
        let born = |date| [("name", "梁惠芳"), ("birth_date", date)];
        ann.post("/centers/1/people/1", &born("2020-01-02")).await.is(422).shows("证明").shows("id=\"e-birth_date\"");
        ann.post("/centers/1/people/1", &born("2020-01-01")).await.is(303);
        assert_eq!(app.number("select count(*) from people where birth_date = '2020-01-01'").await, 1);
    }
}
