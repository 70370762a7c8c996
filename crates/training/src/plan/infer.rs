//! The type of a column that the recipe leaves open, from a look at the data.

use std::path::PathBuf;

use hob_data::config::{
    BinaryConfig, BinaryOutput, CategoryConfig, CategoryOutput, DateConfig, NumberConfig,
    NumberOutput, OutputConfig, SetConfig, TextConfig, VectorConfig,
};
use hob_data::error::similar_name;
use hob_data::preprocess::{InputKind, TextInput};
use hob_data::profile::{ColumnProfile, InferredKind, Profile};

use crate::recipe::{Finding, KeyPath};

pub(super) fn find<'a>(
    profile: &'a Profile,
    column: &str,
    key: &KeyPath,
) -> Result<&'a ColumnProfile, Finding> {
    let names = || profile.columns.iter().map(|known| known.name.as_str());
    profile
        .columns
        .iter()
        .find(|known| known.name == column)
        .ok_or_else(|| {
            let finding = Finding::error(key, format!("the data has no column `{column}`"));
            match similar_name(column, names()) {
                Some(similar) => finding.with_hint(format!("did you mean `{similar}`?")),
                None => finding.with_hint(format!(
                    "its columns are {}",
                    names().collect::<Vec<_>>().join(", ")
                )),
            }
        })
}

pub(super) fn infer_input(
    profile: &Profile,
    column: &str,
    key: &KeyPath,
) -> Result<InputKind, Finding> {
    let known = find(profile, column, key)?;
    match &known.kind {
        InferredKind::Constant if known.numbers.is_none() => {
            Ok(InputKind::Category(CategoryConfig::default()))
        }
        InferredKind::Number | InferredKind::Constant => {
            Ok(InputKind::Number(NumberConfig::default()))
        }
        InferredKind::Binary => Ok(InputKind::Binary(BinaryConfig::default())),
        InferredKind::Category => Ok(InputKind::Category(CategoryConfig::default())),
        InferredKind::Date { format } => Ok(InputKind::Date(DateConfig {
            formats: format.iter().cloned().collect(),
            ..DateConfig::default()
        })),
        InferredKind::Set { separator } => Ok(InputKind::Set(SetConfig {
            separator: separator.clone(),
            ..SetConfig::default()
        })),
        InferredKind::Vector { separator, .. } => Ok(InputKind::Vector(VectorConfig {
            separator: separator.clone(),
            ..VectorConfig::default()
        })),
        InferredKind::Identifier if known.unreadable_numbers.is_some() => {
            let message = format!("`{column}` has no type and {}", known.reason);
            Err(Finding::error(key, message).with_hint("correct the file, or leave the column out"))
        }
        InferredKind::Text => Ok(InputKind::Text(TextInput {
            config: TextConfig::default(),
            columns: vec![column.to_string()],
            tagged: Vec::new(),
            folder: PathBuf::new(),
        })),
        InferredKind::Identifier => {
            let message = format!(
                "`{column}` has no type and looks like {}",
                describe(&known.kind)
            );
            Err(Finding::error(key, message).with_hint(
                "leave it out, or give it a type such as `[inputs.category]` or `[inputs.hash]`",
            ))
        }
    }
}

pub(super) fn infer_output(
    profile: &Profile,
    output: &OutputConfig,
    key: &KeyPath,
) -> Result<OutputConfig, Finding> {
    let known = find(profile, &output.column, key)?;
    let mut typed = output.clone();
    match &known.kind {
        InferredKind::Number => typed.number = Some(NumberOutput::default()),
        InferredKind::Binary => typed.binary = Some(BinaryOutput::default()),
        InferredKind::Category => typed.category = Some(CategoryOutput::default()),
        other => {
            let message = format!(
                "`{}` has no type and looks like {}",
                output.column,
                describe(other)
            );
            return Err(Finding::error(key, message)
                .with_hint("say what it is: `[outputs.category]`, `[outputs.binary]`, `[outputs.number]`, `[outputs.set]` or `[outputs.tags]`"));
        }
    }
    Ok(typed)
}

fn describe(kind: &InferredKind) -> &'static str {
    match kind {
        InferredKind::Number => "numbers",
        InferredKind::Binary => "one of two values",
        InferredKind::Category => "one of a few values",
        InferredKind::Date { .. } => "dates",
        InferredKind::Set { .. } => "several values in a cell",
        InferredKind::Vector { .. } => "numbers in a cell",
        InferredKind::Text => "text",
        InferredKind::Identifier => "an identifier",
        InferredKind::Constant => "one value in every row",
    }
}
