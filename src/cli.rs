//! The command line. Prints for people on standard output; the log goes to standard error.

mod behaviour;
mod sandbox;
mod serve;

use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand, ValueEnum};

use crate::app::{self, SystemClock};
use crate::config::{AuthArgs, DatabaseArgs, ServeArgs};
use crate::domain::{EmailAddress, Role};
use crate::{graphql, store};

/// Keeps one contact group of one Google Workspace user in step in the accounts of many others.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server: API, GraphiQL and the daily sync. Without Google credentials it works on a sandbox Workspace.
    Serve(Box<ServeArgs>),
    /// Show everything on this machine: create a job, sync, change, sync again, remove a user.
    Demo(app::demo::DemoArgs),
    /// The sandbox Workspace by itself, for people who build other tools.
    #[command(subcommand)]
    Sandbox(sandbox::Command),
    /// Print a token for the API.
    Token(TokenArgs),
    /// Print the GraphQL schema.
    Schema,
    /// Create or update the tables of the database.
    Migrate(DatabaseArgs),
}

#[derive(Debug, clap::Args)]
struct TokenArgs {
    /// Role of the holder.
    #[arg(long, value_enum, ignore_case = true)]
    role: RoleArg,
    /// Address of the holder. Without one it is a service token, for scripts.
    #[arg(long)]
    email: Option<String>,
    /// How long it is valid: 30m, 12h, 30d.
    #[arg(long, default_value = "12h", value_parser = duration)]
    expires: std::time::Duration,
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    auth: AuthArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleArg {
    Viewer,
    Operator,
    Admin,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Viewer => Role::Viewer,
            RoleArg::Operator => Role::Operator,
            RoleArg::Admin => Role::Admin,
        }
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs a command to its end.
pub async fn run(cli: Cli) -> ExitCode {
    let done = match cli.command {
        Command::Serve(args) => {
            log("info,sea_orm_migration=warn");
            serve::serve(*args).await
        }
        Command::Demo(args) => {
            log("warn");
            app::demo::demo(args).await
        }
        Command::Sandbox(command) => {
            log("info");
            sandbox::run(command).await
        }
        Command::Token(args) => {
            log("warn");
            token(args).await
        }
        Command::Schema => {
            print(&graphql::sdl());
            Ok(())
        }
        Command::Migrate(args) => migrate(args).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&format!("error: {failure}"));
            ExitCode::FAILURE
        }
    }
}

fn log(default: &str) {
    let wanted = std::env::var("CONTACT_SYNC_LOG").ok().filter(|wanted| !wanted.is_empty());
    let filter = wanted.as_deref().map(tracing_subscriber::EnvFilter::try_new);
    let (filter, wrong) = match filter {
        Some(Ok(filter)) => (filter, None),
        Some(Err(wrong)) => (tracing_subscriber::EnvFilter::new(default), Some(wrong)),
        None => (tracing_subscriber::EnvFilter::new(default), None),
    };
    let is_terminal = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(is_terminal).with_writer(std::io::stderr).init();
    if let Some(wrong) = wrong {
        tracing::warn!(
            "CONTACT_SYNC_LOG is not understood ({wrong}); it takes a level, such as debug, or contact_sync::google=debug"
        );
    }
}

async fn token(args: TokenArgs) -> Result<(), Failure> {
    let email = match &args.email {
        Some(text) => Some(EmailAddress::parse(text).map_err(|_| format!("'{text}' is not an e-mail address"))?),
        None => None,
    };
    let folder = &args.database.data_dir;
    let had_secret = folder.join(app::SECRET_FILE).exists();
    let tokens = app::tokens(&args.auth, folder, Arc::new(SystemClock))?;
    if !had_secret && folder.join(app::SECRET_FILE).exists() {
        tracing::warn!(
            "made a new secret in {}: only a server with this --data-dir will take the token",
            folder.display()
        );
    }
    print(&tokens.mint(&SystemClock, args.role.into(), email.as_ref(), args.expires).await?);
    Ok(())
}

async fn migrate(args: DatabaseArgs) -> Result<(), Failure> {
    app::prepare(&args)?;
    store::connect(&args.url()).await?;
    print("The tables are up to date.");
    Ok(())
}

fn duration(text: &str) -> Result<std::time::Duration, String> {
    let wrong = || format!("'{text}' is not a duration; write for example 30m, 12h or 30d");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds: u64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| wrong())?;
    let most = 3_650 * 86_400; // ten years; nobody means more
    let total = number.checked_mul(seconds).filter(|total| (1..=most).contains(total)).ok_or_else(wrong)?;
    Ok(std::time::Duration::from_secs(total))
}

/// A line on standard output. A closed pipe is the reader's wish, not a fault.
fn print(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn complain(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{line}");
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn arguments_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn durations_are_read_with_their_unit() {
        assert_eq!(duration("90s"), Ok(std::time::Duration::from_secs(90)));
        assert_eq!(duration("30d"), Ok(std::time::Duration::from_secs(30 * 86_400)));
        for text in ["", "h", "12", "-1h", "0h", "1.5h", "99999999999999999999d", "9999999d", "1é"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
