//! Against scikit-learn (see `tests/golden/text_baseline.py`), and at the edges.

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Case {
    num_classes: usize,
    min_df: usize,
    inverse_penalty: f64,
    num_features: usize,
    train: Train,
    others: Vec<Vec<String>>,
    probabilities: Vec<Vec<f32>>,
}

#[derive(Deserialize)]
struct Train {
    columns: Vec<Vec<String>>,
    targets: Vec<i32>,
}

fn borrowed(columns: &[Vec<String>]) -> Vec<Vec<&str>> {
    columns
        .iter()
        .map(|texts| texts.iter().map(String::as_str).collect())
        .collect()
}

fn fit(texts: &[&str], targets: &[i32], num_classes: usize) -> TextBaseline {
    let options = TextBaselineOptions::default();
    TextBaseline::fit(&[texts.to_vec()], targets, num_classes, 1.0, &options).unwrap()
}

fn assert_close(found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            (found - expected).abs() < tolerance,
            "{found} is not {expected}"
        );
    }
}

#[test]
fn probabilities_agree_with_scikit_learn() {
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../../tests/golden/text_baseline.json")).unwrap();
    for case in cases {
        let options = TextBaselineOptions {
            min_df: case.min_df,
            ..TextBaselineOptions::default()
        };
        let columns = borrowed(&case.train.columns);
        let (targets, penalty) = (&case.train.targets, case.inverse_penalty);
        let baseline =
            TextBaseline::fit(&columns, targets, case.num_classes, penalty, &options).unwrap();
        assert_eq!(baseline.num_features(), case.num_features);
        let found = baseline.probabilities(&borrowed(&case.others)).unwrap();
        assert_eq!(found.width, case.num_classes);
        assert_close(&found.values, &case.probabilities.concat(), 1e-3);
    }
}

#[test]
fn the_same_texts_give_the_same_bits() {
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../../tests/golden/text_baseline.json")).unwrap();
    let columns = borrowed(&cases[1].train.columns);
    let probabilities = || {
        let options = TextBaselineOptions {
            max_features: 40,
            ..TextBaselineOptions::default()
        };
        let baseline =
            TextBaseline::fit(&columns, &cases[1].train.targets, 3, 1.0, &options).unwrap();
        assert_eq!(baseline.num_features(), 40);
        baseline.probabilities(&columns).unwrap()
    };
    assert_eq!(probabilities(), probabilities());
}

#[test]
fn the_most_frequent_terms_stay() {
    let texts = vec![vec!["aa bb aa aa", "bb cc", "bb dd", "cc bb"]];
    let terms = |max_features| {
        let options = TextBaselineOptions {
            max_features,
            ..TextBaselineOptions::default()
        };
        let tfidf = Tfidf::fit(&texts, &options).unwrap();
        let each = ["aa", "bb", "cc", "dd"].map(|term| vec![vec![term]]);
        each.map(|columns| tfidf.transform(&columns).unwrap().row(0).count())
    };
    // bb is in four texts, cc in two, aa comes before dd.
    assert_eq!(terms(1), [0, 1, 0, 0]);
    assert_eq!(terms(2), [0, 1, 1, 0]);
    assert_eq!(terms(3), [1, 1, 1, 0]);
    assert_eq!(terms(0), [0; 4]);
}

#[test]
fn word_pairs_do_not_bridge_an_unknown_word() {
    let texts = [vec!["alpha beta", "alpha gamma"]];
    let tfidf = Tfidf::fit(&texts, &TextBaselineOptions::default()).unwrap();
    let features = |text| tfidf.transform(&[vec![text]]).unwrap().row(0).count();
    assert_eq!(features("Alpha, BETA!"), 3);
    assert_eq!(features("alpha unknown beta"), 2);
    assert_eq!(features("😀 ."), 0);
}

#[test]
fn chinese_is_learned_without_spaces() {
    let texts = ["我要退款", "怎么退款呢", "包裹在哪里", "包裹还没到"];
    let baseline = fit(&texts, &[0, 0, 1, 1], 2);
    let found = baseline
        .probabilities(&[vec!["请给我退款", "我的包裹呢"]])
        .unwrap();
    assert!(found.row(0)[0] > 0.5 && found.row(1)[1] > 0.5, "{found:?}");
}

