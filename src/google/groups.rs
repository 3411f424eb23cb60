//! Contact groups.

use reqwest::Method;
use serde_json::{Value, json};

use super::pace::Cost;
use super::{Account, GoogleError, person};
use crate::domain::{GSYNC, ResourceName};

/// Groups per page (People API reference).
const PAGE_SIZE: &str = "1000";
/// Names per `members:modify`, added and removed together (People API reference).
const PER_MODIFY: usize = 1_000;
/// More than an account can hold (25,000 contacts).
const ALL_MEMBERS: u32 = 30_000;
const FIELDS: &str = "clientData,groupType,memberCount,metadata,name";

/// A contact group of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Google's name of it.
    pub resource: ResourceName,
    /// Etag; system groups have none.
    pub etag: Option<String>,
    /// Name; of a system group its id.
    pub name: String,
    /// Name as the account's language shows it.
    pub formatted_name: String,
    /// Google's own group: My Contacts, Starred.
    pub is_system: bool,
    /// Members, as Google counts them; may be late.
    pub member_count: u32,
    /// Members; only where they were asked for.
    pub members: Vec<ResourceName>,
    /// Invisible key-value pairs; only where they were asked for.
    pub client_data: Vec<(String, String)>,
}

impl Group {
    /// Our mark on the group, if it has one: the number of its job.
    #[must_use]
    pub fn marker(&self) -> Option<&str> {
        self.client_data.iter().find(|(key, _)| key == GSYNC).map(|(_, value)| value.as_str())
    }
}

impl Account {
    /// All contact groups, Google's own included. One group read per thousand.
    ///
    /// # Errors
    /// Those of any read.
    pub async fn groups(&self) -> Result<Vec<Group>, GoogleError> {
        let mut groups = Vec::new();
        let mut page_token: Option<String> = None;
        loop {
            let mut query = vec![("pageSize", PAGE_SIZE), ("groupFields", FIELDS)];
            query.extend(page_token.as_deref().map(|token| ("pageToken", token)));
            let answer = self.read("google.list_groups", "/v1/contactGroups", &query, Cost::GROUP_READ).await?;
            groups.extend(answer["contactGroups"].as_array().into_iter().flatten().filter_map(read));
            match answer["nextPageToken"].as_str().filter(|token| !token.is_empty()) {
                Some(token) => page_token = Some(token.to_owned()),
                None => return Ok(groups),
            }
        }
    }

    /// A contact group with up to `max_members` of its members. One group read.
    ///
    /// # Errors
    /// `NotFound` when it is gone; those of any read.
    pub async fn group(&self, name: &ResourceName, max_members: u32) -> Result<Group, GoogleError> {
        let max_members = max_members.to_string();
        let query = [("maxMembers", max_members.as_str()), ("groupFields", FIELDS)];
        let answer = self.read("google.get_group", &format!("/v1/{name}"), &query, Cost::GROUP_READ).await?;
        let is_deleted = answer["metadata"]["deleted"] == Value::Bool(true);
        if is_deleted {
            return Err(GoogleError::NotFound);
        }
        read(&answer).ok_or_else(|| GoogleError::Outage("a contact group without a name".into()))
    }

    /// A contact group with all its members; one group read if there are no more than `expected`, else two, or after a 503. Where Google
    /// does not get so many together (a large group may be answered with 503 for ever), with fewer or none: whoever compares
    /// them with contacts then reads all contacts.
    ///
    /// # Errors
    /// As [`Account::group`].
    pub async fn group_with_members(&self, name: &ResourceName, expected: usize) -> Result<Group, GoogleError> {
        let asked_for = u32::try_from(expected).unwrap_or(u32::MAX).saturating_add(1).min(ALL_MEMBERS);
        let group = match self.group(name, asked_for).await {
            Err(GoogleError::Outage(_)) => return self.group(name, 0).await,
            found => found?,
        };
        if group.members.len() <= expected {
            return Ok(group);
        }
        match self.group(name, ALL_MEMBERS).await {
            Err(GoogleError::Outage(_)) => Ok(group),
            whole => whole,
        }
    }

    /// Creates a contact group with our marker. One write. Not idempotent, but names are unique.
    ///
    /// # Errors
    /// `NameTaken`, `Uncertain` and those of any call.
    pub async fn create_group(&self, name: &str, marker: &str) -> Result<Group, GoogleError> {
        let group = json!({ "name": name, "clientData": [{ "key": GSYNC, "value": marker }] });
        let body = json!({ "contactGroup": group, "readGroupFields": FIELDS });
        let answer = self.change(
            "google.create_group",
            Method::POST,
            "/v1/contactGroups",
            &[],
            Some(body),
            Cost::GROUP_WRITE,
            &[],
        );
        read(&answer.await?).ok_or_else(|| GoogleError::Uncertain("the created group is missing in the answer".into()))
    }

