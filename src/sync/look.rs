//! A contact of ours as it was read, held against how it should be.

use super::identify::twin;
use super::{PlanInput, fingerprint};
use crate::domain::{ContactNumber, Etags, Fingerprint, GSyncTag, Link, MY_CONTACTS, Nonce, Person, ResourceName};

/// Field of a contact that lists its groups.
pub(super) const MEMBERSHIPS: &str = "memberships";
/// Field of a contact that carries our tag.
const TAG_FIELD: &str = "userDefined";

/// A contact of ours, as it now is.
pub(super) struct Look<'a> {
    pub(super) person: &'a Person,
    pub(super) etags: Etags,
    pub(super) content: Fingerprint,
    pub(super) wanted: Option<&'a Fingerprint>,
    /// As Google stored it after our last write, or as the source is.
    pub(super) content_is_ours: bool,
    /// As the source is.
    pub(super) content_is_wanted: bool,
    /// Tag and twin are as we set them.
    pub(super) marks_are_right: bool,
    pub(super) twin_is_right: bool,
    pub(super) nonce: Option<Nonce>,
    pub(super) missing_groups: Vec<ResourceName>,
}

impl<'a> Look<'a> {
    pub(super) fn at(
        input: &PlanInput<'a>,
        number: ContactNumber,
        link: Option<&Link>,
        person: &'a Person,
        wanted: Option<&'a Fingerprint>,
    ) -> Self {
        let tag = GSyncTag { job: input.job, contact: number };
        let content = fingerprint(&person.content);
        let content_is_wanted = wanted == Some(&content);
        let nonce_there = twin(person, tag);
        let nonce = link.and_then(|link| link.nonce.clone()).or_else(|| nonce_there.clone());
        let twin_is_right = nonce_there.is_some() && nonce_there == nonce;
        let my_contacts = ResourceName::new(MY_CONTACTS);
        let wanted_groups = std::iter::once(input.group.clone()).chain(input.my_contacts.then_some(my_contacts));
        Self {
            person,
            etags: person.etags.clone().unwrap_or_else(|| Etags { person: String::new(), source: String::new() }),
            content_is_ours: content_is_wanted || link.is_some_and(|link| link.stored == content),
            content_is_wanted,
            marks_are_right: person.tags == [tag.to_string()] && twin_is_right,
            twin_is_right,
            nonce,
            missing_groups: wanted_groups.filter(|group| !person.groups.contains(group)).collect(),
            content,
            wanted,
        }
    }
}

/// In what the copy differs from what is written over it.
pub(super) fn changed_fields(
    input: &PlanInput<'_>,
    number: ContactNumber,
    link: Option<&Link>,
    look: Option<&Look<'_>>,
) -> Vec<String> {
    let wanted = input.mirror.get(&number).map(|entry| &entry.content);
    let there = look.map(|look| &look.content).or_else(|| link.map(|link| &link.sent));
    let mut fields = match (wanted, there) {
        (Some(wanted), Some(there)) => there.differing(wanted),
        (None, _) | (_, None) => Vec::new(),
    };
    if look.is_some_and(|look| !look.marks_are_right) && !fields.iter().any(|field| field == TAG_FIELD) {
        fields.push(TAG_FIELD.to_owned());
    }
    if look.is_some_and(|look| !look.missing_groups.is_empty()) {
        fields.push(MEMBERSHIPS.to_owned());
    }
    fields
}
