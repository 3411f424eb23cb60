//! Field masks of groups.

use crate::refusal::Refusal;

const VALID: [&str; 5] = ["clientData", "groupType", "memberCount", "metadata", "name"];

/// Fields of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GroupMask(Vec<&'static str>);

impl GroupMask {
    /// The mask `text` of the parameter `name`, or `default`.
    pub(super) fn parse(name: &str, text: Option<&str>, default: &str) -> Result<Self, Refusal> {
        let text = text.map(str::trim).filter(|text| !text.is_empty()).unwrap_or(default);
        let mut fields = Vec::new();
        for path in text.split(',').map(str::trim) {
            let known = VALID.iter().find(|valid| **valid == path).ok_or_else(|| {
                Refusal::invalid(format!(
                    "Invalid {name} mask path: \"{path}\". Valid paths are documented at https://developers.google.com/people/api/rest/v1/contactGroups/list."
                ))
            })?;
            if !fields.contains(known) {
                fields.push(*known);
            }
        }
        fields.sort_unstable();
        Ok(Self(fields))
    }

    /// Is the field asked for?
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains(&name)
    }

    /// All fields, in order.
    pub(super) fn fields(&self) -> &[&'static str] {
        &self.0
    }
}
