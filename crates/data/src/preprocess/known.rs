//! Columns that an earlier model knows, for a network that begins with its weights.

use std::collections::BTreeSet;

use super::{Fitted, FittedColumn, InputColumn, InputKind, Preprocessor};
use crate::{
    config::{TextConfig, TextEncoderConfig, TokenizerConfig, VectorConfig},
    table::{Table, Values},
};

impl Preprocessor {
    /// The column that stands for `column` of a model with these inputs: that of the same name, or, where both models
    /// have texts in one `[[inputs]]` alone, its first text.
    pub fn counterpart<'a>(
        &self,
        column: &str,
        inputs: impl IntoIterator<Item = &'a InputColumn>,
    ) -> Option<&str> {
        let named = self.find(column);
        let found = named.or_else(|| {
            let inputs: Vec<&InputColumn> = inputs.into_iter().collect();
            let asked = inputs.iter().find(|input| input.column == column)?;
            let is_only_text = matches!(asked.kind, InputKind::Text(_))
                && text_groups(inputs.iter().copied()) == 1
                && text_groups(self.inputs()) == 1;
            let mut columns = self.columns.iter();
            columns.find(|own| is_only_text && matches!(own.fitted, Fitted::Text(_)))
        });
        found.map(|own| own.input.column.as_str())
    }

    /// Whether the two give a network the same, column by column. Texts may have other names.
    pub fn encodes_like(&self, other: &Self) -> bool {
        let same = |(own, other): (&FittedColumn, &FittedColumn)| match (&own.fitted, &other.fitted)
        {
            (Fitted::Text(own), Fitted::Text(other)) => own.tokenizes_like(other),
            (fitted, found) => own.input.column == other.input.column && fitted == found,
        };
        self.columns.len() == other.columns.len()
            && self.columns.iter().zip(&other.columns).all(same)
    }

    /// What this model has learned about an input of another one, if both encode it with the same settings.
    pub(super) fn known(
        &self,
        input: &InputColumn,
        inputs: &[InputColumn],
        table: &Table,
    ) -> Option<&Fitted> {
        let own = self.find(self.counterpart(&input.column, inputs)?)?;
        let is_same = match (&input.kind, &own.input.kind) {
            (InputKind::Text(asked), InputKind::Text(own)) => {
                have_same_trained_tokenizer(&asked.config, &own.config)
            }
            (InputKind::Vector(asked), InputKind::Vector(own)) => {
                let width = match table.column(&input.column).map(|column| &column.values) {
                    Some(Values::Vector { width, .. }) => Some(*width),
                    _ => asked.width,
                };
                let asked = VectorConfig {
                    width,
                    ..asked.clone()
                };
                asked == *own
            }
            (asked, own) => asked == own,
        };
        is_same.then_some(&own.fitted)
    }

    fn find(&self, column: &str) -> Option<&FittedColumn> {
        self.columns.iter().find(|own| own.input.column == column)
    }
}

fn text_groups<'a>(inputs: impl Iterator<Item = &'a InputColumn>) -> usize {
    let groups: BTreeSet<&[String]> = inputs
        .filter_map(|input| match &input.kind {
            InputKind::Text(text) => Some(text.columns.as_slice()),
            _ => None,
        })
        .collect();
    groups.len()
}

/// Tokenizers that are given, and n-grams, are the same wherever they come from.
fn have_same_trained_tokenizer(asked: &TextConfig, own: &TextConfig) -> bool {
    let settings = |text: &TextConfig| {
        let is_trained = !matches!(
            text.encoder,
            TextEncoderConfig::Bag(_) | TextEncoderConfig::Bert(_)
        ) && !matches!(text.tokenizer, Some(TokenizerConfig::File(_)));
        let tokenizer = text.tokenizer.clone().unwrap_or_default();
        is_trained.then_some((tokenizer, text.lowercase, text.strip_accents, text.unicode))
    };
    settings(asked).is_some_and(|asked| Some(asked) == settings(own))
}
