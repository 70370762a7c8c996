//! The type of every input and output: as the recipe says, or inferred from the data.

use std::path::Path;

use hob_data::config::{CategoryConfig, CategoryOutput, InputConfig, OutputConfig};
use hob_data::error::DataError;
use hob_data::preprocess::{
    InputColumn, InputKind, PreprocessError, Preprocessor, Problems, TextInput,
};
use hob_data::profile::{Profile, profile};
use hob_data::source::{ColumnKind, ColumnRequest, ReadOptions};
use hob_data::split::{Parts, SplitUsage, split_columns};
use hob_data::table::Table;
use hob_data::target::{TargetEncoder, TargetError, TargetKind, output_column_kind};

use super::infer::{find, infer_input, infer_output};
use super::named::{input_columns, split_key};
use super::sources::Sources;
use super::warm_start::Earlier;
use super::{Findings, PlannedOutput, finding_of};
use crate::error::RunError;
use crate::recipe::{Finding, KeyPath, Recipe};

/// Inputs and outputs with a type each.
#[derive(Debug)]
pub(crate) struct Types {
    /// One entry per input column.
    pub(crate) inputs: Vec<InputColumn>,
    /// Where each stands in the recipe.
    keys: Vec<KeyPath>,
    /// With exactly one type each.
    pub(crate) outputs: Vec<OutputConfig>,
    /// Columns that are only there to divide the rows, and how they are read.
    steering: Vec<(String, ColumnKind)>,
}

/// Problems of the recipe, or of the data.
pub(crate) enum ResolveError {
    Findings(Vec<Finding>),
    Data(DataError),
}

impl ResolveError {
    pub(crate) fn or(self, findings: &Findings<'_>) -> RunError {
        match self {
            Self::Findings(found) => findings.all(found),
            Self::Data(error) => error.into(),
        }
    }
}

/// Finds the type of every column. The data is looked at only if the recipe leaves a type open.
pub(crate) fn resolve(
    recipe: &Recipe,
    sources: &Sources,
    options: &ReadOptions,
    folder: &Path,
) -> Result<Types, ResolveError> {
    let kind = |input: &InputConfig| kind(input, &recipe.outputs, folder);
    let open = recipe.inputs.iter().any(|input| kind(input).is_none())
        || recipe.outputs.iter().any(|output| !has_type(output))
        || split_columns(&recipe.data.split).iter().any(|column| {
            // Numbers and dates are read differently, and only a type or a look at the data tells which it is.
            column.usage == SplitUsage::Order && !is_typed_input(recipe, &column.name)
        });
    let profile = match open {
        true => Some(look(recipe, sources, options)?),
        false => None,
    };
    let mut types = Types {
        inputs: Vec::new(),
        keys: Vec::new(),
        outputs: Vec::new(),
        steering: Vec::new(),
    };
    let mut found = Vec::new();
    for (place, input) in recipe.inputs.iter().enumerate() {
        let key = KeyPath::root().key("inputs").index(place);
        for (column, key) in input_columns(input, &key) {
            let kind = match (kind(input), &profile) {
                (Some(kind), _) => Ok(kind),
                (None, _) if is_hashed(recipe, &column) => {
                    Ok(InputKind::Category(CategoryConfig::default()))
                }
                (None, Some(profile)) => infer_input(profile, &column, &key),
                (None, None) => unreachable!("an open type asks for the profile"),
            };
            match kind {
                Ok(kind) => {
                    types.inputs.push(InputColumn { column, kind });
                    types.keys.push(key);
                }
                Err(finding) => found.push(finding),
            }
        }
    }
    for (place, output) in recipe.outputs.iter().enumerate() {
        let key = KeyPath::root().key("outputs").index(place).key("column");
        match (&profile, has_type(output)) {
            (_, false) if is_hashed(recipe, &output.column) => types.outputs.push(OutputConfig {
                category: Some(CategoryOutput::default()),
                ..output.clone()
            }),
            (Some(profile), false) => match infer_output(profile, output, &key) {
                Ok(output) => types.outputs.push(output),
                Err(finding) => found.push(finding),
            },
            _ => types.outputs.push(output.clone()),
        }
    }
    for column in split_columns(&recipe.data.split) {
        let key = split_key(&recipe.data.split, &column.name);
        let kind = match (&profile, column.usage) {
            (_, SplitUsage::Order) if is_hashed(recipe, &column.name) => {
                let message = format!(
                    "`{}` is in `data.private.hash`, and hashes cannot order the rows",
                    column.name
                );
                Err(Finding::error(key, message))
            }
            (Some(profile), SplitUsage::Order) => {
                find(profile, &column.name, &key).map(|known| known.kind.column_kind())
            }
            _ => Ok(ColumnKind::Category),
        };
        match kind {
            Ok(kind) => types.steering.push((column.name, kind)),
            Err(finding) => found.push(finding),
        }
    }
    if found.is_empty() {
        Ok(types)
    } else {
        Err(ResolveError::Findings(found))
    }
}

