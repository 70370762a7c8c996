//! Which networks that recommend can be built.

use super::{MAX_DIM, MAX_LAYERS, MAX_WIDTH, share, within};
use crate::{
    ModelError, NetworkConfig,
    config::{
        BodyConfig, InputsConfig, InteractionsConfig, SasrecConfig, SlimConfig, TwoTowerConfig,
    },
    recommend::tower::Tower,
};

/// Numbers of a table, at most.
const MAX_TABLE: usize = 10_000_000_000;

/// Users and items and a body that recommends come together, and alone.
pub(super) fn check(config: &NetworkConfig) -> Result<(), ModelError> {
    let inputs = &config.inputs;
    let body = config.body.name();
    let Some(sizes) = &inputs.interactions else {
        let reason = "is missing: this body recommends, and reads users and items";
        return Err(ModelError::config("inputs.interactions", reason));
    };
    if !config.body.is_recommender() {
        let reason = format!("is there, but the body `{body}` does not recommend");
        return Err(ModelError::config("inputs.interactions", reason));
    }
    let alone = InputsConfig {
        interactions: inputs.interactions.clone(),
        ..InputsConfig::default()
    };
    if *inputs != alone {
        let reason = "has columns beside users and items, which no body reads together";
        return Err(ModelError::config("inputs", reason));
    }
    if !config.heads.is_empty() {
        let reason = "must be empty: a body that recommends gives the scores itself";
        return Err(ModelError::config("heads", reason));
    }
    within("inputs.interactions.users", sizes.users, i32::MAX as usize)?;
    within("inputs.interactions.items", sizes.items, i32::MAX as usize)?;
    if !sizes.mean.is_finite() {
        return Err(ModelError::config(
            "inputs.interactions.mean",
            "is not finite",
        ));
    }
    if let BodyConfig::Slim(body) = &config.body {
        return check_slim(body, sizes);
    }
    let (dim, hidden) = match &config.body {
        BodyConfig::Mf(body) => {
            share("body.mf.dropout", body.dropout)?;
            (body.dim, &[][..])
        }
        BodyConfig::TwoTower(body) => {
            check_two_tower(body, sizes.user_inputs.is_some())?;
            (body.dim, &body.hidden[..])
        }
        BodyConfig::Sasrec(body) => {
            check_sasrec(body)?;
            (body.dim, &[][..])
        }
        _ => return Ok(()),
    };
    within(&format!("body.{body}.dim"), dim, MAX_DIM)?;
    if sizes.users.max(sizes.items).saturating_mul(dim) > MAX_TABLE {
        let reason = format!("is {dim}, too wide for so many users and items");
        return Err(ModelError::config(format!("body.{body}.dim"), reason));
    }
    let towers = [
        ("item_inputs", &sizes.item_inputs),
        ("user_inputs", &sizes.user_inputs),
    ];
    for (name, inputs) in towers {
        let Some(inputs) = inputs else { continue };
        let field = format!("inputs.interactions.{name}");
        if !matches!(config.body, BodyConfig::TwoTower(_)) {
            let reason =
                format!("is there, but the body `{body}` reads no features; `two_tower` does");
            return Err(ModelError::config(field, reason));
        }
        if inputs.interactions.is_some() || inputs.series.is_some() {
            return Err(ModelError::config(field, "has more than columns"));
        }
        let tower = Tower::config(inputs, hidden);
        tower.check()?;
    }
    Ok(())
}

/// Codes are stored as numbers, which are exact up to here.
const MAX_CODE: usize = 1 << 24;

fn check_slim(body: &SlimConfig, sizes: &InteractionsConfig) -> Result<(), ModelError> {
    within("body.slim.neighbours", body.neighbours, MAX_LAYERS)?;
    within("inputs.interactions.items", sizes.items, MAX_CODE)?;
    if sizes.ratings || sizes.item_inputs.is_some() || sizes.user_inputs.is_some() {
        let reason = "has ratings or features, which `slim` does not read";
        return Err(ModelError::config("inputs.interactions", reason));
    }
    match body.penalty > 0.0 {
        true => Ok(()),
        false => Err(ModelError::config("body.slim.penalty", "is not above 0")),
    }
}

fn check_two_tower(body: &TwoTowerConfig, has_features: bool) -> Result<(), ModelError> {
    for (index, &width) in body.hidden.iter().enumerate() {
        within(&format!("body.two_tower.hidden.{index}"), width, MAX_WIDTH)?;
    }
    if body.history > MAX_DIM {
        let reason = format!("is {}, above {MAX_DIM}", body.history);
        return Err(ModelError::config("body.two_tower.history", reason));
    }
    if body.history == 0 && !body.user_ids && !has_features {
        let reason = "is 0, and users have neither ids nor features: nothing is known of a user";
        return Err(ModelError::config("body.two_tower.history", reason));
    }
    share("body.two_tower.id_dropout", body.id_dropout)?;
    share("body.two_tower.dropout", body.dropout)
}

fn check_sasrec(body: &SasrecConfig) -> Result<(), ModelError> {
    within("body.sasrec.layers", body.layers, MAX_LAYERS)?;
    within("body.sasrec.heads", body.heads, MAX_LAYERS)?;
    within("body.sasrec.history", body.history, MAX_DIM)?;
    within("body.sasrec.feed_forward", body.feed_forward, MAX_WIDTH)?;
    if !body.dim.is_multiple_of(body.heads) {
        let (dim, heads) = (body.dim, body.heads);
        let reason = format!("is {dim}, not a multiple of heads ({heads})");
        return Err(ModelError::config("body.sasrec.dim", reason));
    }
    share("body.sasrec.dropout", body.dropout)
}
