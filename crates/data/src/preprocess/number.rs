//! `[inputs.number]`: a scaled number, with a fill for missing values.

use serde::{Deserialize, Serialize};

use super::{
    error::PreprocessError,
    lanes::Lanes,
    report::ColumnReport,
    scaling::{Scaling, mean_and_deviation, median, min_max, quantile},
};
use crate::{
    config::{NumberConfig, NumberEmbedding, NumberMissing},
    features::{FeatureLayout, NumberFeature},
};

/// A fitted number column. Everything but the edges is in the column's units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedNumber {
    /// Fitted on the values after clipping, without the missing ones.
    scaling: Scaling,
    /// What stands in for a missing value; `None` where a missing value is an error.
    fill: Option<f64>,
    /// Whether a feature says where a value was missing.
    indicator: bool,
    clip: Option<[f64; 2]>,
    /// Smallest and largest value of the training part, before clipping.
    pub(super) seen: [f64; 2],
    embedding: NumberEmbedding,
    /// For `piecewise_linear`, in scaled units.
    edges: Vec<f32>,
}

impl FittedNumber {
    pub(super) fn fit(
        column: &str,
        config: &NumberConfig,
        cells: &[f64],
        rows: &[usize],
    ) -> Result<Self, PreprocessError> {
        check(column, config)?;
        if config.missing == NumberMissing::Error {
            refuse_missing(column, cells, rows)?;
        }
        let mut values: Vec<f64> = rows
            .iter()
            .map(|&row| cells[row])
            .filter(|value| value.is_finite())
            .collect();
        if values.is_empty() {
            return Err(PreprocessError::AllMissing {
                column: column.to_owned(),
            });
        }
        let (min, max) = min_max(&values);
        if let Some([low, high]) = config.clip {
            for value in &mut values {
                *value = value.clamp(low, high);
            }
        }
        let scaling = Scaling::fit(config.normalize, &values);
        let edges = match &config.embedding {
            NumberEmbedding::PiecewiseLinear(bins) => bin_edges(&scaling, &values, bins.bins),
            NumberEmbedding::Plain | NumberEmbedding::Periodic(_) => Vec::new(),
        };
        let fill = match config.missing {
            NumberMissing::Mean => Some(mean_and_deviation(&values).0),
            NumberMissing::Median | NumberMissing::DropRow => Some(median(&mut values)),
            NumberMissing::Constant => config.constant,
            NumberMissing::Error => None,
        };
        Ok(Self {
            scaling,
            fill,
            indicator: config.indicator,
            clip: config.clip,
            seen: [min, max],
            embedding: config.embedding.clone(),
            edges,
        })
    }

    pub(super) fn layout(&self, column: &str, layout: &mut FeatureLayout) {
        layout.numbers.push(NumberFeature {
            name: column.to_owned(),
            column: column.to_owned(),
            embedding: self.embedding.clone(),
            edges: self.edges.clone(),
        });
        if self.indicator {
            layout.numbers.push(NumberFeature {
                name: format!("{column}.missing"),
                column: column.to_owned(),
                embedding: NumberEmbedding::Plain,
                edges: Vec::new(),
            });
        }
    }

    pub(super) fn transform(
        &self,
        cells: &[f64],
        rows: &[usize],
        lanes: &mut Lanes,
        report: &mut ColumnReport,
    ) -> Result<(), PreprocessError> {
        if self.fill.is_none() {
            refuse_missing(&report.column, cells, rows)?;
        }
        let filled = self.scaling.scale(self.fill.unwrap_or_default());
        lanes.number(|index| {
            let value = cells[rows[index]];
            if !value.is_finite() {
                report.missing += 1;
                return filled;
            }
            report.out_of_range += usize::from(value < self.seen[0] || value > self.seen[1]);
            let clipped = self
                .clip
                .map_or(value, |[low, high]| value.max(low).min(high));
            report.clipped += usize::from(clipped != value);
            self.scaling.scale(clipped)
        });
        if self.indicator {
            lanes.number(|index| f32::from(u8::from(!cells[rows[index]].is_finite())));
        }
        Ok(())
    }

