//! Rows by the names of their columns: single ones (`Nickname`) and numbered groups (`E-mail 1 - Value`).

use csv::StringRecord;

/// Between several values in one column.
const SEPARATOR: &str = ":::";

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Column {
    /// `Nickname`
    Single(String),
    /// `E-mail 1 - Value`: kind, number, part.
    Grouped(String, usize, String),
}

/// The columns of a file.
#[derive(Debug)]
pub(super) struct Columns(Vec<Column>);

impl Columns {
    /// Reads the header.
    pub(super) fn of(header: &StringRecord) -> Self {
        Self(header.iter().map(|name| column(name.trim())).collect())
    }
}

fn column(name: &str) -> Column {
    let grouped = name.split_once(" - ").and_then(|(group, part)| {
        let (kind, number) = group.rsplit_once(' ')?;
        Some(Column::Grouped(kind.to_owned(), number.parse().ok()?, part.to_owned()))
    });
    grouped.unwrap_or_else(|| Column::Single(name.to_owned()))
}

/// One row of a file.
#[derive(Debug)]
pub(super) struct Row<'row> {
    cells: Vec<(&'row Column, &'row str)>,
}

/// One value of a numbered group: its parts by name.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// `E-mail`, `Address`, …
    pub(super) kind: String,
    /// Its number in the header.
    pub(super) number: usize,
    parts: Vec<(String, String)>,
    /// Whether the file marks it as the primary one.
    pub(super) is_primary: bool,
}

impl Group {
    /// A part, empty when the file has none.
    pub(super) fn part(&self, name: &str) -> &str {
        self.parts.iter().find(|(part, _)| part == name).map_or("", |(_, value)| value.as_str())
    }

    /// The type, called `Type` in the old dialect and `Label` in the new one.
    pub(super) fn label(&self) -> &str {
        let label = self.part("Label");
        if label.is_empty() { self.part("Type") } else { label }
    }

    /// All parts with their column's name.
    pub(super) fn parts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parts.iter().map(|(part, value)| (part.as_str(), value.as_str()))
    }
}

impl<'row> Row<'row> {
    /// The cells of a row that are not empty.
    pub(super) fn new(columns: &'row Columns, record: &'row StringRecord) -> Self {
        let cells = columns.0.iter().zip(record.iter()).filter(|(_, value)| !value.trim().is_empty());
        Self { cells: cells.collect() }
    }

    /// The values of the columns that are not numbered, in the order of the file.
    pub(super) fn singles(&self) -> impl Iterator<Item = (&str, &str)> {
        self.cells.iter().filter_map(|(column, value)| match column {
            Column::Single(name) => Some((name.as_str(), value.trim())),
            Column::Grouped(..) => None,
        })
    }

    /// The value of a column by the first of its names that is there.
    pub(super) fn single(&self, names: &[&str]) -> &str {
        names.iter().find_map(|name| self.singles().find(|(column, _)| column == name)).map_or("", |(_, value)| value)
    }

    /// The numbered groups. A cell with several values (`a ::: b`) makes several groups of the same type.
    pub(super) fn groups(&self) -> Vec<Group> {
        let mut ids: Vec<(&String, usize)> = Vec::new();
        for (column, _) in &self.cells {
            if let Column::Grouped(kind, number, _) = column
                && !ids.contains(&(kind, *number))
            {
                ids.push((kind, *number));
            }
        }
        ids.into_iter().flat_map(|(kind, number)| self.group(kind, number)).collect()
    }

    fn group(&self, wanted: &str, wanted_number: usize) -> Vec<Group> {
        let cells: Vec<(&str, Vec<&str>)> = self
            .cells
            .iter()
            .filter_map(|(column, value)| match column {
                Column::Grouped(kind, number, part) if kind == wanted && *number == wanted_number => {
                    Some((part.as_str(), values(value)))
                }
                _ => None,
            })
            .collect();
        let is_type = |part: &str| matches!(part, "Type" | "Label" | "Service");
        let count = cells.iter().filter(|(part, _)| !is_type(part)).map(|(_, values)| values.len()).max().unwrap_or(0);
        let group = |index: usize| {
            let mut group = Group { kind: wanted.to_owned(), number: wanted_number, ..Group::default() };
            for (part, values) in &cells {
                // A type is said once for all values.
                let value = values.get(index).or_else(|| values.last().filter(|_| is_type(part)));
                let mut value = value.copied().unwrap_or_default();
                if let Some(bare) = value.strip_prefix('*').filter(|_| is_type(part)) {
                    group.is_primary = index == 0;
                    value = bare.trim();
                }
                group.parts.push(((*part).to_owned(), value.to_owned()));
            }
            group
        };
        (0..count).map(group).collect()
    }
}

/// The values of a cell.
pub(super) fn values(cell: &str) -> Vec<&str> {
    cell.split(SEPARATOR).map(str::trim).collect()
}
