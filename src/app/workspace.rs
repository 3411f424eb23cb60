//! Which Workspace the server works on: Google's, or a sandbox on this machine.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ::sandbox::Sandbox;
use serde_json::{Map, Value};
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
    #[error("'{0}' is not a URL")]
    Url(String),
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
        people_url: url(&args.google_people_url)?,
        directory_url: url(&args.google_directory_url)?,
        budgets: Budgets { daily_contact_writes: args.google_daily_contact_writes, ..Budgets::default() },
        timeout: CALL_TIMEOUT,
    };
    Ok(Some(Google::new(config, clock)?))
}

fn url(text: &str) -> Result<Url, WorkspaceError> {
    Url::parse(text).map_err(|_| WorkspaceError::Url(text.to_owned()))
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
    let base = url(&sandbox.url())?;
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
    import(sandbox, SOURCE.0, Some(SOURCE.1), "gmail.vcf", book, |_| {})?;
    for (seed, email) in (1u64..).zip(["ann@corp.example", "bob@corp.example", "carol@corp.example"]) {
        let people = ::sandbox::generate::contacts(seed, GENERATED).into_iter();
        fill(sandbox, email, None, &people.map(|person| (person, Vec::new())).collect::<Vec<_>>(), |_| {})?;
    }
    Ok(())
}

/// What an import has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Contacts created.
    pub contacts: usize,
    /// Properties that could not be kept, each with the reason and how often it was met.
    pub dropped: std::collections::BTreeMap<(String, String), usize>,
}

/// Loads an address book into an account of the sandbox, and into `group` if one is named; the book's own labels become
/// groups too. `progress` is told the contacts done so far.
///
/// # Errors
/// When the book cannot be read, or the account or a group cannot be written. Nothing is created from a book that cannot be
/// read.
pub fn import(
    sandbox: &Sandbox,
    email: &str,
    group: Option<&str>,
    file_name: &str,
    bytes: &[u8],
    progress: impl Fn(usize),
) -> Result<Imported, WorkspaceError> {
    let book = ::sandbox::import::read(file_name, bytes)?;
    let dropped = book.summary();
    let contacts: Vec<_> = book.contacts.into_iter().map(|contact| (contact.person, contact.labels)).collect();
    fill(sandbox, email, group, &contacts, progress)?;
    Ok(Imported { contacts: contacts.len(), dropped })
}

/// Creates contacts in an account of the sandbox, each in the groups of its labels and in `group` if one is named.
///
/// # Errors
/// When the account or a group cannot be written.
pub fn fill(
    sandbox: &Sandbox,
    email: &str,
    group: Option<&str>,
    contacts: &[(Map<String, Value>, Vec<String>)],
    progress: impl Fn(usize),
) -> Result<(), WorkspaceError> {
    let mut groups = known_groups(sandbox, email)?;
    for (index, (person, labels)) in contacts.iter().enumerate() {
        let resource = sandbox.create_contact(email, Value::Object(person.clone()))?;
        for name in labels.iter().map(String::as_str).chain(group) {
            let group = match groups.get(name) {
                Some(known) => known.clone(),
                None => {
                    let made = sandbox.create_group(email, name)?;
                    groups.insert(name.to_owned(), made.clone());
                    made
                }
            };
            sandbox.add_to_group(email, &group, &resource)?;
        }
        progress(index + 1);
    }
    Ok(())
}

fn known_groups(sandbox: &Sandbox, email: &str) -> Result<HashMap<String, String>, WorkspaceError> {
    let groups = sandbox.groups(email)?;
    Ok(groups.into_iter().map(|group| (group.name, group.resource_name)).collect())
}
