//! From typed columns to what the network sees, with everything that was learned about them from the training part.
//!
//! A [`Preprocessor`] is fitted once, is stored in the bundle, and encodes every row alike: training, validation, test
//! and prediction. One file per input type; [`scaling`] is shared by all that end in numbers.
//!
//! Invariants: fitting looks at training rows only. An encoded number is finite, a code is below its cardinality. A
//! stored and reloaded preprocessor encodes to the same bits.

use serde::{Deserialize, Serialize};

use crate::{
    config::{
        BinaryConfig, CategoryConfig, DateConfig, HashConfig, NumberConfig, NumberMissing,
        SetConfig, VectorConfig,
    },
    features::{FeatureLayout, Features},
    source::ColumnKind,
    table::{Table, Values},
};

mod binary;
mod category;
pub(crate) mod cells;
mod date;
mod error;
mod fitted;
mod hash;
mod known;
mod lanes;
mod number;
mod report;
pub mod scaling;
mod schema;
mod set;
mod stored;
mod text;
mod vector;
mod vocabulary;

use self::lanes::Lanes;
pub(crate) use self::{
    binary::YesNoError,
    category::default_dim as embedding_dim,
    error::list,
    vocabulary::{count_categories, count_sets},
};
pub use self::{
    binary::{FittedBinary, YesNo},
    category::FittedCategory,
    date::FittedDate,
    error::{PreprocessError, Problems},
    fitted::Fitted,
    hash::FittedHash,
    number::FittedNumber,
    report::{ColumnReport, TransformReport},
    schema::{InputColumnSchema, InputType, MAX_SCHEMA_VALUES},
    set::FittedSet,
    text::{FittedText, TextInput, WordPieces},
    vector::FittedVector,
    vocabulary::Vocabulary,
};

/// A column and how it becomes an input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputColumn {
    /// Column of the table.
    pub column: String,
    /// How it is encoded.
    pub kind: InputKind,
}

/// The type of an input, with its configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    /// A measured or counted value.
    Number(NumberConfig),
    /// One of a known list of values.
    Category(CategoryConfig),
    /// One of two values.
    Binary(BinaryConfig),
    /// A day or a moment.
    Date(DateConfig),
    /// Several values in one cell.
    Set(SetConfig),
    /// Numbers in one cell.
    Vector(VectorConfig),
    /// An identifier; its hash chooses a bucket.
    Hash(HashConfig),
    /// Sentences or longer texts.
    Text(TextInput),
}

impl InputKind {
    /// How the column is read from a file.
    pub fn column_kind(&self) -> ColumnKind {
        match self {
            Self::Number(_) => ColumnKind::Number,
            Self::Category(_) | Self::Binary(_) | Self::Hash(_) | Self::Text(_) => {
                ColumnKind::Category
            }
            Self::Date(date) => ColumnKind::Date {
                formats: date.formats.clone(),
            },
            Self::Set(set) => ColumnKind::Set {
                separator: set.separator.clone(),
            },
            Self::Vector(vector) => ColumnKind::Vector {
                separator: vector.separator.clone(),
                width: vector.width,
            },
        }
    }
}

/// One fitted transform per input column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "stored::Stored", into = "stored::Stored")]
pub struct Preprocessor {
    columns: Vec<FittedColumn>,
}

#[derive(Debug, Clone, PartialEq)]
struct FittedColumn {
    /// As configured, with the width of a vector filled in, because prediction reads the column in the same way.
    input: InputColumn,
    fitted: Fitted,
}

impl Preprocessor {
    /// Fits every input on the training rows, or says everything that is wrong with them.
    pub fn fit(
        inputs: &[InputColumn],
        table: &Table,
        train_rows: &[usize],
    ) -> Result<Self, Problems<PreprocessError>> {
        Self::fit_after(None, inputs, table, train_rows)
    }

