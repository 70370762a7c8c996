//! How much memory a training will take, and whether the machine has it.

use anyhow::Result;
use hob_data::features::{FeatureLayout, TextFeature};
use hob_inference::MAX_BATCH_TOKENS;
use hob_model::LayerSummary;
use hob_model::config::{TextEncoderConfig, TextNetwork};
use hob_model::summary::summary;
use hob_training::plan::Plan;

use super::failure::WrongRequest;
use crate::format::bytes;

/// Texts that are encoded to learn how long they are.
const SAMPLE: usize = 1000;

/// Weights (of a trained one with its gradient and two moments of the optimizer), the encoded rows, and the activations of
/// a batch twice over, or those of texts that are encoded without being trained on, if that is more. What files hold is not
/// counted.
pub(crate) fn estimate(plan: &Plan) -> u64 {
    let Ok((_, device)) = hob_inference::device::device(None) else {
        return 0;
    };
    let layers = summary(&plan.network, &device).unwrap_or_default();
    let (texts, others): (Vec<&LayerSummary>, Vec<&LayerSummary>) = layers
        .iter()
        .partition(|layer| layer.path.starts_with("texts."));
    // Layers of text encoder 2 are `texts.2...`.
    let used_once = |layer: &&LayerSummary| {
        let encoder = layer.path.split('.').nth(1);
        let encoder: Option<usize> = encoder.and_then(|place| place.parse().ok());
        encoder.is_some_and(|place| place < plan.encoders_used_once())
    };
    let (frozen, learning): (Vec<&LayerSummary>, Vec<&LayerSummary>) =
        texts.into_iter().partition(used_once);
    let weights = (parameters(&others) + parameters(&learning)) * 4 + parameters(&frozen);

    let layout = plan.preprocessor.layout();
    let lengths = Lengths::of(plan, &layout);
    let rows = plan.rows();
    let all = rows.training + rows.validation + rows.test;
    let row = layout.numbers.len() + layout.dense_width() + layout.codes.len();
    let once = readers(plan).filter(|reader| reader.encodes_once);
    let vectors: usize = once.map(|reader| reader.encoder.width()).sum();
    let series = plan.forecast.iter();
    let series = series.flat_map(|forecast| &forecast.windows.panel.series);
    let held = series
        .map(|series| series.target.len() + series.known.values.len() + series.past.values.len());
    // Where texts are encoded once: all parts as vectors, one part as tokens and once more as vectors; a search encodes all
    // rows at once.
    let largest = match plan.recipe.retrieve {
        Some(_) => all,
        None => [rows.training, rows.validation, rows.test]
            .into_iter()
            .max()
            .unwrap_or(0),
    };
    let encoded = all * (row + vectors + lengths.mean_sum(plan, false))
        + largest * (lengths.mean_sum(plan, true) + vectors);

    let batch = plan.recipe.training.batch_size.rows(rows.training);
    let per_row: usize = others
        .iter()
        .map(|layer| layer.output_shape.iter().product::<usize>())
        .sum();
    let trained = batch * (per_row + vectors) + lengths.trained(plan, batch);
    let activations = (trained * 2).max(lengths.encoded(plan, all));
    let events = plan.recommend.as_ref();
    let activations = activations + events.map_or(0, |planned| planned.values_per_batch(batch));
    4 * (weights + held.sum::<usize>() + encoded + activations) as u64
}

fn parameters(layers: &[&LayerSummary]) -> usize {
    layers.iter().map(|layer| layer.parameters).sum()
}

/// What reads a text column.
struct Reader<'a> {
    encoder: &'a TextEncoderConfig,
    /// Before the training, and not at every step.
    encodes_once: bool,
}

/// The encoder of each text column.
fn readers(plan: &Plan) -> impl Iterator<Item = Reader<'_>> {
    let inputs = &plan.network.inputs;
    inputs.texts.iter().map(|&reader| Reader {
        encoder: &inputs.text_encoders[reader],
        encodes_once: reader < plan.encoders_used_once(),
    })
}

/// Tokens per text of each text column.
struct Lengths(Vec<Length>);

