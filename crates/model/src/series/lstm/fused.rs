//! All steps of an LSTM layer as one operation on Flex.
//!
//! Of Burn's own operations a step takes a dozen, each with a tensor of its own, and its gradient twice as many: for the
//! small states of a forecast that costs many times what the arithmetic does. Here a part of the batch goes through all
//! steps on one thread, and what the gradient needs is kept as it comes.

use std::sync::Arc;

use burn::{
    backend::{
        Autodiff, Flex,
        autodiff::{
            checkpoint::{base::Checkpointer, strategy::NoCheckpointing},
            grads::Gradients,
            ops::{Backward, Ops, OpsKind},
        },
        flex::FlexTensor,
        ops::FloatTensorOps,
    },
    tensor::{DType, Tensor, TensorData},
};
use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::{LstmState, cell};
use crate::text::parts::is_flex;

/// Rows of a part. Not a function of the number of threads, so that results do not depend on it.
const ROWS: usize = 32;

/// `gates` `[steps, batch, 4 * hidden]` and `weight` `[hidden, 4 * hidden]` to the states of all steps,
/// `[steps, batch, hidden]`, from zeros. Gives the gates back where the backend is not Flex with gradients.
#[allow(
    clippy::result_large_err,
    reason = "the gates are given back, not an error"
)]
pub(super) fn with_gradients(gates: Tensor<3>, weight: Tensor<2>) -> Result<Tensor<3>, Tensor<3>> {
    let is_single = gates.dtype() == DType::F32 && weight.dtype() == DType::F32;
    let tracked = gates.clone().try_into_primitive::<Autodiff<Flex>>();
    let weight = weight.try_into_primitive::<Autodiff<Flex>>();
    let (true, Ok(tracked), Ok(weight)) = (is_single, tracked, weight) else {
        return Err(gates);
    };
    let nodes = [tracked.node(), weight.node()];
    let (given, weight) = (tracked.into_primitive(), weight.into_primitive());
    let size = Size::of(&given);
    let parts = forward(&values(given), &weight, size, None);
    let states = tensor(
        size.assemble(&parts, size.hidden, |part| &part.states),
        size,
        size.hidden,
    );
    let states = match Layer
        .prepare::<NoCheckpointing>(nodes)
        .compute_bound()
        .stateful()
    {
        OpsKind::Tracked(prepared) => {
            let tape = Tape {
                parts,
                states: states.clone(),
                weight,
                size,
            };
            prepared.finish(Arc::new(tape), states)
        }
        OpsKind::UnTracked(prepared) => prepared.finish(states),
    };
    Ok(Tensor::from_primitive::<Autodiff<Flex>>(states))
}

/// Whether [`without_gradients`] can be called.
pub(super) fn is_possible(gates: &Tensor<3>) -> bool {
    gates.dtype() == DType::F32 && is_flex(&gates.device())
}

/// The same from a given state, and what is known after the last step.
pub(super) fn without_gradients(
    gates: Tensor<3>,
    weight: Tensor<2>,
    start: LstmState,
) -> (Tensor<3>, LstmState) {
    let device = gates.device();
    let flex = "the caller asked whether the tensors are Flex's";
    let given = gates.try_into_primitive::<Flex>().expect(flex);
    let weight = weight.try_into_primitive::<Flex>().expect(flex);
    let size = Size::of(&given);
    let start = [start.state, start.memory].map(|tensor| tensor.into_data());
    let [state, memory] = start.each_ref().map(slice);
    let parts = forward(&values(given), &weight, size, Some((state, memory)));
    let last = |kept: fn(&Part) -> &Vec<f32>| {
        let ends = parts.iter().flat_map(|part| {
            let kept = kept(part);
            &kept[kept.len() - part.rows * size.hidden..]
        });
        let data = TensorData::new(ends.copied().collect(), [size.batch, size.hidden]);
        Tensor::from_data(data, &device)
    };
    let end = LstmState {
        state: last(|part| &part.states),
        memory: last(|part| &part.memories),
    };
    let states = size.assemble(&parts, size.hidden, |part| &part.states);
    let shape = [size.steps, size.batch, size.hidden];
    (
        Tensor::from_data(TensorData::new(states, shape), &device),
        end,
    )
}

