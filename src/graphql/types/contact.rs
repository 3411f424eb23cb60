//! Contacts as clients see them: changes of a run, and the members of a synced group as they are at Google now.

use async_graphql::{Enum, Object};

use crate::domain;

/// Actions on a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::ChangeAction")]
pub(in crate::graphql) enum ContactChangeAction {
    /// New at the source.
    Create,
    /// Changed at the source.
    Update,
    /// Edited at the destination, reset to the source.
    Overwrite,
    /// Gone from the source group.
    Delete,
}

/// Change to one contact.
#[derive(Debug, Clone)]
pub(in crate::graphql) struct ContactChange(pub(in crate::graphql) domain::ContactChange);

/// Change to one contact.
#[Object]
impl ContactChange {
    /// What happens to the contact.
    async fn action(&self) -> ContactChangeAction {
        self.0.action.into()
    }

    /// Name of the contact. Null when it is not known any more.
    async fn display_name(&self) -> Option<&str> {
        self.0.display_name.as_deref()
    }

    /// Names of changed fields, without values.
    async fn changed_fields(&self) -> &[String] {
        &self.0.changed_fields
    }
}

/// Contact in a synced group, as it is at Google now.
#[derive(Debug, Clone)]
pub(in crate::graphql) struct SyncedGroupContact {
    pub(in crate::graphql) person: domain::Person,
    pub(in crate::graphql) is_addition: bool,
}

/// Contact in a synced group, as it is at Google now.
#[Object]
impl SyncedGroupContact {
    /// Name shown in Contacts. Null when it has none.
    async fn display_name(&self) -> Option<String> {
        domain::display_name(&self.person.content)
    }

    /// E-mail addresses, as written there.
    async fn emails(&self) -> Vec<String> {
        values(&self.person, domain::Field::EmailAddresses)
    }

    /// Phone numbers, as written there.
    async fn phones(&self) -> Vec<String> {
        values(&self.person, domain::Field::PhoneNumbers)
    }

    /// Indicates the user added it; the sync leaves it alone.
    async fn is_addition(&self) -> bool {
        self.is_addition
    }

    /// Value of its gSync tag. Null when it has none.
    async fn g_sync_tag(&self) -> Option<&str> {
        self.person.tags.first().map(String::as_str)
    }
}

fn values(person: &domain::Person, field: domain::Field) -> Vec<String> {
    let value = |item: &serde_json::Map<String, serde_json::Value>| item.get("value")?.as_str().map(str::to_owned);
    person.content.items(field).iter().filter_map(value).collect()
}
