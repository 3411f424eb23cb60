//! What is copied: the writable content of a personal contact.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

/// Resource name of the system group that every address book shows.
pub const MY_CONTACTS: &str = "contactGroups/myContacts";

/// Google's name of a person or a contact group in one account: `people/c…`, `contactGroups/…`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResourceName(String);

impl ResourceName {
    /// Takes a resource name as Google wrote it.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name as Google wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! fields {
    ($($name:ident $path:literal [$($sub:literal)*];)*) => {
        /// A field of a contact that is copied, by its name in the People API.
        ///
        /// Writable fields and subfields as in the discovery document of the People API v1 (schema `Person`, properties
        /// that are not output only). Left out on purpose: `clientData` and `memberships`, which belong to the account
        /// they are in, and photos, which no update mask takes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "the names are Google's; their meaning is in the People API reference")]
        pub enum Field { $($name),* }

        impl Field {
            /// All copied fields, by name.
            pub const ALL: &'static [Field] = &[$(Field::$name),*];

            /// Name in masks and bodies.
            #[must_use]
            pub fn path(self) -> &'static str {
                match self { $(Field::$name => $path),* }
            }

            /// Subfields that may be written. The others are derived by Google.
            #[must_use]
            pub fn subfields(self) -> &'static [&'static str] {
                match self { $(Field::$name => &[$($sub),*]),* }
            }
        }
    };
}

fields! {
    Addresses "addresses" ["streetAddress" "extendedAddress" "city" "region" "postalCode" "poBox" "country" "countryCode" "type" "formattedValue"];
    Biographies "biographies" ["value" "contentType"];
    Birthdays "birthdays" ["date" "text"];
    CalendarUrls "calendarUrls" ["url" "type"];
    EmailAddresses "emailAddresses" ["value" "type" "displayName"];
    Events "events" ["date" "type"];
    ExternalIds "externalIds" ["value" "type"];
    Genders "genders" ["value" "addressMeAs"];
    ImClients "imClients" ["username" "protocol" "type"];
    Interests "interests" ["value"];
    Locales "locales" ["value"];
    Locations "locations" ["value" "type" "current" "buildingId" "floor" "floorSection" "deskCode"];
    MiscKeywords "miscKeywords" ["value" "type"];
    Names "names" ["givenName" "familyName" "middleName" "honorificPrefix" "honorificSuffix" "phoneticGivenName" "phoneticFamilyName" "phoneticMiddleName" "phoneticFullName" "phoneticHonorificPrefix" "phoneticHonorificSuffix" "unstructuredName"];
    Nicknames "nicknames" ["value" "type"];
    Occupations "occupations" ["value"];
    Organizations "organizations" ["name" "title" "department" "jobDescription" "location" "domain" "symbol" "phoneticName" "costCenter" "current" "startDate" "endDate" "type" "fullTimeEquivalentMillipercent"];
    PhoneNumbers "phoneNumbers" ["value" "type"];
    Relations "relations" ["person" "type"];
    SipAddresses "sipAddresses" ["value" "type"];
    Urls "urls" ["value" "type"];
    UserDefined "userDefined" ["key" "value"];
}

/// The copied content of one contact: per field its items, reduced to what may be written. Empty fields are absent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Content(BTreeMap<Field, Vec<Map<String, Value>>>);

impl Content {
    /// Sets the items of a field; none removes it.
    pub fn set(&mut self, field: Field, items: Vec<Map<String, Value>>) {
        if items.is_empty() {
            self.0.remove(&field);
        } else {
            self.0.insert(field, items);
        }
    }

    /// Items of a field; none when it is absent.
    #[must_use]
    pub fn items(&self, field: Field) -> &[Map<String, Value>] {
        self.0.get(&field).map_or(&[], Vec::as_slice)
    }

    /// The fields that are present.
    pub fn fields(&self) -> impl Iterator<Item = (Field, &[Map<String, Value>])> {
        self.0.iter().map(|(&field, items)| (field, items.as_slice()))
    }
}
