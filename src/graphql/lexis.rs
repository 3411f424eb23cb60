//! Tokens of a document and their nesting, counted before it is parsed: the parser calls itself for each level, and a few
//! hundred bytes of brackets would take the stack, and with it the server.

/// What is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Lexis {
    /// Tokens; commas and comments are none.
    pub(super) tokens: usize,
    /// Brackets that are open at once, of all three kinds.
    pub(super) nesting: usize,
}

/// Counts. A text that is no document gives some number, and fails in the parser.
pub(super) fn measure(text: &str) -> Lexis {
    let mut lexis = Lexis::default();
    let mut open = 0_usize;
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let length = match first {
            b'#' => {
                rest = &rest[rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len())..];
                continue;
            }
            b' ' | b'\t' | b'\n' | b'\r' | b',' | 0xEF | 0xBB | 0xBF => {
                rest = after;
                continue;
            }
            b'"' => string(rest),
            b'.' if rest.starts_with(b"...") => 3,
            _ if is_word(first) => word(rest),
            b'{' | b'[' | b'(' => {
                open += 1;
                lexis.nesting = lexis.nesting.max(open);
                1
            }
            b'}' | b']' | b')' => {
                open = open.saturating_sub(1);
                1
            }
            _ => 1,
        };
        lexis.tokens += 1;
        rest = &rest[length..];
    }
    lexis
}

/// Bytes of the name or the number that begins here.
fn word(text: &[u8]) -> usize {
    let is_part = |at: usize, byte: u8| {
        is_word(byte) || byte == b'.' && text.get(at + 1).is_some_and(u8::is_ascii_digit) // the point of a number
    };
    text.iter().enumerate().position(|(at, &byte)| !is_part(at, byte)).unwrap_or(text.len())
}

/// Part of a name or a number.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+')
}

/// Bytes of the string, or of the block string, that begins here.
fn string(text: &[u8]) -> usize {
    let (quotes, is_block): (&[u8], bool) =
        if text.starts_with(b"\"\"\"") { (b"\"\"\"", true) } else { (b"\"", false) };
    let mut at = quotes.len();
    while at < text.len() {
        if is_block && text[at..].starts_with(b"\\\"\"\"") {
            at += 4;
        } else if !is_block && text[at] == b'\\' {
            at += 2;
        } else if text[at..].starts_with(quotes) {
            return at + quotes.len();
        } else if !is_block && matches!(text[at], b'\n' | b'\r') {
            return at; // not closed; the parser will say so
        } else {
            at += 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_nesting_are_counted_as_the_specification_names_them() {
        for (text, tokens, nesting) in [
            ("", 0, 0),
            ("\u{feff}{ a, b } # { { {", 4, 1),
            ("query Q($x: [Int!] = [1, -2.5e+3]) { a(x: $x) { ...F } }", 29, 2),
            ("{ a(x: \"} { \\\" [[[\", y: \"\"\"[[ \\\"\"\" \" [\"\"\") }", 11, 2),
            ("{ a(x: \"not closed\n) { b } }", 11, 2),
            ("{ a(x: \"ends with \\", 6, 2),
            ("[[[[", 4, 4),
            ("}}}}{", 5, 1),
            ("é…", 5, 0),
        ] {
            assert_eq!(measure(text), Lexis { tokens, nesting }, "{text}");
        }
    }
}
