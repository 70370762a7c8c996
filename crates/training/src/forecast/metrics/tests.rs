//! Against utilsforecast and GluonTS (see `tests/golden/forecast_metrics.py`), and at the edges.

use serde_json::Value;

use super::*;

/// Both sides sum in f64, in another order.
const TOLERANCE: f64 = 1e-9;

fn numbers(value: &Value) -> Vec<f64> {
    serde_json::from_value(value.clone()).unwrap()
}

fn count(value: &Value) -> usize {
    serde_json::from_value(value.clone()).unwrap()
}

fn golden() -> (Value, Vec<Window>, Vec<f64>, Vec<SeriesScale>) {
    let case: Value =
        serde_json::from_str(include_str!("../../../tests/golden/forecast_metrics.json")).unwrap();
    let levels = numbers(&case["levels"]);
    let windows = case["windows"].as_array().unwrap().iter();
    let windows = windows.map(|window| Window {
        series: count(&window["series"]),
        origin: count(&window["origin"]),
        actual: numbers(&window["actual"]),
        median: numbers(&window["median"]),
        mean: numbers(&window["mean"]),
        quantiles: Matrix {
            width: levels.len(),
            values: numbers(&window["quantiles"]),
        },
    });
    let windows = windows.collect();
    let season = count(&case["season"]);
    let histories = case["histories"].as_array().unwrap().iter();
    let scales = histories
        .map(|history| {
            let history: Vec<f32> = numbers(history).iter().map(|&value| value as f32).collect();
            SeriesScale::new(&history, season)
        })
        .collect();
    (case, windows, levels, scales)
}

fn check_all(found: &Metrics, expected: &Value, where_: &str) {
    let expected = expected.as_object().unwrap();
    for (name, value) in expected {
        let found = found.get(name);
        let near = match value.as_f64() {
            None => found.is_none(),
            Some(value) => {
                found.is_some_and(|found| (found - value).abs() < TOLERANCE * value.abs().max(1.0))
            }
        };
        assert!(near, "{where_}: {name} is {found:?}, not {value}");
    }
    assert_eq!(found.iter().count(), expected.len(), "{where_}");
}

/// One step, quantiles 0.1, 0.5 and 0.9 a unit apart around the median.
fn window(series: usize, actual: f64, median: f64) -> Window {
    Window {
        series,
        origin: 0,
        actual: vec![actual],
        median: vec![median],
        mean: vec![median],
        quantiles: Matrix {
            width: 3,
            values: vec![median - 1.0, median, median + 1.0],
        },
    }
}

const LEVELS: [f64; 3] = [0.1, 0.5, 0.9];

fn scale(absolute: Option<f64>, weight: f64) -> SeriesScale {
    SeriesScale {
        absolute,
        squared: absolute,
        weight,
    }
}

#[test]
fn metrics_are_those_of_utilsforecast_and_gluonts() {
    let (case, windows, levels, scales) = golden();
    let report = evaluate(&windows, &levels, &scales).unwrap();
    check_all(&report.metrics, &case["metrics"], "overall");
    check_all(&report.weighted, &case["weighted"], "weighted");
    for (place, line) in report.per_series.iter().enumerate() {
        check_all(&line.metrics, &case["per_series"][place], "series");
    }
    for (place, line) in report.per_step.iter().enumerate() {
        assert_eq!(line.step, place + 1);
        check_all(&line.metrics, &case["per_step"][place], "step");
    }
    assert_eq!(report.per_step.len(), 6);
    assert_eq!((report.windows, report.cells, report.missing), (9, 54, 0));
}

#[test]
fn unknown_values_are_left_out_and_counted() {
    let (_, mut windows, levels, scales) = golden();
    let expected = evaluate(&windows, &levels, &scales).unwrap();
    for window in &mut windows {
        window.actual.push(f64::NAN);
        window.median.push(1e9);
        window.mean.push(1e9);
        window.quantiles.values.extend([1e9; 5]);
    }
    let report = evaluate(&windows, &levels, &scales).unwrap();
    assert_eq!(report.missing, 9);
    let same = ForecastReport {
        missing: 0,
        ..report
    };
    assert_eq!(same, expected);
}

#[test]
fn zeros_leave_mape_and_a_forecast_of_zero_for_zero_is_right() {
    let windows = [
        window(0, 0.0, 0.0),
        window(0, 0.0, 2.0),
        window(0, 4.0, 3.0),
    ];
    let report = evaluate(&windows, &LEVELS, &[scale(Some(2.0), 1.0)]).unwrap();
    assert_eq!(report.zeros, 2);
    assert_eq!(report.metrics.get("mape"), Some(0.25));
    assert_eq!(
        report.metrics.get("smape"),
        Some((0.0 + 2.0 + 2.0 / 7.0) / 3.0)
    );
    assert_eq!(report.metrics.get("mase"), Some(0.5));
    let nothing = evaluate(&windows[..2], &LEVELS, &[scale(Some(2.0), 1.0)]).unwrap();
    for name in ["mape", "wape", "wql"] {
        assert_eq!(nothing.metrics.get(name), None, "{name}");
    }
    assert!(nothing.metrics.get("crps").is_some());
}

