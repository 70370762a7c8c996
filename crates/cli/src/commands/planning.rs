//! From the name of a recipe on the command line to a plan.

use std::path::Path;

use anyhow::Result;
use hob_training::plan::{Plan, PlanContext, recipe_folder};
use hob_training::recipe::{RecipeError, RecipeSource};

use crate::embedded;

/// Reads a recipe: a file, or the name of one that comes with hob.
pub(crate) fn load(path: &Path, assignments: &[String]) -> Result<RecipeSource, RecipeError> {
    let shipped = path.to_str().filter(|_| !path.exists()).and_then(|name| {
        embedded::recipes().into_iter().find(|recipe| {
            recipe.name == name || format!("{}/{}", recipe.area, recipe.name) == name
        })
    });
    let Some(shipped) = shipped else {
        return RecipeSource::load(path, assignments);
    };
    let file = format!("{}.toml", shipped.name);
    Ok(RecipeSource::new(Some(Path::new(&file)), shipped.text()).set(assignments)?)
}

/// Plans a recipe against its data. `device` is that of the command line.
pub(crate) fn plan(path: &Path, assignments: &[String], device: Option<&str>) -> Result<Plan> {
    let source = load(path, assignments)?;
    let folder = recipe_folder(source.path());
    let context = PlanContext {
        folder: &folder,
        embedded: embedded::data,
        device,
    };
    Ok(Plan::new(source, context)?)
}
