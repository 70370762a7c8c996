//! `[inputs.vector]`: numbers in a cell, each place scaled by itself.

use serde::{Deserialize, Serialize};

use super::{
    error::PreprocessError,
    lanes::Lanes,
    report::ColumnReport,
    scaling::{Scaling, mean_and_deviation},
};
use crate::{
    config::VectorConfig,
    features::{DenseFeature, FeatureLayout},
};

/// A fitted vector column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedVector {
    places: Vec<VectorPlace>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct VectorPlace {
    scaling: Scaling,
    /// The mean of the training part, which stands in for a missing number.
    mean: f64,
}

impl FittedVector {
    pub(super) fn fit(
        column: &str,
        config: &VectorConfig,
        (width, cells): (usize, &[f32]),
        rows: &[usize],
    ) -> Result<Self, PreprocessError> {
        let expected = config.width.unwrap_or(width);
        if width == 0 || width != expected {
            return Err(PreprocessError::VectorWidth {
                column: column.to_owned(),
                expected,
                found: width,
            });
        }
        let places: Option<Vec<VectorPlace>> = (0..width)
            .map(|place| {
                let values: Vec<f64> = rows
                    .iter()
                    .map(|&row| f64::from(cells[row * width + place]))
                    .filter(|value| value.is_finite())
                    .collect();
                (!values.is_empty()).then(|| VectorPlace {
                    scaling: Scaling::fit(config.normalize, &values),
                    mean: mean_and_deviation(&values).0,
                })
            })
            .collect();
        let places = places.ok_or_else(|| PreprocessError::AllMissing {
            column: column.to_owned(),
        })?;
        Ok(Self { places })
    }

    /// Numbers per cell.
    pub(super) fn width(&self) -> usize {
        self.places.len()
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
        (width, cells): (usize, &[f32]),
        rows: &[usize],
        lanes: &mut Lanes,
        report: &mut ColumnReport,
    ) -> Result<(), PreprocessError> {
        if width != self.width() {
            let column = report.column.clone();
            return Err(PreprocessError::VectorWidth {
                column,
                expected: self.width(),
                found: width,
            });
        }
        lanes.dense(width, |index, values| {
            let row = rows[index];
            let numbers = &cells[row * width..(row + 1) * width];
            report.missing += usize::from(numbers.iter().any(|number| !number.is_finite()));
            for ((value, &number), place) in values.iter_mut().zip(numbers).zip(&self.places) {
                *value = place.scaling.scale(if number.is_finite() {
                    f64::from(number)
                } else {
                    place.mean
                });
            }
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Normalize;

    fn fit(
        config: &VectorConfig,
        width: usize,
        cells: &[f32],
    ) -> Result<FittedVector, PreprocessError> {
        let rows: Vec<usize> = (0..cells.len() / width.max(1)).collect();
        FittedVector::fit("v", config, (width, cells), &rows)
    }

    fn transform(
        fitted: &FittedVector,
        width: usize,
        cells: &[f32],
    ) -> Result<(Vec<f32>, usize), PreprocessError> {
        let mut layout = FeatureLayout::default();
        fitted.layout("v", &mut layout);
        let rows: Vec<usize> = (0..cells.len() / width).collect();
        let mut lanes = Lanes::new(&layout, rows.len());
        let mut report = ColumnReport::default();
        fitted.transform((width, cells), &rows, &mut lanes, &mut report)?;
        Ok((lanes.finish().dense.values, report.missing))
    }

    #[test]
    fn each_place_is_scaled_by_itself_and_a_missing_cell_is_the_mean() {
        let config = VectorConfig {
            normalize: Normalize::MinMax,
            ..VectorConfig::default()
        };
        let fitted = fit(&config, 2, &[0.0, 100.0, 10.0, 300.0, f32::NAN, f32::NAN]).unwrap();
        let (values, missing) = transform(&fitted, 2, &[5.0, 150.0, f32::NAN, f32::NAN]).unwrap();
        assert_eq!(values, [0.5, 0.25, 0.5, 0.5]);
        assert_eq!(missing, 1);
    }

    #[test]
    fn another_width_is_an_error() {
        let config = VectorConfig {
            width: Some(3),
            ..VectorConfig::default()
        };
        let error = fit(&config, 2, &[1.0, 2.0]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "vectors of column `v` have 2 numbers, but must have 3"
        );
        let fitted = fit(&VectorConfig::default(), 2, &[1.0, 2.0]).unwrap();
        assert!(matches!(
            transform(&fitted, 1, &[1.0]),
            Err(PreprocessError::VectorWidth { .. })
        ));
    }

    #[test]
    fn a_column_without_vectors_is_an_error() {
        let missing = fit(&VectorConfig::default(), 1, &[f32::NAN]);
        assert!(matches!(missing, Err(PreprocessError::AllMissing { .. })));
        assert!(matches!(
            fit(&VectorConfig::default(), 0, &[]),
            Err(PreprocessError::VectorWidth { .. })
        ));
    }
}
