//! Google Contacts CSV: the dialect of today (`First Name`, `Labels`, `E-mail 1 - Label`) and the one before it
//! (`Given Name`, `Group Membership`, `E-mail 1 - Type`).

mod fields;
mod row;

use csv::{ErrorKind, ReaderBuilder, StringRecord};

use self::row::{Columns, Row};
use super::{AddressBook, Problem};

/// Columns of which at least one is in every export.
const TELLING: [&str; 4] = ["E-mail 1 - ", "Phone 1 - ", "Group Membership", "Labels"];

/// Whether the first line of a file is the header of a Google export, and not of another program's.
pub(super) fn recognises(first_line: &str) -> bool {
    let mut columns = first_line.split(',').map(|column| column.trim_matches('"'));
    let named = |column: &str| matches!(column, "Name" | "Given Name" | "First Name" | "Organization Name");
    columns.clone().any(named) && columns.any(|column| TELLING.iter().any(|telling| column.starts_with(telling)))
}

/// Reads all rows of a file.
pub(super) fn read(text: &str) -> Result<AddressBook, (usize, Problem)> {
    if let Some(line) = unclosed_quote(text) {
        return Err((line, Problem::UnclosedQuote));
    }
    let mut reader = ReaderBuilder::new().from_reader(text.as_bytes());
    let header: StringRecord = reader.headers().map_err(|error| problem(&error))?.clone();
    let columns = Columns::of(&header);
    let mut book = AddressBook::default();
    for record in reader.records() {
        let record = record.map_err(|error| problem(&error))?;
        if record.iter().any(|value| !value.trim().is_empty()) {
            book.push(fields::to_draft(&Row::new(&columns, &record)));
        }
    }
    Ok(book)
}

fn problem(error: &csv::Error) -> (usize, Problem) {
    let line = error.position().map_or(1, |position| usize::try_from(position.line()).unwrap_or(usize::MAX));
    let problem = match error.kind() {
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Problem::RowLength { expected: *expected_len, found: *len }
        }
        _ => Problem::Csv(error.to_string()),
    };
    (line, problem)
}

/// The line of a quotation mark that opens a field and is never closed. The CSV reader would take the rest of the file
/// as that field.
fn unclosed_quote(text: &str) -> Option<usize> {
    let mut line = 1;
    let mut opened = None;
    let mut field_starts = true;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if opened.is_some() && rest.peek() == Some(&'"') => {
                rest.next();
            }
            '"' if opened.is_some() => opened = None,
            '"' if field_starts => opened = Some(line),
            _ => {}
        }
        line += usize::from(c == '\n');
        field_starts = opened.is_none() && matches!(c, ',' | '\n' | '\r');
    }
    opened
}
