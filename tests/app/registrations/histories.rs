//! Random histories of places against a plain model.

use serde_json::json;

use super::{cancels, place_of, planned, registers, who};
use crate::support::on_both_engines;

const SEATS: i64 = 8;
const KEPT: i64 = 3;

/// Somebody in the model: of the first three people, who are elderly, or not.
#[derive(Clone, Copy, Debug)]
struct Guest {
    person: i64,
    heads: i64,
    seated: bool,
}

impl Guest {
    fn is_old(self) -> bool {
        self.person <= 3
    }
}

/// The hall in the order in which people came to it.
#[derive(Default)]
struct Model(Vec<Guest>);

impl Model {
    fn heads(&self, outside: bool) -> i64 {
        let seated = self.0.iter().filter(|guest| guest.seated && (!outside || !guest.is_old()));
        seated.map(|guest| guest.heads).sum()
    }

    fn fits(&self, guest: Guest) -> bool {
        let all = self.heads(false) + guest.heads <= SEATS;
        all && (guest.is_old() || self.heads(true) + guest.heads <= SEATS - KEPT)
    }

    /// The old first, then by coming; the first who does not fit ends it.
    fn settles(&mut self) {
        loop {
            let line = (0..self.0.len()).filter(|at| !self.0[*at].seated);
            let Some(next) = line.min_by_key(|at| (!self.0[*at].is_old(), *at)) else { return };
            if !self.fits(self.0[next]) {
                return;
            }
            self.0[next].seated = true;
        }
    }

    fn people(&self, seated: bool) -> Vec<i64> {
        let mut found: Vec<i64> =
            self.0.iter().filter(|guest| guest.seated == seated).map(|guest| guest.person).collect();
        found.sort_unstable();
        found
    }
}

on_both_engines! {
    async fn places_stand_as_a_plain_model_says(app: TestApp) {
        let terms = json!({"mode": "recommended", "waitlist": true, "kept": KEPT, "kept_hours": 24, "companions": 3});
        planned(&app, Some(SEATS), terms, (9, 3)).await;
        let ann = app.token("ann").await;
        let mut model = Model::default();
        let steps = std::env::var("LINLI_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(150);
        let mut dice = 20_261_126_u64;
        let mut below = |n: u64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            i64::try_from((dice >> 33) % n).unwrap()
        };
        for step in 0..steps {
            let (wish, person, companions) = (below(5), 1 + below(9), below(4));
            let at = model.0.iter().position(|guest| guest.person == person);
            match (wish, at) {
                (0..=2, None) => {
                    registers(&ann, 2, person, companions).await.is(201);
                    model.0.push(Guest { person, heads: 1 + companions, seated: false });
                }
                (0..=2, Some(_)) => {
                    registers(&ann, 2, person, companions).await.is(200);
                }
                (3, Some(at)) => {
                    cancels(&app, &ann, 2, person).await.is(204);
                    model.0.remove(at);
                }
                (_, Some(at)) => {
                    let id = place_of(&app, 2, person).await.unwrap();
                    let path = format!("/api/v1/sessions/2/registrations/{id}/companions");
                    let mut others = Model(model.0.clone());
                    others.0.remove(at);
                    let guest = Guest { heads: 1 + companions, ..model.0[at] };
                    let may = !guest.seated || guest.heads <= model.0[at].heads || others.fits(guest);
                    let found = ann.post_json(&path, json!({"companions": companions})).await;
                    assert_eq!(found.status.code, if may { 200 } else { 409 }, "step {step}");
                    if may {
                        model.0[at] = guest;
                    }
                }
                (_, None) => continue,
            }
            model.settles();
            let (mut seated, mut waiting) = (who(&ann, 2, "confirmed").await, who(&ann, 2, "waiting").await);
            seated.sort_unstable();
            waiting.sort_unstable();
            assert_eq!((seated, waiting), (model.people(true), model.people(false)), "step {step}");
        }
    }
}
