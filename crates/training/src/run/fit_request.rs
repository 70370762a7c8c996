//! What a plan asks of the training loop.

use std::path::Path;

use burn::tensor::Device;
use burn::train::Interrupter;

use crate::error::RunError;
use crate::fit::{EncodedPart, FitRequest};
use crate::loss::{ListLoss, LossKind, OutputLoss};
use crate::plan::Plan;
use crate::text_encoders::TextEncoders;

/// The training of the network of a plan.
pub(super) fn fit_request(
    plan: &Plan,
    texts: &TextEncoders<'_>,
    device: &Device,
    train: EncodedPart,
    validation: Option<EncodedPart>,
    directory: &Path,
) -> Result<FitRequest, RunError> {
    Ok(FitRequest {
        seed: plan.recipe.seed,
        device: device.clone(),
        network: texts.network(),
        unknown_rates: unknown_rates(plan),
        losses: losses(plan),
        optimizer: plan.recipe.optimizer.clone(),
        schedule: plan.recipe.schedule.clone(),
        training: plan.recipe.training.clone(),
        train,
        validation,
        directory: directory.to_path_buf(),
        resume: false,
        interrupter: Interrupter::new(),
        renderer: None,
        initial: texts.initial()?,
        groups: texts.groups(),
        adapters: texts.adapters(),
        watches_metric: plan
            .recommend
            .as_ref()
            .is_some_and(|planned| planned.range.is_none()),
        origin: plan
            .warm_start
            .as_ref()
            .map(|start| start.sha256().to_string()),
    })
}

/// Per column of the code lane, or per code of a series.
fn unknown_rates(plan: &Plan) -> Vec<f64> {
    let codes = match &plan.forecast {
        Some(planned) => planned.preprocessor.layout().static_codes,
        None => plan.preprocessor.layout().codes,
    };
    codes.iter().map(|code| code.unknown_rate).collect()
}

/// One loss per output, or that of a search, a forecast or lists.
fn losses(plan: &Plan) -> Vec<OutputLoss> {
    let outputs = plan.outputs.iter();
    let outputs = outputs.map(|output| OutputLoss::new(&output.config, &output.encoder));
    let ranking = plan.recipe.retrieve.iter().map(|config| OutputLoss {
        kind: LossKind::Ranking {
            width: plan.network.inputs.without_texts().dense.iter().sum(),
            scale: config.scale,
        },
        share: 1.0,
    });
    let forecast = plan.forecast.iter().map(|planned| OutputLoss {
        kind: LossKind::Forecast {
            horizon: planned.config.horizon.get(),
            head: planned.head.clone(),
        },
        share: 1.0,
    });
    let lists = plan.recommend.iter().map(|planned| {
        let shared = &planned.rows.shared;
        let items = shared.interactions.items.len();
        OutputLoss {
            kind: LossKind::List(ListLoss::new(shared.learning.loss.as_ref(), items)),
            share: 1.0,
        }
    });
    outputs
        .chain(ranking)
        .chain(forecast)
        .chain(lists)
        .collect()
}
