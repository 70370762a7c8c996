use super::*;

#[test]
fn rows_in_any_order_become_series_by_key_and_time() {
    let rows = "date,item,y\n2024-01-03,b,3\n2024-01-01,b,1\n2024-01-02,a,20\n2024-01-02,b,2\n2024-01-03,a,30\n\
                2024-01-04,a,40\n2024-01-04,b,4";
    let fitted = fit("series = [\"item\"]\n[backtest]\nvalidation = 0", rows).unwrap();
    let panel = &fitted.panel;
    assert_eq!(panel.series[0].key, ["a"]);
    assert_eq!((panel.series[0].start, panel.series[1].start), (1, 0));
    assert_eq!(panel.series[0].target, [20.0, 30.0, 40.0]);
    assert_eq!(panel.series[1].target, [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(panel.time_text(0, 0), "2024-01-02");
    assert_eq!(fitted.report.frequency, "daily");
    assert_eq!((fitted.report.series, fitted.report.steps), (2, 7));
    assert_eq!(
        (fitted.report.first.as_str(), fitted.report.last.as_str()),
        ("2024-01-01", "2024-01-04")
    );
}

#[test]
fn a_frequency_is_inferred_from_all_series() {
    #[track_caller]
    fn check(times: &[&str], expected: &str) {
        let rows: String = times.iter().map(|time| format!("\n{time},1")).collect();
        let settings = "fill = \"missing\"\n[backtest]\nvalidation = 0";
        let found = match fit(settings, &format!("date,y{rows}")) {
            Ok(fitted) => fitted.report.frequency,
            Err(problems) => problems.to_string(),
        };
        assert_eq!(found, expected);
    }
    check(&["2024-01-01", "2024-01-02", "2024-01-03"], "daily");
    check(&["2024-01-31", "2024-02-29", "2024-03-31"], "monthly");
    check(
        &["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"],
        "monthly",
    );
    check(&["2023-01-31", "2023-04-30", "2023-07-31"], "quarterly");
    check(
        &["2023-04-01", "2023-10-01", "2024-01-01", "2024-04-01"],
        "quarterly",
    );
    check(&["2000-06-01", "2001-06-01", "2002-06-01"], "yearly");
    check(
        &["2024-01-01", "2024-01-15", "2024-01-22", "2024-01-29"],
        "weekly",
    );
    check(
        &[
            "2024-01-01T07:00",
            "2024-01-01T07:05",
            "2024-01-01T07:10",
            "2024-01-02T07:00",
            "2024-01-02T07:05",
        ],
        "every 5 minutes",
    );
    check(
        &[
            "2024-01-01",
            "2024-01-02",
            "2024-01-04",
            "2024-01-06",
            "2024-01-08",
            "2024-01-09",
        ],
        "daily",
    );
    check(
        &["2024-03-30T22:00", "2024-03-30T23:00", "2024-03-31T00:00"],
        "hourly",
    );
}

#[test]
fn nights_without_calls_are_gaps_of_the_grid_and_counted() {
    let mut rows = String::from("date,y");
    for day in 1..=3 {
        for minute in (0..60).step_by(5) {
            rows.push_str(&format!("\n2024-01-0{day}T08:{minute:02},{minute}"));
        }
    }
    for (fill, observed) in [("zero", [1.0, 1.0]), ("missing", [0.0, 1.0])] {
        let settings = format!("fill = \"{fill}\"\ncontext = 2\nhorizon = 2\ncalendar = []");
        let fitted = fit(&settings, &rows).unwrap();
        assert_eq!(fitted.report.gaps, 2 * (288 - 12));
        assert_eq!(fitted.report.frequency, "every 5 minutes");
        let windows = fitted.preprocessor.windows(
            fitted.panel.clone(),
            vec![Place {
                series: 0,
                origin: 289,
            }],
        );
        let batch = windows.batch(&[0]);
        assert_eq!(batch.observed, observed);
        assert!(
            batch
                .past_target
                .iter()
                .chain(&batch.loc)
                .all(|value| value.is_finite())
        );
    }
}

#[test]
fn zeros_go_on_to_the_last_step_of_all_series() {
    let rows = "date,item,y\n2024-01-01,a,1\n2024-01-03,a,1\n2024-01-01,b,1\n2024-01-06,b,1";
    let fitted = fit(
        "series = [\"item\"]\nfill = \"zero\"\n[backtest]\nvalidation = 0",
        rows,
    )
    .unwrap();
    assert_eq!(
        fitted.panel.series[0].target,
        [1.0, 0.0, 1.0, 0.0, 0.0, 0.0]
    );
    assert_eq!(fitted.report.gaps, 1 + 3 + 4);
}

#[test]
fn rows_of_a_step_are_put_together() {
    let rows = "date,y,price\n2024-01-01,1,10\n2024-01-07,2,20\n2024-01-02,4,30\n2024-01-08,8,5\n2024-01-15,16,5\n\
                2024-01-23,32,5";
    for (rule, target, price) in [
        ("sum", 7.0, 20.0),
        ("mean", 7.0 / 3.0, 20.0),
        ("last", 2.0, 20.0),
    ] {
        let settings = format!(
            "duplicates = \"{rule}\"\nfrequency = \"W\"\nknown = [\"price\"]\n[backtest]\nvalidation = 0"
        );
        let fitted = fit(&settings, rows).unwrap();
        let series = &fitted.panel.series[0];
        assert_eq!(series.target, [target as f32, 8.0, 16.0, 32.0], "{rule}");
        assert_eq!(series.known.values[0], price);
        assert_eq!(fitted.report.put_together, 3);
        assert_eq!(fitted.panel.time_text(0, 0), "2024-01-01");
    }
}

#[test]
fn empty_targets_at_the_end_are_the_future() {
    let rows = "date,y,price\n2024-01-01,1,1\n2024-01-02,2,2\n2024-01-03,3,3\n2024-01-04,4,4\n2024-01-05,,5\n\
                2024-01-06,,6";
    let fitted = fit(
        "known = [\"price\"]\nhorizon = 1\n[backtest]\nvalidation = 0",
        rows,
    )
    .unwrap();
    let series = &fitted.panel.series[0];
    assert_eq!((series.target.len(), series.future()), (4, 2));
    assert_eq!(fitted.report.future_rows, 2);
    assert_eq!(fitted.parts.test_origins, [3]);
    let windows = fitted
        .preprocessor
        .forecast_windows(fitted.panel.clone())
        .unwrap();
    let batch = windows.batch(&[0]);
    assert!(batch.target[0].is_nan());
    assert_eq!(crate::source::iso_text(windows.time(0, 0)), "2024-01-05");
    let scaling = fitted.preprocessor.known[0];
    assert_eq!(
        scaling.mean, 2.0,
        "fitted on the steps before the test window"
    );
    assert_eq!(batch.future, [scaling.apply(5.0)]);
}

#[test]
fn made_up_values_come_from_the_window_and_are_marked() {
    let rows =
        "date,y\n2024-01-01,\n2024-01-02,2\n2024-01-03,\n2024-01-05,8\n2024-01-07,16\n2024-01-08,1";
    for (fill, expected) in [
        ("forward", [2.0, 2.0, 2.0, 8.0, 8.0]),
        ("interpolate", [2.0, 4.0, 6.0, 8.0, 8.0]),
        ("missing", [2.0, 0.0, 0.0, 8.0, 0.0]),
    ] {
        let settings = format!("fill = \"{fill}\"\nscale = \"none\"\ncontext = 5\ncalendar = []");
        let fitted = fit(&settings, &daily(&[1.0; 20])).unwrap();
        let (panel, report) = fitted.preprocessor.panel(&table(rows)).unwrap();
        assert_eq!(report.leading_empty, 1);
        assert_eq!((report.gaps, report.empty_targets), (2, 1));
        let place = Place {
            series: 0,
            origin: 5,
        };
        let windows = fitted.preprocessor.windows(arc(panel), vec![place]);
        let batch = windows.batch(&[0]);
        assert_eq!(batch.past_target, expected, "{fill}");
        assert_eq!(batch.observed, [1.0, 0.0, 0.0, 1.0, 0.0]);
        assert_eq!(batch.target, [16.0]);
    }
}

#[test]
fn short_series_are_left_out_and_counted() {
    let rows = "date,item,y\n2024-01-01,a,1\n2024-01-02,a,1\n2024-01-03,a,1\n2024-01-04,a,2\n2024-01-01,b,1\n\
                2024-01-01,c,";
    let fitted = fit("series = [\"item\"]\n[backtest]\nvalidation = 0", rows).unwrap();
    assert_eq!((fitted.report.series, fitted.report.short_series), (1, 2));
    assert_eq!(fitted.report.short_examples, ["item=b", "item=c"]);
}

#[test]
fn parts_follow_each_other_in_time() {
    let values: Vec<f64> = (0..20).map(f64::from).collect();
    let settings =
        "context = 4\nhorizon = 2\nstride = 3\n[backtest]\nvalidation = 2\ntest = 2\nstep = 1";
    let fitted = fit(settings, &daily(&values)).unwrap();
    let origins =
        |places: &[Place]| -> Vec<u32> { places.iter().map(|place| place.origin).collect() };
    assert_eq!(origins(&fitted.parts.test), [17, 18]);
    assert_eq!(origins(&fitted.parts.validation), [14, 15]);
    assert_eq!(origins(&fitted.parts.train), [6, 9, 12]);
    assert_eq!(fitted.parts.train_end, 14);
}

#[test]
fn a_series_that_ended_has_training_windows_only() {
    let mut rows = String::from("date,item,y");
    for day in 1..=9 {
        rows.push_str(&format!("\n2024-01-0{day},long,{day}"));
        if day <= 4 {
            rows.push_str(&format!("\n2024-01-0{day},ended,{day}"));
        }
    }
    let fitted = fit("series = [\"item\"]", &rows).unwrap();
    let of =
        |places: &[Place], series| places.iter().filter(|place| place.series == series).count();
    assert_eq!(
        (of(&fitted.parts.train, 0), of(&fitted.parts.test, 0)),
        (3, 0)
    );
    assert_eq!(
        (of(&fitted.parts.train, 1), of(&fitted.parts.test, 1)),
        (6, 1)
    );
    assert_eq!(fitted.parts.left_out, 2);
}

#[test]
fn statics_are_numbers_or_codes() {
    let mut rows = String::from("date,item,y,kind,size");
    for day in 1..=5 {
        rows.push_str(&format!(
            "\n2024-01-0{day},a,1,red,3\n2024-01-0{day},b,1,,5"
        ));
    }
    let settings = "series = [\"item\"]\nstatic = [\"kind\", \"size\", \"item\"]\ncalendar = []";
    let fitted = fit(settings, &rows).unwrap();
    let layout = fitted.preprocessor.layout();
    assert_eq!(layout.static_numbers, ["size"]);
    let codes: Vec<(&str, usize)> = layout
        .static_codes
        .iter()
        .map(|code| (code.name.as_str(), code.cardinality))
        .collect();
    assert_eq!(codes, [("kind", 3), ("item", 4)]);
    let windows = fitted
        .preprocessor
        .windows(fitted.panel.clone(), fitted.parts.test.clone());
    let batch = windows.batch(&[0, 1]);
    assert_eq!(batch.static_codes, [2, 2, 1, 3]);
    assert_eq!(batch.static_numbers, [-1.0, 1.0]);
    let new = "date,item,y,kind,size\n2024-02-01,c,1,blue,4\n2024-02-02,c,1,blue,4";
    let (panel, _) = fitted.preprocessor.panel(&table(new)).unwrap();
    let windows = fitted.preprocessor.forecast_windows(arc(panel)).unwrap();
    assert_eq!(windows.batch(&[0]).static_codes, [0, 0]);
}

#[test]
fn a_window_has_the_shapes_of_the_layout() {
    let mut rows = String::from("date,y,price,wind");
    for day in 1..=31 {
        rows.push_str(&format!("\n2024-01-{day:02},{day},{},{}", day % 3, day % 5));
    }
    let settings = "known = [\"price\"]\npast = [\"wind\"]\ncontext = 4\nhorizon = 3";
    let fitted = fit(settings, &rows).unwrap();
    let layout = fitted.preprocessor.layout();
    assert_eq!(
        layout.future,
        ["date.day_of_week.sin", "date.day_of_week.cos", "price"]
    );
    assert_eq!(layout.past.last().unwrap(), "wind");
    let windows = fitted
        .preprocessor
        .windows(fitted.panel.clone(), fitted.parts.train.clone());
    let batch = windows.batch(&[1, 0]);
    assert_eq!(batch.past.len(), 2 * 4 * layout.past.len());
    assert_eq!(batch.future.len(), 2 * 3 * layout.future.len());
    assert_eq!(batch.target.len(), 2 * 3);
    let one = windows.batch(&[0]);
    assert_eq!(one.past_target, batch.past_target[4..]);
    assert_eq!(one.future, batch.future[3 * layout.future.len()..]);
    let back = f64::from(one.target[0] * one.scale[0] + one.loc[0]);
    assert!((back - f64::from(windows.truth(0).next().unwrap())).abs() < 1e-4);
}

#[test]
fn a_tail_is_continued_by_rows_without_a_target() {
    let mut rows = String::from("date,item,y,price");
    for day in 1..=9 {
        rows.push_str(&format!(
            "\n2024-01-0{day},a,{day},{day}\n2024-01-0{day},b,{day},{day}"
        ));
    }
    let fitted = fit(
        "series = [\"item\"]\nknown = [\"price\"]\ncontext = 3\nhorizon = 2",
        &rows,
    )
    .unwrap();
    let tail = fitted.panel.tail(3);
    assert_eq!(tail.series[0].target, [7.0, 8.0, 9.0]);
    assert_eq!(
        (
            tail.time_text(0, 0).as_str(),
            tail.series[0].known.values.len()
        ),
        ("2024-01-07", 3)
    );
    let json = serde_json::to_string(&(&tail, &fitted.preprocessor)).unwrap();
    let (tail, preprocessor): (Panel, ForecastPreprocessor) = serde_json::from_str(&json).unwrap();
    assert_eq!(preprocessor, fitted.preprocessor);

    let future = "date,item,price\n2024-01-11,b,6\n2024-01-10,b,5";
    let (panel, report) = preprocessor.continued(&tail, &table(future)).unwrap();
    assert_eq!(panel.series.len(), 1);
    assert_eq!(report.future_rows, 2);
    let windows = preprocessor.forecast_windows(arc(panel)).unwrap();
    let batch = windows.batch(&[0]);
    let whole = fitted.preprocessor.windows(
        fitted.panel.clone(),
        vec![Place {
            series: 1,
            origin: 9,
        }],
    );
    assert_eq!(batch.past_target, whole.batch(&[0]).past_target);
    assert_eq!(batch.past, whole.batch(&[0]).past);
    let prices = [5.0, 6.0].map(|price| preprocessor.known[0].apply(price));
    let width = preprocessor.layout().future.len();
    assert_eq!(
        [batch.future[width - 1], batch.future[2 * width - 1]],
        prices
    );

    let more =
        "date,item,y,price\n2024-01-10,b,10,5\n2024-01-09,b,0,1\n2024-01-11,b,,6\n2024-01-12,b,,6";
    let (panel, _) = preprocessor.continued(&tail, &table(more)).unwrap();
    assert_eq!(panel.series[0].target, [7.0, 8.0, 0.0, 10.0]);
    assert!(preprocessor.forecast_windows(arc(panel)).is_ok());
}

#[test]
fn missing_values_survive_json() {
    let rows = "date,y\n2024-01-01,1\n2024-01-02,2\n2024-01-04,3\n2024-01-05,3\n2024-01-06,4";
    let fitted = fit("fill = \"missing\"", rows).unwrap();
    let json = serde_json::to_string(&*fitted.panel).unwrap();
    let panel: Panel = serde_json::from_str(&json).unwrap();
    assert_eq!(
        bits(&panel.series[0].target),
        bits(&fitted.panel.series[0].target)
    );
}
