//! What one document may ask for, checked before anything of it is validated or executed.
//!
//! Fragments are measured once each: a document of a few lines can expand to billions of fields, and the validation of
//! async-graphql would walk them all. The cost of pages is counted by `complexity` on the fields (see [`page_cost`]).

use std::collections::HashMap;

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
};

use super::ApiError;

/// Limits of one document and one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Levels of fields. Introspection does not count.
    pub depth: usize,
    /// Cost of the document: a field costs one, a page its items.
    pub complexity: usize,
    /// Fields, fragments expanded.
    pub fields: usize,
    /// Aliases, fragments expanded.
    pub aliases: usize,
    /// Root fields of one mutation.
    pub root_mutations: usize,
    /// Bytes of a request's body, or of one message on a socket.
    pub body_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 15, complexity: 50_000, fields: 2_000, aliases: 100, root_mutations: 10, body_bytes: 1024 * 1024 }
    }
}

/// Lists that an introspection may nest (`types { fields { type { fields …`). GraphiQL and code generators need one.
const INTROSPECTION_LISTS: usize = 3;
/// Nested selections and spreads that are followed at all; people and code generators stay far below.
pub(super) const NESTING: usize = 100;

/// Cost of a page: its items times the cost of one. Clamped, because this runs before the arguments are checked.
pub(super) fn page_cost(first: Option<i32>, default: i32, child: usize) -> usize {
    let items = usize::try_from(first.unwrap_or(default).clamp(1, super::page::MAX_PAGE)).unwrap_or(1);
    items.saturating_mul(child).saturating_add(1)
}

impl Limits {
    /// Measures the document and refuses what is beyond a limit.
    ///
    /// # Errors
    /// `CostLimitExceeded`; `ValidationFailed` for a subscription to several fields.
    pub(super) fn check(&self, document: &ExecutableDocument, operation: Option<&str>) -> Result<(), ApiError> {
        let mut ruler = Ruler { document, known: HashMap::new() };
        let mut whole = Size::default();
        for (_, definition) in document.operations.iter() {
            whole.add(ruler.selection(&definition.node.selection_set.node, NESTING));
        }
        let within = |what: &'static str, requested: usize, maximum: usize| {
            if requested > maximum { Err(ApiError::CostLimitExceeded { what, requested, maximum }) } else { Ok(()) }
        };
        within("levels of selections", whole.nesting, NESTING)?;
        within("nested lists of the introspection", whole.lists, INTROSPECTION_LISTS)?;
        within("levels of fields", whole.depth, self.depth)?;
        within("fields", whole.fields, self.fields)?;
        within("aliases", whole.aliases, self.aliases)?;
        let Some(definition) = chosen(document, operation) else { return Ok(()) };
        let root = ruler.selection(&definition.selection_set.node, NESTING).width;
        match definition.ty {
            OperationType::Query => Ok(()),
            OperationType::Mutation => within("root fields of a mutation", root, self.root_mutations),
            OperationType::Subscription if root > 1 => {
                Err(ApiError::ValidationFailed("A subscription selects exactly one root field.".into()))
            }
            OperationType::Subscription => Ok(()),
        }
    }
}

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

#[derive(Debug, Clone, Copy, Default)]
struct Size {
    fields: usize,
    aliases: usize,
    depth: usize,
    /// Fields of the outermost level.
    width: usize,
    /// Nested lists of an introspection.
    lists: usize,
    /// Beyond [`NESTING`] where the measuring was given up.
    nesting: usize,
}

impl Size {
    /// Adds what stands beside.
    fn add(&mut self, other: Size) {
        self.fields = self.fields.saturating_add(other.fields);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.width = self.width.saturating_add(other.width);
        self.depth = self.depth.max(other.depth);
        self.lists = self.lists.max(other.lists);
        self.nesting = self.nesting.max(other.nesting);
    }
}

struct Ruler<'a> {
    document: &'a ExecutableDocument,
    known: HashMap<&'a str, Size>,
}

