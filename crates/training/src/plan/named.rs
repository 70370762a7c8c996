//! Which columns a recipe names, and where.

use hob_data::config::{InputConfig, SplitConfig};
use hob_data::split::split_columns;

use crate::recipe::{Draft, KeyPath, Recipe};
use crate::retrieve::RetrieveConfig;
use crate::{forecast, recommend};

/// Every column that a recipe names as input, output or for the split, with the key of each name.
pub(crate) fn keyed_columns(recipe: &Recipe) -> Vec<(String, KeyPath)> {
    let inputs = recipe
        .inputs
        .iter()
        .map(|input| (input.column.as_ref(), input.columns.as_deref()));
    let outputs = recipe.outputs.iter().map(|output| Some(&output.column));
    let mut named = keyed(inputs, outputs, &recipe.data.split);
    named.extend(recipe.forecast.iter().flat_map(forecast::keyed_columns));
    named.extend(recipe.recommend.iter().flat_map(recommend::keyed_columns));
    named
}

/// The same for a recipe that has other problems.
pub(crate) fn keyed_columns_of_draft(draft: &Draft) -> Vec<(String, KeyPath)> {
    let inputs = draft
        .inputs
        .iter()
        .map(|input| (input.column.as_ref(), input.columns.as_deref()));
    let outputs = draft.outputs.iter().map(|output| output.column.as_ref());
    let mut named = keyed(inputs, outputs, &draft.data.split);
    named.extend(draft.forecast.iter().flat_map(forecast::keyed_columns));
    named.extend(draft.recommend.iter().flat_map(recommend::keyed_columns));
    let answers = draft.retrieve.iter().flat_map(RetrieveConfig::columns);
    named.extend(answers.map(|(key, name)| (name.clone(), key)));
    named
}

fn keyed<'a>(
    inputs: impl Iterator<Item = (Option<&'a String>, Option<&'a [String]>)>,
    outputs: impl Iterator<Item = Option<&'a String>>,
    split: &SplitConfig,
) -> Vec<(String, KeyPath)> {
    let root = KeyPath::root();
    let inputs = inputs.enumerate().flat_map(|(place, (column, columns))| {
        keyed_names(column, columns, &root.key("inputs").index(place))
    });
    let outputs = outputs.enumerate().filter_map(|(place, column)| {
        let key = root.key("outputs").index(place).key("column");
        Some((column?.clone(), key))
    });
    let steering = split_columns(split).into_iter().map(|column| {
        let key = split_key(split, &column.name);
        (column.name, key)
    });
    inputs.chain(outputs).chain(steering).collect()
}

/// Where the column of a split is named.
pub(crate) fn split_key(split: &SplitConfig, column: &str) -> KeyPath {
    KeyPath::from(match split {
        SplitConfig::Random(_) => "data.split.random.stratify",
        SplitConfig::Column(split) if split.stratify.as_deref() == Some(column) => {
            "data.split.column.stratify"
        }
        SplitConfig::Column(_) => "data.split.column.column",
        SplitConfig::Time(_) => "data.split.time.column",
        SplitConfig::Group(_) => "data.split.group.column",
        SplitConfig::Hash(_) => "data.split.hash.column",
    })
}

/// The columns of an input, with the key of each name.
pub(crate) fn input_columns(input: &InputConfig, key: &KeyPath) -> Vec<(String, KeyPath)> {
    keyed_names(input.column.as_ref(), input.columns.as_deref(), key)
}

fn keyed_names(
    column: Option<&String>,
    columns: Option<&[String]>,
    key: &KeyPath,
) -> Vec<(String, KeyPath)> {
    match (column, columns) {
        (Some(column), _) => vec![(column.clone(), key.key("column"))],
        (None, Some(columns)) => {
            let keyed = columns.iter().enumerate();
            keyed
                .map(|(place, column)| (column.clone(), key.key("columns").index(place)))
                .collect()
        }
        (None, None) => Vec::new(),
    }
}
