//! Which networks for forecasts can be built.

use super::{MAX_DIM, MAX_LAYERS, MAX_WIDTH, check_codes, few_constants, share, within};
use crate::{
    ModelError, NetworkConfig,
    config::{
        BodyConfig, DeeparConfig, DlinearConfig, NbeatsConfig, NhitsConfig, PatchtstConfig,
        SeriesConfig, TcnConfig,
    },
};

const MAX_DEGREE: usize = 20;
const MAX_HARMONICS: usize = 100;

/// Windows and a body that forecasts come together, and alone.
pub(super) fn check(config: &NetworkConfig) -> Result<(), ModelError> {
    let inputs = &config.inputs;
    let body = config.body.name();
    let Some(series) = &inputs.series else {
        let reason = "is missing: this body forecasts, and reads windows of series";
        return Err(ModelError::config("inputs.series", reason));
    };
    if !config.body.is_series() {
        let reason = format!("is there, but the body `{body}` does not forecast");
        return Err(ModelError::config("inputs.series", reason));
    }
    let has_rows = !inputs.numbers.is_empty()
        || !inputs.dense.is_empty()
        || !inputs.codes.is_empty()
        || !inputs.texts.is_empty();
    if has_rows {
        let reason = "has columns beside the series, which no body reads together";
        return Err(ModelError::config("inputs", reason));
    }
    if !config.heads.is_empty() {
        let reason = "must be empty: a body that forecasts gives the numbers itself";
        return Err(ModelError::config("heads", reason));
    }
    check_series(series)?;
    match &config.body {
        BodyConfig::Linear(_)
        | BodyConfig::Mlp(_)
        | BodyConfig::Resnet(_)
        | BodyConfig::FtTransformer(_)
        | BodyConfig::Slim(_)
        | BodyConfig::Mf(_)
        | BodyConfig::TwoTower(_)
        | BodyConfig::Sasrec(_) => Ok(()),
        BodyConfig::Dlinear(body) => check_dlinear(body, series),
        BodyConfig::Nlinear(_) => no_past("nlinear", series),
        BodyConfig::Nbeats(body) => check_nbeats(body, series),
        BodyConfig::Nhits(body) => check_nhits(body, series),
        BodyConfig::Tcn(body) => check_tcn(body, series),
        BodyConfig::Deepar(body) => check_deepar(body, series),
        BodyConfig::Patchtst(body) => check_patchtst(body, series),
    }
}

fn check_series(series: &SeriesConfig) -> Result<(), ModelError> {
    within("inputs.series.context", series.context, MAX_DIM)?;
    within("inputs.series.horizon", series.horizon, MAX_DIM)?;
    within("inputs.series.params", series.params, MAX_DIM)?;
    within(
        "horizon * params of inputs.series",
        series.width(),
        MAX_WIDTH,
    )?;
    if series.past < series.future {
        let (past, future) = (series.past, series.future);
        let reason = format!("is {past}, but the {future} covariates known ahead are among them");
        return Err(ModelError::config("inputs.series.past", reason));
    }
    at_most("inputs.series.past", series.past, MAX_DIM)?;
    at_most(
        "inputs.series.static_numbers",
        series.static_numbers,
        MAX_DIM,
    )?;
    let covariates = series.context * series.past + series.horizon * series.future;
    few_constants("inputs.series.past", covariates)?;
    check_codes("inputs.series.static_codes", &series.static_codes)
}

fn check_dlinear(body: &DlinearConfig, series: &SeriesConfig) -> Result<(), ModelError> {
    within("body.dlinear.kernel", body.kernel, MAX_DIM)?;
    if body.kernel.is_multiple_of(2) {
        let reason = format!("is {}, not odd", body.kernel);
        return Err(ModelError::config("body.dlinear.kernel", reason));
    }
    // The mean around the last step would reach beyond the first one.
    if body.kernel / 2 >= series.context {
        let (kernel, context) = (body.kernel, series.context);
        let reason = format!("is {kernel}: half of it is not below the context of {context} steps");
        return Err(ModelError::config("body.dlinear.kernel", reason));
    }
    few_constants("inputs.series.context", series.context * series.context)?;
    no_past("dlinear", series)
}

fn check_nbeats(body: &NbeatsConfig, series: &SeriesConfig) -> Result<(), ModelError> {
    let field = "body.nbeats";
    check_blocks(field, body.stacks.len(), "stacks", body.blocks)?;
    check_layers(field, body.layers, body.width, body.dropout)?;
    at_most(&format!("{field}.degree"), body.degree, MAX_DEGREE)?;
    within(&format!("{field}.harmonics"), body.harmonics, MAX_HARMONICS)?;
    // Two waves per frequency, up to half a period per step of the horizon.
    let waves = (body.harmonics * series.horizon).max(2 * MAX_DEGREE);
    let steps = series.context.max(series.horizon);
    let curves = waves.saturating_mul(steps);
    few_constants(
        field,
        curves.saturating_mul(body.stacks.len() * body.blocks),
    )
}

