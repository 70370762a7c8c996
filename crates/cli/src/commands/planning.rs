//! From the name of a recipe on the command line to a plan.

use std::path::Path;

use anyhow::Result;
use hob_training::plan::{Plan, PlanContext, recipe_folder};
use hob_training::recipe::{RecipeError, RecipeSource};

use super::recipes::ambiguous;
use crate::embedded;

/// Reads a recipe: a file, or the name of one that comes with hob.
pub(crate) fn load(path: &Path, assignments: &[String]) -> Result<RecipeSource> {
    let name = path.to_str().filter(|_| !path.exists());
    let mut shipped = name.map(embedded::named).unwrap_or_default();
    if shipped.len() > 1 {
        return Err(ambiguous(name.unwrap_or_default(), &shipped).into());
    }
    let Some(shipped) = shipped.pop() else {
        return Ok(RecipeSource::load(path, assignments)?);
    };
    let file = format!("{}.toml", shipped.name);
    let source = RecipeSource::new(Some(Path::new(&file)), shipped.text());
    Ok(source.set(assignments).map_err(RecipeError::from)?)
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
