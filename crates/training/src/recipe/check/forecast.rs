//! Rules of `[forecast]`.

use hob_data::config::{ForecastConfig, ForecastHeadConfig, Transform, WindowScaling};
use hob_data::forecast::Frequency;
use hob_model::config::BodyConfig;

use crate::forecast::keyed_columns;
use crate::recipe::Recipe;
use crate::recipe::check::data::Division;
use crate::recipe::check::path;
use crate::recipe::key_path::KeyPath;
use crate::recipe::problem::Finding;

pub(super) fn check(recipe: &Recipe, config: &ForecastConfig, findings: &mut Vec<Finding>) {
    let section = path(&["forecast"]);
    columns(config, findings);
    head(config, &section.key("head"), findings);
    if let Some(Err(error)) = config
        .frequency
        .as_ref()
        .map(|text| text.parse::<Frequency>())
    {
        findings.push(finding_of(section.key("frequency"), &error.to_string()));
    }
    // Series are divided by time, so the rows of a table cannot be divided otherwise.
    let division = Division {
        split: "series are divided by time, not by rows",
        hint: "the windows that judge stand in `[forecast.backtest]`",
        files: "series are divided by time",
        example: "sales-*.csv",
    };
    division.check(recipe, findings);
    if let Some(body) = recipe.model.as_ref().filter(|body| !body.is_series()) {
        let message = format!("`[model.{}]` does not forecast", body.name());
        let hint =
            "models that do: `nlinear`, `dlinear`, `nbeats`, `nhits`, `tcn`, `deepar`, `patchtst`";
        findings.push(Finding::error(path(&["model", body.name()]), message).with_hint(hint));
    }
}

/// A model for series in a recipe without any.
pub(super) fn check_absent(model: Option<&BodyConfig>, findings: &mut Vec<Finding>) {
    if let Some(body) = model.filter(|body| body.is_series()) {
        let message = format!(
            "`[model.{}]` continues series, but there is no `[forecast]`",
            body.name()
        );
        let hint = "models of tables: `linear`, `mlp`, `resnet`, `ft_transformer`";
        findings.push(Finding::error(path(&["model", body.name()]), message).with_hint(hint));
    }
}

/// Decisions are made from forecasts.
pub(super) fn check_decision(recipe: &Recipe, findings: &mut Vec<Finding>) {
    let Some(decision) = &recipe.decision else {
        return;
    };
    if recipe.forecast.is_none() {
        let message = "`[decision]` decides from a forecast, but there is no `[forecast]`";
        findings.push(Finding::error(path(&["decision"]), message));
    }
    if decision.simulation.is_some() && decision.order.is_none() {
        let message = "`[decision.simulation]` replays orders, but there is no `[decision.order]`";
        findings.push(Finding::error(path(&["decision", "simulation"]), message));
    }
}

/// A column has one use; only one of `series` may be `static` too.
fn columns(config: &ForecastConfig, findings: &mut Vec<Finding>) {
    let named = keyed_columns(config);
    for (place, (name, key)) in named.iter().enumerate() {
        if name.is_empty() {
            findings.push(Finding::error(key, "a column name is empty"));
            continue;
        }
        let Some((_, first)) = named[..place].iter().find(|(other, _)| other == name) else {
            continue;
        };
        let (series, statics) = (path(&["forecast", "series"]), path(&["forecast", "static"]));
        if !(series.contains(first) && statics.contains(key)) {
            let message = format!("column `{name}` is already named by `{first}`");
            findings.push(Finding::error(key, message));
        }
    }
}

fn head(config: &ForecastConfig, section: &KeyPath, findings: &mut Vec<Finding>) {
    match &config.head {
        ForecastHeadConfig::Quantiles(head) => {
            let key = section.key("quantiles").key("levels");
            let levels = &head.levels;
            let is_inside = |level: &f64| *level > 0.0 && *level < 1.0;
            let ascends = levels.windows(2).all(|pair| pair[0] < pair[1]);
            if levels.is_empty() || !levels.iter().all(is_inside) || !ascends {
                let message = format!(
                    "`{key}` must be probabilities between 0 and 1 in ascending order, but is {levels:?}"
                );
                findings.push(Finding::error(key, message));
            }
        }
        ForecastHeadConfig::NegativeBinomial(_) | ForecastHeadConfig::ZeroInflated(_) => {
            if !matches!(config.scale, WindowScaling::None | WindowScaling::Mean) {
                let message = "counts stay counts only with `scale = \"mean\"` or `\"none\"`";
                findings.push(Finding::error(path(&["forecast", "scale"]), message));
            }
            if config.transform != Transform::None {
                let message = "counts stay counts only with `transform = \"none\"`";
                findings.push(Finding::error(path(&["forecast", "transform"]), message));
            }
        }
        ForecastHeadConfig::Normal(_) | ForecastHeadConfig::StudentT(_) => {}
    }
}

fn finding_of(key: KeyPath, text: &str) -> Finding {
    match text.split_once("\nhint: ") {
        Some((message, hint)) => Finding::error(key, message).with_hint(hint),
        None => Finding::error(key, text),
    }
}