    /// What stands in for a missing value; `None` where a row without a value cannot be encoded.
    pub(super) fn fill(&self) -> Option<f64> {
        self.fill
    }
}

fn check(column: &str, config: &NumberConfig) -> Result<(), PreprocessError> {
    if config.missing == NumberMissing::Constant {
        match config.constant {
            None => {
                return Err(PreprocessError::NoConstant {
                    column: column.to_owned(),
                });
            }
            Some(constant) if !constant.is_finite() => {
                return Err(PreprocessError::BadConstant {
                    column: column.to_owned(),
                    constant,
                });
            }
            Some(_) => {}
        }
    }
    match config.clip {
        Some([low, high]) if !(low.is_finite() && high.is_finite() && low < high) => {
            Err(PreprocessError::BadClip {
                column: column.to_owned(),
                low,
                high,
            })
        }
        _ => Ok(()),
    }
}

fn refuse_missing(column: &str, cells: &[f64], rows: &[usize]) -> Result<(), PreprocessError> {
    let mut missing = rows.iter().copied().filter(|&row| !cells[row].is_finite());
    match missing.next() {
        None => Ok(()),
        Some(row) => Err(PreprocessError::Missing {
            column: column.to_owned(),
            row,
            count: 1 + missing.count(),
        }),
    }
}

