//! Case work may name a person: who reads what it is called, and who reads "case work" instead.

use crate::support::{TestApp, User, on_both_engines};

const NAMED: &str = "探访张桂英";

/// What is written about her beside the title.
const TOLD: &str = "张桂英膝盖不好";

/// A session of case work this morning, held in room 1, which somebody asked to publish.
async fn case(app: &TestApp, ann: &User<'_>) {
    let fields = [
        ("title", NAMED),
        ("description", TOLD),
        ("kind", "1"),
        ("room", "1"),
        ("date", "2026-03-05"),
        ("starts", "10:00"),
        ("ends", "11:00"),
        ("published", "1"),
    ];
    ann.post("/centers/1/activities", &fields).await.is(303);
    app.execute("update codes set token = 'tea'").await;
}

const PAGES: [&str; 6] = [
    "/centers/1",
    "/centers/1/activities",
    "/centers/1/activities/1",
    "/centers/1/week",
    "/centers/1/month",
    "/centers/1/sessions/1",
];

const API: [&str; 3] =
    ["/api/v1/activities?center=1", "/api/v1/sessions?center=1&from=2026-03-01&to=2026-04-01", "/api/v1/sessions/1"];

/// Everywhere that somebody who reads the center looks, nothing names her.
async fn reads_the_kind_only(app: &TestApp, login: &str) {
    let (reader, program) = (app.sign_in(login).await, app.token(login).await);
    for page in PAGES {
        reader.get(page).await.is(200).shows("个案").hides("张桂英");
    }
    for path in API {
        program.get(path).await.is(200).shows("个案").hides("张桂英");
    }
    for page in ["/centers/1/sessions/1/poster", "/centers/1/reports/2026-03", "/centers/1/reports/2026-03.csv"] {
        reader.get(page).await.is(200).hides("张桂英");
    }
}

on_both_engines! {
    async fn case_work_is_called_by_its_kind_before_who_only_reads(app: TestApp) {
        let ann = app.sign_in("ann").await;
        case(&app, &ann).await;
        for login in ["tom", "cai", "ben"] {
            reads_the_kind_only(&app, login).await;
        }
        let request = [("request_id", "7f2c3f8e-8f34-4c60-9d9e-2f5f9f3a1b00"), ("name", "张桂英"), ("role", "participant")];
        ann.post("/centers/1/sessions/1/walk-ins", &request).await.is(303);
        app.at("2026-03-05T04:00:00Z");
        ann.post("/centers/1/sessions/1/closing", &[("summary", TOLD)]).await.is(303);
        for login in ["tom", "cai", "ben"] {
            reads_the_kind_only(&app, login).await;
        }
        app.sign_in("pat").await.get("/centers/1/reports/2026-03").await.is(200).shows("个案").hides("张桂英");
    }

    async fn who_works_on_it_reads_its_title(app: TestApp) {
        let ann = app.sign_in("ann").await;
        case(&app, &ann).await;
        for login in ["ann", "ada"] {
            let worker = app.sign_in(login).await;
            for page in PAGES {
                worker.get(page).await.is(200).shows(NAMED);
            }
        }
        // The front desk receives people: it reads what it is called, and nothing more.
        let fay = app.sign_in("fay").await;
        fay.get("/centers/1/desk").await.is(200).shows(NAMED);
        fay.get("/centers/1/sessions/1").await.is(200).shows(NAMED).hides(TOLD);
        let session = app.token("fay").await.get("/api/v1/sessions/1").await;
        assert!(session.status.code == 403 || !session.text().contains(TOLD), "{}", session.text());
        ann.get("/centers/1/sessions/1/poster").await.is(200).shows("个案").hides("张桂英");
        // The manager who leads it is not kept from it; another one is.
        app.execute("insert into people (name, name_key, name_fold, pinyin, sounds, created_at, updated_at) values ('ben', 'ben', 'ben', 'ben', 'ben', 0, 0)").await;
        app.execute(
            "insert into workers (person_id, center_id, account_id, kind, started_on, created_at)
             select p.id, 1, a.id, 'staff', '2026-01-01', 0 from people p, accounts a where p.name = 'ben' and a.login = 'ben'",
        ).await;
        app.execute("update sessions set worker_id = (select id from workers)").await;
        app.sign_in("ben").await.get("/centers/1/sessions/1").await.is(200).shows(NAMED);
        app.sign_in("cai").await.get("/centers/1/sessions/1").await.is(200).hides(NAMED);
    }

    async fn the_public_learns_nothing_of_it(app: TestApp) {
        let ann = app.sign_in("ann").await;
        case(&app, &ann).await;
        assert_eq!(app.number("select published from activities").await, 0);
        // A kind made confidential later takes along what is published.
        app.execute("update activities set published = 1").await;
        let nobody = app.anyone();
        for path in ["/", "/agenda/1", "/calendar/centers/1.ics"] {
            nobody.get(path).await.is(200).hides("张桂英").hides("个案");
        }
        nobody.get("/agenda/1/sessions/1").await.is(404);
        nobody.get("/calendar/sessions/1.ics").await.is(404);
        nobody.get("/c/tea").await.is(200).shows("个案").hides("张桂英");
    }

    async fn a_date_left_out_does_not_tell_what_was_there(app: TestApp) {
        let ann = app.sign_in("ann").await;
        case(&app, &ann).await;
        let series = serde_json::json!({"center": 1, "title": "合唱团", "kind": 3, "room": 1, "date": "2026-03-05",
            "starts": "10:00", "ends": "11:00", "repeat": "weekly", "times": 2, "on_conflict": "skip"});
        app.token("ann").await.post_json("/api/v1/activities", series).await.is(201);
        app.sign_in("tom").await.get("/centers/1/activities/2").await.is(200).shows("个案").hides("张桂英");
    }

    async fn the_administrator_says_which_kinds_are_confidential(app: TestApp) {
        let (ada, tom) = (app.sign_in("ada").await, app.sign_in("tom").await);
        ada.get("/catalogs").await.is(200).shows("保密");
        let kind = [("name", "心理咨询"), ("name_en", "Counselling"), ("confidential", "1")];
        ada.post("/catalogs/service-kinds", &kind).await.is(303);
        let fields = [("title", NAMED), ("kind", "4"), ("room", "1"), ("date", "2026-03-05"), ("starts", "10:00"), ("ends", "11:00")];
        app.sign_in("ann").await.post("/centers/1/activities", &fields).await.is(303);
        tom.get("/centers/1/activities/1").await.is(200).shows("心理咨询").hides(NAMED);
        ada.get("/catalogs/service-kinds/4").await.is(200).shows("checked");
        ada.post("/catalogs/service-kinds/4", &kind[..2]).await.is(303);
        tom.get("/centers/1/activities/1").await.is(200).shows(NAMED);
        assert_eq!(app.number("select count(*) from audit_events where action = 'kind.made_open'").await, 1);
    }
}
