//! Against SciPy, NumPy and scikit-learn (see `tests/golden/out_of_scope.py`), and at the edges.

use std::collections::BTreeMap;

use hob_data::features::Matrix;
use hob_inference::scope::{ClassCenters, energies, maximum_probabilities};
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Golden {
    logits: Vec<f32>,
    scores: Vec<Scores>,
    centers: Centers,
    judged: Vec<Judged>,
}

#[derive(Deserialize)]
struct Scores {
    temperature: f64,
    maximum_probability: Vec<f32>,
    energy: Vec<f32>,
}

#[derive(Deserialize)]
struct Centers {
    train: Vec<f32>,
    targets: Vec<i32>,
    rows: Vec<f32>,
    euclidean: Vec<f32>,
    mahalanobis: Vec<f32>,
}

#[derive(Deserialize)]
struct Judged {
    in_scope: Vec<f32>,
    right: Vec<bool>,
    out_of_scope: Vec<f32>,
    threshold: f64,
    expected: BTreeMap<String, f64>,
}

impl Judged {
    fn scores(&self) -> ScopeScores<'_> {
        ScopeScores {
            in_scope: &self.in_scope,
            right: &self.right,
            out_of_scope: &self.out_of_scope,
        }
    }
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../../tests/golden/out_of_scope.json")).unwrap()
}

fn matrix(width: usize, values: &[f32]) -> Matrix<f32> {
    Matrix {
        width,
        values: values.to_vec(),
    }
}

fn assert_close(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        let limit = 1e-6 * expected.abs().max(1e-3);
        assert!(
            (found - expected).abs() <= limit,
            "{found} is not {expected}"
        );
    }
}

#[test]
fn scores_of_logits_agree_with_scipy() {
    let golden = golden();
    let logits = matrix(5, &golden.logits);
    for expected in golden.scores {
        let found = maximum_probabilities(&logits, expected.temperature);
        assert_close(&found, &expected.maximum_probability);
        assert_close(&energies(&logits, expected.temperature), &expected.energy);
    }
}

#[test]
fn distances_agree_with_numpy() {
    let golden = golden().centers;
    let (train, rows) = (matrix(4, &golden.train), matrix(4, &golden.rows));
    for (distance, expected) in [
        (CenterDistance::Euclidean, golden.euclidean),
        (CenterDistance::Mahalanobis, golden.mahalanobis),
    ] {
        let centers = class_centers(&train, &golden.targets, 5, distance).unwrap();
        assert_close(&centers.scores(&rows), &expected);
        let text = serde_json::to_string(&centers).unwrap();
        assert_eq!(
            serde_json::from_str::<ClassCenters>(&text).unwrap(),
            centers
        );
    }
}

#[test]
fn one_example_per_class_gives_plain_distances() {
    let train = matrix(2, &[0.0, 0.0, 3.0, 4.0]);
    let centers = class_centers(&train, &[0, 1], 2, CenterDistance::Mahalanobis).unwrap();
    let scores = centers.scores(&matrix(2, &[3.0, 4.0, 0.0, 2.0]));
    assert_eq!(scores, [0.0, -4.0]);
}

#[test]
fn judgements_agree_with_scikit_learn() {
    for case in golden().judged {
        let metrics = evaluate_out_of_scope(case.scores(), case.threshold).unwrap();
        assert_eq!(metrics.iter().count(), case.expected.len());
        for (name, found) in metrics.iter() {
            let expected = case.expected[name];
            assert!(
                (found - expected).abs() < 1e-9,
                "{name}: {found} is not {expected}"
            );
        }
    }
}

#[test]
fn the_balanced_threshold_is_the_best_of_all() {
    for case in golden().judged {
        let chosen = choose_threshold(case.scores(), ThresholdRule::Balanced).unwrap();
        assert_eq!(chosen.threshold, case.threshold);
        assert_eq!(chosen.in_scope_accuracy, case.expected["in_scope_accuracy"]);
        assert_eq!(
            chosen.out_of_scope_recall,
            Some(case.expected["out_of_scope_recall"])
        );
    }
}

