//! What was done to cells while rows were encoded: counted, because silence would hide a broken source.

use serde::{Deserialize, Serialize};

use crate::count::counted;

/// Counts by input column.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TransformReport {
    /// Encoded rows.
    pub num_rows: usize,
    /// In the order of the inputs.
    pub columns: Vec<ColumnReport>,
}

/// Counts of cells of one column.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ColumnReport {
    /// The input column.
    pub column: String,
    /// Cells without a value. A missing set is an empty set and is not counted.
    pub missing: usize,
    /// Numbers moved to a bound of `clip`.
    pub clipped: usize,
    /// Values without a place of their own: never seen in the training part, or rarer there than `min_count`. Texts
    /// with such a token.
    pub unknown: usize,
    /// Numbers and dates outside what the training part has.
    pub out_of_range: usize,
    /// Texts cut at `max_tokens`.
    #[serde(default)]
    pub truncated: usize,
    /// Texts without a token, such as `-` where punctuation is no token; missing ones are not counted again.
    #[serde(default)]
    pub empty: usize,
    /// Words of texts cut at `max_tokens` that an output was to tag.
    #[serde(default)]
    pub cut_words: usize,
}

impl TransformReport {
    /// Adds the counts of more rows of the same inputs, for data encoded piece by piece.
    pub fn add(&mut self, other: &Self) {
        self.num_rows += other.num_rows;
        for theirs in &other.columns {
            let Some(ours) = self
                .columns
                .iter_mut()
                .find(|ours| ours.column == theirs.column)
            else {
                self.columns.push(theirs.clone());
                continue;
            };
            ours.missing += theirs.missing;
            ours.clipped += theirs.clipped;
            ours.unknown += theirs.unknown;
            ours.out_of_range += theirs.out_of_range;
            ours.truncated += theirs.truncated;
            ours.empty += theirs.empty;
            ours.cut_words += theirs.cut_words;
        }
    }

    /// What was filled, clipped or unknown, a line per column.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for column in &self.columns {
            let counts = [
                (column.missing, "without a value"),
                (column.unknown, "with a value unknown in training"),
                (column.clipped, "clipped"),
                (column.out_of_range, "outside the range seen in training"),
                (column.truncated, "cut off after `max_tokens`"),
                (column.empty, "without a word"),
            ];
            let counts: Vec<String> = counts
                .iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, what)| format!("{count} of {} {what}", counted(self.num_rows, "row")))
                .collect();
            if column.cut_words > 0 {
                notes.push(format!(
                    "`{}`: the tag `O` for {} behind `max_tokens`",
                    column.column,
                    counted(column.cut_words, "word")
                ));
            }
            if !counts.is_empty() {
                notes.push(format!("`{}`: {}", column.column, counts.join(", ")));
            }
        }
        notes
    }

    /// The counts of one column.
    pub fn column(&self, name: &str) -> Option<&ColumnReport> {
        self.columns.iter().find(|column| column.column == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_two_pieces_add_up() {
        let column = |missing| ColumnReport {
            column: "a".into(),
            missing,
            truncated: 2 * missing,
            empty: 3 * missing,
            ..ColumnReport::default()
        };
        let mut total = TransformReport::default();
        total.add(&TransformReport {
            num_rows: 3,
            columns: vec![column(1)],
        });
        total.add(&TransformReport {
            num_rows: 4,
            columns: vec![column(2)],
        });
        assert_eq!(
            total,
            TransformReport {
                num_rows: 7,
                columns: vec![column(3)]
            }
        );
    }
}
