//! Rooms, series, sessions and what is booked.

use super::{Maker, number};
use crate::check_in::request;
use crate::support::app::{START, User};
use crate::support::cast::PASSWORD;

impl Maker<'_> {
    /// An evening beyond the hours, other hours from a day on, and a room that is being built.
    pub(super) async fn rooms_to_come(&mut self, ada: &User<'_>) {
        let evening =
            [("rooms", "2"), ("day", "2026-04-11"), ("opens", "21:00"), ("closes", "22:30"), ("why", "居民大会")];
        ada.post("/centers/1/room-openings", &evening).await.is(303);
        self.number("opening", "select id from room_openings").await;
        let week = [("first_day", "2026-09-01"), ("hours.1.opens", "09:00"), ("hours.1.closes", "17:00")];
        ada.post(&format!("/centers/1/rooms/{}/weeks", self.names["spare_room"]), &week).await.is(303);
        self.number("week", "select id from room_weeks where valid_from = '2026-09-01'").await;
        let planned = [("name", "康复室"), ("kind", "9"), ("area_m2", "60"), ("way", "fitting_out")];
        ada.post("/centers/1/planned-rooms", &planned).await.is(303);
        self.number("planned_room", "select id from planned_rooms").await;
        self.number("planned_step", "select id from planned_room_steps").await;
    }

    /// An activity with a picture, kept as a template.
    pub(super) async fn offerings(&mut self, ann: &User<'_>) {
        let activity = format!("/centers/1/activities/{}", self.names["activity"]);
        let picture = crate::audit::picture();
        crate::imports::sends_as(ann, &format!("{activity}/picture"), ("picture", "太极.png"), &picture).await.is(303);
        self.number("picture", "select picture_file_id from activities where picture_file_id is not null").await;
        ann.post(&format!("{activity}/template"), &[("name", "长者太极")]).await.is(303);
        self.number("template", "select id from activity_templates").await;
    }

    /// Something broken, with its photo; a thing here and one that is out; a drill with its sheet.
    pub(super) async fn upkeep(&mut self, ann: &User<'_>) {
        let sent = [("request_id", request()), ("what", "灯不亮".to_owned()), ("room", "1".to_owned())];
        let fields: Vec<_> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let photo = ("photo", "门口.png", crate::audit::picture());
        self.name("defect", number(&crate::upkeep::sends(ann, "/centers/1/defects", &fields, Some(&photo)).await));
        for (key, label) in [("asset", "T-1"), ("lent_asset", "T-2")] {
            let thing = [("number", label), ("name", "轮椅"), ("kind", "aid"), ("origin", "own"), ("lendable", "1")];
            self.name(key, number(&ann.post("/centers/1/assets", &thing).await));
        }
        let lent = [("person", self.names["person"].as_str()), ("due_on", "2026-03-20")];
        ann.post(&format!("/centers/1/assets/{}/loans", self.names["lent_asset"]), &lent).await.is(303);
        let drill =
            [("held_on", "2026-03-01"), ("kind", "fire"), ("minutes", "30"), ("people", "25"), ("led_by", "陈静雯")];
        crate::upkeep::sends(ann, "/centers/1/drills", &drill, Some(&photo)).await.is(303);
        self.number("drill", "select id from drills").await;
    }

    /// Times of a worker who signs in as sue: one slot that is over, one that a phone took, one for somebody.
    pub(super) async fn appointments(&mut self, ada: &User<'_>, ann: &User<'_>) {
        self.app.at("2026-03-02T00:00:00Z");
        let account = [("name", "罗心语"), ("login", "sue"), ("role", "social_worker"), ("center", "1")];
        let passwords = [("password", PASSWORD), ("password_again", PASSWORD)];
        ada.post("/accounts", &[&account[..], &passwords].concat()).await.is(303);
        self.number("sue", "select id from accounts where login = 'sue'").await;
        let worker =
            [("name", "罗心语"), ("phone", "13600136088"), ("kind", "social_worker"), ("started_on", "2026-01-01")];
        ada.post("/centers/1/workers", &worker).await.is(303);
        self.number("counsellor", "select max(id) from workers").await;
        let counsellor = self.names["counsellor"].clone();
        ada.post(&format!("/accounts/{}/worker", self.names["sue"]), &[("worker", &counsellor)]).await.is(303);
        let times =
            [("worker", counsellor.as_str()), ("room", "2"), ("kind", "1"), ("weekday", "1"), ("starts", "09:00")];
        let more = [("ends", "12:00"), ("slot_minutes", "60"), ("by_phone", "1")];
        ann.post("/centers/1/appointments/times", &[&times[..], &more].concat()).await.is(303);
        self.number("times", "select id from appointment_times").await;
        let (times, person) = (self.names["times"].clone(), self.names["person"].clone());
        for (name, at) in [("past_appointment", "2026-03-02T01:00:00Z"), ("appointment", "2026-03-09T01:00:00Z")] {
            let id = request();
            let taken = [("request_id", id.as_str()), ("times", &times), ("starts_at", at), ("person", &person)];
            ann.post("/centers/1/appointments", &taken).await.is(303);
            self.number(name, "select max(id) from appointments").await;
        }
        let id = request();
        let path = format!("/agenda/1/appointments/{times}-2026-03-09T03:00:00Z");
        let who = [("request_id", id.as_str()), ("name", "黄秀英"), ("phone", "13511115111"), ("word", "想找人聊聊")];
        let mut phone = self.app.anyone();
        phone.cookies.push(("phone".to_owned(), self.names["phone"].clone()));
        phone.post(&path, &who).await.is(303);
        self.number("own_appointment", "select max(id) from appointments").await;
        self.app.at(START);
    }

    /// Four Tuesdays from 10 March, the last of them cancelled.
    pub(super) async fn series(&mut self, ann: &User<'_>) {
        let mut plan = vec![("title", "长者太极班"), ("description", "带上水杯"), ("kind", "3"), ("room", "1")];
        plan.extend([("worker", self.names["worker"].as_str()), ("team", "1"), ("date", "2026-03-10")]);
        plan.extend([("starts", "09:00"), ("ends", "10:30"), ("repeat", "weekly"), ("times", "4"), ("confirm", "1")]);
        plan.extend([("published", "1"), ("pick.2026-03-10", "book"), ("pick.2026-03-17", "book")]);
        plan.extend([("pick.2026-03-24", "book"), ("pick.2026-03-31", "book")]);
        let activity = number(&ann.post("/centers/1/activities", &plan).await);
        self.name("activity", activity);
        self.number("planned", "select min(id) from sessions where status = 'planned'").await;
        self.number("cancelled", "select max(id) from sessions").await;
        let cancelled = format!("/centers/1/sessions/{}/schedule/cancellation", self.names["cancelled"]);
        ann.post(&cancelled, &[("reason", "台风")]).await.is(303);
    }

    /// A single session, on a day and from a time to a time.
    pub(super) async fn session(&self, ann: &User<'_>, title: &str, when: (&str, &str, &str), room: &str) -> i64 {
        let what = [("title", title), ("kind", "3"), ("room", room), ("team", "1"), ("published", "1")];
        let when = [("date", when.0), ("starts", when.1), ("ends", when.2)];
        ann.post("/centers/1/activities", &[&what[..], &when].concat()).await.is(303);
        self.app.number("select max(id) from sessions").await
    }

    /// One that goes with the text for the center's account.
    pub(super) async fn picture(&mut self, ann: &User<'_>, session: i64) {
        let path = format!("/centers/1/sessions/{session}");
        let photo = ("photo", "读报.png", crate::audit::picture_in(90));
        crate::upkeep::sends(ann, &format!("{path}/photos"), &[("caption", "读报")], Some(&photo)).await.is(303);
        self.number("session_photo", "select max(id) from session_photos").await;
        let chosen = [("photo", self.names["session_photo"].as_str())];
        ann.post(&format!("{path}/wechat"), &chosen).await.is(303);
    }

    /// A library of its own that stands open every day.
    pub(super) async fn open_room(&mut self, ada: &User<'_>, ann: &User<'_>) {
        let mut room: Vec<(String, &str)> = (1..=7)
            .flat_map(|day| [(format!("hours.{day}.opens"), "09:00"), (format!("hours.{day}.closes"), "17:00")])
            .collect();
        let what = [("name", "图书室"), ("kind", "3"), ("area_m2", "80"), ("capacity", "30")];
        room.extend(what.map(|(name, value)| (name.to_owned(), value)));
        let room: Vec<(&str, &str)> = room.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        ada.post("/centers/1/rooms", &room).await.is(303);
        let library = self.app.number("select max(id) from rooms").await.to_string();
        let mut open =
            vec![("title", "图书室开放"), ("kind", "3"), ("room", library.as_str()), ("since", "2026-03-05")];
        open.extend(["1", "2", "3", "4", "5", "6", "7"].map(|day| ("weekday", day)));
        ann.post("/centers/1/open-rooms", &open).await.is(303);
        self.number("open_room", "select max(id) from open_rooms").await;
        self.number("open_day", "select min(session_id) from open_days").await;
    }

    /// Two days ago: closed, with one volunteer's hours confirmed and another's not. Yesterday: still to be closed.
    pub(super) async fn sessions_of_the_last_days(&mut self, ann: &User<'_>) {
        let closed = self.session(ann, "读报会", ("2026-03-03", "10:00", "12:00"), "1").await;
        let past = self.session(ann, "合唱团", ("2026-03-04", "14:00", "16:00"), "1").await;
        self.name("closed", closed);
        self.name("past", past);
        self.app.at("2026-03-03T02:00:00Z");
        let confirmed = self.ticks(ann, closed, "other", "volunteer").await;
        let unconfirmed = self.ticks(ann, closed, "holder", "volunteer").await;
        self.name("unconfirmed", unconfirmed);
        let voidable = self.ticks(ann, closed, "person", "participant").await;
        self.name("held", voidable);
        self.app.at("2026-03-03T04:00:00Z");
        let (minutes, confirm) = (format!("minutes.{confirmed}"), format!("confirm.{confirmed}"));
        let told = [("summary", "来了三位街坊"), ("materials", "报纸五份"), ("next_time", "带老花镜")];
        let closing = [&told[..], &[(&*minutes, "120"), (&*confirm, "1")]].concat();
        ann.post(&format!("/centers/1/sessions/{closed}/closing"), &closing).await.is(303);
        self.picture(ann, closed).await;
        self.number("entry", "select id from hours_entries").await;
        self.app.at("2026-03-04T06:00:00Z");
        let volunteer = self.ticks(ann, past, "other", "volunteer").await;
        self.name("volunteer", volunteer);
        // A device comes back to its network with a scan that was made when all was over.
        let scan = serde_json::json!({"request_id": request(), "session_id": closed, "offline": true,
            "person_id": self.names["child"].parse::<i64>().unwrap(), "occurred_at": "2026-03-03T02:30:00Z"});
        let desk = self.app.token("fay").await;
        desk.post_json("/api/v1/checkins/batch", serde_json::json!({"items": [scan]})).await.is(200);
        self.number("scan", "select max(id) from scans").await;
    }

    /// One that is over since half an hour, to which a phone came; one that has just begun; and one in the afternoon.
    pub(super) async fn today(&mut self, ann: &User<'_>) {
        self.app.at("2026-03-05T00:30:00Z");
        let over = self.session(ann, "早操", ("2026-03-05", "08:30", "09:30"), "1").await;
        let open = self.session(ann, "早茶会", ("2026-03-05", "10:00", "12:00"), "1").await;
        self.number("open_activity", "select max(id) from activities").await;
        self.number("afternoon", "select max(id) + 1 from sessions").await;
        self.session(ann, "书法班", ("2026-03-05", "14:00", "16:00"), "2").await;
        self.name("over", over);
        self.name("open", open);
        for (session, name) in [(over, "over_token"), (open, "token")] {
            let sql = "select token from codes where kind = 'session' and subject_id = $1";
            let mut conn = self.app.db().read().await.unwrap();
            let token: String = sqlx::query_scalar(sql).bind(session).fetch_one(&mut *conn).await.unwrap();
            self.name(name, token);
        }
        let mut phone = self.app.anyone();
        let (number, over) = (request(), format!("/c/{}", self.names["over_token"]));
        let visit = [("request_id", number.as_str()), ("name", "黄秀英"), ("phone", "13700137000")];
        phone.keep(&phone.post(&over, &visit).await.is(200));
        self.name("phone", &phone.cookies[0].1);
        self.number("visitor", "select id from people where name = '黄秀英'").await;
        self.app.at(START);
        let attendance = self.ticks(ann, open, "person", "participant").await;
        self.name("attendance", attendance);
        let heads = [("request_id", request()), ("heads", "5".to_owned()), ("elderly", "2".to_owned())];
        let heads: Vec<_> = heads.iter().map(|(name, value)| (*name, value.as_str())).collect();
        ann.post(&format!("/centers/1/sessions/{open}/head-counts"), &heads).await.is(303);
        self.number("heads", "select id from head_counts").await;
    }

    /// A room's calendar, for a worker; and on the visitor's phone, to which her nephew's card was shown, one for him.
    pub(super) async fn feeds(&mut self, ann: &User<'_>) {
        ann.post("/feeds", &[("room", "1")]).await.is(303);
        self.number("feed", "select max(id) from feeds").await;
        let page = ann.get("/centers/1/feeds").await.is(200).text();
        let file = page.split("/calendar/").nth(1).and_then(|rest| rest.split(['<', '"']).next());
        self.name("feed_file", file.expect("a link"));
        let child = self.names["child"].clone();
        let code = crate::check_in::card(self.app, child.parse().unwrap()).await;
        let mut phone = self.app.anyone();
        phone.cookies.push(("phone".to_owned(), self.names["phone"].clone()));
        phone.post(&format!("/k/{}", code.plain()), &[]).await.is(303);
        phone.post("/me/calendar", &[("person", &child)]).await.is(303);
        self.number("own_feed", "select max(id) from feeds").await;
    }

    /// A meeting to come and one that was held, with a paper; and a residents' group's wish, with the link in the phone's hand.
    pub(super) async fn reservations(&mut self, ann: &User<'_>) {
        let reservations = "/centers/1/reservations";
        let what =
            [("kind", "meeting"), ("title", "站务会"), ("holder", "陈静雯"), ("attendees", "全体社工"), ("heads", "6")];
        for (name, day) in [("reservation", "2026-03-17"), ("held_reservation", "2026-03-04")] {
            let when = [("room", "2"), ("date", day), ("starts", "09:00"), ("ends", "10:00")];
            self.name(name, number(&ann.post(reservations, &[&what[..], &when].concat()).await));
        }
        let held = format!("{reservations}/{}", self.names["held_reservation"]);
        ann.post(&format!("{held}/minutes"), &[("minutes", "一、三月排班。\n二、五一活动由罗志文负责。")])
            .await
            .is(303);
        let paper = crate::audit::picture();
        crate::imports::sends_as(ann, &format!("{held}/files"), ("paper", "签到表.png"), &paper).await.is(303);
        self.number("reservation_file", "select max(file_id) from reservation_files").await;
        let mut phone = self.app.anyone();
        phone.cookies.push(("phone".to_owned(), self.names["phone"].clone()));
        let request = request();
        let who =
            [("request_id", &*request), ("group_name", "8 栋楼友会"), ("name", "黄秀英"), ("phone", "13511115111")];
        let when = [("room", "2"), ("date", "2026-03-19"), ("starts", "14:00"), ("ends", "16:00")];
        let what = [("heads", "15"), ("purpose", "商量加装电梯"), ("promise", "1")];
        let link = phone.post("/agenda/1/request", &[&who[..], &when, &what].concat()).await.is(303).leads_to();
        self.name("room_link", link.rsplit('/').next().unwrap_or_default());
        self.number("room_request", "select max(id) from room_requests").await;
    }

    /// A programme with rules to come, for a center; and days that were brought in.
    pub(super) async fn rules_and_holidays(&mut self, ada: &User<'_>) {
        let trial = [("name", "试行方案"), ("name_en", "Trial"), ("source", "东社〔2026〕1号"), ("gives_rules", "1")];
        let id = number(&ada.post("/programmes", &trial).await);
        let rules = [("valid_from", "2026-06-01"), ("optional_percent", "30"), ("kinds_by", "list"), ("kind", "1")];
        let rules = [&rules[..], &[("area_m2", "900"), ("reason", "试行")]].concat();
        ada.post(&format!("/programmes/{id}/versions"), &rules).await.is(303);
        self.number("programme_version", "select max(id) from programme_versions").await;
        let scope = [("center", "3"), ("from_date", "2026-06-01")];
        ada.post(&format!("/programmes/{id}/scopes"), &scope).await.is(303);
        self.number("programme_scope", "select max(id) from programme_scopes").await;
        self.name("programme", id);
        let days =
            [("year", "2028"), ("source", "国务院办公厅通知"), ("mode", "add"), ("cells", "2028-01-01,元旦,放假")];
        ada.post("/holidays/imports", &days).await.is(303);
        self.number("holiday_import", "select id from holiday_imports").await;
    }
}
