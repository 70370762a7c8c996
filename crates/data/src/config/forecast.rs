//! `[forecast]`: series over time, continued by a number of steps.

use std::num::NonZeroUsize;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::ColumnKind;

/// `[forecast]`: the columns of a table with one row per series and time, and what is forecast from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForecastConfig {
    /// The column with the day or moment of each row. Rows may stand in any order.
    pub time: String,
    /// `strftime` formats of the time column, tried in order, such as `%d.%m.%Y`. By default ISO 8601 dates and
    /// date-times.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub time_formats: Vec<String>,
    /// The columns that together name the series of a row, such as shop and item. None: the table is one series.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<String>,
    /// The column to forecast. Rows at the end of a series whose target is empty are the future, for which only the
    /// `known` columns are given.
    pub target: String,
    /// How many steps to forecast.
    #[schemars(range(min = 1, max = 10_000))]
    pub horizon: NonZeroUsize,
    /// How many steps the network sees before the first that it forecasts.
    #[schemars(range(min = 1, max = 100_000))]
    pub context: NonZeroUsize,
    /// Time from one step to the next: `s`, `min`, `h`, `D`, `W`, `M`, `Q`, `Y`, also several such as `15min` or `2D`,
    /// and weeks by the day they begin with, such as `W-MON`. Inferred from the times when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency: Option<String>,
    /// Numeric columns that are known in advance for the steps to forecast, such as a price or a holiday.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
    /// Numeric columns that are known up to the last step only, such as the weather as it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past: Vec<String>,
    /// Columns with one value per series, text or numbers, such as its category. A column of `series` may be named here
    /// too: then the network learns what is special about each series.
    #[serde(default, rename = "static", skip_serializing_if = "Vec::is_empty")]
    pub statics: Vec<String>,
    /// Parts of the calendar that the network sees, each as a sine and a cosine. By default those that the frequency can
    /// tell apart and that the training part goes through at least twice; `[]` is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<Vec<CalendarFeature>>,
    /// What stands at steps without a value between the first and the last of a series.
    #[serde(default)]
    pub fill: Fill,
    /// What becomes of several rows of one series and step. With a rule other than `error` and a `frequency` that is
    /// coarser than the times, the rows of a week, month and so on are put together.
    #[serde(default)]
    pub duplicates: Duplicates,
    /// Scaling of the target by the values that the network sees, in every window anew.
    #[serde(default)]
    pub scale: WindowScaling,
    /// What is done to the target before it is scaled, and undone after the forecast.
    #[serde(default)]
    pub transform: Transform,
    /// Move the quantiles so that on the validation windows they cover what they say (conformal calibration, Romano et al.
    /// 2019).
    #[serde(default)]
    pub calibrate: bool,
    /// Steps from one training window of a series to the next.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 10_000))]
    pub stride: NonZeroUsize,
    /// Leave out series with fewer steps than `context` and `horizon` together, and say how many. Otherwise they are an
    /// error.
    #[serde(default = "yes")]
    pub exclude_short: bool,
    /// The windows at the end that judge the forecasts.
    #[serde(default)]
    pub backtest: BacktestConfig,
    /// What a forecast says about its uncertainty.
    #[serde(default)]
    pub head: ForecastHeadConfig,
}

fn one() -> NonZeroUsize {
    NonZeroUsize::MIN
}

fn yes() -> bool {
    true
}

/// A part of the calendar, which goes round.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CalendarFeature {
    /// The time of day, to the minute.
    MinuteOfDay,
    /// Monday-Sunday.
    DayOfWeek,
    /// 1-31.
    DayOfMonth,
    /// 1-366.
    DayOfYear,
    /// The week of the year as in ISO 8601, 1-53.
    WeekOfYear,
    /// 1-12.
    Month,
    /// 1-4.
    Quarter,
}

/// What stands at a step that has no row, or a row with an empty target, between the first and last value of a series.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fill {
    /// Such a step is an error.
    #[default]
    Error,
    /// 0, for sales and other counts of which only those that happened are recorded. The steps after the last row of a
    /// series up to the last of all series are 0 too.
    Zero,
    /// The network sees the last value before, and that it is none of its own. Errors are not measured there.
    Forward,
    /// The network sees the straight line between the values around it in the window (after the last one: that one), and
    /// that it is none of its own. Errors are not measured there.
    Interpolate,
    /// The network sees that there is no value. Errors are not measured there.
    Missing,
}

/// What becomes of several rows of one series and step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// They are an error.
    #[default]
    Error,
    /// The sum of the targets and the mean of the other columns.
    Sum,
    /// The mean.
    Mean,
    /// The latest row; of rows of the same time the last in the file.
    Last,
}

/// Scaling of the target of one window by the values before its origin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WindowScaling {
    /// The value as it is.
    None,
    /// `y / mean(|y|)`, which leaves 0 at 0; for counts.
    Mean,
    /// `(y - mean) / standard deviation`.
    #[default]
    Standard,
    /// `(y - median) / (interquartile range / 1.349)`, which a few extreme values do not change.
    Robust,
}

/// What is done to the target before it is scaled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// Nothing.
    #[default]
    None,
    /// `ln(1 + y)`, for values from 0 that grow by percents or span powers of ten.
    Log1p,
}

