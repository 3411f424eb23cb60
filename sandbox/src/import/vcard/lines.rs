//! From the lines of a file to the lines of a vCard: unfolds them and joins what belongs to one property.

/// A property of a card on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// The line it begins on.
    pub(super) number: usize,
    /// Its bytes: the character set is not known before its parameters are read.
    pub(super) bytes: Vec<u8>,
}

/// How the value of a line may go on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Body {
    Plain,
    QuotedPrintable,
    Base64,
}

/// The logical lines of a file.
///
/// Folded lines are joined without their fold, quoted-printable ones at their soft breaks, base64 ones even without
/// indentation. A line that cannot be a property because it has no colon continues the value before it: such lines are
/// notes whose writer forgot to escape the line break.
pub(super) fn logical(bytes: &[u8]) -> Vec<Line> {
    // Old Macintosh files end their lines with a carriage return only.
    let end = if bytes.contains(&b'\n') { b'\n' } else { b'\r' };
    let mut lines: Vec<Line> = Vec::new();
    let mut body = Body::Plain;
    let mut blank_before = false;
    for (index, raw) in bytes.split(|byte| *byte == end).enumerate() {
        let line = raw.strip_suffix(b"\r").unwrap_or(raw);
        let blank = line.trim_ascii().is_empty();
        let after_blank = std::mem::replace(&mut blank_before, blank);
        let current = lines.last_mut().filter(|current| !is_boundary(&current.bytes));
        if let Some(current) = current.filter(|_| !is_boundary(line)) {
            if body == Body::QuotedPrintable && current.bytes.last() == Some(&b'=') {
                current.bytes.pop();
                current.bytes.extend_from_slice(line);
                continue;
            }
            let joined = match line.first() {
                Some(b' ' | b'\t') if !blank => Some((line[1..].as_ref(), "")),
                _ if blank => None,
                _ if body == Body::Base64 && !after_blank && line.iter().all(is_base64) => Some((line, "")),
                _ if !line.contains(&b':') => Some((line, "\n")),
                _ => None,
            };
            if let Some((more, separator)) = joined {
                current.bytes.extend_from_slice(separator.as_bytes());
                current.bytes.extend_from_slice(more);
                continue;
            }
        }
        if !blank {
            body = body_of(line);
            lines.push(Line { number: index + 1, bytes: line.to_vec() });
        }
    }
    lines
}

/// Whether the line begins or ends a card, which no broken property may swallow.
fn is_boundary(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.eq_ignore_ascii_case(b"BEGIN:VCARD") || line.eq_ignore_ascii_case(b"END:VCARD")
}

fn is_base64(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b' ')
}

fn body_of(line: &[u8]) -> Body {
    let header = line.split(|byte| *byte == b':').next().unwrap_or_default().to_ascii_uppercase();
    let mut words = header.split(|byte| matches!(byte, b';' | b'=' | b','));
    let has = |word: &[u8]| words.clone().any(|candidate| candidate == word);
    if has(b"QUOTED-PRINTABLE") {
        Body::QuotedPrintable
    } else if has(b"BASE64") || words.any(|word| word == b"B") {
        Body::Base64
    } else {
        Body::Plain
    }
}
