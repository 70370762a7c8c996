//! Rules of `[data]`, and of the columns that it and the inputs and outputs name.

use hob_data::config::{DataConfig, SplitConfig};

use crate::recipe::Recipe;
use crate::recipe::check::{inputs, path, repeated};
use crate::recipe::key_path::KeyPath;
use crate::recipe::problem::Finding;
use crate::retrieve::RetrieveConfig;
use crate::{forecast, recommend};

pub(super) fn check(recipe: &Recipe, findings: &mut Vec<Finding>) {
    let data = &recipe.data;
    files(data, findings);
    csv(data, findings);
    split(&data.split, findings);
    private(recipe, findings);
}

/// Whether some rows will be kept for validation.
pub(super) fn has_validation(data: &DataConfig) -> bool {
    let by_split = match &data.split {
        SplitConfig::Random(split) => split.validation > 0.0,
        SplitConfig::Column(split) => !split.validation.is_empty() || split.validation_share > 0.0,
        SplitConfig::Time(split) => split.validation > 0.0,
        SplitConfig::Group(split) => split.validation > 0.0,
        SplitConfig::Hash(split) => split.validation > 0.0,
    };
    data.validation.is_some() || by_split
}

fn files(data: &DataConfig, findings: &mut Vec<Finding>) {
    let section = path(&["data"]);
    match (&data.source, &data.train) {
        (Some(_), Some(_)) => findings.push(
            Finding::error(
                section.key("train"),
                "`data.source` and `data.train` cannot both be given",
            )
            .on_key()
            .with_hint("`source` is divided by `[data.split]`; `train` has its own `test` file"),
        ),
        (None, None) => findings.push(
            Finding::error(section.clone(), "`data` names no file")
                .with_hint("add `source = \"my.csv\"`"),
        ),
        _ => {}
    }
    for (name, file) in [("validation", &data.validation), ("test", &data.test)] {
        if file.is_some() && data.train.is_none() {
            let message = format!("`data.{name}` needs `data.train`");
            let hint = "name the file of the training rows `train`, not `source`";
            findings.push(
                Finding::error(section.key(name), message)
                    .on_key()
                    .with_hint(hint),
            );
        }
    }
    let names = [
        ("source", &data.source),
        ("train", &data.train),
        ("validation", &data.validation),
        ("test", &data.test),
    ];
    for (name, file) in names {
        if file.as_ref().is_some_and(|file| file.trim().is_empty()) {
            findings.push(Finding::error(
                section.key(name),
                format!("`data.{name}` is an empty file name"),
            ));
        }
    }
}

fn csv(data: &DataConfig, findings: &mut Vec<Finding>) {
    if let Some(delimiter @ ('"' | '\n' | '\r')) = data.delimiter {
        let message =
            format!("`data.delimiter` cannot be {delimiter:?}: it has a meaning of its own in CSV");
        findings.push(Finding::error(path(&["data", "delimiter"]), message));
    }
    if let Some(delimiter) = data.delimiter.filter(|c| !c.is_ascii()) {
        let message = format!("`data.delimiter` must be an ASCII character, but is {delimiter:?}");
        findings.push(Finding::error(path(&["data", "delimiter"]), message));
    }
    let Some(header) = &data.header else { return };
    let section = path(&["data", "header"]);
    if header.is_empty() {
        findings.push(Finding::error(
            section.clone(),
            "`data.header` names no column",
        ));
    }
    for (index, name) in repeated(header.iter().map(String::as_str)) {
        let message = format!("`data.header` has the column `{name}` twice");
        findings.push(Finding::error(section.index(index), message));
    }
}

fn split(split: &SplitConfig, findings: &mut Vec<Finding>) {
    let SplitConfig::Column(column) = split else {
        return;
    };
    let section = path(&["data", "split", "column"]);
    if column.train.is_empty() {
        findings.push(Finding::error(
            section.key("train"),
            "`data.split.column.train` names no value",
        ));
    }
    let parts = [
        ("train", &column.train),
        ("validation", &column.validation),
        ("test", &column.test),
    ];
    for (at, (name, values)) in parts.iter().enumerate() {
        for (index, value) in values.iter().enumerate() {
            if let Some((first, _)) = parts[..at]
                .iter()
                .find(|(_, others)| others.contains(value))
            {
                let message = format!("`{value}` means both the {first} and the {name} part");
                findings.push(Finding::error(section.key(*name).index(index), message));
            }
        }
    }
}

