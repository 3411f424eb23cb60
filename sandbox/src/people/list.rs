//! `people.connections.list`: whole lists, pages, and what changed since a sync token.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::checks::wants_contacts;
use crate::{
    account::{Account, Stored},
    core::Call,
    person::{mask::Mask, render},
    refusal::Refusal,
    tokens::{self, Item, Pages, Snapshot, Sync},
};

/// A page of the user's contacts.
pub(crate) fn list(account: &Account, call: &Call<'_>, secret: &str, pages: &mut Pages) -> Result<Value, Refusal> {
    if call.segment() != "me" {
        return Err(Refusal::invalid("Only \"people/me\" is a valid resource name for this request."));
    }
    let mask = Mask::required("personFields", call.one("personFields"))?;
    let size = call.page_size(100, 1_000)?;
    let all_params = page_params(call);
    let (name, offset, snapshot) = match call.one("pageToken") {
        Some(token) => pages.find(token, &all_params).map(|(name, offset, list)| (Some(name), offset, list))?,
        None => (None, 0, begin(account, call, &mask, secret, all_params)?),
    };
    let total = snapshot.items.len();
    let end = total.min(offset.saturating_add(size));
    let shown = snapshot.items.get(offset..end).unwrap_or_default().iter().map(|item| match item {
        Item::Live(contact) if call.one("syncToken").is_some() => render::changed(contact, &mask),
        Item::Live(contact) => render::listed(contact, &mask),
        Item::Gone(trashed) => render::deleted(trashed, &mask),
    });
    let mut body = Map::new();
    let shown: Vec<Value> = shown.collect();
    if !shown.is_empty() {
        body.insert("connections".to_owned(), Value::Array(shown));
    }
    let counted = if call.one("syncToken").is_some() { total } else { total + call.unlisted_contacts };
    if counted > 0 {
        body.insert("totalPeople".to_owned(), Value::from(counted));
        body.insert("totalItems".to_owned(), Value::from(counted));
    }
    if end < total {
        let name = name.unwrap_or_else(|| pages.keep(snapshot));
        body.insert("nextPageToken".to_owned(), Value::from(tokens::page_token(&name, end)));
    } else if let Some(token) = snapshot.sync_token {
        body.insert("nextSyncToken".to_owned(), Value::from(token));
    }
    Ok(Value::Object(body))
}

/// Takes the list as it is now.
fn begin(account: &Account, call: &Call<'_>, mask: &Mask, secret: &str, params: String) -> Result<Snapshot, Refusal> {
    let sync_params = sync_params(call, mask)?;
    let settled = account.settled_seq(call.now, call.lags.sync);
    let contacts = wants_contacts(&call.all("sources"));
    let mut full_ms = call.now.timestamp_millis();
    let mut from = settled;
    let items = match call.one("syncToken") {
        Some(text) => {
            let token = Sync::check(secret, text, call.user_id, &sync_params, call.now, |seq| account.knows(seq))?;
            full_ms = token.full_ms;
            from = settled.max(token.seq);
            changes(account, token.seq, settled)
        }
        None if contacts => everything(account, call),
        None => Vec::new(),
    };
    let sync_token = call.flag("requestSyncToken").then(|| {
        let token = Sync { user: call.user_id.to_owned(), params: sync_params, full_ms, seq: from };
        tokens::seal(secret, &token)
    });
    Ok(Snapshot { params, items: Arc::new(items), sync_token })
}

fn changes(account: &Account, after: u64, until: u64) -> Vec<Item> {
    let changed = account.changed_after(after).take_while(|(seq, _)| *seq <= until);
    changed
        .filter_map(|(_, id)| match (account.contacts.get(&id), account.trash.get(&id)) {
            (Some(contact), _) => Some(Item::Live(Arc::clone(contact))),
            (None, Some(trashed)) => Some(Item::Gone(trashed.clone())),
            (None, None) => None,
        })
        .collect()
}

fn everything(account: &Account, call: &Call<'_>) -> Vec<Item> {
    let is_settled = |contact: &&Arc<Stored>| contact.updated <= call.now - call.lags.list;
    let contacts = account.changed_after(0).filter_map(|(_, id)| account.contacts.get(&id));
    let mut contacts: Vec<_> = contacts.filter(is_settled).map(Arc::clone).collect();
    match call.one("sortOrder") {
        Some("LAST_MODIFIED_DESCENDING") => contacts.reverse(),
        Some("FIRST_NAME_ASCENDING") => contacts.sort_by_key(|contact| sort_name(contact, "givenName")),
        Some("LAST_NAME_ASCENDING") => contacts.sort_by_key(|contact| sort_name(contact, "familyName")),
        _ => {}
    }
    contacts.into_iter().map(Item::Live).collect()
}

fn sort_name(contact: &Stored, part: &str) -> String {
    let name = contact.person.get("names").and_then(|names| names.get(0));
    name.and_then(|name| name.get(part)).and_then(Value::as_str).unwrap_or_default().to_lowercase()
}

/// What a sync token is bound to: every parameter that bears on the list.
fn sync_params(call: &Call<'_>, mask: &Mask) -> Result<String, Refusal> {
    let mut sources = call.all("sources");
    sources.sort_unstable();
    let mut parts = vec!["people"];
    parts.extend(mask.fields().iter().map(|field| field.name));
    parts.push("/");
    parts.extend(sources);
    parts.push(call.one("sortOrder").unwrap_or("LAST_MODIFIED_ASCENDING"));
    let size = call.page_size(100, 1_000)?.to_string();
    parts.push(&size);
    Ok(tokens::fingerprint(&parts))
}

/// What a page token is bound to: everything else, and the user.
fn page_params(call: &Call<'_>) -> String {
    let mut query: Vec<_> = call.query.iter().filter(|(name, _)| name != "pageToken" && name != "fields").collect();
    query.sort();
    let mut parts = vec![call.user_id];
    for (name, value) in query {
        parts.extend([name.as_str(), value.as_str()]);
    }
    tokens::fingerprint(&parts)
}
