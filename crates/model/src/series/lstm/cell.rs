//! One step of an LSTM for some rows of a batch, on plain memory.
//!
//! Every loop runs along a few slices, without branches and without calls, so that the compiler can turn it into the widest
//! vector instructions that the processor has. A loop over all slices at once would be left as it stands: the compiler
//! cannot tell that so many do not overlap.

use macerator::{AutoArch, Simd, WithSimd};

/// Applies the functions to the gates and gives memory and state after the step.
pub(super) struct Forward<'a> {
    /// `[rows, 4 * hidden]`: `i f g o`, before and after their functions.
    pub(super) gates: &'a mut [f32],
    /// [`scales`] of a row.
    pub(super) scales: &'a [f32],
    /// `[rows, hidden]`: memory before the step.
    pub(super) before: &'a [f32],
    /// `[rows, hidden]`: memory after it.
    pub(super) memory: &'a mut [f32],
    /// `[rows, hidden]`: state after it.
    pub(super) state: &'a mut [f32],
}

/// Gradients of a step.
pub(super) struct Backward<'a> {
    /// `[rows, 4 * hidden]`: those that [`Forward`] left.
    pub(super) gates: &'a [f32],
    /// `[rows, hidden]`: memory before the step.
    pub(super) before: &'a [f32],
    /// `[rows, hidden]`: memory after it.
    pub(super) memory: &'a [f32],
    /// `[rows, hidden]`: gradient of the state.
    pub(super) state: &'a [f32],
    /// `[rows, hidden]`: gradient of the memory after the step; becomes that of the memory before it.
    pub(super) flow: &'a mut [f32],
    /// `[rows, 4 * hidden]`: gradient of the gates before their functions, which is found.
    pub(super) found: &'a mut [f32],
    /// `[rows, hidden]`: room.
    pub(super) shown: &'a mut [f32],
    /// Numbers of a row of the state.
    pub(super) hidden: usize,
}

/// Of each gate: 1 for the sigmoid `s`, 2 for `tanh(x) = 2 s(2 x) - 1`.
pub(super) fn scales(hidden: usize) -> Vec<f32> {
    let tanh = 2 * hidden..3 * hidden;
    let scale = |gate| if tanh.contains(&gate) { 2.0 } else { 1.0 };
    (0..4 * hidden).map(scale).collect()
}

impl Forward<'_> {
    pub(super) fn run(self) {
        AutoArch::new().dispatch(self);
    }
}

impl Backward<'_> {
    pub(super) fn run(self) {
        AutoArch::new().dispatch(self);
    }
}

impl WithSimd for Forward<'_> {
    type Output = ();

    // Inlined into a function that may use the instructions in question.
    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let hidden = self.scales.len() / 4;
        for gates in self.gates.chunks_exact_mut(4 * hidden) {
            for (gate, scale) in gates.iter_mut().zip(self.scales) {
                *gate = scale * sigmoid(scale * *gate) + (1.0 - scale);
            }
        }
        let rows = self.gates.chunks_exact(4 * hidden);
        let memories = self.memory.chunks_exact_mut(hidden);
        let memories = memories.zip(self.before.chunks_exact(hidden));
        for (gates, (memory, before)) in rows.zip(memories) {
            let [input, forget, new, _] = split(gates, hidden);
            for unit in 0..hidden {
                memory[unit] = forget[unit] * before[unit] + input[unit] * new[unit];
            }
        }
        for (state, memory) in self.state.iter_mut().zip(&*self.memory) {
            *state = tanh(*memory);
        }
        let rows = self.gates.chunks_exact(4 * hidden);
        for (gates, state) in rows.zip(self.state.chunks_exact_mut(hidden)) {
            let [_, _, _, output] = split(gates, hidden);
            for unit in 0..hidden {
                state[unit] *= output[unit];
            }
        }
    }
}

impl WithSimd for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let hidden = self.hidden;
        for (shown, memory) in self.shown.iter_mut().zip(self.memory) {
            *shown = tanh(*memory);
        }
        let rows = self.flow.len() / hidden;
        for row in 0..rows {
            let (start, end) = (row * hidden, (row + 1) * hidden);
            let [input, forget, new, output] = split(&self.gates[4 * start..4 * end], hidden);
            let [to_input, to_forget, to_new, to_output] =
                split_mut(&mut self.found[4 * start..4 * end], hidden);
            let (shown, state) = (&self.shown[start..end], &self.state[start..end]);
            let (before, flow) = (&self.before[start..end], &mut self.flow[start..end]);
            for unit in 0..hidden {
                let share = output[unit] * (1.0 - shown[unit] * shown[unit]);
                flow[unit] += state[unit] * share;
            }
            for unit in 0..hidden {
                let slope = output[unit] * (1.0 - output[unit]);
                to_output[unit] = state[unit] * shown[unit] * slope;
            }
            for unit in 0..hidden {
                let slope = input[unit] * (1.0 - input[unit]);
                to_input[unit] = flow[unit] * new[unit] * slope;
            }
            for unit in 0..hidden {
                let slope = forget[unit] * (1.0 - forget[unit]);
                to_forget[unit] = flow[unit] * before[unit] * slope;
            }
            for unit in 0..hidden {
                let slope = 1.0 - new[unit] * new[unit];
                to_new[unit] = flow[unit] * input[unit] * slope;
            }
            for unit in 0..hidden {
                flow[unit] *= forget[unit];
            }
        }
    }
}

