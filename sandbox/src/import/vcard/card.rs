//! One card, and how its properties become a contact.

use std::collections::{HashMap, HashSet};

use super::property::Property;
use super::{android, messaging, names, other, personal, reach, work};
use crate::import::DropReason;
use crate::import::draft::{Draft, MAX_CHARACTERS};
use crate::import::types;

/// The property that labels the others of its group.
pub(super) const LABEL: &str = "X-ABLABEL";

/// The properties between `BEGIN:VCARD` and `END:VCARD`.
#[derive(Debug)]
pub(super) struct Card {
    /// The line of its `BEGIN`.
    pub(super) line: usize,
    /// Its properties in order.
    pub(super) properties: Vec<Property>,
    /// The types that labels (`item1.X-ABLabel`) give to their groups, the first of each.
    labels: HashMap<String, Option<String>>,
    /// Groups with a property that a label can label.
    labelled: HashSet<String>,
    /// Cards nested in it as `AGENT`.
    pub(super) agents: Vec<Card>,
    /// Lines that are no property.
    pub(super) unreadable: usize,
}

impl Card {
    /// A card that begins on a line.
    pub(super) fn new(line: usize) -> Self {
        Self {
            line,
            properties: Vec::new(),
            labels: HashMap::new(),
            labelled: HashSet::new(),
            agents: Vec::new(),
            unreadable: 0,
        }
    }

    /// Adds a property.
    pub(super) fn push(&mut self, property: Property) {
        if let Some(group) = &property.group {
            if property.name == LABEL {
                let kind = || types::from_label(&property.text()).filter(|kind| kind.chars().count() <= MAX_CHARACTERS);
                self.labels.entry(group.clone()).or_insert_with(kind);
            } else {
                self.labelled.insert(group.clone());
            }
        }
        self.properties.push(property);
    }

    /// Whether a label is tied to another property.
    pub(super) fn has_labelled(&self, label: &Property) -> bool {
        label.group.as_ref().is_some_and(|group| self.labelled.contains(group))
    }

    /// Whether the last property announces a nested card.
    pub(super) fn expects_agent(&self) -> bool {
        self.properties.last().is_some_and(|last| last.name == "AGENT" && last.value.trim().is_empty())
    }

    /// The first property of a name.
    pub(super) fn first(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// All properties of a name.
    pub(super) fn all<'card, 'name>(
        &'card self,
        name: &'name str,
    ) -> impl Iterator<Item = &'card Property> + use<'card, 'name> {
        self.properties.iter().filter(move |property| property.name == name)
    }

    /// Whether the card is a group of contacts and not a contact.
    pub(super) fn is_group(&self) -> bool {
        ["KIND", "X-ADDRESSBOOKSERVER-KIND"]
            .iter()
            .any(|name| self.first(name).is_some_and(|kind| kind.text().eq_ignore_ascii_case("group")))
    }

    /// Identifiers of the members of a group.
    pub(super) fn members(&self) -> Vec<String> {
        let members = self.all("MEMBER").chain(self.all("X-ADDRESSBOOKSERVER-MEMBER"));
        members.map(|member| bare_uid(&member.text())).collect()
    }

    /// The identifier groups refer to.
    pub(super) fn uid(&self) -> Option<String> {
        self.first("UID").map(|uid| bare_uid(&uid.text()))
    }

    /// The name to show for the card.
    pub(super) fn display_name(&self) -> String {
        let formatted = self.first("FN").map(Property::text).filter(|name| !name.is_empty());
        formatted.or_else(|| self.first("N").map(names::in_one_line)).unwrap_or_default()
    }

    /// The label tied to a property by its group (`item1.X-ABLabel`), as a type.
    pub(super) fn label_type(&self, property: &Property) -> Option<String> {
        self.labels.get(property.group.as_ref()?)?.clone()
    }

    /// The type of a property: its label, or else the words of its parameters.
    pub(super) fn type_of(&self, property: &Property) -> Option<String> {
        self.label_type(property).or_else(|| types::general(&property.types()))
    }

    /// The contact the card describes.
    pub(super) fn to_draft(&self) -> Draft {
        let mut draft = Draft::default();
        names::read(&mut draft, self);
        for property in &self.properties {
            if property.is_binary {
                draft.drop(&property.name, DropReason::Media);
                continue;
            }
            let _taken = names::takes(property)
                || reach::read(&mut draft, self, property)
                || messaging::read(&mut draft, self, property)
                || work::read(&mut draft, self, property)
                || personal::read(&mut draft, self, property)
                || android::read(&mut draft, property)
                || other::read(&mut draft, self, property);
        }
        reach::complete(&mut draft, self);
        work::complete(&mut draft, self);
        for agent in &self.agents {
            personal::add_agent(&mut draft, &agent.display_name());
            let details =
                agent.properties.iter().filter(|detail| !matches!(detail.name.as_str(), "N" | "FN" | "VERSION"));
            for detail in details {
                draft.drop(&format!("AGENT.{}", detail.name), DropReason::NoPlace);
            }
        }
        for _ in 0..self.unreadable {
            draft.drop("VCARD", DropReason::NoPlace);
        }
        draft
    }
}

fn bare_uid(uid: &str) -> String {
    uid.trim_start_matches("urn:uuid:").to_ascii_lowercase()
}
