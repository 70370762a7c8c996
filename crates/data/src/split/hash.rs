//! The part follows from the id alone: neither other rows, nor their order, nor the seed matter.

use sha2::{Digest, Sha256};

use super::keys::complete_keys;
use super::shares::check_share;
use super::{Parts, SplitError};
use crate::config::HashSplit;
use crate::table::Table;

pub(super) fn split(
    config: &HashSplit,
    table: &Table,
    rows: &[usize],
) -> Result<Parts, SplitError> {
    check_share("validation", config.validation)?;
    check_share("test", config.test)?;
    let (codes, names) = complete_keys(table, &config.column, rows)?;
    let places: Vec<f64> = names.iter().map(|name| place(name)).collect();
    let validation_end = config.test + (1.0 - config.test) * config.validation;
    let mut parts = Parts::default();
    for (&row, &code) in rows.iter().zip(&codes) {
        let part = match places[code] {
            place if place < config.test => &mut parts.test,
            place if place < validation_end => &mut parts.validation,
            _ => &mut parts.train,
        };
        part.push(row);
    }
    let sizes = [
        ("training", &parts.train, 1.0),
        ("validation", &parts.validation, config.validation),
        ("test", &parts.test, config.test),
    ];
    for (part, rows_in_part, share) in sizes {
        if rows_in_part.is_empty() && share > 0.0 {
            return Err(SplitError::EmptyPart {
                part,
                available: names.len(),
                unit: "different id",
            });
        }
    }
    Ok(parts)
}

/// A number in 0..1 made from the first 8 bytes of the SHA-256.
fn place(id: &str) -> f64 {
    let digest = Sha256::digest(id.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    // 53 bits, so that the result is below 1 even after rounding.
    (u64::from_be_bytes(first) >> 11) as f64 / (1u64 << 53) as f64
}