impl<'a> Ruler<'a> {
    fn selection(&mut self, set: &'a SelectionSet, nesting: usize) -> Size {
        let mut size = Size::default();
        let Some(nesting) = nesting.checked_sub(1) else {
            size.nesting = NESTING + 1;
            return size;
        };
        for selection in &set.items {
            size.add(match &selection.node {
                Selection::Field(field) => {
                    let inner = self.selection(&field.node.selection_set.node, nesting);
                    let name = field.node.name.node.as_str();
                    let is_list = matches!(name, "fields" | "inputFields" | "interfaces" | "possibleTypes");
                    let is_introspection = matches!(name, "__schema" | "__type");
                    Size {
                        fields: inner.fields.saturating_add(1),
                        aliases: inner.aliases.saturating_add(usize::from(field.node.alias.is_some())),
                        depth: if is_introspection { 1 } else { inner.depth + 1 },
                        width: 1,
                        lists: inner.lists + usize::from(is_list),
                        nesting: inner.nesting,
                    }
                }
                Selection::InlineFragment(fragment) => self.selection(&fragment.node.selection_set.node, nesting),
                Selection::FragmentSpread(spread) => self.fragment(spread.node.fragment_name.node.as_str(), nesting),
            });
        }
        size
    }

    fn fragment(&mut self, name: &str, nesting: usize) -> Size {
        let Some((name, definition)) = self.document.fragments.get_key_value(name) else {
            return Size::default(); // unknown: the validation says so
        };
        if let Some(&size) = self.known.get(name.as_str()) {
            return size;
        }
        self.known.insert(name, Size::default()); // a cycle ends here, and the validation refuses it
        let size = self.selection(&definition.node.selection_set.node, nesting);
        self.known.insert(name, size);
        size
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn check(text: &str) -> Result<(), ApiError> {
        Limits::default().check(&parse_query(text).unwrap(), None)
    }

    fn exceeded(text: &str) -> &'static str {
        match check(text) {
            Err(ApiError::CostLimitExceeded { what, .. }) => what,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_document_that_expands_to_billions_of_fields_is_refused_at_once() {
        let bomb: String =
            (0..40).map(|i| format!("fragment f{i} on Query {{ ...f{n} ...f{n} }} ", n = i + 1)).collect();
        assert_eq!(exceeded(&format!("{{ ...f0 }} {bomb} fragment f40 on Query {{ __typename }}")), "fields");
    }

    #[test]
    fn cycles_and_long_chains_of_fragments_are_measured_without_end() {
        assert_eq!(check("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }"), Ok(()));
        let chain: String = (0..5_000).map(|i| format!("fragment f{i} on Query {{ ...f{} }} ", i + 1)).collect();
        assert_eq!(exceeded(&format!("{{ ...f0 }} {chain} fragment f5000 on Query {{ a }}")), "levels of selections");
    }

    #[test]
    fn depth_aliases_and_root_fields_are_limited() {
        assert_eq!(exceeded(&format!("{}a{}", "{ a".repeat(16), "}".repeat(16))), "levels of fields");
        let aliases: String = (0..101).map(|i| format!("a{i}: __typename ")).collect();
        assert_eq!(exceeded(&format!("{{ {aliases} }}")), "aliases");
        assert_eq!(exceeded(&format!("mutation {{ {} }}", "deleteJob ".repeat(11))), "root fields of a mutation");
        assert!(matches!(check("subscription { a b }"), Err(ApiError::ValidationFailed(_))));
    }

    #[test]
    fn introspection_is_free_but_not_boundless() {
        let types = "ofType { ".repeat(20) + "name" + &" }".repeat(20);
        assert_eq!(check(&format!("{{ __schema {{ types {{ fields {{ type {{ {types} }} }} }} }} }}")), Ok(()));
        let nested = "fields { type { ".repeat(4) + "name" + &" } }".repeat(4);
        assert_eq!(
            exceeded(&format!("{{ __schema {{ types {{ {nested} }} }} }}")),
            "nested lists of the introspection"
        );
    }

    #[test]
    fn pages_multiply_and_nonsense_is_clamped() {
        assert_eq!(page_cost(None, 25, 4), 101);
        assert_eq!(page_cost(Some(-1), 25, 4), 5);
        assert_eq!(page_cost(Some(i32::MAX), 25, usize::MAX), usize::MAX);
    }
}
