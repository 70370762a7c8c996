//! What is counted, for Prometheus.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Seconds by which requests are counted.
const SECONDS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0,
];
/// Rows by which batches are counted.
const ROWS: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

/// Labels of a request.
#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct RequestLabels {
    pub(crate) route: String,
    pub(crate) status: u16,
}

/// Labels of a route.
#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct RouteLabels {
    pub(crate) route: String,
}

/// Labels of a model.
#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct ModelLabels {
    pub(crate) model: String,
}

/// Labels of what was odd in the cells of a column: `missing`, `unknown` or `out_of_range`.
#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct ColumnLabels {
    pub(crate) model: String,
    pub(crate) column: String,
    pub(crate) what: &'static str,
}

/// Labels of an answer.
#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct AnswerLabels {
    pub(crate) model: String,
    pub(crate) output: String,
    pub(crate) value: String,
}

/// Labels of a reload: `loaded` or `failed`.
#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct ReloadLabels {
    pub(crate) model: String,
    pub(crate) result: &'static str,
}

/// Everything that is counted.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    pub(crate) requests: Family<RequestLabels, Counter>,
    pub(crate) seconds: Family<RouteLabels, Histogram, fn() -> Histogram>,
    pub(crate) connections: Gauge,
    pub(crate) rows: Family<ModelLabels, Counter>,
    pub(crate) batches: Family<ModelLabels, Histogram, fn() -> Histogram>,
    pub(crate) refused: Family<ModelLabels, Counter>,
    pub(crate) columns: Family<ColumnLabels, Counter>,
    pub(crate) answers: Family<AnswerLabels, Counter>,
    pub(crate) reloads: Family<ReloadLabels, Counter>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("hob"),
            requests: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            connections: Gauge::default(),
            rows: Family::default(),
            batches: Family::new_with_constructor(|| Histogram::new(ROWS)),
            refused: Family::default(),
            columns: Family::default(),
            answers: Family::default(),
            reloads: Family::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("requests", "Requests answered", self.requests.clone());
        registry.register(
            "request_seconds",
            "Time from the head of a request to its answer",
            self.seconds.clone(),
        );
        registry.register("connections", "Open connections", self.connections.clone());
        registry.register("rows", "Rows predicted", self.rows.clone());
        registry.register(
            "batch_rows",
            "Rows that went through a network together",
            self.batches.clone(),
        );
        registry.register(
            "refused",
            "Requests refused because the queue was full",
            self.refused.clone(),
        );
        registry.register(
            "column_values",
            "Cells without a value, with a value unknown in training, or outside of its range",
            self.columns.clone(),
        );
        registry.register("answers", "Answers by value", self.answers.clone());
        registry.register(
            "reloads",
            "Attempts to load a changed bundle",
            self.reloads.clone(),
        );
    }

    /// The text format of OpenMetrics.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing to a text cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
