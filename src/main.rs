//! The command line.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use linli::auth::Role;
use linli::commands::{self, At};
use linli::demo::{self, Size};
use linli::store::{Db, Pool, Stage};
use linli::{Settings, settings};
use rocket::error::ErrorKind;
use rocket_db_pools::Database;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

#[derive(Parser)]
#[command(name = "linli", version, about = "Linli 邻里 runs community comprehensive service centers.")]
struct Cli {
    /// The database: sqlite:FILE or postgres://…
    #[arg(long, env = "DATABASE_URL", default_value = settings::DEFAULT_DATABASE, global = true, hide_env_values = true)]
    database_url: String,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve pages and API (the default)
    Serve,
    /// Fill an empty database with a believable city, and print its sign-ins
    Demo {
        /// Serve it at once
        #[arg(long)]
        serve: bool,
        /// How much of a city
        #[arg(long, value_enum, default_value = "city")]
        size: Size,
    },
    /// Bring the database to this version, and fill an empty one
    Migrate,
    /// Accounts of people
    #[command(subcommand)]
    Account(AccountCommand),
    /// Bearer tokens of other programs
    #[command(subcommand)]
    Token(Token),
    /// The keys by which personal data is sealed
    #[command(subcommand)]
    Key(KeyCommand),
    /// Copy the SQLite database to a new file, while it is in use
    Backup { file: PathBuf },
    /// Look whether the database is whole, and whether what is derived is what the rows say
    Check,
    /// Make what is derived from the rows anew
    Rebuild,
    /// Look whether a report is what was submitted
    VerifyReport {
        /// As it stands on the report: R000012, or R000012-2 for its second version alone
        number: String,
    },
}

#[derive(Subcommand)]
enum AccountCommand {
    /// Add an account; the password is read from standard input
    Add {
        #[arg(long)]
        login: String,
        #[arg(long)]
        name: String,
        #[arg(long)]
        role: Role,
        #[command(flatten)]
        at: At,
    },
}

#[derive(Subcommand)]
enum Token {
    /// Add a token and print it, once
    Add {
        #[arg(long)]
        role: Role,
        #[arg(long)]
        name: String,
        #[command(flatten)]
        at: At,
    },
}

#[derive(Subcommand)]
enum KeyCommand {
    /// Make a new key and seal everything by it, while people are served
    Rotate,
    /// Show the keys, how much each has sealed, and how far a rotation is
    List,
}

#[rocket::main]
async fn main() -> ExitCode {
    // The pools say at each try what the store says once, in words.
    let levels = Targets::new().with_default(LevelFilter::INFO).with_target("sqlx_core::pool", LevelFilter::OFF);
    tracing_subscriber::fmt()
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .finish()
        .with(levels)
        .init();
    match run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("linli: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<(), String> {
    let url = cli.database_url;
    // Backup and check need no key, and must not make one.
    let settings = || Settings::from_env(url.clone()).map_err(|error| error.to_string());
    let existing = || Settings::of_existing(url.clone()).map_err(|error| error.to_string());
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve(settings()?).await,
        Command::Demo { serve: at_once, size } => {
            let settings = settings()?;
            let demo = demo::build(&settings, size).await?;
            println!("The demo's sign-ins, all with the password {}:\n", demo.password);
            for sign_in in &demo.sign_ins {
                println!("    {:12} {}", sign_in.login, sign_in.role);
            }
            if let Some(card) = &demo.leader_card {
                println!("\nA team leader without a password: open {card} in another browser, tap, then /me.");
            }
            println!();
            if at_once {
                return serve(settings).await;
            }
            println!("Serve it with `linli` (or `cargo run`).");
            Ok(())
        }
        Command::Migrate => commands::migrate(&settings()?).await,
        Command::Account(AccountCommand::Add { login, name, role, at }) => {
            commands::add_account(&existing()?, &login, &name, role, at).await
        }
        Command::Token(Token::Add { role, name, at }) => commands::add_token(&existing()?, &name, role, at).await,
        Command::Key(KeyCommand::Rotate) => commands::rotate_key(&existing()?).await,
        Command::Key(KeyCommand::List) => commands::list_keys(&existing()?).await,
        Command::Backup { file } => commands::backup(&url, &file).await,
        Command::Check => commands::check(&url).await,
        Command::Rebuild => commands::rebuild(&existing()?).await,
        Command::VerifyReport { number } => commands::verify_report(&existing()?, &number).await,
    }
}

async fn serve(settings: Settings) -> Result<(), String> {
    let config = settings.rocket_config().map_err(|error| error.to_string())?;
    Pool::of(&settings.database_url, 1).map_err(|error| error.to_string())?;
    allow_many_sockets();
    // Rocket's own log is off, and its error's text alone does not name what collides or which port is taken.
    let served = linli::rocket(settings).launch().await.map_err(|error| match error.kind() {
        ErrorKind::Bind(error) => format!(
            "cannot listen on {}:{}: {error}; ROCKET_ADDRESS and ROCKET_PORT name another place",
            config.address, config.port
        ),
        ErrorKind::Shutdown(_, why) => {
            let why = why.as_ref().map_or("a request would not end".to_owned(), ToString::to_string);
            format!("could not end in order: {why}")
        }
        ErrorKind::FailedFairings(parts) => {
            format!("could not start: {}", parts.iter().map(|part| part.name).collect::<Vec<_>>().join(", "))
        }
        other => format!("could not start: {other}"),
    })?;
    let Some(db) = Db::fetch(&served) else { return Ok(()) };
    db.close().await;
    match db.stage() {
        Stage::Refused(why) => Err(why),
        _ => Ok(()),
    }
}

/// Each visitor holds a socket. Systems start programs with a low limit for the sake of old ones, and let them raise it.
fn allow_many_sockets() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
            tracing::warn!(%error, "the limit of open files stays as it is");
        }
    }
}
