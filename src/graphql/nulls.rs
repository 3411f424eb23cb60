//! Null propagation as the GraphQL specification asks for it (§6.4.4).
//!
//! async-graphql 7 leaves the key of a failed field out of its object and propagates nothing. This extension puts `null` at
//! a nullable position, and carries a failed non-null position up to the nearest nullable one. Register it first.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextResolve, ResolveInfo};
use async_graphql::{Name, PathSegment, QueryPathNode, QueryPathSegment, Response, ServerError, ServerResult, Value};

type Path = Vec<PathSegment>;

/// The extension; one state per operation.
pub(super) struct NullPropagation;

impl ExtensionFactory for NullPropagation {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Propagation::default())
    }
}

#[derive(Default)]
struct Propagation(Mutex<State>);

#[derive(Default)]
struct State {
    /// Parents of a non-null position that has no value.
    poisoned: HashSet<String>,
    /// Positions that became null through a child. Fields selected twice are resolved twice and merged afterwards, so the
    /// null is put there again at the end.
    nulls: Vec<Path>,
    /// Errors taken at a nullable position.
    errors: Vec<ServerError>,
    /// Lists whose items may be null. What the library says of a list's items is "non-null", always.
    lists_of_nullables: HashSet<String>,
}

impl Propagation {
    fn is_nullable(&self, info: &ResolveInfo<'_>) -> bool {
        let path = path_of(info.path_node);
        match info.path_node.segment {
            QueryPathSegment::Name(_) => {
                if info.return_type.starts_with('[') && !info.return_type.trim_end_matches('!').ends_with("!]") {
                    self.state().lists_of_nullables.insert(key(&path));
                }
                !info.return_type.ends_with('!')
            }
            QueryPathSegment::Index(_) => {
                let state = self.state();
                !state.lists_of_nullables.is_empty() && state.lists_of_nullables.contains(&key(&path[..path.len() - 1]))
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner) // a panic elsewhere has left nothing half done
    }
}

#[async_trait]
impl Extension for Propagation {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        if info.is_for_introspection {
            return next.run(ctx, info).await;
        }
        let node = info.path_node;
        let is_nullable = self.is_nullable(&info);
        let result = next.run(ctx, info).await;
        let mut state = self.state();
        let poisoned = !state.poisoned.is_empty() && state.poisoned.remove(&key(&path_of(node)));
        match result {
            // A non-null object of which nothing was selected (a fragment on another type) is empty, not absent.
            Ok(Some(Value::Null)) if !poisoned && !is_nullable => Ok(Some(Value::Object(Default::default()))),
            Ok(value) if !poisoned => Ok(value),
            Err(mut error) if is_nullable => {
                if error.path.is_empty() {
                    error.path = path_of(node);
                }
                state.errors.push(error);
                Ok(Some(Value::Null))
            }
            result => {
                let path = path_of(node);
                if !is_nullable {
                    state.poisoned.insert(key(&path[..path.len() - 1]));
                }
                state.nulls.push(path);
                result.map(|_| Some(Value::Null))
            }
        }
    }

    async fn execute(&self, ctx: &ExtensionContext<'_>, operation: Option<&str>, next: NextExecute<'_>) -> Response {
        let mut response = next.run(ctx, operation).await;
        let state = std::mem::take(&mut *self.state());
        response.errors.extend(state.errors);
        for path in &state.nulls {
            put_null(&mut response.data, path);
        }
        if state.poisoned.contains("") {
            response.data = Value::Null;
        }
        response
    }
}

fn path_of(node: &QueryPathNode<'_>) -> Path {
    let mut path = node.parent.map(path_of).unwrap_or_default();
    path.push(match node.segment {
        QueryPathSegment::Name(name) => PathSegment::Field(name.to_owned()),
        QueryPathSegment::Index(index) => PathSegment::Index(index),
    });
    path
}

fn key(path: &[PathSegment]) -> String {
    path.iter()
        .map(|segment| match segment {
            PathSegment::Field(name) => format!("/{name}"),
            PathSegment::Index(index) => format!("/{index}"),
        })
        .collect()
}

/// Puts null at `path`; nothing where an ancestor is null already.
fn put_null(data: &mut Value, path: &[PathSegment]) {
    let Some((first, rest)) = path.split_first() else {
        *data = Value::Null;
        return;
    };
    match (first, data) {
        (PathSegment::Field(name), Value::Object(object)) => match object.get_mut(name.as_str()) {
            Some(child) => put_null(child, rest),
            None if rest.is_empty() => {
                object.insert(Name::new(name), Value::Null);
            }
            None => {}
        },
        (PathSegment::Index(index), Value::List(items)) => {
            if let Some(item) = items.get_mut(*index) {
                put_null(item, rest);
            }
        }
        _ => {}
    }
}
