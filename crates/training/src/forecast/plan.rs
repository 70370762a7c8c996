//! From `[forecast]` and a table to windows.

use hob_data::config::{ForecastColumn, ForecastConfig};
use hob_data::forecast::{ForecastError, ForecastHead, ForecastPreprocessor, PanelReport, Windows};
use hob_data::preprocess::Problems;
use hob_data::profile::{InferredKind, Profile};
use hob_data::source::{ColumnKind, ColumnRequest};
use hob_data::split::Parts;
use hob_data::table::Table;
use hob_decision::StockTable;
use hob_inference::forecast::series_config;
use hob_model::config::{BodyConfig, InputsConfig, NetworkConfig};

use crate::plan::finding_of;
use crate::recipe::{Finding, KeyPath};

/// Windows of all parts, and what was fitted on those of the training part.
#[derive(Debug, Clone)]
pub struct PlannedForecast {
    /// As in the recipe.
    pub config: ForecastConfig,
    /// Fitted on the training part.
    pub preprocessor: ForecastPreprocessor,
    /// What the network says of a step.
    pub head: ForecastHead,
    /// Those of the training part, then of the validation part, then of the test part.
    pub windows: Windows,
    /// The panel's step after the last that training may see.
    pub train_end: usize,
    /// The panel's first step that the test part forecasts.
    pub test_begin: usize,
    /// Windows of the validation and test part that a series cannot have, because it has no value there or too few before.
    pub left_out: usize,
    /// What was done to the rows.
    pub report: PanelReport,
    /// What is known of the items that orders are made for.
    pub stock: Option<StockTable>,
}

/// The columns to read.
pub(crate) fn requests(config: &ForecastConfig, profile: Option<&Profile>) -> Vec<ColumnRequest> {
    let is_number = |name: &str| {
        let mut columns = profile.into_iter().flat_map(|profile| &profile.columns);
        columns.any(|column| column.name == name && column.kind == InferredKind::Number)
    };
    let request = |(name, usage): (&str, ForecastColumn)| ColumnRequest {
        name: name.to_string(),
        kind: match usage {
            ForecastColumn::Static if !is_number(name) => ColumnKind::Category,
            usage => usage.kind(&config.time_formats),
        },
        required: true,
        hash_salt: None,
    };
    config.columns().into_iter().map(request).collect()
}

/// Builds the series and divides their windows.
pub(crate) fn read(
    config: &ForecastConfig,
    table: &Table,
) -> Result<(PlannedForecast, Parts), Vec<Finding>> {
    let fitted = ForecastPreprocessor::fit(config, table)
        .map_err(|Problems(problems)| problems.iter().map(finding).collect::<Vec<_>>())?;
    let parts = fitted.parts;
    let (train, validation) = (parts.train.len(), parts.validation.len());
    let places = [parts.train, parts.validation, parts.test].concat();
    let rows = Parts {
        train: (0..train).collect(),
        validation: (train..train + validation).collect(),
        test: (train + validation..places.len()).collect(),
    };
    let planned = PlannedForecast {
        config: config.clone(),
        head: ForecastHead::from(&config.head),
        windows: fitted.preprocessor.windows(fitted.panel, places),
        preprocessor: fitted.preprocessor,
        train_end: parts.train_end,
        test_begin: parts
            .test_origins
            .first()
            .copied()
            .unwrap_or(parts.train_end),
        left_out: parts.left_out,
        report: fitted.report,
        stock: None,
    };
    Ok((planned, rows))
}

impl PlannedForecast {
    /// The network that reads the windows.
    pub(crate) fn network(&self, body: &BodyConfig) -> NetworkConfig {
        NetworkConfig {
            inputs: InputsConfig {
                series: Some(series_config(&self.preprocessor)),
                ..InputsConfig::default()
            },
            body: body.clone(),
            heads: Vec::new(),
        }
    }

    /// Levels of the quantiles that are judged and given: those of the recipe, or deciles.
    pub fn levels(&self) -> Vec<f64> {
        match &self.head {
            ForecastHead::Quantiles { levels } => levels.clone(),
            _ => (1..10).map(|tenth| f64::from(tenth) / 10.0).collect(),
        }
    }

    /// Whether no value before the end of the training part is below 0.
    pub(crate) fn is_non_negative(&self) -> bool {
        let series = self.windows.panel.series.iter();
        let mut known = series.flat_map(|series| {
            let steps = self.train_end.saturating_sub(series.start);
            &series.target[..steps.min(series.target.len())]
        });
        known.all(|value| value.is_nan() || *value >= 0.0)
    }

    /// What was done to the rows, in sentences.
    pub fn notes(&self) -> Vec<String> {
        let report = &self.report;
        let mut notes = vec![format!(
            "{} series, {}{}, {} to {}, {} to {} steps each",
            report.series,
            report.frequency,
            if report.inferred { " (inferred)" } else { "" },
            report.first,
            report.last,
            report.shortest,
            report.longest,
        )];
        let fill = format!("{:?}", self.config.fill).to_lowercase();
        let counts = [
            (report.gaps, format!("steps without a row, filled by the rule `{fill}`")),
            (report.empty_targets, format!("rows with an empty target, filled by the rule `{fill}`")),
            (report.leading_empty, "rows with an empty target before the first value of their series, left out".into()),
            (report.put_together, "rows put together with others of their step".into()),
            (report.future_rows, "rows of the future, after the last value of their series".into()),
            (report.short_series, format!("series left out, because they are too short: {}", report.short_examples.join("; "))),
            (report.carried, "steps whose covariates repeat the step before".into()),
            (self.left_out, "windows of validation and test part left out, because their series has no value there or too few before".into()),
        ];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        notes.extend(counts.map(|(count, what)| format!("{count} {what}")));
        notes
    }
}

/// What looks like a mistake.
pub(crate) fn warnings(planned: &PlannedForecast, warnings: &mut Vec<String>) {
    let panel = &planned.windows.panel;
    let is_constant = |target: &[f32]| {
        let mut known = target.iter().filter(|value| !value.is_nan());
        let first = known.next();
        known.all(|value| Some(value) == first)
    };
    let constant: Vec<usize> = (0..panel.series.len())
        .filter(|&series| is_constant(&panel.series[series].target))
        .collect();
    if let Some(&first) = constant.first() {
        let text = match panel.series_text(first) {
            text if text.is_empty() => "the series".to_string(),
            text => format!("{} series, such as {text},", constant.len()),
        };
        warnings.push(format!("{text} never changed: there is nothing to learn"));
    }
    let season = planned.preprocessor.frequency().season();
    let context = planned.config.context.get();
    if season > 1 && context < season {
        warnings.push(format!(
            "`context` is {context} steps, less than a season of {season}: the network cannot see the same place of the \
             season before"
        ));
    }
    if planned.config.backtest.validation == 0 {
        warnings.push(
            "there is no validation window: nothing decides when training should stop, and intervals cannot be calibrated"
                .to_string(),
        );
    }
}

fn finding(problem: &ForecastError) -> Finding {
    let key = match problem {
        ForecastError::Setting { key, .. } => format!("forecast.{key}"),
        ForecastError::Frequency(_) => "forecast.frequency".to_string(),
        _ => "forecast".to_string(),
    };
    finding_of(KeyPath::from(key.as_str()), &problem.to_string())
}
