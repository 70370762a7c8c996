//! Against statsforecast and statsmodels (see `tests/golden/forecast_baselines.py`), and at the edges.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use super::season::{Kind, Season};
use super::*;

fn numbers(value: &Value) -> Vec<f64> {
    serde_json::from_value(value.clone()).unwrap()
}

fn floats(value: &Value) -> Vec<f32> {
    numbers(value).iter().map(|&value| value as f32).collect()
}

fn cases() -> Vec<Value> {
    let text = include_str!("../../../tests/golden/forecast_baselines.json");
    let all: Value = serde_json::from_str(text).unwrap();
    all["cases"].as_array().unwrap().clone()
}

fn season(case: &Value) -> usize {
    serde_json::from_value(case["season"].clone()).unwrap()
}

fn options(season: usize, horizon: usize) -> BaselineOptions<'static> {
    BaselineOptions {
        season,
        horizon,
        levels: &[0.1, 0.5, 0.9],
    }
}

fn check(name: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{name}");
    for (step, (found, expected)) in found.iter().zip(expected).enumerate() {
        let near = (found - expected).abs() <= tolerance * expected.abs();
        assert!(near, "{name}, step {step}: {found} is not {expected}");
    }
}

fn upper(forecast: &BaselineForecast) -> Vec<f64> {
    let rows = 0..forecast.point.len();
    rows.map(|row| forecast.quantiles.row(row)[2]).collect()
}

fn mape(forecast: &[f64], actual: &[f64]) -> f64 {
    let errors = forecast.iter().zip(actual);
    errors.map(|(f, y)| ((f - y) / y).abs()).sum::<f64>() / actual.len() as f64
}

#[test]
fn simple_forecasts_and_intervals_are_those_of_statsforecast() {
    for case in cases() {
        let history = floats(&case["history"]);
        for method in &ForecastBaseline::ALL[..3] {
            let found = method.forecast(&history, &options(season(&case), 24));
            let expected = &case[method.name()];
            let name = format!("{}, {}", case["name"], method.name());
            assert_eq!(found.fallback, None);
            check(&name, &found.point, &numbers(&expected["mean"]), 1e-9);
            // statsforecast divides the squares of drift by their number, fpp3 by one less.
            let residuals = (history.len() - 1) as f64;
            let less = match method {
                ForecastBaseline::Drift => (residuals / (residuals - 1.0)).sqrt(),
                _ => 1.0,
            };
            let expected: Vec<f64> = (numbers(&expected["upper"]).iter().zip(&found.point))
                .map(|(upper, mean)| mean + (upper - mean) * less)
                .collect();
            check(&name, &upper(&found), &expected, 1e-7);
        }
    }
}

/// Both search with the method of Nelder and Mead, and end where the likelihood hardly changes.
#[test]
fn exponential_smoothing_is_that_of_statsforecast() {
    for case in cases() {
        let history = floats(&case["history"]);
        let found = ForecastBaseline::Ets.forecast(&history, &options(season(&case), 24));
        assert_eq!(found.fallback, None);
        let name = case["name"].as_str().unwrap();
        check(name, &found.point, &numbers(&case["ets"]["mean"]), 0.01);
        check(name, &upper(&found), &numbers(&case["ets"]["upper"]), 0.03);
    }
}

#[test]
fn theta_is_that_of_statsmodels() {
    for case in cases() {
        let history = floats(&case["history"]);
        let found = ForecastBaseline::Theta.forecast(&history, &options(season(&case), 24));
        assert_eq!(found.fallback, None);
        let name = case["name"].as_str().unwrap();
        check(name, &found.point, &numbers(&case["theta"]["mean"]), 0.005);
    }
}

#[test]
fn seasons_are_those_of_statsmodels() {
    let mut compared = 0;
    for case in cases() {
        let history = numbers(&case["history"]);
        for (kind, name) in [
            (Kind::Additive, "additive"),
            (Kind::Multiplicative, "multiplicative"),
        ] {
            let Some(expected) = case["indices"].get(name) else {
                continue;
            };
            let found = Season::new(kind, &history, season(&case)).unwrap();
            check(name, &found.indices, &numbers(expected), 1e-9);
            compared += 1;
        }
    }
    assert_eq!(compared, 4);
}

/// The split of the darts quickstart: exponential smoothing there has 5.1 %, seasonal naive with drift 5.7 %.
#[test]
fn the_last_36_months_of_air_passengers_are_met() {
    let case = &cases()[0];
    let mut months = floats(&case["history"]);
    months.extend(floats(&case["actual"]));
    assert_eq!(months.len(), 144);
    let (history, actual) = months.split_at(108);
    let actual: Vec<f64> = actual.iter().map(|&value| f64::from(value)).collect();
    let found = ForecastBaseline::Ets.forecast(history, &options(12, 36));
    let error = mape(&found.point, &actual);
    assert!(error < 0.057, "{error}");
    let outside = (actual.iter().enumerate())
        .filter(|&(row, &actual)| {
            let [low, _, high] = found.quantiles.row(row) else {
                panic!("three levels were asked for");
            };
            actual < *low || actual > *high
        })
        .count();
    assert!(outside <= 12, "{outside} of 36 months are outside of 80 %");
}

