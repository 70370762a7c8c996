//! From the name of a recipe on the command line to a plan.

use std::path::Path;

use anyhow::Result;
use hob_training::plan::{Plan, PlanContext, recipe_folder};
use hob_training::recipe::{Recipe, RecipeError, RecipeSource};

use crate::embedded;

/// Reads a recipe: a file, or the name of one that comes with hob.
pub(crate) fn load(path: &Path, assignments: &[String]) -> Result<(Recipe, RecipeSource)> {
    let shipped = path.to_str().filter(|_| !path.exists()).and_then(|name| {
        embedded::recipes().into_iter().find(|recipe| {
            recipe.name == name || format!("{}/{}", recipe.area, recipe.name) == name
        })
    });
    let Some(shipped) = shipped else {
        return Ok(Recipe::load(path, assignments)?);
    };
    let file = format!("{}.toml", shipped.name);
    let source = RecipeSource::new(Some(Path::new(&file)), shipped.text())
        .set(assignments)
        .map_err(RecipeError::Set)?;
    match Recipe::parse(&source) {
        Ok(recipe) => Ok((recipe, source)),
        Err(problems) => Err(RecipeError::Problems {
            problems,
            recipe: Box::new(source),
        }
        .into()),
    }
}

/// Plans a recipe against its data. `device` is that of the command line.
pub(crate) fn plan(path: &Path, assignments: &[String], device: Option<&str>) -> Result<Plan> {
    let (mut recipe, source) = load(path, assignments)?;
    if device.is_some() {
        // The command line overrides the recipe, also when the recipe names a device that is not there.
        recipe.training.device = None;
    }
    let folder = recipe_folder(source.path());
    let context = PlanContext {
        folder: &folder,
        embedded: embedded::data,
    };
    Ok(Plan::new(source, recipe, context)?)
}
