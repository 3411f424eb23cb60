//! What one document may ask for, checked before anything of it is validated or executed.
//!
//! Fragments are measured once each: a document of a few lines can expand to billions of fields, or of spreads of fragments
//! that do not even exist, and the validation of async-graphql would walk them all. The cost of pages is counted by
//! `complexity` on the fields (see [`page_cost`]).

use std::collections::HashMap;
use std::time::Duration;

use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet};

use super::operation::chosen;
use super::{ApiError, RateLimit, lexis};

/// Limits of one document, of one request and of one caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Levels of fields. Introspection does not count.
    pub depth: usize,
    /// Cost of the document: a field costs one, a page its items.
    pub complexity: usize,
    /// Fields, fragments expanded; and as many spreads and inline fragments.
    pub fields: usize,
    /// Aliases, fragments expanded.
    pub aliases: usize,
    /// Root fields of one query.
    pub root_fields: usize,
    /// Root fields of one mutation.
    pub root_mutations: usize,
    /// Directives, fragments expanded.
    pub directives: usize,
    /// Tokens of the document: names, numbers, strings and punctuators.
    pub tokens: usize,
    /// Items of a page, at most 100.
    pub page: i32,
    /// Bytes of a request's body, or of one message on a socket.
    pub body_bytes: usize,
    /// How long a query or a mutation may take.
    pub request_time: Duration,
    /// What each caller may spend.
    pub rate: RateLimit,
    /// Callers with a token may introspect the schema.
    pub introspection: bool,
    /// Callers without a token may introspect the schema, and nothing else.
    pub anonymous_introspection: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 15,
            complexity: 50_000,
            fields: 2_000,
            aliases: 100,
            root_fields: 100,
            root_mutations: 10,
            directives: 100,
            tokens: 10_000,
            page: super::page::MAX_PAGE,
            body_bytes: 1024 * 1024,
            request_time: Duration::from_secs(60),
            rate: RateLimit::default(),
            introspection: true,
            anonymous_introspection: false,
        }
    }
}

/// Lists that an introspection may nest (`types { fields { type { fields …`). GraphiQL and code generators need one.
const INTROSPECTION_LISTS: usize = 3;
/// Nested selections and spreads that are followed at all; people and code generators stay far below.
pub(super) const NESTING: usize = 100;

/// Price of a field that is read live from Google, whose quota the syncs need: on top of its items.
pub(super) const LIVE: usize = 100;

/// Cost of a page: its items times the cost of one. Clamped, because this runs before the arguments are checked.
pub(super) fn page_cost(first: Option<i32>, default: i32, child: usize) -> usize {
    let items = usize::try_from(first.unwrap_or(default).clamp(1, super::page::MAX_PAGE)).unwrap_or(1);
    items.saturating_mul(child).saturating_add(1)
}

/// What a document reads of the schema itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Introspection {
    /// Nothing.
    None,
    /// So many fields, beside others.
    Some(usize),
    /// So many fields, and nothing else.
    Only(usize),
}

impl Introspection {
    /// Fields of the schema itself, which the library counts into the cost of the document.
    pub(super) fn fields(self) -> usize {
        match self {
            Self::None => 0,
            Self::Some(fields) | Self::Only(fields) => fields,
        }
    }
}

fn within(what: &'static str, requested: usize, maximum: usize) -> Result<(), ApiError> {
    if requested > maximum { Err(ApiError::CostLimitExceeded { what, requested, maximum }) } else { Ok(()) }
}

impl Limits {
    /// Counts the document before it is parsed.
    ///
    /// # Errors
    /// `CostLimitExceeded`.
    pub(super) fn check_text(&self, text: &str) -> Result<(), ApiError> {
        let lexis = lexis::measure(text);
        within("tokens", lexis.tokens, self.tokens)?;
        within("levels of brackets", lexis.nesting, NESTING)
    }

