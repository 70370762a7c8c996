//! Against scikit-learn (see `tests/golden/metrics.py`), and at the edges where it refuses or warns.

use serde_json::Value;

use super::*;

/// Both sides sum in f64, in another order.
const TOLERANCE: f64 = 1e-9;

fn golden(kind: &str) -> Vec<Value> {
    let cases: Value =
        serde_json::from_str(include_str!("../../tests/golden/metrics.json")).unwrap();
    cases[kind].as_array().unwrap().clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|value| value.as_f64().unwrap())
        .collect()
}

fn floats(value: &Value) -> Vec<f32> {
    numbers(value)
        .into_iter()
        .map(|value| value as f32)
        .collect()
}

fn indices(value: &Value) -> Vec<i32> {
    numbers(value)
        .into_iter()
        .map(|value| value as i32)
        .collect()
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|place| format!("c{place}")).collect()
}

fn width(case: &Value, key: &str) -> usize {
    case[key].as_u64().unwrap() as usize
}

fn counts(value: &Value) -> Vec<Vec<usize>> {
    serde_json::from_value(value.clone()).unwrap()
}

fn assert_close(name: &str, found: f64, expected: f64, tolerance: f64) {
    let limit = tolerance * expected.abs().max(1e-3);
    assert!(
        (found - expected).abs() <= limit,
        "{name}: {found} is not {expected}"
    );
}

fn assert_metrics(report: &OutputReport, case: &Value) {
    for (name, expected) in case["expected"].as_object().unwrap() {
        let found = report
            .metrics
            .get(name)
            .unwrap_or_else(|| panic!("{name} is missing"));
        assert_close(name, found, expected.as_f64().unwrap(), TOLERANCE);
    }
    let text = serde_json::to_string(report).unwrap();
    assert_eq!(
        &serde_json::from_str::<OutputReport>(&text).unwrap(),
        report
    );
}

#[test]
fn categories_agree_with_scikit_learn() {
    for case in golden("category") {
        let classes = names(width(&case, "classes"));
        let targets = indices(&case["targets"]);
        let matrix = |key: &str| Matrix {
            width: classes.len(),
            values: floats(&case[key]),
        };
        let probabilities = matrix("probabilities");
        let truth = Truth::Category {
            classes: &classes,
            targets: &targets,
        };
        let predicted = Predicted::Categories(&probabilities);
        let report = evaluate(truth, predicted).unwrap();
        assert_metrics(&report, &case);
        assert_eq!(
            report.confusion.as_ref().unwrap().counts,
            counts(&case["confusion"])
        );
        let scores: [fn(&ClassReport) -> f64; 3] = [|c| c.precision, |c| c.recall, |c| c.f1];
        for (place, score) in scores.into_iter().enumerate() {
            for (class, expected) in report
                .per_class
                .iter()
                .zip(numbers(&case["per_class"][place]))
            {
                assert_close(&class.label, score(class), expected, TOLERANCE);
            }
        }
        let headline = headline(truth, predicted).unwrap();
        assert_eq!(
            headline.first().unwrap().1,
            report.metrics.get("accuracy").unwrap()
        );
        assert_close(
            "log_loss",
            mean(row_losses(truth, predicted).unwrap().into_iter()),
            report.metrics.get("log_loss").unwrap(),
            TOLERANCE,
        );
        let temperature = fit_temperature_categories(&matrix("logits"), &targets).unwrap();
        assert_close(
            "temperature",
            temperature,
            case["temperature"].as_f64().unwrap_or(1.0),
            1e-5,
        );
    }
}

#[test]
fn binary_outputs_agree_with_scikit_learn() {
    for case in golden("binary") {
        let (targets, probabilities) = (floats(&case["targets"]), floats(&case["probabilities"]));
        let threshold = case["threshold"].as_f64().unwrap();
        let truth = Truth::Binary {
            labels: ["no", "yes"],
            threshold,
            targets: &targets,
        };
        let report = evaluate(truth, Predicted::Binary(&probabilities)).unwrap();
        assert_metrics(&report, &case);
        assert_eq!(
            report.confusion.as_ref().unwrap().counts,
            counts(&case["confusion"])
        );
        let headline = headline(truth, Predicted::Binary(&probabilities)).unwrap();
        assert_eq!(headline.get("roc_auc"), report.metrics.get("roc_auc"));
        let temperature = fit_temperature_binary(&floats(&case["logits"]), &targets).unwrap();
        assert_close(
            "temperature",
            temperature,
            case["temperature"].as_f64().unwrap_or(1.0),
            1e-5,
        );
    }
}

