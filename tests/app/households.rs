//! Households: who lives together on a day, whoever moves in and out, in whatever order it is entered.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::support::app::{run, runtime};
use crate::support::{Engine, TestApp, User, on_both_engines};

/// Registers people in the first center; gives their ids.
async fn people(ann: &User<'_>, names: &[&str]) -> Vec<i64> {
    let mut ids = Vec::new();
    for name in names {
        let told = ann.post_json("/api/v1/people", json!({"center": 1, "name": name})).await.is(201).json();
        ids.push(told["id"].as_i64().unwrap());
    }
    ids
}

async fn open(ann: &User<'_>, head: i64, on: &str) -> Value {
    let body = json!({"center": 1, "head_id": head, "opened_on": on, "address": "罗沙路 12 号"});
    ann.post_json("/api/v1/households", body).await.is(201).json()
}

/// One thing that is entered: which household, whom, and on which day of the year.
#[derive(Clone, Debug)]
enum Step {
    Open(usize, u32),
    MoveIn(usize, usize, u32),
    MoveOut(usize, u32),
    Return(usize),
    Void(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (who, day) = (0..PEOPLE, 0..360_u32);
    let step = prop_oneof![
        2 => (who.clone(), day.clone()).prop_map(|(who, day)| Step::Open(who, day)),
        5 => (0..6_usize, who.clone(), day.clone()).prop_map(|(home, who, day)| Step::MoveIn(home, who, day)),
        3 => (0..12_usize, day).prop_map(|(stay, day)| Step::MoveOut(stay, day)),
        1 => (0..12_usize).prop_map(Step::Return),
        1 => (0..12_usize).prop_map(Step::Void),
    ];
    prop::collection::vec(step, 1..25)
}

const PEOPLE: usize = 5;

/// A stay of the plain model: of whom, in which household, from which day until which.
#[derive(Clone, Debug)]
struct Lived {
    id: i64,
    who: usize,
    home: i64,
    from: u32,
    to: Option<u32>,
}

impl Lived {
    fn meets(&self, from: u32, to: Option<u32>) -> bool {
        to.is_none_or(|to| self.from < to) && self.to.is_none_or(|own| own > from)
    }
}

fn day(number: u32) -> String {
    let first = chrono::NaiveDate::from_ymd_opt(2025, 3, 5).unwrap();
    (first + chrono::Days::new(number.into())).to_string()
}

/// What the model says of somebody who comes to live somewhere: the stays afterwards, or nothing where it cannot be.
fn moves_in(stays: &[Lived], home: Option<i64>, who: usize, from: u32) -> Option<Vec<Lived>> {
    let mut after = stays.to_vec();
    if let Some(now) = after.iter_mut().find(|stay| stay.who == who && stay.to.is_none()) {
        if Some(now.home) == home {
            return None;
        }
        if now.from <= from {
            now.to = Some(from);
        }
    }
    let elsewhere = after.iter().any(|stay| stay.who == who && stay.meets(from, None));
    (!elsewhere).then_some(after)
}

struct Play<'a> {
    app: &'a TestApp,
    ann: &'a User<'a>,
    people: Vec<i64>,
    homes: Vec<i64>,
    stays: Vec<Lived>,
}

