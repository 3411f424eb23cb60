//! One property of a card: its name, parameters and decoded value.

use base64::Engine as _;

use super::lines::Line;
use crate::import::text;

/// A property whose value is text; escapes are still in it, since they tell separators from content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Property {
    /// The group before the name (`item1`), which ties a label to its value.
    pub(super) group: Option<String>,
    /// The name in capitals.
    pub(super) name: String,
    /// Parameters in order, names in capitals; the nameless ones of vCard 2.1 count as `TYPE`.
    params: Vec<(String, String)>,
    /// The decoded value.
    pub(super) value: String,
    /// Whether the value was base64 that is not text.
    pub(super) is_binary: bool,
}

impl Property {
    /// Reads a logical line; `None` when it has no colon.
    pub(super) fn parse(line: Line) -> Option<Self> {
        let colon = find_outside_quotes(&line.bytes, b':').or_else(|| line.bytes.iter().position(|b| *b == b':'))?;
        // Of a damaged line; the name is told where the property cannot be kept.
        let header = text::decode(&line.bytes[..colon], None).replace(char::is_control, "");
        let mut pieces = split_outside_quotes(&header, ';').into_iter();
        let full_name = pieces.next().unwrap_or_default().trim();
        let (group, name) = match full_name.rsplit_once('.') {
            Some((group, name)) => (Some(group.to_ascii_lowercase()), name),
            None => (None, full_name),
        };
        let mut params = Vec::new();
        for piece in pieces {
            read_param(piece.trim(), &mut params);
        }
        let mut property =
            Self { group, name: name.to_ascii_uppercase(), params, value: String::new(), is_binary: false };
        property.decode(&line.bytes[colon + 1..]);
        Some(property)
    }

    fn decode(&mut self, raw: &[u8]) {
        let charset = self.param("CHARSET").map(str::to_owned);
        let encoding = self.param("ENCODING").unwrap_or_default().to_ascii_uppercase();
        let bytes = match encoding.as_str() {
            "QUOTED-PRINTABLE" => quoted_printable(raw),
            "BASE64" | "B" => {
                let packed: Vec<u8> = raw.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
                let decoded = base64::engine::general_purpose::STANDARD.decode(packed).unwrap_or_default();
                self.is_binary = std::str::from_utf8(&decoded).is_err() || decoded.contains(&0);
                if self.is_binary { Vec::new() } else { decoded }
            }
            _ => raw.to_vec(),
        };
        self.value = text::decode(&bytes, charset.as_deref()).into_owned();
    }

    /// The first value of a parameter.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The words of the `TYPE` parameters.
    pub(super) fn types(&self) -> Vec<String> {
        self.params.iter().filter(|(key, _)| key == "TYPE").map(|(_, value)| value.clone()).collect()
    }

    /// Whether the file marks the value as the preferred one.
    pub(super) fn is_preferred(&self) -> bool {
        self.params.iter().any(|(key, value)| match key.as_str() {
            "TYPE" => value.eq_ignore_ascii_case("pref"),
            "PREF" => value == "1",
            _ => false,
        })
    }

    /// The whole value as one text.
    pub(super) fn text(&self) -> String {
        text::clean(&unescape(&self.value))
    }

    /// The values between separators that are not escaped.
    pub(super) fn parts(&self, separator: char) -> Vec<String> {
        split_escaped(&self.value, separator).into_iter().map(|part| text::clean(&unescape(part))).collect()
    }

    /// The components of a structured value, where each may be a list.
    pub(super) fn components(&self, joined_by: &[&str]) -> Vec<String> {
        let components = split_escaped(&self.value, ';').into_iter().enumerate();
        components
            .map(|(index, component)| {
                let list = split_escaped(component, ',').into_iter().map(|part| text::clean(&unescape(part)));
                let list: Vec<String> = list.filter(|part| !part.is_empty()).collect();
                list.join(joined_by.get(index).copied().unwrap_or(", "))
            })
            .collect()
    }
}

/// `KEY=a,b`, or a bare word of vCard 2.1.
fn read_param(piece: &str, params: &mut Vec<(String, String)>) {
    // Android: X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=E3=81=82)
    if let Some(custom) = piece.strip_suffix(')').filter(|custom| custom.to_ascii_uppercase().starts_with("X-CUSTOM("))
    {
        let label = custom.rsplit(['(', ',']).next().unwrap_or_default();
        params.push(("TYPE".to_owned(), text::decode(&quoted_printable(label.as_bytes()), None).into_owned()));
        return;
    }
    match piece.split_once('=') {
        Some((key, values)) => {
            for value in split_outside_quotes(values, ',') {
                let value = value.trim().trim_matches('"').replace("^n", "\n").replace("^'", "\"").replace("^^", "^");
                // TYPE="home,work" is one quoted string in some files.
                let words: Vec<&str> =
                    if key.trim().eq_ignore_ascii_case("TYPE") { value.split(',').collect() } else { vec![&value] };
                for word in words.iter().filter(|word| !word.is_empty()) {
                    params.push((key.trim().to_ascii_uppercase(), (*word).to_owned()));
                }
            }
        }
        None if ["QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"].iter().any(|e| piece.eq_ignore_ascii_case(e)) => {
            params.push(("ENCODING".to_owned(), piece.to_owned()));
        }
        None if !piece.is_empty() => params.push(("TYPE".to_owned(), piece.to_owned())),
        None => {}
    }
}

fn find_outside_quotes(bytes: &[u8], wanted: u8) -> Option<usize> {
    let mut quoted = false;
    bytes.iter().position(|byte| {
        quoted ^= *byte == b'"';
        !quoted && *byte == wanted
    })
}

fn split_outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(|c| {
        quoted ^= c == '"';
        !quoted && c == separator
    })
    .collect()
}

/// Splits at separators without a backslash before them.
pub(super) fn split_escaped(text: &str, separator: char) -> Vec<&str> {
    let mut escaped = false;
    text.split(|c| {
        let splits = c == separator && !escaped;
        escaped = c == '\\' && !escaped;
        splits
    })
    .collect()
}

/// Resolves `\n`, `\\`, `\,`, `\;` and `\:`; a backslash before a letter or digit is content.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, rest.peek().copied()) {
            ('\\', Some('n' | 'N')) => {
                rest.next();
                plain.push('\n');
            }
            ('\\', Some(next)) if next.is_ascii_punctuation() => {
                rest.next();
                plain.push(next);
            }
            _ => plain.push(c),
        }
    }
    plain
}

/// Decodes `=XX`; anything else stands for itself.
fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let digit =
        |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16)).and_then(|d| u8::try_from(d).ok());
    let mut decoded = Vec::with_capacity(text.len());
    let mut index = 0;
    while let Some(byte) = text.get(index) {
        match (byte, digit(text.get(index + 1)), digit(text.get(index + 2))) {
            (b'=', Some(high), Some(low)) => {
                decoded.push(high << 4 | low);
                index += 3;
            }
            _ => {
                decoded.push(*byte);
                index += 1;
            }
        }
    }
    decoded
}