/// `[forecast.backtest]`: windows of `horizon` steps at the end of the data. Those of the test part are the last, those
/// of the validation part come before them, and training windows end before both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BacktestConfig {
    /// Windows per series that steer the training.
    #[schemars(range(min = 0, max = 1000))]
    pub validation: usize,
    /// Windows per series for the final result.
    #[schemars(range(min = 1, max = 1000))]
    pub test: NonZeroUsize,
    /// Steps from one window to the next; by default `horizon`, so that they do not overlap.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10_000))]
    pub step: Option<NonZeroUsize>,
}

impl Default for BacktestConfig {
    fn default() -> Self {
        Self {
            validation: 1,
            test: one(),
            step: None,
        }
    }
}

/// `[forecast.head.*]`: what the network says about each step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ForecastHeadConfig {
    /// Quantiles that never cross, learned with the pinball loss.
    Quantiles(QuantilesHead),
    /// A normal distribution.
    Normal(NoSettings),
    /// Student's t distribution, for values with rare extremes.
    StudentT(NoSettings),
    /// The negative binomial distribution, for counts: whole numbers from 0.
    NegativeBinomial(NoSettings),
    /// The same with extra zeros, for intermittent demand.
    ZeroInflated(NoSettings),
}

impl Default for ForecastHeadConfig {
    fn default() -> Self {
        Self::Quantiles(QuantilesHead::default())
    }
}

/// `[forecast.head.quantiles]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct QuantilesHead {
    /// Probabilities between 0 and 1, ascending.
    pub levels: Vec<f64>,
}

impl Default for QuantilesHead {
    fn default() -> Self {
        Self {
            levels: vec![0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
        }
    }
}

/// A choice without settings: an empty table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}

impl ForecastConfig {
    /// Every column of the table, each once, with what it is used for first.
    pub fn columns(&self) -> Vec<(&str, ForecastColumn)> {
        let mut columns: Vec<(&str, ForecastColumn)> = Vec::new();
        let lists = [
            (std::slice::from_ref(&self.time), ForecastColumn::Time),
            (self.series.as_slice(), ForecastColumn::Series),
            (std::slice::from_ref(&self.target), ForecastColumn::Target),
            (self.known.as_slice(), ForecastColumn::Known),
            (self.past.as_slice(), ForecastColumn::Past),
            (self.statics.as_slice(), ForecastColumn::Static),
        ];
        for (names, usage) in lists {
            for name in names {
                if columns.iter().all(|(known, _)| known != name) {
                    columns.push((name, usage));
                }
            }
        }
        columns
    }
}

/// What a column of a forecast is used for, which says how it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForecastColumn {
    /// Dates, in `time_formats`.
    Time,
    /// Text.
    Series,
    /// Numbers.
    Target,
    /// Numbers.
    Known,
    /// Numbers.
    Past,
    /// Numbers or text, as the values look.
    Static,
}

impl ForecastColumn {
    /// How such a column is read; a static one as a number.
    pub fn kind(self, time_formats: &[String]) -> ColumnKind {
        match self {
            Self::Time => ColumnKind::Date {
                formats: time_formats.to_vec(),
            },
            Self::Series => ColumnKind::Category,
            Self::Target | Self::Known | Self::Past | Self::Static => ColumnKind::Number,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: &str = "time = \"date\"\ntarget = \"sales\"\nhorizon = 2\ncontext = 4\n";

    #[test]
    fn a_recipe_states_only_choices() {
        let config: ForecastConfig = toml::from_str(SHORT).unwrap();
        assert_eq!(config.fill, Fill::Error);
        assert_eq!(config.scale, WindowScaling::Standard);
        assert!(config.exclude_short);
        assert_eq!(config.backtest.test.get(), 1);
        assert_eq!(config.head, ForecastHeadConfig::default());
        let text = toml::to_string(&config).unwrap();
        assert_eq!(toml::from_str::<ForecastConfig>(&text).unwrap(), config);
    }

    #[test]
    fn a_head_is_a_table() {
        for (text, expected) in [
            (
                "[head.negative_binomial]",
                ForecastHeadConfig::NegativeBinomial(NoSettings {}),
            ),
            (
                "[head.quantiles]\nlevels = [0.5]",
                ForecastHeadConfig::Quantiles(QuantilesHead { levels: vec![0.5] }),
            ),
        ] {
            let config: ForecastConfig = toml::from_str(&format!("{SHORT}{text}")).unwrap();
            assert_eq!(config.head, expected);
        }
        assert!(toml::from_str::<ForecastConfig>(&format!("{SHORT}horizons = 1")).is_err());
        assert!(toml::from_str::<ForecastConfig>(&format!("{SHORT}[head.normal]\na = 1")).is_err());
    }

    #[test]
    fn a_column_with_two_uses_is_read_once() {
        let text = format!("{SHORT}series = [\"item\"]\nstatic = [\"item\", \"kind\"]");
        let config: ForecastConfig = toml::from_str(&text).unwrap();
        let names: Vec<&str> = config.columns().iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["date", "item", "sales", "kind"]);
    }
}
