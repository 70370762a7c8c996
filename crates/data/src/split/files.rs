//! Separate files for the parts, read one after the other into one table.

use crate::error::DataError;

use super::{Parts, SplitError, random};

/// How many rows of the table come from which file; training rows first, then validation, then test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileRows {
    /// Rows of the training files.
    pub train: usize,
    /// Rows of the validation file, if there is one.
    pub validation: Option<usize>,
    /// Rows of the test file, if there is one.
    pub test: Option<usize>,
}

/// Parts by file. Without a validation file, a random share of the training rows validates.
pub fn split_files(
    files: FileRows,
    candidates: &[usize],
    validation_share: f64,
    seed: u64,
) -> Result<Parts, DataError> {
    let validation_start = files.train;
    let test_start = validation_start + files.validation.unwrap_or(0);
    let mut parts = Parts::default();
    let mut rows = candidates.to_vec();
    rows.sort_unstable();
    rows.dedup();
    for row in rows {
        let part = match row {
            row if row < validation_start => &mut parts.train,
            row if row < test_start => &mut parts.validation,
            _ => &mut parts.test,
        };
        part.push(row);
    }
    let sizes = [
        ("training", &parts.train, Some(files.train)),
        ("validation", &parts.validation, files.validation),
        ("test", &parts.test, files.test),
    ];
    for (part, rows, of_file) in sizes {
        if let Some(available) = of_file.filter(|_| rows.is_empty()) {
            return Err(SplitError::EmptyPart {
                part,
                available,
                unit: "row",
            }
            .into());
        }
    }
    if files.validation.is_none() && validation_share > 0.0 {
        let divided = random::split(validation_share, 0.0, &parts.train, seed)?;
        (parts.train, parts.validation) = (divided.train, divided.validation);
        parts.train.sort_unstable();
        parts.validation.sort_unstable();
    }
    Ok(parts)
}
