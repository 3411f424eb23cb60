//! Changing contacts. No method here repeats a change whose answer never came.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::call::{Call, Effect};
use super::pace::Cost;
use super::people::read_mask;
use super::token::CONTACTS;
use super::{Account, GoogleError, person};
use crate::domain::{Change, Content, Etags, Field, GSYNC, GSYNC_NONCE, GSyncTag, Nonce, Person, ResourceName};

const READ_SOURCE: &str = "READ_SOURCE_TYPE_CONTACT";

/// A contact to be created.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// What is copied.
    pub content: Content,
    /// Tag, written visibly and into the twin.
    pub tag: GSyncTag,
    /// Mark of this create.
    pub nonce: Nonce,
    /// Groups to be in from the start.
    pub groups: Vec<ResourceName>,
}

/// A contact to be written over.
#[derive(Debug, Clone)]
pub struct PersonUpdate {
    /// The contact.
    pub resource: ResourceName,
    /// Its etags; a change since then makes the update `Stale`.
    pub etags: Etags,
    /// New content.
    pub content: Content,
    /// Tag; `None` takes it away.
    pub tag: Option<GSyncTag>,
    /// All of its `clientData`, where the mask has it.
    pub client_data: Option<Vec<(String, String)>>,
}

/// Which fields an update replaces. What is in the mask and not in the content is cleared.
#[derive(Debug, Clone)]
pub struct UpdateMask {
    /// Also `calendarUrls`, which some accounts refuse; only where there are, or were, some.
    pub calendar_urls: bool,
    /// Also `clientData`.
    pub client_data: bool,
    /// These fields instead of all.
    pub only: Option<Vec<Field>>,
}

impl UpdateMask {
    fn fields(&self) -> Vec<Field> {
        let all =
            || Field::ALL.iter().copied().filter(|field| *field != Field::CalendarUrls || self.calendar_urls).collect();
        self.only.clone().unwrap_or_else(all)
    }

    fn text(&self) -> String {
        let fields: Vec<&str> =
            self.fields().into_iter().map(Field::path).chain(self.client_data.then_some("clientData")).collect();
        fields.join(",")
    }
}

impl NewPerson {
    fn body(&self) -> Value {
        let mut body = person::body(&self.content, Field::ALL, Some(self.tag));
        let twin = [(GSYNC.to_owned(), self.tag.to_string()), (GSYNC_NONCE.to_owned(), self.nonce.as_str().to_owned())];
        body.insert("clientData".into(), person::client_data(&twin));
        let membership =
            |group: &ResourceName| json!({ "contactGroupMembership": { "contactGroupResourceName": group.as_str() } });
        body.insert("memberships".into(), self.groups.iter().map(membership).collect());
        Value::Object(body)
    }
}

impl PersonUpdate {
    fn body(&self, mask: &UpdateMask) -> Map<String, Value> {
        let mut body = person::body(&self.content, &mask.fields(), self.tag);
        if let Some(pairs) = self.client_data.as_ref().filter(|_| mask.client_data) {
            body.insert("clientData".into(), person::client_data(pairs));
        }
        let id = self.resource.as_str().strip_prefix("people/c").and_then(|decimal| decimal.parse::<u64>().ok());
        let mut source = json!({ "type": "CONTACT", "etag": self.etags.source });
        if let Some(id) = id {
            source["id"] = Value::from(format!("{id:x}"));
        }
        body.insert("resourceName".into(), Value::from(self.resource.as_str()));
        body.insert("etag".into(), Value::from(self.etags.person.as_str()));
        body.insert("metadata".into(), json!({ "sources": [source] }));
        body
    }
}

impl Account {
    /// Creates a contact. One critical write. Not idempotent.
    ///
    /// # Errors
    /// `Uncertain`, `Full`, `Refused` and those of any call.
    pub async fn create_person(&self, new: &NewPerson) -> Result<Person, GoogleError> {
        let query = [("personFields", read_mask()), ("sources", READ_SOURCE.to_owned())];
        let answer = self.change(
            "google.create_person",
            Method::POST,
            "/v1/people:createContact",
            &query,
            Some(new.body()),
            Cost::WRITE,
            &[],
        );
        one(&answer.await?)
    }

