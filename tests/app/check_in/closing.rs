//! Closing a session and confirming hours.

use super::{SESSION, people, request, session, ticks, tries};
use crate::support::on_both_engines;

on_both_engines! {
    async fn hours_beyond_the_session_are_confirmed_with_a_reason(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 3).await;
        let ann = app.sign_in("ann").await;
        for person in ["1", "2", "3"] {
            ticks(&ann, person, "volunteer").await.is(303);
        }
        app.at("2026-03-05T04:00:00Z");
        let closing = format!("{SESSION}/closing");
        let form = [("summary", "好"), ("confirm.1", "1"), ("minutes.1", "121"), ("minutes.2", "120"), ("why.1", "提前布置会场")];
        ann.post(&closing, &form[..4]).await.is(422).shows("超过 120 分钟").shows("value=\"121\"").shows("e-why.1");
        assert_eq!(app.number("select count(*) from hours_entries").await, 0);
        ann.post(&closing, &form).await.is(303);
        ann.get(&closing).await.is(200).shows("提前布置会场");
        let hours = format!("{SESSION}/hours");
        let late = [("attendance", "2"), ("minutes.2", "600"), ("why.2", "")];
        // The others' forms on the page keep what the door saw.
        let other = "name=\"minutes.3\" type=\"number\" required min=\"0\" max=\"2880\" inputmode=\"numeric\" value=\"120\"";
        ann.get(&closing).await.is(200).shows(other);
        ann.post(&hours, &late).await.is(422).shows("超过 120 分钟").shows("value=\"600\"").shows(other);
        ann.post(&hours, &[late[0], late[1], ("why.2", "收拾到晚上")]).await.is(303);
        let kept = "select count(*) from hours_entries where minutes > 120 and source = 'adjusted' and reason <> ''";
        assert_eq!(app.number(kept).await, 2);
    }

    async fn closing_confirms_hours_and_corrections_reverse(app: TestApp) {
        session(&app, None, Some(1)).await;
        people(&app, 3).await;
        app.execute("insert into team_members (team_id, person_id, joined_on, created_at) values (1, 1, '2025-01-01', 0)").await;
        let ann = app.sign_in("ann").await;
        ann.get(SESSION).await.is(200).shows("陈伯1").shows("志愿者签到");
        app.at("2026-03-05T01:30:00Z");
        ticks(&ann, "1", "volunteer").await.leads_to();
        ticks(&ann, "2", "volunteer").await.leads_to();
        ticks(&ann, "3", "participant").await.leads_to();
        let closing = format!("{SESSION}/closing");
        ann.post(&closing, &[("summary", "顺利")]).await.is(422).shows("活动还没有开始");
        app.at("2026-03-05T03:40:00Z");
        let out = |id: i64| format!("{SESSION}/attendances/{id}/departure");
        assert_eq!(ann.post(&out(1), &[]).await.leads_to(), SESSION);
        ann.post(&out(1), &[]).await.is(409).shows("已经签退了");
        assert_eq!(ann.post(&out(3), &[]).await.leads_to(), SESSION, "a participant may leave too: a child is fetched");

        app.at("2026-03-05T04:10:00Z");
        ann.get(&closing).await.is(200).shows("忘记签退").shows("value=\"130\"").shows("value=\"150\"");
        ann.post(&closing, &[("summary", ""), ("minutes.1", "130")]).await.is(422);
        ann.post(&closing, &[("summary", "顺利"), ("minutes.1", "-5"), ("confirm.1", "1")]).await.is(422);
        assert_eq!(app.number("select count(*) from hours_entries").await, 0);
        let form = [("summary", "来了两位志愿者"), ("minutes.1", "130"), ("confirm.1", "1"), ("minutes.2", "120")];
        assert_eq!(ann.post(&closing, &form).await.leads_to(), closing);
        ann.post(&closing, &form).await.is(422).shows("不能再次结束");
        assert_eq!(app.number("select minutes from hours_entries where source = 'measured'").await, 130);
        assert_eq!(app.number("select count(*) from hours_entries").await, 1);

        let hours = format!("{SESSION}/hours");
        assert_eq!(ann.post(&hours, &[("attendance", "2"), ("minutes.2", "90")]).await.leads_to(), closing);
        ann.post(&hours, &[("attendance", "2"), ("minutes.2", "90")]).await.is(422).shows("已经确认过了");
        ann.post(&hours, &[("attendance", "3"), ("minutes.3", "90")]).await.is(404);
        assert_eq!(app.number("select original_minutes from hours_entries where source = 'adjusted'").await, 150);

        ann.post(&format!("{hours}/1/correction"), &[("corrected.1", "100")]).await.is(422);
        assert_eq!(ann.post(&format!("{hours}/1/correction"), &[("corrected.1", "100"), ("reason.1", "中途离开")]).await.leads_to(), closing);
        ann.post(&format!("{hours}/1/correction"), &[("corrected.1", "100"), ("reason.1", "中途离开")]).await.is(422).shows("已经冲销过了");
        assert_eq!(app.number("select cast(sum(minutes) as bigint) from hours_entries where person_id = 1").await, 100);
        assert_eq!(app.number("select count(*) from hours_entries where person_id = 1").await, 3);

        tries(&app.token("ann").await, 3, "volunteer", &request()).await.is(409).is_refused("closed");
        app.sign_in("fay").await.post(&format!("{SESSION}/attendances/1/void"), &[("reason", "x")]).await.is(403);
        ann.post(&format!("{SESSION}/attendances/1/void"), &[("reason", "签错了场次")]).await.leads_to();
        assert_eq!(app.number("select cast(sum(minutes) as bigint) from hours_entries where person_id = 1").await, 0);
        ann.get(&closing).await.is(200).shows("来了两位志愿者").shows("90 分钟");
    }
}