#[derive(Debug, Clone, Copy)]
struct Size {
    steps: usize,
    batch: usize,
    hidden: usize,
}

/// What some rows went through; each field for all steps, one after the other.
#[derive(Debug)]
struct Part {
    rows: usize,
    /// After their functions.
    gates: Vec<f32>,
    memories: Vec<f32>,
    states: Vec<f32>,
}

/// What the gradient needs.
#[derive(Debug)]
struct Tape {
    parts: Vec<Part>,
    states: FlexTensor,
    weight: FlexTensor,
    size: Size,
}

/// The operation in Burn's graph.
#[derive(Debug)]
struct Layer;

impl Backward<Flex, 2> for Layer {
    type State = Arc<Tape>;

    fn backward(
        self,
        ops: Ops<Self::State, 2>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let [gates, weight] = ops.parents;
        let tape = ops.state;
        let states = values(gradients.consume::<Flex>(&ops.node));
        let found = backward(&tape, slice(&states));
        if let Some(node) = weight {
            gradients.register::<Flex>(node.id, weight_gradient(&tape, found.clone()));
        }
        if let Some(node) = gates {
            gradients.register::<Flex>(node.id, found);
        }
    }
}

impl Size {
    fn of(gates: &FlexTensor) -> Self {
        let shape = gates.layout().shape();
        Self {
            steps: shape[0],
            batch: shape[1],
            hidden: shape[2] / 4,
        }
    }

    /// First rows of the parts.
    fn parts(self) -> Vec<usize> {
        (0..self.batch).step_by(ROWS).collect()
    }

    /// The rows of a part at a step, in values of `width` per row of all steps.
    fn rows(self, values: &[f32], width: usize, step: usize, first: usize, count: usize) -> &[f32] {
        let start = (step * self.batch + first) * width;
        &values[start..start + count * width]
    }

    /// The rows of all parts, step by step.
    fn assemble<'a, T>(
        self,
        parts: &'a [T],
        width: usize,
        of: impl Fn(&'a T) -> &'a Vec<f32>,
    ) -> Vec<f32> {
        let mut all = Vec::with_capacity(self.steps * self.batch * width);
        for step in 0..self.steps {
            for part in parts {
                let values = of(part);
                let count = values.len() / self.steps;
                all.extend_from_slice(&values[step * count..(step + 1) * count]);
            }
        }
        all
    }
}

fn forward(
    gates: &TensorData,
    weight: &FlexTensor,
    size: Size,
    start: Option<(&[f32], &[f32])>,
) -> Vec<Part> {
    let gates = slice(gates);
    let hidden = size.hidden;
    let part = |first: usize| {
        let rows = ROWS.min(size.batch - first);
        let own = |all: &[f32]| size.rows(all, hidden, 0, first, rows).to_vec();
        let (mut state, mut before) = match start {
            Some((state, memory)) => (Some(own(state)), own(memory)),
            None => (None, vec![0.0; rows * hidden]),
        };
        let room = |width: usize| Vec::with_capacity(size.steps * rows * width);
        let mut part = Part {
            rows,
            gates: room(4 * hidden),
            memories: room(hidden),
            states: room(hidden),
        };
        for step in 0..size.steps {
            let mut gates = size.rows(gates, 4 * hidden, step, first, rows).to_vec();
            if let Some(state) = state {
                add_product(&mut gates, state, hidden, weight.clone());
            }
            let (mut memory, mut next) = (vec![0.0; rows * hidden], vec![0.0; rows * hidden]);
            let rows = gates
                .chunks_exact_mut(4 * hidden)
                .zip(before.chunks_exact(hidden));
            let results = memory
                .chunks_exact_mut(hidden)
                .zip(next.chunks_exact_mut(hidden));
            for ((gates, before), (memory, state)) in rows.zip(results) {
                cell::forward(gates, before, memory, state);
            }
            part.gates.extend_from_slice(&gates);
            part.memories.extend_from_slice(&memory);
            part.states.extend_from_slice(&next);
            (state, before) = (Some(next), memory);
        }
        part
    };
    size.parts().into_par_iter().map(part).collect()
}

