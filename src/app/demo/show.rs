//! What the demonstration prints.

use std::io::Write;

use ::sandbox::{Contact, Group, Sandbox};
use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, ColumnConstraint, Table, Width};

use super::check::{synced_group, tag};
use super::{Failure, Imported};

/// Columns of a terminal that a name may take, so that a table fits into eighty.
const NAME_WIDTH: u16 = 34;

/// A line on standard output. A closed pipe is the reader's wish, not a fault.
pub(super) fn print(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

pub(super) fn heading(text: &str) {
    print(&format!("\n{text}"));
}

/// What an address book has that a contact of Google cannot hold.
pub(super) fn left_out(imported: &Imported) {
    for ((property, reason), count) in &imported.dropped {
        print(&format!("  {property} left out ({count}): {reason}"));
    }
}

/// What was done in an account.
pub(super) fn changes(email: &str, changes: &[String]) {
    for change in changes {
        print(&format!("  {email}: {change}"));
    }
}

/// What of an account the demonstration is about.
struct Account<'a> {
    email: &'a str,
    is_source: bool,
    /// The source group, or the one that the sync made.
    group: Option<Group>,
    /// What is synced: the members of the source group, or the tagged contacts.
    synced: Vec<Contact>,
    own: Vec<Contact>,
}

impl<'a> Account<'a> {
    fn read(sandbox: &Sandbox, email: &'a str, source: &str, group: &str) -> Result<Self, Failure> {
        let is_source = email == source;
        let group = if is_source {
            sandbox.groups(email)?.into_iter().find(|known| known.name == group)
        } else {
            synced_group(sandbox, email)?
        };
        let is_synced = |one: &Contact| if is_source { is_in(one, group.as_ref()) } else { tag(&one.person).is_some() };
        let (synced, own) = sandbox.contacts(email)?.into_iter().partition(is_synced);
        Ok(Self { email, is_source, group, synced, own })
    }

    fn counts(&self) -> [String; 5] {
        let additions = self.own.iter().filter(|one| is_in(one, self.group.as_ref())).count();
        let (synced, total) = (self.synced.len(), self.synced.len() + additions);
        let group = self.group.as_ref().map_or("(no synced group)", |group| group.name.as_str());
        let of_sync =
            |count: usize| if self.is_source || self.group.is_none() { String::new() } else { count.to_string() };
        let total = if self.group.is_none() { String::new() } else { total.to_string() };
        [self.email.to_owned(), group.to_owned(), total, of_sync(synced), of_sync(additions)]
    }

    fn state_of(&self, wanted: &str) -> &'static str {
        let has = |contacts: &[Contact]| contacts.iter().any(|one| name(one) == wanted);
        match (has(&self.synced), has(&self.own)) {
            (true, _) if self.is_source => "source",
            (true, _) => "synced",
            (false, true) => "own",
            (false, false) => "–",
        }
    }
}

fn is_in(contact: &Contact, group: Option<&Group>) -> bool {
    group.is_some_and(|group| contact.groups.contains(&group.resource_name))
}

/// The accounts as they are now, and what these contacts are in each.
pub(super) fn accounts(
    sandbox: &Sandbox,
    source: &str,
    group: &str,
    destinations: &[&str],
    names: &[String],
) -> Result<(), Failure> {
    let emails = std::iter::once(&source).chain(destinations);
    let accounts: Vec<Account<'_>> =
        emails.map(|email| Account::read(sandbox, email, source, group)).collect::<Result<_, _>>()?;
    let mut counts = table(["Account", "Group", "Contacts", "Synced", "Additions"]);
    for column in counts.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    counts.add_rows(accounts.iter().map(Account::counts));
    let local_parts = accounts.iter().filter_map(|account| account.email.split('@').next());
    let mut contacts = table(std::iter::once("Contact").chain(local_parts));
    if let Some(column) = contacts.column_mut(0) {
        column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(NAME_WIDTH)));
    }
    for name in names {
        let states = accounts.iter().map(|account| account.state_of(name));
        contacts.add_row(std::iter::once(name.as_str()).chain(states));
    }
    print(&format!("{counts}\n{contacts}"));
    Ok(())
}

fn table<'a>(header: impl IntoIterator<Item = &'a str>) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED).set_header(header);
    table
}

/// How a contact is called: by its name, or else by what Google shows in place of one.
pub(super) fn name(contact: &Contact) -> String {
    let first = |field: &str, part: &str| {
        let text = contact.person.get(field)?.get(0)?.get(part)?.as_str()?;
        Some(text.to_owned())
    };
    let parts: Vec<String> = ["givenName", "familyName"].iter().filter_map(|part| first("names", part)).collect();
    if !parts.is_empty() {
        return parts.join(" ");
    }
    first("names", "unstructuredName")
        .or_else(|| first("organizations", "name"))
        .or_else(|| first("emailAddresses", "value"))
        .or_else(|| first("phoneNumbers", "value"))
        .unwrap_or_else(|| "(no name)".into())
}