#[test]
fn a_share_of_the_in_scope_rows_is_accepted() {
    for case in golden().judged {
        for share in [0.0, 0.5, 0.9, 0.95, 1.0] {
            let rule = ThresholdRule::AcceptInScope(share);
            let chosen = choose_threshold(case.scores(), rule).unwrap();
            assert!(chosen.in_scope_acceptance >= share && chosen.in_scope_acceptance > 0.0);
            // The next higher score would accept too few.
            let passing = case
                .in_scope
                .iter()
                .filter(|&&score| f64::from(score) > chosen.threshold);
            let passing = passing.count() as f64 / case.in_scope.len() as f64;
            assert!(
                passing < share || passing == 0.0,
                "{passing} also accepts {share}"
            );
        }
    }
    let hundred: Vec<f32> = (0..100).map(|score| score as f32).collect();
    let scores = ScopeScores {
        in_scope: &hundred,
        right: &[true; 100],
        out_of_scope: &[],
    };
    let chosen = choose_threshold(scores, ThresholdRule::AcceptInScope(0.55)).unwrap();
    assert_eq!((chosen.threshold, chosen.in_scope_acceptance), (45.0, 0.55));
    assert_eq!(chosen.out_of_scope_recall, None);
    let metrics = evaluate_out_of_scope(scores, chosen.threshold).unwrap();
    let names: Vec<&str> = metrics.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["in_scope_accuracy", "in_scope_acceptance"]);
}

#[test]
fn parted_scores_get_a_threshold_halfway() {
    let scores = ScopeScores {
        in_scope: &[5.0, 3.0],
        right: &[true, true],
        out_of_scope: &[1.0, -8.0],
    };
    let chosen = choose_threshold(scores, ThresholdRule::Balanced).unwrap();
    assert_eq!(
        (chosen.threshold, chosen.out_of_scope_recall),
        (2.0, Some(1.0))
    );
    let metrics = evaluate_out_of_scope(scores, 2.0).unwrap();
    assert_eq!(metrics.get("out_of_scope_roc_auc"), Some(1.0));
    assert_eq!(metrics.get("fpr_at_95_tpr"), Some(0.0));
}

#[test]
fn a_hopeless_model_still_answers_something() {
    let scores = ScopeScores {
        in_scope: &[1.0, 1.0],
        right: &[false, false],
        out_of_scope: &[2.0, 0.0],
    };
    let chosen = choose_threshold(scores, ThresholdRule::Balanced).unwrap();
    assert_eq!((chosen.threshold, chosen.in_scope_acceptance), (0.5, 1.0));
    assert_eq!(chosen.out_of_scope_recall, Some(0.5));
}

#[test]
fn bad_input_is_an_error() {
    let scores = |in_scope, right, out_of_scope| ScopeScores {
        in_scope,
        right,
        out_of_scope,
    };
    let choose = |scores| choose_threshold(scores, ThresholdRule::Balanced);
    assert_eq!(choose(scores(&[], &[], &[1.0])), Err(MetricsError::Empty));
    assert_eq!(
        choose(scores(&[1.0], &[true, false], &[1.0])),
        Err(MetricsError::Length {
            targets: 2,
            predictions: 1
        })
    );
    assert!(matches!(
        choose(scores(&[1.0], &[true], &[f32::NAN])),
        Err(MetricsError::Prediction { row: 1, .. })
    ));
    let inside = scores(&[1.0], &[true], &[]);
    assert_eq!(choose(inside), Err(MetricsError::NoOutOfScope));
    assert_eq!(
        choose_threshold(inside, ThresholdRule::AcceptInScope(95.0)),
        Err(MetricsError::Share { value: 95.0 })
    );
    let fit = |values: &[f32], targets: &[i32]| {
        class_centers(&matrix(1, values), targets, 2, CenterDistance::Euclidean)
    };
    assert_eq!(fit(&[], &[]), Err(MetricsError::Empty));
    assert!(matches!(
        fit(&[1.0], &[2]),
        Err(MetricsError::Target { .. })
    ));
    assert!(matches!(
        fit(&[f32::INFINITY], &[0]),
        Err(MetricsError::Prediction { .. })
    ));
}
