//! Which room may use which: the table of ARCHITECTURE.md, checked against the `use` lines.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{Visit, visit_path};
use syn::{ItemUse, UseTree};

/// Room, rooms and crates of ours it may use, crates of others it never uses.
const TABLE: &[(&str, &[&str], &[&str])] = &[
    ("domain", &[], &["sea_orm", "async_graphql", "axum", "reqwest", "tokio"]),
    ("sync", &["domain"], &["sea_orm", "async_graphql", "axum", "reqwest", "tokio", "tracing"]),
    ("google", &["domain"], &["sea_orm", "async_graphql", "axum"]),
    ("store", &["domain", "entity", "migration"], &["async_graphql", "axum", "reqwest"]),
    ("runner", &["domain", "sync", "store", "google"], &["sea_orm", "async_graphql", "axum", "reqwest"]),
    ("graphql", &["domain", "store"], &["sea_orm", "reqwest", "axum"]),
    ("http", &["domain", "graphql"], &["sea_orm", "reqwest"]),
    ("config", &["domain"], &["sea_orm", "async_graphql", "axum", "reqwest"]),
];
/// Names of our rooms and crates.
const OURS: &[&str] = &[
    "app",
    "cli",
    "config",
    "domain",
    "entity",
    "google",
    "graphql",
    "http",
    "migration",
    "runner",
    "sandbox",
    "store",
    "sync",
];

/// First segments of all paths of a file, `crate::` left out.
#[derive(Default)]
struct Roots {
    ours: BTreeSet<String>,
    others: BTreeSet<String>,
    has_async: bool,
}

impl Roots {
    fn add(&mut self, segments: &[String]) {
        match segments {
            [first, second, ..] if first == "crate" => self.ours.insert(second.clone()),
            [first, _, ..] => {
                if ["entity", "migration", "sandbox"].contains(&first.as_str()) {
                    self.ours.insert(first.clone());
                }
                self.others.insert(first.clone())
            }
            _ => false,
        };
    }

    fn tree(&mut self, before: &mut Vec<String>, tree: &UseTree) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.tree(before, &path.tree);
                before.pop();
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(before, tree)),
            UseTree::Name(name) => self.leaf(before, name.ident.to_string()),
            UseTree::Rename(rename) => self.leaf(before, rename.ident.to_string()),
            UseTree::Glob(_) => self.leaf(before, "*".into()),
        }
    }

    fn leaf(&mut self, before: &[String], name: String) {
        let mut segments = before.to_vec();
        segments.push(name);
        self.add(&segments);
    }
}

impl<'ast> Visit<'ast> for Roots {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.tree(&mut Vec::new(), &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.add(&segments);
        visit_path(self, path);
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        self.has_async |= signature.asyncness.is_some();
        syn::visit::visit_signature(self, signature);
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn rooms() -> BTreeMap<String, Vec<(PathBuf, Roots)>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    files(&src, &mut paths);
    let mut rooms: BTreeMap<String, Vec<(PathBuf, Roots)>> = BTreeMap::new();
    for path in paths {
        let inside = path.strip_prefix(&src).unwrap();
        let first = inside.iter().next().unwrap().to_string_lossy();
        let room = first.strip_suffix(".rs").unwrap_or(&first).to_owned();
        let mut roots = Roots::default();
        roots.visit_file(&syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap());
        rooms.entry(room).or_default().push((path, roots));
    }
    rooms
}

#[test]
fn rooms_use_only_what_the_table_allows() {
    let rooms = rooms();
    let mut wrong = Vec::new();
    for (room, may_use, never) in TABLE {
        for (path, roots) in rooms.get(*room).unwrap_or_else(|| panic!("there is no room {room}")) {
            for used in roots.ours.iter().filter(|used| OURS.contains(&used.as_str()) && used != room) {
                if !may_use.contains(&used.as_str()) {
                    wrong.push(format!("{}: {room} uses {used}", path.display()));
                }
            }
            wrong.extend(
                never
                    .iter()
                    .filter(|name| roots.others.contains(**name))
                    .map(|name| format!("{}: {room} uses the crate {name}", path.display())),
            );
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn pure_rooms_are_not_async() {
    for room in ["domain", "sync"] {
        for (path, roots) in &rooms()[room] {
            assert!(!roots.has_async, "{}", path.display());
        }
    }
}

#[test]
fn every_room_is_in_the_table() {
    let known: BTreeSet<String> = TABLE
        .iter()
        .map(|(room, ..)| (*room).to_owned())
        .chain(["app", "cli", "lib", "main"].map(String::from))
        .collect();
    assert_eq!(rooms().into_keys().collect::<BTreeSet<_>>(), known);
}

#[test]
fn the_sandbox_and_the_migrations_know_nothing_of_the_server() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (folder, never) in [
        ("sandbox", &["contact_sync", "entity", "migration", "sea_orm"][..]),
        ("migration", &["entity"]),
        ("entity", &["contact_sync"]),
    ] {
        let mut paths = Vec::new();
        files(&root.join(folder).join("src"), &mut paths);
        for path in paths {
            let mut roots = Roots::default();
            roots.visit_file(&syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap());
            let used: Vec<_> = never.iter().filter(|name| roots.others.contains(**name)).collect();
            assert!(used.is_empty(), "{} uses {used:?}", path.display());
        }
    }
}
