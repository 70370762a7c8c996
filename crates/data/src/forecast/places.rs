//! Places in the table and in the series, as messages name them.

use std::fmt;

/// How many rows or steps a message lists.
pub(super) const MAX_LISTED: usize = 5;

/// A row, its series and its time as the user wrote them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowAt {
    /// Index into the table.
    pub row: usize,
    /// Names and values of the key columns; empty where there is one series.
    pub series: String,
    /// Its time.
    pub time: String,
}

/// Several rows of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowsAt {
    /// Indexes into the table, the first ones.
    pub rows: Vec<usize>,
    /// All of them.
    pub count: usize,
    /// Names and values of the key columns.
    pub series: String,
    /// Time of the step.
    pub time: String,
}

/// A step of a series, with its row where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepAt {
    /// Index into the table.
    pub row: Option<usize>,
    /// Names and values of the key columns.
    pub series: String,
    /// Time of the step.
    pub time: String,
}

/// A run of steps without a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Names and values of the key columns.
    pub series: String,
    /// Time of its first step.
    pub first: String,
    /// Time of its last step.
    pub last: String,
    /// Its steps.
    pub steps: usize,
}

/// Two values of a static column in one series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Names and values of the key columns.
    pub series: String,
    /// Rows and their values.
    pub rows: [(usize, String); 2],
}

/// How many steps a series has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Length {
    /// Names and values of the key columns.
    pub series: String,
    /// Its steps.
    pub steps: usize,
}

/// Row numbers: the first ones, and how many there are.
pub(crate) struct Rows<'a>(pub(crate) &'a [usize], pub(crate) usize);

impl fmt::Display for Rows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(rows, count) = self;
        f.write_str(if *count == 1 { "row " } else { "rows " })?;
        for (place, row) in rows.iter().enumerate() {
            write!(f, "{}{}", if place > 0 { ", " } else { "" }, row + 1)?;
        }
        match count - rows.len() {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

fn at(series: &str, time: &str) -> String {
    match series {
        "" => time.into(),
        series => format!("{series}, {time}"),
    }
}

fn named(series: &str) -> &str {
    match series {
        "" => "the series",
        series => series,
    }
}

impl fmt::Display for RowAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {} ({})", self.row + 1, at(&self.series, &self.time))
    }
}

impl fmt::Display for RowsAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = Rows(&self.rows, self.count);
        write!(f, "{rows} ({})", at(&self.series, &self.time))
    }
}

impl fmt::Display for StepAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row {
            Some(row) => write!(f, "row {} ({})", row + 1, at(&self.series, &self.time)),
            None => write!(f, "no row for {}", at(&self.series, &self.time)),
        }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = match self.steps {
            1 => self.first.clone(),
            steps => format!("{} to {} ({steps} steps)", self.first, self.last),
        };
        f.write_str(&at(&self.series, &time))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [(row, value), (other_row, other)] = &self.rows;
        let (row, other_row) = (row + 1, other_row + 1);
        let series = named(&self.series);
        write!(
            f,
            "{series} has `{value}` in row {row} and `{other}` in row {other_row}"
        )
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has {}", named(&self.series), self.steps)
    }
}

/// The first ones, and how many more there are.
pub(super) fn listed<T: fmt::Display>(items: &[T], count: usize) -> String {
    let shown: Vec<String> = items.iter().map(T::to_string).collect();
    match count - shown.len() {
        0 => shown.join("; "),
        more => format!("{}; and {more} more", shown.join("; ")),
    }
}
