//! `hob schema`: what editors need to complete a recipe.

use anyhow::Result;
use hob_training::recipe::json_schema;

use crate::output;

/// Prints the JSON schema of recipes.
pub(crate) fn schema() -> Result<()> {
    output::data(&json_schema())
}
