//! Against ranx (see `tests/golden/retrieval.py`), ties, and bad input.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Case {
    /// Items with their scores per query.
    scored: Vec<Vec<(usize, f32)>>,
    relevant: Vec<Vec<usize>>,
    expected: BTreeMap<String, f64>,
}

fn ranks(scores: &[f32], relevant: &[usize]) -> QueryRanks {
    let scored = scores.iter().copied().enumerate();
    QueryRanks::from_scores(0, scored, relevant).unwrap()
}

#[test]
fn metrics_agree_with_ranx() {
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../../../tests/golden/retrieval.json")).unwrap();
    for case in cases {
        let (mut by_score, mut by_order) = (Vec::new(), Vec::new());
        for (scored, relevant) in case.scored.iter().zip(&case.relevant) {
            by_score.push(QueryRanks::from_scores(0, scored.iter().copied(), relevant).unwrap());
            let mut best = scored.clone();
            best.sort_by(|a, b| b.1.total_cmp(&a.1));
            let ranking: Vec<usize> = best.iter().map(|item| item.0).collect();
            by_order.push(QueryRanks::from_ranking(0, &ranking, relevant).unwrap());
        }
        assert_eq!(by_score, by_order);
        let metrics = evaluate_retrieval(&by_score).unwrap();
        let several = case.relevant.iter().any(|relevant| relevant.len() > 1);
        assert_eq!(metrics.iter().count(), if several { 9 } else { 6 });
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
fn ties_count_against_the_model() {
    assert_eq!(ranks(&[0.5; 100], &[0]).first(), Some(100));
    assert_eq!(ranks(&[0.5; 100], &[0, 1]).first(), Some(99));
    assert_eq!(ranks(&[0.1, 0.7, 0.7, 0.9], &[1]).first(), Some(3));
    assert_eq!(ranks(&[0.0, -0.0], &[0]).first(), Some(2));
    assert_eq!(
        ranks(&[-3.0, -2.0, f32::NEG_INFINITY], &[1]).first(),
        Some(1)
    );
}

#[test]
fn what_is_not_listed_was_not_found() {
    let listed = |scored: &[(usize, f32)]| {
        QueryRanks::from_scores(0, scored.iter().copied(), &[7, 7, 3]).unwrap()
    };
    let half = listed(&[(1, 0.9), (3, 0.8)]);
    assert_eq!(
        (half.first(), half.recall(5), half.recall(1)),
        (Some(2), 0.5, 0.0)
    );
    let none = listed(&[]);
    assert_eq!((none.first(), none.recall(5)), (None, 0.0));
    let metrics = evaluate_retrieval(&[half, none]).unwrap();
    assert_eq!(metrics.get("mrr"), Some(0.25));
    assert_eq!(metrics.get("hit_at_5"), Some(0.5));
}

#[test]
fn bad_input_is_an_error() {
    assert_eq!(evaluate_retrieval(&[]), Err(MetricsError::Empty));
    assert_eq!(
        QueryRanks::from_ranking(4, &[1, 2], &[]),
        Err(MetricsError::NoRelevant { row: 4 })
    );
    assert!(matches!(
        QueryRanks::from_scores(3, [(0, f32::NAN)], &[0]),
        Err(MetricsError::Prediction { row: 3, .. })
    ));
}
