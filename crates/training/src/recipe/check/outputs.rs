//! Rules of `[[outputs]]`.

mod tags;

use hob_data::config::{ClassWeights, Normalize, NumberLoss, NumberOutput, OutputConfig};

use crate::recipe::Recipe;
use crate::recipe::check::inputs::{columns, one_type};
use crate::recipe::check::{data, path, repeated};
use crate::recipe::key_path::KeyPath;
use crate::recipe::problem::Finding;

pub(super) fn check(recipe: &Recipe, findings: &mut Vec<Finding>) {
    let outputs = &recipe.outputs;
    let section = path(&["outputs"]);
    if outputs.is_empty() {
        findings.push(Finding::error(
            section.clone(),
            "`outputs` is empty: there is nothing to predict",
        ));
    }
    for (index, output) in outputs.iter().enumerate() {
        let section = section.index(index);
        if output.column.is_empty() {
            findings.push(Finding::error(
                section.key("column"),
                "a column name is empty",
            ));
        }
        one_type(&types(output), &section, findings);
        settings(output, &section, findings);
        calibration(recipe, output, &section, findings);
    }
    names(recipe, findings);
    tags::check(recipe, findings);
    if !outputs.is_empty() && outputs.iter().all(|output| output.weight == Some(0.0)) {
        let message = "every output has the weight 0, so nothing would be learned";
        findings.push(Finding::error(section.index(0).key("weight"), message));
    }
}

fn types(output: &OutputConfig) -> Vec<&'static str> {
    let given = [
        ("category", output.category.is_some()),
        ("binary", output.binary.is_some()),
        ("number", output.number.is_some()),
        ("set", output.set.is_some()),
        ("tags", output.tags.is_some()),
    ];
    given
        .into_iter()
        .filter(|(_, given)| *given)
        .map(|(name, _)| name)
        .collect()
}

/// A column is predicted once, and not from itself.
fn names(recipe: &Recipe, findings: &mut Vec<Finding>) {
    let names = || recipe.outputs.iter().map(|output| output.column.as_str());
    let key = |index: usize| path(&["outputs"]).index(index).key("column");
    for (index, name) in repeated(names())
        .into_iter()
        .filter(|(_, name)| !name.is_empty())
    {
        findings.push(Finding::error(
            key(index),
            format!("column `{name}` is an output twice"),
        ));
    }
    for (input, name) in columns(&recipe.inputs) {
        if let Some(index) = names()
            .position(|output| output == name)
            .filter(|_| !name.is_empty())
        {
            let message = format!(
                "column `{name}` is an output (`{}`), so it cannot be an input",
                key(index)
            );
            let hint = "a model that sees the answer learns nothing else; remove the column here";
            findings.push(Finding::error(input, message).with_hint(hint));
        }
    }
}

fn settings(output: &OutputConfig, section: &KeyPath, findings: &mut Vec<Finding>) {
    if let Some(category) = &output.category {
        class_weights(&category.class_weights, &section.key("category"), findings);
    }
    if let Some(binary) = &output.binary {
        class_weights(&binary.class_weights, &section.key("binary"), findings);
    }
    if let Some(number) = &output.number {
        number_settings(number, &section.key("number"), findings);
    }
    if output
        .set
        .as_ref()
        .is_some_and(|set| set.separator.is_empty())
    {
        let key = section.key("set").key("separator");
        findings.push(Finding::error(
            key.clone(),
            format!("`{key}` must not be empty"),
        ));
    }
}

fn class_weights(weights: &ClassWeights, section: &KeyPath, findings: &mut Vec<Finding>) {
    let ClassWeights::Given(weights) = weights else {
        return;
    };
    let section = section.key("class_weights").key("given");
    if weights.is_empty() {
        let hint = "write `{ given = { yes = 3.0 } }` or `\"balanced\"`";
        findings.push(
            Finding::error(section.clone(), format!("`{section}` names no class")).with_hint(hint),
        );
    }
    for (class, weight) in weights.iter().filter(|(_, weight)| **weight < 0.0) {
        let key = section.key(class);
        findings.push(Finding::error(
            key.clone(),
            format!("`{key}` must be at least 0, but is {weight}"),
        ));
    }
}

fn number_settings(number: &NumberOutput, section: &KeyPath, findings: &mut Vec<Finding>) {
    if number.normalize == Normalize::Quantile {
        let message = format!(
            "`{section}.normalize` cannot be \"quantile\": ranks have no way back to the original units"
        );
        let hint = "for a target with a long tail use `\"log1p\"`";
        findings.push(Finding::error(section.key("normalize"), message).with_hint(hint));
    }
    let NumberLoss::Quantiles(quantiles) = &number.loss else {
        return;
    };
    let section = section.key("loss").key("quantiles");
    if quantiles.is_empty() {
        let hint = "such as [0.1, 0.5, 0.9]";
        findings
            .push(Finding::error(section.clone(), format!("`{section}` is empty")).with_hint(hint));
    }
    for (index, quantile) in quantiles.iter().enumerate() {
        let key = section.index(index);
        if *quantile <= 0.0 || *quantile >= 1.0 {
            let message =
                format!("`{key}` must be greater than 0 and less than 1, but is {quantile}");
            findings.push(Finding::error(key, message));
        } else if index > 0 && *quantile <= quantiles[index - 1] {
            let message = format!(
                "`{section}` must ascend, but {quantile} comes after {}",
                quantiles[index - 1]
            );
            findings.push(Finding::error(key, message));
        }
    }
}

fn calibration(
    recipe: &Recipe,
    output: &OutputConfig,
    section: &KeyPath,
    findings: &mut Vec<Finding>,
) {
    let calibrated = [
        (
            "category",
            output
                .category
                .as_ref()
                .is_some_and(|category| category.calibrate),
        ),
        (
            "binary",
            output
                .binary
                .as_ref()
                .is_some_and(|binary| binary.calibrate),
        ),
    ];
    for (name, _) in calibrated.into_iter().filter(|(_, calibrate)| *calibrate) {
        if !data::has_validation(&recipe.data) {
            let key = section.key(name).key("calibrate");
            let message = format!("`{key}` needs a validation part, but the split has none");
            let hint = "set `validation` in `[data.split.*]`, such as `validation = 0.1`";
            findings.push(Finding::error(key, message).with_hint(hint));
        }
    }
}
