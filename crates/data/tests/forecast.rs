//! The shipped series, from the file to windows.

use std::path::{Path, PathBuf};

use hob_data::config::{ForecastColumn, ForecastConfig};
use hob_data::forecast::{FittedForecast, ForecastPreprocessor};
use hob_data::source::{ColumnKind, ColumnRequest, ReadOptions, read};

fn fit(file: &str, settings: &str) -> FittedForecast {
    let config: ForecastConfig = toml::from_str(settings).expect("settings as in a recipe");
    let kind = |usage: ForecastColumn| match usage {
        ForecastColumn::Time => ColumnKind::Date {
            formats: config.time_formats.clone(),
        },
        ForecastColumn::Series | ForecastColumn::Static => ColumnKind::Category,
        ForecastColumn::Target | ForecastColumn::Known | ForecastColumn::Past => ColumnKind::Number,
    };
    let request = |(name, usage): (&str, ForecastColumn)| ColumnRequest {
        name: name.into(),
        kind: kind(usage),
        required: true,
        hash_salt: None,
    };
    let columns: Vec<ColumnRequest> = config.columns().into_iter().map(request).collect();
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../datasets")
        .join(file);
    let (table, _) = read(&[path], &columns, &ReadOptions::default()).expect("a shipped file");
    ForecastPreprocessor::fit(&config, &table).expect("series that fit the settings")
}

#[test]
fn passengers_by_month() {
    let fitted = fit(
        "air_passengers/air_passengers.csv",
        "time = \"month\"\ntarget = \"passengers\"\nhorizon = 12\ncontext = 24\n[backtest]\ntest = 2",
    );
    assert_eq!(fitted.report.frequency, "monthly");
    assert_eq!((fitted.report.steps, fitted.report.gaps), (144, 0));
    assert_eq!(
        fitted.preprocessor.layout().future,
        ["month.month.sin", "month.month.cos"]
    );
    assert_eq!(fitted.parts.test_origins, [120, 132]);
}

#[test]
fn items_of_a_shop_that_are_not_sold_every_day() {
    let fitted = fit(
        "online_retail/online_retail.csv.gz",
        "time = \"date\"\ntarget = \"quantity\"\nseries = [\"StockCode\"]\nstatic = [\"StockCode\"]\nhorizon = 28\n\
         context = 56\nfill = \"zero\"\nscale = \"mean\"\nknown = [\"price\"]\n[head.negative_binomial]",
    );
    assert_eq!(fitted.report.frequency, "daily");
    assert_eq!(fitted.report.last, "2011-12-09");
    assert_eq!(fitted.report.series + fitted.report.short_series, 200);
    // An item that was first sold within the last 84 days has no test window.
    assert!(fitted.parts.test.len() > 180, "{}", fitted.parts.test.len());
    let windows = fitted
        .preprocessor
        .windows(fitted.panel.clone(), fitted.parts.train.clone());
    let batch = windows.batch(&(0..windows.len()).collect::<Vec<_>>());
    assert!(
        batch
            .past
            .iter()
            .chain(&batch.past_target)
            .chain(&batch.target)
            .all(|x| x.is_finite())
    );
    assert!(batch.scale.iter().all(|scale| *scale > 0.0));
}

#[test]
fn sales_by_week_of_orders_by_day() {
    let fitted = fit(
        "superstore/superstore.csv.gz",
        "time = \"Order Date\"\ntarget = \"Sales\"\nseries = [\"Category\", \"Region\"]\nhorizon = 8\ncontext = 26\n\
         frequency = \"W\"\nduplicates = \"sum\"\nfill = \"zero\"",
    );
    assert_eq!((fitted.report.series, fitted.report.rows), (12, 9994));
    assert_eq!(fitted.report.frequency, "weekly");
    let sum: f64 = fitted
        .panel
        .series
        .iter()
        .flat_map(|series| &series.target)
        .map(|&y| f64::from(y))
        .sum();
    assert!((sum - 2_297_200.86).abs() < 1.0, "{sum}");
}

