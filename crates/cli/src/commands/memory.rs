//! How much memory a training will take, and whether the machine has it.

use anyhow::Result;
use hob_model::summary::{summary, total_parameters};
use hob_training::plan::Plan;

use super::failure::WrongRequest;
use crate::format::bytes;

/// Weights, gradients and two moments of the optimizer, the encoded rows, and the activations of a batch twice over.
pub(crate) fn estimate(plan: &Plan, parameters: usize) -> u64 {
    let layout = plan.preprocessor.layout();
    let row = layout.numbers.len() + layout.dense_width() + layout.codes.len();
    let rows = plan.rows();
    let batch = plan.recipe.training.batch_size.rows(rows.training);
    let activations = values_per_row(plan) * batch * 2;
    let encoded = (rows.training + rows.validation + rows.test) * row;
    4 * (parameters * 4 + encoded + activations) as u64
}

fn values_per_row(plan: &Plan) -> usize {
    let Ok((_, device)) = hob_inference::device::device(None) else {
        return 0;
    };
    let layers = summary(&plan.network, &device).unwrap_or_default();
    layers
        .iter()
        .map(|layer| layer.output_shape.iter().product::<usize>())
        .sum()
}

/// A warning when the estimate is more than the machine has.
pub(crate) fn shortage(plan: &Plan, parameters: usize) -> Option<String> {
    let (needed, there) = (estimate(plan, parameters), installed()?);
    (needed > there).then(|| {
        format!(
            "training takes about {}, but this machine has {}",
            bytes(needed),
            bytes(there)
        )
    })
}

/// Refuses a training that would be ended by the operating system.
pub(crate) fn guard(plan: &Plan) -> Result<()> {
    let (_, device) = hob_inference::device::device(None)?;
    let parameters = total_parameters(&summary(&plan.network, &device)?);
    match shortage(plan, parameters) {
        Some(shortage) => {
            let text = format!("{shortage}\nhint: make the layers or the batches smaller");
            Err(WrongRequest(text).into())
        }
        None => Ok(()),
    }
}

/// Bytes of main memory, where the operating system tells.
fn installed() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}
