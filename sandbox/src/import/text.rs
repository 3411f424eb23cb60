//! Character sets: from the bytes of a file to text.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::Problem;

/// Removes a byte order mark and turns UTF-16 into UTF-8. Other files keep their bytes, because every property of a
/// vCard 2.1 may have a character set of its own.
pub(super) fn normalise(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Problem> {
    let text = match Encoding::for_bom(bytes) {
        Some((encoding, length)) if encoding == UTF_8 => Cow::Borrowed(&bytes[length..]),
        Some((encoding, length)) => transcode(&bytes[length..], encoding),
        None => match (bytes.first(), bytes.get(1)) {
            (Some(0), Some(first)) if *first != 0 => transcode(bytes, UTF_16BE),
            (Some(first), Some(0)) if *first != 0 => transcode(bytes, UTF_16LE),
            _ => Cow::Borrowed(bytes),
        },
    };
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(Problem::Empty);
    }
    if text.contains(&0) {
        return Err(Problem::NotText);
    }
    Ok(text)
}

fn transcode(bytes: &[u8], encoding: &'static Encoding) -> Cow<'static, [u8]> {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    Cow::Owned(text.into_owned().into_bytes())
}

/// The first line that is not blank, for telling the format.
pub(super) fn first_line(bytes: &[u8]) -> String {
    let line = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).find(|line| !line.trim_ascii().is_empty());
    String::from_utf8_lossy(line.unwrap_or_default().trim_ascii()).into_owned()
}

/// Decodes text of a declared character set. Valid UTF-8 wins over a single-byte declaration: files are often
/// converted without their `CHARSET` parameters. Without a declaration, what is not UTF-8 is taken as windows-1252.
pub(super) fn decode<'bytes>(bytes: &'bytes [u8], charset: Option<&str>) -> Cow<'bytes, str> {
    let declared = charset.and_then(|label| Encoding::for_label(label.trim().as_bytes()));
    let multi_byte = declared.filter(|encoding| !encoding.is_single_byte() && *encoding != UTF_8);
    if let Some(encoding) = multi_byte {
        return encoding.decode_without_bom_handling(bytes).0;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) if declared == Some(UTF_8) => damaged_utf8(bytes),
        Err(_) => declared.unwrap_or(WINDOWS_1252).decode_without_bom_handling(bytes).0,
    }
}

/// Text that says it is UTF-8 and is not: cut in the middle of a character, or another character set altogether.
fn damaged_utf8(bytes: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(bytes);
    let has_characters = text.chars().any(|c| !c.is_ascii() && c != char::REPLACEMENT_CHARACTER);
    if has_characters { text } else { WINDOWS_1252.decode_without_bom_handling(bytes).0 }
}

/// Trims a value, gives it plain line ends, and takes out the other control characters: nobody sees them, terminals obey
/// some of them, and databases refuse one.
pub(super) fn clean(value: &str) -> String {
    let is_kept = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    if value.chars().all(is_kept) {
        return value.trim().to_owned();
    }
    let lines = value.replace("\r\n", "\n").replace('\r', "\n");
    lines.chars().filter(|c| is_kept(*c)).collect::<String>().trim().to_owned()
}