/// A profile shows values, so it must not see those that are to be hashed.
fn look(
    recipe: &Recipe,
    sources: &Sources,
    options: &ReadOptions,
) -> Result<Profile, ResolveError> {
    let mut options = options.clone();
    options.never_read.extend(
        recipe
            .data
            .private
            .iter()
            .flat_map(|private| private.hash.clone()),
    );
    profile(&sources.paths(), &options).map_err(ResolveError::Data)
}

fn is_typed_input(recipe: &Recipe, name: &str) -> bool {
    let named = |input: &InputConfig| {
        input_columns(input, &KeyPath::root())
            .iter()
            .any(|(column, _)| column == name)
    };
    recipe
        .inputs
        .iter()
        .any(|input| kind(input, &[], Path::new("")).is_some() && named(input))
}

fn is_hashed(recipe: &Recipe, column: &str) -> bool {
    let private = recipe.data.private.iter();
    private
        .flat_map(|private| &private.hash)
        .any(|hashed| hashed == column)
}

fn kind(input: &InputConfig, outputs: &[OutputConfig], folder: &Path) -> Option<InputKind> {
    let InputConfig {
        column: _,
        columns: _,
        number,
        category,
        binary,
        date,
        set,
        vector,
        hash,
        text,
    } = input;
    number
        .clone()
        .map(InputKind::Number)
        .or_else(|| category.clone().map(InputKind::Category))
        .or_else(|| binary.clone().map(InputKind::Binary))
        .or_else(|| date.clone().map(InputKind::Date))
        .or_else(|| set.clone().map(InputKind::Set))
        .or_else(|| vector.clone().map(InputKind::Vector))
        .or_else(|| hash.clone().map(InputKind::Hash))
        .or_else(|| {
            let config = text.clone()?;
            let columns = input_columns(input, &KeyPath::root()).into_iter();
            let columns: Vec<String> = columns.map(|(column, _)| column).collect();
            let is_tagged = |column: &&String| {
                let mut tags = outputs.iter().filter_map(|output| output.tags.as_ref());
                tags.any(|tags| tags.text == **column)
            };
            Some(InputKind::Text(TextInput {
                config,
                tagged: columns.iter().filter(is_tagged).cloned().collect(),
                columns,
                folder: folder.to_path_buf(),
            }))
        })
}

fn has_type(output: &OutputConfig) -> bool {
    output.category.is_some()
        || output.binary.is_some()
        || output.number.is_some()
        || output.set.is_some()
        || output.tags.is_some()
}

