//! The fields of a person.

/// A field of a person.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// As in masks and JSON.
    pub(crate) name: &'static str,
    /// May be in an update mask.
    pub(crate) writable: bool,
    /// One per contact at most.
    pub(crate) single: bool,
    /// Subfields Google fills in itself, beside `metadata` and `formattedType`.
    pub(crate) derived: &'static [&'static str],
}

const fn list(name: &'static str) -> Field {
    Field { name, writable: true, single: false, derived: &[] }
}

const fn shown(name: &'static str) -> Field {
    Field { name, writable: false, single: false, derived: &[] }
}

const fn derived(name: &'static str, derived: &'static [&'static str]) -> Field {
    Field { name, writable: true, single: false, derived }
}

const fn single(name: &'static str, derived: &'static [&'static str]) -> Field {
    Field { name, writable: true, single: true, derived }
}

/// All fields a mask may name. The place in this list is the number in a person's etag.
pub(crate) static FIELDS: [Field; 30] = [
    list("addresses"),
    shown("ageRanges"),
    single("biographies", &[]),
    single("birthdays", &[]),
    list("calendarUrls"),
    list("clientData"),
    shown("coverPhotos"),
    list("emailAddresses"),
    list("events"),
    list("externalIds"),
    single("genders", &["formattedValue"]),
    derived("imClients", &["formattedProtocol"]),
    list("interests"),
    list("locales"),
    list("locations"),
    list("memberships"),
    shown("metadata"),
    list("miscKeywords"),
    single("names", &["displayName", "displayNameLastFirst"]),
    list("nicknames"),
    list("occupations"),
    list("organizations"),
    derived("phoneNumbers", &["canonicalForm"]),
    shown("photos"),
    list("relations"),
    list("sipAddresses"),
    shown("skills"),
    list("urls"),
    list("userDefined"),
    shown("fileAses"),
];

/// The field with this name, where a mask may name it.
pub(crate) fn field(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name && name != "fileAses")
}

/// The place of the field in [`FIELDS`], from 1.
pub(crate) fn number(field: &Field) -> u8 {
    FIELDS.iter().position(|other| other == field).and_then(|at| u8::try_from(at + 1).ok()).unwrap_or(0)
}
