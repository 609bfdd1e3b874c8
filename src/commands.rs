//! What the command line does beside serving.

use std::io::{BufRead, Write};
use std::path::Path;

use crate::audit::Actor;
use crate::auth::accounts::{self, Applicant};
use crate::auth::password::NewPassword;
use crate::auth::{Place, Role, Scope};
use crate::centers::CenterId;
use crate::error::{Error, Fault};
use crate::keys::{self, KeyState};
use crate::periodic_reports::verifying;
use crate::store::{self, Db, Engine, KeyNumber, OpenError, Pool};
use crate::teams::TeamId;
use crate::web::text::Lang;
use crate::{Settings, agreements, figures, settings, start};

/// As many as a command needs.
const CONNECTIONS: u32 = 4;

/// Where a role of the command line holds: what `--center`, `--town` and the others say.
#[derive(clap::Args)]
pub struct At {
    /// For social_worker, committee, front_desk: the center's id
    #[arg(long)]
    center: Option<i64>,
    /// For town_supervisor: the town's name
    #[arg(long)]
    town: Option<String>,
    /// For provider_manager: the provider's id
    #[arg(long)]
    provider: Option<i64>,
    /// For purchaser: the purchaser's id
    #[arg(long)]
    purchaser: Option<i64>,
    /// For department: the department's id
    #[arg(long)]
    department: Option<i64>,
    /// For team_leader: the team's id
    #[arg(long)]
    team: Option<i64>,
}

impl At {
    fn scope(self, role: Role) -> Result<Scope, String> {
        let scope = match role.place() {
            Place::City => Some(Scope::City),
            Place::Town => self.town.map(Scope::Town),
            Place::Center => self.center.map(|id| Scope::Center(CenterId(id))),
            Place::Provider => self.provider.map(|id| Scope::Provider(agreements::ProviderId(id))),
            Place::Purchaser => self.purchaser.map(|id| Scope::Purchaser(agreements::PurchaserId(id))),
            Place::Department => self.department.map(|id| Scope::Department(agreements::DepartmentId(id))),
            Place::Team => self.team.map(|id| Scope::Team(TeamId(id))),
        };
        scope.ok_or_else(|| {
            format!(
                "the role {role} needs to know where: --center, --town, --provider, --purchaser, --department or --team"
            )
        })
    }
}

/// Opens the database of `settings`, migrated and filled; makes one that is not there.
///
/// # Errors
/// A sentence: what keeps it from being opened.
pub async fn open(settings: &Settings) -> Result<Db, String> {
    make_ready(settings, Pool::open(&settings.database_url, CONNECTIONS).await).await
}

/// As [`open`], of a database that is there: a mistyped path must not become a city.
///
/// # Errors
/// As [`open`]'s, and where there is none.
pub async fn open_existing(settings: &Settings) -> Result<Db, String> {
    make_ready(settings, Pool::open_existing(&settings.database_url, CONNECTIONS).await).await
}

async fn make_ready(settings: &Settings, pool: Result<Pool, OpenError>) -> Result<Db, String> {
    let db = Db::from(pool.map_err(|error| error.to_string())?);
    start::make_ready(&db, &settings.sealer, settings.clock.now()).await.map_err(|error| error.to_string())?;
    Ok(db)
}

/// `linli migrate`: brings a database to this version, fills an empty one, and makes one that is not there.
///
/// # Errors
/// As [`open`]'s.
pub async fn migrate(settings: &Settings) -> Result<(), String> {
    open(settings).await?.close().await;
    println!("The database is up to date.");
    Ok(())
}

