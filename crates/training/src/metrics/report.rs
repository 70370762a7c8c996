//! The results of one output over one part, as they stand in the run folder and in reports.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Names and values in the order they are shown. A JSON object when serialized.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metrics(Vec<(String, f64)>);

impl Metrics {
    /// Adds a metric; one that is not defined for this part is left out.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<Option<f64>>) {
        if let Some(value) = value.into()
            && value.is_finite()
        {
            self.0.push((name.into(), value));
        }
    }

    /// The value of a metric.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| *value)
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// The first metric, which stands for the output.
    pub fn first(&self) -> Option<(&str, f64)> {
        self.iter().next()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Metrics {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Metrics {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Metrics;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("an object of metric names and numbers")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Metrics, A::Error> {
                let mut metrics = Metrics::default();
                while let Some((name, value)) = map.next_entry::<String, Option<f64>>()? {
                    metrics.push(name, value);
                }
                Ok(metrics)
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

/// One output over one part.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OutputReport {
    /// Rows of the part.
    pub rows: usize,
    /// The metrics, most telling first.
    pub metrics: Metrics,
    /// Who was taken for whom, for classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confusion: Option<Confusion>,
    /// A line per class or label.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub per_class: Vec<ClassReport>,
    /// ROC and precision-recall curves, thinned; with many classes those of the most frequent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub curves: Vec<Curve>,
    /// How probabilities (or predicted quantiles) compare with what happened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calibration: Vec<CalibrationBin>,
    /// Errors of numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residuals: Option<Residuals>,
}

/// Confusion matrix. With more than [`Confusion::MAX_CLASSES`] classes the rare ones share a last row and column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Confusion {
    /// Names of the classes.
    pub labels: Vec<String>,
    /// `counts[target][prediction]`.
    pub counts: Vec<Vec<usize>>,
}

impl Confusion {
    /// Rows and columns a reader (and a result file) can bear.
    pub const MAX_CLASSES: usize = 50;
}

/// One class against all others, or one label of a set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassReport {
    /// Name of the class.
    pub label: String,
    /// Rows that have it.
    pub support: usize,
    /// Of the rows predicted to have it, the share that does; 0 if it was never predicted.
    pub precision: f64,
    /// Of the rows that have it, the share predicted to; 0 if there are none.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f1: f64,
    /// Area under its ROC curve; absent if all or none of the rows have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roc_auc: Option<f64>,
    /// Average precision; absent likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pr_auc: Option<f64>,
}

/// What a curve shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CurveKind {
    /// True positive rate over false positive rate.
    Roc,
    /// Precision over recall.
    PrecisionRecall,
}

/// A curve in the unit square.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// What it shows.
    pub kind: CurveKind,
    /// Name of the class.
    pub label: String,
    /// Area under it.
    pub area: f64,
    /// `[x, y]` from left to right, at most 200, rounded to six places.
    pub points: Vec<[f64; 2]>,
}

/// Rows with a probability between two bounds; or one predicted quantile, with both bounds at it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    /// From this probability, exclusive but for 0.
    pub lower: f64,
    /// To this one, inclusive.
    pub upper: f64,
    /// Rows between them.
    pub count: usize,
    /// Their mean probability.
    pub predicted: f64,
    /// The share for which it was true.
    pub observed: f64,
}

/// Errors of a predicted number. An error is prediction - target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Residuals {
    /// Mean error: above 0 the model predicts too much.
    pub mean: f64,
    /// Median error.
    pub median: f64,
    /// Population standard deviation of the errors.
    pub deviation: f64,
    /// Rows left out of MAPE because their target is 0.
    pub zero_targets: usize,
    /// Distribution of the errors.
    pub histogram: Histogram,
    /// `[target, prediction]` of at most 1000 rows evenly spread over the part.
    pub sample: Vec<[f64; 2]>,
}

/// Counts between equally spaced edges.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// One more than counts, ascending.
    pub edges: Vec<f64>,
    /// Values from an edge to the next.
    pub counts: Vec<usize>,
    /// Values below the first edge.
    pub below: usize,
    /// Values above the last edge.
    pub above: usize,
}
