//! vCard 2.1, 3.0 and 4.0 as phones and mail programs write them.
//!
//! The lines are read here rather than with a vCard library: real files mix versions, declare a character set per
//! property, break quoted-printable text anywhere and forget to fold, and every value has to survive that.

mod android;
mod card;
mod lines;
mod messaging;
mod names;
mod other;
mod personal;
mod property;
mod reach;
mod work;

use std::collections::HashMap;

use self::card::Card;
use self::property::Property;
use super::{AddressBook, Problem};

/// Whether the first line of a file is the beginning (or the misplaced end) of a vCard.
pub(super) fn recognises(first_line: &str) -> bool {
    let line: String = first_line.split_whitespace().collect();
    line.eq_ignore_ascii_case("BEGIN:VCARD") || line.eq_ignore_ascii_case("END:VCARD")
}

/// Reads all contacts of a file. Group cards become labels of their members.
pub(super) fn read(bytes: &[u8]) -> Result<AddressBook, (usize, Problem)> {
    let (groups, people): (Vec<_>, Vec<_>) = cards(bytes)?.into_iter().partition(Card::is_group);
    let names: Vec<String> = groups.iter().map(Card::display_name).collect();
    let mut labels: HashMap<String, Vec<&str>> = HashMap::new();
    for (group, name) in groups.iter().zip(&names) {
        for member in group.members() {
            labels.entry(member).or_default().push(name);
        }
    }
    let mut book = AddressBook::default();
    for person in &people {
        let mut draft = person.to_draft();
        for label in person.uid().and_then(|uid| labels.get(&uid)).into_iter().flatten() {
            draft.add_label("MEMBER", label);
        }
        book.push(draft);
    }
    Ok(book)
}

/// Splits a file into cards. A card inside of another one is its `AGENT`.
fn cards(bytes: &[u8]) -> Result<Vec<Card>, (usize, Problem)> {
    let mut done = Vec::new();
    let mut open: Vec<Card> = Vec::new();
    for line in lines::logical(bytes) {
        let number = line.number;
        let Some(property) = Property::parse(line) else {
            match open.last_mut() {
                Some(card) => card.unreadable += 1,
                None => return Err((number, Problem::Outside)),
            }
            continue;
        };
        let of_card = property.value.trim().eq_ignore_ascii_case("VCARD");
        match (property.name.as_str(), open.last_mut()) {
            ("BEGIN", None) if of_card => open.push(Card::new(number)),
            ("BEGIN", Some(outer)) if of_card => {
                if !outer.expects_agent() {
                    return Err((outer.line, Problem::Unclosed));
                }
                open.push(Card::new(number));
            }
            ("END", None) if of_card => return Err((number, Problem::EndWithoutBegin)),
            ("END", Some(_)) if of_card => {
                if let Some(card) = open.pop() {
                    let is_agent_of_contact = open.len() == 1;
                    match open.last_mut() {
                        Some(contact) if is_agent_of_contact => contact.agents.push(card),
                        // Of an agent only the name is kept; that it had an agent itself is told by its property.
                        Some(_) => {}
                        None => done.push(card),
                    }
                }
            }
            (_, Some(card)) => card.push(property),
            (_, None) => return Err((number, Problem::Outside)),
        }
    }
    match open.first() {
        Some(card) => Err((card.line, Problem::Unclosed)),
        None => Ok(done),
    }
}
