//! `hob recipes`: what can be started from.

use anyhow::Result;
use hob_data::error::similar_name;

use super::failure::WrongRequest;
use crate::args::RecipesArgs;
use crate::embedded::ShippedRecipe;
use crate::{embedded, output};

/// Lists the shipped recipes, or prints one.
pub(crate) fn recipes(args: &RecipesArgs) -> Result<()> {
    let recipes = embedded::recipes();
    let Some(name) = &args.name else {
        let width = recipes
            .iter()
            .map(|recipe| recipe.area.len() + recipe.name.len() + 1)
            .max()
            .unwrap_or(0);
        for recipe in &recipes {
            let full = format!("{}/{}", recipe.area, recipe.name);
            output::line(&format!("{full:width$}  {}", recipe.summary()))?;
        }
        output::say("hint: `hob recipes NAME > my.toml` prints one, `hob train NAME` trains it");
        return Ok(());
    };
    match embedded::named(name).as_slice() {
        [recipe] => output::data(&recipe.text()),
        [] => {
            let wanted = name.rsplit('/').next().unwrap_or(name);
            let similar = similar_name(wanted, recipes.iter().map(|recipe| recipe.name));
            let hint = similar
                .map(|name| format!("\nhint: did you mean `{name}`?"))
                .unwrap_or_default();
            Err(WrongRequest(format!("no recipe named `{name}` comes with hob{hint}")).into())
        }
        several => Err(ambiguous(name, several).into()),
    }
}

/// A name that recipes of several areas have.
pub(super) fn ambiguous(name: &str, recipes: &[ShippedRecipe]) -> WrongRequest {
    let full: Vec<String> = recipes
        .iter()
        .map(|recipe| format!("`{}/{}`", recipe.area, recipe.name))
        .collect();
    WrongRequest(format!(
        "{} recipes are named `{name}`\nhint: give the area too: {}",
        recipes.len(),
        full.join(" or ")
    ))
}
