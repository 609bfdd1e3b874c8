//! Who pays for what in the [`City`]: agreements that come, change and go, and what is charged to which.

use linli::clock::Date;
use serde_json::{Value, json};

use super::City;
use crate::support::User;

/// Who reads by the agreements of one purchaser.
pub(in super::super) struct Payer<'a> {
    pub(in super::super) purchaser: i64,
    pub(in super::super) login: &'static str,
    /// The purchaser's own program, which is told no small numbers.
    pub(in super::super) herself: User<'a>,
    /// Somebody who reads the same and sees all of it. No page makes one: who knows the people reads whole centers.
    pub(in super::super) whole: User<'a>,
}

/// The agreements of a center that run today or later: what is planned may be charged to one of them.
const PAY: &str = "x.center_id = a.center_id and x.ends_on >=";

/// The condition that agreement `x` has something of center `c` charged to it, by its activities or sessions.
fn is_charged(x: &str, c: &str) -> String {
    format!(
        "(exists (select 1 from activities h where h.charged_to = {x} and h.center_id = {c})
          or exists (select 1 from sessions h where h.charged_to = {x} and h.center_id = {c}))"
    )
}

fn days(n: usize) -> u64 {
    u64::try_from(n).unwrap()
}

fn day(text: &Value) -> Date {
    Date::parse(text.as_str().unwrap()).unwrap()
}