#[test]
fn gaps_are_bridged_and_the_forecast_begins_after_the_last_known_value() {
    let history = [f32::NAN, 2.0, f32::NAN, 6.0, 8.0, f32::NAN];
    let drift = ForecastBaseline::Drift.forecast(&history, &options(1, 2));
    // A line of slope 2 whose last known value is 8.
    check("drift", &drift.point, &[12.0, 14.0], 1e-12);
    let naive = ForecastBaseline::Naive.forecast(&history, &options(1, 1));
    assert_eq!(naive.point, [8.0]);
    // The only known difference is 2, over two steps.
    let expected = 8.0 + Normal::ppf(0.9, 0.0, 1.0) * 2.0 * 2f64.sqrt();
    check("interval", &upper(&naive), &[expected], 1e-9);
    // Of the positions of the season the second is known last in the season before.
    let history = [1.0, 2.0, 3.0, 4.0, f32::NAN, 6.0];
    let seasonal = ForecastBaseline::SeasonalNaive.forecast(&history, &options(3, 4));
    assert_eq!(seasonal.point, [4.0, 2.0, 6.0, 4.0]);
}

#[test]
fn every_history_has_a_finite_forecast_or_a_reason() {
    let short = |steps, needed| Some(Fallback::Short { steps, needed });
    use ForecastBaseline::{Drift, Ets, Naive, SeasonalNaive, Theta};
    let check = |method: ForecastBaseline, history: &[f32], reason| {
        let found = method.forecast(history, &options(7, 3));
        assert_eq!(found.fallback, reason, "{method:?}");
        let values = found.point.iter().chain(&found.quantiles.values);
        assert!(values.into_iter().all(|value| value.is_finite()));
        assert_eq!((found.point.len(), found.quantiles.values.len()), (3, 9));
    };
    for method in ForecastBaseline::ALL {
        check(method, &[], Some(Fallback::Empty));
        check(method, &[f32::NAN; 20], Some(Fallback::Empty));
    }
    check(Naive, &[5.0], None);
    check(SeasonalNaive, &[5.0; 7], short(7, 8));
    check(SeasonalNaive, &[5.0; 8], None);
    check(Drift, &[5.0, 6.0], short(2, 3));
    check(Ets, &[5.0; 11], short(11, 12));
    check(Theta, &[5.0; 5], short(5, 6));
    for constant in [0.0, 5.0, -3e30] {
        check(Ets, &[constant; 40], Some(Fallback::Constant));
        check(Theta, &[constant; 40], Some(Fallback::Constant));
    }
    let constant = Ets.forecast(&[5.0; 40], &options(7, 2));
    assert_eq!(constant.quantiles.values, [5.0; 6]);
    assert_eq!(constant.method, Naive);
}

fn uniform(random: &mut ChaCha8Rng) -> f64 {
    (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// Mostly zeros, with a weekly pattern in the rest.
fn sales(random: &mut ChaCha8Rng, steps: usize) -> Vec<f32> {
    let day = |step: usize, chance: f64| {
        if chance < 0.6 {
            0.0
        } else {
            (chance * (8.0 + 4.0 * (step % 7) as f64)).floor() as f32
        }
    };
    (0..steps).map(|step| day(step, uniform(random))).collect()
}

#[test]
fn odd_series_never_panic() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for round in 0..300 {
        let steps = (uniform(&mut random) * 60.0) as usize;
        let size = 10f64.powf(uniform(&mut random) * 30.0 - 15.0);
        let mut level = 0.0;
        let history: Vec<f32> = (0..steps)
            .map(|step| {
                let chance = uniform(&mut random);
                level += chance - 0.5;
                let value = match round % 10 {
                    0 => chance.powi(8),
                    1 => f64::from(u8::from(step + 1 == steps)),
                    2 => step as f64,
                    3 if chance < 0.3 => f64::NAN,
                    4 => f64::from(u8::from(chance > 0.9)),
                    5 => level,
                    6 => 1.0 + 1e-7 * chance,
                    7 => -chance,
                    8 => (0.3 * step as f64).exp(),
                    _ => [3.0, 1.0, 2.0][step % 3],
                };
                (value * size) as f32
            })
            .collect();
        for method in ForecastBaseline::ALL {
            for season in [1, 3, 7] {
                let found = method.forecast(&history, &options(season, 5));
                let values = found.point.iter().chain(&found.quantiles.values);
                assert!(
                    values.into_iter().all(|value| value.is_finite()),
                    "{method:?} of {history:?}"
                );
            }
        }
    }
}

#[test]
fn counts_are_never_forecast_below_zero_and_order_does_not_matter() {
    let mut random = ChaCha8Rng::seed_from_u64(4);
    let series: Vec<Vec<f32>> = (0..12).map(|_| sales(&mut random, 150)).collect();
    let histories: Vec<&[f32]> = series.iter().map(Vec::as_slice).collect();
    for method in ForecastBaseline::ALL {
        let all = method.forecast_all(&histories, &options(7, 14));
        for (history, found) in histories.iter().zip(&all) {
            assert_eq!(&method.forecast(history, &options(7, 14)), found);
            assert!(
                found
                    .point
                    .iter()
                    .chain(&found.quantiles.values)
                    .all(|&v| v >= 0.0)
            );
            assert!((0..14).all(|row| found.quantiles.row(row).is_sorted()));
        }
    }
}

/// Run with `--ignored --nocapture`, optimised: how long 200 series of a year take.
#[test]
#[ignore = "a measurement"]
fn time_of_200_daily_series() {
    let mut random = ChaCha8Rng::seed_from_u64(4);
    for shift in [0.0, 5.0] {
        let series: Vec<Vec<f32>> = (0..200)
            .map(|_| {
                let sales = sales(&mut random, 370).into_iter();
                sales.map(|value| value + shift).collect()
            })
            .collect();
        let histories: Vec<&[f32]> = series.iter().map(Vec::as_slice).collect();
        for method in ForecastBaseline::ALL {
            let start = std::time::Instant::now();
            method.forecast_all(&histories, &options(7, 28));
            println!("{} {shift}: {:?}", method.name(), start.elapsed());
        }
    }
}
