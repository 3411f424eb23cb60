//! What the demonstration prints.

use std::io::Write;

use ::sandbox::{Contact, Sandbox};
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, Table};
use serde_json::Value;

use super::check::{synced_group, tag};
use super::{Failure, Imported};

/// Rows of contacts shown per account; the counts tell the rest.
const SHOWN: usize = 4;

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

/// The accounts as they are now.
pub(super) fn accounts(sandbox: &Sandbox, source: &str, group: &str, destinations: &[&str]) -> Result<(), Failure> {
    let mut table = Table::new();
    table.load_preset(UTF8_HORIZONTAL_ONLY);
    table.set_header(["Account", "Group", "Contacts", "Synced", "Additions", "Some of them"]);
    for column in 2..5 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for email in std::iter::once(&source).chain(destinations) {
        let found = if *email == source {
            sandbox.groups(email)?.into_iter().find(|known| known.name == group)
        } else {
            synced_group(sandbox, email)?
        };
        let Some(found) = found else {
            table.add_row([*email, "(no synced group)", "", "", "", ""]);
            continue;
        };
        let members: Vec<Contact> =
            sandbox.contacts(email)?.into_iter().filter(|one| one.groups.contains(&found.resource_name)).collect();
        let synced = members.iter().filter(|one| tag(&one.person).is_some()).count();
        let additions = members.len() - synced;
        let is_source = *email == source;
        let mut names: Vec<String> = members.iter().map(name).collect();
        names.sort();
        let more = if names.len() > SHOWN { ", …" } else { "" };
        names.truncate(SHOWN);
        let count = |count: usize| if is_source { String::new() } else { count.to_string() };
        let (total, some) = (members.len().to_string(), format!("{}{more}", names.join(", ")));
        table.add_row([(*email).to_owned(), found.name, total, count(synced), count(additions), some]);
    }
    print(&table.to_string());
    Ok(())
}

/// How a contact is called.
pub(super) fn name(contact: &Contact) -> String {
    let name = contact.person.get("names").and_then(|names| names.get(0));
    let part = |part: &str| name.and_then(|name| name.get(part)).and_then(Value::as_str).map(str::to_owned);
    let parts: Vec<String> = ["givenName", "familyName"].iter().filter_map(|one| part(one)).collect();
    if !parts.is_empty() {
        return parts.join(" ");
    }
    part("unstructuredName")
        .or_else(|| {
            let company = contact.person.get("organizations").and_then(|items| items.get(0));
            company.and_then(|item| item.get("name")).and_then(Value::as_str).map(str::to_owned)
        })
        .unwrap_or_else(|| "(no name)".into())
}
