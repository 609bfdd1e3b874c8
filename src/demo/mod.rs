//! A believable city to look at: 25 centers, one of them rich, three months behind and one ahead, and a sign-in for
//! each role. The same seed makes the same city, but for the password and the cards' codes, which are new each time.
//!
//! Everything is made by the features' own actions where there is one, so that the demo breaks when they do; only the past, thousands of
//! attendances at once, is written in bulk.

mod agreements;
mod appointments;
mod centers;
mod certificates;
mod changeover;
mod claims;
mod closings;
mod company;
mod consents;
mod families;
mod feeds;
mod filings;
mod honours;
mod indicators;
mod insurance;
mod joining;
mod names;
mod offerings;
mod open_rooms;
mod papers;
mod past;
mod periodic_reports;
mod places;
mod plans;
mod reservations;
mod programmes;
mod registrations;
mod shifts;
mod staff;
mod units;
mod upkeep;

use crate::audit::Actor;
use crate::auth::accounts::{self, Applicant};
use crate::auth::password::NewPassword;
use crate::auth::{AccountId, CityAdmin, Coordinator, Manager, Role, Scope, Viewer, logins};
use crate::centers::CenterId;
use crate::clock::{Date, Now, Zone};
use crate::codes::{self, CodeOf};
use crate::error::{Error, Result};
use crate::store::{self, Conn, Db, Sealer};
use crate::workers::WorkerId;
use crate::{Settings, commands};

/// How much of a city.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Size {
    /// The rich center and two more
    Small,
    /// All 25 centers
    City,
}

/// An account to look at the demo with.
pub struct SignIn {
    pub role: Role,
    pub login: String,
}

/// The demo's sign-ins, which share one password.
pub struct Demo {
    pub sign_ins: Vec<SignIn>,
    pub password: String,
    /// The address of the card of a team's leader: a phone that opens it and taps is theirs, and leads the team without a password.
    pub leader_card: Option<String>,
}

/// Fills an empty database.
///
/// # Errors
/// When there is an account already: a demo never mixes with real records.
pub async fn build(settings: &Settings, size: Size) -> Result<Demo, String> {
    let db = commands::open(settings).await?;
    let password = logins::new_secret().chars().filter(char::is_ascii_alphanumeric).take(14).collect::<String>();
    let builder = Builder { now: settings.clock.now(), sealer: settings.sealer.clone(), password, db };
    let made = async {
        let made = builder.city(size).await?;
        crate::figures::refresh::rebuild(&builder.db, builder.now, |_| ()).await?;
        Ok::<_, Error>(made)
    };
    let made = made.await;
    builder.db.close().await;
    let (sign_ins, leader_card) =
        made.map_err(|error| format!("the demo could not be made: {}", commands::said(error)))?;
    Ok(Demo { sign_ins, password: builder.password, leader_card })
}

struct Builder {
    db: Db,
    now: Now,
    sealer: Sealer,
    password: String,
}