/// What is said of `data.split` and of files per part in a recipe that divides its data in a section of its own.
pub(super) struct Division {
    pub(super) split: &'static str,
    pub(super) hint: &'static str,
    pub(super) files: &'static str,
    pub(super) example: &'static str,
}

impl Division {
    pub(super) fn check(&self, recipe: &Recipe, findings: &mut Vec<Finding>) {
        let data = &recipe.data;
        if data.split != SplitConfig::default() {
            let finding = Finding::error(path(&["data", "split"]), self.split);
            findings.push(finding.with_hint(self.hint));
        }
        let files = [
            ("train", &data.train),
            ("validation", &data.validation),
            ("test", &data.test),
        ];
        for (key, _) in files.into_iter().filter(|(_, file)| file.is_some()) {
            let message = format!("`data.{key}` is for tables; {}", self.files);
            let hint = format!(
                "name all files by one `source`, as a pattern such as `{}`",
                self.example
            );
            findings.push(Finding::error(path(&["data", key]), message).with_hint(hint));
        }
    }
}

/// A column that is not read cannot be used, and a personal column is either dropped or hashed.
fn private(recipe: &Recipe, findings: &mut Vec<Finding>) {
    let Some(private) = &recipe.data.private else {
        return;
    };
    let dropped = |name: &String| private.drop.contains(name);
    let hint = "take the column out of `data.private.drop`, or do not use it";
    let mut used: Vec<(KeyPath, &String)> = inputs::columns(&recipe.inputs);
    let outputs = recipe.outputs.iter().enumerate();
    used.extend(outputs.map(|(index, output)| {
        (
            path(&["outputs"]).index(index).key("column"),
            &output.column,
        )
    }));
    used.extend(recipe.retrieve.iter().flat_map(RetrieveConfig::columns));
    let series = recipe.forecast.iter().flat_map(forecast::keyed_columns);
    let events = recipe.recommend.iter().flat_map(recommend::keyed_columns);
    let series: Vec<(String, KeyPath)> = series.chain(events).collect();
    used.extend(series.iter().map(|(name, key)| (key.clone(), name)));
    used.extend(split_column(&recipe.data.split));
    for (key, name) in used.into_iter().filter(|(_, name)| dropped(name)) {
        let message = format!("column `{name}` is in `data.private.drop`, so it is not read");
        findings.push(Finding::error(key, message).with_hint(hint));
    }
    let section = path(&["data", "private"]);
    for (index, name) in private
        .hash
        .iter()
        .enumerate()
        .filter(|(_, name)| dropped(name))
    {
        let message = format!("column `{name}` is both dropped and hashed");
        findings.push(
            Finding::error(section.key("hash").index(index), message)
                .with_hint("name it in one list only"),
        );
    }
    if !private.hash.is_empty() && private.salt.as_ref().is_none_or(String::is_empty) {
        let message =
            "without a salt, hashed values can be guessed by hashing a list of likely ones";
        let hint = "add `salt = \"...\"` with random text";
        findings.push(Finding::warning(section.key("hash"), message).with_hint(hint));
    }
}

fn split_column(split: &SplitConfig) -> Option<(KeyPath, &String)> {
    let section = path(&["data", "split"]);
    match split {
        SplitConfig::Random(split) => split
            .stratify
            .as_ref()
            .map(|column| (section.key("random").key("stratify"), column)),
        SplitConfig::Column(split) => Some((section.key("column").key("column"), &split.column)),
        SplitConfig::Time(split) => Some((section.key("time").key("column"), &split.column)),
        SplitConfig::Group(split) => Some((section.key("group").key("column"), &split.column)),
        SplitConfig::Hash(split) => Some((section.key("hash").key("column"), &split.column)),
    }
}