impl Play<'_> {
    async fn comes(&mut self, told: &Value, who: usize, from: u32) {
        let id = self.app.number("select max(id) from household_members").await;
        self.stays.push(Lived { id, who, home: told["id"].as_i64().unwrap(), from, to: None });
    }

    async fn step(&mut self, step: &Step) {
        match *step {
            Step::Open(who, from) => {
                let body = json!({"center": 1, "head_id": self.people[who], "opened_on": day(from)});
                let answer = self.ann.post_json("/api/v1/households", body).await;
                match moves_in(&self.stays, None, who, from) {
                    Some(after) => {
                        let told = answer.is(201).json();
                        self.stays = after;
                        self.homes.push(told["id"].as_i64().unwrap());
                        self.comes(&told, who, from).await;
                    }
                    None => {
                        answer.is(422);
                    }
                }
            }
            Step::MoveIn(home, who, from) => {
                let Some(&home) = self.homes.get(home) else { return };
                let body = json!({"person_id": self.people[who], "relation": "other", "moved_in": day(from)});
                let answer = self.ann.post_json(&format!("/api/v1/households/{home}/members"), body).await;
                match moves_in(&self.stays, Some(home), who, from) {
                    Some(after) => {
                        let told = answer.is(201).json();
                        self.stays = after;
                        self.comes(&told, who, from).await;
                    }
                    None => {
                        answer.is(422);
                    }
                }
            }
            Step::MoveOut(stay, to) => self.ends(stay, Some(to)).await,
            Step::Return(stay) => self.ends(stay, None).await,
            Step::Void(stay) => {
                let Some(Lived { id, home, .. }) = self.stays.get(stay) else { return };
                let path = format!("/centers/1/households/{home}/stays/{id}/void");
                let reason = [(format!("void.{id}"), "填错".to_owned())];
                let fields: Vec<_> = reason.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                self.app.sign_in("ann").await.post(&path, &fields).await.is(303);
                self.stays.remove(stay);
            }
        }
    }

    async fn ends(&mut self, stay: usize, to: Option<u32>) {
        let Some(Lived { id, who, home, from, .. }) = self.stays.get(stay).cloned() else { return };
        let mut body = json!({"relation": "other", "moved_in": day(from)});
        if let Some(to) = to {
            body["moved_out"] = day(to).into();
        }
        let answer = self.ann.post_json(&format!("/api/v1/households/{home}/members/{id}"), body).await;
        let others = self.stays.iter().filter(|other| other.who == who && other.id != id);
        let fits = to.is_none_or(|to| to >= from) && !{ others }.any(|other| other.meets(from, to));
        if fits {
            answer.is(200);
            self.stays[stay].to = to;
        } else {
            answer.is(422);
        }
    }

    /// Whether households and persons are counted as the model counts them, on days all over the year.
    async fn counts(&self) {
        for number in (0..366).step_by(24) {
            let living: Vec<&Lived> =
                self.stays.iter().filter(|stay| stay.from <= number && stay.to.is_none_or(|to| number < to)).collect();
            let homes: std::collections::BTreeSet<i64> = living.iter().map(|stay| stay.home).collect();
            let whole: std::collections::BTreeSet<usize> = living.iter().map(|stay| stay.who).collect();
            assert_eq!(living.len(), whole.len(), "nobody lives in two at a time");
            let told = self.ann.get(&format!("/api/v1/households?center=1&on={}", day(number))).await.is(200).json();
            assert_eq!(
                (told["households"].as_u64(), told["persons"].as_u64()),
                (Some(homes.len() as u64), Some(whole.len() as u64)),
                "{} of {:?}",
                day(number),
                self.stays
            );
            let listed = told["items"].as_array().unwrap();
            assert_eq!(listed.len(), homes.len());
            assert_eq!(listed.iter().map(|home| home["members"].as_u64().unwrap()).sum::<u64>(), living.len() as u64);
        }
    }
}

