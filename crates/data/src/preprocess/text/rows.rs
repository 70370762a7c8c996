//! The rows of a column, encoded in blocks.
//!
//! A text is encoded once, however many rows have it. What it became is kept only until its last row, because the ids
//! of a long text take more memory than the text.

use std::collections::HashMap;

use rayon::prelude::*;

use super::{Encoded, FittedText};
use crate::{
    features::{TokenLists, Words},
    preprocess::{ColumnReport, PreprocessError, vocabulary::count_categories},
    table::{Categories, MISSING_CODE},
};

/// Rows of which the texts are encoded together, by all threads.
const BLOCK: usize = 1024;

/// The list of each row; what was done to the texts is counted.
pub(super) fn encode(
    text: &FittedText,
    cells: &Categories,
    rows: &[usize],
    report: &mut ColumnReport,
) -> Result<TokenLists, PreprocessError> {
    let missing = text.encode_text(&report.column, "", 0)?;
    let mut rows_left = count_categories(cells, rows);
    let mut known: HashMap<u32, Encoded> = HashMap::new();
    let mut lists = TokenLists {
        offsets: Vec::with_capacity(rows.len() + 1),
        ids: Vec::new(),
        ..TokenLists::default()
    };
    lists.offsets.push(0);
    let mut words = text.tagged.then(|| Words {
        column: report.column.clone(),
        offsets: vec![0],
        ..Words::default()
    });
    for block in rows.chunks(BLOCK) {
        add_new(text, cells, block, &report.column, &mut known)?;
        for &row in block {
            let code = cells.codes[row];
            if let Some(words) = &mut words {
                let encoded = known.get(&code).unwrap_or(&missing);
                report.cut_words += encoded.cut_words;
                words.starts.extend_from_slice(&encoded.starts);
                words.offsets.push(words.starts.len());
                let text = cells.get(row).unwrap_or_default();
                words.texts.push(text.to_owned());
            }
            match known.get(&code) {
                Some(encoded) => {
                    report.truncated += usize::from(encoded.truncated);
                    report.unknown += usize::from(encoded.unknown);
                    report.empty += usize::from(encoded.empty);
                    lists.ids.extend_from_slice(&encoded.ids);
                    rows_left[code as usize] -= 1;
                    if rows_left[code as usize] == 0 {
                        known.remove(&code);
                    }
                }
                None => {
                    report.missing += 1;
                    lists.ids.extend_from_slice(&missing.ids);
                }
            }
            lists.offsets.push(lists.ids.len());
        }
    }
    lists.words = words;
    Ok(lists)
}

/// Encodes the texts of a block that are not known yet. If several cannot be encoded, the error is about the first in
/// the dictionary.
fn add_new(
    text: &FittedText,
    cells: &Categories,
    block: &[usize],
    column: &str,
    known: &mut HashMap<u32, Encoded>,
) -> Result<(), PreprocessError> {
    let mut new: Vec<(u32, usize)> = block
        .iter()
        .map(|&row| (cells.codes[row], row))
        .filter(|(code, _)| *code != MISSING_CODE && !known.contains_key(code))
        .collect();
    new.sort_unstable();
    new.dedup_by_key(|(code, _)| *code);
    let encoded: Vec<Result<Encoded, PreprocessError>> = new
        .par_iter()
        .map(|&(code, row)| text.encode_text(column, &cells.dictionary[code as usize], row))
        .collect();
    for (&(code, _), encoded) in new.iter().zip(encoded) {
        known.insert(code, encoded?);
    }
    Ok(())
}