    /// Renames a contact group. One write.
    ///
    /// # Errors
    /// `NameTaken`, `Stale`, `NotFound`, `Uncertain` and those of any call.
    pub async fn rename_group(&self, group: &Group, name: &str) -> Result<Group, GoogleError> {
        self.update_group(group, json!({ "name": name }), "name").await
    }

    /// Takes our marker off a contact group; other applications' data stay. One write.
    ///
    /// # Errors
    /// `Stale`, `NotFound`, `Uncertain` and those of any call.
    pub async fn clear_group_marker(&self, group: &Group) -> Result<Group, GoogleError> {
        let others: Vec<(String, String)> = group.client_data.iter().filter(|(key, _)| key != GSYNC).cloned().collect();
        let change = json!({ "name": group.name, "clientData": person::client_data(&others) });
        self.update_group(group, change, "clientData").await
    }

    async fn update_group(&self, group: &Group, mut change: Value, fields: &str) -> Result<Group, GoogleError> {
        change["etag"] = group.etag.clone().map_or(Value::Null, Value::from);
        let path = format!("/v1/{}", group.resource);
        let body = json!({ "contactGroup": change, "updateGroupFields": fields, "readGroupFields": FIELDS });
        let answer =
            self.change("google.update_group", Method::PUT, &path, &[], Some(body), Cost::GROUP_WRITE, &[]).await?;
        read(&answer).ok_or_else(|| GoogleError::Uncertain("the changed group is missing in the answer".into()))
    }

    /// Deletes a contact group, never its contacts; one that is gone already is a success. One write.
    ///
    /// # Errors
    /// `Uncertain` and those of any call.
    pub async fn delete_group(&self, name: &ResourceName) -> Result<(), GoogleError> {
        let query = [("deleteContacts", "false".to_owned())];
        match self
            .change("google.delete_group", Method::DELETE, &format!("/v1/{name}"), &query, None, Cost::GROUP_WRITE, &[])
            .await
        {
            Ok(_) | Err(GoogleError::NotFound) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// Puts contacts into a group. The answer names those that do not exist. One write per thousand. Idempotent.
    ///
    /// # Errors
    /// `NotFound` when the group is gone; `Uncertain` and those of any call.
    pub async fn add_to_group(
        &self,
        group: &ResourceName,
        contacts: &[ResourceName],
    ) -> Result<Vec<ResourceName>, GoogleError> {
        let mut not_found = Vec::new();
        for chunk in contacts.chunks(PER_MODIFY) {
            let names: Vec<&str> = chunk.iter().map(ResourceName::as_str).collect();
            let body = json!({ "resourceNamesToAdd": names });
            let path = format!("/v1/{group}/members:modify");
            let answer = self
                .change("google.add_to_group", Method::POST, &path, &[], Some(body), Cost::GROUP_WRITE, &names)
                .await?;
            let missing = answer["notFoundResourceNames"].as_array().into_iter().flatten();
            not_found.extend(missing.filter_map(|name| name.as_str().map(ResourceName::new)));
        }
        Ok(not_found)
    }
}

fn read(json: &Value) -> Option<Group> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let pairs = json["clientData"].as_array().map(Vec::as_slice).unwrap_or_default();
    let members = json["memberResourceNames"].as_array().map(Vec::as_slice).unwrap_or_default();
    Some(Group {
        resource: ResourceName::new(json["resourceName"].as_str().filter(|name| !name.is_empty())?),
        etag: json["etag"].as_str().map(str::to_owned),
        name: text(&json["name"]),
        formatted_name: text(&json["formattedName"]),
        is_system: json["groupType"] == "SYSTEM_CONTACT_GROUP",
        member_count: json["memberCount"].as_u64().and_then(|count| u32::try_from(count).ok()).unwrap_or_default(),
        members: members.iter().filter_map(|name| name.as_str().map(ResourceName::new)).collect(),
        client_data: pairs.iter().map(|pair| (text(&pair["key"]), text(&pair["value"]))).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fuzz_google_groups() {
        fuzz::check("google_groups", |bytes| {
            let Ok(json) = serde_json::from_slice::<Value>(bytes) else { return };
            let Some(group) = read(&json) else { return };
            assert_eq!(json["resourceName"], group.resource.as_str());
            assert!(group.marker().is_none_or(|marker| group.client_data.iter().any(|(_, value)| value == marker)));
            assert!(!group.resource.as_str().is_empty());
        });
    }
}
