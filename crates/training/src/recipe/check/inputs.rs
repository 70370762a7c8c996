//! Rules of `[[inputs]]`.

pub(super) mod text;

use std::collections::BTreeMap;

use hob_data::config::{InputConfig, NumberConfig, NumberMissing};

use crate::recipe::check::{path, repeated};
use crate::recipe::key_path::KeyPath;
use crate::recipe::problem::Finding;

pub(super) fn check(inputs: &[InputConfig], findings: &mut Vec<Finding>) {
    if inputs.is_empty() {
        findings.push(Finding::error(
            path(&["inputs"]),
            "`inputs` is empty: there is nothing to predict from",
        ));
    }
    for (index, input) in inputs.iter().enumerate() {
        let section = path(&["inputs"]).index(index);
        one_or_several(input, &section, findings);
        one_type(&types(input), &section, findings);
        settings(input, &section, findings);
    }
    used_once(inputs, findings);
}

/// Every column that the inputs name, with its place.
pub(super) fn columns(inputs: &[InputConfig]) -> Vec<(KeyPath, &String)> {
    let mut columns = Vec::new();
    for (index, input) in inputs.iter().enumerate() {
        let section = path(&["inputs"]).index(index);
        columns.extend(
            input
                .column
                .iter()
                .map(|name| (section.key("column"), name)),
        );
        let several = input.columns.iter().flatten().enumerate();
        columns.extend(several.map(|(index, name)| (section.key("columns").index(index), name)));
    }
    columns
}

/// At most one type table may be given.
pub(super) fn one_type(types: &[&str], section: &KeyPath, findings: &mut Vec<Finding>) {
    if let [first, rest @ ..] = types {
        for name in rest {
            let message =
                format!("`{section}` has one type, but both `{first}` and `{name}` are given");
            let hint = "remove one of them, or give the columns a section each";
            findings.push(
                Finding::error(section.key(*name), message)
                    .on_key()
                    .with_hint(hint),
            );
        }
    }
}

fn types(input: &InputConfig) -> Vec<&'static str> {
    let given = [
        ("number", input.number.is_some()),
        ("category", input.category.is_some()),
        ("binary", input.binary.is_some()),
        ("date", input.date.is_some()),
        ("set", input.set.is_some()),
        ("vector", input.vector.is_some()),
        ("hash", input.hash.is_some()),
        ("text", input.text.is_some()),
    ];
    given
        .into_iter()
        .filter(|(_, given)| *given)
        .map(|(name, _)| name)
        .collect()
}

fn one_or_several(input: &InputConfig, section: &KeyPath, findings: &mut Vec<Finding>) {
    match (&input.column, &input.columns) {
        (Some(_), Some(_)) => findings.push(
            Finding::error(
                section.key("columns"),
                format!("`{section}` has both `column` and `columns`"),
            )
            .on_key()
            .with_hint("keep `columns` and name all of them there"),
        ),
        (None, None) => findings.push(
            Finding::error(section.clone(), format!("`{section}` names no column"))
                .with_hint("add `column = \"...\"` or `columns = [\"...\", \"...\"]`"),
        ),
        (None, Some(columns)) if columns.is_empty() => {
            findings.push(Finding::error(
                section.key("columns"),
                format!("`{section}.columns` names no column"),
            ));
        }
        _ => {}
    }
}

fn used_once(inputs: &[InputConfig], findings: &mut Vec<Finding>) {
    let mut first: BTreeMap<&str, KeyPath> = BTreeMap::new();
    for (key, name) in columns(inputs) {
        if name.is_empty() {
            findings.push(Finding::error(key, "a column name is empty"));
        } else if let Some(earlier) = first.get(name.as_str()) {
            let message = format!("column `{name}` is an input twice, first as `{earlier}`");
            findings.push(Finding::error(key, message));
        } else {
            first.insert(name, key);
        }
    }
}

fn settings(input: &InputConfig, section: &KeyPath, findings: &mut Vec<Finding>) {
    if let Some(number) = &input.number {
        number_settings(number, &section.key("number"), findings);
    }
    if let Some(date) = &input.date {
        let section = section.key("date");
        for (index, _) in date
            .formats
            .iter()
            .enumerate()
            .filter(|(_, format)| format.trim().is_empty())
        {
            findings.push(Finding::error(
                section.key("formats").index(index),
                "a date format is empty",
            ));
        }
        if date.features.as_ref().is_some_and(Vec::is_empty) {
            let message = format!("`{section}.features` is empty, so the column would not be seen");
            findings.push(Finding::error(section.key("features"), message));
        }
        let names: Vec<String> = date
            .features
            .iter()
            .flatten()
            .map(|feature| format!("{feature:?}"))
            .collect();
        for (index, _) in repeated(names.iter().map(String::as_str)) {
            let message = format!("`{section}.features` names a feature twice");
            findings.push(Finding::error(
                section.key("features").index(index),
                message,
            ));
        }
    }
    if let Some(text) = &input.text {
        text::check(text, &section.key("text"), findings);
    }
    let separators = [
        ("set", input.set.as_ref().map(|set| &set.separator)),
        (
            "vector",
            input.vector.as_ref().map(|vector| &vector.separator),
        ),
    ];
    for (name, separator) in separators {
        if separator.is_some_and(String::is_empty) {
            let key = section.key(name).key("separator");
            findings.push(Finding::error(
                key.clone(),
                format!("`{key}` must not be empty"),
            ));
        }
    }
}

fn number_settings(number: &NumberConfig, section: &KeyPath, findings: &mut Vec<Finding>) {
    match (number.missing, number.constant) {
        (NumberMissing::Constant, None) => findings.push(
            Finding::error(
                section.key("missing"),
                format!("`{section}.missing` is \"constant\", but there is no constant"),
            )
            .with_hint("add `constant = 0`"),
        ),
        (NumberMissing::Constant, Some(_)) | (_, None) => {}
        (_, Some(_)) => findings.push(
            Finding::error(
                section.key("constant"),
                format!("`{section}.constant` is used with `missing = \"constant\"` only"),
            )
            .on_key()
            .with_hint("add `missing = \"constant\"` or remove `constant`"),
        ),
    }
    if number.indicator && number.missing == NumberMissing::Error {
        let message = format!(
            "`{section}.indicator` says where values are missing, but `missing = \"error\"` allows none"
        );
        findings.push(Finding::error(section.key("indicator"), message));
    }
    if let Some([min, max]) = number.clip.filter(|[min, max]| min >= max) {
        let message = format!("`{section}.clip` must be [low, high], but {min} is not below {max}");
        findings.push(Finding::error(section.key("clip"), message));
    }
}
