//! Field masks: one text with commas.

use super::field::{FIELDS, Field, field};
use crate::refusal::Refusal;

const PATHS: &str = "Valid paths are documented at https://developers.google.com/people/api/rest/v1/people";

/// The fields asked for, each once, in the order of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mask(Vec<&'static Field>);

impl Mask {
    /// A read mask that has to be there.
    pub(crate) fn required(name: &str, text: Option<&str>) -> Result<Self, Refusal> {
        match text.map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => Self::parse(name, text, "get"),
            None => Err(missing(name, "get")),
        }
    }

    /// A read mask whose absence means everything.
    pub(crate) fn or_all(name: &str, text: Option<&str>) -> Result<Self, Refusal> {
        match text.map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => Self::parse(name, text, "get"),
            None => Ok(Self(FIELDS.iter().filter(|field| field.name != "fileAses").collect())),
        }
    }

    /// A mask of fields to write.
    pub(crate) fn update(name: &str, text: Option<&str>) -> Result<Self, Refusal> {
        let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
            return Err(missing(name, "updateContact"));
        };
        let mask = Self::parse(name, text, "updateContact")?;
        match mask.0.iter().find(|field| !field.writable) {
            Some(field) => Err(wrong(name, field.name, "updateContact")),
            None => Ok(mask),
        }
    }

    fn parse(name: &str, text: &str, page: &str) -> Result<Self, Refusal> {
        let mut wanted = Vec::new();
        for path in text.split(',').map(str::trim) {
            wanted.push(field(path).ok_or_else(|| wrong(name, path, page))?);
        }
        Ok(Self(FIELDS.iter().filter(|field| wanted.contains(field)).collect()))
    }

    /// The fields.
    pub(crate) fn fields(&self) -> &[&'static Field] {
        &self.0
    }

    /// Is the field asked for?
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|field| field.name == name)
    }
}

fn missing(name: &str, page: &str) -> Refusal {
    Refusal::invalid(format!("{name} mask is required. Please specify one or more valid paths. {PATHS}/{page}."))
}

fn wrong(name: &str, path: &str, page: &str) -> Refusal {
    Refusal::invalid(format!("Invalid {name} mask path: \"{path}\". {PATHS}/{page}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_masks_are_required_and_checked() {
        assert_eq!(
            Mask::required("personFields", None).unwrap_err().message,
            "personFields mask is required. Please specify one or more valid paths. Valid paths are documented at https://developers.google.com/people/api/rest/v1/people/get."
        );
        assert!(
            Mask::required("personFields", Some("names,etag"))
                .unwrap_err()
                .message
                .starts_with("Invalid personFields mask path: \"etag\". Valid paths are documented at")
        );
        assert!(Mask::required("personFields", Some("fileAses")).is_err());
        assert_eq!(Mask::required("personFields", Some("photos,names")).unwrap().fields().len(), 2);
    }

    #[test]
    fn photos_cannot_be_written() {
        assert!(Mask::update("updatePersonFields", Some("names,photos")).is_err());
        assert!(Mask::update("updatePersonFields", Some("names,memberships")).is_ok());
    }
}