#[test]
fn classes_without_rows_are_never_answered() {
    let baseline = fit(&["yes please", "no thanks", "no"], &[3, 1, 1], 5);
    let found = baseline.probabilities(&[vec!["yes", "no"]]).unwrap();
    for row in 0..2 {
        let row = found.row(row);
        assert_eq!([row[0], row[2], row[4]], [0.0; 3]);
        assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }
    assert!(found.row(0)[3] > found.row(1)[3]);
    let only = fit(&["yes", "no"], &[1, 1], 3);
    let found = only.probabilities(&[vec!["maybe"]]).unwrap();
    assert_eq!(found.values, [0.0, 1.0, 0.0]);
}

#[test]
fn texts_without_words_get_the_frequency_of_the_classes() {
    for (num_classes, targets) in [(2, [0, 1, 1, 1]), (3, [0, 1, 1, 2])] {
        let baseline = fit(&["", "!", "😀", " a "], &targets, num_classes);
        assert_eq!(baseline.num_features(), 0);
        let found = baseline.probabilities(&[vec!["anything"]]).unwrap();
        let share = |class| targets.iter().filter(|&&target| target == class).count() as f32 / 4.0;
        let expected: Vec<f32> = (0..num_classes as i32).map(share).collect();
        assert_close(&found.values, &expected, 1e-4);
    }
}

#[test]
fn bad_input_is_an_error() {
    let options = TextBaselineOptions::default();
    let fit = |columns: &[Vec<&str>], targets: &[i32]| {
        TextBaseline::fit(columns, targets, 2, 1.0, &options).map(|_| ())
    };
    assert_eq!(fit(&[vec![]], &[]), Err(TextBaselineError::Empty));
    assert_eq!(fit(&[], &[]), Err(TextBaselineError::Empty));
    assert_eq!(
        fit(&[vec!["one"]], &[0, 1]),
        Err(TextBaselineError::Targets {
            rows: 1,
            targets: 2
        })
    );
    assert_eq!(
        fit(&[vec!["one", "two"], vec!["one"]], &[0, 1]),
        Err(TextBaselineError::Rows {
            column: 1,
            expected: 2,
            found: 1
        })
    );
    for target in [2, -1] {
        assert_eq!(
            fit(&[vec!["one", "two"]], &[0, target]),
            Err(TextBaselineError::Class {
                row: 1,
                target,
                num_classes: 2
            })
        );
    }
    let baseline = TextBaseline::fit(&[vec!["one", "two"]], &[0, 1], 2, 1.0, &options).unwrap();
    assert_eq!(
        baseline.probabilities(&[vec!["one"], vec!["two"]]),
        Err(TextBaselineError::Columns {
            expected: 1,
            found: 2
        })
    );
}

/// The penalty is a choice of the texts that are watched, not of those that are learned from.
#[test]
fn of_several_penalties_the_one_with_the_least_loss_stays() {
    let texts = ["good dress", "bad dress", "good fit", "bad fit"];
    let (columns, targets) = ([texts.to_vec()], [1, 0, 1, 0]);
    let options = TextBaselineOptions::default();
    let with = |penalty| {
        let baseline = TextBaseline::fit(&columns, &targets, 2, penalty, &options).unwrap();
        baseline.probabilities(&columns).unwrap()
    };
    let best = |sign: f64| {
        let loss = |probabilities: &Matrix<f32>| -> Result<f64, TextBaselineError> {
            Ok(sign * f64::from(probabilities.values[1]))
        };
        let penalties = [1.0, 100.0, 10.0];
        let baseline =
            TextBaseline::fit_best(&columns, &targets, 2, &penalties, &options, &columns, loss);
        baseline.unwrap().probabilities(&columns).unwrap()
    };
    assert_eq!(best(-1.0), with(100.0));
    assert_eq!(best(1.0), with(1.0));
}
