//! `[inputs.category]`: one of the values known from the training part.

use serde::{Deserialize, Serialize};

use super::{
    error::PreprocessError,
    lanes::Lanes,
    report::ColumnReport,
    vocabulary::{Vocabulary, count_categories},
};
use crate::{
    config::{CategoryConfig, CategoryEncoding},
    features::{CodeFeature, DenseFeature, FeatureLayout},
    table::{Categories, MISSING_CODE},
};

/// Code and one-hot place of values without a code of their own.
pub(super) const UNKNOWN: usize = 0;
/// Code and one-hot place of missing cells.
pub(super) const MISSING: usize = 1;
/// Code and one-hot place of the first known value.
pub(super) const FIRST_KNOWN: usize = 2;

/// A fitted category column.
///
/// One-hot places are as the codes: unknown, missing, known values. The first two are there even when the training
/// part has neither, so that the network's shape does not depend on chance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedCategory {
    encoding: CategoryEncoding,
    dim: usize,
    unknown_rate: f64,
    /// The most frequent first.
    pub(super) known: Vocabulary,
}

impl FittedCategory {
    pub(super) fn fit(
        column: &str,
        config: &CategoryConfig,
        cells: &Categories,
        rows: &[usize],
    ) -> Result<Self, PreprocessError> {
        let counts = count_categories(cells, rows);
        if counts.iter().all(|&count| count == 0) {
            return Err(PreprocessError::AllMissing {
                column: column.to_owned(),
            });
        }
        let known = Vocabulary::by_frequency(&counts, &cells.dictionary, config.min_count);
        Ok(Self {
            encoding: config.encoding,
            dim: config.dim.unwrap_or_else(|| default_dim(known.len())),
            unknown_rate: config.unknown_rate,
            known,
        })
    }

    fn cardinality(&self) -> usize {
        FIRST_KNOWN + self.known.len()
    }

    pub(super) fn layout(&self, column: &str, layout: &mut FeatureLayout) {
        let (name, column) = (column.to_owned(), column.to_owned());
        match self.encoding {
            CategoryEncoding::Embedding => layout.codes.push(CodeFeature {
                name,
                column,
                cardinality: self.cardinality(),
                dim: self.dim,
                unknown_rate: self.unknown_rate,
            }),
            CategoryEncoding::OneHot => {
                layout.dense.push(DenseFeature {
                    name,
                    column,
                    width: self.cardinality(),
                });
            }
        }
    }

    pub(super) fn transform(
        &self,
        cells: &Categories,
        rows: &[usize],
        lanes: &mut Lanes,
        report: &mut ColumnReport,
    ) {
        let places: Vec<usize> = self
            .known
            .places(&cells.dictionary)
            .into_iter()
            .map(|place| place.map_or(UNKNOWN, |place| FIRST_KNOWN + place))
            .collect();
        let mut place = |index: usize| {
            let code = cells.codes[rows[index]];
            let place = if code == MISSING_CODE {
                MISSING
            } else {
                places[code as usize]
            };
            report.missing += usize::from(place == MISSING);
            report.unknown += usize::from(place == UNKNOWN);
            place
        };
        match self.encoding {
            CategoryEncoding::Embedding => lanes.code(|index| place(index) as i32),
            CategoryEncoding::OneHot => lanes.dense(self.cardinality(), |index, values| {
                values[place(index)] = 1.0
            }),
        }
    }
}

/// Numbers per embedding of a column with so many values: `min(50, 1.6 * values^0.56)` rounded, at least 1, as fastai.
pub(crate) fn default_dim(num_values: usize) -> usize {
    ((1.6 * (num_values.max(1) as f64).powf(0.56)).round() as usize).clamp(1, 50)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preprocess::tests::categories;

    fn fit(config: &CategoryConfig, cells: &[&str]) -> FittedCategory {
        let rows: Vec<usize> = (0..cells.len()).collect();
        FittedCategory::fit("a", config, &categories(cells), &rows).unwrap()
    }

    fn layout(fitted: &FittedCategory) -> FeatureLayout {
        let mut layout = FeatureLayout::default();
        fitted.layout("a", &mut layout);
        layout
    }

    fn transform(
        fitted: &FittedCategory,
        cells: &[&str],
    ) -> (crate::features::Features, ColumnReport) {
        let mut lanes = Lanes::new(&layout(fitted), cells.len());
        let mut report = ColumnReport::default();
        let rows: Vec<usize> = (0..cells.len()).collect();
        fitted.transform(&categories(cells), &rows, &mut lanes, &mut report);
        (lanes.finish(), report)
    }

    #[test]
    fn known_values_follow_unknown_and_missing_by_frequency() {
        let fitted = fit(
            &CategoryConfig::default(),
            &["b", "a", "c", "c", "c", "b", "a", "once"],
        );
        let (features, report) = transform(&fitted, &["c", "a", "b", "once", "new", ""]);
        assert_eq!(features.codes.values, [2, 3, 4, 0, 0, 1]);
        assert_eq!((report.unknown, report.missing), (2, 1));
        assert_eq!(layout(&fitted).codes[0].cardinality, 5);
    }

    #[test]
    fn one_hot_has_a_place_for_unknown_and_missing() {
        let config = CategoryConfig {
            encoding: CategoryEncoding::OneHot,
            min_count: 1,
            ..CategoryConfig::default()
        };
        let (features, _) = transform(&fit(&config, &["x"]), &["x", "", "y"]);
        assert_eq!(features.dense.row(0), [0.0, 0.0, 1.0]);
        assert_eq!(features.dense.row(1), [0.0, 1.0, 0.0]);
        assert_eq!(features.dense.row(2), [1.0, 0.0, 0.0]);
    }

    #[test]
    fn a_column_without_a_frequent_value_is_all_unknown() {
        let fitted = fit(&CategoryConfig::default(), &["a", "b"]);
        assert_eq!(layout(&fitted).codes[0].cardinality, 2);
        assert_eq!(transform(&fitted, &["a", ""]).0.codes.values, [0, 1]);
    }

    #[test]
    fn the_default_width_is_that_of_fastai() {
        // `min(600, round(1.6 * n_cat**0.56))` of fastai, capped at 50 as documented here.
        assert_eq!(
            [0, 1, 2, 10, 100, 1000].map(default_dim),
            [2, 2, 2, 6, 21, 50]
        );
    }

    #[test]
    fn a_given_width_is_kept() {
        let config = CategoryConfig {
            dim: Some(7),
            unknown_rate: 0.25,
            ..CategoryConfig::default()
        };
        let code = layout(&fit(&config, &["a", "a"])).codes[0].clone();
        assert_eq!((code.dim, code.unknown_rate), (7, 0.25));
    }
}
