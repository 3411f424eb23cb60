//! What the documentation promises is proved: every test that it names exists.

use std::fs;
use std::path::Path;

/// The proofs that the tables of a document name, each of which must be there; rows without one are refused.
fn proofs(document: &str) -> usize {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join(document)).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| ")).filter(|line| !line.ends_with(" Proof |"));
    let unproved: Vec<&str> = rows.filter(|row| !row.contains("` › `")).collect();
    assert_eq!(unproved, Vec::<&str>::new(), "rows of {document} without a proof");
    let proofs = text.split("` › `").collect::<Vec<_>>();
    for pair in proofs.windows(2) {
        let (file, test) = (pair[0].rsplit('`').next().unwrap(), pair[1].split('`').next().unwrap());
        let code = fs::read_to_string(root.join("tests/suite").join(file)).unwrap_or_default();
        let is_there = [format!("fn {test}("), format!("\n    {test}: ")].iter().any(|form| code.contains(form));
        assert!(is_there, "{document}: {file} has no test {test}");
    }
    proofs.len() - 1
}

#[test]
fn every_test_that_the_answers_name_exists() {
    assert!(proofs("docs/behaviour.md") > 60);
}

#[test]
fn every_test_that_tries_an_attack_exists() {
    assert!(proofs("docs/security.md") > 50);
}
