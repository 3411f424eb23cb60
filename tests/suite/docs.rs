//! What the documentation promises is proved: every test that it names exists.

use std::fs;
use std::path::Path;

#[test]
fn every_test_that_the_answers_name_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let answers = fs::read_to_string(root.join("docs/behaviour.md")).unwrap();
    let rows = answers.lines().filter(|line| line.starts_with("| ")).filter(|line| !line.ends_with(" Proof |"));
    let unproved: Vec<&str> = rows.filter(|row| !row.contains("` › `")).collect();
    assert_eq!(unproved, Vec::<&str>::new(), "answers without a proof");
    let proofs = answers.split("` › `").collect::<Vec<_>>();
    assert!(proofs.len() > 60, "{} proofs", proofs.len());
    for pair in proofs.windows(2) {
        let (file, test) = (pair[0].rsplit('`').next().unwrap(), pair[1].split('`').next().unwrap());
        let code = fs::read_to_string(root.join("tests/suite").join(file)).unwrap_or_default();
        let is_there = [format!("fn {test}("), format!("\n    {test}: ")].iter().any(|form| code.contains(form));
        assert!(is_there, "{file} has no test {test}");
    }
}
