//! What a starting server does before it serves: migrate, fill an empty database, see that the key is the right one, and,
//! while there is no account, print the link to make the first one. Until then everybody is told 503 (see [`gate`]).

mod annex;
#[cfg(target_os = "linux")]
mod backlog;
mod gate;

use std::time::{Duration, Instant};

use rocket::fairing::{AdHoc, Fairing, Info, Kind};
use rocket::tokio::sync::oneshot;
use rocket::tokio::time::{sleep, timeout};
use rocket::{Orbit, Rocket, Shutdown};
use rocket_db_pools::Database;

use crate::agreements;
use crate::auth::setup;
use crate::clock::{Clock, Now, Zone};
use crate::error::Error;
use crate::store::{self, Db, OpenError, Sealer, Stage};
use crate::web::site::PublicUrl;
use crate::{changeovers, keys, people};

/// How often a database that is late is asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// As long as a start waits for the database before it answers: most are ready by then, and nobody is told 503.
const MOMENT: Duration = Duration::from_secs(1);

/// How often we look whether a newer program has changed the database, or another process its keys. Keys are announced longer
/// than that before they are used.
const LOOK: Duration = Duration::from_secs(5);

const EVERY_HOUR: Duration = Duration::from_secs(3_600);

/// Why a database is not ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotReady {
    /// Trying again may help.
    Late(String),
    /// Somebody must do something, and start again.
    Refused(String),
}

impl std::fmt::Display for NotReady {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Late(why) | Self::Refused(why) => f.write_str(why),
        }
    }
}

impl From<OpenError> for NotReady {
    fn from(error: OpenError) -> Self {
        if error.is_final() { Self::Refused(error.to_string()) } else { Self::Late(error.to_string()) }
    }
}

/// Prepares the database from liftoff on, and lets nobody in before.
pub fn stage() -> AdHoc {
    AdHoc::on_ignite("start", |rocket| async {
        #[cfg(target_os = "linux")]
        let rocket = rocket.attach(backlog::stage());
        rocket.attach(Prepare).attach(gate::ReadyOnly).mount("/", gate::routes())
    })
}

/// Begins at liftoff, and goes on until it works.
struct Prepare;

#[rocket::async_trait]
impl Fairing for Prepare {
    fn info(&self) -> Info {
        Info { name: "prepare the database", kind: Kind::Liftoff }
    }

    async fn on_liftoff(&self, rocket: &Rocket<Orbit>) {
        let (Some(db), Some(clock), Some(sealer)) =
            (Db::fetch(rocket), rocket.state::<Clock>(), rocket.state::<Sealer>())
        else {
            return;
        };
        let config = rocket.config();
        let public = rocket.state::<PublicUrl>().and_then(|url| url.0.clone());
        if public.as_ref().is_some_and(|url| url.starts_with("https://")) && config.ip_header.is_none() {
            tracing::warn!(
                "LINLI_PUBLIC_URL is https, so a proxy stands before Linli, and ROCKET_IP_HEADER names no header: all visitors \
                 seem to come from one address, and one of them can keep the others from signing in (docs/operations.md)"
            );
        }
        let (tell, told) = oneshot::channel();
        let preparation = Preparation {
            db: Db::from((**db).clone()),
            clock: clock.clone(),
            sealer: sealer.clone(),
            base: public.unwrap_or_else(|| format!("http://{}:{}", config.address, config.port)),
            shutdown: rocket.shutdown(),
        };
        let base = preparation.base.clone();
        let mut shutdown = rocket.shutdown();
        rocket::tokio::spawn(async move {
            rocket::tokio::select! {
                () = preparation.attend(tell) => {}
                () = &mut shutdown => {}
            }
        });
        let first = timeout(MOMENT, told).await;
        if matches!(db.stage(), Stage::Refused(_)) {
            return;
        }
        println!("Linli 邻里 is at {base}");
        match first {
            Ok(Ok(Some(link))) => print_link(&link),
            Ok(_) => {}
            Err(_) => {
                const WAITING: &str = "the database has not answered yet, or another process is migrating it";
                if let Stage::Preparing(_) = db.stage() {
                    db.set_stage(Stage::Preparing(WAITING.to_owned()));
                }
                tracing::warn!("{WAITING}; until it is ready, everybody is told 503");
            }
        }
    }
}

fn print_link(link: &str) {
    println!("\nThere is no account yet. This link makes the first administrator, once:\n\n    {link}\n");
}

struct Preparation {
    db: Db,
    clock: Clock,
    sealer: Sealer,
    base: String,
    shutdown: Shutdown,
}

