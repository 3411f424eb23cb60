//! Answers in the order of their document (§7.2.2 of the specification). async-graphql 7 puts a field where it was resolved,
//! so that what waited for the database comes last.

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Name, Value, indexmap::IndexMap};

use super::operation::chosen;

/// Response keys of a selection in the order of the document, each with what is selected below it. Fragments on different
/// types are merged: of any object, the keys that it has come in this order.
#[derive(Default)]
struct Order(IndexMap<Name, Order>);

/// Puts the fields of an answer into the order of its document, which was validated: no fragment holds itself.
pub(super) fn arrange(data: &mut Value, document: &ExecutableDocument, operation: Option<&str>) {
    if *data != Value::Null {
        Order::of(document, operation).arrange(data);
    }
}

impl Order {
    fn of(document: &ExecutableDocument, operation: Option<&str>) -> Self {
        let mut order = Self::default();
        if let Some(operation) = chosen(document, operation) {
            order.add(&operation.selection_set.node, document);
        }
        order
    }

    fn add(&mut self, set: &SelectionSet, document: &ExecutableDocument) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let below = self.0.entry(field.node.response_key().node.clone()).or_default();
                    below.add(&field.node.selection_set.node, document);
                }
                Selection::InlineFragment(fragment) => self.add(&fragment.node.selection_set.node, document),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                        self.add(&fragment.node.selection_set.node, document);
                    }
                }
            }
        }
    }

    fn arrange(&self, value: &mut Value) {
        match value {
            Value::Object(fields) => {
                let mut found = std::mem::take(fields);
                for (key, below) in &self.0 {
                    if let Some(mut value) = found.swap_remove(key) {
                        below.arrange(&mut value);
                        fields.insert(key.clone(), value);
                    }
                }
                fields.extend(found); // of scalars that are objects, which no selection names
            }
            Value::List(items) => items.iter_mut().for_each(|item| self.arrange(item)),
            _ => {}
        }
    }
}