impl Builder {
    async fn city(&self, size: Size) -> Result<(Vec<SignIn>, Option<String>)> {
        let mut tx = self.db.begin_patiently().await?;
        let accounts: i64 = sqlx::query_scalar("select count(*) from accounts").fetch_one(&mut *tx).await?;
        if accounts > 0 {
            return Err(Error::refused("not_empty"));
        }
        let admin = self.account(&mut tx, "admin", "市民政局管理员", Role::CityAdmin, Scope::City).await?;
        let admin = CityAdmin::of(admin).ok_or(Error::Forbidden)?;
        let towns = centers::organize(self, &admin, &mut tx, size).await?;
        agreements::agree(self, &admin, &mut tx, &towns).await?;
        programmes::set(self, &admin, &mut tx, &towns).await?;
        let mut sign_ins = vec![SignIn { role: Role::CityAdmin, login: "admin".into() }];
        let mut leader = None;
        for (index, town) in towns.iter().enumerate() {
            let rich = index == 0;
            // It takes longer than what was read of the keys is good for.
            self.sealer.read_keys(&self.db).await.map_err(Error::internal)?;
            let mut made = centers::furnish(self, &mut tx, town, rich).await?;
            plans::schedule(self, &mut tx, &made, rich).await?;
            past::live(self, &mut tx, &mut made, rich).await?;
            post_codes(&mut tx, &made, self.now).await?;
            company::gather(&mut tx, &mut made, self.now).await?;
            if index == CHANGED
                && let Some(other) = towns.first()
            {
                changeover::change(self, &mut tx, &made, town, other.provider).await?;
            }
            if rich {
                units::take_part(self, &mut tx, &made).await?;
                families::settle(self, &mut tx, &made).await?;
                consents::ask(self, &mut tx, &made).await?;
                insurance::insure(self, &mut tx, &made).await?;
                open_rooms::open(self, &mut tx, &made).await?;
                claims::claim(self, &mut tx, &made).await?;
                places::furnish(self, &mut tx, &made).await?;
                shifts::ask(self, &mut tx, &made).await?;
                registrations::register(self, &mut tx, &made).await?;
                offerings::offer(self, &mut tx, &made).await?;
                staff::hand_over(self, &mut tx, &made).await?;
                certificates::certify(self, &mut tx, &made).await?;
                leader = Some(joining::open(self, &mut tx, &made).await?);
                honours::honour(self, &mut tx, &made).await?;
                upkeep::keep(self, &mut tx, &made).await?;
                closings::write_down(self, &mut tx, &made).await?;
                reservations::reserve(self, &mut tx, &made).await?;
                appointments::book(self, &mut tx, &made).await?;
                feeds::subscribe(self, &mut tx, &made).await?;
                indicators::ask(self, &admin, &mut tx, &made).await?;
                periodic_reports::report(self, &mut tx, &made).await?;
                sign_ins.extend(made.sign_ins);
            }
        }
        let known = sign_ins.iter().map(|one: &SignIn| format!("{} {}", one.role, one.login)).collect::<Vec<_>>();
        consents::publish(self, &admin, &mut tx).await?;
        filings::shape(self, &admin, &mut tx).await?;
        papers::keep(self, &admin, &mut tx, &towns).await?;
        store::keep(&mut tx, store::DEMO, &known.join("\n")).await?;
        tx.commit().await?;
        Ok((sign_ins, leader))
    }

    fn today(&self) -> Date {
        Zone::SHANGHAI.date(self.now.0)
    }

    /// Makes an account and gives it to act with.
    async fn account(&self, tx: &mut Conn, login: &str, name: &str, role: Role, scope: Scope) -> Result<Viewer> {
        let password = NewPassword::parse(&self.password, &[]).map_err(|_| Error::internal("a weak password"))?;
        let account =
            Applicant { name: name.to_owned(), login: login.to_owned(), password: Some(password) }.hashed().await?;
        let id: AccountId = accounts::create(&Actor::Operator, self.now, tx, account, role, &[scope]).await?;
        Ok(Viewer::at_the_command_line(id, name.to_owned(), role))
    }
}

/// The center whose provider changes, by its place.
const CHANGED: usize = 2;

/// The codes that hang at the door of a center and of its rooms, and those of its activities that anybody may know of.
async fn post_codes(tx: &mut Conn, made: &Made, now: Now) -> Result<()> {
    let center = made.center.id();
    codes::make(tx, now, CodeOf::Center, &[center.0]).await?;
    let rooms: Vec<i64> = sqlx::query_scalar("select id from rooms where center_id = $1 order by id")
        .bind(center)
        .fetch_all(&mut *tx)
        .await?;
    codes::make(tx, now, CodeOf::Room, &rooms).await?;
    let activities: Vec<i64> = sqlx::query_scalar(
        "select a.id from activities a join service_kinds k on k.id = a.kind_id
         where a.center_id = $1 and k.confidential = 0 order by a.id",
    )
    .bind(center)
    .fetch_all(&mut *tx)
    .await?;
    codes::make(tx, now, CodeOf::Activity, &activities).await
}

/// A center and who works there.
struct Made {
    center: crate::centers::Center,
    manager: Manager,
    workers: Vec<WorkerId>,
    coordinator: Coordinator,
    inventor: names::Inventor,
    sign_ins: Vec<SignIn>,
}

/// A center that an agreement gave to a provider.
struct Town {
    center: CenterId,
    name: String,
    provider: crate::agreements::ProviderId,
    purchaser: crate::agreements::PurchaserId,
    department: crate::agreements::DepartmentId,
}
