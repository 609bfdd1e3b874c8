//! What began yesterday evening and goes on past midnight: whoever receives people, and whoever looks for it, finds it until it is over.

use serde_json::json;

use crate::activities::schedules;
use crate::check_in::{people, request};
use crate::support::{TestApp, User, on_both_engines};

/// Friday 6 March, 22:00, to Saturday, 01:00, with the team's volunteers.
async fn an_evening(app: &TestApp) -> User<'_> {
    let ann = app.sign_in("ann").await;
    schedules(&ann, &[("published", "1"), ("team", "1")]).await.is(303);
    app.execute("update sessions set starts_at = 1772805600000, ends_at = 1772816400000 where id = 1").await;
    ann
}

const STILL_ON: &str = "2026-03-06T16:30:00Z";
const OVER: &str = "2026-03-06T17:30:00Z";

/// The pages that tell what is on today, and who opens them.
const PAGES: [(&str, &str); 6] = [
    ("ann", "/centers/1"),
    ("fay", "/centers/1/desk"),
    ("fay", "/centers/1/front-desk/day"),
    ("nobody", "/"),
    ("nobody", "/agenda/1?days=today"),
    ("nobody", "/agenda/1/today"),
];

async fn tells(app: &TestApp, (login, path): (&'static str, &str)) -> bool {
    let page = match login {
        "nobody" => app.anyone().get(path).await,
        login => app.sign_in(login).await.get(path).await,
    };
    page.is(200).text().contains("长者太极班")
}

on_both_engines! {
    async fn a_session_over_midnight_stands_with_today_until_it_is_over(app: TestApp) {
        an_evening(&app).await;
        people(&app, 2).await;
        app.at("2026-03-06T14:30:00Z");
        let list = app.sign_in("fay").await.get("/centers/1/front-desk/day").await.is(200).json();
        let until = list["ends_at"].as_str().unwrap();
        assert!(until.starts_with("2026-03-06T17:30:00"), "a desk without a network keeps its list: {until}");
        app.at(STILL_ON);
        for page in PAGES {
            assert!(tells(&app, page).await, "{page:?} has lost it");
        }
        app.anyone().get("/agenda/1/teams/1").await.is(200).shows("长者太极班");
        let today = app.anyone().get("/agenda/1").await.is(200).shows("长者太极班").text();
        assert!(today.contains("22:00"), "{today}");
        let fay = app.token("fay").await;
        let told = fay.get("/api/v1/sessions?center=1&from=2026-03-01&to=2026-04-01").await.is(200).json();
        assert_eq!(told["items"][0]["id"], json!(1));
        let pulse = app.sign_in("fay").await.get("/centers/1/front-desk/pulse").await.is(200).json();
        assert_eq!(pulse["sessions"].as_array().unwrap().len(), 1);
        // And it receives who comes.
        let comes = |person: i64| json!({"request_id": request(), "person_id": person, "role": "participant"});
        fay.post_json("/api/v1/sessions/1/checkins", comes(1)).await.is(201);
        // Twenty minutes after the end people are leaving.
        app.at("2026-03-06T17:20:00Z");
        let goes = json!({"request_id": request(), "person_id": 1, "role": "participant", "way": "out"});
        app.token("fay").await.post_json("/api/v1/sessions/1/checkins", goes).await.is(201);
        app.at(OVER);
        for page in PAGES {
            // The overview counts on as waiting to be closed.
            assert!(page.1 == "/centers/1" || !tells(&app, page).await, "{page:?} keeps it");
        }
        app.anyone().get("/agenda/1/teams/1").await.is(200).hides("长者太极班");
        app.token("fay").await.post_json("/api/v1/sessions/1/checkins", comes(2)).await.is(404);
        let told = app.token("fay").await.get("/api/v1/sessions?center=1&from=2026-03-01&to=2026-04-01").await.is(200).json();
        assert_eq!(told["items"], json!([]));
    }

    async fn the_day_before_is_not_told_of_again(app: TestApp) {
        let ann = app.sign_in("ann").await;
        schedules(&ann, &[("published", "1")]).await.is(303);
        app.at(STILL_ON);
        for page in PAGES {
            assert!(page.1 == "/centers/1" || !tells(&app, page).await, "{page:?} keeps the afternoon's");
        }
    }
}
