//! Rows that could not be read: counted, kept with their reasons, written to a file for the user.

use std::fmt;
use std::path::PathBuf;

/// Rows kept in memory; more are only counted.
pub(crate) const MAX_KEPT_ROWS: usize = 10_000;
/// Name under which rows with a wrong shape are counted.
pub(crate) const WHOLE_ROW: &str = "(whole row)";

/// Rows left out of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rejected {
    /// Column names of the cells; private columns are not among them.
    pub header: Vec<String>,
    /// The first 10,000 rejected rows.
    pub rows: Vec<RejectedRow>,
    /// Bad cells by column, in the order of first appearance. Rows of a wrong shape count under `(whole row)`.
    pub counts: Vec<(String, usize)>,
    /// All rejected rows.
    pub num_rows: usize,
}

/// A row left out.
#[derive(Debug, Clone, PartialEq)]
pub struct RejectedRow {
    /// Its file.
    pub file: PathBuf,
    /// Line of its start, counted from 1; the row's number in Parquet.
    pub line: u64,
    /// One cell per column of [`Rejected::header`]; empty where not known.
    pub cells: Vec<String>,
    /// Why, at least one.
    pub reasons: Vec<Reason>,
}

/// Why a cell could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The column, or `(whole row)`.
    pub column: String,
    /// What the cell says; `None` where the row's shape is wrong.
    pub value: Option<String>,
    /// What it should be.
    pub expected: String,
    /// What may have happened.
    pub hint: Option<String>,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => {
                let shown: String = value.chars().take(60).collect();
                let cut = if shown.len() < value.len() { "..." } else { "" };
                write!(
                    f,
                    "column `{}` is `{shown}{cut}`, expected {}",
                    self.column, self.expected
                )?;
            }
            None => write!(f, "{}", self.expected)?,
        }
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

impl Rejected {
    /// Counts a row and keeps it while there is room.
    pub(crate) fn add(&mut self, row: RejectedRow) {
        self.num_rows += 1;
        for reason in &row.reasons {
            match self
                .counts
                .iter_mut()
                .find(|(column, _)| *column == reason.column)
            {
                Some((_, count)) => *count += 1,
                None => self.counts.push((reason.column.clone(), 1)),
            }
        }
        if self.rows.len() < MAX_KEPT_ROWS {
            self.rows.push(row);
        }
    }

    /// Whether another row would be kept.
    pub(crate) fn has_room(&self) -> bool {
        self.rows.len() < MAX_KEPT_ROWS
    }

    /// The kept rows as CSV: `file`, `line`, `reason`, then the cells as they stood in the file.
    pub fn to_csv(&self) -> Vec<u8> {
        self.write_csv()
            .expect("memory takes every record, and all have as many cells as the header")
    }

    fn write_csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(
            ["file", "line", "reason"]
                .into_iter()
                .chain(self.header.iter().map(String::as_str)),
        )?;
        for row in &self.rows {
            let reasons: Vec<String> = row.reasons.iter().map(Reason::to_string).collect();
            writer.write_field(row.file.display().to_string())?;
            writer.write_field(row.line.to_string())?;
            writer.write_field(reasons.join("; "))?;
            // JSON lines may name a column for the first time after a row was rejected.
            for place in 0..self.header.len() {
                writer.write_field(row.cells.get(place).map_or("", String::as_str))?;
            }
            writer.write_record(None::<&[u8]>)?;
        }
        Ok(writer.into_inner().map_err(|error| error.into_error())?)
    }
}