/// The gradient of the gates, `[steps, batch, 4 * hidden]`, from that of the states.
fn backward(tape: &Tape, states: &[f32]) -> FlexTensor {
    let size = tape.size;
    let hidden = size.hidden;
    let weight = tape.weight.transpose(0, 1);
    let part = |(first, part): &(usize, &Part)| {
        let rows = part.rows;
        let zeros = vec![0.0; rows * hidden];
        let (mut flow, mut carried) = (zeros.clone(), zeros.clone());
        let mut all = vec![0.0; size.steps * rows * 4 * hidden];
        for step in (0..size.steps).rev() {
            let at = |width: usize| step * rows * width..(step + 1) * rows * width;
            let gates = &part.gates[at(4 * hidden)];
            let memory = &part.memories[at(hidden)];
            let before = match step {
                0 => &zeros[..],
                _ => &part.memories[(step - 1) * rows * hidden..step * rows * hidden],
            };
            let own = size.rows(states, hidden, step, *first, rows);
            carried
                .iter_mut()
                .zip(own)
                .for_each(|(sum, own)| *sum += own);
            let found = &mut all[at(4 * hidden)];
            for row in 0..rows {
                let (narrow, wide) = (row * hidden..(row + 1) * hidden, row * 4 * hidden);
                let wide = wide..wide + 4 * hidden;
                cell::backward(
                    &gates[wide.clone()],
                    (&before[narrow.clone()], &memory[narrow.clone()]),
                    &carried[narrow.clone()],
                    &mut flow[narrow],
                    &mut found[wide],
                );
            }
            if step > 0 {
                carried.fill(0.0);
                add_product(&mut carried, found.to_vec(), 4 * hidden, weight.clone());
            }
        }
        all
    };
    let parts: Vec<(usize, &Part)> = size.parts().into_iter().zip(&tape.parts).collect();
    let found: Vec<Vec<f32>> = parts.par_iter().map(part).collect();
    tensor(
        size.assemble(&found, 4 * hidden, |part| part),
        size,
        4 * hidden,
    )
}

/// The sum of `h_(t-1)^T g_t` over all steps but the first, which starts from zeros.
fn weight_gradient(tape: &Tape, gates: FlexTensor) -> FlexTensor {
    let Size {
        steps,
        batch,
        hidden,
    } = tape.size;
    let count = (steps - 1) * batch;
    if count == 0 {
        return FlexTensor::zeros([hidden, 4 * hidden].into(), DType::F32);
    }
    let states = tape.states.reshape([steps * batch, hidden].into());
    let gates = gates.reshape([steps * batch, 4 * hidden].into());
    let states = states.narrow(0, 0, count).transpose(0, 1);
    Flex::float_matmul(states, gates.narrow(0, batch, count))
}

/// `sums + x weight`, where a row of `x` has `width` values.
fn add_product(sums: &mut [f32], x: Vec<f32>, width: usize, weight: FlexTensor) {
    let rows = x.len() / width;
    let x = FlexTensor::from_data(TensorData::new(x, [rows, width]));
    let product = Flex::float_matmul(x, weight).into_data();
    let product = slice(&product);
    sums.iter_mut()
        .zip(product)
        .for_each(|(sum, part)| *sum += part);
}

fn values(tensor: FlexTensor) -> TensorData {
    tensor.to_contiguous().into_data()
}

fn slice(data: &TensorData) -> &[f32] {
    data.as_slice()
        .expect("the caller asked whether the tensors are f32")
}

fn tensor(values: Vec<f32>, size: Size, width: usize) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, [size.steps, size.batch, width]))
}