/// Every column to read, each once: inputs, outputs, and those that steer the split.
pub(crate) fn requests(recipe: &Recipe, types: &Types) -> Vec<ColumnRequest> {
    let inputs = types
        .inputs
        .iter()
        .map(|input| (input.column.clone(), input.kind.column_kind()));
    let outputs = types.outputs.iter().map(|output| {
        (
            output.column.clone(),
            output_column_kind(output).unwrap_or(ColumnKind::Category),
        )
    });
    let steering = types.steering.iter().cloned();
    let private = recipe.data.private.clone().unwrap_or_default();
    let mut requests: Vec<ColumnRequest> = Vec::new();
    for (name, kind) in inputs.chain(outputs).chain(steering) {
        if requests.iter().any(|known| known.name == name) {
            continue;
        }
        let hash_salt = private
            .hash
            .contains(&name)
            .then(|| private.salt.clone().unwrap_or_default());
        requests.push(ColumnRequest {
            name,
            kind,
            required: true,
            hash_salt,
        });
    }
    requests
}

/// Classes that the network would be judged on without having seen them.
fn unseen_classes(
    encoder: &TargetEncoder,
    table: &Table,
    parts: &Parts,
    place: usize,
) -> Option<Finding> {
    if matches!(encoder.kind, TargetKind::Set(_) | TargetKind::Tags(_)) {
        return None;
    }
    let judged: Vec<usize> = parts
        .validation
        .iter()
        .chain(&parts.test)
        .copied()
        .collect();
    let unseen = encoder.unknown_values(table, &judged).ok()?;
    let named: Vec<String> = unseen
        .iter()
        .map(|value| format!("`{}` ({})", value.value, value.count))
        .collect();
    let key = KeyPath::root().key("outputs").index(place).key("column");
    (!named.is_empty()).then(|| {
        let message = format!(
            "the training part has no row of {} of `{}`, but validation or test part have",
            named.join(", "),
            encoder.column
        );
        Finding::error(&key, message)
            .with_hint("stratify the split by this column, or leave out classes with a row or two")
    })
}

/// Fits inputs and outputs on the training part; inputs that an earlier model knows stay as that has them.
pub(crate) fn fit(
    types: &Types,
    table: &Table,
    parts: &Parts,
    earlier: Option<&Earlier>,
) -> Result<(Preprocessor, Vec<PlannedOutput>), Vec<Finding>> {
    let mut found = Vec::new();
    let earlier = earlier.map(Earlier::preprocessor);
    let fitted = Preprocessor::fit_after(earlier, &types.inputs, table, &parts.train);
    let preprocessor = match fitted {
        Ok(preprocessor) => Some(preprocessor),
        Err(Problems(problems)) => {
            found.extend(problems.iter().map(|problem| {
                let place = types
                    .inputs
                    .iter()
                    .position(|input| Some(input.column.as_str()) == problem.column());
                let key = place.map_or_else(
                    || KeyPath::from("inputs"),
                    |place| types.keys[place].clone(),
                );
                let finding = finding_of(key, &problem.to_string());
                match problem {
                    PreprocessError::NotBinary { .. } => {
                        finding.with_hint("use `[inputs.category]` for more than two values")
                    }
                    _ => finding,
                }
            }));
            None
        }
    };
    let mut outputs = Vec::new();
    for (place, config) in types.outputs.iter().enumerate() {
        match TargetEncoder::fit(config, table, &parts.train) {
            Ok(encoder) => {
                found.extend(unseen_classes(&encoder, table, parts, place));
                outputs.push(PlannedOutput {
                    config: config.clone(),
                    encoder,
                    out_of_scope: None,
                });
            }
            Err(problem) => {
                let key = KeyPath::root().key("outputs").index(place).key("column");
                let finding = finding_of(&key, &problem.to_string());
                found.push(match problem {
                    TargetError::NotBinary { .. } => {
                        finding.with_hint("use `[outputs.category]` for more than two values")
                    }
                    _ => finding,
                });
            }
        }
    }
    match preprocessor {
        Some(preprocessor) if found.is_empty() => Ok((preprocessor, outputs)),
        _ => Err(found),
    }
}
