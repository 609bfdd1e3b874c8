//! What is kept of the figures is what is read, until a mark says that it is good no more; and the commands that look after it.

use linli::activities::SessionId;
use linli::centers::CenterId;
use linli::clock::Timestamp;
use linli::error::Error;
use linli::figures::refresh::{REFRESH, check, rebuild, refresh};

use super::recount::Rows;
use super::{AFTER, MARCH, a_tricky_month, assert_same, figures};
use crate::support::program::{linli, said};
use crate::support::{Engine, TestApp, app, on_both_engines};

const YEAR: (&str, &str) = ("2026-01-01", "2027-01-01");

/// As nothing in Linli does it: nobody is told.
const BEHIND_EVERYBODYS_BACK: &str = "update attendances set voided_at = 1, void_reason = '认错人'
     where session_id in (select id from sessions where center_id = 1 and local_date = '2026-03-20')";

pub(super) async fn wrong(app: &TestApp) -> Vec<String> {
    let mut wrong = check(&mut app.db().read().await.unwrap(), |_| ()).await.unwrap();
    wrong.sort();
    wrong
}

async fn refreshed(app: &TestApp) -> usize {
    refresh(app.db(), app.clock.now()).await.unwrap()
}

async fn equals_the_recount(app: &TestApp) {
    let (rows, now) = (Rows::load(app).await, app.clock.now().0);
    let every: Vec<i64> = (1..=25).collect();
    for period in [MARCH, YEAR] {
        let expected = |centers| rows.figures(centers, period.0, period.1, now);
        assert_same(&figures(app, "ann", "center:1", period).await, &expected(&[1]), &format!("center, {period:?}"));
        assert_same(&figures(app, "ada", "city", period).await, &expected(&every), &format!("city, {period:?}"));
    }
}

/// How many months are kept that are marked otherwise.
const STALE: &str =
    "select count(*) from marks m left join figure_sets f on f.center_id = m.center_id and f.span = m.month
     where f.built_from is null or f.built_from <> m.version";

const MARKS: &str = "select cast(sum(version) as bigint) from marks";

