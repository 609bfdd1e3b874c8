//! Calendars, as a phone's program reads them: valid, in the right zone, one event for one session for ever.

use crate::support::calendar::{Event, parse};
use rocket::http::uri::Host;
use rocket::local::asynchronous::Client;

use crate::support::{TestApp, app, on_both_engines};

const TEA: [(&str, &str); 8] = [
    ("title", "早茶，聊天；\"街坊\"\\邻里"),
    ("kind", "3"),
    ("date", "2026-03-06"),
    ("starts", "09:00"),
    ("ends", "10:30"),
    ("room", "1"),
    (
        "description",
        "带杯子。\n第二行，很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长。",
    ),
    ("published", "1"),
];

async fn feed(app: &TestApp) -> Option<Vec<Event>> {
    let feed = app.anyone().get("/calendar/centers/1.ics").await.is(200);
    assert!(feed.header("content-type").starts_with("text/calendar"), "{}", feed.header("content-type"));
    parse(&feed.text())
}

on_both_engines! {
    async fn an_event_keeps_its_identity_through_moves_and_cancellation(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/activities", &TEA).await.is(303);
        let Some(before) = feed(&app).await else { return };
        let [event] = &before[..] else { panic!("{before:?}") };
        assert_eq!((event.summary.as_str(), event.starts.as_str()), (TEA[0].1, "2026-03-06T09:00:00+08:00"));

        let id = app.number("select id from sessions").await;
        let moved = [("date", "2026-03-07"), ("starts", "14:00"), ("ends", "15:00"), ("room", "1")];
        ann.post(&format!("/centers/1/sessions/{id}/schedule"), &moved).await.is(303);
        let after = feed(&app).await.unwrap();
        assert_eq!((after.len(), &after[0].uid, after[0].starts.as_str()), (1, &event.uid, "2026-03-07T14:00:00+08:00"));
        assert!(after[0].sequence > event.sequence);

        ann.post(&format!("/centers/1/sessions/{id}/schedule/cancellation"), &[("reason", "台风")]).await.is(303);
        let cancelled = feed(&app).await.unwrap();
        assert_eq!((cancelled[0].status.as_str(), &cancelled[0].uid), ("CANCELLED", &event.uid));
        assert!(cancelled[0].sequence > after[0].sequence);
        let alone = parse(&app.anyone().get(&format!("/calendar/sessions/{id}.ics")).await.is(200).text()).unwrap();
        assert_eq!(alone[0].uid, event.uid);
    }

    async fn what_is_not_published_is_in_no_calendar(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/activities", &TEA[..7]).await.is(303);
        assert!(feed(&app).await.is_none_or(|events| events.is_empty()));
        let id = app.number("select id from sessions").await;
        app.anyone().get(&format!("/calendar/sessions/{id}.ics")).await.is(404);
        app.anyone().get(&format!("/agenda/1/sessions/{id}")).await.is(404);
    }
}

/// Without an address of its own Linli writes the asker's `Host` into the links, so no cache may give them to another.
#[test]
fn a_calendar_with_the_askers_host_is_nobody_elses() {
    let Some(url) = app::fresh_database(app::Engine::Sqlite) else { return };
    app::runtime().block_on(async {
        for (public_url, cache, host) in [
            (None, "private, max-age=300", "evil.example"),
            (Some("https://linli.example"), "public, max-age=300", "linli.example"),
        ] {
            let app = TestApp::open(&url).await;
            app.sign_in("ann").await.post("/centers/1/activities", &TEA).await;
            let settings = linli::Settings { public_url: public_url.map(str::to_owned), ..app::settings(&url) };
            let client = Client::untracked(linli::rocket(settings)).await.unwrap();
            let mut asked = client.get("/calendar/centers/1.ics");
            asked.inner_mut().set_host(Host::parse("evil.example").unwrap());
            let answer = asked.dispatch().await;
            assert_eq!(answer.headers().get_one("Cache-Control"), Some(cache));
            let text = answer.into_string().await.unwrap().replace("\r\n ", "");
            assert!(text.contains(&format!("{host}/agenda/1/sessions/")), "{text}");
        }
    });
}