    /// Measures the document and refuses what is beyond a limit.
    ///
    /// # Errors
    /// `CostLimitExceeded`; `ValidationFailed` for a subscription to several fields.
    pub(super) fn check(
        &self,
        document: &ExecutableDocument,
        operation: Option<&str>,
    ) -> Result<Introspection, ApiError> {
        let mut ruler = Ruler { document, known: HashMap::new() };
        let mut whole = Size::default();
        for (_, definition) in document.operations.iter() {
            whole.add(ruler.selection(&definition.node.selection_set.node, NESTING));
            whole.directives += definition.node.directives.len();
            whole.directives += definition
                .node
                .variable_definitions
                .iter()
                .map(|variable| variable.node.directives.len())
                .sum::<usize>();
        }
        // The validation follows fragments that nobody uses, too.
        let unused = document.fragments.keys().map(|name| ruler.fragment(name, NESTING).nesting).max().unwrap_or(0);
        within("levels of selections", whole.nesting.max(unused), NESTING)?;
        within("nested lists of the introspection", whole.lists, INTROSPECTION_LISTS)?;
        within("levels of fields", whole.depth, self.depth)?;
        within("fields", whole.fields, self.fields)?;
        within("fragments", whole.fragments, self.fields)?;
        within("aliases", whole.aliases, self.aliases)?;
        within("directives", whole.directives, self.directives)?;
        let Some(definition) = chosen(document, operation) else { return Ok(Introspection::None) };
        let root = ruler.selection(&definition.selection_set.node, NESTING);
        match definition.ty {
            OperationType::Query => within("root fields of a query", root.width, self.root_fields)?,
            OperationType::Mutation => within("root fields of a mutation", root.width, self.root_mutations)?,
            OperationType::Subscription if root.width > 1 => {
                return Err(ApiError::ValidationFailed("A subscription selects exactly one root field.".into()));
            }
            OperationType::Subscription => {}
        }
        Ok(match root.introspection {
            _ if root.data == 0 && definition.ty == OperationType::Query => Introspection::Only(root.introspection),
            0 => Introspection::None,
            fields => Introspection::Some(fields),
        })
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Size {
    fields: usize,
    /// Spreads and inline fragments.
    fragments: usize,
    aliases: usize,
    depth: usize,
    /// Fields of the outermost level.
    width: usize,
    /// Of them, fields that are not of the schema itself.
    data: usize,
    /// Fields in the introspection.
    introspection: usize,
    directives: usize,
    /// Nested lists of an introspection.
    lists: usize,
    /// Levels of selections; beyond [`NESTING`] where the measuring was given up.
    nesting: usize,
}

impl Size {
    fn with_directives(mut self, count: usize) -> Size {
        self.directives = self.directives.saturating_add(count);
        self
    }

    /// One more for the place where a fragment is put in.
    fn as_fragment(mut self) -> Size {
        self.fragments = self.fragments.saturating_add(1);
        self
    }

    /// Adds what stands beside.
    fn add(&mut self, other: Size) {
        self.fields = self.fields.saturating_add(other.fields);
        self.fragments = self.fragments.saturating_add(other.fragments);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.width = self.width.saturating_add(other.width);
        self.data = self.data.saturating_add(other.data);
        self.introspection = self.introspection.saturating_add(other.introspection);
        self.directives = self.directives.saturating_add(other.directives);
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
                        fragments: inner.fragments,
                        directives: inner.directives.saturating_add(field.node.directives.len()),
                        introspection: match name {
                            "__schema" | "__type" => inner.fields.saturating_add(1),
                            _ => inner.introspection,
                        },
                        data: usize::from(!matches!(name, "__schema" | "__type" | "__typename")),
                        aliases: inner.aliases.saturating_add(usize::from(field.node.alias.is_some())),
                        depth: if is_introspection { 1 } else { inner.depth + 1 },
                        width: 1,
                        lists: inner.lists + usize::from(is_list),
                        nesting: inner.nesting,
                    }
                }
                Selection::InlineFragment(fragment) => self
                    .selection(&fragment.node.selection_set.node, nesting)
                    .with_directives(fragment.node.directives.len())
                    .as_fragment(),
                Selection::FragmentSpread(spread) => self
                    .fragment(spread.node.fragment_name.node.as_str(), nesting)
                    .with_directives(spread.node.directives.len())
                    .as_fragment(),
            });
        }
        size.nesting = size.nesting.saturating_add(1);
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
        let size = self
            .selection(&definition.node.selection_set.node, nesting)
            .with_directives(definition.node.directives.len());
        self.known.insert(name, size);
        size
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn check(text: &str) -> Result<(), ApiError> {
        Limits::default().check(&parse_query(text).unwrap(), None).map(|_| ())
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
        assert_eq!(exceeded(&format!("{{ ...f0 }} {bomb}")), "fragments");
    }

    #[test]
    fn cycles_and_long_chains_of_fragments_are_measured_without_end() {
        assert_eq!(check("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }"), Ok(()));
        let chain: String = (0..5_000).map(|i| format!("fragment f{i} on Query {{ ...f{} }} ", i + 1)).collect();
        let chain = format!("{chain} fragment f5000 on Query {{ a }}");
        assert_eq!(exceeded(&format!("{{ ...f0 }} {chain}")), "levels of selections");
        assert_eq!(exceeded(&format!("{{ a }} {chain}")), "levels of selections");
        // Each fragment is small, and was measured before it is met in the depth of another one.
        let level = |inner: &str| format!("{}{inner}{}", "... { ".repeat(60), " }".repeat(60));
        let (b, c) = (level("...a"), level("...b"));
        let towers = format!("{{ ...a ...b ...c }} fragment a on Query {{ a }} fragment b on Query {{ {b} }}");
        assert_eq!(exceeded(&format!("{towers} fragment c on Query {{ {c} }}")), "levels of selections");
    }

    #[test]
    fn depth_aliases_and_root_fields_are_limited() {
        assert_eq!(exceeded(&format!("{}a{}", "{ a".repeat(16), "}".repeat(16))), "levels of fields");
        let aliases: String = (0..101).map(|i| format!("a{i}: __typename ")).collect();
        assert_eq!(exceeded(&format!("{{ {aliases} }}")), "aliases");
        assert_eq!(exceeded(&format!("mutation {{ {} }}", "deleteJob ".repeat(11))), "root fields of a mutation");
        assert_eq!(exceeded(&format!("{{ {} }}", "viewer ".repeat(101))), "root fields of a query");
        assert_eq!(
            exceeded(&format!("{{ ...F ...F ...F }} fragment F on Query {{ a {} }}", "@skip(if: true) ".repeat(34))),
            "directives"
        );
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
    fn what_is_read_of_the_schema_itself_is_told_apart() {
        for (text, expected) in [
            ("{ viewer { role } }", Introspection::None),
            ("{ viewer { role __typename } __typename }", Introspection::None),
            ("{ __typename }", Introspection::Only(0)),
            (
                "{ s: __schema { types { name } } ...F } fragment F on Query { __type(name: \"Job\") { name } }",
                Introspection::Only(5),
            ),
            ("{ __schema { types { name } } ... { viewer { role } } }", Introspection::Some(3)),
            ("mutation { __typename }", Introspection::None),
        ] {
            assert_eq!(Limits::default().check(&parse_query(text).unwrap(), None), Ok(expected), "{text}");
        }
    }

    #[test]
    fn pages_multiply_and_nonsense_is_clamped() {
        assert_eq!(page_cost(None, 25, 4), 101);
        assert_eq!(page_cost(Some(-1), 25, 4), 5);
        assert_eq!(page_cost(Some(i32::MAX), 25, usize::MAX), usize::MAX);
    }

    /// What one operation comes to, walked as the validation walks it: without memory.
    #[derive(Default)]
    struct Walk {
        /// Fields and fragments.
        steps: usize,
        fields: usize,
        aliases: usize,
    }

    impl Walk {
        fn set(&mut self, document: &ExecutableDocument, set: &SelectionSet, room: usize) -> Option<usize> {
            let room = room.checked_sub(1)?;
            let mut depth = 0;
            for selection in &set.items {
                self.steps += 1;
                if self.steps > 2 * Limits::default().fields {
                    return None;
                }
                depth = depth.max(match &selection.node {
                    Selection::Field(field) => {
                        self.fields += 1;
                        self.aliases += usize::from(field.node.alias.is_some());
                        let inner = self.set(document, &field.node.selection_set.node, room)?;
                        let is_free = matches!(field.node.name.node.as_str(), "__schema" | "__type");
                        if is_free { 1 } else { inner + 1 }
                    }
                    Selection::InlineFragment(inline) => self.set(document, &inline.node.selection_set.node, room)?,
                    Selection::FragmentSpread(spread) => {
                        match document.fragments.get(&spread.node.fragment_name.node) {
                            Some(fragment) => self.set(document, &fragment.node.selection_set.node, room)?,
                            None => 0,
                        }
                    }
                });
            }
            Some(depth)
        }
    }

    fn has_cycle(document: &ExecutableDocument) -> bool {
        fn reach(
            document: &ExecutableDocument,
            set: &SelectionSet,
            open: &mut Vec<String>,
            done: &mut Vec<String>,
        ) -> bool {
            set.items.iter().any(|selection| match &selection.node {
                Selection::Field(field) => reach(document, &field.node.selection_set.node, open, done),
                Selection::InlineFragment(inline) => reach(document, &inline.node.selection_set.node, open, done),
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.to_string();
                    match document.fragments.get(name.as_str()) {
                        Some(_) if open.contains(&name) => true,
                        Some(fragment) if !done.contains(&name) => {
                            open.push(name);
                            let found = reach(document, &fragment.node.selection_set.node, open, done);
                            done.extend(open.pop());
                            found
                        }
                        Some(_) | None => false,
                    }
                }
            })
        }
        let (mut open, mut done) = (Vec::new(), Vec::new());
        document
            .operations
            .iter()
            .any(|(_, operation)| reach(document, &operation.node.selection_set.node, &mut open, &mut done))
    }

    #[test]
    fn fuzz_documents() {
        let limits = Limits::default();
        fuzz::check("documents", move |bytes| {
            let Ok(text) = std::str::from_utf8(bytes) else { return };
            if limits.check_text(text).is_err() {
                return;
            }
            let Ok(document) = parse_query(text) else { return };
            let names: Vec<_> = document.operations.iter().map(|(name, _)| name).collect();
            for name in names {
                let name = name.map(|name| name.as_str());
                if limits.check(&document, name).is_err() {
                    continue;
                }
                let alone = crate::graphql::operation::alone(&document, name);
                let document = alone.as_ref().unwrap_or(&document);
                let operation = chosen(document, name).expect("it was named");
                if has_cycle(document) {
                    continue; // for the validation to refuse
                }
                let mut walk = Walk::default();
                let depth = walk.set(document, &operation.selection_set.node, NESTING);
                let depth = depth.expect("what passes the limits can be walked");
                assert!(depth <= limits.depth && walk.fields <= limits.fields && walk.aliases <= limits.aliases);
            }
        });
    }
}