on_both_engines! {
    async fn what_is_kept_is_read_and_only_a_recount_finds_what_nobody_marked(app: TestApp) {
        a_tricky_month(&app).await;
        assert!(refreshed(&app).await > 0);
        let (month, year) = (figures(&app, "ann", "center:1", MARCH).await, figures(&app, "ann", "center:1", YEAR).await);
        app.execute(BEHIND_EVERYBODYS_BACK).await;
        assert_eq!(figures(&app, "ann", "center:1", MARCH).await, month, "nobody said that anything is otherwise");
        assert_eq!(figures(&app, "ann", "center:1", YEAR).await, year);
        assert_eq!(refreshed(&app).await, 0);
        // The days at the edges are counted from the rows.
        let part = ("2026-03-16", "2026-03-21");
        let expected = Rows::load(&app).await.figures(&[1], part.0, part.1, app.clock.now().0);
        assert_same(&figures(&app, "ann", "center:1", part).await, &expected, "days");
        const OTHERWISE: &str = "what is kept is not what the rows say";
        assert_eq!(wrong(&app).await, [format!("center 1, 2026-03: {OTHERWISE}"), format!("center 1, 2026: {OTHERWISE}")]);
        assert!(rebuild(app.db(), app.clock.now(), |_| ()).await.unwrap() > 0);
        assert!(wrong(&app).await.is_empty());
        assert_ne!(figures(&app, "ann", "center:1", MARCH).await, month);
        equals_the_recount(&app).await;
    }

    async fn a_mark_is_seen_at_once_and_counted_anew_once(app: TestApp) {
        a_tricky_month(&app).await;
        refreshed(&app).await;
        let before = figures(&app, "ann", "center:1", MARCH).await;
        let ann = app.token("ann").await;
        ann.post_json("/api/v1/sessions/1/checkins/1/void", serde_json::json!({"reason": "认错人"})).await.is(204);
        assert_eq!(figures(&app, "ann", "center:1", MARCH).await["visits"], before["visits"] - 1, "before anything is kept anew");
        equals_the_recount(&app).await;
        assert_eq!(refreshed(&app).await, 2, "the month and its year");
        assert_eq!(refreshed(&app).await, 0);
        equals_the_recount(&app).await;
        assert!(wrong(&app).await.is_empty());
    }

    async fn what_was_put_together_is_recalled_until_one_of_its_months_is_marked(app: TestApp) {
        a_tricky_month(&app).await;
        refreshed(&app).await;
        let statements = async |who: &str, scope: &str| {
            let before = app.db().statements();
            let told = figures(&app, who, scope, YEAR).await;
            (told, app.db().statements() - before)
        };
        // The first use of a token notes when it was.
        figures(&app, "ada", "center:2", MARCH).await;
        let (told, first) = statements("ada", "city").await;
        let (again, second) = statements("ada", "city").await;
        assert!(again == told && second < first, "{second} statements after {first}");
        // Another center's mark leaves a center alone, and not where all are asked for.
        let mut tx = app.begin().await;
        linli::marks::all(&mut tx, [CenterId(2)]);
        tx.commit().await.unwrap();
        assert_eq!(statements("ada", "center:1").await.1, second, "it was a part of the city");
        assert!(statements("ada", "city").await.1 > second, "a part of it is good no more");
        // Nobody is given what was put together for another.
        assert_ne!(statements("pat", "center:1").await.0, statements("ada", "center:1").await.0);
        let ann = app.token("ann").await;
        ann.post_json("/api/v1/sessions/1/checkins/1/void", serde_json::json!({"reason": "认错人"})).await.is(204);
        let (later, _) = statements("ada", "city").await;
        assert_eq!(later["visits"], told["visits"] - 1);
        equals_the_recount(&app).await;
    }

    async fn what_is_rolled_back_or_refused_leaves_all_as_it_was(app: TestApp) {
        a_tricky_month(&app).await;
        refreshed(&app).await;
        let (before, marks) = (figures(&app, "ann", "center:1", MARCH).await, app.number(MARKS).await);
        let mut tx = app.begin().await;
        sqlx::query("update attendances set voided_at = 1, void_reason = '认错人'").execute(&mut *tx).await.unwrap();
        linli::marks::sessions(&mut tx, &[SessionId(1)]).await.unwrap();
        drop(tx);
        let ann = app.token("ann").await;
        ann.post_json("/api/v1/sessions/1/checkins/999/void", serde_json::json!({"reason": "认错人"})).await.is(404);
        ann.post_json("/api/v1/sessions/1/checkins/1/void", serde_json::json!({"reason": ""})).await.is(422);
        assert_eq!(app.number(MARKS).await, marks);
        assert_eq!(refreshed(&app).await, 0);
        assert_eq!(figures(&app, "ann", "center:1", MARCH).await, before);
        assert!(wrong(&app).await.is_empty());
        // The same, and this time it lasts.
        let mut tx = app.begin().await;
        linli::marks::sessions(&mut tx, &[SessionId(1)]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(app.number(MARKS).await, marks + 1);
        assert_eq!(refreshed(&app).await, 2);
    }

    async fn whoever_is_no_social_worker_any_more_is_told_of_in_marked_months(app: TestApp) {
        a_tricky_month(&app).await;
        refreshed(&app).await;
        let (ada, marks) = (app.sign_in("ada").await, app.number(MARKS).await);
        let led = app.number("select min(s.worker_id) from sessions s join workers w on w.id = s.worker_id
             where s.center_id = 1 and s.status = 'completed' and w.kind = 'social_worker'").await;
        let path = format!("/centers/1/workers/{led}");
        ada.post(&path, &[("kind", "social_worker"), ("started_on", "2025-01-02")]).await.is(303);
        assert_eq!(app.number(MARKS).await, marks, "what is not counted marks nothing");
        ada.post(&path, &[("kind", "staff"), ("started_on", "2025-01-02")]).await.is(303);
        assert!(app.number(MARKS).await > marks, "accepted reports are counted again where their months are marked");
        refreshed(&app).await;
        equals_the_recount(&app).await;
    }

    async fn a_job_counts_anew_what_was_changed(app: TestApp) {
        a_tricky_month(&app).await;
        for _ in 0..2 {
            let mut tx = app.begin().await;
            linli::marks::sessions(&mut tx, &[SessionId(1)]).await.unwrap();
            let now = app.clock.now().0;
            linli::jobs::ask(&mut tx, REFRESH, "", now).await.unwrap();
            tx.commit().await.unwrap();
            assert!(app.number(STALE).await > 0);
            assert!(app.run_jobs().await > 0);
            assert_eq!(app.number(STALE).await, 0);
            app.clock.set(Timestamp(now.0 + 60_000));
        }
        assert!(wrong(&app).await.is_empty());
        equals_the_recount(&app).await;
    }
}

/// Counts anew, whoever else is at it.
pub(super) async fn counts_anew(app: &TestApp) {
    loop {
        match refresh(app.db(), app.clock.now()).await {
            Ok(_) => return,
            Err(Error::Unavailable | Error::Busy) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

async fn voids(app: &TestApp, session: i64, attendance: i64) {
    let ann = app.token("ann").await;
    let path = format!("/api/v1/sessions/{session}/checkins/{attendance}/void");
    while ann.post_json(&path, serde_json::json!({"reason": "认错人"})).await.status.code == 503 {}
}

/// Who looks while something is changed takes nothing for wrong.
pub(super) async fn is_not_alarmed(app: &TestApp) {
    assert!(wrong(app).await.is_empty());
}

/// Two processes count anew while something is changed: what the later one knows stands.
fn two_at_once_keep_the_newest(engine: Engine) {
    let Some(url) = app::fresh_database(engine) else { return };
    app::runtime().block_on(async {
        let (one, other) = (TestApp::open(&url).await, TestApp::open(&url).await);
        a_tricky_month(&one).await;
        other.at(AFTER);
        let visits: Vec<(i64, i64)> = sqlx::query_as(
            "select t.session_id, t.id from attendances t join sessions s on s.id = t.session_id
             where t.voided_at is null and s.center_id = 1 and s.status = 'completed' order by t.id",
        )
        .fetch_all(&mut *one.db().read().await.unwrap())
        .await
        .unwrap();
        assert!(visits.len() > 8, "{visits:?}");
        for (session, attendance) in visits {
            rocket::tokio::join!(
                counts_anew(&one),
                is_not_alarmed(&one),
                voids(&other, session, attendance),
                counts_anew(&other),
                is_not_alarmed(&other),
            );
        }
        rocket::tokio::join!(counts_anew(&one), counts_anew(&other));
        assert_eq!(one.number(STALE).await, 0);
        for app in [&one, &other] {
            assert!(wrong(app).await.is_empty());
            equals_the_recount(app).await;
        }
    });
}

#[test]
fn two_at_once_keep_the_newest_sqlite() {
    two_at_once_keep_the_newest(Engine::Sqlite);
}

#[test]
fn two_at_once_keep_the_newest_postgres() {
    two_at_once_keep_the_newest(Engine::Postgres);
}

/// Does something to a database that nobody else has open.
fn with(url: &str, does: impl AsyncFnOnce(&TestApp)) {
    app::runtime().block_on(async {
        let app = TestApp::open(url).await;
        does(&app).await;
        app.db().close().await;
    });
}

fn commands_say_what_is_wrong_and_mend_it(engine: Engine) {
    let Some(url) = app::fresh_database(engine) else { return };
    with(&url, async |app| a_tricky_month(app).await);
    let says = |command: &str, well: bool, words: &[&str]| {
        let (ended_well, told) = said(linli(&url, &[command]));
        assert_eq!(ended_well, well, "{command}: {told}");
        for word in words {
            assert!(told.contains(word), "{command}: {word:?} is not in {told}");
        }
    };
    says("check", true, &["What is derived is what the rows say: 0 months and years were counted once more."]);
    says("rebuild", true, &["months and years were counted anew."]);
    says("check", true, &["What is derived is what the rows say", "months and years were counted once more."]);
    with(&url, async |app| app.execute(BEHIND_EVERYBODYS_BACK).await);
    let wrong = [
        "center 1, 2026-03: what is kept is not what the rows say",
        "center 1, 2026: what is kept is not what the rows say",
        "`linli rebuild` makes them anew.",
    ];
    says("check", false, &wrong);
    // What is no month at all is told too.
    with(&url, async |app| {
        app.execute("update figure_sets set content = (select o.content from figure_sets o where o.center_id = 2 and o.span = '2026-03')
             where center_id = 1 and span = '2026-02'").await;
    });
    says("check", false, &["center 1, 2026-02: what is kept is not what the rows say"]);
    says("rebuild", true, &["months and years were counted anew."]);
    says("check", true, &["What is derived is what the rows say"]);
    with(&url, async |app| {
        app.at(AFTER);
        equals_the_recount(app).await;
    });
}

#[test]
fn commands_say_what_is_wrong_and_mend_it_sqlite() {
    commands_say_what_is_wrong_and_mend_it(Engine::Sqlite);
}

#[test]
fn commands_say_what_is_wrong_and_mend_it_postgres() {
    commands_say_what_is_wrong_and_mend_it(Engine::Postgres);
}
