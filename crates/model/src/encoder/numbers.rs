//! Groups number columns that have the same settings.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};

use super::{
    columns::Columns,
    number_periodic::{Periodic, PeriodicSettings},
    number_piecewise::PiecewiseLinear,
};
use crate::{config::NumberEncoder, summary::Summary};

/// Number columns with one embedding.
#[derive(Module, Debug)]
pub struct NumberGroup {
    columns: Columns,
    embedding: NumberEmbedding,
}

/// The embedding of a [`NumberGroup`].
#[derive(Module, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "one value per network; modules cannot be boxed"
)]
pub enum NumberEmbedding {
    /// Waves.
    Periodic(Periodic),
    /// Bins.
    PiecewiseLinear(PiecewiseLinear),
}

impl NumberGroup {
    /// Columns in the group.
    pub fn count(&self) -> usize {
        self.columns.count()
    }

    /// Numbers per column.
    pub fn dim(&self) -> usize {
        match &self.embedding {
            NumberEmbedding::Periodic(embedding) => embedding.dim(),
            NumberEmbedding::PiecewiseLinear(embedding) => embedding.dim(),
        }
    }

    /// Numbers of all columns.
    pub fn width(&self) -> usize {
        self.count() * self.dim()
    }

    /// The whole number lane, `[batch, lane]`, to `[batch, count, dim]`.
    pub fn forward(&self, numbers: Tensor<2>) -> Tensor<3> {
        let x = self.columns.pick(numbers);
        match &self.embedding {
            NumberEmbedding::Periodic(embedding) => embedding.forward(x),
            NumberEmbedding::PiecewiseLinear(embedding) => embedding.forward(x),
        }
    }

    pub(crate) fn describe(&self, path: &str, summary: &mut Summary) {
        let shape = vec![self.count(), self.dim()];
        let path = &format!("{path}.embedding");
        match &self.embedding {
            NumberEmbedding::Periodic(embedding) => {
                summary.add(path, "periodic numbers", shape, embedding);
            }
            NumberEmbedding::PiecewiseLinear(embedding) => {
                summary.add(path, "piecewise linear numbers", shape, embedding);
            }
        }
    }
}

/// The plain columns, if there are any.
pub(crate) fn plain_columns(numbers: &[NumberEncoder], device: &Device) -> Option<Columns> {
    let plain = positions(numbers, |encoder| *encoder == NumberEncoder::Plain);
    (!plain.is_empty()).then(|| Columns::new(&plain, numbers.len(), device))
}

/// The embedded columns by their settings, in the order in which each setting first occurs.
pub(crate) fn groups(numbers: &[NumberEncoder], device: &Device) -> Vec<NumberGroup> {
    let mut seen: Vec<GroupKey> = Vec::new();
    for key in numbers.iter().filter_map(GroupKey::of) {
        if !seen.contains(&key) {
            seen.push(key);
        }
    }
    seen.into_iter()
        .map(|key| group(key, numbers, device))
        .collect()
}

/// Columns with equal keys share their tensors. Bins may differ: see [`PiecewiseLinear`].
#[derive(Clone, Copy, PartialEq)]
enum GroupKey {
    Periodic(PeriodicSettings),
    PiecewiseLinear { dim: usize },
}

impl GroupKey {
    fn of(encoder: &NumberEncoder) -> Option<Self> {
        match *encoder {
            NumberEncoder::Plain => None,
            NumberEncoder::Periodic {
                dim,
                frequencies,
                sigma,
                lite,
            } => Some(Self::Periodic(PeriodicSettings {
                dim,
                frequencies,
                sigma,
                lite,
            })),
            NumberEncoder::PiecewiseLinear { dim, .. } => Some(Self::PiecewiseLinear { dim }),
        }
    }
}

fn group(key: GroupKey, numbers: &[NumberEncoder], device: &Device) -> NumberGroup {
    let members = positions(numbers, |encoder| GroupKey::of(encoder) == Some(key));
    let embedding = match key {
        GroupKey::Periodic(settings) => {
            NumberEmbedding::Periodic(Periodic::new(settings, members.len(), device))
        }
        GroupKey::PiecewiseLinear { dim } => {
            let edges: Vec<&[f32]> = members
                .iter()
                .map(|&column| edges(&numbers[column]))
                .collect();
            NumberEmbedding::PiecewiseLinear(PiecewiseLinear::new(&edges, dim, device))
        }
    };
    NumberGroup {
        columns: Columns::new(&members, numbers.len(), device),
        embedding,
    }
}

fn edges(encoder: &NumberEncoder) -> &[f32] {
    match encoder {
        NumberEncoder::PiecewiseLinear { edges, .. } => edges,
        NumberEncoder::Plain | NumberEncoder::Periodic { .. } => &[],
    }
}

fn positions(numbers: &[NumberEncoder], wanted: impl Fn(&NumberEncoder) -> bool) -> Vec<usize> {
    (0..numbers.len())
        .filter(|&column| wanted(&numbers[column]))
        .collect()
}