#[test]
fn rides_with_weather_and_half_hours_of_demand() {
    let chicago = fit(
        "chicago/chicago.csv.gz",
        "time = \"date\"\ntarget = \"ridership\"\nhorizon = 14\ncontext = 56\npast = [\"temp\", \"percip\"]\nknown = [\"Bulls_Home\"]",
    );
    assert_eq!((chicago.report.steps, chicago.report.gaps), (5698, 0));
    let electricity = fit(
        "electricity/electricity.csv.gz",
        "time = \"time\"\ntarget = \"demand\"\nhorizon = 48\ncontext = 336\nknown = [\"temperature\", \"workday\"]",
    );
    assert_eq!(electricity.report.frequency, "every 30 minutes");
    assert_eq!(electricity.preprocessor.frequency().season(), 48);
    assert_eq!(
        (electricity.report.steps, electricity.report.gaps),
        (17_520, 0)
    );
}

#[test]
fn calls_of_a_bank_that_is_closed_at_night() {
    let fitted = fit(
        "calls/calls.csv.gz",
        "time = \"time\"\ntarget = \"calls\"\nhorizon = 169\ncontext = 288\nfill = \"missing\"\nstride = 12",
    );
    assert_eq!(fitted.report.frequency, "every 5 minutes");
    assert_eq!(fitted.report.steps - fitted.report.gaps, 27_716);
    assert!(fitted.parts.left_out <= 1);
}

/// `cargo test -p hob-data --release --test forecast -- --ignored --nocapture` says what a large panel costs.
#[test]
#[ignore = "measures time and memory"]
fn a_thousand_series_of_two_thousand_steps() {
    use hob_data::table::{Categories, Column, Table, Values};
    let (series, steps) = (1000, 2000);
    let rows = series * steps;
    let column = |name: &str, values| Column {
        name: name.into(),
        values,
    };
    let number = |row: usize| ((row * 7919) % 1000) as f64;
    let table = Table {
        columns: vec![
            column(
                "date",
                Values::Date((0..rows).map(|row| (row % steps) as i64 * 86_400).collect()),
            ),
            column(
                "item",
                Values::Category(Categories {
                    codes: (0..rows).map(|row| (row / steps) as u32).collect(),
                    dictionary: (0..series).map(|item| item.to_string()).collect(),
                }),
            ),
            column("y", Values::Number((0..rows).map(number).collect())),
            column("price", Values::Number((0..rows).map(number).collect())),
        ],
        num_rows: rows,
    };
    let peak = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmHWM"));
        line.unwrap_or("no peak").to_string()
    };
    println!("table of {} MB: {}", rows * 28 / 1_000_000, peak());
    let settings = "time = \"date\"\nseries = [\"item\"]\ntarget = \"y\"\nknown = [\"price\"]\nhorizon = 28\n\
                    context = 56";
    let config: ForecastConfig = toml::from_str(settings).unwrap();
    let start = std::time::Instant::now();
    let fitted = ForecastPreprocessor::fit(&config, &table).unwrap();
    println!("fitted in {:?}: {}", start.elapsed(), peak());
    let windows = fitted
        .preprocessor
        .windows(fitted.panel.clone(), fitted.parts.train.clone());
    let rows: Vec<usize> = (0..windows.len()).step_by(17).take(25_600).collect();
    let start = std::time::Instant::now();
    for rows in rows.chunks(256) {
        std::hint::black_box(windows.batch(rows));
    }
    println!(
        "{} of {} windows in {:?}: {}",
        rows.len(),
        windows.len(),
        start.elapsed(),
        peak()
    );
    let head = hob_data::forecast::ForecastHead::NegativeBinomial;
    let levels = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
    let start = std::time::Instant::now();
    for step in 0..28_000 {
        let raw = [(step % 50) as f32, 0.3];
        std::hint::black_box(head.quantiles(&raw, 0.0, 1.0, &levels));
    }
    println!(
        "28,000 steps of 9 quantiles of counts in {:?}",
        start.elapsed()
    );
}
