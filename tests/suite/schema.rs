//! The served schema is the one in `schema.graphql`.

use std::fs;
use std::path::Path;

use async_graphql::parser::types::{
    EnumType, InputObjectType, InterfaceType, ObjectType, TypeKind, TypeSystemDefinition,
};

#[test]
fn schema_graphql_is_the_served_schema() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let kept = fs::read_to_string(path).unwrap_or_default();
    let served = contact_sync::graphql::sdl();
    let different = kept.lines().zip(served.lines()).find(|(kept, served)| kept != served);
    assert!(
        kept.trim_end() == served.trim_end(),
        "schema.graphql differs from the served schema ({different:?}); run: cargo run -- schema > schema.graphql, and read the diff"
    );
}

#[test]
fn everything_in_the_schema_is_described() {
    let sdl = contact_sync::graphql::sdl();
    let document = async_graphql::parser::parse_schema(&sdl).unwrap();
    let mut undescribed = Vec::new();
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let definition = definition.node;
        let name = definition.name.node;
        let mut note = |what: String, is_described: bool| undescribed.extend((!is_described).then_some(what));
        note(name.to_string(), definition.description.is_some());
        match definition.kind {
            TypeKind::Object(ObjectType { fields, .. }) | TypeKind::Interface(InterfaceType { fields, .. }) => {
                for field in fields {
                    note(format!("{name}.{}", field.node.name.node), field.node.description.is_some());
                    for argument in field.node.arguments {
                        let what = format!("{name}.{}({})", field.node.name.node, argument.node.name.node);
                        note(what, argument.node.description.is_some());
                    }
                }
            }
            TypeKind::InputObject(InputObjectType { fields }) => {
                for field in fields {
                    note(format!("{name}.{}", field.node.name.node), field.node.description.is_some());
                }
            }
            TypeKind::Enum(EnumType { values }) => {
                for value in values {
                    note(format!("{name}.{}", value.node.value.node), value.node.description.is_some());
                }
            }
            TypeKind::Scalar | TypeKind::Union(_) => {}
        }
    }
    assert_eq!(undescribed, Vec::<String>::new());
}
