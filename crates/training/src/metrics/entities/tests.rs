//! Against seqeval (see `tests/golden/entities.py`), and bad input.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Case {
    truth: Vec<Vec<String>>,
    predicted: Vec<Vec<String>>,
    /// Type, start and end of the entities of all sequences, first those of the truth.
    spans: Vec<Vec<(String, usize, usize)>>,
    token_accuracy: f64,
    /// Precision, recall, F1 and support.
    report: BTreeMap<String, [f64; 4]>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../../../tests/golden/entities.json")).unwrap()
}

fn borrowed(sequences: &[Vec<String>]) -> Vec<Vec<&str>> {
    sequences
        .iter()
        .map(|tags| tags.iter().map(String::as_str).collect())
        .collect()
}

fn assert_close(name: &str, found: f64, expected: f64) {
    assert!(
        (found - expected).abs() < 1e-12,
        "{name}: {found} is not {expected}"
    );
}

#[test]
fn spans_agree_with_seqeval() {
    for case in cases() {
        let sequences = borrowed(&case.truth)
            .into_iter()
            .chain(borrowed(&case.predicted));
        for (tags, expected) in sequences.zip(&case.spans) {
            let found: Vec<(String, usize, usize)> = entity_spans(&tags)
                .unwrap()
                .iter()
                .map(|span| (span.kind.to_owned(), span.start, span.end))
                .collect();
            assert_eq!(&found, expected, "{tags:?}");
        }
    }
}

#[test]
fn metrics_agree_with_seqeval() {
    for case in cases() {
        let report = evaluate_entities(&borrowed(&case.truth), &borrowed(&case.predicted)).unwrap();
        let metric = |name| report.metrics.get(name).unwrap();
        let micro = case.report["micro avg"];
        assert_close("precision", metric("entity_precision"), micro[0]);
        assert_close("recall", metric("entity_recall"), micro[1]);
        assert_close("f1", metric("entity_f1"), micro[2]);
        assert_close(
            "macro",
            metric("entity_f1_macro"),
            case.report["macro avg"][2],
        );
        assert_close("accuracy", metric("token_accuracy"), case.token_accuracy);
        let right = case
            .truth
            .iter()
            .zip(&case.predicted)
            .filter(|(a, b)| a == b);
        let expected = right.count() as f64 / case.truth.len() as f64;
        assert_close("sequences", metric("sequence_accuracy"), expected);
        assert_eq!(report.rows, case.truth.len());

        // The report of seqeval has three averages besides the types.
        assert_eq!(report.per_class.len(), case.report.len() - 3);
        for found in &report.per_class {
            let [precision, recall, f1, support] = case.report[&found.label];
            assert_close(&found.label, found.precision, precision);
            assert_close(&found.label, found.recall, recall);
            assert_close(&found.label, found.f1, f1);
            assert_eq!(found.support as f64, support);
        }
    }
}

#[test]
fn nothing_to_find_and_nothing_found() {
    let report = evaluate_entities(&[vec!["O", "O"]], &[vec!["O", "O"]]).unwrap();
    assert_eq!(report.metrics.get("entity_f1"), Some(0.0));
    assert_eq!(report.metrics.get("token_accuracy"), Some(1.0));
    assert!(report.per_class.is_empty());
}

#[test]
fn bad_input_is_an_error() {
    assert_eq!(evaluate_entities(&[], &[]), Err(MetricsError::Empty));
    assert_eq!(
        evaluate_entities(&[vec!["O"], vec!["O", "O"]], &[vec!["O"], vec!["O"]]),
        Err(MetricsError::Tokens {
            row: 1,
            targets: 2,
            predictions: 1
        })
    );
    for tag in ["", "B", "B-", "person", "E-date", "o", "é-x", "O-date"] {
        let error = evaluate_entities(&[vec!["O", "O"]], &[vec!["O", tag]]);
        let expected = MetricsError::Tag {
            row: 0,
            place: 1,
            tag: tag.to_owned(),
        };
        assert_eq!(error, Err(expected));
    }
}
