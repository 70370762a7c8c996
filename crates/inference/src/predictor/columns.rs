//! Answers as columns of a table to write.

use std::ops::Range;

use hob_data::features::Matrix;
use hob_data::target::TargetKind;
use hob_data::write::{OutputCells, OutputColumn};

use super::{Predictions, Predictor};
use crate::decode::Answers;

impl Predictor {
    /// The answer of every output, then its probabilities or quantiles as `column.name`.
    pub fn columns(&self, predictions: &Predictions) -> Vec<OutputColumn> {
        let mut columns = Vec::new();
        for (spec, answers) in self.manifest.outputs.iter().zip(&predictions.answers) {
            let rows = 0..predictions.num_rows;
            let texts = |rows: Range<usize>| {
                OutputCells::Text(rows.map(|row| answers.text(spec, row)).collect())
            };
            let mut push = |name: String, cells| columns.push(OutputColumn { name, cells });
            let named = |name: &str| format!("{}.{name}", spec.column);
            match answers {
                Answers::Numbers(values) => {
                    push(spec.column.clone(), OutputCells::Double(values.clone()))
                }
                Answers::Quantiles(matrix) => {
                    push(spec.column.clone(), texts(rows));
                    let TargetKind::Number(number) = &spec.encoder.kind else {
                        continue;
                    };
                    for (place, quantile) in number.quantiles.iter().enumerate() {
                        push(
                            named(&format!("q{quantile}")),
                            OutputCells::Double(column_of(matrix, place)),
                        );
                    }
                }
                Answers::Binary(values) => {
                    push(spec.column.clone(), texts(rows));
                    let TargetKind::Binary(binary) = &spec.encoder.kind else {
                        continue;
                    };
                    push(named(&binary.positive), OutputCells::Single(values.clone()));
                }
                Answers::Tags(_) => push(spec.column.clone(), texts(rows)),
                Answers::Categories(matrix) | Answers::Sets(matrix) => {
                    push(spec.column.clone(), texts(rows));
                    for (place, class) in spec.encoder.classes().iter().enumerate() {
                        push(named(class), OutputCells::Single(column_of(matrix, place)));
                    }
                }
            }
        }
        columns
    }
}

fn column_of<T: Copy>(matrix: &Matrix<T>, place: usize) -> Vec<T> {
    matrix
        .values
        .iter()
        .skip(place)
        .step_by(matrix.width.max(1))
        .copied()
        .collect()
}