#[test]
fn numbers_agree_with_scikit_learn() {
    for case in golden("number") {
        let (targets, predictions) = (numbers(&case["targets"]), numbers(&case["predictions"]));
        let truth = Truth::Number {
            targets: &targets,
            center: Center::Mean,
        };
        let report = evaluate(truth, Predicted::Numbers(&predictions)).unwrap();
        assert_metrics(&report, &case);
        let residuals = report.residuals.unwrap();
        assert_eq!(residuals.zero_targets, width(&case, "zeros"));
        let histogram = residuals.histogram;
        assert_eq!(
            histogram.counts.iter().sum::<usize>() + histogram.below + histogram.above,
            targets.len()
        );
    }
}

#[test]
fn quantiles_agree_with_scikit_learn() {
    for case in golden("quantiles") {
        let (targets, quantiles) = (numbers(&case["targets"]), numbers(&case["quantiles"]));
        let predictions = Matrix {
            width: quantiles.len(),
            values: numbers(&case["predictions"]),
        };
        let truth = Truth::Quantiles {
            targets: &targets,
            quantiles: &quantiles,
        };
        let report = evaluate(truth, Predicted::Quantiles(&predictions)).unwrap();
        assert_metrics(&report, &case);
        assert_eq!(report.calibration.len(), quantiles.len());
    }
}

#[test]
fn sets_agree_with_scikit_learn() {
    for case in golden("set") {
        let labels = names(width(&case, "labels"));
        let matrix = |key: &str| Matrix {
            width: labels.len(),
            values: floats(&case[key]),
        };
        let (targets, probabilities) = (matrix("targets"), matrix("probabilities"));
        let truth = Truth::Set {
            labels: &labels,
            threshold: 0.5,
            targets: &targets,
        };
        let report = evaluate(truth, Predicted::Sets(&probabilities)).unwrap();
        assert_metrics(&report, &case);
        let headline = headline(truth, Predicted::Sets(&probabilities)).unwrap();
        assert_eq!(headline.first(), report.metrics.first());
    }
}

fn binary_truth(targets: &[f32]) -> Truth<'_> {
    Truth::Binary {
        labels: ["no", "yes"],
        threshold: 0.5,
        targets,
    }
}

#[test]
fn a_part_with_one_class_has_no_auc() {
    for target in [0.0, 1.0] {
        let report = evaluate(
            binary_truth(&[target; 3]),
            Predicted::Binary(&[0.1, 0.5, 0.9]),
        )
        .unwrap();
        assert_eq!(
            (report.metrics.get("roc_auc"), report.metrics.get("pr_auc")),
            (None, None)
        );
        assert!(report.metrics.get("balanced_accuracy").is_some() && report.curves.is_empty());
    }
    let classes = names(3);
    let probabilities = Matrix {
        width: 3,
        values: vec![0.2, 0.5, 0.3, 0.1, 0.8, 0.1],
    };
    let truth = Truth::Category {
        classes: &classes,
        targets: &[1, 1],
    };
    let report = evaluate(truth, Predicted::Categories(&probabilities)).unwrap();
    assert_eq!(
        (
            report.metrics.get("roc_auc"),
            report.metrics.get("accuracy")
        ),
        (None, Some(1.0))
    );
}

#[test]
fn equal_scores_give_an_auc_of_one_half() {
    let report = evaluate(
        binary_truth(&[0.0, 1.0, 1.0, 0.0]),
        Predicted::Binary(&[0.3; 4]),
    )
    .unwrap();
    assert_eq!(report.metrics.get("roc_auc"), Some(0.5));
    assert_eq!(report.metrics.get("pr_auc"), Some(0.5));
}

#[test]
fn zero_and_minus_zero_are_one_score() {
    let report = evaluate(binary_truth(&[0.0, 1.0]), Predicted::Binary(&[0.0, -0.0])).unwrap();
    assert_eq!(report.metrics.get("roc_auc"), Some(0.5));
}

#[test]
fn sure_and_wrong_is_a_large_but_finite_log_loss() {
    let report = evaluate(binary_truth(&[0.0, 1.0]), Predicted::Binary(&[1.0, 0.0])).unwrap();
    assert_close(
        "log_loss",
        report.metrics.get("log_loss").unwrap(),
        -f64::from(f32::EPSILON).ln(),
        TOLERANCE,
    );
}

