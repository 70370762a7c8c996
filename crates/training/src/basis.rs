//! On which rows the result of a run was measured: numbers may be ranked only where these are the same.

use std::fs;
use std::io;

use crate::error::RunError;
use crate::result::RunResult;
use crate::run_folder::RunFolder;

/// What the numbers of a run are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// SHA-256 of every data file, in reading order.
    files: Vec<String>,
    /// `test`, `validation` or `training`.
    part: String,
    /// The judged rows by their place in the data; `None` in a folder that does not say.
    rows: Option<Vec<String>>,
}

/// How the basis of one run stands to that of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The same rows: the better number is the better model on them.
    SameRows,
    /// Other rows of the same data, as with another seed or split: close numbers differ by chance.
    OtherRows,
    /// Another part, such as validation rows, which the run has seen to choose its weights.
    OtherPart,
    /// Other data: the numbers say nothing about each other.
    OtherData,
}

impl Basis {
    /// Of a finished run.
    ///
    /// # Errors
    /// `parts.csv` is there and cannot be read.
    pub fn read(folder: &RunFolder, result: &RunResult) -> Result<Self, RunError> {
        let files = result.sources.iter().map(|file| file.sha256.clone());
        let part = result.outputs.first();
        let part = part.map_or_else(String::new, |output| output.part.clone());
        // In `parts.csv` the first part is named by one syllable.
        let name = if part == "training" { "train" } else { &part };
        let rows = match fs::read_to_string(folder.parts()) {
            Ok(text) => Some(rows_of(&text, name)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(RunError::io("read", &folder.parts(), source)),
        };
        Ok(Self {
            files: files.collect(),
            part,
            rows,
        })
    }

    /// The part that was judged.
    pub fn part(&self) -> &str {
        &self.part
    }

    /// How another run's numbers may be read beside these.
    pub fn relation(&self, other: &Self) -> Relation {
        if self.files != other.files {
            Relation::OtherData
        } else if self.part != other.part {
            Relation::OtherPart
        } else if self.rows.is_none() || self.rows != other.rows {
            Relation::OtherRows
        } else {
            Relation::SameRows
        }
    }
}

fn rows_of(parts: &str, name: &str) -> Vec<String> {
    let lines = parts.lines().filter_map(|line| line.split_once(','));
    lines
        .filter(|(_, part)| *part == name)
        .map(|(row, _)| row.to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basis(file: &str, part: &str, rows: &str) -> Basis {
        Basis {
            files: vec![file.into()],
            part: part.into(),
            rows: Some(rows_of(rows, part)),
        }
    }

    #[test]
    fn only_the_judged_rows_count() {
        let rows = "row,part\n1,train\n2,validation\n3,test\n";
        let first = basis("a", "test", rows);
        let check = |file: &str, part: &str, rows: &str, expected| {
            assert_eq!(first.relation(&basis(file, part, rows)), expected);
        };
        check("a", "test", rows, Relation::SameRows);
        check(
            "a",
            "test",
            "row,part\n1,validation\n3,test\n",
            Relation::SameRows,
        );
        check(
            "a",
            "test",
            "row,part\n1,test\n3,train\n",
            Relation::OtherRows,
        );
        check("a", "validation", rows, Relation::OtherPart);
        check("b", "test", rows, Relation::OtherData);
    }

    #[test]
    fn rows_that_are_not_known_are_not_the_same() {
        let unknown = Basis {
            rows: None,
            ..basis("a", "test", "")
        };
        assert_eq!(unknown.relation(&unknown), Relation::OtherRows);
    }
}
