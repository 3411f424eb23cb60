//! The served schema is the one in `schema.graphql`.

use std::fs;
use std::path::Path;

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
    let mut undescribed = Vec::new();
    let (mut described, mut in_text, mut context) = (false, false, String::new());
    for line in sdl.lines() {
        let text = line.trim();
        if text.starts_with("\"\"\"") {
            in_text = !in_text && text.len() < 6 || (!in_text && !text[3..].contains("\"\"\""));
            described = true;
            continue;
        }
        if in_text || text.is_empty() || text == "}" || text == ")" {
            continue;
        }
        let is_definition = ["type ", "enum ", "input ", "interface ", "scalar ", "union "].iter().any(|word| text.starts_with(word));
        if is_definition {
            context = text.to_owned();
        }
        let is_builtin = ["schema", "directive", "query:", "mutation:", "subscription:"].iter().any(|word| text.starts_with(word));
        if !described && !is_builtin {
            undescribed.push(format!("{context} {text}"));
        }
        described = false;
    }
    assert_eq!(undescribed, Vec::<String>::new());
}
