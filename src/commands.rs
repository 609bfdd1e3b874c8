//! What the command line does beside serving.

use std::io::{BufRead, Write};
use std::path::Path;

use crate::audit::Actor;
use crate::auth::accounts::{self, Applicant};
use crate::auth::password::NewPassword;
use crate::auth::{Place, Role, Scope};
use crate::centers::CenterId;
use crate::error::Error;
use crate::store::{self, Db, Engine, Pool};
use crate::teams::TeamId;
use crate::web::text::Lang;
use crate::{Settings, agreements, start};

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
            Place::Team => self.team.map(|id| Scope::Team(TeamId(id))),
        };
        scope.ok_or_else(|| {
            format!("the role {role} needs to know where: --center, --town, --provider, --purchaser or --team")
        })
    }
}

/// Opens the database of `settings`, migrated and filled.
pub async fn open(settings: &Settings) -> Result<Db, String> {
    let db = Db::from(Pool::open(&settings.database_url, 4).await.map_err(|error| error.to_string())?);
    start::fill(&db, settings.clock.now()).await?;
    Ok(db)
}

/// `linli account add`: the password is asked for on standard input, never taken from the command line, where other
/// users of the machine could read it.
pub async fn add_account(settings: &Settings, login: &str, name: &str, role: Role, at: At) -> Result<(), String> {
    let scope = at.scope(role)?;
    let login = accounts::login(login).map_err(|_| Lang::En.text("field.not_a_login"))?;
    eprint!("Password for {login} (at least 12 characters): ");
    std::io::stderr().flush().map_err(|error| error.to_string())?;
    let mut password = String::new();
    std::io::stdin().lock().read_line(&mut password).map_err(|error| error.to_string())?;
    let password = NewPassword::parse(password.trim_end_matches(['\r', '\n']), &[&login, name])
        .map_err(|fault| Lang::En.with(fault.key, fault.bound.iter().map(|bound| ("bound", bound.clone()))))?;
    let db = open(settings).await?;
    let account = Applicant { name: name.to_owned(), login: login.clone(), password }.hashed().await.map_err(said)?;
    let made = async {
        let mut tx = db.begin().await?;
        accounts::create(&Actor::Operator, settings.clock.now(), &mut tx, account, role, &[scope]).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    made.await.map_err(said)?;
    println!("{login} can sign in as {role}.");
    Ok(())
}

/// `linli token add`: prints a bearer token once.
pub async fn add_token(settings: &Settings, name: &str, role: Role, at: At) -> Result<(), String> {
    let scope = at.scope(role)?;
    let db = open(settings).await?;
    let made = async {
        let mut tx = db.begin().await?;
        let token =
            accounts::create_token(&Actor::Operator, settings.clock.now(), &mut tx, name, role, &[scope]).await?;
        tx.commit().await?;
        Ok::<_, Error>(token)
    };
    println!("{}", made.await.map_err(said)?);
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
    let pool = Pool::open(database_url, 1).await.map_err(|error| error.to_string())?;
    store::copy_to(&pool, file).await.map_err(|error| error.to_string())?;
    println!("The database is in {}. Keep the key (.key file or LINLI_KEY) with it, in another place.", file.display());
    Ok(())
}

/// `linli check`: is the database whole, and can this process work with it?
pub async fn check(database_url: &str) -> Result<(), String> {
    let pool = Pool::open(database_url, 1).await.map_err(|error| error.to_string())?;
    let problems = store::problems(&pool).await.map_err(|error| error.to_string())?;
    if problems.is_empty() {
        println!("The database is whole.");
        Ok(())
    } else {
        Err(problems.join("\n"))
    }
}

fn said(error: Error) -> String {
    match error {
        Error::Invalid(errors) => errors
            .fields
            .iter()
            .map(|(field, fault)| format!("{field}: {}", Lang::En.text(fault.key)))
            .collect::<Vec<_>>()
            .join("; "),
        Error::Unavailable => Lang::En.text("error.unavailable.title"),
        error => format!("{error:?}"),
    }
}