/// Quantiles of the scaled values at equal steps of probability, each once; at least two, because one edge makes no
/// bin.
fn bin_edges(scaling: &Scaling, values: &[f64], num_bins: usize) -> Vec<f32> {
    let mut scaled: Vec<f64> = values
        .iter()
        .map(|&value| f64::from(scaling.scale(value)))
        .collect();
    scaled.sort_unstable_by(f64::total_cmp);
    // More bins than values would only cut between neighbours.
    let num_bins = num_bins.clamp(1, scaled.len());
    let mut edges: Vec<f32> = (0..=num_bins)
        .map(|index| quantile(&scaled, index as f64 / num_bins as f64) as f32)
        .collect();
    edges.sort_unstable_by(f32::total_cmp);
    edges.dedup();
    if let [only] = edges[..] {
        // Towards zero, where the other edge cannot overflow.
        let width = 0.5 * only.abs().max(1.0);
        edges.push(if only > 0.0 {
            only - width
        } else {
            only + width
        });
        edges.sort_unstable_by(f32::total_cmp);
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Normalize, PiecewiseLinearConfig};

    fn config() -> NumberConfig {
        NumberConfig {
            normalize: Normalize::None,
            ..NumberConfig::default()
        }
    }

    fn fit(config: &NumberConfig, cells: &[f64]) -> Result<FittedNumber, PreprocessError> {
        FittedNumber::fit("a", config, cells, &(0..cells.len()).collect::<Vec<_>>())
    }

    fn transform(fitted: &FittedNumber, cells: &[f64]) -> (Vec<f32>, ColumnReport) {
        let mut layout = FeatureLayout::default();
        fitted.layout("a", &mut layout);
        let mut lanes = Lanes::new(&layout, cells.len());
        let mut report = ColumnReport {
            column: "a".into(),
            ..ColumnReport::default()
        };
        let rows: Vec<usize> = (0..cells.len()).collect();
        fitted
            .transform(cells, &rows, &mut lanes, &mut report)
            .unwrap();
        (lanes.finish().numbers.values, report)
    }

    #[track_caller]
    fn check_fill(config: &NumberConfig, expected: f32) {
        let fitted = fit(config, &[1.0, 2.0, f64::NAN, 9.0]).unwrap();
        let (values, report) = transform(&fitted, &[f64::NAN, 5.0]);
        assert_eq!(values, [expected, 5.0]);
        assert_eq!(report.missing, 1);
    }

    #[test]
    fn a_missing_value_becomes_mean_median_or_constant() {
        check_fill(
            &NumberConfig {
                missing: NumberMissing::Mean,
                ..config()
            },
            4.0,
        );
        check_fill(
            &NumberConfig {
                missing: NumberMissing::Median,
                ..config()
            },
            2.0,
        );
        check_fill(
            &NumberConfig {
                missing: NumberMissing::DropRow,
                ..config()
            },
            2.0,
        );
        check_fill(
            &NumberConfig {
                missing: NumberMissing::Constant,
                constant: Some(-1.0),
                ..config()
            },
            -1.0,
        );
    }

    #[test]
    fn missing_values_do_not_shape_the_scaling() {
        let standard = NumberConfig::default();
        assert_eq!(
            fit(&standard, &[1.0, f64::NAN, 3.0]).unwrap(),
            fit(&standard, &[1.0, 3.0]).unwrap()
        );
    }

    #[test]
    fn the_indicator_stands_beside_its_column() {
        let fitted = fit(
            &NumberConfig {
                indicator: true,
                ..config()
            },
            &[4.0],
        )
        .unwrap();
        assert_eq!(transform(&fitted, &[f64::NAN, 7.0]).0, [4.0, 1.0, 7.0, 0.0]);
        let mut layout = FeatureLayout::default();
        fitted.layout("a", &mut layout);
        assert_eq!(layout.numbers[1].name, "a.missing");
    }

    #[test]
    fn values_outside_the_bounds_are_moved_and_counted() {
        let fitted = fit(
            &NumberConfig {
                clip: Some([0.0, 10.0]),
                ..config()
            },
            &[-5.0, 3.0, 20.0],
        )
        .unwrap();
        let (values, report) = transform(&fitted, &[-6.0, -1.0, 10.0, 21.0]);
        assert_eq!(values, [0.0, 0.0, 10.0, 10.0]);
        assert_eq!((report.clipped, report.out_of_range), (3, 2));
    }

    #[test]
    fn scaling_is_fitted_after_clipping() {
        let clipped = NumberConfig {
            normalize: Normalize::MinMax,
            clip: Some([0.0, 10.0]),
            ..config()
        };
        let fitted = fit(&clipped, &[0.0, 5.0, 1e9]).unwrap();
        assert_eq!(transform(&fitted, &[5.0]).0, [0.5]);
    }

    #[test]
    fn a_missing_value_is_an_error_where_the_recipe_says_so() {
        let strict = NumberConfig {
            missing: NumberMissing::Error,
            ..config()
        };
        let error = fit(&strict, &[1.0, f64::NAN, f64::NAN]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "column `a` has 2 missing values, the first in row 2, and `missing` is \"error\""
        );
        assert_eq!(fit(&strict, &[1.0]).unwrap().fill(), None);
    }

    #[test]
    fn contradictions_are_errors() {
        let constant = NumberConfig {
            missing: NumberMissing::Constant,
            ..config()
        };
        assert!(matches!(
            fit(&constant, &[1.0]),
            Err(PreprocessError::NoConstant { .. })
        ));
        let clip = NumberConfig {
            clip: Some([2.0, 1.0]),
            ..config()
        };
        assert!(matches!(
            fit(&clip, &[1.0]),
            Err(PreprocessError::BadClip { .. })
        ));
        assert!(matches!(
            fit(&config(), &[f64::NAN]),
            Err(PreprocessError::AllMissing { .. })
        ));
    }

    #[track_caller]
    fn check_edges(cells: &[f64], bins: usize, expected: &[f32]) {
        let piecewise = NumberEmbedding::PiecewiseLinear(PiecewiseLinearConfig { dim: 2, bins });
        assert_eq!(
            fit(
                &NumberConfig {
                    embedding: piecewise,
                    ..config()
                },
                cells
            )
            .unwrap()
            .edges,
            expected
        );
    }

    #[test]
    fn bin_edges_are_distinct_quantiles() {
        check_edges(&[0.0, 1.0, 2.0, 3.0, 10.0], 2, &[0.0, 2.0, 10.0]);
        check_edges(&[0.0, 0.0, 0.0, 0.0, 1.0], 4, &[0.0, 1.0]);
    }

    #[test]
    fn a_constant_column_still_has_a_bin() {
        check_edges(&[3.0, 3.0], 8, &[1.5, 3.0]);
        check_edges(&[0.0], 8, &[0.0, 0.5]);
        check_edges(&[f64::from(f32::MIN)], 8, &[f32::MIN, f32::MIN / 2.0]);
    }
}
