//! Who serves, and what it is worth.

use super::{Maker, number};
use crate::audit::FORM;
use crate::check_in::request;
use crate::imports::sends_as;
use crate::support::app::User;

impl Maker<'_> {
    /// Something that the agreement asks for and Linli counts; something that is entered by hand, with January's number and its paper; and
    /// a template.
    pub(super) async fn indicators(&mut self, ada: &User<'_>, ann: &User<'_>) {
        let all = "/agreements/1/indicators";
        let visits = [("name", "服务总人次"), ("unit", "visits"), ("target", "5000"), ("span", "project_year")];
        ada.post(all, &[&visits[..], &[("measure", "visits")]].concat()).await.is(303);
        self.number("counted_indicator", "select max(id) from indicators").await;
        let homes = [("name", "入户探访"), ("unit", "visits"), ("target", "600"), ("span", "project_year")];
        ada.post(all, &homes).await.is(303);
        self.number("indicator", "select max(id) from indicators").await;
        let month = [("month", "2026-01"), ("value", "48"), ("word", "春节前走访")];
        let paper = ("paper", "探访登记表.png", crate::audit::picture());
        let path = format!("{all}/{}/values", self.names["indicator"]);
        crate::upkeep::sends(ann, &path, &month, Some(&paper)).await.is(303);
        self.number("indicator_value", "select max(id) from indicator_values").await;
        ada.post("/indicator-templates", &[("name", "示范点标准")]).await.is(303);
        self.number("indicator_template", "select max(id) from indicator_templates").await;
        let path = format!("/indicator-templates/{}/items", self.names["indicator_template"]);
        ada.post(&path, &homes).await.is(303);
        self.number("template_item", "select max(id) from indicator_template_items").await;
    }

    /// A training that two attended, and a commendation.
    pub(super) async fn honours(&mut self, ann: &User<'_>) {
        let training = [("title", "急救培训"), ("held_on", "2026-02-10"), ("minutes", "120"), ("giver", "红十字会")];
        self.name("training", number(&ann.post("/centers/1/trainings", &training).await));
        let (person, other) = (self.names["person"].clone(), self.names["other"].clone());
        let path = format!("/centers/1/trainings/{}/people", self.names["training"]);
        ann.post(&path, &[("person", &person), ("person", &other)]).await.is(303);
        let award = [("title", "优秀志愿者"), ("level", "center"), ("given_on", "2026-02-20"), ("for_year", "2025")];
        ann.post("/centers/1/commendations", &[&award[..], &[("person", &person)]].concat()).await.is(303);
        self.number("commendation", "select id from commendations").await;
    }

    /// An agreement to come, by which the first provider takes the second center over, and the list for that day.
    pub(super) async fn changeover(&mut self) {
        self.app
            .execute(
                "insert into agreements (provider_id, purchaser_id, starts_on, ends_on, created_at)
                 values (1, 2, '2027-01-01', '2027-12-31', 0)",
            )
            .await;
        self.number("next_agreement", "select max(id) from agreements").await;
        self.app
            .execute(
                "insert into agreement_centers (agreement_id, center_id, starts_on, ends_on)
                 select max(id), 2, '2027-01-01', '2027-12-31' from agreements",
            )
            .await;
        self.app.sign_in("otto").await.post("/centers/2/changeover", &[]).await.is(303);
        self.number("changeover", "select max(id) from changeovers").await;
    }

    /// Another social worker, who supervises the first; three posts, of which one was handed over and one given up.
    pub(super) async fn staff(&mut self, ada: &User<'_>) {
        let other = [("name", "罗志文"), ("phone", "13600136009"), ("kind", "social_worker")];
        ada.post("/centers/1/workers", &[&other[..], &[("started_on", "2026-01-01")]].concat()).await.is(303);
        self.number("colleague", "select max(id) from workers").await;
        let (worker, colleague) = (self.names["worker"].clone(), self.names["colleague"].clone());
        let of = |id: &str, what: &str| format!("/centers/1/workers/{id}/{what}");
        ada.post(&of(&worker, "employments"), &[("employed_on", "2026-01-01")]).await.is(303);
        self.number("employment", "select max(id) from employments").await;
        let kind = [("agreement", "1"), ("title", "一线社工"), ("kind", "social_worker"), ("working_time", "full")];
        let three = [("opened_on", "2026-01-01"), ("count", "3")];
        ada.post("/centers/1/posts", &[&kind[..], &three].concat()).await.is(303);
        let paper = crate::audit::picture();
        crate::imports::sends_as(ada, "/agreements/1/documents", ("paper", "协议.png"), &paper).await.is(303);
        self.number("agreement_document", "select max(id) from agreement_documents").await;
        self.number("post", "select min(id) from posts").await;
        self.number("given_up", "select max(id) from posts").await;
        let post = |id: &str, what: &str| format!("/centers/1/posts/{id}/{what}");
        let (first, last) = (self.names["post"].clone(), self.names["given_up"].clone());
        ada.post(&post(&last, "ending"), &[("ended_on", "2026-02-01")]).await.is(303);
        let theirs = [("worker", worker.as_str()), ("filled_on", "2026-01-01")];
        ada.post(&post(&first, "fillings"), &theirs).await.is(303);
        self.number("filling", "select max(id) from post_fillings").await;
        let second = (first.parse::<i64>().unwrap() + 1).to_string();
        let theirs = [("worker", colleague.as_str()), ("filled_on", "2026-01-01")];
        ada.post(&post(&second, "fillings"), &theirs).await.is(303);
        let handover = [("from", "2026-03-06"), ("successor", worker.as_str())];
        ada.post(&of(&colleague, "handover"), &handover).await.is(303);
        self.number("handover", "select max(id) from handovers").await;
        let supervisor = [("supervisor", colleague.as_str()), ("supervised_on", "2026-01-05")];
        ada.post(&of(&worker, "supervisions"), &supervisor).await.is(303);
        self.number("supervision", "select max(id) from supervisions").await;
    }

    /// A team that seeks members, to which somebody applied; and another that the phone's visitor leads from that phone, with somebody
    /// who rests and one who applied.
    pub(super) async fn joining(&mut self, ann: &User<'_>) {
        let led = number(
            &ann.post("/centers/1/teams", &[("name", "护河队"), ("kind", "5"), ("founded_on", "2026-02-01")]).await,
        );
        ann.post(
            "/centers/1/teams/1",
            &[("about", "陪长者聊天"), ("recruits", "1"), ("sought", "有耐心的人"), ("helpers", "2")],
        )
        .await
        .is(303);
        ann.post(&format!("/centers/1/teams/{led}"), &[("recruits", "1")]).await.is(303);
        for name in ["other", "child"] {
            ann.post(&format!("/centers/1/teams/{led}/members"), &[("person", &self.names[name])]).await.is(303);
        }
        ann.post(&format!("/centers/1/teams/{led}/leadership"), &[("person", &self.names["visitor"])]).await.is(303);
        let rest = format!("/centers/1/teams/{led}/members/{}/suspension", self.names["child"]);
        ann.post(&rest, &[("reason", "期末考试")]).await.is(303);
        self.number(
            "phone_id",
            "select phone_id from phone_people f join people p on p.id = f.person_id where p.name = '黄秀英'",
        )
        .await;
        let confirm = format!(
            "/centers/1/people/{}/remembered-phones/{}/confirmation",
            self.names["visitor"], self.names["phone_id"]
        );
        ann.post(&confirm, &[]).await.is(303);
        let mut phone = self.app.anyone();
        phone.cookies.push(("phone".to_owned(), self.names["phone"].clone()));
        for (team, name, called) in [("1", "孙志愿", "application"), (&led, "钱志愿", "own_application")] {
            let request = request();
            let who =
                [("request_id", &*request), ("name", name), ("phone", "13511115111"), ("birth_date", "1990-01-01")];
            let agreed =
                [("skills", "理发"), ("available", "周末"), ("risks", "1"), ("consent", "1"), ("version", "1")];
            phone.post(&format!("/agenda/1/teams/{team}/joining"), &[&who[..], &agreed].concat()).await.is(303);
            self.number(called, "select max(id) from team_applications").await;
        }
        // Somebody known is taken in by a wish of her own, from the same phone.
        let request = request();
        let hers =
            [("request_id", &*request), ("name", "梁惠芳"), ("phone", "13800138000"), ("birth_date", "1950-08-15")];
        let agreed = [("risks", "1"), ("consent", "1"), ("version", "1")];
        phone.post(&format!("/agenda/1/teams/{led}/joining"), &[&hers[..], &agreed].concat()).await.is(303);
        let last = self.app.number("select max(id) from team_applications").await;
        ann.post(&format!("/centers/1/teams/{led}/applications/{last}/approval"), &[]).await.is(303);
        self.name("led_team", led);
    }

    /// Service that is told of: by a worker, one that waits, one that was confirmed, and one that was declined; by the phone's visitor, one that
    /// waits and one that counts; and one of a member of the team that she leads.
    pub(super) async fn claims(&mut self, ann: &User<'_>) {
        let (other, visitor, led) =
            (self.names["other"].clone(), self.names["visitor"].clone(), self.names["led_team"].clone());
        let told = [
            ("confirmed_claim", &other, "2026-03-04", "07:00", "07:30", ""),
            ("declined_claim", &other, "2026-03-04", "06:00", "06:30", ""),
            ("claim", &other, "2026-03-05", "07:00", "07:30", "1"),
            ("led_claim", &other, "2026-03-05", "06:00", "06:30", led.as_str()),
            ("own_claim", &visitor, "2026-03-05", "07:00", "07:30", ""),
            ("own_confirmed", &visitor, "2026-03-05", "06:00", "06:30", ""),
        ];
        for (name, person, day, from, to, team) in told {
            let when = [("served_on", day), ("from_time", from), ("to_time", to)];
            let what = [("content", "送餐"), ("place", "东门路"), ("team", team)];
            ann.post(&format!("/centers/1/people/{person}/claims"), &[&when[..], &what].concat()).await.is(303);
            self.number(name, "select max(id) from hour_claims").await;
        }
        for name in ["confirmed_claim", "own_confirmed"] {
            let pick = format!("pick.{}", self.names[name]);
            ann.post("/centers/1/claims", &[("answer", "confirm"), (&*pick, "1")]).await.is(303);
        }
        self.number("own_entry", "select max(id) from hours_entries").await;
        let pick = format!("pick.{}", self.names["declined_claim"]);
        ann.post("/centers/1/claims", &[("answer", "decline"), (&*pick, "1"), ("word", "不属于志愿服务")])
            .await
            .is(303);
    }

    /// The led team's session, at which its leader has a shift; one of the afternoon for which they are asked; and a position that is open.
    pub(super) async fn shifts(&mut self, ann: &User<'_>) {
        let team = self.names["led_team"].clone();
        let what = [("title", "巡河"), ("kind", "3"), ("room", "2"), ("team", team.as_str()), ("published", "1")];
        let when = [("date", "2026-03-06"), ("starts", "16:30"), ("ends", "17:30")];
        ann.post("/centers/1/activities", &[&what[..], &when].concat()).await.is(303);
        self.number("led_session", "select max(id) from sessions").await;
        for (session, need) in [("led_session", "need"), ("afternoon", "asked_need"), ("planned", "open_need")] {
            let needs = format!("/centers/1/sessions/{}/needs", self.names[session]);
            let wanted = [("position", "签到"), ("wanted", "3"), ("team", team.as_str()), ("note", "穿马甲")];
            ann.post(&needs, &wanted).await.is(303);
            self.number(need, "select max(id) from shift_needs").await;
        }
        let visitor = self.names["visitor"].clone();
        let shifts = |session: &str| format!("/centers/1/sessions/{session}/shifts");
        let own = [("need", self.names["need"].as_str()), ("person", visitor.as_str())];
        ann.post(&shifts(&self.names["led_session"]), &own).await.is(303);
        let asked = [("need", self.names["asked_need"].as_str()), ("person", visitor.as_str())];
        ann.post(&format!("{}/invitations", shifts(&self.names["afternoon"])), &asked).await.is(303);
        self.number("own_shift", "select min(id) from shifts").await;
        self.number("asked_shift", "select max(id) from shifts").await;
    }

    /// Two certificates, of which one is that of the phone's visitor; a wish for another, and a list that was made public.
    pub(super) async fn certificates(&mut self, ann: &User<'_>) {
        let certificates = "/centers/1/certificates";
        let signs = [("in_charge", "何伟明"), ("handled_by", "陈静雯"), ("contact", "0769-22101001")];
        ann.post(&format!("{certificates}/settings"), &signs).await.is(303);
        self.app
            .execute(
                "insert into hours_entries (person_id, served_on, content, team_id, minutes, source, original_minutes, confirmed_at)
                 select id, '2026-02-01', '河岸清理', 1, 95, 'imported', 95, 0 from people where name = '黄秀英'",
            )
            .await;
        for (whose, called) in [("other", "proof"), ("visitor", "own_proof")] {
            let whom = [("person", self.names[whose].as_str()), ("from", "2026-01-01"), ("to", "2026-03-05")];
            let made = number(&ann.post(certificates, &[&whom[..], &signs].concat()).await);
            self.name(called, made);
        }
        let paper = ann.get(&format!("{certificates}/{}/paper", self.names["proof"])).await.is(200).text();
        let token = paper.split("/v/").nth(1).expect("a link").split(['"', '<', '&', '\n']).next().unwrap_or_default();
        self.name("proof_token", token.trim());
        self.app
            .execute(
                "insert into certificate_requests (center_id, person_id, phone_id, period_from, period_to, purpose, state, asked_at)
                 select 1, p.id, (select max(h.id) from phones h), '2026-01-01', '2026-03-01', '入学', 'open', 0
                 from people p where p.name = '陈大文'",
            )
            .await;
        self.number("certificate_request", "select max(id) from certificate_requests").await;
        let list = [("certificate", self.names["own_proof"].as_str()), ("public_from", "2026-03-05")];
        let words = [("public_to", "2026-03-11"), ("objections", "办公室 0769-22101001")];
        let list = number(&ann.post(&format!("{certificates}/publicity"), &[&list[..], &words].concat()).await);
        self.name("publicity", list);
    }

    /// Besides the two that come along a profile of the city's own, with all that a column can be, and one that is out of use.
    pub(super) async fn export_profiles(&mut self, ada: &User<'_>) {
        let own = number(&ada.post("/export-profiles", &[("name", "莞志愿汇总"), ("copy_of", "1")]).await);
        let constant = [("title", "所在市"), ("constant", "东莞市"), ("version", "1")];
        ada.post(&format!("/export-profiles/{own}/columns"), &constant).await.is(303);
        self.number("constant_column", "select max(id) from export_columns").await;
        let retired = number(&ada.post("/export-profiles", &[("name", "旧模板"), ("copy_of", "2")]).await);
        ada.post(&format!("/export-profiles/{retired}/retirement"), &[]).await.is(303);
        self.name("own_profile", own);
        self.name("retired_profile", retired);
    }

    /// The form that the purchaser's office asks for.
    pub(super) async fn purchaser_form(&mut self) {
        let pat = self.app.sign_in("pat").await;
        let kept = sends_as(&pat, "/purchaser-forms", ("file", "月报表.xlsx"), FORM).await.is(303);
        self.name("purchaser_form", number(&kept));
    }
}