/// The four gates of a row, each with a length that the compiler can see.
#[inline(always)]
fn split(gates: &[f32], hidden: usize) -> [&[f32]; 4] {
    let (input, rest) = gates.split_at(hidden);
    let (forget, rest) = rest.split_at(hidden);
    let (new, output) = rest.split_at(hidden);
    [input, forget, new, &output[..hidden]]
}

#[inline(always)]
fn split_mut(gates: &mut [f32], hidden: usize) -> [&mut [f32]; 4] {
    let (input, rest) = gates.split_at_mut(hidden);
    let (forget, rest) = rest.split_at_mut(hidden);
    let (new, output) = rest.split_at_mut(hidden);
    [input, forget, new, &mut output[..hidden]]
}

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

#[inline(always)]
fn tanh(x: f32) -> f32 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

/// `e^x` to 2e-7 of its value, within `e^-87` and `e^87`: `2^n` by its bits, the rest by the polynomial of Cephes (`expf`).
#[inline(always)]
fn exp(x: f32) -> f32 {
    /// Adding this rounds to a whole number, which then stands in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 87.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let rest = x - whole * 0.693_359_4 + whole * 2.121_944_4e-4;
    let mut sum = 1.987_569_1e-4;
    for coefficient in [
        1.398_199_9e-3,
        8.333_452e-3,
        4.166_579_6e-2,
        0.166_666_65,
        0.5,
    ] {
        sum = sum * rest + coefficient;
    }
    let power = sum * rest * rest + rest + 1.0;
    f32::from_bits(power.to_bits().wrapping_add(shifted.to_bits() << 23))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_are_those_of_the_standard_library() {
        for step in -9000..=9000 {
            let x = step as f32 * 0.01;
            let exact = f64::from(x.clamp(-87.0, 87.0)).exp();
            assert!((f64::from(exp(x)) / exact - 1.0).abs() < 3e-7, "{x}");
            assert!((tanh(x) - x.tanh()).abs() < 3e-7, "{x}");
        }
        assert!(sigmoid(f32::NAN).is_nan());
    }

    /// Memory and state after a step of rows of two numbers.
    fn step(gates: &mut [f32], before: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let (mut memory, mut state) = (vec![0.0; before.len()], vec![0.0; before.len()]);
        let forward = Forward {
            gates,
            before,
            memory: &mut memory,
            state: &mut state,
            scales: &scales(2),
        };
        forward.run();
        (memory, state)
    }

    #[test]
    fn the_gradients_are_those_of_small_differences() {
        let (rows, hidden) = (3, 2);
        let fill = |count: usize, step: f32| -> Vec<f32> {
            (0..count).map(|i| (i as f32 * step).sin()).collect()
        };
        let (gates, before) = (fill(rows * 4 * hidden, 0.7), fill(rows * hidden, 1.9));
        let (of_state, of_memory) = (fill(rows * hidden, 0.4), fill(rows * hidden, 2.3));
        let loss = |gates: &[f32], before: &[f32]| -> f32 {
            let (memory, state) = step(&mut gates.to_vec(), before);
            let sum = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f32>();
            sum(&state, &of_state) + sum(&memory, &of_memory)
        };
        let mut active = gates.clone();
        let (memory, _) = step(&mut active, &before);
        let (mut flow, mut found) = (of_memory.clone(), vec![0.0; gates.len()]);
        let backward = Backward {
            gates: &active,
            before: &before,
            memory: &memory,
            state: &of_state,
            flow: &mut flow,
            found: &mut found,
            shown: &mut vec![0.0; rows * hidden],
            hidden,
        };
        backward.run();

        let small = 1e-2;
        let slope = |values: &[f32], place: usize, loss: &dyn Fn(&[f32]) -> f32| {
            let at = |by: f32| {
                let mut moved = values.to_vec();
                moved[place] += by;
                loss(&moved)
            };
            (at(small) - at(-small)) / (2.0 * small)
        };
        for (place, found) in found.iter().enumerate() {
            let expected = slope(&gates, place, &|gates| loss(gates, &before));
            assert!((found - expected).abs() < 2e-4, "gate {place}");
        }
        for (place, found) in flow.iter().enumerate() {
            let expected = slope(&before, place, &|before| loss(&gates, before));
            assert!((found - expected).abs() < 2e-4, "memory {place}");
        }
    }
}
