//! `contactGroups.list`, `get` and `batchGet`.

use serde_json::{Map, Value, json};

use super::{mask::GroupMask, render};
use crate::{
    account::{Account, SYSTEM},
    core::Call,
    ids,
    refusal::Refusal,
    tokens::{self, Sync},
};

const DEFAULT: &str = "metadata,groupType,memberCount,name";

/// A page of the groups, or of those that changed since a sync token.
pub(crate) fn list(account: &Account, call: &Call<'_>, secret: &str) -> Result<Value, Refusal> {
    let mask = GroupMask::parse("groupFields", call.one("groupFields"), DEFAULT)?;
    let size = call.page_size(30, 1_000)?;
    let mut params = vec!["groups"];
    params.extend(mask.fields());
    let size_text = size.to_string();
    params.push(&size_text);
    let params = tokens::fingerprint(&params);
    let settled = account.settled_seq(call.now, call.lags.sync);
    let mut full_ms = call.now.timestamp_millis();
    let mut seq = settled;
    let groups = match call.one("syncToken") {
        Some(text) => {
            let token = Sync::check(secret, text, call.user_id, &params, call.now, |seq| account.knows(seq))?;
            full_ms = token.full_ms;
            seq = settled.max(token.seq);
            changes(account, &mask, call, token.seq, settled)
        }
        None => everything(account, &mask, call),
    };
    let page_params = tokens::fingerprint(&[call.user_id, &params, call.one("syncToken").unwrap_or_default()]);
    let offset = match call.one("pageToken") {
        Some(token) => {
            let (bound, offset): (String, usize) =
                tokens::open(secret, token).ok_or_else(|| Refusal::invalid("Invalid page token."))?;
            if bound != page_params {
                return Err(Refusal::invalid("All other request parameters must match the first call."));
            }
            offset
        }
        None => 0,
    };
    let total = groups.len();
    let end = total.min(offset.saturating_add(size));
    let mut body = Map::new();
    if let Some(page) = groups.get(offset..end).filter(|page| !page.is_empty()) {
        body.insert("contactGroups".to_owned(), Value::from(page.to_vec()));
    }
    if total > 0 {
        body.insert("totalItems".to_owned(), Value::from(total));
    }
    if end < total {
        body.insert("nextPageToken".to_owned(), Value::from(tokens::seal(secret, &(page_params, end))));
    }
    let token = Sync { user: call.user_id.to_owned(), params, full_ms, seq };
    body.insert("nextSyncToken".to_owned(), Value::from(tokens::seal(secret, &token)));
    Ok(Value::Object(body))
}

fn everything(account: &Account, mask: &GroupMask, call: &Call<'_>) -> Vec<Value> {
    let system = SYSTEM.iter().map(|(id, shown)| render::system(account, id, shown, mask, call));
    let mut labels: Vec<_> = account.labels.values().collect();
    labels.sort_by_key(|label| label.seq);
    system.chain(labels.into_iter().map(|label| render::label(account, label, mask, call))).collect()
}

fn changes(account: &Account, mask: &GroupMask, call: &Call<'_>, after: u64, until: u64) -> Vec<Value> {
    let told = |seq: u64| seq > after && seq <= until;
    let labels = account.labels.values().filter(|label| told(label.seq));
    let gone = account.gone_labels.iter().filter(|(_, gone)| told(gone.seq));
    let mut changed: Vec<_> = labels
        .map(|label| (label.seq, render::label(account, label, mask, call)))
        .chain(gone.map(|(id, gone)| (gone.seq, render::deleted(id, gone, mask))))
        .collect();
    changed.sort_by_key(|(seq, _)| *seq);
    changed.into_iter().map(|(_, group)| group).collect()
}

/// One group, with as many members as asked for.
pub(crate) fn get(account: &Account, call: &Call<'_>) -> Result<Value, Refusal> {
    let mask = GroupMask::parse("groupFields", call.one("groupFields"), DEFAULT)?;
    one(account, call.segment(), &mask, max_members(call)?, call)
}

/// Up to 200 groups; a missing one is an entry without a group.
pub(crate) fn batch_get(account: &Account, call: &Call<'_>) -> Result<Value, Refusal> {
    let mask = GroupMask::parse("groupFields", call.one("groupFields"), DEFAULT)?;
    let most = max_members(call)?;
    let names = call.all("resourceNames");
    if names.is_empty() || names.len() > 200 {
        return Err(Refusal::invalid("Request must set between 1 and 200 resource_names."));
    }
    let responses: Vec<_> = names
        .iter()
        .map(|name| {
            let found = ids::parse_group_name(name).ok_or_else(Refusal::not_found);
            match found.and_then(|id| one(account, id, &mask, most, call)) {
                Ok(group) => json!({ "requestedResourceName": name, "status": {}, "contactGroup": group }),
                Err(refusal) => json!({ "requestedResourceName": name, "status": refusal.rpc_status() }),
            }
        })
        .collect();
    Ok(json!({ "responses": responses }))
}

fn max_members(call: &Call<'_>) -> Result<usize, Refusal> {
    let text = call.one("maxMembers").unwrap_or("0");
    text.parse().map_err(|_| Refusal::invalid("Max members must be greater than or equal to 0."))
}

fn one(account: &Account, id: &str, mask: &GroupMask, most: usize, call: &Call<'_>) -> Result<Value, Refusal> {
    let mut group = match (account.labels.get(id), SYSTEM.iter().find(|(system, _)| *system == id)) {
        (Some(label), _) => render::label(account, label, mask, call),
        (None, Some((id, shown))) => render::system(account, id, shown, mask, call),
        (None, None) => return Err(Refusal::not_found()),
    };
    if most > 0 && call.refuses_group_members {
        return Err(Refusal::people(503, "UNAVAILABLE", "The service is currently unavailable."));
    }
    if most > 0 {
        let members = account.members(id, call.now, call.lags.group_members);
        if !members.is_empty() {
            group["memberResourceNames"] = members.into_iter().take(most).map(ids::contact_name).collect();
        }
    }
    Ok(group)
}
