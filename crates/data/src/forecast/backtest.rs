//! Windows by time on the common axis: training before validation before test.
//!
//! Invariant: no step that a part forecasts is forecast, or later, in the part before it.

use super::{error::ForecastError, panel::Panel};
use crate::config::ForecastConfig;

/// A window: a series and the first step to forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Index into [`Panel::series`].
    pub series: u32,
    /// Index into the series: the window sees the steps before it.
    pub origin: u32,
}

/// The windows of each part, by origin in time and series.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BacktestParts {
    /// What the network learns from, by series and origin.
    pub train: Vec<Place>,
    /// What steers the training.
    pub validation: Vec<Place>,
    /// What judges the forecasts.
    pub test: Vec<Place>,
    /// Steps of the panel at which the validation windows begin.
    pub validation_origins: Vec<usize>,
    /// Steps of the panel at which the test windows begin.
    pub test_origins: Vec<usize>,
    /// The panel's step after the last that training may see.
    pub train_end: usize,
    /// Pairs of series and backtest window without a place, because the series has no value there or too few before.
    pub left_out: usize,
}

/// Divides the windows of a panel.
pub fn backtest(panel: &Panel, config: &ForecastConfig) -> Result<BacktestParts, ForecastError> {
    let (context, horizon) = (config.context.get(), config.horizon.get());
    let (validation, test) = (config.backtest.validation, config.backtest.test.get());
    let step = config.backtest.step.map_or(horizon, |step| step.get());
    let end = panel.num_steps();
    let backward = |count: usize, last: Option<usize>| -> Option<Vec<usize>> {
        let last = last?;
        let first = last.checked_sub(count.saturating_sub(1) * step)?;
        Some((0..count).map(|window| first + window * step).collect())
    };
    let test_origins = backward(test, end.checked_sub(horizon));
    let before_test = test_origins.as_ref().map(|origins| origins[0]);
    let validation_origins = match validation {
        0 => Some(Vec::new()),
        _ => backward(
            validation,
            before_test.and_then(|first| first.checked_sub(horizon)),
        ),
    };
    let origins = test_origins.zip(validation_origins);
    let longest = panel.series.iter().map(|series| series.target.len()).max();
    let no_windows = |part| ForecastError::NoWindows {
        part,
        context,
        horizon,
        windows: validation + test,
        needed: context
            + horizon * (2 + usize::from(validation > 0))
            + step * (test - 1 + validation.saturating_sub(1)),
        longest: longest.unwrap_or(0),
    };
    let Some((test_origins, validation_origins)) = origins else {
        return Err(no_windows("training"));
    };
    let train_end = *validation_origins.first().unwrap_or(&test_origins[0]);
    let mut parts = BacktestParts {
        train_end,
        ..BacktestParts::default()
    };
    let counts: Vec<ValueCounts> = panel
        .series
        .iter()
        .map(|series| ValueCounts::new(&series.target))
        .collect();
    for (number, series) in panel.series.iter().enumerate() {
        let last = train_end
            .min(series.end())
            .checked_sub(series.start + horizon);
        let Some(last) = last.filter(|last| *last >= context) else {
            continue;
        };
        let origins = (context..=last).rev().step_by(config.stride.get());
        let usable = origins.filter(|&origin| counts[number].is_usable(origin, context, horizon));
        let first = parts.train.len();
        parts
            .train
            .extend(usable.map(|origin| place(number, origin)));
        parts.train[first..].reverse();
    }
    let mut windows_at = |origins: &[usize]| {
        let mut places = Vec::new();
        for origin in origins {
            for (number, series) in panel.series.iter().enumerate() {
                let within = origin.checked_sub(series.start);
                let usable = within.filter(|&origin| {
                    origin >= context && counts[number].is_usable(origin, context, horizon)
                });
                match usable {
                    Some(origin) => places.push(place(number, origin)),
                    None => parts.left_out += 1,
                }
            }
        }
        places
    };
    parts.validation = windows_at(&validation_origins);
    parts.test = windows_at(&test_origins);
    for (part, is_empty) in [
        ("training", parts.train.is_empty()),
        ("validation", parts.validation.is_empty() && validation > 0),
        ("test", parts.test.is_empty()),
    ] {
        if is_empty {
            return Err(no_windows(part));
        }
    }
    parts.validation_origins = validation_origins;
    parts.test_origins = test_origins;
    Ok(parts)
}

fn place(series: usize, origin: usize) -> Place {
    Place {
        series: series as u32,
        origin: origin as u32,
    }
}

/// How many steps before each have a value.
struct ValueCounts(Vec<u32>);

impl ValueCounts {
    fn new(target: &[f32]) -> Self {
        let mut counts = Vec::with_capacity(target.len() + 1);
        let mut count = 0;
        counts.push(count);
        for value in target {
            count += u32::from(!value.is_nan());
            counts.push(count);
        }
        Self(counts)
    }

    /// Whether there is a value to see and one to forecast.
    fn is_usable(&self, origin: usize, context: usize, horizon: usize) -> bool {
        let last = self.0.len() - 1;
        let until = |step: usize| self.0[step.min(last)];
        until(origin) > until(origin - context) && until(origin + horizon) > until(origin)
    }
}