fn as_in_the_model(engine: Engine) {
    let cases = std::env::var("LINLI_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(12);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    runner
        .run(&steps(), |steps| {
            run(engine, |app| async move {
                let ann = app.token("ann").await;
                let people = people(&ann, &["甲一", "乙二", "丙三", "丁四", "戊五"]).await;
                let mut play = Play { app: &app, ann: &ann, people, homes: Vec::new(), stays: Vec::new() };
                for step in &steps {
                    play.step(step).await;
                }
                play.counts().await;
            });
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_year_of_moving_counts_as_in_a_plain_model_on_sqlite() {
    let _runtime = runtime();
    as_in_the_model(Engine::Sqlite);
}

#[test]
fn a_year_of_moving_counts_as_in_a_plain_model_on_postgres() {
    as_in_the_model(Engine::Postgres);
}

on_both_engines! {
    async fn a_household_is_opened_and_people_move_in_and_out(app: TestApp) {
        let (program, ann) = (app.token("ann").await, app.sign_in("ann").await);
        let ids = people(&program, &["何大海", "何小海", "林美"]).await;
        let list = "/centers/1/households";
        ann.get(list).await.is(200).shows("还没有建户");
        ann.post("/centers/1/households/heads", &[("q", "何大海")]).await.is(200).shows(&format!("new?head={}", ids[0]));
        let head = ids[0].to_string();
        let form = [("head_id", head.as_str()), ("address", "罗沙路 12 号"), ("opened_on", "2026-01-10")];
        ann.post(list, &[form[0], form[1], ("opened_on", "2026-03-06")]).await.is(422).shows("何大海");
        let page = ann.post(list, &form).await.leads_to();
        ann.post(&format!("{page}/candidates"), &[("q", "何小海")]).await.is(200).shows("何小海").hides("现在登记在另一户");
        let (child, wife) = (ids[1].to_string(), ids[2].to_string());
        let member = |person: &str, relation: &str, day: &str| {
            [("person_id", person.to_owned()), ("relation", relation.to_owned()), ("moved_in", day.to_owned()), ("q", "何".to_owned())]
        };
        let adds = async |fields: [(&str, String); 4], status: u16| {
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            ann.post(&format!("{page}/members"), &fields).await.is(status);
        };
        adds(member(&child, "child", "2026-01-10"), 303).await;
        adds(member(&child, "child", "2026-01-10"), 422).await;
        adds(member(&wife, "spouse", "2026-03-06"), 422).await;
        adds(member(&wife, "spouse", "2026-02-01"), 303).await;
        ann.get(&page).await.is(200).shows("何大海 一户").shows("林美").shows("配偶");
        ann.get(&format!("/centers/1/people/{child}")).await.is(200).shows("同住").shows("何大海").shows("林美");
        ann.get(list).await.is(200).shows("罗沙路 12 号");
        ann.get(&format!("{list}?on=2026-01-09")).await.is(200).shows("那一天没有住户");
        ann.post(&format!("{list}/search"), &[("q", "林美")]).await.is(200).shows("何大海");
        // The son moves out, into one of his own, and the father is head no more.
        let told = open(&program, ids[1], "2026-02-20").await;
        assert_eq!(told["members"][0]["relation"], "head");
        let stays = program.get(&format!("/api/v1/households/{}", page.rsplit('/').next().unwrap())).await.is(200).json();
        let left = stays["members"].as_array().unwrap().iter().find(|stay| stay["person_id"] == ids[1]).unwrap();
        assert_eq!(left["moved_out"], "2026-02-20");
        let spouse = stays["members"].as_array().unwrap().iter().find(|stay| stay["person_id"] == ids[2]).unwrap();
        let path = format!("/api/v1/households/{}/members/{}", stays["id"], spouse["id"]);
        let told = program.post_json(&path, json!({"relation": "head", "moved_in": "2026-02-01"})).await.is(200).json();
        let relations: Vec<_> = told["members"].as_array().unwrap().iter().map(|stay| stay["relation"].as_str().unwrap()).collect();
        assert_eq!(relations, ["head", "other", "child"]);
        program.post_json(&path, json!({"relation": "head", "moved_in": "2026-02-01", "moved_out": "2026-01-01"})).await.is(422);
        // Two who edit at once: the second is told.
        let change = |version: i64| json!({"opened_on": "2026-01-11", "address": "新村 3 号", "version": version});
        let path = format!("/api/v1/households/{}", stays["id"]);
        program.post_json(&path, change(0)).await.is(200);
        program.post_json(&path, change(0)).await.is(409).is_refused("household_changed");
        // Another center's is not found, and neither is a person whom the center does not know.
        app.token("olga").await.get(&path).await.is(404);
        app.sign_in("olga").await.get(&page).await.is(404);
        program.post_json("/api/v1/households", json!({"center": 1, "head_id": 999, "opened_on": "2026-01-01"})).await.is(404);
    }

    async fn who_moves_at_once_lives_in_one(app: TestApp) {
        let ann = app.token("ann").await;
        let ids = people(&ann, &["黄一", "黄二", "黄三"]).await;
        let (one, two) = (open(&ann, ids[0], "2026-01-01").await, open(&ann, ids[1], "2026-01-01").await);
        let moves = async |home: &Value| {
            let body = json!({"person_id": ids[2], "relation": "child", "moved_in": "2026-02-01"});
            ann.post_json(&format!("/api/v1/households/{}/members", home["id"]), body).await.status.code
        };
        let (first, second) = rocket::tokio::join!(moves(&one), moves(&two));
        assert_eq!([first, second], [201, 201], "the second moves on from the first");
        assert_eq!(app.number("select count(*) from household_members where moved_out is null").await, 3);
    }
}
