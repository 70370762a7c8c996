//! Metrics of tagged tokens, counted by entity: a span is right if its first token, last token and type are.
//!
//! The definitions are those of seqeval in its default mode, which is that of the CoNLL-2000 evaluation script
//! (Tjong Kim Sang & Buchholz 2000), for tags of the IOB2 scheme: `B-type` starts an entity, `I-type` goes on, `O` is
//! outside.

use std::collections::BTreeMap;

use hob_data::tags::{EntitySpan, entity_spans};

use super::MetricsError;
use super::binary::Counts;
use super::report::{ClassReport, Metrics, OutputReport};
use super::statistics::{mean, ratio};

#[cfg(test)]
mod tests;

/// Everything about one output of tags: `entity_f1`, `entity_precision` and `entity_recall` over all entities (micro),
/// `entity_f1_macro` over types, and the share of right tokens and of wholly right sequences. The table of classes has
/// a line per type, in alphabetical order.
///
/// `truth[r]` and `predicted[r]` are the tags of sequence `r`. Where nothing was to be found and nothing was, precision
/// and recall are 0 as for seqeval.
///
/// # Errors
/// No sequence, sequences of different length, or a tag that is neither `O` nor `B-` or `I-` and a type.
pub fn evaluate_entities(
    truth: &[Vec<&str>],
    predicted: &[Vec<&str>],
) -> Result<OutputReport, MetricsError> {
    super::check::check_length(truth.len(), predicted.len())?;
    let mut types: BTreeMap<&str, Counts> = BTreeMap::new();
    let (mut tokens, mut right_tokens, mut right_sequences) = (0, 0, 0);
    for (row, (truth, predicted)) in truth.iter().zip(predicted).enumerate() {
        if truth.len() != predicted.len() {
            return Err(MetricsError::Tokens {
                row,
                targets: truth.len(),
                predictions: predicted.len(),
            });
        }
        count(&spans(row, truth)?, &spans(row, predicted)?, &mut types);
        let right = truth.iter().zip(predicted).filter(|(a, b)| a == b).count();
        tokens += truth.len();
        right_tokens += right;
        right_sequences += usize::from(right == truth.len());
    }
    let mut metrics = entity_metrics(&types);
    metrics.push("token_accuracy", share(right_tokens, tokens));
    metrics.push("sequence_accuracy", share(right_sequences, truth.len()));
    Ok(OutputReport {
        rows: truth.len(),
        metrics,
        per_class: types.iter().map(class_report).collect(),
        ..OutputReport::default()
    })
}

fn spans<'a>(row: usize, tags: &[&'a str]) -> Result<Vec<EntitySpan<'a>>, MetricsError> {
    entity_spans(tags).map_err(|place| MetricsError::Tag {
        row,
        place,
        tag: tags[place].to_owned(),
    })
}

/// Adds the entities of a sequence to the counts of their types. Both lists are in order.
fn count<'a>(
    truth: &[EntitySpan<'a>],
    predicted: &[EntitySpan<'a>],
    types: &mut BTreeMap<&'a str, Counts>,
) {
    for span in truth {
        let counts = types.entry(span.kind).or_default();
        match predicted.binary_search(span) {
            Ok(_) => counts.true_positive += 1,
            Err(_) => counts.false_negative += 1,
        }
    }
    for span in predicted {
        if truth.binary_search(span).is_err() {
            types.entry(span.kind).or_default().false_positive += 1;
        }
    }
}

fn entity_metrics(types: &BTreeMap<&str, Counts>) -> Metrics {
    let mut all = Counts::default();
    for counts in types.values() {
        all.true_positive += counts.true_positive;
        all.false_positive += counts.false_positive;
        all.false_negative += counts.false_negative;
    }
    let mut metrics = Metrics::default();
    metrics.push("entity_f1", all.f1());
    metrics.push("entity_precision", all.precision());
    metrics.push("entity_recall", all.recall());
    metrics.push(
        "entity_f1_macro",
        mean(types.values().map(|counts| counts.f1())),
    );
    metrics
}

fn class_report((kind, counts): (&&str, &Counts)) -> ClassReport {
    ClassReport {
        label: (*kind).to_owned(),
        support: counts.support(),
        precision: counts.precision(),
        recall: counts.recall(),
        f1: counts.f1(),
        roc_auc: None,
        pr_auc: None,
    }
}

fn share(right: usize, of: usize) -> f64 {
    ratio(right as f64, of as f64)
}
