//! Which items a list may hold: `--only` and `--without` of `hob predict`.

use anyhow::Result;
use hob_inference::Recommender;
use hob_inference::recommend::Rule;

use super::failure::WrongRequest;
use crate::args::PredictArgs;

/// Which items may be in a list.
pub(super) fn allowed(recommender: &Recommender, args: &PredictArgs) -> Result<Vec<bool>> {
    let rule = |text: &String, is_wanted| match text.split_once('=') {
        Some((column, value)) => Ok(Rule {
            column: column.to_string(),
            value: value.to_string(),
            is_wanted,
        }),
        None => Err(WrongRequest(format!("`{text}` is not COLUMN=VALUE"))),
    };
    let only = args.only.iter().map(|text| rule(text, true));
    let without = args.without.iter().map(|text| rule(text, false));
    let rules: Vec<Rule> = only.chain(without).collect::<Result<_, _>>()?;
    let allowed = recommender.allowed(&rules);
    allowed.map_err(|error| WrongRequest(error.to_string()).into())
}
