//! Random histories of members against a plain model.

use std::collections::BTreeMap;

use super::{AGREED, confirms, recruits};
use crate::check_in::request;
use crate::support::{User, on_both_engines};

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stands {
    Never,
    In,
    Resting,
    Gone,
}

/// Of whom nothing is known but how they stand, how often they joined, and how often anything changed.
#[derive(Clone, Copy)]
struct Model {
    stands: Stands,
    joined: i64,
    changes: i64,
}

impl Model {
    /// What a wish gives: the statuses that are right, and how they stand afterwards.
    fn after(self, wish: u64) -> (&'static [u16], Stands) {
        use Stands::{Gone, In, Never, Resting};
        match (wish, self.stands) {
            // A worker takes them in; the leader's account says yes to their wish.
            (0 | 1, Never | Gone | In) => (&[303], In),
            (0 | 1, Resting) => (&[422], Resting),
            // They are to rest.
            (2, In) => (&[303], Resting),
            (2, Resting) => (&[422], Resting),
            (2, Never | Gone) => (&[404], self.stands),
            (3, Resting) => (&[303], In),
            (3, In) => (&[422], In),
            (3, Never | Gone) => (&[404], self.stands),
            // A worker lets them go; they go by their own hand.
            (_, In | Resting) => (&[303], Gone),
            (_, Never | Gone) => (&[404], self.stands),
        }
    }
}

/// Does it, and gives the status.
async fn wishes(users: (&User<'_>, &User<'_>, &User<'_>), wish: u64, person: i64, number: &str) -> u16 {
    let (ann, lei, phone) = users;
    let member = format!("/centers/1/teams/1/members/{person}");
    let answer = match wish {
        0 => ann.post("/centers/1/teams/1/members", &[("person", &person.to_string())]).await,
        1 => {
            let who =
                [("request_id", &*request()), ("name", "梁惠芳"), ("phone", number), ("birth_date", "1990-01-01")];
            phone.post("/agenda/1/teams/1/joining", &[&who[..], &AGREED].concat()).await.is(303);
            let list = ann.app.number("select max(id) from team_applications where state = 'waiting'").await;
            let answer = lei.post(&format!("/centers/1/teams/1/applications/{list}/approval"), &[]).await;
            if answer.status.code != 303 {
                lei.post(&format!("/centers/1/teams/1/applications/{list}/refusal"), &[("word", "先休息")])
                    .await
                    .is(303);
            }
            answer
        }
        2 => lei.post(&format!("{member}/suspension"), &[("reason", "休息")]).await,
        3 => lei.post(&format!("{member}/resumption"), &[]).await,
        4 => ann.post(&format!("{member}/leaving"), &[]).await,
        _ => phone.post("/me/teams/1/leaving", &[("person", &person.to_string())]).await,
    };
    answer.status.code
}

on_both_engines! {
    async fn members_stand_as_a_plain_model_says(app: TestApp) {
        recruits(&app).await;
        let (ann, lei) = (app.sign_in("ann").await, app.sign_in("lei").await);
        let mut people: BTreeMap<i64, (String, User<'_>, Model)> = BTreeMap::new();
        for person in 1..=6_i64 {
            let number = format!("1380013800{person}");
            ann.post("/centers/1/people", &[("name", "梁惠芳"), ("phone", &number), ("anyway", "1")]).await.is(303);
            // A phone of theirs, by their card.
            let mut phone = app.anyone();
            let code = crate::check_in::card(&app, person).await;
            phone.keep(&phone.post(&format!("/k/{}", code.plain()), &[]).await.is(303));
            confirms(&app, person).await;
            people.insert(person, (number, phone, Model { stands: Stands::Never, joined: 0, changes: 0 }));
        }
        let mut dice = Dice(20_260_305);
        for step in 0..600 {
            let person = 1 + i64::try_from(dice.below(6)).unwrap();
            let wish = dice.below(6);
            let (number, phone, model) = people.get_mut(&person).unwrap();
            let (right, then) = model.after(wish);
            let code = wishes((&ann, &lei, &*phone), wish, person, number).await;
            assert!(right.contains(&code), "step {step}: wish {wish} of {person}, {:?}: {code}", model.stands);
            if then != model.stands {
                model.changes += 1;
                model.joined += i64::from(then == Stands::In && model.stands != Stands::Resting);
                model.stands = then;
            }
        }
        let mut conn = app.db().read().await.unwrap();
        for (person, (_, _, model)) in &people {
            let found: (i64, i64, i64, i64, i64) = sqlx::query_as(
                "select (select count(*) from team_members where person_id = $1) as joined,
                        (select count(*) from team_members where person_id = $1 and left_on is null) as there,
                        (select count(*) from team_members where person_id = $1 and left_on is null and suspended_on is not null) as rests,
                        (select count(*) from team_member_changes where person_id = $1) as changes,
                        (select count(*) from volunteers where person_id = $1) as numbers",
            )
            .bind(*person)
            .fetch_one(&mut *conn)
            .await
            .unwrap();
            let (there, rests) = (matches!(model.stands, Stands::In | Stands::Resting), model.stands == Stands::Resting);
            let expected =
                (model.joined, i64::from(there), i64::from(rests), model.changes, i64::from(model.joined > 0));
            assert_eq!(found, expected, "person {person}, {:?}", model.stands);
        }
    }
}
