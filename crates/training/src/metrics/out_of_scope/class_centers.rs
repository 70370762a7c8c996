//! How far an input lies from everything the classifier was trained on.

use hob_data::features::Matrix;
use hob_inference::scope::ClassCenters;
use serde::{Deserialize, Serialize};

use super::super::MetricsError;
use super::super::check::{check_shape, check_targets};
use super::super::statistics::{mean, rows};

/// Variances below this share of their mean are raised to it: a feature that hardly varies within classes (and with
/// one example per class none does) must not decide alone.
const VARIANCE_FLOOR: f64 = 1e-2;

/// What far means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CenterDistance {
    /// Squared distance.
    Euclidean,
    /// Squared distance with every feature in units of its deviation within classes: the Mahalanobis distance of
    /// Lee et al. 2018 with a covariance that all classes share, of which only the diagonal is kept. A full covariance
    /// of hundreds of features needs more rows than a few examples per intent.
    Mahalanobis,
}

/// The mean feature vector of every class and the spread around it, from the feature vectors and classes of the
/// training part.
///
/// # Errors
/// No rows, a class too few or too many, a target that is no class, or a feature that is not finite.
pub fn class_centers(
    features: &Matrix<f32>,
    targets: &[i32],
    num_classes: usize,
    distance: CenterDistance,
) -> Result<ClassCenters, MetricsError> {
    check_shape(targets.len(), None, features)?;
    check_features(features)?;
    let known = |target| usize::try_from(target).is_ok_and(|class| class < num_classes);
    check_targets(
        targets
            .iter()
            .map(|&target| (f64::from(target), known(target))),
    )?;
    let centers = Centers::new(features, targets, num_classes);
    let weights = match distance {
        CenterDistance::Euclidean => vec![1.0; features.width],
        CenterDistance::Mahalanobis => inverse(&centers.variances(features, targets)),
    };
    Ok(ClassCenters {
        width: features.width,
        centers: centers.of_present_classes(),
        weights,
    })
}

/// Means by class while fitting.
struct Centers {
    width: usize,
    counts: Vec<usize>,
    means: Vec<f64>,
}

impl Centers {
    fn new(features: &Matrix<f32>, targets: &[i32], num_classes: usize) -> Self {
        let width = features.width;
        let mut counts = vec![0; num_classes];
        let mut means = vec![0.0; num_classes * width];
        for (row, &target) in targets.iter().enumerate() {
            let class = target as usize;
            counts[class] += 1;
            for (sum, &value) in means[class * width..].iter_mut().zip(features.row(row)) {
                *sum += f64::from(value);
            }
        }
        for (class, &count) in counts.iter().enumerate() {
            for mean in &mut means[class * width..][..width] {
                *mean /= count.max(1) as f64;
            }
        }
        Self {
            width,
            counts,
            means,
        }
    }

    /// Mean squared distance of each feature from the mean of its class.
    fn variances(&self, features: &Matrix<f32>, targets: &[i32]) -> Vec<f64> {
        let mut variances = vec![0.0; self.width];
        for (row, &target) in targets.iter().enumerate() {
            let center = &self.means[target as usize * self.width..];
            for ((sum, &value), center) in variances.iter_mut().zip(features.row(row)).zip(center) {
                *sum += (f64::from(value) - center).powi(2);
            }
        }
        let count = rows(features) as f64;
        variances.iter_mut().for_each(|sum| *sum /= count);
        variances
    }

    fn of_present_classes(&self) -> Vec<f64> {
        self.means
            .chunks_exact(self.width)
            .zip(&self.counts)
            .filter(|(_, count)| **count > 0)
            .flat_map(|(center, _)| center.to_vec())
            .collect()
    }
}

/// One over each variance, floored; ones where nothing varies.
fn inverse(variances: &[f64]) -> Vec<f64> {
    let floor = VARIANCE_FLOOR * mean(variances.iter().copied());
    variances
        .iter()
        .map(|variance| {
            if floor > 0.0 {
                1.0 / variance.max(floor)
            } else {
                1.0
            }
        })
        .collect()
}

fn check_features(features: &Matrix<f32>) -> Result<(), MetricsError> {
    match features.values.iter().position(|value| !value.is_finite()) {
        Some(place) => Err(MetricsError::Prediction {
            row: place / features.width,
            value: f64::from(features.values[place]),
        }),
        None => Ok(()),
    }
}
