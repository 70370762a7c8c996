//! From the raw numbers of a head to answers.

use hob_data::features::{Features, Matrix};
use hob_data::target::TargetKind;
use serde_json::{Map, Value, json};

use crate::manifest::OutputSpec;
use crate::tags::{self, TagAnswers};

/// Answers of one output for several rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Answers {
    /// Probability per row and class; rows sum to 1.
    Categories(Matrix<f32>),
    /// Probability of yes per row.
    Binary(Vec<f32>),
    /// A quantity per row, in original units.
    Numbers(Vec<f64>),
    /// A quantity per row and quantile, in original units, ascending in each row.
    Quantiles(Matrix<f64>),
    /// Probability per row and label.
    Sets(Matrix<f32>),
    /// A tag per word.
    Tags(TagAnswers),
}

/// Decodes the raw outputs of a head for some rows, as [`raw_outputs`](crate::raw_outputs()) gives them.
pub fn decode(spec: &OutputSpec, raw: &Matrix<f32>, features: &Features) -> Answers {
    let rows = raw.values.chunks_exact(raw.width.max(1));
    match &spec.encoder.kind {
        TargetKind::Category(_) => Answers::Categories(Matrix {
            width: raw.width,
            values: rows
                .flat_map(|row| softmax(row, spec.temperature))
                .collect(),
        }),
        TargetKind::Binary(_) => Answers::Binary(
            raw.values
                .iter()
                .map(|&logit| sigmoid(logit, spec.temperature))
                .collect(),
        ),
        TargetKind::Number(number) => {
            let values: Vec<f64> = rows.flat_map(|row| number.decode(row)).collect();
            match number.quantiles.is_empty() {
                true => Answers::Numbers(values),
                false => Answers::Quantiles(Matrix {
                    width: raw.width,
                    values,
                }),
            }
        }
        TargetKind::Set(_) => Answers::Sets(Matrix {
            width: raw.width,
            values: raw
                .values
                .iter()
                .map(|&logit| sigmoid(logit, 1.0))
                .collect(),
        }),
        TargetKind::Tags(target) => Answers::Tags(match features.words(&target.text) {
            Some(words) => tags::decode(target, raw, words),
            None => TagAnswers::default(),
        }),
    }
}

pub(crate) fn softmax(logits: &[f32], temperature: f64) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let shares: Vec<f64> = logits
        .iter()
        .map(|&logit| (f64::from(logit - largest) / temperature).exp())
        .collect();
    let sum: f64 = shares.iter().sum();
    shares.iter().map(|share| (share / sum) as f32).collect()
}

fn sigmoid(logit: f32, temperature: f64) -> f32 {
    (1.0 / (1.0 + (-f64::from(logit) / temperature).exp())) as f32
}

impl Answers {
    /// Rows answered.
    pub fn num_rows(&self) -> usize {
        match self {
            Self::Categories(matrix) | Self::Sets(matrix) => {
                matrix.values.len() / matrix.width.max(1)
            }
            Self::Binary(values) => values.len(),
            Self::Numbers(values) => values.len(),
            Self::Quantiles(matrix) => matrix.values.len() / matrix.width.max(1),
            Self::Tags(answers) => answers.texts.len(),
        }
    }

    /// The answer of one row as `hob predict --json` prints it.
    pub fn to_json(&self, spec: &OutputSpec, row: usize) -> Value {
        match (self, &spec.encoder.kind) {
            (Self::Categories(matrix), TargetKind::Category(category)) => {
                let probabilities = matrix.row(row);
                json!({
                    "value": category.classes[largest(probabilities)],
                    "probabilities": by_name(&category.classes, probabilities),
                })
            }
            (Self::Binary(values), TargetKind::Binary(binary)) => {
                let yes = values[row];
                let names = [binary.negative.clone(), binary.positive.clone()];
                let value = &names[usize::from(f64::from(yes) >= spec.threshold)];
                json!({ "value": value, "probabilities": by_name(&names, &[1.0 - yes, yes]) })
            }
            (Self::Numbers(values), _) => json!({ "value": values[row] }),
            (Self::Quantiles(matrix), TargetKind::Number(number)) => {
                let quantiles = &number.quantiles;
                let values = matrix.row(row);
                let named = quantiles
                    .iter()
                    .zip(values)
                    .map(|(quantile, value)| (quantile.to_string(), json!(value)));
                json!({ "value": values[number.central()], "quantiles": named.collect::<Map<_, _>>() })
            }
            (Self::Sets(matrix), TargetKind::Set(set)) => {
                let probabilities = matrix.row(row);
                let chosen = set
                    .labels
                    .iter()
                    .zip(probabilities)
                    .filter(|(_, p)| f64::from(**p) >= spec.threshold);
                json!({
                    "value": chosen.map(|(label, _)| label.as_str()).collect::<Vec<_>>(),
                    "probabilities": by_name(&set.labels, probabilities),
                })
            }
            (Self::Tags(answers), _) => answers.to_json(row),
            _ => Value::Null,
        }
    }
}

impl Answers {
    /// The answer of one row as text: a class, a quantity, tags, or labels with the separator of the training data.
    pub fn text(&self, spec: &OutputSpec, row: usize) -> String {
        let separator = match &spec.encoder.kind {
            TargetKind::Set(set) => set.separator.as_str(),
            TargetKind::Tags(_) => " ",
            _ => "",
        };
        match self.to_json(spec, row).get("value") {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(values)) => values
                .iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join(separator),
            Some(value) => value.to_string(),
            None => String::new(),
        }
    }
}

/// The first of the largest values.
pub fn largest(values: &[f32]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}

fn by_name(names: &[String], probabilities: &[f32]) -> Map<String, Value> {
    names
        .iter()
        .zip(probabilities)
        .map(|(name, &p)| (name.clone(), json!(shortest(p))))
        .collect()
}

/// The same number as a double with the fewest digits that give the same f32 back, as CSV has it: 0.3, not
/// 0.30000001192092896.
pub(crate) fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn softmax_of_large_logits_is_finite() {
        assert_eq!(softmax(&[1000.0, 0.0], 1.0), vec![1.0, 0.0]);
    }

    #[test]
    fn a_higher_temperature_is_less_certain() {
        assert!(softmax(&[2.0, 0.0], 2.0)[0] < softmax(&[2.0, 0.0], 1.0)[0]);
        assert!(sigmoid(2.0, 2.0) < sigmoid(2.0, 1.0));
    }
}
