//! `[inputs.set]`: several values in a cell, each with its own place.

use serde::{Deserialize, Serialize};

use super::{
    cells::set_row,
    error::PreprocessError,
    lanes::Lanes,
    report::ColumnReport,
    vocabulary::{Vocabulary, count_sets},
};
use crate::{
    config::SetConfig,
    features::{DenseFeature, FeatureLayout},
    table::Sets,
};

/// Place that values without a place of their own share.
const UNKNOWN: usize = 0;

/// A fitted set column: a 1 at the place of each value of the cell, place 0 for all that are not known. An empty or
/// missing set is all zeros.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedSet {
    /// The most frequent first.
    pub(super) known: Vocabulary,
}

impl FittedSet {
    pub(super) fn fit(
        column: &str,
        config: &SetConfig,
        cells: &Sets,
        rows: &[usize],
    ) -> Result<Self, PreprocessError> {
        let counts = count_sets(cells, rows);
        if counts.iter().all(|&count| count == 0) {
            return Err(PreprocessError::AllMissing {
                column: column.to_owned(),
            });
        }
        Ok(Self {
            known: Vocabulary::by_frequency(&counts, &cells.dictionary, config.min_count),
        })
    }

    fn width(&self) -> usize {
        1 + self.known.len()
    }

    pub(super) fn layout(&self, column: &str, layout: &mut FeatureLayout) {
        layout.dense.push(DenseFeature {
            name: column.to_owned(),
            column: column.to_owned(),
            width: self.width(),
        });
    }

    pub(super) fn transform(
        &self,
        cells: &Sets,
        rows: &[usize],
        lanes: &mut Lanes,
        report: &mut ColumnReport,
    ) {
        let places = self.known.places(&cells.dictionary);
        lanes.dense(self.width(), |index, values| {
            for &code in set_row(cells, rows[index]) {
                let place = places[code as usize].map_or(UNKNOWN, |place| 1 + place);
                report.unknown += usize::from(place == UNKNOWN);
                values[place] = 1.0;
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preprocess::tests::sets;

    #[test]
    fn each_value_has_a_place_and_unknown_ones_share_the_first() {
        let training = sets(&[&["a", "b"], &["b"], &["rare"], &[], &["a", "b"]]);
        let config = SetConfig {
            min_count: 2,
            ..SetConfig::default()
        };
        let fitted = FittedSet::fit("s", &config, &training, &[0, 1, 2, 3, 4]).unwrap();
        let mut layout = FeatureLayout::default();
        fitted.layout("s", &mut layout);
        assert_eq!(layout.dense_width(), 3);

        let mut lanes = Lanes::new(&layout, 4);
        let mut report = ColumnReport::default();
        let cells = sets(&[&["a", "new", "rare"], &["b"], &[], &["b", "b", "a"]]);
        fitted.transform(&cells, &[0, 1, 2, 3], &mut lanes, &mut report);
        let dense = lanes.finish().dense;
        assert_eq!(dense.row(0), [1.0, 0.0, 1.0]);
        assert_eq!(dense.row(1), [0.0, 1.0, 0.0]);
        assert_eq!(dense.row(2), [0.0, 0.0, 0.0]);
        assert_eq!(dense.row(3), [0.0, 1.0, 1.0]);
        assert_eq!(report.unknown, 2);
    }

    #[test]
    fn only_empty_sets_are_an_error() {
        let result = FittedSet::fit("s", &SetConfig::default(), &sets(&[&[]]), &[0]);
        assert!(matches!(result, Err(PreprocessError::AllMissing { .. })));
    }
}
