//! Forecasts as columns of a table to write, and as objects.

use hob_data::forecast::Windows;
use hob_data::write::{OutputCells, OutputColumn};
use serde_json::{Map, Value, json};

use super::{Forecaster, WindowForecast};

impl Forecaster {
    /// A row per series and step: key, time, median, mean and quantiles.
    pub fn columns(&self, windows: &Windows, answers: &[WindowForecast]) -> Vec<OutputColumn> {
        let levels = &self.spec().levels;
        let (names, horizon) = (&windows.panel.columns, windows.horizon());
        let rows = || (0..windows.len() * horizon).map(|row| (row / horizon, row % horizon));
        let keys = names
            .series
            .iter()
            .enumerate()
            .map(|(place, name)| OutputColumn {
                name: name.clone(),
                cells: OutputCells::Text(
                    rows()
                        .map(|(row, _)| windows.series(row).key[place].clone())
                        .collect(),
                ),
            });
        let time = OutputColumn {
            name: names.time.clone(),
            cells: OutputCells::Text(
                rows()
                    .map(|(row, step)| names.time_text(windows.time(row, step)))
                    .collect(),
            ),
        };
        let numbers = |name: String, value: &dyn Fn(usize, usize) -> f64| OutputColumn {
            name,
            cells: OutputCells::Double(rows().map(|(row, step)| value(row, step)).collect()),
        };
        let target = &names.target;
        let mut columns: Vec<OutputColumn> = keys.collect();
        columns.push(time);
        columns.push(numbers(target.clone(), &|row, step| {
            answers[row].median[step]
        }));
        columns.push(numbers(format!("{target}.mean"), &|row, step| {
            answers[row].mean[step]
        }));
        for (place, level) in levels.iter().enumerate() {
            let quantile = |row: usize, step: usize| answers[row].quantiles.row(step)[place];
            columns.push(numbers(format!("{target}.q{level}"), &quantile));
        }
        columns
    }

    /// One row of [`Self::columns`] as an object.
    pub fn row_to_json(
        &self,
        windows: &Windows,
        answers: &[WindowForecast],
        row: usize,
    ) -> Map<String, Value> {
        let levels = &self.spec().levels;
        let (row, step) = (row / windows.horizon(), row % windows.horizon());
        let names = &windows.panel.columns;
        let keys = names.series.iter().zip(&windows.series(row).key);
        let mut line: Map<String, Value> = keys
            .map(|(name, value)| (name.clone(), value.clone().into()))
            .collect();
        line.insert(
            names.time.clone(),
            names.time_text(windows.time(row, step)).into(),
        );
        let answer = &answers[row];
        let quantiles = levels.iter().zip(answer.quantiles.row(step));
        let quantiles: Map<String, Value> = quantiles
            .map(|(level, value)| (level.to_string(), (*value).into()))
            .collect();
        line.insert(
            names.target.clone(),
            json!({ "value": answer.median[step], "mean": answer.mean[step], "quantiles": quantiles }),
        );
        line
    }
}
