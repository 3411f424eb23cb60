//! `people.get`.

use serde_json::Value;

use super::checks::wants_contacts;
use crate::{
    account::Account,
    core::Call,
    person::{mask::Mask, render},
    refusal::Refusal,
};

/// One contact by its resource name.
pub(crate) fn get(account: &Account, call: &Call<'_>) -> Result<Value, Refusal> {
    let mask = Mask::required("personFields", call.one("personFields"))?;
    let name = format!("people/{}", call.segment());
    let contact = account.contact_id(&name).and_then(|id| account.seen(id, call.now, call.lags.read));
    match contact.filter(|_| wants_contacts(&call.all("sources"))) {
        Some(contact) => Ok(render::person(contact, &mask)),
        None => Err(Refusal::not_found()),
    }
}