    /// Creates up to 200 contacts, all or none; the answer is in their order. Six critical writes. Not idempotent.
    ///
    /// # Errors
    /// As [`Account::create_person`]; `Refused` names the offending ones.
    pub async fn create_people(&self, new: &[NewPerson]) -> Result<Vec<Person>, GoogleError> {
        let contacts: Vec<Value> = new.iter().map(|new| json!({ "contactPerson": new.body() })).collect();
        let body = json!({ "contacts": contacts, "readMask": read_mask(), "sources": [READ_SOURCE] });
        // Google names the offending items of this call by their indices, so any names of the right number do.
        let names: Vec<&str> = new.iter().map(|new| new.nonce.as_str()).collect();
        let answer = self
            .change(
                "google.create_people",
                Method::POST,
                "/v1/people:batchCreateContacts",
                &[],
                Some(body),
                Cost::BATCH_WRITE,
                &names,
            )
            .await?;
        // That the answer keeps the order is nowhere promised, so each contact is found by its nonce.
        let mut created: BTreeMap<String, Person> = BTreeMap::new();
        for response in answer["createdPeople"].as_array().into_iter().flatten() {
            let person = one(&response["person"])?;
            let nonce = person.client_data.iter().find(|(key, _)| key == GSYNC_NONCE).map(|(_, nonce)| nonce.clone());
            created.insert(nonce.unwrap_or_default(), person);
        }
        let found = new.iter().map(|new| created.remove(new.nonce.as_str()));
        found
            .collect::<Option<Vec<Person>>>()
            .ok_or_else(|| GoogleError::Uncertain("a created contact is missing in the answer".into()))
    }

    /// Replaces the fields in the mask. One critical write. The etag makes a repetition harmless.
    ///
    /// # Errors
    /// `Stale`, `NotFound`, `Uncertain`, `Refused` and those of any call.
    pub async fn update_person(&self, change: &PersonUpdate, mask: &UpdateMask) -> Result<Person, GoogleError> {
        let path = format!("/v1/{}:updateContact", change.resource);
        let query =
            [("updatePersonFields", mask.text()), ("personFields", read_mask()), ("sources", READ_SOURCE.to_owned())];
        let body = Value::Object(change.body(mask));
        let answer =
            self.change("google.update_person", Method::PATCH, &path, &query, Some(body), Cost::WRITE, &[]).await?;
        one(&answer)
    }

    /// Replaces the fields in the mask of up to 200 contacts, all or none; the answer is in their order. Six critical
    /// writes.
    ///
    /// # Errors
    /// As [`Account::update_person`]; `Refused` names the offending ones.
    pub async fn update_people(&self, changes: &[PersonUpdate], mask: &UpdateMask) -> Result<Vec<Person>, GoogleError> {
        let contacts: Map<String, Value> =
            changes.iter().map(|change| (change.resource.to_string(), Value::Object(change.body(mask)))).collect();
        let body = json!({ "contacts": contacts, "updateMask": mask.text(), "readMask": read_mask(), "sources": [READ_SOURCE] });
        let names: Vec<&str> = changes.iter().map(|change| change.resource.as_str()).collect();
        let answer = self
            .change(
                "google.update_people",
                Method::POST,
                "/v1/people:batchUpdateContacts",
                &[],
                Some(body),
                Cost::BATCH_WRITE,
                &names,
            )
            .await?;
        changes.iter().map(|change| one(&answer["updateResult"][change.resource.as_str()]["person"])).collect()
    }

    /// Deletes a contact; one that is gone already is a success. One write.
    ///
    /// # Errors
    /// `Uncertain` and those of any call.
    pub async fn delete_person(&self, name: &ResourceName) -> Result<(), GoogleError> {
        let path = format!("/v1/{name}:deleteContact");
        match self.change("google.delete_person", Method::DELETE, &path, &[], None, Cost::DELETE, &[]).await {
            Ok(_) | Err(GoogleError::NotFound) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// Deletes up to 500 contacts, all or none. Ten writes.
    ///
    /// # Errors
    /// `NotFound` when one of them does not exist; `Uncertain` and those of any call.
    pub async fn delete_people(&self, names: &[ResourceName]) -> Result<(), GoogleError> {
        let names: Vec<&str> = names.iter().map(ResourceName::as_str).collect();
        let body = json!({ "resourceNames": names });
        self.change(
            "google.delete_people",
            Method::POST,
            "/v1/people:batchDeleteContacts",
            &[],
            Some(body),
            Cost::BATCH_DELETE,
            &names,
        )
        .await
        .map(drop)
    }

    #[expect(clippy::too_many_arguments, reason = "private, and each is what an HTTP call has")]
    pub(super) async fn change(
        &self,
        name: &'static str,
        method: Method,
        path: &str,
        query: &[(&str, String)],
        body: Option<Value>,
        cost: Cost,
        names: &[&str],
    ) -> Result<Value, GoogleError> {
        let query: Vec<(&str, &str)> = query.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let url = self.line.people_url(path, &query);
        let call =
            Call { name, method, url, body, cost, effect: Effect::Change, scope: CONTACTS, names: names.to_vec() };
        self.line.send(&self.user, call).await
    }
}

fn one(json: &Value) -> Result<Person, GoogleError> {
    match person::read(json) {
        Some(Change::Present(person)) if person.etags.is_some() => Ok(person),
        _ => Err(GoogleError::Uncertain("a written contact is missing in the answer".into())),
    }
}
