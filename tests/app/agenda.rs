//! The public agenda: a week by its days, the rest by activity, and its chips.

use crate::activities::schedules;
use crate::support::on_both_engines;

on_both_engines! {
    async fn an_agenda_shows_seven_days_and_tells_the_rest_by_activity(app: TestApp) {
        let (ann, nobody) = (app.sign_in("ann").await, app.anyone());
        let weekly = [("date", "2026-03-05"), ("repeat", "weekly"), ("times", "4"), ("confirm", "1")];
        let dates = ["pick.2026-03-05", "pick.2026-03-12", "pick.2026-03-19", "pick.2026-03-26"].map(|pick| (pick, "book"));
        schedules(&ann, &[&weekly[..], &dates].concat()).await.is(303);
        let titles = async |query: &str| {
            let page = nobody.get(&format!("/agenda/1{query}")).await.is(200).text();
            (page.matches("class=\"title\"").count(), page.contains("再往后三周"), page.contains("3 场"))
        };
        assert_eq!(titles("").await, (4, true, true), "one by its day, three within what is folded");
        assert_eq!(titles("?days=today").await, (1, false, false));
        assert_eq!(titles("?days=weekend").await, (0, false, false));
        assert_eq!(titles("?days=month").await, (4, false, false));
        assert_eq!(titles("?days=nonsense&kind=x").await, (4, true, true));
        assert_eq!(titles("?kind=99").await, (0, false, false));
    }

    async fn the_screen_in_the_hall_shows_what_runs_what_comes_and_the_next_day(app: TestApp) {
        let (ann, nobody) = (app.sign_in("ann").await, app.anyone());
        let screen = async || nobody.get("/agenda/1/today").await.is(200);
        screen().await.shows("这两周没有公开的活动").shows("hall-screen");
        schedules(&ann, &[("date", "2026-03-05"), ("starts", "10:00"), ("ends", "11:00"), ("title", "早操")]).await.is(303);
        schedules(&ann, &[("date", "2026-03-05"), ("starts", "14:00"), ("ends", "15:00"), ("title", "合唱团")]).await.is(303);
        schedules(&ann, &[("date", "2026-03-07"), ("starts", "09:00"), ("ends", "10:00"), ("title", "义诊")]).await.is(303);
        schedules(&ann, &[("date", "2026-03-05"), ("starts", "16:00"), ("ends", "17:00"), ("title", "内部例会"), ("published", "")]).await.is(303);
        app.at("2026-03-05T02:30:00Z");
        screen().await.shows("正在进行").shows("早操").shows("到 11:00").shows("接下来").shows("合唱团").shows("14:00–15:00")
            .shows("二楼多功能活动室").hides("内部例会").hides("义诊");
        ann.post("/centers/1/sessions/2/schedule/cancellation", &[("reason", "老师病了")]).await.leads_to();
        screen().await.shows("class=\"cancelled\"").shows("已取消").hides("老师病了");
        app.at("2026-03-05T09:30:00Z");
        screen().await.hides("正在进行").hides("早操").shows("3月7日 周六").shows("义诊");
        nobody.get("/agenda/99/today").await.is(404);
    }

    async fn a_month_for_the_wall_holds_what_is_published_and_the_centers_code(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/wall").await.is(200).shows("2026年3月").shows("这个月还没有公开的活动").shows("还没有长期签到码").hides("<figcaption");
        let weekly = [("date", "2026-03-06"), ("repeat", "weekly"), ("times", "4"), ("confirm", "1")];
        let dates = ["pick.2026-03-06", "pick.2026-03-13", "pick.2026-03-20", "pick.2026-03-27"].map(|pick| (pick, "book"));
        schedules(&ann, &[&weekly[..], &dates].concat()).await.is(303);
        schedules(&ann, &[("date", "2026-03-08"), ("title", "内部例会"), ("published", "")]).await.is(303);
        ann.post("/centers/1/code", &[]).await.is(303);
        let sheet = ann.get("/centers/1/wall").await.is(200).shows("<figcaption").hides("内部例会").hides("还没有长期签到码").text();
        assert_eq!(sheet.matches("长者太极班").count(), 1, "every Friday in one line");
        assert!(sheet.contains("每周都有") && !sheet.contains("6、13"), "{sheet}");
        ann.post("/centers/1/sessions/2/schedule/cancellation", &[("reason", "老师病了")]).await.leads_to();
        schedules(&ann, &[("date", "2026-03-09"), ("title", "游园会")]).await.is(303);
        ann.get("/centers/1/wall").await.is(200).shows("13日停").shows("另外还有").shows("游园会").hides("老师病了");
        ann.get("/centers/1/wall?month=2026-04&paper=a3").await.is(200).shows("2026年4月").shows("class=\"wall a3\"").hides("长者太极班");
        ann.get("/centers/1/wall?month=2026-13").await.is(404);
        ann.get("/centers/1/wall?paper=a5").await.is(404);
        // Towards the end of a month it is the next one that is printed.
        app.at("2026-03-26T02:00:00Z");
        app.sign_in("ann").await.get("/centers/1/wall").await.is(200).shows("2026年4月");
    }
}
