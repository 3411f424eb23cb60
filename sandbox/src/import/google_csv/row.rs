//! Rows by the names of their columns: single ones (`Nickname`) and numbered groups (`E-mail 1 - Value`).

use std::collections::HashMap;

use csv::StringRecord;

use crate::import::text;

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
        Self(header.iter().map(|name| column(&text::clean(name))).collect())
    }
}

fn column(name: &str) -> Column {
    let grouped = name.split_once(" - ").and_then(|(group, part)| {
        let (kind, number) = group.rsplit_once(' ')?;
        Some(Column::Grouped(kind.to_owned(), number.parse().ok()?, part.to_owned()))
    });
    grouped.unwrap_or_else(|| Column::Single(name.to_owned()))
}

/// A part of a numbered group, and its values.
type Cell<'row> = (&'row str, Vec<&'row str>);

/// One row of a file.
#[derive(Debug)]
pub(super) struct Row<'row> {
    cells: Vec<(&'row Column, &'row str)>,
}

/// One value of a numbered group: its parts by name.
#[derive(Debug)]
pub(super) struct Group<'row> {
    /// `E-mail`, `Address`, …
    pub(super) kind: &'row str,
    /// Its number in the header.
    pub(super) number: usize,
    parts: Vec<(&'row str, &'row str)>,
    /// Whether the file marks it as the primary one.
    pub(super) is_primary: bool,
}

impl<'row> Group<'row> {
    /// A part, empty when the file has none.
    pub(super) fn part(&self, name: &str) -> &'row str {
        self.parts.iter().find(|(part, _)| *part == name).map_or("", |(_, value)| value)
    }

    /// The type, called `Type` in the old dialect and `Label` in the new one.
    pub(super) fn label(&self) -> &'row str {
        let label = self.part("Label");
        if label.is_empty() { self.part("Type") } else { label }
    }

    /// All parts with their column's name.
    pub(super) fn parts(&self) -> impl Iterator<Item = (&'row str, &'row str)> {
        self.parts.iter().copied()
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
    pub(super) fn groups(&self) -> impl Iterator<Item = Group<'row>> {
        let mut places: HashMap<(&str, usize), usize> = HashMap::new();
        let mut groups: Vec<(&'row str, usize, Vec<Cell<'row>>)> = Vec::new();
        for &(column, value) in &self.cells {
            if let Column::Grouped(kind, number, part) = column {
                let place = *places.entry((kind, *number)).or_insert(groups.len());
                if place == groups.len() {
                    groups.push((kind, *number, Vec::new()));
                }
                groups[place].2.push((part, values(value)));
            }
        }
        groups.into_iter().flat_map(|(kind, number, cells)| {
            let count = cells.iter().filter(|(part, _)| !is_type(part)).map(|(_, values)| values.len()).max();
            (0..count.unwrap_or(0)).map(move |index| group(kind, number, &cells, index))
        })
    }
}

fn group<'row>(kind: &'row str, number: usize, cells: &[Cell<'row>], index: usize) -> Group<'row> {
    let mut group = Group { kind, number, parts: Vec::with_capacity(cells.len()), is_primary: false };
    for (part, values) in cells {
        // A type is said once for all values.
        let value = values.get(index).or_else(|| values.last().filter(|_| is_type(part)));
        let mut value = value.copied().unwrap_or_default();
        if let Some(bare) = value.strip_prefix('*').filter(|_| is_type(part)) {
            group.is_primary = index == 0;
            value = bare.trim();
        }
        group.parts.push((part, value));
    }
    group
}

fn is_type(part: &str) -> bool {
    matches!(part, "Type" | "Label" | "Service")
}

/// The values of a cell.
pub(super) fn values(cell: &str) -> Vec<&str> {
    cell.split(SEPARATOR).map(str::trim).collect()
}