struct Length {
    mean: usize,
    longest: usize,
}

impl Lengths {
    /// Of a sample of the training rows; the most there can be when it cannot be encoded.
    fn of(plan: &Plan, layout: &FeatureLayout) -> Self {
        let train = &plan.parts.train;
        let step = train.len().div_ceil(SAMPLE).max(1);
        let rows: Vec<usize> = train.iter().copied().step_by(step).collect();
        let sample = match layout.texts.is_empty() {
            true => return Self(Vec::new()),
            false => plan.preprocessor.transform(&plan.table, &rows),
        };
        let most = |text: &TextFeature| Length {
            mean: text.max_tokens,
            longest: text.max_tokens,
        };
        let Ok((features, _)) = sample else {
            return Self(layout.texts.iter().map(most).collect());
        };
        let columns = features.texts.iter().map(|lists| Length {
            mean: lists.ids.len().div_ceil(rows.len().max(1)),
            longest: (0..rows.len()).map(|row| lists.len(row)).max().unwrap_or(0),
        });
        Self(columns.collect())
    }

    /// Tokens of a row in the columns that are encoded once, or in the others.
    fn mean_sum(&self, plan: &Plan, once: bool) -> usize {
        let columns = self.0.iter().zip(readers(plan));
        let columns = columns.filter(|(_, reader)| reader.encodes_once == once);
        columns.map(|(length, _)| length.mean).sum()
    }

    /// Values that a batch of the longest texts leaves for its gradient.
    fn trained(&self, plan: &Plan, batch: usize) -> usize {
        let columns = self.0.iter().zip(readers(plan));
        let columns = columns.filter(|(_, reader)| !reader.encodes_once);
        let values = columns.map(|(length, reader)| {
            let network = &reader.encoder.network;
            let (layers, values) = values_per_token(network, length.longest);
            batch * length.longest * layers * values
        });
        values.sum()
    }

    /// Values alive at once where texts are encoded without a gradient: those of one layer.
    fn encoded(&self, plan: &Plan, rows: usize) -> usize {
        let columns = self.0.iter().zip(readers(plan));
        let values = columns.map(|(length, reader)| {
            let tokens = MAX_BATCH_TOKENS
                .max(length.longest)
                .min(rows * length.longest);
            tokens * values_per_token(&reader.encoder.network, length.longest).1
        });
        values.max().unwrap_or(0)
    }
}

/// Layers of an encoder, and what each keeps for a token of a text with `longest` tokens, roughly.
fn values_per_token(network: &TextNetwork, longest: usize) -> (usize, usize) {
    match network {
        TextNetwork::Bag { dim, .. } => (1, *dim),
        TextNetwork::Cnn {
            dim,
            filters,
            widths,
            ..
        } => {
            // The tokens under each filter side by side, and its outcome before and after the activation.
            let windows: usize = widths.iter().map(|width| width * dim + 2 * filters).sum();
            (1, dim + windows)
        }
        TextNetwork::Rnn {
            dim,
            hidden,
            bidirectional,
            ..
        } => {
            let directions = if *bidirectional { 2 } else { 1 };
            // Four gates before and after their activation, state and cell.
            (1, dim + directions * 10 * hidden)
        }
        TextNetwork::Bert(bert) => {
            // Queries, keys, values, what they give and both norms; the wide layer before and after its activation;
            // scores and weights of every other token.
            let attention = 2 * bert.heads * longest;
            (
                bert.layers,
                9 * bert.width + 3 * bert.feed_forward + attention,
            )
        }
    }
}

/// A warning when the estimate is more than the machine has.
pub(crate) fn shortage(plan: &Plan) -> Option<String> {
    let (needed, there) = (estimate(plan), installed()?);
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
    match shortage(plan) {
        Some(shortage) => {
            let hint = match plan.text_encoders.is_empty() {
                true => "make the layers or the batches smaller",
                false => "make the layers, the batches or `max_tokens` smaller",
            };
            Err(WrongRequest(format!("{shortage}\nhint: {hint}")).into())
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