impl<'a> City<'a> {
    /// Two purchasers pay for each of the first two centers, a third for the first until soon, and one for the third center.
    pub(in super::super) async fn is_paid_for(&self) -> Vec<Payer<'a>> {
        assert!(self.sends("/purchasers", &[("name", "市残联")]).await);
        for (provider, purchaser, centers, starts_on, ends_on) in [
            (1, 2, &[1, 3][..], "2026-01-15", "2026-06-30"),
            (2, 1, &[2][..], "2026-02-01", "2026-12-31"),
            (1, 3, &[1][..], "2025-11-01", "2026-03-20"),
        ] {
            let agreement = json!({
                "provider": provider, "purchaser": purchaser, "center": centers,
                "starts_on": starts_on, "ends_on": ends_on,
            });
            assert!(self.asks("/api/v1/agreements", agreement).await);
        }
        let app = self.app;
        app.execute(
            "insert into accounts (login, name, role, created_at)
             values ('pat-whole', '全读', 'committee', 0), ('pia-whole', '全读', 'committee', 0)",
        )
        .await;
        app.execute(
            "insert into account_scopes (account_id, purchaser_id)
             select id, case when login = 'pat-whole' then 1 else 2 end from accounts
             where login in ('pat-whole', 'pia-whole')",
        )
        .await;
        let mut payers = Vec::new();
        for (purchaser, login, whole) in [(1, "pat", "pat-whole"), (2, "pia", "pia-whole")] {
            payers.push(Payer { purchaser, login, herself: app.token(login).await, whole: app.token(whole).await });
        }
        app.execute("update logins set expires_at = 9000000000000").await;
        payers
    }

    fn days_ahead(&self, n: usize) -> String {
        self.today().plus_days(days(n)).to_string()
    }

    /// Somebody pays for a center in days in which they did not. A center has one provider on a day.
    pub(in super::super) async fn concludes(&self, n: usize, m: usize) -> bool {
        let (from, to) = (self.days_ago(m % 100), self.days_ahead(n % 90));
        let free = format!(
            "with pairs (purchaser_id, center_id, provider_id) as (
                select p.id, c.id, cast(case when c.id = 2 then 2 else 1 end as bigint)
                from purchasers p cross join centers c where c.id <= 3)
             select q.purchaser_id, q.center_id, q.provider_id from pairs q
             where not exists (
                select 1 from agreement_centers x join agreements a on a.id = x.agreement_id
                where x.center_id = q.center_id and x.starts_on <= '{to}' and x.ends_on >= '{from}'
                  and (a.purchaser_id = q.purchaser_id or a.provider_id <> q.provider_id))
             order by q.purchaser_id, q.center_id"
        );
        let Some((purchaser, center, provider)) = self.choose(&free, n).await else { return false };
        let agreement = json!({
            "provider": provider, "purchaser": purchaser, "center": [center], "starts_on": from, "ends_on": to,
        });
        self.asks("/api/v1/agreements", agreement).await
    }

    /// All that an agreement says by now, as it is sent where it changes.
    async fn agreed(&self, agreement: i64) -> Value {
        let told = self.program.get(&format!("/api/v1/agreements/{agreement}")).await.is(200).json();
        let mut text = json!({
            "provider": told["provider_id"], "purchaser": told["purchaser_id"], "starts_on": told["starts_on"],
            "ends_on": told["ends_on"], "center": [], "from": {}, "to": {}, "reason": "补充协议", "version": told["version"],
        });
        for one in told["centers"].as_array().unwrap() {
            let center = one["center_id"].to_string();
            text["center"].as_array_mut().unwrap().push(one["center_id"].clone());
            text["from"][center.as_str()] = one["starts_on"].clone();
            text["to"][center.as_str()] = one["ends_on"].clone();
        }
        text
    }

    async fn revises(&self, agreement: i64, text: Value) -> bool {
        self.asks(&format!("/api/v1/agreements/{agreement}"), text).await
    }

    /// A center comes to an agreement, from its first day or a later one on.
    pub(in super::super) async fn joins_agreement(&self, n: usize, m: usize) -> bool {
        let apart = "select a.id, c.id, a.purchaser_id from agreements a cross join centers c
             where a.voided_at is null and c.id <= 3 and not exists (
                select 1 from agreement_centers x join agreements b on b.id = x.agreement_id
                where x.center_id = c.id
                  and (b.id = a.id or (x.starts_on <= a.ends_on and x.ends_on >= a.starts_on
                                       and (b.provider_id <> a.provider_id or b.purchaser_id = a.purchaser_id))))
             order by a.id, c.id";
        let Some((agreement, center, _)) = self.choose(apart, n).await else { return false };
        let mut text = self.agreed(agreement).await;
        text["center"].as_array_mut().unwrap().push(json!(center));
        let later = self.today().minus_days(days(m % 60));
        if day(&text["starts_on"]) < later && later <= day(&text["ends_on"]) {
            text["from"][center.to_string().as_str()] = json!(later.to_string());
        }
        self.revises(agreement, text).await
    }

    /// A center leaves an agreement to which nothing of it is charged.
    pub(in super::super) async fn leaves_agreement(&self, n: usize) -> bool {
        let covered = format!(
            "select x.agreement_id, x.center_id, x.center_id from agreement_centers x
             where exists (select 1 from agreement_centers y
                           where y.agreement_id = x.agreement_id and y.center_id <> x.center_id)
               and not {} order by x.agreement_id, x.center_id",
            is_charged("x.agreement_id", "x.center_id")
        );
        let Some((agreement, center, _)) = self.choose(&covered, n).await else { return false };
        let mut text = self.agreed(agreement).await;
        text["center"].as_array_mut().unwrap().retain(|one| *one != json!(center));
        for side in ["from", "to"] {
            text[side].as_object_mut().unwrap().remove(&center.to_string());
        }
        self.revises(agreement, text).await
    }

    /// An agreement has another first and last day, in all its centers.
    pub(in super::super) async fn has_other_term(&self, n: usize, m: usize) -> bool {
        let standing = "select id, purchaser_id, provider_id from agreements where voided_at is null order by id";
        let Some((agreement, ..)) = self.choose(standing, n).await else { return false };
        let mut text = self.agreed(agreement).await;
        let ends_on = if m.is_multiple_of(3) { self.days_ago(m % 20) } else { self.days_ahead(m % 120) };
        text["starts_on"] = json!(self.days_ago(20 + m % 110));
        text["ends_on"] = json!(ends_on);
        text["from"] = json!({});
        text["to"] = json!({});
        self.revises(agreement, text).await
    }

    /// A center has other days in an agreement than before.
    pub(in super::super) async fn has_other_days(&self, n: usize, m: usize) -> bool {
        let covered =
            "select agreement_id, center_id, center_id from agreement_centers order by agreement_id, center_id";
        let Some((agreement, center, _)) = self.choose(covered, n).await else { return false };
        let mut text = self.agreed(agreement).await;
        let from = day(&text["starts_on"]).plus_days(days(m % 50));
        let to = day(&text["ends_on"]).minus_days(days(m % 30));
        let center = center.to_string();
        text["from"][center.as_str()] = json!(from.to_string());
        text["to"][center.as_str()] = json!(to.to_string());
        self.revises(agreement, text).await
    }

    /// An agreement ends before it was to end.
    pub(in super::super) async fn ends_agreement(&self, n: usize, m: usize) -> bool {
        let last = self.days_ago(m % 45);
        let running = format!(
            "select id, purchaser_id, provider_id from agreements
             where voided_at is null and starts_on <= '{last}' and ends_on > '{last}' order by id"
        );
        let Some((agreement, ..)) = self.choose(&running, n).await else { return false };
        let ending = json!({"last_day": last, "end_reason": "经费用完"});
        self.asks(&format!("/api/v1/agreements/{agreement}/ending"), ending).await
    }

    /// One that was concluded since the beginning was mistyped.
    pub(in super::super) async fn takes_agreement_back(&self, n: usize) -> bool {
        let idle = format!(
            "select a.id, a.purchaser_id, a.provider_id from agreements a
             where a.voided_at is null and a.id > 2 and not exists (
                select 1 from agreement_centers x where x.agreement_id = a.id and {})
             order by a.id",
            is_charged("x.agreement_id", "x.center_id")
        );
        let Some((agreement, ..)) = self.choose(&idle, n).await else { return false };
        self.asks(&format!("/api/v1/agreements/{agreement}/void"), json!({"void_reason": "录错"})).await
    }

    /// What is planned is charged to another agreement than before.
    pub(in super::super) async fn charges(&self, n: usize) -> bool {
        let planned = format!(
            "select a.id, a.center_id, x.agreement_id from activities a join agreement_centers x on {PAY} '{}'
             where a.charged_to is distinct from x.agreement_id
               and exists (select 1 from sessions s where s.activity_id = a.id and s.status = 'planned')
             order by a.id, x.agreement_id",
            self.today()
        );
        let Some((activity, center, agreement)) = self.choose(&planned, n).await else { return false };
        let charge = json!({"center": center, "charged_to": agreement});
        self.asks(&format!("/api/v1/activities/{activity}/charging"), charge).await
    }

    /// It is the center's main agreement's again. Where there is one alone there is nothing to choose.
    pub(in super::super) async fn charges_the_main(&self, n: usize) -> bool {
        let today = self.today();
        let charged = format!(
            "select a.id, a.center_id, a.charged_to from activities a
             where exists (select 1 from agreement_centers x where {PAY} '{today}' and x.agreement_id = a.charged_to)
               and (select count(*) from agreement_centers x where {PAY} '{today}') > 1
             order by a.id"
        );
        let Some((activity, center, _)) = self.choose(&charged, n).await else { return false };
        self.asks(&format!("/api/v1/activities/{activity}/charging"), json!({"center": center})).await
    }

    /// What was held is charged to another agreement that covered the center on its day.
    pub(in super::super) async fn recharges(&self, n: usize) -> bool {
        let held = "select s.id, x.agreement_id, s.center_id from sessions s join agreement_centers x
                        on x.center_id = s.center_id and x.starts_on <= s.local_date and x.ends_on >= s.local_date
                    where s.status = 'completed' and s.charged_to is distinct from x.agreement_id
                    order by s.id, x.agreement_id";
        let Some((session, agreement, _)) = self.choose(held, n).await else { return false };
        let charge = json!({"charged_to": agreement, "reason": "记错出资方"});
        self.asks(&format!("/api/v1/sessions/{session}/charging"), charge).await
    }

    /// It names no agreement any more.
    pub(in super::super) async fn recharges_the_main(&self, n: usize) -> bool {
        let charged = "select id, center_id, charged_to from sessions
                       where status = 'completed' and charged_to is not null order by id";
        let Some((session, ..)) = self.choose(charged, n).await else { return false };
        self.asks(&format!("/api/v1/sessions/{session}/charging"), json!({"reason": "记错出资方"})).await
    }
}
