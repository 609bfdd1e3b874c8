//! The cast, the same in every test. Everyone but the outsiders belongs to center 1 (莞城 罗沙), run by 莞爱社工 for
//! 莞城街道办事处: ada administers the city, tom supervises the town, cai sits on the committee, ben manages the
//! provider, ann is a social worker, lei leads the team 邻里敬老队, fay receives people at the front desk, pat purchases, and dan's department receives the agreement's reports too.
//! The outsiders belong to center 2 (东城 堑头) alone: olga is a social worker, otto manages its provider, pia purchases.

use linli::agreements::{DepartmentId, ProviderId, PurchaserId};
use linli::audit::Actor;
use linli::auth::accounts::{self, Applicant};
use linli::auth::password::NewPassword;
use linli::auth::{Role, Scope};
use linli::centers::CenterId;
use linli::teams::TeamId;

use super::app::{TestApp, login_of};

pub(crate) const PASSWORD: &str = "correct-harbour-tulip";

/// Makes the cast in an empty database: the city by its pages, as a user would, the accounts by their action.
pub(super) async fn enter(app: &TestApp) {
    make(app, "ada", Role::CityAdmin, Scope::City).await;
    let ada = app.sign_in("ada").await;
    for (id, provider, purchaser) in
        [("1", "莞爱社会工作服务中心", "莞城街道办事处"), ("2", "邻家社会工作服务社", "东城街道办事处")]
    {
        ada.post("/providers", &[("name", provider)]).await.is(303);
        ada.post("/purchasers", &[("name", purchaser)]).await.is(303);
        let period = [("starts_on", "2026-01-01"), ("ends_on", "2026-12-31")];
        let parties = [("center", id), ("provider", id), ("purchaser", id)];
        ada.post("/agreements", &[&parties[..], &period[..]].concat()).await.is(303);
    }
    ada.post("/departments", &[("name", "莞城社会事务办公室")]).await.is(303);
    ada.post("/agreements/1/recipients", &[("department", "1")]).await.is(303);
    room(&ada, "二楼多功能活动室", "2", "120", "60").await;
    room(&ada, "书画室", "14", "60", "20").await;
    app.execute(
        "insert into teams (center_id, kind_id, name, founded_on, created_at) values (1, 1, '邻里敬老队', '2025-01-01', 0)",
    )
    .await;

    // Most tests stand within the month that they read.
    app.execute("insert into small_cells (id, least, under_way, set_at, set_by) values (1, 3, 1, 0, 1)").await;
    make(app, login_of(Role::TownSupervisor), Role::TownSupervisor, Scope::Town("莞城".into())).await;
    make(app, login_of(Role::Committee), Role::Committee, Scope::Center(CenterId(1))).await;
    make(app, login_of(Role::ProviderManager), Role::ProviderManager, Scope::Provider(ProviderId(1))).await;
    make(app, login_of(Role::SocialWorker), Role::SocialWorker, Scope::Center(CenterId(1))).await;
    make(app, login_of(Role::TeamLeader), Role::TeamLeader, Scope::Team(TeamId(1))).await;
    make(app, login_of(Role::FrontDesk), Role::FrontDesk, Scope::Center(CenterId(1))).await;
    make(app, login_of(Role::Purchaser), Role::Purchaser, Scope::Purchaser(PurchaserId(1))).await;
    make(app, "olga", Role::SocialWorker, Scope::Center(CenterId(2))).await;
    make(app, "otto", Role::ProviderManager, Scope::Provider(ProviderId(2))).await;
    make(app, "pia", Role::Purchaser, Scope::Purchaser(PurchaserId(2))).await;
    make(app, login_of(Role::Department), Role::Department, Scope::Department(DepartmentId(1))).await;
}

async fn room(ada: &super::User<'_>, name: &str, kind: &str, area: &str, capacity: &str) {
    let mut fields = vec![("name", name), ("kind", kind), ("area_m2", area), ("capacity", capacity)];
    let hours: Vec<(String, &str)> = (1..=7)
        .flat_map(|day| [(format!("hours.{day}.opens"), "08:30"), (format!("hours.{day}.closes"), "21:00")])
        .collect();
    fields.extend(hours.iter().map(|(name, value)| (name.as_str(), *value)));
    ada.post("/centers/1/rooms", &fields).await.is(303);
}

/// Makes an account called like its login, with [`PASSWORD`].
async fn make(app: &TestApp, login: &str, role: Role, scope: Scope) {
    let account = Applicant {
        name: login.to_owned(),
        login: login.to_owned(),
        password: Some(NewPassword::parse(PASSWORD, &[]).expect("a good password")),
    };
    let account = account.hashed().await.expect("a hash");
    let mut tx = app.begin().await;
    accounts::create(&Actor::Operator, app.clock.now(), &mut tx, account, role, &[scope]).await.expect("an account");
    tx.commit().await.expect("a commit");
}
