//! Texts that people type: names, notes, keys. Trimmed, measured, and free of what breaks screens and logs.

use crate::domain::{Refusal, RefusalCode, quoted};

/// Longest name, in characters; no console shows more.
const NAME: usize = 200;
/// Longest notes, in characters.
const NOTES: usize = 2_000;
/// Longest idempotency key, in characters.
const KEY: usize = 128;

/// A name. `None` when none was given.
pub(super) fn name(text: Option<&str>, path: &[&str]) -> Result<Option<String>, Refusal> {
    let Some(text) = text.map(str::trim) else { return Ok(None) };
    check(text, NAME, path, char::is_control)?;
    if text.is_empty() {
        return Err(invalid(path, "A name cannot be empty. Leave it out to take the default.".into()));
    }
    Ok(Some(text.to_owned()))
}

/// Notes, which may have lines and may be empty.
pub(super) fn notes(text: Option<&str>, path: &[&str]) -> Result<String, Refusal> {
    let text = text.unwrap_or_default().trim();
    check(text, NOTES, path, |c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))?;
    Ok(text.to_owned())
}

/// A remark for the audit log. `None` when none was given.
pub(super) fn comment(text: Option<&str>, path: &[&str]) -> Result<Option<String>, Refusal> {
    let text = notes(text, path)?;
    Ok((!text.is_empty()).then_some(text))
}

/// A key, taken as it is. `None` when none was given.
pub(super) fn key(text: Option<&str>, path: &[&str]) -> Result<Option<String>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    check(text, KEY, path, char::is_control)?;
    if text.is_empty() {
        return Err(invalid(path, "A key cannot be empty. Leave it out to go without.".into()));
    }
    Ok(Some(text.to_owned()))
}

fn check(text: &str, most: usize, path: &[&str], is_refused: impl Fn(char) -> bool) -> Result<(), Refusal> {
    let length = text.chars().count();
    if length > most {
        let shown = quoted(text);
        return Err(invalid(path, format!("{shown} has {length} characters; at most {most} are allowed.")));
    }
    if text.contains(is_refused) {
        return Err(invalid(path, format!("{} has control characters, which are not allowed.", quoted(text))));
    }
    Ok(())
}

fn invalid(path: &[&str], message: String) -> Refusal {
    Refusal::new(RefusalCode::InvalidValue, path, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_bounded() {
        let path = ["input", "name"];
        assert_eq!(name(None, &path), Ok(None));
        assert_eq!(name(Some("  Suppliers "), &path), Ok(Some("Suppliers".into())));
        assert_eq!(name(Some(&"é".repeat(NAME)), &path), Ok(Some("é".repeat(NAME))));
        for text in [String::new(), "  ".into(), "a\0b".into(), "a\nb".into(), "a".repeat(10_000)] {
            let refusal = name(Some(&text), &path).unwrap_err();
            assert_eq!((refusal.code, refusal.path), (RefusalCode::InvalidValue, path.map(String::from).to_vec()));
        }
    }

    #[test]
    fn notes_may_have_lines_and_keys_are_exact() {
        assert_eq!(notes(Some("one\ntwo"), &[]), Ok("one\ntwo".into()));
        assert!(notes(Some("bell\u{7}"), &[]).is_err());
        assert_eq!(key(Some(" k "), &[]), Ok(Some(" k ".into())));
        assert!(key(Some(""), &[]).is_err());
        assert!(key(Some(&"k".repeat(KEY + 1)), &[]).is_err());
    }
}