#[test]
fn series_without_a_scale_are_left_out_and_counted() {
    let windows = [window(0, 1.0, 2.0), window(1, 1.0, 9.0)];
    let scales = [scale(Some(0.5), 1.0), scale(None, 1.0)];
    let report = evaluate(&windows, &LEVELS, &scales).unwrap();
    assert_eq!(report.unscaled_series, 1);
    assert_eq!(report.metrics.get("mase"), Some(2.0));
    assert_eq!(report.per_series[1].metrics.get("rmsse"), None);
    let none = evaluate(&windows[1..], &LEVELS, &scales).unwrap();
    assert_eq!(none.metrics.get("mase"), None);
}

#[test]
fn large_series_weigh_more_where_that_is_asked() {
    let windows = [window(0, 1.0, 2.0), window(1, 1.0, 4.0)];
    let scales = [scale(Some(1.0), 3.0), scale(Some(1.0), 1.0)];
    let report = evaluate(&windows, &LEVELS, &scales).unwrap();
    assert_eq!(report.metrics.get("mase"), Some(2.0));
    assert_eq!(report.weighted.get("mase"), Some(1.5));
}

#[test]
fn bounds_belong_to_an_interval() {
    let windows = [
        window(0, 1.0, 2.0),
        window(0, 3.0, 2.0),
        window(0, 3.1, 2.0),
    ];
    let report = evaluate(&windows, &LEVELS, &[scale(Some(1.0), 1.0)]).unwrap();
    assert_eq!(report.metrics.get("coverage_80"), Some(2.0 / 3.0));
    assert_eq!(report.metrics.get("width_80"), Some(2.0));
    assert_eq!(report.calibration[0].observed, 1.0 / 3.0);
    assert_eq!(report.calibration[2].observed, 2.0 / 3.0);
}

#[test]
fn scales_come_from_pairs_a_season_apart_that_are_both_known() {
    let history = [1.0, 10.0, f32::NAN, 14.0, 5.0, f32::NAN];
    let scale = SeriesScale::new(&history, 2);
    assert_eq!(scale.absolute, Some(4.0));
    assert_eq!(scale.weight, 7.5);
    assert_eq!(SeriesScale::new(&history, 6).absolute, None);
    assert_eq!(SeriesScale::new(&history, 99).squared, None);
    assert_eq!(SeriesScale::new(&[2.0; 9], 1).absolute, None);
    assert_eq!(SeriesScale::new(&[], 0).weight, 0.0);
}

#[test]
fn forecasts_without_quantiles_have_the_other_metrics() {
    let mut one = window(0, 1.0, 2.0);
    one.quantiles = Matrix::default();
    let report = evaluate(&[one], &[], &[scale(Some(1.0), 1.0)]).unwrap();
    assert_eq!(report.metrics.get("mae"), Some(1.0));
    assert_eq!(report.metrics.get("bias"), Some(1.0));
    assert_eq!(report.metrics.get("wql"), None);
    assert!(report.calibration.is_empty());
}

#[test]
fn what_would_make_a_metric_meaningless_is_refused() {
    let scales = [scale(Some(1.0), 1.0)];
    let check = |window: Window, expected: MetricsError| {
        assert_eq!(evaluate(&[window], &LEVELS, &scales), Err(expected));
    };
    assert_eq!(evaluate(&[], &LEVELS, &scales), Err(MetricsError::Empty));
    let mut short = window(0, 1.0, 1.0);
    short.mean.clear();
    let length = |targets, predictions| MetricsError::Length {
        targets,
        predictions,
    };
    check(short, length(1, 0));
    check(window(1, 1.0, 1.0), length(2, 1));
    let infinite = MetricsError::Prediction {
        row: 0,
        value: f64::INFINITY,
    };
    check(window(0, 1.0, f64::INFINITY), infinite);
    let actual = MetricsError::Target {
        row: 0,
        value: f64::INFINITY,
    };
    check(window(0, f64::INFINITY, 1.0), actual);
    let width = MetricsError::Width {
        expected: 2,
        found: 3,
    };
    assert_eq!(
        evaluate(&[window(0, 1.0, 1.0)], &LEVELS[..2], &scales),
        Err(width)
    );
}

#[test]
fn a_report_survives_its_file() {
    let (_, windows, levels, scales) = golden();
    let report = evaluate(&windows, &levels, &scales).unwrap();
    let text = serde_json::to_string(&report).unwrap();
    assert_eq!(
        serde_json::from_str::<ForecastReport>(&text).unwrap(),
        report
    );
}
