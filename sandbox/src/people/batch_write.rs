//! Creating and updating many contacts at once: all or nothing.

use serde_json::{Map, Value, json};

use super::{
    batch::check_count,
    checks::read_mask,
    write::{apply, check_create, check_update, response},
};
use crate::{account::Account, core::Call, person::mask::Mask, refusal::Refusal};

const MOST: usize = 200;

/// Creates contacts, in order.
pub(crate) fn batch_create(account: &mut Account, call: &Call<'_>) -> Result<Value, Refusal> {
    let read = read_mask(call)?;
    let items = call.body["contacts"].as_array().map(Vec::as_slice).unwrap_or_default();
    check_count("contacts", items.len(), MOST)?;
    let mut errors = Errors::new("BatchCreateContactsErrorDetails");
    let mut drafts = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        match check_create(account, &item["contactPerson"], call) {
            Ok(draft) => drafts.push(draft),
            Err(refusal) => errors.add(at.to_string(), refusal),
        }
    }
    errors.finish()?;
    account.room_for(drafts.len())?;
    let ids: Vec<_> = drafts.into_iter().map(|draft| account.create(draft, call.now)).collect();
    let Some(read) = read else { return Ok(json!({})) };
    let people = ids.into_iter().map(|id| response(account, id, &read, None)).collect::<Result<Vec<_>, _>>()?;
    Ok(json!({ "createdPeople": people }))
}

/// Updates contacts with one mask for all.
pub(crate) fn batch_update(account: &mut Account, call: &Call<'_>) -> Result<Value, Refusal> {
    let update = Mask::update("updateMask", call.text("updateMask"))?;
    let read = read_mask(call)?;
    let empty = Map::new();
    let items = call.body["contacts"].as_object().unwrap_or(&empty);
    check_count("contacts", items.len(), MOST)?;
    let mut errors = Errors::new("BatchUpdateContactsErrorDetails");
    let mut drafts = Vec::with_capacity(items.len());
    for (name, person) in items {
        match check_update(account, name, person, &update, call) {
            Ok((id, draft)) => drafts.push((name, id, draft)),
            Err(refusal) => errors.add(name.clone(), refusal),
        }
    }
    errors.finish()?;
    let mut result = Map::new();
    for (name, id, draft) in drafts {
        account.change(id, call.now, |contact| apply(contact, draft, &update));
        if let Some(read) = &read {
            result.insert(name.clone(), response(account, id, read, Some(name))?);
        }
    }
    if read.is_none() {
        return Ok(json!({}));
    }
    Ok(json!({ "updateResult": result }))
}

/// What is wrong with single contacts of a batch.
struct Errors {
    kind: &'static str,
    first: Option<Refusal>,
    each: Map<String, Value>,
}

impl Errors {
    fn new(kind: &'static str) -> Self {
        Self { kind, first: None, each: Map::new() }
    }

    fn add(&mut self, key: String, refusal: Refusal) {
        self.each.insert(key, refusal.rpc_status());
        self.first.get_or_insert(refusal);
    }

    /// Fails where anything is wrong, with the first error's code and all of them in the details.
    fn finish(self) -> Result<(), Refusal> {
        let Some(mut refusal) = self.first else { return Ok(()) };
        refusal.details.push(json!({
            "@type": format!("type.googleapis.com/google.people.v1.{}", self.kind),
            "contactErrors": self.each,
        }));
        Err(refusal)
    }
}