#[test]
fn bad_input_is_an_error() {
    let evaluated = |targets: &[f32], probabilities: &[f32]| {
        evaluate(binary_truth(targets), Predicted::Binary(probabilities)).unwrap_err()
    };
    assert_eq!(evaluated(&[], &[]), MetricsError::Empty);
    assert_eq!(
        evaluated(&[0.0], &[0.1, 0.2]),
        MetricsError::Length {
            targets: 1,
            predictions: 2
        }
    );
    assert!(matches!(
        evaluated(&[0.0, 1.0], &[0.1, f32::NAN]),
        MetricsError::Prediction { row: 1, .. }
    ));
    assert_eq!(
        evaluated(&[0.0, 2.0], &[0.1, 0.5]),
        MetricsError::Target { row: 1, value: 2.0 }
    );
    let classes = names(2);
    let narrow = Matrix {
        width: 1,
        values: vec![0.5],
    };
    let wide = Matrix {
        width: 2,
        values: vec![0.5, 0.5],
    };
    let category = |targets, matrix| {
        evaluate(
            Truth::Category {
                classes: &classes,
                targets,
            },
            Predicted::Categories(matrix),
        )
        .unwrap_err()
    };
    assert_eq!(
        category(&[0], &narrow),
        MetricsError::Width {
            expected: 2,
            found: 1
        }
    );
    assert_eq!(
        category(&[2], &wide),
        MetricsError::Target { row: 0, value: 2.0 }
    );
    assert_eq!(
        category(&[-1], &wide),
        MetricsError::Target {
            row: 0,
            value: -1.0
        }
    );
    assert_eq!(
        category(
            &[],
            &Matrix {
                width: 2,
                values: vec![]
            }
        ),
        MetricsError::Empty
    );
    let number = Truth::Number {
        targets: &[1.0],
        center: Center::Mean,
    };
    assert_eq!(
        evaluate(number, Predicted::Binary(&[0.5])).unwrap_err(),
        MetricsError::Type
    );
    let infinite = evaluate(number, Predicted::Numbers(&[f64::INFINITY])).unwrap_err();
    assert!(matches!(infinite, MetricsError::Prediction { row: 0, .. }));
    let no_labels = Matrix {
        width: 0,
        values: vec![],
    };
    let nothing = Truth::Set {
        labels: &[],
        threshold: 0.5,
        targets: &no_labels,
    };
    assert!(matches!(
        evaluate(nothing, Predicted::Sets(&no_labels)),
        Err(MetricsError::Width { .. })
    ));
}

#[test]
fn equal_targets_have_no_r2_and_zero_targets_no_mape() {
    let truth = Truth::Number {
        targets: &[0.0, 0.0],
        center: Center::Mean,
    };
    let report = evaluate(truth, Predicted::Numbers(&[0.0, 0.0])).unwrap();
    assert_eq!(
        (report.metrics.get("r2"), report.metrics.get("mape")),
        (None, None)
    );
    assert_eq!(report.metrics.get("rmse"), Some(0.0));
    let residuals = report.residuals.unwrap();
    assert_eq!(
        (
            residuals.zero_targets,
            residuals.histogram.counts.iter().sum::<usize>()
        ),
        (2, 2)
    );
}

#[test]
fn huge_errors_do_not_break_the_histogram() {
    let targets: Vec<f64> = (0..1000).map(f64::from).collect();
    let mut predictions = targets.clone();
    predictions[3] = 1e300;
    let truth = Truth::Number {
        targets: &targets,
        center: Center::Mean,
    };
    let residuals = evaluate(truth, Predicted::Numbers(&predictions))
        .unwrap()
        .residuals
        .unwrap();
    assert_eq!(residuals.histogram.above, 1);
    assert_eq!(residuals.histogram.counts.iter().sum::<usize>(), 999);
}

#[test]
fn curves_are_thin_and_keep_their_ends() {
    let targets: Vec<f32> = (0..20_000)
        .map(|row| f32::from(u8::from(row % 3 == 0 || row % 7 == 0)))
        .collect();
    let probabilities: Vec<f32> = (0..20_000u32)
        .map(|row| (row.wrapping_mul(2_654_435_761) >> 8) as f32 / 2f32.powi(24))
        .collect();
    let report = evaluate(binary_truth(&targets), Predicted::Binary(&probabilities)).unwrap();
    assert_eq!(report.curves.len(), 2);
    for curve in &report.curves {
        assert!(
            (100..=200).contains(&curve.points.len()),
            "{}",
            curve.points.len()
        );
        assert!(curve.points.windows(2).all(|pair| pair[0][0] <= pair[1][0]));
        assert_eq!(
            (curve.points[0][0], curve.points.last().unwrap()[0]),
            (0.0, 1.0)
        );
    }
}

