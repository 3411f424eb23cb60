//! Checks several methods share.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    account::{Account, Stored, is_deprecated},
    core::Call,
    ids,
    person::{etag, mask::Mask},
    refusal::Refusal,
};

/// The id of a contact by one of its resource names; other people are refused.
pub(super) fn contact_id(account: &Account, name: &str) -> Result<u64, Refusal> {
    let wrong = || Refusal::invalid(format!("Resource name \"{name}\" is not a valid contact person resource."));
    ids::parse_contact_name(name).map(|number| account.id_of(number)).ok_or_else(wrong)
}

/// Does a call ask for contacts at all? Without `sources` it does.
pub(super) fn wants_contacts(sources: &[&str]) -> bool {
    sources.is_empty() || sources.contains(&"READ_SOURCE_TYPE_CONTACT")
}

/// The read mask of a body, which may be empty.
pub(super) fn read_mask(call: &Call<'_>) -> Result<Option<Mask>, Refusal> {
    call.text("readMask").map(|text| Mask::required("readMask", Some(text))).transpose()
}

/// Refuses groups that are not there, not usable yet, or that nobody is added to any more.
pub(super) fn check_groups(
    account: &Account,
    groups: &BTreeSet<String>,
    before: Option<&Stored>,
    call: &Call<'_>,
) -> Result<(), Refusal> {
    for id in groups {
        if before.is_some_and(|contact| contact.groups.contains(id)) {
            continue;
        }
        let name = ids::group_name(id);
        if !account.has_group(id) || is_fresh(account, id, call) {
            return Err(Refusal::invalid(format!("Contact group \"{name}\" is not found.")));
        }
        if is_deprecated(id) {
            return Err(Refusal::invalid(format!(
                "Cannot add contacts to deprecated system contact group \"{name}\"."
            )));
        }
    }
    Ok(())
}

/// Is the label too new to be used?
pub(crate) fn is_fresh(account: &Account, id: &str, call: &Call<'_>) -> bool {
    account.labels.get(id).is_some_and(|label| label.created > call.now - call.lags.new_group)
}

/// Refuses an update without an etag, or with an outdated one.
pub(super) fn check_etag(contact: &Stored, person: &Value) -> Result<(), Refusal> {
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let whole = text(&person["etag"]);
    let sources = person["metadata"]["sources"].as_array();
    let source = sources
        .into_iter()
        .flatten()
        .filter(|source| matches!(source["type"].as_str(), None | Some("CONTACT")))
        .find_map(|source| text(&source["etag"]));
    if whole.is_none() && source.is_none() {
        return Err(Refusal::invalid(
            "Request must set person.etag or person.metadata.sources.etag for the source that is being updated.",
        ));
    }
    for (given, field) in [(source, "person.metadata.sources.etag"), (whole, "person.etag")] {
        if given.is_some_and(|given| etag::version(&given).as_ref() != Some(&contact.etag)) {
            return Err(Refusal::precondition(format!(
                "Request {field} is different than the current {field}. Clear local cache and get the latest person."
            )));
        }
    }
    Ok(())
}
