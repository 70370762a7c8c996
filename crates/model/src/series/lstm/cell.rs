//! One step of an LSTM for one row of a batch, on plain memory: loops without branches and without calls, which the
//! compiler turns into vector instructions.

/// The four gates of a row, `i f g o`.
fn split(gates: &[f32]) -> [&[f32]; 4] {
    let width = gates.len() / 4;
    let (input, rest) = gates.split_at(width);
    let (forget, rest) = rest.split_at(width);
    let (new, output) = rest.split_at(width);
    [input, forget, new, output]
}

fn split_mut(gates: &mut [f32]) -> [&mut [f32]; 4] {
    let width = gates.len() / 4;
    let (input, rest) = gates.split_at_mut(width);
    let (forget, rest) = rest.split_at_mut(width);
    let (new, output) = rest.split_at_mut(width);
    [input, forget, new, output]
}

/// Applies the functions to the gates and gives the memory and state after the step. `before` is the memory before it.
pub(super) fn forward(gates: &mut [f32], before: &[f32], memory: &mut [f32], state: &mut [f32]) {
    let width = memory.len();
    let [input, forget, new, output] = split_mut(gates).map(|gate| &mut gate[..width]);
    let (before, state) = (&before[..width], &mut state[..width]);
    for unit in 0..width {
        input[unit] = sigmoid(input[unit]);
        forget[unit] = sigmoid(forget[unit]);
        new[unit] = tanh(new[unit]);
        output[unit] = sigmoid(output[unit]);
        memory[unit] = forget[unit] * before[unit] + input[unit] * new[unit];
        state[unit] = output[unit] * tanh(memory[unit]);
    }
}

/// Gradients of a step: `gates` are those that [`forward`] left, `(before, memory)` the memory before and after it, `state`
/// the gradient of its state. `flow` is the gradient of the memory after the step and becomes that before it.
pub(super) fn backward(
    gates: &[f32],
    (before, memory): (&[f32], &[f32]),
    state: &[f32],
    flow: &mut [f32],
    gradients: &mut [f32],
) {
    let width = flow.len();
    let [input, forget, new, output] = split(gates).map(|gate| &gate[..width]);
    let [to_input, to_forget, to_new, to_output] =
        split_mut(gradients).map(|gate| &mut gate[..width]);
    let (before, memory, state) = (&before[..width], &memory[..width], &state[..width]);
    for unit in 0..width {
        let shown = tanh(memory[unit]);
        let inner = flow[unit] + state[unit] * output[unit] * (1.0 - shown * shown);
        to_output[unit] = state[unit] * shown * output[unit] * (1.0 - output[unit]);
        to_input[unit] = inner * new[unit] * input[unit] * (1.0 - input[unit]);
        to_forget[unit] = inner * before[unit] * forget[unit] * (1.0 - forget[unit]);
        to_new[unit] = inner * input[unit] * (1.0 - new[unit] * new[unit]);
        flow[unit] = inner * forget[unit];
    }
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

fn tanh(x: f32) -> f32 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

/// `e^x` to 2e-7 of its value, within `e^-87` and `e^87`: `2^n` by its bits, the rest by the polynomial of Cephes (`expf`).
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

    #[test]
    fn the_gradients_are_those_of_small_differences() {
        let gates = [0.3, -0.8, 1.1, 0.4];
        let (before, weights) = (0.7, (1.3, -0.6));
        let loss = |gates: [f32; 4], before: f32| {
            let (mut gates, mut memory, mut state) = (gates, [0.0], [0.0]);
            forward(&mut gates, &[before], &mut memory, &mut state);
            weights.0 * state[0] + weights.1 * memory[0]
        };
        let (mut active, mut memory, mut state) = (gates, [0.0], [0.0]);
        forward(&mut active, &[before], &mut memory, &mut state);
        let (mut flow, mut found) = ([weights.1], [0.0; 4]);
        let memories = (&[before][..], &memory[..]);
        backward(&active, memories, &[weights.0], &mut flow, &mut found);

        let small = 1e-2;
        for gate in 0..4 {
            let at = |by: f32| {
                let mut moved = gates;
                moved[gate] += by;
                loss(moved, before)
            };
            let expected = (at(small) - at(-small)) / (2.0 * small);
            assert!((found[gate] - expected).abs() < 1e-4, "gate {gate}");
        }
        let expected = (loss(gates, before + small) - loss(gates, before - small)) / (2.0 * small);
        assert!((flow[0] - expected).abs() < 1e-4, "memory");
    }
}
