//! `sandbox`: a Google Workspace on this machine, without the server.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ::sandbox::{Options, Sandbox, Workspace};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use super::behaviour::Behaviour;
use super::serve::stopped;
use super::{Failure, print};
use crate::app;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run the sandbox and write a service-account key that points at it.
    Serve {
        /// Address and port to listen on.
        #[arg(long, env = "CONTACT_SYNC_SANDBOX_LISTEN", default_value = "127.0.0.1:8081")]
        listen: SocketAddr,
        /// File to write the key to, in Google's JSON format.
        #[arg(long, env = "CONTACT_SYNC_SANDBOX_KEY_FILE")]
        key_file: PathBuf,
        /// File that keeps the accounts. Without one they are gone when the sandbox stops.
        #[arg(long, env = "CONTACT_SYNC_SANDBOX_STATE")]
        state: Option<PathBuf>,
        #[command(flatten)]
        behaviour: Behaviour,
    },
    /// Load address books (vCard 2.1, 3.0, 4.0 or Google's CSV export) into an account of a sandbox that is not running.
    Import {
        /// Address of the account.
        #[arg(long)]
        user: String,
        /// Contact group to put the contacts into; made if it is missing.
        #[arg(long)]
        group: String,
        #[command(flatten)]
        accounts: Accounts,
        /// Address books.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Make up contacts in an account of a sandbox that is not running: always the same ones for the same seed.
    Generate {
        /// Address of the account.
        #[arg(long)]
        user: String,
        /// Contact group to put the contacts into; made if it is missing.
        #[arg(long)]
        group: String,
        /// How many; Google allows 25,000 in an account.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=25_000))]
        count: u32,
        /// Which contacts.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        #[command(flatten)]
        accounts: Accounts,
    },
}

/// Where the accounts are kept.
#[derive(Debug, Args)]
pub(super) struct Accounts {
    /// Data directory of the server whose sandbox it is.
    #[arg(long, env = "CONTACT_SYNC_DATA_DIR", default_value = "data")]
    data_dir: PathBuf,
    /// File that keeps the accounts, where it is not sandbox.json in the data directory.
    #[arg(long, env = "CONTACT_SYNC_SANDBOX_STATE")]
    state: Option<PathBuf>,
}

impl Accounts {
    fn file(self) -> PathBuf {
        self.state.unwrap_or_else(|| self.data_dir.join("sandbox.json"))
    }
}

pub(super) async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve { listen, key_file, state, behaviour } => serve(listen, &key_file, state, &behaviour).await,
        Command::Import { user, group, accounts, files } => import(&user, &group, accounts.file(), &files).await,
        Command::Generate { user, group, count, seed, accounts } => {
            generate(&user, &group, count, seed, accounts.file()).await
        }
    }
}

async fn serve(
    listen: SocketAddr,
    key_file: &Path,
    state: Option<PathBuf>,
    behaviour: &Behaviour,
) -> Result<(), Failure> {
    let sandbox = open(listen, state, true).await?;
    sandbox.set_settings(behaviour.into());
    app::write_private(key_file, &serde_json::to_vec_pretty(&sandbox.key())?)
        .map_err(|error| format!("cannot write the key to {}: {error}", key_file.display()))?;
    print(&format!("Sandbox        {}", sandbox.url()));
    print(&format!("Key file       {}", key_file.display()));
    print(&format!("Administrator  {}", sandbox.admin_email()));
    stopped().await;
    sandbox.stop().await;
    Ok(())
}

async fn open(listen: SocketAddr, state: Option<PathBuf>, control: bool) -> Result<Sandbox, Failure> {
    let is_new = state.as_ref().is_none_or(|state| !state.exists());
    if let Some(folder) = state.as_deref().and_then(Path::parent) {
        std::fs::create_dir_all(folder).map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
    }
    let options = Options { listen, state, control, ..Options::default() };
    let sandbox = Sandbox::start(options, Workspace::sample()).await?;
    if is_new {
        app::sample_workspace(&sandbox)?;
    }
    Ok(sandbox)
}

fn progress(of: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg}: {pos} contacts");
    ProgressBar::no_length()
        .with_message(of.to_owned())
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

async fn generate(user: &str, group: &str, count: u32, seed: u64, state: PathBuf) -> Result<(), Failure> {
    let sandbox = open(([127, 0, 0, 1], 0).into(), Some(state), false).await?;
    let bar = progress("generating");
    let people = ::sandbox::generate::contacts(seed, usize::try_from(count)?).into_iter();
    let contacts = people.map(|person| (person, Vec::new())).collect::<Vec<_>>();
    let outcome = sandbox.add_contacts(user, Some(group), &contacts, |done| bar.set_position(done as u64));
    bar.finish_and_clear();
    sandbox.stop().await;
    outcome?;
    print(&format!("{count} contacts into {group} of {user}"));
    Ok(())
}

async fn import(user: &str, group: &str, state: PathBuf, files: &[PathBuf]) -> Result<(), Failure> {
    let mut books = Vec::new();
    for file in files {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let bytes = std::fs::read(file)
            .map_err(|error| format!("cannot read {}: {error}. Check the path and the permissions", file.display()))?;
        ::sandbox::import::read(&name, &bytes)?; // all files are good, or nothing is imported
        books.push((name, bytes));
    }
    let sandbox = open(([127, 0, 0, 1], 0).into(), Some(state), false).await?;
    let bar = progress("importing");
    let outcome = app::import(&sandbox, user, Some(group), &books, |count| bar.set_position(count as u64));
    bar.finish_and_clear();
    sandbox.stop().await;
    for ((name, _), done) in books.iter().zip(outcome?) {
        print(&format!("{name}: {} contacts into {group} of {user}", done.contacts));
        for ((property, reason), count) in &done.dropped {
            print(&format!("  {property} left out ({count}): {reason}"));
        }
    }
    Ok(())
}
