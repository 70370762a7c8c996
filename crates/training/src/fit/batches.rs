//! Rows in portions: which rows make a step, and their tensors.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use burn::data::dataloader::{DataLoader, DataLoaderIterator, Progress};
use burn::data::dataset::DatasetError;
use burn::tensor::Device;
use hob_inference::{recommend, tensors};
use hob_model::Input;

use super::EncodedPart;
use super::buckets;
use super::random::{self, Purpose};
use crate::loss::{OutputLoss, TargetBatch};

/// Some rows on a device.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    pub(crate) input: Input,
    pub(crate) targets: Vec<TargetBatch>,
    /// What each output's sum is multiplied by, so that the total over the step's batches is the mean loss.
    pub(crate) scales: Vec<f64>,
    /// Index in the epoch.
    pub(crate) index: usize,
    /// Whether the optimizer steps after it.
    pub(crate) completes_step: bool,
}

/// How rows are divided and what is done to them.
#[derive(Debug, Clone)]
pub(crate) struct BatchPlan {
    pub(crate) seed: u64,
    pub(crate) losses: Arc<[OutputLoss]>,
    /// Rows per batch.
    pub(crate) batch_size: usize,
    /// Batches per optimizer step.
    pub(crate) accumulation: usize,
    /// Whether each epoch has its own order.
    pub(crate) shuffle: bool,
    /// Per column of the code lane.
    pub(crate) unknown_rates: Vec<f64>,
}

/// Where a loader begins: set by the training loop before it asks for batches.
#[derive(Debug, Default)]
pub(crate) struct Position {
    epoch: AtomicUsize,
    step: AtomicUsize,
}

impl Position {
    pub(crate) fn set(&self, epoch: usize, step: usize) {
        self.epoch.store(epoch, Ordering::Relaxed);
        self.step.store(step, Ordering::Relaxed);
    }
}

/// The batches of a part, in the form Burn's training takes them. An iterator yields the batches of the epoch that
/// [`Position`] names, because Burn's own order depends on how many epochs were asked for before.
#[derive(Clone)]
pub(crate) struct Loader {
    part: Arc<EncodedPart>,
    rows: Range<usize>,
    plan: Arc<BatchPlan>,
    position: Arc<Position>,
    device: Device,
}

impl Loader {
    pub(crate) fn new(part: Arc<EncodedPart>, plan: BatchPlan, device: Device) -> Self {
        let rows = 0..part.features.num_rows;
        Self {
            part,
            rows,
            plan: Arc::new(plan),
            position: Arc::default(),
            device,
        }
    }

    pub(crate) fn on(self, device: &Device) -> Self {
        Self {
            device: device.clone(),
            ..self
        }
    }

    pub(crate) fn without_rows(self) -> Self {
        Self { rows: 0..0, ..self }
    }

    pub(crate) fn position(&self) -> Arc<Position> {
        self.position.clone()
    }

    /// Optimizer steps per epoch.
    pub(crate) fn steps(&self) -> usize {
        self.bounds().len().div_ceil(self.plan.accumulation)
    }

    /// Batches of an epoch as ranges in its order. A last batch of a single row is joined to the one before it, because
    /// batch normalisation learns nothing from a single row.
    fn bounds(&self) -> Vec<Range<usize>> {
        let (rows, size) = (self.rows.len(), self.plan.batch_size.max(1));
        let mut bounds: Vec<_> = (0..rows)
            .step_by(size)
            .map(|start| start..(start + size).min(rows))
            .collect();
        if size > 1 && rows > 1 && rows % size == 1 {
            bounds.pop();
            if let Some(last) = bounds.last_mut() {
                last.end = rows;
            }
        }
        bounds
    }

    /// The rows in the order of an epoch. One batch of all rows needs no order.
    fn order(&self, epoch: usize) -> Vec<usize> {
        let mut rows: Vec<usize> = self.rows.clone().collect();
        if self.plan.shuffle && self.plan.batch_size < rows.len() {
            let (seed, features) = (self.plan.seed, &self.part.features);
            random::shuffle(&mut rows, seed, epoch);
            if !features.texts.is_empty() {
                let length = |row| features.longest_text(row);
                buckets::by_length(&mut rows, self.plan.batch_size, length, seed, epoch);
            }
        }
        rows
    }