impl Preparation {
    /// Prepares the database, however late it is, and then does what time asks for. `tell` hears how the first try ended,
    /// with the link for the first administrator.
    async fn attend(self, tell: oneshot::Sender<Option<String>>) {
        let (mut tell, mut known) = (Some(tell), None);
        loop {
            let link = match self.prepare().await {
                Ok(link) => link,
                Err(NotReady::Refused(why)) => {
                    self.db.set_stage(Stage::Refused(why));
                    self.shutdown.notify();
                    return;
                }
                Err(NotReady::Late(why)) => {
                    if known.as_ref() != Some(&why) {
                        tracing::error!("{why}; trying again until it is ready, and telling everybody 503 until then");
                        self.db.set_stage(Stage::Preparing(why.clone()));
                        known = Some(why);
                    }
                    tell = None;
                    sleep(AGAIN).await;
                    continue;
                }
            };
            if known.is_some() {
                tracing::info!("the database is ready");
            }
            // Whoever waited for the first try prints what comes of it below the address.
            let unheard = tell.map_or(link.clone(), |tell| tell.send(link).err().flatten());
            unheard.iter().for_each(|link| print_link(link));
            return self.keep_watch().await;
        }
    }

    /// The link to make the first administrator, while there is no account.
    async fn prepare(&self) -> Result<Option<String>, NotReady> {
        let now = self.clock.now();
        make_ready(&self.db, &self.sealer, now).await?;
        let secret = setup::link(&self.db, &self.sealer, now).await.map_err(|error| late(&self.db, &error))?;
        self.db.set_stage(Stage::Ready);
        Ok(secret.map(|secret| format!("{}/setup/{secret}", self.base)))
    }

    /// Looks after the database: whether another program has outgrown it, by which keys it is sealed, and whose a center is, for agreements begin and
    /// end at midnight.
    async fn keep_watch(&self) {
        let mut handed_over = Instant::now();
        loop {
            sleep(LOOK).await;
            self.db.look_at_schema().await;
            // That it does not answer is told elsewhere; who has not read them for long seals by the secret's own.
            if let Err(error) = self.sealer.read_keys(&self.db).await
                && error.is_final()
            {
                tracing::error!("{error}");
            }
            if handed_over.elapsed() < EVERY_HOUR || self.db.stage() != Stage::Ready {
                continue;
            }
            handed_over = Instant::now();
            if let Err(error) = hand_over(&self.db, self.clock.now()).await {
                tracing::warn!(?error, "the centers could not be handed over; trying again in an hour");
            }
        }
    }
}

async fn hand_over(db: &Db, now: Now) -> crate::error::Result<()> {
    let mut tx = db.begin().await?;
    agreements::hand_over(&mut tx, Zone::SHANGHAI.date(now.0)).await?;
    changeovers::settle(&mut tx, now).await?;
    Ok(tx.commit().await?)
}

/// Migrates, loads the annex and the catalogs into an empty database, sees that the key is this database's, reads the data keys
/// that it opens, and seals with them what lies there from before it was sealed.
///
/// # Errors
/// `Refused` for a database that this program or this key must not touch, `Late` where trying again may help.
pub(crate) async fn make_ready(db: &Db, sealer: &Sealer, now: Now) -> Result<(), NotReady> {
    furnish(db, now).await?;
    store::prove(db, sealer).await?;
    sealer.read_keys(db).await?;
    keys::make_first(now, db, sealer).await.map_err(|error| late(db, &error))?;
    people::seal_notes(db, sealer).await.map_err(|error| late(db, &error))
}

async fn furnish(db: &Db, now: Now) -> Result<(), NotReady> {
    store::migrate(db).await?;
    annex::load(db, now).await.map_err(|error| late(db, &error))?;
    hand_over(db, now).await.map_err(|error| late(db, &error))
}

/// What went wrong stands in the log already, as the database's trouble or under a reference.
fn late(db: &Db, error: &Error) -> NotReady {
    NotReady::Late(match (error, db.trouble()) {
        (Error::Unavailable, Some(trouble)) => format!("the database is in trouble: {trouble}"),
        (Error::Unavailable, None) => "another process is at the database".to_owned(),
        (error, _) => format!("the database cannot be filled: {error:?}"),
    })
}

/// Migrates and fills a database, whatever its key is, and lets people in.
///
/// # Errors
/// As for a start, with the reason.
pub async fn fill(db: &Db, now: Now) -> Result<(), NotReady> {
    furnish(db, now).await?;
    db.set_stage(Stage::Ready);
    Ok(())
}
