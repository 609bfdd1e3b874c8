//! The command line.

use clap::{Parser, Subcommand};
use linli::{Settings, settings};

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
}

#[rocket::main]
async fn main() -> std::process::ExitCode {
    tracing_subscriber::fmt()
        .with_target(false)
        .with_max_level(tracing::Level::INFO)
        .with_writer(std::io::stderr)
        .init();
    let cli = Cli::parse();
    match run(cli).await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("linli: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<(), Box<dyn std::error::Error>> {
    let settings = Settings::from_env(cli.database_url)?;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => {
            // Rocket's own log is off, and its error's text alone does not name what collides or which port is taken.
            linli::rocket(settings).launch().await.map_err(|error| format!("{:?}", error.kind()))?;
            Ok(())
        }
    }
}
