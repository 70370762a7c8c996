//! Rules of `[recommend]`.

use hob_data::config::{EventDuplicates, EventSplit, FeedbackConfig, RecommendConfig};
use hob_model::config::BodyConfig;

use crate::recipe::Recipe;
use crate::recipe::check::data::Division;
use crate::recipe::check::path;
use crate::recipe::key_path::KeyPath;
use crate::recipe::problem::Finding;
use crate::recommend::keyed_columns;

pub(super) fn check(recipe: &Recipe, findings: &mut Vec<Finding>) {
    match &recipe.recommend {
        Some(_) if recipe.forecast.is_some() || recipe.retrieve.is_some() => {
            let other = if recipe.forecast.is_some() {
                "forecast"
            } else {
                "retrieve"
            };
            let message = format!(
                "`[recommend]` and `[{other}]` exclude each other: a recipe makes one model"
            );
            findings.push(Finding::error(path(&["recommend"]), message));
        }
        Some(config) => {
            columns(config, findings);
            feedback(config, findings);
            split(recipe, config, findings);
            model(recipe, config, findings);
            warm_start(recipe, findings);
        }
        None => absent(recipe.model.as_ref(), findings),
    }
}

/// A model that recommends in a recipe without users and items.
fn absent(model: Option<&BodyConfig>, findings: &mut Vec<Finding>) {
    if let Some(body) = model.filter(|body| body.is_recommender()) {
        let message = format!(
            "`[model.{}]` recommends, but there is no `[recommend]`",
            body.name()
        );
        findings.push(Finding::error(path(&["model", body.name()]), message));
    }
}

/// The rows of an earlier model's tables are those of other users and items, and may have seen what judges this one.
fn warm_start(recipe: &Recipe, findings: &mut Vec<Finding>) {
    if recipe.training.warm_start.is_some() {
        let message = "a model that recommends begins anew: the tables of another one are of other users and items";
        findings.push(Finding::error(path(&["training", "warm_start"]), message));
    }
}

/// A column has one use.
fn columns(config: &RecommendConfig, findings: &mut Vec<Finding>) {
    let named = keyed_columns(config);
    for (place, (name, key)) in named.iter().enumerate() {
        if name.is_empty() {
            findings.push(Finding::error(key, "a column name is empty"));
        } else if let Some((_, first)) = named[..place].iter().find(|(other, _)| other == name) {
            let message = format!("column `{name}` is already named by `{first}`");
            findings.push(Finding::error(key, message));
        }
    }
    let lists = config.k.iter().enumerate();
    for (place, k) in lists.filter(|(place, k)| config.k[..*place].contains(k)) {
        let key = path(&["recommend", "k"]).index(place);
        findings.push(Finding::error(key, format!("{k} stands there twice")));
    }
}

fn feedback(config: &RecommendConfig, findings: &mut Vec<Finding>) {
    let FeedbackConfig::Rating(rating) = &config.feedback else {
        return;
    };
    if let (Some(min), Some(max)) = (rating.min, rating.max)
        && min >= max
    {
        let key = path(&["recommend", "feedback", "rating", "min"]);
        findings.push(Finding::error(
            key,
            format!("`min` is {min}, not below `max`, which is {max}"),
        ));
    }
    if config.duplicates == Some(EventDuplicates::Sum) {
        let message = "ratings of one user for one item do not add up";
        let hint = "use \"last\" (the default), \"first\", \"mean\" or \"error\"";
        findings.push(Finding::error(path(&["recommend", "duplicates"]), message).with_hint(hint));
    }
    if config.loss.is_some() {
        let message = "ratings are learned by their squared error; `loss` is for lists";
        let hint = "leave it out, or use `[recommend.feedback.implicit]`";
        findings.push(Finding::error(path(&["recommend", "loss"]), message).with_hint(hint));
    }
}

fn split(recipe: &Recipe, config: &RecommendConfig, findings: &mut Vec<Finding>) {
    let shares = match &config.split {
        EventSplit::Ratio(split) => Some(("ratio", split.validation + split.test)),
        EventSplit::Time(split) => Some(("time", split.validation + split.test)),
        EventSplit::ColdItems(split) => Some(("cold_items", split.validation + split.test)),
        EventSplit::LeaveLast(_) | EventSplit::Random(_) => None,
    };
    if let Some((name, share)) = shares.filter(|(_, share)| *share >= 1.0) {
        let message = format!(
            "validation and test take {share} of the events, which leaves none to learn from"
        );
        findings.push(Finding::error(path(&["recommend", "split", name]), message));
    }
    let division = Division {
        split: "events are divided by user, time or item, not as rows of a table",
        hint: "say how in `[recommend.split.*]`",
        files: "events are divided by `[recommend.split.*]`",
        example: "purchases-*.csv",
    };
    division.check(recipe, findings);
}

fn model(recipe: &Recipe, config: &RecommendConfig, findings: &mut Vec<Finding>) {
    let Some(body) = &recipe.model else { return };
    let key: KeyPath = path(&["model", body.name()]);
    if !body.is_recommender() {
        let message = format!("`[model.{}]` does not recommend", body.name());
        let hint = "models that do: `slim`, `mf`, `two_tower`, `sasrec`";
        findings.push(Finding::error(key, message).with_hint(hint));
        return;
    }
    let reads_features = matches!(body, BodyConfig::TwoTower(_));
    let inputs = [
        (
            "items",
            config.items.as_ref().map_or(0, |items| items.inputs.len()),
        ),
        (
            "users",
            config.users.as_ref().map_or(0, |users| users.inputs.len()),
        ),
    ];
    for (table, _) in inputs
        .into_iter()
        .filter(|(_, count)| *count > 0 && !reads_features)
    {
        let message = format!("`[model.{}]` reads no features", body.name());
        let key = path(&["recommend", table, "inputs"]);
        findings.push(Finding::error(key, message).with_hint("`[model.two_tower]` does"));
    }
    if matches!(body, BodyConfig::Slim(_)) && config.loss.is_some() {
        let message = "the weights of `[model.slim]` are solved for; it has no `loss`";
        findings.push(Finding::error(path(&["recommend", "loss"]), message));
    }
    let is_rating = matches!(config.feedback, FeedbackConfig::Rating(_));
    if is_rating && matches!(body, BodyConfig::Sasrec(_) | BodyConfig::Slim(_)) {
        let message = format!(
            "`[model.{}]` makes lists and predicts no ratings",
            body.name()
        );
        findings.push(Finding::error(key, message).with_hint("`mf` and `two_tower` do"));
    }
}
