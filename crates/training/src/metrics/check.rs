//! What is refused before a metric is computed.

use hob_data::features::Matrix;

use super::statistics::rows;
use super::{MetricsError, Predicted, Truth};

/// Refuses what would make a metric NaN or panic, so that the functions below need not.
pub(super) fn check(truth: Truth, predicted: Predicted) -> Result<(), MetricsError> {
    match (truth, predicted) {
        (Truth::Category { classes, targets }, Predicted::Categories(probabilities)) => {
            check_shape(targets.len(), Some(classes.len()), probabilities)?;
            check_probabilities(probabilities.width, &probabilities.values)?;
            let known =
                |target: i32| usize::try_from(target).is_ok_and(|class| class < classes.len());
            check_targets(
                targets
                    .iter()
                    .map(|&target| (f64::from(target), known(target))),
            )
        }
        (Truth::Binary { targets, .. }, Predicted::Binary(probabilities)) => {
            check_length(targets.len(), probabilities.len())?;
            check_probabilities(1, probabilities)?;
            check_targets(
                targets
                    .iter()
                    .map(|&target| (f64::from(target), target == 0.0 || target == 1.0)),
            )
        }
        (Truth::Number { targets, .. }, Predicted::Numbers(predictions)) => {
            check_length(targets.len(), predictions.len())?;
            check_finite(1, predictions)?;
            check_targets(targets.iter().map(|&target| (target, target.is_finite())))
        }
        (Truth::Quantiles { targets, quantiles }, Predicted::Quantiles(predictions)) => {
            check_shape(targets.len(), Some(quantiles.len()), predictions)?;
            check_finite(predictions.width, &predictions.values)?;
            check_targets(targets.iter().map(|&target| (target, target.is_finite())))
        }
        (
            Truth::Set {
                labels, targets, ..
            },
            Predicted::Sets(probabilities),
        ) => {
            check_shape(rows(targets), Some(labels.len()), probabilities)?;
            check_shape(rows(probabilities), Some(labels.len()), targets)?;
            check_probabilities(probabilities.width, &probabilities.values)?;
            let width = targets.width;
            let wrong = targets
                .values
                .iter()
                .position(|&target| target != 0.0 && target != 1.0);
            wrong.map_or(Ok(()), |place| {
                Err(MetricsError::Target {
                    row: place / width,
                    value: f64::from(targets.values[place]),
                })
            })
        }
        (
            Truth::Tags { tags, .. },
            Predicted::Tags {
                tags: found,
                probabilities,
            },
        ) => {
            check_length(tags.len(), found.len())?;
            for (row, probabilities) in probabilities.iter().enumerate() {
                // Places in a row are of no interest, so it counts as one value.
                check_probabilities(probabilities.len().max(1), probabilities).map_err(
                    |error| match error {
                        MetricsError::Prediction { value, .. } => {
                            MetricsError::Prediction { row, value }
                        }
                        other => other,
                    },
                )?;
            }
            Ok(())
        }
        _ => Err(MetricsError::Type),
    }
}

pub(super) fn check_length(targets: usize, predictions: usize) -> Result<(), MetricsError> {
    match targets {
        0 => Err(MetricsError::Empty),
        _ if targets != predictions => Err(MetricsError::Length {
            targets,
            predictions,
        }),
        _ => Ok(()),
    }
}

pub(super) fn check_shape<T>(
    targets: usize,
    width: Option<usize>,
    predictions: &Matrix<T>,
) -> Result<(), MetricsError> {
    if let Some(expected) = width
        && (expected != predictions.width || expected == 0)
    {
        return Err(MetricsError::Width {
            expected,
            found: predictions.width,
        });
    }
    check_length(targets, rows(predictions))
}

pub(super) fn check_probabilities(width: usize, values: &[f32]) -> Result<(), MetricsError> {
    // Rounding in a softmax can exceed 1 by a last place.
    match values
        .iter()
        .position(|value| !(0.0..=1.0 + 1e-5).contains(value))
    {
        Some(place) => Err(MetricsError::Prediction {
            row: place / width,
            value: f64::from(values[place]),
        }),
        None => Ok(()),
    }
}

pub(super) fn check_finite(width: usize, values: &[f64]) -> Result<(), MetricsError> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(place) => Err(MetricsError::Prediction {
            row: place / width,
            value: values[place],
        }),
        None => Ok(()),
    }
}

pub(super) fn check_targets(
    targets: impl Iterator<Item = (f64, bool)>,
) -> Result<(), MetricsError> {
    for (row, (value, good)) in targets.enumerate() {
        if !good {
            return Err(MetricsError::Target { row, value });
        }
    }
    Ok(())
}
