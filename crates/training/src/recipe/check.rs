//! The rules between values of a recipe, all that need no data.

use crate::recipe::Recipe;
use crate::recipe::key_path::KeyPath;
use crate::recipe::problem::Finding;

mod data;
mod forecast;
mod inputs;
mod outputs;
mod recommend;
mod retrieve;
mod training;

/// Every broken rule, in the order of sections.
pub(crate) fn check(recipe: &Recipe) -> Vec<Finding> {
    let mut findings = Vec::new();
    data::check(recipe, &mut findings);
    match (&recipe.forecast, &recipe.retrieve) {
        (Some(config), _) => forecast::check(recipe, config, &mut findings),
        (None, Some(config)) => retrieve::check(config, &mut findings),
        (None, None) if recipe.recommend.is_some() => {}
        (None, None) => {
            inputs::check(&recipe.inputs, &mut findings);
            outputs::check(recipe, &mut findings);
            forecast::check_absent(recipe.model.as_ref(), &mut findings);
        }
    }
    forecast::check_decision(recipe, &mut findings);
    recommend::check(recipe, &mut findings);
    training::check(recipe, &mut findings);
    findings
}

/// The path of a key below the top.
fn path(keys: &[&str]) -> KeyPath {
    keys.iter()
        .fold(KeyPath::root(), |path, key| path.key(*key))
}

/// Values that stand in a list more than once, with the places of the later ones.
fn repeated<'a>(values: impl Iterator<Item = &'a str>) -> Vec<(usize, &'a str)> {
    let mut seen = std::collections::BTreeSet::new();
    values
        .enumerate()
        .filter(|(_, value)| !seen.insert(*value))
        .collect()
}
