//! The columns of a recipe that continues series, and the stock table of its orders.

use hob_data::config::ForecastConfig;
use hob_data::profile::profile;
use hob_data::source::{ColumnRequest, ReadOptions};
use hob_data::split::Parts;
use hob_data::table::Table;

use hob_decision::{StockTable, periods_needed};

use super::sources::Sources;
use super::{PlanContext, finding_of};
use crate::decision::stock_table;
use crate::error::RunError;
use crate::forecast::{self, PlannedForecast};
use crate::recipe::{Finding, Recipe};

/// Every column to read. The data is looked at only if there are static columns, which may be numbers or text.
pub(crate) fn requests(
    config: &ForecastConfig,
    recipe: &Recipe,
    sources: &Sources,
    options: &ReadOptions,
) -> Result<Vec<ColumnRequest>, RunError> {
    let open = config
        .statics
        .iter()
        .any(|name| !config.series.contains(name));
    let profile = match open {
        true => Some(profile(&sources.paths(), options)?),
        false => None,
    };
    let private = recipe.data.private.clone().unwrap_or_default();
    let mut requests = forecast::requests(config, profile.as_ref());
    for request in &mut requests {
        if private.hash.contains(&request.name) {
            request.hash_salt = Some(private.salt.clone().unwrap_or_default());
        }
    }
    Ok(requests)
}

/// The series with their windows by part, and the stock table.
pub(crate) fn read(
    config: &ForecastConfig,
    recipe: &Recipe,
    table: &Table,
    context: PlanContext<'_>,
) -> Result<(PlannedForecast, Parts), Vec<Finding>> {
    let stock = stock(recipe, context).map_err(|found| vec![found])?;
    let (planned, parts) = forecast::read(config, table)?;
    Ok((PlannedForecast { stock, ..planned }, parts))
}

/// The stock table of `[decision.order]`, so that a mistake in it shows before anything is trained.
fn stock(recipe: &Recipe, context: PlanContext<'_>) -> Result<Option<StockTable>, Finding> {
    let decision = recipe.decision.as_ref();
    let Some(order) = decision.and_then(|decision| decision.order.as_ref()) else {
        return Ok(None);
    };
    let (Some(written), Some(config)) = (&order.stock, &recipe.forecast) else {
        return Ok(None);
    };
    let key = "decision.order.stock";
    let sources = Sources::of(written, context.folder, context.embedded)
        .map_err(|error| finding_of(key, &error.to_string()))?;
    let stock = stock_table(order, &sources.paths()[0])
        .map_err(|error| finding_of(key, &error.to_string()))?;
    let needed = periods_needed(order, &stock)
        .map_err(|error| finding_of("decision.order", &error.to_string()))?;
    let horizon = config.horizon.get();
    if needed > horizon {
        let message = format!(
            "lead time and review period take up to {needed} steps, but only {horizon} are forecast"
        );
        let hint = format!("set `horizon` to {needed} or more");
        return Err(Finding::error("forecast.horizon", message).with_hint(hint));
    }
    Ok(Some(stock))
}
