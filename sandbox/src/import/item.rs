//! One item of a person's field, built without its empty parts.

use serde_json::{Map, Value};

/// A JSON object under construction; empty text never becomes a key.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Item(Map<String, Value>);

impl Item {
    /// An item with one part.
    pub(super) fn of(key: &str, value: impl AsRef<str>) -> Self {
        Self::default().with(key, value)
    }

    /// Adds a part unless it is empty.
    pub(super) fn with(mut self, key: &str, value: impl AsRef<str>) -> Self {
        self.set(key, value.as_ref());
        self
    }

    /// Adds a part that may be missing.
    pub(super) fn with_some(self, key: &str, value: Option<impl AsRef<str>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Adds a structured part.
    pub(super) fn with_json(mut self, key: &str, value: Value) -> Self {
        self.0.insert(key.to_owned(), value);
        self
    }

    /// Replaces a part; an empty value leaves the item alone.
    pub(super) fn set(&mut self, key: &str, value: &str) {
        let value = super::text::clean(value);
        if !value.is_empty() {
            self.0.insert(key.to_owned(), Value::String(value));
        }
    }

    /// The text of a part, empty when it is missing.
    pub(super) fn text(&self, key: &str) -> &str {
        self.0.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// Bytes of all text in the item.
    pub(super) fn bytes(&self) -> usize {
        fn of(value: &Value) -> usize {
            match value {
                Value::String(text) => text.len(),
                Value::Array(items) => items.iter().map(of).sum(),
                Value::Object(parts) => parts.values().map(of).sum(),
                Value::Null | Value::Bool(_) | Value::Number(_) => 0,
            }
        }
        self.0.values().map(of).sum()
    }

    /// Whether the part exists.
    pub(super) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Whether anything but a type is in the item.
    pub(super) fn has_content(&self) -> bool {
        self.0.keys().any(|key| key != "type" && key != "protocol" && key != "key")
    }

    /// Takes out the parts longer than `limit` characters and returns the length of the longest.
    pub(super) fn remove_longer_than(&mut self, limit: usize) -> Option<usize> {
        let length = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
        let longest = self.0.values().map(length).max().filter(|longest| *longest > limit);
        self.0.retain(|_, value| length(value) <= limit);
        longest
    }

    /// The finished object.
    pub(super) fn into_value(self) -> Value {
        Value::Object(self.0)
    }
}