#[test]
fn rare_classes_share_a_place_in_a_large_confusion_matrix() {
    let classes = names(120);
    let targets: Vec<i32> = (0..120).chain(60..120).collect();
    let mut values = vec![0.0; targets.len() * 120];
    for (row, &target) in targets.iter().enumerate() {
        values[row * 120 + target as usize] = 1.0;
    }
    let probabilities = Matrix { width: 120, values };
    let truth = Truth::Category {
        classes: &classes,
        targets: &targets,
    };
    let report = evaluate(truth, Predicted::Categories(&probabilities)).unwrap();
    let confusion = report.confusion.unwrap();
    assert_eq!(confusion.labels.len(), 50);
    assert_eq!(
        (confusion.labels[0].as_str(), confusion.labels[49].as_str()),
        ("c60", "(71 others)")
    );
    assert_eq!(confusion.counts.iter().flatten().sum::<usize>(), 180);
    assert_eq!(report.curves.len(), 20);
}

#[test]
fn the_baseline_predicts_the_most_frequent_class() {
    let classes = names(3);
    let train = Truth::Category {
        classes: &classes,
        targets: &[0, 1, 1, 1],
    };
    let baseline = Baseline::fit(train).unwrap();
    let report = baseline
        .report(Truth::Category {
            classes: &classes,
            targets: &[1, 1, 0, 2],
        })
        .unwrap();
    assert_eq!(report.metrics.get("accuracy"), Some(0.5));
    assert_eq!(report.metrics.get("roc_auc"), Some(0.5));
    let expected = (-2.0 * 0.75f64.ln() - 0.25f64.ln() - f64::from(f32::EPSILON).ln()) / 4.0;
    assert_close(
        "log_loss",
        report.metrics.get("log_loss").unwrap(),
        expected,
        TOLERANCE,
    );
    let again: Baseline = serde_json::from_str(&serde_json::to_string(&baseline).unwrap()).unwrap();
    assert_eq!(again, baseline);
}

#[test]
fn the_baseline_of_a_number_is_its_mean_or_median() {
    let targets = [0.0, 1.0, 8.0];
    let fit = |center| {
        Baseline::fit(Truth::Number {
            targets: &targets,
            center,
        })
        .unwrap()
    };
    assert_eq!(
        (fit(Center::Mean), fit(Center::Median)),
        (Baseline::Number(3.0), Baseline::Number(1.0))
    );
    let quantiles = Baseline::fit(Truth::Quantiles {
        targets: &targets,
        quantiles: &[0.25, 0.5, 0.75],
    });
    assert_eq!(quantiles.unwrap(), Baseline::Quantiles(vec![0.5, 1.0, 4.5]));
    let report = fit(Center::Mean)
        .report(Truth::Number {
            targets: &targets,
            center: Center::Mean,
        })
        .unwrap();
    assert_eq!(report.metrics.get("r2"), Some(0.0));
}

#[test]
fn the_baseline_of_yes_or_no_and_of_sets_is_their_frequency() {
    let baseline = Baseline::fit(binary_truth(&[1.0, 0.0, 0.0, 0.0])).unwrap();
    assert_eq!(baseline, Baseline::Binary(0.25));
    assert_eq!(
        baseline
            .report(binary_truth(&[1.0, 0.0]))
            .unwrap()
            .metrics
            .get("accuracy"),
        Some(0.5)
    );
    let labels = names(2);
    let targets = Matrix {
        width: 2,
        values: vec![1.0, 0.0, 1.0, 1.0, 1.0, 0.0],
    };
    let truth = Truth::Set {
        labels: &labels,
        threshold: 0.5,
        targets: &targets,
    };
    let report = Baseline::fit(truth).unwrap().report(truth).unwrap();
    assert_eq!(report.metrics.get("f1_micro"), Some(6.0 / 7.0));
    assert_eq!(Baseline::fit(binary_truth(&[])), Err(MetricsError::Empty));
    assert_eq!(baseline.report(truth), Err(MetricsError::Type));
}

