//! How good a network is on a part: its answers beside what was to be predicted, and the trivial baseline beside both.

use hob_data::config::NumberLoss;
use hob_data::features::{Matrix, Targets};
use hob_data::table::{Table, Values};
use hob_data::target::{TargetKind, words};
use hob_inference::Answers;
use hob_inference::manifest::OutputSpec;

use crate::metrics::{Center, Predicted, Truth};

/// What was to be predicted for the rows of a part, in original units.
#[derive(Debug, Clone)]
pub enum Known {
    /// One class per row.
    Category {
        /// Names of the classes.
        classes: Vec<String>,
        /// Class per row.
        targets: Vec<i32>,
    },
    /// Yes or no per row.
    Binary {
        /// Names of no and yes.
        labels: [String; 2],
        /// Probability from which the answer is yes.
        threshold: f64,
        /// 0 or 1 per row.
        targets: Vec<f32>,
    },
    /// A quantity per row.
    Number {
        /// The quantity.
        targets: Vec<f64>,
        /// What a constant prediction would be.
        center: Center,
    },
    /// A quantity per row of which quantiles are predicted.
    Quantiles {
        /// The quantity.
        targets: Vec<f64>,
        /// The quantiles.
        quantiles: Vec<f64>,
    },
    /// Any number of labels per row.
    Set {
        /// Names of the labels.
        labels: Vec<String>,
        /// Probability from which a label belongs to the answer.
        threshold: f64,
        /// 0 or 1 per row and label.
        targets: Matrix<f32>,
    },
    /// A tag per word.
    Tags {
        /// Words per row.
        words: Vec<Vec<String>>,
        /// Tags per row, those that the training part lacks included.
        tags: Vec<Vec<String>>,
    },
}

impl Known {
    /// The targets of some rows. Quantities come from the table, because the encoded ones are scaled and rounded.
    pub fn new(
        spec: &OutputSpec,
        loss: Option<&NumberLoss>,
        targets: &Targets,
        table: &Table,
        rows: &[usize],
    ) -> Self {
        match (&spec.encoder.kind, targets) {
            (TargetKind::Category(category), Targets::Classes(codes)) => Self::Category {
                classes: category.classes.clone(),
                targets: codes.clone(),
            },
            (TargetKind::Binary(binary), Targets::Binary(values)) => Self::Binary {
                labels: [binary.negative.clone(), binary.positive.clone()],
                threshold: spec.threshold,
                targets: values.clone(),
            },
            (TargetKind::Set(set), Targets::Labels(values)) => Self::Set {
                labels: set.labels.clone(),
                threshold: spec.threshold,
                targets: values.clone(),
            },
            (TargetKind::Tags(target), _) => Self::Tags {
                words: words_of(table, &target.text, rows),
                tags: words_of(table, &spec.column, rows),
            },
            (TargetKind::Number(number), _) => {
                let targets = quantities(table, &spec.column, rows);
                match number.quantiles.is_empty() {
                    true => Self::Number {
                        targets,
                        center: center(loss),
                    },
                    false => Self::Quantiles {
                        targets,
                        quantiles: number.quantiles.clone(),
                    },
                }
            }
            _ => unreachable!("targets are made by the encoder of the same output"),
        }
    }

    /// The same, borrowed for metrics.
    pub fn truth(&self) -> Truth<'_> {
        match self {
            Self::Category { classes, targets } => Truth::Category { classes, targets },
            Self::Binary {
                labels,
                threshold,
                targets,
            } => Truth::Binary {
                labels: [&labels[0], &labels[1]],
                threshold: *threshold,
                targets,
            },
            Self::Number { targets, center } => Truth::Number {
                targets,
                center: *center,
            },
            Self::Quantiles { targets, quantiles } => Truth::Quantiles { targets, quantiles },
            Self::Set {
                labels,
                threshold,
                targets,
            } => Truth::Set {
                labels,
                threshold: *threshold,
                targets,
            },
            Self::Tags { words, tags } => Truth::Tags { words, tags },
        }
    }

    /// The target of one row as text.
    pub fn text(&self, row: usize) -> String {
        match self {
            Self::Category { classes, targets } => classes[targets[row] as usize].clone(),
            Self::Binary {
                labels, targets, ..
            } => labels[usize::from(targets[row] > 0.5)].clone(),
            Self::Number { targets, .. } | Self::Quantiles { targets, .. } => {
                targets[row].to_string()
            }
            Self::Tags { tags, .. } => tags[row].join(" "),
            Self::Set {
                labels, targets, ..
            } => {
                let chosen = labels
                    .iter()
                    .zip(targets.row(row))
                    .filter(|(_, value)| **value > 0.5);
                chosen
                    .map(|(label, _)| label.as_str())
                    .collect::<Vec<_>>()
                    .join(", ")
            }
        }
    }
}

/// Answers, borrowed for metrics.
pub fn predicted(answers: &Answers) -> Predicted<'_> {
    match answers {
        Answers::Categories(matrix) => Predicted::Categories(matrix),
        Answers::Binary(values) => Predicted::Binary(values),
        Answers::Numbers(values) => Predicted::Numbers(values),
        Answers::Quantiles(matrix) => Predicted::Quantiles(matrix),
        Answers::Sets(matrix) => Predicted::Sets(matrix),
        Answers::Tags(answers) => Predicted::Tags {
            tags: &answers.tags,
            probabilities: &answers.probabilities,
        },
    }
}

fn quantities(table: &Table, column: &str, rows: &[usize]) -> Vec<f64> {
    match table.column(column).map(|column| &column.values) {
        Some(Values::Number(values)) => rows.iter().map(|&row| values[row]).collect(),
        _ => unreachable!("a number output is read as numbers"),
    }
}

fn words_of(table: &Table, column: &str, rows: &[usize]) -> Vec<Vec<String>> {
    match table.column(column).map(|column| &column.values) {
        Some(Values::Category(cells)) => rows
            .iter()
            .map(|&row| words(cells, row).map(String::from).collect())
            .collect(),
        _ => unreachable!("texts and tags are read as text"),
    }
}

fn center(loss: Option<&NumberLoss>) -> Center {
    match loss {
        Some(NumberLoss::Absolute) => Center::Median,
        _ => Center::Mean,
    }
}
