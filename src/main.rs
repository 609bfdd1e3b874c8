//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use linli::auth::Role;
use linli::commands::{self, At};
use linli::demo::{self, Size};
use linli::store::Db;
use linli::{Settings, settings};
use rocket_db_pools::Database;

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
    Account(Account),
    /// Bearer tokens of other programs
    #[command(subcommand)]
    Token(Token),
    /// Copy the SQLite database to a new file, while it is in use
    Backup { file: PathBuf },
    /// Look whether the database is whole
    Check,
}

#[derive(Subcommand)]
enum Account {
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

#[rocket::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_target(false)
        .with_max_level(tracing::Level::INFO)
        .with_writer(std::io::stderr)
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
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve(settings()?).await,
        Command::Demo { serve: at_once, size } => {
            let settings = settings()?;
            let demo = demo::build(&settings, size).await?;
            println!("The demo's sign-ins, all with the password {}:\n", demo.password);
            for sign_in in &demo.sign_ins {
                println!("    {:12} {}", sign_in.login, sign_in.role);
            }
            println!();
            if at_once {
                return serve(settings).await;
            }
            println!("Serve it with `linli` (or `cargo run`).");
            Ok(())
        }
        Command::Migrate => commands::open(&settings()?).await.map(|_| println!("The database is up to date.")),
        Command::Account(Account::Add { login, name, role, at }) => {
            commands::add_account(&settings()?, &login, &name, role, at).await
        }
        Command::Token(Token::Add { role, name, at }) => commands::add_token(&settings()?, &name, role, at).await,
        Command::Backup { file } => commands::backup(&url, &file).await,
        Command::Check => commands::check(&url).await,
    }
}

async fn serve(settings: Settings) -> Result<(), String> {
    // Rocket's own log is off, and its error's text alone does not name what collides or which port is taken.
    let served = linli::rocket(settings).launch().await.map_err(|error| match error.kind() {
        rocket::error::ErrorKind::Bind(error) => format!("cannot listen: {error}"),
        other => format!("{other:?}"),
    })?;
    if let Some(db) = Db::fetch(&served) {
        db.close().await;
    }
    Ok(())
}