    fn epoch(&self) -> EpochBatches<'_> {
        let epoch = self.position.epoch.load(Ordering::Relaxed);
        let first = self.position.step.load(Ordering::Relaxed) * self.plan.accumulation;
        let (order, bounds) = (self.order(epoch), self.bounds());
        let done = bounds.get(first).map_or(order.len(), |range| range.start);
        EpochBatches {
            loader: self,
            epoch,
            order,
            bounds,
            next: first,
            done,
            scales: Vec::new(),
        }
    }

    /// The first batch of the first epoch.
    pub(crate) fn first(&self) -> Option<Batch> {
        let mut batches = self.epoch();
        batches.next = 0;
        batches.next_batch()
    }
}

/// The batches of an epoch, from a position on.
struct EpochBatches<'a> {
    loader: &'a Loader,
    epoch: usize,
    order: Vec<usize>,
    bounds: Vec<Range<usize>>,
    next: usize,
    /// Rows behind.
    done: usize,
    scales: Vec<f64>,
}

impl EpochBatches<'_> {
    fn next_batch(&mut self) -> Option<Batch> {
        let bounds = self.bounds.get(self.next)?.clone();
        let plan = &self.loader.plan;
        if self.next.is_multiple_of(plan.accumulation) || self.scales.is_empty() {
            self.scales = self.scales();
        }
        let rows = &self.order[bounds];
        let index = self.next;
        self.next += 1;
        self.done += rows.len();
        let (part, device) = (&self.loader.part, &self.loader.device);
        let (input, targets) = match &part.features.interactions {
            Some(interactions) => {
                let place = [self.epoch as u64, index as u64];
                let seed = random::number(plan.seed, Purpose::Negatives, &place);
                let batch = interactions.batch(rows, seed);
                let input = recommend::batch_input(&interactions.shared, &batch, device);
                let input = Input {
                    interactions: Some(Box::new(input)),
                    ..Input::default()
                };
                let weight = interactions.weight(rows);
                (
                    input,
                    vec![TargetBatch::of_lists(&batch.values, weight, device)],
                )
            }
            None => {
                let input = tensors::input_with(&part.features, rows, device, |row, column| {
                    self.unknown(row, column)
                });
                let targets = plan.losses.iter().zip(&part.targets);
                let targets = targets.map(|(loss, targets)| loss.batch(targets, rows, device));
                (input, targets.collect())
            }
        };
        Some(Batch {
            input,
            targets,
            scales: self.scales.clone(),
            index,
            completes_step: self.next.is_multiple_of(plan.accumulation)
                || self.next == self.bounds.len(),
        })
    }

    /// Per output: its share of the total loss over its weight in all batches of the step, also in a shorter last step.
    fn scales(&self) -> Vec<f64> {
        let plan = &self.loader.plan;
        let first = self.next - self.next % plan.accumulation;
        let last = (first + plan.accumulation).min(self.bounds.len()) - 1;
        let rows = &self.order[self.bounds[first].start..self.bounds[last].end];
        let outputs = plan.losses.iter().zip(&self.loader.part.targets);
        let scale = |loss: &OutputLoss, weight: f64| {
            if weight > 0.0 {
                loss.share / weight
            } else {
                0.0
            }
        };
        outputs
            .map(|(loss, targets)| scale(loss, loss.weight(targets, rows)))
            .collect()
    }

    fn unknown(&self, row: usize, column: usize) -> bool {
        let plan = &self.loader.plan;
        let rate = plan.unknown_rates.get(column).copied().unwrap_or(0.0);
        let place = [self.epoch as u64, row as u64, column as u64];
        rate > 0.0 && random::fraction(plan.seed, Purpose::Unknown, &place) < rate
    }
}

impl Iterator for EpochBatches<'_> {
    type Item = Result<Batch, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_batch().map(Ok)
    }
}

impl DataLoaderIterator<Batch> for EpochBatches<'_> {
    fn progress(&self) -> Progress {
        Progress::new(self.done, self.order.len(), Some("rows".to_string()))
    }
}

impl DataLoader<Batch> for Loader {
    fn iter<'a>(&'a self) -> Box<dyn DataLoaderIterator<Batch> + 'a> {
        Box::new(self.epoch())
    }

    fn num_items(&self) -> usize {
        self.rows.len()
    }

    fn to_device(&self, device: &Device) -> Arc<dyn DataLoader<Batch>> {
        Arc::new(Self {
            device: device.clone(),
            ..self.clone()
        })
    }

    fn slice(&self, start: usize, end: usize) -> Arc<dyn DataLoader<Batch>> {
        let rows = self.rows.start + start..(self.rows.start + end).min(self.rows.end);
        Arc::new(Self {
            rows,
            ..self.clone()
        })
    }
}
