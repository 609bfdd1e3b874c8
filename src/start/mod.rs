//! What a starting server does before it serves: migrate, fill an empty database, and, while there is no account,
//! print the link to make the first one.

mod annex;

use std::time::Duration;

use rocket::fairing::{Fairing, Info, Kind};
use rocket::tokio::time::sleep;
use rocket::{Orbit, Rocket};
use rocket_db_pools::Database;

use crate::agreements;
use crate::auth::setup;
use crate::clock::{Clock, Now, Zone};
use crate::error::Error;
use crate::store::{self, Db};
use crate::web::site::PublicUrl;

/// How often a database that is late is asked again.
const AGAIN: Duration = Duration::from_secs(1);

const EVERY_HOUR: Duration = Duration::from_secs(3_600);

/// Runs at liftoff, and again until it works: a server whose database is late says 503 until then.
pub struct Prepare;

#[rocket::async_trait]
impl Fairing for Prepare {
    fn info(&self) -> Info {
        Info { name: "prepare the database", kind: Kind::Liftoff }
    }

    async fn on_liftoff(&self, rocket: &Rocket<Orbit>) {
        let (Some(db), Some(clock)) = (Db::fetch(rocket), rocket.state::<Clock>()) else { return };
        let config = rocket.config();
        let base = rocket
            .state::<PublicUrl>()
            .and_then(|url| url.0.clone())
            .unwrap_or_else(|| format!("http://{}:{}", config.address, config.port));
        println!("Linli 邻里 is at {base}");
        let ready = prepare(db, clock, &base).await;
        if let Err(error) = &ready {
            tracing::warn!(%error, "the database is not ready; trying again until it is");
        }
        let (db, clock, mut shutdown) = (Db::from((**db).clone()), clock.clone(), rocket.shutdown());
        rocket::tokio::spawn(async move {
            rocket::tokio::select! {
                () = attend(db, clock, base, ready.is_ok()) => {}
                () = &mut shutdown => {}
            }
        });
    }
}

/// Prepares a database that was late, and then does what the calendar asks for: agreements begin and end at midnight.
async fn attend(db: Db, clock: Clock, base: String, mut ready: bool) {
    while !ready {
        sleep(AGAIN).await;
        ready = prepare(&db, &clock, &base).await.is_ok();
    }
    loop {
        sleep(EVERY_HOUR).await;
        if let Err(error) = hand_over(&db, clock.now()).await {
            tracing::warn!(?error, "the centers could not be handed over; trying again in an hour");
        }
    }
}

async fn hand_over(db: &Db, now: Now) -> crate::error::Result<()> {
    let mut tx = db.begin().await?;
    agreements::hand_over(&mut tx, Zone::SHANGHAI.date(now.0)).await?;
    Ok(tx.commit().await?)
}

async fn prepare(db: &Db, clock: &Clock, base: &str) -> Result<(), String> {
    fill(db, clock.now()).await?;
    let link = setup::new_link(db, clock.now()).await.map_err(|error| said(&error))?;
    if let Some(secret) = link {
        println!(
            "\nThere is no account yet. This link makes the first administrator, once:\n\n    {base}/setup/{secret}\n"
        );
    }
    Ok(())
}

/// Migrates, and loads the annex and the catalogs into an empty database.
pub async fn fill(db: &Db, now: Now) -> Result<(), String> {
    store::migrate(db).await.map_err(|error| error.to_string())?;
    annex::load(db, now).await.map_err(|error| said(&error))?;
    hand_over(db, now).await.map_err(|error| said(&error))
}

fn said(error: &Error) -> String {
    format!("{error:?}")
}
