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
use rayon::iter::{
    IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator, ParallelIterator,
};

use super::{LstmState, cell};
use crate::text::parts::is_flex;

/// Rows of a part. Not a function of the number of threads, so that results do not depend on it.
const ROWS: usize = 32;

/// `gates` `[steps, batch, 4 * hidden]` and `weight` `[hidden, 4 * hidden]` to the states of all steps,
/// `[steps, batch, hidden]`, from zeros. `None` where the backend is not Flex with gradients.
pub(super) fn with_gradients(gates: &Tensor<3>, weight: Tensor<2>) -> Option<Tensor<3>> {
    let is_single = gates.dtype() == DType::F32 && weight.dtype() == DType::F32;
    let tracked = gates.clone().try_into_primitive::<Autodiff<Flex>>();
    let weight = weight.try_into_primitive::<Autodiff<Flex>>();
    let (true, Ok(tracked), Ok(weight)) = (is_single, tracked, weight) else {
        return None;
    };
    let nodes = [tracked.node(), weight.node()];
    let (given, weight) = (tracked.into_primitive(), weight.into_primitive());
    let size = Size::of(&given);
    let (parts, states) = forward(&given.to_contiguous(), &weight, size, None, true);
    let prepared = Layer.prepare::<NoCheckpointing>(nodes);
    let states = match prepared.compute_bound().stateful() {
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
    Some(Tensor::from_primitive::<Autodiff<Flex>>(states))
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
    let flex = "the caller asked whether the tensors are Flex's";
    let device = gates.device();
    let given = gates.try_into_primitive::<Flex>().expect(flex);
    let weight = weight.try_into_primitive::<Flex>().expect(flex);
    let size = Size::of(&given);
    let start = [start.state, start.memory].map(|tensor| {
        let tensor = tensor.try_into_primitive::<Flex>().expect(flex);
        tensor.to_contiguous()
    });
    let start = Some((slice(&start[0]), slice(&start[1])));
    let (parts, states) = forward(&given.to_contiguous(), &weight, size, start, false);
    let states: Tensor<3> = Tensor::from_primitive::<Flex>(states);
    let memory = parts.iter().flat_map(|part| {
        let count = part.memories.len();
        &part.memories[count - count / size.steps..]
    });
    let memory = TensorData::new(memory.copied().collect(), [size.batch, size.hidden]);
    let end = LstmState {
        state: states.clone().narrow(0, size.steps - 1, 1).squeeze_dim(0),
        memory: Tensor::from_data(memory, &device),
    };
    (states, end)
}

#[derive(Debug, Clone, Copy)]
struct Size {
    steps: usize,
    batch: usize,
    hidden: usize,
}

/// What a part reads and what it writes, step by step.
type Blocks<'a> = (Vec<&'a [f32]>, Vec<&'a mut [f32]>);

/// What some rows went through: each field for all steps, one after the other.
#[derive(Debug)]
struct Part {
    /// After their functions.
    gates: Vec<f32>,
    memories: Vec<f32>,
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
        let states = gradients.consume::<Flex>(&ops.node).to_contiguous();
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

    /// For each part the block of its rows at each step, in values of `width` per row.
    fn blocks(self, values: &[f32], width: usize) -> Vec<Vec<&[f32]>> {
        let mut parts = vec![Vec::with_capacity(self.steps); self.batch.div_ceil(ROWS)];
        for step in values.chunks_exact(self.batch * width) {
            let blocks = parts.iter_mut().zip(step.chunks(ROWS * width));
            blocks.for_each(|(part, block)| part.push(block));
        }
        parts
    }

    fn blocks_mut(self, values: &mut [f32], width: usize) -> Vec<Vec<&mut [f32]>> {
        let parts = 0..self.batch.div_ceil(ROWS);
        let mut parts: Vec<_> = parts.map(|_| Vec::with_capacity(self.steps)).collect();
        for step in values.chunks_exact_mut(self.batch * width) {
            let blocks = parts.iter_mut().zip(step.chunks_mut(ROWS * width));
            blocks.for_each(|(part, block)| part.push(block));
        }
        parts
    }
}

/// From zeros, or from a state and memory of every row. With `keeps` the gates of all steps are kept.
fn forward(
    gates: &FlexTensor,
    weight: &FlexTensor,
    size: Size,
    start: Option<(&[f32], &[f32])>,
    keeps: bool,
) -> (Vec<Part>, FlexTensor) {
    let hidden = size.hidden;
    let scales = cell::scales(hidden);
    let mut states = vec![0.0; size.steps * size.batch * hidden];
    let given = size.blocks(slice(gates), 4 * hidden).into_par_iter();
    let found = size.blocks_mut(&mut states, hidden).into_par_iter();
    let part = |(index, (given, mut found)): (usize, Blocks<'_>)| {
        let count = found[0].len();
        let own = |all: &[f32]| {
            let first = index * ROWS * hidden;
            all[first..first + count].to_vec()
        };
        let (mut state, first) = match start {
            Some((state, memory)) => (Some(own(state)), own(memory)),
            None => (None, vec![0.0; count]),
        };
        let kept_steps = if keeps { size.steps } else { 1 };
        let mut gates = Vec::with_capacity(kept_steps * 4 * count);
        let mut memories = vec![0.0; size.steps * count];
        for step in 0..size.steps {
            if !keeps {
                gates.clear();
            }
            gates.extend_from_slice(given[step]);
            let place = gates.len() - 4 * count;
            let now = &mut gates[place..];
            if let Some(state) = state {
                add_product(now, state, hidden, weight);
            }
            let (before, memory) = memories.split_at_mut(step * count);
            let forward = cell::Forward {
                gates: now,
                before: before.rchunks(count).next().unwrap_or(&first),
                memory: &mut memory[..count],
                state: found[step],
                scales: &scales,
            };
            forward.run();
            state = Some(found[step].to_vec());
        }
        Part { gates, memories }
    };
    let parts = given.zip(found).enumerate().map(part).collect();
    (parts, tensor(states, size, hidden))
}

/// The gradient of the gates, `[steps, batch, 4 * hidden]`, from that of the states.
fn backward(tape: &Tape, states: &[f32]) -> FlexTensor {
    let size = tape.size;
    let hidden = size.hidden;
    let weight = tape.weight.transpose(0, 1);
    let mut all = vec![0.0; size.steps * size.batch * 4 * hidden];
    let given = size.blocks(states, hidden).into_par_iter();
    let found = size.blocks_mut(&mut all, 4 * hidden).into_par_iter();
    let part = |(part, (given, mut found)): (&Part, Blocks<'_>)| {
        let count = given[0].len();
        let zeros = vec![0.0; count];
        let [mut flow, mut carried, mut shown] = [&zeros; 3].map(Vec::clone);
        for step in (0..size.steps).rev() {
            let sums = carried.iter_mut().zip(given[step]);
            sums.for_each(|(sum, own)| *sum += own);
            let (before, memory) = part.memories.split_at(step * count);
            let backward = cell::Backward {
                gates: &part.gates[step * 4 * count..(step + 1) * 4 * count],
                before: before.rchunks(count).next().unwrap_or(&zeros),
                memory: &memory[..count],
                state: &carried,
                flow: &mut flow,
                found: found[step],
                shown: &mut shown,
                hidden,
            };
            backward.run();
            if step > 0 {
                carried.fill(0.0);
                add_product(&mut carried, found[step].to_vec(), 4 * hidden, &weight);
            }
        }
    };
    let parts = tape.parts.par_iter().zip(given.zip(found));
    parts.for_each(part);
    tensor(all, size, 4 * hidden)
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
fn add_product(sums: &mut [f32], x: Vec<f32>, width: usize, weight: &FlexTensor) {
    let rows = x.len() / width;
    let x = FlexTensor::from_data(TensorData::new(x, [rows, width]));
    let product = Flex::float_matmul(x, weight.clone()).to_contiguous();
    let parts = sums.iter_mut().zip(slice(&product));
    parts.for_each(|(sum, part)| *sum += part);
}

fn slice(tensor: &FlexTensor) -> &[f32] {
    let values = tensor.as_slice();
    values.expect("the tensor is contiguous, and the caller asked whether it is f32")
}

fn tensor(values: Vec<f32>, size: Size, width: usize) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, [size.steps, size.batch, width]))
}
