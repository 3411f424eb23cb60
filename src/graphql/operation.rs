//! The one operation of a document that is to be executed.

use std::collections::HashSet;

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
    VariableDefinition,
};
use async_graphql::{Name, Variables};

use super::Kind;

/// The operation that is to be executed. `None` when the document does not say.
pub(super) fn chosen<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Option<&'a OperationDefinition> {
    match (&document.operations, name) {
        (DocumentOperations::Single(definition), _) => Some(&definition.node),
        (DocumentOperations::Multiple(many), Some(name)) => many.get(name).map(|definition| &definition.node),
        (DocumentOperations::Multiple(many), None) => {
            many.values().next().filter(|_| many.len() == 1).map(|definition| &definition.node)
        }
    }
}

/// Kind of the operation that is to be executed.
pub(super) fn kind(document: &ExecutableDocument, name: Option<&str>) -> Option<Kind> {
    chosen(document, name).map(|operation| match operation.ty {
        OperationType::Query => Kind::Query,
        OperationType::Mutation => Kind::Mutation,
        OperationType::Subscription => Kind::Subscription,
    })
}

/// A variable that the operation requires and that was not given.
pub(super) fn missing_variable<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
    given: &Variables,
) -> Option<&'a VariableDefinition> {
    let definitions = chosen(document, name)?.variable_definitions.iter().map(|definition| &definition.node);
    let is_required = |one: &&VariableDefinition| !one.var_type.node.nullable && one.default_value.is_none();
    definitions.filter(is_required).find(|one| !given.contains_key(&one.name.node))
}

/// The document with this operation alone and the fragments that it needs, where there are other operations: what is not
/// executed costs nothing. `None` where there is nothing to leave out.
pub(super) fn alone(document: &ExecutableDocument, name: Option<&str>) -> Option<ExecutableDocument> {
    let DocumentOperations::Multiple(many) = &document.operations else { return None };
    let (name, definition) = many.get_key_value(name?).filter(|_| many.len() > 1)?;
    let mut needed = HashSet::new();
    spreads(&definition.node.selection_set.node, document, &mut needed);
    let fragments = document.fragments.iter().filter(|(name, _)| needed.contains(*name));
    Some(ExecutableDocument {
        operations: DocumentOperations::Multiple([(name.clone(), definition.clone())].into()),
        fragments: fragments.map(|(name, fragment)| (name.clone(), fragment.clone())).collect(),
    })
}

fn spreads<'a>(set: &'a SelectionSet, document: &'a ExecutableDocument, found: &mut HashSet<&'a Name>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => spreads(&field.node.selection_set.node, document, found),
            Selection::InlineFragment(fragment) => spreads(&fragment.node.selection_set.node, document, found),
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if let Some(fragment) = document.fragments.get(name)
                    && found.insert(name)
                {
                    spreads(&fragment.node.selection_set.node, document, found);
                }
            }
        }
    }
}