/// `linli account add`: the password is asked for on standard input, never taken from the command line, where other
/// users of the machine could read it.
pub async fn add_account(settings: &Settings, login: &str, name: &str, role: Role, at: At) -> Result<(), String> {
    let scope = at.scope(role)?;
    let login = accounts::login(login).map_err(fault)?;
    let name = called(name)?;
    eprint!("Password for {login} (at least 12 characters): ");
    std::io::stderr().flush().map_err(|error| error.to_string())?;
    let mut password = String::new();
    std::io::stdin().lock().read_line(&mut password).map_err(|error| error.to_string())?;
    let password = NewPassword::parse(&password, &[&login, &name]).map_err(fault)?;
    let db = open_existing(settings).await?;
    let account = Applicant { name, login: login.clone(), password: Some(password) }.hashed().await.map_err(said)?;
    let made = async {
        let mut tx = db.begin().await?;
        accounts::create(&Actor::Operator, settings.clock.now(), &mut tx, account, role, &[scope]).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    let made = made.await;
    db.close().await;
    made.map_err(said)?;
    println!("{login} can sign in as {role}.");
    Ok(())
}

/// The name of an account, by the rules of the pages.
fn called(name: &str) -> Result<String, String> {
    match name.trim() {
        "" => Err(Fault::new("field.required")),
        name => accounts::name(name),
    }
    .map_err(|why| format!("name: {}", fault(why)))
}

/// A fault in words, for the terminal.
fn fault(fault: Fault) -> String {
    Lang::En.with(fault.key, fault.bound.into_iter().map(|bound| ("bound", bound)))
}

/// `linli token add`: prints a bearer token once.
pub async fn add_token(settings: &Settings, name: &str, role: Role, at: At) -> Result<(), String> {
    let scope = at.scope(role)?;
    let name = called(name)?;
    let db = open_existing(settings).await?;
    let made = async {
        let mut tx = db.begin().await?;
        let token =
            accounts::create_token(&Actor::Operator, settings.clock.now(), &mut tx, &name, role, &[scope]).await?;
        tx.commit().await?;
        Ok::<_, Error>(token)
    };
    let made = made.await;
    db.close().await;
    println!("{}", made.map_err(said)?);
    Ok(())
}

/// `linli key rotate`: the servers do the work, those that run or the next that is started.
pub async fn rotate_key(settings: &Settings) -> Result<(), String> {
    let db = open_existing(settings).await?;
    let made = async {
        let mut tx = db.begin_alone().await?;
        let number = keys::rotate(&Actor::Operator, settings.clock.now(), &mut tx, &settings.sealer).await?;
        tx.commit().await?;
        Ok::<_, Error>(number)
    };
    let made = made.await;
    db.close().await;
    println!(
        "Key {} is made. The servers will use it within half a minute, seal everything anew, and remove the older keys ten \
         minutes later; `linli key list` tells how far they are.",
        made.map_err(said)?
    );
    Ok(())
}

/// `linli key list`
pub async fn list_keys(settings: &Settings) -> Result<(), String> {
    let db = open_existing(settings).await?;
    let read = async {
        let mut conn = db.read_patiently().await?;
        Ok::<_, Error>((keys::known(&mut conn).await?, keys::values(&mut conn).await?, keys::work(&mut conn).await?))
    };
    let read = read.await;
    db.close().await;
    let (known, mut values, work) = read.map_err(said)?;
    println!("{:>8}  {:20}  {:9}  {:>10}", "key", "made", "state", "values");
    let own = (KeyNumber::OWN, "from the secret".to_owned(), KeyState::Own);
    let others = known.iter().map(|key| (key.number, key.made_at.rfc3339(), key.state(&known)));
    for (number, made, state) in std::iter::once(own).chain(others) {
        println!("{number:>8}  {made:20}  {state:9}  {:>10}", values.remove(&number).unwrap_or(0));
    }
    for (number, many) in values {
        println!("{number:>8}  {:20}  {:9}  {many:>10}", "", "missing");
    }
    for (step, job) in work {
        let why = job.error_code.map_or_else(String::new, |code| format!(" ({code})"));
        println!("{step}: {}, {} of {}, {}{why}", job.state, job.done, job.total, job.ready_at.rfc3339());
    }
    Ok(())
}

/// `linli backup FILE`: a consistent copy of a running SQLite database. The key file is copied beside it by its owner.
pub async fn backup(database_url: &str, file: &Path) -> Result<(), String> {
    if Engine::of(database_url).map_err(|error| error.to_string())? == Engine::Postgres {
        return Err(
            "back PostgreSQL up with pg_dump; and keep LINLI_KEY, without it no phone number can be read".into()
        );
    }
    if file.exists() {
        return Err(format!("{} exists; a backup overwrites nothing", file.display()));
    }
    let pool = Pool::open_existing(database_url, 1).await.map_err(|error| error.to_string())?;
    let copied = store::copy_to(&pool, file).await;
    pool.close().await;
    copied?;
    println!("The database is in {}. Keep the key (.key file or LINLI_KEY) with it, in another place.", file.display());
    Ok(())
}

/// `linli rebuild`: what figures are read from is forgotten and counted from the rows, while people are served.
///
/// # Errors
/// A sentence.
pub async fn rebuild(settings: &Settings) -> Result<(), String> {
    let db = open_existing(settings).await?;
    let told = |done| eprint!("\r{done} months and years");
    let rebuilt = figures::refresh::rebuild(&db, settings.clock.now(), told).await;
    db.close().await;
    eprintln!();
    println!("{} months and years were counted anew.", rebuilt.map_err(said)?);
    Ok(())
}

/// `linli verify-report NUMBER`: whether a report's versions are what was submitted; with `R000012-2` one of them.
///
/// # Errors
/// What is otherwise, line by line.
pub async fn verify_report(settings: &Settings, number: &str) -> Result<(), String> {
    let db = open_existing(settings).await?;
    let found = async {
        let mut conn = db.read_patiently().await?;
        verifying::verify_number(&mut conn, &settings.sealer, number).await
    };
    let found = found.await;
    db.close().await;
    let mut wrong = Vec::new();
    for one in found.map_err(said)? {
        let name = format!("{}-{}", one.report.number(), one.number);
        for change in &one.changes {
            let what = format!("{} {}", change.part, change.place);
            wrong.push(format!("{name} is not what was submitted: {}", what.trim_end()));
        }
        if one.is_unchanged() {
            println!("{name} is unchanged: SHA-256 {}", one.digest);
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// `linli check`: is the database whole, can this program and its key work with it, and is what is derived what the rows say? It changes
/// nothing.
///
/// # Errors
/// What is wrong, line by line.
pub async fn check(database_url: &str) -> Result<(), String> {
    let pool = Pool::open_existing(database_url, 1).await.map_err(|error| error.to_string())?;
    let looked = look(&pool, database_url).await;
    // So that the files beside a backup go again.
    pool.close().await;
    looked
}

async fn look(pool: &Pool, database_url: &str) -> Result<(), String> {
    let problems = store::problems(pool).await.map_err(|error| format!("the database cannot be read: {error}"))?;
    if !problems.is_empty() {
        return Err(problems.join("\n"));
    }
    println!("The database is whole.");
    if store::is_current(pool).await.map_err(|error| error.to_string())? {
        recount(pool).await?;
    }
    let Some(sealer) = settings::key_at_hand(database_url).map_err(|error| error.to_string())? else {
        println!("Its key is not here (no LINLI_KEY, no .key file beside it), so nobody looked whether it fits.");
        return Ok(());
    };
    let fits = async { store::fits(&mut *pool.read().await?, &sealer).await };
    match fits.await.map_err(|error: sqlx::Error| error.to_string())? {
        Some(true) if store::is_current(pool).await.map_err(|error| error.to_string())? => {
            sealer.read_keys(pool).await.map_err(|error| error.to_string())?;
            println!("The key is the one it was made with, and opens its data keys.");
        }
        Some(true) => println!("The key is the one it was made with."),
        Some(false) => return Err(OpenError::WrongKey.to_string()),
        None => println!("Nothing in it tells yet which key it was made with."),
    }
    Ok(())
}

/// Counts what is kept once more.
async fn recount(pool: &Pool) -> Result<(), String> {
    let mut conn = pool.read().await.map_err(|error| error.to_string())?;
    let mut counted = 0;
    let wrong = figures::refresh::check(&mut conn, |done| counted = done).await.map_err(said)?;
    if wrong.is_empty() {
        println!("What is derived is what the rows say: {counted} months and years were counted once more.");
        Ok(())
    } else {
        Err(format!("{}\n`linli rebuild` makes them anew.", wrong.join("\n")))
    }
}

/// An error in words, for the terminal.
pub(crate) fn said(error: Error) -> String {
    let en = |key: &str| Lang::En.text(key);
    match error {
        Error::Invalid(errors) => errors
            .fields
            .into_iter()
            .map(|(field, why)| format!("{field}: {}", fault(why)))
            .collect::<Vec<_>>()
            .join("; "),
        Error::Refused(refusal) => Lang::En.with(&refusal.key, refusal.args),
        Error::Unavailable => en("error.unavailable.title"),
        Error::Busy => en("error.busy.title"),
        Error::NotFound | Error::Gone(_) => "what it names is not there".to_owned(),
        Error::Internal(reference) => format!("an error of Linli's own, in the log under {}", reference.0),
        error @ (Error::Unauthorized | Error::Forbidden) => format!("this is not allowed ({})", error.code()),
    }
}