    /// The same, but columns that an earlier model has with the same settings are encoded as it encodes them: with its
    /// scaling, its known values, its tokenizer. Only so do its weights mean what they meant.
    pub fn fit_after(
        earlier: Option<&Self>,
        inputs: &[InputColumn],
        table: &Table,
        train_rows: &[usize],
    ) -> Result<Self, Problems<PreprocessError>> {
        if train_rows.is_empty() {
            return Err(PreprocessError::NoTrainingRows.into());
        }
        let mut problems = Vec::new();
        let mut columns = Vec::with_capacity(inputs.len());
        for input in inputs {
            let fitted = match same_text(&columns, input) {
                Some((text, shared)) => {
                    FittedText::fit(&input.column, shared, Some(text), table, train_rows)
                        .map(Fitted::Text)
                }
                None => {
                    let known = earlier.and_then(|earlier| earlier.known(input, inputs, table));
                    Fitted::fit(input, table, train_rows, known)
                }
            };
            match fitted {
                Ok(fitted) => columns.push(FittedColumn::new(input.clone(), fitted)),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() {
            Ok(Self { columns })
        } else {
            Err(Problems(problems))
        }
    }

    /// The inputs, in the order in which they were fitted. Prediction reads its columns as these say.
    pub fn inputs(&self) -> impl Iterator<Item = &InputColumn> {
        self.columns.iter().map(|column| &column.input)
    }

    /// What the inputs expect and what the training part had, for people and servers.
    pub fn columns(&self) -> impl Iterator<Item = InputColumnSchema> {
        self.columns
            .iter()
            .map(|column| InputColumnSchema::new(&column.input, &column.fitted))
    }

    /// The meaning of the columns of the encoded rows.
    pub fn layout(&self) -> FeatureLayout {
        let mut layout = FeatureLayout::default();
        for column in &self.columns {
            column.fitted.layout(&column.input.column, &mut layout);
        }
        layout
    }

    /// The same for one of its columns alone, if it has that.
    pub fn only(&self, column: &str) -> Option<Self> {
        let fitted = self
            .columns
            .iter()
            .find(|fitted| fitted.input.column == column)?;
        Some(Self {
            columns: vec![fitted.clone()],
        })
    }

    /// What was fitted for a text column.
    pub fn text(&self, column: &str) -> Option<&FittedText> {
        self.columns
            .iter()
            .find(|fitted| fitted.input.column == column)
            .and_then(|column| match &column.fitted {
                Fitted::Text(text) => Some(text),
                _ => None,
            })
    }

    /// Encodes the named rows, in their order.
    pub fn transform(
        &self,
        table: &Table,
        rows: &[usize],
    ) -> Result<(Features, TransformReport), Problems<PreprocessError>> {
        let mut lanes = Lanes::new(&self.layout(), rows.len());
        let mut report = TransformReport {
            num_rows: rows.len(),
            columns: Vec::with_capacity(self.columns.len()),
        };
        let mut problems = Vec::new();
        for FittedColumn { input, fitted } in &self.columns {
            let mut counts = ColumnReport {
                column: input.column.clone(),
                ..ColumnReport::default()
            };
            match fitted.transform(table, rows, &mut lanes, &mut counts) {
                Ok(()) => report.columns.push(counts),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() {
            Ok((lanes.finish(), report))
        } else {
            Err(Problems(problems))
        }
    }
}

impl FittedColumn {
    fn new(mut input: InputColumn, fitted: Fitted) -> Self {
        if let (InputKind::Vector(config), Fitted::Vector(vector)) = (&mut input.kind, &fitted) {
            config.width = Some(vector.width());
        }
        Self { input, fitted }
    }
}

/// What was fitted for another text column of the same `[[inputs]]`, so that the tokenizer is trained once.
fn same_text<'a>(
    columns: &'a [FittedColumn],
    input: &'a InputColumn,
) -> Option<(&'a FittedText, &'a TextInput)> {
    let InputKind::Text(shared) = &input.kind else {
        return None;
    };
    columns
        .iter()
        .find(|column| column.input.kind == input.kind)
        .and_then(|column| match &column.fitted {
            Fitted::Text(text) => Some((text, shared)),
            _ => None,
        })
}

/// Rows that `missing = "drop_row"` leaves out, ascending; to be taken out before the split.
pub fn rows_to_drop(inputs: &[InputColumn], table: &Table) -> Vec<usize> {
    let mut drop = vec![false; table.num_rows];
    for input in inputs {
        let InputKind::Number(NumberConfig {
            missing: NumberMissing::DropRow,
            ..
        }) = &input.kind
        else {
            continue;
        };
        if let Some(Values::Number(cells)) =
            table.column(&input.column).map(|column| &column.values)
        {
            for (drop, cell) in drop.iter_mut().zip(cells) {
                *drop |= !cell.is_finite();
            }
        }
    }
    (0..table.num_rows).filter(|&row| drop[row]).collect()
}

#[cfg(test)]
pub(crate) mod tests;
