//! Which Workspace the server works on: Google's, or a sandbox on this machine.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ::sandbox::Sandbox;
use ::sandbox::import::DropReason;
use url::Url;

use crate::config::GoogleArgs;
use crate::domain::{Clock, EmailAddress};
use crate::google::{Budgets, Config, ConfigError, Google, KeyError, ServiceAccountKey};

/// Longest time for one call to Google: reading a full page of contacts takes seconds, writing a full batch up to half a
/// minute.
const CALL_TIMEOUT: Duration = Duration::from_secs(60);
/// Contacts of each generated account.
const GENERATED: usize = 300;
/// Account and group of the examples.
const SOURCE: (&str, &str) = ("desk@corp.example", "Suppliers");

/// Why the Workspace cannot be used, with the remedy.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// The key file.
    #[error("cannot read the key file {0}: {1}. Check the path and the permissions")]
    KeyFile(PathBuf, std::io::Error),
    /// What is in it.
    #[error("{0}: {1}")]
    Key(PathBuf, KeyError),
    /// The administrator's address.
    #[error("'{0}' is not an e-mail address; --google-admin takes the address of an administrator of the Workspace")]
    Admin(String),
    /// A base URL.
    #[error("'{1}' is no URL; {0} takes one such as https://people.googleapis.com")]
    Url(&'static str, String),
    /// The client.
    #[error(transparent)]
    Client(#[from] ConfigError),
    /// The sandbox.
    #[error(transparent)]
    Sandbox(#[from] ::sandbox::SandboxError),
    /// What a sandbox told about itself.
    #[error("the sandbox handed out a key that cannot be used: {0}")]
    SandboxKey(KeyError),
    /// An account of the sandbox.
    #[error(transparent)]
    Hand(#[from] ::sandbox::HandError),
    /// An address book.
    #[error(transparent)]
    Import(#[from] ::sandbox::import::ImportError),
}

/// A client of Google. `None` when no key is configured.
///
/// # Errors
/// Names the setting that is wrong.
pub fn google(args: &GoogleArgs, clock: Arc<dyn Clock>) -> Result<Option<Google>, WorkspaceError> {
    let (Some(file), Some(admin)) = (&args.google_key_file, &args.google_admin) else { return Ok(None) };
    let text = std::fs::read_to_string(file).map_err(|error| WorkspaceError::KeyFile(file.clone(), error))?;
    let config = Config {
        key: ServiceAccountKey::from_json(&text).map_err(|error| WorkspaceError::Key(file.clone(), error))?,
        admin_email: EmailAddress::parse(admin).map_err(|_| WorkspaceError::Admin(admin.clone()))?,
        customer: args.google_customer.clone(),
        people_url: url("--google-people-url", &args.google_people_url)?,
        directory_url: url("--google-directory-url", &args.google_directory_url)?,
        budgets: Budgets {
            critical_reads: args.google_critical_reads,
            critical_writes: args.google_critical_writes,
            reads: args.google_reads,
            writes: args.google_writes,
            daily_contact_writes: args.google_daily_contact_writes,
            ..Budgets::default()
        },
        timeout: CALL_TIMEOUT,
    };
    Ok(Some(Google::new(config, clock)?))
}

fn url(flag: &'static str, text: &str) -> Result<Url, WorkspaceError> {
    Url::parse(text).map_err(|_| WorkspaceError::Url(flag, text.to_owned()))
}

/// A client of a sandbox.
///
/// # Errors
/// When the sandbox's key or addresses cannot be used.
pub fn sandbox_google(
    sandbox: &Sandbox,
    budgets: Budgets,
    timeout: Duration,
    clock: Arc<dyn Clock>,
) -> Result<Google, WorkspaceError> {
    let base = url("--google-people-url", &sandbox.url())?;
    let admin = sandbox.admin_email();
    let config = Config {
        key: ServiceAccountKey::from_json(&sandbox.key().to_string()).map_err(WorkspaceError::SandboxKey)?,
        admin_email: EmailAddress::parse(&admin).map_err(|_| WorkspaceError::Admin(admin))?,
        customer: "my_customer".into(),
        people_url: base.clone(),
        directory_url: base,
        budgets,
        timeout,
    };
    Ok(Google::new(config, clock)?)
}

/// Fills a new sandbox: an imported address book in the example's source group, and generated contacts elsewhere.
///
/// # Errors
/// When an account or the address book is not as expected.
pub fn sample_workspace(sandbox: &Sandbox) -> Result<(), WorkspaceError> {
    let book = include_bytes!("../../sandbox/fixtures/gmail.vcf");
    import(sandbox, SOURCE.0, Some(SOURCE.1), &[("gmail.vcf".into(), book.to_vec())], |_| {})?;
    for (seed, email) in (1u64..).zip(["ann@corp.example", "bob@corp.example", "carol@corp.example"]) {
        let people = ::sandbox::generate::contacts(seed, GENERATED).into_iter();
        sandbox.add_contacts(email, None, &people.map(|person| (person, Vec::new())).collect::<Vec<_>>(), |_| {})?;
    }
    Ok(())
}

/// What became of one address book.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Contacts created.
    pub contacts: usize,
    /// Properties that could not be kept, each with the reason and how often it was met.
    pub dropped: BTreeMap<(String, String), usize>,
}

/// Loads address books, each a file's name and content, into an account of the sandbox, and into `group` if one is named;
/// the books' own labels become groups too. All of it, or nothing. `progress` is told the contacts read so far.
///
/// # Errors
/// When a book cannot be read, the account is unknown or has too little room, or `group` takes no contacts.
pub fn import(
    sandbox: &Sandbox,
    email: &str,
    group: Option<&str>,
    files: &[(String, Vec<u8>)],
    progress: impl Fn(usize),
) -> Result<Vec<Imported>, WorkspaceError> {
    let (mut imported, mut contacts, mut book_of) = (Vec::new(), Vec::new(), Vec::new());
    for (name, bytes) in files {
        let book = ::sandbox::import::read(name, bytes)?;
        book_of.resize(book_of.len() + book.contacts.len(), imported.len());
        imported.push(Imported { contacts: book.contacts.len(), dropped: book.summary() });
        contacts.extend(book.contacts.into_iter().map(|contact| (contact.person, contact.labels)));
    }
    for dropped in sandbox.add_contacts(email, group, &contacts, progress)? {
        let book = book_of.get(dropped.contact).and_then(|book| imported.get_mut(*book));
        let what = (format!("label {}", dropped.label), DropReason::SystemGroup.to_string());
        book.into_iter().for_each(|book| *book.dropped.entry(what.clone()).or_default() += 1);
    }
    Ok(imported)
}