#[test]
fn the_temperature_stays_within_bounds() {
    let sure = fit_temperature_binary(&[3.0, -2.0], &[1.0, 0.0]).unwrap();
    let wrong = fit_temperature_binary(&[3.0, -2.0], &[0.0, 1.0]).unwrap();
    assert_eq!((sure, wrong), (1.0, 20.0));
    assert_eq!(fit_temperature_binary(&[0.0, 0.0], &[0.0, 1.0]), Ok(1.0));
    let equal = Matrix {
        width: 3,
        values: vec![1.5; 6],
    };
    assert_eq!(fit_temperature_categories(&equal, &[0, 1]), Ok(1.0));
    assert_eq!(
        fit_temperature_categories(
            &Matrix {
                width: 3,
                values: vec![]
            },
            &[]
        ),
        Err(MetricsError::Empty)
    );
    assert!(matches!(
        fit_temperature_binary(&[f32::NAN], &[1.0]),
        Err(MetricsError::Prediction { .. })
    ));
}

#[test]
fn the_worst_rows_come_first() {
    assert_eq!(
        worst_rows(&[0.1, 5.0, 0.3, 5.0], 3),
        [(1, 5.0), (3, 5.0), (2, 0.3)]
    );
    assert_eq!(worst_rows(&[0.1, 0.2], 20), [(1, 0.2), (0, 0.1)]);
    assert!(worst_rows(&[], 20).is_empty() && worst_rows(&[1.0], 0).is_empty());
}

#[test]
fn metrics_are_an_object_in_their_own_order() {
    let mut metrics = Metrics::default();
    metrics.push("z", 1.0);
    metrics.push("absent", None);
    metrics.push("infinite", f64::INFINITY);
    metrics.push("a", 0.5);
    let text = serde_json::to_string(&metrics).unwrap();
    assert_eq!(text, r#"{"z":1.0,"a":0.5}"#);
    assert_eq!(serde_json::from_str::<Metrics>(&text).unwrap(), metrics);
}

#[test]
fn every_loss_is_better_when_smaller() {
    assert!(
        ["accuracy", "roc_auc", "f1_micro", "r2", "top_3", "jaccard"]
            .iter()
            .all(|name| greater_is_better(name))
    );
    assert!(
        ["rmse", "log_loss", "ece", "pinball", "mae"]
            .iter()
            .all(|name| !greater_is_better(name))
    );
}

fn split(rows: &[&str]) -> Vec<Vec<String>> {
    rows.iter()
        .map(|row| row.split(' ').map(String::from).collect())
        .collect()
}

#[test]
fn the_baseline_of_tags_knows_each_word_by_its_most_frequent_tag() {
    let words = split(&["to Bonn", "to bonn", "bonn to", "Köln to", "köln to"]);
    let tags = split(&["O B-end", "O B-end", "B-start O", "B-start O", "B-end O"]);
    let truth = Truth::Tags {
        words: &words,
        tags: &tags,
    };
    let baseline = Baseline::fit(truth).unwrap();
    let known = [("bonn", "B-end"), ("köln", "B-end")];
    let known = known.map(|(word, tag)| (word.to_owned(), tag.to_owned()));
    assert_eq!(baseline, Baseline::Tags(known.into()));
    let report = baseline.report(truth).unwrap();
    assert_eq!(report.metrics.get("entity_f1"), Some(0.6));
    assert_eq!(report.metrics.get("token_accuracy"), Some(0.8));
    let again: Baseline = serde_json::from_str(&serde_json::to_string(&baseline).unwrap()).unwrap();
    assert_eq!(again, baseline);
}

#[test]
fn the_worst_rows_of_tags_have_most_wrong_words() {
    let words = split(&["a b c", "d"]);
    let (tags, found) = (split(&["O B-x I-x", "O"]), split(&["B-x O I-x", "O"]));
    let truth = Truth::Tags {
        words: &words,
        tags: &tags,
    };
    let probabilities = [vec![0.5, 0.6, 0.7], vec![0.9]];
    let predicted = |probabilities| Predicted::Tags {
        tags: &found,
        probabilities,
    };
    let losses = row_losses(truth, predicted(&probabilities)).unwrap();
    assert_eq!(losses, [2.0, 0.0]);
    let names: Vec<String> = (headline(truth, predicted(&probabilities)).unwrap().iter())
        .map(|(name, _)| name.to_string())
        .collect();
    assert_eq!(names, ["entity_f1", "token_accuracy"]);
    let diverged = [vec![0.5, 0.6, 0.7], vec![f32::NAN]];
    assert!(matches!(
        headline(truth, predicted(&diverged)),
        Err(MetricsError::Prediction { row: 1, .. })
    ));
}
