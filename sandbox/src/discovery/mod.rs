//! Google's machine-readable description of the methods served, as far as the sandbox needs it.

pub(crate) mod params;
pub(crate) mod route;
pub(crate) mod schema;
pub(crate) mod selection;

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

const PEOPLE: &str = include_str!("../../discovery/people.v1.json");
const DIRECTORY: &str = include_str!("../../discovery/admin.directory_v1.json");

static APIS: LazyLock<Vec<Api>> =
    LazyLock::new(|| [PEOPLE, DIRECTORY].into_iter().filter_map(|text| serde_json::from_str(text).ok()).collect());

/// Both APIs.
pub(crate) fn apis() -> &'static [Api] {
    &APIS
}

/// The API and method with this discovery id.
pub(crate) fn method(id: &str) -> Option<(&'static Api, &'static Method)> {
    apis().iter().find_map(|api| api.methods.get(id).map(|method| (api, method)))
}

/// One API.
#[derive(Debug, Deserialize)]
pub(crate) struct Api {
    /// `people` or `admin`.
    pub(crate) name: String,
    /// Query parameters every method takes.
    pub(crate) parameters: BTreeMap<String, Parameter>,
    /// Methods by id.
    pub(crate) methods: BTreeMap<String, Method>,
    /// Types by name.
    pub(crate) schemas: BTreeMap<String, Schema>,
}

/// One method.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Method {
    /// Such as `people.people.get`.
    pub(crate) id: String,
    /// The HTTP verb.
    pub(crate) http_method: String,
    /// The path with one `{name}` per free segment.
    pub(crate) flat_path: String,
    /// Query and path parameters.
    pub(crate) parameters: BTreeMap<String, Parameter>,
    /// Type of the request body, if there is one.
    pub(crate) request: Option<Schema>,
    /// Type of the answer's body.
    pub(crate) response: Option<Schema>,
    /// OAuth scopes, any of which suffices.
    pub(crate) scopes: Vec<String>,
}

/// One parameter.
#[derive(Debug, Deserialize)]
pub(crate) struct Parameter {
    /// JSON type.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Refinement of the type.
    pub(crate) format: Option<String>,
    /// `query` or `path`.
    pub(crate) location: String,
    /// May occur more than once.
    #[serde(default)]
    pub(crate) repeated: bool,
    /// The only values allowed.
    #[serde(rename = "enum")]
    pub(crate) options: Option<Vec<String>>,
}

/// A type.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Schema {
    /// Name of another type.
    #[serde(rename = "$ref")]
    pub(crate) reference: Option<String>,
    /// JSON type.
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    /// Refinement of the type.
    pub(crate) format: Option<String>,
    /// The only values allowed.
    #[serde(rename = "enum")]
    pub(crate) options: Option<Vec<String>>,
    /// Type of an array's items.
    pub(crate) items: Option<Box<Schema>>,
    /// Fields of an object.
    pub(crate) properties: Option<BTreeMap<String, Schema>>,
    /// Type of a map's values.
    pub(crate) additional_properties: Option<Box<Schema>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_documents_parse() {
        assert_eq!(apis().len(), 2);
        assert!(method("people.people.connections.list").is_some());
        assert!(method("directory.users.list").is_some());
    }
}
