//! The `fields` parameter: a part of the answer only.

use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// Fields to keep, each with what to keep inside; nothing inside means all of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection(Vec<(String, Self)>);

impl Selection {
    /// Reads a selection such as `nextPageToken,users(id,name/fullName)`.
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let mut rest = text;
        match Self::list(&mut rest) {
            Some(selection) if rest.is_empty() => Ok(selection),
            _ => {
                let text = format!("Invalid field selection {text}");
                Err(Refusal::invalid(text.clone()).with_violation("fields", &text))
            }
        }
    }

    fn list(rest: &mut &str) -> Option<Self> {
        let mut fields = Vec::new();
        loop {
            fields.push(Self::path(rest)?);
            match rest.strip_prefix(',') {
                Some(after) => *rest = after,
                None => return Some(Self(fields)),
            }
        }
    }

    fn path(rest: &mut &str) -> Option<(String, Self)> {
        let end = rest.find([',', '/', '(', ')']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        *rest = after;
        let name = name.trim();
        if name.is_empty() {
            return None;
        }
        let inside = if let Some(after) = rest.strip_prefix('/') {
            *rest = after;
            Self(vec![Self::path(rest)?])
        } else if let Some(after) = rest.strip_prefix('(') {
            *rest = after;
            let list = Self::list(rest)?;
            *rest = rest.strip_prefix(')')?;
            list
        } else {
            Self::default()
        };
        Some((name.to_owned(), inside))
    }

    /// Keeps the selected part of a value; lists are looked into.
    pub(crate) fn keep(&self, value: Value) -> Value {
        match value {
            _ if self.0.is_empty() => value,
            Value::Array(items) => items.into_iter().map(|item| self.keep(item)).collect(),
            Value::Object(map) => Value::Object(self.keep_fields(map)),
            other => other,
        }
    }

    fn keep_fields(&self, map: Map<String, Value>) -> Map<String, Value> {
        let mut kept = Map::new();
        for (name, value) in map {
            let mut of = self.0.iter().filter(|(field, _)| *field == name || field == "*").map(|(_, inside)| inside);
            let Some(first) = of.next() else { continue };
            let mut part = first.keep(value.clone());
            for more in of {
                merge(&mut part, more.keep(value.clone()));
            }
            kept.insert(name, part);
        }
        kept
    }
}

/// Adds what another selection kept of the same value.
fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                match into.get_mut(&name) {
                    Some(there) => merge(there, value),
                    None => drop(into.insert(name, value)),
                }
            }
        }
        (Value::Array(into), Value::Array(from)) => into.iter_mut().zip(from).for_each(|(a, b)| merge(a, b)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kept(selection: &str) -> Value {
        let page = json!({
            "kind": "x",
            "nextPageToken": "t",
            "users": [{ "id": "1", "name": { "fullName": "A B", "givenName": "A" }, "suspended": false }],
        });
        Selection::parse(selection).unwrap().keep(page)
    }

    #[test]
    fn lists_paths_and_stars_select() {
        let expected = json!({ "nextPageToken": "t", "users": [{ "id": "1", "name": { "fullName": "A B" } }] });
        assert_eq!(kept("nextPageToken,users(id,name/fullName)"), expected);
        assert_eq!(kept("nextPageToken, users/id,users/name/fullName"), expected);
        assert_eq!(kept("users/name/*"), json!({ "users": [{ "name": { "fullName": "A B", "givenName": "A" } }] }));
        assert_eq!(kept("colour"), json!({}));
    }

    #[test]
    fn half_a_selection_is_refused() {
        for text in ["", "users(", "users(id", "a,,b", "a)", "a/"] {
            assert!(Selection::parse(text).is_err(), "{text}");
        }
    }
}