fn check_nhits(body: &NhitsConfig, series: &SeriesConfig) -> Result<(), ModelError> {
    let field = "body.nhits";
    check_blocks(field, body.pool.len(), "pool", body.blocks)?;
    check_layers(field, body.layers, body.width, body.dropout)?;
    if body.downsample.len() != body.pool.len() {
        let (found, expected) = (body.downsample.len(), body.pool.len());
        let reason = format!("has {found} numbers, but `pool` has {expected}: one for each stack");
        return Err(ModelError::config(format!("{field}.downsample"), reason));
    }
    for (index, (&pool, &downsample)) in body.pool.iter().zip(&body.downsample).enumerate() {
        fits(
            &format!("{field}.pool.{index}"),
            pool,
            "context",
            series.context,
        )?;
        let downsampled = format!("{field}.downsample.{index}");
        fits(&downsampled, downsample, "horizon", series.horizon)?;
    }
    let lines = series.horizon.saturating_mul(series.horizon);
    few_constants(field, lines.saturating_mul(body.pool.len() * body.blocks))
}

fn check_tcn(body: &TcnConfig, series: &SeriesConfig) -> Result<(), ModelError> {
    let field = "body.tcn";
    within(&format!("{field}.channels"), body.channels, MAX_DIM)?;
    within(&format!("{field}.kernel"), body.kernel, MAX_LAYERS)?;
    let blocks = format!("the number of {field}.dilations");
    within(&blocks, body.dilations.len(), MAX_LAYERS)?;
    for (index, &dilation) in body.dilations.iter().enumerate() {
        let dilations = format!("{field}.dilations.{index}");
        within(&dilations, dilation, MAX_DIM)?;
        let reach = (body.kernel - 1) * dilation;
        if reach >= series.context {
            let reason = format!(
                "is {dilation}: a kernel of {} reaches back {reach} steps, not less than the context of {}",
                body.kernel, series.context
            );
            return Err(ModelError::config(dilations, reason));
        }
    }
    within(&format!("{field}.decoder"), body.decoder, MAX_DIM)?;
    let steps = series.horizon.saturating_mul(body.decoder);
    within(&format!("horizon * decoder of {field}"), steps, MAX_WIDTH)?;
    share(&format!("{field}.dropout"), body.dropout)
}

fn check_deepar(body: &DeeparConfig, series: &SeriesConfig) -> Result<(), ModelError> {
    if series.context < 2 {
        let reason = "is 1, but `deepar` needs 2 steps to see a value and what came of it";
        return Err(ModelError::config("inputs.series.context", reason));
    }
    within("body.deepar.layers", body.layers, MAX_LAYERS)?;
    within("body.deepar.hidden", body.hidden, MAX_DIM)?;
    share("body.deepar.dropout", body.dropout)?;
    no_past("deepar", series)
}

fn check_patchtst(body: &PatchtstConfig, series: &SeriesConfig) -> Result<(), ModelError> {
    let field = "body.patchtst";
    fits(
        &format!("{field}.patch"),
        body.patch,
        "context",
        series.context,
    )?;
    fits(
        &format!("{field}.stride"),
        body.stride,
        "context",
        series.context,
    )?;
    within(&format!("{field}.layers"), body.layers, MAX_LAYERS)?;
    within(&format!("{field}.width"), body.width, MAX_DIM)?;
    within(&format!("{field}.heads"), body.heads, MAX_LAYERS)?;
    if !body.width.is_multiple_of(body.heads) {
        let (width, heads) = (body.width, body.heads);
        let reason = format!("is {width}, not a multiple of heads ({heads})");
        return Err(ModelError::config(format!("{field}.width"), reason));
    }
    within(
        &format!("{field}.feed_forward"),
        body.feed_forward,
        MAX_WIDTH,
    )?;
    share(&format!("{field}.dropout"), body.dropout)?;
    no_past("patchtst", series)
}

fn check_blocks(field: &str, stacks: usize, list: &str, blocks: usize) -> Result<(), ModelError> {
    let stacks_field = format!("the number of stacks of {field}.{list}");
    within(&stacks_field, stacks, MAX_LAYERS)?;
    within(&format!("{field}.blocks"), blocks, MAX_LAYERS)
}

fn check_layers(field: &str, layers: usize, width: usize, dropout: f64) -> Result<(), ModelError> {
    within(&format!("{field}.layers"), layers, MAX_LAYERS)?;
    within(&format!("{field}.width"), width, MAX_DIM)?;
    share(&format!("{field}.dropout"), dropout)
}

/// Refuses covariates that are known up to the forecast only, for a body that reads none of the past.
fn no_past(body: &str, series: &SeriesConfig) -> Result<(), ModelError> {
    let unread = series.past - series.future;
    if unread == 0 {
        return Ok(());
    }
    let reason = format!(
        "has {unread} covariates that are not known ahead, and `{body}` reads none of the past; \
         nbeats, nhits and tcn do"
    );
    Err(ModelError::config("inputs.series.past", reason))
}

/// From 1 to the steps of the context or horizon.
fn fits(field: &str, value: usize, of: &str, steps: usize) -> Result<(), ModelError> {
    if (1..=steps).contains(&value) {
        return Ok(());
    }
    let reason = format!("is {value}, not within 1 and the {of} of {steps} steps");
    Err(ModelError::config(field, reason))
}

fn at_most(field: &str, value: usize, most: usize) -> Result<(), ModelError> {
    if value <= most {
        return Ok(());
    }
    Err(ModelError::config(
        field,
        format!("is {value}, above {most}"),
    ))
}

#[cfg(test)]
mod tests;
