//! Which items a list may hold: `--only` and `--without` of `hob predict`.

use anyhow::Result;
use hob_inference::Recommender;
use hob_inference::recommend::Rule;

use super::failure::WrongRequest;
use super::recommendations::some;
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
    rules
        .iter()
        .try_for_each(|rule| known_value(recommender, rule))?;
    recommender.allowed(&rules).map_err(|column| {
        let filters = &recommender.catalog().texts.filters;
        let known: Vec<String> = filters
            .iter()
            .map(|filter| format!("`{}`", filter.column))
            .collect();
        let hint = match known.is_empty() {
            true => {
                "the model has none; name them in `filters` of `[recommend.items]` and train again"
                    .to_string()
            }
            false => format!("lists can be filtered by {}", known.join(", ")),
        };
        WrongRequest(format!("there is no filter `{column}`\nhint: {hint}")).into()
    })
}

/// Refuses a value that no item has, which would leave every list empty.
fn known_value(recommender: &Recommender, rule: &Rule) -> Result<(), WrongRequest> {
    let mut filters = recommender.catalog().texts.filters.iter();
    let Some(filter) = filters.find(|filter| filter.column == rule.column) else {
        return Ok(());
    };
    if filter.values.contains(&rule.value) {
        return Ok(());
    }
    let known: std::collections::BTreeSet<&String> = filter.values.iter().collect();
    let known: Vec<String> = known.into_iter().cloned().collect();
    Err(WrongRequest(format!(
        "no item has the value `{}` in `{}`\nhint: its values are {}",
        rule.value,
        rule.column,
        some(&known)
    )))
}
